"""How the rules on analyses point at a cell and name an amount."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from ...model.amount import Amount, format_amount
from ...model.analysis import Allocation, Need
from ...model.edit import Fix
from ...model.finding import Fact, Finding, Place


def found(
    code: str,
    one: Allocation | Need,
    facts: Mapping[str, Fact],
    *,
    place: Place | None = None,
    amounts: Sequence[Decimal | None] = (),
    related: Sequence[Place] = (),
    fix: Fix | None = None,
) -> Finding:
    """A finding on the cell of an allocation or a need."""
    at = place or one.place
    return Finding(
        code,
        at.sheet,
        at.cell,
        facts,
        related=tuple(Place(other.sheet, other.cell) for other in related),
        fix=fix,
        key=(one.case, one.theme, str(facts.get("variant", ""))),
        amounts=tuple(amounts) or (one.figure.kroner if one.figure is not None else None,),
    )


def shown(one: Allocation | Need) -> str:
    """An amount as its cell writes it; a number in kroner."""
    if one.figure is None:
        return one.text
    return one.figure.written or in_kroner(one.figure.kroner)


def in_kroner(kroner: Decimal) -> str:
    """Kroner as a Danish cell writes them."""
    return format_amount(Amount(kroner, 1))


def where(place: Place, home: Place) -> str:
    """A cell as it is named beside another one: with its sheet where that is another."""
    return str(place.cell) if place.sheet == home.sheet else f"{place.sheet}!{place.cell}"
