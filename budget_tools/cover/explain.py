"""Which cell is at fault when totals disagree with what they cover.

Each total is an equation. A cell whose change by one amount would mend every equation that is broken, and
that stands in no equation that holds, is where the fault lies; failing that, a broken equation's own total
is the cell to look at.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from decimal import Decimal
from math import gcd

from ..layout.long import lines_of_kind
from ..model.address import Cell
from ..model.long import in_doubt, on_rows, plainly_right, telling, with_runs
from ..model.table import Axis, Cause, Disagreement, Evidence, Line, LineKind, Table, Total


def explain(
    table: Table,
    broken: Sequence[Total],
    *,
    suspects: Mapping[Cell, Sequence[Decimal]] = {},
    calculated: Container[Cell] = frozenset(),
) -> list[Disagreement]:
    """The fewest faults that account for the broken totals.

    Args:
        table: the table with all its totals.
        broken: its totals that disagree with their addends by more than rounding can.
        suspects: cells with a fault of their own, and the amounts that may be meant there. A broken
            total that is right with one of them has no fault of its own and is left out.
        calculated: cells whose formula gives what they show: they are never the culprit.
    """
    formulas = _definitions(table, table.sheet.formulas, set())
    left = [total for total in broken if not _excused(table, total, suspects, formulas)]
    left, found = _subtotals_twice(table, left)
    if len(left) > 1:
        left, culprits = _culprits(table, left, broken, calculated)
        found.extend(culprits)
    if found:
        corrected = {
            total.cell: (total.expected,)
            for fault in found
            for total in fault.totals
            if total.expected is not None
        }
        left = [total for total in left if not _excused(table, total, corrected, formulas)]
    if not table.in_proposal:
        # a formula that gives what it shows is not at fault; what its neighbours would give there
        # is a matter of the cells that they add
        left = [t for t in left if t.evidence is Evidence.OWN_FORMULA or t.cell not in calculated]
    left, outside = _outside_the_table(table, left)
    found.extend(outside)
    left = _without_consequences(table, left, found)
    for total in left:
        sides = [other for other in left if other.cell == total.cell]
        if len(sides) == 2:
            if total is sides[0]:
                found.append(Disagreement(table, Cause.CORNER, total.cell, tuple(sides)))
            continue
        found.append(Disagreement(table, _single_cause(table, total, left), total.cell, (total,)))
    return found


def _outside_the_table(table: Table, left: list[Total]) -> tuple[list[Total], list[Disagreement]]:
    """Totals of several lines that are off by the same amount, though no cell is in all of them.

    No single fault does that: what they cover holds an amount that the table does not show. In a proposal
    nothing is outside the form.
    """
    if table.in_proposal:
        return left, []
    groups: dict[tuple[Axis, int, Decimal], list[Total]] = defaultdict(list)
    for total in left:
        if total.axis is not Axis.BLOCK and not total.corner:
            groups[*_along(total), round(total.difference, 6)].append(total)
    found: list[Disagreement] = []
    alike = Counter(map(_along, in_doubt(table.totals))) + plainly_right(table.totals) if left else Counter()
    for (axis, line, _), totals in groups.items():
        if len(totals) < 2 or len(totals) * _MOST_TO_ONE < alike[axis, line]:
            continue  # in a register two lines may be off by the same amount and have nothing in common
        some_right = len(totals) < alike[axis, line]  # rounding often leaves no trace
        if not all(
            _slight(total) or (some_right and _slight(total, _round_unit(table, total))) for total in totals
        ):
            found.append(Disagreement(table, Cause.OUTSIDE, totals[0].cell, tuple(totals)))
            left = [total for total in left if total not in totals]
    return left, found


_MOST_TO_ONE = 20


def _along(total: Total) -> tuple[Axis, int]:
    """The axis of a total and the line that it shares with others: its column along rows, else its row."""
    return total.axis, total.cell.column if total.axis is Axis.ROW else total.cell.row


def _without_consequences(table: Table, left: list[Total], found: Sequence[Disagreement]) -> list[Total]:
    """The broken totals without those that hold once what they add shows what it should.

    A grand total that is right along its row is off down its column when a total that it adds is off, is
    rounded, or was left blank. Such an addend is told in its place; the grand total has no fault of its own.
    """
    if not left:
        return left
    elsewhere = {id(total) for fault in found for total in fault.totals}
    reported = {id(total): total for total in left}
    amiss = [
        total
        for total in in_doubt(table.totals)
        if total.expected is not None and (total.shown is None or total.difference)
    ]
    kept: list[Total] = []
    for total in left:
        adds = _adds(total)
        corrected = {
            other.cell: (other.expected,)
            for other in amiss
            if other.cell != total.cell
            and adds(other.cell)
            and other.expected is not None
            and (not other.wrong or id(other) in elsewhere or id(other) in reported)
        }
        if corrected and _excused(table, total, corrected, {}):
            del reported[id(total)]
        else:
            kept.append(total)
    return kept


_Equation = dict[Cell, int]
"""The sum of coefficient times amount that should be 0: the total counts 1, each addend -1."""


def _culprits(
    table: Table, left: list[Total], broken: Sequence[Total], calculated: Container[Cell]
) -> tuple[list[Total], list[Disagreement]]:
    """Faults that put two or more totals wrong, and the broken totals that they do not account for."""
    off = {(total.cell, total.axis) for total in broken}
    definitions = _definitions(table, calculated, off)
    equations = {id(total): _equation(total, definitions) for total in left}
    counted = Counter(cell for equation in equations.values() for cell in equation)
    touched = {cell for cell, count in counted.items() if count > 1}  # no other cell mends two totals
    rows, columns = {cell.row for cell in touched}, {cell.column for cell in touched}
    holding: set[Cell] = set()
    for total in on_rows(table.totals, rows):
        if not definitions:  # a register has many totals, and few of them stand beside a fault
            if total.axis is Axis.ROW and total.cell.row not in rows:
                continue
            if total.axis is Axis.COLUMN and total.cell.column not in columns:
                continue
        if total.shown is None or total.expected is None or (total.cell, total.axis) in off:
            continue
        if definitions.get(total.cell) is total:
            continue  # a formula holds whatever its addends are
        if total.cell in touched or any(cell in touched for cell in total.cells()) or definitions:
            holding.update(_equation(total, definitions))
    found: list[Disagreement] = []
    while len(left) > 1:
        tied = _best_culprits([(total, equations[id(total)]) for total in left], holding)
        if not tied:
            break
        mended = tied[0][1]
        typed = [cell for cell, _ in tied if any(cell == total.cell for total in mended)]
        if typed:
            cell = typed[0]
            cause = _cause(cell, mended)
        elif len(tied) == 1:
            cell, cause = tied[0][0], Cause.CROSSING
        else:  # any of several addends: the total is the place to look
            first = next((total for total in mended if not total.corner), mended[0])
            cell, cause = first.cell, _cause(first.cell, [first])
        found.append(Disagreement(table, cause, cell, tuple(mended)))
        left = [total for total in left if total not in mended]
    return left, found


def _definitions(
    table: Table, calculated: Container[Cell], off: set[tuple[Cell, Axis]]
) -> Mapping[Cell, Total]:
    """The totals that are calculated by their own formulas, by their cells."""
    found: dict[Cell, Total] = {}
    for total in in_doubt(table.totals):
        if (
            total.evidence is Evidence.OWN_FORMULA
            and total.cell in calculated
            and (total.cell, total.axis) not in off
        ):
            found.setdefault(total.cell, total)
    return with_runs(found, table.totals, calculated)


def _equation(total: Total, definitions: Mapping[Cell, Total]) -> _Equation:
    """A total's equation over cells that somebody typed: what formulas calculate is put in their place."""
    equation: _Equation = {}
    if not definitions:
        equation[total.cell] = 1
        for cell, sign in zip(total.cells(), total.signs, strict=True):
            equation[cell] = equation.get(cell, 0) - sign
        return {cell: coefficient for cell, coefficient in equation.items() if coefficient}

    def add(cell: Cell, coefficient: int, depth: int) -> None:
        definition = definitions.get(cell)
        if definition is None or definition is total or depth > 6:
            equation[cell] = equation.get(cell, 0) + coefficient
            return
        for addend, sign in zip(definition.cells(), definition.signs, strict=True):
            add(addend, coefficient * sign, depth + 1)

    add(total.cell, 1, 0)
    for cell, sign in zip(total.cells(), total.signs, strict=True):
        add(cell, -sign, 0)
    return {cell: coefficient for cell, coefficient in equation.items() if coefficient}


