"""``budget-tools check``: options, exit codes, and where the report goes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from budget_tools.cli import progress
from budget_tools.cli.main import app
from budget_tools.errors import SettingsError, UsageError
from budget_tools.model.finding import Finding, Report, WorkbookReport
from tests.reports.by_hand import (
    catalogue,
    files_not_checked,
    gap,
    mixed_format,
    refused,
    report,
    unreadable,
    wrong_total,
)

RUNNER = CliRunner()
CLEAN = WorkbookReport("a.xlsx", "checked")


class Called:
    """Stands in for the run, and remembers how it was called."""

    def __init__(self, result: Report | BaseException) -> None:
        self.result = result
        self.paths: list[str] = []
        self.options: dict[str, Any] = {}

    def __call__(self, paths: list[str], **options: Any) -> Report:
        self.paths, self.options = paths, options
        if isinstance(self.result, BaseException):
            raise self.result
        return self.result


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Callable[[Report | BaseException], Called]:
    def stand_in(result: Report | BaseException) -> Called:
        called = Called(result)
        monkeypatch.setattr("budget_tools.run.check", called)
        return called

    return stand_in


def with_(*findings: Finding) -> Report:
    return report(WorkbookReport("a.xlsx", "checked", findings))


@pytest.mark.parametrize(
    ("of", "fail_on", "code"),
    [
        (report(CLEAN), "error", 0),
        (with_(mixed_format("01", None)), "error", 0),
        (with_(mixed_format("01", None)), "warning", 0),
        (with_(mixed_format("01", None)), "note", 1),
        (with_(gap("01", None)), "error", 0),
        (with_(gap("01", None)), "warning", 1),
        (with_(wrong_total()), "error", 1),
        (report(CLEAN, run=(files_not_checked("a.pdf"),)), "error", 0),
        (report(CLEAN, run=(files_not_checked("a.pdf"),)), "note", 1),
        (report(CLEAN, unreadable("b.xlsx")), "error", 3),
        (report(CLEAN, unreadable("b.xlsx", told=False)), "error", 3),
        (report(catalogue(), refused("b.xlsx")), "error", 3),
        (report(), "error", 3),
        (
            Report((CLEAN,), incomplete=True),
            "error",
            3,
        ),
    ],
)
def test_exit_codes(run: Callable[[Report], Called], of: Report, fail_on: str, code: int) -> None:
    run(of)
    assert RUNNER.invoke(app, ["check", "x", "--fail-on", fail_on]).exit_code == code


def test_every_option_reaches_the_run(run: Callable[[Report], Called]) -> None:
    called = run(report(CLEAN))
    given = ["--select", "ari,NUM001", "--select", "FRM", "--ignore", "STR003", "--config", "budget.toml"]
    RUNNER.invoke(app, ["check", "a", "b", "--lang", "en", *given])
    assert called.paths == ["a", "b"]
    assert called.options == {
        "language": "en",
        "select": ("ari", "NUM001", "FRM"),
        "ignore": ("STR003",),
        "config": Path("budget.toml"),
        "progress": None,
    }


def test_the_report_speaks_the_language_of_the_run(run: Callable[[Report], Called]) -> None:
    run(report(CLEAN, language="en"))
    assert "1 workbook checked" in RUNNER.invoke(app, ["check", "x"]).stdout


def test_nothing_to_check_is_said_and_is_no_pass(run: Callable[[Report], Called]) -> None:
    run(report())
    result = RUNNER.invoke(app, ["check", "tom mappe"])
    assert result.exit_code == 3
    assert result.stderr == "Der er ingen projektmapper i tom mappe.\n"


def test_json_on_the_screen_is_json_alone(run: Callable[[Report], Called]) -> None:
    run(report(catalogue()))
    result = RUNNER.invoke(app, ["check", "x", "--format", "json"])
    assert json.loads(result.stdout)["summary"]["errors"] == 1
    assert result.stderr == ""


def test_a_report_into_a_file(run: Callable[[Report], Called], tmp_path: Path) -> None:
    run(report(catalogue()))
    target = tmp_path / "rapport.json"
    result = RUNNER.invoke(app, ["check", "x", "--format", "json", "--output", str(target)])
    assert result.exit_code == 1
    assert result.stdout == (
        f"1 projektmappe kontrolleret: 1 fejl, 1 advarsel, 1 bemærkning.\nRapporten er gemt i {target}.\n"
    )
    assert json.loads(target.read_text(encoding="utf-8"))["version"] == 1
    RUNNER.invoke(app, ["check", "x", "--output", str(tmp_path / "rapport.txt")])
    assert (tmp_path / "rapport.txt").read_text(encoding="utf-8").startswith("katalog.xlsx\n")
    assert sorted(os.listdir(tmp_path)) == ["rapport.json", "rapport.txt"]


@pytest.mark.parametrize(
    ("format_", "name", "begins"),
    [
        ("html", "Kontrol.html", b"<!DOCTYPE html>"),
        ("xlsx", "Kontrol.xlsx", b"PK"),
        ("junit", "junit.xml", b"<?xml"),
        ("sarif", "Kontrol.sarif", b'{"$schema"'),
    ],
)
def test_a_report_in_a_form_of_its_own(
    run: Callable[[Report], Called], tmp_path: Path, format_: str, name: str, begins: bytes
) -> None:
    run(report(catalogue()))
    target = tmp_path / name
    for _ in range(2):  # the second takes the place of the first
        result = RUNNER.invoke(app, ["check", "x", "--format", format_, "--output", str(target)])
        assert result.exit_code == 1, result.output
    assert target.read_bytes().startswith(begins)
    assert result.stdout.endswith(f"Rapporten er gemt i {target}.\n")
    assert os.listdir(tmp_path) == [name]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--format", "html"], "--format html needs --output FILE"),
        (["--format", "xlsx", "--output", "Kontrol.xls"], "ends in .xlsx"),
        (["--format", "html", "--output", "Forslag.xlsx"], "a report is no workbook"),
        (["--format", "xlsx", "--output", "Forslag.xlsx"], "is somebody's own workbook"),
    ],
)
def test_a_form_of_its_own_wants_a_file_of_its_own(
    run: Callable[[Report], Called],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "Forslag.xlsx").write_bytes(b"somebody's")
    called = run(report(CLEAN))
    result = RUNNER.invoke(app, ["check", "x", *arguments])
    assert result.exit_code == 2
    assert said in result.stderr and "Traceback" not in result.output
    assert called.paths == []
    assert (tmp_path / "Forslag.xlsx").read_bytes() == b"somebody's"


@pytest.mark.parametrize(("format_", "package"), [("html", "jinja2"), ("xlsx", "xlsxwriter")])
def test_what_is_not_installed_is_said_in_one_sentence(format_: str, package: str, tmp_path: Path) -> None:
    code = (
        f"import sys; sys.modules[{package!r}] = None; sys.argv = ['budget-tools', 'check', 'x', "
        f"'--format', {format_!r}, '--output', {str(tmp_path / ('r.' + format_))!r}]\n"
        "from budget_tools.cli.main import main; sys.exit(main())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "pip install 'budget-tools[nightly]'" in done.stderr and "Traceback" not in done.stderr


def test_a_file_that_cannot_be_written_is_said_before_the_run(
    run: Callable[[Report], Called], tmp_path: Path
) -> None:
    called = run(report(CLEAN))
    result = RUNNER.invoke(app, ["check", "x", "--output", str(tmp_path / "nej" / "r.json")])
    assert result.exit_code == 2
    assert "there is no folder" in result.stderr and "Traceback" not in result.stderr
    assert called.paths == []


@pytest.mark.parametrize(
    "error", [UsageError("there is no rule 'XYZ'"), SettingsError("budget.toml:3: unit: 5 is not allowed")]
)
def test_wrong_use_is_one_sentence(run: Callable[[BaseException], Called], error: BaseException) -> None:
    run(error)
    result = RUNNER.invoke(app, ["check", "x"])
    assert (result.exit_code, result.stderr, result.stdout) == (2, f"Error: {error}\n", "")


@pytest.mark.parametrize(
    "arguments", [["check"], ["check", "x", "--format", "xml"], ["check", "x", "--nope"], ["chek", "x"]]
)
def test_wrong_options_are_wrong_use(arguments: list[str]) -> None:
    result = RUNNER.invoke(app, arguments)
    assert result.exit_code == 2
    assert "Error: " in result.stderr and "Traceback" not in result.output


def test_an_interruption_is_one_sentence(run: Callable[[BaseException], Called]) -> None:
    run(KeyboardInterrupt())
    result = RUNNER.invoke(app, ["check", "x"])
    assert result.exit_code == 130
    assert result.stderr.startswith("Interrupted") and result.stderr.count("\n") == 1


def test_a_fault_of_our_own_is_no_traceback(
    run: Callable[[BaseException], Called], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BUDGET_TOOLS_DEBUG", raising=False)
    run(ZeroDivisionError("division by zero"))
    result = RUNNER.invoke(app, ["check", "x"])
    assert result.exit_code == 3
    assert "ZeroDivisionError: division by zero" in result.stderr and "Traceback" not in result.stderr
    monkeypatch.setenv("BUDGET_TOOLS_DEBUG", "1")
    assert isinstance(RUNNER.invoke(app, ["check", "x"]).exception, ZeroDivisionError)


def test_a_bar_is_shown_on_a_terminal_and_for_many(monkeypatch: pytest.MonkeyPatch) -> None:
    with progress.progress_bar("da") as told:
        assert told is None
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    with progress.progress_bar("da") as told:
        assert told is not None
        told(1, progress.MANY)
        told(1, progress.MANY + 1)
        told(progress.MANY + 1, progress.MANY + 1)


@pytest.mark.parametrize("encoding", ["cp1252", "ascii"])
def test_no_console_is_too_old(encoding: str, tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    for arguments in (["explain", "NUM003"], ["rules"], ["--help"], ["check", str(tmp_path / "Δ")]):
        result = subprocess.run(
            [sys.executable, "-m", "budget_tools", *arguments],
            env=environment,
            capture_output=True,
            check=False,
        )
        assert b"Traceback" not in result.stderr
        assert result.returncode == (2 if arguments[0] == "check" else 0)


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["rules"], ["explain", "ARI002"]])
def test_what_needs_no_pandas_imports_none(arguments: list[str]) -> None:
    code = (
        "import sys\nfrom budget_tools.cli.main import app\n"
        f"try: app({arguments!r})\nexcept SystemExit: pass\n"
        "sys.exit(any(name in sys.modules for name in ('pandas', 'pandera')))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=False).returncode == 0
