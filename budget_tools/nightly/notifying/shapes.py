"""A digest as it is read: text, HTML, and the few lines that a chat shows. All say the same."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from ...catalog import word
from .digest import Digest

if TYPE_CHECKING:
    from jinja2 import Template

FIRST = 5  # news in a chat
LONGEST_LINE = 240  # characters there
LONGEST_CHAT = 900  # characters of a message: Teams takes 1,000, and the title counts

_ANGLES = str.maketrans("<>", "‹›")
_CALLS = re.compile(r"@(?=(?:everyone|here|channel|all)\b)", re.I)


def as_text(digest: Digest) -> str:
    """The digest as plain text."""
    lines = [digest.heading, digest.summary]
    if digest.notices:
        lines += ["", f"{word('notify', 'notices', digest.language)}:"]
        lines += [f"- {notice}" for notice in digest.notices]
    for group in digest.groups:
        lines += ["", group.workbook]
        if group.owner:
            lines.append(word("notify", "owner", digest.language, by=group.owner))
        for one in group.news:
            lines += ["", f"  {one.label}{f' · {one.place}' if one.place else ''}", f"    {one.text}"]
            lines += [f"    {sentence}" for sentence in one.more]
        if group.rest:
            lines += ["", f"  {group.rest}"]
    if digest.rest:
        lines += ["", digest.rest]
    if digest.reports:
        lines += ["", _where(digest)]
    lines += ["", "-- ", digest.footer]
    return "\n".join(lines) + "\n"


def _where(digest: Digest) -> str:
    """Where the reports are, each on a line of its own where there are several."""
    said = word("notify", "report", digest.language)
    return f"{said} {digest.reports[0]}" if len(digest.reports) == 1 else "\n".join([said, *digest.reports])


def as_html(digest: Digest) -> str:
    """The digest as a page for mail programs. All that comes from workbooks is escaped."""

    def said(key: str, **facts: object) -> str:
        return word("notify", key, digest.language, **facts)

    return _template().render(digest=digest, word=said) + "\n"


@cache
def _template() -> Template:
    from jinja2 import Environment, StrictUndefined

    surroundings = Environment(autoescape=True, undefined=StrictUndefined)
    return surroundings.from_string(files(__package__).joinpath("digest.html").read_text(encoding="utf-8"))


def as_chat(digest: Digest, limit: int = LONGEST_CHAT) -> str:
    """The first news in whole lines, and how many more there are: at most ``limit`` characters."""
    lines = [digest.summary, *digest.notices]
    for workbook, one in tuple(digest.told)[:FIRST]:
        at = f"{workbook}, {one.place}" if one.place else workbook
        lines.append(f"• {one.label}: {at}: {one.text}")
    lines = [line if len(line) <= LONGEST_LINE else f"{line[: LONGEST_LINE - 1]}…" for line in lines]
    shown = min(FIRST, len(tuple(digest.told)))
    report = [_where(digest)] if digest.reports else []
    while True:
        left = digest.count - shown
        rest = [word("notify", "more-told", digest.language, n=left)] if left and shown else []
        text = unnoticed("\n".join([*lines, *rest, *report]))
        if len(text) <= limit or len(lines) == 1:
            return text[:limit]
        lines.pop()
        shown = max(shown - 1, 0)


def unnoticed(text: str) -> str:
    """Text for a chat, in which no name from a workbook calls everybody or hides a link.

    >>> unnoticed("<!channel> @everyone")
    '‹!channel› @\u2060everyone'
    """
    return _CALLS.sub("@\u2060", text.translate(_ANGLES))
