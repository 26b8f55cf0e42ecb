"""``budget-tools compare``: what changed between two collections of proposals."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer


def compare(
    old: Annotated[str, typer.Argument(metavar="OLD", help="The workbook or folder as it was.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="The workbook or folder as it is.")],
    format_: Annotated[
        Literal["console", "json", "xlsx"],
        typer.Option("--format", help="Text to read, JSON for other programs, or a workbook."),
    ] = "console",
    output: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write to a file instead of the screen; a workbook needs one."),
    ] = None,
    lang: Annotated[
        Literal["da", "en"] | None,
        typer.Option(help="Language of the report.  [default: as set in budget.toml, else da]"),
    ] = None,
    config: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Settings to use instead of the nearest budget.toml above each workbook."
        ),
    ] = None,
) -> None:
    """Say what changed in proposals since an earlier copy of them.

    Proposals are matched by what they are, not by the names of files and sheets: those that are new, gone,
    renumbered or moved, and every figure and sentence that is another. Nothing is ever changed in a workbook.
    Exits with 0 when nothing changed, 1 when something did, 2 when the command was used wrongly, and 3 when
    something could not be read.

    Examples:

    \b
      budget-tools compare sendt/Skema.xlsx retur/Skema.xlsx
      budget-tools compare "kopi 1. maj/" forslag/ --lang en
      budget-tools compare frist/ forslag/ --format xlsx --output forskelle.xlsx
    """
    from ..catalog import word
    from ..errors import UsageError
    from ..reports import compare as report
    from ..reports import compare_json
    from ..reports.target import checked_target, replaced
    from ..reports.wording import plain
    from ..run import compare as run_compare
    from .progress import progress_bar

    if format_ == "xlsx":
        from ..reports.compare_xlsx import checked_workbook, write_workbook

        if output is None:
            raise UsageError("a workbook is written to a file: --output FILE.xlsx")
        checked_workbook(output, (old, new))
    elif output is not None:
        checked_target(output)
    with progress_bar(lang) as progress:
        compared = run_compare(old, new, config=config, language=lang, progress=progress)
    language = report.language_of(compared)
    write = compare_json.write if format_ == "json" else report.write
    if format_ == "xlsx" and output is not None:
        write_workbook(compared, language, output)
    elif output is None:
        write(compared, language, sys.stdout)
    else:
        with replaced(output) as file:
            write(compared, language, file)
    if output is not None:
        typer.echo(report.summary(compared, language))
        typer.echo(word("console", "written-to", language, path=plain(str(output))))
    elif not compared.pairs and format_ != "console":
        typer.echo(report.summary(compared, language), err=True)
    if compared.unread or compared.incomplete or not compared.pairs:
        raise typer.Exit(3)
    raise typer.Exit(0 if compared.same else 1)
