"""A night as JUnit XML, for build servers: a suite a workbook, a test a finding."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryFile
from xml.sax.saxutils import escape

from ...catalog import word
from ...model.finding import Severity
from ...model.night import Followed, Night, Standing
from ..wording import Wording
from .telling import attribute, by_workbook, headline, language_of, local, place, replacing, tidy, within

_NEWLINE = "\n"


def write(night: Night, target: Path, *, fail_on: Severity = Severity.ERROR) -> None:
    """Write a night; findings from ``fail_on`` on are failures, the others are told in tests that pass.

    What was accepted is skipped, and what was fixed is a test that passes now. A workbook that could not be
    checked is an error, and so is anything else that went wrong.
    """
    counts: Counter[str] = Counter()
    with replacing(target) as file, TemporaryFile() as suites:
        for number, suite in enumerate(_suites(night, fail_on)):
            suites.write(suite.xml(number).encode("utf-8", "replace"))
            counts.update(suite.counts)
        said = {
            "name": word("night", "title", language_of(night)),
            **{kind: str(counts[kind]) for kind in ("tests", "failures", "errors")},
            "time": f"{max((night.ended - night.started).total_seconds(), 0):.3f}",
        }
        file.write(f"<?xml version='1.0' encoding='utf-8'?>\n<testsuites{_attributes(said)}>\n".encode())
        suites.seek(0)
        shutil.copyfileobj(suites, file)
        file.write(b"</testsuites>\n")


def _suites(night: Night, fail_on: Severity) -> Iterator[_Suite]:
    """A suite of the run itself, then one a workbook, also of those that are there no more."""
    run = _Suite(night, word("night", "the-run", language_of(night)), fail_on)
    for trouble in night.trouble:
        run.case(tidy(trouble, 200), ("error", "trouble", tidy(trouble)))
    if not night.complete and not night.trouble:
        text = word("night", "not-complete", run.language)
        run.case(text, ("error", "incomplete", headline(night)))
    suite = run
    for path, workbook, findings in by_workbook(night):
        if path is None:
            run.findings(findings)
            continue
        yield suite
        suite = _Suite(night, within(night, path), fail_on)
        if workbook is not None and workbook.status != "checked":
            reason = tidy(workbook.reason or workbook.status)
            suite.case(word("night", "checked", suite.language), ("error", workbook.status, reason))
        suite.findings(findings)
    yield suite


class _Suite:
    """The tests of one workbook, or of the run itself."""

    def __init__(self, night: Night, name: str, fail_on: Severity) -> None:
        self.language = language_of(night)
        self._night = night
        self._name = name
        self._quoted = attribute(name)
        self._fail_on = fail_on
        self._cases: list[str] = []
        self._names: Counter[str] = Counter()
        self.counts = dict.fromkeys(("tests", "failures", "errors", "skipped"), 0)

    def case(self, name: str, *children: tuple[str, str, str]) -> None:
        """A test, with what became of it: element, type or message, text."""
        self._names[name] += 1
        if self._names[name] > 1:
            name = f"{name} ({self._names[name]})"
        self.counts["tests"] += 1
        told = []
        for element, kind, text in children:
            said = ""
            if element in ("failure", "error"):
                self.counts[f"{element}s"] += 1
                said = f" type={attribute(kind)} message={attribute(text.partition(_NEWLINE)[0])}"
            elif element == "skipped":
                self.counts["skipped"] += 1
                said, text = f" message={attribute(text)}", ""
            told.append(f"      <{element}{said}>{escape(text)}</{element}>\n")
        case = f'    <testcase name={attribute(name)} classname={self._quoted} time="0"'
        self._cases.append(f"{case}>\n{''.join(told)}    </testcase>\n" if told else f"{case}/>\n")

    def findings(self, findings: Iterable[Followed]) -> None:
        """A test a finding."""
        for finding in findings:
            # by its id and not its cell, so that a build server follows it from night to night
            name = tidy(f"{finding.code} {finding.name} {finding.id}", 300)
            said = _said(finding)
            if finding.standing is Standing.ACCEPTED:
                why = (
                    Wording(self.language).accepted(finding.accepted)
                    if finding.accepted is not None
                    else word("console", "accepted", self.language)
                )
                self.case(name, ("skipped", "", tidy(why)), ("system-out", "", said))
            elif finding.standing is Standing.FIXED:
                self.case(name)
            elif finding.severity >= self._fail_on:
                self.case(name, ("failure", finding.severity.word, said))
            else:
                self.case(name, ("system-out", "", said))

    def xml(self, number: int) -> str:
        """The suite as it is written; where nothing is wrong it has a test that passes."""
        if not self._cases:
            self.case(word("night", "checked", self.language))
        said = {
            "name": self._name,
            **{kind: str(count) for kind, count in self.counts.items()},
            "time": "0",
            "timestamp": local(self._night.started).strftime("%Y-%m-%dT%H:%M:%S"),
            "id": str(number),
        }
        return f"  <testsuite{_attributes(said)}>\n{''.join(self._cases)}  </testsuite>\n"


def _attributes(said: Mapping[str, str]) -> str:
    return "".join([f" {name}={attribute(value)}" for name, value in said.items()])


def _said(finding: Followed) -> str:
    """A finding in lines: where, what, what would explain it, what to do."""
    where = place(finding.sheet, finding.cell)
    lead = f"{where}: {tidy(finding.message)}" if where else tidy(finding.message)
    return "\n".join([lead, *(tidy(text) for text in (finding.evidence, finding.hint, finding.fix) if text)])
