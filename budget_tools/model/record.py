"""``record``: a dataclass that is frozen for the type checker, and as quick to make as one that is not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__all__ = ["record"]

if TYPE_CHECKING:
    from dataclasses import dataclass as record
else:
    from dataclasses import dataclass

    def record(**options: Any) -> Any:
        """A dataclass to be used as ``@record(frozen=True, slots=True)``.

        A check makes thousands of small values, and Python's own way of freezing them makes each take four
        times as long. Nobody assigns to their fields: mypy says so of every line that would. They can be
        hashed and compared as frozen ones can.
        """
        if options.get("frozen"):
            options |= {"frozen": False, "unsafe_hash": options.get("eq", True)}
        return dataclass(**options)
