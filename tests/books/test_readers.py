"""One contract for every reader: what a workbook holds is read alike, wherever it comes from."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from budget_tools.books.file import WorkbookFile
from budget_tools.books.memory import MemoryBook
from budget_tools.books.port import Reader
from budget_tools.errors import WorkbookError
from budget_tools.formula import shifted
from budget_tools.model.address import Cell, parse_cell, parse_range
from budget_tools.model.book import Book, ErrorValue, Sheet
from tests.packages import worksheet, write

SHEETS: dict[str, dict[str, Any]] = {
    "Skema": {
        "A1": "Skema 2.1.2. 01",
        "A2": "Beløb i 1.000 kr.",
        "A3": "Løn & 'drift' <ny>",
        "B4": 2023,
        "C4": 2024,
        "A5": "Løn",
        "B5": 1200,
        "C5": 1200.5,
        "D5": ("=SUM(B5:C5)", 2400.5),
        "A6": "Drift",
        "B6": -300,
        "C6": 0,
        "D6": ("=SUM(B6:C6)", -300),
        "A7": "Tekst som tal",
        "B7": "1.200",
        "C7": " 12 ",
        "A8": "I alt",
        "B8": ("=SUM(B5:B7)", 900),
        "C8": ("=SUM(C5:C7)", 1200.5),
        "D8": ("=SUM(D5:D7)", 2100.5),
    },
    "Fejl": {
        "A1": "Fejl",
        "B2": ErrorValue("#REF!"),
        "C2": ErrorValue("#N/A"),
        "D4": ErrorValue("#DIV/0!"),
        "B5": True,
        "C5": False,
        "B6": datetime(2024, 5, 1),
        "C6": ("=B2*2", ErrorValue("#REF!")),
    },
    "Uden værdi": {"A1": 1, "A2": 2, "A3": ("=SUM(A1:A2)", None), "B1": ('=A1&"x"', "1x")},
    "Langt inde": {"C7": "Løn", "D8": 17, "AA9": 3},
    "Tomt": {},
    "Skjult": {"A1": 4},
    "Ø & 'æ' \N{GRINNING FACE}": {"A1": "ja"},
}
MERGES = {"Skema": ["A1:D1", "A2:B2"]}
FORMATS = {"Skema": {"B5": "#,##0", "C5": "0.0%", "D5": '#,##0" kr."', "B6": "0"}}
HIDDEN_ROWS = {"Skema": [6]}
HIDDEN_COLUMNS = {"Skema": [3]}
HIDDEN_SHEETS = ["Skjult"]


def memory(folder: Path) -> Reader:
    """The workbook from a dict."""
    return MemoryBook(
        SHEETS,
        merges=MERGES,
        formats=FORMATS,
        hidden_rows=HIDDEN_ROWS,
        hidden_columns=HIDDEN_COLUMNS,
        hidden_sheets=HIDDEN_SHEETS,
    )


def by_xlsxwriter(folder: Path) -> Reader:
    """The workbook as XlsxWriter writes it."""
    xlsxwriter = pytest.importorskip("xlsxwriter")
    path = folder / "xlsxwriter.xlsx"
    with xlsxwriter.Workbook(str(path)) as workbook:
        for name, cells in SHEETS.items():
            out = workbook.add_worksheet(name)
            for merge in MERGES.get(name, ()):
                out.merge_range(merge, "")
            for address, content in cells.items():
                code = FORMATS.get(name, {}).get(address)
                style = workbook.add_format({"num_format": code}) if code else None
                formula, value = content if isinstance(content, tuple) else (None, content)
                if formula is not None:
                    shown = str(value) if isinstance(value, ErrorValue) else "" if value is None else value
                    out.write_formula(address, formula, style, shown)
                elif isinstance(value, ErrorValue):
                    out.write_formula(address, "=0", style, str(value))
                elif isinstance(value, datetime):
                    out.write_datetime(address, value, workbook.add_format({"num_format": "dd-mm-yyyy"}))
                elif isinstance(value, bool):
                    out.write_boolean(address, value, style)
                elif isinstance(value, str):
                    out.write_string(address, value, style)
                else:
                    out.write_number(address, value, style)
            for row in HIDDEN_ROWS.get(name, ()):
                out.set_row(row - 1, None, None, {"hidden": True})
            for column in HIDDEN_COLUMNS.get(name, ()):
                out.set_column(column - 1, column - 1, None, None, {"hidden": True})
            if name in HIDDEN_SHEETS:
                out.hide()
    _replaced(path, [(r'(<c r="[A-Z]+\d+"[^>]* t="e"[^>]*>)<f>0</f>', r"\1"), (r"<v></v>", "")])
    return WorkbookFile(path)


def by_openpyxl(folder: Path) -> Reader:
    """The workbook as openpyxl writes it; the results of its formulas, which it drops, put in again."""
    openpyxl = pytest.importorskip("openpyxl")
    path = folder / "openpyxl.xlsx"
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    results: list[tuple[str, str]] = []
    for name, cells in SHEETS.items():
        out = workbook.create_sheet(name)
        for address, content in cells.items():
            formula, value = content if isinstance(content, tuple) else (None, content)
            out[address] = formula or (str(value) if isinstance(value, ErrorValue) else value)
            if code := FORMATS.get(name, {}).get(address):
                out[address].number_format = code
            if formula is not None and value is not None:
                text = str(value)
                kind = ' t="e"' if text[0] == "#" else ' t="str"' if isinstance(value, str) else ""
                results.append(
                    (
                        rf'<c r="{address}"([^>]*)><f>{re.escape(_escaped(formula[1:]))}</f><v ?/?>(?:</v>)?',
                        rf'<c r="{address}"\1{kind}><f>{_escaped(formula[1:])}</f><v>{text}</v>',
                    )
                )
        for merge in MERGES.get(name, ()):
            out.merge_cells(merge)
        for row in HIDDEN_ROWS.get(name, ()):
            out.row_dimensions[row].hidden = True
        for column in HIDDEN_COLUMNS.get(name, ()):
            out.column_dimensions["ABCDEF"[column - 1]].hidden = True
        if name in HIDDEN_SHEETS:
            out.sheet_state = "veryHidden"
    workbook.save(path)
    _replaced(path, [*results, (r"<v ?/>|<v></v>", "")])
    return WorkbookFile(path)


def shared(folder: Path) -> Reader:
    """The workbook with the sums of the total row and column stored as shared formulas, as Excel does."""
    reader = by_xlsxwriter(folder)
    assert isinstance(reader, WorkbookFile)
    first = 't="shared" ref="D5:D6" si="0"'
    _replaced(
        reader.path,
        [
            (r"<f>SUM\(B5:C5\)</f>", f"<f {first}>SUM(B5:C5)</f>"),
            (r"<f>SUM\(B6:C6\)</f>", '<f t="shared" si="0"/>'),
            (r"<f>SUM\(B5:B7\)</f>", '<f t="shared" ref="B8:D8" si="1">SUM(B5:B7)</f>'),
            (r"<f>SUM\([CD]5:[CD]7\)</f>", '<f t="shared" si="1"></f>'),
        ],
    )
    return reader


def live(folder: Path) -> Reader:
    """The workbook as it is open in Excel, by xlwings: here on an engine that is no Excel."""
    pytest.importorskip("xlwings")
    import xlwings

    from budget_tools.books.live import LiveBook
    from tests.excel.on_openpyxl import activate

    activate()
    reader = by_xlsxwriter(folder)
    assert isinstance(reader, WorkbookFile)
    return LiveBook(xlwings.Book(str(reader.path)))


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _replaced(path: Path, changes: list[tuple[str, str]]) -> None:
    """Change the sheets' XML of a workbook in place; a change that fits one sheet must fit somewhere."""
    with zipfile.ZipFile(path) as package:
        parts = [(info, package.read(info)) for info in package.infolist()]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for info, content in parts:
            if info.filename.startswith("xl/worksheets/sheet"):
                text = content.decode()
                for old, new in changes:
                    text = re.sub(old, new, text)
                content = text.encode()
            package.writestr(info, content)


