"""The word lists of ``words.toml`` as questions about a stretch of prose."""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from importlib.resources import files
from typing import Any


def _load() -> dict[str, dict[str, Any]]:
    return tomllib.loads((files(__package__) / "words.toml").read_text(encoding="utf-8"))


_WORDS = _load()

EMPTY = frozenset(_WORDS["empty"]["words"])
ABOUT: tuple[str, ...] = tuple(_WORDS["about"]["words"])
AFTER_A_NUMBER = frozenset(_WORDS["after_a_number"]["words"])
BEFORE_A_NUMBER = frozenset(_WORDS["before_a_number"]["words"])
NUMBERS: dict[str, int] = dict(_WORDS["numbers"])
CUT_OFF_LABEL = frozenset(_WORDS["cut_off"]["label"])
CUT_OFF_TEXT = frozenset(_WORDS["cut_off"]["text"])
ALTERNATIVES: tuple[str, ...] = tuple(_WORDS["alternatives"]["words"])
STOPS = frozenset(_WORDS["stops"]["words"])
STAFF = frozenset(_WORDS["staff"]["words"])
RESERVATIONS: tuple[str, ...] = tuple(_WORDS["reservation"]["stems"])
RESERVED_MONEY: tuple[str, ...] = tuple(_WORDS["reservation"]["near_money"])


_STEMS: dict[str, tuple[str, ...]] = {
    section: tuple(found["stems"]) for section, found in _WORDS.items() if "stems" in found
}


@lru_cache(maxsize=4096)
def says(section: str, text: str) -> bool:
    """Whether a text, in small letters, holds one of a list's stems at the start of a word.

    One by one, because a pattern of a hundred of them is ten times slower over a sentence.
    """
    for stem in _STEMS[section]:
        at = text.find(stem)
        while at >= 0:
            if not at or stem[0] == " " or not text[at - 1].isalpha():
                return True
            at = text.find(stem, at + 1)
    return False


_WORD = re.compile(r"[a-zæøåéü]+(?:-[a-zæøåéü]+)*")
_ENDINGS = ("ernes", "erne", "enes", "ene", "ens", "ets", "ers", "es", "en", "et", "er", "e", "s")
SHORTEST = 4
"""No content word has fewer letters."""


@lru_cache(maxsize=16_384)
def stem(word: str) -> str:
    """A word without the ending that its form gives it, as far as that can be told without a dictionary.

    >>> stem("licenserne"), stem("licenser"), stem("unge")
    ('licens', 'licens', 'ung')
    """
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


@lru_cache(maxsize=4096)
def content(text: str) -> frozenset[str]:
    """The stems of the words that say what a text is about.

    >>> sorted(content("Investering af 4 medarbejdere (ungeguides)"))
    ['investering', 'medarbejder', 'ungeguid']
    """
    return frozenset(
        stem(word) for word in _WORD.findall(text.lower()) if len(word) >= SHORTEST and word not in EMPTY
    )


def alike(one: str, other: str) -> bool:
    """Whether two stems stand for the same: equal, or one a part of the other's compound.

    >>> alike("licens", "microsoftlicens"), alike("uddannelseshjælp", "uddannelseshjælpsmodtag")
    (True, True)
    >>> alike("plan", "planlægning")
    False
    """
    if one == other:
        return True
    short, long = (one, other) if len(one) < len(other) else (other, one)
    return len(short) >= 5 and (long.startswith(short) or long.endswith(short))


def shared(wanted: frozenset[str], found: frozenset[str]) -> int:
    """How many of the wanted stems have one alike among those found."""
    if not wanted or not found:
        return 0
    return sum(1 for one in wanted if one in found or any(alike(one, other) for other in found))
