"""NUM: what stands in single cells of amounts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import cache
from typing import NamedTuple

from ..formula import references
from ..layout import long
from ..model.address import Cell
from ..model.amount import decimal_of, find_amounts, odd_characters, readings
from ..model.analysis import Analysis
from ..model.book import ErrorValue
from ..model.edit import CellEdit, Fix, Safety, SetCell, SetNumberFormat
from ..model.finding import Fact, Finding
from ..model.table import ColumnRole, Entry, Line, LineKind, Table
from .base import at, heading_of, rule


def _raw(table: Table, cell: Cell) -> str:
    return str(table.sheet.value(cell.row, cell.column)).strip()


def _text_numbers(table: Table) -> Iterator[tuple[Cell, str, Decimal]]:
    for cell, entry in table.entries.items():
        if entry is Entry.TEXT_NUMBER and (amount := table.amount(cell)) is not None:
            yield cell, _raw(table, cell), amount


def _favours_other(table: Table, cell: Cell, read: Decimal, other: Decimal) -> bool:
    """Whether the numbers around a text make its other reading the likelier one."""
    around = _neighbours(table, cell)
    if len(around) < 2:
        return False
    middle = _median(around)
    if not (middle and read and other):
        return False
    fractions = sum(value != value.to_integral_value() for value in around)
    far = max(abs(read) / middle, middle / abs(read))
    near = max(abs(other) / middle, middle / abs(other))
    return near * 20 < far or (fractions * 2 > len(around) and near < far)


def _neighbours(table: Table, cell: Cell) -> list[Decimal]:
    """The sizes of the plain numbers in the same line, years only; 0 is left out."""
    line = table.line(cell.row)
    if line is None:
        return []
    return [
        abs(amount)
        for amount, column in zip(line.amounts, table.columns, strict=True)
        if amount
        and column.role is ColumnRole.YEAR
        and column.number != cell.column
        and Cell(line.row, column.number) not in table.entries
    ]


def _median(values: list[Decimal]) -> Decimal:
    ordered = sorted(values)
    return (
        ordered[len(ordered) // 2]
        if len(ordered) % 2
        else (ordered[len(ordered) // 2 - 1] + ordered[len(ordered) // 2]) / 2
    )


@rule("NUM001", quiet=lambda table: not table.entries)
def number_stored_as_text(table: Table) -> Iterator[Finding]:
    """A number is stored as text, so SUM passes over it.

    It comes from a paste or an apostrophe and looks right, but the total does not hold it. In a Danish
    table ``1.200`` is twelve hundred.

    Flagged::

            A      B      C      D
        4          2023   2024   I alt
        5   Løn    100    '1.200  =SUM(B5:C5)
        #: NUM001 C5

    Clean::

            A      B      C      D
        4          2023   2024   I alt
        5   Løn    100    1200   =SUM(B5:C5)
    """
    for cell, text, amount in _text_numbers(table):
        if odd_characters(text) is not None or _other_reading(table, cell, text, amount) is not None:
            continue
        if not amount:
            continue  # a 0 that is left out of a sum is not missed
        yield at(
            "NUM001",
            table,
            cell,
            {"text": text, "value": amount},
            amounts=(amount,),
            meant=(Decimal(0), amount),
            fix=_as_number(table, cell, amount, Safety.SAFE),
        )


_TEXT = "@"


def _as_number(table: Table, cell: Cell, amount: Decimal, safety: Safety) -> Fix:
    """The edits that make a text a number, in the number format of its neighbours where it has that of texts.

    A number in a cell for texts is a text again as soon as somebody types into it.
    """
    edits: list[CellEdit] = [SetCell(table.sheet.name, cell, amount)]
    if table.details.formats.get(cell) == _TEXT:
        edits.append(SetNumberFormat(table.sheet.name, cell, _usual_format(table, cell)))
    return Fix(safety, tuple(edits))


def _usual_format(table: Table, cell: Cell) -> str:
    """The number format that most amounts in the same line have, else in the same column."""
    line, column = table.line(cell.row), table.column(cell.column)
    beside = [Cell(line.row, one.number) for one in table.columns] if line is not None else []
    above = [Cell(one.row, column.number) for one in table.lines] if column is not None else []
    formats = table.details.formats
    for cells in (beside, above):
        codes = [formats.get(one, "General") for one in cells if _is_plain(table, one)]
        usual = Counter(code for code in codes if code != _TEXT).most_common(1)
        if usual:
            return usual[0][0]
    return "General"


def _is_plain(table: Table, cell: Cell) -> bool:
    """Whether a cell holds a number."""
    value = table.sheet.value(cell.row, cell.column)
    return isinstance(value, int | float) and not isinstance(value, bool)


def _other_reading(table: Table, cell: Cell, text: str, amount: Decimal) -> Decimal | None:
    others = [value for value in readings(text) if value != amount]
    return others[0] if others and _favours_other(table, cell, amount, others[0]) else None


@rule("NUM002")
def ambiguous_separator(table: Table) -> Iterator[Finding]:
    """A number can be read in two ways that are a thousand apart.

    ``5.009`` is five thousand and nine to a Danish reader, but a workbook that was filled in on an
    English machine holds five and a fraction. Told where the neighbours show that it matters.

    Flagged::

            A      B      C      D      E
        4          2023   2024   2025   I alt
        5   Drift  5000   5.009  5018   =SUM(B5:D5)
        #: NUM002 C5

    Clean::

            A      B      C      D      E
        4          2023   2024   2025   I alt
        5   Drift  5.1    5.009  5.2    =SUM(B5:D5)
    """
    for cell, text, amount in _text_numbers(table):
        other = _other_reading(table, cell, text, amount)
        if other is not None:
            yield _ambiguous(table, cell, text, amount, other)
    if table.whole:
        return
    for line in table.lines if table.in_proposal else long.with_decimals(table, _THOUSANDS):
        if line.kind in (LineKind.TOTAL, LineKind.SUBTOTAL):
            continue
        for column, value in zip(table.columns, line.amounts, strict=True):
            if value is None or column.role is not ColumnRole.YEAR or not value:
                continue
            if value == value.to_integral_value() or value * 1000 != (value * 1000).to_integral_value():
                continue
            if not table.in_proposal and int(value.as_tuple().exponent) != -_THOUSANDS:
                continue  # decimals are nothing odd outside the forms; exactly three of them are
            cell = Cell(line.row, column.number)
            if cell in table.entries or cell in table.sheet.formulas:
                continue
            around = _neighbours(table, cell)
            if len(around) < 2 or any(value != value.to_integral_value() for value in around):
                continue
            if Decimal("0.3") < abs(value) * 1000 / _median(around) < Decimal(3) and _median(around) >= 100:
                yield _ambiguous(table, cell, f"{value:f}", value * 1000, value)


def _ambiguous(table: Table, cell: Cell, text: str, a: Decimal, b: Decimal) -> Finding:
    return at(
        "NUM002",
        table,
        cell,
        {"text": text, "a": a, "b": b},
        amounts=(a, b),
        meant=(a, b, Decimal(0)),
        fix=_as_number(table, cell, a, Safety.REVIEW),
    )


@rule("NUM003", quiet=lambda table: not table.entries)
def odd_minus_or_blank(table: Table) -> Iterator[Finding]:
    """A number is written with characters that Excel does not calculate with.

    A typographic minus, a minus behind the number, parentheses, or hard blanks between the digits: they
    come with text from Word and PDF, and the number is left out of the sum.

    Flagged::

            A      B        C      D
        4          2023     2024   I alt
        5   Spar   '−5300   -100   =SUM(B5:C5)
        #: NUM003 B5

    Clean::

            A      B        C      D
        4          2023     2024   I alt
        5   Spar   -5300    -100   =SUM(B5:C5)
    """
    for cell, text, amount in _text_numbers(table):
        oddity = odd_characters(text)
        if oddity is None:
            continue
        safety = Safety.REVIEW if oddity.value == "parentheses" else Safety.SAFE
        yield at(
            "NUM003",
            table,
            cell,
            {"text": text, "oddity": oddity.value, "value": amount},
            amounts=(amount,),
            meant=(Decimal(0), amount, -amount),
            fix=_as_number(table, cell, amount, safety),
        )


_THOUSANDS = 3  # the power of ten from which a number has a separator to show


@cache
def _separates(code: str) -> bool:
    return "#,#" in code or "0,0" in code or "# #" in code or "#\xa0#" in code


@rule("NUM004", quiet=lambda table: _by_separator(table) is None)
def mixed_number_format(table: Table) -> Iterator[Finding]:
    """Thousands are shown both with and without a separator in one table.

    ``1.200`` above ``1200``: nothing is wrong with the sum, but the reader stops.

    Flagged::

            A      B      C      D
        4          2023   2024   I alt
        5   Løn    1100   1200   2300
        #: format B5:D5 #,##0
        6   Drift  1300   1400   2700
        #: format B6:D6 0
        #: NUM004 B6

    Clean::

            A      B      C      D
        4          2023   2024   I alt
        5   Løn    1100   1200   2300
        #: format B5:D5 #,##0
    """
    formats = table.once("formats", lambda: _by_separator(table))
    if formats is None:
        return
    amounts = [line.amounts for line in table.lines]
    without, with_separator = [_large(amounts, cells) for cells in formats]
    if not without or not with_separator:
        return
    few, many = sorted((without, with_separator), key=len)
    usual = Counter([one.code for one in many]).most_common(1)[0][0]
    separated, bare = [amounts[cells[0].line][cells[0].position] for cells in (with_separator, without)]
    assert separated is not None and bare is not None
    yield at(
        "NUM004",
        table,
        few[0].cell,
        {"with_separator": separated, "without_separator": f"{bare:f}"},
        related=[many[0].cell],
        fix=Fix(Safety.SAFE, tuple([SetNumberFormat(table.sheet.name, one.cell, usual) for one in few])),
    )


class _Format(NamedTuple):
    """The number format of a cell, and the line and position of its amount."""

    line: int
    position: int
    cell: Cell
    code: str


def _large(amounts: Sequence[Sequence[Decimal | None]], formats: Sequence[_Format]) -> list[_Format]:
    """The formats of the amounts that are so large that they have a separator to show."""
    return [
        one
        for one in formats
        if (amount := amounts[one[0]][one[1]]) is not None and amount.adjusted() >= _THOUSANDS
    ]


def _by_separator(table: Table) -> tuple[list[_Format], list[_Format]] | None:
    """The formats of a table's amounts, without and with a separator; None where all are of one kind."""
    if len({_separates(code) for code in table.details.codes if "%" not in code}) < 2:
        return None
    formats = table.details.formats
    found: tuple[list[_Format], list[_Format]] = ([], [])
    for index, line in enumerate(table.lines):
        for position, column in enumerate(table.columns):
            cell = Cell(line.row, column.number)
            code = formats.get(cell)
            if code is not None and "%" not in code and cell not in table.entries:
                found[_separates(code)].append(_Format(index, position, cell, code))
    return found if all(found) else None


