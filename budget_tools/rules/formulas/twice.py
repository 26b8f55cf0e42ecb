"""FRM003: cells that a sum adds more than once."""

from __future__ import annotations

from collections.abc import Iterator

from ...model.address import spell
from ...model.finding import Fact, Finding
from ...model.table import FormulaCause, FormulaFault
from ..base import at, label_of, rule
from .mend import mended, shown_and_meant


@rule("FRM003")
def double_counted_cells(fault: FormulaFault) -> Iterator[Finding]:
    """A sum adds the same cell more than once: by ranges that overlap, or through another sum that it adds.

    Each cell is followed through sums of its own row or column. Sums that are subtracted again cancel out,
    and SUBTOTAL passes over its own kind. Where a subtotal and its lines are added in every column, ARI007
    says it by name instead.

    Flagged::

            A      B                  C            D
        4          2023               2024         I alt
        5   Løn    100                200          =SUM(B5:C5)
        6   Drift  50                 60           =SUM(B6:C6)
        7   Leje   7                  8            =SUM(B7:C7)
        8   I alt  =SUM(B5:B6,B6:B7)  =SUM(C5:C7)  =SUM(D5:D7)
        #: FRM003 B8

    Clean::

            A          B               C               D
        4              2023            2024            I alt
        5   Løn        100             200             =SUM(B5:C5)
        6   Drift      50              60              =SUM(B6:C6)
        7   Mellemsum  =SUM(B5:B6)     =SUM(C5:C6)     =SUM(B7:C7)
        8   Leje       7               8               =SUM(B8:C8)
        9   I alt      =B7+B8          =C7+C8          =SUM(B9:C9)
    """
    if fault.cause is not FormulaCause.TWICE:
        return
    table = fault.table
    facts: dict[str, Fact] = {
        "cells": spell(list(fault.cells)),
        "added": spell(list(fault.added)),
        "line": ", ".join(dict.fromkeys(filter(None, (label_of(table, one) for one in fault.left_out)))),
        **shown_and_meant(fault),
    }
    known = "difference" in facts
    if fault.left_out:
        facts["variant"] = "subtotal-known" if known else "subtotal"
    elif known:
        facts["variant"] = "known"
    yield at(
        "FRM003",
        table,
        fault.cells[0],
        facts,
        amounts=tuple(table.amount(one) for one in (*fault.cells, *fault.added)),
        related=[*fault.cells[1:], *fault.left_out, *fault.added][:50],
        fix=mended(fault),
    )
