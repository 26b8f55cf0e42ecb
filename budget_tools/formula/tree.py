"""A formula's text as a small tree. The tokens are openpyxl's; the grammar is Excel's operator order."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from ..model.address import MAX_COLUMN, MAX_ROW, Cell, column_letters, column_number
from ..model.book import Formula

if TYPE_CHECKING:
    from openpyxl.formula.tokenizer import Token


class Number(NamedTuple):
    """A number in the text."""

    value: Decimal


class Text(NamedTuple):
    """A text in quotes."""

    value: str


class Reference(NamedTuple):
    """A cell or a rectangle of cells; ``fixed`` says which of its four edges have a dollar sign."""

    sheet: str | None
    top: int
    left: int
    bottom: int
    right: int
    fixed: tuple[bool, bool, bool, bool]


class Call(NamedTuple):
    """A function and its arguments; operators are called by their sign, such as ``+``."""

    name: str
    arguments: tuple[Node, ...]


class Unknown(NamedTuple):
    """A part that is not understood: a name, a table, another file."""

    text: str


Node = Number | Text | Reference | Call | Unknown

_REFERENCE = re.compile(
    r"(?:(?P<sheet>'(?:[^']|'')+'|[^'!\[\]]+)!)?"
    r"(?P<c1>\$?[A-Za-z]{1,3})(?P<r1>\$?[1-9]\d{0,6})(?::(?P<c2>\$?[A-Za-z]{1,3})(?P<r2>\$?[1-9]\d{0,6}))?"
)
_COLUMNS = re.compile(
    r"(?:(?P<sheet>'(?:[^']|'')+'|[^'!\[\]]+)!)?(?P<c1>\$?[A-Za-z]{1,3}):(?P<c2>\$?[A-Za-z]{1,3})"
)
_PRECEDENCE = {
    "=": 1,
    "<>": 1,
    "<": 1,
    ">": 1,
    "<=": 1,
    ">=": 1,
    "&": 2,
    "+": 3,
    "-": 3,
    "*": 4,
    "/": 4,
    "^": 5,
}
_MAX_LENGTH = 8192  # Excel's own limit
_MAX_DEPTH = 80


class _Parser:
    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.at = 0

    def peek(self) -> Token | None:
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def expression(self, strength: int = 0, depth: int = 0) -> Node:
        if depth > _MAX_DEPTH:
            raise ValueError("too deep")
        left = self.prefix(depth)
        while (token := self.peek()) is not None:
            if token.type == token.OP_POST:
                self.at += 1
                left = Call("%", (left,))
                continue
            binding = _PRECEDENCE.get(token.value) if token.type == token.OP_IN else None
            if binding is None or binding <= strength:
                break
            self.at += 1
            left = Call(token.value, (left, self.expression(binding, depth + 1)))
        return left

    def prefix(self, depth: int) -> Node:
        token = self.peek()
        if token is None:
            raise ValueError("ends too early")
        self.at += 1
        if token.type == token.OP_PRE:
            inner = self.expression(6, depth + 1)  # a sign binds tighter than a power in Excel
            return Call("neg", (inner,)) if token.value == "-" else inner
        if token.type == token.OPERAND:
            return _operand(token)
        if token.type == token.FUNC and token.subtype == token.OPEN:
            return Call(token.value[:-1].upper().removeprefix("_XLFN."), self.arguments(depth))
        if token.type == token.PAREN and token.subtype == token.OPEN:
            inner = self.expression(0, depth + 1)
            self.close()
            return inner
        raise ValueError(f"unexpected {token.value!r}")

    def arguments(self, depth: int) -> tuple[Node, ...]:
        found: list[Node] = []
        while (token := self.peek()) is not None:
            if token.subtype == token.CLOSE:
                self.at += 1
                return tuple(found)
            if token.type == token.SEP:
                self.at += 1
                continue
            found.append(self.expression(0, depth + 1))
        raise ValueError("a parenthesis is not closed")

    def close(self) -> None:
        token = self.peek()
        if token is None or token.subtype != token.CLOSE:
            raise ValueError("a parenthesis is not closed")
        self.at += 1


def _operand(token: Token) -> Node:
    if token.subtype == token.NUMBER:
        try:
            return Number(Decimal(token.value))
        except InvalidOperation:
            return Unknown(token.value)
    if token.subtype == token.TEXT:
        return Text(token.value[1:-1].replace('""', '"'))
    if token.subtype == token.RANGE:
        return reference(token.value) or Unknown(token.value)
    return Unknown(token.value)


def reference(text: str) -> Reference | None:
    """A reference from its text, or None for a name, a table or another file."""
    match = _REFERENCE.fullmatch(text)
    if match:
        c1, r1 = match["c1"], match["r1"]
        c2, r2 = match["c2"] or c1, match["r2"] or r1
    else:
        match = _COLUMNS.fullmatch(text)
        if not match:
            return None
        c1, c2, r1, r2 = match["c1"], match["c2"], "$1", f"${MAX_ROW}"
    sheet = match["sheet"]
    if sheet is not None:
        if sheet.startswith("'"):
            sheet = sheet[1:-1].replace("''", "'")
        if "[" in sheet:
            return None
    left, right = column_number(c1.lstrip("$")), column_number(c2.lstrip("$"))
    top, bottom = int(r1.lstrip("$")), int(r2.lstrip("$"))
    if max(left, right) > MAX_COLUMN or max(top, bottom) > MAX_ROW:
        return None
    return Reference(
        sheet,
        min(top, bottom),
        min(left, right),
        max(top, bottom),
        max(left, right),
        ("$" in r1, "$" in c1, "$" in r2, "$" in c2),
    )


# what nearly every total is, read without tokens: a sheet of 200,000 lines has as many of them
PLAIN_SUM = re.compile(r"SUM\(([A-Z]{1,2})([1-9]\d{0,5}):([A-Z]{1,2})([1-9]\d{0,5})\)")


def _plain_reference(c1: str, r1: str, c2: str, r2: str) -> Reference:
    left, right = column_number(c1), column_number(c2)
    top, bottom = int(r1), int(r2)
    if top > bottom:
        top, bottom = bottom, top
    if left > right:
        left, right = right, left
    return Reference(None, top, left, bottom, right, (False, False, False, False))


@lru_cache(maxsize=65_536)
def parse(text: str) -> Node:
    """The tree of a formula's text (without ``=``); Unknown for what cannot be read."""
    if len(text) > _MAX_LENGTH:
        return Unknown(text[:40])
    plain = PLAIN_SUM.fullmatch(text)
    if plain:
        return Call("SUM", (_plain_reference(*plain.groups()),))
    from openpyxl.formula.tokenizer import Tokenizer  # takes as long to load as half a check

    try:
        tokens = [token for token in Tokenizer("=" + text).items if token.type != token.WSPACE]
        parser = _Parser(tokens)
        node = parser.expression()
        return node if parser.peek() is None else Unknown(text)
    except Exception:  # the tokenizer raises several kinds on broken text, IndexError among them
        return Unknown(text)


