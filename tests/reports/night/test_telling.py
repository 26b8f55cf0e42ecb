"""The headline, the dates and the addresses that every report of a night has alike."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook

from budget_tools.errors import BudgetToolsError
from budget_tools.model.finding import Severity
from budget_tools.model.night import NightWorkbook, Standing, Tally
from budget_tools.reports.night.telling import (
    address,
    as_read,
    below,
    day,
    headline,
    moment,
    replacing,
    tidy,
    web_address,
    within,
)
from tests.reports.night.nights import HOSTILE, STARTED, YESTERDAY, followed, night

NEW, OPEN, FIXED, REOPENED = Standing.NEW, Standing.OPEN, Standing.FIXED, Standing.REOPENED


def workbooks(checked: int, unread: int = 0) -> tuple[NightWorkbook, ...]:
    one = NightWorkbook("/b/1.xlsx", "checked", None, None, True)
    other = NightWorkbook("/b/2.xlsx", "refused", "Den er for stor.", None, True)
    return (*[one] * checked, *[other] * unread)


def test_the_headline_says_what_is_new() -> None:
    told = night(
        *(followed(standing=NEW) for _ in range(3)),
        *(followed(standing=FIXED) for _ in range(2)),
        followed(standing=OPEN),
        workbooks=workbooks(4988, 12),
    )
    assert headline(told) == (
        "3 nye fejl siden i går, 2 rettet; 12 af 5.000 projektmapper kunne ikke kontrolleres."
    )
    assert headline(replace(told, language="en")) == (
        "3 new errors since yesterday, 2 fixed; 12 of 5,000 workbooks could not be checked."
    )


def test_the_headline_counts_each_severity_and_what_came_back() -> None:
    told = night(
        followed(standing=NEW),
        followed(standing=NEW, severity=Severity.WARNING),
        followed(standing=NEW, severity=Severity.NOTE),
        followed(standing=REOPENED),
        workbooks=workbooks(1),
    )
    assert headline(told) == "1 ny fejl, 1 ny advarsel og 1 ny bemærkning siden i går, 1 genåbnet."


@pytest.mark.parametrize(
    ("previous", "since"),
    [
        (STARTED - timedelta(days=1), "siden i går"),
        (STARTED - timedelta(days=3), "siden 19. november 2026"),
        (STARTED - timedelta(minutes=20), "siden kl. 02.10"),
    ],
)
def test_since_when(previous: datetime, since: str) -> None:
    told = night(followed(standing=OPEN), previous=previous, workbooks=workbooks(1))
    assert headline(told) == f"Intet nyt {since}."


def test_the_night_before_is_known_from_the_tallies_too() -> None:
    tallies = (Tally(1, YESTERDAY, 1, 1, 0, 0, 1, 0), Tally(2, STARTED, 1, 1, 0, 0, 0, 0))
    told = night(followed(), previous=None, tallies=tallies, workbooks=workbooks(1))
    assert headline(told) == "Intet nyt siden i går."


def test_on_the_first_night_nothing_is_called_new() -> None:
    told = night(followed(standing=NEW), followed(standing=NEW), previous=None, workbooks=workbooks(3))
    assert headline(told) == "2 fejl i 3 projektmapper."


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"workbooks": workbooks(8)}, "Ingen bemærkninger i 8 projektmapper."),
        (
            {"workbooks": workbooks(1, 1)},
            "Ingen bemærkninger i 1 projektmappe; 1 af 2 projektmapper kunne ikke kontrolleres.",
        ),
        (
            {"workbooks": workbooks(1), "complete": False},
            "Ingen bemærkninger i 1 projektmappe; kontrollen er ikke fuldstændig.",
        ),
        ({"workbooks": ()}, "Ingen projektmapper blev kontrolleret."),
    ],
)
def test_where_nothing_was_found(changes: dict[str, object], said: str) -> None:
    assert headline(night(**changes)) == said


def test_dates_are_those_on_the_clock_of_the_reader() -> None:
    assert day(STARTED, "da") == "22. november 2026"
    assert moment(STARTED, "en") == "22 November 2026 at 02:30"
    aware = STARTED.astimezone().astimezone(UTC)  # the same moment, told as a server tells it
    assert moment(aware, "da") == "22. november 2026 kl. 02.30"


def test_order_is_worst_first_then_as_the_workbooks_go() -> None:
    note, second, first = (
        followed(severity=Severity.NOTE, path="/a.xlsx"),
        followed(path="/b.xlsx"),
        followed(path="/b.xlsx", cell=None),
    )
    assert list(night(note, second, first).told.foremost(Standing.OPEN)) == [first, second, note]
    assert list(night(note, second, first).told.foremost(Standing.OPEN, most=1)) == [first]


@pytest.mark.parametrize("text", HOSTILE)
def test_tidy_text_can_be_written_anywhere(text: str) -> None:
    tidied = tidy(text)
    tidied.encode("utf-8")
    assert tidied.isprintable()
    assert len(tidy(text, 50)) <= 50


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("/srv/budget/Løn 1.xlsx", "file:///srv/budget/L%C3%B8n%201.xlsx"),
        ("/srv/100% #1?.xlsx", "file:///srv/100%25%20%231%3F.xlsx"),
        (r"\\server\budget\a b.xlsx", "file://server/budget/a%20b.xlsx"),
        (r"H:\budget\å.xlsx", "file:///H:/budget/%C3%A5.xlsx"),
        ("https://k.sharepoint.com/sites/a b.xlsx", "https://k.sharepoint.com/sites/a%20b.xlsx"),
        ("/srv/\udce5.xlsx", "file:///srv/%E5.xlsx"),  # a name that is no UTF-8: its bytes
        ("/srv/\ud83d.xlsx", None),
        ("forslag.xlsx", None),
        ("javascript:alert(1)", None),
    ],
)
def test_addresses(path: str, found: str | None) -> None:
    assert web_address(path) == found


def test_a_workbook_below_the_report_is_found_from_there() -> None:
    told = night()
    target = Path("/budget/2027/Kontrol.html")
    assert address(told, "/budget/2027/Skole/Løn: 1.xlsx", target) == "Skole/L%C3%B8n%3A%201.xlsx"
    assert address(told, "/budget/2026/x.xlsx", target) == "file:///budget/2026/x.xlsx"
    assert below("/budget/20277/x.xlsx", target) is None


def test_a_folder_is_named_as_its_readers_know_it() -> None:
    told = night(shares=(("/mnt", "//gammel/alt"), ("/mnt/budget/", r"\\server\budget")))
    assert as_read(told, "/mnt/budget/a/b.xlsx") == r"\\server\budget\a\b.xlsx"
    assert as_read(told, "/mnt/budget") == r"\\server\budget"
    assert as_read(told, "/mnt/budget2/b.xlsx") == "//gammel/alt/budget2/b.xlsx"
    assert as_read(told, "/srv/b.xlsx") == "/srv/b.xlsx"
    assert address(told, "/mnt/budget/b.xlsx", Path("/mnt/budget/Kontrol.html")) == (
        "file://server/budget/b.xlsx"
    )


def test_a_workbook_is_named_from_its_folder_on() -> None:
    assert within(night(), "/budget/2027/Skole/1.xlsx") == "2027/Skole/1.xlsx"
    assert within(night(), "/andet/1.xlsx") == "/andet/1.xlsx"
    assert within(night(folders=(r"\\s\budget\2027",)), r"\\s\budget\2027\a\1.xlsx") == "2027/a/1.xlsx"


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path) -> None:
    target = tmp_path / "Kontrol.html"
    for content in (b"one", b"two"):
        with replacing(target) as file:
            file.write(content)
    with pytest.raises(ValueError, match="halfway"), replacing(target) as file:
        file.write(b"thr")
        raise ValueError("halfway")
    assert target.read_bytes() == b"two"
    folder = tmp_path / "Kontrol.xlsx"
    folder.mkdir()
    with (
        pytest.raises(BudgetToolsError, match=r"Kontrol\.xlsx: cannot be written: .*; close it"),
        replacing(folder) as file,
    ):
        file.write(b"three")
    assert sorted(tmp_path.iterdir()) == [target, folder]


def test_what_nobody_would_read_is_counted_and_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from budget_tools.reports.night import html, workbook

    monkeypatch.setattr(html, "MOST_FINDINGS", 3)
    monkeypatch.setattr(workbook, "MOST_LISTED", 3)
    many = [followed(id=f"note{n}", severity=Severity.NOTE, standing=Standing.OPEN) for n in range(5)]
    one = night(*many, followed(id="new", severity=Severity.NOTE, standing=Standing.NEW), previous=YESTERDAY)
    html.write(one, tmp_path / "x.html", full="Kontrol.xlsx")
    page = (tmp_path / "x.html").read_text("utf-8")
    assert (
        page.count("<article") == 3
        and 'id="new"' in page
        and "de 3 alvorligste af 6 bemærkninger. Alle står i Kontrol.xlsx." in page
    )
    workbook.write(one, tmp_path / "x.xlsx")
    sheet = load_workbook(tmp_path / "x.xlsx").worksheets[0]
    assert sheet.max_row == 4 + 3 and "de 3 alvorligste af 6 bemærkninger." in str(sheet["A2"].value)
