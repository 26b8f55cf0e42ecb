"""Totals filled into the workbooks themselves: what is written, what is refused, and the way back."""

from __future__ import annotations

import os
import shutil
from decimal import Decimal
from pathlib import Path

import pytest

from budget_tools import UsageError, check, fill, history, undo
from budget_tools.books.journal import store_of
from budget_tools.books.replace import locked
from budget_tools.changing.history import Past
from budget_tools.errors import WriteRefused
from budget_tools.settings import Backup
from tests.changing.workbooks import book, form, protected, without_total
from tests.package_parts import assert_only_changed
from tests.packages import pack, parts_of, worksheet

SAMPLES = Path(__file__).parents[2] / "workbooks"


def states(path: Path) -> list[tuple[str, str]]:
    return [(one.what, one.state) for one in history(path).changes]


def reason_of(path: Path, **options: bool) -> str | None:
    """Why a workbook was not filled in; it is then as it was."""
    before = path.read_bytes()
    (done,) = fill(path, in_place=True, **options).workbooks
    assert (done.target is None) == (done.reason is not None)
    assert (path.read_bytes() == before) == (done.reason is not None)
    return done.reason


def test_filled_in_and_given_back(tmp_path: Path) -> None:
    path = without_total(tmp_path / "a.xlsx")
    before = path.read_bytes()
    original = tmp_path / "before.bin"
    original.write_bytes(before)
    report = fill(path, in_place=True)
    assert [(str(t.cell), t.value, t.formula) for t in report.workbooks[0].totals] == [
        ("D5", Decimal(300), "=SUM(B5:C5)"),
        ("D6", Decimal(300), "=SUM(D5)"),
    ]
    assert report.operation and report.workbooks[0].target == str(path)
    assert_only_changed(original, path, {"Skema!D5", "Skema!D6"})
    assert not {"STR003", "FRM006"} & {finding.code for finding in check(path).findings}
    assert states(path) == [("fill", "done")]
    back = undo(paths=path)
    assert (back.undone, back.workbooks[0].operations) == (report.operation, (report.operation,))
    assert path.read_bytes() == before
    assert states(path) == [("fill", "undone"), ("undo", "done")]


def test_filled_in_again_changes_no_byte(tmp_path: Path) -> None:
    path = without_total(tmp_path / "a.xlsx")
    fill(path, in_place=True)
    after, stamp = path.read_bytes(), path.stat().st_mtime_ns
    again = fill(path, in_place=True)
    assert again.operation is None and again.workbooks[0].totals == ()
    assert (path.read_bytes(), path.stat().st_mtime_ns) == (after, stamp)


@pytest.mark.parametrize(
    "sample", sorted((SAMPLES / "faults").glob("STR003*.xlsx")), ids=lambda one: one.stem
)
def test_samples(sample: Path, tmp_path: Path) -> None:
    path = tmp_path / sample.name
    shutil.copyfile(sample, path)
    fill(path, in_place=True)
    assert not {"STR003", "FRM006"} & {finding.code for finding in check(path).findings}
    undo(paths=path)
    assert path.read_bytes() == sample.read_bytes()


def test_what_looks_at_a_filled_cell_is_recalculated(tmp_path: Path) -> None:
    overview = worksheet(
        '<row r="1"><c r="A1"><f>Skema!D6*2</f><v>0</v></c><c r="B1"><f>A1+1</f><v>1</v></c></row>'
    )
    path = pack(
        tmp_path / "a.xlsx", parts_of({"Skema": worksheet(form(total="", bottom="")), "Oversigt": overview})
    )
    before = tmp_path / "before.bin"
    shutil.copyfile(path, before)
    fill(path, in_place=True)
    from budget_tools.books.file import WorkbookFile

    sheet = WorkbookFile(path).read().sheet("Oversigt")
    assert sheet is not None
    assert (sheet.value(1, 1), sheet.value(1, 2)) == (600, 601)
    assert_only_changed(before, path, {"Skema!D5", "Skema!D6", "Oversigt!A1", "Oversigt!B1"})


