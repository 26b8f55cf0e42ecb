"""What a night found: every finding in words, and what became of it since the night before.

A finding that is told again a month later may come from a workbook nobody has read since. So a night holds
what is shown (the sentence, a piece of the table around the cell), not what it was made of.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple, Protocol

from .acceptance import Acceptance
from .address import Cell, parse_cell
from .finding import Severity


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

    @property
    def json(self) -> str:
        """The excerpt as it is kept, and as reports in JSON have it."""
        said = {
            "rows": self.rows,
            "row_numbers": self.row_numbers,
            "left": self.left,
            "cell": str(self.cell) if self.cell is not None else None,
            "related": [str(cell) for cell in self.related],
        }
        return json.dumps(said, ensure_ascii=False)

    @classmethod
    def of(cls, said: str) -> Excerpt:
        """The excerpt that ``json`` wrote down."""
        kept = json.loads(said)
        return cls(
            tuple([tuple(row) for row in kept["rows"]]),
            tuple(kept["row_numbers"]),
            kept["left"],
            parse_cell(kept["cell"]) if kept["cell"] is not None else None,
            tuple([parse_cell(cell) for cell in kept["related"]]),
        )


class Followed(NamedTuple):
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
    excerpt: str | None  # an Excerpt as JSON: most reports hand it on, or have no use for it
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

    ``renewed``: it was checked this night; what had not changed since an earlier one was not. Of its
    ``proposals`` there is the number, and ``summaries`` of them as JSON: most reports hand that on, or have
    no use for it.
    """

    path: str
    status: str
    reason: str | None
    owner: str | None
    renewed: bool
    proposals: int = 0
    summaries: str = "[]"


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


class Kind(NamedTuple):
    """What findings are counted by."""

    owner: str | None
    committee: str | None
    code: str
    severity: Severity
    standing: Standing


@dataclass(frozen=True, slots=True)
class Counts:
    """How much of everything there is: workbooks by owner, findings by their kind.

    ``unchecked`` workbooks could not be read, ``renewed`` ones were checked this night.
    """

    workbooks: Mapping[str | None, int]
    unchecked: int
    renewed: int
    findings: Mapping[Kind, int]

    @property
    def every(self) -> int:
        """All workbooks."""
        return sum(self.workbooks.values())

    def of(self, *standings: Standing) -> int:
        """The findings of which these things became; all of them where none is named."""
        return sum(n for kind, n in self.findings.items() if not standings or kind.standing in standings)

    def severities(self, *standings: Standing) -> Counter[Severity]:
        """Of the findings of which these things became, how many are of each severity."""
        found: Counter[Severity] = Counter()
        for kind, n in self.findings.items():
            if kind.standing in standings:
                found[kind.severity] += n
        return found


class Told(Protocol):
    """The workbooks of a night and what was found in them, for whoever asks: more than memory may hold."""

    @property
    def counts(self) -> Counts:
        """How much of everything there is."""

    def workbooks(self, *, summaries: bool = False) -> Iterator[NightWorkbook]:
        """Every workbook, by path; with summaries of its proposals where they are asked for."""

    def unchecked(self) -> Iterator[NightWorkbook]:
        """Those that could not be checked, by path."""

    def findings(self, *standings: Standing, excerpts: bool = True) -> Iterator[Followed]:
        """The findings of which these things became, or all: those about the run, then by path.

        Without ``excerpts`` they have none, and are there sooner.
        """

    def foremost(
        self, *standings: Standing, most: int | None = None, excerpts: bool = True
    ) -> Iterator[Followed]:
        """The same as they are read: worst first, then by workbook, sheet and cell; no more than asked."""

    def any_hint(self, *standings: Standing) -> bool:
        """Whether any of the findings of which these things became has a hint."""

    def by_workbook(self) -> Mapping[str, Counter[Severity | Standing]]:
        """Of the findings of each workbook that has any: how many of each standing, and, of those that are
        wrong this night, of each severity."""

    def part(self, owner: str | None, folder: str | None = None) -> Told:
        """What one owner answers for, or None what nobody was named for; of one folder or of all."""


