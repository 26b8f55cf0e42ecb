"""Every kind of edit on a workbook with nearly everything in it: all else stays as it is, to the byte."""

from __future__ import annotations

import shutil
import subprocess
import zipfile
from decimal import Decimal
from pathlib import Path

import pytest

from budget_tools import check
from budget_tools.books.file import WorkbookFile
from budget_tools.books.patch import edited
from budget_tools.books.patch.looks import note_texts
from budget_tools.changing.mark import mark, unmark
from budget_tools.errors import WriteRefused
from budget_tools.model.address import parse_cell
from budget_tools.model.edit import AddSheet, ClearNote, Edit, Look, NewCell, SetCell, SetFill, SetNote
from budget_tools.model.mark import Place
from tests import feature_rich
from tests.edits import apply_edits, following
from tests.package_parts import assert_only_changed, assert_only_gained

pytest.importorskip("xlsxwriter")

SHEET = r"xl/worksheets/sheet1\.xml"
LISTS = {
    r"\[Content_Types\]\.xml": {b"Override"},
    r".*\.rels": {b"Relationship"},
    r"xl/workbook\.xml": {b"sheet", b"definedName"},
}


@pytest.fixture(scope="module")
def rich(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return feature_rich.make(tmp_path_factory.mktemp("rich") / "rig.xlsm")


def at(cell: str, *, sheet: str = "Løn") -> Place:
    return Place(sheet, parse_cell(cell))


def value(cell: str, number: int, sheet: str = "Løn") -> SetCell:
    return SetCell(sheet, parse_cell(cell), Decimal(number))


def note(cell: str, text: str = "budget-tools 1:\nFejl", sheet: str = "Løn") -> SetNote:
    return SetNote(sheet, parse_cell(cell), text, "budget-tools")


def test_it_is_rich(rich: Path) -> None:
    with zipfile.ZipFile(rich) as package:
        names = " ".join(package.namelist())
        sheet = package.read("xl/worksheets/sheet1.xml")
    for part in ("vbaProject", "threadedComments", "persons", "charts", "drawings", "media", "customXml"):
        assert part in names
    for part in ("printerSettings", "comments1", "vmlDrawing1", "tables"):
        assert part in names
    assert b"sparkline" in sheet and b"x14:cfRule" in sheet and b"legacyDrawing" in sheet


def test_a_value_changes_its_cell_and_the_results_that_follow_from_it(rich: Path, tmp_path: Path) -> None:
    target = tmp_path / "ny.xlsm"
    apply_edits(rich, following(rich, [value("B6", 7000)]), target)
    # TODAY() is nothing that can be known, so H6 keeps its result and Excel is asked to recalculate
    assert_only_changed(rich, target, {f"Løn!{cell}" for cell in ("B6", "F6", "B8", "F8")})
    sheet = WorkbookFile(target).read().sheets[0]
    assert [sheet.value(*parse_cell(cell)) for cell in ("F6", "B8", "F8")] == [22009, 13001, 46019]
    with zipfile.ZipFile(target) as package:
        assert b'fullCalcOnLoad="1"' in package.read("xl/workbook.xml")


def test_a_fill_changes_its_cell_and_the_styles(rich: Path, tmp_path: Path) -> None:
    target = tmp_path / "ny.xlsm"
    apply_edits(rich, [SetFill("Løn", parse_cell("B6"), "F8CECC")], target)
    assert_only_changed(rich, target, {"Løn!B6"}, styles=True)
    again = tmp_path / "igen.xlsm"
    apply_edits(target, [SetFill("Løn", parse_cell(cell), "F8CECC") for cell in ("B6", "C6")], again)
    assert_only_changed(target, again, {"Løn!C6"}, styles=True)
    assert parts(target)["xl/styles.xml"] == parts(again)["xl/styles.xml"]


def test_a_note_stands_beside_those_that_are_there(rich: Path, tmp_path: Path) -> None:
    target = tmp_path / "ny.xlsm"
    apply_edits(rich, [note("E6"), note("A1")], target)
    gained = {r"xl/comments1\.xml": {b"comment", b"author"}, r"xl/drawings/vmlDrawing1\.vml": {b"shape"}}
    assert_only_gained(rich, target, gained, "no part")
    texts = note_texts(target)
    assert texts[at("E6")] == "budget-tools 1:\nFejl" and texts[at("B6")].endswith("Spørg Lone")
    back = tmp_path / "igen.xlsm"
    apply_edits(target, [ClearNote("Løn", parse_cell(cell), "budget-tools") for cell in ("E6", "A1")], back)
    assert parts(back) == parts(rich)


def test_a_person_keeps_the_note_and_we_write_below(rich: Path) -> None:
    before = note_texts(rich)[at("B6")]
    new = edited(rich.read_bytes(), [note("B6")]).content
    assert note_texts(new)[at("B6")] == before + "\n\nbudget-tools 1:\nFejl"
    back = edited(new, [ClearNote("Løn", parse_cell("B6"), "budget-tools")]).content
    assert note_texts(back)[at("B6")] == before


def test_a_first_note_brings_its_parts(rich: Path, tmp_path: Path) -> None:
    target, back = tmp_path / "ny.xlsm", tmp_path / "igen.xlsm"
    apply_edits(rich, [note("A1", sheet="Tabel")], target, through_protection=True)
    gained = LISTS | {r"xl/worksheets/sheet2\.xml": {b"legacyDrawing"}}
    assert_only_gained(rich, target, gained, r"xl/comments2\.xml|xl/drawings/vmlDrawing\d\.vml")
    clear = [ClearNote("Tabel", parse_cell("A1"), "budget-tools")]
    apply_edits(target, clear, back, through_protection=True)
    assert parts(back) == parts(rich)


def test_a_sheet_stands_last(rich: Path, tmp_path: Path) -> None:
    target = tmp_path / "ny.xlsm"
    look = Look(bold=True, fill="F2F2F2", wrap=True, format="#,##0.0")
    rows = ((NewCell("Løn", look), NewCell(Decimal("12.5"), look)), (NewCell("B6", link=at("B6")),))
    apply_edits(rich, [AddSheet("Løn", rows, (20, 0), heading=1)], target)
    styles = {b"xf", b"alignment", b"font", b"fill", b"border", b"numFmt", b"numFmts"}
    assert_only_gained(rich, target, LISTS | {r"xl/styles\.xml": styles}, r"xl/worksheets/sheet3\.xml")
    book = WorkbookFile(target).read()
    assert [sheet.name for sheet in book.sheets] == ["Løn", "Tabel", "Løn (2)"]
    assert book.sheets[2].rows[0] == ["Løn", 12.5]


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        (note("D6"), "threaded-comment"),
        (value("B2", 1, "Tabel"), "locked-cell"),
        (SetFill("Tabel", parse_cell("B2"), "FFFFFF"), "locked-cell"),
        (note("A1", sheet="Tabel"), "locked-cell"),
        (SetFill("Løn", parse_cell("B2"), "blue"), "bad-colour"),
        (SetFill("Løn", parse_cell("B2"), "<b/>"), "bad-colour"),
    ],
)
def test_refused(rich: Path, edit: Edit, reason: str) -> None:
    with pytest.raises(WriteRefused) as refused:
        edited(rich.read_bytes(), [edit])
    assert refused.value.reason == reason


