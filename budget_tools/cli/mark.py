"""``budget-tools mark`` and ``unmark``: the findings into the workbooks themselves, and out again."""

from __future__ import annotations

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

    from ..changing.mark import MarkedCell, MarkedWorkbook, MarkReport
    from ..reports.wording import Wording


def mark(
    paths: Paths,
    output: Output = None,
    in_place: InPlace = False,
    dry_run: DryRun = False,
    through_protection: ThroughProtection = False,
    even_if_synchronised: EvenIfSynchronised = False,
    lang: Lang = None,
    config: Config = None,
) -> None:
    """Mark what is wrong in the workbooks.

    Each flagged cell gets a colour and a note with the sentence, and a sheet lists all findings with links
    to their cells, in copies with --output or in the workbooks themselves with --in-place. Nothing else
    changes, and 'budget-tools unmark' takes it all away again. What was accepted is only listed. Exits with
    0, with 2 when the command was used wrongly, and with 3 when any workbook could not be read or changed.

    Examples:

    \b
      budget-tools mark Driftsforslag.xlsx --output til-afdelingen
      budget-tools mark forslag/ --in-place
      budget-tools mark forslag/ --dry-run
    """
    from ..changing.mark import mark as run_mark
    from .progress import progress_bar

    with progress_bar(lang) as progress:
        report = run_mark(
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
    _tell(telling, report, paths, marking=True)


def unmark(
    paths: Paths,
    output: Output = None,
    in_place: InPlace = False,
    dry_run: DryRun = False,
    through_protection: ThroughProtection = False,
    even_if_synchronised: EvenIfSynchronised = False,
    lang: Lang = None,
    config: Config = None,
) -> None:
    """Take the marks out of marked workbooks.

    Only what 'budget-tools mark' put there goes: its colours, its notes and its sheets, in copies with
    --output or in the workbooks themselves with --in-place. Colours and notes of people come back, and what
    somebody changed in the meantime stays. Exits with 0, with 2 when the command was used wrongly, and with
    3 when any workbook could not be read or changed.

    Examples:

    \b
      budget-tools unmark til-afdelingen/ --output rene
      budget-tools unmark forslag/ --in-place
    """
    from ..changing.mark import unmark as run_unmark
    from .progress import progress_bar

    with progress_bar(lang) as progress:
        report = run_unmark(
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
    _tell(telling, report, paths, marking=False)


def _tell(telling: Telling, report: MarkReport, paths: list[str], *, marking: bool) -> None:
    """What marking or unmarking meant, workbook by workbook."""
    from ..catalog import plural
    from ..reports.wording import Wording

    language = telling.language
    wording = Wording(language, report.form_word)
    for workbook in report.workbooks:
        telling.heading(workbook.path)
        if workbook.reason is None:
            if workbook.cells:
                telling.console.print(_plan(workbook, wording, marking=marking))
            telling.say(_said(workbook, wording, marking=marking), 2)
        telling.outcome(workbook)
    written = sum(workbook.target is not None for workbook in report.workbooks)
    telling.end(
        report.workbooks,
        paths,
        planned=any(workbook.listed or workbook.marked for workbook in report.workbooks),
        done=plural("marks-written" if marking else "marks-taken", written, language) if written else "",
        nothing="",
        operation=report.operation,
    )


def _said(workbook: MarkedWorkbook, wording: Wording, *, marking: bool) -> str:
    """How much is marked or set free in a workbook."""
    from ..catalog import plural, word

    language = wording.language
    cells = plural("cells", len(workbook.cells), language)
    if not marking:
        return word("mark", "unmarked" if workbook.marked else "not-marked", language, cells=cells)
    if workbook.same:
        return word("mark", "same", language)
    if workbook.listed:
        findings = plural("findings", workbook.listed, language)
        sheet = word("mark", "sheet", language)
        return word("mark", "marked", language, cells=cells, findings=findings, sheet=sheet)
    said = word("mark", "nothing-found", language)
    return f"{said} {word('mark', 'old-taken', language)}" if workbook.marked else said


def _plan(workbook: MarkedWorkbook, wording: Wording, *, marking: bool) -> Table:
    """Cell, before, after and why, a cell a row."""
    from ..catalog import word
    from ..reports.wording import plain

    language = wording.language
    states = [word("mark", "before-mark", language), word("mark", "colour", language)]
    before, after = states if marking else reversed(states)
    table = plan_table("cell", "before", "after", *(("why",) if marking else ()), language=language)
    for cell in workbook.cells:
        where = f"{plain(cell.place.sheet)}!{cell.place.cell}"
        table.add_row("", where, before, after, *((_why(workbook, cell, wording),) if marking else ()))
    return table


def _why(workbook: MarkedWorkbook, cell: MarkedCell, wording: Wording) -> str:
    return "\n".join(f"{one.code}: {wording.message(workbook.path, one)}" for one in cell.findings)
