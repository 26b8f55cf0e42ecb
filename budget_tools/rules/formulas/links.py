"""FRM007: formulas that ask another workbook."""

from __future__ import annotations

from collections.abc import Iterator

from ...model.address import spell
from ...model.finding import Fact, Finding
from ...model.table import FormulaCause, FormulaFault
from ..base import at, rule


@rule("FRM007")
def link_to_another_file(fault: FormulaFault) -> Iterator[Finding]:
    """A formula takes its number from another workbook.

    Who gets the file by mail does not get the other one: the number stays as it was, or becomes an error.
    Told once a table for each file.

    Flagged::

            A      B                       C      D
        4          2023                    2024   I alt
        5   Løn    =[Løn.xlsx]Ark1!B2→100  200    300
        #: FRM007 B5

    Clean::

            A      B             C      D
        4          2023          2024   I alt
        5   Løn    =Ark1!H9→100  200    300
        9
    """
    if fault.cause is not FormulaCause.LINK:
        return
    table = fault.table
    facts: dict[str, Fact] = {"cells": spell(list(fault.cells)), "target": fault.files}
    if not all(fault.files):
        facts["variant"] = "broken"
    elif len(fault.cells) > 1:
        facts["variant"] = "many"
    yield at(
        "FRM007",
        table,
        fault.cells[0],
        facts,
        amounts=tuple(table.amount(one) for one in fault.cells),
        related=fault.cells[1:50],
    )
