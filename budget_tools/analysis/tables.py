"""Tables: what is set aside in a column beside what is needed, a theme a row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ..layout.words import analysis_heading, fold, is_total, unit_of
from ..model.address import Cell
from ..model.analysis import Heading, Pairing
from ..model.book import Sheet
from ..prose.stated import stated
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
    is_description,
    listed,
    name_and_about,
    paragraphs_of,
    text_at,
    tie,
    title_for,
)
from .reading import is_nothing


@dataclass(slots=True)
class Group:
    """The columns of one table: side by side there may be several."""

    row: int
    left: int
    right: int
    columns: list[Column]
    theme: int | None = None
    about: int | None = None
    case: int | None = None
    pool: int | None = None
    last_heading_row: int = 0


def groups_of(sheet: Sheet, row: int, headings: Sequence[Heading]) -> Iterator[Group]:
    """The tables of a row of headings, from left to right."""
    roles = {one.cell.column: one.role for one in headings}
    cells = [
        (column, text)
        for column in range(sheet.left, sheet.right + 1)
        if (text := text_at(sheet, row, column)) and len(text) <= words.LONGEST_TITLE
    ]
    runs: list[list[tuple[int, str, str]]] = [[]]
    for column, text in cells:
        role = roles.get(column) or words.column_role(text) or ""
        seen = {known for _, _, known in runs[-1]}
        whole = {"allocated", "needed"} <= seen
        gap = (
            bool(runs[-1])
            and column - runs[-1][-1][0] > 1
            and not _filled_between(sheet, row, runs[-1][-1][0], column)
        )
        if whole and (role in ("theme", "case") or (gap and role in ("allocated", "needed"))):
            runs.append([])
        runs[-1].append((column, text, role))
    runs = [run for run in runs if {"allocated", "needed"} <= {role for _, _, role in run}]
    left = sheet.left
    for number, run in enumerate(runs):
        right = runs[number + 1][0][0] - 1 if number + 1 < len(runs) else sheet.right
        yield _group(sheet, row, left, right, run)
        left = right + 1


def _filled_between(sheet: Sheet, row: int, left: int, right: int) -> bool:
    """Whether anything stands in the rows below a heading's gap: then it belongs to a merged heading."""
    return any(
        filled(sheet, below, column) for below in range(row + 1, row + 4) for column in range(left + 1, right)
    )


def _group(sheet: Sheet, row: int, left: int, right: int, run: list[tuple[int, str, str]]) -> Group:
    caption = caption_unit(sheet, row, left, right)
    below = _below_headings(sheet, row, run, right)
    columns: list[Column] = []
    named: dict[str, int] = {}
    for number, (column, text, role) in enumerate(run):
        if role in ("allocated", "needed"):
            end = run[number + 1][0] - 1 if number + 1 < len(run) else right
            parts = [(one, f"{text} {below[one]}") for one in range(column, end + 1) if one in below]
            for one, heading in parts or [(column, text)]:
                unit = unit_of(heading, near_table=True) or unit_of(text, near_table=True) or caption
                columns.append(Column(one, heading, Cell(row, column), role == "needed", unit))
        elif role:
            named.setdefault(role, column)
    group = Group(
        row,
        left,
        right,
        columns,
        named.get("theme"),
        named.get("about"),
        named.get("case"),
        named.get("pool"),
    )
    group.last_heading_row = row + 1 if below else row
    if group.theme is None:
        group.theme = _theme_column(sheet, group, run)
    if group.about is None:
        group.about = _about_column(sheet, group)
    return group


def _about_column(sheet: Sheet, group: Group) -> int | None:
    """A column of descriptions between the themes and the amounts that no heading names."""
    first = min(column.number for column in group.columns)
    if group.theme is None or group.theme > first:
        return None
    for column in range(group.theme + 1, first):
        if column in (group.case, group.pool) or words.column_role(text_at(sheet, group.row, column)):
            continue
        rows = range(group.last_heading_row + 1, min(group.last_heading_row + 12, sheet.bottom) + 1)
        if any(is_description(text_at(sheet, row, column)) for row in rows):
            return column
    return None


def _below_headings(sheet: Sheet, row: int, run: list[tuple[int, str, str]], right: int) -> dict[int, str]:
    """A second row of headings: years, or 'Denne case' beside 'Alle', below headings of several columns."""
    found: dict[int, str] = {}
    for number, (column, _, role) in enumerate(run):
        if role not in ("allocated", "needed"):
            continue
        end = run[number + 1][0] - 1 if number + 1 < len(run) else right
        inner: dict[int, str] = {}
        for one in range(column, end + 1):
            value = sheet.value(row + 1, one)
            if isinstance(value, float | int) and 2000 <= value <= 2100:
                inner[one] = str(int(value))
            elif (
                isinstance(value, str)
                and 0 < len(value.strip()) <= 40
                and not stated(value)
                and not is_nothing(value)
            ):
                inner[one] = value.strip()
            elif filled(sheet, row + 1, one):
                return {}
        if len(inner) > 1:
            found |= inner
    return found


