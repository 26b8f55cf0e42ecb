"""What several tests share: the repository on the path, and LibreOffice where a test needs it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
if str(ROOT) not in sys.path:  # 'pytest' alone does not put it there, 'python -m pytest' does
    sys.path.insert(0, str(ROOT))

Convert = Callable[[Path], Path]


@pytest.fixture(scope="session")
def soffice() -> str:
    """The LibreOffice program. Without it a test is skipped, but never where the project is built (CI)."""
    found = shutil.which("soffice") or shutil.which("libreoffice")
    if found is None:
        reason = "LibreOffice (soffice) is not installed"
        if os.environ.get("CI", "").lower() in ("1", "true", "yes"):
            pytest.fail(reason + ", and CI must have it")
        pytest.skip(reason)
    return found


@pytest.fixture
def recalculated(soffice: str, tmp_path: Path) -> Convert:
    """A function that opens a workbook in LibreOffice and saves it again as .xlsx in a folder of its own."""

    def convert(path: Path) -> Path:
        folder = tmp_path / "libreoffice"
        profile = (tmp_path / "profile").as_uri()  # a profile of its own: several may run at a time
        subprocess.run(
            [
                *(soffice, f"-env:UserInstallation={profile}", "--headless", "--norestore"),
                *("--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(folder), str(path)),
            ],
            check=True,
            capture_output=True,
            timeout=180,
        )
        made = folder / f"{path.stem}.xlsx"
        assert made.is_file()
        return made

    return convert
