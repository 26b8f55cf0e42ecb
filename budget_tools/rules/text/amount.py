"""TXT002: what the text says a line amounts to, and what the table shows."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from ...model.address import Cell
from ...model.amount import Period
from ...model.finding import Fact, Finding
from ...model.proposal import Proposal
from ...model.table import ColumnRole, Line, LineKind, Table
from ...prose import LISTED, TOTAL, Money, Tie, all_counts, money, ties, words
from ...settings import Settings
from ..base import at, rule
from .piece import is_danish, piece_at, plain_lines, total_line, unit_of, written, year_amounts

_ZERO = Decimal(0)
_NEAR = (Decimal("0.55"), Decimal("1.8"))
_SLIPS = (Decimal("0.001"), Decimal("0.01"), Decimal("0.1"), Decimal(10), Decimal(100), Decimal(1000))
_SPAN = re.compile(r"20\d\d ?(?:-|–|til og med|til|og frem til) ?20\d\d")
_CLOSE = 400  # amounts farther apart in the text are no parts of one another
_MOST_SUMS = 256
_MOST_LINES = 12  # a larger table is a budget, and no text tells it line by line


@dataclass(frozen=True, slots=True)
class Mismatch:
    """An amount of the text that surely means a cell of the table and differs from it."""

    said: Money
    line: Line
    index: int  # of the table's columns
    shown: Decimal
    table: Table
    unit: int

    @property
    def meant(self) -> Decimal:
        """The amount of the text in the table's unit, with the sign of the cell."""
        amount = self.said.kroner / self.unit
        return -amount if self.shown < 0 else amount

    @property
    def difference(self) -> Decimal:
        """How far the table is from the text."""
        return self.shown - self.meant


@rule("TXT002")
def text_amount_differs(proposal: Proposal, settings: Settings) -> Iterator[Finding]:
    """The text says another amount than the line of the table that it surely means.

    An amount is tied to a line by words, sign and size, and compared only when nothing in the table explains
    it: a sum of years or lines, a difference between years, a price of one. A total that is off by the same
    amount as its line is told with the line. Amounts of the past, of others and of alternatives are let be.

    Flagged::

            A                  B       C
        1   Skema 2.1.2. 07
        2   Ungeindsats
        3   Færre unge på ydelse - 5700 t.kr.
        4   Beløb i 1.000 kr.
        5                      2023    2024
        6   Vejledere          2000    2000
        7   Færre unge på ydelse  -5300  -5300
        8   I alt              -3300   -3300
        #: TXT002 B7

    Clean::

            A                  B       C
        1   Skema 2.1.2. 07
        2   Ungeindsats
        3   Færre unge på ydelse: 5,3 mio. kr. Staten gav 400.000 kr. i 2021.
        4   Der er 5.000 unge, og en plads koster 8.000 kr. pr. måned.
        5   Beløb i 1.000 kr.
        6                      2023    2024
        7   Vejledere          2000    2000
        8   Færre unge på ydelse  -5300  -5300
        9   I alt              -3300   -3300
    """
    if not is_danish(proposal):
        return
    text = written(proposal)
    if not money(text):
        return
    found: list[Mismatch] = []
    for table in proposal.tables:
        unit = unit_of(table, settings)
        if unit is not None and table.lines and len(plain_lines(table)) <= _MOST_LINES:
            found.extend(_mismatches(proposal, table, unit, text, settings))
    yield from _told(proposal, found)


def _told(proposal: Proposal, found: list[Mismatch]) -> Iterator[Finding]:
    """One finding a cause: a total that is off by as much as one of its lines is told with it."""
    lines = [one for one in found if one.line.kind is LineKind.LINE]
    totals = [one for one in found if one.line.kind is not LineKind.LINE]
    for one in lines or totals:
        follows = next((t for t in totals if t is not one and abs(t.difference) == abs(one.difference)), None)
        if follows is not None:
            totals.remove(follows)
        yield _finding(proposal, one, follows)
    for one in totals if lines else ():
        yield _finding(proposal, one, None)


def _finding(proposal: Proposal, one: Mismatch, follows: Mismatch | None) -> Finding:
    cell = Cell(one.line.row, one.table.columns[one.index].number)
    place = piece_at(proposal, one.said.start).cell
    facts: dict[str, Fact] = {
        "said": abs(one.meant),
        "shown": one.shown,
        "line": one.line.label,
        "text": one.said.written,
        "place": str(place),
    }
    related = [place]
    if follows is not None:
        facts |= {"variant": "and_total", "total_said": abs(follows.meant), "total_shown": follows.shown}
        related.append(Cell(follows.line.row, follows.table.columns[follows.index].number))
    elif one.line.kind is LineKind.TOTAL:
        facts["variant"] = "total"
    return at("TXT002", one.table, cell, facts, amounts=(one.meant, one.shown), related=related)


