"""What each total of a table covers: its own formula first, then its siblings', then agreement, then layout.

A total column may leave years out and a total row may skip subtotals and 'of which' rows, so a cover is
never taken for granted: among those that the layout allows, the one that holds in most places is chosen,
and where none holds anywhere in a table that is not plainly laid out, nothing is claimed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..formula import Sum, addends
from ..model.address import Cell
from ..model.table import ColumnRole, Line, LineKind, Table, Total
from .columns import column_totals
from .rows import confirmed, row_totals
from .typed import typed_among_formulas, without_contradicted, without_unfounded

_MOST_WORK = 1_000_000  # addends of a table's formulas: beyond, its formulas are left alone


def cover(table: Table) -> tuple[tuple[Line, ...], tuple[Total, ...], tuple[Cell, ...]]:
    """What the totals of a table cover.

    Returns the table's lines, now that it is known which of them are totals; the totals; and the cells that
    are called a total but cannot be checked.
    """
    sums = _own_sums(table)
    lines = _with_kinds(table, sums) if sums else table.lines
    if lines is not table.lines:
        table = replace(table, lines=lines)
    along, unchecked_columns, doubtful = row_totals(table, sums)
    down, unchecked_rows, discovered = column_totals(table, sums)
    along.extend(confirmed(doubtful, down))
    for index in discovered:
        lines = (*lines[:index], lines[index]._replace(kind=LineKind.SUBTOTAL), *lines[index + 1 :])
    typed: Sequence[Total] = ()
    if sums and not table.in_proposal:  # in a form, the totals have their names
        typed = typed_among_formulas(table, sums, {total.cell for total in (*along, *down)})
    totals = without_contradicted((*along, *down, *typed), sums)
    if not table.in_proposal:
        totals = without_unfounded(table, totals)
    return lines, tuple(totals), (*unchecked_columns, *unchecked_rows)


def _own_sums(table: Table) -> dict[Cell, Sum]:
    """What the formulas in the table's amount cells add, where that is all they do."""
    formulas = table.sheet.formulas
    if not formulas:
        return {}
    found: dict[Cell, Sum] = {}
    work = 0
    for line in table.lines:
        if work > _MOST_WORK:
            break
        for column in table.columns:
            formula = formulas.get((line.row, column.number))  # type: ignore[call-overload]
            if formula is not None:
                cell = Cell(line.row, column.number)
                total = addends(formula, cell)
                if total is not None and total.cells:
                    found[cell] = total
                    work += len(total.cells)
    return found


def _with_kinds(table: Table, sums: dict[Cell, Sum]) -> tuple[Line, ...]:
    """Lines whose formulas add lines above or below are totals, whatever their label."""
    rows: set[int] | None = None
    lines = table.lines
    years = sum(column.role is ColumnRole.YEAR for column in table.columns)
    for index, line in enumerate(table.lines):
        if line.kind is not LineKind.LINE:
            continue
        adding = 0
        for column in table.columns:
            total = sums.get((line.row, column.number))  # type: ignore[call-overload]
            if total is None or len(total.cells) < 2 or total.column != column.number:
                continue
            rows = rows or {line.row for line in table.lines}
            adding += sum(cell.row in rows for cell, _ in total.cells) >= 2
        if adding and adding * 2 >= years:
            lines = (*lines[:index], line._replace(kind=LineKind.SUBTOTAL), *lines[index + 1 :])
    return lines
