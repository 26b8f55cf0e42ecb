"""The splicing writer: odd sheets by the byte, refusals by their reason, and real workbooks."""

from __future__ import annotations

import io
import os
import re
import struct
import xml.etree.ElementTree as ET
import zipfile
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import IO, cast

import pytest
from python_calamine import CalamineError, CalamineWorkbook

from budget_tools.books.package import Package
from budget_tools.books.patch import verify
from budget_tools.errors import WriteRefused
from budget_tools.model.address import Cell, parse_cell
from budget_tools.model.edit import Edit, SetCell, SetNumberFormat
from tests import package_parts
from tests.edits import apply_edits
from tests.package_parts import assert_only_changed

openpyxl = pytest.importorskip("openpyxl")

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT_R = "http://purl.oclc.org/ooxml/officeDocument/relationships"
RELATIONSHIPS = "http://schemas.openxmlformats.org/package/2006/relationships"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"

STYLES = (
    f'<styleSheet xmlns="{MAIN}"><fonts count="1"><font><sz val="11"/></font></fonts>'
    f'<fills count="1"><fill><patternFill/></fill></fills>'
    '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf numFmtId="0"/></cellStyleXfs>'
    '<cellXfs count="3"><xf numFmtId="0" fontId="0"/><xf numFmtId="9" fontId="0" applyNumberFormat="1">'
    '<alignment wrapText="1"/></xf><xf numFmtId="3" fontId="0" applyNumberFormat="1"/></cellXfs></styleSheet>'
)


def build(
    path: Path,
    sheet: str | bytes,
    *,
    namespace: str = MAIN,
    r: str = R,
    calc: str = "",
    book: str = "xl/workbook.xml",
    sheet_target: str = "worksheets/sheet1.xml",
    sheet_part: str = "",
    kind: str = "worksheet",
    styles: str | None = STYLES,
    parts: dict[str, str] | None = None,
    relations: str = "",
    sheet_relations: str = "",
    overrides: str = "",
) -> Path:
    """A workbook file with one sheet, ``Løn`` with id 7, whose XML is given whole or as its inside."""
    if isinstance(sheet, str) and not sheet.lstrip().startswith(
        ("<?xml", "<worksheet", "<x:", "<chart", "<!")
    ):
        sheet = f'<worksheet xmlns="{namespace}">{sheet}</worksheet>'
    folder, base = book.rsplit("/", 1)
    sheet_part = sheet_part or f"{folder}/{sheet_target}"

    def relationships(inside: str) -> str:
        return f'<Relationships xmlns="{RELATIONSHIPS}">{inside}</Relationships>'

    def relation(id_: str, kind: str, target: str) -> str:
        return f'<Relationship Id="{id_}" Type="{r}/{kind}" Target="{target}"/>'

    content: dict[str, str | bytes] = {
        "[Content_Types].xml": f'<Types xmlns="{TYPES}">'
        '<Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/{book}" ContentType="{SHEET_TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/{sheet_part}" ContentType="{SHEET_TYPE}.worksheet+xml"/>{overrides}</Types>',
        "_rels/.rels": relationships(relation("r1", "officeDocument", book)),
        book: f'<workbook xmlns="{namespace}" xmlns:r="{r}"><workbookPr/><sheets>'
        f'<sheet name="Løn" sheetId="7" r:id="r1"/></sheets>{calc}<extLst/></workbook>',
        f"{folder}/_rels/{base}.rels": relationships(
            relation("r1", kind, sheet_target)
            + (relation("r2", "styles", "styles.xml") if styles else "")
            + relations
        ),
        sheet_part: sheet,
        "docProps/custom.bin": "kept raw " * 50,
    }
    if styles:
        content[f"{folder}/styles.xml"] = styles
    if sheet_relations:
        place, name = sheet_part.rsplit("/", 1)
        content[f"{place}/_rels/{name}.rels"] = relationships(sheet_relations)
    content |= parts or {}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, text in content.items():
            info = zipfile.ZipInfo(name, (2019, 3, 4, 5, 6, 8))
            info.external_attr = 0o600 << 16
            info.compress_type = zipfile.ZIP_STORED if name.endswith(".bin") else zipfile.ZIP_DEFLATED
            package.writestr(info, text)
    return path


def put(at: str, value: str | int | Decimal, formula: str | None = None) -> SetCell:
    return SetCell("Løn", parse_cell(at), value if isinstance(value, str) else Decimal(value), formula)


def give(at: str, code: str) -> SetNumberFormat:
    return SetNumberFormat("Løn", parse_cell(at), code)


def patched(source: Path, edits: Sequence[Edit], *, styles: bool = False) -> Path:
    """The patched copy of a workbook, checked to be changed in the cells of the edits alone."""
    target = source.with_name(f"new-{source.name}")
    apply_edits(source, edits, target)
    assert_only_changed(source, target, {f"{e.sheet}!{e.cell}" for e in edits}, styles=styles)
    assert sorted(p.name for p in source.parent.iterdir()) == sorted([source.name, target.name])
    return target


def part(path: Path, name: str = "xl/worksheets/sheet1.xml") -> str:
    with zipfile.ZipFile(path) as package:
        return package.read(name).decode()


