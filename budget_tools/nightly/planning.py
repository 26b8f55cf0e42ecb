"""What a night would do, in words, before it does anything."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

from ..catalog import Language
from ..errors import SettingsError
from ..reports.wording import plain
from .history import History
from .night import Plan, language_of, plan
from .notifying import address_of
from .owners import Owners
from .scanning import NightSettingsOf
from .settings import NightSettings, Notify, secret
from .writing import INDEX, planned

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
    if "html" in settings.reports.formats:
        files.append(Path(settings.reports.folder) / INDEX)
    yield f"Would write {_count(len(files), 'report')}{':' if files else '.'}"
    yield from (f"  {plain(str(file))}" for file in files)
    folders = {Path(lying.path).parent for lying in made.scan.workbooks}
    of_committees = {
        one.owner for folder in folders for one in settings_of.folder(folder).committees.values() if one.owner
    }
    yield from _told(settings.notify, {*settings.owners.values(), *of_committees})
    yield "Nothing was checked, written or sent."


def _checked(made: Plan) -> Iterator[str]:
    found = made.scan
    for key, folders in (("no such folder", found.missing), ("cannot be opened", found.unreadable)):
        yield from (
            f"{plain(str(folder))}: {key}; nothing from there would count as fixed." for folder in folders
        )
    yield from (f"{plain(str(folder))}: {plain(error)}" for folder, error in found.wrong.items())
    yield from (f"{plain(str(folder))}: is empty now; is the drive mounted?" for folder in made.vanished)
    further = ((made.waiting, "checked by a run that did not end"), (len(made.leaving), "gone"))
    said = [f"{made.unchanged} unchanged", *(f"{n} {what}" for n, what in further if n)]
    yield f"{_count(len(found.workbooks), 'workbook')}: {', '.join(said)}."
    if not found.workbooks:
        yield "A night that finds no workbooks ends with 3: are these the right folders?"
    yield f"Would check {len(made.items)}{':' if made.items else '.'}"
    yield from (f"  {plain(item.path)}" for item in made.items[:MOST])
    if len(made.items) > MOST:
        yield f"  and {len(made.items) - MOST} more"
    yield from (f"  {plain(one.path)}: only in the cloud, would not be fetched" for one in made.placeholders)


def _told(notify: Notify, owners: Iterable[str]) -> Iterator[str]:
    """Who would hear of it, who would not, and which secrets are not where the settings say."""
    smtp = notify.smtp
    if smtp is not None:
        yield f"Would mail through {plain(smtp.host)}:{smtp.port}, if anything is new or fixed:"
        yield from (f"  {plain(to)}: everything" for to in smtp.to)
        for owner in sorted(owners):
            known = address_of(owner, notify)
            yield (
                f"  {plain(owner)}: what is theirs"
                if known
                else (f"  {plain(owner)}: nothing, as notify.addresses has no address for this owner")
            )
        if not smtp.to:
            yield "  nobody in the department, as notify.smtp.to names nobody"
    if notify.webhooks:
        yield f"Would tell {_count(len(notify.webhooks), 'webhook')}, if anything is new or fixed."
    if notify.ping is not None:
        yield "Would ping the dead-man's switch at the start and at the end."
    if smtp is None and not notify.webhooks:
        yield "Would tell nobody: the settings have neither notify.smtp nor notify.webhooks."
    needed = (smtp.user, smtp.password) if smtp is not None else ()
    for given in (*needed, *notify.webhooks, notify.ping):
        try:
            secret(given or "")
        except SettingsError as error:
            yield f"Would fail to send: {plain(str(error))}."


def _count(n: int, what: str) -> str:
    return f"{n} {what}{'' if n == 1 else 's'}"