def _best_culprits(left: list[tuple[Total, _Equation]], holding: set[Cell]) -> list[tuple[Cell, list[Total]]]:
    """The cells whose change by one amount would mend most of the broken totals and break none."""
    needs: dict[Cell, list[tuple[Total, Decimal]]] = defaultdict(list)
    for total, equation in left:
        for cell, coefficient in equation.items():
            if cell not in holding and abs(coefficient) == 1:
                needs[cell].append((total, -total.difference * coefficient))
    best: list[tuple[Cell, list[Total]]] = []
    for cell, changes in needs.items():
        if len(changes) < 2 or len({change for _, change in changes}) != 1:
            continue
        mended = [total for total, _ in changes]
        if not best or len(mended) > len(best[0][1]):
            best = [(cell, mended)]
        elif mended == best[0][1]:
            best.append((cell, mended))
    return best


def _cause(cell: Cell, mended: list[Total]) -> Cause:
    own = [total for total in mended if total.cell == cell]
    if len(own) > 1:
        return Cause.CORNER
    if own:
        return Cause.ROW_TOTAL if own[0].axis is Axis.ROW else Cause.COLUMN_TOTAL
    return Cause.CROSSING


def _single_cause(table: Table, total: Total, left: list[Total]) -> Cause:
    """A corner that disagrees one way only is a corner's fault when nothing else is broken."""
    if total.corner and len(left) == 1:
        other = Axis.COLUMN if total.axis is Axis.ROW else Axis.ROW
        totals = on_rows(table.totals, {total.cell.row})
        if any(one.cell == total.cell and one.axis is other for one in totals):
            return Cause.CORNER
    return Cause.ROW_TOTAL if total.axis is Axis.ROW else Cause.COLUMN_TOTAL


