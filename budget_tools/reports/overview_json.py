"""An overview of consequence analyses as JSON: version 1, which only ever grows.

Amounts are kroner, as strings in plain decimal notation.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, TextIO

from ..analysis.sums import Counted, OverviewReport, ThemeSum
from ..catalog import Language
from ..model.analysis import Allocation, Need
from .json import decimal_text, place_of
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
                "taken": decimal_text(step.taken),
                "total": decimal_text(step.total),
                "amounts": [_row(row) for row in step.rows],
            }
            for step in overview.steps
        ],
        "really_there": decimal_text(overview.real),
        "of_which_external": decimal_text(overview.external),
        "cases": [
            {
                "case": case.case.name,
                "across": case.case.across,
                "place": place_of(case.case.place),
                "pairing": case.case.pairing.value,
                "themes": [_theme(theme, wording) for theme in case.themes],
            }
            for case in overview.cases
        ],
        "pools": [
            {
                "amount": decimal_text(pool.kroner),
                "text": pool.first.text,
                "places": [place_of(one.place) for one in pool.mentions],
            }
            for pool in overview.analysis.pools
        ],
        "assumptions": [
            {"assumption": one.key, "text": sentence, "places": [place_of(place) for place in places]}
            for one, (sentence, places) in zip(overview.assumptions, wording.assumptions(), strict=True)
        ],
    }


def _theme(theme: ThemeSum, wording: OverviewWording) -> dict[str, Any]:
    wanted = theme.wanted
    return {
        "theme": theme.theme.name,
        "place": place_of(theme.theme.place),
        "set_aside": {
            "named": decimal_text(theme.named),
            "counted_elsewhere": decimal_text(theme.elsewhere),
            "other_years_spent_or_cut": decimal_text(theme.gone),
            "really_there": decimal_text(theme.real),
            "amounts": [_row(row) for row in theme.rows],
            "references": [
                {"text": one.text, "place": place_of(one.place), "pool": place_of(pool.first.place)}
                for one, pool in theme.references
            ],
        },
        "needed": {
            "case": decimal_text(wanted.own) if wanted.own is not None else None,
            "all": decimal_text(wanted.all) if wanted.all is not None else None,
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
        "place": place_of(one.place),
        "amount": decimal_text(row.kroner),
        "same_pool": decimal_text(row.again),
        "in_another_pool": decimal_text(row.overlap),
        "cut": decimal_text(row.cut),
        "other_years_or_spent": decimal_text(row.elsewhere),
        "really_there": decimal_text(row.real),
        "counted_at": place_of(row.home) if row.home is not None else None,
        "years": [[years.first, years.last] for years in one.years],
        "status": [status.value for status in one.statuses],
        "external": one.external,
    }


def _needs(needs: Iterable[Need]) -> list[dict[str, Any]]:
    return [
        {
            "text": one.text,
            "place": place_of(one.place),
            "scope": one.scope.value,
            "amount": decimal_text(one.figure.kroner) if one.figure is not None else None,
            "low": decimal_text(one.figure.low)
            if one.figure is not None and one.figure.low is not None
            else None,
            "high": decimal_text(one.figure.high)
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
