"""Typed numbers among formulas: what should stand there is what the neighbours' formula gives."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal

from ..formula import Sum
from ..layout.long import LongLines, rows_of
from ..model.address import Cell
from ..model.long import in_doubt, on_rows
from ..model.table import Axis, Evidence, Table, Total
from .candidates import (
    JUDGED,
    holds_number,
    is_long,
    is_slip,
    number_at,
    signed_sum,
    tolerance,
    worlds_apart,
)
from .long import strips_to_compare, without

_SUM = 3  # fewer addends are no sum: a difference, a step
_MOST_BESIDE_ONE = 12  # typed numbers beside a single formula that are compared with what it gives
_MOST_ADDENDS = 60  # of a formula that is moved to another place


def typed_among_formulas(table: Table, sums: Mapping[Cell, Sum], totals: Sequence[Total]) -> list[Total]:
    """Typed numbers in a line, or a column, whose other cells all have the same formula, moved along.

    They give themselves away: what should stand there is what the neighbours' formula gives in their place.
    ``totals`` are the cells whose cover is known already.
    """
    found: list[Total] = []
    numbers = [column.number for column in table.columns]
    if type(table.lines) is LongLines:
        along, down = strips_to_compare(table, table.lines, totals)
    else:
        inside: dict[int, list[Sum]] = {}
        for cell, own in sums.items():
            inside.setdefault(cell.row, []).append(own)
        along = [line.row for line in table.lines if line.row in inside]
        along = [row for row in along if not _adds_itself(row, inside[row])]
        down = numbers
    strips = [[Cell(row, number) for number in numbers] for row in along]
    if down:
        lines = rows_of(table.lines, range(len(table.lines)))
        strips += [[Cell(row, number) for row in lines] for number in down]
    covered = {total.cell for total in (totals if down else on_rows(totals, along))}
    for strip in strips:
        moved: Counter[tuple[tuple[int, int, int], ...]] = Counter()
        for cell in strip:
            total = sums.get(cell)
            if total is not None and not total.subtotal and 2 <= len(total.cells) <= _MOST_ADDENDS:
                moved[
                    tuple((at.row - cell.row, at.column - cell.column, sign) for at, sign in total.cells)
                ] += 1
        if not moved:
            continue
        pattern, count = moved.most_common(1)[0]
        calculated = sum(cell in table.sheet.formulas for cell in strip)
        typed = [
            (index, cell)
            for index, cell in enumerate(strip)
            if cell not in table.sheet.formulas and cell not in covered and holds_number(table, cell)
        ]
        most = _MOST_BESIDE_ONE if count == 1 else (count + 2) // 3
        if count * 2 <= calculated or not 0 < len(typed) <= most:
            continue
        sideways = any(
            (down if strip[0].column == strip[-1].column else across) for down, across, _ in pattern
        )
        if sideways and count == 1:
            continue  # a sum of this very strip has no neighbour in it
        for index, cell in typed:
            if sideways and not (0 < index < len(strip) - 1):
                continue  # where a series begins, something must be typed
            addends = [(Cell(cell.row + down, cell.column + across), sign) for down, across, sign in pattern]
            if any(at.row < 1 or at.column < 1 for at, _ in addends):
                continue
            values = [number_at(table, at) for at, _ in addends]
            shown = number_at(table, cell)
            expected = signed_sum(values, [sign for _, sign in addends])
            if expected is None or shown is None:
                continue
            if count == 1 and not _is_slip_beside_one(shown, expected, len(addends)):
                continue  # a single neighbour is believed where what was typed is a slip of what it gives
            covered.add(cell)
            found.append(
                Total(
                    cell,
                    Axis.BLOCK,
                    tuple(at for at, _ in addends),
                    tuple(sign for _, sign in addends),
                    Evidence.SIBLING_FORMULAS,
                    shown,
                    expected,
                    tolerance(table, values, shown),
                )
            )
    # one typed cell is a slip; several in a column, or one of another order, are what a model is fed with
    wrong = Counter(total.cell.column for total in found if total.wrong)
    return [
        total
        for total in found
        if not total.wrong or (wrong[total.cell.column] == 1 and not worlds_apart(total))
    ]


def _is_slip_beside_one(shown: Decimal, expected: Decimal, addends: int) -> bool:
    """Whether an amount is a slip of what the only neighbour's formula gives in its place.

    A difference may be typed the other way round, and small ones are alike by chance.
    """
    if not is_slip(shown, expected):
        return False
    return addends >= _SUM or (shown != -expected and is_long(expected))


def without_unfounded(table: Table, totals: Sequence[Total]) -> Sequence[Total]:
    """Totals, without typed ones that nothing in their own place speaks for.

    A year that was never broken down has a total and empty lines; what the neighbours take over from the cell
    before them is no sum; and a total that is typed again below the calculated one is there to compare.
    """
    return without(
        totals,
        lambda total: (
            total.evidence in JUDGED
            and total.wrong
            and not (
                any(table.amount(cell) for cell in total.cells())
                and (total.axis is Axis.COLUMN or len(total.addends) > 1)
                and not _repeats(table, total, totals)
            )
        ),
    )


def _repeats(table: Table, total: Total, totals: Sequence[Total]) -> bool:
    """Whether a line without a name shows the total right above it once more."""
    line = table.line(total.cell.row)
    above = Cell(total.cell.row - 1, total.cell.column)
    if line is None or line.label or table.amount(above) != total.shown:
        return False
    return any(other.cell == above for other in on_rows(totals, {above.row}))


def _adds_itself(row: int, inside: Sequence[Sum]) -> bool:
    """Whether the only sum in a row adds that row: it tells nothing of its neighbours."""
    return len(inside) == 1 and inside[0].row == row


def without_contradicted(totals: Sequence[Total], sums: Mapping[Cell, Sum]) -> Sequence[Total]:
    """Totals, without typed ones that a formula adds together with what they are taken to cover.

    Nobody adds a total to its own parts: the amount is one of them, or of something else. For the same
    reason no total covers a sum together with what that sum adds. A sum of two may be the next step of a
    running sum, though.
    """
    siblings = Evidence.SIBLING_FORMULAS
    doubted = [total for total in in_doubt(totals) if total.evidence is siblings and total.wrong]
    if not doubted or not sums:
        return totals
    cells = {total.cell for total in doubted}
    users: dict[Cell, list[Sum]] = {cell: [] for cell in cells}
    for formula in sums.values():
        if len(formula.cells) > 2:
            for addend, sign in formula.cells:
                if sign > 0 and addend in cells:
                    users[addend].append(formula)
    contradicted: set[Total] = set()
    for total in doubted:
        covered = {cell for cell, sign in zip(total.cells(), total.signs, strict=True) if sign > 0}
        inside = [sums[cell] for cell in covered if cell in sums and len(sums[cell].cells) > 2]
        near = (*users[total.cell], *inside)
        if any(cell in covered for formula in near for cell, sign in formula.cells if sign > 0):
            contradicted.add(total)
    return without(totals, lambda total: total in contradicted)
