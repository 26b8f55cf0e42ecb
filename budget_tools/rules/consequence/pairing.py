"""KON008: amounts that nothing but their order ties to a theme, and references that lead nowhere."""

from __future__ import annotations

from collections.abc import Iterator

from ...model.analysis import Allocation, Analysis, Case, Need, Pairing
from ...model.edit import Fix, Safety, SetCell
from ...model.finding import Fact, Finding
from ..base import rule
from .told import found


@rule("KON008", failed=True)
def theme_without_pair(analysis: Analysis, failed: list[Case | Allocation | Need]) -> Iterator[Finding]:
    """It is unclear which amount belongs to which theme: they do not stand side by side.

    Where there are as many paragraphs as themes, they are read in their order, and the fix writes the name of
    the theme in front of each. A reference that leads nowhere is told too.

    Flagged::

            A
        1   Temaer i case Unge
        2   Værested
        3   Et sted at være om aftenen.
        4   Sport
        5   Adgang til hallen.
        6   Afsat i budget 2022
        7   1 mio. kr. til møbler.
        8   2 mio. kr. til haller.
        9   Behov jf. case
        10  3 mio. kr. årligt.
        11  4 mio. kr. årligt.
        #: KON008 A6

    Flagged::

            A                   B                         C
        1   Temaer i case Unge  Afsat i budget 2022       Behov jf. case
        2   Værested            Se ovenfor                2 mio. kr. årligt
        3   Sport               1 mio. kr. til haller     2 mio. kr. årligt
        #: KON008 B2

    Clean::

            A                   B                         C
        1   Temaer i case Unge  Afsat i budget 2022       Behov jf. case
        2   Værested            1 mio. kr. til møbler     2 mio. kr. årligt
        3   Sport               Se ovenfor                2 mio. kr. årligt
    """
    for one in failed:
        if isinstance(one, Case):
            themes, allocated, needed = one.counted
            counts: dict[str, Fact] = {
                "case": one.name,
                "themes": themes,
                "allocated": allocated,
                "needed": needed,
            }
            unknown = one.pairing is Pairing.UNKNOWN
            if unknown:
                counts["variant"] = "unknown"
            yield Finding(
                "KON008",
                one.place.sheet,
                one.place.cell,
                counts,
                fix=None if unknown else _named(one),
                key=(one.name,),
            )
        else:
            yield found("KON008", one, {"variant": "reference", "text": one.reference or one.text})


def _named(case: Case) -> Fix | None:
    """The name of its theme written in front of each paragraph; none where a cell holds several."""
    cells = [place for place, _, _ in case.lines]
    if not cells or len(set(cells)) < len(cells):
        return None
    return Fix(
        Safety.REVIEW,
        tuple(
            SetCell(place.sheet, place.cell, f"{theme}: {text}")
            for place, text, theme in case.lines
            if place.sheet is not None and place.cell is not None
        ),
    )
