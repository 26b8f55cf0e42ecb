"""The totals that are missing, written into copies or into the workbooks themselves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from ..books.file import read_bytes
from ..books.journal import content_hash
from ..catalog import Language
from ..errors import UsageError, WorkbookError
from ..filling import missing_totals
from ..formula import recalculated
from ..model.address import Cell
from ..model.book import Book
from ..model.edit import SetCell
from ..model.table import Axis, Table, Total
from ..run import Progress, SettingsOf, examine_all, find
from ..settings import Limits
from .writing import Following, Writing, copies, following

if TYPE_CHECKING:
    from ..inspection.examining import Examined


@dataclass(frozen=True, slots=True)
class PlannedTotal:
    """A total that would be, or was, written: where, what, and what it adds up.

    ``kind`` is "row", "column" or "corner"; ``value`` is in the table's own unit.
    """

    sheet: str
    cell: Cell
    value: Decimal
    formula: str
    line: str
    heading: str
    kind: str


@dataclass(frozen=True, slots=True)
class FilledWorkbook:
    """What filling in meant for one workbook; ``target`` is the file that was written, if one was."""

    path: str
    totals: tuple[PlannedTotal, ...] = ()
    target: str | None = None
    reason: str | None = None
    reason_facts: Mapping[str, object] = field(default_factory=dict)
    following: Following = field(default_factory=Following)


@dataclass(frozen=True, slots=True)
class FillReport:
    """What filling in meant for every workbook of a run; ``operation`` is what ``undo`` takes back."""

    workbooks: tuple[FilledWorkbook, ...]
    language: str = "da"
    operation: str | None = None


def fill(
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
) -> FillReport:
    """Plan the totals that a label asks for and whose cells are empty, and write them.

    Formula and value are written together. Nothing that was typed is ever overwritten. Without ``in_place``
    the workbooks themselves are not touched: copies of those with something to fill in go to ``output``,
    under the same names, with all else byte for byte as it was.

    Args:
        paths: files, folders and patterns.
        output: the folder for the copies.
        in_place: change the workbooks themselves; ``undo`` gives them back as they were.
        dry_run: only plan, as without ``output`` and ``in_place``.
        through_protection: write locked cells of protected sheets as well.
        even_if_synchronised: change workbooks in the folder of a cloud service in place as well, though
            somebody may have them open in a browser.
        config: a settings file; without it the nearest budget.toml above each workbook holds.
        language: the language to speak.
        progress: called with (workbooks done, workbooks in all).

    Raises:
        UsageError: a path does not exist, both ``output`` and ``in_place`` are given, or ``output`` is a
            file or holds one of the workbooks.
        SettingsError: a settings file is wrong.

    >>> plan = fill("workbooks/faults/STR003-total-column-empty.xlsx")
    >>> [(str(total.cell), total.formula, str(total.value)) for total in plan.workbooks[0].totals]
    [('F10', '=SUM(B10:E10)', '2000'), ('F11', '=SUM(F10)', '2000')]
    """
    from ..inspection.examining import Examined

    if isinstance(paths, str | Path):
        paths = [paths]
    if in_place and output is not None:
        raise UsageError("--in-place and --output exclude each other: choose one")
    roots = [Path(one) for one in paths]
    settings_of = SettingsOf(config, language)
    found = find(roots, settings_of)
    targets = copies(found.workbooks, roots, None if dry_run else output)
    hashes: dict[Path, str] = {}

    def read(data: bytes, path: str, limits: Limits) -> Book:
        hashes[Path(path)] = content_hash(data)
        return read_bytes(data, path, limits)

    done: list[FilledWorkbook] = []
    with Writing(
        "fill",
        settings_of,
        targets=targets,
        in_place=in_place and not dry_run,
        through_protection=through_protection,
        even_if_synchronised=even_if_synchronised,
    ) as writing:
        for number, (path, examined) in enumerate(examine_all(found.workbooks, settings_of, read), 1):
            if isinstance(examined, Examined):
                done.append(_filled(path, examined, hashes.pop(path), writing))
            else:
                done.append(
                    FilledWorkbook(str(path), reason=examined.reason, reason_facts=examined.reason_facts)
                )
            if progress is not None:
                progress(number, len(found.workbooks))
    first = settings_of.file(found.workbooks[0]) if found.workbooks else settings_of.folder(Path("."))
    return FillReport(tuple(done), first.language, writing.changed)


def _filled(path: Path, examined: Examined, checked: str, writing: Writing) -> FilledWorkbook:
    planned = [
        (table, total, edit)
        for page in examined.pages
        for table in page.tables
        for total, edit in missing_totals(table)
    ]
    if not planned:
        return FilledWorkbook(str(path))
    new = recalculated(examined.book, [edit for _, _, edit in planned])
    totals = tuple(
        _told(table, total, edit) for (table, total, _), edit in zip(planned, new.edits, strict=True)
    )
    plan = FilledWorkbook(str(path), totals, following=following(new))
    try:
        written = writing.write(path, checked, [*new.edits, *new.results])
    except WorkbookError as error:
        return replace(plan, reason=error.reason, reason_facts=error.facts)
    if written is None:
        return plan
    return replace(plan, target=written.path, following=written.follows(plan.following))


def _told(table: Table, total: Total, edit: SetCell) -> PlannedTotal:
    line, column = table.line(edit.cell.row), table.column(edit.cell.column)
    kind = "corner" if total.corner else "row" if total.axis is Axis.ROW else "column"
    assert isinstance(edit.value, Decimal) and edit.formula is not None
    return PlannedTotal(
        edit.sheet,
        edit.cell,
        edit.value,
        edit.formula,
        line.label if line else "",
        column.heading if column else "",
        kind,
    )
