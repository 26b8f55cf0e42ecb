"""Which line of a table an amount in the prose surely means: told by its words alone."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from ..model.amount import Period
from . import words
from .money import Money, money

LISTED, NAMED, WHOLE, ONLY = 4, 3, 2, 1
"""How surely: behind a label in a list, by its words in a sentence, as the whole, as the only line."""

TOTAL = -1
"""The place of the total among the lines."""


class Tie(NamedTuple):
    """An amount and the place of its line among the labels; ``saving`` is what its words say of the sign."""

    strength: int
    money: Money
    place: int
    saving: bool | None


@lru_cache(maxsize=1024)
def ties(text: str, labels: tuple[str, ...], has_total: bool) -> tuple[Tie, ...]:
    """The amounts of a text that surely mean a line, the surest first.

    >>> found = ties("Løn til vejledere: 500.000 kr.", ("Vejledere", "Bus"), True)
    >>> [(tie.money.written, tie.place) for tie in found]
    [('500.000 kr.', 0)]
    """
    telling = _telling(labels)
    found: list[Tie] = []
    for one in money(text):
        if not one.exact or one.amount.period is Period.MONTH or _elsewhere(one):
            continue
        strength, place = _meant(one, telling, has_total)
        if strength:
            saving = words.says("saving", one.around)
            costing = words.says("costing", one.around)
            found.append(Tie(strength, one, place, None if saving == costing else saving))
    found.sort(key=lambda tie: -tie.strength)
    return tuple(found)


def _telling(labels: tuple[str, ...]) -> list[frozenset[str]]:
    """The content words of each label that no other label has."""
    contents = [words.content(label) for label in labels]
    return [
        frozenset(
            word
            for word in mine
            if not any(
                words.shared(frozenset((word,)), other) for at, other in enumerate(contents) if at != number
            )
        )
        for number, mine in enumerate(contents)
    ]


def _meant(one: Money, labels: list[frozenset[str]], has_total: bool) -> tuple[int, int]:
    """How surely an amount belongs to a line, and which; 0 where it may belong to none."""
    proposing = words.says("proposing", one.sentence)
    whole = words.says("whole", one.around) or _ends_as_result(one.around)
    if not whole and (one.listed or proposing):
        around = words.content(one.around)
        scores = sorted(((words.shared(label, around), -at) for at, label in enumerate(labels)), reverse=True)
        if scores and scores[0][0] and (len(scores) == 1 or scores[0][0] > scores[1][0]):
            best, at = scores[0][0], -scores[0][1]
            wanted = len(labels[at])
            sure = best >= 2 or best == wanted or one.listed
            if sure and (best * 2 >= wanted or best >= 3):
                return (LISTED if one.listed else NAMED), at
    single = len(labels) == 1
    own = one.listed or (proposing and words.says("own", one.sentence))
    if whole and own and (has_total or single) and not words.says("parts", one.sentence):
        return WHOLE, TOTAL if has_total else 0
    if single and not whole and words.says("asking", one.sentence):
        return ONLY, 0
    return 0, 0


def _ends_as_result(around: str) -> bool:
    """Whether a compound before a dash names the whole: 'investeringsresultat -' ends as 'resultat' does."""
    lead = around.rstrip(" -–:=").rsplit(" ", 1)[-1]
    return lead.endswith(("resultat", "besparelse", "udgift")) and lead.startswith(
        ("netto", "investerings", "samlet", "total")
    )


_EACH = ("pr.", "pr ", "per ", "hver", "stk")
_EACH_YEAR = ("pr. år", "pr år", "per år", "hvert år", "pr.år")


def _elsewhere(one: Money) -> bool:
    """Whether an amount belongs to the past, to others, to an alternative or to one of several."""
    behind = one.sentence[one.end - one.sentence_start :].lstrip(" )")
    if behind.startswith(_EACH) and not behind.startswith(_EACH_YEAR):
        return True
    if one.sentence[: one.start - one.sentence_start].rstrip().endswith(("à", " á", " a", "@")):
        return True
    said = one.around if one.listed else one.sentence
    return words.says("context", f" {said} ")
