"""A consequence analysis read from its sheets: cases with themes, what is set aside and what is needed.

``places`` tells where things stand, ``reading`` what a cell says, ``cases`` joins them; ``pools`` tells which
amounts are the same money, and ``sums`` what is really there.
"""

from __future__ import annotations

from .cases import read_cases
from .pools import analysed
from .sums import Overview, OverviewReport, overview_of

__all__ = ["Overview", "OverviewReport", "analysed", "overview_of", "read_cases"]
