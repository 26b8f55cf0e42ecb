"""What a workbook says beside its cells: links, calculation by hand, filters."""

from __future__ import annotations

from pathlib import Path

import pytest

from budget_tools.books.file import WorkbookFile
from budget_tools.model.address import Range
from tests.packages import MAIN, RELATIONSHIPS, R, pack, parts_of, rows_of, worksheet

ROWS = rows_of([["", 2023, 2024], ["Løn", 100, 200], ["Drift", 50, 60]])
HIDDEN = ROWS.replace('<row r="3">', '<row r="3" hidden="1">')
ALL = [Range(1, 1, 3, 3)]


def test_calculation(tmp_path: Path) -> None:
    sheets = {"Ark1": worksheet(ROWS)}
    by_hand = pack(tmp_path / "a.xlsx", parts_of(sheets, calc='<calcPr calcId="1" calcMode="manual"/>'))
    by_itself = pack(tmp_path / "b.xlsx", parts_of(sheets, calc='<calcPr calcMode="auto"/>'))
    assert WorkbookFile(by_hand).read().manual
    assert not WorkbookFile(by_itself).read().manual
    assert not WorkbookFile(pack(tmp_path / "c.xlsx", parts_of(sheets))).read().manual


def test_links_are_named_in_the_order_of_the_formulas(tmp_path: Path) -> None:
    parts = parts_of(
        {"Ark1": worksheet(ROWS)},
        calc='<externalReferences><externalReference r:id="x2"/><externalReference r:id="x1"/>'
        '<externalReference r:id="x3"/></externalReferences>',
    )
    workbook = "xl/_rels/workbook.xml.rels"
    parts[workbook] = str(parts[workbook]).replace(
        "</Relationships>",
        "".join(
            f'<Relationship Id="x{n}" Type="{R}/externalLink" Target="externalLinks/externalLink{n}.xml"/>'
            for n in (1, 2, 3)
        )
        + "</Relationships>",
    )
    for number, (kind, target) in enumerate(
        [
            ("externalLinkPath", "file:///C:\\Budget\\L%C3%B8n%202024.xlsx"),
            ("externalLinkPath", "../Drift.xlsx"),
            ("xlPathMissing", "/Gone.xlsx"),
        ],
        1,
    ):
        parts[f"xl/externalLinks/externalLink{number}.xml"] = f'<externalLink xmlns="{MAIN}"/>'
        parts[f"xl/externalLinks/_rels/externalLink{number}.xml.rels"] = (
            f'<Relationships xmlns="{RELATIONSHIPS}"><Relationship Id="r1" '
            f'Type="{R}/{kind}" Target="{target}" '
            'TargetMode="External"/></Relationships>'
        )
    [sheet] = WorkbookFile(pack(tmp_path / "a.xlsx", parts)).read().sheets
    assert sheet.links == ("Drift.xlsx", "Løn 2024.xlsx", "")


FILTER = '<autoFilter ref="A1:C3"><filterColumn colId="0"/></autoFilter>'


@pytest.mark.parametrize(
    ("rows", "after", "filtered"),
    [
        (ROWS, FILTER, frozenset()),
        (HIDDEN, "", frozenset()),
        (HIDDEN, '<autoFilter ref="A1:C3"/>', frozenset()),  # there to be used, but not in use
        (HIDDEN, FILTER, frozenset({3})),
        (HIDDEN, FILTER.replace("C3", "C2"), frozenset()),
        (HIDDEN, '<tableParts count="1"/>', None),
    ],
)
def test_rows_that_a_filter_hides(
    tmp_path: Path, rows: str, after: str, filtered: frozenset[int] | None
) -> None:
    path = pack(tmp_path / "a.xlsx", parts_of({"Ark1": worksheet(rows, after=after)}))
    [sheet] = WorkbookFile(path).read().sheets
    assert sheet.details(ALL).filtered_rows == filtered
