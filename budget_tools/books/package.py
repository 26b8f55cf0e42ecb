"""The parts of a workbook file: found by their relationships, changed by the byte, copied raw otherwise.

A workbook is a zip of parts (ECMA-376, part 2). What is not understood cannot be written again
without loss, so nothing is written again: a part that did not change keeps its compressed bytes, and
a changed part keeps every byte outside the places that were cut.
"""

from __future__ import annotations

import io
import posixpath
import re
import struct
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Self
from urllib.parse import unquote
from xml.parsers import expat

from ..errors import WriteRefused

LARGEST_PART = 1 << 29
"""Bytes of a part that is taken into memory; Excel's own largest sheets stay below."""

SMALL_PART = 1 << 18
"""Bytes of a part that is kept once it was read: lists and styles are asked for again and again."""

_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    RuntimeError,
    ValueError,
)
"""What zipfile raises for a damaged archive, depending on where the damage is."""

# --------------------------------------------------------------------------------------------- XML

_TAG = re.compile(rb"""<(?:[^>"']++|"[^"]*+"|'[^']*+')*+>""")
_ATTRIBUTE = re.compile(rb"""\s+([^\s=]+)\s*=\s*("[^"]*"|'[^']*')""")
_TAG_END = re.compile(rb"\s*/?>\Z")
_ILLEGAL = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ESCAPES = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\r": "&#13;", "\t": "&#9;", "\n": "&#10;"}
)


@dataclass(slots=True)
class Element:
    """An element of a part and the bytes it takes.

    ``start`` and ``inside`` enclose the start tag, ``close`` and ``end`` the end tag; of ``<c/>`` the
    last three are the same. ``name`` is the namespace and the local name with a space between.
    """

    name: str
    attributes: dict[str, str]
    parent: Element | None
    start: int
    inside: int
    close: int = -1
    end: int = -1

    @property
    def local(self) -> str:
        """The name without its namespace."""
        return self.name.rpartition(" ")[2]

    @property
    def namespace(self) -> str:
        """The namespace of the name."""
        return self.name.rpartition(" ")[0]

    @classmethod
    def open(
        cls, data: bytes, name: str, attributes: dict[str, str], parent: Element | None, at: int
    ) -> Element:
        """The element whose start tag stands at ``at``."""
        end = data.find(b">", at) + 1
        # A quote is open there if a value holds the sign itself.
        if data.count(b'"', at, end) % 2 or data.count(b"'", at, end):
            tag = _TAG.match(data, at)
            end = tag.end() if tag else 0
        if not end:
            raise WriteRefused("broken-xml")
        return cls(name, attributes, parent, at, end)

    def shut(self, data: bytes, at: int) -> None:
        """Note the end tag at ``at``; of ``<c/>`` expat says the place after it."""
        if data[self.inside - 2] == 0x2F:
            self.close = self.end = self.inside
        else:
            self.close = at
            self.end = data.index(b">", at) + 1

    def tag(self, data: bytes) -> bytes:
        """The bytes of the start tag."""
        return data[self.start : self.inside]

    def prefix(self, data: bytes) -> bytes:
        """The namespace prefix with its colon as this element spells it, or nothing."""
        name = re.split(rb"[\s/>]", data[self.start + 1 : self.inside], maxsplit=1)[0]
        return name[: name.rfind(b":") + 1]


def parser(data: bytes) -> expat.XMLParserType:
    """An expat parser for a part; its byte positions are good for splicing.

    Raises:
        WriteRefused: ``part-encoding``, also while parsing, for all but UTF-8: no workbook of 260 real ones
            has another, and calamine reads no other; ``doctype``, while parsing, for a part that
            declares entities of its own.
    """
    if b"\0" in data[:4] or data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise WriteRefused("part-encoding")

    def declared(_: str, encoding: str | None, __: int) -> None:
        if encoding and encoding.casefold() not in ("utf-8", "utf8"):
            raise WriteRefused("part-encoding")

    def refuse(*_: object) -> None:
        raise WriteRefused("doctype")

    made = expat.ParserCreate(namespace_separator=" ")
    made.buffer_text = True
    made.XmlDeclHandler = declared
    made.StartDoctypeDeclHandler = refuse
    return made


