"""Nights to tell: made of a real run of the samples, and by hand where something odd is wanted."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path

from budget_tools import check
from budget_tools.books.file import read_bytes
from budget_tools.catalog import Language, entry
from budget_tools.model.acceptance import Acceptance
from budget_tools.model.address import Cell
from budget_tools.model.amount import format_number
from budget_tools.model.book import Book
from budget_tools.model.finding import Finding, Severity
from budget_tools.model.night import (
    ChangedProposal,
    Excerpt,
    Followed,
    Gathered,
    Night,
    NightWorkbook,
    Standing,
    Tally,
)
from budget_tools.reports.json import proposals_json
from budget_tools.reports.wording import Wording, language_of
from budget_tools.settings import Limits

SAMPLES = Path(__file__).parents[3] / "workbooks"
STARTED = datetime(2026, 11, 22, 2, 30)
ENDED = datetime(2026, 11, 22, 2, 41, 5)
YESTERDAY = datetime(2026, 11, 21, 2, 30)
OWNERS = ("Lene Holm", "Jens Ø. Bæk", None)
ACCEPTED = Acceptance(
    "accept", "x.xlsx", "id", "values", "ARI008", "LHO", "Afrunding, aftalt med økonomi", "2026-11-20"
)


@cache
def sampled(language: Language = "da") -> Night:
    """A night over the sample workbooks, with something of everything."""
    report = check(SAMPLES, language=language)
    wording = Wording(language_of(report), report.form_word)
    findings: list[Followed] = []
    workbooks: list[NightWorkbook] = []
    for number, workbook in enumerate(report.workbooks):
        owner = OWNERS[number % 3]
        path = str(Path(workbook.path).resolve())
        book = read_bytes(Path(path).read_bytes(), path, Limits())
        of = len(workbook.proposals), proposals_json(workbook.proposals)
        workbooks.append(NightWorkbook(path, "checked", None, owner, number % 5 == 0, *of))
        for finding in workbook.findings:
            proposal = next((one for one in workbook.proposals if one.sheet == finding.sheet), None)
            standing = (*[Standing.OPEN] * 7, Standing.NEW, Standing.FIXED, Standing.OPEN, Standing.REOPENED)[
                len(findings) % 11
            ]
            standing = Standing.ACCEPTED if len(findings) % 17 == 16 else standing
            findings.append(
                Followed(
                    finding.id,
                    finding.values,
                    finding.code,
                    entry(finding.code).name,
                    finding.severity,
                    path,
                    finding.sheet,
                    finding.cell,
                    finding.proposal,
                    proposal.title if proposal else None,
                    proposal.committee if proposal else None,
                    owner,
                    wording.message(path, finding),
                    wording.hint(path, finding),
                    wording.fix(path, finding),
                    wording.evidence(finding) or None,
                    excerpt(book, finding, language),
                    standing,
                    STARTED if standing is Standing.NEW else STARTED - timedelta(days=len(findings) % 40 + 1),
                    STARTED if standing is Standing.FIXED else None,
                    ACCEPTED if standing is Standing.ACCEPTED else None,
                )
            )
    folder = str(SAMPLES.resolve())
    workbooks.append(
        NightWorkbook(
            f"{folder}/Låst forslag.xlsx",
            "unreadable",
            wording.message(f"{folder}/Låst forslag.xlsx", Finding("RUN002", facts={"reason": "encrypted"})),
            OWNERS[0],
            True,
        )
    )
    first = findings[0]
    changed = (
        ChangedProposal(
            "2.1.2. 04",
            "Strategisk Fundraising",
            first.path or "",
            "Økonomiudvalget",
            OWNERS[0],
            "Løn, 2023",
            "1.200",
            "1.450",
            Cell(9, 2),
            "Skema",
            date(2026, 11, 15),
        ),
        ChangedProposal(
            "2.1.2. 05",
            "Etablering af direktion",
            first.path or "",
            "Økonomiudvalget",
            OWNERS[1],
            "Beskrivelse",
            "Direktionen udvides med to direktører.",
            "Direktionen udvides med tre direktører.",
            Cell(5, 1),
            "Skema",
            date(2026, 11, 15),
        ),
    )
    tallies = tuple(
        Tally(
            run,
            STARTED - timedelta(days=30 - run),
            58 + run // 4,
            40 - run // 2 + run % 5,
            30 - run % 7,
            12,
            run % 5,
            (run * 3) % 4,
            run != 17,
        )
        for run in range(1, 31)
    )
    return Night(
        30,
        STARTED,
        ENDED,
        (folder,),
        language,
        report.form_word,
        "budget-tools 0.1.0",
        Gathered(tuple(workbooks), tuple(findings)),
        changed,
        tallies,
        previous=YESTERDAY,
    )


def excerpt(book: Book, finding: Finding, language: Language) -> str | None:
    """The rows around a finding's cell."""
    sheet = next((one for one in book.sheets if one.name == finding.sheet), None)
    if sheet is None or finding.cell is None:
        return None
    rows = []
    numbers = []
    width = min(max(len(row) for row in sheet.rows), max(finding.cell.column - sheet.left + 3, 7))
    for offset, row in enumerate(sheet.rows):
        number = sheet.top + offset
        if finding.cell.row - 5 <= number <= finding.cell.row + 2 and any(value != "" for value in row):
            rows.append(tuple(_shown(value, language) for value in row[:width]))
            numbers.append(number)
    related = tuple(
        place.cell for place in finding.related if place.cell is not None and place.sheet == finding.sheet
    )
    return Excerpt(tuple(rows), tuple(numbers), sheet.left, finding.cell, related).json


