"""What there is to tell of a night, in words: a digest for each owner, and one for the department.

Nobody reads a mail that says the same every morning. So a digest tells only what became different, and
without anything different there is none.
"""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from pathlib import Path
from urllib.parse import quote

from ...catalog import Language, plural, word
from ...model.night import ChangedProposal, Followed, Night, Standing
from ...reports.wording import plain

MOST_OF_A_WORKBOOK = 8  # of its news; a template filled in wrongly gives dozens that say the same
MOST = 40  # in a digest: more is read in the report
LONGEST = 500  # characters of a sentence
LONGEST_ABOUT = 80  # and of the name in a subject
NOT_CHECKED = ("RUN002", "RUN004")  # the findings that say that a workbook could not be checked

# What is counted, worst first: a key of the words, and that of its plural.
COUNTED = ("errors", "unread", "reopened", "changed", "warnings", "notes", "fixed")


@dataclass(frozen=True, slots=True)
class News:
    """One thing that became different. ``tone`` is the severity's word, ``changed`` or ``fixed``."""

    counted: str  # as which of COUNTED
    tone: str
    label: str  # "Ny fejl"
    place: str  # "Skema 2.1.2. 01, Løn!F14"; empty where it is about the whole file
    text: str
    committee: str | None
    more: tuple[str, ...] = ()  # what would explain it, and what to do

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return _TONES.index(self.tone)


@dataclass(frozen=True, slots=True)
class Group:
    """The news of a workbook, worst first. ``rest`` says how many were left out."""

    workbook: str
    owner: str  # empty where it is the reader
    news: tuple[News, ...]
    rest: str | None = None


@dataclass(frozen=True, slots=True)
class Digest:
    """All that a mail says, before it is made text and HTML. ``owner`` None: for the department."""

    owner: str | None
    language: Language
    subject: str
    heading: str
    summary: str
    groups: tuple[Group, ...]
    rest: str | None
    count: int  # of all news, those left out too
    notices: tuple[str, ...]
    reports: tuple[str, ...]
    footer: str

    @property
    def told(self) -> Iterator[tuple[str, News]]:
        """Everything in it with its workbook."""
        return ((group.workbook, one) for group in self.groups for one in group.news)


def digests(
    night: Night,
    reports: Mapping[str | None, Sequence[str]] | None = None,
    notices: Iterable[str] = (),
) -> tuple[Digest, ...]:
    """A digest for every owner with news, then the department's, which has all of it.

    ``night.changed`` and ``night.trouble`` are told as they are given: what was told before must be gone
    from them. ``reports`` are the places of the reports, by owner; None is the department's. ``notices``
    are sentences for the department that are no reason to write to it.
    """
    where = reports or {}
    # What is to be counted may be much, what is shown is little: the words are made for that alone.
    counted = _counted(night)
    everything = _Count()
    for count in counted.values():
        everything.add(count)
    shown = {owner: count.foremost for owner, count in counted.items() if owner is not None}
    foremost = everything.foremost
    news = _news(night, shown, foremost)
    still: Counter[str | None] = Counter()
    for kind, n in night.counts.findings.items():
        if kind.standing in (Standing.NEW, Standing.REOPENED, Standing.OPEN):
            still[kind.owner] += n
    written = []
    for owner, paths in sorted(shown.items()):
        summary = _summary(night, night.counts.workbooks.get(owner, 0), still[owner])
        its = {path: news[owner, path] for path in paths}
        written.append(_digest(night, owner, counted[owner], its, summary, where.get(owner, ())))
    trouble = tuple(clean(sentence) for sentence in night.trouble)
    if counted or trouble:
        summary = _summary(night, night.counts.every, still.total())
        owners = {
            path: owner
            for owner, count in counted.items()
            if owner
            for path in foremost
            if path in count.ranks
        }
        its = {path: news[path] for path in foremost}
        said = (*trouble, *notices)
        written.append(_digest(night, None, everything, its, summary, where.get(None, ()), owners, said))
    return tuple(written)


_TONES = ("error", "changed", "warning", "note", "fixed")


@dataclass(slots=True)
class _Count:
    """How much news there is: of each workbook by rank, and of each kind; and which committees it is of."""

    ranks: dict[str, list[int]] = field(default_factory=dict)
    kinds: Counter[str] = field(default_factory=Counter)
    committees: set[str | None] = field(default_factory=set)

    def one(self, path: str, counted: str, tone: str, committee: str | None) -> None:
        """Count one."""
        self.ranks.setdefault(path, [0] * len(_TONES))[_TONES.index(tone)] += 1
        self.kinds[counted] += 1
        self.committees.add(committee)

    def add(self, other: _Count) -> None:
        """Count all of another."""
        for path, ranks in other.ranks.items():
            mine = self.ranks.get(path, [0] * len(_TONES))
            self.ranks[path] = [sum(pair) for pair in zip(mine, ranks, strict=True)]
        self.kinds += other.kinds
        self.committees |= other.committees

    @property
    def foremost(self) -> list[str]:
        """The workbooks that are shown: with the worst news first, and of those the ones with most of it."""
        found: list[str] = []
        room = MOST
        for path in sorted(self.ranks, key=lambda one: ([-n for n in self.ranks[one]], one)):
            if room <= 0:
                break
            found.append(path)
            room -= min(MOST_OF_A_WORKBOOK, sum(self.ranks[path]))
        return found


