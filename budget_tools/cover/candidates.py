"""What a total may cover, whichever way it adds up, and whether its amount agrees with that."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

from ..layout.long import Amounts
from ..model.address import Cell
from ..model.amount import decimal_of, swapped_digits
from ..model.table import Evidence, Table, Total

_Indexes = tuple[int, ...]


ZERO = Decimal(0)


_HALF = Decimal("0.5")


_NOISE = Decimal("1e-6")


_MOST_DECIMALS = 6


JUDGED = (Evidence.AGREEMENT, Evidence.SIBLING_FORMULAS)  # a cover that other cells gave


class Candidate(NamedTuple):
    """A set of lines or columns that a total may cover, by their index in the table."""

    members: _Indexes
    signs: _Indexes

    @classmethod
    def plus(cls, members: Iterable[int]) -> Candidate:
        chosen = tuple(members)
        return cls(chosen, (1,) * len(chosen))


def signed_sum(values: Iterable[Decimal | None], signs: Sequence[int]) -> Decimal | None:
    """The signed sum of the amounts; None when there is none at all."""
    if type(values) is Amounts:
        return values.signed_sum(signs)
    result = ZERO
    seen = False
    for value, sign in zip(values, signs, strict=True):
        if value is not None:
            seen = True
            result += value if sign == 1 else value * sign
    return result if seen else None


def tolerance(table: Table, values: Sequence[Decimal | None], shown: Decimal | None) -> Decimal:
    """Half a unit of the last stored decimal for each figure; nothing between whole numbers."""
    if table.whole:
        return ZERO
    finest = count = 0
    if type(values) is Amounts:
        finest, count, values = values.finest(), values.figures(), ()
    figures = [value for value in (*values, shown) if value is not None]
    finest = max([finest, *(-int(value.as_tuple().exponent) for value in figures)])
    count += len(figures)
    if finest <= 0:
        return ZERO
    if finest > _MOST_DECIMALS:
        return _NOISE * count  # calculated, not rounded: only what binary arithmetic leaves
    return _HALF.scaleb(-finest) * count


_FEWESTROUNDED = 10  # a smaller amount is no rounding of another one


def tolerance_of_shown(table: Table, values: Sequence[Decimal | None], shown: Decimal | None) -> Decimal:
    """The tolerance of a total; half a unit of its own last decimal where it has fewer than what it adds."""
    exact = tolerance(table, values, shown)
    if not exact or shown is None or abs(shown) < _FEWESTROUNDED:
        return exact
    return max(exact, _HALF.scaleb(min(0, int(shown.normalize().as_tuple().exponent))))


def agrees(shown: Decimal, expected: Decimal, tolerance: Decimal) -> bool:
    return abs(shown - expected) <= tolerance


_FAR = 50  # a sum is so many times what rounding of its figures makes of it, or says nothing
ROUNDED = 3  # so many sums that are nearly right were rounded; one or two are faults


def nearly(shown: Decimal, expected: Decimal, figures: int) -> bool:
    """Whether a sum is off by no more than rounding of its whole figures makes of it, but off."""
    return 1 <= abs(shown - expected) * 2 <= figures + 1 and abs(expected) > _FAR * figures


def mostly_rounded(right: int, near: int, tested: int) -> bool:
    """Whether most sums of a line are right or nearly so, and the nearly right ones too many to be faults."""
    return near >= ROUNDED and (right + near) * 2 > tested


_THOUSAND = 1000
_FEWEST_DIGITS = 3


def is_slip(shown: Decimal, expected: Decimal) -> bool:
    """Whether an amount is another one with a slip of the hand: a sign, two digits, a thousand.

    Of amounts with a few digits that have nothing to do with one another, hardly any are so alike.
    """
    if abs(expected) < 10 ** (_FEWEST_DIGITS - 1):
        return False
    return (
        shown == -expected
        or shown == expected * _THOUSAND
        or shown * _THOUSAND == expected
        or swapped_digits(shown, expected)
    )


_LONG = 4


def is_long(amount: Decimal) -> bool:
    """Whether an amount has so many digits that no other one is a slip of it by chance."""
    return len(amount.normalize().as_tuple().digits) >= _LONG


def all_alike(candidates: Iterable[Candidate]) -> bool:
    """Whether all covers are the same one: the usual case, told without counting."""
    left = iter(candidates)
    first = next(left, None)
    return all(candidate == first for candidate in left)


def without_odd_one_out(own: dict[int, Candidate]) -> dict[int, Candidate]:
    """Own formulas without those that cover something else than most of their siblings.

    They are judged by their siblings' formulas instead: the one that leaves a line out is the fault.
    """
    if len(own) < 3 or all_alike(own.values()):
        return own
    counts = Counter(own.values())
    common, count = counts.most_common(1)[0]
    if count * 2 <= len(own) or count == len(own):
        return own
    return {
        index: candidate
        for index, candidate in own.items()
        if candidate == common or counts[candidate] > 1 or not _is_part(candidate, common)
    }


def _is_part(one: Candidate, whole: Candidate) -> bool:
    """Whether a cover is another one with members left out, or the other way round."""
    return set(one.members) < set(whole.members) or set(whole.members) < set(one.members)


def is_unknown(table: Table, cells: Iterable[Cell]) -> bool:
    """Whether one of the cells has a formula whose result is neither stored nor can be worked out."""
    unvalued = table.sheet.unvalued
    return any(cell in unvalued and cell not in table.computed for cell in cells)


def number_at(table: Table, cell: Cell) -> Decimal | None:
    if cell in table.sheet.unvalued:
        return table.computed.get(cell)
    value = table.sheet.value(cell.row, cell.column)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return decimal_of(value)
    return None


def holds_number(table: Table, cell: Cell) -> bool:
    value = table.sheet.value(cell.row, cell.column)
    return isinstance(value, int | float) and not isinstance(value, bool) and cell.row != table.heading_row


_FARTHEST_APART = 5000  # no slip of the finger, and no wrong unit but a million, goes that far


def worlds_apart(total: Total) -> bool:
    """Whether a total and what it is taken to cover are of quite different kinds: a price, a sum of sales."""
    if not total.shown or not total.expected:
        return False
    ratio = abs(total.expected / total.shown)
    return not Decimal(1) / _FARTHEST_APART < ratio < _FARTHEST_APART
