"""Chooses what each total covers, and says which cell is at fault where a total disagrees with it."""

from .explain import SEVERAL, explain, places_rounded, roughly, rounding, traceless
from .totals import cover, own_sums

__all__ = ["SEVERAL", "cover", "explain", "own_sums", "places_rounded", "roughly", "rounding", "traceless"]
