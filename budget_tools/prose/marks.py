"""What a text was left with: placeholders, reservations, an end in the middle of a sentence."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from . import words
from .money import money, sentence_of

_MONTH = "januar|februar|marts|april|maj|juni|juli|august|september|oktober|november|december"
_INSERT = r"(?:indsæt|skriv|udfyld\w*|angiv|navn|beløb|dato|tekst|antal|tal|titel|årstal|xx+|\.{2,}|…)"
_PLACEHOLDER = re.compile(
    rf"(?<![\w-])(?:d\.|den|kl\.)\s*(?:[xX]{{1,4}}|_{{2,}}|\.{{3,}}|…|\?+)(?:\s*(?:{_MONTH}))?"
    r"|(?<![\w.@/-])[xX]{2,}(?:[.,:-][xX]{2,})*(?![\w@])(?:\s(?:kr|mio|t\.kr|pct|tkr)\.?)?"
    r"|(?<![\w.-])20[xX]{1,2}(?!\w)"
    r"|(?<![\w.,])[xX][.,][xX]+(?!\w)"
    r"|(?<![\d%)\w] )(?<![\w-])[xX] (?:mio\.|t\.?kr\.|kr\.|pct\.|årsværk\b)"
    rf"|\[\s*{_INSERT}[^\]\n]{{0,40}}\]"
    rf"|<\s*{_INSERT}[^<>\n]{{0,40}}>"
    r"|\?{3,}|\?\?\s(?=kr|mio|t\.kr)"
    r"|(?<!\w)(?:TBD|TBA|TODO|T\.B\.D\.)(?!\w)"
    r"|lorem ipsum"
    r"|(?:_{2,}|\.{4,}|…)\s?(?:kr\.|mio\.|t\.kr\.)"
    r"|(?<!\w)(?:dd[-./]mm[-./])?(?:åååå|ÅÅÅÅ)(?!\w)"
    r"|Klik (?:eller tryk )?her for at (?:angive|skrive|tilføje) [\wæøå]+",
)
_QUOTED = re.compile(r"[\"“”»«'’]\s*[^\"“”»«]*\Z")
_ELLIPSIS = re.compile(r"\[\s*(?:\.{2,}|…)\s*\]")


class Mark(NamedTuple):
    """A stretch of a text that says something about the text itself."""

    start: int
    end: int
    written: str


@lru_cache(maxsize=1024)
def may_hold_placeholder(text: str) -> bool:
    """Whether a text has any sign of a placeholder: asked of every text, so that hardly any is read."""
    return (
        ("x" in text and ("xx" in text or " x " in text or "x," in text or "x." in text or "0x" in text))
        or ("X" in text and ("XX" in text or " X " in text or "X," in text or "X." in text or "0X" in text))
        or ("?" in text and "??" in text)
        or "[" in text
        or "<" in text
        or "…" in text
        or ("_" in text and "__" in text)
        or "...." in text
        or "TB" in text
        or "TODO" in text
        or "T.B" in text
        or "orem ipsum" in text
        or "åååå" in text
        or "ÅÅÅÅ" in text
        or "Klik " in text
    )


@lru_cache(maxsize=1024)
def placeholder(text: str) -> Mark | None:
    """The first placeholder that was never filled in.

    >>> placeholder("godkendt på møde d. xx februar").written
    'd. xx februar'
    >>> placeholder("Det besluttes at indsætte beløbet. Str. XXL, 2 x 500 kr. [1]")
    """
    if not may_hold_placeholder(text):
        return None
    for match in _PLACEHOLDER.finditer(text):
        if _ELLIPSIS.fullmatch(match[0]) and _QUOTED.search(text, max(0, match.start() - 300), match.start()):
            continue  # something left out of a quotation
        return Mark(match.start(), match.end(), match[0].strip())
    return None


_RESERVED = tuple((word[1:], word) for word in words.RESERVATIONS)


@lru_cache(maxsize=1024)
def reservation(text: str) -> Mark | None:
    """The first word by which a text says that its amounts are not certain.

    >>> reservation("De ca. 6.200 brugere forventes at stige.")
    >>> reservation("4 ungeguides vil ca. koste 2 mio. kr.").written
    'ca.'
    """
    first: Mark | None = None
    for rest, word in _RESERVED:
        at = text.find(rest)
        while at >= 0:
            start = at - 1
            if (
                start >= 0
                and text[start].lower() == word[0]
                and (start == 0 or not text[start - 1].isalpha())
            ):
                if first is None or start < first.start:
                    first = Mark(start, start + len(word), text[start : start + len(word)])
                break
            at = text.find(rest, at + 1)
    if "kr" in text:
        for one in money(text):
            for word in words.RESERVED_MONEY:
                at = one.sentence.find(word)
                if (
                    at >= 0
                    and (at == 0 or not one.sentence[at - 1].isalpha())
                    and one.sentence_start + at < one.start
                ):
                    start = one.sentence_start + at
                    if first is None or start < first.start:
                        first = Mark(start, start + len(word), text[start : start + len(word)])
    return first


FIELD_LIMITS = (255, 256, 1024, 32_767)
"""Lengths at which programs cut texts."""

LONGEST_WHOLE = 60
"""A shorter paragraph is a heading or an item, and may end as it likes."""

_LAST_WORD = re.compile(r"(?:^|[\s(/])([^\W\d_]+)\.?\Z")


@lru_cache(maxsize=4096)
def label_is_cut(label: str) -> bool:
    """Whether a label of the table stops in the middle.

    >>> label_is_cut("etablering af værktøjskasse til"), label_is_cut("Fase I"), label_is_cut("Drift m.v.")
    (True, False, False)
    """
    label = label.rstrip()
    if len(label) < 12 or " " not in label:
        return False
    if label[-1] in "-–" and label[-2].isalpha():
        return True
    if label.count("(") > label.count(")"):
        return True
    last = _LAST_WORD.search(label)
    return last is not None and not label.endswith(".") and last[1] in words.CUT_OFF_LABEL


@lru_cache(maxsize=1024)
def cut_paragraphs(text: str) -> tuple[Mark, ...]:
    """The ends of paragraphs that stop in the middle, where the next one does not go on.

    >>> text = "Der pudses to gange årligt, idet der dog fortsat pudses ved døre og"
    >>> [mark.written for mark in cut_paragraphs(text)]
    ['og']
    """
    found: list[Mark] = []
    end = 0
    paragraphs = text.split("\n")
    for number, paragraph in enumerate(paragraphs):
        end += len(paragraph) + 1
        full = len(paragraph) in FIELD_LIMITS
        if len(paragraph) < LONGEST_WHOLE or (not full and paragraph[-1] in _WHOLE_ENDS):
            continue
        following = next((one.lstrip() for one in paragraphs[number + 1 :] if one.strip()), "")
        last = _LAST_WORD.search(paragraph.rstrip())
        if following[:1].islower() or last is None:
            continue
        if (full and paragraph[-1].isalnum()) or (
            last[1] in words.CUT_OFF_TEXT and following[:1] not in tuple("-–•*·")
        ):
            found.append(Mark(end - 1 - len(last[1]), end - 1, last[1]))
    return tuple(found)


_WHOLE_ENDS = frozenset(".!?:;)»”\"'")


@lru_cache(maxsize=1024)
def sentence_around(text: str, start: int, end: int, more: int = 0) -> str:
    """The sentence around a stretch and as many after it, in small letters."""
    first, last = sentence_of(text, start, end)
    for _ in range(more):
        if last + 2 >= len(text):
            break
        _, last = sentence_of(text, last + 2, last + 3)
    return text[first:last].lower()
