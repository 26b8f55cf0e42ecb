"""The add-in put in its place and taken away again: every step is listed before it is done."""

from __future__ import annotations

import compileall
import hashlib
import importlib.util
import json
import os
import re
import sys
import sysconfig
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .. import __version__
from ..errors import UsageError
from .addin import addin
from .places import ADDIN, Machine

RECORD = "installed.json"
"""What was installed, with hashes: uninstalling takes away nothing that it did not put there."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that installing or uninstalling does: what, where, and how."""

    told: str
    path: Path
    do: Callable[[], None] = field(compare=False)


def record_file(machine: Machine, all_users: bool) -> Path:
    """Where it is kept what was installed."""
    return (machine.program_folder if all_users else machine.state) / RECORD


def plan_install(machine: Machine, *, interpreter: Path | None = None, all_users: bool = False) -> list[Step]:
    """What installing would do, in order.

    Args:
        machine: the machine.
        interpreter: the Python that Excel starts; this one when it is left out.
        all_users: for everybody on the machine, which needs an administrator.

    Raises:
        UsageError: Excel's start folder is not to be found, or the system has no Excel.
    """
    if machine.system not in ("win32", "darwin"):
        raise UsageError(
            "Excel runs on Windows and Mac; here 'budget-tools excel build' makes the files for them"
        )
    start = machine.start_folder_of_all if all_users else machine.start_folder
    if start is None:
        raise UsageError(
            "Excel's start folder for all users was not found: is Office installed on this machine? "
            "Without --all-users the add-in is installed for one user"
        )
    python = interpreter or windowless(Path(sys.executable), machine)
    made: list[Path] = []

    def put(path: Path, data: bytes) -> Callable[[], None]:
        def do() -> None:
            path.parent.mkdir(parents=True, exist_ok=True)
            draft = path.with_name(f".{path.name}.{os.getpid()}.tmp")
            draft.write_bytes(data)
            os.replace(draft, path)
            made.append(path)

        return do

    settings = {
        "INTERPRETER_MAC" if machine.system == "darwin" else "INTERPRETER_WIN": str(python),
        "ADD_WORKBOOK_TO_PYTHONPATH": "False",
        "UDF MODULES": "budget_tools.excel.functions",
    }
    steps = [
        Step(
            "put the add-in into Excel's start folder",
            start / ADDIN,
            put(start / ADDIN, addin(settings if all_users else None)),
        )
    ]
    if not all_users:
        spelled = "".join(f'"{key}","{value}"\n' for key, value in settings.items())
        steps.append(
            Step(
                "write which Python the add-in starts",
                machine.settings,
                put(machine.settings, spelled.encode("utf-8")),
            )
        )
    if machine.system == "darwin":
        script, data = _applescript(machine)
        steps.append(Step("put the script that lets Excel start Python", script, put(script, data)))
    library = Path(sysconfig.get_paths()["purelib"])
    steps.append(
        Step(
            "compile the Python files, so that a click does not have to",
            library,
            lambda: _compile(library),
        )
    )
    record = record_file(machine, all_users)
    steps.append(Step("keep a list of what was installed", record, lambda: _keep(record, made)))
    return steps


def plan_uninstall(machine: Machine, *, all_users: bool = False) -> list[Step]:
    """What uninstalling would do: take away what was installed, where nobody has changed it since."""
    record = record_file(machine, all_users)
    steps = []
    for path, digest in _kept(record):
        if not path.is_file():
            continue
        if _digest(path) == digest:
            steps.append(Step("remove", path, path.unlink))
        else:
            steps.append(Step("leave alone, because it was changed since", path, lambda: None))
    if record.is_file():
        steps.append(Step("remove the list of what was installed", record, record.unlink))
    return steps


def perform(steps: Sequence[Step]) -> Iterator[Step]:
    """Do steps one by one; each is given back when it is done.

    Raises:
        UsageError: a step could not be done; those before it are.
    """
    for step in steps:
        try:
            step.do()
        except OSError as error:
            hint = ": close Excel and try again" if isinstance(error, PermissionError) else ""
            raise UsageError(f"{step.path}: {error.strerror or error}{hint}") from error
        yield step


def windowless(interpreter: Path, machine: Machine) -> Path:
    """The Python that opens no black window, where there is one beside the other."""
    if machine.system == "win32" and interpreter.name.lower() == "python.exe":
        quiet = interpreter.with_name("pythonw.exe")
        if quiet.is_file():
            return quiet
    return interpreter


def _applescript(machine: Machine) -> tuple[Path, bytes]:
    """xlwings' script, and where Excel's sandbox wants it."""
    found = importlib.util.find_spec("xlwings")
    places = list(found.submodule_search_locations or ()) if found else []
    scripts = [path for place in places for path in Path(place).glob("xlwings-*.applescript")]
    if not scripts:
        raise UsageError("xlwings is not installed: install budget-tools again")
    folder = machine.home / "Library" / "Application Scripts" / "com.microsoft.Excel"
    return folder / scripts[0].name, scripts[0].read_bytes()


_NEVER_IMPORTED = re.compile(r"[/\\](?:site-packages|test|tests|idlelib|lib2to3|turtledemo)[/\\]")


def _compile(library: Path) -> None:
    """Compile the packages, ourselves and Python's own modules, which its installer may leave alone."""
    compileall.compile_dir(str(library), quiet=2, workers=0)
    standard = sysconfig.get_paths()["stdlib"]
    compileall.compile_dir(standard, quiet=2, workers=0, rx=_NEVER_IMPORTED)
    # a checkout that is run from where it lies
    compileall.compile_dir(str(Path(__file__).resolve().parents[1]), quiet=2)


def _keep(record: Path, made: Sequence[Path]) -> None:
    told = {
        "version": __version__,
        "files": [{"path": str(path), "sha256": _digest(path)} for path in made],
    }
    record.parent.mkdir(parents=True, exist_ok=True)
    record.write_text(json.dumps(told, indent=2, ensure_ascii=False) + "\n", "utf-8")


def _kept(record: Path) -> list[tuple[Path, str]]:
    try:
        told: Any = json.loads(record.read_text("utf-8"))
        return [(Path(one["path"]), str(one["sha256"])) for one in told["files"]]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def installed_version(machine: Machine, all_users: bool) -> str | None:
    """The version that was installed; None for none."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        told: Any = json.loads(record_file(machine, all_users).read_text("utf-8"))
        return str(told["version"])
    return None


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
