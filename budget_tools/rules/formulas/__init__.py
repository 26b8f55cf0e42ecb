"""FRM: totals that are typed, sums of the wrong cells, and formulas whose stored result is not theirs.

A formula that puts a total wrong is the cause, and the total that it puts wrong the consequence: FRM002 and
FRM003 stand, with the numbers, and ARI001-ARI003 say nothing of what they explain. ARI007 names the subtotal
that was added again and stands before FRM003. FRM004 knows only that a formula is unlike the others: where
ARI finds the total wrong, ARI stands and FRM004 is its evidence.
"""

from .filtered import passes_over
from .links import link_to_another_file
from .numbers import number_inside_formula
from .range import sum_range_too_short_or_long
from .stale import said_of_manual, same, stale_or_missing_value
from .text import TEXT_NUMBERS, with_text_added
from .twice import double_counted_cells
from .typed import hard_coded_total
from .unlike import formula_differs_from_neighbours

__all__ = [
    "TEXT_NUMBERS",
    "double_counted_cells",
    "formula_differs_from_neighbours",
    "hard_coded_total",
    "link_to_another_file",
    "number_inside_formula",
    "passes_over",
    "said_of_manual",
    "same",
    "stale_or_missing_value",
    "sum_range_too_short_or_long",
    "with_text_added",
]
