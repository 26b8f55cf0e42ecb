"""The open workbook gives the same findings as its file, whichever way its looks become known."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import xlwings as xw

from budget_tools.books.file import WorkbookFile
from budget_tools.books.live import LiveBook
from budget_tools.errors import WorkbookError
from budget_tools.model.finding import Report
from budget_tools.run import check_book
from budget_tools.settings import Settings
from tests.conftest import ROOT
from tests.excel.on_openpyxl import Engine

SAMPLES = sorted((ROOT / "workbooks").rglob("*.xlsx"))
CORPUS = os.environ.get("BUDGET_TOOLS_CORPUS")
MANY = 40

# In Excel every formula has a result: one that the file lacks is not found there.
EXCEPT = {"FRM006"}
NO_RESULT_STORED = "FRM006-no-value.xlsx"


def findings(report: Report) -> list[tuple[object, ...]]:
    return sorted(
        (one.code, one.sheet or "", one.cell or (0, 0), one.id, one.values, one.severity)
        for one in report.findings
        if one.code not in EXCEPT
    )


def differing(path: Path) -> list[str]:
    """The ways of reading the open workbook that give other findings than its file.

    As it was saved, the file tells what cells look like; changed since, Excel is asked with the file's help;
    in a new workbook it is asked without.
    """
    settings = Settings()
    book = xw.Book(str(path))
    stored = findings(check_book(WorkbookFile(path).read(), settings))
    wrong = []
    for way in ("saved", "changed", "new"):
        book.impl.saved = way == "saved"
        live = LiveBook(book, None if way == "new" else str(path)).read()
        if findings(check_book(live, settings)) != stored:
            wrong.append(way)
    return wrong


@pytest.mark.parametrize(
    "path", [one for one in SAMPLES if one.name != NO_RESULT_STORED], ids=lambda p: p.stem
)
def test_samples(path: Path, engine: Engine) -> None:
    assert differing(path) == []


@pytest.mark.skipif(not CORPUS, reason="BUDGET_TOOLS_CORPUS names no folder")
def test_part_of_the_corpus(engine: Engine) -> None:
    assert CORPUS is not None
    files = sorted(path for path in Path(CORPUS).rglob("*.xlsx") if path.stat().st_size < 40_000)
    tried, differ = 0, []
    for path in files[:: max(1, len(files) // MANY)]:
        engine.reset()
        try:
            book = WorkbookFile(path).read()
        except WorkbookError:
            continue
        if any(sheet.unvalued or len(sheet.rows) > 300 for sheet in book.sheets):
            continue
        try:
            xw.Book(str(path))
        except Exception:  # what openpyxl cannot load, the test engine cannot open
            continue
        tried += 1
        if wrong := differing(path):
            differ.append((path.name, wrong))
    assert tried > 30
    assert differ == []
