"""An engine for xlwings over openpyxl: the real xlwings API without Excel, fast, with every call counted.

It holds what a file holds: formulas are not worked out, so that a cell keeps the result stored in the file
until somebody writes into it. What Excel for Windows answers is answered here in the same form.
"""

from __future__ import annotations

import datetime as dt
import time
from collections import Counter
from collections.abc import Iterator
from copy import copy
from itertools import count
from pathlib import Path
from typing import Any

import openpyxl
import xlwings as xw
from openpyxl.cell.cell import MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import Color, PatternFill
from openpyxl.utils import get_column_letter, range_boundaries
from xlwings import base_classes

ERRORS = ("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!")
_pids = count(1)


class Busy(Exception):
    """What pywin32 raises while Excel is occupied."""

    hresult = -2147418111


class Refused(Exception):
    """What pywin32 raises when Excel will not do something."""

    hresult = -2147352567
    excepinfo = (0, "Microsoft Excel", "no", "", 0, -2146827284)


class Counted:
    """Counts the calls that would cross to Excel, and is busy for a while when told to be."""

    _inside = frozenset({"sheet", "book", "app", "engine", "options", "books", "sheets"})

    def __getattribute__(self, name: str) -> Any:
        if not name.startswith("_") and name not in Counted._inside and hasattr(type(self), name):
            ENGINE.called(type(self).__name__, name)
        return object.__getattribute__(self, name)

    def __setattr__(self, name: str, value: Any) -> None:
        if isinstance(getattr(type(self), name, None), property):
            ENGINE.called(type(self).__name__, name + "=")
            sheet = self.__dict__.get("sheet")
            if sheet is not None:
                ENGINE.changed(sheet.book)
        object.__setattr__(self, name, value)


class Engine:
    """The engine; ``calls`` counts what was asked of it, ``answers`` are given to its dialogues in turn."""

    name = "openpyxl"
    type = "desktop"

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self.written: Counter[str] = Counter()
        self.busy = 0
        self.answers: list[str] = []
        self.alerts: list[str] = []
        self._apps: Apps | None = None

    @property
    def apps(self) -> Apps:
        if self._apps is None:
            self._apps = Apps(self)
        return self._apps

    def reset(self) -> None:
        """A new Excel without any workbook."""
        self.calls.clear()
        self.written.clear()
        self.busy = 0
        self.answers, self.alerts = [], []
        self._apps = None

    def called(self, kind: str, name: str) -> None:
        if self.busy and kind in ("Range", "Sheet"):
            self.busy -= 1
            raise Busy("Call was rejected by callee.")
        self.calls[f"{kind}.{name}"] += 1

    def changed(self, book: Book) -> None:
        """Something was written into a workbook, which is now another than its file."""
        self.written[object.__getattribute__(book, "name")] += 1  # no call of those that are counted
        book.saved = False

    @staticmethod
    def prepare_xl_data_element(x: Any, options: Any) -> Any:
        return "" if x is None or x != x else x

    @staticmethod
    def clean_value_data(
        data: Any, datetime_builder: Any, empty_as: Any, number_builder: Any, err_to_str: bool
    ) -> list[list[Any]]:
        def clean(value: Any) -> Any:
            if value in ("", None):
                return empty_as
            if isinstance(value, ErrorCode):
                return str(value) if err_to_str else None
            if isinstance(value, float) and number_builder is not None:
                return number_builder(value)
            return value

        return [[clean(value) for value in row] for row in data]


class ErrorCode(str):
    """An error value, which Excel tells from text."""


class Apps(base_classes.Apps):
    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._app = App(engine)

    def keys(self) -> list[int]:
        return [self._app.pid]

    def __iter__(self) -> Iterator[App]:
        yield self._app

    def __len__(self) -> int:
        return 1

    def __getitem__(self, pid: int) -> App:
        return self._app

    def add(self, **kwargs: Any) -> App:
        return self._app


