"""A night as one web page: nothing is fetched from elsewhere, and nothing from a workbook is obeyed."""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from importlib.resources import files
from pathlib import Path
from typing import Any

from ...catalog import Language, codes, plural, title, word
from ...errors import BudgetToolsError
from ...model.address import column_letters
from ...model.finding import Severity
from ...model.night import ChangedProposal, Excerpt, Followed, Night, Standing
from ..wording import Wording
from .chart import chart
from .telling import (
    HERE,
    MOST_FINDINGS,
    address,
    as_read,
    capital,
    day,
    file_name,
    has_before,
    headline,
    in_order,
    language_of,
    moment,
    not_checked,
    number,
    place,
    replace_file,
    tidy,
)

try:
    import jinja2
    from markupsafe import Markup
except ImportError as missing:
    raise BudgetToolsError(
        "the web page of a night needs Jinja2: pip install 'budget-tools[nightly]'"
    ) from missing

MOST_EXCERPTS = 2_000  # on a page: the tables are most of its weight
MOST_OPEN = 60  # findings of a section that stand unfolded
LONGEST_CELL = 120  # characters of a cell in a little table
LONGEST_NAME = 200  # of an owner, a committee, a form
LONGEST_TEXT = 2_000  # characters of any other text

_AMOUNT = re.compile(r"[-−(]?[\d.,\s]*\d[\d.,\s]*[)%]?")


def write(night: Night, target: Path) -> None:
    """Write a night as a page of its own."""
    render("night.html", _Page(night, target).context(), target)


def render(template: str, context: Mapping[str, object], target: Path) -> None:
    """Fill a template and put the page in its place."""
    stream = _environment().get_template(template).generate(**context)
    content = b"".join(piece.encode("utf-8", "replace") for piece in stream)
    replace_file(target, content)


@cache
def _environment() -> jinja2.Environment:
    package = files(__package__)

    def load(name: str) -> str:
        return (package / name).read_text(encoding="utf-8")

    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(load),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    style, script = load("page.css"), load("page.js")
    environment.globals["style"] = Markup(style)
    environment.globals["script"] = Markup(script)
    # The page may do nothing but what these two say: no request, no form, no other script.
    environment.globals["policy"] = (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; "
        "base-uri 'none'; form-action 'none'"
    )
    return environment


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@dataclass(frozen=True, slots=True)
class Group:
    """Findings that stand together: of an owner, a committee, a workbook or a proposal."""

    key: str
    name: str
    findings: Sequence[Followed]
    anchor: str = ""

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.findings)


