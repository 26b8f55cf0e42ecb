"""Counts of things in prose and labels: '63 færre unge', '2-3 medlemmer', '4 årsværk'."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from . import words

_COUNT = re.compile(
    r"(?P<low>[0-9]{1,3}(?:\.[0-9]{3})+|[0-9]+)(?P<decimals>,[0-9]+)?"
    r"(?:\s?[-–]\s?(?P<high>[0-9]+)(?:,[0-9]+)?)?"
    r"[ \u00a0](?:(?:nye|ekstra|yderligere|flere) )?(?P<noun>[A-Za-zÆØÅæøå][A-Za-zÆØÅæøåé-]*)(?![.\w])"
    r"(?=(?P<more>(?: [a-zæøå][a-zæøåé-]*){0,3})(?P<after>.{0,12}))"
)
_WORD_COUNT = re.compile(
    r"(?<![\w-])(?P<low>" + "|".join(words.NUMBERS) + r")"
    r"(?: ?(?:-|–|til|eller) ?(?P<high>" + "|".join(words.NUMBERS) + r"))?"
    r" (?:(?:nye|ekstra|yderligere|flere) )?(?P<noun>[a-zæøå][a-zæøåé-]*)(?![.\w])"
    r"(?=(?P<more>(?: [a-zæøå][a-zæøåé-]*){0,3})(?P<after>.{0,12}))",
    re.IGNORECASE,
)
_JOINED = frozenset("§.,:/-–+")


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