_ABOUT = (Decimal("0.5"), Decimal(2))
_CLOSE = (Decimal("0.7"), Decimal("1.4"))
_SLIP = 2  # powers of ten: a slip of a thousand stands at least so far from two of the others


@rule("NUM005")
def unit_slip(table: Table) -> Iterator[Finding]:
    """One year of a line is about a thousand, or a million, times the others.

    Somebody wrote kroner in a table of thousands. Also told when the same amount stands in kroner in the
    proposal's own text.

    Flagged::

            A      B      C        D      E
        4          2023   2024     2025   I alt
        5   Drift  1100   1200000  1300   =SUM(B5:D5)
        #: NUM005 C5

    Clean::

            A      B      C        D      E
        4          2023   2024     2025   I alt
        5   Drift  1100   12000    1300   =SUM(B5:D5)
    """
    in_thousands = bool(table.prose and table.units) and table.units[0][0] == 1000
    for line in long.far_apart(table, _SLIP):
        if line.kind in (LineKind.TOTAL, LineKind.SUBTOTAL):
            continue
        sizes = sorted([amount.adjusted() for amount in line.amounts if amount])
        if not sizes or (largest := sizes[-1]) < _THOUSANDS:
            continue
        second = sizes[1] if len(sizes) > 1 else largest
        if largest - second < _SLIP and (not in_thousands or largest < 4):
            continue
        for column, amount in zip(table.columns, line.amounts, strict=True):
            if not amount or (size := amount.adjusted()) < _THOUSANDS or column.role is not ColumnRole.YEAR:
                continue
            far = size - second >= _SLIP
            in_kroner = in_thousands and size > _THOUSANDS and amount > 0 and amount % 1000 == 0
            if not far and not in_kroner:
                continue
            cell = Cell(line.row, column.number)
            if cell in table.entries or cell in table.sheet.formulas:
                continue
            suggested = _in_unit(table, cell, amount) if far else None
            if suggested is None and in_kroner:
                suggested = amount / 1000 if _said_in_kroner(table, amount) else None
            if suggested is None:
                continue
            yield at(
                "NUM005",
                table,
                cell,
                {"value": amount, "suggested": suggested},
                amounts=(amount,),
                meant=(suggested, amount),
                fix=Fix(Safety.REVIEW, (SetCell(table.sheet.name, cell, suggested),)),
            )