_MOST_SUSPECTS = 12


def _excused(
    table: Table,
    total: Total,
    suspects: Mapping[Cell, Sequence[Decimal]],
    formulas: Mapping[Cell, Total],
) -> bool:
    """Whether faults of cells that the total adds, directly or through formulas, explain its difference."""
    if not suspects:
        return False
    if not formulas and not any(map(_adds(total), suspects)):
        return False
    for definitions in ({}, formulas) if formulas else (formulas,):
        equation = _equation(total, definitions)
        if not any(cell in suspects for cell in equation):
            continue
        inside = [(cell, coefficient) for cell, coefficient in equation.items() if cell in suspects]
        amounts = zip(table.amounts_at(equation), equation.values(), strict=True)
        differences = {sum(((amount or Decimal(0)) * n for amount, n in amounts), Decimal(0))}
        for cell, coefficient in inside[:_MOST_SUSPECTS]:
            meant = suspects[cell]
            if not meant:
                return True  # nobody knows what is meant there
            read = table.amount(cell) or Decimal(0)
            differences |= {
                difference + (amount - read) * coefficient for amount in meant for difference in differences
            }
        if any(abs(difference) <= total.tolerance for difference in differences):
            return True
    return False


def _adds(total: Total) -> Callable[[Cell], bool]:
    """Whether a cell is a total's own, or one that it adds."""
    if total.axis is Axis.BLOCK:
        cells = {total.cell, *total.cells()}
        return cells.__contains__
    added = set(total.addends)
    if total.axis is Axis.ROW:
        return lambda cell: cell == total.cell or (cell.row == total.cell.row and cell.column in added)
    return lambda cell: cell == total.cell or (cell.column == total.cell.column and cell.row in added)


def _subtotals_twice(table: Table, left: list[Total]) -> tuple[list[Total], list[Disagreement]]:
    """Total rows that are too large by one of their own subtotals, or 'of which' lines, in every column."""
    found: list[Disagreement] = []
    kept = list(left)
    rows: dict[int, list[Total]] = defaultdict(list)
    for total in left:
        if total.axis is Axis.COLUMN:
            rows[total.cell.row].append(total)
    for row, totals in rows.items():
        line = _counted_twice(table, row, totals)
        if line is not None and not _follows(totals, left):
            found.append(Disagreement(table, Cause.SUBTOTAL_TWICE, totals[0].cell, tuple(totals), line))
            mended = set(map(id, totals))
            kept = [total for total in kept if id(total) not in mended]
    return kept, found


def _follows(totals: Sequence[Total], broken: Sequence[Total]) -> bool:
    """Whether totals are off by what puts a total that they add wrong: that one tells the fault."""
    return all(
        any(
            other.cell in cells and abs(other.difference) == abs(total.difference)
            for other in broken
            if other is not total
        )
        for total in totals
        for cells in [set(total.cells())]
    )


