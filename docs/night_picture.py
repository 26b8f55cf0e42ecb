"""Draws ``night.png``, the page of a night in a browser, for the documents.

    python docs/night_picture.py

Needs Chromium and Pillow. The night is made of the sample workbooks, as in the tests.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from PIL import Image

DOCS = Path(__file__).resolve().parent
sys.path.insert(0, str(DOCS.parent))

WIDTH, HEIGHT = 1100, 1560


def main() -> None:
    """Write the page, look at it, and keep what was seen."""
    from budget_tools.reports.night import html
    from tests.reports.night.nights import SAMPLES, sampled

    told = sampled("en")
    told = replace(told, shares=((str(SAMPLES.resolve()), r"\\server\budget\2027"),))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        html.write(told, folder / "Kontrol.html")
        subprocess.run(
            [
                *(shutil.which("chromium") or "chromium", "--headless=new", "--no-sandbox", "--disable-gpu"),
                *(
                    "--hide-scrollbars",
                    f"--window-size={WIDTH},{HEIGHT}",
                    f"--user-data-dir={folder / 'profile'}",
                ),
                *(f"--screenshot={folder / 'seen.png'}", (folder / "Kontrol.html").as_uri()),
            ],
            check=True,
            capture_output=True,
            timeout=120,
        )
        seen = Image.open(folder / "seen.png").convert("RGB")
        seen.quantize(64, dither=Image.Dither.NONE).save(DOCS / "night.png", optimize=True)


if __name__ == "__main__":
    main()
