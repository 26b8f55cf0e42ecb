"""An engine for xlwings over a running LibreOffice: formulas are worked out, rows can be inserted.

Only what differs from the engine over openpyxl is here: where cells, formulas and looks are kept.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import xlwings as xw
from xlwings import base_classes

from tests.excel import on_openpyxl as plain
from tests.excel.soffice import named, uno

_ERRORS = {
    502: "#VALUE!",
    503: "#NUM!",
    519: "#VALUE!",
    521: "#NULL!",
    524: "#REF!",
    525: "#NAME?",
    532: "#DIV/0!",
    32767: "#N/A",
}
_XL_A1, _DATE = 1, 2
_NOTHING, _NUMBER, _TEXT, _FORMULA = 0, 1, 2, 3
_CHARACTER = 210  # hundredths of a millimetre that a character of a column takes


class Engine(plain.Engine):
    """The engine; ``desktop`` is the LibreOffice that it works on."""

    name = "libreoffice"

    def __init__(self, desktop: Any) -> None:
        self.desktop = desktop
        super().__init__()

    @property
    def apps(self) -> plain.Apps:
        if self._apps is None:
            self._apps = plain.Apps(self)
            self._apps._app.books = Books(self._apps._app)
        return self._apps

    def close(self) -> None:
        """Close all workbooks."""
        for book in list(self.apps._app.books):
            book.close()


class Books(plain.Books):
    def add(self) -> Book:
        document = self.app.engine.desktop.loadComponentFromURL(
            "private:factory/scalc", "_blank", 0, named(Hidden=True)
        )
        name = f"Mappe{len(self) + 1}"
        return self._opened(Book(self.app, document, name, name))  # type: ignore[arg-type,return-value]

    def open(self, fullname: str, *args: Any, **kwargs: Any) -> Book:
        path = Path(fullname)
        document = self.app.engine.desktop.loadComponentFromURL(
            path.as_uri(), "_blank", 0, named(Hidden=True)
        )
        return self._opened(Book(self.app, document, path.name, str(path)))  # type: ignore[arg-type,return-value]


class _State:
    """Whether a document is as it was saved, as Excel for Windows tells it."""

    def __init__(self, document: Any) -> None:
        self._document = document

    @property
    def Saved(self) -> bool:
        return not self._document.isModified()


class Book(plain.Book):
    def __init__(self, app: Any, document: Any, name: str, fullname: str) -> None:
        self.app = app
        self.document = document
        self.name, self.fullname = name, fullname
        self.api = _State(document)
        self.parser = document.createInstance("com.sun.star.sheet.FormulaParser")
        self.parser.CompileEnglish = True
        self.parser.FormulaConvention = _XL_A1
        self.sheets = Sheets(self)

    def save(self, path: str | None = None, password: str | None = None) -> None:
        target = Path(path or self.fullname)
        self.document.storeToURL(target.as_uri(), named(FilterName="Calc MS Excel 2007 XML"))
        self.name, self.fullname = target.name, str(target)

    def close(self) -> None:
        self.document.close(True)
        super().close()


class Sheets(plain.Sheets):
    def __init__(self, book: Book) -> None:
        self.book = book
        sheets = book.document.Sheets
        self._sheets = [Sheet(book, sheets.getByIndex(n)) for n in range(sheets.Count)]  # type: ignore[misc]
        self._active = self._sheets[0]

    def add(self, before: Any = None, after: Any = None, name: str | None = None) -> Sheet:
        sheets = self.book.document.Sheets  # type: ignore[attr-defined]
        taken = set(sheets.ElementNames)
        name = name or next(f"Ark{n}" for n in range(1, 999) if f"Ark{n}" not in taken)
        position = sheets.Count if after is None else self._sheets.index(after) + 1
        sheets.insertNewByName(name, position)
        sheet = Sheet(self.book, sheets.getByName(name))  # type: ignore[arg-type]
        self._sheets.insert(position, sheet)
        return sheet


class _Protection:
    def __init__(self, sheet: Any) -> None:
        self.ProtectContents = bool(sheet.isProtected())


class Sheet(plain.Sheet):
    def __init__(self, book: Book, sheet: Any) -> None:
        self.book = book
        self.uno = sheet
        self.selected = Range(self, 1, 1, 1, 1)

    @property
    def name(self) -> Any:
        return self.uno.Name

    @name.setter
    def name(self, value: str) -> None:
        self.uno.Name = value

    @property
    def api(self) -> Any:
        return _Protection(self.uno)

    @property
    def visible(self) -> Any:
        return -1 if self.uno.IsVisible else 0

    @visible.setter
    def visible(self, value: Any) -> None:
        self.uno.IsVisible = value in (True, -1)

    @property
    def used_range(self) -> Any:
        cursor = self.uno.createCursor()
        cursor.gotoStartOfUsedArea(False)
        first = cursor.RangeAddress
        cursor.gotoEndOfUsedArea(False)
        last = cursor.RangeAddress
        return Range(self, first.StartRow + 1, first.StartColumn + 1, last.EndRow + 1, last.EndColumn + 1)

    def range(self, arg1: Any, arg2: Any = None) -> Range:
        found = super().range(arg1, arg2)
        return Range(self, found._top, found._left, found._bottom, found._right)

    def delete(self) -> None:
        self.book.sheets._sheets.remove(self)
        self.book.document.Sheets.removeByName(self.uno.Name)

    show_gridlines: Any = True

    @property
    def freeze_panes(self) -> Any:
        raise NotImplementedError  # a hidden document has no window

    @property
    def notes(self) -> Any:
        found = []
        for n in range(self.uno.Annotations.Count):
            place = self.uno.Annotations.getByIndex(n).Position
            row, column = place.Row + 1, place.Column + 1
            found.append(Note(Range(self, row, column, row, column)))
        return found


class Range(plain.Range):
    def _uno(self) -> Any:
        return self.sheet.uno.getCellRangeByPosition(
            self._left - 1, self._top - 1, self._right - 1, self._bottom - 1
        )

    def _each(self) -> Iterator[Any]:
        area = self._uno()
        for row in range(self._bottom - self._top + 1):
            for column in range(self._right - self._left + 1):
                yield area.getCellByPosition(column, row)

    def __call__(self, row: int, column: int | None = None) -> Range:
        found = super().__call__(row, column)
        return Range(self.sheet, found._top, found._left, found._bottom, found._right)

    @property
    def raw_value(self) -> Any:
        data = self._uno().getDataArray()
        rows = [[value if value != "" else None for value in row] for row in data]
        cells = list(self._each())
        width = self._right - self._left + 1
        dates: dict[int, bool] = {}
        formats = self.sheet.book.document.NumberFormats
        for number, cell in enumerate(cells):
            row, column = divmod(number, width)
            if cell.Type.value == "FORMULA" and cell.getError():
                rows[row][column] = plain.ErrorCode(_ERRORS.get(cell.getError(), "#VALUE!"))
            elif isinstance(rows[row][column], float):
                key = cell.NumberFormat
                if key not in dates:
                    dates[key] = bool(formats.getByKey(key).Type & _DATE)
                if dates[key]:
                    rows[row][column] = dt.datetime(1899, 12, 30) + dt.timedelta(rows[row][column])
        return rows[0][0] if len(self) == 1 else tuple(map(tuple, rows))

    @raw_value.setter
    def raw_value(self, data: Any) -> None:
        self._write(data)

    @property
    def formula(self) -> Any:
        found = []
        parser = self.sheet.book.parser
        for cell in self._each():
            kind = cell.Type.value
            if kind == "FORMULA":
                found.append(
                    "=" + _separated(parser.printFormula(cell.getTokens(), cell.CellAddress), ";", ",")
                )
            elif kind == "VALUE":
                value = cell.Value
                found.append(str(int(value)) if value == int(value) else repr(value))
            else:
                found.append(cell.String)
        width = self._right - self._left + 1
        rows = tuple(tuple(found[n : n + width]) for n in range(0, len(found), width))
        return rows[0][0] if len(self) == 1 else rows

    @formula.setter
    def formula(self, data: Any) -> None:
        self._write(data)

    def _write(self, data: Any) -> None:
        if self.sheet.uno.isProtected():
            raise plain.Refused("the cell is protected")
        plain.ENGINE.changed(self.sheet.book)
        parser = self.sheet.book.parser
        scalar = not isinstance(data, tuple | list)
        width = self._right - self._left + 1
        for number, cell in enumerate(self._each()):
            value = data if scalar else data[number // width][number % width]
            if isinstance(value, str) and value.startswith("=") and len(value) > 1:
                cell.setTokens(parser.parseFormula(_separated(value[1:], ",", ";"), cell.CellAddress))
            elif isinstance(value, str) and value.startswith("'"):
                kept = cell.NumberFormat  # LibreOffice makes a text cell of it
                cell.setString(value[1:])
                cell.NumberFormat = kept
            elif value is None or value == "":
                cell.clearContents(1 | 2 | 4 | 16)  # values, dates, text, formulas
            elif isinstance(value, str):
                try:
                    cell.setValue(float(value))
                except ValueError:
                    cell.setString(value)
            else:
                cell.setValue(float(value))

    def clear(self) -> None:
        self._uno().clearContents(1 | 2 | 4 | 8 | 16 | 32)

    # --- looks --------------------------------------------------------------------------------

    @property
    def number_format(self) -> Any:
        formats = self.sheet.book.document.NumberFormats
        return plain._same(formats.getByKey(cell.NumberFormat).FormatString for cell in self._each())

    @number_format.setter
    def number_format(self, value: str) -> None:
        uno()
        from com.sun.star.lang import Locale

        formats = self.sheet.book.document.NumberFormats
        locale = Locale("en", "US", "")
        key = formats.queryKey(value, locale, False)
        self._uno().NumberFormat = formats.addNew(value, locale) if key < 0 else key

    @property
    def color(self) -> Any:
        return plain._same(
            None if cell.CellBackColor < 0 else _rgb(cell.CellBackColor) for cell in self._each()
        )

    @color.setter
    def color(self, value: Any) -> None:
        self._uno().CellBackColor = -1 if value is None else int(plain._hex(value), 16)

    @property
    def font(self) -> Any:
        return Font(self)

    @property
    def wrap_text(self) -> Any:
        return self._uno().IsTextWrapped

    @wrap_text.setter
    def wrap_text(self, value: bool) -> None:
        self._uno().IsTextWrapped = value

    @property
    def vertical_alignment(self) -> Any:
        return None

    @vertical_alignment.setter
    def vertical_alignment(self, value: str) -> None:
        self._uno().VertJustify = {"top": 1, "center": 2, "bottom": 3}[value]

    @property
    def horizontal_alignment(self) -> Any:
        return None

    @horizontal_alignment.setter
    def horizontal_alignment(self, value: str) -> None:
        from com.sun.star.table.CellHoriJustify import CENTER, LEFT, RIGHT

        self._uno().HoriJustify = {"left": LEFT, "center": CENTER, "right": RIGHT}[value]

    @property
    def column_width(self) -> Any:
        return self._uno().Columns.getByIndex(0).Width / _CHARACTER

    @column_width.setter
    def column_width(self, value: float) -> None:
        self._uno().Columns.Width = int(value * _CHARACTER)

    @property
    def column_hidden(self) -> Any:
        return not self._uno().Columns.IsVisible

    @column_hidden.setter
    def column_hidden(self, value: bool) -> None:
        self._uno().Columns.IsVisible = not value

    def _row_hidden(self, row: int) -> bool:
        return not self.sheet.uno.Rows.getByIndex(row - 1).IsVisible

    def _column_hidden(self, column: int) -> bool:
        return not self.sheet.uno.Columns.getByIndex(column - 1).IsVisible

    def get_special_cells(self, cell_type: str, value_type: Any) -> list[Any]:
        return [
            Range(self.sheet, one._top, one._left, one._bottom, one._right)
            for one in super().get_special_cells(cell_type, value_type)
        ]

    @property
    def merge_cells(self) -> Any:
        inside = 0
        for cell in self._each():
            cursor = self.sheet.uno.createCursorByRange(cell)
            cursor.collapseToMergedArea()
            place = cursor.RangeAddress
            inside += (place.StartRow, place.StartColumn) != (place.EndRow, place.EndColumn)
        return False if not inside else True if inside == len(self) else None

    @property
    def merge_area(self) -> Any:
        cursor = self.sheet.uno.createCursorByRange(self._uno().getCellByPosition(0, 0))
        cursor.collapseToMergedArea()
        place = cursor.RangeAddress
        return Range(
            self.sheet,
            place.StartRow + 1,
            place.StartColumn + 1,
            place.EndRow + 1,
            place.EndColumn + 1,
        )

    @property
    def note(self) -> Any:
        return Note(self) if self._uno().getCellByPosition(0, 0).Annotation.String else None

    def add_note(self, text: str) -> Note:
        cell = self._uno().getCellByPosition(0, 0)
        self.sheet.uno.Annotations.insertNew(cell.CellAddress, text)
        return Note(self)


class Note(base_classes.Note):
    text: Any = ""
    location: Any = None
    author: Any = ""
    api = None

    def __init__(self, place: Range) -> None:
        self._place = place
        self.location = place

    def _cell(self) -> Any:
        return self._place._uno().getCellByPosition(0, 0)

    @property
    def text(self) -> Any:  # noqa: F811
        return self._cell().Annotation.String

    @text.setter
    def text(self, value: str) -> None:
        self._cell().Annotation.String = value

    def delete(self) -> None:
        annotations = self._place.sheet.uno.Annotations
        address = self._cell().CellAddress
        for n in range(annotations.Count):
            place = annotations.getByIndex(n).Position
            if (place.Row, place.Column) == (address.Row, address.Column):
                annotations.removeByIndex(n)
                return


class Font(base_classes.Font):
    color: Any = None
    bold: Any = None
    size: Any = None
    api = None

    def __init__(self, place: Range) -> None:
        self._place = place

    @property
    def color(self) -> Any:  # noqa: F811
        found = plain._same(
            (0, 0, 0) if cell.CharColor < 0 else _rgb(cell.CharColor) for cell in self._place._each()
        )
        if found is None:
            raise TypeError("unsupported operand")
        return found

    @color.setter
    def color(self, value: Any) -> None:
        self._place._uno().CharColor = int(plain._hex(value), 16)

    @property
    def bold(self) -> Any:  # noqa: F811
        return self._place._uno().CharWeight > 100

    @bold.setter
    def bold(self, value: bool) -> None:
        self._place._uno().CharWeight = 150.0 if value else 100.0

    @property
    def size(self) -> Any:  # noqa: F811
        return self._place._uno().CharHeight

    @size.setter
    def size(self, value: float) -> None:
        self._place._uno().CharHeight = float(value)


def _separated(formula: str, old: str, new: str) -> str:
    """A formula with another separator between arguments: the parser knows only the semicolon."""
    parts = re.split(r"(\"[^\"]*\"|'[^']*')", formula)
    parts[::2] = [part.replace(old, new) for part in parts[::2]]
    return "".join(parts)


def _rgb(colour: int) -> tuple[int, int, int]:
    return colour >> 16 & 255, colour >> 8 & 255, colour & 255


def activate(desktop: Any) -> Engine:
    """Make xlwings work on a LibreOffice, with nothing open."""
    engine = Engine(desktop)
    plain.ENGINE = engine  # what is shared counts its calls there
    xw.engines.engines = [one for one in xw.engines.engines if one.name != "libreoffice"]
    xw.engines.add(xw.Engine(impl=engine))
    xw.engines["libreoffice"].activate()
    return engine
