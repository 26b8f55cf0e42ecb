"""A written workbook read again: does it hold what was asked for?"""

from __future__ import annotations

import datetime
import io
import re
from collections.abc import Collection, Sequence
from decimal import Decimal
from pathlib import Path
from xml.parsers import expat

from python_calamine import CalamineWorkbook

from ...errors import WriteRefused
from ...model.address import Cell
from ...model.edit import AddSheet, Edit, SetNote
from ..package import Package, parse
from .notes import notes_of, ours
from .sheet import Scan, count_of
from .styles import fill_tree
from .wishes import Wish, plan_of
from .workbook import Workbook

_FEW = 12  # cells that are looked for one by one
_UNESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")


def read_back(source: Path | bytes, edits: Sequence[Edit]) -> None:
    """Check that a written workbook is whole and that its cells hold what the edits asked for.

    Values and new sheets are read by python-calamine, which shares no code with the writer; formulas, looks
    and notes, which it does not give, by a second look at the parts. That look decides alone where calamine
    cannot: a number in a date format it gives as a date, and it opens a workbook part under its usual
    name only.

    Raises:
        WriteRefused: ``not-verified``, with the first cell that differs where it is a cell.
    """
    plan = plan_of(edits)
    wishes = plan.cells
    try:
        with Package(source) as package:
            if not package.test():
                raise WriteRefused("not-verified")
            book = Workbook(package)
            names = {name: book.sheet(name).name for name in wishes}
            for name, wanted in wishes.items():
                compare_stored(book, name, wanted)
                _compare_notes(book, name, wanted)
            second_reader = book.part.replace("\\", "/") == "xl/workbook.xml"
    except WriteRefused as refused:
        raise WriteRefused("not-verified", **refused.facts) from refused
    if second_reader:
        compare_values(source, {names[name]: wanted for name, wanted in wishes.items()}, plan.added)


def compare_stored(book: Workbook, name: str, wanted: dict[Cell, Wish]) -> None:
    """Compare what a written sheet stores with what was asked: text, formula and number format.

    Raises:
        WriteRefused: ``not-verified``.
    """
    data = book.package.read(book.sheet(name).part)
    wanted = {cell: wish for cell, wish in wanted.items() if wish.holds or wish.looks}
    styles = book.styles() if any(wish.looks for wish in wanted.values()) else None
    found = _found(data, wanted)
    for cell, wish in wanted.items():
        piece = found.get(cell)
        if piece is None and wish.clear is not None:
            continue
        if piece is None:
            raise WriteRefused("not-verified", at=f"{name}!{cell}")
        style, formula, value = _said(piece)
        same = True
        if styles is not None and wish.format is not None:
            same = styles.code(style) == wish.format
        if styles is not None and wish.fill is not None:
            same = same and styles.fill(style) == fill_tree(wish.fill.fill)
        if wish.result is not None:
            same = same and _same(_as_stored(value, wish.result), wish.result)
        if wish.content is not None:
            asked = (wish.content.formula or "").strip().removeprefix("=").strip()
            same = same and formula == asked
            same = same and _same(_as_stored(value, wish.content.value), wish.content.value)
        if not same:
            raise WriteRefused("not-verified", at=f"{name}!{cell}")


def _found(data: bytes, cells: Collection[Cell]) -> dict[Cell, bytes]:
    """The XML of some cells, by what it says of itself; a sheet where cells do not say is read through."""
    found: dict[Cell, bytes] = {}
    plain = b"<!" not in data  # else what looks like a cell may stand in a comment
    for cell in cells if plain and len(cells) <= _FEW else ():
        said = (
            rb"<((?:[\w-]+:)?c)\s(?:[^<>]*\s)?r=[\"']%b[\"'][^<>]*?(?:/>|>.*?</\1\s*>)" % str(cell).encode()
        )
        match = re.search(said, data, re.DOTALL)
        if match is not None:
            found[cell] = match[0]
    left = [cell for cell in cells if cell not in found]
    if left:
        scan = Scan(data, {cell.row for cell in left})
        for cell in left:
            row = scan.rows.get(cell.row)
            stored = row.cells.get(cell.column) if row else None
            if stored is not None:
                found[cell] = data[stored.element.start : stored.element.end]
    return found


def _compare_notes(book: Workbook, name: str, wanted: dict[Cell, Wish]) -> None:
    """Compare the notes of a written sheet with what was asked.

    Raises:
        WriteRefused: ``not-verified``.
    """
    if all(wish.note is None for wish in wanted.values()):
        return
    notes = notes_of(book.package, book.sheet(name).part)
    for cell, wish in wanted.items():
        note = notes.get(cell)
        if isinstance(wish.note, SetNote):
            same = note is not None and note.text.endswith(wish.note.text) and bool(note.anchor)
        else:
            same = wish.note is None or note is None or not ours(wish.note.author).search(note.text)
        if not same:
            raise WriteRefused("not-verified", at=f"{name}!{cell}")


def _as_stored(text: str, asked: Decimal | str) -> float | str:
    """What a cell stores, as a number where one was asked for."""
    try:
        return text if isinstance(asked, str) else float(text)
    except ValueError:
        return text


def _said(piece: bytes) -> tuple[int, str, str]:
    """The style, the formula and the value that the XML of a cell stores."""
    text = {"f": "", "v": "", "t": ""}
    at: list[str] = []
    style: list[str | None] = []
    made = expat.ParserCreate()

    def begin(name: str, attributes: dict[str, str]) -> None:
        if not at:
            style.append(attributes.get("s"))
        at.append(name.rpartition(":")[2])

    def gather(letters: str) -> None:
        if at[-1] in text:
            text[at[-1]] += letters

    made.StartElementHandler = begin
    made.EndElementHandler = lambda _: at.pop()
    made.CharacterDataHandler = gather
    parse(made, piece)
    formula, *values = (_UNESCAPED.sub(lambda m: chr(int(m[1], 16)), text[key]) for key in "fvt")
    return count_of(style[0]), formula, "".join(values)


def compare_values(
    source: Path | bytes, wishes: dict[str, dict[Cell, Wish]], added: Sequence[AddSheet]
) -> None:
    """Compare what python-calamine reads from a written workbook with the values and sheets asked for.

    Raises:
        WriteRefused: ``not-verified``.
    """
    try:
        with (
            io.BytesIO(source) if isinstance(source, bytes) else source.open("rb") as file,
            CalamineWorkbook.from_filelike(file) as book,
        ):
            _compare_sheets(book, added)
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


def _compare_sheets(book: CalamineWorkbook, added: Sequence[AddSheet]) -> None:
    """Compare the last sheets of a workbook with those that were to be added."""
    names = book.sheet_names[len(book.sheet_names) - len(added) :]
    for name, asked in zip(names, added, strict=True):
        sheet = book.get_sheet_by_name(name)
        rows = sheet.to_python(skip_empty_area=False)
        for number, cells in enumerate(asked.rows):
            for column, cell in enumerate(cells):
                inside = number < len(rows) and column < len(rows[number])
                read = rows[number][column] if inside else ""
                if cell is not None and not _same(read, cell.value):
                    raise WriteRefused("not-verified", at=f"{name}!{Cell(number + 1, column + 1)}")


def _same(read: object, asked: Decimal | str) -> bool:
    """Whether calamine read what was asked; a date or a duration is a number in such a format."""
    if isinstance(asked, str):
        return read == asked
    if isinstance(read, (datetime.date, datetime.time, datetime.timedelta)):
        return True
    return isinstance(read, (int, float)) and float(read) == float(asked)
