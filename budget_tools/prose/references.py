"""References from one proposal to another: 'skema nr. 8.1.2 01', and 'skema 01' after it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

_PART = re.compile(r"[0-9]+|[A-Za-zÆØÅæøå]+")


class Reference(NamedTuple):
    """A form that is referred to: as written, and its number part by part, without needless zeros."""

    start: int
    end: int
    written: str
    parts: tuple[str, ...]


def parts(number: str) -> tuple[str, ...]:
    """A form's number part by part, so that two ways to write it compare equal.

    >>> parts("2.1.2. 08"), parts("8.1.2 01")
    (('2', '1', '2', '8'), ('8', '1', '2', '1'))
    """
    return tuple(
        part.lstrip("0") or "0" if part.isdigit() else part.casefold() for part in _PART.findall(number)
    )


def spelled(number: tuple[str, ...]) -> str:
    """The parts of a number as a key that compares."""
    return ".".join(number)


@lru_cache(maxsize=64)
def _pattern(form_word: str) -> re.Pattern[str]:
    known = {"skema", "forslag", "blok", "driftsforslag", "budgetforslag", form_word.casefold()}
    named = "|".join(re.escape(word) for word in sorted(known, key=len, reverse=True))
    amount = r"(?:kr|mio|pct|t\.?kr|år\b|stk|%)"  # then it is no number of a form
    return re.compile(
        rf"(?:{named})(?:et|erne|s)?(?:[ \u00a0]?-?(?:nr|nummer)\.?)?:?[ \u00a0]"
        r"(?P<number>(?:[A-ZÆØÅ]{1,4}[-. ]?)?[0-9]+(?:[.-][0-9]+)*\.?"
        rf"(?: [0-9]{{2}}(?![0-9%]|[.,-][0-9]| ?{amount}))?)"
        rf"(?![\w%]|[.,][0-9]| ?{amount})",
        re.IGNORECASE,
    )


def references(text: str, own: str, form_word: str) -> Iterator[Reference]:
    """The forms that a text refers to; a short number belongs to the last full one, else to the own.

    >>> text = "I skema nr. 8.1.2 01 er det beskrevet. Som nævnt i skema 01 er der"
    >>> [one.parts for one in references(text, "2.1.2. 08", "Skema")]
    [('8', '1', '2', '1'), ('8', '1', '2', '1')]
    """
    last = parts(own)
    if len(last) < 2:
        return
    for match in _pattern(form_word).finditer(text):
        start = match.start()
        if start and (text[start - 1].isalnum() or text[start - 1] == "-"):
            continue
        written = match["number"].rstrip(".")
        said = parts(written)
        if len(said) < len(last):
            if len(said) != 1 or not said[0].isdigit() or len(written) < 2:
                continue  # 'forslag 1' may count off anything
            said = (*last[:-1], said[0])
        elif len(said) > len(last):
            continue
        else:
            last = said
        yield Reference(start, match.end(), text[start : match.end()].rstrip("."), said)