class App(Counted, base_classes.App):
    screen_updating: Any = True
    enable_events: Any = True
    display_alerts: Any = True
    interactive: Any = True
    calculation: Any = "automatic"
    visible: Any = True
    status_bar: Any = None
    version: Any = "16.0"
    hwnd: Any = 1
    path: Any = "/excel"
    startup_path: Any = "/excel/start"
    books: Any = None
    selection: Any = None
    pid: Any = 0
    api: Any = None
    engine: Any = None

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.pid = next(_pids)
        self.api = object()
        self.books = Books(self)

    @property
    def selection(self) -> Any:  # noqa: F811
        book = self.books.active
        return book.sheets.active.selected if book is not None else None

    def activate(self, steal_focus: bool = False) -> None:
        return None

    def calculate(self) -> None:
        return None

    def alert(self, prompt: Any, title: Any, buttons: Any, mode: Any, callback: Any) -> str:
        self.engine.alerts.append(prompt)
        if buttons in ("yes_no", "ok_cancel") and self.engine.answers:
            return self.engine.answers.pop(0)
        return {"yes_no": "no", "ok_cancel": "cancel"}.get(buttons, "ok")


class Books(base_classes.Books):
    def __init__(self, app: App) -> None:
        self.app = app
        self._books: list[Book] = []
        self.active: Any = None

    api = None
    active: Any = None

    def __iter__(self) -> Iterator[Book]:
        return iter(list(self._books))

    def __len__(self) -> int:
        return len(self._books)

    def __call__(self, key: Any) -> Book:
        if isinstance(key, int):
            return self._books[key - 1]
        for book in self._books:
            if book.name.lower() == key.lower():
                return book
        raise KeyError(key)

    def add(self) -> Book:
        taken = {book.name for book in self._books}
        name = next(f"Mappe{n}" for n in count(1) if f"Mappe{n}" not in taken)
        workbook = openpyxl.Workbook()
        workbook.active.title = "Ark1"
        return self._opened(Book(self.app, workbook, workbook, name, name))

    def open(self, fullname: str, *args: Any, **kwargs: Any) -> Book:
        path = Path(fullname)
        written = openpyxl.load_workbook(path, keep_vba=path.suffix == ".xlsm", rich_text=False)
        shown = openpyxl.load_workbook(path, data_only=True)
        return self._opened(Book(self.app, written, shown, path.name, str(path)))

    def _opened(self, book: Book) -> Book:
        self._books.append(book)
        self.active = book
        return book


class _State:
    """What Excel for Windows tells of a workbook besides what xlwings asks."""

    def __init__(self, book: Book) -> None:
        self._book = book

    @property
    def Saved(self) -> bool:
        ENGINE.called("Book", "api.Saved")
        return self._book.saved


class Book(Counted, base_classes.Book):
    name: Any = ""
    fullname: Any = ""
    app: Any = None
    sheets: Any = None
    api: Any = None

    def __init__(self, app: App, written: Any, shown: Any, name: str, fullname: str) -> None:
        self.app = app
        self.written, self.shown = written, shown
        self.name, self.fullname = name, fullname
        self.saved = Path(fullname).is_file()
        self.api = _State(self)
        self.sheets = Sheets(self)

    def activate(self) -> None:
        self.app.books.active = self

    def save(self, path: str | None = None, password: str | None = None) -> None:
        target = path or self.fullname
        self.written.save(target)
        self.name, self.fullname = Path(target).name, str(target)
        self.saved = True

    def close(self) -> None:
        self.app.books._books.remove(self)
        self.app.books.active = next(iter(self.app.books._books), None)


