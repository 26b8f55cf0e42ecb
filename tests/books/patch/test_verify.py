"""What the second look at a changed workbook sees, and which readers take it."""

from __future__ import annotations

import importlib
import zipfile
from collections.abc import Mapping
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pytest

from budget_tools.books.patch import edited, verify
from budget_tools.errors import WriteRefused
from budget_tools.model.address import parse_cell
from budget_tools.model.edit import AddSheet, Edit, NewCell, SetCell, SetFill
from tests.packages import rows_of, worksheet, write

VALUE: list[Edit] = [SetCell("Løn", parse_cell("A1"), Decimal(5))]
FILL: list[Edit] = [SetFill("Løn", parse_cell("A1"), "F8CECC")]
SHEET: list[Edit] = [AddSheet("Kontrol", ((NewCell("Løn"),),))]


@pytest.fixture
def content(tmp_path: Path) -> bytes:
    sheets: dict[str, str | bytes] = {"Løn": worksheet(rows_of([[1, 2]])), "Drift": worksheet(rows_of([[3]]))}
    return write(tmp_path / "a.xlsx", sheets).read_bytes()


def parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(content)) as package:
        return {name: package.read(name) for name in package.namelist()}


def packed(parts: Mapping[str, bytes]) -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as package:
        for name, data in parts.items():
            package.writestr(name, data)
    return file.getvalue()


def refused(content: bytes, edits: list[Edit], part: str, old: bytes, new: bytes) -> bool:
    """Whether a writer that also put something else into a part is found out."""
    changed = parts(edited(content, edits).content)
    name = next(name for name in changed if name.endswith(part))
    assert old in changed[name], changed[name]
    changed[name] = changed[name].replace(old, new, 1)
    try:
        verify(content, packed(changed), edits)
    except WriteRefused as error:
        assert error.reason == "not-verified"
        return True
    return False


def test_what_was_asked_for_is_there(content: bytes) -> None:
    for edits in (VALUE, FILL, SHEET, [*VALUE, *FILL, *SHEET]):
        verify(content, edited(content, edits).content, edits)
        with pytest.raises(WriteRefused, match="not-verified"):
            verify(content, content, edits)


@pytest.mark.parametrize("edits", [VALUE, FILL, SHEET], ids=["value", "fill", "sheet"])
def test_a_change_of_another_cell(content: bytes, edits: list[Edit]) -> None:
    assert refused(content, edits, "sheet1.xml", b"<v>2</v>", b"<v>4</v>")
    assert refused(content, edits, "sheet2.xml", b"<v>3</v>", b"<v>4</v>")


def test_a_part_that_is_no_xml(content: bytes) -> None:
    assert refused(content, VALUE, "sheet1.xml", b"</worksheet>", b"</worksheet")


def test_styles_that_do_not_fit_together(content: bytes) -> None:
    styles = parts(edited(content, FILL).content)["xl/styles.xml"]
    last = styles.rpartition(b'fillId="')[2].partition(b'"')[0]
    assert refused(content, FILL, "styles.xml", b'fillId="' + last, b'fillId="99')


def test_a_style_that_was_there_and_is_another(content: bytes) -> None:
    """A number may read as a date then: every sheet is compared, though none of its bytes differ."""
    before = parts(content)
    before["xl/worksheets/sheet2.xml"] = before["xl/worksheets/sheet2.xml"].replace(b"<c r=", b'<c s="1" r=')
    content = packed(before)
    changed = parts(edited(content, FILL).content)
    styles = changed["xl/styles.xml"]
    begin = styles.index(b"<cellXfs")
    first = styles.index(b"<xf", styles.index(b"<xf", begin) + 3)
    end = styles.index(b">", first)
    assert b'numFmtId="3"' in styles[first:end]
    changed["xl/styles.xml"] = styles[:first] + styles[first:].replace(b'numFmtId="3"', b'numFmtId="14"', 1)
    with pytest.raises(WriteRefused) as caught:
        verify(content, packed(changed), FILL)
    assert caught.value.facts == {"at": "Drift!A1"}


def test_who_looks(content: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """openpyxl opens what has other parts than before, and calamine compares what could differ."""
    seen: list[str] = []
    module = importlib.import_module("budget_tools.books.patch.verify")
    own = module._compare_sheet
    monkeypatch.setattr(module, "_opens", lambda data: bool(seen.append("openpyxl")) or True)
    monkeypatch.setattr(module, "_compare_sheet", lambda *told: (seen.append(told[2]), own(*told)))
    looked = []
    for edits in (VALUE, FILL, SHEET):
        seen.clear()
        verify(content, edited(content, edits).content, edits)
        looked.append(list(seen))
    assert looked == [["Løn"], ["Løn"], ["openpyxl"]]
