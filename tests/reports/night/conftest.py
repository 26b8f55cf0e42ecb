"""A browser for the tests of the pages, looked after by the session."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.reports.night.browser import Browser


@pytest.fixture(scope="session")
def chromium() -> str:
    """The Chromium program. Without it a test is skipped, but never where the project is built (CI)."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        reason = "Chromium is not installed"
        if os.environ.get("CI", "").lower() in ("1", "true", "yes"):
            pytest.fail(reason + ", and CI must have it")
        pytest.skip(reason)
    return found


@pytest.fixture(scope="session")
def browser(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A running browser without a window."""
    profile: Path = tmp_path_factory.mktemp("chromium")
    with Browser(chromium, profile) as running:
        yield running
