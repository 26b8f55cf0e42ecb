"""A proposal's text as the rules read it: one string, and the cell that each place of it stands in."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from ...model.address import Cell
from ...model.proposal import Proposal, Text
from ...model.table import Line, LineKind, Table
from ...settings import Settings


def written(proposal: Proposal) -> str:
    """The text of a proposal, a paragraph a line."""
    if proposal.tables:
        return proposal.tables[0].prose
    return "\n".join(piece.text for piece in proposal.text)


def piece_at(proposal: Proposal, offset: int) -> Text:
    """The piece of text that a place of ``written`` stands in."""
    for piece in proposal.text:
        if offset <= len(piece.text):
            return piece
        offset -= len(piece.text) + 1
    return proposal.text[-1]


def is_danish(proposal: Proposal) -> bool:
    """Whether a proposal is written in the language that prose is read in."""
    return bool(proposal.tables) and proposal.tables[0].language == "da"


def unit_of(table: Table, settings: Settings) -> int | None:
    """What the amounts of a table are in, in kroner; None where it says nothing, or says two things."""
    units = {unit for unit, _ in table.units}
    if not units:
        return settings.unit
    return units.pop() if len(units) == 1 else None


def plain_lines(table: Table) -> list[Line]:
    """The lines that a total adds up."""
    lines = table.lines
    return [lines[index] for index in table.once("plain lines", lambda: _plain(lines))]


def _plain(lines: Sequence[Line]) -> list[int]:
    return [index for index, line in enumerate(lines) if line.kind is LineKind.LINE]


def total_line(table: Table) -> Line | None:
    """The line that adds up the others."""
    index = table.once("total line", lambda: _last_total(table.lines))
    return None if index is None else table.lines[index]


def _last_total(lines: Sequence[Line]) -> int | None:
    return next((at for at in reversed(range(len(lines))) if lines[at].kind is LineKind.TOTAL), None)


def first_amount(table: Table, line: Line) -> Cell:
    """The first cell of a line that holds an amount of a year; of anything, where no year does."""
    filled = [
        column for column, amount in zip(table.columns, line.amounts, strict=True) if amount is not None
    ]
    first = next((column for column in filled if column.year is not None), (*filled, table.columns[0])[0])
    return Cell(line.row, first.number)


def label_cell(table: Table, line: Line) -> Cell:
    """The cell of a line's label."""
    column = table.label_column
    return Cell(line.row, column if column is not None else table.columns[0].number)


def year_amounts(table: Table, line: Line) -> list[Decimal]:
    """The amounts of a line in its years, blanks left out."""
    return [
        amount
        for column, amount in zip(table.columns, line.amounts, strict=True)
        if column.year is not None and amount is not None
    ]
