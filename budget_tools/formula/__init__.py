"""Formulas: read into a tree, told which cells they add, worked out where that is safe, and compared."""

from .changes import changes
from .evaluate import Evaluator
from .faults import Strip, formula_faults, strips_of
from .pattern import Pattern, pattern
from .recalculate import recalculated
from .tree import Call, Reference, Sum, addends, calls, parse, references, shifted

__all__ = [
    "Call",
    "Evaluator",
    "Pattern",
    "Reference",
    "Strip",
    "Sum",
    "addends",
    "calls",
    "changes",
    "formula_faults",
    "parse",
    "pattern",
    "recalculated",
    "references",
    "shifted",
    "strips_of",
]
