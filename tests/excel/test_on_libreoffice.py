"""The buttons in a program that calculates: LibreOffice, through the real xlwings."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("xlwings")

import xlwings as xw

from budget_tools.books.file import WorkbookFile
from budget_tools.books.live import LiveBook
from budget_tools.excel import buttons, listing
from budget_tools.model.address import parse_cell, parse_range
from budget_tools.run import check_book
from budget_tools.settings import Settings
from tests.conftest import ROOT
from tests.excel import on_libreoffice, on_openpyxl
from tests.excel.soffice import office
from tests.excel.test_same_findings import findings

Open = Callable[[str], xw.Book]


@pytest.fixture(scope="module")
def desktop(tmp_path_factory: pytest.TempPathFactory, soffice: str) -> Iterator[Any]:
    with office(soffice, tmp_path_factory.mktemp("office")) as desktop:
        yield desktop


@pytest.fixture
def office_engine(desktop: Any) -> Iterator[on_libreoffice.Engine]:
    before = on_openpyxl.ENGINE
    engine = on_libreoffice.activate(desktop)
    yield engine
    engine.close()
    on_openpyxl.ENGINE = before
    if hasattr(xw.Book, "_mock_caller"):
        del xw.Book._mock_caller


@pytest.fixture
def opened(office_engine: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Open:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))

    def open_(sample: str) -> xw.Book:
        path = tmp_path / Path(sample).name
        shutil.copyfile(ROOT / "workbooks" / sample, path)
        book = xw.Book(str(path))
        book.set_mock_caller()
        return book

    return open_


def contents(book: xw.Book) -> list[Any]:
    """Formulas, looks and notes of every sheet."""
    told: list[Any] = []
    for sheet in book.impl.sheets:
        used = sheet.used_range
        told.append((sheet.name, used.formula))
        formats = book.impl.document.NumberFormats
        told.append(
            [(cell.CellBackColor, formats.getByKey(cell.NumberFormat).FormatString) for cell in used._each()]
        )
        told.append([(note.location.address, note.text) for note in sheet.notes])
    return told


def test_what_is_filled_in_is_worked_out(opened: Open, office_engine: on_libreoffice.Engine) -> None:
    book = opened("faults/STR003-total-column-empty.xlsx")
    before = contents(book)
    office_engine.answers = ["yes", "yes"]
    buttons.fill_totals()
    sheet = book.sheets[0]
    assert (sheet.range("F10").value, sheet.range("F11").value) == (2000, 2000)
    assert sheet.range("F10").formula == "=SUM(B10:E10)"
    sheet.range("B10").value = sheet.range("B10").value + 5
    assert sheet.range("F11").value == 2005
    sheet.range("B10").value = sheet.range("B10").value - 5
    assert check_book(LiveBook(book).read(), Settings()).findings == ()
    buttons.undo_last()
    assert contents(book) == before


def test_formulas_move_when_a_row_is_inserted(opened: Open, office_engine: on_libreoffice.Engine) -> None:
    book = opened("faults/STR003-total-column-empty.xlsx")
    office_engine.answers = ["yes", "yes"]
    buttons.fill_totals()
    book.sheets[0].impl.uno.Rows.insertByIndex(8, 1)
    assert book.sheets[0].range("F11").formula == "=SUM(B11:E11)"
    assert check_book(LiveBook(book).read(), Settings()).findings == ()
    buttons.undo_last()  # the cells are no longer where they were written: nothing is touched
    assert book.sheets[0].range("F11").formula == "=SUM(B11:E11)"
    assert "er ændret siden" in office_engine.alerts[-1]


def test_a_check_changes_nothing(opened: Open, office_engine: on_libreoffice.Engine) -> None:
    book = opened("faults/ARI001-row-total-wrong.xlsx")
    before = contents(book)
    buttons.check()
    assert contents(book) == before
    assert office_engine.written[book.name] == 0
    assert not book.impl.document.isModified()
    found = listing.list_of(book.app, book.name)
    assert found is not None
    assert found.sheets[0].range("A6:D6").value == [1, "Fejl", "ARI001", "Skema"]
    link = found.sheets[0].range("E6").impl._uno().getCellByPosition(0, 0)
    assert link.String == "F10"  # worked out


@pytest.mark.parametrize("sample", ["FRM006-no-value", "FRM006-stale-value"])
def test_a_program_that_calculates_has_no_stale_results(sample: str, opened: Open) -> None:
    book = opened(f"faults/{sample}.xlsx")
    book.impl.document.calculateAll()
    stored = check_book(WorkbookFile(ROOT / "workbooks" / "faults" / f"{sample}.xlsx").read(), Settings())
    live = check_book(LiveBook(book).read(), Settings())
    assert "FRM006" in {one.code for one in stored.findings}
    assert "FRM006" not in {one.code for one in live.findings}


@pytest.mark.parametrize(
    "sample",
    [
        "faults/ARI002-line-left-out.xlsx",
        "faults/NUM001-text-with-point.xlsx",
        "faults/NUM003-typographic-minus.xlsx",
        "faults/NUM008-reference-error.xlsx",
        "faults/NUM008-date.xlsx",
        "faults/STR006-hidden-row.xlsx",
        "faults/STR006-hidden-column.xlsx",
    ],
)
def test_the_same_findings_as_in_the_file(sample: str, opened: Open) -> None:
    live = check_book(LiveBook(opened(sample)).read(), Settings())
    stored = check_book(WorkbookFile(ROOT / "workbooks" / sample).read(), Settings())
    assert findings(live) == findings(stored)


def test_safe_fixes_and_back(opened: Open, office_engine: on_libreoffice.Engine) -> None:
    book = opened("faults/NUM001-text-with-point.xlsx")
    before = contents(book)
    office_engine.answers = ["yes", "yes"]
    buttons.fix_safe()
    assert "er rettet" in office_engine.alerts[-1]
    assert book.sheets[0].range("C10").value == 1500
    assert book.sheets[0].range("C11").value == 4500  # the total takes it in
    buttons.undo_last()
    assert contents(book) == before


def test_a_persons_colours_and_notes_survive_show_and_remove(
    opened: Open, office_engine: on_libreoffice.Engine
) -> None:
    book = opened("faults/ARI002-line-left-out.xlsx")
    sheet = book.sheets[0]
    sheet.range("C11").color = "#00FF7F"
    sheet.range("C11").add_note("Grethe:\nSpørg Lone")
    sheet.range("D2").select()
    before = contents(book)
    office_engine.answers = ["yes", "yes"]
    buttons.show_marks()
    assert "er farvet" in office_engine.alerts[-1]
    assert len(book.sheets) == 3 and contents(book) != before
    assert book.sheets.active.name == sheet.name
    report = check_book(LiveBook(book).read(), Settings())  # our sheets are not checked
    assert {one.sheet for one in report.findings} == {sheet.name}
    sheet.impl.uno.Rows.insertByIndex(0, 1)  # marks move along with their cells
    buttons.remove_marks()
    sheet.impl.uno.Rows.removeByIndex(0, 1)
    assert contents(book) == before


@pytest.mark.parametrize("name", [one for one in buttons.BUTTONS if one != "accept"])
def test_every_button_leaves_all_as_it_was_without_a_yes(
    name: str, opened: Open, office_engine: on_libreoffice.Engine
) -> None:
    book = opened("faults/NUM001-text-with-point.xlsx")
    book.sheets[0].range("C4").select()
    before = contents(book)
    getattr(buttons, name)()
    assert contents(book) == before and office_engine.written[book.name] == 0
    assert not book.impl.document.isModified()
    assert office_engine.alerts[-1] and "fejlen er ikke din" not in office_engine.alerts[-1]
    if name != "next_finding":  # that is what it is for
        assert book.sheets[0].impl.selected.address == "$C$4"


def test_accepting_and_jumping_on(opened: Open, office_engine: on_libreoffice.Engine) -> None:
    book = opened("faults/ARI001-row-total-wrong.xlsx")
    before = contents(book)
    buttons.next_finding()
    assert book.sheets[0].impl.selected.address == "$F$10"
    buttons.accept("111 107", "66 74")
    assert office_engine.alerts[-1].startswith("1 fund er markeret som i orden af BJ.")
    buttons.next_finding()
    assert office_engine.alerts[-1] == "Der er ingen bemærkninger at springe til."
    assert contents(book) == before and not book.impl.document.isModified()


def test_a_protected_sheet_is_refused(opened: Open, office_engine: on_libreoffice.Engine) -> None:
    book = opened("faults/STR003-total-column-empty.xlsx")
    before = contents(book)
    book.sheets[0].impl.uno.protect("")
    office_engine.answers = ["yes"] * 3
    for name in ("fill_totals", "show_marks"):
        getattr(buttons, name)()
        assert "arket 'Skema' er beskyttet" in office_engine.alerts[-1]
    assert contents(book) == before


def test_undo_takes_the_marks_away(opened: Open, office_engine: on_libreoffice.Engine) -> None:
    book = opened("faults/ARI002-line-left-out.xlsx")
    sheet = book.sheets[0]
    sheet.range("C11").color = "#00FF7F"
    sheet.range("C11").add_note("Grethe:\nSpørg Lone")
    before = contents(book)
    office_engine.answers = ["yes", "yes"]
    buttons.show_marks()
    assert contents(book) != before
    buttons.undo_last()
    assert contents(book) == before
    assert "dit eget er som før" in office_engine.alerts[-1]


def test_looks_that_were_not_saved_are_seen(opened: Open, office_engine: on_libreoffice.Engine) -> None:
    book = opened("proposals/Skema 2.1.2. 02 Kernefortælling.xlsx")
    table = parse_range("A13:F15")
    office_engine.calls.clear()
    stored = LiveBook(book, book.fullname).read().sheets[0].details([table])
    assert office_engine.calls["Range.number_format"] == 0
    sheet = book.sheets[0]
    sheet.range("B14").number_format = "0.0%"
    sheet.range("C14").font.color = (255, 255, 255)
    sheet.impl.uno.Rows.getByIndex(14).IsVisible = False
    known = LiveBook(book, book.fullname).read().sheets[0].details([table])
    changed = {cell for cell in known.formats if known.formats[cell] != stored.formats[cell]}
    assert {str(cell) for cell in changed} == {"B14"} and known.formats[parse_cell("B14")] == "0.0%"
    assert {str(cell) for cell in known.white} == {"C14"}
    assert known.hidden_rows == {15}


def test_a_workbook_without_a_file_gives_the_same(opened: Open, office_engine: on_libreoffice.Engine) -> None:
    book = opened("faults/STR006-hidden-row.xlsx")
    stored = findings(check_book(LiveBook(book, book.fullname).read(), Settings()))
    assert "STR006" in {str(one[0]) for one in stored}
    assert findings(check_book(LiveBook(book).read(), Settings())) == stored