class _Page:
    """What the template of a night asks for."""

    def __init__(self, night: Night, target: Path) -> None:
        self.night = night
        self.target = target
        self.language: Language = language_of(night)
        self.word: Callable[..., str] = partial(self._word, "night")
        self.wording = Wording(self.language, night.form_word)
        self._excerpts_left = MOST_EXCERPTS
        self._findings_left = MOST_FINDINGS
        self.left_out = 0
        self._anchors: Counter[str] = Counter()
        self.owners = night.owners
        self.first = not has_before(night)

    def _word(self, section: str, key: str, **facts: object) -> str:
        return word(section, key, self.language, **facts)

    def context(self) -> dict[str, Any]:
        """Every name that the template uses."""
        night = self.night
        return {
            "page": self,
            "night": night,
            "language": self.language,
            "w": self.word,
            "word": self._word,
            "title": f"{self.word('title')} {day(night.ended, self.language)}",
            "headline": headline(night),
            "when": moment(night.ended, self.language),
            "owner": self._only_owner(),
            "unchecked": [(one, self.link(one.path)) for one in not_checked(night)],
            "tiles": self._tiles(),
            "overview": self._overview(),
            "sections": list(self._sections()),
            "changed": list(night.changed),
            "chart": chart(night.tallies, self.language) if len(night.tallies) > 1 else None,
            "choices": self._choices(),
            "total": len(night.findings),
            "most_open": MOST_OPEN,
            "clear": night.complete
            and any(one.status == "checked" for one in night.workbooks)
            and not not_checked(night)
            and not any(night.of(*HERE)),
            "n": lambda count: number(count, self.language),
            "plural": lambda key, count: plural(key, count, self.language),
            "day": lambda when: day(when, self.language),
            "show": lambda text: tidy(text or "", LONGEST_TEXT),
            "capital": capital,
        }

    def _only_owner(self) -> str | None:
        """The owner whose page this is; None where it is about several, or about nobody's workbooks."""
        owners = {one.owner for one in self.night.workbooks} | {one.owner for one in self.night.findings}
        return self.owner_name(owners.pop()) if len(owners) == 1 and None not in owners else None

    def _tiles(self) -> list[tuple[str, str, str]]:
        """The figures on top: what, how many, and how it looks."""
        here = Counter(one.severity for one in self.night.of(*HERE))
        standing = Counter(one.standing for one in self.night.findings)
        found = [
            ("new", standing[Standing.NEW] + standing[Standing.REOPENED]),
            ("fixed", standing[Standing.FIXED]),
            ("errors", here[Severity.ERROR]),
            ("warnings", here[Severity.WARNING]),
            ("notes", here[Severity.NOTE]),
            ("workbooks", len(self.night.workbooks)),
        ]
        if self.first:
            del found[:2]
        return [(self.word(f"tile-{key}"), number(count, self.language), key) for key, count in found]

    def _overview(self) -> list[tuple[str, str, list[int]]]:
        """A line an owner: name, where to go, and how much of each; where there is more than one."""
        counts: dict[str | None, Counter[object]] = defaultdict(Counter)
        for finding in self.night.findings:
            counts[finding.owner][finding.standing] += 1
            if finding.standing in HERE:
                counts[finding.owner][finding.severity] += 1
        if len(counts) < 2:
            return []
        rows = []
        for owner in sorted(counts, key=lambda one: (one is None, one or "")):
            of = counts[owner]
            new = of[Standing.NEW] + of[Standing.REOPENED]
            fixed, *severities = of[Standing.FIXED], *(of[one] for one in reversed(Severity))
            rows.append((self.owner_name(owner), self.key_of(owner), [new, fixed, *severities]))
        return rows

    def _sections(self) -> Iterator[tuple[str, str, list[Group]]]:
        """New, fixed, open, accepted: the key, the heading and its groups by owner."""
        divided: tuple[tuple[str, tuple[Standing, ...]], ...] = (
            ("new", (Standing.NEW, Standing.REOPENED)),
            ("fixed", (Standing.FIXED,)),
            ("open", (Standing.OPEN,)),
            ("accepted", (Standing.ACCEPTED,)),
        )
        if self.first:  # nothing is new where there is nothing to compare with
            divided = (("found", HERE), ("accepted", (Standing.ACCEPTED,)))
        for key, standings in divided:
            every = in_order(self.night.of(*standings))
            findings = every[: self._findings_left]
            self._findings_left -= len(findings)
            self.left_out += len(every) - len(findings)
            if findings:
                groups = self._grouped(findings, lambda one: one.owner, self.owner_name, last=None)
                yield key, self.word(f"section-{key}"), groups

    def _grouped(
        self,
        findings: Iterable[Followed],
        by: Callable[[Followed], str | None],
        name: Callable[[str | None], str],
        last: str | None = "",
    ) -> list[Group]:
        """Findings by what they share; the worst group first, unless in order of name."""
        groups: dict[str | None, list[Followed]] = defaultdict(list)
        for finding in findings:
            groups[by(finding)].append(finding)
        keys: Iterable[str | None] = groups
        if last is None:
            keys = sorted(groups, key=lambda one: (one is None, one or ""))
        return [Group(key or "", name(key), groups[key]) for key in keys]

    def committees(self, findings: Iterable[Followed]) -> list[Group]:
        """Findings by committee."""
        return self._grouped(findings, lambda one: one.committee, self.committee_name, last=None)

    def workbooks(self, findings: Iterable[Followed]) -> list[Group]:
        """Findings by workbook, the one with the worst first."""
        return self._grouped(
            findings,
            lambda one: one.path,
            lambda path: tidy(file_name(path), LONGEST_NAME) if path else self.word("the-run"),
        )

    def proposals(self, findings: Sequence[Followed]) -> list[Group]:
        """Findings of a workbook by proposal, else by sheet."""
        return self._grouped(findings, self._proposal, lambda name: name or "")

    def _proposal(self, finding: Followed) -> str | None:
        form = f"{self.night.form_word} {finding.proposal}" if finding.proposal else ""
        named = f"{form} {finding.title or ''}".strip()
        sheet = word("console", "sheet", self.language, sheet=tidy(finding.sheet)) if finding.sheet else ""
        return tidy(" · ".join(part for part in (named, sheet) if part), LONGEST_NAME) or None

    def owner_name(self, owner: str | None) -> str:
        """An owner, or that there is none."""
        return tidy(owner, LONGEST_NAME) if owner else self.word("no-owner")

    def key_of(self, owner: str | None) -> str:
        """What the filter calls an owner or a committee."""
        return tidy(owner, LONGEST_NAME) if owner else "-"

    def committee_name(self, committee: str | None) -> str:
        """A committee, or that there is none."""
        return tidy(committee, LONGEST_NAME) if committee else self.word("no-committee")

    def severity(self, finding: Followed) -> str:
        """How bad it is, as a word."""
        return capital(word("severity", finding.severity.word, self.language))

    def counted(self, findings: Sequence[Followed]) -> str:
        """So many errors, warnings and notes."""
        count = Counter(one.severity for one in findings)
        keys = (("errors", Severity.ERROR), ("warnings", Severity.WARNING), ("notes", Severity.NOTE))
        return ", ".join(plural(key, count[one], self.language) for key, one in keys if count[one])

    def link(self, path: str | None) -> str | None:
        """The address of a workbook."""
        return address(self.night, path, self.target) if path else None

    def path(self, path: str) -> str:
        """A path as its readers know it."""
        return tidy(as_read(self.night, path), LONGEST_TEXT)

    def place(self, one: Followed | ChangedProposal) -> str:
        """Sheet and cell."""
        return tidy(place(one.sheet, one.cell), LONGEST_NAME)

    def anchor(self, finding: Followed) -> str:
        """A name for a finding within the page: its id, and a number where that stands here already."""
        name = tidy(finding.id, LONGEST_NAME).replace(" ", "_")
        self._anchors[name] += 1
        times = self._anchors[name]
        return name if times == 1 else f"{name}-{times}"

    def owner_anchor(self, owner: str) -> bool:
        """Whether this is where an owner stands first: where a link leads that the filter does not take."""
        self._anchors[f"owner={owner}"] += 1
        return self._anchors[f"owner={owner}"] == 1

    def accepted(self, finding: Followed) -> str:
        """By whom and why."""
        return tidy(self.wording.accepted(finding.accepted), LONGEST_TEXT) if finding.accepted else ""

    def excerpt(self, finding: Followed) -> Excerpt | None:
        """The little table of a finding, as long as the page can bear it."""
        if finding.excerpt is None or not finding.excerpt.rows:
            return None
        self._excerpts_left -= 1
        return finding.excerpt if self._excerpts_left >= 0 else None

    @property
    def without_excerpt(self) -> int:
        """How many little tables were left out."""
        return max(-self._excerpts_left, 0)

    def letters(self, excerpt: Excerpt) -> list[str]:
        """The letters of its columns, as Excel shows them."""
        width = max(map(len, excerpt.rows))
        return [column_letters(excerpt.left + offset) for offset in range(width)]

    def rows(self, excerpt: Excerpt) -> Iterator[tuple[int, bool, list[tuple[str, str]]]]:
        """Each row: its number, whether rows before it are left out, and its cells with their look."""
        related = set(excerpt.related)
        before = None
        for row_number, row in zip(excerpt.row_numbers, excerpt.rows, strict=False):
            cells = []
            for column, text in enumerate(row, excerpt.left):
                text = tidy(text, LONGEST_CELL)
                look = "n" if _AMOUNT.fullmatch(text) else ""
                if excerpt.cell == (row_number, column):
                    look = f"m{look}"
                elif (row_number, column) in related:
                    look = f"r{look}"
                cells.append((text, look))
            yield row_number, before is not None and row_number != before + 1, cells
            before = row_number

    def _choices(self) -> list[tuple[str, str, list[tuple[str, str]]]]:
        """The lists of the filter: name, heading, and value with words for each choice."""
        findings = self.night.findings
        by_code = Counter(one.code for one in findings)
        known = set(codes())
        owners = {one.owner for one in findings} | {one.owner for one in self.night.changed}
        committees = {one.committee for one in findings} | {one.committee for one in self.night.changed}
        return [
            (
                "severity",
                self.word("column-severity"),
                [
                    (one.word, capital(word("severity", one.word, self.language)))
                    for one in reversed(Severity)
                    if any(finding.severity is one for finding in findings)
                ],
            ),
            (
                "standing",
                self.word("column-standing"),
                [
                    (one.value, capital(word("standing", one.value, self.language)))
                    for one in Standing
                    if not self.first and any(finding.standing is one for finding in findings)
                ],
            ),
            ("owner", self.word("column-owner"), self._named(owners, self.owner_name)),
            ("committee", self.word("column-committee"), self._named(committees, self.committee_name)),
            (
                "code",
                self.word("column-code"),
                [
                    (code, f"{code} {title(code, self.language) if code in known else ''} ({count})")
                    for code, count in sorted(by_code.items())
                ],
            ),
        ]

    def _named(self, keys: set[str | None], name: Callable[[str | None], str]) -> list[tuple[str, str]]:
        if len(keys) < 2:
            return []
        ordered = sorted(keys, key=lambda one: (one is None, one or ""))
        return [(self.key_of(one), name(one)) for one in ordered]
