"""What the commands that change workbooks share: their options, and how they say no and how to go back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from ..catalog import Language

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


def refused(path: str, reason: str, facts: Mapping[str, object], language: Language) -> str:
    """Why a workbook was not changed, and what to do."""
    from ..catalog import word
    from ..reports.wording import plain

    said = {name: plain(value) if isinstance(value, str) else value for name, value in facts.items()}
    sentence = word("fill", "refused", language, **{**said, "file": plain(Path(path).name), "reason": reason})
    try:
        remedy = word("remedy", reason, language, **said)
    except KeyError:
        remedy = word("remedy", "other", language)
    return f"{sentence} {remedy}"


def undo_with(operation: str, paths: Iterable[str], language: Language, key: str = "undo-all") -> str:
    """The command that takes back what was just done, on one line, to be copied."""
    from ..catalog import word
    from ..reports.wording import plain

    places = dict.fromkeys(plain(_place(path)) for path in paths)
    where = " --in ".join(f'"{place}"' if " " in place else place for place in places)
    section = "fill" if key == "undo-all" else "history"
    return word(section, key, language, operation=operation, path=where)


def _place(path: str) -> str:
    """Where to look for what a path meant: itself, or the folder that a pattern starts from."""
    place = Path(path)
    while not place.exists() and place != place.parent:
        place = place.parent
    return str(place)
