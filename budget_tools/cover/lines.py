"""Which lines the typed totals of a row cover: what their siblings add, what agrees, what the layout says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from decimal import Decimal

from ..layout import long, words
from ..model.address import Cell
from ..model.table import ColumnRole, Evidence, LineKind, Table
from .candidates import (
    ROUNDED,
    ZERO,
    Candidate,
    agrees,
    all_alike,
    is_slip,
    mostly_rounded,
    nearly,
    signed_sum,
    tolerance,
)

_MANY = 4  # so many figures do not give another one by chance in two columns


def choose_lines(
    table: Table, row: int, stack: list[int], own: dict[int, Candidate], foreign: set[int]
) -> tuple[Candidate | None, Evidence, list[int] | None]:
    """The lines that the typed totals of a row cover, and the columns on which that was judged.

    There are no such columns, not even an empty list of them, where formulas tell.
    """
    line = table.lines[row]
    if own:
        if all_alike(own.values()):
            return next(iter(own.values())), Evidence.SIBLING_FORMULAS, None
        candidate, count = Counter(own.values()).most_common(1)[0]
        if count * 2 > len(own) or len(own) <= 2:
            return candidate, Evidence.SIBLING_FORMULAS, None
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
    if table.in_proposal and is_plain(table, row):
        _, agreeing, *_ = best_of(table, row, candidates[:1], judged)
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
    best, agreeing, tested, telling = best_of(table, row, candidates, judged)
    if best is not None and agreeing * 2 > tested and telling:
        return best, Evidence.AGREEMENT, judged
    # three figures or more do not give a total by chance, even in one of two columns
    likely = best == candidates[0] or (best is not None and len(best.members) >= _MANY - 1)
    if likely and agreeing * 2 >= tested and telling:
        return best, Evidence.AGREEMENT, judged
    rounded = None if table.in_proposal else _nearly_right(table, row, candidates, judged)
    if rounded is not None:
        return rounded, Evidence.AGREEMENT, judged
    if is_plain(table, row) and (
        table.in_proposal
        or (_is_list_of_amounts(table, candidates[0]) and _may_be_meant(table, row, candidates[0], judged))
    ):
        return candidates[0], Evidence.LAYOUT, judged
    if _adds_twice(table, row, stack, candidates[0], judged):
        return candidates[0], Evidence.LAYOUT, judged
    section = _section(table, row)
    told = (
        _slipped(table, row, section, judged)
        or _like_its_siblings(table, row, judged)
        or _told_by_a_net(table, row, section, judged)
    )
    if told and len(section) > 1 and not table.in_proposal:
        return Candidate.plus(section), Evidence.LAYOUT, judged
    later = bool(long.of_kind(table.lines[row + 1 :], LineKind.TOTAL, LineKind.SUBTOTAL))
    if table.in_proposal and later and len(section) > 1:
        return Candidate.plus(section), Evidence.LAYOUT, judged  # a form's subtotal, after its own lines
    return None, Evidence.LAYOUT, judged


_MOST_ITEMS = 60
_MOST_COLUMNS = 12  # as many tell as well as more


def heads(table: Table, row: int, stack: list[int]) -> dict[int, list[int]]:
    """The lines that stand above their own parts, with those parts, where a total covers lines of both kinds.

    Told by the amounts: each such line is the sum of the lines right below it, in all columns but the odd
    one. Looked for only where the lines before a total do not add up to it as they stand.
    """
    if not 3 <= len(stack) <= _MOST_ITEMS or len(table.lines) > _LONGEST_COMPARED:
        return {}
    positions = [position for position, amount in enumerate(table.lines[row].amounts) if amount]
    _, agreeing, tested, _ = best_of(table, row, [Candidate.plus(stack)], positions)
    if not positions or agreeing * 2 > tested:
        return {}
    positions = positions[:: len(positions) // _MOST_COLUMNS + 1]
    found: dict[int, list[int]] = {}
    at = 0
    while at < len(stack) - 2:
        length = _parts_below(table, stack, at, positions)
        if length and table.lines[stack[at]].kind is LineKind.LINE:
            found[stack[at]] = stack[at + 1 : at + 1 + length]
            at += length
        at += 1
    return found


def adds_heads(table: Table, row: int, stack: list[int], nets: Mapping[int, tuple[int, ...]]) -> list[int]:
    """The nets of two lines each that stand below a sum of their own, as the total that adds those tells.

    'Elderly, home care, nursing homes' reads like a net too, until a total adds the elderly.
    """
    read = [item for item in stack if item in nets]
    if not read:
        return []
    positions = [position for position, amount in enumerate(table.lines[row].amounts) if amount]
    others = [nets[item][0] if item in nets else item for item in stack]
    _, as_nets, tested, _ = best_of(table, row, [Candidate.plus(stack)], positions)
    _, as_heads, _, telling = best_of(table, row, [Candidate.plus(others)], positions)
    return read if as_nets * 2 <= tested < as_heads * 2 and telling > 0 else []


def _parts_below(table: Table, stack: list[int], at: int, positions: list[int]) -> int:
    """How many of the items after one add up to it; 0 when none do."""
    head = table.lines[stack[at]].amounts
    sums = [ZERO] * len(positions)
    most_wrong = len(positions) // 3
    for length, item in enumerate(stack[at + 1 :], 1):
        amounts = table.lines[item].amounts
        sums = [total + (amounts[position] or ZERO) for total, position in zip(sums, positions, strict=True)]
        if length < 2:
            continue
        right = wrong = 0
        for total, position in zip(sums, positions, strict=True):
            shown = head[position] or ZERO
            if abs(shown - total) <= length:  # no tolerance is wider than that
                values = long.amounts(table, stack[at + 1 : at + 1 + length], position)
                if agrees(shown, total, tolerance(table, values, shown)):
                    # a figure and a nought are as much its parts as the line after is theirs
                    right += sum(map(bool, values)) > 1
                    continue
            wrong += 1
            if wrong > most_wrong:
                break
        if right > wrong and wrong <= most_wrong:
            return length
    return 0


def _line_candidates(table: Table, row: int, stack: list[int]) -> list[Candidate]:
    lines = table.lines
    candidates: list[Candidate] = []

    def add(candidate: Candidate) -> None:
        if candidate.members and candidate not in candidates:
            candidates.append(candidate)

    section = _section(table, row)
    if lines[row].kind is LineKind.SUBTOTAL:
        add(Candidate.plus(section))
        add(Candidate.plus(stack))
    else:
        add(Candidate.plus(stack))
        add(Candidate.plus(section))
    add(Candidate.plus(long.of_kind(lines[:row], LineKind.LINE)))
    if len(stack) == 2:
        add(Candidate(tuple(stack), (1, -1)))
    add(_without_what_it_says(table, row))
    for start in range(1, min(len(stack), 40)):
        add(Candidate.plus(stack[-start:]))
    if row == 0 or not stack:
        below = [row + 1 + index for index in long.of_kind(lines[row + 1 :], LineKind.LINE)]
        others = long.of_kind(lines[row + 1 :], LineKind.TOTAL, LineKind.SUBTOTAL)
        end = row + 1 + min(others, default=len(lines))
        add(Candidate.plus(index for index in below if index < end))
        add(Candidate.plus(below))
    return candidates


def _nearly_right(table: Table, row: int, candidates: list[Candidate], judged: list[int]) -> Candidate | None:
    """The lines that whole-number totals add up in most columns, but for rounding before they were added."""
    if len(judged) <= ROUNDED or len(table.lines) > _LONGEST_COMPARED:
        return None
    lines = table.lines
    best: tuple[int, Candidate | None] = (0, None)
    for candidate in candidates:
        if candidate.members and words.is_net(lines[candidate.members[-1]].label):
            continue  # what is left of the total is none of its parts
        right = near = 0
        for position in judged:
            shown = lines[row].amounts[position]
            values = [lines[member].amounts[position] for member in candidate.members]
            expected = signed_sum(values, candidate.signs)
            if shown is None or expected is None:
                continue
            if shown == expected:
                right += bool(shown)
            else:
                near += nearly(shown, expected, len(values))
        if right + near > best[0] and mostly_rounded(right, near, len(judged)):
            best = right + near, candidate
    return best[1]


def _without_what_it_says(table: Table, row: int) -> Candidate:
    """The total before and the line that a label leaves out of it: 'Udgifter i alt ekskl. overførsler'."""
    left_out = words.left_out_of(table.lines[row].label)
    if not left_out:
        return Candidate((), ())
    total = next((at for at in range(row - 1, -1, -1) if table.lines[at].kind is LineKind.TOTAL), None)
    line = next((at for at in range(row) if words.fold(table.lines[at].label) == left_out), None)
    return Candidate((), ()) if total is None or line is None else Candidate((total, line), (1, -1))


_LONGEST_LIST = 12


def _is_list_of_amounts(table: Table, candidate: Candidate) -> bool:
    """Whether a plain table lists amounts of years, so that its one total can be nothing but their sum."""
    dated = any(column.role is not ColumnRole.OTHER for column in table.columns)
    return dated and len(candidate.members) <= _LONGEST_LIST


_FEW_COLUMNS = 2


def _may_be_meant(table: Table, row: int, candidate: Candidate, judged: list[int]) -> bool:
    """Whether what disagrees in every column, and by other amounts in each, can be one and the same fault.

    A line that was left out is. Else the total is of something else: of history, above a forecast's parts.
    """
    if len(judged) <= _FEW_COLUMNS:
        return True
    lines = table.lines
    differences: list[Decimal] = []
    for position in judged:
        shown = lines[row].amounts[position]
        values = long.amounts(table, candidate.members, position)
        expected = signed_sum(values, candidate.signs)
        if shown is None or expected is None:
            return True
        if agrees(shown, expected, tolerance(table, values, shown)) or is_slip(shown, expected):
            return True
        differences.append(shown - expected)
    gaps = [abs(difference) for difference in differences]
    left_out = any([abs(line.amounts[at] or ZERO) for at in judged] == gaps for line in lines)
    return left_out or len(set(differences)) == 1


def _slipped(table: Table, row: int, members: list[int], judged: list[int]) -> bool:
    """Whether a total is what its own lines add up to, but for a slip of the hand, in every column."""
    slips = 0
    for position in judged:
        shown = table.lines[row].amounts[position]
        values = long.amounts(table, members, position)
        expected = signed_sum(values, (1,) * len(values))
        if shown is None or expected is None or sum(bool(value) for value in values) < 2:
            return False
        if not agrees(shown, expected, tolerance(table, values, shown)):
            if not is_slip(shown, expected):
                return False
            slips += 1
    return slips > 0


_FEWEST_SIBLINGS = 2
_LONGEST_COMPARED = 800


def _like_its_siblings(table: Table, row: int, judged: list[int]) -> bool:
    """Whether every other total of a single column is the sum of its own section: so should this one be."""
    if len(judged) != 1 or len(table.lines) > _LONGEST_COMPARED:
        return False
    right = 0
    for other, line in enumerate(table.lines):
        if other == row or line.kind not in (LineKind.TOTAL, LineKind.SUBTOTAL):
            continue
        section = _section(table, other)
        if len(section) < 2:
            continue
        _, agreeing, _, telling = best_of(table, other, [Candidate.plus(section)], judged)
        if not agreeing or not telling:
            return False
        right += 1
    return right >= _FEWEST_SIBLINGS


_LARGE = 1000  # amounts of so many digits are not each other's difference by chance


def _told_by_a_net(table: Table, row: int, section: list[int], judged: list[int]) -> bool:
    """Whether a line below is what another total and the sum of this one's own lines make: a surplus."""
    if len(judged) != 1 or len(section) < 2 or len(table.lines) > _LONGEST_COMPARED:
        return False
    position = judged[0]
    expected = signed_sum([table.lines[member].amounts[position] for member in section], (1,) * len(section))
    if expected is None:
        return False
    others = [
        (index, amount)
        for index, line in enumerate(table.lines)
        if line.kind in (LineKind.TOTAL, LineKind.SUBTOTAL) and index != row
        if (amount := line.amounts[position])
    ]
    last = {
        abs(amount): index for index, line in enumerate(table.lines) if (amount := line.amounts[position])
    }
    return any(
        abs(net) >= _LARGE and last.get(abs(net), 0) > max(index, row)
        for index, amount in others
        for net in (amount - expected, amount + expected)
    )


