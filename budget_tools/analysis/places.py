"""Where the cases of a sheet stand, and which cell says what of which theme.

Analyses are laid out in many ways: a table a case (beside or below each other), one table with a column of
cases, labels with their contents to the right, or headings with paragraphs below them. What is told here
is only the places; ``reading`` says what the cells mean.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from ..layout.words import fold, is_total, unit_of
from ..model.address import Cell
from ..model.analysis import Heading, Pairing
from ..model.book import Sheet, Value
from ..prose.stated import stated
from . import words
from .reading import is_nothing

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_CAPTION_ROWS = 8
_LONGEST_NAME = 70
_MOST_RECORD_ROWS = 8  # between the label of what is set aside and that of what is needed
_BLANK_ROWS = 3  # so many end a table


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
    needed_at: Cell | None = None


class Title(NamedTuple):
    """A line that names a case, or what the cases share."""

    cell: Cell
    name: str
    across: bool


@dataclass(slots=True)
class _Group:
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


def found_cases(sheet: Sheet, headings: Sequence[Heading]) -> list[FoundCase]:
    """The cases of a sheet, from top to bottom."""
    by_row: dict[int, list[Heading]] = {}
    for heading in headings:
        by_row.setdefault(heading.cell.row, []).append(heading)
    rows = [row for row in sorted(by_row) if {"allocated", "needed"} <= {one.role for one in by_row[row]}]
    groups = [group for row in rows for group in _groups(sheet, row, by_row[row])]
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
        found.extend(_from_table(sheet, group, groups[number + 1 :], titles))
    found.extend(_from_labels(sheet, loose, titles))
    found.extend(_across(sheet, titles, groups))
    found.sort(key=lambda case: (case.cell.row, case.cell.column))
    return _merged([case for case in found if any(theme.said or theme.about for theme in case.themes)])


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


def _text(sheet: Sheet, row: int, column: int) -> str:
    value = sheet.value(row, column)
    return value.strip() if isinstance(value, str) else ""


def _filled(sheet: Sheet, row: int, column: int) -> bool:
    value = sheet.value(row, column)
    return bool(value.strip()) if isinstance(value, str) else value is not None


def _inside(groups: Sequence[_Group], cell: Cell, sheet: Sheet) -> bool:
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


# --- titles -----------------------------------------------------------------------------------------


def _titles(sheet: Sheet, headings: Sequence[Heading], groups: Sequence[_Group]) -> list[Title]:
    across = {one.cell for one in headings if one.role == "across"}
    found: list[Title] = []
    for row, values in enumerate(sheet.rows, sheet.top):
        for column, value in enumerate(values, sheet.left):
            if not isinstance(value, str) or len(value) > 2 * words.LONGEST_TITLE:
                continue
            cell = Cell(row, column)
            if cell in across:
                found.append(Title(cell, value.strip(" .:…"), True))
                continue
            name = words.case_name(value)
            if name is None and words.names_field(value):
                name = _text(sheet, row, column + 1) or None  # 'Case:' beside its name
                if name is None or any(group.row == row for group in groups):
                    continue
            if name is not None and not _is_data(cell, groups, sheet):
                found.append(Title(cell, name, False))
    return found


def _is_data(cell: Cell, groups: Sequence[_Group], sheet: Sheet) -> bool:
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
                _filled(sheet, cell.row, column.number)
                for column in group.columns
                if column.number != cell.column
            )
    return False


def _title_for(titles: Sequence[Title], row: int, left: int, right: int) -> Title | None:
    """The nearest title above a row within some columns."""
    near = [one for one in titles if one.cell.row <= row and left <= one.cell.column <= right]
    return near[-1] if near else None


# --- tables: what is set aside beside what is needed --------------------------------------------------


def _groups(sheet: Sheet, row: int, headings: Sequence[Heading]) -> Iterator[_Group]:
    """The tables of a row of headings, from left to right."""
    roles = {one.cell.column: one.role for one in headings}
    cells = [
        (column, text)
        for column in range(sheet.left, sheet.right + 1)
        if (text := _text(sheet, row, column)) and len(text) <= words.LONGEST_TITLE
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
        _filled(sheet, below, column)
        for below in range(row + 1, row + 4)
        for column in range(left + 1, right)
    )


def _group(sheet: Sheet, row: int, left: int, right: int, run: list[tuple[int, str, str]]) -> _Group:
    caption = _caption_unit(sheet, row, left, right)
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
    group = _Group(
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
    return group


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
            elif _filled(sheet, row + 1, one):
                return {}
        if len(inner) > 1:
            found |= inner
    return found


def _caption_unit(sheet: Sheet, row: int, left: int, right: int) -> int | None:
    for above in range(row, max(row - _CAPTION_ROWS, sheet.top) - 1, -1):
        for column in range(left, right + 1):
            text = _text(sheet, above, column)
            unit = unit_of(text, near_table=above >= row - 2) if text else None
            if unit is not None and above != row:
                return unit
    return None


def _theme_column(sheet: Sheet, group: _Group, run: list[tuple[int, str, str]]) -> int | None:
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
        heading = _text(sheet, group.row, column)
        if heading and words.column_role(heading) == "remark":
            continue
        texts = [
            text
            for row in range(group.last_heading_row + 1, min(group.last_heading_row + 12, sheet.bottom) + 1)
            if (text := _text(sheet, row, column)) and len(text) > 2
        ]
        if texts:
            return column
    return None


def _from_table(
    sheet: Sheet, group: _Group, following: Sequence[_Group], titles: Sequence[Title]
) -> Iterator[FoundCase]:
    title = _title_for(titles, group.row, group.left, group.right)
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
    for number, row in enumerate(rows):
        named = _text(sheet, row, group.case) if group.case is not None else ""
        if named and not is_total(named):
            known = next((one for one in cases[1:] if fold(one.name) == fold(named)), None)
            if known is None:
                cases.append(FoundCase(named, Cell(row, group.case or group.left)))
            else:
                cases.remove(known)
                cases.append(known)
        said = [
            Said(Cell(row, column.number), sheet.value(row, column.number), column)
            for column in group.columns
            if _filled(sheet, row, column.number)
        ]
        text = _text(sheet, row, group.theme) if group.theme is not None else named
        if is_total(text) or is_total(named):
            cases[-1].totals.extend(one for one in said if not isinstance(one.value, str))
            continue
        _add_row(sheet, group, row, text, said, cases[-1], rows[number - 1] if number else None)
    yield from (one for one in cases if one.themes)


def _rows(sheet: Sheet, group: _Group, bottom: int) -> list[int]:
    """The rows of a table that hold anything, up to a gap after which no amount follows."""
    columns = [column.number for column in group.columns]
    last = 0
    for row in range(group.last_heading_row + 1, bottom + 1):
        if any(_filled(sheet, row, column) for column in columns):
            last = row
    names = [column for column in (group.theme, group.about, group.case) if column is not None]
    end, row = last, last + 1
    while row <= bottom and any(_filled(sheet, row, column) for column in names):
        end, row = row, row + 1
    wanted = [*columns, *names]
    return [
        row
        for row in range(group.last_heading_row + 1, end + 1)
        if any(_filled(sheet, row, column) for column in wanted)
    ]


def _add_row(
    sheet: Sheet,
    group: _Group,
    row: int,
    text: str,
    said: list[Said],
    case: FoundCase,
    previous: int | None,
) -> None:
    """Put a row of a table where it belongs: a theme, the description of one, or more of it."""
    about = _text(sheet, row, group.about) if group.about is not None else ""
    pool = _text(sheet, row, group.pool) if group.pool is not None else ""
    last = case.themes[-1] if case.themes else None
    name, described = _name_and_about(text)
    if (
        last is not None
        and not last.about
        and _is_description(text)
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


def _name_and_about(text: str) -> tuple[str, str]:
    """A theme's name, and the description that may follow it in the cell."""
    first, _, rest = text.partition("\n")
    if not rest and len(first) > _LONGEST_NAME:
        for mark in (": ", " – ", " - ", ". "):
            head, _, tail = first.partition(mark)
            if tail and 2 < len(head) <= _LONGEST_NAME:
                return head.strip(), tail.strip()
    return first.strip(" :"), rest.strip()