def _in_unit(table: Table, cell: Cell, amount: Decimal) -> Decimal | None:
    around = _neighbours(table, cell)
    if len(around) < 2:
        return None
    middle = _median(around)
    for factor in (1000, 1_000_000):
        low, high = _ABOUT if amount % factor == 0 else _CLOSE
        if middle >= 5 and low <= abs(amount) / factor / middle <= high:
            return amount / factor
    return None


def _said_in_kroner(table: Table, amount: Decimal) -> bool:
    return bool(table.prose) and any(
        found.unit == 1 and found.value == amount for _, _, found in find_amounts(table.prose, table.language)
    )


@rule("NUM006", quiet=lambda table: not _years_that_may_be_blank(table))
def blank_or_zero(table: Table) -> Iterator[Finding]:
    """A year of a line is blank: is it 0, or was it forgotten?

    A gap between filled years is a warning. At the end of the period it is worth a note when the total
    shows 0 for that year, because then nothing else explains it.

    Flagged::

            A      B      C      D      E
        2   Skema 2.1.2. 01
        3   Beløb i 1.000 kr.
        4          2023   2024   2025   I alt
        5   Løn    100           300    400
        6   I alt  100    0      300    400
        #: NUM006 C5

    Clean::

            A      B      C      D      E
        2   Skema 2.1.2. 01
        3   Beløb i 1.000 kr.
        4          2023   2024   2025   I alt
        5   Løn    100    0      300    400
        6   I alt  100    0      300    400
    """
    years = table.once("years that may be blank", lambda: _years_that_may_be_blank(table))
    if not years:
        return
    zero = {
        index
        for line in long.lines_of_kind(table, LineKind.TOTAL)
        for index in years
        if line.amounts[index] == 0
    }
    if not table.in_proposal and not _mostly_filled(table, years):
        return
    for line in long.with_blanks(table, years):
        if line.kind is not LineKind.LINE:
            continue
        filled = [index for index in years if line.amounts[index] is not None]
        if len(filled) < 2:
            continue
        for index in years:
            if not _is_blank(table, line, index):
                continue
            gap = filled[0] < index < filled[-1]
            if gap or (index > filled[-1] and index in zero):
                cell = Cell(line.row, table.columns[index].number)
                yield at(
                    "NUM006",
                    table,
                    cell,
                    {
                        "variant": "gap" if gap else "end",
                        "year": heading_of(table, cell),
                        "line": line.label,
                    },
                    amounts=(None, *line.amounts),
                    fix=Fix(Safety.REVIEW, (SetCell(table.sheet.name, cell, Decimal(0)),)),
                )


