"""Fixes applied: the safe ones at once, the others when a person says so."""

from __future__ import annotations

import re
import shutil
import zipfile
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner

from budget_tools import UsageError, accept, check, fix, undo
from budget_tools.changing.fix import PlannedFix
from budget_tools.cli.main import app
from tests.changing.workbooks import book
from tests.package_parts import assert_only_changed
from tests.packages import pack, parts_of, rows_of, worksheet

SAMPLES = Path(__file__).parents[2] / "workbooks" / "faults"


@pytest.fixture
def text(tmp_path: Path) -> Path:
    """A number stored as text (safe) and a total that is wrong (to be looked at)."""
    path = tmp_path / "NUM001.xlsx"
    shutil.copyfile(SAMPLES / "NUM001-text-with-point.xlsx", path)
    return path


@pytest.fixture
def wrong(tmp_path: Path) -> Path:
    return book(tmp_path / "a.xlsx", total=299)


def codes(path: Path) -> set[str]:
    return {finding.code for finding in check(path).findings}


def test_a_text_becomes_a_number(text: Path, tmp_path: Path) -> None:
    before = tmp_path / "before.bin"
    shutil.copyfile(text, before)
    report = fix(text, codes=["NUM001"], in_place=True)
    (done,) = report.workbooks
    assert [(str(c.cell), c.before, c.after) for one in done.fixes for c in one.changes] == [
        ("C10", "1.500", Decimal(1500))
    ]
    # with the results of the formulas that look at it
    assert_only_changed(before, text, {"Skema!C10", "Skema!C11", "Skema!F10", "Skema!F11"}, styles=True)
    assert "NUM001" not in {finding.code for finding in check(text).findings}
    undo(paths=text)
    assert text.read_bytes() == before.read_bytes()


def small(first: object) -> openpyxl.Workbook:
    """A proposal of one line, which begins with ``first``."""
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.title = "Skema"
    rows = [["Skema 2.1.2. 01"], ["Ny skole"], ["Beløb i 1.000 kr."], ["", 2023, 2024, "I alt"]]
    for row in [*rows, ["Løn", first, 200, 300]]:
        sheet.append(row)
    return workbook


@pytest.mark.parametrize("text", ["1.500", "−1.500"])
def test_a_cell_for_texts_becomes_one_for_numbers(text: str, tmp_path: Path) -> None:
    """With the number format of its neighbours; where it had another than that of texts, it keeps it."""
    path = tmp_path / "a.xlsx"
    workbook = small(100)
    sheet = workbook["Skema"]
    for cell in ("C5", "D5"):
        sheet[cell].number_format = "#,##0"
    sheet["B5"] = text
    sheet["B5"].number_format = "@"
    workbook.save(path)
    report = fix(path, safe=True, in_place=True)
    changes = [change for one in report.workbooks[0].fixes for change in one.changes]
    assert [(change.kind, str(change.before), str(change.after)) for change in changes] == [
        ("value", text, "1500" if text[0] == "1" else "-1500"),
        ("format", "@", "#,##0"),
    ]
    assert openpyxl.load_workbook(path)["Skema"]["B5"].number_format == "#,##0"
    workbook = openpyxl.load_workbook(path)
    workbook["Skema"]["B5"].value, workbook["Skema"]["B5"].number_format = text, "0"
    workbook.save(path)
    (change,) = (change for one in fix(path, safe=True).workbooks[0].fixes for change in one.changes)
    assert change.kind == "value"


def test_what_follows_is_told(tmp_path: Path) -> None:
    """How many formulas get their new result, and how many only Excel can work out: in the plan as well."""
    path = tmp_path / "a.xlsx"
    workbook = small("1.500")
    sheet = workbook.create_sheet("Oversigt")
    for row in [["", "=SUM(Skema!B5)"], ["", "=Skema!B5+1"], ["", "=VLOOKUP(B1,B1:B2,1)"], ["", "=B3*2"]]:
        sheet.append(row)
    workbook.save(path)
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    name = "xl/worksheets/sheet2.xml"
    parts[name] = re.sub(rb"<v ?/>|<v></v>", b"<v>7</v>", parts[name])  # results that were stored
    with zipfile.ZipFile(path, "w") as package:
        for name, data in parts.items():
            package.writestr(name, data)
    said = " ".join(CliRunner().invoke(app, ["fix", str(path), "--safe", "--dry-run"]).stdout.split())
    assert "2 formler, der regner på cellerne, får deres nye resultat." in said
    assert "2 formler, der regner på cellerne, kan kun Excel regne ud. Det sker, når filen åbnes" in said
    for in_place in (False, True):
        (done,) = fix(path, safe=True, in_place=in_place).workbooks
        assert (done.following.fresh, done.following.left) == (2, 2)


@pytest.mark.parametrize("code", ["NUM001", "NUM003", "NUM004"])
def test_samples_of_safe_fixes(code: str, tmp_path: Path) -> None:
    for sample in SAMPLES.glob(f"{code}*.xlsx"):
        path = tmp_path / sample.name
        shutil.copyfile(sample, path)
        report = fix(path, safe=True, in_place=True)
        left = {f.code for f in check(path).findings if f.fix is not None and f.fix.safety.value == "safe"}
        assert left == set() and report.workbooks[0].reason is None
        assert fix(path, safe=True, in_place=True).workbooks[0].target is None


