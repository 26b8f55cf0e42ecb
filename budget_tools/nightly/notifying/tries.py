"""Trying again, and telling why it did not help, without a word that is secret."""

from __future__ import annotations

import re
import time
from urllib.parse import unquote

from .digest import clean

FIRST_PAUSE = 2.0  # seconds, doubled with each try
LONGEST_PAUSE = 30.0

SHORTEST_SECRET = 6  # characters: shorter parts of an address are words such as "team"

_PARTS = re.compile(r"[/:@?&=#,+]+")
_ADDRESS = re.compile(r"\b([a-z][a-z0-9+.-]*://)[^\s'\"<>]*", re.I)


def pause(attempt: int) -> None:
    """Wait before a try: not at all before the first, then longer each time."""
    if attempt:
        time.sleep(min(FIRST_PAUSE * 2 ** (attempt - 1), LONGEST_PAUSE))


def told(error: Exception, address: str = "") -> str:
    """An error in one line, without any address in it: those of webhooks and pings are passwords."""
    if isinstance(error, TimeoutError):
        return "no answer in time"
    said = str(error.strerror or error) if isinstance(error, OSError) else str(error)
    return masked(said, address) or type(error).__name__


def masked(text: str, address: str = "") -> str:
    """A text without what addresses hold after their scheme, and without any part of this one.

    >>> masked("slack://B10K3N99/x#budget: B10K3N99 is refused", "slack://B10K3N99/x#budget")
    'slack://… … is refused'
    """
    text = _ADDRESS.sub(r"\1…", text)
    for part in sorted(set(_PARTS.split(unquote(address)) + _PARTS.split(address)), key=len, reverse=True):
        if len(part) >= SHORTEST_SECRET:
            text = text.replace(part, "…")
    return clean(text)[:200]
