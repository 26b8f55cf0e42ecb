"""The buttons of the ribbon: each function is called by the macro of the same name, through RunPython.

A macro that writes empties Excel's own list of what can be undone, so nothing is written without a yes, and
what was written can be taken back by a button of ours.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

from ..books.live import CellEdits, Written, apply_edits, take_back
from ..catalog import plural, word
from ..model.address import Cell
from ..model.amount import format_number
from ..model.book import Book
from ..model.edit import Safety, SetCell, SetNumberFormat
from ..model.finding import Finding, Report
from ..reports.wording import plain, shown_formula
from . import listing, written
from .click import Click, Told, button, in_place, writing

BUTTONS = (
    "check",
    "check_sheet",
    "next_finding",
    "show_marks",
    "remove_marks",
    "fill_totals",
    "fix_safe",
    "accept",
    "undo_last",
    "new_proposal",
    "explain_cells",
    "help",
)
"""The functions that a macro may call, in the order of the ribbon."""

SHOWN = 12
"""Changes that a question shows; the others are counted."""


@button
def check(click: Click) -> str:
    """Check the workbook; the findings open in a workbook of their own."""
    return _checked(click, click.report())


@button
def check_sheet(click: Click) -> str:
    """Check the sheet that is in front."""
    return _checked(click, click.report(sheet=click.book.sheets.active.name))


def _checked(click: Click, report: Report) -> str:
    counts = report.counts
    stray = ""
    if click.path is None and "://" in click.address:
        stray = " " + click.word("in-the-cloud", address=click.address)
    if not report.findings and listing.list_of(click.app, click.book.name) is None:
        return click.word("nothing-wrong", file=click.name) + stray
    with in_place(click.book):
        found = listing.show(click.app, click.book, click.address, report, click.wording)
    found.activate()
    if not report.findings:
        return click.word("nothing-wrong", file=click.name) + stray
    language = click.language
    return (
        click.word(
            "checked",
            file=click.name,
            errors=plural("errors", counts.errors, language),
            warnings=plural("warnings", counts.warnings, language),
            notes=plural("notes", counts.notes, language),
        )
        + stray
    )


@button
def next_finding(click: Click) -> str:
    """Jump to the next cell with a finding; from a line of the list, to the cell of that line."""
    report = click.report()
    order = {sheet.name: number for number, sheet in enumerate(click.book.sheets)}
    places: dict[tuple[int, Cell], list[Finding]] = {}
    for finding in report.findings:
        if finding.sheet in order and finding.cell is not None and finding.accepted is None:
            places.setdefault((order[finding.sheet], finding.cell), []).append(finding)
    if not places:
        raise Told(click.word("nothing-more"))
    sorted_places = sorted(places)
    wanted = _chosen_in_list(click, report)
    place = (order.get(wanted.sheet or "", -1), wanted.cell or Cell(0, 0)) if wanted is not None else None
    if place in places:
        assert place is not None
    else:
        here = _selected(click, order)
        place = next((one for one in sorted_places if one > here), sorted_places[0])
    return _jumped(click, places[place], sorted_places.index(place) + 1, len(sorted_places))


def _jumped(click: Click, findings: Sequence[Finding], number: int, total: int) -> str:
    name, cell = findings[0].sheet, findings[0].cell
    assert name is not None and cell is not None
    path = str(click.path or click.book.name)
    message = " ".join(click.wording.message(path, finding) for finding in findings)
    hints = [hint for finding in findings if (hint := click.wording.hint(path, finding))]
    sheet = click.book.sheets[name]
    if sheet.visible not in (True, -1):
        return click.word("next-hidden", number=number, total=total, message=message, sheet=plain(name))
    click.book.activate()
    sheet.activate()
    sheet.range(str(cell)).select()
    sentence = click.word("next", number=number, total=total, message=" ".join([message, *hints]))
    click.app.status_bar = sentence[:250]
    return sentence


def _selected(click: Click, order: dict[str, int]) -> tuple[int, Cell]:
    """The sheet and the cell that are chosen; before everything where that is not a cell."""
    active = click.book.sheets.active
    selection = click.app.selection
    if selection is None or selection.sheet.book.name != click.book.name:
        return order.get(active.name, 0), Cell(0, 0)
    return order.get(active.name, 0), Cell(selection.row, selection.column)


def _chosen_in_list(click: Click, report: Report) -> Finding | None:
    if click.list_line is None:
        return None
    found = listing.list_of(click.app, click.book.name)
    name = listing.line_id(found, click.list_line) if found is not None else None
    return next((one for one in report.findings if one.id == name), None)


@button
def show_marks(click: Click) -> str:
    """Colour the flagged cells, put notes on them and add the list, after a yes."""
    from . import marks

    report = click.report()
    found = [one for one in report.findings if one.accepted is None]
    if not found:
        raise Told(click.word("nothing-wrong", file=click.name))
    if not click.ask(click.word("ask-show", findings=plural("findings", len(found), click.language))):
        raise Told(click.word("left-alone"))
    with writing(click.book):
        marks.remove(click.book, click.read())
        count = marks.show(click.book, report.workbooks[0], click.wording)
        try:
            written.remember_marks(click.address)
        except OSError:
            marks.remove(click.book, click.read())
            raise
    return click.word("shown", cells=plural("cells-marked", count, click.language))


@button
def remove_marks(click: Click) -> str:
    """Take away what showing put into the workbook, or what ``budget-tools mark`` did."""
    count = _without_marks(click)
    if count is None:
        raise Told(click.word("not-shown", file=click.name))
    return click.word("unshown", cells=plural("cells", count, click.language))


def _without_marks(click: Click) -> int | None:
    """Take the marks away; how many cells it were, None where there are none."""
    from . import marks

    with writing(click.book):
        count = marks.remove(click.book, click.read())
    written.forget_marks(click.address)
    return count


@button
def fill_totals(click: Click) -> str:
    """Show the empty totals and their formulas, and write them after a yes."""
    from ..filling import missing_totals
    from ..inspection.examining import examine

    examined = examine(click.read(), click.settings)
    edits = [edit for page in examined.pages for table in page.tables for _, edit in missing_totals(table)]
    if not edits:
        raise Told(click.word("nothing-to-fill"))
    totals = plural("totals", len(edits), click.language)
    lines = [
        click.word(
            "change",
            sheet=plain(edit.sheet),
            cell=str(edit.cell),
            before=click.word("empty"),
            after=f"{shown_formula(edit.formula or '', click.language)} ({_amount(edit, click)})",
        )
        for edit in edits
    ]
    if not click.ask(_question(click.word("ask-fill", totals=totals), lines, click)):
        raise Told(click.word("left-alone"))
    done = _write(click, "fill", edits)
    return click.word("filled", totals=plural("totals-filled", len(done), click.language))


@button
def fix_safe(click: Click) -> str:
    """Show the fixes that need nobody to look, and make them after a yes."""
    report = click.report()
    edits: dict[tuple[str, Cell, type], SetCell | SetNumberFormat] = {}
    for finding in report.findings:
        if finding.accepted is None and finding.fix is not None and finding.fix.safety is Safety.SAFE:
            for edit in finding.fix.edits:
                edits.setdefault((edit.sheet, edit.cell, type(edit)), edit)
    if not edits:
        raise Told(click.word("nothing-to-fix"))
    book = click.read()
    cells = plural("cells", len({(sheet, cell) for sheet, cell, _ in edits}), click.language)
    lines = [_change(click, book, edit) for edit in edits.values()]
    if not click.ask(_question(click.word("ask-fix", cells=cells), lines, click)):
        raise Told(click.word("left-alone"))
    done = _write(click, "fix", edits.values())
    return click.word(
        "fixed", cells=plural("cells-fixed", len({(o.sheet, o.cell) for o in done}), click.language)
    )


def _change(click: Click, book: Book, edit: SetCell | SetNumberFormat) -> str:
    """What one edit changes, before and after."""
    sheet = book.sheet(edit.sheet)
    value = sheet.value(*edit.cell) if sheet is not None else ""
    if isinstance(edit, SetNumberFormat):
        before = str(click.book.sheets[edit.sheet].range(str(edit.cell)).number_format)
        before, after = (click.word("format", format=one) for one in (before, edit.format))
    else:
        before = click.word("as-text", text=plain(value)) if isinstance(value, str) else plain(str(value))
        after = _amount(edit, click)
    return click.word("change", sheet=plain(edit.sheet), cell=str(edit.cell), before=before, after=after)


def _amount(edit: SetCell, click: Click) -> str:
    if isinstance(edit.value, Decimal):
        return format_number(edit.value, click.language)
    return plain(edit.value)


def _question(question: str, lines: Sequence[str], click: Click) -> str:
    shown = list(islice(lines, SHOWN))
    if len(lines) > SHOWN:
        shown.append(click.word("and-more", n=len(lines) - SHOWN))
    return "\n".join([question, "", *shown])


def _write(click: Click, what: str, edits: CellEdits) -> list[Written]:
    """Make the edits, and keep what was there before; without that they are not made at all."""
    with writing(click.book):
        done = apply_edits(click.book, edits)
        try:
            written.remember(click.address, what, done)
        except OSError:
            take_back(click.book, done)
            raise
    return done


@button
def accept(click: Click, reason: str, initials: str) -> str:
    """Accept the findings of the chosen cell, or of the chosen line of the list.

    ``reason`` and ``initials`` come as character codes: so nothing in them is taken for a command on the way.
    """
    from ..accepting import take_down

    why, who = decoded(reason).strip(), decoded(initials).strip()
    if not why or not who:
        raise Told(click.word("need-reason"))
    _ = click.folder  # a workbook that lies nowhere has no file of acceptances
    report = click.report()
    chosen = _chosen(click, report)
    for finding in chosen:
        take_down(report.workbooks[0], finding, who, why, None, click.language)
    if listing.list_of(click.app, click.book.name) is not None:
        listing.show(click.app, click.book, click.address, click.report(), click.wording, front=False)
    findings = plural("findings", len(chosen), click.language)
    return click.word("accepted", findings=findings, who=plain(who))


def _chosen(click: Click, report: Report) -> list[Finding]:
    """The open findings of the chosen line of the list, or of the chosen cell."""
    if click.list_line is not None:
        one = _chosen_in_list(click, report)
        found = [one] if one is not None else []
        where = ("–", "")
    else:
        sheet = click.book.sheets.active.name
        selection = click.app.selection
        cell = Cell(selection.row, selection.column) if selection is not None else None
        found = [one for one in report.findings if one.sheet == sheet and one.cell == cell]
        where = (plain(sheet), str(cell or ""))
    found = [one for one in found if one.accepted is None]
    if not found:
        raise Told(click.word("no-finding-here", sheet=where[0], cell=where[1]))
    return found


def decoded(codes: str) -> str:
    """The text that some character codes of UTF-16 spell, as VBA counts them.

    >>> decoded("198 103")
    'Æg'
    """
    units = [int(code) for code in codes.split()]
    return b"".join(unit.to_bytes(2, "little") for unit in units).decode("utf-16-le", "replace")


@button
def undo_last(click: Click) -> str:
    """Take back what the buttons last wrote into the workbook, where it still stands as it was written."""
    last = _last_written(click)
    language = click.language
    if last.what == written.MARKS:
        if not click.ask(click.word("ask-undo-marks", when=last.when.replace("T", " "))):
            raise Told(click.word("left-alone"))
        return click.word("unshown", cells=plural("cells", _without_marks(click) or 0, language))
    cells = plural("cells", len(last.cells), language)
    if not click.ask(click.word("ask-undo", cells=cells, when=last.when.replace("T", " "))):
        raise Told(click.word("left-alone"))
    with writing(click.book):
        back, left = take_back(click.book, last.cells)
    written.forget_last(click.address)
    undone = plural("cells-undone", len(back), language)
    if not left:
        return click.word("undone", cells=undone)
    where = ", ".join(f"{plain(one.sheet)}!{one.cell}" for one in left[:SHOWN])
    return click.word("undone-partly", cells=undone, left=plural("cells", len(left), language), where=where)


def _last_written(click: Click) -> written.Once:
    """What the buttons last wrote and what still is to be taken back: marks may be gone since."""
    from ..model.mark import record_of

    times = written.recall(click.address)
    if times and times[-1].what == written.MARKS and record_of(click.read()) is None:
        written.forget_marks(click.address)
        times = written.recall(click.address)
    if not times:
        raise Told(click.word("nothing-to-undo", file=click.name))
    return times[-1]


@button
def new_proposal(click: Click) -> str:
    """Create a proposal from the template, with the next free number of the folder, and open it."""
    number = _next_number(click, click.folder)
    target = click.folder / f"{click.settings.form_word} {number}.xlsx"
    while target.exists():  # a new proposal without amounts is not counted yet
        number = _one_more(number)
        target = click.folder / f"{click.settings.form_word} {number}.xlsx"
    if not click.ask(click.word("ask-new", number=number, path=str(target))):
        raise Told(click.word("left-alone"))
    from ..books.patch import edited

    content = edited(_template().read_bytes(), [SetCell("Skema", _NUMBER_CELL, number)]).content
    target.write_bytes(content)
    click.app.books.open(str(target))
    return click.word("new", number=number, path=str(target))


_NUMBER_CELL = Cell(2, 2)  # of the template
_DIGITS = re.compile(r"\d+(?=\D*$)")


def _next_number(click: Click, folder: Path) -> str:
    """The number after the highest one of the workbook's own kind in its folder."""
    from ..run import check as check_files

    numbers = [proposal.number for one in click.report().workbooks for proposal in one.proposals]
    own = next((number for number in numbers if number), None)
    files = [path for path in folder.glob("*.xls[xm]") if not path.name.startswith("~$")]
    if files:
        for workbook in check_files(files, language=click.language).workbooks:
            numbers += [proposal.number for proposal in workbook.proposals]
    known = [number for number in numbers if number and _DIGITS.search(number)]
    own = own or (known[0] if known else "1.1.1. 00")
    kind = _DIGITS.sub("", own)
    last = max((int(_last_digits(one)) for one in known if _DIGITS.sub("", one) == kind), default=0)
    return _one_more(_DIGITS.sub(str(last).zfill(len(_last_digits(own))), own))


