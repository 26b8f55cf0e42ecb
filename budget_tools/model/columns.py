"""The formulas of a long sheet, column by column: in a register one formula stands in every line."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping
from typing import Any

from .address import Cell
from .book import Formula

HERE = "\0"
"""Stands in a form for the number of the row that the formula stands in."""


class FormulaColumns(Mapping[Cell, Formula]):
    """Formulas by their cells, most of which are the one above them moved down.

    ``forms`` are such formulas with ``HERE`` in the place of their row's number: all that they look at stands
    in their own row, or where it stands for good. ``columns`` says for each column which form a row has,
    from row 0 on: its place in ``forms``, 0 where there is none. ``others`` are all other formulas.
    """

    def __init__(self, forms: list[str], columns: dict[int, array[int]], others: dict[Cell, Formula]) -> None:
        self.forms, self.columns, self.others = forms, columns, others

    def form(self, cell: tuple[int, int]) -> int:
        """The form of a cell's formula; 0 where it has none, or one that is its own."""
        row, column = cell
        known = self.columns.get(column)
        return known[row] if known is not None and row < len(known) else 0

    def get(self, cell: Any, default: Any = None) -> Any:
        """The formula of a cell."""
        form = self.form(cell)
        if not form:
            return self.others.get(cell, default)
        return Formula(self.forms[form].replace(HERE, str(cell[0])), Cell(*cell))

    def __getitem__(self, cell: Cell) -> Formula:
        formula: Formula | None = self.get(cell)
        if formula is None:
            raise KeyError(cell)
        return formula

    def __contains__(self, cell: object) -> bool:
        return cell in self.others or (isinstance(cell, tuple) and self.form(cell) != 0)

    def __iter__(self) -> Iterator[Cell]:
        rows: dict[int, list[int]] = {}
        for row, column in self.others:
            rows.setdefault(row, []).append(column)
        columns = sorted(self.columns)
        for row in range(max([0, *rows, *map(len, self.columns.values())]) + 1):
            found = [column for column in columns if self.form((row, column))]
            if row in rows:
                found = sorted([*found, *rows[row]])
            yield from [Cell(row, column) for column in found]

    def __len__(self) -> int:
        return len(self.others) + sum(len(known) - known.count(0) for known in self.columns.values())

    def __bool__(self) -> bool:
        return bool(self.others) or bool(self.columns)
