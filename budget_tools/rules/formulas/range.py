"""FRM002: sums whose range is too short or too long."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from ...model.address import Cell, spell
from ...model.finding import Fact, Finding
from ...model.table import FormulaCause, FormulaFault
from ..base import at, heading_of, label_of, rule
from .mend import mended, shown_and_meant


@rule("FRM002")
def sum_range_too_short_or_long(fault: FormulaFault) -> Iterator[Finding]:
    """A sum leaves lines or years out, or takes in a cell that is no part of it.

    A line inserted above or below the range of a sum is the commonest fault of all. It is told by the sums
    beside it, which hold more or less, or by the layout, where no sum of the table holds the line. As long as
    what is left out is nothing, the total is right and it is a warning. What a whole row of totals leaves out
    is told once, at the first.

    Flagged::

            A      B            C            D            E
        4          2023         2024         2025         I alt
        5   Løn    100          200          300          =SUM(B5:D5)
        6   Drift  50           60           70           =SUM(B6:D6)
        7   Leje   7            8            9            =SUM(B7:D7)
        8   I alt  =SUM(B5:B7)  =SUM(C5:C6)  =SUM(D5:D7)  =SUM(E5:E7)
        #: FRM002 C8

    Flagged::

            A      B            C            D
        4          2023         2024         I alt
        5   Løn    100          200          =SUM(B5:C5)
        6   Drift  50           60           =SUM(B6:C6)
        7   Leje   7            8            =SUM(B7:C7)
        8   Vand   4            5            =SUM(B8:C8)
        9   I alt  =SUM(B5:B7)  =SUM(C5:C7)  =SUM(D5:D7)
        #: FRM002 B9

    Clean::

            A      B            C            D
        4          2023         2024         I alt
        5   Løn    100          200          =SUM(B5:C5)
        6   Drift  50           60           =B6+C6
        7   I alt  =SUM(B5:B6)  =B5+B6       =SUM(B7:C7)
    """
    if fault.cause is not FormulaCause.RANGE:
        return
    table, cell = fault.table, fault.cells[0]
    others = fault.left_out or fault.added
    facts: dict[str, Fact] = {
        "cells": spell(list(fault.cells)),
        "left_out": spell(list(fault.left_out)),
        "added": spell(list(fault.added)),
        "names": tuple(dict.fromkeys(_name(fault, one) for one in others)),
        **shown_and_meant(fault),
        "evidence": "sibling-formulas" if fault.by_siblings else "layout",
    }
    right = facts.get("difference") == Decimal(0) and _all_right(fault)
    many = "-many" if len(fault.cells) > 1 and fault.left_out else ""
    facts["variant"] = ("long" if fault.added else "short") + ("-right" if right else many)
    yield at(
        "FRM002",
        table,
        cell,
        facts,
        amounts=tuple(table.amount(one) for one in (*fault.cells, *others)),
        related=[*fault.cells[1:], *others][:50],
        fix=mended(fault),
    )


def _name(fault: FormulaFault, cell: Cell) -> str:
    """What a cell that is left out is called: by its year along a line, else by its line."""
    along = cell.row == fault.cells[0].row
    return (heading_of if along else label_of)(fault.table, cell) or str(cell)


def _all_right(fault: FormulaFault) -> bool:
    """Whether every total of the block shows what it should, as what it leaves out is nothing."""
    return all(_shows(fault, cell, value) for cell, (_, value) in fault.meant.items())


def _shows(fault: FormulaFault, cell: Cell, value: Decimal) -> bool:
    shown = fault.table.amount(cell)
    return shown is not None and abs(shown - value) <= Decimal("1e-6")
