"""What each total of a table covers: its own formula first, then its siblings', then agreement, then layout.

A total column may leave years out and a total row may skip subtotals and 'of which' rows, so a cover is
never taken for granted: among those that the layout allows, the one that holds in most places is chosen,
and where none holds anywhere in a table that is not plainly laid out, nothing is claimed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

from ..formula import Sum, addends
from ..model.address import Cell
from ..model.amount import decimal_of
from ..model.table import Axis, Column, ColumnRole, Evidence, Line, LineKind, Table, Total, YearRole

_Indexes = tuple[int, ...]
_ZERO = Decimal(0)
_HALF = Decimal("0.5")
_NOISE = Decimal("1e-6")
_MOST_DECIMALS = 6
_JUDGED = (Evidence.AGREEMENT, Evidence.SIBLING_FORMULAS)  # a cover that other cells gave
_MOST_WORK = 1_000_000  # addends of a table's formulas: beyond, its formulas are left alone


class _Candidate(NamedTuple):
    """A set of lines or columns that a total may cover, by their index in the table."""

    members: _Indexes
    signs: _Indexes

    @classmethod
    def plus(cls, members: Iterable[int]) -> _Candidate:
        chosen = tuple(members)
        return cls(chosen, (1,) * len(chosen))


def cover(table: Table) -> tuple[tuple[Line, ...], tuple[Total, ...], tuple[Cell, ...]]:
    """What the totals of a table cover.

    Returns the table's lines, now that it is known which of them are totals; the totals; and the cells that
    are called a total but cannot be checked.
    """
    sums = _own_sums(table)
    lines = _with_kinds(table, sums) if sums else table.lines
    if lines is not table.lines:
        table = replace(table, lines=lines)
    along, unchecked_columns = _row_totals(table, sums)
    down, unchecked_rows, discovered = _column_totals(table, sums)
    for index in discovered:
        lines = (*lines[:index], lines[index]._replace(kind=LineKind.SUBTOTAL), *lines[index + 1 :])
    typed: Sequence[Total] = ()
    if sums and not table.in_proposal:  # in a form, the totals have their names
        typed = _typed_among_formulas(table, sums, {total.cell for total in (*along, *down)})
    return lines, (*along, *down, *typed), (*unchecked_columns, *unchecked_rows)


def _own_sums(table: Table) -> dict[Cell, Sum]:
    """What the formulas in the table's amount cells add, where that is all they do."""
    formulas = table.sheet.formulas
    if not formulas:
        return {}
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


def _with_kinds(table: Table, sums: dict[Cell, Sum]) -> tuple[Line, ...]:
    """Lines whose formulas add lines above or below are totals, whatever their label."""
    rows: set[int] | None = None
    lines = table.lines
    years = sum(column.role is ColumnRole.YEAR for column in table.columns)
    for index, line in enumerate(table.lines):
        if line.kind is not LineKind.LINE:
            continue
        adding = 0
        for column in table.columns:
            total = sums.get((line.row, column.number))  # type: ignore[call-overload]
            if total is None or len(total.cells) < 2 or total.column != column.number:
                continue
            rows = rows or {line.row for line in table.lines}
            adding += sum(cell.row in rows for cell, _ in total.cells) >= 2
        if adding and adding * 2 >= years:
            lines = (*lines[:index], line._replace(kind=LineKind.SUBTOTAL), *lines[index + 1 :])
    return lines


def _sum(values: Iterable[Decimal | None], signs: Iterable[int]) -> Decimal | None:
    """The signed sum of the amounts; None when there is none at all."""
    result = _ZERO
    seen = False
    for value, sign in zip(values, signs, strict=True):
        if value is not None:
            seen = True
            result += value if sign == 1 else value * sign
    return result if seen else None


def _tolerance(table: Table, values: Sequence[Decimal | None], shown: Decimal | None) -> Decimal:
    """Half a unit of the last stored decimal for each figure; nothing between whole numbers."""
    if table.whole:
        return _ZERO
    figures = [value for value in (*values, shown) if value is not None]
    finest = max((-int(value.as_tuple().exponent) for value in figures), default=0)
    if finest <= 0:
        return _ZERO
    if finest > _MOST_DECIMALS:
        return _NOISE * len(figures)  # calculated, not rounded: only what binary arithmetic leaves
    return _HALF.scaleb(-finest) * len(figures)


def _agrees(shown: Decimal, expected: Decimal, tolerance: Decimal) -> bool:
    return abs(shown - expected) <= tolerance


def _unknown(table: Table, cells: Iterable[Cell]) -> bool:
    """Whether one of the cells has a formula whose result is neither stored nor can be worked out."""
    unvalued = table.sheet.unvalued
    return any(cell in unvalued and cell not in table.computed for cell in cells)


