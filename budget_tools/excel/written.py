"""What the buttons last wrote into a workbook, kept on this machine so that it can be taken back.

A macro empties Excel's own list of what can be undone. What a cell held before is kept here, for the last few
times of each workbook; taken back is only what still stands as it was written. Of marks it is only kept that
they were put there: the workbook itself holds what is needed to take them away.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from ..books.live import Written
from ..installing.places import Machine
from ..model.address import parse_cell

KEPT = 20
"""How many times are kept for each workbook."""

MARKS = "marks"
"""What a click is called that put colours, notes and a list into the workbook."""


@dataclass(frozen=True, slots=True)
class Once:
    """What one click wrote."""

    what: str
    when: str
    cells: tuple[Written, ...]


def remember(address: str, what: str, cells: Sequence[Written]) -> None:
    """Keep what a click wrote into the workbook at an address.

    Raises:
        OSError: it cannot be kept; then it must not stay written.
    """
    times = [*recall(address), Once(what, datetime.now().isoformat(timespec="seconds"), tuple(cells))]
    _write(address, times[-KEPT:])


def recall(address: str) -> list[Once]:
    """What the buttons wrote into a workbook and did not take back, oldest first."""
    try:
        told: Any = json.loads(_file(address).read_text("utf-8"))
        return [
            Once(one["what"], one["when"], tuple(_cell(cell) for cell in one["cells"]))
            for one in told["times"]
        ]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return []


def remember_marks(address: str) -> None:
    """Keep that a click put marks into the workbook at an address; they are there once, however often shown.

    Raises:
        OSError: it cannot be kept.
    """
    forget_marks(address)
    remember(address, MARKS, ())


def forget_last(address: str) -> None:
    """The last time has been taken back."""
    times = recall(address)
    with suppress(OSError):
        _write(address, times[:-1])


def forget_marks(address: str) -> None:
    """The marks have been taken away."""
    times = recall(address)
    without = [one for one in times if one.what != MARKS]
    if len(without) < len(times):
        with suppress(OSError):
            _write(address, without)


def _write(address: str, times: Sequence[Once]) -> None:
    file = _file(address)
    file.parent.mkdir(parents=True, exist_ok=True)
    told = {
        "workbook": address,
        "times": [
            {
                "what": one.what,
                "when": one.when,
                "cells": [
                    [
                        cell.sheet,
                        str(cell.cell),
                        cell.before,
                        cell.after,
                        cell.format_before,
                        cell.format_after,
                    ]
                    for cell in one.cells
                ],
            }
            for one in times
        ],
    }
    draft = file.with_suffix(f".{os.getpid()}.tmp")
    draft.write_text(json.dumps(told, ensure_ascii=False), "utf-8")
    os.replace(draft, file)


def _cell(told: Any) -> Written:
    sheet, cell, before, after, format_before, format_after = told
    return Written(str(sheet), parse_cell(cell), str(before), str(after), format_before, format_after)


def _file(address: str) -> Path:
    name = hashlib.sha256(os.path.normcase(address).encode()).hexdigest()[:24]
    return Machine().state / "written" / f"{name}.json"
