"""Amounts of money in prose: each with its sentence, what is said right around it, and its years."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from ..model.amount import Amount, Bound, find_amounts
from . import words

_CURRENCIES = ("kr", "Kr", "KR", "DKK", "dkk", ",-")
_BEFORE, _AFTER = 34, 18  # an amount with its unit reaches at most this far from its currency
_SENTENCE_END = re.compile(r"[.!?:;]\s+(?=[A-ZÆØÅ0-9\"'»(-])|\n")
_ABBREVIATION = re.compile(
    r"\b(?:ca|mio|mia|pr|jf|nr|pkt|stk|bl\.a|f\.eks|inkl|ekskl|evt|t\.kr|vedr|d|max|min|maks|kl)\.\s+\Z"
)
_BEFORE_DIGITS = re.compile(r"(?:\bkr|[0-9])\.\s+\Z")
_YEAR = re.compile(r"(?<![\d.,])(?:19|20)\d\d(?![\d.,]*\d|\s?t?\.?\s?kr)")
_DIGITS = re.compile(r"[0-9][0-9.,]*")
_ABOUT = re.compile(
    r"(?:^|[\s(])(?:" + "|".join(map(re.escape, words.ABOUT)) + r")(?:\s+[a-zæøå]+){0,2}\s*\Z", re.IGNORECASE
)
_LISTED = re.compile(r"\s*(?:[-–•*]\s*)?(?P<label>[^\n]{3,90}?)\s*[-–:=]\s*\Z")


class Money(NamedTuple):
    """An amount in prose. ``around`` are the words that belong to it, in small letters; ``listed`` that
    it stands behind a label and a dash or colon, as the lines of a table do."""

    start: int
    end: int
    written: str
    amount: Amount
    tolerance: Decimal  # in kroner: how far from the amount the writer may have been
    sentence: str
    sentence_start: int
    around: str
    listed: bool
    years: tuple[int, ...]
    kroner: Decimal  # without its sign: a dash before an amount is seldom a minus

    @property
    def exact(self) -> bool:
        """Whether it is meant as one amount, exactly or about, and not as a bound."""
        return self.amount.bound in (Bound.EXACT, Bound.ABOUT)


@lru_cache(maxsize=1024)
def money(text: str) -> tuple[Money, ...]:
    """The amounts of money of a text, in order.

    Only stretches around a currency are looked through: most of a text has none.

    >>> [one.written for one in money("§17 stk. 4, 22. april kl. 13-17: 50.000 kr. til 10.000 brugere")]
    ['50.000 kr.']
    """
    found: list[tuple[int, int, Amount]] = []
    for start, end in _stretches(text):
        found.extend((start + a, start + b, amount) for a, b, amount in find_amounts(text[start:end]))
    return tuple(_told(text, found))


def _stretches(text: str) -> Iterator[tuple[int, int]]:
    begin = end = -1
    for at in _currencies(text):
        first = max(text.rfind("\n", 0, at) + 1, at - _BEFORE, 0)
        if first and not text[first - 1].isspace():
            blank = text.find(" ", first)
            first = blank + 1 if 0 <= blank < at else first
        last = min(at + _AFTER, len(text))
        if first <= end:
            end = last
            continue
        if end >= 0:
            yield begin, end
        begin, end = first, last
    if end >= 0:
        yield begin, end


def _currencies(text: str) -> list[int]:
    """Where a currency may stand, in order: 'kr' that begins no other word than 'kroner'."""
    found: list[int] = []
    for currency in _CURRENCIES:
        at = text.find(currency)
        while at >= 0:
            end = at + len(currency)
            if not text[end : end + 1].isalpha() or text.startswith("oner", end):
                found.append(at)
            at = text.find(currency, end)
    if len(found) > 1:
        found.sort()
    return found


def _told(text: str, found: list[tuple[int, int, Amount]]) -> Iterator[Money]:
    for number, (start, end, amount) in enumerate(found):
        first, last = sentence_of(text, start, end)
        before = max(first, found[number - 1][1]) if number else first
        follows = found[number + 1][0] if number + 1 < len(found) else last + 1
        after = min(last, follows)
        lead, tail = text[before:start], text[end:after]
        listed = _LISTED.match(text[first:start]) if before == first else None
        about = amount.bound is Bound.ABOUT or _ABOUT.search(lead) is not None
        if about and amount.bound is not Bound.ABOUT:
            amount = Amount(amount.value, amount.unit, Bound.ABOUT, amount.period)
        around = _belonging(lead, tail, before > first, follows <= last).lower()
        yield Money(
            start,
            end,
            text[start:end].strip(),
            amount,
            _tolerance(text[start:end], amount),
            text[first:last].lower(),
            first,
            around,
            listed is not None,
            tuple(int(year) for year in _YEAR.findall(around) or _YEAR.findall(text, first, last)),
            abs(amount.kroner(1)),
        )


def _belonging(lead: str, tail: str, after_another: bool, before_another: bool) -> str:
    """What belongs to an amount: what leads to it, and what follows up to the next one's."""
    if after_another:  # '1 mio. kr. til løn og 200.000 kr. til drift': the lead is the other's
        cut = max(lead.rfind(", "), lead.rfind(" og "), lead.rfind(" samt "))
        if re.match(r"\s*(?:til|for|på|i|fra|vedrørende|årligt|pr\.)\b", lead):
            lead = lead[cut:] if cut >= 0 else ""
    if before_another:
        cuts = [
            at
            for at in (tail.find(", "), tail.find(" og "), tail.find(" samt "), tail.find(" - "))
            if at >= 0
        ]
        tail = tail[: min(cuts)] if cuts else tail
    return f"{lead} {tail}"


