"""What is really there in the budget year, and what is needed: every amount counted once, and shown why.

Each mention of an amount is a row. What is taken off it stands in a column of its own, so that the rows add
up to every step from the amounts as they are written to the money that is there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from ..model.amount import Bound, Period
from ..model.analysis import Allocation, Analysis, Case, Need, Pairing, Pool, Scope, Status, Theme
from ..model.finding import Fact, Place, WorkbookReport

_ZERO = Decimal(0)
STEPS = ("again", "overlap", "cut", "elsewhere")
"""What is taken off, in this order: named again, part of another pool, cut, of another year or spent."""


class Counted(NamedTuple):
    """A mention of an amount: what it says, and what of it is not counted."""

    allocation: Allocation
    kroner: Decimal
    again: Decimal = _ZERO
    overlap: Decimal = _ZERO
    cut: Decimal = _ZERO
    elsewhere: Decimal = _ZERO
    home: Place | None = None  # where it is counted instead

    @property
    def real(self) -> Decimal:
        """What of it is there in the budget year."""
        return self.kroner - self.again - self.overlap - self.cut - self.elsewhere


class Step(NamedTuple):
    """A total on the way from what is written to what is there, and the rows that changed it."""

    key: str
    total: Decimal
    taken: Decimal
    rows: tuple[Counted, ...]


class Wanted(NamedTuple):
    """What is needed for a theme: the case and all places apart, never added."""

    own: Decimal | None
    own_needs: tuple[Need, ...]
    all: Decimal | None
    all_needs: tuple[Need, ...]


@dataclass(frozen=True, slots=True)
class ThemeSum:
    """A theme with its money and its needs."""

    theme: Theme
    rows: tuple[Counted, ...]
    references: tuple[tuple[Allocation, Pool], ...]
    wanted: Wanted
    past: tuple[Need, ...]  # paid in earlier years
    each: tuple[Need, ...]  # prices of one, which add up to nothing
    silent: tuple[Need, ...]  # without an amount

    @property
    def named(self) -> Decimal:
        """All amounts as they are written."""
        return sum((row.kroner for row in self.rows), _ZERO)

    @property
    def real(self) -> Decimal:
        """What is there in the budget year and counted here."""
        return sum((row.real for row in self.rows), _ZERO)

    @property
    def elsewhere(self) -> Decimal:
        """What is counted with other themes."""
        return sum((row.again + row.overlap for row in self.rows), _ZERO)

    @property
    def gone(self) -> Decimal:
        """What is of other years, spent or cut."""
        return sum((row.cut + row.elsewhere for row in self.rows), _ZERO)


@dataclass(frozen=True, slots=True)
class CaseSum:
    """A case and its themes."""

    case: Case
    themes: tuple[ThemeSum, ...]


class Assumption(NamedTuple):
    """Something that was taken for granted: a key of the words for overviews, its facts and cells."""

    key: str
    facts: dict[str, Fact]
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Overview:
    """What is set aside and needed, case by case, and how the total comes about. Amounts are in kroner."""

    analysis: Analysis
    year: int | None
    rows: tuple[Counted, ...]
    steps: tuple[Step, ...]
    cases: tuple[CaseSum, ...]
    assumptions: tuple[Assumption, ...]

    @property
    def real(self) -> Decimal:
        """What is really there in the budget year."""
        return self.steps[-1].total

    @property
    def external(self) -> Decimal:
        """What of it is not the municipality's own money."""
        return sum((row.real for row in self.rows if row.allocation.external), _ZERO)


@dataclass(frozen=True, slots=True)
class OverviewReport:
    """The overview of the analyses among some workbooks, and the workbooks that are in it or not."""

    overview: Overview
    language: str
    read: tuple[str, ...]  # the workbooks with an analysis
    others: tuple[str, ...]  # those without one
    unread: tuple[WorkbookReport, ...]


def overview_of(analysis: Analysis, year: int | None = None) -> Overview:
    """The overview of an analysis; ``year`` is the budget year that is asked about, else its own."""
    asked = year if year is not None else analysis.year
    rows = tuple(_counted(analysis, asked))
    cases = tuple(_case(analysis, case, rows, asked) for case in analysis.cases)
    return Overview(
        analysis,
        asked,
        rows,
        tuple(_steps(rows)),
        cases,
        tuple(_once(_assumptions(analysis, rows, cases, asked, year is not None))),
    )


