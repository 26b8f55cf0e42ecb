"""FRM: totals that are typed, and formulas whose stored result is not theirs."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from decimal import Decimal

from ..filling import formula_of
from ..formula import shifted
from ..model.address import Cell
from ..model.amount import decimal_of
from ..model.edit import Fix, Safety, SetCell
from ..model.finding import Fact, Finding
from ..model.table import Axis, Evidence, Table, Total
from .base import at, rule

_FEW = 3  # more stale results than this in a table are one fault: the file was not recalculated
_NOISE = Decimal("1e-6")  # differences of binary arithmetic, far below an øre


@rule("FRM001")
def hard_coded_total(table: Table) -> Iterator[Finding]:
    """A total is typed although its neighbours are formulas: right today, wrong when an amount changes.

    When it is wrong already, the arithmetic finding says so instead. A whole block is told once.

    Flagged::

            A      B      C      D
        4          2023   2024   I alt
        5   Løn    100    200    300
        6   Drift  50     60     =SUM(B6:C6)
        7   I alt  =SUM(B5:B6)  =SUM(C5:C6)  =SUM(D5:D6)
        #: FRM001 D5

    Clean::

            A      B      C      D
        4          2023   2024   I alt
        5   Løn    100    200    300
        6   Drift  50     60     110
    """
    formulas = table.sheet.formulas
    if not formulas:
        return
    typed: dict[tuple[Axis, int], list[Total]] = defaultdict(list)
    for total in table.totals:
        if total.shown is None or total.cell in formulas or total.difference:
            continue
        if total.evidence is Evidence.OWN_FORMULA or total.cell in table.entries:
            continue
        group = total.cell.column if total.axis is Axis.ROW else total.cell.row
        typed[total.axis, group].append(total)
    if not typed:
        return
    calculated: Counter[tuple[Axis, int]] = Counter()
    for cell in {total.cell for total in table.totals if total.cell in formulas}:
        calculated[Axis.ROW, cell.column] += 1
        calculated[Axis.COLUMN, cell.row] += 1
    told: set[Cell] = set()
    for (axis, group), totals in typed.items():
        fresh = [total for total in totals if total.cell not in told]
        if not fresh or calculated[axis, group] < len(totals):
            continue  # where most are typed, that is how the table was made
        told.update(total.cell for total in fresh)
        first = fresh[0]
        assert first.shown is not None
        yield at(
            "FRM001",
            table,
            first.cell,
            {"shown": first.shown, "covers": first.covers()},
            amounts=tuple(total.shown for total in fresh),
            related=[total.cell for total in fresh[1:]],
            fix=Fix(
                Safety.REVIEW,
                tuple(
                    SetCell(table.sheet.name, total.cell, total.shown, formula_of(total))
                    for total in fresh
                    if total.shown is not None
                ),
            ),
        )


@rule("FRM006")
def stale_or_missing_value(table: Table) -> Iterator[Finding]:
    """The result stored for a formula is not what the formula gives, or there is none.

    The file was changed by a program, or Excel was set to calculate by hand: who opens it sees other
    figures than who reads it. Compared only where the formula can be worked out.

    Flagged::

            A      B      C      D
        4          2023   2024   I alt
        5   Løn    100    200    =SUM(B5:C5)→290
        #: FRM006 D5

    Clean::

            A      B      C      D
        4          2023   2024   I alt
        5   Løn    100    200    =SUM(B5:C5)→300
    """
    missing: list[tuple[Cell, Decimal]] = []
    stale: list[tuple[Cell, Decimal, Decimal]] = []
    for cell, expected in table.computed.items():
        if cell in table.sheet.unvalued:
            missing.append((cell, expected))
            continue
        value = table.sheet.value(cell.row, cell.column)
        if not isinstance(value, int | float) or isinstance(value, bool):
            continue
        shown = decimal_of(value)
        if not same(shown, expected):
            stale.append((cell, shown, expected))
    together = [stale] if len(stale) > _FEW else [[one] for one in stale]
    for group in together:
        if not group:
            continue
        cell, shown, expected = group[0]
        facts: dict[str, Fact] = {"shown": shown, "expected": expected, "difference": shown - expected}
        if len(group) > 1:
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


def same(shown: Decimal, expected: Decimal) -> bool:
    """Whether two results differ by no more than binary arithmetic leaves behind."""
    return shown == expected or abs(shown - expected) <= max(_NOISE, abs(expected) * Decimal("1e-9"))


def _recalculated(table: Table, cell: Cell, value: Decimal) -> SetCell:
    return SetCell(table.sheet.name, cell, value, shifted(table.sheet.formulas[cell], cell))
