"""Whether Excel can start us on a machine, and what to do where it cannot."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from .. import __version__
from .install import installed_version
from .places import ADDIN, Machine

State = Literal["ok", "warning", "error"]

Registry = Callable[[str, str], object]
"""What the Windows registry holds under a key ("HKCU\\\\…") and a name; None for nothing."""

XLWINGS = "0.37.8"

_OFFICE = r"Software\Microsoft\Office\16.0\Excel\Security"
_POLICY = r"Software\Policies\Microsoft\office\16.0\excel\security"
# Where Defender's rules stand: by group policy, by Intune (all of them in one text), and set on the machine.
_ASR = r"HKLM\SOFTWARE\Policies\Microsoft\Windows Defender\Windows Defender Exploit Guard\ASR\Rules"
_ASR_INTUNE = r"HKLM\SOFTWARE\Policies\Microsoft\Windows Defender\Policy Manager"
_ASR_LOCAL = r"HKLM\SOFTWARE\Microsoft\Windows Defender\Windows Defender Exploit Guard\ASR\Rules"
_OFFICE_CHILDREN = "d4f940ab-401b-4efc-aadc-ad5f3c50688a"
_MACROS_CALL_WINDOWS = "92e97fa1-2edf-4476-bdd6-9dddb4dddc7b"
_LONGEST_PATH = 259


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at: how it is, and what to do."""

    name: str
    state: State
    told: str
    remedy: str = ""


def examine(machine: Machine, registry: Registry | None = None) -> list[Check]:
    """Everything that Excel needs, looked at in the order in which it is needed."""
    if machine.system not in ("win32", "darwin"):
        remedy = "Make the files here with 'budget-tools excel build', and install on the machine with Excel."
        told = "runs on Windows and Mac, and this is neither"
        return [*_python(machine), _compiled(), Check("Excel", "error", told, remedy)]
    ask = registry or (_windows_registry if machine.system == "win32" else _no_registry)
    checks = [*_python(machine), *_addin(machine), *_settings(machine), _compiled()]
    if machine.system == "win32":
        checks += [*_trust(ask), *_defender(ask), _applocker(machine, ask), _path_lengths(ask)]
        checks.append(_library(machine))
    if machine.system == "darwin":
        checks.append(_script(machine))
    return checks


def _python(machine: Machine) -> Iterator[Check]:
    version = ".".join(map(str, sys.version_info[:3]))
    yield Check("Python", "ok", f"is {version}, {sys.executable}")
    try:
        found = importlib.metadata.version("xlwings")
    except importlib.metadata.PackageNotFoundError:
        yield Check("xlwings", "error", "is not installed", "Install budget-tools again.")
        return
    if found != XLWINGS:
        remedy = f"Install it as it was: pip install xlwings=={XLWINGS}"
        yield Check("xlwings", "error", f"is {found}, and the add-in was made for {XLWINGS}", remedy)
    else:
        yield Check("xlwings", "ok", f"is {found}")


def _addin(machine: Machine) -> Iterator[Check]:
    install = "Run 'budget-tools excel install'."
    places = [
        (folder / ADDIN, all_users)
        for folder, all_users in ((machine.start_folder, False), (machine.start_folder_of_all, True))
        if folder is not None
    ]
    here = [(path, all_users) for path, all_users in places if path.is_file()]
    if not here:
        yield Check("add-in", "error", f"is not in {places[0][0].parent}", install)
    for path, all_users in here:
        version = installed_version(machine, all_users)
        if version != __version__:
            told = f"{path} is of version {version or 'unknown'}, and this is {__version__}"
            yield Check("add-in", "warning", told, install)
        else:
            yield Check("add-in", "ok", str(path))
    if len(here) > 1:
        remedy = "Uninstall one of them: 'budget-tools excel uninstall' with or without --all-users."
        yield Check("add-in", "warning", "is installed twice, so the tab is there twice", remedy)


def _settings(machine: Machine) -> Iterator[Check]:
    if not machine.settings.is_file():
        everybody = machine.start_folder_of_all
        if everybody is not None and (everybody / ADDIN).is_file():
            yield Check("settings", "ok", "are in the add-in for all users")
        else:
            remedy = "Run 'budget-tools excel install'."
            yield Check("settings", "error", f"{machine.settings} is not there", remedy)
        return
    lines = machine.settings.read_text("utf-8", "replace").splitlines()
    told = dict(part for line in lines if len(part := line.strip('"').split('","', 1)) == 2)
    python = told.get("INTERPRETER_WIN") or told.get("INTERPRETER_MAC") or ""
    if not python or not Path(python).is_file():
        remedy = "Run 'budget-tools excel install' with the Python that is to be used."
        yield Check("settings", "error", f"name a Python that is not there: {python or 'none'}", remedy)
    else:
        yield Check("settings", "ok", f"{machine.settings} names {python}")


def _compiled() -> Check:
    missing = []
    for name in ("json", "xlwings", "pandas", "pandera", "pydantic", "budget_tools"):
        found = importlib.util.find_spec(name)
        if found is not None and found.origin is not None:
            cache = importlib.util.cache_from_source(found.origin)
            if not Path(cache).is_file():
                missing.append(name)
    if missing:
        told = f"are missing for {', '.join(missing)}: each click takes seconds longer"
        return Check("compiled files", "warning", told, "Run 'budget-tools excel install' once more.")
    return Check("compiled files", "ok", "are there")