def inside(path: Path) -> str:
    """The XML in the worksheet element."""
    text = part(path)
    return text[text.index(">", text.index("worksheet")) + 1 : text.rindex("</")]


def data(rows: str) -> str:
    return f"<sheetData>{rows}</sheetData>"


SPLICES = {
    "a value over a value": (
        '<row r="1"><c r="A1" s="2"><v>1</v></c><c r="B1"><v>2</v></c></row>',
        [put("A1", Decimal("1234.50"))],
        '<row r="1"><c r="A1" s="2"><v>1234.5</v></c><c r="B1"><v>2</v></c></row>',
    ),
    "a formula and its value over shared text": (
        '<row r="1"><c  r="A1" t="s" s=\'1\' cm="1" vm="2" ph="1" ><v>0</v></c ></row>',
        [put("A1", 3, "=SUM(B1:C1)")],
        '<row r="1"><c  r="A1" s=\'1\' ph="1" ><f>SUM(B1:C1)</f><v>3</v></c></row>',
    ),
    "a self-closing cell between others": (
        '<row r="1"><c r="A1"/><c r="B1" s="1" /><c r="C1"/></row>',
        [put("B1", 5)],
        '<row r="1"><c r="A1"/><c r="B1" s="1"><v>5</v></c><c r="C1"/></row>',
    ),
    "several cells into one row, before, between and after": (
        '<row r="2"><c r="B2"><v>1</v></c>\n <c r="D2"/></row>',
        [put("E2", 5), put("A2", 1), put("C2", 3)],
        (
            '<row r="2"><c r="A2"><v>1</v></c><c r="B2"><v>1</v></c>\n <c r="C2"><v>3</v></c><c r="D2"/>'
            '<c r="E2"><v>5</v></c></row>'
        ),
    ),
    "new cells next to each other": (
        '<row r="2"><c r="A2"/><c r="Z2"/></row>',
        [put("C2", 3), put("B2", 2)],
        '<row r="2"><c r="A2"/><c r="B2"><v>2</v></c><c r="C2"><v>3</v></c><c r="Z2"/></row>',
    ),
    "an empty row": (
        '<row r="2" ht="20" />',
        [put("B2", 2), put("A2", 1)],
        '<row r="2" ht="20"><c r="A2"><v>1</v></c><c r="B2"><v>2</v></c></row>',
    ),
    "missing rows before, between and after": (
        '<row r="3"/><row r="7"/>',
        [put("A9", 9), put("A1", 1), put("A5", 5), put("A4", 4)],
        (
            '<row r="1"><c r="A1"><v>1</v></c></row><row r="3"/><row r="4"><c r="A4"><v>4</v></c></row>'
            '<row r="5"><c r="A5"><v>5</v></c></row><row r="7"/><row r="9"><c r="A9"><v>9</v></c></row>'
        ),
    ),
    "rows and cells without addresses": (
        (
            "<row><c><v>1</v></c><c><v>2</v></c></row><row><c/></row>"
            '<row r="5"><c r="C5"><v>3</v></c><c><v>4</v></c></row><row><c><v>6</v></c></row>'
        ),
        [put("B1", 20), put("A2", 2), put("A5", 5), put("D5", 40), put("A6", 60), put("A3", 3)],
        (
            "<row><c><v>1</v></c><c><v>20</v></c></row><row><c><v>2</v></c></row>"
            '<row r="3"><c r="A3"><v>3</v></c></row>'
            '<row r="5"><c r="A5"><v>5</v></c><c r="C5"><v>3</v></c><c><v>40</v></c></row>'
            "<row><c><v>60</v></c></row>"
        ),
    ),
    "spans that are right, wrong and double": (
        '<row r="1" spans="1:3"/><row r="2" spans="1:3"/><row r="3" spans="1:2 4:5"/>',
        [put("B1", 1), put("E2", 1), put("G3", 1)],
        (
            '<row r="1" spans="1:3"><c r="B1"><v>1</v></c></row><row r="2" spans="1:5">'
            '<c r="E2"><v>1</v></c></row>'
            '<row r="3" spans="1:7"><c r="G3"><v>1</v></c></row>'
        ),
    ),
    "the row's style, and a row style that is not applied": (
        '<row r="1" s="1" customFormat="1"/><row r="2" s="1"/>',
        [put("B1", 1), put("B2", 1)],
        (
            '<row r="1" s="1" customFormat="1"><c r="B1" s="1"><v>1</v></c></row>'
            '<row r="2" s="1"><c r="B2"><v>1</v></c></row>'
        ),
    ),
    "what follows the cells of a row stays last": (
        '<row r="1"><c r="A1"><v>1</v></c><extLst><ext uri="u"/></extLst></row>',
        [put("A1", 2), put("B1", 3)],
        '<row r="1"><c r="A1"><v>2</v></c><c r="B1"><v>3</v></c><extLst><ext uri="u"/></extLst></row>',
    ),
    "comments, processing instructions and > in attributes": (
        '<!-- <c r="A1"> --><row r="1" x="a>b"><?pi <c?><c r="A1" x="/>"><v>1</v></c><!--z--></row>',
        [put("A1", 2), put("B1", 3)],
        (
            '<!-- <c r="A1"> --><row r="1" x="a>b"><?pi <c?><c r="A1" x="/>"><v>2</v></c><!--z-->'
            '<c r="B1"><v>3</v></c></row>'
        ),
    ),
    "text with space, signs and escapes": (
        '<row r="1"/>',
        [put("A1", " a<b&c "), put("B1", "=1+1"), put("C1", "æøå 😀"), put("D1", "_x000D_\r\n")],
        (
            '<row r="1"><c r="A1" t="inlineStr"><is><t xml:space="preserve"> a&lt;b&amp;c </t></is></c>'
            '<c r="B1" t="inlineStr"><is><t>=1+1</t></is></c><c r="C1" t="inlineStr">'
            "<is><t>æøå 😀</t></is></c>"
            '<c r="D1" t="inlineStr"><is><t xml:space="preserve">_x005F_x000D_&#13;&#10;</t></is></c></row>'
        ),
    ),
    "a formula with a text result": (
        '<row r="1"/>',
        [put("A1", "a & b", '="a "&"& b"')],
        (
            '<row r="1"><c r="A1" t="str"><f>&quot;a &quot;&amp;&quot;&amp; b&quot;</f>'
            "<v>a &amp; b</v></c></row>"
        ),
    ),
    "empty text empties": (
        '<row r="1"><c r="A1" s="2" t="s"><v>0</v></c></row>',
        [put("A1", "")],
        '<row r="1"><c r="A1" s="2"/></row>',
    ),
    "a child of a shared formula": (
        (
            '<row r="1"><c r="A1"><f t="shared" ref="A1:B1" si="0">C1</f></c><c r="B1">'
            '<f t="shared" si="0"/></c></row>'
        ),
        [put("B1", 2)],
        '<row r="1"><c r="A1"><f t="shared" ref="A1:B1" si="0">C1</f></c><c r="B1"><v>2</v></c></row>',
    ),
    "the sole member of a shared formula": (
        '<row r="1"><c r="A1"><f t="shared" ref="A1:B1" si="0">C1</f></c><c r="B1"/></row>',
        [put("A1", 2)],
        '<row r="1"><c r="A1"><v>2</v></c><c r="B1"/></row>',
    ),
    "a shared formula with all its members": (
        (
            '<row r="1"><c r="A1"><f t="shared" ref="A1:B1" si="0">C1</f></c><c r="B1">'
            '<f t="shared" si="0"/></c></row>'
        ),
        [put("A1", 2), put("B1", 3)],
        '<row r="1"><c r="A1"><v>2</v></c><c r="B1"><v>3</v></c></row>',
    ),
}


