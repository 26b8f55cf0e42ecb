"""What every report of a night says alike: the headline, dates, order, and where a workbook is opened."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from heapq import merge
from itertools import groupby
from operator import itemgetter
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import BinaryIO
from urllib.parse import quote
from xml.sax.saxutils import escape, quoteattr

from ...catalog import LANGUAGES, Language, plural, word
from ...errors import BudgetToolsError
from ...model.address import Cell
from ...model.amount import format_number
from ...model.finding import Severity
from ...model.night import HERE, Followed, Night, NightWorkbook, Standing, worst_first
from ..wording import plain

_UNWRITABLE = re.compile(r"[\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_WINDOWS = re.compile(r"[A-Za-z]:[\\/]|\\\\|//")
_SPECIAL = re.compile('[&<>"\\n\\r\\t]')
_TO_QUOTE = re.compile(r"[^A-Za-z0-9_.~/-]+")
_ADDRESS = re.compile(r"(?i)https?://")


def language_of(night: Night) -> Language:
    """The language that a night is told in."""
    return night.language if night.language in LANGUAGES else "da"


def tidy(text: str, most: int = 0) -> str:
    """Text that no format trips over: one line, no control characters, no halves of a character.

    Longer than ``most`` it is cut, and says so.

    >>> tidy("L\\x00øn\\ud800\\n2023"), tidy("driftsforslag", 8)
    ('L øn\ufffd 2023', 'driftsf…')
    """
    if not text.isprintable():  # what can be printed has nothing in it to be tidied
        text = _UNWRITABLE.sub("\ufffd", plain(text))
    return text if not most or len(text) <= most else text[: most - 1].rstrip() + "…"


@contextmanager
def replacing(target: Path) -> Iterator[BinaryIO]:
    """A file to write to, put in the place of the one before when it is finished; else that one stays.

    Raises:
        BudgetToolsError: it cannot be written there, as when Excel has the old one open.
    """
    whole = Path(os.path.realpath(target))  # a link stays a link
    draft = whole.with_name(f".{whole.name}.{os.getpid()}.tmp")
    try:
        with draft.open("wb") as file:
            yield file
        os.replace(draft, whole)
    except OSError as error:
        raise BudgetToolsError(
            f"{target}: cannot be written: {error.strerror or error}; close it where it is open, "
            "and see that its folder exists and may be written to"
        ) from error
    finally:
        with suppress(OSError):
            draft.unlink()


def attribute(text: str) -> str:
    """A text as the value of an attribute in XML; most need no care, and there are many."""
    return quoteattr(text) if _SPECIAL.search(text) else f'"{text}"'


def element(text: str) -> str:
    """A text as it stands in an element in XML."""
    return escape(text) if _SPECIAL.search(text) else text


def capital(text: str) -> str:
    """A word or sentence as it starts a line."""
    return text[:1].upper() + text[1:]


def number(count: int, language: Language) -> str:
    """A count with the language's thousands separators."""
    return format_number(Decimal(count), language)


def file_name(path: str) -> str:
    """The last part of a path, whatever its slashes."""
    return path[max(path.rfind("/"), path.rfind("\\")) + 1 :]


def is_windows(path: str) -> bool:
    """Whether a path is one of a drive or a share."""
    return _WINDOWS.match(path) is not None


def local(when: datetime) -> datetime:
    """A moment as the clock on the wall shows it."""
    return when.astimezone().replace(tzinfo=None) if when.tzinfo is not None else when


def day(when: date, language: Language) -> str:
    """A date as it is written out: "22. november 2026"."""
    if isinstance(when, datetime):
        when = local(when).date()
    month = word("month", str(when.month), language)
    return word("night", "day", language, day=str(when.day), month=month, year=str(when.year))


def moment(when: datetime, language: Language) -> str:
    """A date and a time: "22. november 2026 kl. 06.12"."""
    time = local(when)
    clock = f"{time:%H.%M}" if language == "da" else f"{time:%H:%M}"
    return word("night", "moment", language, day=day(time, language), clock=clock)


def short(when: datetime, language: Language) -> str:
    """A date and a time for a column of them: "22.11.2026 06.12"."""
    return f"{local(when):{'%d.%m.%Y %H.%M' if language == 'da' else '%Y-%m-%d %H:%M'}}"


def headline(night: Night) -> str:
    """What a night comes to, in one sentence: "3 nye fejl siden i går, 2 rettet."""
    language = language_of(night)
    parts = [_found(night, language)]
    if unchecked := night.counts.unchecked:
        total = plural("workbooks", night.counts.every, language)
        parts.append(word("night", "unchecked", language, n=unchecked, total=total))
    elif not night.complete:
        parts.append(word("night", "partial", language))
    return f"{'; '.join(parts)}."


def _found(night: Night, language: Language) -> str:
    counts = night.counts
    here = counts.severities(*HERE)
    since = _since(night, language)
    fixed, again = counts.of(Standing.FIXED), counts.of(Standing.REOPENED)
    checked = counts.every - counts.unchecked
    workbooks = plural("workbooks", checked, language)
    if not here and not fixed:
        return word("night", "nothing" if checked else "no-workbooks", language, workbooks=workbooks)
    if since is None:
        return word("night", "first", language, found=_counted("", here, language), workbooks=workbooks)
    new = _counted("new-", counts.severities(Standing.NEW), language)
    parts = [f"{new or word('night', 'no-news', language)} {since}"]
    parts += [plural("reopened", again, language)] if again else []
    parts += [plural("fixed", fixed, language)] if fixed else []
    return ", ".join(parts)


