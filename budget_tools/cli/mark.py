"""``budget-tools mark``: the findings in the workbooks themselves."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from ..catalog import Language
    from ..marking import MarkedCell, MarkedWorkbook, MarkReport
    from ..reports.wording import Wording

PATHS = typer.Argument(
    metavar="PATH", help="Workbooks, folders (all .xlsx and .xlsm below them) or patterns."
)
THROUGH = typer.Option("--through-protection", help="Write into locked cells of protected sheets as well.")


def mark(
    paths: Annotated[list[str], PATHS],
    output: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write marked copies into this folder.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only show the plan, whatever else is said.")
    ] = False,
    through_protection: Annotated[bool, THROUGH] = False,
) -> None:
    """Mark what is wrong in copies of the workbooks.

    Each flagged cell gets a colour and a note with the sentence, and a sheet lists all findings with links
    to their cells. Nothing else changes, and 'budget-tools unmark' takes it all away again. Exits with 0,
    with 2 when the command was used wrongly, and with 3 when any workbook could not be read or changed.

    Examples:

    \b
      budget-tools mark Driftsforslag.xlsx --output til-afdelingen
      budget-tools mark forslag/ --dry-run
    """
    from ..marking import mark as run_mark
    from .progress import progress_bar

    with progress_bar(None) as progress:
        report = run_mark(
            paths,
            output=output,
            dry_run=dry_run,
            through_protection=through_protection,
            progress=progress,
        )
    say(report, paths, written=output is not None and not dry_run, marking=True, dry_run=dry_run)


def say(report: MarkReport, paths: list[str], *, written: bool, marking: bool, dry_run: bool) -> None:
    """Tell what marking or unmarking meant, workbook by workbook.

    Raises:
        Exit: with 3, when a workbook could not be read or changed.
    """
    from ..catalog import word
    from ..reports.console import WIDEST, Lines, console_on
    from ..reports.wording import Wording, plain

    language = report.language
    console = console_on(sys.stdout)
    lines = Lines(min(console.width, WIDEST))
    wording = Wording(language, report.form_word)
    for workbook in report.workbooks:
        console.print(plain(workbook.path), style="bold", soft_wrap=True)
        if workbook.reason is not None:
            console.print(lines.wrap(_refused(workbook, language), 2), soft_wrap=True)
        else:
            _done(console, workbook, wording, marking=marking)
        console.print()
    if not report.workbooks:
        typer.echo(word("path", "no-workbooks", language, path=plain(", ".join(paths))), err=True)
    elif not written and any(workbook.listed or workbook.marked for workbook in report.workbooks):
        console.print(word("mark", "dry-run" if dry_run else "not-written", language), soft_wrap=True)
    if not report.workbooks or any(workbook.reason is not None for workbook in report.workbooks):
        raise typer.Exit(3)


def _done(console: Console, workbook: MarkedWorkbook, wording: Wording, *, marking: bool) -> None:
    from ..catalog import plural, word
    from ..reports.wording import plain

    language = wording.language
    if marking and not workbook.listed:
        console.print(f"  {word('mark', 'nothing-found', language)}", soft_wrap=True)
    elif not marking and not workbook.marked:
        console.print(f"  {word('mark', 'not-marked', language)}", soft_wrap=True)
    else:
        if workbook.cells:
            console.print(_plan(workbook, wording, marking=marking))
        cells = plural("cells", len(workbook.cells), language)
        if marking:
            findings = plural("findings", workbook.listed, language)
            sheet = word("mark", "sheet", language)
            told = word("mark", "marked", language, cells=cells, findings=findings, sheet=sheet)
        else:
            told = word("mark", "unmarked", language, cells=cells)
        console.print(f"  {told}", soft_wrap=True)
        if workbook.target is not None:
            console.print(
                f"  {word('mark', 'written-to', language, path=plain(workbook.target))}", soft_wrap=True
            )


def _plan(workbook: MarkedWorkbook, wording: Wording, *, marking: bool) -> Table:
    """Cell, before, after and why, a cell a row."""
    from rich.table import Table

    from ..catalog import word
    from ..reports.wording import plain

    language = wording.language
    states = [word("mark", "before-mark", language), word("mark", "colour", language)]
    before, after = states if marking else reversed(states)
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    table.add_column("", width=2)  # stands under its workbook
    for name in ("cell", "before", "after", *(("why",) if marking else ())):
        table.add_column(word("fill", name, language), overflow="fold")
    for cell in workbook.cells:
        where = f"{plain(cell.place.sheet)}!{cell.place.cell}"
        table.add_row("", where, before, after, *((_why(workbook, cell, wording),) if marking else ()))
    return table


def _why(workbook: MarkedWorkbook, cell: MarkedCell, wording: Wording) -> str:
    return "\n".join(f"{one.code}: {wording.message(workbook.path, one)}" for one in cell.findings)


def _refused(workbook: MarkedWorkbook, language: Language) -> str:
    """Why a workbook was not changed, and what to do."""
    from ..catalog import word
    from ..reports.wording import plain

    facts = {**workbook.reason_facts, "reason": workbook.reason}
    sentence = word("mark", "refused", language, file=plain(Path(workbook.path).name), **facts)
    try:
        remedy = word("remedy", workbook.reason or "other", language, **workbook.reason_facts)
    except KeyError:
        remedy = word("remedy", "other", language)
    return f"{sentence} {remedy}"