def _trust(ask: Registry) -> Iterator[Check]:
    names = {1: "ok", 2: "ok", 3: "warning", 4: "error"}
    level = None
    for key in (f"HKLM\\{_POLICY}", f"HKCU\\{_POLICY}", f"HKCU\\{_OFFICE}"):
        level = ask(key, "VBAWarnings")
        if level is not None:
            break
    disabled = any(
        ask(f"{root}\\Trusted Locations", "AllLocationsDisabled") == 1
        for root in (f"HKLM\\{_POLICY}", f"HKCU\\{_POLICY}", f"HKCU\\{_OFFICE}")
    )
    if disabled:
        remedy = "Sign the add-in and trust its publisher, or allow trusted locations (see docs/it.md)."
        yield Check("macros", "error", "trusted locations are switched off, so the add-in is not run", remedy)
    elif isinstance(level, int) and names.get(level) == "error":
        told = "are switched off, but Excel's start folder is a trusted location, where they run all the same"
        yield Check("macros", "warning", told, "If the tab does not appear, see docs/it.md about signing.")
    else:
        yield Check("macros", "ok", "Excel's start folder is a trusted location")


def _defender(ask: Registry) -> Iterator[Check]:
    """Two rules of Defender stop a click: one against programs that Office starts, one against macros."""
    rules = (
        (_OFFICE_CHILDREN, "programs that Office starts (the rule against its child processes)"),
        (_MACROS_CALL_WINDOWS, "macros that call Windows, as those do that start Python"),
    )
    found = False
    for rule, what in rules:
        state = _asr_state(ask, rule)
        if state == "1":
            remedy = (
                "Ask for an exclusion of the add-in and the Python named above for this rule, or use the "
                "command line and the nightly run, which start nothing from Office (see docs/it.md)."
            )
            yield Check("Defender", "error", f"blocks {what}", remedy)
        elif state in ("2", "6"):
            yield Check("Defender", "warning", f"watches {what}, and lets them run")
        found = found or state in ("1", "2", "6")
    if not found:
        yield Check(
            "Defender", "ok", "no rule against programs that Office starts, or against macros, was found"
        )


def _asr_state(ask: Registry, rule: str) -> str:
    """Whether a rule blocks ("1"), audits ("2") or warns ("6"); the first place that names it decides."""
    for key in (_ASR, _ASR_INTUNE, _ASR_LOCAL):
        if key == _ASR_INTUNE:
            pairs = (pair.partition("=") for pair in str(ask(key, "ASRRules") or "").split("|"))
            state: object = next((value for name, _, value in pairs if name.strip().lower() == rule), None)
        else:
            state = ask(key, rule)
        if state is not None:
            return str(state).strip()
    return ""


def _applocker(machine: Machine, ask: Registry) -> Check:
    on = ask(r"HKLM\SOFTWARE\Policies\Microsoft\Windows\SrpV2\Exe", "EnforcementMode")
    programs = [
        machine.environment.get(one, "") for one in ("ProgramFiles", "ProgramFiles(x86)", "SystemRoot")
    ]
    inside = any(one and sys.executable.lower().startswith(one.lower()) for one in programs)
    if on == 1 and not inside:
        remedy = "Install Python and budget-tools below Program Files, and the add-in with --all-users."
        return Check("AppLocker", "error", f"lets no program run from {sys.executable}", remedy)
    if on == 1:
        return Check("AppLocker", "ok", "is on, and Python lies among the programs")
    return Check("AppLocker", "ok", "no rules for programs were found")


def _path_lengths(ask: Registry) -> Check:
    long_paths = ask(r"HKLM\SYSTEM\CurrentControlSet\Control\FileSystem", "LongPathsEnabled") == 1
    package = Path(__file__).resolve().parents[2]
    longest = max((len(str(path)) for path in package.glob("pandas/**/*.py")), default=len(str(package)) + 80)
    if longest > _LONGEST_PATH and not long_paths:
        told = f"reach {longest} characters, and Windows takes {_LONGEST_PATH}"
        remedy = "Install into a shorter folder, or switch long paths on (LongPathsEnabled)."
        return Check("path lengths", "error", told, remedy)
    return Check("path lengths", "ok", f"reach {longest} characters")


def _library(machine: Machine) -> Check:
    name = f"xlwings64-{XLWINGS}.dll"
    if any((folder / name).is_file() for folder in (Path(sys.prefix), Path(sys.executable).parent)):
        return Check("worksheet functions", "ok", f"{name} is there")
    remedy = "The buttons work without it. Install xlwings again from its wheel for the BT_ functions."
    return Check("worksheet functions", "warning", f"{name} is not beside Python", remedy)


def _script(machine: Machine) -> Check:
    folder = machine.home / "Library" / "Application Scripts" / "com.microsoft.Excel"
    if (folder / f"xlwings-{XLWINGS}.applescript").is_file():
        return Check("script", "ok", "lets Excel start Python")
    return Check("script", "error", f"is not in {folder}", "Run 'budget-tools excel install'.")


def _no_registry(key: str, name: str) -> object:
    return None


def _windows_registry(key: str, name: str) -> object:
    if sys.platform != "win32":
        return None
    import winreg

    root, _, path = key.partition("\\")
    hives = {"HKLM": winreg.HKEY_LOCAL_MACHINE, "HKCU": winreg.HKEY_CURRENT_USER}
    with suppress(OSError), winreg.OpenKey(hives[root], path) as opened:
        value: object = winreg.QueryValueEx(opened, name)[0]
        return value
    return None