@pytest.mark.parametrize(("rows", "edits", "expected"), SPLICES.values(), ids=SPLICES.keys())
def test_cells_are_spliced(tmp_path: Path, rows: str, edits: list[SetCell], expected: str) -> None:
    texts = {"xl/sharedStrings.xml": f'<sst xmlns="{MAIN}"><si><t>Løn</t></si></sst>'}
    target = patched(build(tmp_path / "a.xlsx", data(rows), parts=texts), edits)
    assert inside(target) == data(expected)
    openpyxl.load_workbook(target)


@pytest.mark.parametrize(
    ("sheet", "expected"),
    [
        (
            "<sheetData/>",
            '<sheetData><row r="2"><c r="A2"><v>1</v></c><c r="C2"><v>2</v></c></row></sheetData>',
        ),
        (
            '<sheetData x="1" ></sheetData>',
            '<sheetData x="1" ><row r="2"><c r="A2"><v>1</v></c><c r="C2"><v>2</v></c></row></sheetData>',
        ),
        (
            '<dimension ref="B3:B4"/><cols><col min="1" max="2" style="2"/></cols><sheetData/>',
            (
                '<dimension ref="A2:C4"/><cols><col min="1" max="2" style="2"/></cols><sheetData>'
                '<row r="2"><c r="A2" s="2"><v>1</v></c><c r="C2"><v>2</v></c></row></sheetData>'
            ),
        ),
    ],
)
def test_an_empty_sheet_is_filled(tmp_path: Path, sheet: str, expected: str) -> None:
    target = patched(build(tmp_path / "a.xlsx", sheet), [put("C2", 2), put("A2", 1)])
    assert inside(target) == expected


def test_prefixed_elements_get_prefixed_children(tmp_path: Path) -> None:
    sheet = (
        f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData><x:row r="1"><x:c r="A1"/>'
        f"</x:row></x:sheetData></x:worksheet>"
    )
    edits = [put("A1", 1, "=B1"), put("B1", "t"), put("A2", 2)]
    target = patched(build(tmp_path / "a.xlsx", sheet), edits)
    assert inside(target) == (
        '<x:sheetData><x:row r="1"><x:c r="A1"><x:f>B1</x:f><x:v>1</x:v></x:c>'
        '<x:c r="B1" t="inlineStr"><x:is><x:t>t</x:t></x:is></x:c></x:row>'
        '<x:row r="2"><x:c r="A2"><x:v>2</x:v></x:c></x:row></x:sheetData>'
    )


def test_strict_workbook(tmp_path: Path) -> None:
    source = build(tmp_path / "a.xlsx", "<sheetData/>", namespace=STRICT, r=STRICT_R)
    target = patched(source, [put("A1", 1, "=1")])
    assert '<calcPr fullCalcOnLoad="1"/>' in part(target, "xl/workbook.xml")


