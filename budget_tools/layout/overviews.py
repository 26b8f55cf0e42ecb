"""Lists of proposals: overviews with a proposal a line, and registers that tell ids and status.

A list with numbers is known by them. One without is kept only where its heading speaks of proposals, and is
believed only when its lines are called like the forms of the same run (rule XWB001).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import lru_cache

from ..model.address import Cell
from ..model.book import Sheet, Value
from ..model.overview import Overview, OverviewRow, Shown
from ..model.proposal import Page
from ..model.table import ColumnRole, Line, LineKind, Table, YearRole
from ..settings import Settings
from . import words
from .identity import Identity, answered
from .proposals import anchor, words_only

_FEWEST = 2  # proposals of a list
_LONGEST = 2_000  # lines of a list: no municipality has more proposals
_CAPTION_ROWS = 8
_HEADING_ROWS = 3
_FIRST_ROWS = 30  # the heading of a register stands in one of these
_SPEAKS = re.compile(r"forslag|skema|oversigt|katalog|\bblok|proposal|overview|\bforms\b", re.IGNORECASE)
_TITLED = words.TITLE | words.FORM | words.FORM_TITLE | {"tekst", "beskrivelse", "indhold"}


def overviews(page: Page, path: str, settings: Settings) -> Iterator[Overview]:
    """The lists of proposals on a sheet, from its tables and, where it has none, from its rows."""
    pattern = settings.number.pattern
    found = False
    for table in page.tables:
        if table.in_proposal or not _FEWEST <= len(table.lines) <= _LONGEST:
            continue
        one = _of_table(table, path, pattern)
        if one is not None:
            found = True
            yield one
    if not found and not page.proposals:
        register = _register(page.sheet, path, pattern)
        if register is not None:
            yield register


def lists_proposals(sheet: Sheet, lines: Sequence[Line], first_amount: int, pattern: str) -> bool:
    """Whether lines are named by numbers of proposals: two at least, and most of them."""
    rows = [line.row for line in lines[:_LONGEST] if line.kind is LineKind.LINE]
    return _number_column(sheet, rows, first_amount, pattern, fewest=(len(rows) + 1) // 2) is not None


@lru_cache(maxsize=16_384)
def numbered(text: str, pattern: str) -> tuple[str, str] | None:
    """The number that a cell begins with, and what stands behind it: '2.1.2. 01 Studieby'."""
    plain = words_only(text)
    if not any(map(str.isdigit, plain)) or len(plain) > 200:
        return None
    match = _starting(pattern).match(plain)
    if match:
        return match["number"], plain[match.end() :].strip(" -–—:/")
    said = anchor(plain, pattern)
    if said is not None and said[0] and _starting(pattern).fullmatch(said[0]):
        return said
    return None


@lru_cache(maxsize=64)
def _starting(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?P<number>{pattern})(?![\w.])")


def _number_column(
    sheet: Sheet, rows: Sequence[int], first_amount: int, pattern: str, fewest: int = 0
) -> int | None:
    """The column left of the amounts in which most rows have a number of a proposal."""
    best: tuple[int, int] | None = None
    for column in range(sheet.left, first_amount):
        count = sum(
            isinstance(value := sheet.value(row, column), str)
            and bool(value)
            and numbered(value, pattern) is not None
            for row in rows
        )
        if count >= max(_FEWEST, fewest) and (best is None or count > best[0]):
            best = (count, column)
    return best[1] if best is not None else None


def _of_table(table: Table, path: str, pattern: str) -> Overview | None:
    sheet = table.sheet
    first_amount = table.columns[0].number
    lines = [line for line in table.lines if line.kind is LineKind.LINE]
    column = _number_column(sheet, [line.row for line in lines], first_amount, pattern)
    if column is None and not _speaks_of_proposals(table):
        return None
    columns = _compared(table)
    if not columns:
        return None
    extra = _extra_columns(sheet, table.heading_row)
    rows = []
    for line in lines:
        row = _row(sheet, line, table, column, columns, first_amount, pattern, extra)
        if row is not None:
            rows.append(row)
    if len(rows) < _FEWEST:
        return None
    amounts = [shown.amount for row in rows for shown in row.amounts]
    nearest = min(table.units, key=lambda one: abs(one[1].row - table.heading_row), default=None)
    stated = nearest[0] if nearest is not None else None
    if column is not None:
        rows += _without_amounts(table, column, pattern, extra)
    return Overview(path, sheet.name, rows[0].cell, stated, step_of(amounts), tuple(rows), column is not None)


def _without_amounts(
    table: Table, number_column: int, pattern: str, extra: Sequence[tuple[int, str]]
) -> Iterator[OverviewRow]:
    """The lines of a list that name a proposal but show nothing of it."""
    sheet = table.sheet
    for row in range(table.heading_row + 1, table.range.bottom + 1):
        value = sheet.value(row, number_column)
        said = numbered(value, pattern) if isinstance(value, str) and table.line(row) is None else None
        if said is not None:
            yield _listed(sheet, row, number_column, said, table.columns[0].number, (), extra, pattern)


def step_of(amounts: Sequence[Decimal]) -> Decimal:
    """The last digit that amounts are written with: 0.1 where one of them is 1.5 and none is 1.25."""
    places = 0
    for amount in amounts:
        exponent = amount.normalize().as_tuple().exponent
        if isinstance(exponent, int):
            places = max(places, -exponent)
    return Decimal(1).scaleb(-places)


def _compared(table: Table) -> list[tuple[int, str]]:
    """The columns that a form has too, by their place in the table: its years, and the total of them."""
    years = [column.year for column in table.columns]
    return [
        (index, "total" if column.role is ColumnRole.TOTAL else str(column.year))
        for index, column in enumerate(table.columns)
        if (column.role is ColumnRole.TOTAL and _only_total(table))
        or (
            column.year is not None
            and column.role is ColumnRole.YEAR
            and column.year_role is not YearRole.ACCOUNT
            and years.count(column.year) == 1
        )
    ]


def _only_total(table: Table) -> bool:
    return sum(column.role is ColumnRole.TOTAL for column in table.columns) == 1


def _row(
    sheet: Sheet,
    line: Line,
    table: Table,
    number_column: int | None,
    columns: Sequence[tuple[int, str]],
    first_amount: int,
    pattern: str,
    extra: Sequence[tuple[int, str]],
) -> OverviewRow | None:
    if not any(line.amounts[index] is not None for index, _ in columns):
        return None
    shown = tuple(
        [
            Shown(name, line.amounts[index] or Decimal(0), Cell(line.row, table.columns[index].number))
            for index, name in columns
        ]
    )
    if number_column is not None:
        value = sheet.value(line.row, number_column)
        said = numbered(value, pattern) if isinstance(value, str) else None
        if said is not None:
            return _listed(sheet, line.row, number_column, said, first_amount, shown, extra, pattern)
    if not line.label:
        return None
    identity = _told(sheet, line.row, extra, pattern)
    cell = Cell(line.row, table.label_column or first_amount)
    return OverviewRow(
        None,
        line.label,
        cell,
        shown,
        identity.permanent_id,
        identity.earlier_numbers,
        identity.status,
    )


def _listed(
    sheet: Sheet,
    row: int,
    column: int,
    said: tuple[str, str],
    end: int,
    shown: tuple[Shown, ...],
    extra: Sequence[tuple[int, str]],
    pattern: str,
) -> OverviewRow:
    """A proposal that a list names by its number, in a certain column."""
    number, behind = said
    told = _told(sheet, row, extra, pattern)
    return OverviewRow(
        number,
        behind or _title(sheet, row, column, end),
        Cell(row, column),
        shown,
        told.permanent_id,
        told.earlier_numbers,
        told.status,
    )


def _title(sheet: Sheet, row: int, number_column: int, first_amount: int) -> str:
    """The longest text of a row beside its number."""
    texts = [
        value.strip()
        for column in range(sheet.left, first_amount)
        if column != number_column and isinstance(value := sheet.value(row, column), str)
    ]
    return max(texts, key=len, default="")


def _speaks_of_proposals(table: Table) -> bool:
    """Whether the heading over the lines, a caption or the sheet's name says that proposals are listed."""
    sheet = table.sheet
    if _SPEAKS.search(sheet.name):
        return True
    if table.label_column is not None:
        for row in range(table.heading_row, table.heading_row - _HEADING_ROWS, -1):
            value = sheet.value(row, table.label_column)
            if isinstance(value, str) and words.fold(value) in _TITLED:
                return True
    top = max(table.heading_row - _CAPTION_ROWS, sheet.top)
    return any(
        isinstance(value, str) and len(value) <= 80 and _SPEAKS.search(value) is not None
        for row in sheet.rows[top - sheet.top : table.heading_row - sheet.top]
        for value in row
    )


