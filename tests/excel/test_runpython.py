"""The literal command that the macros hand to RunPython, in an interpreter of its own."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("xlwings")

from budget_tools.installing.addin import macros_folder
from tests.conftest import ROOT

# What a machine with Excel has by itself: an engine, and the workbook open in it.
SITE = """
import os, sys
sys.path.insert(0, {root!r})
from tests.excel import on_openpyxl
engine = on_openpyxl.activate()
engine.answers = os.environ.get("ANSWERS", "").split()
import xlwings as xw
if os.environ.get("OPEN"):
    xw.Book(os.environ["OPEN"])
import atexit
def told():
    for alert in engine.alerts:
        print("ALERT", alert.replace(chr(10), " / "))
    if os.environ.get("OPEN"):
        print("WRITTEN", engine.written[os.path.basename(os.environ["OPEN"])])
atexit.register(told)
"""

COMMANDS = [
    re.sub(r'" & Coded\(\w+\) & "', "66 74", command)  # what the macro puts there
    for command in re.findall(
        r'RunPython "(.*)"$', (macros_folder() / "buttons.bas").read_text("utf-8"), re.M
    )
]


def run(
    command: str, folder: Path, workbook: Path | None, answers: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run a command as ``ExecuteWindows`` of xlwings' VBA does: ``python -B -c``, arguments behind it."""
    site = folder / "site"
    site.mkdir(exist_ok=True)
    (site / "sitecustomize.py").write_text(SITE.format(root=str(ROOT)), "utf-8")
    name = workbook.name if workbook is not None else "Mappe1"
    return subprocess.run(
        [
            *(sys.executable, "-B", "-c"),
            f'import xlwings.utils;xlwings.utils.prepare_sys_path("false;;;;;;"); {command}',
            *(f"--wb={name}", "--from_xl=1", "--app=Excel", "--hwnd=1"),
        ],
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(site), str(ROOT)]),
            "PYTHONIOENCODING": "utf-8",
            "XDG_STATE_HOME": str(folder / "state"),
            "OPEN": str(workbook or ""),
            "ANSWERS": answers,
        },
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
    )


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    path = tmp_path / "Forslag æøå.xlsx"
    shutil.copyfile(ROOT / "workbooks/faults/ARI001-row-total-wrong.xlsx", path)
    return path


def test_there_is_a_command_for_every_button() -> None:
    assert len(COMMANDS) >= 9


def test_check(workbook: Path, tmp_path: Path) -> None:
    done = run("from budget_tools.excel import buttons; buttons.check()", tmp_path, workbook)
    assert (done.returncode, done.stderr) == (0, "")
    assert "ALERT Forslag æøå.xlsx: 1 fejl" in done.stdout and "WRITTEN 0" in done.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_ends_in_a_sentence(command: str, workbook: Path, tmp_path: Path) -> None:
    done = run(command, tmp_path, workbook)
    assert (done.returncode, done.stderr) == (0, "")
    assert "ALERT " in done.stdout and "Traceback" not in done.stdout
    assert "fejlen er ikke din" not in done.stdout


def test_no_workbook_in_excel_is_a_sentence_on_stderr(tmp_path: Path) -> None:
    """xlwings shows what is on stderr when the exit code is not 0."""
    done = run(COMMANDS[0], tmp_path, None)
    assert done.returncode == 1
    assert done.stderr.strip().startswith("budget_tools: ") and "Traceback" not in done.stderr


def test_a_click_loads_nothing_that_it_does_not_need(workbook: Path) -> None:
    """openpyxl alone would take as long as the rest of a check."""
    code = (
        "import sys, xlwings, pandera.pandas; before = set(sys.modules)\n"
        "import budget_tools.excel.buttons\n"
        "from budget_tools import check\n"
        f"assert check({str(workbook)!r}).findings\n"
        "print(sorted({name.partition('.')[0] for name in set(sys.modules) - before}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    loaded = set(re.findall(r"\w+", done.stdout))
    assert "budget_tools" in loaded
    assert not loaded & {"openpyxl", "xlsxwriter", "PIL", "lxml", "typer", "rich", "ssl", "asyncio"}
