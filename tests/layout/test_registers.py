"""Registers: one proposal a row, whatever its title begins with."""

from __future__ import annotations

import pytest

from budget_tools.books.memory import MemoryBook, Plain
from budget_tools.filling import missing_totals
from budget_tools.inspection.batch import inspect
from budget_tools.inspection.examining import examine
from budget_tools.settings import Settings
from tests.grid import place, read_grid

REGISTER = """
        A           B      C      D      E
    3   Titel              2023   2024   I alt
    4   Forslag 12         100    200    300
    5   Forslag 13         100    200    310
    6   Skema 2.1.2. 14    100    200    300
"""


def test_a_line_that_is_called_a_proposal_opens_no_form() -> None:
    found = [place(finding) for finding in read_grid(REGISTER).findings()]
    assert found == [("ARI001", "E5")]


def test_two_lines_of_a_long_register_that_are_off_alike_have_nothing_in_common() -> None:
    cells: dict[str, Plain] = {"A1": "Titel", "B1": 2023, "C1": 2024, "D1": "I alt"}
    for row in range(2, 102):
        first, second = row * 37 % 900 + 1, row * 91 % 700 + 1
        slip = 10 if row in (20, 70) else 0
        cells |= {
            f"A{row}": f"Linje {row}",
            f"B{row}": first,
            f"C{row}": second,
            f"D{row}": first + second + slip,
        }
    examined = examine(MemoryBook({"Ark1": cells}).read(), Settings())
    [(report, _)] = inspect([examined])
    found = [(finding.code, str(finding.cell)) for finding in report.findings]
    assert found == [("ARI001", "D20"), ("ARI001", "D70")]


def test_a_column_that_says_on_each_line_which_budget_it_is_of_is_no_heading() -> None:
    cells: dict[str, Plain] = {"A1": "Udgave", "B1": "Bevilling", "C1": "Konto", "D1": "Beløb"}
    for row in range(2, 60):
        cells |= {
            f"A{row}": "Budget 2020",
            f"B{row}": "2020" if row == 9 else str(5000 + row),
            f"C{row}": str(7000 + row),
            f"D{row}": row * 11,
        }
    examined = examine(MemoryBook({"Ark1": cells}).read(), Settings())
    [(report, _)] = inspect([examined])
    assert "NUM001" not in [finding.code for finding in report.findings]


def test_an_empty_total_column_belongs_to_each_of_two_tables_one_below_the_other() -> None:
    cells: dict[str, Plain] = {}
    for top in (1, 8):
        cells |= {f"{letter}{top}": year for letter, year in zip("BCD", (2023, 2024, 2025), strict=True)}
        cells |= {f"E{top}": "I alt", f"A{top + 3}": "I alt"}
        for row in (top + 1, top + 2):
            cells |= {f"A{row}": f"Linje {row}", f"B{row}": row * 7, f"C{row}": row * 5, f"D{row}": row * 3}
    examined = examine(MemoryBook({"Ark1": cells}).read(), Settings())
    edits = [
        str(edit.cell)
        for page in examined.pages
        for table in page.tables
        for _, edit in missing_totals(table)
    ]
    assert [cell for cell in edits if cell.startswith("E")] == ["E2", "E3", "E4", "E9", "E10", "E11"]


HEADED = (
    """
        A        B             C              D
    2   Tall i hele 1000
    3   Art      '2023/24      'Forslag 2024  Endring
    4   Lønn     51000         52400          1400
    5   Strøm    2900          3100           200
    6   Sum      53900         55500          1600
    """,
    """
        A        B             C              D
    2   £000
    3   Ref      Proposal      '2024/25       '2025/26
    4   A1       Contracts     410            520
    5   A2       Energy        250            310
    6            Total         660            830
    """,
)


@pytest.mark.parametrize("drawing", HEADED)
def test_a_heading_that_says_proposal_beside_years_opens_no_form(drawing: str) -> None:
    assert [place(finding) for finding in read_grid(drawing).findings()] == []
