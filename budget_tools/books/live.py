"""The workbook that is open in Excel: read in bulk through xlwings, and changed there cell by named cell.

Every call crosses to another process, so a sheet is read in two calls, one for values and one for formulas.
What Excel tells only cell by cell (merges, number formats, hidden rows, white text) is taken from the file
where nothing has changed since it was saved. Otherwise Excel is asked, and the file only tells which cells
are likely alike: a range that is alike all over answers at once, any other is asked again in parts.
"""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar

from ..errors import Unreadable, WorkbookError, WriteRefused
from ..model.address import Cell, Range, a1, parse_range
from ..model.book import Book, Details, ErrorValue, Formula, Sheet, Value
from ..model.edit import SetCell, SetNumberFormat

if TYPE_CHECKING:
    import xlwings as xw

_T = TypeVar("_T")

LARGEST = 5_000_000
"""Cells of a sheet; a used range beyond that comes from formats that were put on whole rows and columns."""

QUESTIONS = 40
"""How often Excel is asked about the looks of one table, when its file tells the rest."""

QUESTIONS_OF_A_NEW_BOOK = 300

PATIENCE = (0.05, 0.1, 0.2, 0.4, 0.8, 1.5, 2.0)
"""Seconds to wait between attempts while Excel is busy or a cell is being edited."""

# What Excel answers while somebody types in a cell or a dialogue is open.
_BUSY = frozenset({-2147418111, -2147417846, -2146777998})

_ERRORS = frozenset(
    "#DIV/0!,#N/A,#NAME?,#NULL!,#NUM!,#REF!,#VALUE!,#SPILL!,#CALC!,#FIELD!,#BLOCKED!,#CONNECT!,#BUSY!,"  # noqa: SIM905
    "#UNKNOWN!,#GETTING_DATA".split(",")
)
_LOWEST_ERROR, _HIGHEST_ERROR = -2146826300, -2146826200  # how Excel hands over errors that have no name yet


def patiently(call: Callable[[], _T]) -> _T:
    """What a call gives, tried again for some seconds while Excel is busy.

    Raises:
        Unreadable: it was busy all the while ("excel-busy").
    """
    for wait in PATIENCE:
        try:
            return call()
        except Exception as error:
            if not is_busy(error):
                raise
            time.sleep(wait)
    try:
        return call()
    except Exception as error:
        if is_busy(error):
            raise Unreadable("excel-busy") from error
        raise


def is_busy(error: BaseException) -> bool:
    """Whether Excel turned a call away because it was occupied."""
    if getattr(error, "hresult", None) in _BUSY:
        return True
    told: Any = getattr(error, "excepinfo", None)
    return bool(told) and told[-1] in _BUSY


class LiveBook:
    """A reader of a workbook that is open in Excel, unsaved changes included.

    ``path`` is where its file lies on this machine, if it is known.
    """

    def __init__(self, book: xw.Book, path: str | None = None) -> None:
        self._book = book
        self._path = path

    def read(self) -> Book:
        """The workbook as it is now on the screen.

        Raises:
            Unreadable: Excel is busy, or the workbook has no worksheets.
        """
        return patiently(self._read)

    def _read(self) -> Book:
        stored = self._stored()
        saved = stored is not None and _is_saved(self._book)
        sheets = tuple(_sheet(sheet, stored, saved) for sheet in self._book.sheets)
        if not sheets:
            raise Unreadable("no-sheets")
        return Book(self._path or self._book.name, sheets)

    def _stored(self) -> Book | None:
        """The workbook as its file holds it; None for a new one, and where the file cannot be read."""
        if self._path is None or not os.path.isabs(self._path):
            return None
        from .file import WorkbookFile

        try:
            return WorkbookFile(self._path).read()
        except (WorkbookError, OSError):
            return None


def _is_saved(book: xw.Book) -> bool:
    """Whether nothing has changed since the workbook was saved, formats and hidden rows included."""
    api = book.api
    with suppress(AttributeError):
        return bool(api.Saved)
    with suppress(AttributeError):
        return bool(api.saved.get())  # Excel for Mac
    return False


