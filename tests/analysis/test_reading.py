"""What a cell of an analysis says, sentence by sentence."""

from __future__ import annotations

from decimal import Decimal

import pytest

from budget_tools.analysis import reading
from budget_tools.model.analysis import Allocation, Need, Scope, Status
from budget_tools.model.finding import Place
from budget_tools.prose.stated import stated

PLACE = Place("Ark1", None)
ALLOCATION = Allocation(PLACE, "Unge", "Værested", "", None, 2022)
NEED = Need(PLACE, "Unge", "Værested", "", Scope.CASE, None)


def thousands(value: Decimal | None) -> int | None:
    return None if value is None else int(value / 1000)


@pytest.mark.parametrize(
    ("text", "amounts"),
    [
        ("1-2 mio. kr.", [(1000, 2000)]),
        ("mellem 1 og 2 mio. kr.", [(1000, 2000)]),
        ("500-700.000 kr.", [(500, 700)]),
        ("200 t.kr. - 300 t.kr.", [(200, 300)]),
        ("1,2 mio. til løn", [(1200, 1200)]),
        ("fra 500.000 kr. til 250.000 kr.", [(500, 500), (250, 250)]),
        ("i 2020 - 2 mio. kr.", [(2000, 2000)]),
        ("2-3 pædagoger 880.000 kr.", [(880, 880)]),
        ("i 0.-6. klasse, § 17 stk. 4, kl. 13-17, 70 % og 2021-2024", []),
    ],
)
def test_amounts(text: str, amounts: list[tuple[int, int]]) -> None:
    assert [(thousands(one.low), thousands(one.high)) for one in stated(text)] == amounts


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2 mio. kr. til drift", [(2000, 2000, False, False)]),
        ("2 mio. kr. i 2021", [(2000, 2000, True, False)]),
        ("2 mio. kr. i 2021-2024", [(2000, 2000, False, False)]),
        ("2 mio. kr. fra 2020", [(2000, 2000, False, False)]),
        ("2 mio. kr. til og med 2021", [(2000, 2000, True, False)]),
        ("2 mio. kr. (2021-priser)", [(2000, 2000, False, False)]),
        ("2 mio. kr. p.a. afsat i budget 2020", [(2000, 2000, False, False)]),
        ("2 mio. kr. p.a. fra 2024", [(2000, 2000, True, False)]),
        ("300.000 kr. (er brugt)", [(300, 300, False, True)]),
        ("300.000 kr. Midlerne er opbrugt.", [(300, 300, False, True)]),
        ("300.000 kr. (er endnu ikke brugt)", [(300, 300, False, False)]),
        ("800.000 kr., reduceret til 600.000 kr.", [(800, 600, False, False)]),
        ("800.000 kr. Beløbet er nedsat med 100.000 kr.", [(800, 700, False, False)]),
        ("Reduceret fra 800.000 kr. til 600.000 kr.", [(800, 600, False, False)]),
        ("1 mio. kr. til A og 2 mio. kr. til B", [(1000, 1000, False, False), (2000, 2000, False, False)]),
        ("1 mio. kr. til A, 2 mio. kr. til B, i alt 3 mio. kr.", [(1000, 1000, False, False),
         (2000, 2000, False, False)]),
        ("Der er ikke afsat 2 mio. kr.", []),
        ("Ikke afsat i 2022, men 1 mio. kr. i 2021", [(1000, 1000, True, False)]),
        ("Intet", []),
        ("-", []),
    ],
)  # fmt: skip
def test_set_aside(text: str, found: list[tuple[int, int, bool, bool]]) -> None:
    assert [
        (thousands(one.kroner), thousands(one.remaining), one.of_another_year(2022), one.spent)
        for one in reading.allocations(text, ALLOCATION)
    ] == found


def test_parts_of_an_allocation() -> None:
    (one,) = reading.allocations(
        "10 mio. kr. til skoler, heraf 3 mio. kr. fra puljen til rengøring", ALLOCATION
    )
    assert [(thousands(part.kroner), part.elsewhere) for part in one.of_which] == [(3000, True)]
    (one,) = reading.allocations("2 mio. kr. af puljen på 10 mio. kr.", ALLOCATION)
    assert (thousands(one.kroner), thousands(one.part_of)) == (2000, 10_000)


@pytest.mark.parametrize(
    "text", ["Se ovenfor.", "Samme som case Unge", "Jf. Dagtilbud", "Indgår i ovenstående"]
)
def test_references(text: str) -> None:
    (one,) = reading.allocations(text, ALLOCATION)
    assert one.reference == text and one.figure is None
    (need,) = reading.needs(text, NEED)
    assert need.reference == text and need.figure is None


def test_no_reference() -> None:
    assert reading.reference_of("Se ovenfor, dog kun 2 mio. kr.") is None
    assert reading.reference_of("Selvbetjening") is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2 mio. kr. pr. år", [("case", 2000, "exact", "year")]),
        ("En årlig udgift på 2 mio. kr.", [("case", 2000, "exact", "year")]),
        ("2 mio. kr. i engangsudgift", [("case", 2000, "exact", "once")]),
        ("Max. 1 mio. kr. for hele kommunen", [("all", 1000, "at-most", None)]),
        ("800.000+ kr. til zoner", [("case", 800, "at-least", None)]),
        ("190.000 kr. pr. år (dækket) + evt. mere", [("case", 190, "at-least", "year")]),
        ("Mindst 1 mio. kr.", [("case", 1000, "at-least", None)]),
        ("Ca. 1 mio. kr.", [("case", 1000, "about", None)]),
        ("I denne case: 1 mio. kr. Alle skoler: 5 mio. kr.", [("case", 1000, "exact", None),
         ("all", 5000, "exact", None)]),
        ("1 mio. kr. årligt (alle skoler: 5 mio. kr. årligt)", [("case", 1000, "exact", "year"),
         ("all", 5000, "exact", "year")]),
        ("Alle elever får en pc: 1 mio. kr.", [("case", 1000, "exact", None)]),
        ("300.000 kr. til A og 500.000 kr. til B, i alt 800.000 kr.", [("case", 800, "exact", None)]),
        ("Intet behov", [("case", None, None, None)]),
    ],
)  # fmt: skip
def test_needed(text: str, found: list[tuple[str, int | None, str | None, str | None]]) -> None:
    assert [
        (
            one.scope.value,
            thousands(one.figure.kroner) if one.figure is not None else None,
            one.figure.bound.value if one.figure is not None else None,
            one.figure.period.value if one.figure is not None and one.figure.period is not None else None,
        )
        for one in reading.needs(text, NEED)
    ] == found


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("Kræver nærmere analyse", Status.ANALYSE),
        ("Drøftes politisk", Status.ANALYSE),
        ("Indeholdt i afdelingens budget", Status.ABSORBED),
        ("Ikke yderligere, da der er købt ind", Status.NONE),
        ("Niveauet vurderes at være passende", Status.NONE),
        ("200.000 kr. (er dækket i 2022)", Status.COVERED),
    ],
)
def test_what_stands_for_an_amount(text: str, status: Status) -> None:
    (one,) = reading.needs(text, NEED)
    assert one.statuses == (status,)


def test_the_price_of_one() -> None:
    assert [one.each for one in reading.needs("En pavillon koster: 0,3 mio. kr.", NEED)] == [True]
    assert [one.each for one in reading.needs("25.000 kr. pr. have", NEED)] == [True]
    assert [one.each for one in reading.needs("En pædagog: 440.000 kr. pr. år", NEED)] == [False]
