"""Locked cells of protected sheets, as Excel sees them."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from budget_tools.books.patch import edited
from budget_tools.errors import WriteRefused
from budget_tools.model.address import parse_cell
from budget_tools.model.edit import SetCell
from tests.packages import MAIN, pack, parts_of, worksheet

STYLES = (
    f'<styleSheet xmlns="{MAIN}"><fonts count="1"><font/></fonts><fills count="1"><fill/></fills>'
    '<borders count="1"><border/></borders>'
    '<cellStyleXfs count="1"><xf><protection locked="0"/></xf></cellStyleXfs><cellXfs count="3"><xf/>'
    '<xf applyProtection="1"><alignment/><protection locked="0"/></xf>'
    '<xf applyProtection="1"><protection hidden="1"/></xf></cellXfs></styleSheet>'
)
ON = '<sheetProtection sheet="1" objects="1"/>'


def put(sheet: str, cell: str) -> SetCell:
    return SetCell(sheet, parse_cell(cell), Decimal(1))


def locked(tmp_path: Path, cell: str, rows: str = "", before: str = "", after: str = ON) -> bool:
    parts = parts_of({"Løn": worksheet(rows, before=before, after=after), "Andre": worksheet()})
    path = pack(tmp_path / "a.xlsx", {**parts, "xl/styles.xml": STYLES})
    try:
        edited(path.read_bytes(), [put("løn", cell), put("Andre", "A1")])
    except WriteRefused as refused:
        assert (refused.reason, refused.facts) == ("locked-cell", {"at": f"Løn!{cell}"})
        return True
    return False


@pytest.mark.parametrize(
    ("style", "expected"),
    [("", True), (' s="0"', True), (' s="1"', False), (' s="2"', True), (' s="9"', True)],
)
def test_by_the_format_of_the_cell(style: str, expected: bool, tmp_path: Path) -> None:
    assert locked(tmp_path, "B2", f'<row r="2"><c r="B2"{style}/></row>') == expected
    assert (
        locked(tmp_path, "B2", f"<row><c/></row><row><c/><c{style}/></row>") == expected
    )  # without addresses


def test_a_cell_that_is_not_stored_has_the_format_of_its_row_or_column(tmp_path: Path) -> None:
    columns = '<cols><col min="2" max="3" style="1"/><col min="5" max="5"/></cols>'
    assert [locked(tmp_path, cell, before=columns) for cell in ("A1", "B1", "C9", "D1", "E1")] == [
        *(True, False, False),
        *(True, True),
    ]
    row = '<row r="2" s="1" customFormat="1"/><row r="3" s="1"/>'
    assert [locked(tmp_path, cell, row) for cell in ("A2", "A3")] == [False, True]
    assert locked(tmp_path, "B2", '<row r="2" s="2" customFormat="1"/>', columns)  # the row goes first


def test_a_range_with_a_password(tmp_path: Path) -> None:
    ranges = ON + '<protectedRanges><protectedRange sqref="A1:B3 D4" name="x"/></protectedRanges>'
    rows = '<row r="2"><c r="B2" s="1"/><c r="C2" s="1"/></row><row r="4"><c r="D4" s="1"/></row>'
    assert [locked(tmp_path, cell, rows, after=ranges) for cell in ("B2", "C2", "D4")] == [True, False, True]


@pytest.mark.parametrize("after", ["", '<sheetProtection sheet="0"/>', '<sheetProtection objects="1"/>'])
def test_a_sheet_that_is_not_protected(after: str, tmp_path: Path) -> None:
    assert not locked(tmp_path, "B2", after=after)


@pytest.mark.parametrize(
    "part", ["xl/revisions/revisionHeaders.xml", "xl/userNames.xml", "XL\\Revisions\\log1.xml"]
)
def test_a_workbook_shared_the_old_way(part: str, tmp_path: Path) -> None:
    path = pack(tmp_path / "a.xlsx", parts_of({"Løn": worksheet()}))
    edited(path.read_bytes(), [put("Løn", "A1")])
    pack(path, parts_of({"Løn": worksheet()}) | {part: "<x/>"})
    with pytest.raises(WriteRefused, match="shared-workbook"):
        edited(path.read_bytes(), [put("Løn", "A1")])