def _sheet(sheet: xw.Sheet, book: Book | None, saved: bool) -> Sheet:
    """A sheet as it is on the screen; ``book`` is what its file holds, if there is one."""
    name = sheet.name
    stored = book.sheet(name) if book is not None else None
    used = sheet.used_range
    area = _area(used)
    if _size(area) > LARGEST:
        area = _with_contents(used, area)
        if _size(area) > LARGEST:
            raise Unreadable("sheet-too-large", sheet=name)
        used = _range(sheet, area)
    rows, formulas = _contents(used, area)
    top, left = (area.top, area.left) if rows else (1, 1)
    known = stored if saved and stored is not None and _same(rows, formulas, (top, left), stored) else None
    return Sheet(
        name,
        rows,
        top,
        left,
        formulas,
        merges=known.merges if known else tuple(_merges(sheet, _near_numbers(rows, area), stored)),
        visible=sheet.visible in (True, -1),  # Excel for Windows says 2 of a very hidden one
        details=known.details if known else lambda ranges: _details(sheet, rows, (top, left), ranges, stored),
    )


def _same(
    rows: Sequence[Sequence[Value]], formulas: Mapping[Cell, Formula], corner: tuple[int, int], stored: Sheet
) -> bool:
    """Whether a sheet in the file is the one on the screen: the same texts and numbers were typed into it.

    Somebody else may have put another file in its place since. What formulas give is left out: Excel may
    have worked it out anew. Neither is the kind of a date compared.
    """
    if formulas.keys() != stored.formulas.keys():
        return False

    def typed(rows: Sequence[Sequence[Value]], top: int, left: int) -> dict[tuple[int, int], Value]:
        return {
            (row, column): value if isinstance(value, str | float | int) else ""
            for row, line in enumerate(rows, top)
            for column, value in enumerate(line, left)
            if value != "" and (row, column) not in formulas
        }

    return typed(rows, *corner) == typed(stored.rows, stored.top, stored.left)


def range_as_book(area: xw.Range) -> Book:
    """A range of an open workbook as a workbook of its own, its cells where they are."""
    place = _area(area)
    rows, formulas = _contents(area, place)
    return Book("range.xlsx", (Sheet(area.sheet.name, rows, place.top, place.left, formulas),))


def _contents(used: xw.Range, area: Range) -> tuple[list[list[Value]], dict[Cell, Formula]]:
    """The values and formulas of a range, in one call each; no rows where there is nothing."""
    shown: Any = used.options(ndim=2, err_to_str=True, empty="").value
    written = _grid(used.formula)
    formulas: dict[Cell, Formula] = {}
    rows: list[list[Value]] = []
    for row, (values, texts) in enumerate(zip(shown, written, strict=True), area.top):
        line: list[Value] = []
        for column, (value, text) in enumerate(zip(values, texts, strict=True), area.left):
            is_formula = type(text) is str and len(text) > 1 and text[0] == "=" and text != value
            if is_formula:
                formulas[Cell(row, column)] = Formula(text[1:], Cell(row, column))
            line.append(_value(value, None if is_formula else text))
        rows.append(line)
    if not formulas and not any(value != "" for line in rows for value in line):
        return [], {}
    return rows, formulas


def _size(area: Range) -> int:
    return (area.bottom - area.top + 1) * (area.right - area.left + 1)


def _with_contents(used: xw.Range, area: Range) -> Range:
    """The used range without the empty rows and columns behind the last contents."""
    last_row: Any = used.find("*", direction="backward", order="rows")
    last_column: Any = used.find("*", direction="backward", order="columns")
    if last_row is None or last_column is None:
        return Range(area.top, area.left, area.top, area.left)
    return Range(area.top, area.left, _area(last_row).bottom, _area(last_column).right)


def _grid(formulas: Any) -> Sequence[Sequence[Any]]:
    """Formulas as rows: a single cell's comes bare, a single row's or column's may come flat on a Mac."""
    if not isinstance(formulas, tuple | list):
        return ((formulas,),)
    if formulas and not isinstance(formulas[0], tuple | list):
        return (formulas,)
    return formulas


def _value(value: Any, text: Any) -> Value:
    """What a cell holds, as every reader gives it; ``text`` is what was typed, None for a formula."""
    if value is None:
        return ""
    if type(value) is str:
        return ErrorValue(value) if value in _ERRORS else value
    if type(value) is int and _LOWEST_ERROR < value < _HIGHEST_ERROR:
        return ErrorValue("#ERROR")
    if isinstance(value, Decimal):  # a cell with a currency format: cut off after four decimals
        try:
            return float(text) if text else float(value)
        except ValueError:
            return float(value)
    plain: Value = value
    return plain


