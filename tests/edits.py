"""Edits put into a file, as every command does it: written, read back, and only then there."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from budget_tools.books.file import WorkbookFile
from budget_tools.books.patch import edited, verify
from budget_tools.formula import recalculated
from budget_tools.model.edit import Edit, SetCell


def apply_edits(
    source: Path, edits: Sequence[Edit], target: Path, *, through_protection: bool = False
) -> None:
    """Write a verified copy with some edits in it."""
    before = source.read_bytes()
    made = edited(before, edits, through_protection=through_protection)
    verify(before, made.content, made.edits)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(made.content)


def following(source: Path, edits: Sequence[SetCell]) -> list[Edit]:
    """Edits of values, and the results that follow from them."""
    new = recalculated(WorkbookFile(source).read(), edits)
    return [*new.edits, *new.results]
