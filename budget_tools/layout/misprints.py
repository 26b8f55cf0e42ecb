"""A row of years in which one was mistyped: 2052 between 2024 and 2026.

Without this such a row heads no table, or two, and nobody is told why. What a row may hold for comparison (an
earlier year at either end, the same year twice under other words) is no misprint.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from itertools import pairwise, permutations
from typing import TYPE_CHECKING, NamedTuple

from ..model.book import Sheet, Value
from . import words

if TYPE_CHECKING:
    from .headings import Placed, YearCell

_FEWEST = 3  # two years and a third number do not tell what that should be
_ENOUGH_AT_AN_END = 3  # so many years in sequence tell what stands at their end
_SHORTEST, _LONGEST = 100, 99_999  # a year with a digit too few, or too many
_EARLIEST, _LATEST = 60, 10  # what stands so far from its place at an end is no other year to compare with
_LONGEST_TEXT = 30
FIRST_YEAR, LAST_YEAR = 1950, 2100
_DIGITS = re.compile(r"\d+")


class _Slot(NamedTuple):
    """A cell of the row that holds a year, or what may be meant as one: the number, and how it is written."""

    column: int
    number: int
    skeleton: str
    cell: YearCell | None


def mended(sheet: Sheet, row: int, cells: list[YearCell], odd: Sequence[Placed]) -> list[YearCell]:
    """The years of a row with the misprint among them, where there is one, as what it should be.

    ``odd`` are the numbers in the row that are no years.
    """
    if len(cells) < 2 or len(odd) > 1:
        return cells
    plain = not odd and all(later.year - cell.year == 1 for cell, later in pairwise(cells))
    if plain:
        return cells  # as nearly all rows are
    slots = _slots(sheet, row, cells, odd)
    years = [slot.cell.year if slot.cell is not None else None for slot in slots]
    found = [
        (index, expected)
        for index, slot in enumerate(slots)
        if slot.skeleton
        and (expected := _expected(years, index)) is not None
        and _is_misprint(sheet, row, slots, index, expected)
    ]
    if len(found) != 1:
        return cells
    ((index, expected),) = found
    slot = slots[index]
    alike = next(one.cell for one in slots if one.cell is not None and one.skeleton == slot.skeleton)
    meant = (slot.cell or alike)._replace(column=slot.column, year=expected, written=slot.number)
    rest = [cell for cell in cells if cell.column != slot.column]
    return sorted((*rest, meant), key=lambda cell: cell.column)


def among(numbers: Sequence[int]) -> tuple[int, int] | None:
    """Which of some numbers, years in order but for one, is the misprint, and the year that it should be."""
    years = [number if FIRST_YEAR <= number <= LAST_YEAR else None for number in numbers]
    found = [
        (index, expected)
        for index, number in enumerate(numbers)
        if (expected := _expected(years, index)) is not None
        and number != expected
        and _SHORTEST <= number <= _LONGEST
        and _is_slip(number, expected, inside=0 < index < len(numbers) - 1)
    ]
    return found[0] if len(found) == 1 and len(numbers) > _FEWEST else None


def _slots(sheet: Sheet, row: int, cells: Sequence[YearCell], odd: Sequence[Placed]) -> list[_Slot]:
    slots = [_Slot(cell.column, cell.year, _skeleton(sheet.value(row, cell.column)), cell) for cell in cells]
    known = {slot.skeleton for slot in slots}
    for _, column, value in odd:
        if isinstance(value, int | float) and value == int(value) and "0" in known:
            slots.append(_Slot(column, int(value), "0", None))
    texts = known - {"0", "date", ""}
    taken = {slot.column for slot in slots}
    if texts:
        for column in range(min(taken) + 1, max(taken)):
            value = sheet.value(row, column)
            if column not in taken and isinstance(value, str) and _skeleton(value) in texts:
                slots.append(_Slot(column, int(_DIGITS.findall(value)[0]), _skeleton(value), None))
    return sorted(slots, key=lambda slot: slot.column)


def _skeleton(value: Value) -> str:
    """How a year is written, without the year; empty where more than one number is in it."""
    if isinstance(value, str):
        if len(value) > _LONGEST_TEXT or len(_DIGITS.findall(value)) != 1:
            return ""
        return _DIGITS.sub("#", words.fold(value))
    return "date" if isinstance(value, datetime | date) else "0"


def _expected(years: Sequence[int | None], index: int) -> int | None:
    """The year that belongs in a place, as the years around it tell; None where they do not."""
    if len(years) < _FEWEST:
        return None
    for step in (1, -1):
        before, after = _run(years[:index][::-1], -step), _run(years[index + 1 :], step)
        if before and after and after[0] - before[0] == 2 * step:
            if len(before) + len(after) > 2 or len(years) == _FEWEST:
                return before[0] + step
        elif not after and len(before) >= _ENOUGH_AT_AN_END and index == len(years) - 1:
            return before[0] + step
        elif not before and len(after) >= _ENOUGH_AT_AN_END and index == 0:
            return after[0] - step
    return None


def _run(years: Sequence[int | None], step: int) -> list[int]:
    """The years from a place on, as long as each is a step from the one before."""
    run: list[int] = []
    for year in years:
        if year is None or (run and year - run[-1] != step):
            break
        run.append(year)
    return run


def _is_misprint(sheet: Sheet, row: int, slots: Sequence[_Slot], index: int, expected: int) -> bool:
    """Whether the number in a place is its year with digits mixed up, or the year beside it once more."""
    slot = slots[index]
    others = [one for at, one in enumerate(slots) if at != index]
    if slot.number == expected or all(one.skeleton != slot.skeleton for one in others):
        return False
    inside = 0 < index < len(slots) - 1
    if not _SHORTEST <= slot.number <= _LONGEST:
        return False
    twin = next((one for one in others if one.number == slot.number), None)
    if twin is not None:
        return inside and twin.skeleton == slot.skeleton and not _told_apart(sheet, row, slot, twin)
    if inside and len(slots) > _FEWEST and FIRST_YEAR <= slot.number <= LAST_YEAR:
        numbers = [one.number for one in others]
        return not min(numbers) <= slot.number <= max(numbers)  # the only year that is missing belongs there
    return _is_slip(slot.number, expected, inside=inside)


def _is_slip(number: int, expected: int, *, inside: bool) -> bool:
    """Whether a number is a year with its digits mixed up; at an end of a row it is far from it, too."""
    if inside and number in _with_a_digit_changed(expected):
        return True
    far = not expected - _EARLIEST <= number <= expected + _LATEST
    return (inside or far) and number in _misspelt(expected)


def _told_apart(sheet: Sheet, row: int, one: _Slot, other: _Slot) -> bool:
    """Whether what stands over or under two equal years says that they are of two kinds."""
    for place in (row - 2, row - 1, row + 1):
        pair = sheet.value(place, one.column), sheet.value(place, other.column)
        if pair[0] != pair[1] and any(isinstance(text, str) and text.strip() for text in pair):
            return True
    return False


def _misspelt(year: int) -> set[int]:
    """A year with its digits in another order, with one too many, or with one too few."""
    text = str(year)
    found: set[str] = {text[:at] + text[at + 1 :] for at in range(4)}
    found.update(text[:at] + digit + text[at:] for at in range(5) for digit in "0123456789")
    found.update(map("".join, permutations(text)))
    return {int(one) for one in found if one[0] != "0"} - {year}


def _with_a_digit_changed(year: int) -> set[int]:
    text = str(year)
    return {int(text[:at] + digit + text[at + 1 :]) for at in range(1, 4) for digit in "0123456789"} - {year}
