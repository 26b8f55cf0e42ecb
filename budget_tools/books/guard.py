"""Is this file safe and whole enough to read at all? Answered from its head and its table of contents.

Only regular files are opened, and they are read once into memory: what is checked is what is read, and
nobody who edits the file meanwhile is locked out. Limits are taken from the settings.
"""

from __future__ import annotations

import io
import os
import re
import stat
import struct
import sys
import time
import zipfile
import zlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ..errors import Refused, Unreadable
from ..settings import Limits
from .sheetxml import SheetXml, bounding_area

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_MAX_PARTS = 20_000
_MAX_RATIO = 400  # a real workbook's largest part shrinks to about a hundredth
_RATIO_COUNTS_FROM = 50_000_000
_DENSE_CELLS = 20_000_000
_LARGE_STRINGS = 30_000_000
_MOST_STRINGS = 50_000_000
_LONG_STRINGS = 1_000_000
_MUCH_TEXT = 500_000_000
_LARGE_PACKAGE = 400_000_000
_LEASE_SECONDS = 5.0


def snapshot(path: Path, limits: Limits) -> bytes:
    """The bytes of a workbook as it is saved now.

    Raises:
        Unreadable: it is gone, locked or may not be read.
        Refused: it is no regular file, is empty, or is larger than the settings allow.
    """
    try:
        descriptor = _open(path)
    except FileNotFoundError as error:
        raise Unreadable("missing") from error
    except BlockingIOError as error:
        raise Unreadable("locked") from error
    except IsADirectoryError as error:
        raise Refused("is-folder") from error
    except PermissionError as error:
        raise Unreadable("locked" if os.name == "nt" else "permission") from error
    except OSError as error:
        raise Unreadable("not-a-regular-file") from error
    most = limits.file_mb * 1_000_000
    try:
        state = os.fstat(descriptor)
        if not stat.S_ISREG(state.st_mode):
            raise Refused("is-folder" if stat.S_ISDIR(state.st_mode) else "not-a-regular-file")
        if state.st_size > most:
            raise Refused("too-large", size=state.st_size // 1_000_000, limit=limits.file_mb)
        try:
            data = _all_of(descriptor, state.st_size, most + 1)
        except OSError as error:
            raise Unreadable("locked") from error
    finally:
        os.close(descriptor)
    if not data:
        raise Unreadable("empty-file")
    return data


def _all_of(descriptor: int, size: int, most: int) -> bytes:
    """The bytes of an open file, ``most`` at most, which was ``size`` bytes long when it was opened."""
    pieces = []
    while most > 0:
        piece = os.read(descriptor, min(size + 1, most))
        if not piece:
            break
        pieces.append(piece)
        most -= len(piece)
        size = max(size - len(piece), _AT_ONCE)
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)


_AT_ONCE = 1_000_000

if sys.platform == "win32":

    def _open(path: Path) -> int:
        """A file opened so that others may go on writing, renaming and deleting it.

        Python's own ``open`` forbids the last two for as long as it lasts, and by them Excel saves.
        """
        import ctypes
        import msvcrt
        from ctypes import wintypes

        create = ctypes.WinDLL("kernel32", use_last_error=True).CreateFileW
        create.restype = wintypes.HANDLE
        create.argtypes = (
            *(wintypes.LPCWSTR, wintypes.DWORD, wintypes.DWORD, wintypes.LPVOID),
            *(wintypes.DWORD, wintypes.DWORD, wintypes.HANDLE),
        )
        read, share_all, existing, ordinary = 0x80000000, 0x7, 3, 0x80
        handle = create(str(path), read, share_all, None, existing, ordinary, None)
        if handle in (None, ctypes.c_void_p(-1).value):
            code = ctypes.get_last_error()
            raise OSError(0, ctypes.FormatError(code), str(path), code)
        return msvcrt.open_osfhandle(handle, os.O_RDONLY | os.O_BINARY)

else:

    def _open(path: Path) -> int:
        """A file opened without waiting for it: a pipe under a workbook's name would keep us for ever.

        Where a file server keeps the file for one of its clients (a lease), our try is what tells it to
        let go, and that takes it a moment.
        """
        until = time.monotonic() + _LEASE_SECONDS
        while True:
            try:
                return os.open(path, os.O_RDONLY | os.O_NONBLOCK)
            except BlockingIOError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.05)


_LOCAL_HEADER = 30


