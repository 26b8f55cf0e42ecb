"""Fixes applied: the safe ones at once, the others when a person says so."""

from __future__ import annotations

import shutil
from decimal import Decimal
from pathlib import Path

import pytest

from budget_tools import UsageError, accept, check, fix, undo
from budget_tools.changing.fix import PlannedFix
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
