"""Danish prose, read for what a table can be held against: money, counts, references, what was left open.

What is not surely one of these is left alone: dates, times, paragraphs, percentages, journal numbers and
years are no amounts, and a dash is no minus.
"""

from __future__ import annotations

from . import words
from .counts import Count, counts
from .marks import Mark, label_is_cut, placeholder, reservation, sentence_around, text_is_cut
from .money import Money, money, sentence_of
from .references import Reference, parts, references, spelled

__all__ = [
    "Count",
    "Mark",
    "Money",
    "Reference",
    "counts",
    "label_is_cut",
    "money",
    "parts",
    "placeholder",
    "references",
    "reservation",
    "sentence_around",
    "sentence_of",
    "spelled",
    "text_is_cut",
    "words",
]