class Sheets(base_classes.Sheets):
    api = None

    def __init__(self, book: Book) -> None:
        self.book = book
        self._sheets = [Sheet(book, one.title) for one in book.written.worksheets]
        self._active = self._sheets[0] if self._sheets else None
        for sheet in self._sheets:
            if book.written.active is not None and sheet.ws.title == book.written.active.title:
                self._active = sheet

    @property
    def active(self) -> Any:
        return self._active

    @active.setter
    def active(self, sheet: Any) -> None:
        self._active = sheet

    def __iter__(self) -> Iterator[Sheet]:
        return iter(list(self._sheets))

    def __len__(self) -> int:
        return len(self._sheets)

    def __call__(self, key: Any) -> Sheet:
        if isinstance(key, int):
            return self._sheets[key - 1]
        for sheet in self._sheets:
            if sheet.name.lower() == key.lower():
                return sheet
        raise KeyError(key)

    def __contains__(self, key: Any) -> bool:
        return any(sheet.name.lower() == str(key).lower() for sheet in self._sheets)

    def add(self, before: Any = None, after: Any = None, name: str | None = None) -> Sheet:
        ENGINE.called("Sheets", "add=")
        ENGINE.changed(self.book)
        ws = self.book.written.create_sheet(name)
        if self.book.shown is not self.book.written:
            self.book.shown.create_sheet(ws.title)
        sheet = Sheet(self.book, ws.title)
        if after is not None:
            self._sheets.insert(self._sheets.index(after) + 1, sheet)
        else:
            self._sheets.append(sheet)
        return sheet


class _SheetState:
    """What Excel for Windows tells of a sheet besides what xlwings asks."""

    def __init__(self, ws: Any) -> None:
        self.ProtectContents = bool(ws.protection.sheet)
        self.FilterMode = bool(ws.auto_filter.filterColumn)


class Sheet(Counted, base_classes.Sheet):
    name: Any = ""
    book: Any = None
    visible: Any = None
    api: Any = None

    def __init__(self, book: Book, title: str) -> None:
        self.book = book
        self.ws = book.written[title]
        self.values = book.shown[title]
        self.selected = Range(self, 1, 1, 1, 1)

    @property
    def name(self) -> Any:  # noqa: F811
        return self.ws.title

    @name.setter
    def name(self, value: str) -> None:
        if self.values is not self.ws:
            self.values.title = value
        self.ws.title = value

    @property
    def api(self) -> Any:  # noqa: F811
        return _SheetState(self.ws)

    @property
    def index(self) -> Any:
        return list(self.book.sheets).index(self) + 1

    @property
    def visible(self) -> Any:  # noqa: F811
        return {"visible": -1, "hidden": 0, "veryHidden": 2}[self.ws.sheet_state]

    @visible.setter
    def visible(self, value: Any) -> None:
        self.ws.sheet_state = "veryHidden" if value == 2 else "visible" if value else "hidden"

    @property
    def used_range(self) -> Any:
        ws = self.ws
        cells = [cell for row in ws.iter_rows() for cell in row if cell.value is not None]
        top = min((cell.row for cell in cells), default=1)
        left = min((cell.column for cell in cells), default=1)
        bottom = max((cell.row for cell in cells), default=1)
        right = max((cell.column for cell in cells), default=1)
        for merge in ws.merged_cells.ranges:
            bottom, right = max(bottom, merge.max_row), max(right, merge.max_col)
            top, left = min(top, merge.min_row), min(left, merge.min_col)
        return Range(self, top, left, bottom, right)

    def range(self, arg1: Any, arg2: Any = None) -> Range:
        first = self._range(arg1)
        if arg2 is None:
            return first
        last = self._range(arg2)
        return Range(self, first._top, first._left, last._bottom, last._right)

    def _range(self, arg: Any) -> Range:
        if isinstance(arg, Range):
            return arg
        if isinstance(arg, tuple):
            return Range(self, arg[0], arg[1], arg[0], arg[1])
        left, top, right, bottom = range_boundaries(arg.replace("$", ""))
        return Range(self, top or 1, left or 1, bottom or 1_048_576, right or 16_384)

    @property
    def cells(self) -> Any:
        return Range(self, 1, 1, 1_048_576, 16_384)

    def activate(self) -> None:
        self.book.activate()
        self.book.sheets.active = self

    def select(self) -> None:
        self.activate()

    def delete(self) -> None:
        ENGINE.called("Sheets", "delete=")
        ENGINE.changed(self.book)
        self.book.sheets._sheets.remove(self)
        if self.book.shown is not self.book.written:
            self.book.shown.remove(self.values)
        self.book.written.remove(self.ws)

    def autofit(self, axis: Any = None) -> None:
        return None

    @property
    def show_gridlines(self) -> Any:
        return self.ws.sheet_view.showGridLines

    @show_gridlines.setter
    def show_gridlines(self, value: bool) -> None:
        self.ws.sheet_view.showGridLines = value

    @property
    def freeze_panes(self) -> Any:
        return _Freeze(self)

    @property
    def notes(self) -> Any:
        found = [
            Range(self, cell.row, cell.column, cell.row, cell.column)
            for row in self.ws.iter_rows()
            for cell in row
            if not isinstance(cell, MergedCell) and cell.comment is not None
        ]
        return [Note(place) for place in found]