@pytest.mark.parametrize(
    "head", ["\ufeff", '\ufeff<?xml version="1.0"?>', "<?xml version='1.0' encoding='UTF-8'?>\r\n"]
)
def test_what_stands_before_the_root_is_kept(tmp_path: Path, head: str) -> None:
    rows = data('<row r="1"><c r="A1" t="str"><v>Ærø</v></c></row>')
    sheet = f'{head}<worksheet xmlns="{MAIN}">{rows}</worksheet>'
    target = patched(build(tmp_path / "a.xlsx", sheet.encode()), [put("B1", "Løn €")])
    assert part(target).startswith(head)
    assert inside(target) == rows.replace("</row>", '<c r="B1" t="inlineStr"><is><t>Løn €</t></is></c></row>')


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("1234.50", "1234.5"),
        ("1E+3", "1000"),
        ("-0.0", "0"),
        ("0.1", "0.1"),
        ("-12300000", "-12300000"),
        ("1E-300", "1E-300"),
        ("0.333333333333333333333333", "0.3333333333333333"),
        ("123456789012345678901", "123456789012345680000"),
    ],
)
def test_numbers_are_short_and_plain(tmp_path: Path, value: str, text: str) -> None:
    target = patched(build(tmp_path / "a.xlsx", "<sheetData/>"), [put("A1", Decimal(value))])
    assert f"<v>{text}</v>" in part(target)


# ------------------------------------------------------------------------------------- refusals

MERGED = data('<row r="1"><c r="A1"/><c r="B1"/></row>') + '<mergeCells><mergeCell ref="A1:B2"/></mergeCells>'
REFUSALS: dict[str, tuple[str, Edit, str]] = {
    "merged": (MERGED, put("B2", 1), "merged-cell"),
    "merged, format": (MERGED, give("B1", "0"), "merged-cell"),
    "shared master": (
        data(
            '<row r="1"><c r="A1"><f t="shared" ref="A1:B1" si="0">C1</f></c><c r="B1">'
            '<f t="shared" si="0"/></c></row>'
        ),
        put("A1", 1),
        "shared-formula",
    ),
    "shared master without ref": (
        data(
            '<row r="1"><c r="A1"><f t="shared" si="0">C1</f></c><c r="B1"><f t="shared" si="0"/></c></row>'
        ),
        put("A1", 1),
        "shared-formula",
    ),
    "array": (
        data('<row r="1"><c r="A1"><f t="array" ref="A1:A3">B1:B3</f></c></row>'),
        put("A3", 1),
        "array-formula",
    ),
    "array of one": (
        data('<row r="1"><c r="A1"><f t="array" ref="A1">B1</f></c></row>'),
        put("A1", 1),
        "array-formula",
    ),
    "data table": (
        data('<row r="1"><c r="A1"><f t="dataTable" ref="A1:B3" r1="D1"/></c></row>'),
        put("B2", 1),
        "data-table",
    ),
    "unknown sheet": ("<sheetData/>", SetCell("Drift", Cell(1, 1), Decimal(1)), "unknown-sheet"),
    "rows out of order": (data('<row r="2"/><row r="1"/>'), put("A1", 1), "unusual-sheet"),
    "a row twice": (data('<row r="2"/><row r="2"/>'), put("A1", 1), "unusual-sheet"),
    "cells out of order": (data('<row r="1"><c r="B1"/><c r="A1"/></row>'), put("A1", 1), "unusual-sheet"),
    "a cell of another row": (data('<row r="1"><c r="A5"/></row>'), put("A1", 1), "unusual-sheet"),
    "row 0": (data('<row r="0"/>'), put("A1", 1), "unusual-sheet"),
    "no sheet data": ("<cols/>", put("A1", 1), "unusual-sheet"),
    "doctype": (
        f'<!DOCTYPE worksheet><worksheet xmlns="{MAIN}"><sheetData/></worksheet>',
        put("A1", 1),
        "doctype",
    ),
    "broken": (f'<worksheet xmlns="{MAIN}"><sheetData>', put("A1", 1), "broken-xml"),
    "chart sheet by its root": (f'<chartsheet xmlns="{MAIN}"/>', put("A1", 1), "not-a-worksheet"),
    "control character": ("<sheetData/>", put("A1", "a\x07"), "illegal-character"),
    "lone surrogate": ("<sheetData/>", put("A1", "a\ud800"), "illegal-character"),
    "long text": ("<sheetData/>", put("A1", "x" * 32_768), "text-too-long"),
    "long text in UTF-16": ("<sheetData/>", put("A1", "😀" * 16_384), "text-too-long"),
    "long formula": ("<sheetData/>", put("A1", 1, "=" + "1+" * 4096 + "1"), "formula-too-long"),
    "empty formula": ("<sheetData/>", put("A1", 1, "= "), "empty-formula"),
    "no number": ("<sheetData/>", put("A1", Decimal("NaN")), "not-a-number"),
    "too large a number": ("<sheetData/>", put("A1", Decimal("1E+400")), "not-a-number"),
    "no number format": ("<sheetData/>", give("A1", ""), "bad-number-format"),
    "a style that is not there": (
        data('<row r="1"><c r="A1" s="99"/></row>'),
        give("A1", "0"),
        "broken-styles",
    ),
    "far out": (data('<row r="1"><c r="A1"/></row>'), put("XFD1048576", 1), "sheet-too-large"),
}


