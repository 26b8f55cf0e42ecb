"""A second look at a changed workbook, by readers that share no code with the writer."""

from __future__ import annotations

import datetime
import io
import re
import warnings
import zipfile
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from xml.etree import ElementTree
from xml.parsers import expat

from python_calamine import CalamineWorkbook, SheetTypeEnum

from ...errors import WriteRefused
from ...model.address import Cell
from ...model.edit import AddSheet, Edit, RemoveSheet, SetNote
from ..package import Package, parse
from .notes import notes_of, ours
from .sheet import Scan, count_of
from .styles import fill_tree
from .wishes import Plan, Wish, plan_of
from .workbook import Workbook

_FEW = 12  # cells that are looked for one by one
_UNESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_LARGE = 50_000_000  # bytes, inflated, that openpyxl would take long to open
_STRUCTURE = re.compile(r"\[Content_Types\]\.xml$|\.rels$", re.IGNORECASE)


def verify(before: bytes, after: bytes, edits: Sequence[Edit]) -> None:
    """Check that a changed workbook is whole, holds what the edits asked for, and that no other cell differs.

    Each reader looks once. What the edits asked for is read from the parts themselves: values, formulas,
    looks and notes; every changed part must be well-formed, and the lists of styles must fit together.
    python-calamine compares every value of every sheet that could differ, and reads the new sheets. openpyxl
    opens the workbook where it has other parts than before. What it could not open before, it need not open
    now.

    Raises:
        WriteRefused: ``not-verified``, with the first cell that differs where it is a cell.
    """
    plan = plan_of(edits)
    try:
        with Package(before) as old, Package(after) as new:
            if not new.test():
                raise WriteRefused("not-verified")
            changed = _changed_parts(old, new)
            book = Workbook(new)
            for name, wanted in plan.cells.items():
                compare_stored(book, name, wanted)
                _compare_notes(book, name, wanted)
            # calamine opens a workbook part under its usual name only
            usual = book.part.replace("\\", "/") == "xl/workbook.xml"
            was = Workbook(old)
            kept = _styles_kept(was, book) if book.styles_part in changed else True
            same = _same_sheets(was, book, changed) if kept else set()
    except WriteRefused as refused:
        raise WriteRefused("not-verified", **refused.facts) from refused
    if usual:
        compare_values(before, after, plan, same)
    if any(_STRUCTURE.search(name) for name in changed) and not _opens(after) and _opens(before):
        raise WriteRefused("not-verified")


def _changed_parts(old: Package, new: Package) -> set[str]:
    """The parts that are not as they were, those added and removed among them; all are well-formed.

    Raises:
        WriteRefused: ``not-verified``.
    """
    was = set(old.names())
    changed = was - set(new.names())
    for name in new.names():
        if name in was and old.same(name, new):
            continue
        changed.add(name)
        # a drawing of notes is often no XML to begin with
        if not _well_formed(new.read(name)) and not (name in was and not _well_formed(old.read(name))):
            raise WriteRefused("not-verified", part=name)
    return changed


def _well_formed(data: bytes) -> bool:
    try:
        expat.ParserCreate().Parse(data, True)
    except (expat.ExpatError, ValueError):  # ValueError: an encoding that expat does not know
        return False
    return True


def _styles_kept(old: Workbook, new: Workbook) -> bool:
    """Whether every style that was there is what it was, so that no other cell can look or read otherwise.

    Raises:
        WriteRefused: ``not-verified``: the lists of styles do not fit together, and did so before.
    """
    if old.styles_part is None or new.styles_part is None:
        return False
    try:
        was, now = (_lists(one.package.read(str(one.styles_part))) for one in (old, new))
    except ElementTree.ParseError as error:
        raise WriteRefused("not-verified") from error
    if _misfits(now) - _misfits(was):
        raise WriteRefused("not-verified", part=new.styles_part)
    return all(
        ElementTree.tostring(one) == ElementTree.tostring(two)
        for name in ("numFmts", "cellXfs")
        for one, two in zip(was.get(name, ()), now.get(name, ()), strict=False)
    )


def _lists(styles: bytes) -> dict[str, ElementTree.Element]:
    return {child.tag.rpartition("}")[2]: child for child in ElementTree.fromstring(styles)}


_LISTS = {"fontId": "fonts", "fillId": "fills", "borderId": "borders", "xfId": "cellStyleXfs"}


def _misfits(lists: Mapping[str, ElementTree.Element]) -> set[str]:
    """Where a list of styles says a wrong length, and where a style names what is not there."""
    found = {
        name
        for name, one in lists.items()
        if one.get("count") is not None and one.get("count") != str(len(one))
    }
    for kind in ("cellXfs", "cellStyleXfs"):
        for number, xf in enumerate(lists.get(kind, ())):
            for attribute, name in _LISTS.items():
                if count_of(xf.get(attribute)) >= max(1, len(lists.get(name, ()))):
                    found.add(f"{kind} {number} {attribute}")
    return found


