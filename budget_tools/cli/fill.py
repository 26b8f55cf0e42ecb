"""``budget-tools fill``: the totals that are missing."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

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
    from ..catalog import plural, word
    from ..changing.fill import fill as run_fill
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
    telling = Telling(report.language, output=output, in_place=in_place, dry_run=dry_run)
    language = telling.language
    planned = written = 0
    if any(workbook.totals for workbook in report.workbooks):
        telling.heading(word("fill", "heading", language))
        telling.console.print()
    for workbook in report.workbooks:
        planned += len(workbook.totals)
        if not workbook.totals and workbook.reason is None:
            continue
        telling.heading(workbook.path)
        for sheet, totals in groupby(workbook.totals, key=lambda total: total.sheet):
            telling.heading(word("console", "sheet", language, sheet=plain(sheet)), 2)
            telling.console.print(_plan(list(totals), language))
        telling.outcome(workbook, workbook.following)
        written += len(workbook.totals) if workbook.target is not None else 0
    telling.end(
        report.workbooks,
        paths,
        planned=planned > 0,
        done=plural("totals-filled", written, language) if written else "",
        nothing=word("fill", "nothing", language),
        operation=report.operation,
    )


def _plan(totals: list[PlannedTotal], language: Language) -> Table:
    """Cell, before, after and why, a total a row."""
    from ..catalog import word
    from ..model.amount import format_number
    from ..reports.wording import plain, shown_formula

    table = plan_table("cell", "before", "after", "why", language=language)
    for total in totals:
        facts = {"line": plain(total.line), "year": plain(total.heading)}
        table.add_row(
            "",
            str(total.cell),
            word("changing", "empty", language),
            f"{format_number(total.value, language)}  {shown_formula(total.formula, language)}",
            word("fill", f"why-{total.kind}", language, **facts),
        )
    return table