def _near_numbers(rows: Sequence[Sequence[Value]], area: Range) -> list[Range]:
    """The rows of an area with numbers and what stands over them: where a merged cell can mean anything.

    A page of text is a merged cell a row, and each of them would cost some calls.
    """
    parts: list[Range] = []
    for row, values in enumerate(rows, area.top):
        if not any(isinstance(value, int | float) and not isinstance(value, bool) for value in values):
            continue
        top, bottom = max(area.top, row - _OVER), min(area.bottom, row + _UNDER)
        if parts and top <= parts[-1].bottom + 1:
            parts[-1] = parts[-1]._replace(bottom=bottom)
        else:
            parts.append(area._replace(top=top, bottom=bottom))
    return parts


_OVER = 3  # rows of headings over the years
_UNDER = 1


def _merges(sheet: xw.Sheet, areas: Sequence[Range], stored: Sheet | None) -> Iterator[Range]:
    """The merged cells of some areas, found by halves: a range without any says so in one answer.

    What is merged in the file is asked about by itself.
    """
    likely = stored.merges if stored is not None else ()
    waiting = [part for area in areas for part in _by_merges(area, likely)]
    waiting.reverse()
    found: set[Range] = set()
    while waiting:
        part = waiting.pop()
        if any(_inside(part, merge) for merge in found):
            continue
        merged = _range(sheet, part).merge_cells
        if merged is False:
            continue
        if merged is not True:
            waiting += reversed(_halves(part))
            continue
        whole = _area(sheet.range(a1(part.top, part.left)).merge_area)
        found.add(whole)
        if not _inside(part, whole):
            waiting += reversed(_rest(part, whole))
    return iter(sorted(found))


def _by_merges(area: Range, merges: Sequence[Range]) -> list[Range]:
    """An area in parts: each merged cell of the file by itself, and what lies between them."""
    inside = [merge for merge in merges if merge.bottom >= area.top and merge.top <= area.bottom]
    held = {cell: number for number, merge in enumerate(inside) for cell in merge.cells()}
    rows = {cell.row for cell in held}
    parts: list[Range] = []
    for band, touched in _bands(area, rows):
        looks = {cell: held.get(cell) for cell in band.cells()} if touched else {}
        parts += _alike_in_file(band, looks)
    return parts


def _bands(area: Range, rows: set[int]) -> Iterator[tuple[Range, bool]]:
    """An area cut across into rows that are among some, and rows that are not."""
    top = area.top
    for row in range(area.top, area.bottom + 1):
        if row == area.bottom or (row in rows) is not (row + 1 in rows):
            yield area._replace(top=top, bottom=row), row in rows
            top = row + 1


def _alike_in_file(area: Range, looks: Mapping[Cell, object]) -> list[Range]:
    """A range in few parts whose cells look alike in the file; all of it where nothing is known of them.

    A cell without looks is in any part or in none.
    """
    if len(set(looks.values())) < 2:
        return [area]
    return min((_strips(area, looks, down) for down in (True, False)), key=len)


def _strips(area: Range, looks: Mapping[Cell, object], down: bool) -> list[Range]:
    """A range cut across wherever rows (or columns) look different, and then along where they are mixed."""
    strips: list[tuple[Range, set[object], list[object]]] = []
    for line in _lines(area, down):
        spelled = [looks.get(cell, _ANY) for cell in line.cells()]
        here = set(spelled) - {_ANY}
        if strips:
            before, kinds, pattern = strips[-1]
            if len(kinds | here) < 2 or pattern == spelled:
                strips[-1] = (_joined(before, line), kinds | here, spelled if pattern == spelled else [])
                continue
        strips.append((line, here, spelled))
    parts: list[Range] = []
    for strip, kinds, _ in strips:
        parts += _strips(strip, looks, not down) if len(kinds) > 1 else [strip] if kinds else []
    return parts


_ANY = object()


def _lines(area: Range, down: bool) -> Iterator[Range]:
    """The rows of a range from top to bottom, or its columns from left to right."""
    top, left, bottom, right = area
    if down:
        return (Range(row, left, row, right) for row in range(top, bottom + 1))
    return (Range(top, column, bottom, column) for column in range(left, right + 1))


def _joined(one: Range, other: Range) -> Range:
    return Range(one.top, one.left, other.bottom, other.right)


def _rest(part: Range, whole: Range) -> tuple[Range, ...]:
    """A part without the merged cells in its corner, where they fill its width or height; else its halves."""
    if whole.right >= part.right:
        return (Range(whole.bottom + 1, part.left, part.bottom, part.right),)
    if whole.bottom >= part.bottom:
        return (Range(part.top, whole.right + 1, part.bottom, part.right),)
    return _halves(part)


