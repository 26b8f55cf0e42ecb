"""A night as one web page: nothing is fetched from elsewhere, and nothing from a workbook is obeyed."""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache, partial
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from ...catalog import Language, codes, plural, title, word
from ...errors import BudgetToolsError
from ...model.address import column_letters
from ...model.finding import Severity
from ...model.night import HERE, ChangedProposal, Excerpt, Followed, Night, Standing
from ..wording import Wording
from .chart import chart
from .telling import (
    address,
    as_read,
    capital,
    day,
    file_name,
    has_before,
    headline,
    language_of,
    moment,
    number,
    place,
    replacing,
    tidy,
)

try:
    import jinja2
    from markupsafe import Markup, escape
except ImportError as missing:
    raise BudgetToolsError(
        "the web page of a night needs Jinja2: pip install 'budget-tools[nightly]'"
    ) from missing

MOST_FINDINGS = 1_000  # on a page, the worst ones: nobody reads more, and a list in Excel has all
MOST_OPEN = 60  # findings of a section that stand unfolded
LONGEST_CELL = 120  # characters of a cell in a little table
LONGEST_NAME = 200  # of an owner, a committee, a form
LONGEST_TEXT = 2_000  # characters of any other text

Key = TypeVar("Key", str, str | None)

_IN_FULL = ("new", "open", "found")  # sections about which somebody must do something
_AMOUNT = re.compile(r"[-−(]?[\d.,\s]*\d[\d.,\s]*[)%]?")


def write(night: Night, target: Path, *, full: str = "") -> None:
    """Write a night as a page of its own; ``full`` is the name of the file that has what is left out here."""
    render("night.html", _Page(night, target, full).context(), target)


def render(template: str, context: Mapping[str, object], target: Path) -> None:
    """Fill a template and put the page in its place."""
    stream = _environment().get_template(template).stream(**context)
    stream.enable_buffering(200)
    with replacing(target) as file:
        stream.dump(file, encoding="utf-8", errors="replace")


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


class Shown(NamedTuple):
    """A finding as the page shows it: nothing is left to be worked out."""

    anchor: str
    severity: str
    severity_said: str
    standing: str
    standing_said: str  # empty where it need not be said
    code: str
    place: str
    since: str
    message: str
    accepted: str
    evidence: str
    hint: str
    fix: str
    grid: Markup | str


class Group(NamedTuple):
    """Findings that stand together, of an owner or a committee, in smaller groups."""

    key: str
    name: str
    size: int
    groups: list[Any]


class Choice(NamedTuple):
    """Something to narrow the page by; ``here``: there is some of it."""

    value: str
    words: str
    here: bool = True


class Workbook(NamedTuple):
    """The findings of a workbook, by proposal; ``link`` opens it."""

    name: str
    size: int
    counted: str
    path: str
    link: str | None
    proposals: list[tuple[str, list[Shown]]]


