"""Chooses what each total covers, and says which cell is at fault where a total disagrees with it."""

from .explain import SEVERAL, explain, rounding, slight
from .totals import cover

__all__ = ["SEVERAL", "cover", "explain", "rounding", "slight"]
