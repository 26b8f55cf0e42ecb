"""The JUnit form of a night: what fails, what is skipped, what passes, and that build servers can read it."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest
from lxml import etree

from budget_tools.model.acceptance import Acceptance
from budget_tools.model.finding import Severity
from budget_tools.model.night import Night, NightWorkbook, Standing
from budget_tools.reports.night import junit
from tests.reports.night.nights import followed, hostile, night, sampled

SCHEMA = etree.XMLSchema(etree.parse(str(Path(__file__).with_name("junit.xsd"))))


def written(told: Night, folder: Path, fail_on: Severity = Severity.ERROR) -> ElementTree.Element:
    target = folder / "junit.xml"
    junit.write(told, target, fail_on=fail_on)
    SCHEMA.assertValid(etree.parse(str(target)))
    return ElementTree.parse(target).getroot()


def outcomes(root: ElementTree.Element) -> list[str]:
    return [
        next((child.tag for child in case if child.tag != "system-out"), "passed")
        for case in root.iter("testcase")
    ]


def counts(element: ElementTree.Element) -> tuple[int, ...]:
    return tuple(int(element.get(kind, "0")) for kind in ("tests", "failures", "errors", "skipped"))


def test_a_suite_a_workbook_and_a_test_a_finding(tmp_path: Path) -> None:
    accepted = Acceptance("accept", "x", "y", "z", "ARI002", "LHO", "Aftalt", "2026-11-20")
    told = night(
        followed(id="1"),
        followed(id="2", severity=Severity.WARNING),
        followed(id="3", standing=Standing.ACCEPTED, accepted=accepted),
        followed(id="4", standing=Standing.FIXED),
        followed(id="5", path="/budget/2027/Skole/2.xlsx", severity=Severity.NOTE),
        workbooks=(
            NightWorkbook("/budget/2027/Forslag 01.xlsx", "checked", None, None, True),
            NightWorkbook("/budget/2027/Skole/2.xlsx", "checked", None, None, True),
            NightWorkbook("/budget/2027/Ren.xlsx", "checked", None, None, True),
            NightWorkbook("/budget/2027/Låst.xlsx", "unreadable", "Den er låst.", None, True),
        ),
    )
    root = written(told, tmp_path)
    suites = root.findall("testsuite")
    assert [suite.get("name") for suite in suites] == [
        "Selve kontrollen",
        "2027/Forslag 01.xlsx",
        "2027/Låst.xlsx",
        "2027/Ren.xlsx",
        "2027/Skole/2.xlsx",
    ]
    assert [outcomes(suite) for suite in suites] == [
        ["passed"],
        ["failure", "skipped", "passed", "passed"],
        ["error"],
        ["passed"],
        ["passed"],
    ]
    assert [counts(suite) for suite in suites] == [
        (1, 0, 0, 0), (4, 1, 0, 1), (1, 0, 1, 0), (1, 0, 0, 0), (1, 0, 0, 0)
    ]  # fmt: skip
    assert counts(root) == (8, 1, 1, 0)
    (failure,) = root.iter("failure")
    assert failure.get("message", "").startswith("Skema!C11: C11 viser 5.400")
    assert "Ret" not in failure.get("message", "") and "Skriv =SUM(C9:C10)" in (failure.text or "")
    (skipped,) = root.iter("skipped")
    assert skipped.get("message") == "Accepteret af LHO: Aftalt"


@pytest.mark.parametrize(
    ("fail_on", "failing"), [(Severity.ERROR, 1), (Severity.WARNING, 2), (Severity.NOTE, 3)]
)
def test_from_which_severity_on_a_test_fails(fail_on: Severity, failing: int, tmp_path: Path) -> None:
    told = night(*(followed(id=one.word, severity=one) for one in Severity))
    assert outcomes(written(told, tmp_path, fail_on)).count("failure") == failing


def test_the_name_of_a_test_stays_when_rows_and_amounts_change(tmp_path: Path) -> None:
    first = written(night(followed()), tmp_path)
    second = written(night(followed(cell=None, message="Noget andet.", values="x")), tmp_path)
    names = [[case.get("name") for case in root.iter("testcase")] for root in (first, second)]
    assert names[0] == names[1]
    assert names[0][1] == "ARI002 column-total-wrong 83945a72bdbf"


def test_equal_findings_are_two_tests(tmp_path: Path) -> None:
    names = [case.get("name") for case in written(night(followed(), followed()), tmp_path).iter("testcase")]
    assert len(names) == len(set(names)) == 3


def test_what_went_wrong_with_the_night_is_an_error(tmp_path: Path) -> None:
    root = written(night(complete=False, trouble=("Mappen X kunne ikke åbnes.",)), tmp_path)
    assert [error.text for error in root.iter("error")] == ["Mappen X kunne ikke åbnes."]
    assert outcomes(written(night(complete=False), tmp_path)) == ["error"]


def test_real_and_hostile_nights_can_be_read(tmp_path: Path) -> None:
    assert counts(written(sampled(), tmp_path))[1] == sum(
        one.severity is Severity.ERROR and one.standing not in (Standing.FIXED, Standing.ACCEPTED)
        for one in list(sampled().told.findings())
    )
    assert len(outcomes(written(hostile(), tmp_path))) > 14