def _once(assumptions: Iterable[Assumption]) -> Iterator[Assumption]:
    """Assumptions, each with all its cells, however many they are."""
    gathered: dict[tuple[str, tuple[tuple[str, Fact], ...]], list[Place]] = {}
    for one in assumptions:
        gathered.setdefault((one.key, tuple(one.facts.items())), []).extend(one.places)
    for (key, facts), places in gathered.items():
        yield Assumption(key, dict(facts), tuple(dict.fromkeys(places)))


def _counted(analysis: Analysis, year: int | None) -> Iterator[Counted]:
    pools = {id(one): pool for pool in analysis.pools for one in (pool.first, *pool.again)}
    for one in analysis.allocations:
        pool = pools.get(id(one))
        if pool is None:
            continue
        if one is not pool.first:
            yield Counted(one, one.kroner, again=one.kroner, home=pool.first.place)
            continue
        overlaps = [overlap for overlap in analysis.overlaps if overlap.other is one]
        shared = min(sum((overlap.kroner for overlap in overlaps), _ZERO), one.kroner)
        told = (pool.first, *pool.again)
        left = min([mention.left for mention in told if mention.left is not None], default=one.kroner)
        cut = min(one.kroner - left, one.kroner - shared)
        rest = one.kroner - shared - cut
        gone = any(mention.spent for mention in told) or pool.of_another_year(year) is not None
        home = overlaps[0].one.place if overlaps else None
        yield Counted(one, one.kroner, _ZERO, shared, cut, rest if gone else _ZERO, home)


def _steps(rows: Sequence[Counted]) -> Iterator[Step]:
    total = sum((row.kroner for row in rows), _ZERO)
    yield Step("named", total, _ZERO, tuple(rows))
    for key in STEPS:
        touched = tuple(row for row in rows if getattr(row, key))
        taken = sum((getattr(row, key) for row in touched), _ZERO)
        total -= taken
        yield Step(key, total, taken, touched)


def _case(analysis: Analysis, case: Case, rows: Sequence[Counted], year: int | None) -> CaseSum:
    by_allocation = {id(row.allocation): row for row in rows}
    led = [(reference, pool) for pool in analysis.pools for reference in pool.references]
    return CaseSum(
        case,
        tuple(
            _theme(
                theme,
                [by_allocation[id(one)] for one in theme.allocations if id(one) in by_allocation],
                [(one, pool) for one, pool in led if any(one is mine for mine in theme.allocations)],
                year,
            )
            for theme in case.themes
        ),
    )


def _theme(
    theme: Theme, rows: Sequence[Counted], references: Sequence[tuple[Allocation, Pool]], year: int | None
) -> ThemeSum:
    with_amount = [one for one in theme.needs if one.figure is not None]
    past = tuple(one for one in with_amount if one.is_past(year))
    each = tuple(one for one in with_amount if one.each and one not in past)
    own = tuple(one for one in with_amount if one.scope is Scope.CASE and one not in past and one not in each)
    every = tuple(
        one for one in with_amount if one.scope is Scope.ALL and one not in past and one not in each
    )
    wanted = Wanted(_sum(own), own, _sum(every), every)
    silent = tuple(one for one in theme.needs if one.figure is None)
    return ThemeSum(theme, tuple(rows), tuple(references), wanted, past, each, silent)


def _sum(needs: Sequence[Need]) -> Decimal | None:
    return sum((one.figure_kroner() for one in needs), _ZERO) if needs else None


# --- what was taken for granted ----------------------------------------------------------------------


