"""What cells of a workbook file look like before anything is changed: fills, cell formats, notes."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ...errors import WriteRefused
from ...model.address import Cell
from ...model.mark import Appearance, Place
from ..package import Package
from .cells import UNSAID, inherited_style
from .notes import notes_of
from .sheet import Scan, count_of
from .workbook import Workbook


def appearances(
    source: Path | bytes, places: Iterable[Place]
) -> tuple[dict[Place, Appearance], tuple[tuple[str, int], ...]]:
    """What some cells look like, and how long the lists of styles are; sheets that are gone are left out.

    Raises:
        WriteRefused: the workbook cannot be read well enough to be changed.
    """
    by_sheet: dict[str, set[Cell]] = {}
    for place in places:
        by_sheet.setdefault(place.sheet, set()).add(place.cell)
    found: dict[Place, Appearance] = {}
    with Package(source) as package:
        workbook = Workbook(package)
        styles = workbook.styles()
        known = {sheet.name.casefold() for sheet in workbook.sheets()}
        for name, cells in by_sheet.items():
            if name.casefold() not in known:
                continue
            sheet = workbook.sheet(name)
            scan = Scan(package.read(sheet.part), {cell.row for cell in cells})
            notes = notes_of(package, sheet.part)
            for cell in cells:
                row = scan.rows.get(cell.row)
                stored = row.cells.get(cell.column) if row else None
                style = count_of(stored.style if stored else inherited_style(scan, row, cell.column))
                number: int | None = None
                if stored is not None:
                    number = style if "s" in stored.element.attributes else UNSAID
                note = notes.get(cell)
                found[Place(name, cell)] = Appearance(
                    "".join(child.spelled() for child in styles.fill(style).children),
                    number,
                    row.element.attributes.get("spans", "") if row else "",
                    ("thread" if note.threaded else "note") if note else "",
                    note.anchor if note else "",
                )
        return found, styles.counts()


def note_texts(source: Path | bytes) -> dict[Place, str]:
    """The text of every note of a workbook."""
    found: dict[Place, str] = {}
    with Package(source) as package:
        for sheet in Workbook(package).sheets():
            for cell, note in notes_of(package, sheet.part).items():
                found[Place(sheet.name, cell)] = note.text
    return found


def takes_notes(source: Path | bytes) -> bool:
    """Whether notes can be written into a workbook: not where it is in the strict format."""
    with Package(source) as package:
        try:
            return not Workbook(package).strict
        except WriteRefused:
            return False
