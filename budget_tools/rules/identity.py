"""IDN: which proposal this is, and whether its sign fits what it is called."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from ..layout import words
from ..model.finding import Finding, Place
from ..model.proposal import Proposal, Registered, Run
from ..model.table import ColumnRole, LineKind, Table
from ..settings import Settings
from .base import on, rule


@rule("IDN001", failed=True)
def form_number_missing_or_invalid(proposal: Proposal, settings: Settings) -> Iterator[Finding]:
    """A proposal's number is missing, or is not written as numbers are (``[number] pattern``).

    Flagged::

            A      B      C
        2   Skema 2.1.2. 7x
        3   Beløb i 1.000 kr.
        4          2023   2024
        5   Løn    100    200
        #: IDN001 A2

    Clean::

            A      B      C
        2   Skema 2.1.2. 07
        3   Beløb i 1.000 kr.
        4          2023   2024
        5   Løn    100    200
    """
    text = proposal.number_text
    yield on(
        "IDN001",
        proposal,
        proposal.number_cell,
        {"variant": "invalid" if text else "missing", "text": text},
    )


@rule("IDN002", failed=True)
def number_used_twice(run: Run) -> Iterator[Finding]:
    """Two proposals have the same number: told on each of them, with what differs.

    Copies that are equal in everything are only a note. Folders named in ``exclude`` are left out.

    Flagged::

            A      B      C
        2   Skema 2.1.2. 07
        3   Beløb i 1.000 kr.
        4          2023   2024
        5   Løn    100    200
        6
        7   Skema 2.1.2. 07
        8   Beløb i 1.000 kr.
        9          2023   2024
        10  Løn    100    250
        #: IDN002 A2
        #: IDN002 A7

    Clean::

            A      B      C
        2   Skema 2.1.2. 07
        3   Beløb i 1.000 kr.
        4          2023   2024
        5   Løn    100    200
    """
    for group in run.same_number:
        unlike: dict[tuple[int, ...], Registered] = {}
        for one in group:
            unlike.setdefault(one.contents, one)
        for position, one in enumerate(group):
            near = group[: _MOST_OTHERS + 1] if position <= _MOST_OTHERS else group[:_MOST_OTHERS]
            others = [other for other in near if other is not one][:_MOST_OTHERS]
            # what is said must hold for the one that is named: one that differs, where any does
            named = next((other for other in unlike.values() if other.contents != one.contents), others[0])
            differs = tuple(
                name
                for name, mine, theirs in zip(Registered.PARTS, one.contents, named.contents, strict=True)
                if mine != theirs
            )
            more = f" (+{len(group) - 2})" if len(group) > 2 else ""
            yield Finding(
                "IDN002",
                one.sheet,
                one.cell,
                {
                    "number": one.number,
                    "other": _named(named, one) + more,
                    "differs": differs,
                    **({} if differs else {"variant": "equal"}),
                },
                related=tuple(
                    Place(other.sheet, other.cell, other.path if other.path != one.path else None)
                    for other in dict.fromkeys((named, *others))
                ),
                proposal=one.number,
                key=(one.number,),
                path=one.path,
            )


_MOST_OTHERS = 5


def _named(other: Registered, one: Registered) -> str:
    if other.path != one.path:
        return re.split(r"[\\/]", other.path)[-1]
    return f"{other.sheet}!{other.cell}"


def _kind(proposal: Proposal) -> str | None:
    """What a proposal calls itself in its title: a saving, or an expansion."""
    title = words.fold(proposal.title or "")
    first = re.findall(r"[\wæøåéü-]+", title)
    if any(word in words.SAVINGS for word in first):
        return "saving"
    if any(word in words.EXPANSIONS for word in first):
        return "expenditure"
    return None


def _net(table: Table) -> Decimal | None:
    """The amounts of all years: of the total row where there is one, else of all lines."""
    years = [index for index, column in enumerate(table.columns) if column.role is ColumnRole.YEAR]
    for line in reversed(table.lines):
        if line.kind is LineKind.TOTAL:
            return sum((line.amounts[index] or Decimal(0) for index in years), Decimal(0))
    lines = [line for line in table.lines if line.kind is LineKind.LINE]
    return sum((line.amounts[index] or Decimal(0) for line in lines for index in years), Decimal(0))


@rule("IDN006")
def sign_against_type(proposal: Proposal, settings: Settings) -> Iterator[Finding]:
    """A proposal calls itself a saving, but its net amount costs money; or the other way round.

    Expenditure is positive and savings negative unless ``sign`` says otherwise. Told once a proposal.

    Flagged::

            A      B      C
        1   Skema 2.1.2. 07
        2   Besparelse på licenser
        3   Beløb i 1.000 kr.
        4          2023   2024
        5   Løn    100    200
        #: IDN006 A2

    Clean::

            A      B      C
        1   Skema 2.1.2. 07
        2   Besparelse på licenser
        3   Beløb i 1.000 kr.
        4          2023   2024
        5   Løn    -100   -200
    """
    kind = _kind(proposal)
    if kind is None or not proposal.tables or proposal.title_cell is None:
        return
    net = _net(proposal.tables[0])
    if not net:
        return
    costs = (net > 0) == (settings.sign == "expenditure-positive")
    if costs == (kind == "expenditure"):
        return
    amounts = [a for line in proposal.tables[0].lines for a in line.amounts if a]
    facts = {"type": kind, "sign": "positive" if net > 0 else "negative"}
    if kind == "saving" and amounts and all(amount > 0 for amount in amounts):
        facts["variant"] = "all_positive"
    yield on("IDN006", proposal, proposal.title_cell, facts)
