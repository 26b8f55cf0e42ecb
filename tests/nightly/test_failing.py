"""What goes wrong: killed runs, two at once, poisoned, locked and half-saved workbooks."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from budget_tools.model.night import Standing
from budget_tools.nightly.night import FINDINGS, INCOMPLETE, AlreadyRunning
from tests.nightly.folders import LONG_AGO, form, settings_of, settled, spend

ROOT = Path(__file__).parents[2]

POISON = """
import os, sys
if sys.argv[:1] == ['-m'] or True:
    import budget_tools.books.file as file
    own = file.read_bytes
    def read_bytes(data, path, limits, **more):
        name = os.path.basename(path)
        with open(os.environ['POISON_LOG'], 'a') as log:
            log.write(name + '\\n')
        if name.startswith('abort'):
            os.abort()
        if name.startswith('hang'):
            import time
            time.sleep(600)
        if name.startswith('swell'):
            held = [bytearray(50_000_000) for _ in range(200)]
        if name.startswith('slow'):
            import time
            time.sleep(0.3)
        return own(data, path, limits, **more)
    file.read_bytes = read_bytes
"""


@pytest.fixture
def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Workers in which reading some names does harm; the file lists what was read."""
    place = tmp_path / "poison"
    place.mkdir()
    (place / "sitecustomize.py").write_text(POISON, encoding="utf-8")
    log = tmp_path / "read.log"
    log.touch()
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join((str(place), str(ROOT))))
    monkeypatch.setenv("POISON_LOG", str(log))
    return log


def names(log: Path) -> list[str]:
    return sorted(log.read_text("utf-8").split("\n")[:-1])


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limits")
def test_a_poisoned_workbook_costs_itself(tmp_path: Path, read: Path) -> None:
    folder = tmp_path / "forslag"
    for number, name in enumerate(("abort", "b", "c", "hang", "e", "swell", "g"), 1):
        form(folder, name, f"{number:02}", total=299)
    settings = settings_of(tmp_path, limits={"seconds": 2, "memory_mb": 1000})
    first = spend(settings)
    assert sorted(first.heard.checked) == sorted(
        f"{name}.xlsx" for name in ["b", "c", "e", "g", "abort", "hang", "swell"]
    )
    good = {name: one.status for name, one in first.heard.outcomes.items() if len(name) == len("b.xlsx")}
    assert good == dict.fromkeys(("b.xlsx", "c.xlsx", "e.xlsx", "g.xlsx"), "checked")
    assert first.ended.exit_code == INCOMPLETE and first.ended.unreadable == 3
    reasons = {name: one.reason or "" for name, one in first.heard.outcomes.items() if one.reason}
    assert "gik i stå" in reasons["abort.xlsx"] and "2 sekunder" in reasons["hang.xlsx"]
    assert "hukommelse" in reasons["swell.xlsx"] or "gik i stå" in reasons["swell.xlsx"]
    for name in ("b", "c", "e", "g"):
        assert ("ARI001", f"{name}.xlsx") in first.of(Standing.NEW)
    read.write_text("")
    second = spend(settings)  # poison is not taken twice while nothing changes
    assert second.heard.checked == [] and names(read) == []
    assert not second.of(Standing.NEW, Standing.FIXED) and second.ended.exit_code == INCOMPLETE


