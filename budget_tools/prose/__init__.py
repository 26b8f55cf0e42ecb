"""Danish prose, read for what a table can be held against: money, counts, references, what was left open.

What is not surely one of these is left alone: dates, times, paragraphs, percentages, journal numbers and
years are no amounts, and a dash is no minus.
"""

from __future__ import annotations

from . import accounts, words
from .counts import Count, all_counts, counts, counts_of
from .levels import price_level_of
from .marks import (
    Mark,
    cut_paragraphs,
    label_is_cut,
    may_hold_placeholder,
    placeholder,
    reservation,
    sentence_around,
)
from .money import Money, money, sentence_of, sentences
from .references import Reference, parts, references, spelled
from .stated import Stated, stated
from .ties import LISTED, TOTAL, Tie, ties

__all__ = [
    "LISTED",
    "TOTAL",
    "Count",
    "Mark",
    "Money",
    "Reference",
    "Stated",
    "Tie",
    "accounts",
    "all_counts",
    "counts",
    "counts_of",
    "cut_paragraphs",
    "label_is_cut",
    "may_hold_placeholder",
    "money",
    "parts",
    "placeholder",
    "price_level_of",
    "references",
    "reservation",
    "sentence_around",
    "sentence_of",
    "sentences",
    "spelled",
    "stated",
    "ties",
    "words",
]
