"""A report to read: by workbook and proposal, worst first, in 80 columns, on a screen or in a file.

Nothing is cut off: long lines are wrapped. Text from workbooks is never read as markup.
"""

from __future__ import annotations

import re
import textwrap
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TextIO

from rich.console import Console
from rich.text import Text

from ..catalog import Language, plural, title, word
from ..catalog.speech import MOST
from ..model.address import Cell, Range, parse_range, spell
from ..model.finding import Finding, Place, ProposalSummary, Report, Severity, WorkbookReport
from .wording import Wording, not_checked, plain, shown_path

WIDTH = 80  # where the reader's own width is not known
WIDEST = 110  # longer lines are hard to read
MANY_FORMS = 3  # from so many proposals on, the same thing is told once
MANY_CLEAN = 10  # beyond so many, workbooks without findings share a line
MOST_PLACES = 100  # of the same thing; the rest is counted
MOST_ELSEWHERE = 3  # places outside the sheet of a finding; the rest is counted

_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}
_BOUND = "\0"  # a space that no line ends at; in no text that was made printable
_CELL = r"[A-Z]{1,3}[1-9][0-9]{0,6}"
_ADDRESS = re.compile(rf"(?<![A-Za-z0-9]){_CELL}(?::{_CELL})?(?![A-Za-z0-9])")


def write(report: Report, language: Language, target: TextIO) -> None:
    """Write a report as text: coloured on a terminal, plain anywhere else."""
    console = console_on(target)
    lines = Lines(min(console.width, WIDEST))
    for text in _report(report, Wording(language, report.form_word), lines):
        if console.is_terminal:
            console.print(text, soft_wrap=True)
        else:  # rich would take longer over it than the whole check
            target.write(f"{text.plain}\n")


def console_on(target: TextIO) -> Console:
    """A console that prints what it is given: no markup, no emoji, no numbers in bright colours."""
    isatty = getattr(target, "isatty", None)
    width = None if isatty is not None and isatty() else WIDTH
    return Console(file=target, width=width, markup=False, emoji=False, highlight=False)


@dataclass(frozen=True, slots=True)
class _Told:
    """A finding, the workbook and the proposal that it belongs to."""

    path: str | None
    finding: Finding
    proposal: ProposalSummary | None

    @property
    def group(self) -> tuple[str | None, str | None]:
        """What it is told under: the sheet, and the proposal on it."""
        number = self.proposal.number if self.proposal is not None else self.finding.proposal
        return self.finding.sheet, number

    @property
    def alike(self) -> tuple[str, str | None, Severity]:
        """What it shares with the same thing elsewhere."""
        return self.finding.code, self.finding.variant, self.finding.severity


class Lines:
    """Sentences as lines of a certain width, all but the first indented."""

    def __init__(self, width: int) -> None:
        self._width = max(width, 40)

    def wrap(self, text: str, indent: int, lead: str = "", style: str = "") -> Text:
        """One paragraph; ``lead`` stands in front of it in a style of its own."""
        lines = textwrap.wrap(
            f"{lead} {text}" if lead else text,
            self._width,
            initial_indent=" " * indent,
            subsequent_indent=" " * (indent + 2),
            break_on_hyphens=False,
        )
        wrapped = Text("\n".join(lines).replace(_BOUND, " "))
        wrapped.stylize(style, indent, indent + len(lead) if lead else None)
        return wrapped


def _report(report: Report, wording: Wording, lines: Lines) -> Iterator[Text]:
    language = wording.language
    told, shared = _divided(report)
    clean = [one for one in report.workbooks if one.status == "checked" and not one.findings]
    shown = [one for one in report.workbooks if one.status != "checked" or told[one.path]]
    shown.sort(key=lambda workbook: (workbook.status == "checked", -_worst(told[workbook.path])))
    for workbook in shown:
        yield from _workbook(workbook, told[workbook.path], wording, lines)
        yield Text()
    for same in sorted(shared, key=lambda same: (-same[0].finding.severity, -len(same))):
        yield from _shared(report, same, wording, lines)
    if shared:
        yield Text()
    if report.run_findings:
        for finding in report.run_findings:
            yield from _finding(_Told(None, finding, None), wording, lines, 0, set())
        yield Text()
    if clean:
        nothing = word("console", "no-findings", language)
        if len(clean) > MANY_CLEAN:
            yield lines.wrap(f"{plural('workbooks', len(clean), language)}: {nothing}", 0)
        else:
            for workbook in clean:
                yield lines.wrap(f"{shown_path(workbook.path)}: {nothing}", 0)
        yield Text()
    yield lines.wrap(summary(report, language), 0, style="bold")


def summary(report: Report, language: Language) -> str:
    """How many workbooks were checked and what was found, one line."""
    counts = report.counts
    left = counts.unchecked
    said = word(
        "console",
        "summary-not-checked" if left else "summary",
        language,
        workbooks=plural("workbooks", counts.checked, language),
        errors=plural("errors", counts.errors, language),
        warnings=plural("warnings", counts.warnings, language),
        notes=plural("notes", counts.notes, language),
        not_checked=plural("not-checked", left, language),
    )
    if not counts.accepted:
        return said
    accepted = plural("accepted", counts.accepted, language)
    return word("console", "summary-accepted", language, summary=said, accepted=accepted)