def _shown(value: object, language: Language) -> str:
    if isinstance(value, float | int) and not isinstance(value, bool):
        if 1900 < value < 2100:
            return str(int(value))
        return format_number(Decimal(str(value)), language)
    return str(value)


def followed(**changes: object) -> Followed:
    """A finding made by hand."""
    given = {
        "id": "83945a72bdbf", "values": "fb16b4c8e335", "code": "ARI002", "name": "column-total-wrong",
        "severity": Severity.ERROR, "path": "/budget/2027/Forslag 01.xlsx", "sheet": "Skema",
        "cell": Cell(11, 3), "proposal": "2.1.2. 01", "title": "Etablering af direktion",
        "committee": "Økonomiudvalget", "owner": "Lene Holm",
        "message": "C11 viser 5.400, men linjerne under 2024 giver 4.500 (forskel 900).",
        "hint": "Er to cifre byttet om i C11? Det forklarer forskellen på 900.",
        "fix": "Skriv =SUM(C9:C10) i C11, hvis tallene over den er rigtige.",
        "evidence": "=SUM(C9:C10), efter formlerne i nabocellerne",
        "excerpt": Excerpt(
            (("", "2023", "2024"), ("Løn", "4.000", "4.000"), ("Drift", "500", "500"),
             ("I alt", "4.500", "5.400")),
            (8, 9, 10, 11), 1, Cell(11, 3), (Cell(9, 3), Cell(10, 3)),
        ).json,
        "standing": Standing.OPEN, "since": datetime(2026, 11, 1, 2, 30),
    }  # fmt: skip
    return Followed(**{**given, **changes})  # type: ignore[arg-type]


def night(*findings: Followed, **changes: object) -> Night:
    """A night made by hand; a workbook for every path that a finding names, unless others are given."""
    paths = dict.fromkeys((one.path, one.owner) for one in findings if one.path is not None)
    known = tuple(NightWorkbook(path, "checked", None, owner, True) for path, owner in paths)
    told = Gathered(changes.pop("workbooks", known), findings)  # type: ignore[arg-type]
    given = {
        "run": 7, "started": STARTED, "ended": ENDED, "folders": ("/budget/2027",), "language": "da",
        "form_word": "Skema", "tool": "budget-tools 0.1.0",
        "told": told, "previous": YESTERDAY,
    }  # fmt: skip
    return Night(**{**given, **changes})  # type: ignore[arg-type]


HOSTILE = (
    "</script><script>document.title='obeyed'</script><img src=x onerror=\"document.title='obeyed'\">",
    '=HYPERLINK("http://example.invalid/x","klik")',
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\x00\x07\x1b[31m\x85 styretegn \ufffe\uffff\u2028",
    "\u202ecod.exe\u202c \u2066omvendt\u2069 \u200f",
    "halvt tegn \ud83d og \udc00",
    "ø" * 40_000,
    "😀" * 20_000,
    "{{ 7 * 7 }}{% raw %} %s {0} {navn} ${x}",
    "]]> <![CDATA[ &amp; &#0; \" ' ` --> <!--",
    "_x000D_ _x0041_",
    "javascript:alert(1)",
    "http://example.invalid/ external:x internal:y mailto:z",
    " \t\n ",
)


def hostile() -> Night:
    """A night in which every text is something that bites, in every place where one can stand."""
    findings = []
    for number, text in enumerate(HOSTILE):
        findings.append(
            followed(
                id=text[:80], values=text[:80], name=text, sheet=text, proposal=text, title=text,
                committee=text, owner=text, message=text, hint=text, fix=text, evidence=text,
                path=f"/budget/2027/{text[:200]}.xlsx",
                excerpt=Excerpt(((text, text), (text, text)), (4, 9), 16_384, Cell(9, 16_384)).json,
                standing=list(Standing)[number % 5],
                accepted=Acceptance("accept", text, text, text, "ARI002", text, text, "2026-11-20"),
            )
        )  # fmt: skip
    text = "".join(one[:300] for one in HOSTILE)
    changes = (
        ChangedProposal(text, text, text, text, text, text, text, text, Cell(1, 1), text, date(2026, 11, 15)),
    )
    broken = NightWorkbook(text, "unreadable", text, text, True)
    given = night(*findings)
    return night(
        *findings,
        workbooks=(*given.told.workbooks(), broken),
        changed=changes,
        folders=(text,),
        trouble=HOSTILE,
        tool=f"budget-tools {text}",
        form_word=text,
        complete=False,
    )
