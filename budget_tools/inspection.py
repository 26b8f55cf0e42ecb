"""A batch of books in, what was found in them out: the whole pipeline, from layout to findings.

layout finds tables and proposals, cover says what each total covers, the schemas and the rules say what is
wrong. Nothing here opens a file.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache, partial
from typing import Any

from .analysis import analysed, read_cases
from .comparing import snapshot_of
from .cover import (
    SEVERAL,
    cover,
    explain,
    may_end_in_a_net,
    own_sums,
    places_rounded,
    roughly,
    rounding,
    slight,
    traceless,
)
from .cover.long import LongResults, cells_to_work_out, long_strips, long_sum, results_in_doubt
from .filling import missing_totals
from .formula import Evaluator, Sum, addends, changes, formula_faults
from .layout import layout, overviews
from .layout.long import LongLines
from .model.address import Cell, SheetCell
from .model.analysis import Analysis
from .model.book import Book, Details, Sheet
from .model.edit import SetCell
from .model.finding import Finding, ProposalSummary, WorkbookReport
from .model.long import LongTotals, in_doubt
from .model.overview import Overview, OverviewRow
from .model.proposal import Page, Proposal, Registered, Run, identity_of
from .model.snapshot import Snapshot
from .model.table import (
    Axis,
    Change,
    ColumnRole,
    Disagreement,
    Entry,
    Evidence,
    FormulaFault,
    Line,
    LineKind,
    Table,
    Total,
    YearRole,
)
from .prose import price_level_of
from .prose.numbering import is_number, numbering_of
from .rules import RULES, Rule
from .rules.across import frame_of
from .rules.formulas import TEXT_NUMBERS, passes_over, said_of_manual, same, with_text_added
from .rules.overviews import nets
from .rules.structure import stated_units, wrong_years
from .rules.text import named, staff_price
from .schema import check_analyses, check_proposals, check_register, check_tables
from .settings import Settings

BATCH_BOOKS = 400
BATCH_LINES = 50_000

_ZERO = Decimal(0)
_NUMBER_FAULTS = ("NUM001", "NUM002", "NUM003", "NUM005", "NUM007", "NUM008")


@dataclass(slots=True)
class Examined:
    """A book with its tables found and covered, and what was found in it so far."""

    book: Book
    settings: Settings
    pages: list[Page]
    findings: list[Finding]
    unasked: Collection[str] = ()
    snapshots_wanted: bool = False
    analysis: Analysis | None = None

    @property
    def lines(self) -> int:
        """How many lines of amounts the book has."""
        return sum(len(table.lines) for page in self.pages for table in page.tables)


def examine(book: Book, settings: Settings, unasked: Collection[str] = ()) -> Examined:
    """Find and cover the tables of a book, and run the rules that need nothing but the book.

    ``unasked`` are the codes that nobody wants to hear of: their rules are not run.
    """
    evaluator = Evaluator(book)
    pages = [_covered(page, book, evaluator) for page in _with_cases(layout(book, settings), book, settings)]
    stale = _stale(pages)
    if stale:
        pages = _with_changes(pages, changes(book, stale))
    examined = Examined(book, settings, pages, [], unasked)
    by_subject = _asked(frozenset(unasked)) if unasked else _BY_SUBJECT
    for page in pages:
        _run(by_subject[Page], page, settings, examined.findings)
        for table in page.tables:
            _run(_not_quiet(by_subject[Table], table), table, settings, examined.findings)
        for proposal in page.proposals:
            _run(by_subject[Proposal], proposal, settings, examined.findings)
        for table in page.tables:
            if table.once("doubtful years", partial(_has_doubtful_years, table)):
                _run([_BY_CODE["STR002"]], table, settings, examined.findings)
            for fault in formula_faults(table, long_strips(table)):
                _run(by_subject[FormulaFault], fault, settings, examined.findings)
    cases = [case for page in pages for case in page.cases]
    if cases:
        examined.analysis = analysed(cases)
        _run(by_subject[Analysis], examined.analysis, settings, examined.findings)
    if book.manual:
        examined.findings = said_of_manual(book, examined.findings)
    if any(one.code in TEXT_NUMBERS for one in examined.findings):
        examined.findings = [with_text_added(one, pages) for one in examined.findings]
    if not cases and not any(page.tables for page in pages):
        examined.findings = [one for one in examined.findings if one.code != "STR001"]
        examined.findings.append(Finding("STR001", facts={"variant": "nothing"}, key=("nothing",)))
    return examined


def _has_doubtful_years(table: Table) -> bool:
    """Whether a year in its heading was corrected, or its years may stand down the side."""
    return not table.years or any(column.written for column in table.columns)


def _with_cases(pages: Sequence[Page], book: Book, settings: Settings) -> Sequence[Page]:
    """Pages whose consequence analyses were read; hardly any has the headings of one."""
    if not any(page.headings for page in pages):
        return pages
    read = [
        replace(page, cases=read_cases(book.path, page.sheet, page.headings, settings.unit)) for page in pages
    ]
    if not any(not case.across for page in read for case in page.cases):
        return pages
    return [
        replace(page, tables=tuple(filter(_is_of_numbers, page.tables))) if page.cases else page
        for page in read
    ]


def _is_of_numbers(table: Table) -> bool:
    """Whether a table on a sheet of prose is one, and not sentences below a heading with a year."""
    return all(entry is not Entry.TEXT for entry in table.entries.values()) and bool(table.lines)


def _covered(page: Page, book: Book, evaluator: Evaluator) -> Page:
    """A page whose tables have totals, details and worked-out formulas."""
    if not page.tables:
        return page
    details = page.sheet.details([table.range for table in page.tables])
    return _with_tables(page, lambda table: _complete(table, details, book, evaluator))


def _with_tables(page: Page, completed: Callable[[Table], Table]) -> Page:
    """A page, and its proposals, with other tables."""
    tables = {id(table): completed(table) for table in page.tables}
    proposals = [
        proposal.with_tables(tuple([tables[id(table)] for table in proposal.tables]))
        for proposal in page.proposals
    ]
    return page.with_tables(tuple(tables.values()), tuple(proposals))


def _complete(table: Table, details: Details, book: Book, evaluator: Evaluator) -> Table:
    """A table with its details, what its formulas give (also where no result is stored), and its totals."""
    if table.shape is not None and may_end_in_a_net(table):
        table = replace(table, shape=None)
    sums = own_sums(table)
    plain = _plainly_computed(table)
    computed = _computed(table, sums, book, evaluator) if plain is None else plain
    if any("%" in code for code in details.codes):
        table = replace(table, lines=tuple(_share_or_line(line, table, details) for line in table.lines))
    unvalued = table.sheet.unvalued
    if unvalued and any(cell in unvalued for cell in results_in_doubt(computed)):
        filled = tuple(_with_results(line, table, computed) for line in table.lines)
        whole = table.whole and all(value == value.to_integral_value() for value in computed.values())
        table = replace(table, lines=filled, whole=whole, computed=computed)
    elif table.sheet.unvalued:
        table = replace(table, computed=computed)
    lines, totals, unchecked = cover(table, sums, calculated=plain is not None)
    return table.completed(details, lines, computed, totals, unchecked, plain is not None)


def _stale(pages: Iterable[Page]) -> dict[SheetCell, Decimal]:
    """The stored results that are not what their formulas give."""
    found: dict[SheetCell, Decimal] = {}
    for page in pages:
        for table in page.tables:
            if not table.computed or table.calculated:
                continue
            computed = results_in_doubt(table.computed)
            for (cell, value), amount in zip(computed.items(), table.amounts_at(computed), strict=True):
                if amount is None or amount == value or same(amount, value):
                    continue
                if cell not in page.sheet.unvalued:
                    found[SheetCell(page.sheet.name, cell)] = amount
    return found


def _with_changes(pages: list[Page], changed: Mapping[SheetCell, Change]) -> list[Page]:
    """Pages whose tables know which of their totals, or cells among formulas, were changed uncalculated.

    An amount that somebody entered may change: then it is its results that are to be calculated again.
    """
    known: dict[int, dict[Cell, Change]] = {}
    explained: set[SheetCell] = set()
    for page in pages:
        for table in page.tables:
            for place, change in changed.items():
                if place.sheet == page.sheet.name and _is_calculated_elsewhere(table, place.cell):
                    known.setdefault(id(table), {})[place.cell] = change
                    explained.update(change.results)

    def told(table: Table) -> Table:
        cells = frozenset(place.cell for place in explained if place.sheet == table.sheet.name)
        return replace(table, changed=known.get(id(table), {}), explained=cells)

    return [_with_tables(page, told) for page in pages] if known else pages


def _is_calculated_elsewhere(table: Table, cell: Cell) -> bool:
    """Whether a typed cell of a table is a total, or most other amounts of its line are calculated."""
    line = table.line(cell.row)
    if line is None or table.amount(cell) is None:
        return False
    if line.kind in (LineKind.TOTAL, LineKind.SUBTOTAL):
        return True
    others = [
        Cell(line.row, column.number) in table.sheet.formulas
        for column, amount in zip(table.columns, line.amounts, strict=True)
        if amount is not None and column.number != cell.column
    ]
    return sum(others) * 2 > len(others)


def _with_results(line: Line, table: Table, computed: Mapping[Cell, Decimal]) -> Line:
    """A line whose formulas without a stored result show what they give."""
    unvalued = table.sheet.unvalued
    cells = [Cell(line.row, column.number) for column in table.columns]
    if not any(cell in unvalued for cell in cells):
        return line
    amounts = tuple(
        computed.get(cell, amount) if cell in unvalued else amount
        for cell, amount in zip(cells, line.amounts, strict=True)
    )
    return line._replace(amounts=amounts)


def _share_or_line(line: Line, table: Table, details: Details) -> Line:
    """A line whose numbers are all shown as percentages is one of shares, which no total adds."""
    codes = [
        details.formats.get(Cell(line.row, column.number), "")
        for column, amount in zip(table.columns, line.amounts, strict=True)
        if amount is not None
    ]
    shares = bool(codes) and all("%" in code for code in codes)
    return line._replace(kind=LineKind.SHARE) if shares and line.kind is LineKind.LINE else line


_MOST_ADDED = 2_000_000  # addends of a table's formulas: beyond, the evaluator goes on, which counts its work


def _computed(
    table: Table, sums: Mapping[Cell, Sum], book: Book, evaluator: Evaluator
) -> Mapping[Cell, Decimal]:
    """What the formulas of a table give; ``sums`` are those that only add.

    A stored result that follows from its own precedents is right; so is one that is what a full
    recalculation gives: then it is a precedent that is stale, and the finding belongs there.
    """
    sheet = table.sheet
    if not sheet.formulas:
        return {}
    formulas = sheet.formulas
    cells, right = cells_to_work_out(table)
    amounts: Callable[[int], Line | None] | None = None
    if not table.entries and not sheet.unvalued:
        amounts = table.line if right else {line.row: line for line in table.lines}.get
    positions = {column.number: position for position, column in enumerate(table.columns)}
    found: dict[Cell, Decimal] = {}
    added = 0
    afresh: Evaluator | None = None
    for cell in cells:
        amount = table.amount(cell)
        total = (sums.get(cell) or addends(formulas[cell], cell)) if amounts is not None else None
        value = _plain_sum(total, amounts, positions) if amounts is not None else None
        added += len(total.cells) if total is not None else 0
        if added > _MOST_ADDED:
            amounts = None
        if value is None:
            value = long_sum(table, formulas[cell], cell)
        if value is None:
            value = evaluator.value(sheet, cell)
            if value is None:
                continue
        if amount is not None and amount != value and not same(amount, value):
            afresh = afresh or Evaluator(book, afresh=True)
            recalculated = afresh.value(sheet, cell)
            if recalculated is not None and same(amount, recalculated):
                value = amount
        found[cell] = value
    if type(table.lines) is LongLines and right:
        return LongResults(table, table.lines, right, found)
    return found


_Added = tuple[tuple[Cell, int, int, tuple[tuple[int, int, int], ...]], ...]


def _added(table: Table) -> _Added | None:
    """The formulas of a table, by line and position, and the amounts that they add, with their signs.

    None where a formula does anything else than add amounts of the table itself.
    """
    rows = {line.row: index for index, line in enumerate(table.lines)}
    positions = {column.number: position for position, column in enumerate(table.columns)}
    found = []
    for line in table.lines:
        for column in table.columns:
            cell = Cell(line.row, column.number)
            if cell not in table.sheet.formulas:
                continue
            total = addends(table.sheet.formulas[cell], cell)
            if total is None or total.subtotal or total.rounded or len(total.cells) > _MOST_KEPT:
                return None
            if any(at.row not in rows or at.column not in positions for at, _ in total.cells):
                return None
            added = [(rows[at.row], positions[at.column], sign) for at, sign in total.cells]
            filled = [one for one in added if table.lines[one[0]].amounts[one[1]] is not None]
            found.append((cell, rows[line.row], positions[column.number], tuple(filled)))
    return tuple(found)


_MOST_KEPT = 400


def _plainly_computed(table: Table) -> dict[Cell, Decimal] | None:
    """What formulas give that only add; None where one shows another result, or more is asked for."""
    if table.shape is None or table.sheet.unvalued or not table.sheet.formulas:
        return None
    formulas = table.shape.once("added", lambda: _added(table))
    if formulas is None:
        return None
    found: dict[Cell, Decimal] = {}
    amounts = [line.amounts for line in table.lines]
    for cell, line, position, added in formulas:
        value = _ZERO
        for row, column, sign in added:
            amount = amounts[row][column]
            assert amount is not None
            value += amount if sign == 1 else amount * sign
        shown = amounts[line][position]
        if shown != value:
            return None
        found[cell] = value
    return found


def _plain_sum(
    total: Sum | None, line_at: Callable[[int], Line | None], positions: Mapping[int, int]
) -> Decimal | None:
    """The value of a formula that only adds amounts of the table itself: the short way for most totals."""
    if total is None or total.subtotal or total.rounded:
        return None
    result = _ZERO
    for cell, sign in total.cells:
        line, position = line_at(cell.row), positions.get(cell.column)
        if line is None or position is None:
            return None
        amount = line.amounts[position]
        if amount is not None:
            result += amount * sign if sign != 1 else amount
    return result


_BY_SUBJECT: Mapping[type, tuple[Rule, ...]] = {
    subject: tuple(rule for rule in RULES if subject in rule.subjects and not rule.failed)
    for subject in (Page, Table, Proposal, Disagreement, FormulaFault, Analysis, Run)
}
_BY_CODE: Mapping[str, Rule] = {rule.code: rule for rule in RULES}


@lru_cache(maxsize=16)
def _asked(unasked: frozenset[str]) -> Mapping[type, tuple[Rule, ...]]:
    """The rules of each subject without those that nobody asks for."""
    return {
        subject: tuple(rule for rule in rules if rule.code not in unasked)
        for subject, rules in _BY_SUBJECT.items()
    }


def _not_quiet(rules: tuple[Rule, ...], table: Table) -> tuple[Rule, ...]:
    """The rules that may have something to say of a table: most have nothing to say of any of its shape."""
    if table.shape is None or not table.in_proposal:
        return rules
    key = ("rules", rules)
    return table.shape.once(
        key, lambda: tuple([rule for rule in rules if rule.quiet is None or not rule.quiet(table)])
    )


def _run(
    rules: Iterable[Rule], subject: Any, settings: Settings, findings: list[Finding], *more: Any
) -> None:
    """Add what some rules say of one subject; a rule that crashes is a finding, and the others go on."""
    for rule in rules:
        arguments = (settings,) if rule.takes_settings else more
        try:
            findings.extend(rule.logic(subject, *arguments))
        except Exception:
            findings.append(_crashed(rule.code, subject))


def _crashed(code: str, subject: Any) -> Finding:
    sheet = getattr(subject, "sheet", None) or getattr(getattr(subject, "table", None), "sheet", None)
    name = sheet.name if isinstance(sheet, Sheet) else None
    return Finding("RUN001", name, facts={"code": code, "where": name or "?"}, key=(code,))


def inspect(
    batch: Sequence[Examined], digest: Callable[[object], int] = hash
) -> list[tuple[WorkbookReport, list[Registered]]]:
    """The reports of a batch, and what the register of the run must remember of its proposals.

    ``digest`` is what the register compares proposals by.
    """
    tables = [
        (number, table)
        for number, examined in enumerate(batch)
        for page in examined.pages
        for table in page.tables
    ]
    failures = check_tables([table for _, table in tables])
    for position, (number, table) in enumerate(tables):
        lines = failures.get(position, {}).get("STR005")
        if lines:
            examined = batch[number]
            _run([_BY_CODE["STR005"]], table, examined.settings, examined.findings, lines)
    by_book: dict[int, list[tuple[Table, list[Total]]]] = defaultdict(list)
    for position, (number, table) in enumerate(tables):
        failed = failures.get(position, {})
        broken = [total for code in _TOTALS_WRONG for total in failed.get(code, ())]
        if broken or any(total.rounded for total in in_doubt(table.totals)):
            broken.sort(key=lambda total: (total.cell, total.axis.value))
            by_book[number].append((table, broken))
    for number, doubtful in by_book.items():
        _inspect_totals(batch[number], doubtful)
    _inspect_proposals(batch)
    _inspect_analyses(batch)
    return [_report(examined, digest) for examined in batch]


_TOTALS_WRONG = ("ARI001", "ARI002", "ARI003")


def _inspect_totals(examined: Examined, doubtful: Sequence[tuple[Table, list[Total]]]) -> None:
    """Find the faults behind the broken totals of a workbook, and have the rules say them."""
    known = []
    for table, broken in doubtful:
        suspects = _suspects(table, examined.findings)
        at_fault = _mended(table, examined.findings)
        if at_fault:
            table = replace(table, totals=_without(table.totals, at_fault))
            broken = [total for total in broken if total in table.totals]
        faults = explain(table, broken, suspects=suspects, calculated=_Calculated(table))
        known.append((table, suspects, faults))
    stated = any(page.rounded for page in examined.pages)
    runs_through = sum(places_rounded(table, faults) for table, _, faults in known) >= SEVERAL
    elsewhere = 1.0
    if runs_through and sum(len(slight(faults)) == 1 for _, _, faults in known) == 1:
        # a single total is off in a table of its own: what do those say of rounding where none is?
        off = {id(table) for table, _ in doubtful}
        elsewhere = traceless(t for page in examined.pages for t in page.tables if id(t) not in off)
    round_figures = sum(len(roughly(faults)) for _, _, faults in known) >= SEVERAL
    for table, suspects, faults in known:
        small = [total for total in in_doubt(table.totals) if total.rounded]
        for fault in rounding(
            table,
            faults,
            small,
            suspects,
            runs_through=runs_through,
            stated=stated,
            round_figures=round_figures,
            elsewhere=elsewhere,
        ):
            _run(_BY_SUBJECT[Disagreement], fault, examined.settings, examined.findings)


def _suspects(table: Table, findings: Sequence[Finding]) -> dict[Cell, tuple[Decimal, ...]]:
    """The cells of a table with a fault of their own, and what may be meant there."""
    suspects: dict[Cell, tuple[Decimal, ...]] = {}
    sums = {(total.cell, total.expected) for total in in_doubt(table.totals) if total.wrong}
    for finding in findings:
        if finding.code in _NUMBER_FAULTS and finding.sheet == table.sheet.name and finding.cell is not None:
            if finding.code == "NUM005" and any((finding.cell, meant) in sums for meant in finding.meant):
                continue  # a total in another unit than what it adds is wrong: ARI says it
            suspects[finding.cell] = finding.meant
    suspects |= {cell: (value,) for cell, value in _mended(table, findings).items()}
    for total in in_doubt(table.totals):
        if total.wrong and total.expected is not None and passes_over(table, total):
            suspects[total.cell] = (total.expected,)  # STR006 says which rows are hidden
    for cell, kind in table.entries.items():
        if kind in (Entry.ERROR, Entry.DATE, Entry.TEXT):
            suspects.setdefault(cell, ())
    for _, edit in missing_totals(table):
        if isinstance(edit.value, Decimal):
            suspects[edit.cell] = (edit.value,)  # STR003 says it
    for cell, value in results_in_doubt(table.computed).items():
        amount = table.amount(cell)
        if amount is not None and not same(amount, value):
            suspects[cell] = (value, amount)  # FRM006 says it
    return suspects


def _mended(table: Table, findings: Sequence[Finding]) -> dict[Cell, Decimal]:
    """The cells whose formula is at fault, and what they should show."""
    return {
        edit.cell: edit.value
        for finding in findings
        if finding.sheet == table.sheet.name and finding.fix is not None and _is_cause(finding)
        for edit in finding.fix.edits
        if isinstance(edit, SetCell) and isinstance(edit.value, Decimal)
    }


def _without(totals: Sequence[Total], at_fault: Mapping[Cell, Decimal]) -> Sequence[Total]:
    """Totals whose formula is not at fault: one that is tells neither its own cover nor its siblings'."""
    if type(totals) is LongTotals and not totals.plainly_right_at(at_fault):
        misled = {(total.axis, total.addends) for total in totals.in_doubt() if total.cell in at_fault}
        siblings = Evidence.SIBLING_FORMULAS
        return totals.without(
            lambda total: (
                total.cell in at_fault
                or (total.evidence is siblings and (total.axis, total.addends) in misled)
            ),
            lambda run: run.evidence is siblings and (Axis.ROW, run.addends) in misled,
        )
    misled = {(total.axis, total.addends) for total in totals if total.cell in at_fault}
    return tuple(
        total
        for total in totals
        if total.cell not in at_fault
        and not (total.evidence is Evidence.SIBLING_FORMULAS and (total.axis, total.addends) in misled)
    )


