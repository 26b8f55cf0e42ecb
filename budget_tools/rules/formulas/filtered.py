"""Totals of filtered tables: SUBTOTAL adds what is shown. STR006 says which rows are hidden."""

from __future__ import annotations

from ...formula import addends
from ...model.table import Table, Total


def passes_over(table: Table, total: Total) -> bool:
    """Whether a total is what its SUBTOTAL gives, which does not count hidden rows that the total covers."""
    formula = table.sheet.formulas.get(total.cell)
    if formula is None or total.shown is None or not table.details.hidden_rows:
        return False
    own = addends(formula, total.cell)
    if own is None or not own.subtotal or table.computed.get(total.cell) != total.shown:
        return False
    return any(cell.row in table.details.hidden_rows for cell, _ in own.cells)
