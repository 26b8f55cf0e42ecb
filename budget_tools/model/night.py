"""What a night found: every finding in words, and what became of it since the night before.

A finding that is told again a month later may come from a workbook nobody has read since. So a night holds
what is shown (the sentence, a piece of the table around the cell), not what it was made of.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from .acceptance import Acceptance
from .address import Cell
from .finding import ProposalSummary, Severity


class Standing(StrEnum):
    """What became of a finding between two nights."""

    NEW = "new"
    REOPENED = "reopened"  # fixed or accepted once, and here again
    OPEN = "open"
    ACCEPTED = "accepted"  # by a person, for these amounts
    FIXED = "fixed"  # found the night before, and now no longer


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The cells around a finding, as a small table: what each shows, in the reader's way of writing.

    ``rows`` are equally long and start in column ``left`` (1-based). ``row_numbers`` are theirs in the sheet;
    where one is not the next after the one before, rows between were left out.
    """

    rows: tuple[tuple[str, ...], ...]
    row_numbers: tuple[int, ...]
    left: int
    cell: Cell | None
    related: tuple[Cell, ...] = ()


@dataclass(frozen=True, slots=True)
class Followed:
    """A finding in the words of one reader, and what became of it.

    ``since`` is the night that found it first, ``until`` the one that did not find it any more. ``owner`` is
    whoever answers for the workbook, by folder or committee; None where nobody was named.
    """

    id: str
    values: str
    code: str
    name: str
    severity: Severity
    path: str | None  # None: about the run itself
    sheet: str | None
    cell: Cell | None
    proposal: str | None
    title: str | None
    committee: str | None
    owner: str | None
    message: str
    hint: str | None
    fix: str | None
    evidence: str | None
    excerpt: Excerpt | None
    standing: Standing
    since: datetime
    until: datetime | None = None
    accepted: Acceptance | None = None


@dataclass(frozen=True, slots=True)
class ChangedProposal:
    """A figure or a sentence of a proposal that is another one than it was at the deadline."""

    number: str | None
    title: str | None
    path: str
    committee: str | None
    owner: str | None
    what: str  # "Løn, 2023", as a reader would call it
    old: str
    new: str
    cell: Cell | None
    sheet: str | None
    deadline: date


@dataclass(frozen=True, slots=True)
class NightWorkbook:
    """A workbook of a night. ``status`` is checked, unreadable or refused; ``reason`` a sentence.

    ``renewed``: it was checked this night; what had not changed since an earlier one was not.
    """

    path: str
    status: str
    reason: str | None
    owner: str | None
    renewed: bool
    proposals: tuple[ProposalSummary, ...] = ()


@dataclass(frozen=True, slots=True)
class Tally:
    """How a night ended, for the chart over nights."""

    run: int
    when: datetime
    workbooks: int
    errors: int
    warnings: int
    notes: int
    new: int
    fixed: int
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Night:
    """Everything there is to tell of a night; ``tallies`` has all nights, oldest first.

    ``folders`` are those that were looked at, as the settings name them; paths of workbooks are absolute.
    ``previous`` is when the night before ended, where there was one. ``shares`` are folders here, each with
    its name on the readers' PCs: what is mounted on a server is a share or a web address to them.
    """

    run: int
    started: datetime
    ended: datetime
    folders: tuple[str, ...]
    language: str
    form_word: str
    tool: str
    workbooks: tuple[NightWorkbook, ...]
    findings: tuple[Followed, ...]
    changed: tuple[ChangedProposal, ...] = ()
    tallies: tuple[Tally, ...] = ()
    complete: bool = True  # False: stopped before the end, or something could not be checked
    trouble: tuple[str, ...] = ()  # sentences: a folder that could not be opened, …
    previous: datetime | None = None
    shares: tuple[tuple[str, str], ...] = ()

    def of(self, *standings: Standing) -> Iterator[Followed]:
        """The findings that these things became of."""
        return (finding for finding in self.findings if finding.standing in standings)

    @property
    def owners(self) -> tuple[str, ...]:
        """Everybody who has a finding, a change or a workbook, sorted."""
        named = {one.owner for one in self.findings}
        named |= {one.owner for one in self.changed} | {one.owner for one in self.workbooks}
        return tuple(sorted(owner for owner in named if owner is not None))

    def for_owner(self, owner: str | None) -> Night:
        """The part of the night that one owner answers for; None: what nobody was named for."""
        return replace(
            self,
            workbooks=tuple(one for one in self.workbooks if one.owner == owner),
            findings=tuple(one for one in self.findings if one.owner == owner),
            changed=tuple(one for one in self.changed if one.owner == owner),
            tallies=(),
        )
