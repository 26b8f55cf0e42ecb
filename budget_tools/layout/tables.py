"""From a heading to a table: its columns, its lines and what stands in its cells."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from ..formula import addends
from ..model.address import Cell, Range
from ..model.amount import Language, decimal_of, parse_number
from ..model.book import ErrorValue, Shape, Sheet, Value
from ..model.table import Column, ColumnRole, Entry, Line, LineKind, Table, YearRole
from . import long, words
from .headings import Heading, Note, YearCell

_BLANK_ROWS = 2  # more blank rows than this end a table
_ROWS_WITHOUT_AMOUNTS = 8  # and so do more rows of text than this
LONGEST_LABEL = 160  # a longer text below a table is prose
_LONGEST_ENTRY = 30  # a longer text in an amount cell is a remark that spills over
LONGEST_HEADING = 60
HEADING_ROWS = 3  # a heading may reach this far above its years
_UNIT_ROWS = 6  # a caption with the unit stands at most this far above
_UNITS_BELOW = 3  # or this far below the table


@dataclass(slots=True)
class Draft:
    """A table as far as its own cells tell it, before it is known what it belongs to."""

    sheet: Sheet
    heading_row: int
    columns: tuple[Column, ...]
    lines: Sequence[Line]
    label_column: int | None
    language: Language
    entries: dict[Cell, Entry]
    strays: tuple[Cell, ...]
    whole: bool
    shape: Shape | None = None  # what it has in common with the tables of other sheets

    @property
    def has_years(self) -> bool:
        """Whether its columns are years: what a proposal's table has."""
        return any(column.role is ColumnRole.YEAR for column in self.columns)

    @property
    def range(self) -> Range:
        """From the heading to the last line, from the label to the last column of amounts."""
        first, last = self.columns[0].number, self.columns[-1].number
        if self.label_column is not None:
            first, last = min(first, self.label_column), max(last, self.label_column)
        return Range(self.heading_row, first, self.lines[-1].row, last)

    def finished(
        self,
        units: Sequence[Note],
        area: Range,
        first: int,
        last: int,
        above: int,
        *,
        number: str | None = None,
        prose: str | None = None,
    ) -> Table:
        """The table, with the units stated for it in rows ``first`` to ``last`` and in rows up to ``above``.

        ``units`` are the texts of the sheet that may state a unit; ``area`` is the table's range; ``prose``
        is the text of the proposal that the table belongs to, ``number`` its number.
        """
        stated = unit_statements(self.sheet, units, area, first, last)
        if 0 < above < first:
            stated += unit_statements(self.sheet, units, area, 1, above)
        return Table(
            self.sheet,
            self.heading_row,
            self.columns,
            self.lines if prose is None else tuple(self.lines),
            self.label_column,
            self.language,
            stated,
            entries=self.entries,
            strays=self.strays,
            whole=self.whole,
            prose=prose or "",
            proposal=number,
            in_proposal=prose is not None,
            shape=self.shape,
        )


class _Over:
    """What stands over the columns of a table: its heading row, the rows above, merged cells."""

    def __init__(self, sheet: Sheet, row: int) -> None:
        self._sheet = sheet
        self._row = row
        top = row - HEADING_ROWS
        self.merges = [
            merge
            for merge in sheet.merges
            if merge.bottom >= top
            and merge.top <= row
            and len(str(sheet.value(merge.top, merge.left))) <= LONGEST_HEADING
        ]

    def texts(self, column: int) -> list[str]:
        """What stands over a column, nearest first."""
        found: list[str] = []
        sheet = self._sheet
        for place in range(self._row, max(self._row - HEADING_ROWS, sheet.top) - 1, -1):
            value = sheet.value(place, column)
            if value == "" and self.merges:
                value = self._merged(place, column)
            if isinstance(value, str):
                if value and value not in found and not value.isspace():
                    if len(value) > LONGEST_HEADING:
                        break
                    found.append(value)
            elif place != self._row:
                break
        return found

    def _merged(self, row: int, column: int) -> Value:
        for merge in self.merges:
            if merge.top <= row <= merge.bottom and merge.left <= column <= merge.right:
                return self._sheet.value(merge.top, merge.left)
        return ""

    def spans(self, column: int, first: int, last: int) -> bool:
        """Whether what stands over a column is a merged title over the years as well."""
        return any(
            merge.left <= column <= merge.right and merge.left <= last and merge.right >= first
            for merge in self.merges
        )


