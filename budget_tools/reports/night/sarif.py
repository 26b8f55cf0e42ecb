"""A night as SARIF 2.1.0, the form in which code scanners hand over what they found."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache
from json.encoder import encode_basestring as _string
from pathlib import Path
from typing import Any

from ...catalog import codes, entry, title
from ...model.finding import Severity
from ...model.night import Followed, Night, Standing
from ..wording import Wording
from .telling import as_read, has_before, language_of, place, replacing, tidy, web_address

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_BASELINE = {
    Standing.NEW: "new",
    Standing.REOPENED: "new",
    Standing.OPEN: "unchanged",
    Standing.ACCEPTED: "unchanged",
    Standing.FIXED: "absent",
}
_ENCODE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def write(night: Night, target: Path) -> None:
    """Write a night; a cell has no line, so it is told as a logical location within its workbook."""
    with replacing(target) as file:
        for part in _parts(night):
            file.write(part.encode("utf-8", "replace"))


def _parts(night: Night) -> Iterator[str]:
    language = language_of(night)
    bases = _bases(night)
    rules = _rules(night)
    name, _, version = night.tool.partition(" ")
    driver: dict[str, Any] = {"name": tidy(name) or "budget-tools", "rules": list(rules.values())}
    if version:
        driver["version"] = tidy(version)
    run: dict[str, Any] = {
        "tool": {"driver": driver},
        "language": language,
        "invocations": [_invocation(night, bases)],
    }
    if bases:
        run["originalUriBaseIds"] = {base: {"uri": uri} for uri, base in bases.items()}
    results = _Results(night, {code: number for number, code in enumerate(rules)}, bases)
    yield f'{{"$schema":{_ENCODE(_SCHEMA)},"version":"2.1.0","runs":[{_ENCODE(run)[:-1]},"results":['
    for number, finding in enumerate(night.told.findings(excerpts=False)):
        yield ("," if number else "") + results.of(finding)
    yield "]}]}\n"


def _rules(night: Night) -> dict[str, dict[str, Any]]:
    """The rules that found something; their level is that of the worst they found."""
    language, known = language_of(night), set(codes())
    worst: dict[str, Severity] = {}
    for kind in sorted(night.counts.findings, key=lambda one: (one.code, -one.severity)):
        worst.setdefault(kind.code, kind.severity)
    return {
        code: {
            "id": tidy(code),
            "name": entry(code).name if code in known else tidy(code),
            "shortDescription": {
                "text": tidy(title(code, language) if code in known else code) or tidy(code)
            },
            "defaultConfiguration": {"level": severity.word},
        }
        for code, severity in worst.items()
    }


def _bases(night: Night) -> dict[str, str]:
    """The addresses of the folders of a night, each with the name that locations refer to it by."""
    addresses = (web_address(as_read(night, folder)) for folder in night.folders)
    found = (one.rstrip("/") + "/" for one in addresses if one is not None)
    return {uri: f"FOLDER{number}" for number, uri in enumerate(dict.fromkeys(found), 1)}


def _location(night: Night, path: str, bases: dict[str, str]) -> dict[str, Any]:
    """Where a workbook lies: as seen from its folder, where that is one of the night's."""
    uri = web_address(as_read(night, path))
    if uri is None:
        return {"description": {"text": tidy(path)}}
    for folder, base in sorted(bases.items(), key=lambda item: -len(item[0])):
        if uri.startswith(folder):
            return {"uri": uri[len(folder) :], "uriBaseId": base}
    return {"uri": uri}


def _invocation(night: Night, bases: dict[str, str]) -> dict[str, Any]:
    told: list[dict[str, Any]] = [
        {"level": "error", "message": {"text": tidy(text)}} for text in night.trouble
    ]
    for workbook in night.told.unchecked():
        where = {"physicalLocation": {"artifactLocation": _location(night, workbook.path, bases)}}
        text = tidy(workbook.reason or workbook.status)
        told.append({"level": "error", "message": {"text": text}, "locations": [where]})
    return {
        "executionSuccessful": night.complete,
        "startTimeUtc": _utc(night.started),
        "endTimeUtc": _utc(night.ended),
        "toolExecutionNotifications": told,
    }


@lru_cache(maxsize=1024)
def _utc(when: datetime) -> str:
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _sentence(text: str) -> str:
    text = tidy(text)
    return text if text.endswith((".", "?", "!")) else f"{text}."


class _Results:
    """Findings in the form of the standard; ``rules`` and ``bases`` are what they refer to."""

    def __init__(self, night: Night, rules: dict[str, int], bases: dict[str, str]) -> None:
        self._rules = {code: f'"ruleId":{_text(code)},"ruleIndex":{number}' for code, number in rules.items()}
        self._wording = Wording(language_of(night), night.form_word)
        self._before = has_before(night)
        # findings of one workbook follow each other
        self._locate = lru_cache(maxsize=64)(lambda path: _ENCODE(_location(night, path, bases)))

    def of(self, finding: Followed) -> str:
        """A finding as a result, put together as text: there may be very many."""
        told = (finding.message, finding.evidence, finding.hint, finding.fix)
        text = " ".join([_sentence(text) for text in told if text]) or tidy(finding.code)
        baseline = f'"baselineState":"{_BASELINE[finding.standing]}",' if self._before else ""
        about = "".join(
            [
                f',"{name}":{_text(text)}'
                for name, text in (
                    ("owner", finding.owner),
                    ("committee", finding.committee),
                    ("proposal", finding.proposal),
                    ("title", finding.title),
                )
                if text
            ]
        )
        return (
            f'{{{self._rules[finding.code]},"kind":"fail","level":"{finding.severity.word}",'
            f'"message":{{"text":{_string(text)}}},{baseline}'
            f'"partialFingerprints":{{"finding/v1":{_text(finding.id)},"amounts/v1":{_text(finding.values)}}},'
            f'"suppressions":[{self._suppression(finding)}],'
            f'"properties":{{"standing":"{finding.standing}","since":"{_utc(finding.since)}"{about}}}'
            f"{self._locations(finding)}}}"
        )

    def _suppression(self, finding: Followed) -> str:
        """That somebody accepted a finding, and why."""
        if finding.standing is not Standing.ACCEPTED:
            return ""
        suppression = {"kind": "external", "status": "accepted"}
        if finding.accepted is not None:
            suppression["justification"] = tidy(self._wording.accepted(finding.accepted))
        return _ENCODE(suppression)

    def _locations(self, finding: Followed) -> str:
        """The workbook that a finding is in, and the place in it."""
        location = []
        if finding.path is not None:
            location.append(f'"physicalLocation":{{"artifactLocation":{self._locate(finding.path)}}}')
        if where := place(finding.sheet, finding.cell):
            cell = str(finding.cell) if finding.cell is not None else tidy(finding.sheet or "")
            kind = "cell" if finding.cell is not None else "sheet"
            location.append(
                f'"logicalLocations":[{{"name":{_string(cell)},'
                f'"fullyQualifiedName":{_string(where)},"kind":"{kind}"}}]'
            )
        return f',"locations":[{{{",".join(location)}}}]' if location else ""


def _text(text: str) -> str:
    return _string(tidy(text))