@pytest.mark.parametrize(("sheet", "edit", "reason"), REFUSALS.values(), ids=REFUSALS.keys())
def test_refused(tmp_path: Path, sheet: str, edit: Edit, reason: str) -> None:
    assert refusal(build(tmp_path / "a.xlsx", sheet), edit) == reason


def refusal(source: Path, *edits: Edit) -> str:
    """The reason of a refusal, which leaves nothing behind."""
    target = source.parent / "new" / "a.xlsx"
    with pytest.raises(WriteRefused) as refused:
        apply_edits(source, edits, target)
    assert not target.parent.exists() or not list(target.parent.iterdir())
    return refused.value.reason


def test_format_of_array_and_shared_cells_may_change(tmp_path: Path) -> None:
    rows = '<row r="1"><c r="A1"><f t="array" ref="A1:B1">C1:D1</f><v>1</v></c><c r="B1"><v>2</v></c></row>'
    target = patched(build(tmp_path / "a.xlsx", data(rows)), [give("A1", "0%")], styles=True)
    assert inside(target) == data(rows.replace('<c r="A1">', '<c r="A1" s="3">'))


def test_chart_sheet_is_refused(tmp_path: Path) -> None:
    source = build(tmp_path / "a.xlsx", f'<chartsheet xmlns="{MAIN}"/>', kind="chartsheet")
    assert refusal(source, put("A1", 1)) == "not-a-worksheet"


def test_signed_package_is_refused(tmp_path: Path) -> None:
    source = build(tmp_path / "a.xlsx", "<sheetData/>", parts={"_xmlsignatures/origin.sigs": ""})
    assert refusal(source, put("A1", 1)) == "signed"


@pytest.mark.parametrize("codec", ["utf-16", "iso-8859-1", "us-ascii", "ebcdic-cp-us"])
def test_other_encodings_are_refused(tmp_path: Path, codec: str) -> None:
    sheet = f'<?xml version="1.0" encoding="{codec}"?><worksheet xmlns="{MAIN}"><sheetData/></worksheet>'
    source = build(tmp_path / "a.xlsx", sheet.encode("utf-16" if codec == "utf-16" else "ascii"))
    assert refusal(source, put("A1", 1)) == "part-encoding"


def test_number_format_without_styles_is_refused(tmp_path: Path) -> None:
    assert refusal(build(tmp_path / "a.xlsx", "<sheetData/>", styles=None), give("A1", "0")) == "no-styles"


@pytest.mark.parametrize(("kind", "at"), [("table", "table-heading"), ("pivotTable", "pivot-table")])
def test_cells_of_tables_and_pivots_are_refused(tmp_path: Path, kind: str, at: str) -> None:
    inside_ = f'<table xmlns="{MAIN}" ref="A1:B3"/>'
    if kind == "pivotTable":
        inside_ = f'<pivotTableDefinition xmlns="{MAIN}"><location ref="A1:B3"/></pivotTableDefinition>'
    source = build(
        tmp_path / "a.xlsx",
        "<sheetData/>",
        parts={"xl/bound/one.xml": inside_},
        sheet_relations=f'<Relationship Id="r1" Type="{R}/{kind}" Target="../bound/one.xml"/>',
    )
    assert refusal(source, put("B1", 1)) == at
    if kind == "table":
        patched(source, [put("B2", 1)])


def test_one_of_two_parts_of_a_name_is_refused(tmp_path: Path) -> None:
    source = build(tmp_path / "a.xlsx", "<sheetData/>")
    with pytest.warns(UserWarning), zipfile.ZipFile(source, "a") as package:
        package.writestr("xl/worksheets/sheet1.xml", "<worksheet/>")
    assert refusal(source, put("A1", 1)) == "ambiguous-part"