def test_what_was_found_stands_while_a_workbook_cannot_be_read(tmp_path: Path) -> None:
    folder = tmp_path / "forslag"
    wrong = form(folder, "a", "01", total=299)
    settings = settings_of(tmp_path)
    spend(settings)
    whole = wrong.read_bytes()
    wrong.write_bytes(whole[: len(whole) // 2])
    settled(wrong, LONG_AGO + 60)
    second = spend(settings)
    assert second.of(Standing.NEW) == [("RUN002", "a.xlsx")]
    assert second.of(Standing.OPEN) == [("ARI001", "a.xlsx")] and not second.of(Standing.FIXED)
    wrong.write_bytes(whole)
    settled(wrong, LONG_AGO + 120)
    third = spend(settings)
    assert third.of(Standing.FIXED) == [("RUN002", "a.xlsx")]
    assert third.of(Standing.OPEN) == [("ARI001", "a.xlsx")] and third.ended.exit_code == FINDINGS


def test_a_half_saved_workbook_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "forslag"
    being_saved = form(folder, "a", "01", total=299)
    whole = being_saved.read_bytes()
    being_saved.write_bytes(whole[:1000])  # this moment
    settings = settings_of(tmp_path, limits={"retries": 3, "retry_seconds": 0.2})
    from budget_tools.nightly import night

    waited: list[float] = []

    def pause(self: object, seconds: float) -> bool:
        waited.append(seconds)
        if len(waited) == 2:
            being_saved.write_bytes(whole)
        return True

    monkeypatch.setattr(night._Run, "_pause", pause)
    first = spend(settings)
    assert waited == [0.2, 0.2] and first.of(Standing.NEW) == [("ARI001", "a.xlsx")]
    assert first.heard.checked == ["a.xlsx"] and first.ended.exit_code == FINDINGS


def test_a_workbook_that_stays_half_saved_is_told_and_tried_the_next_night(tmp_path: Path) -> None:
    folder = tmp_path / "forslag"
    form(folder, "b", "02")
    (folder / "a.xlsx").write_bytes(b"")
    settings = settings_of(tmp_path)
    first = spend(settings)
    assert first.of(Standing.NEW) == [("RUN002", "a.xlsx")] and first.ended.exit_code == INCOMPLETE
    second = spend(settings)
    assert second.heard.to_check == 1 and second.of(Standing.OPEN) == [("RUN002", "a.xlsx")]


def test_a_workbook_that_changes_while_it_is_read(tmp_path: Path, read: Path) -> None:
    folder = tmp_path / "forslag"
    slow = form(folder, "slow", "01", total=299)
    settings = settings_of(tmp_path, limits={"retries": 2})
    code = (
        "import os, sys, time\n"
        "log, path = sys.argv[1:]\n"
        "while not open(log).read(): time.sleep(0.01)\n"
        "time.sleep(0.1); os.utime(path)"
    )
    meanwhile = subprocess.Popen([sys.executable, "-c", code, str(read), str(slow)])
    first = spend(settings)
    assert meanwhile.wait() == 0
    assert names(read) == ["slow.xlsx", "slow.xlsx"] and first.heard.checked == ["slow.xlsx"]
    assert first.of(Standing.NEW) == [("ARI001", "slow.xlsx")] and first.ended.exit_code == FINDINGS


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root may read everything")
def test_a_locked_workbook(tmp_path: Path) -> None:
    locked = form(tmp_path / "forslag", "a", "01")
    locked.chmod(0)
    first = spend(settings_of(tmp_path))
    assert first.of(Standing.NEW) == [("RUN002", "a.xlsx")] and first.ended.exit_code == INCOMPLETE


# --- killed ----------------------------------------------------------------------------------------


def command(tmp_path: Path) -> list[str]:
    config = tmp_path / "night.toml"
    config.write_text(
        f"folders = ['{tmp_path / 'forslag'}']\nstate = 'state/night.sqlite'\n"
        "[reports]\nformats = []\n[limits]\nworkers = 2\nseconds = 30\n",
        encoding="utf-8",
    )
    return [sys.executable, "-m", "budget_tools", "nightly", str(config)]


def pending(tmp_path: Path) -> int:
    file = tmp_path / "state" / "night.sqlite"
    if not file.is_file():
        return 0
    base = sqlite3.connect(file, timeout=10)
    try:
        return int(base.execute("SELECT count(*) FROM pending").fetchone()[0])
    except sqlite3.OperationalError:
        return 0
    finally:
        base.close()


def children_of(pid: int) -> list[int]:
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True)
    return [int(word) for word in listed.stdout.split()]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no signals")
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_killed_in_the_middle_and_run_again(tmp_path: Path, read: Path, how: signal.Signals) -> None:
    folder = tmp_path / "forslag"
    for number in range(30):
        form(folder, f"slow{number:02}", f"{number + 1:02}", total=299)
    process = subprocess.Popen(command(tmp_path), stdout=subprocess.PIPE, text=True)
    until = time.monotonic() + 60
    while pending(tmp_path) < 3 and time.monotonic() < until:
        time.sleep(0.02)
    workers = children_of(process.pid)
    assert len(workers) == 2
    process.send_signal(how)
    said, _ = process.communicate(timeout=60)
    if how == signal.SIGTERM:
        assert process.returncode == INCOMPLETE
        assert "status=stopped exit=3" in said.splitlines()[-1]
    kept = pending(tmp_path)
    assert 3 <= kept < 30
    until = time.monotonic() + 20
    while any(
        Path(f"/proc/{pid}/cmdline").is_file() and Path(f"/proc/{pid}/cmdline").read_bytes()
        for pid in workers
    ):
        assert time.monotonic() < until, "a worker outlived its run"
        time.sleep(0.05)
    read.write_text("")
    second = spend(settings_of(tmp_path, limits={"workers": 2}))
    assert len(names(read)) == 30 - kept  # what was checked is not checked again
    assert second.of(Standing.NEW) == [("ARI001", f"slow{number:02}.xlsx") for number in range(30)]
    assert second.ended.exit_code == FINDINGS and second.ended.workbooks == 30
    third = spend(settings_of(tmp_path))
    assert third.heard.checked == [] and not third.of(Standing.NEW, Standing.FIXED)


def test_what_a_killed_run_checked_counts_only_while_it_holds(tmp_path: Path) -> None:
    folder = tmp_path / "forslag"
    for name, number in (("a", "01"), ("b", "02"), ("c", "03")):
        form(folder, name, number, total=299)
    settings = settings_of(tmp_path)
    calls = []

    def after_the_check() -> bool:
        base = sqlite3.connect(str(settings.state))
        calls.append(base.execute("SELECT count(*) FROM pending").fetchone()[0])
        base.close()
        return calls[-1] == 3

    stopped = spend(settings, stopped=after_the_check)
    assert stopped.ended.status == "stopped" and stopped.ended.exit_code == INCOMPLETE
    form(folder, "a", "01", when=LONG_AGO + 60)  # mended meanwhile
    (folder / "b.xlsx").unlink()
    second = spend(settings)
    assert second.heard.checked == ["a.xlsx"] and second.of(Standing.NEW) == [("ARI001", "c.xlsx")]
    assert second.night is not None and second.night.tallies[0].run == second.ended.run == 2


# --- two at once -----------------------------------------------------------------------------------


def test_the_second_of_two_is_refused_at_once(tmp_path: Path) -> None:
    form(tmp_path / "forslag", "a", "01")
    settings = settings_of(tmp_path)

    def meanwhile() -> bool:
        if not tried:
            tried.append(1)
            began = time.monotonic()
            with pytest.raises(AlreadyRunning, match="another run is at work"):
                spend(settings)
            assert time.monotonic() - began < 2
            done = subprocess.run(command(tmp_path), capture_output=True, text=True)
            assert done.returncode == INCOMPLETE and "another run is at work" in done.stderr
        return False

    tried: list[int] = []
    first = spend(settings, stopped=meanwhile)
    assert tried and first.ended.exit_code == 0
