"""The fixes of analyses: shown to a person first, and after them there is nothing more to say."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from budget_tools import check
from budget_tools.analysing import overview
from budget_tools.changing.fix import fix

FILES = sorted((Path(__file__).parents[2] / "workbooks" / "analysis").glob("*.xlsx"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_pools_and_themes(file: Path, tmp_path: Path) -> None:
    shutil.copy(file, tmp_path / "analyse.xlsx")
    before = {one.code for one in check(tmp_path).findings}
    assert {"KON001", "KON008"} <= before
    asked: list[str] = []

    def decide(path: str, planned: object, language: str) -> bool:
        asked.append(planned.finding.code)  # type: ignore[attr-defined]
        return True

    output = tmp_path / "rettet"
    report = fix(tmp_path / "analyse.xlsx", codes=["KON"], output=output, decide=decide)
    assert sorted(asked) == ["KON001", "KON001", "KON001", "KON008"]
    assert [workbook.reason for workbook in report.workbooks] == [None]
    after = {one.code for one in check(output).findings}
    assert after == before - {"KON001", "KON008"}
    assert overview(output).overview.real == overview(file).overview.real


def test_none_is_safe(tmp_path: Path) -> None:
    shutil.copy(FILES[0], tmp_path / "analyse.xlsx")
    report = fix(tmp_path, safe=True, output=tmp_path / "rettet")
    assert not any(workbook.fixes for workbook in report.workbooks)
