"""From paths to a report: the one place that joins reader and inspection."""

from __future__ import annotations

import gc
import glob
import os
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import settings as settings_module
from .catalog import Language, codes
from .catalog import entry as entry_of
from .errors import Refused, Unreadable, UsageError, WorkbookError
from .model import finding as model
from .model.address import Cell
from .model.book import Book
from .model.finding import Finding, Severity, WorkbookReport
from .reports.night import ours
from .settings import Limits, Settings, read_settings

if TYPE_CHECKING:
    import pandas as pd

    from .comparing import Comparison
    from .inspection.examining import Examined
    from .model.overview import Overview
    from .model.proposal import Registered
    from .model.snapshot import Snapshot

Progress = Callable[[int, int], None]
Reader = Callable[[bytes, str, Limits], Book]
"""Makes a book of the bytes of a file, its path and the limits that hold for it."""

_WORKBOOKS = (".xlsx", ".xlsm")
_DOCUMENTS = (
    ".xls",
    ".xlsb",
    ".xltx",
    ".xltm",
    ".ods",
    ".csv",
    ".doc",
    ".docx",
    ".odt",
    ".pdf",
    ".rtf",
    ".txt",
)


@dataclass(frozen=True, slots=True)
class Report(model.Report):
    """What a run found, with two ways out of it for scripts."""

    def to_frame(self) -> pd.DataFrame:
        """The findings as a pandas frame, a row a finding; amounts stay Decimal."""
        from .reports.frame import to_frame

        return to_frame(self)

    def to_json(self) -> dict[str, Any]:
        """The report as ``budget-tools check --format json`` writes it."""
        from . import __version__
        from .reports.json import to_json

        return to_json(self, tool_version=__version__)


@dataclass(frozen=True)
class Found:
    """The workbooks that some paths name, and the other documents that lie among them.

    ``entries`` has the path of each workbook, in order, with what its folder's listing says of it: on some
    systems its size and time, without asking again.
    """

    entries: Mapping[str, os.DirEntry[str] | None]
    others: Mapping[Path, tuple[str, ...]]
    unreadable: tuple[Path, ...]

    @cached_property
    def workbooks(self) -> tuple[Path, ...]:
        """The paths of the workbooks."""
        return tuple(map(Path, self.entries))


class SettingsOf:
    """The settings that hold for a workbook: those given, else the nearest budget.toml."""

    def __init__(self, config: str | Path | None, language: Language | None) -> None:
        self._given = read_settings(Path(config)) if config is not None else None
        self._language = language
        self._known: dict[Path, Settings] = {}
        self._by_name: dict[str, Settings] = {}
        settings_module.nearest.cache_clear()

    def folder(self, folder: Path) -> Settings:
        """The settings that hold in a folder."""
        found = self._known.get(folder)
        if found is None:
            found = self._given
            if found is None:
                file = settings_module.nearest(folder.resolve())
                found = read_settings(file) if file is not None else Settings()
            if self._language is not None:
                found = found.model_copy(update={"language": self._language})
            self._known[folder] = found
        return found

    def file(self, path: Path | str) -> Settings:
        """The settings that hold for a file."""
        name = os.path.dirname(path)  # a Path takes ten times as long to say where it lies
        found = self._by_name.get(name)
        if found is None:
            found = self._by_name[name] = self.folder(Path(name))
        return found


def find(paths: Iterable[str | Path], settings_of: SettingsOf) -> Found:
    """The workbooks below some files, folders and patterns, each once, in order.

    Raises:
        UsageError: a path does not exist, or none was given.
    """
    workbooks = _Once()
    others: dict[Path, list[str]] = defaultdict(list)
    unreadable: list[Path] = []
    given = list(paths)
    if not given:
        raise UsageError("no path was given")
    for one in given:
        path = Path(one)
        if path.is_dir():
            _walk(path, settings_of, workbooks, others, unreadable)
        elif path.exists() or path.is_symlink():
            workbooks.add(path)
        else:
            matches = sorted(glob.glob(str(one), recursive=True)) if glob.has_magic(str(one)) else []
            if not matches:
                raise UsageError(f"{one}: no such file or folder, and no workbook fits it as a pattern")
            for match in map(Path, matches):
                if match.is_dir():
                    _walk(match, settings_of, workbooks, others, unreadable)
                elif match.suffix.lower() in _WORKBOOKS and not _is_lock(match):
                    workbooks.add(match)
    return Found(
        workbooks.entries, {folder: tuple(names) for folder, names in others.items()}, tuple(unreadable)
    )


