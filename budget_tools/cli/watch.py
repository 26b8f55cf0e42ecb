"""``budget-tools watch``: a folder, every few minutes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .nightly import JsonLines, Lang, NightLog, until_stopped


def watch(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="The folder with the workbooks.")],
    every: Annotated[str, typer.Option(metavar="TIME", help="How often to look: 30s, 5m or 1h.")] = "5m",
    once: Annotated[bool, typer.Option("--once", help="Look once and end.")] = False,
    state: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Where to keep the history.  [default: in the folder of this user's programs]",
        ),
    ] = None,
    lang: Lang = None,
    json_lines: JsonLines = False,
) -> None:
    """Keep Kontrol.html and Kontrol.xlsx beside the workbooks of a folder.

    Looks every few minutes; whatever was saved since is checked, and the two reports are renewed. Whoever
    opens them needs nothing installed. Ends with Ctrl-C. With --once it exits with 0 when there is nothing
    to correct, 1 when there is, 2 when the command was used wrongly, and 3 when not everything could be
    checked.

    Examples:

    \b
      budget-tools watch "P:/Budget 2027"
      budget-tools watch forslag --every 2m
      budget-tools watch forslag --once
    """
    from ..nightly import watching
    from ..nightly.night import INCOMPLETE

    seconds = watching.seconds_of(every)
    settings = watching.settings_for(folder, state)
    log = NightLog(json_lines, only_work=not once)
    with until_stopped() as stopped:
        if not once:
            watching.watch(
                settings,
                log,
                seconds,
                language=lang,
                stopped=stopped,
                ended=lambda round_: log.end(round_, "watch"),
            )
            return
        ended = watching.look(settings, log, lang, stopped)
        if ended is not None:
            log.end(ended, "watch")
        raise typer.Exit(ended.exit_code if ended is not None else INCOMPLETE)
