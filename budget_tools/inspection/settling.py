"""The findings of a workbook settled, so that one cause is one finding."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from ..model.address import Cell
from ..model.finding import Finding
from .broken import TOTALS_WRONG

_IN_DOUBT = frozenset(("FRM001", "FRM003", "FRM004", "FRM006", "NUM002"))


def settle(findings: Sequence[Finding]) -> list[Finding]:
    """One cause, one finding: what another says better is left out; those that are alike are numbered."""
    if not _IN_DOUBT.isdisjoint([finding.code for finding in findings]):
        findings = _without_said_better(findings)
    kept: list[Finding] = []
    ordinals: dict[tuple[str, str | None, tuple[str, ...]], int] = {}
    for finding in findings:
        key = (finding.code, finding.proposal or finding.sheet, finding.key)
        ordinal = ordinals.get(key, 0)
        kept.append(finding.settled(finding.severity, ordinal) if ordinal else finding)
        ordinals[key] = ordinal + 1
    return kept


def _without_said_better(findings: Sequence[Finding]) -> list[Finding]:
    """Findings without those that another finding on the same cell says better."""
    kept: list[Finding] = []
    taken: dict[tuple[str | None, Cell | None], set[str]] = defaultdict(set)
    for finding in findings:
        taken[finding.sheet, finding.cell].add(finding.code)
    again = {
        (finding.sheet, cell)
        for finding in findings
        if finding.code == "ARI007"
        for cell in (finding.cell, *(place.cell for place in finding.related))
    }
    for finding in findings:
        here = taken[finding.sheet, finding.cell]
        if finding.code in ("FRM001", "FRM004") and any(code.startswith("ARI") for code in here):
            continue
        if finding.code == "FRM003" and (finding.sheet, finding.cell) in again:
            continue
        if finding.code in TOTALS_WRONG and "FRM003" in here:
            continue
        if finding.variant == "changed" and any(code.startswith("ARI") for code in here):
            continue
        if finding.code == "NUM004" and "NUM002" in here:
            continue
        if finding.code == "NUM005" and not here.isdisjoint(TOTALS_WRONG):
            continue
        if finding.code in TOTALS_WRONG and "FRM004" in here:
            finding = replace(finding, facts={**finding.facts, "also": "formula-unlike"})
        kept.append(finding)
    return kept
