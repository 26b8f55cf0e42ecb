"""Every kind of edit on every real workbook that can be read: what was meant changes, and nothing else."""

from __future__ import annotations

import os
import warnings
import zipfile
from collections import Counter
from collections.abc import Callable, Sequence
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pytest
from python_calamine import CalamineError, CalamineWorkbook

from budget_tools.books.patch import edited, verify
from budget_tools.errors import WriteRefused
from budget_tools.model.address import Cell
from budget_tools.model.edit import AddSheet, ClearNote, Edit, NewCell, RemoveSheet, SetCell, SetFill, SetNote
from tests.edits import apply_edits
from tests.package_parts import assert_only_changed, assert_only_gained

openpyxl = pytest.importorskip("openpyxl")

RELATED = {r"\[Content_Types\]\.xml": {b"Override"}, r".*\.rels": {b"Relationship"}}
NOTES = RELATED | {
    r".*comments.*\.xml": {b"comment", b"author", b"r"},
    r".*\.vml": {b"shape", b"shapetype"},
    r".*sheet.*\.xml": {b"legacyDrawing"},
}
STYLES = {b"xf", b"alignment", b"font", b"fonts", b"fill", b"fills", b"border", b"borders", b"numFmt"}
SHEETS = RELATED | {r".*workbook.*\.xml": {b"sheet", b"definedName", b"definedNames"}, r".*styles.*": STYLES}
NEW = r".*(comments\d+\.xml|vmlDrawing\d+\.vml|sheet\d+\.xml|\.rels)"
TEXT = "budget-tools 7:\nFejl ARI001: A1 <viser> 1 & 2"


def corpus() -> list[Path]:
    folder = os.environ.get("BUDGET_TOOLS_CORPUS")
    if not folder:
        pytest.skip("BUDGET_TOOLS_CORPUS is not set")
    return sorted(p for p in Path(folder).rglob("*") if p.suffix in (".xlsx", ".xlsm") and p.is_file())


def values(source: Path | bytes) -> dict[str, list[tuple[tuple[int, int], object]]]:
    """Every cell with something in it, by sheet."""
    file = BytesIO(source if isinstance(source, bytes) else source.read_bytes())
    found = {}
    book = CalamineWorkbook.from_filelike(file)
    for data in book.sheets_metadata:
        if str(data.typ).endswith("WorkSheet"):
            sheet = book.get_sheet_by_name(data.name)
            top, left = sheet.start or (0, 0)
            found[data.name] = [
                ((row, column), value)
                for row, line in enumerate(sheet.to_python(), top)
                for column, value in enumerate(line, left)
                if value != ""
            ]
    return found


def free_cell(cells: Sequence[tuple[tuple[int, int], object]]) -> Cell:
    """A cell below and right of all that is used."""
    rows, columns = ([place[i] for place, _ in cells] for i in (0, 1))
    return Cell(min(max(rows, default=0) + 4, 1_048_576), min(max(columns, default=0) + 3, 16_384))


def opens(source: Path | BytesIO) -> list[str] | None:
    """The sheets that openpyxl sees; None where it does not open the file."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return list(openpyxl.load_workbook(source).sheetnames)
    except Exception:  # whatever it does not like
        return None


def test_every_edit(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    seen: Counter[str] = Counter()
    target = tmp_path / "new.xlsx"
    for source in corpus():
        try:
            before = values(source)
            name = next(iter(before))
        except (CalamineError, StopIteration, BaseException) as error:
            if isinstance(error, (KeyboardInterrupt, SystemExit)):
                raise
            seen["does not open"] += 1
            continue
        cell = free_cell(before[name])
        tries: dict[str, Sequence[Edit]] = {
            "value": [SetCell(name, cell, Decimal("12.5"))],
            "formula": [SetCell(name, cell, Decimal(3), "=1+2")],
            "fill": [SetFill(name, cell, "F8CECC")],
            "note": [SetNote(name, cell, TEXT, "budget-tools")],
            "sheet": [AddSheet("Kontrol", ((NewCell("Løn", link=(name, cell)),),), (20,), heading=1)],
        }
        done: list[Edit] = []
        for label, edits in tries.items():
            try:
                apply_edits(source, edits, target, through_protection=True)
            except WriteRefused as refused:
                seen[f"{label} refused: {refused.reason}"] += 1
                continue
            if label in ("note", "sheet"):
                assert_only_gained(source, target, NOTES if label == "note" else SHEETS, NEW)
            else:
                assert_only_changed(source, target, {f"{name}!{cell}"}, styles=label == "fill")
            after = values(target)
            if label in ("value", "formula"):
                after[name] = [one for one in after[name] if one[0] != (cell.row - 1, cell.column - 1)]
            assert {sheet: after[sheet] for sheet in before} == before, f"{source}: {label}"
            seen[f"{label} written"] += 1
            done += edits
            back: list[Edit] = []
            if label == "note":
                back = [ClearNote(name, cell, "budget-tools")]
            elif label == "sheet":
                back = [RemoveSheet(next(one for one in after if one not in before))]
            if back:
                before_back = target.read_bytes()
                after_back = edited(before_back, back, through_protection=True).content
                verify(before_back, after_back, back)
                assert_parts_same(source, after_back, label)
        if done and source.stat().st_size < 200_000 and (sheets := opens(source)) is not None:
            every = opens(BytesIO(edited(source.read_bytes(), done, through_protection=True).content))
            assert every is not None and every[: len(sheets)] == sheets, f"{source}: openpyxl"
            seen["opened by openpyxl"] += 1
    with capsys.disabled():
        print("\n" + "\n".join(f"{count:5} {what}" for what, count in sorted(seen.items())))
    for label in ("value", "formula", "fill", "note", "sheet"):
        tried = sum(count for what, count in seen.items() if what.startswith(label))
        assert seen[f"{label} written"] > 0.9 * tried > 0


def assert_parts_same(source: Path, content: bytes, label: str) -> None:
    """Taken away again, what was added leaves no trace but in styles, which only marks count."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(BytesIO(content)) as new:
        assert new.namelist() == old.namelist(), f"{source}: {label}"
        for name in old.namelist():
            assert "styles" in name or old.read(name) == new.read(name), f"{source}: {label}: {name}"


def test_a_sample_in_libreoffice(tmp_path: Path, recalculated: Callable[[Path], Path]) -> None:
    """LibreOffice reads the same cells from an edited workbook as from the original."""
    compared = 0
    for source in corpus():
        if source.parent.name != "budgets" or compared == 3:
            continue
        before = values(source)
        name = next(iter(before))
        cell = free_cell(before[name])
        target = tmp_path / "edited" / source.name
        edits: list[Edit] = [
            SetCell(name, cell, Decimal("12.5")),
            SetFill(name, cell, "F8CECC"),
            SetNote(name, cell, TEXT, "budget-tools"),
            AddSheet("Kontrol", ((NewCell("Løn", link=(name, cell)),),), (20,), heading=1),
        ]
        apply_edits(source, edits, target, through_protection=True)
        theirs, ours = values(recalculated(source)), values(recalculated(target))
        ours[name] = [one for one in ours[name] if one[0] != (cell.row - 1, cell.column - 1)]
        assert {sheet: ours[sheet] for sheet in theirs} == theirs, source.name
        compared += 1
    assert compared