def _is_description(text: str) -> bool:
    """Whether a text goes on about a theme, and is no name of one."""
    return "\n" not in text and (len(text) > _LONGEST_NAME or text.endswith((".", "!", "?")))


def _plain_title(sheet: Sheet, group: _Group) -> tuple[str, Cell]:
    """The name of a case that nothing calls one: the line above its table, else the sheet's."""
    for row in range(group.row - 1, max(group.row - 4, sheet.top - 1), -1):
        for column in range(group.left, group.right + 1):
            text = _text(sheet, row, column)
            if (
                text
                and len(text) <= _LONGEST_NAME
                and not text.endswith(".")
                and unit_of(text, near_table=True) is None
                and group.row - row <= 2
                and not words.is_generic(text)
            ):
                return text, Cell(row, column)
    return sheet.name, Cell(sheet.top, sheet.left)


def _by_rows(sheet: Sheet, group: _Group, bottom: int, case: FoundCase, title: Title | None) -> None:
    """A table without themes beside it: they are listed above, in the same order."""
    start = title.cell.row + 1 if title else sheet.top
    themes = _listed(sheet, start, group.row - 1, group.left, group.right)
    rows = _rows(sheet, group, bottom)
    groups = [
        [
            Said(Cell(row, column.number), sheet.value(row, column.number), column)
            for column in group.columns
            if _filled(sheet, row, column.number)
        ]
        for row in rows
    ]
    if len(groups) == len(themes):
        for theme, said in zip(themes, groups, strict=True):
            theme.said = said
        case.themes = themes
        return
    case.themes = [*themes, *(FoundTheme("", said[0].cell, said=said) for said in groups)]
    if themes:
        case.pairing = Pairing.UNKNOWN
        case.counted = (len(themes), len(groups), len(groups))
        case.needed_at = groups[0][0].cell if groups else None


