"""``budget-tools accept``, ``unaccept`` and ``accepted``: findings that a person says are all right."""

from __future__ import annotations

import sys
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from .changing import Config, Lang, Paths

if TYPE_CHECKING:
    from ..catalog import Language

Path_ = Annotated[str, typer.Argument(metavar="PATH", help="The workbook.")]
Initials = Annotated[str, typer.Option(metavar="WHO", help="Who says so.")]
FindingId = Annotated[
    str | None,
    typer.Option(metavar="ID", help="The finding's id from the JSON report; without it the workbook itself."),
]


def accept(
    path: Path_,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why it is all right.")],
    initials: Initials,
    finding: FindingId = None,
    until: Annotated[
        datetime | None,
        typer.Option(
            metavar="DATE", formats=["%Y-%m-%d"], help="The last day that it holds, such as 2027-12-31."
        ),
    ] = None,
    lang: Lang = None,
    config: Config = None,
) -> None:
    """Accept a finding as it stands.

    It is shown as accepted from then on and not counted, until an amount behind it changes or --until is
    over. A workbook that cannot be checked is accepted without --finding and with --until. Written to
    budget-accepted.jsonl beside the nearest budget.toml, else beside the workbook. Exits with 0, and with 2
    when it could not be accepted.

    Examples:

    \b
      budget-tools accept Drift.xlsx --finding 83945a72bdbf --reason "Aftalt med udvalget" --initials BJ
      budget-tools accept Broken.xlsx --until 2027-12-31 --reason "Ny fil er på vej" --initials BJ
    """
    from ..accepting import accept as run_accept
    from ..catalog import LANGUAGES, word
    from ..reports.wording import plain, shown_path

    done = run_accept(
        path,
        finding=finding,
        reason=reason,
        initials=initials,
        until=until.date() if until is not None else None,
        config=config,
        language=lang,
    )
    language: Language = done.language if done.language in LANGUAGES else "da"
    facts = {"path": shown_path(done.file), "file": plain(done.record.path)}
    if done.finding is None:
        typer.echo(word("accept", "accepted-file", language, date=done.record.until, **facts))
    else:
        cell = str(done.finding.cell) if done.finding.cell is not None else done.finding.sheet or ""
        typer.echo(word("accept", "accepted", language, code=done.finding.code, cell=plain(cell), **facts))


def unaccept(
    path: Path_,
    initials: Initials,
    finding: FindingId = None,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why it no longer holds.")] = "",
    lang: Lang = None,
    config: Config = None,
) -> None:
    """Take an acceptance back.

    The record stays in budget-accepted.jsonl, followed by this one. Exits with 0, and with 2 when nothing
    of that id is accepted.

    Examples:

    \b
      budget-tools unaccept Driftsforslag.xlsx --finding 83945a72bdbf --initials BJ
    """
    from ..accepting import unaccept as run_unaccept
    from ..catalog import LANGUAGES, word
    from ..reports.wording import shown_path

    done = run_unaccept(path, finding=finding, reason=reason, initials=initials, config=config, language=lang)
    language: Language = done.language if done.language in LANGUAGES else "da"
    typer.echo(word("accept", "withdrawn", language, path=shown_path(done.file)))


def accepted(paths: Paths, lang: Lang = None, config: Config = None) -> None:
    """List what is accepted, and what became of it.

    In force, reopened because the amounts have changed, expired, or without a finding any more. Exits with
    0, and with 2 when the command was used wrongly.

    Examples:

    \b
      budget-tools accepted forslag/
    """
    from ..accepting import accepted as run_accepted
    from ..catalog import LANGUAGES, word
    from ..reports.console import WIDEST, Lines, console_on
    from ..reports.wording import plain, shown_path

    listed = run_accepted(paths, config=config, language=lang)
    language: Language = listed.language if listed.language in LANGUAGES else "da"
    console = console_on(sys.stdout)
    lines = Lines(min(console.width, WIDEST))
    if not listed.standing:
        console.print(word("accept", "nothing", language), soft_wrap=True)
    for one in listed.standing:
        record = one.record
        what = " ".join(filter(None, (plain(record.path), record.code, record.id or "")))
        console.print(lines.wrap(f"{what}: {word('accept', one.state, language)}", 0), soft_wrap=True)
        until = f" ({word('accept', 'until', language, date=record.until)})" if record.until else ""
        said = {"initials": plain(record.who), "date": record.when[:10], "because": plain(record.why)}
        console.print(lines.wrap(word("accept", "by", language, **said) + until, 2), soft_wrap=True)
    for file, line in listed.broken:
        said = {"path": shown_path(file), "line_number": str(line)}
        console.print(lines.wrap(word("accept", "broken-line", language, **said), 0), soft_wrap=True)
