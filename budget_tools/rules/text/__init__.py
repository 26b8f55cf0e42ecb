"""TXT: what the text says and the table shows. A file a rule; ``piece`` is how they read a proposal."""

from __future__ import annotations

from .alternatives import alternatives_added_up
from .amount import text_amount_differs
from .count import count_in_text_and_label
from .cut_off import text_cut_off
from .placeholder import placeholder_left_in
from .reference import competing_proposals, last_part, named, reference_unclear
from .reservation import reservation_not_in_figures
from .staff import staff_price, staff_years_unclear
from .sums import sum_in_text_wrong

__all__ = [
    "alternatives_added_up",
    "competing_proposals",
    "count_in_text_and_label",
    "last_part",
    "named",
    "placeholder_left_in",
    "reference_unclear",
    "reservation_not_in_figures",
    "staff_price",
    "staff_years_unclear",
    "sum_in_text_wrong",
    "text_amount_differs",
    "text_cut_off",
]
