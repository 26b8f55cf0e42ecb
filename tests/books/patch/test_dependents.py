"""Formulas that read a changed cell: their new results, and when the workbook must be recalculated."""

from __future__ import annotations

import zipfile
from decimal import Decimal
from pathlib import Path

import pytest

from budget_tools.books.file import WorkbookFile
from budget_tools.books.patch import apply_edits
from budget_tools.model.address import parse_cell
from budget_tools.model.edit import SetCell
from tests.package_parts import assert_only_changed
from tests.packages import rows_of, worksheet, write


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
    apply_edits(source, [edit], target, book=WorkbookFile(source).read())
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
    assert not recalculate


def test_text_that_became_a_number(tmp_path: Path) -> None:
    target, recalculate = changed(tmp_path, [["10", 2, formula("SUM(A1:B1)", "2")]], {"Løn!C1"})
    assert value(target, "C1") == 7 and not recalculate


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
    assert [value(target, "B1"), value(target, "C1")] == [6, 7] and not recalculate


def test_nothing_depends(tmp_path: Path) -> None:
    assert not changed(tmp_path, [[1, 2, formula("B1*2", "4")]], set())[1]
