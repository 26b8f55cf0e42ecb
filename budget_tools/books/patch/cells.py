"""Cells into a sheet's XML: changed in place, or put where they belong."""

from __future__ import annotations

import re
from bisect import bisect_right
from decimal import Decimal

from ...errors import WriteRefused
from ...model.address import Cell
from ...model.edit import SetCell
from ..package import Element, escape, filled, with_attributes
from .sheet import Row, Scan, Stored, range_of, widened
from .styles import Styles
from .wishes import Wish

LONGEST_TEXT = 32_767
LONGEST_FORMULA = 8_192
UNSAID = -1
"""The style of a cell that does not say any, which is the first one."""

_ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")


def patch_sheet(
    data: bytes, scan: Scan, wanted: dict[Cell, Wish], styles: Styles | None
) -> tuple[list[tuple[int, int, bytes]], set[Cell]]:
    """The cuts that put the wishes into a sheet, and the cells that had a formula and have none any more."""
    assert scan.sheet_data is not None
    cuts: list[tuple[int, int, bytes]] = []
    gone: set[Cell] = set()
    with_content = [cell for cell, wish in wanted.items() if wish.holds]
    new_rows: dict[int, list[bytes]] = {}
    by_row: dict[int, list[Cell]] = {}
    for cell in sorted(cell for cell, wish in wanted.items() if wish.in_cell):
        by_row.setdefault(cell.row, []).append(cell)
    for number, cells in by_row.items():
        row = scan.rows.get(number)
        owner = row.element if row else scan.sheet_data
        prefix = owner.prefix(data)
        inserted: list[tuple[Cell, bytes]] = []
        cleared: list[Stored] = []
        spans = ""
        for cell in cells:
            wish = wanted[cell]
            stored = row.cells.get(cell.column) if row else None
            if wish.clear is not None and stored is None:
                continue
            if wish.clear is not None and stored is not None and not stored.children:
                style = _wished_style(stored.style, wish, styles)[0]
                if style == inherited_style(scan, row, cell.column):
                    cleared.append(stored)
                    spans = wish.clear.spans
                    continue
            if stored is not None:
                new = _changed_cell(data, stored, wish, styles)
                cuts.append((stored.element.start, stored.element.end, new))
                had = any(e.local == "f" for e in stored.children)
                if had and wish.content is not None and wish.content.formula is None:
                    gone.add(cell)
            else:
                style = inherited_style(scan, row, cell.column)
                inserted.append((cell, _new_cell(prefix, cell, style, wish, styles)))
        if row is not None and cleared and not inserted:
            cuts += _cleared_cuts(data, row, cleared, spans)
        elif row is not None:
            cuts += _row_cuts(data, row, inserted)
        elif inserted:
            new = filled(b'<%brow r="%d">' % (prefix, number), b"".join(new for _, new in inserted))
            new_rows.setdefault(bisect_right(scan.numbers, number), []).append(new)
    cuts += _new_row_cuts(data, scan, scan.sheet_data, new_rows)
    if scan.dimension is not None:
        said = range_of(scan.dimension.attributes.get("ref", ""))
        wide = widened(said, with_content)
        if said is not None and wide != said:
            tag = with_attributes(scan.dimension.tag(data), {"ref": str(wide)})
            cuts.append((scan.dimension.start, scan.dimension.inside, tag))
    return cuts, gone


def _new_row_cuts(
    data: bytes, scan: Scan, sheet_data: Element, new_rows: dict[int, list[bytes]]
) -> list[tuple[int, int, bytes]]:
    """The cuts that put missing rows before the row that follows them, or last."""
    if new_rows and sheet_data.end == sheet_data.inside:
        rows = b"".join(new for place in sorted(new_rows) for new in new_rows[place])
        return [(sheet_data.start, sheet_data.end, filled(sheet_data.tag(data), rows))]
    starts = [*scan.starts, sheet_data.close]
    return [(starts[place], starts[place], b"".join(rows)) for place, rows in new_rows.items()]


def _row_cuts(data: bytes, row: Row, inserted: list[tuple[Cell, bytes]]) -> list[tuple[int, int, bytes]]:
    """The cuts that put new cells into a row that is there, each before the cell that follows it."""
    if not inserted:
        return []
    tag = row.element.tag(data)
    spans = re.findall(r"(\d{1,7}):(\d{1,7})", row.element.attributes.get("spans", ""))
    columns = [cell.column for cell, _ in inserted]
    # Spans are a hint on where cells stand; left alone unless they have become wrong.
    if spans and not all(any(int(a) <= c <= int(b) for a, b in spans) for c in columns):
        ends = [int(end) for span in spans for end in span] + columns
        tag = with_attributes(tag, {"spans": f"{min(ends)}:{max(ends)}"})
    if row.element.end == row.element.inside:
        return [(row.element.start, row.element.end, filled(tag, b"".join(new for _, new in inserted)))]
    cuts = [(row.element.start, row.element.inside, tag)] if tag != row.element.tag(data) else []
    last = row.tail.start if row.tail else row.element.close
    for cell, new in inserted:
        at = next((s.element.start for column, s in row.cells.items() if column > cell.column), last)
        cuts.append((at, at, new))
    return cuts


def _cleared_cuts(data: bytes, row: Row, cleared: list[Stored], spans: str) -> list[tuple[int, int, bytes]]:
    """The cuts that take empty cells out of a row, and the row where it says nothing else."""
    element = row.element
    tag = element.tag(data)
    if spans and "spans" in element.attributes:
        tag = with_attributes(tag, {"spans": spans})
    if row.tail is None and len(cleared) == len(row.cells):
        if set(element.attributes) <= {"r"}:
            return [(element.start, element.end, b"")]
        return [(element.start, element.end, tag[:-1].rstrip() + b"/>")]
    return [
        (element.start, element.inside, tag),
        *((stored.element.start, stored.element.end, b"") for stored in cleared),
    ]


