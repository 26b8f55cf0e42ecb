"""The department's digest in a chat: Teams, Slack and whatever else apprise can speak to."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from ...errors import SettingsError
from ..settings import secret
from .outbox import Message
from .tries import masked, pause, told


def fingerprint(address: str) -> str:
    """What a webhook is called where its address, which is a password, must not stand."""
    return hashlib.blake2b(address.encode("utf-8", "replace"), digest_size=6).hexdigest()


def deliver(
    messages: Iterable[Message], address: str, timeout: float, retries: int
) -> Iterator[tuple[Message, str]]:
    """Send messages to one webhook, and tell of each "" where it was taken, else why it was not.

    When one is not taken, the others are not tried: the next night is soon enough.
    """
    why = ""
    for message in messages:
        if not why:
            why = _post(message, address, timeout, retries)
        yield message, why


def _post(message: Message, setting: str, timeout: float, retries: int) -> str:
    try:
        address = secret(setting)
    except SettingsError as error:
        return str(error)
    why = ""
    for attempt in range(retries + 1):
        pause(attempt)
        with _overheard() as said:
            try:
                service = _service(address, timeout)
                if service is None:
                    return "apprise knows no such address"
                if service.notify(title=message.subject, body=message.text, body_format="text"):
                    return ""
                why = masked(said[-1], address) if said else "it was not taken"
            except ImportError:
                return "apprise is not installed; run: pip install 'budget-tools[nightly]'"
            except Exception as error:  # its plugins raise what they like
                why = told(error, address)
    return why


def _service(address: str, timeout: float) -> Any:
    """What apprise makes of an address; None where it makes nothing of it."""
    import apprise

    service = apprise.Apprise.instantiate(address)
    if service is not None:
        service.socket_connect_timeout = service.socket_read_timeout = timeout
        service.overflow_mode = apprise.OverflowMode.TRUNCATE
    return service


@contextmanager
def _overheard() -> Iterator[list[str]]:
    """What apprise logs, kept from any log: it may name the address."""
    said: list[str] = []
    logger = logging.getLogger("apprise")
    handler = logging.Handler(logging.WARNING)
    handler.emit = lambda record: said.append(record.getMessage())  # type: ignore[method-assign]
    propagates = logger.propagate
    logger.propagate = False
    logger.addHandler(handler)
    try:
        yield said
    finally:
        logger.removeHandler(handler)
        logger.propagate = propagates
