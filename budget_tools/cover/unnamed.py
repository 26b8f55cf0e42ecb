"""Totals that no word names: lines that equal what stands before them in every column."""

from __future__ import annotations

from itertools import product

from ..layout import words
from ..model.address import Cell
from ..model.table import LineKind, Table
from .candidates import Candidate, agrees, is_long, is_slip, mostly_rounded, nearly, signed_sum, tolerance

_DEEPEST = 60  # a total covers at most so many of the items before it, unless its label says more
_FEWEST_AGREEING = 3
_MANY = 4  # so many figures do not give a third one by chance in two columns
_NARROW = 6  # columns of a table of years, as most are
_LONGEST_SEARCHED = 800
_MOST_MOVEMENTS = 6


class Search:
    """Looks for totals that no word names: lines that equal what stands before them in every column."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.floats: list[list[float | None]] | None = None
        self.plain: dict[int, Candidate] = {}  # lines that are plain sums of lines before them
        self.parts: set[int] = set()  # lines that such a sum adds

    def look_ahead(self) -> None:
        """Find the plain sums first: what one of them adds is no difference of the lines before it.

        In a balance sheet any line is the rest of the others; only one of these readings is a sum.
        """
        table = self.table
        if table.in_proposal or len(table.columns) < _FEWEST_AGREEING - 1:
            return
        if len(table.lines) > _LONGEST_SEARCHED:
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

    def named_by_nobody(self, row: int, stack: list[int]) -> Candidate | None:
        """What a line without a total's name covers, if it is a total all the same."""
        if row in self.plain:
            return self.plain[row]
        if row in self.parts:
            return self._net_of_totals(row, stack)
        return self.unnamed(row, stack) or self._net_of_totals(row, stack)

    def rolled_forward(self, row: int, stack: list[int]) -> Candidate | None:
        """The opening balance and what moved since, where a line is called what is there afterwards.

        Movements out may be printed positive: the signs that hold in most columns are taken.
        """
        lines = self.table.lines
        if self.table.in_proposal or not words.is_closing(lines[row].label):
            return None
        first = next((at for at, item in enumerate(stack) if words.is_opening(lines[item].label)), None)
        while first is not None:  # the nearest one
            later = (at for at in range(first + 1, len(stack)) if words.is_opening(lines[stack[at]].label))
            following = next(later, None)
            if following is None:
                break
            first = following
        members = () if first is None else tuple(stack[first:])
        if not 2 <= len(members) <= _MOST_MOVEMENTS + 1:
            return None
        positions = [at for at in self.typed(row) if lines[members[0]].amounts[at] is not None]
        best: tuple[int, Candidate | None] = (0, None)
        for signs in sorted(product((1, -1), repeat=len(members) - 1), key=lambda signs: signs.count(-1)):
            candidate = Candidate(members, (1, *signs))
            right = 0
            for position in positions:
                shown = lines[row].amounts[position]
                values = [lines[item].amounts[position] for item in members]
                expected = signed_sum(values, candidate.signs)
                if shown and expected is not None and any(values[1:]):
                    right += agrees(shown, expected, tolerance(self.table, values, shown))
            if right > best[0]:
                best = right, candidate
        enough = best[0] >= 2 or best[0] == len(positions)
        return best[1] if enough and best[0] * 2 > len(positions) else None

    def _net_of_totals(self, row: int, stack: list[int]) -> Candidate | None:
        """The two totals right before a line that is called a net, where it is their difference."""
        lines = self.table.lines
        if self.table.in_proposal or len(stack) < 2 or not words.is_net(lines[row].label):
            return None
        pair = tuple(stack[-2:])
        if any(lines[item].kind not in (LineKind.TOTAL, LineKind.SUBTOTAL) for item in pair):
            return None
        positions = self.typed(row)
        slipped: Candidate | None = None
        for signs in ((1, -1), (-1, 1), (1, 1)):
            right = near = slips = 0
            for position in positions:
                shown = lines[row].amounts[position]
                values = [lines[item].amounts[position] for item in pair]
                expected = signed_sum(values, signs)
                if shown and expected and all(values):
                    right += agrees(shown, expected, tolerance(self.table, values, shown))
                    near += nearly(shown, expected, len(values))
                    slips += shown != -expected and is_slip(shown, expected)
            if right * 2 >= len(positions) > 0 or mostly_rounded(right, near, len(positions)):
                return Candidate(pair, signs)
            if slips == len(positions) > 0:
                slipped = Candidate(pair, signs)
        return slipped

    def typed(self, row: int) -> list[int]:
        """The columns in which a line has a typed amount."""
        line, formulas = self.table.lines[row], self.table.sheet.formulas
        typed = [
            position
            for position, (amount, column) in enumerate(zip(line.amounts, self.table.columns, strict=True))
            if amount is not None and (not formulas or Cell(line.row, column.number) not in formulas)
        ]
        if line.label or row + 1 >= len(self.table.lines):
            return typed
        below = self.table.lines[row + 1]
        if below.row > line.row + 1:
            return typed
        ends = [position for position in typed if below.amounts[position] is None]
        return ends if len(ends) > 1 else typed  # notes beside each other end where each of them ends

    def unnamed(self, row: int, stack: list[int], *, plain: bool = False) -> Candidate | None:
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
    ) -> Candidate | None:
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
        return Candidate.plus(alike) if right >= _FEWEST_AGREEING else None

    def _slipped(self, row: int, members: list[int], position: int) -> bool:
        """Whether a line is what others add up to in a column, but for a slip, or one that was left out."""
        lines = self.table.lines
        shown = lines[row].amounts[position]
        values = [lines[item].amounts[position] for item in members]
        expected = signed_sum(values, (1,) * len(members))
        if not shown or expected is None:
            return False
        return is_slip(shown, expected) or (is_long(shown) and expected - shown in values)

    def _agreeing(
        self,
        floats: list[list[float | None]],
        row: int,
        stack: list[int],
        positions: list[int],
        plain: bool,
    ) -> Candidate | None:
        shown = [floats[row][position] or 0.0 for position in positions]
        telling = len({round(value, 6) for value in shown if value})
        if telling < _FEWEST_AGREEING - 1:
            return None
        most_wrong = max(1, len(positions) // 6)
        label = self.table.lines[row].label
        net = words.is_net(label)  # where its name says it, less agreement will do
        many = _MANY if label else _FEWEST_AGREEING  # amounts without a text are a total more often than not
        signs = ((1.0, 1.0),) if plain else ((1.0, 1.0), (1.0, -1.0))
        if net and not plain:
            signs = (*signs, (-1.0, 1.0))  # 'interest received, interest paid, repayments, net costs'
        sums = [0.0] * len(positions)
        filled = [0] * len(positions)
        for count, item in enumerate(reversed(stack[-_DEEPEST:]), 1):
            above = floats[item]
            values = [above[position] or 0.0 for position in positions]
            filled = [many + bool(value) for many, value in zip(filled, values, strict=True)]
            if count >= 2 and any(values):
                for first, later in signs:
                    wrong = 0
                    odd = 0  # the column that disagrees, where there is one
                    right: set[float] = set()
                    repeated: set[float] = set()  # totals of a single figure
                    for place, (total, value, rest) in enumerate(zip(shown, values, sums, strict=True)):
                        if abs(first * value + later * rest - total) <= max(1e-6, abs(total) * 1e-9):
                            if total and filled[place] >= 2 and rest:
                                right.add(round(total, 6))
                            elif total:
                                repeated.add(round(total, 6))
                        elif value or rest or not _blank(floats, stack[-count:], positions[place]):
                            wrong += 1
                            odd = positions[place]
                            if wrong > most_wrong:
                                break
                    else:
                        narrow = count >= many and len(positions) <= _NARROW
                        enough = _FEWEST_AGREEING - (narrow or net)
                        known = len(right) + len(repeated)
                        agreed = len(right) >= enough and known >= (1 if net else 2) * wrong
                        if not agreed and narrow and first == later and wrong == 1 and right:
                            agreed = self._slipped(row, stack[-count:], odd)
                        if agreed:
                            return Candidate(tuple(stack[-count:]), (int(first), *[int(later)] * (count - 1)))
            sums = [rest + value for rest, value in zip(sums, values, strict=True)]
        return None


def _blank(floats: list[list[float | None]], rows: list[int], position: int) -> bool:
    """Whether lines hold nothing at all in a column: it says nothing of them, as an opening balance does."""
    return all(floats[row][position] is None for row in rows)
