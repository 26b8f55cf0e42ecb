"""What a cell of an analysis says: its text, or its number, as allocations or needs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from ..model.amount import Bound, Period
from ..model.analysis import Allocation, Figure, Need, OfWhich, Scope, Status, Years
from ..prose.stated import Stated, stated
from ..prose.words import ABOUT
from . import words

_SPLIT = re.compile(r"(?<=[.!?;])\s+(?=[A-ZÆØÅ])|(?<=\))\s+(?=[A-ZÆØÅ][a-zæøå]+ )|\s*\n\s*|\s*[•▪●]\s*")
_NO_END = re.compile(
    r"\b(?:ca|mio|mia|mill|pr|evt|inkl|ekskl|bl\.a|f\.eks|nr|kl|jf|max|maks|min|stk|vedr|pæd|ift|ifm|hhv|d|kap|afd)\.\s+\Z",
    re.IGNORECASE,
)
_YEAR = re.compile(
    r"(?<![\d.,/-])(?P<first>(?:19|20)\d\d)"
    r"(?:\s?(?P<link>-|–|til og med|til|/|og)\s?(?P<last>(?:(?:19|20)\d\d|\d\d)))?"
    r"(?![\d]|[.,]\d|-?\s?(?:PL|pl\b|priser|p/l)|-niveau)"
)
_PRICES_BEFORE = re.compile(r"\b(?:pl|p/l|prisniveau|niveau)[\s-]*\Z", re.IGNORECASE)
_FROM_BEFORE = re.compile(
    r"\b(?:fra|siden|fra og med|fra og m\.|med start i|gældende fra)(?:\s+(?:og med|budget|år))?\s*\Z", re.I
)
_UNTIL_BEFORE = re.compile(
    r"\b(?:til og med|frem til|til udgangen af|t\.o\.m\.|indtil|udløber i?|til)(?:\s+(?:år|ultimo))?\s*\Z",
    re.I,
)
_CLAUSE = re.compile(r",? men |; | dog ", re.IGNORECASE)


class Segment(NamedTuple):
    """A sentence or line of a cell."""

    text: str
    low: str  # in small letters
    amounts: tuple[Stated, ...]


@lru_cache(maxsize=1024)
def segments(text: str) -> tuple[Segment, ...]:
    """The sentences and lines of a cell, each with its amounts."""
    pieces: list[str] = []
    begin = 0
    for match in _SPLIT.finditer(text):
        piece = text[begin : match.end()]
        if "\n" not in match[0] and _NO_END.search(piece):
            continue
        pieces.append(text[begin : match.start()])
        begin = match.end()
    pieces.append(text[begin:])
    return tuple(
        Segment(piece, piece.lower(), stated(piece)) for piece in (one.strip() for one in pieces) if piece
    )


def is_nothing(text: str) -> bool:
    """Whether a cell holds a filler for no amount: '-', 'n/a', 'Ingen'."""
    return text.strip().casefold() in words.NOTHING


def is_dash(text: str) -> bool:
    """Whether a cell holds a lone dash."""
    return text.strip() in words.DASHES


def reference_of(text: str) -> str | None:
    """What a cell refers to instead of saying it: 'Se ovenfor', 'Samme som case Unge'; else None."""
    plain = " ".join(text.split())
    if len(plain) > 120 or not words.begins("reference", plain) or stated(plain):
        return None
    return plain


# --- years ------------------------------------------------------------------------------------------


def _years(text: str) -> Iterator[tuple[int, Years]]:
    """The stretches of years that a text names, and where; price levels are none."""
    for match in _YEAR.finditer(text):
        before = text[: match.start()]
        if _PRICES_BEFORE.search(before):
            continue
        first = int(match["first"])
        last = first
        if match["last"] and match["link"] not in ("/",):
            long = int(match["last"]) if len(match["last"]) == 4 else first // 100 * 100 + int(match["last"])
            if first < long <= first + 30:
                last = long
        if last == first and _FROM_BEFORE.search(before):
            yield match.start(), Years(first, None)
        elif last == first and _UNTIL_BEFORE.search(before):
            yield match.start(), Years(None, last)
        else:
            yield match.start(), Years(first, last)


def _years_of(segment: Segment, number: int) -> tuple[Years, ...]:
    """The years of an amount: those behind it in its clause, else those before it there."""
    amount = segment.amounts[number]
    begin, end = _clause(segment.low, amount)
    previous = max([one.end for one in segment.amounts[:number] if one.end > begin], default=begin)
    following = min([one.start for one in segment.amounts[number + 1 :] if one.start < end], default=end)
    found = list(_years(segment.text))
    behind = tuple(years for at, years in found if amount.end <= at < following)
    return behind or tuple(years for at, years in found if previous <= at < amount.start)


def _clause(low: str, amount: Stated) -> tuple[int, int]:
    """The clause around an amount: a 'men' turns a sentence to something else."""
    begin, end = 0, len(low)
    for match in _CLAUSE.finditer(low):
        if match.end() <= amount.start:
            begin = match.end()
        elif match.start() >= amount.end:
            end = match.start()
            break
    return begin, end


# --- figures ----------------------------------------------------------------------------------------


def _lead(segment: Segment, number: int) -> str:
    """What stands between an amount and the one before it, in small letters."""
    begin = segment.amounts[number - 1].end if number else 0
    return segment.low[begin : segment.amounts[number].start]


def _tail(segment: Segment, number: int) -> str:
    """What stands between an amount and the next one, without what leads to that."""
    start = segment.amounts[number].end
    if number + 1 == len(segment.amounts):
        return segment.low[start:]
    tail = segment.low[start : segment.amounts[number + 1].start]
    cuts = [
        at
        for at in (tail.rfind(", "), tail.rfind(" og "), tail.rfind(" samt "), tail.rfind(" + "))
        if at >= 0
    ]
    return tail[: max(cuts)] if cuts else tail


_BOUND_LEAD = re.compile(r"(?P<word>[^\W\d_]+\.?(?: [^\W\d_]+\.?)?)\s*\Z")


def _figure(segment: Segment, number: int, *, least: bool) -> Figure:
    """An amount with what is said around it; of a range, the end that is not too hopeful is added up."""
    amount = segment.amounts[number]
    lead, tail = _lead(segment, number), _tail(segment, number)
    written = segment.text[amount.start : amount.end].strip()
    bound = amount.bound
    low: Decimal | None = amount.low
    high: Decimal | None = amount.high
    if bound is Bound.EXACT and low == high:
        bound = _bound_around(lead, tail)
    if bound is Bound.AT_LEAST:
        high = None
    elif bound is Bound.AT_MOST:
        low = None
    kroner = amount.low if least else amount.high
    period = amount.period or _period(tail, lead)
    return Figure(kroner, low, high, bound, period, _written(segment, amount, written))


def _bound_around(lead: str, tail: str) -> Bound:
    plain = lead.rstrip(" (:")
    for bound, known in (
        (Bound.AT_MOST, words.AT_MOST),
        (Bound.AT_LEAST, words.AT_LEAST),
        (Bound.ABOUT, ABOUT),
    ):
        for word in known:
            if plain.endswith(word) and not plain[: -len(word)][-1:].isalpha():
                if word == "fra" or (word in ("over", "under") and not plain[: -len(word)].strip(" (:,")):
                    continue
                return bound
    behind = tail.lstrip()
    outside = re.sub(r"\([^)]*\)", "", tail).lstrip() if "(" in tail else behind
    if any(one.startswith(words.STARTS["open_end"]) or " + evt" in one for one in (behind, outside)):
        return Bound.AT_LEAST
    if re.search(r"\bog (?:opefter|opad|derover)\b|\bsom minimum\b", behind):
        return Bound.AT_LEAST
    return Bound.EXACT


def _written(segment: Segment, amount: Stated, written: str) -> str:
    """An amount as a sentence quotes it: with the word for its bound."""
    lead = segment.text[: amount.start].rstrip()
    for word in (*words.AT_MOST, *words.AT_LEAST):
        if word not in ("fra", "over", "under") and lead.lower().endswith(word):
            at = len(lead) - len(word)
            if not lead[:at][-1:].isalpha():
                return f"{lead[at:]} {written}"
    return written


def _period(tail: str, lead: str) -> Period | None:
    for text in (tail, lead):
        places = [
            (at, period)
            for section, period in (("annual", Period.YEAR), ("once", Period.ONCE), ("month", Period.MONTH))
            if (at := words.first(section, text)) >= 0
        ]
        if places:
            return min(places, key=lambda place: place[0])[1]
    return None


# --- what is set aside ------------------------------------------------------------------------------


def allocations(text: str, blank: Allocation, *, asserted: bool = False) -> tuple[Allocation, ...]:
    """What a cell says is set aside; ``blank`` holds its place, case, theme and year.

    With ``asserted`` the text is no cell of its own column: only sentences that say so are taken.
    """
    reference = reference_of(text)
    if reference is not None:
        return (
            replace(blank, text=reference, reference=reference, same_as=words.says("same", text.lower())),
        )
    found: list[Allocation] = []
    for segment in segments(text):
        low = segment.low
        if asserted and not _asserts(low):
            continue
        if not segment.amounts:
            if found and _is_spent(low):
                found[-1] = replace(found[-1], statuses=(*found[-1].statuses, Status.SPENT))
            continue
        _read_segment(segment, blank, found)
    if words.says("same", text.lower()):
        found = [replace(one, same_as=True) for one in found]
    return tuple(_without_sums(found))


def _asserts(low: str) -> bool:
    """Whether a sentence outside the columns says that money is set aside in a budget."""
    at = low.find("budget")
    return at >= 0 and ("afsat" in low or "bevilget" in low or "sat af" in low) and "casen" not in low


def _is_spent(low: str) -> bool:
    return words.says("spent", low) and not any(word in low for word in words.UNLESS_SPENT)


def _read_segment(segment: Segment, blank: Allocation, found: list[Allocation]) -> None:
    low = segment.low
    for number, amount in enumerate(segment.amounts):
        lead = _lead(segment, number)
        figure = _figure(segment, number, least=True)
        if found and words.says("of_which", lead):
            behind = low[amount.end :].split(")")[0]
            last = found[-1]
            part = OfWhich(
                figure.kroner,
                segment.text[amount.start : amount.end + len(behind)].strip(),
                _is_elsewhere(behind),
            )
            if part.kroner <= last.kroner:
                found[-1] = replace(last, of_which=(*last.of_which, part))
                continue
        if words.says("cut", lead) or (found and _was_cut(found[-1], lead)):
            changed = _cut(lead, figure, found)
            if changed is not None:
                found[-1] = changed
                continue
        if (
            found
            and re.search(
                r"\b(?:pulje|ramme|bevilling)[a-zæøå]* på\s*\Z|\bud af (?:de |i alt )?\Z|\baf de\s*\Z", lead
            )
            and number
        ):
            found[-1] = replace(found[-1], part_of=figure.kroner)
            continue
        begin, _ = _clause(low, amount)
        if _denied(low[begin : amount.start]):
            continue
        text = _told(segment, number)
        found.append(
            replace(
                blank,
                text=text,
                figure=figure,
                years=_years_of(segment, number),
                statuses=(Status.SPENT,) if _is_spent(_around(segment, number)) else (),
                external=words.says("external", low[begin:]),
            )
        )


def _denied(before: str) -> bool:
    """Whether the words before an amount say that it is not set aside."""
    at = words.first("negation", before)
    return at >= 0 and ("afsat" in before[at:] or "sat af" in before[at:] or "bevilget" in before[at:])


def _is_elsewhere(behind: str) -> bool:
    return behind.lstrip().startswith(words.STEMS["elsewhere"])


def _was_cut(last: Allocation, lead: str) -> bool:
    """Whether the amount before was what somebody reduced: 'reduceret fra 500.000 kr. til'."""
    return (
        bool(words.says("cut", last.text.lower()))
        and last.left is None
        and lead.strip() in ("til", "til ca.")
    )


def _cut(lead: str, figure: Figure, found: Sequence[Allocation]) -> Allocation | None:
    """The allocation before an amount that stands behind 'reduceret til' or 'reduceret med'."""
    if not found:
        return None
    last = found[-1]
    word = lead.rstrip(" (:").removesuffix(" ca.").rsplit(" ", 1)[-1]
    if word in ("til", "nu"):
        left = figure.kroner
    elif word == "med":
        left = last.kroner - figure.kroner
    else:
        return None
    if not 0 <= left <= last.kroner:
        return None
    return replace(last, left=left, statuses=tuple(dict.fromkeys((*last.statuses, Status.CUT))))


def _around(segment: Segment, number: int) -> str:
    """What belongs to an amount: from the one before it, or the start of its clause, to the next."""
    amount = segment.amounts[number]
    end = segment.amounts[number + 1].start if number + 1 < len(segment.amounts) else len(segment.low)
    return segment.low[amount.start : end] if number else segment.low[:end]


_JOINTS = (", ", " og ", " samt ", ". ", " + ", " (", "; ")


def _told(segment: Segment, number: int) -> str:
    """The words of an amount: its segment, from where it parts from the one before to the next one."""
    begin, end = 0, len(segment.text)
    for other in range(1, len(segment.amounts)):
        lead = _lead(segment, other)
        if words.says("of_which", lead) or words.says("cut", lead):
            continue
        joint = max(lead.rfind(mark) for mark in _JOINTS)
        at = segment.amounts[other].start - (len(lead) - joint if joint >= 0 else 0)
        if other > number:
            end = at
            break
        begin = at
    return segment.text[begin:end].strip(" ,+;").removeprefix("og ").removeprefix("samt ").strip()


def _without_sums(found: list[Allocation]) -> list[Allocation]:
    """Allocations without one that only adds up those before it in the cell."""
    kept: list[Allocation] = []
    for one in found:
        if (
            len(kept) > 1
            and one.kroner == sum(other.kroner for other in kept)
            and words.says("total", one.text.lower())
        ):
            continue
        kept.append(one)
    return kept


# --- what is needed ---------------------------------------------------------------------------------


def needs(text: str, blank: Need) -> tuple[Need, ...]:
    """What a cell says is needed; ``blank`` holds its place, case, theme and the scope of its column."""
    reference = reference_of(text)
    if reference is not None:
        return (replace(blank, text=reference, reference=reference),)
    found: list[Need] = []
    silent: dict[Scope, list[Segment]] = {}
    scope = blank.scope
    for segment in segments(text):
        if words.begins("all", segment.text) and not _of_people(segment.low):
            scope = Scope.ALL
        elif words.begins("own", segment.text):
            scope = Scope.CASE
        if not segment.amounts:
            silent.setdefault(scope, []).append(segment)
            continue
        scope = _read_needs(segment, blank, scope, found)
    found = _without_parts(found)
    for of, said in silent.items():
        low = " ".join(one.low for one in said)
        statuses = _statuses(low)
        own = [one for one in found if one.scope is of]
        if own:
            last = own[-1]
            found[found.index(last)] = replace(
                last, statuses=tuple(dict.fromkeys((*last.statuses, *statuses)))
            )
        else:
            found.append(replace(blank, text=" ".join(one.text for one in said), scope=of, statuses=statuses))
    return tuple(found)


def _of_people(low: str) -> bool:
    """Whether 'alle' counts people and not places: 'Alle elever får en pc'."""
    parts = low.split()
    return any(part.strip(",.:") in words.PEOPLE for part in parts[1:3])


def _read_needs(segment: Segment, blank: Need, scope: Scope, found: list[Need]) -> Scope:
    low = segment.low
    for number, amount in enumerate(segment.amounts):
        lead = _lead(segment, number)
        tail = _tail(segment, number)
        if number or found:
            clause = re.split(r"[(:;,]|\bog\b|\bsamt\b", lead)[-1] if number else lead
            opened = lead.rfind("(")
            inner = lead[opened + 1 :] if opened >= 0 else clause
            if number and any(words.begins("all", one) and not _of_people(one) for one in (inner, clause)):
                scope = Scope.ALL
            elif number and any(words.begins("own", one) for one in (inner, clause)):
                scope = Scope.CASE
        own = scope
        if any(_behind(tail, word) for word in words.ALL_BEHIND):
            own = Scope.ALL
        figure = _figure(segment, number, least=False)
        if found and words.says("of_which", lead) and figure.kroner <= found[-1].figure_kroner():
            continue
        statuses = _statuses(_around(segment, number), with_amount=True)
        found.append(
            replace(
                blank,
                text=_told(segment, number) if len(segment.amounts) > 1 else segment.text,
                scope=own,
                figure=figure,
                years=() if Status.COVERED in statuses else _years_of(segment, number),
                statuses=statuses,
                each=words.is_each(low[: amount.start], low[amount.end :]),
            )
        )
    return scope


def _behind(tail: str, word: str) -> bool:
    at = tail.find(word)
    if at < 0 or at > 30:
        return False
    following = tail[at + len(word) :].split()
    return not (following and following[0].strip(",.:") in words.PEOPLE)


def _without_parts(found: Sequence[Need]) -> list[Need]:
    """Needs without the parts of one that adds them up: '300.000 til A og 500.000 til B, i alt 800.000'."""
    kept: list[Need] = []
    for one in found:
        parts = [other for other in kept if other.scope is one.scope]
        if (
            len(parts) > 1
            and one.figure_kroner() == sum(other.figure_kroner() for other in parts)
            and words.says("total", one.text.lower())
        ):
            kept = [other for other in kept if other.scope is not one.scope]
        kept.append(one)
    return kept


def with_period_of_case(found: list[Need]) -> list[Need]:
    """Needs of a theme, where what all need is as often as what the case needs."""
    own = next((one.figure.period for one in found if one.scope is Scope.CASE and one.figure), None)
    if own is None:
        return found
    return [
        replace(one, figure=replace(one.figure, period=own))
        if one.scope is Scope.ALL and one.figure is not None and one.figure.period is None
        else one
        for one in found
    ]


def _statuses(low: str, *, with_amount: bool = False) -> tuple[Status, ...]:
    """What a stretch says in the place of an amount, or of one."""
    found: list[Status] = []
    if words.says("covered", low):
        found.append(Status.COVERED)
    if words.says("absorbed", low):
        found.append(Status.ABSORBED)
    if words.says("no_need", low) and not with_amount:
        found.append(Status.NONE)
    if words.says("analyse", low) and not found:
        found.append(Status.ANALYSE)
    return tuple(found)


def figure_of_number(value: Decimal, unit: int, period: Period | None) -> Figure:
    """A number of a cell as a figure; its column's heading says the unit and the period."""
    kroner = value * unit
    return Figure(kroner, kroner, kroner, Bound.EXACT, period, "")


def is_for_all(text: str) -> bool:
    """Whether the heading of a column of needs means all places: 'Behov, alle distrikter'."""
    low = text.lower()
    return (
        re.search(r"\b(?:alle|samtlige|hele kommunen|kommunen samlet|opskaleret|udbredt)\b", low) is not None
    )


def period_of(text: str) -> Period | None:
    """How often the amounts of a column fall due, by its heading."""
    return _period(text.lower(), "")
