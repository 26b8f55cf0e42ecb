"""What a form says of its id, its earlier numbers and its status; and what is none of these."""

from __future__ import annotations

import pytest

from budget_tools.books.memory import MemoryBook, Plain
from budget_tools.layout import layout
from budget_tools.model.proposal import Proposal
from budget_tools.model.status import Status
from budget_tools.settings import Settings, parse_settings

TABLE: dict[str, Plain] = {
    "A9": "Beløb i 1.000 kr.",
    "B10": 2027,
    "C10": 2028,
    "A11": "Løn",
    "B11": 1,
    "C11": 2,
}


def read(cells: dict[str, Plain], name: str = "Skema", settings: str = "") -> Proposal:
    chosen = parse_settings(settings) if settings else Settings()
    book = MemoryBook({name: {"A1": "Skema 2.1.2. 15", "A2": "Økonomiudvalget", **cells, **TABLE}}).read()
    [proposal] = layout(book, chosen)[0].proposals
    return proposal


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"A3": "Id: F-0012"}, "F-0012"),
        ({"A3": "Id", "B3": 12}, "12"),
        ({"A3": "Forslags-id:", "B3": "2027/114"}, "2027/114"),
        ({"A3": "Id: det er endnu ikke tildelt"}, None),
        ({"A3": "Id:", "C3": "Titel:", "D3": "Licenser"}, None),
    ],
)
def test_the_permanent_id(cells: dict[str, Plain], expected: str | None) -> None:
    assert read({**cells, "A4": "Licenser"}).permanent_id == expected


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"A1": "Skema 2.1.2. 15 (tidl. 2.1.1. 03)"}, ("2.1.1. 03",)),
        ({"A1": "Skema 2.1.2. 15 - tidligere 2.1.1. 03"}, ("2.1.1. 03",)),
        ({"A1": "Skema", "B1": "2.1.2. 15 (før 2.1.1. 03)"}, ("2.1.1. 03",)),
        ({"A3": "Tidl. nr.: 2.1.1. 03 og 2.1.4. 01"}, ("2.1.1. 03", "2.1.4. 01")),
        ({"A3": "Tidligere nummer", "B3": "B-7"}, ("B-7",)),
        ({"A3": "Tidligere forslag: er taget med i budget 2026"}, ()),
    ],
)
def test_earlier_numbers(cells: dict[str, Plain], expected: tuple[str, ...]) -> None:
    proposal = read({**cells, "A4": "Licenser"})
    assert (proposal.number, proposal.earlier_numbers) == ("2.1.2. 15", expected)
    if "A1" in cells:
        assert proposal.run_together is None


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"A3": "Status: Trukket"}, Status.WITHDRAWN),
        ({"A3": "Status", "B3": "Vedtaget med ændringer"}, Status.ADOPTED_CHANGED),
        ({"A3": "Status: flyttet til Kulturudvalget"}, Status.MOVED),
        ({"A3": "Status: erstattet af skema 2.1.2. 19"}, Status.REPLACED),
        ({"A3": "Status: udkast / indsendt / vedtaget"}, None),
        ({"A3": "Status: forslaget er ikke vedtaget endnu, men drøftet."}, None),
    ],
)
def test_the_status(cells: dict[str, Plain], expected: Status | None) -> None:
    assert read({**cells, "A4": "Licenser"}).status is expected


def test_a_text_that_begins_with_such_a_word_stays_in_the_text() -> None:
    said = "Status: vi er i gang med at undersøge, om udgiften kan holdes nede."
    proposal = read({"A4": "Licenser", "A5": said})
    assert [piece.text for piece in proposal.text] == [said]


@pytest.mark.parametrize(
    ("title", "name", "withdrawn"),
    [
        ("UDGÅR - Busrute 7", "Skema", True),
        ("Busrute 7 (udgår)", "Skema", True),
        ("[Trukket] Busrute 7", "Skema", True),
        ("Busrute 7 udgår", "Skema", False),
        ("Udgåede varer i depotet", "Skema", False),
        ("BUSRUTE 7 UDGÅR", "Skema", False),
        ("Busrute 7", "15 udgår", True),
        ("Busrute 7", "UDGÅR", True),
        ("Busrute 7", "2.1.2.15 (trukket)", True),
        ("Busrute 7", "Ordning udgår", False),
    ],
)
def test_marks_of_a_withdrawn_proposal(title: str, name: str, withdrawn: bool) -> None:
    assert (read({"A4": title}, name).status is Status.WITHDRAWN) == withdrawn


def test_the_settings_outrank_the_form() -> None:
    listed = '[proposals]\n"2.1.2.15" = { id = "X1", status = "vedtaget ændret", earlier = ["2.1.1. 01"] }'
    proposal = read({"A3": "Status: Trukket", "A4": "Licenser", "A5": "Id: F-1"}, settings=listed)
    assert proposal.status is Status.ADOPTED_CHANGED
    assert (proposal.permanent_id, proposal.earlier_numbers) == ("X1", ("2.1.1. 01",))
    assert proposal.identity == ("id:X1", "2.1.2. 15", "2.1.1. 01")


def test_every_status_has_words_in_both_languages() -> None:
    from budget_tools.layout.identity import STATUS_OF

    assert set(STATUS_OF.values()) == set(Status)
    assert {Status.of(one.value) for one in Status} == set(Status)
