"""TXT001: what was never filled in."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from ...model.finding import Finding
from ...model.proposal import Proposal
from ...model.table import Table
from ...prose import Mark, may_hold_placeholder, placeholder
from ..base import at, on, rule
from .piece import label_cell, written


@rule("TXT001")
def placeholder_left_in(proposal: Proposal) -> Iterator[Finding]:
    """A text still holds the sign that somebody meant to replace: 'xx', '[beløb]', '???', 'TBD'.

    Told once a cell. Check boxes, sizes, something left out of a quotation and the verb 'indsætte' are none.

    Flagged::

            A      B      C
        1   Skema 2.1.2. 07
        2   Licenser
        3   Udvalget godkendte på møde d. xx februar en strategi.
        4   Udgiften er x,x mio. kr. og stiger, jf. [indsæt henvisning].
        5   Beløb i 1.000 kr.
        6          2023   2024
        7   Løn    100    200
        #: TXT001 A3
        #: TXT001 A4

    Clean::

            A      B      C
        1   Skema 2.1.2. 07
        2   Licenser
        3   Udvalget godkendte d. 4. februar [1] at indsætte 2 x 50 t.kr.
        4   [x] Varig  [ ] Midlertidig
        5   Beløb i 1.000 kr.
        6          2023   2024
        7   Løn    100    200
    """
    if proposal.title and proposal.title_cell is not None:
        mark = placeholder(proposal.title)
        if mark is not None:
            yield on("TXT001", proposal, proposal.title_cell, {"text": _quoted(proposal.title, mark)})
    for piece in proposal.text if may_hold_placeholder(written(proposal)) else ():
        mark = placeholder(piece.text)
        if mark is not None:
            yield on("TXT001", proposal, piece.cell, {"text": _quoted(piece.text, mark)})
    for table in proposal.tables:
        for index, mark in table.once("placeholders", partial(_in_labels, table)):
            line = table.lines[index]
            yield at("TXT001", table, label_cell(table, line), {"text": _quoted(line.label, mark)})


def _in_labels(table: Table) -> list[tuple[int, Mark]]:
    """The lines whose label holds a placeholder."""
    found = [(index, placeholder(line.label)) for index, line in enumerate(table.lines) if line.label]
    return [(index, mark) for index, mark in found if mark is not None]


def _quoted(text: str, mark: Mark) -> str:
    """The placeholder with a word on either side, so that it can be found by eye."""
    if " " in mark.written:
        return mark.written
    before = text[: mark.start].split(" ")[-2:] if mark.start else []
    after = text[mark.end :].split("\n")[0].strip(" ").split(" ")[:1]
    quoted = " ".join(part for part in (*before, mark.written, *after) if part.strip())
    return quoted if len(quoted) <= _LONGEST else mark.written


_LONGEST = 50
