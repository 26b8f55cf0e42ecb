"""A workbook replaced by a changed one: whole or not at all, and never without a way back.

The order of the steps is the promise: a copy of the old content and a line in the journal are on the disk
before anything new is made; the new file is complete, on the disk and read back before it takes the old
one's name; and it takes it in one step. Whatever ends the process in between (a crash, a full disk, a
lost network), the next run finds in the journal how far it got and tidies up.
"""

from __future__ import annotations

import errno
import os
import shutil
import stat
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from filelock import FileLock, Timeout

from ..errors import Unreadable, WriteRefused
from .inuse import is_in_use, refuse_in_use
from .journal import (
    STATE_FOLDER,
    Entry,
    Operation,
    Store,
    append,
    content_hash,
    keep,
    prune,
    read_journal,
    sync_folder,
)

LOCK_SECONDS = 10.0
BACK_OFF = (0.05, 0.1, 0.2, 0.4, 0.8, 1.6)
STEPS = (
    "in-use",
    "read",
    "backup",
    "journal-begun",
    "work",
    "write",
    "sync",
    "verify",
    "attributes",
    "journal-ready",
    "check-again",
    "replace",
    "sync-folder",
    "journal-done",
    "tidy",
)
"""The steps in their order; ``at`` is told each before it is taken."""

Write = Callable[[Path, Path], None]
"""Makes the new file (second) from a copy of the old one (first)."""


@contextmanager
def locked(store: Store, seconds: float = LOCK_SECONDS) -> Iterator[None]:
    """Keep every other run out of a folder, after what an earlier run left half done is settled.

    At the end, backups that are kept no longer are removed.

    Raises:
        WriteRefused: ``folder-busy``, another run works there; ``read-only-folder``, ``disk-full`` or
            ``write-failed``: the folder beside the workbooks cannot be made.
    """
    with told():
        store.make()
        lock = FileLock(store.state / "lock", mode=0o666)
        try:
            lock.acquire(timeout=seconds)
        except Timeout as error:
            raise WriteRefused("folder-busy") from error
        except NotImplementedError as error:
            raise WriteRefused("no-locks") from error
    try:
        with told():
            recover(store)
        yield
    finally:
        with suppress(OSError):
            prune(store, read_journal(store))
        lock.release()


def replace_file(
    store: Store,
    path: Path,
    write: Write,
    *,
    checked: str,
    operation: Operation,
    verify: Write | None = None,
    cells: int = 0,
    undoes: tuple[str, ...] = (),
    at: Callable[[str], None] = lambda step: None,
) -> Entry:
    """Replace a workbook by what ``write`` makes of it. To be called while the folder is ``locked``.

    Args:
        store: where the journal and the backups of the workbook's folder are.
        path: the workbook; of a link, what it leads to is replaced.
        write: makes the new file from a copy of the old one.
        checked: the hash of the content that was looked at; another content is not touched.
        operation: the call of a command that this belongs to.
        verify: looks at the copy of the old file and at the new one, and raises where they disagree.
        cells: how many cells change, for the history.
        undoes: the operations that this takes back.
        at: told the name of each step before it is taken; the crash tests end the process there.

    Returns:
        What the journal says of it.

    Raises:
        WriteRefused: the workbook is in use, read-only or changed since; the disk is full; or whatever
            ``write`` and ``verify`` refuse. The workbook is then as it was.
        Unreadable: it is gone.
    """
    path = Path(os.path.realpath(path))
    with told():
        at("in-use")
        refuse_in_use(path)
        at("read")
        data = path.read_bytes()
        if content_hash(data) != checked:
            raise WriteRefused("changed-since")
        at("backup")
        store.make()
        backup = keep(store, data, path.suffix)
        _keep_attributes(path, backup)
        entry = Entry(
            operation.id,
            "begun",
            path.name,
            operation.what,
            operation.when,
            operation.who,
            checked,
            cells=cells,
            undoes=undoes,
        )
        at("journal-begun")
        append(store, entry)
        try:
            at("work")
            work = _work_folder(path.parent, operation.id)
            work.mkdir()
            draft = work / f"draft{path.suffix}"
            at("write")
            write(backup, draft)
            at("sync")
            _sync_file(draft)
            at("verify")
            if verify is not None:
                verify(backup, draft)
            entry = replace(entry, state="ready", after=content_hash(draft.read_bytes()))
            at("attributes")
            _keep_attributes(path, draft)
            _sync_file(draft)
            at("journal-ready")
            append(store, entry)
            at("check-again")
            refuse_in_use(path)
            if content_hash(path.read_bytes()) != checked:
                raise WriteRefused("changed-since")
            at("replace")
            _take_place(draft, path)
        except BaseException:
            settled = _settle(store, entry)
            if settled.state == "done":  # interrupted after the new file had taken its place
                return settled
            raise
    # The new file stands. What is left is for the record, and the next run can do it as well.
    with suppress(OSError):
        at("sync-folder")
        sync_folder(path.parent)
        at("journal-done")
        entry = replace(entry, state="done")
        append(store, entry)
        at("tidy")
        _remove_work(path.parent, operation.id)
    return replace(entry, state="done")


