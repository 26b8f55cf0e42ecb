"""budget.toml: the example loads, and what is wrong is told with its file, key, line and what is allowed."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from budget_tools.errors import BudgetToolsError, SettingsError
from budget_tools.settings import Settings, nearest, parse_settings, read_settings

EXAMPLE = Path(__file__).parent / "data" / "budget.toml"


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "budget.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def told(text: str | bytes, folder: Path) -> str:
    """The sentence about what is wrong in a settings file; it must begin with the file."""
    path = written(folder, text)
    with pytest.raises(SettingsError) as caught:
        read_settings(path)
    assert isinstance(caught.value, BudgetToolsError)
    message = str(caught.value)
    assert message.startswith(str(path))
    assert "pydantic" not in message and "Input should" not in message
    return message.removeprefix(str(path))


def test_the_example_of_the_department() -> None:
    settings = read_settings(EXAMPLE)
    assert (settings.language, settings.phase, settings.period) == ("da", "collect", (2023, 2024, 2025, 2026))
    assert (settings.unit, settings.price_level, settings.sign) == (1000, 2023, "expenditure-positive")
    assert (settings.form_word, settings.exclude) == ("Skema", ("Arkiv", "*kopi*"))
    assert (settings.number.pattern, settings.number.scope) == (r"\d+\.\d+\.\d+\. ?\d{2}", "committee")
    committee = settings.committees["2.1.2"]
    assert (committee.committee, committee.area) == ("Økonomiudvalget", "Administration")
    assert (committee.owner, committee.frame) == ("okonomi@example.org", {"2023": 12000})
    assert settings.rules == {"FRM005": "warning", "IDN005": "off"}
    assert (settings.backup.keep_days, settings.backup.folder) == (180, r"\\server\budget\kopier")
    assert (settings.limits.file_mb, settings.limits.seconds, settings.limits.memory_mb) == (100, 30, 1024)


@pytest.mark.parametrize("key", sorted(tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))))
def test_every_key_of_the_example_is_optional(key: str) -> None:
    data = tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))
    assert key in Settings.model_fields
    del data[key]
    lists = {name: tuple(value) for name, value in data.items() if isinstance(value, list)}
    Settings.model_validate(data | lists)


def test_no_file_is_needed() -> None:
    assert parse_settings("") == Settings()
    settings = Settings()
    assert (settings.language, settings.phase, settings.period, settings.unit) == ("da", "collect", (), None)


def test_a_byte_order_mark_and_windows_line_ends(tmp_path: Path) -> None:
    assert read_settings(written(tmp_path, b'\xef\xbb\xbfform_word = "Blok"\r\n')).form_word == "Blok"


# --- what is wrong, and where ---------------------------------------------------------------------

WRONG = {
    # a value of the wrong type
    'phase = "collect"\nunit = "1000"\n': (":2", "unit", "'1000'", "1000"),
    "language = 7": (":1", "language", "7", "'da'", "'en'"),
    "form_word = 3": (":1", "form_word", "3", "text"),
    'period = "2023-2026"': (":1", "period", "'2023-2026'", "list"),
    'exclude = "Arkiv"': (":1", "exclude", "'Arkiv'", "list"),
    "\n\nperiod = [2023, 24]": (":3", "period", "24", "1900"),
    "period = [2023.5]": (":1", "period", "2023.5", "whole number"),
    "period = [\n  2023,\n  true,\n]": (":1", "period", "whole number"),
    'rules = "off"': (":1", "rules", "table"),
    "rules = []": (":1", "rules", "table"),
    '[limits]\nseconds = "ti"': (":2", "limits.seconds", "'ti'", "whole number"),
    "[limits]\nfile_mb = 0": (":2", "limits.file_mb", "0", "at least 1"),
    "[limits]\nmemory_mb = 1.5": (":2", "limits.memory_mb", "1.5", "whole number"),
    '[committees]\n"2.1.2" = "Økonomiudvalget"': (":2", "2.1.2", "table"),
    '[committees]\n"2.1.2" = { area = "Skole" }': (":2", "2.1.2", "committee", "required"),
    '[committees."2.1.2"]\ncommittee = "Ø"\nframe = { 2023 = "meget" }': (":3", "frame", "'meget'"),
    '[backup]\nfolder = "kopier"': (":2", "backup.folder", "'kopier'", "a whole path"),
    "[backup]\nkeep_days = 0": (":2", "backup.keep_days", "0", "at least 1"),
    # a literal that is none of those allowed
    'phase = "draft"': (":1", "phase", "'draft'", "'collect'", "'political'", "'print'"),
    'language = "sv"': (":1", "language", "'sv'", "'da'", "'en'"),
    'sign = "positive"': (":1", "sign", "'expenditure-positive'", "'income-positive'"),
    "unit = 100": (":1", "unit", "100", "1000", "1000000"),
    '[rules]\n\nFRM005 = "fatal"': (":3", "FRM005", "'fatal'", "'error'", "'warning'", "'note'", "'off'"),
    '[number]\nscope = "all"': (":2", "number.scope", "'all'", "'run'", "'committee'"),
    # a key that is not there
    'language = "da"\nlangauge = "en"': (":2", "langauge", "no such setting"),
    "[limits]\nminutes = 3": (":2", "limits.minutes", "no such setting"),
    "[number]\n# a grammar\nregex = 'x'": (":3", "number.regex", "no such setting"),
    "[nightly]\nat = 3": (":1", "nightly", "no such setting"),
    # an expression that does not compile
    "[number]\npattern = '(\\d+'": (":2", "number.pattern", "regular expression"),
    # rules that there are not
    '[rules]\nFRM001 = "note"\nABC123 = "off"': (":3", "ABC123", "no rule", "budget-tools rules"),
    '[rules]\narI001 = "off"': (":2", "arI001", "no rule"),
}


@pytest.mark.parametrize(("text", "parts"), WRONG.items(), ids=lambda value: repr(value)[:40])
def test_what_is_wrong_is_told(text: str, parts: tuple[str, ...], tmp_path: Path) -> None:
    message = told(text, tmp_path)
    line, *rest = parts
    assert message.startswith(f"{line}: "), message
    assert [part for part in rest if part not in message] == [], message


def test_every_fault_of_a_file_is_told(tmp_path: Path) -> None:
    message = told('language = "sv"\nunit = 5\n\n[limits]\nseconds = 0\n', tmp_path)
    assert len(message.splitlines()) == 3
    assert "language" in message and "unit" in message and "seconds" in message


def test_the_line_is_that_of_the_key_and_not_of_a_namesake(tmp_path: Path) -> None:
    text = (
        '# unit = "kr."\n'
        'form_word = "unit = 3"\n'
        "[committees]\n"
        '"2.1" = { committee = "A", frame = { 2024 = 3 } }\n'
        '"2.2" = { committee = "B", frame = { 2024 = "x" } }\n'
    )
    assert told(text, tmp_path).startswith(":5: ")
    assert told('[committees]\n"2.1" = { committee = "a", unit = 4 }\n', tmp_path).startswith(":2: ")
    assert told('# unit = 1\nform_word = "x # unit = 2"\nunit = 3\n', tmp_path).startswith(":3: ")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("language = \n", "line 1"),
        ('language = "da"\nunit = = 3', "line 2"),
        ("[rules\n", "line 1"),
        ("unit = 1\nunit = 2\n", "line 2"),
        ("unit =", "end of document"),
    ],
)
def test_not_toml(text: str, line: str, tmp_path: Path) -> None:
    message = told(text, tmp_path)
    assert "TOML" in message and line in message


def test_not_utf_8(tmp_path: Path) -> None:
    assert "UTF-8" in told('form_word = "Økonomi"'.encode("cp1252"), tmp_path)
    assert "UTF-8" in told('form_word = "Skema"'.encode("utf-16"), tmp_path)


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"missing\.toml"):
        read_settings(tmp_path / "missing.toml")
    (tmp_path / "budget.toml").mkdir()
    with pytest.raises(SettingsError, match="cannot be read"):
        read_settings(tmp_path / "budget.toml")


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    assert read_settings(written(tmp_path, 'form_word = "A"')).form_word == "A"
    assert read_settings(written(tmp_path, 'form_word = "Blok"')).form_word == "Blok"


def test_the_nearest_file_above(tmp_path: Path) -> None:
    deep = tmp_path / "udvalg" / "skole"
    deep.mkdir(parents=True)
    (tmp_path / "budget.toml").write_text("")
    nearest.cache_clear()
    assert nearest(deep) == tmp_path / "budget.toml"
    (tmp_path / "udvalg" / "budget.toml").write_text("")
    nearest.cache_clear()
    assert nearest(deep) == tmp_path / "udvalg" / "budget.toml"


@pytest.mark.parametrize(
    ("name", "out"), [("Arkiv", True), ("arkiv", True), ("min Kopi.xlsx", True), ("Arkiver", False)]
)
def test_what_is_left_out(name: str, out: bool) -> None:
    assert read_settings(EXAMPLE).excludes(name) is out
