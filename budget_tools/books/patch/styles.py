"""The styles part: cell formats that exist, and those that edits need besides.

Everything that is added stands last in its list, so that it can be taken away again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from ...errors import WriteRefused
from ...model.edit import Look
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

LISTS = ("numFmts", "fonts", "fills", "borders", "cellStyleXfs", "cellXfs")
"""The lists of CT_Stylesheet that are added to or looked at, in the order in which they must stand."""


class Tree(NamedTuple):
    """A small piece of XML without namespaces, whatever the order of its attributes."""

    name: str
    attributes: tuple[tuple[str, str], ...]
    children: tuple[Tree, ...] = ()

    def spelled(self, prefix: str = "") -> str:
        """The piece as XML, its elements with that prefix."""
        said = "".join(f' {name}="{escape(value)}"' for name, value in self.attributes)
        inside = "".join(child.spelled(prefix) for child in self.children)
        name = prefix + self.name
        return f"<{name}{said}>{inside}</{name}>" if inside else f"<{name}{said}/>"


def tree(name: str, *children: Tree, **attributes: str) -> Tree:
    """A piece of XML."""
    return Tree(name, tuple(sorted(attributes.items())), children)


def fill_tree(fill: str) -> Tree:
    """The fill that an edit asks for: a colour as RRGGBB, or the XML of one.

    Raises:
        WriteRefused: ``bad-colour``.
    """
    if len(fill) == 6 and all(c in "0123456789ABCDEFabcdef" for c in fill):
        colour = tree("fgColor", rgb=f"FF{fill.upper()}")
        return tree("fill", tree("patternFill", colour, tree("bgColor", indexed="64"), patternType="solid"))
    try:
        found = elements(f"<fill>{fill}</fill>".encode())
        [whole] = trees(found[:1], found)
    except WriteRefused as refused:
        raise WriteRefused("bad-colour", colour=fill) from refused
    if [child.name for child in whole.children] not in (["patternFill"], ["gradientFill"]):
        raise WriteRefused("bad-colour", colour=fill)
    return whole


def trees(wanted: Iterable[Element], found: Sequence[Element]) -> list[Tree]:
    """Elements of a part as pieces of XML with all that is in them."""
    children: dict[int, list[Element]] = {}
    for element in found:
        children.setdefault(id(element.parent), []).append(element)

    def grown(element: Element) -> Tree:
        said = tuple(sorted(element.attributes.items()))
        return Tree(element.local, said, tuple(grown(child) for child in children.get(id(element), ())))

    return [grown(element) for element in wanted]


@dataclass(slots=True)
class _Xf:
    """A cell format: its attributes, its start tag and what follows that."""

    attributes: dict[str, str]
    tag: bytes
    rest: bytes

    @property
    def key(self) -> tuple[object, ...]:
        """What makes two cell formats the same: attributes in any order, and the bytes inside."""
        said = frozenset((k, {"true": "1", "false": "0"}.get(v, v)) for k, v in self.attributes.items())
        return said, self.rest.rpartition(b"</")[0].strip()

    def number(self, name: str) -> int:
        """An attribute that is the number of something in another list."""
        text = self.attributes.get(name, "0")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1

    def with_attributes(self, changes: Mapping[str, str]) -> _Xf:
        """The cell format with some attributes set."""
        return _Xf(self.attributes | dict(changes), with_attributes(self.tag, dict(changes)), self.rest)


@dataclass(slots=True)
class _List:
    """One of the lists of the styles part, and what is added to it."""

    name: str
    element: Element | None
    children: list[Element] = field(default_factory=list)
    added: list[bytes] = field(default_factory=list)
    known: dict[Tree, int] | None = None

    def __len__(self) -> int:
        return len(self.children) + len(self.added)


class Styles:
    """The styles part: cell formats that exist, and those the edits need besides."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        found = elements(data, 3)  # the lists and what is in them, but not what is in that
        self._root = found[0]
        self._prefix = self._root.prefix(data)
        space = self._root.namespace
        top = {e.local: e for e in reversed(found) if e.parent is self._root and e.namespace == space}
        if "cellXfs" not in top:
            raise WriteRefused("broken-styles")
        self._top = top
        self._lists = {name: _List(name, top.get(name)) for name in LISTS}
        owners = {id(e): self._lists[name] for name, e in top.items() if name in self._lists}
        for element in found:
            owner = owners.get(id(element.parent))
            if owner is not None and element.namespace == space:
                owner.children.append(element)
        self._looks: dict[Look, int] = {}
        self._fills: dict[int, Tree] = {}
        xfs = self._lists["cellXfs"].children = [
            e for e in self._lists["cellXfs"].children if e.local == "xf"
        ]
        self._xfs = [_Xf(e.attributes, e.tag(data), data[e.inside : e.end]) for e in xfs]
        self._known: dict[tuple[object, ...], int] = {}
        for i, xf in enumerate(self._xfs):
            self._known.setdefault(xf.key, i)
        codes = [e for e in self._lists["numFmts"].children if e.local == "numFmt"]
        self._lists["numFmts"].children = codes
        self._code_of = {e.attributes.get("numFmtId", ""): e.attributes.get("formatCode", "") for e in codes}
        self._id_of = {code: number for number, code in reversed(self._code_of.items())}
        used = (e.attributes.get("numFmtId", "") for e in found)
        self._last = max((int(n) for n in used if n.isascii() and n.isdigit() and len(n) < 10), default=0)

    # What cell formats are

    def code(self, style: int) -> str | None:
        """The number format of a style, as far as it is defined or in our table."""
        if not 0 <= style < len(self._xfs):
            return None
        number = self._xfs[style].attributes.get("numFmtId", "0")
        built_in = {str(i): code for code, i in BUILT_IN_FORMATS.items()}
        return self._code_of.get(number, built_in.get(number))

    def fill(self, style: int) -> Tree:
        """The fill of a style; none where it says nothing that can be understood."""
        if not 0 <= style < len(self._xfs):
            return _NO_FILL
        fills, number = self._lists["fills"], self._xfs[style].number("fillId")
        if number not in self._fills and 0 <= number < len(fills.children):
            self._fills[number] = self._grown(fills.children[number : number + 1])[0]
        return self._fills.get(number, _NO_FILL)

    def unlocked(self, style: int) -> bool:
        """Whether cells of a style may be written although their sheet is protected."""
        if not 0 <= style < len(self._xfs):
            return False
        return b'locked="0"' in self._xfs[style].rest or b'locked="false"' in self._xfs[style].rest

    def counts(self) -> tuple[tuple[str, int], ...]:
        """How long each list is, -1 for one that is not there."""
        lists = self._lists.values()
        return tuple((one.name, len(one) if one.element is not None else -1) for one in lists)

    # Cell formats that are like others

    def with_number_format(self, style: int, code: str) -> int:
        """The style that is like another but for its number format.

        Raises:
            WriteRefused: ``broken-styles``, ``too-many-styles`` or ``bad-number-format``.
        """
        xf = self._xf(style)
        return self._numbered(xf.with_attributes({"numFmtId": self._number(code), "applyNumberFormat": "1"}))

    def with_fill(self, style: int, fill: str, before: int | None = None) -> int:
        """The style that is like another but for its fill; ``before`` is taken if it is such a style.

        Raises:
            WriteRefused: ``broken-styles``, ``too-many-styles`` or ``bad-colour``.
        """
        xf, wanted = self._xf(style), fill_tree(fill)
        known = before is not None and 0 <= before < len(self._xfs) and self.fill(before) == wanted
        if before is not None and known and _but_for_fill(self._xfs[before]).key == _but_for_fill(xf).key:
            return before
        if self.fill(style) == wanted:
            return style
        number = self._in_list("fills", wanted)
        return self._numbered(xf.with_attributes({"fillId": str(number), "applyFill": "1"}))

    def of_look(self, look: Look) -> int:
        """The style that looks like that, in the workbook's own font.

        Raises:
            WriteRefused: ``too-many-styles`` or ``bad-number-format``.
        """
        if look not in self._looks:
            self._looks[look] = self._of_look(look)
        return self._looks[look]

    def _of_look(self, look: Look) -> int:
        said = {
            "numFmtId": self._number(look.format),
            "fontId": str(self._font(look)),
            "fillId": str(self._in_list("fills", fill_tree(look.fill)) if look.fill else 0),
            "borderId": str(self._in_list("borders", _border(look.line_below)) if look.line_below else 0),
        }
        if len(self._lists["cellStyleXfs"]):
            said["xfId"] = "0"
        said |= {"applyNumberFormat": "1", "applyFont": "1", "applyAlignment": "1"}
        said |= {"applyFill": "1"} if look.fill else {}
        said |= {"applyBorder": "1"} if look.line_below else {}
        alignment = {"vertical": "top"}
        alignment |= {"wrapText": "1"} if look.wrap else {}
        if look.centred or look.right:
            alignment["horizontal"] = "center" if look.centred else "right"
        name = self._prefix + b"xf"
        tag = b"<" + name + "".join(f' {key}="{value}"' for key, value in said.items()).encode() + b">"
        inside = tree("alignment", **alignment).spelled(self._prefix.decode()).encode()
        return self._numbered(_Xf(said, tag, inside + b"</" + name + b">"))

    def _xf(self, style: int) -> _Xf:
        if not 0 <= style < len(self._xfs):
            raise WriteRefused("broken-styles")
        return self._xfs[style]

    def _numbered(self, xf: _Xf) -> int:
        """The number of a cell format, which is added where there is none like it."""
        if xf.key not in self._known:
            if len(self._xfs) >= MOST_STYLES:
                raise WriteRefused("too-many-styles")
            self._known[xf.key] = len(self._xfs)
            self._xfs.append(xf)
            self._lists["cellXfs"].added.append(xf.tag + xf.rest)
        return self._known[xf.key]

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
        self._lists["numFmts"].added.append(b"<" + self._prefix + text.encode())
        return number

    def _in_list(self, name: str, wanted: Tree) -> int:
        """The number of a font, fill or border, which is added where there is none like it."""
        one, known = self._lists[name], self._known_in(name)
        for reserved in _RESERVED[name][
            len(one) :
        ]:  # Excel takes the first numbers for these, whatever they hold
            self._append(one, reserved)
        if wanted not in known:
            self._append(one, wanted)
        return known[wanted]

    def _known_in(self, name: str) -> dict[Tree, int]:
        """The pieces of a list, each with its first number."""
        one = self._lists[name]
        if one.known is None:
            one.known = {}
            for number, piece in enumerate(self._grown(one.children)):
                one.known.setdefault(piece, number)
        return one.known

    def _grown(self, wanted: Sequence[Element]) -> list[Tree]:
        """Elements of the part that stand beside each other, with all that is in them."""
        if not wanted:
            return []
        root = self._root.tag(self._data)
        data = filled(root, self._data[wanted[0].start : wanted[-1].end])
        found = elements(data)
        return trees([e for e in found if e.parent is found[0]], found)

    def _append(self, one: _List, piece: Tree) -> None:
        self._known_in(one.name).setdefault(piece, len(one))
        if one.name == "fills":
            self._fills[len(one)] = piece
        one.added.append(piece.spelled(self._prefix.decode()).encode())

    def _font(self, look: Look) -> int:
        own = next((piece for piece, number in self._known_in("fonts").items() if number == 0), tree("font"))
        kept = {
            child.name: child for child in own.children if child.name in ("sz", "name", "family", "scheme")
        }
        size = dict(kept["sz"].attributes).get("val", "11") if "sz" in kept else "11"
        if look.size:
            kept["sz"] = tree("sz", val=f"{float(size) + look.size:g}")
        parts = [tree("b")] if look.bold else []
        parts += [tree("u")] if look.underlined else []
        parts += [kept[name] for name in ("sz",) if name in kept]
        parts += [tree("color", rgb=f"FF{look.colour}")] if look.colour else []
        parts += [kept[name] for name in ("name", "family", "scheme") if name in kept]
        return self._in_list("fonts", tree("font", *parts))

    # The part with what was added, or without it

    def patched(self) -> bytes:
        """The part with what was added in it."""
        data = self._data
        cuts: list[tuple[int, int, bytes]] = []
        new: dict[int, list[bytes]] = {}
        for name, one in self._lists.items():
            if not one.added:
                continue
            if one.element is None:
                tag = b"<" + self._prefix + f'{name} count="{len(one)}">'.encode()
                new.setdefault(self._place(name), []).append(filled(tag, b"".join(one.added)))
                continue
            counted: dict[str, str | None] = (
                {"count": str(len(one))} if "count" in one.element.attributes else {}
            )
            tag = with_attributes(one.element.tag(data), counted)
            if one.element.end == one.element.inside:
                cuts.append((one.element.start, one.element.end, filled(tag, b"".join(one.added))))
            else:
                cuts.append((one.element.start, one.element.inside, tag))
                cuts.append((one.element.close, one.element.close, b"".join(one.added)))
        cuts += [(place, place, b"".join(lists)) for place, lists in new.items()]
        return splice(data, cuts)

    def _place(self, name: str) -> int:
        """Where a list that is not there belongs."""
        before = [self._top[other] for other in LISTS[: LISTS.index(name)] if other in self._top]
        return max((element.end for element in before), default=self._root.inside)

    def trimmed(self, counts: Iterable[tuple[str, int]], used: Collection[int]) -> bytes:
        """The part without what stands at the end of its lists and is not used; ``used`` are cell formats."""
        wanted = dict(counts)
        data = self._data
        keep = {name: len(one.children) for name, one in self._lists.items()}
        keep["cellXfs"] = max(wanted.get("cellXfs", 1 << 30), max(used, default=-1) + 1)
        base = [_Xf(e.attributes, b"", b"") for e in self._lists["cellStyleXfs"].children]
        left = [*self._xfs[: keep["cellXfs"]], *base]
        for name, attribute in (("fonts", "fontId"), ("fills", "fillId"), ("borders", "borderId")):
            highest = max((xf.number(attribute) for xf in left), default=-1)
            keep[name] = max(wanted.get(name, 1 << 30), highest + 1)
        formats = {xf.attributes.get("numFmtId", "0") for xf in left}
        codes = self._lists["numFmts"].children
        last = max((i for i, e in enumerate(codes) if e.attributes.get("numFmtId") in formats), default=-1)
        keep["numFmts"] = max(wanted.get("numFmts", 1 << 30), last + 1)
        cuts: list[tuple[int, int, bytes]] = []
        for name, one in self._lists.items():
            element, number = one.element, keep[name]
            if element is None or number >= len(one.children) or name == "cellStyleXfs":
                continue
            if number <= 0 and wanted.get(name) == -1:
                cuts.append((element.start, element.end, b""))
                continue
            number = max(number, 0)
            if "count" in element.attributes:
                tag = with_attributes(element.tag(data), {"count": str(number)})
                cuts.append((element.start, element.inside, tag))
            cuts.append((one.children[number].start, one.children[-1].end, b""))
        return splice(data, cuts)


_NO_FILL = tree("fill", tree("patternFill", patternType="none"))
_RESERVED: Mapping[str, tuple[Tree, ...]] = {
    "fonts": (tree("font"),),
    "fills": (_NO_FILL, tree("fill", tree("patternFill", patternType="gray125"))),
    "borders": (tree("border"),),
}


def _but_for_fill(xf: _Xf) -> _Xf:
    said = {name: value for name, value in xf.attributes.items() if name not in ("fillId", "applyFill")}
    return _Xf(said, xf.tag, xf.rest)


def _border(colour: str) -> Tree:
    line = tree("bottom", tree("color", rgb=f"FF{colour}"), style="thin")
    return tree("border", tree("left"), tree("right"), tree("top"), line, tree("diagonal"))
