"""References from one proposal to another: 'skema nr. 8.1.2 01', and 'skema 01' after it."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

_PART = re.compile(r"[0-9]+|[A-Za-zÆØÅæøå]+")


class Reference(NamedTuple):
    """A form that is referred to: as written, and its number part by part, without needless zeros."""

    start: int
    end: int
    written: str
    parts: tuple[str, ...]


@lru_cache(maxsize=65_536)
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


_WORDS = ("kema", "orslag", "lok")  # 'skema', 'forslag', 'blok', with a capital or not


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


def _starts(text: str, form_word: str) -> list[int]:
    """Where a word for a form begins: the text is not read but at these places."""
    found: set[int] = set()
    for word in (*_WORDS, form_word):
        at = text.find(word)
        while at >= 0:
            start = at
            while start and text[start - 1].isalpha():
                start -= 1
            found.add(start)
            at = text.find(word, at + len(word))
    return sorted(found)


@lru_cache(maxsize=1024)
def written_numbers(text: str, form_word: str) -> tuple[tuple[int, int, str], ...]:
    """The numbers behind a word for a form: where a reference begins and ends, and the number as written."""
    pattern = _pattern(form_word)
    return tuple(
        (start, match.end(), match["number"].rstrip("."))
        for start in _starts(text, form_word)
        if text[start - 1 : start] != "-" and (match := pattern.match(text, start)) is not None
    )


@lru_cache(maxsize=256)
def references(text: str, own: str, form_word: str) -> tuple[Reference, ...]:
    """The forms that a text refers to; a short number belongs to the last full one, else to the own.

    >>> text = "I skema nr. 8.1.2 01 er det beskrevet. Som nævnt i skema 01 er der"
    >>> [one.parts for one in references(text, "2.1.2. 08", "Skema")]
    [('8', '1', '2', '1'), ('8', '1', '2', '1')]
    """
    numbers = written_numbers(text, form_word)
    last = parts(own) if numbers else ()
    if len(last) == 1:
        return _alone(text, own, numbers)
    if not last:
        return ()
    found: list[Reference] = []
    for start, end, written in numbers:
        said = parts(written)
        if len(said) < len(last):
            if len(said) != 1 or not said[0].isdigit() or len(written) not in (2, 3):
                continue  # 'forslag 1' may count off anything
            said = (*last[:-1], said[0])
        elif len(said) > len(last):
            continue
        else:
            last = said
        found.append(Reference(start, end, text[start:end].rstrip("."), said))
    return tuple(found)


def _alone(text: str, own: str, numbers: tuple[tuple[int, int, str], ...]) -> tuple[Reference, ...]:
    """The forms that are referred to where a number has one part only: 'forslag nr. 105', 'skema 07'.

    As many digits as the own number has; and as 'forslag 1' and 'forslag 12' may count off anything, three or
    more, or a zero in front. A year is none.

    >>> [one.written for one in references("Se forslag nr. 155, forslag 12 og forslag 2024", "105", "Skema")]
    ['forslag nr. 155']
    """
    return tuple(
        Reference(start, end, text[start:end].rstrip("."), parts(written))
        for start, end, written in numbers
        if written.isdigit()
        and len(written) == len(own)
        and (len(written) > 2 or written.startswith("0"))
        and not (len(written) == 4 and written.startswith(("19", "20")))
    )