class _Freeze:
    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet

    def freeze_at(self, range_: Any) -> None:
        self._sheet.ws.freeze_panes = f"{get_column_letter(range_._left)}{range_._top}"


class Range(Counted, base_classes.Range):
    number_format: Any = None
    color: Any = None
    api: Any = None
    row: Any = 0
    column: Any = 0
    shape: Any = (1, 1)
    sheet: Any = None

    def __init__(self, sheet: Sheet, top: int, left: int, bottom: int, right: int) -> None:
        self.sheet = sheet
        self._top, self._left, self._bottom, self._right = top, left, bottom, right

    def _cells(self, *, shown: bool = False) -> Iterator[list[Any]]:
        ws = self.sheet.values if shown else self.sheet.ws
        for row in range(self._top, self._bottom + 1):
            yield [ws.cell(row, column) for column in range(self._left, self._right + 1)]

    def _flat(self) -> list[Any]:
        return [cell for row in self._cells() for cell in row]

    @property
    def api(self) -> Any:  # noqa: F811
        return self

    @property
    def row(self) -> Any:  # noqa: F811
        return self._top

    @property
    def column(self) -> Any:  # noqa: F811
        return self._left

    @property
    def shape(self) -> Any:  # noqa: F811
        return self._bottom - self._top + 1, self._right - self._left + 1

    def __len__(self) -> int:
        return (self._bottom - self._top + 1) * (self._right - self._left + 1)

    def __call__(self, row: int, column: int | None = None) -> Range:
        if column is None:
            width = self._right - self._left + 1
            row, column = (row - 1) // width + 1, (row - 1) % width + 1
        top, left = self._top + row - 1, self._left + column - 1
        return Range(self.sheet, top, left, top, left)

    @property
    def coords(self) -> Any:
        return self.sheet.name, self._top, self._left, self._bottom, self._right

    @property
    def address(self) -> Any:
        first = f"${get_column_letter(self._left)}${self._top}"
        last = f"${get_column_letter(self._right)}${self._bottom}"
        return first if first == last else f"{first}:{last}"

    def get_address(self, row_absolute: bool, col_absolute: bool, external: bool) -> str:
        text = self.address
        return text if row_absolute and col_absolute else text.replace("$", "")

    # --- contents -----------------------------------------------------------------------------

    @property
    def raw_value(self) -> Any:
        rows = tuple(tuple(map(_shown, row)) for row in self._cells(shown=True))
        return rows[0][0] if len(self) == 1 else rows

    @raw_value.setter
    def raw_value(self, data: Any) -> None:
        self._write(data)

    @property
    def formula(self) -> Any:
        rows = tuple(tuple(map(_written, row)) for row in self._cells())
        return rows[0][0] if len(self) == 1 else rows

    @formula.setter
    def formula(self, data: Any) -> None:
        self._write(data)

    def _write(self, data: Any) -> None:
        if self.sheet.ws.protection.sheet:
            raise Refused("the cell is protected")
        ENGINE.changed(self.sheet.book)
        scalar = not isinstance(data, tuple | list)
        for number, (cells, shown) in enumerate(zip(self._cells(), self._cells(shown=True), strict=True)):
            for index, (cell, other) in enumerate(zip(cells, shown, strict=True)):
                _enter(cell, other, data if scalar else data[number][index])

    def clear_contents(self) -> None:
        ENGINE.called("Range", "clear_contents=")
        self._write("")

    def clear(self) -> None:
        self.clear_contents()
        for cell in self._flat():
            cell.style = "Normal"

    @property
    def max_cells_per_read(self) -> Any:
        return base_classes.DEFAULT_MAX_CELLS_PER_READ

    @property
    def max_cells_per_write(self) -> Any:
        return base_classes.DEFAULT_MAX_CELLS_PER_WRITE

    # --- looks --------------------------------------------------------------------------------

    @property
    def number_format(self) -> Any:  # noqa: F811
        return _same(cell.number_format for cell in self._flat())

    @number_format.setter
    def number_format(self, value: str) -> None:
        for cell in self._flat():
            cell.number_format = value

    @property
    def color(self) -> Any:  # noqa: F811
        return _same(_rgb(cell.fill.fgColor) if cell.fill.patternType else None for cell in self._flat())

    @color.setter
    def color(self, value: Any) -> None:
        if isinstance(value, str):
            value = tuple(int(value.lstrip("#")[n : n + 2], 16) for n in (0, 2, 4))
        for cell in self._flat():
            cell.fill = PatternFill() if value is None else PatternFill("solid", fgColor="FF" + _hex(value))

    @property
    def font(self) -> Any:
        return Font(self)

    @property
    def wrap_text(self) -> Any:
        return _same(bool(cell.alignment.wrap_text) for cell in self._flat())

    @wrap_text.setter
    def wrap_text(self, value: bool) -> None:
        self._align(wrap_text=value)

    @property
    def vertical_alignment(self) -> Any:
        return _same(cell.alignment.vertical for cell in self._flat())

    @vertical_alignment.setter
    def vertical_alignment(self, value: str) -> None:
        self._align(vertical=value)

    @property
    def horizontal_alignment(self) -> Any:
        return _same(cell.alignment.horizontal for cell in self._flat())

    @horizontal_alignment.setter
    def horizontal_alignment(self, value: str) -> None:
        self._align(horizontal=value)

    def _align(self, **what: Any) -> None:
        for cell in self._flat():
            alignment = copy(cell.alignment)
            for name, value in what.items():
                setattr(alignment, name, value)
            cell.alignment = alignment

    @property
    def column_width(self) -> Any:
        return _same(
            self.sheet.ws.column_dimensions[get_column_letter(column)].width
            for column in range(self._left, self._right + 1)
        )

    @column_width.setter
    def column_width(self, value: float) -> None:
        for column in range(self._left, self._right + 1):
            self.sheet.ws.column_dimensions[get_column_letter(column)].width = value

    @property
    def row_hidden(self) -> Any:
        return _same(self._row_hidden(row) for row in range(self._top, self._bottom + 1))

    @row_hidden.setter
    def row_hidden(self, value: bool) -> None:
        for row in range(self._top, self._bottom + 1):
            self.sheet.ws.row_dimensions[row].hidden = value

    @property
    def column_hidden(self) -> Any:
        return _same(self._column_hidden(column) for column in range(self._left, self._right + 1))

    @column_hidden.setter
    def column_hidden(self, value: bool) -> None:
        for column in range(self._left, self._right + 1):
            self.sheet.ws.column_dimensions[get_column_letter(column)].hidden = value

    def _row_hidden(self, row: int) -> bool:
        dimension = self.sheet.ws.row_dimensions.get(row)
        return dimension is not None and (bool(dimension.hidden) or dimension.height == 0)

    def _column_hidden(self, column: int) -> bool:
        for dimension in self.sheet.ws.column_dimensions.values():
            first = dimension.min or openpyxl.utils.column_index_from_string(dimension.index)
            if first <= column <= (dimension.max or first):
                return bool(dimension.hidden) or dimension.width == 0
        return False

    def get_special_cells(self, cell_type: str, value_type: Any) -> list[Range]:
        assert cell_type == "visible"
        rows = _runs(row for row in range(self._top, self._bottom + 1) if not self._row_hidden(row))
        columns = _runs(
            column for column in range(self._left, self._right + 1) if not self._column_hidden(column)
        )
        return [
            Range(self.sheet, top, left, bottom, right) for top, bottom in rows for left, right in columns
        ]

    def find(self, text: str, whole: bool, direction: str, order: str, match_case: bool) -> Any:
        assert text == "*" and direction == "backward"
        cells = [cell for cell in self._flat() if cell.value is not None]
        if not cells:
            return None
        last = max(cells, key=lambda c: (c.row, c.column) if order == "rows" else (c.column, c.row))
        return Range(self.sheet, last.row, last.column, last.row, last.column)

    @property
    def merge_cells(self) -> Any:
        inside = sum(
            max(0, min(m.max_row, self._bottom) - max(m.min_row, self._top) + 1)
            * max(0, min(m.max_col, self._right) - max(m.min_col, self._left) + 1)
            for m in self.sheet.ws.merged_cells.ranges
        )
        return False if not inside else True if inside == len(self) else None

    @property
    def merge_area(self) -> Any:
        for m in self.sheet.ws.merged_cells.ranges:
            if m.min_row <= self._top <= m.max_row and m.min_col <= self._left <= m.max_col:
                return Range(self.sheet, m.min_row, m.min_col, m.max_row, m.max_col)
        return self

    def merge(self, across: bool) -> None:
        self.sheet.ws.merge_cells(
            start_row=self._top, start_column=self._left, end_row=self._bottom, end_column=self._right
        )

    @property
    def note(self) -> Any:
        return Note(self) if self.sheet.ws.cell(self._top, self._left).comment is not None else None

    def add_note(self, text: str) -> Note:
        ENGINE.called("Range", "add_note=")
        ENGINE.changed(self.sheet.book)
        self.sheet.ws.cell(self._top, self._left).comment = Comment(text, "")
        return Note(self)

    @property
    def comment(self) -> Any:
        return None

    def select(self) -> None:
        self.sheet.selected = self

    @property
    def end(self) -> Any:
        raise NotImplementedError

    def autofit(self, axis: Any = None) -> None:
        return None


