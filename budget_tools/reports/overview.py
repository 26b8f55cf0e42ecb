"""An overview of consequence analyses to read: what is really there, case by case, and what was assumed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import TextIO

from rich.text import Text

from ..analysis.sums import STEPS, CaseSum, Overview, OverviewReport, Step, ThemeSum
from ..catalog import Language, plural, word
from ..model.amount import Bound, Period, format_number
from ..model.analysis import Case, Need, Scope, Status
from ..model.finding import Place
from .console import WIDEST, WIDTH, Lines, console_on
from .wording import plain, shown_path

MILLION = Decimal(1_000_000)
_FEWEST, _MOST = 2, 3  # decimals of a million
_AMOUNT_WIDTH = 9
_NEED_WIDTH = 18
_NARROWEST_THEME = 22

_PERIODS = {Period.YEAR: "annual", Period.ONCE: "once", Period.MONTH: "month", None: "period-unknown"}
_BOUNDS = {Bound.AT_LEAST: "at-least", Bound.AT_MOST: "at-most", Bound.ABOUT: "about"}


class OverviewWording:
    """How an overview is said to one reader."""

    def __init__(self, overview: Overview, language: Language, *, several: bool) -> None:
        self.overview = overview
        self.language = language
        self._several = several
        amounts = [step.total for step in overview.steps] + [row.kroner for row in overview.rows]
        needed = max((_decimals(amount / MILLION) for amount in amounts), default=0)
        self._decimals = min(max(needed, _FEWEST), _MOST)

    def word(self, key: str, **facts: object) -> str:
        """A word of the catalogue's section on overviews."""
        return word("overview", key, self.language, **facts)

    def amount(self, kroner: Decimal) -> str:
        """Kroner in millions, every amount of the overview with as many decimals."""
        if not kroner:
            return "–"
        rounded = (kroner / MILLION).quantize(Decimal(1).scaleb(-self._decimals), ROUND_HALF_UP)
        text = format_number(rounded, self.language)
        mark = "," if self.language == "da" else "."
        whole, _, rest = text.partition(mark)
        return f"{whole}{mark}{rest.ljust(self._decimals, '0')}"

    def place(self, place: Place, home: Place | None = None) -> str:
        """A cell by its name, with its sheet unless ``home`` is on it, its workbook among several."""
        cell = str(place.cell) if place.cell is not None else ""
        if home is not None and home.sheet == place.sheet and home.path == place.path:
            return cell
        inside = f"{plain(place.sheet or '')}!{cell}"
        return f"{plain(Path(place.path).name)} {inside}" if self._several and place.path else inside

    def question(self) -> str:
        """What the overview answers."""
        year = self.overview.year
        return self.word("question", year=year) if year is not None else self.word("question-no-year")

    def real(self) -> str:
        """What its last total is called."""
        year = self.overview.year
        return self.word("real", year=year) if year is not None else self.word("real-no-year")

    def heading(self) -> str:
        """How many cases and themes there are."""
        cases = [one.case for one in self.overview.cases]
        themes = sum(bool(theme.name) for case in cases if not case.across for theme in case.themes)
        return self.word(
            "heading",
            cases=plural("cases", sum(not case.across for case in cases), self.language),
            themes=plural("themes", themes, self.language),
        )

    def needs(self, needs: Sequence[Need]) -> str:
        """What is needed, added up by how often: '0,19 årligt + 0,50 engangs'."""
        by_period: dict[Period | None, list[Need]] = {}
        for one in needs:
            if one.figure is not None:
                by_period.setdefault(one.figure.period, []).append(one)
        said = []
        for period, of_period in by_period.items():
            total = self.amount(sum((one.figure_kroner() for one in of_period), Decimal(0)))
            said.append(f"{self._bound(of_period)}{total} {self.word(_PERIODS[period])}")
        return " + ".join(said)

    def _bound(self, needs: Sequence[Need]) -> str:
        bounds = {one.figure.bound for one in needs if one.figure is not None and one.figure.is_open}
        if len(bounds) != 1:
            return ""
        bound = bounds.pop()
        return f"{self.word(_BOUNDS.get(bound, 'range'))} "

    def notes(self, theme: ThemeSum) -> Iterator[str]:
        """What is to be known of a theme's amounts, a few words each."""
        home = theme.theme.place
        for row in theme.rows:
            if row.again and row.home is not None:
                yield self.word("note-again", place=self.place(row.home, home))
            elif row.overlap and row.home is not None:
                yield self.word(
                    "note-overlap", kroner=self.amount(row.overlap), place=self.place(row.home, home)
                )
        if theme.gone:
            yield self.word("note-gone", kroner=self.amount(theme.gone))
        for _, pool in theme.references:
            yield self.word("note-reference", place=self.place(pool.first.place, home))
        for one in theme.past:
            yield self.word("note-past", kroner=self.amount(one.figure_kroner()))
        for one in theme.each:
            yield self.word("note-each", kroner=self.amount(one.figure_kroner()))
        if any(Status.COVERED in one.statuses for one in theme.wanted.own_needs):
            yield self.word("note-covered")
        for one in theme.silent:
            for status, key in (
                (Status.ANALYSE, "note-analyse-all" if one.scope is Scope.ALL else "note-analyse"),
                (Status.ABSORBED, "note-absorbed"),
                (Status.NONE, "note-none"),
            ):
                if status in one.statuses:
                    yield self.word(key)

    def assumptions(self) -> Iterator[tuple[str, tuple[Place, ...]]]:
        """What was taken for granted: a sentence each, with its cells."""
        for one in self.overview.assumptions:
            facts = {name: plain(fact) if isinstance(fact, str) else fact for name, fact in one.facts.items()}
            yield word("assumption", one.key, self.language, **facts), one.places

    def name_of(self, case: Case) -> str:
        """A case by its name."""
        return plain(case.name)


