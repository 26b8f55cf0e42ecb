"""The overview as text, JSON and a workbook."""

from __future__ import annotations

import io
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from budget_tools.analysing import overview
from budget_tools.reports import overview as console
from budget_tools.reports import overview_json, overview_xlsx

FILE = Path(__file__).parents[2] / "workbooks" / "analysis" / "Konsekvensanalyse 7000 stemmer.xlsx"


def told(language: str = "da", year: int | None = None) -> str:
    written = io.StringIO()
    console.write(overview(FILE, budget_year=year), language, written)  # type: ignore[arg-type]
    return written.getvalue()


def test_the_answer_comes_first() -> None:
    lines = told().splitlines()
    steps = [line.split()[-1] for line in lines[3:] if line.startswith("  ") and not line.startswith("   ")][
        :6
    ]
    assert steps == ["60,31", "47,61", "44,11", "43,86", "38,10", "38,10"]
    assert lines[3].startswith("Hvad er der reelt i 2021?")


def test_every_line_fits() -> None:
    for language in ("da", "en"):
        assert max(map(len, told(language).splitlines())) <= 80


def test_steps_name_their_cells() -> None:
    text = " ".join(told().split())
    assert "10,70 Fjordbakkeskolen!B4 = Kirstinebjergdistriktet!A11" in text
    assert "3,50 Kirstinebjergdistriktet!A14 = Kirstinebjergdistriktet!A11" in text
    assert "0,25 Bostøtte for voksne!B2" in text
    assert "1,35 Unge!B2" in text


def test_cases_and_notes() -> None:
    text = " ".join(told().split())
    assert "Unge 1,35 – 0,44 årligt + 0,88 ?" in text
    assert "samme pulje som Kirstinebjergdistriktet!A11; intet behov" in text
    assert "0,30 for én, antal ukendt" in text
    assert "0,05 fra tidligere år" in text


def test_every_assumption_has_its_cells() -> None:
    text = " ".join(told().split())
    assert "Budgetåret er 2021, fordi overskrifterne nævner det." in text
    assert "(Unge!B3, Unge!B2, Unge!B4, Unge!B5)" in text
    assert "kr.." not in text


def test_in_english() -> None:
    text = " ".join(told("en").split())
    assert "What is really there in 2021?" in text
    assert "38.10" in text
    assert "The budget year is 2021, because the headings name it." in text


def test_another_year() -> None:
    assert "Hvad er der reelt i 2020?" in told(year=2020)
    assert "Budgetåret er 2020, som du har valgt." in told(year=2020)


def test_json() -> None:
    written = io.StringIO()
    overview_json.write(overview(FILE), "da", written)
    found: dict[str, Any] = json.loads(written.getvalue())
    assert found["version"] == 1 and found["budget_year"] == 2021
    assert [step["total"] for step in found["steps"]] == [
        f"{total}000" for total in (60310, 47610, 44110, 43860, 38100)
    ]
    assert found["really_there"] == "38100000"
    for step in found["steps"]:
        for amount in step["amounts"]:
            assert amount["place"]["cell"] and amount["place"]["path"] == str(FILE)
    unge = next(case for case in found["cases"] if case["case"] == "Unge")
    assert [theme["needed"]["case"] for theme in unge["themes"]] == ["440000", None, "880000", None]
    assert sorted(len(pool["places"]) for pool in found["pools"])[-3:] == [2, 3, 4]
    assert all(one["text"] for one in found["assumptions"])


def test_workbook(tmp_path: Path) -> None:
    pytest.importorskip("xlsxwriter")
    import openpyxl

    target = tmp_path / "Overblik.xlsx"
    overview_xlsx.write(overview(FILE), "da", target)
    shown = openpyxl.load_workbook(target, data_only=True)
    formulas = openpyxl.load_workbook(target)
    answer, amounts, assumptions = shown.worksheets
    assert [round(Decimal(str(answer.cell(row, 3).value)), 2) for row in range(5, 10)] == [
        Decimal(text) for text in ("60.31", "47.61", "44.11", "43.86", "38.10")
    ]
    assert formulas.worksheets[0]["C5"].value == f"=SUM('{amounts.title}'!E2:E{amounts.max_row - 1})"
    links = [cell.hyperlink for row in formulas.worksheets[1].iter_rows() for cell in row if cell.hyperlink]
    assert len(links) >= 16
    assert any(link.location == "Unge!B2" or "Unge" in (link.location or link.target or "") for link in links)
    rows = list(amounts.iter_rows(min_row=2, max_row=amounts.max_row - 1, values_only=True))
    for row in rows:
        numbers = [Decimal(str(value or 0)) for value in row[4:10]]
        assert abs(sum(numbers[:5]) - numbers[5]) < Decimal("0.000001")
    assert assumptions.max_row > 15
    assert sorted(tmp_path.iterdir()) == [target]


def test_no_half_workbook(tmp_path: Path) -> None:
    pytest.importorskip("xlsxwriter")
    from budget_tools.errors import UsageError

    with pytest.raises(UsageError, match="cannot be written"):
        overview_xlsx.write(overview(FILE), "da", tmp_path / "missing" / "Overblik.xlsx")
