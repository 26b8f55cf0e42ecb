"""The JSON form: exactly what is promised, and valid wherever it is written."""

from __future__ import annotations

import io
import json
from decimal import Decimal

from budget_tools import __version__
from budget_tools.model.finding import Finding, Place, Severity, WorkbookReport
from budget_tools.reports.json import to_json, write
from tests.reports.by_hand import (
    catalogue,
    cell,
    files_not_checked,
    mixed_format,
    proposal,
    refused,
    report,
    unreadable,
    wrong_total,
)


def test_the_form() -> None:
    finding = wrong_total()
    book = WorkbookReport("mappe/01.xlsx", "checked", (finding,), (proposal("2.1.2. 01", "Titel", "01"),))
    assert to_json(report(book), tool_version="0.1.0") == {
        "version": 1,
        "tool": "budget-tools 0.1.0",
        "language": "da",
        "workbooks": [
            {
                "path": "mappe/01.xlsx",
                "status": "checked",
                "reason": None,
                "accepted": None,
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
                "findings": [
                    {
                        "id": finding.id,
                        "values": finding.values,
                        "code": "ARI001",
                        "name": "row-total-wrong",
                        "severity": "error",
                        "sheet": "01",
                        "cell": "F14",
                        "proposal": "2.1.2. 01",
                        "message": "F14 viser 2.900, men årene i linjen 'Løn' giver 3.000 (forskel -100).",
                        "hint": "Er to cifre byttet om i C14? Det forklarer forskellen på -100.",
                        "facts": {
                            "line": "Løn",
                            "shown": "2900",
                            "expected": "3000",
                            "difference": "-100",
                            "covers": "B14:E14",
                            "evidence": "own formula",
                        },
                        "related": [
                            {"path": None, "sheet": "01", "cell": place}
                            for place in ("B14", "C14", "D14", "E14")
                        ],
                        "accepted": None,
                        "fix": {
                            "safety": "review",
                            "edits": [
                                {
                                    "kind": "set-cell",
                                    "sheet": "01",
                                    "cell": "F14",
                                    "value": "3000",
                                    "formula": "=SUM(B14:C14,E14)",
                                }
                            ],
                        },
                    }
                ],
            }
        ],
        "findings": [],
        "summary": {"workbooks": 1, "checked": 1, "errors": 1, "warnings": 0, "notes": 0, "accepted": 0},
    }


def test_a_number_format_as_an_edit() -> None:
    book = WorkbookReport("a.xlsx", "checked", (mixed_format("01", None),))
    assert to_json(report(book), tool_version="1")["workbooks"][0]["findings"][0]["fix"] == {
        "safety": "safe",
        "edits": [{"kind": "set-number-format", "sheet": "01", "cell": "B11", "format": "#,##0"}],
    }


def test_workbooks_that_were_not_checked_say_why_whatever_was_selected() -> None:
    told = to_json(
        report(unreadable("m/a.xlsx"), unreadable("b.xlsx", told=False), refused("c.xlsx")), tool_version="1"
    )
    assert [(one["status"], one["reason"]) for one in told["workbooks"]] == [
        ("unreadable", "a.xlsx kunne ikke læses: filen er beskadiget."),
        ("unreadable", "b.xlsx kunne ikke læses: filen er beskadiget."),
        ("refused", "c.xlsx blev afvist: filen fylder 120 MB, og grænsen er 100 MB."),
    ]
    assert told["summary"] == {
        "workbooks": 3,
        "checked": 0,
        "errors": 2,
        "warnings": 0,
        "notes": 0,
        "accepted": 0,
    }


def test_findings_about_the_run_stand_at_the_top() -> None:
    told = to_json(report(run=(files_not_checked("a.docx", "b.pdf"),)), tool_version="1")
    (finding,) = told["findings"]
    assert finding["code"] == "RUN005"
    assert finding["facts"] == {"count": 2, "files": ["a.docx", "b.pdf"]}
    assert finding["cell"] is None and finding["sheet"] is None and finding["fix"] is None
    assert told["summary"]["notes"] == 1


def test_no_amount_has_an_exponent_or_needless_zeros() -> None:
    amounts = ("1E+3", "-0.00", "1.50", "0.0000001", "12345678901234567890123456789012.50", "-1E+30")
    facts = {f"a{n}": Decimal(amount) for n, amount in enumerate(amounts)}
    book = WorkbookReport("a.xlsx", "checked", (Finding("NUM002", "01", cell("A1"), facts),))
    assert list(to_json(report(book), tool_version="1")["workbooks"][0]["findings"][0]["facts"].values()) == [
        "1000",
        "0",
        "1.5",
        "0.0000001",
        "12345678901234567890123456789012.5",
        "-1000000000000000000000000000000",
    ]


def test_years_and_places_elsewhere_keep_their_form() -> None:
    finding = Finding(
        "STR002",
        "01",
        None,
        {"found": (2022, 2023), "period": (2023, 2024)},
        related=(Place("02", None, "b.xlsx"),),
        severity=Severity.ERROR,
    )
    book = WorkbookReport("a.xlsx", "checked", (finding,))
    told = to_json(report(book), tool_version="1")["workbooks"][0]["findings"][0]
    assert told["facts"] == {"found": [2022, 2023], "period": [2023, 2024]}
    assert told["related"] == [{"path": "b.xlsx", "sheet": "02", "cell": None}]


def test_what_is_written_is_what_is_told() -> None:
    of = report(catalogue(), unreadable("b.xlsx"), run=(files_not_checked("c.pdf"),))
    target = io.StringIO()
    write(of, "en", target)
    assert json.loads(target.getvalue()) == to_json(of, tool_version=__version__, language="en")
    assert "Økonomiudvalget" in target.getvalue()
    assert target.getvalue().count("\n") == 4  # a workbook a line
    empty = io.StringIO()
    write(report(), "da", empty)
    assert json.loads(empty.getvalue()) == to_json(report(), tool_version=__version__)


def test_an_old_code_page_gets_escapes_and_a_damaged_name_survives() -> None:
    of = report(WorkbookReport("\u0394-\U0001f600-\udce6.xlsx", "checked", (wrong_total(),)))
    for encoding in ("cp1252", "utf-8"):
        raw = io.BytesIO()
        target = io.TextIOWrapper(raw, encoding=encoding)
        write(of, "da", target)
        target.flush()
        told = json.loads(raw.getvalue().decode(encoding))
        assert told["workbooks"][0]["path"] == "\u0394-\U0001f600-\udce6.xlsx"


def test_no_message_carries_what_a_terminal_would_obey() -> None:
    finding = Finding("NUM007", "\x1b[31m01", cell("B5"), {"text": "\x1b]0;x\x07[red]ca. 5\x9b0m"})
    told = to_json(report(WorkbookReport("a.xlsx", "checked", (finding,))), tool_version="1")
    assert (
        told["workbooks"][0]["findings"][0]["message"] == "B5 indeholder '[red]ca. 5', som ikke er et beløb."
    )
    assert told["workbooks"][0]["findings"][0]["facts"]["text"] == "\x1b]0;x\x07[red]ca. 5\x9b0m"
