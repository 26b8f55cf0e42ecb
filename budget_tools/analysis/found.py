"""What is found of a case on its sheet, and the small questions about cells that every layout asks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from ..layout.words import fold, unit_of
from ..model.address import Cell
from ..model.analysis import Pairing
from ..model.book import Sheet, Value
from . import words

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_CAPTION_ROWS = 8
LONGEST_NAME = 70


class Column(NamedTuple):
    """A column of amounts: its number, the heading with all it says, and where that stands."""

    number: int
    heading: str
    cell: Cell
    needed: bool
    unit: int | None

    @property
    def year(self) -> int | None:
        """The year that its heading names."""
        found = _YEAR.search(self.heading)
        return int(found[0]) if found else None


class Said(NamedTuple):
    """A cell, or a paragraph of one, under or beside a heading."""

    cell: Cell
    value: Value
    column: Column


@dataclass(slots=True)
class FoundTheme:
    """A theme and the cells that speak of it."""

    name: str
    cell: Cell
    about: str = ""
    said: list[Said] = field(default_factory=list)
    pool: str = ""  # the name of its pool, where a column says it


@dataclass(slots=True)
class FoundCase:
    """A case and its themes, and how it is known what belongs to which."""

    name: str
    cell: Cell
    themes: list[FoundTheme] = field(default_factory=list)
    pairing: Pairing = Pairing.ROW
    counted: tuple[int, int, int] = (0, 0, 0)
    by_order: list[tuple[Cell, str, str]] = field(default_factory=list)
    across: bool = False
    totals: list[Said] = field(default_factory=list)
    untied_at: Cell | None = None


class Title(NamedTuple):
    """A line that names a case, or what the cases share."""

    cell: Cell
    name: str
    across: bool


def text_at(sheet: Sheet, row: int, column: int) -> str:
    value = sheet.value(row, column)
    return value.strip() if isinstance(value, str) else ""


def filled(sheet: Sheet, row: int, column: int) -> bool:
    value = sheet.value(row, column)
    return bool(value.strip()) if isinstance(value, str) else value is not None


def title_for(titles: Sequence[Title], row: int, left: int, right: int) -> Title | None:
    """The nearest title above a row within some columns."""
    near = [one for one in titles if one.cell.row <= row and left <= one.cell.column <= right]
    return near[-1] if near else None


def caption_unit(sheet: Sheet, row: int, left: int, right: int) -> int | None:
    for above in range(row, max(row - _CAPTION_ROWS, sheet.top) - 1, -1):
        for column in range(left, right + 1):
            text = text_at(sheet, above, column)
            unit = unit_of(text, near_table=above >= row - 2) if text else None
            if unit is not None and above != row:
                return unit
    return None


def name_and_about(text: str) -> tuple[str, str]:
    """A theme's name, and the description that may follow it in the cell."""
    first, _, rest = text.partition("\n")
    if not rest and len(first) > LONGEST_NAME:
        for mark in (": ", " – ", " - ", ". "):
            head, _, tail = first.partition(mark)
            if tail and 2 < len(head) <= LONGEST_NAME:
                return head.strip(), tail.strip()
    return first.strip(" :"), rest.strip()


def is_description(text: str) -> bool:
    """Whether a text goes on about a theme, and is no name of one."""
    return "\n" not in text and (len(text) > LONGEST_NAME or text.endswith((".", "!", "?")))


def listed(sheet: Sheet, top: int, bottom: int, left: int, right: int) -> list[FoundTheme]:
    """Themes that are listed: names, each perhaps with a description below or beside it."""
    found: list[FoundTheme] = []
    for row in range(top, bottom + 1):
        for column in range(left, right + 1):
            text = text_at(sheet, row, column)
            if not text or unit_of(text, near_table=False) is not None:
                continue
            name, about = name_and_about(text)
            beside = found and found[-1].cell.row == row
            if found and (beside or is_description(text)):
                found[-1].about = f"{found[-1].about}\n{text}".strip()
            elif len(name) <= LONGEST_NAME and (not is_description(text) or about):
                found.append(FoundTheme(name, Cell(row, column), about))
    return found


def paragraphs_of(said: Said) -> list[Said]:
    """The lines of a cell, each by itself."""
    if not isinstance(said.value, str) or "\n" not in said.value:
        return [said]
    return [said._replace(value=part.strip()) for part in said.value.split("\n") if part.strip()]


def grouped(lines: Sequence[Said]) -> list[list[Said]]:
    """Lines by what they are about: one that goes on about the line above belongs to it."""
    found: list[list[Said]] = []
    for line in lines:
        if found and isinstance(line.value, str) and words.begins("further", line.value):
            found[-1].append(line)
        else:
            found.append([line])
    return found


def tie(case: FoundCase, blocks: dict[bool, list[list[Said]]], cell: Cell) -> None:
    """Put paragraphs to the themes of a case: by the names they begin with, else by their order.

    ``blocks`` are those of what is set aside (False) and of what is needed (True), and ``cell`` is where to
    look when nothing but their order ties them.
    """
    themes = case.themes
    if _paired_by_name(themes, blocks):
        return
    case.counted = (len(themes), len(blocks[False]), len(blocks[True]))
    case.untied_at = cell
    if len(set(case.counted)) > 1:
        case.pairing = Pairing.UNKNOWN
        loose = [FoundTheme("", group[0].cell, said=group) for group in (*blocks[False], *blocks[True])]
        case.themes = [*themes, *loose]
        return
    case.pairing = Pairing.ORDER
    for theme, allocated, needed in zip(themes, blocks[False], blocks[True], strict=True):
        theme.said = [*allocated, *needed]
        case.by_order += [
            (group[0].cell, str(group[0].value), theme.name)
            for group in (allocated, needed)
            if isinstance(group[0].value, str)
        ]


def _paired_by_name(themes: list[FoundTheme], blocks: dict[bool, list[list[Said]]]) -> bool:
    """Whether every line begins with the name of its theme; then it is put where it says."""
    placed: list[tuple[FoundTheme, list[Said]]] = []
    for group in (*blocks[False], *blocks[True]):
        value = group[0].value
        low = fold(value) if isinstance(value, str) else ""
        theme = next((one for one in themes if low.startswith(fold(one.name) + ":")), None)
        if theme is None:
            return False
        placed.append((theme, [group[0]._replace(value=str(value).partition(":")[2].strip()), *group[1:]]))
    for theme, said in placed:
        theme.said.extend(said)
    return bool(placed)
