"""Findings in a reader's words: what every format says alike, safe to print."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from ..catalog import LANGUAGES, Language, fix_text, say, word
from ..model.acceptance import Acceptance
from ..model.finding import Finding, Report, Severity, WorkbookReport

# What a terminal would obey instead of show: escape sequences, control characters, and the marks that
# turn the direction of the text around.
_ESCAPES = re.compile(r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b[ -/]*[0-~]")
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]+")
_QUOTED = re.compile(r'("(?:[^"]|"")*"|\'(?:[^\']|\'\')*\')')


def plain(text: str) -> str:
    """Text from a workbook or a path as it can be printed: on one line, and nothing in it is obeyed.

    >>> plain("L\\x1b[31møn\\n2023")
    'Løn 2023'
    """
    if text.isprintable():
        return text
    return _UNSEEN.sub(" ", _ESCAPES.sub("", text)).strip()


def shown_formula(formula: str, language: Language) -> str:
    """A formula as Excel shows it to this reader.

    Names of functions are not translated: what the toolkit writes is SUM, which is SUM in Danish too.

    >>> shown_formula('=SUM(B5:B7,B9)*1.5', "da"), shown_formula('=SUM(B5:B7,B9)*1.5', "en")
    ('=SUM(B5:B7;B9)*1,5', '=SUM(B5:B7,B9)*1.5')
    """
    if language != "da":
        return plain(formula)
    parts = _QUOTED.split(plain(formula))
    parts[::2] = [re.sub(r"(?<=\d)\.(?=\d)", ",", part.replace(",", ";")) for part in parts[::2]]
    return "".join(parts)


def shown_path(path: str) -> str:
    """A path as seen from where the reader stands; one that lies elsewhere stays as it is."""
    if os.path.isabs(path):
        here = os.getcwd()
        if path.startswith(here.rstrip(os.sep) + os.sep):
            path = os.path.relpath(path, here)
    return plain(path)


def language_of(report: Report) -> Language:
    """The language that a report is to be written in."""
    return report.language if report.language in LANGUAGES else "da"


def not_checked(workbook: WorkbookReport) -> Finding:
    """The finding that says why a workbook was not checked, also where the run's own was not selected."""
    codes = ("RUN002", "RUN004")
    for finding in workbook.findings:
        if finding.code in codes:
            return finding
    facts = {**workbook.reason_facts, "reason": workbook.reason or ""}
    code = codes[workbook.status == "refused"]
    return Finding(code, facts=cast("Mapping[str, str]", facts), severity=Severity.ERROR)


@dataclass(frozen=True, slots=True)
class Wording:
    """How findings are said to one reader: in which language, and what a form is called."""

    language: Language
    form_word: str = "Skema"

    def form(self, finding: Finding) -> str | None:
        """What a finding is about: the form by its number, else the sheet."""
        if finding.proposal:
            return plain(f"{self.form_word} {finding.proposal}")
        return plain(finding.sheet) if finding.sheet else None

    def message(self, path: str | None, finding: Finding) -> str:
        """What is wrong, one sentence."""
        return say(finding.code, self.language, self._facts(path, finding))

    def hint(self, path: str | None, finding: Finding) -> str | None:
        """What would explain the difference exactly, one sentence."""
        if finding.hint is None:
            return None
        facts = {**self._facts(path, finding), **_printable(finding.hint.facts)}
        facts["variant"] = finding.hint.facts.get("variant")
        return say(finding.hint.code, self.language, facts)

    def fix(self, path: str | None, finding: Finding) -> str:
        """What to do about it, one sentence."""
        return fix_text(finding.code, self.language, self._facts(path, finding))

    def evidence(self, finding: Finding) -> str:
        """What a total covers, as the formula that would stand there, and how that is known."""
        known, covers = finding.facts.get("evidence"), finding.facts.get("covers")
        if not known or not covers:
            return ""
        formula = str(covers)
        if finding.fix is not None:
            from ..model.edit import SetCell

            for edit in finding.fix.edits:
                if isinstance(edit, SetCell) and edit.cell == finding.cell and edit.formula:
                    formula = edit.formula
        shown = shown_formula(formula, self.language)
        try:
            because = word("evidence", str(known), self.language)
        except KeyError:
            return shown
        if also := finding.facts.get("also"):
            because = f"{because}, {word('evidence', str(also), self.language)}"
        return f"{shown}, {because}"

    def accepted(self, acceptance: Acceptance) -> str:
        """By whom a finding was accepted, and why, one sentence."""
        facts = {"initials": plain(acceptance.who), "because": plain(acceptance.why)}
        if acceptance.until is not None:
            return word("console", "accepted-until", self.language, date=acceptance.until, **facts)
        return word("console", "accepted-by", self.language, **facts)

    def _facts(self, path: str | None, finding: Finding) -> dict[str, object]:
        return {
            "cell": str(finding.cell) if finding.cell is not None else None,
            "sheet": plain(finding.sheet) if finding.sheet else None,
            "file": plain(Path(path).name) if path else shown_path(finding.path) if finding.path else None,
            "form": self.form(finding),
            **_printable(finding.facts),
        }


def _printable(facts: Mapping[str, object]) -> dict[str, object]:
    return {
        name: plain(value)
        if isinstance(value, str)
        else tuple(plain(item) if isinstance(item, str) else item for item in value)
        if isinstance(value, tuple)
        else value
        for name, value in facts.items()
    }
