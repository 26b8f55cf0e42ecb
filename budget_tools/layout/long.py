"""Long tables as columns: a register has a line a proposal, and hardly one of them is odd.

What a line of numbers holds is the same in a column of floats as in an object a cell, as long as every number
is a whole multiple of one power of ten: then sums and comparisons of whole numbers are those of the amounts.
Lines with anything else in them are *odd* and looked at one by one, as all lines of other tables are. So a
function here gives of an ordinary table all lines, of a long one those that its caller may have something to
say of, and perhaps a few more.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import chain
from typing import Any, NamedTuple, overload

import numpy as np

from ..model.book import Sheet, Value
from ..model.columns import FormulaColumns
from ..model.table import FoundByRow, Line, LineKind, Table
from . import words
from .headings import Note
from .misprints import FIRST_YEAR, LAST_YEAR

Flags = np.ndarray[Any, np.dtype[np.bool_]]
Numbers = np.ndarray[Any, np.dtype[np.int64]]
Floats = np.ndarray[Any, np.dtype[np.float64]]
Codes = np.ndarray[Any, np.dtype[np.uint8]]

LONG = 4_000
"""More rows make a sheet, or lines a table, a long one: more than any search by lines reaches."""

_KINDS = tuple(LineKind)
_CODE = {kind: code for code, kind in enumerate(_KINDS)}
_PLAIN = _CODE[LineKind.LINE]
_MOST_DECIMALS = 6
_DIGITS = 10**15  # what is larger does not keep all its digits
_EXACT = 2**53
_MASK = bytes.maketrans(b"123456789", b"000000000")


def is_long(sheet: Sheet) -> bool:
    """Whether a sheet may hold a long table."""
    by_column = not sheet.formulas or type(sheet.formulas) is FormulaColumns
    return len(sheet.rows) > LONG and sheet.shape is None and by_column


# --- the texts of a long sheet --------------------------------------------------------------------


class Said(NamedTuple):
    """What the cells of a long sheet say: the beginning and end of its texts, and how many there are.

    ``notes`` are the texts that mean something to the layout; ``others`` the cells with anything but text in
    the rows that may hold years.
    """

    edges: list[tuple[int, int, str]]
    notes: list[Note]
    others: list[tuple[int, int, Value]]
    texts: int
    numbers: int


_EDGE = 600  # more texts at either end are never listened to


def said(sheet: Sheet) -> Said | None:
    """What a long sheet says, column by column; None where something in it takes a look at every cell."""
    top, left, rows = sheet.top, sheet.left, sheet.rows
    notes: list[Note] = []
    dated: set[int] = set()  # rows with a number that could be a year, or a date
    texts = numbers = 0
    for offset in range(len(rows[0]) if rows else 0):
        column = [values[offset] for values in rows]
        kinds = set(map(type, column))
        if str in kinds:
            written = column if len(kinds) == 1 else [value for value in column if type(value) is str]
            distinct: set[Any] = set(written)
            texts += len(written) - (written.count("") if "" in distinct else 0)
            numbers += len(column) - len(written)
            meant = _heard(distinct)
            if meant:
                notes += [
                    Note(row, offset + left, value, meant[value])
                    for row, value in enumerate(column, top)
                    if type(value) is str and value in meant
                ]
        else:
            numbers += len(column)
        if float in kinds or int in kinds:
            plain = (float, int)
            sizes = np.array([value if type(value) in plain else 0.0 for value in column], dtype=np.float64)
            if not bool((np.abs(sizes) < _LARGEST).all()):
                return None
            years = (sizes >= FIRST_YEAR) & (sizes <= LAST_YEAR) & (sizes == np.floor(sizes))
            dated.update((np.flatnonzero(years) + top).tolist())
        if any(issubclass(kind, date) for kind in kinds):
            dated.update([row for row, value in enumerate(column, top) if isinstance(value, date)])
    notes.sort()
    dated.update([note.row for note in notes if note.heard.year is not None])
    others = [cell for row in sorted(dated) for cell in _cells(sheet, row) if type(cell[2]) is not str]
    edges = _edge(sheet, range(top, sheet.bottom + 1))
    if texts > _EDGE:
        edges += sorted(_edge(sheet, range(sheet.bottom, top - 1, -1)))
    return Said(edges, notes, others, texts, numbers)


_LARGEST = 1e300


def _cells(sheet: Sheet, row: int) -> Iterator[tuple[int, int, Any]]:
    for column, value in enumerate(sheet.rows[row - sheet.top], sheet.left):
        yield row, column, value


def _texts(sheet: Sheet, row: int) -> Iterator[tuple[int, int, str]]:
    return (cell for cell in _cells(sheet, row) if type(cell[2]) is str and cell[2])


def _edge(sheet: Sheet, rows: Iterable[int]) -> list[tuple[int, int, str]]:
    """The texts of some rows, until there are enough of them."""
    found: list[tuple[int, int, str]] = []
    for row in rows:
        found += _texts(sheet, row)
        if len(found) >= _EDGE:
            break
    return found


def _heard(texts: Iterable[str]) -> dict[str, words.Heard]:
    """Those of some texts that mean something to the layout, with what they mean."""
    forms: dict[str, bool] = {}
    found: dict[str, words.Heard] = {}
    texts = list(texts)
    for text, masked in zip(texts, _masked(texts), strict=True):
        listen = forms.get(masked)
        if listen is None:
            listen = forms[masked] = words.may_be_heard(masked)
        if listen and (heard := words.hear_if_short(text)) is not None:
            found[text] = heard
    return found


def _masked(texts: Sequence[str]) -> list[str]:
    """Texts with a 0 in the place of every digit."""
    masked = _without_digits("\n".join(texts)).split("\n")
    return masked if len(masked) == len(texts) else [_without_digits(text) for text in texts]


def _without_digits(text: str) -> str:
    return text.encode("utf-8", "surrogatepass").translate(_MASK).decode("utf-8", "surrogatepass")


def outside(sheet: Sheet, spans: Sequence[tuple[int, int]]) -> list[tuple[int, int, Value]]:
    """The cells with anything but text that stand in none of some spans of rows."""
    inside = set(chain.from_iterable(range(first, last + 1) for first, last in spans))
    return [
        cell
        for row in range(sheet.top, sheet.bottom + 1)
        if row not in inside
        for cell in _cells(sheet, row)
        if type(cell[2]) is not str
    ]


def rows_of_numbers(sheet: Sheet, offsets: Sequence[int]) -> bytes | None:
    """For each row of a long sheet whether one of some cells holds a number; None of another sheet."""
    if not is_long(sheet):
        return None
    found = np.zeros(len(sheet.rows), dtype=bool)
    for offset in offsets:
        kinds = [type(values[offset]) for values in sheet.rows]
        found |= np.array([kind is float or kind is int for kind in kinds], dtype=bool)
    return found.tobytes()


# --- the lines of a long table --------------------------------------------------------------------


_MOST_MADE = 1_000


class LongLines(FoundByRow):
    """The lines of a long table as columns; a line is made when somebody looks at it.

    ``units`` are the amounts as whole multiples of ``10 ** -decimals``, a row a line and a column a column of
    the table, 0 where there is none; ``filled`` tells where there is one. Of the lines that are ``odd``
    neither says anything.
    """

    def __init__(
        self,
        make: Callable[[int, LineKind], Line],
        rows: Numbers,
        kinds: Codes,
        labelled: Flags,
        units: Numbers,
        filled: Flags,
        odd: Flags,
        decimals: int,
    ) -> None:
        self._make = make
        self.rows, self.kinds, self.labelled = rows, kinds, labelled
        self.units, self.filled, self.odd = units, filled, odd
        self.decimals = decimals
        self._made: dict[int, Line] = {}  # lines that were looked at lately

    def at_row(self, row: int) -> Line | None:
        """The line at a sheet row."""
        index = self.index_of(row)
        return None if index is None else self[index]

    def amounts_at(
        self, cells: Sequence[tuple[int, int]], positions: Mapping[int, int]
    ) -> Iterable[Decimal | None]:
        """The amounts in some cells; those of a column are told together."""
        columns = {column for _, column in cells}
        if len(columns) == 1 and len(cells) > _FEW and (position := positions.get(columns.pop())) is not None:
            rows = np.array([row for row, _ in cells], dtype=np.int64)
            at = np.minimum(np.searchsorted(self.rows, rows), len(self.rows) - 1)
            if bool((self.rows[at] == rows).all()):
                return Amounts(self, at, position)
        return [self._amount(row, positions.get(column)) for row, column in cells]

    def _amount(self, row: int, position: int | None) -> Decimal | None:
        line = self.at_row(row)
        return None if line is None or position is None else line.amounts[position]

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Line]:
        return map(self.__getitem__, range(len(self.rows)))

    @overload
    def __getitem__(self, index: int) -> Line: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Line]: ...
    def __getitem__(self, index: int | slice) -> Line | Sequence[Line]:
        if not isinstance(index, slice):
            at = index if index >= 0 else index + len(self.rows)
            line = self._made.get(at)
            if line is None:
                if len(self._made) >= _MOST_MADE:
                    self._made.clear()
                line = self._made[at] = self._make(int(self.rows[at]), _KINDS[self.kinds[at]])
            return line
        return LongLines(
            self._make,
            self.rows[index],
            self.kinds[index],
            self.labelled[index],
            self.units[index],
            self.filled[index],
            self.odd[index],
            self.decimals,
        )

    def of_another_kind(self, indexes: Iterable[int], kind: LineKind) -> LongLines:
        """These lines, some of which have turned out to be of another kind."""
        kinds = self.kinds.copy()
        kinds[list(indexes)] = _CODE[kind]
        columns = (self.labelled, self.units, self.filled, self.odd)
        return LongLines(self._make, self.rows, kinds, *columns, self.decimals)

    def are(self, *kinds: LineKind) -> Flags:
        """Which of them are of some kinds."""
        return np.isin(self.kinds, [_CODE[kind] for kind in kinds])

    def where(self, mask: Flags) -> Iterator[Line]:
        """The odd lines and those that a mask names, in order."""
        return map(self.__getitem__, np.flatnonzero(mask | self.odd).tolist())

    def index_of(self, row: int) -> int | None:
        """The index of the line at a sheet row."""
        index = int(np.searchsorted(self.rows, row))
        return index if index < len(self.rows) and self.rows[index] == row else None


class Reading(NamedTuple):
    """How the rows of a table are read: by ``layout.tables``, one by one where it must be."""

    sheet: Sheet
    offsets: list[int]
    label_offset: int | None
    label: Callable[[Sequence[Value]], str]
    kind_of: Callable[[str], LineKind]
    exact: Callable[[float], Decimal]
    one_by_one: Callable[[Sequence[int], bool], tuple[Line, ...]]
    unvalued: frozenset[int]  # rows with a formula whose result is not stored


def long_lines(reading: Reading, first: int, last: int) -> tuple[LongLines, bool] | None:
    """The lines in some rows of a sheet, and whether the plain ones hold nothing but whole numbers.

    None where a row says what the rows below it are.
    """
    sheet, offsets = reading.sheet, reading.offsets
    block = sheet.rows[first - sheet.top : last + 1 - sheet.top]
    numbers = np.full((len(block), len(offsets)), np.nan)
    apart = np.zeros(len(block), dtype=bool)  # rows that are read one by one
    plain = (float, int)
    for position, offset in enumerate(offsets):
        column = [values[offset] for values in block]
        kinds = set(map(type, column))
        if kinds <= {float}:
            numbers[:, position] = column
            continue
        numbers[:, position] = [value if type(value) in plain else np.nan for value in column]
        if not kinds <= {float, int, str}:
            apart |= np.array([type(value) not in (float, int, str) for value in column], dtype=bool)
        if str in kinds:
            apart |= np.array([type(value) is str and value != "" for value in column], dtype=bool)
        if int in kinds:
            apart |= np.array([type(value) is int and abs(value) >= _EXACT for value in column], dtype=bool)
    if reading.unvalued:
        apart |= np.array([row in reading.unvalued for row in range(first, last + 1)], dtype=bool)
    filled = ~np.isnan(numbers)
    empty = ~(filled.any(axis=1) | apart)
    for index in np.flatnonzero(empty).tolist():
        label = reading.label(block[index])
        if label and words.is_total(label):
            apart[index] = True
        elif words.heads_parts(label):
            return None
    lines = np.flatnonzero(filled.any(axis=1) & ~apart)
    begins = int(lines[0]) + first if len(lines) else last + 1
    one_by_one = (np.flatnonzero(apart) + first).tolist()
    before = bisect_left(one_by_one, begins)
    known = {
        line.row: line
        for line in (
            *reading.one_by_one(one_by_one[:before], False),
            *reading.one_by_one(one_by_one[before:], True),
        )
    }
    rows = np.array(sorted([*(lines + first).tolist(), *known]), dtype=np.int64)
    at = rows - first
    numbers, filled = numbers[at], filled[at]
    odd = apart[at]
    labels = _labels([block[index] for index in at.tolist()], reading)
    masked = _masked(labels) if labels else []
    by_form = {form: _CODE[reading.kind_of(form)] for form in set(masked)}
    kinds_found = np.array([by_form[form] for form in masked], dtype=np.uint8)
    for row, line in known.items():
        kinds_found[int(np.searchsorted(rows, row))] = _CODE[line.kind]
    labelled = np.fromiter(map(bool, labels), dtype=bool, count=len(labels))
    numbers[odd] = np.nan
    whole = bool(((numbers == np.floor(numbers)) | np.isnan(numbers)).all())
    decimals, units, inexact = _in_units(numbers)
    filled[odd] = False

    def make(row: int, kind: LineKind) -> Line:
        line = known.get(row)
        if line is not None:
            return line if line.kind is kind else line._replace(kind=kind)
        values = sheet.rows[row - sheet.top]
        raw = tuple([values[offset] for offset in offsets])
        amounts = tuple([None if value == "" else reading.exact(value) for value in raw])  # type: ignore[arg-type]
        return Line(row, reading.label(values), kind, raw, amounts)

    return LongLines(make, rows, kinds_found, labelled, units, filled, odd | inexact, decimals), whole


def _labels(rows: Sequence[Sequence[Value]], reading: Reading) -> list[str]:
    """The labels of some rows; nearly all stand in the column of labels."""
    offset, label = reading.label_offset, reading.label
    if offset is None:
        return [label(values) for values in rows]
    return [
        text if type(value := values[offset]) is str and (text := value.strip()) else label(values)
        for values in rows
    ]


def _in_units(
    numbers: Floats,
) -> tuple[int, Numbers, Flags]:
    """Numbers as whole multiples of a power of ten, its negative exponent, and the rows where one is none.

    A number is such a multiple where dividing gives the very same float again: then both are the float
    nearest to one decimal number of at most 15 digits, and no other such number is.
    """
    best: tuple[int, Any, Any] | None = None
    blank = np.isnan(numbers)
    for decimals in range(_MOST_DECIMALS + 1):
        scale = 10.0**decimals
        units = np.rint(np.where(blank, 0.0, numbers) * scale)
        most = _EXACT if decimals == 0 else _DIGITS
        right = (units / scale == np.where(blank, 0.0, numbers)) & (np.abs(units) < most)
        inexact = ~right.all(axis=1)
        wrong = int(inexact.sum())
        if best is None or wrong < int(best[2].sum()):
            best = decimals, np.where(right, units, 0.0).astype(np.int64), inexact
        if not wrong:
            break
    assert best is not None
    return best


# --- the lines that a caller may have something to say of -----------------------------------------


def without_label(table: Table) -> Iterable[Line]:
    """The lines, of a long table only those that nothing names."""
    lines = table.lines
    return lines.where(~lines.labelled) if type(lines) is LongLines else lines


def with_decimals(table: Table, decimals: int) -> Iterable[Line]:
    """The lines, of a long table only those with an amount of just so many decimals."""
    lines = table.lines
    if type(lines) is not LongLines:
        return lines
    if lines.decimals < decimals:
        return lines.where(np.zeros(len(lines), dtype=bool))
    units = lines.units // 10 ** (lines.decimals - decimals)
    finer = lines.units % 10 ** (lines.decimals - decimals) != 0
    just: Flags = ((units % 10 != 0) & ~finer).any(axis=1)
    return lines.where(just)


def with_blanks(table: Table, positions: Sequence[int]) -> Iterable[Line]:
    """The lines, of a long table only those without an amount in one of some columns."""
    lines = table.lines
    if type(lines) is not LongLines:
        return lines
    blank: Flags = ~np.all(lines.filled[:, list(positions)], axis=1)
    return lines.where(blank)


def far_apart(table: Table, digits: int) -> Iterable[Line]:
    """The lines, of a long table only where an amount has so many digits more than two others."""
    lines = table.lines
    if type(lines) is not LongLines:
        return lines
    powers = np.array([10**power for power in range(_POWERS)], dtype=np.int64)
    sizes = np.searchsorted(powers, np.abs(lines.units), side="right")
    largest = sizes.max(axis=1)
    sizes[sizes == 0] = _POWERS + 1
    sizes.sort(axis=1)
    second = sizes[:, min(1, sizes.shape[1] - 1)]
    apart: Flags = np.asarray(largest - second >= digits)
    return lines.where(apart)


_POWERS = 19


def even_steps(table: Table, positions: Sequence[int]) -> Iterable[int]:
    """The indexes of the lines, of a long table only where each column adds the same to the one before."""
    lines = table.lines
    if type(lines) is not LongLines:
        return range(len(lines))
    steps = np.diff(lines.units[:, list(positions)], axis=1)
    even = (steps == steps[:, :1]).all(axis=1) & (steps[:, 0] != 0)
    found: list[int] = np.flatnonzero(
        even & lines.filled[:, list(positions)].all(axis=1) | lines.odd
    ).tolist()
    return found


def around(table: Table, kind: LineKind) -> Iterable[Line]:
    """The lines, of a long table only those of a kind and the ones right above such."""
    lines = table.lines
    if type(lines) is not LongLines:
        return lines
    some = lines.are(kind)
    some[:-1] |= some[1:].copy()
    return map(lines.__getitem__, np.flatnonzero(some).tolist())


def lines_of_kind(table: Table, *kinds: LineKind) -> Iterable[Line]:
    """The lines of some kinds."""
    lines = table.lines
    return (lines[index] for index in of_kind(lines, *kinds))


def lines_at(table: Table, rows: Collection[int]) -> list[Line]:
    """The lines at some rows of the sheet, in order."""
    if type(table.lines) is LongLines:
        return [line for row in sorted(rows) if (line := table.line(row)) is not None]
    return [line for line in table.lines if line.row in rows]


def count_amounts(table: Table) -> int:
    """How many amounts a table holds."""
    lines, positions = table.lines, range(len(table.columns))
    if type(lines) is LongLines:
        return sum(Amounts(lines, range(len(lines)), position).figures() for position in positions)
    return sum(amount is not None for line in lines for amount in line.amounts)


def of_kind(lines: Sequence[Line], *kinds: LineKind) -> list[int]:
    """The indexes of the lines of some kinds."""
    if type(lines) is LongLines:
        found: list[int] = np.flatnonzero(lines.are(*kinds)).tolist()
        return found
    return [index for index, line in enumerate(lines) if line.kind in kinds]


def filled(table: Table, position: int, *, but_zero: bool = False) -> list[int]:
    """The indexes of the lines with an amount in a column; ``but_zero`` leaves out those with a 0."""
    lines = table.lines
    if type(lines) is LongLines:
        here = lines.units[:, position] != 0 if but_zero else lines.filled[:, position]
        some: Iterable[int] = np.flatnonzero(here | lines.odd).tolist()
    else:
        some = range(len(lines))
    return [
        index
        for index in some
        if (type(lines) is LongLines and not lines.odd[index])
        or ((amount := lines[index].amounts[position]) is not None and (amount or not but_zero))
    ]


def indexes(lines: Sequence[Line]) -> dict[int, int]:
    """The index of each line by its sheet row."""
    if type(lines) is LongLines:
        return dict(zip(lines.rows.tolist(), range(len(lines)), strict=True))
    return {line.row: index for index, line in enumerate(lines)}


def telling_lines(lines: Sequence[Line], before: list[int]) -> Iterator[tuple[int, Line]]:
    """The lines with their indexes; of a long table the totals, parts and shares, and the lines right below.

    What stands between those, plain lines all of them, is only added to the indexes ``before``.
    """
    if type(lines) is not LongLines:
        yield from enumerate(lines)
        return
    other = lines.kinds != _PLAIN
    other[1:] |= other[:-1].copy()
    done = 0
    for index in np.flatnonzero(other).tolist():
        before.extend(range(done, index))
        done = index + 1
        yield index, lines[index]
    before.extend(range(done, len(lines)))


def all_of_kind(lines: Sequence[Line], indexes: Sequence[int], kind: LineKind) -> bool:
    """Whether some lines are all of one kind."""
    if type(lines) is LongLines:
        return bool((lines.kinds[np.asarray(indexes, dtype=np.int64)] == _CODE[kind]).all())
    return all(lines[index].kind is kind for index in indexes)


def rows_of(lines: Sequence[Line], indexes: Sequence[int]) -> tuple[int, ...]:
    """The sheet rows of some lines."""
    if type(lines) is LongLines:
        return tuple(lines.rows[np.asarray(indexes, dtype=np.int64)].tolist())
    return tuple([lines[index].row for index in indexes])


class Amounts(Sequence["Decimal | None"]):
    """The amounts of some lines of a long table in one column, added as whole numbers."""

    def __init__(self, lines: LongLines, indexes: Sequence[int] | Numbers, position: int) -> None:
        self._lines, self._position = lines, position
        self._at = np.asarray(indexes, dtype=np.int64)

    def __len__(self) -> int:
        return len(self._at)

    @overload
    def __getitem__(self, index: int) -> Decimal | None: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Decimal | None]: ...
    def __getitem__(self, index: int | slice) -> Decimal | Sequence[Decimal | None] | None:
        if isinstance(index, slice):
            return Amounts(self._lines, self._at[index], self._position)
        return self._lines[int(self._at[index])].amounts[self._position]

    def __iter__(self) -> Iterator[Decimal | None]:
        lines, position = self._lines, self._position
        columns = lines.units[self._at, position], lines.filled[self._at, position], lines.odd[self._at]
        for place, (units, here, odd) in enumerate(zip(*(one.tolist() for one in columns), strict=True)):
            if odd:
                yield self[place]
            else:
                yield _amount(units, lines.decimals) if here else None

    def _odd(self) -> Iterator[tuple[int, Decimal]]:
        """The amounts of odd lines, with their places among these."""
        for place in np.flatnonzero(self._lines.odd[self._at]).tolist():
            amount = self[place]
            if amount is not None:
                yield place, amount

    def signed_sum(self, signs: Sequence[int]) -> Decimal | None:
        """Their signed sum; None where there is no amount at all."""
        lines, position = self._lines, self._position
        here = lines.filled[self._at, position] & ~lines.odd[self._at]
        units = np.where(here, lines.units[self._at, position], 0) * np.asarray(signs, dtype=np.int64)
        odd = list(self._odd())
        if not odd and not bool(here.any()):
            return None
        most = int(np.abs(units).max(initial=0))
        added = int(units.sum()) if most * len(units) < 2**62 else sum(units.tolist())
        decimals = _decimals(units, lines.decimals)
        result = Decimal(added // 10 ** (lines.decimals - decimals)).scaleb(-decimals)
        for place, amount in odd:
            result += amount * signs[place]
        return result

    def finest(self) -> int:
        """How many decimals the finest of them has, and 0 or less where all are whole."""
        lines, position = self._lines, self._position
        here = lines.filled[self._at, position] & ~lines.odd[self._at]
        units = np.where(here, lines.units[self._at, position], 0)
        odd = [-int(amount.as_tuple().exponent) for _, amount in self._odd()]
        return max(_decimals(units, lines.decimals), *odd, 0)

    def figures(self) -> int:
        """How many of them are amounts."""
        lines, position = self._lines, self._position
        return int((lines.filled[self._at, position] & ~lines.odd[self._at]).sum()) + len(list(self._odd()))


def _amount(units: int, decimals: int) -> Decimal:
    """An amount of its units, with no more decimals than it needs."""
    whole, rest = divmod(units, 10**decimals)
    return Decimal(units).scaleb(-decimals).normalize() if rest else Decimal(whole)


def _decimals(units: Numbers, decimals: int) -> int:
    """How many of some decimals the finest of some numbers has."""
    while decimals and not bool((units % 10).any()):
        units, decimals = units // 10, decimals - 1
    return decimals


def amounts(table: Table, indexes: Sequence[int], position: int) -> Sequence[Decimal | None]:
    """The amounts of some lines in a column."""
    lines = table.lines
    if type(lines) is LongLines and len(indexes) > _FEW:
        return Amounts(lines, indexes, position)
    return [lines[index].amounts[position] for index in indexes]


_FEW = 50
