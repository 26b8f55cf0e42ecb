"""The open workbook read: what its file may tell, and what only Excel knows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlwings as xw
from openpyxl.styles import Font
from openpyxl.worksheet.filters import FilterColumn

from budget_tools.books.file import WorkbookFile
from budget_tools.books.live import QUESTIONS, LiveBook
from budget_tools.model.address import Range, parse_cell, parse_range
from budget_tools.model.book import Details
from budget_tools.run import check_book
from budget_tools.settings import Settings
from tests.excel.on_openpyxl import Engine

Open = Callable[[str], xw.Book]
PLAIN = "proposals/Skema 2.1.2. 02 Kernefortælling.xlsx"
TABLE = parse_range("A13:F15")


def codes(book: xw.Book) -> set[str]:
    """The codes of the findings of an open workbook that has a file."""
    return {one.code for one in check_book(LiveBook(book, book.fullname).read(), Settings()).findings}


def details(book: xw.Book, table: Range = TABLE) -> Details:
    return LiveBook(book, book.fullname).read().sheets[0].details([table])


def looks_asked(engine: Engine) -> int:
    """How often Excel was asked what cells look like."""
    names = ("number_format", "font.color", "merge_cells", "get_special_cells")
    return sum(engine.calls[f"Range.{name}"] for name in names)


def test_as_it_was_saved_excel_is_not_asked(opened: Open, engine: Engine) -> None:
    book = opened(PLAIN)
    known = details(book)
    assert looks_asked(engine) == 0
    assert known.formats == WorkbookFile(book.fullname).read().sheets[0].details([TABLE]).formats


@pytest.mark.parametrize("cell", ["B14", "F15"])
def test_a_format_that_was_not_saved_is_seen(cell: str, opened: Open, engine: Engine) -> None:
    book = opened(PLAIN)
    book.sheets[0].range(cell).number_format = "0.0%"
    assert details(book).formats[parse_cell(cell)] == "0.0%"
    assert 0 < looks_asked(engine) < 15


def test_a_row_hidden_since_is_seen(opened: Open, engine: Engine) -> None:
    book = opened(PLAIN)
    assert "STR006" not in codes(book)
    book.sheets[0].impl.range("A14").row_hidden = True
    assert details(book).hidden_rows == {14}
    assert "STR006" in codes(book)


def test_white_text_made_since_is_seen(opened: Open, engine: Engine) -> None:
    book = opened(PLAIN)
    book.sheets[0].range("C14").font.color = (255, 255, 255)
    assert {str(cell) for cell in details(book).white} == {"C14"}


def test_cells_merged_since_are_seen(opened: Open, engine: Engine) -> None:
    book = opened(PLAIN)
    before = LiveBook(book, book.fullname).read().sheets[0].merges
    sheet = book.sheets[0].impl
    sheet.range("A11:F11").merge(False)
    sheet.ws.unmerge_cells("A10:F10")
    book.impl.saved = False
    now = set(LiveBook(book, book.fullname).read().sheets[0].merges)
    assert parse_range("A11:F11") in now and parse_range("A10:F10") in set(before) - now


def test_a_file_that_was_replaced_tells_nothing(opened: Open, engine: Engine) -> None:
    """Excel says that nothing has changed since it was saved, but another file lies in the folder now."""
    book = opened(PLAIN)
    other = openpyxl.load_workbook(book.fullname)
    other.worksheets[0]["B14"].value = 987_654
    other.worksheets[0]["B14"].number_format = '0"other"'
    other.save(book.fullname)
    assert book.impl.saved
    assert '0"other"' not in details(book).formats.values()
    assert looks_asked(engine) > 0


def test_a_file_that_is_gone_tells_nothing(opened: Open, engine: Engine) -> None:
    book = opened(PLAIN)
    before = codes(book)
    Path(book.fullname).unlink()
    assert codes(book) == before
    assert looks_asked(engine) > 0


def test_a_new_workbook_is_asked(opened: Open, engine: Engine) -> None:
    book = opened(PLAIN).app.books.add()
    sheet = book.sheets[0]
    sheet.range("A1").value = [["Løn", 2023, 2024, "I alt"], ["Drift", 1100, 1200, 2300]]
    sheet.range("B2:D2").number_format = "#,##0"
    read = LiveBook(book).read().sheets[0]
    assert set(read.details([parse_range("A1:D2")]).formats.values()) == {"#,##0"}


def test_rows_that_a_filter_hides_are_told_from_hidden_ones(opened: Open, engine: Engine) -> None:
    book = opened(PLAIN)
    sheet = book.sheets[0].impl
    sheet.range("A14").row_hidden = True
    assert details(book).filtered_rows == frozenset()
    sheet.ws.auto_filter.ref = "A13:F15"
    sheet.ws.auto_filter.filterColumn.append(FilterColumn(colId=0))
    assert details(book).filtered_rows is None


def checkered(path: Path) -> None:
    """A table in which no two cells beside each other look alike, as nobody would make it."""
    workbook = openpyxl.Workbook()
    sheet: Any = workbook.active
    sheet.append(["Beløb i 1.000 kr.", 2023, 2024, 2025, "I alt"])
    for number in range(40):
        sheet.append([f"Linje {number}", number, 1, 1, number + 2])
    for row in sheet.iter_rows(min_row=2, min_col=2):
        for cell in row:
            cell.number_format = "0" if (cell.row + cell.column) % 2 else "#,##0"
            cell.font = Font(color="FFFF0000" if cell.row % 2 else "FF00FF00")
    workbook.save(path)


@pytest.mark.parametrize("changed", [False, True])
def test_questions_have_an_end_where_every_cell_looks_different(
    changed: bool, engine: Engine, tmp_path: Path
) -> None:
    path = tmp_path / "checkered.xlsx"
    checkered(path)
    book = xw.Book(str(path))
    table = parse_range("A1:E41")
    if changed:
        book.sheets[0].range("G1").value = "note"
    engine.calls.clear()
    known = details(book, table)
    assert looks_asked(engine) <= (2 * QUESTIONS + 3 if changed else 0)
    assert len(known.formats) >= 160 and set(known.formats.values()) >= {"0", "#,##0"}


@pytest.mark.parametrize("path", [True, False], ids=["changed", "new"])
def test_questions_do_not_grow_with_the_rows(path: bool, engine: Engine, tmp_path: Path) -> None:
    asked = []
    for rows in (20, 2000):
        workbook = openpyxl.Workbook()
        sheet: Any = workbook.active
        sheet.append(["Beløb i 1.000 kr.", 2023, 2024, "I alt"])
        for number in range(rows):
            sheet.append([f"Linje {number}", number, None if number % 7 else 1, number + 1])
        for row in sheet.iter_rows(min_row=2, min_col=2, max_col=4):
            for cell in row:
                cell.number_format = "#,##0"
        file = tmp_path / f"{rows}.xlsx"
        workbook.save(file)
        engine.reset()
        book = xw.Book(str(file))
        book.sheets[0].range("B2").value = 5
        engine.calls.clear()
        read = LiveBook(book, str(file) if path else None).read().sheets[0]
        read.details([Range(1, 1, rows + 1, 4)])
        asked.append(engine.calls.total())
    assert asked[0] == asked[1] < 30
