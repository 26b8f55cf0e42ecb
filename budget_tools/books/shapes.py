"""What sheets have in common that were made from one form: everything but their values.

The forms of a department come from one template. Their sheets are the same to the byte, but for the values
in the cells and the heights of the rows. What follows from those bytes alone, such as formulas, merged cells
and number formats, is worked out for one sheet and used for the others. Where python-calamine has read one
of them, the values of the next are put into the same cells, and nothing need be read again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from operator import itemgetter
from typing import NamedTuple, cast

from ..model.address import Cell, Range
from ..model.book import Formula, Shape, Value
from . import sheetxml

_LARGEST = 32_000  # bytes; a larger sheet is no form
_MOST_SHAPES = 256

_VALUE = re.compile(rb"<v>([^<]+)</v>")
_HEIGHT = re.compile(rb' ht="[1-9][\d.]*"')  # of a row that is shown: it changes with the length of a text


class Grid(NamedTuple):
    """Where the values of a sheet go: the block of cells, and (row, column) in it of each value in turn.

    ``texts`` and ``numbers`` are the values, by their order, that name a shared text, and that are numbers.
    """

    top: int
    left: int
    blank: tuple[tuple[Value, ...], ...]
    texts: tuple[tuple[int, int, int], ...]
    numbers: tuple[tuple[int, int, int], ...]
    merges: tuple[Range, ...]


class SheetShape(Shape):
    """What the sheets of one form have in common, filled in when a second one comes by."""

    __slots__ = ("area", "fit", "formulas", "grid", "learned", "sheets", "unvalued")

    def __init__(self) -> None:
        super().__init__()
        self.sheets = 0
        self.fit = False
        self.formulas: Mapping[Cell, Formula] = {}
        self.unvalued: frozenset[Cell] = frozenset()
        self.area = 0
        self.learned = False
        self.grid: Grid | None = None

    def take(self, xml: bytes) -> None:
        """Work out what the bytes of a sheet say but for its values."""
        if not sheetxml.is_plain(xml) or sheetxml.has_errors(xml):
            return
        if sheetxml.has_formulas(xml):
            scan = sheetxml.quick_scan(xml)
            if scan is None or any(' ht="' in formula.text for formula in scan.formulas.values()):
                return
            self.formulas, self.unvalued = scan.formulas, frozenset(scan.unvalued)
        self.area = sheetxml.bounding_area(xml, True)
        self.fit = True


class Seen(NamedTuple):
    """A sheet of a known shape: the shape, and the sheet's values in the order of its bytes."""

    shape: SheetShape
    values: list[bytes]


@lru_cache(maxsize=_MOST_SHAPES)
def _shape(skeleton: bytes, formats: object) -> SheetShape:
    return SheetShape()


def seen(xml: bytes, formats: object) -> Seen | None:
    """What is known of a sheet's shape, when one of the same shape and cell formats was read before."""
    if len(xml) > _LARGEST:
        return None
    # before the columns stands nothing of the cells: the window, the cell that was chosen last
    start = xml.find(b"<cols")
    if start < 0:
        start = xml.find(b"<sheetData>")
    if start < 0 or (b"!" in xml and b"<!" in xml[:start]):
        return None
    pieces = _VALUE.split(xml[start:])
    values = pieces[1::2]
    shape = _shape(_HEIGHT.sub(b"", b"\0".join(pieces[::2])), formats)
    shape.sheets += 1
    if shape.sheets == 2:
        shape.take(xml)
    return Seen(shape, values) if shape.fit else None


# --- values ---------------------------------------------------------------------------------------

_SLOT = re.compile(
    rb'<c r="([A-Z]{1,3})(\d{1,7})"(?: s="(\d{1,5})")?(?: t="(\w+)")?>'
    rb"(?:<f[^<>]*(?:/>|>[^<]*</f>))?<v>([^<]+)</v>"
)
_LARGEST_NUMBER = 1e300
_OF_NUMBERS = b"0123456789.-+eE"


_SILENT = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?![hms]+\])[^\]]*\]', re.IGNORECASE)
_OF_DATES = re.compile(r"[dmyhs]", re.IGNORECASE)


@cache
def _shows_date(code: str) -> bool:
    """Whether a number format may show a date or a time: then a number is one, or none, by its size."""
    return _OF_DATES.search(_SILENT.sub("", code)) is not None