@pytest.fixture(params=[memory, by_xlsxwriter, by_openpyxl, shared, live], ids=lambda make: make.__name__)
def book(request: pytest.FixtureRequest, tmp_path: Path) -> Book:
    make: Callable[[Path], Reader] = request.param
    return make(tmp_path).read()


def sheet(book: Book, name: str) -> Sheet:
    found = book.sheet(name)
    assert found is not None
    return found


def written() -> Iterator[tuple[str, Cell, Any]]:
    """Every cell of the workbook: its sheet, its place and what it holds or shows."""
    for name, cells in SHEETS.items():
        for address, content in cells.items():
            yield name, parse_cell(address), content[1] if isinstance(content, tuple) else content


def test_sheets_in_their_order(book: Book) -> None:
    assert [one.name for one in book.sheets] == list(SHEETS)
    assert book.skipped == ()
    assert book.sheet("SKEMA") is book.sheets[0]
    assert book.sheet("Nej") is None


def test_values(book: Book) -> None:
    for name, cell, value in written():
        found = sheet(book, name).value(cell.row, cell.column)
        if isinstance(value, datetime):
            assert isinstance(found, date)
            assert datetime(found.year, found.month, found.day) == value
        else:
            assert found == ("" if value is None else value), f"{name}!{cell}"
            assert isinstance(found, bool) is isinstance(value, bool), f"{name}!{cell}"


