"""The Excel workbook of a night, read back by another library than the one that wrote it."""

from __future__ import annotations

import subprocess
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from budget_tools.model.address import Cell
from budget_tools.model.night import Night, NightWorkbook, Standing
from budget_tools.reports.night import rows as rows_
from budget_tools.reports.night import workbook
from tests.reports.night.nights import HOSTILE, STARTED, followed, hostile, night, sampled

HEADING = 4


def written(told: Night, folder: Path) -> openpyxl.Workbook:
    target = folder / "Kontrol.xlsx"
    workbook.write(told, target)
    return openpyxl.load_workbook(target)


def rows(sheet: Worksheet) -> list[dict[str, object]]:
    heading, *others = sheet.iter_rows(min_row=HEADING, values_only=True)
    return [dict(zip(map(str, heading), row, strict=True)) for row in others]


def links_of(sheet: Worksheet) -> list[tuple[str, str, str]]:
    links = (cell.hyperlink for row in sheet.iter_rows() for cell in row)
    return sorted((one.ref, one.target, one.location) for one in links if one is not None)


def test_a_sheet_for_everything_there_is(tmp_path: Path) -> None:
    assert written(sampled(), tmp_path).sheetnames == [
        "Bemærkninger",
        "Rettet",
        "Ændret efter frist",
        "Projektmapper",
    ]
    assert written(night(followed()), tmp_path).sheetnames == ["Bemærkninger", "Projektmapper"]
    assert written(night(followed(), language="en"), tmp_path).sheetnames == ["Findings", "Workbooks"]


def test_new_stands_first_and_accepted_last(tmp_path: Path) -> None:
    told = night(
        followed(standing=Standing.ACCEPTED),
        followed(standing=Standing.OPEN),
        followed(standing=Standing.FIXED, until=STARTED),
        followed(standing=Standing.NEW),
        followed(standing=Standing.REOPENED),
    )
    book = written(told, tmp_path)
    assert [row["Status"] for row in rows(book["Bemærkninger"])] == ["Ny", "Genåbnet", "Åben", "Accepteret"]
    assert [row["Rettet"] for row in rows(book["Rettet"])] == [datetime(2026, 11, 22)]


def test_a_line_of_the_list(tmp_path: Path) -> None:
    book = written(night(followed()), tmp_path)
    assert rows(book["Bemærkninger"]) == [
        {
            "Status": "Åben",
            "Alvor": "Fejl",
            "Ansvarlig": "Lene Holm",
            "Udvalg": "Økonomiudvalget",
            "Projektmappe": "Forslag 01.xlsx",
            "Ark": "Skema",
            "Celle": "C11",
            "Forslag": "2.1.2. 01",
            "Hvad er der galt?": "C11 viser 5.400, men linjerne under 2024 giver 4.500 (forskel 900).",
            "Sådan rettes det": "Skriv =SUM(C9:C10) i C11, hvis tallene over den er rigtige.",
            "Tip": "Er to cifre byttet om i C11? Det forklarer forskellen på 900.",
            "Hvorfor": "=SUM(C9:C10), efter formlerne i nabocellerne",
            "Regel": "ARI002",
            "Titel": "Etablering af direktion",
            "Set siden": datetime(2026, 11, 1),
            "Mappe": "/budget/2027",
        }
    ]
    assert book["Bemærkninger"]["A1"].value == "Intet nyt siden i går."
    assert book["Bemærkninger"]["E5"].data_type == "s"
    assert {cell.data_type for cell in book["Bemærkninger"][5]} == {"s", "d"}


def test_it_is_set_up_to_be_filtered_and_printed(tmp_path: Path) -> None:
    for sheet in written(sampled(), tmp_path):
        last = f"{openpyxl.utils.get_column_letter(sheet.max_column)}{sheet.max_row}"
        assert sheet.auto_filter.ref == f"A{HEADING}:{last}"
        assert sheet.freeze_panes == f"A{HEADING + 1}"
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        # one page wide, which is what an absent number means, and as many high as it takes
        assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
        assert sheet.print_title_rows == f"${HEADING}:${HEADING}"
        assert sheet.print_area


def test_the_workbooks_that_were_not_checked_stand_first(tmp_path: Path) -> None:
    told = night(
        followed(),
        followed(standing=Standing.NEW),
        workbooks=(
            NightWorkbook("/budget/2027/Forslag 01.xlsx", "checked", None, "Lene Holm", True),
            NightWorkbook("/budget/2027/Lås.xlsx", "unreadable", "Den er låst.", None, False),
        ),
        trouble=("Mappen X kunne ikke åbnes.",),
        complete=False,
    )
    book = written(told, tmp_path)
    listed = rows(book["Projektmapper"])
    assert [(one["Projektmappe"], one["Status"], one["Årsag"]) for one in listed] == [
        (None, "Problem", "Mappen X kunne ikke åbnes."),
        ("Lås.xlsx", "Kunne ikke læses", "Den er låst."),
        ("Forslag 01.xlsx", "Kontrolleret", None),
    ]
    assert (listed[2]["Fejl"], listed[2]["Nye"], listed[2]["Kontrolleret i nat"]) == (2, 1, "ja")
    assert book["Bemærkninger"]["A2"].value == "Kontrollen er ikke fuldstændig: se arket Projektmapper."


