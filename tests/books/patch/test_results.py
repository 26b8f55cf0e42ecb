"""Formulas that read a changed cell: their new results in the file, and what is left to Excel."""

from __future__ import annotations

import zipfile
from decimal import Decimal
from pathlib import Path

import pytest

from budget_tools.books.file import WorkbookFile
from budget_tools.books.patch import edited
from budget_tools.model.address import parse_cell
from budget_tools.model.edit import SetCell
from tests.edits import apply_edits, following
from tests.package_parts import assert_only_changed
from tests.packages import pack, parts_of, rows_of, worksheet, write


def formula(text: str, result: str = "", kind: str = "") -> str:
    return f"<f{kind}>{text}</f>" + (f"<v>{result}</v>" if result else "")


def changed(
    tmp_path: Path, rows: list[list[object]], cells: set[str], *, other: list[list[object]] | None = None
) -> tuple[Path, bool]:
    """A1 becomes 5; which cells changed with it is asserted, and whether Excel is to recalculate is told."""
    sheets: dict[str, str | bytes] = {"Løn": worksheet(rows_of(rows))}
    if other is not None:
        sheets["I alt"] = worksheet(rows_of(other))
    source, target = write(tmp_path / "a.xlsx", sheets), tmp_path / "b.xlsx"
    edit = SetCell("løn", parse_cell("A1"), Decimal(5))
    apply_edits(source, following(source, [edit]), target)
    assert_only_changed(source, target, {"Løn!A1", *cells})
    with zipfile.ZipFile(target) as package:
        return target, b"fullCalcOnLoad" in package.read("xl/workbook.xml")


def value(path: Path, cell: str, sheet: int = 0) -> object:
    return WorkbookFile(path).read().sheets[sheet].value(*parse_cell(cell))


def test_along_a_chain_and_over_sheets(tmp_path: Path) -> None:
    rows: list[list[object]] = [[1, 2, formula("SUM(A1:B1)", "3"), formula("C1*2", "6"), formula("B1", "2")]]
    other: list[list[object]] = [[formula("Løn!D1+1", "7")]]
    target, recalculate = changed(tmp_path, rows, {"Løn!C1", "Løn!D1", "I alt!A1"}, other=other)
    assert [value(target, "C1"), value(target, "D1"), value(target, "A1", 1)] == [7, 14, 15]
    assert recalculate


def test_text_that_became_a_number(tmp_path: Path) -> None:
    target, recalculate = changed(tmp_path, [["10", 2, formula("SUM(A1:B1)", "2")]], {"Løn!C1"})
    assert value(target, "C1") == 7 and recalculate


@pytest.mark.parametrize("unknown", ["VLOOKUP(A1,A1:B1,2)", "INDIRECT(&quot;A1&quot;)", "Sats*2"])
def test_what_cannot_be_known_is_recalculated(tmp_path: Path, unknown: str) -> None:
    rows: list[list[object]] = [[1, formula(unknown, "9"), formula("A1+1", "2"), formula("B1+A1", "10")]]
    known = {"Løn!C1"} | ({"Løn!D1"} if "VLOOKUP" not in unknown else set())
    target, recalculate = changed(tmp_path, rows, known)
    assert value(target, "B1") == 9 and value(target, "C1") == 6 and recalculate


def test_an_array_is_left_to_excel(tmp_path: Path) -> None:
    rows: list[list[object]] = [[1, 2, formula("SUM(A1:B1)", "3", ' t="array" ref="C1"')]]
    target, recalculate = changed(tmp_path, rows, set())
    assert value(target, "C1") == 3 and recalculate


def test_a_circle(tmp_path: Path) -> None:
    rows: list[list[object]] = [[1, formula("C1+A1", "1"), formula("B1+A1", "1")]]
    target, recalculate = changed(tmp_path, rows, set())
    assert value(target, "B1") == 1 and recalculate


def test_shared_formulas_keep_their_text(tmp_path: Path) -> None:
    master = formula("A1+1", "2", ' t="shared" ref="B1:C1" si="0"')
    rows: list[list[object]] = [[1, master, '<f t="shared" si="0"/><v>3</v>']]
    target, recalculate = changed(tmp_path, rows, {"Løn!B1", "Løn!C1"})
    assert [value(target, "B1"), value(target, "C1")] == [6, 7] and recalculate


def test_nothing_depends(tmp_path: Path) -> None:
    assert changed(tmp_path, [[1, 2, formula("B1*2", "4")]], set())[1], "INDIRECT and names are not followed"
    assert not changed(tmp_path, [[1, 2]], set())[1], "nothing there that could be calculated"


def test_what_is_left_is_told(tmp_path: Path) -> None:
    """An array is nobody's single cell; and formulas may calculate with what is shown."""
    rows: list[list[object]] = [[1, 2, formula("SUM(A1:B1)", "3", ' t="array" ref="C1"'), formula("A1", "1")]]
    source = write(tmp_path / "a.xlsx", {"Løn": worksheet(rows_of(rows))})
    edits = following(source, [SetCell("Løn", parse_cell("A1"), Decimal(5))])
    assert [str(one.cell) for one in edited(source.read_bytes(), edits).left] == ["C1"]
    parts = parts_of({"Løn": worksheet(rows_of(rows))})
    shown = '<calcPr fullPrecision="0"/></workbook>'
    parts["xl/workbook.xml"] = str(parts["xl/workbook.xml"]).replace("</workbook>", shown)
    assert len(edited(pack(tmp_path / "b.xlsx", parts).read_bytes(), edits).left) == 2
