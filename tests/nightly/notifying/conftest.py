"""Servers as fixtures, and no long pauses between tries."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import pytest

from budget_tools.nightly.notifying import tries

from .servers import Post, Web, mail_server, web_server


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tries, "FIRST_PAUSE", 0.01)


@pytest.fixture
def post() -> Iterator[Post]:
    with mail_server() as one:
        yield one


@pytest.fixture
def web() -> Iterator[Web]:
    with web_server() as one:
        yield one


@pytest.fixture
def db() -> Iterator[sqlite3.Connection]:
    one = sqlite3.connect(":memory:")
    yield one
    one.close()
