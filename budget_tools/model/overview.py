"""A list of proposals with what each comes to, as an overview or a register holds them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from .address import Cell
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


@dataclass(frozen=True, slots=True)
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


class Net(NamedTuple):
    """What a proposal comes to by one of its total lines, in its own unit; the first is the likeliest."""

    unit: int | None
    step: Decimal
    amounts: tuple[Shown, ...]
