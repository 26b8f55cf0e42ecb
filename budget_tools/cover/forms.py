"""What totals cover in a form that is like one before: where formulas told it, they tell the same again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from operator import itemgetter
from typing import Any, NamedTuple

from ..formula import Sum
from ..model.address import Cell
from ..model.table import Axis, Table, Total
from .candidates import ZERO, signed_sum, tolerance_of_shown
from .rows import is_balance


class _Cover(NamedTuple):
    """A total without its amounts: ``line`` and ``position`` say where it stands, the rest what it adds.

    ``of_line`` takes the amounts that it adds from those of its line, where it runs along one; ``members``
    are the lines that it adds in its column, where it runs down. ``plain`` is a sum without blanks or minus,
    ``by_formula`` one whose formula adds just that.
    """

    line: int
    position: int
    total: Total
    of_line: Callable[[Sequence[Any]], tuple[Decimal | None, ...]] | None
    members: tuple[int, ...]
    plain: bool
    by_formula: bool


class Covers:
    """The covers of a table's totals, of which none was judged by amounts."""

    def __init__(self, table: Table, totals: Sequence[Total], sums: Mapping[Cell, Sum]) -> None:
        positions = {column.number: position for position, column in enumerate(table.columns)}
        lines = {line.row: index for index, line in enumerate(table.lines)}
        self._covers: list[_Cover] = []
        amounts = [line.amounts for line in table.lines]
        for total in totals:
            along = total.axis is Axis.ROW
            members = tuple([(positions if along else lines)[cell] for cell in total.addends])  # type: ignore[index]
            line, position = lines[total.cell.row], positions[total.cell.column]
            of_line = _taker(members) if along else None
            added = [amounts[line][one] if along else amounts[one][position] for one in members]
            plain = None not in added and all(sign == 1 for sign in total.signs)
            formula = sums.get(total.cell)
            by_formula = plain and formula is not None and _adds_just(formula, total)
            self._covers.append(_Cover(line, position, total, of_line, members, plain, by_formula))

    def totals(self, table: Table, *, calculated: bool) -> list[Total]:
        """The totals of a table of the same shape; ``calculated``: its formulas show what they give."""
        found: list[Total] = []
        amounts = [line.amounts for line in table.lines]
        calculated = calculated and table.whole
        for line, position, model, of_line, members, plain, by_formula in self._covers:
            shown = amounts[line][position]
            if calculated and by_formula and of_line is None:
                cell, axis, addends, signs, evidence, _, _, _, corner = model
                found.append(Total(cell, axis, addends, signs, evidence, shown, shown, ZERO, corner))
                continue
            values = (
                of_line(amounts[line])
                if of_line is not None
                else tuple([amounts[member][position] for member in members])
            )
            expected = sum(values, ZERO) if plain else signed_sum(values, model.signs)  # type: ignore[type-var]
            if of_line is None:
                if expected is None and shown is not None:
                    expected = ZERO
            elif is_balance(values, shown):
                expected = None
            cell, axis, addends, signs, evidence, _, _, _, corner = model
            allowed = ZERO if table.whole else tolerance_of_shown(table, values, shown)
            found.append(Total(cell, axis, addends, signs, evidence, shown, expected, allowed, corner))
        return found


def _adds_just(formula: Sum, total: Total) -> bool:
    """Whether a formula adds the cells that a total covers, and nothing else."""
    if formula.subtotal or formula.rounded:
        return False
    return sorted(formula.cells) == sorted(zip(total.cells(), total.signs, strict=True))


def _taker(members: tuple[int, ...]) -> Callable[[Sequence[Any]], tuple[Any, ...]]:
    if len(members) > 1:
        return itemgetter(*members)
    return lambda amounts: tuple([amounts[member] for member in members])
