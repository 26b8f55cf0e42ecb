"""A night as an Excel workbook: to filter and sort, with links that open each workbook at the cell."""

from __future__ import annotations

import io
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from ...catalog import Language, plural, word
from ...errors import BudgetToolsError
from ...model.address import Cell
from ...model.finding import Severity
from ...model.night import ChangedProposal, Followed, Night, NightWorkbook, Standing
from ..mark import COLOURS
from ..wording import Wording
from .ours import SIGN
from .telling import (
    HERE,
    MOST_FINDINGS,
    as_read,
    below,
    capital,
    file_name,
    headline,
    in_order,
    is_windows,
    language_of,
    local,
    moment,
    replace_file,
    tidy,
    web_address,
)

try:
    import xlsxwriter
except ImportError as missing:
    raise BudgetToolsError(
        "the Excel report of a night needs XlsxWriter: pip install 'budget-tools[nightly]'"
    ) from missing

MOST_LINKS = 65_530  # on a sheet: Excel repairs a file that has more
LONGEST_LINK = 2_079
LONGEST_TEXT = 32_767


_HEADING_ROW = 3
_A4 = 9
_LINE = 15.0  # points
_MOST_LINES = 20
_FIGURES = ("proposals", "errors", "warnings", "notes", "new", "fixed")
_ORDER = (Standing.NEW, Standing.REOPENED, Standing.OPEN, Standing.ACCEPTED)
# What Excel writes with a % in the address of a file; letters beyond ASCII stay.
_ESCAPED = {ord(sign): f"%{ord(sign):02X}" for sign in '% "#<>[]^`{}'}

Content = str | int | date | None
Column = tuple[str, float]  # the key of its heading, and how wide it is in characters
Link = tuple[str, str | None, Cell | None]  # path, sheet, cell


def write(night: Night, target: Path) -> None:
    """Write a night; the same night makes the same bytes."""
    out = io.BytesIO()
    book: Any = xlsxwriter.Workbook(out, {"in_memory": True})
    language = language_of(night)
    book.set_properties(
        {
            "title": f"{word('night', 'title', language)} {moment(night.ended, language)}",
            "author": tidy(night.tool),
            "comments": headline(night),
            "category": SIGN,
            "created": local(night.ended),
        }
    )
    _Writer(book, night, target).write()
    book.close()
    replace_file(target, out.getvalue())


def link(night: Night, path: str, sheet: str | None, cell: Cell | None, target: Path) -> str | None:
    """What opens a workbook at a cell, as XlsxWriter wants it; None where Excel could not keep it."""
    seen = as_read(night, path)
    relative = below(path, target) if seen == path else None
    if tidy(seen) != seen:
        return None  # no way to write it
    if relative is not None:
        address = "external:" + relative.replace("/", "\\").translate(_ESCAPED)
    elif is_windows(seen):
        address = "external:" + seen.replace("/", "\\").translate(_ESCAPED)
    elif (web := web_address(seen)) is not None:
        # XlsxWriter turns the slashes of "file:" around, which only Windows understands
        address = web.replace("file:", "FILE:", 1) if web.startswith("file:") else web
    else:
        return None
    anchor = ""
    if sheet is not None and tidy(sheet) == sheet:
        anchor = "'" + sheet.replace("'", "''") + f"'!{cell or 'A1'}"
    if max(_units(address), _units(anchor)) > LONGEST_LINK:
        return None
    return f"{address}#{anchor}" if anchor else address


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


