"""Chooses what each total covers, and says which cell is at fault where a total disagrees with it."""

from .choose import cover
from .explain import explain, rounding

__all__ = ["cover", "explain", "rounding"]
