"""What is installed is what is here: no package and no data file is left out of the wheel."""

from __future__ import annotations

import configparser
from pathlib import Path

import budget_tools

ROOT = Path(__file__).resolve().parent.parent


def _setup() -> configparser.ConfigParser:
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg", encoding="utf-8")
    return setup


def _listed(setup: configparser.ConfigParser) -> dict[str, Path]:
    """The folder of every package that is installed."""
    elsewhere = dict(
        (part.strip() for part in line.split("=", 1))
        for line in setup["options"]["package_dir"].strip().splitlines()
    )
    names = setup["options"]["packages"].split()
    return {name: ROOT / elsewhere.get(name, name.replace(".", "/")) for name in names}


def test_every_package_is_installed() -> None:
    listed = _listed(_setup())
    here = {init.parent for init in (ROOT / "budget_tools").rglob("__init__.py")}
    assert set(listed.values()) == here | {ROOT / "templates", ROOT / "macros"}


def test_every_data_file_is_installed() -> None:
    setup = _setup()
    patterns = setup["options.package_data"]
    for name, folder in _listed(setup).items():
        given = patterns.get(name, "").replace(",", " ").split()
        for path in folder.iterdir():
            if path.is_file() and path.suffix != ".py" and not path.name.startswith("."):
                assert any(path.match(pattern) for pattern in given), path


def test_xlwings_is_pinned_to_the_version_that_the_add_in_is_made_for() -> None:
    from budget_tools.installing.doctor import XLWINGS

    assert f"xlwings =={XLWINGS}" in _setup()["options"]["install_requires"]


def test_the_version_is_told_once() -> None:
    assert _setup()["metadata"]["version"] == "attr: budget_tools.__version__"
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"## [{budget_tools.__version__}]" in changes
