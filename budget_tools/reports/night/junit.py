"""A night as JUnit XML, for build servers: a suite a workbook, a test a finding."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

from ...catalog import word
from ...model.finding import Severity
from ...model.night import Followed, Night, Standing
from ..wording import Wording
from .telling import headline, in_order, language_of, local, place, replace_file, tidy, within


def write(night: Night, target: Path, *, fail_on: Severity = Severity.ERROR) -> None:
    """Write a night; findings from ``fail_on`` on are failures, the others are told in tests that pass.

    What was accepted is skipped, and what was fixed is a test that passes now. A workbook that could not be
    checked is an error, and so is anything else that went wrong.
    """
    by_path: dict[str | None, list[Followed]] = defaultdict(list)
    for finding in night.findings:
        by_path[finding.path].append(finding)
    suites = [_of_run(night, by_path.pop(None, []), fail_on)]
    known = {workbook.path: workbook for workbook in night.workbooks}
    for path in [*known, *(path for path in by_path if path is not None and path not in known)]:
        workbook = known.get(path)
        suite = _Suite(night, within(night, path), fail_on)
        if workbook is not None and workbook.status != "checked":
            reason = tidy(workbook.reason or workbook.status)
            suite.case(word("night", "checked", suite.language), ("error", workbook.status, reason))
        suite.findings(by_path.get(path, ()))
        suites.append(suite)
    root = ElementTree.Element("testsuites", name=word("night", "title", language_of(night)))
    for kind in ("tests", "failures", "errors"):
        root.set(kind, str(sum(suite.counts[kind] for suite in suites)))
    root.set("time", f"{max((night.ended - night.started).total_seconds(), 0):.3f}")
    root.extend(suite.element(number) for number, suite in enumerate(suites))
    ElementTree.indent(root)
    replace_file(target, ElementTree.tostring(root, "utf-8", xml_declaration=True) + b"\n")


class _Suite:
    """The tests of one workbook, or of the run itself."""

    def __init__(self, night: Night, name: str, fail_on: Severity) -> None:
        self.language = language_of(night)
        self._night = night
        self._name = name
        self._fail_on = fail_on
        self._cases: list[ElementTree.Element] = []
        self._names: dict[str, int] = defaultdict(int)
        self.counts = dict.fromkeys(("tests", "failures", "errors", "skipped"), 0)

    def case(self, name: str, *children: tuple[str, str, str]) -> None:
        """A test, with what became of it: element, type or message, text."""
        self._names[name] += 1
        if self._names[name] > 1:
            name = f"{name} ({self._names[name]})"
        case = ElementTree.SubElement(
            ElementTree.Element("testsuite"), "testcase", name=name, classname=self._name, time="0"
        )
        self.counts["tests"] += 1
        for element, kind, text in children:
            child = ElementTree.SubElement(case, element)
            if element in ("failure", "error"):
                self.counts[f"{element}s"] += 1
                child.set("type", kind)
                child.set("message", text.partition("\n")[0])
                child.text = text
            elif element == "skipped":
                self.counts["skipped"] += 1
                child.set("message", text)
            else:
                child.text = text
        self._cases.append(case)

    def findings(self, findings: Sequence[Followed]) -> None:
        """A test a finding; one that passes where there is none."""
        for finding in in_order(findings):
            # by its id and not its cell, so that a build server follows it from night to night
            name = tidy(f"{finding.code} {finding.name} {finding.id}", 300)
            said = _said(finding, self.language)
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
        if not self._cases:
            self.case(word("night", "checked", self.language))

    def element(self, number: int) -> ElementTree.Element:
        """The suite as it is written."""
        suite = ElementTree.Element(
            "testsuite",
            {
                "name": self._name,
                **{kind: str(count) for kind, count in self.counts.items()},
                "time": "0",
                "timestamp": local(self._night.started).strftime("%Y-%m-%dT%H:%M:%S"),
                "id": str(number),
            },
        )
        suite.extend(self._cases)
        return suite


def _of_run(night: Night, findings: Sequence[Followed], fail_on: Severity) -> _Suite:
    suite = _Suite(night, word("night", "the-run", language_of(night)), fail_on)
    for trouble in night.trouble:
        suite.case(tidy(trouble, 200), ("error", "trouble", tidy(trouble)))
    if not night.complete and not night.trouble:
        text = word("night", "not-complete", suite.language)
        suite.case(text, ("error", "incomplete", headline(night)))
    suite.findings(findings)
    return suite


def _said(finding: Followed, language: str) -> str:
    """A finding in lines: where, what, what would explain it, what to do."""
    where = place(finding.sheet, finding.cell)
    lead = f"{where}: {tidy(finding.message)}" if where else tidy(finding.message)
    return "\n".join([lead, *(tidy(text) for text in (finding.evidence, finding.hint, finding.fix) if text)])
