"""What marking leaves in a workbook, so that it can be taken away again.

Marking gives cells a colour and a note, and adds two sheets: the list of findings, and a record that only
a program sees (very hidden). The record says for every marked cell what it looked like before, once, as
text in cells: the command line and the buttons in Excel read and write the same one. Both sheets carry a
token in their first row; it, and not their name, says that they are ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from .address import Cell, parse_cell
from .book import Book, Sheet
from .edit import NewCell

AUTHOR = "budget-tools"
LIST_TOKEN = "budget-tools:kontrol"
RECORD_TOKEN = "budget-tools:record:1"  # the number goes up when older versions could not read it

_COLUMNS = ("number", "sheet", "cell", "colour", "fill", "style", "spans", "note", "anchor")


class Place(NamedTuple):
    """A cell of a sheet."""

    sheet: str
    cell: Cell


@dataclass(frozen=True, slots=True)
class Appearance:
    """What a cell looks like, as far as marking changes it.

    ``fill`` is the fill as the file format spells it, without namespaces; ``style`` the number of the cell
    format: -1 for a cell that names none, None where there is no cell at all. ``spans`` are the columns that
    its row says to use. ``note`` is "" for none, "note" or "thread"; ``anchor`` is where the note's box is.
    """

    fill: str
    style: int | None = None
    spans: str = ""
    note: str = ""
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """A marked cell: its number in the list, where it was, the colour it got, and what it was before."""

    number: int
    place: Place
    colour: str
    before: Appearance


@dataclass(frozen=True, slots=True)
class Record:
    """All that marking changed in a workbook; ``counts`` are how long its lists of styles were."""

    marks: tuple[Mark, ...]
    counts: tuple[tuple[str, int], ...] = ()

    def rows(self) -> tuple[tuple[NewCell | None, ...], ...]:
        """The record as the rows of a sheet, all of them text."""
        head = (RECORD_TOKEN, ";".join(f"{name}={count}" for name, count in self.counts))
        lines = [head, _COLUMNS]
        for mark in self.marks:
            before = mark.before
            style = "" if before.style is None else str(before.style)
            lines.append(
                (
                    str(mark.number),
                    mark.place.sheet,
                    str(mark.place.cell),
                    mark.colour,
                    before.fill,
                    style,
                    before.spans,
                    before.note,
                    before.anchor,
                )
            )
        return tuple(tuple(NewCell(text) if text else None for text in line) for line in lines)


def is_ours(sheet: Sheet) -> bool:
    """Whether marking made a sheet: it is no part of the budget, and never checked."""
    tokens = (LIST_TOKEN, RECORD_TOKEN)
    return bool(sheet.rows) and any(type(value) is str and value in tokens for value in sheet.rows[0])


def our_sheets(book: Book) -> tuple[str, ...]:
    """The names of the sheets that marking made."""
    return tuple(sheet.name for sheet in book.sheets if is_ours(sheet))


def record_of(book: Book) -> Record | None:
    """The record of a marked workbook; None when it is not marked."""
    for sheet in book.sheets:
        if sheet.rows and sheet.rows[0] and sheet.rows[0][0] == RECORD_TOKEN:
            return _read(sheet)
    return Record(()) if our_sheets(book) else None


def _read(sheet: Sheet) -> Record:
    lines = [[str(value) for value in row] for row in sheet.rows]
    counts = tuple(
        (name, int(count))
        for name, _, count in (one.partition("=") for one in "".join(lines[0][1:2]).split(";"))
        if count.lstrip("-").isdigit()
    )
    marks = []
    for line in lines[2:]:
        said = dict(zip(_COLUMNS, (*line, *[""] * len(_COLUMNS)), strict=False))
        try:
            number, place = int(said["number"]), Place(said["sheet"], parse_cell(said["cell"]))
            style = int(said["style"]) if said["style"] else None
        except ValueError:
            continue  # a line that somebody wrote into: what it said is lost, the others are not
        before = Appearance(said["fill"], style, said["spans"], said["note"], said["anchor"])
        marks.append(Mark(number, place, said["colour"], before))
    return Record(tuple(marks), counts)


def found_again(record: Record, notes: Mapping[Place, int]) -> dict[Mark, Place]:
    """Where each mark is now: where its note is, which Excel moves along, else where it was."""
    by_number = {number: place for place, number in notes.items()}
    return {mark: by_number.get(mark.number, mark.place) for mark in record.marks}


def number_of(note: str) -> int | None:
    """The number of the mark that a note speaks of; None for a note that is not ours.

    >>> number_of("Grethe:\\nSpørg Lone\\n\\nbudget-tools 12:\\nFejl ARI001"), number_of("Grethe:\\nok")
    (12, None)
    """
    for line in reversed(note.splitlines()):
        author, _, number = line.rpartition(" ")
        if author == AUTHOR and number.endswith(":") and number[:-1].isdigit():
            return int(number[:-1])
    return None


def lead(number: int) -> str:
    """The first line of a note of ours."""
    return f"{AUTHOR} {number}:"


def has_colour(fill: str, colour: str) -> bool:
    """Whether a fill, as the file format spells it, is that colour and nothing else.

    The colour behind the pattern, which nobody sees, is not looked at: every program writes its own.
    """
    return 'patternType="solid"' in fill and f'<fgColor rgb="FF{colour}"/>' in fill
