"""Where the reports of a night go: a folder a night, an index over them, and each owner's own folder."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path

from ..errors import BudgetToolsError, UsageError
from ..model.finding import Severity
from ..model.night import Night, Standing, Tally
from ..reports.night import ours
from ..run import without_collector
from .owners import Owners
from .scanning import cores
from .settings import NightSettings

NAMES = {
    "html": "Kontrol.html",
    "xlsx": ours.NAME,
    "json": "Kontrol.json",
    "junit": "Kontrol-junit.xml",
    "sarif": "Kontrol.sarif",
}
INDEX = "index.html"

WORTH_A_PROCESS = 2_000  # findings and workbooks to write: with less it is done before another is there

_NIGHT = re.compile(r"(?P<day>\d{4}-\d\d-\d\d)-(?P<run>\d{4,})")
_TO_READ = ("html", "xlsx")
_LONGEST_FIRST = ("sarif", "junit", "json", "xlsx", "html")
_NEEDS = {"html": "jinja2", "xlsx": "xlsxwriter"}


@dataclass(slots=True)
class Written:
    """What was written, the department's page and each owner's own, and what could not be written."""

    pages: dict[str | None, list[str]] = field(default_factory=dict)
    files: list[Path] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)


def refuse_without(settings: NightSettings) -> None:
    """Refuse to begin a night whose reports or messages need packages that are not installed.

    Raises:
        UsageError: one of them is missing.
    """
    needed = {_NEEDS[one] for one in settings.reports.formats if one in _NEEDS}
    needed |= {"jinja2"} if settings.notify.smtp is not None else set()
    needed |= {"apprise"} if settings.notify.webhooks else set()
    missing = sorted(name for name in needed if find_spec(name) is None)
    if missing:
        raise UsageError(
            f"{', '.join(missing)} is not installed; install what the night needs with "
            "pip install 'budget-tools[nightly]'"
        )


def night_folder(settings: NightSettings, run: int, when: datetime) -> Path:
    """Where the reports of a night go."""
    return Path(settings.reports.folder) / f"{when:%Y-%m-%d}-{run:04}"


def write_reports(night: Night, settings: NightSettings, owners: Owners) -> Written:
    """All reports of a night; what cannot be written is told, and never costs the others."""
    written = Written()
    formats = settings.reports.formats
    severity = Severity.of(settings.fail_on)
    folder = night_folder(settings, night.run, night.ended)
    tasks = [
        replace(task, index=folder.parent if task.format == "html" else None)
        for task in _tasks(night, folder, formats, severity, None)
    ]
    to_read = [one for one in formats if one in _TO_READ]
    if settings.reports.owner_folder and to_read:
        for place, owner in _owned(night, owners):
            if not place.is_dir():
                continue  # it is away for the moment, or the drive that it lies on
            part = replace(night.part(owner, str(place)), folders=(str(place),), trouble=())
            tasks += _tasks(part, place, to_read, severity, owner)
    _carry_out(tasks, settings.limits.workers or cores(), written)
    if formats:
        _forget(folder.parent, settings.reports.keep_nights)
    return written


def write_beside(night: Night, folder: Path) -> Written:
    """The page and the workbook of a watched folder, in the folder itself."""
    written = Written()
    _carry_out(_tasks(night, folder, _TO_READ, Severity.ERROR, None), 1, written)
    return written


def planned(settings: NightSettings, run: int, when: datetime, owned: Iterable[Path]) -> list[Path]:
    """The files that a night would write."""
    formats = settings.reports.formats
    folder = night_folder(settings, run, when)
    files = [folder / NAMES[one] for one in formats]
    if settings.reports.owner_folder:
        files += [place / NAMES[one] for place in owned for one in formats if one in _TO_READ]
    return files


@dataclass(frozen=True, slots=True)
class _Task:
    """A report to write: what of, in which form and where to.

    ``full`` is the file beside it that has all, ``index`` the folder with an index that leads to it.
    """

    night: Night
    format: str
    target: Path
    fail_on: Severity
    owner: str | None
    full: str
    index: Path | None = None

    def carry_out(self) -> tuple[bool, list[str]]:
        """Write it, and the index after it: whether it is there, and what could not be written."""
        failed: list[str] = []
        try:
            if self.format == "xlsx" and self.target.exists() and not ours.is_ours(self.target):
                raise BudgetToolsError(
                    f"{self.target}: is somebody's own workbook and was left alone; give it another name"
                )
            self.target.parent.mkdir(parents=True, exist_ok=True)
            with without_collector():
                _WRITERS[self.format](self)
        except (BudgetToolsError, OSError) as error:
            failed.append(str(error))
        written = not failed
        if self.index is not None:
            try:
                _index(self.night.tallies, self.index, self.night)
            except (BudgetToolsError, OSError) as error:
                failed.append(str(error))
        return written, failed


def _tasks(
    night: Night, folder: Path, formats: Sequence[str], fail_on: Severity, owner: str | None
) -> list[_Task]:
    """The reports of a night, or of a part of it, in one folder."""
    return [_Task(night, one, folder / NAMES[one], fail_on, owner, _full(night, formats)) for one in formats]


def _full(night: Night, formats: Sequence[str]) -> str:
    """The name of the file that has every finding; none where there is no such file."""
    from ..reports.night.telling import MOST_LISTED

    counts = night.counts
    fixed = counts.of(Standing.FIXED)
    listed = max(fixed, counts.of() - fixed) <= MOST_LISTED
    complete = (*(("xlsx",) if listed else ()), "json", "sarif", "junit")
    return next((NAMES[one] for one in complete if one in formats), "")


def _carry_out(tasks: Sequence[_Task], workers: int, written: Written) -> None:
    """Write reports, several at a time where there are many findings and cores."""
    findings = sum(task.night.counts.of() + task.night.counts.every for task in tasks)
    workers = min(workers, len(tasks)) if findings > WORTH_A_PROCESS else 1
    outcomes = _side_by_side(tasks, workers) if workers > 1 else {}
    for number, task in enumerate(tasks):
        there, failed = outcomes[number] if number in outcomes else task.carry_out()
        written.failed += failed
        if there:
            written.files.append(task.target)
        if there and task.format == "html":
            written.pages.setdefault(task.owner, []).append(str(task.target))


def _side_by_side(tasks: Sequence[_Task], workers: int) -> dict[int, tuple[bool, list[str]]]:
    """What became of tasks by their numbers, the longest begun first.

    A child that ends all of a sudden costs nothing but time: what it leaves is not among them.
    """
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool

    # A copy of this process is there at once, and opens the history for itself.
    context = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
    outcomes: dict[int, tuple[bool, list[str]]] = {}
    ordered = sorted(range(len(tasks)), key=lambda number: _LONGEST_FIRST.index(tasks[number].format))
    with suppress(BrokenProcessPool, OSError), ProcessPoolExecutor(workers, context) as pool:
        asked = {number: pool.submit(tasks[number].carry_out) for number in ordered}
        for number, one in asked.items():
            outcomes[number] = one.result()
    return outcomes


# Each brings a library of its own, which a night without that report need not load.


def _html(task: _Task) -> None:
    from ..reports.night.html import write

    write(task.night, task.target, full=task.full)


def _xlsx(task: _Task) -> None:
    from ..reports.night.workbook import write

    write(task.night, task.target, full=task.full)


def _json(task: _Task) -> None:
    from ..reports.night.json import write

    write(task.night, task.target)


def _junit(task: _Task) -> None:
    from ..reports.night.junit import write

    write(task.night, task.target, fail_on=task.fail_on)


def _sarif(task: _Task) -> None:
    from ..reports.night.sarif import write

    write(task.night, task.target)


_WRITERS: Mapping[str, Callable[[_Task], None]] = {
    "html": _html,
    "xlsx": _xlsx,
    "json": _json,
    "junit": _junit,
    "sarif": _sarif,
}


def _owned(night: Night, owners: Owners) -> list[tuple[Path, str]]:
    """The folders that have an owner, and those whose workbooks are all one owner's by their committees.

    A report never lies where people read it who may not read the workbooks it tells of.
    """
    if not night.owners:
        return []
    found: dict[Path, str] = {}
    of_workbooks: dict[str, set[str | None]] = {}
    for workbook in night.told.workbooks():
        of_workbooks.setdefault(os.path.dirname(workbook.path), set()).add(workbook.owner)
    for name, its_owners in of_workbooks.items():
        folder = Path(name)
        by_folder = owners.folder_of(folder)
        if by_folder is not None:
            found[by_folder[0]] = by_folder[1]
            continue
        owner = next(iter(its_owners))
        if len(its_owners) == 1 and owner is not None:
            found[folder] = owner
    return sorted(found.items())


def _index(tallies: Sequence[Tally], folder: Path, night: Night) -> None:
    """The index over nights, with a link to the page of each that is still kept."""
    from ..reports.night.index import Entry, write
    from ..reports.night.telling import language_of

    kept = {int(match["run"]): place.name for place, match in _nights(folder)}
    entries = []
    for tally in tallies:
        name = kept.get(tally.run)
        page = f"{name}/{NAMES['html']}" if name and (folder / name / NAMES["html"]).is_file() else None
        entries.append(Entry(tally, page))
    write(entries, folder / INDEX, language=language_of(night))


def _nights(folder: Path) -> list[tuple[Path, re.Match[str]]]:
    """The folders of nights, oldest first."""
    found = [(place, _NIGHT.fullmatch(place.name)) for place in folder.iterdir() if place.is_dir()]
    return sorted(
        [(place, match) for place, match in found if match is not None], key=lambda one: int(one[1]["run"])
    )


def _forget(folder: Path, keep: int) -> None:
    """Take away the reports of nights that are kept no longer; nothing else that somebody put there."""
    with suppress(OSError):
        for place, _ in _nights(folder)[:-keep]:
            with suppress(OSError):
                for name in NAMES.values():
                    (place / name).unlink(missing_ok=True)
                place.rmdir()
