"""IDN: which proposal this is, and whether what it is called fits what it holds."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import pairwise

from ..layout import words
from ..model.address import Cell
from ..model.finding import Fact, Finding, Place
from ..model.proposal import Proposal, Registered, Run
from ..model.table import ColumnRole, LineKind, Table, YearRole
from ..prose import accounts
from ..prose.numbering import is_number, meant_by
from ..settings import DEFAULT_NUMBER, Committee, Settings
from .base import on, rule
from .text import last_part
from .text.piece import is_danish, piece_at, written


@rule("IDN001", failed=True)
def form_number_missing_or_invalid(subject: Proposal | Run, settings: Settings) -> Iterator[Finding]:
    """A proposal's number is missing, or is not written as numbers are (``[number] pattern``).

    Where no pattern is set, the numbers of a run tell how they are written: 101, 102, 103 are a numbering as
    good as another. Then one note says which was taken, and only a number that is unlike all others is told.
    Where a slip made it so (the letter O for a nought, a comma for a dot), the number that is meant is named.

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
    if isinstance(subject, Proposal):
        text = subject.number_text
        expected = meant_by(text, settings.number.pattern)
        facts: dict[str, Fact] = {"variant": "invalid" if text else "missing", "text": text}
        if expected is not None:
            facts |= {"variant": "mistyped", "expected": expected}
        yield on("IDN001", subject, subject.number_cell, facts)
        return
    pattern, example, count = subject.numbering or (settings.number.pattern, "", 0)
    for one in subject.unlike:
        text = one.unfamiliar or one.number
        unlike = subject.numbering is not None and is_number(text)
        facts = {"variant": "unlike" if unlike else "invalid", "text": text, "other": example}
        expected = meant_by(text, pattern) if pattern is not None else None
        if expected is not None:
            facts |= {"variant": "mistyped", "expected": expected}
        yield Finding("IDN001", one.sheet, one.cell, facts, key=(one.title,), path=one.path)
    if subject.numbering is not None:
        said: dict[str, Fact] = {"variant": "taken" if pattern else "several", "other": example}
        yield Finding("IDN001", facts={**said, "text": pattern or "", "count": count}, key=("numbering",))


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


@rule("IDN003")
def committee_against_number(proposal: Proposal, settings: Settings) -> Iterator[Finding]:
    """The committee or policy area of a proposal is not the one its number stands for.

    Silent without ``[committees]`` in the settings. A name that is nearly the right one is told as misspelt.

    Flagged::

            A      B      C
        #: committee 2.1.2 Økonomiudvalget - Administration
        2   Skema 2.1.2. 01
        3   Kulturudvalget - Administration
        4   Licenser
        5   Beløb i 1.000 kr.
        6          2023   2024
        7   Løn    100    200
        #: IDN003 A3

    Clean::

            A      B      C
        #: committee 2.1.2 Økonomiudvalget - Administration
        2   Skema 2.1.2. 01
        3   Økonomiudvalget - Administration
        4   Licenser
        5   Beløb i 1.000 kr.
        6          2023   2024
        7   Løn    100    200
    """
    if not settings.committees or proposal.number is None:
        return
    listed = committee_of(proposal.number, settings)
    if listed is None:
        return
    for said, wanted in ((proposal.committee, listed[1].committee), (proposal.area, listed[1].area)):
        if not said or not wanted or words.fold(said) == words.fold(wanted):
            continue
        near = SequenceMatcher(None, words.fold(said), words.fold(wanted)).ratio() >= _SPELT_ALIKE
        yield on(
            "IDN003",
            proposal,
            _cell_of(proposal, said),
            {
                "area": said,
                "wanted": wanted,
                "number": listed[0],
                **({"variant": "spelling"} if near else {}),
            },
        )
        return


_SPELT_ALIKE = 0.85
_HEAD_ROWS = 6  # number, committee, area and title of a form stand in so many rows


def committee_of(number: str, settings: Settings) -> tuple[str, Committee] | None:
    """The committee whose numbers a number is one of, with what those begin with."""
    for prefix, committee in settings.committees.items():
        if number.startswith(prefix) and not number[len(prefix) : len(prefix) + 1].isdigit():
            return prefix, committee
    return None


