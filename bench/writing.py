"""How fast is an edit, against loading the workbook with openpyxl and saving it again?

    python bench/writing.py

The same edits (a formula and its value, a colour; and with a note and a sheet besides) on the same workbooks:
copies of the catalogue, and a register of 3,000 rows. By turns in one process; the best of the rounds counts.
Ours is timed alone, as openpyxl does it; with all readers that look at the result; and in place, with
everything: lock, backup, journal, readers, fsync, replacement.
"""

from __future__ import annotations

import argparse
import gc
import shutil
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
    from budget_tools.books.patch import edited

    target.write_bytes(edited(path.read_bytes(), _edits(sheet, every)).content)


def _verified(path: Path, target: Path, sheet: str, every: bool) -> None:
    from budget_tools.books.patch import edited, verify

    before = path.read_bytes()
    made = edited(before, _edits(sheet, every))
    target.write_bytes(made.content)
    verify(before, target.read_bytes(), made.edits)


def _in_place(path: Path, target: Path, sheet: str, every: bool) -> None:
    """One call of a command on one workbook: nothing of the lock and the journal is shared with others."""
    from budget_tools.books.journal import content_hash
    from budget_tools.changing.writing import Writing
    from budget_tools.run import SettingsOf

    with Writing("fix", SettingsOf(None, None), in_place=True) as writing:
        writing.write(target, content_hash(target.read_bytes()), _edits(sheet, every))


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
        print(f"{heading:<34}" + "".join(f"{name:>11}" for name in WRITERS), end="")
        print("   times faster, each; clock ms of the last two; parts not as they were, ours and openpyxl's")
        passed = True
        for group, paths in groups.items():
            for every in (False, True):
                passed &= _measure(group, paths, every, folder / "out", options.rounds)
    return 1 if options.strict and not passed else 0


def _measure(group: str, paths: list[Path], every: bool, folder: Path, rounds: int) -> bool:
    cpu: dict[str, float] = {}
    clock: dict[str, float] = {}
    lost: dict[str, int] = {}
    folder.mkdir(exist_ok=True)
    target = folder / "target.xlsx"
    for name, write in WRITERS.items():
        shutil.copyfile(paths[0], target)
        write(paths[0], target, SHEET, every)  # imports and first calls are not timed
        lost[name] = _lost(paths[0], target)
    for _ in range(rounds):
        for name, write in WRITERS.items():
            gc.collect()
            spent = waited = 0.0
            for path in paths:
                shutil.copyfile(path, target)
                begun, at = time.process_time(), time.perf_counter()
                write(path, target, SHEET, every)
                spent += time.process_time() - begun
                waited += time.perf_counter() - at
            cpu[name] = min(spent / len(paths) * 1000, cpu.get(name, float("inf")))
            clock[name] = min(waited / len(paths) * 1000, clock.get(name, float("inf")))
    *ours, theirs = cpu.values()
    passed = theirs / cpu["alone"] >= LEAST_TIMES_FASTER
    name = f"{group}, {'every kind of edit' if every else 'cell and colour'}"
    print(f"{name:<34}" + "".join(f"{each:>11.2f}" for each in cpu.values()), end="   ")
    print(
        " ".join(f"{theirs / each:.1f}" for each in ours),
        f"(alone at least {LEAST_TIMES_FASTER:.0f})",
        end="   ",
    )
    print(f"{clock['in place']:.0f} and {clock['openpyxl']:.0f}", end="   ")
    print(f"{lost['alone']} and {lost['openpyxl']}   {'PASS' if passed else 'FAIL'}")
    return passed


WRITERS = {"alone": _alone, "verified": _verified, "in place": _in_place, "openpyxl": _openpyxl}


if __name__ == "__main__":
    sys.exit(main())
