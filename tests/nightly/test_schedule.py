"""What schedulers are given: paths with blanks, percent signs and quotes arrive as they are."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest

from budget_tools import UsageError
from budget_tools.nightly.schedule import scheduled

ODD = Path('/srv/Budget 100% & "mere"/nat $1.toml')
PYTHON = "/opt/budget tools/bin/python"
TASK = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"


def units(text: str) -> dict[str, str]:
    """The files that the text for systemd holds, by name."""
    parts = re.split(r"^# --- (.+)$", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_systemd() -> None:
    files = units(scheduled("systemd", ODD, "05:30", PYTHON))
    assert sorted(files) == ["budget-nightly.service", "budget-nightly.timer"]
    service = files["budget-nightly.service"]
    (command,) = re.findall(r"^ExecStart=(.*)$", service, re.MULTILINE)
    # as systemd reads it: C escapes inside quotes, %% and $$ once each
    words = [word.replace("%%", "%").replace("$$", "$") for word in shlex.split(command)]
    assert words == [PYTHON, "-m", "budget_tools", "nightly", str(ODD)]
    assert "SuccessExitStatus=1" in service
    assert "OnCalendar=*-*-* 05:30:00" in files["budget-nightly.timer"]


@pytest.mark.parametrize("path", [ODD, Path("/srv/budget/nat.toml")])
def test_systemd_takes_them(tmp_path: Path, path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("systemd-analyze is not installed")
    files = units(scheduled("systemd", path, "05:30", shutil.which("true") or "/bin/true"))
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    done = subprocess.run(
        [analyze, "verify", *(str(tmp_path / name) for name in files)], capture_output=True, text=True
    )
    assert "budget-nightly" not in done.stderr, done.stderr


def test_cron_runs_what_was_meant(tmp_path: Path) -> None:
    folder = tmp_path / "Budget 100% 'mere'"
    folder.mkdir()
    python = tmp_path / "python med blank"
    python.write_text('#!/bin/sh\nprintf "%s\\n" "$@" "$PWD"\n', encoding="utf-8")
    python.chmod(0o755)
    config = folder / "nat.toml"
    text = scheduled("cron", config, "5:07", str(python))
    line = text.splitlines()[-1]
    assert line.startswith("7 5 * * * ")
    command = line.split(" ", 5)[5]
    assert not re.search(r"(?<!\\)%", command)
    subprocess.run(["/bin/sh", "-c", command.replace("\\%", "%")], check=True)  # as cron hands it on
    said = (folder / "nat.log").read_text("utf-8").splitlines()
    assert said == ["-m", "budget_tools", "nightly", str(config), str(folder)]


@pytest.mark.parametrize("saved", ["ascii", "utf-8", "cp850", "utf-8-sig", "utf-16"])
def test_windows(saved: str) -> None:
    """However a shell saves it: Windows PowerShell as UTF-16, others as they got it."""
    danish = Path('/srv/Økonomi 100% & "mere"/nat $1.toml')
    text = scheduled("windows", danish, "05:30", PYTHON)
    root = ElementTree.fromstring(text.encode(saved))
    assert root.tag == f"{TASK}Task" and root.get("version") == "1.2"
    # the order in which the schema of tasks wants them
    assert [one.tag.removeprefix(TASK) for one in root] == [
        "RegistrationInfo",
        "Triggers",
        "Principals",
        "Settings",
        "Actions",
    ]
    execute = root.find(f"{TASK}Actions/{TASK}Exec")
    assert execute is not None
    assert [one.tag.removeprefix(TASK) for one in execute] == ["Command", "Arguments", "WorkingDirectory"]
    command, arguments, folder = [one.text or "" for one in execute]
    assert (command, folder) == ("cmd.exe", str(danish.parent))
    quoted = re.fullmatch('/d /s /c "(.*)"', arguments)  # with /s, cmd takes off these two and no others
    log = danish.with_suffix(".log")
    assert quoted is not None
    assert quoted[1] == f'"{PYTHON}" -m budget_tools nightly "{danish}" >> "{log}" 2>&1'
    assert root.findtext(f"{TASK}Triggers/{TASK}CalendarTrigger/{TASK}StartBoundary") == "2026-01-01T05:30:00"
    principal = root.find(f"{TASK}Principals/{TASK}Principal")
    actions = root.find(f"{TASK}Actions")
    assert principal is not None and actions is not None and actions.get("Context") == principal.get("id")


@pytest.mark.parametrize("at", ["", "25:00", "5", "05.00", "05:60"])
def test_no_time_of_day(at: str) -> None:
    with pytest.raises(UsageError, match="05:00"):
        scheduled("cron", ODD, at)
