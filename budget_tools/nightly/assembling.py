"""A night as its readers are told it, put together from what is remembered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from .. import __version__
from ..catalog import Language, entry, word
from ..comparing import Change, Pair, Part, differences
from ..model.amount import format_number
from ..model.finding import Finding, ProposalSummary, Severity
from ..model.night import ChangedProposal, Followed, Night, NightWorkbook, Standing
from ..model.snapshot import Snapshot
from ..reports.wording import Wording
from .history import OWN, History, Row, acceptance_of
from .owners import Owners
from .settings import NightSettings
from .telling import cell_of, excerpt_of, ids, summary_of, unpacked

IN_USE = "RUN003"


def assemble(
    history: History,
    run: int,
    settings: NightSettings,
    owners: Owners,
    *,
    started: datetime,
    language: Language,
    form_word: str,
    complete: bool,
    trouble: Sequence[str],
    deadlines: Sequence[date],
    in_use: Mapping[str, str],
) -> Night:
    """Everything there is to tell of a night; ``in_use`` says who has which workbook open."""
    rows: dict[int, list[Row]] = defaultdict(list)
    for row in history.findings(run):
        rows[row.workbook].append(row)
    workbooks: list[NightWorkbook] = []
    findings: list[Followed] = []
    wording = Wording(language, form_word)
    for number, path, status, reason, checked, content in sorted(history.workbooks(), key=lambda one: one[1]):
        its_rows = rows.pop(number, [])
        if status == "gone" and not its_rows:
            continue
        said = unpacked(content) if content is not None else {"proposals": [], "findings": []}
        proposals = tuple([summary_of(one) for one in said["proposals"]])
        if status != "gone":
            owner = owners.of_workbook(path, proposals)
            workbooks.append(NightWorkbook(path, status, reason, owner, checked == run, proposals))
        words = dict(zip(ids(said["findings"]), said["findings"], strict=True)) if its_rows else {}
        findings += _followed(its_rows, path, words, proposals, owners, run)
        if path in in_use:
            findings.append(_in_use(path, in_use[path], wording, owners, started))
    for its_rows in rows.values():
        findings += _followed(its_rows, None, {}, (), owners, run)
    tallies = history.tallies()
    return Night(
        run,
        started,
        tallies[-1].when if tallies else started,
        settings.folders,
        language,
        form_word,
        f"budget-tools {__version__}",
        tuple(workbooks),
        tuple(findings),
        tuple(_changed(history, deadlines, owners, language)),
        tallies,
        complete,
        tuple(trouble),
        tallies[-2].when if len(tallies) > 1 else None,
        tuple(settings.shares.items()),
    )


def _followed(
    rows: Sequence[Row],
    path: str | None,
    words: Mapping[tuple[str, int], Mapping[str, Any]],
    proposals: Sequence[ProposalSummary],
    owners: Owners,
    run: int,
) -> Iterator[Followed]:
    by_number = {(one.sheet, one.number): one for one in proposals}
    on_sheet: dict[str, list[ProposalSummary]] = defaultdict(list)
    for one in proposals:
        on_sheet[one.sheet].append(one)
    folder = Path(path).parent if path is not None else None
    for row in rows:
        told = words.get((row.id, row.nth)) if row.told is None else unpacked(row.told)
        if told is None:  # no words are left of it: it cannot be told
            continue
        sheet, number = told["sheet"], told["proposal"]
        proposal = by_number.get((sheet, number)) if number is not None else None
        if number is None and len(on_sheet[sheet]) == 1:
            proposal = on_sheet[sheet][0]
        said_number = number if number is not None or proposal is None else proposal.number
        yield Followed(
            row.id,
            row.values,
            row.code,
            entry(row.code).name,
            Severity(row.severity),
            path,
            sheet,
            cell_of(told["cell"]),
            number,
            proposal.title if proposal is not None else None,
            proposal.committee if proposal is not None else None,
            owners.of_proposal(folder, said_number) if folder is not None else None,
            told["message"],
            told["hint"],
            told["fix"],
            told["evidence"],
            excerpt_of(told) if row.kind == OWN else None,
            _standing(row, run),
            _moment(row.since),
            _moment(row.until) if row.until is not None else None,
            acceptance_of(row.accepted) if row.accepted is not None else None,
        )


@lru_cache(maxsize=4096)
def _moment(said: str) -> datetime:
    """A moment as it was remembered: thousands of findings share one."""
    return datetime.fromisoformat(said)


def _standing(row: Row, run: int) -> Standing:
    """What became of a finding this night; what is of an earlier one is simply open, or accepted."""
    if row.run == run:
        return Standing(row.standing)
    return Standing.ACCEPTED if row.accepted is not None else Standing.OPEN


def _in_use(path: str, by: str, wording: Wording, owners: Owners, now: datetime) -> Followed:
    """That somebody has a workbook open: true for the moment, so it is never new and never fixed."""
    finding = Finding(IN_USE, facts={"owner": by}, key=(IN_USE,))
    return Followed(
        finding.id,
        finding.values,
        IN_USE,
        entry(IN_USE).name,
        Severity.NOTE,
        path,
        None,
        None,
        None,
        None,
        None,
        owners.of_folder(Path(path).parent),
        wording.message(path, finding),
        None,
        wording.fix(path, finding),
        None,
        None,
        Standing.OPEN,
        now,
    )


# ---------------------------------------------------------------------------- since the deadline


def _changed(
    history: History, deadlines: Sequence[date], owners: Owners, language: Language
) -> Iterator[ChangedProposal]:
    """What is another than it was at a deadline, by proposal, wherever its workbook has gone."""
    for deadline in deadlines:
        old, new = (
            [Snapshot.from_json(said) for data in blobs for said in unpacked(data)]
            for blobs in history.snapshots(deadline)
        )
        for pair in differences(old, new):
            yield from _told(pair, deadline, owners, language)


def _told(pair: Pair, deadline: date, owners: Owners, language: Language) -> Iterator[ChangedProposal]:
    one = pair.new or pair.old
    if one is None:
        return
    owner = owners.of_finding(one.path, one.number)
    about = (one.number, one.title, one.path, one.committee, owner)
    if pair.new is None:
        what = word("nightly", "proposal-gone", language)
        yield ChangedProposal(*about, what, one.title or one.number or "", "", None, None, deadline)
    elif pair.old is None:
        what = word("nightly", "proposal-new", language)
        yield ChangedProposal(
            *about, what, "", one.title or one.number or "", pair.new.cell, pair.new.sheet, deadline
        )
    else:
        for change in pair.changes:
            yield ChangedProposal(
                *about,
                _what(change, language),
                _value(change.old, language),
                _value(change.new, language),
                change.new_cell,
                pair.new.sheet,
                deadline,
            )


def _what(change: Change, language: Language) -> str:
    """What changed, as a reader would call it: "Løn, 2023"."""
    if change.part is not Part.FIGURE:
        return word("nightly", f"part-{change.part}", language)
    column = word("nightly", "total", language) if change.column == "total" else change.column
    return ", ".join(part for part in (change.line, column) if part)


def _value(value: str | Decimal | int | None, language: Language) -> str:
    if value is None:
        return ""
    return format_number(value, language) if isinstance(value, Decimal) else str(value)
