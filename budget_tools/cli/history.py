"""``budget-tools history`` and ``undo``: what was changed, and taking it back."""

from __future__ import annotations

import sys
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .changing import Config, DryRun, Lang, refused, undo_with

if TYPE_CHECKING:
    from ..catalog import Language


def history(
    paths: Annotated[
        list[str], typer.Argument(metavar="PATH", help="Workbooks, or folders with all below them.")
    ],
    lang: Lang = None,
    config: Config = None,
) -> None:
    """Show what was changed in workbooks.

    When, by whom, with which command, how many cells, and whether the change still stands. Exits with 0, and
    with 2 when the command was used wrongly.

    Examples:

    \b
      budget-tools history Driftsforslag.xlsx
      budget-tools history forslag/
    """
    from ..catalog import LANGUAGES, plural, word
    from ..changing.history import history as run_history
    from ..reports.console import WIDEST, Lines, console_on
    from ..reports.wording import plain, shown_path

    past = run_history(paths, config=config, language=lang)
    language: Language = past.language if past.language in LANGUAGES else "da"
    console = console_on(sys.stdout)
    lines = Lines(min(console.width, WIDEST))
    if not past.changes:
        where = plain(", ".join(paths))
        console.print(word("history", "nothing", language, path=where), soft_wrap=True)
        return
    by_operation = groupby(past.changes, key=lambda one: (one.operation, one.what, one.when, one.who))
    for (operation, what, when, who), changes in by_operation:
        heading = "  ".join(map(plain, (operation, _local(when), who, _word(what, language))))
        console.print(heading, style="bold", soft_wrap=True)
        for one in changes:
            said = f"{plural('cells', one.cells, language)}, {_word(one.state, language)}"
            console.print(lines.wrap(f"{shown_path(one.path)}: {said}", 2), soft_wrap=True)


def undo(
    operation: Annotated[
        str | None,
        typer.Argument(
            metavar="OPERATION", help="Its id from 'history' or the beginning of one.  [default: the last]"
        ),
    ] = None,
    paths: Annotated[
        list[Path] | None,
        typer.Option("--in", metavar="PATH", help="Where to look: a folder or a workbook.  [default: here]"),
    ] = None,
    dry_run: DryRun = False,
    lang: Lang = None,
    config: Config = None,
) -> None:
    """Give workbooks back as they were, byte for byte.

    Takes back the last change, or a certain one with all that came after it. A workbook that somebody has
    edited since is left alone, with a word on where its earlier version lies. Exits with 0, with 2 when there
    is nothing to undo, and with 3 when any workbook could not be given back.

    Examples:

    \b
      budget-tools undo
      budget-tools undo 20271122-101500-3f2a --in forslag/
    """
    from ..catalog import LANGUAGES, word
    from ..changing.history import undo as run_undo
    from ..reports.console import WIDEST, Lines, console_on
    from ..reports.wording import shown_path

    roots = paths or [Path(".")]
    report = run_undo(operation, paths=roots, dry_run=dry_run, config=config, language=lang)
    language: Language = report.language if report.language in LANGUAGES else "da"
    console = console_on(sys.stdout)
    lines = Lines(min(console.width, WIDEST))
    for workbook in report.workbooks:
        if workbook.reason is not None:
            said = refused(workbook.path, workbook.reason, workbook.reason_facts, language)
        else:
            key = "would-give-back" if dry_run else "given-back"
            operations = ", ".join(workbook.operations)
            said = word("history", key, language, path=shown_path(workbook.path), operations=operations)
        console.print(lines.wrap(said, 0), soft_wrap=True)
    if report.operation is not None:
        redo = undo_with(report.operation, map(str, roots), language, "history")
        console.print(redo, soft_wrap=True)
    if any(workbook.reason is not None for workbook in report.workbooks):
        raise typer.Exit(3)


def _word(key: str, language: Language) -> str:
    from ..catalog import word
    from ..reports.wording import plain

    try:
        return word("history", key, language)
    except KeyError:  # a journal that a later version has written
        return plain(key)


def _local(when: str) -> str:
    """A moment as the reader's clock shows it, to the minute."""
    from datetime import datetime

    try:
        return f"{datetime.fromisoformat(when).astimezone():%Y-%m-%d %H:%M}"
    except ValueError:
        return when
