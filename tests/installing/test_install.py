"""Installing, uninstalling and the doctor, on Windows and Mac machines that are made up."""

from __future__ import annotations

import io
import json
import sys
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from typer.testing import CliRunner

pytest.importorskip("xlsxwriter")
pytest.importorskip("xlwings")

import openpyxl

from budget_tools import __version__
from budget_tools.cli.main import app
from budget_tools.errors import UsageError
from budget_tools.installing import bundle, doctor, install, places
from budget_tools.installing.places import ADDIN, Machine
from tests.conftest import ROOT

COMPILE = install._compile


@pytest.fixture(autouse=True)
def no_compiling(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(install, "_compile", lambda library: None)


def windows(folder: Path) -> Machine:
    home = folder / "Users" / "Bjørn Å"
    office = folder / "Program Files" / "Microsoft Office" / "root" / "Office16"
    office.mkdir(parents=True)
    return Machine(
        "win32",
        {
            "APPDATA": str(home / "AppData" / "Roaming"),
            "LOCALAPPDATA": str(home / "AppData" / "Local"),
            "ProgramFiles": str(folder / "Program Files"),
            "SystemRoot": str(folder / "Windows"),
        },
        home,
    )


def mac(folder: Path) -> Machine:
    return Machine("darwin", {}, folder / "Users" / "bj", folder / "root")


MACHINES = pytest.mark.parametrize("make", [windows, mac], ids=["windows", "mac"])
Make = Callable[[Path], Machine]


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


@MACHINES
def test_what_is_installed_is_taken_away_again(make: Make, tmp_path: Path) -> None:
    machine = make(tmp_path)
    before = files(tmp_path)
    steps = install.plan_install(machine)
    assert files(tmp_path) == before  # planning writes nothing
    list(install.perform(steps))
    assert (machine.start_folder / ADDIN).is_file()
    assert install.installed_version(machine, False) == __version__
    told = machine.settings.read_text("utf-8")
    assert f'"{sys.executable}"' in told and '"ADD_WORKBOOK_TO_PYTHONPATH","False"' in told
    list(install.perform(install.plan_uninstall(machine)))
    assert files(tmp_path) == before


@MACHINES
def test_installing_twice_is_the_same_as_once(make: Make, tmp_path: Path) -> None:
    machine = make(tmp_path)
    list(install.perform(install.plan_install(machine)))
    once = {name: (tmp_path / name).read_bytes() for name in files(tmp_path)}
    list(install.perform(install.plan_install(machine)))
    assert {name: (tmp_path / name).read_bytes() for name in files(tmp_path)} == once


@MACHINES
def test_a_file_that_somebody_changed_stays(make: Make, tmp_path: Path) -> None:
    machine = make(tmp_path)
    list(install.perform(install.plan_install(machine)))
    machine.settings.write_text("mine", "utf-8")
    list(install.perform(install.plan_uninstall(machine)))
    assert machine.settings.read_text("utf-8") == "mine"
    assert not (machine.start_folder / ADDIN).exists()


def test_for_all_users_the_settings_are_in_the_add_in(tmp_path: Path) -> None:
    machine = windows(tmp_path)
    python = tmp_path / "Program Files" / "budget_tools" / "python.exe"
    python.parent.mkdir(parents=True)
    python.touch()
    python.with_name("pythonw.exe").touch()
    chosen = install.windowless(python, machine)
    assert chosen.name == "pythonw.exe"
    list(install.perform(install.plan_install(machine, interpreter=chosen, all_users=True)))
    assert not machine.settings.exists()
    folder = machine.start_folder_of_all
    assert folder is not None and folder.is_relative_to(tmp_path / "Program Files")
    data = (folder / ADDIN).read_bytes()
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        assert 'name="budget_tools.conf"' in package.read("xl/workbook.xml").decode()
        assert str(chosen) in package.read("xl/sharedStrings.xml").decode()


def test_what_is_installed_is_compiled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sysconfig

    packages, standard = tmp_path / "site-packages", tmp_path / "lib"
    for module in (packages / "one.py", standard / "two.py", standard / "test" / "three.py"):
        module.parent.mkdir(parents=True, exist_ok=True)
        module.write_text("x = 1\n", "utf-8")
    monkeypatch.setattr(sysconfig, "get_paths", lambda: {"stdlib": str(standard), "purelib": str(packages)})
    COMPILE(packages)
    assert {path.name.partition(".")[0] for path in tmp_path.rglob("*.pyc")} == {"one", "two"}


def test_without_office_all_users_is_told(tmp_path: Path) -> None:
    machine = Machine("win32", {"ProgramFiles": str(tmp_path)}, tmp_path)
    with pytest.raises(UsageError, match="is Office installed"):
        install.plan_install(machine, all_users=True)


def test_linux_has_no_excel(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="excel build"):
        install.plan_install(Machine("linux", {}, tmp_path))
    assert states(Machine("linux", {}, tmp_path))["Excel"] == "error"


def test_a_file_that_is_open_is_told(tmp_path: Path) -> None:
    def refused() -> None:
        raise PermissionError(13, "Permission denied")

    step = install.Step("put the add-in", tmp_path / ADDIN, refused)
    with pytest.raises(UsageError, match="close Excel"):
        list(install.perform([step]))


# --- the doctor ---------------------------------------------------------------------------------------


def states(machine: Machine, told: dict[tuple[str, str], object] | None = None) -> dict[str, str]:
    asked = told or {}
    found: dict[str, str] = {}
    for check in doctor.examine(machine, lambda key, name: asked.get((key, name))):
        worst = max(found.get(check.name, "ok"), check.state, key=["ok", "warning", "error"].index)
        found[check.name] = worst
        assert check.state == "ok" or check.remedy or check.name == "Defender"
    return found


@MACHINES
def test_the_doctor_before_and_after(make: Make, tmp_path: Path) -> None:
    machine = make(tmp_path)
    before = states(machine)
    assert before["add-in"] == before["settings"] == "error"
    list(install.perform(install.plan_install(machine)))
    after = states(machine)
    assert after["add-in"] == after["settings"] == after["xlwings"] == "ok"
    assert after.get("script", "ok") == "ok"


@pytest.mark.parametrize(
    ("key", "name", "value", "check", "state"),
    [
        (doctor._ASR, doctor._OFFICE_CHILDREN, "1", "Defender", "error"),
        (doctor._ASR, doctor._OFFICE_CHILDREN, "2", "Defender", "warning"),
        (doctor._ASR_LOCAL, doctor._OFFICE_CHILDREN, 1, "Defender", "error"),
        (
            doctor._ASR_INTUNE,
            "ASRRules",
            f"3b576869-a4ec-4529-8536-b80a7769e899=1|{doctor._OFFICE_CHILDREN.upper()}=1",
            "Defender",
            "error",
        ),
        (doctor._ASR_INTUNE, "ASRRules", f"{doctor._MACROS_CALL_WINDOWS}=6", "Defender", "warning"),
        (doctor._ASR, doctor._MACROS_CALL_WINDOWS, "1", "Defender", "error"),
        (f"HKCU\\{doctor._OFFICE}", "VBAWarnings", 4, "macros", "warning"),
        (f"HKLM\\{doctor._POLICY}\\Trusted Locations", "AllLocationsDisabled", 1, "macros", "error"),
        (
            r"HKLM\SOFTWARE\Policies\Microsoft\Windows\SrpV2\Exe",
            "EnforcementMode",
            1,
            "AppLocker",
            "error",
        ),
    ],
)
def test_what_a_department_forbids_is_seen(
    key: str, name: str, value: object, check: str, state: str, tmp_path: Path
) -> None:
    machine = windows(tmp_path)
    assert states(machine)[check] == "ok"
    assert states(machine, {(key, name): value})[check] == state


def test_settings_that_name_no_python(tmp_path: Path) -> None:
    machine = windows(tmp_path)
    list(install.perform(install.plan_install(machine)))
    machine.settings.write_text('"INTERPRETER_WIN","C:\\gone\\python.exe"\n', "utf-8")
    assert states(machine)["settings"] == "error"


def test_an_add_in_of_another_version(tmp_path: Path) -> None:
    machine = windows(tmp_path)
    list(install.perform(install.plan_install(machine)))
    record = install.record_file(machine, False)
    record.write_text(json.dumps({**json.loads(record.read_text("utf-8")), "version": "0.0.1"}), "utf-8")
    assert states(machine)["add-in"] == "warning"


def test_a_policy_goes_before_what_the_machine_says(tmp_path: Path) -> None:
    told: dict[tuple[str, str], object] = {
        (doctor._ASR, doctor._OFFICE_CHILDREN): "0",
        (doctor._ASR_LOCAL, doctor._OFFICE_CHILDREN): 1,
    }
    assert states(windows(tmp_path), told)["Defender"] == "ok"


def test_paths_that_are_too_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    machine = windows(tmp_path)
    assert states(machine)["path lengths"] == "ok"
    monkeypatch.setattr(doctor, "_LONGEST_PATH", 40)
    assert states(machine)["path lengths"] == "error"
    switch = (r"HKLM\SYSTEM\CurrentControlSet\Control\FileSystem", "LongPathsEnabled")
    assert states(machine, {switch: 1})["path lengths"] == "ok"


def test_another_xlwings_than_the_macros_were_made_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import importlib.metadata

    machine = windows(tmp_path)
    assert states(machine)["xlwings"] == "ok"
    monkeypatch.setattr(importlib.metadata, "version", lambda name: "0.30.0")
    assert states(machine)["xlwings"] == "error"

    def missing(name: str) -> str:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "version", missing)
    assert states(machine)["xlwings"] == "error"


