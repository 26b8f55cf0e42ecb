"""``budget-tools mark`` and ``unmark``: what they say and how they end."""

from __future__ import annotations

import shutil
from pathlib import Path

from typer.testing import CliRunner

from budget_tools.cli.main import app

RUNNER = CliRunner()
WRONG = Path(__file__).parents[2] / "workbooks" / "faults" / "ARI001-row-total-wrong.xlsx"


def told(*arguments: object) -> tuple[int, str]:
    result = RUNNER.invoke(app, [str(one) for one in arguments])
    return result.exit_code, "\n".join(line.rstrip() for line in result.stdout.splitlines())


def test_the_plan(tmp_path: Path) -> None:
    code, text = told("mark", WRONG)
    assert code == 0
    assert "Skema!F10  uden mærke  farve og note  ARI001: F10 viser 2.900, men årene" in text
    assert "Mærker på 1 celle, 1 fund på arket Kontrol." in text
    assert text.endswith(
        "Intet er skrevet; tilføj --output MAPPE for at gemme ændrede kopier, eller\n"
        "  --in-place for at ændre filerne selv."
    )


def test_there_and_back(tmp_path: Path) -> None:
    code, text = told("mark", WRONG, "--output", tmp_path / "m")
    assert code == 0 and f"Skrevet til {tmp_path / 'm' / WRONG.name}." in text.replace("\n", " ")
    code, text = told("unmark", tmp_path / "m", "--output", tmp_path / "u", "--dry-run")
    assert code == 0 and "farve og note  uden mærke" in text and text.endswith("(--dry-run).")
    assert not (tmp_path / "u").exists()
    code, text = told("unmark", tmp_path / "m", "--output", tmp_path / "u")
    assert code == 0 and "Mærkerne fjernes fra 1 celle." in text
    code, text = told("unmark", tmp_path / "u", "--output", tmp_path / "v")
    assert code == 0 and "Filen er ikke mærket." in text and not (tmp_path / "v").exists()


def test_in_place(tmp_path: Path) -> None:
    path = tmp_path / WRONG.name
    shutil.copy(WRONG, path)
    code, text = told("mark", path, "--in-place")
    assert code == 0 and "1 projektmappe er mærket." in text and "budget-tools undo " in text
    code, text = told("mark", path, "--in-place")
    assert code == 0 and "Mærkerne er, som de skal være; filen er ikke rørt." in text and "undo" not in text
    assert "  mærket\n" in told("history", path)[1] + "\n"
    code, text = told("unmark", path, "--in-place", "--lang", "en")
    assert code == 0 and "Marks were taken from 1 workbook." in text
    assert told("unmark", path, "--in-place")[1].endswith("Filen er ikke mærket.\n")
    assert told("undo", "--in", tmp_path)[0] == told("undo", "--in", tmp_path)[0] == 0
    assert path.read_bytes() == WRONG.read_bytes()


def test_refused(tmp_path: Path) -> None:
    (tmp_path / "m" / WRONG.name).mkdir(parents=True)
    code, text = told("mark", WRONG, "--output", tmp_path / "m")
    assert code == 3 and "er ikke ændret" in text and "kunne ikke skrives" in text


def test_wrong_use(tmp_path: Path) -> None:
    assert told("mark", tmp_path / "nothing.xlsx")[0] == 2
    assert told("mark", WRONG, "--output", WRONG.parent)[0] == 2
    broken = tmp_path / "broken.xlsx"
    broken.write_bytes(b"PK\3\4 nothing")
    for command in ("mark", "unmark"):
        assert told(command, broken)[0] == 3
    assert told("unmark", tmp_path / "none")[0] == 2