def _assumptions(
    analysis: Analysis, rows: Sequence[Counted], cases: Sequence[CaseSum], year: int | None, given: bool
) -> Iterator[Assumption]:
    if year is None:
        yield Assumption("no-year", {}, ())
    elif given:
        yield Assumption("year-given", {"year": year}, ())
    else:
        yield Assumption("year-of-headings", {"year": year}, ())
    for row in rows:
        if row.again and row.home is not None:
            yield Assumption("same-pool", {"shown": _shown(row.allocation)}, (row.allocation.place, row.home))
    for pool in analysis.pools:
        for reference in pool.references:
            yield Assumption(
                "reference",
                {"text": reference.text, "shown": _shown(pool.first)},
                (reference.place, pool.first.place),
            )
    led = {id(one) for pool in analysis.pools for one in pool.references}
    lost = [one for one in analysis.allocations if one.reference is not None and id(one) not in led]
    for one in lost:
        yield Assumption("reference-not-followed", {"text": one.text}, (one.place,))
    for overlap in analysis.overlaps:
        yield Assumption(
            "overlap",
            {"kroner": overlap.kroner, "shown": _shown(overlap.other), "parent": _shown(overlap.one)},
            (overlap.other.place, overlap.one.place),
        )
    for pool in analysis.pools:
        for one in (pool.first, *pool.again):
            if one.left is not None:
                yield Assumption("cut", {"shown": _shown(one), "kroner": one.left}, (one.place,))
        dated = pool.of_another_year(year)
        if any(one.spent for one in (pool.first, *pool.again)):
            yield Assumption("spent", {"shown": _shown(pool.first)}, (pool.first.place,))
        elif dated is not None:
            named = dated.years[0].last or dated.years[0].first if dated.years else dated.year
            places = [one.place for one in (pool.first, *pool.again)]
            undated = dated.years and any(not one.years for one in (pool.first, *pool.again))
            yield Assumption(
                "other-year-undated" if undated else "other-year",
                {"shown": _shown(pool.first), "year": named or 0},
                tuple(dict.fromkeys([dated.place, *places])),
            )
    yield from _of_counted(rows, year)
    yield from _of_needs(cases, year)
    for case in analysis.cases:
        if case.pairing is Pairing.ORDER:
            yield Assumption("by-order", {"case": case.name}, (case.place,))
        elif case.pairing is Pairing.UNKNOWN:
            yield Assumption("untied", {"case": case.name}, (case.place,))
    if any(case.unit_assumed for case in analysis.cases):
        yield Assumption("unit", {}, tuple(case.place for case in analysis.cases if case.unit_assumed))


def _of_counted(rows: Sequence[Counted], year: int | None) -> Iterator[Assumption]:
    """What was taken for granted about the money that is counted."""
    real = [row.allocation for row in rows if row.real]
    annual = [one for one in real if one.figure is not None and one.figure.period is Period.YEAR]
    undated = [one for one in real if not one.years and one not in annual]
    ranges = [one for one in real if one.figure is not None and one.figure.is_open]
    external = [row for row in rows if row.real and row.allocation.external]
    if annual and year is not None:
        yield Assumption("annual", {"year": year}, _places(annual))
    if undated and year is not None:
        yield Assumption("undated", {"year": year}, _places(undated))
    if ranges:
        yield Assumption("least", {}, _places(ranges))
    if external:
        total = sum((row.real for row in external), _ZERO)
        yield Assumption("external", {"kroner": total}, _places([row.allocation for row in external]))


def _of_needs(cases: Sequence[CaseSum], year: int | None) -> Iterator[Assumption]:
    """What was taken for granted about the needs."""
    themes = [theme for case in cases for theme in case.themes]
    needs = [need for theme in themes for need in (*theme.wanted.own_needs, *theme.wanted.all_needs)]
    if any(theme.wanted.own_needs and theme.wanted.all_needs for theme in themes):
        yield Assumption("never-added", {}, ())
    for key, chosen in (
        ("past", [one for theme in themes for one in theme.past]),
        ("each", [one for theme in themes for one in theme.each]),
        ("lower-bound", [one for one in needs if one.figure and one.figure.bound is Bound.AT_LEAST]),
        ("upper-bound", [one for one in needs if one.figure and one.figure.bound is Bound.AT_MOST]),
        ("about", [one for one in needs if one.figure and one.figure.bound is Bound.ABOUT]),
        (
            "most",
            [one for one in needs if one.figure and one.figure.bound is Bound.EXACT and one.figure.is_open],
        ),
        ("period", [one for one in needs if one.figure and one.figure.period is None]),
        (
            "no-amount",
            [one for theme in themes for one in theme.silent if Status.ANALYSE in one.statuses],
        ),
        ("covered", [one for one in needs if Status.COVERED in one.statuses]),
    ):
        if chosen:
            yield Assumption(key, {}, _places(chosen))


def _places(chosen: Iterable[Allocation | Need]) -> tuple[Place, ...]:
    return tuple(dict.fromkeys(one.place for one in chosen))


def _shown(one: Allocation) -> str | Decimal:
    """An amount as its cell writes it; a number in kroner."""
    if one.figure is None:
        return one.text
    return one.figure.written or one.figure.kroner
