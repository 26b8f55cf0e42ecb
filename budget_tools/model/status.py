"""How far a proposal has come."""

from __future__ import annotations

from enum import StrEnum


class Status(StrEnum):
    """How far a proposal has come."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    WITHDRAWN = "withdrawn"
    MOVED = "moved"  # another committee has it now, under another number
    REPLACED = "replaced"
    ADOPTED = "adopted"
    ADOPTED_CHANGED = "adopted-changed"
    REJECTED = "rejected"

    @classmethod
    def of(cls, word: str) -> Status:
        """The status of a word of the settings, in either language."""
        return _DANISH.get(word) or cls(word)

    @property
    def active(self) -> bool:
        """Whether the proposal still counts: a withdrawn, moved, replaced or rejected one does not."""
        return self not in (Status.WITHDRAWN, Status.MOVED, Status.REPLACED, Status.REJECTED)


_DANISH = {
    "udkast": Status.DRAFT,
    "indsendt": Status.SUBMITTED,
    "trukket": Status.WITHDRAWN,
    "flyttet": Status.MOVED,
    "erstattet": Status.REPLACED,
    "vedtaget": Status.ADOPTED,
    "vedtaget ændret": Status.ADOPTED_CHANGED,
    "forkastet": Status.REJECTED,
}
