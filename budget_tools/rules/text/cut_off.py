"""TXT006: what stops in the middle."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from ...model.finding import Finding
from ...model.proposal import Proposal
from ...model.table import Line, Table
from ...prose import cut_paragraphs, label_is_cut
from ..base import at, on, rule
from .piece import is_danish, label_cell, piece_at, written


@rule("TXT006")
def text_cut_off(proposal: Proposal) -> Iterator[Finding]:
    """A label ends in the middle of a phrase, or a paragraph where a field was full.

    A label that goes on in the row below is whole.

    Flagged::

            A                                  B      C
        1   Skema 2.1.2. 07
        2   Ny identitet
        3   Beløb i 1.000 kr.
        4                                      2023   2024
        5   Etablering af værktøjskasse til    100    200
        6   Løn                                10     20
        #: TXT006 A5

    Clean::

            A                                  B      C
        1   Skema 2.1.2. 07
        2   Ny identitet
        3   Beløb i 1.000 kr.
        4                                      2023   2024
        5   Etablering af værktøjskasse mv.    100    200
        6   Løn, fase I                        10     20
    """
    if not is_danish(proposal):
        return
    for table in proposal.tables:
        for index in table.once("cut labels", partial(_cut_labels, table)):
            line = table.lines[index]
            if not _goes_on(table, line):
                yield at("TXT006", table, label_cell(table, line), {"text": _end(line.label)})
    for mark in cut_paragraphs(written(proposal)):
        piece = piece_at(proposal, mark.start)
        yield on("TXT006", proposal, piece.cell, {"text": _end(piece.text)})


def _cut_labels(table: Table) -> list[int]:
    return [index for index, line in enumerate(table.lines) if label_is_cut(line.label)]


def _goes_on(table: Table, line: Line) -> bool:
    """Whether the label is continued in the row below, which has no amounts of its own."""
    if table.label_column is None or table.line(line.row + 1) is not None:
        return False
    below = table.sheet.value(line.row + 1, table.label_column)
    return isinstance(below, str) and bool(below.strip())


def _end(text: str) -> str:
    """The last words of a text."""
    text = text.rstrip()
    if len(text) <= _SHOWN:
        return text
    return "…" + text[text.find(" ", len(text) - _SHOWN) + 1 :]


_SHOWN = 45
