"""From paths to a report and to filled copies: what is looked at, left out and said of the rest."""

from __future__ import annotations

import gc
import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from budget_tools import Report, SettingsError, Severity, UsageError, check, fill
from budget_tools.catalog import codes
from budget_tools.changing.fill import FilledWorkbook
from budget_tools.inspection import asking, batch
from budget_tools.model.address import Cell
from budget_tools.model.finding import Finding
from tests.package_parts import assert_only_changed
from tests.packages import rows_of, worksheet, write

ROOT = Path(__file__).parents[1]
SAMPLES = ROOT / "workbooks"
TEMPLATE = ROOT / "templates" / "driftsforslag.xlsx"


def form(number: str = "01", amount: object = 100, title: str = "Ny skole", total: object = None) -> str:
    """A small proposal, right in everything; ``amount`` is its first."""
    total = 200 + amount if total is None and isinstance(amount, int) else total
    return worksheet(
        rows_of(
            [
                [f"Skema 2.1.2. {number}"],
                [title],
                ["Beløb i 1.000 kr."],
                ["", 2023, 2024, "I alt"],
                ["Løn", amount, 200, total],
                ["I alt", amount, 200, total],
            ]
        )
    )


def book(path: Path, number: str = "01", **changes: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return write(path, {"Skema": form(number, **changes)})


def wrong(path: Path, number: str = "01") -> Path:
    """A proposal with one error of arithmetic."""
    return book(path, number, total=299)


def names(report: Report) -> list[str]:
    return [Path(workbook.path).name for workbook in report.workbooks]


def codes_of(report: Report) -> list[str]:
    return [finding.code for finding in report.findings]


# --- what is looked at ---------------------------------------------------------------------------------


def test_a_file_a_folder_and_a_pattern(tmp_path: Path) -> None:
    book(tmp_path / "a.xlsx", "01")
    book(tmp_path / "under" / "b.xlsm", "02")
    book(tmp_path / "under" / "dybt" / "C.XLSX", "03")
    assert names(check(tmp_path / "a.xlsx")) == ["a.xlsx"]
    assert names(check(str(tmp_path / "a.xlsx"))) == ["a.xlsx"]
    assert names(check(tmp_path)) == ["a.xlsx", "b.xlsm", "C.XLSX"]
    assert names(check([tmp_path / "under", tmp_path / "a.xlsx"])) == ["b.xlsm", "C.XLSX", "a.xlsx"]
    assert names(check(f"{tmp_path}/*.xlsx")) == ["a.xlsx"]
    assert sorted(names(check(f"{tmp_path}/**/*.xls?"))) == ["a.xlsx", "b.xlsm"]
    assert names(check(f"{tmp_path}/under*")) == ["b.xlsm", "C.XLSX"]


def test_each_workbook_once(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx")
    assert names(check([path, tmp_path, f"{tmp_path}/*.xlsx", str(path)])) == ["a.xlsx"]


@pytest.mark.parametrize("spelling", ["./a.xlsx", "under/../a.xlsx", "a.xlsx"])
def test_each_workbook_once_however_it_is_spelled(
    spelling: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book(tmp_path / "a.xlsx")
    (tmp_path / "under").mkdir()
    monkeypatch.chdir(tmp_path)
    report = check([str(tmp_path / "a.xlsx"), spelling])
    assert len(report.workbooks) == 1
    assert "IDN002" not in codes_of(report)  # it is no copy of itself


def test_names_with_the_characters_of_patterns(tmp_path: Path) -> None:
    path = book(tmp_path / "skole [1].xlsx")
    assert names(check(path)) == names(check(str(path))) == names(check(tmp_path)) == ["skole [1].xlsx"]


@pytest.mark.parametrize("missing", ["nej.xlsx", "nej", "*.xlsm", "under/**/x?.xlsx"])
def test_a_path_that_does_not_exist(missing: str, tmp_path: Path) -> None:
    book(tmp_path / "a.xlsx")
    with pytest.raises(UsageError) as caught:
        check([tmp_path / "a.xlsx", f"{tmp_path}/{missing}"])
    assert missing in str(caught.value)


def test_no_path_at_all() -> None:
    with pytest.raises(UsageError):
        check([])


def test_a_folder_without_workbooks_is_no_pass(tmp_path: Path) -> None:
    report = check(tmp_path)
    assert report.workbooks == () and report.counts.checked == 0


def test_files_of_open_workbooks_are_left_out(tmp_path: Path) -> None:
    book(tmp_path / "a.xlsx")
    (tmp_path / "~$b.xlsx").write_bytes(b"\x05Bente")
    (tmp_path / ".~lock.c.xlsx#").write_text("x")
    (tmp_path / ".skjult.xlsx").write_bytes(b"x")
    for path in (tmp_path, f"{tmp_path}/*.xlsx"):
        report = check(path)
        assert names(report) == ["a.xlsx"]
        assert "RUN005" not in codes_of(report)


def test_other_documents_are_named_once_a_folder(tmp_path: Path) -> None:
    book(tmp_path / "a.xlsx", "01")
    book(tmp_path / "under" / "b.xlsx", "02")
    for name in ("brev.docx", "plan.pdf", "gammel.xls", "ark.ods", "data.csv", "billede.png"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "under" / "NOTAT.DOCX").write_bytes(b"x")
    found = [finding for finding in check(tmp_path).run_findings if finding.code == "RUN005"]
    assert [finding.facts["count"] for finding in found] == [5, 1]
    assert [finding.severity for finding in found] == [Severity.NOTE] * 2
    first, second = (" ".join(map(str, finding.facts["files"])) for finding in found)  # type: ignore[arg-type]
    for name in ("brev.docx", "plan.pdf", "gammel.xls", "ark.ods", "data.csv"):
        assert name in first
    assert "billede.png" not in first and "NOTAT.DOCX" in second
    assert "RUN005" not in codes_of(check(tmp_path / "a.xlsx"))


def test_a_document_that_is_named_itself_is_refused(tmp_path: Path) -> None:
    (tmp_path / "brev.docx").write_bytes(b"x")
    book(tmp_path / "a.xlsx")
    report = check([tmp_path / "brev.docx", tmp_path / "a.xlsx"])
    assert [workbook.status for workbook in report.workbooks] == ["refused", "checked"]
    assert codes_of(report) == ["RUN004"]


def test_what_the_settings_exclude(tmp_path: Path) -> None:
    (tmp_path / "budget.toml").write_text('exclude = ["Arkiv", "*kopi*"]\n')
    book(tmp_path / "a.xlsx")
    book(tmp_path / "a - Kopi.xlsx")
    book(tmp_path / "arkiv" / "a.xlsx")
    book(tmp_path / "arkiver" / "b.xlsx", "02")
    (tmp_path / "brev kopi.docx").write_bytes(b"x")
    report = check(tmp_path)
    assert names(report) == ["a.xlsx", "b.xlsx"] and report.findings == ()


# --- settings ------------------------------------------------------------------------------------------


def test_the_nearest_settings_hold(tmp_path: Path) -> None:
    (tmp_path / "budget.toml").write_text("period = [2023, 2024]\n")
    book(tmp_path / "a.xlsx", "01")
    book(tmp_path / "b" / "b.xlsx", "02")
    book(tmp_path / "c" / "d" / "c.xlsx", "03")
    (tmp_path / "c" / "budget.toml").write_text("period = [2025, 2026]\n")
    report = check(tmp_path)
    assert {Path(w.path).name: [f.code for f in w.findings] for w in report.workbooks} == {
        "a.xlsx": [],
        "b.xlsx": [],
        "c.xlsx": ["STR002"],
    }


def test_a_given_settings_file_holds_alone(tmp_path: Path) -> None:
    (tmp_path / "budget.toml").write_text("period = [2025, 2026]\n")
    other = tmp_path / "andre.toml"
    other.write_text('language = "en"\n')
    path = book(tmp_path / "a.xlsx")
    assert codes_of(check(path)) == ["STR002"]
    report = check(path, config=other)
    assert codes_of(report) == [] and report.language == "en"
    assert check(path, config=other, language="da").language == "da"


def test_settings_are_found_from_a_relative_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "budget.toml").write_text("period = [2025, 2026]\n")
    book(tmp_path / "under" / "a.xlsx")
    monkeypatch.chdir(tmp_path / "under")
    assert codes_of(check("a.xlsx")) == ["STR002"]
    assert codes_of(check(".")) == ["STR002"]


def test_wrong_settings_stop_the_run(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx")
    (tmp_path / "budget.toml").write_text("perod = [2025]\n")
    with pytest.raises(SettingsError, match="perod"):
        check(path)
    with pytest.raises(SettingsError, match=r"nej\.toml"):
        check(path, config=tmp_path / "nej.toml")


def test_severities_by_settings_and_phase(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", "7x")
    assert [finding.severity for finding in check(path).findings] == [Severity.WARNING]
    config = tmp_path / "budget.toml"
    config.write_text('phase = "print"\n')
    assert [finding.severity for finding in check(path).findings] == [Severity.ERROR]
    config.write_text('phase = "print"\n[rules]\nIDN001 = "note"\n')
    assert [finding.severity for finding in check(path).findings] == [Severity.NOTE]
    config.write_text('[rules]\nIDN001 = "off"\n')
    assert check(path).findings == ()
    assert codes_of(check(path, select=["all"])) == ["IDN001", "IDN005"]


# --- which findings ------------------------------------------------------------------------------------


def test_select_and_ignore(tmp_path: Path) -> None:
    path = wrong(tmp_path / "a.xlsx", "7x")
    every = codes_of(check(path))
    assert {"IDN001"} < set(every) and any(code.startswith("ARI") for code in every)
    assert set(codes_of(check(path, select=["IDN"]))) == {"IDN001", "IDN005"}  # which is off unless asked for
    assert set(codes_of(check(path, select=["idn001"]))) == {"IDN001"}
    assert codes_of(check(path, select=["IDN", "ARI"], ignore=["IDN005"])) == every
    assert "IDN001" not in codes_of(check(path, ignore=["IDN"]))
    assert codes_of(check(path, select=["ARI"], ignore=["ARI"])) == []
    assert codes_of(check(path, select=["all"], ignore=["IDN005"])) == every
    assert "IDN001" not in codes_of(check(path, select=["ALL"], ignore=["IDN001"]))


@pytest.mark.parametrize("unknown", ["XYZ", "ARI999", "ARI0011", "", "A L L"])
def test_a_code_that_there_is_not(unknown: str, tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx")
    with pytest.raises(UsageError):
        check(path, select=[unknown])
    with pytest.raises(UsageError):
        check(path, ignore=[unknown])


@pytest.mark.parametrize("given", ["TXT", "KON001", "XWB", *codes()])
def test_codes_that_may_be_named(given: str, tmp_path: Path) -> None:
    check(book(tmp_path / "a.xlsx"), select=[given])


def test_a_workbook_that_was_not_checked_keeps_its_status_whatever_is_selected(tmp_path: Path) -> None:
    (tmp_path / "tom.xlsx").write_bytes(b"")
    report = check(tmp_path, select=["ARI"])
    assert [workbook.status for workbook in report.workbooks] == ["unreadable"]
    assert report.to_json()["workbooks"][0]["reason"]


def test_worst_first(tmp_path: Path) -> None:
    path = write(tmp_path / "a.xlsx", {"A": form("7x"), "B": form("02", total=299)})
    severities = [finding.severity for finding in check(path).findings]
    assert severities == sorted(severities, reverse=True) and len(set(severities)) > 1


# --- workbooks that are in use -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lock", "content", "owner"),
    [
        ("~$a.xlsx", b"\x05Bente" + b" " * 49, "Bente"),
        ("~$a.xlsx", b"\x0bS\xf8ren \xd8berg", "Søren Øberg"),
        ("~$a.xlsx", b"", ""),
        (".~lock.a.xlsx#", b",bente,pc12,21.11.2026 10:00,file:///home;", "bente"),
        (".~lock.a.xlsx#", "Søren Ø,sø,pc12,21.11.2026 10:00,file:///home;".encode(), "Søren Ø"),
    ],
)
def test_in_use(lock: str, content: bytes, owner: str, tmp_path: Path) -> None:
    path = wrong(tmp_path / "a.xlsx")
    (tmp_path / lock).write_bytes(content)
    for target in (path, tmp_path):
        report = check(target)
        [in_use] = [finding for finding in report.findings if finding.code == "RUN003"]
        assert (in_use.severity, in_use.facts["owner"]) == (Severity.NOTE, owner)
        assert any(code.startswith("ARI") for code in codes_of(report))  # checked as last saved
        assert report.workbooks[0].status == "checked"


def test_a_long_name_loses_its_beginning_in_the_owner_file(tmp_path: Path) -> None:
    """Excel and Word write ``~$`` over the first two letters of a long name."""
    book(tmp_path / "skolernes driftsforslag.xlsx")
    (tmp_path / "~$skolernes driftsforslag.xlsx").write_bytes(b"\x05Bente")
    assert codes_of(check(tmp_path)) == ["RUN003"]


# --- the same number twice -----------------------------------------------------------------------------


def same_number(report: Report) -> list[tuple[str, Severity]]:
    return [
        (Path(path or "").name, finding.severity)
        for path, finding in report.located()
        if finding.code == "IDN002"
    ]


def test_a_number_in_two_workbooks_that_differ(tmp_path: Path) -> None:
    book(tmp_path / "a.xlsx", "01")
    book(tmp_path / "b.xlsx", "01", amount=150)
    book(tmp_path / "c.xlsx", "02")
    report = check(tmp_path)
    assert same_number(report) == [("a.xlsx", Severity.ERROR), ("b.xlsx", Severity.ERROR)]
    first = next(finding for finding in report.findings if finding.code == "IDN002")
    assert str(first.cell) == "A1" and first.facts["number"] == "2.1.2. 01"
    assert "amounts" in first.facts["differs"]  # type: ignore[operator]
    assert [Path(place.path or "").name for place in first.related] == ["b.xlsx"]
    assert "b.xlsx" in report.to_json()["workbooks"][0]["findings"][0]["message"]
    assert same_number(check(tmp_path / "a.xlsx")) == []


def test_a_number_in_two_workbooks_that_are_equal(tmp_path: Path) -> None:
    book(tmp_path / "a.xlsx", "01")
    book(tmp_path / "b.xlsx", "01")
    assert same_number(check(tmp_path)) == [("a.xlsx", Severity.NOTE), ("b.xlsx", Severity.NOTE)]


def test_a_number_with_and_without_its_blank_is_one(tmp_path: Path) -> None:
    book(tmp_path / "a.xlsx", "01")
    path = tmp_path / "b.xlsx"
    write(path, {"Skema": form("01", amount=150).replace("2.1.2. 01", "2.1.2.01")})
    assert [name for name, _ in same_number(check(tmp_path))] == ["a.xlsx", "b.xlsx"]


def test_two_equal_and_one_that_differs(tmp_path: Path) -> None:
    for name, amount in (("a", 100), ("b", 100), ("c", 150)):
        book(tmp_path / f"{name}.xlsx", "01", amount=amount)
    assert [severity for _, severity in same_number(check(tmp_path))] == [Severity.ERROR] * 3


# --- the run itself ------------------------------------------------------------------------------------


def test_the_order_of_the_paths_is_kept(tmp_path: Path) -> None:
    order = ["c", "a", "tom", "b"]
    for number, name in enumerate(order):
        book(tmp_path / f"{name}.xlsx", f"0{number}")
    (tmp_path / "tom.xlsx").write_bytes(b"")
    assert names(check([tmp_path / f"{name}.xlsx" for name in order])) == [f"{name}.xlsx" for name in order]
    assert names(check(tmp_path)) == ["a.xlsx", "b.xlsx", "c.xlsx", "tom.xlsx"]


@pytest.mark.parametrize(
    "limit", [("BATCH_BOOKS", 1), ("BATCH_BOOKS", 3), ("BATCH_LINES", 1), ("BATCH_LINES", 7)]
)
def test_batches_change_nothing(limit: tuple[str, int], monkeypatch: pytest.MonkeyPatch) -> None:
    whole = check(SAMPLES).to_json()
    monkeypatch.setattr(batch, *limit)
    assert check(SAMPLES).to_json() == whole


def test_a_workbook_is_told_the_same_alone_and_among_others() -> None:
    """But for numbers that are used twice, which only a run can know."""
    together = {w.path: [f for f in w.findings if f.code != "IDN002"] for w in check(SAMPLES).workbooks}
    for path, findings in list(together.items())[::7]:
        assert [f for f in check(path).findings if f.code != "IDN002"] == findings


def test_progress(tmp_path: Path) -> None:
    for number in range(3):
        book(tmp_path / f"{number}.xlsx", f"0{number}")
    (tmp_path / "tom.xlsx").write_bytes(b"")
    said: list[tuple[int, int]] = []
    check(tmp_path, progress=lambda done, of: said.append((done, of)))
    assert said[-1] == (4, 4) and {of for _, of in said} == {4}
    assert [done for done, _ in said] == sorted({done for done, _ in said})
    said.clear()
    fill(tmp_path, progress=lambda done, of: said.append((done, of)))
    assert said[-1] == (4, 4)


@pytest.fixture
def crashing(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Make the rule of a code crash when it has told its first finding."""

    def crash(code: str) -> None:
        def logic(*arguments: object) -> Iterator[Finding]:
            yield Finding(code, "Skema", Cell(1, 1))
            raise ZeroDivisionError("a fault of ours")

        def broken(rule: Any) -> Any:
            return replace(rule, logic=logic) if rule.code == code else rule

        by_subject = {subject: tuple(map(broken, rules)) for subject, rules in asking._BY_SUBJECT.items()}
        monkeypatch.setattr(asking, "_BY_SUBJECT", by_subject)
        by_code = {one: broken(rule) for one, rule in asking._BY_CODE.items()}
        monkeypatch.setattr(asking, "_BY_CODE", by_code)
        asking._without.cache_clear()

    yield crash
    asking._without.cache_clear()


@pytest.mark.parametrize("code", ["STR003", "STR001", "IDN006", "IDN001", "STR005", "ARI001", "IDN002"])
def test_a_rule_that_crashes(code: str, crashing: Callable[[str], None], tmp_path: Path) -> None:
    broken = rows_of(
        [["Skema 2.1.2. 7x"], ["", 2023, 2024, "I alt"], ["", 100, 200, 299], ["I alt", 1, 200, 300]]
    )
    write(
        tmp_path / "a.xlsx", {"Skema": worksheet(broken), "Skema (2)": form("01"), "Skema (3)": form("01", 7)}
    )
    book(tmp_path / "b.xlsx", "02")
    before = check(tmp_path)
    crashing(code)
    after = check(tmp_path)
    crashed = [finding for finding in after.findings if finding.code == "RUN001"]
    assert crashed and {finding.facts["code"] for finding in crashed} == {code}
    assert {finding.severity for finding in crashed} == {Severity.ERROR}
    others = [f for f in after.findings if f.code != "RUN001"]
    # The rest is still checked: nothing but this rule's own findings is missing.
    assert {f.id for f in before.findings if f.code != code} <= {f.id for f in others}
    assert [w.status for w in after.workbooks] == ["checked", "checked"]
    assert code in json.dumps(after.to_json())


def test_the_report_of_a_run(tmp_path: Path) -> None:
    wrong(tmp_path / "a.xlsx")
    (tmp_path / "tom.xlsx").write_bytes(b"")
    (tmp_path / "brev.docx").write_bytes(b"")
    report = check(tmp_path)
    counts = report.counts
    assert (counts.workbooks, counts.checked) == (2, 1)
    assert counts.errors == sum(finding.severity is Severity.ERROR for finding in report.findings)
    assert counts.errors + counts.warnings + counts.notes == len(report.findings)
    data = json.loads(json.dumps(report.to_json()))
    assert (data["version"], data["language"]) == (1, "da")
    assert data["tool"].startswith("budget-tools ")
    assert data["summary"] == {
        "workbooks": 2,
        "checked": 1,
        "errors": counts.errors,
        "warnings": counts.warnings,
        "notes": counts.notes,
        "accepted": 0,
    }
    frame = report.to_frame()
    assert list(frame["code"]) == codes_of(report)


def test_findings_survive_inserted_rows_and_renamed_files(tmp_path: Path) -> None:
    cells: list[list[Any]] = [
        ["Skema 2.1.2. 01"],
        ["", 2023, 2024, "I alt"],
        ["Løn", 100, 200, 299],
        ["I alt", 100, 200, 300],
    ]
    write(tmp_path / "a.xlsx", {"Skema": worksheet(rows_of(cells))})
    moved = [*cells[:1], ["Ny tekst"], [""], *cells[1:]]
    write(tmp_path / "b.xlsx", {"Andet navn": worksheet(rows_of(moved))})
    cells[2][3] = 298
    write(tmp_path / "c.xlsx", {"Skema": worksheet(rows_of(cells))})
    first, same, other = (
        next(f for f in check(tmp_path / f"{name}.xlsx").findings if f.code.startswith("ARI"))
        for name in "abc"
    )
    assert (first.id, first.values) == (same.id, same.values)
    assert first.id == other.id and first.values != other.values


# --- filling in ----------------------------------------------------------------------------------------


def planned(workbook: FilledWorkbook) -> dict[str, tuple[str, Decimal]]:
    return {f"{one.sheet}!{one.cell}": (one.formula, one.value) for one in workbook.totals}


def empty_totals(*, total_column: bool = True) -> str:
    cells: list[list[object]] = [
        ["Skema 2.1.2. 01"],
        ["Beløb i 1.000 kr."],
        ["", 2023, 2024, *(["I alt"] if total_column else [])],
        ["Løn", 100, 200.5],
        ["Drift", 50, 60],
        ["Uden beløb"],
        ["I alt"],
    ]
    return worksheet(rows_of(cells))


def test_a_plan_writes_nothing(tmp_path: Path) -> None:
    path = write(tmp_path / "a.xlsx", {"Skema": empty_totals()})
    before = path.read_bytes()
    for report in (fill(path), fill(path, output=tmp_path / "ud", dry_run=True)):
        [workbook] = report.workbooks
        assert workbook.target is None
        assert {cell: str(value) for cell, (_, value) in planned(workbook).items()} == {
            "Skema!D4": "300.5",
            "Skema!D5": "110",
            "Skema!B7": "150",
            "Skema!C7": "260.5",
            "Skema!D7": "410.5",
        }
        assert planned(workbook)["Skema!D4"][0] == "=SUM(B4:C4)"
        assert planned(workbook)["Skema!B7"][0] in ("=SUM(B4:B6)", "=SUM(B4:B5)")
    assert path.read_bytes() == before and not (tmp_path / "ud").exists()


def test_copies_with_only_the_totals_changed(tmp_path: Path) -> None:
    path = write(tmp_path / "a.xlsx", {"Skema": empty_totals(), "Noter": worksheet(rows_of([["Hej"]]))})
    before = path.read_bytes()
    [workbook] = fill(path, output=tmp_path / "ud").workbooks
    target = tmp_path / "ud" / "a.xlsx"
    assert workbook.target == str(target)
    assert path.read_bytes() == before
    assert_only_changed(path, target, set(planned(workbook)), styles=True)
    assert {"STR003", "FRM006"}.isdisjoint(codes_of(check(target)))
    assert not [code for code in codes_of(check(target)) if code.startswith("ARI")]


@pytest.mark.parametrize(
    "sample", ["faults/STR003-total-column-empty.xlsx", "faults/STR003-total-row-empty.xlsx"]
)
def test_a_filled_sample(sample: str, tmp_path: Path) -> None:
    [workbook] = fill(SAMPLES / sample, output=tmp_path).workbooks
    assert workbook.target is not None
    assert_only_changed(SAMPLES / sample, Path(workbook.target), set(planned(workbook)), styles=True)
    config = SAMPLES / "faults" / "budget.toml"
    assert codes_of(check(workbook.target, config=config)) == []


def test_filling_twice_changes_nothing(tmp_path: Path) -> None:
    path = write(tmp_path / "a.xlsx", {"Skema": empty_totals()})
    [first] = fill(path, output=tmp_path / "en").workbooks
    assert first.target is not None
    [second] = fill(first.target, output=tmp_path / "to").workbooks
    assert second.totals == () and second.target is None
    assert not (tmp_path / "to" / "a.xlsx").exists()
    once_more = fill(path, output=tmp_path / "en").workbooks[0]
    assert planned(once_more) == planned(first)


def test_nothing_typed_is_ever_overwritten(tmp_path: Path) -> None:
    """A wrong total, a text, a formula without a result, an error, a blank text: all are somebody's."""
    cells = [
        ["Skema 2.1.2. 01"],
        ["Beløb i 1.000 kr."],
        ["", 2023, 2024, "I alt"],
        ["Forkert", 100, 200, 999],
        ["Tekst", 100, 200, "afventer"],
        ["Formel", 100, 200, "<f>B6*3</f>"],
        ["Nul", 100, 200, 0],
        ["Fejl", 100, 200, "<f>#REF!</f><v>#REF!</v>"],
        ["Tom", 100, 200],
        ["I alt", 600, 1200, "<f>SUM(D4:D9)</f>"],
    ]
    rows = rows_of(cells).replace('<c r="D8">', '<c r="D8" t="e">')
    path = write(tmp_path / "a.xlsx", {"Skema": worksheet(rows)})
    [workbook] = fill(path, output=tmp_path / "ud").workbooks
    assert set(planned(workbook)) == {"Skema!D9"}
    assert workbook.target is not None
    assert_only_changed(path, Path(workbook.target), {"Skema!D9"}, styles=True)


def test_no_column_that_the_form_does_not_have(tmp_path: Path) -> None:
    path = write(tmp_path / "a.xlsx", {"Skema": empty_totals(total_column=False)})
    [workbook] = fill(path).workbooks
    assert set(planned(workbook)) == {"Skema!B7", "Skema!C7"}


def test_no_total_where_nothing_asks_for_it(tmp_path: Path) -> None:
    cells = [["Skema 2.1.2. 01"], ["", 2023, 2024], ["Løn", 100, 200], ["Drift", 1, 2]]
    path = write(tmp_path / "a.xlsx", {"Skema": worksheet(rows_of(cells))})
    assert fill(path).workbooks[0].totals == ()


@pytest.mark.parametrize("odd", ["ca. 500", "1.200", "<v>#REF!</v>"])
def test_no_total_of_what_cannot_be_added(odd: str, tmp_path: Path) -> None:
    """Excel's sum would leave the text out: a total that is wrong must not be written."""
    cells = [["Skema 2.1.2. 01"], ["", 2023, 2024, "I alt"], ["Løn", odd, 200], ["Drift", 1, 2, 3]]
    rows = rows_of(cells).replace('<c r="B3"><v>#', '<c r="B3" t="e"><v>#')
    path = write(tmp_path / "a.xlsx", {"Skema": worksheet(rows)})
    assert fill(path).workbooks[0].totals == ()


def test_subtotals_and_of_which_are_not_added_again(tmp_path: Path) -> None:
    cells = [
        ["Skema 2.1.2. 01"],
        ["", 2023, 2024, "I alt"],
        ["Løn", 100, 200, 300],
        ["heraf overtid", 10, 20, 30],
        ["Drift", 50, 60, 110],
        ["Mellemsum", 150, 260, 410],
        ["Husleje", 5, 5, 10],
        ["I alt"],
    ]
    path = write(tmp_path / "a.xlsx", {"Skema": worksheet(rows_of(cells))})
    [workbook] = fill(path, output=tmp_path / "ud").workbooks
    assert {cell: str(value) for cell, (_, value) in planned(workbook).items()} == {
        "Skema!B8": "155",
        "Skema!C8": "265",
        "Skema!D8": "420",
    }
    assert workbook.target is not None
    assert not [code for code in codes_of(check(workbook.target)) if code.startswith(("ARI", "FRM"))]


def test_copies_lie_below_output_as_they_lay_below_the_folder(tmp_path: Path) -> None:
    for place in ("a.xlsx", "under/a.xlsx", "under/dybt/b.xlsx"):
        (tmp_path / "ind" / place).parent.mkdir(parents=True, exist_ok=True)
        write(tmp_path / "ind" / place, {"Skema": empty_totals()})
    book(tmp_path / "ind" / "fuld.xlsx", "09")
    report = fill(tmp_path / "ind", output=tmp_path / "ud")
    made = sorted(path.relative_to(tmp_path / "ud").as_posix() for path in (tmp_path / "ud").rglob("*.xlsx"))
    assert made == ["a.xlsx", "under/a.xlsx", "under/dybt/b.xlsx"]
    assert sum(workbook.target is not None for workbook in report.workbooks) == 3


def test_two_copies_of_one_name_do_not_replace_each_other(tmp_path: Path) -> None:
    paths = []
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        paths.append(write(tmp_path / folder / "skema.xlsx", {"Skema": empty_totals()}))
    try:
        report = fill(paths, output=tmp_path / "ud")
    except UsageError:
        return
    targets = [workbook.target for workbook in report.workbooks if workbook.target]
    assert len(set(targets)) == len(targets)


def test_the_folder_of_the_workbooks_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "a.xlsx", {"Skema": empty_totals()})
    before = path.read_bytes()
    for paths in (path, tmp_path, [f"{tmp_path}/*.xlsx"]):
        with pytest.raises(UsageError):
            fill(paths, output=tmp_path)
    with pytest.raises(UsageError):
        fill(path, output=path)
    with pytest.raises(UsageError):
        fill(path, output=tmp_path / "under" / "..")
    assert path.read_bytes() == before


def test_no_workbook_of_the_run_is_overwritten_by_the_copy_of_another(tmp_path: Path) -> None:
    """b/a.xlsx is named too: the copy of a.xlsx must not fall upon it."""
    first = write(tmp_path / "a.xlsx", {"Skema": empty_totals()})
    (tmp_path / "b").mkdir()
    second = write(tmp_path / "b" / "a.xlsx", {"Skema": form("02")})
    before = second.read_bytes()
    with pytest.raises(UsageError):
        fill([first, second], output=tmp_path / "b")
    assert second.read_bytes() == before


def test_the_refusal_comes_before_anything_is_written(tmp_path: Path) -> None:
    (tmp_path / "ud").mkdir()
    first = write(tmp_path / "a.xlsx", {"Skema": empty_totals()})
    second = write(tmp_path / "ud" / "b.xlsx", {"Skema": empty_totals()})
    with pytest.raises(UsageError):
        fill([first, second], output=tmp_path / "ud")
    assert not (tmp_path / "ud" / "a.xlsx").exists()


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    (tmp_path / "tom.xlsx").write_bytes(b"")
    write(tmp_path / "a.xlsx", {"Skema": empty_totals()})
    report = fill(tmp_path, output=tmp_path / "ud")
    assert [(Path(w.path).name, w.reason) for w in report.workbooks] == [
        ("a.xlsx", None),
        ("tom.xlsx", "empty-file"),
    ]
    with pytest.raises(UsageError):
        fill(tmp_path / "nej.xlsx")


# --- the blank form ------------------------------------------------------------------------------------


def filled_in(path: Path, lines: Sequence[tuple[str, Sequence[int]]]) -> Path:
    """The blank form, filled in as a department would; openpyxl drops the results of its formulas."""
    openpyxl = pytest.importorskip("openpyxl")
    workbook = openpyxl.load_workbook(TEMPLATE)
    sheet = workbook["Skema"]
    sheet["B2"] = "2.1.2. 09"
    sheet["B3"] = "Økonomiudvalget"
    sheet["B4"] = "Administration"
    sheet["B5"] = "Ny telefoncentral"
    sheet["A7"] = "Den gamle central er udtjent og skal skiftes."
    for row, (label, amounts) in enumerate(lines, 16):
        sheet.cell(row, 1, label)
        for column, amount in enumerate(amounts, 2):
            sheet.cell(row, column, amount)
    workbook.save(path)
    return path


LINES = [("Løn", (500, 510, 520, 540)), ("Drift", (1200, 0, 0, 150))]


def test_the_blank_form_filled_in_right(tmp_path: Path) -> None:
    report = check(filled_in(tmp_path / "09.xlsx", LINES))
    [proposal] = report.workbooks[0].proposals
    assert (proposal.number, proposal.title) == ("2.1.2. 09", "Ny telefoncentral")
    assert (proposal.committee, proposal.unit) == ("Økonomiudvalget", 1000)
    assert proposal.years == (2023, 2024, 2025, 2026)
    assert proposal.totals["2023"] == 1700 and proposal.totals["total"] == 3420
    # openpyxl stores no results: that is told, and nothing else
    assert {(f.code, f.variant) for f in report.findings} <= {("FRM006", "missing")}


def test_the_blank_form_with_a_number_typed_over_a_sum(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    path = filled_in(tmp_path / "09.xlsx", LINES)
    workbook = openpyxl.load_workbook(path)
    workbook["Skema"]["F16"] = 2000
    workbook.save(path)
    found = {(f.code, str(f.cell)) for f in check(path).findings if f.severity is Severity.ERROR}
    assert found == {("ARI001", "F16")}


def test_the_blank_form_itself() -> None:
    report = check(TEMPLATE)
    assert report.workbooks[0].status == "checked"
    assert not [code for code in codes_of(report) if code.startswith(("ARI", "FRM", "NUM"))]


def test_the_blank_form_needs_no_filling(tmp_path: Path) -> None:
    assert fill(filled_in(tmp_path / "09.xlsx", LINES)).workbooks[0].totals == ()


def test_the_samples_are_not_touched(tmp_path: Path) -> None:
    """A run over a folder leaves every byte of it, settings and documents too."""
    shutil.copytree(SAMPLES / "faults", tmp_path / "faults")
    before = {path: path.read_bytes() for path in sorted((tmp_path / "faults").iterdir())}
    check(tmp_path)
    fill(tmp_path, output=tmp_path.parent / f"{tmp_path.name}-ud")
    assert {path: path.read_bytes() for path in sorted((tmp_path / "faults").iterdir())} == before


def test_what_is_said_of_a_number_used_thrice_holds_for_the_one_that_is_named() -> None:
    from budget_tools.model.address import Cell
    from budget_tools.model.proposal import Registered, Run
    from budget_tools.rules.identity import number_used_twice

    def registered(path: str, title: int, amounts: int) -> Registered:
        return Registered(path, "Skema", Cell(2, 1), "2.1.2. 01", "", (title, 0, 0, 0, 0, amounts))

    group = (registered("a.xlsx", 1, 1), registered("b.xlsx", 1, 1), registered("c.xlsx", 2, 1))
    said = {one.path: one.facts for one in number_used_twice.logic(Run((group,)))}
    assert [said[path]["other"] for path in ("a.xlsx", "b.xlsx", "c.xlsx")] == [
        "c.xlsx (+1)",
        "c.xlsx (+1)",
        "a.xlsx (+1)",
    ]
    assert all(facts["differs"] == ("title",) for facts in said.values())
    equal = {one.path: one.facts for one in number_used_twice.logic(Run((group[:2],)))}
    assert all(facts["variant"] == "equal" for facts in equal.values())


def test_a_check_leaves_the_collector_as_it_was() -> None:
    catalogue = SAMPLES / "catalogue"
    frozen = gc.get_freeze_count()
    check(catalogue)
    assert gc.isenabled() and gc.get_freeze_count() == frozen
    gc.disable()
    try:
        check(catalogue)
        assert not gc.isenabled()
    finally:
        gc.enable()


@pytest.mark.parametrize("group", ["ARI", "NUM", "STR", "FRM", "TXT", "IDN", "XWB", "KON", "TXT00"])
def test_what_is_selected_is_what_everything_says_of_it(group: str) -> None:
    everything = check(SAMPLES, select=["all"])
    selected = check(SAMPLES, select=[group])
    ignored = check(SAMPLES, select=["all"], ignore=[group])

    def told(report: Report) -> list[tuple[str | None, str, str]]:
        return [(path, one.code, one.id) for path, one in report.located()]

    assert told(selected) == [one for one in told(everything) if one[1].startswith(group)]
    assert told(ignored) == [one for one in told(everything) if not one[1].startswith(group)]
