"""How proposals are numbered where nobody has said it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from budget_tools.books.memory import MemoryBook, Plain
from budget_tools.catalog import LANGUAGES, Language, say
from budget_tools.model.book import Book
from budget_tools.model.finding import Finding
from budget_tools.prose.numbering import is_nearly_number, is_number, meant_by, numbering_of
from budget_tools.run import check, check_book
from budget_tools.settings import DEFAULT_NUMBER, Number, Settings
from tests.packages import rows_of, worksheet, write


@pytest.mark.parametrize(
    ("numbers", "pattern"),
    [
        (["101", "102", "117"], r"\d{3}"),
        (["1", "2", "3", "10", "11"], r"\d+"),
        (["4.01", "4.02", "11.12"], r"\d+\.\d{2}"),
        (["BU-1", "BU-2", "BU-13"], r"BU\-\d+"),
        (["BU-01", "SU-02", "KF-03"], r"[A-ZÆØÅ]+\-\d{2}"),
        (["101", "102a", "103"], r"\d{3}[a-zæøå]?"),
        (["2.1-7", "2.1-8", "2.1-12"], r"\d\.\d\-\d+"),
    ],
)
def test_numbers_tell_how_they_are_written(numbers: list[str], pattern: str) -> None:
    found = numbering_of(numbers)
    assert found is not None
    assert found.fitting == frozenset(range(len(numbers)))
    assert found.pattern is not None
    assert all(re.fullmatch(found.pattern, number) for number in numbers)
    assert found.pattern.replace(r"\d+", r"\d") == pattern.replace(r"\d+", r"\d")


def test_a_number_unlike_all_others_does_not_fit() -> None:
    found = numbering_of(["101", "102", "103", "4.01", "105", "106"])
    assert found is not None
    assert found.fitting == frozenset((0, 1, 2, 4, 5))
    padded = numbering_of(["4.01", "4.02", "4.03", "4.4", "4.05", "4.06", "4.07"])
    assert padded is not None
    assert 3 not in padded.fitting


def test_the_numbering_that_holds_without_settings_is_no_other() -> None:
    assert numbering_of(["2.1.2. 01", "2.1.2. 02", "101"]) is None
    assert numbering_of(["2.1.2. 7", "2.1.2. 02", "2.1.2. 03"]) is None
    assert numbering_of(["2.1.2 07"]) is None  # nobody else writes it like that
    assert numbering_of(["101"]) is not None


def test_numbers_in_several_ways_all_fit() -> None:
    found = numbering_of(["101", "4.01", "BU-7", "102", "4.02"])
    assert found is not None
    assert found.pattern is None
    assert len(found.fitting) == 5


def test_what_can_be_a_number() -> None:
    assert all(map(is_number, ["101", "4.01", "BU-12", "A12", "3/24", "101a"]))
    assert not any(map(is_number, ["", "XX", "4.XX", "tre", "101 Natteam i ældreplejen", "[nr.]"]))


def _book(numbers: list[str]) -> Book:
    sheets: dict[str, dict[str, Plain]] = {}
    for at, number in enumerate(numbers):
        sheets[f"Ark {at}"] = {
            "A2": f"Forslag nr. {number}", "A3": "Økonomiudvalget", "A4": f"Titel {at}",
            "A5": "Beløb i 1.000 kr.", "B6": 2023, "C6": 2024, "A7": "Løn", "B7": 100 + at, "C7": 200,
        }  # fmt: skip
    return MemoryBook(sheets).read()


def _told(numbers: list[str], settings: Settings) -> list[tuple[str, str | None, str]]:
    report = check_book(_book(numbers), settings)
    found = [one for one in report.findings if one.code in ("IDN001", "IDN002")]
    return [(one.code, one.sheet, str(one.facts.get("variant"))) for one in found]


def test_no_form_is_told_where_all_are_numbered_alike() -> None:
    assert _told(["101", "102", "103", "104"], Settings()) == []
    assert _told(["101"], Settings()) == []


def test_the_one_that_is_numbered_otherwise_is_told() -> None:
    assert _told(["101", "102", "4.03", "104"], Settings()) == [("IDN001", "Ark 2", "unlike")]
    assert _told(["2.1.2. 01", "2.1.2. 02", "103"], Settings()) == [("IDN001", "Ark 2", "invalid")]


def test_a_number_that_stands_twice_is_told_where_the_others_are_different() -> None:
    assert [code for code, *_ in _told(["101", "102", "103", "103"], Settings())] == ["IDN002", "IDN002"]
    assert _told(["1", "2", "1", "2", "1", "2"], Settings()) == []


def test_a_pattern_that_was_set_holds() -> None:
    settings = Settings(number=Number(pattern=r"\d+\.\d{2}"))
    assert [code for code, *_ in _told(["101", "102"], settings)] == ["IDN001", "IDN001"]


# --- mistyped numbers --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "pattern", "meant"),
    [
        ("1O5", r"\d{3}", "105"),
        ("1o5", r"\d{3}", "105"),
        ("l05", r"\d{3}", "105"),
        ("IO5", r"\d{3}", "105"),
        ("10S", r"\d{3}", "105"),
        ("10B", r"\d{3}", "108"),
        ("1l", r"\d+", "11"),
        ("4.O5", r"\d+\.\d{2}", "4.05"),
        ("4,05", r"\d+\.\d{2}", "4.05"),
        ("4 05", r"\d+\.\d{2}", "4.05"),
        ("BU-I2", r"BU\-\d+", "BU-12"),
        ("2.1.2. O1", DEFAULT_NUMBER, "2.1.2. 01"),
        ("2.I.2. 01", DEFAULT_NUMBER, "2.1.2. 01"),
        ("2,1,2. 01", DEFAULT_NUMBER, "2.1.2. 01"),
        ("2.1.2 01", DEFAULT_NUMBER, "2.1.2. 01"),
        ("2 1 2 01", DEFAULT_NUMBER, "2.1.2. 01"),
        ("2.1.2. S1", DEFAULT_NUMBER, "2.1.2. 51"),
        ("2,l,2.OI", DEFAULT_NUMBER, "2.1.2.01"),
        ("2.1.2. OI", DEFAULT_NUMBER, None),
        ("105", r"\d{3}", None),
        ("SOS", r"\d{3}", None),
        ("til", r"\d{3}", None),
        ("Bo", r"\d{2}", None),
        ("B12", r"\d{3}", None),
        ("10B", r"\d+", None),  # the second part of number 10
        ("2.1.2. 05B", DEFAULT_NUMBER, None),
        ("102 Bo", r"\d{3}", None),
        ("12.01.2024", DEFAULT_NUMBER, None),
        ("", DEFAULT_NUMBER, None),
        ("OlOlOlOlOl1OlOlOlOlO", r"\d{20}", None),
    ],
)
def test_what_a_mistyped_number_is_meant_to_be(written: str, pattern: str, meant: str | None) -> None:
    assert meant_by(written, pattern) == meant


def _sentence(one: Finding, language: Language) -> str:
    return say(one.code, language, {"cell": str(one.cell), "sheet": one.sheet, **one.facts})


def _said(numbers: list[str], settings: Settings | None = None) -> list[tuple[str | None, ...]]:
    """The findings on numbers: sheet, cell, and the sentence in both languages."""
    report = check_book(_book(numbers), settings or Settings())
    return [
        (one.sheet, str(one.cell), *[_sentence(one, language) for language in LANGUAGES])
        for one in report.findings
        if one.code in ("IDN001", "IDN002", "IDN007")
    ]


def test_a_mistyped_number_is_told_where_it_stands_with_what_is_meant() -> None:
    assert _said(["101", "102", "103", "104", "1O5", "106"]) == [
        (
            "Ark 4",
            "A2",
            "A2 indeholder '1O5', som ikke er et gyldigt nummer på et forslag. Skal der stå 105?",
            "A2 holds '1O5', which is not a valid number for a proposal. Should it be 105?",
        )
    ]


@pytest.mark.parametrize(
    ("numbers", "written", "meant"),
    [
        (["101", "102", "103", "IO4: Have"], "IO4", "104"),
        (["101", "102", "103", "l04 - Have"], "l04", "104"),
        (["101", "102", "103", "10l"], "10l", "101"),
        (["4.01", "4.02", "4.03", "4.O4: Have"], "4.O4", "4.04"),
        (["4.01", "4.02", "4.03", "4,04"], "4,04", "4.04"),
        (["2.1.2. 01", "2.1.2. 02", "2.1.2. 03", "2.1.2. O4", "2.1.2. 05"], "2.1.2. O4", "2.1.2. 04"),
        (["2.1.2. 01", "2.1.2. 02", "2.1.2. 03", "2.I.2. 04 Have", "2.1.2. 05"], "2.I.2. 04", "2.1.2. 04"),
        (["2.1.2. 01", "2.1.2. 02", "2.1.2. 03", "2.1.2 04", "2.1.2. 05"], "2.1.2 04", "2.1.2. 04"),
        (["2.1.2. 01", "2.1.2. 02", "2.1.2. 03", "2,1,2. 04", "2.1.2. 05"], "2,1,2. 04", "2.1.2. 04"),
        (["BU-11", "BU-12", "BU-13", "BU-I4"], "BU-I4", "BU-14"),
    ],
)
def test_a_mistyped_number_is_one_finding(numbers: list[str], written: str, meant: str) -> None:
    [(sheet, cell, danish, english)] = _said(numbers)
    assert (sheet, cell) == ("Ark 3", "A2")
    assert danish is not None and f"'{written}'" in danish and danish.endswith(f"Skal der stå {meant}?")
    assert english is not None and f"'{written}'" in english and english.endswith(f"Should it be {meant}?")


def test_a_mistyped_number_where_a_pattern_was_set() -> None:
    settings = Settings(number=Number(pattern=r"\d{3}"))
    [(sheet, cell, danish, _)] = _said(["101", "1O2", "103"], settings)
    assert (sheet, cell) == ("Ark 1", "A2")
    assert danish is not None and danish.endswith(
        "'1O2', som ikke er et gyldigt nummer på et forslag. Skal der stå 102?"
    )


def test_what_is_no_number_of_the_run_is_not_said_to_be_meant() -> None:
    said = _said(["101", "102", "103", "104", "10B4"])
    assert [one[:2] for one in said] == [("Ark 4", "A2")]
    assert said[0][2] == "A2 indeholder '10B4', som ikke er et gyldigt nummer på et forslag."


def test_numbers_that_begin_with_letters_are_a_numbering_too() -> None:
    assert _said(["BU-1", "BU-2", "SU-1", "SU-2"]) == []
    assert _said(["B1", "B2", "S1", "S2"]) == []


@pytest.mark.parametrize("text", ["SOS", "til", "Bo", "BOL", "5S-projekt", "B2025"])
def test_a_word_is_no_mistyped_number(text: str) -> None:
    assert not is_nearly_number(text)
    assert _said(["101", "102", "103", text]) == []


def test_a_word_behind_a_number_is_none_of_it() -> None:
    assert _said(["101", "102 Bo i egen bolig", "103 B2-boliger", "104 SOS: vagten"]) == []


def test_six_workbooks_one_of_them_with_a_letter_in_its_number(tmp_path: Path) -> None:
    for number in ("101", "102", "103", "104", "1O5", "106"):
        form = rows_of(
            [
                ["Driftsforslag"],
                [f"Forslag nr. {number}"],
                ["Udvalg:", "Økonomiudvalget"],
                ["Titel:", f"Forslaget i {number}"],
                ["Beløb i 1.000 kr."],
                ["", 2025, 2026, 2027, 2028, "I alt"],
                ["Løn", 100, 200, 300, 400, 1000],
                ["I alt", 100, 200, 300, 400, 1000],
            ]
        )
        write(tmp_path / f"{number}.xlsx", {"Forslag": worksheet(form)})
    report = check(tmp_path, select=["IDN001"])
    [one] = [finding for workbook in report.workbooks for finding in workbook.findings]
    assert (Path(one.path or "").name, one.sheet, str(one.cell)) == ("1O5.xlsx", "Forslag", "A2")
    assert (one.variant, one.facts["text"], one.facts["expected"]) == ("mistyped", "1O5", "105")
    english = check(tmp_path, select=["IDN001"], language="en")
    assert "A2 indeholder '1O5'" in str(report.to_json())
    assert "A2 holds '1O5'" in str(english.to_json())
