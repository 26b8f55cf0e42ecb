"""Edits taken to where they go: into copies, or into the workbooks themselves, with a way back."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from types import TracebackType
from typing import Self

from ..books.file import refuse_suspicious
from ..books.inuse import synchronised_by
from ..books.journal import Operation, content_hash, store_of
from ..books.patch import edited, verify
from ..books.replace import Write, locked, replace_file, told
from ..errors import UsageError, WriteRefused
from ..formula.recalculate import Recalculated
from ..model.address import Cell
from ..model.edit import AddSheet, Edit, RemoveSheet, SetResult, TrimStyles
from ..run import SettingsOf


@dataclass(frozen=True, slots=True)
class Following:
    """The formulas that look at what changes: how many get their new result with it, and how many do not.

    Those in ``left`` Excel works out when it opens the workbook; None where they are too many to count.
    """

    fresh: int = 0
    left: int | None = 0


def following(recalculation: Recalculated) -> Following:
    """What a plan says of the formulas that look at the cells it changes."""
    return Following(len(recalculation.results), recalculation.left)


@dataclass(frozen=True, slots=True)
class Written:
    """The file that was written, and how many new results were left to Excel after all."""

    path: str
    left: int = 0

    def follows(self, planned: Following) -> Following:
        """What became of the formulas that look at the changed cells."""
        left = planned.left if planned.left is None else planned.left + self.left
        return Following(planned.fresh - self.left, left)


class Writing:
    """What one call of a command writes. The folders it changes are locked until it ends.

    Args:
        what: the command, for the history.
        settings_of: the settings of each workbook.
        targets: where the copy of each workbook goes.
        in_place: change the workbooks themselves.
        through_protection: write locked cells of protected sheets as well.
        even_if_synchronised: change workbooks in the folder of a cloud service in place as well.
    """

    def __init__(
        self,
        what: str,
        settings_of: SettingsOf,
        *,
        targets: dict[Path, Path] | None = None,
        in_place: bool = False,
        through_protection: bool = False,
        even_if_synchronised: bool = False,
    ) -> None:
        self.changed: str | None = None
        """The id of the operation, once it has changed a workbook in place: what ``undo`` takes back."""
        self._operation = Operation.new(what)
        self._settings_of = settings_of
        self._targets = targets or {}
        self._in_place = in_place
        self._through_protection = through_protection
        self._even_if_synchronised = even_if_synchronised
        self._locks = ExitStack()
        self._locked: set[Path] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._locks.close()

    def writes(self, path: Path) -> bool:
        """Whether a workbook is to be written at all; else only the plan is asked for."""
        return self._in_place or path in self._targets

    def tried(self, content: bytes, edits: Sequence[Edit]) -> bytes:
        """What edits would make of a workbook.

        Raises:
            WorkbookError: it cannot be done without harm.
        """
        return edited(content, edits, through_protection=self._through_protection).content

    def write(self, path: Path, checked: str, *passes: Sequence[Edit]) -> Written | None:
        """Put edits into a workbook or its copy; None where nothing is written.

        That is so for a plan, and where a workbook itself would become what it is.

        Args:
            path: the workbook.
            checked: the hash of the content that the edits were planned for.
            passes: edits of what is there, then edits of what these made, and so on.

        Raises:
            WorkbookError: it cannot be done without harm; nothing is changed then.
        """
        if not self.writes(path):
            return None
        target = self._targets.get(path)
        with told():
            data = path.read_bytes()
        if content_hash(data) != checked:
            raise WriteRefused("changed-since")
        if target is None and not self._even_if_synchronised:
            service = synchronised_by(path)
            if service is not None:
                raise WriteRefused("synchronised", service=service)
        settings = self._settings_of.file(path)
        refuse_suspicious(data, settings.limits)
        contents = [data]
        put_in: list[Sequence[Edit]] = []
        left = 0
        for edits in passes:
            made = edited(contents[-1], edits, through_protection=self._through_protection)
            contents.append(made.content)
            put_in.append(made.edits)
            left += len(made.left)

        def put(_: Path, new: Path) -> None:
            new.write_bytes(contents[-1])

        def check(_: Path, new: Path) -> None:
            contents[-1] = new.read_bytes()
            for (before, after), edits in zip(pairwise(contents), put_in, strict=True):
                verify(before, after, edits)

        if contents[-1] == data and target is None:
            return None
        if target is not None:
            _copy(path, target, put, check)
            return Written(str(target), left)
        store = store_of(Path(os.path.realpath(path)).parent, settings.backup)
        if store.state not in self._locked:
            self._locks.enter_context(locked(store))
            self._locked.add(store.state)
        replace_file(
            store,
            path,
            put,
            checked=checked,
            operation=self._operation,
            verify=check,
            cells=len(_cells(edit for edits in passes for edit in edits)),
        )
        self.changed = self._operation.id
        return Written(str(path), left)


def _cells(edits: Iterable[Edit]) -> set[tuple[str, Cell]]:
    """The cells that somebody asked to change; a result that follows from them is none."""
    return {
        (edit.sheet.casefold(), edit.cell)
        for edit in edits
        if not isinstance(edit, SetResult | AddSheet | RemoveSheet | TrimStyles)
    }


def _copy(path: Path, target: Path, put: Write, check: Write) -> None:
    """Write a changed copy; a file of that name is replaced when the copy was read back, not before."""
    draft = target.with_name(f".{target.stem}.{os.getpid()}.draft{target.suffix}")
    with told():
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            put(path, draft)
            check(path, draft)
            with suppress(OSError):
                shutil.copymode(path, draft)
            os.replace(draft, target)
        finally:
            with suppress(OSError):
                draft.unlink(missing_ok=True)


def copies(workbooks: Sequence[Path], roots: Sequence[Path], output: str | Path | None) -> dict[Path, Path]:
    """Where each copy goes: below the output folder as its workbook lies below the folder that was named.

    Raises:
        UsageError: the output is a file, or a copy would overwrite a workbook of the run, or another copy.
            Nothing is written then.
    """
    if output is None:
        return {}
    folder = Path(output)
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder}: is a file; --output wants a folder")
    sources = {os.path.realpath(path) for path in workbooks}
    targets: dict[Path, Path] = {}
    taken: dict[str, Path] = {}
    for path in workbooks:
        root = next((root for root in roots if root.is_dir() and path.is_relative_to(root)), path.parent)
        target = folder / path.relative_to(root)
        real = os.path.realpath(target)
        if real in sources:
            raise UsageError(f"{folder}: a copy would overwrite {target}; choose another folder")
        if real in taken:
            raise UsageError(
                f"{path} and {taken[real]} have the same name; name the folder above them, "
                "so that their copies keep apart"
            )
        taken[real] = path
        targets[path] = target
    return targets
