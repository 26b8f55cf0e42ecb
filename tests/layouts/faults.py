"""The faults, one function each: change one thing in a built workbook, and say where a person would see it.

A fault returns None where it could not be told from a right table: it is never planted where a careful
human could not name the cell. What follows from the fault elsewhere (a sum that is now wrong too) is found by
comparison with the clean copy and is no false alarm.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from .build import Book, Row, Table, barrier
from .proposals import Kind
from .sheet import Coord, Sheet, a1, adding

Severity = Literal["error", "warning", "note"]
ANY = "*"
"""Any cell of the sheet, or none: for faults that have no cell of their own."""

ARI = ("ARI001", "ARI002", "ARI003")
COVER = (*ARI, "ARI007", "FRM002", "FRM003", "FRM004")


@dataclass(frozen=True)
class Accept:
    """A finding that counts as found: one of `codes` at one cell of a sheet (or `ANY`)."""

    codes: tuple[str, ...]
    sheet: str
    cell: str


@dataclass(frozen=True)
class Planted:
    """A fault that stands in a workbook: where, and what counts as finding it."""

    sheet: str
    cell: str | None
    accept: tuple[Accept, ...]
    explained: tuple[tuple[str, str], ...] = ()
    """Further cells (sheet, cell) where an error-level finding would be no false alarm."""
    arithmetic: bool = False
    """Whether some total must now disagree with what it covers: checked after planting."""


Plant = Callable[[Book, Table, random.Random], Planted | None]


@dataclass(frozen=True)
class Fault:
    """A kind of fault, how bad it is, and how it is planted."""

    name: str
    severity: Severity
    plant: Plant
    weight: int = 1


FAULTS: dict[str, Fault] = {}


def _fault(name: str, severity: Severity, weight: int = 1) -> Callable[[Plant], Plant]:
    def register(plant: Plant) -> Plant:
        FAULTS[name] = Fault(name, severity, plant, weight)
        return plant

    return register


# What the faults share


def _found(table: Table, codes: tuple[str, ...], *coords: Coord) -> tuple[Accept, ...]:
    return tuple(Accept(codes, table.sheet.name, a1(coord)) for coord in coords)


def _at(
    table: Table,
    codes: tuple[str, ...],
    coord: Coord,
    *others: Coord,
    arithmetic: bool = False,
    explain: bool = True,
) -> Planted:
    explained = _upwards(table, coord) if explain else []
    return Planted(
        table.sheet.name,
        a1(coord),
        _found(table, codes, coord, *others),
        tuple((table.sheet.name, a1(other)) for other in explained),
        arithmetic,
    )


def _upwards(table: Table, coord: Coord) -> list[Coord]:
    """All totals that cover a cell, straight or through other totals."""
    known: list[Coord] = []
    queue = [coord]
    while queue:
        for total in table.covering(queue.pop()):
            if total not in known:
                known.append(total)
                queue.append(total)
    return known


def _addends(table: Table) -> list[Coord]:
    """The amounts of additive lines that are there and not 0."""
    cells = table.sheet.cells
    coords = [(row.index, column) for row in table.lines for column in table.year_columns]
    return [coord for coord in coords if isinstance(value := cells[coord].value, Decimal) and value]


def _choose(rng: random.Random, coords: list[Coord]) -> Coord | None:
    return rng.choice(coords) if coords else None


def _amount(table: Table, coord: Coord) -> Decimal:
    """What a cell shows, as a decimal of the table's precision."""
    shown = table.sheet.shown()[coord]
    assert isinstance(shown, float), f"{table.sheet.name}!{a1(coord)} shows {shown!r}"
    return Decimal(repr(round(shown, 6))).quantize(_step(table))


def _step(table: Table) -> Decimal:
    return Decimal(1).scaleb(-table.proposal.decimals)


def _plain(table: Table, amount: Decimal, rng: random.Random) -> Decimal:
    """A difference that rounding cannot explain and a person would make."""
    step = _step(table)
    large = [
        step * size for size in (30, 100, 200, 500, 1000, 5000, 100_000) if step * size <= abs(amount) / 4
    ]
    return rng.choice((1, -1)) * (rng.choice(large[-3:]) if large else step * 50)


def _type(table: Table, coord: Coord, amount: Decimal) -> None:
    cell = table.sheet.cells[coord]
    cell.value, cell.formula, cell.terms, cell.plus = amount, None, (), False


