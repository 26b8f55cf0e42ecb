"""From a `Base` to sheets: identity, prose, table, footnotes, and a map of what stands where."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from .layout import Base, Layout
from .proposals import Kind, Line, Proposal
from .sheet import Cell, Coord, Sheet, adding

FORMATS = ("#,##0", "0", "#,##0;[Red]-#,##0", "General")
DECIMAL_FORMATS = {
    1: ("#,##0.0", "0.0", "#,##0.0;[Red]-#,##0.0"),
    2: ("#,##0.00", "0.00", "#,##0.00;[Red]-#,##0.00"),
}

TOTAL_ROW = {
    "da": ("I alt", "Total", "Sum", "Samlet", "Total, netto", "I alt"),
    "en": ("Total", "Total", "Sum", "Total, net", "Total", "Total"),
}
TOTAL_COLUMN = {
    "da": ("I alt", "Total", "Sum", "Samlet", "I alt", "I alt"),
    "en": ("Total", "Total", "Sum", "Total", "Total", "Total"),
}
LABEL_HEADING = {
    "da": ("Budgetoverslag", "Tekst", "Post", "Udgifter og indtægter", "Aktivitet", ""),
    "en": ("Budget", "Description", "Item", "Expenditure and income", "Activity", ""),
}
SENTENCES = {
    ("da", 1000): ("Beløb i 1.000 kr.", "(1.000 kr.)", "Beløb i t.kr.", "Alle beløb er i 1.000 kr."),
    ("da", 1): ("Beløb i kr.", "(kr.)", "Beløb i hele kr.", "Alle beløb er i kr."),
    ("da", 1_000_000): ("Beløb i mio. kr.", "(mio. kr.)", "Beløb i mio. kr.", "Alle beløb er i mio. kr."),
    ("en", 1000): (
        "Amounts in DKK 1,000",
        "(DKK 1,000)",
        "Amounts in DKK thousand",
        "All amounts in DKK 1,000",
    ),
    ("en", 1): ("Amounts in DKK", "(DKK)", "Amounts in DKK", "All amounts in DKK"),
    ("en", 1_000_000): (
        "Amounts in DKK million",
        "(DKK million)",
        "DKK million",
        "All amounts in DKK million",
    ),
}
SHORT = {
    ("da", 1000): ("1.000 kr.", "t.kr."),
    ("da", 1): ("kr.", "kr."),
    ("da", 1_000_000): ("mio. kr.", "mio. kr."),
    ("en", 1000): ("DKK 1,000", "DKK thousand"),
    ("en", 1): ("DKK", "DKK"),
    ("en", 1_000_000): ("DKK million", "DKK million"),
}
FIELDS = {
    "da": ("Skemanr.:", "Udvalg:", "Politikområde:", "Titel:", "Enhed:", "Beskrivelse:"),
    "en": ("Form no.:", "Committee:", "Policy area:", "Title:", "Unit:", "Description:"),
}
FORM = {"da": "Skema", "en": "Form"}
FOOTNOTES = {
    "da": ("*) Heraf er en del bevilget på mødet den 21.3.22 (pkt. 30).", "Kilde: Budget 2022, side 14-16."),
    "en": ("*) Part of this was granted on 21.3.22 (item 30).", "Source: Budget 2022, pp. 14-16."),
}
REMARKS = {
    "da": ("Varigt", "Jf. møde 14.6.22", "1.200 brugere", "Se skemaets tekst", "50 %"),
    "en": ("Permanent", "Cf. meeting 14.6.22", "1,200 users", "See the text", "50 %"),
}


@dataclass
class Row:
    """A row of a built table that bears amounts."""

    index: int
    label: str
    kind: Kind | None
    """None for the grand total."""


@dataclass
class Table:
    """What stands where: the map by which a fault is planted and named."""

    sheet: Sheet
    proposal: Proposal
    number: str | None
    rows: list[Row] = field(default_factory=list)
    year_columns: list[int] = field(default_factory=list)
    label_column: int = 0
    total_column: int | None = None
    first_column: int = 0
    last_column: int = 0
    heading_row: int = 0
    end_row: int = 0
    units: list[tuple[Coord, str]] = field(default_factory=list)
    """Cells that state the unit, each with what it would say without."""
    number_cells: list[tuple[Coord, str]] = field(default_factory=list)
    """Where the number stands, as a pattern with {} for it; its label beside it, if any, has no {}."""
    label_heading: Coord | None = None

    @property
    def lines(self) -> list[Row]:
        """The rows a total adds up."""
        return [row for row in self.rows if row.kind is Kind.LINE]

    @property
    def total_row(self) -> Row | None:
        """The grand total's row."""
        return next((row for row in self.rows if row.kind is None), None)

    def totals(self) -> list[Coord]:
        """Every cell of the table that ought to equal a sum."""
        columns = [*self.year_columns, *([] if self.total_column is None else [self.total_column])]
        cells = [(row.index, column) for row in self.rows for column in columns]
        return [coord for coord in cells if coord in self.sheet.cells and self.sheet.cells[coord].is_total]

    def covering(self, coord: Coord) -> list[Coord]:
        """The totals that cover a cell directly."""
        cells = self.sheet.cells
        return [total for total in self.totals() if any(coord in cover for cover in cells[total].covers)]


