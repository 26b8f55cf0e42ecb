"""Draws the pictures of the Excel pages.

    python docs/excel_pictures.py

What is shown is made by the buttons themselves, run through xlwings on LibreOffice. Needs LibreOffice with its
Python module (uno), poppler-utils, and Pillow.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from PIL import Image, ImageChops

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import xlwings as xw

from budget_tools.excel import buttons, listing
from tests.excel import on_libreoffice
from tests.excel.soffice import named, office

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
        draw(found.impl.document, DOCS / "excel-list.png")
        engine.close()


def draw(document: Any, target: Path) -> None:
    """The first page of a workbook, on one page across, without its empty paper."""
    styles = document.StyleFamilies.getByName("PageStyles")
    for name in {document.Sheets.getByIndex(n).PageStyle for n in range(document.Sheets.Count)}:
        style = styles.getByName(name)
        style.IsLandscape = True
        style.Width, style.Height = 42_000, 29_700
        style.ScaleToPagesX, style.ScaleToPagesY = 1, 0
        style.HeaderIsOn = style.FooterIsOn = False
        style.PrintGrid = False
    with tempfile.TemporaryDirectory() as folder:
        stored, pdf = Path(folder) / "page.ods", Path(folder) / "page.pdf"
        document.storeToURL(stored.as_uri(), named(FilterName="calc8"))
        profile = f"-env:UserInstallation={Path(folder).as_uri()}/profile"
        convert = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", folder, str(stored)]
        subprocess.run(convert, check=True, capture_output=True)
        subprocess.run(
            ["pdftoppm", "-r", str(DPI), "-png", "-singlefile", str(pdf), str(pdf.with_suffix(""))], check=True
        )
        picture = Image.open(pdf.with_suffix(".png")).convert("RGB")
    box = ImageChops.difference(picture, Image.new("RGB", picture.size, "white")).getbbox()
    assert box is not None
    left, top, right, bottom = box
    picture = picture.crop((left - MARGIN, top - MARGIN, right + MARGIN, bottom + MARGIN))
    small = picture.convert("P", palette=Image.Palette.ADAPTIVE, colors=96)
    small.save(target, optimize=True)


if __name__ == "__main__":
    main()
