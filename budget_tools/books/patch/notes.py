"""Notes: the comments part that holds their text, and the drawing (VML) that holds their boxes.

What we add stands last in its part, and begins with the author's name on a line of its own, as Excel's own
notes do. So it can be told from what a person wrote, also after Excel saved the workbook again.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass
from xml.etree import ElementTree

from ...errors import WriteRefused
from ...model.address import Cell
from ...model.edit import ClearNote, SetNote
from ..package import Element, Package, elements, filled, last_in, splice
from .cells import escaped
from .sheet import Scan, cell_of
from .wishes import Wish

_COMMENTS = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
_VML = "application/vnd.openxmlformats-officedocument.vmlDrawing"
_SPACES = {
    b"v": b"urn:schemas-microsoft-com:vml",
    b"o": b"urn:schemas-microsoft-com:office:office",
    b"x": b"urn:schemas-microsoft-com:office:excel",
}
_SHAPE = re.compile(rb"<((?:[\w-]+:)?shape)(?=[\s>])[^>]*>.*?</\1\s*>", re.DOTALL)
_SHAPE_TYPE = re.compile(rb"<((?:[\w-]+:)?shapetype)\s[^>]*?_x0000_t202[^>]*>.*?</\1\s*>", re.DOTALL)
_ANCHOR = re.compile(rb"(<(?:[\w-]+:)?Anchor>)([^<]*)(</)")
_VML_END = re.compile(rb"</(?:[\w-]+:)?xml\s*>\s*\Z")

_LEGACY = re.compile(rb"<(?:[\w-]+:)?legacyDrawing\s[^>]*?:id\s*=\s*[\"']([^\"']*)")

WIDTH = 300  # pixels of a note's box
_LETTERS = 46  # that fit beside each other in it
_LINE, _ROW, _COLUMN = 14, 20, 64  # pixels

_AFTER_LEGACY = {
    "legacyDrawingHF",
    "drawingHF",
    "picture",
    "oleObjects",
    "controls",
    "webPublishItems",
    "tableParts",
    "extLst",
    "AlternateContent",
}
"""The children of CT_Worksheet that may follow legacyDrawing; AlternateContent wraps controls."""


@dataclass(frozen=True, slots=True)
class Note:
    """A note as it stands: its text, whether it is the shadow of a thread, and where its box is."""

    text: str
    threaded: bool
    anchor: str


def notes_of(package: Package, part: str) -> dict[Cell, Note]:
    """Every note of a sheet."""
    comments, vml = _parts_of(package, part)
    threads = _threads(package, part)
    shapes = _shapes(package.read(vml)) if vml else {}
    found: dict[Cell, Note] = {}
    if comments:
        data = package.read(comments)
        for comment in _Comments(data).comments:
            cell = cell_of(comment.attributes.get("ref", ""))
            if cell is not None:
                anchor = _ANCHOR.search(shapes.get(cell, b""))
                text = "".join(piece for _, piece in _texts(data, comment))
                found[cell] = Note(text, cell in threads, anchor[2].decode() if anchor else "")
    for cell in threads:
        found.setdefault(cell, Note("", True, ""))
    return found


def ours(author: str) -> re.Pattern[str]:
    """What ``SetNote`` of that author added to the text of a note."""
    return re.compile(rf"(?:\A|(?:\r?\n){{2}}){re.escape(author)}\b[^\n]*:\r?\n[\s\S]*\Z")


def patch_notes(
    package: Package, part: str, scan: Scan, wanted: Mapping[Cell, Wish], relation: str
) -> list[tuple[int, int, bytes]]:
    """Write and take away the notes that are wished for; the cuts are what it means for the sheet's own part.

    ``relation`` is what the types of relationships begin with.

    Raises:
        WriteRefused: ``threaded-comment``, ``strict-notes``, ``unusual-notes`` or ``text-too-long``.
    """
    if "purl.oclc.org" in relation:
        raise WriteRefused("strict-notes")
    threads = _threads(package, part)
    for cell, wish in wanted.items():
        if isinstance(wish.note, SetNote) and cell in threads:
            raise WriteRefused("threaded-comment", at=f"{wish.note.sheet}!{cell}")
    comments, vml = _parts_of(package, part)
    root = scan.root
    assert root is not None
    old = package.read(comments) if comments else b""
    text = _Comments(old or filled(f'<comments xmlns="{root.namespace}">'.encode(), _EMPTY))
    drawing = _Drawing(package.read(vml) if vml else b"", _free_block(package) if not vml else b"1")
    for cell in sorted(wanted):
        note = wanted[cell].note
        if isinstance(note, SetNote):
            if text.has(cell):
                text.extend(cell, note)
                drawing.grow(cell, _lines(note.text))
            else:
                text.add(cell, note)
                drawing.add(cell, _box(scan, cell, _lines(note.text)))
        elif isinstance(note, ClearNote) and text.has(cell):
            if text.cut(cell, note.author):
                drawing.remove(cell)
            elif note.anchor:
                drawing.place(cell, note.anchor)
    cuts: list[tuple[int, int, bytes]] = []
    folder = posixpath.dirname(posixpath.dirname(part.replace("\\", "/").lstrip("/")))
    new_text, new_drawing = text.written(), drawing.written()
    legacy = next((e for e in scan.top if e.local == "legacyDrawing"), None)
    if comments and new_text is None:
        package.remove(comments, part)
    elif comments and new_text is not None:
        package.replace(comments, new_text)
    elif new_text is not None:
        comments = package.free(posixpath.join(folder, "comments{}.xml"))
        package.add(comments, _HEAD + new_text, _COMMENTS)
        package.relate(part, f"{relation}/comments", comments)
    if vml and new_drawing is None:
        package.remove(vml, part)
        if legacy is not None:
            cuts.append((legacy.start, legacy.end, b""))
    elif vml and new_drawing is not None:
        package.replace(vml, new_drawing)
    elif new_drawing is not None:
        vml = package.free(posixpath.join(folder, "drawings/vmlDrawing{}.vml"))
        package.add(vml, new_drawing, _VML)
        related_id = package.relate(part, f"{relation}/vmlDrawing", vml)
        cuts.append(_legacy_cut(package.read(part), scan, relation, related_id))
    return cuts


def _legacy_cut(data: bytes, scan: Scan, relation: str, related_id: str) -> tuple[int, int, bytes]:
    """The cut that has a sheet show its drawing of notes."""
    if any(e.local == "legacyDrawing" for e in scan.top):
        raise WriteRefused("unusual-notes")
    root = scan.root
    assert root is not None and scan.sheet_data is not None
    before = [e for e in scan.top if e.local not in _AFTER_LEGACY]
    at = max((e.end for e in before), default=scan.sheet_data.end)
    tag = b"<" + root.prefix(data) + f'legacyDrawing xmlns:r="{relation}" r:id="{related_id}"/>'.encode()
    return at, at, tag


def _parts_of(package: Package, part: str) -> tuple[str | None, str | None]:
    """The parts with the texts and the boxes of a sheet's notes; pictures in its header have other boxes."""
    related = package.related(part)
    comments = next((r.part for r in related if r.kind == "comments" and r.part), None)
    sheet = package.read(part)
    shown = _LEGACY.search(sheet, sheet.find(b"</sheetData")) if b"legacyDrawing" in sheet else None
    named = shown[1].decode("utf-8", "replace") if shown else ""
    return comments, next(
        (r.part for r in related if r.id == named and r.kind == "vmlDrawing" and r.part), None
    )


