"""Sheets in memory: cells with what they show, what they add up and how they look; written by either library.

A formula is made together with the list of cells it adds, so its value is known without a parser. Sums go as
in Excel: floats in order, text and blanks left out, a date as its serial number, and an error spreads.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import openpyxl
import xlsxwriter
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter

Coord = tuple[int, int]
"""Row and column, counted from 0."""
Shown = float | str | None
Writer = Literal["xlsxwriter", "openpyxl"]
ERRORS = ("#REF!", "#DIV/0!", "#N/A", "#VALUE!")


def a1(coord: Coord) -> str:
    """(0, 1) is B1."""
    return f"{get_column_letter(coord[1] + 1)}{coord[0] + 1}"


@dataclass
class Cell:
    """One cell. `terms` is what its formula adds, `covers` what it ought to equal, in one or two ways."""

    value: Decimal | date | str | None = None
    formula: str | None = None
    terms: tuple[Coord, ...] = ()
    plus: bool = False
    covers: tuple[tuple[Coord, ...], ...] = ()
    style: str = "text"
    number_format: str | None = None
    stale: float | None = None

    @property
    def is_total(self) -> bool:
        """Whether this cell ought to equal a sum of others."""
        return bool(self.covers)


@dataclass
class Sheet:
    """A sheet's cells, merges, widths and hidden parts."""

    name: str
    cells: dict[Coord, Cell] = field(default_factory=dict)
    merges: list[tuple[Coord, Coord]] = field(default_factory=list)
    widths: dict[int, float] = field(default_factory=dict)
    heights: dict[int, float] = field(default_factory=dict)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    hidden: bool = False

    def put(self, coord: Coord, value: Decimal | date | str | None, style: str = "text", **more: Any) -> Cell:
        """Set a cell, which must be free: two things in one place is a fault of the layout."""
        if coord in self.cells:
            raise ValueError(
                f"{self.name}!{a1(coord)} is taken by {self.cells[coord].value!r}, not free for {value!r}"
            )
        cell = Cell(value, style=style, **more)
        self.cells[coord] = cell
        return cell

    def merge(self, first: Coord, last: Coord) -> None:
        """Merge a range of more than one cell."""
        if first != last:
            self.merges.append((first, last))

    def shown(self) -> dict[Coord, Shown]:
        """What each cell shows once Excel has calculated."""
        known: dict[Coord, Shown] = {}
        return {coord: self._value(coord, known) for coord in self.cells}

    def disagreements(self) -> list[Coord]:
        """The totals that do not show what the cells they cover add up to, errors and texts set aside."""
        shown = self.shown()
        wrong = []
        for coord, cell in self.cells.items():
            value = shown[coord]
            for cover in cell.covers:
                parts = [shown.get(part) for part in cover]
                if not isinstance(value, float) or any(isinstance(part, str) for part in parts):
                    continue
                expected = sum(part for part in parts if isinstance(part, float))
                if abs(value - expected) > 1e-6:
                    wrong.append(coord)
                    break
        return wrong

    def _value(self, coord: Coord, known: dict[Coord, Shown]) -> Shown:
        if coord in known:
            return known[coord]
        cell = self.cells.get(coord)
        result: Shown = None
        if cell is None:
            pass
        elif cell.terms:
            result = self._sum(cell, known)
        elif isinstance(cell.value, Decimal):
            result = float(cell.value)
        elif isinstance(cell.value, date):
            result = float((cell.value - date(1899, 12, 30)).days)
        else:
            result = cell.value
        known[coord] = result
        return result

    def _sum(self, cell: Cell, known: dict[Coord, Shown]) -> Shown:
        total = 0.0
        for term in cell.terms:
            value = self._value(term, known)
            if isinstance(value, float):
                total += value
            elif isinstance(value, str) and value in ERRORS:
                return value
            elif isinstance(value, str) and cell.plus:
                return "#VALUE!"
        return total


def adding(
    cells: list[Coord], barrier: set[Coord], style: Literal["sum", "plus", "list"]
) -> tuple[str, tuple[Coord, ...], bool]:
    """A formula over `cells` (all of one row or column), the cells it adds, and whether it adds by plus.

    A range may span blank cells, but never a cell of `barrier`: amounts that must not be added.
    """
    if style == "plus":
        return "=" + "+".join(map(a1, cells)), tuple(cells), True
    if style == "list":
        return f"=SUM({','.join(map(a1, cells))})", tuple(cells), False
    runs: list[list[Coord]] = []
    for cell in sorted(cells):
        if runs and not barrier & set(_span(runs[-1][0], cell)):
            runs[-1].append(cell)
        else:
            runs.append([cell])
    parts = [a1(run[0]) if len(run) == 1 else f"{a1(run[0])}:{a1(run[-1])}" for run in runs]
    terms = [term for run in runs for term in _span(run[0], run[-1])]
    return f"=SUM({','.join(parts)})", tuple(terms), False


def _span(first: Coord, last: Coord) -> list[Coord]:
    return [(row, column) for row in range(first[0], last[0] + 1) for column in range(first[1], last[1] + 1)]


