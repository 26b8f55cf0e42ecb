"""Edits put into a workbook file in place: only the cells that were asked for change, byte for byte.

A department's workbook holds more than any library can write again (shapes, sparklines, threaded
comments, cached values), so nothing is loaded and saved. The bytes of a cell are found with expat, new
ones go in, and all else is copied as it stands (``package.py``). The formats followed are ECMA-376
part 1, chapter 18, transitional and strict. Where an edit would harm something else in the workbook,
it is refused and nothing is written.
"""

from __future__ import annotations

import datetime
import os
import re
import shutil
import tempfile
from bisect import bisect_right
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from xml.parsers import expat

from python_calamine import CalamineWorkbook

from ..errors import WriteRefused
from ..model.address import MAX_ROW, Cell, Range, parse_cell, parse_range
from ..model.edit import Edit, SetCell
from .package import (
    Element,
    Package,
    elements,
    escape,
    filled,
    parse,
    parser,
    splice,
    with_attributes,
)

LONGEST_TEXT = 32_767
LONGEST_FORMULA = 8_192
MOST_STYLES = 64_000
LARGEST_AREA = 10_000_000
"""Cells in the used rectangle of a sheet; calamine reserves memory for all of it when reading back."""

_RELATIONSHIP_ID = re.compile(r"http://\S+/relationships id")
_FORMULA = re.compile(rb"<(?:[^\s<>]+:)?f[\s/>]")
_ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_UNESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")

BUILT_IN_FORMATS = {
    "General": 0,
    "0": 1,
    "0.00": 2,
    "#,##0": 3,
    "#,##0.00": 4,
    "0%": 9,
    "0.00%": 10,
    "0.00E+00": 11,
    "# ?/?": 12,
    "# ??/??": 13,
    "##0.0E+0": 48,
    "@": 49,
}
"""Number formats that need no definition. Ids whose meaning follows Excel's language (dates, currency,
accounting: 5-8, 14-47) are left out: what was asked for is written as a format of its own instead."""


def apply_edits(source: Path, edits: Sequence[Edit], target: Path) -> None:
    """Write a copy of an .xlsx or .xlsm file in which only the cells of the edits are changed.

    Of several edits of one cell the last value and the last number format count. Empty text without a
    formula empties the cell. A file at ``target`` is replaced, and only when the copy was read back.
    Whether the sheet is protected does not matter here: protection is against slips of the hand, and the
    person has accepted the fix.

    Raises:
        WriteRefused: an edit would harm something else, or the copy does not read back as asked.
        OSError: the source cannot be read or the target cannot be written.
    """
    if source == target or (target.exists() and source.samefile(target)):
        raise WriteRefused("same-file")
    with Package(source) as package:
        _patch(package, _wishes(edits))
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=".", suffix=target.suffix)
        temporary = Path(name)
        try:
            with os.fdopen(handle, "w+b") as file:
                package.write(file)
                file.flush()
                os.fsync(file.fileno())
            read_back(temporary, edits)
            shutil.copymode(source, temporary)
            os.replace(temporary, target)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise


def read_back(path: Path, edits: Sequence[Edit]) -> None:
    """Check that a written workbook is whole and that its cells hold what the edits asked for.

    Values are read by python-calamine, which shares no code with the writer; formulas and number
    formats, which it does not give, by a second look at the parts. That look decides alone where calamine
    cannot: a number in a date format it gives as a date, and it opens a workbook part under its usual
    name only.

    Raises:
        WriteRefused: ``not-verified``, with the first cell that differs where it is a cell.
    """
    wishes = _wishes(edits)
    try:
        with Package(path) as package:
            if not package.test():
                raise WriteRefused("not-verified")
            book = _Book(package)
            names = {name: book.sheet(name).name for name in wishes}
            for name, wanted in wishes.items():
                _compare_stored(book, name, wanted)
            second_reader = book.part.replace("\\", "/") == "xl/workbook.xml"
    except WriteRefused as refused:
        raise WriteRefused("not-verified", **refused.facts) from refused
    if second_reader:
        _compare_values(path, {names[name]: wanted for name, wanted in wishes.items()})


# ------------------------------------------------------------------------------------------ wishes


@dataclass(slots=True)
class _Wish:
    """What one cell shall become: a value with or without its formula, a number format, or both."""

    content: SetCell | None = None
    format: str | None = None


