"""A second look at a changed workbook, by readers that share no code with the writer."""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Collection
from pathlib import Path

import openpyxl
from python_calamine import CalamineWorkbook

from ..errors import WriteRefused
from ..model.address import Cell
from ..settings import Limits
from .file import contents
from .guard import needs_a_child, open_package
from .sheetxml import SheetXml

_LARGE = 50_000_000


def verify(before: Path, after: Path, changed: Collection[tuple[str, Cell]], *, new_sheets: int = 0) -> None:
    """Check that a changed workbook opens, and that no cell but those named differs.

    python-calamine compares every value of every sheet. openpyxl opens the new one, unless it is very
    large; what it could not open before, it need not open now.

    Args:
        before: the workbook as it was.
        after: the workbook as it is to be.
        changed: the sheets (by name) and cells that were meant to change.
        new_sheets: how many sheets were added, last.

    Raises:
        WriteRefused: ``not-verified``, with the first cell that differs where it is a cell.
    """
    folded = {(sheet.casefold(), cell) for sheet, cell in changed}
    old, new = before.read_bytes(), after.read_bytes()
    try:
        was = CalamineWorkbook.from_filelike(io.BytesIO(old))
        now = CalamineWorkbook.from_filelike(io.BytesIO(new))
        names = was.sheet_names
        if now.sheet_names[: len(names)] != names or len(now.sheet_names) != len(names) + new_sheets:
            raise WriteRefused("not-verified")
        for number, name in enumerate(names):
            _compare(was, now, number, name, folded)
    except (WriteRefused, KeyboardInterrupt, SystemExit):
        raise
    # A panic in calamine's Rust is no Exception.
    except BaseException as error:
        raise WriteRefused("not-verified") from error
    if not _opens(new) and _opens(old):
        raise WriteRefused("not-verified")


def refuse_suspicious(data: bytes, limits: Limits) -> None:
    """Refuse a workbook that only a process of its own may read: reading it back could end this one.

    Raises:
        WriteRefused: ``suspicious``.
    """
    package = open_package(data, limits)
    sheets = {
        name: SheetXml(package.read(part), False)
        for name, part in contents(package).sheets.items()
        if package.has(part)
    }
    if needs_a_child(package, sheets):
        raise WriteRefused("suspicious")


def _compare(
    was: CalamineWorkbook, now: CalamineWorkbook, number: int, name: str, changed: set[tuple[str, Cell]]
) -> None:
    old, new = was.get_sheet_by_index(number), now.get_sheet_by_index(number)
    if old.merged_cell_ranges != new.merged_cell_ranges:
        raise WriteRefused("not-verified")
    first, second = old.to_python(), new.to_python()
    if old.start == new.start and first == second:
        return
    top, left = old.start or (0, 0)
    new_top, new_left = new.start or (0, 0)
    ends = [(len(rows), max(map(len, rows), default=0)) for rows in (first, second)]
    for row in range(min(top, new_top), max(top + ends[0][0], new_top + ends[1][0])):
        before = first[row - top] if 0 <= row - top < len(first) else []
        after = second[row - new_top] if 0 <= row - new_top < len(second) else []
        if left == new_left and before == after:
            continue
        for column in range(min(left, new_left), max(left + ends[0][1], new_left + ends[1][1])):
            value = before[column - left] if 0 <= column - left < len(before) else ""
            other = after[column - new_left] if 0 <= column - new_left < len(after) else ""
            if value != other and (name.casefold(), Cell(row + 1, column + 1)) not in changed:
                raise WriteRefused("not-verified", at=f"{name}!{Cell(row + 1, column + 1)}")


def _opens(data: bytes) -> bool:
    """Whether openpyxl opens a workbook; yes without a look for one that would take long."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > _LARGE:
                return True
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            openpyxl.load_workbook(io.BytesIO(data), read_only=True, keep_links=False).close()
        return True
    except Exception:  # openpyxl fails in many ways on real workbooks that Excel opens
        return False
