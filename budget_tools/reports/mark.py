"""A report in the workbook itself: colour and note on each flagged cell, and a sheet with the list."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path

from ..catalog import plural, word
from ..model.address import Cell
from ..model.edit import (
    AddSheet,
    ClearCell,
    ClearNote,
    Edit,
    Look,
    NewCell,
    RemoveSheet,
    SetCell,
    SetFill,
    SetNote,
    TrimStyles,
)
from ..model.finding import Finding, Severity, WorkbookReport
from ..model.mark import (
    AUTHOR,
    LIST_TOKEN,
    Appearance,
    Mark,
    Place,
    Record,
    has_colour,
    lead,
)
from .wording import Wording, plain

COLOURS = {Severity.ERROR: "F8CECC", Severity.WARNING: "FFE9B8", Severity.NOTE: "DCE9F7"}
"""Soft enough to read black figures on, also in print without colours."""

RECORD_SHEET = "budget-tools"

_GREY, _LINE, _LINK, _HEAD = "6B6B6B", "D9D9D9", "1F5FA8", "F2F2F2"
_TITLE = Look(bold=True, size=5)
_SUMMARY = Look(bold=True)
_HELP = Look(colour=_GREY)
_HEADING = Look(bold=True, fill=_HEAD, line_below="7F7F7F", wrap=True)
_FIGURE = Look(bold=True, fill=_HEAD, line_below="7F7F7F", right=True)
_TEXT = Look(wrap=True, line_below=_LINE)
_NUMBER = Look(line_below=_LINE, centred=True)
_CODE = Look(line_below=_LINE, colour=_GREY)
_CELL = Look(line_below=_LINE, colour=_LINK, underlined=True)


def flagged(workbook: WorkbookReport) -> list[tuple[int, Finding]]:
    """The findings of a workbook with their numbers in the list: the worst first, then as the sheets go.

    What was accepted stands last; where nothing else was found, there is nothing to list.
    """
    if all(finding.accepted is not None for finding in workbook.findings):
        return []
    order = {name: number for number, name in enumerate(_sheet_names(workbook))}
    findings = sorted(
        workbook.findings,
        key=lambda one: (
            one.accepted is not None,
            -one.severity,
            order.get(one.sheet or "", -1),
            one.cell or Cell(0, 0),
            one.code,
        ),
    )
    return list(enumerate(findings, 1))


def marked_places(workbook: WorkbookReport) -> tuple[Place, ...]:
    """The cells that marking a workbook would colour."""
    return tuple(_by_cell(flagged(workbook)))


def mark_edits(
    workbook: WorkbookReport,
    before: Mapping[Place, Appearance],
    counts: tuple[tuple[str, int], ...],
    wording: Wording,
    *,
    notes: bool = True,
) -> list[Edit]:
    """The edits that mark a workbook that is not marked; without ``notes`` only colours and the list.

    ``before`` is what the flagged cells look like (those that are missing there are only listed), and
    ``counts`` how long the workbook's lists of styles are. A cell with a comment thread gets no note.
    """
    numbered = flagged(workbook)
    edits: list[Edit] = []
    marks: list[Mark] = []
    for place, findings in _by_cell(numbered).items():
        if place not in before:
            continue
        colour = COLOURS[max(finding.severity for _, finding in findings)]
        marks.append(Mark(findings[0][0], place, colour, before[place]))
        edits.append(SetFill(place.sheet, place.cell, colour))
        if notes and before[place].note != "thread":
            text = "\n".join(
                [lead(findings[0][0]), *(_told(workbook, finding, wording) for _, finding in findings)]
            )
            edits.append(SetNote(place.sheet, place.cell, text, AUTHOR))
    edits.append(_list(workbook, numbered, wording))
    edits.append(AddSheet(RECORD_SHEET, Record(tuple(marks), counts).rows(), concealed=True))
    return edits


def unmark_edits(
    record: Record,
    sheets: Sequence[str],
    where: Mapping[Mark, Place],
    now: Mapping[Place, Appearance],
    noted: Mapping[Place, int],
) -> list[Edit]:
    """The edits that take a mark away: only what marking put there, and only where it still stands.

    ``sheets`` are those that marking made, ``where`` and ``now`` where each mark is and what its cell looks
    like, ``noted`` the cells with a note of ours. A cell that somebody coloured since keeps that colour.
    """
    edits: list[Edit] = []
    anchors: dict[Place, str] = {}
    for mark, place in where.items():
        looks, before = now.get(place), mark.before
        anchors[place] = before.anchor if place == mark.place else ""
        if looks is None or not has_colour(looks.fill, mark.colour):
            continue
        edits.append(SetFill(place.sheet, place.cell, before.fill, before.style))
        if before.style is None:
            edits.append(ClearCell(place.sheet, place.cell, before.spans))
    edits += [ClearNote(place.sheet, place.cell, AUTHOR, anchors.get(place, "")) for place in noted]
    edits += [RemoveSheet(name) for name in sheets]
    if record.counts:
        edits.append(TrimStyles(record.counts))
    return edits


def _sheet_names(workbook: WorkbookReport) -> list[str]:
    names = [proposal.sheet for proposal in workbook.proposals]
    names += [finding.sheet for finding in workbook.findings if finding.sheet]
    return list(dict.fromkeys(names))


def _by_cell(numbered: Sequence[tuple[int, Finding]]) -> dict[Place, list[tuple[int, Finding]]]:
    found: dict[Place, list[tuple[int, Finding]]] = defaultdict(list)
    for number, finding in numbered:
        if finding.sheet is not None and finding.cell is not None and finding.accepted is None:
            found[Place(finding.sheet, finding.cell)].append((number, finding))
    return found


def _told(workbook: WorkbookReport, finding: Finding, wording: Wording) -> str:
    """A finding as a note says it: what is wrong, what would explain it, what to do."""
    severity = _capital(word("severity", finding.severity.word, wording.language))
    parts = [f"{severity} {finding.code}: {wording.message(workbook.path, finding)}"]
    if hint := wording.hint(workbook.path, finding):
        parts.append(f"{word('console', 'hint', wording.language)} {hint}")
    if fix := wording.fix(workbook.path, finding):
        parts.append(f"{word('console', 'fix', wording.language)} {fix}")
    return "\n".join(parts)


def _list(workbook: WorkbookReport, numbered: Sequence[tuple[int, Finding]], wording: Wording) -> AddSheet:
    """The sheet with the list: a line a finding, each with a link to its cell."""
    language = wording.language
    counts = {
        kind: sum(one.severity is severity and one.accepted is None for _, one in numbered)
        for kind, severity in zip(("errors", "warnings", "notes"), reversed(Severity), strict=True)
    }
    if accepted := sum(one.accepted is not None for _, one in numbered):
        counts["accepted"] = accepted
    summary = ", ".join(plural(kind, n, language) for kind, n in counts.items())
    hints = any(finding.hint is not None for _, finding in numbered)
    values = any(_value(finding) is not None for _, finding in numbered)
    columns: list[tuple[str, float]] = [
        ("number", 5),
        ("severity", 13),
        ("code", 9),
        ("sheet", 18),
        ("cell", 8),
    ]
    columns += [("message", 52)]
    columns += [("hint", 34)] if hints else []
    columns += [("suggestion", 38)]
    columns += [("value", 15)] if values else []
    width = len(columns)

    def row(*cells: NewCell | None, token: str) -> tuple[NewCell | None, ...]:
        return (*cells, *[None] * (width - len(cells)), NewCell(token))

    title = word("mark", "title", language, file=plain(Path(workbook.path).name))
    rows = [
        row(NewCell(title, _TITLE), token=LIST_TOKEN),
        (NewCell(f"{summary}.", _SUMMARY),),
        (NewCell(word("mark", "help", language), _HELP),),
        (),
        tuple(
            NewCell(word("mark", f"column-{name}", language), _FIGURE if name == "value" else _HEADING)
            for name, _ in columns
        ),
    ]
    for number, finding in numbered:
        rows.append(row(*_line(workbook, number, finding, wording, hints, values), token=finding.id))
    if not numbered:
        rows.append((None, NewCell(word("console", "no-findings", language), Look())))
    widths = (*(wide for _, wide in columns), 0)
    return AddSheet(word("mark", "sheet", language), tuple(rows), widths, heading=5)


def _line(
    workbook: WorkbookReport, number: int, finding: Finding, wording: Wording, hints: bool, values: bool
) -> list[NewCell | None]:
    language = wording.language
    severity = _capital(word("severity", finding.severity.word, language))
    look, message = (
        Look(fill=COLOURS[finding.severity], line_below=_LINE),
        wording.message(workbook.path, finding),
    )
    if finding.accepted is not None:
        severity, look = _capital(word("console", "accepted", language)), _TEXT
        message = f"{message} {wording.accepted(finding.accepted)}"
    link = (finding.sheet, finding.cell) if finding.sheet and finding.cell else None
    cells: list[NewCell | None] = [
        NewCell(Decimal(number), _NUMBER),
        NewCell(severity, look),
        NewCell(finding.code, _CODE),
        NewCell(plain(finding.sheet) if finding.sheet else "", _TEXT),
        NewCell(str(finding.cell) if finding.cell else "", _CELL if link else _TEXT, link),
        NewCell(message, _TEXT),
    ]
    if hints:
        cells.append(NewCell(wording.hint(workbook.path, finding) or "", _TEXT))
    cells.append(NewCell(wording.fix(workbook.path, finding), _TEXT))
    if values:
        value = _value(finding)
        whole = value is None or value == value.to_integral_value()
        look = Look(line_below=_LINE, format="#,##0" if whole else "#,##0.00")
        cells.append(NewCell("" if value is None else value, look))
    return cells


def _value(finding: Finding) -> Decimal | None:
    """The number that a fix would put into the cell."""
    edits = finding.fix.edits if finding.fix is not None else ()
    values = [edit.value for edit in edits if isinstance(edit, SetCell)]
    return values[0] if len(values) == 1 and isinstance(values[0], Decimal) else None


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
