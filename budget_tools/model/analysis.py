"""A consequence analysis (konsekvensanalyse): what cases need, against what is already set aside.

It holds amounts in sentences, the same pool in many places, and money of other years; so every amount
here knows its cell, and what was taken for granted about it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import NamedTuple

from .address import Cell
from .amount import Bound, Period
from .finding import Place


class Heading(NamedTuple):
    """A heading of an analysis: its role is 'allocated', 'needed' or 'across' (what cases share).

    'budget' is a plain 'Budget 2021', which stands over what is set aside only beside needs and themes.
    """

    role: str
    text: str
    cell: Cell


class Scope(Enum):
    """What a need is for: the case itself, or all places like it."""

    CASE = "case"
    ALL = "all"


class Status(Enum):
    """What is said of an amount, or in the place of one."""

    SPENT = "spent"  # nothing of it is left
    CUT = "cut"  # less is left than was set aside
    ANALYSE = "analyse"  # nobody knows yet
    COVERED = "covered"  # paid for, for some time
    NONE = "none"  # no need, or nothing set aside
    ABSORBED = "absorbed"  # held within a budget that exists


class Years(NamedTuple):
    """A stretch of years that a text names; an end that is not named is open."""

    first: int | None
    last: int | None

    def hold(self, year: int) -> bool:
        """Whether a year is one of them."""
        return (self.first is None or self.first <= year) and (self.last is None or year <= self.last)


@dataclass(frozen=True, slots=True)
class Figure:
    """An amount in kroner as a cell states it.

    ``low`` and ``high`` are what it is at least and at most; None where the text leaves that open.
    ``kroner`` is the one that is added up.
    """

    kroner: Decimal
    low: Decimal | None
    high: Decimal | None
    bound: Bound
    period: Period | None
    written: str

    @property
    def is_open(self) -> bool:
        """Whether it is a bound, a range or about, and not one amount."""
        return self.bound is not Bound.EXACT or self.low != self.high


class OfWhich(NamedTuple):
    """A part of an allocation; ``elsewhere`` tells that it comes from another one ('heraf 3,5 fra …')."""

    kroner: Decimal
    text: str
    elsewhere: bool


@dataclass(frozen=True, slots=True)
class Allocation:
    """Money that a cell says is set aside; or a reference to another cell that says it.

    ``year`` is the one that the heading promises, ``years`` are those that the text itself names.
    """

    place: Place
    case: str
    theme: str
    text: str
    figure: Figure | None
    year: int | None = None
    years: tuple[Years, ...] = ()
    statuses: tuple[Status, ...] = ()
    left: Decimal | None = None  # what was left of it when it was cut
    of_which: tuple[OfWhich, ...] = ()
    part_of: Decimal | None = None  # the pool that it is taken from, by its amount
    reference: str | None = None
    external: bool = False  # not the municipality's own money
    same_as: bool = False  # the text itself says that it is a pool named elsewhere
    whole: str = ""  # all that its cell says
    typed: bool = False  # a number, not a text

    def of_another_year(self, year: int | None) -> bool:
        """Whether it is for other years than this one; what comes every year is there in any later year."""
        wanted = year if year is not None else self.year
        if wanted is None:
            return False
        if not self.years:
            if self.year is None or self.year == wanted:
                return False
            return self.figure is None or self.figure.period is not Period.YEAR or self.year > wanted
        if self.figure is not None and self.figure.period is Period.YEAR:
            return all(one.first is not None and one.first > wanted for one in self.years)
        return not any(one.hold(wanted) for one in self.years)

    def years_away(self, year: int | None) -> int:
        """How far the years that it names are from the budget's; 0 where they hold it."""
        wanted = year if year is not None else self.year
        if wanted is None or not self.of_another_year(year):
            return 0
        named = [end for one in self.years for end in one if end is not None] or [self.year or wanted]
        return min(abs(wanted - one) for one in named)

    @property
    def kroner(self) -> Decimal:
        """What was set aside; 0 for a reference."""
        return self.figure.kroner if self.figure is not None else Decimal(0)

    @property
    def remaining(self) -> Decimal:
        """What is left of it after a cut."""
        return self.kroner if self.left is None else self.left

    @property
    def spent(self) -> bool:
        """Whether nothing of it is left."""
        return Status.SPENT in self.statuses