def test_a_total_waits_for_a_person(wrong: Path) -> None:
    before = wrong.read_bytes()
    (done,) = fix(wrong, in_place=True).workbooks
    assert done.fixes == () and done.target is None and len(done.left) == 1
    assert wrong.read_bytes() == before
    (change,) = done.left[0].changes
    assert (change.before, change.after, change.after_formula) == (
        Decimal("299.0"),
        Decimal(300),
        "=SUM(B5:C5)",
    )


def test_a_person_is_asked(wrong: Path) -> None:
    asked: list[tuple[str, str]] = []

    def no(path: str, one: PlannedFix, language: str) -> bool:
        asked.append((path, one.finding.code))
        return False

    assert fix(wrong, in_place=True, decide=no).workbooks[0].target is None
    assert asked == [(str(wrong), "ARI001")]
    assert fix(wrong, in_place=True, decide=lambda *_: True).workbooks[0].target == str(wrong)
    assert "ARI001" not in codes(wrong)


def test_a_plan_asks_nobody(wrong: Path) -> None:
    def never(*_: object) -> bool:
        raise AssertionError

    assert len(fix(wrong, in_place=True, dry_run=True, decide=never).workbooks[0].left) == 1


def test_a_finding_that_is_named(wrong: Path) -> None:
    (finding,) = check(wrong).findings
    fix(wrong, findings=[finding.id], in_place=True)
    assert "ARI001" not in codes(wrong)
    with pytest.raises(UsageError, match=finding.id):
        fix(wrong, findings=[finding.id], in_place=True)


def test_a_finding_in_several_workbooks(wrong: Path, tmp_path: Path) -> None:
    other = tmp_path / "b.xlsx"
    shutil.copyfile(wrong, other)
    (id_,) = {finding.id for finding in check(wrong).findings}
    before = wrong.read_bytes()
    with pytest.raises(UsageError, match="several workbooks"):
        fix(tmp_path, findings=[id_], in_place=True)
    assert wrong.read_bytes() == before


def test_what_was_accepted_is_left_alone(wrong: Path) -> None:
    (finding,) = check(wrong).findings
    accept(wrong, finding=finding.id, reason="aftalt", initials="BJ")
    (done,) = fix(wrong, dry_run=True).workbooks
    assert done.fixes == done.left == ()


def test_copies(wrong: Path, tmp_path: Path) -> None:
    (finding,) = check(wrong).findings
    before = wrong.read_bytes()
    (done,) = fix(wrong, findings=[finding.id], output=tmp_path / "ud").workbooks
    assert done.target == str(tmp_path / "ud" / "a.xlsx") and wrong.read_bytes() == before
    assert "ARI001" not in codes(Path(done.target))
    assert [one.name for one in (tmp_path / "ud").iterdir()] == ["a.xlsx"]


def test_a_missing_total_line_is_looked_at_first(tmp_path: Path) -> None:
    rows = [["Skema 2.1.2. 01"], ["Ny skole"], ["Beløb i 1.000 kr."], ["", 2023, 2024, "I alt"]]
    rows += [["Løn", 100, 200, 300], ["Drift", 10, 20, 30]]
    path = pack(tmp_path / "a.xlsx", parts_of({"Skema": worksheet(rows_of(rows))}))
    (done,) = fix(path, codes=["STR003"], in_place=True).workbooks
    assert done.fixes == () and done.target is None
    assert [(str(c.cell), c.after, c.after_formula) for c in done.left[0].changes] == [
        ("A7", "I alt", None),
        ("B7", Decimal(110), "=SUM(B5:B6)"),
        ("C7", Decimal(220), "=SUM(C5:C6)"),
        ("D7", Decimal(330), "=SUM(D5:D6)"),
    ]
    fix(path, codes=["STR003"], in_place=True, decide=lambda *_: True)
    assert check(path).findings == ()


@pytest.mark.parametrize("taken", ["A7", "C7"])
def test_a_total_line_only_into_empty_cells(taken: str, tmp_path: Path) -> None:
    rows = [["Skema 2.1.2. 01"], ["Ny skole"], ["Beløb i 1.000 kr."], ["", 2023, 2024]]
    rows += [["Løn", 100, 200], ["Drift", 10, 20], ["", "", ""]]
    rows[6]["ABC".index(taken[0])] = "Noter"
    path = pack(tmp_path / "a.xlsx", parts_of({"Skema": worksheet(rows_of(rows))}))
    changes = [c for one in fix(path).workbooks[0].left for c in one.changes]
    assert taken not in {str(change.cell) for change in changes}


def test_two_fixes_of_one_cell(monkeypatch: pytest.MonkeyPatch, wrong: Path) -> None:
    from budget_tools.changing import fix as module

    own = module._offered
    monkeypatch.setattr(module, "_offered", lambda *a: own(*a) * 2)
    (done,) = fix(wrong, in_place=True, decide=lambda *_: True).workbooks
    assert (len(done.fixes), len(done.left)) == (1, 1)


def test_wrong_use(wrong: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="exclude each other"):
        fix(wrong, in_place=True, output=tmp_path / "ud")
    with pytest.raises(UsageError, match="no rule"):
        fix(wrong, codes=["XYZ"])
