"""``budget-tools overview``: where it writes, and what it ends with."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from budget_tools.cli.main import app

RUNNER = CliRunner()
SAMPLES = Path(__file__).parents[2] / "workbooks"
FILE = SAMPLES / "analysis" / "Konsekvensanalyse 7000 stemmer.xlsx"
PROPOSAL = SAMPLES / "proposals" / "Skema 2.1.2. 03 Studieby Slagelse.xlsx"


def test_text() -> None:
    result = RUNNER.invoke(app, ["overview", str(FILE)])
    assert result.exit_code == 0
    assert "Reelt i 2021" in result.stdout and "38,10" in result.stdout


def test_json_to_a_file(tmp_path: Path) -> None:
    target = tmp_path / "overblik.json"
    result = RUNNER.invoke(
        app, ["overview", str(FILE), "--format", "json", "--output", str(target), "--lang", "en"]
    )
    assert result.exit_code == 0 and str(target.name) in result.stdout
    assert json.loads(target.read_text(encoding="utf-8"))["really_there"] == "38100000"


def test_a_workbook(tmp_path: Path) -> None:
    pytest.importorskip("xlsxwriter")
    target = tmp_path / "Overblik.xlsx"
    result = RUNNER.invoke(app, ["overview", str(FILE), "--format", "xlsx", "--output", str(target)])
    assert result.exit_code == 0 and target.is_file()


def test_a_workbook_needs_a_name() -> None:
    result = RUNNER.invoke(app, ["overview", str(FILE), "--format", "xlsx"])
    assert result.exit_code == 2 and "--output" in result.stderr


def test_what_is_read_is_never_written_over(tmp_path: Path) -> None:
    pytest.importorskip("xlsxwriter")
    copy = tmp_path / "analyse.xlsx"
    shutil.copy(FILE, copy)
    before = copy.read_bytes()
    result = RUNNER.invoke(app, ["overview", str(copy), "--format", "xlsx", "--output", str(copy)])
    assert result.exit_code == 2 and "another name" in result.stderr
    assert copy.read_bytes() == before


def test_no_analysis() -> None:
    result = RUNNER.invoke(app, ["overview", str(PROPOSAL)])
    assert result.exit_code == 3
    assert "ingen konsekvensanalyse" in result.stderr


def test_some_without_one_and_one_that_cannot_be_read(tmp_path: Path) -> None:
    shutil.copy(FILE, tmp_path / "analyse.xlsx")
    shutil.copy(PROPOSAL, tmp_path / "forslag.xlsx")
    (tmp_path / "kaputt.xlsx").write_bytes(b"nothing")
    result = RUNNER.invoke(app, ["overview", str(tmp_path)])
    assert result.exit_code == 3
    assert "38,10" in result.stdout and "forslag.xlsx" in result.stdout
    assert "kaputt.xlsx" in result.stderr


def test_the_same_analysis_twice_counts_once(tmp_path: Path) -> None:
    shutil.copy(FILE, tmp_path / "a.xlsx")
    shutil.copy(FILE, tmp_path / "b.xlsx")
    result = RUNNER.invoke(app, ["overview", str(tmp_path), "--format", "json"])
    assert json.loads(result.stdout)["really_there"] == "38100000"