def learn(
    found: Seen,
    xml: bytes,
    rows: Sequence[Sequence[Value]],
    place: tuple[int, int],
    merges: tuple[Range, ...],
    codes: Sequence[str],
) -> None:
    """Remember where python-calamine put the values of a sheet, for the next sheet of its shape.

    Only for sheets that hold nothing but texts and plain numbers: no dates, no truth values. ``place`` is the
    upper left corner of the rows, ``codes`` are the number formats of the workbook's cell formats.
    """
    top, left = place
    shape = found.shape
    shape.learned = True
    slots = _SLOT.findall(xml)
    if [value for *_, value in slots] != found.values or any(
        not isinstance(value, str | float) for line in rows for value in line
    ):
        return
    texts: list[tuple[int, int, int]] = []
    numbers: list[tuple[int, int, int]] = []
    blank = [["" for _ in line] for line in rows]
    for number, (letters, digits, style, kind, value) in enumerate(slots):
        if not int(style or 0) < len(codes) or (kind != b"s" and _shows_date(codes[int(style or 0)])):
            return
        row, column = int(digits) - top, sheetxml.column_of(letters) - left
        if not (0 <= row < len(rows) and 0 <= column < len(rows[row])):
            return
        read = rows[row][column]
        if kind == b"s" and isinstance(read, str) and read:
            texts.append((row, column, number))
        elif kind in (b"", b"n") and isinstance(read, float) and _number(value) == read:
            numbers.append((row, column, number))
        else:
            return
    if sum(value != "" for line in rows for value in line) != len(slots):
        return
    shape.grid = Grid(top, left, tuple(map(tuple, blank)), tuple(texts), tuple(numbers), merges)


def _number(value: bytes) -> float | None:
    return None if value.translate(None, _OF_NUMBERS) else float(value)


def rows_of(found: Seen, texts: Sequence[str]) -> list[list[Value]] | None:
    """The values of a sheet whose shape python-calamine has read; None where one is not as expected."""
    grid, values = found.shape.grid, found.values
    if grid is None or len(values) != len(grid.texts) + len(grid.numbers):
        return None
    if b"".join([values[number] for _, _, number in grid.numbers]).translate(None, _OF_NUMBERS):
        return None
    rows = cast("list[list[Value]]", [list(line) for line in grid.blank])
    try:
        for row, column, number in grid.numbers:
            value = float(values[number])
            if not -_LARGEST_NUMBER < value < _LARGEST_NUMBER:
                return None
            rows[row][column] = value
        for row, column, number in grid.texts:
            rows[row][column] = texts[int(values[number])]
    except (ValueError, IndexError):
        return None
    return rows


_TEXT = re.compile(r'<si><t( xml:space="preserve")?>([^<]+)</t></si>')
_MARKS = frozenset((b"&amp;", b"&lt;", b"&gt;", b"&quot;"))
_MARK = re.compile(rb"&[^;]{0,9};?")
_BLANKS = frozenset(" \t\n")
_FIRST, _LAST = itemgetter(0), itemgetter(-1)


def shared_texts(xml: bytes) -> list[str] | None:
    """The shared texts of a workbook, where all are plain; None where only a real reader can tell them."""
    head = xml[:200].lower()
    if b"encoding=" in head and b'encoding="utf-8"' not in head:
        return None
    if (b"!" in xml and b"<!" in xml) or b"\r" in xml or (b"_" in xml and b"_x" in xml):
        return None  # a real reader makes something else of these
    marks = b"&" in xml
    if marks and not _MARKS.issuperset(_MARK.findall(xml)):
        return None
    try:
        decoded = xml.decode()
    except UnicodeDecodeError:
        return None
    found = _TEXT.findall(decoded)
    if len(found) != xml.count(b"<si"):
        return None
    texts = [text for _, text in found]
    if not _BLANKS.isdisjoint(map(_FIRST, texts)) or not _BLANKS.isdisjoint(map(_LAST, texts)):
        for index, (preserved, text) in enumerate(found):
            if not preserved:
                texts[index] = text.strip(" \t\n")
                if not texts[index]:
                    return None
    if marks:
        texts = [
            text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"').replace("&amp;", "&")
            for text in texts
        ]
    return texts
