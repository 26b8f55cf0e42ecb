"""From the places of a sheet to its cases: every cell read, with what its heading says of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from ..model.address import Cell
from ..model.amount import Bound, decimal_of, parse_amount, parse_number
from ..model.analysis import Allocation, Case, Figure, Heading, Need, Scope, Status, Theme
from ..model.book import Sheet
from ..model.finding import Place
from . import reading, words
from .found import FoundCase, FoundTheme, Said
from .places import found_cases

_SPAN = re.compile(r"(?P<low>[0-9][0-9.,]*)\s?(?:-|–|til)\s?(?P<high>[0-9][0-9.,]*)")
_UNIT = 1_000
"""What the numbers of an analysis are in, where nothing says it."""


def read_cases(path: str, sheet: Sheet, headings: Sequence[Heading], unit: int | None) -> tuple[Case, ...]:
    """The cases of a sheet; none where it only looks like an analysis.

    ``unit`` is what the settings say that numbers are in.
    """
    if not headings:
        return ()
    found = found_cases(sheet, headings)
    if not found or not (any(one.across for one in found) or _is_proved(sheet, found)):
        return ()
    cases = tuple(_case(path, sheet, one, unit) for one in found)
    return tuple(one for one in cases if one.themes)


def _is_proved(sheet: Sheet, found: Sequence[FoundCase]) -> bool:
    """Whether the sheet is an analysis: its words say so, or its columns hold amounts in sentences."""
    said = [one for case in found for theme in case.themes for one in theme.said]
    if any(isinstance(one.value, str) and _is_prose(one.value) for one in said):
        return True
    if not said:
        return False
    texts = (value for row in sheet.rows for value in row if isinstance(value, str) and len(value) <= 120)
    return words.proves(sheet.name) or any(map(words.proves, texts))


def _is_prose(text: str) -> bool:
    """Whether a cell speaks of an amount in words, or refers to another cell for it."""
    if reading.reference_of(text) is not None:
        return True
    return sum(map(str.isalpha, text)) >= 12 and any(part.amounts for part in reading.segments(text))


def _case(path: str, sheet: Sheet, found: FoundCase, unit: int | None) -> Case:
    years = [
        one.column.year
        for theme in found.themes
        for one in theme.said
        if one.column.year and not one.column.needed
    ]
    year = years[0] if years else None
    themes = tuple(_theme(path, sheet, theme, found, year, unit) for theme in found.themes)
    return Case(
        found.name,
        _place(path, sheet, found.untied_at or found.cell),
        themes,
        found.pairing,
        found.counted,
        tuple((_place(path, sheet, cell), text, theme) for cell, text, theme in found.by_order),
        found.across,
        year,
        tuple(_totals(path, sheet, found, unit)),
        any(
            one.column.unit is None and unit is None and _number(one) is not None
            for theme in found.themes
            for one in theme.said
        ),
    )


def _place(path: str, sheet: Sheet, cell: Cell) -> Place:
    return Place(sheet.name, cell, path)


def _theme(
    path: str, sheet: Sheet, found: FoundTheme, case: FoundCase, year: int | None, unit: int | None
) -> Theme:
    allocations: list[Allocation] = []
    needs: list[Need] = []
    dashes: list[Place] = []
    for said in found.said:
        place = _place(path, sheet, said.cell)
        text = said.value if isinstance(said.value, str) else ""
        if reading.is_dash(text):
            dashes.append(place)
        elif said.column.needed:
            needs += _needs(said, place, found, case, path, sheet, unit)
        else:
            allocations += _allocations(said, place, found, case, year, unit)
    if case.across and not found.said and found.about:
        blank = Allocation(
            _place(path, sheet, _about_cell(sheet, found)), case.name, found.name, "", None, year
        )
        allocations += reading.allocations(found.about, blank, asserted=True)
    return Theme(
        found.name,
        _place(path, sheet, found.cell),
        found.about,
        tuple(allocations),
        tuple(reading.with_period_of_case(needs)),
        tuple(dashes),
    )


def _about_cell(sheet: Sheet, found: FoundTheme) -> Cell:
    """Where the description of a theme stands: its own cell, or the one that holds it below or beside."""
    first = found.about.split("\n")[0]
    for row in range(found.cell.row, min(found.cell.row + 3, sheet.bottom) + 1):
        for column in range(sheet.left, sheet.right + 1):
            value = sheet.value(row, column)
            if isinstance(value, str) and first and first in value:
                return Cell(row, column)
    return found.cell


def _number(said: Said) -> Figure | None:
    """The number of a cell, or of a text that is nothing but one, in units of its column."""
    value = said.value
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        number = decimal_of(value)
        return Figure(number, number, number, Bound.EXACT, None, "")
    if not isinstance(value, str):
        return None
    text = value.strip()
    amount = parse_amount(text)
    if amount is not None and amount.unit is None:
        low = None if amount.bound is Bound.AT_MOST else amount.value
        high = None if amount.bound is Bound.AT_LEAST else amount.value
        return Figure(amount.value, low, high, amount.bound, amount.period, text)
    match = _SPAN.fullmatch(text)
    if match:
        low, high = parse_number(match["low"]), parse_number(match["high"])
        if low is not None and high is not None and low < high:
            return Figure(low, low, high, Bound.EXACT, None, text)
    return None


def _scaled(figure: Figure, said: Said, unit: int | None, *, least: bool) -> Figure:
    factor = Decimal(said.column.unit or unit or _UNIT)
    low = figure.low * factor if figure.low is not None else None
    high = figure.high * factor if figure.high is not None else None
    kroner = figure.kroner * factor if least or high is None else high
    return replace(
        figure,
        kroner=kroner,
        low=low,
        high=high,
        period=figure.period or reading.period_of(said.column.heading),
    )


def _allocations(
    said: Said, place: Place, theme: FoundTheme, case: FoundCase, year: int | None, unit: int | None
) -> Iterator[Allocation]:
    blank = Allocation(place, case.name, theme.name, theme.pool, None, said.column.year or year)
    number = _number(said)
    if number is not None:
        figure = _scaled(number, said, unit, least=True)
        if figure.kroner > 0:
            yield replace(blank, figure=figure, typed=True)
        return
    if not isinstance(said.value, str) or reading.is_nothing(said.value):
        return
    period = reading.period_of(said.column.heading)
    for one in reading.allocations(said.value, blank):
        if one.figure is not None and one.figure.period is None and period is not None:
            one = replace(one, figure=replace(one.figure, period=period))
        yield replace(one, whole=said.value, text=f"{one.text} {theme.pool}" if theme.pool else one.text)


def _needs(
    said: Said, place: Place, theme: FoundTheme, case: FoundCase, path: str, sheet: Sheet, unit: int | None
) -> Iterator[Need]:
    heading = said.column.heading
    scope = Scope.ALL if reading.is_for_all(heading) else Scope.CASE
    blank = Need(place, case.name, theme.name, "", scope, None, heading=_place(path, sheet, said.column.cell))
    number = _number(said)
    if number is not None:
        figure = _scaled(number, said, unit, least=False)
        if figure.kroner > 0:
            yield replace(blank, figure=figure, typed=True)
        else:
            yield replace(blank, statuses=(Status.NONE,), typed=True)
        return
    if not isinstance(said.value, str):
        return
    if reading.is_nothing(said.value):
        yield replace(blank, text=said.value.strip(), statuses=(Status.NONE,))
        return
    period = reading.period_of(heading)
    for one in reading.needs(said.value, blank):
        if one.figure is not None and one.figure.period is None and period is not None:
            one = replace(one, figure=replace(one.figure, period=period))
        yield one


def _totals(path: str, sheet: Sheet, found: FoundCase, unit: int | None) -> Iterator[tuple[Place, Decimal]]:
    """The totals of the columns of needs, in kroner."""
    for said in found.totals:
        number = _number(said)
        if said.column.needed and number is not None:
            yield _place(path, sheet, said.cell), _scaled(number, said, unit, least=True).kroner
