"""Analyses of many shapes and topics, each with what must be read from it: amounts in thousands of kroner.

A workbook is sheets of rows, as they would be typed. ``read`` gives them as the toolkit sees them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from budget_tools.analysis import Overview, analysed, overview_of
from budget_tools.books.memory import MemoryBook, Plain
from budget_tools.inspection import Examined, examine, inspect
from budget_tools.model.address import a1
from budget_tools.model.finding import Finding
from budget_tools.settings import Settings

Rows = Sequence[Sequence[Plain]]


@dataclass(frozen=True)
class Sample:
    """A workbook, and what stands in it: themes with (named, there, need of the case, need of all)."""

    sheets: Mapping[str, Rows]
    themes: Mapping[str, tuple[str | None, ...]]
    year: int | None
    steps: tuple[str, ...]  # all as written, after same pools, overlaps, cuts, other years
    findings: frozenset[tuple[str, str, str]] = frozenset()
    merges: Mapping[str, Sequence[str]] = field(default_factory=dict)


def examined(sheets: Mapping[str, Rows], merges: Mapping[str, Sequence[str]] | None = None) -> Examined:
    """A workbook of rows as the inspection sees it."""
    cells = {
        name: {
            a1(row, column): value
            for row, values in enumerate(rows, 1)
            for column, value in enumerate(values, 1)
            if value not in ("", None)
        }
        for name, rows in sheets.items()
    }
    return examine(MemoryBook(cells).read(), Settings())


def overview(sheets: Mapping[str, Rows], year: int | None = None) -> Overview:
    """The overview of a workbook of rows."""
    found = examined(sheets)
    return overview_of(found.analysis or analysed(()), year)


def findings(sheets: Mapping[str, Rows]) -> list[Finding]:
    """What a check of a workbook of rows finds."""
    [(report, _)] = inspect([examined(sheets)])
    return list(report.findings)


def thousands(kroner: Decimal | None) -> str | None:
    """Kroner in thousands, without zeros that say nothing."""
    if kroner is None:
        return None
    text = f"{kroner / 1000:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
