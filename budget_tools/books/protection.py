"""What a workbook's owner has locked: cells of protected sheets, and workbooks shared the old way."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection
from pathlib import Path

from ..errors import WriteRefused
from ..model.address import Cell, parse_cell, parse_range
from .package import Element, Package, elements

_ON = ("1", "true")
_ID = re.compile(r"http://\S+/relationships id")


def refuse_locked(path: Path, cells: Collection[tuple[str, Cell]]) -> None:
    """Refuse cells that nobody can type into while their sheet is protected.

    A cell is locked unless its own cell format says that it is not (ECMA-376 part 1, 18.8.33); a cell
    that is not stored has the format of its row or column. Ranges with a password of their own count as
    locked.

    Raises:
        WriteRefused: ``locked-cell`` with ``at``.
    """
    if not cells:
        return
    with Package(path) as package:
        workbook = next((r.part for r in package.related("") if r.kind == "officeDocument" and r.part), None)
        if workbook is None:
            return
        related = package.related(workbook)
        targets = {r.id: r.part for r in related}
        styles = next((r.part for r in related if r.kind == "styles" and r.part), None)
        wanted: dict[str, list[Cell]] = {}
        for sheet, cell in cells:
            wanted.setdefault(sheet.casefold(), []).append(cell)
        unlocked: frozenset[int] | None = None
        for element in elements(package.read(workbook)):
            if element.local != "sheet":
                continue
            name = element.attributes.get("name", "")
            part = targets.get(next((v for k, v in element.attributes.items() if _ID.fullmatch(k)), ""))
            if part is None or name.casefold() not in wanted:
                continue
            data = package.read(part)
            if b"sheetProtection" not in data:
                continue
            if unlocked is None:
                unlocked = _unlocked(package.read(styles)) if styles else frozenset()
            _refuse_on_sheet(name, elements(data), wanted[name.casefold()], unlocked)


def _refuse_on_sheet(
    name: str, found: list[Element], cells: Collection[Cell], unlocked: frozenset[int]
) -> None:
    protection = next((e for e in found if e.local == "sheetProtection"), None)
    if protection is None or protection.attributes.get("sheet") not in _ON:
        return
    styles: dict[Cell, int] = {}
    rows: dict[int, int] = {}
    columns: list[tuple[int, int, int]] = []
    row = column = 0
    for element in found:
        said = element.attributes
        if element.local == "row":
            row, column = int(said.get("r") or row + 1), 0
            if said.get("customFormat") in _ON:
                rows[row] = int(said.get("s", "0"))
        elif element.local == "c" and element.parent is not None and element.parent.local == "row":
            at = parse_cell(said["r"]) if said.get("r") else Cell(row, column + 1)
            column = at.column
            styles[at] = int(said.get("s", "0"))
        elif element.local == "col":
            columns.append((int(said["min"]), int(said["max"]), int(said.get("style", "0"))))
    columns.sort()
    for cell in cells:
        style = styles.get(cell, rows.get(cell.row))
        if style is None:
            place = bisect_right(columns, (cell.column, 1 << 30, 1 << 30)) - 1
            inside = place >= 0 and columns[place][0] <= cell.column <= columns[place][1]
            style = columns[place][2] if inside else 0
        if style not in unlocked or _has_a_password(found, cell):
            raise WriteRefused("locked-cell", at=f"{name}!{cell}")


def _has_a_password(found: list[Element], cell: Cell) -> bool:
    for element in found:
        if element.local == "protectedRange":
            for text in element.attributes.get("sqref", "").split():
                area = parse_range(text)
                if area.top <= cell.row <= area.bottom and area.left <= cell.column <= area.right:
                    return True
    return False


def _unlocked(styles: bytes) -> frozenset[int]:
    """The cell formats that say that their cells are not locked."""
    found: set[int] = set()
    number = -1
    for element in elements(styles):
        parent = element.parent
        if element.local == "xf" and parent is not None and parent.local == "cellXfs":
            number += 1
        elif (
            element.local == "protection"
            and element.attributes.get("locked") in ("0", "false")
            and parent is not None
            and parent.local == "xf"
            and parent.parent is not None
            and parent.parent.local == "cellXfs"
        ):
            found.add(number)
    return frozenset(found)


def refuse_shared(path: Path) -> None:
    """Refuse a workbook that is shared the way Excel did it before co-authoring.

    It keeps a log of every change beside the cells; a change that the log does not know breaks it.

    Raises:
        WriteRefused: ``shared-workbook``.
    """
    with Package(path) as package:
        for name in package.names():
            if re.search(r"(?:^|[\\/])(?:revisions[\\/]|usernames\.xml$)", name, re.I):
                raise WriteRefused("shared-workbook")
