"""Broken totals: the rules say the faults behind them, so that one cause is one finding.

A cell that already has a finding of its own is the first suspect, and a formula that is at fault takes all
totals with it that it puts wrong.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from ..cover import SEVERAL, explain, places_rounded, roughly, rounding, slight, traceless
from ..cover.long import results_in_doubt
from ..filling import missing_totals
from ..model.address import Cell
from ..model.edit import SetCell
from ..model.finding import Finding
from ..model.long import LongTotals, in_doubt
from ..model.table import Axis, Disagreement, Entry, Evidence, Table, Total
from ..rules.formulas import passes_over, same
from .asking import ask, rules_by_subject
from .examining import Examined

_ZERO = Decimal(0)
_NUMBER_FAULTS = ("NUM001", "NUM002", "NUM003", "NUM005", "NUM007", "NUM008")

TOTALS_WRONG = ("ARI001", "ARI002", "ARI003")
"""What the schemas say of a total that is broken."""


def inspect_totals(examined: Examined, doubtful: Sequence[tuple[Table, list[Total]]]) -> None:
    """Find the faults behind the broken totals of a workbook, and have the rules say them."""
    known = []
    for table, broken in doubtful:
        suspects = _suspects(table, examined.findings)
        at_fault = _mended(table, examined.findings)
        if at_fault:
            table = replace(table, totals=_without(table.totals, at_fault))
            broken = [total for total in broken if total in table.totals]
        faults = explain(table, broken, suspects=suspects, calculated=_Calculated(table))
        known.append((table, suspects, faults))
    stated = any(page.rounded for page in examined.pages)
    runs_through = sum(places_rounded(table, faults) for table, _, faults in known) >= SEVERAL
    elsewhere = 1.0
    if runs_through and sum(len(slight(faults)) == 1 for _, _, faults in known) == 1:
        # a single total is off in a table of its own: what do those say of rounding where none is?
        off = {id(table) for table, _ in doubtful}
        elsewhere = traceless(t for page in examined.pages for t in page.tables if id(t) not in off)
    round_figures = sum(len(roughly(faults)) for _, _, faults in known) >= SEVERAL
    for table, suspects, faults in known:
        small = [total for total in in_doubt(table.totals) if total.rounded]
        for fault in rounding(
            table,
            faults,
            small,
            suspects,
            runs_through=runs_through,
            stated=stated,
            round_figures=round_figures,
            elsewhere=elsewhere,
        ):
            ask(rules_by_subject()[Disagreement], fault, examined.settings, examined.findings)


def _suspects(table: Table, findings: Sequence[Finding]) -> dict[Cell, tuple[Decimal, ...]]:
    """The cells of a table with a fault of their own, and what may be meant there."""
    suspects: dict[Cell, tuple[Decimal, ...]] = {}
    sums = {(total.cell, total.expected) for total in in_doubt(table.totals) if total.wrong}
    for finding in findings:
        if finding.code in _NUMBER_FAULTS and finding.sheet == table.sheet.name and finding.cell is not None:
            if finding.code == "NUM005" and any((finding.cell, meant) in sums for meant in finding.meant):
                continue  # a total in another unit than what it adds is wrong: ARI says it
            suspects[finding.cell] = finding.meant
    suspects |= {cell: (value,) for cell, value in _mended(table, findings).items()}
    for total in in_doubt(table.totals):
        if total.wrong and total.expected is not None and passes_over(table, total):
            suspects[total.cell] = (total.expected,)  # STR006 says which rows are hidden
    for cell, kind in table.entries.items():
        if kind in (Entry.ERROR, Entry.DATE, Entry.TEXT):
            suspects.setdefault(cell, ())
    for _, edit in missing_totals(table):
        if isinstance(edit.value, Decimal):
            suspects[edit.cell] = (edit.value,)  # STR003 says it
    for cell, value in results_in_doubt(table.computed).items():
        amount = table.amount(cell)
        if amount is not None and not same(amount, value):
            suspects[cell] = (value, amount)  # FRM006 says it
    return suspects


def _mended(table: Table, findings: Sequence[Finding]) -> dict[Cell, Decimal]:
    """The cells whose formula is at fault, and what they should show."""
    return {
        edit.cell: edit.value
        for finding in findings
        if finding.sheet == table.sheet.name and finding.fix is not None and _is_cause(finding)
        for edit in finding.fix.edits
        if isinstance(edit, SetCell) and isinstance(edit.value, Decimal)
    }


def _without(totals: Sequence[Total], at_fault: Mapping[Cell, Decimal]) -> Sequence[Total]:
    """Totals whose formula is not at fault: one that is tells neither its own cover nor its siblings'."""
    if type(totals) is LongTotals and not totals.plainly_right_at(at_fault):
        misled = {(total.axis, total.addends) for total in totals.in_doubt() if total.cell in at_fault}
        siblings = Evidence.SIBLING_FORMULAS
        return totals.without(
            lambda total: (
                total.cell in at_fault
                or (total.evidence is siblings and (total.axis, total.addends) in misled)
            ),
            lambda run: run.evidence is siblings and (Axis.ROW, run.addends) in misled,
        )
    misled = {(total.axis, total.addends) for total in totals if total.cell in at_fault}
    return tuple(
        total
        for total in totals
        if total.cell not in at_fault
        and not (total.evidence is Evidence.SIBLING_FORMULAS and (total.axis, total.addends) in misled)
    )


def _is_cause(finding: Finding) -> bool:
    """Whether a formula puts totals wrong, so that nothing more need be said of them.

    A subtotal that is added again may be one in every column: then ARI007 says it.
    """
    return (
        finding.code == "FRM002"
        or (finding.code == "FRM003" and finding.variant not in ("subtotal", "subtotal-known"))
        or (finding.code == "FRM004" and finding.variant == "wrong")
    )


class _Calculated(Container[Cell]):
    """The cells whose formula gives what they show, or whose formula nobody here can work out."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def __contains__(self, cell: object) -> bool:
        table = self._table
        if not isinstance(cell, Cell) or cell not in table.sheet.formulas:
            return False
        value = table.computed.get(cell)
        if value is None or cell in table.sheet.unvalued:
            return True
        return same(table.amount(cell) or _ZERO, value)
