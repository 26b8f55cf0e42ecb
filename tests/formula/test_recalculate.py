"""What the formulas that look at changed cells will show."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from budget_tools.books.memory import MemoryBook
from budget_tools.formula import recalculate, recalculated
from budget_tools.model.address import parse_cell
from budget_tools.model.edit import SetCell


def edit(at: str, value: Any, formula: str | None = None) -> SetCell:
    sheet, _, cell = at.rpartition("!")
    given = Decimal(value) if isinstance(value, int) else value
    return SetCell(sheet or "Løn", parse_cell(cell), given, formula)


def told(sheets: dict[str, dict[str, Any]], *edits: SetCell) -> tuple[dict[str, str], dict[str, str]]:
    """The edits with their results, and what else changes, by cell."""
    book = MemoryBook(sheets).read()
    new = recalculated(book, edits)
    settled, others = new.edits, new.results
    return (
        {f"{one.sheet}!{one.cell}": str(one.value) for one in settled},
        {f"{one.sheet}!{one.cell}": str(one.value) for one in others},
    )


def test_directly_and_through_others_and_across_sheets() -> None:
    sheets = {
        "Løn": {"A1": 1, "B1": ("=A1*2", 2), "C1": ("=B1+1", 3), "D1": ("=9", 9)},
        "Oversigt": {"A1": ("=SUM('Løn'!A1:C1)", 6), "A2": ("=løn!D1", 9)},
    }
    assert told(sheets, edit("A1", 10))[1] == {"Løn!B1": "20", "Løn!C1": "21", "Oversigt!A1": "51"}


def test_formulas_that_are_written_together() -> None:
    cells = {"Løn": {"A1": 1, "A2": 2, "A4": ("=A3+1", 1)}}
    edits = (edit("A3", 0, "=SUM(A1:A2)"), edit("A1", 5))
    assert told(cells, *edits) == ({"Løn!A3": "7", "Løn!A1": "5"}, {"Løn!A4": "8"})


def test_a_cell_outside_what_was_there() -> None:
    assert told({"Løn": {"B2": ("=D9+A1", 0)}}, edit("D9", 4), edit("A1", 1))[1] == {"Løn!B2": "5"}


def test_what_shows_the_same_is_not_written() -> None:
    assert told({"Løn": {"A1": 1, "B1": ("=A1*0", 0)}}, edit("A1", 10))[1] == {}


@pytest.mark.parametrize("formula", ["=VLOOKUP(A1,A1:B9,2)", "=OFFSET(A1,0,0)", "=A1/0", '=A1&"x"'])
def test_what_cannot_be_worked_out_is_left_to_excel(formula: str) -> None:
    assert told({"Løn": {"A1": 1, "B1": (formula, 7), "C1": ("=B1+1", 8)}}, edit("A1", 10))[1] == {}


def test_what_is_left_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    cells = {"Løn": {"A1": 1, "B1": ("=VLOOKUP(A1,A1:B9,2)", 7), "C1": ("=B1+1", 8), "D1": ("=A1", 1)}}
    book = MemoryBook(cells).read()
    new = recalculated(book, [edit("A1", 10)])
    assert ([str(one.cell) for one in new.results], new.left) == (["D1"], 2)
    monkeypatch.setattr(recalculate, "_MOST_WORK", 0)
    assert recalculated(book, [edit("A1", 10)]).left is None


def test_a_text_or_an_error_becomes_a_number() -> None:
    cells = {"Løn": {"A1": "x", "B1": ("=A1+1", "#VALUE!"), "C1": ("=A1", "x")}}
    assert told(cells, edit("A1", 10))[1] == {"Løn!B1": "11", "Løn!C1": "10"}


def test_a_result_that_was_never_stored_is_not_made_up() -> None:
    assert told({"Løn": {"A1": 1, "B1": "=A1*2"}}, edit("A1", 10))[1] == {}


def test_a_circle_ends() -> None:
    assert told({"Løn": {"A1": 1, "B1": ("=C1+A1", 1), "C1": ("=B1", 1)}}, edit("A1", 10))[1] == {}


def test_a_formula_that_is_replaced_by_a_value() -> None:
    cells = {"Løn": {"A1": ("=9+9", 18), "B1": ("=A1", 18)}}
    assert told(cells, edit("A1", 1)) == ({"Løn!A1": "1"}, {"Løn!B1": "1"})


def test_text_counts_as_excel_counts_it() -> None:
    cells = {"Løn": {"A1": "5", "A2": 2, "B1": ("=SUM(A1:A2)", 2)}}
    assert told(cells, edit("A1", 5))[1] == {"Løn!B1": "7"}
    assert told(cells, edit("A2", ""))[1] == {"Løn!B1": "0"}


def test_too_much_to_compare_is_left_to_excel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recalculate, "_MOST_WORK", 0)
    assert told({"Løn": {"A1": 1, "B1": ("=A1", 1)}}, edit("A1", 10)) == ({"Løn!A1": "10"}, {})
