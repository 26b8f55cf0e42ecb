"""Stored results testify what a cell held when they were calculated."""

from __future__ import annotations

from decimal import Decimal

import pytest

from budget_tools.books.memory import MemoryBook
from budget_tools.formula import changes
from budget_tools.model.address import SheetCell, parse_cell
from budget_tools.model.table import Change


def place(cell: str, sheet: str = "Ark1") -> SheetCell:
    return SheetCell(sheet, parse_cell(cell))


def book(**cells: object) -> MemoryBook:
    return MemoryBook({"Ark1": cells})


def test_one_cell_explains_what_uses_it() -> None:
    read = book(B1=100, B2=("=B1*2", 180), B3=("=B1-B2", -90), B4=("=B2+1", 181)).read()
    stale = {place("B2"): Decimal(180), place("B3"): Decimal(-90)}
    assert changes(read, stale) == {place("B1"): Change(Decimal(90), (place("B2"), place("B3")))}


def test_a_result_that_follows_speaks_against_a_change() -> None:
    read = book(B1=100, B2=("=B1*2", 180), B3=("=B1+1", 101)).read()
    assert changes(read, {place("B2"): Decimal(180)}) == {}


@pytest.mark.parametrize("formula", ["=B1+B2", "=SUM(B1:B2)"])
def test_two_cells_that_explain_alike_explain_nothing(formula: str) -> None:
    read = book(B1=100, B2=50, B3=(formula, 140)).read()
    assert changes(read, {place("B3"): Decimal(140)}) == {}


def test_nobody_types_so_many_decimals() -> None:
    read = book(B1=100, B2=("=B1*0.83", 90)).read()
    assert changes(read, {place("B2"): Decimal(90)}) == {}


def test_a_result_on_another_sheet() -> None:
    read = MemoryBook({"Ark1": {"B1": 100}, "Ark2": {"C1": ("=Ark1!B1/3", 11.3333333333333)}}).read()
    stale = {place("C1", "Ark2"): Decimal("11.3333333333333")}
    assert changes(read, stale) == {place("B1"): Change(Decimal(34), (place("C1", "Ark2"),))}


def test_what_was_never_calculated_is_not_searched() -> None:
    cells = {f"B{row}": (f"=A{row}*2", 1) for row in range(1, 100)} | {f"A{row}": 7 for row in range(1, 100)}
    read = book(**cells).read()
    assert changes(read, {place(cell): Decimal(1) for cell in cells if cell[0] == "B"}) == {}