def _decimals(value: Decimal) -> int:
    exponent = value.normalize().as_tuple().exponent
    return max(-exponent, 0) if isinstance(exponent, int) else 0


def write(report: OverviewReport, language: Language, target: TextIO) -> None:
    """Write an overview as text: coloured on a terminal, plain anywhere else."""
    console = console_on(target)
    width = min(console.width or WIDTH, WIDEST)
    wording = OverviewWording(report.overview, language, several=len(report.read) > 1)
    for text in _told(report, wording, width):
        if console.is_terminal:
            console.print(text, soft_wrap=True)
        else:
            target.write(f"{text.plain}\n")


def _told(report: OverviewReport, wording: OverviewWording, width: int) -> Iterator[Text]:
    lines = Lines(width)
    for path in report.read:
        yield lines.wrap(shown_path(path), 0, style="bold")
    yield lines.wrap(wording.heading(), 0)
    yield Text()
    yield from _steps(wording, width, lines)
    yield Text()
    yield from _cases(wording, width, lines)
    yield Text()
    yield Text(wording.word("assumptions"), "bold")
    for number, (sentence, places) in enumerate(wording.assumptions(), 1):
        cells = ", ".join(wording.place(place) for place in places)
        yield lines.wrap(f"{sentence} {f'({cells})' if cells else ''}".strip(), 2, f"{number}.")
    if report.others:
        yield Text()
        paths = ", ".join(map(shown_path, report.others))
        yield lines.wrap(wording.word("others", paths=paths), 0, style="dim")


def _steps(wording: OverviewWording, width: int, lines: Lines) -> Iterator[Text]:
    """From all amounts as written to what is really there, with the cells behind every step."""
    unit = wording.word("unit")
    left = width - 2 * _AMOUNT_WIDTH - 2
    yield Text(f"{wording.question():<{width - len(unit)}}{unit}", "bold")
    for step in wording.overview.steps:
        if step.key != "named" and not step.rows:
            continue
        taken = f"-{wording.amount(step.taken)}" if step.taken else ""
        label = wording.word(f"step-{step.key}")
        yield Text(f"  {label:<{left}}{taken:>{_AMOUNT_WIDTH}}{wording.amount(step.total):>{_AMOUNT_WIDTH}}")
        if step.key != "named":
            for one in _rows(step, wording):
                yield lines.wrap(one, 6, style="dim")
    real = wording.overview.real
    yield Text(
        f"  {wording.real():<{left}}{'':>{_AMOUNT_WIDTH}}{wording.amount(real):>{_AMOUNT_WIDTH}}", "bold"
    )
    if wording.overview.external:
        label, outside = wording.word("external"), wording.amount(wording.overview.external)
        yield Text(f"    {label:<{left - 2}}{'':>{_AMOUNT_WIDTH}}{outside:>{_AMOUNT_WIDTH}}")


