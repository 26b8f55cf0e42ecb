"""A night as an Excel workbook: to filter and sort, with links that open each workbook at the cell."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
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
from .rows import LINE, Content, Link, Row, Sheet, put, units
from .telling import (
    MOST_LISTED,
    as_read,
    below,
    capital,
    file_name,
    headline,
    is_windows,
    language_of,
    local,
    moment,
    number,
    replacing,
    tidy,
    web_address,
)

try:
    import xlsxwriter
except ImportError as missing:
    raise BudgetToolsError(
        "the Excel report of a night needs XlsxWriter: pip install 'budget-tools[nightly]'"
    ) from missing

LONGEST_LINK = 2_079

_REMEMBERED = 6_000  # workbooks of which name and address need not be worked out again
_HEADING_ROW = 3
_A4 = 9
_FIGURES = ("proposals", "errors", "warnings", "notes", "new", "fixed")
_ORDER = (Standing.NEW, Standing.REOPENED, Standing.OPEN, Standing.ACCEPTED)
_LOOKS = ("text", "dim", "bold", "date", "count", "link", *(one.word for one in Severity))
# What Excel writes with a % in the address of a file; letters beyond ASCII stay.
_ESCAPED = {ord(sign): f"%{ord(sign):02X}" for sign in '% "#<>[]^`{}'}

Column = tuple[str, float]  # the key of its heading, and how wide it is in characters


def write(night: Night, target: Path, *, full: str = "") -> None:
    """Write a night; the same night makes the same bytes.

    ``full`` is the name of the file that has what is left out here.
    """
    made = io.BytesIO()
    book: Any = xlsxwriter.Workbook(made, {"in_memory": True})
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
    sheets = _Writer(book, night, target, full).sheets()
    book.close()
    with replacing(target) as file:
        put(made, file, sheets, _LOOKS, _HEADING_ROW + 2)


def link(night: Night, path: str, sheet: str | None, cell: Cell | None, target: Path) -> Link | None:
    """What opens a workbook at a cell, as Excel keeps it; None where it could not."""
    address = _address(night, path, target)
    return _at(address, sheet, cell) if address is not None else None


def _address(night: Night, path: str, target: Path) -> str | None:
    seen = as_read(night, path)
    relative = below(path, target) if seen == path else None
    if tidy(seen) != seen:
        return None  # no way to write it
    if relative is not None:
        address: str | None = relative.replace("/", "\\").translate(_ESCAPED)
    elif is_windows(seen):
        address = "file:///" + seen.replace("/", "\\").translate(_ESCAPED)
    else:
        address = web_address(seen)
    return address if address is not None and units(address) <= LONGEST_LINK else None


class _Writer:
    """The sheets of a night, and the looks they share."""

    def __init__(self, book: Any, night: Night, target: Path, full: str) -> None:
        self._book = book
        self._full = full
        self._night = night
        self._language: Language = language_of(night)
        self._wording = Wording(self._language, night.form_word)
        # a workbook stands on several sheets
        self._address = lru_cache(maxsize=_REMEMBERED)(lambda path: _address(night, path, target))
        self._named = lru_cache(maxsize=_REMEMBERED)(self._named_anew)
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
        self._looks = {
            "text": make(base),
            "dim": make({**base, "font_color": "#595959"}),
            "bold": make({**base, "bold": True}),
            "date": make({**base, "num_format": date_format, "align": "left"}),
            "count": make({**base, "num_format": "#,##0"}),
            "link": make({**base, "font_color": "#1F5FA8", "underline": 1}),
            **{one.word: make({**base, "bg_color": f"#{COLOURS[one]}"}) for one in Severity},
        }

    def sheets(self) -> list[Sheet]:
        """What is on every sheet that has something in it; the findings always."""
        night = self._night
        sheets = [self._findings("findings", _ORDER)]
        if night.counts.of(Standing.FIXED):
            sheets.append(self._findings("fixed", (Standing.FIXED,)))
        if night.changed:
            sheets.append(self._changed(night.changed))
        if night.counts.every or night.trouble:
            sheets.append(self._workbooks())
        return sheets

    def _word(self, key: str, **facts: object) -> str:
        return word("night", key, self._language, **facts)

    def _sheet(
        self,
        key: str,
        columns: Sequence[Column],
        about: str,
        help_: str,
        rows: int,
        printed: int,
        *,
        alarm: bool = False,
    ) -> None:
        """A sheet with everything but its rows, of which only the first columns are printed.

        With all of them nobody could read it.
        """
        first = not self._book.worksheets()
        sheet = self._book.add_worksheet(self._word(f"sheet-{key}"))
        sheet.write_string(0, 0, about, self._title)
        sheet.write_string(1, 0, help_, self._alarm if alarm else self._quiet)
        for column, (name, width) in enumerate(columns):
            sheet.set_column(column, column, width)
            look = self._figure if name in _FIGURES else self._heading
            sheet.write_string(_HEADING_ROW, column, self._word(f"column-{name}"), look)
        sheet.set_row(_HEADING_ROW, 2 * LINE)
        sheet.freeze_panes(_HEADING_ROW + 1, 0)
        sheet.hide_gridlines(2)
        sheet.set_landscape()
        sheet.set_paper(_A4)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        sheet.repeat_rows(_HEADING_ROW)
        when = moment(self._night.ended, self._language)
        sheet.set_footer(f"&L{self._word('title')} {when}&R&P / &N")
        if first:  # a cell of each look: what is put into the sheets takes their place
            for column, name in enumerate(_LOOKS):
                sheet.write_blank(_HEADING_ROW + 1, column, None, self._looks[name])
        last = _HEADING_ROW + rows
        if rows:
            sheet.autofilter(_HEADING_ROW, 0, last, len(columns) - 1)
            sheet.ignore_errors({"number_stored_as_text": f"A1:Z{last + 1}"})
        sheet.print_area(0, 0, last, printed - 1)

    def _findings(self, key: str, standings: Sequence[Standing]) -> Sheet:
        night = self._night
        fixed = standings == (Standing.FIXED,)
        accepted = bool(night.counts.of(Standing.ACCEPTED)) and not fixed
        hints = not fixed and night.told.any_hint(*standings)
        columns: list[Column] = [("until", 11)] if fixed else [("standing", 11)]
        columns += [("severity", 12), ("owner", 14), ("committee", 18)]
        columns += [("workbook", 26), ("sheet", 11), ("cell", 7), ("proposal", 11), ("message", 50)]
        columns += [] if fixed else [("fix", 36)]
        columns += [("hint", 30)] if hints else []
        printed = len(columns)
        columns += [] if fixed else [("evidence", 28)]
        columns += [("accepted", 28)] if accepted else []
        columns += [("code", 8), ("title", 26), ("since", 11), ("folder", 46)]
        help_, alarm = self._word("help-links"), False
        if not night.complete:
            help_, alarm = self._word("not-complete-see", sheet=self._word("sheet-workbooks")), True
        about, count = headline(night), night.counts.of(*standings)
        if fixed:
            about, help_, alarm = capital(plural("fixed", count, self._language)), "", False
        if count > MOST_LISTED:
            n, total = (number(one, self._language) for one in (MOST_LISTED, count))
            left_out = "left-out-see" if self._full else "left-out"
            help_ = f"{self._word(left_out, n=n, total=total, file=self._full)} {help_}".strip()
        self._sheet(key, columns, about, help_, min(count, MOST_LISTED), printed, alarm=alarm)

        said_standing = {one: capital(word("standing", one.value, self._language)) for one in Standing}
        said_severity = {one: capital(word("severity", one.word, self._language)) for one in Severity}

        def row(one: Followed) -> Row:
            path = one.path
            name, folder = self._named(path)
            waived = one.standing is Standing.ACCEPTED
            look = "dim" if waived else "text"
            new = one.standing in (Standing.NEW, Standing.REOPENED)
            cells: list[tuple[Content, str]] = [
                (one.until, "date") if fixed else (said_standing[one.standing], "bold" if new else look),
                (said_severity[one.severity], look if waived else one.severity.word),
                (one.owner, look),
                (one.committee, look),
                (name, look),
                (one.sheet, look),
                (str(one.cell) if one.cell is not None else None, look),
                (one.proposal, look),
                (one.message, look),
            ]
            if not fixed:
                cells.append((one.fix, look))
                if hints:
                    cells.append((one.hint, look))
                cells.append((one.evidence, "dim"))
            if accepted:
                cells.append((self._wording.accepted(one.accepted) if one.accepted else None, look))
            cells += [(one.code, look), (one.title, look), (one.since, "date"), (folder, "dim")]
            led = self._link(path, one.sheet, one.cell)
            return Row(cells, 6 if one.cell is not None else 4, led)

        rows: Iterable[Row] = map(row, self._foremost(standings))
        if not count:
            rows = [Row([(self._word("no-findings"), "dim")])]
        return Sheet(_HEADING_ROW + 2, [width for _, width in columns], rows)

    def _foremost(self, standings: Sequence[Standing]) -> Iterator[Followed]:
        """The findings that are on a sheet, by what became of them."""
        left = MOST_LISTED
        for standing in standings:
            for one in self._night.told.foremost(standing, most=left, excerpts=False):
                left -= 1
                yield one

    def _named_anew(self, path: str | None) -> tuple[str | None, str | None]:
        """The name and the folder of a workbook, as its readers know them."""
        if path is None:
            return None, None
        seen = as_read(self._night, path)
        name = file_name(seen)
        return name, seen[: len(seen) - len(name)].rstrip("/\\")

    def _link(self, path: str | None, sheet: str | None = None, cell: Cell | None = None) -> Link | None:
        address = self._address(path) if path is not None else None
        return _at(address, sheet, cell) if address is not None else None

    def _changed(self, changes: Sequence[ChangedProposal]) -> Sheet:
        columns: list[Column] = [("proposal", 11), ("title", 30), ("owner", 16), ("committee", 20)]
        columns += [("what", 24), ("then", 24), ("now", 24), ("deadline", 11)]
        columns += [("workbook", 28), ("sheet", 12), ("cell", 7), ("folder", 40)]
        about = capital(plural("changed", len(changes), self._language))
        self._sheet("changed", columns, about, self._word("help-changed"), len(changes), len(columns) - 1)

        def row(one: ChangedProposal) -> Row:
            name, folder = self._named(one.path)
            cells: list[tuple[Content, str]] = [
                (one.number, "text"),
                (one.title, "text"),
                (one.owner, "text"),
                (one.committee, "text"),
                (one.what, "text"),
                (one.old, "text"),
                (one.new, "bold"),
                (one.deadline, "date"),
                (name, "text"),
                (one.sheet, "text"),
                (str(one.cell) if one.cell is not None else None, "text"),
                (folder, "dim"),
            ]
            led = self._link(one.path, one.sheet, one.cell)
            return Row(cells, 10 if one.cell is not None else 8, led)

        return Sheet(_HEADING_ROW + 2, [width for _, width in columns], map(row, changes))

    def _workbooks(self) -> Sheet:
        night = self._night
        columns: list[Column] = [("workbook", 36), ("state", 18), ("reason", 60), ("owner", 16)]
        columns += [("proposals", 10), ("errors", 8), ("warnings", 11), ("notes", 15)]
        columns += [("new", 8), ("fixed", 9), ("renewed", 14), ("folder", 50)]
        about = capital(plural("workbooks", night.counts.every, self._language))
        count = night.counts.every + len(night.trouble)
        self._sheet("workbooks", columns, about, self._word("help-workbooks"), count, len(columns) - 1)

        counts, nothing_found = night.told.by_workbook(), Counter[Severity | Standing]()
        said_state = cache(lambda status: capital(word("workbook-state", status, self._language)))
        said_renewed = {True: self._word("yes"), False: self._word("no")}
        severities = tuple(reversed(Severity))

        def row(one: NightWorkbook) -> Row:
            (name, folder), here = self._named(one.path), counts.get(one.path, nothing_found)
            checked = one.status == "checked"
            cells: list[tuple[Content, str]] = [
                (name, "text"),
                (said_state(one.status), "text" if checked else "error"),
                (one.reason, "text"),
                (one.owner, "text"),
                (one.proposals if checked else None, "count"),
                *((here[severity] if checked else None, "count") for severity in severities),
                (here[Standing.NEW] + here[Standing.REOPENED], "count"),
                (here[Standing.FIXED], "count"),
                (said_renewed[one.renewed], "text"),
                (folder, "dim"),
            ]
            return Row(cells, 0, self._link(one.path))

        def rows() -> Iterator[Row]:
            nothing = (None, "text")
            state = capital(self._word("state-trouble"))
            for text in night.trouble:
                yield Row([nothing, (state, "error"), (text, "text"), *[nothing] * (len(columns) - 3)])
            yield from map(row, night.told.unchecked())
            yield from (row(one) for one in night.told.workbooks() if one.status == "checked")

        return Sheet(_HEADING_ROW + 2, [width for _, width in columns], rows())


def _at(address: str, sheet: str | None, cell: Cell | None) -> Link | None:
    """A link to a cell of the workbook at an address; None where Excel could not keep it."""
    quoted = _quoted(sheet) if sheet is not None else ""
    return Link(address, f"{quoted}!{cell or 'A1'}" if quoted else "") if quoted is not None else None


@lru_cache(maxsize=256)
def _quoted(sheet: str) -> str | None:
    """The name of a sheet as a link has it, "" where that cannot be written; None where it is too long."""
    if tidy(sheet) != sheet:
        return ""
    quoted = "'" + sheet.replace("'", "''") + "'"
    return quoted if units(quoted) < LONGEST_LINK - len("!XFD1048576") else None