def inherited_style(scan: Scan, row: Row | None, column: int) -> str:
    """The style an empty cell shows: its row's where that has one, else its column's."""
    if row is not None and row.element.attributes.get("customFormat") in ("1", "true"):
        return row.element.attributes.get("s", "0")
    return next((style for first, last, style in scan.columns if first <= column <= last), "0")


def _new_cell(prefix: bytes, cell: Cell, style: str, wish: Wish, styles: Styles | None) -> bytes:
    """A cell that was not there, with the style its place gives it."""
    style = _wished_style(style, wish, styles)[0]
    kind, content = content_of(prefix, wish.content) if wish.content else (None, b"")
    tag = with_attributes(
        b"<%bc/>" % prefix, {"r": str(cell), "s": None if style == "0" else style, "t": kind}
    )
    return filled(tag, content) if content else tag


def _changed_cell(data: bytes, stored: Stored, wish: Wish, styles: Styles | None) -> bytes:
    """A cell with its new value or style; what it carries besides is kept."""
    element = stored.element
    tag = element.tag(data)
    wished, unsaid = _wished_style(stored.style, wish, styles)
    if wished != stored.style or unsaid:
        tag = with_attributes(tag, {"s": None if unsaid else wished})
    if wish.result is not None:
        return _with_result(data, stored, tag, shortest(wish.result, ""))
    if wish.content is None:
        return tag + data[element.inside : element.end]
    kind, content = content_of(element.prefix(data), wish.content)
    # cm and vm say what the old value was besides its text: an array's kind, a picture, a rich value.
    tag = with_attributes(tag, {"t": kind, "cm": None, "vm": None})
    kept = [e for e in stored.children if e.local not in ("f", "v", "is")]
    content += b"".join(data[e.start : e.end] for e in kept)
    if not content:
        return tag if tag.endswith(b"/>") else tag[:-1].rstrip() + b"/>"
    return filled(tag, content)


def _with_result(data: bytes, stored: Stored, tag: bytes, value: str) -> bytes:
    """A formula as it is, with another result."""
    element, prefix = stored.element, stored.element.prefix(data)
    formula = next(e for e in stored.children if e.local == "f")
    rest = [e for e in stored.children if e.local not in ("f", "v", "is")]
    content = data[formula.start : formula.end] + filled(b"<%bv>" % prefix, value.encode())
    content += b"".join(data[e.start : e.end] for e in rest)
    assert element.end > element.inside
    return filled(with_attributes(tag, {"t": None}), content)


def _wished_style(style: str, wish: Wish, styles: Styles | None) -> tuple[str, bool]:
    """The style of a cell with the look asked for, and whether it is one that goes without saying."""
    if not wish.looks or styles is None:
        return style, False
    number = int(style) if style.isascii() and style.isdigit() else -1
    unsaid = False
    if wish.format is not None:
        number = styles.with_number_format(number, wish.format)
    if wish.fill is not None:
        before = wish.fill.style
        number = styles.with_fill(number, wish.fill.fill, 0 if before == UNSAID else before)
        unsaid = before == UNSAID and number == 0
    return str(number), unsaid


def content_of(prefix: bytes, content: SetCell) -> tuple[str | None, bytes]:
    """The type of a cell and the elements in it.

    Raises:
        WriteRefused: ``text-too-long``, ``formula-too-long``, ``empty-formula``,
            ``illegal-character`` or ``not-a-number``.
    """

    def element(name: str, text: str) -> bytes:
        return filled(b"<%b%b>" % (prefix, name.encode()), text.encode())

    at = f"{content.sheet}!{content.cell}"
    formula = b""
    if content.formula is not None:
        text = content.formula.strip().removeprefix("=").strip()
        if not text:
            raise WriteRefused("empty-formula", at=at)
        if len(text) > LONGEST_FORMULA:
            raise WriteRefused("formula-too-long", at=at, longest=LONGEST_FORMULA)
        formula = element("f", escaped(text))
    if isinstance(content.value, Decimal):
        return None, formula + element("v", shortest(content.value, at))
    # Excel counts in UTF-16.
    if len(content.value.encode("utf-16-le", "surrogatepass")) > 2 * LONGEST_TEXT:
        raise WriteRefused("text-too-long", at=at, longest=LONGEST_TEXT)
    text = escaped(content.value)
    if formula:
        return "str", formula + element("v", text)
    if not text:
        return None, b""
    space = b' xml:space="preserve"' if text != text.strip() or re.search(r"\s\s|&#", text) else b""
    tag = b"<%bt%b>" % (prefix, space)
    return "inlineStr", filled(b"<%bis>" % prefix, filled(tag, text.encode()))


def escaped(text: str) -> str:
    """Text for a cell: ``_x000D_`` typed by a person is told from Excel's own escape for a character."""
    return escape(_ESCAPED.sub("_x005F_", text))


def shortest(value: Decimal, at: str) -> str:
    """A number as few digits as keep it what it is; Excel has no more than a double holds."""
    if not value.is_finite() or (value and value.adjusted() >= 308):
        raise WriteRefused("not-a-number", at=at)
    if len(value.as_tuple().digits) > 17:
        value = Decimal(repr(float(value)))
    if not float(value):
        return "0"
    if not -20 <= value.adjusted() <= 20:
        return str(value.normalize())
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
