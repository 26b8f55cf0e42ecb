"""The same formula has the same pattern wherever it stands."""

from __future__ import annotations

from decimal import Decimal

import pytest

from budget_tools.formula import pattern
from budget_tools.model.address import parse_cell
from budget_tools.model.book import Formula


def form(cell: str, text: str) -> str:
    return pattern(Formula(text, parse_cell(cell))).form


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("D5", "SUM(B5:C5)"), ("D6", "SUM(B6:C6)")),
        (("B8", "SUM(B5:B7)"), ("AA8", "SUM(AA5:AA7)")),
        (("B5", "A5*$H$1"), ("C9", "B9*$H$1")),
        (("B5", "'Ark 2'!B5+1"), ("B6", "'ark 2'!B6+1")),
        (("B5", "sum(B1:B2)"), ("B5", "SUM( B1:B2 )")),
    ],
)
def test_alike(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert form(*one) == form(*other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("D5", "SUM(B5:C5)"), ("D6", "SUM(B5:C5)")),
        (("D5", "SUM(B5:C5)"), ("D5", "SUM(B5,C5)")),
        (("B5", "A5*$H$1"), ("B5", "A5*H1")),
        (("B5", "A5*1.02"), ("B5", "A5*1.03")),
    ],
)
def test_unlike(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert form(*one) != form(*other)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("A1*1.02+25", ("1.02", "25")),
        ("ROUND(A1/1000,2)", ()),
        ("SUBTOTAL(9,A1:A4)", ()),
        ("VLOOKUP(A1,B1:C9,2,0)*12", ("12",)),
        ("ROUND(A1*1.5,2)", ("1.5",)),
        ("A1*100-1", ()),
        ("A1*2%", ("2",)),
    ],
)
def test_numbers_that_are_typed(text: str, numbers: tuple[str, ...]) -> None:
    assert pattern(Formula(text, parse_cell("B9"))).numbers == tuple(map(Decimal, numbers))


@pytest.mark.parametrize(
    ("text", "files"),
    [
        ("[1]Ark1!B5", ("1",)),
        ("SUM('[2]Ark 1'!B5:B9)+[1]Ark1!$A$1", ("2", "1")),
        ("'C:\\Budget\\[Løn 2024.xlsx]Ark1'!B5", ("Løn 2024.xlsx",)),
        ("Tabel1[Beløb]", ()),
        ("SUM(Tabel1[[#This Row],[2023]:[2024]])", ()),
        ('A1&"[x]!"', ()),
    ],
)
def test_other_files(text: str, files: tuple[str, ...]) -> None:
    assert pattern(Formula(text, parse_cell("B9"))).files == files
