"""The fixes that findings carry, applied: the safe ones at once, the others when a person has seen them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from ..books.accepted import Accepted
from ..books.file import read_bytes
from ..books.journal import content_hash
from ..catalog import Language
from ..errors import UsageError, WorkbookError
from ..formula import recalculated, shifted
from ..model.address import Cell, Range
from ..model.book import Book
from ..model.edit import CellEdit, Edit, Safety, SetCell, SetNumberFormat
from ..model.finding import Finding, WorkbookReport
from ..run import Progress, SettingsOf, Wanted, examine_all, find
from ..settings import Limits
from .writing import Following, Writing, copies, following

if TYPE_CHECKING:
    from ..inspection.examining import Examined


@dataclass(frozen=True, slots=True)
class CellChange:
    """What one edit changes: ``before`` and ``after`` are values, formulas or number format codes as text.

    ``kind`` is "value", "formula" or "format"; amounts stand with a decimal point and without separators.
    """

    sheet: str
    cell: Cell
    kind: str
    before: str | Decimal
    before_formula: str | None
    after: str | Decimal
    after_formula: str | None


@dataclass(frozen=True, slots=True)
class PlannedFix:
    """A finding whose fix would be, or was, applied, and what changes."""

    finding: Finding
    changes: tuple[CellChange, ...]

    @property
    def safe(self) -> bool:
        """Whether it loses nothing, so that nobody needs to look first."""
        return self.finding.fix is not None and self.finding.fix.safety is Safety.SAFE


@dataclass(frozen=True, slots=True)
class FixedWorkbook:
    """What fixing meant for one workbook.

    ``fixes`` are applied (or would be), ``left`` wait for a person; ``target`` is the file that was written,
    if one was.
    """

    path: str
    fixes: tuple[PlannedFix, ...] = ()
    left: tuple[PlannedFix, ...] = ()
    target: str | None = None
    reason: str | None = None
    reason_facts: Mapping[str, object] = field(default_factory=dict)
    following: Following = field(default_factory=Following)


@dataclass(frozen=True, slots=True)
class FixReport:
    """What fixing meant for every workbook of a run; ``operation`` is what ``undo`` takes back."""

    workbooks: tuple[FixedWorkbook, ...]
    language: str = "da"
    form_word: str = "Skema"
    operation: str | None = None


Decide = Callable[[str, PlannedFix, Language], bool]
"""Asks a person about a fix, given the path, the fix and the language."""


def fix(
    paths: Iterable[str | Path] | str | Path,
    *,
    safe: bool = False,
    codes: Collection[str] = (),
    findings: Collection[str] = (),
    output: str | Path | None = None,
    in_place: bool = False,
    dry_run: bool = False,
    decide: Decide | None = None,
    through_protection: bool = False,
    even_if_synchronised: bool = False,
    config: str | Path | None = None,
    language: Language | None = None,
    progress: Progress | None = None,
) -> FixReport:
    """Apply the fixes that findings carry, or plan them.

    A safe fix (a text that is a number, an odd minus sign, a number format) is applied without a question.
    Any other is applied when its finding is named or when ``decide`` says so. Of two fixes of the same
    cell the first is applied and the other left. What was accepted is left alone.

    Args:
        paths: files, folders and patterns.
        safe: only the safe fixes.
        codes: only findings of these codes, or beginnings of codes.
        findings: only the findings with these ids, as a report gives them.
        output: the folder for changed copies.
        in_place: change the workbooks themselves; ``undo`` gives them back as they were.
        dry_run: only plan; ``decide`` is not asked.
        decide: asked about each fix that a person must see first.
        through_protection: write locked cells of protected sheets as well.
        even_if_synchronised: change workbooks in the folder of a cloud service in place as well.
        config: a settings file; without it the nearest budget.toml above each workbook holds.
        language: the language to speak.
        progress: called with (workbooks done, workbooks in all).

    Raises:
        UsageError: a path does not exist, a code is unknown, an id is of no finding with a fix or of one
            in several workbooks, or the output cannot be used.
        SettingsError: a settings file is wrong.

    >>> plan = fix("workbooks/faults/NUM001-text-with-point.xlsx", codes=["NUM001"])
    >>> [(str(change.cell), change.before, str(change.after))
    ...  for done in plan.workbooks[0].fixes for change in done.changes]
    [('C10', '1.500', '1500')]
    """
    from ..inspection.examining import Examined

    if isinstance(paths, str | Path):
        paths = [paths]
    if in_place and output is not None:
        raise UsageError("--in-place and --output exclude each other: choose one")
    wanted = Wanted(codes, ())
    roots = [Path(one) for one in paths]
    settings_of = SettingsOf(config, language)
    found = find(roots, settings_of)
    targets = copies(found.workbooks, roots, None if dry_run else output)
    accepted = Accepted()
    hashes: dict[Path, str] = {}

    def read(data: bytes, path: str, limits: Limits) -> Book:
        hashes[Path(path)] = content_hash(data)
        return read_bytes(data, path, limits)

    planned: list[tuple[Path, FixedWorkbook, list[Edit]]] = []
    for number, (path, examined) in enumerate(examine_all(found.workbooks, settings_of, read), 1):
        if isinstance(examined, Examined):
            offered = _offered(path, examined, settings_of, wanted, accepted, safe, findings)
            asked = None if dry_run else decide
            workbook = _chosen(str(path), offered, findings, asked, settings_of.file(path).language)
            planned.append((path, *_edits(workbook, examined.book)))
        else:
            refused = FixedWorkbook(str(path), reason=examined.reason, reason_facts=examined.reason_facts)
            planned.append((path, refused, []))
        if progress is not None:
            progress(number, len(found.workbooks))
    _check_ids(findings, [workbook for _, workbook, _ in planned])
    done: list[FixedWorkbook] = []
    with Writing(
        "fix",
        settings_of,
        targets=targets,
        in_place=in_place and not dry_run,
        through_protection=through_protection,
        even_if_synchronised=even_if_synchronised,
    ) as writing:
        for path, workbook, edits in planned:
            if edits:
                try:
                    written = writing.write(path, hashes[path], edits)
                    if written is not None:
                        follows = written.follows(workbook.following)
                        workbook = replace(workbook, target=written.path, following=follows)
                except WorkbookError as error:
                    workbook = replace(workbook, reason=error.reason, reason_facts=error.facts)
            done.append(workbook)
    first = settings_of.file(found.workbooks[0]) if found.workbooks else settings_of.folder(Path("."))
    return FixReport(tuple(done), first.language, first.form_word, writing.changed)


def _offered(
    path: Path,
    examined: Examined,
    settings_of: SettingsOf,
    wanted: Wanted,
    accepted: Accepted,
    safe: bool,
    findings: Collection[str],
) -> list[PlannedFix]:
    """The fixes of a workbook that were asked for, each with what it changes."""
    from ..inspection.batch import inspect

    report, _ = inspect([examined])[0]
    settled = tuple(wanted.of(report.findings, settings_of.file(path)))
    report = accepted.applied(WorkbookReport(str(path), "checked", settled))
    offered = []
    for finding in report.findings:
        if finding.fix is None or not finding.fix.edits or finding.accepted is not None:
            continue
        if (safe and finding.fix.safety is not Safety.SAFE) or (findings and finding.id not in findings):
            continue
        changes = tuple(_change(examined.book, edit) for edit in finding.fix.edits)
        offered.append(PlannedFix(finding, changes))
    return offered


def _change(book: Book, edit: CellEdit) -> CellChange:
    sheet = book.sheet(edit.sheet)
    assert sheet is not None
    if isinstance(edit, SetNumberFormat):
        row, column = edit.cell
        formats = sheet.details([Range(row, column, row, column)]).formats
        before = formats.get(edit.cell, "General")
        return CellChange(edit.sheet, edit.cell, "format", before, None, edit.format, None)
    value = sheet.value(*edit.cell)
    formula = shifted(sheet.formulas[edit.cell], edit.cell) if edit.cell in sheet.formulas else None
    number = isinstance(value, int | float) and not isinstance(value, bool)
    shown = Decimal(repr(value)) if number else str(value)
    kind = "value" if edit.formula is None else "formula"
    return CellChange(edit.sheet, edit.cell, kind, shown, formula, edit.value, edit.formula)


def _chosen(
    path: str,
    offered: Sequence[PlannedFix],
    named: Collection[str],
    decide: Decide | None,
    language: Language,
) -> FixedWorkbook:
    """The fixes that are applied, and those that wait for a person."""
    fixes: list[PlannedFix] = []
    left: list[PlannedFix] = []
    taken: set[tuple[str, Cell, bool]] = set()
    for one in sorted(offered, key=lambda one: not one.safe):
        places = {(change.sheet, change.cell, change.kind == "format") for change in one.changes}
        if places & taken:
            left.append(one)
        elif one.safe or one.finding.id in named or (decide is not None and decide(path, one, language)):
            taken |= places
            fixes.append(one)
        else:
            left.append(one)
    return FixedWorkbook(path, tuple(fixes), tuple(left))


def _edits(workbook: FixedWorkbook, book: Book) -> tuple[FixedWorkbook, list[Edit]]:
    """The edits of a workbook's fixes with their results, and the results that follow from them."""
    edits = [edit for one in workbook.fixes if one.finding.fix for edit in one.finding.fix.edits]
    values = [edit for edit in edits if isinstance(edit, SetCell)]
    new = recalculated(book, values)
    results = {(edit.sheet, edit.cell): edit for edit in new.edits}
    fixes = tuple(
        replace(
            one,
            changes=tuple(
                change
                if change.kind == "format"
                else replace(change, after=results[change.sheet, change.cell].value)
                for change in one.changes
            ),
        )
        for one in workbook.fixes
    )
    formats = [edit for edit in edits if not isinstance(edit, SetCell)]
    settled = replace(workbook, fixes=fixes, following=following(new))
    return settled, [*new.edits, *formats, *new.results]


def _check_ids(findings: Collection[str], workbooks: Sequence[FixedWorkbook]) -> None:
    """See that each id names one fix.

    Raises:
        UsageError: it names none, or several.
    """
    places: dict[str, list[str]] = defaultdict(list)
    for workbook in workbooks:
        for one in (*workbook.fixes, *workbook.left):
            places[one.finding.id].append(workbook.path)
    for id_ in findings:
        if not places[id_]:
            raise UsageError(
                f"--finding {id_}: no finding of that id can be fixed here; "
                "'budget-tools check PATH --format json' lists ids and fixes"
            )
        if len(places[id_]) > 1:
            raise UsageError(f"--finding {id_}: in several workbooks ({', '.join(places[id_])}); name one")
