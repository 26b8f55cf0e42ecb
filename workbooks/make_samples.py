"""Makes the sample workbooks and the blank proposal form.

The eight proposals come from the published catalogue in ``source/``. They are laid out once as a
catalogue (a sheet each), once as a workbook each, and once more as copies with one planted error
each. ``expected.txt`` says what a check of every file must find. The same source gives the same
bytes: every date in the files is fixed.
"""

from __future__ import annotations

import argparse
import re
import textwrap
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, TypeAlias

import xlsxwriter
from make_analysis import make_analysis
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_cell_to_rowcol
from xlsxwriter.worksheet import Worksheet

HERE: Final = Path(__file__).resolve().parent
SOURCE: Final = "slagelse-driftsforslag-2023-2026.txt"
CREATED: Final = datetime(2022, 6, 1, 9, 0, 0)

YEAR_COLUMNS: Final = "BCDE"
TOTAL_COLUMN: Final = "F"
COLUMN_WIDTHS: Final = {"A": 46, "B": 10, "C": 10, "D": 10, "E": 10, "F": 11}
LINE_HEIGHT: Final = 14.5
CHARACTERS_A_LINE: Final = 106
"""Of text across A:F; a tenth fewer than Calibri 11 has room for, so that nothing is cut."""

SEPARATED: Final = "#,##0"
PLAIN: Final = "0"
BLANK_WHEN_ZERO: Final = "#,##0;-#,##0;;@"

Value: TypeAlias = str | int | Decimal | date | None
Place: TypeAlias = tuple[str, str]
"""A sheet and the cell where a person must look first; ``-`` where no cell is to blame."""


# The catalogue as published ---------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """One row of amounts: a line, a subtotal of the lines above, or an of-which of its parent."""

    label: str
    amounts: tuple[int | None, ...]
    number_format: str = SEPARATED
    kind: str = "line"


@dataclass(frozen=True)
class Proposal:
    """One proposal of the catalogue; ``heading`` is what stands between its kind and its text."""

    number: str
    heading: tuple[str, ...]
    paragraphs: tuple[str, ...]
    unit: str
    caption: str
    years: tuple[int, ...]
    lines: tuple[Line, ...]
    total_format: str

    @property
    def title(self) -> str:
        """The title without the account that may stand before it."""
        return self.heading[-1].rpartition(" // ")[2]


def read_catalogue(text: str) -> list[Proposal]:
    """Reads the published text into its proposals, in the order of the document."""
    forms = re.split(r"^Driftsforslag\n\n(?=\*?Skema )", text, flags=re.MULTILINE)[1:]
    return [read_proposal(form.splitlines()) for form in forms]


def read_proposal(published: Sequence[str]) -> Proposal:
    """Reads one proposal. Its heading ends with the title, the third line, or the second of 05."""
    texts = [line for line in published if line]
    run_together = texts[0].startswith("*")
    if run_together:
        texts[0] = texts[0].strip("*").replace("**", " ")
    title = 1 if run_together else 2
    unit = next(at for at, line in enumerate(texts) if line.startswith("Beløb i "))
    head, *lines, total = (line.split("\t") for line in texts[unit + 1 :])
    match = re.match(r"Skema \d+\.\d+\.\d+\. (\d\d)", texts[0])
    assert match and total[0] == "I alt"
    return Proposal(
        number=match[1],
        heading=tuple(texts[: title + 1]),
        paragraphs=tuple(texts[title + 1 : unit]),
        unit=texts[unit],
        caption=head[0],
        years=tuple(int(year) for year in head[1:-1]),
        lines=tuple(
            Line(label, tuple(map(amount, cells[:-1])), number_format(cells[:-1])) for label, *cells in lines
        ),
        total_format=number_format(total[1:-1]),
    )


def amount(published: str) -> int | None:
    """``"-5.300"`` as -5300; an empty cell as None."""
    return int(published.replace(".", "")) if published else None


def number_format(published: Sequence[str]) -> str:
    """With separators, unless the row has an amount of four digits that was printed without."""
    return PLAIN if any(re.fullmatch(r"-?\d{4,}", cell) for cell in published) else SEPARATED


# A sheet before it is a file --------------------------------------------------------------------


@dataclass(frozen=True)
class Cell:
    """What stands in a cell, how it looks, and what it shows if that is not what it computes."""

    value: Value = None
    look: str = "text"
    number_format: str = ""
    formula: str = ""
    shown: Value = None


