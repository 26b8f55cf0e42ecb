"""What the formulas that look at changed cells will show, so that nobody reads an old result."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from ..model.address import Cell
from ..model.amount import decimal_of
from ..model.book import Book, Formula, Sheet, Value
from ..model.edit import SetCell, SetResult
from .evaluate import Evaluator
from .tree import Reference, references

_MOST_WORK = 3_000_000  # comparisons of a range with a changed cell; beyond that Excel does it on opening
_NOISE = Decimal("1e-9")

_Place = tuple[str, Cell]


@dataclass(frozen=True, slots=True)
class Recalculated:
    """What becomes of some edits of values together.

    ``edits`` are these with the results of their own formulas, ``results`` those of the other formulas that
    look at them and show something else now. ``left`` is how many such formulas only Excel can work out;
    None where they are too many to say.
    """

    edits: tuple[SetCell, ...]
    results: tuple[SetResult, ...] = ()
    left: int | None = 0


def recalculated(book: Book, edits: Sequence[SetCell]) -> Recalculated:
    """The edits of values with the results they will have together, and the other results they change.

    A formula that looks at a changed cell, itself or through others, shows another result when Excel
    next opens the workbook. Where it can be worked out, it is written at once; where it cannot, Excel does
    it on opening. A cell that a function finds by itself (INDIRECT) or that has a name is not followed.

    >>> from budget_tools.model.address import parse_cell
    >>> sheet = Sheet("Løn", [[1.0, 2.0, ""]], formulas={})
    >>> total = SetCell("Løn", parse_cell("C1"), Decimal(9), "=SUM(A1:B1)")
    >>> [str(edit.value) for edit in recalculated(Book("x", (sheet,)), [total]).edits]
    ['3']
    """
    changed = _with_edits(book, edits)
    edited = {(edit.sheet.casefold(), edit.cell) for edit in edits}
    dependents = _dependents(changed, edited)
    if dependents is None:
        return Recalculated(tuple(edits), (), None)
    written = {(edit.sheet.casefold(), edit.cell) for edit in edits if edit.formula is not None}
    changed = _forgetting(changed, dependents | written)
    evaluator = Evaluator(changed)
    settled: list[SetCell] = []
    for edit in edits:
        value = _result(evaluator, changed, edit.sheet, edit.cell) if edit.formula is not None else None
        settled.append(edit if value is None else replace(edit, value=value))
    results: list[SetResult] = []
    left = 0
    for name, cell in sorted(dependents - edited):
        sheet = book.sheet(name)
        if sheet is None or cell in sheet.unvalued:
            continue  # a result that was never stored is not made up
        value = _result(evaluator, changed, name, cell)
        if value is None:
            left += 1
        elif not _is_shown(sheet.value(cell.row, cell.column), value):
            results.append(SetResult(sheet.name, cell, value))
    return Recalculated(tuple(settled), tuple(results), left)


def _result(evaluator: Evaluator, book: Book, name: str, cell: Cell) -> Decimal | None:
    sheet = book.sheet(name)
    value = evaluator.value(sheet, cell) if sheet is not None else None
    # What is stored is a binary number: more digits than it has would be made up.
    return value if value is None or len(value.as_tuple().digits) <= 15 else decimal_of(float(value))


def _is_shown(stored: Value, value: Decimal) -> bool:
    """Whether what is stored is the same number but for the noise of binary ones."""
    if isinstance(stored, bool) or not isinstance(stored, int | float):
        return False
    return abs(decimal_of(stored) - value) <= max(_NOISE, abs(value) * _NOISE)


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
    at_cell: dict[_Place, list[_Place]] = defaultdict(list)
    at_range: dict[str, list[tuple[Reference, _Place]]] = defaultdict(list)
    for sheet in book.sheets:
        own = sheet.name.casefold()
        for cell, formula in sheet.formulas.items():
            for node in references(formula, cell):
                name = node.sheet.casefold() if node.sheet is not None else own
                if (node.top, node.left) == (node.bottom, node.right):
                    at_cell[name, Cell(node.top, node.left)].append((own, cell))
                else:
                    at_range[name].append((node, (own, cell)))
    found: set[_Place] = set()
    fresh = list(changed)
    work = 0
    while fresh:
        name, cell = fresh.pop()
        looking = at_cell.get((name, cell), [])
        ranges = at_range.get(name, [])
        work += len(looking) + len(ranges) + 1
        if work > _MOST_WORK:
            return None
        looking = looking + [place for node, place in ranges if _holds(node, cell)]
        for place in looking:
            if place not in found:
                found.add(place)
                fresh.append(place)
    return found


def _holds(node: Reference, cell: Cell) -> bool:
    return node.top <= cell.row <= node.bottom and node.left <= cell.column <= node.right


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