class Note(base_classes.Note):
    text: Any = ""

    def __init__(self, place: Range) -> None:
        self._cell = place.sheet.ws.cell(place._top, place._left)
        self.location = place

    location: Any = None
    api = None

    @property
    def text(self) -> Any:  # noqa: F811
        return self._cell.comment.text

    @text.setter
    def text(self, value: str) -> None:
        ENGINE.called("Range", "note=")
        ENGINE.changed(self.location.sheet.book)
        self._cell.comment = Comment(value, self._cell.comment.author)

    @property
    def author(self) -> Any:
        return self._cell.comment.author

    def delete(self) -> None:
        ENGINE.called("Range", "note=")
        ENGINE.changed(self.location.sheet.book)
        self._cell.comment = None


class Font(base_classes.Font):
    color: Any = None
    bold: Any = None
    size: Any = None
    api = None

    def __init__(self, place: Range) -> None:
        self._place = place

    def _set(self, **what: Any) -> None:
        ENGINE.called("Range", "font=")
        ENGINE.changed(self._place.sheet.book)
        for cell in self._place._flat():
            font = copy(cell.font)
            for name, value in what.items():
                setattr(font, name, value)
            cell.font = font

    @property
    def color(self) -> Any:  # noqa: F811
        ENGINE.called("Range", "font.color")
        found = _same(_rgb(cell.font.color, (0, 0, 0)) for cell in self._place._flat())
        if found is None:
            raise TypeError("unsupported operand")  # as on Windows, of a mixture
        return found

    @color.setter
    def color(self, value: Any) -> None:
        self._set(color=Color(rgb="FF" + _hex(value)))

    @property
    def bold(self) -> Any:  # noqa: F811
        return _same(bool(cell.font.bold) for cell in self._place._flat())

    @bold.setter
    def bold(self, value: bool) -> None:
        self._set(bold=value)

    @property
    def size(self) -> Any:  # noqa: F811
        return _same(cell.font.size for cell in self._place._flat())

    @size.setter
    def size(self, value: float) -> None:
        self._set(size=value)


