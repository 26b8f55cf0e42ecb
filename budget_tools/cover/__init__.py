"""Chooses what each total covers, and says which cell is at fault where a total disagrees with it."""

from .choose import cover
from .explain import SEVERAL, explain, rounding, slight

__all__ = ["SEVERAL", "cover", "explain", "rounding", "slight"]
