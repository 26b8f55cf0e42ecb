"""What was changed in workbooks before, and taking it back: the bytes from before, or nothing."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path

from ..books.journal import (
    Entry,
    Operation,
    Store,
    content_hash,
    kept,
    read_journal,
    store_of,
    undone,
)
from ..books.replace import locked, replace_file
from ..catalog import Language
from ..errors import Unreadable, UsageError, WorkbookError, WriteRefused
from ..run import SettingsOf


@dataclass(frozen=True, slots=True)
class Past:
    """A change of a workbook: who, when, with which command, and whether it still stands.

    ``state`` is "done", "undone", "changed-since" (somebody has edited the workbook after it), "gone" (the
    workbook is) or "abandoned" (it did not come about). ``backup`` is the copy from before, while it is kept.
    """

    path: str
    operation: str
    what: str
    when: str
    who: str
    cells: int
    state: str
    backup: str | None


@dataclass(frozen=True, slots=True)
class History:
    """Every change of some workbooks, oldest first."""

    changes: tuple[Past, ...]
    language: str = "da"


@dataclass(frozen=True, slots=True)
class UndoneWorkbook:
    """What taking back meant for one workbook; ``operations`` are those that were taken back."""

    path: str
    operations: tuple[str, ...] = ()
    reason: str | None = None
    reason_facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class UndoReport:
    """What taking back meant for every workbook; ``operation`` takes the undo back in its turn."""

    undone: str
    workbooks: tuple[UndoneWorkbook, ...]
    language: str = "da"
    operation: str | None = None


def history(
    paths: Iterable[str | Path] | str | Path,
    *,
    config: str | Path | None = None,
    language: Language | None = None,
) -> History:
    """What was changed in workbooks, oldest first.

    Args:
        paths: workbooks, or folders with all below them.
        config: a settings file; without it the nearest budget.toml above each folder holds.
        language: the language to speak.

    Raises:
        UsageError: a path does not exist.
    """
    if isinstance(paths, str | Path):
        paths = [paths]
    settings_of = SettingsOf(config, language)
    found: list[Past] = []
    roots = [Path(one) for one in paths]
    for folder, store, name in _places(roots, settings_of):
        # What a run that was ended left half done is settled first, where that is possible.
        with suppress(WorkbookError), locked(store, seconds=0):
            pass
        entries = read_journal(store)
        taken_back = undone(entries)
        found += [
            _past(folder, store, entry, entries, taken_back)
            for entry in entries
            if name is None or entry.file == name
        ]
    found.sort(key=lambda past: past.when)
    return History(tuple(dict.fromkeys(found)), _language(roots, settings_of))


def _language(roots: Sequence[Path], settings_of: SettingsOf) -> Language:
    first = roots[0] if roots else Path(".")
    return settings_of.folder(first if first.is_dir() else first.parent).language


def _places(roots: Sequence[Path], settings_of: SettingsOf) -> Iterator[tuple[Path, Store, str | None]]:
    """The folders in which something was changed, each with its store, and the one name that is meant.

    Raises:
        UsageError: a path does not exist. A workbook that is gone still has a history.
    """
    seen: set[tuple[Path, str | None]] = set()

    def is_new(store: Store, name: str | None) -> bool:
        fresh = (store.state, name) not in seen and (store.state, None) not in seen
        seen.add((store.state, name))
        return fresh

    for root in sorted(roots, key=lambda root: not root.is_dir()):
        if root.is_dir():
            for folder, store in _stores(root, settings_of, True):
                if is_new(store, None):
                    yield folder, store, None
            continue
        real = Path(os.path.realpath(root))
        if not real.parent.is_dir():
            raise UsageError(f"{root}: no such file or folder")
        known = False
        for folder, store in _stores(real.parent, settings_of, False):
            known = True
            if is_new(store, real.name):
                yield (root.parent if real.name == root.name else folder), store, real.name
        if not known and not root.exists():
            raise UsageError(f"{root}: no such file or folder")


def _stores(folder: Path, settings_of: SettingsOf, below: bool) -> Iterator[tuple[Path, Store]]:
    """The folders in which something was changed, each with its store."""
    store = store_of(folder, settings_of.folder(folder).backup)
    if store.journal.is_file():
        yield folder, store
    if below:
        try:
            with os.scandir(folder) as listing:
                names = sorted(
                    one.name
                    for one in listing
                    if not one.name.startswith(".") and one.is_dir(follow_symlinks=False)
                )
        except OSError:
            return
        for name in names:
            yield from _stores(folder / name, settings_of, True)


def _past(
    folder: Path, store: Store, entry: Entry, entries: Sequence[Entry], taken_back: set[tuple[str, str]]
) -> Past:
    path = folder / entry.file
    state: str = entry.state
    if (entry.operation, entry.file) in taken_back:
        state = "undone"
    elif state == "done":
        try:
            now = content_hash(path.read_bytes())
            state = "done" if _since(entry, entries, now) is not None else "changed-since"
        except OSError:
            state = "gone"
    backup = kept(store, entry.before, path.suffix)
    return Past(
        str(path),
        entry.operation,
        entry.what,
        entry.when,
        entry.who,
        entry.cells,
        state,
        str(backup) if backup is not None else None,
    )


def undo(
    operation: str | None = None,
    *,
    paths: Iterable[str | Path] | str | Path = ".",
    dry_run: bool = False,
    config: str | Path | None = None,
    language: Language | None = None,
) -> UndoReport:
    """Give workbooks back as they were before an operation, byte for byte.

    Later changes by budget-tools are taken back with it. A workbook that somebody has edited since is left
    alone, and so is each for itself that cannot be given back; the others are.

    Args:
        operation: its id, as ``history`` lists it, or the beginning of one; without it the last one.
        paths: the workbooks, or folders with all below them, in which to look.
        dry_run: only say what would be given back.
        config: a settings file; without it the nearest budget.toml above each folder holds.
        language: the language to speak.

    Raises:
        UsageError: there is nothing to take back, or no such operation.
    """
    if isinstance(paths, str | Path):
        paths = [paths]
    roots = [Path(one) for one in paths]
    settings_of = SettingsOf(config, language)
    new = Operation.new("undo")
    done: list[UndoneWorkbook] = []
    with ExitStack() as locks:
        held: set[Path] = set()
        places: list[tuple[Path, Store, list[Entry], WorkbookError | None]] = []
        for folder, store, name in _places(roots, settings_of):
            busy: WorkbookError | None = None
            if not dry_run and store.state not in held:
                try:
                    locks.enter_context(locked(store))
                    held.add(store.state)
                except WorkbookError as error:
                    busy = error
            entries = read_journal(store)
            places.append((folder, store, [e for e in entries if name is None or e.file == name], busy))
        chosen = _chosen(operation, [entries for _, _, entries, _ in places], roots)
        for folder, store, entries, busy in places:
            taken_back = undone(entries)
            for entry in entries:
                key = (entry.operation, entry.file)
                if entry.operation != chosen or entry.state != "done" or key in taken_back:
                    continue
                if busy is not None:
                    done.append(UndoneWorkbook(str(folder / entry.file), (), busy.reason, busy.facts))
                else:
                    done.append(_give_back(folder, store, entry, entries, new, dry_run))
    changed = not dry_run and any(workbook.operations for workbook in done)
    return UndoReport(chosen, tuple(done), _language(roots, settings_of), new.id if changed else None)


def _chosen(operation: str | None, journals: Sequence[Sequence[Entry]], roots: Sequence[Path]) -> str:
    """The operation that is meant.

    Raises:
        UsageError: there is none, it was taken back already, or several begin like that.
    """
    where = ", ".join(map(str, roots))
    standing: set[str] = set()
    known: set[str] = set()
    last: list[Entry] = []
    for entries in journals:
        taken_back = undone(entries)
        done = [entry for entry in entries if entry.state == "done"]
        known |= {entry.operation for entry in done}
        stand = [entry for entry in done if (entry.operation, entry.file) not in taken_back]
        standing |= {entry.operation for entry in stand}
        # Within a folder the journal's own order counts, whatever the clocks of the machines said.
        last += [entry for entry in stand if not entry.undoes][-1:]
    if operation is None:
        if not last:
            raise UsageError(f"{where}: there is nothing to undo")
        return max(last, key=lambda entry: entry.when).operation
    fitting = sorted(one for one in standing if one.startswith(operation))
    if operation in standing or len(fitting) == 1:
        return operation if operation in standing else fitting[0]
    if fitting:
        raise UsageError(f"{operation}: several operations begin like that: {', '.join(fitting)}")
    if any(one.startswith(operation) for one in known):
        raise UsageError(f"{operation}: was undone already")
    raise UsageError(f"{operation}: no such operation in {where}; 'budget-tools history PATH' lists them")


def _give_back(
    folder: Path, store: Store, entry: Entry, entries: Sequence[Entry], new: Operation, dry_run: bool
) -> UndoneWorkbook:
    path = folder / entry.file
    try:
        try:
            now = content_hash(path.read_bytes())
        except FileNotFoundError as error:
            raise Unreadable("missing") from error
        except OSError as error:
            raise WriteRefused("write-failed", error=error.strerror or str(error)) from error
        backup = kept(store, entry.before, path.suffix)
        if backup is None:
            raise WriteRefused("backup-gone", days=store.keep_days)
        chain = _since(entry, entries, now)
        if chain is None:
            raise WriteRefused("edited-since", backup=str(backup))
        if not dry_run:
            replace_file(
                store,
                path,
                lambda _, draft: _copy_content(backup, draft, entry.before),
                checked=now,
                operation=new,
                cells=sum(one.cells for one in chain),
                undoes=tuple(one.operation for one in chain),
            )
    except WorkbookError as error:
        return UndoneWorkbook(str(path), (), error.reason, error.facts)
    return UndoneWorkbook(str(path), tuple(one.operation for one in chain))


def _since(entry: Entry, entries: Sequence[Entry], now: str) -> list[Entry] | None:
    """The changes from one on that lead to what a workbook holds now; None when somebody edited it."""
    taken_back = undone(entries)
    own = [
        one
        for one in entries
        if one.file == entry.file and one.state == "done" and (one.operation, one.file) not in taken_back
    ]
    # An undo and what it took back cancel out: only an undo that is itself to be taken back counts.
    chain = [entry, *(one for one in own[own.index(entry) + 1 :] if not one.undoes)]
    reached = entry.before
    for one in chain:
        if one.before != reached:
            return None
        reached = one.after
    return chain if reached == now else None


def _copy_content(backup: Path, draft: Path, content: str) -> None:
    shutil.copyfile(backup, draft)
    if content_hash(draft.read_bytes()) != content:
        raise WriteRefused("not-verified")
