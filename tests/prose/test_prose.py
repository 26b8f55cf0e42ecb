"""What is read out of Danish prose, and what is left alone."""

from __future__ import annotations

from decimal import Decimal

import pytest

from budget_tools.model.amount import Bound, Period
from budget_tools.prose import (
    counts,
    counts_of,
    cut_paragraphs,
    label_is_cut,
    money,
    placeholder,
    references,
    reservation,
    ties,
)

NO_MONEY = [
    "Mødet er den 21.3.22 kl. 13-17, jf. §17 stk. 4 og pkt. 30.",
    "Der er 10.000 brugere og 62 årsværk, svarende til 8,1 %.",
    "Journalnr. 00.30.00-S00-4-22, behandlet 14.6.2022.",
    "Kravet sikrer, at 12 kritiske systemer kræver 2-faktor i 2025.",
    "Strækningen er 2,3 km. lang og koster 50 %.",
]


@pytest.mark.parametrize("text", NO_MONEY)
def test_what_is_no_money(text: str) -> None:
    assert money(text) == ()


@pytest.mark.parametrize(
    ("text", "kroner"),
    [
        ("Der søges 1,2 mio. kr. årligt.", [Decimal(1_200_000)]),
        ("Resultat - 3700 t.kr. (63 unge)", [Decimal(3_700_000)]),
        ("300.000 kr. til løn og 150.000 kr. til drift", [Decimal(300_000), Decimal(150_000)]),
        ("Prisen er 450,- og DKK 2.000", [Decimal(450), Decimal(2000)]),
    ],
)
def test_money(text: str, kroner: list[Decimal]) -> None:
    assert [one.kroner for one in money(text)] == kroner


def test_what_is_said_around_an_amount() -> None:
    first, second = money("Der går 300.000 kr. til løn og knap 150.000 kr. til drift i 2024.")
    assert "løn" in first.around and "drift" not in first.around
    assert "drift" in second.around and "løn" not in second.around
    assert (first.amount.bound, second.amount.bound) == (Bound.EXACT, Bound.ABOUT)
    assert second.years == (2024,)
    [yearly] = money("Udgiften er 1 mio. kr. pr. år.")
    assert yearly.amount.period is Period.YEAR


def test_a_sentence_ends_at_a_point_and_not_at_an_abbreviation() -> None:
    [one] = money("I dag er det dyrt. Det koster ca. 2 mio. kr. pr. år jf. bilag 2. Det er meget.")
    assert one.sentence.startswith("det koster") and one.sentence.endswith("bilag 2")


@pytest.mark.parametrize(
    "text",
    [
        "14. februar",
        "§ 85",
        "kl. 17",
        "11 % og 80%",
        "2023 borgere i 2024",
        "uge 14",
        "5 mio. kr.",
        "21.3.22 pkt",
    ],
)
def test_what_is_no_count(text: str) -> None:
    assert list(counts(text)) == []


def test_counts() -> None:
    found = list(counts("63 færre unge, 2-3 medlemmer, 1,5 årsværk og 16 unge pr. ungeguide"))
    assert [(one.low, one.high, one.name, one.each) for one in found] == [
        (63, 63, "færre unge", False),
        (2, 3, "medlemmer", False),
        (Decimal("1.5"), Decimal("1.5"), "årsværk", False),
        (16, 16, "unge", True),
    ]
    assert {one.name for one in counts_of("Der ansættes to vejledere.", ("vejled",))} == {"vejledere"}


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("godkendt på møde d. xx februar en strategi", "d. xx februar"),
        ("i alt x,x mio. kr.", "x,x"),
        ("kommunens andel er ??? mio. kr.", "???"),
        ("kontakt [navn på leder] for mere", "[navn på leder]"),
        ("frist: TBD", "TBD"),
        ("se skema 2.1.2. xx", "xx"),
        ("i 20xx", "20xx"),
        ("jf. [..]", "[..]"),
    ],
)
def test_placeholders(text: str, written: str) -> None:
    mark = placeholder(text)
    assert mark is not None and mark.written == written