def texts_over(sheet: Sheet, row: int, column: int) -> list[str]:
    """What stands over a column from a heading row upwards, nearest first."""
    return _Over(sheet, row).texts(column)


def build(
    sheet: Sheet, heading: Heading, neighbours: Sequence[Heading], stops: frozenset[int], language: Language
) -> tuple[Draft | None, int | None]:
    """The table below a heading, None when nothing there is an amount; and the last row that was looked at.

    ``neighbours`` are all headings of the sheet; ``stops`` are rows where something else begins. There is no
    such row where the sizes of numbers, or tables beside this one, had a say in what the table is.
    """
    left, right = _borders(heading, neighbours, sheet)
    over = _Over(sheet, heading.row)
    columns, looked_at = _columns(sheet, heading, over, left, right)
    bottom, stopped = _reach(sheet, heading, columns, neighbours, stops, left, right)
    if bottom is None:
        return None, None
    label_column = label_column_of(sheet, heading.row, bottom, columns, left, right)
    columns, weighed = _with_others(sheet, over, heading.row, bottom, columns, label_column, right, language)
    weighed = weighed or any(other.row == heading.row and other is not heading for other in neighbours)
    reading = Lines(sheet, heading.row, columns, label_column, left, language)
    if left > sheet.left and _named_by(sheet, heading.row, bottom, columns, left, right) is None:
        # without any text of its own it has the lines of the table beside it
        reading.beside = _named_by(sheet, heading.row, bottom, columns, sheet.left, left - 1)
    lines = reading.read(bottom)
    if not lines:
        return None, None
    lines, signed = _without_signature(lines, reading.entries)
    lines, below = _without_strays(lines)
    below = (*below, *signed)
    strays = [
        Cell(line.row, column.number)
        for line in below
        for column, amount in zip(columns, line.amounts, strict=True)
        if amount is not None
    ]
    entries = reading.entries
    if below:
        entries = {cell: entry for cell, entry in entries.items() if cell.row <= lines[-1].row}
    beside = _beside(sheet, over, heading.row, lines, columns, label_column, left, right)
    draft = Draft(
        sheet,
        heading.row,
        columns,
        lines,
        label_column,
        language,
        entries,
        (*beside, *strays),
        reading.whole,
    )
    return draft, None if weighed else max(looked_at, stopped)


_FEWEST_OTHERS = 4  # so many numbers make a column of amounts under another heading than a year


def _with_others(
    sheet: Sheet,
    over: _Over,
    heading_row: int,
    bottom: int,
    columns: tuple[Column, ...],
    label_column: int | None,
    right: int,
    language: Language,
) -> tuple[tuple[Column, ...], bool]:
    """The columns with those between and after the years that hold numbers too: changes, quarters, shares.

    Also whether the sizes of numbers were looked at for that.
    """
    weighed = False
    if bottom - heading_row < _FEWEST_OTHERS:
        return columns, weighed
    taken = {column.number for column in columns}
    first = columns[0].number if label_column is None else min(label_column + 1, columns[0].number)
    rows = sheet.rows[heading_row + 1 - sheet.top : bottom + 1 - sheet.top]
    found: list[Column] = []
    for number in range(first, right + 1):
        if number in taken or number == label_column:
            continue
        offset = number - sheet.left
        numbers = [value for values in rows if isinstance(value := values[offset], float)]
        filled = len(numbers) + _sums_without_result(sheet, number, heading_row + 1, bottom)
        if filled < _FEWEST_OTHERS - 1:
            continue
        weighed = True
        if are_shares(numbers):
            continue
        if filled < _FEWEST_OTHERS and not any(
            isinstance(value := values[offset], str) and value and parse_number(value, language) is not None
            for values in rows
        ):
            continue  # one of the numbers may have been typed as text
        remarks = sum(isinstance(value := values[offset], str) and len(value) > 1 for values in rows)
        if remarks <= filled:
            texts = over.texts(number)
            if not any(words.names_codes(text) or words.names_shares(text) for text in texts):
                found.append(Column(number, ColumnRole.OTHER, texts[0] if texts else ""))
    if found:
        columns = tuple(sorted((*columns, *found), key=lambda column: column.number))
    return columns, weighed


def _sums_without_result(sheet: Sheet, column: int, top: int, bottom: int) -> int:
    """How many formulas of a column add or subtract and have no result stored: amounts all the same."""
    if not sheet.unvalued:
        return 0
    cells = [cell for row in range(top, bottom + 1) if (cell := Cell(row, column)) in sheet.unvalued]
    return sum(addends(sheet.formulas[cell], cell) is not None for cell in cells if cell in sheet.formulas)


