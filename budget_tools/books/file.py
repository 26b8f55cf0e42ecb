"""Workbooks from disk (.xlsx, .xlsm): values by python-calamine, formulas and details from the sheet XML."""

from __future__ import annotations

import io
import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from html import unescape
from pathlib import Path
from typing import Any, NamedTuple, cast
from urllib.parse import unquote
from xml.etree import ElementTree
from xml.parsers.expat import ExpatError

from python_calamine import (
    CalamineError,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from ..errors import Refused, Unreadable, WorkbookError, WriteRefused
from ..model.address import Cell, Range
from ..model.book import Book, Details, ErrorValue, Formula, Sheet, Value
from ..settings import Limits
from . import longsheet, shapes, sheetxml
from .guard import Package, needs_a_child, open_package, snapshot
from .numberformats import BUILTIN_FORMATS
from .shapes import Seen, SheetShape
from .sheetxml import SheetXml


class WorkbookFile:
    """A reader of one workbook on disk. It keeps nothing open: the bytes are read once."""

    def __init__(self, path: Path | str, limits: Limits | None = None) -> None:
        self.path = Path(path)
        self.limits = limits or Limits()

    def read(self) -> Book:
        """The workbook as it was last saved.

        Raises:
            Unreadable: it is broken, empty, locked or gone.
            Refused: it is no workbook, encrypted, or beyond the limits.
        """
        return read_bytes(snapshot(self.path, self.limits), str(self.path), self.limits)


def read_bytes(data: bytes, path: str, limits: Limits, *, in_child: bool = False) -> Book:
    """A workbook from the bytes of its file; ``path`` is only kept, not opened.

    Raises:
        Unreadable: it is broken or empty.
        Refused: it is no workbook, encrypted, or beyond the limits.
    """
    try:
        package = open_package(data, limits)
        found = contents(package)
        formats = _formats(package, found.styles)
        sheets: dict[str, SheetXml] = {}
        seen: dict[str, Seen] = {}
        for name, part in found.sheets.items():
            if not package.has(part):
                raise Unreadable("missing-part", part=part)
            xml = package.read(part)
            if b"\0" in xml[:4] or xml[:2] in (b"\xfe\xff", b"\xff\xfe"):
                raise Unreadable("part-encoding", part=part)
            known = shapes.seen(xml, formats) if formats is not _NO_FORMATS else None
            if known is None:
                sheets[name] = SheetXml(xml, sheetxml.is_plain(xml))
            else:
                sheets[name] = SheetXml(xml, True, known.shape.area)
                seen[name] = known
        if not in_child and needs_a_child(package, sheets):
            from .child import read_in_child

            return read_in_child(data, path, limits)
        return _read(package, path, sheets, seen, found, formats)
    except WorkbookError:
        raise
    except PasswordError as error:
        raise Refused("encrypted") from error
    except MemoryError as error:
        raise Refused("memory", limit=limits.memory_mb) from error
    except (CalamineError, ExpatError, ElementTree.ParseError, OSError, ValueError, OverflowError) as error:
        raise Unreadable("broken-zip") from error


def refuse_suspicious(data: bytes, limits: Limits) -> None:
    """Refuse a workbook that only a process of its own may read: reading it back could end this one.

    Raises:
        WriteRefused: ``suspicious``.
    """
    package = open_package(data, limits)
    listed = contents(package).sheets
    read = {name: package.read(part) for name, part in listed.items() if package.has(part)}
    sheets = {name: SheetXml(xml, sheetxml.is_plain(xml)) for name, xml in read.items()}
    if needs_a_child(package, sheets):
        raise WriteRefused("suspicious")


def _read(
    package: Package,
    path: str,
    parts: dict[str, SheetXml],
    seen: dict[str, Seen],
    found: Contents,
    formats: CellFormats,
) -> Book:
    """The workbook: sheets that are like some before are filled in, the others python-calamine reads."""
    again = _filled_in(package, parts, seen, found, formats)
    if found.strings is not None and len(again) == len(parts):
        return Book(path, tuple(again.values()), (), found.manual)
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(package.data))
    sheets: list[Sheet] = []
    skipped: list[str] = []
    for number, metadata in enumerate(workbook.sheets_metadata):
        name = metadata.name
        if metadata.typ != SheetTypeEnum.WorkSheet:
            skipped.append(name)
            continue
        if name in again:
            sheets.append(again[name])
            continue
        source = workbook.get_sheet_by_index(number)
        rows = cast("list[list[Value]]", source.to_python(skip_empty_area=True))
        top, left = (source.start[0] + 1, source.start[1] + 1) if source.start else (1, 1)
        merges = tuple(
            Range(a[0] + 1, a[1] + 1, b[0] + 1, b[1] + 1) for a, b in source.merged_cell_ranges or ()
        )
        visible = metadata.visible == SheetVisibleEnum.Visible
        part, shape = parts.get(name), None
        if name in seen:
            shape = seen[name].shape
            if not shape.learned:
                shapes.learn(seen[name], parts[name].xml, rows, (top, left), merges, formats.codes)
        if part is None:
            sheets.append(Sheet(name, rows, top, left, merges=merges, visible=visible))
        else:
            sheets.append(_sheet(name, rows, top, left, merges, visible, part, formats, found.links, shape))
    if not sheets and not skipped:
        raise Unreadable("no-sheets")
    return Book(path, tuple(sheets), tuple(skipped), found.manual)


