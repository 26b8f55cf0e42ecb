"""Everything for machines without internet: wheels, the built files, hashes, and a list of what is in it."""

from __future__ import annotations

import csv
import hashlib
import importlib.metadata
import io
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from email.message import Message
from pathlib import Path
from typing import Any, cast

from ..errors import UsageError
from .addin import build

WHEELS = "wheels"
COMPONENTS = "components.csv"
HASHES = "SHA256SUMS"

Run = Callable[[Sequence[str]], None]


def make_bundle(folder: Path, source: str, *, wheels: bool = False, run: Run | None = None) -> list[Path]:
    """Write the files for Excel, the list of components and the hashes; with ``wheels`` all of Python's too.

    Args:
        folder: where to.
        source: what pip installs: ``budget-tools==1.0``, a wheel or a checkout.
        wheels: fetch or build the wheels of budget-tools and of all it needs.
        run: runs a command; a test gives its own.

    Raises:
        UsageError: something could not be built or written.
    """
    files = build(folder)
    if wheels:
        command = [sys.executable, "-m", "pip", "wheel", "--wheel-dir", str(folder / WHEELS), source]
        (run or _run)(command)
        files += sorted((folder / WHEELS).glob("*.whl"))
    listed = folder / COMPONENTS
    listed.write_text(components(), "utf-8-sig")
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


def components() -> str:
    """Every package that budget-tools needs, with version and licence, as CSV."""
    out = io.StringIO()
    table = csv.writer(out, delimiter=";", lineterminator="\n")
    table.writerow(("name", "version", "licence", "homepage"))
    for name in sorted(_needed("budget-tools")):
        try:
            told = _metadata(name)
        except importlib.metadata.PackageNotFoundError:
            table.writerow((name, "", "", ""))
            continue
        licence = told.get("License-Expression") or _classifier(told) or (told.get("License") or "")
        table.writerow((told["Name"], told["Version"], licence.split("\n")[0][:80], _homepage(told)))
    return out.getvalue()


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
