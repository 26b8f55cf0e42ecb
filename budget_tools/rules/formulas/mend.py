"""What the rules on sums share: the numbers that would be right, and the edits that put them there."""

from __future__ import annotations

from ...model.edit import Fix, Safety, SetCell
from ...model.finding import Fact
from ...model.table import FormulaFault


def shown_and_meant(fault: FormulaFault) -> dict[str, Fact]:
    """What the first cell of a fault shows, what it should show, and the formula that gives it."""
    cell = fault.cells[0]
    shown = fault.table.amount(cell)
    facts: dict[str, Fact] = {}
    if shown is not None:
        facts["shown"] = shown
    if cell in fault.meant:
        formula, value = fault.meant[cell]
        facts["expected"] = value
        facts["covers"] = formula.removeprefix("=SUM(").removesuffix(")") if "(" in formula else formula[1:]
        if shown is not None:
            facts["difference"] = shown - value
    return facts


def mended(fault: FormulaFault) -> Fix | None:
    """The formulas that should stand in the cells of a fault; None where that is not known."""
    sheet = fault.table.sheet.name
    edits = tuple(SetCell(sheet, cell, value, formula) for cell, (formula, value) in fault.meant.items())
    return Fix(Safety.REVIEW, edits) if edits else None
