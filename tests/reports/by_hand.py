"""Reports made by hand, so that what is tested is only how they are told."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from budget_tools.model.address import Cell, parse_cell, parse_range
from budget_tools.model.edit import Fix, Safety, SetCell, SetNumberFormat
from budget_tools.model.finding import (
    Fact,
    Finding,
    Hint,
    Place,
    ProposalSummary,
    Report,
    Severity,
    WorkbookReport,
)


def cell(text: str) -> Cell:
    return parse_cell(text)


def proposal(number: str | None, title: str, sheet: str) -> ProposalSummary:
    return ProposalSummary(
        number,
        title,
        "Økonomiudvalget",
        sheet,
        1000,
        (2023, 2024),
        {"2023": Decimal("600.00"), "total": Decimal("3E+3")},
    )


def wrong_total(sheet: str = "01", number: str | None = "2.1.2. 01", at: str = "F14") -> Finding:
    """An ARI001 with everything a finding can have."""
    return Finding(
        "ARI001",
        sheet,
        cell(at),
        {
            "line": "Løn",
            "shown": Decimal("2900"),
            "expected": Decimal("3E+3"),
            "difference": Decimal("-100.0"),
            "covers": "B14:E14",
            "evidence": "own-formula",
        },
        hint=Hint("ARI004", {"cell2": "C14", "difference": Decimal("-100")}),
        related=tuple(Place(sheet, place) for place in parse_range("B14:E14").cells()),
        fix=Fix(Safety.REVIEW, (SetCell(sheet, cell(at), Decimal("3E+3"), "=SUM(B14:C14,E14)"),)),
        proposal=number,
        key=("Løn", "total"),
        amounts=(Decimal("2900"), Decimal("3E+3")),
        severity=Severity.ERROR,
    )


def mixed_format(sheet: str, number: str | None, at: str = "B11") -> Finding:
    """A note that often stands in many forms."""
    return Finding(
        "NUM004",
        sheet,
        cell(at),
        {"with_separator": "1.200", "without_separator": "1200"},
        fix=Fix(Safety.SAFE, (SetNumberFormat(sheet, cell(at), "#,##0"),)),
        proposal=number,
        severity=Severity.NOTE,
    )


def gap(sheet: str, number: str | None, at: str = "C9") -> Finding:
    """A warning of a rule with variants."""
    return Finding(
        "NUM006",
        sheet,
        cell(at),
        {"variant": "gap", "year": 2024, "line": "Drift"},
        proposal=number,
        severity=Severity.WARNING,
    )


def unreadable(path: str, *, told: bool = True) -> WorkbookReport:
    facts: Mapping[str, Fact] = {"reason": "broken-zip"}
    finding = Finding("RUN002", facts=facts, severity=Severity.ERROR)
    return WorkbookReport(path, "unreadable", (finding,) if told else (), (), "broken-zip", {})


def refused(path: str) -> WorkbookReport:
    facts: Mapping[str, Fact] = {"reason": "too-large", "size": 120, "limit": 100}
    finding = Finding("RUN004", facts=facts, severity=Severity.ERROR)
    return WorkbookReport(path, "refused", (finding,), (), "too-large", {"size": 120, "limit": 100})


def files_not_checked(*names: str) -> Finding:
    return Finding("RUN005", facts={"count": len(names), "files": names}, severity=Severity.NOTE)


def catalogue() -> WorkbookReport:
    """Two proposals on a sheet each: one with an error and a note, one with a warning."""
    return WorkbookReport(
        "katalog.xlsx",
        "checked",
        (gap("02", "2.1.2. 02"), mixed_format("01", "2.1.2. 01"), wrong_total()),
        (proposal("2.1.2. 01", "Kommunikation", "01"), proposal("2.1.2. 02", "Kernefortælling", "02")),
    )


def report(*workbooks: WorkbookReport, run: tuple[Finding, ...] = (), language: str = "da") -> Report:
    return Report(workbooks, run, language)