def _counted(night: Night) -> dict[str | None, _Count]:
    """Everything that became different, counted by owner."""
    found: dict[str | None, _Count] = defaultdict(_Count)
    for one in night.told.findings(*_NEWS, excerpts=False):
        found[one.owner].one(one.path or "", *_kind(one), one.committee)
    for change in night.changed:
        found[change.owner].one(change.path, "changed", "changed", change.committee)
    return found


def _news(
    night: Night, shown: Mapping[str, Sequence[str]], of_department: Sequence[str]
) -> dict[str | tuple[str, str], list[News]]:
    """The news of the workbooks that are shown to an owner or to the department, worst first."""
    language = language_of(night)
    found: dict[str | tuple[str, str], list[News]] = defaultdict(list)
    wanted = {(owner, path) for owner, paths in shown.items() for path in paths}
    department = set(of_department)

    def take(owner: str | None, path: str, made: Callable[[], News]) -> None:
        keys: list[str | tuple[str, str]] = [path] if path in department else []
        keys += [(owner, path)] if owner is not None and (owner, path) in wanted else []
        if not keys:
            return
        one = made()
        for key in keys:
            news = found[key]
            news.append(one)
            if len(news) > 10 * MOST_OF_A_WORKBOOK:
                news[:] = _worst(news)

    for finding in night.told.foremost(*_NEWS, excerpts=False):
        take(finding.owner, finding.path or "", partial(_of_finding, finding, night.form_word, language))
    for change in night.changed:
        take(change.owner, change.path, partial(_of_change, change, night.form_word, language))
    return {key: _worst(news) for key, news in found.items()}


def _worst(news: Iterable[News]) -> list[News]:
    return sorted(news, key=lambda one: one.rank)[:MOST_OF_A_WORKBOOK]


_NEWS = (Standing.NEW, Standing.REOPENED, Standing.FIXED)


def _digest(
    night: Night,
    owner: str | None,
    count: _Count,
    found: Mapping[str, Sequence[News]],
    summary: str,
    reports: Sequence[str],
    owners: Mapping[str, str] | None = None,
    notices: tuple[str, ...] = (),
) -> Digest:
    language = language_of(night)
    groups: list[Group] = []
    room = MOST
    for path, news in found.items():
        shown = tuple(news[:room])
        room -= len(shown)
        more = sum(count.ranks[path]) - len(shown)
        groups.append(
            Group(
                shown_path(path, night.folders) if path else word("notify", "run-itself", language),
                clean((owners or {}).get(path, "")),
                shown,
                word("notify", "more-of-a-workbook", language, n=more) if more else None,
            )
        )
    files = len(count.ranks) - len(found)  # that are not shown at all
    left = count.kinds.total() - sum(sum(count.ranks[path]) for path in found)
    heading = _heading(count.kinds, language)
    about = _about(night, owner, set(count.committees))
    spread = plural("workbooks", files, language)
    return Digest(
        owner,
        language,
        word("notify", "subject", language, heading=heading, about=about),
        heading,
        summary,
        tuple(groups),
        word("notify", "more", language, n=left, spread=spread) if left else None,
        count.kinds.total(),
        notices,
        tuple([clean(on_their_pc(report, night.shares)) for report in reports]),
        word("notify", "footer-department" if owner is None else "footer", language),
    )


def _kind(finding: Followed) -> tuple[str, str]:
    """What a finding counts as, and its tone."""
    severity = finding.severity.word
    if finding.standing is Standing.FIXED:
        return "fixed", "fixed"
    if finding.standing is Standing.REOPENED:
        return "reopened", severity
    if finding.code in NOT_CHECKED:
        return "unread", "error"
    return f"{severity}s", severity


def _of_finding(finding: Followed, form_word: str, language: Language) -> News:
    place = _place(finding.proposal, finding.sheet, finding.cell, form_word)
    counted, tone = _kind(finding)
    label = {"errors": "new-error", "warnings": "new-warning", "notes": "new-note"}.get(counted, counted)
    if counted == "reopened":
        label = f"reopened-{tone}"
    more: tuple[str, ...] = ()
    if counted != "fixed":
        more = tuple(_short(one) for one in (finding.hint,) if one)
        if finding.fix:
            more = (*more, f"{word('console', 'fix', language)} {_short(finding.fix)}")
    said = word("notify", label, language)
    return News(counted, tone, said, place, _short(finding.message), finding.committee, more)


