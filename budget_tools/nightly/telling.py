"""What is kept of a checked workbook: its findings in words and its proposals, as plain JSON values.

Words, not facts, because the rules that made a finding may be others by the time it is told again. A change
of rules, settings or language makes every workbook be checked again, so the words never lag behind.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from hashlib import blake2b
from typing import Any

from ..model.address import Cell, parse_cell
from ..model.finding import Finding, ProposalSummary
from ..model.night import Excerpt
from ..model.overview import Overview
from ..model.proposal import Registered
from ..model.remembered import overview_json, overview_of, registered_json, registered_of
from ..model.status import Status
from ..reports.wording import Wording
from .excerpt import Excerpts

IN_USE = "RUN003"
"""Told of the moment, never remembered: it says nothing of the workbook's content."""


def packed(value: object) -> bytes:
    """Values as compressed JSON."""
    return zlib.compress(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(), 1)


def unpacked(data: bytes) -> Any:
    """The values that ``packed`` was given."""
    return json.loads(zlib.decompress(data))


# ----------------------------------------------------------------------------------------- findings


def in_words(
    findings: Iterable[Finding], path: str | None, wording: Wording, excerpts: Excerpts | None = None
) -> list[dict[str, Any]]:
    """Findings as a reader is told them."""
    told = []
    for finding in findings:
        if finding.code == IN_USE:
            continue
        excerpt = excerpts.around(finding) if excerpts is not None else None
        one: dict[str, Any] = {
            "id": finding.id,
            "values": finding.values,
            "code": finding.code,
            "severity": int(finding.severity),
            "sheet": finding.sheet,
            "cell": str(finding.cell) if finding.cell is not None else None,
            "proposal": finding.proposal,
            "message": wording.message(path, finding),
            "hint": wording.hint(path, finding),
            "fix": wording.fix(path, finding) or None,
            "evidence": wording.evidence(finding) or None,
        }
        if finding.former_ids:
            one["former_ids"] = finding.former_ids
        if excerpt is not None:
            one["excerpt"] = [
                excerpt.rows,
                excerpt.row_numbers,
                excerpt.left,
                [str(cell) for cell in excerpt.related],
            ]
        told.append(one)
    return told


def excerpt_of(told: Mapping[str, Any]) -> Excerpt | None:
    """The table around a finding that was told."""
    said = told.get("excerpt")
    if said is None:
        return None
    rows, numbers, left, related = said
    return Excerpt(
        tuple([tuple(row) for row in rows]),
        tuple(numbers),
        left,
        cell_of(told["cell"]),
        tuple([_cell(cell) for cell in related]),
    )


def cell_of(text: str | None) -> Cell | None:
    """A cell from its A1 text, which may be missing."""
    return _cell(text) if text is not None else None


@lru_cache(maxsize=16_384)
def _cell(text: str) -> Cell:
    return parse_cell(text)


# ---------------------------------------------------------------------------------------- proposals


def summaries(proposals: Iterable[ProposalSummary]) -> list[list[Any]]:
    """Proposals as plain values."""
    return [
        [
            *(one.number, one.title, one.committee, one.sheet, one.unit, one.years),
            {name: str(amount) for name, amount in one.totals.items()},
            *(one.permanent_id, one.earlier_numbers, one.status.value if one.status is not None else None),
        ]
        for one in proposals
    ]


def summary_of(said: Sequence[Any]) -> ProposalSummary:
    """A proposal from the values of ``summaries``."""
    number, title, committee, sheet, unit, years, totals, permanent_id, earlier, status = said
    return ProposalSummary(
        *(number, title, committee, sheet, unit),
        tuple(years),
        {name: Decimal(amount) for name, amount in totals.items()},
        permanent_id,
        tuple(earlier),
        Status(status) if status is not None else None,
    )


def digest(value: object) -> int:
    """A number that is the same for equal contents in every process and on every machine."""
    return int.from_bytes(blake2b(_spelled(value).encode("utf-8", "replace"), digest_size=7).digest(), "big")


def _spelled(value: object) -> str:
    if isinstance(value, tuple):
        return f"({','.join([_spelled(one) for one in value])})"
    if isinstance(value, Decimal):
        return str(value.normalize() + 0) if value.is_finite() else str(value)
    return repr(value)


def registration(registered: Iterable[Registered], overviews: Iterable[Overview]) -> dict[str, Any]:
    """What a run must know of a workbook's proposals and overviews, as plain values."""
    return {
        "proposals": [registered_json(one) for one in registered],
        "overviews": [overview_json(one) for one in overviews],
    }


def registered_in(path: str, said: Mapping[str, Any]) -> tuple[list[Registered], list[Overview]]:
    """The proposals and overviews of a workbook from the values of ``registration``."""
    return (
        [registered_of(path, one) for one in said["proposals"]],
        [overview_of(path, one) for one in said["overviews"]],
    )


def ids(told: Iterable[Mapping[str, Any]]) -> list[tuple[str, int]]:
    """The id of each finding, and how many of the same id came before it."""
    seen: dict[str, int] = {}
    found = []
    for one in told:
        nth = seen.get(one["id"], 0)
        seen[one["id"]] = nth + 1
        found.append((one["id"], nth))
    return found
