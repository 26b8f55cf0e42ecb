"""TXT009: amounts that the text itself calls uncertain."""

from __future__ import annotations

from collections.abc import Iterator

from ...model.finding import Finding
from ...model.proposal import Proposal
from ...prose import reservation
from ..base import on, rule
from .piece import is_danish, piece_at, written


@rule("TXT009")
def reservation_not_in_figures(proposal: Proposal) -> Iterator[Finding]:
    """The text calls the amounts an estimate, about right or conditional; the table shows plain figures.

    Told once a proposal, and only when asked for: that figures are estimates is no fault.

    Flagged::

            A      B      C
        1   Skema 2.1.2. 07
        2   Skilte
        3   Der er tale om et estimat, da der ikke er indhentet tilbud.
        4   Beløb i 1.000 kr.
        5          2023   2024
        6   Løn    100    200
        #: TXT009 A3

    Clean::

            A      B      C
        1   Skema 2.1.2. 07
        2   Skilte
        3   Der er ca. 6.200 brugere, og direktøren forventes at tiltræde i maj.
        4   Beløb i 1.000 kr.
        5          2023   2024
        6   Løn    100    200
    """
    if not is_danish(proposal) or not proposal.text:
        return
    mark = reservation(written(proposal))
    if mark is not None:
        yield on("TXT009", proposal, piece_at(proposal, mark.start).cell, {"text": mark.written})
