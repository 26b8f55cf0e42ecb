"""Nights one after the other: what is checked, what is new, fixed, open since when, accepted, reopened."""

from __future__ import annotations

import os
import shutil
import time
from datetime import date, timedelta
from pathlib import Path

import pytest

from budget_tools import accept, check, unaccept
from budget_tools.model.night import Night, Standing
from budget_tools.nightly.history import History
from budget_tools.nightly.night import CLEAN, FINDINGS, INCOMPLETE
from budget_tools.reports.json import proposals_json
from tests.nightly.folders import LONG_AGO, form, settings_of, settled, spend

ROOT = Path(__file__).parents[2]
NEW, FIXED, OPEN = Standing.NEW, Standing.FIXED, Standing.OPEN
ACCEPTED, REOPENED = Standing.ACCEPTED, Standing.REOPENED


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three proposals, of which b and c are wrong."""
    for name, number, total in (("a", "01", 300), ("b", "02", 299), ("c", "03", 301)):
        form(tmp_path / "forslag", name, number, total=total)
    return tmp_path / "forslag"


def test_new_then_open_then_fixed(tmp_path: Path, folder: Path) -> None:
    settings = settings_of(tmp_path)
    first = spend(settings)
    assert first.of(NEW) == [("ARI001", "b.xlsx"), ("ARI001", "c.xlsx")]
    assert (first.ended.exit_code, first.ended.checked, first.ended.new) == (FINDINGS, 3, 2)

    second = spend(settings)
    assert second.heard.checked == [] and second.ended.unchanged == 3
    assert second.of(OPEN) == [("ARI001", "b.xlsx"), ("ARI001", "c.xlsx")] and not second.of(NEW, FIXED)
    assert first.night is not None and second.night is not None
    assert {one.since for one in second.night.told.findings()} == {
        one.since for one in first.night.told.findings()
    }

    form(folder, "b", "02", when=LONG_AGO + 60)
    third = spend(settings)
    assert third.heard.checked == ["b.xlsx"]
    assert third.of(FIXED) == [("ARI001", "b.xlsx")] and third.of(OPEN) == [("ARI001", "c.xlsx")]
    fixed = third.only(FIXED)
    assert fixed.until is not None and fixed.until > fixed.since
    assert fixed.message and fixed.sheet == "Skema" and str(fixed.cell) == "D5"

    fourth = spend(settings)
    assert not fourth.of(NEW, FIXED) and fourth.of(OPEN) == [("ARI001", "c.xlsx")]

    form(folder, "b", "02", total=290, when=LONG_AGO + 120)
    fifth = spend(settings)
    assert fifth.of(REOPENED) == [("ARI001", "b.xlsx")]
    assert fifth.only(REOPENED).since == fixed.since

    assert fifth.night is not None
    assert [(one.run, one.new, one.fixed, one.errors) for one in fifth.night.tallies] == [
        (1, 2, 0, 2),
        (2, 0, 0, 2),
        (3, 0, 1, 1),
        (4, 0, 0, 1),
        (5, 1, 0, 2),
    ]


def test_the_same_findings_as_a_check(tmp_path: Path) -> None:
    folder = tmp_path / "forslag"
    shutil.copytree(ROOT / "workbooks" / "faults", folder)
    (folder / "brev.pdf").write_bytes(b"%PDF")
    settings = settings_of(tmp_path)
    first = spend(settings)
    report = check(folder)
    assert first.night is not None
    told = sorted(
        (one.path or "", one.id, one.values, one.code, one.severity) for one in first.night.told.findings()
    )
    assert told == sorted(
        (path or "", one.id, one.values, one.code, one.severity) for path, one in report.located()
    )
    assert {one.code for one in first.night.told.findings()} >= {"IDN002", "RUN005"}
    assert {
        one.path: (one.proposals, one.summaries) for one in first.night.told.workbooks(summaries=True)
    } == {one.path: (len(one.proposals), proposals_json(one.proposals)) for one in report.workbooks}
    second = spend(settings)
    assert second.night is not None
    assert [(one.id, one.message, one.excerpt) for one in second.night.told.findings()] == [
        (one.id, one.message, one.excerpt) for one in first.night.told.findings()
    ]
    assert {one.standing for one in second.night.told.findings()} == {OPEN}


def test_across_workbooks_the_unchanged_ones_are_seen(tmp_path: Path, folder: Path) -> None:
    settings = settings_of(tmp_path)
    spend(settings)
    form(folder, "d", "01", total=300)  # the number of a, in which nothing changed
    second = spend(settings)
    assert second.heard.checked == ["d.xlsx"]
    assert [code for code, _ in second.of(NEW)] == [
        finding.code for _, finding in check(folder).located() if finding.code not in ("ARI001",)
    ]
    (folder / "d.xlsx").unlink()
    third = spend(settings)
    assert third.of(FIXED) == second.of(NEW) and third.heard.checked == []


def test_another_time_with_the_same_content_is_not_checked(tmp_path: Path, folder: Path) -> None:
    settings = settings_of(tmp_path)
    spend(settings)
    settled(folder / "a.xlsx", LONG_AGO + 500)
    second = spend(settings)
    assert second.heard.checked == [] and second.heard.to_check == 1
    third = spend(settings)
    assert third.heard.to_check == 0


def test_a_file_saved_this_moment_is_compared_by_content(tmp_path: Path, folder: Path) -> None:
    settings = settings_of(tmp_path)
    now = int(time.time()) + 3600  # the clock of a file server may be ahead
    form(folder, "b", "02", total=298, when=now)
    size = os.stat(folder / "b.xlsx").st_size
    spend(settings)
    form(folder, "b", "02", total=297, when=now)
    assert os.stat(folder / "b.xlsx").st_size == size
    second = spend(settings)
    assert second.heard.checked == ["b.xlsx"] and second.of(OPEN) == [
        ("ARI001", "b.xlsx"),
        ("ARI001", "c.xlsx"),
    ]


def test_settings_and_language_have_everything_checked_again(tmp_path: Path, folder: Path) -> None:
    settings = settings_of(tmp_path)
    spend(settings)
    assert len(spend(settings, language="en").heard.checked) == 3
    (folder / "budget.toml").write_text('exclude = ["Arkiv"]\nlanguage = "en"\n', encoding="utf-8")
    assert spend(settings, language="en").heard.checked == []  # what is excluded changes no result
    (folder / "budget.toml").write_text("[rules]\nARI001 = 'off'\n", encoding="utf-8")
    third = spend(settings, language="en")
    assert len(third.heard.checked) == 3 and third.of(FIXED) == [("ARI001", "b.xlsx"), ("ARI001", "c.xlsx")]
    assert len(spend(settings, language="en", force=True).heard.checked) == 3


def test_what_wins_on_the_language(tmp_path: Path, folder: Path) -> None:
    assert _language(spend(settings_of(tmp_path)).night) == "da"
    assert _language(spend(settings_of(tmp_path, language="en")).night) == "en"
    (folder / "budget.toml").write_text('language = "da"\n', encoding="utf-8")
    assert _language(spend(settings_of(tmp_path, language="en")).night) == "da"
    assert _language(spend(settings_of(tmp_path), language="en").night) == "en"


def _language(night: Night | None) -> str:
    assert night is not None
    return night.language


def test_a_renamed_workbook_keeps_its_history(tmp_path: Path, folder: Path) -> None:
    settings = settings_of(tmp_path)
    first = spend(settings)
    (folder / "under").mkdir()
    (folder / "b.xlsx").rename(folder / "under" / "b, ny.xlsx")
    second = spend(settings)
    assert second.of(OPEN) == [("ARI001", "b, ny.xlsx"), ("ARI001", "c.xlsx")] and not second.of(NEW, FIXED)
    form(folder / "under", "b, ny", "02", total=250, when=LONG_AGO + 60)
    (folder / "under" / "b, ny.xlsx").rename(folder / "b, endelig.xlsx")  # and changed as well
    third = spend(settings)
    assert third.of(OPEN) == [("ARI001", "b, endelig.xlsx"), ("ARI001", "c.xlsx")] and not third.of(
        NEW, FIXED
    )
    assert first.night is not None and third.night is not None
    assert {one.since for one in third.night.told.findings()} == {
        one.since for one in first.night.told.findings()
    }


def test_a_deleted_workbook_takes_its_findings_with_it(tmp_path: Path, folder: Path) -> None:
    settings = settings_of(tmp_path)
    spend(settings)
    (folder / "c.xlsx").unlink()
    second = spend(settings)
    assert second.of(FIXED) == [("ARI001", "c.xlsx")] and second.only(FIXED).message
    assert second.night is not None and len(list(second.night.told.workbooks())) == 2
    form(folder, "c", "03", total=301)
    assert spend(settings).of(REOPENED) == [("ARI001", "c.xlsx")]


def test_two_copies_of_a_finding_are_two(tmp_path: Path, folder: Path) -> None:
    settings = settings_of(tmp_path)
    spend(settings)
    settled(Path(shutil.copy(folder / "b.xlsx", folder / "b - kopi.xlsx")))
    second = spend(settings)
    assert ("ARI001", "b - kopi.xlsx") in second.of(NEW) and ("ARI001", "b.xlsx") in second.of(OPEN)
    (folder / "b.xlsx").unlink()
    third = spend(settings)
    assert ("ARI001", "b.xlsx") in third.of(FIXED) and ("ARI001", "b - kopi.xlsx") in third.of(OPEN)


def test_accepted_and_taken_back(tmp_path: Path, folder: Path) -> None:
    settings = settings_of(tmp_path)
    first = spend(settings)
    id_ = next(
        one.id
        for one in (first.night or pytest.fail()).told.findings()
        if (one.path or "").endswith("b.xlsx")
    )
    accept(folder / "b.xlsx", finding=id_, reason="Aftalt", initials="BJ")
    second = spend(settings)
    assert second.of(ACCEPTED) == [("ARI001", "b.xlsx")] and second.ended.errors == 1
    assert second.heard.checked == []
    record = second.only(ACCEPTED).accepted
    assert record is not None and record.why == "Aftalt"
    third = spend(settings)
    assert third.of(ACCEPTED) == [("ARI001", "b.xlsx")] and not third.of(NEW, FIXED, REOPENED)
    unaccept(folder / "b.xlsx", finding=id_, reason="Alligevel ikke", initials="BJ")
    fourth = spend(settings)
    assert fourth.of(REOPENED) == [("ARI001", "b.xlsx")] and fourth.ended.errors == 2
    accept(folder / "b.xlsx", finding=id_, reason="Aftalt igen", initials="BJ")
    spend(settings)
    form(folder, "b", "02", total=250, when=LONG_AGO + 60)  # another amount than was accepted
    assert spend(settings).of(REOPENED) == [("ARI001", "b.xlsx")]


def test_a_folder_that_is_not_there_fixes_nothing(tmp_path: Path, folder: Path) -> None:
    settings = settings_of(tmp_path)
    spend(settings)
    folder.rename(tmp_path / "væk")
    second = spend(settings)
    assert second.ended.exit_code == INCOMPLETE and not second.of(FIXED)
    assert "forslag findes ikke" in " ".join((second.night or pytest.fail()).trouble)
    folder.mkdir()  # an empty mount point
    third = spend(settings)
    assert third.ended.exit_code == INCOMPLETE and not third.of(FIXED)
    assert third.heard.said and "3" in third.heard.said[0]
    folder.rmdir()
    (tmp_path / "væk").rename(folder)
    fourth = spend(settings)
    assert fourth.ended.exit_code == FINDINGS and fourth.heard.checked == [] and not fourth.of(NEW, FIXED)


def test_one_wrong_budget_toml_costs_its_own_folder(tmp_path: Path, folder: Path) -> None:
    settings = settings_of(tmp_path)
    form(folder / "under", "d", "04", total=298)
    spend(settings)
    (folder / "under" / "budget.toml").write_text("phase = 'printing'\n", encoding="utf-8")
    form(folder, "b", "02", when=LONG_AGO + 60)
    second = spend(settings)
    assert second.of(FIXED) == [("ARI001", "b.xlsx")] and ("ARI001", "d.xlsx") in second.of(OPEN)
    assert second.ended.exit_code == INCOMPLETE
    assert "budget.toml:1: phase: 'printing' is not allowed" in second.heard.said[0]


def test_the_exit_code_and_what_is_new(tmp_path: Path, folder: Path) -> None:
    settings = settings_of(tmp_path)
    assert spend(settings, fail_on_new=True).ended.exit_code == FINDINGS
    assert spend(settings, fail_on_new=True).ended.exit_code == CLEAN
    assert spend(settings).ended.exit_code == FINDINGS
    for name, number in (("b", "02"), ("c", "03")):
        form(folder, name, number, when=LONG_AGO + 60)
    assert spend(settings).ended.exit_code == CLEAN


def test_an_empty_folder_is_no_pass(tmp_path: Path) -> None:
    (tmp_path / "forslag").mkdir()
    assert spend(settings_of(tmp_path)).ended.exit_code == INCOMPLETE


def test_somebody_has_it_open(tmp_path: Path, folder: Path) -> None:
    settings = settings_of(tmp_path)
    (folder / ".~lock.b.xlsx#").write_text(",Birthe,kontor,22.11.2026", encoding="utf-8")
    first = spend(settings)
    assert ("RUN003", "b.xlsx") in first.of(OPEN) and ("ARI001", "b.xlsx") in first.of(NEW)
    assert first.ended.new == 2 and first.ended.notes == 1  # as on the page; never counted as news
    (folder / ".~lock.b.xlsx#").unlink()
    assert not [one for one in spend(settings).of(OPEN, FIXED) if one[0] == "RUN003"]


def test_only_in_the_cloud(tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from budget_tools.nightly import scanning

    (folder / "c.xlsx").rename(folder / "sky.xlsx")
    settings = settings_of(tmp_path)
    placeholder = os.stat(folder / "sky.xlsx").st_ino
    monkeypatch.setattr(scanning, "is_placeholder", lambda state: state.st_ino == placeholder)
    first = spend(settings)
    assert sorted(first.heard.checked) == ["a.xlsx", "b.xlsx", "sky.xlsx"]
    assert first.heard.outcomes["sky.xlsx"].status == "refused"
    assert "skyen" in (first.heard.outcomes["sky.xlsx"].reason or "")
    assert first.ended.exit_code == INCOMPLETE and ("RUN004", "sky.xlsx") in first.of(NEW)
    fetched = spend(settings.model_copy(update={"download": True}))
    assert fetched.of(FIXED) == [("RUN004", "sky.xlsx")] and ("ARI001", "sky.xlsx") in fetched.of(NEW)


def test_a_history_of_a_later_version_is_left_alone(tmp_path: Path, folder: Path) -> None:
    import sqlite3

    from budget_tools import UsageError

    settings = settings_of(tmp_path)
    spend(settings)
    base = sqlite3.connect(str(settings.state))
    base.execute("PRAGMA user_version = 99")
    base.close()
    with pytest.raises(UsageError, match="later version"):
        spend(settings)
    Path(str(settings.state)).write_bytes(b"no database at all, but long enough to look like a file")
    with pytest.raises(UsageError, match="cannot be used as the history"):
        History(Path(str(settings.state)))


def changes_of(night: Night | None) -> list[tuple[str | None, str, str, str]]:
    assert night is not None
    return [(one.number, one.what, one.old, one.new) for one in night.changed]


def test_what_changed_after_the_deadline_is_told_from_the_figures(tmp_path: Path, folder: Path) -> None:
    passed = date.today() - timedelta(days=1)
    settings = settings_of(tmp_path, deadline=(passed,))
    assert changes_of(spend(settings).night) == []  # the state that is kept as that of the deadline

    form(folder, "a", "01", total=300, when=LONG_AGO + 60)  # saved again, with the same figures
    assert changes_of(spend(settings).night) == []

    form(folder, "b", "02", total=280, when=LONG_AGO + 120)
    os.rename(folder / "b.xlsx", folder / "b rettet.xlsx")
    changed = spend(settings)
    assert changes_of(changed.night) == [("2.1.2. 02", "Løn, i alt", "299", "280")]
    assert changed.night is not None
    (one,) = changed.night.changed
    assert (Path(one.path).name, str(one.cell), one.deadline) == ("b rettet.xlsx", "D5", passed)

    assert changes_of(spend(settings).night) == changes_of(changed.night)  # told until it is changed back
    form(folder, "b rettet", "02", total=299, when=LONG_AGO + 180)
    assert changes_of(spend(settings).night) == []


def test_before_the_deadline_nothing_has_changed_after_it(tmp_path: Path, folder: Path) -> None:
    settings = settings_of(tmp_path, deadline=(date.today() + timedelta(days=30),))
    spend(settings)
    form(folder, "b", "02", total=280, when=LONG_AGO + 120)
    assert changes_of(spend(settings).night) == []
