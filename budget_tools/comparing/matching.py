"""Which proposal of one collection is which of another: by what they are, not by where they lie."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from typing import NamedTuple, TypeVar

from ..model.snapshot import Snapshot
from .changes import Pair, changes, factor, plain, plain_number

_LIKELY = 0.6  # so alike are two that have no number or id in common, and yet are one
_UNLIKE = 0.25  # so little alike are two that only have a number in common, which was given again
_PLAIN = 0.8  # so alike are two of one number and title that are the same without a doubt
_SPELT_ALIKE = 0.85
_COPIED, _ENOUGH = 0.95, 25  # a text of so many words that is all but the same is that of one proposal
_COMMON = 12  # a title or sentence of more proposals than these tells nothing about one of them


def differences(old: Iterable[Snapshot], new: Iterable[Snapshot]) -> tuple[Pair, ...]:
    """The proposals of two collections side by side, with what changed in each.

    First those of the new collection in its order, then those that are gone. A proposal that lies twice in
    one collection, alike in everything, counts once.

    Args:
        old: the proposals as they were.
        new: the proposals as they are.
    """
    before, after = _once(old), _once(new)
    found = _matched(before, after)
    by_new = {second: (first, evidence) for first, (second, evidence) in found.items()}
    pairs: list[Pair] = []
    for place, one in enumerate(after):
        if place in by_new:
            first, evidence = by_new[place]
            pairs.append(Pair(before[first], one, evidence, changes(before[first], one)))
        else:
            pairs.append(Pair(None, one))
    pairs += [Pair(one, None) for place, one in enumerate(before) if place not in found]
    return tuple(pairs)


def _once(snapshots: Iterable[Snapshot]) -> list[Snapshot]:
    """The proposals without copies that say the same under the same number."""
    kept: dict[Hashable, Snapshot] = {}
    for one in snapshots:
        figures = tuple([(f.line, f.column, f.amount, f.written, f.table) for f in one.figures])
        said = (one.permanent_id, plain_number(one.number), one.title, one.committee, one.status, one.unit)
        kept.setdefault((said, figures, tuple([text for text, _ in one.sentences])), one)
    return list(kept.values())


_Mark = TypeVar("_Mark", bound=Hashable)


class _Score(NamedTuple):
    """How sure it is that two are one; larger is surer."""

    named: int  # the same id (2), or a number they have in common (1)
    alike: float
    evidence: str


def _matched(before: Sequence[Snapshot], after: Sequence[Snapshot]) -> dict[int, tuple[int, str]]:
    """For each old proposal that is still there: which it is now, and how that is known."""
    old, new = list(map(_Read, before)), list(map(_Read, after))
    found = _plainly(old, new)
    taken = {second for second, _ in found.values()}
    scored: list[tuple[bool, float, int, int, int, str]] = []
    left = [place for place in range(len(before)) if place not in found]
    for first, second in _candidates(before, after, left, taken):
        score = _score(old[first], new[second])
        if score is not None:
            sure = score.alike + 0.2 * (score.named == 1)
            scored.append((score.named != 2, -sure, abs(first - second), first, second, score.evidence))
    for _, _, _, first, second, evidence in sorted(scored):
        if first not in found and second not in taken:
            found[first] = (second, evidence)
            taken.add(second)
    return found


def _plainly(old: Sequence[_Read], new: Sequence[_Read]) -> dict[int, tuple[int, str]]:
    """Most proposals: those of one number and title that nearly say the same. Nobody else need be asked."""
    by_number: dict[str, list[int]] = defaultdict(list)
    for place, one in enumerate(new):
        by_number[one.number].append(place)
    counts = Counter(one.number for one in old)
    found: dict[int, tuple[int, str]] = {}
    for first, one in enumerate(old):
        places = by_number.get(one.number, [])
        if not one.number or counts[one.number] > 1 or len(places) != 1 or new[places[0]].title != one.title:
            continue
        if one.id or new[places[0]].id:
            continue  # then the id decides
        score = _score(one, new[places[0]])
        if score is not None and score.alike >= _PLAIN:
            found[first] = (places[0], score.evidence)
    return found


def _candidates(
    before: Sequence[Snapshot], after: Sequence[Snapshot], left: Sequence[int], taken: Collection[int]
) -> Iterator[tuple[int, int]]:
    """Pairs that have something in common: an id, a number, a title, words of it, or a sentence.

    ``left`` are the old proposals that are still looked for, ``taken`` the new ones that are matched already.
    """
    index: dict[Hashable, list[int]] = defaultdict(list)
    for place, one in enumerate(after):
        if place not in taken:
            for mark in _marks(one):
                index[mark].append(place)
    common = Counter(mark for place in left for mark in _marks(before[place]))
    seen: set[tuple[int, int]] = set()
    for first in left:
        one = before[first]
        for mark in _marks(one):
            places = index.get(mark, ())
            kind = mark[0]
            if kind not in ("id", "number") and max(common[mark], len(places)) > _COMMON:
                continue
            for second in places:
                if (first, second) not in seen:
                    seen.add((first, second))
                    yield first, second


def _marks(one: Snapshot) -> set[tuple[str, str]]:
    """What an index finds a proposal by."""
    marks = {("number", plain_number(number)) for number in (one.number, *one.earlier_numbers) if number}
    if one.permanent_id:
        marks.add(("id", plain_number(one.permanent_id)))
    if one.title:
        marks.add(("title", plain(one.title)))
        marks |= {("word", word) for word in plain(one.title).split() if len(word) > 3}
    marks |= {("sentence", plain(text)) for text, _ in one.sentences if len(text) > 20}
    return marks


class _Read:
    """A proposal with what is compared again and again made ready."""

    def __init__(self, one: Snapshot) -> None:
        self.one = one
        self.id = plain_number(one.permanent_id)
        self.number = plain_number(one.number)
        self.earlier = {plain_number(number) for number in one.earlier_numbers}
        self.title = plain(one.title).split()
        self.words = Counter(word for text, _ in one.sentences for word in plain(text).split())
        self.places = Counter((plain(f.line), f.column) for f in one.figures)


def _score(old: _Read, new: _Read) -> _Score | None:
    """How alike two proposals are; None where they are surely two."""
    if old.id and new.id:
        return _Score(2, _alike(old, new), "id") if old.id == new.id else None
    alike = _alike(old, new)
    if old.number and old.number == new.number:
        return _Score(1, alike, "number") if alike >= _UNLIKE else None
    if old.number in new.earlier or new.number in old.earlier:
        return _Score(1, alike, "earlier-number") if alike >= _UNLIKE else None
    copied = old.words.total() >= _ENOUGH and _share(old.words, new.words) >= _COPIED
    if alike < _LIKELY and not copied:
        return None
    return _Score(0, alike, "title" if old.title and old.title == new.title else "text")


def _alike(old: _Read, new: _Read) -> float:
    """From 0 to 1: how much of titles, texts and figures two proposals share, of what both have."""
    parts: list[tuple[float, float]] = []
    if old.title and new.title:
        parts.append((0.4, _titles(tuple(old.title), tuple(new.title))))
    if old.words and new.words:
        parts.append((0.35, _share(old.words, new.words)))
    if old.places and new.places:
        times = factor(old.one, new.one)
        amounts = Counter((plain(f.line), f.column, f.amount * times) for f in old.one.figures if f.amount)
        others = Counter((plain(f.line), f.column, f.amount) for f in new.one.figures if f.amount)
        same = _share(amounts, others) if amounts and others else 0.0
        parts.append((0.25, (same + _share(old.places, new.places)) / 2))
    weight = sum(one for one, _ in parts)
    return sum(one * score for one, score in parts) / weight if weight else 1.0


def _share(one: Counter[_Mark], other: Counter[_Mark]) -> float:
    """How much two bags have in common."""
    together = one.total() + other.total()
    return 2 * (one & other).total() / together if together else 1.0


@lru_cache(maxsize=65_536)
def _titles(one: tuple[str, ...], other: tuple[str, ...]) -> float:
    """How much two titles have in common, word by word; a word that is only spelt otherwise counts."""
    left = list(other)
    common = 0
    for word in one:
        same = next((place for place, mate in enumerate(left) if _same_word(word, mate)), None)
        if same is not None:
            left.pop(same)
            common += 1
    if common:
        return 2 * common / (len(one) + len(other))
    spelt = SequenceMatcher(None, " ".join(one), " ".join(other), autojunk=False).ratio()
    return spelt if spelt >= _SPELT_ALIKE else 0.0  # one word that became two


def _same_word(one: str, other: str) -> bool:
    if one == other:
        return True
    if any(map(str.isdigit, one + other)) or min(len(one), len(other)) < 5:
        return False
    return SequenceMatcher(None, one, other, autojunk=False).ratio() >= _SPELT_ALIKE