def _adds_twice(table: Table, row: int, stack: list[int], candidate: Candidate, judged: list[int]) -> bool:
    """Whether the total is right in most columns once a subtotal, or all of them, is added again."""
    above = long.of_kind(table.lines[:row], LineKind.LINE, LineKind.SUBTOTAL, LineKind.TOTAL)
    again: list[Candidate] = []
    if len(above) > len(stack):
        again.append(Candidate.plus(above))
    totals = set(long.of_kind(table.lines, LineKind.SUBTOTAL, LineKind.TOTAL))
    for item in candidate.members if totals else ():
        if item in totals:
            again.append(Candidate.plus((*candidate.members, item)))
    if not again:
        return False
    _, agreeing, tested, telling = best_of(table, row, again, judged)
    return agreeing * 2 > tested and telling > 0


def best_of(
    table: Table, row: int, candidates: list[Candidate], judged: list[int]
) -> tuple[Candidate | None, int, int, int]:
    """The candidate that holds in most columns: (candidate, agreeing, tested, agreeing where not 0 = 0)."""
    best: tuple[Candidate | None, int, int, int] = (None, -1, 0, 0)
    amounts = table.lines[row].amounts
    for candidate in candidates:
        agreeing = tested = telling = 0
        for position in judged:
            shown = amounts[position]
            values = long.amounts(table, candidate.members, position)
            expected = signed_sum(values, candidate.signs)
            if shown is None:
                continue
            if expected is None:
                expected = ZERO
            tested += 1
            if agrees(shown, expected, tolerance(table, values, shown)):
                agreeing += 1
                telling += expected != 0
        if (agreeing, telling) > (best[1], best[3]):
            best = (candidate, agreeing, tested, telling)
    return best


def is_plain(table: Table, row: int) -> bool:
    """Whether the layout leaves no choice: one total, at the end or the start, over lines without parts."""
    totals = long.of_kind(table.lines, LineKind.TOTAL, LineKind.SUBTOTAL)
    if totals != [row] or table.lines[row].kind is not LineKind.TOTAL:
        return False
    return row in (0, len(table.lines) - 1) and len(table.lines) > 1


def _section(table: Table, row: int) -> list[int]:
    """The lines between a total and the total before it."""
    before = long.of_kind(table.lines[:row], LineKind.TOTAL, LineKind.SUBTOTAL)
    first = before[-1] + 1 if before else 0
    return [first + index for index in long.of_kind(table.lines[first:row], LineKind.LINE)]
