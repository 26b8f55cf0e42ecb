"""Years that were mistyped in a heading, and years that were not."""

from __future__ import annotations

from datetime import datetime

import pytest

from budget_tools.books.memory import MemoryBook, Plain
from budget_tools.run import check_book
from budget_tools.settings import Settings

Row = list[Plain]


def told(heading: Row, *above: Row) -> list[str]:
    """The cells in which a year is told, in a table below a heading in row 4, with rows ``above`` it."""
    cells: dict[str, Plain] = {}
    for row, values in enumerate([*above, heading], 4 - len(above)):
        for column, value in zip("BCDEFGHIJ", values, strict=False):
            cells[f"{column}{row}"] = value
    for row, label in enumerate(("Løn", "Drift", "Husleje"), 5):
        cells[f"A{row}"] = label
        for column, value in zip("BCDEFGHIJ", heading, strict=False):
            if value is not None:
                cells[f"{column}{row}"] = 100 * row + ord(column)
    report = check_book(MemoryBook({"Ark": cells}).read(), Settings())
    found = [finding for finding in report.findings if finding.code == "STR002"]
    assert all(finding.facts["variant"] == "mistyped" for finding in found)
    return [f"{finding.cell} {finding.facts['expected']}" for finding in found]


@pytest.mark.parametrize("slip", [2052, 2015, 2205, 20255, 2024, 225, 2502, 2026, 2125])
def test_a_year_between_two_others_is_told_when_its_digits_are_mixed_up(slip: int) -> None:
    assert told([2023, 2024, slip, 2026]) == ["D4 2025"]


def test_any_other_year_in_the_place_of_the_one_that_is_missing_is_told() -> None:
    assert told([2025, 2026, 2052, 2028]) == ["D4 2027"]
    assert told([2025, 2052, 2027]) == []  # the digits are not those of 2026, and two years tell too little


@pytest.mark.parametrize("slip", [2052, 2205, 20255])
def test_three_years_are_enough(slip: int) -> None:
    assert told([2024, slip, 2026]) == ["C4 2025"]


@pytest.mark.parametrize(("first", "last"), [(2052, 2028), (2205, 2028), (2025, 2082), (2025, 20288)])
def test_at_the_end_of_a_row_only_what_can_be_no_other_year_is_told(first: int, last: int) -> None:
    years = [first, 2026, 2027, last]
    assert told(years) == (["B4 2025"] if first != 2025 else ["E4 2028"])


@pytest.mark.parametrize(
    "heading",
    [
        ["Budget 2023", "Budget 2024", "Budget 2052", "Budget 2026"],
        ["B2023", "B2024", "B2205", "B2026"],
        ["Budget 2023", "Budget 2024", "Budget 20255", "Budget 2026"],
        ["2023", "2024", "2052", "2026"],
        ["Regnskab 2022", 2024, 2052, 2026, 2027],
        [2026, 2052, 2024, 2023],
        [2023, None, 2024, None, 2052, None, 2026],
        [datetime(2023, 12, 31), datetime(2024, 12, 31), datetime(2052, 12, 31), datetime(2026, 12, 31)],
        [2023, 2024, 2052, 2026, "I alt"],
    ],
)  # fmt: skip
def test_however_the_years_are_written(heading: Row) -> None:
    assert [one.split()[1] for one in told(heading)] == ["2025"]


@pytest.mark.parametrize(
    "heading",
    [
        [2019, 2024, 2025, 2026],  # a year to compare with
        [2012, 2022, 2023, 2024],  # ten years ago
        [2024, 2025, 2026, 2030],  # the goal
        [2021, 2023, 2024, 2025, 2026],
        [2024, 2024, 2025, 2026],
        [2024, 2025, 2026, 2026],
        [2023, 2024, 2024, 2025],  # two budgets of one year
        [2024, 2025, 2024, 2025],  # two tables
        [2020, 2025, 2030, 2035],
        [1990, 2000, 2010, 2020, 2021],
        ["Regnskab 2023", "Budget 2024", "Forventet 2024", "Budget 2026"],
        ["Regnskab 2022", "Budget 2023", "Regnskab 2021"],
        ["2022/23", "2023/24", "2024/25"],
        [2023, 2024, 2025, 2026],
    ],
)  # fmt: skip
def test_years_for_comparison_are_left_alone(heading: Row) -> None:
    assert told(heading) == []


def test_the_same_year_twice_is_told_apart_by_what_stands_over_it() -> None:
    assert told([2023, 2024, 2024, 2026], ["Regnskab", "Regnskab", "Budget", "Budget"]) == []
    assert told([2023, 2024, 2024, 2026], ["Budget", "Budget", "Budget", "Budget"]) == ["D4 2025"]


def test_the_table_is_read_as_if_the_year_were_right() -> None:
    cells: dict[str, Plain] = {"B4": 2023, "C4": 2042, "D4": 2025, "E4": "I alt", "A5": "Løn", "A6": "Drift"}
    cells |= {"B5": 100, "C5": 200, "D5": 300, "E5": 600, "B6": 10, "C6": 20, "D6": 30, "E6": 61}
    report = check_book(MemoryBook({"Ark": cells}).read(), Settings())
    assert [
        (finding.code, str(finding.cell)) for finding in report.findings if finding.severity.word == "error"
    ] == [
        ("STR002", "C4"),
        ("ARI001", "E6"),
    ]


def test_years_down_the_side_are_read_alike() -> None:
    cells: dict[str, Plain] = {"A4": "År", "B4": "Løn", "C4": "Drift", "D4": "I alt"}
    for row, year in enumerate((2023, 2024, 2052, 2026), 5):
        cells |= {f"A{row}": year, f"B{row}": 100 * row, f"C{row}": 50, f"D{row}": 100 * row + 50}
    report = check_book(MemoryBook({"Ark": cells}).read(), Settings())
    assert [(finding.code, str(finding.cell)) for finding in report.findings if finding.code == "STR002"] == [
        ("STR002", "A7")
    ]