@dataclass
class Book:
    """Sheets to write and the map of their tables."""

    layout: Layout
    sheets: list[Sheet]
    tables: list[Table]


def build(base: Base, prefix: str) -> Book:
    """Lay the proposals out; `prefix` ("3.1.2.") makes their numbers unlike those of every other workbook."""
    layout = base.layout
    book = Book(layout, [], [])
    language = base.proposals[0].language
    groups = [[proposal] for proposal in base.proposals]
    if layout.arrangement == "stacked":
        groups = [list(base.proposals)]
    if layout.extras in ("cover", "contents", "cover+notes"):
        book.sheets.append(_cover(base, prefix))
    for group in groups:
        sheet = Sheet(
            _sheet_name(layout, group, stacked=layout.arrangement == "stacked", index=len(book.tables))
        )
        book.sheets.append(sheet)
        row = layout.top
        shared: list[tuple[Coord, str]] = []
        if layout.sheet_title:
            first, last = group[0].years[0], group[0].years[-1]
            period = f"{first}-{last}" if last > first else str(first)
            title = f"Budget {period}" if language == "en" else f"Driftsforslag til budget {period}"
            said = title
            if layout.unit_place == "sheet-title":
                said = f"{title} {SENTENCES[language, group[0].unit][1]}"
                shared.append(((row, layout.left), title))
            sheet.put((row, layout.left), said, "title")
            row += 2
        for proposal in group:
            table = _form(sheet, layout, proposal, None if layout.identity == "none" else prefix, row)
            table.units += shared
            book.tables.append(table)
            row = max(row for row, _ in sheet.cells) + 1 + layout.gap
    if layout.extras in ("notes", "cover+notes"):
        book.sheets.append(_notes(language))
    return book


def _sheet_name(layout: Layout, group: list[Proposal], *, stacked: bool, index: int) -> str:
    first = group[0]
    if stacked:
        return ("Driftsforslag", "Forslag", "Ark1", "Budget")[layout.sheet_names]
    if layout.sheet_names == 0:
        return first.sequence
    if layout.sheet_names == 1:
        return f"{FORM[first.language]} {first.sequence}"
    if layout.sheet_names == 2:
        return f"Ark{index + 1}"
    return f"{first.sequence} {first.title.split()[-1].strip('/')}"[:31]


def _form(sheet: Sheet, layout: Layout, proposal: Proposal, prefix: str | None, row: int) -> Table:
    """One proposal from `row` down: identity, prose above, table, footnotes, prose below."""
    number = None if prefix is None else f"{prefix} {proposal.sequence}"
    table = Table(sheet, proposal, number)
    _columns(table, layout)
    row = _identity(table, layout, row)
    if layout.unit_place == "under-title":
        _state_unit(table, (row, layout.left), _sentence(layout, proposal), "", "italic")
        row += 2
    if layout.prose.startswith("above"):
        row = _prose(table, layout, row) + 1
    row = _table(table, layout, row)
    if layout.unit_place == "below":
        row += 1
        _state_unit(table, (row, layout.left), _sentence(layout, proposal), "", "small")
        row += 1
    if layout.footnote:
        row += 1
        for note in FOOTNOTES[proposal.language]:
            sheet.put((row, layout.left), note, "small")
            row += 1
    if layout.prose == "below":
        _prose(table, layout, row + 1)
    return table


def _sentence(layout: Layout, proposal: Proposal) -> str:
    return SENTENCES[proposal.language, proposal.unit][layout.unit_words % 4]


