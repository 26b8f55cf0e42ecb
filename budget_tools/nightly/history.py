"""What is known from one night to the next: one SQLite file, which a killed run never leaves half done.

What a run checks is put down workbook by workbook as *pending*. Only when everything was looked at does one
transaction compare it with what was known, say what is new and what is fixed, and make it the history.
A run that ends before that leaves its pending results to the next one, which need not check them again.
"""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from ..errors import UsageError
from ..model.acceptance import Acceptance
from ..model.night import Standing, Tally
from .telling import ids, packed, registered_in, unpacked

if TYPE_CHECKING:
    from ..model.overview import Overview
    from ..model.proposal import Registered
    from .worker import Outcome

OWN, ACROSS, RUN = 0, 1, 2
"""Where a finding comes from: one workbook, all of them together, or the run itself."""

_ABOUT_RUN = 0  # the number of no workbook
_GONE = "gone"

_MIGRATIONS = (
    """
    CREATE TABLE runs (
        number INTEGER PRIMARY KEY, started TEXT NOT NULL, ended TEXT, complete INTEGER NOT NULL DEFAULT 0,
        workbooks INTEGER, errors INTEGER, warnings INTEGER, notes INTEGER, new INTEGER, fixed INTEGER
    );
    CREATE TABLE workbooks (
        number INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, size INTEGER, mtime_ns INTEGER, hash BLOB,
        stamp TEXT NOT NULL, status TEXT NOT NULL, reason TEXT, checked INTEGER NOT NULL, accepted TEXT
    );
    CREATE TABLE contents (
        workbook INTEGER PRIMARY KEY, told BLOB NOT NULL, registered BLOB NOT NULL, figures BLOB NOT NULL
    );
    CREATE TABLE pending (
        path TEXT PRIMARY KEY, size INTEGER, mtime_ns INTEGER, hash BLOB, stamp TEXT NOT NULL,
        status TEXT NOT NULL, reason TEXT, run INTEGER NOT NULL, facts TEXT NOT NULL,
        told BLOB NOT NULL, registered BLOB NOT NULL, figures BLOB NOT NULL
    );
    CREATE TABLE leaving (workbook INTEGER PRIMARY KEY);
    CREATE TABLE findings (
        workbook INTEGER NOT NULL, id TEXT NOT NULL, nth INTEGER NOT NULL, kind INTEGER NOT NULL,
        amounts TEXT NOT NULL, code TEXT NOT NULL, severity INTEGER NOT NULL,
        standing TEXT NOT NULL, run INTEGER NOT NULL, since TEXT NOT NULL, until TEXT,
        accepted TEXT, told BLOB, former_ids TEXT NOT NULL,
        PRIMARY KEY (workbook, id, nth)
    ) WITHOUT ROWID;
    CREATE TABLE baselines (
        deadline TEXT NOT NULL, workbook INTEGER NOT NULL, path TEXT NOT NULL, figures BLOB NOT NULL,
        PRIMARY KEY (deadline, workbook)
    );
    CREATE TABLE marks (name TEXT PRIMARY KEY, value TEXT NOT NULL);
    """,
)


class Known(NamedTuple):
    """A workbook as it was when it was last checked."""

    number: int
    path: str
    size: int
    mtime_ns: int
    hash: bytes | None
    stamp: str
    status: str


class Waiting(NamedTuple):
    """A workbook that a run which did not end has checked."""

    path: str
    size: int
    mtime_ns: int
    hash: bytes | None
    stamp: str
    status: str


class Row(NamedTuple):
    """A finding as it is remembered."""

    workbook: int
    id: str
    nth: int
    kind: int
    values: str
    code: str
    severity: int
    standing: str
    run: int
    since: str
    until: str | None
    accepted: str | None
    told: bytes | None
    former_ids: str


class Fact(NamedTuple):
    """A finding as it was found now; ``told`` where it does not stand with its workbook.

    ``former_ids`` are those that it had while its proposal had other numbers.
    """

    id: str
    nth: int
    values: str
    code: str
    severity: int
    former_ids: Sequence[str] = ()
    told: bytes | None = None


