"""Who answers for a workbook and for what is found in it: by folder, else by committee."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from fnmatch import fnmatch
from pathlib import Path, PurePath

from ..run import SettingsOf

_NUMBER = re.compile(r"\d+(?:\.\d+)*\.?")
_BLANKS = re.compile(r"\s")


class Owners:
    """Who owns what, as the settings of the night say, and budget.toml where they are silent.

    A folder's owner answers for everything in it, the owner of the nearest folder first. Where no folder has
    an owner, the beginning of a proposal's number tells, the longest that fits.
    """

    def __init__(self, owners: Mapping[str, str], folders: Iterable[str], settings_of: SettingsOf) -> None:
        self._by_number = {_plain(key): owner for key, owner in owners.items() if _NUMBER.fullmatch(key)}
        self._by_folder = {key: owner for key, owner in owners.items() if not _NUMBER.fullmatch(key)}
        self._roots = [Path(folder) for folder in folders]
        self._settings_of = settings_of
        self._folders: dict[Path, tuple[Path, str] | None] = {}
        self._numbers: dict[str, Mapping[str, str]] = {}
        self._by_name: dict[str, str | None] = {}

    def of_folder(self, folder: Path) -> str | None:
        """Who owns a folder, or one that it lies in."""
        found = self.folder_of(folder)
        return found[1] if found is not None else None

    def folder_of(self, folder: Path) -> tuple[Path, str] | None:
        """The nearest folder with an owner that a folder is or lies in, and who owns it."""
        if folder not in self._folders:
            self._folders[folder] = self._nearest(folder)
        return self._folders[folder]

    def of_finding(self, path: str | None, proposal: str | None) -> str | None:
        """Who answers for a finding in a workbook, in the proposal of that number."""
        if path is None:
            return None
        name = path.rpartition(os.sep)[0]  # asked for every finding: a Path takes far longer
        if name not in self._by_name:
            self._by_name[name] = self.of_folder(Path(name))
        return self._by_name[name] or self._of_number(name, proposal)

    def of_workbook(self, path: str, numbers: Iterable[str | None]) -> str | None:
        """Who answers for a workbook: whoever owns its folder, else all proposals with these numbers."""
        of_folder = self.of_finding(path, None)
        if of_folder is not None:
            return of_folder
        folder = path.rpartition(os.sep)[0]
        owners = {self._of_number(folder, number) for number in numbers if number}
        return owners.pop() if len(owners) == 1 else None

    def _nearest(self, folder: Path) -> tuple[Path, str] | None:
        if not self._by_folder:
            return None
        root = next((root for root in self._roots if folder.is_relative_to(root)), None)
        if root is None:
            return None
        for place in (folder, *folder.parents):
            for key, owner in self._by_folder.items():
                if _fits(place, key, root):
                    return place, owner
            if place == root:
                return None
        return None

    def _of_number(self, folder: str, number: str | None) -> str | None:
        if not number:
            return None
        known = self._numbers.get(folder)
        if known is None:
            committees = self._settings_of.folder(Path(folder)).committees
            known = {_plain(key): one.owner for key, one in committees.items() if one.owner is not None}
            known = self._numbers[folder] = {**known, **self._by_number}
        if not known:
            return None
        spelled = f"{_plain(number)}."
        fitting = [key for key in known if spelled.startswith(f"{key}.")]
        return known[max(fitting, key=len)] if fitting else None


def _plain(number: str) -> str:
    return _BLANKS.sub("", number).strip(".")


def _fits(folder: Path, key: str, root: Path) -> bool:
    """Whether a key of the settings means a folder: by its name, its path below the root, or all of it."""
    wanted = os.path.normcase(key.rstrip("/\\")).casefold()
    if PurePath(key).is_absolute() or key.startswith("\\\\"):
        return fnmatch(os.path.normcase(str(folder)).casefold(), wanted)
    name = str(folder.relative_to(root)) if "/" in key or "\\" in key else folder.name
    return fnmatch(os.path.normcase(name).casefold(), wanted)
