"""The frames of a consequence analysis: a row an allocation, a need, or what must be tied to a theme.

As everywhere, what is compared is worked out from Decimal before it enters, one call a batch.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import pandera.pandas as pa
from pandera.typing.pandas import Series

from ..model.amount import Bound
from ..model.analysis import Allocation, Analysis, Case, Need, Pairing, Status
from .frames import Failures, failures_of


class Allocations(pa.DataFrameModel):
    """A row an allocation: where else its pool is named, and what of it is not there in the budget year."""

    kroner: Series[float] = pa.Field(ge=0)
    named_again: Series[float] = pa.Field(eq=0, metadata={"equal_to": "KON001"})
    also_in_another: Series[float] = pa.Field(eq=0, metadata={"equal_to": "KON002"})
    years_away: Series[float] = pa.Field(eq=0, metadata={"equal_to": "KON003"})
    gone: Series[float] = pa.Field(eq=0, metadata={"equal_to": "KON003"})


class Needs(pa.DataFrameModel):
    """A row a need: what it leaves open of amount, period and bounds, and how far it is off scale."""

    kroner: Series[float] = pa.Field(ge=0, nullable=True)
    amount_open: Series[float] = pa.Field(eq=0, metadata={"equal_to": "KON004"})
    period_open: Series[float] = pa.Field(eq=0, metadata={"equal_to": "KON005"})
    off_scale: Series[float] = pa.Field(eq=0, metadata={"equal_to": "KON006"})
    bound_open: Series[float] = pa.Field(eq=0, metadata={"equal_to": "KON007"})


class Ties(pa.DataFrameModel):
    """A row a case or a reference: whether what it says is tied to a theme."""

    untied: Series[float] = pa.Field(eq=0, metadata={"equal_to": "KON008"})


def check_analyses(analyses: Sequence[Analysis]) -> dict[int, Failures]:
    """Check the allocations and needs of a batch of analyses.

    Returns the failures of each analysis that has any, by its position in the batch.
    """
    found: dict[int, Failures] = {}
    allocations = [
        (at, one) for at, analysis in enumerate(analyses) for one in analysis.allocations if one.figure
    ]
    needs = [(at, one) for at, analysis in enumerate(analyses) for one in analysis.needs]
    ties: list[tuple[int, Case | Allocation | Need]] = [
        (at, one) for at, analysis in enumerate(analyses) for one in (*analysis.cases, *analysis.unresolved)
    ]
    models: tuple[
        tuple[type[pa.DataFrameModel], list[dict[str, float | None]], Sequence[tuple[int, Any]]], ...
    ] = (
        (Allocations, [_of_allocation(analyses[at], one) for at, one in allocations], allocations),
        (Needs, [_of_need(analyses[at], one) for at, one in needs], needs),
        (
            Ties,
            [
                {"untied": float(not isinstance(one, Case) or one.pairing is not Pairing.ROW)}
                for _, one in ties
            ],
            ties,
        ),
    )
    for model, rows, subjects in models:
        for code, row in sorted(set(failures_of(model, pd.DataFrame(rows, dtype=float)))):
            at, subject = subjects[row]
            found.setdefault(at, {}).setdefault(code, []).append(subject)
    return found


def _of_allocation(analysis: Analysis, one: Allocation) -> dict[str, float | None]:
    pool = next((pool for pool in analysis.pools if pool.first is one), None)
    again = sum(not other.same_as for other in pool.mentions[1:]) if pool is not None else 0
    overlaps = sum((overlap.kroner for overlap in analysis.overlaps if overlap.other is one), start=0)
    return {
        "kroner": float(one.kroner),
        "named_again": float(again),
        "also_in_another": float(overlaps),
        "years_away": float(one.years_away(one.year or analysis.year)),
        "gone": float(one.kroner if one.spent else one.kroner - one.remaining),
    }


def _of_need(analysis: Analysis, one: Need) -> dict[str, float | None]:
    figure = one.figure
    off = [float(other.off_by) for other in analysis.off_scale if other.all is one]
    return {
        "kroner": float(figure.kroner) if figure is not None else None,
        "amount_open": float(figure is None and Status.ANALYSE in one.statuses),
        "period_open": float(
            figure is not None
            and figure.period is None
            and not figure.is_open
            and not one.each
            and not one.years
            and not set(one.statuses) & {Status.ABSORBED, Status.COVERED}
        ),
        "off_scale": off[0] if off else 0.0,
        "bound_open": float(
            figure is not None and (figure.bound is not Bound.EXACT or figure.low != figure.high)
        ),
    }
