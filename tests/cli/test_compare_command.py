"""``budget-tools compare`` as it is typed: exit codes, formats, languages."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner, Result

from budget_tools.cli.main import app
from tests.comparing.municipality import Block, blocks, one_each, write


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["compare", *map(str, arguments)])


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """Before: three proposals. Now: a figure and a sentence changed in one, one renumbered, one gone."""
    old = blocks()
    first, *rest = old["BU-01"].sentences
    sentences = (first.replace(" og ", " samt "), *rest)
    now: list[Block] = [
        old["BU-01"].with_amount("Løn", 2028, 5_000).but(sentences=sentences),
        old["BU-02"].but(number="BU-22"),
    ]
    before = [old[number] for number in ("BU-01", "BU-02", "KF-01")]
    return write(tmp_path / "før", one_each(before)), write(tmp_path / "nu", one_each(now))


def test_exit_codes(folders: tuple[Path, Path], tmp_path: Path) -> None:
    old, new = folders
    assert run(old, old).exit_code == 0
    assert run(old, new).exit_code == 1
    assert run(old, tmp_path / "nowhere").exit_code == 2
    assert run(old, new, "--format", "xlsx").exit_code == 2
    (new / "ødelagt.xlsx").write_bytes(b"PK\x03\x04 no workbook")
    broken = run(old, new)
    assert broken.exit_code == 3 and "ødelagt.xlsx" in broken.output
    empty = tmp_path / "tom"
    empty.mkdir()
    nothing = run(empty, empty)
    assert nothing.exit_code == 3 and "ingen budgetforslag" in nothing.output
    one_side = run(old, empty)
    assert one_side.exit_code == 1 and f"Der er ingen budgetforslag i {empty}" in " ".join(
        one_side.output.split()
    )


def test_the_copy_that_was_mailed_back(folders: tuple[Path, Path], tmp_path: Path) -> None:
    sent = next(folders[0].glob("*vuggestuer*"), None) or sorted(folders[0].glob("*.xlsx"))[0]
    back = tmp_path / "Kopi af forslag (2).xlsx"
    shutil.copy(sent, back)
    same = run(sent, back, "--config", folders[0] / "budget.toml")
    assert same.exit_code == 0 and "Intet er ændret" in same.output


def test_what_a_budget_officer_reads(folders: tuple[Path, Path]) -> None:
    old = blocks()
    text = run(*folders).output
    shown = f"{old['BU-01'].lines['Løn'][1]:,}".replace(",", ".")
    assert "Blok BU-01  Flere pædagoger i vuggestuerne" in text
    line = next(line for line in text.splitlines() if line.startswith("  Løn, 2028"))
    assert shown in line and "5.000" in line and "  C" in line
    assert "[og → samt]" in text
    assert "Blok BU-22  Lukning af Nordskolens filial  (før BU-02)" in text
    assert "genkendt på titlen" in text
    assert "Forslag, der ikke længere er der" in text
    assert "2 forslag er ændret, 0 er nye, 1 er væk, 0 er uændrede." in " ".join(text.split())
    english = run(*folders, "--lang", "en").output
    assert "Proposals that changed" in english and "(was BU-02)" in english and "Forslag" not in english


def test_json(folders: tuple[Path, Path], tmp_path: Path) -> None:
    said = json.loads(run(*folders, "--format", "json").output)
    assert (said["version"], said["code"], said["language"]) == (1, "XWB002", "da")
    assert said["summary"] == {
        "same": 0,
        "changed": 2,
        "new": 0,
        "gone": 1,
        "renumbered": 1,
        "moved": 0,
        "unread": 0,
    }
    first = said["proposals"][0]
    figure = next(one for one in first["changes"] if one["part"] == "figure")
    assert (figure["line"], figure["column"], figure["new"]) == ("Løn", "2028", "5000")
    assert int(figure["difference"]) == 5000 - int(figure["old"])
    assert figure["message"].startswith("Blok BU-01: Løn, 2028 er ændret fra ")
    target = tmp_path / "ud.json"
    assert run(*folders, "--format", "json", "--output", target).exit_code == 1
    assert json.loads(target.read_text("utf-8")) == said


def test_a_workbook(folders: tuple[Path, Path], tmp_path: Path) -> None:
    target = tmp_path / "forskelle.xlsx"
    done = run(*folders, "--format", "xlsx", "--output", target)
    assert done.exit_code == 1 and "2 forslag er ændret" in done.output
    book = load_workbook(target)
    assert book.sheetnames == ["Overblik", "Beløb", "Tekst og oplysninger"]
    figures = [[cell.value for cell in row] for row in book["Beløb"].iter_rows(min_row=2)]
    old = blocks()["BU-01"].lines["Løn"][1]
    assert figures[0][:8] == [
        "BU-01",
        "Flere pædagoger i vuggestuerne",
        "Løn",
        "2028",
        old,
        5000,
        5000 - old,
        "kr.",
    ]
    link = book["Beløb"].cell(2, 10).hyperlink
    assert link is not None and "nu/" in (link.target or "").replace("\\", "/")
    overview = [[cell.value for cell in row][:4] for row in book["Overblik"].iter_rows(min_row=7)]
    assert overview == [
        ["ændret", "BU-01", None, "Flere pædagoger i vuggestuerne"],
        ["ændret", "BU-22", "BU-02", "Lukning af Nordskolens filial"],
        ["væk", "KF-01", None, "Længere åbningstid på biblioteket"],
    ]


def test_nothing_from_a_workbook_becomes_a_formula(tmp_path: Path) -> None:
    one = blocks()["BU-01"]
    evil = one.but(title="=1+1", sentences=("=HYPERLINK(1) er en sætning, som ikke er en formel.", "@SUM(1)"))
    old, new = write(tmp_path / "a", {"a.xlsx": [one]}), tmp_path / "b"
    write(new, {"b.xlsx": [evil]})
    book = load_workbook(new / "b.xlsx")  # as text, not as the formula that openpyxl makes of it
    for row in book.active.iter_rows():
        for cell in row:
            if cell.data_type == "f":
                cell.data_type = "s"
    book.save(new / "b.xlsx")
    target = tmp_path / "ud.xlsx"
    run(old, new, "--format", "xlsx", "--output", target)
    kinds = {
        cell.data_type
        for sheet in load_workbook(target)
        for row in sheet.iter_rows()
        for cell in row
        if cell.value
    }
    assert "f" not in kinds


def test_a_workbook_never_replaces_one_that_is_compared(folders: tuple[Path, Path]) -> None:
    old, new = folders
    victim = sorted(new.glob("*.xlsx"))[0]
    before = victim.read_bytes()
    assert run(old, new, "--format", "xlsx", "--output", victim).exit_code == 2
    assert run(old, victim, "--format", "xlsx", "--output", victim).exit_code == 2
    assert victim.read_bytes() == before
