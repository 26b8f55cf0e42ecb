"""A written workbook read again: does it hold what was asked for?"""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from xml.parsers import expat

from python_calamine import CalamineWorkbook

from ...errors import WriteRefused
from ...model.address import Cell
from ...model.edit import Edit
from ..package import Package, parse
from .sheet import Scan, Stored, count_of
from .wishes import Wish, wishes_of
from .workbook import Workbook

_UNESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")


def read_back(path: Path, edits: Sequence[Edit]) -> None:
    """Check that a written workbook is whole and that its cells hold what the edits asked for.

    Values are read by python-calamine, which shares no code with the writer; formulas and number
    formats, which it does not give, by a second look at the parts. That look decides alone where calamine
    cannot: a number in a date format it gives as a date, and it opens a workbook part under its usual
    name only.

    Raises:
        WriteRefused: ``not-verified``, with the first cell that differs where it is a cell.
    """
    wishes = wishes_of(edits)
    try:
        with Package(path) as package:
            if not package.test():
                raise WriteRefused("not-verified")
            book = Workbook(package)
            names = {name: book.sheet(name).name for name in wishes}
            for name, wanted in wishes.items():
                compare_stored(book, name, wanted)
            second_reader = book.part.replace("\\", "/") == "xl/workbook.xml"
    except WriteRefused as refused:
        raise WriteRefused("not-verified", **refused.facts) from refused
    if second_reader:
        compare_values(path, {names[name]: wanted for name, wanted in wishes.items()})


def compare_stored(book: Workbook, name: str, wanted: dict[Cell, Wish]) -> None:
    """Compare what a written sheet stores with what was asked: text, formula and number format.

    Raises:
        WriteRefused: ``not-verified``.
    """
    data = book.package.read(book.sheet(name).part)
    scan = Scan(data, {cell.row for cell in wanted})
    formatted = any(wish.format is not None for wish in wanted.values())
    styles = book.styles() if formatted else None
    for cell, wish in wanted.items():
        stored = scan.rows[cell.row].cells.get(cell.column) if cell.row in scan.rows else None
        if stored is None:
            raise WriteRefused("not-verified", at=f"{name}!{cell}")
        formula, value = _texts(data, stored)
        same = True
        if styles is not None and wish.format is not None:
            same = styles.code(count_of(stored.element.attributes.get("s"))) == wish.format
        if wish.content is not None:
            asked = (wish.content.formula or "").strip().removeprefix("=").strip()
            same = same and formula == asked
            same = same and _same(_as_stored(value, wish.content.value), wish.content.value)
        if not same:
            raise WriteRefused("not-verified", at=f"{name}!{cell}")


def _as_stored(text: str, asked: Decimal | str) -> float | str:
    """What a cell stores, as a number where one was asked for."""
    try:
        return text if isinstance(asked, str) else float(text)
    except ValueError:
        return text


def _texts(data: bytes, stored: Stored) -> tuple[str, str]:
    """The formula and the value that a cell stores, as text."""
    text = {"f": "", "v": "", "t": ""}
    at = [""]
    made = expat.ParserCreate()

    def gather(piece: str) -> None:
        if at[-1] in text:
            text[at[-1]] += piece

    made.StartElementHandler = lambda name, _: at.append(name.rpartition(":")[2])
    made.EndElementHandler = lambda _: at.pop()
    made.CharacterDataHandler = gather
    parse(made, data[stored.element.start : stored.element.end])
    formula, *values = (_UNESCAPED.sub(lambda m: chr(int(m[1], 16)), text[key]) for key in "fvt")
    return formula, "".join(values)


def compare_values(path: Path, wishes: dict[str, dict[Cell, Wish]]) -> None:
    """Compare what python-calamine reads from a written workbook with the values asked for.

    Raises:
        WriteRefused: ``not-verified``.
    """
    try:
        with path.open("rb") as file, CalamineWorkbook.from_filelike(file) as book:
            for name, wanted in wishes.items():
                sheet = book.get_sheet_by_name(name)
                contents = [wish.content for wish in wanted.values() if wish.content is not None]
                top, left = sheet.start or (0, 0)
                rows = sheet.to_python() if contents else []
                for content in contents:
                    row, column = content.cell.row - 1 - top, content.cell.column - 1 - left
                    inside = 0 <= row < len(rows) and 0 <= column < len(rows[row])
                    if not _same(rows[row][column] if inside else "", content.value):
                        raise WriteRefused("not-verified", at=f"{name}!{content.cell}")
    except (WriteRefused, OSError, KeyboardInterrupt, SystemExit):
        raise
    # A panic in calamine's Rust is no Exception.
    except BaseException as error:
        raise WriteRefused("not-verified") from error


def _same(read: object, asked: Decimal | str) -> bool:
    """Whether calamine read what was asked; a date or a duration is a number in such a format."""
    if isinstance(asked, str):
        return read == asked
    if isinstance(read, (datetime.date, datetime.time, datetime.timedelta)):
        return True
    return isinstance(read, (int, float)) and float(read) == float(asked)
