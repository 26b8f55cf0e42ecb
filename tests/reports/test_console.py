"""The report to read: what stands where, and that nothing in a workbook can spoil it."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest

from budget_tools.model.finding import Finding, Place, Report, Severity, WorkbookReport
from budget_tools.reports import console
from tests.reports.by_hand import (
    catalogue,
    cell,
    files_not_checked,
    gap,
    mixed_format,
    proposal,
    refused,
    report,
    unreadable,
    wrong_total,
)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def told(of: Report, target: io.StringIO | None = None) -> str:
    target = target if target is not None else io.StringIO()
    console.write(of, "en" if of.language == "en" else "da", target)
    return target.getvalue()


def test_a_report_as_a_budget_officer_reads_it() -> None:
    assert told(report(catalogue())) == (
        "katalog.xlsx\n"
        "  Skema 2.1.2. 01 Kommunikation (Ark 01)\n"
        "    fejl ARI001 F14 viser 2.900, men årene i linjen 'Løn' giver 3.000 (forskel\n"
        "      -100).\n"
        "      =SUM(B14:C14;E14), efter cellens egen formel\n"
        "      Tip: Er to cifre byttet om i C14? Det forklarer forskellen på -100.\n"
        "      Ret: Ret totalen til 3.000, eller ret det år, der er forkert.\n"
        "    bemærkning NUM004 B11: Tabellen i Skema 2.1.2. 01 viser tusindtal både med\n"
        "      og uden punktum (1.200 og 1200).\n"
        "      Ret: Brug samme talformat i hele tabellen.\n"
        "  Skema 2.1.2. 02 Kernefortælling (Ark 02)\n"
        "    advarsel NUM006 C9 er tom, selv om linjen 'Drift' har beløb både før og\n"
        "      efter 2024. Er det 0, eller mangler tallet?\n"
        "      Ret: Skriv 0, hvis der ikke skal stå et beløb, eller skriv det tal, der\n"
        "        mangler.\n"
        "\n"
        "1 projektmappe kontrolleret: 1 fejl, 1 advarsel, 1 bemærkning.\n"
    )


def test_the_same_report_in_english() -> None:
    text = told(report(catalogue(), language="en"))
    assert "    error ARI001 F14 shows 2,900, but the years in the line 'Løn' add up to" in text
    assert "      =SUM(B14:C14,E14), by the cell's own formula\n" in text
    assert "      Hint: Are two digits swapped in C14?" in text
    assert text.endswith("1 workbook checked: 1 error, 1 warning, 1 note.\n")


def test_the_worst_workbook_comes_first() -> None:
    quiet = WorkbookReport("a.xlsx", "checked", (mixed_format("01", None),))
    bad = WorkbookReport("b.xlsx", "checked", (wrong_total("01", None),))
    text = told(report(quiet, bad, unreadable("c.xlsx")))
    assert text.index("c.xlsx") < text.index("b.xlsx") < text.index("a.xlsx")


def test_several_proposals_on_one_sheet_stand_apart() -> None:
    book = WorkbookReport(
        "a.xlsx",
        "checked",
        (wrong_total("Alle", "2.1.2. 01"), wrong_total("Alle", "2.1.2. 02", "F30")),
        (proposal("2.1.2. 01", "Et", "Alle"), proposal("2.1.2. 02", "To", "Alle")),
    )
    text = told(report(book))
    assert "  Skema 2.1.2. 01 Et (Ark Alle)\n    fejl ARI001 F14" in text
    assert "  Skema 2.1.2. 02 To (Ark Alle)\n    fejl ARI001 F30" in text


def test_a_finding_without_a_number_stands_under_the_only_proposal_of_its_sheet() -> None:
    finding = Finding(
        "IDN001", "Skema", cell("A2"), {"variant": "missing", "text": ""}, severity=Severity.WARNING
    )
    text = told(report(WorkbookReport("a.xlsx", "checked", (finding,), (proposal(None, "Titel", "Skema"),))))
    assert "  Titel (Ark Skema)\n    advarsel IDN001 A2: Forslaget på arket 'Skema' har" in text


@pytest.mark.parametrize("make", [mixed_format, gap])
def test_the_same_thing_in_many_forms_is_told_once(make: object) -> None:
    assert callable(make)
    numbers = [f"2.1.2. 0{n}" for n in range(1, 5)]
    books = [
        WorkbookReport(f"{n}.xlsx", "checked", (make("01", n, "B11"),), (proposal(n, "T", "01"),))
        for n in numbers[:3]
    ]
    books.append(WorkbookReport("4.xlsx", "checked", (), (proposal(numbers[3], "T", "01"),)))
    text = told(report(*books))
    assert "3 af 4 forslag: T" in text
    assert "  Skema 2.1.2. 01 B11; Skema 2.1.2. 02 B11; Skema 2.1.2. 03 B11\n" in text
    assert text.count("Ret:") == 1
    assert "1.xlsx" not in text


def test_two_forms_are_not_many() -> None:
    findings = (mixed_format("01", "2.1.2. 01"), mixed_format("02", "2.1.2. 02"))
    assert "forslag:" not in told(report(WorkbookReport("a.xlsx", "checked", findings)))


def test_many_cells_of_one_form_are_not_many_forms() -> None:
    findings = tuple(gap("01", "2.1.2. 01", f"C{row}") for row in (9, 11, 13))
    text = told(report(WorkbookReport("a.xlsx", "checked", findings, (proposal("2.1.2. 01", "T", "01"),))))
    assert text.count("advarsel NUM006") == 3
    assert text.count("Ret: Skriv 0") == 1  # the same remedy three times running helps nobody


def test_variants_of_a_rule_are_not_the_same_thing() -> None:
    findings = [gap(f"0{n}", f"2.1.2. 0{n}") for n in range(3)]
    findings[2] = replace(findings[2], facts={**findings[2].facts, "variant": "end"})
    assert "forslag:" not in told(report(WorkbookReport("a.xlsx", "checked", tuple(findings))))


def test_errors_are_always_told_in_full() -> None:
    findings = tuple(wrong_total(f"0{n}", f"2.1.2. 0{n}") for n in range(5))
    assert told(report(WorkbookReport("a.xlsx", "checked", findings))).count("fejl ARI001 F14 viser") == 5


def test_forms_of_the_same_number_are_told_apart_by_their_file() -> None:
    books = [
        WorkbookReport(
            f"{name}.xlsx", "checked", (mixed_format("01", "2.1.2. 01"),), (proposal("2.1.2. 01", "T", "01"),)
        )
        for name in "abc"
    ]
    text = told(report(*books))
    assert "  a.xlsx: Skema 2.1.2. 01 B11\n  b.xlsx: Skema 2.1.2. 01 B11\n" in text


def test_the_same_thing_outside_proposals_is_counted_as_findings() -> None:
    books = [
        WorkbookReport(
            f"{name}.xlsx", "checked", (Finding("STR001", "Vejledning"),), (proposal("1", "T", "01"),)
        )
        for name in "abc"
    ]
    text = told(report(*books))
    assert "bemærkning STR001: 3 fund: Arket er ikke kontrolleret.\n  a.xlsx: Vejledning\n" in text


def test_more_places_than_anybody_reads_are_counted() -> None:
    findings = tuple(mixed_format(f"A{n}", f"2.1.2. {n}") for n in range(console.MOST_PLACES + 7))
    proposals = tuple(proposal(f"2.1.2. {n}", "T", f"A{n}") for n in range(console.MOST_PLACES + 7))
    text = told(report(WorkbookReport("a.xlsx", "checked", findings, proposals)))
    assert "107 af 107 forslag" in text
    assert "\n  og 7 til\n" in text


def test_a_workbook_without_findings_is_one_line() -> None:
    text = told(report(WorkbookReport("a.xlsx", "checked"), WorkbookReport("b.xlsx", "checked")))
    assert text == (
        "a.xlsx: Ingen fejl og ingen bemærkninger.\n"
        "b.xlsx: Ingen fejl og ingen bemærkninger.\n"
        "\n"
        "2 projektmapper kontrolleret: 0 fejl, 0 advarsler, 0 bemærkninger.\n"
    )


def test_many_workbooks_without_findings_share_a_line() -> None:
    text = told(report(*(WorkbookReport(f"{n}.xlsx", "checked") for n in range(11))))
    assert text.startswith("11 projektmapper: Ingen fejl og ingen bemærkninger.\n\n")


@pytest.mark.parametrize("known", [True, False])
def test_an_unreadable_workbook_is_told_once_with_reason_and_remedy(known: bool) -> None:
    text = told(report(unreadable("mappe/a.xlsx", told=known)))
    assert text == (
        "mappe/a.xlsx\n"
        "  fejl RUN002: a.xlsx kunne ikke læses: filen er beskadiget.\n"
        "    Ret: Åbn filen i Excel, lad Excel reparere den, og gem den igen, eller bed\n"
        "      om en ny kopi.\n"
        "\n"
        f"0 projektmapper kontrolleret: {int(known)} fejl, 0 advarsler, 0 bemærkninger. 1\n"
        "  projektmappe kunne ikke kontrolleres.\n"
    )


def test_a_refused_workbook_says_its_numbers() -> None:
    assert "blev afvist: filen fylder 120 MB, og grænsen er 100 MB." in told(report(refused("a.xlsx")))


def test_files_that_were_not_checked_are_all_named() -> None:
    names = [f"bilag{n}.docx" for n in range(9)]
    text = told(report(run=(files_not_checked(*names),)))
    assert "9 filer i mappen er ikke kontrolleret" in text
    assert all(name in text for name in names)


def test_no_line_is_longer_than_80_and_nothing_is_cut() -> None:
    long = "meget " * 30 + "langt-ord-" * 20
    book = WorkbookReport(
        f"{'mappe/' * 20}{'navn' * 30}.xlsx",
        "checked",
        (wrong_total(), gap("01", "2.1.2. 01")),
        (proposal("2.1.2. 01", long, "01"),),
    )
    text = told(report(book, refused("b" * 200 + ".xlsx")))
    assert max(map(len, text.splitlines())) <= 80
    assert "…" not in text
    assert "langt-ord-" * 20 in text.replace("\n", "").replace(" ", "")


def test_text_from_a_workbook_is_shown_and_not_obeyed() -> None:
    nasty = "[red]rød[/red] :smile: \x1b[31mfarve\x1b[0m \x1b]0;titel\x07 a\nb\tc\x00 \u202egod"
    finding = wrong_total()
    finding = replace(finding, facts={**finding.facts, "line": nasty}, sheet=nasty)
    book = WorkbookReport("\x1b[2Ja.xlsx", "checked", (finding,), (proposal("2.1.2. 01", nasty, nasty),))
    for target in (io.StringIO(), Terminal()):
        text = told(report(book), target)
        assert "[red]rød[/red] :smile: farve" in text
        assert "\x1b[31m" not in text and "\x1b]" not in text and "\x1b[2J" not in text
        assert "\u202e" not in text and "\x00" not in text and "\t" not in text


def test_colours_are_for_terminals_only(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "80")
    assert "\x1b" not in told(report(catalogue()))
    assert "\x1b[1;31mfejl ARI001\x1b[0m F14 viser" in told(report(catalogue()), Terminal())


def test_a_console_of_an_old_code_page_gets_what_it_can_show() -> None:
    raw = io.BytesIO()
    target = io.TextIOWrapper(raw, encoding="cp1252", errors="replace")
    finding = replace(wrong_total(), facts={"line": "Δ løn"})
    console.write(report(WorkbookReport("a.xlsx", "checked", (finding,))), "da", target)
    target.flush()
    assert "'? løn'" in raw.getvalue().decode("cp1252")


def test_the_cell_is_named_once() -> None:
    findings = (
        Finding("STR009", "01", cell("D5"), severity=Severity.NOTE),
        Finding("STR003", "01", cell("B7"), {"variant": "empty", "where": "B7:D7"}, severity=Severity.NOTE),
        Finding("STR002", "01", cell("B4"), {"found": (2022,), "period": (2023,)}, severity=Severity.ERROR),
    )
    text = told(report(WorkbookReport("a.xlsx", "checked", findings)))
    assert "bemærkning STR009: Totalen i D5 er" in text
    assert "bemærkning STR003 B7:D7 er uden tal" in text
    assert "fejl STR002 B4: 01 har årene 2022" in text


def test_other_cells_of_a_finding_are_named() -> None:
    finding = Finding(
        "FRM001",
        "01",
        cell("B7"),
        {},
        related=(
            Place("01", cell("C7")),
            Place("01", cell("D7")),
            *(Place("Skema", cell("A2"), f"{n}.xlsx") for n in range(5)),
        ),
        severity=Severity.NOTE,
    )
    text = told(report(WorkbookReport("a.xlsx", "checked", (finding,))))
    assert "Se også: C7:D7, 0.xlsx Skema!A2, 1.xlsx Skema!A2, 2.xlsx Skema!A2 og 2 til" in text.replace(
        "\n        ", " "
    )
