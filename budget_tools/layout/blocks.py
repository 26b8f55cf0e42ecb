"""Tables whose columns are not headed by years: blocks of numbers with a total among them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from ..formula import addends
from ..model.address import Cell
from ..model.amount import Language, parse_number
from ..model.book import Sheet
from ..model.table import Column, ColumnRole
from . import misprints, words
from .headings import Placed
from .misprints import FIRST_YEAR, LAST_YEAR
from .tables import Draft, Lines, are_shares, label_column_of, texts_over

_GAP = 5  # more rows without a number end a block
_FEWEST_ROWS = 2
_SHARE = 0.1  # a column of amounts has a number in at least this share of the rows


def blocks(sheet: Sheet, others: Sequence[Placed], language: Language) -> Iterator[Draft]:
    """The tables that some cells of a sheet make, top to bottom.

    ``others`` are cells that hold anything but text and belong to no table yet. A block is a table only when
    something in it adds up: a row or column called a total, or a formula that sums its neighbours.
    """
    rows: dict[int, set[int]] = {}
    for row, column, value in others:
        if isinstance(value, int | float) and not isinstance(value, bool):
            rows.setdefault(row, set()).add(column)
    if sheet.unvalued and rows:
        first, last = min(rows), max(rows)
        for cell in sheet.unvalued:
            if first - _GAP <= cell.row <= last + _GAP:
                rows.setdefault(cell.row, set()).add(cell.column)
    for block in _runs(sheet, rows):
        draft = _table(sheet, block, rows, language)
        if draft is not None:
            yield draft


def _runs(sheet: Sheet, rows: dict[int, set[int]]) -> Iterator[list[int]]:
    """Rows with numbers, cut where too many rows without come between, or where new headings stand."""
    run: list[int] = []
    for row in sorted(rows):
        if run and (row - run[-1] > _GAP + 1 or _headed_anew(sheet, run[-1], row, rows[row])):
            yield run
            run = []
        run.append(row)
    if run:
        yield run


def _headed_anew(sheet: Sheet, before: int, row: int, columns: set[int]) -> bool:
    """Whether texts stand over the numbers of a row, below the numbers before it."""
    for between in range(before + 1, row):
        over = sum(
            isinstance(value := sheet.value(between, column), str) and bool(value.strip())
            for column in columns
        )
        if over >= 2:
            return True
    return False


def _table(sheet: Sheet, block: list[int], rows: dict[int, set[int]], language: Language) -> Draft | None:
    if len(block) < _FEWEST_ROWS:
        return None
    counts = Counter(column for row in block for column in rows[row])
    usual = [column for column, count in counts.items() if count >= max(_FEWEST_ROWS, len(block) * _SHARE)]
    if not usual:
        return None
    # between columns of amounts, one with a single number is a column of amounts too
    numbers = sorted(column for column in counts if min(usual) <= column <= max(usual))
    while numbers and _is_axis(sheet, block, numbers[0]):
        numbers.pop(0)
    first, last = block[0], block[-1]
    columns = tuple(
        column
        for column in (_column(sheet, first - 1, number) for number in numbers)
        if column.role is ColumnRole.TOTAL
        or (_holds_amounts(sheet, block, column.number) and not words.names_shares(column.heading))
    )
    if not columns:
        return None
    label_column = label_column_of(sheet, first - 1, last, columns, sheet.left, sheet.right)
    if not _adds_up(sheet, block, columns):
        return None
    reading = Lines(sheet, first - 1, columns, label_column, sheet.left, language)
    lines = reading.read(last)
    if len(lines) < _FEWEST_ROWS:
        return None
    return Draft(sheet, first - 1, columns, lines, label_column, language, reading.entries, (), reading.whole)


def _column(sheet: Sheet, heading_row: int, number: int) -> Column:
    texts = texts_over(sheet, heading_row, number)
    total = next((text for text in texts if words.is_total(text)), None)
    if total is not None:
        return Column(number, ColumnRole.TOTAL, total)
    return Column(number, ColumnRole.OTHER, texts[0] if texts else "")


def _is_axis(sheet: Sheet, block: list[int], column: int) -> bool:
    """Whether a column counts the rows, as years or numbers do, rather than holding amounts."""
    values = [
        value
        for row in block
        if isinstance(value := sheet.value(row, column), int | float) and not isinstance(value, bool)
    ]
    if len(values) < 2 or any(value != int(value) for value in values):
        return False
    steps = {after - before for before, after in pairwise(values)}
    if all(FIRST_YEAR - 100 <= value <= LAST_YEAR for value in values) and steps <= {1, -1, 0, 5, 10}:
        return True
    if FIRST_YEAR <= values[0] <= LAST_YEAR and misprints.among([int(value) for value in values]):
        return True
    return steps == {1} and len(values) > 2


_MOST_TEXTS = 2


def _holds_amounts(sheet: Sheet, block: list[int], column: int) -> bool:
    """Whether a column's numbers can be amounts, rather than codes, partly written as text, or shares."""
    numbers: list[float] = []
    texts = 0
    for row in block:
        value = sheet.value(row, column)
        if isinstance(value, int | float) and not isinstance(value, bool):
            numbers.append(value)
        elif isinstance(value, str) and value and parse_number(value, "en") is not None:
            texts += 1
    if texts > _MOST_TEXTS and texts * 5 > len(numbers):
        return False
    return not are_shares(numbers)


def _adds_up(sheet: Sheet, block: list[int], columns: Sequence[Column]) -> bool:
    if any(column.role is ColumnRole.TOTAL for column in columns) and len(columns) > 2:
        return True
    last = columns[-1].number
    opened = False
    for row in block:
        for label in sheet.rows[row - sheet.top][: last - sheet.left]:
            if type(label) is str and label:
                if words.is_total(label) or words.is_subtotal(label):
                    return True
                if opened and words.is_closing(label):
                    return True
                opened = opened or words.is_opening(label)
    inside = {column.number for column in columns}
    for row in block:
        for number in inside:
            cell = Cell(row, number)
            formula = sheet.formulas.get(cell)
            if formula is None:
                continue
            total = addends(formula, cell)
            if total is not None and len(total.cells) >= 2:
                return True
    return _sums_somewhere(sheet, block, columns)


_LONGEST = 400
_FEWEST_ADDENDS = 3


def _sums_somewhere(sheet: Sheet, block: list[int], columns: Sequence[Column]) -> bool:
    """Whether some row is the sum of rows right above it in two columns at least."""
    if len(block) > _LONGEST or len(columns) < 2:
        return False
    grid = [
        [
            float(value) if isinstance(value := sheet.value(row, column.number), int | float) else 0.0
            for column in columns
        ]
        for row in block
    ]
    for index in range(_FEWEST_ADDENDS, len(grid)):
        shown = grid[index]
        sums = [0.0] * len(columns)
        for count, above in enumerate(reversed(grid[:index]), 1):
            sums = [total + value for total, value in zip(sums, above, strict=True)]
            if count >= _FEWEST_ADDENDS:
                right = sum(
                    abs(total - value) < 1e-6 and abs(value) > 1 and value != grid[index - 1][place]
                    for place, (total, value) in enumerate(zip(sums, shown, strict=True))
                )
                if right >= 2:
                    return True
    return False