def _mismatches(proposal: Proposal, table: Table, unit: int, text: str, settings: Settings) -> list[Mismatch]:
    lines = plain_lines(table)
    total = total_line(table)
    tied = [
        (tie, line)
        for tie in ties(text, tuple([line.label for line in lines]), total is not None)
        if (line := total if tie.place == TOTAL else lines[tie.place]) is not None
        and _sign_fits(tie, line, table, settings)
    ]
    if not tied:
        return []
    slack = _half(table, unit)
    confirmed = {
        id(line)
        for tie, line in tied
        if any(amount and _same(tie.money, abs(amount) * unit, slack) for amount in line.amounts)
    }
    known: Known | None = None
    found: dict[int, Mismatch] = {}
    taken: set[Decimal] = set()
    for tie, line in tied:
        one = tie.money
        if id(line) in confirmed or id(line) in found or one.kroner in taken:
            continue
        index = _column(table, line, one)
        shown = line.amounts[index] if index is not None else None
        if index is None or not shown:
            continue
        ratio = one.kroner / (abs(shown) * unit)
        slip = ratio in _SLIPS and tie.strength >= LISTED
        if not (slip or _NEAR[0] <= ratio <= _NEAR[1]):
            continue
        if _with_another(text, one, abs(shown) * unit, slack):
            continue
        known = known or _known(proposal, unit, text)
        if not _explains(known, one, slack):
            taken.add(one.kroner)
            found[id(line)] = Mismatch(one, line, index, shown, table, unit)
    return sorted(found.values(), key=lambda mismatch: mismatch.line.row)


def _sign_fits(tie: Tie, line: Line, table: Table, settings: Settings) -> bool:
    """Whether what is said of an amount fits the sign of the line; silence fits both."""
    first = next((amount for amount in year_amounts(table, line) if amount), None)
    if first is None:
        return False
    costs = (first > 0) == (settings.sign == "expenditure-positive")
    return tie.saving is None or costs != tie.saving


# --- Which cell is meant --------------------------------------------------------------------------


def _column(table: Table, line: Line, one: Money) -> int | None:
    """The column that an amount speaks of: a year that is named, all years, or any where they are alike."""
    years = {column.year: i for i, column in enumerate(table.columns) if column.year is not None}
    named = list(dict.fromkeys(one.years))
    if named:
        inside = [year for year in named if year in years]
        if len(inside) < len(named):
            return None  # it may speak of years that the table does not have
        if len(named) == 1 and not words.says("period", one.sentence):
            return years[named[0]]
    yearly = one.amount.period is Period.YEAR
    if len(named) > 1 and not _SPAN.search(one.around):
        return None
    if not yearly and (named or words.says("period", one.sentence)):
        return next(
            (
                i
                for i, column in enumerate(table.columns)
                if column.role is ColumnRole.TOTAL and line.amounts[i]
            ),
            None,
        )
    if not _alike(table, line):
        return None
    return next((i for i in years.values() if line.amounts[i]), None)


def _alike(table: Table, line: Line) -> bool:
    return len({amount for amount in year_amounts(table, line) if amount}) == 1


# --- What explains an amount ----------------------------------------------------------------------


def _same(one: Money, amount: Decimal, slack: Decimal) -> bool:
    """Whether an amount of the table, in kroner, is the one that is said, as exactly as both are written."""
    return abs(one.kroner - amount) <= max(one.tolerance, slack)


def _half(table: Table, unit: int) -> Decimal:
    """Half of the last digit that a table shows, in kroner: what rounding may hide."""
    if unit == 1:
        return _ZERO
    return Decimal(unit) / 2 if table.whole else Decimal(unit) / 200


class Known(NamedTuple):
    """What the tables explain: amounts in kroner, in order, and by how many things they may be divided."""

    amounts: list[Decimal]
    numbers: list[Decimal]


def _known(proposal: Proposal, unit: int, text: str) -> Known:
    """Every amount that the tables explain: cells, sums of years and of lines, differences between years."""
    amounts: set[Decimal] = set()
    numbers = {count.low for count in all_counts(text)}
    numbers |= {Decimal(number) for word, number in words.NUMBERS.items() if f" {word} " in text}
    for table in proposal.tables:
        plain = plain_lines(table)
        for line in table.lines:
            amounts.update(amount for amount in line.amounts if amount)
            years = year_amounts(table, line)
            if len(set(years)) == 1:
                amounts.update(years[0] * n for n in range(2, len(years) + 1))
                continue
            for first in range(len(years)):
                running = years[first]
                for last in range(first + 1, len(years)):
                    running += years[last]
                    amounts.add(running)
                    amounts.add(years[last] - years[first])
        if len(plain) > 1:
            for index in range(len(table.columns)):
                sums = {_ZERO}
                for amount in [line.amounts[index] for line in plain if line.amounts[index]][:8]:
                    sums |= {before + amount for before in sums if amount is not None}
                amounts |= sums
        for line in plain:
            numbers.update(count.low for count in all_counts(line.label))
    return Known(sorted({abs(amount) * unit for amount in amounts}), [n for n in numbers if n > 1])


def _explains(known: Known, one: Money, slack: Decimal) -> bool:
    """Whether an amount is among those that are known, or what one of so many of them comes to."""
    if _among(known.amounts, one.kroner, max(one.tolerance, slack)):
        return True
    return any(_among(known.amounts, one.kroner * n, one.tolerance * n + slack) for n in known.numbers)


def _with_another(text: str, one: Money, shown: Decimal, slack: Decimal) -> bool:
    """Whether the text's other amounts make it what is shown: a part of it, or gross where that is net."""
    sums = {one.kroner}
    for other in money(text):
        if other is one:
            continue
        close = abs(other.start - one.start) <= _CLOSE
        for amount in (one.kroner + other.kroner, abs(one.kroner - other.kroner)):
            if abs(amount - shown) <= one.tolerance + other.tolerance + slack:
                return True
        if close and len(sums) < _MOST_SUMS:
            sums |= {before + other.kroner for before in sums}
    return any(abs(amount - shown) <= slack for amount in sums)


def _among(amounts: list[Decimal], amount: Decimal, slack: Decimal) -> bool:
    at = bisect_left(amounts, amount - slack)
    return at < len(amounts) and amounts[at] <= amount + slack
