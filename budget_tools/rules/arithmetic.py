"""ARI: totals against what they cover. The schema names the totals; cover says where the fault lies."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import combinations, pairwise

from ..filling import formula_of
from ..layout import long, words
from ..model.address import Cell
from ..model.amount import swapped_digits
from ..model.edit import Fix, Safety, SetCell
from ..model.finding import Fact, Finding, Hint
from ..model.table import Axis, Cause, ColumnRole, Disagreement, LineKind, Table, Total
from .base import at, heading_of, label_of, rule


def _wrong(code: str, fault: Disagreement, facts: dict[str, Fact]) -> Finding:
    """A finding on a total that shows something else than it covers."""
    table, total = fault.table, _own(fault)
    shown, expected = total.shown, total.expected
    assert shown is not None and expected is not None
    values = table.amounts_at(total.cells())
    return at(
        code,
        table,
        fault.cell,
        {
            **facts,
            "shown": shown,
            "expected": expected,
            "difference": total.difference,
            "covers": total.covers(),
            "evidence": total.evidence.value,
        },
        amounts=(shown, *values),
        related=[*_others(fault), *list(total.cells())[:20]],
        hint=_hint(table, total),
        fix=Fix(Safety.REVIEW, (SetCell(table.sheet.name, total.cell, expected, formula_of(total)),)),
    )


def _own(fault: Disagreement) -> Total:
    """The total that stands in the cell of the finding; else the first one that is wrong."""
    return next((total for total in fault.totals if total.cell == fault.cell), fault.totals[0])


def _others(fault: Disagreement) -> list[Cell]:
    return [total.cell for total in fault.totals if total.cell != fault.cell]


@rule("ARI001")
def row_total_wrong(fault: Disagreement) -> Iterator[Finding]:
    """The total of a line shows another amount than its years add up to.

    When a line and a year are off by the same amount, the cell where they meet is the one to look at, and
    it is told once.

    Flagged::

            A      B      C      D
        4          2023   2024   I alt
        5   Løn    100    200    300
        6   Drift  50     60     120
        7   I alt  150    260    410
        #: ARI001 D6

    Flagged::

            A      B      C      D
        4          2023   2024   I alt
        5   Løn    100    250    300
        6   Drift  50     60     110
        7   I alt  150    260    410
        #: ARI001 C5

    Clean::

            A      B      C      D
        4          2023   2024   I alt
        5   Løn    100    200    300
        6   Drift  50     60     110
        7   I alt  150    260    410
    """
    table = fault.table
    if fault.cause is Cause.ROW_TOTAL:
        yield _wrong("ARI001", fault, {"line": label_of(table, fault.cell)})
    elif fault.cause is Cause.CROSSING:
        total = next((one for one in fault.totals if one.axis is Axis.ROW), fault.totals[0])
        sign = dict(zip(total.cells(), total.signs, strict=True)).get(fault.cell, 1)
        value = table.amount(fault.cell) or Decimal(0)
        suggested = value + total.difference * sign
        yield at(
            "ARI001",
            table,
            fault.cell,
            {
                "variant": "crossing",
                "line": label_of(table, fault.cell),
                "value": value,
                "suggested": suggested,
                "shown": value,
                "expected": suggested,
                "difference": value - suggested,
                "covers": total.covers(),
                "evidence": total.evidence.value,
            },
            amounts=(value, suggested),
            related=[one.cell for one in fault.totals],
            fix=Fix(Safety.REVIEW, (SetCell(table.sheet.name, fault.cell, suggested),)),
        )


@rule("ARI002")
def column_total_wrong(fault: Disagreement) -> Iterator[Finding]:
    """The total of a year shows another amount than its lines add up to.

    A formula typed over with a number is the usual cause: it was right once.

    Flagged::

            A      B      C      D
        4          2023   2024   I alt
        5   Løn    100    200    300
        6   Drift  50     60     110
        7   I alt  140    260    410
        #: ARI002 B7

    Clean::

            A              B      C      D
        4                  2023   2024   I alt
        5   Løn            100    200    300
        6   heraf overtid  50     60     110
        7   I alt          100    200    300
    """
    if fault.cause is Cause.COLUMN_TOTAL:
        yield _wrong("ARI002", fault, {"year": heading_of(fault.table, fault.cell)})


@rule("ARI003")
def cross_foot_wrong(fault: Disagreement) -> Iterator[Finding]:
    """The total in the corner agrees with neither the lines nor the years, which agree between themselves.

    Flagged::

            A      B      C      D
        4          2023   2024   I alt
        5   Løn    100    200    300
        6   Drift  50     60     110
        7   I alt  150    260    400
        #: ARI003 D7

    Clean::

            A      B      C      D
        4          2023   2024   I alt
        5   Løn    100    200    300
        6   I alt  100    200    300
    """
    if fault.cause is Cause.CORNER:
        side = "rows" if _own(fault).axis is Axis.COLUMN else "columns"
        yield _wrong("ARI003", fault, {"side": side})


@rule("ARI007")
def subtotal_counted_twice(fault: Disagreement) -> Iterator[Finding]:
    """A subtotal, or an 'of which' line, is added again with the lines that it is made of.

    Flagged::

            A          B      C      D
        4              2023   2024   I alt
        5   Løn        100    200    300
        6   Drift      50     60     110
        7   Mellemsum  150    260    410
        8   Husleje    10     10     20
        9   I alt      310    530    840
        #: ARI007 B9

    Clean::

            A          B      C      D
        4              2023   2024   I alt
        5   Løn        100    200    300
        6   Drift      50     60     110
        7   Mellemsum  150    260    410
        8   Husleje    10     10     20
        9   I alt      160    270    430
    """
    if fault.cause is not Cause.SUBTOTAL_TWICE or fault.line is None:
        return
    table, first = fault.table, fault.totals[0]
    assert first.shown is not None and first.expected is not None
    yield at(
        "ARI007",
        table,
        fault.cell,
        {
            "line": fault.line.label,
            "shown": first.shown,
            "expected": first.expected,
            "difference": first.difference,
            "covers": first.covers(),
            "evidence": first.evidence.value,
        },
        amounts=tuple(total.shown for total in fault.totals),
        related=[*_others(fault), Cell(fault.line.row, first.cell.column)],
        fix=Fix(
            Safety.REVIEW,
            tuple(
                SetCell(table.sheet.name, total.cell, total.expected, formula_of(total))
                for total in fault.totals
                if total.expected is not None
            ),
        ),
    )


@rule("ARI008")
def rounding_only(fault: Disagreement) -> Iterator[Finding]:
    """Totals differ from what they cover by no more than the rounding of the figures can explain.

    The tolerance is half a unit of the last stored decimal for each figure; between whole numbers it is 0,
    unless small differences both ways run through the table. Told once a table.

    Flagged::

            A      B      C      D
        4          2023   2024   I alt
        5   Løn    10,4   20,3   30,8
        #: ARI008 D5

    Clean::

            A      B      C      D
        4          2023   2024   I alt
        5   Løn    10,4   20,3   30,7
    """
    if fault.cause is Cause.ROUNDING:
        total = fault.totals[0]
        yield at(
            "ARI008",
            fault.table,
            fault.cell,
            {"difference": total.difference, "count": len(total.addends), "covers": total.covers()},
            amounts=(total.shown, total.expected),
            related=_others(fault)[:50],
        )


_SMALL_SHARE = Decimal("0.05")


@rule("ARI009", quiet=lambda table: not _that_may_drift(table)[1])
def suspiciously_even_drift(table: Table) -> Iterator[Finding]:
    """An amount rises or falls by the same small step every year, and the text does not say why.

    Dragging a cell's corner in Excel does it: 5.000, 5.009, 5.018.

    Flagged::

            A      B      C      D      E
        4          2023   2024   2025   2026
        5   Drift  5000   5009   5018   5027
        #: ARI009 B5

    Clean::

            A      B      C      D      E
        4          2023   2024   2025   2026
        5   Drift  5000   5100   5202   5306
    """
    years, lines = table.once("lines that may drift", lambda: _that_may_drift(table))
    explained = None
    for line in [table.lines[index] for index in lines]:
        values = [amount for index in years if (amount := line.amounts[index]) is not None]
        step = values[1] - values[0]
        if not step or abs(step) > abs(values[0]) * _SMALL_SHARE:
            continue
        if any(after - before != step for before, after in pairwise(values)):
            continue
        cells = [Cell(line.row, table.columns[index].number) for index in years]
        if explained is None:
            written = table.prose.casefold()
            explained = any(word in written for word in words.INDEXATION)
        if explained:
            return
        yield at(
            "ARI009",
            table,
            cells[0],
            {"step": step, "line": line.label},
            amounts=values,
            related=cells[1:],
        )


def _that_may_drift(table: Table) -> tuple[list[int], list[int]]:
    """The columns of years, and the lines that have an amount in all of them, each of them typed."""
    years = [index for index, column in enumerate(table.columns) if column.role is ColumnRole.YEAR]
    if len(years) < _FEWEST_YEARS:
        return years, []
    numbers, formulas = [table.columns[index].number for index in years], table.sheet.formulas
    lines = table.lines
    return years, [
        index
        for index in long.even_steps(table, years)
        if (line := lines[index]).kind is LineKind.LINE
        and not any(line.amounts[year] is None for year in years)
        and not (formulas and any(Cell(line.row, number) in formulas for number in numbers))
    ]


_FEWEST_YEARS = 4  # so many steps are no accident


@rule("ARI010", quiet=lambda table: all(line.kind is not LineKind.OF_WHICH for line in table.lines))
def of_which_exceeds_parent(table: Table) -> Iterator[Finding]:
    """A 'heraf' line is larger than the line that it is part of.

    Flagged::

            A            B      C
        4                2023   2024
        5   Personale    100    200
        6   heraf løn    120    150
        #: ARI010 B6

    Clean::

            A            B      C
        4                2023   2024
        5   Personale    100    200
        6   heraf løn    80     150
    """
    parent = None
    for line in long.around(table, LineKind.OF_WHICH):
        if line.kind is not LineKind.OF_WHICH:
            parent = line if line.kind is LineKind.LINE else None
            continue
        if parent is None or not words.is_of_which(line.label):
            continue
        for index, column in enumerate(table.columns):
            value, whole = line.amounts[index], parent.amounts[index]
            if column.role is ColumnRole.OTHER:
                continue
            if value and whole and value * whole > 0 and abs(value) > abs(whole):
                cell = Cell(line.row, column.number)
                yield at(
                    "ARI010",
                    table,
                    cell,
                    {"line": line.label, "value": value, "parent": whole},
                    amounts=(value, whole),
                    related=[Cell(parent.row, column.number)],
                )
                break


@rule("ARI011")
def total_covers_more(fault: Disagreement) -> Iterator[Finding]:
    """Several totals are off by the same amount, though no cell is part of all of them.

    No single fault does that. They cover an amount that the table does not show: a year that was left out,
    a line in another table. Not used in proposals, where nothing is outside the form.

    Flagged::

            A          B      C      D
        4              2023   2024   I alt
        5   Løn        100    200    300
        6   Drift      50     60     310
        7   Husleje    10     10     220
        8   Vand       20     10     30
        9   Varme      20     10     30
        10  Vejr       20     12     32
        #: ARI011 D6

    Clean::

            A          B      C      D
        4              2023   2024   I alt
        5   Løn        100    200    300
        6   Drift      50     60     110
    """
    if fault.cause is Cause.OUTSIDE:
        total = fault.totals[0]
        assert total.shown is not None and total.expected is not None
        yield at(
            "ARI011",
            fault.table,
            fault.cell,
            {
                "shown": total.shown,
                "expected": total.expected,
                "difference": total.difference,
                "count": len(fault.totals),
                "covers": total.covers(),
                "evidence": total.evidence.value,
            },
            amounts=tuple(one.shown for one in fault.totals),
            related=_others(fault),
        )


# --- hints: at most one on a difference, and only when the change closes it exactly ----------------


def _hint(table: Table, total: Total) -> Hint | None:
    difference = total.difference
    named = [
        (cell, sign, amount)
        for cell, sign, amount in zip(
            total.cells(), total.signs, table.amounts_at(total.cells()), strict=True
        )
        if amount
    ]
    if difference % 9 == 0:
        assert total.shown is not None and total.expected is not None
        if swapped_digits(total.shown, total.expected):
            return Hint("ARI004", {"cell2": str(total.cell), "difference": difference})
    left_out = [cell for cell, sign, amount in named if amount * sign == -difference]
    if len(left_out) == 1:
        return Hint("ARI006", {"line": _name(table, total, left_out[0])})
    wrong_sign = [cell for cell, sign, amount in named if amount * sign * 2 == -difference]
    if len(wrong_sign) == 1:
        return Hint("ARI005", {"line": _name(table, total, wrong_sign[0]), "difference": difference})
    if total.shown == -(total.expected or 0) and total.shown:
        return Hint("ARI005", {"line": _own_name(table, total), "difference": difference})
    if difference % 9 == 0:
        swapped = [cell for cell, sign, amount in named if swapped_digits(amount, amount + difference * sign)]
        if len(swapped) == 1:
            return Hint("ARI004", {"cell2": str(swapped[0]), "difference": difference})
    if 3 <= len(named) <= 30:
        pairs = [
            (one, other)
            for (one, s1, a1), (other, s2, a2) in combinations(named, 2)
            if a1 * s1 + a2 * s2 == -difference
        ]
        if len(pairs) == 1:
            return Hint("ARI006", {"line": tuple(_name(table, total, cell) for cell in pairs[0])})
    return None


def _name(table: Table, total: Total, cell: Cell) -> str:
    """An addend by the name of its line, or of its year where the total runs along a line."""
    name = heading_of(table, cell) if total.axis is Axis.ROW else label_of(table, cell)
    return name or str(cell)


def _own_name(table: Table, total: Total) -> str:
    return label_of(table, total.cell) or str(total.cell)
