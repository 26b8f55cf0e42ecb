"""A long table is checked by columns; what is found in it is what is found line by line."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from budget_tools.books import longsheet
from budget_tools.books.file import WorkbookFile
from budget_tools.formula import shifted
from budget_tools.inspection.batch import inspect
from budget_tools.inspection.examining import examine
from budget_tools.layout import long, words
from budget_tools.layout.long import LongLines
from budget_tools.model.address import Cell
from budget_tools.model.book import Book, ErrorValue, Formula
from budget_tools.model.columns import HERE, FormulaColumns
from budget_tools.model.finding import WorkbookReport
from budget_tools.settings import Settings
from tests.registers import planted, saved

LINES = 1_200  # more than any search by lines reaches: see LONG
SEEDS = range(10)


def checked(book: Book, monkeypatch: pytest.MonkeyPatch, *, by_columns: bool) -> WorkbookReport:
    """The report of a book, its tables taken as long ones or not."""
    monkeypatch.setattr(long, "LONG", LINES // 2 if by_columns else 10**9)
    examined = examine(book, Settings())
    tables = [table for page in examined.pages for table in page.tables]
    assert tables and all(isinstance(table.lines, LongLines) == by_columns for table in tables)
    [(report, _)] = inspect([examined])
    return report


@pytest.mark.parametrize("seed", SEEDS)
def test_by_columns_as_line_by_line(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    by_line = checked(planted(seed, LINES), monkeypatch, by_columns=False)
    by_columns = checked(planted(seed, LINES), monkeypatch, by_columns=True)
    assert repr(by_columns.findings) == repr(by_line.findings)
    assert by_columns == by_line


def test_the_faults_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    codes = {
        finding.code
        for seed in SEEDS
        for finding in checked(planted(seed, LINES), monkeypatch, by_columns=True).findings
    }
    assert {"ARI001", "ARI002", "ARI009", "NUM001", "NUM005", "NUM006", "NUM007", "NUM008", "STR005"} <= codes


_PIECES = (
    *(
        "budget",
        "regnskab",
        "fy",
        "ry ",
        "by ",
        "bo",
        "b",
        "r",
        "overslag",
        "forslag",
        "skema",
        "kr",
        "t.kr.",
    ),
    *(
        "000",
        "1.000",
        "2024",
        "24",
        "2 024",
        "/",
        "-",
        " ",
        ".",
        ":",
        "(",
        ")",
        "£",
        "dollars",
        "pl",
        "*",
        "¹",
    ),
    *("Udvalg:", "Beløb i ", "afsat ", "i ", "Behov for ", "mio. ", "titel", "'", "5", "19", "201"),
)


def test_no_text_is_missed_for_its_digits() -> None:
    chance = random.Random(3)
    heard = 0
    for _ in range(60_000):
        text = "".join(chance.choices(_PIECES, k=chance.randrange(1, 6)))
        if words.hear_if_short(text) is not None:
            heard += 1
            assert words.may_be_heard("".join("0" if "1" <= letter <= "9" else letter for letter in text)), (
                text
            )
    assert heard > 1_000


def test_no_list_of_words_has_a_digit_in_it() -> None:
    listed = words.TOTAL | words.SUBTOTAL | words.OF_WHICH | words.NET | words.FORM | words.FORM_TITLE
    asked = (
        words.COMMITTEE | words.AREA | words.TITLE | words.ACCOUNT | words.ID | words.EARLIER | words.STATUS
    )
    assert not [word for word in listed | asked if any(map(str.isdigit, word))]


def read(path: Path, monkeypatch: pytest.MonkeyPatch, *, by_columns: bool) -> Book:
    """A workbook, its sheets taken as long ones or not."""
    monkeypatch.setattr(longsheet, "LONG", 1_000 if by_columns else 10**9)
    return WorkbookFile(path).read()


@pytest.mark.parametrize("seed", SEEDS)
def test_formulas_by_columns_as_one_by_one(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "register.xlsx"
    saved(planted(seed, LINES, formulas=True).sheets[0], path, shared=seed % 2 == 1)
    one_by_one = read(path, monkeypatch, by_columns=False)
    by_columns = read(path, monkeypatch, by_columns=True)
    assert isinstance(by_columns.sheets[0].formulas, FormulaColumns)
    assert _spelled(by_columns) == _spelled(one_by_one)
    monkeypatch.setattr(long, "LONG", 10**9)
    [(expected, _)] = inspect([examine(one_by_one, Settings())])
    monkeypatch.setattr(long, "LONG", LINES // 2)
    [(found, _)] = inspect([examine(by_columns, Settings())])
    assert repr(found.findings) == repr(expected.findings)
    assert found == expected


def _spelled(book: Book) -> dict[Cell, str]:
    """The formulas of a book's first sheet as they stand in their cells, and that each is found by itself."""
    formulas = book.sheets[0].formulas
    assert len(formulas) == len(list(formulas)) and all(cell in formulas for cell in formulas)
    return {cell: shifted(formula, cell) for cell, formula in formulas.items()}


@pytest.mark.parametrize(
    ("text", "row", "moves"),
    [
        ("SUM(D4:G4)", 4, True),
        ("SUM($D4:G4)-$H$1", 4, True),
        ("D14+E14*1.02", 14, True),
        ("D4+4", 4, False),  # a 4 that is typed
        ("D14", 4, False),  # another row, whose number ends like this one's
        ("D41", 4, False),
        ("D$4", 4, False),
        ("SUM(D3:D4)", 4, False),
        ("LOG10(D10)", 10, False),
        ("Ark1!D4", 4, False),
        ('IF(D4>0,"4","")', 4, False),
        ("[1]Ark1!D4", 4, False),
        ("Sats4*D4", 4, False),
    ],
)
def test_which_formulas_are_the_one_above_moved_down(text: str, row: int, moves: bool) -> None:
    form = text.replace(str(row), HERE)
    assert longsheet.moves_down(form) is moves
    if moves:
        for other in (7, 91, 4_711, 200_000):
            moved = shifted(Formula(text, Cell(row, 8)), Cell(other, 8))
            assert moved == "=" + form.replace(HERE, str(other))


def test_errors_of_a_long_sheet_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    book = planted(3, LINES)
    book.sheets[0].rows[20][3] = ErrorValue("#REF!")  # type: ignore[index]
    path = tmp_path / "register.xlsx"
    saved(book.sheets[0], path, shared=False)
    for by_columns in (True, False):
        sheet = read(path, monkeypatch, by_columns=by_columns).sheets[0]
        assert sheet.value(21, 4) == ErrorValue("#REF!")
