"""What rounding can explain, and what is a slip."""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace

from budget_tools.cover.explain import slight
from budget_tools.model.address import Cell
from budget_tools.model.table import Axis, Cause, Disagreement, Evidence, Total


def total(cell: Cell, axis: Axis, addends: range, shown: int, expected: int) -> Total:
    return Total(
        cell,
        axis,
        tuple(addends),
        (1,) * len(addends),
        Evidence.AGREEMENT,
        Decimal(shown),
        Decimal(expected),
        Decimal(0),
    )


def crossing(*totals: Total) -> Disagreement:
    table = SimpleNamespace(totals=totals, amount=lambda cell: None)
    return Disagreement(table, Cause.CROSSING, Cell(29, 2), totals)  # type: ignore[arg-type]


FIVE_YEARS = total(Cell(29, 12), Axis.ROW, range(2, 7), 20, 19)
TEN_YEARS = total(Cell(29, 13), Axis.ROW, range(2, 12), 20, 19)
DOWN = total(Cell(33, 2), Axis.COLUMN, range(23, 32), 762, 761)


def test_five_years_and_ten_are_one_witness():
    # rounded tables of the budget offices: the sum of 2021-2025 and that of 2021-2030 share their years
    fault = crossing(FIVE_YEARS, TEN_YEARS, DOWN)
    assert slight([fault]) == [fault]


def test_three_sums_of_different_cells_are_no_rounding():
    again = total(Cell(40, 2), Axis.COLUMN, range(29, 34), 900, 899)
    assert slight([crossing(FIVE_YEARS, DOWN, again)]) == []


def test_what_is_off_by_more_than_half_a_figure_is_no_rounding():
    assert slight([crossing(total(Cell(29, 12), Axis.ROW, range(2, 7), 30, 19))]) == []


def test_round_figures_make_no_odd_sum_by_rounding():
    odd = total(Cell(9, 2), Axis.COLUMN, range(5, 9), 136_001, 136_000)
    figures = dict(zip(odd.cells(), map(Decimal, (45_000, 31_000, 52_000, 8_000)), strict=True))
    table = SimpleNamespace(totals=[odd], amount=figures.get)
    assert slight([Disagreement(table, Cause.COLUMN_TOTAL, odd.cell, (odd,))]) == []  # type: ignore[arg-type]
    uneven = {cell: amount + 1 for cell, amount in figures.items()}
    table = SimpleNamespace(totals=[odd], amount=uneven.get)
    assert slight([Disagreement(table, Cause.COLUMN_TOTAL, odd.cell, (odd,))])  # type: ignore[arg-type]
