"""A single check told in the forms of a night: all of it stands there, and nothing is new or fixed."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from datetime import datetime

from ...catalog import entry
from ...model.finding import Finding, Report, WorkbookReport
from ...model.night import Followed, Gathered, Night, NightWorkbook, Standing
from ..json import proposals_json
from ..wording import Wording, language_of, not_checked

_NOT_OPENED = "RUN002"  # of the run: a folder


def as_night(report: Report, paths: Iterable[str], started: datetime, ended: datetime, tool: str) -> Night:
    """A report as a night without a history and without owners; ``paths`` are what was asked for."""
    wording = Wording(language_of(report), report.form_word)
    findings: list[Followed] = []
    for workbook in report.workbooks:
        findings += _of_workbook(workbook, wording, started)
    trouble = []
    for finding in report.run_findings:
        if finding.code == _NOT_OPENED:
            trouble.append(wording.message(finding.path, finding))
        else:
            findings.append(_followed(None, finding, None, wording, started))
    workbooks = tuple(_workbook(one, wording) for one in report.workbooks)
    return Night(
        run=1,
        started=started,
        ended=ended,
        folders=tuple(os.path.abspath(path) for path in paths),
        language=wording.language,
        form_word=report.form_word,
        tool=tool,
        told=Gathered(workbooks, tuple(findings)),
        complete=not report.incomplete and not report.counts.unchecked,
        trouble=tuple(trouble),
    )


def _workbook(workbook: WorkbookReport, wording: Wording) -> NightWorkbook:
    checked = workbook.status == "checked"
    reason = None if checked else wording.message(workbook.path, not_checked(workbook))
    path = os.path.abspath(workbook.path)
    return NightWorkbook(
        path, workbook.status, reason, None, True, len(workbook.proposals), proposals_json(workbook.proposals)
    )


def _of_workbook(workbook: WorkbookReport, wording: Wording, now: datetime) -> Iterator[Followed]:
    for finding in workbook.findings:
        yield _followed(workbook, finding, os.path.abspath(workbook.path), wording, now)


def _followed(
    workbook: WorkbookReport | None, finding: Finding, path: str | None, wording: Wording, now: datetime
) -> Followed:
    proposals = workbook.proposals if workbook is not None else ()
    on_sheet = [one for one in proposals if one.sheet == finding.sheet]
    proposal = next((one for one in on_sheet if one.number == finding.proposal), None)
    if proposal is None and finding.proposal is None and len(on_sheet) == 1:
        proposal = on_sheet[0]
    return Followed(
        id=finding.id,
        values=finding.values,
        code=finding.code,
        name=entry(finding.code).name,
        severity=finding.severity,
        path=path,
        sheet=finding.sheet,
        cell=finding.cell,
        proposal=finding.proposal,
        title=proposal.title if proposal is not None else None,
        committee=proposal.committee if proposal is not None else None,
        owner=None,
        message=wording.message(path, finding),
        hint=wording.hint(path, finding),
        fix=wording.fix(path, finding) or None,
        evidence=wording.evidence(finding) or None,
        excerpt=None,
        standing=Standing.ACCEPTED if finding.accepted is not None else Standing.OPEN,
        since=now,
        accepted=finding.accepted,
    )
