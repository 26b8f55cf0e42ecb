"""A comparison to read: proposal by proposal, what is another than it was."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TextIO

from rich.text import Text

from ..catalog import LANGUAGES, Language, plural, say, word
from ..comparing import Change, Comparison, Pair, Part, changed_words, net
from ..model.amount import format_number
from ..model.snapshot import Snapshot
from .console import WIDEST, Lines, console_on
from .wording import plain, shown_path

CODE = "XWB002"
_AROUND = 60  # so much of what stayed the same is shown on either side of a change


@dataclass(frozen=True, slots=True)
class Worded:
    """A change in a reader's words: what changed, from what, to what."""

    what: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Tally:
    """How many proposals became what. ``renumbered`` and ``moved`` are among the changed ones."""

    same: int
    changed: int
    new: int
    gone: int
    renumbered: int
    moved: int
    unread: int


def tally(comparison: Comparison) -> Tally:
    """The proposals of a comparison, counted."""
    both = [pair for pair in comparison.pairs if pair.old is not None and pair.new is not None]
    return Tally(
        sum(pair.same for pair in both),
        sum(not pair.same for pair in both),
        sum(pair.old is None for pair in comparison.pairs),
        sum(pair.new is None for pair in comparison.pairs),
        sum(pair.renumbered for pair in both),
        sum(pair.moved for pair in both),
        len(comparison.unread),
    )


def language_of(comparison: Comparison) -> Language:
    """The language that a comparison is to be told in."""
    return comparison.language if comparison.language in LANGUAGES else "da"


def worded(change: Change, language: Language) -> Worded:
    """A change in words; a figure is called by its line and year."""
    if change.part is Part.FIGURE:
        what = word(
            "part", "figure", language, label=_line(change, language), column=column_of(change, language)
        )
    else:
        what = word("part", change.part, language)
    return Worded(what, _value(change, change.old, language), _value(change, change.new, language))


def _line(change: Change, language: Language) -> str:
    return plain(change.line) if change.line else word("unnamed", "line", language)


def column_of(change: Change, language: Language) -> str:
    """The year of a figure, or what its column is called."""
    return word("compare", "total", language) if change.column == "total" else plain(change.column)


def _value(change: Change, value: object, language: Language) -> str:
    if value is None or value == "":
        return word("compare", "blank" if change.part is Part.FIGURE else "nothing-said", language)
    if isinstance(value, Decimal):
        if change.part is not Part.SCALE:
            return format_number(value, language)
        key, times = ("times-up", value) if value > 1 else ("times-down", 1 / value)
        return word("compare", key, language, times=times)
    if change.part is Part.UNIT:
        return word("unit", str(value), language)
    if change.part is Part.STATUS:
        return word("status", str(value), language)
    return f"'{plain(str(value))}'" if change.part is Part.FIGURE else plain(str(value))


def message(
    pair: Pair, change: Change | None, language: Language, form_word: str, *, since: date | None = None
) -> str:
    """A change as one sentence of XWB002; without a change, that the proposal is new or gone."""
    facts: dict[str, object] = {"form": called(pair.new or pair.old, form_word)}
    if change is None:
        return say(CODE, language, {**facts, "variant": "come" if pair.old is None else "gone"})
    said = worded(change, language)
    facts |= {"what": said.what, "old": said.old, "new": said.new}
    if change.part is Part.SENTENCE:
        kind = "-new" if change.old is None else "-gone" if change.new is None else ""
        facts["variant"] = f"sentence{kind}"
    elif change.part is Part.SCALE:
        facts["variant"] = "scale"
    elif since is not None:
        facts |= {"variant": "since", "date": since}
    elif change.part is Part.UNIT:
        facts["variant"] = "unit" if change.converted else "unit-alone"
    return say(CODE, language, facts)


def called(one: Snapshot | None, form_word: str) -> str:
    """What a proposal is called: by its number, else its title, else its sheet."""
    if one is None:
        return form_word
    if one.number:
        return plain(f"{form_word} {one.number}")
    return plain(f"'{one.title}'" if one.title else one.sheet)


def write(comparison: Comparison, language: Language, target: TextIO) -> None:
    """Write a comparison as text: coloured on a terminal, plain anywhere else."""
    console = console_on(target)
    lines = Lines(min(console.width, WIDEST))
    for text in _comparison(comparison, language, lines):
        if console.is_terminal:
            console.print(text, soft_wrap=True)
        else:
            target.write(f"{text.plain}\n")


