"""The built-in number formats are those that openpyxl knows."""

from __future__ import annotations

from openpyxl.styles.numbers import BUILTIN_FORMATS as KNOWN

from budget_tools.books.numberformats import BUILTIN_FORMATS


def test_built_in_formats() -> None:
    assert BUILTIN_FORMATS == KNOWN
