"""The catalogue's files, read once, and what they say about each rule."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from ..errors import UsageError

Language = Literal["da", "en"]

LANGUAGES: tuple[Language, ...] = ("da", "en")
PHASES = ("collect", "political", "print")
GROUPS = ("str", "idn", "num", "ari", "frm", "txt", "xwb", "kon", "run")


@dataclass(frozen=True, slots=True)
class Texts:
    """What one language says about a rule; ``variants`` and ``fixes`` replace message and fix by variant."""

    title: str
    message: str
    fix: str
    variants: Mapping[str, str]
    fixes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Entry:
    """One rule of the catalogue.

    ``fix`` is ``safe``, ``review`` or ``none``. ``facts`` are the names the texts may use besides
    ``cell``, ``sheet``, ``file`` and ``form``, which every finding has. ``severities`` holds the
    severity by variant (``""`` for findings without one) and phase. A ``retired`` rule is no longer
    run; it stays here so that old reports can be explained.
    """

    code: str
    name: str
    fix: str
    facts: tuple[str, ...]
    texts: Mapping[Language, Texts]
    severities: Mapping[str, Mapping[str, str]]
    retired: bool = False

    def severity(self, phase: str = "collect", variant: str | None = None) -> str:
        """``error``, ``warning``, ``note``, ``hint`` or ``off`` for a finding of this rule in a phase."""
        return self.severities.get(variant or "", self.severities[""])[phase]


def read(name: str) -> dict[str, Any]:
    """One file of the catalogue."""
    return tomllib.loads((files(__package__) / f"{name}.toml").read_text(encoding="utf-8"))


def codes() -> tuple[str, ...]:
    """Every code of the catalogue, retired ones too, in the catalogue's order."""
    return tuple(_entries())


def entry(code: str) -> Entry:
    """The rule of a code.

    Raises:
        UsageError: there is no such rule.
    """
    try:
        return _entries()[code]
    except KeyError:
        raise UsageError(f"there is no rule {code!r}") from None


@cache
def _entries() -> dict[str, Entry]:
    return {code: _entry(code, table) for group in GROUPS for code, table in read(group).items()}


def _entry(code: str, table: Mapping[str, Any]) -> Entry:
    severities = {"": table["severity"], **table.get("severity_variants", {})}
    return Entry(
        code=code,
        name=table["name"],
        fix=table["fix"],
        facts=tuple(table["facts"]),
        texts={language: _texts(table[language]) for language in LANGUAGES},
        severities={variant: _by_phase(severity) for variant, severity in severities.items()},
        retired=table.get("retired", False),
    )


def _texts(table: Mapping[str, Any]) -> Texts:
    return Texts(
        table["title"], table["message"], table["fix"], table.get("variants", {}), table.get("fixes", {})
    )


def _by_phase(severity: str | Mapping[str, str]) -> Mapping[str, str]:
    return dict.fromkeys(PHASES, severity) if isinstance(severity, str) else severity
