"""Sheets drawn as text, as in the docstrings of the rules: read, made into workbooks and checked.

A line of column letters says where the columns stand; every other line begins with its row number. Cells
are parted by two blanks or more. ``'text`` is text, ``10,4`` a number, ``#REF!`` an error,
``=SUM(B5:B6)`` a formula that shows its result and ``=SUM(B5:B6)→140`` one that shows 140.

``#: ARI002 B7`` is a finding that must be made (``-`` where it has no cell). ``#: hidden row 6``,
``#: filtered row 6`` (hidden by a filter), ``#: hidden column C``, ``#: manual calculation``,
``#: format B5:D5 #,##0``, ``#: period 2023 2024``, ``#: price_level 2024`` and
``#: committee 2.1.2 Økonomiudvalget - Administration, 2023: 500`` say what a drawing cannot.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from budget_tools.books.memory import MemoryBook, Plain
from budget_tools.formula import Evaluator
from budget_tools.inspection.across import inspect_run
from budget_tools.inspection.batch import inspect
from budget_tools.inspection.examining import examine
from budget_tools.model.address import column_number, parse_cell, parse_range
from budget_tools.model.book import Book, ErrorValue
from budget_tools.model.finding import Finding
from budget_tools.settings import Committee, Settings

SHEET = "Ark1"

_LETTERS = re.compile(r"\s+[A-Z]{1,2}(?:\s+[A-Z]{1,2})*\s*")
_TOKEN = re.compile(r"\S+(?: \S+)*")
_NUMBER = re.compile(r"-?\d+(?:[.,]\d+)?")
_ERROR = re.compile(r"#(?:REF!|N/A|DIV/0!|VALUE!|NAME\?|NUM!|NULL!)")
_CODE = re.compile(r"([A-Z]{3}\d{3}) ([A-Z]+\d+|-)")
_BLOCK = re.compile(r"^( *)(Flagged|Clean)::\n\n((?:\1 .*\n|\s*\n)+)", re.MULTILINE)

Content = Plain | tuple[str, Plain]


class GridError(ValueError):
    """A grid is not drawn as a grid is."""


@dataclass(slots=True)
class Grid:
    """A sheet and what must be found on it: pairs of a code and a cell, ``-`` for none."""

    cells: dict[str, Content] = field(default_factory=dict)
    expected: list[tuple[str, str]] = field(default_factory=list)
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[int] = field(default_factory=list)
    filtered_rows: list[int] = field(default_factory=list)
    manual: bool = False
    formats: dict[str, str] = field(default_factory=dict)
    period: tuple[int, ...] = ()
    price_level: int | None = None
    committees: dict[str, Committee] = field(default_factory=dict)

    def book(self) -> Book:
        """The grid as a workbook; formulas without a result of their own show what they give."""
        drawn = self._read(self.cells)
        sheet, evaluator = drawn.sheets[0], Evaluator(drawn)
        valued = {
            address: (content[0], evaluator.value(sheet, parse_cell(address)))
            if isinstance(content, tuple) and content[1] is None
            else content
            for address, content in self.cells.items()
        }
        return self._read(valued)

    def findings(self, settings: Settings | None = None) -> list[Finding]:
        """What a check of this one workbook finds."""
        settings = (settings or Settings()).model_copy(
            update={
                "period": self.period,
                "price_level": self.price_level,
                "committees": self.committees,
            }
        )
        [(report, registered)] = inspect([examine(self.book(), settings)])
        return [*report.findings, *inspect_run(registered, report.overviews)]

    def _read(self, cells: dict[str, Content]) -> Book:
        return MemoryBook(
            {SHEET: cells},
            formats={SHEET: self.formats},
            hidden_rows={SHEET: self.hidden_rows},
            hidden_columns={SHEET: self.hidden_columns},
            filtered_rows={SHEET: self.filtered_rows},
            manual=self.manual,
        ).read()


def place(finding: Finding) -> tuple[str, str]:
    """A finding as a grid writes it."""
    return finding.code, str(finding.cell) if finding.cell is not None else "-"


def grids(docstring: str) -> Iterator[tuple[str, str]]:
    """The grids of a docstring, each with ``Flagged`` or ``Clean``."""
    for match in _BLOCK.finditer(docstring.expandtabs().rstrip() + "\n"):
        yield match[2], textwrap.dedent(match[3])


def read_grid(text: str) -> Grid:
    """A grid from its drawing.

    Raises:
        GridError: a cell stands under no column or two stand under one, or a line says nothing known.
    """
    grid = Grid()
    columns: list[tuple[int, str]] = []
    for line in text.splitlines():
        drawn, _, said = line.partition("#: ")
        if said:
            _say(grid, said.strip())
        if not drawn.strip():
            continue
        if _LETTERS.fullmatch(drawn):
            columns = [(match.start(), match[0]) for match in re.finditer(r"[A-Z]+", drawn)]
            continue
        row, *cells = _TOKEN.finditer(drawn)
        if not columns or not row[0].isdecimal() or row.start() >= columns[0][0]:
            raise GridError(f"no row: {line!r}")
        taken = -1
        for cell in cells:
            taken = _column(columns, cell, taken, line)
            grid.cells[f"{columns[taken][1]}{row[0]}"] = _content(cell[0])
    return grid


def _column(columns: list[tuple[int, str]], cell: re.Match[str], taken: int, line: str) -> int:
    """The column that a cell belongs to: the last that begins before it; the next if that one is taken."""
    index = max((i for i, (start, _) in enumerate(columns) if start <= cell.start()), default=-1)
    if index <= taken and taken + 1 < len(columns) and columns[taken + 1][0] - cell.start() <= 2:
        index = taken + 1
    if index <= taken:
        raise GridError(f"{cell[0]!r} stands under no column of its own: {line!r}")
    return index


def _content(text: str) -> Content:
    if text.startswith("'"):
        return text[1:]
    if text.startswith("="):
        formula, _, shown = text.partition("→")
        return formula, _value(shown) if shown else None
    return _value(text)


def _value(text: str) -> Plain:
    if _ERROR.fullmatch(text):
        return ErrorValue(text)
    if _NUMBER.fullmatch(text):
        number = Decimal(text.replace(",", "."))
        return int(number) if text.lstrip("-").isdecimal() else number
    return text


def _say(grid: Grid, said: str) -> None:
    if found := _CODE.fullmatch(said):
        grid.expected.append((found[1], found[2]))
        return
    what, *rest = said.split()
    if what == "hidden" and rest[:1] == ["row"]:
        grid.hidden_rows += map(int, rest[1:])
    elif what == "filtered" and rest[:1] == ["row"]:
        grid.filtered_rows += map(int, rest[1:])
    elif what == "manual":
        grid.manual = True
    elif what == "hidden" and rest[:1] == ["column"]:
        grid.hidden_columns += map(column_number, rest[1:])
    elif what == "format" and len(rest) >= 2:
        cells = parse_range(rest[0]).cells()
        grid.formats |= dict.fromkeys(map(str, cells), said.split(maxsplit=2)[2])
    elif what == "period":
        grid.period = tuple(map(int, rest))
    elif what == "price_level":
        grid.price_level = int(rest[0])
    elif what == "committee" and len(rest) >= 2:
        names, *frame = " ".join(rest[1:]).split(", ")
        name, _, area = names.partition(" - ")
        grid.committees[rest[0]] = Committee(
            committee=name,
            area=area or None,
            frame={year: int(amount) for year, _, amount in (one.partition(": ") for one in frame)},
        )
    else:
        raise GridError(f"unknown: {said!r}")
