"""One pass over a sheet: where its rows and cells stand, and what they are bound to."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from ...errors import WriteRefused
from ...model.address import MAX_ROW, Cell, Range, column_number, parse_cell, parse_range
from ..package import Element, parse, parser


@dataclass(slots=True)
class Stored:
    """A cell as it stands in a sheet, with its children."""

    element: Element
    children: list[Element] = field(default_factory=list)

    @property
    def style(self) -> str:
        """The number of its cell format."""
        return self.element.attributes.get("s", "0")


@dataclass(slots=True)
class Row:
    """A row that is to be changed: where it stands, its cells by column, and what follows them."""

    element: Element
    cells: dict[int, Stored] = field(default_factory=dict)
    tail: Element | None = None


_ROW = re.compile(rb'<row r="(\d{1,7})"')
_COLUMN = re.compile(rb'<c r="([A-Z]{1,3})\d')
_BOUND = re.compile(rb"<!|t\s*=\s*[\"'](?:shared|array|dataTable)")
LONG_SHEET = 4_000
"""Bytes from which a sheet is looked through by patterns before it is parsed."""


class _Short(NamedTuple):
    """A sheet without the rows that nobody asked for, and the way back from its places to the sheet's."""

    data: bytes
    begins: list[int]  # where the stretches that were kept begin here
    shifts: list[int]  # how far each has moved
    numbers: list[int]
    starts: list[int]
    used: Range

    def there(self, place: int, last: bool = True) -> int:
        """Where a place is in the whole sheet; with ``last`` the place after something."""
        return place + self.shifts[bisect_right(self.begins, place - last) - 1]


def _shortened(data: bytes, wanted: Collection[int]) -> _Short | None:
    """A long sheet without the rows that nobody asked for; None where they may matter, or are written oddly.

    Nothing is lost where rows and cells all say where they are, and no formula is shared or an array.
    """
    if len(data) < LONG_SHEET or _BOUND.search(data):
        return None
    rows = list(_ROW.finditer(data))
    columns = _COLUMN.findall(data)
    close = data.rfind(b"</sheetData>")
    numbers = [int(row[1]) for row in rows]
    plain = len(rows) == data.count(b"<row") and len(columns) == data.count(b"<c ") + data.count(b"<c>")
    ascending = all(a < b for a, b in pairwise(numbers)) and numbers and numbers[0] > 0
    if not plain or not ascending or numbers[-1] > MAX_ROW or not columns or close < rows[-1].start():
        return None
    starts = [row.start() for row in rows]
    ends = [*starts[1:], close]
    stretches = [(0, starts[0])]
    stretches += [(starts[i], ends[i]) for i, number in enumerate(numbers) if number in wanted]
    stretches.append((close, len(data)))
    begins, shifts, at = [], [], 0
    for start, end in stretches:
        begins.append(at)
        shifts.append(start - at)
        at += end - start
    letters = [column_number(name.decode()) for name in set(columns)]
    used = Range(numbers[0], min(letters), numbers[-1], max(letters))
    return _Short(b"".join(data[a:b] for a, b in stretches), begins, shifts, numbers, starts, used)


