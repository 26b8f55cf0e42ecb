"""Down columns: the totals of each line in every column, from top to bottom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from decimal import Decimal

from ..formula import Sum
from ..layout import long, words
from ..model.address import Cell
from ..model.table import Axis, Column, ColumnRole, Evidence, LineKind, Table, Total
from .candidates import (
    JUDGED,
    ROUNDED,
    ZERO,
    Candidate,
    holds_number,
    is_long,
    is_slip,
    is_unknown,
    nearly,
    signed_sum,
    tolerance_of_shown,
    without_odd_one_out,
    worlds_apart,
)
from .explain import in_round_figures
from .lines import adds_heads, best_of, choose_lines, heads, is_plain
from .typed import without_contradicted
from .unnamed import Search

_ALIKE = Decimal("0.0005")  # what stored amounts of many decimals may be off by


def column_totals(table: Table, sums: Mapping[Cell, Sum]) -> tuple[list[Total], list[Cell], list[int], bool]:
    """The totals of each column, the cells that cannot be checked, and the lines that proved to be totals.

    Also whether, in a form, formulas alone told what the totals cover, whatever the amounts.
    """
    told = True
    found: list[Total] = []
    discovered: list[int] = []
    search = Search(table)
    search.look_ahead()
    unchecked: list[Cell] = []
    index_of = long.indexes(table.lines) if sums else {}
    stack: list[int] = []  # lines and totals that no later total has taken in yet
    pending: list[int] = []  # totals that stand above their lines
    nets: dict[int, tuple[int, ...]] = {}  # lines that are what is left of the first when the second is taken
    for row, line in long.telling_lines(table.lines, stack):
        if line.kind in (LineKind.OF_WHICH, LineKind.SHARE):
            continue
        if line.kind is LineKind.LINE:
            agreed = search.rolled_forward(row, stack) or search.named_by_nobody(row, stack)
            if agreed is not None:
                at, agreed = _head_first(table, row, agreed, pending)
                if at in pending:
                    pending.remove(at)
                if agreed.signs == (1, -1):
                    nets[row] = agreed.members
                discovered.append(at)
                first = len(found)
                for position in search.typed(at):
                    if -1 not in agreed.signs or _is_filled(table, position, agreed):
                        found.append(_column_total(table, at, position, agreed, Evidence.AGREEMENT))
                found[first:] = _without_rounded_corner(found[first:])
                stack[:] = [item for item in stack if item not in agreed.members]
                if row in agreed.members:
                    continue
            stack.append(row)
            continue
        own: dict[int, Candidate] = {}
        foreign: set[int] = set()
        previous: tuple[tuple[tuple[int, int], ...], Candidate] | None = None
        for position, column in enumerate(table.columns):
            total = sums.get((line.row, column.number))  # type: ignore[call-overload]
            if total is None:
                if (line.row, column.number) in table.sheet.formulas:
                    foreign.add(position)
                continue
            if total.column == column.number:
                if position and previous is not None and total.rows == previous[0]:
                    own[position] = previous[1]
                    continue
                inside = [(at, sign) for at, sign in total.cells if at.row in index_of]
                if total.subtotal:
                    inside = [(at, sign) for at, sign in inside if not (at in sums and sums[at].subtotal)]
                members = tuple(index_of[at.row] for at, _ in inside)
                missing = any(at.row not in index_of and holds_number(table, at) for at, _ in total.cells)
                if members and not missing:
                    own[position] = Candidate(members, tuple(sign for _, sign in inside))
                    if len(inside) == len(total.cells):
                        previous = (total.rows, own[position])
                    continue
                foreign.add(position)
            elif total.row != line.row:
                foreign.add(position)
        own = _with_all_lines(table, row, without_odd_one_out(own))
        if not own and not foreign and not table.in_proposal:
            above = adds_heads(table, row, stack, nets)
            for net in above:
                found = [total for total in found if total.cell.row != table.lines[net].row]
                discovered.remove(net)
            stack[:] = [nets[item][0] if item in above else item for item in stack]
            above_parts = {nets[net][0]: [*nets[net][1:], net] for net in above}
            above_parts |= heads(table, row, stack)
            for head, parts in above_parts.items():
                discovered.append(head)
                for position in search.typed(head):
                    found.append(
                        _column_total(table, head, position, Candidate.plus(parts), Evidence.AGREEMENT)
                    )
                stack[:] = [item for item in stack if item not in parts]
        chosen, evidence, judged = choose_lines(table, row, stack, own, foreign)
        told = told and judged is None
        if chosen is None and not own:
            if judged and not foreign:
                pending.append(row)
            stack.append(row)
            continue
        first = len(found)
        taken: set[int] = set()
        once: dict[Candidate, tuple[Candidate, tuple[int, ...]]] = {}  # with the rows that it covers
        for position in range(len(table.columns)):
            if position in own:
                candidate, why = own[position], Evidence.OWN_FORMULA
            elif chosen is not None and position not in foreign:
                candidate, why = chosen, evidence
            else:
                continue
            known = once.get(candidate)
            if known is None:
                kept = _without_twice(table, candidate, found)
                known = once[candidate] = kept, long.rows_of(table.lines, kept.members)
                taken.update(kept.members)
            if why is Evidence.OWN_FORMULA:
                why = _evidence(table, row, position, known[0], sums)
            found.append(_column_total(table, row, position, known[0], why, known[1]))
        if evidence is Evidence.AGREEMENT and not table.in_proposal:
            found[first:] = _without_rounded_corner(found[first:])
        stack[:] = [item for item in stack if item not in taken]
        stack.append(row)
    for row in pending:
        unchecked.extend(_below(table, row, found))
    if not table.in_proposal:
        found = _said_once(table, list(without_contradicted(found, sums)))
        found = _without_unlike_columns(_without_doubtful_rows(table, found))
        slips = _slipped_sums(table, found)
        mended = {cell for total in slips for cell in total.cells()}
        found = [total for total in found if not (total.wrong and total.cell in mended)] + slips
    return found, unchecked, discovered, told


def _without_rounded_corner(line: list[Total]) -> list[Total]:
    """The totals of a line without those of total columns, where rounding shows in the others.

    What was rounded in the years adds up in their total, which its own line tells.
    """
    near = sum(
        total.shown is not None
        and total.expected is not None
        and nearly(total.shown, total.expected, len(total.addends))
        for total in line
    )
    return [total for total in line if not total.corner] if near >= ROUNDED else line


def _is_filled(table: Table, position: int, net: Candidate) -> bool:
    """Whether a column holds what a net is taken from: where it is blank, the line is of something else."""
    amounts = [table.lines[member].amounts[position] for member in net.members]
    return amounts[0] is not None and (len(amounts) > 2 or amounts[1] is not None)


def _head_first(
    table: Table, row: int, candidate: Candidate, pending: Collection[int]
) -> tuple[int, Candidate]:
    """Which line is the total, where a line is what is left of an earlier one when those between are taken.

    'Total, less a, less b, net' and 'Education, schools, nurseries, libraries' say the same in numbers. A
    total that covers lines above it, or a net, is read as it is written; else the earlier line heads its
    parts, as a total does that is ``pending``.
    """
    head, *parts = candidate.members
    if candidate.signs[0] != 1 or any(sign != -1 for sign in candidate.signs[1:]):
        return row, candidate
    if words.is_net(table.lines[row].label):
        return row, candidate
    if table.lines[head].kind is LineKind.LINE:
        return (row, candidate) if len(parts) < 2 else (head, Candidate.plus((*parts, row)))
    if head not in pending:
        return row, candidate
    return head, Candidate.plus((*parts, row))


_NEAREST = 40  # covers that a total above its lines may have, the longest ones


def _below(table: Table, row: int, found: list[Total]) -> list[Cell]:
    """A total that covers nothing above may stand above its lines; if not, it is not checked, and told."""
    candidates: list[Candidate] = []
    lines = table.lines
    at = lines[row].row
    if any(at in total.addends and total.cell.row > at for total in found):  # what a net is taken from
        judged = [position for position, amount in enumerate(lines[row].amounts) if amount is not None]
        return [Cell(at, table.columns[judged[0]].number)] if judged and row else []
    others = long.of_kind(lines[row + 1 :], LineKind.TOTAL, LineKind.SUBTOTAL)
    end = row + 1 + others[0] if others else len(lines)
    below = [row + 1 + index for index in long.of_kind(lines[row + 1 : end], LineKind.LINE)]
    fewest = 1 if table.in_proposal else 2  # two lines that show the same are no sum
    for count in range(max(fewest, len(below) - _NEAREST + 1), len(below) + 1):
        candidates.append(Candidate.plus(below[:count]))
    judged = [position for position, amount in enumerate(lines[row].amounts) if amount is not None]
    if candidates:
        best, agreeing, tested, telling = best_of(table, row, candidates, judged)
        if best is not None and agreeing * 2 > tested and telling:
            found.extend(_column_total(table, row, position, best, Evidence.AGREEMENT) for position in judged)
            return []
    return [Cell(lines[row].row, table.columns[judged[0]].number)] if judged else []


def _column_total(
    table: Table,
    row: int,
    position: int,
    candidate: Candidate,
    evidence: Evidence,
    rows: tuple[int, ...] | None = None,
) -> Total:
    lines = table.lines
    values = long.amounts(table, candidate.members, position)
    shown = lines[row].amounts[position]
    column: Column = table.columns[position]
    expected = signed_sum(values, candidate.signs)
    if expected is None and shown is not None and table.in_proposal:
        expected = ZERO
    if rows is None:
        rows = long.rows_of(lines, candidate.members)
    if table.sheet.unvalued and is_unknown(table, (Cell(one, column.number) for one in rows)):
        expected = None
    return Total(
        Cell(lines[row].row, column.number),
        Axis.COLUMN,
        rows,
        candidate.signs,
        evidence,
        shown,
        expected,
        tolerance_of_shown(table, values, shown),
        column.role is ColumnRole.TOTAL,
    )


def _evidence(
    table: Table, row: int, position: int, candidate: Candidate, sums: Mapping[Cell, Sum]
) -> Evidence:
    """A cover that is not what the cell's own formula adds goes by the layout."""
    total = sums[(table.lines[row].row, table.columns[position].number)]  # type: ignore[index]
    if len(total.cells) == len(candidate.members):
        return Evidence.OWN_FORMULA
    rows = {table.lines[member].row for member in candidate.members}
    own = {cell.row for cell, _ in total.cells if table.line(cell.row) is not None}
    return Evidence.OWN_FORMULA if rows == own else Evidence.LAYOUT


