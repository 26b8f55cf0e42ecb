"""A batch of examined books into their reports.

A schema takes as long for one table as for hundreds: so all books of a batch are held against them at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence

from ..model.finding import WorkbookReport
from ..model.long import in_doubt
from ..model.proposal import Proposal, Registered
from ..model.table import Table, Total
from ..rules.structure import stated_units, wrong_years
from ..schema import check_analyses, check_proposals, check_tables
from .asking import ask, rule_of
from .broken import TOTALS_WRONG, inspect_totals
from .examining import Examined
from .reporting import is_unfamiliar, report_of

BATCH_BOOKS = 400
BATCH_LINES = 50_000


def inspect(
    batch: Sequence[Examined], digest: Callable[[object], int] = hash
) -> list[tuple[WorkbookReport, list[Registered]]]:
    """The reports of a batch, and what the register of the run must remember of its proposals.

    ``digest`` is what the register compares proposals by.
    """
    tables = [
        (number, table)
        for number, examined in enumerate(batch)
        for page in examined.pages
        for table in page.tables
    ]
    failures = check_tables([table for _, table in tables])
    for position, (number, table) in enumerate(tables):
        lines = failures.get(position, {}).get("STR005")
        if lines:
            examined = batch[number]
            ask([rule_of("STR005")], table, examined.settings, examined.findings, lines)
    by_book: dict[int, list[tuple[Table, list[Total]]]] = defaultdict(list)
    for position, (number, table) in enumerate(tables):
        failed = failures.get(position, {})
        broken = [total for code in TOTALS_WRONG for total in failed.get(code, ())]
        if broken or any(total.rounded for total in in_doubt(table.totals)):
            broken.sort(key=lambda total: (total.cell, total.axis.value))
            by_book[number].append((table, broken))
    for number, doubtful in by_book.items():
        inspect_totals(batch[number], doubtful)
    _inspect_proposals(batch)
    _inspect_analyses(batch)
    return [report_of(examined, digest) for examined in batch]


def _inspect_proposals(batch: Sequence[Examined]) -> None:
    keys: list[str] = []
    subjects: list[tuple[Examined, Proposal]] = []
    numbered: list[bool] = []
    units: list[int | None] = []
    years: list[int | None] = []
    for number, examined in enumerate(batch):
        for page in examined.pages:
            for proposal in page.proposals:
                keys.append(f"{number}|{page.sheet.name}|{proposal.anchor}")
                subjects.append((examined, proposal))
                numbered.append(proposal.number is not None or is_unfamiliar(proposal, examined.settings))
                units.append(stated_units(proposal, examined.settings))
                years.append(
                    len(wrong_years(proposal, examined.settings)) if examined.settings.period else None
                )
    failed = check_proposals(keys, numbered=numbered, units=units, years_wrong=years)
    by_key = dict(zip(keys, subjects, strict=True))
    for code, names in failed.items():
        for key in names:
            examined, proposal = by_key[key]
            ask([rule_of(code)], proposal, examined.settings, examined.findings)


def _inspect_analyses(batch: Sequence[Examined]) -> None:
    subjects = [(examined, examined.analysis) for examined in batch if examined.analysis is not None]
    if not subjects:
        return
    for position, failed in check_analyses([analysis for _, analysis in subjects]).items():
        examined, analysis = subjects[position]
        for code, found in sorted(failed.items()):
            ask([rule_of(code)], analysis, examined.settings, examined.findings, found)
