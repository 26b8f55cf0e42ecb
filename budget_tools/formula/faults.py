"""What is odd about the formulas of a table, found by comparing each with those beside it.

A row of totals, or a column of them, is one formula copied along. Where all have the same pattern, one look
at one of them is enough; where a few differ from most, what most of them would add in their place tells what
is wrong with the few (the idea is that of ExceLint: Barowy, Berger and Zorn, OOPSLA 2018).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from ..model.address import Cell, spell
from ..model.amount import decimal_of
from ..model.book import Formula
from ..model.table import Axis, ColumnRole, FormulaCause, FormulaFault, Line, LineKind, Table, YearRole
from .pattern import Pattern, pattern
from .tree import Reference, Sum, addends, parse, shifted

_TOTALS = (LineKind.TOTAL, LineKind.SUBTOTAL)
_LONGEST = 10_000  # lines; a longer table is a register, whose formulas are not compared
_DEEPEST = 20
_FEWEST_ALIKE = 3


class Strip(NamedTuple):
    """The formulas along a row, or down a column, that do the same job; cells and forms stand in order."""

    along: bool
    totals: bool
    cells: list[Cell]
    forms: list[str]


_Special = dict[Cell, Pattern]


def formula_faults(table: Table, known: tuple[list[Strip], _Special] | None = None) -> list[FormulaFault]:
    """The faults of a table's formulas, one for each block that has the same.

    ``known`` are the strips of a long table, and its formulas that hold a number or a link.
    """
    formulas = table.sheet.formulas
    if not formulas or (known is None and len(table.lines) > _LONGEST):
        return []
    if known is not None:
        strips, special = known
    elif table.shape is None or not table.in_proposal:
        strips, special = _strips(table, formulas)
    else:  # in a form, no amount has a say in which lines are totals
        strips, special = table.shape.once("strips", lambda: _doubtful(table, *_strips(table, formulas)))
    faults: list[FormulaFault] = []
    told: set[Cell] = set()
    for strip in strips:
        for fault in _faults_of(table, strip):
            if told.isdisjoint(fault.cells):
                told.update(fault.cells)
                faults.append(fault)
    if special:
        faults.extend(_with_numbers(table, special))
        faults.extend(_with_links(table, special))
    return faults


def _doubtful(table: Table, strips: list[Strip], special: _Special) -> tuple[list[Strip], _Special]:
    """The strips of a form in which an amount may have a say: not those of sums that add all they should."""
    return [strip for strip in strips if not _is_settled(table, strip)], special


def _is_settled(table: Table, strip: Strip) -> bool:
    """Whether a strip is one formula throughout: no total, or one that adds plain cells without a gap."""
    if strip.forms.count(strip.forms[0]) != len(strip.forms):
        return False
    if not strip.totals:
        return True
    cell = strip.cells[0]
    total = addends(table.sheet.formulas[cell], cell)
    if total is None or not total.cells:
        return True
    if any(sign not in (1, -1) or at in table.sheet.formulas for at, sign in total.cells):
        return False
    if (table.heading_row, 1) in total.rows:
        return False
    return not strip.along or total.column != cell.column or not _candidates(table, cell, total)[0]


def _strips(table: Table, formulas: Mapping[Cell, Formula]) -> tuple[list[Strip], dict[Cell, Pattern]]:
    """The strips of a table, and its formulas that hold a number or a link."""
    strips, down, special = strips_of(table, table.lines)
    return [*strips, *down.values()], special


def strips_of(
    table: Table, lines: Iterable[Line]
) -> tuple[list[Strip], dict[int, Strip], dict[Cell, Pattern]]:
    """The strips along some lines of a table, those down its columns, and the formulas that are special."""
    formulas = table.sheet.formulas
    special: dict[Cell, Pattern] = {}
    strips: list[Strip] = []
    down: dict[int, Strip] = {}
    columns = [(column.number, column.role is ColumnRole.TOTAL) for column in table.columns]
    get = formulas.get
    for line in lines:
        along: Strip | None = None
        row, is_total = line.row, line.kind in _TOTALS
        for number, totals in columns:
            formula = get((row, number))  # type: ignore[call-overload]
            if formula is None:
                continue
            made = pattern(formula)
            cell = formula.anchor if formula.anchor == (row, number) else Cell(row, number)
            if made.numbers or made.files:
                special[cell] = made
            # the corner adds either the years of its line or the lines of its column
            sideways = totals and (not is_total or _adds_sideways(formula, cell))
            if not sideways:
                if along is None:
                    along = Strip(True, is_total, [], [])
                    strips.append(along)
                along.cells.append(cell)
                along.forms.append(made.form)
            if sideways or not is_total:
                other = down.get(number)
                if other is None:
                    other = down[number] = Strip(False, totals, [], [])
                other.cells.append(cell)
                other.forms.append(made.form)
    return strips, down, special


def _adds_sideways(formula: Formula, cell: Cell) -> bool:
    total = addends(formula, cell)
    return total is not None and bool(total.cells) and total.row == cell.row


def _faults_of(table: Table, strip: Strip) -> Iterator[FormulaFault]:
    cells, forms = strip.cells, strip.forms
    if forms.count(forms[0]) == len(forms):
        if strip.totals:
            yield from _of_block(table, strip, cells)
        return
    blocks: dict[str, list[Cell]] = {}
    for cell, form in zip(cells, forms, strict=True):
        blocks.setdefault(form, []).append(cell)
    usual = _usual(table, strip, blocks)
    if strip.totals:
        for form, block in blocks.items():
            for fault in _counted_twice(table, strip, block):
                yield fault
                if form == usual:
                    usual = None  # most of them are wrong: they are no measure
    if usual is not None:
        yield from _odd_ones(table, strip, blocks, usual)
    if strip.totals:
        for block in blocks.values():
            yield from _of_block(table, strip, block)


# --- a few that differ from most ----------------------------------------------------------------------


def _odd_ones(
    table: Table, strip: Strip, blocks: Mapping[str, list[Cell]], usual: str
) -> Iterator[FormulaFault]:
    """Blocks that add something else than what most formulas of the strip would add in their place."""
    formulas = table.sheet.formulas
    model = formulas[blocks[usual][0]]
    alike = len(blocks[usual])
    different = {
        form: block
        for form, block in blocks.items()
        if form != usual and not all(_same_cells(table, model, formulas[cell], cell) for cell in block)
    }
    different = {  # a column of differences or shares runs down its column: it is no copy gone wrong
        form: block
        for form, block in different.items()
        if not _is_meant_so(table, strip, block[0], form, addends(formulas[block[0]], block[0]))
    }
    if sum(map(len, different.values())) > max(1, alike // 3):
        return
    unlike: list[Cell] = []
    for block in different.values():
        cell = block[0]
        expected, own = addends(model, cell), addends(formulas[cell], cell)
        missing, extra = _difference(table, expected, own)
        is_sum = _is_sum(strip, expected)
        meant = _meant(table, model, block) if is_sum else {}
        if own is not None and is_sum and bool(missing) != bool(extra) and _on_one_line(expected, own):
            if _adds_all(table, strip, own) and not missing:  # it is the others that are wrong
                others = blocks[usual]
                left_out, _ = _difference(
                    table, addends(formulas[cell], others[0]), addends(model, others[0])
                )
                meant = _meant(table, formulas[cell], others)
                yield FormulaFault(
                    table, FormulaCause.RANGE, tuple(others), tuple(left_out), (), meant, by_siblings=True
                )
                continue
            if missing and not _are_added(table, missing):
                continue
            yield FormulaFault(
                table, FormulaCause.RANGE, tuple(block), tuple(missing), tuple(extra), meant, by_siblings=True
            )
        elif alike >= (1 if table.in_proposal and strip.totals else _FEWEST_ALIKE) and _can_be_told(
            table, strip, block, usual
        ):
            crosses = own is not None and all(meant[at][1] == table.amount(at) for at in meant)
            if not (meant and crosses):  # a corner may add its line or its column
                unlike.extend(block)
    if unlike:
        unlike.sort()
        expected = addends(model, unlike[0])
        meant = _meant(table, model, unlike) if _is_sum(strip, expected) else {}
        yield FormulaFault(table, FormulaCause.UNLIKE, tuple(unlike), meant=meant, by_siblings=True)


def _is_sum(strip: Strip, total: Sum | None) -> bool:
    """Whether a formula adds: a total of a single line does, a reference elsewhere carries a figure over."""
    return total is not None and len(total.cells) > (0 if strip.totals else 1)


def _usual(table: Table, strip: Strip, blocks: Mapping[str, list[Cell]]) -> str | None:
    """The form of most formulas; where there is no most, the one that adds all, or in a form just more."""
    counts = Counter({form: len(block) for form, block in blocks.items()})
    (form, most), (_, second) = counts.most_common(2)
    if most > 1 and most > second:
        return form
    if most > 1 or not strip.totals:
        return None
    formulas = table.sheet.formulas
    for form, block in blocks.items():
        model = formulas[block[0]]
        total = addends(model, block[0])
        if total is None or not _adds_plain_amounts(table, strip, total):
            continue
        if not table.in_proposal and not (strip.along and _adds_all(table, strip, total)):
            continue
        others = [other[0] for other in blocks.values() if other is not block]
        if all(_adds_less(table, strip, model, at) for at in others):
            return form
    return None


def _adds_less(table: Table, strip: Strip, model: Formula, cell: Cell) -> bool:
    """Whether a formula holds a part of what another would add there, adds elsewhere, or does not add."""
    own = addends(table.sheet.formulas[cell], cell)
    if own is None or not own.cells:
        return True
    missing, extra = _difference(table, addends(model, cell), own)
    elsewhere = own.column not in (None, cell.column) if strip.along else own.row not in (None, cell.row)
    return bool(missing) and (elsewhere or not extra)


def _adds_plain_amounts(table: Table, strip: Strip, total: Sum) -> bool:
    """Whether a sum holds nothing but lines, or nothing but years that are planned."""
    if any(sign != 1 for _, sign in total.cells) or (total.column if strip.along else total.row) is None:
        return False
    if strip.along:
        lines = {line.row: line.kind for line in table.lines}
        return all(lines.get(at.row, LineKind.LINE) is LineKind.LINE for at, _ in total.cells)
    planned = {
        column.number: column.role is ColumnRole.YEAR and column.year_role is not YearRole.ACCOUNT
        for column in table.columns
    }
    return all(planned.get(at.column, True) for at, _ in total.cells)


def _adds_all(table: Table, strip: Strip, total: Sum) -> bool:
    """Whether a sum is that of all lines of its column, or of all years of its line."""
    if any(sign != 1 for _, sign in total.cells):
        return False
    held = {at for at, _ in total.cells}
    if strip.along:
        rows = {line.row for line in table.lines}
        additive = {line.row for line in table.lines if line.kind is LineKind.LINE}
        return total.column is not None and {at.row for at in held if at.row in rows} == additive
    numbers = {column.number for column in table.columns}
    years = {column.number for column in table.columns if column.role is ColumnRole.YEAR}
    return total.row is not None and {at.column for at in held if at.column in numbers} == years


def _are_added(table: Table, cells: Iterable[Cell]) -> bool:
    """Whether any of the cells stands in a line that totals add: no 'of which', no share."""
    kinds = [line.kind for at in cells if (line := table.line(at.row)) is not None]
    return any(kind not in (LineKind.OF_WHICH, LineKind.SHARE) for kind in kinds) or not kinds


def _same_cells(table: Table, model: Formula, formula: Formula, cell: Cell) -> bool:
    """Whether two formulas add the same amounts in a cell, however they are written."""
    expected, own = addends(model, cell), addends(formula, cell)
    return expected is not None and own is not None and _difference(table, expected, own) == ([], [])


def _difference(table: Table, expected: Sum | None, own: Sum | None) -> tuple[list[Cell], list[Cell]]:
    """The cells with a number that one sum adds and the other does not: left out, and taken in."""
    if expected is None or own is None:
        return [], []
    wanted, added = dict(expected.cells), dict(own.cells)
    missing = [at for at, sign in wanted.items() if added.get(at) != sign and _holds_number(table, at)]
    extra = [at for at, sign in added.items() if wanted.get(at) != sign and _holds_number(table, at)]
    return sorted(missing), sorted(extra)


def _holds_number(table: Table, cell: Cell) -> bool:
    if cell in table.sheet.formulas:
        return True
    value = table.sheet.value(cell.row, cell.column)
    return isinstance(value, int | float) and not isinstance(value, bool)


def _on_one_line(expected: Sum | None, own: Sum | None) -> bool:
    """Whether two sums add along the same row, or down the same column."""
    if expected is None or own is None or not own.cells:
        return False
    if expected.column is not None and expected.column == own.column:
        return True
    return expected.row is not None and expected.row == own.row


def _is_meant_so(table: Table, strip: Strip, cell: Cell, form: str, own: Sum | None) -> bool:
    """Whether a formula has a reason to differ: it runs the other way, or carries a balance over."""
    formulas = table.sheet.formulas
    if not (own is not None and own.column == cell.column and strip.along):
        # a sum of its own column is no other sum's copy, even where two sections are equally long
        if strip.along:
            beside = [Cell(line.row, cell.column) for line in table.lines if line.row != cell.row]
        else:
            beside = [Cell(cell.row, c.number) for c in table.columns if c.number != cell.column]
        if any(other in formulas and pattern(formulas[other]).form == form for other in beside):
            return True
    if table.in_proposal:
        return False
    alone = parse(formulas[cell].text)
    return isinstance(alone, Reference) and (alone.sheet is not None or own is not None)


def _can_be_told(table: Table, strip: Strip, block: list[Cell], usual: str) -> bool:
    """Whether formulas stand where others are sure to be meant: a series may begin and end otherwise."""
    if strip.totals and (table.in_proposal or not strip.along or block[0] != strip.cells[0]):
        return True
    if len(block) > 1:
        return False
    index = strip.cells.index(block[0])
    return 0 < index < len(strip.cells) - 1 and strip.forms[index - 1] == strip.forms[index + 1] == usual


def _meant(table: Table, model: Formula, block: Iterable[Cell]) -> dict[Cell, tuple[str, Decimal]]:
    """What the usual formula gives in the cells of a block."""
    found: dict[Cell, tuple[str, Decimal]] = {}
    for cell in block:
        expected = addends(model, cell)
        if expected is not None:
            found[cell] = (shifted(model, cell), _value(table, dict(expected.cells)))
    return found


def _value(table: Table, weights: Mapping[Cell, int]) -> Decimal:
    """What a sum gives: numbers count, text and blanks are passed over."""
    result = Decimal(0)
    for cell, weight in weights.items():
        if cell in table.sheet.unvalued:
            result += table.computed.get(cell, Decimal(0)) * weight
            continue
        value = table.sheet.value(cell.row, cell.column)
        if isinstance(value, int | float) and not isinstance(value, bool):
            result += decimal_of(value) * weight
    return result


# --- a block of equal formulas, against the table -----------------------------------------------------


def _of_block(table: Table, strip: Strip, block: list[Cell]) -> Iterator[FormulaFault]:
    """Totals that leave lines of their section out, take the heading in, or add something twice."""
    cell = block[0]
    total = addends(table.sheet.formulas[cell], cell)
    if total is None or not total.cells:
        return
    twice = False
    for fault in _counted_twice(table, strip, block):
        twice = True
        yield fault
    if twice or not strip.along or total.column != cell.column:
        return
    heading = Cell(table.heading_row, cell.column)
    if (heading.row, 1) in total.rows and _holds_number(table, heading):
        weights = {at: sign for at, sign in total.cells if at != heading}
        yield _range_fault(table, block, (), (heading,), weights)
        return
    left_out = _left_out(table, strip, block, total)
    if left_out:
        weights = dict(total.cells) | dict.fromkeys(left_out, 1)
        yield _range_fault(table, block, left_out, (), weights)


def _range_fault(
    table: Table,
    block: list[Cell],
    left_out: tuple[Cell, ...],
    added: tuple[Cell, ...],
    weights: Mapping[Cell, int],
) -> FormulaFault:
    """A fault of a sum that is the same in every column of the block; ``weights`` are right in the first."""
    meant: dict[Cell, tuple[str, Decimal]] = {}
    if all(weight == 1 for weight in weights.values()):
        for cell in block:
            moved = {Cell(at.row, at.column + cell.column - block[0].column): 1 for at in weights}
            meant[cell] = (f"=SUM({spell(list(moved))})", _value(table, moved))
    return FormulaFault(table, FormulaCause.RANGE, tuple(block), left_out, added, meant)


def _left_out(table: Table, strip: Strip, block: list[Cell], total: Sum) -> tuple[Cell, ...]:
    """The lines between a total and its range, or right before the range, that no total holds at all."""
    (row, column), own = block[0], {at for at, _ in total.rows}
    candidates, between = _candidates(table, block[0], total)
    if not candidates:
        return ()
    if any(line.kind in _TOTALS for line in between):
        return ()
    wider = next(
        (one for one in table.totals if one.cell == block[0] and one.axis is Axis.COLUMN),
        None,
    )
    covered = {
        at for one in table.totals if one.axis is Axis.COLUMN and one.cell.row != row for at in one.addends
    }
    plain = sum(line.kind in _TOTALS for line in table.lines) == 1 and len(candidates) == 1
    found: list[Cell] = []
    for line in candidates:
        if line.kind is not LineKind.LINE or line.row in covered or line.row in own:
            continue
        filled = [table.amount((line.row, cell.column)) is not None for cell in block]
        if not any(filled):
            continue
        by_cover = wider is not None and line.row in wider.addends
        by_place = line in between and sum(filled) * 2 >= len(filled)
        if by_cover or (line.label and (by_place or plain or table.in_proposal)):
            found.append(Cell(line.row, column))
    if not found or len(found) > max(1, len(own) // 3):
        return ()
    few = (
        2
        if table.in_proposal or _adds_beside(table, strip, block, own | {at.row for at in found})
        else _FEWEST_ALIKE
    )
    if len(own) < few:
        return ()
    if not table.in_proposal and not all(_of_their_size(table, at, total) for at in found):
        return ()
    return tuple(sorted(found))


def _candidates(table: Table, cell: Cell, total: Sum) -> tuple[list[Line], list[Line]]:
    """The lines that a total may have left out: right before those it adds and between them and itself.

    Those between are given once more by themselves.
    """
    lines = table.lines
    spans = lines[0].row == total.rows[0][0] and lines[max(0, len(lines) - 2)].row == total.rows[-1][0]
    if spans and lines[-1].row == cell.row:
        return [], []
    own = {at for at, _ in total.rows}
    index = next((i for i, line in enumerate(lines) if line.row == cell.row), 0)
    members = [i for i, line in enumerate(lines) if line.row in own]
    if not members or any(sign != 1 for _, sign in total.rows):
        return [], []
    between = list(lines[members[-1] + 1 : index] if members[-1] < index else lines[index + 1 : members[0]])
    before: list[Line] = []
    if members[-1] < index:
        for line in reversed(lines[: members[0]]):
            if line.kind is not LineKind.LINE or line.row != lines[members[0]].row - len(before) - 1:
                break
            before.append(line)
    return [*before, *between], between


def _adds_beside(table: Table, strip: Strip, block: list[Cell], rows: set[int]) -> bool:
    """Whether another total of the same line adds just these rows of its own column."""
    for cell in strip.cells:
        total = None if cell in block else addends(table.sheet.formulas[cell], cell)
        if total is not None and total.column == cell.column and {at for at, _ in total.rows} == rows:
            return True
    return False


_WORLDS_APART = 100


def _of_their_size(table: Table, cell: Cell, total: Sum) -> bool:
    """Whether an amount may be one of those that a total adds, and not a count or a share beside them."""
    size = abs(table.amount(cell) or Decimal(0))
    sizes = [abs(amount) for at, _ in total.cells if (amount := table.amount(at))]
    return not size or not sizes or min(sizes) / _WORLDS_APART <= size <= max(sizes) * _WORLDS_APART


def _counted_twice(table: Table, strip: Strip, block: list[Cell]) -> Iterator[FormulaFault]:
    """Cells that a total adds more than once, directly or through totals that it adds."""
    cell = block[0]
    formulas = table.sheet.formulas
    total = addends(formulas[cell], cell)
    if total is None or (total.column if strip.along else total.row) is None:
        return
    if all(sign in (1, -1) and at not in formulas for at, sign in total.cells):
        return
    again = sorted(at for at, sign in total.cells if abs(sign) > 1 and table.amount(at))
    through: tuple[Cell, ...] = ()
    once = {at: 1 if sign > 0 else -1 for at, sign in total.cells}
    if not again:
        form = pattern(formulas[cell]).form
        nested = [formulas[at] for at in once if at in formulas]
        if not nested or any(pattern(formula).form == form for formula in nested):
            return  # a formula that adds what it gave in the line before is a series, no total
        again = _doubled(_leaves(table, strip, total, once), table)
        if not again:
            return
        through = tuple(at for at in once if _leaves_of(table, strip, at) & set(again))
        for at in through:
            if _leaves_of(table, strip, at) <= once.keys():
                del once[at]
    meant: dict[Cell, tuple[str, Decimal]] = {}
    mends = not _doubled(_leaves(table, strip, total, once), table)
    if mends and once and all(sign == 1 for sign in once.values()):
        for other in block:
            rows, columns = other.row - cell.row, other.column - cell.column
            moved = {Cell(at.row + rows, at.column + columns): 1 for at in once}
            meant[other] = (f"=SUM({spell(list(moved))})", _value(table, moved))
    yield FormulaFault(table, FormulaCause.TWICE, tuple(block), through, tuple(again), meant)


def _doubled(weights: Mapping[Cell, int], table: Table) -> list[Cell]:
    return sorted(at for at, weight in weights.items() if abs(weight) > 1 and table.amount(at))


_MOST_WORK = 20_000


def _leaves(table: Table, strip: Strip, total: Sum, cells: Mapping[Cell, int]) -> Counter[Cell]:
    """How often each cell is counted once the sums of the same row or column are followed to their ends."""
    formulas = table.sheet.formulas
    weights: Counter[Cell] = Counter()
    left = [(at, sign, total.subtotal, 0) for at, sign in cells.items()]
    work = 0
    while left:
        at, weight, by_subtotal, depth = left.pop()
        work += 1
        if work > _MOST_WORK:
            return Counter()
        formula = formulas.get(at)
        part = addends(formula, at) if formula is not None and depth < _DEEPEST else None
        if part is None or not part.cells or (part.column if strip.along else part.row) is None:
            weights[at] += weight
        elif not (by_subtotal and part.subtotal):  # SUBTOTAL passes over its own kind
            left.extend((inner, sign * weight, part.subtotal, depth + 1) for inner, sign in part.cells)
    return weights


def _leaves_of(table: Table, strip: Strip, cell: Cell) -> set[Cell]:
    """The cells that a total adds in the end; none for a cell that adds nothing."""
    formula = table.sheet.formulas.get(cell)
    total = addends(formula, cell) if formula is not None else None
    return set(_leaves(table, strip, total, dict(total.cells))) if total is not None else set()


# --- what is typed into a formula, and where it asks --------------------------------------------------


def _with_numbers(table: Table, special: Mapping[Cell, Pattern]) -> Iterator[FormulaFault]:
    blocks: dict[tuple[Decimal, ...], list[Cell]] = {}
    for cell, made in special.items():
        if made.numbers:
            blocks.setdefault(made.numbers, []).append(cell)
    for numbers, block in blocks.items():
        yield FormulaFault(table, FormulaCause.NUMBER, tuple(block), numbers=numbers)


def _with_links(table: Table, special: Mapping[Cell, Pattern]) -> Iterator[FormulaFault]:
    blocks: dict[tuple[str, ...], list[Cell]] = {}
    for cell, made in special.items():
        files = tuple(_named(file, table.sheet.links) for file in made.files if file != "0")  # 0 is itself
        if files:
            blocks.setdefault(files, []).append(cell)
    for files, block in blocks.items():
        yield FormulaFault(table, FormulaCause.LINK, tuple(block), files=files)


def _named(file: str, links: Sequence[str]) -> str:
    """Another workbook by its name; empty where the link is lost."""
    if not file.isdecimal():
        return file
    number = int(file)
    return links[number - 1] if number <= len(links) else ""