def _filled_in(
    package: Package,
    parts: dict[str, SheetXml],
    seen: dict[str, Seen],
    found: Contents,
    formats: CellFormats,
) -> dict[str, Sheet]:
    """The sheets whose shapes python-calamine has read before, by name."""
    if found.strings is None or all(known.shape.grid is None for known in seen.values()):
        return {}
    texts = shapes.shared_texts(package.read(found.strings))
    if texts is None:
        return {}
    sheets: dict[str, Sheet] = {}
    for name, known in seen.items():
        shape, grid = known.shape, known.shape.grid
        rows = shapes.rows_of(known, texts)
        if rows is not None and grid is not None:
            place = (grid.top, grid.left, grid.merges, name not in found.hidden)
            sheets[name] = _sheet(name, rows, *place, parts[name], formats, found.links, shape, alike=True)
    return sheets


@dataclass(frozen=True, eq=False, slots=True)
class CellFormats:
    """The number format code of each cell format of a workbook, and which of them write white on no fill."""

    codes: tuple[str, ...]
    white: frozenset[int]


_NO_FORMATS = CellFormats((), frozenset())


def _formats(package: Package, styles: str | None) -> CellFormats:
    try:
        return _cell_formats(package.read(styles)) if styles else _NO_FORMATS
    except (ElementTree.ParseError, WorkbookError, ValueError):
        return _NO_FORMATS  # calamine read the values; the formats are not known then