class _Page:
    """What the template of a night asks for."""

    def __init__(self, night: Night, target: Path, full: str) -> None:
        self.night = night
        self.target = target
        self.full = full
        self.language: Language = language_of(night)
        self.word: Callable[..., str] = partial(self._word, "night")
        self.wording = Wording(self.language, night.form_word)
        self._anchors: Counter[str] = Counter()
        self.owners = night.owners
        self.first = not has_before(night)
        self._severities = {one: capital(self._word("severity", one.word)) for one in Severity}
        self._standings = {one: capital(self._word("standing", one.value)) for one in Standing}
        self._since = cache(lambda when: self.word("since", day=day(when, self.language)))
        # what every finding repeats
        self.why, self.open = self.word("why"), self.word("open-workbook")
        self.hint, self.fix = self._word("console", "hint"), self._word("console", "fix")
        self.findings: list[Followed] = []
        self.sections = list(self._sections())

    def _word(self, section: str, key: str, **facts: object) -> str:
        return word(section, key, self.language, **facts)

    def context(self) -> dict[str, Any]:
        """Every name that the template uses."""
        night, counts = self.night, self.night.counts
        unchecked = [(one, self.link(one.path)) for one in night.told.unchecked()]
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
            "unchecked": unchecked,
            "tiles": self._tiles(),
            "overview": self._overview(),
            "on_page": {self.key_of(one.owner) for one in self.findings}
            | {self.key_of(one.owner) for one in night.changed},
            "sections": self.sections,
            "changed": list(night.changed),
            "chart": chart(night.tallies, self.language) if len(night.tallies) > 1 else None,
            "choices": self._choices(),
            "total": len(self.findings),
            "left_out": self._left_out(),
            "most_open": MOST_OPEN,
            "clear": night.complete
            and counts.every > counts.unchecked
            and not counts.unchecked
            and not counts.of(*HERE),
            "n": lambda count: number(count, self.language),
            "plural": lambda key, count: plural(key, count, self.language),
            "day": lambda when: day(when, self.language),
            "show": lambda text: tidy(text or "", LONGEST_TEXT),
        }

    def _left_out(self) -> str:
        """How much is not on the page and where it stands; nothing where all is here."""
        every = self.night.counts.of()
        if every <= len(self.findings):
            return ""
        said = {"n": number(len(self.findings), self.language), "total": number(every, self.language)}
        return (
            self.word("left-out-see", file=self.full, **said) if self.full else self.word("left-out", **said)
        )

    def _only_owner(self) -> str | None:
        """The owner whose page this is; None where it is about several, or about nobody's workbooks."""
        counts = self.night.counts
        owners = set(counts.workbooks) | {kind.owner for kind in counts.findings}
        return self.owner_name(owners.pop()) if len(owners) == 1 and None not in owners else None

    def _tiles(self) -> list[tuple[str, str, str]]:
        """The figures on top: what, how many, and how it looks."""
        counts = self.night.counts
        here = counts.severities(*HERE)
        found = [
            ("new", counts.of(Standing.NEW, Standing.REOPENED)),
            ("fixed", counts.of(Standing.FIXED)),
            ("errors", here[Severity.ERROR]),
            ("warnings", here[Severity.WARNING]),
            ("notes", here[Severity.NOTE]),
            ("workbooks", counts.every),
        ]
        if self.first:
            del found[:2]
        return [(self.word(f"tile-{key}"), number(count, self.language), key) for key, count in found]

    def _overview(self) -> list[tuple[str, str, list[int]]]:
        """A line an owner: name, where to go, and how much of each; where there is more than one."""
        counts: dict[str | None, Counter[object]] = defaultdict(Counter)
        for kind, count in self.night.counts.findings.items():
            counts[kind.owner][kind.standing] += count
            if kind.standing in HERE:
                counts[kind.owner][kind.severity] += count
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
        left = MOST_FINDINGS
        for key, standings in divided:
            full = key in _IN_FULL
            findings = list(self.night.told.foremost(*standings, most=left, excerpts=full))
            left -= len(findings)
            self.findings += findings
            if findings:
                yield key, self.word(f"section-{key}"), self._by_owner(findings, full)

    def _by_owner(self, findings: Iterable[Followed], full: bool) -> list[Group]:
        return [
            Group(owner or "", self.owner_name(owner), len(its), self._by_committee(its, full))
            for owner, its in _named_first(_divided(findings, lambda one: one.owner))
        ]

    def _by_committee(self, findings: Iterable[Followed], full: bool) -> list[Group]:
        return [
            Group(committee or "", self.committee_name(committee), len(its), self._by_workbook(its, full))
            for committee, its in _named_first(_divided(findings, lambda one: one.committee))
        ]

    def _by_workbook(self, findings: Iterable[Followed], full: bool) -> list[Workbook]:
        """The workbook with the worst finding first."""
        return [
            Workbook(
                tidy(file_name(path), LONGEST_NAME) if path else self.word("the-run"),
                len(its),
                self._counted(its),
                self.path(path) if path else "",
                self.link(path),
                [
                    (proposal, [self._shown(one, full) for one in of])
                    for proposal, of in _divided(its, self._proposal).items()
                ],
            )
            for path, its in _divided(findings, lambda one: one.path).items()
        ]

    def _proposal(self, finding: Followed) -> str:
        form = f"{self.night.form_word} {finding.proposal}" if finding.proposal else ""
        named = f"{form} {finding.title or ''}".strip()
        sheet = word("console", "sheet", self.language, sheet=tidy(finding.sheet)) if finding.sheet else ""
        return tidy(" · ".join(part for part in (named, sheet) if part), LONGEST_NAME)

    def owner_name(self, owner: str | None) -> str:
        """An owner, or that there is none."""
        return tidy(owner, LONGEST_NAME) if owner else self.word("no-owner")

    def key_of(self, owner: str | None) -> str:
        """What the filter calls an owner or a committee."""
        return tidy(owner, LONGEST_NAME) if owner else "-"

    def committee_name(self, committee: str | None) -> str:
        """A committee, or that there is none."""
        return tidy(committee, LONGEST_NAME) if committee else self.word("no-committee")

    def _counted(self, findings: Sequence[Followed]) -> str:
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

    def owner_anchor(self, owner: str) -> bool:
        """Whether this is where an owner stands first: where a link leads that the filter does not take."""
        self._anchors[f"owner={owner}"] += 1
        return self._anchors[f"owner={owner}"] == 1

    def _shown(self, finding: Followed, full: bool) -> Shown:
        """A finding as it is shown; in full with evidence, hint, fix and the cells around it."""
        standing = finding.standing
        told_since = standing in (Standing.OPEN, Standing.ACCEPTED, Standing.REOPENED) and not self.first
        said = standing is not Standing.OPEN and not self.first
        accepted = self.wording.accepted(finding.accepted) if finding.accepted else ""
        return Shown(
            self._anchor(finding),
            finding.severity.word,
            self._severities[finding.severity],
            standing.value,
            self._standings[standing] if said else "",
            finding.code,
            self.place(finding),
            self._since(finding.since) if told_since else "",
            tidy(finding.message, LONGEST_TEXT),
            tidy(accepted, LONGEST_TEXT),
            tidy(finding.evidence or "", LONGEST_TEXT) if full else "",
            tidy(finding.hint or "", LONGEST_TEXT) if full else "",
            tidy(finding.fix or "", LONGEST_TEXT) if full else "",
            _grid(finding.excerpt) if full and finding.excerpt is not None else "",
        )

    def _anchor(self, finding: Followed) -> str:
        """A name for a finding within the page: its id, and a number where that stands here already."""
        name = tidy(finding.id, LONGEST_NAME).replace(" ", "_")
        self._anchors[name] += 1
        times = self._anchors[name]
        return name if times == 1 else f"{name}-{times}"

    def _choices(self) -> list[tuple[str, str, list[Choice]]]:
        """The lists of the filter: name, heading, and what can be chosen.

        What is not on the page stands there unseen, for an address from another night that asks for it.
        """
        here = self.findings
        by_code = Counter(one.code for one in here)
        known = set(codes())
        owners = {one.owner for one in here} | {one.owner for one in self.night.changed}
        committees = {one.committee for one in here} | {one.committee for one in self.night.changed}
        severities = {one.severity for one in here}
        standings = set() if self.first else {one.standing for one in here}
        return [
            (
                "severity",
                self.word("column-severity"),
                [Choice(one.word, self._severities[one], one in severities) for one in reversed(Severity)],
            ),
            (
                "standing",
                self.word("column-standing"),
                [Choice(one.value, self._standings[one], one in standings) for one in Standing],
            ),
            ("owner", self.word("column-owner"), self._named(owners, self.owner_name)),
            ("committee", self.word("column-committee"), self._named(committees, self.committee_name)),
            (
                "code",
                self.word("column-code"),
                [
                    Choice(code, f"{code} {title(code, self.language) if code in known else ''} ({count})")
                    for code, count in sorted(by_code.items())
                ],
            ),
        ]

    def _named(self, keys: set[str | None], name: Callable[[str | None], str]) -> list[Choice]:
        """The names in order, and last that there is none."""
        named = [Choice(self.key_of(one), name(one)) for one in sorted(key for key in keys if key)]
        return [*named, Choice(self.key_of(None), name(None), None in keys or "" in keys)]


