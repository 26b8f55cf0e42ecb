"""LibreOffice opens the built files, lists their modules, and runs the macro of each button."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("xlsxwriter")
pytest.importorskip("xlwings")

from budget_tools.installing import addin as building
from budget_tools.installing.vbaproject import Module, vba_project
from tests.excel.soffice import office, opened

FILTER = "Calc MS Excel 2007 VBA XML"

# Stands in for xlwings' module, whose Windows declarations LibreOffice cannot compile.
RECORDER = """Public Recorded As String

Public Function RunPython(PythonCommand As String)
    Recorded = PythonCommand
End Function

Public Function WhatWasRun() As String
    WhatWasRun = Recorded
End Function
"""


@pytest.fixture(scope="module")
def desktop(tmp_path_factory: pytest.TempPathFactory, soffice: str) -> Iterator[Any]:
    with office(soffice, tmp_path_factory.mktemp("office")) as desktop:
        yield desktop


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workbook with buttons, in which RunPython only takes down what it is asked."""
    modules = []
    for module in building.modules(ribbon=False):
        if module.name == "Dictionary":  # belongs to xlwings' module
            continue
        if module.name == "xlwings":
            module = Module("xlwings", "module", RECORDER)
        elif module.name == "budget_tools_buttons":  # nobody is there to answer
            source = re.sub(r'InputBox\("Hvorfor[^)]*\)', '"Æg & ""brød"""', module.source)
            module = Module(module.name, "module", re.sub(r"InputBox\([^)]*\)", '"BJ"', source))
        modules.append(module)
    project = vba_project("BudgetToolsButtons", "{6B7C1B5E-2A34-4C0B-9E1D-5B8E3D2F7A12}", modules)
    path = tmp_path_factory.mktemp("recording") / "recording.xlsm"
    path.write_bytes(building._workbook(project, buttons=True))
    return path


@pytest.mark.parametrize("name", ["budget_tools.xlam", "budget_tools.xlsm"])
def test_libreoffice_lists_our_modules(name: str, desktop: Any, tmp_path: Path) -> None:
    building.build(tmp_path)
    document = opened(desktop, tmp_path / name, FilterName=FILTER)
    assert document is not None
    libraries = document.BasicLibraries
    found = set()
    for library in libraries.getElementNames():
        libraries.loadLibrary(library)
        found |= set(libraries.getByName(library).getElementNames())
    document.close(True)
    assert found == {module.name for module in building.modules(ribbon=name.endswith("xlam"))}


@pytest.mark.parametrize("macro", building.macro_names())
def test_each_macro_makes_its_python_call(macro: str, desktop: Any, recording: Path) -> None:
    document = opened(desktop, recording, FilterName=FILTER, Hidden=False)  # hidden ones are not counted

    def ran(name: str) -> Any:
        script = f"vnd.sun.star.script:BudgetToolsButtons.{name}?language=Basic&location=document"
        return document.getScriptProvider().getScript(script).invoke((), (), ())[0]

    ran(f"budget_tools_buttons.{macro}")
    called = ran("xlwings.WhatWasRun")
    document.close(True)
    given = ""
    if macro == "accept":
        given = "'198 103 32 38 32 34 98 114 248 100 34', '66 74'"
    assert called == f"from budget_tools.excel import buttons; buttons.{macro}({given})"