@pytest.mark.parametrize(
    "text",
    [
        "størrelse XXL",
        "2 x 500 kr.",
        "[x] ja [ ] nej",
        "note [1], jf. [Se bilag 2]",
        "Mon det går??",
        "De skal indsætte beløbet",
        "Vi citerer: »det er […] nødvendigt« og går videre",
        "fx ekstra Excel-ark og MS Exchange",
        "se www.xx.dk",
        "a < b og b > c",
        "§§ 107-108 ...",
    ],
)
def test_what_is_no_placeholder(text: str) -> None:
    assert placeholder(text) is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Se skema 2.1.2. 05 og skema 07.", ["2.1.2.5", "2.1.2.7"]),
        ("I skema nr. 8.1.2 01 er det sagt; i skema 02 står", ["8.1.2.1", "8.1.2.2"]),
        ("forslag 1 og forslag om 20 mio. kr., skema 500 kr., skemaet 2023", []),
        ("Udvalgets budgetforslag 2.1.2. 04", ["2.1.2.4"]),
    ],
)
def test_references(text: str, found: list[str]) -> None:
    assert [".".join(one.parts) for one in references(text, "2.1.2. 08", "Skema")] == found


@pytest.mark.parametrize(
    ("text", "own", "found"),
    [
        ("Bygger på forslag nr. 105 og skema 098.", "101", ["105", "98"]),
        ("Se skema 07 og skema nr. 12", "03", ["7"]),
        ("forslag 1, forslag 12, forslag 2024 og skema 2.1.2. 05", "101", []),
        ("budgetforslag 2024 og forslag 1999", "1001", []),
        ("Se skema 07", "", []),
    ],
)
def test_references_where_a_number_has_one_part(text: str, own: str, found: list[str]) -> None:
    assert [".".join(one.parts) for one in references(text, own, "Skema")] == found


def test_reservations_are_about_amounts() -> None:
    assert reservation("Der er ca. 6.200 brugere, og han forventes at tiltræde 1.8.2022") is None
    assert reservation("Budgettet er et estimat") is not None
    assert reservation("Det forventes at koste 2 mio. kr.") is not None


@pytest.mark.parametrize(
    ("label", "cut"),
    [
        ("Etablering af værktøjskasse til", True),
        ("Investering af 4 medarbejdere (ungegu", True),
        ("Drifts- og anlægs-", True),
        ("Løn og drift", False),
        ("Indsats, fase I", False),
        ("Drift m.v.", False),
        ("Til og fra", False),
        ("Moms af", False),
    ],
)
def test_labels_that_stop(label: str, cut: bool) -> None:
    assert label_is_cut(label) is cut


def test_paragraphs_that_stop() -> None:
    whole = "Frekvensen nedsættes fra 4 til 2 gange årligt på skoler og administrationsbygninger"
    assert cut_paragraphs(whole) == ()
    assert len(cut_paragraphs(whole + " og")) == 1
    assert cut_paragraphs(whole + " og\nplejecentre fra 6 til 4 gange.") == ()
    assert cut_paragraphs(whole + " for\n- plejecentre") == ()
    assert cut_paragraphs("Hvad går det ud på") == ()


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("Løn til vejledere: 500.000 kr.", [0]),
        ("Der afsættes 500.000 kr. til buskørsel.", [1]),
        ("Nettoudgift i alt: 800.000 kr.", [-1]),
        ("Staten gav 500.000 kr. til vejledere i 2021.", []),
        ("Hvis vejledere vælges, koster de 500.000 kr.", []),
        ("Der afsættes 500.000 kr. pr. vejleder.", []),
        ("Det er 500.000 kr.", []),
    ],
)
def test_ties(text: str, places: list[int]) -> None:
    assert [tie.place for tie in ties(text, ("Vejledere", "Buskørsel"), True)] == places
