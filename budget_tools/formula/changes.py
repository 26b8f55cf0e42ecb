"""Cells that were changed after their workbook was last calculated, as the stored results testify."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal

from ..model.address import Cell, SheetCell
from ..model.amount import decimal_of
from ..model.book import Book, Sheet
from ..model.table import Change
from .evaluate import Evaluator
from .tree import references

_NOISE = Decimal("1e-6")  # differences of binary arithmetic, far below an øre
_FEW_DECIMALS = 3
_MOST_STALE = 60  # where more results are stale, the workbook was never calculated as a whole
_MOST_PRECEDENTS = 200
_MOST_FORMULAS = 50_000


def changes(book: Book, stale: Mapping[SheetCell, Decimal]) -> dict[SheetCell, Change]:
    """The typed cells whose change explains stale results.

    ``stale`` are formulas whose stored result is not what they give, with that result. A cell is named only
    when every formula that uses it is stale and would give its stored result with one and the same former
    amount in that cell, and when no other cell explains the same results.
    """
    if not 0 < len(stale) <= _MOST_STALE:
        return {}
    former: dict[SheetCell, dict[SheetCell, Decimal]] = defaultdict(dict)
    for place, stored in stale.items():
        for precedent in _typed_precedents(book, place):
            amount = _former(book, place, precedent, stored)
            if amount is not None:
                former[precedent][place] = amount
    users = _users(book, former)
    explained: dict[SheetCell, Change] = {}
    for precedent, amounts in former.items():
        first = next(iter(amounts.values()))
        if users[precedent] == set(amounts) and all(_same(first, amount) for amount in amounts.values()):
            explained[precedent] = Change(first, tuple(sorted(amounts)))
    told = [place for change in explained.values() for place in change.results]
    return {
        precedent: change
        for precedent, change in explained.items()
        if all(told.count(place) == 1 for place in change.results)
    }


def _typed_precedents(book: Book, place: SheetCell) -> Iterator[SheetCell]:
    """The cells with a typed number that a formula uses; none where it uses too many."""
    sheet = _sheet(book, place.sheet)
    found: set[SheetCell] = set()
    for area in references(sheet.formulas[place.cell], place.cell):
        target = sheet if area.sheet is None else book.sheet(area.sheet)
        if target is None:
            continue
        bottom, right = min(area.bottom, target.bottom), min(area.right, target.right)
        if (bottom - area.top + 1) * (right - area.left + 1) > _MOST_PRECEDENTS:
            return
        for row in range(area.top, bottom + 1):
            for column in range(area.left, right + 1):
                cell = Cell(row, column)
                if cell not in target.formulas and _number(target, cell) is not None:
                    found.add(SheetCell(target.name, cell))
    yield from sorted(found)


def _former(book: Book, place: SheetCell, precedent: SheetCell, stored: Decimal) -> Decimal | None:
    """What a precedent must have held for a formula to give its stored result; None where nothing does."""
    now = _number(_sheet(book, precedent.sheet), precedent.cell)
    assert now is not None
    given = _given(book, place, precedent, now)
    moved = _given(book, place, precedent, now + 1)
    if given is None or moved is None or given == moved:
        return None
    amount = now + (stored - given) / (moved - given)
    for decimals in (_decimals(now), _decimals(now) + _FEW_DECIMALS):  # nobody types more than that
        typed = round(amount, max(0, decimals))
        again = _given(book, place, precedent, typed)
        if again is not None and _same(again, stored):
            return typed
    return None


def _decimals(amount: Decimal) -> int:
    return -int(amount.normalize().as_tuple().exponent)


def _given(book: Book, place: SheetCell, precedent: SheetCell, amount: Decimal) -> Decimal | None:
    evaluator = Evaluator(book, instead={(precedent.sheet, precedent.cell): amount})
    return evaluator.value(_sheet(book, place.sheet), place.cell)


def _users(book: Book, cells: Mapping[SheetCell, object]) -> dict[SheetCell, set[SheetCell]]:
    """The formulas of a book that use some cells, by those cells."""
    found: dict[SheetCell, set[SheetCell]] = {cell: set() for cell in cells}
    work = 0
    for sheet in book.sheets:
        for cell, formula in sheet.formulas.items():
            work += 1
            if work > _MOST_FORMULAS:
                return {cell: set() for cell in cells}
            for area in references(formula, cell):
                name = (area.sheet or sheet.name).casefold()
                for place in cells:
                    if (
                        area.top <= place.cell.row <= area.bottom
                        and area.left <= place.cell.column <= area.right
                        and place.sheet.casefold() == name
                    ):
                        found[place].add(SheetCell(sheet.name, cell))
    return found


def _sheet(book: Book, name: str) -> Sheet:
    sheet = book.sheet(name)
    assert sheet is not None
    return sheet


def _number(sheet: Sheet, cell: Cell) -> Decimal | None:
    value = sheet.value(cell.row, cell.column)
    return decimal_of(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _same(one: Decimal, other: Decimal) -> bool:
    return abs(one - other) <= max(_NOISE, abs(other) * Decimal("1e-9"))
