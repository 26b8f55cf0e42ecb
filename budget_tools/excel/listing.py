"""The findings in a workbook of their own, with links that jump to the cells of the checked one."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import xlwings as xw

from ..books.live import address
from ..catalog import Language, plural, word
from ..model.address import Cell, column_letters
from ..model.finding import Finding, Report, Severity
from ..reports.wording import Wording, plain, shown_formula

TOKEN = "budget-tools:findings"
"""In the last, hidden column of the first row: tells our list from every other workbook."""

HEADING_ROW = 5
_LONGEST_PATH = 200  # a text in a formula holds 255 characters

_COLUMNS = (
    ("number", 5),
    ("severity", 11),
    ("code", 9),
    ("sheet", 16),
    ("cell", 8),
    ("message", 50),
    ("hint", 32),
    ("evidence", 26),
    ("suggestion", 36),
    ("status", 12),
)
_LINK = [name for name, _ in _COLUMNS].index("cell") + 1
_HIDDEN = len(_COLUMNS) + 1
_COLOURS = {Severity.ERROR: "#F8CECC", Severity.WARNING: "#FFE9B8", Severity.NOTE: "#DCE9F7"}
_HEAD, _GREY, _BLUE = "#F2F2F2", "#6B6B6B", "#1F5FA8"


def ordered(report: Report) -> list[Finding]:
    """The findings as the list shows them: worst first, what was accepted last, then as they stand."""
    return sorted(
        report.findings,
        key=lambda one: (
            one.accepted is not None,
            -one.severity,
            one.sheet or "",
            one.cell or Cell(0, 0),
            one.code,
        ),
    )


def show(
    app: xw.App, source: xw.Book, where: str, report: Report, wording: Wording, *, front: bool = True
) -> xw.Book:
    """Open the list of findings, or fill in afresh the one that is open for this workbook.

    With ``front`` the list is chosen afterwards, at its first finding.
    """
    language = wording.language
    findings = ordered(report)
    name = source.name
    book = _open_list(app, name)
    if book is None:
        book = app.books.add()
        sheet = book.sheets[0]
        with suppress(Exception):  # a list of another workbook may have the name already
            sheet.name = word("excel-list", "name", language)
    else:
        sheet = book.sheets[0]
        sheet.used_range.clear()
    rows = _rows(name, findings, report, wording)
    last = column_letters(_HIDDEN)
    sheet.range(f"A1:{last}{len(rows)}").value = rows
    if findings:
        first, bottom = HEADING_ROW + 1, HEADING_ROW + len(findings)
        letter = column_letters(_LINK)
        sheet.range(f"{letter}{first}:{letter}{bottom}").formula = [
            [_link(where, name, one)] for one in findings
        ]
    _dress(sheet, findings, language)
    if front:
        sheet.activate()
        sheet.range(f"A{HEADING_ROW + 1}").select()
    return book


def source_of(book: xw.Book) -> tuple[str | None, int | None]:
    """The name of the workbook that a list tells of, and the number of the chosen line; None for no list."""
    sheet = book.sheets[0]
    told: Any = sheet.range(f"{column_letters(_HIDDEN)}1:{column_letters(_HIDDEN)}2").value
    if not isinstance(told, list) or told[0] != TOKEN:
        return None, None
    line = None
    with suppress(Exception):
        selection = book.app.selection
        if selection is not None and selection.row > HEADING_ROW:
            line = int(selection.row) - HEADING_ROW
    return str(told[1]), line


def value_of(book: xw.Book, cell: str) -> object:
    """What a cell of a workbook's first sheet shows."""
    value: object = book.sheets[0].range(cell).value
    return value


def line_id(book: xw.Book, line: int) -> str | None:
    """The id of the finding on a line of a list."""
    value = book.sheets[0].range(f"{column_letters(_HIDDEN)}{HEADING_ROW + line}").value
    return str(value) if value else None


def list_of(app: xw.App, name: str) -> xw.Book | None:
    """The open list of a workbook, if there is one."""
    return _open_list(app, name)


def _open_list(app: xw.App, name: str) -> xw.Book | None:
    names = {word("excel-list", "name", language) for language in ("da", "en")}
    for book in app.books:
        with suppress(Exception):
            if book.name != name and book.sheets[0].name in names and source_of(book)[0] == name:
                return book
    return None


