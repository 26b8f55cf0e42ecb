"""The guides to the Excel side: the same in both languages, and true to the buttons."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from budget_tools.catalog import word
from budget_tools.excel import buttons, functions
from budget_tools.installing import doctor
from tests.conftest import ROOT

DOCS = ROOT / "docs"
TWINS = [("excel.md", "i-excel.md"), ("it.md", "til-it.md")]

# What both languages must have as often: headings, rows of tables, points, pictures, code.
PARTS = {
    "headings": r"^(#+) ",
    "rows": r"^\|(.*)\|$",
    "points": r"^(?:\d+\.|-) ",
    "pictures": r"!\[[^\]]*\]\(([^)]+)\)",
    "code": r"^```(\w+)$",
    "guids": r"`([0-9a-f]{8}-[0-9a-f-]{27})`",
    "commands": r"(budget-tools (?:excel )?\w+)",
}


def text(name: str) -> str:
    return (DOCS / name).read_text("utf-8")


@pytest.mark.parametrize(("english", "danish"), TWINS)
def test_both_languages_have_the_same_parts(english: str, danish: str) -> None:
    for part, pattern in PARTS.items():
        found = [re.findall(pattern, text(name), re.MULTILINE) for name in (english, danish)]
        assert len(found[0]) == len(found[1]), part
        if part in ("headings", "pictures", "code", "guids"):
            assert found[0] == found[1], part


@pytest.mark.parametrize(("english", "danish"), TWINS)
def test_each_leads_to_the_other(english: str, danish: str) -> None:
    assert f"]({danish})" in text(english) and f"]({english})" in text(danish)


def test_the_guides_tell_of_every_button_and_function() -> None:
    for guide in ("excel.md", "i-excel.md"):
        for name in buttons.BUTTONS:
            assert re.search(rf"^\| {re.escape(word('excel-button', name, 'da'))}\b", text(guide), re.M), name
        for function in functions.FUNCTIONS:
            assert f"`={function}(" in text(guide)


def test_the_rules_of_defender_are_those_the_doctor_looks_for() -> None:
    for guide in ("it.md", "til-it.md"):
        found = set(re.findall(PARTS["guids"], text(guide)))
        assert found == {doctor._OFFICE_CHILDREN, doctor._MACROS_CALL_WINDOWS}


@pytest.mark.parametrize("picture", ["excel-list.png", "excel-marked.png"])
def test_the_pictures_are_there(picture: str) -> None:
    path: Path = DOCS / picture
    assert path.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
