"""Totals along the lines of a long table, told of whole columns at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

import numpy as np

from ..formula import Call, Pattern, Reference, Strip, Sum, addends, parse, pattern, strips_of
from ..layout import long
from ..layout.long import Flags, LongLines
from ..model.address import Cell
from ..model.book import Formula
from ..model.columns import FormulaColumns
from ..model.long import LongTotals, Run, in_doubt
from ..model.table import ColumnRole, Evidence, LineKind, Table, Total
from .candidates import Candidate

Forms = np.ndarray[Any, np.dtype[np.int64]]
Indexes = np.ndarray[Any, np.dtype[np.int64]]
MakeTotal = Callable[[int, Candidate, Evidence], Total]
"""Makes the total of the line at an index."""

_FILLED = 4  # amounts that differ, of which a total may repeat the first or the last: a balance is carried


def run_down(
    table: Table,
    lines: LongLines,
    position: int,
    own: Mapping[int, Candidate],
    foreign: Collection[int],
    chosen: Candidate | None,
    evidence: Evidence,
    make: MakeTotal,
) -> Run:
    """The totals of a column, as ``rows.row_totals`` would make them line by line.

    ``own`` are the covers that formulas of the lines tell, ``chosen`` is that of all others but the
    ``foreign`` ones; ``make`` makes the total of a line.
    """
    main, told = chosen, evidence
    if own:
        main, told = Counter(own.values()).most_common(1)[0][0], Evidence.OWN_FORMULA
    has_total = np.full(len(lines), chosen is not None)
    has_total[list(foreign)] = False
    has_total[list(own)] = True
    of_main = has_total.copy()
    if own:
        of_main[:] = False
        of_main[[index for index, candidate in own.items() if candidate == main]] = True
    right = of_main & plainly_right(lines, position, main) if main is not None else of_main & False
    calculated = forms_of(table, lines, table.columns[position].number) != 0
    if calculated.any():
        calculated[list(own)] = False
        right &= ~calculated
    rows = lines.rows
    known: dict[int, Total] = {}
    for index in np.flatnonzero(has_total & ~right).tolist():
        if index in own:
            known[int(rows[index])] = make(index, own[index], Evidence.OWN_FORMULA)
        elif chosen is not None:
            known[int(rows[index])] = make(index, chosen, evidence)

    def made(row: int) -> Total:
        index = lines.index_of(row)
        assert index is not None and main is not None
        return make(index, main, told)

    return Run(
        table.columns[position].number,
        tuple([table.columns[member].number for member in main.members]) if main is not None else (),
        told,
        rows[has_total].tolist(),
        known,
        made,
        int((right & (lines.units[:, position] != 0)).sum()),
    )


class LongSums(Mapping[Cell, Sum]):
    """What the formulas in a long table's amount cells add, worked out when somebody asks for one."""

    def __init__(self, table: Table, formulas: FormulaColumns) -> None:
        self._formulas = formulas
        self._rows = long.indexes(table.lines)
        self._columns = {column.number for column in table.columns}

    def get(self, cell: Any, default: Any = None) -> Any:
        """What the formula of a cell adds."""
        if cell[0] not in self._rows or cell[1] not in self._columns:
            return default
        formula = self._formulas.get(cell)
        total = addends(formula, Cell(*cell)) if formula is not None else None
        return total if total is not None and total.cells else default

    def __getitem__(self, cell: Cell) -> Sum:
        total: Sum | None = self.get(cell)
        if total is None:
            raise KeyError(cell)
        return total

    def __contains__(self, cell: object) -> bool:
        return self.get(cell) is not None

    def __iter__(self) -> Iterator[Cell]:
        return (cell for cell in self._formulas if cell in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __bool__(self) -> bool:
        return next(iter(self), None) is not None


def forms_of(table: Table, lines: LongLines, column: int) -> Forms:
    """The form of each line's formula in a column: 0 where it has none, -1 where it has one of its own."""
    formulas = table.sheet.formulas
    forms = np.zeros(len(lines), dtype=np.int64)
    if type(formulas) is FormulaColumns:
        known = formulas.columns.get(column)
        if known is not None:
            inside = lines.rows < len(known)
            forms[inside] = np.frombuffer(known, dtype=np.uint16)[lines.rows[inside]]
        if formulas.others:
            own = {cell.row for cell in formulas.others if cell.column == column}
            if own:
                forms[np.isin(lines.rows, list(own))] = -1
    return forms


def by_form(forms: Forms) -> Iterator[tuple[int, Indexes]]:
    """The forms of a column with the indexes of the lines that have them."""
    for form in np.unique(forms[forms > 0]).tolist():
        yield form, np.flatnonzero(forms == form)


def sample(table: Table, lines: LongLines, column: int, indexes: Indexes) -> tuple[Cell, Sum | None]:
    """The first cell of a form, and what its formula adds there."""
    cell = Cell(int(lines.rows[indexes[0]]), column)
    total = addends(table.sheet.formulas[cell], cell)
    return cell, total if total is not None and total.cells else None


def adding_rows(table: Table, lines: LongLines) -> set[int]:
    """The rows in which a formula may add cells of its own column."""
    found: set[int] = set()
    for column in table.columns:
        forms = forms_of(table, lines, column.number)
        found.update(lines.rows[forms == -1].tolist())
        for _, indexes in by_form(forms):
            _, total = sample(table, lines, column.number, indexes)
            if total is not None and total.cells[0][0].column == column.number:
                found.update(lines.rows[indexes].tolist())
    return found


OwnCover = Callable[[int], tuple[Candidate | None, bool]]
"""What the formula of the line at an index covers along it, and whether it does something else."""


def own_covers(
    table: Table, lines: LongLines, position: int, one: OwnCover
) -> tuple[dict[int, Candidate], set[int]]:
    """What the formulas of a column cover along their lines, and the lines whose formula does not."""
    column = table.columns[position].number
    numbers = {other.number for other in table.columns}
    forms = forms_of(table, lines, column)
    own: dict[int, Candidate] = {}
    foreign: set[int] = set()
    single = np.flatnonzero(forms == -1).tolist()
    for _, indexes in by_form(forms):
        _, total = sample(table, lines, column, indexes)
        if total is not None and not all(at.column in numbers for at, _ in total.cells):
            single += indexes.tolist()  # what stands beside the table is looked at line by line
            continue
        candidate, other = one(int(indexes[0]))
        if candidate is not None:
            own |= dict.fromkeys(indexes.tolist(), candidate)
        elif other:
            foreign.update(indexes.tolist())
    for index in single:
        candidate, other = one(index)
        if candidate is not None:
            own[index] = candidate
        elif other:
            foreign.add(index)
    if single or len(set(own.values())) > 1:
        own = {index: own[index] for index in sorted(own)}
    return own, foreign


def strips_to_compare(table: Table, lines: LongLines, totals: Sequence[Total]) -> tuple[list[int], list[int]]:
    """The rows and columns in which a typed number may stand among formulas that are one formula moved.

    Nothing is to be found in a row whose formulas are all different, or where only one adds, and adds that
    row; nor in a column without formulas, or whose typed numbers are all known to be totals.
    """
    forms = [forms_of(table, lines, column.number) for column in table.columns]
    rows: list[int] = []
    some = np.flatnonzero(np.any(np.stack(forms, axis=1) != 0, axis=1))
    for kinds, indexes in _alike(np.stack(forms, axis=1)[some], some):
        if -1 in kinds:
            single = [index for index in indexes.tolist() if _compares(table, lines, index)]
            rows.extend(lines.rows[single].tolist())
        elif _compares(table, lines, int(indexes[0])):
            rows.extend(lines.rows[indexes].tolist())
    known = {run.column: run for run in totals.runs} if type(totals) is LongTotals else {}
    columns: list[int] = []
    doubted = Counter([total.cell.column for total in in_doubt(totals)])
    for position, column in enumerate(table.columns):
        if not forms[position].any():
            continue
        typed = (forms[position] == 0) & (lines.filled[:, position] | lines.odd)
        if column.number in known and typed.any():
            typed &= ~np.isin(lines.rows, known[column.number].rows)
        most = max(_MOST_TYPED, int((forms[position] != 0).sum()))
        if 0 < int(typed.sum()) <= most + doubted[column.number]:
            columns.append(column.number)
    return sorted(rows), columns


_MOST_TYPED = 12  # typed numbers beside a single formula


def _alike(forms: Forms, indexes: Indexes) -> Iterator[tuple[list[int], Indexes]]:
    """Groups of lines that have the same forms in every column."""
    if not len(indexes):
        return
    if bool((forms == forms[0]).all()):
        yield forms[0].tolist(), indexes
        return
    kinds, group = np.unique(forms, axis=0, return_inverse=True)
    group = group.reshape(-1)
    for number, forms_of_group in enumerate(kinds.tolist()):
        yield forms_of_group, indexes[group == number]


def _compares(table: Table, lines: LongLines, index: int) -> bool:
    """Whether most formulas of a line are one formula moved along, and not a single sum of that line."""
    row = int(lines.rows[index])
    cells = [Cell(row, column.number) for column in table.columns]
    formulas = {cell: formula for cell in cells if (formula := table.sheet.formulas.get(cell)) is not None}
    sums = [
        (cell, total) for cell, formula in formulas.items() if (total := addends(formula, cell)) is not None
    ]
    sums = [(cell, total) for cell, total in sums if total.cells]
    if not sums or (len(sums) == 1 and sums[0][1].row == row):
        return False
    moved = Counter(
        tuple((at.row - cell.row, at.column - cell.column, sign) for at, sign in total.cells)
        for cell, total in sums
        if not total.subtotal and len(total.cells) > 1
    )
    return bool(moved) and max(moved.values()) * 2 > len(formulas)


def plainly_calculated(table: Table, lines: LongLines) -> dict[int, Flags]:
    """For each column with formulas of the table, which lines show just what their formulas add."""
    found: dict[int, Flags] = {}
    positions = {column.number: position for position, column in enumerate(table.columns)}
    for column, position in positions.items():
        forms = forms_of(table, lines, column)
        if not forms.any():
            continue
        right = found[column] = np.zeros(len(lines), dtype=bool)
        for _, indexes in by_form(forms):
            cell, total = sample(table, lines, column, indexes)
            if total is None or total.subtotal or total.rounded:
                continue
            if any(at.row != cell.row or at.column not in positions for at, _ in total.cells):
                continue
            members = [positions[at.column] for at, _ in total.cells]
            signs = np.array([sign for _, sign in total.cells], dtype=np.int64)
            added = (lines.units[indexes][:, members] * signs).sum(axis=1)
            right[indexes] = added == lines.units[indexes, position]
        right &= lines.filled[:, position] & ~lines.odd
    return found


def plainly_right(lines: LongLines, position: int, cover: Candidate) -> Flags:
    """For each line whether the amount in a column is just the sum of what it covers."""
    members = list(cover.members)
    units, shown = lines.units[:, members], lines.units[:, position]
    added = (units * np.asarray(cover.signs, dtype=np.int64)).sum(axis=1)
    right: Flags = (added == shown) & lines.filled[:, position] & lines.filled[:, members].any(axis=1)
    right &= ~lines.odd & lines.are(LineKind.LINE)
    if len(members) >= _FILLED:
        carried = (shown == units[:, 0]) | (shown == units[:, -1])
        right &= ~(carried & ((units != 0).sum(axis=1) >= _FILLED))
    return right


def joined(*groups: Sequence[Total]) -> Sequence[Total]:
    """Some totals after one another."""
    if not any(type(group) is LongTotals for group in groups):
        return [total for group in groups for total in group]
    parts: list[Run | Sequence[Total]] = []
    for group in groups:
        parts.extend(group.parts if type(group) is LongTotals else [group])
    return LongTotals(parts)


def without(totals: Sequence[Total], unwanted: Callable[[Total], bool]) -> Sequence[Total]:
    """Totals without some of those that are not plainly right."""
    if type(totals) is LongTotals:
        return totals.without(unwanted, lambda run: False)
    return [total for total in totals if not unwanted(total)]


class LongResults(Mapping[Cell, Decimal]):
    """What the formulas of a long table give; ``in_doubt`` are those that do not plainly show it."""

    def __init__(
        self, table: Table, lines: LongLines, right: Mapping[int, Flags], others: Mapping[Cell, Decimal]
    ) -> None:
        self._table, self._lines, self._right = table, lines, right
        self.in_doubt = others

    def get(self, cell: Any, default: Any = None) -> Any:
        """What the formula of a cell gives."""
        if cell in self.in_doubt:
            return self.in_doubt[cell]
        return self._table.amount(cell) if self._is_right(cell) else default

    def _is_right(self, cell: tuple[int, int]) -> bool:
        right, index = self._right.get(cell[1]), self._lines.index_of(cell[0])
        return right is not None and index is not None and bool(right[index])

    def __getitem__(self, cell: Cell) -> Decimal:
        value: Decimal | None = self.get(cell)
        if value is None:
            raise KeyError(cell)
        return value

    def __contains__(self, cell: object) -> bool:
        return cell in self.in_doubt or (isinstance(cell, tuple) and self._is_right(cell))

    def __iter__(self) -> Iterator[Cell]:
        rows = self._lines.rows
        cells = [Cell(row, column) for column, right in self._right.items() for row in rows[right].tolist()]
        return iter(sorted([*cells, *self.in_doubt]))

    def __len__(self) -> int:
        return len(self.in_doubt) + sum(int(right.sum()) for right in self._right.values())


def long_sum(table: Table, formula: Formula, cell: Cell) -> Decimal | None:
    """What a SUM down a column of a long table gives; None where it is anything else, or adds texts."""
    lines = table.lines
    if type(lines) is not LongLines or formula.anchor != cell or table.sheet.unvalued:
        return None
    called = parse(formula.text)
    if not isinstance(called, Call) or called.name != "SUM" or len(called.arguments) != 1:
        return None
    area = called.arguments[0]
    if not isinstance(area, Reference) or area.sheet is not None or area.left != area.right:
        return None
    position = next((at for at, one in enumerate(table.columns) if one.number == area.left), None)
    if position is None or area.top < lines.rows[0] or area.bottom > lines.rows[-1]:
        return None
    own = area.left == cell.column and area.top <= cell.row <= area.bottom
    if own or any(at.column == area.left and area.top <= at.row <= area.bottom for at in table.entries):
        return None
    first, behind = np.searchsorted(lines.rows, [area.top, area.bottom + 1]).tolist()
    added = long.Amounts(lines, range(first, behind), position).signed_sum([1] * (behind - first))
    return Decimal(0) if added is None else added


def results_in_doubt(results: Mapping[Cell, Decimal]) -> Mapping[Cell, Decimal]:
    """What formulas give, without those of a long table that plainly show it."""
    return results.in_doubt if type(results) is LongResults else results


def cells_to_work_out(table: Table) -> tuple[Iterable[Cell], Mapping[int, Flags]]:
    """The cells of a table with a formula, line by line, but for those that plainly show what they add.

    Also which lines those are, by their column.
    """
    lines, formulas = table.lines, table.sheet.formulas
    if type(lines) is not LongLines:
        cells = (Cell(line.row, column.number) for line in lines for column in table.columns)
        return (cell for cell in cells if cell in formulas), {}
    right = plainly_calculated(table, lines)
    others: list[Cell] = []
    for column, known in right.items():
        rest = (forms_of(table, lines, column) != 0) & ~known
        others += [Cell(row, column) for row in lines.rows[rest].tolist()]
    return sorted(others), right


def long_strips(table: Table) -> tuple[list[Strip], dict[Cell, Pattern]] | None:
    """The strips of a long table's formulas, without those along a line that hold one formula only.

    None of a table that is not long: its own formulas are looked at one by one.
    """
    lines, formulas = table.lines, table.sheet.formulas
    if type(lines) is not LongLines or type(formulas) is not FormulaColumns:
        return None
    total = lines.are(LineKind.TOTAL, LineKind.SUBTOTAL)
    special: dict[Cell, Pattern] = {}
    down: dict[int, list[tuple[int, str]]] = {}
    forms = {column.number: forms_of(table, lines, column.number) for column in table.columns}
    apart = total.copy()  # lines that are looked at one by one
    across = [forms[column.number] for column in table.columns if column.role is not ColumnRole.TOTAL]
    if across:
        together = np.stack(across, axis=1)
        several = np.flatnonzero((together != 0).sum(axis=1) > 1)
        for kinds, indexes in _alike(together[several], several):
            if -1 in kinds or not _one_formula(table, lines, int(indexes[0])):
                apart[indexes] = True
    for column in table.columns:
        number = column.number
        for _, indexes in by_form(np.where(apart, 0, forms[number])):
            cell = Cell(int(lines.rows[indexes[0]]), number)
            made = pattern(formulas[cell])
            rows = lines.rows[indexes].tolist()
            down.setdefault(number, []).extend([(row, made.form) for row in rows])
            if made.numbers or made.files:
                special |= {Cell(row, number): made for row in rows}
        for row in lines.rows[(forms[number] == -1) & ~apart].tolist():
            made = pattern(formulas[Cell(row, number)])
            down.setdefault(number, []).append((row, made.form))
            if made.numbers or made.files:
                special[Cell(row, number)] = made
    strips, others, more = strips_of(table, (lines[index] for index in np.flatnonzero(apart).tolist()))
    for number, strip in others.items():
        cells = [(cell.row, form) for cell, form in zip(strip.cells, strip.forms, strict=True)]
        down.setdefault(number, []).extend(cells)
    special = dict(sorted((special | more).items()))
    roles = {column.number: column.role for column in table.columns}
    for number in sorted(down, key=lambda number: (min(down[number])[0], number)):
        cells = sorted(down[number])
        strips.append(
            Strip(
                False,
                roles[number] is ColumnRole.TOTAL,
                [Cell(row, number) for row, _ in cells],
                [form for _, form in cells],
            )
        )
    return strips, special


def _one_formula(table: Table, lines: LongLines, index: int) -> bool:
    """Whether all formulas of a line, but for its totals, are one formula."""
    row, formulas = int(lines.rows[index]), table.sheet.formulas
    cells = [Cell(row, column.number) for column in table.columns if column.role is not ColumnRole.TOTAL]
    return len({pattern(formulas[cell]).form for cell in cells if cell in formulas}) <= 1