def _cell_of(proposal: Proposal, said: str) -> Cell:
    """The cell of the form's head that says something."""
    sheet = proposal.sheet
    for row in range(proposal.anchor.row, proposal.anchor.row + _HEAD_ROWS):
        if sheet.top <= row <= sheet.bottom:
            for column, value in enumerate(sheet.rows[row - sheet.top], sheet.left):
                if isinstance(value, str) and said in " ".join(value.split()):
                    return Cell(row, column)
    return proposal.number_cell


@rule("IDN004")
def wrong_proposal_type(proposal: Proposal) -> Iterator[Finding]:
    """A title calls the proposal of another type than the catalogue that it lies in.

    Flagged::

            A      B      C
        1   Driftsforslag
        2   Skema 2.1.2. 07
        3   Ungeenheden - Investeringsforslag
        4   Beløb i 1.000 kr.
        5          2023   2024
        6   Løn    100    200
        #: IDN004 A3

    Clean::

            A      B      C
        1   Driftsforslag
        2   Skema 2.1.2. 07
        3   Ungeenheden - Besparelsesforslag
        4   Beløb i 1.000 kr.
        5          2023   2024
        6   Løn    -100   -200
    """
    if proposal.title is None or proposal.title_cell is None or "orslag" not in proposal.title:
        return
    if not proposal.active:
        return
    said = _type_in(proposal.title)
    if said is None:
        return
    catalogue = _catalogue(proposal)
    if catalogue is not None and (_TYPES[said], _TYPES.get(words.fold(catalogue), "")) in _UNLIKE:
        yield on(
            "IDN004",
            proposal,
            proposal.title_cell,
            {"title": proposal.title, "type": said, "catalogue": catalogue},
        )


_TYPES = {
    "driftsforslag": "running",
    "anlægsforslag": "capital",
    "investeringsforslag": "capital",
    "besparelsesforslag": "saving",
    "spareforslag": "saving",
    "effektiviseringsforslag": "saving",
    "reduktionsforslag": "saving",
    "udvidelsesforslag": "expansion",
}
_UNLIKE = frozenset(
    pair
    for one, other in (("running", "capital"), ("saving", "expansion"))
    for pair in ((one, other), (other, one))
)


def _type_in(title: str) -> str | None:
    return next((word for word in re.findall(r"[\wæøå]+forslag", title.casefold()) if word in _TYPES), None)


def _catalogue(proposal: Proposal) -> str | None:
    """The heading of the form that says which kind of proposals it is for."""
    sheet = proposal.sheet
    for row in range(proposal.anchor.row, max(proposal.anchor.row - _HEAD_ROWS, sheet.top) - 1, -1):
        if row > sheet.bottom:
            continue
        for value in sheet.rows[row - sheet.top]:
            if isinstance(value, str) and value and words.fold(value) in words.FORM_TITLE:
                return " ".join(value.replace("*", " ").split())
    return None


@rule("IDN005")
def account_missing_or_unknown(proposal: Proposal, settings: Settings) -> Iterator[Finding]:
    """A proposal names no account, leaves the field for it empty, or names one that is not in the chart.

    Most forms have no such field, so a missing account is told only when asked for. The chart is that of the
    settings (``accounts``, where "kontoplan" stands for the public one); without it none is looked up.

    Flagged::

            A      B      C
        1   Skema 2.1.2. 07
        2   Kontering:
        3   Titel: Licenser
        4   Beløb i 1.000 kr.
        5          2023   2024
        6   Løn    100    200
        #: IDN005 A2

    Clean::

            A      B      C
        1   Skema 2.1.2. 07
        2   3106 // Licenser
        4   Beløb i 1.000 kr.
        5          2023   2024
        6   Løn    100    200
    """
    account = proposal.account
    if account:
        if settings.accounts and not _in_chart(account, settings.accounts):
            yield on(
                "IDN005", proposal, _cell_of(proposal, account), {"variant": "unknown", "account": account}
            )
        return
    if not proposal.tables:
        return
    field = _empty_field(proposal)
    if field is not None:
        yield on("IDN005", proposal, field, {"variant": "empty"})
    else:
        yield on("IDN005", proposal, proposal.title_cell or proposal.number_cell)