def test_no_workbook_at_all(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(b"\xd0\xcf\x11\xe0 encrypted")
    assert refusal(tmp_path / "a.xlsx", put("A1", 1)) == "broken-package"
    with pytest.raises(FileNotFoundError):
        apply_edits(tmp_path / "gone.xlsx", [], tmp_path / "b.xlsx")


# --------------------------------------------------------------------------- parts found and changed


@pytest.mark.parametrize(
    ("book", "written", "stored"),
    [
        ("xl/workbook.xml", "/xl/worksheets/sheet1.xml", "xl/worksheets/sheet1.xml"),
        ("inner/deep/book.xml", "worksheets/sheet1.xml", "inner/deep/worksheets/sheet1.xml"),
        ("inner/deep/book.xml", "./x/../Ark%201.xml", "inner/deep/ark 1.xml"),
        ("inner/book.xml", "..\\Else\\one.xml", "else\\one.xml"),
    ],
)
def test_parts_are_found_by_relationships(tmp_path: Path, book: str, written: str, stored: str) -> None:
    source = build(tmp_path / "a.xlsx", "<sheetData/>", book=book, sheet_target=written, sheet_part=stored)
    target = patched(source, [put("A1", 1, "=1")])
    assert 'fullCalcOnLoad="1"' in part(target, book)
    assert "<f>1</f>" in part(target, stored)


def test_extensions_of_a_cell_are_kept(tmp_path: Path) -> None:
    """calamine reads no such cell, so the workbook part has a name under which it does not look."""
    rows = '<row r="1"><c r="A1" t="s"><v>1</v><extLst><ext uri="u"/></extLst></c></row>'
    target = patched(build(tmp_path / "a.xlsx", data(rows), book="xl/book.xml"), [put("A1", 2)])
    assert inside(target) == data(rows.replace(' t="s"', "").replace("1</v>", "2</v>"))


@pytest.mark.parametrize(
    ("calc", "expected"),
    [
        ("", '</sheets><calcPr fullCalcOnLoad="1"/><extLst/>'),
        ("<definedNames/><oleSize/>", '<definedNames/><calcPr fullCalcOnLoad="1"/><oleSize/>'),
        ('<calcPr calcId="191029"/>', '<calcPr calcId="191029" fullCalcOnLoad="1"/>'),
        ('<calcPr fullCalcOnLoad="0" calcId="1" />', '<calcPr fullCalcOnLoad="1" calcId="1" />'),
        ('<calcPr fullCalcOnLoad="true"></calcPr>', '<calcPr fullCalcOnLoad="true"></calcPr>'),
    ],
)
def test_a_formula_has_excel_calculate(tmp_path: Path, calc: str, expected: str) -> None:
    target = patched(build(tmp_path / "a.xlsx", "<sheetData/>", calc=calc), [put("A1", 1, "=1")])
    assert expected in part(target, "xl/workbook.xml")


def test_a_value_has_excel_calculate_only_where_something_is_calculated(tmp_path: Path) -> None:
    plain = build(tmp_path / "a.xlsx", "<sheetData/>")
    assert "calcPr" not in part(patched(plain, [put("A1", 1)]), "xl/workbook.xml")
    (tmp_path / "x").mkdir()
    rows = '<row r="1"><c r="A1"><f>B1</f><v>1</v></c></row>'
    assert "calcPr" in part(
        patched(build(tmp_path / "x" / "a.xlsx", data(rows)), [put("B1", 2)]), "xl/workbook.xml"
    )


FORMULAS = data('<row r="1"><c r="A1"><f>C1</f></c><c r="B1"><f>C1</f></c><c r="C1"><v>1</v></c></row>')
CHAIN = {
    "relations": f'<Relationship Id="r9" Type="{R}/calcChain" Target="calcChain.xml"/>',
    "overrides": f'<Override PartName="/xl/calcChain.xml" ContentType="{SHEET_TYPE}.calcChain+xml"/>',
}


def with_chain(path: Path, entries: str) -> Path:
    chain = f'<calcChain xmlns="{MAIN}">{entries}</calcChain>'
    return build(
        path,
        FORMULAS,
        relations=CHAIN["relations"],
        overrides=CHAIN["overrides"],
        parts={"xl/calcChain.xml": chain},
    )


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ('<c r="A1" i="7" l="1"/><c r="B1" i="7"/>', '<c r="B1" i="7"/>'),
        ('<c r="A1" i="7"/><c r="B1"/>', '<c r="B1" i="7"/>'),
        ('<c r="A1" i="3"/><c r="B1" i="7"/><c r="A1"/>', '<c r="A1" i="3"/><c r="B1" i="7"/>'),
        (
            '<c r="A1" i="3"/><c r="A1" i="7"/><c r="B1"/><c r="C9"/>',
            '<c r="A1" i="3"/><c r="B1" i="7"/><c r="C9"/>',
        ),
    ],
)
def test_a_lost_formula_leaves_the_chain(tmp_path: Path, entries: str, expected: str) -> None:
    target = patched(with_chain(tmp_path / "a.xlsx", entries), [put("A1", 1)])
    assert f">{expected}</calcChain>" in part(target, "xl/calcChain.xml")


def test_an_empty_chain_is_taken_out(tmp_path: Path) -> None:
    source = with_chain(tmp_path / "a.xlsx", '<c r="A1" i="7"/><c r="B1"/>')
    target = patched(source, [put("A1", 1), put("B1", "")])
    with Package(target) as package:
        assert package.find("xl/calcChain.xml") is None
        assert {r.kind for r in package.related("xl/workbook.xml")} == {"worksheet", "styles"}
    assert "calcChain" not in part(target, "[Content_Types].xml")


def test_another_formula_stays_in_the_chain(tmp_path: Path) -> None:
    target = patched(
        with_chain(tmp_path / "a.xlsx", '<c r="A1" i="7"/>'),
        [put("A1", 1, "=2"), give("B1", "0")],
        styles=True,
    )
    assert '<c r="A1" i="7"/>' in part(target, "xl/calcChain.xml")


