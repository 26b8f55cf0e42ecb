"""A larger collection of workbooks: every file ends in a report, and none in a false error."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from budget_tools import Report, Severity, check

FOLDER = os.environ.get("BUDGET_TOOLS_CORPUS", "")
CORPUS = Path(FOLDER)
FILES = (
    [path for path in sorted(CORPUS.rglob("*")) if path.suffix.lower() in (".xlsx", ".xlsm")]
    if FOLDER
    else []
)
SECONDS = 30

pytestmark = pytest.mark.skipif(not FILES, reason="BUDGET_TOOLS_CORPUS does not name a folder with workbooks")


def named(path: Path) -> str:
    return path.relative_to(CORPUS).as_posix()


@pytest.mark.parametrize("path", FILES, ids=named)
def test_a_report_for_every_workbook(path: Path) -> None:
    start = time.perf_counter()
    report = check(path, select=["all"])
    assert time.perf_counter() - start < SECONDS
    [workbook] = report.workbooks
    assert workbook.status in ("checked", "unreadable", "refused")
    assert (workbook.reason is None) is (workbook.status == "checked")
    assert "RUN001" not in [finding.code for finding in report.findings]
    for language in ("da", "en"):
        text = json.dumps(replace(report, language=language).to_json(), ensure_ascii=False)
        assert json.loads(text)["language"] == language
        assert "Traceback" not in text


@pytest.fixture(scope="module")
def whole() -> Iterator[Report]:
    """One run over everything."""
    yield check(CORPUS)


def test_one_run_over_everything(whole: Report) -> None:
    assert len(whole.workbooks) == len({path for path in FILES if not path.name.startswith(("~$", "."))})
    json.dumps(whole.to_json())
    assert len(whole.to_frame()) == len(whole.findings)


def test_published_tables_are_right(whole: Report) -> None:
    """Their arithmetic is right but for rounding: an error here is a false alarm."""
    published = [w for w in whole.workbooks if Path(w.path).is_relative_to(CORPUS / "published")]
    if not published:
        pytest.skip("the collection has no folder 'published'")
    assert [workbook.path for workbook in published if workbook.status != "checked"] == []
    wrong = [
        (Path(workbook.path).name, finding.code, finding.sheet, str(finding.cell))
        for workbook in published
        for finding in workbook.findings
        if finding.severity is Severity.ERROR and finding.code.startswith(("ARI", "NUM", "FRM"))
    ]
    assert wrong == []
