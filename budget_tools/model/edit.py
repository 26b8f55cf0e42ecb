"""What a fix would change: a few edits, shown in every report and applied by any writer."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from .address import Cell


class Safety(Enum):
    """Whether a fix may be applied by one click or must be read first."""

    SAFE = "safe"
    REVIEW = "review"


@dataclass(frozen=True, slots=True)
class SetCell:
    """Put a value into one cell, and the formula behind it where it is calculated.

    ``formula`` is in English form with a leading ``=``; ``value`` is then its result, written
    beside it so that a reader that does not calculate sees the same.
    """

    sheet: str
    cell: Cell
    value: Decimal | str
    formula: str | None = None


@dataclass(frozen=True, slots=True)
class SetNumberFormat:
    """Give one cell a number format code, as Excel stores it (``#,##0``)."""

    sheet: str
    cell: Cell
    format: str


Edit = SetCell | SetNumberFormat


@dataclass(frozen=True, slots=True)
class Fix:
    """The edits that would mend a finding."""

    safety: Safety
    edits: tuple[Edit, ...]
