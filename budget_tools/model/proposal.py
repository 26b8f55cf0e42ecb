"""A budget proposal (driftsforslag): who it is, what it says, and its tables."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from .address import Cell
from .amount import Language
from .book import Sheet
from .overview import Net, Overview
from .record import record
from .status import Status
from .table import Table

if TYPE_CHECKING:  # findings hold snapshots of proposals, and analyses places of findings
    from .analysis import Case, Heading


class Text(NamedTuple):
    """A piece of text and the cell it stands in."""

    text: str
    cell: Cell


def identity_of(permanent_id: str | None, number: str | None, earlier: tuple[str, ...]) -> tuple[str, ...]:
    """What a proposal is known by, best first; nothing where that is its number alone.

    Only a permanent id outranks the number: a finding without one keeps the id it always had.
    """
    if permanent_id is None and not earlier:
        return ()
    first = f"id:{permanent_id}" if permanent_id is not None else None
    return tuple(dict.fromkeys(one for one in (first, number, *earlier) if one is not None))


@record(frozen=True, slots=True)
class Proposal:
    """One proposal on a sheet. ``number_text`` is what stands where the number should stand; ``number``
    is it as the grammar of numbers wants it, or None when it does not fit.

    ``permanent_id`` stays with the proposal when its number changes; ``earlier_numbers`` are those it had."""

    sheet: Sheet
    anchor: Cell
    number: str | None
    number_text: str
    number_cell: Cell
    run_together: Text | None = None  # number and committee in one cell
    committee: str | None = None
    area: str | None = None
    title: str | None = None
    title_cell: Cell | None = None
    account: str | None = None
    text: tuple[Text, ...] = ()
    tables: tuple[Table, ...] = ()
    permanent_id: str | None = None
    earlier_numbers: tuple[str, ...] = ()
    status: Status | None = None
    account_asked: Cell | None = None  # the cell that asks for an account

    @property
    def active(self) -> bool:
        """Whether it still counts in sums and beside others; what says nothing of its status does."""
        return self.status is None or self.status.active

    @property
    def identity(self) -> tuple[str, ...]:
        """What findings know it by where that is more than its number: id, number, earlier numbers."""
        return identity_of(self.permanent_id, self.number, self.earlier_numbers)

    def with_tables(self, tables: tuple[Table, ...]) -> Proposal:
        """The proposal with its tables completed."""
        return Proposal(
            self.sheet,
            self.anchor,
            self.number,
            self.number_text,
            self.number_cell,
            self.run_together,
            self.committee,
            self.area,
            self.title,
            self.title_cell,
            self.account,
            self.text,
            tables,
            self.permanent_id,
            self.earlier_numbers,
            self.status,
            self.account_asked,
        )


@record(frozen=True, slots=True)
class Page:
    """A sheet and what was found on it. ``texts`` and ``numbers`` count its cells that hold any."""

    sheet: Sheet
    language: Language
    tables: tuple[Table, ...]
    proposals: tuple[Proposal, ...]
    texts: int
    numbers: int
    rounded: bool = False  # the sheet says that its figures are rounded
    headings: tuple[Heading, ...] = ()  # those of a consequence analysis
    cases: tuple[Case, ...] = ()  # of a consequence analysis

    def with_tables(self, tables: tuple[Table, ...], proposals: tuple[Proposal, ...]) -> Page:
        """The page with its tables completed, and its proposals with theirs."""
        return Page(
            self.sheet,
            self.language,
            tables,
            proposals,
            self.texts,
            self.numbers,
            self.rounded,
            self.headings,
            self.cases,
        )


class Named(NamedTuple):
    """Another form that a text refers to: a key that compares with that of its number, as written, where."""

    key: str
    written: str
    cell: Cell


class Frame(NamedTuple):
    """What a committee may spend a year, in the unit of the forms, and what a proposal takes of it."""

    committee: str
    years: tuple[tuple[int, int], ...]
    amounts: tuple[tuple[int, Decimal], ...]


@record(frozen=True, slots=True)
class Registered:
    """A proposal as the register of a run remembers it: enough to tell two of them apart. One without a valid
    number has the empty text for it.

    ``contents`` is a hash of each of what can differ, named by ``PARTS``. The rest is what can only be judged
    beside the other proposals: the forms its text names, what an årsværk costs in thousands of kroner, the
    price level it states and the one that is wanted, its part of a frame, who else it is or was, how far it
    has come, what it is called and what it comes to. Where nothing is set, a number
    that is not written as numbers are without settings is ``unfamiliar``.
    """

    PARTS: ClassVar = ("title", "text", "unit", "years", "lines", "amounts")

    path: str
    sheet: str
    cell: Cell
    number: str
    scope: str
    contents: tuple[int, ...]
    names: tuple[Named, ...] = ()
    staff_prices: tuple[Decimal, ...] = ()
    price_level: int | None = None
    price_level_wanted: int | None = None
    frame: Frame | None = None
    identity: tuple[str, ...] = ()
    status: Status | None = None
    title: str = ""
    nets: tuple[Net, ...] = ()
    unfamiliar: str = ""

    @property
    def active(self) -> bool:
        """Whether it still counts in sums and beside others."""
        return self.status is None or self.status.active


@record(frozen=True, slots=True)
class Run:
    """What rules over a run look at: its proposals, those that share a number where they must not, the lists
    of proposals, the proposals that have no valid number, those numbered unlike the others, and the numbering
    that the others share, where it is told by them alone."""

    same_number: tuple[tuple[Registered, ...], ...]
    registered: tuple[Registered, ...] = ()
    overviews: tuple[Overview, ...] = ()
    unnumbered: tuple[Registered, ...] = ()
    unlike: tuple[Registered, ...] = ()
    numbering: tuple[str | None, str, int] | None = None

    @property
    def active(self) -> tuple[Registered, ...]:
        """The proposals that still count."""
        return tuple([one for one in self.registered if one.active])
