"""The settings of a night: which folders, who owns what, where reports and messages go, and the limits.

What a form must look like stays in the budget.toml beside the workbooks, which outranks this file: the one
who runs the scripts decides where and when, the department decides what is right.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, field_validator

from ..errors import SettingsError
from ..settings import Strict, parse, read_text

DOCUMENTED = "docs/nightly.md"
FORMATS = ("html", "xlsx", "json", "junit", "sarif")

_SECRET = re.compile(r"(?:env:[A-Za-z_][A-Za-z0-9_]*|file:.+)")
_ADDRESS = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+")

Format = Literal["html", "xlsx", "json", "junit", "sarif"]
Level = Literal["error", "warning", "note"]


def _one_or_more(given: Any) -> Any:
    return (given,) if isinstance(given, str | date) else given


def _addresses(given: tuple[str, ...]) -> tuple[str, ...]:
    for one in given:
        if not _ADDRESS.fullmatch(one):
            raise ValueError("an address such as okonomi@example.org")
    return given


class Smtp(Strict):
    """The mail server, and to whom the department's own digest goes."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, populate_by_name=True)

    host: str
    port: Annotated[int, Field(ge=1, le=65535)] = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str | None = None
    password: str | None = None
    sender: str = Field(alias="from")
    to: tuple[str, ...] = ()

    _wrapped = field_validator("to", mode="before")(_one_or_more)
    _are_addresses = field_validator("to")(_addresses)

    @field_validator("sender")
    @classmethod
    def _is_address(cls, sender: str) -> str:
        return _addresses((sender,))[0]

    @field_validator("password")
    @classmethod
    def _is_elsewhere(cls, password: str | None) -> str | None:
        if password is not None and not _SECRET.fullmatch(password):
            raise ValueError("'env:NAME' or 'file:PATH', so that the password itself stands elsewhere")
        return password


class Notify(Strict):
    """Who is told of a night, and how hard it is tried.

    ``webhooks`` are addresses as apprise writes them. They and ``ping`` may stand elsewhere as well: see
    ``secret``. ``addresses`` are those of owners who are known by name elsewhere (``Kultur = "kb@…"``).
    ``timeout`` is in seconds, for each try; ``retries`` come after the first try.
    """

    smtp: Smtp | None = None
    addresses: dict[str, str] = Field(default_factory=dict)
    webhooks: tuple[str, ...] = ()
    ping: str | None = None
    timeout: Annotated[int, Field(ge=1)] = 20
    retries: Annotated[int, Field(ge=0)] = 2

    _wrapped = field_validator("webhooks", mode="before")(_one_or_more)

    @field_validator("addresses")
    @classmethod
    def _are_addresses(cls, given: dict[str, str]) -> dict[str, str]:
        _addresses(tuple(given.values()))
        return given


class Reports(Strict):
    """Which reports are written, where, and for how many nights they are kept.

    With ``owner_folder`` everybody who owns a folder also finds a report of it there.
    """

    folder: str = "rapporter"
    formats: tuple[Format, ...] = ("html", "xlsx", "json")
    owner_folder: bool = True
    keep_nights: Annotated[int, Field(ge=1)] = 90


class NightLimits(Strict):
    """How many workers there are, and what one workbook may cost one of them.

    ``workers`` 0 is one a core. A workbook that is locked or half saved is tried again ``retries`` times,
    ``retry_seconds`` apart.
    """

    workers: Annotated[int, Field(ge=0)] = 0
    seconds: Annotated[int, Field(ge=1)] = 60
    memory_mb: Annotated[int, Field(ge=256)] = 2048
    retries: Annotated[int, Field(ge=0)] = 3
    retry_seconds: Annotated[float, Field(ge=0)] = 5.0