def parse(made: expat.XMLParserType, data: bytes) -> None:
    """Run a parser over a part.

    Raises:
        WriteRefused: ``broken-xml``.
    """
    try:
        made.Parse(data, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise WriteRefused("broken-xml") from error


def elements(data: bytes, depth: int = 1 << 30) -> list[Element]:
    """Every element of a part in the order of their start tags, down to a depth.

    Raises:
        WriteRefused: ``broken-xml``, ``doctype`` or ``part-encoding``.
    """
    found: list[Element] = []
    path: list[Element] = []
    made = parser(data)

    below = 0  # how many elements are open that nobody asked for

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal below
        if below or len(path) == depth:
            below += 1
            return
        parent = path[-1] if path else None
        path.append(Element.open(data, name, attributes, parent, made.CurrentByteIndex))
        found.append(path[-1])

    def end(_: str) -> None:
        nonlocal below
        if below:
            below -= 1
            return
        path.pop().shut(data, made.CurrentByteIndex)

    made.StartElementHandler = start
    made.EndElementHandler = end
    parse(made, data)
    return found


def escape(text: str) -> str:
    """Text for an attribute or between tags, line ends included, so that no parser normalises them.

    Raises:
        WriteRefused: ``illegal-character``: XML 1.0 has no way to write it.
    """
    illegal = _ILLEGAL.search(text)
    if illegal:
        raise WriteRefused("illegal-character", character=f"U+{ord(illegal[0]):04X}")
    return text.translate(_ESCAPES)


def with_attributes(tag: bytes, changes: Mapping[str, str | None]) -> bytes:
    """A start tag with attributes set, or taken out where the value is None; the rest is untouched."""
    for name, value in changes.items():
        found = next((m for m in _ATTRIBUTE.finditer(tag) if m[1] == name.encode()), None)
        if value is None:
            if found:
                tag = tag[: found.start()] + tag[found.end() :]
            continue
        if found:
            quote = found[2][:1] if b"'" not in value.encode() else b'"'
            tag = tag[: found.start(2)] + quote + escape(value).encode() + quote + tag[found.end(2) :]
        else:
            end = _TAG_END.search(tag)
            at = end.start() if end else len(tag)
            tag = tag[:at] + f' {name}="{escape(value)}"'.encode() + tag[at:]
    return tag


def filled(tag: bytes, content: bytes) -> bytes:
    """An element from its start tag (``<c>`` or ``<c/>``) and what stands in it."""
    name = re.split(rb"[\s/>]", tag[1:], maxsplit=1)[0]
    if tag.endswith(b"/>"):
        tag = tag[:-2].rstrip() + b">"
    return tag + content + b"</" + name + b">"


def splice(data: bytes, cuts: Iterable[tuple[int, int, bytes]]) -> bytes:
    """A part with some stretches exchanged: (start, end, new bytes); insertions have start = end."""
    pieces: list[bytes] = []
    at = 0
    for start, end, new in sorted(cuts, key=lambda cut: cut[:2]):
        if start < at:
            raise WriteRefused("unusual-sheet")
        pieces += (data[at:start], new)
        at = end
    pieces.append(data[at:])
    return b"".join(pieces)


# --------------------------------------------------------------------------------------------- zip

_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_FULL = 0xFFFFFFFF
_HAS_DESCRIPTOR = 0x08
_UTF8_NAME = 0x800
_FIRST_DAY = 0x21
"""1 January 1980, the first day a zip knows; Excel writes it for every part."""

_NO_RELATIONSHIPS = (
    b"<?xml version='1.0' encoding='UTF-8' standalone='yes'?>\n"
    b"<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/relationships'></Relationships>"
)
"""A list of relationships that we begin. Others quote otherwise: so we know it again when it is empty."""


@dataclass(frozen=True, slots=True)
class Relationship:
    """What a part says about another: ``kind`` is the last word of the type, ``part`` its name if present.

    ``type`` is the type in full, which tells the strict from the transitional format.
    """

    id: str
    kind: str
    part: str | None
    type: str = ""


class Package:
    """An open workbook file: parts to read, replace, add and remove, and a copy to write.

    Part names are given as the zip spells them. Looking one up forgives a leading slash, backslashes
    and letter case, since Excel does.
    """

    def __init__(self, source: Path | bytes) -> None:
        """Open a file, or the bytes of one, and list its parts.

        Raises:
            OSError: the file cannot be opened.
            WriteRefused: ``broken-package``.
        """
        self._file: IO[bytes] = io.BytesIO(source) if isinstance(source, bytes) else source.open("rb")
        try:
            self._zip = zipfile.ZipFile(self._file)
        except _DAMAGE as error:
            self._file.close()
            raise WriteRefused("broken-package") from error
        self._replaced: dict[str, bytes] = {}
        self._added: dict[str, bytes] = {}
        self._removed: set[str] = set()
        self._known: dict[str, bytes] = {}
        self._leads: dict[str, tuple[bytes, list[tuple[Relationship, Element]]]] = {}
        self._exact: dict[str, list[str]] = {}
        self._folded: dict[str, list[str]] = {}
        for name in self._zip.namelist():
            self._list(name)

    def _list(self, name: str) -> None:
        plain = name.replace("\\", "/").lstrip("/")
        self._exact.setdefault(plain, []).append(name)
        self._folded.setdefault(plain.casefold(), []).append(name)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._zip.close()
        self._file.close()

    def names(self) -> list[str]:
        """The names of all parts, in the order of the zip's directory; those added stand last."""
        return [name for name in (*self._zip.namelist(), *self._added) if name not in self._removed]

    def find(self, name: str) -> str | None:
        """The part of that name as the zip spells it.

        Raises:
            WriteRefused: ``ambiguous-part``: there are several, and readers differ in which they take.
        """
        plain = name.replace("\\", "/").lstrip("/")
        found = self._exact.get(plain) or self._folded.get(plain.casefold()) or []
        if len(found) > 1:
            raise WriteRefused("ambiguous-part", part=name)
        return found[0] if found and found[0] not in self._removed else None

    def read(self, name: str) -> bytes:
        """The bytes of a part as they are now.

        Raises:
            WriteRefused: ``broken-package`` or ``part-too-large``.
        """
        if name in self._replaced:
            return self._replaced[name]
        if name in self._added:
            return self._added[name]
        if name in self._known:
            return self._known[name]
        try:
            info = self._zip.getinfo(name)
            if info.file_size > LARGEST_PART:
                raise WriteRefused("part-too-large", part=name)
            data = self._zip.read(info)
        except (KeyError, *_DAMAGE) as error:
            raise WriteRefused("broken-package", part=name) from error
        if len(data) <= SMALL_PART:
            self._known[name] = data
        return data

    def same(self, name: str, other: Package) -> bool:
        """Whether a part holds in another file what it holds here, by size and checksum."""
        try:
            one, two = self._zip.getinfo(name), other._zip.getinfo(name)
        except KeyError:
            return False
        return (one.file_size, one.CRC) == (two.file_size, two.CRC)

    def replace(self, name: str, data: bytes) -> None:
        """Give a part new bytes."""
        if name in self._added:
            self._added[name] = data
        elif data != self.read(name):
            self._replaced[name] = data

    def free(self, pattern: str) -> str:
        """A part name that is not taken: ``xl/comments{}.xml`` with the first number that is free."""
        number = 1
        while self._folded.get(pattern.format(number).casefold()):
            number += 1
        return pattern.format(number)

    def add(self, name: str, data: bytes, content_type: str | None = None) -> None:
        """Put in a new part, which stands last in the zip."""
        self._leads.clear()  # what led nowhere may lead here
        self._added[name] = data
        self._list(name)
        types = self.find("[Content_Types].xml")
        if content_type is None or types is None:
            return
        old = self.read(types)
        root = elements(old)[0]
        new = f'Override PartName="/{escape(name)}" ContentType="{content_type}"/>'.encode()
        self.replace(types, splice(old, last_in(old, root, b"<" + root.prefix(old) + new)))

    def relate(self, owner: str, kind: str, part: str) -> str:
        """Have a part lead to another; ``kind`` is the type in full. Returns the relationship's id."""
        name, found = self._relationships(owner)
        folder, base = posixpath.split(owner.replace("\\", "/").lstrip("/"))
        if name is None:
            name = posixpath.join(folder, "_rels", base + ".rels")
            self.add(name, _NO_RELATIONSHIPS)
        taken = {relationship.id.casefold() for relationship, _ in found}
        number = len(found) + 1
        while f"rid{number}" in taken:
            number += 1
        data = self.read(name)
        root = elements(data)[0]
        target = posixpath.relpath("/" + part, "/" + folder)
        new = f'Relationship Id="rId{number}" Type="{kind}" Target="{escape(target)}"/>'.encode()
        self.replace(name, splice(data, last_in(data, root, b"<" + root.prefix(data) + new)))
        return f"rId{number}"

    def unrelate(self, owner: str, part: str) -> None:
        """Take out the relationships of a part to another, and the list of them if we began it."""
        name, found = self._relationships(owner)
        gone = [(e.start, e.end, b"") for relationship, e in found if relationship.part == part]
        if name is None or not gone:
            return
        data = splice(self.read(name), gone)
        if data == _NO_RELATIONSHIPS:
            self._removed.add(name)
            return
        if len(gone) == len(found):  # Google writes such empty lists
            data = re.sub(rb">\s*</(?:[\w-]+:)?Relationships\s*>\Z", b"/>", data)
        self.replace(name, data)

    def remove(self, name: str, owner: str) -> None:
        """Take a part out, with its content type, its relationships and those of ``owner`` to it."""
        self.unrelate(owner, name)
        own, _ = self._relationships(name)
        if own is not None:
            self._removed.add(own)
        types = self.find("[Content_Types].xml")
        if types is not None:
            data = self.read(types)
            gone = [
                (e.start, e.end, b"")
                for e in elements(data)
                if e.local == "Override" and self.find(e.attributes.get("PartName", "")) == name
            ]
            self.replace(types, splice(data, gone))
        self._removed.add(name)
        self._leads.clear()

    def related(self, owner: str) -> list[Relationship]:
        """The relationships of a part, or of the package itself where ``owner`` is empty."""
        return [relationship for relationship, _ in self._relationships(owner)[1]]

    def _relationships(self, owner: str) -> tuple[str | None, list[tuple[Relationship, Element]]]:
        """The part that holds the relationships of ``owner``, and each with its element."""
        plain = owner.replace("\\", "/").lstrip("/")
        folder, base = posixpath.split(plain)
        name = self.find(posixpath.join(folder, "_rels", base + ".rels"))
        if name is None:
            return None, []
        data = self.read(name)
        if name in self._leads and self._leads[name][0] == data:
            return name, self._leads[name][1]
        found: list[tuple[Relationship, Element]] = []
        for element in elements(data):
            if element.local != "Relationship":
                continue
            said = element.attributes
            part = None
            if said.get("TargetMode") != "External":
                part = self._resolve(folder, said.get("Target", ""))
            kind = said.get("Type", "").rpartition("/")[2]
            found.append((Relationship(said.get("Id", ""), kind, part, said.get("Type", "")), element))
        self._leads[name] = (data, found)
        return name, found

    def _resolve(self, folder: str, target: str) -> str | None:
        """The part a relationship means: from the folder of its owner, or from the root with a slash."""
        target = target.replace("\\", "/").partition("#")[0]
        for spelled in (target, unquote(target)):
            path = posixpath.normpath(posixpath.join("/", folder, spelled)).lstrip("/")
            found = self.find(path) if spelled else None
            if found:
                return found
        return None

    def test(self) -> bool:
        """Whether every part can be inflated and has the checksum the zip states."""
        try:
            return self._zip.testzip() is None
        except _DAMAGE:
            return False

    def write(self, file: IO[bytes]) -> None:
        """Write a copy: unchanged parts raw, in their old order, with their old directory entries.

        Raises:
            WriteRefused: ``broken-package`` where the zip's directory does not fit its content,
                ``part-too-large`` where the copy would need the zip64 format.
        """
        try:
            directory = self._directory()
        except struct.error as error:
            raise WriteRefused("broken-package") from error
        infos = self._zip.infolist()
        kept = {i: info for i, info in enumerate(infos) if info.filename not in self._removed}
        by_place = sorted(range(len(infos)), key=lambda i: infos[i].header_offset)
        limits = [infos[i].header_offset for i in by_place[1:]] + [self._zip.start_dir]
        places: dict[int, int] = {}
        for i, limit in zip(by_place, limits, strict=True):
            if i not in kept:
                continue
            places[i] = file.tell()
            if infos[i].filename in self._replaced:
                self._write_new(file, infos[i], directory[i], limit)
            else:
                self._copy(file, infos[i], limit)
        new = [self._write_added(file, name) for name in self._added if name not in self._removed]
        start = file.tell()
        for i in kept:
            record = directory[i]
            record.fields[16] = places[i]
            record.fields[10:13] = (len(record.name), len(record.extra), len(record.comment))
            file.write(_CENTRAL.pack(*record.fields) + record.name + record.extra + record.comment)
        for record in new:
            file.write(_CENTRAL.pack(*record.fields) + record.name)
        size, count = file.tell() - start, len(kept) + len(new)
        if start + size >= _FULL or count >= 0xFFFF:
            raise WriteRefused("part-too-large")
        comment = self._zip.comment
        file.write(_END.pack(b"PK\5\6", 0, 0, count, count, size, start, len(comment)) + comment)

    def content(self) -> bytes:
        """The bytes of the copy that ``write`` writes."""
        file = io.BytesIO()
        self.write(file)
        return file.getvalue()

    def _directory(self) -> list[_Record]:
        """The records of the zip's directory as they stand, those in zip64 form made plain."""
        records: list[_Record] = []
        self._file.seek(self._zip.start_dir)
        for info in self._zip.infolist():
            fields: list[int | bytes] = list(_CENTRAL.unpack(self._file.read(_CENTRAL.size)))
            name, extra, comment = (self._file.read(_number(fields[i])) for i in (10, 11, 12))
            if fields[0] != b"PK\1\2":
                raise WriteRefused("broken-package")
            if _FULL in (fields[8], fields[9], fields[16]):
                if max(info.compress_size, info.file_size) >= _FULL:
                    raise WriteRefused("part-too-large", part=info.filename)
                fields[8], fields[9] = info.compress_size, info.file_size
                fields[13] = 0
                extra = _without_zip64(extra)
            records.append(_Record(fields, name, extra, comment))
        return records

    def _local(self, info: zipfile.ZipInfo, limit: int) -> tuple[bytes, bytes, bytes]:
        """The local header of a part in three: fixed fields, name, extra. The file is left after it."""
        self._file.seek(info.header_offset)
        fixed = self._file.read(_LOCAL.size)
        if len(fixed) < _LOCAL.size or fixed[:4] != b"PK\3\4":
            raise WriteRefused("broken-package", part=info.filename)
        lengths = _LOCAL.unpack(fixed)[-2:]
        name, extra = self._file.read(lengths[0]), self._file.read(lengths[1])
        if self._file.tell() + info.compress_size > limit:
            raise WriteRefused("broken-package", part=info.filename)
        return fixed, name, extra

    def _copy(self, file: IO[bytes], info: zipfile.ZipInfo, limit: int) -> None:
        """Copy a part's header, compressed bytes and the descriptor after them."""
        for piece in self._local(info, limit):
            file.write(piece)
        left = info.compress_size
        while left:
            block = self._file.read(min(left, 1 << 20))
            if not block:
                raise WriteRefused("broken-package", part=info.filename)
            file.write(block)
            left -= len(block)
        if info.flag_bits & _HAS_DESCRIPTOR:
            after = self._file.read(min(24, limit - self._file.tell()))
            short = struct.pack("<3L", info.CRC, info.compress_size, info.file_size)
            long = struct.pack("<L2Q", info.CRC, info.compress_size, info.file_size)
            for descriptor in (b"PK\7\x08" + long, b"PK\7\x08" + short, long, short):
                if after.startswith(descriptor):
                    file.write(descriptor)
                    break

    def _write_new(self, file: IO[bytes], info: zipfile.ZipInfo, record: _Record, limit: int) -> None:
        """Write a changed part under its old name, time and attributes."""
        data = self._replaced[info.filename]
        method = zipfile.ZIP_STORED if info.compress_type == zipfile.ZIP_STORED else zipfile.ZIP_DEFLATED
        packed = _packed(data) if method == zipfile.ZIP_DEFLATED else data
        extra = _without_zip64(self._local(info, limit)[2])
        flags = info.flag_bits & _UTF8_NAME
        time, date = record.fields[5], record.fields[6]
        sizes = (zlib.crc32(data), len(packed), len(data))
        record.fields[3:10] = (flags, method, time, date, *sizes)
        record.extra = _without_zip64(record.extra)
        header = _LOCAL.pack(b"PK\3\4", 20, flags, method, time, date, *sizes, len(record.name), len(extra))
        file.write(header + record.name + extra + packed)

    def _write_added(self, file: IO[bytes], name: str) -> _Record:
        """Write a new part; its time is one that says nothing, so that equal work gives equal files."""
        data = self._added[name]
        packed = _packed(data)
        spelled = name.encode()
        flags = 0 if spelled.isascii() else _UTF8_NAME
        sizes = (zlib.crc32(data), len(packed), len(data))
        place = file.tell()
        header = (20, flags, zipfile.ZIP_DEFLATED, 0, _FIRST_DAY, *sizes, len(spelled), 0)
        file.write(_LOCAL.pack(b"PK\3\4", *header) + spelled + packed)
        return _Record([b"PK\1\2", 20, *header, 0, 0, 0, 0, place], spelled, b"", b"")


@dataclass(slots=True)
class _Record:
    """A record of a zip's directory: its fields in the order of the format, name, extra and comment."""

    fields: list[int | bytes]
    name: bytes
    extra: bytes
    comment: bytes


def _packed(data: bytes) -> bytes:
    """A part as the zip holds it."""
    squeeze = zlib.compressobj(6, zlib.DEFLATED, -15)
    return squeeze.compress(data) + squeeze.flush()


def last_in(data: bytes, parent: Element, new: bytes) -> list[tuple[int, int, bytes]]:
    """The cut that puts a child last into an element."""
    if parent.end == parent.inside:
        return [(parent.start, parent.end, filled(parent.tag(data), new))]
    return [(parent.close, parent.close, new)]


def _number(field: int | bytes) -> int:
    """A field that is a number."""
    assert isinstance(field, int)
    return field


def _without_zip64(extra: bytes) -> bytes:
    """A zip extra field without its zip64 sizes, which a changed part no longer has."""
    kept = b""
    while len(extra) >= 4:
        kind, length = struct.unpack_from("<2H", extra)
        if kind != 1:
            kept += extra[: 4 + length]
        extra = extra[4 + length :]
    return kept + extra
