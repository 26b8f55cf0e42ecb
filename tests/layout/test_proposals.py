"""Where a form begins, and what its first lines say of it."""

from __future__ import annotations

import pytest

from budget_tools.books.memory import MemoryBook, Plain
from budget_tools.layout import layout
from budget_tools.model.proposal import Proposal
from budget_tools.settings import Settings

TABLE: dict[str, Plain] = {
    "A9": "Beløb i 1.000 kr.",
    "B10": 2027,
    "C10": 2028,
    "A11": "Løn",
    "B11": 1,
    "C11": 2,
}


def read(cells: dict[str, Plain]) -> Proposal:
    [page] = layout(MemoryBook({"Skema": {**cells, **TABLE}}).read(), Settings())
    [proposal] = page.proposals
    return proposal


@pytest.mark.parametrize("first", ["Driftsønske", "Anlægsønske", "Reduktionsforslag", "Spareforslag"])
def test_a_heading_opens_a_form(first: str) -> None:
    assert read({"A1": first, "A2": "Udvalg:", "B2": "Skoleudvalget"}).committee == "Skoleudvalget"


@pytest.mark.parametrize(
    ("first", "title"),
    [
        ("Forslag nr. 2.1.2. 01: Natteam på plejecentrene", "Natteam på plejecentrene"),
        ("Skema 2.1.2. 01 - Natteam", "Natteam"),
        ("Forslag nr. 4.01: Natteam", "Natteam"),
    ],
)
def test_a_title_behind_the_number(first: str, title: str) -> None:
    proposal = read({"A1": first, "A2": "Udvalget for Ældre"})
    assert (proposal.title, proposal.committee) == (title, "Udvalget for Ældre")
    assert proposal.run_together is None


@pytest.mark.parametrize(
    ("first", "number", "title"),
    [
        ("Forslag nr. 1O5", "1O5", None),
        ("Forslag nr. 1O5: Natteam", "1O5", "Natteam"),
        ("Forslag IO5", "IO5", None),
        ("Forslag nr. BU-12: Natteam", "BU-12", "Natteam"),
        ("Skema 2.1.2. O1 - Natteam", "2.1.2. O1", "Natteam"),
        ("Skema 2.I.2. 01", "2.I.2. 01", None),
        ("Forslag 4.O5", "4.O5", None),
    ],
)
def test_a_mistyped_number_stands_where_the_number_should(first: str, number: str, title: str | None) -> None:
    proposal = read({"A1": "Driftsforslag", "A2": first, "A3": "Udvalget for Ældre"})
    assert (proposal.number_text, str(proposal.number_cell), proposal.number) == (number, "A2", None)
    assert proposal.title == title
    assert proposal.committee == "Udvalget for Ældre"


def test_a_mistyped_number_in_a_cell_of_its_own() -> None:
    proposal = read({"A1": "Driftsforslag", "A2": "2.1.2. O1", "A3": "Udvalget for Ældre", "A4": "Natteam"})
    assert (proposal.number_text, str(proposal.number_cell)) == ("2.1.2. O1", "A2")
    assert proposal.title == "Natteam"


@pytest.mark.parametrize(
    "first", ["Budgetforslag V2", "Budgetforslag B25", "Forslag 1O5 viser, at", "Forslag SOS"]
)
def test_what_opens_no_form(first: str) -> None:
    [page] = layout(MemoryBook({"Skema": {"A1": first, **TABLE}}).read(), Settings())
    assert page.proposals == ()


@pytest.mark.parametrize(
    "first", ["Skema 2.1.2. 01 Økonomiudvalget", "Skema 2.1.2. 01 - Økonomiudvalget", "Skema 2.1.2. 01 Skole"]
)
def test_a_committee_behind_the_number(first: str) -> None:
    proposal = read({"A1": first, "A2": "Licenser"})
    assert proposal.run_together is not None
    assert proposal.committee in ("Økonomiudvalget", "Skole")
