"""``budget-tools fill``: the plan, what was written, and what could not be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from budget_tools.changing.fill import FilledWorkbook, FillReport, PlannedTotal
from budget_tools.cli.main import app
from budget_tools.errors import UsageError
from budget_tools.model.address import parse_cell

RUNNER = CliRunner()
TOTALS = (
    PlannedTotal("Løn", parse_cell("F5"), Decimal("1234.5"), "=SUM(B5:C5,E5)", "[b]Drift", "I alt", "row"),
    PlannedTotal("Løn", parse_cell("B9"), Decimal("-100"), "=B5-B6", "I alt", "2023", "column"),
    PlannedTotal("Ark 2", parse_cell("F9"), Decimal("0"), "=SUM(F5:F8)", "I alt", "I alt", "corner"),
)
PLANNED = FilledWorkbook("a.xlsx", TOTALS)
REFUSED = FilledWorkbook("c.xlsx", (), None, "too-large", {"size": 120, "limit": 100})

Run = Callable[..., dict[str, Any]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    def stand_in(*workbooks: FilledWorkbook, language: str = "da") -> dict[str, Any]:
        called: dict[str, Any] = {}

        def fill(paths: list[str], **options: Any) -> FillReport:
            called.update(paths=paths, **options)
            return FillReport(workbooks, language)

        monkeypatch.setattr("budget_tools.changing.fill.fill", fill)
        return called

    return stand_in


def told(*arguments: str) -> tuple[int, str]:
    result = RUNNER.invoke(app, ["fill", *arguments])
    return result.exit_code, "\n".join(line.rstrip() for line in result.stdout.splitlines())


def test_the_plan(run: Run) -> None:
    called = run(PLANNED)
    assert told("a.xlsx") == (
        0,
        "Totaler, der kan udfyldes\n"
        "\n"
        "a.xlsx\n"
        "  Ark Løn\n"
        "    Celle  Før    Efter                    Hvorfor\n"
        "    F5     (tom)  1.234,5  =SUM(B5:C5;E5)  summen af årene i linjen '[b]Drift'\n"
        "    B9     (tom)  -100  =B5-B6             summen af linjerne under 2023\n"
        "  Ark Ark 2\n"
        "    Celle  Før    Efter           Hvorfor\n"
        "    F9     (tom)  0  =SUM(F5:F8)  summen af linjernes totaler\n"
        "\n"
        "Intet er skrevet; tilføj --output MAPPE for at gemme ændrede kopier, eller\n"
        "  --in-place for at ændre filerne selv.",
    )
    assert called == {
        "paths": ["a.xlsx"],
        "output": None,
        "in_place": False,
        "dry_run": False,
        "through_protection": False,
        "even_if_synchronised": False,
        "config": None,
        "language": None,
        "progress": None,
    }


def test_the_plan_in_english(run: Run) -> None:
    run(PLANNED, language="en")
    assert "1,234.5  =SUM(B5:C5,E5)" in told("a.xlsx")[1]


def test_copies_are_named(run: Run) -> None:
    called = run(replace(PLANNED, target="ud/a.xlsx"), FilledWorkbook("b.xlsx", ()))
    code, text = told("a.xlsx", "b.xlsx", "--output", "ud")
    assert code == 0
    assert "  Skrevet til ud/a.xlsx.\n" in text
    assert text.endswith("3 totaler er udfyldt.")
    assert "b.xlsx" not in text
    assert called["output"] == Path("ud")


def test_a_dry_run_writes_nothing_whatever_else_is_said(run: Run) -> None:
    called = run(PLANNED)
    assert "Intet er skrevet" in told("a.xlsx", "--output", "ud", "--dry-run")[1]
    assert called["dry_run"] is True


def test_in_place_tells_how_to_go_back(monkeypatch: pytest.MonkeyPatch) -> None:
    def fill(paths: list[str], **options: Any) -> FillReport:
        assert options["in_place"] and options["config"] == Path("b.toml") and options["language"] == "en"
        return FillReport((replace(PLANNED, target="a.xlsx"),), "en", "20271122-101500-3f2a")

    monkeypatch.setattr("budget_tools.changing.fill.fill", fill)
    code, text = told("a.xlsx", "--in-place", "--config", "b.toml", "--lang", "en")
    assert code == 0
    assert "Written to" not in text
    assert "3 totals were filled in." in text
    assert "'budget-tools undo 20271122-101500-3f2a --in .'" in " ".join(text.split())


def test_nothing_to_fill_in(run: Run) -> None:
    run(FilledWorkbook("b.xlsx", ()))
    assert told("b.xlsx") == (0, "Der er ingen tomme totaler at udfylde.")


def test_what_could_not_be_read_or_written_is_said_with_its_remedy(run: Run) -> None:
    signed = replace(PLANNED, reason="signed")
    run(signed, REFUSED)
    code, text = told("x", "--output", "ud")
    flat = " ".join(text.split())
    assert code == 3
    assert "a.xlsx er ikke ændret: filen er underskrevet digitalt" in flat
    assert "c.xlsx er ikke ændret: filen fylder 120 MB, og grænsen er 100 MB. Fjern billeder" in flat
    assert "Skrevet til" not in text and "ingen tomme totaler" not in text


def test_a_reason_without_words_is_shown_as_it_is(run: Run) -> None:
    run(FilledWorkbook("c.xlsx", (), None, "brand-new"))
    assert "c.xlsx er ikke ændret: brand-new. Åbn filen i Excel" in told("x")[1]


def test_nothing_found_is_no_success(run: Run) -> None:
    run()
    result = RUNNER.invoke(app, ["fill", "tom"])
    assert result.exit_code == 3
    assert result.stderr == "Der er ingen projektmapper i tom.\n"


def test_a_long_formula_is_not_cut(run: Run) -> None:
    formula = "=" + "+".join(f"B{row}" for row in range(10, 60))
    run(FilledWorkbook("a.xlsx", (replace(TOTALS[0], formula=formula, line="meget lang " * 5),)))
    text = told("a.xlsx")[1]
    assert "…" not in text and max(map(len, text.splitlines())) <= 80
    assert "B59" in text.replace("\n", "").replace(" ", "")


def test_wrong_use(monkeypatch: pytest.MonkeyPatch) -> None:
    def fill(paths: list[str], **options: Any) -> FillReport:
        raise UsageError("ud: is a file; --output wants a folder")

    monkeypatch.setattr("budget_tools.changing.fill.fill", fill)
    result = RUNNER.invoke(app, ["fill", "x", "--output", "ud"])
    assert (result.exit_code, result.stderr) == (2, "Error: ud: is a file; --output wants a folder\n")
