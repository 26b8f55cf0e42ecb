"""Finds tables and proposals on a sheet by what its cells say, not by fixed ranges."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import partial
from itertools import pairwise

from ..model.address import Cell, Range
from ..model.amount import Language
from ..model.analysis import Heading
from ..model.book import Book, ErrorValue, Sheet, Value
from ..model.mark import is_ours
from ..model.proposal import Page, Proposal, Text
from ..model.table import Table
from ..settings import Settings
from . import long, words
from .blocks import blocks
from .forms import table_below
from .headings import Note, headings
from .identity import as_listed, formerly, marked
from .overviews import lists_proposals, overviews
from .proposals import Start, fields, proposal_number, starts
from .tables import Draft

__all__ = ["layout", "overviews", "words"]

_TEXTS_LISTENED_TO = 400  # enough to tell the language of a sheet
_FEWEST_TEXTS = 3  # a form without a table says so much beyond its number and title
_CAPTION_ROWS = 8  # a plain table's title and unit stand at most this far above its heading


def layout(book: Book, settings: Settings) -> tuple[Page, ...]:
    """The tables and proposals of every sheet, in order; what marking added is no part of the budget."""
    return tuple(_sheet(sheet, settings) for sheet in book.sheets if not is_ours(sheet))


def _sheet(sheet: Sheet, settings: Settings) -> Page:
    columns = long.said(sheet) if long.is_long(sheet) else None
    if columns is not None and not starts(sheet, columns.notes, settings.number.pattern):
        return _long_sheet(sheet, columns, settings)
    texts, others = _cells(sheet)
    notes: list[Note] = []
    for row, column, text in texts:
        if len(text) <= words.LONGEST_HEARD or ":" in text[: words.LONGEST_FIELD + 1]:
            heard = words.hear(text)
            if heard is not None:
                notes.append(Note(row, column, text, heard))
    language = settings.numbers or _language(texts)
    of_tables = headings(sheet, notes, others)
    begun = starts(sheet, notes, settings.number.pattern)
    stops = frozenset(start.row for start in begun)
    drafts = [
        draft
        for heading in of_tables
        if (draft := table_below(sheet, heading, of_tables, stops, language, texts)) is not None
    ]
    rest = _outside(others, drafts)
    if len(rest) >= _FEWEST_NUMBERS:
        drafts.extend(blocks(sheet, rest, language))
    units = [note for note in notes if note.heard.near_unit]
    above = begun[0].row - 1 if begun else 0
    rows = [row for row, _, _ in texts] if begun else []
    noted = [note.row for note in notes] if begun else []
    proposals: list[Proposal] = []
    tables: list[Table] = []
    placed: set[int] = set()
    begun_at = [start.row for start in begun]
    for start in begun:
        first, behind = bisect_left(begun_at, start.row), bisect_right(begun_at, start.row)
        end = begun_at[behind] - 1 if behind < len(begun) else sheet.bottom
        own = [draft for draft in drafts if start.row <= draft.heading_row <= end and draft.has_years]
        left, right = _side(start, begun[first:behind], own)
        if (left, right) != _ALL_COLUMNS:
            own = [draft for draft in own if left <= draft.range.left <= right]
        elif start is not begun[behind - 1]:
            continue  # a row that names two forms over one table: it is told once
        own, end = _before_a_list(sheet, own, end, settings)
        if not own and (start.is_title or not start.number_text):
            continue  # a word on a cover page
        if not own and bisect_right(rows, end) - bisect_right(rows, start.row) < _FEWEST_TEXTS:
            continue  # a line in a list of contents
        said = texts[bisect_left(rows, start.row) : bisect_right(rows, end)]
        meant = notes[bisect_left(noted, start.row) : bisect_right(noted, end)]
        stated = units
        if (left, right) != _ALL_COLUMNS:
            said = [text for text in said if left <= text[1] <= right]
            meant = [note for note in meant if left <= note.column <= right]
            stated = [note for note in units if note.row < start.row or left <= note.column <= right]
        proposal = _proposal(sheet, start, end, own, said, meant, stated, settings, above)
        proposals.append(proposal)
        tables.extend(proposal.tables)
        placed.update(map(id, own))
    for draft in drafts:
        if id(draft) not in placed:
            tables.append(
                draft.finished(units, draft.range, draft.heading_row - _CAPTION_ROWS, sheet.bottom, 0)
            )
    tables.sort(key=lambda table: (table.heading_row, table.columns[0].number))
    rounded = bool(tables) and len(proposals) == 0 and words.says_rounded(texts)
    heads = () if proposals else _analysis_headings(sheet, notes)
    return Page(sheet, language, tuple(tables), tuple(proposals), len(texts), len(others), rounded, heads)


def _long_sheet(sheet: Sheet, said: long.Said, settings: Settings) -> Page:
    """A sheet of thousands of rows on which no form begins."""
    language = settings.numbers or _language(said.edges)
    of_tables = headings(sheet, said.notes, said.others)
    drafts = [
        draft
        for heading in of_tables
        if (draft := table_below(sheet, heading, of_tables, frozenset(), language, [])) is not None
    ]
    rest = long.outside(sheet, [(draft.heading_row, draft.lines[-1].row) for draft in drafts])
    if len(rest) >= _FEWEST_NUMBERS:
        drafts.extend(blocks(sheet, rest, language))
    units = [note for note in said.notes if note.heard.near_unit]
    tables = [
        draft.finished(units, draft.range, draft.heading_row - _CAPTION_ROWS, sheet.bottom, 0)
        for draft in drafts
    ]
    tables.sort(key=lambda table: (table.heading_row, table.columns[0].number))
    rounded = bool(tables) and words.says_rounded(said.edges)
    heads = _analysis_headings(sheet, said.notes)
    return Page(sheet, language, tuple(tables), (), said.texts, said.numbers, rounded, heads)


_ALL_COLUMNS = (0, 1_000_000)


def _side(start: Start, row: Sequence[Start], drafts: Sequence[Draft]) -> tuple[int, int]:
    """The columns of a form; all of them, unless the forms that begin in its row have a table each.

    A row may name two forms over one table, too: only tables that keep to their own side tell two forms.
    """
    beside = {other.cell.column for other in row}
    if len(beside) < 2:
        return _ALL_COLUMNS
    edges = [0, *sorted(beside)[1:], _ALL_COLUMNS[1] + 1]
    sides = [(left, right - 1) for left, right in pairwise(edges)]
    held = [0] * len(sides)
    for draft in drafts:
        area = draft.range
        at = next(at for at, (left, right) in enumerate(sides) if left <= area.left <= right)
        if area.right > sides[at][1]:
            return _ALL_COLUMNS
        held[at] += 1
    if not all(held):
        return _ALL_COLUMNS
    return next((left, right) for left, right in sides if left <= start.cell.column <= right)


def _analysis_headings(sheet: Sheet, notes: list[Note]) -> tuple[Heading, ...]:
    """The headings that make a sheet a consequence analysis: what is set aside and what is needed.

    What cases share may be told by the name of a sheet alone; then its heading stands above the sheet.
    """
    found = tuple(
        Heading(note.heard.analysis, note.text, Cell(note.row, note.column))
        for note in notes
        if note.heard.analysis is not None
    )
    roles = {heading.role for heading in found}
    if not roles and words.analysis_heading(sheet.name) == "across" and sheet.rows:
        return (Heading("across", sheet.name, Cell(sheet.top - 1, sheet.left)),)
    is_one = "needed" in roles and roles & {"allocated", "budget"}
    return found if is_one or "across" in roles else ()


def _before_a_list(sheet: Sheet, own: list[Draft], end: int, settings: Settings) -> tuple[list[Draft], int]:
    """The tables of a form above a list of proposals, which is no part of it, and where the form ends."""
    pattern = settings.number.pattern

    def is_list(draft: Draft) -> bool:
        return lists_proposals(sheet, draft.lines, draft.columns[0].number, pattern)

    for index, draft in enumerate(own):
        shape = draft.shape
        if is_list(draft) if shape is None else shape.once(("list", pattern), partial(is_list, draft)):
            above = own[:index]
            return above, above[-1].range.bottom if above else draft.heading_row - 1
    return own, end


_Texts = list[tuple[int, int, str]]
_Others = list[tuple[int, int, Value]]


def _cells(sheet: Sheet) -> tuple[_Texts, _Others]:
    """The texts of a sheet, and its cells with anything else: (row, column, value) in reading order."""
    if sheet.shape is not None:  # its cells hold texts and numbers where others of its shape do
        of_texts, of_others = sheet.shape.once("cells", lambda: _places(*_all_cells(sheet)))
        rows, top, left = sheet.rows, sheet.top, sheet.left
        return (
            [(row, column, rows[row - top][column - left]) for row, column in of_texts],  # type: ignore[misc]
            [(row, column, rows[row - top][column - left]) for row, column in of_others],
        )
    return _all_cells(sheet)


def _places(*cells: _Texts | _Others) -> list[list[tuple[int, int]]]:
    return [[(row, column) for row, column, _ in some] for some in cells]


def _all_cells(sheet: Sheet) -> tuple[_Texts, _Others]:
    texts: _Texts = []
    others: _Others = []
    for row, values in enumerate(sheet.rows, sheet.top):
        for column, value in enumerate(values, sheet.left):
            if type(value) is not str:
                if type(value) is float and not -_LARGEST < value < _LARGEST:
                    value = _overflowed(sheet, row, column)
                others.append((row, column, value))
            elif value:
                texts.append((row, column, value))
    return texts, others


_LARGEST = 1e300


def _overflowed(sheet: Sheet, row: int, column: int) -> ErrorValue:
    """Put the error that Excel shows in the place of a number that is none: 1e400, NaN."""
    error = ErrorValue("#NUM!")
    line = sheet.rows[row - sheet.top]
    assert isinstance(line, list)
    line[column - sheet.left] = error
    return error


_DECIDED = 6
_FEWEST_NUMBERS = 4


def _language(texts: list[tuple[int, int, str]]) -> Language:
    """The language that a sheet's own words speak; Danish when they do not tell."""
    votes = 0
    for _, _, text in texts[:_TEXTS_LISTENED_TO]:
        votes += words.language_votes(text)
        if abs(votes) >= _DECIDED:
            break
    return "en" if votes < 0 else "da"


