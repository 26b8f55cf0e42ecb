"""``budget-tools``: what all commands share. Any error on purpose is one sentence and exit code 2.

Exit codes: 0 nothing wrong, 1 findings, 2 wrong use, 3 not everything could be checked, 130 interrupted.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from copy import copy
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from ..errors import BudgetToolsError
from . import (
    accept,
    check,
    compare,
    excel,
    explain,
    fill,
    fix,
    history,
    mark,
    nightly,
    overview,
    rules,
    watch,
)

WRONG_USE = 2
NOT_CHECKED = 3
INTERRUPTED = 130


class _Commands(TyperGroup):
    """The commands, in the order of the work, none of which ever ends in a traceback."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(self.commands)

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except BudgetToolsError as error:
            _say(f"Error: {error}")
            raise typer.Exit(WRONG_USE) from None
        except KeyboardInterrupt:
            _say("Interrupted: nothing more was checked or written.")
            raise typer.Exit(INTERRUPTED) from None
        except BrokenPipeError:
            _stop_writing()
            raise typer.Exit() from None
        except Exception as error:
            meant = hasattr(error, "exit_code") or isinstance(error, typer.Abort)  # typer's own ways out
            if meant or os.environ.get("BUDGET_TOOLS_DEBUG"):
                raise
            what = f"{type(error).__name__}: {error}"
            _say(
                f"Error: budget-tools itself failed ({what}); the fault is not yours.\n"
                "Please report it, with what is shown when BUDGET_TOOLS_DEBUG=1 is set in the environment."
            )
            raise typer.Exit(NOT_CHECKED) from None


app = typer.Typer(
    name="budget-tools",
    cls=_Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(check.check)
app.command()(compare.compare)
app.command()(overview.overview)
app.command()(fill.fill)
app.command()(fix.fix)
app.command()(mark.mark)
app.command()(mark.unmark)
app.command()(history.undo)
app.command()(history.history)
app.command()(accept.accept)
app.command()(accept.unaccept)
app.command()(accept.accepted)
app.command()(rules.rules)
app.command()(explain.explain)
app.add_typer(nightly.app)
app.command()(watch.watch)
app.add_typer(excel.app)


def _version(wanted: bool) -> None:
    if wanted:
        from .. import __version__

        typer.echo(f"budget-tools {__version__}")
        raise typer.Exit()


@app.callback()
def _budget_tools(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Check budget proposals in Excel workbooks, fill in their totals and mend what can be mended.

    Exit codes: 0 nothing wrong, 1 findings, 2 wrong use, 3 not everything could be checked.
    """


def _say(sentence: str) -> None:
    typer.echo(sentence, err=True)


def _stop_writing() -> None:
    """Whoever read the output has seen enough: what is left goes nowhere, without complaint."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _with_only(asked: Sequence[str]) -> typer.Typer:
    """The commands, or only the one that is asked for.

    Typer makes each before it looks at any, which takes longer than reading a workbook.
    """
    commands = [one for one in app.registered_commands if one.callback and one.callback.__name__ in asked]
    groups = [
        one for one in app.registered_groups if one.typer_instance and one.typer_instance.info.name in asked
    ]
    if not commands and not groups:
        return app
    only = copy(app)
    only.registered_commands, only.registered_groups = commands, groups
    return only


def main() -> None:
    """Run the command line. No console is too old for it: what it cannot show, it shows as '?'."""
    # pydantic would go through all installed packages for plugins, which takes as long as its own import
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "true")
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")
    try:
        try:
            _with_only(sys.argv[1:2])(prog_name="budget-tools")
        finally:
            sys.stdout.flush()
            gc.freeze()  # what is left goes with the process: nobody need look for cycles in it
    except BrokenPipeError:
        _stop_writing()
        sys.exit(0)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
