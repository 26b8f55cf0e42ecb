"""Along rows: which years, or other columns, the totals of a column add up on each line."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import partial
from itertools import pairwise

from ..formula import Sum
from ..layout import long
from ..model.address import Cell
from ..model.long import LongTotals, Run, in_doubt
from ..model.table import Axis, ColumnRole, Evidence, Line, LineKind, Table, Total, YearRole
from .candidates import (
    JUDGED,
    Candidate,
    agrees,
    all_alike,
    holds_number,
    is_unknown,
    nearly,
    signed_sum,
    tolerance,
    tolerance_of_shown,
    without_odd_one_out,
)
from .long import own_covers, run_down, without

_FEWEST_AGREEING = 3  # fewer lines agree with anything
_FAR = 50  # a change is so many times what rounding of its figures makes of it, or says nothing
_FEWEST_OTHERS = 3  # so many lines without an amount in a year do not tell whether it is added


def row_totals(
    table: Table, sums: Mapping[Cell, Sum]
) -> tuple[Sequence[Total], list[Cell], list[Total], bool]:
    """The totals of each line, the cells that cannot be checked, and totals that are doubted.

    Also whether formulas alone told what the totals cover, whatever the amounts.
    """
    told = True
    found: list[Total] = []
    runs: list[Run] = []
    unchecked: list[Cell] = []
    doubtful: list[Total] = []
    index_of = {column.number: index for index, column in enumerate(table.columns)}
    mixed = any(column.role is ColumnRole.OTHER for column in table.columns)
    periods, lines_added = _sums_of_periods(table)
    for position, column in enumerate(table.columns):
        if column.role is not ColumnRole.TOTAL and (position < 2 or not (mixed or position in periods)):
            continue
        covered = partial(_own_cover, table, sums, index_of, column.number)
        own: dict[int, Candidate] = {}
        foreign: set[int] = set()
        if type(table.lines) is long.LongLines:
            own, foreign = own_covers(table, table.lines, position, covered)
        else:
            for row in range(len(table.lines) if table.sheet.formulas else 0):
                candidate, other = covered(row)
                if candidate is not None:
                    own[row] = candidate
                elif other:
                    foreign.add(row)
        own = _with_all_years(table, position, without_odd_one_out(own))
        if column.role is ColumnRole.TOTAL:
            chosen, evidence, judged = _choose_columns(table, position, own, foreign)
            told = told and judged is None
        else:
            told = False
            chosen, evidence, judged = (
                _agreeing_columns(table, position, own, foreign),
                Evidence.AGREEMENT,
                [],
            )
            if chosen is None and not own and position in periods:
                chosen = periods[position]
                foreign = foreign | (set(range(len(table.lines))) - lines_added)
            if chosen is None and not own:
                continue
            if own:
                evidence = Evidence.SIBLING_FORMULAS
        if type(table.lines) is long.LongLines:
            make = partial(_row_total_at, table, position)
            runs.append(run_down(table, table.lines, position, own, foreign, chosen, evidence, make))
        for row, line in enumerate(table.lines if not runs else ()):
            if row in foreign:
                continue
            if row in own:
                found.append(_row_total(table, line, position, own[row], Evidence.OWN_FORMULA))
            elif chosen is not None:
                found.append(_row_total(table, line, position, chosen, evidence))
        if chosen is None and judged and not own:
            unchecked.append(Cell(table.lines[judged[0]].row, column.number))
    totals: Sequence[Total] = LongTotals(runs) if runs else found
    if not table.in_proposal:
        totals, doubtful = _without_doubtful_columns(totals)
        first = {total.cell.column: total.cell for total in reversed(doubtful)}
        unchecked.extend(first[column] for column in sorted(first))
    return totals, unchecked, doubtful, told


def _own_cover(
    table: Table, sums: Mapping[Cell, Sum], index_of: Mapping[int, int], number: int, row: int
) -> tuple[Candidate | None, bool]:
    """What the formula of a line in a column adds along it, and whether it does something else."""
    cell = Cell(table.lines[row].row, number)
    total = sums.get(cell)
    if total is None:
        return None, cell in table.sheet.formulas
    inside = [(at, sign) for at, sign in total.cells if at.column in index_of]
    if (
        inside
        and total.row == cell.row
        and not any(at.column not in index_of and holds_number(table, at) for at, _ in total.cells)
    ):
        members = tuple([index_of[at.column] for at, _ in inside])
        return Candidate(members, tuple([sign for _, sign in inside])), False
    return None, total.column != number


def confirmed(doubtful: Iterable[Total], others: Iterable[Total]) -> list[Total]:
    """The doubted totals that are off by what one of their cells puts another total wrong.

    The others run along the other axis: two sums that share nothing but a cell are not off by the same
    amount by chance.
    """
    doubtful = list(doubtful)
    if not doubtful:
        return []
    needed: dict[Cell, list[tuple[Decimal, int]]] = {}
    for total in others:
        if total.wrong:
            for cell, change in _changes(total):
                needed.setdefault(cell, []).append((change, len(total.addends)))
    return [
        total
        for total in doubtful
        if any(
            _is_same(change, other, len(total.addends) + figures)
            for cell, change in _changes(total)
            for other, figures in needed.get(cell, ())
        )
    ]


def _is_same(one: Decimal, other: Decimal, figures: int) -> bool:
    """Whether two changes are the same one, but for what rounding so many figures makes of a large one."""
    return one == other or (abs(one - other) * 2 <= figures and abs(one) > _FAR * figures)


def _changes(total: Total) -> Iterable[tuple[Cell, Decimal]]:
    """Each cell of a total with the change that would mend it."""
    difference = round(total.difference, 6)
    yield total.cell, -difference
    for cell, sign in zip(total.cells(), total.signs, strict=True):
        yield cell, difference * sign


def _without_doubtful_columns(found: Sequence[Total]) -> tuple[Sequence[Total], list[Total]]:
    """Leave out the typed totals of a column that disagree, where many do: they cover something else.

    Returns the rest, and those.
    """
    tested: Counter[int] = Counter()
    if type(found) is LongTotals:
        tested.update(
            {run.column: len(run.rows) - len(run.known) for run in found.runs if run.evidence in JUDGED}
        )
    wrong: dict[int, list[Total]] = {}
    for total in in_doubt(found):
        if total.evidence in JUDGED and total.shown is not None and total.expected is not None:
            tested[total.cell.column] += 1
            if total.shown != total.expected and abs(total.difference) > max(
                total.tolerance, Decimal(len(total.addends) + 1) / 2
            ):
                wrong.setdefault(total.cell.column, []).append(total)
    doubtful: list[Total] = []
    for column, totals in wrong.items():
        sizes = {round(abs(total.difference), 3) for total in totals}
        if len(sizes) > max(2, tested[column] // 8):
            doubtful.extend(totals)
    left_out = {total.cell for total in doubtful}
    return without(found, lambda total: total.cell in left_out) if left_out else found, doubtful


def _with_all_years(table: Table, position: int, own: dict[int, Candidate]) -> dict[int, Candidate]:
    """Own formulas of the only total column, without one that leaves years out.

    A form of one line has a formula or two in that column, too few to outvote the wrong one. But where the
    years are all of one kind, a column that is called a total is no total of a part of them: the other
    formula tells, or in a proposal the layout.
    """
    if not 1 <= len(own) <= 2:
        return own
    columns = table.columns
    years = [index for index, column in enumerate(columns) if column.role is ColumnRole.YEAR]
    one_kind = len({columns[index].year_role for index in years}) == 1
    alone = sum(column.role is ColumnRole.TOTAL for column in columns) == 1
    if not alone or not one_kind:
        return own
    if _SPAN.search(columns[position].heading) and _column_candidates(table, position)[0].members != tuple(
        years
    ):
        return own  # 'I alt 2024-2026', beside 2023
    if any(sign != 1 for candidate in own.values() for sign in candidate.signs):
        return own
    short = [row for row, candidate in own.items() if set(candidate.members) < set(years)]
    full = {row: candidate for row, candidate in own.items() if sorted(candidate.members) == years}
    if len(short) != 1 or len(short) + len(full) != len(own):
        return own
    if not table.in_proposal and not full:
        return own
    return full


def _choose_columns(
    table: Table, position: int, own: dict[int, Candidate], foreign: set[int]
) -> tuple[Candidate | None, Evidence, list[int] | None]:
    """The years that the typed totals of a column cover, and the lines on which that was judged.

    There are no such lines, not even an empty list of them, where formulas tell.
    """
    if own:
        if len(own) == len(table.lines) or all_alike(own.values()):
            return next(iter(own.values())), Evidence.SIBLING_FORMULAS, None
        common = Counter(own.values()).most_common(1)[0]
        if common[1] * 2 > len(own) or len(own) <= 2:
            return common[0], Evidence.SIBLING_FORMULAS, None
    judged = [row for row in long.filled(table, position) if row not in foreign and row not in own]
    number = table.columns[position].number
    rows = long.rows_of(table.lines, judged)
    typed = [row for row, at in zip(judged, rows, strict=True) if (at, number) not in table.sheet.formulas]
    judged = typed or judged  # what is calculated down the column says nothing of its own
    best: Candidate | None = None
    best_agreeing = -1
    best_near = 0
    candidates = _column_candidates(table, position)
    sample = judged if len(judged) <= 400 else judged[:: len(judged) // 400]
    for candidate in candidates:
        agreeing = tested = near = 0
        for row in sample:
            amounts = table.lines[row].amounts
            values = [amounts[member] for member in candidate.members]
            expected = signed_sum(values, candidate.signs)
            shown = amounts[position]
            if expected is None or shown is None:
                continue
            tested += 1
            if agrees(shown, expected, tolerance(table, values, shown)):
                agreeing += 1
            else:
                near += nearly(shown, expected, len(values))
        if agreeing > best_agreeing:
            best, best_agreeing, best_tested, best_near = candidate, agreeing, tested, near
    if best is None:
        return None, Evidence.LAYOUT, judged
    alike = len({column.year_role for column in table.columns if column.role is ColumnRole.YEAR}) == 1
    apart = best != candidates[0] and _after_a_gap(table, best)
    if best != candidates[0] and alike and not apart and best_agreeing < _FEWEST_AGREEING:
        best, best_agreeing = candidates[0], 0  # a line or two agree with anything
    if (
        best != candidates[0]
        and alike
        and not apart
        and _told_by_one(table, position, sample, best, candidates[0])
    ):
        return candidates[0], Evidence.AGREEMENT, judged
    if best_agreeing and best_agreeing * 2 >= best_tested:
        return best, Evidence.AGREEMENT, judged
    if best_agreeing >= _FEWEST_AGREEING and (best_agreeing + best_near) * 2 >= best_tested:
        return best, Evidence.AGREEMENT, judged  # but for what was rounded before it was added
    if not judged:
        return best, Evidence.LAYOUT, judged  # nothing typed yet: what filling in goes by
    if best_tested <= 2 and (table.in_proposal or alike):
        return candidates[0], Evidence.LAYOUT, judged
    return None, Evidence.LAYOUT, judged


def _told_by_one(table: Table, position: int, rows: Sequence[int], less: Candidate, whole: Candidate) -> bool:
    """Whether a single line of several tells that a total leaves years out: it is wrong, not the others.

    Where years hold nothing on all lines but one, these say nothing of whether such years are added.
    """
    left_out = [member for member in whole.members if member not in less.members]
    if not left_out or not set(less.members) < set(whole.members):
        return False
    plain = [row for row in rows if table.lines[row].kind is LineKind.LINE and table.lines[row].label]
    telling = [row for row in plain if any(table.lines[row].amounts[member] for member in left_out)]
    others = [row for row in plain if row not in telling and table.lines[row].amounts[position]]
    if len(telling) != 1 or len(others) < _FEWEST_OTHERS:
        return False
    amounts = table.lines[telling[0]].amounts
    return sum(bool(amounts[member]) for member in left_out) == 1


def _after_a_gap(table: Table, candidate: Candidate) -> bool:
    """Whether a cover is the unbroken years after a year for comparison: '2021, 2023, 2024, 2025'."""
    years = [column.year for column in table.columns if column.role is ColumnRole.YEAR]
    covered = [table.columns[member].year for member in candidate.members]
    left_out = [year for year in years if year not in covered]
    steps = {
        after - before for before, after in pairwise(covered) if before is not None and after is not None
    }
    first = covered[0]
    return (
        first is not None
        and steps <= {1}
        and bool(left_out)
        and all(year is not None and year < first - 1 for year in left_out)
    )


_FARTHEST = 12


_FEWEST_LINES = 4


_SAMPLE = 200


def _agreeing_columns(
    table: Table, position: int, own: dict[int, Candidate], foreign: set[int]
) -> Candidate | None:
    """What a column without a total's name adds or subtracts: its formulas tell, or nearly all its lines do.

    A sum of the columns before it (a quarter, a half-year), the difference of two of them (a change), or the
    column before it and a step that stands elsewhere.
    """
    if own:
        common, count = Counter(own.values()).most_common(1)[0]
        return common if count * 2 > len(own) and count >= 2 else None
    rows = [row for row in long.filled(table, position, but_zero=True) if row not in foreign]
    if len(rows) < _FEWEST_LINES:
        return None
    rows = rows[:: len(rows) // _SAMPLE + 1]
    before = range(max(0, position - _FARTHEST), position)
    candidates = [Candidate.plus(range(first, position)) for first in before if position - first >= 2]
    if table.columns[position].role is ColumnRole.OTHER:
        candidates += [Candidate((a, b), (1, -1)) for a in before for b in before if a != b]
        candidates += [Candidate.plus((a, position - 1)) for a in before[:-2]]  # a running sum's next step
    for candidate in candidates:
        most_wrong = 1 if len(candidate.members) == 2 else max(1, len(rows) // 6)
        wrong = telling = 0
        for row in rows:
            amounts = table.lines[row].amounts
            values = [amounts[member] for member in candidate.members]
            shown = amounts[position]
            expected = signed_sum(values, candidate.signs)
            if shown is None or expected is None:
                wrong += 1
            elif agrees(shown, expected, tolerance(table, values, shown)):
                telling += sum(value is not None and value != 0 for value in values) >= 2
            else:
                wrong += 1
            if wrong > most_wrong:
                break
        else:
            if telling >= _FEWEST_LINES - 1 and telling > 2 * wrong:
                return candidate
    return None


def _sums_of_periods(table: Table) -> tuple[dict[int, Candidate], set[int]]:
    """The years that sum up their own quarters or months, by their columns, and the lines where they do.

    A balance is no sum of balances: a line that disagrees in every such year is left alone.
    """
    years = table.years
    if len(years) < 3 or len(set(years)) == len(years):
        return {}, set()
    found: dict[int, Candidate] = {}
    for position, column in enumerate(table.columns):
        parts = [index for index in range(position) if table.columns[index].year == column.year]
        if column.year is not None and len(parts) >= 2 and column.heading.strip().isdigit():
            found[position] = Candidate.plus(parts)
    added: set[int] = set()
    right = wrong = 0
    for row, line in enumerate(table.lines if found else ()):
        agreeing = tested = 0
        for position, candidate in found.items():
            values = [line.amounts[member] for member in candidate.members]
            shown, expected = line.amounts[position], signed_sum(values, candidate.signs)
            if shown is not None and expected is not None and len(set(values)) > 1:
                tested += 1
                agreeing += agrees(shown, expected, tolerance(table, values, shown))
        if agreeing:
            added.add(row)
            right += agreeing
            wrong += tested - agreeing
    return (found, added) if right >= _FEWEST_LINES and right > 3 * wrong else ({}, set())


_SPAN = re.compile(r"((?:19|20)\d\d)\D{1,5}((?:19|20)?\d\d)\b")


def _column_candidates(table: Table, position: int) -> list[Candidate]:
    columns = table.columns
    years = [index for index, column in enumerate(columns) if column.role is ColumnRole.YEAR]
    years = years or [index for index, column in enumerate(columns) if column.role is ColumnRole.OTHER]
    candidates: list[Candidate] = []

    def add(members: Iterable[int]) -> None:
        candidate = Candidate.plus(members)
        if candidate.members and candidate not in candidates:
            candidates.append(candidate)

    span = _SPAN.search(columns[position].heading)
    if span:
        first = int(span[1])
        last = int(span[2]) if len(span[2]) == 4 else first // 100 * 100 + int(span[2])
        inside = [index for index in years if first <= (columns[index].year or 0) <= last]
        if len(inside) == last - first + 1:
            add(inside)
            return candidates
    totals = [index for index, column in enumerate(columns) if column.role is ColumnRole.TOTAL]
    if len(totals) == 1:
        planned = [index for index in years if columns[index].year_role is not YearRole.ACCOUNT]
        if planned != years:
            add(planned)
        add(years)
        if len({columns[index].year_role for index in years}) > 1:
            for role in YearRole:
                add(index for index in years if columns[index].year_role is role)
        left = [index for index in years if index < position]
        right = [index for index in years if index > position]
        if left and right:
            add(left)
            add(right)
        side = left or right
        plain = [index for index in side if columns[index].heading.strip().isdigit()]
        add(plain)
        for start in range(1, len(side) - 1):
            add(side[start:])
            add(side[: len(side) - start])
        return candidates
    before = [index for index in years if index < position and not any(index < t < position for t in totals)]
    after = [index for index in years if index > position and not any(position < t < index for t in totals)]
    add(before)
    add(after)
    add(years)
    return candidates


def _row_total_at(table: Table, position: int, index: int, candidate: Candidate, evidence: Evidence) -> Total:
    return _row_total(table, table.lines[index], position, candidate, evidence)


def _row_total(table: Table, line: Line, position: int, candidate: Candidate, evidence: Evidence) -> Total:
    values = [line.amounts[member] for member in candidate.members]
    shown = line.amounts[position]
    columns = table.columns
    numbers = tuple([columns[member].number for member in candidate.members])
    unknown = bool(table.sheet.unvalued) and is_unknown(table, (Cell(line.row, number) for number in numbers))
    return Total(
        Cell(line.row, columns[position].number),
        Axis.ROW,
        numbers,
        candidate.signs,
        evidence,
        shown,
        None if unknown or is_balance(values, shown) else signed_sum(values, candidate.signs),
        tolerance_of_shown(table, values, shown),
        line.kind in (LineKind.TOTAL, LineKind.SUBTOTAL),
    )


_SEVERAL = 4


def is_balance(values: Sequence[Decimal | None], shown: Decimal | None) -> bool:
    """Whether a line's total repeats its first or last figure: a balance is carried, not added."""
    if len(values) < _SEVERAL or shown not in (values[0], values[-1]):
        return False
    filled = [value for value in values if value]
    return len(filled) >= _SEVERAL and shown in (filled[0], filled[-1]) and len(set(filled)) > 1
