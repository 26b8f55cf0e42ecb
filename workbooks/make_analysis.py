"""Makes the consequence analysis (konsekvensanalyse) of Fredericia Kommune as sample workbooks.

The published document in ``source/`` is laid out twice: a sheet a case, and all on one sheet as it reads
when it is pasted from the document. Every word is the document's own. ``make_samples.py`` calls this.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import xlsxwriter

SOURCE: Final = "fredericia-konsekvensanalyse.txt"
CREATED: Final = datetime(2021, 3, 1, 9, 0, 0)
BY_CASE: Final = "analysis/Konsekvensanalyse 7000 stemmer.xlsx"
ON_ONE_SHEET: Final = "analysis/Konsekvensanalyse 7000 stemmer på ét ark.xlsx"
ALLOCATED: Final = "Afsat i Budget2021"
NEEDED: Final = "Behov jf. case"

Paragraphs = tuple[str, ...]


@dataclass
class Case:
    """A case as the document has it: themes, then a table, or two blocks of paragraphs."""

    title: str
    themes: list[tuple[str, str]] = field(default_factory=list)
    rows: list[tuple[str, str]] = field(default_factory=list)
    allocated: list[str] = field(default_factory=list)
    needed: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The name of its sheet."""
        return self.title.removeprefix("Temaer i case ")


@dataclass
class Document:
    """What stands before the cases, the cases, and what they share."""

    title: str
    guide: list[str]
    names: list[str]
    cases: list[Case]
    across_title: str
    across: list[tuple[str, str]]


def read_document(text: str) -> Document:
    """Reads the published text."""
    lines = [line.strip(" \u00a0") for line in text.split("PROCES")[0].splitlines()]
    lines = [line for line in lines if line.strip("\t ")]
    starts = [at for at, line in enumerate(lines) if line.startswith("Temaer i case ")]
    across = next(at for at, line in enumerate(lines) if line.startswith("Tværgående "))
    head = lines[: starts[0]]
    guide = head[head.index("Læsevejledning") + 1 : head.index("Signaturforklaring")]
    cases = [read_case(lines[begin:end]) for begin, end in zip(starts, [*starts[1:], across], strict=True)]
    names = head[head.index("Udvalgte cases:") + 1 :]
    return Document(head[0], guide, names, cases, lines[across], pairs(lines[across + 1 :]))


def read_case(lines: Sequence[str]) -> Case:
    """Reads one case: themes in pairs of lines, then what is set aside and needed."""
    case = Case(lines[0])
    heading = next(at for at, line in enumerate(lines) if line.startswith(ALLOCATED))
    case.themes = pairs(lines[1:heading])
    if "\t" in lines[heading]:
        for line in lines[heading + 1 :]:
            allocated, _, needed = line.partition("\t")
            case.rows.append((allocated.strip(), needed.strip()))
    else:
        middle = lines.index(NEEDED)
        case.allocated = list(lines[heading + 1 : middle])
        case.needed = list(lines[middle + 1 :])
    return case


def pairs(lines: Sequence[str]) -> list[tuple[str, str]]:
    """Names and descriptions, a line each."""
    return list(zip(lines[::2], lines[1::2], strict=True))


# To workbooks -----------------------------------------------------------------------------------

_EDGE: Final = {"border": 1, "border_color": "#BFBFBF"}
LOOKS: Final[dict[str, dict[str, Any]]] = {
    "title": {"bold": True, "font_size": 16, "font_color": "#1F3A56"},
    "case": {"bold": True, "font_size": 13, "font_color": "#1F3A56"},
    "heading": {"bold": True, "bg_color": "#DCE6F0", **_EDGE},
    "theme": {"bold": True, **_EDGE},
    "name": {"bold": True},
    "cell": {**_EDGE},
    "text": {},
}


