"""The findings shown in the open workbook itself, in the form that ``budget-tools mark`` leaves in a file."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from decimal import Decimal
from typing import Any

import xlwings as xw

from ..books.live import address, is_protected
from ..errors import WriteRefused
from ..model.address import Cell, Range, column_letters
from ..model.book import Book
from ..model.edit import AddSheet, ClearNote, Edit, Look, NewCell, RemoveSheet, SetFill, SetNote
from ..model.finding import WorkbookReport
from ..model.mark import Appearance, Place, found_again, number_of, our_sheets, record_of
from ..reports.mark import mark_edits, marked_places, unmark_edits
from ..reports.wording import Wording

_NO_FILL = '<patternFill patternType="none"/>'
_SOLID = re.compile(
    r'<patternFill patternType="solid"><fgColor rgb="FF([0-9A-F]{6})"/>(?:<bgColor [^>]*/>)?</patternFill>'
)
_VERY_HIDDEN = 2
_SOLID_PATTERN, _NO_PATTERN = 1, -4142  # as Excel for Windows numbers them


def show(book: xw.Book, report: WorkbookReport, wording: Wording) -> int:
    """Colour the flagged cells, put notes on them and add the list; how many cells it were.

    The workbook must not be marked yet. What was done is taken back when something fails.

    Raises:
        WriteRefused: a sheet with findings is protected, or Excel will not write.
    """
    places = marked_places(report)
    _refuse_protected(book, {place.sheet for place in places})
    before = {place: looks for place in places if (looks := _appearance(book, place)) is not None}
    edits = mark_edits(report, before, (), wording)
    sheets = [edit for edit in edits if isinstance(edit, AddSheet)]
    done: list[Callable[[], None]] = []
    try:
        for edit in (*sheets, *(one for one in edits if not isinstance(one, AddSheet))):
            done.append(_do(book, edit, before))
    except WriteRefused:
        raise
    except Exception as error:
        for undo in reversed(done):
            with suppress(Exception):
                undo()
        raise WriteRefused("excel-refused") from error
    return len(before)


def remove(book: xw.Book, read: Book) -> int | None:
    """Take away what marking put into a workbook; how many cells it were, None when it is not marked.

    Raises:
        WriteRefused: a marked sheet is protected, or a fill that was there before is one that only the
            command line can bring back.
    """
    record = record_of(read)
    if record is None:
        return None
    noted = {
        Place(sheet.name, _cell(note.location)): number
        for sheet in book.sheets
        for note in sheet.notes
        if (number := number_of(note.text)) is not None
    }
    where = found_again(record, noted)
    _refuse_protected(book, {place.sheet for place in (*where.values(), *noted)})
    now = {place: looks for place in where.values() if (looks := _appearance(book, place)) is not None}
    edits = unmark_edits(record, our_sheets(read), where, now, noted)
    for edit in edits:
        if isinstance(edit, SetFill) and _colour(edit.fill) is _UNKNOWN:
            raise WriteRefused("fill-unknown", at=f"{edit.sheet}!{edit.cell}")
    for edit in edits:
        _do(book, edit, now)
    return len(record.marks)


def _refuse_protected(book: xw.Book, names: Iterable[str]) -> None:
    sheets = {sheet.name: sheet for sheet in book.sheets}
    for name in sorted(names):
        if name in sheets and is_protected(sheets[name]):
            raise WriteRefused("sheet-protected", sheet=name)


def _appearance(book: xw.Book, place: Place) -> Appearance | None:
    """What a cell looks like; None where it is gone, or where its fill could not be given back."""
    names = {sheet.name for sheet in book.sheets}
    if place.sheet not in names:
        return None
    cell = book.sheets[place.sheet].range(str(place.cell))
    colour: Any = cell.color
    if colour is not None and not _is_plain(cell):
        return None
    fill = _NO_FILL if colour is None else _spelled("".join(f"{part:02X}" for part in colour))
    thread = False
    with suppress(Exception):  # not every Excel knows threads
        thread = cell.comment is not None
    note = "thread" if thread else "note" if cell.note is not None else ""
    return Appearance(fill, -1, "", note, "")


def _is_plain(cell: xw.Range) -> bool:
    """Whether a fill is one colour and no pattern; only Excel for Windows tells."""
    try:
        return cell.api.Interior.Pattern in (_SOLID_PATTERN, _NO_PATTERN)
    except AttributeError:
        return True


def _spelled(colour: str) -> str:
    return f'<patternFill patternType="solid"><fgColor rgb="FF{colour}"/></patternFill>'


_UNKNOWN = "unknown"


def _colour(fill: str) -> str | None:
    """The colour of a fill, as ``#RRGGBB``; None for none, ``_UNKNOWN`` for what is more than a colour."""
    if re.fullmatch(r"[0-9A-Fa-f]{6}", fill):
        return f"#{fill}"
    if 'patternType="none"' in fill or not fill or fill == "<patternFill/>":
        return None
    match = _SOLID.fullmatch(fill)
    return f"#{match[1]}" if match else _UNKNOWN