def test_what_is_empty_is_the_empty_text(book: Book) -> None:
    known = {(name, cell) for name, cell, _ in written()}
    for one in book.sheets:
        for row in (*range(1, 13), 1_048_576):
            for column in (*range(1, 30), 16_384):
                if (one.name, Cell(row, column)) not in known:
                    assert one.value(row, column) == "", f"{one.name}!{Cell(row, column)}"


def test_the_block_of_values_is_where_it_says(book: Book) -> None:
    for one in book.sheets:
        for row, values in enumerate(one.rows, one.top):
            for column, value in enumerate(values, one.left):
                assert one.value(row, column) == value
    far = sheet(book, "Langt inde")
    assert (far.value(7, 3), far.value(8, 4), far.value(9, 27)) == ("Løn", 17, 3)
    assert far.bottom == 9
    assert not any(value != "" for row in sheet(book, "Tomt").rows for value in row)


def test_errors_are_errors_and_no_text(book: Book) -> None:
    errors = sheet(book, "Fejl")
    for address, code in (("B2", "#REF!"), ("C2", "#N/A"), ("D4", "#DIV/0!"), ("C6", "#REF!")):
        value = errors.value(*parse_cell(address))
        assert isinstance(value, ErrorValue) and str(value) == code


def test_formulas(book: Book) -> None:
    for name, cells in SHEETS.items():
        one = sheet(book, name)
        expected = {parse_cell(a): content[0] for a, content in cells.items() if isinstance(content, tuple)}
        assert {cell: shifted(formula, cell) for cell, formula in one.formulas.items()} == expected


def test_formulas_without_a_result(book: Book, request: pytest.FixtureRequest) -> None:
    if "live" in request.node.name:  # in Excel every formula has a result
        assert not any(one.unvalued for one in book.sheets)
        return
    assert {one.name: one.unvalued for one in book.sheets if one.unvalued} == {
        "Uden værdi": frozenset({Cell(3, 1)})
    }


def test_merges(book: Book) -> None:
    for one in book.sheets:
        assert sorted(one.merges) == sorted(map(parse_range, MERGES.get(one.name, ())))


def test_hidden_sheets(book: Book) -> None:
    assert [one.name for one in book.sheets if not one.visible] == HIDDEN_SHEETS


def test_details_of_what_is_asked_for(book: Book) -> None:
    one = sheet(book, "Skema")
    details = one.details([parse_range("A4:D8")])
    assert details.hidden_rows & set(range(4, 9)) == {6}
    assert details.hidden_columns & {1, 2, 3, 4} == {3}
    for address, code in FORMATS["Skema"].items():
        assert details.formats[parse_cell(address)] == code, address
    assert details.formats.get(Cell(5, 1), "General") == "General"
    assert details.white == frozenset()


def test_details_of_two_ranges(book: Book) -> None:
    details = sheet(book, "Skema").details([parse_range("B5:B5"), parse_range("B6:C6")])
    assert (details.formats[Cell(5, 2)], details.formats[Cell(6, 2)]) == ("#,##0", "0")
    assert 6 in details.hidden_rows


# --- what only a file can hold --------------------------------------------------------------------


def test_hidden_by_height_and_width_and_written_in_white(tmp_path: Path) -> None:
    xlsxwriter = pytest.importorskip("xlsxwriter")
    path = tmp_path / "white.xlsx"
    with xlsxwriter.Workbook(str(path)) as workbook:
        out = workbook.add_worksheet()
        white = workbook.add_format({"font_color": "#FFFFFF"})
        on_blue = workbook.add_format({"font_color": "#FFFFFF", "bg_color": "#1F3A56"})
        out.write_number("B2", 7, white)
        out.write_number("C2", 8, on_blue)
        out.write_number("B3", 9)
        out.set_row(2, 0)
        out.set_column("C:C", 0)
    details = WorkbookFile(path).read().sheets[0].details([parse_range("A1:D4")])
    assert details.white == {Cell(2, 2)}
    assert details.hidden_rows == {3}
    assert details.hidden_columns == {3}