def _with_all_lines(table: Table, row: int, own: dict[int, Candidate]) -> dict[int, Candidate]:
    """Own formulas of the only total of a plain table, widened by a line that they all leave out.

    A line that was inserted above or below the range of a sum is the commonest fault of all.
    """
    if not own or not is_plain(table, row):
        return own
    everything = tuple(
        index for index, line in enumerate(table.lines) if index != row and line.kind is LineKind.LINE
    )
    covered = set().union(*(candidate.members for candidate in own.values()))
    left_out = [index for index in everything if index not in covered]
    few = table.in_proposal or len(left_out) * 5 <= len(everything)
    if not left_out or not few or not covered.issubset(everything):
        return own
    if any(sign != 1 for candidate in own.values() for sign in candidate.signs):
        return own
    return {position: Candidate.plus(everything) for position in own}


def _without_twice(table: Table, candidate: Candidate, found: list[Total]) -> Candidate:
    """A cover that holds a subtotal and the lines of that subtotal counts them twice: the subtotal goes."""
    lines = table.lines
    if long.all_of_kind(lines, candidate.members, LineKind.LINE):
        return candidate
    members = set(candidate.members)
    rows = {lines[member].row: member for member in candidate.members}
    twice: set[int] = set()
    for total in found:
        if total.axis is Axis.COLUMN and total.cell.row in rows:
            parts = [rows[row] for row in total.addends if row in rows]
            if len(parts) == len(total.addends) and members.issuperset(parts):
                twice.add(rows[total.cell.row])
    for member in candidate.members:
        if lines[member].kind is LineKind.OF_WHICH and table.in_proposal:
            twice.add(member)
    if not twice or any(sign != 1 for sign in candidate.signs):
        return candidate
    return Candidate.plus(member for member in candidate.members if member not in twice)


