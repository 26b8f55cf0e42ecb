"""``budget-tools rules`` and ``explain``: everything that is looked for, told from the catalogue."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from budget_tools import __version__
from budget_tools.catalog import LANGUAGES, codes, entry
from budget_tools.cli import main
from budget_tools.cli.main import app

RUNNER = CliRunner()


def test_every_rule_is_listed_with_its_name_and_title() -> None:
    for language in LANGUAGES:
        result = RUNNER.invoke(app, ["rules", "--lang", language])
        assert result.exit_code == 0
        assert "…" not in result.stdout
        for code in codes():
            assert f"{code}  {entry(code).name}  " in result.stdout
    assert "ARI008  rounding-only                    note (" in result.stdout
    assert "NUM006  blank-or-zero                    note/warning" in result.stdout


def test_every_rule_as_json() -> None:
    listed = json.loads(RUNNER.invoke(app, ["rules", "--format", "json", "--lang", "en"]).stdout)
    assert [one["code"] for one in listed] == list(codes())
    (drift,) = (one for one in listed if one["code"] == "NUM006")
    assert drift == {
        "code": "NUM006",
        "name": "blank-or-zero",
        "title": entry("NUM006").texts["en"].title,
        "severity": {"collect": "note", "political": "note", "print": "note"},
        "variants": {
            "gap": {"collect": "warning", "political": "warning", "print": "warning"},
            "end": {"collect": "note", "political": "note", "print": "note"},
        },
        "fix": "review",
        "retired": False,
    }


@pytest.mark.parametrize("code", codes())
def test_every_code_can_be_explained(code: str) -> None:
    result = RUNNER.invoke(app, ["explain", code])
    assert result.exit_code == 0
    assert result.stdout.startswith(f"{code} {entry(code).name}\nSeverity: ")
    for language in LANGUAGES:
        assert entry(code).texts[language].title in result.stdout


def test_grids_are_kept_as_they_are() -> None:
    text = RUNNER.invoke(app, ["explain", "ARI002"]).stdout
    assert (
        "Flagged:\n"
        "\n"
        "        A      B      C      D\n"
        "    4          2023   2024   I alt\n"
        "    5   Løn    100    200    300\n"
    ) in text


@pytest.mark.parametrize("given", ["ari002", " ARI002 ", "column-total-wrong"])
def test_a_code_may_be_given_loosely_or_by_name(given: str) -> None:
    assert RUNNER.invoke(app, ["explain", given]).stdout.startswith("ARI002 column-total-wrong\n")


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("ARI02", "ARI002"),
        ("ARl002", "ARI002"),
        ("swapped-digit", "ARI004 (swapped-digits)"),
        ("FRM", "FRM00"),
    ],
)
def test_an_unknown_code_is_wrong_use_and_near_ones_are_named(given: str, meant: str) -> None:
    result = RUNNER.invoke(app, ["explain", given])
    assert result.exit_code == 2
    assert f"there is no rule '{given}'. Did you mean " in result.stderr and meant in result.stderr


def test_what_resembles_nothing_is_wrong_use() -> None:
    result = RUNNER.invoke(app, ["explain", "§§§"])
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "Error: there is no rule '§§§'. 'budget-tools rules' lists them all.\n"


def test_the_version() -> None:
    result = RUNNER.invoke(app, ["--version"])
    assert (result.exit_code, result.stdout) == (0, f"budget-tools {__version__}\n")


@pytest.mark.parametrize("command", ["check", "fill", "rules", "explain"])
def test_every_command_has_help_with_examples(command: str) -> None:
    for option in ("--help", "-h"):
        result = RUNNER.invoke(app, [command, option])
        assert result.exit_code == 0
        assert f"  Examples:\n\n    budget-tools {command}" in result.stdout
        assert "…" not in result.stdout
    assert command in RUNNER.invoke(app, ["--help"]).stdout


def test_only_the_command_that_is_asked_for_is_made() -> None:
    everything = len(main.app.registered_commands), len(main.app.registered_groups)
    (command,) = main._with_only(["check"]).registered_commands
    assert command.callback is not None and command.callback.__name__ == "check"
    (group,) = main._with_only(["nightly"]).registered_groups
    assert group.typer_instance is not None and group.typer_instance.info.name == "nightly"
    assert main._with_only(["--help"]) is main._with_only(["chek"]) is main.app
    assert (len(main.app.registered_commands), len(main.app.registered_groups)) == everything