def _wishes(edits: Iterable[Edit]) -> dict[str, dict[Cell, _Wish]]:
    """The edits by sheet and cell, those of one cell together."""
    wishes: dict[str, dict[Cell, _Wish]] = {}
    spelled: dict[str, str] = {}
    for edit in edits:
        sheet = spelled.setdefault(edit.sheet.casefold(), edit.sheet)
        wish = wishes.setdefault(sheet, {}).setdefault(edit.cell, _Wish())
        if isinstance(edit, SetCell):
            wish.content = edit
        else:
            wish.format = edit.format
    return wishes


def _patch(package: Package, wishes: dict[str, dict[Cell, _Wish]]) -> None:
    """Change the parts of a package that the wishes touch: sheets, styles, calculation chain, workbook."""
    book = _Book(package)
    if book.signed():
        raise WriteRefused("signed")
    styles: _Styles | None = None
    formula_gone: dict[str, set[Cell]] = {}
    for name, wanted in wishes.items():
        sheet = book.sheet(name)
        if any(wish.format is not None for wish in wanted.values()):
            styles = styles or book.styles()
        data = package.read(sheet.part)
        scan = _Scan(data, {cell.row for cell in wanted})
        _refuse_harm(sheet, scan, wanted, _reserved(package, sheet.part))
        patched, gone = _patch_sheet(data, scan, wanted, styles)
        package.replace(sheet.part, patched)
        formula_gone.setdefault(sheet.id, set()).update(gone)
    if styles is not None and book.styles_part is not None:
        package.replace(book.styles_part, styles.patched())
    if any(formula_gone.values()):
        book.shorten_chain(formula_gone)
    # A new value makes the cached results of the formulas above it old, so they are refreshed as well.
    if any(wish.content for wanted in wishes.values() for wish in wanted.values()) and book.calculates():
        book.recalculate()