def _listed(sheet: Sheet, top: int, bottom: int, left: int, right: int) -> list[FoundTheme]:
    """Themes that are listed: names, each perhaps with a description below or beside it."""
    found: list[FoundTheme] = []
    for row in range(top, bottom + 1):
        for column in range(left, right + 1):
            text = _text(sheet, row, column)
            if not text or unit_of(text, near_table=False) is not None:
                continue
            name, about = _name_and_about(text)
            beside = found and found[-1].cell.row == row
            if found and (beside or _is_description(text)):
                found[-1].about = f"{found[-1].about}\n{text}".strip()
            elif len(name) <= _LONGEST_NAME and (not _is_description(text) or about):
                found.append(FoundTheme(name, Cell(row, column), about))
    return found


# --- labels: contents beside or below a heading -------------------------------------------------------


def _from_labels(sheet: Sheet, loose: Sequence[Heading], titles: Sequence[Title]) -> Iterator[FoundCase]:
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
    beside = [_filled(sheet, one.cell.row, one.cell.column + 1) for one in (first, second)]
    return any(beside) and second.cell.row - first.cell.row <= _MOST_RECORD_ROWS


def _from_records(
    sheet: Sheet, records: Sequence[tuple[Heading, Heading]], titles: Sequence[Title]
) -> Iterator[FoundCase]:
    """A theme a record (or a column of it): labels on the left, contents to the right."""
    cases: dict[Cell, FoundCase] = {}
    previous = sheet.top - 1
    for first, second in records:
        label = first.cell.column
        title = _title_for(titles, first.cell.row, label, sheet.right)
        name, cell = (title.name, title.cell) if title else (sheet.name, Cell(sheet.top, label))
        case = cases.setdefault(cell, FoundCase(name, cell, across=title.across if title else False))
        top = max(previous + 1, title.cell.row if title else sheet.top)
        names_row = _names_row(sheet, top, first.cell.row, label)
        right = label
        while right < sheet.right and any(_filled(sheet, one.cell.row, right + 1) for one in (first, second)):
            right += 1
        caption = _caption_unit(sheet, first.cell.row, label, sheet.right)
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
                if _filled(sheet, one.cell.row, column)
            ]
            if not said:
                continue
            theme, place = _record_name(sheet, names_row, first.cell.row, column, label, top)
            name_only, about = _name_and_about(theme)
            case.themes.append(FoundTheme(name_only or case.name, place, about, said))
        previous = second.cell.row
    yield from cases.values()


def _names_row(sheet: Sheet, top: int, bottom: int, label: int) -> int | None:
    """The row above a record whose label is that of themes: 'Tema'."""
    for row in range(bottom - 1, top - 1, -1):
        text = _text(sheet, row, label)
        if text and words.column_role(text) == "theme" and _filled(sheet, row, label + 1):
            return row
    return None


