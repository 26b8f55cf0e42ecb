"""Where proposals stand on a sheet and what their headings say."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from ..model.address import Cell
from ..model.book import Sheet, Value
from ..model.proposal import Text
from ..prose.numbering import is_nearly_number, is_number, meant_by
from . import words
from .headings import Note
from .identity import Identity, answered, formerly
from .misprints import FIRST_YEAR, LAST_YEAR

_FORM = re.compile(
    rf"[*_\s]*(?P<word>{'|'.join(re.escape(w) for w in sorted(words.FORM, key=len, reverse=True))})"
    r"(?![\w-])[\s.:]*(?P<asked>(?:nr|no|nummer|number)\b[\s.:]*)?(?P<rest>.*)",
    re.IGNORECASE | re.DOTALL,
)
_LONGEST_ANCHOR = 120
_NUMBER_LIKE = re.compile(r"[\dXx][\dXx.,/\- ]*[a-zA-Z]?(?![\w])")
_FIRST_PIECE = re.compile(r"[\w.,/-]*\w")
_LIKE_DIGITS = frozenset("OIl")
_ACCOUNT = re.compile(r"(?P<account>\d[\d.]{2,})\s*//\s*(?P<title>.+)", re.DOTALL)
_SEPARATOR = re.compile(r"\s+[-–—/|]\s+")


@dataclass(slots=True)
class Start:
    """The place where a proposal begins, and what its first line says."""

    row: int
    cell: Cell
    number_text: str
    number_cell: Cell
    beside: str = ""  # what stands behind the number in the same cell
    is_title: bool = False  # only a title such as 'Driftsforslag': the number is missing
    titled: bool = False  # what stands beside the number is the proposal's own title


@lru_cache(maxsize=64)
def _grammar(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?P<number>{pattern})(?!\w)")


def proposal_number(text: str, pattern: str) -> str | None:
    """A number in the grammar of the settings, its blanks made single; None when it does not fit."""
    match = _grammar(pattern).fullmatch(words_only(text))
    return match["number"] if match else None


def words_only(text: str) -> str:
    """A text without the marks that a conversion leaves around it, its blanks made single."""
    return " ".join(text.replace("*", " ").replace("\u00a0", " ").split())


def anchor(text: str, pattern: str) -> tuple[str, str] | None:
    """The number and what follows it in the first line of a form; ('', '') for a bare 'Skema'."""
    if len(text) > _LONGEST_ANCHOR:
        return None
    match = _FORM.fullmatch(text.strip())
    if not match:
        return None
    rest = words_only(match["rest"]).strip(" :")
    if not rest:
        return "", ""
    found = _grammar(pattern).match(rest)
    if found:
        beside = rest[found.end() :].strip(" -–:*")
        if beside and not (beside[0].isupper() or beside[0] in "-–(" or formerly(beside, pattern)):
            return None  # 'Skema 2.1.2. 01 viser, at …' is a sentence
        return found["number"], beside
    mistyped = _mistyped(rest, pattern) or _other_number(rest, asked=_asks(match))
    if mistyped:
        beside = rest[len(mistyped) :].strip(" -–:")
        if not beside or beside[0].isupper() or beside[0] == "(":
            return mistyped, beside
    if rest[0].isupper() and _names_committee(rest):
        return "", rest
    like = _NUMBER_LIKE.match(rest)
    if like and like[0].strip():
        beside = rest[like.end() :].strip(" -–:")
        if not beside and len(rest) <= 24:
            return rest, ""
        if beside and beside[0].isupper() and any(map(str.isdigit, like[0])) and len(like[0]) > 1:
            return like[0].strip(), beside
        return None
    return None


_MOST_PIECES = 3  # of a number, by the blanks in it


@lru_cache(maxsize=4096)
def _mistyped(rest: str, pattern: str) -> str | None:
    """What a text begins with, if that is a number in the grammar but for a slip: '2.1.2. O1'."""
    pieces = rest.split(" ")
    for count in range(min(_MOST_PIECES, len(pieces)), 0, -1):
        text = " ".join(pieces[:count]).rstrip(" :;-–")
        if meant_by(text, pattern) is not None:
            return text
    return None


def _other_number(rest: str, *, asked: bool) -> str | None:
    """What a text begins with, if that is a number with letters in it: '1O5' among 101, 102; 'BU-12'.

    Only in a run is it told which of them was meant to be one. Where nobody asks for a number, one that
    begins with a letter must look like digits throughout: 'Budgetforslag V2' is the second version.
    """
    match = _FIRST_PIECE.match(rest)
    text = match[0] if match else ""
    letters = set(filter(str.isalpha, text))
    if not letters or words.year_of_text(text) is not None:
        return None  # 'B2024' is a year
    if text[0].isdigit():
        return text if is_nearly_number(text) and not is_number(text) else None
    if not (asked or (len(text) > 2 and letters <= _LIKE_DIGITS)):
        return None
    return text if is_number(text) or is_nearly_number(text) else None


def _asks(match: re.Match[str]) -> bool:
    """Whether the words before a number ask for one: 'Forslag nr.', 'Skemanummer'."""
    return bool(match["asked"]) or words.fold(match["word"]) in _FORM_ONLY


def starts(sheet: Sheet, notes: Sequence[Note], pattern: str) -> list[Start]:
    """Every place where a proposal begins, top to bottom."""
    found: list[Start] = []
    titles: list[Start] = []
    for row, column, text, heard in notes:
        if not heard.form or len(text) > _LONGEST_ANCHOR:
            continue
        folded = words.fold(text)
        if folded in words.FORM_TITLE:
            titles.append(Start(row, Cell(row, column), "", Cell(row, column), is_title=True))
            continue
        said = anchor(text, pattern)
        if said is None or _is_line(sheet, row, column):
            continue
        number, beside = said
        if _is_year(number) and any(_is_year(value) for value in _others(sheet, row, column)):
            continue  # the heading of a column: 'Forslag 2024' beside 'Budget 2023'
        cell = number_cell = Cell(row, column)
        if not number and not beside:
            if _heads_numbers(sheet, row, column, pattern) or _beside_years(sheet, row, column):
                continue  # the heading of a column: 'Skema' over the numbers of a list, or 'Blok' over titles
            neighbour = _right_of(sheet, row, column)
            if neighbour is not None and (
                len(neighbour.text) <= 24 or anchor("Skema " + neighbour.text, pattern)
            ):
                if any(map(str.isdigit, neighbour.text)):
                    number, number_cell = words_only(neighbour.text), neighbour.cell
                    renumbered = anchor("Skema " + number, pattern)
                    if renumbered and formerly(renumbered[1], pattern):
                        number, beside = renumbered
                elif folded not in _FORM_ONLY:
                    continue
            elif folded not in _FORM_ONLY:
                continue  # 'Forslag' alone is a word of many meanings
            if number_cell == cell and neighbour is None and not text.strip().endswith(":"):
                number_cell = cell
        found.append(Start(row, cell, number, number_cell, beside, titled=_is_titled(text, beside)))
    for title in titles:
        below = [start for start in found if 0 <= start.row - title.row <= 6]
        if below:
            nearest = min(
                below, key=lambda start: (start.cell.row, abs(start.cell.column - title.cell.column))
            )
            nearest.row = min(nearest.row, title.row)
        else:
            found.append(title)
    found.sort(key=lambda start: (start.row, start.cell.column))
    merged: list[Start] = []
    for start in found:
        if merged and start.is_title and merged[-1].is_title and start.row - merged[-1].row <= 3:
            continue
        merged.append(start)
    return merged


def _is_titled(text: str, beside: str) -> bool:
    """Whether a colon or a dash behind the number leads to a title: 'Forslag nr. 4.01: Natteam'."""
    lead = words_only(text).removesuffix(beside).rstrip() if beside else ""
    return lead.endswith((":", "-", "–")) and not _names_committee(beside)


_FORM_ONLY = frozenset(
    word for word in words.FORM if word.startswith(("skema", "form n", "proposal n", "forslagsn"))
)


def _is_line(sheet: Sheet, row: int, column: int) -> bool:
    """Whether amounts stand beside a text: 'Forslag 12' names a line of a register then and opens no form."""
    amounts = [
        value
        for value in sheet.rows[row - sheet.top][column + 1 - sheet.left :]
        if isinstance(value, int | float) and not FIRST_YEAR <= value <= LAST_YEAR
    ]
    if len(amounts) >= 2:
        return True
    # one amount beside it, and another such line right above or below: a list with a total only
    return len(amounts) == 1 and any(
        isinstance(value := sheet.value(row + step, column), str)
        and len(value) <= _LONGEST_ANCHOR
        and _FORM.fullmatch(value.strip()) is not None
        for step in (-1, 1)
    )


def _heads_numbers(sheet: Sheet, row: int, column: int, pattern: str) -> bool:
    """Whether two cells below hold numbers of proposals."""
    found = 0
    for place in range(row + 1, row + 8):
        value = sheet.value(place, column)
        if isinstance(value, str) and value and len(value) <= _LONGEST_ANCHOR:
            said = anchor(value, pattern)
            found += proposal_number(value, pattern) is not None or bool(said is not None and said[0])
    return found >= 2


def _beside_years(sheet: Sheet, row: int, column: int) -> bool:
    """Whether the next two cells with anything in them are years: the row heads a table."""
    beside = [value for value in sheet.rows[row - sheet.top][column + 1 - sheet.left :] if value != ""]
    return len(beside) >= 2 and all(_is_year(value) for value in beside[:2])


def _others(sheet: Sheet, row: int, column: int) -> list[Value]:
    """What stands in the other cells of a row."""
    values = sheet.rows[row - sheet.top]
    return [value for at, value in enumerate(values, sheet.left) if at != column]


def _is_year(value: Value) -> bool:
    """Whether a cell is a year as a heading writes it: 2024, '2024/25', 'Budget 2023'."""
    if isinstance(value, str):
        return words.year_of_text(value) is not None
    return isinstance(value, int | float) and FIRST_YEAR <= value <= LAST_YEAR


def _right_of(sheet: Sheet, row: int, column: int) -> Text | None:
    """The next text or number to the right in the same row."""
    if not sheet.top <= row <= sheet.bottom:
        return None
    values = sheet.rows[row - sheet.top]
    for number in range(column + 1, min(sheet.left + len(values), column + 8)):
        value = values[number - sheet.left]
        if value == "" or (isinstance(value, str) and not value.strip()):
            continue
        if isinstance(value, float) and value == int(value):
            return Text(str(int(value)), Cell(row, number))
        return Text(str(value), Cell(row, number))
    return None


@dataclass(slots=True)
class Fields:
    """What the heading of a form says."""

    committee: str | None = None
    area: str | None = None
    title: Text | None = None
    account: str | None = None
    account_asked: Cell | None = None
    number: Text | None = None
    identity: Identity = field(default_factory=Identity)


_OF_IDENTITY = frozenset(("permanent_id", "earlier_numbers", "status"))
_LONGEST_FORM_TITLE = max(map(len, words.FORM_TITLE)) + 10  # with the marks around it


def fields(
    sheet: Sheet,
    start: Start,
    texts: Sequence[tuple[int, int, str]],
    labels: Mapping[tuple[int, int], str],
    pattern: str,
) -> tuple[Fields, list[Text]]:
    """The heading of a form and the rest of its text, from the texts of its region in reading order.

    ``labels`` tells which cells ask for a field, and which. Labelled cells ('Udvalg:' beside
    'Økonomiudvalget') are taken by their label; otherwise the first line after the number is the committee
    and area, and the next one the title.
    """
    said = Fields()
    used: set[tuple[int, int]] = {start.cell, start.number_cell}
    former = formerly(start.beside, pattern) if start.beside else ()
    if former:
        said.identity.earlier_numbers = former
    elif start.titled:
        said.title = Text(start.beside, start.cell)
    elif start.beside:
        _committee_and_area(said, start.beside)
    for row, column, text in texts if labels else ():
        name = labels.get((row, column))
        if name is None or (row, column) in used:
            continue
        if name == "account" and said.account_asked is None and len(text) <= words.LONGEST_FIELD:
            said.account_asked = Cell(row, column)
        behind = text.partition(":")[2].strip()
        value = Text(behind, Cell(row, column)) if behind else _right_of(sheet, row, column)
        if name in _OF_IDENTITY:
            if value is not None and answered(said.identity, name, value.text, pattern):
                used.add(value.cell)
            elif not text.rstrip().endswith(":"):
                continue  # a text that only begins with such a word
        elif value is not None:
            if getattr(said, name) is None:
                setattr(said, name, value if name == "title" else value.text.strip())
            used.add(value.cell)
        used.add((row, column))
    prose: list[Text] = []
    rest = iter(texts)
    for row, column, text in rest:
        if (row, column) in used:
            continue
        if len(text) <= _LONGEST_FORM_TITLE and words.fold(text) in words.FORM_TITLE:
            continue
        piece = Text(text, Cell(row, column))
        if start.is_title and said.number is None:
            plain = words_only(piece.text)
            if proposal_number(plain, pattern) or meant_by(plain, pattern):
                said.number = Text(plain, piece.cell)
                continue
        if piece.cell.row < start.cell.row:
            continue
        untitled = said.title is None or (start.titled and not prose)
        if said.committee is None and untitled and _names_committee(piece.text):
            _committee_and_area(said, piece.text)
        elif said.title is None and not prose and len(piece.text) <= 150:
            match = _ACCOUNT.fullmatch(piece.text.strip())
            if match:
                said.account = said.account or match["account"]
            said.title = Text((match["title"] if match else piece.text).strip(), piece.cell)
        else:
            prose.append(piece)
        if said.title is not None and not start.is_title and (prose or not start.titled):
            break  # whatever comes now is prose
    for row, column, text in rest:
        titles = len(text) <= _LONGEST_FORM_TITLE and words.fold(text) in words.FORM_TITLE
        if row >= start.cell.row and not titles and (row, column) not in used:
            prose.append(Text(text, Cell(row, column)))
    return said, prose


def _names_committee(text: str) -> bool:
    folded = text.casefold()
    return len(text) <= 100 and ("udvalg" in folded or "committee" in folded or "byråd" in folded)


def _committee_and_area(said: Fields, text: str) -> None:
    committee, area = _parted(text)
    said.committee = said.committee or committee or None
    if said.area is None:
        said.area = area


@lru_cache(maxsize=1024)
def _parted(text: str) -> tuple[str, str | None]:
    """A line such as 'Økonomiudvalget - Administration' as the committee and, where it has one, the area."""
    committee, *area = _SEPARATOR.split(words_only(text), maxsplit=1)
    return committee.strip(), area[0].strip() if area else None
