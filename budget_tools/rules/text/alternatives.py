"""TXT007: ways to choose between, all of them added up."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import lru_cache

from ...model.finding import Finding
from ...model.proposal import Proposal
from ...model.table import Line, LineKind, Table
from ...prose import Count, counts, words
from ..base import at, rule
from .count import labelled
from .piece import (
    first_amount,
    is_danish,
    label_cell,
    piece_at,
    plain_lines,
    total_line,
    written,
    year_amounts,
)

_CHOICE = re.compile(
    rf"\s*(?P<word>{'|'.join(words.ALTERNATIVES)})\s*(?P<which>[a-eA-E1-5])(?![\w.]\w)", re.IGNORECASE
)


@rule("TXT007")
def alternatives_added_up(proposal: Proposal) -> Iterator[Finding]:
    """The text leaves a choice ('2-3 medlemmer'), but the total adds every variant.

    Lines that are called Model A and Model B are a choice without any text.

    Flagged::

            A             B      C
        1   Skema 2.1.2. 07
        2   Ny direktion
        3   Der er mulighed for 2-3 medlemmer af direktionen.
        4   Beløb i 1.000 kr.
        5                 2023   2024
        6   2 direktører  300    300
        7   1 direktør    150    150
        8   I alt         450    450
        #: TXT007 B8

    Clean::

            A             B      C
        1   Skema 2.1.2. 07
        2   Ny direktion
        3   Der ansættes 3 medlemmer af direktionen.
        4   Beløb i 1.000 kr.
        5                 2023   2024
        6   2 direktører  300    300
        7   1 direktør    150    150
        8   I alt         450    450
    """
    if not is_danish(proposal):
        return
    for table in proposal.tables:
        total = total_line(table) if len(table.lines) >= _FEWEST_LINES else None
        if total is None:
            continue
        choice = _named_choice(table)
        if choice and _added(table, total, choice):
            least = min(
                (abs(year_amounts(table, line)[0]) for line in choice if year_amounts(table, line)),
                default=None,
            )
            cell = first_amount(table, total)
            yield at(
                "TXT007",
                table,
                cell,
                {
                    "variant": "named",
                    "choices": tuple(line.label for line in choice),
                    "shown": table.amount(cell) or Decimal(0),
                    "least": least or Decimal(0),
                },
                amounts=year_amounts(table, total),
                related=[label_cell(table, line) for line in choice],
            )
            continue
        counted = list(labelled(table))
        if len(counted) < 2:
            continue
        said = _range(written(proposal), tuple(count for _, count in counted))
        if said is None or not _added(table, total, [line for line, _ in counted]):
            continue
        cell = first_amount(table, total)
        base = next(line for line, count in counted if count.low == said.low)
        amounts = year_amounts(table, base)
        yield at(
            "TXT007",
            table,
            cell,
            {
                "text": said.written,
                "counted": said.high,
                "shown": table.amount(cell) or Decimal(0),
                "least": amounts[0] if amounts else Decimal(0),
            },
            amounts=year_amounts(table, total),
            related=[piece_at(proposal, said.start).cell, *(label_cell(table, line) for line, _ in counted)],
        )


@lru_cache(maxsize=1024)
def _range(text: str, counted: tuple[Count, ...]) -> Count | None:
    """The range of the text that ends where all lines together do, and begins where one of them does."""
    together = sum((count.low for count in counted), Decimal(0))
    smallest = {count.low for count in counted}
    most = next((word for word, number in words.NUMBERS.items() if number == together), "")
    ends = [f"{joint}{together}" for joint in _JOINTS] + [f"{joint}{most}" for joint in _JOINTS if most]
    for end in ends:
        at = text.find(end)
        if at < 0:
            continue
        first = max(text.rfind(" ", 0, max(at - 12, 0)) + 1, 0)
        for spelled in (False, True):
            for count in counts(text[first : at + 60], spelled=spelled):
                if count.low < count.high == together and count.low in smallest and not count.each:
                    around = words.content(text[first + count.start : first + count.end + 40])
                    if any(
                        words.shared(frozenset(mine.things), around)
                        or words.shared(_stumps(mine), _cut(around))
                        for mine in counted
                    ):
                        return count._replace(start=first + count.start, end=first + count.end)
    return None


_FEWEST_LINES = 3  # two ways and their total
_JOINTS = ("-", "–", "- ", "– ", " til ", " eller ")
_STUMP = 6  # 'direktør' and 'direktionen' have this much in common


def _about(count: Count, around: frozenset[str]) -> bool:
    """Whether the words around a range name what is counted, or something of the same root."""
    return bool(words.shared(frozenset(count.things), around) or words.shared(_stumps(count), _cut(around)))


def _stumps(count: Count) -> frozenset[str]:
    return frozenset(thing[:_STUMP] for thing in count.things if len(thing) >= _STUMP)


def _cut(stems: frozenset[str]) -> frozenset[str]:
    return frozenset(stem[:_STUMP] for stem in stems)


@lru_cache(maxsize=4096)
def _choice(label: str) -> tuple[str, str] | None:
    """The word by which a label says that it is one of several ways, and which: ('model', 'a')."""
    match = _CHOICE.match(label)
    return (match["word"].lower(), match["which"].lower()) if match else None


def _named_choice(table: Table) -> list[Line]:
    """The lines that are called variants of one another: at least two, by one word."""
    lines = table.lines
    return [lines[index] for index in table.once("named choice", lambda: _named(lines))]


def _named(lines: Sequence[Line]) -> list[int]:
    found: dict[str, dict[str, int]] = {}
    for index, line in enumerate(lines):
        choice = _choice(line.label) if line.kind is LineKind.LINE else None
        if choice is not None:
            found.setdefault(choice[0], {}).setdefault(choice[1], index)
    return next((list(alike.values()) for alike in found.values() if len(alike) >= 2), [])


def _added(table: Table, total: Line, lines: list[Line]) -> bool:
    """Whether a total shows what all lines of the table add up to, those among them."""
    everything = plain_lines(table)
    for index, column in enumerate(table.columns):
        amounts = [line.amounts[index] for line in everything]
        own = [line.amounts[index] for line in lines]
        shown = total.amounts[index]
        if column.year is None or shown is None or sum(1 for amount in own if amount) < 2:
            continue
        return shown == sum((amount for amount in amounts if amount is not None), Decimal(0))
    return False