def _theme_column(sheet: Sheet, group: Group, run: list[tuple[int, str, str]]) -> int | None:
    """The column with the names of themes where no heading says it: texts beside the amounts."""
    for column, text, role in run:
        if not role and words.case_name(text) is not None and column < group.columns[0].number:
            return column
    first = min(column.number for column in group.columns)
    taken = {group.about, group.case, group.pool}
    candidates: list[int] = [*range(first - 1, group.left - 1, -1), *range(first + 1, group.right + 1)]
    for column in candidates:
        if column in taken or any(column == one.number for one in group.columns):
            continue
        heading = text_at(sheet, group.row, column)
        if heading and words.column_role(heading) == "remark":
            continue
        texts = [
            text
            for row in range(group.last_heading_row + 1, min(group.last_heading_row + 12, sheet.bottom) + 1)
            if (text := text_at(sheet, row, column)) and len(text) > 2
        ]
        if texts:
            return column
    return None


def from_table(
    sheet: Sheet, group: Group, following: Sequence[Group], titles: Sequence[Title]
) -> Iterator[FoundCase]:
    title = title_for(titles, group.row, group.left, group.right)
    bottom = sheet.bottom
    for other in following:
        if other.row > group.row and other.left <= group.right and group.left <= other.right:
            bottom = min(bottom, other.row - 1)
    for one in titles:
        if one.cell.row > group.row and group.left <= one.cell.column <= group.right:
            bottom = min(bottom, one.cell.row - 1)
    name, cell = (title.name, title.cell) if title else _plain_title(sheet, group)
    case = FoundCase(name, cell, across=title.across if title else False)
    if group.theme is None and group.case is None:
        _by_rows(sheet, group, bottom, case, title)
        yield case
        return
    cases = [case]
    rows = _rows(sheet, group, bottom)
    if _is_out_of_step(sheet, group, rows):
        _by_columns(sheet, group, rows, case)
        yield case
        return
    for number, row in enumerate(rows):
        named = text_at(sheet, row, group.case) if group.case is not None else ""
        if named and not is_total(named):
            again = next((one for one in cases[1:] if fold(one.name) == fold(named)), None)
            if again is None:
                shared = analysis_heading(named) == "across"
                cases.append(FoundCase(named, Cell(row, group.case or group.left), across=shared))
            else:
                cases.remove(again)
                cases.append(again)
        said = _said(sheet, group, row)
        text = text_at(sheet, row, group.theme) if group.theme is not None else named
        if is_total(text) or is_total(named):
            cases[-1].totals.extend(one for one in said if not isinstance(one.value, str))
            continue
        _add_row(sheet, group, row, text, said, cases[-1], rows[number - 1] if number else None)
    for known in cases:
        if known.themes:
            _spread(sheet, known)
            yield known


def _said(sheet: Sheet, group: Group, row: int) -> list[Said]:
    """The cells of a row below the headings of amounts that hold anything."""
    return [
        Said(Cell(row, column.number), sheet.value(row, column.number), column)
        for column in group.columns
        if filled(sheet, row, column.number)
    ]


def _is_out_of_step(sheet: Sheet, group: Group, rows: Sequence[int]) -> bool:
    """Whether themes and amounts run beside each other, but not row by row.

    Told by amounts beside a description whose theme, in the row above, has amounts as well.
    """
    if group.theme is None or group.about is not None or group.case is not None:
        return False
    for above, row in pairwise(rows):
        name, text = text_at(sheet, above, group.theme), text_at(sheet, row, group.theme)
        if (
            name
            and row == above + 1
            and is_description(text)
            and not is_description(name)
            and "\n" not in name
        ):
            return bool(_said(sheet, group, row)) and bool(_said(sheet, group, above))
    return False


def _by_columns(sheet: Sheet, group: Group, rows: Sequence[int], case: FoundCase) -> None:
    """Themes and amounts that run beside each other: each column read from top to bottom."""
    assert group.theme is not None
    case.themes = listed(sheet, rows[0], rows[-1], group.theme, group.theme)
    blocks: dict[bool, list[list[Said]]] = {False: [], True: []}
    for needed in blocks:
        lines = [
            line
            for row in rows
            for said in _said(sheet, group, row)
            if said.column.needed is needed
            for line in paragraphs_of(said)
        ]
        blocks[needed] = grouped(lines)
    tie(case, blocks, group.columns[0].cell)