def _rows(step: Step, wording: OverviewWording) -> Iterator[str]:
    for row in step.rows:
        said = plain(" ".join(row.allocation.text.split()))
        if len(said) > 60:
            said = said[:59].rstrip() + "…"
        at = wording.place(row.allocation.place)
        home = f" = {wording.place(row.home)}" if row.home is not None and step.key in STEPS[:2] else ""
        yield f"{wording.amount(getattr(row, step.key))}  {at}{home}  {said}".rstrip()


def _cases(wording: OverviewWording, width: int, lines: Lines) -> Iterator[Text]:
    """Every case with its themes: named, there, and needed."""
    theme = max(width - 2 * _AMOUNT_WIDTH - 2 * _NEED_WIDTH - 2, _NARROWEST_THEME)
    heads = [wording.word(key) for key in ("named", "there", "need-own", "need-all")]
    yield Text(wording.word("by-case"), "bold")
    yield Text(_row(wording.word("unit"), heads, theme), "dim")
    for case in wording.overview.cases:
        if case.case.across and not any(one.rows or one.theme.needs for one in case.themes):
            continue
        yield from _sum_of(case, wording, theme)
        for one in case.themes:
            if case.case.across and not (one.rows or one.theme.needs):
                continue
            yield Text(
                _row(f"  {plain(one.theme.name) or wording.word('no-theme')}", _cells(one, wording), theme)
            )
            notes = "; ".join(dict.fromkeys(wording.notes(one)))
            if notes:
                yield lines.wrap(notes, 6, style="dim")
    everything = [theme_ for case in wording.overview.cases for theme_ in case.themes]
    yield Text(_row(wording.word("all-cases"), _total(everything, wording), theme), "bold")
    yield lines.wrap(wording.word("period-key"), 2, style="dim")


def _sum_of(case: CaseSum, wording: OverviewWording, theme: int) -> Iterator[Text]:
    yield Text(_row(wording.name_of(case.case), _total(case.themes, wording), theme), "bold")


def _total(themes: Sequence[ThemeSum], wording: OverviewWording) -> list[str]:
    return [
        wording.amount(sum((one.named for one in themes), Decimal(0))),
        wording.amount(sum((one.real for one in themes), Decimal(0))),
        wording.needs([need for one in themes for need in one.wanted.own_needs]),
        wording.needs([need for one in themes for need in one.wanted.all_needs]),
    ]


def _cells(theme: ThemeSum, wording: OverviewWording) -> list[str]:
    return [
        wording.amount(theme.named) if theme.rows else "",
        wording.amount(theme.real) if theme.rows else "",
        wording.needs(theme.wanted.own_needs),
        wording.needs(theme.wanted.all_needs),
    ]


def _row(label: str, cells: Sequence[str], width: int) -> str:
    """A line of the table; what is too long for its column goes on below."""
    import textwrap

    widths = (_AMOUNT_WIDTH, _AMOUNT_WIDTH, _NEED_WIDTH, _NEED_WIDTH)
    indent = len(label) - len(label.lstrip())
    columns = [
        textwrap.wrap(
            label, width - 1, initial_indent="", subsequent_indent=" " * (indent + 2), drop_whitespace=True
        )
        or [""]
    ]
    if indent:
        columns[0][0] = " " * indent + columns[0][0].lstrip()
    columns += [textwrap.wrap(cell, size - 1) or [""] for cell, size in zip(cells, widths, strict=True)]
    rows = []
    for number in range(max(map(len, columns))):
        first, *others = [column[number] if number < len(column) else "" for column in columns]
        line = f"{first:<{width}}" + "".join(
            f"{cell:>{size}}" for cell, size in zip(others, widths, strict=True)
        )
        rows.append(line.rstrip())
    return "\n".join(rows)
