"""The acceptance file ``budget-accepted.jsonl``: read for a check, appended to by a person's word.

It lies beside the nearest budget.toml, else beside the workbook. It is text, a record a line, and only
ever grows, so that it can be read, kept in git and merged line by line (``merge=union``).
"""

from __future__ import annotations

import json
import os
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Protocol

from ..errors import UsageError
from ..model.acceptance import Acceptance, latest
from ..model.finding import WorkbookReport
from ..settings import nearest

FILE_NAME = "budget-accepted.jsonl"
LOCK_NAME = ".budget-accepted.lock"
LOCK_SECONDS = 10.0

_UNREAD = ("RUN002", "RUN004")


def file_of(folder: Path) -> Path:
    """Where acceptances of the workbooks in a folder are kept, whether the file is there or not."""
    folder = Path(os.path.realpath(folder))
    settings = nearest(folder)
    return (settings.parent if settings is not None else folder) / FILE_NAME


def path_in(file: Path, workbook: Path) -> str:
    """A workbook's path as an acceptance file spells it: from the file's own folder, with slashes."""
    real = Path(os.path.realpath(workbook.parent)) / workbook.name
    return Path(os.path.relpath(real, file.parent)).as_posix()


def read(file: Path) -> tuple[list[Acceptance], list[int]]:
    """The records of an acceptance file, and the numbers of the lines that are none.

    Such a line accepts nothing: a conflict that git has marked brings the finding back, not away.
    """
    try:
        text = file.read_text("utf-8-sig", "replace")
    except FileNotFoundError:
        return [], []
    except OSError as error:
        raise UsageError(f"{file}: cannot be read: {error.strerror}") from error
    records: list[Acceptance] = []
    broken: list[int] = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        record = _record(line)
        if record is None:
            broken.append(number)
        else:
            records.append(record)
    return records, broken


def _record(line: str) -> Acceptance | None:
    try:
        said = json.loads(line)
        until = said.get("until")
        record = Acceptance(
            said["action"],
            said["path"],
            said.get("id"),
            said.get("values"),
            said.get("code") or "",
            said["who"],
            said.get("why") or "",
            said["when"],
            date.fromisoformat(until) if until is not None else None,
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    texts = (record.path, record.code, record.who, record.why, record.when)
    maybe = (record.id, record.values)
    if not all(isinstance(one, str) for one in texts):
        return None
    if not all(one is None or isinstance(one, str) for one in maybe):
        return None
    if record.action not in ("accept", "unaccept"):
        return None
    if record.action == "accept" and record.id is None and record.until is None:
        return None  # a workbook that nobody can check is never accepted for ever
    return record


def add(file: Path, record: Acceptance) -> None:
    """Append a record; two who do so at once both get theirs in.

    Raises:
        UsageError: the file cannot be written, or is locked by somebody all the while.
    """
    from filelock import FileLock, Timeout  # takes longer to load than a check may lose

    from .journal import append_line

    said: dict[str, Any] = {
        "action": record.action,
        "path": record.path,
        "id": record.id,
        "values": record.values,
        "code": record.code,
        "who": record.who,
        "why": record.why,
        "when": record.when,
    }
    if record.until is not None:
        said["until"] = record.until.isoformat()
    try:
        with FileLock(file.parent / LOCK_NAME, timeout=LOCK_SECONDS, mode=0o666):
            append_line(file, json.dumps(said, ensure_ascii=False))
    except Timeout as error:
        raise UsageError(f"{file}: somebody else is writing to it; try again in a moment") from error
    except OSError as error:
        raise UsageError(f"{file}: cannot be written: {error.strerror or error}") from error


class _Records:
    """The last word on each finding, to be found by workbook and by finding."""

    def __init__(self, own: Mapping[tuple[str, str | None], Acceptance]) -> None:
        self.own = own
        self.by_id: dict[str | None, list[Acceptance]] = defaultdict(list)
        for record in own.values():
            self.by_id[record.id].append(record)


class Accepted:
    """What was accepted, for the workbooks of a run; each file is looked for once a folder."""

    def __init__(self, today: date | None = None) -> None:
        self._today = today or date.today()
        self._of_folder: dict[str, Path | None] = {}
        self._read: dict[Path, _Records] = {}

    def _file(self, folder: str) -> Path | None:
        if folder not in self._of_folder:
            file = file_of(Path(folder))
            self._of_folder[folder] = file if file.is_file() else None
        return self._of_folder[folder]

    def applied(self, report: WorkbookReport) -> WorkbookReport:
        """A workbook's report, in which each finding that was accepted says so."""
        of = self.of(report.path, checked=report.status == "checked")
        if of is None or (not report.findings and report.status == "checked"):
            return report
        findings = []
        for finding in report.findings:
            record = of.finding(finding)
            findings.append(finding if record is None else replace(finding, accepted=record))
        return replace(report, findings=tuple(findings), accepted=of.whole)

    def of(self, path: str, *, checked: bool) -> AcceptedOf | None:
        """What was accepted of a workbook, which could be checked or not; None where nothing ever was."""
        file = self._file(os.path.dirname(path))
        if file is None:
            return None
        if file not in self._read:
            self._read[file] = _Records(latest(read(file)[0]))
        records = self._read[file]
        here = path_in(file, Path(path))
        whole = None
        if not checked:
            record = records.own.get((here, None))
            if record is not None and record.action == "accept" and not record.expired(self._today):
                whole = record
        return AcceptedOf(file, here, records, whole, self._today)

    def files(self, folders: Iterable[str]) -> list[Path]:
        """The acceptance files that hold for some folders."""
        return sorted({file for folder in folders if (file := self._file(folder)) is not None})


class _Told(Protocol):
    """What an acceptance is compared with: a finding, or what is remembered of one."""

    @property
    def id(self) -> str:
        """The same for the same fault of the same line."""

    @property
    def former_ids(self) -> Sequence[str]:
        """Its ids while its proposal had other numbers."""

    @property
    def values(self) -> str:
        """Another one when an amount behind it changes."""

    @property
    def code(self) -> str:
        """The code of its rule."""


@dataclass(frozen=True, slots=True)
class AcceptedOf:
    """What was accepted of one workbook; ``whole``: that it could not be checked."""

    file: Path
    here: str
    records: _Records
    whole: Acceptance | None
    today: date

    def finding(self, finding: _Told) -> Acceptance | None:
        """The acceptance of a finding, if it holds."""
        return (
            self.whole if finding.code in _UNREAD else self._of(self.file, self.here, finding, self.records)
        )

    def _of(self, file: Path, here: str, finding: _Told, records: _Records) -> Acceptance | None:
        """The acceptance of a finding: of this workbook, else of one that is there no more (renamed).

        What was said under its id of today counts before what was said under an earlier one.
        """
        for id_ in (finding.id, *finding.former_ids):
            of_id = records.by_id.get(id_)
            if of_id is None:
                continue
            own = records.own.get((here, id_))
            if own is not None:
                return own if self._holds(own, finding) else None
            for record in of_id:
                if self._holds(record, finding) and not (file.parent / record.path).exists():
                    return record
        return None

    def _holds(self, record: Acceptance, finding: _Told) -> bool:
        return (
            record.action == "accept"
            and record.values == finding.values
            and record.code == finding.code
            and not record.expired(self.today)
        )
