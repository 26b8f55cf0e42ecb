"""The frame for scripts."""

from __future__ import annotations

from decimal import Decimal

import pytest

from budget_tools.reports.frame import COLUMNS, to_frame
from tests.reports.by_hand import catalogue, files_not_checked, report

pytest.importorskip("pandas")


def test_a_row_a_finding() -> None:
    frame = to_frame(report(catalogue(), run=(files_not_checked("a.docx"),)))
    assert tuple(frame.columns) == COLUMNS
    assert list(frame["code"]) == ["NUM006", "NUM004", "ARI001", "RUN005"]
    row = frame[frame["code"] == "ARI001"].iloc[0]
    assert (row["path"], row["sheet"], row["cell"], row["proposal"]) == (
        "katalog.xlsx",
        "01",
        "F14",
        "2.1.2. 01",
    )
    assert (row["shown"], row["expected"], row["difference"]) == (
        Decimal("2900"),
        Decimal("3000"),
        Decimal("-100"),
    )
    assert isinstance(row["shown"], Decimal)
    assert row["hint"].startswith("Er to cifre byttet om")
    assert frame.iloc[3]["path"] is None and frame.iloc[3]["shown"] is None


def test_no_findings_have_the_same_columns() -> None:
    frame = to_frame(report())
    assert tuple(frame.columns) == COLUMNS and frame.empty