class Gathered:
    """A night's workbooks and findings in memory: of a single check, and in tests."""

    def __init__(self, workbooks: tuple[NightWorkbook, ...], findings: tuple[Followed, ...]) -> None:
        self._workbooks = sorted(workbooks, key=lambda one: one.path)
        self._findings = findings

    @cached_property
    def counts(self) -> Counts:
        """How much of everything there is."""
        return Counts(
            Counter(one.owner for one in self._workbooks),
            sum(one.status != "checked" for one in self._workbooks),
            sum(one.renewed for one in self._workbooks),
            Counter(
                Kind(one.owner, one.committee, one.code, one.severity, one.standing) for one in self._findings
            ),
        )

    def workbooks(self, *, summaries: bool = False) -> Iterator[NightWorkbook]:
        """Every workbook, by path."""
        return iter(self._workbooks)

    def unchecked(self) -> Iterator[NightWorkbook]:
        """Those that could not be checked, by path."""
        return (one for one in self._workbooks if one.status != "checked")

    def findings(self, *standings: Standing, excerpts: bool = True) -> Iterator[Followed]:
        """The findings of which these things became, or all: those about the run, then by path."""
        wanted = [one for one in self._findings if not standings or one.standing in standings]
        return iter(sorted(wanted, key=lambda one: one.path or ""))

    def foremost(
        self, *standings: Standing, most: int | None = None, excerpts: bool = True
    ) -> Iterator[Followed]:
        """The same as they are read."""
        return iter(sorted(self.findings(*standings), key=worst_first)[:most])

    def by_workbook(self) -> Mapping[str, Counter[Severity | Standing]]:
        """How many findings of each standing and severity each workbook has."""
        found: dict[str, Counter[Severity | Standing]] = defaultdict(Counter)
        for one in self._findings:
            found[one.path or ""].update(counted(one.severity, one.standing))
        return found

    def any_hint(self, *standings: Standing) -> bool:
        """Whether any of these findings has a hint."""
        return any(one.hint for one in self.findings(*standings))

    def part(self, owner: str | None, folder: str | None = None) -> Gathered:
        """What one owner answers for."""

        def has(one: NightWorkbook | Followed) -> bool:
            inside = folder is None or (one.path is not None and lies_in(one.path, folder))
            return one.owner == owner and inside

        return Gathered(tuple(filter(has, self._workbooks)), tuple(filter(has, self._findings)))


HERE = (Standing.NEW, Standing.REOPENED, Standing.OPEN)
"""What is wrong this night."""


def lies_in(path: str, folder: str) -> bool:
    """Whether a path is that of something in a folder, or below it."""
    rest = path.removeprefix(folder.rstrip("/\\"))
    return rest != path and rest[:1] in ("/", "\\")


def counted(severity: Severity, standing: Standing, times: int = 1) -> dict[Severity | Standing, int]:
    """What findings count as, in a workbook."""
    return {standing: times, severity: times if standing in HERE else 0}


def worst_first(one: Followed) -> tuple[int, str, str, Cell, str, str]:
    """What findings are sorted by as they are read: the worst first, then by workbook, sheet and cell."""
    return -one.severity, one.path or "", one.sheet or "", one.cell or Cell(0, 0), one.code, one.id


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
    told: Told
    changed: tuple[ChangedProposal, ...] = ()
    tallies: tuple[Tally, ...] = ()
    complete: bool = True  # False: stopped before the end, or something could not be checked
    trouble: tuple[str, ...] = ()  # sentences: a folder that could not be opened, …
    previous: datetime | None = None
    shares: tuple[tuple[str, str], ...] = ()

    @property
    def counts(self) -> Counts:
        """How much of everything there is."""
        return self.told.counts

    @property
    def owners(self) -> tuple[str, ...]:
        """Everybody who has a finding, a change or a workbook, sorted."""
        named = {kind.owner for kind in self.counts.findings} | set(self.counts.workbooks)
        named |= {one.owner for one in self.changed}
        return tuple(sorted(owner for owner in named if owner is not None))

    def part(self, owner: str | None, folder: str | None = None) -> Night:
        """The part of the night that one owner answers for, in one folder or all; None: nobody was named."""
        return replace(
            self,
            told=self.told.part(owner, folder),
            changed=tuple(
                one
                for one in self.changed
                if one.owner == owner and (folder is None or lies_in(one.path, folder))
            ),
            tallies=(),
        )