def test_files_that_were_not_compiled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import importlib.util

    machine = windows(tmp_path)
    monkeypatch.setattr(importlib.util, "cache_from_source", lambda source: str(tmp_path / "none.pyc"))
    assert states(machine)["compiled files"] == "warning"


def test_the_add_in_installed_twice(tmp_path: Path) -> None:
    machine = windows(tmp_path)
    list(install.perform(install.plan_install(machine)))
    list(install.perform(install.plan_install(machine, all_users=True)))
    told = [check.told for check in doctor.examine(machine, lambda key, name: None)]
    assert any("installed twice" in one for one in told)
    assert states(machine)["add-in"] == "warning"


def test_a_mac_without_the_script(tmp_path: Path) -> None:
    machine = mac(tmp_path)
    list(install.perform(install.plan_install(machine)))
    assert states(machine)["script"] == "ok"
    for script in tmp_path.rglob("*.applescript"):
        script.unlink()
    assert states(machine)["script"] == "error"


@MACHINES
def test_a_dry_run_of_everything_writes_nothing(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = make(tmp_path)
    monkeypatch.setattr(places, "Machine", lambda: machine)
    runner = CliRunner()
    commands = [
        ["build", "--output", str(tmp_path / "ud"), "--wheels"],
        ["install"],
        ["install", "--all-users"],
        ["uninstall"],
        ["uninstall", "--all-users"],
    ]
    for installed in (False, True):
        if installed:
            assert runner.invoke(app, ["excel", "install"]).exit_code == 0
        before = {name: (tmp_path / name).read_bytes() for name in files(tmp_path)}
        for command in commands:
            done = runner.invoke(app, ["excel", *command, "--dry-run"])
            assert done.exit_code == 0, done.output
            assert "would " in done.stdout or "Nothing is installed." in done.stdout
        assert {name: (tmp_path / name).read_bytes() for name in files(tmp_path)} == before


# --- the bundle and the commands ----------------------------------------------------------------------


def wheel(path: Path, name: str, licence: str) -> None:
    """A wheel that holds nothing but what it tells of itself."""
    told = f"Metadata-Version: 2.4\nName: {name}\nVersion: 1.2\nLicense-Expression: {licence}\n"
    path.parent.mkdir(exist_ok=True)
    with zipfile.ZipFile(path, "w") as package:
        package.writestr(f"{name}-1.2.dist-info/METADATA", told)


def test_the_bundle_lists_everything_it_holds(tmp_path: Path) -> None:
    import hashlib

    commands = []

    def pip(command: Sequence[str]) -> None:
        commands.append(command)
        wheel(tmp_path / "wheels" / "budget_tools-1.2-py3-none-any.whl", "budget_tools", "MIT")
        wheel(tmp_path / "wheels" / "Aa-1.2-py3-none-any.whl", "Aa", "BSD-3-Clause")

    made = bundle.make_bundle(tmp_path, wheels=True, run=pip)
    # the extra that builds the add-in on the machine belongs to it
    assert commands[0][-1] == f"{ROOT}[excel]" and "wheel" in commands[0]
    assert {path.relative_to(tmp_path).as_posix() for path in made} == files(tmp_path)
    lines = (tmp_path / "SHA256SUMS").read_text("utf-8").splitlines()
    assert len(lines) == len(made) - 1
    for line in lines:
        digest, name = line.split("  ")
        assert hashlib.sha256((tmp_path / name).read_bytes()).hexdigest() == digest
    listed = (tmp_path / "components.csv").read_text("utf-8-sig")
    assert listed == ("name;version;licence;homepage\nAa;1.2;BSD-3-Clause;\nbudget_tools;1.2;MIT;\n")


def test_without_wheels_the_list_is_what_is_installed_here() -> None:
    names = {line.partition(";")[0].lower() for line in bundle.components().splitlines()}
    assert {"xlwings", "xlsxwriter", "pandera", "openpyxl"} <= names


def test_what_is_no_wheel_is_told(tmp_path: Path) -> None:
    broken = tmp_path / "a.whl"
    broken.write_bytes(b"no")
    with pytest.raises(UsageError, match=r"a\.whl: is no wheel"):
        bundle.components([broken])


def test_build_on_the_command_line(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["excel", "build", "--output", str(tmp_path / "ud"), "--dry-run"])
    assert done.exit_code == 0 and not (tmp_path / "ud").exists()
    done = CliRunner().invoke(app, ["excel", "build", "--output", str(tmp_path / "ud")])
    assert done.exit_code == 0
    assert {"budget_tools.xlam", "budget_tools.xlsm"} < files(tmp_path / "ud")
    openpyxl.load_workbook(tmp_path / "ud" / "budget_tools.xlsm", keep_vba=True)


def test_the_commands_on_a_made_up_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    machine = windows(tmp_path)
    monkeypatch.setattr(places, "Machine", lambda: machine)
    runner = CliRunner()
    done = runner.invoke(app, ["excel", "install", "--dry-run"])
    assert done.exit_code == 0 and "would put the add-in" in done.stdout
    assert not machine.start_folder.exists()
    assert runner.invoke(app, ["excel", "doctor"]).exit_code == 1
    done = runner.invoke(app, ["excel", "install"])
    assert done.exit_code == 0 and "the tab 'Budget' is there" in done.stdout
    done = runner.invoke(app, ["excel", "doctor"])
    assert "ok      add-in" in done.stdout
    assert runner.invoke(app, ["excel", "uninstall", "--dry-run"]).exit_code == 0
    assert (machine.start_folder / ADDIN).is_file()
    assert runner.invoke(app, ["excel", "uninstall"]).exit_code == 0
    assert not (machine.start_folder / ADDIN).exists()
    assert "Nothing is installed." in runner.invoke(app, ["excel", "uninstall"]).stdout