def _counted_twice(table: Table, row: int, totals: list[Total]) -> Line | None:
    for line in lines_of_kind(table, LineKind.SUBTOTAL, LineKind.OF_WHICH, LineKind.TOTAL):
        if line.row == row:
            continue
        if line.row > max(total.cell.row for total in totals) and line.kind is LineKind.TOTAL:
            continue
        if all(
            total.difference != 0 and total.difference == table.amount((line.row, total.cell.column))
            for total in totals
        ):
            return line
    return None


SEVERAL = 3  # so many small differences in one workbook are rounding; one or two are faults


_MOST_BY_CHANCE = 2  # a third total that the same amount in the same cell would mend is no rounding
_TELLING = 6  # so many totals around two broken ones show whether anything is rounded there


def slight(faults: Sequence[Disagreement]) -> list[Disagreement]:
    """The faults that rounding could explain, if it ran through the workbook.

    Each total is rounded for itself: where one cell puts three totals wrong by the same amount, it is a slip.
    So it is where it puts two wrong, and all other totals of their lines and columns are exactly right. The
    sum of five years and that of ten, of one line, say the same thing once.
    """
    return [
        fault
        for fault in faults
        if _independent(fault.totals) <= _MOST_BY_CHANCE
        and all(_slight(total) and not in_round_figures(fault.table, total) for total in fault.totals)
        and not (_independent(fault.totals) == _MOST_BY_CHANCE and _alone(fault))
    ]


def roughly(faults: Sequence[Disagreement]) -> list[Disagreement]:
    """The faults that rounding to tens, thousands or more could explain, where all the figures are so round.

    Forecasts are: 139.8 and 47.0 and 43.6 million make 229.5 or 229.6.
    """
    return [
        fault
        for fault in faults
        if not fault.table.in_proposal
        and _independent(fault.totals) == 1
        and all(
            (unit := _round_unit(fault.table, total)) > 1 and _slight(total, unit) for total in fault.totals
        )
    ]


def _round_unit(table: Table, total: Total) -> Decimal:
    """The largest power of ten that a total and all that it adds are multiples of; at least 1."""
    figures = [amount for cell in (total.cell, *total.cells()) if (amount := table.amount(cell))]
    if any(figure != int(figure) for figure in figures):
        return Decimal(1)
    common = gcd(*map(int, figures))
    unit = 1
    while common % (unit * 10) == 0 < common:
        unit *= 10
    return Decimal(unit)


_NOUGHTS = 3  # so many noughts at the ends of a total's figures, and one for every tenfold of totals


def in_round_figures(table: Table, total: Total) -> bool:
    """Whether a total adds nothing but round figures and is no round one: no rounding to units did that."""
    figures = {abs(amount) for cell in total.cells() if (amount := table.amount(cell))}
    if not total.shown or any(figure != int(figure) for figure in figures) or len(figures) < 2:
        return False
    noughts = [_noughts(int(figure)) for figure in figures]
    return (
        min(noughts) > 0
        and sum(noughts) >= _NOUGHTS + len(str(len(table.totals)))
        and _noughts(int(total.shown)) < min(noughts)
    )


def _noughts(figure: int) -> int:
    text = str(figure)
    return len(text) - len(text.rstrip("0"))


def _independent(totals: Sequence[Total]) -> int:
    """How many totals there are, without those that add all that another of the same line adds, and more."""
    covers = [(_line_of(total), set(total.addends)) for total in totals]
    return sum(not any(line == other and less < cover for other, less in covers) for line, cover in covers)


def _line_of(total: Total) -> tuple[Axis, int]:
    """The line that a total adds along: a row, or a column."""
    return total.axis, total.cell.row if total.axis is Axis.ROW else total.cell.column


def _alone(fault: Disagreement) -> bool:
    """Whether the other totals in the lines and columns of a fault's totals are exactly right, and many."""
    rows = {total.cell.row for total in fault.totals}
    columns = {total.cell.column for total in fault.totals}
    own = {(total.cell, total.axis) for total in fault.totals}
    around = [
        total
        for total in on_rows(fault.table.totals, rows)
        if (total.cell.row in rows or total.cell.column in columns)
        and (total.cell, total.axis) not in own
        and total.shown
        and total.expected is not None
    ]
    right = sum(count for (_, column), count in telling(fault.table.totals).items() if column in columns)
    return len(around) + right >= _TELLING and not any(total.wrong or total.rounded for total in around)


