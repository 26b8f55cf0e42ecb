"""A VBA project as Excel stores it, made from source text alone, always to the same bytes.

Only source goes in, no compiled code: Excel compiles a project that has none when it is opened. The formats
are [MS-OVBA] (project, compression) and [MS-CFB] (the container); sections are named where they are used.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

CODE_PAGE = "cp1252"

Kind = Literal["document", "class", "module"]

# What a project leans on. Excel finds the libraries by their ids, wherever they lie on the machine.
_REFERENCES = (
    (
        "stdole",
        r"*\G{00020430-0000-0000-C000-000000000046}#2.0#0#C:\Windows\System32\stdole2.tlb#OLE Automation",
    ),
    (
        "Office",
        r"*\G{2DF8D04C-5BFA-101B-BDE5-00AA0044DE52}#2.0#0#"
        r"C:\Program Files\Common Files\Microsoft Shared\OFFICE16\MSO.DLL"
        r"#Microsoft Office 16.0 Object Library",
    ),
)
_EXCEL = (
    "Excel",
    r"*\G{00020813-0000-0000-C000-000000000046}#1.9#0#"
    r"C:\Program Files\Microsoft Office\root\Office16\EXCEL.EXE#Microsoft Excel 16.0 Object Library",
)
_VBA = (
    "VBA",
    r"*\G{000204EF-0000-0000-C000-000000000046}#4.2#9#"
    r"C:\Program Files\Common Files\Microsoft Shared\VBA\VBA7.1\VBE7.DLL#Visual Basic For Applications",
)

_BASES = {
    "ThisWorkbook": "{00020819-0000-0000-C000-000000000046}",
    "sheet": "{00020820-0000-0000-C000-000000000046}",
    "class": "{FCFB3D2A-A0FA-1068-A738-08002B3371B5}",
}


@dataclass(frozen=True, slots=True)
class Module:
    """A module of a project: its name, its kind and its source without the header that names it."""

    name: str
    kind: Kind
    source: str = ""

    def text(self) -> str:
        """The whole source as it is stored, with the attributes that tell Excel what it is."""
        lines = [f'Attribute VB_Name = "{self.name}"']
        if self.kind != "module":
            base = _BASES["class"]
            if self.kind == "document":
                base = _BASES.get(self.name, _BASES["sheet"])
            fixed = self.kind == "document"
            lines += [
                f'Attribute VB_Base = "0{base}"',
                "Attribute VB_GlobalNameSpace = False",
                "Attribute VB_Creatable = False",
                f"Attribute VB_PredeclaredId = {fixed}",
                f"Attribute VB_Exposed = {fixed}",
                "Attribute VB_TemplateDerived = False",
                f"Attribute VB_Customizable = {fixed}",
            ]
        body = self.source.replace("\r\n", "\n").strip("\n")
        return "\r\n".join([*lines, *body.split("\n")] if body else lines) + "\r\n"


def from_export(text: str, name: str, kind: Kind) -> Module:
    """A module from the text of an exported one (.bas, .cls), whose header says nothing new."""
    lines = text.replace("\r\n", "\n").split("\n")
    if lines and lines[0].startswith("VERSION "):
        end = next(number for number, line in enumerate(lines) if line.strip() == "END")
        lines = lines[end + 1 :]
    while lines and lines[0].startswith("Attribute VB_"):
        lines = lines[1:]
    return Module(name, kind, "\n".join(lines))


def vba_project(name: str, identity: str, modules: Sequence[Module]) -> bytes:
    """The bytes of ``vbaProject.bin``.

    Args:
        name: the project's name; no module may have it.
        identity: its GUID in braces, which must differ from that of other projects.
        modules: the modules; those of the workbook and its sheets first.
    """
    streams: dict[tuple[str, ...], bytes] = {
        ("PROJECT",): _project(name, identity, modules),
        ("PROJECTwm",): _names(modules),
        ("VBA", "_VBA_PROJECT"): bytes.fromhex("CC61FFFF000000"),
        ("VBA", "dir"): compressed(_dir(name, modules)),
    }
    for module in modules:
        streams["VBA", module.name] = compressed(module.text().encode(CODE_PAGE))
    return container(streams)


# --- the project: [MS-OVBA] 2.3 ---------------------------------------------------------------------


def _record(identity: int, data: bytes) -> bytes:
    return struct.pack("<HI", identity, len(data)) + data


def _both(identity: int, second: int, text: str) -> bytes:
    """A text in the code page and once more in UTF-16."""
    return _record(identity, text.encode(CODE_PAGE)) + _record(second, text.encode("utf-16-le"))


def _dir(name: str, modules: Sequence[Module]) -> bytes:
    """The dir stream: what the project is and which modules it has ([MS-OVBA] 2.3.4.2)."""
    parts = [
        _record(0x0001, struct.pack("<I", 1)),  # the kind of system: 32-bit Windows, as Excel writes it
        _record(0x0002, struct.pack("<I", 0x409)),
        _record(0x0014, struct.pack("<I", 0x409)),
        _record(0x0003, struct.pack("<H", 1252)),
        _record(0x0004, name.encode(CODE_PAGE)),
        _both(0x0005, 0x0040, ""),
        _record(0x0006, b"") + _record(0x003D, b""),
        _record(0x0007, struct.pack("<I", 0)),
        _record(0x0008, struct.pack("<I", 0)),
        struct.pack("<HIIH", 0x0009, 4, 1, 1),
        _both(0x000C, 0x003C, ""),
    ]
    for reference, library in (_VBA, _EXCEL, *_REFERENCES):
        spelled = library.encode(CODE_PAGE)
        parts.append(_both(0x0016, 0x003E, reference))
        parts.append(_record(0x000D, struct.pack("<I", len(spelled)) + spelled + bytes(6)))
    parts.append(_record(0x000F, struct.pack("<H", len(modules))))
    parts.append(_record(0x0013, struct.pack("<H", 0xFFFF)))
    for module in modules:
        parts += [
            _both(0x0019, 0x0047, module.name),
            _both(0x001A, 0x0032, module.name),
            _both(0x001C, 0x0048, ""),
            _record(0x0031, struct.pack("<I", 0)),  # the source begins at once: nothing compiled before it
            _record(0x001E, struct.pack("<I", 0)),
            _record(0x002C, struct.pack("<H", 0xFFFF)),
            _record(0x0021 if module.kind == "module" else 0x0022, b""),
            _record(0x002B, b""),
        ]
    parts.append(_record(0x0010, b""))
    return b"".join(parts)


def _project(name: str, identity: str, modules: Sequence[Module]) -> bytes:
    """The PROJECT stream ([MS-OVBA] 2.3.1)."""
    lines = [f'ID="{identity}"']
    for module in modules:
        match module.kind:
            case "document":
                lines.append(f"Document={module.name}/&H00000000")
            case "class":
                lines.append(f"Class={module.name}")
            case "module":
                lines.append(f"Module={module.name}")
    lines += [
        f'Name="{name}"',
        'HelpContextID="0"',
        'VersionCompatible32="393222000"',
        f'CMG="{encrypted(bytes(4), identity)}"',
        f'DPB="{encrypted(bytes(1), identity)}"',
        f'GC="{encrypted(bytes([0xFF]), identity)}"',
        "",
        "[Host Extender Info]",
        "&H00000001={3832D640-CF90-11CF-8E43-00A0C911005A};VBE;&H00000000",
        "",
        "[Workspace]",
        *(f"{module.name}=0, 0, 0, 0, C" for module in modules),
    ]
    return ("\r\n".join(lines) + "\r\n").encode(CODE_PAGE)


def _names(modules: Sequence[Module]) -> bytes:
    """The PROJECTwm stream: each module's name in both encodings ([MS-OVBA] 2.3.3)."""
    parts = [
        module.name.encode(CODE_PAGE) + b"\0" + module.name.encode("utf-16-le") + b"\0\0"
        for module in modules
    ]
    return b"".join(parts) + b"\0\0"