def moved(node: Reference, rows: int, columns: int) -> Reference:
    """A reference moved as Excel moves it when a formula is copied."""
    if not rows and not columns:
        return node
    fixed_top, fixed_left, fixed_bottom, fixed_right = node.fixed
    return node._replace(
        top=node.top if fixed_top else node.top + rows,
        left=node.left if fixed_left else node.left + columns,
        bottom=node.bottom if fixed_bottom else node.bottom + rows,
        right=node.right if fixed_right else node.right + columns,
    )


def shifted(formula: Formula, cell: Cell) -> str:
    """The text of a formula, with ``=``, as it stands in a cell that shares it."""
    text = "=" + formula.text
    if formula.anchor == cell:
        return text
    from openpyxl.formula.translate import Translator

    origin = f"{column_letters(formula.anchor.column)}{formula.anchor.row}"
    moved_text: str = Translator(text, origin=origin).translate_formula(
        f"{column_letters(cell.column)}{cell.row}"
    )
    return moved_text


@dataclass(frozen=True)
class Sum:
    """The cells that a formula adds, with their signs; SUBTOTAL passes over its own kind."""

    cells: tuple[tuple[Cell, int], ...]
    subtotal: bool = False
    rounded: bool = False

    @cached_property
    def column(self) -> int | None:
        """The column that all the cells stand in, if it is one."""
        first = self.cells[0][0].column
        return first if all(cell.column == first for cell, _ in self.cells) else None

    @cached_property
    def rows(self) -> tuple[tuple[int, int], ...]:
        """The rows of the cells, with their signs."""
        return tuple((cell.row, sign) for cell, sign in self.cells)

    @cached_property
    def row(self) -> int | None:
        """The row that all the cells stand in, if it is one."""
        first = self.cells[0][0].row
        return first if all(cell.row == first for cell, _ in self.cells) else None


