"""A night as JSON, for other programs: one documented form, version 1, that only ever grows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from json.encoder import encode_basestring as _string
from pathlib import Path
from typing import Any

from ...model.finding import Severity
from ...model.night import HERE, ChangedProposal, Followed, Night, NightWorkbook, Standing, Tally
from ..json import acceptance_form
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
        ("workbooks", map(_workbook, night.told.workbooks(summaries=True))),
        ("findings", map(_finding, night.told.findings())),
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


def _workbook(one: NightWorkbook) -> str:
    """A workbook as JSON, put together as text as a finding is."""
    return (
        f'{{"path": {_text(one.path)}, "status": {_text(one.status)}, "reason": {_text(one.reason)}, '
        f'"owner": {_text(one.owner)}, "renewed": {"true" if one.renewed else "false"}, '
        f'"proposals": {one.summaries}}}'
    )


def _finding(one: Followed) -> str:
    """A finding as JSON, put together as text: there may be very many."""
    cell = f'"{one.cell}"' if one.cell is not None else "null"
    accepted = json.dumps(acceptance_form(one.accepted), ensure_ascii=False) if one.accepted else "null"
    return (
        f'{{"id": {_string(one.id)}, "values": {_string(one.values)}, "code": {_string(one.code)}, '
        f'"name": {_string(one.name)}, "severity": "{one.severity.word}", '
        f'"standing": "{one.standing}", "since": {_moment(one.since)}, "until": {_moment(one.until)}, '
        f'"path": {_text(one.path)}, "sheet": {_text(one.sheet)}, "cell": {cell}, '
        f'"proposal": {_text(one.proposal)}, "title": {_text(one.title)}, '
        f'"committee": {_text(one.committee)}, "owner": {_text(one.owner)}, '
        f'"message": {_string(one.message)}, "hint": {_text(one.hint)}, "fix_text": {_text(one.fix)}, '
        f'"evidence": {_text(one.evidence)}, "excerpt": {one.excerpt or "null"}, "accepted": {accepted}}}'
    )


@lru_cache(maxsize=4096)
def _moment(when: datetime | None) -> str:
    """A moment, which thousands of findings share."""
    return f'"{when.isoformat()}"' if when is not None else "null"


def _text(text: str | None) -> str:
    return _string(text) if text is not None else "null"


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