def encrypted(data: bytes, identity: str, seed: int = 0x5D) -> str:
    """Data as the PROJECT stream hides it, in hexadecimal ([MS-OVBA] 2.4.3.2).

    The same as in a project that Excel itself saved:

    >>> encrypted(bytes(4), "{318BEE36-5BE1-492A-826D-473DB19B0F30}")
    '5D5F8AADDAA8DEA8DEA8DEA8DE'
    """
    key = sum(identity.encode(CODE_PAGE)) & 0xFF
    version, hidden_key = seed ^ 2, seed ^ key
    out = [seed, version, hidden_key]
    plain, first, second = key, hidden_key, version
    for byte in (*_IGNORED[: (seed & 6) // 2], *struct.pack("<I", len(data)), *data):
        hidden = byte ^ ((second + plain) & 0xFF)
        out.append(hidden)
        second, first, plain = first, hidden, byte
    return bytes(out).hex().upper()


_IGNORED = (0x9B, 0xFF, 0xFF)  # any values will do


# --- compression: [MS-OVBA] 2.4.1 -------------------------------------------------------------------


def compressed(data: bytes) -> bytes:
    """Data in a compressed container: chunks of 4096 bytes, runs that were seen before as references."""
    return b"\x01" + b"".join(_chunk(data[start : start + 4096]) for start in range(0, len(data), 4096))


def _chunk(data: bytes) -> bytes:
    body = b"".join(_tokens(data))
    if len(body) > 4096 and len(data) == 4096:
        return struct.pack("<H", 0x3000 | (4096 + 2 - 3)) + data
    return struct.pack("<H", 0xB000 | (len(body) + 2 - 3)) + body


def _tokens(data: bytes) -> Iterator[bytes]:
    """Groups of eight tokens: a byte of flags, then bytes as they are or references backwards."""
    position = 0
    seen: dict[bytes, list[int]] = {}
    while position < len(data):
        flags, group = 0, bytearray()
        for bit in range(8):
            if position >= len(data):
                break
            start, length = _longest(data, position, seen)
            if length >= 3:
                bits = max((position - 1).bit_length(), 4)
                token = ((position - start - 1) << (16 - bits)) | (length - 3)
                group += struct.pack("<H", token)
                flags |= 1 << bit
            else:
                length = 1
                group.append(data[position])
            for passed in range(position, position + length):
                seen.setdefault(data[passed : passed + 3], []).append(passed)
            position += length
        yield bytes([flags]) + bytes(group)


def _longest(data: bytes, position: int, seen: dict[bytes, list[int]]) -> tuple[int, int]:
    """Where the longest run that begins at a position was seen before, and how long it is."""
    bits = max((position - 1).bit_length(), 4)
    most = min((0xFFFF >> bits) + 3, len(data) - position)
    best, length = 0, 0
    for start in reversed(seen.get(data[position : position + 3], ())[-32:]):
        run = 0
        while run < most and data[start + run] == data[position + run]:
            run += 1
        if run > length:
            best, length = start, run
    return best, length


# --- the container: [MS-CFB], version 3 -------------------------------------------------------------

_SECTOR, _MINI, _CUTOFF = 512, 64, 4096
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_NONE = 0xFFFFFFFF


@dataclass(slots=True)
class _Entry:
    """An entry of the directory."""

    name: str
    kind: int  # 1 a storage, 2 a stream, 5 the root
    start: int = _END
    size: int = 0
    left: int = _NONE
    right: int = _NONE
    child: int = _NONE

    def packed(self) -> bytes:
        name = self.name.encode("utf-16-le") + b"\0\0" if self.name else b""
        return struct.pack(
            "<64sHBBIII16sIQQIQ",
            name,
            len(name),
            self.kind,
            1,  # black: a balanced tree of black nodes is in order
            self.left,
            self.right,
            self.child,
            bytes(16),
            0,
            0,
            0,
            0 if self.kind == 1 else self.start,
            self.size,
        )


def container(streams: dict[tuple[str, ...], bytes]) -> bytes:
    """A compound file of streams, in storages at most one deep."""
    storages = sorted({path[0] for path in streams if len(path) == 2})
    entries = [_Entry("Root Entry", 5)]
    places: dict[tuple[str, ...], int] = {}
    for path in [*((name,) for name in storages), *sorted(streams)]:
        places[path] = len(entries)
        entries.append(_Entry(path[-1], 2 if path in streams else 1))
    entries[0].child = _tree(entries, [places[path] for path in places if len(path) == 1])
    for name in storages:
        inside = [places[path] for path in places if len(path) == 2 and path[0] == name]
        entries[places[name,]].child = _tree(entries, inside)

    mini = bytearray()
    mini_fat: list[int] = []
    large: list[tuple[int, bytes]] = []
    for path, data in streams.items():
        entry = entries[places[path]]
        entry.size = len(data)
        if len(data) >= _CUTOFF:
            large.append((places[path], data))
        elif data:
            first = len(mini_fat)
            entry.start = first
            count = -(-len(data) // _MINI)
            mini_fat += [*range(first + 1, first + count), _END]
            mini += data.ljust(count * _MINI, b"\0")
    sectors: list[bytes] = []
    fat: list[int] = []

    def put(data: bytes) -> int:
        """Append data in sectors of their own; the number of the first."""
        if not data:
            return _END
        first, count = len(sectors), -(-len(data) // _SECTOR)
        padded = data.ljust(count * _SECTOR, b"\0")
        sectors.extend(padded[n : n + _SECTOR] for n in range(0, len(padded), _SECTOR))
        fat.extend([*range(first + 1, first + count), _END])
        return first

    for place, data in large:
        entries[place].start = put(data)
    entries[0].start, entries[0].size = put(bytes(mini)), len(mini)
    mini_data = b"".join(struct.pack("<I", one) for one in mini_fat)
    mini_start = put(mini_data.ljust(-(-len(mini_data) // _SECTOR) * _SECTOR, b"\xff"))
    while len(entries) % 4:
        entries.append(_Entry("", 0, start=0))
    directory = put(b"".join(entry.packed() for entry in entries))
    fat_count = 1
    while (len(fat) + fat_count) > fat_count * (_SECTOR // 4):
        fat_count += 1
    if fat_count > 109:
        raise ValueError("the project is too large for this writer")
    fat_start = len(sectors)
    fat.extend([_FAT] * fat_count)
    packed = b"".join(struct.pack("<I", one) for one in fat).ljust(fat_count * _SECTOR, b"\xff")
    sectors.extend(packed[n : n + _SECTOR] for n in range(0, len(packed), _SECTOR))
    difat = [*range(fat_start, fat_start + fat_count), *[_FREE] * (109 - fat_count)]
    header = struct.pack(
        "<8s16sHHHHH6s9I109I",
        bytes.fromhex("D0CF11E0A1B11AE1"),
        bytes(16),
        0x003E,
        3,
        0xFFFE,
        9,
        6,
        bytes(6),
        0,
        fat_count,
        directory,
        0,
        _CUTOFF,
        mini_start,
        -(-len(mini_data) // _SECTOR),
        _END,
        0,
        *difat,
    )
    return header + b"".join(sectors)


def _tree(entries: list[_Entry], places: Sequence[int]) -> int:
    """Link the entries of one storage as a balanced tree, by length of name and then by capitals."""
    order = sorted(places, key=lambda place: (len(entries[place].name), entries[place].name.upper()))

    def linked(low: int, high: int) -> int:
        if low >= high:
            return _NONE
        middle = (low + high) // 2
        entries[order[middle]].left = linked(low, middle)
        entries[order[middle]].right = linked(middle + 1, high)
        return order[middle]

    return linked(0, len(order))