def _one_more(number: str) -> str:
    digits = _last_digits(number)
    return _DIGITS.sub(str(int(digits) + 1).zfill(len(digits)), number)


def _last_digits(number: str) -> str:
    match = _DIGITS.search(number)
    return match[0] if match else "0"


def _template() -> Path:
    """The blank form: beside the package when it is installed, beside its folder in a checkout."""
    package = Path(__file__).resolve().parents[1]
    for folder in (package / "templates", package.parent / "templates"):
        if (folder / "driftsforslag.xlsx").is_file():
            return folder / "driftsforslag.xlsx"
    raise FileNotFoundError("templates/driftsforslag.xlsx")


@button
def explain_cells(click: Click) -> str:
    """Show what the chosen cells are as amounts: the equal of the worksheet function where there is none."""
    from .functions import amount_of

    selection: Any = click.app.selection
    if selection is None:
        raise Told(click.word("no-workbook"))
    lines = []
    for row in selection.options(ndim=2, empty="").value:
        for value in row:
            if value != "":
                amount = amount_of(value, click.settings.numbers or click.language)
                told = (
                    click.word("no-amount", text=plain(str(value)))
                    if amount is None
                    else f"{plain(str(value))} → {format_number(amount, click.language)}"
                )
                lines.append(told)
    if not lines:
        raise Told(click.word("no-amounts"))
    return _question(word("excel-button", "explain_cells", click.language), lines, click)


@button
def help(click: Click) -> str:
    """Show what each button does, which version this is, and where the log is."""
    from .. import __version__
    from ..installing.places import Machine

    language = click.language
    lines = [
        f"{word('excel-button', name, language)}: {word('excel-tip', name, language)}" for name in BUTTONS
    ]
    end = [click.word("version", version=__version__), click.word("log", path=str(Machine().log))]
    return "\n\n".join([*lines, "\n".join(end)])