def test_chart_sheets_are_named_and_not_read(tmp_path: Path) -> None:
    xlsxwriter = pytest.importorskip("xlsxwriter")
    path = tmp_path / "chart.xlsx"
    with xlsxwriter.Workbook(str(path)) as workbook:
        workbook.add_worksheet("Tal").write_column("A1", [1, 2])
        chart = workbook.add_chart({"type": "column"})
        chart.add_series({"values": "=Tal!$A$1:$A$2"})
        workbook.add_chartsheet("Figur").set_chart(chart)
    read = WorkbookFile(path).read()
    assert ([one.name for one in read.sheets], read.skipped) == (["Tal"], ("Figur",))


def test_an_empty_text_is_a_result(tmp_path: Path) -> None:
    """``=IF(A1="","",A1)`` shows nothing, and that is what Excel worked out."""
    xlsxwriter = pytest.importorskip("xlsxwriter")
    path = tmp_path / "blank.xlsx"
    with xlsxwriter.Workbook(str(path)) as workbook:
        workbook.add_worksheet().write_formula("B1", '=IF(A1="","",A1)', None, "x")
    _replaced(path, [(r"<v>x</v>", "<v></v>")])
    one = WorkbookFile(path).read().sheets[0]
    assert one.unvalued == frozenset() and one.value(1, 2) == "" and Cell(1, 2) in one.formulas


@pytest.mark.parametrize("prefix", ["", "x:"])
def test_cells_without_addresses_and_prefixed_tags(prefix: str, tmp_path: Path) -> None:
    xlsxwriter = pytest.importorskip("xlsxwriter")
    path = tmp_path / "bare.xlsx"
    with xlsxwriter.Workbook(str(path)) as workbook:
        out = workbook.add_worksheet()
        out.write_row("A1", [1, 2])
        out.write_formula("C1", "=SUM(A1:B1)", None, 3)
        out.write_row("A2", [4, 5])
        out.write_formula("C2", "=SUM(A2:B2)", None, 9)
    changes = [(r'<c r="\w+"', "<c"), (r'<row r="\d+"', "<row")]
    if prefix:
        changes += [(r"<(/?)(\w)", rf"<\1{prefix}\2"), ('xmlns="', 'xmlns:x="'), (r"<x:\?", "<?")]
    _replaced(path, changes)
    one = WorkbookFile(path).read().sheets[0]
    assert [one.value(row, column) for row in (1, 2) for column in (1, 2, 3)] == [1, 2, 3, 4, 5, 9]
    assert {str(cell): shifted(formula, cell) for cell, formula in one.formulas.items()} == {
        "C1": "=SUM(A1:B1)",
        "C2": "=SUM(A2:B2)",
    }


@pytest.mark.parametrize(
    ("formula", "moved"),
    [
        ("SUM(B5:C5)", "=SUM(C7:D7)"),
        ("SUM($B5:C$5)*2", "=SUM($B7:D$5)*2"),
        ("'Løn 2023'!B5+Ark1!$C$4", "='Løn 2023'!C7+Ark1!$C$4"),
        ('IF(B5="B5",B5,0)', '=IF(C7="B5",C7,0)'),
        ("SUM(B:B,5:5)", "=SUM(C:C,7:7)"),
    ],
)
def test_a_shared_formula_moves_as_excel_moves_it(formula: str, moved: str, tmp_path: Path) -> None:
    xlsxwriter = pytest.importorskip("xlsxwriter")
    path = tmp_path / "shared.xlsx"
    with xlsxwriter.Workbook(str(path)) as workbook:
        out = workbook.add_worksheet("Ark1")
        out.write_formula("E5", "=1", None, 1)
        out.write_formula("F7", "=2", None, 2)
        workbook.add_worksheet("Løn 2023")
    master = _escaped(formula).replace("\\", r"\\")
    _replaced(
        path,
        [
            (r"<f>1</f>", f'<f t="shared" ref="E5:F7" si="3">{master}</f>'),
            (r"<f>2</f>", '<f t="shared" si="3"/>'),
        ],
    )
    one = WorkbookFile(path).read().sheets[0]
    assert shifted(one.formulas[Cell(7, 6)], Cell(7, 6)) == moved
    assert shifted(one.formulas[Cell(5, 5)], Cell(5, 5)) == "=" + formula