@dataclass(frozen=True, slots=True)
class Package:
    """An opened workbook package. ``parts`` maps the lower-case name of a part to its name in the zip."""

    data: bytes
    zip: zipfile.ZipFile
    parts: dict[str, str]
    limit: int

    def has(self, name: str) -> bool:
        """Whether the package holds a part."""
        return name.lower() in self.parts

    def size(self, name: str) -> int:
        """How large a part says it is when inflated."""
        return self.zip.getinfo(self.parts[name.lower()]).file_size

    def read(self, name: str, most: int | None = None) -> bytes:
        """A part, inflated, or its first ``most`` bytes; counted, whatever the zip's directory says.

        Raises:
            Unreadable: the part is missing or broken.
            Refused: it is larger than the limit, or declares a document type.
        """
        try:
            actual = self.parts[name.lower()]
        except KeyError:
            raise Unreadable("missing-part", part=name) from None
        try:
            content = self._inflate(actual, most)
        except (
            zipfile.BadZipFile,
            NotImplementedError,
            RuntimeError,
            EOFError,
            OSError,
            ValueError,
        ) as error:
            raise Unreadable("broken-zip") from error
        except Exception as error:  # zlib.error and lzma.LZMAError share no parent
            raise Unreadable("broken-zip") from error
        if len(content) > self.limit:
            raise Refused("zip-bomb")
        # "!" is rare in XML, and looking for one byte takes a twentieth of looking for two
        if b"!" in content and (b"<!DOCTYPE" in content or b"<!ENTITY" in content):
            raise Refused("doctype")
        return content

    def _inflate(self, actual: str, most: int | None) -> bytes:
        """A part's bytes, straight from the snapshot where it is stored as Excel stores it."""
        entry = self.zip.getinfo(actual)
        start = entry.header_offset
        if entry.compress_type == zipfile.ZIP_DEFLATED and self.data[start : start + 4] == b"PK\3\4":
            name, extra = struct.unpack_from("<HH", self.data, start + 26)
            start += _LOCAL_HEADER + name + extra
            packed = self.data[start : start + entry.compress_size]
            if most is not None:
                return zlib.decompressobj(-15).decompress(packed, most)
            if actual in _OFTEN_ALIKE and len(packed) <= _FEW_BYTES:
                found = _inflated(packed, entry.CRC)
                if found is not None:
                    return found
            if 0 < entry.file_size <= self.limit:
                content = zlib.decompressobj(-15).decompress(packed, entry.file_size)
                if len(content) == entry.file_size and zlib.crc32(content) == entry.CRC:
                    return content
        with self.zip.open(actual) as stream:
            return stream.read(self.limit + 1 if most is None else most)


_OFTEN_ALIKE = frozenset(("_rels/.rels", "xl/_rels/workbook.xml.rels", "xl/workbook.xml", "xl/styles.xml"))
"""Parts that the workbooks made from one template have in common to the byte."""

_FEW_BYTES = 4_000
_MOST_INFLATED = 64_000


@lru_cache(maxsize=32)
def _inflated(packed: bytes, crc: int) -> bytes | None:
    """A small part inflated; None where it is not so small, or broken."""
    inflater = zlib.decompressobj(-15)
    content = inflater.decompress(packed, _MOST_INFLATED)
    return content if inflater.eof and zlib.crc32(content) == crc else None


def open_package(data: bytes, limits: Limits) -> Package:
    """The package of a workbook, when it is one and its table of contents is sane.

    Raises:
        Unreadable: the zip is broken.
        Refused: it is something else than an .xlsx or .xlsm, is encrypted, or unpacks beyond the limits.
    """
    if data.startswith(_OLE):
        raise Refused("encrypted" if _ENCRYPTED in data else "old-format")
    if not data.startswith(b"PK"):
        raise Refused("not-a-workbook")
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, UnicodeDecodeError) as error:
        raise Unreadable("broken-zip") from error
    limit = limits.memory_mb * 1_000_000
    total = 0
    parts: dict[str, str] = {}
    for entry in entries:
        total += entry.file_size
        if entry.file_size > _RATIO_COUNTS_FROM and entry.file_size > _MAX_RATIO * max(
            entry.compress_size, 1
        ):
            raise Refused("zip-bomb")
        if entry.flag_bits & 1:
            raise Refused("encrypted")
        parts.setdefault(entry.filename.replace("\\", "/").lstrip("/").lower(), entry.filename)
    if len(entries) > _MAX_PARTS or total > limit:
        raise Refused("zip-bomb")
    if "[content_types].xml" not in parts:
        raise Refused("not-a-workbook")
    return Package(data, archive, parts, limit)


_HEAD = 4096  # the declaration and the first tag stand in so many bytes
_COUNT = re.compile(rb"\b(?:uniqueCount|count)=[\"'](\d+)[\"']")


def needs_a_child(package: Package, sheets: dict[str, SheetXml]) -> bool:
    """Whether a fast reader could die or swell on this workbook, so that it must be read in a child process.

    Known to end the process: a lone cell in the last corner of a sheet, a count of texts that no part
    of that size can hold, and a huge text that is used again and again.
    """
    total = sum([entry.file_size for entry in package.zip.filelist])
    if total > _LARGE_PACKAGE or sum(map(_area, sheets.values())) > _DENSE_CELLS:
        return True
    strings = "xl/sharedstrings.xml"
    if not package.has(strings):
        return False
    size = package.size(strings)
    if size > _LARGE_STRINGS:
        return True
    text = package.read(strings) if size >= _LONG_STRINGS else package.read(strings, most=_HEAD)
    head = text[: text.find(b">", text.find(b"sst")) + 1]
    if any(int(count) > _MOST_STRINGS for count in _COUNT.findall(head)):
        return True  # more texts than a part of this size can hold
    if size < _LONG_STRINGS:
        return False
    uses = sum(sheet.xml.count(b't="s"') for sheet in sheets.values())
    return size / max(1, text.count(b"<si")) * uses > _MUCH_TEXT


def _area(sheet: SheetXml) -> int:
    return sheet.area if sheet.area is not None else bounding_area(sheet.xml, sheet.plain)
