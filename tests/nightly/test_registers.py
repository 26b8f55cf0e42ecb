"""What a register in another workbook says holds in a night, also of forms that did not change."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import Workbook

from budget_tools import accept, check
from budget_tools.model.night import Standing
from tests.nightly.folders import LONG_AGO, Seen, settings_of, settled, spend
from tests.test_identity import form

NEW, FIXED, OPEN = Standing.NEW, Standing.FIXED, Standing.OPEN
ACCEPTED, REOPENED = Standing.ACCEPTED, Standing.REOPENED
TITLE = "Nyt serverrum - Investeringsforslag"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two proposals with a wrong total each; by its title, one of them does not belong here."""
    folder = tmp_path / "forslag"
    folder.mkdir()
    settled(form(folder, "a.xlsx", "2.1.1. 03"))
    of_another_type(folder)
    return folder


def of_another_type(folder: Path, *, when: int = LONG_AGO) -> None:
    """A proposal that calls itself of another type than the catalogue that it lies in (IDN004)."""
    book = Workbook()
    for row in (
        ["Driftsforslag"],
        ["Skema 2.1.1. 04"],
        [TITLE],
        ["Beløb i 1.000 kr."],
        ["", 2027, 2028],
        ["Løn", 100, 200],
    ):
        book.active.append(row)
    book.save(folder / "b.xlsx")
    settled(folder / "b.xlsx", when)


def register(folder: Path, *rows: list[str], when: int = LONG_AGO) -> None:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    path = folder / "Register.xlsx"
    book.save(path)
    settled(path, when)


def known(night: Seen) -> list[tuple[str, str, str]]:
    """The findings of a night that are there, as a check tells them."""
    assert night.night is not None
    found = night.night.told.findings(NEW, OPEN, REOPENED, ACCEPTED)
    return sorted((Path(one.path or "-").name, one.code, one.id) for one in found)


def checked(folder: Path) -> list[tuple[str, str, str]]:
    return sorted((Path(path or "-").name, one.code, one.id) for path, one in check(folder).located())


def test_an_id_from_the_register_keeps_the_history(tmp_path: Path, folder: Path) -> None:
    settings = settings_of(tmp_path)
    first = spend(settings)
    before = known(first)
    assert before == checked(folder)
    register(folder, ["Skema", "Titel", "Id"], ["2.1.1. 03", "Licenser", "F-7"], ["2.1.1. 04", TITLE, ""])
    second = spend(settings)
    assert second.heard.checked == ["Register.xlsx"] and known(second) == checked(folder)
    of_a = {one for one in known(second) if one[0] == "a.xlsx"}
    assert of_a.isdisjoint(before) and of_a  # known by another name now
    assert not {one for one in second.of(NEW, FIXED, REOPENED) if one[1] != "Register.xlsx"}
    (folder / "Register.xlsx").unlink()
    third = spend(settings)
    assert third.heard.checked == [] and known(third) == before
    assert not {one for one in third.of(NEW, FIXED, REOPENED) if one[1] != "Register.xlsx"}


def test_what_is_withdrawn_is_fixed_and_may_come_back(tmp_path: Path, folder: Path) -> None:
    settings = settings_of(tmp_path)
    first = spend(settings)
    assert ("IDN004", "b.xlsx") in first.of(NEW)
    rows = ["Skema", "Titel", "Status"], ["2.1.1. 03", "Licenser", ""]
    register(folder, *rows, ["2.1.1. 04", TITLE, "Trukket"])
    second = spend(settings)
    assert ("IDN004", "b.xlsx") in second.of(FIXED) and known(second) == checked(folder)
    third = spend(settings)
    assert third.heard.to_check == 0 and known(third) == checked(folder) and not third.of(FIXED, NEW)
    fourth = spend(settings, force=True)  # checked again, and still withdrawn
    assert not fourth.of(NEW, FIXED, REOPENED) and known(fourth) == checked(folder)
    register(folder, *rows, ["2.1.1. 04", TITLE, ""], when=LONG_AGO + 9)
    fifth = spend(settings)
    assert fifth.heard.checked == ["Register.xlsx"] and known(fifth) == checked(folder)
    assert fifth.of(REOPENED) == [("IDN004", "b.xlsx")] and not fifth.of(NEW)
    words = fifth.only(REOPENED)
    assert words.message and words.sheet and words.proposal == "2.1.1. 04"


def test_withdrawn_from_the_first_night_it_is_new_when_it_counts(tmp_path: Path, folder: Path) -> None:
    settings = settings_of(tmp_path)
    rows = ["Skema", "Titel", "Status"], ["2.1.1. 03", "Licenser", ""]
    register(folder, *rows, ["2.1.1. 04", TITLE, "Trukket"])
    first = spend(settings)
    assert known(first) == checked(folder) and not first.of(FIXED)
    assert "IDN004" not in {code for code, _ in first.of(NEW)}
    register(folder, *rows, ["2.1.1. 04", TITLE, ""], when=LONG_AGO + 9)
    second = spend(settings)
    assert second.of(NEW) == [("IDN004", "b.xlsx")] and known(second) == checked(folder)


def test_an_acceptance_under_the_earlier_number_in_the_register_holds(tmp_path: Path, folder: Path) -> None:
    [one] = [one for one in check(folder / "a.xlsx").findings if one.code == "ARI002"]
    accept(folder / "a.xlsx", finding=one.id, reason="aftalt", initials="bh")
    (folder / "a.xlsx").unlink()
    settled(form(folder, "c.xlsx", "2.1.2. 15"))
    rows = ["2.1.2. 15", "Licenser", "2.1.1. 03"], ["2.1.1. 04", TITLE, ""]
    settings = settings_of(tmp_path)
    first = spend(settings)
    assert ("ARI002", "c.xlsx") in first.of(NEW)
    register(folder, ["Skema", "Titel", "Tidl. nr."], *rows)
    second = spend(settings)
    assert second.heard.checked == ["Register.xlsx"]
    assert second.of(ACCEPTED) == [("ARI002", "c.xlsx")] and known(second) == checked(folder)