def test_number_formats_are_added_once(tmp_path: Path) -> None:
    rows = '<row r="1"><c r="A1" s="1"><v>1</v></c><c r="B1"><v>1</v></c><c r="C1"><v>1</v></c></row>'
    edits: list[Edit] = [
        give("A1", "#,##0.00"),
        give("B1", '0.0 "kr. & øre"'),
        give("C1", '0.0 "kr. & øre"'),
        give("D1", "#,##0"),
        put("D1", 4),
        give("E1", "@"),
    ]
    target = patched(build(tmp_path / "a.xlsx", data(rows)), edits, styles=True)
    assert inside(target) == data(
        '<row r="1"><c r="A1" s="3"><v>1</v></c><c r="B1" s="4"><v>1</v></c><c r="C1" s="4"><v>1</v></c>'
        '<c r="D1" s="2"><v>4</v></c><c r="E1" s="5"/></row>'
    )
    styles = part(target, "xl/styles.xml")
    assert (
        '<numFmts count="1">'
        '<numFmt numFmtId="164" formatCode="0.0 &quot;kr. &amp; øre&quot;"/></numFmts><fonts' in styles
    )
    assert (
        '<cellXfs count="6">' in styles
        and '<xf numFmtId="4" fontId="0" applyNumberFormat="1"><alignment wrapText="1"/></xf>'
        '<xf numFmtId="164" fontId="0" applyNumberFormat="1"/>'
        '<xf numFmtId="49" fontId="0" applyNumberFormat="1"/></cellXfs>'
        in styles
    )
    again = tmp_path / "b" / "again.xlsx"
    apply_edits(target, edits, again)
    assert_only_changed(target, again, set())


def test_number_formats_the_workbook_has_are_used(tmp_path: Path) -> None:
    codes = (
        '<numFmts count="2"><numFmt numFmtId="3" formatCode="0.000"/>'
        '<numFmt numFmtId="170" formatCode="0.0"/></numFmts>'
    )
    styles = STYLES.replace("<fonts", codes + "<fonts", 1)
    source = build(tmp_path / "a.xlsx", "<sheetData/>", styles=styles)
    target = patched(source, [give("A1", "0.0"), give("B1", "#,##0"), give("C1", "0.0000")], styles=True)
    text = part(target, "xl/styles.xml")
    assert '<xf numFmtId="170" fontId="0" applyNumberFormat="1"/>' in text
    # Id 3 means something else here, so the built-in format becomes one of its own.
    assert (
        '<numFmt numFmtId="171" formatCode="#,##0"/><numFmt numFmtId="172" formatCode="0.0000"/></numFmts>'
        in text
    )
    assert '<numFmts count="4">' in text


def test_other_readers_see_the_values(tmp_path: Path) -> None:
    edits: list[Edit] = [
        put("A1", Decimal("12.5"), "=A2*2"),
        put("B1", " æ\n_x000D_ "),
        give("A1", "0.0"),
        put("A2", Decimal("6.25")),
    ]
    target = patched(build(tmp_path / "a.xlsx", "<sheetData/>"), edits, styles=True)
    assert CalamineWorkbook.from_path(str(target)).get_sheet_by_index(0).to_python()[0] == [
        12.5,
        " æ\n_x000D_ ",
    ]
    sheet = openpyxl.load_workbook(target)["Løn"]
    assert sheet["A1"].value == "=A2*2" and sheet["A1"].number_format == "0.0"


def test_read_back_tells_what_differs(tmp_path: Path) -> None:
    target = patched(
        build(tmp_path / "a.xlsx", "<sheetData/>"), [put("A1", 1, "=1+0"), give("A1", "0%")], styles=True
    )
    there = target.read_bytes()
    verify(there, there, [put("A1", 1, "=1+0"), give("A1", "0%")])
    wrong: list[Edit] = [
        put("A1", 2, "=1+0"),
        put("A1", 1),
        put("B1", 1),
        give("A1", "0"),
        put("A1", "1", "=1+0"),
    ]
    wrong[-1] = SetCell("Løn", Cell(1, 1), "1", "=1+0")
    for edit in wrong:
        with pytest.raises(WriteRefused, match="not-verified"):
            verify(there, there, [edit])
    with pytest.raises(WriteRefused, match="not-verified"):
        verify(there, there, [SetCell("Drift", Cell(1, 1), Decimal(1))])


def test_a_failed_read_back_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("budget_tools.books.patch.cells.shortest", lambda value, at: "4")
    source = build(tmp_path / "a.xlsx", "<sheetData/>")
    assert refusal(source, put("A1", 5)) == "not-verified"


def test_a_damaged_part_elsewhere_is_not_passed_on(tmp_path: Path) -> None:
    source = build(tmp_path / "a.xlsx", "<sheetData/>")
    raw = source.read_bytes()
    assert b"kept raw" in raw
    source.write_bytes(raw.replace(b"kept raw", b"kept row", 1))
    assert refusal(source, put("A1", 5)) == "not-verified"


# ------------------------------------------------------------------------------------------- zip