_TRACELESS = (1.0, 1.0, 0.75, 0.67, 0.6, 0.55, 0.5)  # how often rounding so many figures shows nowhere
_UNLIKELY = 0.001


def traceless(tables: Iterable[Table]) -> float:
    """How likely it is that rounding left no trace in tables whose typed totals are exactly right."""
    likely = 1.0
    for table in tables:
        for total in table.totals:
            if total.shown and total.expected is not None and total.cell not in table.sheet.formulas:
                likely *= _TRACELESS[_figures(table, total)]
                if likely < _UNLIKELY:
                    return likely
    return likely


def _figures(table: Table, total: Total) -> int:
    """How many different figures a total adds; so many that more make no difference at most."""
    figures = len({amount for cell in total.cells() if (amount := table.amount(cell))})
    return min(figures, len(_TRACELESS) - 1)


def _exact_but_for(table: Table, faults: Sequence[Disagreement], elsewhere: float) -> bool:
    """Whether one fault stands alone among many totals that are exactly right, ``elsewhere`` too."""
    if len(faults) != 1:
        return False
    own = {(total.cell, total.axis) for total in faults[0].totals}
    for total in in_doubt(table.totals):
        told = total.shown and total.expected is not None and (total.cell, total.axis) not in own
        if told and (total.wrong or total.rounded):
            return False
    likely = elsewhere
    for total in table.totals:
        if total.shown and total.expected is not None and (total.cell, total.axis) not in own:
            likely *= _TRACELESS[_figures(table, total)]
            if likely < _UNLIKELY:
                break
    return likely < _UNLIKELY


def places_rounded(table: Table, faults: Sequence[Disagreement]) -> int:
    """In how many places of a table rounding shows.

    Rounding goes up and down and often leaves no trace: a line in which no total is right and all that are
    nearly right are off by the same amount covers something else. It is one place, not many.
    """
    small = slight(faults)
    if len(small) < SEVERAL:
        return len(small)
    sizes: dict[tuple[Axis, int], set[Decimal]] = defaultdict(set)
    for total in in_doubt(table.totals):
        if total.shown and not total.wrong:
            sizes[_along(total)].add(Decimal(0))
    for along in telling(table.totals):
        sizes[along].add(Decimal(0))
    places: set[tuple[Axis, int] | Cell] = set()
    for fault in small:
        sizes[_along(fault.totals[0])].add(round(fault.totals[0].difference, 6))
    for fault in small:
        along = _along(fault.totals[0])
        places.add(fault.cell if len(sizes[along]) > 1 else along)
    return len(places)


def rounding(
    table: Table,
    faults: list[Disagreement],
    small: Sequence[Total],
    suspects: Mapping[Cell, Sequence[Decimal]] = {},
    *,
    runs_through: bool = False,
    stated: bool = False,
    round_figures: bool = False,
    elsewhere: float = 1.0,
) -> list[Disagreement]:
    """The faults of a table, with all that rounding explains put together as one.

    ``small`` are totals within their tolerance. Whole numbers have none, but where small differences run
    through a workbook (``runs_through``), its figures were rounded before they were added; so they were where
    the sheet says it (``stated``), and the round ones (``round_figures``). A table in which a single one of
    many totals is off was not rounded; ``elsewhere`` is what the tables beside it say of that.
    """
    excused = slight(faults) if runs_through or stated else []
    if round_figures:
        excused += [fault for fault in roughly(faults) if fault not in excused]
    if excused and not stated and _exact_but_for(table, excused, elsewhere):
        excused = []
    rounded = [total for fault in excused for total in fault.totals]
    rounded += [total for total in small if not _excused(table, total, suspects, {})]
    kept = [fault for fault in faults if fault not in excused]
    broken = {total.cell for fault in kept for total in fault.totals}
    rounded = sorted((total for total in rounded if total.cell not in broken), key=lambda total: total.cell)
    if rounded:
        kept.append(Disagreement(table, Cause.ROUNDING, rounded[0].cell, tuple(rounded)))
    return kept


def _slight(total: Total, unit: Decimal = Decimal(1)) -> bool:
    """Whether a whole-number total is off by no more than half a unit for each figure."""
    return abs(total.difference) <= unit * max(Decimal(1), Decimal(len(total.addends) + 1) / 2)
