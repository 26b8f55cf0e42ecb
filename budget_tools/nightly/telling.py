"""What is kept of a checked workbook: its findings in words and its proposals, as plain JSON values.

Words, not facts, because the rules that made a finding may be others by the time it is told again. A change
of rules, settings or language makes every workbook be checked again, so the words never lag behind.
"""

from __future__ import annotations

import json
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, NamedTuple

from ..model.finding import Finding, ProposalSummary, id_of
from ..reports.wording import Wording

if TYPE_CHECKING:
    from ..model.overview import Overview
    from ..model.proposal import Registered
    from .excerpt import Excerpts

IN_USE = "RUN003"
"""Told of the moment: it says nothing of the workbook's content."""


def packed(value: object) -> bytes:
    """Values as compressed JSON."""
    return packed_text(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def packed_text(text: str) -> bytes:
    """JSON that is text already, compressed."""
    return zlib.compress(text.encode(), 1)


def unpacked_text(data: bytes) -> str:
    """The text that ``packed_text`` was given."""
    return zlib.decompress(data).decode()


def unpacked(data: bytes) -> Any:
    """The values that ``packed`` was given."""
    return json.loads(zlib.decompress(data))


# ----------------------------------------------------------------------------------------- findings


class Fact(NamedTuple):
    """A finding as a reader is told it, in plain values.

    What its proposal is known by (``names``, best first; none: its number) and ``seed`` make its id; ``own``
    are the names that the form itself gives it. ``about`` is the number of the proposal that it is about,
    also where the finding does not name one. ``silent``: a register says that it is not to be told.
    """

    code: str
    severity: int
    values: str
    seed: str
    names: Sequence[str]
    own: Sequence[str]
    sheet: str | None
    row: int | None
    column: int | None
    proposal: str | None
    about: str | None
    title: str | None
    committee: str | None
    message: str
    hint: str | None
    fix: str | None
    evidence: str | None
    excerpt: str | None  # an Excerpt as JSON
    silent: bool = False

    @property
    def id(self) -> str:
        """The id of the finding."""
        name = self.names[0] if self.names else self.proposal or self.sheet or ""
        return id_of(self.code, name, self.seed)

    @property
    def former_ids(self) -> list[str]:
        """Those that it had while its proposal was known by other names."""
        return [id_of(self.code, name, self.seed) for name in self.names[1:]]


class About(NamedTuple):
    """A proposal, as far as it is told what a finding is about."""

    number: str | None
    title: str | None
    committee: str | None
    sheet: str


class Said(NamedTuple):
    """What registers say of a proposal: what it is known by, and the codes that are not told of it."""

    path: str
    number: str
    names: tuple[str, ...]
    silent: tuple[str, ...]


class Across(NamedTuple):
    """What can only be said of all workbooks together: findings with their paths, and of proposals."""

    told: list[tuple[str | None, Fact]]
    said: list[Said]


def in_words(
    findings: Iterable[Finding],
    path: str | None,
    wording: Wording,
    proposals: Sequence[ProposalSummary] = (),
    excerpts: Excerpts | None = None,
) -> list[Fact]:
    """Findings as a reader is told them; ``proposals`` are those of the workbook."""
    told = []
    abouts = [About(one.number, one.title, one.committee, one.sheet) for one in proposals]
    for finding in findings:
        excerpt = excerpts.around(finding) if excerpts is not None else None
        about = _proposal_of(finding.sheet, finding.proposal, abouts)
        told.append(
            Fact(
                finding.code,
                int(finding.severity),
                finding.values,
                finding.seed,
                finding.identity,
                finding.identity,
                finding.sheet,
                finding.cell.row if finding.cell is not None else None,
                finding.cell.column if finding.cell is not None else None,
                finding.proposal,
                about.number if about is not None and finding.proposal is None else finding.proposal,
                about.title if about is not None else None,
                about.committee if about is not None else None,
                wording.message(path, finding),
                wording.hint(path, finding),
                wording.fix(path, finding) or None,
                wording.evidence(finding) or None,
                excerpt.json if excerpt is not None else None,
            )
        )
    return told


def placed(fact: Fact, proposals: Sequence[About]) -> Fact:
    """A finding that was made without the proposals of its workbook, with what they tell of it."""
    about = _proposal_of(fact.sheet, fact.proposal, proposals)
    if about is None:
        return fact
    number = fact.proposal if fact.proposal is not None else about.number
    return fact._replace(about=number, title=about.title, committee=about.committee)


def _proposal_of(sheet: str | None, number: str | None, proposals: Sequence[About]) -> About | None:
    """The proposal that a finding is about: the one it names, else the only one on its sheet."""
    on_sheet = [one for one in proposals if one.sheet == sheet]
    if number is None:
        return on_sheet[0] if len(on_sheet) == 1 else None
    return next((one for one in reversed(on_sheet) if one.number == number), None)


# ---------------------------------------------------------------------------------------- proposals


def abouts(summaries: bytes) -> list[About]:
    """Proposals from their packed summaries."""
    return [About(one["number"], one["title"], one["committee"], one["sheet"]) for one in unpacked(summaries)]


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
    from ..model.remembered import overview_json, registered_json

    return {
        "proposals": [registered_json(one) for one in registered],
        "overviews": [overview_json(one) for one in overviews],
    }


def registered_in(path: str, said: Mapping[str, Any]) -> tuple[list[Registered], list[Overview]]:
    """The proposals and overviews of a workbook from the values of ``registration``."""
    from ..model.remembered import overview_of, registered_of

    return (
        [registered_of(path, one) for one in said["proposals"]],
        [overview_of(path, one) for one in said["overviews"]],
    )


def with_nth(facts: Iterable[Fact]) -> list[tuple[Fact, str, int]]:
    """Findings with the id of each, and how many of the same id came before it."""
    seen: Counter[str] = Counter()
    found = []
    for fact in facts:
        id_ = fact.id
        found.append((fact, id_, seen[id_]))
        seen[id_] += 1
    return found
