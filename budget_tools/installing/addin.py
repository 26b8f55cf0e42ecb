"""The add-in and the workbook with buttons, built from the text in ``macros/``, always to the same bytes."""

from __future__ import annotations

import importlib.util
import io
import re
import zipfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from .. import __version__
from ..catalog import Language, word
from ..errors import UsageError
from .places import ADDIN, CONTROL_TOKEN, SETTINGS, STANDALONE, TARGET_CELL
from .vbaproject import Module, from_export, vba_project

_ADDIN_IDENTITY = "{6B7C1B5E-2A34-4C0B-9E1D-5B8E3D2F7A10}"
_STANDALONE_IDENTITY = "{6B7C1B5E-2A34-4C0B-9E1D-5B8E3D2F7A11}"
_BUILT = datetime(2026, 1, 1)
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)

_RIBBON_PART = "customUI/customUI14.xml"
_RIBBON_KIND = "http://schemas.microsoft.com/office/2007/relationships/ui/extensibility"


def macros_folder() -> Path:
    """Where the text of the macros lies: in the package when installed, beside it in a checkout."""
    package = Path(__file__).resolve().parents[1]
    for folder in (package / "macros", package.parent / "macros"):
        if (folder / "buttons.bas").is_file():
            return folder
    raise UsageError("the macros of budget-tools are not installed: install it again")