class Page:
    """A sheet that is written from top to bottom."""

    def __init__(self, book: xlsxwriter.Workbook, name: str, widths: Sequence[int]) -> None:
        self.out = book.add_worksheet(name)
        self.out.hide_gridlines(2)
        self.out.set_paper(9)
        self.out.set_landscape()
        self.out.fit_to_pages(1, 0)
        self.widths = widths
        for column, width in enumerate(widths):
            self.out.set_column(column, column, width)
        self.formats = {
            look: book.add_format(
                {"font_name": "Calibri", "font_size": 11, "text_wrap": True, "valign": "top", **properties}
            )
            for look, properties in LOOKS.items()
        }
        self.row = 0

    def line(self, *cells: tuple[str, str], skip: int = 0) -> int:
        """Writes a row of texts with their looks; gives the number of the row."""
        tall = 1.0
        for column, (text, look) in enumerate(cells):
            if text or look in ("cell", "theme"):
                self.out.write_string(self.row, column, text, self.formats[look])
            tall = max(tall, sum(1 + len(part) // (self.widths[column] * 1.05) for part in text.split("\n")))
        size = max((LOOKS[look].get("font_size", 11) for _, look in cells), default=11)
        self.out.set_row(self.row, 15 * tall * size / 11)
        self.row += 1 + skip
        return self.row - skip


def by_case(document: Document, path: Path) -> Iterator[str]:
    """A sheet a case: themes beside what is set aside and needed, where the document has a table."""
    with book_at(path, document.title) as book:
        guide = Page(book, "Læsevejledning", (100,))
        guide.line((document.title, "title"), skip=1)
        for text in document.guide:
            guide.line((text, "text"), skip=1)
        guide.line(("Udvalgte cases:", "name"))
        for name in document.names:
            guide.line((name, "text"))
        yield f"STR001\t{BY_CASE}\tLæsevejledning\t-"
        for case in document.cases:
            page = Page(book, case.name, (60, 50, 55) if case.rows else (110,))
            if case.rows:
                page.line((case.title, "heading"), (ALLOCATED, "heading"), (NEEDED, "heading"))
                for (name, about), (allocated, needed) in zip(case.themes, case.rows, strict=True):
                    row = page.line((f"{name}\n{about}", "cell"), (allocated, "cell"), (needed, "cell"))
                    yield from _told(BY_CASE, case.name, row, allocated, needed, "BC")
            else:
                yield from _blocks(page, case, BY_CASE, case.name)
        across = Page(book, "Tværgående", (45, 90))
        across.line((document.across_title, "case"), skip=1)
        for name, about in document.across:
            row = across.line((name, "theme"), (about, "cell"))
            if "afsat" in about:
                yield f"KON003\t{BY_CASE}\tTværgående\tB{row}"


def on_one_sheet(document: Document, path: Path) -> Iterator[str]:
    """All on one sheet, in the order of the document."""
    with book_at(path, document.title) as book:
        page = Page(book, "Analyse", (70, 70))
        page.line((document.title, "title"), skip=1)
        for text in document.guide:
            page.line((text, "text"), skip=1)
        for case in document.cases:
            if not case.rows:
                yield from _blocks(page, case, ON_ONE_SHEET, "Analyse")
                page.row += 1
                continue
            page.line((case.title, "case"))
            for name, about in case.themes:
                page.line((name, "name"))
                page.line((about, "text"))
            page.line((ALLOCATED, "heading"), (NEEDED, "heading"))
            for allocated, needed in case.rows:
                row = page.line((allocated, "cell"), (needed, "cell"))
                yield from _told(ON_ONE_SHEET, "Analyse", row, allocated, needed, "AB")
            page.row += 1
        page.line((document.across_title, "case"))
        for name, about in document.across:
            page.line((name, "name"))
            row = page.line((about, "text"))
            if "afsat" in about:
                yield f"KON003\t{ON_ONE_SHEET}\tAnalyse\tA{row}"


def _blocks(page: Page, case: Case, file: str, sheet: str) -> Iterator[str]:
    """A case whose amounts stand in paragraphs below its themes."""
    page.line((case.title, "case"))
    for name, about in case.themes:
        page.line((name, "name"))
        page.line((about, "text"))
    row = page.line((ALLOCATED, "heading"))
    yield f"KON008\t{file}\t{sheet}\tA{row}"
    for text in case.allocated:
        row = page.line((text, "text"))
        yield from _told(file, sheet, row, text, "", "AA")
    page.line((NEEDED, "heading"))
    for text in case.needed:
        row = page.line((text, "text"))
        yield from _told(file, sheet, row, "", text, "AA")


EXPECTED: Final = (
    ("KON001", 0, r"^10,7 mio\. kr\. til dagtilbud"),
    ("KON001", 0, r"^2,0 mio\. kr\. til udendørs .* i 2020"),
    ("KON001", 0, r"^Der er ikke sat noget af"),
    ("KON002", 0, r"^4,9 mio\. kr\. i 2021"),
    ("KON003", 0, r"^560\.000 kr\.|^2,0 mio\. kr\. .* i 2020|1,35 mio|^500\.000 kr\.|iPads i 2020|^1,4 mio"),
    ("KON004", 1, r"^Kræver yderligere|^I denne case: 800|^Nærmere afklaring"),
    ("KON005", 1, r"^I denne case: 22,5|^2 pædagoger|^0,2 mio"),
    ("KON007", 1, r"800\.000\+|^Max\. 1 mio|^190\.000"),
    ("NUM007", 0, r"^-$"),
)
"""What must be found at a cell that says what is set aside (0) or needed (1), by what it says: once each."""


def _told(file: str, sheet: str, row: int, allocated: str, needed: str, columns: str) -> Iterator[str]:
    for code, place, pattern in EXPECTED:
        text = (allocated, needed)[place]
        if not text or not re.search(pattern, text):
            continue
        if code == "KON001":  # told where the pool is named first
            if (file, text) in _NAMED:
                continue
            _NAMED.add((file, text))
        yield f"{code}\t{file}\t{sheet}\t{columns[place]}{row}"


_NAMED: set[tuple[str, str]] = set()


def book_at(path: Path, title: str) -> xlsxwriter.Workbook:
    """A new workbook with fixed dates."""
    path.parent.mkdir(parents=True, exist_ok=True)
    book = xlsxwriter.Workbook(str(path))
    book.set_properties(
        {
            "title": title,
            "author": "Fredericia Kommune",
            "comments": "Eksempel til budget_tools, lavet efter et offentligt dokument",
            "created": CREATED,
        }
    )
    return book


def make_analysis(source: Path, output: Path) -> Iterator[str]:
    """Writes both workbooks; gives the lines of ``expected.txt`` for them."""
    document = read_document((source / SOURCE).read_text(encoding="utf-8"))
    _NAMED.clear()
    yield from by_case(document, output / BY_CASE)
    yield from on_one_sheet(document, output / ON_ONE_SHEET)
