"""The word lists of ``words.toml`` as questions about one text."""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from importlib.resources import files
from typing import Any

from ..layout.words import fold
from ..prose.words import content, stem


def _load() -> dict[str, dict[str, Any]]:
    return tomllib.loads((files(__package__) / "words.toml").read_text(encoding="utf-8"))


_WORDS = _load()
STEMS: dict[str, tuple[str, ...]] = {
    section: tuple(found["stems"]) for section, found in _WORDS.items() if "stems" in found
}
STARTS: dict[str, tuple[str, ...]] = {
    section: tuple(found["starts"]) for section, found in _WORDS.items() if "starts" in found
}
AT_LEAST: tuple[str, ...] = tuple(_WORDS["bounds"]["at_least"])
AT_MOST: tuple[str, ...] = tuple(_WORDS["bounds"]["at_most"])
ALL_BEHIND: tuple[str, ...] = tuple(_WORDS["all"]["behind"])
PEOPLE = frozenset(_WORDS["all"]["people"])
ABOVE: tuple[str, ...] = tuple(_WORDS["reference"]["above"])
BELOW: tuple[str, ...] = tuple(_WORDS["reference"]["below"])
REFERENCE_EMPTY = frozenset(_WORDS["reference"]["empty"])
NOTHING = frozenset(_WORDS["nothing"]["words"])
DASHES = frozenset(_WORDS["nothing"]["dashes"])
UNLESS_SPENT: tuple[str, ...] = tuple(_WORDS["spent"]["unless"])
SAME_REMARK: str = _WORDS["remark_text"]["same"]
_PURPOSE_EMPTY: tuple[str, ...] = tuple(_WORDS["purpose_empty"]["stems"])
_EACH_BEFORE = tuple(re.compile(pattern, re.IGNORECASE) for pattern in _WORDS["each"]["before"])
_EACH_BEHIND = tuple(re.compile(pattern, re.IGNORECASE) for pattern in _WORDS["each"]["behind"])


def says(section: str, text: str) -> bool:
    """Whether a text, in small letters, holds one of a list's stems at the start of a word."""
    return first(section, text) >= 0


def first(section: str, text: str) -> int:
    """Where the first of a list's stems begins in a text in small letters; -1 where there is none."""
    found = -1
    for one in STEMS[section]:
        at = text.find(one)
        while at >= 0:
            if not at or not text[at - 1].isalpha():
                found = at if found < 0 else min(found, at)
                break
            at = text.find(one, at + 1)
    return found


def begins(section: str, text: str) -> bool:
    """Whether a text begins with one of a list's words, and not in the middle of one."""
    folded = text.casefold().lstrip(" \t(–-•*:")
    for start in STARTS[section]:
        if folded.startswith(start):
            rest = folded[len(start) : len(start) + 1]
            if not start[-1].isalpha() or not rest.isalpha():
                return True
    return False


def is_each(before: str, behind: str) -> bool:
    """Whether the words around an amount make it the price of one thing: 'En pavillon koster'."""
    return any(pattern.search(before) for pattern in _EACH_BEFORE) or any(
        pattern.match(behind) for pattern in _EACH_BEHIND
    )


_WORD = re.compile(r"[a-zæøåéü]+(?:-[a-zæøåéü]+)*")


@lru_cache(maxsize=4096)
def purpose(text: str) -> frozenset[str]:
    """The stems of the words that say what money is for."""
    return content(
        " ".join(word for word in _WORD.findall(text.lower()) if not word.startswith(_PURPOSE_EMPTY))
    )


@lru_cache(maxsize=4096)
def named(text: str) -> frozenset[str]:
    """The stems of the words of a reference: 'Se Dagtilbud og Skoler m.v.'."""
    return frozenset(
        stem(word) for word in _WORD.findall(text.lower()) if len(word) > 2 and word not in REFERENCE_EMPTY
    )


_CASE_WORDS = "|".join(_WORDS["title"]["words"])
_CASE_LABELS = "|".join(_WORDS["title"]["labels"])
_CASE_THEMES = "|".join(_WORDS["title"]["themes"])
_TITLE = re.compile(
    rf"(?:(?P<themes>{_CASE_THEMES})\s+)?(?P<word>{_CASE_WORDS})(?:\s*(?:nr\.?\s*)?(?P<number>[0-9]+|[ivx]+\b))?"
    r"(?P<mark>\s*[:.]|\s[–-](?=\s))?(?!-)\s*(?P<name>.*)",
    re.IGNORECASE | re.DOTALL,
)
_LABELLED = re.compile(rf"(?:{_CASE_LABELS})\s*:\s*(?P<name>\S.*)", re.IGNORECASE | re.DOTALL)
_THEMES_IN = re.compile(rf"(?:{_CASE_THEMES})\s+(?P<name>\S.*)", re.IGNORECASE)
LONGEST_TITLE = 80


@lru_cache(maxsize=4096)
def case_name(text: str) -> str | None:
    """The case that a line names: 'Temaer i case Unge', 'Case 3: Pleje', 'Område: Ældre'; else None.

    >>> case_name("Temaer i case Unge"), case_name("Case 3: Pleje"), case_name("Casen nævner ikke dette, men")
    ('Unge', 'Pleje', None)
    """
    text = " ".join(text.split()).strip("*_ ")
    if not 3 < len(text) <= LONGEST_TITLE or text[-1] in ".;,":
        return None
    match = _LABELLED.fullmatch(text)
    if match:
        return match["name"].strip()
    match = _TITLE.fullmatch(text)
    if match:
        name = match["name"].strip(" :–-")
        if match["number"] and not name:
            return text if not match["themes"] else f"Case {match['number']}"
        if not name or (match["word"].lower() == "casen" and not match["themes"]):
            return None
        if match["themes"] or match["mark"] or match["number"] or name[0].isupper():
            return name
        return None
    match = _THEMES_IN.fullmatch(text)
    if match and match["name"][0].isupper() and " i " in text.lower()[:9]:
        return match["name"].strip()
    return None


@lru_cache(maxsize=1024)
def is_generic(name: str) -> bool:
    """Whether a sheet's name says nothing of what stands on it: 'Ark1', 'Analyse'."""
    return fold(name).rstrip("0123456789 ()").startswith(STARTS["generic_names"]) or not any(
        map(str.isalpha, name)
    )


_FIELD = re.compile(rf"(?:{_CASE_WORDS}|{_CASE_LABELS})\s*(?:nr\.?|navn)?\s*:?", re.IGNORECASE)


@lru_cache(maxsize=4096)
def names_field(text: str) -> bool:
    """Whether a label asks for the name of a case, which then stands beside it: 'Case:'."""
    return _FIELD.fullmatch(text.strip()) is not None


@lru_cache(maxsize=4096)
def column_role(text: str) -> str | None:
    """What a heading beside those of amounts stands over: 'theme', 'about', 'case', 'pool', 'remark'."""
    folded = fold(text)
    if len(folded) > LONGEST_TITLE:
        return None
    if case_name(text) is not None and begins("theme", text):
        return "theme"
    for role in ("case", "theme", "about", "pool", "remark"):
        if begins(role, folded):
            return role
    return None


def proves(text: str) -> bool:
    """Whether a text says that what stands around it is an analysis of cases."""
    return says("proof", text.casefold())
