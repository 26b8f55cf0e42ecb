"""``budget-tools unmark``: what ``mark`` put into workbooks taken out again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .mark import PATHS, THROUGH, say


def unmark(
    paths: Annotated[list[str], PATHS],
    output: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write copies without marks into this folder.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only show the plan, whatever else is said.")
    ] = False,
    through_protection: Annotated[bool, THROUGH] = False,
) -> None:
    """Take the marks out of copies of marked workbooks.

    Only what 'budget-tools mark' put there goes: its colours, its notes and its sheets. Colours and notes of
    people come back, and what somebody changed in the meantime stays. Exits with 0, with 2 when the command
    was used wrongly, and with 3 when any workbook could not be read or changed.

    Examples:

    \b
      budget-tools unmark til-afdelingen/ --output rene
    """
    from ..marking import unmark as run_unmark
    from .progress import progress_bar

    with progress_bar(None) as progress:
        report = run_unmark(
            paths,
            output=output,
            dry_run=dry_run,
            through_protection=through_protection,
            progress=progress,
        )
    say(report, paths, written=output is not None and not dry_run, marking=False, dry_run=dry_run)
