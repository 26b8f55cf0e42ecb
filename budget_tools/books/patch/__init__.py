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
from ...model.edit import Edit
from ..package import Package
from .cells import patch_sheet
from .harm import refuse_harm, reserved
from .sheet import Scan
from .styles import Styles
from .verify import read_back
from .wishes import Wish, wishes_of
from .workbook import Workbook

__all__ = ["apply_edits", "read_back"]


def apply_edits(source: Path, edits: Sequence[Edit], target: Path) -> None:
    """Write a copy of an .xlsx or .xlsm file in which only the cells of the edits are changed.

    Of several edits of one cell the last value and the last number format count. Empty text without a
    formula empties the cell. A file at ``target`` is replaced, and only when the copy was read back.
    Whether the sheet is protected does not matter here: protection is against slips of the hand, and the
    person has accepted the fix.

    Raises:
        WriteRefused: an edit would harm something else, or the copy does not read back as asked.
        OSError: the source cannot be read or the target cannot be written.
    """
    if source == target or (target.exists() and source.samefile(target)):
        raise WriteRefused("same-file")
    with Package(source) as package:
        _patch(package, wishes_of(edits))
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=".", suffix=target.suffix)
        temporary = Path(name)
        try:
            with os.fdopen(handle, "w+b") as file:
                package.write(file)
                file.flush()
                os.fsync(file.fileno())
            read_back(temporary, edits)
            shutil.copymode(source, temporary)
            os.replace(temporary, target)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise


def _patch(package: Package, wishes: dict[str, dict[Cell, Wish]]) -> None:
    """Change the parts of a package that the wishes touch: sheets, styles, calculation chain, workbook."""
    book = Workbook(package)
    if book.signed():
        raise WriteRefused("signed")
    styles: Styles | None = None
    formula_gone: dict[str, set[Cell]] = {}
    for name, wanted in wishes.items():
        sheet = book.sheet(name)
        if any(wish.format is not None for wish in wanted.values()):
            styles = styles or book.styles()
        data = package.read(sheet.part)
        scan = Scan(data, {cell.row for cell in wanted})
        refuse_harm(sheet, scan, wanted, reserved(package, sheet.part))
        patched, gone = patch_sheet(data, scan, wanted, styles)
        package.replace(sheet.part, patched)
        formula_gone.setdefault(sheet.id, set()).update(gone)
    if styles is not None and book.styles_part is not None:
        package.replace(book.styles_part, styles.patched())
    if any(formula_gone.values()):
        book.shorten_chain(formula_gone)
    # A new value makes the cached results of the formulas above it old, so they are refreshed as well.
    if any(wish.content for wanted in wishes.values() for wish in wanted.values()) and book.calculates():
        book.recalculate()