# ---------------------------------------------------------------------------------------- workbook


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A worksheet: its name as the workbook spells it, its id (not its position) and its part."""

    name: str
    id: str
    part: str


class _Book:
    """The workbook part of a package and what it leads to."""

    def __init__(self, package: Package) -> None:
        self.package = package
        self._root = package.related("")
        part = next((r.part for r in self._root if r.kind == "officeDocument" and r.part), None)
        if part is None:
            raise WriteRefused("no-workbook-part")
        self.part = part
        self.data = package.read(part)
        self._elements = elements(self.data)
        self._related = package.related(part)
        self.styles_part = self._first("styles")
        self.chain = self._first("calcChain")

    def _first(self, kind: str) -> str | None:
        return next((r.part for r in self._related if r.kind == kind and r.part), None)

    def signed(self) -> bool:
        """Whether the package carries a digital signature, which any change would break."""
        parts = (name.replace("\\", "/").lstrip("/").casefold() for name in self.package.names())
        return any(r.kind == "origin" for r in self._root) or any(
            p.startswith("_xmlsignatures/") for p in parts
        )

    def sheet(self, name: str) -> _Sheet:
        """The worksheet of that name; letter case is forgiven as in formulas.

        Raises:
            WriteRefused: ``unknown-sheet``, ``not-a-worksheet`` (a chart or macro sheet) or
                ``ambiguous-part`` (two sheets say they are the same part).
        """
        root = self._elements[0]
        listed = [e for e in self._elements if e.name == f"{root.namespace} sheet"]
        named = [e for e in listed if e.attributes.get("name") == name] or [
            e for e in listed if e.attributes.get("name", "").casefold() == name.casefold()
        ]
        if not named:
            raise WriteRefused("unknown-sheet", sheet=name)
        targets = {r.id: r for r in self._related}
        found = targets.get(_relationship_id(named[0]))
        if found is None or found.part is None:
            raise WriteRefused("unknown-sheet", sheet=name)
        if found.kind != "worksheet":
            raise WriteRefused("not-a-worksheet", sheet=name)
        sharing = [e for e in listed if (r := targets.get(_relationship_id(e))) and r.part == found.part]
        if len(sharing) > 1:
            raise WriteRefused("ambiguous-part", part=found.part)
        said = named[0].attributes
        return _Sheet(said.get("name", name), said.get("sheetId", ""), found.part)

    def styles(self) -> _Styles:
        """The styles of the workbook.

        Raises:
            WriteRefused: ``no-styles`` or ``broken-styles``.
        """
        if self.styles_part is None:
            raise WriteRefused("no-styles")
        return _Styles(self.package.read(self.styles_part))

    def shorten_chain(self, gone: dict[str, set[Cell]]) -> None:
        """Take cells that lost their formula out of the calculation chain, by sheet id.

        Excel calls a workbook damaged when the chain names a cell without a formula.
        """
        if self.chain is None:
            return
        data = self.package.read(self.chain)
        root, *entries = elements(data)
        entries = [e for e in entries if e.name == f"{root.namespace} c"]
        cuts: list[tuple[int, int, bytes]] = []
        meant = written = "0"
        for entry in entries:
            # An entry without a sheet id is of the same sheet as the one before it.
            meant = entry.attributes.get("i", meant)
            if _cell_of(entry.attributes.get("r", "")) in gone.get(meant, ()):
                cuts.append((entry.start, entry.end, b""))
            elif "i" in entry.attributes:
                written = meant
            elif written != meant:
                written = meant
                cuts.append((entry.start, entry.inside, with_attributes(entry.tag(data), {"i": meant})))
        if sum(not new for _, _, new in cuts) == len(entries):
            self.package.remove(self.chain, self.part)
        else:
            self.package.replace(self.chain, splice(data, cuts))

    def calculates(self) -> bool:
        """Whether any sheet holds a formula, those just written among them."""
        sheets = (r.part for r in self._related if r.kind == "worksheet" and r.part)
        return self.chain is not None or any(_FORMULA.search(self.package.read(part)) for part in sheets)

    def recalculate(self) -> None:
        """Have Excel calculate everything when it opens the workbook."""
        root = self._elements[0]
        children = [e for e in self._elements if e.parent is root and e.namespace == root.namespace]
        present = next((e for e in children if e.local == "calcPr"), None)
        if present is not None:
            if present.attributes.get("fullCalcOnLoad") in ("1", "true"):
                return
            tag = with_attributes(present.tag(self.data), {"fullCalcOnLoad": "1"})
            cut = (present.start, present.inside, tag)
        else:
            before = [e for e in children if e.local in _BEFORE_CALCULATION]
            at = before[-1].end if before else root.inside
            cut = (at, at, b"<" + root.prefix(self.data) + b'calcPr fullCalcOnLoad="1"/>')
        self.package.replace(self.part, splice(self.data, [cut]))


_BEFORE_CALCULATION = {
    "fileVersion",
    "fileSharing",
    "workbookPr",
    "workbookProtection",
    "bookViews",
    "sheets",
    "functionGroups",
    "externalReferences",
    "definedNames",
}
"""The children of CT_Workbook that stand before calcPr."""


def _relationship_id(element: Element) -> str:
    """The ``r:id`` of an element, in the transitional or the strict namespace."""
    return next((v for k, v in element.attributes.items() if _RELATIONSHIP_ID.fullmatch(k)), "")


def _cell_of(text: str) -> Cell | None:
    """A cell from A1 text, or None where it is none."""
    try:
        return parse_cell(text)
    except ValueError:
        return None


def _range_of(text: str) -> Range | None:
    """A range from A1 text, or None where it is none."""
    try:
        return parse_range(text)
    except ValueError:
        return None


# ------------------------------------------------------------------------------------------ styles


class _Styles:
    """The styles part: cell formats that exist, and those the edits need besides."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        found = elements(data)
        self._root = found[0]
        space = self._root.namespace
        top = {e.local: e for e in reversed(found) if e.parent is self._root and e.namespace == space}
        formats = top.get("cellXfs")
        if formats is None:
            raise WriteRefused("broken-styles")
        self._formats = formats
        self._codes = top.get("numFmts")
        self._xfs = [e for e in found if e.parent is formats and e.local == "xf"]
        self._known: dict[tuple[object, ...], int] = {}
        for i, xf in enumerate(self._xfs):
            self._known.setdefault(self._key(xf, xf.attributes), i)
        self._added: list[bytes] = []
        self._added_codes: list[bytes] = []
        self._code_of = {
            e.attributes.get("numFmtId", ""): e.attributes.get("formatCode", "")
            for e in found
            if self._codes is not None and e.parent is self._codes and e.local == "numFmt"
        }
        self._id_of = {code: number for number, code in reversed(self._code_of.items())}
        used = (e.attributes.get("numFmtId", "") for e in found)
        self._last = max((int(n) for n in used if n.isascii() and n.isdigit() and len(n) < 10), default=0)

    def _key(self, xf: Element, attributes: dict[str, str]) -> tuple[object, ...]:
        """What makes two cell formats the same: attributes in any order, and the bytes inside."""
        said = frozenset((k, {"true": "1", "false": "0"}.get(v, v)) for k, v in attributes.items())
        return said, self._data[xf.inside : xf.close].strip()

    def with_number_format(self, style: int, code: str) -> int:
        """The style that is like another but for its number format.

        Raises:
            WriteRefused: ``broken-styles``, ``too-many-styles`` or ``bad-number-format``.
        """
        if not 0 <= style < len(self._xfs):
            raise WriteRefused("broken-styles")
        xf = self._xfs[style]
        changes = {"numFmtId": self._number(code), "applyNumberFormat": "1"}
        key = self._key(xf, xf.attributes | changes)
        if key not in self._known:
            if len(self._xfs) + len(self._added) >= MOST_STYLES:
                raise WriteRefused("too-many-styles")
            self._known[key] = len(self._xfs) + len(self._added)
            tag = with_attributes(xf.tag(self._data), dict(changes))
            self._added.append(tag + self._data[xf.inside : xf.end])
        return self._known[key]

    def _number(self, code: str) -> str:
        """The id of a number format: one the workbook has, a built-in one, or a new one."""
        if not code or len(code) > 255:
            raise WriteRefused("bad-number-format", format=code)
        if code in self._id_of:
            return self._id_of[code]
        built_in = str(BUILT_IN_FORMATS.get(code, ""))
        if built_in and built_in not in self._code_of:
            return built_in
        self._last = max(163, self._last) + 1
        number = str(self._last)
        self._id_of[code] = number
        self._code_of[number] = code
        text = f'numFmt numFmtId="{number}" formatCode="{escape(code)}"/>'
        self._added_codes.append(b"<" + self._root.prefix(self._data) + text.encode())
        return number

    def code(self, style: int) -> str | None:
        """The number format of a style, as far as it is defined or in our table."""
        if not 0 <= style < len(self._xfs):
            return None
        number = self._xfs[style].attributes.get("numFmtId", "0")
        built_in = {str(i): code for code, i in BUILT_IN_FORMATS.items()}
        return self._code_of.get(number, built_in.get(number))

    def patched(self) -> bytes:
        """The part with the new number formats and styles in it."""
        data = self._data
        cuts: list[tuple[int, int, bytes]] = []
        if self._added_codes and self._codes is None:
            tag = b"<" + self._root.prefix(data) + b'numFmts count="%d">' % len(self._added_codes)
            new = filled(tag, b"".join(self._added_codes))
            cuts.append((self._root.inside, self._root.inside, new))
        elif self._added_codes and self._codes is not None:
            cuts += _appended(data, self._codes, self._added_codes, len(self._code_of))
        if self._added:
            cuts += _appended(data, self._formats, self._added, len(self._xfs) + len(self._added))
        return splice(data, cuts)


