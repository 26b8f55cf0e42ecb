"""What a night would do, in words, before it does anything."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from ..catalog import Language
from ..reports.wording import plain
from .history import History
from .night import Plan, language_of, plan
from .owners import Owners
from .scanning import NightSettingsOf
from .settings import NightSettings
from .writing import planned

MOST = 20  # workbooks that are named


def planned_in_words(
    settings: NightSettings, asked: Language | None, *, force: bool = False
) -> Iterator[str]:
    """The lines of a dry run: what is checked, what is written, and who is told."""
    state = Path(settings.state or "nightly.sqlite")
    language = language_of(settings, asked)
    history = History(state if state.is_file() else Path(":memory:"))
    try:
        made = plan(settings, history, language, force=force)
        run = int(history.mark("last-run") or 0) + 1
    finally:
        history.close()
    yield f"Run {run} in language {language}, history in {plain(str(state))}."
    yield from _checked(made)
    settings_of = NightSettingsOf(language)
    owners = Owners(settings.owners, settings.folders, settings_of)
    owned = {
        found[0]
        for lying in made.scan.workbooks
        if (found := owners.folder_of(Path(lying.path).parent)) is not None
    }
    files = planned(settings, run, datetime.now().astimezone(), sorted(owned))
    yield f"Would write {len(files)} reports{':' if files else '.'}"
    yield from (f"  {plain(str(file))}" for file in files)
    yield from _told(settings)
    yield "Nothing was checked, written or sent."


def _checked(made: Plan) -> Iterator[str]:
    found = made.scan
    for key, folders in (("no such folder", found.missing), ("cannot be opened", found.unreadable)):
        yield from (
            f"{plain(str(folder))}: {key}; nothing from there would count as fixed." for folder in folders
        )
    yield from (f"{plain(str(folder))}: {plain(error)}" for folder, error in found.wrong.items())
    yield from (f"{plain(str(folder))}: is empty now; is the drive mounted?" for folder in made.vanished)
    yield (
        f"{len(found.workbooks)} workbooks: {made.unchanged} unchanged, "
        f"{made.waiting} checked by a run that did not end, {len(made.leaving)} gone."
    )
    yield f"Would check {len(made.items)}{':' if made.items else '.'}"
    yield from (f"  {plain(item.path)}" for item in made.items[:MOST])
    if len(made.items) > MOST:
        yield f"  and {len(made.items) - MOST} more"
    yield from (f"  {plain(one.path)}: only in the cloud, would not be fetched" for one in made.placeholders)


def _told(settings: NightSettings) -> Iterator[str]:
    notify = settings.notify
    if notify.smtp is not None:
        department = ", ".join(notify.smtp.to) or "nobody"
        server = f"{notify.smtp.host}:{notify.smtp.port}"
        yield f"Would mail {department}, and each owner with an address, through {server},"
        yield "if anything is new or fixed."
    if notify.webhooks:
        yield f"Would tell {len(notify.webhooks)} webhooks, if anything is new or fixed."
    if notify.ping is not None:
        yield "Would ping the dead-man's switch at the start and at the end."
    if notify.smtp is None and not notify.webhooks:
        yield "Would tell nobody: the settings have no [notify]."
