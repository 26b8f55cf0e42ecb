"""What python-calamine leaves out, straight from a sheet's XML: formulas, errors, styles, what is hidden.

One pass with expat; the sheet's own bytes decide where it stops.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from html import unescape
from typing import NamedTuple
from xml.parsers import expat

from ..model.address import Cell, Range, column_number, parse_cell, parse_range
from ..model.book import Formula

_MARKS_OF_FORMULAS = (b"<f>", b"<f ", b"<f/", b":f>", b":f ", b":f/")
_MARKS_OF_ERRORS = (b't="e"', b"t='e'")


def has_formulas(xml: bytes) -> bool:
    """Whether a sheet has any formula at all: a look at the bytes, before anything is parsed."""
    if b"<f" not in xml and b":f" not in xml:
        return False
    return any(mark in xml for mark in _MARKS_OF_FORMULAS)


def has_errors(xml: bytes) -> bool:
    """Whether any cell of a sheet holds an error value."""
    return any(mark in xml for mark in _MARKS_OF_ERRORS)


class SheetXml(NamedTuple):
    """The XML of a sheet, whether it is plain enough for the short ways of reading it, and how many cells the
    rectangle around all of them has, where that is known already."""

    xml: bytes
    plain: bool
    area: int | None = None


@dataclass(slots=True)
class SheetScan:
    """What one pass over a sheet's XML found. ``styles`` are indexes into the workbook's cell formats."""

    formulas: Mapping[Cell, Formula] = field(default_factory=dict)
    unvalued: set[Cell] = field(default_factory=set)
    errors: dict[Cell, str] = field(default_factory=dict)
    styles: dict[Cell, int] = field(default_factory=dict)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)


_REST_OF_SHEET = 16_000  # that many hidden columns are the edge of a page, not a hiding place


class _Enough(Exception):
    """The last row that was asked for has been passed."""


def scan(xml: bytes, ranges: Sequence[Range] | None = None) -> SheetScan:
    """Read a sheet's formulas, errors, styles and hidden rows and columns.

    With ``ranges``, styles are kept only for cells inside them and the pass stops below the last.

    Raises:
        xml.parsers.expat.ExpatError: the part is not well-formed.
    """
    formulas: dict[Cell, Formula] = {}
    found = SheetScan(formulas)
    last_row = max(r.bottom for r in ranges) if ranges else None
    shared: dict[str, Formula] = {}
    texts: list[str] = []
    local: dict[str, str] = {}
    row = column = 0
    cell: Cell | None = None
    is_error = valued = formula_seen = False
    formula_attributes: dict[str, str] = {}

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal row, column, cell, is_error, valued, formula_seen, formula_attributes
        tag = local.get(name)
        if tag is None:
            tag = local[name] = name.rpartition(":")[2]
        if tag == "c":
            reference = attributes.get("r")
            if reference:
                try:
                    cell = parse_cell(reference)
                except ValueError:
                    cell = None
                    return
                column = cell.column
            else:
                column += 1
                cell = Cell(row, column)
            kind = attributes.get("t")
            is_error = kind == "e"
            valued = kind == "str"  # an empty text is a result
            formula_seen = False
            style = attributes.get("s")
            if style is not None and (ranges is None or any(r.holds(*cell) for r in ranges)):
                found.styles[cell] = int(style) if style.isdecimal() else 0
        elif tag == "v":
            if is_error or formula_seen:
                texts.clear()
                parser.CharacterDataHandler = texts.append
        elif tag == "f":
            formula_seen = True
            formula_attributes = attributes
            texts.clear()
            parser.CharacterDataHandler = texts.append
        elif tag == "row":
            number = attributes.get("r")
            row = int(number) if number and number.isdecimal() else row + 1
            column = 0
            if last_row is not None and row > last_row:
                raise _Enough
            if attributes.get("hidden") in ("1", "true") or attributes.get("ht") in ("0", "0.0"):
                found.hidden_rows.add(row)
        elif tag == "col" and (
            attributes.get("hidden") in ("1", "true") or attributes.get("width") in ("0", "0.0")
        ):
            first, last = int(attributes.get("min", "0")), int(attributes.get("max", "0"))
            if last - first < _REST_OF_SHEET:
                found.hidden_columns.update(range(first, min(last, first + 1000) + 1))

    def end(name: str) -> None:
        nonlocal valued, is_error, formula_seen
        tag = local[name]
        if tag == "f" and cell is not None:
            parser.CharacterDataHandler = None
            text = "".join(texts)
            kind = formula_attributes.get("t")
            if kind == "shared":
                index = formula_attributes.get("si", "")
                if text:
                    shared[index] = Formula(text, cell)
                if index in shared:
                    formulas[cell] = shared[index]
            elif text and kind != "dataTable":
                formulas[cell] = Formula(text, cell)
        elif tag == "v" and (is_error or formula_seen) and cell is not None:
            parser.CharacterDataHandler = None
            valued = valued or bool(texts)
            if is_error:
                found.errors[cell] = "".join(texts)
        elif tag == "c":
            if formula_seen and not valued and cell is not None:
                found.unvalued.add(cell)
            is_error = formula_seen = False

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    with suppress(_Enough):
        parser.Parse(xml, True)
    return found


# (row numbers, row numbers of cells far down, columns of three letters, columns of two): as Excel writes
# them, and however else they can be written
_USUAL = tuple(
    re.compile(pattern)
    for pattern in (
        rb'<row r="(\d{1,9})"',
        rb'<c r="[A-Z]{1,3}(\d{4,7})"',
        rb'<c r="([A-Z]{3})\d',
        rb'<c r="[A-Z]{2}\d',
    )
)
_UNUSUAL = tuple(
    re.compile(pattern)
    for pattern in (
        rb"<(?:\w+:)?row\b[^>]*?\br\s*=\s*[\"'](\d{1,9})[\"']",
        rb"\br\s*=\s*[\"'][A-Z]{1,3}(\d{4,7})[\"']",
        rb"\br\s*=\s*[\"']([A-Z]{3})\d",
        rb"\br\s*=\s*[\"'][A-Z]{2}\d",
    )
)


def bounding_area(xml: bytes, plain: bool) -> int:
    """About how many cells the smallest rectangle around all cells has, never too low.

    A dense reader allocates this many; a lone cell in the last corner is 17,000,000,000.
    """
    if plain and not _FAR_OFF.search(xml):
        return _NEAR
    row, far_cell, three_letters, two_letters = _USUAL if plain else _UNUSUAL
    rows = row.findall(xml)
    count = xml.count(b"<row") + xml.count(b":row")
    last = max(map(int, rows), default=0) + count - len(rows)
    if last < _FAR:
        last = max([last, *map(int, far_cell.findall(xml))])
    wide = {column_number(letters.decode()) for letters in set(three_letters.findall(xml))}
    widest = max(wide) if wide else 702 if two_letters.search(xml) else 26
    return last * widest


_FAR = 1000
_FAR_OFF = re.compile(rb'<c r="(?:[A-Z]{2}|[A-Z]\d{4})')
_NEAR = 26 * (_FAR - 1)


# --- the short way, for sheets written as Excel and its libraries write them ----------------------

_FORMULA_CELL = re.compile(
    rb'<c r="([A-Z]{1,3})(\d{1,7})"(?: s="\d+")?(?: t="(\w+)")?(?: c?m="\d+")*>'
    rb"<f([^>/]*)>([^<]*)</f>(?:<v>([^<]*)</v>|<v ?/>|<v></v>)?"
)
_STYLED_NUMBER = re.compile(rb' s="(\d{1,5})"(?! t="(?:s|str|inlineStr|b|e)")[^>/]*>')
_STYLED_CELL = re.compile(rb'<c r="([A-Z]{1,3})(\d{1,7})" s="(\d{1,5})"[^/>]*>')
ATTRIBUTE = re.compile(rb'(\w+)="([^"]*)"')
_PLAIN_CELL = b'<c r="'


_MARKS_OF_HIDING = (b"hidden", b' ht="0', b" ht='", b'width="0', b"width='")


def is_plain(xml: bytes) -> bool:
    """Whether a sheet is written as Excel writes it: no prefixes, no comments, an address on every cell."""
    return b"<sheetData" in xml and b"<!" not in xml and xml.count(b"<c ") == xml.count(_PLAIN_CELL)


@cache
def column_of(letters: bytes) -> int:
    """The number of a column, of its letters."""
    return column_number(letters.decode())


def quick_scan(xml: bytes) -> SheetScan | None:
    """The formulas of a plain sheet by one pattern; None unless every formula is sure to be seen."""
    formulas: dict[Cell, Formula] = {}
    found = SheetScan(formulas)
    shared: dict[bytes, Formula] = {}
    cells = _FORMULA_CELL.findall(xml, max(0, xml.rfind(b"<c ", 0, xml.find(b"<f"))))
    for letters, row, kind, attributes, text, value in cells:
        cell = Cell(int(row), column_of(letters))
        if not value and kind != b"str":
            found.unvalued.add(cell)
        formula = Formula(unescape(text.decode()) if b"&" in text else text.decode(), cell)
        if attributes:
            named = dict(ATTRIBUTE.findall(attributes))
            if named.get(b"t") == b"shared":
                index = named.get(b"si", b"")
                if text:
                    shared[index] = formula
                elif index in shared:
                    formula = shared[index]
            elif named.get(b"t") == b"dataTable":
                continue
        if formula.text:
            formulas[cell] = formula
    return found if len(cells) == xml.count(b"<f>") + xml.count(b"<f ") + xml.count(b"<f/") else None


def may_hide(xml: bytes) -> bool:
    """Whether rows or columns of a sheet may be hidden: a look at the bytes."""
    for mark in _MARKS_OF_HIDING:  # noqa: SIM110 - half of the time that any() takes
        if mark in xml:
            return True
    return False


def number_styles(xml: bytes, ranges: Sequence[Range]) -> set[int] | None:
    """The styles of the numbers below the first row of some ranges of a plain sheet, perhaps a few more.

    None where the rows do not stand as Excel writes them.
    """
    found: set[bytes] = set()
    for area in ranges:
        span = _span(xml, area)
        if span is None:
            return None
        below = xml.find(b"<row ", span[0] + 1)
        found.update(_STYLED_NUMBER.findall(xml, below, span[1]))
    return set(map(int, found))


def quick_styles(xml: bytes, ranges: Sequence[Range]) -> dict[Cell, int]:
    """The styles of the cells of some ranges of a plain sheet, where they stand as Excel writes them."""
    styles: dict[Cell, int] = {}
    for area in ranges:
        span = _span(xml, area)
        for letters, row, style in _STYLED_CELL.findall(xml, *span) if span else ():
            number = int(row)
            if number <= area.bottom:
                styles[Cell(number, column_of(letters))] = int(style)
    return styles


def _span(xml: bytes, area: Range) -> tuple[int, int] | None:
    """Where the rows of a range of a plain sheet stand in its bytes; perhaps a few more behind them."""
    start = xml.find(b'<row r="%d"' % area.top)
    if start < 0:
        return None
    end = xml.find(b'<row r="%d"' % (area.bottom + 1), start)
    return start, end if end >= 0 else len(xml)


_FILTER = re.compile(rb"<(?:\w+:)?autoFilter\b([^>]*?)(?:/>|>(.*?)</(?:\w+:)?autoFilter>)", re.DOTALL)
_TABLES = re.compile(rb"<(?:\w+:)?tableParts\b")


def filtered_rows(xml: bytes, hidden: Collection[int]) -> frozenset[int] | None:
    """The hidden rows that a filter hides; None where a table of the sheet may have a filter of its own.

    Excel counts every hidden row in the range of a filter that is in use as hidden by it.
    """
    match = _FILTER.search(xml)
    if match and b"filterColumn" in (match[2] or b""):
        reference = dict(ATTRIBUTE.findall(match[1])).get(b"ref", b"")
        try:
            area = parse_range(reference.decode("utf-8", "replace").replace("$", ""))
        except ValueError:
            return None
        return frozenset(row for row in hidden if area.top < row <= area.bottom)
    return None if _TABLES.search(xml) else frozenset()