def _corner(table: Table) -> Coord | None:
    total = table.total_row
    return None if total is None or table.total_column is None else (total.index, table.total_column)


def _row_totals(table: Table) -> list[Coord]:
    if table.total_column is None:
        return []
    return [(row.index, table.total_column) for row in table.lines if len(_filled(table, row)) > 1]


def _column_totals(table: Table) -> list[Coord]:
    total = table.total_row
    return [] if total is None else [(total.index, column) for column in table.year_columns]


def _filled(table: Table, row: Row) -> list[Coord]:
    cells = table.sheet.cells
    coords = [(row.index, column) for column in table.year_columns]
    return [coord for coord in coords if isinstance(cells[coord].value, Decimal)]


def _is_typed(table: Table, coord: Coord) -> bool:
    return not table.sheet.cells[coord].formula


def _rich(table: Table) -> bool:
    """Whether a single odd cell stands among enough others to be odd."""
    return len(_addends(table)) >= 3


# Totals that are wrong


@_fault("row-total-wrong", "error", 2)
def row_total_wrong(book: Book, table: Table, rng: random.Random) -> Planted | None:
    """A typed row total that its years do not add up to."""
    coord = _choose(rng, _row_totals(table))
    if coord is None:
        return None
    amount = _amount(table, coord)
    _type(table, coord, amount + _plain(table, amount, rng))
    return _at(table, ARI, coord, arithmetic=True)


@_fault("column-total-wrong", "error", 2)
def column_total_wrong(book: Book, table: Table, rng: random.Random) -> Planted | None:
    """A typed column total that its lines do not add up to."""
    coord = _choose(rng, _column_totals(table))
    if coord is None:
        return None
    amount = _amount(table, coord)
    _type(table, coord, amount + _plain(table, amount, rng))
    return _at(table, ARI, coord, arithmetic=True)


@_fault("corner-wrong", "error", 2)
def corner_wrong(book: Book, table: Table, rng: random.Random) -> Planted | None:
    """A typed corner that neither the row nor the column adds up to."""
    coord = _corner(table)
    if coord is None:
        return None
    amount = _amount(table, coord)
    _type(table, coord, amount + _plain(table, amount, rng))
    return _at(table, ARI, coord, arithmetic=True)


@_fault("subtotal-wrong", "error")
def subtotal_wrong(book: Book, table: Table, rng: random.Random) -> Planted | None:
    """A typed subtotal that its lines do not add up to."""
    rows = [row for row in table.rows if row.kind is Kind.SUBTOTAL]
    coord = _choose(rng, [(row.index, column) for row in rows for column in table.year_columns])
    if coord is None:
        return None
    amount = _amount(table, coord)
    _type(table, coord, amount + _plain(table, amount, rng))
    return _at(table, ARI, coord, arithmetic=True)


@_fault("digits-swapped", "error", 2)
def digits_swapped(book: Book, table: Table, rng: random.Random) -> Planted | None:
    """Two neighbouring digits of a total change places."""
    options: list[tuple[Coord, Decimal]] = []
    slack = (len(table.rows) + len(table.year_columns)) * _step(table)
    for coord in [*_row_totals(table), *_column_totals(table)]:
        amount = _amount(table, coord)
        digits = str(abs(amount))
        for index in range(len(digits) - 1):
            pair = digits[index : index + 2]
            if "." in pair or pair[0] == pair[1] or (index == 0 and pair[1] == "0"):
                continue
            swapped = Decimal(digits[:index] + pair[::-1] + digits[index + 2 :]).copy_sign(amount)
            if abs(swapped - amount) > slack:
                options.append((coord, swapped))
    if not options:
        return None
    coord, swapped = rng.choice(options)
    _type(table, coord, swapped)
    return _at(table, ARI, coord, arithmetic=True)


def _stale(table: Table, coord: Coord, value: Decimal) -> Planted | None:
    """An addend changed below typed totals: it, or any total that it puts wrong, may be named."""
    covering = table.covering(coord)
    if not any(_is_typed(table, total) for total in covering):
        return None
    table.sheet.cells[coord].value = value
    wrong = [total for total in table.sheet.disagreements() if total in _upwards(table, coord)]
    if not wrong:
        return None
    return _at(table, ARI, coord, *dict.fromkeys([*covering, *wrong]), arithmetic=True)