def _outside(others: list[tuple[int, int, Value]], drafts: list[Draft]) -> list[tuple[int, int, Value]]:
    """The cells with anything but text outside the rows of some tables."""
    if not drafts:
        return others
    spans = [(draft.heading_row, draft.lines[-1].row) for draft in drafts]
    if len(spans) == 1:
        top, bottom = spans[0]
        return [cell for cell in others if not top <= cell[0] <= bottom]
    return [cell for cell in others if not any(top <= cell[0] <= bottom for top, bottom in spans)]


def _is_in_one(ranges: Sequence[Range], row: int, column: int) -> bool:
    """Whether a cell stands in a table, in the row above it, or to its right."""
    return any(top - 1 <= row <= bottom and left <= column for top, left, bottom, _ in ranges)


def _proposal(
    sheet: Sheet,
    start: Start,
    end: int,
    drafts: list[Draft],
    texts: list[tuple[int, int, str]],
    notes: list[Note],
    units: list[Note],
    settings: Settings,
    above: int,
) -> Proposal:
    """A form from the texts of its rows; ``units`` are those of the whole sheet that may state a unit."""
    pattern = settings.number.pattern
    first_heading = min([draft.heading_row for draft in drafts], default=end + 1)
    ranges = [draft.range for draft in drafts]
    stated: set[tuple[int, int]] = set()
    labels: dict[tuple[int, int], str] = {}
    for row, column, _, heard in notes:
        if heard.unit:
            stated.add((row, column))
        if heard.field is not None:
            labels[row, column] = heard.field
    head: list[tuple[int, int, str]] = []
    after: list[Text] = []
    for piece in texts:
        row, column, text = piece
        if (row, column) in stated:
            continue
        if row < first_heading - 1:
            head.append(piece)
        elif not _is_in_one(ranges, row, column):
            if row < first_heading:
                head.append(piece)
            else:
                after.append(Text(text, Cell(row, column)))
    said, prose = fields(sheet, start, head, labels, pattern)
    number_text, number_cell = start.number_text, start.number_cell
    if not number_text and said.number is not None:
        number_text, number_cell = said.number.text, said.number.cell
    number = proposal_number(number_text, pattern) if number_text else None
    pieces = (*prose, *after)
    written = "\n".join([piece.text for piece in pieces])
    # a table's units are stated after the table before it, within the same form
    edges = [start.row, *[area.bottom + 1 for area in ranges]]
    tables = [
        draft.finished(units, area, edge, end, above, number=number, prose=written)
        for draft, area, edge in zip(drafts, ranges, edges, strict=False)
    ]
    cell_text = sheet.value(start.cell.row, start.cell.column)
    heads = start.beside and not start.titled and not formerly(start.beside, pattern)
    together = Text(str(cell_text), start.cell) if heads else None
    identity = as_listed(said.identity, number, settings)
    title = said.title.text if said.title else None
    return Proposal(
        sheet,
        start.cell,
        number,
        number_text,
        number_cell,
        together,
        said.committee,
        said.area,
        title,
        said.title.cell if said.title else None,
        said.account,
        pieces,
        tuple(tables),
        identity.permanent_id,
        identity.earlier_numbers,
        identity.status or marked(title, sheet.name),
        said.account_asked,
    )
