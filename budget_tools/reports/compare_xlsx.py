"""A comparison as a workbook: an overview, every figure that changed, and every text that did.

What comes from the compared workbooks is written as text, never as a formula.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from ..catalog import Language, word
from ..comparing import Change, Comparison, Pair, Part, changed_words, net
from ..errors import UsageError
from ..model.address import Cell
from ..model.snapshot import Snapshot
from .compare import column_of, file_name, summary, worded
from .target import checked_target
from .wording import plain

_KEEP = 32_000  # characters that a cell takes, and a little less
_MOST_LINKS = 60_000  # Excel takes 65,530 on a sheet
_LONGEST_LINK = 2_000

Column = tuple[str, int]  # the key of its heading in words.toml, and its width

_OVERVIEW: Sequence[Column] = (
    ("column-what", 10),
    ("column-number", 12),
    ("column-number-before", 13),
    ("column-title", 38),
    ("column-committee", 30),
    ("column-changes", 11),
    ("column-unit", 11),
    ("column-total-before", 13),
    ("column-total-now", 13),
    ("difference", 13),
    ("column-known", 24),
    ("column-cell-before", 14),
    ("column-cell-now", 14),
    ("column-file-before", 34),
    ("column-file-now", 34),
)
_FIGURES: Sequence[Column] = (
    ("column-number", 12),
    ("column-title", 34),
    ("column-line", 34),
    ("column-year", 9),
    ("before", 13),
    ("now", 13),
    ("difference", 13),
    ("column-unit", 11),
    ("column-cell-before", 14),
    ("column-cell-now", 14),
    ("column-file-now", 34),
)
_REST: Sequence[Column] = (
    ("column-number", 12),
    ("column-title", 34),
    ("column-part", 14),
    ("before", 60),
    ("now", 60),
    ("column-cell-before", 14),
    ("column-cell-now", 14),
    ("column-file-now", 34),
)


_AMOUNTS = frozenset(
    ("before", "now", "difference", "column-total-before", "column-total-now", "column-changes")
)


def checked_workbook(path: Path, compared: Iterable[str]) -> Path:
    """A path that the workbook can be written to.

    Raises:
        UsageError: XlsxWriter is missing, there is no such folder, the name is no workbook's, or it would
            replace one of those that are compared.
    """
    try:
        import xlsxwriter  # noqa: F401
    except ImportError as error:
        raise UsageError('a workbook needs XlsxWriter: pip install "budget-tools[excel]"') from error
    target = checked_target(path, workbook=True)
    if target.suffix.lower() != ".xlsx":
        raise UsageError(f"{path}: an Excel report needs a name that ends in .xlsx")
    for one in compared:
        place = Path(os.path.realpath(one))
        if target == place or (target.exists() and place.is_dir() and place in target.parents):
            raise UsageError(f"{path}: is one of the workbooks that are compared; choose another name")
    return target


def write_workbook(comparison: Comparison, language: Language, path: Path) -> None:
    """Write a comparison as a workbook; it takes the place of ``path`` when it is complete.

    Raises:
        UsageError: it cannot be written there.
    """
    import xlsxwriter

    target = Path(os.path.realpath(path))
    draft = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        book = xlsxwriter.Workbook(os.fspath(draft), {"strings_to_formulas": False, "strings_to_urls": False})
        _Writer(book, comparison, language, target.parent).write()
        book.close()
        os.replace(draft, target)
    except (OSError, xlsxwriter.exceptions.FileCreateError) as error:
        with suppress(OSError):
            draft.unlink()
        raise UsageError(f"{path}: cannot be written: {getattr(error, 'strerror', None) or error}") from error


class _Writer:
    """The sheets of one workbook, their formats, and how many links there are already."""

    def __init__(self, book: Any, comparison: Comparison, language: Language, folder: Path) -> None:
        self.book = book
        self.comparison = comparison
        self.language: Language = language
        self.folder = folder
        self.links = 0
        text: dict[str, Any] = {"valign": "top", "text_wrap": True}
        head = {"bold": True, "bottom": 1, "bg_color": "#DDEBF7", "valign": "top", "text_wrap": True}
        amount = {"valign": "top", "num_format": "#,##0.######;-#,##0.######;0"}
        self.formats: dict[str, Any] = {
            "title": book.add_format({"bold": True, "font_size": 14}),
            "head": book.add_format(head),
            "head-amount": book.add_format({**head, "align": "right"}),
            "unit": book.add_format({**text, "align": "left", "indent": 1}),
            "file": book.add_format({"valign": "top"}),
            "text": book.add_format(text),
            "amount": book.add_format(amount),
            "whole": book.add_format({**amount, "num_format": "#,##0"}),
            "total": book.add_format({**text, "italic": True, "font_color": "#595959"}),
            "difference": book.add_format({**amount, "num_format": "+#,##0.######;-#,##0.######;0"}),
            "whole-difference": book.add_format({**amount, "num_format": "+#,##0;-#,##0;0"}),
            "old": book.add_format({"font_color": "#C00000", "font_strikeout": True}),
            "new": book.add_format({"font_color": "#00703C", "bold": True}),
            "link": book.add_format({**text, "font_color": "#0563C1", "underline": 1}),
        }

    def word(self, key: str, **facts: object) -> str:
        return word("compare", key, self.language, **facts)

    def write(self) -> None:
        self._overview()
        self._figures()
        self._rest()

    def _sheet(self, key: str, columns: Sequence[Column], top: int) -> Any:
        sheet = self.book.add_worksheet(self.word(key))
        for number, (heading, width) in enumerate(columns):
            sheet.set_column(number, number, width)
            style = "head-amount" if heading in _AMOUNTS and columns is not _REST else "head"
            sheet.write_string(top, number, self.word(heading), self.formats[style])
        sheet.set_row(top, 20)
        sheet.freeze_panes(top + 1, 0)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(top)
        return sheet

    def _finish(self, sheet: Any, columns: Sequence[Column], top: int, last: int) -> None:
        if last > top:
            sheet.autofilter(top, 0, last, len(columns) - 1)

    def _overview(self) -> None:
        top = 5
        sheet = self._sheet("overview", _OVERVIEW, top)
        sheet.write_string(0, 0, self.word("heading"), self.formats["title"])
        sheet.write_string(1, 0, self.word("side-old", path=plain(", ".join(self.comparison.old))))
        sheet.write_string(2, 0, self.word("side-new", path=plain(", ".join(self.comparison.new))))
        sheet.write_string(3, 0, summary(self.comparison, self.language))
        row = top
        pairs = sorted(self.comparison.pairs, key=lambda pair: pair.same)  # what changed comes first
        for row, pair in enumerate(pairs, top + 1):
            self._proposal(sheet, row, pair)
        self._finish(sheet, _OVERVIEW, top, row)
        for one in self.comparison.unread:
            row += 1
            sheet.write_string(row + 1, 0, f"{self.word('unread')}: {plain(one.path)}")

    def _proposal(self, sheet: Any, row: int, pair: Pair) -> None:
        one = pair.new or pair.old
        assert one is not None
        what = (
            "new" if pair.old is None else "gone" if pair.new is None else "same" if pair.same else "changed"
        )
        before = pair.old.number if pair.renumbered and pair.old is not None else None
        self._texts(sheet, row, 0, self.word(f"what-{what}"), one.number, before, one.title, one.committee)
        if pair.changes:
            sheet.write_number(row, 5, len(pair.changes), self.formats["whole"])
        if one.unit is not None:
            self._texts(sheet, row, 6, word("unit", str(one.unit), self.language), style="unit")
        old, new = _total(pair.old, one), _total(pair.new, one)
        self._amount(sheet, row, 7, old)
        self._amount(sheet, row, 8, new)
        if old is not None and new is not None:
            self._amount(sheet, row, 9, new - old, "difference")
        if pair.evidence:
            self._texts(sheet, row, 10, self.word(f"by-{pair.evidence}"), style="unit")
        self._link(sheet, row, 11, pair.old, pair.old.cell if pair.old else None)
        self._link(sheet, row, 12, pair.new, pair.new.cell if pair.new else None)
        for column, side in ((13, pair.old), (14, pair.new)):
            self._texts(sheet, row, column, file_name(side.path) if side is not None else None, style="file")
        self._height(sheet, row, _OVERVIEW, {3: one.title or "", 4: one.committee or ""})

    def _figures(self) -> None:
        sheet = self._sheet("sheet-figures", _FIGURES, 0)
        row = 0
        for pair, change in self._changes(figures=True):
            row += 1
            one = pair.new
            assert one is not None
            style = "total" if change.total else "text"
            self._texts(sheet, row, 0, one.number, one.title, change.line, style=style)
            self._texts(sheet, row, 3, column_of(change, self.language), style=style)
            for column, value in ((4, change.old), (5, change.new)):
                if isinstance(value, str):
                    self._texts(sheet, row, column, value)
                elif value is not None:
                    self._amount(sheet, row, column, Decimal(value))
            if change.difference is not None:
                self._amount(sheet, row, 6, change.difference, "difference")
            if one.unit is not None:
                self._texts(sheet, row, 7, word("unit", str(one.unit), self.language), style="unit")
            self._link(sheet, row, 8, pair.old, change.old_cell)
            self._link(sheet, row, 9, pair.new, change.new_cell)
            self._texts(sheet, row, 10, file_name(one.path), style="file")
            self._height(sheet, row, _FIGURES, {1: one.title or "", 2: change.line})
        self._finish(sheet, _FIGURES, 0, row)

    def _rest(self) -> None:
        sheet = self._sheet("sheet-rest", _REST, 0)
        row = 0
        for pair, change in self._changes(figures=False):
            row += 1
            one = pair.new
            assert one is not None
            said = worded(change, self.language)
            self._texts(sheet, row, 0, one.number, one.title, said.what)
            if change.part is Part.SENTENCE and change.old is not None and change.new is not None:
                self._marked(sheet, row, 3, change, "old")
                self._marked(sheet, row, 4, change, "new")
            else:
                self._texts(sheet, row, 3, said.old if change.old is not None else None)
                self._texts(sheet, row, 4, said.new if change.new is not None else None)
            self._link(sheet, row, 5, pair.old, change.old_cell)
            self._link(sheet, row, 6, pair.new, change.new_cell)
            self._texts(sheet, row, 7, file_name(one.path), style="file")
            self._height(sheet, row, _REST, {1: one.title or "", 3: said.old, 4: said.new})
        self._finish(sheet, _REST, 0, row)

    def _height(self, sheet: Any, row: int, columns: Sequence[Column], texts: Mapping[int, str]) -> None:
        """Make a row as high as its longest text: not every program does so by itself."""
        rows = max(-(-len(text) * 11 // (columns[place][1] * 10)) for place, text in texts.items())
        if rows > 1:
            sheet.set_row(row, min(rows * 15, 400))

    def _changes(self, *, figures: bool) -> Iterable[tuple[Pair, Change]]:
        for pair in self.comparison.pairs:
            for change in pair.changes:
                if (change.part is Part.FIGURE) == figures:
                    yield pair, change

    def _texts(self, sheet: Any, row: int, column: int, *texts: str | None, style: str = "text") -> None:
        for place, text in enumerate(texts, column):
            if text:
                sheet.write_string(row, place, plain(text)[:_KEEP], self.formats[style])

    def _amount(
        self,
        sheet: Any,
        row: int,
        column: int,
        amount: Decimal | None,
        style: Literal["amount", "difference"] = "amount",
    ) -> None:
        if amount is None:
            return
        whole = amount == amount.to_integral_value()
        name = {"amount": "whole", "difference": "whole-difference"}[style] if whole else style
        sheet.write_number(row, column, amount, self.formats[name])

    def _marked(self, sheet: Any, row: int, column: int, change: Change, side: Literal["old", "new"]) -> None:
        """A sentence in which the words that changed have a colour."""
        words = changed_words(plain(str(change.old)), plain(str(change.new)))
        parts: list[Any] = []
        for kind, text in words:
            if kind == side:
                parts += [self.formats[side], text]
            elif kind == "same":
                parts.append(text)
        length = sum(len(part) for part in parts if isinstance(part, str))
        if len(parts) < 3 or length > _KEEP:  # Excel wants two stretches at least
            self._texts(sheet, row, column, "".join(part for part in parts if isinstance(part, str)))
        else:
            sheet.write_rich_string(row, column, *parts, self.formats["text"])

    def _link(self, sheet: Any, row: int, column: int, one: Snapshot | None, cell: Cell | None) -> None:
        """The place of something, as a link to it where Excel takes one."""
        if one is None or cell is None:
            return
        shown = f"{plain(one.sheet)}!{cell}"
        quoted = one.sheet.replace("'", "''")
        try:
            path = os.path.relpath(os.path.realpath(one.path), self.folder)
        except ValueError:  # another drive
            path = os.path.realpath(one.path)
        link = f"external:{path}#'{quoted}'!{cell}"
        self.links += 1
        if self.links > _MOST_LINKS or len(link) > _LONGEST_LINK or not link.isprintable() or "#" in path:
            self._texts(sheet, row, column, shown)
        else:
            sheet.write_url(row, column, link, self.formats["link"], shown)


def _total(one: Snapshot | None, shown: Snapshot) -> Decimal | None:
    """What a proposal comes to in all, in the unit that is shown."""
    if one is None:
        return None
    amounts = net(one)
    total = amounts.get("total")
    if total is None:
        years = [amount for column, amount in amounts.items() if column.isdigit()]
        total = sum(years, Decimal(0)) if years else None
    if total is None or one.unit is None or shown.unit is None:
        return total
    return total * one.unit / shown.unit
