"""What formulas give: worked out where that is safe, and not guessed where it is not."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from budget_tools.books.memory import MemoryBook
from budget_tools.formula import Evaluator
from budget_tools.model.address import parse_cell
from budget_tools.model.book import Book, Sheet

CELLS: dict[str, Any] = {
    "A1": 10,
    "A2": 20,
    "A3": ("=SUBTOTAL(9,A1:A2)", 30),
    "A4": 5,
    "A5": "12",
    "A6": "1.200",
    "A7": "tekst",
    "A8": 0.1,
    "A9": 0.2,
}


def value(formula: str, **more: Any) -> Decimal | None:
    """What a formula in C1 gives beside the cells above."""
    reader = MemoryBook({"Ark1": {**CELLS, "C1": (formula, 0)}, "Ark 2": {"B2": 7}}, **more)
    book = reader.read()
    return Evaluator(book).value(book.sheets[0], parse_cell("C1"))


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("=SUM(A1:A4)", "65"),
        ("=SUM(A1:A7)", "65"),  # text is passed over
        ("=A1+A5", "22"),  # and made a number by a plus
        ("=A1-A2*2/4^1", "0"),
        ("=-A1+50%", "-9.5"),
        ("=ROUND(A1/3,2)", "3.33"),
        ("=ROUND(-A1/4,0)", "-3"),
        ("=A8+A9", "0.3"),
        ("='Ark 2'!B2+A1", "17"),
        ("=SUBTOTAL(9,A1:A4)", "35"),  # its own kind is not counted again
        ("=SUBTOTAL(109,A1:A2,A4)", "35"),
        ("=SUM(A1:A2,SUBTOTAL(9,A1:A4))", "65"),
    ],
)
def test_what_is_known(formula: str, expected: str) -> None:
    assert value(formula) == Decimal(expected)


@pytest.mark.parametrize(
    "formula",
    [
        "=A1+A6",  # twelve hundred or one and a fifth: that depends on the reader's language
        "=A1+A7",
        "=A1/0",
        "=SUBTOTAL(1,A1:A2)",
        "=VLOOKUP(A1,A1:A4,1)",
        "=[1]Ark1!A1",
        "=Ukendt!A1",
        "=NAVN+1",
    ],
)
def test_what_is_not_guessed(formula: str) -> None:
    assert value(formula) is None


@pytest.mark.parametrize(
    ("formula", "hidden", "filtered", "expected"),
    [
        ("=SUBTOTAL(9,A1:A4)", [2], [], 35),
        ("=SUBTOTAL(109,A1:A4)", [2], [], 15),
        ("=SUBTOTAL(9,A1:A4)", [], [2], 15),
        ("=SUBTOTAL(109,A1:A4)", [1], [2], 5),
        ("=SUM(A1:A2)", [1], [2], 30),
    ],
)
def test_subtotal_of_hidden_rows(formula: str, hidden: list[int], filtered: list[int], expected: int) -> None:
    assert value(formula, hidden_rows={"Ark1": hidden}, filtered_rows={"Ark1": filtered}) == expected


def test_subtotal_where_nothing_is_known_of_hidden_rows() -> None:
    read = MemoryBook({"Ark1": {**CELLS, "C1": ("=SUBTOTAL(9,A1:A4)", 0)}}).read().sheets[0]
    bare = Sheet(read.name, read.rows, formulas=read.formulas)
    assert Evaluator(Book("x.xlsx", (bare,))).value(bare, parse_cell("C1")) is None