class _Writer:
    """The sheets of a night, and the formats they share."""

    def __init__(self, book: Any, night: Night, target: Path) -> None:
        self._book = book
        self._night = night
        self._target = target
        self._language: Language = language_of(night)
        self._wording = Wording(self._language, night.form_word)
        base = {"valign": "top", "text_wrap": True, "bottom": 1, "bottom_color": "#D9D9D9"}
        make = book.add_format
        date_format = "dd-mm-yyyy" if self._language == "da" else "yyyy-mm-dd"
        self._title = make({"bold": True, "font_size": 14})
        self._quiet = make({"font_color": "#595959"})
        self._alarm = make({"bold": True, "font_color": "#A61B1B"})
        self._heading = make(
            {"bold": True, "bg_color": "#F2F2F2", "text_wrap": True, "valign": "vcenter", "bottom": 1}
        )
        self._figure = make(
            {"bold": True, "bg_color": "#F2F2F2", "valign": "vcenter", "bottom": 1, "align": "right"}
        )
        self._text = make(base)
        self._dim = make({**base, "font_color": "#595959"})
        self._bold = make({**base, "bold": True})
        self._date = make({**base, "num_format": date_format, "align": "left"})
        self._count = make({**base, "num_format": "#,##0"})
        self._link = make({**base, "font_color": "#1F5FA8", "underline": 1})
        self._severity = {
            severity: make({**base, "bg_color": f"#{COLOURS[severity]}"}) for severity in Severity
        }

    def write(self) -> None:
        """Every sheet that has something in it; the findings always."""
        night = self._night
        here = [one for standing in _ORDER for one in in_order(night.of(standing))]
        self._findings("findings", here, fixed=False)
        if fixed := in_order(night.of(Standing.FIXED)):
            self._findings("fixed", fixed, fixed=True)
        if night.changed:
            self._changed(night.changed)
        if night.workbooks or night.trouble:
            self._workbooks()

    def _word(self, key: str, **facts: object) -> str:
        return word("night", key, self._language, **facts)

    def _sheet(
        self, key: str, columns: Sequence[Column], about: str, help_: str, *, alarm: bool = False
    ) -> Any:
        sheet = self._book.add_worksheet(self._word(f"sheet-{key}"))
        sheet.write_string(0, 0, about, self._title)
        sheet.write_string(1, 0, help_, self._alarm if alarm else self._quiet)
        for column, (name, width) in enumerate(columns):
            sheet.set_column(column, column, width)
            look = self._figure if name in _FIGURES else self._heading
            sheet.write_string(_HEADING_ROW, column, self._word(f"column-{name}"), look)
        sheet.set_row(_HEADING_ROW, 2 * _LINE)
        sheet.freeze_panes(_HEADING_ROW + 1, 0)
        sheet.hide_gridlines(2)
        sheet.set_landscape()
        sheet.set_paper(_A4)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        sheet.repeat_rows(_HEADING_ROW)
        when = moment(self._night.ended, self._language)
        sheet.set_footer(f"&L{self._word('title')} {when}&R&P / &N")
        return sheet

    def _rows(
        self,
        sheet: Any,
        columns: Sequence[Column],
        rows: Iterable[tuple[Sequence[tuple[Content, Any]], int, Link | None]],
        printed: int,
    ) -> None:
        """Rows of contents with their formats; of each, one column leads to a workbook.

        Only the first columns are printed: with all of them nobody could read it.
        """
        row = _HEADING_ROW
        links = 0
        for row, (contents, linked, link_) in enumerate(rows, _HEADING_ROW + 1):
            sheet.set_row(row, _height(contents, columns))
            for column, (content, look) in enumerate(contents):
                if column == linked and link_ is not None and links < MOST_LINKS:
                    url = link(self._night, *link_, self._target)
                    if url is not None:
                        sheet.write_url(row, column, url, self._link, _fitting(str(content or "")))
                        links += 1
                        continue
                self._cell(sheet, row, column, content, look)
        if row > _HEADING_ROW:
            sheet.autofilter(_HEADING_ROW, 0, row, len(columns) - 1)
            sheet.ignore_errors({"number_stored_as_text": f"A1:Z{row + 1}"})
        sheet.print_area(0, 0, row, printed - 1)

    def _cell(self, sheet: Any, row: int, column: int, content: Content, look: Any) -> None:
        if content is None or content == "":
            sheet.write_blank(row, column, None, look or self._text)
        elif isinstance(content, str):
            sheet.write_string(row, column, _fitting(content), look or self._text)
        elif isinstance(content, int):
            sheet.write_number(row, column, content, look or self._count)
        else:
            if isinstance(content, datetime):
                content = local(content).date()
            sheet.write_datetime(row, column, content, look or self._date)

    def _findings(self, key: str, findings: Sequence[Followed], *, fixed: bool) -> None:
        accepted = any(one.accepted is not None for one in findings)
        hints = any(one.hint for one in findings) and not fixed
        columns: list[Column] = [("until", 11)] if fixed else [("standing", 11)]
        columns += [("severity", 12), ("owner", 14), ("committee", 18)]
        columns += [("workbook", 26), ("sheet", 11), ("cell", 7), ("proposal", 11), ("message", 50)]
        columns += [] if fixed else [("fix", 36)]
        columns += [("hint", 30)] if hints else []
        printed = len(columns)
        columns += [] if fixed else [("evidence", 28)]
        columns += [("accepted", 28)] if accepted else []
        columns += [("code", 8), ("title", 26), ("since", 11), ("folder", 46)]
        night = self._night
        help_, alarm = self._word("help-links"), False
        if not night.complete:
            help_, alarm = self._word("not-complete-see", sheet=self._word("sheet-workbooks")), True
        about = headline(night)
        if fixed:
            about, help_, alarm = capital(plural("fixed", len(findings), self._language)), "", False
        left_out = len(findings) - MOST_FINDINGS
        if left_out > 0:
            findings = findings[:MOST_FINDINGS]
            help_ = f"{self._word('left-out', n=left_out)} {help_}".strip()
        sheet = self._sheet(key, columns, about, help_, alarm=alarm)

        def row(one: Followed) -> tuple[list[tuple[Content, Any]], int, Link | None]:
            standing = capital(word("standing", one.standing.value, self._language))
            severity = capital(word("severity", one.severity.word, self._language))
            path = as_read(night, one.path) if one.path is not None else None
            waived = one.standing is Standing.ACCEPTED
            look = self._dim if waived else None
            new = one.standing in (Standing.NEW, Standing.REOPENED)
            contents: list[tuple[Content, Any]] = [
                (one.until, None) if fixed else (standing, self._bold if new else look),
                (severity, look if waived else self._severity[one.severity]),
                (one.owner, look),
                (one.committee, look),
                (file_name(path) if path else None, look),
                (one.sheet, look),
                (str(one.cell) if one.cell is not None else None, look),
                (one.proposal, look),
                (one.message, look),
            ]
            contents += [] if fixed else [(one.fix, look)]
            contents += [(one.hint, look)] if hints else []
            contents += [] if fixed else [(one.evidence, self._dim)]
            if accepted:
                contents.append((self._wording.accepted(one.accepted) if one.accepted else None, look))
            contents += [(one.code, look), (one.title, look), (one.since, None), (_folder(path), self._dim)]
            led = (one.path, one.sheet, one.cell) if one.path is not None else None
            return contents, 6 if one.cell is not None else 4, led

        self._rows(sheet, columns, map(row, findings), printed)
        if not findings:
            sheet.write_string(_HEADING_ROW + 1, 0, self._word("no-findings"), self._quiet)

    def _changed(self, changes: Sequence[ChangedProposal]) -> None:
        columns: list[Column] = [("proposal", 11), ("title", 30), ("owner", 16), ("committee", 20)]
        columns += [("what", 24), ("then", 24), ("now", 24), ("deadline", 11)]
        columns += [("workbook", 28), ("sheet", 12), ("cell", 7), ("folder", 40)]
        about = capital(plural("changed", len(changes), self._language))
        sheet = self._sheet("changed", columns, about, self._word("help-changed"))

        def row(one: ChangedProposal) -> tuple[list[tuple[Content, Any]], int, Link | None]:
            path = as_read(self._night, one.path)
            contents: list[tuple[Content, Any]] = [
                (one.number, None),
                (one.title, None),
                (one.owner, None),
                (one.committee, None),
                (one.what, None),
                (one.old, None),
                (one.new, self._bold),
                (one.deadline, None),
                (file_name(path), None),
                (one.sheet, None),
                (str(one.cell) if one.cell is not None else None, None),
                (_folder(path), self._dim),
            ]
            return contents, 10 if one.cell is not None else 8, (one.path, one.sheet, one.cell)

        self._rows(sheet, columns, map(row, changes), len(columns) - 1)

    def _workbooks(self) -> None:
        night = self._night
        columns: list[Column] = [("workbook", 36), ("state", 18), ("reason", 60), ("owner", 16)]
        columns += [("proposals", 10), ("errors", 8), ("warnings", 11), ("notes", 15)]
        columns += [("new", 8), ("fixed", 9), ("renewed", 14), ("folder", 50)]
        counts: dict[str | None, Counter[object]] = defaultdict(Counter)
        for finding in night.findings:
            counts[finding.path][finding.standing] += 1
            if finding.standing in HERE:
                counts[finding.path][finding.severity] += 1
        about = capital(plural("workbooks", len(night.workbooks), self._language))
        sheet = self._sheet("workbooks", columns, about, self._word("help-workbooks"))
        alarm, nothing = self._severity[Severity.ERROR], (None, None)

        def row(one: NightWorkbook) -> tuple[list[tuple[Content, Any]], int, Link | None]:
            path, here = as_read(night, one.path), counts[one.path]
            checked = one.status == "checked"
            state = word("workbook-state", one.status, self._language)
            contents: list[tuple[Content, Any]] = [
                (file_name(path), None),
                (capital(state), None if checked else alarm),
                (one.reason, None),
                (one.owner, None),
                *((len(one.proposals) if checked else None, None),),
                *((here[severity] if checked else None, None) for severity in reversed(Severity)),
                (here[Standing.NEW] + here[Standing.REOPENED], None),
                (here[Standing.FIXED], None),
                (self._word("yes" if one.renewed else "no"), None),
                (_folder(path), self._dim),
            ]
            return contents, 0, (one.path, None, None)

        def trouble(text: str) -> tuple[list[tuple[Content, Any]], int, Link | None]:
            state = capital(self._word("state-trouble"))
            return [nothing, (state, alarm), (text, None), *[nothing] * (len(columns) - 3)], 0, None

        workbooks = sorted(night.workbooks, key=lambda one: (one.status == "checked", one.path))
        rows = [*map(trouble, night.trouble), *map(row, workbooks)]
        self._rows(sheet, columns, rows, len(columns) - 1)


def _height(contents: Sequence[tuple[Content, Any]], columns: Sequence[Column]) -> float:
    """About the height of a row in which every text can be read: only Excel works it out by itself."""
    lines = 1
    for (content, _), (_, width) in zip(contents, columns, strict=True):
        if isinstance(content, str) and len(content) > width:
            lines = max(lines, int(len(content) / (width * 0.92)) + 1)
    return min(lines, _MOST_LINES) * _LINE


def _folder(path: str | None) -> str | None:
    return path[: len(path) - len(file_name(path))].rstrip("/\\") if path else None


def _fitting(text: str) -> str:
    """Text that a cell of Excel can hold."""
    text = tidy(text)
    if len(text) > LONGEST_TEXT // 2 and _units(text) > LONGEST_TEXT:
        most = LONGEST_TEXT if len(text) == _units(text) else LONGEST_TEXT // 2
        text = text[: most - 1] + "…"
    return text