def _appended(data: bytes, parent: Element, new: list[bytes], count: int) -> list[tuple[int, int, bytes]]:
    """The cuts that put new children last into an element that states their count."""
    changes: dict[str, str | None] = {"count": str(count)} if "count" in parent.attributes else {}
    tag = with_attributes(parent.tag(data), changes)
    if parent.close == parent.inside and parent.end == parent.inside:
        return [(parent.start, parent.end, filled(tag, b"".join(new)))]
    return [(parent.start, parent.inside, tag), (parent.close, parent.close, b"".join(new))]


# ------------------------------------------------------------------------------------------- sheet


@dataclass(slots=True)
class _Stored:
    """A cell as it stands in a sheet, with its children."""

    element: Element
    children: list[Element] = field(default_factory=list)


@dataclass(slots=True)
class _Row:
    """A row that is to be changed: where it stands, its cells by column, and what follows them."""

    element: Element
    cells: dict[int, _Stored] = field(default_factory=dict)
    tail: Element | None = None


class _Scan:
    """One pass over a sheet: the places of the wanted rows and what may forbid a change.

    Rows and cells need not say where they are; then they follow the one before them, as Excel counts.

    Raises:
        WriteRefused: ``not-a-worksheet``, ``unusual-sheet`` where rows or cells are not in order or
            disagree on where they are (Excel repairs such a file, and we would guess), and what
            ``parser`` raises.
    """

    def __init__(self, data: bytes, wanted: Collection[int]) -> None:
        self._data = data
        self._wanted = wanted
        self._parser = parser(data)
        self._path: list[Element | None] = []
        self._section = ""
        self._space = self._cell = self._formula = ""
        self._row = self._column = 0
        self._columns: dict[str, int] = {}
        self._open_row: _Row | None = None
        self._open_cell: _Stored | None = None
        self.dimension: Element | None = None
        self.sheet_data: Element | None = None
        self.columns: list[tuple[int, int, str]] = []
        self.numbers: list[int] = []
        self.starts: list[int] = []
        self.rows: dict[int, _Row] = {}
        self.merged: list[Range] = []
        self.arrays: list[Range] = []
        self.tables: list[Range] = []
        self.shared: dict[str, list[Cell]] = {}
        self.masters: dict[Cell, str] = {}
        self.used: Range | None = None
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        parse(self._parser, data)
        if self.sheet_data is None:
            raise WriteRefused("unusual-sheet")

    def _open(self, name: str, attributes: dict[str, str]) -> Element:
        parent = self._path[-1] if self._path else None
        return Element.open(self._data, name, attributes, parent, self._parser.CurrentByteIndex)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        depth = len(self._path)
        # Nearly all elements of a sheet are values and cells that nobody asked about.
        if depth > 3 and self._open_cell is None and name != self._formula:
            self._path.append(None)
            return
        if depth == 3 and self._open_row is None and name == self._cell and self._section == "sheetData":
            self._pass(attributes)
            self._path.append(None)
            return
        space, _, local = name.rpartition(" ")
        if space != self._space and depth:
            local = ""
        kept: Element | None = None
        if depth == 0:
            if local != "worksheet":
                raise WriteRefused("not-a-worksheet")
            self._space = space
            self._cell, self._formula = f"{space} c", f"{space} f"
        elif depth == 1:
            self._section = local
            if local == "dimension" and self.dimension is None:
                kept = self.dimension = self._open(name, attributes)
            elif local == "sheetData":
                if self.sheet_data is not None:
                    raise WriteRefused("unusual-sheet")
                kept = self.sheet_data = self._open(name, attributes)
        elif self._section == "sheetData":
            if depth == 2:
                kept = self._start_row(name, attributes, local == "row")
            elif depth == 3:
                kept = self._start_in_row(name, attributes, local == "c")
            elif depth == 4:
                kept = self._start_in_cell(name, attributes, local == "f")
        elif depth == 2 and self._section == "cols" and local == "col":
            first, last = (_count(attributes.get(key)) for key in ("min", "max"))
            self.columns.append((first, last, attributes.get("style", "0")))
        elif depth == 2 and self._section == "mergeCells" and local == "mergeCell":
            merged = _range_of(attributes.get("ref", ""))
            if merged:
                self.merged.append(merged)
        self._path.append(kept)

    def _start_row(self, name: str, attributes: dict[str, str], known: bool) -> Element | None:
        number = _count(attributes["r"]) if "r" in attributes else self._row + 1
        if not known or not self._row < number <= MAX_ROW:
            raise WriteRefused("unusual-sheet")
        self._row = number
        self._column = 0
        self._open_row = self._open_cell = None
        self.numbers.append(number)
        self.starts.append(self._parser.CurrentByteIndex)
        if number not in self._wanted:
            return None
        row = self._open(name, attributes)
        self._open_row = self.rows[number] = _Row(row)
        return row

    def _start_in_row(self, name: str, attributes: dict[str, str], known: bool) -> Element | None:
        row = self._open_row
        self._open_cell = None
        if not known:
            element = self._open(name, attributes) if row else None
            if row and row.tail is None:
                row.tail = element
            return element
        before = self._column
        column = self._pass(attributes)
        if row is None:
            return None
        if row.tail is not None or column <= before:
            raise WriteRefused("unusual-sheet", at=str(Cell(self._row, column)))
        self._open_cell = row.cells[column] = _Stored(self._open(name, attributes))
        return self._open_cell.element

    def _pass(self, attributes: dict[str, str]) -> int:
        """Note where a cell stands, and give its column."""
        address = attributes.get("r")
        self._column = column = self._column + 1 if address is None else self._column_of(address)
        used = self.used
        if used is None or column > used.right or column < used.left or self._row > used.bottom:
            self.used = _widened(used, [Cell(self._row, column)])
        return column

    def _column_of(self, address: str) -> int:
        """The column of a cell, which must say that it is in the row it stands in."""
        letters = address.rstrip("0123456789")
        if letters not in self._columns or address[len(letters) :] != str(self._row):
            cell = _cell_of(address)
            if cell is None or cell.row != self._row:
                raise WriteRefused("unusual-sheet", at=address)
            self._columns[letters] = cell.column
        return self._columns[letters]

    def _start_in_cell(self, name: str, attributes: dict[str, str], formula: bool) -> Element | None:
        kind = attributes.get("t") if formula else None
        if self._open_cell is None and kind != "shared":
            if formula:
                self._note_formula(attributes)
            return None
        element = self._open(name, attributes)
        if self._open_cell is not None:
            self._open_cell.children.append(element)
        if formula:
            self._note_formula(attributes)
        return element

    def _note_formula(self, attributes: dict[str, str]) -> None:
        """Note a formula, and what other cells hang on it."""
        kind = attributes.get("t")
        cell = Cell(self._row, self._column)
        over = _range_of(attributes.get("ref", "")) or Range(*cell, *cell)
        if kind == "array":
            self.arrays.append(over)
        elif kind == "dataTable":
            self.tables.append(over)
        elif kind == "shared":
            group = attributes.get("si", "")
            self.shared.setdefault(group, []).append(cell)
            if "ref" in attributes:
                self.masters[cell] = group

    def _end(self, _: str) -> None:
        element = self._path.pop()
        if element is None:
            return
        element.shut(self._data, self._parser.CurrentByteIndex)
        shared = element.local == "f" and element.attributes.get("t") == "shared" and len(self._path) == 4
        # Of the cells that share a formula only the master has its text; a writer may omit its ref.
        if shared and self._data[element.inside : element.close].strip():
            self.masters[Cell(self._row, self._column)] = element.attributes.get("si", "")


