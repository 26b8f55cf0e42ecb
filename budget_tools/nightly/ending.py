"""The end of a run: the one transaction that compares what was found with what was known.

Everything that was put down as pending becomes the history, or nothing does.
"""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from ..model.acceptance import Acceptance
from ..model.night import Standing
from .history_tables import (
    ABOUT_RUN,
    ACROSS,
    GONE,
    MOMENT,
    OWN,
    ROW,
    RUN,
    Row,
    acceptance_said,
    said_of,
)
from .telling import Across, Fact, Said, abouts, placed, unpacked, with_nth

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


def finish(base: sqlite3.Connection, end: End) -> None:
    """Make a run history, within a transaction that whoever calls this has begun."""
    _Finishing(base, end).finish()


class _Finishing:
    """What a run knows while it becomes history."""

    def __init__(self, base: sqlite3.Connection, end: End) -> None:
        self._base = base
        self._end = end
        self._now = said_of(end.now)
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
        self._compare(ABOUT_RUN, RUN, end.about_run)
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
        self._base.execute("UPDATE workbooks SET status = ?, reason = NULL WHERE number = ?", (GONE, number))

    def _across(self, told: Sequence[tuple[str | None, Fact]]) -> None:
        base = self._base
        numbers = dict(base.execute("SELECT path, number FROM workbooks").fetchall())
        by_workbook: dict[int, list[Fact]] = defaultdict(list)
        for path, fact in told:
            by_workbook[numbers.get(path, ABOUT_RUN)].append(fact)
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
            rows = base.execute(f"SELECT {ROW} FROM findings WHERE workbook = ? AND kind = ?", (number, kind))
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
                f"SELECT {ROW} FROM findings WHERE workbook = ? AND standing != 'fixed' AND kind != ?",
                (number, MOMENT),
            ).fetchall()
            said = None
            for row in map(Row._make, before):
                record = of(row) if of else None
                self._note(row, record)
                if row.kind == RUN and record is not None:
                    said = acceptance_said(record)
            if said != whole:
                base.execute("UPDATE workbooks SET accepted = ? WHERE number = ?", (said, number))

    def _note(self, row: Row, record: Acceptance | None) -> None:
        said = acceptance_said(record) if record is not None else None
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
            " WHERE standing != 'fixed' AND accepted IS NULL"
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
