"""budget.toml: what a department has decided, checked and told with its key, line and what is allowed."""

from __future__ import annotations

import re
import tomllib
from fnmatch import fnmatch
from functools import lru_cache
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from .errors import SettingsError

FILE_NAME = "budget.toml"
DEFAULT_NUMBER = r"\d+\.\d+\.\d+\. ?\d{2}"

RuleSetting = Literal["error", "warning", "note", "off"]
Year = Annotated[int, Field(ge=1900, le=2200)]


class Strict(BaseModel):
    """A table of keys none of which is unknown, of the wrong kind, or changed later."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Number(Strict):
    """How proposals are numbered, and within what a number may stand only once."""

    pattern: str = DEFAULT_NUMBER
    scope: Literal["run", "committee"] = "run"

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, pattern: str) -> str:
        try:
            re.compile(pattern)
        except re.error as error:
            raise ValueError(f"a regular expression ({error})") from error
        return pattern


class Committee(Strict):
    """A committee, its policy area, who owns its proposals, and its frame a year in the unit of the forms."""

    committee: str
    area: str | None = None
    owner: str | None = None
    frame: dict[str, int] = {}


StatusWord = Literal[
    "draft", "submitted", "withdrawn", "moved", "replaced", "adopted", "adopted-changed", "rejected",
    "udkast", "indsendt", "trukket", "flyttet", "erstattet", "vedtaget", "vedtaget ændret", "forkastet",
]  # fmt: skip


class Listed(Strict):
    """What the department knows of a proposal: its permanent id, its earlier numbers, how far it has come."""

    id: str | None = None
    earlier: tuple[str, ...] = ()
    status: StatusWord | None = None

    @field_validator("earlier", mode="before")
    @classmethod
    def _from_a_list(cls, given: object) -> object:
        return tuple(given) if isinstance(given, list) else given


class Backup(Strict):
    """Where the copies from before a change are kept, and how long."""

    folder: str | None = None
    keep_days: Annotated[int, Field(ge=1)] = 90

    @field_validator("folder")
    @classmethod
    def _is_absolute(cls, folder: str | None) -> str | None:
        if folder is None or folder.startswith("~"):
            return folder
        if not (PurePosixPath(folder).is_absolute() or PureWindowsPath(folder).is_absolute()):
            raise ValueError("a whole path, such as /srv/backup or \\\\server\\share\\backup")
        return folder


class Limits(Strict):
    """What a workbook may be before it is refused."""

    file_mb: Annotated[int, Field(ge=1)] = 100
    seconds: Annotated[int, Field(ge=1)] = 30
    memory_mb: Annotated[int, Field(ge=64)] = 1024


class Settings(Strict):
    """Everything that can be set. Without any file, these defaults hold."""

    language: Literal["da", "en"] = "da"
    numbers: Literal["da", "en"] | None = None
    phase: Literal["collect", "political", "print"] = "collect"
    period: tuple[Year, ...] = ()
    unit: Literal[1, 1000, 1_000_000] | None = None
    price_level: Year | None = None
    sign: Literal["expenditure-positive", "income-positive"] = "expenditure-positive"
    form_word: str = "Skema"
    exclude: tuple[str, ...] = ()
    number: Number = Number()
    committees: dict[str, Committee] = {}
    proposals: dict[str, Listed] = {}
    accounts: tuple[str, ...] = ()
    transfers: tuple[str, ...] = ()
    rules: dict[str, RuleSetting] = {}
    limits: Limits = Limits()
    backup: Backup = Backup()

    def excludes(self, name: str) -> bool:
        """Whether a file or folder of this name is left out."""
        return any(fnmatch(name.casefold(), pattern.casefold()) for pattern in self.exclude)

    def registered(self, number: str) -> Listed | None:
        """What is said of the proposal of a number, however its blanks are written."""
        found = self.proposals.get(number)
        if found is None:
            plain = "".join(number.split())
            found = next((one for key, one in self.proposals.items() if "".join(key.split()) == plain), None)
        return found


_Model = TypeVar("_Model", bound=Strict)


def parse(model: type[_Model], text: str, path: str, *, documented: str = "docs/settings.md") -> _Model:
    """The values of a settings file; ``documented`` says where its keys stand.

    Raises:
        SettingsError: the text is not TOML, or a key or value is not allowed; names key and line.
    """
    try:
        data: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        sentence = f"{path}: not valid TOML: {error}"
        if "\\" in str(error):
            sentence += r"; a path with a backslash stands between single quotes: 'C:\budget'"
        raise SettingsError(sentence) from error
    try:
        return model.model_validate(_frozen(data))
    except ValidationError as error:
        said = [_sentence(path, text, one, documented) for one in error.errors()]
        raise SettingsError("\n".join(said)) from error


def _frozen(value: Any) -> Any:
    """A list in TOML is a list; a tuple keeps the settings frozen."""
    if isinstance(value, dict):
        return {key: _frozen(one) for key, one in value.items()}
    return tuple(_frozen(one) for one in value) if isinstance(value, list) else value


def parse_settings(text: str, path: str = FILE_NAME) -> Settings:
    """Settings from the text of a budget.toml.

    Raises:
        SettingsError: the text is not TOML, or a key or value is not allowed; names key and line.
    """
    settings = parse(Settings, text, path)
    _check_codes(settings, text, path)
    return settings


def read_text(path: Path) -> str:
    """The text of a settings file.

    Raises:
        SettingsError: it cannot be read, or is no UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path}: not UTF-8 text (byte {error.start}); save it as UTF-8") from error
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read: {error.strerror}") from error


