"""The little table around a finding: its heading, its labels, its row, in the reader's way of writing."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from budget_tools import check
from budget_tools.books.file import WorkbookFile
from budget_tools.catalog import Language
from budget_tools.inspection.examining import examine
from budget_tools.model.address import Cell
from budget_tools.model.book import ErrorValue
from budget_tools.model.finding import Finding, Place
from budget_tools.nightly.excerpt import LONGEST, MOST_COLUMNS, MOST_ROWS, Excerpts, shown
from budget_tools.settings import Settings
from tests.packages import rows_of, worksheet, write


def excerpts(path: Path, rows: list[list[Any]], language: Language = "da") -> Excerpts:
    write(path, {"Ark": worksheet(rows_of(rows))})
    return Excerpts.of(examine(WorkbookFile(path).read(), Settings()).pages, language)


def test_around_a_wrong_total(tmp_path: Path) -> None:
    rows = [["Skema 2.1.2. 01"], ["Beløb i 1.000 kr."], ["", 2023, 2024, "I alt"]]
    rows += [[f"Linje {n}", 1000 + n, 2, 1002 + n] for n in range(10)]
    rows[8][3] = 9
    made = excerpts(tmp_path / "a.xlsx", rows)
    (finding,) = (one for one in check(tmp_path / "a.xlsx").findings if one.code == "ARI001")
    excerpt = made.around(finding)
    assert excerpt is not None and str(excerpt.cell) == "D9"
    assert (excerpt.left, excerpt.row_numbers) == (1, (3, 7, 8, 9, 10, 11))
    assert excerpt.rows[0] == ("", "2023", "2024", "I alt")
    assert excerpt.rows[3] == ("Linje 5", "1005", "2", "9")
    assert set(excerpt.related) == {Cell(9, 2), Cell(9, 3)}


def test_far_related_rows_are_shown_too_but_not_all(tmp_path: Path) -> None:
    rows = [["", 2023, 2024, "I alt"], *([f"L{n}", n, n, 2 * n] for n in range(1, 40))]
    made = excerpts(tmp_path / "a.xlsx", rows)
    related = tuple(Place("Ark", Cell(row, 2)) for row in range(2, 30))
    excerpt = made.around(Finding("ARI002", "Ark", Cell(40, 2), related=related))
    assert excerpt is not None and len(excerpt.rows) == MOST_ROWS
    assert excerpt.row_numbers[0] == 1 and excerpt.row_numbers[-3:] == (38, 39, 40)
    assert all(cell.row in excerpt.row_numbers for cell in excerpt.related) and excerpt.related


def test_a_wide_table_keeps_the_cell(tmp_path: Path) -> None:
    rows = [["", *range(2020, 2029)], ["Løn", *range(9)], ["Drift", *range(9)]]
    made = excerpts(tmp_path / "a.xlsx", rows)
    excerpt = made.around(Finding("ARI001", "Ark", Cell(2, 26)))
    assert excerpt is not None
    assert all(len(row) == len(excerpt.rows[0]) <= MOST_COLUMNS for row in excerpt.rows)
    assert excerpt.left <= 26 < excerpt.left + len(excerpt.rows[0])


def test_outside_any_table_and_nowhere(tmp_path: Path) -> None:
    made = excerpts(tmp_path / "a.xlsx", [["Skema 2.1.2. xx"], ["Titel"], ["", 2023, 2024], ["Løn", 1, 2]])
    excerpt = made.around(Finding("IDN001", "Ark", Cell(1, 1)))
    assert excerpt is not None and excerpt.rows[0][0] == "Skema 2.1.2. xx" and excerpt.row_numbers == (1, 2)
    assert made.around(Finding("RUN001", "Ark")) is None and made.around(Finding("RUN001", "Andet")) is None


@pytest.mark.parametrize(
    ("value", "code", "da", "en"),
    [
        ("", "", "", ""),
        (1234.5, "#,##0.00", "1.234,50", "1,234.50"),
        (-1234, "#,##0;[Red]-#,##0", "-1.234", "-1,234"),
        (2023, "General", "2023", "2023"),
        (0.1 + 0.2, "General", "0,3", "0.3"),
        (2.5, "0", "3", "3"),
        (0.256, "0.0%", "25,6%", "25.6%"),
        (1000, '#,##0 "kr."', "1.000", "1,000"),
        (1e-7, "", "0,0000001", "0.0000001"),
        (True, "", "SAND", "TRUE"),
        (ErrorValue("#REF!"), "", "#REF!", "#REF!"),
        (date(2026, 5, 1), "", "01-05-2026", "2026-05-01"),
        (datetime(2026, 5, 1, 12), "", "01-05-2026", "2026-05-01"),
        ("L\x1b[31møn\n2023", "@", "Løn 2023", "Løn 2023"),
        (float("inf"), "0", "inf", "inf"),
    ],
)
def test_what_a_cell_shows(value: Any, code: str, da: str, en: str) -> None:
    assert (shown(value, code, "da"), shown(value, code, "en")) == (da, en)


def test_long_text_is_cut() -> None:
    assert len(shown("x" * 500, "", "da")) == LONGEST
