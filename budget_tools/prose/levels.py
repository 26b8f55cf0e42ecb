"""The price level (PL) that a proposal states."""

from __future__ import annotations

import re

from ..model.proposal import Proposal

_LEVEL = re.compile(
    r"(?<!\d)(?P<before>20\d\d)[ -]?(?:PL\b|pl\b|P/L|p/l|priser|prisniveau|pris- og)"
    r"|\b(?:PL|P/L|pl|[Pp]risniveau|[Pp]riser i)[ -](?P<after>20\d\d)(?!\d)"
)
_CENTURY = "20"  # hardly any text names a year: the others are not read
_LONGEST = 60  # in a line of its own, not somewhere in a sentence


def price_level_of(proposal: Proposal) -> int | None:
    """The price level that a proposal states where it states its unit, or in a line of its own."""
    for table in proposal.tables:
        for _, cell in table.units:
            value = table.sheet.value(cell.row, cell.column)
            match = _LEVEL.search(value) if isinstance(value, str) and _CENTURY in value else None
            if match:
                return int(match["before"] or match["after"])
    for piece in proposal.text:
        if len(piece.text) <= _LONGEST and _CENTURY in piece.text:
            match = _LEVEL.search(piece.text)
            if match:
                return int(match["before"] or match["after"])
    return None