def _count(text: str | None) -> int:
    """A row or column number as XML gives it, or 0 where it is none."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 8 else 0


def _inside(area: Range, cell: Cell) -> bool:
    """Whether a range holds a cell."""
    return area.top <= cell.row <= area.bottom and area.left <= cell.column <= area.right


def _widened(used: Range | None, cells: Iterable[Cell]) -> Range | None:
    """The smallest range around a range and some cells."""
    for row, column in cells:
        used = used or Range(row, column, row, column)
        top, left, bottom, right = used
        used = Range(min(top, row), min(left, column), max(bottom, row), max(right, column))
    return used


def _reserved(package: Package, part: str) -> list[tuple[Range, str]]:
    """Ranges whose content belongs to something else, with the reason that forbids a change.

    The heading cells of a table must say what the table's own part says, or Excel repairs the file; what
    stands in a pivot table is overwritten at its next refresh.
    """
    found: list[tuple[Range, str]] = []
    for relationship in package.related(part):
        if relationship.part is None or relationship.kind not in ("table", "pivotTable"):
            continue
        parts = elements(package.read(relationship.part))
        if relationship.kind == "pivotTable":
            refs = [e.attributes.get("ref", "") for e in parts if e.local == "location"]
            found += [(area, "pivot-table") for ref in refs if (area := _range_of(ref))]
            continue
        area = _range_of(parts[0].attributes.get("ref", ""))
        heading = _count(parts[0].attributes.get("headerRowCount", "1"))
        if area and heading:
            found.append((area._replace(bottom=area.top + heading - 1), "table-heading"))
    return found


def _refuse_harm(
    sheet: _Sheet, scan: _Scan, wanted: dict[Cell, _Wish], reserved: list[tuple[Range, str]]
) -> None:
    """Refuse wishes whose cell is bound to other cells.

    Raises:
        WriteRefused: ``merged-cell``, ``array-formula``, ``data-table``, ``shared-formula``,
            ``table-heading`` or ``pivot-table`` with ``at``, or ``sheet-too-large``.
    """
    for cell, wish in wanted.items():
        at = f"{sheet.name}!{cell}"
        if any(_inside(merged, cell) and cell != merged[:2] for merged in scan.merged):
            raise WriteRefused("merged-cell", at=at)
        if wish.content is None:
            continue
        bound = [(r, "array-formula") for r in scan.arrays] + [(r, "data-table") for r in scan.tables]
        for area, reason in bound + reserved:
            if _inside(area, cell):
                raise WriteRefused(reason, at=at)
        members = scan.shared.get(scan.masters.get(cell, ""), []) if cell in scan.masters else []
        if any(other not in wanted or wanted[other].content is None for other in members):
            raise WriteRefused("shared-formula", at=at)
    used = _widened(scan.used, wanted)
    if used and (used.bottom - used.top + 1) * (used.right - used.left + 1) > LARGEST_AREA:
        raise WriteRefused("sheet-too-large", sheet=sheet.name)


def _patch_sheet(
    data: bytes, scan: _Scan, wanted: dict[Cell, _Wish], styles: _Styles | None
) -> tuple[bytes, set[Cell]]:
    """A sheet with the wishes in it, and the cells that had a formula and have none any more."""
    assert scan.sheet_data is not None
    cuts: list[tuple[int, int, bytes]] = []
    gone: set[Cell] = set()
    new_rows: dict[int, list[bytes]] = {}
    by_row: dict[int, list[Cell]] = {}
    for cell in sorted(wanted):
        by_row.setdefault(cell.row, []).append(cell)
    for number, cells in by_row.items():
        row = scan.rows.get(number)
        owner = row.element if row else scan.sheet_data
        prefix = owner.prefix(data)
        inserted: list[tuple[Cell, bytes]] = []
        for cell in cells:
            wish = wanted[cell]
            stored = row.cells.get(cell.column) if row else None
            if stored is not None:
                new = _changed_cell(data, stored, wish, styles)
                cuts.append((stored.element.start, stored.element.end, new))
                had = any(e.local == "f" for e in stored.children)
                if had and wish.content is not None and wish.content.formula is None:
                    gone.add(cell)
            else:
                style = _inherited_style(scan, row, cell.column)
                inserted.append((cell, _new_cell(prefix, cell, style, wish, styles)))
        if row is not None:
            cuts += _row_cuts(data, row, inserted)
        else:
            new = filled(b'<%brow r="%d">' % (prefix, number), b"".join(new for _, new in inserted))
            new_rows.setdefault(bisect_right(scan.numbers, number), []).append(new)
    cuts += _new_row_cuts(data, scan, scan.sheet_data, new_rows)
    if scan.dimension is not None:
        said = _range_of(scan.dimension.attributes.get("ref", ""))
        wide = _widened(said, wanted)
        if said is not None and wide != said:
            tag = with_attributes(scan.dimension.tag(data), {"ref": str(wide)})
            cuts.append((scan.dimension.start, scan.dimension.inside, tag))
    return splice(data, cuts), gone


def _new_row_cuts(
    data: bytes, scan: _Scan, sheet_data: Element, new_rows: dict[int, list[bytes]]
) -> list[tuple[int, int, bytes]]:
    """The cuts that put missing rows before the row that follows them, or last."""
    if new_rows and sheet_data.end == sheet_data.inside:
        rows = b"".join(new for place in sorted(new_rows) for new in new_rows[place])
        return [(sheet_data.start, sheet_data.end, filled(sheet_data.tag(data), rows))]
    starts = [*scan.starts, sheet_data.close]
    return [(starts[place], starts[place], b"".join(rows)) for place, rows in new_rows.items()]


def _row_cuts(data: bytes, row: _Row, inserted: list[tuple[Cell, bytes]]) -> list[tuple[int, int, bytes]]:
    """The cuts that put new cells into a row that is there, each before the cell that follows it."""
    if not inserted:
        return []
    tag = row.element.tag(data)
    spans = re.findall(r"(\d{1,7}):(\d{1,7})", row.element.attributes.get("spans", ""))
    columns = [cell.column for cell, _ in inserted]
    # Spans are a hint on where cells stand; left alone unless they have become wrong.
    if spans and not all(any(int(a) <= c <= int(b) for a, b in spans) for c in columns):
        ends = [int(end) for span in spans for end in span] + columns
        tag = with_attributes(tag, {"spans": f"{min(ends)}:{max(ends)}"})
    if row.element.end == row.element.inside:
        return [(row.element.start, row.element.end, filled(tag, b"".join(new for _, new in inserted)))]
    cuts = [(row.element.start, row.element.inside, tag)] if tag != row.element.tag(data) else []
    last = row.tail.start if row.tail else row.element.close
    for cell, new in inserted:
        at = next((s.element.start for column, s in row.cells.items() if column > cell.column), last)
        cuts.append((at, at, new))
    return cuts


def _inherited_style(scan: _Scan, row: _Row | None, column: int) -> str:
    """The style an empty cell shows: its row's where that has one, else its column's."""
    if row is not None and row.element.attributes.get("customFormat") in ("1", "true"):
        return row.element.attributes.get("s", "0")
    return next((style for first, last, style in scan.columns if first <= column <= last), "0")


def _new_cell(prefix: bytes, cell: Cell, style: str, wish: _Wish, styles: _Styles | None) -> bytes:
    """A cell that was not there, with the style its place gives it."""
    style = _wished_style(style, wish, styles)
    kind, content = _content(prefix, wish.content) if wish.content else (None, b"")
    tag = with_attributes(
        b"<%bc/>" % prefix, {"r": str(cell), "s": None if style == "0" else style, "t": kind}
    )
    return filled(tag, content) if content else tag


def _changed_cell(data: bytes, stored: _Stored, wish: _Wish, styles: _Styles | None) -> bytes:
    """A cell with its new value or style; what it carries besides is kept."""
    element = stored.element
    tag = element.tag(data)
    style = element.attributes.get("s", "0")
    wished = _wished_style(style, wish, styles)
    if wished != style:
        tag = with_attributes(tag, {"s": wished})
    if wish.content is None:
        return tag + data[element.inside : element.end]
    kind, content = _content(element.prefix(data), wish.content)
    # cm and vm say what the old value was besides its text: an array's kind, a picture, a rich value.
    tag = with_attributes(tag, {"t": kind, "cm": None, "vm": None})
    kept = [e for e in stored.children if e.local not in ("f", "v", "is")]
    content += b"".join(data[e.start : e.end] for e in kept)
    if not content:
        return tag if tag.endswith(b"/>") else tag[:-1].rstrip() + b"/>"
    return filled(tag, content)


def _wished_style(style: str, wish: _Wish, styles: _Styles | None) -> str:
    """The style of a cell with the number format asked for."""
    if wish.format is None or styles is None:
        return style
    return str(
        styles.with_number_format(int(style) if style.isascii() and style.isdigit() else -1, wish.format)
    )


def _content(prefix: bytes, content: SetCell) -> tuple[str | None, bytes]:
    """The type of a cell and the elements in it.

    Raises:
        WriteRefused: ``text-too-long``, ``formula-too-long``, ``empty-formula``,
            ``illegal-character`` or ``not-a-number``.
    """

    def element(name: str, text: str) -> bytes:
        return filled(b"<%b%b>" % (prefix, name.encode()), text.encode())

    at = f"{content.sheet}!{content.cell}"
    formula = b""
    if content.formula is not None:
        text = content.formula.strip().removeprefix("=").strip()
        if not text:
            raise WriteRefused("empty-formula", at=at)
        if len(text) > LONGEST_FORMULA:
            raise WriteRefused("formula-too-long", at=at, longest=LONGEST_FORMULA)
        formula = element("f", _escaped(text))
    if isinstance(content.value, Decimal):
        return None, formula + element("v", _shortest(content.value, at))
    # Excel counts in UTF-16.
    if len(content.value.encode("utf-16-le", "surrogatepass")) > 2 * LONGEST_TEXT:
        raise WriteRefused("text-too-long", at=at, longest=LONGEST_TEXT)
    text = _escaped(content.value)
    if formula:
        return "str", formula + element("v", text)
    if not text:
        return None, b""
    space = b' xml:space="preserve"' if text != text.strip() or re.search(r"\s\s|&#", text) else b""
    tag = b"<%bt%b>" % (prefix, space)
    return "inlineStr", filled(b"<%bis>" % prefix, filled(tag, text.encode()))


def _escaped(text: str) -> str:
    """Text for a cell: ``_x000D_`` typed by a person is told from Excel's own escape for a character."""
    return escape(_ESCAPED.sub("_x005F_", text))