class _Once:
    """Paths in the order they were found, as they were first spelled, each file once."""

    def __init__(self) -> None:
        self.entries: dict[str, os.DirEntry[str] | None] = {}
        self._known: set[str] = set()

    def add(self, path: Path) -> None:
        """Take in a path that was named, unless the same file was before."""
        folder = os.path.realpath(path.parent)
        self._add(str(path), os.path.realpath(path) if path.is_symlink() else os.path.join(folder, path.name))

    def add_listed(self, spelled: str, real: str, entry: os.DirEntry[str]) -> None:
        """Take in what a folder lists: its path as the folder was spelled, and as it really is."""
        self._add(spelled, os.path.realpath(spelled) if entry.is_symlink() else real, entry)

    def _add(self, path: str, key: str, entry: os.DirEntry[str] | None = None) -> None:
        if key not in self._known:
            self._known.add(key)
            self.entries[path] = entry


def _is_lock(path: Path) -> bool:
    return path.name.startswith(("~$", ".~lock."))


def _walk(
    folder: Path,
    settings_of: SettingsOf,
    workbooks: _Once,
    others: dict[Path, list[str]],
    unreadable: list[Path],
) -> None:
    settings = settings_of.folder(folder)
    try:
        with os.scandir(folder) as listing:
            entries = sorted(listing, key=lambda entry: entry.name.casefold())
    except OSError:
        unreadable.append(folder)
        return
    # Names and not Paths: there may be thousands, and a Path takes ten times as long.
    spelled, real = str(folder / "x")[:-1], os.path.join(os.path.realpath(folder), "")
    for entry in entries:
        name = entry.name
        if name.startswith((".", "~$")) or (settings.exclude and settings.excludes(name)):
            continue
        try:
            is_folder = entry.is_dir()
        except OSError:
            is_folder = False  # a link that leads nowhere: reading it says so
        lowered = name.lower()
        if is_folder:
            if not entry.is_symlink():
                _walk(folder / name, settings_of, workbooks, others, unreadable)
        elif lowered.endswith(_WORKBOOKS):
            if name == ours.NAME and ours.is_ours(folder / name):
                continue  # the report of a night, beside the workbooks that it is about
            workbooks.add_listed(spelled + name, real + name, entry)
        elif lowered.endswith(_DOCUMENTS):
            others[folder].append(name)


def check(
    paths: Iterable[str | Path] | str | Path,
    *,
    config: str | Path | None = None,
    language: Language | None = None,
    select: Collection[str] = (),
    ignore: Collection[str] = (),
    progress: Progress | None = None,
    read: Reader | None = None,
    snapshots: bool = False,
) -> Report:
    """Check workbooks and say what is wrong with them.

    Args:
        paths: files, folders (all .xlsx and .xlsm below them) and patterns.
        config: a settings file; without it the nearest budget.toml above each workbook holds.
        language: the language to speak, "da" or "en"; it outranks the settings.
        select: codes or beginnings of codes to report, nothing else; "all" switches on what is off.
        ignore: codes or beginnings of codes to leave out.
        progress: called with (workbooks done, workbooks in all) now and then.
        read: makes a book of the bytes of a file; without it the workbook is taken as it is.
        snapshots: also give the proposals as they are now, to be compared later.

    Raises:
        UsageError: a path does not exist, or a code is unknown.
        SettingsError: a settings file is wrong.

    >>> report = check("workbooks/faults/ARI001-row-total-wrong.xlsx")
    >>> [(finding.code, str(finding.cell)) for finding in report.findings]
    [('ARI001', 'F10')]
    """
    from .books.accepted import Accepted

    if isinstance(paths, str | Path):
        paths = [paths]
    wanted = Wanted(select, ignore)
    settings_of = SettingsOf(config, language)
    found = find(paths, settings_of)
    reports, registered = _inspect_all(found.workbooks, settings_of, wanted, progress, read, snapshots)
    about_run = list(not_looked_at(found))
    if registered:
        from .inspection.across import inspect_run
        from .inspection.registers import as_registers_say, known_to_registers

        listed = [one for report in reports.values() for one in report.overviews]
        if listed:
            known = as_registers_say(registered, listed)
            for path in {one.path for one in known if one.identity or not one.active}:
                reports[path] = reports[path].with_findings(known_to_registers(reports[path], known))
        for finding in inspect_run(registered, listed):
            if finding.path in reports:
                report = reports[finding.path]
                reports[finding.path] = replace(report, findings=(*report.findings, finding))
            else:
                about_run.append(finding)
    first = settings_of.file(found.workbooks[0]) if found.workbooks else settings_of.folder(Path("."))
    accepted = Accepted()
    finished = tuple(
        accepted.applied(report.with_findings(tuple(wanted.of(report.findings, settings_of.file(path)))))
        for path, report in reports.items()
    )
    return Report(
        finished,
        tuple(wanted.of(about_run, first)),
        first.language,
        first.form_word,
        incomplete=bool(found.unreadable),
    )


