"""The tables of the history: how they came to be, and how what is in them is written.

A new form of them is a further step in ``MIGRATIONS``; those that are there never change.
"""

from __future__ import annotations

import json
import sqlite3
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple

from ..errors import UsageError
from ..model.acceptance import Acceptance
from ..model.finding import id_of

OWN, ACROSS, RUN, MOMENT = 0, 1, 2, 3
"""Where a finding comes from: one workbook, all of them together, the run itself, or the moment: what is
said of that is never new and never fixed."""

ABOUT_RUN = 0  # the number of no workbook
GONE = "gone"

MIGRATIONS = (
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


ROW = "number, workbook, id, nth, kind, amounts, code, standing, run, accepted, seed, names, proposal"


LASTING = f"standing != 'fixed' AND accepted IS NULL AND kind != {MOMENT}"
"""Of the findings that a night is judged by: they are there, not accepted and not of the moment."""


def opened(path: Path) -> sqlite3.Connection:
    # No write-ahead log: it needs memory that processes share, which a network share does not have.
    base = sqlite3.connect(path, timeout=30, isolation_level=None)
    base.execute("PRAGMA journal_mode = DELETE")
    base.execute("PRAGMA cache_size = -16000")
    [(version,)] = base.execute("PRAGMA user_version")
    if version > len(MIGRATIONS):
        base.close()
        raise UsageError(f"{path}: was written by a later version of budget-tools; use that one")
    for number in range(version, len(MIGRATIONS)):
        base.executescript(
            f"BEGIN IMMEDIATE; {MIGRATIONS[number]}; PRAGMA user_version = {number + 1}; COMMIT;"
        )
    return base


def acceptance_said(record: Acceptance) -> str:
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


def said_of(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
