"""Messages on their way: written down before they are sent, and kept until they have arrived.

Two tables in whatever SQLite file holds the history. A digest that could not be delivered waits there for
the next night, and one that was delivered is never sent again, whatever became of the run that wrote it. A
message that has arrived is forgotten save for its key.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

KEPT_DAYS = 7  # news older than that is in the report
REMEMBERED_DAYS = 90  # what has arrived

TABLES = (
    """
CREATE TABLE IF NOT EXISTS message (
    key TEXT PRIMARY KEY,       -- run, way and recipient
    record TEXT,                -- the message as JSON; NULL when it has arrived or was given up
    written TEXT NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0,
    why TEXT                    -- it did not arrive the last time
) WITHOUT ROWID
""",
    """
CREATE TABLE IF NOT EXISTS told (
    name TEXT PRIMARY KEY       -- a change or a trouble that was told, for as long as it lasts
) WITHOUT ROWID
""",
)


@dataclass(frozen=True, slots=True)
class Message:
    """A digest made ready for one recipient. ``to`` is an address, or the ``fingerprint`` of a webhook."""

    key: str
    way: str  # "mail" or "webhook"
    to: str
    subject: str
    text: str
    html: str
    id: str  # the left half of its Message-ID
    written: str  # ISO, with the offset from UTC


def create(db: sqlite3.Connection) -> None:
    """Make the tables where they are missing."""
    for statement in TABLES:
        db.execute(statement)


def told(db: sqlite3.Connection) -> frozenset[str]:
    """The names of what was told and still holds."""
    return frozenset(name for (name,) in db.execute("SELECT name FROM told"))


def put(db: sqlite3.Connection, messages: Iterable[Message], names: Iterable[str]) -> None:
    """Take up messages, save those that were taken up before, and remember what they tell, or neither."""
    with _together(db):
        for one in messages:
            db.execute(
                "INSERT OR IGNORE INTO message (key, record, written) VALUES (?, ?, ?)",
                (one.key, json.dumps(asdict(one), ensure_ascii=False), one.written),
            )
        db.execute("DELETE FROM told")
        db.executemany("INSERT OR IGNORE INTO told VALUES (?)", ((name,) for name in names))


def waiting(db: sqlite3.Connection) -> tuple[tuple[Message, str | None], ...]:
    """Every message that has not arrived, oldest first, with why the last try failed, if there was one."""
    rows = db.execute("SELECT record, why FROM message WHERE record IS NOT NULL ORDER BY written, key")
    return tuple((Message(**json.loads(record)), why) for record, why in rows)


def arrived(db: sqlite3.Connection, key: str) -> None:
    """Forget the content of a message, so that it is never sent again."""
    with _together(db):
        db.execute("UPDATE message SET record = NULL, why = NULL, tries = tries + 1 WHERE key = ?", (key,))


def failed(db: sqlite3.Connection, key: str, why: str) -> None:
    """Keep a message for the next night."""
    with _together(db):
        db.execute("UPDATE message SET why = ?, tries = tries + 1 WHERE key = ?", (why, key))


def give_up(db: sqlite3.Connection, now: datetime) -> tuple[Message, ...]:
    """Take out what has waited too long, which is returned, and what arrived long ago."""
    old = (now - timedelta(days=KEPT_DAYS)).timestamp()
    late = tuple(one for one, _ in waiting(db) if datetime.fromisoformat(one.written).timestamp() < old)
    before = (now - timedelta(days=REMEMBERED_DAYS)).isoformat()
    with _together(db):
        db.executemany("UPDATE message SET record = NULL WHERE key = ?", ((one.key,) for one in late))
        db.execute("DELETE FROM message WHERE record IS NULL AND written < ?", (before,))
    return late


@contextmanager
def _together(db: sqlite3.Connection) -> Iterator[None]:
    """All or nothing, in a transaction that is open already as well as outside of any."""
    db.execute("SAVEPOINT outbox")
    try:
        yield
    except BaseException:
        db.execute("ROLLBACK TO outbox")
        db.execute("RELEASE outbox")
        raise
    db.execute("RELEASE outbox")