@_fault("addend-changed", "error", 2)
def addend_changed(book: Book, table: Table, rng: random.Random) -> Planted | None:
    """An addend is changed afterwards, typed totals are not."""
    coord = _choose(rng, _addends(table))
    if coord is None:
        return None
    amount = _amount(table, coord)
    return _stale(table, coord, amount + _plain(table, amount, rng))


@_fault("sign-flipped", "error", 2)
def sign_flipped(book: Book, table: Table, rng: random.Random) -> Planted | None:
    """An addend loses or gains a minus, typed totals do not."""
    negative = [coord for coord in _addends(table) if _amount(table, coord) < 0]
    coord = _choose(rng, negative or _addends(table))
    return None if coord is None else _stale(table, coord, -_amount(table, coord))


@_fault("line-left-out", "error", 2)
def line_left_out(book: Book, table: Table, rng: random.Random) -> Planted | None:
    """One line is not in the total of one year, or of any."""
    total, lines = table.total_row, table.lines
    if total is None or len(lines) < 2 or table.proposal.grouped:
        return None
    left_out = rng.choice([lines[0], lines[-1], rng.choice(lines)])
    filled = [column for column in table.year_columns if (left_out.index, column) in _addends(table)]
    if not filled:
        return None
    everywhere = rng.random() < 0.4 and len(lines) > 2 and not table.proposal.has_of_which
    columns = filled if everywhere else [rng.choice(filled)]
    if everywhere and table.total_column is not None:
        columns = [*columns, table.total_column]
    coords = [(total.index, column) for column in columns]
    for coord in coords:
        cell = table.sheet.cells[coord]
        parts = [(line.index, coord[1]) for line in lines if line is not left_out]
        if not cell.formula:
            _type(table, coord, sum((_amount_or_0(table, part) for part in parts), Decimal(0)))
        elif all(term[0] != coord[0] for term in cell.terms):
            walls = barrier(table, book.layout, down=True) | {(left_out.index, coord[1])}
            cell.formula, cell.terms, cell.plus = adding(parts, walls, book.layout.formula)
    return _at(table, COVER, *coords, arithmetic=True)


def _amount_or_0(table: Table, coord: Coord) -> Decimal:
    value = table.sheet.shown().get(coord)
    return _amount(table, coord) if isinstance(value, float) else Decimal(0)


def _counted_too(book: Book, table: Table, extra: Row, rng: random.Random) -> Planted | None:
    """A row that must not be added is in the total of one year, or of all."""
    total = table.total_row
    if total is None:
        return None
    columns = [column for column in table.year_columns if _amount_or_0(table, (extra.index, column))]
    if not columns:
        return None
    columns = columns if rng.random() < 0.5 else [rng.choice(columns)]
    for column in columns:
        coord = (total.index, column)
        cell = table.sheet.cells[coord]
        if cell.formula:
            walls = barrier(table, book.layout, down=True) - {(extra.index, column)}
            parts = [(row.index, column) for row in [*table.lines, extra]]
            cell.formula, cell.terms, cell.plus = adding(sorted(parts), walls, book.layout.formula)
        else:
            _type(table, coord, _amount(table, coord) + _amount(table, (extra.index, column)))
    coords = [(total.index, column) for column in columns]
    corner = _corner(table)
    if len(columns) == len(table.year_columns) and corner is not None and corner not in coords:
        coords.append(corner)
        if _is_typed(table, corner):
            across = [_amount(table, (total.index, column)) for column in table.year_columns]
            _type(table, corner, sum(across, Decimal(0)))
    return _at(table, COVER, *coords, arithmetic=True)


@_fault("subtotal-counted-twice", "error")
def subtotal_counted_twice(book: Book, table: Table, rng: random.Random) -> Planted | None:
    """The total adds a subtotal on top of its lines."""
    rows = [row for row in table.rows if row.kind is Kind.SUBTOTAL]
    return _counted_too(book, table, rng.choice(rows), rng) if rows else None


@_fault("of-which-counted", "error")
def of_which_counted(book: Book, table: Table, rng: random.Random) -> Planted | None:
    """The total adds a 'heraf' row on top of its parent."""
    rows = [row for row in table.rows if row.kind is Kind.OF_WHICH]
    return _counted_too(book, table, rng.choice(rows), rng) if rows else None