def _years_that_may_be_blank(table: Table) -> list[int]:
    years = [index for index, column in enumerate(table.columns) if column.role is ColumnRole.YEAR]
    lines = long.with_blanks(table, range(len(table.columns)))
    return years if len(years) > 1 and any(None in line.amounts for line in lines) else []


def _mostly_filled(table: Table, years: list[int]) -> bool:
    blank = sum(_is_blank(table, line, index) for line in long.with_blanks(table, years) for index in years)
    return blank <= 1 or blank * 20 <= len(table.lines) * len(years)


def _is_blank(table: Table, line: Line, index: int) -> bool:
    value = line.raw[index]
    cell = Cell(line.row, table.columns[index].number)
    return isinstance(value, str) and not value.strip() and cell not in table.sheet.formulas


@rule("NUM007", quiet=lambda table: not table.entries)
def text_in_amount_cell(table: Table | Analysis) -> Iterator[Finding]:
    """Words stand where an amount should.

    A filler that repeats ('-', 'n.a.') is how the table writes nothing; a single dash is worth a note. A
    word that a formula gives ('OK', 'FEJL') is meant, and so are many words in a table that is no proposal's.
    In a consequence analysis words are amounts, and only a dash is not.

    Flagged::

            A      B        C      D
        4          2023     2024   I alt
        5   Løn    ca. 500  100    100
        #: NUM007 B5

    Clean::

            A      B        C      D
        4          2023     2024   I alt
        5   Løn    -        100    100
        6   Drift  -        200    200
    """
    if isinstance(table, Analysis):
        yield from _lone_dashes(table)
        return
    if not table.entries:
        return
    words = _odd_words(table)
    fillers = [cell for cell, entry in table.entries.items() if entry is Entry.FILLER]
    for cell, entry in table.entries.items():
        text = _raw(table, cell)
        if entry is Entry.TEXT:
            if cell in words:
                yield at("NUM007", table, cell, {"text": text})
        elif entry is Entry.FILLER and len(fillers) == 1 and not text.strip("-–—−"):
            yield at("NUM007", table, cell, {"text": text, "variant": "dash"}, meant=(Decimal(0),))