def _of_change(change: ChangedProposal, form_word: str, language: Language) -> News:
    text = word(
        "notify",
        "change",
        language,
        what=clean(change.what),
        old=clean(change.old),
        new=clean(change.new),
        date=said_day(change.deadline, language),
    )
    place = _place(change.number, change.sheet, change.cell, form_word)
    return News(
        "changed", "changed", word("notify", "changed", language), place, _short(text), change.committee
    )


def _place(number: str | None, sheet: str | None, cell: object, form_word: str) -> str:
    parts = [clean(f"{form_word} {number}")] if number else []
    if sheet:
        name = clean(sheet) if clean(sheet).isalnum() else f"'{clean(sheet)}'"
        parts.append(name if cell is None else f"{name}!{cell}")
    return ", ".join(parts)


def _heading(counts: Mapping[str, int], language: Language) -> str:
    """The counts in words: the worst three, and what was fixed."""
    told = [key for key in COUNTED if counts.get(key) and key != "fixed"][:3]
    if counts.get("fixed"):
        told.append("fixed")
    return ", ".join(plural(f"notify-{key}", counts[key], language) for key in told) or word(
        "notify", "only-trouble", language
    )


def _summary(night: Night, workbooks: int, still_open: int) -> str:
    language = language_of(night)
    return word(
        "notify",
        "summary" if night.complete else "summary-incomplete",
        language,
        date=said_day(night.ended.date(), language),
        time=night.ended.strftime("%H.%M" if language == "da" else "%H:%M"),
        workbooks=plural("workbooks", workbooks, language),
        findings=plural("notify-open", still_open, language),
    )


def _about(night: Night, owner: str | None, committees: set[str | None]) -> str:
    """What a mail is about, for its subject: the committee, else the owner, else the folder."""
    only = committees.pop() if len(committees) == 1 else None
    if only:
        return _short(only, LONGEST_ABOUT)
    if owner is not None and "@" not in owner:
        return _short(owner, LONGEST_ABOUT)
    if len(night.folders) == 1 and (name := Path(night.folders[0]).name):
        return clean(name)
    return word("notify", "all-folders", language_of(night))


def shown_path(path: str, folders: Iterable[str]) -> str:
    """A workbook as its owner knows it: from its folder on, which is named where there are several."""
    known = [Path(os.path.abspath(os.path.expanduser(folder))) for folder in folders]
    for folder in known:
        if path and Path(path).is_relative_to(folder):
            inside = Path(path).relative_to(folder)
            return clean(str(folder.name / inside if len(known) > 1 else inside))
    return clean(path)


def on_their_pc(path: str, shares: Iterable[tuple[str, str]]) -> str:
    """A path as the reader can open it: what is mounted here is a share or a web address there.

    >>> on_their_pc("/mnt/budget/rapporter/a.html", (("/mnt/budget", "\\\\\\\\srv\\\\budget"),))
    '\\\\\\\\srv\\\\budget\\\\rapporter\\\\a.html'
    """
    for here, there in sorted(shares, key=lambda share: -len(share[0])):
        if Path(path).is_relative_to(here):
            parts = Path(path).relative_to(here).parts
            web = "://" in there
            between = "/" if web or "\\" not in there else "\\"
            return between.join((there.rstrip("/\\"), *(quote(part) if web else part for part in parts)))
    return path


def unlike(night: Night, told: frozenset[str]) -> tuple[Night, frozenset[str]]:
    """The night without those changes and troubles that were told before, and the names of all it has.

    They hold for as long as their cause does, a finding is new for one night only. A change was told too when
    its workbook was called something else: what was told of a workbook that has it no longer.
    """
    changes = {_name(one.path, one.number, one.what, one.new): one for one in night.changed}
    troubles = {_name("trouble", sentence): sentence for sentence in night.trouble}
    moved = Counter(_wherever(name) for name in told - set(changes))

    def known(name: str) -> bool:
        if name not in told and moved[_wherever(name)]:
            moved[_wherever(name)] -= 1
            return True
        return name in told

    left = replace(
        night,
        changed=tuple(one for name, one in changes.items() if not known(name)),
        trouble=tuple(one for name, one in troubles.items() if name not in told),
    )
    return left, frozenset(changes) | frozenset(troubles)


def language_of(night: Night) -> Language:
    """The language that a night is told in."""
    return "en" if night.language == "en" else "da"


def _name(*parts: str | None) -> str:
    return "\x1f".join(part or "" for part in parts)


def _wherever(name: str) -> str:
    """The name of a change without the path, which stands first."""
    return name.partition("\x1f")[2]


def clean(text: str) -> str:
    """Text from a workbook or a path as it can be sent: on one line, nothing obeyed, all of it UTF-8.

    >>> clean("L\\udcf8n\\r\\nBcc: x@y.dk")
    'L?n Bcc: x@y.dk'
    """
    return plain(text).encode("utf-8", "replace").decode("utf-8")


def said_day(day: date, language: Language) -> str:
    """A day as it is written in a mail."""
    return day.strftime("%d.%m.%Y" if language == "da" else "%Y-%m-%d")


def _short(text: str, longest: int = LONGEST) -> str:
    text = clean(text)
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"
