"""The cells around a finding as a small table, as the reader of the sheet sees them.

Made while the workbook is at hand: a finding that is told again a month later comes from a workbook that
nobody has read since.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from math import isfinite

from ..catalog import Language
from ..model.address import Cell
from ..model.book import ErrorValue, Sheet, Value
from ..model.finding import Finding
from ..model.night import Excerpt
from ..model.proposal import Page
from ..model.table import Table
from ..reports.wording import plain

AROUND = 2  # rows above and below the cell
MOST_ROWS = 11
MOST_COLUMNS = 12
MOST_OUTSIDE = 6  # columns of a cell that belongs to no table
LONGEST = 60  # characters of a cell

_BOOLEANS: Mapping[Language, tuple[str, str]] = {"da": ("FALSK", "SAND"), "en": ("FALSE", "TRUE")}
_UNSAID = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')  # what a number format shows beside the number


@dataclass(frozen=True, slots=True)
class Excerpts:
    """What is shown around the findings of one workbook."""

    pages: Mapping[str, Page]
    language: Language

    @classmethod
    def of(cls, pages: Iterable[Page], language: Language) -> Excerpts:
        """For the pages of a workbook."""
        return cls({page.sheet.name: page for page in pages}, language)

    def around(self, finding: Finding) -> Excerpt | None:
        """The table around a finding's cell: its heading, its label column, its row and a few others."""
        page = self.pages.get(finding.sheet or "")
        if page is None or finding.cell is None:
            return None
        related = tuple(
            place.cell
            for place in finding.related
            if place.cell is not None and place.path is None and place.sheet == finding.sheet
        )
        table = _table_of(page.tables, finding.cell)
        if table is None:
            numbers, left, right = _outside(page.sheet, finding.cell)
        else:
            numbers, left, right = _inside(table, finding.cell, related)
        formats = table.details.formats if table is not None else {}
        rows = [
            [
                shown(page.sheet.value(row, column), formats.get(Cell(row, column), ""), self.language)
                for column in range(left, right + 1)
            ]
            for row in numbers
        ]
        width = max((at + 1 for row in rows for at, text in enumerate(row) if text), default=1)
        width = max(width, finding.cell.column - left + 1)
        seen = tuple(cell for cell in related if cell.row in numbers and left <= cell.column < left + width)
        return Excerpt(tuple(tuple(row[:width]) for row in rows), tuple(numbers), left, finding.cell, seen)


def _table_of(tables: Sequence[Table], cell: Cell) -> Table | None:
    """The table that a cell stands in, or on one of whose lines."""
    for table in tables:
        area = table.range
        if area.holds(cell.row, cell.column):
            return table
    for table in tables:
        area = table.range
        if area.top <= cell.row <= area.bottom and area.left - 1 <= cell.column <= area.right + 2:
            return table
    return None


def _inside(table: Table, cell: Cell, related: Sequence[Cell]) -> tuple[list[int], int, int]:
    """The rows and the first and last column to show of a table."""
    area = table.range
    wanted = {table.heading_row, *_heading_above(table)}
    wanted.update(range(max(area.top, cell.row - AROUND), min(area.bottom, cell.row + AROUND) + 1))
    others = sorted(
        {one.row for one in related if area.top <= one.row <= area.bottom} - wanted,
        key=lambda row: abs(row - cell.row),
    )
    wanted.update(others[: max(0, MOST_ROWS - len(wanted))])
    left = min(area.left, cell.column)
    right = max(area.right, cell.column)
    if right - left >= MOST_COLUMNS:
        right = left + MOST_COLUMNS - 1
        if cell.column > right:  # the label is out of sight then, but never the cell
            right = cell.column
            left = right - MOST_COLUMNS + 1
    return sorted(wanted), left, right


def _heading_above(table: Table) -> list[int]:
    """The row above the heading, where it says something of the columns of amounts."""
    row = table.heading_row - 1
    said = [table.sheet.value(row, column.number) for column in table.columns] if row else []
    return [row] if any(value != "" for value in said) else []


def _outside(sheet: Sheet, cell: Cell) -> tuple[list[int], int, int]:
    """The rows and columns around a cell that stands in no table."""
    top, bottom = max(1, sheet.top, cell.row - 1), min(sheet.bottom, cell.row + 1)
    left = max(1, min(sheet.left, cell.column), cell.column - MOST_OUTSIDE + 1)
    right = max(cell.column, min(sheet.right, left + MOST_OUTSIDE - 1))
    return sorted({*range(top, bottom + 1), cell.row}), left, right


def shown(value: Value, code: str, language: Language) -> str:
    """What a cell shows to the reader of a sheet, as far as its number format is understood.

    >>> shown(1234.5, "#,##0.00", "da"), shown(2023, "General", "da"), shown(0.25, "0%", "en")
    ('1.234,50', '2023', '25%')
    """
    if value == "" and isinstance(value, str):
        return ""
    if isinstance(value, bool):
        return _BOOLEANS[language][value]
    if isinstance(value, int | float):
        return _number(value, code, language)
    if isinstance(value, ErrorValue):
        return value.code
    if isinstance(value, datetime | date):
        day = value.date() if isinstance(value, datetime) else value
        return f"{day:%d-%m-%Y}" if language == "da" else day.isoformat()
    if isinstance(value, time):
        return f"{value:%H:%M}"
    text = plain(str(value))
    return text if len(text) <= LONGEST else text[: LONGEST - 1].rstrip() + "…"


def _number(value: int | float, code: str, language: Language) -> str:
    grouped, decimals, percent = _form(code)
    if decimals is None:
        text = str(value) if isinstance(value, int) else f"{Decimal(f'{value:.15g}'):f}"
        if "." in text:
            text = text.rstrip("0").rstrip(".")
    elif isinstance(value, float) and not isfinite(value):
        return str(value)
    else:
        amount = Decimal(f"{value:.15g}" if isinstance(value, float) else value).scaleb(2 * percent)
        amount = amount.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
        text = f"{amount:,f}" if grouped else f"{amount:f}"
    return (text.translate(_DANISH) if language == "da" else text) + "%" * percent


@lru_cache(maxsize=1024)
def _form(code: str) -> tuple[bool, int | None, int]:
    """Of a number format: whether thousands are grouped, how many decimals (None: as many), percent signs."""
    form = _UNSAID.sub("", code).split(";")[0]
    whole, _, fraction = form.partition(".")
    if not any(sign in form for sign in "0#?"):
        return False, None, 0
    return "," in whole, sum(fraction.count(sign) for sign in "0#?"), form.count("%")


_DANISH = str.maketrans(",.", ".,")
