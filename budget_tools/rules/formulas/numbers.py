"""FRM005: numbers that are typed into a formula."""

from __future__ import annotations

from collections.abc import Iterator

from ...model.address import spell
from ...model.finding import Fact, Finding
from ...model.table import FormulaCause, FormulaFault
from ..base import at, rule


@rule("FRM005")
def number_inside_formula(fault: FormulaFault) -> Iterator[Finding]:
    """An amount or a rate is typed into a formula, where nobody sees it.

    0, 1, 100 and 1000 turn signs and units, and a number that says how a function works, such as the decimals
    of ROUND, is no amount. Formulas with the same numbers are told once a table. Only when asked for.

    Flagged::

            A      B      C      D
        4          2023   2024   I alt
        5   Løn    100    200    =SUM(B5:C5)+25
        #: FRM005 D5

    Clean::

            A      B      C      D
        4          2023   2024   I alt
        5   Løn    100    200    =ROUND(SUM(B5:C5)/1000,2)
    """
    if fault.cause is not FormulaCause.NUMBER:
        return
    table = fault.table
    facts: dict[str, Fact] = {"cells": spell(list(fault.cells)), "numbers": fault.numbers}
    if len(fault.cells) > 1:
        facts["variant"] = "many"
    yield at(
        "FRM005",
        table,
        fault.cells[0],
        facts,
        amounts=fault.numbers,
        related=fault.cells[1:50],
    )
