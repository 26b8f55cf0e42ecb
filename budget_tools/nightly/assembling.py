"""A night as its readers are told it: asked of the history piece by piece, since all of it may be much."""

from __future__ import annotations

import json
import os
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import __version__
from ..catalog import Language, entry, word
from ..model.address import Cell
from ..model.amount import format_number
from ..model.finding import Severity
from ..model.night import ChangedProposal, Counts, Followed, Kind, Night, NightWorkbook, Standing, counted
from .history import History
from .history_tables import acceptance_of
from .owners import Owners
from .settings import NightSettings
from .telling import unpacked, unpacked_text

if TYPE_CHECKING:
    from ..comparing import Change, Pair


def assemble(
    history: History,
    run: int,
    settings: NightSettings,
    owners: Owners,
    *,
    started: datetime,
    language: Language,
    form_word: str,
    complete: bool,
    trouble: Sequence[str],
    deadlines: Sequence[date],
) -> Night:
    """Everything there is to tell of a night."""
    tallies = history.tallies()
    return Night(
        run,
        started,
        tallies[-1].when if tallies else started,
        settings.folders,
        language,
        form_word,
        f"budget-tools {__version__}",
        Remembered(history.path, run, owners),
        tuple(_changed(history, deadlines, owners, language)),
        tallies,
        complete,
        tuple(trouble),
        tallies[-2].when if len(tallies) > 1 else None,
        tuple(settings.shares.items()),
    )


# What became of a finding this night; what is of an earlier one is simply open, or accepted.
_STANDING = (
    "CASE WHEN f.run = :run THEN f.standing WHEN f.accepted IS NOT NULL THEN 'accepted' ELSE 'open' END"
)
_OWNER = "owner_of(w.path, f.about)"
_FROM = "FROM findings f LEFT JOIN workbooks w ON w.number = f.workbook"
_FROM_BY_PATH = "FROM workbooks w CROSS JOIN findings f ON f.workbook = w.number"  # no need to sort
_WITH_WORDS = "CROSS JOIN words ON finding = f.number"
_TONIGHT = "(f.standing != 'fixed' OR f.run = :run)"
_AS_READ = (
    "f.severity DESC, coalesce(w.path, ''), coalesce(f.sheet, ''), coalesce(f.row, 0), coalesce(f.column, 0),"
    " f.code, f.id"
)


