"""What was changed in the workbooks of a folder, and the copies from before: a hidden folder beside them.

``.budget-tools/`` in the workbooks' own folder, so that whoever may write there may also undo, from any
machine. It holds ``journal.jsonl`` (one line a step, only ever appended), ``backups/`` (whole workbooks
under the hash of their content, each once) and ``lock``.
"""

from __future__ import annotations

import getpass
import hashlib
import json
import os
import re
import secrets
import stat
import sys
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from ..errors import SettingsError
from ..settings import Backup

STATE_FOLDER = ".budget-tools"

State = Literal["begun", "ready", "done", "abandoned"]


@dataclass(frozen=True, slots=True)
class Operation:
    """One call of a command that changes workbooks; all it changes is undone together."""

    id: str
    what: str
    when: str
    who: str

    @classmethod
    def new(cls, what: str) -> Operation:
        """An operation that starts now; its id sorts by time and is short enough to be typed."""
        now = datetime.now(UTC)
        try:
            who = getpass.getuser()
        except (OSError, KeyError, ImportError):  # a service account may have no name
            who = ""
        name = f"{now:%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"
        return cls(name, what, now.isoformat(timespec="microseconds"), who)


@dataclass(frozen=True, slots=True)
class Entry:
    """The change of one workbook in one operation, as far as it got.

    ``before`` and ``after`` are the SHA-256 of the whole file; ``undoes`` are the operations that this one
    took back.
    """

    operation: str
    state: State
    file: str
    what: str
    when: str
    who: str
    before: str
    after: str = ""
    cells: int = 0
    undoes: tuple[str, ...] = ()


_FIELDS = frozenset(field.name for field in fields(Entry))
_OPERATION = re.compile("[0-9A-Za-z-]+")
_TEXTS = ("operation", "state", "file", "what", "when", "who", "before", "after")


def content_hash(data: bytes) -> str:
    """The name of a file's content."""
    return hashlib.sha256(data).hexdigest()


@dataclass(frozen=True, slots=True)
class Store:
    """Where the journal, the backups and the lock of a folder of workbooks are kept, and how long."""

    folder: Path
    state: Path
    keep_days: int

    @property
    def journal(self) -> Path:
        """The file that says what was done."""
        return self.state / "journal.jsonl"

    def backup(self, content: str, suffix: str) -> Path:
        """Where the copy of some content lies; it can be opened by hand."""
        return self.state / "backups" / f"{content}{suffix.lower()}"

    def make(self) -> None:
        """Create the folders, hidden where a dot does not hide them."""
        new = not self.state.is_dir()
        (self.state / "backups").mkdir(parents=True, exist_ok=True)
        if new and sys.platform != "win32":
            # Whoever may write beside the workbooks must be able to, here as well.
            for folder in (self.state, self.state / "backups"):
                _share(folder, stat.S_IMODE(self.folder.stat().st_mode))
        if new and sys.platform == "win32":
            import ctypes

            ctypes.windll.kernel32.SetFileAttributesW(str(self.state), 2)


def _share(path: Path, mode: int) -> None:
    """Open a folder or file of ours to those that a mode opens it to, as far as the system allows."""
    with suppress(OSError):
        os.chmod(path, mode)
    if hasattr(os, "chown"):
        with suppress(OSError):
            os.chown(path, -1, path.parent.stat().st_gid)


def store_of(folder: Path, settings: Backup) -> Store:
    """The store of a folder: beside its workbooks, or below the folder that budget.toml names.

    Raises:
        SettingsError: that is a folder of another kind of machine.
    """
    folder = Path(os.path.realpath(folder))
    if settings.folder is None:
        return Store(folder, folder / STATE_FOLDER, settings.keep_days)
    above = Path(settings.folder).expanduser()
    if not above.is_absolute():
        raise SettingsError(f"budget.toml: backup.folder: {settings.folder!r} is no folder on this machine")
    mark = hashlib.sha256(os.fsencode(os.path.normcase(folder))).hexdigest()[:8]
    return Store(folder, above / f"{folder.name}-{mark}", settings.keep_days)


# ----------------------------------------------------------------------------------------- journal


def read_journal(store: Store) -> list[Entry]:
    """Every change, oldest first, each as far as it got. A line that broke off is passed over."""
    try:
        text = store.journal.read_text("utf-8", "replace")
    except OSError:
        return []
    latest: dict[tuple[str, str], Entry] = {}
    for line in text.splitlines():
        entry = _entry(line)
        if entry is not None:
            latest[entry.operation, entry.file] = entry
    return list(latest.values())