# --- along rows -------------------------------------------------------------------------------------


def _row_totals(table: Table, sums: dict[Cell, Sum]) -> tuple[list[Total], list[Cell]]:
    found: list[Total] = []
    unchecked: list[Cell] = []
    index_of = {column.number: index for index, column in enumerate(table.columns)}
    mixed = any(column.role is ColumnRole.OTHER for column in table.columns)
    for position, column in enumerate(table.columns):
        if column.role is not ColumnRole.TOTAL and (position < 2 or not mixed):
            continue
        own: dict[int, _Candidate] = {}
        foreign: set[int] = set()
        for row, line in enumerate(table.lines):
            cell = Cell(line.row, column.number)
            total = sums.get(cell)
            if total is None:
                if cell in table.sheet.formulas:
                    foreign.add(row)
                continue
            inside = [(at, sign) for at, sign in total.cells if at.column in index_of]
            if (
                inside
                and total.row == line.row
                and not any(at.column not in index_of and _holds_number(table, at) for at, _ in total.cells)
            ):
                members = tuple(index_of[at.column] for at, _ in inside)
                own[row] = _Candidate(members, tuple(sign for _, sign in inside))
            elif total.column != column.number:
                foreign.add(row)
        own = _without_odd_one_out(own)
        if column.role is ColumnRole.TOTAL:
            chosen, evidence, judged = _choose_columns(table, position, own, foreign)
        else:
            chosen, evidence, judged = (
                _agreeing_columns(table, position, own, foreign),
                Evidence.AGREEMENT,
                [],
            )
            if chosen is None and not own:
                continue
            if own:
                evidence = Evidence.SIBLING_FORMULAS
        for row, line in enumerate(table.lines):
            if row in foreign:
                continue
            if row in own:
                found.append(_row_total(table, line, position, own[row], Evidence.OWN_FORMULA))
            elif chosen is not None:
                found.append(_row_total(table, line, position, chosen, evidence))
        if chosen is None and judged and not own:
            unchecked.append(Cell(table.lines[judged[0]].row, column.number))
    if not table.in_proposal:
        found, doubted = _without_doubtful_columns(found)
        unchecked.extend(doubted)
    return found, unchecked


