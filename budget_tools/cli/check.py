"""``budget-tools check``: find the faults."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from ..model.finding import Report, Severity
    from ..model.night import Night

Level = Literal["error", "warning", "note"]


def check(
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="PATH", help="Workbooks, folders (all .xlsx and .xlsm below them) or patterns."
        ),
    ],
    format_: Annotated[
        Literal["console", "json", "html", "xlsx", "junit", "sarif"],
        typer.Option("--format", help="Text to read, JSON, a web page, an Excel workbook, JUnit or SARIF."),
    ] = "console",
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the report to a file instead of the screen.")
    ] = None,
    lang: Annotated[
        Literal["da", "en"] | None,
        typer.Option(help="Language of the report.  [default: as set in budget.toml, else da]"),
    ] = None,
    fail_on: Annotated[Level, typer.Option(help="Exit with 1 from this severity on.")] = "error",
    select: Annotated[
        list[str] | None,
        typer.Option(
            metavar="CODES",
            help="Report only these codes or groups (ARI001,NUM); 'all' adds what is switched off.",
        ),
    ] = None,
    ignore: Annotated[
        list[str] | None, typer.Option(metavar="CODES", help="Leave these codes or groups out.")
    ] = None,
    config: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Settings to use instead of the nearest budget.toml above each workbook."
        ),
    ] = None,
) -> None:
    """Find the faults in workbooks.

    Says what is wrong, where, and what to do about it. Nothing is ever changed in a workbook. Exits with 0
    when there is nothing at or above --fail-on, 1 when there is, 2 when the command was used wrongly, and 3
    when any workbook could not be checked or there was nothing to check.

    Examples:

    \b
      budget-tools check Driftsforslag.xlsx
      budget-tools check forslag/ --lang en
      budget-tools check "forslag/*.xlsx" --format json --output report.json
      budget-tools check forslag/ --format html --output Kontrol.html
      budget-tools check forslag/ --select ARI,NUM001 --fail-on warning
    """
    from datetime import datetime

    from .. import __version__
    from ..catalog import word
    from ..model.finding import Severity
    from ..reports import console, json
    from ..reports.night.single import as_night
    from ..reports.target import checked_target, replaced
    from ..reports.wording import language_of, plain
    from ..run import check as run_check
    from .progress import progress_bar

    if format_ in ("console", "json"):
        writer = None
        if output is not None:
            checked_target(output)
    else:
        writer = _writer(format_, output, Severity.of(fail_on))
    started = datetime.now()
    with progress_bar(lang) as progress:
        report = run_check(
            paths,
            config=config,
            language=lang,
            select=codes_of(select),
            ignore=codes_of(ignore),
            progress=progress,
        )
    language = language_of(report)
    write = json.write if format_ == "json" else console.write
    if writer is not None and output is not None:
        writer(as_night(report, paths, started, datetime.now(), f"budget-tools {__version__}"))
        typer.echo(console.summary(report, language))
        typer.echo(word("console", "written-to", language, path=plain(str(output))))
    elif output is None:
        write(report, language, sys.stdout)
    else:
        with replaced(output) as file:
            write(report, language, file)
        typer.echo(console.summary(report, language))
        typer.echo(word("console", "written-to", language, path=plain(str(output))))
    if not report.workbooks:
        typer.echo(word("path", "no-workbooks", language, path=plain(", ".join(paths))), err=True)
    raise typer.Exit(exit_code(report, fail_on))


def _writer(format_: str, output: Path | None, fail_on: Severity) -> Callable[[Night], None]:
    """What writes a night in one of the forms of a file.

    Raises:
        UsageError: no file was named, it cannot be written, or it is somebody's own workbook.
        BudgetToolsError: what the form is written with is not installed.
    """
    from ..errors import UsageError
    from ..reports.target import checked_target

    if output is None:
        raise UsageError(f"--format {format_} needs --output FILE: it is not to be read on the screen")
    target = checked_target(output, workbook=format_ == "xlsx")
    if format_ == "xlsx":
        from ..reports.night import workbook
        from ..reports.night.ours import is_ours

        if target.suffix.lower() != ".xlsx":
            raise UsageError(f"{output}: an Excel report needs a name that ends in .xlsx")
        if target.exists() and not is_ours(target):
            raise UsageError(f"{output}: is somebody's own workbook; give the report another name")
        return partial(workbook.write, target=target)
    if format_ == "html":
        from ..reports.night import html

        return partial(html.write, target=target)
    if format_ == "junit":
        from ..reports.night import junit

        return partial(junit.write, target=target, fail_on=fail_on)
    from ..reports.night import sarif

    return partial(sarif.write, target=target)


def exit_code(report: Report, fail_on: Level) -> int:
    """What the command ends with; that something was not checked outranks what was found.

    What was accepted does not count.
    """
    from ..model.finding import Severity

    if report.counts.unchecked or report.incomplete or not report.workbooks:
        return 3
    return int(
        any(
            finding.severity >= Severity.of(fail_on) and finding.accepted is None
            for _, finding in report.located()
        )
    )


def codes_of(given: list[str] | None) -> tuple[str, ...]:
    """Codes as they are written on a command line: between commas, or one option each."""
    return tuple(code for text in given or () for code in re.split(r"[,;\s]+", text) if code)
