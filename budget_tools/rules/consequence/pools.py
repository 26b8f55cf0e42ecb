"""KON001 and KON002: the same money in several places."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from ...analysis.words import SAME_REMARK
from ...model.address import Cell
from ...model.analysis import Allocation, Analysis, Pool
from ...model.edit import Fix, Safety, SetCell
from ...model.finding import Finding, Place
from ..base import rule
from .told import found, in_kroner, shown, where


@rule("KON001", failed=True)
def same_pool_in_several_places(analysis: Analysis, failed: list[Allocation]) -> Iterator[Finding]:
    """A pool is named in several places, and whoever adds them counts it twice.

    The same amount for the same purpose is one pool, and a cell that refers to another ('Se ovenfor') names
    its pool again. The fix writes beside the later ones where the pool is counted; then it is settled.

    Flagged::

            A                    B                                        C
        1   Temaer i case Skole  Afsat i budget 2022                      Behov jf. case
        2   Rengøring            2,5 mio. kr. til rengøring af skolernes toiletter  1 mio. kr. årligt
        3   Toiletter            2,5 mio. kr. til rengøring af skolernes toiletter  0,5 mio. kr. årligt
        #: KON001 B2

    Clean::

            A                    B                                        C
        1   Temaer i case Skole  Afsat i budget 2022                      Behov jf. case
        2   Rengøring            2,5 mio. kr. til rengøring af skolerne   1 mio. kr. årligt
        3   It-udstyr            2,5 mio. kr. til bærbare computere       0,5 mio. kr. årligt
    """
    pools = {id(pool.first): pool for pool in analysis.pools}
    in_cell = Counter((one.place.sheet, one.place.cell) for one in analysis.allocations)
    for one in failed:
        pool = pools[id(one)]
        others = [other for other in pool.mentions[1:] if not other.same_as]
        places = list(dict.fromkeys(other.place for other in others))
        yield found(
            "KON001",
            one,
            {
                "shown": shown(one),
                "text": _purpose(one),
                "mentions": len(places) + 1,
                "places": tuple(where(place, one.place) for place in places),
            },
            related=places,
            fix=_remarks(pool, others, in_cell),
        )


def _purpose(one: Allocation) -> str:
    """What an allocation says of its purpose, without the amount it begins with."""
    text = one.text.removeprefix(one.figure.written if one.figure is not None else "").strip(" ,:–-")
    return text.split("\n")[0] or one.theme


def _remarks(
    pool: Pool, others: list[Allocation], in_cell: Counter[tuple[str | None, Cell | None]]
) -> Fix | None:
    """Write beside each later mention where the pool is counted; a number has no room for it."""
    home = pool.first.place
    edits = []
    for one in others:
        text = one.whole or one.text
        if one.typed or not text or in_cell[one.place.sheet, one.place.cell] > 1:
            return None
        if one.place.sheet is None or one.place.cell is None:
            return None
        remark = SAME_REMARK.format(place=where(home, one.place))
        edits.append(SetCell(one.place.sheet, one.place.cell, text.rstrip() + remark))
    return Fix(Safety.REVIEW, tuple(dict.fromkeys(edits))) if edits else None


@rule("KON002", failed=True)
def overlaps_other_pool(analysis: Analysis, failed: list[Allocation]) -> Iterator[Finding]:
    """A part of one pool is a part of another too: adding both counts it twice.

    Flagged::

            A                 B                                                  C
        1   Tema i case Skole  Afsat i budget 2022                               Behov jf. case
        2   Ekstra rengøring  10 mio. kr. til skoler, heraf 3 mio. kr. til vikarer  2 mio. kr. årligt
        3   Mindre hold       4 mio. kr. (heraf 3 mio. kr. fra ekstra rengøring)  5 mio. kr. årligt
        #: KON002 B3

    Clean::

            A                    B                                                    C
        1   Temaer i case Skole  Afsat i budget 2022                                  Behov jf. case
        2   Ekstra rengøring     10 mio. kr. til skoler, heraf 3 mio. kr. til vikarer  2 mio. kr. årligt
        3   Mindre hold          4 mio. kr. til flere lærere, heraf 3 mio. kr. til løn  5 mio. kr. årligt
    """
    for overlap in analysis.overlaps:
        if not any(overlap.other is one for one in failed):
            continue
        one, other = overlap.one, overlap.other
        yield found(
            "KON002",
            other,
            {
                "part": _part(overlap.text) or in_kroner(overlap.kroner),
                "shown": shown(other),
                "parent": shown(one),
                "place": where(one.place, other.place),
            },
            amounts=(overlap.kroner, one.kroner, other.kroner),
            related=(Place(one.place.sheet, one.place.cell),),
        )


def _part(text: str) -> str:
    """An of-which as a sentence names it: its amount with the unit."""
    for mark in (" fra ", " til ", " som ", " der "):
        text = text.partition(mark)[0]
    return text.strip(" (),")
