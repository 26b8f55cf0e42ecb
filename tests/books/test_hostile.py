"""Broken, hostile and odd files: each ends in a status and a sentence, none in an exception or a hang.

Every file is checked in a process of its own, as some of them are known to end the process that reads them.
"""

from __future__ import annotations

import io
import multiprocessing
import os
import sys
import time
import traceback
import zipfile
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest

import budget_tools
from budget_tools.catalog import LANGUAGES, fix_text, say
from tests.packages import MAIN, pack, parts_of, rows_of, with_strings, worksheet, write

SECONDS = 35
MEGABYTES = 1024 + 512  # the limit of the settings, and what the toolkit takes itself
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

TABLE = rows_of(
    [
        ["Skema 2.1.2. 01"],
        ["Beløb i 1.000 kr."],
        ["", 2023, 2024, "I alt"],
        ["Løn", 100, 200, 300],
        ["Drift", 50, 60, 110],
        ["I alt", 150, 260, 410],
    ]
)


# --- checked, in a process of its own --------------------------------------------------------------


def _answer(path: str, pipe: Connection) -> None:
    try:
        start = time.perf_counter()
        report = budget_tools.check(path)
        seconds = time.perf_counter() - start
        sentences = [
            text
            for finding in report.findings
            for language in LANGUAGES
            for text in (
                say(finding.code, language, _facts(finding)),
                fix_text(finding.code, language, _facts(finding)),
            )
        ]
        pipe.send(
            {
                "seconds": seconds,
                "megabytes": _megabytes(),
                "statuses": [workbook.status for workbook in report.workbooks],
                "reasons": [workbook.reason for workbook in report.workbooks],
                "codes": [finding.code for finding in report.findings],
                "found": [(finding.code, str(finding.cell or "-")) for finding in report.findings],
                "sentences": sentences,
                "json": report.to_json(),
            }
        )
    except BaseException:
        pipe.send({"error": traceback.format_exc()})


def _megabytes() -> float:
    """The most memory that this process has had; 0 where the system does not tell."""
    try:
        import resource
    except ImportError:
        return 0
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / 1_000_000 if sys.platform == "darwin" else most / 1000


def _facts(finding: Any) -> dict[str, object]:
    return {"cell": str(finding.cell or ""), "sheet": finding.sheet, "file": "a.xlsx", **finding.facts}


