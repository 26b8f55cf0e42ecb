"""What a write changed in a workbook file: compared part by part and byte by byte.

Nothing here is shared with the writer: tags are found by a regular expression, not by an XML parser's
positions, so that a mistake in one does not hide in the other.
"""

from __future__ import annotations

import itertools
import posixpath
import re
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

from budget_tools.model.address import Cell, parse_cell, parse_range

_TOKEN = re.compile(
    rb"""<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>|<(?:[^>"']|"[^"]*"|'[^']*')*>|[^<]+""", re.DOTALL
)
_FILL_TAGS = {b"fill", b"patternFill", b"fgColor", b"bgColor"}
_FONT_TAGS = {b"font", b"b", b"u", b"sz", b"color", b"name", b"family", b"scheme"}
_BORDER_TAGS = {b"border", b"left", b"right", b"top", b"bottom", b"diagonal"}
_STYLE_TAGS = {b"numFmts", b"fonts", b"fills", b"borders", b"numFmt", b"xf", b"alignment", b"protection"}
_STYLE_TAGS |= _FILL_TAGS | _FONT_TAGS | _BORDER_TAGS


def assert_only_changed(before: Path, after: Path, changed: set[str], *, styles: bool = False) -> None:
    """Assert that two workbook files differ in the cells named and in nothing else.

    ``changed`` holds addresses such as ``Løn!B7``. What a change of cells brings with it is allowed: a
    wider ``dimension`` and ``spans``, a row made for a new cell, ``calcPr`` in the workbook part, entries
    of changed cells gone from the calculation chain (and the chain when nothing is left of it). With
    ``styles`` the styles part may have more number formats and cell formats, and a cell another style.
    All other parts have the same compressed bytes, time, attributes and order.
    """
    with zipfile.ZipFile(before) as old, zipfile.ZipFile(after) as new:
        assert new.testzip() is None
        workbook = target(old, "", "/officeDocument")
        assert workbook is not None, "no workbook part"
        listed = sheets(old, workbook)
        named: dict[str, set[Cell]] = {}
        ids: set[tuple[str, Cell]] = set()
        for address in changed:
            name, _, cell = address.rpartition("!")
            part, sheet_id = listed[name]
            named.setdefault(part, set()).add(parse_cell(cell))
            ids.add((sheet_id, parse_cell(cell)))
        chain = target(old, workbook, "/calcChain")
        dropped = {chain} - set(new.namelist()) if chain else set()
        assert new.namelist() == [n for n in old.namelist() if n not in dropped], "parts or their order"
        assert new.comment == old.comment
        leads = {"[Content_Types].xml", _rels(workbook)} if dropped else set()
        if chain:
            left = _chain(new.read(chain)) if chain not in dropped else []
            expected = [entry for entry in _chain(old.read(chain)) if entry in left or entry not in ids]
            assert left == expected, "calculation chain"
        for name in new.namelist():
            was, now = old.read(name), new.read(name)
            if was == now:
                _assert_raw(before, after, old.getinfo(name), new.getinfo(name))
            elif name in named:
                _assert_sheet(was, now, named[name], name, styles)
            elif name == workbook:
                assert _without(was, b"calcPr") == _without(now, b"calcPr"), f"{name}: more than calcPr"
            elif name in leads:
                kept = [t for t in _tokens(was) if posixpath.basename(str(chain)).encode() not in t]
                assert kept == _tokens(now), name
            elif styles and name == target(old, workbook, "/styles"):
                _assert_more(_opened(was), _opened(now), _STYLE_TAGS, name)
            else:
                assert name == chain, f"{name} changed"


def assert_only_gained(before: Path, after: Path, gained: dict[str, set[bytes]], new: str) -> None:
    """Assert that a workbook file has all it had, byte for byte, and besides only what was meant.

    ``gained`` says by pattern of a part's name which elements it may have more of; counts in their parents
    may be higher. ``new`` is a pattern that every new part fits; new parts stand last.
    """
    with zipfile.ZipFile(before) as old, zipfile.ZipFile(after) as now:
        assert now.testzip() is None
        assert now.namelist()[: len(old.namelist())] == old.namelist(), "parts or their order"
        for name in now.namelist()[len(old.namelist()) :]:
            assert re.fullmatch(new, name), f"{name} is new"
        for name in old.namelist():
            if old.read(name) == now.read(name):
                _assert_raw(before, after, old.getinfo(name), now.getinfo(name))
                continue
            allowed = next((tags for pattern, tags in gained.items() if re.fullmatch(pattern, name)), None)
            assert allowed is not None, f"{name} changed"
            _assert_more(_opened(old.read(name)), _opened(now.read(name)), allowed, name)


