"""The workbook part: where its sheets are, its calculation chain, and whether it recalculates."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ...errors import WriteRefused
from ...model.address import Cell
from ..package import Element, Package, elements, splice, with_attributes
from .sheet import cell_of
from .styles import Styles

_RELATIONSHIP_ID = re.compile(r"http://\S+/relationships id")
_FORMULA = re.compile(rb"<(?:[^\s<>]+:)?f[\s/>]")


@dataclass(frozen=True, slots=True)
class SheetPart:
    """A worksheet: its name as the workbook spells it, its id (not its position) and its part."""

    name: str
    id: str
    part: str


class Workbook:
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

    def sheet(self, name: str) -> SheetPart:
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
        return SheetPart(said.get("name", name), said.get("sheetId", ""), found.part)

    def styles(self) -> Styles:
        """The styles of the workbook.

        Raises:
            WriteRefused: ``no-styles`` or ``broken-styles``.
        """
        if self.styles_part is None:
            raise WriteRefused("no-styles")
        return Styles(self.package.read(self.styles_part))

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
            if cell_of(entry.attributes.get("r", "")) in gone.get(meant, ()):
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