def build(folder: Path) -> list[Path]:
    """Write the add-in and the workbook with buttons into a folder.

    Raises:
        UsageError: what they are built with is not installed, or the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        files = [folder / ADDIN, folder / STANDALONE]
        files[0].write_bytes(addin())
        files[1].write_bytes(standalone())
    except OSError as error:
        raise UsageError(f"{folder}: cannot be written: {error.strerror or error}") from error
    return files


def addin(settings: Mapping[str, str] | None = None) -> bytes:
    """The bytes of ``budget_tools.xlam``: the tab in the ribbon and the worksheet functions.

    ``settings`` go into a sheet of the add-in itself, where they hold for everybody who opens it.
    """
    project = vba_project("BudgetTools", _ADDIN_IDENTITY, modules(ribbon=True))
    plain = _workbook(project, buttons=False, settings=settings)
    return _as_addin(plain, (macros_folder() / "ribbon.xml").read_bytes())


def standalone() -> bytes:
    """The bytes of ``budget_tools.xlsm``: the buttons on a sheet, for where no add-in may be installed."""
    project = vba_project("BudgetToolsButtons", _STANDALONE_IDENTITY, modules(ribbon=False))
    return _repacked(_workbook(project, buttons=True), {})


def modules(*, ribbon: bool) -> list[Module]:
    """The modules of a project: ours, and the two of xlwings that start Python."""
    folder = macros_folder()

    def ours(name: str) -> Module:
        text = (folder / f"{name}.bas").read_text("utf-8").replace("@VERSION@", __version__)
        return from_export(text, f"budget_tools_{name}", "module")

    xlwings = _xlwings_folder()
    own = [ours("buttons")]
    if ribbon:
        own += [ours("ribbon"), ours("functions")]
    return [
        Module("ThisWorkbook", "document"),
        Module("Sheet1", "document"),
        from_export((xlwings / "addin" / "Dictionary.cls").read_text("utf-8"), "Dictionary", "class"),
        from_export(xlwings_module(), "xlwings", "module"),
        *own,
    ]


def xlwings_module() -> str:
    """xlwings' VBA module for add-ins, under our name and deaf to settings that come with a workbook.

    As shipped it also reads the interpreter from a sheet of the active workbook and from a file in its
    folder: whoever sends a workbook could choose which program runs.
    """
    text = (_xlwings_folder() / "xlwings_custom_addin.bas").read_text("utf-8").replace("\r\n", "\n")
    changes = [
        ('PROJECT_NAME As String = "myaddin"', f'PROJECT_NAME As String = "{Path(SETTINGS).stem}"'),
        ('If source = "" Or source = "directory" Then', 'If source = "directory" Then'),
        (
            'If SheetExists(ActiveWorkbook, PROJECT_NAME & ".conf") = True Then',
            'If source = "never" Then',
        ),
    ]
    for old, new in changes:
        if text.count(old) != 1:
            raise UsageError(
                f"xlwings is another version than budget-tools was made for ({old!r} is not in its module): "
                "install budget-tools again"
            )
        text = text.replace(old, new)
    return text


def _xlwings_folder() -> Path:
    found = importlib.util.find_spec("xlwings")
    if found is None or not found.submodule_search_locations:
        raise UsageError("xlwings is not installed: install budget-tools again")
    return Path(found.submodule_search_locations[0])


def _workbook(project: bytes, *, buttons: bool, settings: Mapping[str, str] | None = None) -> bytes:
    try:
        import xlsxwriter
    except ImportError as error:
        raise UsageError('building needs XlsxWriter: pip install "budget-tools[excel]"') from error
    out = io.BytesIO()
    book: Any = xlsxwriter.Workbook(out, {"in_memory": True})
    book.set_properties(
        {"title": "budget_tools", "comments": f"budget_tools {__version__}", "created": _BUILT}
    )
    sheet = book.add_worksheet(SETTINGS if settings else "Budget")
    book.add_vba_project(io.BytesIO(project), is_stream=True)
    book.set_vba_name("ThisWorkbook")
    sheet.set_vba_name("Sheet1")
    if buttons:
        _put_buttons(book, sheet, "da")
    if settings:
        for row, (key, value) in enumerate(settings.items()):
            sheet.write_string(row, 0, key)
            sheet.write_string(row, 1, value)
    book.close()
    return out.getvalue()


def _put_buttons(book: Any, sheet: Any, language: Language) -> None:
    title = book.add_format({"bold": True, "font_size": 18})
    text = book.add_format({"text_wrap": True, "valign": "vcenter"})
    grey = book.add_format({"font_color": "#6B6B6B", "text_wrap": True, "valign": "top"})
    white = book.add_format({"font_color": "#FFFFFF"})
    field = book.add_format({"border": 1, "border_color": "#7F7F7F", "bg_color": "#FFFBE6", "locked": False})
    sheet.hide_gridlines(2)
    sheet.set_column("A:A", 3)
    sheet.set_column("B:B", 26)
    sheet.set_column("C:C", 78)
    sheet.write_string("A1", CONTROL_TOKEN, white)
    sheet.write_string("B2", word("excel-sheet", "title", language), title)
    sheet.merge_range("B3:C3", word("excel-sheet", "help", language), grey)
    sheet.set_row(2, 34)
    sheet.write_string("B5", word("excel-sheet", "target", language), text)
    sheet.write_blank(TARGET_CELL, None, field)
    for number, name in enumerate(macro_names()):
        row = 6 + number
        sheet.set_row(row, 36)
        sheet.insert_button(
            row,
            1,
            {
                "macro": f"budget_tools_buttons.{name}",
                "caption": word("excel-button", name, language),
                "width": 170,
                "height": 30,
                "x_offset": 6,
                "y_offset": 8,
            },
        )
        sheet.write_string(row, 2, word("excel-tip", name, language), text)


def macro_names() -> list[str]:
    """The macros of the buttons, in the order of the text."""
    text = (macros_folder() / "buttons.bas").read_text("utf-8")
    return re.findall(r"^Public Sub (\w+)\(\)", text, re.MULTILINE)


def _as_addin(workbook: bytes, ribbon: bytes) -> bytes:
    """A macro workbook as an add-in with a tab of its own in the ribbon."""
    with zipfile.ZipFile(io.BytesIO(workbook)) as package:
        types = package.read("[Content_Types].xml").decode()
        relationships = package.read("_rels/.rels").decode()
    types = types.replace("ms-excel.sheet.macroEnabled.main+xml", "ms-excel.addin.macroEnabled.main+xml")
    if 'Extension="xml"' not in types:
        types = types.replace(
            "<Override", '<Default Extension="xml" ContentType="application/xml"/><Override', 1
        )
    relationships = relationships.replace(
        "</Relationships>",
        f'<Relationship Id="rIdRibbon" Type="{_RIBBON_KIND}" Target="{_RIBBON_PART}"/></Relationships>',
    )
    changed = {"[Content_Types].xml": types.encode(), "_rels/.rels": relationships.encode()}
    return _repacked(workbook, {**changed, _RIBBON_PART: ribbon})


def _repacked(workbook: bytes, changed: dict[str, bytes]) -> bytes:
    """The same package with some parts changed or added, and no time in it."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook)) as old, zipfile.ZipFile(out, "w") as new:
        names = [*old.namelist(), *(name for name in changed if name not in old.namelist())]
        for name in names:
            info = zipfile.ZipInfo(name, _ZIP_TIME)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 0
            new.writestr(info, changed[name] if name in changed else old.read(name))
    return out.getvalue()
