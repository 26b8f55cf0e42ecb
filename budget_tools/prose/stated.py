"""Amounts as people state them in a cell of their own: ranges, and without a currency where it is plain.

``money`` leaves those alone, because in running text '1-2 mio.' may count anything; in a cell below
'Behov' it is money.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from ..model.amount import Amount, Bound, Period, find_amounts, parse_number

_NUMBER = r"[0-9]{1,3}(?:\.[0-9]{3})+(?:,[0-9]+)?|[0-9]+(?:,[0-9]+)?"
_SCALE = r"(?:mio|mill|mia)\b\.?|million(?:er)?\b|milliard(?:er)?\b|t\.?(?=\s?kr)|tusind(?:e)?\b"
_CURRENCY = r"kr\b\.?|kroner\b|dkk\b"
_RANGE = re.compile(
    rf"(?<![\w.,/§-])(?P<low>{_NUMBER})\s?(?P<scale>{_SCALE})?\s?(?P<money>{_CURRENCY})?"
    rf"\s?(?P<link>-|–|til|eller|og)\s?(?P<high>{_NUMBER})\s?(?P<scale2>{_SCALE})?\s?(?P<money2>{_CURRENCY})?",
    re.IGNORECASE,
)
_BARE = re.compile(
    rf"(?<![\w.,/§-])(?:{_NUMBER})\+?\s?(?:(?:mio|mill|mia)\b\.?+|million(?:er)?\b)(?!\s?(?:{_CURRENCY}))",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?:19|20)[0-9]{2}\Z")
_BETWEEN = re.compile(r"\bmellem\s*\Z", re.IGNORECASE)
_FROM = re.compile(r"\bfra\s*(?:ca\.?\s*)?\Z", re.IGNORECASE)
_UNITS = {"t": 1_000, "tusind": 1_000, "tusinde": 1_000, "mia": 1_000_000_000, "milliard": 1_000_000_000}
_WRITTEN = " kr."


class Stated(NamedTuple):
    """An amount in kroner: where it stands, and the two ends of a range, which are mostly the same."""

    start: int
    end: int
    low: Decimal
    high: Decimal
    bound: Bound
    period: Period | None


@lru_cache(maxsize=1024)
def stated(text: str) -> tuple[Stated, ...]:
    """The amounts of a text, in order.

    >>> text = "1-2 mio. i 2021, 0,5 mio. til løn; 3.-5. klasse kl. 13-17"
    >>> [(str(one.low), str(one.high)) for one in stated(text)]
    [('1000000', '2000000'), ('500000.0', '500000.0')]
    >>> [one.bound.name for one in stated("800.000+ kr. p.a. og max. 1 mio. kr.")]
    ['AT_LEAST', 'AT_MOST']
    """
    ranges = list(_ranges(text))
    taken = [(one.start, one.end) for one in ranges]
    single = [
        one for one in _single(text) if all(one.end <= start or end <= one.start for start, end in taken)
    ]
    return tuple(sorted((*ranges, *single)))


def _ranges(text: str) -> Iterator[Stated]:
    for match in _RANGE.finditer(text):
        if not (match["scale2"] or match["money2"]):
            continue
        link = match["link"].lower()
        before = text[max(0, match.start() - 10) : match.start()]
        if link == "og" and not _BETWEEN.search(before):
            continue
        if link == "til" and (_FROM.search(before) and match["money"]):
            continue  # 'reduceret fra 500.000 kr. til 250.000 kr.' is a change
        if link == "til" and match["money"] and not match["money2"]:
            continue
        if link == "eller" and match["money"]:
            continue
        if _YEAR.match(match["low"]):
            continue
        unit = _unit(match["scale2"])
        low = _kroner(match["low"], _unit(match["scale"]) if match["scale"] or match["money"] else unit)
        high = _kroner(match["high"], unit)
        if low is not None and high is not None and low < 1_000 <= high and not match["scale2"]:
            low *= 1_000  # '500-700.000 kr.'
        if low is not None and high is not None and low < high:
            yield Stated(match.start(), match.end(), low, high, Bound.EXACT, None)


def _unit(scale: str | None) -> int:
    if not scale:
        return 1
    word = scale.lower().rstrip(".").removesuffix("er")
    return _UNITS.get(word, 1_000_000)


def _kroner(number: str, unit: int) -> Decimal | None:
    value = parse_number(number)
    return value * unit if value is not None else None


def _single(text: str) -> Iterator[Stated]:
    """Single amounts; a scale without a currency gets one for the reading."""
    bare = [match.end() for match in _BARE.finditer(text)]
    if bare:
        pieces = [text[start:end] for start, end in zip([0, *bare], [*bare, len(text)], strict=True)]
        whole = _WRITTEN.join(pieces)
    else:
        whole = text
    for start, end, amount in find_amounts(whole):
        shift = sum(1 for number, at in enumerate(bare) if at + number * len(_WRITTEN) < start) * len(
            _WRITTEN
        )
        more = sum(1 for number, at in enumerate(bare) if at + number * len(_WRITTEN) < end) * len(_WRITTEN)
        kroner = _in_kroner(amount)
        yield Stated(start - shift, min(end - more, len(text)), kroner, kroner, amount.bound, amount.period)


def _in_kroner(amount: Amount) -> Decimal:
    return abs(amount.kroner(1))