def test_dates_of_1904(tmp_path: Path) -> None:
    xlsxwriter = pytest.importorskip("xlsxwriter")
    path = tmp_path / "1904.xlsx"
    with xlsxwriter.Workbook(str(path), {"date_1904": True}) as workbook:
        style = workbook.add_format({"num_format": "dd-mm-yyyy"})
        workbook.add_worksheet().write_datetime("A1", datetime(2024, 5, 1), style)
    value = WorkbookFile(path).read().sheets[0].value(1, 1)
    assert isinstance(value, date)
    assert (value.year, value.month, value.day) == (2024, 5, 1)


SUM = {"C1": "=SUM(A1:B1)"}
ROWS = '<row r="1"><c r="A1"><v>1</v></c><c r="B1"><v>2</v></c>{}</row>'

# One sheet, written in ways that are all allowed: formulas, those without a result, and what C1 shows.
SPELLINGS = {
    "plain": ('<c r="C1"><f>SUM(A1:B1)</f><v>3</v></c>', SUM, False, 3),
    "as LibreOffice": ('<c r="C1" s="0"><f aca="false">SUM(A1:B1)</f><v>3</v></c>', SUM, False, 3),
    "single quotes": ("<c r='C1'><f>SUM(A1:B1)</f><v>3</v></c>", SUM, False, 3),
    "attributes turned around": ('<c t="n" s="1" r="C1"><f>SUM(A1:B1)</f><v>3</v></c>', SUM, False, 3),
    "blanks in the tags": ('<c r="C1" ><f >SUM(A1:B1)</f ><v >3</v ></c >', SUM, False, 3),
    "over several lines": ('<c\n  r="C1"\n>\n <f>SUM(A1:B1)</f>\n <v>3</v>\n</c>', SUM, False, 3),
    "no result": ('<c r="C1"><f>SUM(A1:B1)</f></c>', SUM, True, ""),
    "empty result": ('<c r="C1"><f>SUM(A1:B1)</f><v></v></c>', SUM, True, ""),
    "closed result": ('<c r="C1"><f>SUM(A1:B1)</f><v/></c>', SUM, True, ""),
    "no result, but a next cell": ('<c r="C1"><f>SUM(A1:B1)</f></c><c r="D1"><v>9</v></c>', SUM, True, ""),
    "a style before": ('<c r="B2" s="1"/><c r="C1"><f>SUM(A1:B1)</f><v>3</v></c>', SUM, False, 3),
    "a remark": ('<c r="C1"><!-- <f>A9</f> --><f>SUM(A1:B1)</f><v>3</v></c>', SUM, False, 3),
    "marked as text": ('<c r="C1"><f><![CDATA[SUM(A1:B1)]]></f><v>3</v></c>', SUM, False, 3),
    "a text": (
        '<c r="C1" t="str"><f>A1&amp;"&lt;f&gt;"</f><v>1&lt;f&gt;</v></c>',
        {"C1": '=A1&"<f>"'},
        False,
        "1<f>",
    ),
    "a larger-than as it is": (
        '<c r="C1"><f>IF(A1>B1,1,2)</f><v>2</v></c>',
        {"C1": "=IF(A1>B1,1,2)"},
        False,
        2,
    ),
    "a letter by number": ('<c r="C1"><f>L&#248;n!A1</f><v>2</v></c>', {"C1": "=Løn!A1"}, False, 2),
    "an array": ('<c r="C1"><f t="array" ref="C1">SUM(A1:B1)</f><v>3</v></c>', SUM, False, 3),
    "a formula of nothing": ('<c r="C1"><f/><v>3</v></c>', {}, False, 3),
}


