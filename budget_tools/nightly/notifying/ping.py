"""The dead-man's ping: a service that hears nothing by the morning raises the alarm itself.

In the form of healthchecks.io, which others know too: the address alone means that a run ended well,
``/start`` that one began, ``/fail`` that it broke off or left something unchecked.
"""

from __future__ import annotations

from typing import Literal
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit, urlunsplit
from urllib.request import Request, urlopen

from ... import __version__
from ...errors import SettingsError
from ..settings import secret
from .tries import pause, told

Said = Literal["start", "ok", "fail"]
_WORTH_TRYING = (408, 425, 429)


def ping(address: str, said: Said, timeout: float, retries: int) -> str:
    """Say how the night goes; "" where it was heard, else why not."""
    try:
        address = secret(address)
        target = where(address, said)
    except SettingsError as error:
        return str(error)
    why = ""
    for attempt in range(retries + 1):
        pause(attempt)
        try:
            request = Request(target, headers={"User-Agent": f"budget-tools/{__version__}"})
            with urlopen(request, timeout=timeout):
                return ""
        except HTTPError as error:
            error.close()
            why = f"answered {error.code}"
            if error.code < 500 and error.code not in _WORTH_TRYING:
                break
        except URLError as error:
            why = told(error.reason if isinstance(error.reason, Exception) else error, address)
        except Exception as error:  # a connection that breaks, a reply that is none
            why = told(error, address)
    return why


def where(address: str, said: Said) -> str:
    """The address that says a thing.

    >>> where("https://hc-ping.com/UUID?create=1", "fail")
    'https://hc-ping.com/UUID/fail?create=1'

    Raises:
        SettingsError: it is no web address. It is not repeated, being a password.
    """
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SettingsError("notify.ping is no address that begins with https:// or http://")
    path = parts.path if said == "ok" else f"{parts.path.rstrip('/')}/{said}"
    return urlunsplit(parts._replace(path=path, fragment=""))
