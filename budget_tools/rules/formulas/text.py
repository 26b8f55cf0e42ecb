"""FRM008: a text that one total counts and another passes over; a hint on the finding about the text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ...formula import addends, calls, references
from ...model.address import Cell, spell
from ...model.finding import Finding, Hint
from ...model.proposal import Page
from ...model.table import Table

TEXT_NUMBERS = ("NUM001", "NUM002", "NUM003")


def with_text_added(finding: Finding, pages: Sequence[Page]) -> Finding:
    """A finding about a number that is text, with the hint that a plus counts it where SUM does not.

    ``+`` makes a number of a text that looks like one; SUM passes over it. The total of the line and the
    total of the year may disagree for that reason alone.
    """
    if finding.code not in TEXT_NUMBERS or finding.hint is not None or finding.cell is None:
        return finding
    for page in pages:
        if page.sheet.name == finding.sheet and page.sheet.formulas:
            for table in page.tables:
                if table.amount(finding.cell) is not None:
                    hint = _hint(table, finding.cell)
                    return replace(finding, hint=hint) if hint is not None else finding
    return finding


def _hint(table: Table, text: Cell) -> Hint | None:
    by_plus: list[Cell] = []
    by_sum: list[Cell] = []
    for cell, formula in table.sheet.formulas.items():
        if not table.range.holds(*cell) or not any(
            place.top <= text.row <= place.bottom and place.left <= text.column <= place.right
            for place in references(formula, cell)
            if place.sheet is None
        ):
            continue
        total = addends(formula, cell)
        if total is None:
            continue
        asked = calls(formula.text)
        if asked & {"SUM", "SUBTOTAL"}:
            by_sum.append(cell)
        elif asked & {"+", "-"}:
            by_plus.append(cell)
    if not by_plus or not by_sum:
        return None
    return Hint("FRM008", {"text_cell": str(text), "by_plus": spell(by_plus), "by_sum": spell(by_sum)})