@dataclass
class Sheet:
    """A sheet that faults can be planted in; ``rows`` names the rows they are aimed at."""

    name: str
    cells: dict[str, Cell] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    merged: list[str] = field(default_factory=list)
    heights: dict[int, float] = field(default_factory=dict)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[str] = field(default_factory=set)
    amounts_validated: str = ""

    def at(self, spot: str) -> str:
        """The address of a spot such as ``"F{line1}"``."""
        return spot.format(**self.rows)

    def change(self, spot: str, **changes: Any) -> str:
        """Changes what is said of the cell at a spot and gives its address."""
        address = self.at(spot)
        self.cells[address] = replace(self.cells.get(address, Cell()), **changes)
        return address


Book: TypeAlias = list[Sheet]


def lay_out(proposal: Proposal, name: str) -> Sheet:
    """Lays a proposal out on a sheet as the form has it: heading, text, table."""
    sheet = Sheet(name)
    sheet.cells["A1"] = Cell("Driftsforslag", "kind")
    looks = ("number", "committee", "title") if len(proposal.heading) == 3 else ("number", "title")
    for row, (text, look) in enumerate(zip(proposal.heading, looks, strict=True), start=2):
        sheet.cells[f"A{row}"] = Cell(text, look)
        sheet.rows[look] = row
    sheet.heights = {1: 24.0, 2: 18.0, sheet.rows["title"]: 21.0}

    row = sheet.rows["title"] + 2
    for paragraph in proposal.paragraphs:
        sheet.cells[f"A{row}"] = Cell(paragraph, "paragraph")
        sheet.merged.append(f"A{row}:F{row}")
        listed = paragraph.startswith("- ")
        sheet.heights[row] = height(paragraph, CHARACTERS_A_LINE) + (1 if listed else 6)
        row += 1

    sheet.rows["unit"] = row + 1
    sheet.cells[f"A{row + 1}"] = Cell(proposal.unit, "unit")
    lay_out_table(sheet, proposal, row + 2)
    return sheet


def lay_out_table(sheet: Sheet, proposal: Proposal, heading: int) -> None:
    """Lays out heading, lines and totals; subtotals and of-which rows are not added again."""
    sheet.rows["heading"] = heading
    sheet.heights[heading] = 18.0
    sheet.cells[f"A{heading}"] = Cell(proposal.caption, "heading")
    for column, year in zip(YEAR_COLUMNS, proposal.years, strict=True):
        sheet.cells[f"{column}{heading}"] = Cell(year, "year")
    sheet.cells[f"{TOTAL_COLUMN}{heading}"] = Cell("I alt", "year")

    first, total = heading + 1, heading + 1 + len(proposal.lines)
    added = [first + at for at, line in enumerate(proposal.lines) if line.kind == "line"]
    for row, line in enumerate(proposal.lines, start=first):
        subtotal = line.kind == "subtotal"
        look = "subtotal" if subtotal else "amount"
        sheet.rows[f"line{row - first + 1}"] = row
        sheet.cells[f"A{row}"] = Cell(line.label or None, "subtotal" if subtotal else "label")
        sheet.heights[row] = height(line.label, 44) + 3
        for column, figure in zip(YEAR_COLUMNS, line.amounts, strict=True):
            formula = total_of(column, range(first, row)) if subtotal else ""
            sheet.cells[f"{column}{row}"] = Cell(figure, look, line.number_format, formula)
        formula = f"=SUM(B{row}:E{row})"
        sheet.cells[f"{TOTAL_COLUMN}{row}"] = Cell(None, look, SEPARATED, formula)

    sheet.rows["total"] = total
    sheet.heights[total] = 18.0
    sheet.cells[f"A{total}"] = Cell("I alt", "total")
    for column in YEAR_COLUMNS + TOTAL_COLUMN:
        style = SEPARATED if column == TOTAL_COLUMN else proposal.total_format
        sheet.cells[f"{column}{total}"] = Cell(None, "total", style, total_of(column, added))


def total_of(column: str, rows: Sequence[int]) -> str:
    """The formula that adds the rows of a column, with a range for each unbroken run."""
    runs: list[list[int]] = []
    for row in rows:
        if runs and row == runs[-1][-1] + 1:
            runs[-1].append(row)
        else:
            runs.append([row])
    return "=SUM(" + ",".join(f"{column}{run[0]}:{column}{run[-1]}" for run in runs) + ")"