def _comparison(comparison: Comparison, language: Language, lines: Lines) -> Iterator[Text]:
    pairs = comparison.pairs
    changed = [pair for pair in pairs if pair.old is not None and pair.new is not None and not pair.same]
    for key, some in (
        ("changed", changed),
        ("new", [pair for pair in pairs if pair.old is None]),
        ("gone", [pair for pair in pairs if pair.new is None]),
    ):
        if not some:
            continue
        yield lines.wrap(word("compare", key, language), 0, style="bold underline")
        yield Text()
        for pair in some:
            yield from _pair(pair, comparison, language, lines)
            yield Text()
    if comparison.unread:
        yield lines.wrap(word("compare", "unread", language), 0, style="bold red")
        for one in comparison.unread:
            reason = say(
                "RUN002", language, {"file": plain(one.path), "reason": one.reason, **one.reason_facts}
            )
            yield lines.wrap(reason, 2)
        yield Text()
    yield lines.wrap(summary(comparison, language), 0, style="bold")


def summary(comparison: Comparison, language: Language) -> str:
    """How many proposals became what, a line or two."""
    counts = tally(comparison)
    if not comparison.pairs:
        old, new = (plain(", ".join(paths)) for paths in (comparison.old, comparison.new))
        return word("compare", "nothing", language, old=old, new=new)
    if comparison.same:
        return word("compare", "same", language, proposals=plural("proposals", counts.same, language))
    said = word(
        "compare",
        "summary",
        language,
        changed=plural("have-changed", counts.changed, language),
        new=plural("come", counts.new, language),
        gone=plural("gone", counts.gone, language),
        same=plural("unchanged", counts.same, language),
    )
    if counts.renumbered or counts.moved:
        said += " " + word(
            "compare",
            "of-these",
            language,
            renumbered=plural("renumbered", counts.renumbered, language),
            moved=plural("moved", counts.moved, language),
        )
    for paths, empty in (
        (comparison.old, counts.new == len(comparison.pairs)),
        (comparison.new, counts.gone == len(comparison.pairs)),
    ):
        if empty:
            said += " " + word("compare", "one-side", language, path=plain(", ".join(paths)))
    return said


def _pair(pair: Pair, comparison: Comparison, language: Language, lines: Lines) -> Iterator[Text]:
    one = pair.new or pair.old
    assert one is not None
    head = called(one, comparison.form_word)
    if one.title and one.number:
        head += f"  {plain(one.title)}"
    if pair.renumbered and pair.old is not None and pair.old.number:
        head += f"  ({word('compare', 'was', language, number=plain(pair.old.number))})"
    yield lines.wrap(head, 0, style="bold")
    yield lines.wrap(where(one, language), 2, style="dim")
    if pair.old is None or pair.new is None:
        yield from _totals(one, language, lines)
        return
    if pair.evidence in ("title", "text"):
        yield lines.wrap(word("compare", f"by-{pair.evidence}", language), 2, style="dim")
    figures = [change for change in pair.changes if change.part is Part.FIGURE]
    texts = [change for change in pair.changes if change.part is Part.SENTENCE]
    for change in pair.changes:
        if change.part not in (Part.FIGURE, Part.SENTENCE):
            yield lines.wrap(_said(change, language), 2)
    if figures:
        yield from _figures(figures, one, language)
    if texts:
        yield Text("  " + word("compare", "text", language), style="cyan")
        for change in texts:
            yield _sentence(change, language, lines)


def where(one: Snapshot, language: Language) -> str:
    """The workbook and sheet that a proposal stands in."""
    return word("compare", "place", language, file=shown_path(one.path), sheet=plain(one.sheet))


def _totals(one: Snapshot, language: Language, lines: Lines) -> Iterator[Text]:
    amounts = net(one)
    if not amounts:
        return
    said = ", ".join(
        f"{word('compare', 'total', language) if column == 'total' else plain(column)}: "
        f"{format_number(amount, language)}"
        for column, amount in amounts.items()
    )
    yield lines.wrap(f"{figures_heading(one, language)}: {said}", 2)


