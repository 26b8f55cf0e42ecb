"""KON: consequence analyses. What is set aside, what is needed, and what belongs to what."""

from __future__ import annotations

from .needs import no_amount, open_amount, period_missing
from .pairing import theme_without_pair
from .pools import overlaps_other_pool, same_pool_in_several_places
from .scaling import all_off_scale
from .years import other_year_spent_or_reduced

__all__ = [
    "all_off_scale",
    "no_amount",
    "open_amount",
    "other_year_spent_or_reduced",
    "overlaps_other_pool",
    "period_missing",
    "same_pool_in_several_places",
    "theme_without_pair",
]