def test_nothing_to_fill_touches_nothing(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx")
    assert fill(path, in_place=True).operation is None
    assert [one.name for one in tmp_path.iterdir()] == ["a.xlsx"]


def test_a_plan_touches_nothing(tmp_path: Path) -> None:
    path = without_total(tmp_path / "a.xlsx")
    report = fill(path, in_place=True, dry_run=True)
    assert len(report.workbooks[0].totals) == 2 and report.workbooks[0].target is None
    assert [one.name for one in tmp_path.iterdir()] == ["a.xlsx"]


def test_in_place_or_copies(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="exclude each other"):
        fill(without_total(tmp_path / "a.xlsx"), in_place=True, output=tmp_path / "ud")


# --- what is refused ------------------------------------------------------------------------------------


def test_open_elsewhere(tmp_path: Path) -> None:
    path = without_total(tmp_path / "a.xlsx")
    (tmp_path / "~$a.xlsx").write_bytes(b"\x05Bente")
    assert reason_of(path) == "in-use"


def test_changed_since_it_was_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = without_total(tmp_path / "a.xlsx")
    from budget_tools.changing import fill as module

    own = module.recalculated

    def recalculated(*arguments: object) -> object:
        without_total(path, "02")
        return own(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "recalculated", recalculated)
    (done,) = fill(path, in_place=True).workbooks
    assert done.reason == "changed-since" and "02" in str(check(path).workbooks[0].proposals[0].number)


def test_another_run_in_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = without_total(tmp_path / "a.xlsx")
    monkeypatch.setattr("budget_tools.books.replace.LOCK_SECONDS", 0.05)
    own = locked
    monkeypatch.setattr("budget_tools.changing.writing.locked", lambda store: own(store, 0.05))
    with locked(store_of(tmp_path, Backup())):
        assert reason_of(path) == "folder-busy"
    assert reason_of(path) is None


def test_a_folder_of_a_cloud_service(tmp_path: Path) -> None:
    path = without_total(tmp_path / "OneDrive - Kommunen" / "a.xlsx")
    assert reason_of(path) == "synchronised"
    assert fill(path, output=tmp_path / "ud").workbooks[0].reason is None
    assert reason_of(path, even_if_synchronised=True) is None


def test_locked_cells(tmp_path: Path) -> None:
    path = protected(tmp_path / "a.xlsx")
    assert reason_of(path) == "locked-cell"
    assert fill(path, output=tmp_path / "ud").workbooks[0].reason == "locked-cell"
    assert not (tmp_path / "ud" / "a.xlsx").exists()
    assert reason_of(path, through_protection=True) is None


def test_unlocked_cells_of_a_protected_sheet(tmp_path: Path) -> None:
    assert reason_of(protected(tmp_path / "a.xlsx", unlocked=True)) is None


def test_a_sheet_whose_protection_is_off(tmp_path: Path) -> None:
    assert reason_of(without_total(tmp_path / "a.xlsx", after='<sheetProtection sheet="0"/>')) is None


def test_shared_the_old_way(tmp_path: Path) -> None:
    parts = parts_of({"Skema": worksheet(form(total="", bottom=""))})
    path = pack(tmp_path / "a.xlsx", parts | {"xl/revisions/revisionHeaders.xml": "<headers/>"})
    assert reason_of(path) == "shared-workbook"


def test_one_workbook_that_cannot_be_changed_does_not_stop_the_others(tmp_path: Path) -> None:
    one, other = without_total(tmp_path / "a.xlsx"), without_total(tmp_path / "b.xlsx", "02")
    (tmp_path / "~$a.xlsx").write_bytes(b"\x05Bente")
    first, second = fill(tmp_path, in_place=True).workbooks
    assert (first.reason, second.target) == ("in-use", str(other))
    assert len(history(tmp_path).changes) == 1 and history(one).changes == ()


# --- undo and history -----------------------------------------------------------------------------------


def twice(path: Path) -> tuple[bytes, bytes, bytes]:
    """A workbook changed by two operations: what it held before, between and after."""
    before = without_total(path).read_bytes()
    fill(path, in_place=True)
    between = path.read_bytes()
    from budget_tools.books.journal import Operation, content_hash
    from budget_tools.books.replace import replace_file
    from budget_tools.model.address import parse_cell
    from budget_tools.model.edit import SetCell
    from tests.edits import apply_edits

    store = store_of(path.parent, Backup())
    edit = SetCell("Skema", parse_cell("A2"), "Ny svømmehal")
    with locked(store):
        replace_file(
            store,
            path,
            lambda old, new: apply_edits(old, [edit], new),
            checked=content_hash(between),
            operation=Operation.new("fix"),
        )
    return before, between, path.read_bytes()


def test_one_after_the_other(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    before, between, _ = twice(path)
    undo(paths=tmp_path)
    assert path.read_bytes() == between
    undo(paths=tmp_path)
    assert path.read_bytes() == before
    with pytest.raises(UsageError, match="nothing to undo"):
        undo(paths=tmp_path)


def test_an_early_one_takes_the_later_with_it(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    before, _, after = twice(path)
    operations = [one.operation for one in history(path).changes]
    back = undo(operations[0], paths=tmp_path)
    assert back.workbooks[0].operations == tuple(operations) and path.read_bytes() == before
    assert [one.state for one in history(path).changes] == ["undone", "undone", "done"]
    with pytest.raises(UsageError, match="already"):
        undo(operations[1], paths=tmp_path)
    undo(back.operation, paths=tmp_path)
    assert path.read_bytes() == after
    undo(operations[0], paths=tmp_path)
    assert path.read_bytes() == before


def test_the_beginning_of_an_id_is_enough(tmp_path: Path) -> None:
    path = without_total(tmp_path / "a.xlsx")
    before = path.read_bytes()
    operation = fill(path, in_place=True).operation
    assert operation is not None
    undo(operation[:-2], paths=path)
    assert path.read_bytes() == before


def test_an_early_one_after_a_later_was_taken_back(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    before, _, _ = twice(path)
    first = history(path).changes[0].operation
    undo(paths=path)
    undo(first, paths=path)
    assert path.read_bytes() == before


def test_what_somebody_edited_since_is_left_alone(tmp_path: Path) -> None:
    path = without_total(tmp_path / "a.xlsx")
    before = path.read_bytes()
    fill(path, in_place=True)
    book(path, "07")
    edited = path.read_bytes()
    (done,) = undo(paths=path).workbooks
    assert (done.reason, path.read_bytes()) == ("edited-since", edited)
    assert Path(str(done.reason_facts["backup"])).read_bytes() == before
    assert states(path) == [("fill", "changed-since")]


def test_a_workbook_that_is_gone(tmp_path: Path) -> None:
    path = without_total(tmp_path / "a.xlsx")
    fill(path, in_place=True)
    path.unlink()
    assert [one.state for one in history(path).changes] == ["gone"]
    assert undo(paths=tmp_path).workbooks[0].reason == "missing"


def test_a_backup_that_is_gone_or_damaged(tmp_path: Path) -> None:
    path = without_total(tmp_path / "a.xlsx")
    fill(path, in_place=True)
    after = path.read_bytes()
    (past,) = history(path).changes
    assert past.backup is not None
    Path(past.backup).write_bytes(b"rust")
    assert undo(paths=tmp_path).workbooks[0].reason == "backup-gone"
    assert path.read_bytes() == after and isinstance(past, Past)


def test_a_folder_with_subfolders_is_one_operation(tmp_path: Path) -> None:
    paths = [without_total(tmp_path / "a.xlsx"), without_total(tmp_path / "u" / "b.xlsx", "02")]
    before = [path.read_bytes() for path in paths]
    report = fill(tmp_path, in_place=True)
    assert len({one.operation for one in history(tmp_path).changes}) == 1
    assert undo(report.operation, paths=tmp_path, dry_run=True).operation is None
    assert [path.read_bytes() for path in paths] != before
    assert len(undo(report.operation, paths=tmp_path).workbooks) == 2
    assert [path.read_bytes() for path in paths] == before


def test_places_that_overlap(tmp_path: Path) -> None:
    path = without_total(tmp_path / "u" / "a.xlsx")
    before = path.read_bytes()
    fill(path, in_place=True)
    places = [path, tmp_path / "u", tmp_path]
    assert len(history(places).changes) == 1
    assert len(undo(paths=places).workbooks) == 1 and path.read_bytes() == before


def test_what_is_not_there(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx")
    assert history(path).changes == ()
    with pytest.raises(UsageError, match="no such file"):
        history(tmp_path / "nej.xlsx")
    with pytest.raises(UsageError, match="no such"):
        undo(paths=tmp_path / "nej")
    with pytest.raises(UsageError, match="nothing to undo"):
        undo(paths=tmp_path)
    with pytest.raises(UsageError, match="no such operation"):
        undo("2026", paths=tmp_path)


def test_the_settings_say_where_backups_lie(tmp_path: Path) -> None:
    (tmp_path / "budget.toml").write_text(f"[backup]\nfolder = '{tmp_path / 'kopier'}'\nkeep_days = 5\n")
    path = without_total(tmp_path / "u" / "a.xlsx")
    before = path.read_bytes()
    fill(path, in_place=True)
    assert os.listdir(path.parent) == ["a.xlsx"]
    assert history(path).changes[0].state == "done"
    undo(paths=path)
    assert path.read_bytes() == before


def test_what_a_killed_run_left_is_settled_by_history(tmp_path: Path) -> None:
    path = without_total(tmp_path / "a.xlsx")
    (tmp_path / ".budget-tools-20260101-000000-0000").mkdir()
    (tmp_path / ".budget-tools-20260101-000000-0000" / "draft.xlsx").write_bytes(b"half")
    fill(path, in_place=True)
    assert sorted(os.listdir(tmp_path)) == [".budget-tools", "a.xlsx"]


def test_the_folder_of_the_tool_is_never_checked(tmp_path: Path) -> None:
    fill(without_total(tmp_path / "a.xlsx"), in_place=True)
    assert len(check(tmp_path).workbooks) == 1
    assert len(check(f"{tmp_path}/**/*.xlsx").workbooks) == 1


def test_a_workbook_that_could_end_the_process_is_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = without_total(tmp_path / "a.xlsx")
    monkeypatch.setattr("budget_tools.books.file.needs_a_child", lambda *_: True)
    assert reason_of(path) == "suspicious"


def test_verification_sees_a_foreign_change(tmp_path: Path) -> None:
    from budget_tools.books.patch import verify

    one = book(tmp_path / "a.xlsx").read_bytes()
    other = book(tmp_path / "b.xlsx", first=101).read_bytes()
    verify(one, one, ())
    with pytest.raises(WriteRefused) as caught:
        verify(one, other, ())
    assert caught.value.facts == {"at": "Skema!B5"}
    with pytest.raises(WriteRefused):
        verify(one, other[:-30], ())
