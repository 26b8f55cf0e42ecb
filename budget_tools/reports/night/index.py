"""The index over nights: a chart of what was found, and a link to the page of each night."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from ...catalog import Language, word
from ...model.night import Tally
from .chart import chart
from .html import render
from .telling import number, short


@dataclass(frozen=True, slots=True)
class Entry:
    """A night, and its page as seen from the folder of the index; None where that is kept no longer."""

    tally: Tally
    page: str | None


def write(entries: Sequence[Entry], target: Path, *, language: Language = "da") -> None:
    """Write the index over some nights, oldest first; in its table the latest stands first."""
    tallies = [entry.tally for entry in entries]
    context = {
        "language": language,
        "title": f"{word('night', 'title', language)}: {word('night', 'index', language)}",
        "w": lambda key, **facts: word("night", key, language, **facts),
        "word": lambda section, key, **facts: word(section, key, language, **facts),
        "chart": chart(tallies, language),
        "rows": [_row(entry, language) for entry in reversed(entries)],
    }
    render("index.html", context, target)


def _row(entry: Entry, language: Language) -> tuple[str, str | None, list[str], bool]:
    one = entry.tally
    figures = (one.new, one.fixed, one.errors, one.warnings, one.notes, one.workbooks)
    page = quote(entry.page.replace("\\", "/"), safe="/") if entry.page else None
    return short(one.when, language), page, [number(figure, language) for figure in figures], one.complete
