"""A report as JSON, for other programs: one documented form, version 1, that only ever grows.

Amounts are strings in plain decimal notation ("-100", "2900.5"), so that no reader turns them into
floats; years, rows and counts are numbers.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any, TextIO

from ..catalog import Language, entry
from ..model.acceptance import Acceptance
from ..model.edit import CellEdit, Fix, SetCell
from ..model.finding import Finding, Place, ProposalSummary, Report, WorkbookReport
from .wording import Wording, language_of, not_checked

VERSION = 1


def to_json(report: Report, *, tool_version: str, language: Language | None = None) -> dict[str, Any]:
    """The whole report as values that ``json`` can write; ``language`` outranks the report's own."""
    wording = Wording(language or language_of(report), report.form_word)
    return {
        **_head(tool_version, wording),
        "workbooks": [_workbook(workbook, wording) for workbook in report.workbooks],
        **_tail(report, wording),
    }


def write(report: Report, language: Language, target: TextIO) -> None:
    """Write a report, a workbook a line: a run of thousands is never held as text all at once."""
    from .. import __version__

    wording = Wording(language, report.form_word)
    for part in _parts(report, __version__, wording, not _holds_everything(target)):
        # half a character of a pair, from a damaged file name, has no encoding: JSON writes its number
        target.write(part.encode("utf-8", "backslashreplace").decode("utf-8"))


def _parts(report: Report, tool_version: str, wording: Wording, ascii_only: bool) -> Iterator[str]:
    encode = json.JSONEncoder(ensure_ascii=ascii_only).encode
    yield encode(_head(tool_version, wording))[:-1] + ', "workbooks": ['
    for number, workbook in enumerate(report.workbooks):
        yield (",\n" if number else "\n") + encode(_workbook(workbook, wording))
    yield "],\n" + encode(_tail(report, wording))[1:] + "\n"


def _holds_everything(target: TextIO) -> bool:
    """Whether any character can be written as it is; a console of an old code page cannot."""
    encoding = getattr(target, "encoding", None)
    return encoding is None or encoding.lower().replace("-", "").startswith("utf")


def _head(tool_version: str, wording: Wording) -> dict[str, Any]:
    return {"version": VERSION, "tool": f"budget-tools {tool_version}", "language": wording.language}


def _tail(report: Report, wording: Wording) -> dict[str, Any]:
    counts = report.counts
    return {
        "findings": [_finding(None, finding, wording) for finding in report.run_findings],
        "summary": {
            "workbooks": counts.workbooks,
            "checked": counts.checked,
            "errors": counts.errors,
            "warnings": counts.warnings,
            "notes": counts.notes,
            "accepted": counts.accepted,
        },
    }


def _workbook(workbook: WorkbookReport, wording: Wording) -> dict[str, Any]:
    checked = workbook.status == "checked"
    return {
        "path": workbook.path,
        "status": workbook.status,
        "reason": None if checked else wording.message(workbook.path, not_checked(workbook)),
        "accepted": acceptance_form(workbook.accepted),
        "proposals": [_proposal(proposal) for proposal in workbook.proposals],
        "findings": [_finding(workbook.path, finding, wording) for finding in workbook.findings],
    }


def proposals_json(proposals: Iterable[ProposalSummary]) -> str:
    """Proposals as they are written, as text."""
    return json.dumps([_proposal(one) for one in proposals], ensure_ascii=False)


def _proposal(proposal: ProposalSummary) -> dict[str, Any]:
    """A proposal as it is written."""
    return {
        "number": proposal.number,
        "title": proposal.title,
        "committee": proposal.committee,
        "sheet": proposal.sheet,
        "unit": proposal.unit,
        "years": list(proposal.years),
        "totals": {name: decimal_text(amount) for name, amount in proposal.totals.items()},
        **_identity(proposal),
    }


def _identity(proposal: ProposalSummary) -> dict[str, Any]:
    """Who a proposal is beyond its number, where it says so."""
    said: dict[str, Any] = {}
    if proposal.permanent_id is not None:
        said["id"] = proposal.permanent_id
    if proposal.earlier_numbers:
        said["earlier_numbers"] = list(proposal.earlier_numbers)
    if proposal.status is not None:
        said["status"] = proposal.status.value
    return said


def _finding(path: str | None, finding: Finding, wording: Wording) -> dict[str, Any]:
    return {
        "id": finding.id,
        "values": finding.values,
        "code": finding.code,
        "name": entry(finding.code).name,
        "severity": finding.severity.word,
        "sheet": finding.sheet,
        "cell": str(finding.cell) if finding.cell is not None else None,
        "proposal": finding.proposal,
        "message": wording.message(path, finding),
        "hint": wording.hint(path, finding),
        "facts": _facts(finding.facts),
        "related": [place_of(place) for place in finding.related],
        "accepted": acceptance_form(finding.accepted),
        "fix": _fix(finding.fix) if finding.fix is not None else None,
    }


def acceptance_form(acceptance: Acceptance | None) -> dict[str, Any] | None:
    """Who accepted a finding and why, as it is written."""
    if acceptance is None:
        return None
    return {
        "initials": acceptance.who,
        "reason": acceptance.why,
        "when": acceptance.when,
        "until": acceptance.until.isoformat() if acceptance.until is not None else None,
    }


def _facts(facts: Mapping[str, object]) -> dict[str, Any]:
    return {
        # a word of its own among the facts: "own formula", as the form has it
        name: value.replace("-", " ")
        if name in ("evidence", "also") and isinstance(value, str)
        else _value(value)
        for name, value in facts.items()
    }


def _value(value: object) -> Any:
    if isinstance(value, Decimal):
        return decimal_text(value)
    if isinstance(value, tuple | list):
        return [_value(item) for item in value]
    return value if value is None or isinstance(value, str | int | bool) else str(value)


def decimal_text(value: Decimal) -> str:
    """A Decimal without exponent and without zeros that say nothing."""
    if not value.is_finite():
        return str(value)
    text = f"{value:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def place_of(place: Place) -> dict[str, Any]:
    return {
        "path": place.path,
        "sheet": place.sheet,
        "cell": str(place.cell) if place.cell is not None else None,
    }


def _fix(fix: Fix) -> dict[str, Any]:
    return {"safety": fix.safety.value, "edits": [_edit(edit) for edit in fix.edits]}


def _edit(edit: CellEdit) -> dict[str, Any]:
    place = {"sheet": edit.sheet, "cell": str(edit.cell)}
    if isinstance(edit, SetCell):
        value = decimal_text(edit.value) if isinstance(edit.value, Decimal) else edit.value
        return {"kind": "set-cell", **place, "value": value, "formula": edit.formula}
    return {"kind": "set-number-format", **place, "format": edit.format}
