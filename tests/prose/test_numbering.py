"""How proposals are numbered where nobody has said it."""

from __future__ import annotations

import re

import pytest

from budget_tools.books.memory import MemoryBook, Plain
from budget_tools.model.book import Book
from budget_tools.prose.numbering import is_number, numbering_of
from budget_tools.run import check_book
from budget_tools.settings import Number, Settings


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