def _is_cause(finding: Finding) -> bool:
    """Whether a formula puts totals wrong, so that nothing more need be said of them.

    A subtotal that is added again may be one in every column: then ARI007 says it.
    """
    return (
        finding.code == "FRM002"
        or (finding.code == "FRM003" and finding.variant not in ("subtotal", "subtotal-known"))
        or (finding.code == "FRM004" and finding.variant == "wrong")
    )


class _Calculated(Container[Cell]):
    """The cells whose formula gives what they show, or whose formula nobody here can work out."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def __contains__(self, cell: object) -> bool:
        table = self._table
        if not isinstance(cell, Cell) or cell not in table.sheet.formulas:
            return False
        value = table.computed.get(cell)
        if value is None or cell in table.sheet.unvalued:
            return True
        return same(table.amount(cell) or _ZERO, value)


def _inspect_proposals(batch: Sequence[Examined]) -> None:
    keys: list[str] = []
    subjects: list[tuple[Examined, Proposal]] = []
    numbered: list[bool] = []
    units: list[int | None] = []
    years: list[int | None] = []
    for number, examined in enumerate(batch):
        for page in examined.pages:
            for proposal in page.proposals:
                keys.append(f"{number}|{page.sheet.name}|{proposal.anchor}")
                subjects.append((examined, proposal))
                numbered.append(proposal.number is not None or _is_unfamiliar(proposal, examined.settings))
                units.append(stated_units(proposal, examined.settings))
                years.append(
                    len(wrong_years(proposal, examined.settings)) if examined.settings.period else None
                )
    failed = check_proposals(keys, numbered=numbered, units=units, years_wrong=years)
    by_key = dict(zip(keys, subjects, strict=True))
    for code, names in failed.items():
        for key in names:
            examined, proposal = by_key[key]
            _run([_BY_CODE[code]], proposal, examined.settings, examined.findings)


def _inspect_analyses(batch: Sequence[Examined]) -> None:
    subjects = [(examined, examined.analysis) for examined in batch if examined.analysis is not None]
    if not subjects:
        return
    for position, failed in check_analyses([analysis for _, analysis in subjects]).items():
        examined, analysis = subjects[position]
        for code, found in sorted(failed.items()):
            _run([_BY_CODE[code]], analysis, examined.settings, examined.findings, found)


def inspect_run(registered: Sequence[Registered], listed: Sequence[Overview] = ()) -> list[Finding]:
    """What can only be said of a whole run; each finding names the workbook that it belongs to.

    ``listed`` are the overviews and registers of its workbooks.
    """
    known = as_registers_say(registered, listed)
    unlike, numbering = _numbering(known)
    registered, unnumbered = [one for one in known if one.number], [one for one in known if not one.number]
    active = [one for one in (*registered, *_told_apart(unnumbered, unlike)) if one.active]
    twice = check_register([f"{one.scope}|{one.number.replace(' ', '')}" for one in active])
    groups: dict[tuple[str, str], list[Registered]] = defaultdict(list)
    for index in twice:
        one = active[index]
        groups[one.scope, one.number.replace(" ", "")].append(one)
    same_number = tuple([tuple(group) for group in groups.values()])
    run = Run(same_number, tuple(registered), tuple(listed), tuple(unnumbered), unlike, numbering)
    findings: list[Finding] = []
    _run([_BY_CODE["IDN001"], _BY_CODE["IDN002"], *_BY_SUBJECT[Run]], run, Settings(), findings)
    called = identities(registered)
    return [replace(one, identity=called.get((one.path or "", one.proposal or ""), ())) for one in findings]


def _is_unfamiliar(proposal: Proposal, settings: Settings) -> bool:
    """Whether a proposal has a number that is none without settings, and there are no settings of numbers."""
    return (
        proposal.number is None
        and "pattern" not in settings.number.model_fields_set
        and bool(proposal.tables)
        and is_number(proposal.number_text)
    )


def _numbering(
    registered: Sequence[Registered],
) -> tuple[tuple[Registered, ...], tuple[str | None, str, int] | None]:
    """The proposals that are numbered unlike the others, and the numbering of a run where they tell it."""
    if not any(one.unfamiliar for one in registered):
        return (), None
    numbered = [one for one in registered if one.number or one.unfamiliar]
    found = numbering_of([one.number or one.unfamiliar for one in numbered])
    if found is None:
        return tuple(one for one in numbered if one.unfamiliar), None
    unlike = tuple(one for at, one in enumerate(numbered) if at not in found.fitting)
    return unlike, (found.pattern, found.example, len(found.fitting))


def _told_apart(unnumbered: Sequence[Registered], unlike: Sequence[Registered]) -> Sequence[Registered]:
    """Proposals by numbers that nobody has laid down, where nearly all of these are different.

    Where each workbook counts its own from 1, a number that stands twice says nothing.
    """
    told = {id(one) for one in unlike}
    named = [
        replace(one, number=one.unfamiliar) for one in unnumbered if one.unfamiliar and id(one) not in told
    ]
    different = len({(one.scope, one.number) for one in named})
    return named if len(named) - different <= max(1, len(named) // 10) else ()


def as_registers_say(registered: Sequence[Registered], listed: Iterable[Overview]) -> list[Registered]:
    """The proposals of a run with what its registers say of their ids, earlier numbers and status.

    A register is kept by one hand and outranks what a form says of itself.
    """
    said = _said_by_registers(listed)
    if not said:
        return list(registered)
    found = []
    for one in registered:
        row = said.get("".join(one.number.split()))
        if row is not None:
            own = one.identity[0][3:] if one.identity and one.identity[0].startswith("id:") else None
            earlier = (*row.earlier_numbers, *[name for name in one.identity if not name.startswith("id:")])
            known = identity_of(row.permanent_id or own, one.number, tuple(dict.fromkeys(earlier)))
            one = replace(one, status=row.status or one.status, identity=known)
        found.append(one)
    return found


def snapshots_as_registers_say(found: Sequence[Snapshot], listed: Iterable[Overview]) -> list[Snapshot]:
    """Snapshots of proposals with what the registers beside them say of ids, earlier numbers and status."""
    said = _said_by_registers(listed)
    told = []
    for one in found:
        row = said.get("".join((one.number or "").split()))
        if row is not None:
            one = replace(
                one,
                permanent_id=row.permanent_id or one.permanent_id,
                earlier_numbers=tuple(dict.fromkeys((*row.earlier_numbers, *one.earlier_numbers))),
                status=row.status or one.status,
            )
        told.append(one)
    return told


def _said_by_registers(listed: Iterable[Overview]) -> dict[str, OverviewRow]:
    """The lines of registers that say who a proposal is or how far it has come, by its number."""
    return {
        "".join(row.number.split()): row
        for one in listed
        for row in one.rows
        if row.number and (row.status or row.permanent_id or row.earlier_numbers)
    }


BESIDE_OTHERS = ("IDN004", "XWB003")
"""Said of a proposal only while it counts."""


def known_to_registers(report: WorkbookReport, registered: Iterable[Registered]) -> tuple[Finding, ...]:
    """The findings of a workbook with what registers say of its proposals: who they are, if they count."""
    known = {one.number: one for one in registered if one.path == report.path and one.number}
    found = []
    for finding in report.findings:
        one = known.get(finding.proposal or "")
        if one is None:
            found.append(finding)
        elif one.active or finding.code not in BESIDE_OTHERS:
            found.append(replace(finding, identity=one.identity))
    return tuple(found)


def snapshots(examined: Examined) -> tuple[Snapshot, ...]:
    """The proposals of a workbook as they are now, to be compared with what they were or will be."""
    path, unit = examined.book.path, examined.settings.unit
    return tuple(
        [snapshot_of(proposal, path, unit) for page in examined.pages for proposal in page.proposals]
    )


def listed_in(examined: Examined) -> tuple[Overview, ...]:
    """The lists of proposals in a workbook."""
    return tuple(
        [one for page in examined.pages for one in overviews(page, examined.book.path, examined.settings)]
    )


def _report(examined: Examined, digest: Callable[[object], int]) -> tuple[WorkbookReport, list[Registered]]:
    proposals = [(page, proposal) for page in examined.pages for proposal in page.proposals]
    known = {one.number: one.identity for _, one in proposals if one.number is not None and one.identity}
    findings = settle(examined.findings)
    return (
        WorkbookReport(
            examined.book.path,
            "checked",
            tuple(identified(findings, known) if known else findings),
            tuple(_summary(proposal, examined.settings) for _, proposal in proposals),
            snapshots=snapshots(examined) if examined.snapshots_wanted else (),
            overviews=listed_in(examined),
        ),
        [
            _registered(examined, proposal, digest)
            for page, proposal in proposals
            if proposal.tables
            and (proposal.number is not None or proposal.title or _is_unfamiliar(proposal, examined.settings))
        ],
    )


def identities(registered: Iterable[Registered]) -> dict[tuple[str, str], tuple[str, ...]]:
    """What else the proposals of a run are or were called, by the path of the workbook and their number."""
    return {(one.path, one.number): one.identity for one in registered if one.identity and one.number}


def identified(findings: Iterable[Finding], known: Mapping[str, tuple[str, ...]]) -> list[Finding]:
    """Findings that know what else their proposal was or is called, so that what was accepted stays so."""
    return [replace(one, identity=known.get(one.proposal or "", ())) for one in findings]


_IN_DOUBT = frozenset(("FRM001", "FRM003", "FRM004", "FRM006", "NUM002"))


def settle(findings: Sequence[Finding]) -> list[Finding]:
    """One cause, one finding: what another says better is left out; those that are alike are numbered."""
    if not _IN_DOUBT.isdisjoint([finding.code for finding in findings]):
        findings = _without_said_better(findings)
    kept: list[Finding] = []
    ordinals: dict[tuple[str, str | None, tuple[str, ...]], int] = {}
    for finding in findings:
        key = (finding.code, finding.proposal or finding.sheet, finding.key)
        ordinal = ordinals.get(key, 0)
        kept.append(finding.settled(finding.severity, ordinal) if ordinal else finding)
        ordinals[key] = ordinal + 1
    return kept


def _without_said_better(findings: Sequence[Finding]) -> list[Finding]:
    """Findings without those that another finding on the same cell says better."""
    kept: list[Finding] = []
    taken: dict[tuple[str | None, Cell | None], set[str]] = defaultdict(set)
    for finding in findings:
        taken[finding.sheet, finding.cell].add(finding.code)
    again = {
        (finding.sheet, cell)
        for finding in findings
        if finding.code == "ARI007"
        for cell in (finding.cell, *(place.cell for place in finding.related))
    }
    for finding in findings:
        here = taken[finding.sheet, finding.cell]
        if finding.code in ("FRM001", "FRM004") and any(code.startswith("ARI") for code in here):
            continue
        if finding.code == "FRM003" and (finding.sheet, finding.cell) in again:
            continue
        if finding.code in _TOTALS_WRONG and "FRM003" in here:
            continue
        if finding.variant == "changed" and any(code.startswith("ARI") for code in here):
            continue
        if finding.code == "NUM004" and "NUM002" in here:
            continue
        if finding.code == "NUM005" and not here.isdisjoint(_TOTALS_WRONG):
            continue
        if finding.code in _TOTALS_WRONG and "FRM004" in here:
            finding = replace(finding, facts={**finding.facts, "also": "formula-unlike"})
        kept.append(finding)
    return kept


def _summary(proposal: Proposal, settings: Settings) -> ProposalSummary:
    totals: dict[str, Decimal] = {}
    years: tuple[int, ...] = ()
    unit: int | None = None
    if proposal.tables:
        table = proposal.tables[0]
        years = _period(table)
        unit = table.units[0][0] if table.units else settings.unit
        last = next((line for line in reversed(table.lines) if line.kind is LineKind.TOTAL), None)
        lines = [last] if last else [line for line in table.lines if line.kind is LineKind.LINE]
        names = table.once("names of columns", lambda: _names(table))
        if len(lines) == 1:
            shown = zip(names, lines[0].amounts, strict=True)
            totals = {name: amount for name, amount in shown if amount is not None}
        else:
            for index, name in enumerate(names):
                amounts = [amount for line in lines if (amount := line.amounts[index]) is not None]
                if amounts:
                    totals[name] = sum(amounts, _ZERO)
    return ProposalSummary(
        proposal.number,
        proposal.title,
        proposal.committee,
        proposal.sheet.name,
        unit,
        years,
        totals,
        proposal.permanent_id,
        proposal.earlier_numbers,
        proposal.status,
    )


def _names(table: Table) -> list[str]:
    """What a report calls the columns of a table."""
    return ["total" if column.role is ColumnRole.TOTAL else str(column.year) for column in table.columns]


def _period(table: Table) -> tuple[int, ...]:
    """The years that a table is about: those that its totals add, else all that are no accounts."""
    added = {
        column
        for total in table.totals
        if total.axis is Axis.ROW and not total.corner
        for column in total.addends
    }
    return tuple(
        column.year
        for column in table.columns
        if column.year is not None
        and (column.number in added if added else column.year_role is not YearRole.ACCOUNT)
    )


def _registered(examined: Examined, proposal: Proposal, digest: Callable[[object], int]) -> Registered:
    in_committee = examined.settings.number.scope == "committee" and proposal.committee
    tables = proposal.tables
    contents = (
        digest(proposal.title),
        digest(proposal.text),
        digest(tuple([unit for table in tables for unit, _ in table.units])),
        digest(tuple([table.years for table in tables])),
        digest(tuple([line.label for table in tables for line in table.lines])),
        digest(tuple([line.amounts for table in tables for line in table.lines])),
    )
    return Registered(
        examined.book.path,
        proposal.sheet.name,
        proposal.number_cell,
        proposal.number or "",
        (proposal.committee or "").casefold() if in_committee else "",
        contents,
        named(proposal, examined.settings),
        staff_price(proposal, examined.settings) if "XWB004" not in examined.unasked else (),
        price_level_of(proposal),
        examined.settings.price_level,
        frame_of(proposal, examined.settings),
        proposal.identity,
        proposal.status,
        proposal.title or "",
        nets(proposal, examined.settings.unit),
        proposal.number_text if _is_unfamiliar(proposal, examined.settings) else "",
    )
