"""The rules as data: code, name, severity by phase and what to say about each finding, in Danish and English.

One ``.toml`` a group of rules, Danish and English side by side, so that somebody who knows budgets
can improve a sentence without reading any code; ``words.toml`` holds the words that are no rule's own.
"""

from __future__ import annotations

from .entries import LANGUAGES, PHASES, Entry, Language, Texts, codes, entry
from .speech import fix_text, fix_uses, plural, say, title, uses, word

__all__ = [
    "LANGUAGES",
    "PHASES",
    "Entry",
    "Language",
    "Texts",
    "codes",
    "entry",
    "fix_text",
    "fix_uses",
    "plural",
    "say",
    "title",
    "uses",
    "word",
]
