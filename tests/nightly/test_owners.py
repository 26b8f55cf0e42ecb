"""Who answers for what: folders first, then committees, of the night and of budget.toml."""

from __future__ import annotations

from pathlib import Path

import pytest

from budget_tools.model.night import Standing
from budget_tools.nightly.owners import Owners
from budget_tools.nightly.scanning import NightSettingsOf

from .folders import form, settings_of, settled, spend


def owners(root: Path, **named: str) -> Owners:
    return Owners(named, [str(root)], NightSettingsOf(None))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in ("Skoler/Nord", "Kultur"):
        (tmp_path / "forslag" / name).mkdir(parents=True)
    (tmp_path / "forslag" / "budget.toml").write_text(
        "[committees]\n'2.1' = { committee = 'Økonomi', owner = 'økonomi' }\n"
        "'2.1.2' = { committee = 'Administration', owner = 'administration' }\n",
        encoding="utf-8",
    )
    return tmp_path / "forslag"


def test_by_folder(root: Path) -> None:
    by = owners(root, **{"skole*": "skole", "Skoler/Nord": "nord", "2.1.2": "ovn"})
    assert by.of_folder(root / "Skoler") == "skole" and by.of_folder(root / "Skoler" / "Syd") == "skole"
    assert by.of_folder(root / "Skoler" / "Nord" / "2027") == "nord"
    assert by.of_folder(root / "Kultur") is None and by.of_folder(root.parent) is None
    path = str(root / "Skoler" / "Nord" / "a.xlsx")
    assert by.of_finding(path, "2.1.2. 01") == "nord"  # the folder is whose it is
    assert by.of_workbook(path, ("2.1.2. 01",)) == "nord"
    assert by.folder_of(root / "Skoler" / "Nord" / "2027") == (root / "Skoler" / "Nord", "nord")


def test_by_whole_path_and_root(root: Path) -> None:
    assert owners(root, **{str(root / "Kultur"): "kultur"}).of_folder(root / "Kultur" / "x") == "kultur"
    assert owners(root, **{f"{root}/": "alle"}).of_folder(root) == "alle"
    assert owners(root, forslag="alle").of_folder(root / "Kultur") == "alle"


def test_by_committee(root: Path) -> None:
    by = owners(root, **{"2.1.3": "tre"})
    path = str(root / "Kultur" / "a.xlsx")
    assert by.of_finding(path, "2.1.2. 07") == "administration"  # budget.toml, the longest that fits
    assert by.of_finding(path, "2.1.3. 07") == "tre" and by.of_finding(path, "2.1.30. 07") == "økonomi"
    assert by.of_finding(path, "2.10.1. 07") is None and by.of_finding(path, None) is None
    assert by.of_finding(None, "2.1.2. 07") is None
    assert owners(root, **{"2.1.2.": "andre"}).of_finding(path, "2.1.2. 07") == "andre"  # the night outranks


def test_a_workbook_of_several_owners_is_nobodys(root: Path) -> None:
    by, path = owners(root), str(root / "Kultur" / "a.xlsx")
    assert by.of_workbook(path, ("2.1.2. 01", "2.1.2. 02")) == "administration"
    assert by.of_workbook(path, ("2.1.2. 01", "2.1.3. 02")) is None
    assert by.of_workbook(path, ()) is None


def test_of_a_workbook_as_a_whole_its_owner_hears(tmp_path: Path) -> None:
    path = form(tmp_path / "forslag", "a", "02")
    settings = settings_of(tmp_path, owners={"2.1.2": "administration"})
    spend(settings)
    path.write_bytes(b"PK")
    settled(path)
    one = spend(settings).only(Standing.NEW)
    assert (one.code, one.proposal, one.owner) == ("RUN002", None, "administration")