@_fault("of-which-exceeds", "warning")
def of_which_exceeds(book: Book, table: Table, rng: random.Random) -> Planted | None:
    """A 'heraf' amount is larger than what it is part of; its own row total follows."""
    rows = [row for row in table.rows if row.kind is Kind.OF_WHICH]
    if not rows:
        return None
    part = rng.choice(rows)
    parent = max((row for row in table.lines if row.index < part.index), key=lambda row: row.index)
    column = rng.choice(table.year_columns)
    coord, above = (part.index, column), (parent.index, column)
    table.sheet.cells[coord].value = _amount(table, above) * 2
    if table.total_column is not None and _is_typed(table, (part.index, table.total_column)):
        years = [_amount(table, (part.index, year)) for year in table.year_columns]
        _type(table, (part.index, table.total_column), sum(years, Decimal(0)))
    others = [above, *([] if table.total_column is None else [(part.index, table.total_column)])]
    return _at(table, ("ARI010",), coord, *others)


# Cells that are no proper numbers


def _danish(table: Table, amount: Decimal, *, grouped: bool) -> str:
    """As people of the table's language write it."""
    said = f"{abs(amount):,}" if grouped else str(abs(amount))
    if table.proposal.language == "da":
        said = said.translate(str.maketrans(",.", ".,"))
    return said


@_fault("number-as-text", "error", 3)
def number_as_text(book: Book, table: Table, rng: random.Random) -> Planted | None:
    """An addend is text that looks like a number: Excel leaves it out of every sum."""
    coord = _choose(rng, _addends(table))
    if coord is None or not _rich(table) or book.layout.formula == "plus":
        return None
    amount = _amount(table, coord)
    sign = "-" if amount < 0 else ""
    said = sign + _danish(table, amount, grouped=rng.random() < 0.4)
    said = rng.choice((said, said, said + " ", said + "\xa0", " " + said))
    cell = table.sheet.cells[coord]
    cell.value, cell.number_format = said, None
    return _at(table, ("NUM001", "NUM002", "NUM003"), coord)


@_fault("odd-minus", "warning", 2)
def odd_minus(book: Book, table: Table, rng: random.Random) -> Planted | None:
    """A negative addend is text with an unusual minus or blank."""
    coord = _choose(rng, [coord for coord in _addends(table) if _amount(table, coord) < 0])
    if coord is None or not _rich(table) or book.layout.formula == "plus":
        return None
    amount = _amount(table, coord)
    said, grouped = _danish(table, amount, grouped=False), _danish(table, amount, grouped=True)
    spaced = grouped.replace("." if table.proposal.language == "da" else ",", " ")
    options = [
        f"\u2212{said}",
        f"\u2212 {spaced}",
        f"\u2013{grouped}",
        f"({said})",
        f"{said}-",
        f"- {spaced}",
    ]
    if table.proposal.decimals:
        options = [f"\u2212{said}", f"({said})", f"{said}-", f"\u2013{said}"]
    cell = table.sheet.cells[coord]
    cell.value, cell.number_format = rng.choice(options), None
    return _at(table, ("NUM003", "NUM001"), coord)


@_fault("text-in-amount", "warning", 2)
def text_in_amount(book: Book, table: Table, rng: random.Random) -> Planted | None:
    """A word stands where an amount should."""
    coord = _choose(rng, _addends(table))
    if coord is None or not _rich(table) or book.layout.formula == "plus":
        return None
    words = {
        "da": ("afventer", "ukendt", "se bilag 2", "?", "kendes ikke endnu"),
        "en": ("pending", "see note", "?"),
    }
    table.sheet.cells[coord].value = rng.choice(words[table.proposal.language])
    return _at(table, ("NUM007",), coord)


@_fault("error-value", "error", 2)
def error_value(book: Book, table: Table, rng: random.Random) -> Planted | None:
    """An addend shows #REF! or the like, and so does every sum of it."""
    coord = _choose(rng, _addends(table))
    if coord is None or not _rich(table):
        return None
    table.sheet.cells[coord].value = rng.choice(("#REF!", "#DIV/0!", "#N/A", "#VALUE!"))
    return _at(table, ("NUM008",), coord)


@_fault("date-in-amount", "error", 2)
def date_in_amount(book: Book, table: Table, rng: random.Random) -> Planted | None:
    """Excel has made an addend a date, as it does of "1-6" or "12.5"."""
    coord = _choose(rng, _addends(table))
    if coord is None or not _rich(table):
        return None
    cell = table.sheet.cells[coord]
    cell.value = date(rng.choice((2022, 2023)), rng.randint(1, 12), rng.randint(1, 28))
    cell.number_format = rng.choice(("dd-mm-yyyy", "d. mmm", "dd-mm-yy"))
    return _at(table, ("NUM008",), coord)


