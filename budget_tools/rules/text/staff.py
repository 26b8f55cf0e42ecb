"""TXT008: years that mean årsværk, and what one costs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache

from ...model.finding import Finding
from ...model.proposal import Proposal
from ...model.table import Line, LineKind, Table
from ...prose import counts_of, words
from ...settings import Settings
from ..base import at, rule
from .count import labelled
from .piece import first_amount, is_danish, label_cell, unit_of, written, year_amounts

_YEARS = re.compile(
    r"(?<![\d,.-])(?P<number>[0-9]+(?:,[0-9]+)?) ?år(?![\wæøå-])(?!\s*(?:og|til|-))", re.IGNORECASE
)
_LOWEST, _HIGHEST = 150_000, 2_000_000
"""What a year of anybody's work may cost in kroner; beyond that a digit or the unit is wrong."""


@rule("TXT008")
def staff_years_unclear(proposal: Proposal, settings: Settings) -> Iterator[Finding]:
    """A label says '4 år' where the text says 4 årsværk, or an årsværk costs what nobody does.

    Told once a proposal, with the price of one.

    Flagged::

            A                   B      C
        1   Skema 2.1.2. 07
        2   Drift af servere
        3   Der bør tilføres 4 årsværk til den daglige drift.
        4   Beløb i 1.000 kr.
        5                       2023   2024
        6   IT-sikkerhed 4 år   2500   2500
        #: TXT008 A6

    Clean::

            A                   B      C
        1   Skema 2.1.2. 07
        2   Drift af servere
        3   Aftalen løber i 4 år, og der tilføres 2 årsværk.
        4   Beløb i 1.000 kr.
        5                       2023   2024
        6   Aftale, 4 år        2500   2500
        7   Løn til 2 årsværk   1200   1200
    """
    if not is_danish(proposal):
        return
    for table in proposal.tables:
        meant = _labelled(table)
        unit = unit_of(table, settings)
        if meant:
            said = _staff_years(written(proposal))
            meant = [(line, match) for line, match in meant if _number(match) in said]
        if meant:
            prices = [_price(table, line, _number(match), unit) for line, match in meant]
            yield at(
                "TXT008",
                table,
                label_cell(table, meant[0][0]),
                {
                    "text": tuple(dict.fromkeys(match[0] for _, match in meant)),
                    "count": len(meant),
                    "staff": tuple(match["number"] for _, match in meant),
                    "prices": tuple(price for price in prices if price is not None),
                    **({} if all(prices) else {"variant": "no_price"}),
                },
                amounts=[_number(match) for _, match in meant],
                related=[label_cell(table, line) for line, _ in meant[1:]],
            )
            return
        for line, number in staffed(table):
            price = _price(table, line, number, unit)
            if price is not None and number >= 1 and not _LOWEST <= price * 1000 <= _HIGHEST:
                yield at(
                    "TXT008",
                    table,
                    first_amount(table, line),
                    {"variant": "price", "text": line.label, "staff": (str(number),), "prices": (price,)},
                    amounts=year_amounts(table, line),
                )


@lru_cache(maxsize=4096)
def _years(label: str) -> re.Match[str] | None:
    return _YEARS.search(label) if "år" in label or "ÅR" in label or "År" in label else None


def _labelled(table: Table) -> list[tuple[Line, re.Match[str]]]:
    """The lines whose label speaks of a number of years."""
    lines = table.lines

    def found() -> list[tuple[int, re.Match[str]]]:
        return [
            (at, match)
            for at, line in enumerate(lines)
            if line.kind is LineKind.LINE and (match := _years(line.label))
        ]

    return [(lines[index], match) for index, match in table.once("years in labels", found)]


def _number(match: re.Match[str]) -> Decimal:
    return Decimal(match["number"].replace(",", "."))


@lru_cache(maxsize=1024)
def _staff_years(text: str) -> set[Decimal]:
    """How many årsværk a text speaks of."""
    return {
        count.low
        for count in counts_of(text, ("årsværk",))
        if count.low == count.high and any(thing.startswith("årsværk") for thing in count.things)
    }


def _price(table: Table, line: Line, number: Decimal, unit: int | None) -> int | None:
    """What one costs a year in thousands of kroner, from the dearest year."""
    amounts = year_amounts(table, line)
    if not amounts or not number or unit is None:
        return None
    return round(max(map(abs, amounts)) * unit / number / 1000)


def staffed(table: Table) -> Iterator[tuple[Line, Decimal]]:
    """The lines whose label counts people who are paid for: '4 medarbejdere', '1,5 årsværk'."""
    for index, number in table.once("staff", lambda: _staffed(table)):
        yield table.lines[index], number


def _staffed(table: Table) -> list[tuple[int, Decimal]]:
    places = {line.row: index for index, line in enumerate(table.lines)}
    return [
        (places[line.row], count.low)
        for line, count in labelled(table)
        if count.low == count.high and count.name.split()[-1].lower() in words.STAFF and not count.each
    ]


def staff_price(proposal: Proposal, settings: Settings) -> tuple[Decimal, ...]:
    """What an årsværk costs in a proposal, in thousands of kroner: the different prices of its lines."""
    prices: list[Decimal] = []
    for table in proposal.tables:
        unit = unit_of(table, settings)
        if unit is None:
            continue
        found = list(staffed(table))
        meant = _labelled(table)
        if meant:
            said = _staff_years(written(proposal))
            found += [(line, _number(match)) for line, match in meant if _number(match) in said]
        for line, number in found:
            price = _price(table, line, number, unit)
            if price:
                prices.append(Decimal(price))
    return tuple(dict.fromkeys(prices))
