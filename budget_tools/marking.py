"""Findings into the workbooks themselves, and out again: joins the check, the marks and the writer."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from .catalog import LANGUAGES, Language
from .errors import Refused, UsageError, WorkbookError, WriteRefused
from .model.finding import Finding, WorkbookReport
from .model.mark import Place, Record, found_again, number_of, our_sheets, record_of
from .run import Progress, _SettingsOf, _targets, check, find
from .settings import Limits

if TYPE_CHECKING:
    from .model.book import Book


@dataclass(frozen=True, slots=True)
class MarkedCell:
    """A cell that would be, or was, marked or set free: where, and the findings that are said of it."""

    place: Place
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class MarkedWorkbook:
    """What marking or unmarking meant for one workbook; ``target`` is the copy that was written, if one was.

    ``listed`` is how many findings stand on the sheet ``sheet``. ``marked`` is whether the workbook was
    marked before.
    """

    path: str
    cells: tuple[MarkedCell, ...] = ()
    listed: int = 0
    marked: bool = False
    target: str | None = None
    reason: str | None = None
    reason_facts: Mapping[str, object] = field(default_factory=dict)
    report: WorkbookReport | None = None


@dataclass(frozen=True, slots=True)
class MarkReport:
    """What marking or unmarking meant for every workbook of a run."""

    workbooks: tuple[MarkedWorkbook, ...]
    language: Language = "da"
    form_word: str = "Skema"


def mark(
    paths: Iterable[str | Path] | str | Path,
    *,
    output: str | Path | None = None,
    dry_run: bool = False,
    through_protection: bool = False,
    config: str | Path | None = None,
    language: Language | None = None,
    progress: Progress | None = None,
) -> MarkReport:
    """Check workbooks, and write copies in which each flagged cell has a colour and a note.

    A sheet lists all findings with links to their cells. A workbook that is marked already is first unmarked,
    so that it never carries more than one set of marks. The workbooks themselves are not touched.

    Args:
        paths: files, folders and patterns.
        output: the folder for the copies; without it, or with ``dry_run``, nothing is written.
        dry_run: only plan.
        through_protection: mark cells of protected sheets as well.
        config: a settings file; without it the nearest budget.toml above each workbook holds.
        language: the language to speak.
        progress: called with (workbooks done, workbooks in all).

    Raises:
        UsageError: a path does not exist, or ``output`` is a file or holds one of the workbooks.
        SettingsError: a settings file is wrong.

    >>> plan = mark("workbooks/faults/ARI001-row-total-wrong.xlsx")
    >>> [(cell.place.sheet, str(cell.place.cell)) for cell in plan.workbooks[0].cells]
    [('Skema', 'F10')]
    """
    roots = [Path(paths)] if isinstance(paths, str | Path) else [Path(one) for one in paths]
    settings_of = _SettingsOf(config, language)
    targets = _copies(roots, settings_of, output, dry_run)
    seen: dict[Path, bytes] = {}

    def read(path: Path, limits: Limits) -> Book:
        from .books.file import read_bytes

        book, content = _unmarked(path, limits, through_protection)
        seen[path] = _digest(path)
        return book if content is None else read_bytes(content, str(path), limits)

    report = check(roots, config=config, language=language, progress=progress, read=read)
    from .reports.wording import Wording

    spoken: Language = report.language if report.language in LANGUAGES else "da"
    wording = Wording(spoken, report.form_word)
    done = []
    for workbook in report.workbooks:
        path = Path(workbook.path)
        if workbook.status != "checked":
            done.append(
                MarkedWorkbook(workbook.path, reason=workbook.reason, reason_facts=workbook.reason_facts)
            )
            continue
        limits = settings_of.file(path).limits
        done.append(_marked(workbook, targets.get(path), seen.get(path), limits, wording, through_protection))
    return MarkReport(tuple(done), spoken, report.form_word)


def _marked(
    workbook: WorkbookReport,
    target: Path | None,
    seen: bytes | None,
    limits: Limits,
    wording: object,
    through_protection: bool,
) -> MarkedWorkbook:
    from .books.guard import snapshot
    from .books.patch import edited
    from .books.patch.looks import appearances, takes_notes
    from .reports.mark import flagged, mark_edits, marked_places
    from .reports.wording import Wording

    assert isinstance(wording, Wording)
    path = Path(workbook.path)
    numbered = flagged(workbook)
    cells = tuple(
        MarkedCell(place, tuple(one for _, one in numbered if (one.sheet, one.cell) == place))
        for place in marked_places(workbook)
    )
    plan = MarkedWorkbook(str(path), cells, len(numbered), report=workbook)
    if target is None or not numbered:
        return plan
    try:
        if _digest(path) != seen:
            raise WriteRefused("changed-since")
        _, content = _unmarked(path, limits, through_protection)
        content = snapshot(path, limits) if content is None else content
        before, counts = appearances(content, [cell.place for cell in cells])
        edits = mark_edits(workbook, before, counts, wording, notes=takes_notes(content))
        _write(target, edited(content, edits, through_protection=through_protection), path)
    except WorkbookError as error:
        return MarkedWorkbook(
            str(path), cells, len(numbered), False, None, error.reason, error.facts, workbook
        )
    return MarkedWorkbook(str(path), cells, len(numbered), False, str(target), report=workbook)


def unmark(
    paths: Iterable[str | Path] | str | Path,
    *,
    output: str | Path | None = None,
    dry_run: bool = False,
    through_protection: bool = False,
    config: str | Path | None = None,
    language: Language | None = None,
    progress: Progress | None = None,
) -> MarkReport:
    """Write copies of marked workbooks without what ``mark`` put there: its colours, notes and sheets.

    The colours and notes that people had there come back. A cell that somebody coloured since keeps its new
    colour. Arguments and errors are those of ``mark``.
    """
    roots = [Path(paths)] if isinstance(paths, str | Path) else [Path(one) for one in paths]
    settings_of = _SettingsOf(config, language)
    targets = _copies(roots, settings_of, output, dry_run)
    found = find(roots, settings_of)
    done = []
    for number, path in enumerate(found.workbooks, 1):
        done.append(_set_free(path, targets.get(path), settings_of.file(path).limits, through_protection))
        if progress is not None:
            progress(number, len(found.workbooks))
    first = settings_of.file(found.workbooks[0]) if found.workbooks else settings_of.folder(Path("."))
    return MarkReport(tuple(done), first.language, first.form_word)


def _set_free(path: Path, target: Path | None, limits: Limits, through_protection: bool) -> MarkedWorkbook:
    try:
        if path.suffix.lower() not in (".xlsx", ".xlsm"):
            raise Refused("unsupported-kind", suffix=path.suffix.lower())
        book, content = _unmarked(path, limits, through_protection)
        record = record_of(book)
        if record is None or content is None:
            return MarkedWorkbook(str(path))
        cells = tuple(MarkedCell(mark.place) for mark in record.marks)
        if target is not None:
            _write(target, content, path)
        return MarkedWorkbook(str(path), cells, 0, True, str(target) if target is not None else None)
    except WorkbookError as error:
        return MarkedWorkbook(str(path), reason=error.reason, reason_facts=error.facts)


def _unmarked(path: Path, limits: Limits, through_protection: bool) -> tuple[Book, bytes | None]:
    """A workbook as it is on disk, and its bytes without marks; None for one that is not marked.

    Raises:
        WorkbookError: it cannot be read, or the marks cannot be taken away.
    """
    from .books.file import read_bytes
    from .books.guard import snapshot

    content = snapshot(path, limits)
    book = read_bytes(content, str(path), limits)
    record = record_of(book)
    if record is None:
        return book, None
    return book, _without_marks(content, record, our_sheets(book), through_protection)


def _without_marks(
    content: bytes, record: Record, sheets: tuple[str, ...], through_protection: bool
) -> bytes:
    from .books.patch import edited
    from .books.patch.looks import appearances, note_texts
    from .reports.mark import unmark_edits

    numbers = {place: number_of(text) for place, text in note_texts(content).items()}
    noted = {place: number for place, number in numbers.items() if number is not None}
    where = found_again(record, noted)
    now, _ = appearances(content, where.values())
    edits = unmark_edits(record, sheets, where, now, noted)
    return edited(content, edits, through_protection=through_protection)


def _copies(
    roots: list[Path], settings_of: _SettingsOf, output: str | Path | None, dry_run: bool
) -> dict[Path, Path]:
    """Where the copies go; none where nothing is to be written."""
    folder = Path(output) if output is not None and not dry_run else None
    if folder is not None and folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder}: is a file; --output wants a folder")
    return _targets(find(roots, settings_of).workbooks, roots, folder)


def _digest(path: Path) -> bytes:
    """What tells whether a file is still the one that was read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").digest()
    except OSError:
        return b""


def _write(target: Path, content: bytes, source: Path) -> None:
    """Write a copy: whole, or not at all."""
    draft = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(content)
        with suppress(OSError):
            draft.chmod(source.stat().st_mode & 0o777)
        os.replace(draft, target)
    except OSError as error:
        with suppress(OSError):
            draft.unlink()
        raise WriteRefused("cannot-write", path=str(target)) from error