@dataclass(frozen=True, slots=True)
class Need:
    """What a case needs for a theme; ``figure`` is None where no amount is stated.

    ``each`` is the price of one thing whose number nobody knows.
    """

    place: Place
    case: str
    theme: str
    text: str
    scope: Scope
    figure: Figure | None
    years: tuple[Years, ...] = ()
    statuses: tuple[Status, ...] = ()
    reference: str | None = None
    each: bool = False
    typed: bool = False
    heading: Place | None = None  # of its column

    def figure_kroner(self) -> Decimal:
        """The amount that is added up; 0 where none is stated."""
        return self.figure.kroner if self.figure is not None else Decimal(0)

    def is_past(self, year: int | None) -> bool:
        """Whether it was paid in years before the budget's."""
        return (
            year is not None
            and bool(self.years)
            and all(one.last is not None and one.last < year for one in self.years)
        )


@dataclass(frozen=True, slots=True)
class Theme:
    """What a case is about: its name, and what is set aside and needed for it."""

    name: str
    place: Place
    about: str = ""
    allocations: tuple[Allocation, ...] = ()
    needs: tuple[Need, ...] = ()
    dashes: tuple[Place, ...] = ()  # cells with a lone dash for an amount


class Pairing(Enum):
    """How it is known which amount belongs to which theme."""

    ROW = "row"  # they stand side by side
    ORDER = "order"  # only by their order
    UNKNOWN = "unknown"  # there are more of one than of the other


@dataclass(frozen=True, slots=True)
class Case:
    """A case (or the elements that cases share) and its themes, in order.

    ``told`` are the amounts by the cell that holds them, where pairing needs their order.
    """

    name: str
    place: Place
    themes: tuple[Theme, ...]
    pairing: Pairing = Pairing.ROW
    counted: tuple[int, int, int] = (0, 0, 0)  # themes, allocations and needs that were to be paired
    lines: tuple[tuple[Place, str, str], ...] = ()  # paired by order: cell, its text, the theme
    across: bool = False
    year: int | None = None
    totals: tuple[tuple[Place, Decimal], ...] = ()  # of its columns of needs, in kroner
    unit_assumed: bool = False  # nothing says what its numbers are in

    @property
    def allocations(self) -> Iterator[Allocation]:
        """Every allocation, theme by theme."""
        for theme in self.themes:
            yield from theme.allocations

    @property
    def needs(self) -> Iterator[Need]:
        """Every need, theme by theme."""
        for theme in self.themes:
            yield from theme.needs


@dataclass(frozen=True, slots=True)
class Pool:
    """One sum of money, however often it is named: its first mention, the others, and those by reference."""

    first: Allocation
    again: tuple[Allocation, ...] = ()
    references: tuple[Allocation, ...] = ()

    @property
    def mentions(self) -> tuple[Allocation, ...]:
        """All that name it, the first one first."""
        return (self.first, *self.again, *self.references)

    @property
    def kroner(self) -> Decimal:
        """What it was when it was set aside."""
        return self.first.kroner

    def of_another_year(self, year: int | None) -> Allocation | None:
        """The mention that dates it outside a year; None where one dates it inside, or none dates it."""
        told = (self.first, *self.again)
        if any(one.years and not one.of_another_year(year) for one in told):
            return None
        return next((one for one in told if one.of_another_year(year)), None)


@dataclass(frozen=True, slots=True)
class Overlap:
    """Money that is part of two pools."""

    kroner: Decimal
    text: str
    one: Allocation
    other: Allocation


@dataclass(frozen=True, slots=True)
class OffScale:
    """An amount for all places that does not fit that of the case; ``kind`` is less, unlike or added.

    ``least`` and ``most`` are what it would be by the factor of the other themes, or the two sums that a
    total adds.
    """

    kind: str
    all: Need
    own: Need
    least: Decimal = Decimal(0)
    most: Decimal = Decimal(0)
    total_at: Place | None = None
    total: Decimal = Decimal(0)

    @property
    def off_by(self) -> Decimal:
        """How far it is from what was expected, in kroner."""
        if self.kind == "unlike":
            kroner = self.all.figure_kroner()
            return max(self.least - kroner, kroner - self.most)
        return self.own.figure_kroner() if self.kind == "less" else min(self.least, self.most)


@dataclass(frozen=True, slots=True)
class Analysis:
    """The cases of a workbook, or of several, with their pools told apart."""

    cases: tuple[Case, ...]
    pools: tuple[Pool, ...] = ()
    overlaps: tuple[Overlap, ...] = ()
    unresolved: tuple[Allocation | Need, ...] = ()  # references that lead nowhere
    off_scale: tuple[OffScale, ...] = ()
    year: int | None = None

    @property
    def allocations(self) -> Iterator[Allocation]:
        """Every allocation of every case."""
        for case in self.cases:
            yield from case.allocations

    @property
    def needs(self) -> Iterator[Need]:
        """Every need of every case."""
        for case in self.cases:
            yield from case.needs
