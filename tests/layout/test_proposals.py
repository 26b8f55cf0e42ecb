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
    "first", ["Skema 2.1.2. 01 Økonomiudvalget", "Skema 2.1.2. 01 - Økonomiudvalget", "Skema 2.1.2. 01 Skole"]
)
def test_a_committee_behind_the_number(first: str) -> None:
    proposal = read({"A1": first, "A2": "Licenser"})
    assert proposal.run_together is not None
    assert proposal.committee in ("Økonomiudvalget", "Skole")