def _entry(line: str) -> Entry | None:
    try:
        said = json.loads(line)
    except ValueError:
        return None
    if not isinstance(said, dict) or not all(isinstance(said.get(name), str) for name in _TEXTS):
        return None
    if said["state"] not in ("begun", "ready", "done", "abandoned"):
        return None
    # Beside the journal nothing is touched, whatever a line may say: both become names of files.
    if not said["file"] or Path(said["file"]).name != said["file"] or "\\" in said["file"]:
        return None
    if not _OPERATION.fullmatch(said["operation"]):
        return None
    undoes = said.get("undoes")
    said["undoes"] = tuple(map(str, undoes)) if isinstance(undoes, list) else ()
    said["cells"] = said["cells"] if isinstance(said.get("cells"), int) else 0
    return Entry(**{name: value for name, value in said.items() if name in _FIELDS})


def append(store: Store, entry: Entry) -> None:
    """Add a line to the journal, on the disk before this returns; whole, or not at all.

    Raises:
        OSError: it cannot be written.
    """
    append_line(store.journal, json.dumps(asdict(entry), ensure_ascii=False))


def append_line(path: Path, line: str) -> None:
    """Add a line to a text file, on the disk before this returns; when it fails, the file is as before.

    A line that a crash cut short ends where the next one begins. A new file may be written by whoever may
    write in its folder. The caller holds a lock.

    Raises:
        OSError: it cannot be written.
    """
    with open(path, "ab+", buffering=0) as file:
        size = file.seek(0, os.SEEK_END)
        broken = False
        if size:
            file.seek(size - 1)
            broken = file.read(1) != b"\n"
        data = (("\n" if broken else "") + line + "\n").encode("utf-8", "backslashreplace")
        try:
            while data:
                data = data[file.write(data) or 0 :]
            os.fsync(file.fileno())
        except BaseException:
            with suppress(OSError):
                file.truncate(size)
            raise
    if not size:
        _share(path, stat.S_IMODE(path.parent.stat().st_mode) & 0o666)


def undone(entries: Iterable[Entry]) -> set[tuple[str, str]]:
    """The changes (operation, file) that were taken back since; an undo may be taken back as well."""
    found: set[tuple[str, str]] = set()
    done = [entry for entry in entries if entry.state == "done"]
    known = {(entry.operation, entry.file): entry for entry in done}

    def turn(key: tuple[str, str], gone: bool, depth: int = 0) -> None:
        if gone:
            found.add(key)
        else:
            found.discard(key)
        entry = known.get(key)
        for inner in entry.undoes if entry is not None and depth < 50 else ():
            turn((inner, key[1]), not gone, depth + 1)

    for entry in done:
        for operation in entry.undoes:
            turn((operation, entry.file), True)
    return found


# ----------------------------------------------------------------------------------------- backups


def keep(store: Store, data: bytes, suffix: str) -> Path:
    """Keep a copy of a workbook's content, once; on the disk before this returns.

    Raises:
        OSError: it cannot be written.
    """
    path = store.backup(content_hash(data), suffix)
    with suppress(OSError):
        if path.read_bytes() == data:
            return path
    draft = path.with_name(f"{path.name}.tmp")
    try:
        with open(draft, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, path)
    except BaseException:
        with suppress(OSError):
            draft.unlink()
        raise
    sync_folder(path.parent)
    return path


def kept(store: Store, content: str, suffix: str) -> Path | None:
    """The copy of some content, when it is there and whole."""
    path = store.backup(content, suffix)
    try:
        return path if content_hash(path.read_bytes()) == content else None
    except OSError:
        return None


def prune(store: Store, entries: Iterable[Entry], now: datetime | None = None) -> None:
    """Remove the backups that no change of the last ``keep_days`` days needs, and drafts of them."""
    oldest = (now or datetime.now(UTC)) - timedelta(days=store.keep_days)
    needed: set[str] = set()
    for entry in entries:
        try:
            recent = datetime.fromisoformat(entry.when) >= oldest
        except (ValueError, TypeError):
            recent = True  # what cannot be dated is kept
        if recent:
            needed |= {entry.before, entry.after}
    with suppress(OSError), os.scandir(store.state / "backups") as listing:
        for one in listing:
            if one.name.endswith(".tmp") or one.name.partition(".")[0] not in needed:
                with suppress(OSError):
                    os.unlink(one.path)


def sync_folder(folder: Path) -> None:
    """Have the names in a folder written to the disk; Windows does that itself and allows no other way."""
    if sys.platform == "win32":
        return
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
