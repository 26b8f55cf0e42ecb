"""Nights made by hand, for the tests of what is told of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from budget_tools.model.address import Cell
from budget_tools.model.finding import Severity
from budget_tools.model.night import ChangedProposal, Followed, Gathered, Night, NightWorkbook, Standing

ENDED = datetime(2026, 11, 22, 2, 14, tzinfo=UTC)
FOLDER = "/srv/Budget 2027"

BENTE, OLE, UNKNOWN = "bente@example.org", "Ole Hansen <ole@example.org>", "Fritidschefen"


def finding(number: int, standing: Standing = Standing.NEW, **more: Any) -> Followed:
    """A finding; each number gives another cell and another sentence."""
    known: dict[str, Any] = {
        "id": f"{number:012x}",
        "values": "0" * 12,
        "code": "ARI001",
        "name": "row-total-wrong",
        "severity": Severity.ERROR,
        "path": f"{FOLDER}/Økonomi/løn.xlsx",
        "sheet": "Løn",
        "cell": Cell(number, 6),
        "proposal": "2.1.2. 01",
        "title": "Investering i IT",
        "committee": "Økonomiudvalget",
        "owner": BENTE,
        "message": f"F{number} viser 2.900, men årene i linjen 'Løn' giver 3.000 (forskel -100).",
        "hint": None,
        "fix": "Skriv 3.000 i cellen, eller ret årene.",
        "evidence": None,
        "excerpt": None,
        "since": ENDED,
    }
    return Followed(**{**known, "standing": standing, **more})


def change(new: str = "1.500", **more: Any) -> ChangedProposal:
    """An amount that is another one than at the deadline."""
    known: dict[str, Any] = {
        "number": "2.1.2. 01",
        "title": "Investering i IT",
        "path": f"{FOLDER}/Økonomi/løn.xlsx",
        "committee": "Økonomiudvalget",
        "owner": BENTE,
        "what": "Løn, 2027",
        "old": "1.200",
        "cell": Cell(7, 2),
        "sheet": "Løn",
        "deadline": date(2026, 11, 1),
    }
    return ChangedProposal(**{**known, "new": new, **more})


def night(*findings: Followed, run: int = 7, **more: Any) -> Night:
    """A night with these findings, and a workbook for each of their paths."""
    paths = dict.fromkeys((one.path, one.owner) for one in findings if one.path)
    made = Night(
        run=run,
        started=ENDED - timedelta(minutes=14),
        ended=ENDED + timedelta(days=run),
        folders=(FOLDER,),
        language="da",
        form_word="Skema",
        tool="0",
        told=Gathered(
            tuple(NightWorkbook(path, "checked", None, owner, True) for path, owner in paths), findings
        ),
    )
    return replace(made, **more)
