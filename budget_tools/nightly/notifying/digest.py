"""What there is to tell of a night, in words: a digest for each owner, and one for the department.

Nobody reads a mail that says the same every morning. So a digest tells only what became different, and
without anything different there is none.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
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
        return ("error", "changed", "warning", "note", "fixed").index(self.tone)


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
    report: str | None
    footer: str

    @property
    def told(self) -> Iterator[tuple[str, News]]:
        """Everything in it with its workbook."""
        return ((group.workbook, one) for group in self.groups for one in group.news)

    @property
    def report_is_link(self) -> bool:
        """Whether a mail program can open the report: paths are for the reader to paste."""
        return (self.report or "").startswith(("https://", "http://"))


def digests(
    night: Night,
    reports: Mapping[str | None, str] | None = None,
    notices: Iterable[str] = (),
) -> tuple[Digest, ...]:
    """A digest for every owner with news, then the department's, which has all of it.

    ``night.changed`` and ``night.trouble`` are told as they are given: what was told before must be gone
    from them. ``reports`` are the places of the reports, by owner; None is the department's. ``notices``
    are sentences for the department that are no reason to write to it.
    """
    where = reports or {}
    # One walk over the findings: a night may have thousands of them and hundreds of owners.
    by_owner: dict[str | None, dict[str, list[News]]] = {}
    for owner, path, one in _news(night):
        by_owner.setdefault(owner, {}).setdefault(path, []).append(one)
    files = Counter(one.owner for one in night.workbooks)
    still = Counter(one.owner for one in night.of(Standing.NEW, Standing.REOPENED, Standing.OPEN))
    written = [
        _digest(night, owner, found, _summary(night, files[owner], still[owner]), where.get(owner))
        for owner, found in sorted(by_owner.items(), key=lambda item: item[0] or "")
        if owner is not None
    ]
    trouble = tuple(clean(sentence) for sentence in night.trouble)
    if by_owner or trouble:
        everything: dict[str, list[News]] = {}
        for found in by_owner.values():
            for path, news in found.items():
                everything.setdefault(path, []).extend(news)
        summary = _summary(night, files.total(), still.total())
        owners = {path: owner for owner, found in by_owner.items() for path in found if owner}
        said = (*trouble, *notices)
        written.append(_digest(night, None, everything, summary, where.get(None), owners, said))
    return tuple(written)


def _digest(
    night: Night,
    owner: str | None,
    found: Mapping[str, list[News]],
    summary: str,
    report: str | None,
    owners: Mapping[str, str] | None = None,
    notices: tuple[str, ...] = (),
) -> Digest:
    language = language_of(night)
    groups: list[Group] = []
    left: list[News] = []
    files = 0  # that are not shown at all
    for path, news in sorted(found.items(), key=_worst_first):
        room = min(MOST_OF_A_WORKBOOK, MOST - sum(len(group.news) for group in groups))
        if room <= 0:
            left += news
            files += 1
            continue
        shown = tuple(sorted(news, key=lambda one: one.rank)[:room])
        more = len(news) - len(shown)
        groups.append(
            Group(
                shown_path(path, night.folders) if path else word("notify", "run-itself", language),
                clean((owners or {}).get(path, "")),
                shown,
                word("notify", "more-of-a-workbook", language, n=more) if more else None,
            )
        )
    everything = [one for news in found.values() for one in news]
    heading = _heading(Counter(one.counted for one in everything), language)
    about = _about(night, owner, {one.committee for one in everything})
    spread = plural("workbooks", files, language)
    return Digest(
        owner,
        language,
        word("notify", "subject", language, heading=heading, about=about),
        heading,
        summary,
        tuple(groups),
        word("notify", "more", language, n=len(left), spread=spread) if left else None,
        len(everything),
        notices,
        clean(on_their_pc(report, night.shares)) if report else None,
        word("notify", "footer-department" if owner is None else "footer", language),
    )


def _worst_first(item: tuple[str, list[News]]) -> tuple[tuple[int, ...], str]:
    """Workbooks with the worst news first, and of those the ones with the most of it."""
    path, news = item
    ranks = Counter(one.rank for one in news)
    return tuple(-ranks[rank] for rank in range(5)), path


def _news(night: Night) -> Iterator[tuple[str | None, str, News]]:
    """Everything that became different, with its owner and its workbook."""
    language = language_of(night)
    for finding in night.of(Standing.NEW, Standing.REOPENED, Standing.FIXED):
        yield finding.owner, finding.path or "", _of_finding(finding, night.form_word, language)
    for change in night.changed:
        yield change.owner, change.path, _of_change(change, night.form_word, language)


def _of_finding(finding: Followed, form_word: str, language: Language) -> News:
    place = _place(finding.proposal, finding.sheet, finding.cell, form_word)
    severity = finding.severity.word
    text = _short(finding.message)
    if finding.standing is Standing.FIXED:
        return News("fixed", "fixed", word("notify", "fixed", language), place, text, finding.committee)
    more = tuple(_short(one) for one in (finding.hint,) if one)
    if finding.fix:
        more = (*more, f"{word('console', 'fix', language)} {_short(finding.fix)}")
    if finding.standing is Standing.REOPENED:
        label = word("notify", f"reopened-{severity}", language)
        return News("reopened", severity, label, place, text, finding.committee, more)
    if finding.code in NOT_CHECKED:
        return News(
            "unread", "error", word("notify", "unread", language), place, text, finding.committee, more
        )
    return News(
        f"{severity}s",
        severity,
        word("notify", f"new-{severity}", language),
        place,
        text,
        finding.committee,
        more,
    )


def _of_change(change: ChangedProposal, form_word: str, language: Language) -> News:
    text = word(
        "notify",
        "change",
        language,
        what=clean(change.what),
        old=clean(change.old),
        new=clean(change.new),
        date=_date(change.deadline, language),
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
        date=_date(night.ended.date(), language),
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

    They hold for as long as their cause does, a finding is new for one night only.
    """
    changes = {_name(one.path, one.number, one.what, one.new): one for one in night.changed}
    troubles = {_name("trouble", sentence): sentence for sentence in night.trouble}
    left = replace(
        night,
        changed=tuple(one for name, one in changes.items() if name not in told),
        trouble=tuple(one for name, one in troubles.items() if name not in told),
    )
    return left, frozenset(changes) | frozenset(troubles)


def language_of(night: Night) -> Language:
    """The language that a night is told in."""
    return "en" if night.language == "en" else "da"


def _name(*parts: str | None) -> str:
    return "\x1f".join(part or "" for part in parts)


def clean(text: str) -> str:
    """Text from a workbook or a path as it can be sent: on one line, nothing obeyed, all of it UTF-8.

    >>> clean("L\\udcf8n\\r\\nBcc: x@y.dk")
    'L?n Bcc: x@y.dk'
    """
    return plain(text).encode("utf-8", "replace").decode("utf-8")


def _date(day: date, language: Language) -> str:
    return day.strftime("%d.%m.%Y" if language == "da" else "%Y-%m-%d")


def _short(text: str, longest: int = LONGEST) -> str:
    text = clean(text)
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"
