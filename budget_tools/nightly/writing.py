"""Where the reports of a night go: a folder a night, an index over them, and each owner's own folder."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path

from ..errors import BudgetToolsError, UsageError
from ..model.finding import Severity
from ..model.night import Night, Tally
from ..reports.night import ours
from .owners import Owners
from .settings import NightSettings

NAMES = {
    "html": "Kontrol.html",
    "xlsx": ours.NAME,
    "json": "Kontrol.json",
    "junit": "Kontrol-junit.xml",
    "sarif": "Kontrol.sarif",
}
INDEX = "index.html"

_NIGHT = re.compile(r"(?P<day>\d{4}-\d\d-\d\d)-(?P<run>\d{4,})")
_TO_READ = ("html", "xlsx")
_NEEDS = {"html": "jinja2", "xlsx": "xlsxwriter"}


@dataclass(slots=True)
class Written:
    """What was written, the department's page and each owner's own, and what could not be written."""

    pages: dict[str | None, str] = field(default_factory=dict)
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
    if formats:
        folder = night_folder(settings, night.run, night.ended)
        _write(night, folder, formats, severity, written, None)
        if "html" in formats:
            _attempt(lambda: _index(night.tallies, Path(settings.reports.folder), night), written)
        _forget(Path(settings.reports.folder), settings.reports.keep_nights)
    to_read = [one for one in formats if one in _TO_READ]
    if settings.reports.owner_folder and to_read:
        for place, owner in _owned(night, owners):
            _write(_part(night, place, owner), place, to_read, severity, written, owner)
    return written


def write_beside(night: Night, folder: Path) -> Written:
    """The page and the workbook of a watched folder, in the folder itself."""
    written = Written()
    _write(night, folder, _TO_READ, Severity.ERROR, written, None)
    return written


def planned(settings: NightSettings, run: int, when: datetime, owned: Iterable[Path]) -> list[Path]:
    """The files that a night would write."""
    formats = settings.reports.formats
    folder = night_folder(settings, run, when)
    files = [folder / NAMES[one] for one in formats]
    if settings.reports.owner_folder:
        files += [place / NAMES[one] for place in owned for one in formats if one in _TO_READ]
    return files


def _write(
    night: Night,
    folder: Path,
    formats: Sequence[str],
    fail_on: Severity,
    written: Written,
    owner: str | None,
) -> None:
    """The reports of a night, or of a part of it, in one folder."""
    writers: Mapping[str, Callable[[Path], None]] = _writers(night, fail_on)
    for one in formats:
        target = folder / NAMES[one]
        if one == "xlsx" and target.exists() and not ours.is_ours(target):
            written.failed.append(
                f"{target}: is somebody's own workbook and was left alone; give it another name"
            )
            continue

        def write(target: Path = target, writer: Callable[[Path], None] = writers[one]) -> None:
            target.parent.mkdir(parents=True, exist_ok=True)
            writer(target)

        if _attempt(write, written):
            written.files.append(target)
            if one == "html":
                written.pages.setdefault(owner, str(target))


def _writers(night: Night, fail_on: Severity) -> Mapping[str, Callable[[Path], None]]:
    # Each brings a library of its own, which a night without that report need not load.
    def html(target: Path) -> None:
        from ..reports.night.html import write

        write(night, target)

    def xlsx(target: Path) -> None:
        from ..reports.night.workbook import write

        write(night, target)

    def json(target: Path) -> None:
        from ..reports.night.json import write

        write(night, target)

    def junit(target: Path) -> None:
        from ..reports.night.junit import write

        write(night, target, fail_on=fail_on)

    def sarif(target: Path) -> None:
        from ..reports.night.sarif import write

        write(night, target)

    return {"html": html, "xlsx": xlsx, "json": json, "junit": junit, "sarif": sarif}


def _attempt(write: Callable[[], None], written: Written) -> bool:
    try:
        write()
    except (BudgetToolsError, OSError) as error:
        written.failed.append(str(error))
        return False
    return True


def _owned(night: Night, owners: Owners) -> list[tuple[Path, str]]:
    """The folders that have an owner, and those whose workbooks are all one owner's by their committees.

    A report never lies where people read it who may not read the workbooks it tells of.
    """
    found: dict[Path, str] = {}
    by_committee: dict[Path, set[str | None]] = {}
    for workbook in night.workbooks:
        folder = Path(workbook.path).parent
        by_folder = owners.folder_of(folder)
        if by_folder is not None:
            found[by_folder[0]] = by_folder[1]
        else:
            by_committee.setdefault(folder, set()).add(workbook.owner)
    for folder, its_owners in by_committee.items():
        owner = next(iter(its_owners))
        if len(its_owners) == 1 and owner is not None:
            found[folder] = owner
    return sorted(found.items())


def _part(night: Night, folder: Path, owner: str) -> Night:
    """What one owner is told of one folder."""
    its = night.for_owner(owner)

    def inside(path: str | None) -> bool:
        return path is not None and Path(path).is_relative_to(folder)

    return replace(
        its,
        folders=(str(folder),),
        workbooks=tuple(one for one in its.workbooks if inside(one.path)),
        findings=tuple(one for one in its.findings if inside(one.path)),
        changed=tuple(one for one in its.changed if inside(one.path)),
        trouble=(),
    )


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
