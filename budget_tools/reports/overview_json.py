"""An overview of consequence analyses as JSON: version 1, which only ever grows.

Amounts are kroner, as strings in plain decimal notation.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, TextIO

from ..analysis.sums import Counted, OverviewReport, ThemeSum
from ..catalog import Language
from ..model.analysis import Allocation, Need
from ..model.finding import Place
from .overview import OverviewWording

VERSION = 1


def write(report: OverviewReport, language: Language, target: TextIO) -> None:
    """Write an overview as JSON."""
    from .. import __version__

    text = json.dumps(to_json(report, language, tool_version=__version__), ensure_ascii=False, indent=1)
    target.write(text.encode("utf-8", "backslashreplace").decode("utf-8") + "\n")


def to_json(report: OverviewReport, language: Language, *, tool_version: str) -> dict[str, Any]:
    """The whole overview as values that ``json`` can write."""
    overview = report.overview
    wording = OverviewWording(overview, language, several=len(report.read) > 1)
    return {
        "version": VERSION,
        "tool": f"budget-tools {tool_version}",
        "language": language,
        "workbooks": list(report.read),
        "without_analysis": list(report.others),
        "not_read": [one.path for one in report.unread],
        "budget_year": overview.year,
        "steps": [
            {
                "step": step.key,
                "title": wording.word(f"step-{step.key}"),
                "taken": _decimal(step.taken),
                "total": _decimal(step.total),
                "amounts": [_row(row) for row in step.rows],
            }
            for step in overview.steps
        ],
        "really_there": _decimal(overview.real),
        "of_which_external": _decimal(overview.external),
        "cases": [
            {
                "case": case.case.name,
                "across": case.case.across,
                "place": _place(case.case.place),
                "pairing": case.case.pairing.value,
                "themes": [_theme(theme, wording) for theme in case.themes],
            }
            for case in overview.cases
        ],
        "pools": [
            {
                "amount": _decimal(pool.kroner),
                "text": pool.first.text,
                "places": [_place(one.place) for one in pool.mentions],
            }
            for pool in overview.analysis.pools
        ],
        "assumptions": [
            {"assumption": one.key, "text": sentence, "places": [_place(place) for place in places]}
            for one, (sentence, places) in zip(overview.assumptions, wording.assumptions(), strict=True)
        ],
    }


def _theme(theme: ThemeSum, wording: OverviewWording) -> dict[str, Any]:
    wanted = theme.wanted
    return {
        "theme": theme.theme.name,
        "place": _place(theme.theme.place),
        "set_aside": {
            "named": _decimal(theme.named),
            "counted_elsewhere": _decimal(theme.elsewhere),
            "other_years_spent_or_cut": _decimal(theme.gone),
            "really_there": _decimal(theme.real),
            "amounts": [_row(row) for row in theme.rows],
            "references": [
                {"text": one.text, "place": _place(one.place), "pool": _place(pool.first.place)}
                for one, pool in theme.references
            ],
        },
        "needed": {
            "case": _decimal(wanted.own) if wanted.own is not None else None,
            "all": _decimal(wanted.all) if wanted.all is not None else None,
            "needs": _needs((*wanted.own_needs, *wanted.all_needs)),
            "earlier_years": _needs(theme.past),
            "price_of_one": _needs(theme.each),
            "without_amount": _needs(theme.silent),
        },
        "notes": list(dict.fromkeys(wording.notes(theme))),
    }


def _row(row: Counted) -> dict[str, Any]:
    one: Allocation = row.allocation
    return {
        "text": one.text,
        "case": one.case,
        "theme": one.theme,
        "place": _place(one.place),
        "amount": _decimal(row.kroner),
        "same_pool": _decimal(row.again),
        "in_another_pool": _decimal(row.overlap),
        "cut": _decimal(row.cut),
        "other_years_or_spent": _decimal(row.elsewhere),
        "really_there": _decimal(row.real),
        "counted_at": _place(row.home) if row.home is not None else None,
        "years": [[years.first, years.last] for years in one.years],
        "status": [status.value for status in one.statuses],
        "external": one.external,
    }


def _needs(needs: Iterable[Need]) -> list[dict[str, Any]]:
    return [
        {
            "text": one.text,
            "place": _place(one.place),
            "scope": one.scope.value,
            "amount": _decimal(one.figure.kroner) if one.figure is not None else None,
            "low": _decimal(one.figure.low)
            if one.figure is not None and one.figure.low is not None
            else None,
            "high": _decimal(one.figure.high)
            if one.figure is not None and one.figure.high is not None
            else None,
            "bound": one.figure.bound.value if one.figure is not None else None,
            "period": one.figure.period.value
            if one.figure is not None and one.figure.period is not None
            else None,
            "status": [status.value for status in one.statuses],
        }
        for one in needs
    ]


def _decimal(value: Decimal) -> str:
    """A Decimal without exponent and without zeros that say nothing."""
    text = f"{value:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def _place(place: Place) -> dict[str, Any]:
    return {
        "path": place.path,
        "sheet": place.sheet,
        "cell": str(place.cell) if place.cell is not None else None,
    }
