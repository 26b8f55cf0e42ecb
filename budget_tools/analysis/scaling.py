"""What all places need, held against what the case needs: one factor should fit all themes of a case."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from ..model.analysis import Case, Need, OffScale, Scope

_FEWEST = 3  # amounts for all that must agree before one of them can be called odd


class _Pair(NamedTuple):
    """The need of a case and that of all places like it, for one theme."""

    own: Need
    all: Need
    low: Decimal
    high: Decimal


def off_scale(case: Case) -> Iterator[OffScale]:
    """The amounts for all places that do not fit those of the case, and totals that add both."""
    pairs = list(_pairs(case))
    for pair in pairs:
        if pair.high < 1:
            yield OffScale("less", pair.all, pair.own)
    odd = _odd([pair for pair in pairs if pair.high >= 1])
    if odd is not None:
        pair, low, high = odd
        own = pair.own.figure_kroner()
        yield OffScale("unlike", pair.all, pair.own, low * own, high * own)
    own_sum = sum((one.figure_kroner() for one in case.needs if one.scope is Scope.CASE), Decimal(0))
    all_sum = sum((one.figure_kroner() for one in case.needs if one.scope is Scope.ALL), Decimal(0))
    if own_sum and all_sum:
        for place, total in case.totals:
            if total == own_sum + all_sum:
                need = next(one for one in case.needs if one.scope is Scope.ALL)
                yield OffScale("added", need, need, own_sum, all_sum, place, total)


def _pairs(case: Case) -> Iterator[_Pair]:
    for theme in case.themes:
        own = [one for one in theme.needs if _counts(one, Scope.CASE)]
        every = [one for one in theme.needs if _counts(one, Scope.ALL)]
        if len(own) == len(every) == 1:
            low, high = _ends(own[0])
            least, most = _ends(every[0])
            if low > 0:
                yield _Pair(own[0], every[0], least / high, most / low)


def _counts(need: Need, scope: Scope) -> bool:
    return need.scope is scope and need.figure_kroner() > 0 and not need.each


def _ends(need: Need) -> tuple[Decimal, Decimal]:
    """How small and how large an amount may be that was rounded to what is written."""
    assert need.figure is not None
    low = need.figure.low or need.figure.kroner
    high = need.figure.high or need.figure.kroner
    return low - _rounding(low), high + _rounding(high)


def _rounding(kroner: Decimal) -> Decimal:
    """Half a unit of the last digit that says something."""
    whole = f"{kroner:f}".partition(".")[0]
    return Decimal(10) ** (len(whole) - len(whole.rstrip("0"))) / 2


def _odd(pairs: Sequence[_Pair]) -> tuple[_Pair, Decimal, Decimal] | None:
    """The one pair that the factor of all the others does not fit, and between what that factor lies."""
    if len(pairs) < _FEWEST or _common(pairs) is not None:
        return None
    found = [
        (pair, common)
        for number, pair in enumerate(pairs)
        if (common := _common([*pairs[:number], *pairs[number + 1 :]])) is not None
    ]
    if len(found) != 1:
        return None
    pair, (low, high) = found[0]
    return pair, low, high


def _common(pairs: Sequence[_Pair]) -> tuple[Decimal, Decimal] | None:
    low, high = max(pair.low for pair in pairs), min(pair.high for pair in pairs)
    return (low, high) if low <= high else None
