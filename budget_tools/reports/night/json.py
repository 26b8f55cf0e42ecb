"""A night as JSON, for other programs: one documented form, version 1, that only ever grows."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from ...model.finding import Severity
from ...model.night import HERE, ChangedProposal, Followed, Night, NightWorkbook, Standing, Tally
from ..json import acceptance_form, proposal_form
from .telling import headline, language_of, replacing

VERSION = 1


def write(night: Night, target: Path) -> None:
    """Write a night, a workbook and a finding a line."""
    with replacing(target) as file:
        for part in _parts(night):
            # half a character of a pair, from a damaged file name, has no encoding: JSON writes its number
            file.write(part.encode("utf-8", "backslashreplace"))


def _parts(night: Night) -> Iterator[str]:
    encode = json.JSONEncoder(ensure_ascii=False).encode
    yield encode(_head(night))[:-1]
    for name, forms in (
        ("workbooks", (encode(_workbook(one)) for one in night.told.workbooks())),
        ("findings", (_finding(one, encode) for one in night.told.findings())),
    ):
        yield f',\n"{name}": ['
        for number, form in enumerate(forms):
            yield (",\n" if number else "\n") + form
        yield "]"
    yield ",\n" + encode(_tail(night))[1:] + "\n"


def _head(night: Night) -> dict[str, Any]:
    return {
        "version": VERSION,
        "kind": "night",
        "tool": night.tool,
        "language": language_of(night),
        "run": night.run,
        "started": night.started.isoformat(),
        "ended": night.ended.isoformat(),
        "previous": night.previous.isoformat() if night.previous is not None else None,
        "complete": night.complete,
        "trouble": list(night.trouble),
        "headline": headline(night),
        "folders": list(night.folders),
    }


def _tail(night: Night) -> dict[str, Any]:
    counts = night.counts
    here = counts.severities(*HERE)
    return {
        "changed": [_changed(one) for one in night.changed],
        "tallies": [_tally(one) for one in night.tallies],
        "summary": {
            "workbooks": counts.every,
            "checked": counts.every - counts.unchecked,
            "renewed": counts.renewed,
            **{f"{one.word}s": here[one] for one in reversed(Severity)},
            **{one.value: counts.of(one) for one in Standing},
        },
    }


def _workbook(workbook: NightWorkbook) -> dict[str, Any]:
    return {
        "path": workbook.path,
        "status": workbook.status,
        "reason": workbook.reason,
        "owner": workbook.owner,
        "renewed": workbook.renewed,
        "proposals": [proposal_form(proposal) for proposal in workbook.proposals],
    }


def _finding(finding: Followed, encode: Callable[[object], str]) -> str:
    said = encode(
        {
            "id": finding.id,
            "values": finding.values,
            "code": finding.code,
            "name": finding.name,
            "severity": finding.severity.word,
            "standing": finding.standing.value,
            "since": finding.since.isoformat(),
            "until": finding.until.isoformat() if finding.until is not None else None,
            "path": finding.path,
            "sheet": finding.sheet,
            "cell": str(finding.cell) if finding.cell is not None else None,
            "proposal": finding.proposal,
            "title": finding.title,
            "committee": finding.committee,
            "owner": finding.owner,
            "message": finding.message,
            "hint": finding.hint,
            "fix_text": finding.fix,
            "evidence": finding.evidence,
            "accepted": acceptance_form(finding.accepted),
        }
    )
    return f'{said[:-1]}, "excerpt": {finding.excerpt or "null"}}}'  # which is JSON already


def _changed(changed: ChangedProposal) -> dict[str, Any]:
    return {
        "number": changed.number,
        "title": changed.title,
        "path": changed.path,
        "committee": changed.committee,
        "owner": changed.owner,
        "what": changed.what,
        "old": changed.old,
        "new": changed.new,
        "sheet": changed.sheet,
        "cell": str(changed.cell) if changed.cell is not None else None,
        "deadline": changed.deadline.isoformat(),
    }


def _tally(tally: Tally) -> dict[str, Any]:
    return {
        "run": tally.run,
        "when": tally.when.isoformat(),
        "workbooks": tally.workbooks,
        "errors": tally.errors,
        "warnings": tally.warnings,
        "notes": tally.notes,
        "new": tally.new,
        "fixed": tally.fixed,
        "complete": tally.complete,
    }