def compare(
    old: Iterable[str | Path] | str | Path,
    new: Iterable[str | Path] | str | Path,
    *,
    config: str | Path | None = None,
    language: Language | None = None,
    progress: Progress | None = None,
) -> Comparison:
    """Say what changed between two collections of proposals.

    Proposals are matched by what they are (their id, their number, their title and text), not by the names of
    files and sheets: a catalogue may be compared with the workbooks it was made from. A register on either
    side tells their ids, earlier numbers and status there.

    Args:
        old: files, folders and patterns as they were.
        new: files, folders and patterns as they are.
        config: a settings file; without it the nearest budget.toml above each workbook holds.
        language: the language to speak, "da" or "en"; it outranks the settings.
        progress: called with (workbooks done, workbooks in all) now and then.

    Raises:
        UsageError: a path does not exist.
        SettingsError: a settings file is wrong.

    >>> compared = compare("workbooks/proposals", "workbooks/catalogue")
    >>> len(compared.pairs), compared.same
    (8, True)
    """
    from .comparing import Comparison, differences
    from .inspection.registers import snapshots_as_registers_say
    from .inspection.reporting import listed_in, snapshots

    settings_of = SettingsOf(config, language)
    wanted = Wanted(nothing=True)
    sides = [[one] if isinstance(one, str | Path) else list(one) for one in (old, new)]
    found = [find(side, settings_of) for side in sides]
    total = sum(len(one.workbooks) for one in found)
    done = 0
    known: list[list[Snapshot]] = [[], []]
    unread: list[WorkbookReport] = []
    for side, files in zip(known, found, strict=True):
        listed: list[Overview] = []
        for _, examined in examine_all(files.workbooks, settings_of, wanted=wanted):
            if isinstance(examined, WorkbookReport):
                unread.append(examined)
            else:
                side.extend(snapshots(examined))
                listed.extend(listed_in(examined))
            done += 1
            if progress is not None:
                progress(done, total)
        side[:] = snapshots_as_registers_say(side, listed)
    last = found[1].workbooks or found[0].workbooks
    first = settings_of.file(last[0]) if last else settings_of.folder(Path("."))
    return Comparison(
        tuple(map(str, sides[0])),
        tuple(map(str, sides[1])),
        differences(*known),
        tuple(unread),
        any(one.unreadable for one in found),
        first.language,
        first.form_word,
    )


def check_book(book: Book, settings: Settings, *, sheet: str | None = None) -> Report:
    """Check a workbook that was read already, such as one that is open in Excel.

    Args:
        book: the workbook; its path need not exist. What was accepted for a whole path is told.
        settings: the settings that hold for it.
        sheet: report only what is found on this sheet; all are read, because formulas reach across them.
    """
    from .inspection.across import inspect_run
    from .inspection.batch import inspect
    from .inspection.examining import examine

    ((report, registered),) = inspect([examine(book, settings)])
    about_run = [
        finding for finding in inspect_run(registered, report.overviews) if finding.path == report.path
    ]
    kept = [one for one in (*report.findings, *about_run) if sheet is None or one.sheet == sheet]
    report = report.with_findings(tuple(Wanted((), ()).of(kept, settings)))
    if os.path.isabs(report.path):
        from .books.accepted import Accepted

        report = Accepted().applied(report)
    return Report((report,), (), settings.language, settings.form_word)


