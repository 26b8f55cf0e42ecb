"""Reports written by several processes at once are those that one writes, whatever becomes of a process."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from budget_tools.model.night import Night
from budget_tools.nightly import writing
from budget_tools.nightly.history import History
from budget_tools.nightly.night import Ended, run_night
from budget_tools.nightly.writing import NAMES, Written, write_reports
from tests.nightly.folders import Heard, form, settings_of

OWNERS = {f"Skole{number}": f"skole{number}@example.org" for number in range(3)}


def reports(root: Path, workers: int) -> tuple[Written, dict[str, bytes]]:
    for number in range(9):
        form(root / "forslag" / f"Skole{number % 3}", f"f{number}", f"{number + 10}", total=299)
    settings = settings_of(
        root, owners=OWNERS, limits={"workers": workers}, reports={"formats": tuple(NAMES)}
    )
    made: list[Written] = []

    def tell(night: Callable[[], Night], history: History, ended: Ended) -> int | None:
        assert ended.owners is not None
        made.append(write_reports(night(), settings, ended.owners))
        return None

    run_night(settings, Heard(), tell=tell)
    files = {str(path.relative_to(root)): path.read_bytes() for path in made[0].files}
    return made[0], files


@pytest.mark.parametrize("dies", [False, True])
def test_several_processes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dies: bool) -> None:
    monkeypatch.setattr(writing, "WORTH_A_PROCESS", 0)
    me = os.getpid()
    whole = writing._WRITERS["xlsx"]

    def ends_its_process(task: writing._Task) -> None:
        if dies and os.getpid() != me and task.owner == OWNERS["Skole1"]:
            os._exit(9)
        whole(task)

    monkeypatch.setattr(writing, "_WRITERS", {**writing._WRITERS, "xlsx": ends_its_process})
    written, files = reports(tmp_path, 2)
    assert written.failed == [] and set(written.pages) == {None, *OWNERS.values()}
    assert len(files) == len(NAMES) + 2 * len(OWNERS) and all(files.values())
    monkeypatch.setattr(writing, "WORTH_A_PROCESS", 10**9)
    other, alone = reports(tmp_path / "alone", 1)
    assert {name.rpartition("/")[2] for name in alone} == {name.rpartition("/")[2] for name in files}
    assert len(alone) == len(files) and other.failed == []


def test_an_owner_of_two_folders_has_two_pages(tmp_path: Path) -> None:
    for name in ("Skole Nord", "Skole Syd"):
        form(tmp_path / "forslag" / name, name[-3:], "01" if name.endswith("d") else "02", total=299)
    settings = settings_of(tmp_path, owners={"Skole*": "skole"}, reports={"formats": ("html",)})

    def tell(night: Callable[[], Night], history: History, ended: Ended) -> int | None:
        assert ended.owners is not None
        pages = write_reports(night(), settings, ended.owners).pages
        assert [Path(one).parent.name for one in pages["skole"]] == ["Skole Nord", "Skole Syd"]
        assert len(pages[None]) == 1
        return None

    run_night(settings, Heard(), tell=tell)