@dataclass(frozen=True)
class Remembered:
    """The workbooks and findings of a night, read from the history for whoever asks.

    ``owner`` and ``folder`` restrict it to a part; an owner of None is everybody, unless ``nobodys``. It can
    be sent to another process, which opens the history itself.
    """

    state: Path
    run: int
    owners: Owners
    owner: str | None = None
    nobodys: bool = False
    folder: str | None = None

    @cached_property
    def counts(self) -> Counts:
        """How much of everything there is."""
        sql = (
            f"SELECT {_OWNER}, f.committee, f.code, f.severity, {_STANDING} AS became, count(*) {self._from}"
            f" WHERE {self._of_part()} GROUP BY 1, 2, 3, 4, 5"
        )
        findings = {
            Kind(owner, committee, code, Severity(severity), Standing(standing)): n
            for owner, committee, code, severity, standing, n in self._asked(sql)
        }
        workbooks: Counter[str | None] = Counter()
        unchecked = renewed = 0
        for one in self._workbooks():
            workbooks[one.owner] += 1
            unchecked += one.status != "checked"
            renewed += one.renewed
        return Counts(workbooks, unchecked, renewed, findings)

    def workbooks(self, *, summaries: bool = False) -> Iterator[NightWorkbook]:
        """Every workbook, by path."""
        return self._workbooks(summaries=summaries)

    def unchecked(self) -> Iterator[NightWorkbook]:
        """Those that could not be checked, by path."""
        return self._workbooks("w.status != 'checked'")

    def findings(self, *standings: Standing, excerpts: bool = True) -> Iterator[Followed]:
        """The findings of which these things became, or all: those about the run, then by path."""
        where = f"{_WITH_WORDS} WHERE {self._of_part(standings)}"
        if self.folder is None:
            yield from self._followed(f"{_FROM} {where} AND f.workbook = 0 ORDER BY f.number", excerpts)
        yield from self._followed(f"{_FROM_BY_PATH} {where} ORDER BY w.path, f.number", excerpts)

    def foremost(
        self, *standings: Standing, most: int | None = None, excerpts: bool = True
    ) -> Iterator[Followed]:
        """The same as they are read: the worst first, then by workbook, sheet and cell."""
        if standings and not self.counts.of(*standings):
            return iter(())
        # Sorted by number first: their words are many, and looked up one by one.
        order = f"ORDER BY {_AS_READ} LIMIT {most if most is not None else -1}"
        numbers = f"SELECT f.number {self._from} WHERE {self._of_part(standings)} {order}"
        source = f"FROM ({numbers}) AS sorted CROSS JOIN findings f ON f.number = sorted.number"
        source += " LEFT JOIN workbooks w ON w.number = f.workbook"
        return self._followed(f"{source} {_WITH_WORDS}", excerpts)

    def any_hint(self, *standings: Standing) -> bool:
        """Whether any of the findings of which these things became has a hint."""
        sql = (
            f"SELECT 1 {self._from} {_WITH_WORDS}"
            f" WHERE hint IS NOT NULL AND {self._of_part(standings)} LIMIT 1"
        )
        return any(self._asked(sql))

    def by_workbook(self) -> Mapping[str, Counter[Severity | Standing]]:
        """How many findings of each standing and severity each workbook has."""
        sql = (
            f"SELECT w.path, f.severity, {_STANDING} AS became, count(*) {_FROM_BY_PATH}"
            f" WHERE {self._of_part()} GROUP BY 1, 2, 3"
        )
        found: dict[str, Counter[Severity | Standing]] = defaultdict(Counter)
        for path, severity, standing, n in self._asked(sql):
            found[path].update(counted(_SEVERITY[severity], _STANDINGS[standing], n))
        return found

    def part(self, owner: str | None, folder: str | None = None) -> Remembered:
        """What one owner answers for, or None what nobody was named for; of one folder or of all."""
        return replace(self, owner=owner, nobodys=owner is None, folder=folder)

    # ------------------------------------------------------------------------------------ inside

    @property
    def _from(self) -> str:
        """Where findings are looked for: of a folder by its workbooks, which a whole night's need not be."""
        return _FROM if self.folder is None else _FROM_BY_PATH

    def _of_part(self, standings: Sequence[Standing] = ()) -> str:
        """The condition for the findings of this part, of which these things became, or all.

        Whom a finding belongs to is asked last: Python answers it.
        """
        conditions = [_TONIGHT]
        if self.folder is not None:
            conditions.append("w.path >= :first AND w.path < :after")
        if standings:
            conditions.append(f"{_STANDING} {_among(standings)}")
        if self.owner is not None or self.nobodys:
            conditions.append(f"{_OWNER} IS :owner")
        return " AND ".join(conditions)

    def _asked(self, sql: str) -> Iterator[tuple[Any, ...]]:
        """The rows of a question to the history."""
        folder = os.path.join(self.folder or "", "")
        facts = {
            "run": self.run,
            "owner": self.owner,
            "first": folder,
            "after": folder[:-1] + chr(ord(folder[-1:] or "/") + 1),
        }
        return self._base.execute(sql, facts)

    @cached_property
    def _base(self) -> sqlite3.Connection:
        base = sqlite3.connect(self.state, timeout=30)
        base.create_function("owner_of", 2, self._owner_of, deterministic=True)
        base.execute("PRAGMA query_only = ON")
        return base

    def _owner_of(self, path: str | None, proposal: str | None) -> str | None:
        """Who answers for a finding: of a workbook as a whole whoever answers for that."""
        owner = self.owners.of_finding(path, proposal)
        if owner is None and proposal is None and path is not None:
            return self._owner_of_workbook.get(path)
        return owner

    @cached_property
    def _owner_of_workbook(self) -> Mapping[str, str]:
        """Who answers for each workbook for which somebody does, as its proposals tell."""
        with closing(sqlite3.connect(self.state, timeout=30)) as base:
            rows = base.execute("SELECT path, numbers FROM workbooks JOIN contents ON workbook = number")
            found = {path: self.owners.of_workbook(path, json.loads(numbers)) for path, numbers in rows}
        return {path: owner for path, owner in found.items() if owner is not None}

    def __getstate__(self) -> dict[str, object]:
        """Everything but the open file and what was read from it: another process does so for itself."""
        return {name: value for name, value in self.__dict__.items() if name not in _OWN}

    def _workbooks(self, condition: str = "1", *, summaries: bool = False) -> Iterator[NightWorkbook]:
        inside = " AND w.path >= :first AND w.path < :after" if self.folder is not None else ""
        sql = (
            "SELECT w.path, w.status, w.reason, w.checked = :run, coalesce(c.numbers, '[]'),"
            f" {'c.summaries' if summaries else 'NULL'}"
            " FROM workbooks w LEFT JOIN contents c ON c.workbook = w.number"
            f" WHERE w.status != 'gone' AND {condition}{inside} ORDER BY w.path"
        )
        for path, status, reason, renewed, said, packed in self._asked(sql):
            numbers = json.loads(said)
            owner = self.owners.of_workbook(path, numbers)
            if owner == self.owner or (self.owner is None and not self.nobodys):
                text = unpacked_text(packed) if packed else "[]"
                yield NightWorkbook(path, status, reason, owner, bool(renewed), len(numbers), text)

    def _followed(self, source: str, excerpts: bool) -> Iterator[Followed]:
        """The findings that a question asks for, from its FROM on."""
        sql = (
            "SELECT f.id, f.amounts, f.code, f.severity, w.path, f.sheet, f.row, f.column, f.proposal,"
            f" f.title, f.committee, {_OWNER}, message, hint, fix, evidence,"
            f" {'excerpt' if excerpts else 'NULL'}, {_STANDING} AS became, f.since, f.until, f.accepted"
            f" {source}"
        )
        for found in self._asked(sql):
            id_, values, code, severity, path, sheet, row, column, proposal, title, committee = found[:11]
            owner, message, hint, fix, evidence, excerpt, standing, since, until, accepted = found[11:]
            yield Followed(
                id_,
                values,
                code,
                _name(code),
                _SEVERITY[severity],
                path,
                sheet,
                Cell(row, column) if row is not None else None,
                proposal,
                title,
                committee,
                owner,
                message,
                hint,
                fix,
                evidence,
                excerpt,
                _STANDINGS[standing],
                _moment(since),
                _moment(until) if until is not None else None,
                acceptance_of(accepted) if accepted is not None else None,
            )


