"""What each cell of a sheet shall become, and what shall become of whole sheets, gathered from the edits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from ...model.address import Cell
from ...model.edit import (
    AddSheet,
    ClearCell,
    ClearNote,
    Edit,
    RemoveSheet,
    SetCell,
    SetFill,
    SetNote,
    SetNumberFormat,
    SetResult,
    TrimStyles,
)


@dataclass(slots=True)
class Wish:
    """What one cell shall become: a value with or without its formula, a look, a note, or several of them."""

    content: SetCell | None = None
    result: Decimal | None = None
    format: str | None = None
    fill: SetFill | None = None
    note: SetNote | ClearNote | None = None
    clear: ClearCell | None = None

    @property
    def in_cell(self) -> bool:
        """Whether anything is asked for that stands in the cell itself, not beside it as a note does."""
        return self.holds or self.looks or self.clear is not None

    @property
    def holds(self) -> bool:
        """Whether a value is asked for."""
        return self.content is not None or self.result is not None

    @property
    def looks(self) -> bool:
        """Whether a look is asked for."""
        return self.format is not None or self.fill is not None


Wishes = Mapping[str, Mapping[Cell, Wish]]


@dataclass(slots=True)
class Plan:
    """All that some edits ask for: by sheet and cell, and of whole sheets."""

    cells: dict[str, dict[Cell, Wish]] = field(default_factory=dict)
    added: list[AddSheet] = field(default_factory=list)
    removed: list[RemoveSheet] = field(default_factory=list)
    trimmed: TrimStyles | None = None

    @property
    def changes_values(self) -> bool:
        """Whether any value is asked for, so that formulas that read it are old."""
        return any(wish.content is not None for wanted in self.cells.values() for wish in wanted.values())

    def without_results(self) -> list[SetResult]:
        """Take the results of formulas out of the plan, and return them."""
        taken: list[SetResult] = []
        for name, wanted in self.cells.items():
            for cell, wish in wanted.items():
                if wish.result is not None:
                    taken.append(SetResult(name, cell, wish.result))
                    wish.result = None
        return taken


def plan_of(edits: Iterable[Edit]) -> Plan:
    """The edits by sheet and cell, those of one cell together; the last of a kind counts."""
    plan = Plan()
    spelled: dict[str, str] = {}
    for edit in edits:
        if isinstance(edit, AddSheet):
            plan.added.append(edit)
            continue
        if isinstance(edit, RemoveSheet):
            plan.removed.append(edit)
            continue
        if isinstance(edit, TrimStyles):
            plan.trimmed = edit
            continue
        sheet = spelled.setdefault(edit.sheet.casefold(), edit.sheet)
        wish = plan.cells.setdefault(sheet, {}).setdefault(edit.cell, Wish())
        if isinstance(edit, SetCell):
            wish.content, wish.result = edit, None
        elif isinstance(edit, SetResult):
            wish.result = edit.value if wish.content is None else None
        elif isinstance(edit, SetNumberFormat):
            wish.format = edit.format
        elif isinstance(edit, SetFill):
            wish.fill = edit
        elif isinstance(edit, ClearCell):
            wish.clear = edit
        else:
            wish.note = edit
    return plan