def _inside(part: Range, whole: Range) -> bool:
    return whole.holds(part.top, part.left) and whole.holds(part.bottom, part.right)


def _halves(part: Range) -> tuple[Range, ...]:
    """The upper and the lower half of a range, or of a row the left and the right one."""
    top, left, bottom, right = part
    if bottom > top:
        middle = (top + bottom) // 2
        return Range(top, left, middle, right), Range(middle + 1, left, bottom, right)
    if right > left:
        middle = (left + right) // 2
        return Range(top, left, bottom, middle), Range(top, middle + 1, bottom, right)
    return ()


def _range(sheet: xw.Sheet, part: Range) -> xw.Range:
    return sheet.range(str(part))


def _area(found: xw.Range) -> Range:
    return parse_range(found.address)


def _details(
    sheet: xw.Sheet,
    rows: Sequence[Sequence[Value]],
    corner: tuple[int, int],
    ranges: Sequence[Range],
    stored: Sheet | None,
) -> Details:
    """Number formats of the amounts in some tables, their hidden rows and columns, and white text."""
    likely = stored.details(ranges) if stored is not None else Details()
    hidden_rows: set[int] = set()
    hidden_columns: set[int] = set()
    formats: dict[Cell, str] = {}
    white: set[Cell] = set()
    for area in ranges:
        hidden: tuple[set[int], set[int]] = patiently(lambda area=area: _hidden(sheet, area))  # type: ignore[misc]
        hidden_rows |= hidden[0]
        hidden_columns |= hidden[1]
        amounts = [
            cell
            for cell in area.cells()
            # the first row of a table is its heading, whose looks nobody asks for
            if (cell.row > area.top or area.top == area.bottom) and _may_be_amount(_held(rows, corner, cell))
        ]
        if not amounts:
            continue
        as_filed = [
            cell
            for cell in amounts
            if stored is not None and stored.value(*cell) == _held(rows, corner, cell)
        ]
        codes = {cell: likely.formats.get(cell) for cell in amounts}
        formats.update(_told(sheet, codes, as_filed, _number_format))
        whites = {cell: cell in likely.white for cell in amounts}
        told = _told(sheet, whites, as_filed, _is_white)
        white.update(cell for cell, is_white in told.items() if is_white)
    filtered = bool(hidden_rows) and patiently(lambda: _is_filtered(sheet))
    return Details(
        formats,
        frozenset(hidden_rows),
        frozenset(hidden_columns),
        frozenset(white),
        frozenset(formats.values()),
        None if filtered else frozenset(),
    )


def _held(rows: Sequence[Sequence[Value]], corner: tuple[int, int], cell: Cell) -> Value:
    row, column = cell.row - corner[0], cell.column - corner[1]
    return rows[row][column] if 0 <= row < len(rows) and 0 <= column < len(rows[0]) else ""


_LONGEST_NUMBER = 24  # characters of a text that may be a number


def _may_be_amount(value: Value) -> bool:
    """Whether a cell holds a number, or a text that may be meant as one."""
    if isinstance(value, str):
        return len(value) <= _LONGEST_NUMBER and not value[:1].isalpha() and any(map(str.isdigit, value))
    return not isinstance(value, bool)


def _around(cells: Sequence[Cell]) -> Range:
    """The smallest range that holds some cells, given row by row."""
    columns = [cell.column for cell in cells]
    return Range(cells[0].row, min(columns), cells[-1].row, max(columns))


def _is_filtered(sheet: xw.Sheet) -> bool:
    """Whether a filter hides rows of a sheet; that it does, where Excel does not tell."""
    api = sheet.api
    with suppress(AttributeError):
        return bool(api.FilterMode)
    with suppress(AttributeError):
        return bool(api.filter_mode.get())  # Excel for Mac
    return True


def _hidden(sheet: xw.Sheet, area: Range) -> tuple[set[int], set[int]]:
    """The hidden rows and columns of a range."""
    try:
        seen: Any = _range(sheet, area).get_special_cells("visible")
        visible = [_area(one) for one in seen]
    except Exception as error:
        if is_busy(error):
            raise
        return set(), set()  # Excel does not tell on a protected sheet
    rows = set(range(area.top, area.bottom + 1))
    columns = set(range(area.left, area.right + 1))
    for one in visible:
        rows -= set(range(one.top, one.bottom + 1))
        columns -= set(range(one.left, one.right + 1))
    # where nothing is seen, nothing tells whether rows or columns are hidden: the rows will do
    return rows, columns if visible else set()


