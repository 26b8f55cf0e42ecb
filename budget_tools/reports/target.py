"""Files that reports are written to: whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from ..errors import UsageError

_WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".xlsb", ".xltx", ".xltm", ".ods")


def checked_target(path: str | Path, *, workbook: bool = False) -> Path:
    """A path that a report can be written to.

    Asked before the work is done, so that an hour's run is not lost on a folder that is misspelt.
    ``workbook``: the report is one itself.

    Raises:
        UsageError: its folder does not exist, it is a folder itself, or it would replace a workbook.
    """
    target = Path(os.path.realpath(path))
    if target.is_dir():
        raise UsageError(f"{path}: is a folder; --output wants the name of a file")
    if not target.parent.is_dir():
        raise UsageError(f"{path}: there is no folder {target.parent} to write into; create it first")
    if target.suffix.lower() in _WORKBOOKS and not workbook:
        raise UsageError(f"{path}: a report is no workbook; give it a name that ends in .txt or .json")
    return target


def new_workbook(path: str | Path, read: Collection[str | Path]) -> Path:
    """A path that a workbook of ours can be written to: never one that was read for it.

    Raises:
        UsageError: its folder does not exist, it is a folder, its name is no workbook's, or it was read.
    """
    target = checked_target(path, workbook=True)
    if target.suffix.lower() != ".xlsx":
        raise UsageError(f"{path}: a workbook must have a name that ends in .xlsx")
    if any(os.path.realpath(one) == str(target) for one in read):
        raise UsageError(f"{path}: is one of the workbooks that are read; give the overview another name")
    return target


@contextmanager
def replaced(path: str | Path) -> Iterator[TextIO]:
    """A text file that takes the place of ``path`` when it is complete; if anything fails, nothing changes.

    Raises:
        UsageError: it cannot be written there.
    """
    target = checked_target(path)
    try:
        if target.exists() and not target.is_file():  # a device or a pipe cannot be replaced
            with open(target, "w", encoding="utf-8", errors="replace", newline="\n") as file:
                yield file
            return
        draft = target.with_name(f".{target.name}.{os.getpid()}.tmp")
        try:
            with open(draft, "x", encoding="utf-8", errors="replace", newline="\n") as file:
                yield file
            os.replace(draft, target)
        except BaseException:
            with suppress(OSError):
                draft.unlink()
            raise
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror or error}") from error
