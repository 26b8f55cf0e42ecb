"""Lines that run on from year to year: each amount is the one before it and what came to it in that year."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal

from ..layout import words
from ..model.address import Cell
from ..model.table import Axis, ColumnRole, Evidence, LineKind, Table, Total
from .candidates import ZERO, tolerance

_FEWEST_YEARS = 3
_MOST_LINES = 200


def running_totals(table: Table, taken: Collection[Cell]) -> list[Total]:
    """The totals of lines that are called cumulative, of the line that they add up in most years.

    ``taken`` are the cells that are known to be totals of something else.
    """
    if table.in_proposal or len(table.lines) > _MOST_LINES:
        return []
    years = [at for at, column in enumerate(table.columns) if column.role is ColumnRole.YEAR]
    if len(years) < _FEWEST_YEARS:
        return []
    found: list[Total] = []
    for row, line in enumerate(table.lines):
        if words.is_cumulative(line.label):
            best = max((_of(table, row, base, years, taken) for base in range(row)), key=_right, default=[])
            found.extend(best if _right(best) * 2 >= len(years) and _right(best) > 1 else [])
    return found


def _right(totals: list[Total]) -> int:
    return sum(not total.wrong for total in totals)


def _of(table: Table, row: int, base: int, years: list[int], taken: Collection[Cell]) -> list[Total]:
    """A line's totals, if it runs on from year to year by what another line holds."""
    line, step = table.lines[row], table.lines[base]
    if step.kind in (LineKind.OF_WHICH, LineKind.SHARE):
        return []
    found: list[Total] = []
    for place, at in enumerate(years):
        shown, added = line.amounts[at], step.amounts[at]
        before = line.amounts[years[place - 1]] if place else ZERO
        cell = Cell(line.row, table.columns[at].number)
        if shown is None or added is None or before is None or cell in taken:
            continue
        cells = [Cell(step.row, cell.column)]
        if place:
            cells.insert(0, Cell(line.row, table.columns[years[place - 1]].number))
        values: list[Decimal | None] = [before, added]
        margin = tolerance(table, values, shown)
        found.append(
            Total(
                cell,
                Axis.BLOCK,
                tuple(cells),
                (1,) * len(cells),
                Evidence.AGREEMENT if place else Evidence.LAYOUT,
                shown,
                before + added,
                margin,
            )
        )
    if len(found) > 1 and found[0].wrong and found[1].difference != -found[0].difference:
        return found[1:]  # what was carried over from earlier years is in the first
    return found
