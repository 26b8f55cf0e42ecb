"""Chooses what each total covers, and says which cell is at fault where a total disagrees with it."""

from .explain import SEVERAL, explain, places_rounded, roughly, rounding, slight, traceless
from .totals import cover, may_end_in_a_net, own_sums

__all__ = [
    "SEVERAL",
    "cover",
    "explain",
    "may_end_in_a_net",
    "own_sums",
    "places_rounded",
    "roughly",
    "rounding",
    "slight",
    "traceless",
]
