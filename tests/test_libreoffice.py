"""A second opinion: LibreOffice works the totals out from their formulas and gets what we wrote."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from budget_tools import check, fill
from budget_tools.books.file import WorkbookFile
from budget_tools.model.amount import decimal_of

SAMPLES = Path(__file__).parents[1] / "workbooks"

FORMULA = re.compile(rb"(<f\b[^>]*>[^<]*</f>)<v>[^<]*</v>")


def without_results(path: Path, target: Path) -> Path:
    """A copy whose formulas have no results, so that whoever opens it must work them out."""
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            content = old.read(part)
            if part.filename.startswith("xl/worksheets/"):
                content = FORMULA.sub(rb"\1", content)
            new.writestr(part, content)
    return target


@pytest.mark.parametrize("sample", ["STR003-total-column-empty", "STR003-total-row-empty"])
def test_libreoffice_gets_the_totals_that_were_filled_in(
    sample: str, tmp_path: Path, recalculated: Callable[[Path], Path]
) -> None:
    [workbook] = fill(SAMPLES / "faults" / f"{sample}.xlsx", output=tmp_path / "ud").workbooks
    assert workbook.target is not None and workbook.totals
    theirs = WorkbookFile(
        recalculated(without_results(Path(workbook.target), tmp_path / f"{sample}.xlsx"))
    ).read()
    for total in workbook.totals:
        sheet = theirs.sheet(total.sheet)
        assert sheet is not None
        value = sheet.value(total.cell.row, total.cell.column)
        assert isinstance(value, int | float) and decimal_of(value) == total.value, str(total.cell)
        assert total.value == Decimal(2000) or total.kind != "corner"


def test_the_catalogue_out_of_libreoffice(tmp_path: Path, recalculated: Callable[[Path], Path]) -> None:
    """What another program saved again has no more faults than before."""
    sample = SAMPLES / "catalogue" / "Driftsforslag 2023-2026 Økonomiudvalget.xlsx"
    ours = {(f.code, f.sheet, str(f.cell)) for f in check(sample).findings}
    theirs = {(f.code, f.sheet, str(f.cell)) for f in check(recalculated(sample)).findings}
    assert theirs == ours
