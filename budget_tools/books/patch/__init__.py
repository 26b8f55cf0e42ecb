"""Edits put into a workbook file in place: only the cells that were asked for change, byte for byte.

A department's workbook holds more than any library can write again (shapes, sparklines, threaded
comments, cached values), so nothing is loaded and saved. The bytes of a cell are found with expat, new
ones go in, and all else is copied as it stands (``package.py``). The formats followed are ECMA-376
part 1, chapter 18, transitional and strict. Where an edit would harm something else in the workbook,
it is refused and nothing is written.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from ...errors import WriteRefused
from ...model.address import Cell
from ...model.book import Book
from ...model.edit import Edit, SetResult
from ..package import Package, splice
from .cells import patch_sheet
from .dependents import refreshed
from .harm import refuse_harm, refuse_locked, reserved
from .newsheet import sheet_xml
from .notes import patch_notes
from .sheet import Scan, inside
from .styles import Styles
from .verify import read_back
from .wishes import Plan, Wish, plan_of
from .workbook import Workbook

__all__ = ["apply_edits", "edited", "read_back"]


def apply_edits(
    source: Path,
    edits: Sequence[Edit],
    target: Path,
    *,
    book: Book | None = None,
    through_protection: bool = False,
) -> None:
    """Write a copy of an .xlsx or .xlsm file in which only the cells of the edits are changed.

    A file at ``target`` is replaced, and only when the copy was read back. What the edits mean and what
    is refused is told at ``edited``.

    Raises:
        WriteRefused: an edit would harm something else, or the copy does not read back as asked.
        OSError: the source cannot be read or the target cannot be written.
    """
    if source == target or (target.exists() and source.samefile(target)):
        raise WriteRefused("same-file")
    with Package(source) as package:
        results = _patch(package, plan_of(edits), book, through_protection)
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=".", suffix=target.suffix)
        temporary = Path(name)
        try:
            with os.fdopen(handle, "w+b") as file:
                package.write(file)
                file.flush()
                os.fsync(file.fileno())
            read_back(temporary, [*results, *edits])
            shutil.copymode(source, temporary)
            os.replace(temporary, target)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise


def edited(
    content: bytes,
    edits: Sequence[Edit],
    *,
    book: Book | None = None,
    through_protection: bool = False,
) -> bytes:
    """The bytes of a workbook file with some edits in it, read back and found to hold them.

    Of several edits of one cell the last of each kind counts. Empty text without a formula empties the
    cell. With ``book``, which is what ``content`` holds, formulas that read a changed cell get their new
    result written beside them where it can be known; where it cannot, or without ``book``, the workbook
    is told to recalculate when it is opened. Locked cells of protected sheets are refused unless
    ``through_protection``.

    Raises:
        WriteRefused: an edit would harm something else, or the result does not read back as asked.
    """
    with Package(content) as package:
        results = _patch(package, plan_of(edits), book, through_protection)
        new = package.content()
    read_back(new, [*results, *edits])
    return new


def _patch(package: Package, plan: Plan, book: Book | None, through_protection: bool) -> list[SetResult]:
    """Change the parts of a package that a plan touches; the results of formulas that changed with it."""
    workbook = Workbook(package)
    if workbook.signed():
        raise WriteRefused("signed")
    if plan.added or plan.removed:
        workbook.refuse_other_sheets(through_protection=through_protection)
    changes_values = any(wish.content for wanted in plan.cells.values() for wish in wanted.values())
    current = not changes_values
    results: list[SetResult] = []
    if changes_values and book is not None and workbook.exact():
        results, current = refreshed(book, plan.cells)
        spelled = {name.casefold(): name for name in plan.cells}
        for result in results:
            sheet = spelled.setdefault(result.sheet.casefold(), result.sheet)
            plan.cells.setdefault(sheet, {}).setdefault(result.cell, Wish()).result = result.value
    styles = _styles_for(plan, workbook)
    for name, wanted in plan.cells.items():
        left_out = _patch_cells(package, workbook, name, wanted, styles, through_protection)
        results = [one for one in results if one.cell not in left_out or not _named(one.sheet, name)]
        current &= not left_out
    for removed in plan.removed:
        workbook.remove_sheet(removed.name)
    for added in plan.added:
        name = workbook.free_name(added.name)
        data = sheet_xml(added, workbook.namespace, styles, views=workbook.has_views())
        workbook.add_sheet(name, data, concealed=added.concealed, heading=added.heading)
    if styles is not None and workbook.styles_part is not None:
        package.replace(workbook.styles_part, styles.patched())
    if plan.trimmed is not None and workbook.styles_part is not None:
        styles = workbook.styles()
        package.replace(workbook.styles_part, styles.trimmed(plan.trimmed.counts, workbook.used_styles()))
    # A new formula is in no calculation chain; a new value makes the results of formulas that read it old.
    if changes_values and (not current or _has_formulas(plan)) and workbook.calculates():
        workbook.recalculate()
    return results


def _patch_cells(
    package: Package,
    workbook: Workbook,
    name: str,
    wanted: dict[Cell, Wish],
    styles: Styles | None,
    through_protection: bool,
) -> set[Cell]:
    """Change the cells and notes of one sheet; the cells whose results could not be written."""
    sheet = workbook.sheet(name)
    data = package.read(sheet.part)
    scan = Scan(data, {cell.row for cell in wanted})
    written = {
        cell: wish
        for cell, wish in wanted.items()
        # what an array or a data table gives is no single result
        if wish.result is None or not any(inside(area, cell) for area in (*scan.arrays, *scan.tables))
    }
    refuse_harm(sheet, scan, written, reserved(package, sheet.part))
    if not through_protection:
        refuse_locked(sheet, scan, written, styles or (workbook.styles() if scan.protection else None))
    cuts, gone = patch_sheet(data, scan, written, styles)
    if any(wish.note is not None for wish in written.values()):
        cuts += patch_notes(package, sheet.part, scan, written, workbook.relation)
    package.replace(sheet.part, splice(data, cuts))
    if gone:
        workbook.shorten_chain({sheet.id: gone})
    return set(wanted) - set(written)


def _styles_for(plan: Plan, workbook: Workbook) -> Styles | None:
    """The styles of the workbook, if the plan needs any."""
    looks = any(wish.looks for wanted in plan.cells.values() for wish in wanted.values())
    return workbook.styles() if looks or plan.added else None


def _has_formulas(plan: Plan) -> bool:
    return any(
        wish.content is not None and wish.content.formula is not None
        for wanted in plan.cells.values()
        for wish in wanted.values()
    )


def _named(sheet: str, name: str) -> bool:
    """Whether two names mean the same sheet, as Excel compares them."""
    return sheet.casefold() == name.casefold()