def _divided(report: Report) -> tuple[dict[str, list[_Told]], list[list[_Told]]]:
    """What is told in full, by workbook, and what is told once for many forms."""
    alike: dict[tuple[str, str | None, Severity], list[_Told]] = defaultdict(list)
    everything: list[_Told] = []
    for workbook in report.workbooks:
        at_home = _Proposals(workbook)
        for finding in workbook.findings:
            told = _Told(workbook.path, finding, at_home.of(finding))
            everything.append(told)
            if finding.severity < Severity.ERROR and finding.accepted is None and not _is_its_own(finding):
                alike[told.alike].append(told)
    shared = {
        key: same
        for key, same in alike.items()
        if len({(one.path, *one.group) for one in same}) >= MANY_FORMS
    }
    by_workbook: dict[str, list[_Told]] = defaultdict(list)
    for told in everything:
        if told.path is not None and (told.alike not in shared or told.finding.accepted is not None):
            by_workbook[told.path].append(told)
    return by_workbook, list(shared.values())


def _is_its_own(finding: Finding) -> bool:
    """Whether a finding says something else each time: of other pools, amounts and years."""
    return finding.code.startswith("KON") and finding.severity is Severity.WARNING


class _Proposals:
    """The proposals of a workbook, to find the one that a finding belongs to."""

    def __init__(self, workbook: WorkbookReport) -> None:
        self._on_sheet: dict[str, list[ProposalSummary]] = defaultdict(list)
        for proposal in workbook.proposals:
            self._on_sheet[proposal.sheet].append(proposal)

    def of(self, finding: Finding) -> ProposalSummary | None:
        """The proposal of its number, else the only one on its sheet."""
        on_sheet = self._on_sheet.get(finding.sheet or "", [])
        if finding.proposal is not None:
            return next((one for one in on_sheet if one.number == finding.proposal), None)
        return on_sheet[0] if len(on_sheet) == 1 else None


def _worst(told: Sequence[_Told]) -> Severity:
    open_ = (one.finding.severity for one in told if one.finding.accepted is None)
    return max(open_, default=Severity.NOTE)


def _workbook(
    workbook: WorkbookReport, told: Sequence[_Told], wording: Wording, lines: Lines
) -> Iterator[Text]:
    yield lines.wrap(shown_path(workbook.path), 0, style="bold")
    if workbook.status != "checked":
        reason = replace(not_checked(workbook), accepted=workbook.accepted)
        told = [_Told(workbook.path, reason, None), *(one for one in told if one.finding.code != reason.code)]
    groups: dict[tuple[str | None, str | None], list[_Told]] = defaultdict(list)
    for one in told:
        groups[one.group].append(one)
    for (sheet, _), group in sorted(groups.items(), key=lambda item: -_worst(item[1])):
        if sheet is not None:
            yield lines.wrap(_heading(group[0], wording), 2, style="bold")
        elif len(groups) > 1:
            yield lines.wrap(word("console", "workbook-itself", wording.language), 2, style="bold")
        group.sort(
            key=lambda one: (
                one.finding.accepted is not None,
                -one.finding.severity,
                one.finding.cell or Cell(0, 0),
            )
        )
        indent = 2 if sheet is None and len(groups) == 1 else 4
        remedies: set[str] = set()
        for one in group:
            yield from _finding(one, wording, lines, indent, remedies)


def _heading(told: _Told, wording: Wording) -> str:
    """What a finding stands under: number and title of the proposal, and its sheet."""
    proposal, finding = told.proposal, told.finding
    sheet = word("console", "sheet", wording.language, sheet=plain(finding.sheet or ""))
    number = proposal.number if proposal is not None else finding.proposal
    form = f"{wording.form_word} {number}" if number else ""
    named = plain(f"{form} {proposal.title if proposal is not None and proposal.title else ''}".strip())
    return f"{named} ({sheet})" if named else sheet


