"""``budget-tools fill``: the totals that are missing."""

from __future__ import annotations

import sys
from itertools import groupby
from typing import TYPE_CHECKING

import typer

from .changing import (
    Config,
    DryRun,
    EvenIfSynchronised,
    InPlace,
    Lang,
    Output,
    Paths,
    ThroughProtection,
    refused,
    undo_with,
)

if TYPE_CHECKING:
    from rich.table import Table

    from ..catalog import Language
    from ..changing.fill import PlannedTotal


def fill(
    paths: Paths,
    output: Output = None,
    in_place: InPlace = False,
    dry_run: DryRun = False,
    through_protection: ThroughProtection = False,
    even_if_synchronised: EvenIfSynchronised = False,
    lang: Lang = None,
    config: Config = None,
) -> None:
    """Fill in the totals that are missing.

    Shows the plan (cell, before, after and why), and writes it into copies with --output or into the
    workbooks themselves with --in-place, which 'budget-tools undo' takes back. Only cells that a label asks a
    total for and that are empty are filled, with a formula and its value; nothing that was typed is ever
    replaced. Exits with 0, with 2 when the command was used wrongly, and with 3 when any workbook could not
    be read or changed.

    Examples:

    \b
      budget-tools fill Driftsforslag.xlsx
      budget-tools fill forslag/ --output udfyldt
      budget-tools fill forslag/ --in-place
    """
    from ..catalog import LANGUAGES, plural, word
    from ..changing.fill import fill as run_fill
    from ..reports.console import WIDEST, Lines, console_on
    from ..reports.wording import plain
    from .progress import progress_bar

    with progress_bar(lang) as progress:
        report = run_fill(
            paths,
            output=output,
            in_place=in_place,
            dry_run=dry_run,
            through_protection=through_protection,
            even_if_synchronised=even_if_synchronised,
            config=config,
            language=lang,
            progress=progress,
        )
    language: Language = report.language if report.language in LANGUAGES else "da"
    console = console_on(sys.stdout)
    lines = Lines(min(console.width, WIDEST))
    planned = written = 0
    if any(workbook.totals for workbook in report.workbooks):
        console.print(word("fill", "heading", language), style="bold")
        console.print()
    for workbook in report.workbooks:
        planned += len(workbook.totals)
        if not workbook.totals and workbook.reason is None:
            continue
        console.print(plain(workbook.path), style="bold", soft_wrap=True)
        for sheet, totals in groupby(workbook.totals, key=lambda total: total.sheet):
            console.print(
                f"  {word('console', 'sheet', language, sheet=plain(sheet))}", style="bold", soft_wrap=True
            )
            console.print(_plan(list(totals), language))
        if workbook.reason is not None:
            said = refused(workbook.path, workbook.reason, workbook.reason_facts, language)
            console.print(lines.wrap(said, 2), soft_wrap=True)
        elif workbook.target is not None:
            written += len(workbook.totals)
            if not in_place:
                console.print(
                    f"  {word('fill', 'written-to', language, path=plain(workbook.target))}", soft_wrap=True
                )
        console.print()
    if not report.workbooks:
        typer.echo(word("path", "no-workbooks", language, path=plain(", ".join(paths))), err=True)
    elif written:
        console.print(f"{plural('totals-filled', written, language)}.", style="bold", soft_wrap=True)
        if report.operation is not None:
            console.print(undo_with(report.operation, paths, language), soft_wrap=True)
    elif not planned and any(workbook.reason is None for workbook in report.workbooks):
        console.print(word("fill", "nothing", language), soft_wrap=True)
    elif planned and (dry_run or (output is None and not in_place)):
        key = "dry-run" if dry_run and (in_place or output is not None) else "not-written"
        console.print(lines.wrap(word("fill", key, language), 0), soft_wrap=True)
    if not report.workbooks or any(workbook.reason is not None for workbook in report.workbooks):
        raise typer.Exit(3)


def _plan(totals: list[PlannedTotal], language: Language) -> Table:
    """Cell, before, after and why, a total a row."""
    from rich.table import Table

    from ..catalog import word
    from ..model.amount import format_number
    from ..reports.wording import plain, shown_formula

    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    table.add_column("", width=2)  # stands under its sheet
    for name in ("cell", "before", "after", "why"):
        table.add_column(word("fill", name, language), overflow="fold")
    for total in totals:
        facts = {"line": plain(total.line), "year": plain(total.heading)}
        table.add_row(
            "",
            str(total.cell),
            word("fill", "empty", language),
            f"{format_number(total.value, language)}  {shown_formula(total.formula, language)}",
            word("fill", f"why-{total.kind}", language, **facts),
        )
    return table
