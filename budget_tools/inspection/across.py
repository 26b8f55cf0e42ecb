"""What can only be said of a whole run: which numbers stand twice, or are written unlike the others.

Rules that hold proposals against each other are asked here too, once all workbooks were read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from ..model.finding import Finding
from ..model.overview import Overview
from ..model.proposal import Registered, Run
from ..prose.numbering import is_number, numbering_of
from ..schema import check_register
from ..settings import Settings
from .asking import ask, rule_of, rules_by_subject
from .registers import as_registers_say


def inspect_run(registered: Sequence[Registered], listed: Sequence[Overview] = ()) -> list[Finding]:
    """What can only be said of a whole run; each finding names the workbook that it belongs to.

    ``listed`` are the overviews and registers of its workbooks.
    """
    known = as_registers_say(registered, listed)
    unlike, numbering = _numbering(known)
    registered, unnumbered = [one for one in known if one.number], [one for one in known if not one.number]
    active = [one for one in (*registered, *_told_apart(unnumbered, unlike)) if one.active]
    twice = check_register([f"{one.scope}|{one.number.replace(' ', '')}" for one in active])
    groups: dict[tuple[str, str], list[Registered]] = defaultdict(list)
    for index in twice:
        one = active[index]
        groups[one.scope, one.number.replace(" ", "")].append(one)
    same_number = tuple([tuple(group) for group in groups.values()])
    run = Run(same_number, tuple(registered), tuple(listed), tuple(unnumbered), unlike, numbering)
    findings: list[Finding] = []
    ask([rule_of("IDN001"), rule_of("IDN002"), *rules_by_subject()[Run]], run, Settings(), findings)
    called = identities(registered)
    return [replace(one, identity=called.get((one.path or "", one.proposal or ""), ())) for one in findings]


def _numbering(
    registered: Sequence[Registered],
) -> tuple[tuple[Registered, ...], tuple[str | None, str, int] | None]:
    """The proposals that are numbered unlike the others, and the numbering of a run where they tell it.

    What is no number in any numbering tells nothing of how the others are written.
    """
    unfamiliar = [one for one in registered if one.unfamiliar]
    if not unfamiliar:
        return (), None
    numbered = [one for one in registered if one.number or is_number(one.unfamiliar)]
    found = numbering_of([one.number or one.unfamiliar for one in numbered]) if numbered else None
    if found is None:
        return tuple(unfamiliar), None
    fitting = {id(numbered[at]) for at in found.fitting}
    unlike = tuple(one for one in registered if (one.number or one.unfamiliar) and id(one) not in fitting)
    return unlike, (found.pattern, found.example, len(found.fitting))


def _told_apart(unnumbered: Sequence[Registered], unlike: Sequence[Registered]) -> Sequence[Registered]:
    """Proposals by numbers that nobody has laid down, where nearly all of these are different.

    Where each workbook counts its own from 1, a number that stands twice says nothing.
    """
    told = {id(one) for one in unlike}
    named = [
        replace(one, number=one.unfamiliar) for one in unnumbered if one.unfamiliar and id(one) not in told
    ]
    different = len({(one.scope, one.number) for one in named})
    return named if len(named) - different <= max(1, len(named) // 10) else ()


def identities(registered: Iterable[Registered]) -> dict[tuple[str, str], tuple[str, ...]]:
    """What else the proposals of a run are or were called, by the path of the workbook and their number."""
    return {(one.path, one.number): one.identity for one in registered if one.identity and one.number}
