"""TXT002: what the text says a line amounts to, and what the table shows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from ...model.address import Cell
from ...model.amount import Period
from ...model.finding import Fact, Finding
from ...model.proposal import Proposal
from ...model.table import ColumnRole, Line, LineKind, Table
from ...prose import Money, counts, money, words
from ...settings import Settings
from ..base import at, rule
from .piece import is_danish, piece_at, plain_lines, total_line, unit_of, written, year_amounts

_ZERO = Decimal(0)
_NEAR = (Decimal("0.55"), Decimal("1.8"))
_SLIPS = (Decimal("0.001"), Decimal("0.01"), Decimal("0.1"), Decimal(10), Decimal(100), Decimal(1000))
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
    if "kr" not in text and "DKK" not in text and ",-" not in text:
        return
    said = money(text)
    if not said:
        return
    found: list[Mismatch] = []
    for table in proposal.tables:
        unit = unit_of(table, settings)
        if unit is not None and table.lines and len(plain_lines(table)) <= _MOST_LINES:
            found.extend(_mismatches(proposal, table, unit, said, text, settings))
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


def _mismatches(
    proposal: Proposal, table: Table, unit: int, said: tuple[Money, ...], text: str, settings: Settings
) -> list[Mismatch]:
    lines = plain_lines(table)
    total = total_line(table)
    labels = _telling(lines)
    tied: list[tuple[int, Money, Line]] = []
    for one in said:
        if not one.exact or one.amount.period is Period.MONTH:
            continue
        strength, line = _meant(one, lines, total, labels)
        if line is not None and _signs_agree(one, line, table, settings):
            tied.append((strength, one, line))
    if not tied:
        return []
    known = _explained(proposal, unit, text)
    confirmed = {
        id(line)
        for _, one, line in tied
        if any(_same(one, amount, unit) for amount in _own(table, line, unit))
    }
    found: dict[int, tuple[int, Mismatch]] = {}
    taken: set[Decimal] = set()
    tied.sort(key=lambda tie: -tie[0])
    for strength, one, line in tied:
        if id(line) in confirmed or id(line) in found or one.kroner in taken:
            continue
        if any(_same(one, amount, unit) for amount in known):
            continue
        index = _column(table, line, one)
        if index is None:
            continue
        shown = line.amounts[index]
        if not shown:
            continue
        ratio = one.kroner / (abs(shown) * unit)
        slip = ratio in _SLIPS and strength >= _LISTED
        if not (slip or _NEAR[0] <= ratio <= _NEAR[1]):
            continue
        taken.add(one.kroner)
        found[id(line)] = strength, Mismatch(one, line, index, shown, table, unit)
    return [mismatch for _, mismatch in sorted(found.values(), key=lambda pair: pair[1].line.row)]


# --- Which line is meant --------------------------------------------------------------------------

_LISTED, _NAMED, _WHOLE, _ONLY = 4, 3, 2, 1


def _telling(lines: list[Line]) -> dict[int, frozenset[str]]:
    """The content words of each label that no other label has."""
    contents = {id(line): words.content(line.label) for line in lines}
    return {
        key: frozenset(
            word
            for word in mine
            if not any(words.shared(frozenset((word,)), other) for k, other in contents.items() if k != key)
        )
        for key, mine in contents.items()
    }


def _meant(
    one: Money, lines: list[Line], total: Line | None, labels: dict[int, frozenset[str]]
) -> tuple[int, Line | None]:
    """The line that an amount surely belongs to, and how surely; the total where the whole is meant."""
    if _elsewhere(one):
        return 0, None
    around = words.content(one.around)
    proposing = words.says("proposing", one.sentence) is not None
    whole = (
        words.says("whole", one.around) is not None or words.says("whole", _last_word(one.around)) is not None
    )
    if not whole and (one.listed or proposing):
        scores = sorted(
            ((words.shared(labels[id(line)], around), line) for line in lines if labels[id(line)]),
            key=lambda score: -score[0],
        )
        if scores and scores[0][0] and (len(scores) == 1 or scores[0][0] > scores[1][0]):
            best, line = scores[0]
            wanted = len(labels[id(line)])
            sure = best >= 2 or best == wanted or one.listed
            if sure and (best * 2 >= wanted or best >= 3):
                return (_LISTED if one.listed else _NAMED), line
    target = total if total is not None else lines[0] if len(lines) == 1 else None
    if whole and target is not None and (one.listed or proposing) and not _of_a_part(one):
        return _WHOLE, target
    if len(lines) == 1 and words.says("asking", one.sentence) and not whole:
        return _ONLY, lines[0]
    return 0, None


def _last_word(around: str) -> str:
    """The end of a compound before a dash: 'investeringsresultat -' ends as 'resultat' does."""
    lead = around.rstrip(" -–:=").rsplit(" ", 1)[-1]
    for tail in ("resultat", "besparelse", "udgift"):
        if lead.endswith(tail) and lead.startswith(("netto", "investerings", "samlet", "total")):
            return "resultat"
    return ""


def _elsewhere(one: Money) -> bool:
    """Whether an amount belongs to the past, to others, to an alternative or to one of several."""
    behind = one.sentence[one.end - one.sentence_start :].lstrip(" )")
    if behind.startswith(_EACH) or words.says("each", behind[:12]):
        return not behind.startswith(_EACH_YEAR)
    lead = one.sentence[: one.start - one.sentence_start]
    if lead.rstrip().endswith(("à", " á", " a", "@")):
        return True
    if words.says("context", f" {one.around} "):
        return True
    return words.says("context", f" {one.sentence} ") is not None and not one.listed


_EACH = ("pr.", "pr ", "per ", "hver", "stk")
_EACH_YEAR = ("pr. år", "pr år", "per år", "hvert år", "pr.år")


def _of_a_part(one: Money) -> bool:
    """Whether a whole is that of something the table does not show as such."""
    return words.says("parts", one.sentence) is not None


def _signs_agree(one: Money, line: Line, table: Table, settings: Settings) -> bool:
    """Whether what is said of an amount fits the sign of the line; silence fits both."""
    amounts = [amount for amount in year_amounts(table, line) if amount]
    if not amounts:
        return False
    costs = (amounts[0] > 0) == (settings.sign == "expenditure-positive")
    saving = words.says("saving", one.around) is not None
    costing = words.says("costing", one.around) is not None
    if saving == costing:
        return True
    return costs == costing


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
            follows = " fra " in one.sentence or " fremad" in one.sentence or "fremover" in one.sentence
            if not follows or _alike(table, line):
                return years[named[0]]
            return None
    if words.says("period", one.sentence) or len(named) > 1:
        if one.amount.period is Period.YEAR:
            return None
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


def _own(table: Table, line: Line, unit: int) -> list[Decimal]:
    return [abs(amount) * unit for amount in line.amounts if amount]


def _same(one: Money, amount: Decimal, unit: int) -> bool:
    """Whether an amount of the table, in kroner, is the one that is said, as exactly as both are written."""
    return abs(one.kroner - amount) <= max(one.tolerance, _half(unit, amount))


def _half(unit: int, amount: Decimal) -> Decimal:
    exponent = (amount / unit).normalize().as_tuple().exponent
    decimals = -exponent if isinstance(exponent, int) and exponent < 0 else 0
    return Decimal(unit) / (2 * 10**decimals) if unit > 1 else _ZERO


def _explained(proposal: Proposal, unit: int, text: str) -> list[Decimal]:
    """Every amount in kroner that the tables explain: cells, sums, differences between years, prices."""
    amounts: set[Decimal] = set()
    numbers = {count.low for count in counts(text)} | {Decimal(n) for n in (2, 3, 4, 12)}
    for table in proposal.tables:
        lines = [line for line in table.lines if line.kind is not LineKind.SHARE]
        plain = plain_lines(table)
        for line in lines:
            row = [amount or _ZERO for amount in line.amounts]
            years = [a for a, column in zip(row, table.columns, strict=True) if column.year is not None]
            amounts.update(row)
            for first in range(len(years)):
                running = years[first]
                for last in range(first + 1, len(years)):
                    running += years[last]
                    amounts.add(running)
                    amounts.add(years[last] - years[first])
        for index in range(len(table.columns)):
            column_amounts = [line.amounts[index] for line in plain if line.amounts[index]][:8]
            sums = {_ZERO}
            for amount in column_amounts:
                sums |= {before + amount for before in sums if amount is not None}
            amounts |= sums
        for line in plain:
            for count in counts(line.label):
                numbers.add(count.low)
    known = {abs(amount) * unit for amount in amounts if amount}
    prices = {amount / number for amount in known for number in numbers if number > 1}
    return sorted(known | prices)
