"""Draws the pictures of the Excel pages.

    PYTHONPATH=. python docs/excel_pictures.py

What is shown is made by the buttons themselves, run through xlwings on LibreOffice. Needs LibreOffice with
its Python module (uno), poppler-utils, and Pillow.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import xlwings as xw
from PIL import Image, ImageChops

from budget_tools.excel import buttons, listing
from tests.excel import on_libreoffice
from tests.excel.soffice import named, office

ROOT = Path(__file__).resolve().parent.parent
FAULTY = "faults/ARI002-swapped-digits.xlsx"
DPI = 110
MARGIN = 18
DOCS = ROOT / "docs"


def main() -> None:
    """Draw them all."""
    program = shutil.which("soffice")
    assert program is not None, "LibreOffice is needed"
    with tempfile.TemporaryDirectory() as folder, office(program, Path(folder)) as desktop:
        engine = on_libreoffice.activate(desktop)
        path = Path(folder) / "Driftsforslag.xlsx"
        shutil.copyfile(ROOT / "workbooks" / FAULTY, path)
        book = xw.Book(str(path))
        book.set_mock_caller()
        buttons.check()
        found = listing.list_of(book.app, book.name)
        assert found is not None
        draw(found.impl.document, DOCS / "excel-list.png", wide=True)
        book.set_mock_caller()
        engine.answers = ["yes"]
        buttons.show_marks()
        draw(book.impl.document, DOCS / "excel-marked.png")
        engine.close()


def draw(document: Any, target: Path, *, wide: bool = False) -> None:
    """The pages of a workbook below each other, each on one page across, without their empty paper."""
    styles = document.StyleFamilies.getByName("PageStyles")
    for name in {document.Sheets.getByIndex(n).PageStyle for n in range(document.Sheets.Count)}:
        style = styles.getByName(name)
        style.IsLandscape = True
        style.Width, style.Height = (42_000, 29_700) if wide else (29_700, 21_000)
        style.ScaleToPagesX, style.ScaleToPagesY = 1, 0
        style.HeaderIsOn = style.FooterIsOn = False
        style.PrintGrid = False
    in_danish(document)
    with tempfile.TemporaryDirectory() as folder:
        stored, pdf = Path(folder) / "page.ods", Path(folder) / "page.pdf"
        document.storeToURL(stored.as_uri(), named(FilterName="calc8"))
        profile = f"-env:UserInstallation={Path(folder).as_uri()}/profile"
        convert = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", folder]
        danish = {**os.environ, "LC_ALL": "da_DK.UTF-8"}
        subprocess.run([*convert, str(stored)], env=danish, check=True, capture_output=True)
        subprocess.run(["pdftoppm", "-r", str(DPI), "-png", pdf, pdf.with_suffix("")], check=True)
        pages = [cropped(Image.open(page).convert("RGB")) for page in sorted(Path(folder).glob("page-*.png"))]
    width = max(page.width for page in pages)
    picture = Image.new("RGB", (width, sum(page.height for page in pages)), "white")
    top = 0
    for page in pages:
        picture.paste(page, (0, top))
        top += page.height
    small = picture.convert("P", palette=Image.Palette.ADAPTIVE, colors=96)
    small.save(target, optimize=True)


def in_danish(document: Any) -> None:
    """Show numbers as Danish Excel does, also where a format was set through the English form of its code."""
    from com.sun.star.lang import Locale

    formats = document.NumberFormats
    for n in range(document.Sheets.Count):
        cursor = document.Sheets.getByIndex(n).createCursor()
        cursor.gotoEndOfUsedArea(False)
        last = cursor.RangeAddress
        for row in range(last.EndRow + 1):
            for column in range(last.EndColumn + 1):
                cell = document.Sheets.getByIndex(n).getCellByPosition(column, row)
                known = formats.getByKey(cell.NumberFormat)
                if known.Locale.Language == "en" and known.FormatString != "General":
                    danish = Locale("da", "DK", "")
                    cell.NumberFormat = formats.addNewConverted(known.FormatString, known.Locale, danish)


def cropped(page: Image.Image) -> Image.Image:
    """A page without its empty paper, and a little of it around."""
    box = ImageChops.difference(page, Image.new("RGB", page.size, "white")).getbbox()
    assert box is not None
    left, top, right, bottom = box
    return page.crop((left - MARGIN, top - MARGIN, right + MARGIN, bottom + MARGIN))


if __name__ == "__main__":
    main()
