"""The value of a formula, for what totals need; what is not understood is not guessed."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal, DivisionByZero, InvalidOperation, Overflow, localcontext

from ..model.address import Cell
from ..model.amount import decimal_of
from ..model.book import Book, Sheet, Value
from .tree import Call, Node, Number, Reference, moved, parse

_MAX_CELLS = 200_000
_MAX_DEPTH = 60
_MOST_DIGITS = 30
_MOST_WORK = 3_000_000  # cells looked at for one workbook; what is left after that is not known


class _NotKnown(Exception):
    """Something in the formula is beyond this evaluator."""


class Evaluator:
    """Works formulas of one book out from the values that are stored in their cells.

    A formula whose own result is not stored is worked out in its turn; with ``afresh``, so is every other,
    as Excel does when it recalculates everything.
    """

    def __init__(self, book: Book, *, afresh: bool = False) -> None:
        self._book = book
        self._afresh = afresh
        self._work = 0
        self._known: dict[tuple[str, Cell], Decimal | None] = {}

    def value(self, sheet: Sheet, cell: Cell, depth: int = 0) -> Decimal | None:
        """The number that a cell's formula gives; None when it cannot be known."""
        key = (sheet.name, cell)
        if key in self._known:
            return self._known[key]
        formula = sheet.formulas.get(cell)
        if formula is None or depth > _MAX_DEPTH:
            return None
        self._known[key] = None  # a circle finds this
        rows, columns = cell.row - formula.anchor.row, cell.column - formula.anchor.column
        try:
            with localcontext() as context:
                context.prec = 40
                result = self._number(parse(formula.text), sheet, rows, columns, depth)
        except (_NotKnown, InvalidOperation, DivisionByZero, Overflow, RecursionError):
            result = None
        if result is not None and result and result.adjusted() > _MOST_DIGITS:
            result = None
        self._known[key] = result
        return result

    def _number(self, node: Node, sheet: Sheet, rows: int, columns: int, depth: int) -> Decimal:
        if isinstance(node, Number):
            return node.value
        if isinstance(node, Reference):
            place = moved(node, rows, columns)
            if place.top != place.bottom or place.left != place.right:
                raise _NotKnown
            return self._single(place, sheet, depth)
        if not isinstance(node, Call):
            raise _NotKnown

        def argument(index: int) -> Decimal:
            return self._number(node.arguments[index], sheet, rows, columns, depth)

        count = len(node.arguments)
        if node.name == "SUM":
            return sum(self._each(node.arguments, sheet, rows, columns, depth), Decimal(0))
        if node.name == "neg" and count == 1:
            return -argument(0)
        if node.name == "%" and count == 1:
            return argument(0) / 100
        if node.name in ("+", "-", "*", "/", "^") and count == 2:
            return _operate(node.name, argument(0), argument(1))
        if node.name == "ROUND" and count == 2:
            digits = int(argument(1))
            if abs(digits) > 15:
                raise _NotKnown
            return argument(0).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
        if node.name == "ABS" and count == 1:
            return abs(argument(0))
        if node.name in ("MIN", "MAX", "AVERAGE"):
            values = list(self._each(node.arguments, sheet, rows, columns, depth))
            if not values:
                raise _NotKnown
            if node.name == "AVERAGE":
                return sum(values, Decimal(0)) / len(values)
            return min(values) if node.name == "MIN" else max(values)
        raise _NotKnown  # SUBTOTAL too: what it counts depends on hidden rows

    def _target(self, place: Reference, sheet: Sheet) -> Sheet:
        if place.sheet is None:
            return sheet
        target = self._book.sheet(place.sheet)
        if target is None:
            raise _NotKnown
        return target

    def _content(self, sheet: Sheet, cell: Cell, depth: int) -> Value | Decimal:
        value = sheet.value(cell.row, cell.column)
        if cell in sheet.unvalued or (self._afresh and cell in sheet.formulas):
            worked_out = self.value(sheet, cell, depth + 1)
            if worked_out is None:
                raise _NotKnown
            return worked_out
        if not isinstance(value, str | int | float):
            raise _NotKnown  # an error, or a date, which Excel counts as days
        return value

    def _single(self, place: Reference, sheet: Sheet, depth: int) -> Decimal:
        value = self._content(self._target(place, sheet), Cell(place.top, place.left), depth)
        if isinstance(value, Decimal):
            return value
        if isinstance(value, bool):
            return Decimal(int(value))
        if isinstance(value, int | float):
            return decimal_of(value)
        if value == "":
            return Decimal(0)
        raise _NotKnown  # text: what Excel makes of it depends on the reader's language

    def _each(
        self, arguments: tuple[Node, ...], sheet: Sheet, rows: int, columns: int, depth: int
    ) -> Iterator[Decimal]:
        """The numbers of a function's arguments; in a range, text and blanks are passed over."""
        for node in arguments:
            if not isinstance(node, Reference):
                yield self._number(node, sheet, rows, columns, depth)
                continue
            place = moved(node, rows, columns)
            target = self._target(place, sheet)
            bottom = min(place.bottom, target.bottom)
            right = min(place.right, target.left + max(map(len, target.rows), default=0) - 1)
            area = max(0, bottom - place.top + 1) * max(0, right - place.left + 1)
            self._work += area
            if area > _MAX_CELLS or self._work > _MOST_WORK:
                raise _NotKnown
            for row in range(place.top, bottom + 1):
                for column in range(place.left, right + 1):
                    value = self._content(target, Cell(row, column), depth)
                    if isinstance(value, Decimal):
                        yield value
                    elif isinstance(value, int | float) and not isinstance(value, bool):
                        yield decimal_of(value)


def _operate(sign: str, left: Decimal, right: Decimal) -> Decimal:
    if sign == "+":
        return left + right
    if sign == "-":
        return left - right
    if sign == "*":
        return left * right
    if sign == "/":
        return left / right
    if right != right.to_integral_value() or abs(right) > 100:
        raise _NotKnown
    return left ** int(right)
