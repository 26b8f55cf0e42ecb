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
from typing import TYPE_CHECKING, NamedTuple

from ..errors import UsageError
from ..model.acceptance import Acceptance
from ..model.finding import id_of
from ..model.night import Standing, Tally
from .telling import Across, Fact, Said, abouts, placed, registered_in, unpacked, with_nth

if TYPE_CHECKING:
    from ..model.overview import Overview
    from ..model.proposal import Registered
    from .worker import Outcome

OWN, ACROSS, RUN, MOMENT = 0, 1, 2, 3
"""Where a finding comes from: one workbook, all of them together, the run itself, or the moment: what is
said of that is never new and never fixed."""

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
    # Findings stand by themselves, and their words beside them. What was told before is told again when its
    # workbook is checked, which another version of the toolkit has everything be.
    """
    ALTER TABLE findings RENAME TO earlier;
    CREATE TABLE findings (
        number INTEGER PRIMARY KEY, workbook INTEGER NOT NULL, id TEXT NOT NULL, nth INTEGER NOT NULL,
        kind INTEGER NOT NULL, amounts TEXT NOT NULL, code TEXT NOT NULL, severity INTEGER NOT NULL,
        standing TEXT NOT NULL, run INTEGER NOT NULL, since TEXT NOT NULL, until TEXT, accepted TEXT,
        seed TEXT NOT NULL, names TEXT NOT NULL, own TEXT NOT NULL, found INTEGER NOT NULL,
        sheet TEXT, row INTEGER, column INTEGER, proposal TEXT, about TEXT, title TEXT, committee TEXT
    );
    CREATE INDEX findings_of_workbook ON findings (workbook);
    CREATE TABLE words (
        finding INTEGER PRIMARY KEY, message TEXT NOT NULL, hint TEXT, fix TEXT, evidence TEXT, excerpt TEXT
    );
    CREATE TABLE said (
        path TEXT NOT NULL, number TEXT NOT NULL, names TEXT NOT NULL, silent TEXT NOT NULL,
        PRIMARY KEY (path, number)
    ) WITHOUT ROWID;
    INSERT INTO findings
        SELECT NULL, workbook, id, nth, kind, amounts, code, severity, standing, run, since, until, accepted,
        '', '[]', '[]', 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL FROM earlier;
    DROP TABLE earlier;
    DROP TABLE pending;
    CREATE TABLE pending (
        path TEXT PRIMARY KEY, size INTEGER, mtime_ns INTEGER, hash BLOB, stamp TEXT NOT NULL,
        status TEXT NOT NULL, reason TEXT, run INTEGER NOT NULL, facts BLOB NOT NULL,
        proposals BLOB NOT NULL, registered BLOB NOT NULL, figures BLOB NOT NULL
    );
    ALTER TABLE contents RENAME TO earlier;
    CREATE TABLE contents (
        workbook INTEGER PRIMARY KEY, proposals BLOB NOT NULL, registered BLOB NOT NULL, figures BLOB NOT NULL
    );
    INSERT INTO contents SELECT workbook, x'', registered, figures FROM earlier;
    DROP TABLE earlier;
    UPDATE workbooks SET stamp = '';
    """,
    # The numbers of its proposals tell who answers for a workbook; reports hand the summaries on as they are.
    """
    DROP TABLE pending;
    CREATE TABLE pending (
        path TEXT PRIMARY KEY, size INTEGER, mtime_ns INTEGER, hash BLOB, stamp TEXT NOT NULL,
        status TEXT NOT NULL, reason TEXT, run INTEGER NOT NULL, facts BLOB NOT NULL,
        numbers TEXT NOT NULL, summaries BLOB NOT NULL, registered BLOB NOT NULL, figures BLOB NOT NULL
    );
    ALTER TABLE contents RENAME TO earlier;
    CREATE TABLE contents (
        workbook INTEGER PRIMARY KEY, numbers TEXT NOT NULL, summaries BLOB NOT NULL,
        registered BLOB NOT NULL, figures BLOB NOT NULL
    );
    INSERT INTO contents SELECT workbook, '[]', x'', registered, figures FROM earlier;
    DROP TABLE earlier;
    UPDATE workbooks SET stamp = '';
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
    """A finding as it is remembered, as far as it is compared."""

    number: int
    workbook: int
    id: str
    nth: int
    kind: int
    values: str
    code: str
    standing: str
    run: int
    accepted: str | None
    seed: str
    names: str
    proposal: str | None

    @property
    def former_ids(self) -> list[str]:
        """The ids that it had while its proposal was known by other names."""
        return [id_of(self.code, name, self.seed) for name in json.loads(self.names)[1:]]


_ROW = "number, workbook, id, nth, kind, amounts, code, standing, run, accepted, seed, names, proposal"


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
                "INSERT OR REPLACE INTO pending VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)",
                [
                    (
                        *(path, one.size, one.mtime_ns, one.hash, stamp, one.status, one.reason, run),
                        *(one.facts, one.numbers, one.summaries, one.registered, one.figures),
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
        sql = f"SELECT count(*) FROM findings WHERE {_COUNTED} AND severity >= ?"
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


_COUNTED = f"standing != 'fixed' AND accepted IS NULL AND kind != {MOMENT}"

AcceptedBy = Callable[[str, bool], Callable[[Row], Acceptance | None] | None]
"""What was accepted of the workbook at a path, which could be checked or not."""


@dataclass(frozen=True, slots=True)
class End:
    """What a run found, seen from its end.

    ``leaving`` are workbooks that are there no more. ``across`` is what is said of all workbooks together,
    None where that cannot have changed; ``about_run`` what is said of the folders, ``of_moment`` of
    workbooks by path, for this night only. ``accepted`` tells of acceptances; with ``accepted_changed`` of
    workbooks that did not change as well. ``deadlines`` are those that have passed.
    """

    run: int
    now: datetime
    complete: bool
    leaving: Collection[int]
    across: Across | None
    about_run: Sequence[Fact]
    of_moment: Sequence[tuple[str, Fact]]
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
        self._fresh: set[int] = set()  # workbooks that were not known: nothing of theirs need be looked for
        self._rows: list[tuple[object, ...]] = []  # on their way into the tables, many at a time
        self._words: list[tuple[object, ...]] = []
        self._said: Mapping[str, Mapping[str, Said]] = {}
        [(self._last,)] = base.execute("SELECT coalesce(max(number), 0) FROM findings")

    def finish(self) -> None:
        """Everything, in its order: what moved keeps its history before anything is called gone."""
        end, base = self._end, self._base
        changed = self._hear(end.across.said if end.across is not None else None)
        moved = self._moved()
        for number, path in moved.items():
            base.execute("UPDATE workbooks SET path = ? WHERE number = ?", (path, number))
        for row in base.execute(
            "SELECT path, size, mtime_ns, hash, stamp, status, reason, facts,"
            " numbers, summaries, registered, figures FROM pending"
        ):
            self._renew(*row)
        for path in sorted(changed):
            self._say_again(path)
        for number in set(end.leaving) - set(moved):
            self._gone(number)
        if end.across is not None:
            self._across(end.across.told)
        self._compare(_ABOUT_RUN, RUN, end.about_run)
        self._of_moment()
        self._flush()
        self._accept()
        base.execute("DELETE FROM pending")
        base.execute("DELETE FROM leaving")
        for deadline in end.deadlines:
            self._baseline(deadline.isoformat())
        self._count()

    def _hear(self, said: Sequence[Said] | None) -> set[str]:
        """Take down what registers say of proposals; the workbooks of which they say something else now."""
        base = self._base
        before = {
            (path, number): (names, silent)
            for path, number, names, silent in base.execute("SELECT path, number, names, silent FROM said")
        }
        now = before
        if said is not None:
            now = {(one.path, one.number): (json.dumps(one.names), json.dumps(one.silent)) for one in said}
        by_path: dict[str, dict[str, Said]] = defaultdict(dict)
        for (path, number), (names, silent) in now.items():
            by_path[path][number] = Said(path, number, tuple(json.loads(names)), tuple(json.loads(silent)))
        self._said = by_path
        changed = {key for key in before.keys() | now.keys() if before.get(key) != now.get(key)}
        if changed:
            base.execute("DELETE FROM said")
            base.executemany("INSERT INTO said VALUES (?,?,?,?)", [(*key, *of) for key, of in now.items()])
        return {path for path, _ in changed}

    def _as_said(self, path: str, fact: Fact) -> Fact:
        """A finding with what a register says of its proposal."""
        said = self._said.get(path, {}).get(fact.proposal or "")
        if said is None:
            return fact
        return fact._replace(names=said.names, silent=fact.code in said.silent)

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

    def _moved_and_changed(self, fresh: Sequence[tuple[str, bytes]], leaving: set[int]) -> dict[int, str]:
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
            for id_ in {self._as_said(path, fact).id for fact in _facts(facts)}:
                for number in by_id.get(id_, ()):
                    if number not in found:
                        shared[number] += 1
            best = max(shared, key=lambda number: shared[number], default=None)
            if best is not None and shared[best] * 2 >= len(ids_of[best]):
                found[best] = path
        return found

    def _renew(
        self,
        path: str,
        size: int,
        mtime_ns: int,
        hash_: bytes | None,
        stamp: str,
        status: str,
        reason: str | None,
        facts: bytes,
        *contents: str | bytes,
    ) -> None:
        """A workbook that was checked: what it holds now, and what became of its findings."""
        base = self._base
        row = base.execute("SELECT number FROM workbooks WHERE path = ?", (path,)).fetchone()
        state = (size, mtime_ns, hash_, stamp, status, reason, self._end.run)
        if row is None:
            cursor = base.execute(
                "INSERT INTO workbooks (path, size, mtime_ns, hash, stamp, status, reason, checked)"
                " VALUES (?,?,?,?,?,?,?,?)",
                (path, *state),
            )
            number = cursor.lastrowid or 0
            self._fresh.add(number)
        else:
            number = row[0]
            base.execute(
                "UPDATE workbooks SET size = ?, mtime_ns = ?, hash = ?, stamp = ?, status = ?, reason = ?,"
                " checked = ? WHERE number = ?",
                (*state, number),
            )
        self._renewed.add(number)
        if status == "checked":
            self._compare(number, OWN, [self._as_said(path, fact) for fact in _facts(facts)])
            self._compare(number, RUN, ())
            base.execute("INSERT OR REPLACE INTO contents VALUES (?,?,?,?,?)", (number, *contents))
        else:  # what it holds now nobody knows: its findings stay as they were
            self._compare(number, RUN, _facts(facts))

    def _say_again(self, path: str) -> None:
        """Registers say something else of the proposals of a workbook, which need not be read again."""
        base = self._base
        row = base.execute("SELECT number FROM workbooks WHERE path = ?", (path,)).fetchone()
        if row is None or row[0] in self._renewed:
            return
        rows = base.execute(
            "SELECT code, severity, amounts, seed, own, sheet, row, column, proposal, about, title,"
            " committee, message, hint, fix, evidence, excerpt"
            " FROM findings JOIN words ON finding = number WHERE workbook = ? AND kind = ? AND found"
            " ORDER BY number",
            (row[0], OWN),
        ).fetchall()
        facts = []
        for code, severity, values, seed, own, *rest in rows:
            names = json.loads(own)
            facts.append(self._as_said(path, Fact(code, severity, values, seed, names, names, *rest)))
        self._renewed.add(row[0])
        self._compare(row[0], OWN, facts)

    def _gone(self, number: int) -> None:
        """A workbook that is there no more takes its findings with it."""
        self._compare(number, OWN, ())
        self._compare(number, RUN, ())
        self._base.execute("DELETE FROM contents WHERE workbook = ?", (number,))
        self._base.execute("UPDATE workbooks SET status = ?, reason = NULL WHERE number = ?", (_GONE, number))

    def _across(self, told: Sequence[tuple[str | None, Fact]]) -> None:
        base = self._base
        numbers = dict(base.execute("SELECT path, number FROM workbooks").fetchall())
        by_workbook: dict[int, list[Fact]] = defaultdict(list)
        for path, fact in told:
            by_workbook[numbers.get(path, _ABOUT_RUN)].append(fact)
        before = base.execute("SELECT DISTINCT workbook FROM findings WHERE kind = ?", (ACROSS,))
        for number in {row[0] for row in before.fetchall()} | set(by_workbook):
            facts = by_workbook.get(number, [])
            row = base.execute("SELECT summaries FROM contents WHERE workbook = ?", (number,)).fetchone()
            if facts and row is not None and row[0]:
                proposals = abouts(row[0])
                facts = [placed(fact, proposals) for fact in facts]
            self._compare(number, ACROSS, facts)
            self._renewed.add(number)

    def _of_moment(self) -> None:
        """What is said of workbooks for this night only."""
        base = self._base
        base.execute(
            f"DELETE FROM words WHERE finding IN (SELECT number FROM findings WHERE kind = {MOMENT})"
        )
        base.execute(f"DELETE FROM findings WHERE kind = {MOMENT}")
        for path, fact in self._end.of_moment:
            row = base.execute("SELECT number FROM workbooks WHERE path = ?", (path,)).fetchone()
            if row is not None:
                self._insert([(row[0], MOMENT, fact, fact.id, 0, Standing.OPEN, 0, None)])

    def _compare(self, number: int, kind: int, facts: Sequence[Fact]) -> None:
        """What became of the findings of one kind of a workbook."""
        base, run, now = self._base, self._end.run, self._now
        before: dict[tuple[str, int], Row] = {}
        if number not in self._fresh:
            rows = base.execute(
                f"SELECT {_ROW} FROM findings WHERE workbook = ? AND kind = ?", (number, kind)
            )
            before = {(row[2], row[3]): Row(*row) for row in rows.fetchall()}
        new: list[_New] = []
        again: list[tuple[object, ...]] = []
        words: list[tuple[object, ...]] = []
        for fact, id_, nth in with_nth(facts):
            old = before.pop((id_, nth), None) or self._known_otherwise(fact, nth, before)
            fixed = old is not None and old.standing == Standing.FIXED
            if old is None:
                standing = Standing.FIXED if fact.silent else Standing.NEW
                since = 0 if fact.silent else run
                new.append((number, kind, fact, id_, nth, standing, since, now if fact.silent else None))
                continue
            until: str | None = None
            standing, since, accepted = Standing(old.standing), old.run, old.accepted
            if fact.silent and not fixed:
                standing, since, until = Standing.FIXED, run, now
            elif fixed and not fact.silent:
                standing, since, accepted = Standing.REOPENED if old.run else Standing.NEW, run, None
            elif fixed:
                until = now
            again.append((standing, since, until, accepted, id_, nth, *_columns(fact), old.number))
            words.append((old.number, *_words(fact)))
        self._insert(new)
        if not again and not before:
            return
        base.executemany(
            "UPDATE findings SET standing = ?, run = ?, until = ?, accepted = ?, id = ?, nth = ?,"
            " amounts = ?, code = ?, severity = ?, seed = ?, names = ?, own = ?, found = 1, sheet = ?,"
            " row = ?, column = ?, proposal = ?, about = ?, title = ?, committee = ? WHERE number = ?",
            again,
        )
        base.executemany("INSERT OR REPLACE INTO words VALUES (?,?,?,?,?,?)", words)
        left = [row.number for row in before.values() if row.standing != Standing.FIXED]
        base.executemany(
            "UPDATE findings SET standing = ?, run = ?, until = ? WHERE number = ?",
            [(Standing.FIXED, run, now, one) for one in left],
        )
        base.executemany(
            "UPDATE findings SET found = 0 WHERE number = ?", [(row.number,) for row in before.values()]
        )

    def _known_otherwise(self, fact: Fact, nth: int, before: dict[tuple[str, int], Row]) -> Row | None:
        """A finding that was known by another id: its proposal's number changed, or what a register says."""
        for id_ in fact.former_ids:
            if (id_, nth) in before:
                return before.pop((id_, nth))
        if fact.proposal is None:
            return None
        for key, row in before.items():
            if (row.code, row.seed, row.proposal, row.nth) == (fact.code, fact.seed, fact.proposal, nth):
                return before.pop(key)
        return None

    def _insert(self, new: Sequence[_New]) -> None:
        """Findings that were not known, and their words."""
        rows, words = self._rows, self._words
        for number, (workbook, kind, fact, id_, nth, standing, run, until) in enumerate(new, self._last + 1):
            values, code, severity, *rest = _columns(fact)
            state = (standing, run, self._now, until, None)
            rows.append(
                (number, workbook, id_, nth, kind, values, code, severity, *state, *rest[:3], 1, *rest[3:])
            )
            words.append((number, *_words(fact)))
        self._last += len(new)
        if len(rows) > _MOST_WAITING:
            self._flush()

    def _flush(self) -> None:
        """Put what waits into the tables."""
        self._base.executemany(f"INSERT INTO findings VALUES ({','.join('?' * 24)})", self._rows)
        self._base.executemany("INSERT INTO words VALUES (?,?,?,?,?,?)", self._words)
        self._rows.clear()
        self._words.clear()

    def _accept(self) -> None:
        """Note what was accepted, and what is accepted no longer."""
        end, base = self._end, self._base
        once = {number for (number,) in base.execute("SELECT workbook FROM findings WHERE accepted NOT NULL")}
        rows = base.execute("SELECT number, path, status, accepted FROM workbooks WHERE status != 'gone'")
        for number, path, status, whole in rows.fetchall():
            if not end.accepted_changed and number not in self._renewed:
                continue
            of = end.accepted(path, status == "checked")
            if of is None and whole is None and number not in once:
                continue
            before = base.execute(
                f"SELECT {_ROW} FROM findings WHERE workbook = ? AND standing != 'fixed' AND kind != ?",
                (number, MOMENT),
            ).fetchall()
            said = None
            for row in map(Row._make, before):
                record = of(row) if of else None
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
            "UPDATE findings SET accepted = ?, standing = ?, run = ? WHERE number = ?",
            (said, standing, run, row.number),
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
            " coalesce(sum(severity = 1), 0) FROM findings"
            f" WHERE {_COUNTED}"
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


_MOST_WAITING = 2_000
_New = tuple[int, int, Fact, str, int, Standing, int, str | None]


def _facts(data: bytes) -> list[Fact]:
    """Findings as a worker packed them."""
    return [Fact(*one) for one in unpacked(data)]


def _columns(fact: Fact) -> tuple[object, ...]:
    """What is remembered of a finding besides its words, in the order of the table."""
    names = json.dumps(fact.names) if fact.names else "[]"
    own = json.dumps(fact.own) if fact.own else "[]"
    return (
        *(fact.values, fact.code, fact.severity, fact.seed, names, own, fact.sheet, fact.row),
        *(fact.column, fact.proposal, fact.about, fact.title, fact.committee),
    )


def _words(fact: Fact) -> tuple[object, ...]:
    return fact.message, fact.hint, fact.fix, fact.evidence, fact.excerpt


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