@_fault("percent", "error")
def percent(book: Book, table: Table, rng: random.Random) -> Planted | None:
    """A percentage stands among the amounts."""
    coord = _choose(rng, _addends(table))
    if coord is None or not _rich(table) or (len(table.lines) == 1 and table.total_row is None):
        return None
    cell = table.sheet.cells[coord]
    cell.value = rng.choice((Decimal("0.05"), Decimal("0.125"), Decimal("0.5")))
    cell.number_format = "0%" if cell.value != Decimal("0.125") else "0.0%"
    return _at(table, ("NUM008",), coord)


def _level(table: Table, coord: Coord) -> bool:
    """Whether the amounts beside a cell are of its size, so that a thousandfold one is plainly a slip."""
    row = next(row for row in table.rows if row.index == coord[0])
    sizes = [abs(_amount(table, other)) for other in _filled(table, row)]
    return len(sizes) >= 3 and min(sizes) > 0 and max(sizes) <= 2 * min(sizes)


@_fault("unit-slip", "warning", 2)
def unit_slip(book: Book, table: Table, rng: random.Random) -> Planted | None:
    """One amount is in kr. where the others are in 1.000 kr."""
    if table.proposal.unit != 1000:
        return None
    largest = max((abs(_amount(table, coord)) for coord in _addends(table)), default=Decimal(0))
    options = [coord for coord in _addends(table) if _level(table, coord)]
    coord = _choose(rng, [coord for coord in options if abs(_amount(table, coord)) * 50 > largest])
    if coord is None:
        return None
    table.sheet.cells[coord].value = _amount(table, coord) * 1000
    return _at(table, ("NUM005", *ARI), coord)


@_fault("decimal-for-thousands", "error", 2)
def decimal_for_thousands(book: Book, table: Table, rng: random.Random) -> Planted | None:
    """5.009 was read as five and a bit, among thousands."""
    if table.proposal.unit != 1000 or table.proposal.decimals:
        return None
    options = [coord for coord in _addends(table) if _level(table, coord) and _amount(table, coord) % 10]
    coord = _choose(rng, [coord for coord in options if 1000 < abs(_amount(table, coord)) < 1_000_000])
    if coord is None:
        return None
    cell = table.sheet.cells[coord]
    cell.value = _amount(table, coord) / 1000
    cell.number_format = rng.choice(("General", "0.000", cell.number_format))
    return _at(table, ("NUM002", "NUM005", *ARI), coord)


@_fault("gap", "warning", 2)
def gap(book: Book, table: Table, rng: random.Random) -> Planted | None:
    """A year in the middle is blank; the totals agree with that."""
    parts = {row.index for row in table.rows if row.kind is Kind.OF_WHICH}
    rows = [row for row in table.lines if len(_filled(table, row)) == len(table.year_columns) > 2]
    rows = [row for row in rows if row.index + 1 not in parts]
    if not rows or (len(table.lines) == 1 and book.layout.filler):
        return None
    row = rng.choice(rows)
    coord = (row.index, rng.choice(table.year_columns[1:-1]))
    amount = _amount(table, coord)
    table.sheet.cells[coord].value = None
    for total in _upwards(table, coord):
        if _is_typed(table, total):
            _type(table, total, _amount(table, total) - amount)
    return _at(table, ("NUM006",), coord)


# Totals and formulas


@_fault("totals-empty", "note", 2)
def totals_empty(book: Book, table: Table, rng: random.Random) -> Planted | None:
    """A row or column has its label 'I alt' and no amounts."""
    total = table.total_row
    options = []
    if total is not None:
        options.append(
            [coord for coord, cell in table.sheet.cells.items() if coord[0] == total.index and cell.covers]
        )
    if table.total_column is not None:
        options.append([(row.index, table.total_column) for row in table.rows])
    coords = rng.choice(options)
    if table.proposal.grouped and total is not None and coords[0][0] != total.index:
        return None
    for coord in coords:
        _type(table, coord, Decimal(0))
        cell = table.sheet.cells[coord]
        cell.value, cell.covers = None, ()
    row_wise = total is not None and coords[0][0] == total.index
    labels = [(coords[0][0], table.label_column)] if row_wise else _heads(table, coords[0][1])
    return _at(table, ("STR003", "NUM006"), *coords, *labels)


