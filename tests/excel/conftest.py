"""A click on a button: a workbook open in an Excel that is none, and what came of it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("xlwings")

import xlwings as xw

from tests.conftest import ROOT
from tests.excel import on_openpyxl

SAMPLES = ROOT / "workbooks"
Open = Callable[[str], Any]


@pytest.fixture
def engine() -> Iterator[on_openpyxl.Engine]:
    """An Excel with nothing open."""
    yield on_openpyxl.activate()
    on_openpyxl.ENGINE.reset()
    if hasattr(xw.Book, "_mock_caller"):
        del xw.Book._mock_caller


@pytest.fixture
def opened(
    engine: on_openpyxl.Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], xw.Book]:
    """A function that copies a sample and opens it as the workbook that is clicked in."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))

    def open_(sample: str) -> xw.Book:
        path = tmp_path / "forslag" / Path(sample).name
        path.parent.mkdir(exist_ok=True)
        shutil.copyfile(SAMPLES / sample, path)
        book = xw.Book(str(path))
        book.set_mock_caller()
        engine.calls.clear()
        engine.written.clear()
        return book

    return open_
