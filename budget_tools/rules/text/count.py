"""TXT003: the number of things in the text and in the label of the line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import lru_cache

from ...model.finding import Finding
from ...model.proposal import Proposal
from ...model.table import Line, LineKind, Table
from ...prose import Count, all_counts, counts_of, sentence_around, words
from ..base import at, rule
from .piece import is_danish, label_cell, piece_at, written


@rule("TXT003")
def count_in_text_and_label(proposal: Proposal) -> Iterator[Finding]:
    """A label counts other things than the text does: 60 young people here, 63 there.

    Silent where the text names the label's number anywhere, and where its own number belongs to today, to
    another place, or to each of something.

    Flagged::

            A                      B      C
        1   Skema 2.1.2. 07
        2   Ungeindsats
        3   Antallet skal reduceres med 63 unge i alt.
        4   Beløb i 1.000 kr.
        5                          2023   2024
        6   60 unge på ydelse      -100   -200
        #: TXT003 A6

    Clean::

            A                      B      C
        1   Skema 2.1.2. 07
        2   Ungeindsats
        3   I dag er der 63 unge på ydelse, heraf 16 unge pr. vejleder.
        4   Beløb i 1.000 kr.
        5                          2023   2024
        6   60 unge på ydelse      -100   -200
    """
    if not is_danish(proposal) or not proposal.text:
        return
    for table in proposal.tables:
        for line, mine in labelled(table):
            if mine.low != mine.high or mine.things[0] in _TIME:
                continue
            text = written(proposal)
            theirs = other_count(text, mine, line.label)
            if theirs is not None:
                piece = piece_at(proposal, theirs.start)
                finding = at(
                    "TXT003",
                    table,
                    label_cell(table, line),
                    {
                        "counted": mine.low,
                        "said": theirs.low,
                        "things": theirs.name,
                        "text": line.label,
                        "place": str(piece.cell),
                    },
                    amounts=(mine.low, theirs.low),
                    related=(piece.cell,),
                )
                yield finding


_TIME = frozenset(("år", "måned", "måneder", "uge", "uger", "dag", "dage", "time", "timer", "årig"))
_NEAR = (Decimal("0.66"), Decimal("1.5"))


def labelled(table: Table) -> Iterator[tuple[Line, Count]]:
    """The lines whose label counts something, with the first count of each."""
    for index, count in table.once("counts", lambda: _counted(table)):
        yield table.lines[index], count


def _counted(table: Table) -> list[tuple[int, Count]]:
    """The first count of each label that has one."""
    lines = enumerate(table.lines)
    counted = [(at, all_counts(line.label)) for at, line in lines if line.kind is LineKind.LINE]
    return [(at, counts[0]) for at, counts in counted if counts]


def same_things(one: Count, other: Iterable[str]) -> bool:
    """Whether what is counted is among the things of another count."""
    return any(words.alike(one.things[-1], thing) for thing in other)


@lru_cache(maxsize=1024)
def other_count(text: str, mine: Count, label: str) -> Count | None:
    """The count of the same things that surely means the line and is another; None where none does."""
    found: list[Count] = []
    for count in counts_of(text, mine.things):
        if not (same_things(mine, count.things) or same_things(count, mine.things)):
            continue
        if count.low <= mine.low <= count.high:
            return None
        if not count.each and count.low == count.high:
            found.append(count)
    near = [count for count in found if _NEAR[0] <= count.low / mine.low <= _NEAR[1]] if mine.low else []
    wanted = words.content(label)
    whole = frozenset(mine.things)
    for count in near:
        sentence = sentence_around(text, count.start, count.end)
        if len(whole) >= 2 and words.shared(whole, frozenset(count.things)) >= 2:
            return count
        if words.says("context", sentence) or words.says("each", sentence[-12:]):
            continue
        if words.says("asking", sentence) or words.says("proposing", sentence):
            return count
        if words.shared(wanted, words.content(sentence)) >= 2:
            return count
    return None