def height(text: str, characters: int) -> float:
    """The row height in points that a wrapped text needs in Calibri 11."""
    return LINE_HEIGHT * max(1, len(textwrap.wrap(text, characters)))


# What Excel would show --------------------------------------------------------------------------


def calculated(sheet: Sheet, address: str) -> Value:
    """The value of a cell after recalculation. Formulas are SUM or a lone error.

    As in Excel, SUM passes over text and blanks, counts a date as its number of days and hands an
    error on.
    """
    cell = sheet.cells.get(address, Cell())
    if not cell.formula:
        return cell.value
    if cell.formula.startswith("=#"):
        return cell.formula[1:]
    total = Decimal(0)
    for addend in addresses(cell.formula):
        value = calculated(sheet, addend)
        if isinstance(value, str) and value.startswith("#"):
            return value
        if isinstance(value, date):
            total += (value - date(1899, 12, 30)).days
        elif isinstance(value, int | Decimal):
            total += value
    return int(total) if total == int(total) else total


def addresses(formula: str) -> Iterator[str]:
    """The cells that a SUM of ranges adds."""
    inside = re.fullmatch(r"=SUM\((.+)\)", formula)
    assert inside, formula
    for part in inside[1].split(","):
        ends = re.fullmatch(r"([A-Z])(\d+):([A-Z])(\d+)", part)
        assert ends, part
        for column in range(ord(ends[1]), ord(ends[3]) + 1):
            for row in range(int(ends[2]), int(ends[4]) + 1):
                yield f"{chr(column)}{row}"


# From sheets to a file --------------------------------------------------------------------------

_GREY: Final = {"border": 1, "border_color": "#BFBFBF"}
_DARK: Final = {"border": 1, "border_color": "#7F7F7F"}
_INPUT: Final = {"bg_color": "#FFF9E1", "locked": False}

LOOKS: Final[dict[str, dict[str, Any]]] = {
    "text": {},
    "kind": {"bold": True, "font_size": 18, "font_color": "#1F3A56", "valign": "vcenter"},
    "number": {"bold": True, "font_size": 12, "valign": "vcenter"},
    "committee": {"font_color": "#404040"},
    "title": {"bold": True, "font_size": 14, "font_color": "#1F3A56", "valign": "vcenter"},
    "paragraph": {"text_wrap": True, "valign": "top"},
    "unit": {"italic": True},
    "unit at right": {"italic": True, "align": "right"},
    "heading": {"bold": True, "bg_color": "#DCE6F0", "valign": "vcenter", **_DARK},
    "year": {"bold": True, "bg_color": "#DCE6F0", "valign": "vcenter", "align": "right", **_DARK},
    "label": {"text_wrap": True, "valign": "vcenter", **_GREY},
    "amount": {"valign": "vcenter", **_GREY},
    "subtotal": {"italic": True, "valign": "vcenter", **_GREY},
    "total": {"bold": True, "valign": "vcenter", **_DARK, "top": 2, "top_color": "#1F3A56"},
    "field": {"font_color": "#404040", "valign": "vcenter"},
    "input": {"valign": "vcenter", **_INPUT, **_GREY},
    "input text": {"text_wrap": True, "valign": "top", **_INPUT, **_GREY},
    "input label": {"text_wrap": True, "valign": "vcenter", **_INPUT, **_GREY},
}


