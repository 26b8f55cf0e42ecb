"""What is known from one night to the next: one SQLite file, which a killed run never leaves half done.

What a run checks is put down workbook by workbook as *pending*. Only when everything was looked at does one
transaction compare it with what was known, say what is new and what is fixed, and make it the history.
A run that ends before that leaves its pending results to the next one, which need not check them again.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ..errors import UsageError
from ..model.night import Tally
from .ending import End, finish
from .history_tables import LASTING, opened, said_of
from .telling import registered_in, unpacked

if TYPE_CHECKING:
    from ..model.overview import Overview
    from ..model.proposal import Registered
    from .worker import Outcome


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


class History:
    """The file in which nights are remembered."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._base = opened(path)
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
            base.execute("INSERT INTO runs (number, started) VALUES (?, ?)", (run, said_of(started)))
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
            finish(base, end)
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
        sql = f"SELECT count(*) FROM findings WHERE {LASTING} AND severity >= ?"
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