_LARGEST_SHARE = 1.5


def are_shares(numbers: Sequence[float]) -> bool:
    """Whether the numbers of a column are shares or rates of change rather than amounts."""
    return all(abs(number) <= _LARGEST_SHARE for number in numbers) and not all(
        number == int(number) for number in numbers
    )


def _borders(heading: Heading, neighbours: Sequence[Heading], sheet: Sheet) -> tuple[int, int]:
    """The columns that belong to a table when others stand beside it."""
    left, right = sheet.left, sheet.right
    for other in neighbours:
        if other.row != heading.row or other is heading:
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
    over = _Over(sheet, heading.row)
    for column in range(edge + 1, heading.years[0].column):
        if _holds_text(sheet, heading.row, column) and not any(map(words.is_total, over.texts(column))):
            break
        edge = column
    return edge


def _columns(
    sheet: Sheet, heading: Heading, over: _Over, left: int, right: int
) -> tuple[tuple[Column, ...], int]:
    """The columns of years and totals, and the last row that was looked at for them."""
    row = heading.row
    first, last = heading.years[0].column, heading.years[-1].column
    plain = not over.merges and not any(
        value != ""
        for values in sheet.rows[max(0, row - HEADING_ROWS - sheet.top) : row - sheet.top]
        for value in values[first - sheet.left : last - sheet.left + 1]
    )
    columns = [
        Column(
            cell.column,
            ColumnRole.YEAR,
            _shown(sheet.value(row, cell.column)),
            cell.year,
            cell.role if plain else _year_role(over, cell),
            cell.written,
        )
        for cell in heading.years
    ]
    taken = {column.number for column in columns}
    second = _is_heading_row(sheet, row + 1, heading)
    looked_at = row + 1
    for number in range(left, right + 1):
        if number in taken:
            continue
        texts = over.texts(number)
        if texts and sheet.value(row, number) == "" and over.spans(number, first, last):
            texts = []
        if second:
            below = sheet.value(row + 1, number)
            if isinstance(below, str) and 0 < len(below.strip()) <= LONGEST_HEADING:
                texts.append(below)
        name = next((text for text in texts if words.is_total(text) or words.is_span(text)), None)
        if name is not None:
            holds, last = _holds_amounts(sheet, row, number)
            looked_at = max(looked_at, last)
            if holds:
                columns.append(Column(number, ColumnRole.TOTAL, name))
    columns.sort(key=lambda column: column.number)
    return tuple(columns), looked_at


def _year_role(over: _Over, cell: YearCell) -> YearRole:
    """Which figures a year column holds: what its own heading says, else what stands over it."""
    if cell.role is not YearRole.BUDGET:
        return cell.role
    for text in over.texts(cell.column):
        role = words.year_role(text)
        if role is not None:
            return role
    return cell.role


def _is_heading_row(sheet: Sheet, row: int, heading: Heading) -> bool:
    """Whether the row below the years is a second row of headings: texts over the amounts, no numbers."""
    values = [sheet.value(row, year.column) for year in heading.years]
    return any(value != "" for value in values) and all(isinstance(value, str) for value in values)


_LOOK_AHEAD = 40
_ENOUGH = 3


