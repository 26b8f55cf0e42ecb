"""Telling people of a night: mails to owners and department, chats, and the ping that proves it ran.

Three calls from the run, none of which ever raises, prints or changes how the night ended::

    start(settings.notify, log)                    when it begins
    finish(night, settings.notify, code, db, log)  when its reports lie ready
    broken(settings.notify, log)                   when it did not get that far

and ``send_test(settings.notify, language, log)`` for whoever sets it up. Each returns what was ``Sent`` and
what ``Failed``. ``db`` is the open SQLite history, in which undelivered messages wait for the next night
(``outbox.create`` makes the two tables); ``log`` takes one sentence in English, in which nothing is secret.

``digest`` says what is new, ``shapes`` makes it text, HTML and a few lines for a chat, and ``mail``,
``webhook`` and ``ping`` take it to where it goes.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from email.utils import parseaddr

from ...catalog import Language, word
from ...model.night import Night
from ..settings import Notify
from . import mail, outbox, ping, webhook
from .digest import Digest, clean, digests, language_of, said_day, unlike
from .outbox import Message
from .shapes import as_chat, as_html, as_text, unnoticed
from .tries import told

__all__ = ["Failed", "Outcome", "Sent", "address_of", "broken", "finish", "send_test", "start"]

Log = Callable[[str], object]

ENDED = (0, 1)  # exit codes of a night that saw everything, whatever it found


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that was taken. ``to`` is an address, or a webhook's place in the settings."""

    way: str
    to: str


@dataclass(frozen=True, slots=True)
class Failed:
    """A message that was not, and why. ``kept``: it is tried again the next night."""

    way: str
    to: str
    why: str
    kept: bool = False


Outcome = Sent | Failed


def start(notify: Notify, log: Log) -> tuple[Outcome, ...]:
    """Say that a night begins. Tried once: the work must not wait."""
    return _logged(_ping(notify, "start", 0), log)


def broken(notify: Notify, log: Log) -> tuple[Outcome, ...]:
    """Say that a night broke off and there is nothing to tell of it."""
    return _logged(_ping(notify, "fail", notify.retries), log)


def finish(
    night: Night,
    notify: Notify,
    exit_code: int,
    db: sqlite3.Connection,
    log: Log,
    reports: Mapping[str | None, Sequence[str]] | None = None,
) -> tuple[Outcome, ...]:
    """Tell of a night that ran to its end, and of those before it that could not be told.

    Called again for the same night it sends only what has not arrived. ``reports`` are the paths of the
    reports, by owner; None is the department's.
    """
    said: ping.Said = "ok" if exit_code in ENDED else "fail"
    return _logged(
        (*_ping(notify, said, notify.retries), *_safely("digest", _send(night, notify, db, reports or {}))),
        log,
    )


def send_test(notify: Notify, language: Language, log: Log) -> tuple[Outcome, ...]:
    """Send a message that says that sending works: to the department, each webhook and the ping.

    Without a department it goes to the sender.
    """
    subject, text = word("notify", "test-subject", language), word("notify", "test-text", language)
    moment = datetime.now().astimezone().isoformat(timespec="seconds")
    base = Message("", "", "", subject, text + "\n", f"<p>{text}</p>\n", "", moment)
    messages = []
    if notify.smtp is not None:
        messages += [_addressed(base, "mail", to) for to in notify.smtp.to or (notify.smtp.sender,)]
    messages += [_addressed(base, "webhook", to) for to in _fingerprints(notify)]
    return _logged(
        (*_ping(notify, "ok", notify.retries), *_safely("test", _deliver(messages, notify, kept=False))), log
    )


def _send(
    night: Night, notify: Notify, db: sqlite3.Connection, reports: Mapping[str | None, Sequence[str]]
) -> Iterator[Outcome]:
    """Write down what is to be told, then send all that waits."""
    kept = True
    before: tuple[tuple[Message, str | None], ...] = ()
    known: frozenset[str] = frozenset()
    try:
        outbox.create(db)
        for late in outbox.give_up(db, night.ended):
            yield Failed(late.way, late.to, f"given up after {outbox.KEPT_DAYS} days")
        before, known = outbox.waiting(db), outbox.told(db)
    except sqlite3.Error as error:
        yield Failed("outbox", "", told(error))
        kept = False
    changed, names = unlike(night, known)
    messages = []
    for digest, way, to in _recipients(changed, notify, reports, before):
        if not to:
            yield Failed(
                way, clean(digest.owner or ""), "there is no address for this owner in notify.addresses"
            )
            continue
        try:
            messages.append(_message(night, digest, way, to))
        except Exception as error:  # a fault of ours in one digest: the others are as good as ever
            yield Failed("digest", digest.owner or "", f"{type(error).__name__}: {told(error)}")
    if kept:
        try:
            outbox.put(db, messages, names)
            messages = [one for one, _ in outbox.waiting(db)]
        except sqlite3.Error as error:
            # Better told twice than not at all.
            yield Failed("outbox", "", told(error))
            kept = False
    yield from _deliver(messages, notify, kept, db)


