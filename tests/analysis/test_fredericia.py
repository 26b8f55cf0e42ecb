"""The published analysis: its totals and findings, checked by hand, in the samples and in other layouts."""

from __future__ import annotations

import importlib.util
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import ModuleType

import pytest

from budget_tools import check
from budget_tools.analysing import overview
from budget_tools.analysis import Overview, analysed, overview_of
from budget_tools.analysis.sums import STEPS
from budget_tools.books.memory import MemoryBook
from budget_tools.catalog import say
from budget_tools.inspection.batch import inspect
from budget_tools.inspection.examining import examine
from budget_tools.model.address import a1
from budget_tools.settings import Settings

SAMPLES = Path(__file__).parents[2] / "workbooks"
FILES = sorted((SAMPLES / "analysis").glob("*.xlsx"))
TOTALS = [60_310, 47_610, 44_110, 43_860, 38_100]

# What was found by hand, with what its sentence must name.
FOUND = {
    "KON001": [("10,7 mio. kr.", "3 steder"), ("2,0 mio. kr.", "2 steder"), ("1,35 mio. kr.", "4 steder")],
    "KON002": [("3,5 mio. kr.", "4,9 mio. kr.", "10,7 mio. kr.")],
    "KON003": [
        ("560.000 kr.", "2020", "brugt"),
        ("2,0 mio. kr.", "2020", "2021"),
        ("1,35 mio. kr.", "2020", "2021"),
        ("500.000 kr.", "250.000 kr.", "2020"),
        ("0,1 mio. kr.", "2020"),
        ("1,4 mio. kr.", "2020"),
        ("100.000 kr.", "2020", "2021"),
    ],
    "KON004": [("Kræver yderligere",), ("Hvis alle skoler",), ("Nærmere afklaring",)],
    "KON005": [("22,5 mio. kr.", "112,9 mio. kr."), ("880.000 kr.",), ("0,2 mio. kr.", "1,0 mio. kr.")],
    "KON007": [("800.000+ kr.",), ("Max. 1 mio. kr.",), ("190.000 kr.",)],
    "KON008": [("4 temaer", "4 afsat", "4 behov")],
    "NUM007": [("streg",), ("streg",)],
}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_totals_were_checked_by_hand(file: Path) -> None:
    found = overview(file).overview
    assert [step.total for step in found.steps] == [1000 * total for total in TOTALS]
    assert [step.key for step in found.steps] == ["named", *STEPS]
    assert found.year == 2021
    for step in found.steps[1:]:
        assert step.taken == sum(getattr(row, step.key) for row in step.rows)
        assert all(row.allocation.place.cell is not None for row in step.rows)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_finding_once_with_its_figures(file: Path) -> None:
    sentences: dict[str, list[str]] = defaultdict(list)
    for one in check(file, select=["all"]).findings:
        if one.code != "STR001":
            sentences[one.code].append(say(one.code, "da", {**one.facts, "cell": one.cell}))
    assert {code: len(said) for code, said in sentences.items()} == {
        code: len(wanted) for code, wanted in FOUND.items()
    }
    for code, wanted in FOUND.items():
        for named in wanted:
            assert [said for said in sentences[code] if all(word in said for word in named)], (code, named)


def test_pools_that_only_share_an_amount_are_two() -> None:
    found = overview(FILES[0]).overview.analysis
    assert sorted(pool.kroner / 1000 for pool in found.pools).count(2000) == 2
    assert sorted(pool.kroner / 1000 for pool in found.pools).count(100) == 2


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_what_the_young_need(file: Path) -> None:
    unge = next(case for case in overview(file).overview.cases if case.case.name == "Unge")
    own = sum(theme.wanted.own or 0 for theme in unge.themes)
    past = sum(need.figure_kroner() for theme in unge.themes for need in theme.past)
    assert (own, past) == (1_320_000, 50_000)  # what was paid in 2020 is no need of 2021


# --- the same document, laid out otherwise ----------------------------------------------------------

Rows = list[list[str]]
Laid = tuple[Mapping[str, Rows], Mapping[str, Sequence[str]]]
ALLOCATED, NEEDED = "Afsat i Budget2021", "Behov jf. case"


