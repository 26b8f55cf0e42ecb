"""Marks in a workbook: put there, found again after others saved it, and taken away without a trace."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from budget_tools import accept, check, fix, history, undo
from budget_tools.books.file import WorkbookFile
from budget_tools.books.patch.looks import appearances, note_texts
from budget_tools.changing.mark import MarkedWorkbook, mark, unmark
from budget_tools.errors import UsageError
from budget_tools.model.address import parse_cell
from budget_tools.model.edit import AddSheet, NewCell, SetCell, SetFill, SetNote
from budget_tools.model.finding import WorkbookReport
from budget_tools.model.mark import LIST_TOKEN, Place, has_colour, record_of
from budget_tools.reports.mark import COLOURS
from tests.edits import apply_edits

openpyxl = pytest.importorskip("openpyxl")

SAMPLES = Path(__file__).parents[2] / "workbooks"
WRONG = SAMPLES / "faults" / "ARI001-row-total-wrong.xlsx"
EVERY = sorted(path for path in SAMPLES.rglob("*.xlsx"))


def one(report: object) -> MarkedWorkbook:
    [workbook] = report.workbooks  # type: ignore[attr-defined]
    assert workbook.reason is None, workbook.reason
    return workbook


def marked(path: Path, folder: Path) -> Path:
    target = one(mark(path, output=folder)).target
    assert target is not None
    return Path(target)


def free(path: Path, folder: Path) -> Path:
    target = one(unmark(path, output=folder)).target
    assert target is not None
    return Path(target)


def parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name) for name in package.namelist()}


def found(path: Path) -> list[tuple[str, str | None, str]]:
    report = check(path, config=SAMPLES / "faults" / "budget.toml")
    return [(one.code, one.sheet, str(one.cell)) for one in report.findings]


@pytest.mark.parametrize("sample", EVERY, ids=lambda path: path.stem)
def test_marked_and_unmarked_every_part_is_as_before(sample: Path, tmp_path: Path) -> None:
    plan = one(mark(sample, output=tmp_path / "m"))
    if plan.target is None:
        assert not plan.listed
        return
    assert found(Path(plan.target)) == found(sample), "marks change what is found"
    again = free(Path(plan.target), tmp_path / "u")
    assert list(parts(again)) == list(parts(sample))
    assert parts(again) == parts(sample)


def test_colour_note_and_list(tmp_path: Path) -> None:
    target = marked(WRONG, tmp_path)
    book = openpyxl.load_workbook(target)
    cell = book["Skema"]["F10"]
    assert cell.fill.fgColor.rgb == "FFF8CECC" and cell.number_format == "#,##0"
    assert cell.comment.text.startswith("budget-tools 1:\nFejl ARI001: F10 viser 2.900, men årene")
    assert book.sheetnames == ["Skema", "Kontrol", "budget-tools"]
    assert book["budget-tools"].sheet_state == "veryHidden"
    sheet = book["Kontrol"]
    assert [cell.value for cell in sheet[6]][:6] == [
        1,
        "Fejl",
        "ARI001",
        "Skema",
        "F10",
        "F10 viser 2.900, men årene i linjen 'MS licenser' giver 2.000 (forskel 900).",
    ]
    assert sheet["E6"].hyperlink.location == "'Skema'!F10"
    assert sheet.print_title_rows == "$1:$5" and sheet.page_setup.orientation == "landscape"


def test_marking_twice_is_marking_once(tmp_path: Path) -> None:
    first = marked(WRONG, tmp_path / "1")
    again = marked(first, tmp_path / "2")
    assert parts(first) == parts(again)


def test_what_is_right_now_is_no_longer_marked(tmp_path: Path) -> None:
    first = marked(WRONG, tmp_path / "1")
    right = tmp_path / WRONG.name
    apply_edits(first, [SetCell("Skema", parse_cell("F10"), Decimal(2000))], right)
    again = marked(right, tmp_path / "2")
    assert "ARI001" in "".join(note_texts(first).values())
    assert "ARI001" not in "".join(note_texts(again).values())


def own(tmp_path: Path) -> Path:
    """A workbook whose owner has coloured the faulty cell and written a note on it."""
    path = tmp_path / "own" / WRONG.name
    cell = parse_cell("F10")
    gradient = '<gradientFill degree="90"><stop position="0"><color rgb="FF00FF00"/></stop></gradientFill>'
    note = SetNote("Skema", cell, "Grethe:\nHer mangler <noget> & mere", "Grethe")
    apply_edits(WRONG, [SetFill("Skema", cell, gradient), note], path)
    return path


def test_the_persons_own_colour_and_note_come_back(tmp_path: Path) -> None:
    path = own(tmp_path)
    target = marked(path, tmp_path / "m")
    place = Place("Skema", parse_cell("F10"))
    text = note_texts(target)[place]
    assert text.startswith("Grethe:\nHer mangler <noget> & mere\n\nbudget-tools 1:\nFejl ARI001")
    assert has_colour(appearances(target, [place])[0][place].fill, COLOURS[max(COLOURS)])
    assert parts(free(target, tmp_path / "u")) == parts(path)


def test_rows_inserted_and_saved_by_another_program(tmp_path: Path) -> None:
    target = marked(own(tmp_path), tmp_path / "m")
    book = openpyxl.load_workbook(target)
    book["Skema"].insert_rows(1, 2)
    book["Kontrol"].title = "Til Lone"
    book.save(target)
    book = openpyxl.load_workbook(free(target, tmp_path / "u"))
    assert book.sheetnames == ["Skema"]
    assert book["Skema"]["F12"].fill.fill_type == "linear"
    assert book["Skema"]["F12"].comment.text.endswith("Her mangler <noget> & mere")
    assert book["Skema"]["F10"].comment is None


def test_saved_by_libreoffice(tmp_path: Path, recalculated: Callable[[Path], Path]) -> None:
    saved = recalculated(marked(WRONG, tmp_path / "m"))
    assert found(saved) == found(WRONG)
    place = Place("Skema", parse_cell("F10"))
    assert has_colour(appearances(saved, [place])[0][place].fill, COLOURS[max(COLOURS)])
    target = free(saved, tmp_path / "u")
    assert WorkbookFile(target).read().sheets[0].rows == WorkbookFile(WRONG).read().sheets[0].rows
    assert [sheet.name for sheet in WorkbookFile(target).read().sheets] == ["Skema"]
    assert not note_texts(target)
    before, after = (appearances(path, [place])[0][place].fill for path in (WRONG, target))
    assert before == after


def test_a_colour_chosen_since_stays(tmp_path: Path) -> None:
    target, again = marked(WRONG, tmp_path / "m"), tmp_path / "c" / WRONG.name
    apply_edits(target, [SetFill("Skema", parse_cell("F10"), "00B050")], again)
    place = Place("Skema", parse_cell("F10"))
    assert has_colour(appearances(free(again, tmp_path / "u"), [place])[0][place].fill, "00B050")


def test_a_sheet_of_that_name_is_a_persons_own(tmp_path: Path) -> None:
    path = tmp_path / WRONG.name
    rows = ((NewCell("Kontrol"), NewCell("budget-tools")),)
    apply_edits(WRONG, [AddSheet("Kontrol", rows)], path)
    target = marked(path, tmp_path / "m")
    assert [sheet.name for sheet in WorkbookFile(target).read().sheets] == [
        "Skema",
        "Kontrol",
        "Kontrol (2)",
        "budget-tools",
    ]
    assert parts(free(target, tmp_path / "u")) == parts(path)


def test_the_list_taken_away_by_hand(tmp_path: Path) -> None:
    target = marked(WRONG, tmp_path / "m")
    book = openpyxl.load_workbook(target)
    del book["Kontrol"]
    book.save(target)
    book = WorkbookFile(target).read()
    record = record_of(book)
    assert record is not None and record.marks
    left = free(target, tmp_path / "u")
    assert [sheet.name for sheet in WorkbookFile(left).read().sheets] == ["Skema"]
    assert not note_texts(left)


def test_our_sheets_are_not_checked(tmp_path: Path) -> None:
    target = marked(WRONG, tmp_path / "m")
    assert any(LIST_TOKEN in map(str, sheet.rows[0]) for sheet in WorkbookFile(target).read().sheets)
    assert {finding.sheet for finding in check(target).findings} == {"Skema"}


def test_nothing_to_mark_and_nothing_to_take_away(tmp_path: Path) -> None:
    plan = one(unmark(WRONG, output=tmp_path / "u"))
    assert plan.target is None and not plan.marked and not (tmp_path / "u").exists()


def test_nothing_is_written_without_a_folder(tmp_path: Path) -> None:
    path = tmp_path / WRONG.name
    shutil.copy(WRONG, path)
    before = path.read_bytes()
    assert one(mark(path)).target is None and one(mark(path, output=tmp_path, dry_run=True)).target is None
    with pytest.raises(UsageError):
        mark(path, output=tmp_path)
    assert path.read_bytes() == before and [one.name for one in tmp_path.iterdir()] == [WRONG.name]


def in_place(path: Path) -> Path:
    shutil.copy(WRONG, path)
    return path


def test_in_place_and_undone(tmp_path: Path) -> None:
    path = in_place(tmp_path / "a.xlsx")
    report = mark(path, in_place=True)
    assert one(report).target == str(path) and report.operation is not None
    assert record_of(WorkbookFile(path).read()) is not None
    [change] = history(path).changes
    assert (change.what, change.cells, change.state) == ("mark", 1, "done")
    undo(paths=path)
    assert path.read_bytes() == WRONG.read_bytes()


def test_in_place_and_unmarked_and_undone_one_by_one(tmp_path: Path) -> None:
    path = in_place(tmp_path / "a.xlsx")
    mark(path, in_place=True)
    with_marks = path.read_bytes()
    assert one(unmark(path, in_place=True)).target == str(path)
    assert parts(path) == parts(WRONG)
    assert unmark(path, in_place=True).operation is None, "not marked any more: nothing is written"
    undo(paths=path)
    assert path.read_bytes() == with_marks
    undo(history(path).changes[-1].operation, paths=path)
    assert path.read_bytes() == WRONG.read_bytes()


def test_marking_in_place_again_writes_nothing(tmp_path: Path) -> None:
    path = in_place(tmp_path / "a.xlsx")
    mark(path, in_place=True)
    stamp = path.stat().st_mtime_ns
    assert mark(path, in_place=True).operation is None
    assert path.stat().st_mtime_ns == stamp and len(history(path).changes) == 1


def test_marks_go_when_nothing_is_wrong_any_more(tmp_path: Path) -> None:
    path = in_place(tmp_path / "a.xlsx")
    mark(path, in_place=True)
    fix(path, findings=[check(path).findings[0].id], in_place=True)
    workbook = one(mark(path, in_place=True))
    assert workbook.marked and not workbook.listed and workbook.target == str(path)
    assert record_of(WorkbookFile(path).read()) is None


def test_open_elsewhere(tmp_path: Path) -> None:
    path = in_place(tmp_path / "a.xlsx")
    (tmp_path / "~$a.xlsx").write_bytes(b"\x05Bente")
    [workbook] = mark(path, in_place=True).workbooks
    assert workbook.reason == "in-use" and path.read_bytes() == WRONG.read_bytes()


def test_what_was_accepted_is_listed_without_a_colour(tmp_path: Path) -> None:
    both = sorted((SAMPLES / "faults").glob("*.xlsx"))
    several = next(path for path in both if len(check(path).findings) > 1)
    path = tmp_path / several.name
    shutil.copy(several, path)
    settled, *_ = check(path).findings
    accept(path, finding=settled.id, reason="Aftalt med udvalget", initials="BJ")
    workbook = one(mark(path, in_place=True))
    assert settled.id not in {finding.id for cell in workbook.cells for finding in cell.findings}
    sheet = openpyxl.load_workbook(path)["Kontrol"]
    last = [cell.value for cell in sheet[sheet.max_row]]
    assert last[1] == "Accepteret" and "Accepteret af BJ: Aftalt med udvalget" in last[5]
    assert not sheet.cell(sheet.max_row, 2).fill.fgColor.rgb.endswith("CCCC")
    assert "1 accepteret" in sheet["A2"].value


def test_in_place_or_copies(tmp_path: Path) -> None:
    for command in (mark, unmark):
        with pytest.raises(UsageError, match="exclude each other"):
            command(in_place(tmp_path / "a.xlsx"), in_place=True, output=tmp_path / "ud")


def test_changed_while_it_was_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / WRONG.name
    shutil.copy(WRONG, path)
    from budget_tools.changing import mark as module

    own = module.flagged

    def flagged(workbook: WorkbookReport) -> object:
        shutil.copy(EVERY[0], path)
        return own(workbook)

    monkeypatch.setattr(module, "flagged", flagged)
    [workbook] = mark(path, output=tmp_path / "m").workbooks
    assert workbook.reason == "changed-since" and workbook.target is None


def test_a_copy_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / WRONG.name).mkdir()
    [workbook] = mark(WRONG, output=tmp_path / "m").workbooks
    assert workbook.reason == "write-failed"
    assert [one.name for one in (tmp_path / "m").iterdir()] == [WRONG.name]
