"""Workbook packages written by hand, for what no library writes."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATIONSHIPS = "http://schemas.openxmlformats.org/package/2006/relationships"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"

STYLES = (
    f'<styleSheet xmlns="{MAIN}"><fonts count="1"><font/></fonts><fills count="1"><fill/></fills>'
    '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="3"><xf numFmtId="0"/><xf numFmtId="3"/><xf numFmtId="9"/></cellXfs></styleSheet>'
)


def worksheet(rows: str = "", *, before: str = "", after: str = "") -> str:
    """A sheet's XML around its rows."""
    return f'<worksheet xmlns="{MAIN}">{before}<sheetData>{rows}</sheetData>{after}</worksheet>'


def rows_of(cells: Iterable[Any], first: int = 1) -> str:
    """Rows of inline texts, numbers and, as text that begins with ``<``, cells given as XML."""
    drawn = []
    for row, values in enumerate(cells, first):
        inside = ""
        for letter, value in zip("ABCDEFGHIJ", values, strict=False):
            if isinstance(value, str) and value.startswith("<"):
                inside += f'<c r="{letter}{row}">{value}</c>'
            elif isinstance(value, str) and value:
                inside += f'<c r="{letter}{row}" t="inlineStr"><is><t>{value}</t></is></c>'
            elif value != "":
                inside += f'<c r="{letter}{row}"><v>{value}</v></c>'
        drawn.append(f'<row r="{row}">{inside}</row>')
    return "".join(drawn)


def parts_of(sheets: Mapping[str, str | bytes], *, calc: str = "") -> dict[str, str | bytes]:
    """The parts of a workbook whose sheets are given as XML."""

    def relationships(inside: str) -> str:
        return f'<Relationships xmlns="{RELATIONSHIPS}">{inside}</Relationships>'

    names = [f"sheet{number}.xml" for number in range(1, len(sheets) + 1)]
    return {
        "[Content_Types].xml": f'<Types xmlns="{TYPES}">'
        '<Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{KIND}.sheet.main+xml"/>'
        + "".join(
            f'<Override PartName="/xl/worksheets/{name}" ContentType="{KIND}.worksheet+xml"/>'
            for name in names
        )
        + "</Types>",
        "_rels/.rels": relationships(
            f'<Relationship Id="r1" Type="{R}/officeDocument" Target="xl/workbook.xml"/>'
        ),
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{R}"><sheets>'
        + "".join(
            f'<sheet name={quoteattr(name)} sheetId="{number}" r:id="s{number}"/>'
            for number, name in enumerate(sheets, 1)
        )
        + f"</sheets>{calc}</workbook>",
        "xl/_rels/workbook.xml.rels": relationships(
            f'<Relationship Id="styles" Type="{R}/styles" Target="styles.xml"/>'
            + "".join(
                f'<Relationship Id="s{number}" Type="{R}/worksheet" Target="worksheets/{name}"/>'
                for number, name in enumerate(names, 1)
            )
        ),
        "xl/styles.xml": STYLES,
        **{f"xl/worksheets/{name}": xml for name, xml in zip(names, sheets.values(), strict=True)},
    }


def with_strings(parts: dict[str, str | bytes], strings: str | bytes) -> dict[str, str | bytes]:
    """The parts with a part of shared texts."""
    relations = str(parts["xl/_rels/workbook.xml.rels"])
    link = f'<Relationship Id="texts" Type="{R}/sharedStrings" Target="sharedStrings.xml"/></Relationships>'
    return parts | {
        "xl/_rels/workbook.xml.rels": relations.replace("</Relationships>", link),
        "xl/sharedStrings.xml": strings,
    }


def pack(path: Path, parts: Mapping[str, str | bytes]) -> Path:
    """A zip of the parts."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return path


def write(path: Path, sheets: Mapping[str, str | bytes]) -> Path:
    """A workbook whose sheets are given as XML."""
    return pack(path, parts_of(sheets))
