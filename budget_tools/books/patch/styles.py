"""The styles part: cell formats that exist, and those that edits need besides."""

from __future__ import annotations

from ...errors import WriteRefused
from ..package import Element, elements, escape, filled, splice, with_attributes

MOST_STYLES = 64_000

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


class Styles:
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