_FUNCTION = re.compile(r"(?<![\d.])\d\.\d\d\.\d\d(?:\.\d(?!\d))?(?![\d]|\.\d\d)")


def _in_chart(account: str, chart: tuple[str, ...]) -> bool:
    """Whether every function that an account names is in the chart; other codes are not judged."""
    named = _FUNCTION.findall(account) or ([account] if account in chart else [])
    public = accounts.PUBLIC in chart
    return all(
        any(one == known or one.startswith(known + ".") for known in chart)
        or (public and accounts.is_public(one))
        for one in named
    )


_FIELD_ROWS = 14  # a form asks for its account in its head, below its number


def _empty_field(proposal: Proposal) -> Cell | None:
    """The cell that asks for an account; it is known to have got no answer."""
    cell, anchor = proposal.account_asked, proposal.anchor
    if cell is None or cell.column != anchor.column:
        return None
    return cell if cell.row < min(proposal.tables[0].heading_row, anchor.row + _FIELD_ROWS) else None


@lru_cache(maxsize=1024)
def _kind(title: str) -> str | None:
    """What a proposal calls itself in its title: a saving, or an expansion."""
    first = _WORD.findall(words.fold(title))
    if not words.SAVINGS.isdisjoint(first):
        return "saving"
    if not words.EXPANSIONS.isdisjoint(first):
        return "expenditure"
    return None


_WORD = re.compile(r"[\wæøåéü-]+")


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
    kind = _kind(proposal.title) if proposal.title else None
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


@rule("IDN007")
def number_gap(run: Run) -> Iterator[Finding]:
    """The numbers of a catalogue leave one out: a proposal may be missing.

    Told where most numbers follow one another, within what the numbers begin with.

    Flagged::

            A      B      C
        1   Skema 2.1.2. 01
        2   Licenser
        3   Beløb i 1.000 kr.
        4          2023   2024
        5   Løn    100    200
        7   Skema 2.1.2. 02
        8   Servere
        9   Beløb i 1.000 kr.
        10         2023   2024
        11  Løn    100    200
        13  Skema 2.1.2. 03
        14  Netværk
        15  Beløb i 1.000 kr.
        16         2023   2024
        17  Løn    100    200
        19  Skema 2.1.2. 05
        20  Telefoni
        21  Beløb i 1.000 kr.
        22         2023   2024
        23  Løn    100    200
        #: IDN007 A19

    Clean::

            A      B      C
        1   Skema 2.1.2. 10
        2   Licenser
        3   Beløb i 1.000 kr.
        4          2023   2024
        5   Løn    100    200
        7   Skema 2.1.2. 20
        8   Servere
        9   Beløb i 1.000 kr.
        10         2023   2024
        11  Løn    100    200
        13  Skema 2.1.2. 30
        14  Netværk
        15  Beløb i 1.000 kr.
        16         2023   2024
        17  Løn    100    200
    """
    series: dict[str, dict[int, Registered]] = defaultdict(dict)
    for one in run.registered:
        said = last_part(one.number)
        if said is not None:
            series[said[0]].setdefault(said[1], one)
    elsewhere = [name for one in run.registered for name in one.identity]
    elsewhere += [
        meant for one in run.unlike if (meant := meant_by(one.unfamiliar, DEFAULT_NUMBER)) is not None
    ]
    left = {said for name in elsewhere if (said := last_part(name)) is not None}
    for begun, numbers in series.items():
        if len(numbers) <= _FEWEST_IN_SERIES:
            continue
        ordered = sorted(numbers)
        gaps = [(a, b) for a, b in pairwise(ordered) if b - a > 1]
        if not gaps or len(gaps) * 3 > len(ordered) - 1 or any(b - a > _WIDEST_GAP for a, b in gaps):
            continue
        for a, b in gaps:
            if all((begun, number) in left for number in range(a + 1, b)):
                continue  # what had the numbers between has others now, or mistyped ones
            before, after = numbers[a], numbers[b]
            yield Finding(
                "IDN007",
                after.sheet,
                after.cell,
                {"number": after.number, "other": before.number},
                proposal=after.number,
                key=(before.number, after.number),
                path=after.path,
            )


