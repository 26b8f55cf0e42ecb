"""What the formulas that look at changed cells will show, so that nobody reads an old result."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from ..model.address import Cell
from ..model.amount import decimal_of
from ..model.book import Book, Formula, Sheet, Value
from ..model.edit import SetCell
from .evaluate import Evaluator
from .tree import references, shifted

_MOST_WORK = 3_000_000  # comparisons of a reference with a changed cell; beyond that Excel does it on opening
_NOISE = Decimal("1e-9")

_Place = tuple[str, Cell]


def recalculated(book: Book, edits: Sequence[SetCell]) -> tuple[list[SetCell], list[SetCell]]:
    """The edits of values with the results they will have together, and the other cells they change.

    A formula that looks at a changed cell, itself or through others, shows another result when Excel
    next opens the workbook. Where it can be worked out, it is written at once, with the formula as it
    is; where it cannot, Excel does it on opening.

    >>> from budget_tools.model.address import parse_cell
    >>> sheet = Sheet("Løn", [[1.0, 2.0, ""]], formulas={})
    >>> total = SetCell("Løn", parse_cell("C1"), Decimal(9), "=SUM(A1:B1)")
    >>> [str(edit.value) for edit in recalculated(Book("x", (sheet,)), [total])[0]]
    ['3']
    """
    changed = _with_edits(book, edits)
    edited = {(edit.sheet.casefold(), edit.cell) for edit in edits}
    dependents = _dependents(changed, edited)
    if dependents is None:
        return list(edits), []
    written = {(edit.sheet.casefold(), edit.cell) for edit in edits if edit.formula is not None}
    changed = _forgetting(changed, dependents | written)
    evaluator = Evaluator(changed)
    settled: list[SetCell] = []
    for edit in edits:
        value = _result(evaluator, changed, edit.sheet, edit.cell) if edit.formula is not None else None
        settled.append(edit if value is None else replace(edit, value=value))
    others: list[SetCell] = []
    for name, cell in sorted(dependents - edited):
        sheet = book.sheet(name)
        if sheet is None or cell in sheet.unvalued:
            continue
        stored = sheet.value(cell.row, cell.column)
        value = _result(evaluator, changed, name, cell)
        if value is None or isinstance(stored, bool) or not isinstance(stored, int | float):
            continue
        if abs(decimal_of(stored) - value) > max(_NOISE, abs(value) * _NOISE):
            others.append(SetCell(sheet.name, cell, value, shifted(sheet.formulas[cell], cell)))
    return settled, others


def _result(evaluator: Evaluator, book: Book, name: str, cell: Cell) -> Decimal | None:
    sheet = book.sheet(name)
    value = evaluator.value(sheet, cell) if sheet is not None else None
    # What is stored is a binary number: more digits than it has would be made up.
    return value if value is None or len(value.as_tuple().digits) <= 15 else decimal_of(float(value))


def _with_edits(book: Book, edits: Iterable[SetCell]) -> Book:
    """The book as it will be, before anything is recalculated."""
    by_sheet: dict[str, list[SetCell]] = {}
    for edit in edits:
        by_sheet.setdefault(edit.sheet.casefold(), []).append(edit)
    return replace(
        book, sheets=tuple(_edited(sheet, by_sheet.get(sheet.name.casefold(), [])) for sheet in book.sheets)
    )


def _edited(sheet: Sheet, edits: Sequence[SetCell]) -> Sheet:
    if not edits:
        return sheet
    top = min(sheet.top, *(edit.cell.row for edit in edits))
    left = min(sheet.left, *(edit.cell.column for edit in edits))
    bottom = max(sheet.bottom, *(edit.cell.row for edit in edits))
    right = max(sheet.right, *(edit.cell.column for edit in edits))
    rows: list[list[Value]] = []
    for number in range(top, bottom + 1):
        inside = sheet.top <= number <= sheet.bottom
        stored = list(sheet.rows[number - sheet.top]) if inside else []
        row: list[Value] = [""] * (sheet.left - left) + stored
        rows.append(row + [""] * (right - left + 1 - len(row)))
    formulas = dict(sheet.formulas)
    for edit in edits:
        value = float(edit.value) if isinstance(edit.value, Decimal) else edit.value
        rows[edit.cell.row - top][edit.cell.column - left] = value
        formulas.pop(edit.cell, None)
        if edit.formula is not None:
            formulas[edit.cell] = Formula(edit.formula.removeprefix("="), edit.cell)
    return replace(
        sheet,
        rows=rows,
        top=top,
        left=left,
        formulas=formulas,
        unvalued=sheet.unvalued - {edit.cell for edit in edits},
    )


def _dependents(book: Book, changed: set[_Place]) -> set[_Place] | None:
    """The cells whose formula looks at a changed one, directly or not; None where that is too many to say."""
    looks = [
        (
            (sheet.name.casefold(), cell),
            [
                (node.sheet.casefold() if node.sheet is not None else sheet.name.casefold(), node)
                for node in at
            ],
        )
        for sheet in book.sheets
        for cell, formula in sheet.formulas.items()
        if (at := references(formula, cell))
    ]
    found: set[_Place] = set()
    fresh = changed
    work = 0
    while fresh:
        by_sheet: dict[str, list[Cell]] = {}
        for name, cell in fresh:
            by_sheet.setdefault(name, []).append(cell)
        following: set[_Place] = set()
        for place, nodes in looks:
            if place in found:
                continue
            for name, node in nodes:
                cells = by_sheet.get(name, ())
                work += len(cells) + 1
                if any(
                    node.top <= cell.row <= node.bottom and node.left <= cell.column <= node.right
                    for cell in cells
                ):
                    following.add(place)
                    break
            if work > _MOST_WORK:
                return None
        found |= following
        fresh = following
    return found


def _forgetting(book: Book, cells: set[_Place]) -> Book:
    """The book without the results of some formulas, so that they are worked out in their turn."""
    by_sheet: dict[str, set[Cell]] = {}
    for name, cell in cells:
        by_sheet.setdefault(name, set()).add(cell)
    return replace(
        book,
        sheets=tuple(
            replace(sheet, unvalued=sheet.unvalued | by_sheet.get(sheet.name.casefold(), set()))
            for sheet in book.sheets
        ),
    )
