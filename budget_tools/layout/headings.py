"""Rows of years: where tables begin and which columns hold amounts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import pairwise
from typing import Any, NamedTuple

from ..model.book import Sheet, Value
from ..model.table import YearRole
from . import words
from .misprints import FIRST_YEAR, LAST_YEAR, mended

Placed = tuple[int, int, Any]
_WIDEST_STEP = 6  # '2019, 2023, 2024': years may be left out, but not many


class Note(NamedTuple):
    """A text of a sheet that means something to its layout."""

    row: int
    column: int
    text: str
    heard: words.Heard


class YearCell(NamedTuple):
    """A cell that may be the heading of a year column."""

    column: int
    year: int
    role: YearRole
    typed: bool  # as text or a date: nobody writes an amount like that
    written: int | None = None  # what stands there, where that is a misprint of the year


class Heading(NamedTuple):
    """A row of years that reads as the heading of one table."""

    row: int
    years: tuple[YearCell, ...]


def headings(sheet: Sheet, notes: Sequence[Note], others: Sequence[Placed]) -> list[Heading]:
    """Every row that is the heading of a table, top to bottom; a row may head tables side by side.

    ``notes`` are the texts of the sheet that mean something, ``others`` the cells (row, column, value) with
    anything but text, both in reading order.
    """
    notes = [note for note in notes if note.heard.year is not None]
    if sheet.shape is None:
        rows = list(_rows_of_years(sheet, notes, others))
    else:  # then all cells but texts are numbers, and those that are no years stand where they always do
        years = [cell for cell in others if FIRST_YEAR <= cell[2] <= LAST_YEAR]
        known: dict[object, list[Heading]] = sheet.shape.once("headings", dict)
        key = (
            tuple(years),
            tuple([(row, column, text) for row, column, text, _ in notes]),
            _around(sheet, years + _said(notes) if notes else years),
        )
        if key not in known:
            if len(known) >= _MOST_KNOWN:
                known.clear()
            known[key] = list(_rows_of_years(sheet, notes, others))
        rows = known[key]
    return [
        one
        for one in rows
        if len(one.years) > 1 or _stands_alone(sheet, one.row, one.years[0], sheet.rows[one.row - sheet.top])
    ]


_MOST_KNOWN = 16  # rows of years of the sheets of one shape


def _said(notes: Sequence[Note]) -> list[Placed]:
    """The years that texts name, where they stand."""
    return [(note.row, note.column, note.heard.year[0]) for note in notes if note.heard.year is not None]


def _around(sheet: Sheet, cells: Iterable[tuple[int, int, int]]) -> tuple[object, ...]:
    """What else tells a misprint among years: the rest of their row, and the texts over and under them."""
    rows: dict[int, list[tuple[int, int]]] = {}
    for row, column, year in cells:
        rows.setdefault(row, []).append((column, year))
    found: list[object] = []
    for row, years in rows.items():
        if len(years) > 1:
            found.append(tuple(sheet.rows[row - sheet.top]))
            if any(later[1] - year[1] != 1 for year, later in pairwise(years)):
                near = [sheet.value(row + step, column) for step in (-2, -1, 1) for column, _ in years]
                found.append(tuple([value if isinstance(value, str) else "" for value in near]))
    return tuple(found)


def _rows_of_years(sheet: Sheet, notes: Sequence[Note], others: Sequence[Placed]) -> Iterator[Heading]:
    """The rows of years of a sheet, a single year too; ``notes`` are the texts that name one."""
    found: dict[int, list[YearCell]] = {}
    numbers: dict[int, list[Placed]] = {}
    for cell in others:
        row, column, value = cell
        kind = type(value)
        if kind is float or kind is int:
            if FIRST_YEAR <= value <= LAST_YEAR and value == int(value):
                found.setdefault(row, []).append(YearCell(column, int(value), YearRole.BUDGET, False))
            else:
                numbers.setdefault(row, []).append(cell)
        elif kind is bool:
            numbers.setdefault(row, []).append(cell)
        elif isinstance(value, datetime | date) and value.month in (1, 12) and value.day in (1, 31):
            found.setdefault(row, []).append(YearCell(column, value.year, YearRole.BUDGET, True))
    for note in notes:
        said = note.heard.year
        if said is not None and not _goes_on(sheet, note):
            found.setdefault(note.row, []).append(YearCell(note.column, said[0], said[1], True))
    for row in sorted(found):
        cells = sorted(found[row], key=lambda cell: cell.column)
        typed = [cell.typed for cell in cells]
        odd = numbers.get(row, ())
        if odd and len(cells) < 2 and not all(typed):
            continue
        bare = all(not cell.typed or _is_bare(sheet.value(row, cell.column)) for cell in cells)
        if bare and not all(typed) and _continues(sheet, row, cells):
            continue
        cells = mended(sheet, row, cells, odd)
        if len(odd) > sum(cell.written is not None for cell in cells) and not all(typed):
            continue
        if bare and len(cells) == 1 and row in numbers:
            continue  # an amount that was typed as text, beside other amounts
        for run in _runs(cells):
            yield Heading(row, run)


def _is_bare(value: Value) -> bool:
    """Whether a text is digits alone: it may be an amount as well as a year."""
    return isinstance(value, str) and "".join(value.split()).isdigit()


def _goes_on(sheet: Sheet, note: Note) -> bool:
    """Whether a text stands in three cells one below the other: each line says which budget it is of."""
    alike = [sheet.value(note.row + step, note.column) == note.text for step in (-2, -1, 1, 2)]
    return (alike[0] and alike[1]) or (alike[1] and alike[2]) or (alike[2] and alike[3])


def _continues(sheet: Sheet, row: int, found: list[YearCell]) -> bool:
    """Whether numbers that could be years are amounts: below other numbers, or the same one repeated."""
    if len(found) > 1 and len({cell.year for cell in found}) == 1:
        return True
    return any(isinstance(sheet.value(row - 1, cell.column), int | float) for cell in found)


def _runs(found: list[YearCell]) -> Iterator[tuple[YearCell, ...]]:
    """Cut a row of years where they start over: '2023 2024 … 2023 2024' are two tables side by side."""
    run: list[YearCell] = []
    direction = 0
    for cell in found:
        if run:
            step = cell.year - run[-1].year
            starts_over = direction * step < 0 or abs(step) > _WIDEST_STEP
            if step == 0 and cell.role is run[-1].role and not cell.typed:
                starts_over = True
            if starts_over and cell.typed and any(cell.role is not other.role for other in run):
                starts_over = (
                    False  # 'Regnskab 2022, Budget 2023, Regnskab 2021': kinds of figures, one table
                )
            if starts_over and _sums_up(run, cell):
                run.append(cell)
                continue
            if starts_over:
                yield tuple(run)
                run, direction = [], 0
            elif step:
                direction = 1 if step > 0 else -1
        run.append(cell)
    if run:
        yield tuple(run)


def _sums_up(run: list[YearCell], cell: YearCell) -> bool:
    """Whether a year right after its own quarters or months is their sum: '2023 Q1 … 2023 Q4, 2023'."""
    return cell.column == run[-1].column + 1 and sum(other.year == cell.year for other in run) >= 2


def _stands_alone(sheet: Sheet, row: int, year: YearCell, values: Sequence[Value]) -> bool:
    """Whether a single year heads a table: named as a budget, or beside a total, and above an amount."""
    texts = [value for value in values if isinstance(value, str) and 0 < len(value) <= 60]
    above = sheet.value(row - 1, year.column)
    if isinstance(above, str):
        texts.append(above)
    own = sheet.value(row, year.column)
    named = (isinstance(own, str) and not own.strip().isdigit()) or any(
        words.is_total(text) or _says_budget(text) or words.unit_of(text, near_table=True) for text in texts
    )
    below = sheet.value(row + 1, year.column)
    named = named or (isinstance(below, str) and words.unit_of(below, near_table=True) is not None)
    if not named and not (texts and _adds_up_below(sheet, row, year.column)):
        return False
    return any(
        isinstance(below := sheet.value(row + step, year.column), int | float) and not isinstance(below, bool)
        for step in (1, 2, 3)
    )


def _adds_up_below(sheet: Sheet, row: int, column: int) -> bool:
    """Whether a column of amounts with a total in it begins below a cell."""
    amounts = 0
    for place in range(row + 1, min(row + 60, sheet.bottom) + 1):
        if isinstance(sheet.value(place, column), int | float):
            amounts += 1
            labels = sheet.rows[place - sheet.top][: column - sheet.left]
            if amounts > 1 and any(isinstance(label, str) and words.is_total(label) for label in labels):
                return True
    return False


def _says_budget(text: str) -> bool:
    """Whether a heading is about budgets: 'Budgetoverslag', 'Budgetoverslag (t.kr.)'."""
    first = words.fold(text).replace(",", " ").replace("(", " ").split()
    return bool(first) and first[0] in words.YEAR_HEADING