def test_nothing_found_is_said_so(tmp_path: Path) -> None:
    book = written(night(), tmp_path)
    assert book["Bemærkninger"].cell(HEADING + 1, 1).value == "Ingen bemærkninger."


@pytest.mark.parametrize(
    ("path", "sheet", "link"),
    [
        (
            r"\\server\budget\a b\å#1.xlsx",
            "Ark 1",
            (r"file:///\\server\budget\a%20b\å%231.xlsx", "'Ark 1'!C11"),
        ),
        ("//server/budget/x.xlsx", "Ark", (r"file:///\\server\budget\x.xlsx", "'Ark'!C11")),
        (r"H:\b\100%.xlsx", "O'Hara", (r"file:///H:\b\100%25.xlsx", "'O''Hara'!C11")),
        ("/srv/b 1.xlsx", "Ark", ("file:///srv/b%201.xlsx", "'Ark'!C11")),
        ("/rapport/under/b 1.xlsx", "Ark", (r"under\b%201.xlsx", "'Ark'!C11")),
        ("/mnt/sp/b 1.xlsx", "Ark", ("https://k.sharepoint.com/b/b%201.xlsx", "'Ark'!C11")),
        ("/srv/b.xlsx", None, ("file:///srv/b.xlsx", "")),
        ("/srv/\udce5.xlsx", "Ark", None),
        ("forslag.xlsx", "Ark", None),
        ("/srv/" + "x" * 2_100, "Ark", None),
    ],
)
def test_links_open_the_workbook_at_the_cell(
    path: str, sheet: str | None, link: tuple[str, str] | None
) -> None:
    told = night(shares=(("/mnt/sp", "https://k.sharepoint.com/b"),))
    target = Path("/rapport/Kontrol.xlsx")
    assert workbook.link(told, path, sheet, Cell(11, 3), target) == link


def test_links_are_kept_as_they_were_meant(tmp_path: Path) -> None:
    told = night(
        followed(path=r"\\server\budget\a b\100% å#1.xlsx", sheet="O'Hara"),
        followed(path=str(tmp_path / "Løn" / "b 1.xlsx"), cell=None),
    )
    assert links_of(written(told, tmp_path)["Bemærkninger"]) == [
        ("E5", r"Løn\b%201.xlsx", "'Skema'!A1"),
        ("G6", r"file:///\\server\budget\a%20b\100%25%20å%231.xlsx", "'O''Hara'!C11"),
    ]


@pytest.mark.filterwarnings("error")
def test_beyond_what_excel_bears_a_link_is_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows_, "MOST_LINKS", 3)
    told = night(*(followed(id=str(number)) for number in range(5)))
    sheet = written(told, tmp_path)["Bemærkninger"]
    assert len(links_of(sheet)) == 3
    assert [row["Celle"] for row in rows(sheet)] == ["C11"] * 5


@pytest.mark.filterwarnings("error")
def test_hostile_text_is_text(tmp_path: Path) -> None:
    book = written(hostile(), tmp_path)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert not [cell.coordinate for cell in cells if cell.data_type == "f"]
    values = [cell.value for cell in cells if isinstance(cell.value, str)]
    assert '=HYPERLINK("http://example.invalid/x","klik")' in values
    assert "_x005F_x000D_ _x005F_x0041_" in values  # as Excel writes it; openpyxl shows it so within a cell
    assert max(len(value.encode("utf-16-le")) // 2 for value in values) == 32_767
    assert all(value.isprintable() for value in values)
    targets = [target for sheet in book for _, target, _ in links_of(sheet)]
    assert targets and all(one.startswith("file:") for one in targets)


def test_the_same_night_makes_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        workbook.write(hostile(), tmp_path / name / "Kontrol.xlsx")
    assert (tmp_path / "one/Kontrol.xlsx").read_bytes() == (tmp_path / "two/Kontrol.xlsx").read_bytes()


def test_libreoffice_opens_it_and_shows_every_page(soffice: str, tmp_path: Path) -> None:
    for name, told in (("sampled", sampled()), ("hostile", hostile())):
        workbook.write(told, tmp_path / f"{name}.xlsx")
        profile = (tmp_path / "profile").as_uri()
        subprocess.run(
            [
                *(soffice, f"-env:UserInstallation={profile}", "--headless", "--norestore"),
                *("--convert-to", "pdf", "--outdir", str(tmp_path), str(tmp_path / f"{name}.xlsx")),
            ],
            check=True,
            capture_output=True,
            timeout=180,
        )
        assert (tmp_path / f"{name}.pdf").read_bytes().startswith(b"%PDF")


def test_rows_are_as_high_as_their_text(tmp_path: Path) -> None:
    told = night(followed(id="1"), followed(id="2", message=HOSTILE[0] * 3))
    sheet = written(told, tmp_path)["Bemærkninger"]
    low, high = (sheet.row_dimensions[row].height for row in (5, 6))
    assert 30 <= low < 60 < high


def test_an_owners_workbook_has_the_owners_lines_only(tmp_path: Path) -> None:
    told = sampled().part("Lene Holm")
    for sheet in written(told, tmp_path):
        assert {row["Ansvarlig"] for row in rows(sheet)} == {"Lene Holm"}
