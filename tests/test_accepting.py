"""Acceptances: what they hide from the count, what brings a finding back, and what two writers do."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest

from budget_tools import Report, UsageError, accept, accepted, check, unaccept
from budget_tools.books.accepted import FILE_NAME, add, read
from budget_tools.cli.check import exit_code
from budget_tools.model.acceptance import Acceptance, latest
from budget_tools.reports import console
from tests.changing.workbooks import book

TODAY = date.today()


@pytest.fixture
def wrong(tmp_path: Path) -> Path:
    return book(tmp_path / "a.xlsx", total=299)


def id_of(path: Path) -> str:
    (finding,) = check(path).findings
    return finding.id


def taken_down(path: Path, **options: object) -> str:
    id_ = id_of(path)
    accept(path, finding=id_, reason="Aftalt med udvalget", initials="BJ", **options)  # type: ignore[arg-type]
    return id_


def is_accepted(path: Path) -> list[bool]:
    return [finding.accepted is not None for finding in check(path).findings]


def text_of(report: Report) -> str:
    target = io.StringIO()
    console.write(report, "da", target)
    return target.getvalue()


def states(*paths: Path) -> list[str]:
    return [one.state for one in accepted(paths).standing]


def test_shown_everywhere_and_counted_nowhere(wrong: Path) -> None:
    assert exit_code(check(wrong), "error") == 1
    id_ = taken_down(wrong)
    report = check(wrong)
    assert exit_code(report, "note") == 0
    assert (report.counts.errors, report.counts.accepted) == (0, 1)
    text = " ".join(text_of(report).split())
    assert "accepteret fejl ARI001 D5" in text and "Accepteret af BJ: Aftalt med udvalget" in text
    assert text.endswith("0 fejl, 0 advarsler, 0 bemærkninger. 1 accepteret.")
    told = report.to_json()
    (finding,) = told["workbooks"][0]["findings"]
    assert finding["id"] == id_ and finding["severity"] == "error"
    assert finding["accepted"]["initials"] == "BJ" and finding["accepted"]["until"] is None
    assert told["summary"]["accepted"] == 1 and told["summary"]["errors"] == 0
    assert report.to_frame().accepted[0] == "Accepteret af BJ: Aftalt med udvalget"


def test_the_record(wrong: Path) -> None:
    id_ = taken_down(wrong)
    (line,) = (wrong.parent / FILE_NAME).read_text("utf-8").splitlines()
    record = json.loads(line)
    assert {**record, "when": "", "values": ""} == {
        "action": "accept",
        "path": "a.xlsx",
        "id": id_,
        "values": "",
        "code": "ARI001",
        "who": "BJ",
        "why": "Aftalt med udvalget",
        "when": "",
    }


def test_other_amounts_bring_it_back(wrong: Path) -> None:
    taken_down(wrong)
    book(wrong, total=298)
    assert is_accepted(wrong) == [False] and states(wrong) == ["values-changed"]
    book(wrong, total=299)
    assert is_accepted(wrong) == [True] and states(wrong) == ["in-force"]


def test_a_fault_that_is_gone(wrong: Path) -> None:
    taken_down(wrong)
    book(wrong)
    assert states(wrong) == ["gone"]
    wrong.unlink()
    assert states(wrong.parent) == ["file-gone"]


def test_a_renamed_workbook(wrong: Path) -> None:
    taken_down(wrong)
    wrong = wrong.rename(wrong.with_name("b.xlsx"))
    assert is_accepted(wrong) == [True] and states(wrong.parent) == ["in-force"]


def test_a_copy_is_another_workbook(wrong: Path) -> None:
    taken_down(wrong)
    other = wrong.with_name("b.xlsx")
    shutil.copyfile(wrong, other)
    assert is_accepted(other) == [False] and is_accepted(wrong) == [True]


def test_taken_back(wrong: Path) -> None:
    id_ = taken_down(wrong)
    unaccept(wrong, finding=id_, initials="BJ")
    assert is_accepted(wrong) == [False] and states(wrong) == []
    assert len((wrong.parent / FILE_NAME).read_text("utf-8").splitlines()) == 2
    with pytest.raises(UsageError, match="is not accepted"):
        unaccept(wrong, finding=id_, initials="BJ")
    taken_down(wrong)
    assert is_accepted(wrong) == [True]


def test_until_a_date(wrong: Path) -> None:
    taken_down(wrong, until=TODAY)
    assert is_accepted(wrong) == [True]
    assert "til og med" in text_of(check(wrong))
    records, _ = read(wrong.parent / FILE_NAME)
    assert records[0].expired(TODAY + timedelta(days=1)) and not records[0].expired(TODAY)


def test_expired_ones_are_listed(wrong: Path) -> None:
    id_ = taken_down(wrong)
    (record,), _ = read(wrong.parent / FILE_NAME)
    old = Acceptance(
        "accept", "a.xlsx", id_, record.values, "ARI001", "BJ", "x", "2999-01-01", TODAY - timedelta(days=1)
    )
    add(wrong.parent / FILE_NAME, old)
    assert is_accepted(wrong) == [False] and states(wrong) == ["expired"]


def test_beside_the_nearest_settings(tmp_path: Path) -> None:
    (tmp_path / "budget.toml").write_text("")
    path = book(tmp_path / "u" / "v" / "a.xlsx", total=299)
    taken_down(path)
    assert not (path.parent / FILE_NAME).exists()
    (record,), _ = read(tmp_path / FILE_NAME)
    assert record.path == "u/v/a.xlsx" and is_accepted(path) == [True]
    assert states(tmp_path) == ["in-force"]


def test_a_workbook_that_cannot_be_checked(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"")
    assert exit_code(check(path), "error") == 3
    with pytest.raises(UsageError, match="--until"):
        accept(path, reason="tom", initials="BJ")
    accept(path, reason="kommer senere", initials="BJ", until=TODAY)
    report = check(path)
    assert exit_code(report, "note") == 0 and report.workbooks[0].status == "unreadable"
    assert "accepteret" in text_of(report) and "kommer senere" in text_of(report)
    assert report.to_json()["workbooks"][0]["accepted"]["until"] == TODAY.isoformat()
    assert states(path) == ["in-force"]
    unaccept(path, initials="BJ")
    assert exit_code(check(path), "error") == 3


def test_a_workbook_is_never_accepted_for_ever(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(b"")
    endless = {"action": "accept", "path": "a.xlsx", "who": "x", "why": "y", "when": "z"}
    (tmp_path / FILE_NAME).write_text(json.dumps(endless) + "\n")
    assert exit_code(check(tmp_path), "error") == 3
    assert accepted(tmp_path).broken == ((str(tmp_path / FILE_NAME), 1),)


def test_wrong_use(wrong: Path, tmp_path: Path) -> None:
    id_ = id_of(wrong)
    for options in ({"reason": " ", "initials": "BJ"}, {"reason": "x", "initials": ""}):
        with pytest.raises(UsageError, match="reason and initials"):
            accept(wrong, finding=id_, **options)
    with pytest.raises(UsageError, match="no finding"):
        accept(wrong, finding="000000000000", reason="x", initials="BJ")
    with pytest.raises(UsageError, match="over already"):
        accept(wrong, finding=id_, reason="x", initials="BJ", until=date(2020, 1, 1))
    with pytest.raises(UsageError, match="--finding"):
        accept(wrong, reason="x", initials="BJ", until=TODAY)
    shutil.copyfile(wrong, tmp_path / "b.xlsx")
    with pytest.raises(UsageError, match="several workbooks"):
        accept(tmp_path, finding=id_, reason="x", initials="BJ")
    assert not (tmp_path / FILE_NAME).exists()


# --- the file -------------------------------------------------------------------------------------------


def record(action: str, when: str, who: str = "BJ") -> Acceptance:
    return Acceptance(action, "a.xlsx", "1", "2", "ARI001", who, "x", when)  # type: ignore[arg-type]


def test_the_order_of_lines_does_not_matter() -> None:
    records = [record("accept", "1"), record("unaccept", "2"), record("accept", "3", "Å")]
    assert latest(records) == latest(reversed(records)) == {("a.xlsx", "1"): records[2]}
    same = [record("unaccept", "1"), record("accept", "1")]
    assert latest(same)["a.xlsx", "1"].action == latest(same[::-1])["a.xlsx", "1"].action == "unaccept"


def test_a_conflict_that_git_has_marked_accepts_nothing(wrong: Path) -> None:
    taken_down(wrong)
    file = wrong.parent / FILE_NAME
    line = file.read_text("utf-8")
    file.write_text(f"<<<<<<< HEAD\n{line}=======\n{{\n>>>>>>> other\n", "utf-8")
    assert is_accepted(wrong) == [True]
    assert [line for _, line in accepted(wrong).broken] == [1, 3, 4, 5]


@pytest.mark.parametrize(
    "line", ["[]", "3", '{"action": "accept"}', '{"action": "x", "path": "a", "id": "1"}']
)
def test_lines_that_are_no_records(line: str, tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text(line + "\n")
    assert read(tmp_path / FILE_NAME) == ([], [1])


def test_two_writers(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from budget_tools.books.accepted import add;"
        "from budget_tools.model.acceptance import Acceptance\n"
        "for n in range(50):\n"
        "    id_ = sys.argv[2] + str(n)\n"
        "    add(Path(sys.argv[1]), Acceptance('accept', 'a.xlsx', id_, 'v' * 500, 'ARI001', 'B', 'y', 'z'))"
    )
    file = tmp_path / FILE_NAME
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    writers = [
        subprocess.Popen([sys.executable, "-c", code, str(file), name], env=environment) for name in "ab"
    ]
    assert [writer.wait() for writer in writers] == [0, 0]
    records, broken = read(file)
    assert broken == [] and len({one.id for one in records}) == len(records) == 100


def test_without_a_file_a_check_looks_once_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        book(tmp_path / f"{number}.xlsx", f"0{number}")
    looked: list[Path] = []
    own = Path.is_file

    def is_file(self: Path) -> bool:
        if self.name == FILE_NAME:
            looked.append(self)
        return own(self)

    monkeypatch.setattr(Path, "is_file", is_file)
    check(tmp_path)
    assert looked == [tmp_path / FILE_NAME]


def test_a_check_does_not_load_what_only_writers_need() -> None:
    code = "import sys, budget_tools; budget_tools.check(sys.argv[1]); print(*sys.modules)"
    sample = Path(__file__).parents[1] / "workbooks" / "faults" / "ARI001-row-total-wrong.xlsx"
    done = subprocess.run(
        [sys.executable, "-c", code, str(sample)], capture_output=True, text=True, check=True
    )
    assert "filelock" not in done.stdout.split()
