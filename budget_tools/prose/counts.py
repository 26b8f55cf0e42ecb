"""Counts of things in prose and labels: '63 færre unge', '2-3 medlemmer', '4 årsværk'."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from . import words

_COUNT = re.compile(
    r"(?P<low>[0-9]{1,3}(?:\.[0-9]{3})+|[0-9]+)(?P<decimals>,[0-9]+)?"
    r"(?:\s?[-–]\s?(?P<high>[0-9]+)(?:,[0-9]+)?)?"
    r"[ \u00a0](?:(?:nye|ekstra|yderligere|flere) )?(?P<noun>[A-Za-zÆØÅæøå][A-Za-zÆØÅæøåé-]*)(?!\w)"
    r"(?=(?P<more>(?: [a-zæøå][a-zæøåé-]*){0,3})(?P<after>.{0,12}))"
)
_WORD_COUNT = re.compile(
    r"(?<![\w-])(?P<low>" + "|".join(words.NUMBERS) + r")"
    r"(?: ?(?:-|–|til|eller) ?(?P<high>" + "|".join(words.NUMBERS) + r"))?"
    r" (?:(?:nye|ekstra|yderligere|flere) )?(?P<noun>[a-zæøå][a-zæøåé-]*)(?!\w)"
    r"(?=(?P<more>(?: [a-zæøå][a-zæøåé-]*){0,3})(?P<after>.{0,12}))",
    re.IGNORECASE,
)
_JOINED = frozenset("§.,:/-–+")


_AROUND = 40
"""A number stands at most this far before what it counts."""


class Count(NamedTuple):
    """A number of things: ``low`` to ``high``, and the stems of what is counted, its noun last.

    ``each`` tells that it is a number for each of something else ('16 unge pr. ungeguide').
    """

    start: int
    end: int
    written: str
    low: Decimal
    high: Decimal
    things: tuple[str, ...]
    name: str
    each: bool


def counts(text: str, *, spelled: bool = False) -> Iterator[Count]:
    """The counts of a text, in order; with ``spelled`` those written as words instead of digits.

    Dates, times, paragraphs, percentages, money and years are none.

    >>> sentence = "Den 21.3.22 kl. 13-17: 63 færre unge, 11 % og 2-3 medlemmer, jf. §17 stk. 4"
    >>> [one.written for one in counts(sentence)]
    ['63 færre unge', '2-3 medlemmer']
    """
    for match in (_WORD_COUNT if spelled else _COUNT).finditer(text):
        start = match.start()
        if start and not spelled and (text[start - 1] in _JOINED or text[start - 1].isalnum()):
            continue
        if match["noun"].lower() in words.AFTER_A_NUMBER:
            continue
        before = text[max(0, start - 16) : start].lower().split()
        if before and before[-1].strip("(") in words.BEFORE_A_NUMBER:
            continue
        if spelled:
            low = Decimal(words.NUMBERS[match["low"].lower()])
            high = Decimal(words.NUMBERS[match["high"].lower()]) if match["high"] else low
        else:
            digits = match["low"]
            if len(digits) == 4 and digits[:2] in ("19", "20") and not match["decimals"]:
                continue
            low = Decimal(digits.replace(".", "") + (match["decimals"] or "").replace(",", "."))
            high = Decimal(match["high"]) if match["high"] else low
        if high < low:
            continue
        named = [match["noun"]]
        rest = match["more"].split()
        for word in rest:
            if word in words.STOPS or (word in words.EMPTY and word != "færre"):
                break
            named.append(word)
        behind = " ".join(rest[len(named) - 1 :]) + match["after"]
        each = (
            re.match(r"\s*(?:pr\b|per\b|for hver|hver\b|om ugen|i ugen|ugentlig|om måneden)", behind)
            is not None
        )
        name = " ".join(named)
        end = text.find(name, start) + len(name)
        things = tuple(words.stem(word.lower()) for word in named)
        yield Count(start, end, text[start:end], low, high, things, name, each)


@lru_cache(maxsize=4096)
def all_counts(text: str) -> tuple[Count, ...]:
    """The counts in digits of a label or text, which several rules ask for."""
    return tuple(counts(text))


@lru_cache(maxsize=1024)
def counts_of(text: str, things: tuple[str, ...]) -> tuple[Count, ...]:
    """The counts of certain things, in digits and then in words; a text that never names them is not read.

    >>> [one.written for one in counts_of("De 63 unge og tre vejledere skal i 2023 ud.", ("ung", "vejled"))]
    ['63 unge', 'tre vejledere']
    """
    stretches = list(_stretches(text, things))
    return tuple(
        count._replace(start=count.start + start, end=count.end + start)
        for spelled in (False, True)
        for start, end in stretches
        for count in counts(text[start:end], spelled=spelled)
    )


def _stretches(text: str, things: tuple[str, ...]) -> Iterator[tuple[int, int]]:
    """The stretches of a text around some words, whole words at either end, none twice."""
    hits = sorted({at for thing in things for at in _finds(text, thing)})
    begin = end = -1
    for at in hits:
        first = max(at - _AROUND, 0)
        if first:
            blank = text.find(" ", first)
            first = blank + 1 if 0 <= blank < at else at
        last = min(at + 2 * _AROUND, len(text))
        if first <= end:
            end = last
            continue
        if end >= 0:
            yield begin, end
        begin, end = first, last
    if end >= 0:
        yield begin, end


_LONG = 5  # a shorter stem stands inside too many other words


def _finds(text: str, stem: str) -> Iterator[int]:
    for spelling in (stem, stem[:1].upper() + stem[1:]):
        at = text.find(spelling)
        while at >= 0:
            if len(stem) >= _LONG or not at or not text[at - 1].isalpha():
                yield at
            at = text.find(spelling, at + 1)