def write_book(path: Path, sheets: Book, title: str) -> None:
    """Writes sheets as a workbook that shows its cached values until somebody recalculates it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    formats: dict[tuple[str, str], Format] = {}
    with xlsxwriter.Workbook(str(path)) as workbook:
        workbook.set_properties(
            {
                "title": title,
                "author": "Økonomiafdelingen",
                "comments": "Eksempel til budget_tools, lavet efter et offentligt budgetkatalog",
                "created": CREATED,
            }
        )
        workbook.set_calc_mode("auto", 191029)
        workbook.calc_on_load = False

        def formatted(look: str, style: str) -> Format:
            if (look, style) not in formats:
                properties = {"font_name": "Calibri", "font_size": 11, **LOOKS[look]}
                if style:
                    properties["num_format"] = style
                formats[look, style] = workbook.add_format(properties)
            return formats[look, style]

        for sheet in sheets:
            write_sheet(workbook.add_worksheet(sheet.name), sheet, formatted)
    if any(cell.shown == "" for sheet in sheets for cell in sheet.cells.values()):
        drop_empty_values(path)


def write_sheet(out: Worksheet, sheet: Sheet, formatted: Callable[[str, str], Format]) -> None:
    """Writes one sheet: page, columns and rows first, then merged ranges, then cells."""
    set_page(out)
    for column, width in COLUMN_WIDTHS.items():
        out.set_column(f"{column}:{column}", width, None, {"hidden": column in sheet.hidden_columns})
    for row in sorted(sheet.heights.keys() | sheet.hidden_rows):
        out.set_row(row - 1, sheet.heights.get(row), None, {"hidden": row in sheet.hidden_rows})
    for merged in sheet.merged:
        cell = sheet.cells[merged.partition(":")[0]]
        out.merge_range(merged, "", formatted(cell.look, cell.number_format))
    for address, cell in sheet.cells.items():
        write_cell(out, sheet, address, formatted(cell.look, cell.number_format))
    if sheet.amounts_validated:
        validate_amounts(out, sheet.amounts_validated)


def write_cell(out: Worksheet, sheet: Sheet, address: str, style: Format) -> None:
    """Writes one cell by its kind; text is never taken for a formula or a link."""
    row, column = xl_cell_to_rowcol(address)
    cell = sheet.cells[address]
    if cell.formula:
        shown = calculated(sheet, address) if cell.shown is None else cell.shown
        out.write_formula(row, column, cell.formula, style, shown)
    elif cell.value is None:
        out.write_blank(row, column, None, style)
    elif isinstance(cell.value, str):
        out.write_string(row, column, cell.value, style)
    elif isinstance(cell.value, date):
        out.write_datetime(row, column, cell.value, style)
    else:
        out.write_number(row, column, cell.value, style)


def set_page(out: Worksheet) -> None:
    """A4 portrait, one page wide, page number at the foot."""
    out.set_paper(9)
    out.set_portrait()
    out.fit_to_pages(1, 0)
    out.set_margins(left=0.8, right=0.7, top=0.8, bottom=0.8)
    out.set_footer("&L&9Driftsforslag&R&9Side &P af &N")
    out.hide_gridlines(2)


def validate_amounts(out: Worksheet, cells: str) -> None:
    """Lets only numbers into the cells, and says so in Danish."""
    out.data_validation(
        cells,
        {
            "validate": "decimal",
            "criteria": "between",
            "minimum": -1_000_000_000,
            "maximum": 1_000_000_000,
            "input_title": "Beløb i 1.000 kr.",
            "input_message": "Skriv beløbet som et tal. Udgifter er positive; "
            "indtægter og besparelser skrives med minus.",
            "error_title": "Ikke et beløb",
            "error_message": "Cellen skal indeholde et tal i 1.000 kr., uden tekst og enhed.",
        },
    )


def drop_empty_values(path: Path) -> None:
    """Takes empty ``<v></v>`` out of the sheets, as programs that never calculate leave them."""
    with zipfile.ZipFile(path) as package:
        parts = [(part, package.read(part)) for part in package.infolist()]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for part, content in parts:
            if part.filename.startswith("xl/worksheets/"):
                content = content.replace(b"<v></v>", b"")
            package.writestr(part, content)


# The planted errors -----------------------------------------------------------------------------

Plant: TypeAlias = Callable[[Book], list[Place]]


def typed(spot: str, value: Value, **changes: Any) -> Plant:
    """A value typed over whatever stood in the cell."""
    return altered(spot, value=value, formula="", **changes)


def altered(spot: str, **changes: Any) -> Plant:
    """Anything about one cell."""

    def plant(book: Book) -> list[Place]:
        return [(book[0].name, book[0].change(spot, **changes))]

    return plant


def on_form(change: Callable[[Sheet], str]) -> Plant:
    """A change of the form itself that gives the address to look at."""

    def plant(book: Book) -> list[Place]:
        return [(book[0].name, change(book[0]))]

    return plant


@on_form
def subtotal_added_again(form: Sheet) -> str:
    """I alt adds every row above it, the subtotal too."""
    rows = range(form.rows["line1"], form.rows["total"])
    for column in YEAR_COLUMNS + TOTAL_COLUMN:
        form.change(column + "{total}", formula=total_of(column, rows))
    return form.at("B{total}")


@on_form
def line_left_out_of_a_sum(form: Sheet) -> str:
    """A line was inserted below the range of one year's sum."""
    line = form.rows["line1"]
    return form.change("D{total}", formula=total_of("D", [line]))


