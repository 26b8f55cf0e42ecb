"""What python-calamine leaves out, straight from a sheet's XML: formulas, errors, styles, what is hidden.

One pass with expat; the sheet's own bytes decide where it stops.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from xml.parsers import expat

from ..model.address import Cell, Range, column_number, parse_cell
from ..model.book import Formula

_MARKS_OF_FORMULAS = (b"<f>", b"<f ", b"<f/", b":f>", b":f ", b":f/")
_MARKS_OF_ERRORS = (b't="e"', b"t='e'")


def has_formulas(xml: bytes) -> bool:
    """Whether a sheet has any formula at all: a look at the bytes, before anything is parsed."""
    return any(mark in xml for mark in _MARKS_OF_FORMULAS)


def has_errors(xml: bytes) -> bool:
    """Whether any cell of a sheet holds an error value."""
    return any(mark in xml for mark in _MARKS_OF_ERRORS)


@dataclass(slots=True)
class SheetScan:
    """What one pass over a sheet's XML found. ``styles`` are indexes into the workbook's cell formats."""

    formulas: dict[Cell, Formula] = field(default_factory=dict)
    unvalued: set[Cell] = field(default_factory=set)
    errors: dict[Cell, str] = field(default_factory=dict)
    styles: dict[Cell, int] = field(default_factory=dict)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)


class _Enough(Exception):
    """The last row that was asked for has been passed."""


def scan(xml: bytes, ranges: Sequence[Range] | None = None) -> SheetScan:
    """Read a sheet's formulas, errors, styles and hidden rows and columns.

    With ``ranges``, styles are kept only for cells inside them and the pass stops below the last.

    Raises:
        xml.parsers.expat.ExpatError: the part is not well-formed.
    """
    found = SheetScan()
    last_row = max((r.bottom for r in ranges), default=0) if ranges is not None else None
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
            if style is not None and (ranges is None or any(cell in r for r in ranges)):
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
        elif tag == "col":
            if attributes.get("hidden") in ("1", "true") or attributes.get("width") in ("0", "0.0"):
                first, last = int(attributes.get("min", "0")), int(attributes.get("max", "0"))
                if last - first < 16_000:  # 'all the rest of the sheet' is the edge of a page, not a hiding place
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
                    found.formulas[cell] = shared[index]
            elif text and kind != "dataTable":
                found.formulas[cell] = Formula(text, cell)
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
    try:
        parser.Parse(xml, True)
    except _Enough:
        pass
    return found


def bounding_area(xml: bytes) -> int:
    """About how many cells the smallest rectangle around all cells has: cheap, and never too low.

    A dense reader allocates this many; a lone cell in the last corner is 17,000,000,000.
    """
    last = 0
    for match in re.finditer(rb"<(?:\w+:)?row\b[^>]{0,200}?\br=[\"'](\d{1,9})[\"']", xml[-200_000:]):
        last = max(last, int(match[1]))
    if not last:
        last = xml.count(b"<row")
    widest = 26
    if re.search(rb"\br=[\"'][A-Z]{3}\d", xml):
        widest = max((column_number(m.decode()) for m in set(re.findall(rb"\br=[\"']([A-Z]{3})\d", xml))), default=26)
    elif re.search(rb"\br=[\"'][A-Z]{2}\d", xml):
        widest = 702
    return last * widest