class NightSettings(Strict):
    """Everything that can be set for a night; only ``folders`` must be.

    ``owners`` are by folder (a name or pattern such as ``Skole*``, or a whole path) or by the beginning of
    the proposals' numbers (``2.1.2``). ``shares`` are folders, each with its name on the readers' PCs
    (``\\\\server\\budget``). ``download``: also fetch what is only in the cloud.
    """

    folders: Annotated[tuple[str, ...], Field(min_length=1)]
    language: Literal["da", "en"] | None = None
    state: str | None = None
    deadline: tuple[date, ...] = ()
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    fail_on: Level = "error"
    download: bool = False
    owners: dict[str, str] = Field(default_factory=dict)
    shares: dict[str, str] = Field(default_factory=dict)
    reports: Reports = Reports()
    notify: Notify = Notify()
    limits: NightLimits = NightLimits()

    _wrapped = field_validator("folders", "select", "ignore", "deadline", mode="before")(_one_or_more)

    @field_validator("folders")
    @classmethod
    def _are_named(cls, folders: tuple[str, ...]) -> tuple[str, ...]:
        if not all(folder.strip() for folder in folders):
            raise ValueError("the names of folders")
        return folders


def parse_night(text: str, path: str) -> NightSettings:
    """The settings of a night from the text of their file.

    Raises:
        SettingsError: the text is not TOML, or a key or value is not allowed; names key and line.
    """
    settings = parse(NightSettings, text, path, documented=DOCUMENTED)
    _check_codes(settings, path)
    return settings


def read_night(path: Path) -> NightSettings:
    """The settings of a night from their file; its folders and places as whole paths, seen from the file.

    Raises:
        SettingsError: the file cannot be read or is wrong.
    """
    settings = parse_night(read_text(path), str(path))
    beside = Path(os.path.abspath(path)).parent
    state = settings.state if settings.state is not None else f"{path.stem}.sqlite"
    reports = settings.reports.model_copy(update={"folder": whole(settings.reports.folder, beside)})
    return settings.model_copy(
        update={
            "folders": tuple(dict.fromkeys(whole(folder, beside) for folder in settings.folders)),
            "state": whole(state, beside),
            "reports": reports,
            "shares": {whole(folder, beside): name for folder, name in settings.shares.items()},
            "notify": _with_whole_secrets(settings.notify, beside),
        }
    )


def whole(path: str, beside: Path) -> str:
    """A path as seen from a folder; ``~`` is the home of whoever runs the night."""
    return os.path.normpath(beside / os.path.expanduser(path))


def secret(value: str, environment: Mapping[str, str] = os.environ) -> str:
    """What a setting stands for: the variable of ``env:NAME``, the text of ``file:PATH``, else itself.

    Raises:
        SettingsError: there is no such variable or file, or it is empty. It never says what is in it.
    """
    if not _SECRET.fullmatch(value):
        return value
    kind, _, name = value.partition(":")
    if kind == "env":
        said = environment.get(name, "").strip()
        if not said:
            raise SettingsError(f"the environment has no variable {name}, which the settings ask for")
        return said
    try:
        said = Path(name).read_text("utf-8-sig").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{name}: cannot be read, and the settings ask for what it holds") from error
    if not said:
        raise SettingsError(f"{name}: is empty, and the settings ask for what it holds")
    return said


def _with_whole_secrets(notify: Notify, beside: Path) -> Notify:
    """The settings with the files of secrets as whole paths."""

    def found(value: str | None) -> str | None:
        if value is None or not value.startswith("file:"):
            return value
        if value.startswith("file://"):  # an address of apprise, not a file of ours
            return value
        return f"file:{whole(value.removeprefix('file:'), beside)}"

    smtp = notify.smtp
    if smtp is not None:
        smtp = smtp.model_copy(update={"user": found(smtp.user), "password": found(smtp.password)})
    webhooks = tuple(found(one) for one in notify.webhooks)
    return notify.model_copy(update={"smtp": smtp, "webhooks": webhooks, "ping": found(notify.ping)})


def _check_codes(settings: NightSettings, path: str) -> None:
    from ..catalog import codes

    for key in ("select", "ignore"):
        for code in getattr(settings, key):
            if code.lower() == "all" and key == "select":
                continue
            if not code or not any(one.startswith(code.upper()) for one in codes()):
                raise SettingsError(
                    f"{path}: {key}: there is no rule {code!r}; 'budget-tools rules' lists them all"
                )