@pytest.mark.parametrize(
    ("cell", "reason"), [("B4", "table-total"), ("A1", "table-heading"), ("D2", "array-formula")]
)
def test_refused_also_through_protection(rich: Path, cell: str, reason: str) -> None:
    with pytest.raises(WriteRefused) as refused:
        edited(rich.read_bytes(), [value(cell, 1, "Tabel")], through_protection=True)
    assert refused.value.reason == reason


def test_marked_and_unmarked_it_is_as_before(rich: Path, tmp_path: Path) -> None:
    broken = tmp_path / "skæv.xlsm"
    wrong = [value("F8", 99), note("F8", "Grethe:\nSkal være 99"), SetFill("Løn", parse_cell("F6"), "C0FFEE")]
    apply_edits(rich, wrong, broken)
    [marked] = mark(broken, output=tmp_path / "m").workbooks
    assert marked.target is not None and at("F8") in [cell.place for cell in marked.cells]
    with zipfile.ZipFile(broken) as old, zipfile.ZipFile(marked.target) as new:
        changed = {name for name in old.namelist() if old.read(name) != new.read(name)}
    assert changed <= {
        "[Content_Types].xml",
        "xl/workbook.xml",
        "xl/_rels/workbook.xml.rels",
        "xl/styles.xml",
        "xl/worksheets/sheet1.xml",
        "xl/comments1.xml",
        "xl/drawings/vmlDrawing1.vml",
    }
    [free] = unmark(marked.target, output=tmp_path / "u").workbooks
    assert free.target is not None and parts(Path(free.target)) == parts(broken)


def parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name) for name in package.namelist()}


def test_libreoffice_draws_it_the_same(rich: Path, tmp_path: Path, soffice: str) -> None:
    """A value that is what it was, and a fill far away: the pages look as before."""
    target = tmp_path / "ny" / "rig.xlsm"
    edits = [*following(rich, [value("B6", 5001)]), SetFill("Løn", parse_cell("XF900"), "FFFFFF")]
    apply_edits(rich, edits, target)
    drawn = [pages(path, tmp_path / f"p{number}", soffice) for number, path in enumerate((rich, target))]
    assert drawn[0] and drawn[0] == drawn[1]


def pages(path: Path, folder: Path, soffice: str) -> list[bytes]:
    """The pages of a workbook as LibreOffice prints them, as pictures."""
    if shutil.which("pdftoppm") is None:
        pytest.skip("pdftoppm is not installed")
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    convert = ["--headless", "--norestore", "--convert-to", "pdf", "--outdir", str(folder), str(path)]
    subprocess.run([soffice, profile, *convert], check=True, capture_output=True, timeout=180)
    pdf = folder / f"{path.stem}.pdf"
    subprocess.run(["pdftoppm", "-r", "50", str(pdf), str(folder / "side")], check=True, timeout=60)
    return [page.read_bytes() for page in sorted(folder.glob("side*.ppm"))]


def test_the_check_sees_the_table(rich: Path) -> None:
    assert [workbook.status for workbook in check(rich).workbooks] == ["checked"]