def _divided(findings: Iterable[Followed], by: Callable[[Followed], Key]) -> dict[Key, list[Followed]]:
    """Findings by what they share."""
    groups: dict[Key, list[Followed]] = defaultdict(list)
    for finding in findings:
        groups[by(finding)].append(finding)
    return groups


def _named_first(groups: Mapping[str | None, list[Followed]]) -> list[tuple[str | None, list[Followed]]]:
    """Groups in order of their names, what nobody was named for last."""
    return sorted(groups.items(), key=lambda item: (item[0] is None, item[0] or ""))


def _grid(said: str) -> Markup | str:
    """The rows of the table around a finding, with the letters and numbers of Excel.

    The cell itself is marked (m), its others (r), and numbers (n) stand to the right.
    """
    excerpt = Excerpt.of(said)
    if not excerpt.rows:
        return ""
    related = set(excerpt.related)
    width = max(map(len, excerpt.rows))
    parts = ["<thead><tr><td>"]
    parts += [f"<th>{column_letters(excerpt.left + offset)}" for offset in range(width)]
    parts.append("\n<tbody>\n")
    before = None
    for at_row, row in zip(excerpt.row_numbers, excerpt.rows, strict=False):
        if before is not None and at_row != before + 1:
            parts.append(f'<tr class="gap"><th>⋮<td colspan="{len(row)}">')
        parts.append(f"<tr><th>{at_row}")
        for column, text in enumerate(row, excerpt.left):
            at = (at_row, column)
            parts.append(_cell(text, "m" if at == excerpt.cell else "r" if at in related else ""))
        parts.append("\n")
        before = at_row
    return Markup("".join(parts))  # all that a workbook says in it was escaped by _cell


@lru_cache(maxsize=16_384)
def _cell(text: str, look: str) -> str:
    """A cell of a table around a finding."""
    text = tidy(text, LONGEST_CELL)
    classes = look + ("n" if _AMOUNT.fullmatch(text) else "")
    said = f"<mark>{escape(text)}</mark>" if look == "m" else str(escape(text))
    return f"<td class={classes}>{said}" if classes else f"<td>{said}"
