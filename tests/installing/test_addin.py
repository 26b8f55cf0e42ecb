"""The built add-in and workbook: whole, reviewable, of one mind with the ribbon and the functions."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

pytest.importorskip("xlsxwriter")

import openpyxl
import xlwings

from budget_tools import __version__
from budget_tools.catalog import word
from budget_tools.errors import UsageError
from budget_tools.excel import buttons, functions
from budget_tools.installing import addin as building
from budget_tools.installing.places import CONTROL_TOKEN

RIBBON = "{http://schemas.microsoft.com/office/2009/07/customui}"
XLWINGS = {"xlwings", "Dictionary"}
OURS = {"budget_tools_buttons", "budget_tools_ribbon", "budget_tools_functions"}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("built")
    return {path.suffix: path.read_bytes() for path in building.build(folder)}


def olefile() -> Any:
    return pytest.importorskip("olefile")


def olevba() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pytest.importorskip("oletools.olevba")


def macros(data: bytes) -> dict[str, str]:
    """The modules of a macro file, as olevba lists them."""
    parser = olevba().VBA_Parser("built", data=data)
    return {name.rpartition(".")[0]: code for _, _, name, code in parser.extract_macros()}


def suspicions(code: str) -> set[tuple[str, str]]:
    """All that olevba says of a module: kind and word."""
    return {(kind, word) for kind, word, _ in olevba().VBA_Scanner(code).scan()}


def decoded(code: str) -> set[str]:
    """The pieces of a module that olevba takes for text hidden as hexadecimal digits."""
    return {encoded for encoded, _ in olevba().detect_hex_strings(code)}


def shipped(name: str) -> bytes:
    """A workbook that comes with xlwings."""
    return (Path(xlwings.__file__).parent / name).read_bytes()


def ours(name: str) -> str:
    return (building.macros_folder() / f"{name}.bas").read_text("utf-8")


def test_built_again_it_is_the_same(built: dict[str, bytes], tmp_path: Path) -> None:
    assert {path.suffix: path.read_bytes() for path in building.build(tmp_path)} == built


def test_modules_are_ours_and_those_of_xlwings(built: dict[str, bytes]) -> None:
    document = {"ThisWorkbook", "Sheet1"}
    assert set(macros(built[".xlam"])) == document | XLWINGS | OURS
    assert set(macros(built[".xlsm"])) == document | XLWINGS | {"budget_tools_buttons"}


@pytest.mark.parametrize("suffix", [".xlam", ".xlsm"])
def test_olevba_finds_nothing_at_all_in_our_modules(built: dict[str, bytes], suffix: str) -> None:
    found = macros(built[suffix])
    assert {name: suspicions(code) for name, code in found.items() if name in OURS} == {
        name: set() for name in OURS & set(found)
    }


@pytest.mark.parametrize("suffix", [".xlam", ".xlsm"])
def test_the_modules_that_excel_needs_are_those_that_excel_writes(
    built: dict[str, bytes], suffix: str
) -> None:
    """olevba takes parts of their ids for hidden text, in a workbook that Excel itself saved as well."""
    by_excel = shipped("quickstart.xlsm")
    with zipfile.ZipFile(io.BytesIO(by_excel)) as package:
        assert b"<Application>Microsoft Excel<" in package.read("docProps/app.xml")
        project = package.read("xl/vbaProject.bin")
    compiled = olefile().OleFileIO(io.BytesIO(project)).openstream("VBA/_VBA_PROJECT").read()
    assert len(compiled) > 1000  # what Excel compiled: no other program writes it
    theirs, found = macros(by_excel), macros(built[suffix])
    for name in ("ThisWorkbook", "Sheet1"):
        assert found[name].split() == theirs[name].split()
        assert suspicions(found[name]) == suspicions(theirs[name]) == {("Suspicious", "Hex Strings")}
        assert decoded(found[name]) == decoded(theirs[name])


@pytest.mark.parametrize("suffix", [".xlam", ".xlsm"])
def test_the_modules_of_xlwings_say_no_more_than_as_shipped(built: dict[str, bytes], suffix: str) -> None:
    theirs, found = macros(shipped("quickstart_addin.xlam")), macros(built[suffix])
    for name in XLWINGS:
        assert suspicions(found[name]) <= suspicions(theirs[name])
        assert decoded(found[name]) <= decoded(theirs[name])


@pytest.mark.parametrize("suffix", [".xlam", ".xlsm"])
def test_the_whole_file_says_no_more_than_one_of_excel_and_xlwings(
    built: dict[str, bytes], suffix: str
) -> None:
    def said(data: bytes) -> set[tuple[str, str]]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            parser = olevba().VBA_Parser("whole", data=data)
            return {(kind, word) for kind, word, _ in parser.analyze_macros(show_decoded_strings=True)}

    assert said(built[suffix]) <= said(shipped("quickstart_addin.xlam")) | said(shipped("quickstart.xlsm"))


def test_nothing_starts_by_itself(built: dict[str, bytes]) -> None:
    for data in built.values():
        for name, code in macros(data).items():
            assert not re.search(r"Sub (Auto_?Open|Workbook_Open|AutoExec)\b", code, re.IGNORECASE), name


@pytest.mark.parametrize("suffix", [".xlam", ".xlsm"])
def test_the_container_has_no_defect(built: dict[str, bytes], suffix: str) -> None:
    reader = olefile()
    with zipfile.ZipFile(io.BytesIO(built[suffix])) as package:
        data = package.read("xl/vbaProject.bin")
    read = reader.OleFileIO(io.BytesIO(data), raise_defects=reader.DEFECT_UNSURE)
    assert read.parsing_issues == []
    assert ["VBA", "dir"] in read.listdir()
    assert read.openstream("VBA/_VBA_PROJECT").read() == bytes.fromhex("CC61FFFF000000")


@pytest.mark.parametrize("suffix", [".xlam", ".xlsm"])
def test_every_part_is_well_formed_and_typed(built: dict[str, bytes], suffix: str) -> None:
    with zipfile.ZipFile(io.BytesIO(built[suffix])) as package:
        types = package.read("[Content_Types].xml").decode()
        for name in package.namelist():
            if name.endswith((".xml", ".rels", ".vml")):
                ElementTree.fromstring(package.read(name))
            assert f'PartName="/{name}"' in types or f'Extension="{name.rpartition(".")[2]}"' in types, name
    assert ("addin.macroEnabled" in types) is (suffix == ".xlam")


def test_openpyxl_opens_the_workbook_with_buttons(built: dict[str, bytes]) -> None:
    book = openpyxl.load_workbook(io.BytesIO(built[".xlsm"]), keep_vba=True)
    assert book.sheetnames == ["Budget"]
    assert book["Budget"]["A1"].value == CONTROL_TOKEN
    text = str([cell.value for row in book["Budget"].iter_rows() for cell in row])
    assert all(word("excel-tip", name, "da") in text for name in building.macro_names())


# --- one name on all sides --------------------------------------------------------------------------


def ribbon() -> list[Any]:
    root = ElementTree.parse(building.macros_folder() / "ribbon.xml").getroot()
    return list(root.iter(f"{RIBBON}button"))


def called() -> dict[str, str]:
    """Each macro of a button and the Python function that it calls."""
    found = {}
    for name, body in re.findall(r"^Public Sub (\w+)\(\)\n(.*?)^End Sub", ours("buttons"), re.M | re.S):
        (call,) = re.findall(r'RunPython "from budget_tools\.excel import buttons; buttons\.(\w+)\(', body)
        found[name] = call
    return found


def test_macros_ribbon_and_functions_agree() -> None:
    assert set(buttons.BUTTONS) == {button.get("id", "").removeprefix("bt_") for button in ribbon()}
    assert called() == {name: name for name in buttons.BUTTONS}
    assert all(callable(getattr(buttons, name)) for name in buttons.BUTTONS)
    handed = re.findall(
        r"^Public Sub ribbon_(\w+)\(control As IRibbonControl\)\n    budget_tools_buttons\.(\w+)$",
        ours("ribbon"),
        re.MULTILINE,
    )
    assert handed == [(name, name) for name, _ in handed]
    assert {f"ribbon_{name}" for name, _ in handed} == {button.get("onAction") for button in ribbon()}


def test_the_ribbon_says_what_the_catalogue_says() -> None:
    for button in ribbon():
        name = button.get("id", "").removeprefix("bt_")
        assert button.get("label") == button.get("screentip") == word("excel-button", name, "da")
        assert button.get("supertip") == word("excel-tip", name, "da")
        assert button.get("imageMso")


def test_every_button_has_words_in_both_languages() -> None:
    for name in buttons.BUTTONS:
        for language in ("da", "en"):
            assert word("excel-button", name, language) and word("excel-tip", name, language)


def test_the_version_is_told_in_the_macros(built: dict[str, bytes]) -> None:
    code = macros(built[".xlam"])["budget_tools_buttons"]
    assert f'BUDGET_TOOLS_VERSION As String = "{__version__}"' in code


def test_functions_are_those_that_xlwings_would_generate() -> None:
    from tests.excel.windows import wrappers

    text = ours("functions")
    assert text.split("\n", 3)[3].strip() == wrappers().strip()
    assert f"xlwings {xlwings.__version__}" in text
    assert tuple(re.findall(r"^Function (\w+)", text, re.MULTILINE)) == functions.FUNCTIONS


def test_no_workbook_chooses_the_interpreter() -> None:
    text = building.xlwings_module()
    assert 'PROJECT_NAME As String = "budget_tools"' in text
    config = text[text.index("Function GetConfig(") : text.index("Function GetConfigFromFile")]
    assert 'source = "" Or source = "directory"' not in config
    assert "SheetExists(ActiveWorkbook" not in config


def test_another_xlwings_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "xlwings_custom_addin.bas").write_text('Attribute VB_Name = "xlwings"\n', "utf-8")
    monkeypatch.setattr(building, "_xlwings_folder", lambda: tmp_path)
    with pytest.raises(UsageError, match="another version"):
        building.xlwings_module()
