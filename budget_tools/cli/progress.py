"""How far a run over many workbooks has come: a bar on a terminal, nothing anywhere else."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ..catalog import Language, plural

MANY = 5


@contextmanager
def progress_bar(
    language: Language | None, *, shown: bool = True
) -> Iterator[Callable[[int, int], None] | None]:
    """What a run may call with (done, in all); None where nobody would see it."""
    if not shown or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    bar = Progress(*columns, console=Console(stderr=True), transient=True)
    task = None

    def told(done: int, total: int) -> None:
        nonlocal task
        if total <= MANY:
            return
        if task is None:
            task = bar.add_task(plural("reading", total, language or "da"), total=total)
            bar.start()
        bar.update(task, completed=done)

    try:
        yield told
    finally:
        bar.stop()
