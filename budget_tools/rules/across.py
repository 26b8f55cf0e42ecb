"""XWB: what proposals say beside each other, and what a proposal mixes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from decimal import Decimal

from ..model.finding import Fact, Finding, Place
from ..model.proposal import Frame, Proposal, Registered, Run
from ..model.table import Line, LineKind, Table, YearRole
from ..prose import accounts, words
from ..settings import Settings
from .base import at, rule
from .identity import committee_of
from .text.piece import first_amount, is_danish, label_cell, plain_lines, total_line, year_amounts

_APART = Decimal("1.15")


@rule("XWB004")
def unit_prices_differ(run: Run) -> Iterator[Finding]:
    """An årsværk costs clearly more in one line than in another.

    Told once a run, with the dearest and the cheapest: people cost different amounts, but somebody will ask.

    Flagged::

            A                   B      C
        1   Skema 2.1.2. 07
        2   Beløb i 1.000 kr.
        3                       2023   2024
        4   Drift 4 årsværk     2500   2500
        5   Support 2 årsværk   1000   1000
        #: XWB004 A1

    Clean::

            A                   B      C
        1   Skema 2.1.2. 07
        2   Beløb i 1.000 kr.
        3                       2023   2024
        4   Drift 4 årsværk     2200   2200
        5   Support 2 årsværk   1050   1050
    """
    priced = [(price, one) for one in run.active for price in one.staff_prices]
    if len(priced) < 2:
        return
    dear, dearest = max(priced, key=lambda pair: pair[0])
    cheap, cheapest = min(priced, key=lambda pair: (pair[0], pair[1] is dearest))
    if dear < cheap * _APART:
        return
    yield Finding(
        "XWB004",
        dearest.sheet,
        dearest.cell,
        {"dear": dear, "cheap": cheap, "number": dearest.number, "other": cheapest.number},
        related=(_place(cheapest, dearest),) if cheapest is not dearest else (),
        proposal=dearest.number,
        key=("staff",),
        amounts=(dear, cheap),
        path=dearest.path,
    )


def _place(other: Registered, one: Registered) -> Place:
    return Place(other.sheet, other.cell, other.path if other.path != one.path else None)


_FEWEST_LINES = 3  # service, transfers and their total


@rule("XWB005")
def price_levels_differ(run: Run) -> Iterator[Finding]:
    """A proposal is in another price level than the others, or than the settings want: they cannot be added.

    Flagged::

            A      B      C
        #: price_level 2024
        1   Skema 2.1.2. 07
        2   Licenser
        3   Beløb i 1.000 kr., 2023-PL
        4          2024   2025
        5   Løn    100    200
        #: XWB005 A1

    Clean::

            A      B      C
        #: price_level 2024
        1   Skema 2.1.2. 07
        2   Licenser
        3   Beløb i 1.000 kr., 2024-PL
        4          2024   2025
        5   Løn    100    200
    """
    stated = [one for one in run.active if one.price_level is not None]
    if not stated:
        return
    [(usual, _)] = Counter(one.price_level for one in stated).most_common(1)
    usual_one = next(one for one in stated if one.price_level == usual)
    for one in stated:
        wanted = one.price_level_wanted or usual
        if one.price_level == wanted:
            continue
        facts: dict[str, Fact] = {"year": one.price_level or 0, "years": (wanted or 0,)}
        if one.price_level_wanted is None:
            yield Finding(
                "XWB005",
                one.sheet,
                one.cell,
                {**facts, "number": one.number, "other": usual_one.number},
                related=(_place(usual_one, one),),
                proposal=one.number,
                key=("price-level",),
                path=one.path,
            )
        else:
            yield Finding(
                "XWB005",
                one.sheet,
                one.cell,
                {**facts, "number": one.number, "variant": "settings"},
                proposal=one.number,
                key=("price-level",),
                path=one.path,
            )


@rule("XWB006")
def frames_mixed(proposal: Proposal, settings: Settings) -> Iterator[Finding]:
    """A proposal nets service spending against benefits paid by law, which are outside the service frame.

    Fewer people on benefits save money, but no room in the frame that the staff is paid from. Where a line
    names its function (5.57.73), the chart of accounts tells which it is; else its words do.

    Flagged::

            A                           B      C
        1   Skema 2.1.2. 07
        2   Beløb i 1.000 kr.
        3                               2023   2024
        4   Vejledere                   2000   2000
        5   Færre på uddannelseshjælp   -5300  -5300
        6   I alt                       -3300  -3300
        #: XWB006 B6

    Clean::

            A                           B      C
        1   Skema 2.1.2. 07
        2   Beløb i 1.000 kr.
        3                               2023   2024
        4   Færre på kontanthjælp       -2000  -2000
        5   Færre på uddannelseshjælp   -5300  -5300
        6   I alt                       -7300  -7300
    """
    if not is_danish(proposal):
        return
    for table in proposal.tables:
        total = total_line(table) if len(table.lines) >= _FEWEST_LINES else None
        if total is None:
            continue
        paid: list[Line] = []
        others: list[Line] = []
        for line in plain_lines(table):
            frame = _frame(table, line, settings)
            if frame is not None:
                (paid if frame == "transfers" else others).append(line)
        if not paid or not others:
            continue
        signs = {_sign(line.amounts) for line in paid}, {_sign(line.amounts) for line in others}
        if signs == ({-1}, {1}) or signs == ({1}, {-1}):
            cell = first_amount(table, total)
            yield at(
                "XWB006",
                table,
                cell,
                {
                    "service": others[0].label,
                    "transfer": paid[0].label,
                    "shown": table.amount(cell) or Decimal(0),
                },
                amounts=year_amounts(table, total),
                related=[label_cell(table, line) for line in (others[0], paid[0])],
            )


def _frame(table: Table, line: Line, settings: Settings) -> str | None:
    """The frame of a line: by its account, which may stand in a cell of its own, else by its words."""
    sheet = table.sheet
    before = sheet.rows[line.row - sheet.top][: table.columns[0].number - sheet.left]
    for text in (line.label, *[value for value in before if isinstance(value, str)]):
        if accounts.names_function(text):
            return accounts.frame_of(text, settings.transfers)
    return "transfers" if line.label and words.says("transfers", line.label.lower()) else "service"


def _sign(amounts: tuple[Decimal | None, ...]) -> int:
    together = sum((amount for amount in amounts if amount is not None), Decimal(0))
    return (together > 0) - (together < 0)


def frame_of(proposal: Proposal, settings: Settings) -> Frame | None:
    """A proposal's part of its committee's frame; None where the settings give no frame."""
    if not settings.committees or proposal.number is None or not proposal.tables:
        return None
    listed = committee_of(proposal.number, settings)
    if listed is None or not listed[1].frame:
        return None
    table = proposal.tables[0]
    total = total_line(table)
    lines = [total] if total else [line for line in table.lines if line.kind is LineKind.LINE]
    amounts = tuple(
        (column.year, sum((line.amounts[index] or Decimal(0) for line in lines), Decimal(0)))
        for index, column in enumerate(table.columns)
        if column.year is not None and column.year_role is not YearRole.ACCOUNT
    )
    frame = tuple((int(year), amount) for year, amount in listed[1].frame.items() if year.isdigit())
    return Frame(listed[1].committee, frame, amounts)


@rule("XWB007")
def frame_exceeded(run: Run) -> Iterator[Finding]:
    """The proposals of a committee take more in a year than its frame in the settings.

    A number that stands twice is counted once: IDN002 tells of it. Proposals that were withdrawn, moved,
    replaced or rejected take nothing.

    Flagged::

            A      B      C
        #: committee 2.1.2 Økonomiudvalget - Administration, 2023: 150
        1   Skema 2.1.2. 07
        2   Licenser
        3   Beløb i 1.000 kr.
        4          2023   2024
        5   Løn    200    200
        #: XWB007 -

    Clean::

            A      B      C
        #: committee 2.1.2 Økonomiudvalget - Administration, 2023: 250
        1   Skema 2.1.2. 07
        2   Licenser
        3   Beløb i 1.000 kr.
        4          2023   2024
        5   Løn    200    200
    """
    framed = [one for one in run.active if one.frame is not None]
    if not framed:
        return
    sums: dict[tuple[str, int], Decimal] = defaultdict(Decimal)
    frames: dict[tuple[str, int], int] = {}
    counted: set[tuple[str, str]] = set()
    for one in framed:
        assert one.frame is not None
        key = one.frame.committee, one.number
        if key in counted:
            continue
        counted.add(key)
        frames.update({(one.frame.committee, year): amount for year, amount in one.frame.years})
        for year, amount in one.frame.amounts:
            sums[one.frame.committee, year] += amount
    for (committee, year), frame in sorted(frames.items()):
        taken = sums.get((committee, year), Decimal(0))
        if taken > frame:
            yield Finding(
                "XWB007",
                facts={"committee": committee, "year": year, "sum": taken, "frame": Decimal(frame)},
                key=(committee, str(year)),
                amounts=(taken, Decimal(frame)),
            )
