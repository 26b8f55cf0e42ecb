"""``budget-tools fix``: the faults that can be mended, mended."""

from __future__ import annotations

import sys
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

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
from .check import codes_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.table import Table

    from ..catalog import Language
    from ..changing.fix import PlannedFix
    from ..reports.wording import Wording


YES = ("j", "ja", "y", "yes")


def fix(
    paths: Paths,
    safe: Annotated[bool, typer.Option("--safe", help="Only what loses nothing; no questions.")] = False,
    code: Annotated[
        list[str] | None, typer.Option(metavar="CODES", help="Only these codes or groups (NUM001,NUM).")
    ] = None,
    finding: Annotated[
        list[str] | None,
        typer.Option(metavar="ID", help="Only the finding with this id from the JSON report; no question."),
    ] = None,
    output: Output = None,
    in_place: InPlace = False,
    dry_run: DryRun = False,
    through_protection: ThroughProtection = False,
    even_if_synchronised: EvenIfSynchronised = False,
    lang: Lang = None,
    config: Config = None,
) -> None:
    """Mend what can be mended.

    Shows the plan (cell, before, after and why), and writes it into copies with --output or into the
    workbooks themselves with --in-place, which 'budget-tools undo' takes back. A fix that loses nothing (a
    number stored as text, an odd minus sign, a number format) needs no question. Any other is asked about one
    by one in a terminal, or named with --finding. What was accepted is left alone. Exits with 0, with 2 when
    the command was used wrongly, and with 3 when any workbook could not be read or changed.

    Examples:

    \b
      budget-tools fix forslag/ --safe --dry-run
      budget-tools fix forslag/ --code NUM --in-place
      budget-tools fix Driftsforslag.xlsx --finding 83945a72bdbf --output rettet
    """
    from ..catalog import LANGUAGES, plural, word
    from ..changing.fix import fix as run_fix
    from ..reports.console import WIDEST, Lines, console_on
    from ..reports.wording import Wording, plain
    from .progress import progress_bar

    console = console_on(sys.stdout)
    lines = Lines(min(console.width, WIDEST))
    writes = (in_place or output is not None) and not dry_run

    def ask(path: str, one: PlannedFix, language: Language) -> bool:
        console.print(plain(path), style="bold", soft_wrap=True)
        console.print(_plan(path, [one], Wording(language)))
        cell = str(one.changes[0].cell)
        answer: str = typer.prompt(
            word("fix", "ask", language, cell=cell), default="", show_default=False, prompt_suffix=" "
        )
        return answer.strip().lower() in YES

    asks = writes and not safe and is_terminal()
    with progress_bar(lang, shown=not asks) as progress:
        report = run_fix(
            paths,
            safe=safe,
            codes=codes_of(code),
            findings=tuple(finding or ()),
            output=output,
            in_place=in_place,
            dry_run=dry_run,
            decide=ask if asks else None,
            through_protection=through_protection,
            even_if_synchronised=even_if_synchronised,
            config=config,
            language=lang,
            progress=progress,
        )
    language: Language = report.language if report.language in LANGUAGES else "da"
    wording = Wording(language, report.form_word)
    planned = left = written = 0
    for workbook in report.workbooks:
        planned += len(workbook.fixes)
        left += len(workbook.left)
        if not workbook.fixes and not (workbook.left and not asks) and workbook.reason is None:
            continue
        console.print(plain(workbook.path), style="bold", soft_wrap=True)
        for key, fixes in (("heading", workbook.fixes), ("left-heading", () if asks else workbook.left)):
            if fixes:
                console.print(f"  {word('fix', key, language)}", style="bold", soft_wrap=True)
                console.print(_plan(workbook.path, fixes, wording))
        if workbook.reason is not None:
            said = refused(workbook.path, workbook.reason, workbook.reason_facts, language)
            console.print(lines.wrap(said, 2), soft_wrap=True)
        elif workbook.target is not None:
            written += len(workbook.fixes)
            if not in_place:
                console.print(
                    f"  {word('fill', 'written-to', language, path=plain(workbook.target))}", soft_wrap=True
                )
        console.print()
    if not report.workbooks:
        typer.echo(word("path", "no-workbooks", language, path=plain(", ".join(paths))), err=True)
    elif written:
        console.print(f"{plural('fixes-done', written, language)}.", style="bold", soft_wrap=True)
        if report.operation is not None:
            console.print(undo_with(report.operation, paths, language), soft_wrap=True)
    elif not planned and not left and any(workbook.reason is None for workbook in report.workbooks):
        console.print(word("fix", "nothing", language), soft_wrap=True)
    elif planned and not writes:
        key = "dry-run" if dry_run and (in_place or output is not None) else ""
        said = word("fill", key, language) if key else word("fix", "not-written", language)
        console.print(lines.wrap(said, 0), soft_wrap=True)
    if left and not asks:
        rest = plural("fixes-left", left, language)
        console.print(lines.wrap(word("fix", "left", language, rest=rest), 0), soft_wrap=True)
    if not report.workbooks or any(workbook.reason is not None for workbook in report.workbooks):
        raise typer.Exit(3)


def is_terminal() -> bool:
    """Whether somebody sits there who can be asked."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def _plan(path: str, fixes: Iterable[PlannedFix], wording: Wording) -> Table:
    """Cell, before, after and why, an edit a row; the finding's sentence and id at its first."""
    from rich.table import Table

    from ..catalog import word
    from ..reports.wording import plain

    language = wording.language
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    table.add_column("", width=2)  # stands under its workbook
    for name in ("cell", "before", "after", "why"):
        table.add_column(word("fill", name, language), overflow="fold")
    for one in fixes:
        why = f"{one.finding.code} {wording.message(path, one.finding)} [{one.finding.id}]"
        for change in one.changes:
            before = _shown(change.kind, change.before, change.before_formula, language)
            after = _shown(change.kind, change.after, change.after_formula, language)
            table.add_row("", f"{plain(change.sheet)}!{change.cell}", before, after, why)
            why = ""
    return table


def _shown(kind: str, value: str | Decimal, formula: str | None, language: Language) -> str:
    """A value as this reader writes it, a text in quotes, and the formula behind it."""
    from ..catalog import word
    from ..model.amount import format_number
    from ..reports.wording import plain, shown_formula

    if kind == "format":
        return word("fix", "format", language, format=plain(str(value)))
    if isinstance(value, Decimal):
        text = format_number(value, language)
    else:
        text = f'"{plain(value)}"' if value else word("fill", "empty", language)
    return f"{text}  {shown_formula(formula, language)}" if formula else text
