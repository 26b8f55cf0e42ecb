"""Findings into the workbooks themselves, and out again: joins the check, the marks and the writer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..books.file import read_bytes
from ..books.guard import snapshot
from ..books.journal import content_hash
from ..books.patch import edited
from ..books.patch.looks import appearances, note_texts, takes_notes
from ..catalog import LANGUAGES, Language
from ..errors import Refused, UsageError, WorkbookError, WriteRefused
from ..model.edit import Edit
from ..model.finding import Finding, WorkbookReport
from ..model.mark import Place, Record, found_again, number_of, our_sheets, record_of
from ..reports.mark import flagged, mark_edits, marked_places, unmark_edits
from ..reports.wording import Wording
from ..run import Progress, SettingsOf, check, find
from ..settings import Limits
from .writing import Writing, copies

if TYPE_CHECKING:
    from ..model.book import Book


@dataclass(frozen=True, slots=True)
class MarkedCell:
    """A cell that would be, or was, marked or set free: where, and the findings that are said of it."""

    place: Place
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class MarkedWorkbook:
    """What marking or unmarking meant for one workbook; ``target`` is the file that was written, if one was.

    ``listed`` is how many findings stand on the sheet with the list. ``marked`` is whether the workbook was
    marked before, and ``same`` whether marking it again would change nothing.
    """

    path: str
    cells: tuple[MarkedCell, ...] = ()
    listed: int = 0
    marked: bool = False
    target: str | None = None
    reason: str | None = None
    reason_facts: Mapping[str, object] = field(default_factory=dict)
    same: bool = False


@dataclass(frozen=True, slots=True)
class MarkReport:
    """What marking or unmarking meant for a run; ``operation`` is what ``undo`` takes back."""

    workbooks: tuple[MarkedWorkbook, ...]
    language: Language = "da"
    form_word: str = "Skema"
    operation: str | None = None


def mark(
    paths: Iterable[str | Path] | str | Path,
    *,
    output: str | Path | None = None,
    in_place: bool = False,
    dry_run: bool = False,
    through_protection: bool = False,
    even_if_synchronised: bool = False,
    config: str | Path | None = None,
    language: Language | None = None,
    progress: Progress | None = None,
) -> MarkReport:
    """Check workbooks, and give each flagged cell a colour and a note.

    A sheet lists all findings with links to their cells; what was accepted is listed there and gets no
    colour. A workbook that is marked already is first unmarked, so that it never carries more than one set
    of marks. Without ``in_place`` the workbooks themselves are not touched.

    Args:
        paths: files, folders and patterns.
        output: the folder for marked copies.
        in_place: mark the workbooks themselves; ``unmark`` and ``undo`` give them back as they were.
        dry_run: only plan, as without ``output`` and ``in_place``.
        through_protection: mark cells of protected sheets as well.
        even_if_synchronised: mark workbooks in the folder of a cloud service in place as well, though
            somebody may have them open in a browser.
        config: a settings file; without it the nearest budget.toml above each workbook holds.
        language: the language to speak.
        progress: called with (workbooks done, workbooks in all).

    Raises:
        UsageError: a path does not exist, both ``output`` and ``in_place`` are given, or ``output`` is a
            file or holds one of the workbooks.
        SettingsError: a settings file is wrong.

    >>> plan = mark("workbooks/faults/ARI001-row-total-wrong.xlsx")
    >>> [(cell.place.sheet, str(cell.place.cell)) for cell in plan.workbooks[0].cells]
    [('Skema', 'F10')]
    """
    roots = _roots(paths, output, in_place)
    settings_of = SettingsOf(config, language)
    targets = copies(find(roots, settings_of).workbooks, roots, None if dry_run else output)
    hashes: dict[Path, str] = {}

    def read(data: bytes, path: str, limits: Limits) -> Book:
        hashes[Path(path)] = content_hash(data)
        book = read_bytes(data, path, limits)
        back = _way_back(data, book)
        if back is None:
            return book
        return read_bytes(edited(data, back, through_protection=through_protection).content, path, limits)

    report = check(roots, config=config, language=language, progress=progress, read=read)
    spoken: Language = report.language if report.language in LANGUAGES else "da"
    wording = Wording(spoken, report.form_word)
    with Writing(
        "mark",
        settings_of,
        targets=targets,
        in_place=in_place and not dry_run,
        through_protection=through_protection,
        even_if_synchronised=even_if_synchronised,
    ) as writing:
        done = tuple(
            _marked(workbook, hashes, settings_of, wording, writing)
            if workbook.status == "checked"
            else MarkedWorkbook(workbook.path, reason=workbook.reason, reason_facts=workbook.reason_facts)
            for workbook in report.workbooks
        )
    return MarkReport(done, spoken, report.form_word, writing.changed)


def _marked(
    workbook: WorkbookReport,
    hashes: Mapping[Path, str],
    settings_of: SettingsOf,
    wording: Wording,
    writing: Writing,
) -> MarkedWorkbook:
    path = Path(workbook.path)
    places = marked_places(workbook)
    cells = tuple(
        MarkedCell(
            place,
            tuple(
                one for one in workbook.findings if (one.sheet, one.cell) == place and one.accepted is None
            ),
        )
        for place in places
    )
    plan = MarkedWorkbook(str(path), cells, len(flagged(workbook)))
    if not writing.writes(path):
        return plan
    try:
        limits = settings_of.file(path).limits
        data = snapshot(path, limits)
        if content_hash(data) != hashes[path]:
            raise WriteRefused("changed-since")
        back = _way_back(data, read_bytes(data, str(path), limits))
        plan = replace(plan, marked=back is not None)
        passes: list[list[Edit]] = [] if back is None else [back]
        if plan.listed:
            content = data if back is None else writing.tried(data, back)
            before, counts = appearances(content, places)
            passes.append(mark_edits(workbook, before, counts, wording, notes=takes_notes(content)))
        written = writing.write(path, hashes[path], *passes) if passes else None
    except WorkbookError as error:
        return replace(plan, reason=error.reason, reason_facts=error.facts)
    if written is None:
        return replace(plan, same=bool(passes))
    return replace(plan, target=written.path)


def unmark(
    paths: Iterable[str | Path] | str | Path,
    *,
    output: str | Path | None = None,
    in_place: bool = False,
    dry_run: bool = False,
    through_protection: bool = False,
    even_if_synchronised: bool = False,
    config: str | Path | None = None,
    language: Language | None = None,
    progress: Progress | None = None,
) -> MarkReport:
    """Take out of marked workbooks what ``mark`` put there: its colours, notes and sheets.

    The colours and notes that people had there come back. A cell that somebody coloured since keeps its new
    colour. Arguments and errors are those of ``mark``.
    """
    roots = _roots(paths, output, in_place)
    settings_of = SettingsOf(config, language)
    found = find(roots, settings_of)
    targets = copies(found.workbooks, roots, None if dry_run else output)
    done = []
    with Writing(
        "unmark",
        settings_of,
        targets=targets,
        in_place=in_place and not dry_run,
        through_protection=through_protection,
        even_if_synchronised=even_if_synchronised,
    ) as writing:
        for number, path in enumerate(found.workbooks, 1):
            done.append(_set_free(path, settings_of.file(path).limits, writing))
            if progress is not None:
                progress(number, len(found.workbooks))
    first = settings_of.file(found.workbooks[0]) if found.workbooks else settings_of.folder(Path("."))
    return MarkReport(tuple(done), first.language, first.form_word, writing.changed)


def _set_free(path: Path, limits: Limits, writing: Writing) -> MarkedWorkbook:
    plan = MarkedWorkbook(str(path))
    try:
        if path.suffix.lower() not in (".xlsx", ".xlsm"):
            raise Refused("unsupported-kind", suffix=path.suffix.lower())
        data = snapshot(path, limits)
        book = read_bytes(data, str(path), limits)
        record = record_of(book)
        back = _way_back(data, book)
        if record is None or back is None:
            return plan
        plan = replace(plan, cells=tuple(MarkedCell(one.place) for one in record.marks), marked=True)
        written = writing.write(path, content_hash(data), back)
    except WorkbookError as error:
        return replace(plan, reason=error.reason, reason_facts=error.facts)
    return plan if written is None else replace(plan, target=written.path)


def _way_back(content: bytes, book: Book) -> list[Edit] | None:
    """The edits that take the marks out of a workbook; None for one that is not marked.

    Raises:
        WorkbookError: the workbook cannot be read well enough.
    """
    record: Record | None = record_of(book)
    if record is None:
        return None
    numbers = {place: number_of(text) for place, text in note_texts(content).items()}
    noted = {place: number for place, number in numbers.items() if number is not None}
    where = found_again(record, noted)
    now, _ = appearances(content, where.values())
    return unmark_edits(record, our_sheets(book), where, now, noted)


def _roots(paths: Iterable[str | Path] | str | Path, output: str | Path | None, in_place: bool) -> list[Path]:
    if in_place and output is not None:
        raise UsageError("--in-place and --output exclude each other: choose one")
    return [Path(paths)] if isinstance(paths, str | Path) else [Path(one) for one in paths]
