"""The JSON form of a night: exactly what is promised."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

from budget_tools.model.acceptance import Acceptance
from budget_tools.model.address import Cell
from budget_tools.model.night import ChangedProposal, Night, NightWorkbook, Standing, Tally
from budget_tools.reports.json import proposals_json
from budget_tools.reports.night.json import write
from tests.reports.by_hand import proposal
from tests.reports.night.nights import STARTED, followed, hostile, night, sampled


def written(told: Night, folder: Path) -> dict[str, Any]:
    target = folder / "Kontrol.json"
    write(told, target)
    found: dict[str, Any] = json.loads(target.read_text(encoding="utf-8"))
    return found


def test_the_form(tmp_path: Path) -> None:
    accepted = Acceptance("accept", "x", "y", "z", "ARI002", "LHO", "Aftalt", "2026-11-20", date(2026, 12, 1))
    told = night(
        followed(standing=Standing.ACCEPTED, accepted=accepted, until=STARTED),
        workbooks=(
            NightWorkbook(
                "/budget/2027/Forslag 01.xlsx", "checked", None, "Lene Holm", True,
                1, proposals_json([proposal("2.1.2. 01", "Titel", "01")]),
            ),
            NightWorkbook("/budget/2027/Forslag 02.xlsx", "refused", "Den er for stor.", None, False),
        ),
        changed=(
            ChangedProposal(
                "2.1.2. 01", "Titel", "/budget/2027/Forslag 01.xlsx", None, "Lene Holm", "Løn, 2023", "1.200",
                "1.450", Cell(9, 2), "Skema", date(2026, 11, 15),
            ),
        ),
        tallies=(Tally(7, STARTED, 2, 0, 0, 0, 0, 0, False),),
        complete=False,
        trouble=("Mappen X kunne ikke åbnes.",),
    )  # fmt: skip
    assert written(told, tmp_path) == {
        "version": 1,
        "kind": "night",
        "tool": "budget-tools 0.1.0",
        "language": "da",
        "run": 7,
        "started": "2026-11-22T02:30:00",
        "ended": "2026-11-22T02:41:05",
        "previous": "2026-11-21T02:30:00",
        "complete": False,
        "trouble": ["Mappen X kunne ikke åbnes."],
        "headline": ("Ingen bemærkninger i 1 projektmappe; 1 af 2 projektmapper kunne ikke kontrolleres."),
        "folders": ["/budget/2027"],
        "workbooks": [
            {
                "path": "/budget/2027/Forslag 01.xlsx",
                "status": "checked",
                "reason": None,
                "owner": "Lene Holm",
                "renewed": True,
                "proposals": [
                    {
                        "number": "2.1.2. 01",
                        "title": "Titel",
                        "committee": "Økonomiudvalget",
                        "sheet": "01",
                        "unit": 1000,
                        "years": [2023, 2024],
                        "totals": {"2023": "600", "total": "3000"},
                    }
                ],
            },
            {
                "path": "/budget/2027/Forslag 02.xlsx",
                "status": "refused",
                "reason": "Den er for stor.",
                "owner": None,
                "renewed": False,
                "proposals": [],
            },
        ],
        "findings": [
            {
                "id": "83945a72bdbf",
                "values": "fb16b4c8e335",
                "code": "ARI002",
                "name": "column-total-wrong",
                "severity": "error",
                "standing": "accepted",
                "since": "2026-11-01T02:30:00",
                "until": "2026-11-22T02:30:00",
                "path": "/budget/2027/Forslag 01.xlsx",
                "sheet": "Skema",
                "cell": "C11",
                "proposal": "2.1.2. 01",
                "title": "Etablering af direktion",
                "committee": "Økonomiudvalget",
                "owner": "Lene Holm",
                "message": "C11 viser 5.400, men linjerne under 2024 giver 4.500 (forskel 900).",
                "hint": "Er to cifre byttet om i C11? Det forklarer forskellen på 900.",
                "fix_text": "Skriv =SUM(C9:C10) i C11, hvis tallene over den er rigtige.",
                "evidence": "=SUM(C9:C10), efter formlerne i nabocellerne",
                "excerpt": {
                    "rows": [
                        ["", "2023", "2024"],
                        ["Løn", "4.000", "4.000"],
                        ["Drift", "500", "500"],
                        ["I alt", "4.500", "5.400"],
                    ],
                    "row_numbers": [8, 9, 10, 11],
                    "left": 1,
                    "cell": "C11",
                    "related": ["C9", "C10"],
                },
                "accepted": {
                    "initials": "LHO",
                    "reason": "Aftalt",
                    "when": "2026-11-20",
                    "until": "2026-12-01",
                },
            }
        ],
        "changed": [
            {
                "number": "2.1.2. 01",
                "title": "Titel",
                "path": "/budget/2027/Forslag 01.xlsx",
                "committee": None,
                "owner": "Lene Holm",
                "what": "Løn, 2023",
                "old": "1.200",
                "new": "1.450",
                "sheet": "Skema",
                "cell": "B9",
                "deadline": "2026-11-15",
            }
        ],
        "tallies": [
            {
                "run": 7,
                "when": "2026-11-22T02:30:00",
                "workbooks": 2,
                "errors": 0,
                "warnings": 0,
                "notes": 0,
                "new": 0,
                "fixed": 0,
                "complete": False,
            }
        ],
        "summary": {
            "workbooks": 2,
            "checked": 1,
            "renewed": 1,
            "errors": 0,
            "warnings": 0,
            "notes": 0,
            "new": 0,
            "reopened": 0,
            "open": 0,
            "accepted": 1,
            "fixed": 0,
        },
    }


def test_real_and_hostile_nights_can_be_read(tmp_path: Path) -> None:
    for told in (sampled(), hostile()):
        assert len(written(told, tmp_path)["findings"]) == told.counts.of()


def test_a_workbook_and_a_finding_a_line(tmp_path: Path) -> None:
    write(sampled(), tmp_path / "night.json")
    lines = (tmp_path / "night.json").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 4 + len(list(sampled().told.workbooks())) + len(list(sampled().told.findings()))