def _sheet(
    name: str,
    rows: list[list[Value]],
    top: int,
    left: int,
    merges: tuple[Range, ...],
    visible: bool,
    part: SheetXml,
    cell_formats: CellFormats,
    links: tuple[str, ...],
    shape: SheetShape | None = None,
    *,
    alike: bool = False,
) -> Sheet:
    """A sheet; ``alike`` says that its cells hold numbers and texts where others of its shape do."""
    xml, plain, _ = part
    formulas: Mapping[Cell, Formula] = {}
    unvalued: frozenset[Cell] = frozenset()
    errors: Mapping[Cell, str] = {}
    if shape is not None:
        formulas, unvalued = shape.formulas, shape.unvalued
    elif (with_errors := sheetxml.has_errors(xml)) or sheetxml.has_formulas(xml):
        scan = longsheet.scan(xml) if plain and len(xml) > longsheet.LONG else None
        scan = scan or (sheetxml.quick_scan(xml) if plain and not with_errors else None)
        scan = scan or sheetxml.scan(xml, ())
        formulas, unvalued, errors = scan.formulas, frozenset(scan.unvalued), scan.errors
    if unvalued or errors:
        beyond = {cell for cell in unvalued if not _inside(cell, rows, top, left)}
        if errors or beyond:
            more: dict[Cell, Value] = {cell: ErrorValue(code) for cell, code in errors.items()}
            rows, top, left = _with_cells(rows, top, left, dict.fromkeys(beyond, "") | more)
            unvalued -= {cell for cell in beyond if not _inside(cell, rows, top, left)}

    def details(ranges: Sequence[Range]) -> Details:
        if shape is None:
            return worked_out(ranges)
        return shape.once(("details", tuple(ranges)), lambda: worked_out(ranges))

    def worked_out(ranges: Sequence[Range]) -> Details:
        codes, white = cell_formats.codes, cell_formats.white
        if plain and not white and not sheetxml.may_hide(xml):
            numbers = sheetxml.number_styles(xml, ranges)
            if numbers is not None:
                formats = _Formats(xml, ranges, codes)
                used = frozenset([codes[style] for style in numbers if style < len(codes)])
                if len(xml) > longsheet.LONG and len({("%" in code, "," in code) for code in used}) > 1:
                    numbers &= longsheet.number_styles(xml, ranges)  # a look at every cell is dearer still
                    used = frozenset([codes[style] for style in numbers if style < len(codes)])
                return Details(formats, codes=used)
        try:
            found = sheetxml.scan(xml, ranges)
        except (ExpatError, ValueError):
            return Details()  # calamine read the values of a part that is not well-formed: no details then
        shown = {cell: codes[style] for cell, style in found.styles.items() if style < len(codes)}
        return Details(
            shown,
            frozenset(found.hidden_rows),
            frozenset(found.hidden_columns),
            frozenset(cell for cell, style in found.styles.items() if style in white),
            frozenset(shown.values()),
            sheetxml.filtered_rows(xml, found.hidden_rows) if found.hidden_rows else frozenset(),
        )

    return Sheet(
        name,
        rows,
        top,
        left,
        formulas,
        unvalued,
        merges,
        visible,
        details,
        links,
        shape if alike else None,
    )


class _Formats(Mapping[Cell, str]):
    """The number formats of a plain sheet's cells, read when somebody looks: hardly any check has to."""

    def __init__(self, xml: bytes, ranges: Sequence[Range], codes: tuple[str, ...]) -> None:
        self._source = (xml, ranges, codes)

    @cached_property
    def _cells(self) -> dict[Cell, str]:
        xml, ranges, codes = self._source
        styles = sheetxml.quick_styles(xml, ranges)
        return {cell: codes[style] for cell, style in styles.items() if style < len(codes)}

    def __getitem__(self, cell: Cell) -> str:
        return self._cells[cell]

    def get(self, cell: object, default: Any = None) -> Any:
        """The format of a cell; Mapping's own way takes three times as long."""
        return self._cells.get(cell, default)  # type: ignore[call-overload]

    def __iter__(self) -> Iterator[Cell]:
        return iter(self._cells)

    def __len__(self) -> int:
        return len(self._cells)


def _inside(cell: Cell, rows: list[list[Value]], top: int, left: int) -> bool:
    """Whether a cell stands in a block of values."""
    return bool(rows) and top <= cell.row < top + len(rows) and left <= cell.column < left + len(rows[0])


def _with_cells(
    rows: list[list[Value]], top: int, left: int, cells: dict[Cell, Value]
) -> tuple[list[list[Value]], int, int]:
    """Put cells that calamine left empty into the block of values, widening it where needed."""
    if all(_inside(cell, rows, top, left) for cell in cells):
        for cell, value in cells.items():
            rows[cell.row - top][cell.column - left] = value
        return rows, top, left
    new_top = min(top, *(cell.row for cell in cells)) if rows else min(cell.row for cell in cells)
    new_left = min(left, *(cell.column for cell in cells)) if rows else min(cell.column for cell in cells)
    bottom = max(top + len(rows) - 1, *(cell.row for cell in cells))
    right = max(left + max(map(len, rows), default=0) - 1, *(cell.column for cell in cells))
    if (bottom - new_top + 1) * (right - new_left + 1) > 20_000_000:
        return rows, top, left
    grid: list[list[Value]] = []
    for row in range(new_top, bottom + 1):
        old = rows[row - top] if 0 <= row - top < len(rows) else []
        line: list[Value] = [""] * (left - new_left) + list(old)
        line += [""] * (right - new_left + 1 - len(line))
        grid.append(line)
    for cell, value in cells.items():
        grid[cell.row - new_top][cell.column - new_left] = value
    return grid, new_top, new_left


