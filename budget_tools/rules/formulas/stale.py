"""FRM006: stored results that are not what their formulas give."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from ...cover.long import results_in_doubt
from ...formula import shifted
from ...model.address import Cell
from ...model.amount import decimal_of
from ...model.book import Book
from ...model.edit import Fix, Safety, SetCell
from ...model.finding import Fact, Finding
from ...model.table import Change, Table
from ..base import at, rule

_FEW = 3  # more stale results than this in a table are one fault: the file was not recalculated
_NOISE = Decimal("1e-6")  # differences of binary arithmetic, far below an øre


@rule("FRM006")
def stale_or_missing_value(table: Table) -> Iterator[Finding]:
    """The result stored for a formula is not what the formula gives, or there is none.

    The file was changed by a program, or Excel was set to calculate by hand: who opens it sees other
    figures than who reads it. Compared only where the formula can be worked out. A result that another
    program stored with fewer decimals is a note. A workbook that is set to manual calculation is told even
    where every result is right today.

    Flagged::

            A      B      C      D
        4          2023   2024   I alt
        5   Løn    100    200    =SUM(B5:C5)→290
        #: FRM006 D5

    A typed total, or a typed number among formulas, that explains all the stale results which use it was
    changed after the last calculation, and is what to look at.

    Flagged::

            A        B      C      D
        4            2023   2024   2025
        5   Løn      100    110    120
        6   Reserve  =B5*0.1  12           =D5*0.1
        7   Pr. md.  =B6*0.5  =C6*0.5→5,5  =D6*0.5
        #: FRM006 C6

    Clean::

            A      B      C      D
        4          2023   2024   I alt
        5   Løn    100    200    =SUM(B5:C5)→300
    """
    missing: list[tuple[Cell, Decimal]] = []
    stale: list[tuple[Cell, Decimal, Decimal]] = []
    rounded: list[tuple[Cell, Decimal, Decimal]] = []
    for cell, change in table.changed.items():
        yield _changed(table, cell, change)
    if table.calculated:
        return
    computed = results_in_doubt(table.computed)
    for (cell, expected), amount in zip(computed.items(), table.amounts_at(computed), strict=True):
        if cell in table.explained:
            continue
        if cell in table.sheet.unvalued:
            missing.append((cell, expected))
            continue
        if amount == expected:
            continue
        value = table.sheet.value(cell.row, cell.column)
        if not isinstance(value, int | float) or isinstance(value, bool):
            continue
        shown = decimal_of(value)
        if not same(shown, expected):
            (rounded if _is_rounded(shown, expected) else stale).append((cell, shown, expected))
    together = [stale] if len(stale) > _FEW else [[one] for one in stale]
    for group in (*together, rounded):
        if not group:
            continue
        cell, shown, expected = group[0]
        facts: dict[str, Fact] = {"shown": shown, "expected": expected, "difference": shown - expected}
        if group is rounded:
            facts |= {"variant": "rounded-many" if len(group) > 1 else "rounded", "count": len(group)}
        elif len(group) > 1:
            facts |= {"variant": "many", "count": len(group)}
        yield at(
            "FRM006",
            table,
            cell,
            facts,
            amounts=(shown, expected),
            related=[other for other, _, _ in group[1:]],
            fix=Fix(Safety.SAFE, tuple(_recalculated(table, one, value) for one, _, value in group)),
        )
    if missing:
        first = missing[0]
        yield at(
            "FRM006",
            table,
            first[0],
            {"variant": "missing", "expected": first[1]},
            amounts=(None, first[1]),
            related=[cell for cell, _ in missing[1:]],
            fix=Fix(Safety.SAFE, tuple(_recalculated(table, cell, value) for cell, value in missing)),
        )


def _changed(table: Table, cell: Cell, change: Change) -> Finding:
    """A typed amount that is not the one that the results were calculated with."""
    shown, former = table.amount(cell), change.former
    assert shown is not None
    return at(
        "FRM006",
        table,
        cell,
        {
            "variant": "changed",
            "shown": shown,
            "expected": former,
            "difference": shown - former,
            "count": len(change.results),
        },
        amounts=(shown, former),
        related=[place.cell for place in change.results if place.sheet == table.sheet.name],
        fix=Fix(Safety.REVIEW, (SetCell(table.sheet.name, cell, former),)),
    )


def said_of_manual(book: Book, findings: Sequence[Finding]) -> list[Finding]:
    """Findings of a workbook that is set to manual calculation: that is why results are stale, or will be."""
    if not any(sheet.formulas for sheet in book.sheets):
        return list(findings)
    said: list[Finding] = []
    for finding in findings:
        if finding.code == "FRM006" and finding.variant in (None, "many"):
            variant = "by-hand-many" if finding.variant else "by-hand"
            finding = replace(finding, facts={**finding.facts, "variant": variant})
        said.append(finding)
    if not any(finding.code == "FRM006" and "by-hand" in (finding.variant or "") for finding in said):
        said.append(Finding("FRM006", facts={"variant": "manual"}, key=("manual",)))
    return said


def _is_rounded(shown: Decimal, expected: Decimal) -> bool:
    """Whether a stored result is what the formula gives, rounded to the decimals that are stored."""
    finest = Decimal(1).scaleb(min(0, int(shown.normalize().as_tuple().exponent)))
    return bool(shown) and abs(shown - expected) <= finest / 2


def same(shown: Decimal, expected: Decimal) -> bool:
    """Whether two results differ by no more than binary arithmetic leaves behind."""
    return shown == expected or abs(shown - expected) <= max(_NOISE, abs(expected) * Decimal("1e-9"))


def _recalculated(table: Table, cell: Cell, value: Decimal) -> SetCell:
    return SetCell(table.sheet.name, cell, value, shifted(table.sheet.formulas[cell], cell))
