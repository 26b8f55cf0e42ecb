"""A watched folder: reports beside the workbooks, renewed only when something became another."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from budget_tools import UsageError
from budget_tools.nightly import watching
from budget_tools.nightly.night import CLEAN, FINDINGS, Ended
from budget_tools.reports.night.ours import is_ours
from tests.nightly.folders import LONG_AGO, Heard, form

ROOT = Path(__file__).parents[2]


def look(tmp_path: Path, heard: Heard | None = None) -> Ended:
    settings = watching.settings_for(tmp_path / "forslag", tmp_path / "state.sqlite")
    ended = watching.look(settings, heard or Heard(), "da", lambda: False)
    assert ended is not None
    return ended


def test_reports_beside_the_workbooks(tmp_path: Path) -> None:
    folder = tmp_path / "forslag"
    form(folder, "a", "01", total=299)
    heard = Heard()
    assert look(tmp_path, heard).exit_code == FINDINGS
    page, workbook = folder / "Kontrol.html", folder / "Kontrol.xlsx"
    assert "D5" in page.read_text("utf-8") and is_ours(workbook)
    assert heard.checked == ["a.xlsx"]
    for file in (page, workbook):
        os.utime(file, (LONG_AGO, LONG_AGO))

    quiet = Heard()
    second = look(tmp_path, quiet)
    assert quiet.checked == [] and second.workbooks == 1  # never its own reports
    assert page.stat().st_mtime == workbook.stat().st_mtime == LONG_AGO and not second.changed

    form(folder, "a", "01", when=LONG_AGO + 60)
    assert look(tmp_path).exit_code == CLEAN
    assert page.stat().st_mtime > LONG_AGO and workbook.stat().st_mtime > LONG_AGO
    page.unlink()
    look(tmp_path)
    assert page.is_file()
    assert sorted(one.name for one in folder.iterdir()) == ["Kontrol.html", "Kontrol.xlsx", "a.xlsx"]


def test_a_report_that_somebody_has_open_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "forslag"
    form(folder, "a", "01", total=299)
    own, held = os.replace, [True]

    def replace(source: object, target: object) -> None:
        if str(target).endswith("Kontrol.xlsx") and held[0]:
            raise PermissionError(13, "Permission denied")
        own(source, target)  # type: ignore[call-overload]

    monkeypatch.setattr(os, "replace", replace)
    heard = Heard()
    first = look(tmp_path, heard)
    assert first.exit_code == FINDINGS and not (folder / "Kontrol.xlsx").exists()
    assert "Kontrol.xlsx" in heard.said[0] and "tried again" in heard.said[0]
    held[0] = False
    assert not look(tmp_path).changed and (folder / "Kontrol.xlsx").is_file()


def test_somebodys_own_workbook_of_that_name_is_checked_and_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "forslag"
    own = form(folder, "Kontrol", "01", total=299)
    before = own.read_bytes()
    heard = Heard()
    look(tmp_path, heard)
    assert heard.checked == ["Kontrol.xlsx"] and own.read_bytes() == before
    assert "somebody's own workbook" in heard.said[0] and (folder / "Kontrol.html").is_file()


def test_where_the_history_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "home"))
    (tmp_path / "forslag").mkdir()
    (tmp_path / "andre").mkdir()
    one, other = (watching.settings_for(tmp_path / name).state for name in ("forslag", "andre"))
    assert one != other
    if sys.platform != "darwin":
        assert Path(str(one)).parent == tmp_path / "home" / "budget-tools"
    with pytest.raises(UsageError, match="no such folder"):
        watching.settings_for(tmp_path / "ingen")


@pytest.mark.parametrize("every", ["", "0", "5d", "m", "-1m", "1.5m"])
def test_no_length_of_time(every: str) -> None:
    with pytest.raises(UsageError, match="30s, 5m or 1h"):
        watching.seconds_of(every)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no signals")
def test_the_command_goes_on_until_it_is_stopped(tmp_path: Path) -> None:
    folder = tmp_path / "forslag"
    form(folder, "a", "01", total=299)
    command = [sys.executable, "-m", "budget_tools", "watch", str(folder), "--every", "1s"]
    command += ["--state", str(tmp_path / "state.sqlite")]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    page = folder / "Kontrol.html"
    until = time.monotonic() + 60
    while not page.is_file() and time.monotonic() < until:
        time.sleep(0.05)
    form(folder, "b", "02", total=298)
    while "b.xlsx" not in page.read_text("utf-8") and time.monotonic() < until:
        time.sleep(0.05)
    assert "b.xlsx" in page.read_text("utf-8")
    time.sleep(1.5)  # a look at which there is nothing to do
    process.send_signal(signal.SIGTERM)
    said, _ = process.communicate(timeout=30)
    assert process.returncode == 0
    ends = [
        line for line in said.splitlines() if line.startswith("budget-tools watch: status=findings exit=1")
    ]
    assert len(ends) == 2  # only what became another is told
    assert sum(" begin " in line for line in said.splitlines()) == 2
