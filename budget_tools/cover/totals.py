"""What each total of a table covers: its own formula first, then its siblings', then agreement, then layout.

A total column may leave years out and a total row may skip subtotals and 'of which' rows, so a cover is
never taken for granted: among those that the layout allows, the one that holds in most places is chosen,
and where none holds anywhere in a table that is not plainly laid out, nothing is claimed.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import replace

from ..formula import Sum, addends
from ..layout import words
from ..layout.long import LongLines, indexes
from ..model.address import Cell
from ..model.columns import FormulaColumns
from ..model.long import LongTotals
from ..model.table import ColumnRole, Line, LineKind, Table, Total
from .columns import column_totals
from .forms import Covers
from .long import LongSums, adding_rows, joined
from .rows import confirmed, row_totals
from .running import running_totals
from .typed import typed_among_formulas, without_contradicted, without_unfounded

_MOST_WORK = 1_000_000  # addends of a table's formulas: beyond, its formulas are left alone


def cover(
    table: Table, sums: Mapping[Cell, Sum] | None = None, *, calculated: bool = False
) -> tuple[Sequence[Line], Sequence[Total], tuple[Cell, ...]]:
    """What the totals of a table cover; ``sums`` are its ``own_sums``, where they are known already;
    ``calculated`` says that every formula shows what it gives.

    Returns the table's lines, now that it is known which of them are totals; the totals; and the cells that
    are called a total but cannot be checked.
    """
    shape = table.shape
    sums = own_sums(table) if sums is None else sums
    lines = table.lines
    adding = _adding(table, sums) if shape is None else shape.once("adding", lambda: _adding(table, sums))
    if adding and type(lines) is LongLines:
        lines = lines.of_another_kind(adding, LineKind.SUBTOTAL)
    elif adding:
        lines = tuple(
            [
                line._replace(kind=LineKind.SUBTOTAL) if index in adding else line
                for index, line in enumerate(lines)
            ]
        )
    if table.in_proposal and (_ends_in_a_net(lines) or (may_end_in_a_net(table) and _adds_up(lines))):
        lines = (*lines[:-1], lines[-1]._replace(kind=LineKind.TOTAL))
    if lines is not table.lines:
        table = replace(table, lines=lines)
    # in a form whose results are all stored, what was told by formulas alone holds for all of its shape
    known: list[Covers] = []
    if shape is not None and table.in_proposal and not table.sheet.unvalued:
        known = shape.once("covers", list)
        if known:
            return lines, tuple(without_contradicted(known[0].totals(table, calculated=calculated), sums)), ()
    along, unchecked_columns, doubtful, told_along = row_totals(table, sums)
    down, unchecked_rows, discovered, told_down = column_totals(table, sums)
    if shape is not None and told_along and told_down and not (doubtful or discovered):
        known.append(Covers(table, (*along, *down), sums))
    along = joined(along, confirmed(doubtful, down))
    for index in discovered:
        if type(lines) is LongLines:
            lines = lines.of_another_kind([index], LineKind.SUBTOTAL)
        else:
            lines = (*lines[:index], lines[index]._replace(kind=LineKind.SUBTOTAL), *lines[index + 1 :])
    typed: Sequence[Total] = ()
    if sums and not table.in_proposal:  # in a form, the totals have their names
        typed = typed_among_formulas(table, sums, joined(along, down))
    known_cells = {total.cell for total in (*down, *typed)}
    running = running_totals(table, known_cells) if not table.in_proposal else []
    totals = without_contradicted(joined(along, down, typed, running), sums)
    if not table.in_proposal:
        totals = without_unfounded(table, totals)
    if type(totals) is not LongTotals:
        totals = tuple(totals)
    return lines, totals, (*unchecked_columns, *unchecked_rows)


def _ends_in_a_net(lines: Sequence[Line]) -> bool:
    """Whether the last line is the net of totals above it: a form's expenditure, its income, what is left."""
    return (
        lines[-1].kind is LineKind.LINE
        and words.is_net(lines[-1].label)
        and any(line.kind in (LineKind.TOTAL, LineKind.SUBTOTAL) for line in lines[:-1])
    )


def may_end_in_a_net(table: Table) -> bool:
    """Whether a form's last line, typed below lines without a total, is called what is left of them.

    Then its amounts tell whether it is their sum: nothing but the words is as in other tables of its form.
    """
    lines = table.lines
    last = lines[-1]
    return (
        table.in_proposal
        and last.kind is LineKind.LINE
        and words.is_net(last.label)
        and len(lines) > _FEWEST_LINES
        and not any(Cell(last.row, column.number) in table.sheet.formulas for column in table.columns)
        and not any(line.kind in (LineKind.TOTAL, LineKind.SUBTOTAL) for line in lines)
    )


_FEWEST_LINES = 2


def _adds_up(lines: Sequence[Line]) -> bool:
    """Whether a last line is the sum of the lines before it in most columns, and in two at least."""
    right = tested = 0
    for position, shown in enumerate(lines[-1].amounts):
        parts = [
            amount
            for line in lines[:-1]
            if line.kind is LineKind.LINE and (amount := line.amounts[position]) is not None
        ]
        if shown is not None:
            tested += 1
            right += len(parts) > 1 and shown == sum(parts)
    return right > 1 and right * 2 > tested


def own_sums(table: Table) -> Mapping[Cell, Sum]:
    """What the formulas in the table's amount cells add, where that is all they do."""
    shape = table.shape
    return _own_sums(table) if shape is None else shape.once("sums", lambda: _own_sums(table))


def _own_sums(table: Table) -> Mapping[Cell, Sum]:
    formulas = table.sheet.formulas
    if not formulas:
        return {}
    if type(table.lines) is LongLines and type(formulas) is FormulaColumns:
        return LongSums(table, formulas)
    found: dict[Cell, Sum] = {}
    work = 0
    for line in table.lines:
        if work > _MOST_WORK:
            break
        for column in table.columns:
            formula = formulas.get((line.row, column.number))  # type: ignore[call-overload]
            if formula is not None:
                cell = Cell(line.row, column.number)
                total = addends(formula, cell)
                if total is not None and total.cells:
                    found[cell] = total
                    work += len(total.cells)
    return found


def _adding(table: Table, sums: Mapping[Cell, Sum]) -> frozenset[int]:
    """The lines whose formulas add lines above or below: totals, whatever their label."""
    if not sums:
        return frozenset()
    found: set[int] = set()
    lines = table.lines
    rows: Container[int] = indexes(lines)
    years = sum(column.role is ColumnRole.YEAR for column in table.columns)
    if type(lines) is LongLines:
        down = adding_rows(table, lines)
        at = [index for row in sorted(down) if (index := lines.index_of(row)) is not None]
    else:
        down = {cell.row for cell, total in sums.items() if total.cells[0][0].column == cell.column}
        at = list(range(len(lines)))
    for index in at:
        line = lines[index]
        if line.row not in down or line.kind is not LineKind.LINE:
            continue
        adding = 0
        for column in table.columns:
            total = sums.get((line.row, column.number))  # type: ignore[call-overload]
            if total is None or len(total.cells) < 2 or total.column != column.number:
                continue
            adding += sum(cell.row in rows for cell, _ in total.cells) >= 2
        if adding and adding * 2 >= years:
            found.add(index)
    return frozenset(found)
