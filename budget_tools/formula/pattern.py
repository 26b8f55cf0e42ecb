"""What a formula is made of, wherever it stands: the same pattern in two cells is the same formula copied."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from ..model.address import column_number
from ..model.book import Formula
from .tree import PLAIN_SUM, Call, Node, Number, Reference, Text, Unknown, parse


class Pattern(NamedTuple):
    """A formula's form with relative references as distances (R1C1), and what is typed into it.

    ``numbers`` are literals that stand for an amount or a rate; ``files`` what it calls other workbooks:
    their number in the list of links, as Excel stores it, or their name.
    """

    form: str
    numbers: tuple[Decimal, ...] = ()
    files: tuple[str, ...] = ()


# Numbers that say how a function works, by the place of the argument: no amount is hidden in them.
_TECHNICAL = {
    "ROUND": (1,),
    "ROUNDUP": (1,),
    "ROUNDDOWN": (1,),
    "MROUND": (1,),
    "TRUNC": (1,),
    "SUBTOTAL": (0,),
    "AGGREGATE": (0, 1),
    "VLOOKUP": (2, 3),
    "HLOOKUP": (2, 3),
    "XLOOKUP": (4, 5),
    "MATCH": (2,),
    "INDEX": (1, 2, 3),
    "OFFSET": (1, 2, 3, 4),
    "CHOOSE": (0,),
    "DATE": (0, 1, 2),
    "EDATE": (1,),
    "EOMONTH": (1,),
    "LEFT": (1,),
    "RIGHT": (1,),
    "MID": (1, 2),
    "LARGE": (1,),
    "SMALL": (1,),
    "LOG": (1,),
}
_HARMLESS = frozenset(map(Decimal, (0, 1, 100, 1000)))
_OTHER_FILE = re.compile(r"^'?[^'\[]*\[([^\[\]]+)\][^\[\]]*!")


@lru_cache(maxsize=65_536)
def pattern(formula: Formula) -> Pattern:
    """The pattern of a formula; all cells that share it have the same."""
    row, column = formula.anchor
    plain = PLAIN_SUM.fullmatch(formula.text)
    if plain and (right := column_number(plain[3])) >= (left := column_number(plain[1])):
        top, bottom = int(plain[2]) - row, int(plain[4]) - row
        if bottom >= top and (bottom > top or right > left):
            return Pattern(f"SUM(R[{top}]C[{left - column}]:R[{bottom}]C[{right - column}])")
    numbers: list[Decimal] = []
    files: list[str] = []

    def spell(node: Node) -> str:
        if isinstance(node, Reference):
            top, left, bottom, right = node.fixed
            start = _place(node.top, top, row, "R") + _place(node.left, left, column, "C")
            end = _place(node.bottom, bottom, row, "R") + _place(node.right, right, column, "C")
            sheet = f"{node.sheet.casefold()}!" if node.sheet is not None else ""
            return f"{sheet}{start}" if start == end else f"{sheet}{start}:{end}"
        if isinstance(node, Call):
            technical = _TECHNICAL.get(node.name, ())
            parts = []
            for index, argument in enumerate(node.arguments):
                before = len(numbers)
                parts.append(spell(argument))
                if index in technical:
                    del numbers[before:]
            return f"{node.name}({','.join(parts)})"
        if isinstance(node, Number):
            if node.value not in _HARMLESS:
                numbers.append(node.value)
            return str(node.value)
        if isinstance(node, Text):
            return repr(node.value)
        if found := _OTHER_FILE.match(node.text):
            files.append(found[1])
        return node.text

    tree = parse(formula.text)
    try:
        form = spell(tree)
    except RecursionError:
        return Pattern(formula.text)
    if isinstance(tree, Unknown) and not files:
        files += _FILES_ANYWHERE.findall(formula.text)  # what cannot be parsed can still name a file
    return Pattern(form, tuple(dict.fromkeys(numbers)), tuple(dict.fromkeys(files)))


_FILES_ANYWHERE = re.compile(r"\[([^\[\]]+)\][^\[\]'!,;()]*'?!")


def _place(number: int, fixed: bool, origin: int, letter: str) -> str:
    return f"{letter}{number}" if fixed else f"{letter}[{number - origin}]"
