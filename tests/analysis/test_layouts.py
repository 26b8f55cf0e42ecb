"""Analyses of many layouts: what is read, what is really there, and what is found."""

from __future__ import annotations

import pytest

from tests.analysis.workbooks import NO_ANALYSES, SAMPLES, Sample, examined, findings, overview, thousands

EVERY = [pytest.param(sample, id=name) for name, sample in SAMPLES.items()]


@pytest.mark.parametrize("sample", EVERY)
def test_cases_and_themes(sample: Sample) -> None:
    read = overview(sample.sheets)
    found: dict[str, list[tuple[str, str | None, str | None, str | None, str | None]]] = {}
    for case in read.cases:
        found.setdefault(case.case.name, []).extend(
            (
                theme.theme.name,
                thousands(theme.named),
                thousands(theme.real),
                thousands(theme.wanted.own),
                thousands(theme.wanted.all),
            )
            for theme in case.themes
        )
    assert found == {name: list(rows) for name, rows in sample.cases.items()}


@pytest.mark.parametrize("sample", EVERY)
def test_steps(sample: Sample) -> None:
    read = overview(sample.sheets)
    assert read.year == sample.year
    assert " ".join(thousands(step.total) or "" for step in read.steps) == sample.steps
    assert read.real == sum(row.real for row in read.rows)
    for step, before in zip(read.steps[1:], read.steps, strict=False):
        assert before.total - step.taken == step.total


@pytest.mark.parametrize("sample", EVERY)
def test_findings(sample: Sample) -> None:
    assert ", ".join(sorted(f"{one.code} {one.cell}" for one in findings(sample.sheets))) == sample.findings


@pytest.mark.parametrize("sample", EVERY)
def test_every_amount_leads_to_a_cell_that_says_it(sample: Sample) -> None:
    for row in overview(sample.sheets).rows:
        place = row.allocation.place
        assert place.sheet is not None and place.cell is not None
        rows = sample.sheets[place.sheet]
        value = rows[place.cell.row - 1][place.cell.column - 1]
        written = row.allocation.figure.written if row.allocation.figure is not None else ""
        assert written in str(value) if written else isinstance(value, int | float)


@pytest.mark.parametrize("name", NO_ANALYSES)
def test_what_is_no_analysis(name: str) -> None:
    found = examined(NO_ANALYSES[name])
    assert found.analysis is None
    assert not [one for one in findings(NO_ANALYSES[name]) if one.code.startswith("KON")]


def test_another_year_is_asked_about() -> None:
    sheets = SAMPLES["headings over two rows, years and scopes"].sheets
    assert thousands(overview(sheets, 2022).real) == "800"
    assert thousands(overview(sheets, 2023).real) == "800"
    sheets = SAMPLES["a theme a column"].sheets
    assert thousands(overview(sheets, 2024).real) == "750"  # what comes every year, and what runs on
