"""The edits that write a table's missing totals: value and formula together, only into empty cells."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from .model.address import Cell, column_letters
from .model.edit import SetCell
from .model.long import in_doubt
from .model.table import Axis, ColumnRole, Line, LineKind, Table, Total


def missing_totals(table: Table) -> Iterator[tuple[Total, SetCell]]:
    """Every empty cell that a label asks a total for, with what should stand there.

    A label asks for it: 'I alt' in the heading of a column or before a row. Cells with anything in them,
    a formula without a stored result included, are left alone; so are lines without any amount, and
    tables whose addends cannot all be read.
    """
    if all(total.shown is not None for total in in_doubt(table.totals)):
        return
    amounts: dict[Cell, Decimal] = {}
    asked: dict[Cell, Total] = {}
    # row totals of lines first, then column totals, which may add them; the corner is asked for twice
    for total in sorted(table.totals, key=lambda total: (total.axis is Axis.COLUMN, total.corner)):
        if total.cell not in asked or total.axis is Axis.COLUMN:
            asked[total.cell] = total
    for cell, total in sorted(asked.items(), key=lambda item: (item[1].axis is Axis.COLUMN, item[0])):
        if not _is_empty(table, cell) or not _is_asked_for(table, cell):
            continue
        value = _sum(table, total, amounts)
        if value is None:
            continue
        amounts[cell] = value
        yield total, SetCell(table.sheet.name, cell, value, formula_of(total))


def missing_total_row(table: Table) -> tuple[SetCell, ...]:
    """A total line below a table that has none: label, and a sum below every column of amounts.

    Nobody asked for it with a label, so a person must see it first. Only where every cell of the row is
    empty and every line can be read; otherwise there is nothing to propose.
    """
    last = table.lines[-1].row
    columns = [column for column in table.columns if column.role is not ColumnRole.OTHER]
    if table.label_column is None or not columns:
        return ()
    cells = [Cell(last + 1, table.label_column), *(Cell(last + 1, column.number) for column in columns)]
    if not all(_is_empty(table, cell) for cell in cells):
        return ()
    rows = [line.row for line in table.lines if line.kind is LineKind.LINE]
    edits = [SetCell(table.sheet.name, cells[0], "I alt" if table.language == "da" else "Total")]
    for cell in cells[1:]:
        addends = [Cell(row, cell.column) for row in rows]
        if any(one in table.entries or one in table.sheet.unvalued for one in addends):
            return ()
        amounts = [amount for one in addends if (amount := table.amount(one)) is not None]
        if not amounts:
            return ()
        formula = f"=SUM({_runs(rows, cell, Axis.COLUMN)})"
        edits.append(SetCell(table.sheet.name, cell, sum(amounts, Decimal(0)), formula))
    return tuple(edits)


def formula_of(total: Total) -> str:
    """The formula of a total in English form: SUM where it adds, plus and minus where it subtracts."""
    if any(sign != 1 for sign in total.signs) or total.axis is Axis.BLOCK:
        parts = "".join(
            ("+" if sign > 0 else "-") + str(cell)
            for cell, sign in zip(total.cells(), total.signs, strict=True)
        )
        return "=" + parts.removeprefix("+")
    return f"=SUM({_spelled(total)})"


def _spelled(total: Total) -> str:
    """The addends of a total as ranges."""
    along = total.axis is Axis.ROW
    return _runs([one.column if along else one.row for one in total.cells()], total.cell, total.axis)


def _runs(addends: Iterable[int], at: Cell, axis: Axis) -> str:
    """The addends of a cell as ranges along their row or column, in order."""
    runs: list[tuple[int, int]] = []
    for addend in sorted(addends):
        if runs and runs[-1][1] == addend - 1:
            runs[-1] = (runs[-1][0], addend)
        else:
            runs.append((addend, addend))
    row, column = at

    def cell(addend: int) -> str:
        if axis is Axis.ROW:
            return f"{column_letters(addend)}{row}"
        return f"{column_letters(column)}{addend}"

    return ",".join(cell(first) if first == last else f"{cell(first)}:{cell(last)}" for first, last in runs)


def _is_empty(table: Table, cell: Cell) -> bool:
    value = table.sheet.value(cell.row, cell.column)
    if cell in table.sheet.formulas or not (value == "" or (isinstance(value, str) and not value.strip())):
        return False
    return not any(merge.holds(*cell) and cell != (merge.top, merge.left) for merge in table.sheet.merges)


def _is_asked_for(table: Table, cell: Cell) -> bool:
    line, column = table.line(cell.row), table.column(cell.column)
    if line is None or column is None or column.role is ColumnRole.OTHER:
        return False
    if line.kind in (LineKind.TOTAL, LineKind.SUBTOTAL):
        # elsewhere than in a form, a line that only names a total may be the heading of what follows
        return table.in_proposal or line.row in (table.lines[0].row, table.lines[-1].row)
    return column.role is ColumnRole.TOTAL and _has_amounts(table, line)


def _has_amounts(table: Table, line: Line) -> bool:
    return any(
        amount is not None
        for amount, column in zip(line.amounts, table.columns, strict=True)
        if column.role is ColumnRole.YEAR
    )


def _sum(table: Table, total: Total, filled: dict[Cell, Decimal]) -> Decimal | None:
    """The sum as Excel will work it out; None when there is nothing to add or something cannot be read."""
    result = Decimal(0)
    seen = False
    for cell, sign in zip(total.cells(), total.signs, strict=True):
        if cell in table.entries or cell in table.sheet.unvalued:
            if table.entries.get(cell) is not None and table.entries[cell].value == "filler":
                continue
            if cell in table.computed and cell in table.sheet.unvalued:
                result += table.computed[cell] * sign
                seen = True
                continue
            return None
        amount = filled.get(cell, table.amount(cell))
        if amount is not None:
            result += amount * sign
            seen = True
    return result if seen else None
