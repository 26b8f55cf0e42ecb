"""Records are values: made alike they are equal, and they can be kept in sets, copied and sent elsewhere."""

from __future__ import annotations

import pickle
from dataclasses import replace
from decimal import Decimal

import pytest

from budget_tools.model.address import Cell
from budget_tools.model.edit import Fix, Safety, SetCell
from budget_tools.model.finding import Finding, Place

EDIT = SetCell("Ark1", Cell(3, 2), Decimal("12.5"), "=A1")
RECORDS = [EDIT, Fix(Safety.SAFE, (EDIT,)), Place("Ark1", Cell(1, 1)), Finding("ARI001", "Ark1", Cell(1, 1))]


@pytest.mark.parametrize("one", RECORDS, ids=lambda one: type(one).__name__)
def test_a_record_is_a_value(one: object) -> None:
    again = pickle.loads(pickle.dumps(one))
    assert again == one and again is not one
    assert replace(one) == one  # type: ignore[type-var]
    assert not hasattr(one, "__dict__")
    with pytest.raises(AttributeError):
        one.nonsense = 1  # type: ignore[attr-defined]


def test_records_made_alike_are_one_in_a_set() -> None:
    assert len({EDIT, replace(EDIT), replace(EDIT, value=Decimal(13))}) == 2
