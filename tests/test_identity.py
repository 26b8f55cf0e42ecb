"""What was accepted stays accepted when a proposal gets another number; what is withdrawn does not count."""

from __future__ import annotations

from pathlib import Path

from openpyxl import Workbook

from budget_tools import accept, accepted, check, unaccept
from budget_tools.model.finding import Finding


def form(folder: Path, name: str, number: str, *more: str, wrong: int = 350, title: str = "Licenser") -> Path:
    """A form whose total of 2027 is off."""
    book = Workbook()
    sheet = book.active
    rows: list[list[object]] = [[f"Skema {number}"], ["Økonomiudvalget - Administration"], [title]]
    rows += [[one] for one in more]
    rows += [["Beløb i 1.000 kr."], ["", 2027, 2028], ["Løn", 100, 100], ["Drift", 200, 200]]
    rows += [["I alt", wrong, 300]]
    for row in rows:
        sheet.append(row)
    path = folder / name
    book.save(path)
    return path


def wrong_total(path: Path) -> Finding:
    [one] = [one for one in check(path).findings if one.code == "ARI002"]
    return one


def test_an_acceptance_follows_the_earlier_number(tmp_path: Path) -> None:
    before = form(tmp_path, "a.xlsx", "2.1.1. 03")
    accept(before, finding=wrong_total(before).id, reason="aftalt", initials="bh")
    before.unlink()
    after = form(tmp_path, "b.xlsx", "2.1.2. 15", "Tidl. nr.: 2.1.1. 03")
    assert wrong_total(after).accepted is not None
    other = form(tmp_path, "b.xlsx", "2.1.2. 15")
    assert wrong_total(other).accepted is None
    changed = form(tmp_path, "b.xlsx", "2.1.2. 15", "Tidl. nr.: 2.1.1. 03", wrong=360)
    assert wrong_total(changed).accepted is None


def test_an_acceptance_follows_the_permanent_id(tmp_path: Path) -> None:
    path = form(tmp_path, "a.xlsx", "2.1.1. 03", "Id: F-7")
    accept(path, finding=wrong_total(path).id, reason="aftalt", initials="bh")
    form(tmp_path, "a.xlsx", "2.1.2. 15", "Id: F-7")
    assert wrong_total(path).accepted is not None
    form(tmp_path, "a.xlsx", "2.1.2. 15", "Id: F-8")
    assert wrong_total(path).accepted is None


def test_an_acceptance_from_before_the_id_was_given_holds(tmp_path: Path) -> None:
    path = form(tmp_path, "a.xlsx", "2.1.1. 03")
    plain = wrong_total(path)
    accept(path, finding=plain.id, reason="aftalt", initials="bh")
    form(tmp_path, "a.xlsx", "2.1.1. 03", "Id: F-7")
    known = wrong_total(path)
    assert known.accepted is not None and known.id != plain.id and plain.id in known.former_ids
    [standing] = accepted(path).standing
    assert standing.state == "in-force"
    unaccept(path, finding=known.id, initials="bh")
    assert wrong_total(path).accepted is None


def test_a_register_tells_who_it_was(tmp_path: Path) -> None:
    before = form(tmp_path, "a.xlsx", "2.1.1. 03")
    accept(before, finding=wrong_total(before).id, reason="aftalt", initials="bh")
    before.unlink()
    form(tmp_path, "b.xlsx", "2.1.2. 15")
    form(tmp_path, "c.xlsx", "2.1.2. 16", wrong=300, title="Servere")
    register = Workbook()
    for row in (
        ["Skema", "Titel", "Tidl. nr."],
        ["2.1.2. 15", "Licenser", "2.1.1. 03"],
        ["2.1.2. 16", "Servere"],
    ):
        register.active.append(row)
    register.save(tmp_path / "Register.xlsx")
    [one] = [one for one in check(tmp_path).findings if one.code == "ARI002"]
    assert one.accepted is not None


def test_what_a_register_calls_withdrawn_stands_beside_no_other(tmp_path: Path) -> None:
    form(
        tmp_path,
        "a.xlsx",
        "2.1.2. 01",
        "I skema nr. 2.1.2. 02 er en reduktion. Her lægges i stedet op til mere.",
    )
    form(tmp_path, "b.xlsx", "2.1.2. 02", title="Servere")
    assert "XWB003" in {one.code for one in check(tmp_path).findings}
    register = Workbook()
    for row in (
        ["Skema", "Titel", "Status"],
        ["2.1.2. 01", "Licenser", "Trukket"],
        ["2.1.2. 02", "Servere", ""],
    ):
        register.active.append(row)
    register.save(tmp_path / "Register.xlsx")
    assert "XWB003" not in {one.code for one in check(tmp_path).findings}


def test_the_report_tells_who_a_proposal_is(tmp_path: Path) -> None:
    form(tmp_path, "a.xlsx", "2.1.2. 01", "Id: F-7", "Tidl. nr.: 2.1.1. 03", "Status: Vedtaget ændret")
    form(tmp_path, "b.xlsx", "2.1.2. 02")
    first, second = (one["proposals"][0] for one in check(tmp_path).to_json()["workbooks"])
    assert (first["id"], first["earlier_numbers"], first["status"]) == (
        "F-7",
        ["2.1.1. 03"],
        "adopted-changed",
    )
    assert not {"id", "earlier_numbers", "status"} & set(second)


def test_a_withdrawn_proposal_takes_nothing_of_the_frame(tmp_path: Path) -> None:
    frame = '[committees]\n"2.1.2" = { committee = "Økonomiudvalget", frame = { 2027 = 500 } }\n'
    (tmp_path / "budget.toml").write_text(frame, "utf-8")
    form(tmp_path, "a.xlsx", "2.1.2. 01", wrong=300)
    form(tmp_path, "b.xlsx", "2.1.2. 02", wrong=300)
    assert "XWB007" in {one.code for one in check(tmp_path).findings}
    form(tmp_path, "b.xlsx", "2.1.2. 02", "Status: Forkastet", wrong=300)
    assert "XWB007" not in {one.code for one in check(tmp_path).findings}


def test_a_moved_proposal_does_not_stand_twice(tmp_path: Path) -> None:
    form(tmp_path, "a.xlsx", "2.1.2. 01", wrong=300)
    form(tmp_path, "b.xlsx", "2.1.2. 01", wrong=300, title="Servere")
    assert "IDN002" in {one.code for one in check(tmp_path).findings}
    form(tmp_path, "a.xlsx", "2.1.2. 01", "Status: Flyttet", wrong=300)
    assert "IDN002" not in {one.code for one in check(tmp_path).findings}