class Scan:
    """One pass over a sheet: the places of the wanted rows and what may forbid a change.

    Rows and cells need not say where they are; then they follow the one before them, as Excel counts.

    Raises:
        WriteRefused: ``not-a-worksheet``, ``unusual-sheet`` where rows or cells are not in order or
            disagree on where they are (Excel repairs such a file, and we would guess), and what
            ``parser`` raises.
    """

    def __init__(self, data: bytes, wanted: Collection[int]) -> None:
        short = _shortened(data, wanted)
        data = short.data if short else data
        self._data = data
        self._wanted = wanted
        self._parser = parser(data)
        self._path: list[Element | None] = []
        self._section = ""
        self._space = self._cell = self._formula = ""
        self._row = self._column = 0
        self._columns: dict[str, int] = {}
        self._open_row: Row | None = None
        self._open_cell: Stored | None = None
        self.root: Element | None = None
        self.top: list[Element] = []
        self.protection: dict[str, str] | None = None
        self.guarded: list[Range] = []
        self.dimension: Element | None = None
        self.sheet_data: Element | None = None
        self.columns: list[tuple[int, int, str]] = []
        self.widths: list[tuple[int, int, str]] = []
        self.numbers: list[int] = []
        self.starts: list[int] = []
        self.rows: dict[int, Row] = {}
        self.merged: list[Range] = []
        self.arrays: list[Range] = []
        self.tables: list[Range] = []
        self.shared: dict[str, list[Cell]] = {}
        self.masters: dict[Cell, str] = {}
        self.used: Range | None = None
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        parse(self._parser, data)
        if self.sheet_data is None:
            raise WriteRefused("unusual-sheet")
        if short is not None:
            self._lengthen(short)

    def _lengthen(self, short: _Short) -> None:
        """Give everything its place in the whole sheet."""
        assert self.sheet_data is not None and self.root is not None
        self.numbers, self.starts, self.used = short.numbers, short.starts, short.used
        found = [self.root, *self.top]
        for row in self.rows.values():
            found += [row.element, *([row.tail] if row.tail else [])]
            for stored in row.cells.values():
                found += [stored.element, *stored.children]
        close = short.there(self.sheet_data.close, last=False)
        for element in {id(one): one for one in found}.values():
            element.start = short.there(element.start, last=False)
            element.inside, element.close, element.end = map(
                short.there, (element.inside, element.close, element.end)
            )
        self.sheet_data.close = close

    def _open(self, name: str, attributes: dict[str, str]) -> Element:
        parent = self._path[-1] if self._path else None
        return Element.open(self._data, name, attributes, parent, self._parser.CurrentByteIndex)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        depth = len(self._path)
        # Nearly all elements of a sheet are values and cells that nobody asked about.
        if depth > 3 and self._open_cell is None and name != self._formula:
            self._path.append(None)
            return
        if depth == 3 and self._open_row is None and name == self._cell and self._section == "sheetData":
            self._pass(attributes)
            self._path.append(None)
            return
        space, _, local = name.rpartition(" ")
        if space != self._space and depth:
            local = ""
        kept: Element | None = None
        if depth == 0:
            if local != "worksheet":
                raise WriteRefused("not-a-worksheet")
            self._space = space
            self._cell, self._formula = f"{space} c", f"{space} f"
            kept = self.root = self._open(name, attributes)
        elif depth == 1:
            self._section = local
            kept = self._open(name, attributes)
            self.top.append(kept)
            if local == "dimension" and self.dimension is None:
                self.dimension = kept
            elif local == "sheetProtection":
                self.protection = attributes
            elif local == "sheetData":
                if self.sheet_data is not None:
                    raise WriteRefused("unusual-sheet")
                self.sheet_data = kept
        elif self._section == "sheetData":
            if depth == 2:
                kept = self._start_row(name, attributes, local == "row")
            elif depth == 3:
                kept = self._start_in_row(name, attributes, local == "c")
            elif depth == 4:
                kept = self._start_in_cell(name, attributes, local == "f")
        elif depth == 2 and self._section == "cols" and local == "col":
            first, last = (count_of(attributes.get(key)) for key in ("min", "max"))
            self.columns.append((first, last, attributes.get("style", "0")))
            self.widths.append((first, last, attributes.get("width", "")))
        elif depth == 2 and self._section == "mergeCells" and local == "mergeCell":
            merged = range_of(attributes.get("ref", ""))
            if merged:
                self.merged.append(merged)
        elif depth == 2 and self._section == "protectedRanges" and local == "protectedRange":
            ranges = (range_of(text) for text in attributes.get("sqref", "").split())
            self.guarded += [area for area in ranges if area]
        self._path.append(kept)

    def _start_row(self, name: str, attributes: dict[str, str], known: bool) -> Element | None:
        number = count_of(attributes["r"]) if "r" in attributes else self._row + 1
        if not known or not self._row < number <= MAX_ROW:
            raise WriteRefused("unusual-sheet")
        self._row = number
        self._column = 0
        self._open_row = self._open_cell = None
        self.numbers.append(number)
        self.starts.append(self._parser.CurrentByteIndex)
        if number not in self._wanted:
            return None
        row = self._open(name, attributes)
        self._open_row = self.rows[number] = Row(row)
        return row

    def _start_in_row(self, name: str, attributes: dict[str, str], known: bool) -> Element | None:
        row = self._open_row
        self._open_cell = None
        if not known:
            element = self._open(name, attributes) if row else None
            if row and row.tail is None:
                row.tail = element
            return element
        before = self._column
        column = self._pass(attributes)
        if row is None:
            return None
        if row.tail is not None or column <= before:
            raise WriteRefused("unusual-sheet", at=str(Cell(self._row, column)))
        self._open_cell = row.cells[column] = Stored(self._open(name, attributes))
        return self._open_cell.element

    def _pass(self, attributes: dict[str, str]) -> int:
        """Note where a cell stands, and give its column."""
        address = attributes.get("r")
        self._column = column = self._column + 1 if address is None else self._column_of(address)
        used = self.used
        if used is None or column > used.right or column < used.left or self._row > used.bottom:
            self.used = widened(used, [Cell(self._row, column)])
        return column

    def _column_of(self, address: str) -> int:
        """The column of a cell, which must say that it is in the row it stands in."""
        letters = address.rstrip("0123456789")
        if letters not in self._columns or address[len(letters) :] != str(self._row):
            cell = cell_of(address)
            if cell is None or cell.row != self._row:
                raise WriteRefused("unusual-sheet", at=address)
            self._columns[letters] = cell.column
        return self._columns[letters]

    def _start_in_cell(self, name: str, attributes: dict[str, str], formula: bool) -> Element | None:
        kind = attributes.get("t") if formula else None
        if self._open_cell is None and kind != "shared":
            if formula:
                self._note_formula(attributes)
            return None
        element = self._open(name, attributes)
        if self._open_cell is not None:
            self._open_cell.children.append(element)
        if formula:
            self._note_formula(attributes)
        return element

    def _note_formula(self, attributes: dict[str, str]) -> None:
        """Note a formula, and what other cells hang on it."""
        kind = attributes.get("t")
        cell = Cell(self._row, self._column)
        over = range_of(attributes.get("ref", "")) or Range(*cell, *cell)
        if kind == "array":
            self.arrays.append(over)
        elif kind == "dataTable":
            self.tables.append(over)
        elif kind == "shared":
            group = attributes.get("si", "")
            self.shared.setdefault(group, []).append(cell)
            if "ref" in attributes:
                self.masters[cell] = group

    def _end(self, _: str) -> None:
        element = self._path.pop()
        if element is None:
            return
        element.shut(self._data, self._parser.CurrentByteIndex)
        shared = element.local == "f" and element.attributes.get("t") == "shared" and len(self._path) == 4
        # Of the cells that share a formula only the master has its text; a writer may omit its ref.
        if shared and self._data[element.inside : element.close].strip():
            self.masters[Cell(self._row, self._column)] = element.attributes.get("si", "")


def count_of(text: str | None) -> int:
    """A row or column number as XML gives it, or 0 where it is none."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 8 else 0


def inside(area: Range, cell: Cell) -> bool:
    """Whether a range holds a cell."""
    return area.top <= cell.row <= area.bottom and area.left <= cell.column <= area.right


def widened(used: Range | None, cells: Iterable[Cell]) -> Range | None:
    """The smallest range around a range and some cells."""
    for row, column in cells:
        used = used or Range(row, column, row, column)
        top, left, bottom, right = used
        used = Range(min(top, row), min(left, column), max(bottom, row), max(right, column))
    return used


def cell_of(text: str) -> Cell | None:
    """A cell from A1 text, or None where it is none."""
    try:
        return parse_cell(text)
    except ValueError:
        return None


def range_of(text: str) -> Range | None:
    """A range from A1 text, or None where it is none."""
    try:
        return parse_range(text)
    except ValueError:
        return None