def not_looked_at(found: Found) -> Iterator[Finding]:
    """What was not checked: other documents in the folders, and folders that cannot be opened."""
    for folder, names in found.others.items():
        yield Finding(
            "RUN005",
            facts={
                "count": len(names),
                "files": tuple(f"{folder.name}/{name}" if folder.name else name for name in names),
            },
            key=(str(folder),),
        )
    for folder in found.unreadable:
        yield Finding("RUN002", facts={"reason": "permission"}, key=(str(folder),), path=str(folder))


_ALONE = ("TXT", "IDN", "XWB", "KON")
"""What these rules find, no other rule looks at: they are not even run where nobody asks for them."""


class Wanted:
    """Which findings are reported, and how bad each is; ``nothing``: workbooks are only to be read."""

    def __init__(
        self, select: Collection[str] = (), ignore: Collection[str] = (), *, nothing: bool = False
    ) -> None:
        self._nothing = nothing
        self._all = any(code.lower() == "all" for code in select)
        self._select = tuple(code.upper() for code in select if code.lower() != "all")
        self._ignore = tuple(code.upper() for code in ignore)
        self._unasked: dict[str, frozenset[str]] = {}
        for code in (*self._select, *self._ignore):
            if not code or not any(one.startswith(code) for one in codes()):
                raise UsageError(f"there is no rule {code!r}; 'budget-tools rules' lists them all")
        self._left_out = frozenset(
            code for code in codes() if code.startswith(_ALONE) and not self._may_be_asked(code)
        )

    def _may_be_asked(self, code: str) -> bool:
        """Whether select and ignore leave a code in."""
        selected = self._all or not self._select or code.startswith(self._select)
        return selected and not (self._ignore and code.startswith(self._ignore))

    def _switched_on(self, code: str) -> bool:
        return self._all or bool(self._select)

    def unasked(self, settings: Settings) -> frozenset[str]:
        """The codes that are left out or off in all their cases, and that nothing switches on."""
        if self._nothing:
            return frozenset(codes())
        if self._all or self._select:
            return self._left_out
        known = self._unasked.get(settings.phase)
        if known is None:
            known = self._unasked[settings.phase] = frozenset(
                code
                for code in codes()
                if all(by_phase[settings.phase] == "off" for by_phase in entry_of(code).severities.values())
            )
        off = known.difference(settings.rules) if settings.rules else known
        return off | self._left_out if self._left_out else off

    def of(self, findings: Iterable[Finding], settings: Settings) -> Iterator[Finding]:
        """The findings that are wanted, worst first, each with its severity."""
        kept: list[Finding] = []
        for finding in findings:
            if not self._may_be_asked(finding.code):
                continue
            severity = severity_of(finding, settings, self._switched_on)
            if severity is not None:
                settled = finding.severity is severity
                kept.append(finding if settled else finding.settled(severity, finding.ordinal))
        kept.sort(key=lambda one: (-one.severity, one.sheet or "", one.cell or Cell(0, 0), one.code))
        return iter(kept)


def severity_of(finding: Finding, settings: Settings, switched_on: Callable[[str], bool]) -> Severity | None:
    """How bad a finding is under the settings; None when it is not wanted."""
    code = finding.code
    severity = _severity(code, finding.variant, settings.phase, settings.rules.get(code))
    return severity or (Severity.WARNING if switched_on(code) else None)


@lru_cache(maxsize=1024)
def _severity(code: str, variant: str | None, phase: str, given: str | None) -> Severity | None:
    word = given or entry_of(code).severity(phase, variant)
    return None if word == "off" else Severity.of(word)


