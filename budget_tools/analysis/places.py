"""Where the cases of a sheet stand, and which cell says what of which theme.

Analyses are laid out in many ways: a table a case (beside or below each other), one table with a column of
cases (``tables``), labels with their contents to the right, or headings with paragraphs below them
(``labels``). What is told here is only the places; ``reading`` says what the cells mean.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..model.address import Cell
from ..model.analysis import Heading
from ..model.book import Sheet
from . import words
from .found import FoundCase, Title, filled, text_at
from .labels import across, from_labels
from .tables import Group, from_table, groups_of


def found_cases(sheet: Sheet, headings: Sequence[Heading]) -> list[FoundCase]:
    """The cases of a sheet, from top to bottom."""
    by_row: dict[int, list[Heading]] = {}
    for heading in headings:
        by_row.setdefault(heading.cell.row, []).append(heading)
    by_row = {row: _with_budget(sheet, row, found) for row, found in by_row.items()}
    rows = [row for row in sorted(by_row) if {"allocated", "needed"} <= {one.role for one in by_row[row]}]
    groups = [group for row in rows for group in groups_of(sheet, row, by_row[row])]
    titles = _titles(sheet, headings, groups)
    loose = [
        one
        for row in by_row
        if row not in rows
        for one in by_row[row]
        if one.role in ("allocated", "needed") and not _inside(groups, one.cell, sheet)
    ]
    found: list[FoundCase] = []
    for number, group in enumerate(groups):
        found.extend(from_table(sheet, group, groups[number + 1 :], titles))
    found.extend(from_labels(sheet, loose, titles))
    found.extend(across(sheet, titles, groups))
    found.sort(key=lambda case: (case.cell.row, case.cell.column))
    return _merged([case for case in found if any(theme.said or theme.about for theme in case.themes)])


def _with_budget(sheet: Sheet, row: int, headings: list[Heading]) -> list[Heading]:
    """The headings of a row, where a plain 'Budget 2021' beside needs and themes is what is set aside."""
    roles = {one.role for one in headings}
    if "budget" not in roles:
        return headings
    themes = any(
        words.column_role(text_at(sheet, row, column)) == "theme"
        for column in range(sheet.left, sheet.right + 1)
    )
    if "needed" in roles and "allocated" not in roles and themes:
        return [one._replace(role="allocated") if one.role == "budget" else one for one in headings]
    return [one for one in headings if one.role != "budget"]


def _merged(found: list[FoundCase]) -> list[FoundCase]:
    """Cases of which none stands twice: a case may have several tables."""
    by_name: dict[tuple[str, Cell], FoundCase] = {}
    for case in found:
        known = by_name.get((case.name, case.cell))
        if known is None:
            by_name[case.name, case.cell] = case
        else:
            known.themes.extend(case.themes)
            known.totals.extend(case.totals)
    return list(by_name.values())


def _inside(groups: Sequence[Group], cell: Cell, sheet: Sheet) -> bool:
    """Whether a heading-like text is contents: below the headings of a table, in one of its columns."""
    above = [group for group in groups if group.row < cell.row and group.left <= cell.column <= group.right]
    if not above:
        return False
    group = above[-1]
    return cell.column in [column.number for column in group.columns] or cell.column in (
        group.theme,
        group.about,
        group.case,
        group.pool,
    )


def _titles(sheet: Sheet, headings: Sequence[Heading], groups: Sequence[Group]) -> list[Title]:
    shared = {one.cell for one in headings if one.role == "across"}
    above = [one for one in headings if one.cell.row < sheet.top]
    found = [Title(one.cell, one.text, True) for one in above]
    for row, values in enumerate(sheet.rows, sheet.top):
        for column, value in enumerate(values, sheet.left):
            if not isinstance(value, str) or len(value) > 2 * words.LONGEST_TITLE:
                continue
            cell = Cell(row, column)
            if cell in shared and not any(group.row < row and column == group.case for group in groups):
                found.append(Title(cell, value.strip(" .:…"), True))
                continue
            name = words.case_name(value)
            if name is None and words.names_field(value):
                name = text_at(sheet, row, column + 1) or None  # 'Case:' beside its name
                if name is None or any(group.row == row for group in groups):
                    continue
            if name is not None and not _is_data(cell, groups, sheet):
                found.append(Title(cell, name, False))
    return found


def _is_data(cell: Cell, groups: Sequence[Group], sheet: Sheet) -> bool:
    """Whether a line that looks like a title is one of a table: amounts stand beside it."""
    for group in reversed(groups):
        if not group.left <= cell.column <= group.right:
            continue
        if group.row == cell.row:
            return cell.column != group.theme and cell.column != group.left
        if group.row < cell.row:
            if cell.column == group.case:
                return True
            return any(
                filled(sheet, cell.row, column.number)
                for column in group.columns
                if column.number != cell.column
            )
    return False