def _do(book: xw.Book, edit: Edit, before: Mapping[Place, Appearance]) -> Callable[[], None]:
    """Make one edit; gives back how to undo it."""
    match edit:
        case SetFill(sheet, cell, fill):
            target = book.sheets[sheet].range(str(cell))
            looks = before.get(Place(sheet, cell))
            _paint(target, _colour(fill))
            return lambda: _paint(target, _colour(looks.fill) if looks else None)
        case SetNote(sheet, cell, text):
            target = book.sheets[sheet].range(str(cell))
            _add_note(target, text)
            return lambda: _cut_note(target)
        case ClearNote(sheet, cell):
            _cut_note(book.sheets[sheet].range(str(cell)))
        case AddSheet():
            added = _add_sheet(book, edit)
            return lambda: _delete(book, added)
        case RemoveSheet(name):
            _delete(book, book.sheets[name])
    return lambda: None


def _paint(target: xw.Range, colour: str | None) -> None:
    target.color = colour


def _add_note(target: xw.Range, text: str) -> None:
    note = target.note
    if note is None:
        target.add_note(text)
    else:
        note.text = f"{note.text}\n\n{text}"


_OURS = re.compile(r"(?:\A|(?:\r?\n){2})budget-tools\b[^\n]*:\r?\n[\s\S]*\Z")


def _cut_note(target: xw.Range) -> None:
    note = target.note
    if note is None:
        return
    rest = _OURS.sub("", note.text)
    if not rest:
        note.delete()
    elif rest != note.text:
        note.text = rest


def _add_sheet(book: xw.Book, edit: AddSheet) -> xw.Sheet:
    """A sheet behind all others, its contents in one call, its looks a run of like cells at a time."""
    taken = {sheet.name.casefold() for sheet in book.sheets}
    active = book.sheets.active
    name, number = edit.name, 1
    while name.casefold() in taken:
        number += 1
        name = f"{edit.name} ({number})"
    sheet = book.sheets.add(name, after=book.sheets[-1])
    width = max(map(len, edit.rows), default=1)
    last = f"{column_letters(width)}{len(edit.rows)}"
    sheet.range(f"A1:{last}").value = [
        [_typed(cell) for cell in (*row, *[None] * (width - len(row)))] for row in edit.rows
    ]
    for run, look in _alike(edit.rows):
        _dress(sheet.range(str(run)), look)
    for row, cells in enumerate(edit.rows, 1):
        for column, cell in enumerate(cells, 1):
            if cell is not None and cell.link is not None:
                target, shown = address(*cell.link), str(cell.value).replace('"', '""')
                place = sheet.range(f"{column_letters(column)}{row}")
                place.formula = f'=HYPERLINK("#{target}","{shown}")'
    for column, characters in enumerate(edit.widths, 1):
        whole = sheet.range(f"{column_letters(column)}1:{column_letters(column)}{len(edit.rows)}")
        if characters:
            whole.column_width = characters
        else:
            whole.columns.hidden = True
    if edit.heading:
        sheet.range(f"A{edit.heading + 1}:{last}").vertical_alignment = "top"
    with suppress(Exception):
        if edit.heading:
            sheet.freeze_panes.freeze_at(f"A{edit.heading + 1}")
    if edit.concealed:
        _conceal(sheet)
    active.activate()
    return sheet


def _conceal(sheet: xw.Sheet) -> None:
    """Hide a sheet so that Excel does not offer to show it; on a Mac it is hidden like any other."""
    try:
        sheet.visible = _VERY_HIDDEN  # type: ignore[assignment]
    except Exception:
        sheet.visible = False


def _typed(cell: NewCell | None) -> str | float:
    if cell is None:
        return ""
    if isinstance(cell.value, Decimal):
        return float(cell.value)
    return f"'{cell.value}" if cell.value else ""


def _alike(rows: Sequence[Sequence[NewCell | None]]) -> Iterator[tuple[Range, Look]]:
    """The cells that look alike, in runs down a column."""
    width = max(map(len, rows), default=0)
    for column in range(width):
        start, look = 0, None
        for row in range(len(rows) + 1):
            cell = rows[row][column] if row < len(rows) and column < len(rows[row]) else None
            here = cell.look if cell is not None else None
            if here != look:
                if look is not None and look != Look():
                    yield Range(start + 1, column + 1, row, column + 1), look
                start, look = row, here


def _dress(target: xw.Range, look: Look) -> None:
    if look.bold:
        target.font.bold = True
    if look.size:
        size: Any = target.font.size
        target.font.size = (size or 11) + look.size
    if look.colour:
        target.font.color = f"#{look.colour}"
    if look.fill:
        target.color = f"#{look.fill}"
    if look.wrap:
        target.wrap_text = True
        target.vertical_alignment = "top"
    if look.centred:
        target.horizontal_alignment = "center"
    if look.right:
        target.horizontal_alignment = "right"
    if look.format != "General":
        target.number_format = look.format


def _delete(book: xw.Book, sheet: xw.Sheet) -> None:
    """Remove a sheet without Excel asking about it."""
    app = book.app
    asked = app.display_alerts
    app.display_alerts = False
    try:
        with suppress(Exception):  # Excel does not delete a sheet that it hides
            sheet.visible = True
        sheet.delete()
    finally:
        app.display_alerts = asked


def _cell(place: xw.Range) -> Cell:
    return Cell(place.row, place.column)