@on_form
def year_left_out_of_a_sum(form: Sheet) -> str:
    """The total of one line ends a year too early."""
    return form.change("F{line1}", formula=form.at("=SUM(B{line1}:D{line1})"))


@on_form
def line_added_twice(form: Sheet) -> str:
    """Two ranges of a sum overlap."""
    return form.change("C{total}", formula=form.at("=SUM(C{line1}:C{line2},C{line2}:C{line2})"))


@on_form
def total_of_another_line(form: Sheet) -> str:
    """A formula that was copied as text still adds the line it came from."""
    return form.change("F{line2}", formula=form.at("=SUM(B{line1}:E{line1})"))


@on_form
def rounded_row_total(form: Sheet) -> str:
    """A row total that was added up from more decimals than are left in the years."""
    figures = ("500.4", "500.3", "500.4", "500.3")
    for column, figure in zip(YEAR_COLUMNS, figures, strict=True):
        form.change(column + "{line1}", value=Decimal(figure))
    for column in YEAR_COLUMNS + TOTAL_COLUMN:
        for row in ("{line1}", "{total}"):
            form.change(column + row, number_format="#,##0.0")
    return form.change("F{line1}", value=Decimal("2001.5"), formula="")


@on_form
def total_row_without_separators(form: Sheet) -> str:
    """The years are too small to show it; the corner does."""
    for column in YEAR_COLUMNS + TOTAL_COLUMN:
        form.change(column + "{total}", number_format=PLAIN)
    return form.at("F{total}")


@on_form
def last_years_template(form: Sheet) -> str:
    """The years of the budget before."""
    for column, year in zip(YEAR_COLUMNS, range(2022, 2026), strict=True):
        form.change(column + "{heading}", value=year)
    return form.at("B{heading}")


@on_form
def total_row_empty(form: Sheet) -> str:
    """I alt has its label, but nothing in it."""
    for column in YEAR_COLUMNS + TOTAL_COLUMN:
        form.change(column + "{total}", formula="")
    return form.at("B{total}")


@on_form
def total_column_empty(form: Sheet) -> str:
    """The column has its heading, but nothing in it."""
    form.change("F{total}", formula="")
    return form.change("F{line1}", formula="")


@on_form
def hidden_line(form: Sheet) -> str:
    """A line that is counted, but not seen."""
    form.hidden_rows.add(form.rows["line2"])
    return form.at("B{line2}")


@on_form
def hidden_year(form: Sheet) -> str:
    """A year that is counted, but not seen."""
    form.hidden_columns.add("D")
    return form.at("D{line1}")


@on_form
def unit_missing(form: Sheet) -> str:
    """No caption; the table begins at its heading, so that is where to look."""
    form.change("A{unit}", value=None)
    return form.at("A{heading}")


@on_form
def two_units(form: Sheet) -> str:
    """A second unit at the other end of the caption's row, left from another form."""
    form.change("F{unit}", value="Beløb i mio. kr.", look="unit at right")
    return form.at("A{unit}")


SUM_OF_TWO: Final = "Der er regnet med 300.000 kr. til Office og 150.000 kr. til servere, i alt 500.000 kr."


@on_form
def other_number_of_staff(form: Sheet) -> str:
    """A label that counts another number of årsværk than the text asks for."""
    return form.change("A{line2}", value="IT-support, 3 årsværk")


@on_form
def another_amount_in_text(form: Sheet) -> str:
    """The text asks for more than the table."""
    form.change("A6", value="Der søges om 600.000 kr. årligt til licenser.")
    return form.at("B{line1}")


@on_form
def cheap_staff(form: Sheet) -> str:
    """More people than the amount can pay."""
    form.change("A{line1}", value="Løn til 12 medarbejdere")
    return form.at("B{line1}")


@on_form
def both_models(form: Sheet) -> str:
    """Two ways to do the same, both in the total."""
    return form.at("B{total}")


def notes_added(book: Book) -> list[Place]:
    """A sheet that is no proposal."""
    notes = (
        "Noter til behandlingen",
        "Afventer svar fra IT om antal brugere.",
        "Drøftes på næste møde i budgetgruppen.",
    )
    sheet = Sheet("Noter", {f"A{row}": Cell(note) for row, note in enumerate(notes, start=1)})
    book.append(sheet)
    return [(sheet.name, "-")]


