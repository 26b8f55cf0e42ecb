"""``budget-tools fix``: the faults that can be mended, mended."""

from __future__ import annotations

import sys
from dataclasses import replace
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
    Telling,
    ThroughProtection,
    plan_table,
)
from .check import codes_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.table import Table

    from ..catalog import Language
    from ..changing.fix import CellChange, PlannedFix
    from ..model.address import Cell
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
    from ..catalog import plural, word
    from ..changing.fix import fix as run_fix
    from ..reports.console import console_on
    from ..reports.wording import Wording, plain
    from .progress import progress_bar

    console = console_on(sys.stdout)
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
    telling = Telling(report.language, output=output, in_place=in_place, dry_run=dry_run)
    language = telling.language
    wording = Wording(language, report.form_word)
    planned = left = written = 0
    for workbook in report.workbooks:
        planned += len(workbook.fixes)
        left += len(workbook.left)
        if not workbook.fixes and not (workbook.left and not asks) and workbook.reason is None:
            continue
        telling.heading(workbook.path)
        for key, fixes in (("heading", workbook.fixes), ("left-heading", () if asks else workbook.left)):
            if fixes:
                telling.heading(word("fix", key, language), 2)
                telling.console.print(_plan(workbook.path, fixes, wording))
        telling.outcome(workbook, workbook.following)
        written += len(workbook.fixes) if workbook.target is not None else 0
    rest = plural("fixes-left", left, language)
    telling.end(
        report.workbooks,
        paths,
        planned=planned > 0,
        done=plural("fixes-done", written, language) if written else "",
        nothing="" if left else word("fix", "nothing", language),
        operation=report.operation,
        more=word("fix", "left", language, rest=rest) if left and not asks else "",
    )


def is_terminal() -> bool:
    """Whether somebody sits there who can be asked."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def _plan(path: str, fixes: Iterable[PlannedFix], wording: Wording) -> Table:
    """Cell, before, after and why, an edit a row; the finding's sentence and id at its first."""
    from ..reports.wording import plain

    language = wording.language
    table = plan_table("cell", "before", "after", "why", language=language)
    for one in fixes:
        why = f"{one.finding.code} {wording.message(path, one.finding)} [{one.finding.id}]"
        for cells, change in _together(one.changes):
            before = _shown(change.kind, change.before, change.before_formula, language)
            after = _shown(change.kind, change.after, change.after_formula, language)
            table.add_row("", f"{plain(change.sheet)}!{cells}", before, after, why)
            why = ""
    return table


def _together(changes: Iterable[CellChange]) -> Iterator[tuple[str, CellChange]]:
    """The changes with their cells; neighbours in a line whose number format changes alike are one."""
    first = last = None
    for change in changes:
        follows = (
            first is not None
            and last is not None
            and replace(first, cell=change.cell) == change
            and change.kind == "format"
            and (last.row, last.column + 1) == change.cell
        )
        if not follows:
            if first is not None and last is not None:
                yield _range(first.cell, last), first
            first = change
        last = change.cell
    if first is not None and last is not None:
        yield _range(first.cell, last), first


def _range(first: Cell, last: Cell) -> str:
    return str(first) if first == last else f"{first}:{last}"


def _shown(kind: str, value: str | Decimal, formula: str | None, language: Language) -> str:
    """A value as this reader writes it, a text in quotes, and the formula behind it."""
    from ..catalog import word
    from ..model.amount import format_number
    from ..reports.wording import plain, shown_formula

    if kind == "format":
        key = {"@": "format-text", "General": "format-general"}.get(str(value), "format")
        code = str(value)
        if language == "da" and not set(code) & set('"[\\'):
            code = code.translate({ord(","): ".", ord("."): ","})  # as Danish Excel shows it
        return word("fix", key, language, format=plain(code))
    if isinstance(value, Decimal):
        text = format_number(value, language)
    else:
        text = f'"{plain(value)}"' if value else word("changing", "empty", language)
    return f"{text}  {shown_formula(formula, language)}" if formula else text