_EXTRA = (("permanent_id", words.ID), ("earlier_numbers", words.EARLIER), ("status", words.STATUS))


def _extra_columns(sheet: Sheet, heading_row: int) -> list[tuple[int, str]]:
    """The columns of a list that tell an id, earlier numbers or a status, and which."""
    found: list[tuple[int, str]] = []
    for row in range(heading_row, heading_row - _HEADING_ROWS, -1):
        if not sheet.top <= row <= sheet.bottom:
            continue
        for column, value in enumerate(sheet.rows[row - sheet.top], sheet.left):
            found += _extra(column, value)
        if found:
            break
    return found


def _extra(column: int, value: Value) -> list[tuple[int, str]]:
    if not isinstance(value, str) or not value or len(value) > words.LONGEST_FIELD:
        return []
    folded = words.fold(value)
    return [(column, name) for name, known in _EXTRA if folded in known]


def _told(sheet: Sheet, row: int, extra: Sequence[tuple[int, str]], pattern: str) -> Identity:
    identity = Identity()
    for column, name in extra:
        value = sheet.value(row, column)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if value != "":
            answered(identity, name, str(value), pattern)
    return identity


def _register(sheet: Sheet, path: str, pattern: str) -> Overview | None:
    """A list of proposals without amounts: numbers, and what they had before or how far they have come."""
    for row in range(sheet.top, min(sheet.top + _FIRST_ROWS, sheet.bottom + 1)):
        extra = [
            pair
            for column, value in enumerate(sheet.rows[row - sheet.top], sheet.left)
            for pair in _extra(column, value)
        ]
        if not extra:
            continue
        below = range(row + 1, min(sheet.bottom, row + _LONGEST) + 1)
        column = _number_column(sheet, below[:_FIRST_ROWS], sheet.right + 1, pattern)
        if column is None or any(column == taken for taken, _ in extra):
            continue
        rows = []
        for place in below:
            value = sheet.value(place, column)
            said = numbered(value, pattern) if isinstance(value, str) else None
            if said is not None:
                rows.append(_listed(sheet, place, column, said, sheet.right + 1, (), extra, pattern))
        return Overview(path, sheet.name, rows[0].cell, None, Decimal(1), tuple(rows), numbered=True)
    return None