def _rows(name: str, findings: Sequence[Finding], report: Report, wording: Wording) -> list[list[str | int]]:
    """Everything the list says, as it is typed: an apostrophe keeps text from being taken for a formula."""
    language = wording.language
    path = report.workbooks[0].path
    title = word("excel-list", "heading", language, file=plain(name))
    head: list[list[str | int]] = [
        [_text(title), *[""] * (_HIDDEN - 2), _text(TOKEN)],
        [_text(_summary(report, language)), *[""] * (_HIDDEN - 2), _text(name)],
        [_text(word("excel-list", "help", language, file=plain(name))), *[""] * (_HIDDEN - 1)],
        [""] * _HIDDEN,
        [*(_text(word("excel-list", column, language)) for column, _ in _COLUMNS), ""],
    ]
    for number, finding in enumerate(findings, 1):
        head.append(
            [
                number,
                _text(severity(finding, language)),
                _text(finding.code),
                _text(plain(finding.sheet) if finding.sheet else ""),
                "",
                _text(wording.message(path, finding)),
                _text(wording.hint(path, finding) or ""),
                _text(evidence(finding, language)),
                _text(wording.fix(path, finding)),
                _text(status(finding, wording)),
                _text(finding.id),
            ]
        )
    return head


def _text(text: str) -> str:
    return f"'{text}" if text else ""


def severity(finding: Finding, language: Language) -> str:
    """How bad a finding is, in a word."""
    said = word("severity", finding.severity.word, language)
    return said[:1].upper() + said[1:]


def status(finding: Finding, wording: Wording) -> str:
    """Whether a finding is open, or who accepted it and why."""
    if finding.accepted is not None:
        return wording.accepted(finding.accepted)
    return word("excel-list", "open", wording.language)


def evidence(finding: Finding, language: Language) -> str:
    """What a total covers, and how that is known."""
    known, covers = finding.facts.get("evidence"), finding.facts.get("covers")
    if not known or not covers:
        return ""
    try:
        because = word("evidence", str(known), language)
    except KeyError:
        return shown_formula(str(covers), language)
    return f"{shown_formula(str(covers), language)}, {because}"


def _summary(report: Report, language: Language) -> str:
    counts = report.counts
    return ", ".join(
        (
            plural("errors", counts.errors, language),
            plural("warnings", counts.warnings, language),
            plural("notes", counts.notes, language),
        )
    )


def _link(where: str, name: str, finding: Finding) -> str:
    """A formula that jumps to a finding's cell; to the sheet's first where it has none."""
    if finding.sheet is None:
        return ""
    shown = str(finding.cell) if finding.cell is not None else "–"
    place = address(finding.sheet, finding.cell or Cell(1, 1))
    book = name if "://" in where or len(where) > _LONGEST_PATH else where
    return f'=HYPERLINK("{_quoted(f"[{book}]{place}")}","{_quoted(shown)}")'


def _quoted(text: str) -> str:
    return text.replace('"', '""')


def _dress(sheet: xw.Sheet, findings: Sequence[Finding], language: Language) -> None:
    """Make the list readable, a range at a time."""
    last = column_letters(len(_COLUMNS))
    bottom = HEADING_ROW + max(len(findings), 1)
    for number, (_, width) in enumerate(_COLUMNS, 1):
        letter = column_letters(number)
        sheet.range(f"{letter}1:{letter}{bottom}").column_width = width
    hidden = column_letters(_HIDDEN)
    with suppress(Exception):
        sheet.range(f"{hidden}1:{hidden}1").columns.hidden = True
    title = sheet.range("A1")
    title.font.bold = True
    title.font.size = 15
    sheet.range("A2").font.bold = True
    sheet.range("A3").font.color = _GREY
    heading = sheet.range(f"A{HEADING_ROW}:{last}{HEADING_ROW}")
    heading.font.bold = True
    heading.color = _HEAD
    if findings:
        block = sheet.range(f"A{HEADING_ROW + 1}:{last}{bottom}")
        block.wrap_text = True
        block.vertical_alignment = "top"
        sheet.range(f"A{HEADING_ROW}:A{bottom}").horizontal_alignment = "center"
        letter = column_letters(_LINK)
        sheet.range(f"{letter}{HEADING_ROW + 1}:{letter}{bottom}").font.color = _BLUE
        row = HEADING_ROW + 1
        for level in reversed(Severity):
            count = sum(one.severity is level and one.accepted is None for one in findings)
            if count:
                sheet.range(f"B{row}:B{row + count - 1}").color = _COLOURS[level]
                row += count
    with suppress(Exception):
        sheet.show_gridlines = False
    with suppress(Exception):
        sheet.freeze_panes.freeze_at(f"A{HEADING_ROW + 1}")
