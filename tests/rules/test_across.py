"""What settings and the other proposals decide: charts, committees, price levels, references, frames."""

from __future__ import annotations

import textwrap

from budget_tools.books.memory import MemoryBook, Plain
from budget_tools.catalog import say
from budget_tools.inspection.across import inspect_run
from budget_tools.inspection.batch import inspect
from budget_tools.inspection.examining import examine
from budget_tools.model.finding import Finding
from budget_tools.settings import Settings, parse_settings

COMMITTEE = 'committees."2.1.2" = { committee = "Økonomiudvalget", area = "Administration" }\n'


def form(
    number: str, *, title: str = "Licenser", text: str = "", unit: str = "", **cells: Plain
) -> dict[str, Plain]:
    """A sheet with one proposal."""
    return {
        "A1": f"Skema {number}",
        "A2": "Økonomiudvalget - Administration",
        "A3": title,
        "A4": text,
        "A5": unit or "Beløb i 1.000 kr.",
        **{"B6": 2023, "C6": 2024, "A7": "Løn", "B7": 100, "C7": 100},
        **cells,
    }


def found(code: str, *forms: dict[str, Plain], settings: str = "") -> list[Finding]:
    """The findings of one rule over some forms, each in a workbook of its own."""
    chosen = parse_settings(textwrap.dedent(settings)) if settings else Settings()
    books = [MemoryBook({"Skema": cells}, path=f"{at}.xlsx").read() for at, cells in enumerate(forms)]
    reports = inspect([examine(book, chosen) for book in books])
    registered = [one for _, ones in reports for one in ones]
    every = [one for report, _ in reports for one in report.findings] + inspect_run(registered)
    return [one for one in every if one.code == code]


def test_an_account_is_looked_up_only_in_a_chart_that_is_given() -> None:
    sheet = form("2.1.2. 01", title="6.45.51.1 // Licenser")
    assert found("IDN005", sheet) == []
    assert found("IDN005", sheet, settings='accounts = ["6.45.51"]') == []
    [unknown] = found("IDN005", sheet, settings='accounts = ["6.45.50"]')
    assert unknown.variant == "unknown" and unknown.facts["account"] == "6.45.51.1"


def test_the_public_chart_tells_a_mistyped_account() -> None:
    right, wrong = (form("2.1.2. 01", title=f"{account} // Licenser") for account in ("6.45.51", "6.54.51"))
    assert found("IDN005", right, settings='accounts = ["kontoplan"]') == []
    [unknown] = found("IDN005", wrong, settings='accounts = ["kontoplan"]')
    assert unknown.facts["account"] == "6.54.51"
    assert found("IDN005", wrong, settings='accounts = ["kontoplan", "6.54.51"]') == []


def test_frames_are_told_by_accounts_where_lines_name_them() -> None:
    netted = form("2.1.2. 01", A7="6.45.51 Sagsbehandlere", A8="5.57.73 Færre på ydelse", A9="I alt")
    netted |= {"B7": 500, "C7": 500, "B8": -800, "C8": -800, "B9": -300, "C9": -300}
    [told] = found("XWB006", netted)
    assert str(told.cell) == "B9"
    assert found("XWB006", {**netted, "A8": "6.45.52 Færre på ydelse"}) == []
    assert found("XWB006", {**netted, "A8": "5.57.73.3 Ombygning"}) == []
    assert found("XWB006", netted, settings='transfers = ["5.46"]') == []


def test_a_misspelt_committee_is_told_as_misspelt() -> None:
    [wrong] = found("IDN003", form("2.1.2. 01", A2="Økonimiudvalget - Administration"), settings=COMMITTEE)
    assert (wrong.variant, str(wrong.cell)) == ("spelling", "A2")
    [other] = found("IDN003", form("2.1.2. 01", A2="Kulturudvalget - Administration"), settings=COMMITTEE)
    assert other.variant is None
    assert found("IDN003", form("2.1.3. 01", A2="Kulturudvalget - Kultur"), settings=COMMITTEE) == []
    assert found("IDN003", form("2.1.2. 01"), settings=COMMITTEE) == []


def test_price_levels_of_a_run_must_agree() -> None:
    forms = [form(f"2.1.2. {n:02}", unit="Beløb i 1.000 kr. (2024-priser)") for n in (1, 2, 3)]
    assert found("XWB005", *forms) == []
    odd = form("2.1.2. 04", unit="Beløb i 1.000 kr. (2023-priser)")
    [told] = found("XWB005", *forms, odd)
    assert told.path == "3.xlsx"
    sentence = say("XWB005", "da", told.facts)
    assert "2023" in sentence and "2024" in sentence


def test_a_reference_is_looked_up_in_the_whole_run() -> None:
    names = form("2.1.2. 01", text="Forslaget hænger sammen med skema 2.1.2. 03.")
    others = [form(f"2.1.2. {n:02}") for n in (2, 3, 4)]
    assert found("TXT005", names, *others) == []
    [missing] = found("TXT005", names, others[0], others[2])
    assert missing.variant is None and missing.path == "0.xlsx"
    assert found("TXT005", names) == []  # a form alone is no catalogue
    [elsewhere] = found("TXT005", form("2.1.2. 01", text="Se skema 8.1.2. 03."), *others)
    assert elsewhere.variant == "elsewhere"


def test_a_frame_is_held_against_all_its_proposals_each_counted_once() -> None:
    frame = 'committees."2.1.2" = { committee = "Økonomiudvalget", frame = { 2023 = 250 } }\n'
    forms = [form(f"2.1.2. {n:02}") for n in (1, 2)]
    assert found("XWB007", *forms, settings=frame) == []
    assert found("XWB007", *forms, forms[0], settings=frame) == []
    [told] = found("XWB007", *forms, form("2.1.2. 03"), settings=frame)
    assert (told.facts["year"], told.facts["sum"], told.facts["frame"]) == (2023, 300, 250)


def test_numbers_far_apart_are_no_gap() -> None:
    assert len(found("IDN007", *[form(f"2.1.2. {n:02}") for n in (1, 2, 3, 5)])) == 1
    assert found("IDN007", *[form(f"2.1.2. {n:02}") for n in (1, 2, 3, 40)]) == []
    assert found("IDN007", *[form(f"2.1.2. {n:02}") for n in (1, 3)]) == []


def test_a_number_that_was_left_for_another_is_no_gap() -> None:
    forms = [form(f"2.1.2. {n:02}") for n in (1, 2, 4, 5)]
    assert len(found("IDN007", *forms)) == 1
    moved = form("2.1.3. 01 (tidl. 2.1.2. 03)")
    assert found("IDN007", *forms, moved) == []
