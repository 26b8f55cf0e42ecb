"""``budget-tools excel``: the add-in built, installed, taken away, and looked after."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from ..installing.install import Step

app = typer.Typer(
    name="excel",
    help="Build, install and look after the add-in for Excel.",
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

AllUsers = Annotated[
    bool, typer.Option("--all-users", help="For everybody on this machine; needs an administrator.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only show what would be done.")]


@app.command()
def build(
    output: Annotated[Path, typer.Option(metavar="DIR", help="Where the files go.")],
    wheels: Annotated[
        bool,
        typer.Option(
            "--wheels", help="Also fetch every Python package, for offline machines of the same kind as this."
        ),
    ] = False,
    source: Annotated[
        str | None,
        typer.Option(metavar="WHAT", help="What pip makes the wheels from; this version when left out."),
    ] = None,
    dry_run: DryRun = False,
) -> None:
    """Build the add-in (budget_tools.xlam) and a workbook with the same buttons (budget_tools.xlsm).

    With them go a list of all components with versions and licences, and the hashes of all files. Needs no
    Excel and gives the same bytes each time.

    Examples:

    \b
      budget-tools excel build --output bundle
      budget-tools excel build --output bundle --wheels
    """
    from ..installing.bundle import COMPONENTS, HASHES, WHEELS, make_bundle
    from ..installing.places import ADDIN, STANDALONE

    if dry_run:
        names = [ADDIN, STANDALONE, COMPONENTS, HASHES, *([f"{WHEELS}/"] if wheels else [])]
        for name in names:
            typer.echo(f"would write {output / name}")
        return
    for path in make_bundle(output, source, wheels=wheels):
        typer.echo(f"wrote {path}")


@app.command()
def install(
    all_users: AllUsers = False,
    interpreter: Annotated[
        Path | None,
        typer.Option(metavar="PATH", help="The Python that Excel starts; this one when left out."),
    ] = None,
    dry_run: DryRun = False,
) -> None:
    """Put the add-in into Excel's start folder, and tell it which Python to start.

    For one user this needs no administrator. Close Excel first.
    """
    from ..installing.install import plan_install
    from ..installing.places import Machine

    _do(plan_install(Machine(), interpreter=interpreter, all_users=all_users), dry_run)
    if not dry_run:
        typer.echo("Done. Start Excel: the tab 'Budget' is there. 'budget-tools excel doctor' checks it.")


@app.command()
def uninstall(all_users: AllUsers = False, dry_run: DryRun = False) -> None:
    """Take away what 'install' put there, and nothing else."""
    from ..installing.install import plan_uninstall
    from ..installing.places import Machine

    steps = plan_uninstall(Machine(), all_users=all_users)
    if not steps:
        typer.echo("Nothing is installed.")
        return
    _do(steps, dry_run)


@app.command()
def doctor() -> None:
    """Look at everything that Excel needs, and say what to do where something is missing.

    Exits with 0, and with 1 when something will not work.
    """
    from ..installing.doctor import examine
    from ..installing.places import Machine

    checks = examine(Machine())
    for check in checks:
        sign = {"ok": "ok     ", "warning": "warning", "error": "ERROR  "}[check.state]
        typer.echo(f"{sign} {check.name}: {check.told}")
        if check.remedy:
            typer.echo(f"        {check.remedy}")
    if any(check.state == "error" for check in checks):
        raise typer.Exit(1)


def _do(steps: list[Step], dry_run: bool) -> None:
    from ..installing.install import perform

    if dry_run:
        for step in steps:
            typer.echo(f"would {step.told}: {step.path}")
        return
    for step in perform(steps):
        typer.echo(f"{step.told}: {step.path}")
