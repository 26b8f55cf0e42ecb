"""What the commands that change workbooks share: their options, and how they tell what was done."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, Protocol

import typer

if TYPE_CHECKING:
    from rich.table import Table

    from ..catalog import Language
    from ..changing.writing import Following

Paths = Annotated[
    list[str],
    typer.Argument(metavar="PATH", help="Workbooks, folders (all .xlsx and .xlsm below them) or patterns."),
]
Output = Annotated[Path | None, typer.Option(metavar="DIR", help="Write changed copies into this folder.")]
InPlace = Annotated[
    bool, typer.Option("--in-place", help="Change the workbooks themselves; 'undo' gives them back.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only show the plan, whatever else is said.")]
ThroughProtection = Annotated[
    bool, typer.Option("--through-protection", help="Write locked cells of protected sheets as well.")
]
EvenIfSynchronised = Annotated[
    bool,
    typer.Option(
        "--even-if-synchronised",
        help="Change workbooks in a folder of OneDrive, SharePoint, Dropbox or the like in place as well: "
        "somebody may have them open in a browser, and nothing here can tell.",
    ),
]
Lang = Annotated[
    Literal["da", "en"] | None,
    typer.Option(help="Language of what is shown.  [default: as set in budget.toml, else da]"),
]
Config = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE", help="Settings to use instead of the nearest budget.toml above each workbook."
    ),
]


class Outcome(Protocol):
    """What a command meant for one workbook."""

    @property
    def path(self) -> str:
        """The workbook."""

    @property
    def target(self) -> str | None:
        """The file that was written, if one was."""

    @property
    def reason(self) -> str | None:
        """Why nothing could be written, or the workbook not be read."""

    @property
    def reason_facts(self) -> Mapping[str, object]:
        """What the reason says more."""


class Telling:
    """Tells on the console what a command plans and what it has done, alike for all commands."""

    def __init__(self, language: str, *, output: Path | None, in_place: bool, dry_run: bool) -> None:
        from ..catalog import LANGUAGES
        from ..reports.console import WIDEST, Lines, console_on

        self.language: Language = language if language in LANGUAGES else "da"
        self.console = console_on(sys.stdout)
        self._lines = Lines(min(self.console.width, WIDEST))
        self._in_place = in_place
        self._asked = in_place or output is not None
        self._writes = self._asked and not dry_run

    def say(self, text: str, indent: int = 0, style: str | None = None) -> None:
        """A sentence, broken into lines."""
        self.console.print(self._lines.wrap(text, indent), style=style, soft_wrap=True)

    def heading(self, text: str, indent: int = 0) -> None:
        """A line on what follows: a workbook, a sheet."""
        from ..reports.wording import plain

        self.console.print(f"{' ' * indent}{plain(text)}", style="bold", soft_wrap=True)

    def outcome(self, workbook: Outcome, following: Following | None = None) -> None:
        """What stands below the plan of a workbook: what follows from it, and where it was written."""
        from ..catalog import plural, word
        from ..reports.wording import plain

        if workbook.reason is not None:
            self.say(refused(workbook.path, workbook.reason, workbook.reason_facts, self.language), 2)
        else:
            if following is not None and following.fresh:
                self.say(f"{plural('formulas-fresh', following.fresh, self.language)}.", 2)
            if following is not None and following.left is None:
                self.say(word("changing", "left-many", self.language), 2)
            elif following is not None and following.left:
                formulas = plural("formulas-left", following.left, self.language)
                self.say(word("changing", "left", self.language, formulas=formulas), 2)
            if workbook.target is not None and not self._in_place:
                path = plain(workbook.target)
                written = word("changing", "written-to", self.language, path=path)
                self.console.print(f"  {written}", soft_wrap=True)
        self.console.print()

    def end(
        self,
        workbooks: Sequence[Outcome],
        paths: Sequence[str],
        *,
        planned: bool,
        done: str,
        nothing: str,
        operation: str | None = None,
        more: str = "",
    ) -> None:
        """The last lines: how much was done and how to take it back, or why nothing was.

        Raises:
            Exit: with 3, when a workbook could not be read or changed.
        """
        from ..catalog import word
        from ..reports.wording import plain

        failed = [workbook for workbook in workbooks if workbook.reason is not None]
        if not workbooks:
            typer.echo(word("path", "no-workbooks", self.language, path=plain(", ".join(paths))), err=True)
        elif done:
            self.console.print(f"{done}.", style="bold", soft_wrap=True)
            if operation is not None:
                self.console.print(undo_with(operation, paths, self.language), soft_wrap=True)
        elif not planned and len(failed) < len(workbooks):
            if nothing:
                self.say(nothing)
        elif planned and not self._writes:
            self.say(word("changing", "dry-run" if self._asked else "not-written", self.language))
        if more:
            self.say(more)
        if not workbooks or failed:
            raise typer.Exit(3)


def plan_table(*columns: str, language: Language) -> Table:
    """A table of cells that change, which stands under its workbook or sheet."""
    from rich.table import Table

    from ..catalog import word

    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    table.add_column("", width=2)
    for name in columns:
        table.add_column(word("changing", name, language), overflow="fold")
    return table


def refused(path: str, reason: str, facts: Mapping[str, object], language: Language) -> str:
    """Why a workbook was not changed, and what to do."""
    from ..catalog import word
    from ..reports.wording import plain

    said = {name: plain(value) if isinstance(value, str) else value for name, value in facts.items()}
    sentence = word(
        "changing", "refused", language, **{**said, "file": plain(Path(path).name), "reason": reason}
    )
    try:
        remedy = word("remedy", reason, language, **said)
    except KeyError:
        remedy = word("remedy", "other", language)
    return f"{sentence} {remedy}"


def undo_with(operation: str, paths: Iterable[str], language: Language, section: str = "changing") -> str:
    """The command that takes back what was just done, on one line, to be copied."""
    from ..catalog import word
    from ..reports.wording import plain

    places = dict.fromkeys(plain(_place(path)) for path in paths)
    where = " --in ".join(f'"{place}"' if " " in place else place for place in places)
    key = "undo" if section == "changing" else "redo"
    return word(section, key, language, operation=operation, path=where)


def _place(path: str) -> str:
    """Where to look for what a path meant: itself, or the folder that a pattern starts from."""
    place = Path(path)
    while not place.exists() and place != place.parent:
        place = place.parent
    return str(place)