@lru_cache(maxsize=256)
def _read(path: Path, stamp: tuple[int, int]) -> Settings:
    return parse_settings(read_text(path), str(path))


def read_settings(path: Path) -> Settings:
    """Settings from a file, read once as long as it does not change.

    Raises:
        SettingsError: the file cannot be read or is wrong.
    """
    try:
        state = path.stat()
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read: {error.strerror}") from error
    return _read(path, (state.st_mtime_ns, state.st_size))


@lru_cache(maxsize=4096)
def nearest(folder: Path) -> Path | None:
    """The budget.toml in a folder or the nearest one above it."""
    for place in (folder, *folder.parents):
        candidate = place / FILE_NAME
        if candidate.is_file():
            return candidate
    return None


def _check_codes(settings: Settings, text: str, path: str) -> None:
    from .catalog import codes

    known = set(codes())
    for code in settings.rules:
        if code not in known:
            raise SettingsError(
                f"{path}{_line(text, 'rules', code)}: rules.{code}: there is no rule of that code; "
                "'budget-tools rules' lists them all"
            )


def _sentence(path: str, text: str, error: Any, documented: str) -> str:
    keys = [str(part) for part in error["loc"] if not isinstance(part, int)]
    key = ".".join(str(part) for part in error["loc"])
    return f"{path}{_line(text, *keys)}: {key}: {_allowed(error, documented)}"


def _allowed(error: Any, documented: str) -> str:
    context = error.get("ctx") or {}
    given = error.get("input")
    if isinstance(given, tuple):
        given = list(given)
    if "password" in error["loc"]:
        given = "•••"  # never repeated: it may be the password itself
    match error["type"]:
        case "extra_forbidden":
            return f"there is no such setting; see {documented} for those there are"
        case "literal_error":
            return f"{given!r} is not allowed; allowed: {context.get('expected')}"
        case "missing":
            return "this key is required here"
        case "greater_than_equal" | "less_than_equal":
            low, high = context.get("ge"), context.get("le")
            bound = f"at least {low}" if low is not None else f"at most {high}"
            return f"{given!r} is not allowed; allowed: a whole number, {bound}"
        case "int_type" | "int_parsing" | "int_from_float":
            return f"{given!r} is not allowed; allowed: a whole number"
        case "string_type":
            return f"{given!r} is not allowed; allowed: text in quotes"
        case "tuple_type":
            return f"{given!r} is not allowed; allowed: a list in [ ]"
        case "too_short":
            return f"{given!r} is not allowed; allowed: a list of at least {context.get('min_length')}"
        case "date_type" | "date_from_datetime_parsing" | "date_parsing":
            return f"{given!r} is not allowed; allowed: a date without quotes, such as 2026-05-01"
        case "float_type":
            return f"{given!r} is not allowed; allowed: a number"
        case "bool_type":
            return f"{given!r} is not allowed; allowed: true or false"
        case "dict_type" | "model_type" | "model_attributes_type":
            return f"{given!r} is not allowed; allowed: a table of keys"
        case "value_error":
            return f"{given!r} is not allowed; allowed: {context.get('error')}"
    return f"{given!r} is not allowed: {error['msg']}"


def _line(text: str, *keys: str) -> str:
    """Where a key stands, as ``:12``: each key is looked for below the one before it.

    A key that is not there itself stands where the table does that should hold it.
    """
    lines = [line.split("#", 1)[0] for line in text.splitlines()]
    found = 0
    for key in keys:
        pattern = re.compile(rf"""(?:^|[\[{{,.\s])["']?{re.escape(key)}["']?\s*[=\]]""")
        for number in range(max(found, 1), len(lines) + 1):
            if pattern.search(lines[number - 1]):
                found = number
                break
    return f":{found}" if found else ""
