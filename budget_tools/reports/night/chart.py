"""What was found night by night, as the bars of a chart: where each stands, and what it says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...catalog import Language, plural, word
from ...model.night import Tally
from .telling import capital, day, local, number

MOST_NIGHTS = 120  # in one chart; thinner bars cannot be told apart

WIDTH, HEIGHT = 860, 260
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 8, 12, 34


@dataclass(frozen=True, slots=True)
class Bar:
    """A night: its piles from the bottom up, each with the severity, the upper edge and the height."""

    x: float
    width: float
    piles: tuple[tuple[str, float, float], ...]
    said: str
    complete: bool


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars, and the lines and words around them."""

    width: int
    height: int
    left: int
    right: int
    floor: float
    bars: tuple[Bar, ...]
    levels: tuple[tuple[float, str], ...]
    dates: tuple[tuple[float, str], ...]
    about: str


def chart(tallies: Sequence[Tally], language: Language) -> Chart:
    """The chart of some nights, oldest first; the last ones where there are too many."""
    shown = tallies[-MOST_NIGHTS:]
    most = max((one.errors + one.warnings + one.notes for one in shown), default=0)
    step = _step(most)
    top = max(step * -(-most // step), step)
    floor = float(HEIGHT - _BOTTOM)
    scale = (floor - _TOP) / top
    room = (WIDTH - _LEFT - _RIGHT) / max(len(shown), 12)
    bars = []
    for place, one in enumerate(shown):
        piles, height = [], floor
        for severity, count in (("error", one.errors), ("warning", one.warnings), ("note", one.notes)):
            height -= count * scale
            if count:
                piles.append((severity, round(height, 1), round(count * scale, 1)))
        bars.append(
            Bar(
                round(_LEFT + place * room + room * 0.12, 1),
                round(room * 0.76, 1),
                tuple(piles),
                _said(one, language),
                one.complete,
            )
        )
    every = max(1, -(-len(shown) // 6))
    dates = tuple(
        (round(_LEFT + (place + 0.5) * room, 1), f"{local(shown[place].when):%d.%m.}")
        for place in range(0, len(shown), every)
    )
    levels = tuple(
        (round(floor - level * scale, 1), number(level, language)) for level in range(0, top + 1, step)
    )
    about = _about(shown, language)
    return Chart(WIDTH, HEIGHT, _LEFT, WIDTH - _RIGHT, floor, tuple(bars), levels, dates, about)


def _step(most: int) -> int:
    """A round distance between lines, so that there are some five of them."""
    step = 1
    while most > step * 5:
        step = step * 5 // 2 if str(step)[0] == "2" else step * 2
    return step


def _said(one: Tally, language: Language) -> str:
    counts = (("errors", one.errors), ("warnings", one.warnings), ("notes", one.notes))
    said = ", ".join(plural(key, count, language) for key, count in counts)
    partial = "" if one.complete else f" ({word('night', 'partial', language)})"
    return f"{day(one.when, language)}: {said}{partial}"


def _about(shown: Sequence[Tally], language: Language) -> str:
    """What the chart shows, for whoever does not see it."""
    if not shown:
        return ""
    first, last = shown[0], shown[-1]
    return capital(
        word(
            "night",
            "chart-about",
            language,
            first=_said(first, language),
            last=_said(last, language),
        )
    )
