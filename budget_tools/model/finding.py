"""What a rule says: facts and places, never sentences; and the reports that findings make."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import IntEnum
from typing import TYPE_CHECKING

from .acceptance import Acceptance
from .address import Cell
from .record import record
from .status import Status

if TYPE_CHECKING:
    from .edit import Fix
    from .overview import Overview
    from .snapshot import Snapshot

Fact = str | int | Decimal | tuple[int, ...] | tuple[str, ...] | tuple[Decimal, ...]


class Severity(IntEnum):
    """How bad: an error must not be printed, a warning must be looked at, a note is worth knowing."""

    NOTE = 1
    WARNING = 2
    ERROR = 3

    @property
    def word(self) -> str:
        """The English word, as JSON and the settings write it."""
        return self.name.lower()

    @classmethod
    def of(cls, word: str) -> Severity:
        """The severity of an English word."""
        return cls[word.upper()]


@record(frozen=True, slots=True)
class Place:
    """A cell elsewhere that belongs to a finding; no path means the same workbook."""

    sheet: str | None
    cell: Cell | None
    path: str | None = None


@record(frozen=True, slots=True)
class Hint:
    """A change that would close the difference of a finding exactly: a code of its own, but no finding."""

    code: str
    facts: Mapping[str, Fact]


@record(frozen=True, slots=True)
class Finding:
    """A fault at a place.

    ``key`` says what was found where in words that survive inserted rows and renamed files (label of
    the line, role of the column); ``amounts`` are those behind it, so that an acceptance ends when they
    change. ``severity``, ``proposal`` and the two hashes are filled in when the report is made.
    """

    code: str
    sheet: str | None = None
    cell: Cell | None = None
    facts: Mapping[str, Fact] = field(default_factory=dict)
    hint: Hint | None = None
    related: tuple[Place, ...] = ()
    fix: Fix | None = None
    proposal: str | None = None
    key: tuple[str, ...] = ()
    amounts: tuple[Decimal | None, ...] = ()
    meant: tuple[
        Decimal, ...
    ] = ()  # what a faulty cell may be meant to hold; a difference it closes is explained
    severity: Severity = Severity.NOTE
    ordinal: int = 0
    path: str | None = None  # only for rules over a whole run: the workbook that the finding belongs to
    accepted: Acceptance | None = None  # by a person, for these amounts: shown, but not counted
    identity: tuple[str, ...] = ()  # of a proposal with a permanent id or earlier numbers: these, best first

    @property
    def variant(self) -> str | None:
        """Which of a rule's messages is meant."""
        variant = self.facts.get("variant")
        return str(variant) if variant is not None else None

    @property
    def id(self) -> str:
        """The same for the same fault of the same line, wherever the row and the file have gone.

        Of a proposal with a permanent id it is made of that, and so survives another number too.
        """
        name = self.identity[0] if self.identity else self.proposal or self.sheet or ""
        return id_of(self.code, name, self.seed)

    @property
    def seed(self) -> str:
        """What was found where, and which of several that are alike: the part of the id that stays."""
        return "\x1f".join((*self.key, str(self.ordinal)))

    @property
    def former_ids(self) -> tuple[str, ...]:
        """The ids it had while its proposal had no permanent id yet, or another number."""
        return tuple([id_of(self.code, one, self.seed) for one in self.identity[1:]])

    @property
    def values(self) -> str:
        """Changes when an amount behind the finding changes."""
        return _hash(*("" if amount is None else f"{amount.normalize():f}" for amount in self.amounts))

    def settled(self, severity: Severity, ordinal: int) -> Finding:
        """The finding with its severity, and its number among findings that are alike."""
        return Finding(
            self.code,
            self.sheet,
            self.cell,
            self.facts,
            self.hint,
            self.related,
            self.fix,
            self.proposal,
            self.key,
            self.amounts,
            self.meant,
            severity,
            ordinal,
            self.path,
            self.accepted,
            self.identity,
        )


def id_of(code: str, name: str, seed: str) -> str:
    """The id of a finding of a rule, from what its proposal is known by and what was found where."""
    return _hash(code, name, seed)


def _hash(*parts: str) -> str:
    return hashlib.blake2b("\x1f".join(parts).encode("utf-8", "replace"), digest_size=6).hexdigest()


@record(frozen=True, slots=True)
class ProposalSummary:
    """What a report tells of a proposal."""

    number: str | None
    title: str | None
    committee: str | None
    sheet: str
    unit: int | None
    years: tuple[int, ...]
    totals: Mapping[str, Decimal]
    permanent_id: str | None = None
    earlier_numbers: tuple[str, ...] = ()
    status: Status | None = None


@record(frozen=True, slots=True)
class WorkbookReport:
    """What was found in one workbook. ``status`` is checked, unreadable or refused.

    ``snapshots`` are of its proposals, where they were asked for; ``overviews`` its lists of proposals.
    """

    path: str
    status: str
    findings: tuple[Finding, ...] = ()
    proposals: tuple[ProposalSummary, ...] = ()
    reason: str | None = None
    reason_facts: Mapping[str, object] = field(default_factory=dict)
    accepted: Acceptance | None = None  # though it could not be checked, until a date
    snapshots: tuple[Snapshot, ...] = ()
    overviews: tuple[Overview, ...] = ()

    def with_findings(self, findings: tuple[Finding, ...]) -> WorkbookReport:
        """The report with other findings."""
        return replace(self, findings=findings)


@record(frozen=True, slots=True)
class Counts:
    """How many of each there are; what was accepted is no error, warning or note any more.

    ``unchecked`` are the workbooks that could not be checked and were not accepted as such.
    """

    workbooks: int
    checked: int
    errors: int
    warnings: int
    notes: int
    accepted: int = 0
    unchecked: int = 0


@dataclass(frozen=True, slots=True)
class Report:
    """What a run found: a report a workbook, and findings about the run itself."""

    workbooks: tuple[WorkbookReport, ...]
    run_findings: tuple[Finding, ...] = ()
    language: str = "da"
    form_word: str = "Skema"
    incomplete: bool = False  # a folder could not be opened: nobody knows what was in it

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Every finding, workbook by workbook."""
        return tuple(finding for _, finding in self.located())

    def located(self) -> Iterator[tuple[str | None, Finding]]:
        """Every finding with the path of its workbook; None for one about the run."""
        for workbook in self.workbooks:
            for finding in workbook.findings:
                yield workbook.path, finding
        for finding in self.run_findings:
            yield None, finding

    @property
    def counts(self) -> Counts:
        """Workbooks and findings, counted."""
        by = dict.fromkeys(Severity, 0)
        accepted = 0
        for _, finding in self.located():
            if finding.accepted is not None:
                accepted += 1
            else:
                by[finding.severity] += 1
        return Counts(
            len(self.workbooks),
            sum(workbook.status == "checked" for workbook in self.workbooks),
            by[Severity.ERROR],
            by[Severity.WARNING],
            by[Severity.NOTE],
            accepted,
            sum(workbook.status != "checked" and workbook.accepted is None for workbook in self.workbooks),
        )