def _shortest(value: Decimal, at: str) -> str:
    """A number as few digits as keep it what it is; Excel has no more than a double holds."""
    if not value.is_finite() or (value and value.adjusted() >= 308):
        raise WriteRefused("not-a-number", at=at)
    if len(value.as_tuple().digits) > 17:
        value = Decimal(repr(float(value)))
    if not float(value):
        return "0"
    if not -20 <= value.adjusted() <= 20:
        return str(value.normalize())
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


# --------------------------------------------------------------------------------------- read back


def _compare_stored(book: _Book, name: str, wanted: dict[Cell, _Wish]) -> None:
    """Compare what a written sheet stores with what was asked: text, formula and number format.

    Raises:
        WriteRefused: ``not-verified``.
    """
    data = book.package.read(book.sheet(name).part)
    scan = _Scan(data, {cell.row for cell in wanted})
    formatted = any(wish.format is not None for wish in wanted.values())
    styles = book.styles() if formatted else None
    for cell, wish in wanted.items():
        stored = scan.rows[cell.row].cells.get(cell.column) if cell.row in scan.rows else None
        if stored is None:
            raise WriteRefused("not-verified", at=f"{name}!{cell}")
        formula, value = _texts(data, stored)
        same = True
        if styles is not None and wish.format is not None:
            same = styles.code(_count(stored.element.attributes.get("s"))) == wish.format
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


def _texts(data: bytes, stored: _Stored) -> tuple[str, str]:
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


def _compare_values(path: Path, wishes: dict[str, dict[Cell, _Wish]]) -> None:
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