class Stream(io.RawIOBase):
    """A file that cannot seek: zipfile then writes descriptors behind the parts."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        return self.file.write(data)


def test_zip_forms_are_kept(tmp_path: Path) -> None:
    """Data descriptors, zip64 records, extra fields, a comment, folders and a prefix of the archive."""
    built = build(tmp_path / "built.xlsx", "<sheetData/>")
    source = tmp_path / "x" / "a.xlsx"
    source.parent.mkdir()
    with (
        source.open("wb") as file,
        zipfile.ZipFile(built) as old,
        zipfile.ZipFile(cast(IO[bytes], Stream(file)), "w", zipfile.ZIP_DEFLATED) as new,
    ):
        new.comment = b"from a system"
        new.writestr(zipfile.ZipInfo("xl/"), "")
        for i, name in enumerate(old.namelist()):
            info = zipfile.ZipInfo(name, (2020, 1, 2, 3, 4, 6))
            info.compress_type = zipfile.ZIP_DEFLATED
            info.extra = struct.pack("<2H4s", 0xA220, 4, b"pad!") if i % 2 else b""
            with new.open(info, "w", force_zip64=i % 3 == 0) as member:
                member.write(old.read(name))
    target = patched(source, [put("A1", 1, "=1")])
    with zipfile.ZipFile(target) as package:
        assert package.comment == b"from a system"
        assert {info.flag_bits & 8 for info in package.infolist()} == {0, 8}
    raw = target.read_bytes()
    assert raw.count(b"PK\x07\x08") == source.read_bytes().count(b"PK\x07\x08") - 2
    prefixed = tmp_path / "y" / "b.xlsx"
    prefixed.parent.mkdir()
    prefixed.write_bytes(b"MZ something" + source.read_bytes())
    patched(prefixed, [put("A1", 1)])


def test_no_edits_give_the_same_bytes(tmp_path: Path) -> None:
    source = build(tmp_path / "a.xlsx", "<sheetData/>")
    assert patched(source, []).read_bytes() == source.read_bytes()


def test_the_comparison_sees_other_changes(tmp_path: Path) -> None:
    source = build(tmp_path / "a.xlsx", data('<row r="1"><c r="A1"><v>1</v></c><c r="B1"><v>2</v></c></row>'))
    target = patched(source, [put("A1", 9)])
    for changed in (set(), {"Løn!B1"}):
        with pytest.raises(AssertionError):
            assert_only_changed(source, target, changed)
    packed = tmp_path / "packed.xlsx"
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
    with pytest.raises(AssertionError, match="packed again"):
        assert_only_changed(source, packed, set())


# ---------------------------------------------------------------------------------------- corpus


def corpus() -> list[Path]:
    folder = os.environ.get("BUDGET_TOOLS_CORPUS")
    if not folder:
        pytest.skip("BUDGET_TOOLS_CORPUS is not set")
    return sorted(p for p in Path(folder).rglob("*") if p.suffix in (".xlsx", ".xlsm") and p.is_file())


def first_sheet(source: Path) -> tuple[str, Cell]:
    """The first worksheet as calamine sees it, and a cell beyond what is used and merged."""
    book = CalamineWorkbook.from_path(str(source))
    name = next(s.name for s in book.sheets_metadata if str(s.typ).endswith("WorkSheet"))
    sheet = book.get_sheet_by_name(name)
    row, column = sheet.end or (0, 0)
    for _, (bottom, right) in sheet.merged_cell_ranges or []:
        row, column = max(row, bottom), max(column, right)
    return name, Cell(min(row + 3, 1_048_576), min(column + 2, 16_384))


def test_real_workbooks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A total and its format go into every real workbook that opens, and nothing else changes."""
    seen: Counter[str] = Counter()
    target = tmp_path / "new.xlsx"
    for source in corpus():
        try:
            name, cell = first_sheet(source)
        except CalamineError:
            seen["does not open"] += 1
            continue
        formula = [SetCell(name, cell, Decimal("1234.5"), "=SUM(1000,234.5)")]
        tries: list[tuple[str, Sequence[Edit]]] = [
            ("formula", formula),
            (
                "format",
                [*formula, SetNumberFormat(name, cell, "#,##0.0##"), SetCell(name, Cell(1, 1), " Ø & <1> ")],
            ),
        ]
        for label, edits in tries:
            try:
                apply_edits(source, edits, target)
            except WriteRefused as refused:
                seen[f"{label} refused: {refused.reason}"] += 1
                continue
            changed = {f"{e.sheet}!{e.cell}" for e in edits}
            assert_only_changed(source, target, changed, styles=label == "format")
            seen[f"{label} patched"] += 1
    with capsys.disabled():
        print("\n" + "\n".join(f"{count:5} {what}" for what, count in sorted(seen.items())))
    tried = sum(count for what, count in seen.items() if what.startswith("formula"))
    assert seen["formula patched"] > 0.9 * tried > 0


def test_emptied_formulas_of_real_workbooks(tmp_path: Path) -> None:
    """Typing over formulas of real workbooks keeps the calculation chain in step."""
    target = tmp_path / "new.xlsx"
    done = 0
    for source in corpus():
        try:
            with zipfile.ZipFile(source) as package:
                workbook = package_parts.target(package, "", "/officeDocument")
                sheets = package_parts.sheets(package, workbook or "")
                cells = {
                    name: re.findall(r'<c r="([A-Z]+[0-9]+)"[^>]*><f', package.read(where).decode())
                    for name, (where, _) in sheets.items()
                }
        except (zipfile.BadZipFile, KeyError, ET.ParseError):
            continue
        for name, found in list(cells.items())[:3]:
            for taken in (found[:6], found[-1:]):
                typed = [SetCell(name, parse_cell(at), Decimal(7)) for at in taken]
                try:
                    apply_edits(source, typed, target)
                except WriteRefused:
                    continue
                assert_only_changed(source, target, {f"{e.sheet}!{e.cell}" for e in typed})
                done += bool(typed)
    assert done