def _holds_amounts(sheet: Sheet, row: int, column: int) -> tuple[bool, int]:
    """Whether the first cells of a column below a heading hold amounts or nothing, rather than texts.

    Also the last row that was looked at.
    """
    amounts = texts = 0
    place = row
    for place in range(row + 1, min(row + _LOOK_AHEAD, sheet.bottom + 1)):
        value = sheet.value(place, column)
        if isinstance(value, str):
            if (place, column) in sheet.unvalued or (value and parse_number(value, "da") is not None):
                amounts += 1
            elif any(map(str.isalpha, value)) and words.unit_of(value, near_table=True) is None:
                texts += not words.is_total(value)  # which heads the next table
        else:
            amounts += 1
        if amounts + texts >= _ENOUGH:
            break
    return amounts >= texts, place


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
) -> tuple[int | None, int]:
    """The last row with an amount, or with the label of a total that is still to be filled in.

    Also the last row that was looked at.
    """
    numbers = [column.number for column in columns]
    offsets = [number - sheet.left for number in numbers]
    first, last = numbers[0], numbers[-1]
    next_heading = min(
        (
            other.row
            for other in neighbours
            if other.row > heading.row and other.years[0].column <= last and other.years[-1].column >= first
        ),
        default=sheet.bottom + 1,
    )
    reach: int | None = None
    blank = idle = 0
    row = heading.row
    numeric = long.rows_of_numbers(sheet, offsets)
    slice_from, slice_to = left - sheet.left, right - sheet.left + 1
    for row in range(heading.row + 1, min(next_heading, sheet.bottom + 1)):
        if row in stops:
            break
        if numeric is not None and numeric[row - sheet.top]:
            reach, blank, idle = row, 0, 0
            continue
        cells = sheet.rows[row - sheet.top]
        values = [cells[offset] for offset in offsets]
        if row == heading.row + 1 and is_unit_row(values):
            continue
        if any(map(_is_amount, values)) or (
            sheet.unvalued and any((row, number) in sheet.unvalued for number in numbers)
        ):
            reach, blank, idle = row, 0, 0
            continue
        texts = [value for value in cells[slice_from:slice_to] if isinstance(value, str) and value.strip()]
        if not texts:
            if any(value != "" and not isinstance(value, str) for value in values):
                reach, blank, idle = row, 0, 0  # errors or dates where amounts should be
                continue
            blank += 1
            if blank > _BLANK_ROWS:
                break
            continue
        if reach is not None and blank <= 1 and any(words.is_total(text) for text in texts[:2]):
            reach, idle = row, 0
            continue
        if max(map(len, texts)) > LONGEST_LABEL or any(
            words.unit_of(text, near_table=False) for text in texts
        ):
            break
        blank = 0
        idle += 1
        if idle > _ROWS_WITHOUT_AMOUNTS:
            break
    return reach, row


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


_LABELS_LOOKED_AT = 200


def label_column_of(
    sheet: Sheet, top: int, bottom: int, columns: tuple[Column, ...], left: int, right: int
) -> int | None:
    """The column whose texts name the lines: the one with most letters, left of the amounts if it can be."""
    found = _named_by(sheet, top, bottom, columns, left, right)
    if found is not None:
        return found
    first = columns[0].number
    return first - 1 if first > left and first - 1 not in {column.number for column in columns} else None


def _named_by(
    sheet: Sheet, top: int, bottom: int, columns: tuple[Column, ...], left: int, right: int
) -> int | None:
    first = columns[0].number
    taken = {column.number for column in columns}
    best: tuple[float, int] | None = None
    rows = sheet.rows[top + 1 - sheet.top : min(bottom, top + _LABELS_LOOKED_AT) + 1 - sheet.top]
    for number in range(left, right + 1):
        if number in taken:
            continue
        letters = filled = 0
        offset = number - sheet.left
        for values in rows:
            value = values[offset]
            if isinstance(value, str) and value:
                count = sum(map(str.isalpha, value[:40]))
                letters += count
                filled += count > 1
        if not filled:
            continue
        weight = filled * (1.0 if number < first else 0.3) + letters / 1000
        if best is None or weight > best[0]:
            best = (weight, number)
    return None if best is None else best[1]


_EXACT = 2**53


def exact(value: float) -> Decimal:
    """A number of a cell as an amount; most are whole, which is the short way."""
    if -_EXACT < value < _EXACT and value == (whole := int(value)):
        return Decimal(whole)
    return decimal_of(value)