def _recipients(
    night: Night,
    notify: Notify,
    reports: Mapping[str | None, Sequence[str]],
    before: Iterable[tuple[Message, str | None]],
) -> Iterator[tuple[Digest, str, str]]:
    """Each digest with the way it goes and to whom: everybody who has news, "" where there is no address."""
    language = language_of(night)
    if notify.smtp is None and not notify.webhooks:
        return
    written = digests(night, reports)
    notices = [
        word("notify", "no-address", language, by=clean(one.owner))
        for one in written
        if one.owner is not None and notify.smtp is not None and not address_of(one.owner, notify)
    ]
    notices += [
        word("notify", "not-delivered", language, to=one.to, date=_day(one, language), because=why)
        for one, why in before
        if why and one.way == "mail"
    ]
    for one in written:
        if one.owner is None:
            one = replace(one, notices=(*one.notices, *notices))
            for to in _fingerprints(notify):
                yield one, "webhook", to
            for to in notify.smtp.to if notify.smtp is not None else ():
                yield one, "mail", to
        elif notify.smtp is not None:
            yield one, "mail", address_of(one.owner, notify)


def _message(night: Night, digest: Digest, way: str, to: str) -> Message:
    return _addressed(
        Message(
            key=f"{night.run}/{digest.owner or ''}",
            way=way,
            to=to,
            subject=digest.subject if way == "mail" else unnoticed(digest.subject),
            text=as_text(digest) if way == "mail" else as_chat(digest),
            html=as_html(digest) if way == "mail" else "",
            id=str(night.folders),
            written=night.ended.astimezone().isoformat(timespec="seconds"),
        ),
        way,
        to,
    )


def _addressed(message: Message, way: str, to: str) -> Message:
    """The message with its way and recipient, and a key and an id that no other has."""
    seed = "\x1f".join((message.id, message.written, message.key, way, to))
    name = hashlib.blake2b(seed.encode("utf-8", "replace"), digest_size=12).hexdigest()
    return replace(message, key=f"{message.key}/{way}/{to}", way=way, to=to, id=name)


def _deliver(
    messages: Iterable[Message], notify: Notify, kept: bool, db: sqlite3.Connection | None = None
) -> Iterator[Outcome]:
    """Send messages on their ways, and take down at once what became of each."""
    messages = tuple(messages)
    for message, to, why in _on_their_ways(messages, notify):
        if kept and db is not None:
            try:
                outbox.failed(db, message.key, why) if why else outbox.arrived(db, message.key)
            except sqlite3.Error as error:
                yield Failed("outbox", "", told(error))
        yield Failed(message.way, to, why, kept) if why else Sent(message.way, to)


def _on_their_ways(messages: tuple[Message, ...], notify: Notify) -> Iterator[tuple[Message, str, str]]:
    """Each message, to whom it went in words that may be shown, and why it was not taken."""
    letters = [one for one in messages if one.way == "mail"]
    if notify.smtp is None:
        yield from ((one, one.to, "there is no notify.smtp in the settings any more") for one in letters)
    elif letters:
        for one, why in mail.deliver(letters, notify.smtp, notify.timeout, notify.retries):
            yield one, one.to, why
    hooks = _fingerprints(notify)
    for number, (hook, address) in enumerate(hooks.items(), 1):
        chats = [one for one in messages if one.way == "webhook" and one.to == hook]
        for one, why in webhook.deliver(chats, address, notify.timeout, notify.retries):
            yield one, str(number), why
    for one in messages:
        if one.way == "webhook" and one.to not in hooks:
            yield one, "", "it is not in the settings any more"


def _day(message: Message, language: Language) -> str:
    """When a message was written, as its readers write a day."""
    return said_day(datetime.fromisoformat(message.written).date(), language)


def address_of(owner: str, notify: Notify) -> str:
    """The address of an owner, "" where there is none: from the settings, or the owner is one by itself.

    >>> known = Notify(addresses={"Kultur": "kb@example.org"})
    >>> address_of("Bente Hansen <bente@example.org>", known), address_of("kultur", known)
    ('bente@example.org', 'kb@example.org')
    """
    wanted = owner.casefold().strip()
    named = (address for name, address in notify.addresses.items() if name.casefold().strip() == wanted)
    found = next(named, "") or parseaddr(owner)[1]
    name, at, domain = found.rpartition("@")
    return found if at and name and domain and not set(found) & set(" <>,;\r\n\t") else ""


def _fingerprints(notify: Notify) -> dict[str, str]:
    """What the webhooks are called in the outbox, and their addresses."""
    return {webhook.fingerprint(address): address for address in notify.webhooks}


def _ping(notify: Notify, said: ping.Said, retries: int) -> tuple[Outcome, ...]:
    if notify.ping is None:
        return ()

    def once() -> Iterator[Outcome]:
        why = ping.ping(notify.ping or "", said, notify.timeout, retries)
        yield Failed("ping", said, why) if why else Sent("ping", said)

    return _safely("ping", once())


def _safely(way: str, outcomes: Iterator[Outcome]) -> tuple[Outcome, ...]:
    """All outcomes, whatever happens: what breaks here must not break the night."""
    found: list[Outcome] = []
    try:
        found.extend(outcomes)
    except Exception as error:
        found.append(Failed(way, "", f"{type(error).__name__}: {told(error)}"))
    return tuple(found)


def _logged(outcomes: tuple[Outcome, ...], log: Log) -> tuple[Outcome, ...]:
    """The outcomes, once they stand in the log."""
    for one in outcomes:
        what = f"mail to {one.to}" if one.way == "mail" else " ".join(filter(None, (one.way, one.to)))
        match one:
            case Sent():
                sentence = f"{what} sent"
            case Failed():
                later = "; it is kept for the next night" if one.kept else ""
                sentence = f"{what} failed: {one.why}{later}"
        try:
            log(clean(sentence))
        except Exception:
            continue  # a full disk under the log
    return outcomes
