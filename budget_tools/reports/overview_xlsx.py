"""An overview of consequence analyses as a workbook: totals are formulas over amounts with links.

Written by XlsxWriter, which is installed with ``budget-tools[excel]``.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import Any

from ..analysis.sums import STEPS, OverviewReport, ThemeSum
from ..catalog import Language, word
from ..errors import UsageError
from ..model.finding import Place
from .overview import MILLION, OverviewWording
from .wording import plain

_MIO = "#,##0.00#;-#,##0.00#;–"
_DARK = "#1F3A56"
_WIDTHS = (24, 24, 56, 28, 10, 13, 13, 13, 13, 10, 28)
_LINE = 15.0
_LONGEST_LINK = 2000  # Excel allows 2,079 characters


def needed() -> Any:
    """XlsxWriter.

    Raises:
        UsageError: it is not installed.
    """
    try:
        import xlsxwriter
    except ImportError:
        raise UsageError(word("overview", "no-xlsxwriter", "en")) from None
    return xlsxwriter


def write(report: OverviewReport, language: Language, target: Path) -> None:
    """Write an overview to a new workbook, whole or not at all.

    Raises:
        UsageError: it cannot be written there, or XlsxWriter is missing.
    """
    xlsxwriter = needed()
    draft = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        with xlsxwriter.Workbook(
            str(draft), {"strings_to_urls": False, "strings_to_formulas": False}
        ) as book:
            _Overview(book, report, language, target).write()
        os.replace(draft, target)
    except (OSError, xlsxwriter.exceptions.XlsxWriterException) as error:
        raise UsageError(f"{target}: cannot be written: {error}") from error
    finally:
        with suppress(OSError):
            draft.unlink()


class _Overview:
    """The three sheets: the answer, the amounts behind it, and what was taken for granted."""

    def __init__(self, book: Any, report: OverviewReport, language: Language, target: Path) -> None:
        self.report = report
        self.overview = report.overview
        self.wording = OverviewWording(report.overview, language, several=len(report.read) > 1)
        self.target = target
        base: dict[str, Any] = {"font_name": "Calibri", "font_size": 11, "valign": "top"}
        looks: dict[str, dict[str, Any]] = {
            "title": {"bold": True, "font_size": 18, "font_color": _DARK},
            "part": {"bold": True, "font_size": 13, "font_color": _DARK},
            "text": {"text_wrap": True},
            "dim": {"font_color": "#595959"},
            "note": {"text_wrap": True, "font_color": "#595959", "align": "left", "indent": 1},
            "head": {"bold": True, "bg_color": "#DCE6F0", "text_wrap": True, "bottom": 1},
            "head right": {
                "bold": True,
                "bg_color": "#DCE6F0",
                "text_wrap": True,
                "bottom": 1,
                "align": "right",
            },
            "amount": {"num_format": _MIO},
            "sum": {"num_format": _MIO, "bold": True, "top": 1},
            "sum text": {"bold": True, "top": 1, "text_wrap": True},
            "case": {"bold": True, "bg_color": "#F2F2F2"},
            "case amount": {"bold": True, "bg_color": "#F2F2F2", "num_format": _MIO},
            "case text": {"bold": True, "bg_color": "#F2F2F2", "text_wrap": True, "align": "right"},
            "theme": {"align": "left", "indent": 1, "text_wrap": True},
            "right": {"align": "right", "text_wrap": True},
            "link": {"font_color": "#0563C1", "underline": 1, "text_wrap": True},
        }
        self.formats = {name: book.add_format({**base, **more}) for name, more in looks.items()}
        self.first = book.add_worksheet(self._sheet("title"))
        self.second = book.add_worksheet(self._sheet("pools"))
        self.third = book.add_worksheet(self._sheet("assumptions"))
        for sheet in (self.first, self.second, self.third):
            sheet.hide_gridlines(2)
            sheet.set_landscape()
            sheet.set_paper(9)
            sheet.fit_to_pages(1, 0)
            sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)

    def _sheet(self, key: str) -> str:
        return self.wording.word(key)[:31]

    def write(self) -> None:
        """Write all sheets: the amounts first, because the answer's formulas look at them."""
        rows = self._amounts()
        self._answer(rows)
        self._assumptions()

    def _link(self, sheet: Any, row: int, column: int, place: Place) -> None:
        """A cell of an analysis as a link that opens it there."""
        said = self.wording.place(place)
        path = os.path.relpath(place.path, self.target.parent) if place.path else ""
        url = f"external:{path}#'{(place.sheet or '').replace(chr(39), chr(39) * 2)}'!{place.cell}"
        if not place.path or place.cell is None or len(url) > _LONGEST_LINK:
            sheet.write_string(row, column, said, self.formats["text"])
        else:
            sheet.write_url(row, column, url, self.formats["link"], said)

    def _amounts(self) -> tuple[int, int]:
        """A row a mention: what it says, what is taken off, and what is there; its first and last row."""
        sheet, word_ = self.second, self.wording.word
        titles = [
            "case",
            "theme",
            "text",
            "where",
            "named",
            *(f"step-{key}" for key in STEPS),
            "there",
            "counted-at",
        ]
        sheet.set_row(0, 2 * _LINE)
        for column, (key, width) in enumerate(zip(titles, _WIDTHS, strict=True)):
            sheet.set_column(column, column, width)
            title = self.wording.real() if key == "there" else word_(key)
            sheet.write_string(0, column, title, self.formats["head right" if 4 <= column <= 9 else "head"])
        sheet.freeze_panes(1, 0)
        last = len(self.overview.rows)
        for number, row in enumerate(self.overview.rows, 1):
            one = row.allocation
            said = (one.case, one.theme, one.text, self.wording.place(one.place))
            sheet.set_row(number, _height(said, _WIDTHS))
            sheet.write_string(number, 0, plain(one.case), self.formats["text"])
            sheet.write_string(number, 1, plain(one.theme) or word_("no-theme"), self.formats["text"])
            sheet.write_string(number, 2, plain(one.text or one.theme), self.formats["text"])
            self._link(sheet, number, 3, one.place)
            sheet.write_number(number, 4, _mio(row.kroner), self.formats["amount"])
            for column, key in enumerate(STEPS, 5):
                taken = getattr(row, key)
                if taken:
                    sheet.write_number(number, column, -_mio(taken), self.formats["amount"])
            formula = f"=SUM(E{number + 1}:I{number + 1})"
            sheet.write_formula(number, 9, formula, self.formats["amount"], _mio(row.real))
            if row.home is not None and (row.again or row.overlap):
                self._link(sheet, number, 10, row.home)
        self._sums(sheet, last)
        sheet.autofilter(0, 0, max(last, 1), 10)
        return 2, last + 1

    def _sums(self, sheet: Any, last: int) -> None:
        totals = [
            self.overview.steps[0].total,
            *(-step.taken for step in self.overview.steps[1:]),
            self.overview.real,
        ]
        sheet.write_string(last + 1, 0, self.wording.word("all-cases"), self.formats["sum text"])
        for column in range(1, 4):
            sheet.write_blank(last + 1, column, None, self.formats["sum text"])
        for column, total in enumerate(totals, 4):
            letter = "EFGHIJ"[column - 4]
            formula = f"=SUM({letter}2:{letter}{last + 1})"
            sheet.write_formula(last + 1, column, formula, self.formats["sum"], _mio(total))

    def _answer(self, rows: tuple[int, int]) -> None:
        sheet, wording = self.first, self.wording
        for column, width in enumerate((52, 12, 12, 24, 24, 52)):
            sheet.set_column(column, column, width)
        sheet.set_row(0, 26)
        sheet.write_string(0, 0, wording.question(), self.formats["title"])
        names = ", ".join(plain(Path(path).name) for path in self.report.read)
        sheet.write_string(1, 0, f"{names}: {wording.heading()}", self.formats["dim"])
        sheet.write_string(3, 0, "", self.formats["head"])
        sheet.write_string(3, 1, wording.word("unit"), self.formats["head right"])
        sheet.write_string(3, 2, "", self.formats["head right"])
        amounts = f"'{self.second.get_name()}'!"
        at = 4
        for number, step in enumerate(self.overview.steps):
            letter = "EFGHI"[number]
            sheet.write_string(at, 0, wording.word(f"step-{step.key}"), self.formats["text"])
            formula = f"=SUM({amounts}{letter}{rows[0]}:{letter}{rows[1]})"
            if number:
                sheet.write_formula(at, 1, formula, self.formats["amount"], -_mio(step.taken))
                sheet.write_formula(at, 2, f"=C{at}+B{at + 1}", self.formats["amount"], _mio(step.total))
            else:
                sheet.write_formula(at, 2, formula, self.formats["amount"], _mio(step.total))
            at += 1
        sheet.write_string(at, 0, wording.real(), self.formats["sum text"])
        sheet.write_blank(at, 1, None, self.formats["sum text"])
        sheet.write_formula(at, 2, f"=C{at}", self.formats["sum"], _mio(self.overview.real))
        if self.overview.external:
            at += 1
            sheet.write_string(at, 0, wording.word("external"), self.formats["theme"])
            sheet.write_number(at, 2, _mio(self.overview.external), self.formats["amount"])
        self._cases(at + 3)

    def _cases(self, at: int) -> None:
        sheet, wording = self.first, self.wording
        sheet.write_string(at - 1, 0, wording.word("by-case"), self.formats["part"])
        for column, key in enumerate(("theme", "named", "there", "need-own", "need-all", "note")):
            title = (
                f"{wording.word('case')} / {wording.word('theme').lower()}"
                if key == "theme"
                else wording.word(key)
            )
            sheet.write_string(at, column, title, self.formats["head" if column in (0, 5) else "head right"])
        at += 1
        case_rows: list[int] = []
        for case in self.overview.cases:
            shown = [one for one in case.themes if not case.case.across or one.rows or one.theme.needs]
            if not shown:
                continue
            sheet.write_string(at, 0, wording.name_of(case.case), self.formats["case"])
            span = (at + 2, at + 1 + len(shown))
            for column, total in (
                (1, sum((one.named for one in shown), Decimal(0))),
                (2, sum((one.real for one in shown), Decimal(0))),
            ):
                letter = "ABC"[column]
                sheet.write_formula(
                    at,
                    column,
                    f"=SUM({letter}{span[0]}:{letter}{span[1]})",
                    self.formats["case amount"],
                    _mio(total),
                )
            self._needs(at, shown, "case text")
            sheet.write_blank(at, 5, None, self.formats["case"])
            case_rows.append(at + 1)
            at += 1
            for one in shown:
                self._theme(at, one)
                at += 1
        everything = [one for case in self.overview.cases for one in case.themes]
        sheet.write_string(at, 0, wording.word("all-cases"), self.formats["sum text"])
        for column, total in ((1, self.overview.steps[0].total), (2, self.overview.real)):
            letter = "ABC"[column]
            formula = "=" + "+".join(f"{letter}{row}" for row in case_rows) if case_rows else "=0"
            sheet.write_formula(at, column, formula, self.formats["sum"], _mio(total))
        self._needs(at, everything, "sum text")
        sheet.write_blank(at, 5, None, self.formats["sum text"])
        sheet.write_string(at + 1, 0, wording.word("period-key"), self.formats["dim"])

    def _needs(self, at: int, themes: Sequence[ThemeSum], look: str) -> None:
        own = self.wording.needs([need for one in themes for need in one.wanted.own_needs])
        every = self.wording.needs([need for one in themes for need in one.wanted.all_needs])
        self.first.write_string(at, 3, own, self.formats[look])
        self.first.write_string(at, 4, every, self.formats[look])

    def _theme(self, at: int, theme: ThemeSum) -> None:
        sheet, wording = self.first, self.wording
        sheet.write_string(at, 0, plain(theme.theme.name) or wording.word("no-theme"), self.formats["theme"])
        if theme.rows:
            sheet.write_number(at, 1, _mio(theme.named), self.formats["amount"])
            sheet.write_number(at, 2, _mio(theme.real), self.formats["amount"])
        self._needs(at, [theme], "right")
        notes = "; ".join(dict.fromkeys(wording.notes(theme)))
        sheet.write_string(at, 5, notes, self.formats["note"])
        needs = wording.needs(theme.wanted.own_needs), wording.needs(theme.wanted.all_needs)
        sheet.set_row(at, _height((theme.theme.name, *needs, notes), (48, 24, 24, 52)))

    def _assumptions(self) -> None:
        sheet = self.third
        sheet.set_column(0, 0, 5)
        sheet.set_column(1, 1, 90)
        sheet.set_column(2, 12, 26)
        sheet.write_string(0, 0, "", self.formats["head"])
        sheet.write_string(0, 1, self.wording.word("assumptions"), self.formats["head"])
        sheet.write_string(0, 2, self.wording.word("where"), self.formats["head"])
        sheet.freeze_panes(1, 0)
        for number, (sentence, places) in enumerate(self.wording.assumptions(), 1):
            said = (sentence, *map(self.wording.place, places))
            sheet.set_row(number, _height(said, (90, *(26 for _ in places))))
            sheet.write_number(number, 0, number, self.formats["text"])
            sheet.write_string(number, 1, sentence, self.formats["text"])
            for column, place in enumerate(places, 2):
                self._link(sheet, number, column, place)


def _height(texts: Sequence[str], widths: Sequence[int]) -> float:
    """The row height that wrapped texts need in columns of such widths."""
    return _LINE * max(1 + (len(text) - 1) // width for text, width in zip(texts, widths, strict=False))


def _mio(kroner: Decimal) -> float:
    return float(kroner / MILLION)
