"""Totals of a long table, of which nearly all are plainly right: only the others are made one by one.

A register of 200,000 lines has as many totals. Which of them show exactly what they cover is worked out on
columns; those are made when somebody looks at them, and most checks look only at the rest.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, overload

from .address import Cell
from .table import Axis, Evidence, Total


class Run(NamedTuple):
    """The totals of one column along the lines: one cover, moved down.

    ``rows`` are the sheet rows of its totals in order. ``known`` are those that are not plainly right, by
    their row; ``make`` makes the others of their row. ``telling`` of those show anything but 0.
    """

    column: int
    addends: tuple[int, ...]
    evidence: Evidence
    rows: Sequence[int]
    known: Mapping[int, Total]
    make: Callable[[int], Total]
    telling: int

    @property
    def plainly_right(self) -> int:
        """How many of its totals are plainly right."""
        return len(self.rows) - len(self.known)

    def at(self, row: int) -> Total | None:
        """The total of a row."""
        if row in self.known:
            return self.known[row]
        index = bisect_left(self.rows, row)
        return self.make(row) if index < len(self.rows) and self.rows[index] == row else None


class LongTotals(Sequence[Total]):
    """The totals of a long table: runs down its columns, and others one by one."""

    def __init__(self, parts: Iterable[Run | Sequence[Total]]) -> None:
        self.parts = tuple(parts)

    @property
    def runs(self) -> tuple[Run, ...]:
        """The runs among its parts."""
        return tuple(part for part in self.parts if isinstance(part, Run))

    def __len__(self) -> int:
        return sum(len(part.rows) if isinstance(part, Run) else len(part) for part in self.parts)

    def __iter__(self) -> Iterator[Total]:
        for part in self.parts:
            if isinstance(part, Run):
                for row in part.rows:
                    yield part.known[row] if row in part.known else part.make(row)
            else:
                yield from part

    @overload
    def __getitem__(self, index: int) -> Total: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Total]: ...
    def __getitem__(self, index: int | slice) -> Total | Sequence[Total]:
        if isinstance(index, slice):
            return tuple(self)[index]
        at = index + len(self) if index < 0 else index
        for part in self.parts:
            count = len(part.rows) if isinstance(part, Run) else len(part)
            if 0 <= at < count:
                if not isinstance(part, Run):
                    return part[at]
                row = part.rows[at]
                return part.known[row] if row in part.known else part.make(row)
            at -= count
        raise IndexError(index)

    def __contains__(self, value: object) -> bool:
        if not isinstance(value, Total):
            return False
        row = value.cell.row
        return any(part.at(row) == value if isinstance(part, Run) else value in part for part in self.parts)

    def plainly_right_at(self, cells: Iterable[Cell]) -> bool:
        """Whether one of the totals in some cells is among those that are plainly right."""
        runs = {run.column: run for run in self.runs}
        return any(
            (run := runs.get(cell.column)) is not None
            and cell.row not in run.known
            and run.at(cell.row) is not None
            for cell in cells
        )

    def in_doubt(self) -> Iterator[Total]:
        """The totals that are not plainly right, in order."""
        for part in self.parts:
            yield from part.known.values() if isinstance(part, Run) else part

    def on_rows(self, rows: Collection[int]) -> Iterator[Total]:
        """The totals in some rows, and all others that are not plainly right."""
        for part in self.parts:
            if isinstance(part, Run):
                yield from part.known.values()
                for row in sorted(rows):
                    if row not in part.known and (total := part.at(row)) is not None:
                        yield total
            else:
                yield from part

    def without(self, unwanted: Callable[[Total], bool], runs: Callable[[Run], bool]) -> LongTotals:
        """These totals without some that are in doubt, and without what is plainly right in some runs."""
        parts: list[Run | Sequence[Total]] = []
        for part in self.parts:
            if not isinstance(part, Run):
                parts.append([total for total in part if not unwanted(total)])
            elif runs(part):
                parts.append([total for total in part.known.values() if not unwanted(total)])
            else:
                left_out = {row for row, total in part.known.items() if unwanted(total)}
                parts.append(_without_rows(part, left_out) if left_out else part)
        return LongTotals(parts)


def _without_rows(run: Run, left_out: Collection[int]) -> Run:
    return run._replace(
        rows=[row for row in run.rows if row not in left_out],
        known={row: total for row, total in run.known.items() if row not in left_out},
    )


def in_doubt(totals: Sequence[Total]) -> Iterable[Total]:
    """The totals that are not known to show exactly what they cover; all of them, where none was compared."""
    return totals.in_doubt() if type(totals) is LongTotals else totals


def on_rows(totals: Sequence[Total], rows: Collection[int]) -> Iterable[Total]:
    """The totals in some rows, perhaps with others."""
    return totals.on_rows(rows) if type(totals) is LongTotals else totals


def plainly_right(totals: Sequence[Total]) -> Counter[tuple[Axis, int]]:
    """How many totals are known to show what they cover, by their axis and the column they share."""
    return _counted(totals, lambda run: run.plainly_right)


def telling(totals: Sequence[Total]) -> Counter[tuple[Axis, int]]:
    """How many totals are known to show what they cover, and show more than 0."""
    return _counted(totals, lambda run: run.telling)


class _WithRuns(Mapping[Cell, Total]):
    """Totals by their cells, those of runs made when somebody asks for them."""

    def __init__(self, known: Mapping[Cell, Total], runs: Iterable[Run], among: Container[Cell]) -> None:
        self._known, self._among = known, among
        self._runs = {run.column: run for run in runs}
        self._made: dict[Cell, Total | None] = {}

    def __getitem__(self, cell: Cell) -> Total:
        total: Total | None = self.get(cell)
        if total is None:
            raise KeyError(cell)
        return total

    def get(self, cell: Cell, default: Any = None) -> Any:
        """The total of a cell."""
        if cell in self._known:
            return self._known[cell]
        if cell not in self._made:
            run = self._runs.get(cell.column)
            plain = run is not None and cell.row not in run.known and cell in self._among
            self._made[cell] = run.at(cell.row) if run is not None and plain else None
        return self._made[cell] or default

    def __iter__(self) -> Iterator[Cell]:
        yield from self._known
        for column, run in self._runs.items():
            cells = (Cell(row, column) for row in run.rows if row not in run.known)
            yield from (cell for cell in cells if cell in self._among)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __bool__(self) -> bool:
        return bool(self._known) or next(iter(self), None) is not None


def with_runs(
    known: dict[Cell, Total], totals: Sequence[Total], calculated: Container[Cell]
) -> Mapping[Cell, Total]:
    """Totals by their cells, with all that are plainly right by their own formulas and ``calculated``."""
    own = own_runs(totals)
    return _WithRuns(known, own, calculated) if own else known


def typed_runs(totals: Sequence[Total]) -> list[Run]:
    """The runs of typed totals that are plainly right."""
    runs = totals.runs if type(totals) is LongTotals else ()
    return [run for run in runs if run.evidence is not Evidence.OWN_FORMULA and run.plainly_right]


def own_runs(totals: Sequence[Total]) -> list[Run]:
    """The runs of totals that are plainly right by formulas of their own."""
    runs = totals.runs if type(totals) is LongTotals else ()
    return [run for run in runs if run.evidence is Evidence.OWN_FORMULA and run.plainly_right]


def _counted(totals: Sequence[Total], count: Callable[[Run], int]) -> Counter[tuple[Axis, int]]:
    found: Counter[tuple[Axis, int]] = Counter()
    if type(totals) is LongTotals:
        for run in totals.runs:
            if number := count(run):
                found[Axis.ROW, run.column] += number
    return found