def figures_heading(one: Snapshot, language: Language) -> str:
    """'Beløb i 1.000 kr.', or without the unit where nobody says it."""
    if one.unit is None:
        return word("compare", "figures-alone", language)
    return word("compare", "figures", language, unit=word("unit", str(one.unit), language))


def _said(change: Change, language: Language) -> str:
    said = worded(change, language)
    if change.part is Part.UNIT and change.old is not None and change.new is not None:
        return word(
            "compare", "unit" if change.converted else "unit-alone", language, old=said.old, new=said.new
        )
    if change.part is Part.SCALE:
        return word("compare", "scale", language, new=said.new)
    text = word("compare", "change", language, what=said.what, old=said.old, new=said.new)
    return text[:1].upper() + text[1:]


_FIGURE = 13  # columns of an amount
_LABEL = 34


def _figures(changes: Sequence[Change], one: Snapshot, language: Language) -> Iterator[Text]:
    """Figures in columns: line and year, before, now, difference, and the cell."""
    headings = [word("compare", key, language) for key in ("before", "now", "difference")]
    numbers = "".join(heading.rjust(_FIGURE) for heading in headings)
    yield Text(f"  {figures_heading(one, language):<{_LABEL}}{numbers}", style="cyan")
    for change in changes:
        said = worded(change, language)
        difference = change.difference
        shown = signed(difference, language) if difference is not None else ""
        label = said.what
        if len(label) > _LABEL:
            yield Text(f"  {label}")
            label = ""
        cell = f"  {change.new_cell or change.old_cell}"
        if change.old_cell and change.new_cell and change.old_cell != change.new_cell:
            cell += f" ({word('compare', 'was', language, number=change.old_cell)})"
        row = f"  {label:<{_LABEL}}{said.old:>{_FIGURE}}{said.new:>{_FIGURE}}{shown:>{_FIGURE}}{cell}"
        yield Text(row, style="dim" if change.total else "")


def signed(amount: Decimal, language: Language) -> str:
    """A difference with its sign."""
    return ("+" if amount > 0 else "") + format_number(amount, language)


def _sentence(change: Change, language: Language, lines: Lines) -> Text:
    cell = f"{change.new_cell or change.old_cell}:"
    if change.old is None or change.new is None:
        key, text = ("sentence-new", change.new) if change.old is None else ("sentence-gone", change.old)
        return lines.wrap(word("compare", key, language, old=plain(str(text)), new=plain(str(text))), 4, cell)
    return lines.wrap(difference_in_words(str(change.old), str(change.new), language), 4, cell)


def difference_in_words(old: str, new: str, language: Language) -> str:
    """A sentence with what was changed in brackets; what stayed the same far from it is left out.

    >>> difference_in_words("Der ansættes 2 lærere.", "Der ansættes 3 lærere nu.", "da")
    'Der ansættes [2 → 3] lærere [nyt: nu].'
    """
    parts: list[str] = []
    stretches = changed_words(plain(old), plain(new))
    index = 0
    while index < len(stretches):
        kind, text = stretches[index]
        if kind == "same":
            parts.append(_shortened(text, first=index == 0, last=index == len(stretches) - 1))
        elif kind == "old" and index + 1 < len(stretches) and stretches[index + 1][0] == "new":
            parts.append(_bracketed("replaced", text, stretches[index + 1][1], language))
            index += 1
        else:
            key = "removed" if kind == "old" else "added"
            parts.append(_bracketed(key, text, text, language))
        index += 1
    return "".join(parts)


def _bracketed(key: str, old: str, new: str, language: Language) -> str:
    """What was changed, in brackets, the blanks around it outside."""
    before = " " if new[:1].isspace() else ""
    after = " " if new[-1:].isspace() else ""
    return before + word("compare", key, language, old=old.strip(), new=new.strip()) + after


def _shortened(text: str, *, first: bool, last: bool) -> str:
    if first and last:
        return text
    if first:
        return text if len(text) <= _AROUND else "…" + text[-_AROUND:].partition(" ")[2]
    if last:
        return text if len(text) <= _AROUND else text[:_AROUND].rpartition(" ")[0] + " …"
    if len(text) <= 2 * _AROUND:
        return text
    return text[:_AROUND].rpartition(" ")[0] + " … " + text[-_AROUND:].partition(" ")[2]


def file_name(path: str) -> str:
    """The name of a file, for headings."""
    return plain(Path(path).name)
