"""A workbook as it was read: a snapshot of its cells, with details only where somebody asks."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import field
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple, TypeVar

from .address import Cell, Range
from .record import record

T = TypeVar("T")


@record(frozen=True, slots=True)
class ErrorValue:
    """An error that a cell shows in place of a value, such as ``#REF!``."""

    code: str

    def __str__(self) -> str:
        return self.code


Value = str | float | int | bool | datetime | date | time | timedelta | ErrorValue
"""What a cell holds; an empty cell holds the empty text."""


class Formula(NamedTuple):
    """A formula in English form without ``=``, as written at ``anchor``.

    A shared formula is stored once: for the other cells that share it, its relative references move by
    the distance from ``anchor`` to the cell.
    """

    text: str
    anchor: Cell


@record(frozen=True, slots=True)
class Details:
    """What is expensive to read and only known for the ranges that were asked for.

    ``formats`` holds number format codes of cells with a value, and may be read only when somebody looks;
    ``codes`` are those of them that a number below a heading has, perhaps a few more. ``white`` are cells
    whose text is white on no fill, so that nobody sees it.
    """

    formats: Mapping[Cell, str] = field(default_factory=dict)
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    white: frozenset[Cell] = frozenset()
    codes: frozenset[str] = frozenset()
    filtered_rows: frozenset[int] | None = frozenset()  # hidden by a filter; None where that cannot be told


class Shape:
    """What several sheets have in common: all but their values, as sheets do that were made from one form.

    Whatever follows from that alone is worked out once and kept here.
    """

    __slots__ = ("_kept",)

    _MOST_KEPT = 64

    def __init__(self) -> None:
        self._kept: dict[Hashable, Any] = {}

    def once(self, key: Hashable, work: Callable[[], T]) -> T:
        """What some work gives that looks at nothing but the shape and its key."""
        try:
            known: T = self._kept[key]
        except KeyError:
            if len(self._kept) >= self._MOST_KEPT:
                self._kept.clear()
            known = self._kept[key] = work()
        return known


def no_details(ranges: Sequence[Range]) -> Details:
    """Nothing is known of what is expensive to read."""
    return Details()


@record(frozen=True, slots=True)
class Sheet:
    """One sheet: a dense block of values whose upper left corner is (``top``, ``left``), 1-based.

    All rows are equally long.

    ``unvalued`` are cells with a formula whose result is not stored in the file; ``links`` the other
    workbooks that formulas call ``[1]``, ``[2]``, …, an empty name for one that is lost.
    """

    name: str
    rows: Sequence[Sequence[Value]]
    top: int = 1
    left: int = 1
    formulas: Mapping[Cell, Formula] = field(default_factory=dict)
    unvalued: frozenset[Cell] = frozenset()
    merges: tuple[Range, ...] = ()
    visible: bool = True
    details: Callable[[Sequence[Range]], Details] = no_details
    links: tuple[str, ...] = ()
    shape: Shape | None = None

    def value(self, row: int, column: int) -> Value:
        """The value of a cell; the empty text where there is nothing."""
        row -= self.top
        column -= self.left
        if row < 0 or column < 0 or row >= len(self.rows):
            return ""
        line = self.rows[row]
        return line[column] if column < len(line) else ""

    @property
    def right(self) -> int:
        """The last column of the block."""
        return self.left + len(self.rows[0]) - 1 if self.rows else self.left

    @property
    def bottom(self) -> int:
        """The last row of the block."""
        return self.top + len(self.rows) - 1


@record(frozen=True, slots=True)
class Book:
    """A workbook: its path as the user gave it (or a name, for one from memory) and its sheets in order."""

    path: str
    sheets: tuple[Sheet, ...]
    skipped: tuple[str, ...] = ()  # chart and macro sheets, which hold no cells
    manual: bool = False  # calculated only when somebody asks for it

    def sheet(self, name: str) -> Sheet | None:
        """The sheet of that name, whatever its capitals, as Excel looks names up."""
        folded = name.casefold()
        for sheet in self.sheets:
            if sheet.name.casefold() == folded:
                return sheet
        return None