def _counted(kind: str, count: Mapping[Severity, int], language: Language) -> str:
    named = ((Severity.ERROR, "errors"), (Severity.WARNING, "warnings"), (Severity.NOTE, "notes"))
    told = [plural(kind + key, count[one], language) for one, key in named if count.get(one)]
    return _listed(told, language)


def _listed(items: list[str], language: Language) -> str:
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {word('list', 'and', language)} {items[-1]}"


def has_before(night: Night) -> bool:
    """Whether there was a night before this one; without one, nothing is called new."""
    return night.previous is not None or len(night.tallies) > 1


def _since(night: Night, language: Language) -> str | None:
    """Since when something is new; None on the first night, when everything is."""
    before = night.previous
    if before is None and len(night.tallies) > 1:
        before = night.tallies[-2].when
    if before is None:
        return None
    then, now = local(before), local(night.started)
    if then.date() == now.date():
        clock = f"{then:%H.%M}" if language == "da" else f"{then:%H:%M}"
        return word("night", "since-today", language, clock=clock)
    if then.date() == now.date() - timedelta(days=1):
        return word("night", "since-yesterday", language)
    return word("night", "since", language, day=day(then, language))


MOST_LISTED = 10_000
"""What a sheet of the workbook lists, new ones first: nobody works through more."""


def by_workbook(night: Night) -> Iterator[tuple[str | None, NightWorkbook | None, list[Followed]]]:
    """Each workbook with its findings, the worst first, also of those that are gone; None: about the run."""
    findings = groupby(night.told.findings(excerpts=False), key=lambda one: one.path)
    found = ((path or "", None, path, sorted(its, key=worst_first)) for path, its in findings)
    known = ((one.path, one, one.path, list[Followed]()) for one in night.told.workbooks())
    for _, same in groupby(merge(known, found, key=itemgetter(0)), key=itemgetter(0)):
        parts = list(same)
        workbook = next((one for _, one, _, _ in parts if one is not None), None)
        yield parts[0][2], workbook, parts[-1][3]


def within(night: Night, path: str) -> str:
    """The path of a workbook from the name of its folder on, with slashes; the whole path elsewhere."""
    kind = PureWindowsPath if is_windows(path) else PurePosixPath
    for folder in sorted(night.folders, key=len, reverse=True):
        if kind(path).is_relative_to(kind(folder)):
            return tidy(kind(path).relative_to(kind(folder).parent).as_posix())
    return tidy(path)


def place(sheet: str | None, cell: Cell | None) -> str:
    """A sheet and a cell on it, as a formula would name them."""
    named, at = tidy(sheet) if sheet else "", str(cell) if cell is not None else ""
    return f"{named}!{at}" if named and at else named or at


def as_read(night: Night, path: str) -> str:
    """The path of a workbook as its readers' PCs name it."""
    for folder, share in sorted(night.shares, key=lambda pair: -len(pair[0])):
        inside = path[len(folder.rstrip("/\\")) :]
        if path.startswith(folder.rstrip("/\\")) and (not inside or inside[0] in "/\\"):
            slash = "\\" if _WINDOWS.match(share) and not share.startswith("//") else "/"
            return share.rstrip("/\\") + inside.replace("\\" if slash == "/" else "/", slash)
    return path


def below(path: str, target: Path) -> str | None:
    """A workbook's path as seen from the folder of a report above it, with slashes; None elsewhere.

    A report that lies in the folder it tells of finds its workbooks from every PC, whatever the share is
    called there.
    """
    folder, whole = _folder_of(target), path
    if is_windows(path):
        folder, whole = folder.replace("\\", "/"), path.replace("\\", "/")
        found = whole.casefold().startswith(folder.casefold())
    else:
        found = whole.startswith(folder)
    return whole[len(folder) :] if found and len(whole) > len(folder) else None


@lru_cache(maxsize=8)
def _folder_of(target: Path) -> str:
    folder = str(target.absolute().parent)
    return folder if folder.endswith(("/", "\\")) else folder + os.sep


def address(night: Night, path: str, target: Path) -> str | None:
    """The address that opens a workbook from a page: relative below the page; None where a path has none."""
    seen = as_read(night, path)
    if seen == path and (relative := below(path, target)) is not None:
        try:
            return _quoted(relative)
        except UnicodeEncodeError:
            return None
    return web_address(seen)


def web_address(path: str) -> str | None:
    """The address of a path as its readers name it: a file, a share or a web address; None for any other.

    >>> web_address("//server/budget/Løn #1.xlsx"), web_address("C:\\\\mappe\\\\100 %.xlsx")
    ('file://server/budget/L%C3%B8n%20%231.xlsx', 'file:///C:/mappe/100%20%25.xlsx')
    """
    try:
        if _ADDRESS.match(path):
            scheme, _, rest = path.partition("://")
            host, _, inside = rest.partition("/")
            return f"{scheme.lower()}://{quote(host, safe=':')}/{_quoted(inside)}"
        if is_windows(path):
            slashed = path.replace("\\", "/")
            if slashed.startswith("//"):
                return f"file:{_quoted(slashed)}"
            return f"file:///{slashed[:2]}{_quoted(slashed[2:])}"
        return f"file://{_quoted(path)}" if path.startswith("/") else None
    except UnicodeEncodeError:
        return None


def _quoted(path: str) -> str:
    return _TO_QUOTE.sub(lambda match: quote(match[0], errors="surrogateescape"), path)