def _told(
    sheet: xw.Sheet,
    looks: Mapping[Cell, _T | None],
    as_filed: Collection[Cell],
    tell: Callable[[xw.Range], _T | None],
) -> dict[Cell, _T]:
    """What Excel says of each cell; ``looks`` is what the file says, and ``tell`` gives None of a mixture.

    After so many questions the rest is taken from the file, for cells that hold what they hold there.
    """
    told = {cell: look for cell in as_filed if (look := looks[cell]) is not None}
    waiting = deque(_alike_in_file(_around(list(looks)), looks))
    gapless: set[Range] = set()
    for _ in range(QUESTIONS if as_filed else QUESTIONS_OF_A_NEW_BOOK):
        if not waiting:
            break
        part = waiting.popleft()
        said: _T | None = patiently(lambda part=part: tell(_range(sheet, part)))  # type: ignore[misc]
        if said is not None:
            told.update((cell, said) for cell in part.cells() if cell in looks)
            continue
        # perhaps it is only the cells between the amounts that differ
        pieces = [] if part in gapless else _without_gaps(part, looks)
        if pieces in ([], [part]):
            pieces = _pieces(part)
        gapless.update(pieces)
        waiting += pieces
    return told


def _without_gaps(part: Range, looks: Mapping[Cell, object]) -> list[Range]:
    """The pieces of a range that hold nothing but cells with looks."""
    whole = {cell: cell in looks for cell in part.cells()}
    return [piece for piece in _alike_in_file(part, whole) if whole[Cell(piece.top, piece.left)]]


def _pieces(part: Range) -> list[Range]:
    """The columns of a range, because people format columns; the halves of a row or a column."""
    if part.bottom > part.top and part.right > part.left:
        return list(_lines(part, down=False))
    return list(_halves(part))


def _number_format(part: xw.Range) -> str | None:
    return part.number_format


def _is_white(part: xw.Range) -> bool | None:
    """Whether text of a range is white on no fill; None where that differs from cell to cell."""
    try:
        colour = part.font.color
    except TypeError:  # of a mixture, on Windows
        return None
    if colour is None:
        return None
    if tuple(colour) != (255, 255, 255):
        return False
    if ":" in part.address:
        return None
    return part.color is None


# --- writing ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Written:
    """What a cell held before and after it was changed, as it would be typed in Excel's English form."""

    sheet: str
    cell: Cell
    before: str
    after: str
    format_before: str | None = None
    format_after: str | None = None


CellEdits = Iterable[SetCell | SetNumberFormat]


def apply_edits(book: xw.Book, edits: CellEdits) -> list[Written]:
    """Make edits in the open workbook, grouped into as few calls as neighbouring cells allow.

    What has been written when something fails is taken back: all edits are made, or none.

    Raises:
        WriteRefused: a sheet is protected or gone, or Excel will not write there.
        Unreadable: Excel is busy.
    """
    values: dict[tuple[str, Cell], str] = {}
    formats: dict[tuple[str, Cell], str] = {}
    for edit in edits:
        place = (edit.sheet, edit.cell)
        if isinstance(edit, SetNumberFormat):
            formats[place] = edit.format
        else:
            values[place] = _entry(edit)
    sheets = {sheet.name: sheet for sheet in book.sheets}
    for name in {name for name, _ in (*values, *formats)}:
        if name not in sheets:
            raise WriteRefused("unknown-sheet", sheet=name)
        if is_protected(sheets[name]):
            raise WriteRefused("sheet-protected", sheet=name)
    for place, text in values.items():
        if text[:1] not in ("'", "=", "") and _format(sheets[place[0]], place[1]) == "@":
            formats.setdefault(place, "General")  # a number in a cell for text would stay text
    before = {place: _content(sheets[place[0]], place[1]) for place in values}
    formats_before = {place: _format(sheets[place[0]], place[1]) for place in formats}
    try:
        for name, sheet in sheets.items():
            _put(sheet, {cell: code for (one, cell), code in formats.items() if one == name}, "number_format")
            _put(sheet, {cell: text for (one, cell), text in values.items() if one == name}, "formula")
    except Exception as error:
        for name, sheet in sheets.items():
            _put(
                sheet, {c: code for (one, c), code in formats_before.items() if one == name}, "number_format"
            )
            _put(sheet, {c: text for (one, c), text in before.items() if one == name}, "formula")
        if is_busy(error):
            raise Unreadable("excel-busy") from error
        raise WriteRefused("excel-refused") from error
    return [
        Written(
            place[0],
            place[1],
            before.get(place, ""),
            _content(sheets[place[0]], place[1]) if place in values else "",
            formats_before.get(place),
            formats.get(place),
        )
        for place in {**values, **formats}
    ]


