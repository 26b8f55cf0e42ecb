"""XWB001: overviews of a municipality against its forms, as they come in folders."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest
from openpyxl import load_workbook

from budget_tools import Finding, check
from budget_tools.catalog import say
from budget_tools.model.finding import Severity
from tests.comparing.municipality import Block, blocks, one_each, overview, write


def found(folder: Path, *codes: str) -> list[Finding]:
    report = check(folder)
    return [one for one in report.findings if one.code in (codes or ("XWB001",))]


def folder_with(tmp_path: Path, forms: Iterable[Block]) -> Path:
    return write(tmp_path / "forslag", one_each(forms))


@pytest.mark.parametrize("numbers", [True, False])
@pytest.mark.parametrize(("unit", "places"), [(1, 0), (1000, 0), (1_000_000, 3), (1_000_000, 1)])
def test_an_overview_that_agrees_is_silent(tmp_path: Path, unit: int, places: int, numbers: bool) -> None:
    some = [one for one in blocks().values() if one.title != "Effektivisering"]
    folder = folder_with(tmp_path, some)
    overview(folder / "Oversigt.xlsx", some, unit=unit, places=places, numbers=numbers)
    assert found(folder) == []
    assert not [one for one in check(folder).findings if one.severity is Severity.ERROR]


@pytest.mark.parametrize("numbers", [True, False])
def test_an_amount_that_differs_is_told_at_the_overview(tmp_path: Path, numbers: bool) -> None:
    some = blocks()
    folder = folder_with(tmp_path, some.values())
    overview(folder / "Oversigt.xlsx", some.values(), changed={("KF-04", 2028): 9.99}, numbers=numbers)
    [one] = found(folder)
    form = some["KF-04"].totals[1]
    assert (one.sheet, str(one.cell)) == ("Oversigt", "D21" if numbers else "C21")
    assert one.path is not None and one.path.endswith("Oversigt.xlsx")
    assert one.severity is Severity.ERROR and one.proposal == "KF-04"
    [place] = one.related
    assert place.path is not None and "forslag" in place.path and place.cell is not None
    text = say("XWB001", "da", {**one.facts, "cell": str(one.cell)})
    assert "(mio. kr.) viser 9,99" in text and f"{form:,}".replace(",", ".") in text and "2028" in text


def test_only_the_total_differs(tmp_path: Path) -> None:

    some = list(blocks().values())
    folder = folder_with(tmp_path, some)
    path = overview(folder / "Oversigt.xlsx", some, unit=1, places=0)
    book = load_workbook(path)
    sheet = book["Oversigt"]
    sheet["G6"] = sheet["G6"].value + 5
    book.save(path)
    assert [(str(one.cell), one.variant) for one in found(folder)] == [("G6", "total")]


def test_what_is_missing_on_either_side_is_told_once(tmp_path: Path) -> None:
    some = blocks()
    forms = [one for number, one in some.items() if number not in ("BU-02", "BU-09")]
    folder = folder_with(tmp_path, forms)
    listed = [one for number, one in some.items() if number not in ("KF-08", "KF-09", "KF-10")]
    overview(folder / "Oversigt.xlsx", listed)
    facts = {one.variant: one.facts["number"] for one in found(folder)}
    assert facts == {"no_form": ("BU-02", "BU-09"), "not_listed": ("KF-08", "KF-09", "KF-10")}
    assert {one.severity for one in found(folder)} == {Severity.WARNING}


def test_an_overview_of_another_committee_says_nothing(tmp_path: Path) -> None:
    some = blocks()
    folder = folder_with(tmp_path, [one for one in some.values() if one.number.startswith("KF")])
    overview(folder / "Oversigt.xlsx", [one for one in some.values() if one.number.startswith("BU")])
    overview(folder / "Alle.xlsx", some.values())
    assert found(folder) == []


def test_an_overview_alone_says_nothing(tmp_path: Path) -> None:
    folder = write(tmp_path / "forslag", {})
    overview(folder / "Oversigt.xlsx", blocks().values())
    assert found(folder) == []


def test_the_overview_may_show_savings_as_positive(tmp_path: Path) -> None:
    some = {number: one for number, one in blocks().items() if number.startswith("BU")}
    folder = folder_with(tmp_path, some.values())
    turned = [
        one.but(lines={line: tuple(-amount for amount in amounts) for line, amounts in one.lines.items()})
        for one in some.values()
    ]
    overview(folder / "Oversigt.xlsx", turned)
    assert found(folder) == []


def test_only_active_proposals_are_compared(tmp_path: Path) -> None:
    some = blocks()
    forms = {**some, "BU-04": some["BU-04"].but(status="Udgået")}
    folder = folder_with(tmp_path, forms.values())
    overview(folder / "Oversigt.xlsx", [one for number, one in some.items() if number != "BU-04"])
    assert found(folder) == []
    overview(folder / "Oversigt.xlsx", some.values(), changed={("BU-04", 2027): 88.0})
    assert found(folder) == []


def test_a_register_tells_the_status(tmp_path: Path) -> None:
    some = blocks()
    twice = [*some.values(), some["BU-04"].with_amount("Løn", 2027, 1)]
    folder = folder_with(tmp_path, twice)
    assert len(found(folder, "IDN002")) == 2
    kept = [one for number, one in some.items() if number != "BU-04"]
    overview(folder / "Oversigt.xlsx", some.values(), status={"BU-04": "Trukket", "BU-05": "Indsendt"})
    assert found(folder, "IDN002", "XWB001") == []
    assert kept


def test_a_renumbered_form_is_found_by_its_earlier_number(tmp_path: Path) -> None:
    some = blocks()
    forms = {**some, "BU-04": some["BU-04"].but(number="KF-14", earlier="BU-04", title="Bus")}
    folder = folder_with(tmp_path, forms.values())
    overview(folder / "Oversigt.xlsx", some.values(), changed={("BU-04", 2027): 88.0})
    assert [one.proposal for one in found(folder)] == ["KF-14"]


def test_an_overview_in_the_workbook_of_the_forms(tmp_path: Path) -> None:

    some = list(blocks().values())[:10]
    folder = write(tmp_path / "forslag", {"katalog.xlsx": some})
    lone = overview(tmp_path / "Oversigt.xlsx", some, changed={("BU-03", 2030): 7.5})
    book = load_workbook(folder / "katalog.xlsx")
    sheet = book.create_sheet("Oversigt", 0)
    for row in load_workbook(lone)["Oversigt"].iter_rows():
        for cell in row:
            sheet.cell(cell.row, cell.column, cell.value)
    book.save(folder / "katalog.xlsx")
    [one] = found(folder)
    assert str(one.cell) == "F8" and one.related[0].path is None


def test_a_list_of_something_else_than_amounts_says_nothing(tmp_path: Path) -> None:
    some = list(blocks().values())
    folder = folder_with(tmp_path, some)
    staff = [one.but(lines={"Årsværk": (1, 2, 3, 4)}) for one in some]
    path = overview(folder / "Årsværk.xlsx", staff, unit=1, places=0)
    [told] = found(folder)
    assert told.variant == "none_agree" and told.severity is Severity.WARNING
    book = load_workbook(path)
    book.active["A2"] = None
    book.save(path)
    assert found(folder) == []


def test_a_line_without_amounts_is_listed(tmp_path: Path) -> None:
    some = list(blocks().values())
    folder = folder_with(tmp_path, some)
    path = overview(folder / "Oversigt.xlsx", some)
    book = load_workbook(path)
    for row in (7, 9):
        for column in "CDEFG":
            book.active[f"{column}{row}"] = None
    book.save(path)
    assert found(folder) == []


def test_a_form_without_a_number_is_found_by_its_title(tmp_path: Path) -> None:
    some = {number: one for number, one in blocks().items() if number.startswith("KF")}
    folder = folder_with(tmp_path, some.values())
    for path in sorted((tmp_path / "forslag").rglob("*.xlsx")):
        book = load_workbook(path)
        cells = [cell for row in book.active.iter_rows() for cell in row]
        for cell in cells:
            if isinstance(cell.value, str) and "KF-04" in cell.value:
                cell.value = cell.value.replace("KF-04", "KF-004")
        book.save(path)
    overview(folder / "Oversigt.xlsx", some.values(), changed={("KF-07", 2028): 9.99})
    assert [one.proposal for one in found(folder)] == ["KF-07"]
    overview(folder / "Oversigt.xlsx", some.values(), changed={("KF-04", 2028): 9.99})
    [one] = found(folder)
    assert one.variant != "no_form" and one.facts["number"] == "KF-04" and one.proposal is None
    assert any(one.code == "IDN001" for one in found(folder, "IDN001"))
