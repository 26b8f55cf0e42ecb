"""TXT004: arithmetic inside the text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache

from ...model.amount import Period
from ...model.finding import Finding
from ...model.proposal import Proposal
from ...prose import Money, money, words
from ...settings import Settings
from ..base import on, rule
from .piece import is_danish, piece_at, unit_of, written

_ZERO = Decimal(0)
_NEAR = Decimal("0.34")
_TOTAL = re.compile(
    r"(?:^|[\s,(])(?:i alt|ialt|tilsammen|sammenlagt|samlet|samlede udgift(?:er)?|total|sum)"
    r"[\w\s]{0,12}[-–:=]?\s*\Z"
)
_NET = re.compile(
    r"(?:netto\w*|resultat|investeringsresultat|nettoresultat|forskel(?:len)?|difference(?:n)?)[\w\s]{0,16}[-–:=]?\s*\Z"
)
_TIMES = re.compile(
    r"(?P<number>[0-9]{1,4}(?:,[0-9]+)?)\s(?:[^\W\d]+\s){1,3}?(?:à|á|a|af hver|gange|x|\*)\s*\Z",
    re.IGNORECASE,
)
_RESULT = re.compile(
    r"\s*(?:pr\. år|p\.a\.|årligt)?\s*"
    r"(?:=|,? ?(?:svarende til|dvs\.|i alt|ialt|eller i alt|samlet))\s*(?:ca\. )?\Z"
)


@rule("TXT004")
def sum_in_text_wrong(proposal: Proposal, settings: Settings) -> Iterator[Finding]:
    """The arithmetic of the text itself does not add up: its sum, its net, its number times its price.

    Only beside the words that say so ('i alt', 'netto', 'resultat', 'à'), and only where it is near: amounts
    that belong to other years or are parts of one another are not added.

    Flagged::

            A      B      C
        1   Skema 2.1.2. 07
        2   Ungeindsats
        3   Der afsættes 300.000 kr. til løn og 150.000 kr. til drift, i alt 500.000 kr.
        4   Beløb i 1.000 kr.
        5          2023   2024
        6   Løn    300    300
        #: TXT004 A3

    Clean::

            A      B      C
        1   Skema 2.1.2. 07
        2   Ungeindsats
        3   Der afsættes 300.000 kr. til løn og 150.000 kr. til drift, i alt 450.000 kr.
        4   Beløb i 1.000 kr.
        5          2023   2024
        6   Løn    300    300
    """
    if not is_danish(proposal):
        return
    for one, (variant, addends, expected) in _wrong(written(proposal)):
        unit = unit_of(proposal.tables[0], settings) or 1
        yield on(
            "TXT004",
            proposal,
            piece_at(proposal, one.start).cell,
            {
                "variant": variant,
                "addends": addends,
                "text": one.written,
                "expected": expected / unit,
                "unit": str(unit),
            },
        )


Wrong = tuple[str, tuple[str, ...], Decimal]


@lru_cache(maxsize=1024)
def _wrong(text: str) -> tuple[tuple[Money, Wrong], ...]:
    """The results of a text that do not follow from what stands before them."""
    said = money(text)
    found: list[tuple[Money, Wrong]] = []
    for number, one in enumerate(said):
        if number and one.exact:
            wrong = _product(said, number, text) or _sum(said, number, text) or _net(said, number, text)
            if wrong is not None:
                found.append((one, wrong))
    return tuple(found)


def _off(said: Money, expected: Decimal, tolerance: Decimal) -> bool:
    """Whether an amount is near what is expected, but not it."""
    difference = abs(said.kroner - expected)
    return expected > 0 and said.tolerance + tolerance < difference <= _NEAR * expected


def _product(said: tuple[Money, ...], number: int, text: str) -> Wrong | None:
    """'4 vejledere à 500.000 kr., i alt 2,1 mio. kr.'"""
    if not number:
        return None
    price, one = said[number - 1], said[number]
    if price.sentence_start != one.sentence_start or not _RESULT.fullmatch(text[price.end : one.start]):
        return None
    match = _TIMES.search(text, max(0, price.start - 60), price.start)
    if match is None or match["number"] == "1":
        return None
    times = Decimal(match["number"].replace(",", "."))
    expected = times * price.kroner
    if one.amount.period is not price.amount.period and price.amount.period is not None and one.amount.period:
        return None
    if not _off(one, expected, times * price.tolerance):
        return None
    return "product", (match["number"], price.written), expected


def _sum(said: tuple[Money, ...], number: int, text: str) -> Wrong | None:
    """'300.000 kr. til løn og 150.000 kr. til drift, i alt 500.000 kr.', also line by line."""
    one = said[number]
    lead = text[max(0, one.start - 40) : one.start].lower()
    if not _TOTAL.search(lead):
        return None
    addends = [a for a in said[:number] if a.sentence_start == one.sentence_start]
    listed = not addends
    if listed:
        addends = _lines_above(said, number, text)
    yearly = listed and all(map(_is_yearly, (one, *addends)))
    if not yearly and _speaks_of_time(one):
        return None
    if len(addends) < 2 or not all(_is_addend(a, one, yearly=yearly) for a in addends):
        return None
    return _unless_explained(one, addends, "sum")


def _net(said: tuple[Money, ...], number: int, text: str) -> Wrong | None:
    """'Investering - 2000 t.kr.' and 'Færre udgifter - 5700 t.kr.' above 'Resultat - 3500 t.kr.'"""
    one = said[number]
    lead = text[max(0, one.start - 44) : one.start].lower().rpartition("\n")[2]
    if not _NET.search(lead) or _speaks_of_time(one):
        return None
    addends = _lines_above(said, number, text) if one.listed else []
    if len(addends) != 2 or not all(_is_addend(a, one) for a in addends):
        return None
    first, second = addends
    if abs(first.kroner + second.kroner - one.kroner) <= first.tolerance + second.tolerance + one.tolerance:
        return None
    expected = abs(first.kroner - second.kroner)
    if not _off(one, expected, first.tolerance + second.tolerance):
        return None
    return "net", tuple(a.written for a in addends), expected


def _lines_above(said: tuple[Money, ...], number: int, text: str) -> list[Money]:
    """The amounts of the listed lines right above, one a line."""
    found: list[Money] = []
    edge = text.rfind("\n", 0, said[number].start)
    for one in reversed(said[:number]):
        begin = text.rfind("\n", 0, one.start)
        if not one.listed or text.count("\n", one.start, edge + 1) != 1:
            break
        found.insert(0, one)
        edge = begin
    return found


def _is_addend(addend: Money, total: Money, *, yearly: bool = False) -> bool:
    return (
        addend.exact
        and addend.kroner < total.kroner * 3
        and (yearly or not _speaks_of_time(addend))
        and not words.says("each", addend.sentence[addend.end - addend.sentence_start :].lstrip()[:5])
        and not any(
            word in f" {addend.around}"
            for word in (" heraf", " hvoraf", " deraf", " herunder", " inkl", " à", " á")
        )
    )


def _speaks_of_time(one: Money) -> bool:
    """Whether an amount stands for certain years, which others may not."""
    return (
        bool(one.years)
        or one.amount.period is not None
        or words.says("period", one.sentence)
        or any(
            word in one.sentence
            for word in ("årlig", "pr. år", "om året", "pr. måned", "perioden", "engangs", "hvert år")
        )
    )


def _is_yearly(one: Money) -> bool:
    """Whether an amount is for any one year: lines that all are so add up like lines that name no time."""
    return (
        one.amount.period is Period.YEAR
        and not one.years
        and not words.says("period", one.sentence)
        and not words.says("parts", one.sentence)
        and not any(word in one.sentence for word in ("måned", "engangs"))
    )


def _unless_explained(one: Money, addends: list[Money], variant: str) -> Wrong | None:
    """What is wrong with a sum; nothing where some of the addends give it."""
    sums = {_ZERO}
    for addend in addends[:8]:
        sums |= {s + addend.kroner for s in sums} | {s - addend.kroner for s in sums}
    slack = one.tolerance + sum((a.tolerance for a in addends), _ZERO)
    if any(abs(abs(s) - one.kroner) <= slack for s in sums):
        return None
    expected = sum((a.kroner for a in addends), _ZERO)
    if not _off(one, expected, slack - one.tolerance):
        return None
    return variant, tuple(a.written for a in addends), expected
