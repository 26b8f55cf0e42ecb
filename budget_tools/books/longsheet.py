"""The formulas and errors of a long sheet: a formula that is the one above moved down is read once."""

from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Sequence
from html import unescape

from ..model.address import MAX_ROW, Cell, Range
from ..model.book import Formula
from ..model.columns import HERE, FormulaColumns
from .sheetxml import ATTRIBUTE, SheetScan, column_of, has_formulas

LONG = 1_000_000
"""A part of more bytes is a long sheet."""

_FEWEST = 50  # cells that make it worth while to know a form
_FORMULA_CELL = re.compile(
    rb'<c r="([A-Z]{1,3})(\d{1,7})"([^<>]*)><f([^<>]*?)(?:/>|>([^<]*)</f>)(?:<v>([^<]))?'
)
_ERROR_CELL = re.compile(
    rb'<c r="([A-Z]{1,3})(\d{1,7})"[^<>]* t="e"[^<>]*>(?:<f[^<>]*?(?:/>|>[^<]*</f>))?<v>([^<]*)</v>'
)
_HERE = re.compile(r"(?<![A-Za-z0-9_.$])\$?[A-Z]{1,3}\0(?![A-Za-z0-9_.(!])")
_FIXED = re.compile(r"(?<![A-Za-z0-9_.])\$?[A-Z]{1,3}\$\d{1,7}(?![A-Za-z0-9_.(!])")
_PLAIN = re.compile(r"[-+*/^%(),: .0-9A-Z]*")
_ELSEWHERE = re.compile(r"[A-Z]\d")


def moves_down(form: str) -> bool:
    """Whether a formula with ``HERE`` in the place of its row's number is the same formula in every row.

    So it is where every ``HERE`` is the row of a relative reference, and nothing else is one.
    """
    rest = _FIXED.sub("", _HERE.sub("", form))
    return HERE in form and _PLAIN.fullmatch(rest) is not None and not _ELSEWHERE.search(rest)


def scan(xml: bytes) -> SheetScan | None:
    """The formulas and errors of a plain sheet; None unless every one of them is sure to be seen."""
    errors = _ERROR_CELL.findall(xml) if b't="e"' in xml else []
    if len(errors) != xml.count(b't="e"') or b"t='e'" in xml:
        return None
    found = SheetScan() if not has_formulas(xml) else _formulas(xml)
    if found is not None:
        found.errors = {
            Cell(int(row), column_of(name)): unescape(code.decode()) for name, row, code in errors
        }
    return found


def _formulas(xml: bytes) -> SheetScan | None:
    start = max(0, xml.rfind(b"<c ", 0, xml.find(b"<f")))
    cells = _FORMULA_CELL.findall(xml, start)
    if len(cells) != xml.count(b"<f>") + xml.count(b"<f ") + xml.count(b"<f/"):
        return None
    found = SheetScan()
    letters, rows, kinds, attributes, texts, values = zip(*cells, strict=True)
    del cells
    if not all(values):
        found.unvalued = {
            Cell(int(row), column_of(name))
            for name, row, kind, value in zip(letters, rows, kinds, values, strict=True)
            if not value and b't="str"' not in kind
        }
    forms: list[bytes] = [
        text.replace(row, b"\0") if text else b"" for text, row in zip(texts, rows, strict=True)
    ]
    told = _told(letters, rows, texts, attributes, forms) if any(attributes) else {}
    numbers: dict[bytes, int] = {}
    names = [""]
    for form, count in Counter(forms).items():
        name = unescape(form.decode()) if b"&" in form else form.decode()
        if form and count >= _FEWEST and len(names) < 60_000 and moves_down(name):
            numbers[form] = len(names)
            names.append(name)
    places = list(map(int, rows))
    most = max(places)
    if most > MAX_ROW:
        return None
    known = [numbers.get(form, 0) for form in forms]
    for index in [index for index, own in told.items() if own is False]:
        known[index] = 0
    columns: dict[int, array[int]] = {}
    for name in set(letters):
        column = array("H", bytes(2 * (most + 1)))
        for row, other, number in zip(places, letters, known, strict=True):
            if number and other == name:
                column[row] = number
        if any(column):
            columns[column_of(name)] = column
    others: dict[Cell, Formula] = {}
    for index in [index for index, number in enumerate(known) if not number]:
        cell, text = Cell(places[index], column_of(letters[index])), texts[index]
        own = told.get(index)
        if isinstance(own, Formula):
            others[cell] = own
        elif own is None and text:
            others[cell] = Formula(unescape(text.decode()) if b"&" in text else text.decode(), cell)
    found.formulas = FormulaColumns(names, columns, others)
    return found


def _told(
    letters: tuple[bytes, ...],
    rows: tuple[bytes, ...],
    texts: tuple[bytes, ...],
    attributes: tuple[bytes, ...],
    forms: list[bytes],
) -> dict[int, Formula | bool]:
    """What formulas with attributes are, by their index: shared ones are put among the ``forms``.

    A shared formula that is no form is the one that it shares; False stands for what is no formula.
    """
    found: dict[int, Formula | bool] = {}
    shared: dict[bytes, tuple[Formula, bytes]] = {}
    for index, said in enumerate(attributes):
        if not said:
            continue
        named = dict(ATTRIBUTE.findall(said))
        if named.get(b"t") == b"dataTable":
            found[index] = False
        if named.get(b"t") != b"shared":
            continue
        group, text = named.get(b"si", b""), texts[index]
        if text:
            plain = unescape(text.decode()) if b"&" in text else text.decode()
            cell = Cell(int(rows[index]), column_of(letters[index]))
            shared[group] = Formula(plain, cell), forms[index]
        elif group in shared:
            formula, form = shared[group]
            found[index] = formula
            if formula.anchor.column == column_of(letters[index]):
                forms[index] = form
    return found


_STYLED_NUMBER = re.compile(
    rb'<c r="([A-Z]{1,3})\d{1,7}" s="(\d{1,5})"(?! t="(?:s|str|inlineStr|b|e)")[^>/]*>'
)


def number_styles(xml: bytes, ranges: Sequence[Range]) -> set[int]:
    """The styles of the numbers in the columns of some ranges of a plain sheet."""
    return {
        int(style)
        for letters, style in set(_STYLED_NUMBER.findall(xml))
        if any(area.left <= column_of(letters) <= area.right for area in ranges)
    }