def _heads(table: Table, column: int) -> list[Coord]:
    return [(row, column) for row in (table.heading_row - 1, table.heading_row)]


@_fault("typed-among-formulas", "note", 2)
def typed_among_formulas(book: Book, table: Table, rng: random.Random) -> Planted | None:
    """A total is typed, and right, where its neighbours are formulas."""
    formulas = [coord for coord in table.totals() if not _is_typed(table, coord)]
    in_row = Counter(row for row, _ in formulas)
    in_column = Counter(column for _, column in formulas)
    chosen = _choose(rng, [coord for coord in formulas if in_row[coord[0]] > 2 or in_column[coord[1]] > 2])
    if chosen is None:
        return None
    _type(table, chosen, _amount(table, chosen))
    return _at(table, ("FRM001",), chosen)


@_fault("stale-value", "error", 2)
def stale_value(book: Book, table: Table, rng: random.Random) -> Planted | None:
    """A formula is right, but the value kept with it is an old one."""
    if book.layout.writer == "openpyxl":
        return None
    coord = _choose(rng, [coord for coord in table.totals() if not _is_typed(table, coord)])
    if coord is None:
        return None
    amount = _amount(table, coord)
    table.sheet.cells[coord].stale = float(amount + _plain(table, amount, rng))
    return _at(table, ("FRM006", *ARI), coord)


@_fault("not-recalculated", "error", 2)
def not_recalculated(book: Book, table: Table, rng: random.Random) -> Planted | None:
    """A program changed an addend, and no formula was calculated again."""
    coord = _choose(rng, _addends(table))
    if book.layout.writer == "openpyxl" or coord is None:
        return None
    upwards = _upwards(table, coord)
    if not upwards or any(_is_typed(table, total) for total in upwards):
        return None
    amount = _amount(table, coord)
    for total in upwards:
        table.sheet.cells[total].stale = float(_amount(table, total))
    table.sheet.cells[coord].value = amount + _plain(table, amount, rng)
    accept = (*_found(table, ("FRM006", *ARI), *upwards), *_found(table, ARI, coord))
    return Planted(table.sheet.name, a1(coord), accept)


# What stands where


@_fault("row-without-text", "note", 2)
def row_without_text(book: Book, table: Table, rng: random.Random) -> Planted | None:
    """A line has amounts and no words."""
    rows = [row for row in table.lines if row.label]
    if not rows or (table.proposal.has_of_which and len(rows) < 3):
        return None
    row = rng.choice(rows)
    table.sheet.cells[row.index, table.label_column].value = None
    return _at(table, ("STR005",), (row.index, table.label_column), *_whole_row(table, row))


def _whole_row(table: Table, row: Row) -> list[Coord]:
    return [(row.index, column) for column in range(table.last_column + 1)]


@_fault("hidden-row", "warning", 2)
def hidden_row(book: Book, table: Table, rng: random.Random) -> Planted | None:
    """A line is hidden; its amounts still count."""
    if len(table.lines) < 2:
        return None
    row = rng.choice(table.lines)
    table.sheet.hidden_rows.add(row.index)
    return _at(table, ("STR006",), (row.index, table.label_column), *_whole_row(table, row))


@_fault("hidden-column", "warning")
def hidden_column(book: Book, table: Table, rng: random.Random) -> Planted | None:
    """A year is hidden; its amounts still count."""
    same = [other for other in book.tables if other.sheet is table.sheet]
    if len(table.year_columns) < 2 or len(same) > 1:
        return None
    column = rng.choice(table.year_columns)
    table.sheet.hidden_columns.add(column)
    rows = range(max(0, table.heading_row - 1), table.end_row + 1)
    return _at(table, ("STR006",), (table.lines[0].index, column), *[(row, column) for row in rows])


@_fault("hidden-sheet", "warning")
def hidden_sheet(book: Book, table: Table, rng: random.Random) -> Planted | None:
    """A sheet with a proposal is hidden."""
    if len(book.sheets) < 2 or table.sheet is book.sheets[0]:
        return None
    table.sheet.hidden = True
    return Planted(table.sheet.name, None, (Accept(("STR006",), table.sheet.name, ANY),))


