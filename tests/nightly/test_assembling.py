"""What is asked of the history is what is in it, in little memory, and whatever version wrote it."""

from __future__ import annotations

import shutil
import sqlite3
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from budget_tools import check
from budget_tools.model.finding import Severity
from budget_tools.model.night import Gathered, Night, Standing
from budget_tools.nightly import history_tables
from budget_tools.nightly.history import History
from budget_tools.nightly.night import Ended, run_night
from budget_tools.nightly.notifying.digest import digests
from budget_tools.nightly.settings import NightSettings
from budget_tools.nightly.writing import NAMES, _Task
from tests.nightly.folders import Heard, form, settings_of, settled, spend

ROOT = Path(__file__).parents[2]
OWNERS = {"Kultur": "kb@example.org", "2.1": "oekonomi@example.org"}


def asked(settings: NightSettings, questions: Callable[[Night], None]) -> None:
    """Ask something of a night while its history is as it was."""

    def tell(night: Callable[[], Night], history: History, ended: Ended) -> int | None:
        questions(night())
        return None

    run_night(settings, Heard(), tell=tell)


def test_the_history_answers_as_memory_does(tmp_path: Path) -> None:
    folder = tmp_path / "forslag"
    shutil.copytree(ROOT / "workbooks" / "faults", folder)
    for name in ("a", "b"):
        form(folder / "Kultur" / "Under", name, "01", total=299)
    form(folder / "Kultur2", "c", "02", total=299)
    settled(folder / "Kultur" / "Under" / "a.xlsx").with_name("~$a.xlsx").write_bytes(b"\x05Bente")
    (folder / "brev.pdf").write_bytes(b"%PDF")
    (folder / "tom.xlsx").write_bytes(b"")
    settings = settings_of(tmp_path, owners=OWNERS)
    spend(settings)
    (folder / "Kultur" / "Under" / "b.xlsx").unlink()
    seen = 0

    def compare(night: Night) -> None:
        nonlocal seen
        told = night.told
        memory = Gathered(tuple(told.workbooks(summaries=True)), tuple(told.findings()))
        kultur = str(folder / "Kultur")
        parts = [(told, memory)]
        for owner in (*OWNERS.values(), None):
            parts.append((told.part(owner), memory.part(owner)))
            parts.append((told.part(owner, kultur), memory.part(owner, kultur)))
        for one, other in parts:
            assert one.counts == other.counts
            assert list(one.workbooks(summaries=True)) == list(other.workbooks())
            assert [each.path for each in one.workbooks()] == [each.path for each in other.workbooks()]
            assert [each.path for each in one.unchecked()] == [each.path for each in other.unchecked()]
            assert sorted(one.findings(), key=repr) == sorted(other.findings(), key=repr)
            assert [each.path for each in one.findings()] == [each.path for each in other.findings()]
            about = {path: count for path, count in other.by_workbook().items() if path}
            assert {path: +count for path, count in one.by_workbook().items() if path} == {
                path: +count for path, count in about.items()
            }
            for standings in ((Standing.OPEN, Standing.NEW), (Standing.FIXED,)):
                assert list(one.foremost(*standings)) == list(other.foremost(*standings))
                assert list(one.foremost(*standings, most=3)) == list(other.foremost(*standings, most=3))
                assert one.any_hint(*standings) == other.any_hint(*standings)
            assert all(each.excerpt is None for each in one.findings(excerpts=False))
            seen += one.counts.of()

    asked(settings, compare)
    assert seen > 200


def test_many_findings_take_no_more_memory(tmp_path: Path) -> None:
    for number in range(40):
        form(tmp_path / "forslag" / f"{number % 4}", f"f{number}", f"{number + 10}", total=299)
    settings = settings_of(tmp_path, owners={"0": "a@example.org"})
    spend(settings)

    def multiply(times: int) -> None:
        """As many nights' worth of workbooks with findings as asked for."""
        with sqlite3.connect(str(settings.state)) as base:
            columns = [row[1] for row in base.execute("PRAGMA table_info(findings)")][2:]
            for number in range(1, times):
                base.execute(
                    "INSERT INTO workbooks SELECT number + ?, path || ?, size, mtime_ns, hash, stamp, status,"
                    " reason, checked, accepted FROM workbooks WHERE number <= 40",
                    (number * 40, number),
                )
                base.execute(
                    f"INSERT INTO findings SELECT number + ?, workbook + ?, {', '.join(columns)}"
                    " FROM findings WHERE workbook BETWEEN 1 AND 40",
                    (number * 100_000, number * 40),
                )
                base.execute(
                    "INSERT INTO words SELECT finding + ?, message, hint, fix, evidence, excerpt FROM words"
                    " WHERE finding < 100000",
                    (number * 100_000,),
                )

    def written(night: Night) -> int:
        tracemalloc.start()
        for one in NAMES:
            target = tmp_path / "rapporter" / NAMES[one]
            assert _Task(night, one, target, Severity.ERROR, None, "").carry_out() == (True, [])
        digests(night)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    peaks: list[tuple[int, int]] = []

    def measure(night: Night) -> None:
        written(night)  # imports and caches
        for times in (60, 240):
            with sqlite3.connect(str(settings.state)) as base:
                for table in ("workbooks", "findings"):
                    base.execute(f"DELETE FROM {table} WHERE number > 40")
                base.execute("DELETE FROM words WHERE finding NOT IN (SELECT number FROM findings)")
            multiply(times)
            asked_again = replace(night, told=replace(night.told))  # type: ignore[type-var]
            peaks.append((asked_again.counts.of(), written(asked_again)))

    asked(settings, measure)
    (few, little), (many, much) = peaks
    assert many > 3.5 * few
    # of a workbook its link and its counts are kept, as long as Excel bears the links; of findings nothing
    assert much < little + 2_000 * 40 * (240 - 60)


def test_a_history_of_an_earlier_version_is_read(tmp_path: Path) -> None:
    path = form(tmp_path / "forslag", "b", "02", total=299)
    settings = settings_of(tmp_path)
    state = Path(str(settings.state))
    state.parent.mkdir()
    [finding] = [one for one in check(path).findings if one.code == "ARI001"]
    base = sqlite3.connect(state)
    base.executescript(f"{history_tables.MIGRATIONS[0]}; PRAGMA user_version = 1;")
    base.execute(
        "INSERT INTO workbooks VALUES (1, ?, 1, 1, NULL, 'then', 'checked', NULL, 1, NULL)", (str(path),)
    )
    base.execute("INSERT INTO contents VALUES (1, x'00', x'00', x'')")
    since = "2026-01-02T03:04:05+01:00"
    base.execute(
        "INSERT INTO findings VALUES (1, ?, 0, 0, ?, 'ARI001', 3, 'new', 1, ?, NULL, NULL, NULL, '[]')",
        (finding.id, finding.values, since),
    )
    base.execute("INSERT INTO runs VALUES (1, ?, ?, 1, 1, 1, 0, 0, 1, 0)", (since, since))
    base.execute("INSERT INTO marks VALUES ('last-run', '1')")
    base.commit()
    base.close()
    night = spend(settings)
    assert night.heard.checked == ["b.xlsx"] and not night.of(Standing.NEW, Standing.FIXED)
    assert night.only(Standing.OPEN).since == datetime.fromisoformat(since)
