"""The commands: the log and its last line, the plan, the reports and where they lie."""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from budget_tools.cli.main import app
from budget_tools.nightly import writing
from budget_tools.nightly.night import only_run
from budget_tools.nightly.writing import NAMES
from budget_tools.reports.night.ours import is_ours
from tests.nightly.folders import LONG_AGO, form

from .notifying.servers import web_server

RUNNER = CliRunner()
LAST = re.compile(
    r"budget-tools nightly: status=(?P<status>\w+) exit=(?P<exit>\d) run=(?P<run>\d+)"
    r" workbooks=(?P<workbooks>\d+) checked=(?P<checked>\d+) unchanged=(?P<unchanged>\d+)"
    r" unreadable=\d+ errors=(?P<errors>\d+)"
    r" warnings=\d+ notes=\d+ new=(?P<new>\d+) fixed=(?P<fixed>\d+) seconds=\d+\.\d"
)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Two folders with an owner each, and one without; a finding in each of the first two."""
    folder = tmp_path / "forslag"
    form(folder / "Skoler" / "Nord", "a", "01", total=299)
    form(folder / "Kultur", "b", "02", total=298)
    form(folder, "c", "03")
    path = tmp_path / "nat.toml"
    path.write_text(
        "folders = 'forslag'\n[owners]\n'Skole*' = 'skole@example.org'\nKultur = 'kultur@example.org'\n"
        "[reports]\nformats = ['html', 'xlsx', 'json', 'junit', 'sarif']\nkeep_nights = 2\n"
        "[limits]\nworkers = 1\n",
        encoding="utf-8",
    )
    return path


def run(*words: object) -> tuple[int, str]:
    done = RUNNER.invoke(app, ["nightly", *map(str, words)])
    return done.exit_code, done.output


def last(output: str) -> dict[str, str]:
    match = LAST.fullmatch(output.rstrip("\n").splitlines()[-1])
    assert match is not None, output
    return match.groupdict()


def test_a_night_and_its_reports(config: Path) -> None:
    code, output = run(config)
    assert code == 1
    said = last(output)
    assert said == {
        "status": "findings", "exit": "1", "run": "1", "workbooks": "3", "checked": "3", "unchanged": "0",
        "errors": "2", "new": "2", "fixed": "0",
    }  # fmt: skip
    root = config.parent
    (night,) = [one for one in (root / "rapporter").iterdir() if one.is_dir()]
    assert re.fullmatch(r"\d{4}-\d\d-\d\d-0001", night.name)
    assert sorted(one.name for one in night.iterdir()) == sorted(NAMES.values())
    assert night.name in (root / "rapporter" / "index.html").read_text("utf-8")
    whole = (night / NAMES["html"]).read_text("utf-8")
    assert "a.xlsx" in whole and "b.xlsx" in whole
    # each owner's own, with that owner's alone, in the folder that is theirs
    for place, own, others in (("Skoler", "a.xlsx", "b.xlsx"), ("Kultur", "b.xlsx", "a.xlsx")):
        page = (root / "forslag" / place / NAMES["html"]).read_text("utf-8")
        assert own in page and others not in page
        assert is_ours(root / "forslag" / place / NAMES["xlsx"])
    assert not (root / "forslag" / NAMES["html"]).exists()
    assert not (root / "forslag" / "Skoler" / "Nord" / NAMES["html"]).exists()

    form(root / "forslag" / "Kultur", "b", "02", when=LONG_AGO + 60)
    code, output = run(config, "--fail-on-new")
    assert code == 0 and last(output)["checked"] == "1" and last(output)["fixed"] == "1"
    assert last(output)["workbooks"] == "3"  # never its own reports
    run(config)
    nights = sorted(one.name for one in (root / "rapporter").iterdir() if one.is_dir())
    assert [name[-4:] for name in nights] == ["0002", "0003"]  # keep_nights


def test_nothing_of_somebody_elses_is_thrown_away(config: Path) -> None:
    run(config)
    root = config.parent / "rapporter"
    (first,) = [one for one in root.iterdir() if one.is_dir()]
    (first / "notat.txt").write_text("mit eget", encoding="utf-8")
    (root / "2020-01-01").mkdir()
    run(config)
    run(config)
    assert [one.name for one in first.iterdir()] == ["notat.txt"] and (root / "2020-01-01").is_dir()


def test_a_report_that_cannot_be_written_is_no_clean_night(config: Path) -> None:
    (config.parent / "rapporter").write_text("en fil, ikke en mappe", encoding="utf-8")
    code, output = run(config)
    assert code == 3 and last(output)["status"] == "incomplete"
    assert (config.parent / "forslag" / "Kultur" / NAMES["html"]).is_file()  # the others are written


def test_the_log(config: Path) -> None:
    odd = "linje\n\x1b[31mrød"
    if os.name != "nt":
        form(config.parent / "forslag", odd, "09", total=297)
    (config.parent / "forslag" / "halv.xlsx").write_bytes(b"PK")
    os.utime(config.parent / "forslag" / "halv.xlsx", (LONG_AGO, LONG_AGO))
    code, output = run(config)
    assert code == 3 and "\x1b" not in output
    lines = output.splitlines()
    stamp = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d"
    assert all(re.match(stamp, line) for line in lines[:-1])
    (half,) = [line for line in lines if "halv.xlsx" in line]
    assert " unreadable errors=1 " in half and "beskadiget" in half
    assert len([line for line in lines if " checked " in line]) == (4 if os.name != "nt" else 3)

    code, output = run(config, "--force", "--json-lines")
    told = [json.loads(line) for line in output.splitlines()]
    assert told[0]["event"] == "begin" and told[-1]["event"] == "end"
    assert told[-1]["exit_code"] == 3 and told[-1]["unreadable"] == 1 and told[-1]["new"] == 0
    checked = [one for one in told if one["event"] == "checked"]
    assert {"errors", "warnings", "notes", "path"} <= set(checked[0]) and output.isascii()


def test_a_dry_run_does_nothing(config: Path) -> None:
    before = sorted(config.parent.rglob("*"))
    code, output = run(config, "--dry-run")
    assert code == 0 and sorted(config.parent.rglob("*")) == before
    assert "Would check 3:" in output and "a.xlsx" in output
    assert str(config.parent / "forslag" / "Kultur" / NAMES["xlsx"]) in output
    assert "Would tell nobody" in output and output.rstrip().endswith("Nothing was checked, written or sent.")
    run(config)
    code, output = run("--dry-run", config)
    assert "3 unchanged" in output and "Would check 0." in output


def test_a_dry_run_says_who_would_hear_and_who_would_not(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KODE", "hemmelig")
    monkeypatch.delenv("PING", raising=False)
    config.write_text(
        "folders = 'forslag'\n[owners]\nKultur = 'Kulturchefen'\nSkole = 'Ole <ole@example.org>'\n"
        "[notify]\nping = 'env:PING'\nwebhooks = 'env:KODE'\n"
        "[notify.smtp]\nhost = 'mail'\nfrom = 'a@b.dk'\nto = 'c@b.dk'\npassword = 'env:KODE'\n",
        encoding="utf-8",
    )
    (config.parent / "forslag" / "budget.toml").write_text(
        '[committees]\n"2.1.2" = { committee = "X", owner = "fælles@example.org" }\n', encoding="utf-8"
    )
    code, output = run(config, "--dry-run")
    assert code == 0 and "hemmelig" not in output
    told = output[output.index("Would mail") :].splitlines()
    assert told == [
        "Would mail through mail:587, if anything is new or fixed:",
        "  c@b.dk: everything",
        "  Kulturchefen: nothing, as notify.addresses has no address for this owner",
        "  Ole <ole@example.org>: what is theirs",
        "  fælles@example.org: what is theirs",
        "Would tell 1 webhook, if anything is new or fixed.",
        "Would ping the dead-man's switch at the start and at the end.",
        "Would fail to send: the environment has no variable PING, which the settings ask for.",
        "Nothing was checked, written or sent.",
    ]


def test_a_dry_run_that_finds_no_workbooks_says_how_the_night_would_end(config: Path) -> None:
    config.write_text("folders = 'et andet sted'\n[notify]\nping = 'http://127.0.0.1:1/'\n", encoding="utf-8")
    code, output = run(config, "--dry-run")
    assert code == 0 and "A night that finds no workbooks ends with 3" in output
    assert "Would ping" in output and "Would tell nobody: the settings have neither" in output


def test_init_then_run(tmp_path: Path) -> None:
    config = tmp_path / "nat.toml"
    code, output = run("init", config)
    assert code == 0 and "Change its line 'folders" in output
    form(tmp_path / "forslag", "a", "01")
    text = re.sub(r"(?m)^folders = .*$", "folders = ['forslag']", config.read_text("utf-8"))
    config.write_text(text, encoding="utf-8")
    code, output = run(config)
    assert code == 0 and last(output)["status"] == "clean"
    code, output = run("init", config)
    assert code == 2 and "left alone" in output


def test_wrong_use(config: Path, tmp_path: Path) -> None:
    config.write_text("folders = 'forslag'\nfolder = 'x'\n", encoding="utf-8")
    code, output = run(config)
    assert code == 2 and "nat.toml:2: folder: there is no such setting" in output
    assert run(tmp_path / "ingen.toml")[0] == 2
    assert run("schedule", "--print", "cron", config)[0] == 2
    assert not (tmp_path / "nat.sqlite").exists()


def test_what_is_not_installed_is_told_before_the_work(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "find_spec", lambda name: None if name == "xlsxwriter" else True)
    code, output = run(config)
    assert code == 2 and "xlsxwriter is not installed" in output and "budget-tools[nightly]" in output
    config.write_text("folders = 'forslag'\n[reports]\nformats = ['json']\n", encoding="utf-8")
    assert run(config)[0] == 1


@pytest.mark.parametrize("for_", ["systemd", "cron", "windows"])
def test_schedule(config: Path, for_: str) -> None:
    code, output = run("schedule", "--print", for_, config, "--at", "04:30")
    assert code == 0 and str(config) in output


def test_the_watch_command(tmp_path: Path) -> None:
    form(tmp_path / "forslag", "a", "01", total=299)
    command = ["watch", str(tmp_path / "forslag"), "--once", "--state", str(tmp_path / "s.sqlite")]
    done = RUNNER.invoke(app, command)
    assert done.exit_code == 1 and "budget-tools watch: status=findings exit=1" in done.output
    shutil.rmtree(tmp_path / "forslag")
    assert RUNNER.invoke(app, command).exit_code == 2


def test_no_folder_of_an_owner_is_made(config: Path) -> None:
    run(config)
    (config.parent / "forslag").rename(config.parent / "væk")
    code, output = run(config)
    assert code == 3 and "There is no folder" in output
    assert not (config.parent / "forslag").exists()


def test_a_night_without_workbooks_says_so(config: Path) -> None:
    (config.parent / "tom").mkdir()
    config.write_text(
        "folders = 'tom'\n[reports]\nformats = ['json']\n[limits]\nworkers = 1\n", encoding="utf-8"
    )
    code, output = run(config)
    assert code == 3 and "There are no workbooks (.xlsx, .xlsm) in" in output
    (report,) = (config.parent / "rapporter").rglob("Kontrol.json")
    (said,) = json.loads(report.read_text(encoding="utf-8"))["trouble"]
    assert said.startswith("Der er ingen projektmapper")


@pytest.mark.parametrize(
    ("word", "said"), [("tst", "No such command 'tst'"), ("nat2.toml", "nat2.toml: cannot be read")]
)
def test_a_word_that_is_no_command(tmp_path: Path, word: str, said: str) -> None:
    code, output = run(word if word == "tst" else tmp_path / word)
    assert code == 2 and said in output


def test_a_run_that_is_refused_tells_nobody_that_it_began(config: Path) -> None:
    with web_server() as web, only_run(config.with_suffix(".sqlite")):
        with config.open("a", encoding="utf-8") as file:
            file.write(f"[notify]\nping = 'http://127.0.0.1:{web.port}/nat'\n")
        code, output = run(config)
    assert code == 3 and "another run is at work" in output and web.paths == []


def test_a_backslash_in_a_path(config: Path) -> None:
    config.write_text('folders = "C:\\budget\\data"\n', encoding="utf-8")
    code, output = run(config)
    assert code == 2 and r"between single quotes: 'C:\budget'" in output