_RELATIONSHIP = re.compile(rb"<(?:\w+:)?Relationship\b([^>]*)>")
_ATTRIBUTE = re.compile(rb"""(\w+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")


def _relationships(package: Package, part: str) -> dict[str, tuple[str, str]]:
    """The relationships of a part: id → (type, target part)."""
    place = _relationships_part(part)
    return _related(package.read(place), posixpath.dirname(part)) if package.has(place) else {}


def _relationships_part(part: str) -> str:
    """The part that holds the relationships of a part."""
    folder, name = posixpath.split(part)
    return f"{folder}/_rels/{name}.rels" if folder else f"_rels/{name}.rels"


@lru_cache(maxsize=64)
def _related(xml: bytes, folder: str) -> dict[str, tuple[str, str]]:
    """The relationships in a part of them, which many workbooks have in common to the byte."""
    found = {}
    for text in _RELATIONSHIP.findall(xml):
        said = {
            key.decode(): unescape((one or other).decode("utf-8", "replace"))
            for key, one, other in _ATTRIBUTE.findall(text)
        }
        target = said.get("Target", "")
        if said.get("TargetMode") != "External":
            target = target.replace("\\", "/")
            if target.startswith("/"):
                target = target[1:]
            elif "." in target.split("/", 1)[0] or "/." in target:
                target = posixpath.normpath(posixpath.join(folder, target))
            else:
                target = f"{folder}/{target}" if folder else target
        found[said.get("Id", "")] = (said.get("Type", ""), target)
    return found


class Contents(NamedTuple):
    """Where things are in a package: the part of each worksheet by its name, and the part with the styles.

    ``links`` are the names of other workbooks in the order in which formulas number them; ``manual`` says
    that the workbook is calculated only when somebody asks for it. ``hidden`` are sheets by name; ``strings``
    is the part with the shared texts, None in a workbook that is laid out in another way than usual.
    """

    sheets: dict[str, str]
    styles: str | None
    links: tuple[str, ...] = ()
    manual: bool = False
    hidden: frozenset[str] = frozenset()
    strings: str | None = None


def contents(package: Package) -> Contents:
    """The worksheets of a package and its styles.

    Raises:
        Refused: the package is something else than a workbook.
        Unreadable: the list of sheets is broken or empty.
    """
    part = next(
        (t for kind, t in _relationships(package, "").values() if kind.endswith("/officeDocument")), None
    )
    if part is None:
        raise Refused("not-a-workbook")
    if not package.has(part):
        raise Unreadable("missing-part", part=part)
    place = _relationships_part(part)
    related = package.read(place) if package.has(place) else b""
    found, links = _contents(package.read(part), related, posixpath.dirname(part))
    if links:
        found = found._replace(links=tuple([_linked_file(package, part) for part in links]))
    if not all(one is None or package.has(one) for one in (found.styles, found.strings)):
        found = found._replace(
            styles=found.styles if found.styles and package.has(found.styles) else None,
            strings=found.strings if found.strings and package.has(found.strings) else None,
        )
    return found


@lru_cache(maxsize=64)
def _contents(workbook: bytes, related: bytes, folder: str) -> tuple[Contents, tuple[str, ...]]:
    """What a workbook part and its relationships say, and the parts of the links.

    Many workbooks have both in common to the byte.

    Raises:
        Refused: it is no workbook part.
        Unreadable: it lists no sheets.
    """
    relationships = _related(related, folder)
    found: dict[str, str] = {}
    listed = _listed(workbook)
    if listed is None:
        raise Refused("not-a-workbook")
    if not listed.sheets:
        raise Unreadable("no-sheets")
    for name, identity, _ in listed.sheets:
        kind, target = relationships.get(identity, ("", ""))
        if kind.endswith("/worksheet"):
            found[name] = target
    usual = len(found) == len(listed.sheets) and all(
        part.startswith("xl/worksheets/") for part in found.values()
    )
    strings = [t for kind, t in relationships.values() if kind.endswith("/sharedStrings")]
    return (
        Contents(
            found,
            next((t for kind, t in relationships.values() if kind.endswith("/styles")), None),
            (),
            listed.manual,
            frozenset([name for name, _, visible in listed.sheets if not visible]),
            _STRINGS if usual and strings == [_STRINGS] else None,
        ),
        tuple([relationships.get(identity, ("", ""))[1] for identity in listed.links]),
    )


_STRINGS = "xl/sharedStrings.xml"


def _linked_file(package: Package, part: str) -> str:
    """The name of the file that a link leads to, without its folder; empty for a link that is lost."""
    try:
        targets = list(_relationships(package, part).values())
    except WorkbookError:
        return ""
    for kind, target in targets:
        if kind.endswith("/externalLinkPath"):
            return re.split(r"[/\\]", unquote(target))[-1]
    return ""


class _Listed(NamedTuple):
    """What a workbook part lists: sheets (and whether they are shown) and links, with the ids of their
    relationships."""

    sheets: tuple[tuple[str, str, bool], ...]
    links: tuple[str, ...]
    manual: bool


def _listed(xml: bytes) -> _Listed | None:
    """What a workbook part lists; None of another part."""
    root = ElementTree.fromstring(xml)
    if not root.tag.endswith("}workbook"):
        return None
    sheets: list[tuple[str, str, bool]] = []
    links: list[str] = []
    manual = False
    for group in root:
        tag = group.tag.rpartition("}")[2] if isinstance(group.tag, str) else ""
        if tag == "sheets":
            sheets += [
                (element.get("name") or "", _identity(element), element.get("state", "visible") == "visible")
                for element in group
            ]
        elif tag == "externalReferences":
            links += [_identity(element) for element in group]
        elif tag == "calcPr":
            manual = group.get("calcMode") == "manual"
    return _Listed(tuple(sheets), tuple(links), manual)


def _identity(element: ElementTree.Element) -> str:
    """The relationship that an element names."""
    return next((value for key, value in element.attrib.items() if key.endswith("}id")), "")


@lru_cache(maxsize=32)
def _cell_formats(xml: bytes) -> CellFormats:
    root = ElementTree.fromstring(xml)
    space = root.tag.partition("}")[0] + "}" if root.tag.startswith("{") else ""
    codes = {
        int(element.get("numFmtId", "0")): element.get("formatCode", "General")
        for element in root.iterfind(f"{space}numFmts/{space}numFmt")
    }
    white_fonts = {
        index
        for index, font in enumerate(root.iterfind(f"{space}fonts/{space}font"))
        if (color := font.find(f"{space}color")) is not None
        and (
            color.get("rgb", "").upper() == "FFFFFFFF"
            or (color.get("theme") == "0" and not color.get("tint"))
        )
    }
    no_fill = {
        index
        for index, fill in enumerate(root.iterfind(f"{space}fills/{space}fill"))
        if (pattern := fill.find(f"{space}patternFill")) is not None
        and pattern.get("patternType", "none") == "none"
    }
    formats: list[str] = []
    white: set[int] = set()
    for index, xf in enumerate(root.iterfind(f"{space}cellXfs/{space}xf")):
        number = int(xf.get("numFmtId", "0"))
        formats.append(codes.get(number) or BUILTIN_FORMATS.get(number, "General"))
        if int(xf.get("fontId", "0")) in white_fonts and int(xf.get("fillId", "0")) in no_fill:
            white.add(index)
    return CellFormats(tuple(formats), frozenset(white))
