"""What forbids a change: cells that are bound to other cells, and cells that are locked."""

from __future__ import annotations

from collections.abc import Mapping

from ...errors import WriteRefused
from ...model.address import Cell, Range
from ..package import Package, elements
from .cells import inherited_style
from .sheet import Scan, count_of, inside, range_of, widened
from .styles import Styles
from .wishes import Wish
from .workbook import SheetPart

LARGEST_AREA = 10_000_000
"""Cells in the used rectangle of a sheet; calamine reserves memory for all of it when reading back."""


def reserved(package: Package, part: str) -> list[tuple[Range, str]]:
    """Ranges whose content belongs to something else, with the reason that forbids a change.

    The heading cells of a table must say what the table's own part says, or Excel repairs the file; so must
    its total row, whose labels and formulas that part holds as well. What stands in a pivot table is
    overwritten at its next refresh.
    """
    found: list[tuple[Range, str]] = []
    for relationship in package.related(part):
        if relationship.part is None or relationship.kind not in ("table", "pivotTable"):
            continue
        parts = elements(package.read(relationship.part))
        if relationship.kind == "pivotTable":
            refs = [e.attributes.get("ref", "") for e in parts if e.local == "location"]
            found += [(area, "pivot-table") for ref in refs if (area := range_of(ref))]
            continue
        area = range_of(parts[0].attributes.get("ref", ""))
        heading = count_of(parts[0].attributes.get("headerRowCount", "1"))
        totals = count_of(parts[0].attributes.get("totalsRowCount", "0"))
        if area and heading:
            found.append((area._replace(bottom=area.top + heading - 1), "table-heading"))
        if area and totals:
            found.append((area._replace(top=area.bottom - totals + 1), "table-total"))
    return found


def refuse_harm(
    sheet: SheetPart, scan: Scan, wanted: Mapping[Cell, Wish], reserved: list[tuple[Range, str]]
) -> None:
    """Refuse wishes whose cell is bound to other cells.

    Raises:
        WriteRefused: ``merged-cell``, ``array-formula``, ``data-table``, ``shared-formula``,
            ``table-heading``, ``table-total``, ``pivot-table`` or ``no-formula`` with ``at``, or
            ``sheet-too-large``.
    """
    for cell, wish in wanted.items():
        at = f"{sheet.name}!{cell}"
        if wish.result is not None and not _has_formula(scan, cell):
            raise WriteRefused("no-formula", at=at)
        written = wish.content is not None or wish.format is not None
        if written and any(inside(merged, cell) and cell != merged[:2] for merged in scan.merged):
            raise WriteRefused("merged-cell", at=at)
        if wish.content is None:
            continue
        bound = [(r, "array-formula") for r in scan.arrays] + [(r, "data-table") for r in scan.tables]
        for area, reason in bound + reserved:
            if inside(area, cell):
                raise WriteRefused(reason, at=at)
        members = scan.shared.get(scan.masters.get(cell, ""), []) if cell in scan.masters else []
        if any(other not in wanted or wanted[other].content is None for other in members):
            raise WriteRefused("shared-formula", at=at)
    used = widened(scan.used, [cell for cell, wish in wanted.items() if wish.in_cell])
    if used and (used.bottom - used.top + 1) * (used.right - used.left + 1) > LARGEST_AREA:
        raise WriteRefused("sheet-too-large", sheet=sheet.name)


def refuse_locked(sheet: SheetPart, scan: Scan, wanted: Mapping[Cell, Wish], styles: Styles | None) -> None:
    """Refuse what a person could not do either while the sheet is protected.

    A cell is locked unless its own cell format says that it is not (ECMA-376 part 1, 18.8.33); a cell
    that is not stored has the format of its row or column. Ranges with a password of their own count as
    locked.

    Raises:
        WriteRefused: ``locked-cell`` with ``at``.
    """
    said = scan.protection
    if said is None or said.get("sheet") not in ("1", "true"):
        return

    def allowed(what: str, unsaid: str) -> bool:
        # the attributes say what is locked: formatCells="0" lets anybody format
        return said is not None and said.get(what, unsaid) in ("0", "false")

    for cell, wish in wanted.items():
        row = scan.rows.get(cell.row)
        stored = row.cells.get(cell.column) if row else None
        style = stored.style if stored is not None else inherited_style(scan, row, cell.column)
        unlocked = styles is not None and styles.unlocked(count_of(style))
        guarded = any(inside(area, cell) for area in scan.guarded)
        written = wish.content is not None and (guarded or not unlocked)
        formatted = (wish.looks or wish.clear is not None) and not allowed("formatCells", "1")
        noted = wish.note is not None and not allowed("objects", "0")
        if written or formatted or noted:
            raise WriteRefused("locked-cell", at=f"{sheet.name}!{cell}")


def _has_formula(scan: Scan, cell: Cell) -> bool:
    row = scan.rows.get(cell.row)
    stored = row.cells.get(cell.column) if row else None
    return stored is not None and any(child.local == "f" for child in stored.children)