class Lines:
    """Reads the rows of a table into lines, and notes the odd cells on the way."""

    def __init__(
        self,
        sheet: Sheet,
        heading_row: int,
        columns: tuple[Column, ...],
        label_column: int | None,
        left: int,
        language: Language,
    ) -> None:
        self.sheet = sheet
        self.heading_row = heading_row
        self.numbers = [column.number for column in columns]
        self.mixed = frozenset(column.number for column in columns if column.role is ColumnRole.OTHER)
        self.offsets = [number - sheet.left for number in self.numbers]
        self.label_offset = None if label_column is None else label_column - sheet.left
        self.other_labels = range(left - sheet.left, self.offsets[0])
        self.language: Language = language
        self.entries: dict[Cell, Entry] = {}
        self.whole = True
        self.beside: int | None = None  # the column that names the same lines for the table beside this one

    def read(self, bottom: int) -> Sequence[Line]:
        """The lines from below the heading to ``bottom``."""
        if bottom - self.heading_row > long.LONG and self.beside is None and long.is_long(self.sheet):
            reading = long.Reading(
                self.sheet,
                self.offsets,
                self.label_offset,
                lambda values: self._label(values)[0],
                kind_of,
                exact,
                self.among,
                frozenset(cell.row for cell in self.sheet.unvalued),
            )
            found = long.long_lines(reading, self.heading_row + 1, bottom)
            if found is not None:
                self.whole = self.whole and found[1]
                return found[0]
        return self.among(range(self.heading_row + 1, bottom + 1))

    def among(self, rows: Iterable[int], lines_before: bool = False) -> tuple[Line, ...]:
        """The lines among some rows; ``lines_before`` says that there are others above them."""
        lines: list[Line] = []
        after = 0  # the row in front of parts: "Of which:"
        parts_at = 0  # how far those parts are indented
        sheet, unvalued = self.sheet, self.sheet.unvalued
        for row in rows:
            values = sheet.rows[row - sheet.top]
            raw = tuple([values[offset] for offset in self.offsets])
            if row == self.heading_row + 1 and is_unit_row(raw):
                continue
            label, indent = self._label(values)
            calculated = bool(unvalued) and any((row, number) in unvalued for number in self.numbers)
            if not calculated and not any(value != "" for value in raw):
                if label and words.is_total(label):
                    lines.append(Line(row, label, LineKind.TOTAL, raw, (None,) * len(raw)))
                elif words.heads_parts(label or self._beside(values)[0]):
                    after = row
                continue
            amounts, odd, numeric = self._amounts(row, raw)
            if (
                not numeric
                and not calculated
                and not _counts_as_line(odd, label, lines_before or bool(lines))
            ):
                continue
            self.entries.update(odd)
            kind = kind_of(label)
            if self.beside is not None and not label:
                beside, indent = self._beside(values)
                kind = LineKind.OF_WHICH if words.is_of_which(beside) else kind
            if kind is LineKind.LINE and after:
                if row == after + 1:
                    kind, parts_at = LineKind.OF_WHICH, indent
                elif parts_at and indent >= parts_at:
                    kind = LineKind.OF_WHICH
                else:
                    after = 0
            lines.append(Line(row, label, kind, raw, amounts))
        return tuple(lines)

    def _amounts(
        self, row: int, raw: tuple[Value, ...]
    ) -> tuple[tuple[Decimal | None, ...], dict[Cell, Entry], bool]:
        amounts: list[Decimal | None] = []
        odd: dict[Cell, Entry] = {}
        numeric = False
        for number, value in zip(self.numbers, raw, strict=True):
            kind = type(value)
            if kind is float or kind is int:
                numeric = True
                amount: Decimal | None = exact(value)  # type: ignore[arg-type]
                if kind is float and not value.is_integer():  # type: ignore[union-attr]
                    self.whole = False
            elif value == "":
                amount = None
            else:
                entry, amount = _entry(self.sheet, row, number, value, self.language)
                if number in self.mixed and entry in (Entry.TEXT, Entry.DATE):
                    entry = None  # a column that is not a year's may hold words
                if entry is not None:
                    odd[Cell(row, number)] = entry
                if amount is not None and amount != amount.to_integral_value():
                    self.whole = False
            amounts.append(amount)
        return tuple(amounts), odd, numeric

    def _label(self, values: Sequence[Value]) -> tuple[str, int]:
        """The label of a row, and how many spaces it begins with."""
        if self.label_offset is not None:
            value = values[self.label_offset]
            if isinstance(value, str):
                text = value.strip()
                if text:
                    return text, value.find(text)
        for offset in self.other_labels:
            value = values[offset]
            if isinstance(value, str) and any(map(str.isalpha, value)):
                text = value.strip()
                return text, value.find(text)
        return "", 0

    def _beside(self, values: Sequence[Value]) -> tuple[str, int]:
        """What the table beside this one calls a row, and how many spaces that begins with."""
        value = "" if self.beside is None else values[self.beside - self.sheet.left]
        text = value.strip() if isinstance(value, str) else ""
        return text, value.find(text) if isinstance(value, str) else 0


def kind_of(label: str) -> LineKind:
    """What a label says that a row is."""
    if not label:
        return LineKind.LINE
    if words.is_of_which(label):
        return LineKind.OF_WHICH
    if words.is_subtotal(label):
        return LineKind.SUBTOTAL
    return LineKind.TOTAL if words.is_total(label) else LineKind.LINE