@pytest.mark.parametrize("prefix", ["", "x:"], ids=["", "prefixed"])
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_spellings_of_a_formula(spelling: str, prefix: str, tmp_path: Path) -> None:
    inside, formulas, unvalued, shown = SPELLINGS[spelling]
    xml = worksheet(ROWS.format(inside))
    if prefix and "<!" not in xml:
        xml = re.sub(r"<(/?)(\w)", rf"<\1{prefix}\2", xml).replace("xmlns=", "xmlns:x=")
    one = WorkbookFile(write(tmp_path / "spelled.xlsx", {"Ark": xml})).read().sheets[0]
    assert {str(cell): shifted(formula, cell) for cell, formula in one.formulas.items()} == formulas
    assert one.unvalued == ({Cell(1, 3)} if unvalued else set())
    assert one.value(1, 3) == shown


HIDING = {
    "hidden": ('<col min="3" max="3" width="9" hidden="1"/>', 'hidden="1"'),
    "true": ('<col min="3" max="3" width="9" hidden="true"/>', 'hidden="true"'),
    "no width, no height": ('<col min="3" max="3" width="0" customWidth="1"/>', 'ht="0" customHeight="1"'),
    "0.0": ('<col min="3" max="3" width="0.0"/>', 'ht="0.0"'),
    "single quotes": ("<col min='3' max='3' width='0'/>", "ht='0'"),
}


@pytest.mark.parametrize("formula", ["", "<f>B1</f>"], ids=["values", "formulas"])
@pytest.mark.parametrize("what", ["column", "row"])
@pytest.mark.parametrize("way", HIDING)
def test_ways_of_hiding(way: str, what: str, formula: str, tmp_path: Path) -> None:
    column, row = HIDING[way]
    rows = ROWS.format(f'<c r="C1">{formula}<v>3</v></c>')
    rows += f'<row r="2" {row if what == "row" else ""}><c r="A2"><v>1</v></c></row>'
    columns = f"<cols>{column}</cols>" if what == "column" else ""
    path = write(tmp_path / "hiding.xlsx", {"Ark": worksheet(rows, before=columns)})
    details = WorkbookFile(path).read().sheets[0].details([parse_range("A1:C2")])
    assert details.hidden_columns == ({3} if what == "column" else set())
    assert details.hidden_rows == ({2} if what == "row" else set())


def test_an_edge_of_the_page_hides_nothing(tmp_path: Path) -> None:
    """Excel hides all the rest of a sheet to make it look like a page."""
    rows = ROWS.format('<c r="C1"><v>3</v></c>')
    rest = '<cols><col min="4" max="16384" width="9" hidden="1"/></cols>'
    path = write(tmp_path / "page.xlsx", {"Ark": worksheet(rows, before=rest)})
    assert not WorkbookFile(path).read().sheets[0].details([parse_range("A1:C1")]).hidden_columns & {1, 2, 3}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_encodings_of_a_sheet(encoding: str, tmp_path: Path) -> None:
    rows = ROWS.format('<c r="C1"><f>SUM(A1:B1)</f><v>3</v></c>')
    name = encoding.removesuffix("-sig").upper()
    xml = f'<?xml version="1.0" encoding="{name}"?>' + worksheet(rows)
    path = write(tmp_path / "encoded.xlsx", {"Ark": xml.encode(encoding)})
    try:
        one = WorkbookFile(path).read().sheets[0]
    except WorkbookError as error:
        assert error.reason in {"broken-zip", "part-encoding"}  # told, and not read in part
    else:
        assert one.value(1, 3) == 3
        assert {str(cell): shifted(formula, cell) for cell, formula in one.formulas.items()} == SUM


def test_rows_out_of_order(tmp_path: Path) -> None:
    rows = '<row r="5"><c r="B5" s="1"><v>5</v></c></row><row r="2"><c r="B2" s="2"><v>2</v></c></row>'
    path = write(tmp_path / "order.xlsx", {"Ark": worksheet(rows)})
    one = WorkbookFile(path).read().sheets[0]
    assert (one.value(5, 2), one.value(2, 2)) == (5, 2)
    formats = one.details([parse_range("A1:C6")]).formats
    assert (formats[Cell(5, 2)], formats[Cell(2, 2)]) == ("#,##0", "0%")


def test_a_formula_without_a_value_beyond_all_values_is_in_the_sheet(tmp_path: Path) -> None:
    path = tmp_path / "no-values.xlsx"
    book = openpyxl.Workbook()
    sheet = book.active
    sheet["A1"], sheet["B1"], sheet["B6"] = "Løn", 100, "=SUM(B1:B5)"
    book.save(path)
    read = WorkbookFile(path).read().sheets[0]
    assert (read.bottom, read.right) == (6, 2)
    assert read.unvalued == {Cell(6, 2)}