def _record_name(
    sheet: Sheet, names_row: int | None, first: int, column: int, label: int, top: int
) -> tuple[str, Cell]:
    if names_row is not None:
        text = _text(sheet, names_row, column)
        if text:
            return text, Cell(names_row, column)
    for row in range(first - 1, top - 1, -1):
        for place in (column, label):
            text = _text(sheet, row, place)
            if text and len(text.partition("\n")[0]) <= _LONGEST_NAME and words.case_name(text) is None:
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
    title = _title_for(titles, first.cell.row, sheet.left, sheet.right)
    top = title.cell.row + 1 if title else sheet.top
    last = second.cell.row
    bottom = sheet.bottom
    following = [title_.cell.row for title_ in titles] + [heading.cell.row for heading in others]
    for row in following:
        if row > last:
            bottom = min(bottom, row - 1)
    themes = _listed(sheet, top, first.cell.row - 1, sheet.left, sheet.right)
    if title is None and not any(
        words.proves(_text(sheet, row, one))
        for row in range(sheet.top, first.cell.row)
        for one in range(sheet.left, sheet.right + 1)
    ):
        return None
    caption = _caption_unit(sheet, first.cell.row, sheet.left, sheet.right)
    blocks: dict[bool, list[list[Said]]] = {}
    for heading, end in ((first, second.cell.row - 1), (second, bottom)):
        needed = heading.role == "needed"
        unit = unit_of(heading.text, near_table=True) or caption
        one = Column(column, heading.text, heading.cell, needed, unit)
        blocks[needed] = _paragraphs(sheet, heading.cell.row + 1, end, one)
    name, cell = (title.name, title.cell) if title else (sheet.name, Cell(sheet.top, column))
    case = FoundCase(name, cell, themes, across=title.across if title else False)
    counted = (len(themes), len(blocks[False]), len(blocks[True]))
    if _paired_by_name(themes, blocks):
        return case
    case.counted = counted
    case.needed_at = first.cell
    if len(set(counted)) == 1:
        case.pairing = Pairing.ORDER
        for theme, allocated, needed_ in zip(themes, blocks[False], blocks[True], strict=True):
            theme.said = [*allocated, *needed_]
            case.by_order += [
                (group[0].cell, str(group[0].value), theme.name)
                for group in (allocated, needed_)
                if isinstance(group[0].value, str)
            ]
    else:
        case.pairing = Pairing.UNKNOWN
        case.themes = [
            *themes,
            *(FoundTheme("", group[0].cell, said=group) for group in (*blocks[False], *blocks[True])),
        ]
    return case


def _paragraphs(sheet: Sheet, top: int, bottom: int, column: Column) -> list[list[Said]]:
    """The lines below a heading; a line that goes on about the one above belongs to it."""
    lines: list[Said] = []
    for row in range(top, bottom + 1):
        for number in range(column.number, sheet.right + 1):
            value = sheet.value(row, number)
            if not _filled(sheet, row, number):
                continue
            if isinstance(value, str) and "\n" in value:
                lines += [
                    Said(Cell(row, number), part.strip(), column)
                    for part in re.split(r"\n\s*\n|\n", value)
                    if part.strip()
                ]
            else:
                lines.append(Said(Cell(row, number), value, column))
    grouped: list[list[Said]] = []
    for line in lines:
        if grouped and isinstance(line.value, str) and words.begins("further", line.value):
            grouped[-1].append(line)
        else:
            grouped.append([line])
    return grouped


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


# --- what the cases share ---------------------------------------------------------------------------


def _across(sheet: Sheet, titles: Sequence[Title], groups: Sequence[_Group]) -> Iterator[FoundCase]:
    """Sections without columns on what cases share: names and descriptions, which may hold amounts."""
    for title in titles:
        if not title.across:
            continue
        later = [one.cell.row for one in titles if one.cell.row > title.cell.row]
        later += [group.row for group in groups if group.row >= title.cell.row]
        bottom = min(later, default=sheet.bottom + 1) - 1
        if any(
            group.row == bottom + 1 and _title_for(titles, group.row, group.left, group.right) is title
            for group in groups
        ):
            continue  # it has columns of its own
        themes = _listed(sheet, title.cell.row + 1, bottom, sheet.left, sheet.right)
        if themes:
            yield FoundCase(title.name, title.cell, themes, across=True)