_MAX_CELLS = 10_000


def addends(formula: Formula, cell: Cell) -> Sum | None:
    """What a formula adds and subtracts on its own sheet; None when it does anything else."""
    return _addends(formula.text, cell.row - formula.anchor.row, cell.column - formula.anchor.column)


@lru_cache(maxsize=16_384)
def _addends(text: str, rows: int, columns: int) -> Sum | None:
    plain = PLAIN_SUM.fullmatch(text)
    if plain:
        _, top, left, bottom, right, _ = _plain_reference(*plain.groups())
        if (bottom - top + 1) * (right - left + 1) > _MAX_CELLS:
            return None
        across = range(left + columns, right + columns + 1)
        return Sum(
            tuple([(Cell(row, at), 1) for row in range(top + rows, bottom + rows + 1) for at in across])
        )
    tree = parse(text)
    if not isinstance(tree, Call | Reference):
        return None
    found: dict[Cell, int] = {}
    names: set[str] = set()
    try:
        if not _collect(tree, 1, (rows, columns), found, names):
            return None
    except RecursionError:
        return None
    cells = tuple([(place, sign) for place, sign in found.items() if sign])
    return Sum(cells, "SUBTOTAL" in names, "ROUND" in names)


def _collect(node: Node, sign: int, move: tuple[int, int], found: dict[Cell, int], names: set[str]) -> bool:
    """Add the cells of a formula's part to those found; whether it does nothing but add and subtract."""
    if isinstance(node, Reference):
        if node.sheet is not None:
            return False
        _, top, left, bottom, right, _ = moved(node, *move)
        if (bottom - top + 1) * (right - left + 1) + len(found) > _MAX_CELLS:
            return False
        for row in range(top, bottom + 1):
            for column in range(left, right + 1):
                place = Cell(row, column)
                found[place] = found.get(place, 0) + sign
        return True
    if not isinstance(node, Call):
        return isinstance(node, Number) and node.value == 0
    name, arguments = node
    names.add(name)
    match name:
        case "SUM":
            return all(_collect(argument, sign, move, found, names) for argument in arguments)
        case "SUBTOTAL":
            kind = arguments[0] if arguments else None
            return (
                isinstance(kind, Number)
                and kind.value in (9, 109)
                and all(_collect(argument, sign, move, found, names) for argument in arguments[1:])
            )
        case "+" | "-":
            other = sign if name == "+" else -sign
            return _collect(arguments[0], sign, move, found, names) and _collect(
                arguments[1], other, move, found, names
            )
        case "neg":
            return _collect(arguments[0], -sign, move, found, names)
        case "ROUND":
            return bool(arguments) and _collect(arguments[0], sign, move, found, names)
    return False


def references(formula: Formula, cell: Cell) -> tuple[Reference, ...]:
    """Every cell or range that a formula looks at, as it stands in ``cell``."""
    rows, columns = cell.row - formula.anchor.row, cell.column - formula.anchor.column
    return tuple(moved(node, rows, columns) for node in _references(formula.text))


@lru_cache(maxsize=65_536)
def _references(text: str) -> tuple[Reference, ...]:
    found: list[Reference] = []
    left: list[Node] = [parse(text)]
    while left:
        node = left.pop()
        if isinstance(node, Reference):
            found.append(node)
        elif isinstance(node, Call):
            left.extend(node.arguments)
    return tuple(found)


@lru_cache(maxsize=16_384)
def calls(text: str) -> frozenset[str]:
    """The functions that a formula calls, and its operators."""
    found: set[str] = set()
    left: list[Node] = [parse(text)]
    while left:
        node = left.pop()
        if isinstance(node, Call):
            found.add(node.name)
            left.extend(node.arguments)
    return frozenset(found)