def copy_with_other_amounts(book: Book) -> list[Place]:
    """The same form twice, the second with a later figure."""
    form = book[0]
    twin = replace(form, name=f"{form.name} (2)", cells=dict(form.cells))
    for column in YEAR_COLUMNS:
        twin.change(column + "{line1}", value=650)
    book.append(twin)
    return [(sheet.name, sheet.at("A{number}")) for sheet in book]


def as_published(proposal: Proposal) -> Proposal:
    """The proposal unchanged."""
    return proposal


def with_subtotal(proposal: Proposal) -> Proposal:
    """A subtotal after the lines of the proposal and one line more."""
    subtotal = Line("Mellemsum", (None,) * 4, kind="subtotal")
    more = Line("Uddannelse af medarbejdere", (300,) * 4)
    return replace(proposal, lines=(*proposal.lines, subtotal, more))


def with_two_models(proposal: Proposal) -> Proposal:
    """Two ways to do what the proposal is about, a line each."""
    models = Line("Model A: egen drift", (500,) * 4), Line("Model B: fælles drift", (350,) * 4)
    return replace(proposal, lines=models)


def with_of_which(proposal: Proposal) -> Proposal:
    """An of-which row under the first line."""
    first, *rest = proposal.lines
    of_which = Line("Heraf løn", (2300,) * 4, kind="of which")
    return replace(proposal, lines=(first, of_which, *rest))


@dataclass(frozen=True)
class Fault:
    """One planted error: its code, a short name, the proposal it is planted in, and how."""

    code: str
    name: str
    number: str
    plant: Plant
    base: Callable[[Proposal], Proposal] = as_published
    hint: str = ""


FAULTS: Final = (
    Fault("ARI001", "row-total-wrong", "07", typed("F{line1}", 2900)),
    Fault("ARI002", "column-total-wrong", "05", typed("C{total}", 4400)),
    Fault("ARI002", "swapped-digits", "05", typed("C{total}", 5400), hint="ARI004"),
    Fault("ARI002", "minus-missing", "08", typed("C{total}", 7300), hint="ARI005"),
    Fault("ARI002", "line-left-out", "05", typed("D{total}", 3000), hint="ARI006"),
    Fault("ARI003", "corner-wrong", "05", typed("F{total}", 18100)),
    Fault("ARI007", "subtotal-added-again", "06", subtotal_added_again, with_subtotal),
    Fault("ARI008", "rounding", "07", rounded_row_total),
    Fault("ARI010", "of-which-too-large", "06", typed("C{line2}", 2700), with_of_which),
    Fault("FRM001", "typed-row-total", "07", typed("F{line1}", 2000)),
    Fault("FRM002", "line-left-out-of-sum", "05", line_left_out_of_a_sum),
    Fault("FRM002", "year-left-out-of-sum", "08", year_left_out_of_a_sum),
    Fault("FRM003", "line-added-twice", "08", line_added_twice),
    Fault("FRM004", "total-of-another-line", "05", total_of_another_line),
    Fault("FRM006", "stale-value", "07", altered("F{line1}", shown=1900)),
    Fault("FRM006", "no-value", "07", altered("F{line1}", shown="")),
    Fault("IDN001", "number-invalid", "07", typed("A{number}", "Skema 2.1.2. 7x")),
    Fault("IDN001", "number-missing", "07", typed("A{number}", "Skema")),
    Fault("IDN002", "number-twice", "07", copy_with_other_amounts),
    Fault("IDN006", "saving-is-positive", "07", typed("A{title}", "Besparelse på Microsoft licenser")),
    Fault("NUM001", "text-with-point", "05", typed("C{line2}", "1.500")),
    Fault("NUM001", "text-with-trailing-blank", "05", typed("C{line2}", "1500\u00a0")),
    Fault("NUM002", "thousands-as-decimals", "05", typed("C{line1}", Decimal("3.075"))),
    Fault("NUM003", "typographic-minus", "08", typed("C{line2}", "\u2212 5 300")),
    Fault("NUM003", "parentheses", "08", typed("C{line2}", "(5300)")),
    Fault("NUM004", "corner-without-separator", "07", total_row_without_separators),
    Fault("NUM005", "kroner-for-thousands", "01", typed("C{line1}", 1_200_000)),
    Fault("NUM006", "gap", "07", typed("C{line1}", None)),
    Fault("NUM007", "about-500", "07", typed("C{line1}", "ca. 500")),
    Fault("NUM008", "reference-error", "07", altered("C{line1}", value=None, formula="=#REF!")),
    Fault("NUM008", "date", "07", typed("C{line1}", date(2024, 5, 1), number_format="dd-mm-yyyy")),
    Fault("NUM008", "percent", "07", typed("C{line1}", Decimal("0.02"), number_format="0%")),
    Fault("STR001", "notes", "07", notes_added),
    Fault("STR002", "last-years-template", "07", last_years_template),
    Fault("STR003", "total-row-empty", "07", total_row_empty),
    Fault("STR003", "total-column-empty", "07", total_column_empty),
    Fault("STR005", "no-label", "07", typed("A{line1}", None)),
    Fault("STR006", "hidden-row", "05", hidden_line),
    Fault("STR006", "hidden-column", "07", hidden_year),
    Fault("STR007", "stray-number", "07", typed("H{line1}", 425)),
    Fault("STR008", "unit-missing", "07", unit_missing),
    Fault("STR008", "unit-double", "07", two_units),
    Fault("TXT001", "date-left-open", "07", typed("A6", "Økonomiudvalget drøftede udgiften d. xx maj 2022.")),
    Fault("TXT002", "text-asks-for-more", "07", another_amount_in_text),
    Fault("TXT003", "other-number-of-staff", "06", other_number_of_staff),
    Fault("TXT004", "sum-of-two", "07", typed("A6", SUM_OF_TWO)),
    Fault("TXT006", "label-stops", "07", typed("A{line1}", "Microsoft-licenser til brug for")),
    Fault("TXT007", "both-models", "07", both_models, with_two_models),
    Fault("TXT008", "cheap-staff", "07", cheap_staff),
    Fault("IDN008", "one-off-every-year", "07", typed("A6", "Der er tale om en engangsudgift til licenser.")),
)


