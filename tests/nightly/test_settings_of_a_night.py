"""night.toml: what is allowed, and how what is not is told."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from budget_tools import SettingsError, UsageError
from budget_tools.nightly.beginning import settings_text, write_settings
from budget_tools.nightly.settings import NightSettings, Reports, parse_night, read_night, secret


def test_the_settings_that_are_written_say_the_defaults(tmp_path: Path) -> None:
    path = tmp_path / "nat.toml"
    write_settings(path)
    text = path.read_text("utf-8")
    (folders,) = [line for line in text.splitlines() if line.startswith("folders")]
    assert [line for line in text.splitlines() if line and not line.startswith("#")] == [folders]
    plain = parse_night(text, "nat.toml")
    assert plain == NightSettings(folders=plain.folders)
    # every commented line is a setting that can be used as it stands
    whole = "\n".join(
        line[2:] if line.startswith(("# [", '# "')) or " = " in line.partition("#")[2][:30] else line
        for line in text.splitlines()
    )
    used = parse_night(whole, "nat.toml")
    assert used.reports == Reports() and used.deadline == (date(2026, 5, 1),)
    assert used.notify.smtp is not None and used.owners["2.1.2"] == "okonomi@example.org"
    assert used.notify.addresses == {"Kulturchefen": "kultur@example.org"}
    assert used.limits == plain.limits


@pytest.mark.parametrize("name", ["nat.toml", "budget 2027-2030, alle udvalg og forvaltninger.toml"])
def test_the_comments_stand_below_each_other(name: str) -> None:
    lines = settings_text(name).splitlines()
    first = lines[lines.index(next(one for one in lines if one.startswith("# language"))) :]
    state = first[1].removeprefix(f'# state = "{name.removesuffix(".toml")}.sqlite"')
    assert state.lstrip().startswith("# the history") and state.startswith(" ")
    if name == "nat.toml":
        assert first[1].index("# the history") == first[0].index('# "da" or "en"')


def test_it_never_replaces_a_file(tmp_path: Path) -> None:
    path = tmp_path / "nat.toml"
    path.write_text("mit eget", encoding="utf-8")
    with pytest.raises(UsageError, match="left alone"):
        write_settings(path)
    assert path.read_text("utf-8") == "mit eget"
    with pytest.raises(UsageError, match="cannot be written"):
        write_settings(tmp_path / "ingen" / "nat.toml")
    assert "nat.toml" in settings_text("nat.toml")


def test_paths_are_seen_from_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "hjem"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "hjem"))
    (tmp_path / "nat.toml").write_text(
        "folders = ['forslag', '~/forslag', './forslag']\n[shares]\nforslag = '\\\\server\\budget'\n"
        "[notify.smtp]\nhost = 'h'\nfrom = 'a@b.dk'\npassword = 'file:kode.txt'\nuser = 'env:BRUGER'\n",
        encoding="utf-8",
    )
    settings = read_night(tmp_path / "nat.toml")
    assert settings.folders == (str(tmp_path / "forslag"), str(tmp_path / "hjem" / "forslag"))
    assert settings.state == str(tmp_path / "nat.sqlite")
    assert settings.reports.folder == str(tmp_path / "rapporter")
    assert settings.shares == {str(tmp_path / "forslag"): "\\\\server\\budget"}
    smtp = settings.notify.smtp
    assert smtp is not None and smtp.password == f"file:{tmp_path / 'kode.txt'}" and smtp.user == "env:BRUGER"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", ": folders: this key is required here"),
        ("folders = []", ":1: folders: [] is not allowed; allowed: a list of at least 1"),
        ("folders = ['']", "allowed: the names of folders"),
        ("folders = 5", "allowed: a list in [ ]"),
        ("folders = 'a'\nfolder = 'b'", ":2: folder: there is no such setting; see docs/nightly.md"),
        ("folders = 'a'\nlanguage = 'sv'", ":2: language: 'sv' is not allowed; allowed: 'da' or 'en'"),
        ("folders = 'a'\nselect = ['QQQ']", "there is no rule 'QQQ'"),
        ("folders = 'a'\ndeadline = '1. maj'", ":2: deadline.0: '1. maj' is not allowed; allowed: a date"),
        ("folders = 'a'\n[reports]\nformats = ['pdf']", ":3: reports.formats.0: 'pdf' is not allowed"),
        ("folders = 'a'\n[limits]\nworkers = -1", ":3: limits.workers: -1 is not allowed"),
        ("folders = 'a'\ndownload = 1", "allowed: true or false"),
        ("folders = 'a'\n[notify.smtp]\nhost = 'h'\nfrom = 'x'", "allowed: an address"),
        ("folders =", "not valid TOML"),
    ],
)
def test_what_is_not_allowed(text: str, said: str) -> None:
    with pytest.raises(SettingsError) as told:
        parse_night(text, "nat.toml")
    assert str(told.value).startswith("nat.toml") and said in str(told.value)


@pytest.mark.parametrize("given", ["'hemmeligt'", "12345", "['hemmeligt', 12345]"])
def test_a_password_is_never_repeated(given: str) -> None:
    with pytest.raises(SettingsError) as told:
        parse_night(
            f"folders = 'a'\n[notify.smtp]\nhost = 'h'\nfrom = 'a@b.dk'\npassword = {given}", "nat.toml"
        )
    assert "notify.smtp.password" in str(told.value)
    assert "hemmeligt" not in str(told.value) and "12345" not in str(told.value)


def test_secrets(tmp_path: Path) -> None:
    file = tmp_path / "kode"
    file.write_text("hemmeligt\n", encoding="utf-8")
    assert secret("https://example.org/x") == "https://example.org/x"
    assert secret("env:KODE", {"KODE": " hemmeligt "}) == "hemmeligt"
    assert secret(f"file:{file}") == "hemmeligt"
    for missing in ("env:INGEN", f"file:{tmp_path / 'ingen'}", f"file:{tmp_path}"):
        with pytest.raises(SettingsError):
            secret(missing, {})