class History:
    """The file in which nights are remembered. ``AcceptedBy`` finds out what was accepted."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._base = _opened(path)
        except sqlite3.Error as error:
            raise UsageError(
                f"{path}: cannot be used as the history of the nights ({error}); "
                "if it is damaged, move it away: the next night then starts afresh"
            ) from error

    @property
    def base(self) -> sqlite3.Connection:
        """The file itself, for messages that wait in it until they can be delivered."""
        return self._base

    def close(self) -> None:
        """Let go of the file."""
        self._base.close()

    # ------------------------------------------------------------------------------------ a run

    def begin(self, started: datetime) -> int:
        """A new run; what one that did not end left pending is kept."""
        with self._changing() as base:
            base.execute("DELETE FROM leaving")
            base.execute("DELETE FROM runs WHERE ended IS NULL")
            run = int(self.mark("last-run") or 0) + 1
            base.execute("INSERT INTO runs (number, started) VALUES (?, ?)", (run, _said(started)))
            self._set(base, "last-run", str(run))
        return run

    def known(self) -> list[Known]:
        """Every workbook of the last night."""
        rows = self._base.execute(
            "SELECT number, path, size, mtime_ns, hash, stamp, status FROM workbooks WHERE status != 'gone'"
        )
        return [Known(*row) for row in rows]

    def waiting(self) -> list[Waiting]:
        """What a run that did not end has checked."""
        rows = self._base.execute("SELECT path, size, mtime_ns, hash, stamp, status FROM pending")
        return [Waiting(*row) for row in rows]

    def put(self, run: int, outcomes: Iterable[tuple[str, str, Outcome]]) -> None:
        """Put down what was checked: path, stamp and outcome of each; kept whatever happens next."""
        with self._changing() as base:
            base.executemany(
                "INSERT OR REPLACE INTO pending VALUES (?,?,?,?,?,?,?,?,?,?,?,?)",
                [
                    (
                        *(path, one.size, one.mtime_ns, one.hash, stamp, one.status, one.reason, run),
                        *(json.dumps(one.facts), one.told, one.registered, one.figures),
                    )
                    for path, stamp, one in outcomes
                ],
            )
            self._set(base, "across", "stale")

    def touched(self, states: Iterable[tuple[int, int, str]]) -> None:
        """The content of these workbooks is what it was, under another time: size, time and path of each."""
        states = list(states)
        with self._changing() as base:
            base.executemany("UPDATE workbooks SET size = ?, mtime_ns = ? WHERE path = ?", states)
            base.executemany("UPDATE pending SET size = ?, mtime_ns = ? WHERE path = ?", states)

    def drop(self, paths: Iterable[str]) -> None:
        """Forget what is pending for these paths."""
        with self._changing() as base:
            base.executemany("DELETE FROM pending WHERE path = ?", [(path,) for path in paths])

    def leave(self, workbooks: Collection[int]) -> None:
        """Put down which workbooks are there no more, before the rest is looked at together."""
        if workbooks:
            with self._changing() as base:
                base.executemany("INSERT OR IGNORE INTO leaving VALUES (?)", [(one,) for one in workbooks])
                self._set(base, "across", "stale")

    @property
    def across_is_stale(self) -> bool:
        """Whether what is said of all workbooks together may be another now."""
        return self.mark("across") == "stale"

    def mark(self, name: str) -> str | None:
        """Something that was remembered under a name."""
        row = self._base.execute("SELECT value FROM marks WHERE name = ?", (name,)).fetchone()
        return row[0] if row is not None else None

    def note(self, name: str, value: str | None) -> None:
        """Remember something under a name; None forgets it."""
        with self._changing() as base:
            if value is None:
                base.execute("DELETE FROM marks WHERE name = ?", (name,))
            else:
                self._set(base, name, value)

    def unwrite(self, run: int) -> None:
        """Forget that a run took place, in which nothing became another."""
        with self._changing() as base:
            base.execute("DELETE FROM runs WHERE number = ?", (run,))

    # -------------------------------------------------------------------------------- its end

    def finish(self, end: End) -> None:
        """Compare what was found with what was known, and make it the history: all of it or nothing."""
        with self._changing() as base:
            _Finishing(base, end).finish()
            for name, value in end.marks.items():
                self._set(base, name, value)
            if end.across is not None:
                self._set(base, "across", "fresh")

    def tallies(self) -> tuple[Tally, ...]:
        """How each night ended, oldest first."""
        rows = self._base.execute(
            "SELECT number, ended, workbooks, errors, warnings, notes, new, fixed, complete FROM runs"
            " WHERE ended IS NOT NULL ORDER BY number"
        )
        return tuple(
            Tally(number, datetime.fromisoformat(ended), w, e, warnings, notes, new, fixed, bool(complete))
            for number, ended, w, e, warnings, notes, new, fixed, complete in rows
        )

    def open_at_least(self, severity: int, run: int | None = None) -> int:
        """How many findings are open from a severity on; with ``run`` only those that are new in it."""
        sql = "SELECT count(*) FROM findings WHERE standing != 'fixed' AND accepted IS NULL AND severity >= ?"
        if run is None:
            rows = self._base.execute(sql, (severity,))
        else:
            rows = self._base.execute(
                f"{sql} AND run = ? AND standing IN ('new', 'reopened')", (severity, run)
            )
        return int(rows.fetchone()[0])

    def unchecked(self) -> int:
        """How many workbooks could not be checked and were not accepted as such."""
        rows = self._base.execute(
            "SELECT count(*) FROM workbooks WHERE status NOT IN ('checked', 'gone') AND accepted IS NULL"
        )
        return int(rows.fetchone()[0])

    def counts(self) -> Mapping[str, tuple[int, int, int]]:
        """Errors, warnings and notes of each workbook that has any."""
        rows = self._base.execute(
            "SELECT path, sum(severity = 3), sum(severity = 2), sum(severity = 1) FROM findings"
            " JOIN workbooks ON workbook = number WHERE standing != 'fixed' AND findings.accepted IS NULL"
            " GROUP BY workbook"
        )
        return {path: (errors, warnings, notes) for path, errors, warnings, notes in rows}

    # ------------------------------------------------------------------------------ for reports

    def workbooks(self) -> Iterator[tuple[int, str, str, str | None, int, bytes | None]]:
        """Number, path, status, reason, run in which it was checked, and what was told, of each workbook."""
        return self._base.execute(
            "SELECT number, path, status, reason, checked, told FROM workbooks"
            " LEFT JOIN contents ON workbook = number"
        )

    def findings(self, run: int) -> Iterator[Row]:
        """Every finding that is open or accepted, and those that the run found fixed."""
        rows = self._base.execute("SELECT * FROM findings WHERE standing != 'fixed' OR run = ?", (run,))
        return (Row(*row) for row in rows)

    def snapshots(self, deadline: date) -> tuple[list[bytes], list[bytes]]:
        """The proposals as they were at a deadline and are now, of workbooks in which any differs."""
        day = deadline.isoformat()
        old = self._base.execute(
            "SELECT b.figures FROM baselines b LEFT JOIN contents c ON c.workbook = b.workbook"
            " WHERE deadline = ? AND c.figures IS NOT b.figures",
            (day,),
        ).fetchall()
        new = self._base.execute(
            "SELECT c.figures FROM contents c LEFT JOIN baselines b"
            " ON c.workbook = b.workbook AND b.deadline = ?"
            " WHERE c.figures IS NOT b.figures AND length(c.figures) > 0",
            (day,),
        ).fetchall()
        return [row[0] for row in old], [row[0] for row in new]

    # ------------------------------------------------------------------------------------ inside

    @contextmanager
    def _changing(self) -> Iterator[sqlite3.Connection]:
        try:
            self._base.execute("BEGIN IMMEDIATE")
            try:
                yield self._base
            except BaseException:
                self._base.execute("ROLLBACK")
                raise
            self._base.execute("COMMIT")
        except sqlite3.OperationalError as error:
            raise UsageError(f"{self.path}: cannot be written ({error})") from error

    def _set(self, base: sqlite3.Connection, name: str, value: str) -> None:
        base.execute("INSERT OR REPLACE INTO marks VALUES (?, ?)", (name, value))


def _opened(path: Path) -> sqlite3.Connection:
    # No write-ahead log: it needs memory that processes share, which a network share does not have.
    base = sqlite3.connect(path, timeout=30, isolation_level=None)
    base.execute("PRAGMA journal_mode = DELETE")
    base.execute("PRAGMA cache_size = -16000")
    [(version,)] = base.execute("PRAGMA user_version")
    if version > len(_MIGRATIONS):
        base.close()
        raise UsageError(f"{path}: was written by a later version of budget-tools; use that one")
    for number in range(version, len(_MIGRATIONS)):
        base.executescript(
            f"BEGIN IMMEDIATE; {_MIGRATIONS[number]}; PRAGMA user_version = {number + 1}; COMMIT;"
        )
    return base


def register(path: Path) -> tuple[list[Registered], list[Overview]]:
    """The proposals and overviews of all workbooks, in their order; what is pending counts already."""
    base = sqlite3.connect(path, timeout=30)
    base.execute("PRAGMA query_only = ON")
    try:
        rows = base.execute(
            "SELECT w.path, c.registered FROM workbooks w JOIN contents c ON c.workbook = w.number"
            " WHERE w.number NOT IN (SELECT workbook FROM leaving)"
            " AND w.path NOT IN (SELECT path FROM pending WHERE status = 'checked')"
            " UNION ALL SELECT path, registered FROM pending WHERE status = 'checked'"
        ).fetchall()
    finally:
        base.close()
    rows.sort(key=lambda row: [part.casefold() for part in Path(row[0]).parts])
    registered: list[Registered] = []
    listed: list[Overview] = []
    for found, said in rows:
        proposals, overviews = registered_in(found, unpacked(said))
        registered += proposals
        listed += overviews
    return registered, listed


AcceptedBy = Callable[[str, bool], Callable[[Fact], Acceptance | None] | None]
"""What was accepted of the workbook at a path, which could be checked or not."""


@dataclass(frozen=True, slots=True)
class End:
    """What a run found, seen from its end.

    ``leaving`` are workbooks that are there no more. ``across`` is what is said of all workbooks together,
    None where that cannot have changed; ``about_run`` what is said of the folders. ``accepted`` tells of
    acceptances; with ``accepted_changed`` of workbooks that did not change as well. ``deadlines`` are those
    that have passed.
    """

    run: int
    now: datetime
    complete: bool
    leaving: Collection[int]
    across: Sequence[Mapping[str, Any]] | None
    about_run: Sequence[Mapping[str, Any]]
    accepted: AcceptedBy
    accepted_changed: bool
    deadlines: Sequence[date]
    marks: Mapping[str, str]


class _Finishing:
    """The transaction in which a run becomes history."""

    def __init__(self, base: sqlite3.Connection, end: End) -> None:
        self._base = base
        self._end = end
        self._now = _said(end.now)
        self._renewed: set[int] = set()

    def finish(self) -> None:
        """Everything, in its order: what moved keeps its history before anything is called gone."""
        end, base = self._end, self._base
        moved = self._moved()
        for number, path in moved.items():
            base.execute("UPDATE workbooks SET path = ? WHERE number = ?", (path, number))
        rows = base.execute("SELECT path FROM pending").fetchall()
        for (path,) in rows:
            self._renew(path)
        for number in set(end.leaving) - set(moved):
            self._gone(number)
        if end.across is not None:
            self._across(end.across)
        self._compare(_ABOUT_RUN, RUN, _facts_of(end.about_run))
        self._accept()
        base.execute("DELETE FROM pending")
        base.execute("DELETE FROM leaving")
        for deadline in end.deadlines:
            self._baseline(deadline.isoformat())
        self._count()

    def _moved(self) -> dict[int, str]:
        """Workbooks that are gone from one place and came up in another: by content, else by findings."""
        leaving = set(self._end.leaving)
        if not leaving:
            return {}
        base = self._base
        fresh = base.execute(
            "SELECT path, hash, facts FROM pending WHERE status = 'checked'"
            " AND path NOT IN (SELECT path FROM workbooks)"
        ).fetchall()
        by_hash: dict[bytes, list[int]] = defaultdict(list)
        for number, hash_ in base.execute("SELECT number, hash FROM workbooks ORDER BY number DESC"):
            if number in leaving and hash_ is not None:
                by_hash[hash_].append(number)
        found: dict[int, str] = {}
        for path, hash_, _ in fresh:
            if by_hash.get(hash_):
                found[by_hash[hash_].pop()] = path
        taken = set(found.values())
        left = [(path, facts) for path, _, facts in fresh if path not in taken]
        if left and leaving - set(found):
            found |= self._moved_and_changed(left, leaving - set(found))
        return found

    def _moved_and_changed(self, fresh: Sequence[tuple[str, str]], leaving: set[int]) -> dict[int, str]:
        """Workbooks that share at least half of their findings with one that is gone."""
        ids_of: dict[int, set[str]] = defaultdict(set)
        for number, id_ in self._base.execute(
            "SELECT workbook, id FROM findings WHERE kind = ? AND standing != 'fixed'", (OWN,)
        ):
            if number in leaving:
                ids_of[number].add(id_)
        by_id: dict[str, list[int]] = defaultdict(list)
        for number, its in ids_of.items():
            for id_ in its:
                by_id[id_].append(number)
        found: dict[int, str] = {}
        for path, facts in fresh:
            shared: dict[int, int] = defaultdict(int)
            for id_ in {fact[0] for fact in json.loads(facts)}:
                for number in by_id.get(id_, ()):
                    if number not in found:
                        shared[number] += 1
            best = max(shared, key=lambda number: shared[number], default=None)
            if best is not None and shared[best] * 2 >= len(ids_of[best]):
                found[best] = path
        return found

    def _renew(self, path: str) -> None:
        """A workbook that was checked: what it holds now, and what became of its findings."""
        base = self._base
        [(size, mtime_ns, hash_, stamp, status, reason, facts, told, registered, figures)] = base.execute(
            "SELECT size, mtime_ns, hash, stamp, status, reason, facts, told, registered, figures"
            " FROM pending WHERE path = ?",
            (path,),
        )
        row = base.execute("SELECT number FROM workbooks WHERE path = ?", (path,)).fetchone()
        state = (size, mtime_ns, hash_, stamp, status, reason, self._end.run)
        if row is None:
            cursor = base.execute(
                "INSERT INTO workbooks (path, size, mtime_ns, hash, stamp, status, reason, checked)"
                " VALUES (?,?,?,?,?,?,?,?)",
                (path, *state),
            )
            number = cursor.lastrowid or 0
        else:
            number = row[0]
            base.execute(
                "UPDATE workbooks SET size = ?, mtime_ns = ?, hash = ?, stamp = ?, status = ?, reason = ?,"
                " checked = ? WHERE number = ?",
                (*state, number),
            )
        self._renewed.add(number)
        found = [Fact(*fact) for fact in json.loads(facts)]
        if status == "checked":
            self._compare(number, OWN, found)
            self._compare(number, RUN, ())
            base.execute(
                "INSERT OR REPLACE INTO contents VALUES (?,?,?,?)", (number, told, registered, figures)
            )
        else:  # what it holds now nobody knows: its findings stay as they were
            said = unpacked(told)["findings"]
            whole = [fact._replace(told=packed(one)) for fact, one in zip(found, said, strict=True)]
            self._compare(number, RUN, whole)

    def _gone(self, number: int) -> None:
        """A workbook that is there no more takes its findings with it."""
        self._compare(number, OWN, ())
        self._compare(number, RUN, ())
        self._base.execute("DELETE FROM contents WHERE workbook = ?", (number,))
        self._base.execute("UPDATE workbooks SET status = ?, reason = NULL WHERE number = ?", (_GONE, number))

    def _across(self, told: Sequence[Mapping[str, Any]]) -> None:
        numbers = dict(self._base.execute("SELECT path, number FROM workbooks").fetchall())
        by_workbook: dict[int, list[Mapping[str, Any]]] = defaultdict(list)
        for one in told:
            by_workbook[numbers.get(one["path"], _ABOUT_RUN)].append(one)
        before = self._base.execute("SELECT DISTINCT workbook FROM findings WHERE kind = ?", (ACROSS,))
        for number in {row[0] for row in before.fetchall()} | set(by_workbook):
            self._compare(number, ACROSS, _facts_of(by_workbook.get(number, ())))
            self._renewed.add(number)

    def _compare(self, number: int, kind: int, facts: Sequence[Fact]) -> None:
        """What became of the findings of one kind of a workbook."""
        base, run = self._base, self._end.run
        rows = base.execute("SELECT * FROM findings WHERE workbook = ? AND kind = ?", (number, kind))
        before = {(row[1], row[2]): Row(*row) for row in rows.fetchall()}
        for fact in facts:
            old = before.pop((fact.id, fact.nth), None) or self._renumbered(number, fact, before)
            state = (fact.values, fact.code, fact.severity, fact.told)
            if old is None:
                base.execute(
                    "INSERT INTO findings VALUES (?,?,?,?,?,?,?,?,?,?,NULL,NULL,?,?)",
                    (
                        *(number, fact.id, fact.nth, kind, fact.values, fact.code, fact.severity),
                        *(Standing.NEW, run, self._now, fact.told, json.dumps(fact.former_ids)),
                    ),
                )
            elif old.standing == Standing.FIXED:
                base.execute(
                    "UPDATE findings SET amounts = ?, code = ?, severity = ?, told = ?, standing = ?,"
                    " run = ?, until = NULL, accepted = NULL WHERE workbook = ? AND id = ? AND nth = ?",
                    (*state, Standing.REOPENED, run, number, fact.id, fact.nth),
                )
            elif (old.values, old.code, old.severity, old.told) != state:
                base.execute(
                    "UPDATE findings SET amounts = ?, code = ?, severity = ?, told = ?"
                    " WHERE workbook = ? AND id = ? AND nth = ?",
                    (*state, number, fact.id, fact.nth),
                )
        self._fixed([row for row in before.values() if row.standing != Standing.FIXED])

    def _renumbered(self, number: int, fact: Fact, before: dict[tuple[str, int], Row]) -> Row | None:
        """What is known of a finding from when its proposal had another number; it has its new id now."""
        for id_ in fact.former_ids:
            old = before.pop((id_, fact.nth), None)
            if old is not None:
                self._base.execute(
                    "UPDATE findings SET id = ?, former_ids = ? WHERE workbook = ? AND id = ? AND nth = ?",
                    (fact.id, json.dumps(fact.former_ids), number, id_, fact.nth),
                )
                return old._replace(id=fact.id)
        return None

    def _fixed(self, rows: Sequence[Row]) -> None:
        """Findings that are there no more keep the words they were last told in."""
        if not rows:
            return
        words: dict[tuple[str, int], bytes] = {}
        if any(row.told is None for row in rows):
            content = self._base.execute(
                "SELECT told FROM contents WHERE workbook = ?", (rows[0].workbook,)
            ).fetchone()
            said = unpacked(content[0])["findings"] if content is not None else []
            words = {key: packed(one) for key, one in zip(ids(said), said, strict=True)}
        self._base.executemany(
            "UPDATE findings SET standing = ?, run = ?, until = ?, told = ?"
            " WHERE workbook = ? AND id = ? AND nth = ?",
            [
                (
                    *(Standing.FIXED, self._end.run, self._now, row.told or words.get((row.id, row.nth))),
                    *(row.workbook, row.id, row.nth),
                )
                for row in rows
            ],
        )

    def _accept(self) -> None:
        """Note what was accepted, and what is accepted no longer."""
        end, base = self._end, self._base
        rows = base.execute("SELECT number, path, status, accepted FROM workbooks WHERE status != 'gone'")
        for number, path, status, whole in rows.fetchall():
            if not end.accepted_changed and number not in self._renewed:
                continue
            of = end.accepted(path, status == "checked")
            before = base.execute(
                "SELECT * FROM findings WHERE workbook = ? AND standing != 'fixed'", (number,)
            ).fetchall()
            said = None
            for row in map(Row._make, before):
                former = json.loads(row.former_ids)
                fact = Fact(row.id, row.nth, row.values, row.code, row.severity, former)
                record = of(fact) if of else None
                self._note(row, record)
                if row.kind == RUN and record is not None:
                    said = _acceptance(record)
            if said != whole:
                base.execute("UPDATE workbooks SET accepted = ? WHERE number = ?", (said, number))

    def _note(self, row: Row, record: Acceptance | None) -> None:
        said = _acceptance(record) if record is not None else None
        if said == row.accepted:
            return
        if record is None:
            standing, run = Standing.REOPENED, self._end.run
        elif row.accepted is None:
            standing, run = Standing.ACCEPTED, self._end.run
        else:
            standing, run = Standing(row.standing), row.run
        self._base.execute(
            "UPDATE findings SET accepted = ?, standing = ?, run = ?"
            " WHERE workbook = ? AND id = ? AND nth = ?",
            (said, standing, run, row.workbook, row.id, row.nth),
        )

    def _baseline(self, deadline: str) -> None:
        """Keep the proposals as they are now, the first time that a deadline has passed."""
        done = self._base.execute("SELECT 1 FROM marks WHERE name = ?", (f"baseline {deadline}",)).fetchone()
        if done is None:
            self._base.execute(
                "INSERT OR IGNORE INTO baselines SELECT ?, number, path, figures FROM workbooks"
                " JOIN contents ON workbook = number WHERE length(figures) > 0",
                (deadline,),
            )
            self._base.execute("INSERT INTO marks VALUES (?, ?)", (f"baseline {deadline}", self._now))

    def _count(self) -> None:
        base, end = self._base, self._end
        [(workbooks,)] = base.execute("SELECT count(*) FROM workbooks WHERE status != 'gone'")
        [counts] = base.execute(
            "SELECT coalesce(sum(severity = 3), 0), coalesce(sum(severity = 2), 0),"
            " coalesce(sum(severity = 1), 0) FROM findings WHERE standing != 'fixed' AND accepted IS NULL"
        )
        [became] = base.execute(
            "SELECT coalesce(sum(standing IN ('new', 'reopened')), 0), coalesce(sum(standing = 'fixed'), 0)"
            " FROM findings WHERE run = ?",
            (end.run,),
        )
        base.execute(
            "UPDATE runs SET ended = ?, complete = ?, workbooks = ?, errors = ?, warnings = ?, notes = ?,"
            " new = ?, fixed = ? WHERE number = ?",
            (self._now, end.complete, workbooks, *counts, *became, end.run),
        )


def _facts_of(told: Iterable[Mapping[str, Any]]) -> list[Fact]:
    told = list(told)
    return [
        Fact(*(id_, nth, one["values"], one["code"], one["severity"]), one.get("former_ids", ()), packed(one))
        for one, (id_, nth) in zip(told, ids(told), strict=True)
    ]


def _acceptance(record: Acceptance) -> str:
    until = record.until.isoformat() if record.until is not None else None
    return json.dumps(
        [record.path, record.id, record.values, record.code, record.who, record.why, record.when, until],
        ensure_ascii=False,
    )


def acceptance_of(said: str) -> Acceptance:
    """An acceptance as it was remembered."""
    path, id_, values, code, who, why, when, until = json.loads(said)
    ends = date.fromisoformat(until) if until is not None else None
    return Acceptance("accept", path, id_, values, code, who, why, when, ends)


def _said(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