# What a check must find -------------------------------------------------------------------------

CLEAN: Final[dict[str, tuple[str, ...]]] = {
    "01": ("STR005 A{line1}", "NUM004 C{total}", "NUM006 E{line1}"),
    "02": ("NUM004 B{total}", "TXT006 A{line1}"),
    "03": ("STR005 A{line1}", "TXT001 A6"),
    "04": ("STR005 A{line1}", "ARI009 B{line1}"),
    "05": ("STR004 A{number}", "NUM004 B{total}", "TXT007 B{total}"),
    "06": ("NUM004 B{total}", "TXT008 A{line1}"),
    "07": (),
    "08": ("NUM004 B{total}", "IDN004 A{title}", "TXT002 B{line2}", "TXT003 A{line2}", "XWB003 A6"),
}
"""What is found in each proposal as published, in the groups that ``expected.txt`` covers."""

EXPECTED_HEAD: Final = """\
# What a check of each sample must find, each file checked on its own: code, file, sheet, cell.
# Parted by tabs and sorted; '-' where no cell is to blame. Made by make_samples.py.
# Covers STR, NUM, ARI, FRM, IDN, TXT, XWB and KON, in the phase "collect".
# faults/ has a budget.toml with the period; the other folders have none.
"""


def clean_findings(number: str, sheet: Sheet, file: str) -> Iterator[str]:
    """The lines of ``expected.txt`` for a proposal as published."""
    for finding in CLEAN[number]:
        code, spot = finding.split()
        yield f"{code}\t{file}\t{sheet.name}\t{sheet.at(spot)}"


# The three folders and the form -----------------------------------------------------------------


def make_catalogue(proposals: Sequence[Proposal], output: Path) -> Iterator[str]:
    """Writes the proposals as one workbook, a sheet each."""
    file = "catalogue/Driftsforslag 2023-2026 Økonomiudvalget.xlsx"
    book = [lay_out(proposal, proposal.number) for proposal in proposals]
    write_book(output / file, book, "Budget 2023-2026, driftsforslag, Økonomiudvalget")
    for sheet in book:
        yield from clean_findings(sheet.name, sheet, file)


