"""A proposal on a sheet into a snapshot of it."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

from ..layout import words
from ..model.address import Cell
from ..model.book import ErrorValue
from ..model.proposal import Proposal, Text
from ..model.snapshot import Figure, Snapshot
from ..model.table import Column, ColumnRole, LineKind, Table
from ..prose import price_level_of, sentences


def snapshot_of(proposal: Proposal, path: str, unit: int | None = None) -> Snapshot:
    """What a proposal says and shows; ``unit`` is that of the settings, for forms that state none."""
    stated = next((table.units[0][0] for table in proposal.tables if table.units), unit)
    return Snapshot(
        path,
        proposal.sheet.name,
        proposal.number_cell,
        proposal.permanent_id,
        proposal.number or proposal.number_text or None,
        proposal.earlier_numbers,
        proposal.title,
        proposal.title_cell,
        proposal.committee,
        proposal.area,
        proposal.account,
        proposal.status,
        stated,
        price_level_of(proposal),
        tuple([one for number, table in enumerate(proposal.tables) for one in _figures(table, number)]),
        tuple(_sentences(proposal.text)),
    )


def net(one: Snapshot) -> dict[str, Decimal]:
    """What a proposal comes to, by year and in all: its last total line, else its lines added up."""
    first = [figure for figure in one.figures if figure.table == 0 and figure.amount is not None]
    rows = [figure.cell.row for figure in first if figure.total and not words.is_subtotal(figure.line)]
    found: dict[str, Decimal] = {}
    for figure in first:
        if figure.cell.row == rows[-1] if rows else not (figure.total or words.is_of_which(figure.line)):
            found[figure.column] = found.get(figure.column, Decimal(0)) + (figure.amount or 0)
    return found


def _figures(table: Table, number: int) -> Iterator[Figure]:
    names = _column_names(table.columns)
    for line in table.lines:
        total = line.kind in (LineKind.TOTAL, LineKind.SUBTOTAL)
        for column, name, raw, amount in zip(table.columns, names, line.raw, line.amounts, strict=True):
            written = "" if amount is not None else str(raw).strip()
            if amount is None and (not written or not (isinstance(raw, ErrorValue) or _says(written))):
                continue
            cell = Cell(line.row, column.number)
            yield Figure(line.label, name, amount, cell, total, number, written)


def _says(text: str) -> bool:
    """Whether a text in a cell of amounts says anything: a dash does not."""
    return any(map(str.isalnum, text))


def _column_names(columns: tuple[Column, ...]) -> list[str]:
    """What each column is called in a snapshot, so that no two are called the same."""
    years = Counter(column.year for column in columns)
    plain = [
        "total"
        if column.role is ColumnRole.TOTAL
        else str(column.year)
        if column.year is not None and years[column.year] == 1
        else " ".join(column.heading.split())
        for column in columns
    ]
    seen: Counter[str] = Counter()
    names = []
    for name in plain:
        seen[name] += 1
        names.append(f"{name} ({seen[name]})" if seen[name] > 1 else name)
    return names


def _sentences(pieces: tuple[Text, ...]) -> Iterator[Text]:
    """The sentences of a text, each with the cell it begins in; one that runs on in the next cell is one."""
    for text, cells in _paragraphs(pieces):
        starts = [start for start, _ in cells]
        for start, end in sentences(text):
            yield Text(" ".join(text[start:end].split()), cells[bisect_right(starts, start) - 1][1])


def _paragraphs(pieces: tuple[Text, ...]) -> Iterator[tuple[str, list[tuple[int, Cell]]]]:
    """Texts of neighbouring cells as one, where a cell goes on in the middle of a sentence."""
    text = ""
    cells: list[tuple[int, Cell]] = []
    for piece in pieces:
        goes_on = bool(text) and piece.text[:1].islower() and text.rstrip()[-1:] not in tuple(".!?:;")
        if cells and not (goes_on and piece.cell.row <= cells[-1][1].row + 1):
            yield text, cells
            text, cells = "", []
        text = f"{text.rstrip()} " if text else ""
        cells.append((len(text), piece.cell))
        text += piece.text
    if cells:
        yield text, cells
