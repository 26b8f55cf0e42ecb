"""The results of formulas that read changed cells, worked out afresh where the evaluator can."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace

from ...formula import Evaluator
from ...formula.tree import Call, Node, Reference, Unknown, moved, parse
from ...model.address import Cell
from ...model.book import Book, Formula, Sheet, Value
from ...model.edit import SetCell, SetResult
from .wishes import Wish

MOST_FORMULAS = 50_000
"""Formulas of a workbook that are looked through; beyond that Excel is asked to recalculate."""

_ANYWHERE = frozenset({"CELL", "GETPIVOTDATA", "INDIRECT", "INFO", "OFFSET"})
"""Functions that may read cells which their text does not name."""


def refreshed(book: Book, wanted: Mapping[str, Mapping[Cell, Wish]]) -> tuple[list[SetResult], bool]:
    """New results for the formulas that depend on changed cells, and whether these are all there are.

    Where they are not all, the workbook must be recalculated by whoever opens it.
    """
    changed = {
        (name.casefold(), cell): wish.content
        for name, cells in wanted.items()
        for cell, wish in cells.items()
        if wish.content is not None
    }
    formulas = [
        (sheet, cell, formula)
        for sheet in book.sheets
        for cell, formula in sheet.formulas.items()
        if (sheet.name.casefold(), cell) not in changed
    ]
    if not formulas:
        return [], True
    if len(formulas) > MOST_FORMULAS:
        return [], False
    dirty, complete = _depending(formulas, set(changed))
    if not dirty:
        return [], complete
    after = Book(book.path, tuple(_changed(sheet, changed, dirty) for sheet in book.sheets), book.skipped)
    evaluator = Evaluator(after)
    found = []
    for sheet in after.sheets:
        for cell in sorted(dirty[sheet.name.casefold()]):
            value = evaluator.value(sheet, cell)
            if value is None:
                complete = False
            else:
                found.append(SetResult(sheet.name, cell, value))
    return found, complete


def _depending(
    formulas: list[tuple[Sheet, Cell, Formula]], changed: set[tuple[str, Cell]]
) -> tuple[dict[str, set[Cell]], bool]:
    """The formulas that read a changed cell, directly or not, by sheet; and whether that is sure."""
    sure = True
    read: list[tuple[str, Cell, list[tuple[str, Reference]]]] = []
    for sheet, cell, formula in formulas:
        places = []
        for node in _walk(parse(formula.text)):
            if isinstance(node, Unknown) or (isinstance(node, Call) and node.name in _ANYWHERE):
                sure = False
            elif isinstance(node, Reference):
                place = moved(node, cell.row - formula.anchor.row, cell.column - formula.anchor.column)
                places.append(((place.sheet or sheet.name).casefold(), place))
        read.append((sheet.name.casefold(), cell, places))
    touched: dict[str, set[Cell]] = defaultdict(set)
    for name, cell in changed:
        touched[name].add(cell)
    dirty: dict[str, set[Cell]] = defaultdict(set)
    more = True
    while more:
        more = False
        left = []
        for name, cell, places in read:
            if any(_reads(place, touched[where]) for where, place in places if where in touched):
                dirty[name].add(cell)
                touched[name].add(cell)
                more = True
            else:
                left.append((name, cell, places))
        read = left
    return dirty, sure


def _walk(node: Node) -> Iterator[Node]:
    yield node
    if isinstance(node, Call):
        for argument in node.arguments:
            yield from _walk(argument)


def _reads(place: Reference, touched: set[Cell]) -> bool:
    """Whether a reference holds one of some cells."""
    if place.top == place.bottom and place.left == place.right:
        return (place.top, place.left) in touched
    return any(
        place.top <= row <= place.bottom and place.left <= column <= place.right for row, column in touched
    )


def _changed(
    sheet: Sheet, changed: Mapping[tuple[str, Cell], SetCell], dirty: Mapping[str, set[Cell]]
) -> Sheet:
    """A sheet as the edits leave it; formulas that depend on them have no result yet."""
    name = sheet.name.casefold()
    own = {cell: edit for (where, cell), edit in changed.items() if where == name}
    unvalued = sheet.unvalued | dirty.get(name, set())
    if not own:
        return replace(sheet, unvalued=frozenset(unvalued))
    formulas = {cell: formula for cell, formula in sheet.formulas.items() if cell not in own}
    top, bottom = min(sheet.top, *(c.row for c in own)), max(sheet.bottom, *(c.row for c in own))
    left, right = min(sheet.left, *(c.column for c in own)), max(sheet.right, *(c.column for c in own))
    rows = [[sheet.value(row, column) for column in range(left, right + 1)] for row in range(top, bottom + 1)]
    for cell, edit in own.items():
        value: Value = edit.value if isinstance(edit.value, str) else float(edit.value)
        rows[cell.row - top][cell.column - left] = value
        if edit.formula is not None:
            formulas[cell] = Formula(edit.formula.strip().removeprefix("="), cell)
    return replace(
        sheet,
        rows=rows,
        top=top,
        left=left,
        formulas=formulas,
        unvalued=frozenset(unvalued - set(own)),
    )
