"""What differs between two snapshots of one proposal."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Literal

from ..model.address import Cell
from ..model.finding import WorkbookReport
from ..model.proposal import Text
from ..model.snapshot import Figure, Snapshot


class Part(StrEnum):
    """Which part of a proposal changed."""

    ID = "id"
    NUMBER = "number"
    TITLE = "title"
    COMMITTEE = "committee"
    AREA = "area"
    ACCOUNT = "account"
    STATUS = "status"
    UNIT = "unit"
    SCALE = "scale"  # all amounts became so many times larger or smaller, and the unit did not change
    PRICE_LEVEL = "price-level"
    LINE = "line"  # what a line of the table is called
    FIGURE = "figure"
    SENTENCE = "sentence"


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is another than it was.

    Of a figure ``old`` and ``new`` are amounts in the unit of the new form (None: it was or is not there), or
    the words that stand in its place; of a sentence its texts; else the values as the form says them, None
    for nothing. ``total``: the figure adds others up, so it follows from them. Of a unit ``converted`` tells
    whether the amounts were: if not, the same numbers mean other money now. Of a scale ``new`` is what all
    amounts were multiplied with.
    """

    part: Part
    old: str | Decimal | int | None
    new: str | Decimal | int | None
    old_cell: Cell | None = None
    new_cell: Cell | None = None
    line: str = ""
    column: str = ""
    total: bool = False
    table: int = 0
    converted: bool = True

    @property
    def difference(self) -> Decimal | None:
        """New minus old amount, nothing counted as 0; None where words are involved."""
        if self.part is not Part.FIGURE or isinstance(self.old, str) or isinstance(self.new, str):
            return None
        return Decimal(self.new or 0) - Decimal(self.old or 0)