def script() -> ModuleType:
    """``workbooks/make_analysis.py`` as a module."""
    spec = importlib.util.spec_from_file_location("make_analysis", SAMPLES / "make_analysis.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


DOCUMENT = script().read_document(
    (SAMPLES / "source" / "fredericia-konsekvensanalyse.txt").read_text(encoding="utf-8")
)


def paired(case: object) -> list[tuple[str, str, str, str]]:
    """Theme, description, set aside and needed, a row a theme."""
    needed: list[str] = []
    for text in case.needed:  # type: ignore[attr-defined]
        if text.startswith("Alle "):
            needed[-1] += f"\n{text}"
        else:
            needed.append(text)
    rows = case.rows or list(zip(case.allocated, needed, strict=True))  # type: ignore[attr-defined]
    return [(*theme, *row) for theme, row in zip(case.themes, rows, strict=True)]  # type: ignore[attr-defined]


def one_table() -> Laid:
    rows: Rows = [[DOCUMENT.title], [], ["Case", "Tema", "Beskrivelse", ALLOCATED, NEEDED]]
    for case in DOCUMENT.cases:
        rows += [[case.name if not number else "", *row] for number, row in enumerate(paired(case))]
    rows += [["Tværgående", *theme] for theme in DOCUMENT.across]
    return {"Analyse": rows}, {}


def merged_paragraphs() -> Laid:
    rows: Rows = [["Case", "Tema", "Beskrivelse", ALLOCATED, NEEDED]]
    merges = []
    for case in DOCUMENT.cases:
        top = len(rows) + 1
        rows += [[case.name if not number else "", *row] for number, row in enumerate(paired(case))]
        if not case.rows:
            for row in rows[top - 1 :]:
                row[3:] = ["", ""]
            rows[top - 1][3:] = ["\n".join(case.allocated), "\n".join(case.needed)]
            merges += [f"{column}{top}:{column}{len(rows)}" for column in "ADE"]
    return {"Analyse": rows, "Tværgående": [list(theme) for theme in DOCUMENT.across]}, {"Analyse": merges}


def columns_out_of_step() -> Laid:
    sheets: dict[str, Rows] = {}
    for case in DOCUMENT.cases:
        if case.rows:
            rows = [[f"{name}: {about}", *row] for name, about, *row in paired(case)]
        else:
            columns = [[text for theme in case.themes for text in theme], case.allocated, case.needed]
            rows = [
                [column[number] if number < len(column) else "" for column in columns]
                for number in range(max(map(len, columns)))
            ]
        sheets[case.name] = [[case.title, ALLOCATED, NEEDED], *rows]
    sheets["Tværgående"] = [["Element", "Beskrivelse"], *map(list, DOCUMENT.across)]
    return sheets, {}


def stacked() -> Laid:
    rows: Rows = [[DOCUMENT.title]]
    for case in DOCUMENT.cases:
        rows += [[], [case.title], ["Tema", "", ALLOCATED, NEEDED], *map(list, paired(case))]
    return {"Samlet": [*rows, [], [DOCUMENT.across_title], *map(list, DOCUMENT.across)]}, {}


def labels() -> Laid:
    rows: Rows = [[DOCUMENT.title]]
    for case in DOCUMENT.cases:
        rows += [[], [case.title]]
        for row in paired(case):
            rows += [list(pair) for pair in zip(("Tema", "Beskrivelse", ALLOCATED, NEEDED), row, strict=True)]
    return {"Samlet": [*rows, [], [DOCUMENT.across_title], *map(list, DOCUMENT.across)]}, {}


def needs_first() -> Laid:
    sheets: dict[str, Rows] = {}
    for case in DOCUMENT.cases:
        rows = [[needed, allocated, f"{name}\n{about}"] for name, about, allocated, needed in paired(case)]
        sheets[case.name] = [[NEEDED, ALLOCATED, "Tema"], *rows]
    sheets["Tværgående"] = [[DOCUMENT.across_title], *(["\n".join(theme)] for theme in DOCUMENT.across)]
    return sheets, {}


@pytest.mark.parametrize(
    ("lay_out", "unclear"),
    [
        (one_table, 0),
        (merged_paragraphs, 1),
        (columns_out_of_step, 1),
        (stacked, 0),
        (labels, 0),
        (needs_first, 0),
    ],
)
def test_laid_out_otherwise(lay_out: Callable[[], Laid], unclear: int) -> None:
    sheets, merges = lay_out()
    cells = {
        name: {
            a1(row, column): value
            for row, values in enumerate(rows, 1)
            for column, value in enumerate(values, 1)
            if value
        }
        for name, rows in sheets.items()
    }
    examined = examine(MemoryBook(cells, merges=merges).read(), Settings())
    found: Overview = overview_of(examined.analysis or analysed(()))
    assert [step.total for step in found.steps] == [1000 * total for total in TOTALS]
    [(report, _)] = inspect([examined])
    counts = Counter(one.code for one in report.findings)
    wanted = {code: len(named) for code, named in FOUND.items() if code != "KON008"}
    assert counts == ({**wanted, "KON008": unclear} if unclear else wanted)