def take_back(book: xw.Book, written: Sequence[Written]) -> tuple[list[Written], list[Written]]:
    """Put back what cells held, where they still hold what was written: those, and those left alone.

    Raises:
        WriteRefused: a sheet is protected.
    """
    sheets = {sheet.name: sheet for sheet in book.sheets}
    back: list[Written] = []
    left: list[Written] = []
    for one in written:
        sheet = sheets.get(one.sheet)
        same = sheet is not None
        if sheet is not None and (one.before or one.after):
            same = _content(sheet, one.cell) == one.after
        if same and sheet is not None and one.format_after is not None:
            same = _format(sheet, one.cell) == one.format_after
        (back if same else left).append(one)
    for name in {one.sheet for one in back}:
        if is_protected(sheets[name]):
            raise WriteRefused("sheet-protected", sheet=name)
        mine = [one for one in back if one.sheet == name]
        _put(
            sheets[name],
            {one.cell: one.before for one in mine if one.after or one.before},
            "formula",
        )
        _put(
            sheets[name],
            {one.cell: one.format_before for one in mine if one.format_before is not None},
            "number_format",
        )
    return back, left


def is_protected(sheet: xw.Sheet) -> bool:
    """Whether a sheet is protected against changes."""
    api = sheet.api
    try:
        return bool(api.ProtectContents)
    except AttributeError:
        pass
    try:
        return bool(api.protect_contents.get())  # Excel for Mac
    except AttributeError:
        return False


def _entry(edit: SetCell) -> str:
    if edit.formula is not None:
        return edit.formula
    if isinstance(edit.value, Decimal):
        return f"{edit.value:f}"
    return f"'{edit.value}" if edit.value else ""


def _content(sheet: xw.Sheet, cell: Cell) -> str:
    """What a cell holds as it must be typed to come back the same: text begins with an apostrophe."""
    place = sheet.range(cell)
    text = str(place.formula or "")
    if not text:
        return ""
    value = place.options(err_to_str=True).value
    if type(value) is str and value not in _ERRORS and (text[0] != "=" or text == value):
        return f"'{text}"
    return text


def _format(sheet: xw.Sheet, cell: Cell) -> str:
    return str(sheet.range(cell).number_format or "General")


def _put(sheet: xw.Sheet, contents: Mapping[Cell, str], what: str) -> None:
    """Write the contents or the formats of cells, run by run; cell by cell where a filter hides rows.

    Excel may pass over hidden rows when it is given many cells at once.
    """
    if not contents:
        return
    alone = what == "formula" and len(contents) > 1 and _is_filtered(sheet)
    runs = ([cell] for cell in sorted(contents)) if alone else _runs(contents, alike=what == "number_format")
    for run in runs:
        target = sheet.range(run[0], run[-1])
        if what == "number_format":
            target.number_format = contents[run[0]]
        elif len(run) == 1:
            target.formula = contents[run[0]]
        elif run[0].row == run[-1].row:
            target.formula = [[contents[cell] for cell in run]]
        else:
            target.formula = [[contents[cell]] for cell in run]


def _runs(contents: Mapping[Cell, str], *, alike: bool) -> Iterator[list[Cell]]:
    """Cells in runs down a column or along a row that can be written in one call."""
    left = sorted(contents)
    taken: set[Cell] = set()
    for cell in left:
        if cell in taken:
            continue
        runs = []
        for down, right in ((1, 0), (0, 1)):
            run = [cell]
            while True:
                following = Cell(run[-1].row + down, run[-1].column + right)
                if following not in contents or following in taken:
                    break
                if alike and contents[following] != contents[cell]:
                    break
                run.append(following)
            runs.append(run)
        best = max(runs, key=len)
        taken.update(best)
        yield best


def address(sheet: str, cell: Cell) -> str:
    """A cell as a link inside a workbook spells it."""
    quoted = sheet.replace("'", "''")
    return f"'{quoted}'!{a1(*cell)}"
