"""How a workbook that the toolkit wrote is known: by a word in its properties, and not by its name."""

from __future__ import annotations

import zipfile
from pathlib import Path

NAME = "Kontrol.xlsx"
"""What a report in Excel is called that lies among the workbooks it is about."""

SIGN = "budget-tools:report"


def is_ours(path: Path) -> bool:
    """Whether a workbook is a report of a night, and not somebody's own of that name."""
    try:
        with zipfile.ZipFile(path) as package:
            return SIGN.encode() in package.read("docProps/core.xml")
    except (OSError, KeyError, zipfile.BadZipFile):
        return False
