"""``budget-tools overview``: what consequence analyses set aside and need."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer


def overview(
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="PATH", help="Workbooks, folders (all .xlsx and .xlsm below them) or patterns."
        ),
    ],
    format_: Annotated[
        Literal["console", "json", "xlsx"],
        typer.Option("--format", help="Text to read, JSON for other programs, or a workbook."),
    ] = "console",
    output: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write the overview to a file; a workbook needs one."),
    ] = None,
    budget_year: Annotated[
        int | None,
        typer.Option(
            min=1990, max=2100, metavar="YEAR", help="The year asked about.  [default: that of the headings]"
        ),
    ] = None,
    lang: Annotated[
        Literal["da", "en"] | None,
        typer.Option(help="Language of the overview.  [default: as set in budget.toml, else da]"),
    ] = None,
    config: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Settings to use instead of the nearest budget.toml above each workbook."
        ),
    ] = None,
) -> None:
    """Add up what consequence analyses set aside and need.

    Counts every pool once, shows what overlaps, was cut or is of other years, and lists what was taken for
    granted, with the cells behind every amount. Exits with 0, with 2 when the command was used wrongly, and
    with 3 when any workbook could not be read or none holds an analysis.

    Examples:

    \b
      budget-tools overview Konsekvensanalyse.xlsx
      budget-tools overview analyser/ --budget-year 2021
      budget-tools overview analyser/ --format xlsx --output Overblik.xlsx
    """
    from ..analysing import overview as run_overview
    from ..catalog import LANGUAGES, Language, say, word
    from ..errors import UsageError
    from ..reports import overview as console
    from ..reports import overview_json, overview_xlsx
    from ..reports.target import checked_target, new_workbook, replaced
    from ..reports.wording import not_checked, plain, shown_path
    from .progress import progress_bar

    if format_ == "xlsx" and output is None:
        raise UsageError("--format xlsx needs --output with the name of the workbook")
    if output is not None and format_ != "xlsx":
        checked_target(output)
    elif output is not None:
        new_workbook(output, ())
        overview_xlsx.needed()
    with progress_bar(lang) as progress:
        report = run_overview(paths, budget_year=budget_year, config=config, language=lang, progress=progress)
    language: Language = "en" if report.language == "en" and "en" in LANGUAGES else "da"
    for workbook in report.unread:
        finding = not_checked(workbook)
        facts = {**finding.facts, "file": shown_path(workbook.path)}
        typer.echo(say(finding.code, language, facts), err=True)
    if not report.read:
        typer.echo(word("overview", "none", language, paths=plain(", ".join(paths))), err=True)
        raise typer.Exit(3)
    if format_ == "xlsx" and output is not None:
        overview_xlsx.write(report, language, new_workbook(output, report.read))
    else:
        write = overview_json.write if format_ == "json" else console.write
        if output is None:
            write(report, language, sys.stdout)
        else:
            with replaced(output) as file:
                write(report, language, file)
    if output is not None:
        typer.echo(word("console", "written-to", language, path=plain(str(output))))
    raise typer.Exit(3 if report.unread else 0)
