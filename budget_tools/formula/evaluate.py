"""The value of a formula, for what totals need; what is not understood is not guessed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal, DivisionByZero, InvalidOperation, Overflow, localcontext

from ..model.address import Cell, Range
from ..model.amount import decimal_of
from ..model.book import Book, Details, Sheet, Value, no_details
from .tree import Call, Node, Number, Reference, calls, moved, parse

_MAX_CELLS = 200_000
_MAX_DEPTH = 60
_MOST_DIGITS = 30
_MOST_WORK = 3_000_000  # cells looked at for one workbook; what is left after that is not known


_VISIBLE = 109
_ADDING = (Decimal(9), Decimal(_VISIBLE))  # the kinds of SUBTOTAL that add
_PLAIN_DIGITS = re.compile(r"\s*[-+]?\d{1,15}\s*")  # a text that + and - read alike in every language


class _NotKnown(Exception):
    """Something in the formula is beyond this evaluator."""


class Evaluator:
    """Works formulas of one book out from the values that are stored in their cells.

    A formula whose own result is not stored is worked out in its turn; with ``afresh``, so is every other,
    as Excel does when it recalculates everything. ``instead`` puts other amounts in some cells, by the name
    of their sheet and their address.
    """

    def __init__(
        self,
        book: Book,
        *,
        afresh: bool = False,
        instead: Mapping[tuple[str, Cell], Decimal] | None = None,
    ) -> None:
        self._book = book
        self._afresh = afresh
        self._instead = instead
        self._work = 0
        self._known: dict[tuple[str, Cell], Decimal | None] = {}
        self._details: dict[str, Details] = {}

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
        if node.name == "SUBTOTAL" and count >= 2 and (kind := argument(0)) in _ADDING:
            each = self._each(node.arguments[1:], sheet, rows, columns, depth, subtotal=int(kind))
            return sum(each, Decimal(0))
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
        raise _NotKnown

    def _target(self, place: Reference, sheet: Sheet) -> Sheet:
        if place.sheet is None:
            return sheet
        target = self._book.sheet(place.sheet)
        if target is None:
            raise _NotKnown
        return target

    def _content(self, sheet: Sheet, cell: Cell, depth: int) -> Value | Decimal:
        if self._instead is not None and (sheet.name, cell) in self._instead:
            return self._instead[sheet.name, cell]
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
        if isinstance(value, str) and _PLAIN_DIGITS.fullmatch(value):
            return Decimal(value.strip())
        raise _NotKnown  # other text: what Excel makes of it depends on the reader's language

    def _hidden(self, sheet: Sheet) -> Details:
        """Which rows of a sheet are hidden, and which of them by a filter."""
        known = self._details.get(sheet.name)
        if known is None:
            if sheet.details is no_details:
                raise _NotKnown
            known = sheet.details([Range(sheet.top, sheet.left, max(sheet.top, sheet.bottom), sheet.left)])
            self._details[sheet.name] = known
        return known

    def _left_out(self, subtotal: int, sheet: Sheet, row: int) -> bool:
        """Whether SUBTOTAL passes over a row: 9 over what a filter hides, 109 over all that is hidden."""
        details = self._hidden(sheet)
        if row not in details.hidden_rows:
            return False
        if subtotal == _VISIBLE:
            return True
        if details.filtered_rows is None:
            raise _NotKnown
        return row in details.filtered_rows

    def _each(
        self,
        arguments: tuple[Node, ...],
        sheet: Sheet,
        rows: int,
        columns: int,
        depth: int,
        subtotal: int = 0,
    ) -> Iterator[Decimal]:
        """The numbers of a function's arguments; in a range, text and blanks are passed over.

        With ``subtotal`` so are rows that it does not count, and cells with a SUBTOTAL of their own.
        """
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
                if subtotal and self._left_out(subtotal, target, row):
                    continue
                for column in range(place.left, right + 1):
                    if subtotal and _is_subtotal(target, Cell(row, column)):
                        continue
                    value = self._content(target, Cell(row, column), depth)
                    if isinstance(value, Decimal):
                        yield value
                    elif isinstance(value, int | float) and not isinstance(value, bool):
                        yield decimal_of(value)


def _is_subtotal(sheet: Sheet, cell: Cell) -> bool:
    """Whether a cell's formula asks SUBTOTAL or AGGREGATE: a SUBTOTAL around it passes over it."""
    formula = sheet.formulas.get(cell)
    return formula is not None and bool(calls(formula.text) & {"SUBTOTAL", "AGGREGATE"})


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
