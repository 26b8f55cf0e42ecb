"""A folder looked at every few minutes: saved workbooks are checked, and the reports beside them renewed.

For departments where nothing may be installed on the PCs: one machine watches, everybody opens
``Kontrol.html``. The history is kept out of the folder, where nobody trips over it.
"""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path

from ..catalog import Language
from ..errors import BudgetToolsError, UsageError
from ..model.night import Night
from .history import History
from .night import INCOMPLETE, AlreadyRunning, Ended, Log, run_night
from .settings import NightSettings, Reports, whole
from .writing import NAMES, refuse_without, write_beside

_EVERY = re.compile(r"(?P<count>\d+)(?P<unit>[smh]?)")
_SECONDS = {"s": 1, "": 60, "m": 60, "h": 3600}
_UNWRITTEN = "unwritten"
_BESIDE = (NAMES["html"], NAMES["xlsx"])


def seconds_of(every: str) -> int:
    """How many seconds ``30s``, ``5m`` or ``1h`` are; a number alone means minutes.

    >>> seconds_of("5m"), seconds_of("90s"), seconds_of("2")
    (300, 90, 120)

    Raises:
        UsageError: it is none of these, or 0.
    """
    match = _EVERY.fullmatch(every.strip().lower())
    seconds = int(match["count"]) * _SECONDS[match["unit"]] if match else 0
    if not seconds:
        raise UsageError(f"--every {every}: is no length of time; write it as 30s, 5m or 1h")
    return seconds


def settings_for(folder: Path, state: Path | None = None) -> NightSettings:
    """The settings of a watched folder: its reports beside the workbooks, its history elsewhere.

    Raises:
        UsageError: there is no such folder, or what the reports need is not installed.
    """
    if not folder.is_dir():
        raise UsageError(f"{folder}: no such folder")
    place = whole(str(folder), Path.cwd())
    name = blake2b(os.path.normcase(place).encode("utf-8", "replace"), digest_size=8).hexdigest()
    file = state if state is not None else user_state() / f"watch-{name}.sqlite"
    settings = NightSettings(
        folders=(place,), state=str(file.absolute()), reports=Reports(formats=("html", "xlsx"))
    )
    refuse_without(settings)
    return settings


def user_state() -> Path:
    """Where a program keeps what only this user's machine needs to know."""
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "budget-tools"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "budget-tools"
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "budget-tools"


def look(
    settings: NightSettings, log: Log, language: Language | None, stopped: Callable[[], bool]
) -> Ended | None:
    """Look once, and renew the reports where anything is another; None where another watcher is at it."""

    def tell(night: Callable[[], Night], history: History, ended: Ended) -> int | None:
        folder = Path(settings.folders[0])
        whole_ = all((folder / name).is_file() for name in _BESIDE)
        if not ended.changed and whole_ and history.mark(_UNWRITTEN) is None:
            return None
        if not folder.is_dir():
            return None  # it is away for the moment, and so are its readers
        written = write_beside(night(), folder)
        for sentence in written.failed:
            log.say(f"{sentence}; it is tried again")
        history.note(_UNWRITTEN, "yes" if written.failed else None)
        return None

    try:
        return run_night(settings, log, language=language, stopped=stopped, tell=tell, keep_unchanged=False)
    except AlreadyRunning as error:
        log.say(str(error))
        return None


def watch(
    settings: NightSettings,
    log: Log,
    seconds: int,
    *,
    language: Language | None = None,
    stopped: Callable[[], bool],
    ended: Callable[[Ended], None],
) -> None:
    """Look every so many seconds until stopped; what goes wrong once is said, and tried again."""
    while not stopped():
        try:
            round_ = look(settings, log, language, stopped)
            if round_ is not None and (round_.changed or round_.exit_code == INCOMPLETE):
                ended(round_)
        except BudgetToolsError as error:
            log.say(str(error))
        until = time.monotonic() + seconds
        while time.monotonic() < until and not stopped():
            time.sleep(min(0.2, seconds))