_FEW_DASHES = 2


def _lone_dashes(analysis: Analysis) -> Iterator[Finding]:
    """Dashes in the columns of an analysis, unless they are how the column writes nothing."""
    by_column: Counter[tuple[str | None, int]] = Counter()
    found = [
        (case, theme, place) for case in analysis.cases for theme in case.themes for place in theme.dashes
    ]
    for _, _, place in found:
        if place.cell is not None:
            by_column[place.sheet, place.cell.column] += 1
    for case, theme, place in found:
        if place.cell is not None and by_column[place.sheet, place.cell.column] <= _FEW_DASHES:
            yield Finding(
                "NUM007",
                place.sheet,
                place.cell,
                {"text": "-", "variant": "dash"},
                key=(case.name, theme.name),
            )


_FEW_WORDS = 2
_FEW_OF_THE_CELLS = 20


def _odd_words(table: Table) -> list[Cell]:
    """The words of a table that nobody can have meant.

    No formula gives them, and outside the forms they are few: a table of assumptions is full of words.
    """
    formulas = table.sheet.formulas
    found = [cell for cell, entry in table.entries.items() if entry is Entry.TEXT and cell not in formulas]
    if table.in_proposal or len(found) <= _FEW_WORDS:
        return found
    return found if len(found) * _FEW_OF_THE_CELLS <= long.count_amounts(table) else []


