"""Which allocations are the same pool, which pools overlap, and where references lead."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from ..model.analysis import Allocation, Analysis, Case, Need, OfWhich, Overlap, Pool, Theme
from ..prose.words import content, shared
from . import words
from .scaling import off_scale


@dataclass(slots=True)
class _Gathered:
    first: Allocation
    theme: Theme
    again: list[Allocation] = field(default_factory=list)
    references: list[Allocation] = field(default_factory=list)

    @property
    def known(self) -> frozenset[str]:
        """The words by which others may mean it."""
        return words.purpose(f"{self.first.text} {self.theme.name}")


def analysed(cases: Iterable[Case], year: int | None = None) -> Analysis:
    """Cases with their pools told apart; ``year`` is the budget year, else the one that headings name."""
    kept = tuple(cases)
    gathered: list[_Gathered] = []
    of_theme: dict[int, list[_Gathered]] = {}
    for theme in (theme for case in kept for theme in case.themes):
        for one in theme.allocations:
            if one.figure is None or not one.kroner:
                continue
            pool = next((pool for pool in gathered if _is_same(pool, one)), None)
            if pool is None:
                pool = _Gathered(one, theme)
                gathered.append(pool)
            else:
                pool.again.append(one)
            of_theme.setdefault(id(theme), []).append(pool)
    unresolved: list[Allocation | Need] = []
    for case in kept:
        for number, theme in enumerate(case.themes):
            for reference in (one for one in theme.allocations if one.reference is not None):
                meant = _meant(kept, case, number, reference, gathered, of_theme)
                if meant is None:
                    unresolved.append(reference)
                for pool in meant or ():
                    pool.references.append(reference)
                    of_theme.setdefault(id(theme), []).append(pool)
            unresolved += [
                need
                for need in theme.needs
                if need.reference is not None and not _leads(kept, case, number, need)
            ]
    pools = tuple(Pool(one.first, tuple(one.again), tuple(one.references)) for one in gathered)
    scaled = tuple(one for case in kept for one in off_scale(case))
    return Analysis(kept, pools, tuple(_overlaps(gathered)), tuple(unresolved), scaled, year or _year(kept))


def _year(cases: Sequence[Case]) -> int | None:
    named = [case.year for case in cases if case.year is not None]
    return max(named, key=lambda year: (named.count(year), year)) if named else None


# --- the same pool ----------------------------------------------------------------------------------


def _is_same(pool: _Gathered, one: Allocation) -> bool:
    """Whether an allocation is a pool that was named before: the same amount for the same purpose."""
    first = pool.first
    if first.kroner != one.kroner or (first.place == one.place) or first.external != one.external:
        return False
    if one.same_as:
        return True
    if (
        first.years
        and one.years
        and not any(
            a.hold(b.first or b.last or 0) or b.hold(a.first or a.last or 0)
            for a in first.years
            for b in one.years
        )
    ):
        return False
    if (
        first.year is not None
        and one.year is not None
        and first.year != one.year
        and not (first.years and one.years)
    ):
        return False  # columns of different years
    if first.theme == one.theme and _says_the_same(first, one):
        return True
    mine, other = words.purpose(first.text), words.purpose(one.text)
    if not mine or not other:
        return False
    fewer, more = sorted((mine, other), key=len)
    common = shared(fewer, more)
    if len(fewer) == 1:
        return common == 1 and len(more) <= 2
    return common >= 2 and common * 5 >= len(fewer) * 3


def _says_the_same(first: Allocation, one: Allocation) -> bool:
    """Whether two allocations have the same words around their amount, and not too few of them."""
    text = " ".join(first.text.split())
    return text == " ".join(one.text.split()) and sum(map(str.isalpha, text)) >= _FEWEST_LETTERS


_FEWEST_LETTERS = 20


# --- references -------------------------------------------------------------------------------------


def _meant(
    cases: Sequence[Case],
    case: Case,
    number: int,
    reference: Allocation,
    gathered: Sequence[_Gathered],
    of_theme: dict[int, list[_Gathered]],
) -> list[_Gathered] | None:
    """The pools that a reference leads to: none if they cannot be told apart, None if there are none."""
    text = (reference.reference or "").casefold()
    before = case.themes[:number]
    if any(word in text for word in words.ABOVE):
        theme = next((one for one in reversed(before) if of_theme.get(id(one))), None)
        if theme is not None:
            return _once(of_theme[id(theme)])
        return [] if any(one.allocations or one.dashes for one in before) else None
    if any(word in text for word in words.BELOW):
        theme = next((one for one in case.themes[number + 1 :] if of_theme.get(id(one))), None)
        return _once(of_theme[id(theme)]) if theme is not None else None
    wanted = words.named(reference.reference or "")
    own = case.themes[number]
    others = [pool for pool in gathered if pool.theme is not own]
    scores = [(shared(wanted, _names(pool)), pool) for pool in others]
    best = max((score for score, _ in scores), default=0)
    if not best:
        return [] if _names_anything(cases, case, wanted) else None
    near = [pool for score, pool in scores if score == best]
    if len(near) > 1:
        mine = content(f"{own.name} {own.about}")
        alike = [(shared(mine, content(f"{pool.theme.name} {pool.theme.about}")), pool) for pool in near]
        most = max(score for score, _ in alike)
        near = [pool for score, pool in alike if score == most] if most >= 2 else []
    return near if len(near) == 1 else []


def _once(pools: Sequence[_Gathered]) -> list[_Gathered]:
    found: list[_Gathered] = []
    for pool in pools:
        if not any(pool is one for one in found):
            found.append(pool)
    return found


def _names(pool: _Gathered) -> frozenset[str]:
    """The words by which a reference may name a pool: of its case, its theme and its own."""
    return words.named(f"{pool.first.case} {pool.theme.name} {pool.first.text}")


def _names_anything(cases: Sequence[Case], own: Case, wanted: frozenset[str]) -> bool:
    """Whether a reference names a case or theme at all."""
    return any(
        shared(
            wanted,
            words.named(f"{case.name} {' '.join(f'{theme.name} {theme.about}' for theme in case.themes)}"),
        )
        for case in cases
        if case is not own
    ) or any(shared(wanted, words.named(theme.name)) for theme in own.themes)


def _leads(cases: Sequence[Case], case: Case, number: int, need: Need) -> bool:
    """Whether the reference of a need leads anywhere."""
    text = (need.reference or "").casefold()
    if any(word in text for word in words.ABOVE):
        return any(one.needs for one in case.themes[:number])
    if any(word in text for word in words.BELOW):
        return any(one.needs for one in case.themes[number + 1 :])
    wanted = words.named(need.reference or "")
    said = [one.text for other in cases for one in other.allocations if one.reference is None]
    said += [one.text for other in cases for one in other.needs if one.reference is None]
    return (
        not wanted
        or _names_anything(cases, case, wanted)
        or any(shared(wanted, words.named(one)) for one in said)
    )


# --- overlaps ---------------------------------------------------------------------------------------


def _overlaps(gathered: Sequence[_Gathered]) -> list[Overlap]:
    """Money that is part of two pools: an of-which of both, or one that comes out of the other."""
    found: list[Overlap] = []
    taken: set[tuple[int, int]] = set()
    for one, other in combinations(gathered, 2):
        for part in one.first.of_which:
            for same in other.first.of_which:
                if part.kroner == same.kroner and (
                    _comes_from(part, other) or _comes_from(same, one) or _alike(part, same)
                ):
                    if _comes_from(part, other):
                        found.append(Overlap(part.kroner, part.text, other.first, one.first))
                    else:
                        found.append(Overlap(same.kroner, same.text, one.first, other.first))
                    taken |= {(id(part), id(other)), (id(same), id(one))}
    for pool in gathered:
        for part in pool.first.of_which:
            if not part.elsewhere or any(key[0] == id(part) for key in taken):
                continue
            source = [
                other
                for other in gathered
                if other is not pool and other.first.kroner >= part.kroner and _comes_from(part, other)
            ]
            if len(source) == 1:
                found.append(Overlap(part.kroner, part.text, source[0].first, pool.first))
        if pool.first.part_of is not None:
            source = [
                other for other in gathered if other is not pool and other.first.kroner == pool.first.part_of
            ]
            if len(source) == 1:
                found.append(Overlap(pool.first.kroner, pool.first.text, source[0].first, pool.first))
    return found


def _comes_from(part: OfWhich, pool: _Gathered) -> bool:
    wanted = words.purpose(part.text.partition("fra")[2])
    return part.elsewhere and bool(wanted) and shared(wanted, pool.known) == len(wanted)


def _alike(part: OfWhich, other: OfWhich) -> bool:
    mine, their = words.purpose(part.text), words.purpose(other.text)
    if not mine or not their:
        return False
    fewer, more = sorted((mine, their), key=len)
    return shared(fewer, more) * 5 >= len(fewer) * 3
