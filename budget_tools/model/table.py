"""A budget table as found on a sheet: lines, columns with roles, and what each total covers."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from decimal import Decimal
from enum import Enum
from typing import NamedTuple, TypeVar

from .address import Cell, Range, SheetCell, spell
from .amount import Language
from .book import Details, Shape, Sheet, Value
from .record import record

T = TypeVar("T")

_FEW = 20  # one cell in so many lines is looked up by itself
_NOISE = Decimal("1e-6")  # what binary arithmetic leaves behind, far below an øre


class ColumnRole(Enum):
    """What a column of amounts stands for."""

    __hash__ = object.__hash__  # Enum's own goes through Python, and it is asked all the time

    YEAR = "year"
    TOTAL = "total"
    OTHER = "other"  # amounts under another heading than a year: a fund, a kind of cost


class YearRole(Enum):
    """Which kind of figures a year column holds."""

    __hash__ = object.__hash__

    ACCOUNT = "account"
    BUDGET = "budget"
    ESTIMATE = "estimate"
    PLAN = "plan"


class Column(NamedTuple):
    """A column of amounts: its number on the sheet (1-based), its role and its heading as written."""

    number: int
    role: ColumnRole
    heading: str
    year: int | None = None
    year_role: YearRole = YearRole.BUDGET
    written: int | None = None  # what its heading says, where that is a misprint of the year


class LineKind(Enum):
    """What a row of the table is."""

    __hash__ = object.__hash__

    LINE = "line"
    OF_WHICH = "of-which"
    SHARE = "share"  # percentages: of no amount, and never added
    SUBTOTAL = "subtotal"
    TOTAL = "total"


class Line(NamedTuple):
    """A row of amounts. ``amounts`` stand in the order of the table's columns; None is a blank cell
    or one that holds no amount; ``raw`` is what the cells hold."""

    row: int
    label: str
    kind: LineKind
    raw: tuple[Value, ...]
    amounts: tuple[Decimal | None, ...]


class FoundByRow(Sequence[Line]):
    """Lines of a table that know themselves where the line of a sheet row is."""

    def at_row(self, row: int) -> Line | None:
        """The line at a sheet row."""
        raise NotImplementedError

    def amounts_at(
        self, cells: Sequence[tuple[int, int]], positions: Mapping[int, int]
    ) -> Iterable[Decimal | None]:
        """The amounts in some cells; ``positions`` are those of the table's columns, by their numbers."""
        raise NotImplementedError


class Entry(Enum):
    """What an amount cell holds besides a plain number."""

    __hash__ = object.__hash__

    TEXT_NUMBER = "text-number"  # an amount that was typed as text
    TEXT = "text"  # words where an amount should be
    FILLER = "filler"  # '-', '...', 'n.a.': nothing
    ERROR = "error"
    DATE = "date"


class Evidence(Enum):
    """How it is known what a total covers, best first."""

    __hash__ = object.__hash__

    OWN_FORMULA = "own-formula"
    SIBLING_FORMULAS = "sibling-formulas"
    AGREEMENT = "agreement"
    LAYOUT = "layout"


class Axis(Enum):
    """Which way a total adds up."""

    __hash__ = object.__hash__

    ROW = "row"  # the years of one line, to the left or right
    COLUMN = "column"  # the lines of one column, above or below
    BLOCK = "block"  # cells anywhere: known only from formulas


class Total(NamedTuple):
    """A cell that should equal the sum of other cells of its row or column.

    ``addends`` are column numbers (along a row), row numbers (along a column) or cells (of a block), with
    their ``signs``;
    ``shown`` and ``expected`` are in the table's own unit; either is None when it cannot be known, and
    ``tolerance`` is how far rounding of the stored figures can carry them apart.
    """

    cell: Cell
    axis: Axis
    addends: tuple[int, ...] | tuple[Cell, ...]
    signs: tuple[int, ...]
    evidence: Evidence
    shown: Decimal | None
    expected: Decimal | None
    tolerance: Decimal = Decimal(0)
    corner: bool = False

    @property
    def difference(self) -> Decimal:
        """Shown minus expected; 0 when one of them is not known."""
        if self.shown is None or self.expected is None:
            return Decimal(0)
        return self.shown - self.expected

    @property
    def wrong(self) -> bool:
        """Whether it shows something else than it covers, beyond what rounding can explain."""
        return self.shown != self.expected and abs(self.difference) > self.tolerance

    @property
    def rounded(self) -> bool:
        """Whether it is off by so little that rounding explains it, but by more than arithmetic leaves."""
        return self.shown != self.expected and _NOISE < abs(self.difference) <= self.tolerance

    def cells(self) -> Iterator[Cell]:
        """The cells that are added, in order."""
        for addend in self.addends:
            if isinstance(addend, Cell):
                yield addend
            else:
                yield Cell(self.cell.row, addend) if self.axis is Axis.ROW else Cell(addend, self.cell.column)

    def covers(self) -> str:
        """The cells that are added, as A1 text."""
        return spell(list(self.cells()))


class Cause(Enum):
    """What a disagreement between totals and their addends comes from."""

    ROW_TOTAL = "row-total"
    COLUMN_TOTAL = "column-total"
    CORNER = "corner"
    CROSSING = "crossing"  # an addend: its row and its column are off by the same amount
    SUBTOTAL_TWICE = "subtotal-twice"
    ROUNDING = "rounding"
    OUTSIDE = "outside"  # several totals hold the same amount that the table does not show


class Change(NamedTuple):
    """What a typed cell held when the stored results that use it were calculated, and those results."""

    former: Decimal
    results: tuple[SheetCell, ...]


