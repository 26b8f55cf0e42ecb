"""One book: its tables found and covered, and the rules that need nothing but the book."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import partial

from ..analysis import analysed, read_cases
from ..cover.long import long_strips
from ..formula import Evaluator, changes, formula_faults
from ..layout import layout
from ..model.analysis import Analysis
from ..model.book import Book
from ..model.finding import Finding
from ..model.proposal import Page, Proposal
from ..model.table import Entry, FormulaFault, Table
from ..rules.formulas import TEXT_NUMBERS, said_of_manual, with_text_added
from ..settings import Settings
from .asking import ask, not_quiet, rule_of, rules_by_subject
from .covering import covered, stale_results, with_changes


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
    pages = [covered(page, book, evaluator) for page in _with_cases(layout(book, settings), book, settings)]
    stale = stale_results(pages)
    if stale:
        pages = with_changes(pages, changes(book, stale))
    examined = Examined(book, settings, pages, [], unasked)
    by_subject = rules_by_subject(frozenset(unasked))
    for page in pages:
        ask(by_subject[Page], page, settings, examined.findings)
        for table in page.tables:
            ask(not_quiet(by_subject[Table], table), table, settings, examined.findings)
        for proposal in page.proposals:
            ask(by_subject[Proposal], proposal, settings, examined.findings)
        for table in page.tables:
            if table.once("doubtful years", partial(_has_doubtful_years, table)):
                ask([rule_of("STR002")], table, settings, examined.findings)
            for fault in formula_faults(table, long_strips(table)):
                ask(by_subject[FormulaFault], fault, settings, examined.findings)
    cases = [case for page in pages for case in page.cases]
    if cases:
        examined.analysis = analysed(cases)
        ask(by_subject[Analysis], examined.analysis, settings, examined.findings)
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
