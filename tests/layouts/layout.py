"""The ways to lay a proposal out: thirty `Layout`s thought up by hand, and any number at random."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from .proposals import REAL, SHAPES, Language, Proposal, invent
from .sheet import Writer

Arrangement = Literal["single", "sheets", "stacked"]
Identity = Literal["line", "joined", "beside", "fields", "fields-apart", "none"]
Prose = Literal["none", "above", "above-merged", "below"]
UnitPlace = Literal[
    "caption", "caption-right", "label-heading", "label-heading-whole", "under-title", "under-years", "field",
    "below", "sheet-title", "none",
]  # fmt: skip
Heading = Literal["one", "two-merged", "two-split", "two-above-first"]
YearStyle = Literal["number", "text", "budget"]
LeftColumn = Literal["none", "number", "account-number", "account-text", "account-after"]
Spacers = Literal["none", "after-label", "between", "before-total", "all"]
TotalColumn = Literal["right", "left", "none"]
TotalRow = Literal["below", "above", "none"]
Totals = Literal["formula", "typed", "rows", "columns"]
Formula = Literal["sum", "plus", "list"]
Blanks = Literal["none", "after-heading", "before-total", "between", "around"]
Extras = Literal["none", "cover", "contents", "notes", "cover+notes"]


@dataclass(frozen=True)
class Layout:
    """Where everything stands. The default is the form of the real catalogue."""

    name: str
    writer: Writer = "xlsxwriter"
    arrangement: Arrangement = "single"
    top: int = 0
    left: int = 0
    sheet_title: bool = False
    identity: Identity = "line"
    prose: Prose = "above-merged"
    unit_place: UnitPlace = "caption"
    unit_words: int = 0
    heading: Heading = "one"
    years: YearStyle = "number"
    label_heading: int = 0
    left_column: LeftColumn = "none"
    wide_label: bool = False
    spacers: Spacers = "none"
    comparison: int = 0
    total_column: TotalColumn = "right"
    total_row: TotalRow = "below"
    total_words: int = 0
    total_column_words: int = 0
    remarks: bool = False
    blanks: Blanks = "none"
    totals: Totals = "formula"
    formula: Formula = "sum"
    corner_down: bool = False
    footnote: bool = False
    filler: bool = False
    number_format: int = 0
    sheet_names: int = 0
    gap: int = 3
    extras: Extras = "none"


@dataclass(frozen=True)
class Base:
    """A workbook to make: proposals in a layout."""

    layout: Layout
    proposals: tuple[Proposal, ...]


def fitted(base: Base) -> Base:
    """The nearest layout that a person would also use for these proposals."""
    layout, proposals = base.layout, base.proposals
    change: dict[str, object] = {}
    if any(len(proposal.years) == 1 for proposal in proposals):
        change |= {"total_column": "none", "total_row": "below"}
    if any(proposal.grouped or proposal.has_of_which for proposal in proposals):
        change["total_row"] = "below"
    if change.get("total_row", layout.total_row) == "none" and layout.total_column == "none":
        change["total_row"] = "below"
    if layout.heading != "one":
        change["years"] = "text" if layout.years == "text" else "number"
    unlike = layout.heading in ("one", "two-merged") and layout.years != "budget"
    if layout.comparison and not (unlike and layout.totals in ("formula", "rows")):
        change["comparison"] = (
            1  # an earlier "Budget" column must be told from the plan years by somebody careful
        )
    if layout.identity == "none" and layout.unit_place == "field":
        change["unit_place"] = "caption"
    if layout.unit_place == "field" and not layout.identity.startswith("fields"):
        change["unit_place"] = "under-title"
    if layout.identity != "none" and layout.unit_place == "none":
        change["unit_place"] = "caption"
    if layout.unit_place == "sheet-title":
        change["sheet_title"] = True
    if layout.arrangement == "single" and len(proposals) > 1:
        change["arrangement"] = "sheets"
    if layout.formula == "plus":
        change["filler"] = False
    if layout.arrangement == "stacked" and layout.unit_place == "below":
        change["unit_place"] = "caption"
    return Base(dataclasses.replace(layout, **change), proposals)  # type: ignore[arg-type]


def _pick(rng: random.Random, common: Sequence[str], every: object) -> str:
    """Mostly a common choice, now and then any."""
    return rng.choice(common) if rng.random() < 0.5 else rng.choice(get_args(every))


def random_base(rng: random.Random, name: str) -> Base:
    """A layout and proposals drawn at random, made to fit each other."""
    language: Language = "da" if rng.random() < 0.8 else "en"
    arrangement = _pick(rng, ["single", "single", "sheets"], Arrangement)
    layout = Layout(
        name,
        writer="xlsxwriter" if rng.random() < 0.65 else "openpyxl",
        arrangement=arrangement,  # type: ignore[arg-type]
        top=rng.choice((0, 0, 1, 2, 5)),
        left=rng.choice((0, 0, 0, 1, 2, 6)),
        sheet_title=rng.random() < 0.4,
        identity=_pick(rng, ["line", "fields"], Identity),  # type: ignore[arg-type]
        prose=_pick(rng, ["above", "above-merged"], Prose),  # type: ignore[arg-type]
        unit_place=_pick(rng, ["caption", "label-heading"], UnitPlace),  # type: ignore[arg-type]
        unit_words=rng.randrange(12),
        heading=_pick(rng, ["one"], Heading),  # type: ignore[arg-type]
        years=_pick(rng, ["number"], YearStyle),  # type: ignore[arg-type]
        label_heading=rng.randrange(6),
        left_column=_pick(rng, ["none"], LeftColumn),  # type: ignore[arg-type]
        wide_label=rng.random() < 0.15,
        spacers=_pick(rng, ["none", "none"], Spacers),  # type: ignore[arg-type]
        comparison=rng.choice((0, 0, 0, 1, 2)),
        total_column=_pick(rng, ["right"], TotalColumn),  # type: ignore[arg-type]
        total_row=_pick(rng, ["below"], TotalRow),  # type: ignore[arg-type]
        total_words=rng.randrange(6),
        total_column_words=rng.randrange(6),
        remarks=rng.random() < 0.25,
        blanks=_pick(rng, ["none"], Blanks),  # type: ignore[arg-type]
        totals=_pick(rng, ["formula", "typed"], Totals),  # type: ignore[arg-type]
        formula=_pick(rng, ["sum"], Formula),  # type: ignore[arg-type]
        corner_down=rng.random() < 0.4,
        footnote=rng.random() < 0.3,
        filler=rng.random() < 0.15,
        number_format=rng.randrange(4),
        sheet_names=rng.randrange(4),
        gap=rng.choice((2, 3, 3, 5)),
        extras=_pick(rng, ["none", "none", "none"], Extras),  # type: ignore[arg-type]
    )
    count = 1 if arrangement == "single" else rng.choice((2, 2, 3, 4, 8))
    return fitted(Base(layout, tuple(_proposals(rng, language, count))))


def _proposals(rng: random.Random, language: Language, count: int) -> list[Proposal]:
    """Real and invented ones, numbered upwards; a workbook mixes no units, as no department would."""
    if rng.random() < 0.4:
        chosen = sorted(rng.sample(REAL[language], count), key=lambda proposal: proposal.sequence)
        return list(chosen)
    shape = rng.choice(SHAPES)
    made: list[Proposal] = []
    for index in range(count):
        other = shape if shape in ("kr", "mio") else rng.choice([s for s in SHAPES if s not in ("kr", "mio")])
        proposal = invent(rng, other, language, f"{index + 1:02d}")
        while proposal.title in {earlier.title for earlier in made}:
            proposal = dataclasses.replace(proposal, title=proposal.title + " II")
        if made:
            proposal = dataclasses.replace(proposal, committee=made[0].committee, area=made[0].area)
        made.append(proposal)
    return made


def hand_bases() -> list[Base]:
    """Thirty layouts seen or likely in Danish finance departments, each with proposals that suit it."""
    da, en = REAL["da"], REAL["en"]
    rng = random.Random(2023)

    def made(*shapes: str, language: Language = "da") -> tuple[Proposal, ...]:
        return tuple(
            invent(rng, shape, language, f"{index + 1:02d}")  # type: ignore[arg-type]
            for index, shape in enumerate(shapes)
        )

    bases = [
        Base(Layout("seed-form", arrangement="sheets"), da),
        Base(Layout("seed-form-typed", arrangement="sheets", totals="typed", identity="line"), da),
        Base(Layout("seed-one-each", number_format=1), da[5:6]),
        Base(Layout("seed-openpyxl", writer="openpyxl", arrangement="sheets", prose="above"), da[:4]),
        Base(Layout("stacked-three", arrangement="stacked", prose="none"), da[4:7]),
        Base(Layout("stacked-all", arrangement="stacked", prose="above", gap=2, totals="typed"), da),
        Base(
            Layout("fields", identity="fields", unit_place="field", prose="above-merged", top=1, left=1),
            da[7:],
        ),
        Base(
            Layout(
                "fields-apart", identity="fields-apart", spacers="after-label", unit_words=2, remarks=True
            ),
            da[4:5],
        ),
        Base(
            Layout(
                "plain-typed", identity="none", prose="none", totals="typed", unit_place="none", total_words=1
            ),
            made("plain"),
        ),
        Base(
            Layout(
                "plain-accounts", identity="none", prose="none", left_column="account-number", comparison=2
            ),
            made("income"),
        ),
        Base(
            Layout("accounts-text", left_column="account-text", remarks=True, unit_place="label-heading"),
            da[7:],
        ),
        Base(
            Layout("account-after", left_column="account-after", identity="fields", footnote=True),
            made("plain"),
        ),
        Base(Layout("numbered", left_column="number", heading="two-merged", label_heading=1), made("plain")),
        Base(Layout("grouped", heading="two-merged", blanks="before-total", total_words=4), made("grouped")),
        Base(Layout("grouped-typed", totals="typed", identity="fields", blanks="around"), made("grouped")),
        Base(Layout("grouped-uncached", writer="openpyxl", left=2, top=3), made("grouped", "grouped")),
        Base(Layout("of-which", unit_place="label-heading-whole", formula="sum"), made("of-which")),
        Base(Layout("of-which-typed", totals="typed", years="text", footnote=True), made("of-which")),
        Base(Layout("mio-decimals", unit_words=0, number_format=2, totals="formula"), made("mio")),
        Base(Layout("mio-typed", unit_place="under-years", totals="typed", years="budget"), made("mio")),
        Base(
            Layout("whole-kr", unit_place="under-title", identity="beside", wide_label=True), made("kr", "kr")
        ),
        Base(Layout("ten-years", spacers="before-total", heading="two-split", remarks=True), made("wide")),
        Base(
            Layout("spaced", spacers="all", left=3, top=4, sheet_title=True, blanks="between", years="text"),
            da[5:6],
        ),
        Base(Layout("total-left", total_column="left", total_column_words=1, formula="list"), da[4:6]),
        Base(
            Layout("total-above", total_row="above", total_words=2, totals="columns", prose="below"), da[5:8]
        ),
        Base(
            Layout("no-total-column", total_column="none", totals="typed", identity="joined"),
            made("late", "plain"),
        ),
        Base(Layout("no-total-row", total_row="none", formula="plus", unit_place="caption-right"), da[4:8]),
        Base(
            Layout(
                "english-form", arrangement="sheets", identity="fields", unit_place="caption", extras="cover"
            ),
            en,
        ),
        Base(
            Layout(
                "english-typed", totals="typed", identity="line", unit_place="label-heading", total_words=1
            ),
            made("income", "grouped", language="en"),
        ),
        Base(
            Layout(
                "whole-catalogue", arrangement="sheets", extras="contents", sheet_names=1, unit_place="below"
            ),
            da,
        ),
    ]
    return [fitted(base) for base in bases]
