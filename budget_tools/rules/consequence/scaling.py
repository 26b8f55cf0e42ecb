"""KON006: what all places need against what the case needs."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from ...model.analysis import Analysis, Need
from ...model.finding import Finding, Place
from ..base import rule
from .told import found, in_kroner, shown


@rule("KON006", failed=True)
def all_off_scale(analysis: Analysis, failed: list[Need]) -> Iterator[Finding]:
    """The amount for all places does not follow from that of the case as the others do, or both are added.

    At least three themes of a case must have both amounts, and one factor must fit all but one of them,
    within what rounding explains. All places hold the case: their amount is never smaller, and it is never
    added to it.

    Flagged::

            A                   B                C
        1   Temaer i case Unge  Afsat i budget 2022  Behov jf. case
        2   Værested            2 mio. kr.       1,7 mio. kr. årligt. Alle steder: 5,1 mio. kr.
        3   Sport               1 mio. kr.       2,1 mio. kr. årligt. Alle steder: 6,3 mio. kr.
        4   Musik               3 mio. kr.       1,3 mio. kr. årligt. Alle steder: 9,3 mio. kr.
        5   Dans                4 mio. kr.       1,2 mio. kr. årligt. Alle steder: 3,6 mio. kr.
        #: KON006 C4

    Flagged::

            A                   B                C
        1   Temaer i case Unge  Afsat i budget 2022  Behov jf. case
        2   Værested            2 mio. kr.       5,1 mio. kr. årligt. Alle steder: 1,7 mio. kr.
        #: KON006 C2

    Clean::

            A                   B                C
        1   Temaer i case Unge  Afsat i budget 2022  Behov jf. case
        2   Værested            2 mio. kr.       1,7 mio. kr. årligt. Alle steder: 4,9 mio. kr.
        3   Sport               1 mio. kr.       190.000 kr. årligt. Alle steder: 562.500 kr.
        4   Musik               3 mio. kr.       3,1 mio. kr. årligt. Alle steder: 9,1 mio. kr.
    """
    for one in analysis.off_scale:
        if not any(one.all is need for need in failed):
            continue
        if one.kind == "added":
            facts = {
                "variant": "added",
                "shown": in_kroner(one.total),
                "own": in_kroner(one.least),
                "every": in_kroner(one.most),
            }
        else:
            facts = {"shown": shown(one.all), "own": shown(one.own)}
            if one.kind == "less":
                facts["variant"] = "less"
            else:
                facts |= {"least": in_kroner(_even(one.least)), "most": in_kroner(_even(one.most))}
        yield found(
            "KON006",
            one.all,
            facts,
            place=one.total_at,
            amounts=(one.all.figure_kroner(), one.own.figure_kroner(), one.total),
            related=()
            if one.own.place == one.all.place
            else (Place(one.own.place.sheet, one.own.place.cell),),
        )


def _even(kroner: Decimal) -> Decimal:
    """Kroner without digits that a factor worked out from rounded amounts cannot know."""
    step = Decimal(10) ** max(kroner.adjusted() - 2, 0)
    return (kroner / step).quantize(Decimal(1)) * step
