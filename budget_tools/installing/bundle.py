"""Everything for machines without internet: wheels, the built files, hashes, and a list of what is in it."""

from __future__ import annotations

import csv
import hashlib
import importlib.metadata
import io
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from typing import Any, cast

from .. import __version__
from ..errors import UsageError
from .addin import build

WHEELS = "wheels"
COMPONENTS = "components.csv"
HASHES = "SHA256SUMS"

Run = Callable[[Sequence[str]], None]


def make_bundle(
    folder: Path, source: str | None = None, *, wheels: bool = False, run: Run | None = None
) -> list[Path]:
    """Write the files for Excel, the list of components and the hashes; with ``wheels`` all of Python's too.

    Args:
        folder: where to.
        source: what pip makes the wheels from, a wheel or a folder; this budget-tools when it is left out.
        wheels: fetch or build the wheels of budget-tools and of all it needs, for machines like this one.
        run: runs a command; a test gives its own.

    Raises:
        UsageError: something could not be built or written.
    """
    files = build(folder)
    fetched: list[Path] = []
    if wheels:
        wanted = f"{source or this_source()}[excel]"
        (run or _run)([sys.executable, "-m", "pip", "wheel", "--wheel-dir", str(folder / WHEELS), wanted])
        fetched = sorted((folder / WHEELS).glob("*.whl"))
        files += fetched
    listed = folder / COMPONENTS
    listed.write_text(components(fetched), "utf-8-sig")
    files.append(listed)
    hashes = folder / HASHES
    hashes.write_text(
        "".join(
            f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder).as_posix()}\n"
            for path in files
        ),
        "utf-8",
    )
    return [*files, hashes]


def this_source() -> str:
    """What pip can make this budget-tools from: the checkout it runs from, else its name and version."""
    checkout = Path(__file__).resolve().parents[2]
    return str(checkout) if (checkout / "setup.cfg").is_file() else f"budget-tools=={__version__}"


def components(wheels: Sequence[Path] = ()) -> str:
    """Every package that budget-tools needs, with version and licence, as CSV.

    What lies in some wheels; without them, what is installed on this machine.
    """
    out = io.StringIO()
    table = csv.writer(out, delimiter=";", lineterminator="\n")
    table.writerow(("name", "version", "licence", "homepage"))
    found = map(_in_wheel, wheels) if wheels else _on_this_machine()
    for told in sorted(found, key=lambda one: str(one["Name"]).lower()):
        licence = told.get("License-Expression") or _classifier(told) or (told.get("License") or "")
        table.writerow((told["Name"], told["Version"], licence.split("\n")[0][:80], _homepage(told)))
    return out.getvalue()


def _in_wheel(path: Path) -> Message:
    """What a wheel tells of itself."""
    try:
        with zipfile.ZipFile(path) as wheel:
            name = next(name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
            return message_from_bytes(wheel.read(name))
    except (OSError, zipfile.BadZipFile, StopIteration) as error:
        raise UsageError(f"{path}: is no wheel") from error


def _on_this_machine() -> Iterator[Message]:
    for name in _needed("budget-tools") | _needed("xlsxwriter"):
        with suppress(importlib.metadata.PackageNotFoundError):
            yield _metadata(name)


def _needed(name: str) -> set[str]:
    """A package and all that it needs on this machine, extras left out."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        one = re.sub(r"[-_.]+", "-", waiting.pop()).lower()
        if one in found:
            continue
        found.add(one)
        try:
            needs = importlib.metadata.requires(one) or []
        except importlib.metadata.PackageNotFoundError:
            continue
        for need in needs:
            match = re.match(r"[A-Za-z0-9._-]+", need)
            if match and "extra ==" not in need and _installed(match[0]):
                waiting.append(match[0])
    return found


def _installed(name: str) -> bool:
    try:
        importlib.metadata.distribution(name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def _metadata(name: str) -> Message:
    told: Any = importlib.metadata.metadata(name)
    return cast(Message, told)


def _classifier(told: Message) -> str:
    licences = [one for one in told.get_all("Classifier") or [] if one.startswith("License ::")]
    return licences[0].rpartition(" :: ")[2] if licences else ""


def _homepage(told: Message) -> str:
    urls = told.get_all("Project-URL") or []
    return (told.get("Home-page") or (urls[0].partition(", ")[2] if urls else "")) or ""


def _run(command: Sequence[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        last = (done.stderr or done.stdout).strip().split("\n")[-1]
        raise UsageError(f"the wheels could not be made: {last}")
