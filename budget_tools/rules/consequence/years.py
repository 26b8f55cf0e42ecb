"""KON003: money that is not there in the budget year."""

from __future__ import annotations

from collections.abc import Iterator

from ...model.analysis import Allocation, Analysis
from ...model.finding import Fact, Finding
from ..base import rule
from .told import found, in_kroner, shown


@rule("KON003", failed=True)
def other_year_spent_or_reduced(analysis: Analysis, failed: list[Allocation]) -> Iterator[Finding]:
    """An amount below 'Afsat i budget' is of another year, spent or cut: it is no room in the budget.

    The year of the budget is the one that the heading names. What comes every year is of no other year.

    Flagged::

            A                  B                                          C
        1   Temaer i case Unge  Afsat i budget 2022                       Behov jf. case
        2   Værested           500.000 kr. til møbler i 2021              200.000 kr. årligt
        3   Sport              300.000 kr. til bolde (er brugt)           100.000 kr. årligt
        4   Musik              800.000 kr., reduceret til 600.000 kr.     900.000 kr. årligt
        #: KON003 B2
        #: KON003 B3
        #: KON003 B4

    Clean::

            A                  B                                          C
        1   Temaer i case Unge  Afsat i budget 2022                       Behov jf. case
        2   Værested           500.000 kr. til møbler i 2022              200.000 kr. årligt
        3   Sport              300.000 kr. p.a. fra 2020                  100.000 kr. årligt
        4   Musik              800.000 kr. i 2021-2024                    900.000 kr. årligt
    """
    for one in failed:
        year = one.year or analysis.year
        facts: dict[str, Fact] = {"shown": shown(one)}
        away = one.of_another_year(year)
        if away:
            named = one.years[0].last or one.years[0].first
            facts |= {"year": named or 0, "budget_year": year or 0}
        if one.spent:
            variant = "spent-year" if away else "spent"
        elif one.left is not None:
            facts["left"] = in_kroner(one.left)
            variant = "cut-year" if away else "cut"
        else:
            variant = ""
        if variant:
            facts["variant"] = variant
        yield found("KON003", one, facts, amounts=(one.kroner, one.left))