def _spread(sheet: Sheet, case: FoundCase) -> None:
    """Give the paragraphs of a merged cell to the themes beside it, by their order."""
    for theme in list(case.themes):
        for said in list(theme.said):
            area = next((one for one in sheet.merges if one.holds(*said.cell) and one.bottom > one.top), None)
            lines = grouped(paragraphs_of(said))
            if area is None or len(lines) < 2:
                continue
            beside = [one for one in case.themes if area.top <= one.cell.row <= area.bottom]
            if len(beside) < 2:
                continue
            counted = [len(beside), *case.counted[1:]]
            counted[2 if said.column.needed else 1] = len(lines)
            case.counted = (counted[0], counted[1], counted[2])
            case.untied_at = case.untied_at or said.cell
            if len(lines) != len(beside):
                case.pairing = Pairing.UNKNOWN
                continue
            if case.pairing is Pairing.ROW:
                case.pairing = Pairing.ORDER
            theme.said.remove(said)
            for one, group in zip(beside, lines, strict=True):
                one.said.extend(group)
                case.by_order.append((said.cell, str(group[0].value), one.name))


def _rows(sheet: Sheet, group: Group, bottom: int) -> list[int]:
    """The rows of a table that hold anything, up to a gap after which no amount follows."""
    columns = [column.number for column in group.columns]
    last = 0
    for row in range(group.last_heading_row + 1, bottom + 1):
        if any(filled(sheet, row, column) for column in columns):
            last = row
    names = [column for column in (group.theme, group.about, group.case) if column is not None]
    end, row = last, last + 1
    while row <= bottom and any(filled(sheet, row, column) for column in names):
        end, row = row, row + 1
    wanted = [*columns, *names]
    return [
        row
        for row in range(group.last_heading_row + 1, end + 1)
        if any(filled(sheet, row, column) for column in wanted)
    ]


def _add_row(
    sheet: Sheet,
    group: Group,
    row: int,
    text: str,
    said: list[Said],
    case: FoundCase,
    previous: int | None,
) -> None:
    """Put a row of a table where it belongs: a theme, the description of one, or more of it."""
    about = text_at(sheet, row, group.about) if group.about is not None else ""
    pool = text_at(sheet, row, group.pool) if group.pool is not None else ""
    last = case.themes[-1] if case.themes else None
    name, described = name_and_about(text)
    if (
        last is not None
        and not last.about
        and is_description(text)
        and previous == row - 1
        and not (said and last.said)
    ):
        last.about = text
        last.said.extend(said)
    elif text or last is None:
        if not text and not said:
            return
        place = Cell(row, group.theme or group.case or group.left) if text else said[0].cell
        case.themes.append(FoundTheme(name or case.name, place, about or described, said, pool))
    else:
        last.said.extend(said)
        last.about = f"{last.about}\n{about}".strip() if about else last.about
        last.pool = last.pool or pool


def _plain_title(sheet: Sheet, group: Group) -> tuple[str, Cell]:
    """The name of a case that nothing calls one: the line above its table, else the sheet's."""
    for row in range(group.row - 1, max(group.row - 4, sheet.top - 1), -1):
        for column in range(group.left, group.right + 1):
            text = text_at(sheet, row, column)
            if (
                text
                and len(text) <= LONGEST_NAME
                and not text.endswith(".")
                and unit_of(text, near_table=True) is None
                and group.row - row <= 2
                and not words.is_generic(text)
            ):
                return text, Cell(row, column)
    return sheet.name, Cell(sheet.top, sheet.left)


def _by_rows(sheet: Sheet, group: Group, bottom: int, case: FoundCase, title: Title | None) -> None:
    """A table without themes beside it: they are listed above, in the same order."""
    start = title.cell.row + 1 if title else sheet.top
    themes = listed(sheet, start, group.row - 1, group.left, group.right)
    rows = _rows(sheet, group, bottom)
    groups = [_said(sheet, group, row) for row in rows]
    if len(groups) == len(themes):
        for theme, said in zip(themes, groups, strict=True):
            theme.said = said
        case.themes = themes
        return
    case.themes = [*themes, *(FoundTheme("", said[0].cell, said=said) for said in groups)]
    if themes:
        case.pairing = Pairing.UNKNOWN
        case.counted = (len(themes), len(groups), len(groups))
        case.untied_at = groups[0][0].cell if groups else None
