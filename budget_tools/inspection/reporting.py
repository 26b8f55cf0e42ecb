"""What is left of a book that was examined: its report, and what the run remembers of its proposals."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from decimal import Decimal

from ..comparing import snapshot_of
from ..layout import overviews
from ..model.finding import Finding, ProposalSummary, WorkbookReport
from ..model.overview import Overview
from ..model.proposal import Proposal, Registered
from ..model.snapshot import Snapshot
from ..model.table import Axis, ColumnRole, LineKind, Table, YearRole
from ..prose import price_level_of
from ..prose.numbering import is_nearly_number, is_number
from ..rules.across import frame_of
from ..rules.overviews import nets
from ..rules.text import named, staff_price
from ..settings import Settings
from .examining import Examined
from .settling import settle

_ZERO = Decimal(0)


def report_of(examined: Examined, digest: Callable[[object], int]) -> tuple[WorkbookReport, list[Registered]]:
    """The report of a book, and its proposals as the register of the run remembers them."""
    proposals = [(page, proposal) for page in examined.pages for proposal in page.proposals]
    known = {one.number: one.identity for _, one in proposals if one.number is not None and one.identity}
    findings = settle(examined.findings)
    return (
        WorkbookReport(
            examined.book.path,
            "checked",
            tuple(identified(findings, known) if known else findings),
            tuple(_summary(proposal, examined.settings) for _, proposal in proposals),
            snapshots=snapshots(examined) if examined.snapshots_wanted else (),
            overviews=listed_in(examined),
        ),
        [
            _registered(examined, proposal, digest)
            for page, proposal in proposals
            if proposal.tables
            and (proposal.number is not None or proposal.title or is_unfamiliar(proposal, examined.settings))
        ],
    )


def identified(findings: Iterable[Finding], known: Mapping[str, tuple[str, ...]]) -> list[Finding]:
    """Findings that know what else their proposal was or is called, so that what was accepted stays so."""
    return [replace(one, identity=known.get(one.proposal or "", ())) for one in findings]


def snapshots(examined: Examined) -> tuple[Snapshot, ...]:
    """The proposals of a workbook as they are now, to be compared with what they were or will be."""
    path, unit = examined.book.path, examined.settings.unit
    return tuple(
        [snapshot_of(proposal, path, unit) for page in examined.pages for proposal in page.proposals]
    )


def listed_in(examined: Examined) -> tuple[Overview, ...]:
    """The lists of proposals in a workbook."""
    return tuple(
        [one for page in examined.pages for one in overviews(page, examined.book.path, examined.settings)]
    )


def _summary(proposal: Proposal, settings: Settings) -> ProposalSummary:
    totals: dict[str, Decimal] = {}
    years: tuple[int, ...] = ()
    unit: int | None = None
    if proposal.tables:
        table = proposal.tables[0]
        years = _period(table)
        unit = table.units[0][0] if table.units else settings.unit
        last = next((line for line in reversed(table.lines) if line.kind is LineKind.TOTAL), None)
        lines = [last] if last else [line for line in table.lines if line.kind is LineKind.LINE]
        names = table.once("names of columns", lambda: _names(table))
        if len(lines) == 1:
            shown = zip(names, lines[0].amounts, strict=True)
            totals = {name: amount for name, amount in shown if amount is not None}
        else:
            for index, name in enumerate(names):
                amounts = [amount for line in lines if (amount := line.amounts[index]) is not None]
                if amounts:
                    totals[name] = sum(amounts, _ZERO)
    return ProposalSummary(
        proposal.number,
        proposal.title,
        proposal.committee,
        proposal.sheet.name,
        unit,
        years,
        totals,
        proposal.permanent_id,
        proposal.earlier_numbers,
        proposal.status,
    )


def _names(table: Table) -> list[str]:
    """What a report calls the columns of a table."""
    return ["total" if column.role is ColumnRole.TOTAL else str(column.year) for column in table.columns]


def _period(table: Table) -> tuple[int, ...]:
    """The years that a table is about: those that its totals add, else all that are no accounts."""
    added = {
        column
        for total in table.totals
        if total.axis is Axis.ROW and not total.corner
        for column in total.addends
    }
    return tuple(
        column.year
        for column in table.columns
        if column.year is not None
        and (column.number in added if added else column.year_role is not YearRole.ACCOUNT)
    )


def _registered(examined: Examined, proposal: Proposal, digest: Callable[[object], int]) -> Registered:
    in_committee = examined.settings.number.scope == "committee" and proposal.committee
    tables = proposal.tables
    contents = (
        digest(proposal.title),
        digest(proposal.text),
        digest(tuple([unit for table in tables for unit, _ in table.units])),
        digest(tuple([table.years for table in tables])),
        digest(tuple([line.label for table in tables for line in table.lines])),
        digest(tuple([line.amounts for table in tables for line in table.lines])),
    )
    return Registered(
        examined.book.path,
        proposal.sheet.name,
        proposal.number_cell,
        proposal.number or "",
        (proposal.committee or "").casefold() if in_committee else "",
        contents,
        named(proposal, examined.settings),
        staff_price(proposal, examined.settings) if "XWB004" not in examined.unasked else (),
        price_level_of(proposal),
        examined.settings.price_level,
        frame_of(proposal, examined.settings),
        proposal.identity,
        proposal.status,
        proposal.title or "",
        nets(proposal, examined.settings.unit),
        proposal.number_text if is_unfamiliar(proposal, examined.settings) else "",
    )


def is_unfamiliar(proposal: Proposal, settings: Settings) -> bool:
    """Whether a proposal has a number that is none without settings, and there are no settings of numbers.

    It may be mistyped: only beside the others is it told what it is meant to be.
    """
    return (
        proposal.number is None
        and "pattern" not in settings.number.model_fields_set
        and bool(proposal.tables)
        and (is_number(proposal.number_text) or is_nearly_number(proposal.number_text))
    )
