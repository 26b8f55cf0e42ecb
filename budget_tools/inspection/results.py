"""What the formulas of a table give.

Most of them add amounts of the table itself: those are worked out here, the short way, and only the others
by the evaluator, which can follow a formula through the whole workbook.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

from ..cover.long import LongResults, cells_to_work_out, long_sum
from ..formula import Evaluator, Sum, addends
from ..layout.long import LongLines
from ..model.address import Cell
from ..model.book import Book
from ..model.table import Line, Table
from ..rules.formulas import same

_ZERO = Decimal(0)
_MOST_ADDED = 2_000_000  # addends of a table's formulas: beyond, the evaluator goes on, which counts its work


def results_of(
    table: Table, sums: Mapping[Cell, Sum], book: Book, evaluator: Evaluator
) -> Mapping[Cell, Decimal]:
    """What the formulas of a table give; ``sums`` are those that only add.

    A stored result that follows from its own precedents is right; so is one that is what a full
    recalculation gives: then it is a precedent that is stale, and the finding belongs there.
    """
    sheet = table.sheet
    if not sheet.formulas:
        return {}
    formulas = sheet.formulas
    cells, right = cells_to_work_out(table)
    amounts: Callable[[int], Line | None] | None = None
    if not table.entries and not sheet.unvalued:
        amounts = table.line if right else {line.row: line for line in table.lines}.get
    positions = {column.number: position for position, column in enumerate(table.columns)}
    found: dict[Cell, Decimal] = {}
    added = 0
    afresh: Evaluator | None = None
    for cell in cells:
        amount = table.amount(cell)
        total = (sums.get(cell) or addends(formulas[cell], cell)) if amounts is not None else None
        value = _plain_sum(total, amounts, positions) if amounts is not None else None
        added += len(total.cells) if total is not None else 0
        if added > _MOST_ADDED:
            amounts = None
        if value is None:
            value = long_sum(table, formulas[cell], cell)
        if value is None:
            value = evaluator.value(sheet, cell)
            if value is None:
                continue
        if amount is not None and amount != value and not same(amount, value):
            afresh = afresh or Evaluator(book, afresh=True)
            recalculated = afresh.value(sheet, cell)
            if recalculated is not None and same(amount, recalculated):
                value = amount
        found[cell] = value
    if type(table.lines) is LongLines and right:
        return LongResults(table, table.lines, right, found)
    return found


def _plain_sum(
    total: Sum | None, line_at: Callable[[int], Line | None], positions: Mapping[int, int]
) -> Decimal | None:
    """The value of a formula that only adds amounts of the table itself: the short way for most totals."""
    if total is None or total.subtotal or total.rounded:
        return None
    result = _ZERO
    for cell, sign in total.cells:
        line, position = line_at(cell.row), positions.get(cell.column)
        if line is None or position is None:
            return None
        amount = line.amounts[position]
        if amount is not None:
            result += amount * sign if sign != 1 else amount
    return result


_MOST_KEPT = 400
_Added = tuple[tuple[Cell, int, int, tuple[tuple[int, int, int], ...]], ...]


def plain_results(table: Table) -> dict[Cell, Decimal] | None:
    """What formulas give that only add; None where one shows another result, or more is asked for."""
    if table.shape is None or table.sheet.unvalued or not table.sheet.formulas:
        return None
    formulas = table.shape.once("added", lambda: _added(table))
    if formulas is None:
        return None
    found: dict[Cell, Decimal] = {}
    amounts = [line.amounts for line in table.lines]
    for cell, line, position, added in formulas:
        value = _ZERO
        for row, column, sign in added:
            amount = amounts[row][column]
            assert amount is not None
            value += amount if sign == 1 else amount * sign
        shown = amounts[line][position]
        if shown != value:
            return None
        found[cell] = value
    return found


def _added(table: Table) -> _Added | None:
    """The formulas of a table, by line and position, and the amounts that they add, with their signs.

    None where a formula does anything else than add amounts of the table itself.
    """
    rows = {line.row: index for index, line in enumerate(table.lines)}
    positions = {column.number: position for position, column in enumerate(table.columns)}
    found = []
    for line in table.lines:
        for column in table.columns:
            cell = Cell(line.row, column.number)
            if cell not in table.sheet.formulas:
                continue
            total = addends(table.sheet.formulas[cell], cell)
            if total is None or total.subtotal or total.rounded or len(total.cells) > _MOST_KEPT:
                return None
            if any(at.row not in rows or at.column not in positions for at, _ in total.cells):
                return None
            added = [(rows[at.row], positions[at.column], sign) for at, sign in total.cells]
            filled = [one for one in added if table.lines[one[0]].amounts[one[1]] is not None]
            found.append((cell, rows[line.row], positions[column.number], tuple(filled)))
    return tuple(found)
