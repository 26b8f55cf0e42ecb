"""A list of proposals with what each comes to, as an overview or a register holds them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from .address import Cell
from .record import record
from .status import Status


class Shown(NamedTuple):
    """An amount of a year ("2023") or of all of them ("total"), and where it stands."""

    column: str
    amount: Decimal
    cell: Cell


class OverviewRow(NamedTuple):
    """A proposal as a list names it: by number, by title, or both. A register may say more than amounts."""

    number: str | None
    title: str
    cell: Cell
    amounts: tuple[Shown, ...] = ()
    permanent_id: str | None = None
    earlier_numbers: tuple[str, ...] = ()
    status: Status | None = None


@record(frozen=True, slots=True)
class Overview:
    """A list of proposals on a sheet.

    ``step`` is the last digit its amounts are written with, in its own unit (None: it does not say which).
    ``numbered``: its rows are known by numbers; else it may be any table with lines that are called like
    proposals.
    """

    path: str
    sheet: str
    cell: Cell
    unit: int | None
    step: Decimal
    rows: tuple[OverviewRow, ...]
    numbered: bool


Heading = tuple[str, int]
"""What a column is called ("2023", "total"), and its number."""


class Net(NamedTuple):
    """What a proposal comes to by one of its total lines, in its own unit; the first is the likeliest.

    A run holds two or three of every proposal to its end, so they are small: ``headings`` are shared by forms
    of one template, ``rows`` is one row where all amounts stand in it, and the amounts are written down.
    """

    unit: int | None
    headings: tuple[Heading, ...]
    rows: tuple[int, ...]
    written: str

    @classmethod
    def of(cls, unit: int | None, headings: tuple[Heading, ...], found: Sequence[tuple[int, Decimal]]) -> Net:
        """The net of a row and an amount a heading."""
        rows = tuple([row for row, _ in found])
        if len(set(rows)) == 1:
            rows = rows[:1]
        return cls(unit, headings, rows, " ".join([str(amount) for _, amount in found]))

    @property
    def amounts(self) -> tuple[Shown, ...]:
        """The amounts, in the order of the headings."""
        rows = self.rows * len(self.headings) if len(self.rows) == 1 else self.rows
        figures = map(Decimal, self.written.split())
        return tuple(
            [
                Shown(name, amount, Cell(row, number))
                for (name, number), row, amount in zip(self.headings, rows, figures, strict=True)
            ]
        )

    @property
    def step(self) -> Decimal:
        """The last digit that the amounts are written with."""
        exponents = [Decimal(one).normalize().as_tuple().exponent for one in self.written.split()]
        return Decimal(1).scaleb(
            min((one for one in exponents if isinstance(one, int) and one < 0), default=0)
        )
