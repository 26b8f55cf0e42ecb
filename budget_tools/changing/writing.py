"""Edits taken to where they go: into copies, or into the workbooks themselves, with a way back."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from ..books.inuse import synchronised_by
from ..books.journal import Operation, content_hash, store_of
from ..books.patch import apply_edits
from ..books.protection import refuse_locked, refuse_shared
from ..books.replace import Write, locked, replace_file, told
from ..books.verify import refuse_suspicious, verify
from ..errors import UsageError, WriteRefused
from ..model.address import Cell
from ..model.edit import Edit, SetCell, SetNumberFormat
from ..run import SettingsOf

_BOUND = ("shared-formula", "array-formula", "data-table", "merged-cell")


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
        self.operation = Operation.new(what)
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

    def write(self, path: Path, checked: str, edits: Sequence[Edit], others: Sequence[SetCell]) -> str | None:
        """Put edits into a workbook or its copy, and return the path of what was written; None for a plan.

        Args:
            path: the workbook.
            checked: the hash of the content that the edits were planned for.
            edits: what was asked for.
            others: the new results of formulas that look at the edited cells. Where one of them is bound
                to further cells, none is written, and Excel works them out when it opens the workbook.

        Raises:
            WorkbookError: it cannot be done without harm; nothing is changed then.
        """
        target = self._targets.get(path)
        if target is None and not self._in_place:
            return None
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
        refuse_shared(path)
        if not self._through_protection:
            refuse_locked(path, _cells(edits))
        cells = _cells([*edits, *others])

        def put(old: Path, new: Path) -> None:
            try:
                apply_edits(old, [*edits, *others], new)
            except WriteRefused as refused:
                if not others or refused.reason not in _BOUND:
                    raise
                apply_edits(old, edits, new)

        if target is not None:
            _copy(path, target, put, cells)
            return str(target)
        store = store_of(Path(os.path.realpath(path)).parent, settings.backup)
        if store.state not in self._locked:
            self._locks.enter_context(locked(store))
            self._locked.add(store.state)
        replace_file(
            store,
            path,
            put,
            checked=checked,
            operation=self.operation,
            verify=lambda old, new: verify(old, new, cells),
            cells=len(_cells(edits)),
        )
        return str(path)


def _cells(edits: Iterable[Edit]) -> set[tuple[str, Cell]]:
    """The cells whose value, or the way it is read, an edit changes."""
    return {(edit.sheet, edit.cell) for edit in edits if isinstance(edit, SetCell | SetNumberFormat)}


def _copy(path: Path, target: Path, put: Write, cells: set[tuple[str, Cell]]) -> None:
    """Write a changed copy; a file of that name is replaced when the copy was read back, not before."""
    draft = target.with_name(f".{target.stem}.draft{target.suffix}")
    with told():
        try:
            put(path, draft)
            verify(path, draft, cells)
            os.replace(draft, target)
        finally:
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
