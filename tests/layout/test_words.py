"""The word lists as questions about one cell's text."""

from __future__ import annotations

import pytest

from budget_tools.layout import words
from budget_tools.model.table import YearRole


@pytest.mark.parametrize(
    ("text", "year", "role"),
    [
        ("2023", 2023, YearRole.BUDGET),
        ("Budget 2023", 2023, YearRole.BUDGET),
        ("B2023", 2023, YearRole.BUDGET),
        ("R2022", 2022, YearRole.ACCOUNT),
        ("Regnskab 2022", 2022, YearRole.ACCOUNT),
        ("BO1 2024", 2024, YearRole.ESTIMATE),
        ("Overslag 2024", 2024, YearRole.ESTIMATE),
        ("2023-PL", 2023, YearRole.BUDGET),
        ("FY18", 2018, YearRole.BUDGET),
        ("FY 2018 Actual", 2018, YearRole.ACCOUNT),
        ("2018/19", 2018, YearRole.BUDGET),
        ("2002-03", 2002, YearRole.BUDGET),
        ("2 017", 2017, YearRole.BUDGET),
        ("2\u00a0017", 2017, YearRole.BUDGET),
    ],
)
def test_a_heading_that_is_a_year(text: str, year: int, role: YearRole) -> None:
    assert words.year_of_text(text) == (year, role)


@pytest.mark.parametrize(
    "text", ["Pulje 2024", "21.3.22", "kl. 13-17", "2021-2025", "Skema 2.1.2. 01", "1.8.2022", "", "budget"]
)
def test_a_heading_that_is_no_year(text: str) -> None:
    assert words.year_of_text(text) is None


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("2021-2025", True),
        ("Period 2019-2022", True),
        ("2023-26", True),
        ("2018/19", False),
        ("2002-03", False),
    ],
)
def test_a_heading_that_is_a_period_of_years(text: str, spans: bool) -> None:
    assert words.is_span(text) is spans


@pytest.mark.parametrize(
    ("text", "near", "unit"),
    [
        ("Beløb i 1.000 kr.", False, 1000),
        ("Alle beløb er i 1.000 kr.", False, 1000),
        ("Amounts in DKK 1,000", False, 1000),
        ("Amounts in thousands of DKK", False, 1000),
        ("Budget, DKK 1,000", True, 1000),
        ("Tekst (t.kr.)", False, 1000),
        ("Beløb i 1.000 kr. (2023-priser)", False, 1000),
        ("(mio. kr.)", False, 1_000_000),
        ("i hele kr.", True, 1),
        ("Enhed: mio. kr.", False, 1_000_000),
        ("I 1.000 kr. (2025-priser)", True, 1000),
        ("Mio. kr., 2025-p/l", True, 1_000_000),
        ("1.000 kr. (2024 pl)", True, 1000),
        ("1.000 kr. (pl 2024)", True, 1000),
        ("Hele kr. (netto)", True, 1),
        ("1.000 kr. (til 25 elever)", True, None),
        ("Investering i 4 ungeguides - 2000 t.kr.", True, None),
        ("63 færre unge på ydelse - ca. 5700 t.kr.", True, None),
        ("Der er afsat 250.000 kr.", True, None),
        ("1.000", True, None),
    ],
)
def test_what_a_text_says_of_the_unit(text: str, near: bool, unit: int | None) -> None:
    assert words.unit_of(text, near_table=near) == unit


@pytest.mark.parametrize("heading", ["Ændring i %", "Forbrugspct.", "Change, per cent", "Prosent"])
def test_a_heading_of_shares(heading: str) -> None:
    assert words.names_shares(heading)


@pytest.mark.parametrize("heading", ["Ændring", "Indeksering", "Procentuelle ændringer", "2023"])
def test_a_heading_of_amounts(heading: str) -> None:
    assert not words.names_shares(heading)
