"""What registers say of the proposals of a run: their ids, their earlier numbers and their status."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from ..model.finding import Finding, WorkbookReport
from ..model.overview import Overview, OverviewRow
from ..model.proposal import Registered, identity_of
from ..model.snapshot import Snapshot

BESIDE_OTHERS = ("IDN004", "XWB003")
"""Said of a proposal only while it counts."""


def as_registers_say(registered: Sequence[Registered], listed: Iterable[Overview]) -> list[Registered]:
    """The proposals of a run with what its registers say of their ids, earlier numbers and status.

    A register is kept by one hand and outranks what a form says of itself.
    """
    said = _said_by_registers(listed)
    if not said:
        return list(registered)
    found = []
    for one in registered:
        row = said.get("".join(one.number.split()))
        if row is not None:
            own = one.identity[0][3:] if one.identity and one.identity[0].startswith("id:") else None
            earlier = (*row.earlier_numbers, *[name for name in one.identity if not name.startswith("id:")])
            known = identity_of(row.permanent_id or own, one.number, tuple(dict.fromkeys(earlier)))
            one = replace(one, status=row.status or one.status, identity=known)
        found.append(one)
    return found


def snapshots_as_registers_say(found: Sequence[Snapshot], listed: Iterable[Overview]) -> list[Snapshot]:
    """Snapshots of proposals with what the registers beside them say of ids, earlier numbers and status."""
    said = _said_by_registers(listed)
    told = []
    for one in found:
        row = said.get("".join((one.number or "").split()))
        if row is not None:
            one = replace(
                one,
                permanent_id=row.permanent_id or one.permanent_id,
                earlier_numbers=tuple(dict.fromkeys((*row.earlier_numbers, *one.earlier_numbers))),
                status=row.status or one.status,
            )
        told.append(one)
    return told


def _said_by_registers(listed: Iterable[Overview]) -> dict[str, OverviewRow]:
    """The lines of registers that say who a proposal is or how far it has come, by its number."""
    return {
        "".join(row.number.split()): row
        for one in listed
        for row in one.rows
        if row.number and (row.status or row.permanent_id or row.earlier_numbers)
    }


def known_to_registers(report: WorkbookReport, registered: Iterable[Registered]) -> tuple[Finding, ...]:
    """The findings of a workbook with what registers say of its proposals: who they are, if they count."""
    known = {one.number: one for one in registered if one.path == report.path and one.number}
    found = []
    for finding in report.findings:
        one = known.get(finding.proposal or "")
        if one is None:
            found.append(finding)
        elif one.active or finding.code not in BESIDE_OTHERS:
            found.append(replace(finding, identity=one.identity))
    return tuple(found)