def checked(path: Path) -> dict[str, Any]:
    """What a check of a path says; fails when it dies, hangs, raises, or says nothing a person can read."""
    methods = multiprocessing.get_all_start_methods()
    context: Any = multiprocessing.get_context("fork" if "fork" in methods else "spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_answer, args=(str(path), theirs), daemon=True)
    process.start()
    theirs.close()
    try:
        assert ours.poll(SECONDS + 5), f"no answer after {SECONDS + 5} s"
        answer: dict[str, Any] = ours.recv()
    except EOFError:
        process.join()
        pytest.fail(f"the process that checked it died ({process.exitcode})")
    finally:
        process.kill()
        process.join()
    assert "error" not in answer, answer["error"]
    assert answer["seconds"] < SECONDS
    assert answer["statuses"] and set(answer["statuses"]) <= {"checked", "unreadable", "refused"}
    assert "RUN001" not in answer["codes"]
    for sentence in answer["sentences"]:
        assert sentence and "{" not in sentence and sentence[-1] in ".?!", sentence
    for workbook in answer["json"]["workbooks"]:
        assert (workbook["reason"] is None) is (workbook["status"] == "checked")
    return answer


# --- files that cannot be checked: what is made, the status and the reason ---------------------------

Make = Callable[[Path], object]


def raw(content: bytes) -> Make:
    return lambda path: path.write_bytes(content)


def made(*sheets: str | bytes) -> Make:
    return lambda path: write(path, {f"Ark{n}": sheet for n, sheet in enumerate(sheets, 1)})


def changed(change: Callable[[dict[str, str | bytes]], dict[str, str | bytes]]) -> Make:
    return lambda path: pack(path, change(parts_of({"Skema": worksheet(TABLE)})))


def truncated(path: Path) -> None:
    write(path, {"Skema": worksheet(TABLE)})
    path.write_bytes(path.read_bytes()[:-200])


def damaged(path: Path) -> None:
    """One byte in the middle of the sheet's compressed data."""
    write(path, {"Skema": worksheet(TABLE)})
    content = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as package:
        info = package.getinfo("xl/worksheets/sheet1.xml")
    at = info.header_offset + 30 + len(info.filename) + info.compress_size // 2
    content[at] ^= 0xFF
    path.write_bytes(content)


def locked_zip(path: Path) -> None:
    """A zip whose entries say they are encrypted."""
    write(path, {"Skema": worksheet(TABLE)})
    content = path.read_bytes().replace(
        b"PK\x01\x02\x14\x03\x14\x00\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01\x00"
    )
    path.write_bytes(content)


def bomb(path: Path) -> None:
    """A sheet that is 300 kB in the zip and 300 MB outside it."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts_of({"Skema": worksheet()}).items():
            if name != "xl/worksheets/sheet1.xml":
                package.writestr(name, content)
        with package.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            for _ in range(300):
                sheet.write(b" " * 1_000_000)


def lying_bomb(path: Path) -> None:
    """The same in small, whose table of contents says it is little."""
    inside = io.BytesIO()
    with zipfile.ZipFile(inside, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts_of({"Skema": worksheet(TABLE) + " " * 60_000_000}).items():
            package.writestr(name, content)
        size = package.getinfo("xl/worksheets/sheet1.xml").file_size
    content = inside.getvalue().replace(size.to_bytes(4, "little"), (1000).to_bytes(4, "little"))
    path.write_bytes(content)


def no_such_part(parts: dict[str, str | bytes]) -> dict[str, str | bytes]:
    del parts["xl/worksheets/sheet1.xml"]
    return parts


NOT_CHECKED: dict[str, tuple[Make, str, set[str | None]]] = {
    "empty file": (raw(b""), "unreadable", {"empty-file"}),
    "text": (raw(b"Skema;2023;2024\n"), "refused", {"not-a-workbook"}),
    "one byte": (raw(b"P"), "refused", {"not-a-workbook"}),
    "html": (raw(b"<html><table></table></html>"), "refused", {"not-a-workbook"}),
    "only the mark of a zip": (raw(b"PK\x03\x04"), "unreadable", {"broken-zip"}),
    "truncated": (truncated, "unreadable", {"broken-zip"}),
    "damaged": (damaged, "unreadable", {"broken-zip"}),
    "zip with a password": (locked_zip, "refused", {"encrypted"}),
    "zip without a workbook": (lambda path: pack(path, {"brev.txt": "Hej"}), "refused", {"not-a-workbook"}),
    "zip of nothing": (lambda path: pack(path, {}), "refused", {"not-a-workbook"}),
    "encrypted": (
        raw(OLE + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 600),
        "refused",
        {"encrypted"},
    ),
    "old format": (raw(OLE + b"\0" * 600 + "Workbook".encode("utf-16-le")), "refused", {"old-format"}),
    "bomb": (bomb, "refused", {"zip-bomb"}),
    "doctype": (
        made('<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaa">]>' + worksheet(TABLE)),
        "refused",
        {"doctype"},
    ),
    "doctype in a strange place": (
        made('<?xml version="1.0"?>' + " " * 5000 + '<!DOCTYPE x [<!ENTITY a "aaa">]>' + worksheet(TABLE)),
        "refused",
        {"doctype"},
    ),
    "doctype in the workbook": (
        changed(
            lambda parts: (
                parts
                | {"xl/workbook.xml": '<!DOCTYPE x [<!ENTITY a "aaa">]>' + str(parts["xl/workbook.xml"])}
            )
        ),
        "refused",
        {"doctype"},
    ),
    "missing sheet part": (changed(no_such_part), "unreadable", {"missing-part"}),
    "missing workbook part": (
        changed(lambda parts: {k: v for k, v in parts.items() if k != "xl/workbook.xml"}),
        "unreadable",
        {"missing-part", "broken-zip"},
    ),
    "workbook that is no XML": (
        changed(lambda parts: parts | {"xl/workbook.xml": "nej"}),
        "unreadable",
        {"broken-zip", "broken-xml"},
    ),
    "sheet cut off": (made(worksheet(TABLE)[:-60]), "unreadable", {"broken-zip", "broken-xml"}),
    "no sheets": (lambda path: pack(path, parts_of({})), "unreadable", {"no-sheets"}),
    "a document of Word": (
        changed(lambda parts: parts | {"xl/workbook.xml": '<document xmlns="http://w/"><body/></document>'}),
        "refused",
        {"not-a-workbook"},
    ),
}


@pytest.mark.parametrize("name", NOT_CHECKED)
def test_not_checked_and_why(name: str, tmp_path: Path) -> None:
    make, status, reasons = NOT_CHECKED[name]
    path = tmp_path / "budget.xlsx"
    make(path)
    answer = checked(path)
    assert answer["statuses"] == [status]
    assert answer["codes"] == ["RUN004" if status == "refused" else "RUN002"]
    assert answer["reasons"][0] in reasons
    assert path.name in answer["json"]["workbooks"][0]["reason"]


def test_an_entry_that_lies_about_its_size(tmp_path: Path) -> None:
    lying_bomb(tmp_path / "budget.xlsx")
    assert checked(tmp_path / "budget.xlsx")["statuses"] != ["checked"]


# --- files that are no files ------------------------------------------------------------------------


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
@pytest.mark.parametrize("in_folder", [False, True])
def test_a_pipe(in_folder: bool, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "budget.xlsx")
    answer = checked(tmp_path if in_folder else tmp_path / "budget.xlsx")
    assert (answer["statuses"], answer["reasons"]) == (["refused"], ["not-a-regular-file"])


def test_a_folder_named_like_a_workbook(tmp_path: Path) -> None:
    folder = tmp_path / "budget.xlsx"
    folder.mkdir()
    write(folder / "inde.xlsx", {"Skema": worksheet(TABLE)})
    answer = checked(tmp_path)
    assert answer["statuses"] == ["checked"]
    assert answer["json"]["workbooks"][0]["path"].endswith("inde.xlsx")


def linked(link: Path, target: Path) -> None:
    try:
        link.symlink_to(target)
    except OSError:
        pytest.skip("links cannot be made here")


@pytest.mark.parametrize("in_folder", [False, True])
def test_a_link_to_itself(in_folder: bool, tmp_path: Path) -> None:
    linked(tmp_path / "budget.xlsx", tmp_path / "budget.xlsx")
    answer = checked(tmp_path if in_folder else tmp_path / "budget.xlsx")
    assert answer["statuses"] == ["unreadable"] and answer["codes"] == ["RUN002"]


@pytest.mark.parametrize("in_folder", [False, True])
def test_a_link_to_nothing(in_folder: bool, tmp_path: Path) -> None:
    linked(tmp_path / "budget.xlsx", tmp_path / "nowhere.xlsx")
    answer = checked(tmp_path if in_folder else tmp_path / "budget.xlsx")
    assert (answer["statuses"], answer["reasons"]) == (["unreadable"], ["missing"])


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="this system has no endless device")
def test_a_link_to_an_endless_device(tmp_path: Path) -> None:
    linked(tmp_path / "budget.xlsx", Path("/dev/zero"))
    assert checked(tmp_path / "budget.xlsx")["reasons"] == ["not-a-regular-file"]


def test_a_folder_that_holds_itself(tmp_path: Path) -> None:
    write(tmp_path / "budget.xlsx", {"Skema": worksheet(TABLE)})
    linked(tmp_path / "igen", tmp_path)
    assert checked(tmp_path)["statuses"] == ["checked"]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_and_a_folder_that_may_not_be_read(tmp_path: Path) -> None:
    write(tmp_path / "budget.xlsx", {"Skema": worksheet(TABLE)}).chmod(0)
    write(tmp_path / "god.xlsx", {"Skema": worksheet(TABLE)})
    closed = tmp_path / "lukket"
    closed.mkdir(mode=0)
    try:
        answer = checked(tmp_path)
    finally:
        closed.chmod(0o700)
    assert answer["statuses"] == ["unreadable", "checked"]
    assert answer["codes"].count("RUN002") == 2


def test_a_file_larger_than_the_limit(tmp_path: Path) -> None:
    (tmp_path / "budget.toml").write_text("[limits]\nfile_mb = 1\n")
    with (tmp_path / "budget.xlsx").open("wb") as file:
        file.truncate(1_000_001)
    assert checked(tmp_path)["reasons"] == ["too-large"]


# --- what ends or swells a reader --------------------------------------------------------------------

FAR = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
STRINGS = f'<sst xmlns="{MAIN}" {{}}>{{}}</sst>'


def strings(attributes: str, texts: str, cells: str) -> Make:
    sst = STRINGS.format(attributes, texts)
    return lambda path: pack(path, with_strings(parts_of({"Skema": worksheet(cells)}), sst))


SWELLING: dict[str, Make] = {
    "a lone cell in the last corner": made(worksheet(FAR)),
    "a cell in the last corner behind a table": made(worksheet(TABLE + FAR)),
    "a cell in the last corner before others": made(
        worksheet(FAR + "".join(f'<row r="{n}"><c r="A{n}"><v>1</v></c></row>' for n in range(1, 900)))
    ),
    "a cell in the last corner in row 1": made(worksheet('<row r="1"><c r="XFD1048576"><v>1</v></c></row>')),
    "a cell in the last corner without a row": made(worksheet('<row><c r="XFD1048576"><v>1</v></c></row>')),
    "a cell in the last corner, prefixed": made(
        worksheet(FAR).replace("<", "<x:").replace("<x:/", "</x:").replace("xmlns=", "xmlns:x=")
    ),
    "a cell in the last corner, in small letters": made(
        worksheet('<row r="1048576"><c r="xfd1048576"><v>1</v></c></row>')
    ),
    "an error in the last corner": made(
        worksheet(TABLE + '<row r="1048576"><c r="XFD1048576" t="e"><v>#REF!</v></c></row>')
    ),
    "a cell a row below 1000, far to the right": made(
        worksheet('<row r="1"><c r="A1"><v>1</v></c></row><row r="990"><c r="XFD990"><v>1</v></c></row>')
    ),
    "five sheets of that": made(
        *[worksheet('<row r="1"><c r="A1"><v>1</v></c></row><row r="990"><c r="XFD990"><v>1</v></c></row>')]
        * 5
    ),
    "a formula in the last corner": made(
        worksheet(TABLE + '<row r="1048576"><c r="XFD1048576"><f>SUM(A1:XFC1048576)</f></c></row>')
    ),
    "too many texts, it says": strings('uniqueCount="4000000000"', "<si><t>Løn</t></si>", TABLE),
    "too many texts, it says in single quotes": strings(
        "count='4000000000' uniqueCount='4000000000'", "<si><t>Løn</t></si>", TABLE
    ),
    "too many texts, it says late": strings(
        " " * 3000 + 'uniqueCount="4000000000"', "<si><t>Løn</t></si>", TABLE
    ),
    "texts less than none": strings('uniqueCount="-1"', "<si><t>Løn</t></si>", TABLE),
    "a large text used often": strings(
        'uniqueCount="1"',
        f"<si><t>{'x' * 20_000_000}</t></si>",
        "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(1, 2001)),
    ),
    "an attribute of 30 MB": made(worksheet(f'<row r="1" spans="{"1" * 30_000_000}"><c><v>1</v></c></row>')),
    "deep tags": made(worksheet("<row>" * 50_000 + "</row>" * 50_000)),
}


@pytest.mark.parametrize("name", SWELLING)
def test_what_ends_or_swells_a_reader(name: str, tmp_path: Path) -> None:
    SWELLING[name](tmp_path / "budget.xlsx")
    answer = checked(tmp_path / "budget.xlsx")
    assert answer["codes"] or answer["json"]["workbooks"][0]["proposals"], "nothing was said"
    assert answer["megabytes"] < MEGABYTES


# --- odd contents: read, and told ---------------------------------------------------------------------


def circles() -> str:
    cells = [
        ["", 2023, 2024, "I alt"],
        ["Løn", "<f>C2</f><v>1</v>", "<f>B2</f><v>1</v>", "<f>SUM(B2:D2)</f><v>0</v>"],
        ["Drift", "<f>B3</f>", 60, "<f>SUM(B3:C3)</f>"],
    ]
    return rows_of(cells)


def with_formula(formula: str, value: str = "<v>300</v>") -> str:
    text = formula.replace("&", "&amp;").replace("<", "&lt;")
    return rows_of([["", 2023, 2024, "I alt"], ["Løn", 100, 200, f"<f>{text}</f>{value}"]])


ODD: dict[str, tuple[str, set[str]]] = {
    "infinite": (rows_of([["", 2023, 2024, "I alt"], ["Løn", "<v>1e400</v>", 200, 300]]), set()),
    "infinite the other way": (rows_of([["", 2023, 2024, "I alt"], ["Løn", "<v>-1e400</v>", 2, 3]]), set()),
    "no number": (rows_of([["", 2023, 2024, "I alt"], ["Løn", "<v>NaN</v>", 200, 300]]), set()),
    "infinite in words": (rows_of([["", 2023, 2024, "I alt"], ["Løn", "<v>inf</v>", 200, 300]]), set()),
    "NaN as text": (rows_of([["", 2023, 2024, "I alt"], ["Løn", "NaN", 200, 300]]), {"NUM007"}),
    "Infinity as text": (rows_of([["", 2023, 2024, "I alt"], ["Løn", "Infinity", 200, 300]]), {"NUM007"}),
    "a number of 400 digits as text": (
        rows_of([["", 2023, 2024, "I alt"], ["Løn", "9" * 400, 200, 300]]),
        set(),
    ),
    "tiny": (rows_of([["", 2023, 2024, "I alt"], ["Løn", "<v>1e-320</v>", 200, 200]]), set()),
    "huge": (rows_of([["", 2023, 2024, "I alt"], ["Løn", "<v>1e300</v>", "<v>-1e300</v>", 0]]), set()),
    "huge years": (rows_of([["", "<v>1e300</v>", 2024, "I alt"], ["Løn", 1, 2, 3]]), set()),
    "row 0": ('<row r="0"><c r="A0"><v>7</v></c></row>' + TABLE, set()),
    "rows beyond the sheet": (TABLE + '<row r="1048577"><c r="A1048577"><v>7</v></c></row>', set()),
    "columns beyond the sheet": (TABLE + '<row r="9"><c r="ZZZ9"><v>7</v></c></row>', set()),
    "an address that is none": (TABLE + '<row r="9"><c r="hej"><v>7</v></c></row>', set()),
    "a kind that is none": (TABLE + '<row r="9"><c r="A9" t="q"><v>7</v></c></row>', set()),
    "a text that is not there": (TABLE + '<row r="9"><c r="A9" t="s"><v>77</v></c></row>', set()),
    "a style that is not there": (
        TABLE + '<row r="9"><c r="A9" s="777777777777777777777"><v>7</v></c></row>',
        set(),
    ),
    "a cell twice": (TABLE + '<row r="6"><c r="B6"><v>999</v></c></row>', set()),
    "long formula": (with_formula("+".join(["B2"] * 2700)), set()),
    "formula beyond Excel's limit": (with_formula("+".join(["B2"] * 30_000)), set()),
    "deep parentheses": (with_formula("(" * 3000 + "B2" + ")" * 3000), set()),
    "deep sums": (with_formula("SUM(" * 1500 + "B2" + ")" * 1500), set()),
    "many signs": (with_formula("-" * 8000 + "B2"), set()),
    "power of powers": (with_formula("9^9^9^9^9^9"), set()),
    "power too large": (with_formula("(9^99)^99"), set()),
    "division by nothing": (with_formula("B2/0"), set()),
    "sum of the sheet": (with_formula("SUM(A1:XFD1048576)"), set()),
    "sum of columns": (with_formula("SUM(B:B)+SUM(2:2)"), set()),
    "open parenthesis": (with_formula("SUM(B2:C2"), set()),
    "open quote": (with_formula('IF(B2="x,1,2)'), set()),
    "another file": (with_formula("[1]Ark1!B2+'C:\\[x.xlsx]Ark'!B3"), set()),
    "nothing but blanks": (with_formula("   "), set()),
    "rounding far": (with_formula("ROUND(B2,99999999999999999999)"), set()),
    "circles": (circles(), set()),
    "a shared formula without its master": (
        rows_of([["", 2023, 2024, "I alt"], ["Løn", 100, 200, '<f t="shared" si="5"/><v>300</v>']]),
        set(),
    ),
    "labels that are formulas to others": (
        rows_of([["", 2023, 2024, "I alt"], ["=1+1", 100, 200, 300], ["+cmd|' /c calc'!A0", 1, 2, 4]]),
        {"ARI001"},
    ),
    "labels with control characters": (
        rows_of([["", 2023, 2024, "I alt"], ["L&#9;øn&#10;_x0007_", 100, 200, 400]]),
        {"ARI001"},
    ),
    "a label of 32,767 characters": (
        rows_of([["", 2023, 2024, "I alt"], ["x" * 32_767, 100, 200, 400]]),
        {"ARI001"},
    ),
    "years all the way": (rows_of([["", *range(1901, 1910)], *[["Løn", *range(1901, 1910)]] * 9]), set()),
    "nothing": ("", {"STR001"}),
    "merges over everything": (TABLE, set()),
}

# Against the format itself: "the file is damaged" is an answer too.
BROKEN = {"row 0", "an address that is none", "a kind that is none", "a text that is not there"}


@pytest.mark.parametrize("name", ODD)
def test_odd_contents(name: str, tmp_path: Path) -> None:
    rows, expected = ODD[name]
    after = '<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>' if name.startswith("merges") else ""
    write(tmp_path / "budget.xlsx", {"Skema": worksheet(rows, after=after)})
    answer = checked(tmp_path / "budget.xlsx")
    if name in BROKEN and answer["statuses"] == ["unreadable"]:
        return
    assert answer["statuses"] == ["checked"]
    assert expected <= set(answer["codes"]), answer["found"]


@pytest.mark.parametrize("value", ["1e400", "-1e400", "NaN", "inf"])
def test_a_number_that_is_none_is_told_at_its_cell(value: str, tmp_path: Path) -> None:
    """It is no amount and no pass: said at the cell, or the workbook is not checked."""
    rows = rows_of([["", 2023, 2024, "I alt"], ["Løn", f"<v>{value}</v>", 200, 300], ["Drift", 1, 2, 3]])
    write(tmp_path / "budget.xlsx", {"Skema": worksheet(rows)})
    answer = checked(tmp_path / "budget.xlsx")
    assert answer["statuses"] != ["checked"] or "B2" in [cell for _, cell in answer["found"]], answer["found"]


def test_a_long_chain_of_formulas_without_results(tmp_path: Path) -> None:
    chain = [["Løn", f"<f>B{row - 1}+1</f>", 1, f"<f>SUM(B{row}:C{row})</f>"] for row in range(3, 3000)]
    rows = rows_of([["", 2023, 2024, "I alt"], ["Start", 1, 1, 2], *chain])
    write(tmp_path / "budget.xlsx", {"Skema": worksheet(rows)})
    assert "FRM006" in checked(tmp_path / "budget.xlsx")["codes"]


def test_a_billion_sums(tmp_path: Path) -> None:
    """Every formula adds the two before it, twice: without a memory that is 2 to the 60th additions."""
    chain = [["Løn", f"<f>SUM(B{row - 2}:B{row - 1},B{row - 1})</f>", 1, 1] for row in range(4, 64)]
    rows = rows_of([["", 2023, 2024, "I alt"], ["a", 1, 1, 2], ["b", 1, 1, 2], *chain])
    write(tmp_path / "budget.xlsx", {"Skema": worksheet(rows)})
    assert checked(tmp_path / "budget.xlsx")["statuses"] == ["checked"]


def test_many_sums_of_large_ranges(tmp_path: Path) -> None:
    lines = [["Løn", 1, 2, f"<f>SUM($B$2:$C$3000)+B{row}</f><v>1</v>"] for row in range(2, 3001)]
    write(tmp_path / "budget.xlsx", {"Skema": worksheet(rows_of([["", 2023, 2024, "I alt"], *lines]))})
    assert checked(tmp_path / "budget.xlsx")["statuses"] == ["checked"]


def test_a_total_that_cannot_be_told_among_many(tmp_path: Path) -> None:
    """60 lines and a total that fits none of their sums: no search through all subsets, and no silence."""
    lines = [["Løn", 3 * row, 7 * row, 10 * row] for row in range(1, 61)]
    rows = rows_of([["", 2023, 2024, "I alt"], *lines, ["I alt", 1, 2, 3]])
    write(tmp_path / "budget.xlsx", {"Skema": worksheet(rows)})
    assert {"ARI002", "STR009"} & set(checked(tmp_path / "budget.xlsx")["codes"])


def test_300_sheets(tmp_path: Path) -> None:
    write(tmp_path / "budget.xlsx", {f"Ark {n}": worksheet(TABLE) for n in range(300)})
    answer = checked(tmp_path / "budget.xlsx")
    assert answer["statuses"] == ["checked"] and len(answer["json"]["workbooks"][0]["proposals"]) == 300


SHEET_NAMES = [
    "Løn & drift",
    "O'Neill",
    "\N{GRINNING FACE} 2024",
    '"I alt"',
    "<b>",
    "{0}",
    "%s",
    "a" * 31,
    "=1+1",
]


def test_names_of_sheets(tmp_path: Path) -> None:
    wrong = TABLE.replace("<v>410</v>", "<v>400</v>")
    write(tmp_path / "budget.xlsx", {name: worksheet(wrong) for name in SHEET_NAMES})
    answer = checked(tmp_path / "budget.xlsx")
    found = answer["json"]["workbooks"][0]["findings"]
    assert {one["sheet"] for one in found if one["code"].startswith("ARI")} == set(SHEET_NAMES)


@pytest.mark.parametrize(
    "name",
    ["Løn & 'drift' [1].xlsx", "\N{GRINNING FACE}.xlsx", "a{b}%s.xlsx", "-v.xlsx", "=1+1.xlsx", "A.XLSX"],
)
def test_names_of_files(name: str, tmp_path: Path) -> None:
    write(tmp_path / name, {"Skema": worksheet(TABLE)})
    (tmp_path / f"tom {name}").write_bytes(b"")
    answer = checked(tmp_path)
    assert sorted(answer["statuses"]) == ["checked", "unreadable"]
    assert [w["path"] for w in answer["json"]["workbooks"] if w["status"] == "checked"] == [
        str(tmp_path / name)
    ]


@pytest.mark.skipif(os.name != "posix", reason="names of files are text here")
def test_a_name_that_is_no_text(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/l\xf8n\n\x1b[31m.xlsx"))
    write(path, {"Skema": worksheet(TABLE)})
    assert checked(tmp_path)["statuses"] == ["checked"]


def test_all_that_is_wrong_and_the_rest_is_still_checked(tmp_path: Path) -> None:
    for number, (make, _, _) in enumerate(NOT_CHECKED.values()):
        make(tmp_path / f"{number:02}.xlsx")
    write(tmp_path / "god.xlsx", {"Skema": worksheet(TABLE)})
    answer = checked(tmp_path)
    assert answer["statuses"] == [status for _, status, _ in NOT_CHECKED.values()] + ["checked"]
