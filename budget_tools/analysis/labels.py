"""Labels and headings below each other: contents to their right, or in paragraphs below them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ..layout.words import unit_of
from ..model.address import Cell
from ..model.analysis import Heading
from ..model.book import Sheet
from . import words
from .found import (
    LONGEST_NAME,
    Column,
    FoundCase,
    FoundTheme,
    Said,
    Title,
    caption_unit,
    filled,
    grouped,
    listed,
    name_and_about,
    paragraphs_of,
    text_at,
    tie,
    title_for,
)
from .tables import Group

_MOST_RECORD_ROWS = 8  # between the label of what is set aside and that of what is needed


def from_labels(sheet: Sheet, loose: Sequence[Heading], titles: Sequence[Title]) -> Iterator[FoundCase]:
    """Cases whose headings stand below each other."""
    loose = sorted(loose, key=lambda one: (one.cell.row, one.cell.column))
    used: set[Cell] = set()
    pairs: list[tuple[Heading, Heading]] = []
    for number, first in enumerate(loose):
        if first.cell in used:
            continue
        for second in loose[number + 1 :]:
            if second.cell.column != first.cell.column or second.cell in used or second.role == first.role:
                continue
            if any(
                first.cell.row < one.cell.row < second.cell.row and one.cell.column == first.cell.column
                for one in titles
            ):
                break
            pairs.append((first, second))
            used |= {first.cell, second.cell}
            break
    records = [pair for pair in pairs if _is_record(sheet, *pair)]
    yield from _from_records(sheet, records, titles)
    blocks = [pair for pair in pairs if pair not in records]
    for pair in blocks:
        case = _from_block(
            sheet, pair, [other for other in loose if other.cell not in (pair[0].cell, pair[1].cell)], titles
        )
        if case is not None:
            yield case


def _is_record(sheet: Sheet, first: Heading, second: Heading) -> bool:
    """Whether two labels have their contents to the right and not below."""
    beside = [filled(sheet, one.cell.row, one.cell.column + 1) for one in (first, second)]
    return any(beside) and second.cell.row - first.cell.row <= _MOST_RECORD_ROWS


def _from_records(
    sheet: Sheet, records: Sequence[tuple[Heading, Heading]], titles: Sequence[Title]
) -> Iterator[FoundCase]:
    """A theme a record (or a column of it): labels on the left, contents to the right."""
    cases: dict[Cell, FoundCase] = {}
    previous = sheet.top - 1
    for first, second in records:
        label = first.cell.column
        title = title_for(titles, first.cell.row, label, sheet.right)
        name, cell = (title.name, title.cell) if title else (sheet.name, Cell(sheet.top, label))
        case = cases.setdefault(cell, FoundCase(name, cell, across=title.across if title else False))
        top = max(previous + 1, title.cell.row if title else sheet.top)
        names_row = _names_row(sheet, top, first.cell.row, label)
        right = label
        while right < sheet.right and any(filled(sheet, one.cell.row, right + 1) for one in (first, second)):
            right += 1
        caption = caption_unit(sheet, first.cell.row, label, sheet.right)
        for column in range(label + 1, right + 1):
            said = [
                Said(
                    Cell(one.cell.row, column),
                    sheet.value(one.cell.row, column),
                    Column(
                        column,
                        one.text,
                        one.cell,
                        one.role == "needed",
                        unit_of(one.text, near_table=True) or caption,
                    ),
                )
                for one in (first, second)
                if filled(sheet, one.cell.row, column)
            ]
            if not said:
                continue
            theme, place = _record_name(sheet, names_row, first.cell.row, column, label, top)
            name_only, about = name_and_about(theme)
            case.themes.append(FoundTheme(name_only or case.name, place, about, said))
        previous = second.cell.row
    yield from cases.values()


def _names_row(sheet: Sheet, top: int, bottom: int, label: int) -> int | None:
    """The row above a record whose label is that of themes: 'Tema'."""
    for row in range(bottom - 1, top - 1, -1):
        text = text_at(sheet, row, label)
        if text and words.column_role(text) == "theme" and filled(sheet, row, label + 1):
            return row
    return None


def _record_name(
    sheet: Sheet, names_row: int | None, first: int, column: int, label: int, top: int
) -> tuple[str, Cell]:
    if names_row is not None:
        text = text_at(sheet, names_row, column)
        if text:
            return text, Cell(names_row, column)
    for row in range(first - 1, top - 1, -1):
        for place in (column, label):
            text = text_at(sheet, row, place)
            if text and len(text.partition("\n")[0]) <= LONGEST_NAME and words.case_name(text) is None:
                plain = re.sub(
                    r"^(?:tema|emne|indsats|tiltag)\s*(?:\d+\s*)?[:–-]\s*", "", text, flags=re.IGNORECASE
                )
                return plain, Cell(row, place)
    return "", Cell(first, label)


def _from_block(
    sheet: Sheet, pair: tuple[Heading, Heading], others: Sequence[Heading], titles: Sequence[Title]
) -> FoundCase | None:
    """Themes in a list, then what is set aside, then what is needed, each in paragraphs of their own."""
    first, second = pair
    column = first.cell.column
    title = title_for(titles, first.cell.row, sheet.left, sheet.right)
    top = title.cell.row + 1 if title else sheet.top
    last = second.cell.row
    bottom = sheet.bottom
    following = [title_.cell.row for title_ in titles] + [heading.cell.row for heading in others]
    for row in following:
        if row > last:
            bottom = min(bottom, row - 1)
    themes = listed(sheet, top, first.cell.row - 1, sheet.left, sheet.right)
    if title is None and not any(
        words.proves(text_at(sheet, row, one))
        for row in range(sheet.top, first.cell.row)
        for one in range(sheet.left, sheet.right + 1)
    ):
        return None
    caption = caption_unit(sheet, first.cell.row, sheet.left, sheet.right)
    blocks: dict[bool, list[list[Said]]] = {}
    for heading, end in ((first, second.cell.row - 1), (second, bottom)):
        needed = heading.role == "needed"
        unit = unit_of(heading.text, near_table=True) or caption
        one = Column(column, heading.text, heading.cell, needed, unit)
        blocks[needed] = grouped(paragraphs(sheet, heading.cell.row + 1, end, one))
    name, cell = (title.name, title.cell) if title else (sheet.name, Cell(sheet.top, column))
    case = FoundCase(name, cell, themes, across=title.across if title else False)
    tie(case, blocks, first.cell)
    return case


def paragraphs(sheet: Sheet, top: int, bottom: int, column: Column) -> list[Said]:
    """The lines below a heading, in cells of their own or several in one."""
    lines: list[Said] = []
    for row in range(top, bottom + 1):
        for number in range(column.number, sheet.right + 1):
            if filled(sheet, row, number):
                lines += paragraphs_of(Said(Cell(row, number), sheet.value(row, number), column))
    return lines


def across(sheet: Sheet, titles: Sequence[Title], groups: Sequence[Group]) -> Iterator[FoundCase]:
    """Sections without columns on what cases share: names and descriptions, which may hold amounts."""
    for title in titles:
        if not title.across:
            continue
        later = [one.cell.row for one in titles if one.cell.row > title.cell.row]
        later += [group.row for group in groups if group.row >= title.cell.row]
        bottom = min(later, default=sheet.bottom + 1) - 1
        if any(
            group.row == bottom + 1 and title_for(titles, group.row, group.left, group.right) is title
            for group in groups
        ):
            continue  # it has columns of its own
        themes = listed(sheet, title.cell.row + 1, bottom, sheet.left, sheet.right)
        if themes:
            yield FoundCase(
                title.name, Cell(max(title.cell.row, sheet.top), title.cell.column), themes, across=True
            )