def _short(layout: Layout, proposal: Proposal) -> str:
    return SHORT[proposal.language, proposal.unit][layout.unit_words % 2]


def _state_unit(table: Table, coord: Coord, said: str, without: str, style: str) -> None:
    table.sheet.put(coord, said, style)
    table.units.append((coord, without))


def _columns(table: Table, layout: Layout) -> None:
    """Work out which column holds what."""
    column = layout.left
    table.first_column = column
    widths = table.sheet.widths
    if layout.left_column in ("number", "account-number", "account-text"):
        widths[column] = 9
        column += 1
    table.label_column = column
    widths[column] = 30 if layout.wide_label else 44
    column += 2 if layout.wide_label else 1
    if layout.left_column == "account-after":
        widths[column] = 9
        column += 1
    if layout.spacers in ("after-label", "all"):
        widths[column] = 2.5
        column += 1
    if layout.total_column == "left":
        table.total_column = column
        widths[column] = 15
        column += 1
    column += layout.comparison
    for index in range(len(table.proposal.years)):
        if index and layout.spacers in ("between", "all"):
            widths[column] = 2.5
            column += 1
        table.year_columns.append(column)
        widths[column] = 14 if table.proposal.unit == 1 or layout.years == "budget" else 11
        column += 1
    if layout.total_column == "right":
        if layout.spacers in ("before-total", "all"):
            widths[column] = 2.5
            column += 1
        table.total_column = column
        widths[column] = 15 if table.proposal.unit == 1 else 11
        column += 1
    if layout.remarks:
        widths[column] = 24
        column += 1
    table.last_column = column - 1


def _identity(table: Table, layout: Layout, row: int) -> int:
    """Number, committee and title; the row after them."""
    sheet, proposal, left = table.sheet, table.proposal, layout.left
    form = FORM[proposal.language]
    office = f"{proposal.committee} - {proposal.area}"
    if layout.identity == "none":
        sheet.put((row, left), proposal.title, "heading")
        return row + 2
    if layout.identity in ("line", "joined", "beside"):
        pattern = form + " {}" + (f" {office}" if layout.identity == "joined" else "")
        sheet.put((row, left), pattern.format(table.number), "field")
        table.number_cells.append(((row, left), pattern))
        if layout.identity == "line":
            row += 1
            sheet.put((row, left), office, "field")
        if layout.identity == "beside":
            sheet.put((row, table.label_column + 2), office, "field")
        row += 2
        sheet.put((row, left), proposal.title, "heading")
        return row + 2
    names = FIELDS[proposal.language]
    beside = left + (2 if layout.identity == "fields-apart" else 1)
    pairs = [
        (names[0], table.number),
        (names[1], proposal.committee),
        (names[2], proposal.area),
        (names[3], proposal.title),
    ]
    for name, said in pairs:
        sheet.put((row, left), name, "field")
        sheet.put((row, beside), said)
        if name == names[0]:
            table.number_cells += [((row, beside), "{}"), ((row, left), name)]
        row += 1
    if layout.unit_place == "field":
        sheet.put((row, left), names[4], "field")
        _state_unit(table, (row, beside), _short(layout, proposal), "", "text")
        row += 1
    return row + 1