def _opened(data: bytes) -> list[bytes]:
    """The tokens of a part, empty tags as a start and an end, without counts."""
    found: list[bytes] = []
    for token in _tokens(data):
        if token.startswith(b"<") and token.endswith(b"/>"):
            found += [_less(token[:-2].rstrip() + b">", "count"), _end_tag(token)]
        else:
            found.append(_less(token, "count") if token.startswith(b"<") else token)
    return found


def _assert_more(was: list[bytes], now: list[bytes], allowed: set[bytes], name: str) -> None:
    """All old tokens are there in their order, and what is more stands in elements that may be new."""
    i = depth = 0
    for token in now:
        tag = _name(token) or _name(token.replace(b"</", b"<"))
        if not depth and i < len(was) and token == was[i]:
            i += 1
            continue
        if tag in allowed or depth:
            opens = token.startswith(b"<") and not token.startswith((b"</", b"<?", b"<!"))
            depth += opens - token.startswith(b"</")
            continue
        raise AssertionError(f"{name}: {token!r} is new")
    assert i == len(was), f"{name}: {was[i]!r} is gone"


def raw_part(path: Path, info: zipfile.ZipInfo) -> bytes:
    """The bytes of a part in the zip: local header and compressed data."""
    with path.open("rb") as file:
        file.seek(info.header_offset)
        header = file.read(30)
        more = int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little")
        return header + file.read(more + info.compress_size)


def _assert_raw(before: Path, after: Path, old: zipfile.ZipInfo, new: zipfile.ZipInfo) -> None:
    assert raw_part(before, old) == raw_part(after, new), f"{old.filename}: packed again"
    said = ("date_time", "compress_type", "external_attr", "create_system", "comment", "flag_bits")
    assert all(getattr(old, key) == getattr(new, key) for key in said), f"{old.filename}: zip metadata"


def _rels(part: str) -> str:
    folder, base = posixpath.split(part.replace("\\", "/"))
    return posixpath.join(folder, "_rels", f"{base}.rels")


def _targets(package: zipfile.ZipFile, part: str) -> Iterator[tuple[str, str, str]]:
    """(id, type, part) of the relationships of a part."""
    names = {name.casefold().replace("\\", "/"): name for name in package.namelist()}
    rels = names.get(_rels(part).casefold())
    for e in ET.fromstring(package.read(rels)) if rels else ():
        target = unquote(e.get("Target", "").replace("\\", "/"))
        path = posixpath.normpath(
            posixpath.join("/", posixpath.dirname(part.replace("\\", "/")), target)
        ).lstrip("/")
        if e.get("TargetMode") != "External" and path.casefold() in names:
            yield e.get("Id", ""), e.get("Type", ""), names[path.casefold()]


def target(package: zipfile.ZipFile, part: str, kind: str) -> str | None:
    """The part that another one (or the package, where that is empty) names as its ``/styles`` or so."""
    return next((found for _, type_, found in _targets(package, part) if type_.endswith(kind)), None)


def sheets(package: zipfile.ZipFile, workbook: str) -> dict[str, tuple[str, str]]:
    """The part and the sheet id of every sheet, by name."""
    parts = {id_: part for id_, _, part in _targets(package, workbook)}
    found: dict[str, tuple[str, str]] = {}
    for e in ET.fromstring(package.read(workbook)).iter():
        if e.tag.endswith("}sheet"):
            id_ = next((v for k, v in e.attrib.items() if k.endswith("}id")), "")
            found[e.get("name", "")] = parts.get(id_, ""), e.get("sheetId", "")
    return found


def _chain(data: bytes) -> list[tuple[str, Cell]]:
    """The cells of a calculation chain with their sheet ids, which an entry may leave to the one before."""
    sheet = "0"
    found: list[tuple[str, Cell]] = []
    for e in ET.fromstring(data):
        sheet = e.get("i", sheet)
        found.append((sheet, parse_cell(e.get("r", ""))))
    return found


def _tokens(data: bytes) -> list[bytes]:
    """A part as tags and the text between them; nothing may be lost."""
    found = _TOKEN.findall(data)
    assert b"".join(found) == data
    return found


def _name(token: bytes) -> bytes:
    """The local name of a start or empty tag, nothing for all else."""
    match = re.match(rb"<(?:[^\s:/>!?]+:)?([^\s:/>!?]+)", token)
    return match[1] if match else b""


def _closes(token: bytes, name: bytes) -> bool:
    return re.fullmatch(rb"</(?:[^\s:>]+:)?" + name + rb"\s*>", token) is not None


