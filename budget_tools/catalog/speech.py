"""Facts into sentences: the catalogue's texts filled in as a reader of one language writes them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import cache
from string import Formatter
from typing import Any

from .entries import Language, Texts, entry, read

MISSING = "–"
LONGEST = 60  # characters of a cell's text that a sentence quotes
MOST = 5  # items of a list that a sentence names

# Facts that hold a key of words.toml, and its section there. What is no key is shown as it is.
_KEYED = {
    "also": "evidence",
    "differs": "differs",
    "evidence": "evidence",
    "kind": "kind",
    "oddity": "oddity",
    "reason": "reason",
    "side": "side",
    "sign": "sign",
    "total_name": "total",
    "type": "type",
    "unit": "unit",
    "units": "unit",
    "where": "where",
}
# Facts whose digits are no amount: no thousands separators.
_PLAIN = frozenset({"budget_year", "code", "found", "number", "period", "row", "year", "years"})
# Facts that may hold all a cell says.
_QUOTED = frozenset({"line", "parent", "text", "value"})

_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")

Template = tuple[tuple[str, str], ...]  # what stands before a fact, and its name ("" after the last)
_NOTHING: Template = ((MISSING, ""),)


def say(code: str, language: Language, facts: Mapping[str, object], *, strict: bool = False) -> str:
    """The message of a finding.

    The finding's fact ``variant`` picks among the rule's messages; where there is none, a ``count``
    of 1 picks ``one``. Numbers are written as the language writes them, save years and row numbers;
    a list becomes "a, b og c"; a fact that is missing becomes a dash, or a KeyError when ``strict``.
    """
    return _fill(_template(code, language, _variant(facts), False), language, facts, strict)


def title(code: str, language: Language) -> str:
    """A rule's fault in a few words, for lists and headings."""
    return entry(code).texts[language].title


def fix_text(code: str, language: Language, facts: Mapping[str, object], *, strict: bool = False) -> str:
    """What to do about a finding, one sentence."""
    return _fill(_template(code, language, _variant(facts), True), language, facts, strict)


def uses(code: str, language: Language, variant: str = "") -> tuple[str, ...]:
    """The facts that a message is written from, in the order they are named."""
    return tuple(name for _, name in _template(code, language, variant, False) if name)


def fix_uses(code: str, language: Language, variant: str = "") -> tuple[str, ...]:
    """The facts that a fix's sentence is written from, in the order they are named."""
    return tuple(name for _, name in _template(code, language, variant, True) if name)


def word(section: str, key: str, language: Language, /, **facts: object) -> str:
    """A word or sentence of words.toml, its facts filled in.

    Raises:
        KeyError: there is no such section or key.
    """
    return _fill(_words(language)[section][key], language, facts, False)


def plural(key: str, n: int, language: Language) -> str:
    """So many of something: "1 projektmappe", "8 projektmapper"."""
    return _fill(_plurals(language)[key, n == 1], language, {"n": n}, False)


def _variant(facts: Mapping[str, object]) -> str:
    variant = facts.get("variant")
    if variant:
        return str(variant)
    return "one" if facts.get("count") == 1 else ""


@cache
def _template(code: str, language: Language, variant: str, fix: bool) -> Template:
    texts: Texts = entry(code).texts[language]
    if fix:
        return _compile(texts.fixes.get(variant, texts.fix))
    return _compile(texts.variants.get(variant, texts.message))


def _compile(text: str) -> Template:
    return tuple((before, name or "") for before, name, _, _ in Formatter().parse(text))


def _fill(template: Template, language: Language, facts: Mapping[str, object], strict: bool) -> str:
    parts: list[str] = []
    for before, name in template:
        parts.append(before)
        if name:
            parts.append(_fact(name, language, facts, strict))
    return "".join(parts)


def _fact(name: str, language: Language, facts: Mapping[str, object], strict: bool) -> str:
    value = facts.get(name)
    if type(value) is Decimal and name not in _KEYED and name not in _PLAIN:
        return _one(name, value, language)  # most facts are amounts: the short way
    words = _words(language)
    if name == "remedy":
        remedies = words["remedy"]
        return _fill(remedies.get(str(facts.get("reason")), remedies["other"]), language, facts, strict)
    if value is None or value == () or value == [] or (isinstance(value, str) and not value.strip()):
        if strict and name not in facts:
            raise KeyError(name)
        return _fill(words["unnamed"].get(name, _NOTHING), language, facts, strict)
    items = value if type(value) is list or type(value) is tuple else (value,)
    section = _KEYED.get(name)
    if section:
        known = words[section]
        spelled = [
            _fill(known[str(item)], language, facts, strict)
            if str(item) in known
            else _one(name, item, language)
            for item in items
        ]
    elif name in _PLAIN:
        spelled = _years(items, language)
    else:
        spelled = [_one(name, item, language) for item in items]
    text = spelled[0] if len(spelled) == 1 else _listed(spelled, language)
    return _fill(words["named"][name], language, {"it": text}, strict) if name in words["named"] else text


def _one(name: str, value: object, language: Language) -> str:
    if type(value) is Decimal and value.is_finite():
        return _number_format()(value, language)
    if type(value) is int:
        return _number_format()(Decimal(value), language)
    text = str(value)
    if not text.isprintable():
        text = _CONTROLS.sub(" ", text)  # hard and thin spaces stay: NUM003 shows them
    if len(text) > LONGEST and name in _QUOTED:
        text = text[: LONGEST - 1].rstrip() + "…"
    return text


def _years(items: Sequence[object], language: Language) -> list[str]:
    years = [item for item in items if type(item) is int]
    if len(years) == len(items) > 2 and years == list(range(years[0], years[0] + len(years))):
        return [f"{years[0]}-{years[-1]}"]
    return [str(item) if type(item) is int else _one("year", item, language) for item in items]


def _listed(items: list[str], language: Language) -> str:
    if len(items) > MOST:
        return f"{', '.join(items[:MOST])} {word('console', 'and-more', language, n=len(items) - MOST)}"
    return f"{', '.join(items[:-1])} {word('list', 'and', language)} {items[-1]}"


@cache
def _number_format() -> Callable[[Decimal, Language], str]:
    # Rooms of one floor do not import each other: the model is called on only when a number is to be said.
    from ..model.amount import format_number

    return format_number


@cache
def _words_file() -> dict[str, dict[str, dict[str, Any]]]:
    return read("words")


@cache
def _words(language: Language) -> dict[str, dict[str, Template]]:
    return {
        section: {key: _compile(texts[language]) for key, texts in keys.items()}
        for section, keys in _words_file().items()
        if section != "plural"
    }


@cache
def _plurals(language: Language) -> dict[tuple[str, bool], Template]:
    return {
        (key, one): _compile(texts[language]["one" if one else "other"])
        for key, texts in _words_file()["plural"].items()
        for one in (True, False)
    }