def _without_doubtful_columns(found: list[Total]) -> tuple[list[Total], list[Cell]]:
    """Leave out the typed totals of a column that disagree, where many do: they cover something else.

    Returns the rest, and one cell of each such column.
    """
    tested: Counter[int] = Counter()
    wrong: dict[int, list[Total]] = {}
    for total in found:
        if total.evidence in _JUDGED and total.shown is not None and total.expected is not None:
            tested[total.cell.column] += 1
            if abs(total.difference) > max(total.tolerance, Decimal(len(total.addends) + 1) / 2):
                wrong.setdefault(total.cell.column, []).append(total)
    doubtful: set[Cell] = set()
    told: list[Cell] = []
    for column, totals in wrong.items():
        sizes = {round(abs(total.difference), 3) for total in totals}
        if len(sizes) > max(2, tested[column] // 8):
            doubtful.update(total.cell for total in totals)
            told.append(totals[0].cell)
    return [total for total in found if total.cell not in doubtful], told


def _all_alike(candidates: Iterable[_Candidate]) -> bool:
    """Whether all covers are the same one: the usual case, told without counting."""
    left = iter(candidates)
    first = next(left, None)
    return all(candidate == first for candidate in left)


def _without_odd_one_out(own: dict[int, _Candidate]) -> dict[int, _Candidate]:
    """Own formulas without those that cover something else than most of their siblings.

    They are judged by their siblings' formulas instead: the one that leaves a line out is the fault.
    """
    if len(own) < 3 or _all_alike(own.values()):
        return own
    counts = Counter(own.values())
    common, count = counts.most_common(1)[0]
    if count * 2 <= len(own) or count == len(own):
        return own
    return {
        index: candidate
        for index, candidate in own.items()
        if candidate == common or counts[candidate] > 1 or not _is_part(candidate, common)
    }


def _is_part(one: _Candidate, whole: _Candidate) -> bool:
    """Whether a cover is another one with members left out, or the other way round."""
    return set(one.members) < set(whole.members) or set(whole.members) < set(one.members)


def _choose_columns(
    table: Table, position: int, own: dict[int, _Candidate], foreign: set[int]
) -> tuple[_Candidate | None, Evidence, list[int]]:
    """The years that the typed totals of a column cover, and the lines on which that was judged."""
    if own:
        if len(own) == len(table.lines) or _all_alike(own.values()):
            return next(iter(own.values())), Evidence.SIBLING_FORMULAS, []
        common = Counter(own.values()).most_common(1)[0]
        if common[1] * 2 > len(own) or len(own) <= 2:
            return common[0], Evidence.SIBLING_FORMULAS, []
    judged = [
        row
        for row, line in enumerate(table.lines)
        if row not in foreign and row not in own and line.amounts[position] is not None
    ]
    best: _Candidate | None = None
    best_agreeing = -1
    candidates = _column_candidates(table, position)
    sample = judged if len(judged) <= 400 else judged[:: len(judged) // 400]
    for candidate in candidates:
        agreeing = tested = 0
        for row in sample:
            amounts = table.lines[row].amounts
            values = [amounts[member] for member in candidate.members]
            expected = _sum(values, candidate.signs)
            shown = amounts[position]
            if expected is None or shown is None:
                continue
            tested += 1
            agreeing += _agrees(shown, expected, _tolerance(table, values, shown))
        if agreeing > best_agreeing:
            best, best_agreeing, best_tested = candidate, agreeing, tested
    if best is None:
        return None, Evidence.LAYOUT, judged
    alike = len({column.year_role for column in table.columns if column.role is ColumnRole.YEAR}) == 1
    apart = best != candidates[0] and _after_a_gap(table, best)
    if best != candidates[0] and alike and not apart and best_agreeing < _FEWEST_AGREEING:
        best, best_agreeing = candidates[0], 0  # a line or two agree with anything
    if best_agreeing and best_agreeing * 2 >= best_tested:
        return best, Evidence.AGREEMENT, judged
    if not judged:
        return best, Evidence.LAYOUT, judged  # nothing typed yet: what filling in goes by
    if best_tested <= 2 and (table.in_proposal or alike):
        return candidates[0], Evidence.LAYOUT, judged
    return None, Evidence.LAYOUT, judged


def _after_a_gap(table: Table, candidate: _Candidate) -> bool:
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
    table: Table, position: int, own: dict[int, _Candidate], foreign: set[int]
) -> _Candidate | None:
    """What a column without a total's name adds or subtracts: its formulas tell, or nearly all its lines do.

    A sum of the columns before it (a quarter, a half-year), or the difference of two of them (a change).
    """
    if own:
        common, count = Counter(own.values()).most_common(1)[0]
        return common if count * 2 > len(own) and count >= 2 else None
    rows = [row for row, line in enumerate(table.lines) if line.amounts[position] and row not in foreign]
    if len(rows) < _FEWEST_LINES:
        return None
    rows = rows[:: len(rows) // _SAMPLE + 1]
    before = range(max(0, position - _FARTHEST), position)
    candidates = [_Candidate.plus(range(first, position)) for first in before if position - first >= 2]
    if table.columns[position].role is ColumnRole.OTHER:
        candidates += [_Candidate((a, b), (1, -1)) for a in before for b in before if a != b]
    for candidate in candidates:
        most_wrong = 1 if len(candidate.members) == 2 else max(1, len(rows) // 6)
        wrong = telling = 0
        for row in rows:
            amounts = table.lines[row].amounts
            values = [amounts[member] for member in candidate.members]
            shown = amounts[position]
            expected = _sum(values, candidate.signs)
            if shown is None or expected is None:
                wrong += 1
            elif _agrees(shown, expected, _tolerance(table, values, shown)):
                telling += sum(value is not None and value != 0 for value in values) >= 2
            else:
                wrong += 1
            if wrong > most_wrong:
                break
        else:
            if telling >= _FEWEST_LINES - 1 and telling > 2 * wrong:
                return candidate
    return None


_SPAN = re.compile(r"((?:19|20)\d\d)\D{1,5}((?:19|20)?\d\d)\b")


def _column_candidates(table: Table, position: int) -> list[_Candidate]:
    columns = table.columns
    years = [index for index, column in enumerate(columns) if column.role is ColumnRole.YEAR]
    years = years or [index for index, column in enumerate(columns) if column.role is ColumnRole.OTHER]
    candidates: list[_Candidate] = []

    def add(members: Iterable[int]) -> None:
        candidate = _Candidate.plus(members)
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


def _row_total(table: Table, line: Line, position: int, candidate: _Candidate, evidence: Evidence) -> Total:
    values = [line.amounts[member] for member in candidate.members]
    shown = line.amounts[position]
    columns = table.columns
    numbers = tuple([columns[member].number for member in candidate.members])
    unknown = bool(table.sheet.unvalued) and _unknown(table, (Cell(line.row, number) for number in numbers))
    return Total(
        Cell(line.row, columns[position].number),
        Axis.ROW,
        numbers,
        candidate.signs,
        evidence,
        shown,
        None if unknown or _is_balance(values, shown) else _sum(values, candidate.signs),
        _tolerance(table, values, shown),
        line.kind in (LineKind.TOTAL, LineKind.SUBTOTAL),
    )


_SEVERAL = 4


def _is_balance(values: list[Decimal | None], shown: Decimal | None) -> bool:
    """Whether a line's total repeats its first or last figure: a balance is carried, not added."""
    if len(values) < _SEVERAL or shown not in (values[0], values[-1]):
        return False
    filled = [value for value in values if value]
    return len(filled) >= _SEVERAL and shown in (filled[0], filled[-1]) and len(set(filled)) > 1


# --- down columns -----------------------------------------------------------------------------------


def _column_totals(table: Table, sums: dict[Cell, Sum]) -> tuple[list[Total], list[Cell], list[int]]:
    found: list[Total] = []
    discovered: list[int] = []
    search = _Search(table)
    search.look_ahead()
    unchecked: list[Cell] = []
    index_of = {line.row: index for index, line in enumerate(table.lines)}
    stack: list[int] = []  # lines and totals that no later total has taken in yet
    pending: list[int] = []  # totals that stand above their lines
    for row, line in enumerate(table.lines):
        if line.kind in (LineKind.OF_WHICH, LineKind.SHARE):
            continue
        if line.kind is LineKind.LINE:
            agreed = search.named_by_nobody(row, stack)
            if agreed is not None:
                discovered.append(row)
                for position in search.typed(row):
                    found.append(_column_total(table, row, position, agreed, Evidence.AGREEMENT))
                stack = [item for item in stack if item not in agreed.members]
            stack.append(row)
            continue
        own: dict[int, _Candidate] = {}
        foreign: set[int] = set()
        previous: tuple[tuple[tuple[int, int], ...], _Candidate] | None = None
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
                missing = any(at.row not in index_of and _holds_number(table, at) for at, _ in total.cells)
                if members and not missing:
                    own[position] = _Candidate(members, tuple(sign for _, sign in inside))
                    if len(inside) == len(total.cells):
                        previous = (total.rows, own[position])
                    continue
                foreign.add(position)
            elif total.row != line.row:
                foreign.add(position)
        own = _with_all_lines(table, row, _without_odd_one_out(own))
        chosen, evidence, judged = _choose_lines(table, row, stack, own, foreign)
        if chosen is None and not own:
            if judged and not foreign:
                pending.append(row)
            stack.append(row)
            continue
        taken: set[int] = set()
        once: dict[_Candidate, _Candidate] = {}
        for position in range(len(table.columns)):
            if position in own:
                candidate, why = own[position], Evidence.OWN_FORMULA
            elif chosen is not None and position not in foreign:
                candidate, why = chosen, evidence
            else:
                continue
            kept = once.get(candidate)
            if kept is None:
                kept = once[candidate] = _without_twice(table, candidate, found)
                taken.update(kept.members)
            if why is Evidence.OWN_FORMULA:
                why = _evidence(table, row, position, kept, sums)
            found.append(_column_total(table, row, position, kept, why))
        stack = [item for item in stack if item not in taken]
        stack.append(row)
    for row in pending:
        unchecked.extend(_below(table, row, found))
    if not table.in_proposal:
        found = _without_unlike_columns(_without_doubtful_rows(table, found))
    return found, unchecked, discovered


def _without_doubtful_rows(table: Table, found: list[Total]) -> list[Total]:
    """Leave out typed totals of a row whose cover does not hold in several columns: it is another one there.

    One fault carries the same difference along its row, so differences are counted, not cells; and where the
    layout leaves no choice, there is nothing to doubt.
    """
    tested: Counter[int] = Counter()
    wrong: dict[int, set[Decimal]] = {}
    for total in found:
        if total.evidence in _JUDGED and total.expected is not None and total.shown is not None:
            tested[total.cell.row] += 1
            if abs(total.difference) > max(total.tolerance, Decimal(len(total.addends) + 1) / 2):
                wrong.setdefault(total.cell.row, set()).add(round(abs(total.difference), 3))
    doubtful = {row for row, sizes in wrong.items() if len(sizes) > max(1, tested[row] // 5)}
    doubtful = {
        row
        for row in doubtful
        if not _is_plain(table, next(i for i, line in enumerate(table.lines) if line.row == row))
    }
    return [
        total
        for total in found
        if not (total.cell.row in doubtful and total.evidence in _JUDGED and total.wrong)
    ]


def _without_unlike_columns(found: list[Total]) -> list[Total]:
    """Leave out the typed totals of a column in which nothing adds up: prices, shares, counts of staff."""
    right: Counter[int] = Counter()
    wrong: dict[int, set[Decimal]] = {}
    for total in found:
        if total.shown and total.expected is not None:
            if total.wrong:
                wrong.setdefault(total.cell.column, set()).add(round(abs(total.difference), 3))
            else:
                right[total.cell.column] += 1
    # one fault carries the same difference into the totals above it
    unlike = {column for column, sizes in wrong.items() if len(sizes) > 1 and len(sizes) > right[column]}
    return [
        total
        for total in found
        if not (total.wrong and total.evidence is not Evidence.OWN_FORMULA)
        or not (total.cell.column in unlike or _worlds_apart(total))
    ]


_FARTHEST_APART = 5000  # no slip of the finger, and no wrong unit but a million, goes that far


def _worlds_apart(total: Total) -> bool:
    """Whether a total and what it is taken to cover are of quite different kinds: a price, a sum of sales."""
    if not total.shown or not total.expected:
        return False
    ratio = abs(total.expected / total.shown)
    return not Decimal(1) / _FARTHEST_APART < ratio < _FARTHEST_APART


def _evidence(
    table: Table, row: int, position: int, candidate: _Candidate, sums: dict[Cell, Sum]
) -> Evidence:
    """A cover that is not what the cell's own formula adds goes by the layout."""
    total = sums[(table.lines[row].row, table.columns[position].number)]  # type: ignore[index]
    if len(total.cells) == len(candidate.members):
        return Evidence.OWN_FORMULA
    rows = {table.lines[member].row for member in candidate.members}
    own = {cell.row for cell, _ in total.cells if table.line(cell.row) is not None}
    return Evidence.OWN_FORMULA if rows == own else Evidence.LAYOUT


def _with_all_lines(table: Table, row: int, own: dict[int, _Candidate]) -> dict[int, _Candidate]:
    """Own formulas of the only total of a plain table, widened by a line that they all leave out.

    A line that was inserted above or below the range of a sum is the commonest fault of all.
    """
    if not own or not _is_plain(table, row):
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
    return {position: _Candidate.plus(everything) for position in own}


_DEEPEST = 60  # a total covers at most so many of the items before it, unless its label says more
_LONGEST_SEARCHED = 800
_FEWEST_AGREEING = 3
_MANY = 4  # so many figures do not give a third one by chance in two columns


class _Search:
    """Looks for totals that no word names: lines that equal what stands before them in every column."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.floats: list[list[float | None]] | None = None
        self.plain: dict[int, _Candidate] = {}  # lines that are plain sums of lines before them
        self.parts: set[int] = set()  # lines that such a sum adds

    def look_ahead(self) -> None:
        """Find the plain sums first: what one of them adds is no difference of the lines before it.

        In a balance sheet any line is the rest of the others; only one of these readings is a sum.
        """
        table = self.table
        if table.in_proposal or len(table.columns) < _FEWEST_AGREEING - 1:
            return
        stack: list[int] = []
        for row, line in enumerate(table.lines):
            if line.kind in (LineKind.OF_WHICH, LineKind.SHARE):
                continue
            agreed = self.unnamed(row, stack, plain=True)
            if agreed is not None:
                stack = [item for item in stack if item not in agreed.members]
                self.parts.update(agreed.members)
                self.plain[row] = agreed
            stack.append(row)

    def named_by_nobody(self, row: int, stack: list[int]) -> _Candidate | None:
        """What a line without a total's name covers, if it is a total all the same."""
        if row in self.plain:
            return self.plain[row]
        return None if row in self.parts else self.unnamed(row, stack)

    def typed(self, row: int) -> list[int]:
        """The columns in which a line has a typed amount."""
        line, formulas = self.table.lines[row], self.table.sheet.formulas
        return [
            position
            for position, (amount, column) in enumerate(zip(line.amounts, self.table.columns, strict=True))
            if amount is not None and (not formulas or Cell(line.row, column.number) not in formulas)
        ]

    def unnamed(self, row: int, stack: list[int], *, plain: bool = False) -> _Candidate | None:
        """The items that a line without a total's name adds up in at least three columns and nearly all."""
        table = self.table
        if table.in_proposal or len(stack) < 2 or len(table.columns) < _FEWEST_AGREEING - 1:
            return None
        if len(table.lines) > _LONGEST_SEARCHED:
            return None
        positions = self.typed(row)
        if len(positions) < _FEWEST_AGREEING - 1:
            return None
        if self.floats is None:
            self.floats = [
                [None if amount is None else float(amount) for amount in line.amounts] for line in table.lines
            ]
        return self._of_its_kind(self.floats, row, stack, positions) or self._agreeing(
            self.floats, row, stack, positions, plain
        )

    def _of_its_kind(
        self, floats: list[list[float | None]], row: int, stack: list[int], positions: list[int]
    ) -> _Candidate | None:
        """The earlier lines of the same label, where labels alternate: 'Bevilling', 'Forbrug' …"""
        label = self.table.lines[row].label
        alike = [item for item in stack if self.table.lines[item].label == label]
        if not label or len(alike) < 2:
            return None
        right = 0
        for position in positions:
            rest = sum(floats[item][position] or 0.0 for item in alike)
            total = floats[row][position] or 0.0
            if abs(rest - total) > max(1e-6, abs(total) * 1e-9):
                return None
            right += bool(total)
        return _Candidate.plus(alike) if right >= _FEWEST_AGREEING else None

    def _agreeing(
        self,
        floats: list[list[float | None]],
        row: int,
        stack: list[int],
        positions: list[int],
        plain: bool,
    ) -> _Candidate | None:
        shown = [floats[row][position] or 0.0 for position in positions]
        telling = len({round(value, 6) for value in shown if value})
        if telling < _FEWEST_AGREEING - 1:
            return None
        most_wrong = max(1, len(positions) // 6)
        sums = [0.0] * len(positions)
        for count, item in enumerate(reversed(stack[-_DEEPEST:]), 1):
            values = [floats[item][position] or 0.0 for position in positions]
            if count >= 2:
                members = tuple(stack[-count:])
                ways = ((1.0, (1,) * count), (-1.0, (1,) + (-1,) * (count - 1)))
                for first, signs in ways[:1] if plain else ways:
                    wrong = 0
                    right: set[float] = set()
                    for total, value, rest in zip(shown, values, sums, strict=True):
                        if abs(value + first * rest - total) <= max(1e-6, abs(total) * 1e-9):
                            if total and rest and value:
                                right.add(round(total, 6))
                        else:
                            wrong += 1
                            if wrong > most_wrong:
                                break
                    else:
                        narrow = count >= _MANY and len(positions) <= _MANY
                        enough = _FEWEST_AGREEING - 1 if narrow else _FEWEST_AGREEING
                        if len(right) >= enough and len(right) >= 2 * wrong:
                            return _Candidate(members, signs)
            sums = [rest + value for rest, value in zip(sums, values, strict=True)]
        return None


def _typed_among_formulas(table: Table, sums: dict[Cell, Sum], covered: set[Cell]) -> list[Total]:
    """Typed numbers in a line, or a column, whose other cells all have the same formula, moved along.

    They give themselves away: what should stand there is what the neighbours' formula gives in their place.
    """
    found: list[Total] = []
    lines = {line.row: line for line in table.lines}
    numbers = [column.number for column in table.columns]
    strips = [[Cell(row, number) for number in numbers] for row in lines]
    strips += [[Cell(row, number) for row in lines] for number in numbers]
    for strip in strips:
        moved: Counter[tuple[tuple[int, int, int], ...]] = Counter()
        for cell in strip:
            total = sums.get(cell)
            if total is not None and not total.subtotal and 2 <= len(total.cells) <= _DEEPEST:
                moved[
                    tuple((at.row - cell.row, at.column - cell.column, sign) for at, sign in total.cells)
                ] += 1
        if not moved:
            continue
        pattern, count = moved.most_common(1)[0]
        calculated = sum(cell in table.sheet.formulas for cell in strip)
        typed = [
            (index, cell)
            for index, cell in enumerate(strip)
            if cell not in table.sheet.formulas and cell not in covered and _holds_number(table, cell)
        ]
        if count < 2 or count * 2 <= calculated or not typed or len(typed) * 3 > count + 2:
            continue
        sideways = any(
            (down if strip[0].column == strip[-1].column else across) for down, across, _ in pattern
        )
        for index, cell in typed:
            if sideways and not (0 < index < len(strip) - 1):
                continue  # where a series begins, something must be typed
            addends = [(Cell(cell.row + down, cell.column + across), sign) for down, across, sign in pattern]
            if any(at.row < 1 or at.column < 1 for at, _ in addends):
                continue
            values = [_number_at(table, at) for at, _ in addends]
            shown = _number_at(table, cell)
            expected = _sum(values, [sign for _, sign in addends])
            if expected is None or shown is None:
                continue
            covered.add(cell)
            found.append(
                Total(
                    cell,
                    Axis.BLOCK,
                    tuple(at for at, _ in addends),
                    tuple(sign for _, sign in addends),
                    Evidence.SIBLING_FORMULAS,
                    shown,
                    expected,
                    _tolerance(table, values, shown),
                )
            )
    # one typed cell is a slip; several in a column, or one of another order, are what a model is fed with
    wrong = Counter(total.cell.column for total in found if total.wrong)
    return [
        total
        for total in found
        if not total.wrong or (wrong[total.cell.column] == 1 and not _worlds_apart(total))
    ]


def _number_at(table: Table, cell: Cell) -> Decimal | None:
    value = table.sheet.value(cell.row, cell.column)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return decimal_of(value)
    return None


def _holds_number(table: Table, cell: Cell) -> bool:
    value = table.sheet.value(cell.row, cell.column)
    return isinstance(value, int | float) and not isinstance(value, bool) and cell.row != table.heading_row


def _choose_lines(
    table: Table, row: int, stack: list[int], own: dict[int, _Candidate], foreign: set[int]
) -> tuple[_Candidate | None, Evidence, list[int]]:
    """The lines that the typed totals of a row cover, and the columns on which that was judged."""
    line = table.lines[row]
    if own:
        if _all_alike(own.values()):
            return next(iter(own.values())), Evidence.SIBLING_FORMULAS, []
        candidate, count = Counter(own.values()).most_common(1)[0]
        if count * 2 > len(own) or len(own) <= 2:
            return candidate, Evidence.SIBLING_FORMULAS, []
    judged = [
        position
        for position, amount in enumerate(line.amounts)
        if amount is not None and position not in foreign and position not in own
    ]
    candidates = _line_candidates(table, row, stack)
    if not candidates:
        return None, Evidence.LAYOUT, judged
    typed = [
        position
        for position in judged
        if Cell(line.row, table.columns[position].number) not in table.sheet.formulas
    ]
    judged = typed or judged  # what is calculated along the row says nothing of its own
    if table.in_proposal and _is_plain(table, row):
        _, agreeing, *_ = _best(table, row, candidates[:1], judged)
        return candidates[0], Evidence.AGREEMENT if agreeing > 0 else Evidence.LAYOUT, judged
    if not judged:
        return (
            (candidates[0], Evidence.LAYOUT, judged)
            if any(a is None for a in line.amounts)
            else (
                None,
                Evidence.LAYOUT,
                judged,
            )
        )
    best, agreeing, tested, telling = _best(table, row, candidates, judged)
    if best is not None and agreeing * 2 > tested and telling:
        return best, Evidence.AGREEMENT, judged
    # three figures or more do not give a total by chance, even in one of two columns
    likely = best == candidates[0] or (best is not None and len(best.members) >= _MANY - 1)
    if likely and agreeing * 2 >= tested and telling:
        return best, Evidence.AGREEMENT, judged
    if _is_plain(table, row) and (table.in_proposal or len(candidates[0].members) <= 12):
        return candidates[0], Evidence.LAYOUT, judged
    if _adds_twice(table, row, stack, candidates[0], judged):
        return candidates[0], Evidence.LAYOUT, judged
    section = _section(table, row)
    later = any(one.kind in (LineKind.TOTAL, LineKind.SUBTOTAL) for one in table.lines[row + 1 :])
    if table.in_proposal and later and len(section) > 1:
        return _Candidate.plus(section), Evidence.LAYOUT, judged  # a form's subtotal, after its own lines
    return None, Evidence.LAYOUT, judged


def _adds_twice(table: Table, row: int, stack: list[int], candidate: _Candidate, judged: list[int]) -> bool:
    """Whether the total is right in most columns once a subtotal, or all of them, is added again."""
    above = [i for i in range(row) if table.lines[i].kind not in (LineKind.OF_WHICH, LineKind.SHARE)]
    again: list[_Candidate] = []
    if len(above) > len(stack):
        again.append(_Candidate.plus(above))
    for item in candidate.members:
        if table.lines[item].kind in (LineKind.SUBTOTAL, LineKind.TOTAL):
            again.append(_Candidate.plus((*candidate.members, item)))
    if not again:
        return False
    _, agreeing, tested, telling = _best(table, row, again, judged)
    return agreeing * 2 > tested and telling > 0


def _best(
    table: Table, row: int, candidates: list[_Candidate], judged: list[int]
) -> tuple[_Candidate | None, int, int, int]:
    """The candidate that holds in most columns: (candidate, agreeing, tested, agreeing where not 0 = 0)."""
    best: tuple[_Candidate | None, int, int, int] = (None, -1, 0, 0)
    amounts = table.lines[row].amounts
    for candidate in candidates:
        agreeing = tested = telling = 0
        for position in judged:
            shown = amounts[position]
            values = [table.lines[member].amounts[position] for member in candidate.members]
            expected = _sum(values, candidate.signs)
            if shown is None:
                continue
            if expected is None:
                expected = _ZERO
            tested += 1
            if _agrees(shown, expected, _tolerance(table, values, shown)):
                agreeing += 1
                telling += expected != 0
        if (agreeing, telling) > (best[1], best[3]):
            best = (candidate, agreeing, tested, telling)
    return best


def _is_plain(table: Table, row: int) -> bool:
    """Whether the layout leaves no choice: one total, at the end or the start, over lines without parts."""
    others = [
        index
        for index, line in enumerate(table.lines)
        if line.kind in (LineKind.TOTAL, LineKind.SUBTOTAL) and index != row
    ]
    if others or table.lines[row].kind is not LineKind.TOTAL:
        return False
    return row in (0, len(table.lines) - 1) and len(table.lines) > 1


def _section(table: Table, row: int) -> list[int]:
    """The lines between a total and the total before it."""
    section: list[int] = []
    for index in range(row - 1, -1, -1):
        kind = table.lines[index].kind
        if kind in (LineKind.TOTAL, LineKind.SUBTOTAL):
            break
        if kind is LineKind.LINE:
            section.append(index)
    section.reverse()
    return section


def _line_candidates(table: Table, row: int, stack: list[int]) -> list[_Candidate]:
    lines = table.lines
    candidates: list[_Candidate] = []

    def add(candidate: _Candidate) -> None:
        if candidate.members and candidate not in candidates:
            candidates.append(candidate)

    section = _section(table, row)
    if lines[row].kind is LineKind.SUBTOTAL:
        add(_Candidate.plus(section))
        add(_Candidate.plus(stack))
    else:
        add(_Candidate.plus(stack))
        add(_Candidate.plus(section))
    add(_Candidate.plus(index for index in range(row) if lines[index].kind is LineKind.LINE))
    if len(stack) == 2:
        add(_Candidate(tuple(stack), (1, -1)))
    for start in range(1, min(len(stack), 40)):
        add(_Candidate.plus(stack[-start:]))
    if row == 0 or not stack:
        below = []
        for index in range(row + 1, len(lines)):
            if lines[index].kind in (LineKind.TOTAL, LineKind.SUBTOTAL):
                break
            if lines[index].kind is LineKind.LINE:
                below.append(index)
        add(_Candidate.plus(below))
        add(_Candidate.plus(i for i in range(row + 1, len(lines)) if lines[i].kind is LineKind.LINE))
    return candidates


def _without_twice(table: Table, candidate: _Candidate, found: list[Total]) -> _Candidate:
    """A cover that holds a subtotal and the lines of that subtotal counts them twice: the subtotal goes."""
    lines = table.lines
    if all(lines[member].kind is LineKind.LINE for member in candidate.members):
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
    return _Candidate.plus(member for member in candidate.members if member not in twice)


def _column_total(table: Table, row: int, position: int, candidate: _Candidate, evidence: Evidence) -> Total:
    lines = table.lines
    values = [lines[member].amounts[position] for member in candidate.members]
    shown = lines[row].amounts[position]
    column: Column = table.columns[position]
    expected = _sum(values, candidate.signs)
    if expected is None and shown is not None and table.in_proposal:
        expected = _ZERO
    rows = tuple([lines[member].row for member in candidate.members])
    if table.sheet.unvalued and _unknown(table, (Cell(one, column.number) for one in rows)):
        expected = None
    return Total(
        Cell(lines[row].row, column.number),
        Axis.COLUMN,
        rows,
        candidate.signs,
        evidence,
        shown,
        expected,
        _tolerance(table, values, shown),
        column.role is ColumnRole.TOTAL,
    )


def _below(table: Table, row: int, found: list[Total]) -> list[Cell]:
    """A total that covers nothing above may stand above its lines; if not, it is not checked, and told."""
    candidates: list[_Candidate] = []
    lines = table.lines
    below: list[int] = []
    for index in range(row + 1, len(lines)):
        if lines[index].kind is LineKind.LINE:
            below.append(index)
            candidates.append(_Candidate.plus(below))
        elif lines[index].kind in (LineKind.TOTAL, LineKind.SUBTOTAL):
            break
    judged = [position for position, amount in enumerate(lines[row].amounts) if amount is not None]
    if candidates:
        best, agreeing, tested, telling = _best(table, row, candidates[-40:], judged)
        if best is not None and agreeing * 2 > tested and telling:
            found.extend(_column_total(table, row, position, best, Evidence.AGREEMENT) for position in judged)
            return []
    return [Cell(lines[row].row, table.columns[judged[0]].number)] if judged else []
