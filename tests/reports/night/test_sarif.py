"""The SARIF form of a night: what the standard asks for, and what each finding becomes."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin

import pytest

from budget_tools.model.acceptance import Acceptance
from budget_tools.model.finding import Severity
from budget_tools.model.night import Night, NightWorkbook, Standing
from budget_tools.reports.night import sarif
from tests.reports.night.nights import followed, hostile, night, sampled


def written(told: Night, folder: Path) -> dict[str, Any]:
    target = folder / "night.sarif"
    sarif.write(told, target)
    log: dict[str, Any] = json.loads(target.read_text(encoding="utf-8"))
    assert (log["version"], len(log["runs"])) == ("2.1.0", 1)
    run: dict[str, Any] = log["runs"][0]
    return run


@pytest.mark.parametrize("told", [sampled(), hostile(), night()], ids=["sampled", "hostile", "empty"])
def test_what_the_standard_asks_for(told: Night, tmp_path: Path) -> None:
    run = written(told, tmp_path)
    rules = run["tool"]["driver"]["rules"]
    assert run["tool"]["driver"]["name"]
    assert len({rule["id"] for rule in rules}) == len(rules)
    assert all("helpUri" not in rule and rule["shortDescription"]["text"] for rule in rules)
    (invocation,) = run["invocations"]
    assert isinstance(invocation["executionSuccessful"], bool)
    for moment in (invocation["startTimeUtc"], invocation["endTimeUtc"]):
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", moment)
    assert len(run["results"]) == len(list(told.told.findings()))
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in ("error", "warning", "note")
        assert result["message"]["text"]
        assert result["baselineState"] in ("new", "unchanged", "updated", "absent")
        assert all(isinstance(one, str) for one in result["partialFingerprints"].values())
        for suppression in result["suppressions"]:
            assert suppression["kind"] in ("inSource", "external") and suppression["status"] == "accepted"
        for location in result["locations"]:
            where = location["physicalLocation"]["artifactLocation"]
            assert "region" not in location["physicalLocation"]  # an Excel cell has no line
            if base := where.get("uriBaseId"):
                assert not re.match(r"[a-z]+:|/", where["uri"])
                assert run["originalUriBaseIds"][base]["uri"].endswith("/")
            assert re.fullmatch(r"[\x21-\x7e]*", where.get("uri", ""))


def test_a_finding_in_full(tmp_path: Path) -> None:
    run = written(night(followed()), tmp_path)
    assert run["tool"]["driver"]["name"] == "budget-tools"
    assert run["tool"]["driver"]["version"] == "0.1.0"
    assert run["tool"]["driver"]["rules"] == [
        {
            "id": "ARI002",
            "name": "column-total-wrong",
            "shortDescription": {"text": "Linjerne giver ikke kolonnens total"},
            "defaultConfiguration": {"level": "error"},
        }
    ]
    (result,) = run["results"]
    assert result["message"]["text"] == (
        "C11 viser 5.400, men linjerne under 2024 giver 4.500 (forskel 900). "
        "=SUM(C9:C10), efter formlerne i nabocellerne. "
        "Er to cifre byttet om i C11? Det forklarer forskellen på 900. "
        "Skriv =SUM(C9:C10) i C11, hvis tallene over den er rigtige."
    )
    (location,) = result["locations"]
    where = location["physicalLocation"]["artifactLocation"]
    assert where == {"uri": "Forslag%2001.xlsx", "uriBaseId": "FOLDER1"}
    base = run["originalUriBaseIds"]["FOLDER1"]["uri"]
    assert unquote(urljoin(base, where["uri"])) == "file:///budget/2027/Forslag 01.xlsx"
    assert location["logicalLocations"] == [
        {"name": "C11", "fullyQualifiedName": "Skema!C11", "kind": "cell"}
    ]
    assert result["partialFingerprints"] == {"finding/v1": "83945a72bdbf", "amounts/v1": "fb16b4c8e335"}
    assert result["properties"]["owner"] == "Lene Holm"


@pytest.mark.parametrize(
    ("standing", "state"),
    [
        (Standing.NEW, "new"),
        (Standing.REOPENED, "new"),
        (Standing.OPEN, "unchanged"),
        (Standing.ACCEPTED, "unchanged"),
        (Standing.FIXED, "absent"),
    ],
)
def test_what_became_of_a_finding(standing: Standing, state: str, tmp_path: Path) -> None:
    accepted = Acceptance("accept", "x", "y", "z", "ARI002", "LHO", "Aftalt", "2026-11-20")
    told = night(followed(standing=standing, accepted=accepted if standing is Standing.ACCEPTED else None))
    (result,) = written(told, tmp_path)["results"]
    assert result["baselineState"] == state
    justification = [one["justification"] for one in result["suppressions"]]
    assert justification == (["Accepteret af LHO: Aftalt"] if standing is Standing.ACCEPTED else [])


def test_the_level_of_a_rule_is_that_of_the_worst_it_found(tmp_path: Path) -> None:
    told = night(followed(severity=Severity.NOTE), followed(severity=Severity.WARNING))
    run = written(told, tmp_path)
    assert run["tool"]["driver"]["rules"][0]["defaultConfiguration"] == {"level": "warning"}
    assert [result["level"] for result in run["results"]] == ["note", "warning"]


def test_what_was_not_checked_is_told(tmp_path: Path) -> None:
    locked = NightWorkbook("/budget/2027/Låst.xlsx", "unreadable", "Den er låst.", None, True)
    told = night(workbooks=(locked,), trouble=("Mappen X kunne ikke åbnes.",), complete=False)
    (invocation,) = written(told, tmp_path)["invocations"]
    assert invocation["executionSuccessful"] is False
    first, second = invocation["toolExecutionNotifications"]
    assert first["message"]["text"] == "Mappen X kunne ikke åbnes."
    assert second["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "L%C3%A5st.xlsx"


def test_a_share_is_named_as_its_readers_know_it(tmp_path: Path) -> None:
    told = night(followed(), shares=(("/budget", r"\\server\budget"),))
    assert written(told, tmp_path)["originalUriBaseIds"] == {"FOLDER1": {"uri": "file://server/budget/2027/"}}
