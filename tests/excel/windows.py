"""xlwings' own Windows-only module for worksheet functions, imported here with its COM modules made up."""

from __future__ import annotations

import importlib
import io
import sys
from types import ModuleType
from typing import Any
from unittest.mock import MagicMock, patch

import xlwings


def udfs() -> ModuleType:
    """``xlwings.udfs`` as it is on Windows, without Windows."""
    made_up: dict[str, Any] = {
        "pythoncom": MagicMock(),
        "pywintypes": MagicMock(com_error=OSError),
        "win32com": MagicMock(),
        "win32com.client": MagicMock(),
    }
    with patch.dict(sys.modules, made_up):
        return importlib.import_module("xlwings.udfs")


def functions() -> ModuleType:
    """Our worksheet functions, decorated as xlwings decorates them on Windows."""
    real = udfs()
    name = "budget_tools.excel.functions"
    old = sys.modules.pop(name, None)
    with (
        patch.object(xlwings, "func", real.xlfunc),
        patch.object(xlwings, "arg", real.xlarg),
        patch.object(xlwings, "ret", real.xlret),
    ):
        module = importlib.import_module(name)
    if old is not None:
        sys.modules[name] = old
    else:
        del sys.modules[name]
    return module


def wrappers() -> str:
    """The VBA that xlwings itself generates for our worksheet functions, in an add-in."""
    out = io.StringIO()
    workbook = MagicMock()
    workbook.Name = "budget_tools.xlam"
    udfs().generate_vba_wrapper("budget_tools.excel.functions", functions(), out, workbook)
    return out.getvalue()
