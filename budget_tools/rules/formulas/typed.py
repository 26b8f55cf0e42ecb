"""FRM001: totals that are typed among totals that are calculated."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator

from ...filling import formula_of
from ...model.address import Cell
from ...model.edit import Fix, Safety, SetCell
from ...model.finding import Finding
from ...model.long import in_doubt, on_rows, own_runs, typed_runs
from ...model.table import Axis, Evidence, Table, Total
from ..base import at, rule


@rule("FRM001")
def hard_coded_total(table: Table) -> Iterator[Finding]:
    """A total is typed although its neighbours are formulas: right today, wrong when an amount changes.

    When it is wrong already, the arithmetic finding says so instead. A whole block is told once.

    Flagged::

            A      B      C      D
        4          2023   2024   I alt
        5   Løn    100    200    300
        6   Drift  50     60     =SUM(B6:C6)
        7   I alt  =SUM(B5:B6)  =SUM(C5:C6)  =SUM(D5:D6)
        #: FRM001 D5

    Clean::

            A      B      C      D
        4          2023   2024   I alt
        5   Løn    100    200    300
        6   Drift  50     60     110
    """
    formulas = table.sheet.formulas
    if not formulas:
        return
    typed: dict[tuple[Axis, int], list[Total]] = defaultdict(list)
    runs = {(Axis.ROW, run.column): run.plainly_right for run in typed_runs(table.totals)}
    calculated = _calculated(table, ()) if runs else Counter()
    few = any(count <= calculated[group] for group, count in runs.items())
    for total in table.totals if few else in_doubt(table.totals):
        if total.shown is None or total.cell in formulas or total.difference:
            continue
        if total.evidence is Evidence.OWN_FORMULA or total.cell in table.entries:
            continue
        group = total.cell.column if total.axis is Axis.ROW else total.cell.row
        typed[total.axis, group].append(total)
    if not typed:
        return
    calculated = _calculated(table, [group for axis, group in typed if axis is Axis.COLUMN])
    told: set[Cell] = set()
    for (axis, group), totals in typed.items():
        fresh = [total for total in totals if total.cell not in told]
        if not fresh or calculated[axis, group] < len(totals) + (0 if few else runs.get((axis, group), 0)):
            continue  # where most are typed, that is how the table was made
        told.update(total.cell for total in fresh)
        first = fresh[0]
        assert first.shown is not None
        yield at(
            "FRM001",
            table,
            first.cell,
            {"shown": first.shown, "covers": first.covers()},
            amounts=tuple(total.shown for total in fresh),
            related=[total.cell for total in fresh[1:]],
            fix=Fix(
                Safety.REVIEW,
                tuple(
                    SetCell(table.sheet.name, total.cell, total.shown, formula_of(total))
                    for total in fresh
                    if total.shown is not None
                ),
            ),
        )


def _calculated(table: Table, rows: Collection[int]) -> Counter[tuple[Axis, int]]:
    """How many totals of a column, and of some rows, have a formula."""
    formulas = table.sheet.formulas
    found: Counter[tuple[Axis, int]] = Counter()
    cells = {total.cell for total in on_rows(table.totals, rows) if total.cell in formulas}
    for cell in cells:
        found[Axis.ROW, cell.column] += 1
        found[Axis.COLUMN, cell.row] += 1
    for run in own_runs(table.totals):
        counted = sum(Cell(row, run.column) in cells and row not in run.known for row in rows)
        found[Axis.ROW, run.column] += run.plainly_right - counted
    return found
