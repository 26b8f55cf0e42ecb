"""That a person has accepted a finding: who, why, when and for which amounts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal


@dataclass(frozen=True, slots=True)
class Acceptance:
    """A line of an acceptance file: what was accepted, or that it is accepted no longer.

    ``path`` is that of the workbook as seen from the folder of the file, with slashes. With a finding's
    ``id`` goes the hash of its ``values``: when they change, the finding is back. Without an id the
    workbook itself is accepted though it cannot be checked, which always ends on a date (``until``).
    """

    action: Literal["accept", "unaccept"]
    path: str
    id: str | None
    values: str | None
    code: str
    who: str
    why: str
    when: str
    until: date | None = None

    def expired(self, today: date) -> bool:
        """Whether its last day is over."""
        return self.until is not None and today > self.until


def latest(records: Iterable[Acceptance]) -> dict[tuple[str, str | None], Acceptance]:
    """The last word on each finding of each workbook, taken back ones included.

    By time, not by the order of the lines: two files that were merged line by line say the same in
    either order. Of two words of the same moment the one that takes back counts.
    """
    found: dict[tuple[str, str | None], Acceptance] = {}
    for record in sorted(records, key=lambda one: (one.when, one.action, one.why, one.who)):
        found[record.path, record.id] = record
    return found