STYLES: dict[str, dict[str, Any]] = {
    "text": {},
    "prose": {"wrap": True},
    "title": {"bold": True, "size": 14},
    "heading": {"bold": True, "size": 12},
    "field": {"bold": True},
    "italic": {"italic": True},
    "small": {"italic": True, "size": 9},
    "head": {"bold": True, "fill": "D9E2F3", "border": True},
    "head-right": {"bold": True, "fill": "D9E2F3", "border": True, "align": "right"},
    "head-center": {"bold": True, "fill": "D9E2F3", "border": True, "align": "center"},
    "label": {"border": True},
    "group": {"bold": True, "border": True},
    "of-which": {"italic": True, "border": True},
    "amount": {"border": True, "align": "right"},
    "sum": {"border": True, "align": "right", "bold": True},
    "total-label": {"border": True, "bold": True, "fill": "F2F2F2"},
    "remark": {"border": True, "italic": True},
}


def write(sheets: list[Sheet], path: Path, writer: Writer) -> None:
    """Write the sheets; XlsxWriter keeps the calculated values, openpyxl leaves formulas without any."""
    if writer == "xlsxwriter":
        _by_xlsxwriter(sheets, path)
    else:
        _by_openpyxl(sheets, path)


def _by_xlsxwriter(sheets: list[Sheet], path: Path) -> None:
    made = datetime(2022, 6, 1, 9, 0)
    with xlsxwriter.Workbook(str(path)) as book:
        book.set_properties({"created": made})
        formats: dict[tuple[str, str | None], Any] = {}

        def look(cell: Cell) -> Any:
            key = (cell.style, cell.number_format)
            if key not in formats:
                style = STYLES[cell.style]
                properties: dict[str, Any] = {
                    "bold": style.get("bold", False),
                    "italic": style.get("italic", False),
                }
                if "size" in style:
                    properties["font_size"] = style["size"]
                if "fill" in style:
                    properties["bg_color"] = "#" + style["fill"]
                if style.get("border"):
                    properties["border"] = 1
                if "align" in style:
                    properties["align"] = style["align"]
                if style.get("wrap"):
                    properties |= {"text_wrap": True, "valign": "top"}
                if cell.number_format:
                    properties["num_format"] = cell.number_format
                formats[key] = book.add_format(properties)
            return formats[key]

        for sheet in sheets:
            page = book.add_worksheet(sheet.name)
            page.set_landscape()
            page.set_paper(9)
            page.fit_to_pages(1, 0)
            for column, width in sheet.widths.items():
                page.set_column(column, column, width)
            for column in sheet.hidden_columns:
                page.set_column(column, column, sheet.widths.get(column), None, {"hidden": True})
            for row, height in sheet.heights.items():
                page.set_row(row, height)
            for row in sheet.hidden_rows:
                page.set_row(row, None, None, {"hidden": True})
            if sheet.hidden:
                page.hide()
            for first, last in sheet.merges:
                page.merge_range(*first, *last, "", look(sheet.cells[first]))
            shown = sheet.shown()
            for coord, cell in sheet.cells.items():
                if cell.formula:
                    value = shown[coord] if cell.stale is None else cell.stale
                    page.write_formula(*coord, cell.formula, look(cell), _number(value))
                elif isinstance(cell.value, Decimal):
                    page.write_number(*coord, _number(float(cell.value)), look(cell))
                elif isinstance(cell.value, date):
                    page.write_datetime(*coord, datetime.combine(cell.value, datetime.min.time()), look(cell))
                elif cell.value in ERRORS:
                    source = {"#DIV/0!": "=10/0", "#N/A": "=NA()"}.get(str(cell.value), f"={cell.value}")
                    page.write_formula(*coord, source, look(cell), cell.value)
                elif cell.value:
                    page.write_string(*coord, str(cell.value), look(cell))
                else:
                    page.write_blank(*coord, None, look(cell))


def _by_openpyxl(sheets: list[Sheet], path: Path) -> None:
    book = openpyxl.Workbook()
    del book[book.sheetnames[0]]
    thin = Side(style="thin")
    for sheet in sheets:
        page = book.create_sheet(sheet.name)
        page.page_setup.orientation = "landscape"
        page.sheet_properties.pageSetUpPr.fitToPage = True
        page.page_setup.fitToHeight = 0
        for coord, cell in sheet.cells.items():
            target = page.cell(coord[0] + 1, coord[1] + 1)
            style = STYLES[cell.style]
            if cell.formula:
                target.value = cell.formula
            elif isinstance(cell.value, Decimal):
                target.value = _number(float(cell.value))
            else:
                target.value = cell.value or None
            target.font = Font(bold=style.get("bold"), italic=style.get("italic"), size=style.get("size", 11))
            if "fill" in style:
                target.fill = PatternFill("solid", fgColor=style["fill"])
            if style.get("border"):
                target.border = Border(left=thin, right=thin, top=thin, bottom=thin)
            target.alignment = Alignment(
                horizontal=style.get("align"),
                wrap_text=style.get("wrap"),
                vertical="top" if style.get("wrap") else None,
            )
            if cell.number_format:
                target.number_format = cell.number_format
        for first, last in sheet.merges:
            page.merge_cells(f"{a1(first)}:{a1(last)}")
        for column, width in sheet.widths.items():
            page.column_dimensions[get_column_letter(column + 1)].width = width
        for column in sheet.hidden_columns:
            page.column_dimensions[get_column_letter(column + 1)].hidden = True
        for row, height in sheet.heights.items():
            page.row_dimensions[row + 1].height = height
        for row in sheet.hidden_rows:
            page.row_dimensions[row + 1].hidden = True
        if sheet.hidden:
            page.sheet_state = "hidden"
    book.save(path)


def _number(value: Any) -> Any:
    """A whole float as an int, so that the file says 600 and not 600.0."""
    return int(value) if isinstance(value, float) and value.is_integer() else value
