"""Where something stands in a workbook: cells and ranges, 1-based, and their A1 spelling."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

MAX_ROW = 1_048_576
MAX_COLUMN = 16_384

_A1 = re.compile(r"\$?([A-Za-z]{1,3})\$?([1-9][0-9]{0,6})")


class Cell(NamedTuple):
    """A cell of a sheet: row and column, both counted from 1."""

    row: int
    column: int

    def __str__(self) -> str:
        return a1(self.row, self.column)


class SheetCell(NamedTuple):
    """A cell of a workbook: the name of its sheet, and where."""

    sheet: str
    cell: Cell


class Range(NamedTuple):
    """A rectangle of cells, both corners included."""

    top: int
    left: int
    bottom: int
    right: int

    def __str__(self) -> str:
        start = a1(self.top, self.left)
        end = a1(self.bottom, self.right)
        return start if start == end else f"{start}:{end}"

    def holds(self, row: int, column: int) -> bool:
        """Whether a cell lies inside."""
        return self.top <= row <= self.bottom and self.left <= column <= self.right

    def cells(self) -> Iterator[Cell]:
        """Every cell, row by row."""
        for row in range(self.top, self.bottom + 1):
            for column in range(self.left, self.right + 1):
                yield Cell(row, column)


@cache
def column_letters(column: int) -> str:
    """The letters of a column number: 1 is A, 27 is AA."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


@cache
def column_number(letters: str) -> int:
    """The number of a column written in letters: A is 1, AA is 27."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


def a1(row: int, column: int) -> str:
    """A cell as A1 text, without dollar signs."""
    return f"{column_letters(column)}{row}"


def parse_cell(text: str) -> Cell:
    """A cell from A1 text; dollar signs are ignored.

    Raises:
        ValueError: the text is no cell of an Excel sheet.
    """
    match = _A1.fullmatch(text)
    if match:
        cell = Cell(int(match[2]), column_number(match[1]))
        if cell.row <= MAX_ROW and cell.column <= MAX_COLUMN:
            return cell
    raise ValueError(f"{text!r} is not a cell address")


def parse_range(text: str) -> Range:
    """A range from A1 text such as ``B5:E9``, or a single cell.

    Raises:
        ValueError: the text is no range of an Excel sheet.
    """
    start, _, end = text.partition(":")
    first = parse_cell(start)
    last = parse_cell(end) if end else first
    return Range(
        min(first.row, last.row),
        min(first.column, last.column),
        max(first.row, last.row),
        max(first.column, last.column),
    )


def spell(cells: Iterator[Cell] | list[Cell] | tuple[Cell, ...]) -> str:
    """Cells as short A1 text: runs down a column or along a row become ranges, ``B5:B7,B9``."""
    left = sorted(set(cells))
    runs: list[Range] = []
    taken: set[Cell] = set()
    present = set(left)
    for cell in left:
        if cell in taken:
            continue
        down = right = 0
        while Cell(cell.row + down + 1, cell.column) in present:
            down += 1
        while Cell(cell.row, cell.column + right + 1) in present:
            right += 1
        run = (
            Range(cell.row, cell.column, cell.row + down, cell.column)
            if down >= right
            else Range(cell.row, cell.column, cell.row, cell.column + right)
        )
        taken.update(run.cells())
        runs.append(run)
    return ",".join(map(str, runs))
