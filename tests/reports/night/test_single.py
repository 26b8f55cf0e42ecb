"""A single check in the forms of a night: nothing is new, and everything is there."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from lxml import html as lxml_html

from budget_tools import check
from budget_tools.model.acceptance import Acceptance
from budget_tools.model.finding import Finding, WorkbookReport
from budget_tools.model.night import Night, Standing
from budget_tools.reports.night import html, ours, sarif, workbook
from budget_tools.reports.night.single import as_night
from budget_tools.reports.night.telling import headline
from tests.reports.by_hand import files_not_checked, proposal, refused, report, wrong_total

ROOT = Path(__file__).parents[3]

NOW = datetime(2026, 11, 22, 9, 0)


def told(*workbooks: WorkbookReport, run: tuple[Finding, ...] = (), incomplete: bool = False) -> Night:
    told = replace(report(*workbooks, run=run), incomplete=incomplete)
    return as_night(told, ["mappe"], NOW, NOW, "budget-tools 0.1.0")


def test_a_report_as_a_night() -> None:
    found = wrong_total()
    night = told(
        WorkbookReport("mappe/01.xlsx", "checked", (found,), (proposal("2.1.2. 01", "Titel", "01"),))
    )
    (one,) = night.told.findings()
    assert (one.id, one.values, one.code, one.cell) == (found.id, found.values, "ARI001", found.cell)
    assert (one.title, one.committee, one.owner) == ("Titel", "Økonomiudvalget", None)
    assert one.path == str(Path("mappe/01.xlsx").absolute())
    assert one.message == "F14 viser 2.900, men årene i linjen 'Løn' giver 3.000 (forskel -100)."
    assert one.evidence == "=SUM(B14:C14;E14), efter cellens egen formel"
    assert one.standing is Standing.OPEN
    assert headline(night) == "1 fejl i 1 projektmappe."
    assert night.complete and night.folders == (str(Path("mappe").absolute()),)


def test_what_was_accepted_is_told_so() -> None:
    accepted = Acceptance("accept", "x", "y", "z", "ARI001", "LHO", "Aftalt", "2026-11-20")
    night = told(WorkbookReport("01.xlsx", "checked", (replace(wrong_total(), accepted=accepted),)))
    assert [one.standing for one in night.told.findings()] == [Standing.ACCEPTED]


def test_what_was_not_checked_makes_it_incomplete() -> None:
    night = told(refused("02.xlsx"))
    assert not night.complete
    assert [one.status for one in night.told.workbooks()] == ["refused"]
    assert next(night.told.workbooks()).reason
    closed = Finding("RUN002", facts={"reason": "permission"}, path="/mappe/lukket")
    night = told(run=(closed, files_not_checked("a.pdf")), incomplete=True)
    assert not night.complete
    assert len(night.trouble) == 1 and "lukket" in night.trouble[0]
    assert [(one.code, one.path) for one in night.told.findings()] == [("RUN005", None)]


def test_its_page_calls_nothing_new(tmp_path: Path) -> None:
    html.write(told(WorkbookReport("01.xlsx", "checked", (wrong_total(),))), tmp_path / "Kontrol.html")
    tree = lxml_html.parse(str(tmp_path / "Kontrol.html"))
    assert [one.text_content().strip() for one in tree.xpath("//h2")] == ["Fundet 1"]
    assert tree.xpath("//ul[@class='tiles']/li/@class") == ["errors", "warnings", "notes", "workbooks"]
    offered = "//label[not(@hidden)]/select[@name='standing']"
    assert not tree.xpath(f"//span[starts-with(@class, 'standing')] | {offered}")


def test_without_a_night_before_there_is_no_baseline(tmp_path: Path) -> None:
    sarif.write(told(WorkbookReport("01.xlsx", "checked", (wrong_total(),))), tmp_path / "night.sarif")
    log = json.loads((tmp_path / "night.sarif").read_text("utf-8"))
    assert "baselineState" not in log["runs"][0]["results"][0]


def test_a_report_beside_the_workbooks_is_none_of_them(tmp_path: Path) -> None:
    mine = tmp_path / "eget" / ours.NAME
    mine.parent.mkdir()
    sample = sorted((ROOT / "workbooks" / "proposals").glob("*.xlsx"))[0]
    shutil.copy(sample, tmp_path / sample.name)
    shutil.copy(sample, mine)  # somebody's own workbook of that name
    single = check(tmp_path)
    at = datetime(2026, 5, 2, 5, 0)
    workbook.write(as_night(single, [str(tmp_path)], at, at, "budget-tools"), tmp_path / ours.NAME)
    assert [one.path for one in check(tmp_path).workbooks] == [one.path for one in single.workbooks]
    assert str(mine) in [one.path for one in single.workbooks]
    assert [one.path for one in check(tmp_path / ours.NAME).workbooks] == [str(tmp_path / ours.NAME)]