def _among(standings: Sequence[Standing]) -> str:
    return f"IN ({', '.join(repr(one.value) for one in standings)})"


_OWN = ("_base", "_owner_of_workbook")
_SEVERITY = {int(one): one for one in Severity}
_STANDINGS = {one.value: one for one in Standing}


@cache
def _name(code: str) -> str:
    return entry(code).name


@lru_cache(maxsize=4096)
def _moment(said: str) -> datetime:
    """A moment as it was remembered: thousands of findings share one."""
    return datetime.fromisoformat(said)


# ---------------------------------------------------------------------------- since the deadline


def _changed(
    history: History, deadlines: Sequence[date], owners: Owners, language: Language
) -> Iterator[ChangedProposal]:
    """What is another than it was at a deadline, by proposal, wherever its workbook has gone."""
    if not deadlines:
        return
    from ..comparing import differences  # long imports, for which most nights have no use
    from ..model.snapshot import Snapshot

    for deadline in deadlines:
        old, new = (
            [Snapshot.from_json(said) for data in blobs for said in unpacked(data)]
            for blobs in history.snapshots(deadline)
        )
        for pair in differences(old, new):
            yield from _told(pair, deadline, owners, language)


def _told(pair: Pair, deadline: date, owners: Owners, language: Language) -> Iterator[ChangedProposal]:
    one = pair.new or pair.old
    if one is None:
        return
    owner = owners.of_finding(one.path, one.number)
    about = (one.number, one.title, one.path, one.committee, owner)
    if pair.new is None:
        what = word("nightly", "proposal-gone", language)
        yield ChangedProposal(*about, what, one.title or one.number or "", "", None, None, deadline)
    elif pair.old is None:
        what = word("nightly", "proposal-new", language)
        yield ChangedProposal(
            *about, what, "", one.title or one.number or "", pair.new.cell, pair.new.sheet, deadline
        )
    else:
        for change in pair.changes:
            yield ChangedProposal(
                *about,
                _what(change, language),
                _value(change.old, language),
                _value(change.new, language),
                change.new_cell,
                pair.new.sheet,
                deadline,
            )


def _what(change: Change, language: Language) -> str:
    """What changed, as a reader would call it: "Løn, 2023"."""
    if change.part != "figure":
        return word("nightly", f"part-{change.part}", language)
    column = word("nightly", "total", language) if change.column == "total" else change.column
    if change.line and column and change.line.casefold() == column.casefold():
        return change.line  # the sum of all sums
    return ", ".join(part for part in (change.line, column) if part)


def _value(value: str | Decimal | int | None, language: Language) -> str:
    if value is None:
        return ""
    return format_number(value, language) if isinstance(value, Decimal) else str(value)
