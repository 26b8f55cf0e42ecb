"""A workbook with nearly everything in it that a library loses when it saves.

XlsxWriter makes most of it; what it cannot write is spliced in: threaded comments and their persons, custom
XML, printer settings, a signature-less VBA project.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from io import BytesIO
from pathlib import Path

R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
TC = "http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments"
TC_KIND = "http://schemas.microsoft.com/office/2017/10/relationships"


def picture() -> bytes:
    """A PNG of 8 × 8 blue pixels."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        )

    rows = (b"\0" + b"\x30\x60\xc0" * 8) * 8
    head = struct.pack(">IIBBBBB", 8, 8, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def make(path: Path) -> Path:
    """Write the workbook; a budget table in B5:G8 of 'Løn', notes on B6 and C7, a thread on D6."""
    import xlsxwriter

    draft, project = path.with_suffix(".draft.xlsm"), path.with_suffix(".bin")
    project.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504)
    book = xlsxwriter.Workbook(str(draft))
    book.add_vba_project(str(project))
    book.set_vba_name("ThisWorkbook")
    sheet = book.add_worksheet("Løn")
    sheet.set_vba_name("Ark1")
    yellow = book.add_format({"bg_color": "#FFFF00", "num_format": "#,##0"})
    sheet.write_row("A4", ["Driftsforslag 2024-2027"])
    sheet.write_row("A5", ["1.000 kr.", 2024, 2025, 2026, 2027, "I alt"])
    for number, label in enumerate(["Løn", "Drift"], 5):
        sheet.write(number, 0, label)
        for column in range(1, 5):
            sheet.write_number(number, column, 1000 * number + column, yellow)
        row = number + 1
        sheet.write_formula(number, 5, f"=SUM(B{row}:E{row})", None, 4000 * number + 10)
    sheet.write("A8", "I alt")
    for column, letter in enumerate("BCDEF", 1):
        value = (1000 * 5 + 1000 * 6 + 2 * column) if letter != "F" else 44020
        sheet.write_formula(7, column, f"=SUM({letter}6:{letter}7)", None, value)
    sheet.write_formula("H6", "=IF(B6>0,TODAY(),0)", None, 45000)
    sheet.write_comment("B6", "Spørg Lone", {"author": "Grethe"})
    sheet.write_comment("C7", "Se bilag 3", {"author": "Jens"})
    sheet.write_comment("D6", "[Threaded comment]", {"author": "tc={00000000-0000-0000-0000-000000000001}"})
    sheet.add_sparkline("G6", {"range": "Løn!B6:E6"})
    bar = {"type": "data_bar", "data_bar_2010": True, "bar_solid": True}
    sheet.conditional_format("B6:E7", bar)
    sheet.data_validation("A10", {"validate": "list", "source": ["Ja", "Nej"]})
    sheet.insert_image("J2", "blue.png", {"image_data": BytesIO(picture())})
    sheet.insert_textbox("J8", "Husk bilag")
    sheet.insert_button("J14", {"macro": "Beregn", "caption": "Beregn"})
    sheet.insert_checkbox("A12", True)
    sheet.write_rich_string("A11", "rød ", book.add_format({"color": "red"}), "tekst")
    chart = book.add_chart({"type": "column"})
    chart.add_series({"values": "=Løn!$B$6:$E$6"})
    sheet.insert_chart("A14", chart)
    other = book.add_worksheet("Tabel")
    rows = [["Løn", 1], ["Drift", 2]]
    columns = [{"header": "Post", "total_string": "I alt"}, {"header": "Beløb", "total_function": "sum"}]
    other.add_table("A1:B4", {"data": rows, "columns": columns, "total_row": True, "name": "Poster"})
    other.write_array_formula("D1:D2", "{=B2:B3*2}", None, 2)
    other.set_header("&C&G", {"image_center": "blue.png", "image_data_center": BytesIO(picture())})
    other.protect()
    book.define_name("Sats", "=Løn!$B$6")
    book.close()
    _splice(draft, path)
    draft.unlink()
    project.unlink()
    return path


def _splice(draft: Path, path: Path) -> None:
    """Add what XlsxWriter cannot write."""
    with zipfile.ZipFile(draft) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    rels = "xl/worksheets/_rels/sheet1.xml.rels"
    parts[rels] = _related(parts[rels], "rIdT", f"{TC_KIND}/threadedComment", "../threadedComments/tc1.xml")
    parts[rels] = _related(parts[rels], "rIdP", f"{R}/printerSettings", "../printerSettings/printer1.bin")
    main = "xl/_rels/workbook.xml.rels"
    parts[main] = _related(parts[main], "rIdQ", f"{TC_KIND}/person", "persons/person.xml")
    parts[main] = _related(parts[main], "rIdX", f"{R}/customXml", "../customXml/item1.xml")
    guid = "{00000000-0000-0000-0000-000000000001}"
    new = {
        "xl/threadedComments/tc1.xml": f'<ThreadedComments xmlns="{TC}"><threadedComment ref="D6" '
        f'dT="2024-01-01T10:00:00.00" personId="{guid}" id="{guid}"><text>Passer det?</text>'
        "</threadedComment></ThreadedComments>",
        "xl/persons/person.xml": f'<personList xmlns="{TC}"><person displayName="Lone" id="{guid}" '
        'userId="L" providerId="None"/></personList>',
        "xl/printerSettings/printer1.bin": "printer " * 40,
        "customXml/item1.xml": "<sag nr='24/1234'/>",
    }
    kinds = {
        "xl/threadedComments/tc1.xml": "application/vnd.ms-excel.threadedcomments+xml",
        "xl/persons/person.xml": "application/vnd.ms-excel.person+xml",
        "xl/printerSettings/printer1.bin": "application/vnd.openxmlformats-officedocument.spreadsheetml"
        ".printerSettings",
    }
    overrides = "".join(f'<Override PartName="/{n}" ContentType="{k}"/>' for n, k in kinds.items())
    types = "[Content_Types].xml"
    parts[types] = parts[types].replace(b"</Types>", overrides.encode() + b"</Types>")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in {**parts, **{name: text.encode() for name, text in new.items()}}.items():
            package.writestr(zipfile.ZipInfo(name, (2024, 1, 2, 3, 4, 6)), content, zipfile.ZIP_DEFLATED)


def _related(rels: bytes, id_: str, kind: str, target: str) -> bytes:
    new = f'<Relationship Id="{id_}" Type="{kind}" Target="{target}"/></Relationships>'
    return rels.replace(b"</Relationships>", new.encode())
