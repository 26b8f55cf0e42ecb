"""STR: what stands where."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from functools import cache, partial

from ..filling import missing_total_row, missing_totals
from ..layout import long, misprints
from ..model.address import Cell, column_letters, spell
from ..model.amount import decimal_of
from ..model.edit import Fix, Safety, SetCell
from ..model.finding import Fact, Finding
from ..model.long import in_doubt
from ..model.proposal import Page, Proposal
from ..model.table import ColumnRole, Line, LineKind, Table, YearRole
from ..settings import Settings
from .base import at, on, rule
from .formulas import passes_over


@rule("STR001")
def form_not_recognised(page: Page) -> Iterator[Finding]:
    """A sheet holds something, but no table with budget amounts: it was not checked, and that is told.

    Flagged::

            A
        1   Noter til budgettet
        2   Husk at ringe til Lene
        #: STR001 -

    Clean::

            A      B      C
        4          2023   2024
        5   Løn    100    200
    """
    if not (page.tables or page.proposals or page.cases) and (page.texts or page.numbers):
        yield Finding("STR001", page.sheet.name, key=(page.sheet.name,))
    elif page.proposals:
        for proposal in page.proposals:
            if not proposal.tables:
                yield on("STR001", proposal, proposal.anchor)


def wrong_years(proposal: Proposal, settings: Settings) -> list[Cell]:
    """The headings of the years that do not fit the configured period, and of a table that lacks some.

    Accounts and earlier budgets may stand beside the period for comparison.
    """
    period = settings.period
    wrong: list[Cell] = []
    for table in proposal.tables:
        years = [
            (column.year, Cell(table.heading_row, column.number))
            for column in table.columns
            if column.year is not None and column.year_role is not YearRole.ACCOUNT
        ]
        kept = [year for year, _ in years if year in period]
        first = years[0][1] if years else Cell(table.heading_row, table.columns[0].number)
        outside = [
            cell
            for year, cell in years
            if year > max(period) or (year < min(period) and len(kept) < len(period))
        ]
        if outside:
            wrong.extend(outside)
        elif set(kept) != set(period) or kept != sorted(kept):
            wrong.append(first)
    return wrong


@rule("STR002", failed=True)
def years_outside_period(subject: Proposal | Table, settings: Settings) -> Iterator[Finding]:
    """The years of a proposal are not those of the budget period, or a year in a heading is mistyped.

    The period is usually that of last year's template; without one in the settings nothing is said of it. A
    year is mistyped where those around it tell what it should be, and the digits are those of that year mixed
    up, or of the year beside it; years for comparison are left alone.

    Flagged::

            A      B      C      D
        #: period 2023 2024
        2   Skema 2.1.2. 01
        3   Beløb i 1.000 kr.
        4          2022   2023   I alt
        5   Løn    100    200    300
        #: STR002 B4

    Flagged::

            A      B      C      D      E
        4          2023   2024   2052   2026
        5   Løn    100    200    300    400
        6   Drift  100    200    300    400
        #: STR002 D4

    Clean::

            A      B      C      D      E
        4          2019   2024   2025   2026
        5   Løn    100    200    300    400
        6   Drift  100    200    300    400

    Clean::

            A      B      C      D
        #: period 2023 2024
        2   Skema 2.1.2. 01
        3   Beløb i 1.000 kr.
        4          2023   2024   I alt
        5   Løn    100    200    300
    """
    if isinstance(subject, Table):
        yield from _mistyped_years(subject)
        return
    cells = wrong_years(subject, settings)
    if cells:
        table = next(table for table in subject.tables if table.heading_row == cells[0].row)
        yield at(
            "STR002",
            table,
            cells[0],
            {"found": table.years, "period": settings.period},
            amounts=tuple(Decimal(year) for year in table.years),
            related=cells[1:],
        )


def _mistyped_years(table: Table) -> Iterator[Finding]:
    years = table.years
    if not years:
        yield from _mistyped_down(table)
        return
    for column in table.columns:
        if column.written is not None and column.year is not None:
            found = tuple([other.written or other.year for other in table.columns if other.year is not None])
            yield _mistyped(table, Cell(table.heading_row, column.number), column.written, column.year, found)


_LONGEST_AXIS = 60


def _mistyped_down(table: Table) -> Iterator[Finding]:
    """A year among those that name the lines of a table."""
    if table.columns[0].number < 2 or len(table.lines) > _LONGEST_AXIS:
        return
    axis = [
        (Cell(line.row, table.columns[0].number - 1), int(value))
        for line in table.lines
        if isinstance(value := table.sheet.value(line.row, table.columns[0].number - 1), int | float)
    ]
    slip = misprints.among([year for _, year in axis])
    if slip is not None:
        cell, written = axis[slip[0]]
        yield _mistyped(table, cell, written, slip[1], tuple([year for _, year in axis]))


def _mistyped(table: Table, cell: Cell, written: int, year: int, found: tuple[int, ...]) -> Finding:
    value = table.sheet.value(*cell)
    meant: Decimal | str | None = None
    if isinstance(value, str):
        meant = value.replace(str(written), str(year))
    elif isinstance(value, int | float):
        meant = Decimal(year)
    sure = meant is not None and meant != value
    return at(
        "STR002",
        table,
        cell,
        {"variant": "mistyped", "text": str(written), "expected": str(year), "found": found},
        amounts=(Decimal(written),),
        fix=Fix(Safety.REVIEW, (SetCell(table.sheet.name, cell, meant),)) if sure and meant else None,
    )


@rule("STR003")
def total_missing(table: Table) -> Iterator[Finding]:
    """A label names a total whose cells are empty, or a proposal has no total at all.

    Where a label asks for it, the total can be filled in. A total line is proposed below a table that has
    none, where the row is empty; a column that the form does not have is never added.

    Flagged::

            A      B      C      D
        4          2023   2024   I alt
        5   Løn    100    200
        6   Drift  50     60     110
        #: STR003 D5

    Clean::

            A      B      C      D
        4          2023   2024   I alt
        5   Løn    100    200    300
    """
    edits = [edit for _, edit in missing_totals(table)]
    if edits:
        cells = sorted(edit.cell for edit in edits)
        yield at(
            "STR003",
            table,
            cells[0],
            {"variant": "empty", "where": spell(cells)},
            related=cells[1:],
            fix=Fix(Safety.REVIEW, tuple(edits)),
        )
        return
    if not table.in_proposal:
        return
    no_column, no_row = table.once("absent totals", lambda: _absent(table))
    if no_column or no_row:
        where = "both" if no_column and no_row else "row-total" if no_column else "column-total"
        proposed = missing_total_row(table) if no_row else ()
        yield at(
            "STR003",
            table,
            Cell(table.heading_row, table.columns[-1].number),
            {"variant": "absent", "where": where},
            fix=Fix(Safety.REVIEW, proposed) if proposed else None,
        )


def _absent(table: Table) -> tuple[bool, bool]:
    """Whether the table of a form lacks a column of totals, and whether it lacks a line of them."""
    no_column = (
        not any(column.role is ColumnRole.TOTAL for column in table.columns) and len(table.columns) > 1
    )
    lines = sum(line.kind is LineKind.LINE for line in table.lines)
    of_which = sum(line.kind is LineKind.OF_WHICH for line in table.lines)
    return no_column, lines > 1 and lines + of_which == len(table.lines)


@rule("STR004")
def header_run_together(proposal: Proposal) -> Iterator[Finding]:
    """The number of a proposal and its committee stand in one cell.

    Flagged::

            A      B      C
        2   Skema 2.1.2. 05 Økonomiudvalget - Administration
        3   Beløb i 1.000 kr.
        4          2023   2024
        5   Løn    100    200
        #: STR004 A2

    Clean::

            A      B      C
        1   Skema 2.1.2. 05
        2   Økonomiudvalget - Administration
        3   Beløb i 1.000 kr.
        4          2023   2024
        5   Løn    100    200
    """
    together = proposal.run_together
    if together is not None:
        yield on("STR004", proposal, together.cell, {"text": together.text})


@rule("STR005", failed=True)
def row_without_text(table: Table, lines: list[Line]) -> Iterator[Finding]:
    """A row has amounts but no text that says what they are for.

    Flagged::

            A      B      C      D
        4          2023   2024   I alt
        5          100    200    300
        6   I alt  100    200    300
        #: STR005 A5

    Clean::

            A      B      C      D
        4          2023   2024   I alt
        5   Løn    100    200    300
        6   I alt  100    200    300
    """
    column = table.label_column
    for line in lines:
        if column is not None:
            yield at("STR005", table, Cell(line.row, column), {"row": line.row})


@rule("STR006")
def hidden_amounts(page: Page) -> Iterator[Finding]:
    """Hidden rows, columns or sheets hold amounts, or amounts are written in white.

    They are part of the sum, and nobody sees them.

    Flagged::

            A      B      C      D
        4          2023   2024   I alt
        5   Løn    100    200    300
        6   Drift  50     60     110
        #: hidden row 6
        #: STR006 B6

    Clean::

            A      B      C      D
        4          2023   2024   I alt
        5   Løn    100    200    300
        6
        #: hidden row 6
    """
    if not page.sheet.visible:
        if page.tables:
            table = page.tables[0]
            yield at("STR006", table, _first_amount(table, table.lines[0]), {"variant": "sheet"})
        return
    for table in page.tables:
        yield from _hidden(table)


def _hidden(table: Table) -> Iterator[Finding]:
    details = table.details
    if not (details.hidden_rows or details.hidden_columns or details.white):
        return
    rows = [line for line in long.lines_at(table, details.hidden_rows) if _has_amount(line)]
    if rows:
        facts: dict[str, Fact] = {"variant": "rows", "where": _ranges([line.row for line in rows])}
        without = [
            total.cell for total in in_doubt(table.totals) if total.wrong and passes_over(table, total)
        ]
        if without:
            facts |= {"variant": "not-added", "totals": spell(without)}
        yield at(
            "STR006",
            table,
            _first_amount(table, rows[0]),
            facts,
            amounts=tuple(amount for line in rows for amount in line.amounts),
        )
    columns = [
        (index, column)
        for index, column in enumerate(table.columns)
        if column.number in details.hidden_columns
        and any(line.amounts[index] is not None for line in table.lines)
    ]
    if columns:
        index, column = columns[0]
        line = next(line for line in table.lines if line.amounts[index] is not None)
        yield at(
            "STR006",
            table,
            Cell(line.row, column.number),
            {"variant": "columns", "where": tuple(column_letters(column.number) for _, column in columns)},
            amounts=tuple(line.amounts[index] for index, _ in columns for line in table.lines),
        )
    white = sorted(
        cell
        for cell in details.white
        if table.range.holds(*cell) and table.amount(cell) not in (None, Decimal(0))
    )
    if white:
        yield at(
            "STR006",
            table,
            white[0],
            {"variant": "white", "where": spell(white)},
            amounts=tuple(table.amount(cell) for cell in white),
            related=white[1:],
        )


def _ranges(rows: list[int]) -> str:
    return spell([Cell(row, 1) for row in rows]).replace("A", "").replace(":", "-")


def _has_amount(line: Line) -> bool:
    return any(amount is not None for amount in line.amounts)


def _first_amount(table: Table, line: Line) -> Cell:
    for column, amount in zip(table.columns, line.amounts, strict=True):
        if amount is not None:
            return Cell(line.row, column.number)
    return Cell(line.row, table.columns[0].number)


@rule("STR007", quiet=lambda table: not table.strays)
def stray_numbers(table: Table) -> Iterator[Finding]:
    """A number stands beside or below a table, under no heading and beside no text: nothing counts it.

    Flagged::

            A      B      C      D      E      F
        4          2023   2024   I alt
        5   Løn    100    200    300           17
        6   I alt  100    200    300
        #: STR007 F5

    Clean::

            A      B      C      D      E      F
        4          2023   2024   I alt         Årsværk
        5   Løn    100    200    300           17
        6   I alt  100    200    300
    """
    for cell in table.strays:
        value = table.sheet.value(cell.row, cell.column)
        if isinstance(value, int | float):
            amount = decimal_of(value)
            yield at("STR007", table, cell, {"value": amount}, amounts=(amount,))


def stated_units(proposal: Proposal, settings: Settings) -> int | None:
    """How many different units a proposal states; None where the settings say it instead.

    The worst of its tables counts. A unit in the settings stands in for one that is missing.
    """
    counts = [len({unit for unit, _ in table.units}) for table in proposal.tables]
    if not counts:
        return None
    if max(counts) > 1:
        return max(counts)
    if min(counts) == 1 or settings.unit is not None:
        return 1 if any(not table.once("scaled", partial(_scaled, table)) for table in proposal.tables) else 0
    return 0


def _scaled(table: Table) -> bool:
    """Whether the number formats show thousands of what is stored, on top of a stated unit."""
    if not any(map(_shows_thousands, table.details.codes)):
        return False
    formats = table.details.formats
    codes = [formats.get(Cell(line.row, table.columns[0].number), "") for line in table.lines[:5]]
    return bool(codes) and all(map(_shows_thousands, codes))


@cache
def _shows_thousands(code: str) -> bool:
    return code.split(";")[0].rstrip('" kr.').endswith(",")


@rule("STR008", failed=True)
def unit_missing_or_double(proposal: Proposal, settings: Settings) -> Iterator[Finding]:
    """A proposal does not say, or says in two ways, what its amounts are in.

    Flagged::

            A      B      C
        2   Skema 2.1.2. 05
        4          2023   2024
        5   Løn    100    200
        #: STR008 A4

    Flagged::

            A      B      C
        2   Skema 2.1.2. 05
        3   Beløb i 1.000 kr.  (mio. kr.)
        4          2023   2024
        5   Løn    100    200
        #: STR008 A3

    Clean::

            A      B      C
        2   Skema 2.1.2. 05
        3   Beløb i 1.000 kr.
        4          2023   2024
        5   Løn    100    200
    """
    for table in proposal.tables:
        units = list(dict.fromkeys(unit for unit, _ in table.units))
        facts: dict[str, Fact]
        if len(units) > 1:
            facts = {"variant": "double", "units": tuple(str(unit) for unit in units)}
            cell = table.units[0][1]
        elif not units and settings.unit is None:
            facts = {"variant": "missing"}
            column = table.label_column if table.label_column is not None else table.columns[0].number
            cell = Cell(table.heading_row, column)
        elif units and _scaled(table):
            facts = {"variant": "format", "units": (str(units[0]),)}
            cell = table.units[0][1]
        else:
            continue
        yield at("STR008", table, cell, facts, related=[cell for _, cell in table.units[1:]])
        return


@rule("STR009")
def total_not_checked(table: Table) -> Iterator[Finding]:
    """A total was not checked, because the sheet does not show which lines it covers.

    Told once a table, so that silence is never taken for a pass.

    Flagged::

            A        B      C      D
        4            2023   2024   I alt
        5   Løn      100    200    300
        6   Mellemsum  90   180    270
        7   Drift    50     60     110
        8   Total    700    800    1500
        #: STR009 B6

    Clean::

            A      B      C      D
        4          2023   2024   I alt
        5   Løn    100    200    300
        6   I alt  100    200    300
    """
    if table.unchecked:
        cells = sorted(table.unchecked)
        yield at("STR009", table, cells[0], related=cells[1:20])
