"""What a form says of its identity: a permanent id, earlier numbers, and how far it has come.

Many a form has none of the fields, and a text may begin with the word that asks for one ('Status: vi er i
gang'). So a field counts only where its answer is one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from ..model.status import Status
from ..settings import Settings
from . import words

_LONGEST_ID = 24
_LONGEST_NUMBERS = 60
_ID = re.compile(r"[^\W_][\w./-]*(?: [\w./-]+)?")

STATUS_OF: Mapping[str, Status] = {word: status for status in Status for word in words.status_words(status)}
_MARKS = frozenset(
    word for word, status in STATUS_OF.items() if status in (Status.WITHDRAWN, Status.REPLACED)
)
_MARK = "|".join(re.escape(word) for word in sorted(_MARKS, key=len, reverse=True))
_BRACKETED = re.compile(rf"[(\[*]\s*(?P<mark>{_MARK})\s*[)\]*]", re.IGNORECASE)
_EDGE = re.compile(rf"(?P<first>{_MARK})\b[\s:–—-]+.*|.*[\s:–—-](?P<last>{_MARK})", re.IGNORECASE)


@dataclass(slots=True)
class Identity:
    """Who a proposal is beyond its number."""

    permanent_id: str | None = None
    earlier_numbers: tuple[str, ...] = ()
    status: Status | None = None


def answered(identity: Identity, field: str, answer: str, pattern: str) -> bool:
    """Take down the answer to a field, if it is one."""
    answer = " ".join(answer.replace("\u00a0", " ").split())
    if field == "status":
        status = status_of(answer)
        if status is None:
            return False
        identity.status = identity.status or status
        return True
    if field == "permanent_id":
        if len(answer) > _LONGEST_ID or not any(map(str.isdigit, answer)) or not _ID.fullmatch(answer):
            return False
        identity.permanent_id = identity.permanent_id or answer
        return True
    numbers = earlier_numbers(answer, pattern)
    identity.earlier_numbers = (*identity.earlier_numbers, *numbers)
    return bool(numbers)


@lru_cache(maxsize=4096)
def status_of(answer: str) -> Status | None:
    """The status that a word names: 'Trukket', 'Flyttet til Kulturudvalget'."""
    folded = words.fold(answer)
    found = STATUS_OF.get(folded)
    if found is not None:
        return found
    for start in ("flyttet til ", "erstattet af ", "moved to ", "replaced by "):
        if folded.startswith(start) and len(folded) <= 80:
            return STATUS_OF[start.split()[0]]
    return None


def earlier_numbers(answer: str, pattern: str) -> tuple[str, ...]:
    """The numbers of an answer, in the grammar of numbers; a short answer of another grammar as it is."""
    if len(answer) > _LONGEST_NUMBERS:
        return ()
    found = tuple(match[0] for match in _numbers(pattern).finditer(answer))
    if found:
        return found
    return (answer,) if len(answer) <= _LONGEST_ID and any(map(str.isdigit, answer)) else ()


@lru_cache(maxsize=64)
def _numbers(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){pattern}(?!\w)")


_FORMER = "|".join(re.escape(word) for word in sorted(words.EARLIER | words.FORMERLY, key=len, reverse=True))
_BESIDE = re.compile(
    rf"\(?\s*(?:{_FORMER})"
    r"[\s.:]*(?P<rest>.+?)\)?\s*",
    re.IGNORECASE,
)


def formerly(beside: str, pattern: str) -> tuple[str, ...]:
    """The earlier numbers that stand behind a number: '(tidl. 2.1.1. 03)'."""
    match = _BESIDE.fullmatch(beside)
    return earlier_numbers(match["rest"], pattern) if match else ()


def marked(title: str | None, sheet: str) -> Status | None:
    """The status that a mark in the title or the name of the sheet gives: 'UDGÅR - Busrute 7'.

    'Busrute 7 udgår' is a title like any other: a mark is in capitals or in brackets.
    """
    if title:
        status = _mark(title)
        if status is not None:
            return status
    return _mark(sheet, short=True)


@lru_cache(maxsize=16_384)
def _mark(text: str, short: bool = False) -> Status | None:
    text = " ".join(text.split())
    if words.fold(text) in _MARKS:
        return STATUS_OF[words.fold(text)] if short or text.isupper() else None
    match = _BRACKETED.search(text)
    if match and (match.start() == 0 or match.end() == len(text)):
        return STATUS_OF[words.fold(match["mark"])]
    match = _EDGE.fullmatch(text)
    if match is None:
        return None
    mark = match["first"] or match["last"]
    rest = text.replace(mark, "")
    alone = short and not any(map(str.isalpha, rest))  # '07 udgår' is the name of a sheet, no sentence
    shouted = mark.isupper() and not (rest.isupper() and any(map(str.isalpha, rest)))
    return STATUS_OF[words.fold(mark)] if shouted or alone else None


def as_listed(identity: Identity, number: str | None, settings: Settings) -> Identity:
    """The identity with what the settings say of this number, which outranks the form."""
    if not settings.proposals or number is None:
        return identity
    listed = settings.registered(number)
    if listed is None:
        return identity
    return Identity(
        listed.id or identity.permanent_id,
        tuple(dict.fromkeys((*listed.earlier, *identity.earlier_numbers))),
        Status.of(listed.status) if listed.status is not None else identity.status,
    )
