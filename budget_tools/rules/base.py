"""What a rule is, and how it points at a cell."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import get_args, get_type_hints

from ..model.address import Cell
from ..model.edit import Fix
from ..model.finding import Fact, Finding, Hint, Place
from ..model.proposal import Proposal
from ..model.table import ColumnRole, Table

Logic = Callable[..., Iterator[Finding]]


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """A rule's code, its logic, and the kinds of things that it looks at.

    Where a schema decides (``failed``), the logic is called only for what failed under the rule's code.
    ``quiet`` tells of a table, by what it has in common with those of one form, that there is nothing to say.
    """

    code: str
    logic: Logic
    subjects: tuple[type, ...]
    failed: bool
    takes_settings: bool
    quiet: Callable[[Table], bool] | None = None

    @property
    def documentation(self) -> str:
        """The docstring: what the rule flags and what it does not."""
        return self.logic.__doc__ or ""


def rule(
    code: str, *, failed: bool = False, quiet: Callable[[Table], bool] | None = None
) -> Callable[[Logic], Rule]:
    """Make a generator of findings the rule of a code; its first argument says what it looks at."""

    def decorate(logic: Logic) -> Rule:
        hints = get_type_hints(logic)
        subject = next(kind for name, kind in hints.items() if name != "return")
        return Rule(code, logic, get_args(subject) or (subject,), failed, "settings" in hints, quiet)

    return decorate


def at(
    code: str,
    table: Table,
    cell: Cell,
    facts: Mapping[str, Fact] | None = None,
    *,
    amounts: Sequence[Decimal | None] = (),
    meant: Sequence[Decimal] = (),
    related: Sequence[Cell] = (),
    fix: Fix | None = None,
    hint: Hint | None = None,
) -> Finding:
    """A finding on a cell of a table."""
    line, column = table.line(cell.row), table.column(cell.column)
    if column is None:
        role = "label"
    elif column.role is ColumnRole.TOTAL:
        role = "total"
    elif column.year is not None:
        role = str(column.year)
    else:
        role = column.heading
    return Finding(
        code,
        table.sheet.name,
        cell,
        facts or {},
        hint,
        tuple([Place(table.sheet.name, other) for other in related]),
        fix,
        table.proposal,
        (line.label if line else "", role),
        tuple(amounts),
        tuple(meant),
    )


def on(
    code: str,
    proposal: Proposal,
    cell: Cell,
    facts: Mapping[str, Fact] | None = None,
    *,
    fix: Fix | None = None,
) -> Finding:
    """A finding on a cell of a proposal outside its tables."""
    return Finding(
        code,
        proposal.sheet.name,
        cell,
        facts or {},
        fix=fix,
        proposal=proposal.number,
        key=(proposal.title or "",),
    )


def heading_of(table: Table, cell: Cell) -> str:
    """How a column is named in a sentence: by its heading."""
    column = table.column(cell.column)
    return column.heading if column is not None else ""


def label_of(table: Table, cell: Cell) -> str:
    """How a line is named in a sentence: by its label, which may be missing."""
    line = table.line(cell.row)
    return line.label if line is not None else ""
