"""What lies in the folders tonight, and under which settings: looked at, but nothing opened."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

from .. import __version__
from ..books.inuse import is_placeholder
from ..catalog import Language
from ..errors import SettingsError
from ..model.finding import Finding
from ..run import SettingsOf, find, not_looked_at
from ..settings import Settings
from .worker import NOTHING


class Lying(NamedTuple):
    """A workbook as the folder's listing has it."""

    path: str
    size: int
    mtime_ns: int
    placeholder: bool

    @property
    def folder(self) -> str:
        """The folder that it lies in."""
        return self.path.rpartition(os.sep)[0]


@dataclass(slots=True)
class Scan:
    """What there is. ``closed`` are folders that nobody can look into, or whose settings are wrong:
    nothing is known of what lies there."""

    workbooks: list[Lying] = field(default_factory=list)
    about: list[Finding] = field(default_factory=list)
    missing: list[Path] = field(default_factory=list)
    unreadable: list[Path] = field(default_factory=list)
    wrong: dict[Path, str] = field(default_factory=dict)

    def is_closed(self, path: str) -> bool:
        """Whether a workbook lies where nobody could look."""
        folder = Path(path).parent
        if folder in self.wrong:
            return True
        return any(folder.is_relative_to(place) for place in (*self.missing, *self.unreadable))


class NightSettingsOf(SettingsOf):
    """The settings of each folder; a wrong budget.toml costs its own folders, not the night."""

    def __init__(self, language: Language | None) -> None:
        super().__init__(None, language)
        self.wrong: dict[Path, str] = {}

    def folder(self, folder: Path) -> Settings:
        """The settings that hold in a folder; the defaults where they cannot be read."""
        try:
            return super().folder(folder)
        except SettingsError as error:
            self.wrong[folder] = str(error)
            return Settings()


def scan(folders: Iterable[str], settings_of: NightSettingsOf) -> Scan:
    """The workbooks below some folders."""
    found = Scan()
    known: set[str] = set()
    for root in map(Path, folders):
        if not root.is_dir():
            found.missing.append(root)
            continue
        listed = find([root], settings_of)
        found.unreadable += listed.unreadable
        found.about += not_looked_at(listed)
        for path, entry in listed.entries.items():
            if path not in known:
                known.add(path)
                found.workbooks.append(_lying(path, entry))
    found.wrong = dict(settings_of.wrong)
    return found


def _lying(path: str, entry: os.DirEntry[str] | None) -> Lying:
    try:
        state = entry.stat() if entry is not None else os.stat(path)
    except OSError:
        return Lying(path, *NOTHING, False)
    return Lying(path, state.st_size, state.st_mtime_ns, is_placeholder(state))


class Stamps:
    """What the result of a check depends on besides the workbook: when it changes, all is checked again."""

    def __init__(self, settings_of: SettingsOf, language: Language, *more: object) -> None:
        self._settings_of = settings_of
        self._base = f"{tool()}|{language}|{more!r}"
        self._known: dict[str, str] = {}

    def of(self, path: str) -> str:
        """The stamp that holds for a workbook."""
        folder = path.rpartition(os.sep)[0]
        stamp = self._known.get(folder)
        if stamp is None:
            settings = self._settings_of.folder(Path(folder))
            said = settings.model_dump_json(exclude={"backup", "exclude"})
            stamp = self._known[folder] = blake2b(f"{self._base}|{said}".encode(), digest_size=8).hexdigest()
        return stamp


def tool() -> str:
    """The version of the toolkit, to the file: a rule that was changed in a checkout counts as well."""
    root = Path(__file__).resolve().parent.parent
    parts = [__version__]
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if name != "__pycache__")
        for name in sorted(names):
            if name.endswith((".py", ".toml")):
                state = os.stat(os.path.join(folder, name))
                parts.append(f"{name}{state.st_size}{state.st_mtime_ns}")
    return blake2b("|".join(parts).encode(), digest_size=8).hexdigest()


def cores() -> int:
    """How many cores this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1
