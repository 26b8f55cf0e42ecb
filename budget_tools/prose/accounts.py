"""The municipal chart of accounts: which function a text names, and which frame its spending belongs to."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection
from functools import cache
from importlib.resources import files
from typing import Any

PUBLIC = "kontoplan"
"""The word by which the settings take in the public chart of accounts."""

# No main function is below 13, so that the date 6.12.23 is none.
_FUNCTION = re.compile(
    r"(?<![\d.])(?P<main>\d\.(?:1[3-9]|[2-9]\d))\.\d\d(?:\.(?P<kind>\d)(?![\d]))?(?!\d|\.\d\d)"
)
_RUNNING = ("1", "2")  # dranst: drift and statsrefusion
_OUTSIDE = ("1", "7", "8", "9")  # main accounts that neither frame is about


@cache
def _chart() -> dict[str, dict[str, Any]]:
    return tomllib.loads((files(__package__) / "accounts.toml").read_text(encoding="utf-8"))


@cache
def main_functions() -> frozenset[str]:
    """The main functions of the public chart: '6.45'."""
    return frozenset(_chart()["main_functions"])


@cache
def transfers() -> frozenset[str]:
    """The main functions whose spending is transfers to people, which are outside the service frame."""
    return frozenset(_chart()["frames"]["transfers"])


def frame_of(text: str, transfer_functions: Collection[str] = ()) -> str | None:
    """The frame that the account in a text belongs to: "service" or "transfers".

    None where it names no account, several of different frames, or one that is in neither frame (supply,
    investments, interest). ``transfer_functions`` are main functions, or functions, that count as transfers
    instead of the public ones.

    >>> frame_of("5.57.73.1 Uddannelseshjælp"), frame_of("6.45.51 Vejledere"), frame_of("6.45.51.3 Ombygning")
    ('transfers', 'service', None)
    >>> frame_of("21.3.22"), frame_of("Løn")
    (None, None)
    """
    if "." not in text:
        return None
    meant = tuple(transfer_functions) or tuple(transfers())
    frames = set()
    for match in _FUNCTION.finditer(text):
        if (match["kind"] or "1") not in _RUNNING or match["main"][0] in _OUTSIDE:
            return None
        frames.add("transfers" if match[0].startswith(meant) else "service")
    return frames.pop() if len(frames) == 1 else None


def names_function(text: str) -> bool:
    """Whether a text names a function: '6.45.51'. A date (6.12.23) is none, nor a form (2.1.2. 01)."""
    return "." in text and _FUNCTION.search(text) is not None


def is_public(function: str) -> bool:
    """Whether a function, with or without dranst, lies below a main function of the public chart.

    Of main accounts 7 to 9 every function does: the chart is kept for those that spending belongs to.
    """
    main, kind = function[:4], function[8:]
    if kind and kind not in _chart()["kinds"]:
        return False
    return main in main_functions() or main[:1] in ("7", "8", "9")
