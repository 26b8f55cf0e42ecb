"""Rows put into the sheets that XlsxWriter made: as many as there are, in little memory.

XlsxWriter sets up the workbook, its sheets and looks. Of rows it keeps every cell and takes long over each,
and a report may have a million: so they are written here, one after the other, as the text they are in the
file. A text is a text whatever stands in it: it is never looked at as a formula or a link.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import BinaryIO, NamedTuple

from ...model.address import column_letters
from .telling import attribute, element, local, tidy

LONGEST_TEXT = 32_767
MOST_LINKS = 65_530  # on a sheet: Excel repairs a file that has more
MOST_LINES = 20
LINE = 15.0  # points

_CHUNK = 1 << 16
_DAY_0 = date(1899, 12, 30).toordinal()
_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_STYLE = re.compile(r'<c r="[A-Z]+\d+" s="(\d+)"/>')
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_HYPERLINK = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"

Content = str | int | date | None


class Link(NamedTuple):
    """What a cell leads to: the address of a workbook, and the place in it."""

    address: str
    place: str


class Row(NamedTuple):
    """A row: of each cell its content and the name of its look, and the one cell that leads somewhere."""

    cells: Sequence[tuple[Content, str]]
    linked: int = 0
    link: Link | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is to be put into a sheet: rows from a row on (1-based), and how wide its columns are."""

    first: int
    widths: Sequence[float]
    rows: Iterable[Row]


def legend_of(sheet_xml: bytes, row: int, looks: Sequence[str]) -> Mapping[str, int]:
    """The numbers of looks, from a row of empty cells that has one of each."""
    start = sheet_xml.index(b'<row r="%d"' % row)
    text = sheet_xml[start : sheet_xml.index(b"</row>", start)].decode()
    return dict(zip(looks, map(int, _STYLE.findall(text)), strict=True))


def put(
    made: io.BytesIO, target: BinaryIO, sheets: Sequence[Sheet], looks: Sequence[str], legend: int
) -> None:
    """The workbook ``made`` with rows in its sheets; row ``legend`` of the first shows every look."""
    with (
        zipfile.ZipFile(made) as old,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new,
    ):
        names = [f"xl/worksheets/sheet{number}.xml" for number in range(1, len(sheets) + 1)]
        numbers = legend_of(old.read(names[0]), legend, looks)
        for info in old.infolist():
            if info.filename not in names:
                new.writestr(_like(info), old.read(info))
        for name, sheet in zip(names, sheets, strict=True):
            _put(new, old.getinfo(name), old.read(name).decode("utf-8"), sheet, numbers)


def _put(
    package: zipfile.ZipFile, info: zipfile.ZipInfo, xml: str, sheet: Sheet, looks: Mapping[str, int]
) -> None:
    """One sheet, and the part that says where its links lead."""
    start = xml.find(f'<row r="{sheet.first}"')
    end = xml.index("</sheetData>")
    head, tail = xml[: start if start >= 0 else end], xml[end:]
    before, _, after = tail.partition("<printOptions" if "<printOptions" in tail else "<pageMargins")
    opening = tail[len(before) : len(tail) - len(after)]
    links: list[str] = []
    addresses: dict[str, str] = {}
    with package.open(_like(info), "w") as part:
        part.write(head.encode("utf-8"))
        letters = [column_letters(column) for column in range(1, len(sheet.widths) + 1)]
        waiting: list[str] = []
        size = 0
        for number, row in enumerate(sheet.rows, sheet.first):
            linked = -1
            if row.link is not None and len(links) < MOST_LINKS:
                linked = row.linked
                id_ = addresses.setdefault(row.link.address, f"rId{len(addresses) + 1}")
                at = f"{letters[linked]}{number}"
                where = f" location={attribute(row.link.place)}" if row.link.place else ""
                links.append(f'<hyperlink ref="{at}" r:id="{id_}"{where}/>')
            text = _row(number, row.cells, linked, sheet.widths, looks)
            waiting.append(text)
            size += len(text)
            if size > _CHUNK:
                part.write("".join(waiting).encode("utf-8"))
                waiting, size = [], 0
        part.write("".join([*waiting, before]).encode("utf-8"))
        if links:
            part.write(f"<hyperlinks>{''.join(links)}</hyperlinks>".encode())
        part.write(f"{opening}{after}".encode())
    if links:
        folder, _, name = info.filename.rpartition("/")
        relations = "".join(
            f'<Relationship Id="{id_}" Type="{_HYPERLINK}" Target={attribute(address)}'
            ' TargetMode="External"/>'
            for address, id_ in addresses.items()
        )
        package.writestr(
            _like(info, f"{folder}/_rels/{name}.rels"),
            '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
            f'<Relationships xmlns="{_RELATIONS}">{relations}</Relationships>',
        )


def _like(info: zipfile.ZipInfo, name: str = "") -> zipfile.ZipInfo:
    """A part of the new workbook, dated as the old one's: the same night makes the same bytes."""
    made = zipfile.ZipInfo(name or info.filename, info.date_time)
    made.compress_type = zipfile.ZIP_DEFLATED
    made.external_attr = info.external_attr
    return made


def _row(
    number: int,
    cells: Sequence[tuple[Content, str]],
    linked: int,
    widths: Sequence[float],
    looks: Mapping[str, int],
) -> str:
    """A row in the form of the file, about as high as all its text: only Excel works that out by itself.

    All cells are there, so that none need say where it stands.
    """
    parts = []
    lines = 1.0
    for (content, look), width in zip(cells, widths, strict=False):
        parts.append(_cell(content, looks[look]))
        if type(content) is str and len(content) > width:
            lines = max(lines, len(content) // (width * 0.92) + 1)
    if linked >= 0:
        parts[linked] = _cell(cells[linked][0], looks["link"])
    height = min(lines, MOST_LINES) * LINE
    return f'<row r="{number}" ht="{height:g}" customHeight="1">{"".join(parts)}</row>'


@lru_cache(maxsize=16_384)
def _cell(content: Content, style: int) -> str:
    """A cell in the form of the file: most contents stand in many rows."""
    if content is None or content == "":
        return f'<c s="{style}"/>'
    if isinstance(content, str):
        text = element(_ESCAPED.sub("_x005F_", fitting(content)))
        return f'<c s="{style}" t="inlineStr"><is><t>{text}</t></is></c>'
    number = content if isinstance(content, int) else _day(content)
    return f'<c s="{style}"><v>{number}</v></c>'


def fitting(text: str) -> str:
    """Text that a cell of Excel can hold."""
    text = tidy(text)
    if len(text) > LONGEST_TEXT // 2 and units(text) > LONGEST_TEXT:
        most = LONGEST_TEXT if len(text) == units(text) else LONGEST_TEXT // 2
        text = text[: most - 1] + "…"
    return text


def units(text: str) -> int:
    """How long a text is as Excel counts it."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _day(day: date) -> int:
    if isinstance(day, datetime):
        day = local(day).date()
    return day.toordinal() - _DAY_0