@rule(
    "NUM008", quiet=lambda table: not table.entries and not any("%" in code for code in table.details.codes)
)
def error_date_or_percent(table: Table) -> Iterator[Finding]:
    """An error value, a date or a percentage stands where an amount should.

    Of errors that follow from one another, only the first is told. A whole line of percentages is a
    line of percentages; one of them among amounts is not.

    Flagged::

            A      B      C      D
        4          2023   2024   I alt
        5   Løn    #REF!  100    #REF!
        6   Drift  200    300    500
        #: NUM008 B5

    Clean::

            A      B      C      D
        4          2023   2024   I alt
        5   Løn    200    100    300
    """
    wrong = {cell for cell, entry in table.entries.items() if entry is Entry.ERROR}
    echoes = {cell for cell in wrong if _follows(table, cell, wrong)}
    told: set[Cell] = set()
    for cell, entry in table.entries.items():
        column = table.column(cell.column)
        if entry is Entry.ERROR and cell not in echoes and cell not in told:
            text = _raw(table, cell)
            line = table.line(cell.row)
            if column is None or line is None or (column.role is ColumnRole.OTHER and text in _OF_RATIOS):
                continue
            alike = [other for other in sorted(wrong - echoes) if other > cell and _raw(table, other) == text]
            same = alike if len(alike) >= _MANY_ERRORS else [one for one in alike if one.row == cell.row]
            told.update(same)
            facts: dict[str, Fact] = {"kind": "error", "text": text}
            blank = not any(amount is not None for amount in line.amounts)
            if text in _OF_RATIOS and blank and not table.in_proposal:
                facts["variant"] = "ratio"
            yield at("NUM008", table, cell, facts, related=same)
        elif entry is Entry.DATE:
            value = table.sheet.value(cell.row, cell.column)
            text = value.strftime("%d-%m-%Y") if hasattr(value, "strftime") else str(value)
            yield at("NUM008", table, cell, {"kind": "date", "text": text})
    if not any("%" in code for code in table.details.codes):
        return
    for cell, amount in _odd_percentages(table):
        percent = decimal_of(float(amount * 100))
        yield at("NUM008", table, cell, {"kind": "percent", "text": f"{percent:f} %"}, amounts=(amount,))


def _odd_percentages(table: Table) -> Iterator[tuple[Cell, Decimal]]:
    """Percentages in the years that stand among amounts, along their line and down their column."""
    formats = table.details.formats
    shares: list[tuple[Cell, Decimal]] = []
    by_line: Counter[tuple[int, bool]] = Counter()
    by_column: Counter[tuple[int, bool]] = Counter()
    for line in table.lines:
        for column, amount in zip(table.columns, line.amounts, strict=True):
            if amount is None:
                continue
            cell = Cell(line.row, column.number)
            share = "%" in formats.get(cell, "")
            by_column[cell.column, share] += line.kind is not LineKind.SHARE
            by_line[cell.row, share] += 1
            if share and column.role is ColumnRole.YEAR and cell not in table.sheet.formulas:
                shares.append((cell, amount))
    for cell, amount in shares:
        among_amounts = by_line[cell.row, False] > by_line[cell.row, True]
        if among_amounts and by_column[cell.column, True] <= max(1, by_column[cell.column, False] // 5):
            yield cell, amount


_MANY_ERRORS = 3  # more errors of one kind in a table have one cause
_OF_RATIOS = ("#DIV/0!", "#N/A")  # what a line or column of shares shows where there is nothing to share


def _follows(table: Table, cell: Cell, wrong: set[Cell]) -> bool:
    """Whether an error is only the echo of another one."""
    formula = table.sheet.formulas.get(cell)
    if formula is None:
        return False
    for area in references(formula, cell):
        if area.sheet is not None:
            continue
        if any(
            area.top <= other.row <= area.bottom and area.left <= other.column <= area.right
            for other in wrong
            if other != cell
        ):
            return True
        if (area.bottom - area.top) * (area.right - area.left) <= 100 and any(
            isinstance(table.sheet.value(row, column), ErrorValue)
            for row in range(area.top, min(area.bottom, area.top + 100) + 1)
            for column in range(area.left, min(area.right, area.left + 100) + 1)
            if (row, column) != cell
        ):
            return True
    return False
