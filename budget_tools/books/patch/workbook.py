"""The workbook part: its list of sheets, its calculation chain, and whether it recalculates."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection
from dataclasses import dataclass

from ...errors import WriteRefused
from ...model.address import Cell
from ..package import Element, Package, elements, escape, filled, last_in, splice, with_attributes
from .sheet import cell_of
from .styles import Styles

_RELATIONSHIP_ID = re.compile(r"http://\S+/relationships id")
_STYLE = re.compile(rb"\s(?:s|style)\s*=\s*[\"'](\d{1,6})[\"']")
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
        self._load()
        self.styles_part = self._first("styles")
        self.chain = self._first("calcChain")

    def _load(self) -> None:
        self.data = self.package.read(self.part)
        self._elements = elements(self.data)
        self._related = self.package.related(self.part)

    def _replace(self, cuts: list[tuple[int, int, bytes]]) -> None:
        self.package.replace(self.part, splice(self.data, cuts))
        self._load()

    def _children(self) -> dict[str, Element]:
        """The children of the workbook element by name."""
        root = self._elements[0]
        return {e.local: e for e in self._elements if e.parent is root and e.namespace == root.namespace}

    def _listed(self) -> list[Element]:
        """The sheet elements, in the order of the tabs."""
        space = self._elements[0].namespace
        return [e for e in self._elements if e.name == f"{space} sheet"]

    @property
    def namespace(self) -> str:
        """The main namespace, which tells the strict from the transitional format."""
        return self._elements[0].namespace

    @property
    def strict(self) -> bool:
        """Whether the workbook is in the strict format."""
        return "purl.oclc.org" in self.namespace

    @property
    def relation(self) -> str:
        """What the types of its relationships begin with."""
        return next(r.type for r in self._root if r.kind == "officeDocument").rpartition("/")[0]

    def sheets(self) -> list[SheetPart]:
        """Every worksheet that has a part."""
        parts = {r.id: r.part for r in self._related if r.kind == "worksheet" and r.part}
        return [
            SheetPart(e.attributes.get("name", ""), e.attributes.get("sheetId", ""), part)
            for e in self._listed()
            if (part := parts.get(_relationship_id(e))) is not None
        ]

    def _first(self, kind: str) -> str | None:
        return next((r.part for r in self._related if r.kind == kind and r.part), None)

    def signed(self) -> bool:
        """Whether the package carries a digital signature, which any change would break."""
        parts = (name.replace("\\", "/").lstrip("/").casefold() for name in self.package.names())
        return any(r.kind == "origin" for r in self._root) or any(
            p.startswith("_xmlsignatures/") for p in parts
        )

    def shared(self) -> bool:
        """Whether the workbook is shared the way Excel did it before co-authoring.

        It keeps a log of every change beside the cells; a change that the log does not know breaks it.
        """
        return any(_SHARED.search(name) for name in self.package.names())

    def sheet(self, name: str) -> SheetPart:
        """The worksheet of that name; letter case is forgiven as in formulas.

        Raises:
            WriteRefused: ``unknown-sheet``, ``not-a-worksheet`` (a chart or macro sheet) or
                ``ambiguous-part`` (two sheets say they are the same part).
        """
        listed = self._listed()
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

    def exact(self) -> bool:
        """Whether formulas calculate with what cells hold, and not with what they show."""
        said = self._children().get("calcPr")
        return said is None or said.attributes.get("fullPrecision", "1") in ("1", "true")

    def has_views(self) -> bool:
        """Whether the workbook has a window that sheets can be shown in."""
        return any(e.local == "workbookView" for e in self._elements)

    def used_styles(self) -> set[int]:
        """The cell formats that cells, rows and columns of any sheet have."""
        used: set[int] = set()
        for sheet in self.sheets():
            used |= {int(n) for n in _STYLE.findall(self.package.read(sheet.part))}
        return used

    def recalculate(self) -> None:
        """Have Excel calculate everything when it opens the workbook."""
        present = self._children().get("calcPr")
        if present is not None:
            if present.attributes.get("fullCalcOnLoad") in ("1", "true"):
                return
            tag = with_attributes(present.tag(self.data), {"fullCalcOnLoad": "1"})
            cut = (present.start, present.inside, tag)
        else:
            at = self._after(_BEFORE_CALCULATION)
            cut = (at, at, b"<" + self._elements[0].prefix(self.data) + b'calcPr fullCalcOnLoad="1"/>')
        self._replace([cut])

    def _after(self, names: Collection[str]) -> int:
        """The place behind the last of some children."""
        found = [e.end for name, e in self._children().items() if name in names]
        return max(found, default=self._elements[0].inside)

    # Whole sheets

    def free_name(self, name: str) -> str:
        """A name that no sheet has: with a number behind it where it is taken."""
        taken = {e.attributes.get("name", "").casefold() for e in self._listed()}
        number, free = 1, name
        while free.casefold() in taken:
            number += 1
            free = f"{name} ({number})"
        return free

    def refuse_other_sheets(self, *, through_protection: bool) -> None:
        """Refuse to add or remove sheets where the workbook does not allow it.

        Raises:
            WriteRefused: ``locked-structure``, or ``signed-macros``: a sheet more is a module more in
                the project that was signed.
        """
        locked = self._children().get("workbookProtection")
        is_locked = locked is not None and locked.attributes.get("lockStructure") in ("1", "true")
        if is_locked and not through_protection:
            raise WriteRefused("locked-structure")
        project = self._first("vbaProject")
        if project and any(r.kind.startswith("vbaProjectSignature") for r in self.package.related(project)):
            raise WriteRefused("signed-macros")

    def add_sheet(self, name: str, data: bytes, *, concealed: bool, heading: int) -> None:
        """Put a worksheet behind all others; ``heading`` is the last row that every printed page repeats."""
        listed = self._listed()
        if not listed:
            raise WriteRefused("no-workbook-part")
        folder = posixpath.dirname(self.part.replace("\\", "/").lstrip("/"))
        part = self.package.free(posixpath.join(folder, "worksheets/sheet{}.xml"))
        self.package.add(part, data, _WORKSHEET)
        relationship = self.package.relate(self.part, f"{self.relation}/worksheet", part)
        ids = [e.attributes.get("sheetId", "") for e in listed]
        number = max((int(i) for i in ids if i.isascii() and i.isdigit() and len(i) < 10), default=0) + 1
        last = listed[-1]
        tag = last.tag(self.data)
        spelled = _ID_ATTRIBUTE.search(tag)
        if spelled is None:
            raise WriteRefused("unusual-sheet")
        said = {"name": name, "sheetId": str(number)} | ({"state": "veryHidden"} if concealed else {})
        attributes = "".join(f' {key}="{escape(value)}"' for key, value in said.items()).encode()
        prefix = spelled[1].partition(b":")[0]
        declared = re.search(rb"\sxmlns:%b\s*=\s*(\"[^\"]*\"|'[^']*')" % re.escape(prefix), tag)
        new = b"<" + last.prefix(self.data) + b"sheet" + (declared[0] if declared else b"") + attributes
        new += b" " + spelled[1] + b'="' + relationship.encode() + b'"/>'
        cuts = [(last.end, last.end, new)]
        if heading:
            quoted = "'" + name.replace("'", "''") + "'"
            cuts += self._titles(len(listed), f"{quoted}!$1:${heading}")
        self._replace(cuts)

    def _titles(self, index: int, rows: str) -> list[tuple[int, int, bytes]]:
        """The cut that gives a sheet rows to repeat on every printed page."""
        prefix = self._elements[0].prefix(self.data)
        tag = b'<%bdefinedName name="_xlnm.Print_Titles" localSheetId="%d"/>' % (prefix, index)
        new = filled(tag, escape(rows).encode())
        names = self._children().get("definedNames")
        if names is not None:
            # a list without names would not be as it was when ours is taken out again
            holds = any(e.parent is names for e in self._elements)
            return last_in(self.data, names, new) if holds else []
        at = self._after(_BEFORE_NAMES)
        return [(at, at, filled(b"<%bdefinedNames>" % prefix, new))]

    def remove_sheet(self, name: str) -> None:
        """Take a worksheet out, with the parts and the names that are its alone."""
        sheet = self.sheet(name)
        listed = self._listed()
        index = next(i for i, e in enumerate(listed) if e.attributes.get("name", "") == sheet.name)
        if len(listed) == 1:
            raise WriteRefused("unknown-sheet", sheet=name)
        for related in self.package.related(sheet.part):
            if related.part is not None and not self._is_shared(related.part, sheet.part):
                self.package.remove(related.part, sheet.part)
        self.package.remove(sheet.part, self.part)
        cuts = [(listed[index].start, listed[index].end, b"")]
        space = self.namespace
        names = [e for e in self._elements if e.name == f"{space} definedName"]
        kept = 0
        changed: list[tuple[int, int, bytes]] = []
        for one in names:
            local = one.attributes.get("localSheetId", "")
            place = int(local) if local.isascii() and local.isdigit() else -1
            if place == index:
                changed.append((one.start, one.end, b""))
                continue
            kept += 1
            if place > index:
                tag = with_attributes(one.tag(self.data), {"localSheetId": str(place - 1)})
                changed.append((one.start, one.inside, tag))
        group = self._children().get("definedNames")
        cuts += [(group.start, group.end, b"")] if group is not None and names and not kept else changed
        visible = [e.attributes.get("state", "visible") == "visible" for e in listed]
        del visible[index]
        for view in (e for e in self._elements if e.name == f"{space} workbookView"):
            changes: dict[str, str | None] = {}
            for key in ("activeTab", "firstSheet"):
                text = view.attributes.get(key, "0")
                place = int(text) if text.isascii() and text.isdigit() else 0
                if not index <= place < len(listed) or key not in view.attributes:
                    continue
                if place > index:
                    changes[key] = str(place - 1)
                else:
                    changes[key] = str(visible.index(True) if True in visible else 0)
            if changes:
                cuts.append((view.start, view.inside, with_attributes(view.tag(self.data), changes)))
        self._replace(cuts)

    def _is_shared(self, part: str, owner: str) -> bool:
        """Whether another part than ``owner`` leads to a part."""
        others = [name for name in self.package.names() if name != owner and not name.endswith(".rels")]
        return any(r.part == part for other in others for r in self.package.related(other))


_SHARED = re.compile(r"(?:^|[\\/])(?:revisions[\\/]|usernames\.xml$)", re.IGNORECASE)
_WORKSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
_ID_ATTRIBUTE = re.compile(rb"\s([^\s=:]+:id)\s*=")
_BEFORE_NAMES = {
    "fileVersion",
    "fileSharing",
    "workbookPr",
    "workbookProtection",
    "bookViews",
    "sheets",
    "functionGroups",
    "externalReferences",
}
"""The children of CT_Workbook that stand before definedNames."""

_BEFORE_CALCULATION = _BEFORE_NAMES | {"definedNames"}
"""The children of CT_Workbook that stand before calcPr."""


def _relationship_id(element: Element) -> str:
    """The ``r:id`` of an element, in the transitional or the strict namespace."""
    return next((v for k, v in element.attributes.items() if _RELATIONSHIP_ID.fullmatch(k)), "")
