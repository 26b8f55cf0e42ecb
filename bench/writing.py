"""How fast is an edit, against loading the workbook with openpyxl and saving it again?

    python bench/writing.py

The same edits (a formula and its value, a colour; and with a note and a sheet besides) on the same workbooks:
copies of the catalogue, and a register of 3,000 rows. By turns in one process; the best of the rounds counts.
Ours is timed alone, as openpyxl does it, and with all that a written copy goes through: reading it back with
a second reader, and fsync.
"""

from __future__ import annotations

import argparse
import gc
import sys
import tempfile
import time
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import copies

if TYPE_CHECKING:
    from budget_tools.model.edit import Edit

ROOT = Path(__file__).resolve().parent.parent

LEAST_TIMES_FASTER = 8.0
SHEET, CELL, TEXT = "01", "H3", "budget-tools 1:\nFejl ARI001: 12 skulle være 13."


def _edits(sheet: str, every: bool) -> list[Edit]:
    from budget_tools.model.address import parse_cell
    from budget_tools.model.edit import AddSheet, NewCell, SetCell, SetFill, SetNote

    cell = parse_cell(CELL)
    edits: list[Edit] = [SetCell(sheet, cell, Decimal(12), "=5+7"), SetFill(sheet, cell, "F8CECC")]
    if every:
        edits.append(SetNote(sheet, cell, TEXT, "budget-tools"))
        edits.append(AddSheet("Kontrol", tuple((NewCell(f"{n}"), NewCell("Fejl")) for n in range(20))))
    return edits


def _alone(path: Path, target: Path, sheet: str, every: bool) -> None:
    from budget_tools.books import patch
    from budget_tools.books.package import Package

    with Package(path) as package, target.open("wb") as file:
        patch._patch(package, patch.plan_of(_edits(sheet, every)), None, False)
        package.write(file)


def _whole(path: Path, target: Path, sheet: str, every: bool) -> None:
    from budget_tools.books.patch import apply_edits

    apply_edits(path, _edits(sheet, every), target)


def _openpyxl(path: Path, target: Path, sheet: str, every: bool) -> None:
    import openpyxl
    from openpyxl.comments import Comment
    from openpyxl.styles import PatternFill

    book = openpyxl.load_workbook(path)
    cell = book[sheet][CELL]
    cell.value = "=5+7"
    cell.fill = PatternFill("solid", fgColor="FFF8CECC")
    if every:
        cell.comment = Comment(TEXT, "budget-tools")
        added = book.create_sheet("Kontrol")
        for n in range(20):
            added.append([f"{n}", "Fejl"])
    book.save(target)


def _register(path: Path) -> Path:
    """A workbook with one long sheet."""
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = SHEET
    for row in range(1, 3001):
        sheet.append([f"Post {row}", *(row * n for n in range(1, 9)), f"=SUM(B{row}:I{row})"])
    book.save(path)
    return path


def _lost(path: Path, target: Path) -> int:
    """How many parts of a workbook are not in a copy as they were."""
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target) as new:
        names = set(new.namelist())
        return sum(name not in names or old.read(name) != new.read(name) for name in old.namelist())


def main() -> int:
    """Make the copies, time the writers, print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--copies", type=int, default=20, help="workbooks to write (20)")
    parser.add_argument("--rounds", type=int, default=5, help="rounds, of which the best counts (5)")
    parser.add_argument("--strict", action="store_true", help="exit with 1 when the bar is missed")
    options = parser.parse_args()
    sys.path.insert(0, str(ROOT))  # this checkout is measured, not what happens to be installed
    with tempfile.TemporaryDirectory(prefix="budget-bench-") as temporary:
        folder = Path(temporary)
        groups = {
            "catalogue": copies.make(folder, options.copies),
            "register": [_register(folder / "register.xlsx")],
        }
        heading = f"CPU ms a workbook, best of {options.rounds}"
        print(f"{heading:<34}{'alone':>8}{'whole':>8}{'openpyxl':>10}", end="")
        print("   times faster, alone and whole; parts not as they were")
        passed = True
        for group, paths in groups.items():
            for every in (False, True):
                passed &= _measure(group, paths, every, folder / "out.xlsx", options.rounds)
    return 1 if options.strict and not passed else 0


def _measure(group: str, paths: list[Path], every: bool, target: Path, rounds: int) -> bool:
    best: dict[str, float] = {}
    lost: dict[str, int] = {}
    for name, write in WRITERS.items():
        write(paths[0], target, SHEET, every)  # imports and first calls are not timed
        lost[name] = _lost(paths[0], target)
    for _ in range(rounds):
        for name, write in WRITERS.items():
            gc.collect()
            cpu = time.process_time()
            for path in paths:
                write(path, target, SHEET, every)
            each = (time.process_time() - cpu) / len(paths) * 1000
            best[name] = min(each, best.get(name, each))
    alone, whole, theirs = best.values()
    passed = theirs / alone >= LEAST_TIMES_FASTER
    name = f"{group}, {'every kind of edit' if every else 'cell and colour'}"
    print(f"{name:<34}{alone:>8.2f}{whole:>8.2f}{theirs:>10.2f}", end="   ")
    print(f"{theirs / alone:.1f} {theirs / whole:.1f} (at least {LEAST_TIMES_FASTER:.0f})", end="   ")
    print(f"{lost['alone']} and {lost['openpyxl']}   {'PASS' if passed else 'FAIL'}")
    return passed


WRITERS = {"alone": _alone, "whole": _whole, "openpyxl": _openpyxl}


if __name__ == "__main__":
    sys.exit(main())
