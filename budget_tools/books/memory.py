"""A workbook from a dict of cells: for tests, examples and whoever has figures from elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from ..model.address import Cell, Range, parse_cell, parse_range
from ..model.book import Book, Details, ErrorValue, Formula, Sheet, Value

Plain = str | float | int | bool | Decimal | ErrorValue | datetime | date | time | timedelta | None


class MemoryBook:
    """A reader over sheets given as ``{"Sheet": {"A1": value}}``.

    A text that starts with ``=`` is a formula; a pair ``("=SUM(B2:B3)", 40)`` is a formula and its
    stored value.
    """

    def __init__(
        self,
        sheets: Mapping[str, Mapping[str, Plain | tuple[str, Plain]]],
        *,
        path: str = "memory.xlsx",
        merges: Mapping[str, Iterable[str]] | None = None,
        formats: Mapping[str, Mapping[str, str]] | None = None,
        hidden_rows: Mapping[str, Iterable[int]] | None = None,
        hidden_columns: Mapping[str, Iterable[int]] | None = None,
        hidden_sheets: Iterable[str] = (),
        filtered_rows: Mapping[str, Iterable[int]] | None = None,
        manual: bool = False,
    ) -> None:
        self.path = path
        self._sheets = sheets
        self._merges = merges or {}
        self._formats = formats or {}
        self._hidden_rows = hidden_rows or {}
        self._hidden_columns = hidden_columns or {}
        self._hidden_sheets = set(hidden_sheets)
        self._filtered_rows = filtered_rows or {}
        self.manual = manual

    def read(self) -> Book:
        """The workbook as a snapshot."""
        sheets = tuple(self._sheet(name, cells) for name, cells in self._sheets.items())
        return Book(self.path, sheets, manual=self.manual)

    def _sheet(self, name: str, cells: Mapping[str, Plain | tuple[str, Plain]]) -> Sheet:
        values: dict[Cell, Value] = {}
        formulas: dict[Cell, Formula] = {}
        unvalued: set[Cell] = set()
        for address, content in cells.items():
            cell = parse_cell(address)
            if isinstance(content, str) and content.startswith("="):
                content = (content, None)
            if isinstance(content, tuple):
                text, content = content
                formulas[cell] = Formula(text[1:], cell)
                if content is None:
                    unvalued.add(cell)
            if content is None:
                values.setdefault(cell, "")
            else:
                values[cell] = float(content) if isinstance(content, Decimal) else content
        formats = {parse_cell(a): code for a, code in self._formats.get(name, {}).items()}
        filtered = frozenset(self._filtered_rows.get(name, ()))
        details = Details(
            formats,
            frozenset(self._hidden_rows.get(name, ())) | filtered,
            frozenset(self._hidden_columns.get(name, ())),
            codes=frozenset(formats.values()),
            filtered_rows=filtered,
        )

        def answer(ranges: Sequence[Range]) -> Details:
            return details

        bottom = max((cell.row for cell in values), default=0)
        right = max((cell.column for cell in values), default=0)
        grid: list[list[Value]] = [[""] * right for _ in range(bottom)]
        for cell, value in values.items():
            grid[cell.row - 1][cell.column - 1] = value
        return Sheet(
            name,
            grid,
            formulas=formulas,
            unvalued=frozenset(unvalued),
            merges=tuple(parse_range(text) for text in self._merges.get(name, ())),
            visible=name not in self._hidden_sheets,
            details=answer,
        )
