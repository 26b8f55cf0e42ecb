"""The same proposals in other layouts: 95% of planted faults found at the right cell, no false error."""

from __future__ import annotations

import warnings
from collections import Counter
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from .faults import ANY, FAULTS
from .generate import CLEAN, Entry, generate, read_manifest
from .score import Score, check, score


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Entry]]:
    """150 clean and 300 faulted workbooks, always the same."""
    target = tmp_path_factory.mktemp("layouts")
    return target, generate(target, seed=1, clean=150, faulted=300)


@pytest.fixture(scope="module")
def result(made: tuple[Path, list[Entry]]) -> Score:
    """The score of one run over all of them."""
    target, entries = made
    return score(entries, check(target / "workbooks", target / "report.json"))


def test_every_fault_is_planted(made: tuple[Path, list[Entry]]) -> None:
    target, entries = made
    planted = Counter(entry.fault for entry in entries)
    assert planted[CLEAN] == 150
    assert planted.total() == 450
    assert {name: planted[name] for name in FAULTS if planted[name] < 3} == {}
    assert len({entry.file for entry in entries}) == 450
    assert read_manifest(target / "manifest.json") == entries


def test_workbooks_open(made: tuple[Path, list[Entry]]) -> None:
    target, entries = made
    for entry in entries[::15]:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            book = openpyxl.load_workbook(target / "workbooks" / entry.file)
        assert all(sheet in book.sheetnames for sheet, _, _ in entry.forms)


def _report(entries: list[Entry]) -> dict[str, Any]:
    """What a perfect check would say."""
    books = []
    for entry in entries:
        findings = []
        if entry.accept:
            first = entry.accept[0]
            cell = None if first.cell in ("", ANY) else first.cell
            said = {"code": first.codes[0], "severity": entry.severity, "message": "…"}
            findings = [{**said, "sheet": first.sheet, "cell": cell}]
        forms = [{"sheet": sheet, "number": number, "years": years} for sheet, number, years in entry.forms]
        books.append({"path": entry.file, "status": "checked", "proposals": forms, "findings": findings})
    return {"workbooks": books}


def test_score_tells_right_from_wrong(made: tuple[Path, list[Entry]]) -> None:
    _, entries = made
    perfect = score(entries, _report(entries))
    assert perfect.recall == 1
    assert not [*perfect.misses, *perfect.false_alarms, *perfect.collateral, *perfect.forms_missed]
    report = _report(entries)
    for book in report["workbooks"]:
        sheet = book["proposals"][0]["sheet"] if book["proposals"] else "01"
        wrong = {"code": "ARI001", "severity": "error", "message": "…", "sheet": sheet, "cell": "ZZ99"}
        book["findings"] = [wrong] if book["path"].endswith("clean.xlsx") else []
    poor = score(entries, report)
    assert poor.recall == 0
    assert len(poor.misses) == 300
    assert len(poor.false_alarms) == 150


def test_faults_are_found_at_the_right_cell(result: Score) -> None:
    assert result.recall >= 0.95, "\n" + result.to_text()


def test_no_false_error_on_clean_copies(result: Score) -> None:
    assert not result.false_alarms, "\n" + result.to_text()


def test_no_false_error_beside_the_fault(result: Score) -> None:
    assert not result.collateral, "\n" + result.to_text()