def _counts_as_line(odd: dict[Cell, Entry], label: str, lines_before: bool) -> bool:
    """Whether a row without any plain number is a line: it holds numbers as text, errors or dates."""
    kinds = set(odd.values())
    if kinds & {Entry.TEXT_NUMBER, Entry.ERROR}:
        return True
    if Entry.DATE in kinds:
        return bool(label)
    return bool(label) and bool(kinds) and lines_before


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
    if text.casefold() in words.FILLERS or not text.strip(".-–—…*() "):
        return Entry.FILLER, None
    amount = parse_number(value, language)
    if amount is not None:
        return Entry.TEXT_NUMBER, amount
    for merge in sheet.merges:
        if (
            merge.top <= row <= merge.bottom
            and merge.left <= column <= merge.right
            and merge.left != merge.right
        ):
            return None, None  # a remark over several columns
    return Entry.TEXT, None


_FEW = 2  # more numbers in a column without a heading are a column of something, not strays
_LONGEST_SEARCHED = 2000


def _without_signature(
    lines: Sequence[Line], entries: dict[Cell, Entry]
) -> tuple[Sequence[Line], Sequence[Line]]:
    """Cut off what is filled in apart below the last total of a form: a date, a name, a telephone number.

    All of it stands in one column, beside its labels; a date or a text among it tells that these are no
    amounts.
    """
    end = 1 + max(long.of_kind(lines, LineKind.TOTAL), default=-1)
    rest = lines[end:]
    if not end or not rest or rest[0].row <= lines[end - 1].row + 1 or len(rest[0].raw) <= _FEW:
        return lines, ()
    columns: set[int] = set()
    for line in rest:
        columns.update([at for at, value in enumerate(line.raw) if value != ""])
        if line.kind is not LineKind.LINE or not line.label or len(columns) != 1:
            return lines, ()
    rows = {line.row for line in rest}
    kinds = {entry for cell, entry in entries.items() if cell.row in rows}
    return (lines[:end], rest) if kinds & {Entry.DATE, Entry.TEXT} else (lines, ())


def _without_strays(lines: Sequence[Line]) -> tuple[Sequence[Line], Sequence[Line]]:
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


def _beside(
    sheet: Sheet,
    over: _Over,
    heading_row: int,
    lines: Sequence[Line],
    columns: tuple[Column, ...],
    label_column: int | None,
    left: int,
    right: int,
) -> Iterator[Cell]:
    """Numbers in the rows of a table, in columns that have no heading and hold hardly anything else."""
    if lines[-1].row - heading_row > _LONGEST_SEARCHED:
        return
    taken = {column.number for column in columns}
    if label_column is not None:
        taken.add(label_column)
        left = max(left, min(label_column, columns[0].number))
    rows = sheet.rows[heading_row + 1 - sheet.top : lines[-1].row + 1 - sheet.top]
    for number in range(left, right + 1):
        if number in taken:
            continue
        offset = number - sheet.left
        cells: list[Cell] = []
        for row, values in enumerate(rows, heading_row + 1):
            value = values[offset]
            if type(value) is float or type(value) is int:
                cells.append(Cell(row, number))
            elif value != "" and isinstance(value, str) and value.strip():
                break
        else:
            if 0 < len(cells) <= _FEW and not over.texts(number):
                yield from cells


def unit_statements(
    sheet: Sheet, texts: Sequence[Note], table_range: Range, first_row: int, last_row: int
) -> tuple[tuple[int, Cell], ...]:
    """Every statement of a unit for a table, from ``first_row`` to its heading and just below the table."""
    found: list[tuple[int, Cell]] = []
    top, _, bottom, _ = table_range
    last_row = min(last_row, bottom + _UNITS_BELOW)
    for row, column, text, _ in texts:
        if row < first_row or len(text) <= 2 or top + 1 < row <= bottom:
            continue
        if row > last_row:
            break
        below = row > bottom
        near = top - _UNIT_ROWS <= row <= top + 1 or (below and text[0] == "(")
        unit = words.unit_of(text, near_table=near)
        if unit is None and column > sheet.left:
            said = words.unit_of(text, near_table=True)
            if said is not None and _is_unit_label(sheet.rows[row - sheet.top][: column - sheet.left]):
                unit = said
        if unit is not None:
            found.append((unit, Cell(row, column)))
    return tuple(found)


def _is_unit_label(before: Sequence[Value]) -> bool:
    """Whether the text to the left asks for a unit: 'Enhed:'."""
    for value in reversed(before):
        if isinstance(value, str) and value:
            return words.fold(value) in words.UNIT_LABELS
    return False
