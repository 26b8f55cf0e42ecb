"""Formulas: read into a tree, told which cells they add, worked out where that is safe, and compared."""

from .changes import changes
from .evaluate import Evaluator
from .faults import formula_faults
from .pattern import Pattern, pattern
from .recalculate import recalculated
from .tree import Sum, addends, calls, parse, references, shifted

__all__ = [
    "Evaluator",
    "Pattern",
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
]