def recover(store: Store) -> list[Entry]:
    """Settle what a run that was ended left half done, and return how.

    A workbook with the new content is done, one with the old is not. Anything else was changed by
    somebody since: the backup stays, and nothing is claimed.
    """
    settled = [_settle(store, entry) for entry in read_journal(store) if entry.state in ("begun", "ready")]
    with suppress(OSError), os.scandir(store.folder) as listing:
        for one in listing:
            if one.name.startswith(f"{STATE_FOLDER}-") and one.is_dir(follow_symlinks=False):
                shutil.rmtree(one.path, ignore_errors=True)
    return settled


def _settle(store: Store, entry: Entry) -> Entry:
    """Say in the journal what became of a change, by what the workbook holds now; leave no draft."""
    try:
        now = content_hash((store.folder / entry.file).read_bytes())
    except OSError:
        now = ""
    done = entry.state == "ready" and now == entry.after
    entry = replace(entry, state="done" if done else "abandoned")
    with suppress(OSError):
        append(store, entry)
    _remove_work(store.folder, entry.operation)
    return entry


def _work_folder(folder: Path, operation: str) -> Path:
    """Where new files are made: beside the workbook, so that they can take its place in one step."""
    return folder / f"{STATE_FOLDER}-{operation}"


def _remove_work(folder: Path, operation: str) -> None:
    shutil.rmtree(_work_folder(folder, operation), ignore_errors=True)


def _sync_file(path: Path) -> None:
    descriptor = os.open(path, os.O_RDWR | getattr(os, "O_BINARY", 0))
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _take_place(draft: Path, path: Path) -> None:
    """Give the new file the workbook's name; a virus scanner or a share may hold either for a moment.

    Raises:
        WriteRefused: ``in-use``, somebody holds it all the while.
    """
    for seconds in (*BACK_OFF, None):
        try:
            os.replace(draft, path)
            return
        except OSError as error:
            passing = is_in_use(error) or error.errno == errno.EACCES
            if not passing:
                raise
            if seconds is None:
                raise WriteRefused("in-use", owner="") from error
            time.sleep(seconds)


def _keep_attributes(source: Path, target: Path) -> None:
    """Give a file the mode, the owner, the extended attributes and the mark of the web of another.

    What the system does not allow is left: a copy that its folder's rules own is better than none. The
    time is not kept: a changed workbook must look changed to whoever synchronises or backs up.
    """
    state = os.stat(source)
    if sys.platform == "win32":
        _keep_mark_of_the_web(source, target)
        with suppress(OSError):
            os.chmod(target, stat.S_IMODE(state.st_mode))
        return
    own = os.stat(target)
    if (own.st_uid, own.st_gid) != (state.st_uid, state.st_gid):
        with suppress(OSError):
            os.chown(target, -1, state.st_gid)
        with suppress(OSError):
            os.chown(target, state.st_uid, -1)
    with suppress(OSError):
        os.chmod(target, stat.S_IMODE(state.st_mode))
    if sys.platform == "linux":
        with suppress(OSError):
            for name in os.listxattr(source):
                with suppress(OSError):
                    os.setxattr(target, name, os.getxattr(source, name))


def _keep_mark_of_the_web(source: Path, target: Path) -> None:
    """Copy the stream in which Windows notes that a file came from outside: Excel opens it protected."""
    with suppress(OSError):
        mark = Path(f"{source}:Zone.Identifier").read_bytes()
        Path(f"{target}:Zone.Identifier").write_bytes(mark)


_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_DENIED = (errno.EACCES, errno.EPERM, errno.EROFS)


@contextmanager
def told() -> Iterator[None]:
    """What the system says, as a reason that has words."""
    try:
        yield
    except FileNotFoundError as error:
        raise Unreadable("missing") from error
    except OSError as error:
        if error.errno in _FULL:
            raise WriteRefused("disk-full") from error
        if is_in_use(error):
            raise WriteRefused("in-use", owner="") from error
        if error.errno in _DENIED:
            raise WriteRefused("read-only-folder") from error
        raise WriteRefused("write-failed", error=error.strerror or str(error)) from error