@dataclass(frozen=True, slots=True)
class Pair:
    """A proposal before and after. Without ``old`` it is new, without ``new`` it is gone.

    ``evidence`` tells how the two were known to be one: "id", "number", "earlier-number", "title" or "text".
    """

    old: Snapshot | None
    new: Snapshot | None
    evidence: str = ""
    changes: tuple[Change, ...] = ()

    @property
    def same(self) -> bool:
        """Whether there is nothing to tell."""
        return self.old is not None and self.new is not None and not self.changes

    def changed(self, *parts: Part) -> bool:
        """Whether one of these parts changed."""
        return any(change.part in parts for change in self.changes)

    @property
    def renumbered(self) -> bool:
        """Whether it has another number than it had."""
        return self.changed(Part.NUMBER)

    @property
    def moved(self) -> bool:
        """Whether another committee has it."""
        return self.changed(Part.COMMITTEE)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two collections of proposals side by side.

    ``unread`` are the workbooks that could not be read, so that nobody knows what was in them; ``incomplete``
    that a folder could not be opened.
    """

    old: tuple[str, ...]
    new: tuple[str, ...]
    pairs: tuple[Pair, ...]
    unread: tuple[WorkbookReport, ...] = ()
    incomplete: bool = False
    language: str = "da"
    form_word: str = "Skema"

    @property
    def same(self) -> bool:
        """Whether every proposal is as it was."""
        return all(pair.same for pair in self.pairs)


def changes(old: Snapshot, new: Snapshot) -> tuple[Change, ...]:
    """What differs: what the form says of itself, then its figures, then its sentences."""
    return (*_said(old, new), *_figures(old, new), *_sentences(old.sentences, new.sentences))


def plain(text: str | None) -> str:
    """A text as it is compared: capitals, blanks and punctuation at its ends do not count."""
    return " ".join((text or "").replace("\u00a0", " ").split()).strip(" .:*").casefold()


def plain_number(number: str | None) -> str:
    """A number as it is compared: '2.1.2. 01' is '2.1.2.01'."""
    return "".join((number or "").split()).strip(".:*").casefold()


def _said(old: Snapshot, new: Snapshot) -> Iterator[Change]:
    if plain_number(old.permanent_id) != plain_number(new.permanent_id):
        yield Change(Part.ID, old.permanent_id, new.permanent_id, old.cell, new.cell)
    if plain_number(old.number) != plain_number(new.number):
        yield Change(Part.NUMBER, old.number, new.number, old.cell, new.cell)
    if _spelled(old.title) != _spelled(new.title):
        yield Change(Part.TITLE, old.title, new.title, old.title_cell, new.title_cell)
    for part, before, after in (
        (Part.COMMITTEE, old.committee, new.committee),
        (Part.AREA, old.area, new.area),
        (Part.ACCOUNT, old.account, new.account),
    ):
        if plain(before) != plain(after):
            yield Change(part, before, after, old.cell, new.cell)
    if old.status is not new.status:
        yield Change(Part.STATUS, old.status, new.status, old.cell, new.cell)
    if old.unit != new.unit:
        converted = not _same_numbers(old, new)
        yield Change(Part.UNIT, old.unit, new.unit, old.cell, new.cell, converted=converted)
    if old.price_level != new.price_level:
        yield Change(Part.PRICE_LEVEL, old.price_level, new.price_level, old.cell, new.cell)


def _spelled(text: str | None) -> str:
    return " ".join((text or "").replace("\u00a0", " ").split()).strip(" *")


def _same_numbers(old: Snapshot, new: Snapshot) -> bool:
    """Whether most amounts of two forms are the same numbers, whatever unit each is said to be in."""
    before = Counter((one.column, one.amount) for one in old.figures if one.amount)
    after = Counter((one.column, one.amount) for one in new.figures if one.amount)
    return 2 * (before & after).total() > max(before.total(), after.total())


def factor(old: Snapshot, new: Snapshot) -> Decimal:
    """What the amounts of the old form are multiplied with to be in the unit of the new one."""
    if old.unit is None or new.unit is None or old.unit == new.unit or _same_numbers(old, new):
        return Decimal(1)
    return Decimal(old.unit) / Decimal(new.unit)


_SCALES = (Decimal(1000), Decimal("0.001"), Decimal(1_000_000), Decimal("0.000001"))
_FEWEST_SCALED = 3


def _scale(old: Snapshot, new: Snapshot) -> Decimal | None:
    """What nearly all amounts were multiplied with though the unit is the same; None where they were not."""
    before = Counter((one.column, one.amount) for one in old.figures if one.amount)
    after = Counter((one.column, one.amount) for one in new.figures if one.amount)
    if min(before.total(), after.total()) < _FEWEST_SCALED or (before & after).total() * 2 > before.total():
        return None
    for scale in _SCALES:
        scaled = Counter({(column, amount * scale): count for (column, amount), count in before.items()})
        if (scaled & after).total() * 5 >= 4 * max(before.total(), after.total()):
            return scale
    return None


def _step(figures: Iterable[Figure]) -> Decimal:
    """The last digit that the amounts of a form are written with."""
    places = [_places(one.amount) for one in figures if one.amount is not None]
    return Decimal(1).scaleb(-max(places, default=0))


def _places(amount: Decimal) -> int:
    exponent = amount.normalize().as_tuple().exponent
    return max(-exponent, 0) if isinstance(exponent, int) else 0


def _figures(old: Snapshot, new: Snapshot) -> Iterator[Change]:
    times = factor(old, new)
    scale = _scale(old, new) if times == 1 else None
    if scale is not None:
        yield Change(Part.SCALE, None, scale, old.cell, new.cell)
        times = scale
    tolerance = Decimal(0)
    if times != 1:  # an amount that was rounded on its way to another unit is the same amount
        tolerance = max(_step(old.figures) * times, _step(new.figures)) / 2
    tables = _same_tables(old.figures, new.figures)
    before = _by_place([one._replace(table=tables[one.table]) for one in old.figures])
    after = _by_place(new.figures)
    names = _renamed(before, after)
    yield from _labels(before, after, names)
    before = {
        (table, names.get((table, line), line), column): one for (table, line, column), one in before.items()
    }
    order = {key: place for place, key in enumerate(after)}
    last = -1
    places: dict[tuple[int, tuple[str, int], str], tuple[int, int]] = {}
    for position, key in enumerate(before):  # what is gone stands where it stood: after what was before it
        last = order.get(key, last)
        places[key] = (last, position)
    for key in after:
        places.setdefault(key, (order[key], -1))
    for key in sorted(places, key=places.__getitem__):
        was, now = before.get(key), after.get(key)
        one = now or was
        assert one is not None
        old_value, new_value = _value(was, times), _value(now, Decimal(1))
        if _equal(old_value, new_value, tolerance):
            continue
        yield Change(
            Part.FIGURE,
            old_value,
            new_value,
            was.cell if was else None,
            now.cell if now else None,
            one.line,
            one.column,
            one.total,
            one.table,
        )


def _same_tables(old: Sequence[Figure], new: Sequence[Figure]) -> dict[int, int]:
    """Which table of the new form each one of the old is: the one with most of its lines and columns."""
    before, after = _cells_of(old), _cells_of(new)
    if len(before) == len(after) == 1:
        return dict(zip(before, after, strict=True))
    scored = sorted(
        (-len(places & others), abs(first - second), first, second)
        for first, places in before.items()
        for second, others in after.items()
    )
    found: dict[int, int] = {}
    for _, _, first, second in scored:
        if first not in found and second not in found.values():
            found[first] = second
    free = max((*after, *found.values()), default=-1) + 1
    for first in before:
        if first not in found:
            found[first], free = free, free + 1
    return found


def _cells_of(figures: Sequence[Figure]) -> dict[int, set[tuple[str, str]]]:
    found: dict[int, set[tuple[str, str]]] = defaultdict(set)
    for one in figures:
        found[one.table].add((plain(one.line), one.column))
    return found


_Line = tuple[str, int]  # a label, and which of the lines with this label
_Placed = dict[tuple[int, _Line, str], Figure]


def _by_place(figures: Sequence[Figure]) -> _Placed:
    """The figures of a form by table, line and column; lines of one label are told apart by their order."""
    rows: dict[tuple[int, str], list[int]] = defaultdict(list)
    for one in figures:
        known = rows[one.table, plain(one.line)]
        if one.cell.row not in known:
            known.append(one.cell.row)
    return {
        (one.table, (plain(one.line), rows[one.table, plain(one.line)].index(one.cell.row)), one.column): one
        for one in figures
    }


def _renamed(before: _Placed, after: _Placed) -> dict[tuple[int, _Line], _Line]:
    """Lines that are called something else and yet are the same: same amounts, or nearly the same label."""
    old_lines, new_lines = _lines(before), _lines(after)
    gone = {key: value for key, value in old_lines.items() if key not in new_lines}
    come = {key: value for key, value in new_lines.items() if key not in old_lines}
    found: dict[tuple[int, _Line], _Line] = {}
    scored = sorted(
        (
            (_alike(key, amounts, other, others), key, other)
            for key, amounts in gone.items()
            for other, others in come.items()
            if key[0] == other[0]
        ),
        key=lambda one: -one[0],
    )
    taken: set[tuple[int, _Line]] = set()
    for score, key, other in scored:
        if score >= _SAME_LINE and key not in found and other not in taken:
            found[key] = other[1]
            taken.add(other)
    return found


_SAME_LINE = 0.8


def _labels(before: _Placed, after: _Placed, names: dict[tuple[int, _Line], _Line]) -> Iterator[Change]:
    """Lines that are called something else."""
    first_old = {(table, line): one for (table, line, _), one in reversed(before.items())}
    first_new = {(table, line): one for (table, line, _), one in reversed(after.items())}
    for (table, line), other in sorted(names.items(), key=lambda pair: first_old[pair[0]].cell):
        was, now = first_old[table, line], first_new[table, other]
        if plain(was.line) != plain(now.line):
            yield Change(Part.LINE, was.line, now.line, was.cell, now.cell, now.line, table=table)


def _lines(placed: _Placed) -> dict[tuple[int, _Line], dict[str, Decimal | None]]:
    found: dict[tuple[int, _Line], dict[str, Decimal | None]] = defaultdict(dict)
    for (table, line, column), one in placed.items():
        found[table, line][column] = one.amount
    return found


def _alike(
    key: tuple[int, _Line],
    amounts: dict[str, Decimal | None],
    other: tuple[int, _Line],
    others: dict[str, Decimal | None],
) -> float:
    said = SequenceMatcher(None, key[1][0], other[1][0], autojunk=False).ratio()
    if any(amounts.values()) and amounts == others:
        return 1 + said
    return said if key[1][0] and other[1][0] else 0.0


def _value(figure: Figure | None, times: Decimal) -> Decimal | str | None:
    if figure is None:
        return None
    return figure.amount * times if figure.amount is not None else figure.written


def _equal(old: Decimal | str | None, new: Decimal | str | None, tolerance: Decimal) -> bool:
    if isinstance(old, str) or isinstance(new, str):
        return isinstance(old, str) and isinstance(new, str) and plain(old) == plain(new)
    if old is None or new is None:
        return not old and not new  # a blank and a zero say the same
    return abs(old - new) <= tolerance


_WORD = re.compile(r"\s+|[^\W_]+(?:[.,/:-][^\W_]+)*|.")
Kind = Literal["same", "old", "new"]


def changed_words(old: str, new: str) -> list[tuple[Kind, str]]:
    """A sentence before and after as stretches of words: "same" in both, only "old", only "new".

    >>> changed_words("Der ansættes 2 lærere.", "Der ansættes 3 lærere.")
    [('same', 'Der ansættes '), ('old', '2'), ('new', '3'), ('same', ' lærere.')]
    """
    before, after = _WORD.findall(old), _WORD.findall(new)
    found: list[tuple[Kind, str]] = []
    gone = come = ""
    for kind, first, last, start, end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        was, now = "".join(before[first:last]), "".join(after[start:end])
        if kind == "equal" and (was.strip() or not (gone or come)):
            found += _stretch(gone, come)
            found.append(("same", was))
            gone = come = ""
        else:  # a blank between two changed words is no island of sameness
            gone += was
            come += now
    return [*found, *_stretch(gone, come)]


def _stretch(gone: str, come: str) -> list[tuple[Kind, str]]:
    pair: list[tuple[Kind, str]] = [("old", gone), ("new", come)]
    return [(kind, text) for kind, text in pair if text]


_REWRITTEN = 0.5  # sentences with so many words in common are one that was rewritten


def _sentences(old: Sequence[Text], new: Sequence[Text]) -> Iterator[Change]:
    """Sentences that are not in both, paired where one was rewritten; their order does not matter."""
    gone, come = _left(old, new), _left(new, old)
    if _run_on(gone) == _run_on(come):
        return  # the same words, broken into cells or sentences elsewhere
    paired: dict[int, int] = {}
    taken: set[int] = set()
    bags = [Counter(_words(one.text)) for one in come]
    scored = sorted(
        (-score, first, second)
        for first, one in enumerate(gone)
        for second, score in enumerate(_overlaps(Counter(_words(one.text)), bags))
        if score >= _REWRITTEN
    )
    for _, first, second in scored:
        if first not in paired and second not in taken:
            paired[first] = second
            taken.add(second)
    for first, one in enumerate(gone):
        other = come[paired[first]] if first in paired else None
        yield Change(
            Part.SENTENCE,
            one.text,
            other.text if other is not None else None,
            one.cell,
            other.cell if other is not None else None,
        )
    for second, one in enumerate(come):
        if second not in taken:
            yield Change(Part.SENTENCE, None, one.text, None, one.cell)


def _left(these: Sequence[Text], others: Sequence[Text]) -> list[Text]:
    """The sentences that are not among the others."""
    known = Counter(_run_on([one]) for one in others)
    left = []
    for one in these:
        text = _run_on([one])
        if known[text] > 0:
            known[text] -= 1
        elif text:
            left.append(one)
    return left


_BULLETS = "-–—•·* \t"


def _run_on(sentences: Sequence[Text]) -> str:
    """Sentences one after the other without blanks and bullets."""
    return "".join("".join(one.text.split()).lstrip(_BULLETS) for one in sentences)


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def _overlaps(words: Counter[str], bags: Sequence[Counter[str]]) -> Iterator[float]:
    own = words.total()
    for bag in bags:
        yield 2 * (words & bag).total() / ((own + bag.total()) or 1)
