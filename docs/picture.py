"""Draws ``docs/picture.png``: a faulty proposal as it is printed, and what the check says about it.

    python docs/picture.py

Needs LibreOffice, poppler-utils, the fonts Carlito and DejaVu Sans Mono, and Pillow.
"""

from __future__ import annotations

import io
import os
import re
import subprocess
import tempfile
from pathlib import Path

from PIL import Image, ImageChops, ImageDraw, ImageFont
from rich.console import Console
from rich.text import Text

from budget_tools import check
from budget_tools.reports import console

ROOT = Path(__file__).resolve().parent.parent
WORKBOOK = "workbooks/faults/ARI002-swapped-digits.xlsx"
WRONG = "5400"  # as it is printed
CODES = "ARI"

DPI = 150
MARGIN = 36
LETTER = 22
COLUMNS = 84
PAPER, PANEL, INK, DIM, RED = "#ffffff", "#1e2430", "#e6e6e6", "#9aa3b2", "#d93025"
COLORS = {1: "#ff6b60", 3: "#ffd166", 6: "#6fd3e8"}  # red, yellow and cyan, as a terminal numbers them
FONTS = "/usr/share/fonts/truetype/dejavu/DejaVuSansMono{}.ttf"


def main() -> None:
    """Draw the sheet above, the report below."""
    os.environ |= {"COLUMNS": str(COLUMNS), "TERM": "xterm-256color"}
    with tempfile.TemporaryDirectory() as folder:
        sheet = sheet_picture(Path(folder))
    report = report_picture(sheet.width)
    picture = Image.new("RGB", (sheet.width, sheet.height + report.height), PAPER)
    picture.paste(sheet, (0, 0))
    picture.paste(report, (0, sheet.height))
    small = picture.convert("P", palette=Image.Palette.ADAPTIVE, colors=160)
    small.save(ROOT / "docs" / "picture.png", optimize=True)


def sheet_picture(folder: Path) -> Image.Image:
    """The printed sheet without its empty paper, a frame around the wrong cell."""
    danish = {**os.environ, "LC_ALL": "da_DK.UTF-8"}
    profile = f"-env:UserInstallation={folder.as_uri()}/profile"
    command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder), WORKBOOK]
    subprocess.run(command, cwd=ROOT, env=danish, check=True, capture_output=True)
    pdf = folder / Path(WORKBOOK).with_suffix(".pdf").name
    subprocess.run(["pdftoppm", "-r", str(DPI), "-png", "-singlefile", pdf, folder / "page"], check=True)
    words = subprocess.run(
        ["pdftotext", "-bbox", pdf, "-"], check=True, capture_output=True, text=True
    ).stdout
    page = Image.open(folder / "page.png").convert("RGB")
    place = re.search(rf'xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">{WRONG}<', words)
    assert place is not None, f"{WRONG} is not on the page"
    left, top, right, bottom = (float(number) * DPI / 72 for number in place.groups())
    draw = ImageDraw.Draw(page)
    draw.rounded_rectangle((left - 52, top - 4, right + 6, bottom + 4), 6, outline=RED, width=4)
    body = page.crop((0, 0, page.width, int(page.height * 0.9)))  # without the footer
    box = ImageChops.difference(body, Image.new("RGB", body.size, PAPER)).getbbox()
    assert box is not None
    return body.crop((box[0] - MARGIN, box[1] - MARGIN, box[2] + MARGIN, box[3] + MARGIN))


def report_picture(width: int) -> Image.Image:
    """The report as a terminal shows it."""
    screen = Console(width=COLUMNS)
    rows = rendered().split()
    regular, bold = (ImageFont.truetype(FONTS.format(kind), LETTER) for kind in ("", "-Bold"))
    advance = (width - 2 * MARGIN) / COLUMNS
    height = int(LETTER * 1.45)
    picture = Image.new("RGB", (width, height * (len(rows) + 2) + MARGIN * 2), PANEL)
    draw = ImageDraw.Draw(picture)
    typed = f"$ budget-tools check {Path(WORKBOOK).name} --lang en --select {CODES}"
    draw.text((MARGIN, MARGIN), typed, "#8fd18f", bold)
    for number, row in enumerate(rows, 2):
        for column, letter in enumerate(row.plain):
            style = row.get_style_at_offset(screen, column)
            color = DIM if style.dim else COLORS.get(style.color.number if style.color else None, INK)
            place = (MARGIN + column * advance, MARGIN + number * height)
            draw.text(place, letter, color, bold if style.bold else regular)
    return picture


def rendered() -> Text:
    """The report with the colours that a terminal gets."""
    os.chdir(ROOT / Path(WORKBOOK).parent)
    report = check(Path(WORKBOOK).name, language="en", select=[CODES])
    screen = Terminal()
    console.write(report, "en", screen)
    return Text.from_ansi(screen.getvalue().rstrip())


class Terminal(io.StringIO):
    """A file that says it is a terminal."""

    def isatty(self) -> bool:
        return True


if __name__ == "__main__":
    main()
