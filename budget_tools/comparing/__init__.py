"""Proposals as they are and as they were: snapshots taken, matched, and what differs between them.

Pure: nothing here opens a file. Proposals are matched by what they are, never by the file they lie in.
"""

from __future__ import annotations

from .changes import Change, Comparison, Pair, Part, changed_words
from .matching import differences
from .taking import net, snapshot_of

__all__ = ["Change", "Comparison", "Pair", "Part", "changed_words", "differences", "net", "snapshot_of"]
