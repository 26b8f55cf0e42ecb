"""``budget-tools explain``: one rule, with what it flags and what it leaves alone."""

from __future__ import annotations

import inspect
import sys
import textwrap
from collections.abc import Iterator
from difflib import get_close_matches
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from ..catalog import Entry

_LANGUAGES = {"da": "Danish", "en": "English"}


def explain(
    code: Annotated[str, typer.Argument(metavar="CODE", help="A rule's code or name.")],
) -> None:
    """Explain a rule.

    How bad its findings are, what it says in both languages, and examples of what it flags and what not.

    Examples:

    \b
      budget-tools explain ARI002
      budget-tools explain column-total-wrong
    """
    from ..catalog import LANGUAGES, word
    from ..reports.console import WIDEST, Lines, console_on
    from .rules import severities

    one = _entry(code)
    console = console_on(sys.stdout)
    width = min(console.width, WIDEST)

    lines = Lines(width)

    def show(text: str, indent: int = 0, style: str = "") -> None:
        console.print(lines.wrap(text, indent), style=style, soft_wrap=True)

    show(f"{one.code} {one.name}{' (retired)' if one.retired else ''}", style="bold")
    show(f"Severity: {severities(one, 'en')}")
    show(f"Fix: {one.fix} ({word('safety', one.fix, 'en')})")
    for language in LANGUAGES:
        texts = one.texts[language]
        console.print()
        show(f"{_LANGUAGES[language]}: {texts.title}", style="bold")
        remedy = word("console", "fix", language)
        show(texts.message, 2)
        show(f"{remedy} {texts.fix}", 2)
        for variant in dict.fromkeys([*texts.variants, *texts.fixes]):
            severity = word("severity", one.severity(variant=variant), language)
            show(f"{variant.replace('_', ' ')} ({severity}): {texts.variants.get(variant, texts.message)}", 2)
            if variant in texts.fixes:
                show(f"{remedy} {texts.fixes[variant]}", 4)
    for paragraph in _documentation(one.code, width):
        console.print()
        console.print(paragraph, soft_wrap=True)


def _entry(given: str) -> Entry:
    """The rule of a code or a name.

    Raises:
        UsageError: there is none; says which come near.
    """
    from ..catalog import codes, entry
    from ..errors import UsageError

    by_name = {entry(code).name: code for code in codes()}
    wanted = given.strip()
    code = by_name.get(wanted.lower(), wanted.upper())
    if code in codes():
        return entry(code)
    near = get_close_matches(wanted.upper(), codes(), 3, 0.6) or [
        f"{by_name[name]} ({name})" for name in get_close_matches(wanted.lower(), by_name, 3, 0.5)
    ]
    if not near and wanted:
        near = [one for one in codes() if one.startswith(wanted.upper())]
    meant = f" Did you mean {', '.join(near)}?" if near else ""
    raise UsageError(f"there is no rule {given!r}.{meant} 'budget-tools rules' lists them all.")


def _documentation(code: str, width: int) -> Iterator[str]:
    """A rule's docstring paragraph by paragraph: prose is wrapped, grids are kept as they are."""
    from ..rules import RULES

    text = next((rule.documentation for rule in RULES if rule.code == code), "")
    for paragraph in inspect.cleandoc(text).split("\n\n") if text else ():
        if paragraph.startswith(" "):
            yield paragraph
        else:
            prose = " ".join(paragraph.split()).removesuffix(":")
            yield textwrap.fill(prose, width, break_on_hyphens=False)
