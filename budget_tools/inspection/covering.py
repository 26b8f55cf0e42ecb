"""Tables made complete: with what their formulas give, what their totals cover, and what is stale in them.

Formulas come first, because a total is compared with what it should show, and a sheet may hold no results.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from decimal import Decimal

from ..cover import cover, may_end_in_a_net, own_sums
from ..cover.long import results_in_doubt
from ..formula import Evaluator
from ..model.address import Cell, SheetCell
from ..model.book import Book, Details
from ..model.proposal import Page
from ..model.table import Change, Line, LineKind, Table
from ..rules.formulas import same
from .results import plain_results, results_of


def covered(page: Page, book: Book, evaluator: Evaluator) -> Page:
    """A page whose tables have totals, details and worked-out formulas."""
    if not page.tables:
        return page
    details = page.sheet.details([table.range for table in page.tables])
    return _with_tables(page, lambda table: _complete(table, details, book, evaluator))


def _complete(table: Table, details: Details, book: Book, evaluator: Evaluator) -> Table:
    """A table with its details, what its formulas give (also where no result is stored), and its totals."""
    if table.shape is not None and may_end_in_a_net(table):
        table = replace(table, shape=None)
    sums = own_sums(table)
    plain = plain_results(table)
    computed = results_of(table, sums, book, evaluator) if plain is None else plain
    if any("%" in code for code in details.codes):
        table = replace(table, lines=tuple(_share_or_line(line, table, details) for line in table.lines))
    unvalued = table.sheet.unvalued
    if unvalued and any(cell in unvalued for cell in results_in_doubt(computed)):
        filled = tuple(_with_results(line, table, computed) for line in table.lines)
        whole = table.whole and all(value == value.to_integral_value() for value in computed.values())
        table = replace(table, lines=filled, whole=whole, computed=computed)
    elif table.sheet.unvalued:
        table = replace(table, computed=computed)
    lines, totals, unchecked = cover(table, sums, calculated=plain is not None)
    return table.completed(details, lines, computed, totals, unchecked, plain is not None)


def _with_results(line: Line, table: Table, computed: Mapping[Cell, Decimal]) -> Line:
    """A line whose formulas without a stored result show what they give."""
    unvalued = table.sheet.unvalued
    cells = [Cell(line.row, column.number) for column in table.columns]
    if not any(cell in unvalued for cell in cells):
        return line
    amounts = tuple(
        computed.get(cell, amount) if cell in unvalued else amount
        for cell, amount in zip(cells, line.amounts, strict=True)
    )
    return line._replace(amounts=amounts)


def _share_or_line(line: Line, table: Table, details: Details) -> Line:
    """A line whose numbers are all shown as percentages is one of shares, which no total adds."""
    codes = [
        details.formats.get(Cell(line.row, column.number), "")
        for column, amount in zip(table.columns, line.amounts, strict=True)
        if amount is not None
    ]
    shares = bool(codes) and all("%" in code for code in codes)
    return line._replace(kind=LineKind.SHARE) if shares and line.kind is LineKind.LINE else line


def stale_results(pages: Iterable[Page]) -> dict[SheetCell, Decimal]:
    """The stored results that are not what their formulas give."""
    found: dict[SheetCell, Decimal] = {}
    for page in pages:
        for table in page.tables:
            if not table.computed or table.calculated:
                continue
            computed = results_in_doubt(table.computed)
            for (cell, value), amount in zip(computed.items(), table.amounts_at(computed), strict=True):
                if amount is None or amount == value or same(amount, value):
                    continue
                if cell not in page.sheet.unvalued:
                    found[SheetCell(page.sheet.name, cell)] = amount
    return found


def with_changes(pages: list[Page], changed: Mapping[SheetCell, Change]) -> list[Page]:
    """Pages whose tables know which of their totals, or cells among formulas, were changed uncalculated.

    An amount that somebody entered may change: then it is its results that are to be calculated again.
    """
    known: dict[int, dict[Cell, Change]] = {}
    explained: set[SheetCell] = set()
    for page in pages:
        for table in page.tables:
            for place, change in changed.items():
                if place.sheet == page.sheet.name and _is_calculated_elsewhere(table, place.cell):
                    known.setdefault(id(table), {})[place.cell] = change
                    explained.update(change.results)

    def told(table: Table) -> Table:
        cells = frozenset(place.cell for place in explained if place.sheet == table.sheet.name)
        return replace(table, changed=known.get(id(table), {}), explained=cells)

    return [_with_tables(page, told) for page in pages] if known else pages


def _is_calculated_elsewhere(table: Table, cell: Cell) -> bool:
    """Whether a typed cell of a table is a total, or most other amounts of its line are calculated."""
    line = table.line(cell.row)
    if line is None or table.amount(cell) is None:
        return False
    if line.kind in (LineKind.TOTAL, LineKind.SUBTOTAL):
        return True
    others = [
        Cell(line.row, column.number) in table.sheet.formulas
        for column, amount in zip(table.columns, line.amounts, strict=True)
        if amount is not None and column.number != cell.column
    ]
    return sum(others) * 2 > len(others)


def _with_tables(page: Page, completed: Callable[[Table], Table]) -> Page:
    """A page, and its proposals, with other tables."""
    tables = {id(table): completed(table) for table in page.tables}
    proposals = [
        proposal.with_tables(tuple([tables[id(table)] for table in proposal.tables]))
        for proposal in page.proposals
    ]
    return page.with_tables(tuple(tables.values()), tuple(proposals))