_FEWEST_ADDENDS = 3
_LONGEST_SEARCHED = 800


def _slipped_sums(table: Table, found: list[Total]) -> list[Total]:
    """Typed amounts that close a run of amounts in one column, and are its sum but for a slip of the hand.

    Notes below a table have neither names nor headings, and only one column to agree with.
    """
    if len(table.lines) > _LONGEST_SEARCHED:
        return []
    right = [total for total in found if total.shown is not None and not total.wrong]
    taken = {total.cell for total in right}.union(*(total.cells() for total in right))
    told = {total.cell for total in found if total.wrong}
    slips: list[Total] = []
    for position, column in enumerate(table.columns):
        run: list[int] = []
        for row, line in enumerate((*table.lines, None)):
            filled = line is not None and line.amounts[position] is not None
            if line is not None and filled and (not run or line.row == table.lines[run[-1]].row + 1):
                run.append(row)
                continue
            if len(run) > _FEWEST_ADDENDS and not any(
                Cell(table.lines[member].row, column.number) in taken for member in run
            ):
                total = _column_total(table, run[-1], position, Candidate.plus(run[:-1]), Evidence.LAYOUT)
                if total.cell not in told and _is_slip_alone(table, total, run, position):
                    slips.append(total)
            run = [row] if filled else []
    return slips