_FEWEST_IN_SERIES = 3
_WIDEST_GAP = 5


@rule("IDN008")
def duration_against_amounts(proposal: Proposal) -> Iterator[Finding]:
    """A proposal calls itself one-off or of a few years but costs the same every year, or permanent but ends.

    Flagged::

            A      B      C      D
        1   Skema 2.1.2. 07
        2   Nye skilte
        3   Der er tale om en engangsudgift til skilte.
        4   Beløb i 1.000 kr.
        5          2023   2024   2025
        6   Skilte  100   100    100
        #: IDN008 A3

    Clean::

            A      B      C      D
        1   Skema 2.1.2. 07
        2   Nye skilte
        3   Heraf er 20.000 kr. en engangsudgift, og driften er varig.
        4   Beløb i 1.000 kr.
        5          2023   2024   2025
        6   Skilte  120   100    100
    """
    if not is_danish(proposal):
        return
    text = written(proposal)
    said = _durations(text)
    if not said:
        return
    table = proposal.tables[0]
    years = _by_year(table)
    if len(years) < 2:
        return
    filled = tuple(year for year, amount in years if amount)
    for match in said:
        kind = match.lastgroup or ""
        if kind == "once":
            wrong = len(filled) == len(years) and len({amount for _, amount in years}) == 1
        elif kind == "always":
            wrong = bool(filled) and filled[-1] < max(year for year, _ in years)
        else:
            number = match["years"].lower()
            count = int(number) if number.isdigit() else _SPELT_OUT[number]
            wrong = len(filled) > count
        if wrong:
            yield on(
                "IDN008",
                proposal,
                piece_at(proposal, match.start()).cell,
                {"duration": " ".join(match[0].split()), "years": filled},
            )
            return


_SPELT_OUT = {"et": 1, "to": 2, "tre": 3, "fire": 4}
_LASTING = (
    "ngangs",
    "arig",
    "ermanent",
    "-årig",
    "årigt",
    "oårig",
    "reårig",
    "øber i ",
    "øber over ",
    "ælder i ",
)
_WHAT = (
    r"(?:[Ff]orslaget|[Bb]evillingen|[Uu]dgiften|[Bb]esparelsen"
    r"|[Ii]ndsatsen|[Pp]rojektet|[Ff]orsøget|[Bb]eløbet)"
)
_DURATION = re.compile(
    rf"(?P<once>(?:{_WHAT} er|[Dd]er er tale om|[Vv]arighed:)\s+(?:en |et )?(?:ren )?engangs\w*"
    r"|(?m:^[Ee]ngangs\w*$))"
    rf"|(?P<always>(?:{_WHAT} er|[Vv]arighed:|[Dd]er er tale om en)\s+(?:varigt?|permanent)\b(?! del)"
    r"|(?m:^(?:Varigt?|Permanent)$))"
    rf"|(?P<few>{_WHAT} (?:er|løber i|løber over|gælder i|gælder for)\s+(?:en |et )?"
    r"(?:(?P<years>[1-3]|to|tre)(?:[ -]?årigt?|\sår)\b))"
)


@lru_cache(maxsize=1024)
def _durations(text: str) -> tuple[re.Match[str], ...]:
    """What a text says of how long its proposal lasts: most say nothing, and the pattern is dear."""
    if not any(stem in text for stem in _LASTING):
        return ()
    return tuple(_DURATION.finditer(text))


def _by_year(table: Table) -> list[tuple[int, Decimal]]:
    """The net amount of each year, accounts of the past left out."""
    total = next((line for line in reversed(table.lines) if line.kind is LineKind.TOTAL), None)
    lines = [total] if total else [line for line in table.lines if line.kind is LineKind.LINE]
    return [
        (column.year, sum((line.amounts[index] or Decimal(0) for line in lines), Decimal(0)))
        for index, column in enumerate(table.columns)
        if column.year is not None and column.year_role is not YearRole.ACCOUNT
    ]