def _threads(package: Package, part: str) -> set[Cell]:
    """The cells of a sheet that have a threaded comment."""
    found: set[Cell] = set()
    for related in package.related(part):
        if related.kind == "threadedComment" and related.part:
            parts = elements(package.read(related.part))
            cells = (cell_of(e.attributes.get("ref", "")) for e in parts if e.local == "threadedComment")
            found |= {cell for cell in cells if cell is not None}
    return found


# --------------------------------------------------------------------------------------------- text

_HEAD = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_EMPTY = b"<authors></authors><commentList></commentList>"
_TEXT = re.compile(rb"<((?:[^\s<>:]+:)?t)(?:\s[^>]*)?(?:/>|>([^<]*)</\1\s*>)")


class _Comments:
    """The comments part of a sheet, changed text by text."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._found = elements(data)
        self._root = self._found[0]
        lists = {e.local: e for e in self._found if e.parent is self._root}
        if "authors" not in lists or "commentList" not in lists:
            raise WriteRefused("unusual-notes")
        self._list, self._author_list = lists["commentList"], lists["authors"]
        self.comments = [e for e in self._found if e.parent is self._list and e.local == "comment"]
        self._at = {cell_of(e.attributes.get("ref", "")): e for e in self.comments}
        self._authors = [e for e in self._found if e.parent is self._author_list]
        self._names = [data[e.inside : e.close].decode("utf-8", "replace") for e in self._authors]
        self._new_names: list[str] = []
        self._added: list[bytes] = []
        self._cuts: list[tuple[int, int, bytes]] = []
        self._gone: list[Element] = []

    def has(self, cell: Cell) -> bool:
        """Whether there is a note on a cell."""
        return cell in self._at

    def add(self, cell: Cell, note: SetNote) -> None:
        """Put a note on a cell that has none."""
        author = escaped(note.author)
        names = [*self._names, *self._new_names]
        if author not in names:
            self._new_names.append(author)
            names.append(author)
        p = self._root.prefix(self._data).decode()
        first, _, rest = note.text.partition("\n")
        look = f'<{p}sz val="9"/><{p}color indexed="81"/><{p}rFont val="Tahoma"/><{p}family val="2"/>'
        runs = f"<{p}r><{p}rPr><{p}b/>{look}</{p}rPr><{p}t>{escaped(first)}</{p}t></{p}r>"
        rest = escaped("\n" + rest)
        runs += f'<{p}r><{p}rPr>{look}</{p}rPr><{p}t xml:space="preserve">{rest}</{p}t></{p}r>'
        tag = f'<{p}comment ref="{cell}" authorId="{names.index(author)}" shapeId="0">'
        self._added.append(f"{tag}<{p}text>{runs}</{p}text></{p}comment>".encode())

    def extend(self, cell: Cell, note: SetNote) -> None:
        """Put a text below that of a note that is there."""
        comment = self._at[cell]
        pieces = _texts(self._data, comment)
        new = escaped("\n\n" + note.text).encode()
        text = next((e for e in self._found if e.parent is comment and e.local == "text"), None)
        if text is None:
            raise WriteRefused("unusual-notes")
        runs = [e for e in self._found if e.parent is text and e.local == "r"]
        if pieces and not runs:
            at = pieces[-1][0].end(2)
            if at < 0:
                raise WriteRefused("unusual-notes")
            self._cuts.append((at, at, new))
            return
        p = text.prefix(self._data)
        run = filled(b"<%br>" % p, filled(b'<%bt xml:space="preserve">' % p, new))
        self._cuts += last_in(self._data, text, run)

    def cut(self, cell: Cell, author: str) -> bool:
        """Take away what an author added below; whether the whole note went."""
        comment = self._at[cell]
        pieces = _texts(self._data, comment)
        whole = "".join(piece for _, piece in pieces)
        match = ours(author).search(whole)
        if match is None:
            return False
        if not whole[: match.start()].strip():
            self._gone.append(comment)
            self._cuts.append((comment.start, comment.end, b""))
            return True
        at = 0
        for found, piece in pieces:
            left = max(0, match.start() - at)
            at += len(piece)
            if left >= len(piece):
                continue
            run = next((e for e in self._found if e.local == "r" and e.start < found.start() < e.end), None)
            if left == 0 and run is not None:
                self._cuts.append((run.start, run.end, b""))
            else:
                self._cuts.append((found.start(2) + _bytes_of(found[2], left), found.end(2), b""))
        return False

    def written(self) -> bytes | None:
        """The part as it is now; None when no note is left."""
        if len(self._gone) == len(self.comments) and not self._added:
            return None if self._gone or not self.comments else self._data
        cuts = list(self._cuts)
        if self._added:
            cuts += last_in(self._data, self._list, b"".join(self._added))
        if self._new_names:
            p = self._root.prefix(self._data)
            new = b"".join(filled(b"<%bauthor>" % p, name.encode()) for name in self._new_names)
            cuts += last_in(self._data, self._author_list, new)
        if self._gone and self._authors and not self._new_names:
            used = {e.attributes.get("authorId") for e in self.comments if e not in self._gone}
            last = len(self._authors) - 1
            gone = {e.attributes.get("authorId") for e in self._gone}
            if str(last) in gone and str(last) not in used:
                cuts.append((self._authors[last].start, self._authors[last].end, b""))
        return splice(self._data, cuts)


def _texts(data: bytes, comment: Element) -> list[tuple[re.Match[bytes], str]]:
    """The text elements of a note, each with what it says; phonetic hints are passed over."""
    found = []
    for match in _TEXT.finditer(data, comment.inside, comment.close):
        found.append((match, _plain(match[2] or b"")))
    return found


_LETTER = re.compile(rb"&[^;]*;|\r\n|[\x00-\x7f]|[\xc0-\xff][\x80-\xbf]*")


def _bytes_of(text: bytes, letters: int) -> int:
    """How many bytes the first letters of a text take, references among them."""
    at = 0
    for _, match in zip(range(letters), _LETTER.finditer(text), strict=False):
        at = match.end()
    return at


def _plain(text: bytes) -> str:
    """What stands between two tags, as it is read."""
    return ElementTree.fromstring(b"<a>" + text + b"</a>").text or ""


# ------------------------------------------------------------------------------------------ drawing


def _shapes(data: bytes) -> dict[Cell, bytes]:
    """The boxes of notes in a drawing, by their cells."""
    found: dict[Cell, bytes] = {}
    for match in _SHAPE.finditer(data):
        row = re.search(rb"<(?:[\w-]+:)?Row>\s*(\d{1,7})", match[0])
        column = re.search(rb"<(?:[\w-]+:)?Column>\s*(\d{1,5})", match[0])
        if row and column and re.search(rb"ObjectType\s*=\s*[\"']Note", match[0]):
            found[Cell(int(row[1]) + 1, int(column[1]) + 1)] = match[0]
    return found


class _Drawing:
    """The VML part of a sheet. It need not be well-formed XML, so it is only cut, never parsed."""

    def __init__(self, data: bytes, block: bytes) -> None:
        self._data = data
        self._was = data
        self._block = block
        self._changed = False

    def add(self, cell: Cell, anchor: str) -> None:
        """Draw a hidden box for the note of a cell."""
        if not self._data:
            declared = b"".join(b' xmlns:%b="%b"' % item for item in _SPACES.items())
            layout = b'<o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="%b"/></o:shapelayout>'
            self._data = b"<xml%b>%b</xml>" % (declared, layout % self._block)
        end = _VML_END.search(self._data)
        if end is None:
            raise WriteRefused("unusual-notes")
        blocks = re.search(rb"<(?:[\w-]+:)?idmap\b[^>]*\bdata=[\"'](\d+)", self._data)
        first = int(blocks[1]) * 1024 if blocks else 1024
        taken = [int(n) for n in re.findall(rb"_x0000_s(\d{1,9})", self._data)]
        number = max([n for n in taken if n >= first], default=first) + 1
        root = re.match(rb"(?:<\?[^>]*>)?\s*(<[^>]*>)", self._data)
        undeclared = {
            prefix: space
            for prefix, space in _SPACES.items()
            if root is None or not re.search(rb"xmlns:%b=[\"']%b[\"']" % (prefix, re.escape(space)), root[1])
        }
        declared = b"".join(b' xmlns:%b="%b"' % item for item in undeclared.items())
        new = b"" if _SHAPE_TYPE.search(self._data) else _NOTE_TYPE % declared
        new += _NOTE_SHAPE % (declared, number, number % 1024, anchor.encode(), cell.row - 1, cell.column - 1)
        self._data = self._data[: end.start()] + new + self._data[end.start() :]

    def remove(self, cell: Cell) -> None:
        """Take the box of a note away, and with our last one the type that we defined for them."""
        shape = _shapes(self._data).get(cell)
        if shape is None:
            return
        self._data = self._data.replace(shape, b"", 1)
        if not _OUR_SHAPE.search(self._data):
            self._data = _OUR_TYPE.sub(b"", self._data, count=1)

    def grow(self, cell: Cell, lines: int) -> None:
        """Make the box of a note longer by some lines."""
        shape = _shapes(self._data).get(cell)
        anchor = _ANCHOR.search(shape or b"")
        numbers = re.findall(rb"-?\d+", anchor[2]) if anchor else []
        if len(numbers) == 8:
            numbers[6] = b"%d" % (int(numbers[6]) + -(-(lines + 1) * _LINE // _ROW))
            self.place(cell, b", ".join(numbers).decode())

    def place(self, cell: Cell, anchor: str) -> None:
        """Put the box of a note somewhere."""
        shape = _shapes(self._data).get(cell)
        if shape is not None:
            moved = _ANCHOR.sub(lambda m: m[1] + anchor.encode() + m[3], shape, count=1)
            self._data = self._data.replace(shape, moved, 1)

    def written(self) -> bytes | None:
        """The part as it is now; None when nothing is left to draw."""
        kept = _SHAPE.search(self._data) or self._data == self._was
        return self._data if self._data and kept else None


_NOTE_TYPE = (
    b'<v:shapetype%b coordsize="21600,21600" id="_x0000_t202" o:spt="202" path="m,l,21600r21600,l21600,xe">'
    b'<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
)
_OUR_TYPE = re.compile(rb'<v:shapetype[^>]*? coordsize="21600,21600" id="_x0000_t202".*?</v:shapetype>')
_OUR_SHAPE = re.compile(rb'<v:shape(?: [^<>]*)? type="#_x0000_t202" id="_x0000_s')
"""Others write the id first: so we know what we drew."""
_NOTE_SHAPE = (
    b'<v:shape%b type="#_x0000_t202" id="_x0000_s%d" style=\'position:absolute;margin-left:60pt;'
    b'margin-top:2pt;width:225pt;height:80pt;z-index:%d;visibility:hidden\' fillcolor="#ffffe1" '
    b'o:insetmode="auto"><v:fill color2="#ffffe1"/><v:shadow on="t" color="black" obscured="t"/>'
    b"<v:path o:connecttype=\"none\"/><v:textbox style='mso-direction-alt:auto'>"
    b"<div style='text-align:left'></div></v:textbox>"
    b'<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/><x:Anchor>%b</x:Anchor>'
    b"<x:AutoFill>False</x:AutoFill><x:Row>%d</x:Row><x:Column>%d</x:Column></x:ClientData></v:shape>"
)


def _free_block(package: Package) -> bytes:
    """A block of shape numbers that no other drawing of the workbook uses."""
    blocks = [0]
    for name in package.names():
        if name.casefold().endswith(".vml"):
            data = package.read(name)
            for said in re.findall(rb"<(?:[\w-]+:)?idmap\b[^>]*\bdata=[\"']([\d,]+)", data):
                blocks += [int(number) for number in said.split(b",") if number]
    return b"%d" % (max(blocks) + 1)


def _lines(text: str) -> int:
    """How many lines a text takes in a note's box."""
    return sum(max(1, -(-len(line) // _LETTERS)) for line in text.split("\n"))


def _box(scan: Scan, cell: Cell, lines: int) -> str:
    """Where the box of a new note stands: right of its cell, wide and high enough for its text."""

    def pixels(column: int) -> int:
        for first, last, width in scan.widths:
            if first <= column <= last:
                try:
                    return max(8, int(float(width) * 7) + 5)
                except ValueError:
                    break
        return _COLUMN

    right, left = cell.column, WIDTH
    while left > pixels(right + 1) and right < 16_000:
        left -= pixels(right + 1)
        right += 1
    top = max(cell.row - 2, 0)
    bottom = top + -(-lines * _LINE // _ROW) + 1
    return f"{cell.column}, 12, {top}, 6, {right}, {left}, {bottom}, 6"
