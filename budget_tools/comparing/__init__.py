"""Proposals as they are and as they were: snapshots taken, matched, and what differs between them.

Pure: nothing here opens a file. Proposals are matched by what they are, never by the file they lie in.
"""

from __future__ import annotations

from .changes import Change, Pair, Part, changed_words
from .matching import differences
from .taking import snapshot_of

__all__ = ["Change", "Pair", "Part", "changed_words", "differences", "snapshot_of"]
