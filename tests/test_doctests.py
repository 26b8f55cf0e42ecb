"""The examples in docstrings give what they say, run from the root of the repository."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
from pathlib import Path

import pytest

import budget_tools

MODULES = [
    module.name
    for module in pkgutil.walk_packages(budget_tools.__path__, "budget_tools.")
    if not module.name.endswith(("__main__", ".child"))
]


@pytest.mark.parametrize("name", MODULES)
def test_examples(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(Path(__file__).parents[1])
    module = importlib.import_module(name)
    result = doctest.testmod(module, optionflags=doctest.ELLIPSIS)
    assert result.failed == 0


@pytest.mark.parametrize("name", ["budget_tools.model.amount", "budget_tools.run"])
def test_public_modules_have_examples(name: str) -> None:
    tests = doctest.DocTestFinder().find(importlib.import_module(name))
    assert any(test.examples for test in tests)