def examine_all(
    paths: Iterable[Path],
    settings_of: SettingsOf,
    read: Reader | None = None,
    wanted: Wanted | None = None,
) -> Iterator[tuple[Path, Examined | WorkbookReport]]:
    """Each workbook, read and its tables found; or the report of one that could not be read.

    ``read`` makes a book of the bytes of a file.
    """
    from .books.file import read_bytes
    from .books.guard import snapshot
    from .books.inuse import LockFiles, owner
    from .inspection.examining import examine

    lock_files = LockFiles()
    for path in paths:
        settings = settings_of.file(path)
        try:
            if path.suffix.lower() not in _WORKBOOKS and path.suffix.lower() in _DOCUMENTS:
                raise Refused("unsupported-kind", suffix=path.suffix.lower())
            data = snapshot(path, settings.limits)
            book = (read or read_bytes)(data, str(path), settings.limits)
        except WorkbookError as error:
            yield path, not_checked(path, error)
            continue
        try:
            examined = examine(book, settings, wanted.unasked(settings) if wanted is not None else ())
        except Exception:  # whatever is wrong with one workbook must not cost the others
            if os.environ.get("BUDGET_TOOLS_DEBUG"):
                raise
            yield path, not_checked(path, Unreadable("crashed"))
            continue
        in_use_by = owner(path, lock_files)
        if in_use_by is not None:
            examined.findings.append(Finding("RUN003", facts={"owner": in_use_by}, key=("RUN003",)))
        yield path, examined


def not_checked(path: Path, error: WorkbookError) -> WorkbookReport:
    """The report of a workbook that could not be read."""
    refused = isinstance(error, Refused)
    facts: dict[str, Any] = {**error.facts, "reason": error.reason}
    finding = Finding("RUN004" if refused else "RUN002", facts=facts, key=(error.reason,))
    return WorkbookReport(
        str(path), "refused" if refused else "unreadable", (finding,), (), error.reason, error.facts
    )


@dataclass(frozen=True, slots=True)
class Inspected:
    """A workbook's report, what the register of a run must know of it, and how it was read, if it was."""

    report: WorkbookReport
    registered: Sequence[Registered] = ()
    examined: Examined | None = None


def inspect_all(
    paths: Iterable[Path],
    settings_of: SettingsOf,
    wanted: Wanted,
    read: Reader | None = None,
    *,
    snapshots: bool = False,
    digest: Callable[[object], int] = hash,
) -> Iterator[Inspected]:
    """Each workbook, read and inspected in batches; those that cannot be read come before their batch.

    ``digest`` is what the register compares proposals by. ``hash`` is quick, but says something else in
    every process; what outlives one needs another.
    """
    from .inspection.batch import BATCH_BOOKS, BATCH_LINES, inspect

    batch: list[Examined] = []
    lines = 0
    for _, examined in examine_all(paths, settings_of, read, wanted):
        if isinstance(examined, WorkbookReport):
            yield Inspected(examined)
            continue
        examined.snapshots_wanted = snapshots
        batch.append(examined)
        lines += examined.lines
        if len(batch) >= BATCH_BOOKS or lines >= BATCH_LINES:
            for (report, registered), one in zip(inspect(batch, digest), batch, strict=True):
                yield Inspected(report, registered, one)
            batch, lines = [], 0
    for (report, registered), one in zip(inspect(batch, digest) if batch else (), batch, strict=True):
        yield Inspected(report, registered, one)


def _inspect_all(
    paths: tuple[Path, ...],
    settings_of: SettingsOf,
    wanted: Wanted,
    progress: Progress | None,
    read: Reader | None,
    snapshots: bool = False,
) -> tuple[dict[str, WorkbookReport], list[Registered]]:
    """The reports of all workbooks in their order, and the register of their proposals."""
    reports: dict[str, WorkbookReport] = {}
    registered: list[Registered] = []

    def told() -> Iterator[Path]:
        for number, path in enumerate(paths):
            if progress is not None and number:
                progress(number, len(paths))
            reports[str(path)] = WorkbookReport(str(path), "checked")  # keeps the order of the paths
            yield path
        if progress is not None and paths:
            progress(len(paths), len(paths))

    def work() -> None:  # what it holds is gone before the collector looks again
        for one in inspect_all(told(), settings_of, wanted, read, snapshots=snapshots):
            reports[one.report.path] = one.report
            registered.extend(one.registered)

    with without_collector():
        work()
    return reports, registered


@contextmanager
def without_collector() -> Iterator[None]:
    """Work without Python's cycle collector, which would go through a whole batch again and again.

    A batch holds many small values and hardly a cycle. What is left when the work is done stays: it is put
    with what is old, unseen, so that the collector does not go through all of it first thing.
    """
    on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if on:
            if not gc.get_freeze_count():
                gc.freeze()
                gc.unfreeze()
            gc.enable()
