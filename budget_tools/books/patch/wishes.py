"""What each cell of a sheet shall become, gathered from the edits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ...model.address import Cell
from ...model.edit import Edit, SetCell


@dataclass(slots=True)
class Wish:
    """What one cell shall become: a value with or without its formula, a number format, or both."""

    content: SetCell | None = None
    format: str | None = None


def wishes_of(edits: Iterable[Edit]) -> dict[str, dict[Cell, Wish]]:
    """The edits by sheet and cell, those of one cell together."""
    wishes: dict[str, dict[Cell, Wish]] = {}
    spelled: dict[str, str] = {}
    for edit in edits:
        sheet = spelled.setdefault(edit.sheet.casefold(), edit.sheet)
        wish = wishes.setdefault(sheet, {}).setdefault(edit.cell, Wish())
        if isinstance(edit, SetCell):
            wish.content = edit
        else:
            wish.format = edit.format
    return wishes