def _attribute(token: bytes, name: str) -> str | None:
    match = re.search(rb"\s" + name.encode() + rb"""\s*=\s*["']([^"']*)["']""", token)
    return match[1].decode() if match else None


def _less(token: bytes, name: str) -> bytes:
    return re.sub(rb"\s+" + name.encode() + rb"""\s*=\s*("[^"]*"|'[^']*')""", b"", token)


def _element(tokens: list[bytes], start: int) -> int:
    """The index after the element whose start tag is at ``start``."""
    if tokens[start].endswith(b"/>"):
        return start + 1
    name, depth = _name(tokens[start]), 0
    for i in range(start, len(tokens)):
        if _name(tokens[i]) == name and not tokens[i].endswith(b"/>"):
            depth += 1
        depth -= _closes(tokens[i], name)
        if not depth:
            return i + 1
    raise AssertionError("an element without an end")


def _without(data: bytes, name: bytes) -> list[bytes]:
    """The tokens of a part without the elements of a name."""
    tokens, kept, i = _tokens(data), [], 0
    while i < len(tokens):
        if _name(tokens[i]) == name:
            i = _element(tokens, i)
        else:
            kept.append(tokens[i])
            i += 1
    return kept


def _assert_sheet(was: bytes, now: bytes, changed: set[Cell], name: str, styles: bool) -> None:
    """Both sheets are the same once the changed cells are out of them."""
    filled = {
        parse_cell(at.decode()) for at in re.findall(rb"<(?:\w+:)?c [^>]*r=.([A-Z]+\d+)[^>]*[^/]>", now)
    }
    old, old_styles = _reduced(was, changed)
    new, new_styles = _reduced(now, changed)
    for a, b in itertools.zip_longest(old, new):
        assert a == b, f"{name}: {a!r} became {b!r}"
    assert styles or old_styles.items() <= new_styles.items(), f"{name}: another style"
    assert set(new_styles) == changed, f"{name}: cells missing"
    ranges = [re.search(rb"<(?:[\w.-]+:)?dimension[^>]*ref=[\"']([A-Z0-9:]+)", data) for data in (was, now)]
    if ranges[0] and ranges[1]:
        small, large = (parse_range(match[1].decode()) for match in ranges if match)
        assert large.top <= small.top and large.left <= small.left, f"{name}: dimension"
        assert large.bottom >= small.bottom and large.right >= small.right, f"{name}: dimension"
        held = [cell for cell in changed if cell in filled]
        assert all(
            large.top <= c.row <= large.bottom and large.left <= c.column <= large.right for c in held
        ), f"{name}: dimension"


def _reduced(data: bytes, changed: set[Cell]) -> tuple[list[bytes], dict[Cell, str]]:
    """A sheet's tokens without the changed cells and what they bring along, and those cells' styles."""
    tokens = _tokens(data)
    kept: list[bytes] = []
    styles: dict[Cell, str] = {}
    rows = {cell.row for cell in changed}
    i = row = 0
    inside = False
    while i < len(tokens):
        token = tokens[i]
        name = _name(token)
        if name == b"sheetData":
            inside = not token.endswith(b"/>")
            kept += [token] if inside else [token[:-2].rstrip() + b">", _end_tag(token)]
        elif inside and _closes(token, b"sheetData"):
            inside = False
            kept.append(token)
        elif inside and name == b"row":
            row = int(_attribute(token, "r") or row + 1)
            end = _element(tokens, i)
            kept += _reduced_row(tokens[i:end], row, changed, styles) if row in rows else tokens[i:end]
            i = end
            continue
        else:
            kept.append(_less(token, "ref") if name == b"dimension" else token)
        i += 1
    return kept, styles


def _end_tag(token: bytes) -> bytes:
    return b"</" + re.split(rb"[\s/>]", token[1:], maxsplit=1)[0] + b">"


def _reduced_row(tokens: list[bytes], row: int, changed: set[Cell], styles: dict[Cell, str]) -> list[bytes]:
    start = _less(_less(tokens[0], "spans"), "r")
    plain = start.removesuffix(b"/>").removesuffix(b">").rstrip() + b">"
    kept: list[bytes] = []
    i, column = 1, 0
    while i < len(tokens) - 1:
        if _name(tokens[i]) != b"c":
            kept.append(tokens[i])
            i += 1
            continue
        said = _attribute(tokens[i], "r")
        column = parse_cell(said).column if said else column + 1
        end = _element(tokens, i)
        if Cell(row, column) in changed:
            styles[Cell(row, column)] = _attribute(tokens[i], "s") or "0"
        else:
            kept += tokens[i:end]
        i = end
    if not kept and b" " not in plain.strip():
        return []
    return [plain, *kept, _end_tag(start)]
