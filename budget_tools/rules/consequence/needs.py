"""KON004, KON005 and KON007: needs that leave something open."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from ...model.amount import Bound
from ...model.analysis import Analysis, Need, Scope
from ...model.finding import Finding, Place
from ..base import rule
from .told import found, shown

_WHOLE_COLUMN, _NUMBERS = 4, 2
"""From so many needs on, none of which says how often, it is the heading's fault; numbers cannot say it."""


@rule("KON004", failed=True)
def no_amount(analysis: Analysis, failed: list[Need]) -> Iterator[Finding]:
    """A need has no amount because something must be analysed or decided first.

    Flagged::

            A                   B                         C
        1   Temaer i case Unge  Afsat i budget 2022       Behov jf. case
        2   Værested            1 mio. kr. til møbler     Kræver nærmere analyse.
        #: KON004 C2

    Clean::

            A                   B                         C
        1   Temaer i case Unge  Afsat i budget 2022       Behov jf. case
        2   Værested            1 mio. kr. til møbler     Intet yderligere behov.
    """
    for one in failed:
        facts = {"text": one.text, **({"variant": "all"} if one.scope is Scope.ALL else {})}
        yield found("KON004", one, facts)


@rule("KON005", failed=True)
def period_missing(analysis: Analysis, failed: list[Need]) -> Iterator[Finding]:
    """Nothing says whether a need is for every year or once.

    Told once a cell, and once at the heading where a whole column leaves it open. An open amount, the
    price of one thing and what was paid in earlier years are left alone.

    Flagged::

            A                   B                         C
        1   Temaer i case Unge  Afsat i budget 2022       Behov jf. case
        2   Værested            1 mio. kr. til møbler     I denne case: 2 mio. kr. Alle steder: 6 mio. kr.
        #: KON005 C2

    Clean::

            A                   B                         C
        1   Temaer i case Unge  Afsat i budget 2022       Behov jf. case
        2   Værested            1 mio. kr. til møbler     2 mio. kr. årligt
    """
    stated = {
        one.heading for one in analysis.needs if one.figure is not None and one.figure.period is not None
    }
    by_column: dict[Place | None, list[Need]] = defaultdict(list)
    for one in failed:
        by_column[one.heading].append(one)
    for heading, needs in by_column.items():
        by_cell: dict[Place, list[Need]] = defaultdict(list)
        for one in needs:
            by_cell[one.place].append(one)
        many = _NUMBERS if all(one.typed for one in needs) else _WHOLE_COLUMN
        if heading is not None and heading not in stated and len(by_cell) >= many:
            yield found(
                "KON005",
                needs[0],
                {"variant": "column", "needs": len(by_cell)},
                place=heading,
                amounts=tuple(one.figure_kroner() for one in needs),
                related=list(by_cell),
            )
            continue
        for told in by_cell.values():
            yield found(
                "KON005",
                told[0],
                {"amounts": tuple(shown(one) for one in told)},
                amounts=tuple(one.figure_kroner() for one in told),
            )


_VARIANTS = {Bound.AT_LEAST: "at-least", Bound.AT_MOST: "at-most", Bound.ABOUT: "about"}


@rule("KON007", failed=True)
def open_amount(analysis: Analysis, failed: list[Need]) -> Iterator[Finding]:
    """A need is a bound, a range or about: the amount that is decided on may be another.

    Flagged::

            A                   B                         C
        1   Temaer i case Unge  Afsat i budget 2022       Behov jf. case
        2   Værested            1 mio. kr. til møbler     800.000+ kr. årligt
        3   Sport               1 mio. kr. til haller     1-2 mio. kr. årligt
        #: KON007 C2
        #: KON007 C3

    Clean::

            A                   B                         C
        1   Temaer i case Unge  Afsat i budget 2022       Behov jf. case
        2   Værested            1 mio. kr. til møbler     800.000 kr. årligt
    """
    told: set[Place] = set()
    for one in failed:
        if one.figure is None or one.place in told:
            continue
        told.add(one.place)
        variant = _VARIANTS.get(one.figure.bound, "range")
        yield found("KON007", one, {"shown": shown(one), "variant": variant})