def sentence_of(text: str, start: int, end: int) -> tuple[int, int]:
    """Where the sentence around a stretch begins and ends; a paragraph's end is a sentence's."""
    first = text.rfind("\n", 0, start) + 1
    for match in _SENTENCE_END.finditer(text, first, start):
        if _ends(text, first, match):
            first = match.end()
    last = text.find("\n", end)
    last = len(text) if last < 0 else last
    for match in _SENTENCE_END.finditer(text, max(end - 1, first), last):
        if match.start() == end - 1 or _ends(text, first, match):
            return first, match.start()
    return first, last


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """Where each sentence of a text begins and ends, in order; a paragraph's end is a sentence's."""
    start = 0
    while start < len(text):
        if text[start].isspace():
            start += 1
            continue
        _, end = sentence_of(text, start, start + 1)
        end = max(end + (text[end : end + 1] in tuple(".!?:;")), start + 1)
        yield start, end
        start = end


def _ends(text: str, first: int, match: re.Match[str]) -> bool:
    """Whether a point ends a sentence, and not an abbreviation or a number."""
    start = max(first, match.start() - 8)
    if _ABBREVIATION.search(text, start, match.end()):
        return False
    return not (text[match.end()].isdigit() and _BEFORE_DIGITS.search(text, start, match.end()))


_PERCENT_EXACT, _PERCENT_ABOUT = Decimal("0.05"), Decimal("0.10")


def _tolerance(written: str, amount: Amount) -> Decimal:
    """Half a unit of the last digit that says something; of whole kroner or thousands, nothing."""
    digits = _DIGITS.search(written)
    if digits is None:
        return Decimal(0)
    unit = Decimal(amount.unit or 1)
    size = abs(amount.kroner(1))
    number = digits[0].rstrip(".,")
    if "," in number:
        step = unit / Decimal(10) ** len(number.rpartition(",")[2])
    elif amount.unit and amount.unit >= 1_000_000:
        step = unit
    elif amount.bound is Bound.ABOUT:
        plain = number.replace(".", "")
        step = unit * Decimal(10) ** (len(plain) - len(plain.rstrip("0")))
    else:
        return Decimal(0)
    return min(step / 2, size * (_PERCENT_ABOUT if amount.bound is Bound.ABOUT else _PERCENT_EXACT))
