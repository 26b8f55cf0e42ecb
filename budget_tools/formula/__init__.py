"""Formulas: read into a tree, told which cells they add, and worked out where that is safe."""

from .evaluate import Evaluator
from .tree import Sum, addends, parse, references, shifted

__all__ = ["Evaluator", "Sum", "addends", "parse", "references", "shifted"]
