"""Digests by mail: over one verified connection, each recipient by itself, tried again where it can help."""

from __future__ import annotations

import base64
import smtplib
import ssl
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from ...errors import SettingsError
from ..settings import Smtp, secret
from .digest import clean
from .outbox import Message
from .tries import pause, told

LOOPBACK = ("localhost", "127.0.0.1", "::1")


def compose(message: Message, smtp: Smtp) -> EmailMessage:
    """The mail with its headers: a filter can know it, and no absence assistant answers it."""
    sender = _ascii(smtp.sender)
    domain = sender.rpartition("@")[2]
    mail = EmailMessage(policy=SMTP)
    # What looks encoded would be decoded, line ends and all: a committee named "=?utf-8?q?=0D=0ABcc:…?=".
    mail["Subject"] = clean(message.subject).replace("=?", "= ?")
    mail["From"] = Address("budget-tools", addr_spec=sender)
    name, _, host = _ascii(message.to).rpartition("@")
    mail["To"] = Address(username=name, domain=host)
    mail["Date"] = format_datetime(datetime.fromisoformat(message.written))
    mail["Message-ID"] = f"<{message.id}@{domain}>"
    mail["List-Id"] = f"budget-tools <nightly.budget-tools.{domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    # Lines of any length and Danish letters, through servers that know only 7 bits.
    mail.set_content(message.text, cte="quoted-printable")
    mail.add_alternative(message.html, subtype="html", cte="quoted-printable")
    return mail


def deliver(
    messages: Iterable[Message], smtp: Smtp, timeout: float, retries: int
) -> Iterator[tuple[Message, str]]:
    """Send each message, and tell at once what became of it: "" where it was taken, else why it was not.

    A message that is refused stops no other; the one over which a connection breaks is tried last the next
    time. What cannot get better in a minute (a password, a certificate, a 5xx) is not tried again.
    """
    left = deque(messages)
    reasons: dict[str, str] = {}
    trouble = ""
    attempt = 0
    while left and attempt <= retries:
        pause(attempt)
        waiting = len(left)
        try:
            with _session(smtp, timeout) as server:
                for message in tuple(left):
                    left.remove(message)
                    left.append(message)
                    refusal, is_final = _hand_over(server, message, smtp)
                    reasons[message.key] = refusal
                    if is_final:
                        left.pop()
                        yield message, refusal
        except SettingsError as error:
            trouble = str(error)
            break
        except (OSError, smtplib.SMTPException) as error:
            trouble = _trouble(error, smtp)
            if _is_hopeless(error):
                break
        # A server that takes so many mails a connection is as good as any.
        attempt = 1 if len(left) < waiting else attempt + 1
    for message in left:
        yield message, trouble or reasons.get(message.key, "")


@contextmanager
def _session(smtp: Smtp, timeout: float) -> Iterator[smtplib.SMTP]:
    user, password = (secret(given) if given else None for given in (smtp.user, smtp.password))
    if user and smtp.security == "none" and smtp.host not in LOOPBACK:
        raise SettingsError(
            f"the password would go to {smtp.host} unencrypted; set security to starttls or tls"
        )
    context = ssl.create_default_context()
    server: smtplib.SMTP
    if smtp.security == "tls":
        server = smtplib.SMTP_SSL(smtp.host, smtp.port, timeout=timeout, context=context)
    else:
        server = smtplib.SMTP(smtp.host, smtp.port, timeout=timeout)
    try:
        if smtp.security == "starttls":
            server.starttls(context=context)
        if user:
            _log_in(server, user, password or "")
        yield server
        with suppress(OSError):  # all was taken: how the server says goodbye is its own affair
            server.quit()
    finally:
        server.close()


def _log_in(server: smtplib.SMTP, user: str, password: str) -> None:
    if (user + password).isascii():
        server.login(user, password)
        return
    # The standard library knows no password with an ø in it.
    server.ehlo_or_helo_if_needed()
    given = base64.b64encode(f"\0{user}\0{password}".encode()).decode("ascii")
    code, reply = server.docmd("AUTH", f"PLAIN {given}")
    if code != 235:
        raise smtplib.SMTPAuthenticationError(code, reply)


def _hand_over(server: smtplib.SMTP, message: Message, smtp: Smtp) -> tuple[str, bool]:
    """Why the server does not take a message, and whether that is its last word."""
    code: int
    reply: bytes | str
    try:
        server.send_message(compose(message, smtp), _ascii(smtp.sender), [_ascii(message.to)])
    except smtplib.SMTPRecipientsRefused as error:
        code, reply = next(iter(error.recipients.values()))
    except (smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as error:
        code, reply = error.smtp_code, error.smtp_error
    except (smtplib.SMTPNotSupportedError, MessageError, ValueError) as error:
        return told(error), True
    else:
        return "", True
    return _reply(code, reply), not 400 <= code < 500


def _is_hopeless(error: Exception) -> bool:
    """Whether the same will happen again in a minute."""
    if isinstance(error, smtplib.SMTPResponseException):
        return not 400 <= error.smtp_code < 500
    return isinstance(error, ssl.SSLCertVerificationError | smtplib.SMTPNotSupportedError)


def _trouble(error: Exception, smtp: Smtp) -> str:
    """Why there is no connection: the server's words, never what was said to it."""
    if isinstance(error, smtplib.SMTPAuthenticationError):
        # Some servers repeat what they were given.
        return f"{smtp.host} does not take user and password ({error.smtp_code})"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{smtp.host}: {_reply(error.smtp_code, error.smtp_error)}"
    cause = error.__context__ if isinstance(error.__context__, TimeoutError) else error
    return f"{smtp.host}:{smtp.port}: {told(cause)}"


def _reply(code: int, reply: bytes | str) -> str:
    said = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
    return clean(f"{code} {said}")[:200]


def _ascii(address: str) -> str:
    """An address whose domain any server knows: "ø@kommune.dk" stays, "a@økonomi.dk" does not.

    >>> _ascii("post@økonomi.dk")
    'post@xn--konomi-9xa.dk'
    """
    name, _, domain = address.rpartition("@")
    return f"{name}@{domain.encode('idna').decode('ascii')}"
