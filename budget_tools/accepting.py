"""A person's word that a finding is all right: taken down, taken back, and listed with what became of it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

from .books.accepted import add, file_of, path_in, read
from .catalog import Language
from .errors import UsageError
from .model.acceptance import Acceptance, latest
from .model.finding import Finding, WorkbookReport
from .run import SettingsOf, check


@dataclass(frozen=True, slots=True)
class Word:
    """An acceptance that was written or taken back: the record, the file it stands in, what it is about."""

    file: str
    record: Acceptance
    workbook: str
    finding: Finding | None
    language: str = "da"


@dataclass(frozen=True, slots=True)
class Standing:
    """An acceptance and what became of it.

    ``state`` is "in-force", "values-changed" (the amounts have, so the finding is back), "expired" (its
    last day is over), "gone" (there is no such finding any more) or "file-gone" (the workbook is).
    """

    file: str
    record: Acceptance
    state: str


@dataclass(frozen=True, slots=True)
class Acceptances:
    """Every acceptance of some workbooks, and the lines of their files that cannot be read."""

    standing: tuple[Standing, ...]
    broken: tuple[tuple[str, int], ...]
    language: str = "da"


def accept(
    path: str | Path,
    *,
    finding: str | None = None,
    reason: str,
    initials: str,
    until: date | None = None,
    config: str | Path | None = None,
    language: Language | None = None,
) -> Word:
    """Accept a finding as it stands, or a workbook that cannot be checked until a date.

    The finding is shown as accepted from then on and not counted. It is back when an amount behind it
    changes, or after ``until``.

    Args:
        path: the workbook, or a folder where only one workbook has the finding.
        finding: its id, as a report gives it; without it the workbook itself is accepted.
        reason: why it is all right, for whoever reads it next year.
        initials: who says so.
        until: the last day; required without a finding.
        config: a settings file; without it the nearest budget.toml above each workbook holds.
        language: the language to speak.

    Raises:
        UsageError: there is no such finding or it is in several workbooks, the reason or the initials are
            missing, the date is over, or the file cannot be written.
    """
    why, who = reason.strip(), initials.strip()
    if not why or not who:
        raise UsageError("an acceptance needs a reason and initials: --reason TEXT --initials WHO")
    if until is not None and until < date.today():
        raise UsageError(f"--until {until}: is over already")
    report = check([path], config=config, language=language, select=("all",))
    if finding is None:
        if until is None:
            raise UsageError(
                f"{path}: without --finding ID a workbook that cannot be checked is accepted, "
                "and that needs a last day: --until 2027-12-31"
            )
        left = [workbook for workbook in report.workbooks if workbook.status != "checked"]
        if len(report.workbooks) != 1 or not left:
            raise UsageError(f"{path}: can be checked, so single findings are accepted: --finding ID")
        return take_down(left[0], None, who, why, until, report.language)
    workbook, one = _found(path, report.workbooks, finding)
    return take_down(workbook, one, who, why, until, report.language)


def unaccept(
    path: str | Path,
    *,
    finding: str | None = None,
    reason: str = "",
    initials: str,
    config: str | Path | None = None,
    language: Language | None = None,
) -> Word:
    """Take an acceptance back; the record of it stays, followed by this one.

    Raises:
        UsageError: nothing of that id is accepted for the workbook, or the file cannot be written.
    """
    if not initials.strip():
        raise UsageError("taking an acceptance back needs initials: --initials WHO")
    workbook = Path(path)
    file = file_of(workbook.parent if not workbook.is_dir() else workbook)
    records = latest(read(file)[0])
    here = None if workbook.is_dir() else path_in(file, workbook)
    fitting = [
        record
        for record in records.values()
        if record.action == "accept" and record.id == finding and (here is None or record.path == here)
    ]
    if not fitting and finding is not None:  # of a workbook that was renamed since
        fitting = [
            record
            for record in records.values()
            if record.action == "accept" and record.id == finding and not (file.parent / record.path).exists()
        ]
    if not fitting and finding is not None:  # of a proposal that had another number then
        now = check([path], config=config, language=language, select=("all",)).findings
        held = {one.accepted for one in now if one.id == finding and one.accepted is not None}
        fitting = [record for record in records.values() if record in held]
    if not fitting:
        raise UsageError(f"{path}: {finding or 'the workbook'} is not accepted in {file}")
    if len(fitting) > 1:
        raise UsageError(
            f"{finding}: accepted in several workbooks; name one: {', '.join(r.path for r in fitting)}"
        )
    record = replace(
        fitting[0], action="unaccept", who=initials.strip(), why=reason.strip(), when=_now(), until=None
    )
    add(file, record)
    said = SettingsOf(config, language).folder(file.parent).language
    return Word(str(file), record, str(path), None, said)


def accepted(
    paths: Iterable[str | Path] | str | Path,
    *,
    config: str | Path | None = None,
    language: Language | None = None,
) -> Acceptances:
    """Every acceptance of some workbooks, with what became of it.

    Args:
        paths: files, folders and patterns; they are checked to see what still holds.
        config: a settings file; without it the nearest budget.toml above each workbook holds.
        language: the language to speak.

    Raises:
        UsageError: a path does not exist, or an acceptance file cannot be read.
    """
    if isinstance(paths, str | Path):
        paths = [paths]
    roots = [Path(one) for one in paths]
    report = check(roots, config=config, language=language, select=("all",))
    files = dict.fromkeys(file_of(Path(workbook.path).parent) for workbook in report.workbooks)
    files.update(dict.fromkeys(file_of(root) for root in roots if root.is_dir()))
    standing: list[Standing] = []
    broken: list[tuple[str, int]] = []
    for file in files:
        records, lines = read(file)
        broken += [(str(file), line) for line in lines]
        here = {
            path_in(file, Path(workbook.path)): workbook
            for workbook in report.workbooks
            if file_of(Path(workbook.path).parent) == file
        }
        in_use = {
            finding.accepted
            for workbook in here.values()
            for finding in workbook.findings
            if finding.accepted is not None
        }
        for record in latest(records).values():
            if record.action != "accept":
                continue
            there = (file.parent / record.path).exists()
            if record.path not in here and (there or not _below(file.parent / record.path, roots)):
                continue  # of a workbook that was not asked about
            state = _state(record, here.get(record.path), record in in_use, there)
            standing.append(Standing(str(file), record, state))
    return Acceptances(tuple(standing), tuple(broken), report.language)


def _below(path: Path, roots: Iterable[Path]) -> bool:
    real = Path(os.path.realpath(path))
    return any(real.is_relative_to(os.path.realpath(root)) for root in roots)


def _state(record: Acceptance, workbook: WorkbookReport | None, in_use: bool, there: bool) -> str:
    if record.expired(date.today()):
        return "expired"
    if in_use or (workbook is not None and workbook.accepted == record):
        return "in-force"
    if not there:
        return "file-gone"
    found = workbook is not None and any(record.id in (one.id, *one.former_ids) for one in workbook.findings)
    return "values-changed" if found else "gone"


def _found(path: str | Path, workbooks: Iterable[WorkbookReport], id_: str) -> tuple[WorkbookReport, Finding]:
    found = [
        (workbook, finding) for workbook in workbooks for finding in workbook.findings if finding.id == id_
    ]
    if not found:
        raise UsageError(
            f"{path}: there is no finding {id_} in a workbook; "
            "'budget-tools check PATH --format json' lists their ids"
        )
    if len(found) > 1:
        raise UsageError(
            f"{path}: finding {id_} is in several workbooks; name one: "
            f"{', '.join(workbook.path for workbook, _ in found)}"
        )
    return found[0]


def take_down(
    workbook: WorkbookReport,
    finding: Finding | None,
    who: str,
    why: str,
    until: date | None,
    language: str,
) -> Word:
    """Write down that a finding of a report is accepted, or without one the workbook itself.

    Raises:
        UsageError: the acceptance file cannot be written.
    """
    path = Path(workbook.path)
    file = file_of(path.parent)
    record = Acceptance(
        "accept",
        path_in(file, path),
        finding.id if finding is not None else None,
        finding.values if finding is not None else None,
        finding.code if finding is not None else "",
        who,
        why,
        _now(),
        until,
    )
    add(file, record)
    return Word(str(file), record, workbook.path, finding, language)


def _now() -> str:
    """The moment, to the microsecond: what was said last counts, also when two speak in one second."""
    return datetime.now(UTC).isoformat(timespec="microseconds")
