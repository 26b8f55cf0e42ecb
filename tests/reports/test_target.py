"""Files that reports are written to: whole or not at all."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from budget_tools.errors import UsageError
from budget_tools.reports.target import checked_target, replaced


def test_a_report_takes_the_place_of_the_last_one(tmp_path: Path) -> None:
    target = tmp_path / "rapport.txt"
    target.write_text("gammel", encoding="utf-8")
    with replaced(target) as file:
        file.write("ny æøå\n")
        assert target.read_text(encoding="utf-8") == "gammel"
    assert target.read_bytes() == "ny æøå\n".encode()
    assert os.listdir(tmp_path) == ["rapport.txt"]


def test_a_report_that_breaks_off_leaves_the_last_one(tmp_path: Path) -> None:
    target = tmp_path / "rapport.txt"
    target.write_text("gammel", encoding="utf-8")
    with pytest.raises(KeyboardInterrupt), replaced(target) as file:
        file.write("halv")
        raise KeyboardInterrupt
    assert target.read_text(encoding="utf-8") == "gammel"
    assert os.listdir(tmp_path) == ["rapport.txt"]


@pytest.mark.skipif(os.name == "nt", reason="POSIX permissions")
def test_colleagues_may_read_it_as_any_new_file(tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    with replaced(tmp_path / "b") as file:
        file.write("x")
    assert stat.S_IMODE((tmp_path / "b").stat().st_mode) == stat.S_IMODE((tmp_path / "a").stat().st_mode)


@pytest.mark.skipif(os.name == "nt", reason="symbolic links need rights on Windows")
def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "rigtig.txt").write_text("gammel")
    (tmp_path / "link.txt").symlink_to(tmp_path / "rigtig.txt")
    with replaced(tmp_path / "link.txt") as file:
        file.write("ny")
    assert (tmp_path / "link.txt").is_symlink()
    assert (tmp_path / "rigtig.txt").read_text() == "ny"


@pytest.mark.skipif(not os.path.exists("/dev/null"), reason="no such device")
def test_a_device_is_written_to_and_not_replaced() -> None:
    with replaced("/dev/null") as file:
        file.write("x")
    assert not os.path.isfile("/dev/null")


@pytest.mark.parametrize(
    ("name", "because"),
    [("mangler/r.txt", "there is no folder"), (".", "is a folder"), ("a.xlsx", "a report is no workbook")],
)
def test_what_cannot_be_written_to_is_said_before_the_work(tmp_path: Path, name: str, because: str) -> None:
    with pytest.raises(UsageError, match=because):
        checked_target(tmp_path / name)