def _prose(table: Table, layout: Layout, row: int) -> int:
    """The text, a paragraph a cell, as wide as the table or running on to the right; the row after it."""
    sheet, proposal = table.sheet, table.proposal
    if layout.identity.startswith("fields"):
        sheet.put((row, layout.left), FIELDS[proposal.language][5], "field")
        row += 1
    width = sum(sheet.widths.get(column, 9) for column in range(table.first_column, table.last_column + 1))
    for paragraph in proposal.text:
        merged = layout.prose == "above-merged"
        sheet.put((row, layout.left), paragraph, "prose" if merged else "text")
        if merged:
            sheet.merge((row, layout.left), (row, table.last_column))
            sheet.heights[row] = 15.0 * (1 + int(len(paragraph) * 1.05 // width))
        row += 1
    return row


def _table(table: Table, layout: Layout, row: int) -> int:
    """Headings, lines and totals; the row after them."""
    proposal = table.proposal
    if layout.unit_place == "caption":
        _state_unit(table, (row, layout.left), _sentence(layout, proposal), "", "italic")
        row += 1
    if layout.unit_place == "caption-right":
        _state_unit(table, (row, table.last_column), _sentence(layout, proposal), "", "italic")
        row += 1
    row = _headings(table, layout, row)
    if layout.blanks in ("after-heading", "around"):
        row += 1
    total: int | None = None
    if layout.total_row == "above":
        total = row
        row += 1
    for index, line in enumerate(proposal.lines):
        if layout.blanks == "between" and index and line.kind in (Kind.LINE, Kind.GROUP):
            row += 1
        _line(table, layout, line, row, index)
        row += 1
    if layout.total_row == "below":
        row += layout.blanks in ("before-total", "around")
        total = row
        row += 1
    if total is not None:
        words = TOTAL_ROW[proposal.language][layout.total_words]
        _label(table, layout, total, words, "total-label")
        table.rows.append(Row(total, words, None))
    _totals(table, layout)
    table.end_row = row - 1
    return row


def _headings(table: Table, layout: Layout, row: int) -> int:
    sheet, proposal, language = table.sheet, table.proposal, table.proposal.language
    top = row
    two = layout.heading != "one"
    row += two
    table.heading_row = row
    said = LABEL_HEADING[language][layout.label_heading]
    label = (row, table.label_column)
    if two and layout.heading == "two-merged" and layout.unit_place != "label-heading-whole":
        label = (top, table.label_column)
        sheet.merge(label, (row, table.label_column + layout.wide_label))
    elif layout.wide_label:
        sheet.merge(label, (label[0], label[1] + 1))
    if layout.unit_place == "label-heading":
        said = said or LABEL_HEADING[language][0]
        short = _short(layout, proposal)
        _state_unit(
            table, label, f"{said} ({short})" if layout.unit_words % 3 else f"{said}, {short}", said, "head"
        )
    elif layout.unit_place == "label-heading-whole":
        _state_unit(table, label, _sentence(layout, proposal), LABEL_HEADING[language][0], "head")
    else:
        sheet.put(label, said, "head")
    table.label_heading = label
    if layout.left_column == "number":
        sheet.put((row, table.first_column), "Nr." if language == "da" else "No.", "head")
    if layout.left_column in ("account-number", "account-text"):
        sheet.put((row, table.first_column), "Konto" if language == "da" else "Account", "head")
    if layout.left_column == "account-after":
        coord = (row, table.label_column + 1 + layout.wide_label)
        sheet.put(coord, "Konto" if language == "da" else "Account", "head")
    for back in range(layout.comparison):
        year = proposal.years[0] - 1 - back if layout.comparison == 2 else proposal.years[0] - 2
        column = table.year_columns[0] - 1 - back
        account = "Regnskab" if language == "da" else "Accounts"
        word = "Budget" if layout.comparison == 2 and back == 0 else account
        if two:
            sheet.put((top, column), word, "head-center")
            _year(table, layout, row, column, year)
        else:
            sheet.put((row, column), f"{word} {year}", "head-right")
        sheet.widths[column] = max(14.0, sheet.widths.get(column, 0))
    for column, year in zip(table.year_columns, proposal.years, strict=True):
        if layout.years == "budget" and not two:
            sheet.put((row, column), f"Budget {year}", "head-right")
        else:
            _year(table, layout, row, column, year)
    first, last = table.year_columns[0], table.year_columns[-1]
    if layout.heading == "two-merged":
        sheet.put((top, first), "Budget" if language == "en" else "Budgetoverslag", "head-center")
        sheet.merge((top, first), (top, last))
    elif layout.heading == "two-split":
        for column in table.year_columns:
            sheet.put((top, column), "Budget", "head-right")
    elif layout.heading == "two-above-first":
        sheet.put((top, first), "Budget", "head")
    if table.total_column is not None:
        words = TOTAL_COLUMN[language][layout.total_column_words]
        coord = (top if layout.heading == "two-merged" else row, table.total_column)
        sheet.put(coord, words, "head-right")
        sheet.merge(coord, (row, table.total_column))
    if layout.remarks:
        sheet.put((row, table.last_column), "Bemærkninger" if language == "da" else "Remarks", "head")
    row += 1
    if layout.unit_place == "under-years":
        columns = [*table.year_columns, *([] if table.total_column is None else [table.total_column])]
        for column in columns:
            _state_unit(table, (row, column), _short(layout, proposal), "", "head-right")
        row += 1
    return row


def _year(table: Table, layout: Layout, row: int, column: int, year: int) -> None:
    if layout.years == "text":
        table.sheet.put((row, column), str(year), "head-right")
    else:
        table.sheet.put((row, column), Decimal(year), "head-right", number_format="0")


def _label(table: Table, layout: Layout, row: int, said: str, style: str) -> None:
    table.sheet.put((row, table.label_column), said, style)
    if layout.wide_label:
        table.sheet.merge((row, table.label_column), (row, table.label_column + 1))


def _line(table: Table, layout: Layout, line: Line, row: int, index: int) -> None:
    """A row's words and amounts; its totals come when all rows stand."""
    sheet, proposal = table.sheet, table.proposal
    style = {Kind.LINE: "label", Kind.OF_WHICH: "of-which", Kind.GROUP: "group", Kind.SUBTOTAL: "total-label"}
    _label(table, layout, row, line.label, style[line.kind])
    if line.kind is Kind.GROUP:
        return
    table.rows.append(Row(row, line.label, line.kind))
    if line.kind in (Kind.LINE, Kind.OF_WHICH):
        account = 644500 + 7 * index
        if layout.left_column == "number":
            sheet.put((row, table.first_column), Decimal(index + 1), "label")
        elif layout.left_column == "account-number":
            sheet.put((row, table.first_column), Decimal(account), "label", number_format="0")
        elif layout.left_column == "account-text":
            sheet.put(
                (row, table.first_column), f"6.45.{50 + index}.1" if index % 2 else str(account), "label"
            )
        elif layout.left_column == "account-after":
            coord = (row, table.label_column + 1 + layout.wide_label)
            sheet.put(coord, Decimal(3106 + index), "label", number_format="0")
    if line.kind is not Kind.SUBTOTAL:
        for column, amount in zip(table.year_columns, line.amounts, strict=True):
            _amount(table, layout, (row, column), amount)
        for back in range(layout.comparison):
            step = Decimal(1).scaleb(-proposal.decimals)
            known = next(amount for amount in line.amounts if amount is not None)
            earlier = (known * (Decimal("0.93") - Decimal("0.04") * back)).quantize(step)
            _amount(table, layout, (row, table.year_columns[0] - 1 - back), earlier)
    if layout.remarks and line.kind is Kind.LINE and index % 3 != 2:
        sheet.put((row, table.last_column), REMARKS[proposal.language][(index + row) % 5], "remark")


def number_format(layout: Layout, proposal: Proposal) -> str:
    """The number format of the amounts, as Excel stores it."""
    if proposal.decimals:
        return DECIMAL_FORMATS[proposal.decimals][layout.number_format % 3]
    return FORMATS[layout.number_format]


def _amount(table: Table, layout: Layout, coord: Coord, amount: Decimal | None) -> None:
    if amount is None:
        table.sheet.put(coord, "-" if layout.filler else None, "amount")
    else:
        table.sheet.put(coord, amount, "amount", number_format=number_format(layout, table.proposal))


def _totals(table: Table, layout: Layout) -> None:
    """Fill subtotals, total row and total column: columns first, for rows add up the columns' totals."""
    columns = list(table.year_columns)
    columns += [table.year_columns[0] - 1 - back for back in range(layout.comparison)]
    block: list[Row] = []
    subtotals: list[Row] = []
    lines = table.lines
    total = table.total_row
    for row in sorted(table.rows, key=lambda row: row.index):
        if row.kind is Kind.LINE:
            block.append(row)
        if row.kind is Kind.SUBTOTAL:
            for column in columns:
                _put_total(
                    table, layout, (row.index, column), [(line.index, column) for line in block], down=True
                )
            subtotals.append(row)
            block = []
    if total is not None:
        for column in columns:
            cover = [(line.index, column) for line in lines]
            short = [(row.index, column) for row in subtotals]
            _put_total(
                table, layout, (total.index, column), cover, down=True, by=short if subtotals else None
            )
    if table.total_column is None:
        return
    down_rows: list[Row] = []
    for row in sorted(table.rows, key=lambda row: (row.kind is None, row.index)):
        across = [(row.index, column) for column in table.year_columns]
        coord = (row.index, table.total_column)
        if row.kind in (Kind.LINE, Kind.OF_WHICH):
            _put_total(table, layout, coord, across, down=False)
            if row.kind is Kind.LINE:
                down_rows.append(row)
            continue
        members = lines if row.kind is None else down_rows
        down = [(line.index, table.total_column) for line in members]
        short = [(sub.index, table.total_column) for sub in subtotals]
        typed = layout.totals == "typed"
        if layout.totals == "columns" or (layout.totals == "formula" and layout.corner_down):
            by = short if row.kind is None and subtotals else None
            cell = _put_total(table, layout, coord, down, down=True, by=by, typed=typed)
            cell.covers = (tuple(down), tuple(across))
        else:
            cell = _put_total(table, layout, coord, across, down=False, typed=typed)
            cell.covers = (tuple(across), tuple(down))
        if row.kind is Kind.SUBTOTAL:
            down_rows = []


def _put_total(
    table: Table,
    layout: Layout,
    coord: Coord,
    cover: list[Coord],
    *,
    down: bool,
    by: list[Coord] | None = None,
    typed: bool | None = None,
) -> Cell:
    """A total over `cover`, as a formula or typed; `by` are subtotals that the formula adds instead."""
    sheet, proposal = table.sheet, table.proposal
    if typed is None:
        typed = layout.totals == "typed" or layout.totals == ("rows" if down else "columns")
    form = number_format(layout, proposal)
    if typed:
        shown = sheet.shown()
        parts = [value for part in cover if isinstance(value := shown.get(part), float)]
        amount = Decimal(repr(round(sum(parts), 6))).quantize(Decimal(1).scaleb(-proposal.decimals))
        cell = sheet.put(coord, amount, "sum", number_format=form)
    else:
        formula, terms, plus = adding(by or cover, barrier(table, layout, down=down), layout.formula)
        cell = sheet.put(coord, None, "sum", number_format=form, formula=formula, terms=terms, plus=plus)
    cell.covers = (tuple(cover),)
    return cell


def barrier(table: Table, layout: Layout, *, down: bool) -> set[Coord]:
    """Amounts a range must not run over: rows not added going down, columns not added going across."""
    columns = [*table.year_columns, *range(table.year_columns[0] - layout.comparison, table.year_columns[0])]
    if table.total_column is not None:
        columns.append(table.total_column)
    if down:
        rows = [row.index for row in table.rows if row.kind is not Kind.LINE]
        return {(row, column) for row in rows for column in columns}
    others = [column for column in columns if column not in table.year_columns]
    return {(row.index, column) for row in table.rows for column in others}


def _cover(base: Base, prefix: str) -> Sheet:
    """A front page, with a list of what follows if asked for."""
    language = base.proposals[0].language
    sheet = Sheet("Forside" if language == "da" else "Cover", widths={0: 22, 1: 50})
    first, last = base.proposals[0].years[0], base.proposals[0].years[-1]
    sheet.put((1, 0), f"BUDGET {first}-{last}", "title")
    sheet.put((2, 0), "Driftsforslag" if language == "da" else "Operating proposals", "heading")
    sheet.put((4, 0), base.proposals[0].committee)
    sheet.put((5, 0), "Juni 2022" if language == "da" else "June 2022")
    if base.layout.extras == "contents" and base.layout.identity != "none":
        sheet.put((7, 0), "Indhold" if language == "da" else "Contents", "field")
        for row, proposal in enumerate(base.proposals, 8):
            sheet.put((row, 0), f"{FORM[language]} {prefix} {proposal.sequence}")
            sheet.put((row, 1), proposal.title)
    return sheet


def _notes(language: str) -> Sheet:
    """Guidance and a small list of numbers that are no amounts."""
    sheet = Sheet("Vejledning" if language == "da" else "Notes", widths={0: 60, 1: 14})
    texts = {
        "da": (
            "Vejledning",
            "Skemaet afleveres senest fredag den 12. august 2022 kl. 12.",
            "Spørgsmål: 58 57 36 00",
        ),
        "en": ("Guidance", "Hand in the form by Friday 12 August 2022, noon.", "Questions: 58 57 36 00"),
    }
    for row, said in enumerate(texts[language]):
        sheet.put((row, 0), said, "text" if row else "title")
    people = {
        "da": (("Antal borgere", 79_073), ("Antal ansatte", 6_200), ("Version", 3)),
        "en": (("Citizens", 79_073), ("Employees", 6_200), ("Version", 3)),
    }
    for row, (said, count) in enumerate(people[language], 5):
        sheet.put((row, 0), said)
        sheet.put((row, 1), Decimal(count))
    return sheet