def _is_slip_alone(table: Table, total: Total, run: list[int], position: int) -> bool:
    """Whether a total is a slip of what it covers, and no other column has amounts in the same lines."""
    if total.shown is None or total.expected is None or total.cell in table.sheet.formulas:
        return False
    if not is_long(total.expected):
        return False
    near = nearly(total.shown, total.expected, len(total.addends)) and in_round_figures(table, total)
    inner = [table.lines[row].amounts[position] for row in run[1:-1]]  # without the first, it may be no part
    if not near and not is_slip(total.shown, total.expected) and total.expected - total.shown not in inner:
        return False
    return not any(
        sum(table.lines[row].amounts[other] is not None for row in run) >= len(run) - 1
        for other in range(len(table.columns))
        if other != position
    )


def _said_once(table: Table, found: list[Total]) -> list[Total]:
    """Leave out one of two totals that say the same: a sum of parts, and the last part as what is left."""
    nets = {
        _cells(total): total for total in found if total.evidence is Evidence.AGREEMENT and -1 in total.signs
    }
    if not nets:
        return found
    labels = {line.row: line.label for line in table.lines}
    left_out: set[int] = set()
    for total in found:
        net = nets.get(_cells(total))
        if net is not None and net is not total and total.evidence is not Evidence.OWN_FORMULA:
            heads = len(total.addends) > 2 and not words.is_net(labels[net.cell.row])
            left_out.add(id(net if heads else total))
    return [total for total in found if id(total) not in left_out]


def _cells(total: Total) -> frozenset[Cell]:
    """The cells of a total and of what it covers, whichever of them is called the total."""
    return frozenset((total.cell, *total.cells()))


def _without_doubtful_rows(table: Table, found: list[Total]) -> list[Total]:
    """Leave out typed totals of a row whose cover does not hold in several columns: it is another one there.

    One fault carries the same difference along its row, so differences are counted, not cells; and where the
    layout leaves no choice, there is nothing to doubt.
    """
    tested: Counter[int] = Counter()
    wrong: dict[int, set[Decimal]] = {}
    for total in found:
        if total.evidence in JUDGED and total.expected is not None and total.shown is not None:
            if worlds_apart(total):
                continue  # of another table beside this one: it speaks neither for nor against
            tested[total.cell.row] += 1
            if abs(total.difference) > max(total.tolerance, Decimal(len(total.addends) + 1) / 2):
                wrong.setdefault(total.cell.row, set()).add(round(abs(total.difference), 3))
    doubtful = {row for row, sizes in wrong.items() if len(sizes) > max(1, tested[row] // 5)}
    doubtful = {
        row
        for row in doubtful
        if not is_plain(table, next(i for i, line in enumerate(table.lines) if line.row == row))
    }
    return [
        total
        for total in found
        if not (total.cell.row in doubtful and total.evidence in JUDGED and total.wrong)
    ]


def _without_unlike_columns(found: list[Total]) -> list[Total]:
    """Leave out the typed totals of a column in which nothing adds up: prices, shares, counts of staff."""
    right: Counter[int] = Counter()
    wrong: dict[int, list[Decimal]] = {}
    for total in found:
        if total.shown and total.expected is not None:
            if total.wrong:
                # one fault carries the same difference into the totals above it, but for the rounding
                sizes, size = wrong.setdefault(total.cell.column, []), abs(total.difference)
                if all(abs(size - other) > max(total.tolerance, _ALIKE) for other in sizes):
                    sizes.append(size)
            else:
                right[total.cell.column] += 1
    unlike = {column for column, sizes in wrong.items() if len(sizes) > 1 and len(sizes) > right[column]}
    return [
        total
        for total in found
        if not (total.wrong and total.evidence is not Evidence.OWN_FORMULA)
        or not (total.cell.column in unlike or worlds_apart(total))
    ]