def _same_sheets(old: Workbook, new: Workbook, changed: Collection[str]) -> set[str]:
    """The sheets whose values cannot differ, because nothing that they are read from does."""
    if any("sharedstrings" in name.casefold() for name in changed):
        return set()
    parts = {sheet.name: sheet.part for sheet in old.sheets()}
    return {one.name for one in new.sheets() if parts.get(one.name) == one.part and one.part not in changed}


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


def compare_values(before: bytes, after: bytes, plan: Plan, same: Collection[str] = ()) -> None:
    """Compare what python-calamine reads before and after with the values and sheets asked for.

    Sheets in ``same`` are known not to differ.

    Raises:
        WriteRefused: ``not-verified``.
    """
    asked = {name.casefold(): wanted for name, wanted in plan.cells.items()}
    try:
        was = CalamineWorkbook.from_filelike(io.BytesIO(before))
        now = CalamineWorkbook.from_filelike(io.BytesIO(after))
        stay = _kept(was.sheet_names, plan.removed)
        if now.sheet_names[: len(stay)] != stay or len(now.sheet_names) != len(stay) + len(plan.added):
            raise WriteRefused("not-verified")
        cells = {sheet.name for sheet in was.sheets_metadata if sheet.typ is SheetTypeEnum.WorkSheet}
        for name in stay:
            if name in cells and (name not in same or name.casefold() in asked):
                _compare_sheet(was, now, name, asked.get(name.casefold(), {}))
        _compare_added(now, plan.added)
    except (WriteRefused, KeyboardInterrupt, SystemExit):
        raise
    # A panic in calamine's Rust is no Exception.
    except BaseException as error:
        raise WriteRefused("not-verified") from error


def _kept(names: Sequence[str], removed: Sequence[RemoveSheet]) -> list[str]:
    gone = {one.name.casefold() for one in removed}
    return [name for name in names if name.casefold() not in gone]


def _compare_sheet(was: CalamineWorkbook, now: CalamineWorkbook, name: str, wanted: dict[Cell, Wish]) -> None:
    old, new = was.get_sheet_by_name(name), now.get_sheet_by_name(name)
    if old.merged_cell_ranges != new.merged_cell_ranges:
        raise WriteRefused("not-verified")
    first, second = old.to_python(), new.to_python()
    top, left = old.start or (0, 0)
    new_top, new_left = new.start or (0, 0)
    for cell, wish in wanted.items():
        row, column = cell.row - 1 - new_top, cell.column - 1 - new_left
        inside = 0 <= row < len(second) and 0 <= column < len(second[row])
        read = second[row][column] if inside else ""
        if wish.content is not None and not _same(read, wish.content.value):
            raise WriteRefused("not-verified", at=f"{name}!{cell}")
        if wish.result is not None and not _same(read, wish.result):
            raise WriteRefused("not-verified", at=f"{name}!{cell}")
    ends = [(len(rows), max(map(len, rows), default=0)) for rows in (first, second)]
    for row in range(min(top, new_top), max(top + ends[0][0], new_top + ends[1][0])):
        before = first[row - top] if 0 <= row - top < len(first) else []
        after = second[row - new_top] if 0 <= row - new_top < len(second) else []
        if left == new_left and before == after:
            continue
        for column in range(min(left, new_left), max(left + ends[0][1], new_left + ends[1][1])):
            value = before[column - left] if 0 <= column - left < len(before) else ""
            other = after[column - new_left] if 0 <= column - new_left < len(after) else ""
            if value != other and not _may_differ(wanted.get(Cell(row + 1, column + 1))):
                raise WriteRefused("not-verified", at=f"{name}!{Cell(row + 1, column + 1)}")


def _may_differ(wish: Wish | None) -> bool:
    """Whether what a cell reads as may change: a number in another format may be a date."""
    return wish is not None and (wish.holds or wish.format is not None)


def _compare_added(book: CalamineWorkbook, added: Sequence[AddSheet]) -> None:
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


def _opens(data: bytes) -> bool:
    """Whether openpyxl opens a workbook; yes without a look for one that would take long."""
    import openpyxl

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > _LARGE:
                return True
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            openpyxl.load_workbook(io.BytesIO(data), read_only=True, keep_links=False).close()
        return True
    except Exception:  # openpyxl fails in many ways on real workbooks that Excel opens
        return False


def _same(read: object, asked: Decimal | str) -> bool:
    """Whether calamine read what was asked; a date or a duration is a number in such a format."""
    if isinstance(asked, str):
        return read == asked
    if isinstance(read, (datetime.date, datetime.time, datetime.timedelta)):
        return True
    return isinstance(read, (int, float)) and float(read) == float(asked)