def _same(values: Any) -> Any:
    """The value that all have, None of a mixture."""
    found = set(values)
    return found.pop() if len(found) == 1 else None


def _rgb(color: Any, otherwise: Any = None) -> Any:
    if color is None:
        return otherwise
    if color.type == "rgb":
        text = color.rgb[-6:]
        return tuple(int(text[n : n + 2], 16) for n in (0, 2, 4))
    if color.type == "theme":
        return (255, 255, 255) if color.theme == 0 and not color.tint else (color.theme, 0, 1)
    return otherwise


def _hex(value: Any) -> str:
    if isinstance(value, str):
        return value.lstrip("#").upper()
    return "".join(f"{part:02X}" for part in value)


def _runs(numbers: Iterator[int]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for number in numbers:
        if runs and runs[-1][1] == number - 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return runs


def _shown(cell: Any) -> Any:
    value = None if isinstance(cell, MergedCell) else cell.value
    if isinstance(value, dt.datetime | dt.date | dt.time | dt.timedelta | bool) or value is None:
        return value
    if isinstance(value, int):
        return float(value)
    if isinstance(value, str) and cell.data_type == "e":
        return ErrorCode(value)
    if isinstance(value, str) and cell.data_type == "f":
        return None  # a formula in a new workbook: nobody has worked it out
    return value


def _written(cell: Any) -> str:
    value = None if isinstance(cell, MergedCell) else cell.value
    if value is None:
        return ""
    if hasattr(value, "text"):  # an array formula
        return str(value.text)
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, dt.datetime | dt.date):
        return repr(openpyxl.utils.datetime.to_excel(value))
    if isinstance(value, float) and value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def _enter(cell: Any, shown: Any, data: Any) -> None:
    """What Excel makes of something that is typed: a formula, a number, or text."""
    if isinstance(cell, MergedCell):
        return
    value: Any = data
    result: Any = None
    if isinstance(data, str):
        if data.startswith("'"):
            value = result = data[1:]
        elif data.startswith("="):
            value, result = data, None
        elif not data:
            value = None
        elif cell.number_format == "@":
            result = value
        else:
            try:
                value = result = float(data)
            except ValueError:
                value = result = ErrorCode(data) if data in ERRORS else data
    else:
        result = data
    cell.value = value
    if isinstance(data, str) and data.startswith("'") and str(value).startswith("="):
        cell.data_type = "s"
    if shown is not cell:
        shown.value = result


ENGINE = Engine()


def activate() -> Engine:
    """Make xlwings work on this engine, with nothing open."""
    ENGINE.reset()
    if "openpyxl" not in [engine.name for engine in xw.engines]:
        xw.engines.add(xw.Engine(impl=ENGINE))
    xw.engines["openpyxl"].activate()
    return ENGINE


class Clock:
    """How long this engine itself works from now on: what Excel would do, in a process of its own."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._since: float | None = None
        for kind in (App, Books, Book, Sheets, Sheet, Range, Note, Font):
            for name, member in list(vars(kind).items()):
                if isinstance(member, property):
                    parts = [part and self._timed(part) for part in (member.fget, member.fset)]
                    setattr(kind, name, property(*parts))
                elif callable(member) and not name.startswith("__"):
                    setattr(kind, name, self._timed(member))

    def _timed(self, function: Any) -> Any:
        def called(*arguments: Any, **named: Any) -> Any:
            if self._since is not None:  # one of them calls another
                return function(*arguments, **named)
            self._since = time.process_time()
            try:
                return function(*arguments, **named)
            finally:
                self.seconds += time.process_time() - self._since
                self._since = None

        return called
