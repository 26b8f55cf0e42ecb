"""XWB001: what an overview shows of the proposals, against what their forms show."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from ..layout import words
from ..model.address import Cell
from ..model.finding import Fact, Finding, Place
from ..model.overview import Heading, Net, Overview, OverviewRow, Shown
from ..model.proposal import Proposal, Registered, Run
from ..model.table import Column, ColumnRole, Line, LineKind, Table, YearRole
from .base import rule
from .text import last_part

_UNITS = (1, 1_000, 1_000_000)
_FEWEST = 2  # proposals that an overview and the forms have in common
_MOST_RELATED = 20


def nets(proposal: Proposal, unit: int | None) -> tuple[Net, ...]:
    """What a proposal comes to: by the last total line of its first table, and by every other total line.

    An overview may show any of them (gross, net, of one table or of all), so all are kept.
    """
    found: list[Net] = []
    for table in proposal.tables:
        work = partial(_headings, table.columns)
        columns = work() if table.shape is None else table.shape.once("headings of an overview", work)
        totals = [line for line in table.lines if line.kind in (LineKind.TOTAL, LineKind.SUBTOTAL)]
        for line in reversed(totals):
            found.append(_net(table, columns, [line], unit))
        plain = [line for line in table.lines if line.kind is LineKind.LINE]
        if plain and (len(plain) != 1 or not totals):
            found.append(_net(table, columns, plain, unit))
    return tuple(found)


_Headings = tuple[tuple[int, ...], tuple[Heading, ...]]


def _net(table: Table, columns: _Headings, lines: Sequence[Line], unit: int | None) -> Net:
    indexes, headings = columns
    stated = table.units[0][0] if table.units else unit
    if len(lines) == 1:
        row, amounts = lines[0].row, lines[0].amounts
        written = [str(one) if (one := amounts[index]) is not None else "0" for index in indexes]
        return Net(stated, headings, (row,) if indexes else (), " ".join(written))
    found: list[tuple[int, Decimal]] = []
    for index in indexes:
        amount, place = _ZERO, lines[0].row
        for line in reversed(lines):
            one = line.amounts[index]
            if one is not None:
                amount, place = (one if amount is _ZERO else amount + one), line.row
        found.append((place, amount))
    return Net.of(stated, headings, found)


_ZERO = Decimal(0)


def _headings(columns: Sequence[Column]) -> _Headings:
    """The columns of years and totals: their places in the table, and what an overview calls them."""
    years = [column.year for column in columns]
    named = [
        (index, ("total" if column.role is ColumnRole.TOTAL else str(column.year), column.number))
        for index, column in enumerate(columns)
        if column.role is ColumnRole.TOTAL
        or not (column.year is None or column.year_role is YearRole.ACCOUNT or years.count(column.year) > 1)
    ]
    return tuple([index for index, _ in named]), tuple([heading for _, heading in named])


@rule("XWB001")
def overview_and_forms_differ(run: Run) -> Iterator[Finding]:
    """An overview shows other amounts than the forms of the same run, or lists other proposals.

    A line is the form of its number, else of its title, which may be all that a form has. Units are
    converted, and what rounding to the digits of the overview explains is silent. Where no line at all
    agrees, that is told once, and only when the overview says what its amounts are in. Missing ones are told
    once, and only where overview and forms are plainly of the same committee. Proposals that were withdrawn,
    moved, replaced or rejected are not compared.

    Flagged::

            A             B           C      D
        1   Skema 2.1.2. 01
        2   Licenser
        3   Beløb i 1.000 kr.
        4                 2023        2024
        5   Løn           100         200
        7   Skema 2.1.2. 02
        8   Servere
        9   Beløb i 1.000 kr.
        10                2023        2024
        11  Løn           300         300
        13
        14  Oversigt
        15  Beløb i 1.000 kr.
        16
        17  Skema         Titel       2023   2024
        18  2.1.2. 01     Licenser    100    250
        19  2.1.2. 02     Servere     300    300
        #: XWB001 D18

    Clean::

            A             B           C      D
        1   Skema 2.1.2. 01
        2   Licenser
        3   Beløb i 1.000 kr.
        4                 2023        2024
        5   Løn           100         200
        7   Skema 2.1.2. 02
        8   Servere
        9   Beløb i 1.000 kr.
        10                2023        2024
        11  Løn           300         300
        13
        14  Oversigt
        15  Beløb i mio. kr.
        16
        17  Skema         Titel       2023   2024
        18  2.1.2. 01     Licenser    0,1    0,2
        19  2.1.2. 02     Servere     0,3    0,3
    """
    if not run.overviews or not (run.registered or run.unnumbered):
        return
    forms = _Forms((*run.registered, *run.unnumbered))
    joined = [(one, joined) for one in run.overviews if (joined := _joined(one, forms)) is not None]
    listed = {id(form) for _, pairs in joined for _, found in pairs for form in found}
    for overview, pairs in joined:
        yield from _amounts(overview, pairs)
        yield from _missing(overview, pairs, run.active, listed)


class _Forms:
    """The forms of a run, to be found by number, by a number they had, and by title."""

    def __init__(self, registered: Iterable[Registered]) -> None:
        self._by_number: dict[str, list[Registered]] = defaultdict(list)
        self._by_earlier: dict[str, list[Registered]] = defaultdict(list)
        self._by_title: dict[str, list[Registered]] = defaultdict(list)
        for one in registered:
            if one.number:
                self._by_number[_plain(one.number)].append(one)
            for name in one.identity:
                self._by_earlier[_plain(name)].append(one)
            if one.title:
                self._by_title[words.fold(one.title)].append(one)

    def of(self, row: OverviewRow) -> list[Registered]:
        """The forms that a line of an overview means: one, copies of one, or none."""
        if row.number is not None:
            found = self._by_number.get(_plain(row.number)) or self._by_earlier.get(_plain(row.number))
            if found:
                return found
        titled = self._by_title.get(words.fold(row.title), []) if row.title else []
        return titled if len({_plain(one.number) for one in titled}) == 1 else []


def _plain(number: str) -> str:
    return "".join(number.split()).casefold()


_Pairs = Sequence[tuple[OverviewRow, list[Registered]]]


def _joined(overview: Overview, forms: _Forms) -> _Pairs | None:
    """Each line with its forms; None where the overview is of other proposals, or no overview at all."""
    pairs = [(row, forms.of(row)) for row in overview.rows]
    found = sum(bool(some) for _, some in pairs)
    if found < _FEWEST or (not overview.numbered and 2 * found < len(pairs)):
        return None
    return pairs


@dataclass(frozen=True, slots=True)
class _Off:
    """A line that shows something else than its form: where, and where the form says so."""

    row: OverviewRow
    form: Registered
    net: Net
    columns: tuple[tuple[Shown, Shown], ...]  # of the overview, of the form


def _amounts(overview: Overview, pairs: _Pairs) -> Iterator[Finding]:
    compared = [
        (row, [one for one in found if one.active and one.nets])
        for row, found in pairs
        if row.amounts and any(one.active and one.nets for one in found)
    ]
    if not compared:
        return
    unit, sign = _meant(overview, compared)
    off = [one for row, found in compared if (one := _off(row, found, overview, unit, sign)) is not None]
    if len(off) < len(compared) or len(off) < _FEWEST:
        yield from (_told(overview, one, unit) for one in off)
    elif overview.unit is not None:  # where no line agrees, it may show something else than the forms
        shown = [one.columns[0][0] for one in off]
        places = [Place(overview.sheet, one.cell) for one in shown[1:]]
        numbers = [_called(one.row, one.form) for one in off]
        yield _counted(overview, "none_agree", numbers, places, shown[0].cell)


def _meant(overview: Overview, compared: _Pairs) -> tuple[int | None, int]:
    """The unit of an overview, where it states none, and its sign: the ones by which most lines agree."""
    units: tuple[int | None, ...] = (overview.unit,) if overview.unit is not None else (None, *_UNITS)
    best: tuple[int, int | None, int] | None = None
    for unit in units:
        for sign in (1, -1):
            agree = sum(_off(row, found, overview, unit, sign) is None for row, found in compared)
            if best is None or agree > best[0]:
                best = (agree, unit, sign)
    assert best is not None
    agree, unit, sign = best
    if sign < 0 and (agree < _FEWEST or 2 * agree < len(compared)):
        return units[0], 1
    return unit, sign


def _off(
    row: OverviewRow, found: Sequence[Registered], overview: Overview, unit: int | None, sign: int
) -> _Off | None:
    """How a line differs from its form; None where it agrees with some way to read it."""
    first: _Off | None = None
    for form in found:
        for net in form.nets:
            columns = tuple(_differing(row, net, overview, unit, sign))
            if not columns:
                return None
            first = first or _Off(row, form, net, columns)
    return first


def _differing(
    row: OverviewRow, net: Net, overview: Overview, unit: int | None, sign: int
) -> Iterator[tuple[Shown, Shown]]:
    """The years in which a line shows another amount, or the total where all years agree."""
    own = {one.column: one for one in net.amounts}
    times = Decimal(unit) if unit is not None and net.unit is not None else Decimal(1)
    form_times = Decimal(net.unit) if unit is not None and net.unit is not None else Decimal(1)
    steps = overview.step * times, net.step * form_times
    slack = max(steps) / 2 if steps[0] != steps[1] else Decimal(0)
    years = [one for one in row.amounts if one.column != "total"]
    off = False
    for one in years:
        theirs = own.get(one.column)
        if theirs is not None and abs(one.amount * times * sign - theirs.amount * form_times) > slack:
            off = True
            yield one, theirs
    total = next((one for one in row.amounts if one.column == "total"), None)
    if total is None or off:
        return
    theirs = own.get("total") or _sum_of(net, [one.column for one in years])
    covered = {one.column for one in years} == {one.column for one in net.amounts if one.column != "total"}
    if theirs is None or not (covered or not years):
        return  # the totals are of other years
    room = slack * (len(years) + 1)
    if abs(total.amount * times * sign - theirs.amount * form_times) > room:
        yield total, theirs


def _sum_of(net: Net, years: Sequence[str]) -> Shown | None:
    some = [one for one in net.amounts if one.column != "total" and (not years or one.column in years)]
    if not some:
        return None
    return Shown("total", sum((one.amount for one in some), Decimal(0)), some[-1].cell)


def _told(overview: Overview, off: _Off, unit: int | None) -> Finding:
    (shown, theirs), *others = off.columns
    facts: dict[str, Fact] = {
        "shown": shown.amount,
        "expected": theirs.amount,
        "number": _called(off.row, off.form),
        "year": shown.column,
    }
    variant = "total" if shown.column == "total" else ""
    if unit is not None and off.net.unit is not None and unit != off.net.unit:
        facts |= {"unit": str(unit), "units": (str(off.net.unit),)}
        variant = f"{variant}_units" if variant else "units"
    if variant:
        facts["variant"] = variant
    path = off.form.path if off.form.path != overview.path else None
    related = [Place(off.form.sheet, theirs.cell, path)]
    related += [Place(overview.sheet, one.cell) for one, _ in others]
    return Finding(
        "XWB001",
        overview.sheet,
        shown.cell,
        facts,
        related=tuple(related),
        proposal=off.form.number or None,
        key=("overview", shown.column),
        amounts=(shown.amount, theirs.amount),
        path=overview.path,
    )


def _missing(
    overview: Overview, pairs: _Pairs, active: Sequence[Registered], listed: set[int]
) -> Iterator[Finding]:
    """Lines without a form, and forms without a line, of the committees that both are of; each told once."""
    if not overview.numbered:
        return
    rows: dict[str, list[tuple[OverviewRow, list[Registered]]]] = defaultdict(list)
    for row, found in pairs:
        if row.number is not None:
            rows[_series(row.number)].append((row, found))
    forms: dict[str, list[Registered]] = defaultdict(list)
    for one in active:
        forms[_series(one.number)].append(one)
    without_form: list[OverviewRow] = []
    unlisted: dict[str, Registered] = {}
    for series, some in rows.items():
        there = {_plain(one.number or row.number or "") for row, found in some for one in found}
        if len(there) < _FEWEST:
            continue
        of_series = {_plain(one.number) for one in forms.get(series, ())}
        if 2 * len(there) >= len(some):
            without_form += [row for row, found in some if not found]
        if 2 * len(there) >= len(of_series):
            unlisted |= {_plain(one.number): one for one in forms.get(series, ()) if id(one) not in listed}
    if without_form:
        yield _counted(
            overview,
            "no_form",
            _numbers(without_form),
            [Place(overview.sheet, row.cell) for row in without_form[1:]],
            without_form[0].cell,
        )
    left = [one for plain, one in unlisted.items() if not _same_listed(plain, active, listed)]
    if left:
        places = [Place(one.sheet, one.cell, one.path if one.path != overview.path else None) for one in left]
        yield _counted(overview, "not_listed", [one.number for one in left], places, overview.cell)


def _called(row: OverviewRow, form: Registered) -> str:
    """What a form is called that a line of an overview means: by a number, else by its title."""
    return form.number or row.number or f"»{form.title}«"


def _numbers(rows: Sequence[OverviewRow]) -> list[str]:
    return [row.number for row in rows if row.number is not None]


def _same_listed(plain: str, active: Sequence[Registered], listed: set[int]) -> bool:
    """Whether a copy of a form is listed."""
    return any(_plain(one.number) == plain and id(one) in listed for one in active)


def _series(number: str) -> str:
    """What the numbers of a committee begin with."""
    said = last_part(number)
    return said[0] if said is not None else ""


def _counted(
    overview: Overview, variant: str, numbers: Sequence[str], places: Sequence[Place], cell: Cell
) -> Finding:
    facts: Mapping[str, Fact] = {"variant": variant, "number": tuple(numbers)}
    return Finding(
        "XWB001",
        overview.sheet,
        cell,
        facts,
        related=tuple(places[:_MOST_RELATED]),
        key=("overview", variant, *numbers),
        path=overview.path,
    )
