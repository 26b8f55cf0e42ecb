"""Folders to check in a test, and a log that remembers what it heard."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from budget_tools.model.night import Followed, Gathered, Night, Standing
from budget_tools.nightly.history import History
from budget_tools.nightly.night import Ended, run_night
from budget_tools.nightly.settings import NightLimits, NightSettings, Reports
from budget_tools.nightly.worker import Outcome
from tests.changing.workbooks import book

LONG_AGO = 1_700_000_000  # seconds: long enough for a time stamp to be trusted


@dataclass
class Heard:
    """What a night told its log."""

    checked: list[str] = field(default_factory=list)
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    to_check: int = -1

    def begin(self, run: int, workbooks: int, to_check: int) -> None:
        self.to_check = to_check

    def workbook(self, path: str, outcome: Outcome) -> None:
        self.checked.append(Path(path).name)
        self.outcomes[Path(path).name] = outcome

    def say(self, sentence: str) -> None:
        self.said.append(sentence)


def settled(path: Path, when: int = LONG_AGO) -> Path:
    """A file that was saved a while ago, so that its time stamp is trusted."""
    os.utime(path, (when, when))
    return path


def form(folder: Path, name: str, number: str, *, total: Any = 300, when: int = LONG_AGO) -> Path:
    """A proposal of two lines; with another total than 300 it has one finding (ARI001 in D5)."""
    return settled(book(folder / f"{name}.xlsx", number, total=total), when)


def settings_of(root: Path, **changes: Any) -> NightSettings:
    """Settings for the folder ``forslag``, without reports."""
    limits = {"workers": 1, "seconds": 30, "memory_mb": 1500, "retries": 1, "retry_seconds": 0.0}
    limits |= changes.pop("limits", {})
    reports = {"formats": (), "folder": str(root / "rapporter")} | changes.pop("reports", {})
    given = {"folders": (str(root / "forslag"),), "state": str(root / "state" / "night.sqlite")} | changes
    return NightSettings(limits=NightLimits(**limits), reports=Reports(**reports), **given)


@dataclass
class Seen:
    """A night that ended: how, what was heard of it, and what there is to tell."""

    ended: Ended
    heard: Heard
    night: Night | None

    def of(self, *standings: Standing) -> list[tuple[str, str]]:
        """The findings of which these things became: code and file."""
        assert self.night is not None
        return sorted((one.code, Path(one.path or "-").name) for one in self.night.told.findings(*standings))

    def only(self, standing: Standing) -> Followed:
        assert self.night is not None
        (one,) = self.night.told.findings(standing)
        return one


def spend(settings: NightSettings, **options: Any) -> Seen:
    """One night, and everything it has to tell."""
    heard = Heard()
    kept: list[Night] = []

    def tell(night: Callable[[], Night], history: History, ended: Ended) -> int | None:
        made = night()  # which is asked of a history that the next night changes
        workbooks = tuple(made.told.workbooks(summaries=True))
        kept.append(replace(made, told=Gathered(workbooks, tuple(made.told.findings()))))
        return None

    ended = run_night(settings, heard, tell=tell, **options)
    return Seen(ended, heard, kept[0] if kept else None)
