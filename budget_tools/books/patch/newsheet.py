"""The XML of a sheet that is added, drawn and set up for print."""

from __future__ import annotations

import textwrap
from decimal import Decimal

from ...model.address import Cell, column_letters
from ...model.edit import AddSheet, SetCell
from ..package import escape, filled
from .cells import content_of
from .styles import Styles

_LINE = 15.0  # points of a line of text
_HIGHEST = 409.0  # that Excel can show
_LETTERS = 1.12  # of common text for one of the figures that the width of a column is counted in


def sheet_xml(sheet: AddSheet, namespace: str, styles: Styles | None, *, views: bool) -> bytes:
    """A worksheet part; ``views`` whether the workbook has a window that the sheet can be shown in.

    Raises:
        WriteRefused: a text is too long, or holds what XML cannot.
    """
    rows = b"".join(_row(sheet, number, styles) for number in range(1, len(sheet.rows) + 1))
    parts = [
        b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n',
        f'<worksheet xmlns="{namespace}">'.encode(),
        b'<sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>',
        _view(sheet) if views else b"",
        b'<sheetFormatPr defaultRowHeight="15"/>',
        _columns(sheet),
        b"<sheetData>" + rows + b"</sheetData>",
        _links(sheet),
        b'<pageMargins left="0.5" right="0.5" top="0.6" bottom="0.6" header="0.3" footer="0.3"/>',
        b'<pageSetup paperSize="9" orientation="landscape" fitToHeight="0"/>',
        b"<headerFooter><oddFooter>&amp;L&amp;F&amp;R&amp;P / &amp;N</oddFooter></headerFooter>",
        b"</worksheet>",
    ]
    return b"".join(parts)


def _view(sheet: AddSheet) -> bytes:
    pane = ""
    if sheet.heading:
        pane = (
            f'<pane ySplit="{sheet.heading}" topLeftCell="A{sheet.heading + 1}" activePane="bottomLeft" '
            'state="frozen"/>'
        )
    view = f'<sheetView showGridLines="0" workbookViewId="0">{pane}</sheetView>'
    return f"<sheetViews>{view}</sheetViews>".encode()


def _columns(sheet: AddSheet) -> bytes:
    drawn = "".join(
        f'<col min="{number}" max="{number}" '
        + (f'width="{width:g}" customWidth="1"/>' if width else 'width="9" hidden="1" customWidth="1"/>')
        for number, width in enumerate(sheet.widths, 1)
    )
    return f"<cols>{drawn}</cols>".encode() if drawn else b""


def _row(sheet: AddSheet, number: int, styles: Styles | None) -> bytes:
    cells = []
    for column, cell in enumerate(sheet.rows[number - 1], 1):
        if cell is None:
            continue
        place = Cell(number, column)
        value = cell.value if isinstance(cell.value, Decimal) else str(cell.value)
        kind, content = content_of(b"", SetCell(sheet.name, place, value))
        style = styles.of_look(cell.look) if styles is not None else 0
        tag = f'<c r="{place}"' + (f' s="{style}"' if style else "") + (f' t="{kind}"' if kind else "") + ">"
        cells.append(filled(tag.encode(), content))
    tag = f'<row r="{number}" ht="{_height(sheet, number):g}" customHeight="1">'
    return filled(tag.encode(), b"".join(cells)) if cells else b""


def _height(sheet: AddSheet, number: int) -> float:
    """How high a row must be, in points; not every program works it out when it opens the sheet."""
    lines, size = 1, 0
    for cell, width in zip(sheet.rows[number - 1], (*sheet.widths, *[9.0] * 100), strict=False):
        if cell is None:
            continue
        size = max(size, cell.look.size)
        if cell.look.wrap and width and isinstance(cell.value, str):
            wrapped = (textwrap.wrap(line, max(int(width * _LETTERS), 1)) for line in cell.value.split("\n"))
            lines = max(lines, sum(max(1, len(part)) for part in wrapped))
    return min(lines * _LINE + (1 if lines > 1 else 0) + size * 1.4, _HIGHEST)


def _links(sheet: AddSheet) -> bytes:
    drawn = []
    for row, cells in enumerate(sheet.rows, 1):
        for column, cell in enumerate(cells, 1):
            if cell is not None and cell.link is not None:
                name, to = cell.link
                location = escape("'" + name.replace("'", "''") + f"'!{to}")
                drawn.append(f'<hyperlink ref="{column_letters(column)}{row}" location="{location}"/>')
    return f"<hyperlinks>{''.join(drawn)}</hyperlinks>".encode() if drawn else b""