def make_proposals(proposals: Sequence[Proposal], output: Path) -> Iterator[str]:
    """Writes the proposals as a workbook each, as departments send them in."""
    for proposal in proposals:
        file = f"proposals/Skema 2.1.2. {proposal.number} {proposal.title}.xlsx"
        sheet = lay_out(proposal, "Skema")
        write_book(output / file, [sheet], f"Driftsforslag {proposal.number} {proposal.title}")
        yield from clean_findings(proposal.number, sheet, file)


def make_faults(proposals: Sequence[Proposal], output: Path) -> Iterator[str]:
    """Writes a copy for each planted error, and the settings that hold for them."""
    published = {proposal.number: proposal for proposal in proposals}
    for fault in FAULTS:
        file = f"faults/{fault.code}-{fault.name}.xlsx"
        book = [lay_out(fault.base(published[fault.number]), "Skema")]
        places = fault.plant(book)
        write_book(output / file, book, f"Driftsforslag {fault.number}")
        yield from clean_findings(fault.number, book[0], file)
        for sheet, cell in places:
            yield f"{fault.code}\t{file}\t{sheet}\t{cell}"
    settings = "# The settings that hold for the workbooks of this folder.\n"
    settings += "period = [2023, 2024, 2025, 2026]\n"
    write_text(output / "faults" / "budget.toml", settings)


def make_form(path: Path, years: Sequence[int]) -> None:
    """Writes the blank form: labels in column A, pale yellow cells to fill in."""
    sheet = Sheet("Skema", amounts_validated="B16:E21")
    sheet.cells["A1"] = Cell("Driftsforslag", "kind")
    for row, label in enumerate(("Skema", "Udvalg", "Politikområde", "Titel"), start=2):
        sheet.cells[f"A{row}"] = Cell(label, "field")
        sheet.cells[f"B{row}"] = Cell(None, "input", "@")
        sheet.merged.append(f"B{row}:F{row}")
    sheet.cells["A6"] = Cell("Beskrivelse", "field")
    sheet.cells["A7"] = Cell(None, "input text")
    sheet.merged.append("A7:F12")
    sheet.cells["A14"] = Cell("Beløb i 1.000 kr.", "unit")

    lines = tuple(Line("", (None,) * 4) for _ in range(6))
    proposal = Proposal("", (), (), "", "Budgetoverslag", tuple(years), lines, SEPARATED)
    lay_out_table(sheet, proposal, heading=15)
    for address, cell in sheet.cells.items():
        if cell.look == "label":
            sheet.cells[address] = replace(cell, look="input label")
        elif cell.formula:
            sheet.cells[address] = replace(cell, number_format=BLANK_WHEN_ZERO)
        elif cell.look == "amount":
            sheet.cells[address] = replace(cell, look="input")
    sheet.heights |= {1: 30.0, 6: 24.0} | dict.fromkeys(range(2, 6), 19.5) | dict.fromkeys(range(7, 13), 60.0)
    sheet.heights |= dict.fromkeys(range(16, 22), 19.5)
    write_book(path, [sheet], "Driftsforslag")


def write_text(path: Path, text: str) -> None:
    """Writes text with the same line ends on every system."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")


def main(arguments: Sequence[str] | None = None) -> None:
    """Makes everything. Without ``--output`` the form goes to the project's ``templates/``."""
    parser = argparse.ArgumentParser(description="Make the sample workbooks and the blank form.")
    parser.add_argument(
        "--output",
        type=Path,
        default=HERE,
        metavar="DIR",
        help="where the samples go (default: the folder of this script); "
        "the form then goes to DIR/templates, else to the project's templates/",
    )
    output: Path = parser.parse_args(arguments).output.resolve()
    templates = (HERE.parent if output == HERE else output) / "templates"

    proposals = read_catalogue((HERE / "source" / SOURCE).read_text(encoding="utf-8"))
    expected = [
        *make_catalogue(proposals, output),
        *make_proposals(proposals, output),
        *make_faults(proposals, output),
        *make_analysis(HERE / "source", output),
    ]
    hints = [
        f"# The finding in faults/{fault.code}-{fault.name}.xlsx carries the hint {fault.hint}.\n"
        for fault in FAULTS
        if fault.hint
    ]
    lines = [f"{line}\n" for line in sorted(expected)]
    write_text(output / "expected.txt", EXPECTED_HEAD + "".join(hints) + "".join(lines))
    make_form(templates / "driftsforslag.xlsx", proposals[0].years)


if __name__ == "__main__":
    main()
