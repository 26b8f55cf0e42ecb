"""What forbids a change: cells that are bound to other cells."""

from __future__ import annotations

from ...errors import WriteRefused
from ...model.address import Cell, Range
from ..package import Package, elements
from .sheet import Scan, count_of, inside, range_of, widened
from .wishes import Wish
from .workbook import SheetPart

LARGEST_AREA = 10_000_000
"""Cells in the used rectangle of a sheet; calamine reserves memory for all of it when reading back."""


def reserved(package: Package, part: str) -> list[tuple[Range, str]]:
    """Ranges whose content belongs to something else, with the reason that forbids a change.

    The heading cells of a table must say what the table's own part says, or Excel repairs the file; what
    stands in a pivot table is overwritten at its next refresh.
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
        if area and heading:
            found.append((area._replace(bottom=area.top + heading - 1), "table-heading"))
    return found


def refuse_harm(
    sheet: SheetPart, scan: Scan, wanted: dict[Cell, Wish], reserved: list[tuple[Range, str]]
) -> None:
    """Refuse wishes whose cell is bound to other cells.

    Raises:
        WriteRefused: ``merged-cell``, ``array-formula``, ``data-table``, ``shared-formula``,
            ``table-heading`` or ``pivot-table`` with ``at``, or ``sheet-too-large``.
    """
    for cell, wish in wanted.items():
        at = f"{sheet.name}!{cell}"
        if any(inside(merged, cell) and cell != merged[:2] for merged in scan.merged):
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
    used = widened(scan.used, wanted)
    if used and (used.bottom - used.top + 1) * (used.right - used.left + 1) > LARGEST_AREA:
        raise WriteRefused("sheet-too-large", sheet=sheet.name)
