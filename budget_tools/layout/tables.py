"""From a heading to a table: its columns, its lines and what stands in its cells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from ..model.address import Cell, Range
from ..model.amount import Language, decimal_of, parse_number
from ..model.book import ErrorValue, Sheet, Value
from ..model.table import Column, ColumnRole, Entry, Line, LineKind, Table, YearRole
from . import words
from .headings import Heading, YearCell

_BLANK_ROWS = 2  # more blank rows than this end a table
_ROWS_WITHOUT_AMOUNTS = 8  # and so do more rows of text than this
_LONGEST_LABEL = 160  # a longer text below a table is prose
_LONGEST_ENTRY = 30  # a longer text in an amount cell is a remark that spills over
_HEADING_ROWS = 3  # a heading may reach this far above its years
_UNIT_ROWS = 6  # a caption with the unit stands at most this far above


def build(
    sheet: Sheet, heading: Heading, neighbours: Sequence[Heading], stops: frozenset[int], language: Language
) -> Table | None:
    """The table below a heading, or None when nothing there is an amount.

    ``neighbours`` are the other headings of the sheet; ``stops`` are rows where something else begins.
    """
    left, right = _borders(heading, neighbours, sheet)
    columns = _columns(sheet, heading, left, right)
    bottom = _reach(sheet, heading, columns, neighbours, stops, left, right)
    if bottom is None:
        return None
    label_column = _label_column(sheet, heading.row, bottom, columns, left, right)
    lines, entries = _lines(sheet, heading.row, bottom, columns, label_column, left, language)
    if not lines:
        return None
    lines, below = _without_strays(lines)
    beside = _beside(sheet, heading.row, lines, columns, label_column, left, right)
    strays = tuple(
        Cell(line.row, column.number)
        for line in below
        for column, amount in zip(columns, line.amounts, strict=True)
        if amount is not None
    )
    entries = {cell: entry for cell, entry in entries.items() if cell.row <= lines[-1].row}
    return Table(
        sheet, heading.row, columns, lines, label_column, language, entries=entries, strays=(*beside, *strays)
    )


def _without_strays(lines: tuple[Line, ...]) -> tuple[tuple[Line, ...], tuple[Line, ...]]:
    """Cut off rows at the end that hold a number or two and no text, below the last total or apart."""
    end = len(lines)
    while end > 1 and not lines[end - 1].label and _sparse(lines[end - 1]):
        end -= 1
    if end == len(lines):
        return lines, ()
    apart = lines[end].row > lines[end - 1].row + 1
    return (lines[:end], lines[end:]) if lines[end - 1].kind is LineKind.TOTAL or apart else (lines, ())


def _sparse(line: Line) -> bool:
    amounts = sum(amount is not None for amount in line.amounts)
    return amounts <= _FEW and amounts * 2 <= len(line.amounts)


_FEW = 2  # more numbers in a column without a heading are a column of something, not strays


def _beside(
    sheet: Sheet,
    heading_row: int,
    lines: tuple[Line, ...],
    columns: tuple[Column, ...],
    label_column: int | None,
    left: int,
    right: int,
) -> Iterator[Cell]:
    """Numbers in the rows of a table, in columns that have no heading and hold hardly anything else."""
    taken = {column.number for column in columns} | {label_column}
    first = columns[0].number
    rows = range(heading_row + 1, lines[-1].row + 1)
    if len(rows) > 2000:
        return
    for number in range(left, right + 1):
        if number in taken or number < first and label_column is not None and number < label_column:
            continue
        cells = []
        for row in rows:
            value = sheet.value(row, number)
            if type(value) is float or type(value) is int:
                cells.append(Cell(row, number))
            elif isinstance(value, str) and value.strip():
                break
        else:
            if 0 < len(cells) <= _FEW and not heading_texts(sheet, heading_row, number):
                yield from cells


def _borders(heading: Heading, neighbours: Sequence[Heading], sheet: Sheet) -> tuple[int, int]:
    """The columns that belong to a table when others stand beside it."""
    width = max(map(len, sheet.rows), default=0)
    left, right = sheet.left, sheet.left + width - 1
    for other in neighbours:
        if other is heading or other.row != heading.row:
            continue
        if other.years[0].column > heading.years[-1].column:
            # its label column, when it has one, is the text column just before its first year
            edge = other.years[0].column - 1
            while edge > heading.years[-1].column and _holds_text(sheet, heading.row, edge):
                edge -= 1
            right = min(right, edge)
        else:
            left = max(left, _right_edge(sheet, other, heading) + 1)
    return left, max(right, heading.years[-1].column)


def _holds_text(sheet: Sheet, row: int, column: int) -> bool:
    texts = numbers = 0
    for step in range(1, 9):
        value = sheet.value(row + step, column)
        texts += isinstance(value, str) and any(letter.isalpha() for letter in value)
        numbers += isinstance(value, int | float)
    return texts > 0 and not numbers


def _right_edge(sheet: Sheet, other: Heading, heading: Heading) -> int:
    edge = other.years[-1].column
    for column in range(edge + 1, heading.years[0].column):
        if _holds_text(sheet, heading.row, column) and not any(
            words.is_total(text) for text in heading_texts(sheet, heading.row, column)
        ):
            break
        edge = column
    return edge


def heading_texts(sheet: Sheet, row: int, column: int) -> list[str]:
    """What stands over a column, nearest first: its cell in the heading row, merged cells, rows above."""
    found: list[str] = []
    for above in range(_HEADING_ROWS + 1):
        place = row - above
        if place < sheet.top:
            break
        value = sheet.value(place, column)
        if value == "":
            value = _merged(sheet, place, column)
        if isinstance(value, str) and value.strip():
            if len(value) > 60:
                break
            if value not in found:
                found.append(value)
        elif isinstance(value, int | float) and above:
            break
    return found


def _merged(sheet: Sheet, row: int, column: int) -> Value:
    for merge in sheet.merges:
        if merge.top <= row <= merge.bottom and merge.left <= column <= merge.right:
            return sheet.value(merge.top, merge.left)
    return ""


def _columns(sheet: Sheet, heading: Heading, left: int, right: int) -> tuple[Column, ...]:
    columns = [
        Column(
            cell.column,
            ColumnRole.YEAR,
            _shown(sheet.value(heading.row, cell.column)),
            cell.year,
            _year_role(sheet, heading.row, cell),
        )
        for cell in heading.years
    ]
    taken = {column.number for column in columns}
    for number in range(left, right + 1):
        if number in taken:
            continue
        own = sheet.value(heading.row, number)
        texts = heading_texts(sheet, heading.row, number)
        if own == "" and _spans(sheet, heading, number):
            texts = texts[:0]
        below = sheet.value(heading.row + 1, number)
        if isinstance(below, str) and 0 < len(below.strip()) <= 40 and _is_heading_row(sheet, heading.row + 1, heading):
            texts = [*texts, below]
        name = next((text for text in texts if words.is_total(text)), None)
        if name is not None and _holds_amounts(sheet, heading.row, number):
            columns.append(Column(number, ColumnRole.TOTAL, name))
    return tuple(sorted(columns, key=lambda column: column.number))


def _year_role(sheet: Sheet, row: int, cell: YearCell) -> YearRole:
    """Which figures a year column holds: what its own heading says, else what stands over it."""
    if cell.role is not YearRole.BUDGET:
        return cell.role
    for text in heading_texts(sheet, row, cell.column)[:3]:
        role = words.year_role(text)
        if role is not None:
            return role
    return cell.role


def _is_heading_row(sheet: Sheet, row: int, heading: Heading) -> bool:
    """Whether the row below the years is a second row of headings: texts over the amounts, no numbers."""
    values = [sheet.value(row, year.column) for year in heading.years]
    return any(value != "" for value in values) and all(isinstance(value, str) for value in values)


def _spans(sheet: Sheet, heading: Heading, column: int) -> bool:
    """Whether what stands over a column is a merged title over years as well: no heading of its own."""
    first, last = heading.years[0].column, heading.years[-1].column
    for merge in sheet.merges:
        if (
            merge.left <= column <= merge.right
            and heading.row - _HEADING_ROWS <= merge.top <= heading.row
            and merge.left <= last
            and merge.right >= first
        ):
            return True
    return False


_LOOK_AHEAD = 40
_ENOUGH = 3


def _holds_amounts(sheet: Sheet, row: int, column: int) -> bool:
    """Whether the first cells of a column below a heading hold amounts or nothing, rather than texts."""
    amounts = texts = 0
    for place in range(row + 1, row + _LOOK_AHEAD):
        value = sheet.value(place, column)
        if isinstance(value, str):
            if (place, column) in sheet.unvalued or (value and parse_number(value, "da") is not None):
                amounts += 1
            elif any(map(str.isalpha, value)) and words.unit_of(value, near_table=True) is None:
                texts += 1
        else:
            amounts += 1
        if amounts + texts >= _ENOUGH:
            break
    return amounts >= texts


def _shown(value: Value) -> str:
    if isinstance(value, float) and value == int(value):
        return str(int(value))
    if isinstance(value, datetime | date):
        return str(value.year)
    return str(value)


def _reach(
    sheet: Sheet,
    heading: Heading,
    columns: tuple[Column, ...],
    neighbours: Sequence[Heading],
    stops: frozenset[int],
    left: int,
    right: int,
) -> int | None:
    """The last row with an amount, or with the label of a total that is still to be filled in."""
    numbers = [column.number for column in columns]
    first, last = min(numbers), max(numbers)
    next_heading = min(
        (
            other.row
            for other in neighbours
            if other.row > heading.row
            and other.years[0].column <= last
            and other.years[-1].column >= first
        ),
        default=sheet.bottom + 1,
    )
    reach: int | None = None
    blank = idle = 0
    for row in range(heading.row + 1, min(next_heading, sheet.bottom + 1)):
        if row in stops:
            break
        values = [sheet.value(row, number) for number in numbers]
        if row == heading.row + 1 and is_unit_row(values):
            continue
        if any(_is_amount(value) for value in values) or (
            sheet.unvalued and any((row, number) in sheet.unvalued for number in numbers)
        ):
            reach, blank, idle = row, 0, 0
            continue
        texts = [
            value
            for column in range(left, right + 1)
            if isinstance(value := sheet.value(row, column), str) and value.strip()
        ]
        if not texts:
            if any(value != "" and not isinstance(value, str) for value in values):
                reach, blank, idle = row, 0, 0  # errors or dates where amounts should be
                continue
            blank += 1
            if blank > _BLANK_ROWS:
                break
            continue
        if any(words.is_total(text) for text in texts[:2]) and reach is not None and blank <= 1:
            reach, idle = row, 0
            continue
        if max(map(len, texts)) > _LONGEST_LABEL or any(words.unit_of(text, near_table=False) for text in texts):
            break
        blank = 0
        idle += 1
        if idle > _ROWS_WITHOUT_AMOUNTS:
            break
    return reach


def is_unit_row(values: Sequence[Value]) -> bool:
    """Whether the cells under a heading say what the amounts are in: '1.000 kr.' in every column."""
    texts = [value for value in values if value != ""]
    return bool(texts) and all(
        isinstance(text, str) and words.unit_of(text, near_table=True) is not None for text in texts
    )


def _is_amount(value: Value) -> bool:
    kind = type(value)
    if kind is float or kind is int:
        return True
    if kind is str:
        return value != "" and len(value) <= 24 and parse_number(value, "da") is not None  # type: ignore[arg-type]
    return isinstance(value, ErrorValue)


def _label_column(
    sheet: Sheet, top: int, bottom: int, columns: tuple[Column, ...], left: int, right: int
) -> int | None:
    """The column whose texts name the lines: the one with most letters, left of the amounts if it can be."""
    first = min(column.number for column in columns)
    taken = {column.number for column in columns}
    best: tuple[float, int] | None = None
    rows = range(top + 1, min(bottom, top + 200) + 1)
    for number in range(left, right + 1):
        if number in taken:
            continue
        letters = filled = 0
        for row in rows:
            value = sheet.value(row, number)
            if isinstance(value, str) and value:
                count = sum(map(str.isalpha, value))
                letters += min(count, 40)
                filled += count > 1
        if not filled:
            continue
        weight = filled * (1.0 if number < first else 0.3) + letters / 1000
        if best is None or weight > best[0]:
            best = (weight, number)
    if best is not None:
        return best[1]
    return first - 1 if first > left and first - 1 not in taken else None


def _lines(
    sheet: Sheet,
    heading_row: int,
    bottom: int,
    columns: tuple[Column, ...],
    label_column: int | None,
    left: int,
    language: Language,
) -> tuple[tuple[Line, ...], dict[Cell, Entry]]:
    lines: list[Line] = []
    entries: dict[Cell, Entry] = {}
    numbers = [column.number for column in columns]
    offset = sheet.left
    first_amount = numbers[0]
    for row in range(heading_row + 1, bottom + 1):
        values = sheet.rows[row - sheet.top]
        width = len(values)
        raw = tuple(values[number - offset] if number - offset < width else "" for number in numbers)
        if row == heading_row + 1 and is_unit_row(raw):
            continue
        label = _label(values, label_column, offset, left, first_amount)
        calculated = bool(sheet.unvalued) and any((row, number) in sheet.unvalued for number in numbers)
        if not calculated and not any(value != "" for value in raw):
            if label and words.is_total(label):
                lines.append(Line(row, label, LineKind.TOTAL, raw, (None,) * len(raw)))
            continue
        amounts: list[Decimal | None] = []
        odd: dict[Cell, Entry] = {}
        numeric = False
        for number, value in zip(numbers, raw, strict=True):
            kind = type(value)
            if kind is float or kind is int:
                numeric = True
                amounts.append(decimal_of(value))  # type: ignore[arg-type]
                continue
            amount: Decimal | None = None
            if value != "":
                entry, amount = _entry(sheet, row, number, value, language)
                if entry is not None:
                    odd[Cell(row, number)] = entry
            amounts.append(amount)
        if not numeric and not calculated and not _counts_as_line(odd, label, lines):
            continue
        entries.update(odd)
        lines.append(Line(row, label, kind_of(label), raw, tuple(amounts)))
    return tuple(lines), entries


def kind_of(label: str) -> LineKind:
    """What a label says that a row is."""
    if not label:
        return LineKind.LINE
    if words.is_of_which(label):
        return LineKind.OF_WHICH
    if words.is_subtotal(label):
        return LineKind.SUBTOTAL
    return LineKind.TOTAL if words.is_total(label) else LineKind.LINE


def _counts_as_line(odd: dict[Cell, Entry], label: str, lines: list[Line]) -> bool:
    """Whether a row without any plain number is a line: it holds numbers as text, errors or dates."""
    kinds = set(odd.values())
    if kinds & {Entry.TEXT_NUMBER, Entry.ERROR}:
        return True
    if Entry.DATE in kinds:
        return bool(label)
    return bool(label) and bool(kinds) and bool(lines)


def _entry(
    sheet: Sheet, row: int, column: int, value: Value, language: Language
) -> tuple[Entry | None, Decimal | None]:
    if isinstance(value, ErrorValue):
        return Entry.ERROR, None
    if isinstance(value, datetime | date | time | timedelta):
        return Entry.DATE, None
    if not isinstance(value, str):
        return Entry.TEXT, None  # TRUE and FALSE
    text = value.strip()
    if not text or len(text) > _LONGEST_ENTRY:
        return None, None
    if text.casefold() in words.FILLERS or not text.strip(".-–—… "):
        return Entry.FILLER, None
    amount = parse_number(value, language)
    if amount is not None:
        return Entry.TEXT_NUMBER, amount
    for merge in sheet.merges:
        if merge.top <= row <= merge.bottom and merge.left <= column <= merge.right and merge.left != merge.right:
            return None, None  # a remark over several columns
    return Entry.TEXT, None


def _label(values: Sequence[Value], label_column: int | None, offset: int, left: int, first_amount: int) -> str:
    if label_column is not None and label_column - offset < len(values):
        value = values[label_column - offset]
        if isinstance(value, str):
            text = value.strip()
            if text:
                return text
    for number in range(left, first_amount):
        value = values[number - offset] if number - offset < len(values) else ""
        if isinstance(value, str) and any(map(str.isalpha, value)):
            return value.strip()
    return ""


def unit_statements(
    sheet: Sheet, table_range: Range, first_row: int, last_row: int
) -> tuple[tuple[int, Cell], ...]:
    """Every statement of a unit for a table, from ``first_row`` to its heading and just below the table."""
    found: list[tuple[int, Cell]] = []
    top = table_range.top
    for row in range(max(first_row, sheet.top), min(last_row, table_range.bottom + 3) + 1):
        if top + 1 < row <= table_range.bottom or row - sheet.top >= len(sheet.rows):
            continue
        near = top - _UNIT_ROWS <= row <= top + 1 or row > table_range.bottom
        values = sheet.rows[row - sheet.top]
        for index, value in enumerate(values):
            if type(value) is not str or not 2 < len(value) <= 140:
                continue
            column = sheet.left + index
            unit = words.unit_of(value, near_table=near and not (row > table_range.bottom and value[0] != "("))
            if unit is None and index and _is_unit_label(values[:index]):
                unit = words.unit_of(value, near_table=True)
            if unit is not None:
                found.append((unit, Cell(row, column)))
    return tuple(found)


def _is_unit_label(before: Sequence[Value]) -> bool:
    """Whether the text to the left asks for a unit: 'Enhed:'."""
    for value in reversed(before):
        if isinstance(value, str) and value:
            return words.fold(value) in words.UNIT_LABELS
    return False