@_fault("stray-number", "note", 2)
def stray_number(book: Book, table: Table, rng: random.Random) -> Planted | None:
    """A number is left beside or below the table."""
    sheet = table.sheet
    row = rng.choice(table.lines).index
    options = [(row, table.last_column + 2), (row, table.last_column + 3)]
    if len(book.tables) == len({other.sheet.name for other in book.tables}):
        options.append((table.end_row + 2, rng.choice(table.year_columns)))
    free = [
        coord
        for coord in options
        if not any(abs(other[0] - coord[0]) < 2 and abs(other[1] - coord[1]) < 2 for other in sheet.cells)
        and not any(other[0] == coord[0] for other in sheet.cells if coord[0] > table.end_row)
    ]
    coord = _choose(rng, free)
    if coord is None:
        return None
    sheet.put(coord, Decimal(rng.choice((4711, 37, 12345, 815, 250))), "text")
    return _at(table, ("STR007",), coord)


# Unit and number


_UNIT_WORDS = re.compile(r"t\.kr|mio\.|1\.000 kr|DKK 1,000|thousand|million")


def _alone(book: Book, table: Table) -> bool:
    """Whether a proposal has its sheet for itself and its text names no unit."""
    same = [other for other in book.tables if other.sheet is table.sheet]
    return (
        table.number is not None and len(same) == 1 and not _UNIT_WORDS.search(" ".join(table.proposal.text))
    )


def _anywhere(sheet: Sheet, codes: tuple[str, ...]) -> Planted:
    return Planted(sheet.name, None, (Accept(codes, sheet.name, ANY),))


@_fault("unit-missing", "error", 2)
def unit_missing(book: Book, table: Table, rng: random.Random) -> Planted | None:
    """Nothing says what the amounts are in."""
    if not table.units or not _alone(book, table):
        return None
    for coord, without in table.units:
        cell = table.sheet.cells[coord]
        cell.value = without or None
        if book.layout.unit_place == "field":
            table.sheet.cells[coord[0], book.layout.left].value = None
    return _anywhere(table.sheet, ("STR008",))


@_fault("unit-twice", "error")
def unit_twice(book: Book, table: Table, rng: random.Random) -> Planted | None:
    """Two statements of the unit disagree."""
    if not table.units or not _alone(book, table) or table.label_heading is None:
        return None
    if table.label_heading in [coord for coord, _ in table.units]:
        return None
    cell = table.sheet.cells[table.label_heading]
    million = table.proposal.unit == 1_000_000
    other = {"da": "t.kr." if million else "mio. kr.", "en": "DKK 1,000" if million else "DKK million"}
    cell.value = f"{cell.value or 'Budget'} ({other[table.proposal.language]})"
    return _anywhere(table.sheet, ("STR008",))


@_fault("number-invalid", "warning", 2)
def number_invalid(book: Book, table: Table, rng: random.Random) -> Planted | None:
    """The form number is no number of the catalogue."""
    if table.number is None:
        return None
    prefix, sequence = table.number.split(" ")
    wrong = rng.choice((prefix, f"{prefix} O{sequence[1]}", f"{prefix} xx", f"{prefix[:4]} {sequence}"))
    return _renumbered(table, wrong)


@_fault("number-missing", "warning")
def number_missing(book: Book, table: Table, rng: random.Random) -> Planted | None:
    """The form has the word and no number."""
    return None if table.number is None else _renumbered(table, "")


def _renumbered(table: Table, number: str) -> Planted:
    coords = [coord for coord, _ in table.number_cells]
    for coord, pattern in table.number_cells:
        if "{}" in pattern:
            table.sheet.cells[coord].value = pattern.format(number).replace("  ", " ").strip() or None
    planted = _at(table, ("IDN001",), *coords)
    null = Accept(("IDN001",), table.sheet.name, "")
    return Planted(planted.sheet, planted.cell, (*planted.accept, null))


@_fault("number-twice", "error", 2)
def number_twice(book: Book, table: Table, rng: random.Random) -> Planted | None:
    """Two unlike proposals have one number."""
    others = [other for other in book.tables if other is not table and other.number is not None]
    if table.number is None or not others:
        return None
    other = rng.choice(others)
    for coord, pattern in table.number_cells:
        if "{}" in pattern:
            table.sheet.cells[coord].value = pattern.format(other.number)
    here = _at(table, ("IDN002",), *[coord for coord, _ in table.number_cells])
    there = _at(other, ("IDN002",), *[coord for coord, _ in other.number_cells])
    return Planted(here.sheet, here.cell, (*here.accept, *there.accept))