@record(frozen=True, slots=True)
class Table:
    """A table with years or totals. Columns stand in sheet order, lines top to bottom."""

    sheet: Sheet
    heading_row: int
    columns: tuple[Column, ...]
    lines: Sequence[Line]
    label_column: int | None
    language: Language
    units: tuple[tuple[int, Cell], ...] = ()  # every statement of a unit, and where
    totals: Sequence[Total] = ()
    entries: Mapping[Cell, Entry] = field(default_factory=dict)
    whole: bool = False  # every amount is a whole number
    strays: tuple[Cell, ...] = ()  # numbers beside or below the table that belong to nothing
    unchecked: tuple[Cell, ...] = ()  # called a total, but what it covers cannot be told
    computed: Mapping[Cell, Decimal] = field(default_factory=dict)  # what formulas give, where it is known
    details: Details = field(default_factory=Details)
    prose: str = ""  # the text of the proposal
    proposal: str | None = None  # the number of the proposal that the table belongs to
    in_proposal: bool = False
    changed: Mapping[Cell, Change] = field(default_factory=dict)
    explained: frozenset[Cell] = frozenset()  # stale results that the change of a cell explains
    shape: Shape | None = None  # what it has in common with other tables: all but its amounts
    calculated: bool = False  # every formula shows what it gives

    def completed(
        self,
        details: Details,
        lines: Sequence[Line],
        computed: Mapping[Cell, Decimal],
        totals: Sequence[Total],
        unchecked: tuple[Cell, ...],
        calculated: bool,
    ) -> Table:
        """The table with its details, what its formulas give, and what its totals cover."""
        return Table(
            self.sheet,
            self.heading_row,
            self.columns,
            lines,
            self.label_column,
            self.language,
            self.units,
            totals,
            self.entries,
            self.whole,
            self.strays,
            unchecked,
            computed,
            details,
            self.prose,
            self.proposal,
            self.in_proposal,
            shape=self.shape,
            calculated=calculated,
        )

    def once(self, key: Hashable, work: Callable[[], T]) -> T:
        """What some work gives that looks at no amount of the table, only at what its shape says.

        In a form no amount has a say in which lines are totals; in other tables it may.
        """
        return self.shape.once(key, work) if self.shape is not None and self.in_proposal else work()

    @property
    def range(self) -> Range:
        """From the heading to the last line, from the label to the last column of amounts."""
        numbers = [column.number for column in self.columns]
        if self.label_column is not None:
            numbers.append(self.label_column)
        bottom = self.lines[-1].row if self.lines else self.heading_row
        return Range(self.heading_row, min(numbers), bottom, max(numbers))

    @property
    def years(self) -> tuple[int, ...]:
        """The years of the columns, in sheet order."""
        return tuple(column.year for column in self.columns if column.year is not None)

    def line(self, row: int) -> Line | None:
        """The line at a sheet row."""
        lines = self.lines
        if type(lines) is not tuple and isinstance(lines, FoundByRow):  # to ask a tuple that takes long
            return lines.at_row(row)
        index = bisect_left(self.lines, row, key=lambda line: line.row)
        return self.lines[index] if index < len(self.lines) and self.lines[index].row == row else None

    def column(self, number: int) -> Column | None:
        """The column at a sheet column."""
        for column in self.columns:
            if column.number == number:
                return column
        return None

    def amount(self, cell: tuple[int, int]) -> Decimal | None:
        """The amount in a cell of the table."""
        line = self.line(cell[0])
        if line is None:
            return None
        for column, amount in zip(self.columns, line.amounts, strict=True):
            if column.number == cell[1]:
                return amount
        return None

    def amounts_at(self, cells: Iterable[Cell]) -> Iterator[Decimal | None]:
        """The amounts in some cells of the table, quicker than one by one."""
        cells = list(cells)
        positions = {column.number: position for position, column in enumerate(self.columns)}
        if isinstance(self.lines, FoundByRow):
            yield from self.lines.amounts_at(cells, positions)
        elif len(cells) * _FEW < len(self.lines):
            yield from map(self.amount, cells)
        else:
            rows = {line.row: line.amounts for line in self.lines}
            for row, column in cells:
                position = positions.get(column)
                yield rows[row][position] if row in rows and position is not None else None


@record(frozen=True, slots=True)
class Disagreement:
    """One fault of arithmetic: the cell to look at first and every total that it puts wrong."""

    table: Table
    cause: Cause
    cell: Cell
    totals: tuple[Total, ...]
    line: Line | None = None  # the subtotal that was counted twice


class FormulaCause(Enum):
    """What is odd about formulas of a table."""

    RANGE = "range"  # a sum leaves amounts out, or takes in what is no part of it
    TWICE = "twice"  # cells are added more than once
    UNLIKE = "unlike"  # another formula than those beside it
    NUMBER = "number"  # an amount or a rate is typed into the formula
    LINK = "link"  # another workbook is asked


@record(frozen=True, slots=True)
class FormulaFault:
    """One fault of formulas, with every cell of the block that has it; the first is the one to look at.

    ``left_out`` and ``added`` are cells, seen from the first: what its sum should hold and does not, and
    what it holds and should not, or holds twice. ``meant`` says what should stand in which cell, where it is
    known. A fault of counting twice has in ``left_out`` the totals that lead to it.
    """

    table: Table
    cause: FormulaCause
    cells: tuple[Cell, ...]
    left_out: tuple[Cell, ...] = ()
    added: tuple[Cell, ...] = ()
    meant: Mapping[Cell, tuple[str, Decimal]] = field(default_factory=dict)
    by_siblings: bool = False  # the formulas beside it say so, not the layout
    numbers: tuple[Decimal, ...] = ()
    files: tuple[str, ...] = ()
