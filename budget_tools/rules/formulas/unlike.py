"""FRM004: formulas that are unlike those beside them."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from ...formula import shifted
from ...model.address import spell
from ...model.finding import Fact, Finding
from ...model.table import FormulaCause, FormulaFault
from ..base import at, rule
from .mend import mended, shown_and_meant


@rule("FRM004")
def formula_differs_from_neighbours(fault: FormulaFault) -> Iterator[Finding]:
    """A formula is another one than those beside it, which are all the same one copied along.

    Where a series begins or ends another formula is usual, and so is one that is repeated down its own column
    or carries a figure over from another sheet: nothing is said. In a form, a total that shows another number
    than its neighbours' formula gives is an error.

    Flagged::

            A      B            C            D            E
        4          2023         2024         2025         I alt
        5   Løn    100          200          300          =SUM(B5:D5)
        6   Drift  50           60           70           =SUM(B5:D5)
        7   Leje   7            8            9            =SUM(B7:D7)
        8   Vand   4            5            6            =SUM(B8:D8)
        #: FRM004 E6

    Clean::

            A      B      C            D            E
        4          2023   2024         2025         2026
        5   Løn    100    =B5*1.02     =C5*1.02     =D5*1.02
        6   Drift  50     =B6+1        =C6+1        =D6+1
    """
    if fault.cause is not FormulaCause.UNLIKE:
        return
    table, cell = fault.table, fault.cells[0]
    facts: dict[str, Fact] = {
        "cells": spell(list(fault.cells)),
        "formula": shifted(table.sheet.formulas[cell], cell),
        **shown_and_meant(fault),
    }
    if table.in_proposal and facts.get("difference", Decimal(0)):
        facts["variant"] = "wrong"
        facts["evidence"] = "sibling-formulas"
    elif len(fault.cells) > 1:
        facts["variant"] = "many"
    yield at(
        "FRM004",
        table,
        cell,
        facts,
        amounts=tuple(table.amount(one) for one in fault.cells),
        related=fault.cells[1:],
        fix=mended(fault),
    )
