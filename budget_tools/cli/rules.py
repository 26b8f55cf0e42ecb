"""``budget-tools rules``: everything that is looked for."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from ..catalog import Entry, Language


def rules(
    format_: Annotated[
        Literal["console", "json"],
        typer.Option("--format", help="A list to read, or JSON for other programs."),
    ] = "console",
    lang: Annotated[Literal["da", "en"], typer.Option(help="Language of the titles.")] = "da",
) -> None:
    """List everything that is looked for.

    Code, name, severity and title of every rule. Where the severity depends on the phase or on the case, both
    are given. How bad a rule is, and whether it is on, can be changed in budget.toml.

    Examples:

    \b
      budget-tools rules --lang en
      budget-tools rules --format json
    """
    from ..catalog import codes, entry

    listed = [entry(code) for code in codes()]
    if format_ == "json":
        typer.echo(json.dumps([_facts(one, lang) for one in listed], ensure_ascii=True, indent=1))
        return
    from rich.table import Table

    from ..reports.console import console_on

    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, show_header=False)
    table.add_column(style="bold", width=max(len(one.code) for one in listed), overflow="fold")
    table.add_column(width=max(len(one.name) for one in listed), overflow="fold")
    table.add_column(overflow="fold")
    table.add_column(overflow="fold")
    for one in listed:
        if not one.retired:
            table.add_row(one.code, one.name, severities(one, lang), one.texts[lang].title)
    console_on(sys.stdout).print(table)


def severities(one: Entry, language: Language) -> str:
    """How bad a finding of a rule is: as usual, in other cases, and in the phases where that differs.

    >>> from budget_tools.catalog import entry
    >>> severities(entry("ARI008"), "en"), severities(entry("NUM006"), "en")
    ('note (ready for print: warning)', 'note/warning')
    """
    from ..catalog import word

    phases = one.severities[""]
    usual = phases["collect"]
    cases = dict.fromkeys([usual, *(by_phase["collect"] for by_phase in one.severities.values())])
    said = "/".join(word("severity", severity, language) for severity in cases)
    later = [
        f"{word('phase', phase, language)}: {word('severity', severity, language)}"
        for phase, severity in phases.items()
        if severity != usual
    ]
    return f"{said} ({', '.join(later)})" if later else said


def _facts(one: Entry, language: Language) -> dict[str, object]:
    return {
        "code": one.code,
        "name": one.name,
        "title": one.texts[language].title,
        "severity": dict(one.severities[""]),
        "variants": {variant: dict(phases) for variant, phases in one.severities.items() if variant},
        "fix": one.fix,
        "retired": one.retired,
    }