def _finding(told: _Told, wording: Wording, lines: Lines, indent: int, remedies: set[str]) -> Iterator[Text]:
    """A finding in full: what is wrong, how that is known, what explains it, and what to do.

    A remedy that stands among ``remedies``, because it was told a few lines above, is not told again;
    with an error it always is.
    """
    finding, language = told.finding, wording.language
    message = wording.message(told.path, finding)
    named = _named(message)
    lead = f"{word('severity', finding.severity.word, language)} {finding.code}"
    if finding.accepted is not None:
        lead = f"{word('console', 'accepted', language)} {lead}"
    if finding.cell is not None and not _holds(named, finding.cell):
        lead += f" {finding.cell}"
    if finding.cell is None or not re.match(rf"{finding.cell}\b", message):
        lead += ":"  # a sentence that starts with the cell goes on from the code by itself
    below = indent + 2
    if finding.accepted is not None:
        yield lines.wrap(message, indent, lead, "dim")
        yield lines.wrap(wording.accepted(finding.accepted), below, style="dim")
        return
    yield lines.wrap(message, indent, lead, _STYLES[finding.severity])
    if evidence := wording.evidence(finding):
        yield lines.wrap(evidence, below, style="dim")
    elif others := _others(finding, message, named, language):
        yield lines.wrap(others, below, word("console", "see-also", language), "dim")
    for items in finding.facts.values():
        if isinstance(items, tuple) and len(items) > MOST and all(isinstance(item, str) for item in items):
            yield lines.wrap(", ".join(plain(str(item)) for item in items), below, style="dim")
    if hint := wording.hint(told.path, finding):
        yield lines.wrap(hint, below, word("console", "hint", language), "bold")
    fix = wording.fix(told.path, finding)
    if fix and (finding.severity is Severity.ERROR or fix not in remedies):
        remedies.add(fix)
        yield lines.wrap(fix, below, word("console", "fix", language), "bold")


def _named(message: str) -> list[Range]:
    """The cells that a sentence names already."""
    named = []
    for match in _ADDRESS.finditer(message):
        try:
            named.append(parse_range(match[0]))
        except ValueError:
            continue
    return named


def _holds(areas: Sequence[Range], cell: Cell) -> bool:
    return any(
        area.top <= cell.row <= area.bottom and area.left <= cell.column <= area.right for area in areas
    )


def _others(finding: Finding, message: str, named: Sequence[Range], language: Language) -> str:
    """The cells that belong to a finding and that its sentence does not name; a few of those far away."""
    here: list[Cell] = []
    elsewhere: list[str] = []
    for place in finding.related:
        if place.path is None and place.sheet == finding.sheet and place.cell is not None:
            if place.cell != finding.cell and not _holds(named, place.cell):
                here.append(place.cell)
        elif (elsewhere_at := _place(place)) not in message:
            elsewhere.append(elsewhere_at)
    if len(elsewhere) > MOST_ELSEWHERE:
        more = word("console", "and-more", language, n=len(elsewhere) - MOST_ELSEWHERE)
        elsewhere[MOST_ELSEWHERE - 1 :] = [f"{elsewhere[MOST_ELSEWHERE - 1]} {more}"]
    return ", ".join(([spell(here).replace(",", ", ")] if here else []) + elsewhere)


def _place(place: Place) -> str:
    sheet = plain(place.sheet) if place.sheet else ""
    cell = str(place.cell) if place.cell is not None else ""
    inside = f"{sheet}!{cell}" if sheet and cell else sheet or cell
    return f"{shown_path(place.path)} {inside}".strip() if place.path else inside


def _shared(report: Report, same: Sequence[_Told], wording: Wording, lines: Lines) -> Iterator[Text]:
    """The same thing in many forms, told once: how many, what, where, and what to do."""
    language, first = wording.language, same[0].finding
    forms: dict[tuple[str | None, str | None, str | None], list[_Told]] = defaultdict(list)
    for told in same:
        forms[told.path, *told.group].append(told)
    lead = f"{word('severity', first.severity.word, language)} {first.code}:"
    total = sum(len(workbook.proposals) for workbook in report.workbooks)
    said = title(first.code, language)
    said += "" if said.endswith("?") else "."
    if all(told.proposal is not None for told in same):
        said = word("console", "many-forms", language, n=len(forms), total=total, message=said)
    else:
        said = f"{plural('findings', len(same), language)}: {said}"
    yield lines.wrap(said, 0, lead, _STYLES[first.severity])
    for where in _where(report, list(forms.values()), wording):
        yield lines.wrap(where, 2)
    fixes = {wording.fix(told.path, told.finding) for told in same}
    if len(fixes) == 1 and all(fixes):
        yield lines.wrap(fixes.pop(), 2, word("console", "fix", language), "bold")


def _where(report: Report, forms: Sequence[Sequence[_Told]], wording: Wording) -> Iterator[str]:
    """Forms and their cells: in one list where their numbers tell them apart, else a workbook a line."""
    names: dict[int, str] = {}
    for index, form in enumerate(forms):
        number = form[0].group[1]
        names[index] = plain(f"{wording.form_word} {number}" if number else form[0].finding.sheet or "")
    numbered = all(form[0].group[1] for form in forms) and len(set(names.values())) == len(names)
    listed: dict[str, list[str]] = defaultdict(list)
    for index, form in enumerate(forms[:MOST_PLACES]):
        cells = spell([told.finding.cell for told in form if told.finding.cell is not None])
        path = "" if numbered or len(report.workbooks) == 1 else shown_path(form[0].path or "")
        listed[path].append(f"{names[index]} {cells.replace(',', ', ')}".strip().replace(" ", _BOUND))
    for path, places in listed.items():
        yield f"{path}: {'; '.join(places)}".removeprefix(": ").removesuffix(": ")
    if len(forms) > MOST_PLACES:
        yield word("console", "and-more", wording.language, n=len(forms) - MOST_PLACES)
