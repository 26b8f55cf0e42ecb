"""``fix``, ``undo``, ``history``, ``accept``, ``unaccept`` and ``accepted`` as a person calls them."""

from __future__ import annotations

import shlex
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from budget_tools import check
from budget_tools.cli.main import app
from tests.changing.workbooks import book, without_total

RUNNER = CliRunner()
SAMPLE = Path(__file__).parents[2] / "workbooks" / "faults" / "NUM001-text-with-point.xlsx"


def told(*arguments: object, answers: str | None = None) -> tuple[int, str]:
    """The exit code, and what was said as one line."""
    result = RUNNER.invoke(app, [str(one) for one in arguments], input=answers)
    return result.exit_code, " ".join((result.stdout + result.stderr).split())


@pytest.fixture
def wrong(tmp_path: Path) -> Path:
    return book(tmp_path / "a.xlsx", total=299)


def test_a_plan_says_cell_before_after_and_why(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    shutil.copyfile(SAMPLE, path)
    code, text = told("fix", path, "--code", "NUM001", "--dry-run", "--lang", "en")
    assert code == 0
    for part in (
        "Skema!C10",
        '"1.500"',
        "1,500",
        "NUM001",
        "as text",
        "Nothing was written; add --output DIR",
    ):
        assert part in text
    assert path.read_bytes() == SAMPLE.read_bytes()


def test_fixed_in_place_and_given_back(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    shutil.copyfile(SAMPLE, path)
    code, text = told("fix", path, "--safe", "--in-place")
    assert code == 0 and "2 rettelser er skrevet." in text and f"--in {path}" in text
    operation = text.split("'budget-tools undo ")[1].split()[0]
    code, text = told("history", path)
    assert code == 0 and operation in text and "rettet" in text and "gælder" in text
    code, text = told("undo", operation, "--in", path, "--dry-run")
    assert code == 0 and "ville blive, som den var" in text and path.read_bytes() != SAMPLE.read_bytes()
    code, text = told("undo", "--in", path)
    assert code == 0 and "er igen, som den var" in text and path.read_bytes() == SAMPLE.read_bytes()
    assert told("undo", "--in", path) == (2, f"Error: {path}: there is nothing to undo")
    assert "fortrudt" in told("history", tmp_path)[1]


def test_without_a_terminal_nobody_is_asked(wrong: Path) -> None:
    before = wrong.read_bytes()
    code, text = told("fix", wrong, "--in-place", answers="j\n")
    assert code == 0 and wrong.read_bytes() == before
    assert "1 rettelse skal ses først" in text and "--finding ID" in text


@pytest.mark.parametrize(("answer", "written"), [("j", True), ("y", True), ("n", False), ("", False)])
def test_in_a_terminal_each_is_asked_about(
    answer: str, written: bool, wrong: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from budget_tools.cli import fix as module

    before = wrong.read_bytes()
    monkeypatch.setattr(module, "is_terminal", lambda: True)
    code, text = told("fix", wrong, "--in-place", answers=f"{answer}\n")
    assert code == 0 and "Skal D5 rettes? [j/N]" in text and "=SUM(B5:C5)" in text
    assert (wrong.read_bytes() != before) == written


def test_a_finding_by_its_id(wrong: Path) -> None:
    (finding,) = check(wrong).findings
    code, text = told("fix", wrong, "--finding", finding.id, "--in-place")
    assert code == 0 and "1 rettelse er skrevet." in text
    code, text = told("fix", wrong, "--finding", "0" * 12, "--in-place")
    assert code == 2 and "no finding of that id" in text


def test_refused_with_what_to_do(tmp_path: Path) -> None:
    path = without_total(tmp_path / "a.xlsx")
    (tmp_path / "~$a.xlsx").write_bytes(b"\x05Bente")
    code, text = told("fill", path, "--in-place")
    assert code == 3 and "a.xlsx er ikke ændret: filen er åben hos Bente. Prøv igen, når" in text
    code, text = told("fill", path, "--in-place", "--lang", "en")
    assert code == 3 and "a.xlsx was not changed: the file is open with Bente." in text
    assert told("fill", path, "--in-place", "--output", tmp_path)[0] == 2


def test_nothing_to_fix(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx")
    assert told("fix", path, "--in-place") == (0, "Der er intet, som kan rettes sådan.")
    assert told("history", path) == (0, f"Ingen ændringer i {path}.")
    (tmp_path / "tom").mkdir()
    assert told("fix", tmp_path / "tom")[0] == 3


def test_accepted_and_taken_back(wrong: Path) -> None:
    (finding,) = check(wrong).findings
    assert told("check", wrong)[0] == 1
    code, text = told("accept", wrong, "--finding", finding.id, "--reason", "aftalt", "--initials", "BJ")
    assert code == 0 and "ARI001 D5 (a.xlsx)" in text and "budget-accepted.jsonl" in text
    assert told("check", wrong)[0] == 0
    code, text = told("accepted", wrong)
    assert code == 0 and f"a.xlsx ARI001 {finding.id}: gælder BJ " in text and "aftalt" in text
    code, text = told("unaccept", wrong, "--finding", finding.id, "--initials", "BJ")
    assert code == 0 and "trukket tilbage" in text
    assert told("accepted", wrong) == (0, "Intet er accepteret.")
    assert told("check", wrong)[0] == 1


def test_an_unreadable_workbook_accepted_until_a_date(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"")
    options = ("--reason", "kommer", "--initials", "BJ")
    assert told("accept", path, *options)[0] == 2
    code, text = told("accept", path, *options, "--until", "2999-12-31", "--lang", "en")
    assert code == 0 and "a.xlsx is accepted up to and including 2999-12-31" in text
    assert told("check", path)[0] == 0
    assert "(until 2999-12-31)" in told("accepted", path, "--lang", "en")[1]


def test_the_way_back_can_be_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("Forslag til budget", "andre"):
        without_total(tmp_path / name / "a.xlsx")
    monkeypatch.chdir(tmp_path)
    result = RUNNER.invoke(app, ["fill", "Forslag til budget/*.xlsx", "andre", "--in-place"])
    (line,) = [line for line in result.stdout.splitlines() if "budget-tools undo" in line]
    assert line.endswith("""--in "Forslag til budget" --in andre'.""")
    arguments = shlex.split(line.split("'")[1])[1:]
    assert told(*arguments)[0] == 0
    assert told("undo")[0] == 2
