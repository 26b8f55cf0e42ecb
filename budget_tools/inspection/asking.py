"""Rules asked of a subject: which of them there are to ask, and what becomes of one that crashes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from ..model.analysis import Analysis
from ..model.book import Sheet
from ..model.finding import Finding
from ..model.proposal import Page, Proposal, Run
from ..model.table import Disagreement, FormulaFault, Table
from ..rules import RULES, Rule
from ..settings import Settings

_BY_SUBJECT: Mapping[type, tuple[Rule, ...]] = {
    subject: tuple(rule for rule in RULES if subject in rule.subjects and not rule.failed)
    for subject in (Page, Table, Proposal, Disagreement, FormulaFault, Analysis, Run)
}
_BY_CODE: Mapping[str, Rule] = {rule.code: rule for rule in RULES}


@lru_cache(maxsize=16)
def _without(unasked: frozenset[str]) -> Mapping[type, tuple[Rule, ...]]:
    return {
        subject: tuple(rule for rule in rules if rule.code not in unasked)
        for subject, rules in _BY_SUBJECT.items()
    }


def rules_by_subject(unasked: frozenset[str] = frozenset()) -> Mapping[type, tuple[Rule, ...]]:
    """The rules of each subject, without those that nobody asks for."""
    return _without(unasked) if unasked else _BY_SUBJECT


def rule_of(code: str) -> Rule:
    """The rule with a code."""
    return _BY_CODE[code]


def not_quiet(rules: tuple[Rule, ...], table: Table) -> tuple[Rule, ...]:
    """The rules that may have something to say of a table: most have nothing to say of any of its shape."""
    if table.shape is None or not table.in_proposal:
        return rules
    key = ("rules", rules)
    return table.shape.once(
        key, lambda: tuple([rule for rule in rules if rule.quiet is None or not rule.quiet(table)])
    )


def ask(rules: Iterable[Rule], subject: Any, settings: Settings, findings: list[Finding], *more: Any) -> None:
    """Add what some rules say of one subject; a rule that crashes is a finding, and the others go on."""
    for rule in rules:
        arguments = (settings,) if rule.takes_settings else more
        try:
            findings.extend(rule.logic(subject, *arguments))
        except Exception:
            findings.append(_crashed(rule.code, subject))


def _crashed(code: str, subject: Any) -> Finding:
    sheet = getattr(subject, "sheet", None) or getattr(getattr(subject, "table", None), "sheet", None)
    name = sheet.name if isinstance(sheet, Sheet) else None
    return Finding("RUN001", name, facts={"code": code, "where": name or "?"}, key=(code,))
