"""Edits put into the bytes of a workbook: only the cells that were asked for change, byte for byte.

A department's workbook holds more than any library can write again (shapes, sparklines, threaded
comments, cached values), so nothing is loaded and saved. The bytes of a cell are found with expat, new
ones go in, and all else is copied as it stands (``package.py``). The formats followed are ECMA-376
part 1, chapter 18, transitional and strict. Where an edit would harm something else in the workbook,
it is refused and nothing is written.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from ...errors import WriteRefused
from ...model.address import Cell
from ...model.edit import Edit, SetResult
from ..package import Package, splice
from .cells import patch_sheet
from .harm import refuse_harm, refuse_locked, reserved
from .newsheet import sheet_xml
from .notes import patch_notes
from .sheet import Scan, inside
from .styles import Styles
from .verify import verify
from .wishes import Plan, Wish, plan_of
from .workbook import Workbook

__all__ = ["Edited", "edited", "verify"]


class Edited(NamedTuple):
    """The bytes of a workbook with the edits that are in it, and the results that were left to Excel."""

    content: bytes
    edits: tuple[Edit, ...]
    left: tuple[SetResult, ...] = ()


def edited(content: bytes, edits: Sequence[Edit], *, through_protection: bool = False) -> Edited:
    """The bytes of a workbook file with some edits in it; ``verify`` reads them back.

    Of several edits of one cell the last of each kind counts. Empty text without a formula empties the
    cell. Where a value changes and the workbook has formulas, Excel is told to recalculate it on opening.
    The result of an array or a data table is no single cell's, and where formulas calculate with what cells
    show, no result is ours to know: such results are left. Locked cells of protected sheets are refused
    unless ``through_protection``.

    Raises:
        WriteRefused: an edit would harm something else.
    """
    plan = plan_of(edits)
    with Package(content) as package:
        workbook = Workbook(package)
        if workbook.signed():
            raise WriteRefused("signed")
        if workbook.shared():
            raise WriteRefused("shared-workbook")
        if plan.added or plan.removed:
            workbook.refuse_other_sheets(through_protection=through_protection)
        left = [] if workbook.exact() else plan.without_results()
        styles = _styles_for(plan, workbook)
        for name, wanted in plan.cells.items():
            bound = _patch_cells(package, workbook, name, wanted, styles, through_protection)
            left += [SetResult(name, cell, value) for cell, value in bound.items()]
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
        # A new formula is in no calculation chain, and a formula that finds its cells by itself may read any.
        if plan.changes_values and workbook.calculates():
            workbook.recalculate()
        unwritten = {(one.sheet.casefold(), one.cell) for one in left}
        put = [
            edit
            for edit in edits
            if not isinstance(edit, SetResult) or (edit.sheet.casefold(), edit.cell) not in unwritten
        ]
        return Edited(package.content(), tuple(put), tuple(left))


def _patch_cells(
    package: Package,
    workbook: Workbook,
    name: str,
    wanted: dict[Cell, Wish],
    styles: Styles | None,
    through_protection: bool,
) -> dict[Cell, Decimal]:
    """Change the cells and notes of one sheet; the results that could not be written."""
    sheet = workbook.sheet(name)
    data = package.read(sheet.part)
    scan = Scan(data, {cell.row for cell in wanted})
    left: dict[Cell, Decimal] = {}
    for cell, wish in wanted.items():
        if wish.result is not None and any(inside(area, cell) for area in (*scan.arrays, *scan.tables)):
            left[cell], wish.result = wish.result, None
    refuse_harm(sheet, scan, wanted, reserved(package, sheet.part))
    if not through_protection:
        refuse_locked(sheet, scan, wanted, styles or (workbook.styles() if scan.protection else None))
    cuts, gone = patch_sheet(data, scan, wanted, styles)
    if any(wish.note is not None for wish in wanted.values()):
        cuts += patch_notes(package, sheet.part, scan, wanted, workbook.relation)
    package.replace(sheet.part, splice(data, cuts))
    if gone:
        workbook.shorten_chain({sheet.id: gone})
    return left


def _styles_for(plan: Plan, workbook: Workbook) -> Styles | None:
    """The styles of the workbook, if the plan needs any."""
    looks = any(wish.looks for wanted in plan.cells.values() for wish in wanted.values())
    return workbook.styles() if looks or plan.added else None
