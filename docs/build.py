"""Writes ``docs/rules/``, a page for every code, from the catalogue and the rules' own docstrings.

    python docs/build.py            write what has changed
    python docs/build.py --check    only say what is out of date or broken

Both also look over the documents written by hand: every setting stands in ``settings.md`` with its
default, every example of settings can be read, a report shown is what the check says, and every link
leads somewhere. A rule's page is never changed by hand: its words are in ``budget_tools/catalog/`` and in
the rule's docstring.
"""

from __future__ import annotations

import argparse
import inspect
import io
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel

from budget_tools import check
from budget_tools.catalog import LANGUAGES, PHASES, Entry, Language, codes, entry, word
from budget_tools.errors import SettingsError
from budget_tools.nightly.settings import NightSettings, parse_night
from budget_tools.reports import console
from budget_tools.reports.wording import language_of
from budget_tools.rules import COMPARED, HINTS, RULES
from budget_tools.settings import Settings, parse_settings

SETTINGS: Mapping[str, tuple[type[BaseModel], Callable[[str, str], object]]] = {
    "settings.md": (Settings, parse_settings),
    "nightly.md": (NightSettings, parse_night),
}
"""Documents with a table of settings, what they describe, and how their examples are read."""

DOCS = Path(__file__).resolve().parent
ROOT = DOCS.parent
RULES_FOLDER = DOCS / "rules"

GROUPS = {
    "STR": "Structure: what stands where",
    "IDN": "Identity: which proposal this is",
    "NUM": "Numbers: single cells",
    "ARI": "Arithmetic: totals and cross-footing",
    "FRM": "Formulas",
    "TXT": "The text against the table",
    "XWB": "Across proposals",
    "KON": "Consequence analyses",
    "RUN": "The run itself",
}
LANGUAGE_NAMES: Mapping[Language, str] = {"da": "Dansk", "en": "English"}
FIX_WORDS: Mapping[Language, str] = {"da": "Ret", "en": "Fix"}
IN_EVERY_TEXT = ("cell", "sheet", "file", "form", "remedy")

_GRID = re.compile(r"^(?P<label>[^\n]*)::\n\n(?P<grid>(?:(?: {4}.*)?\n)+)", re.MULTILINE)
_LINK = re.compile(r"!?\[[^\]]*\]\((?P<target>[^)\s]+)\)")
_FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_TOML = re.compile(r"^```toml\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_CHECKED = re.compile(
    r"^```sh\nbudget-tools check (?P<path>\S+?)(?: --lang (?P<lang>\w+))?\n```\n\n"
    r"```text\n(?P<shown>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
_KEY_ROW = re.compile(r"^\| `(?P<key>[^`]+)` \| (?P<default>[^|]*) \|", re.MULTILINE)


def main(arguments: list[str] | None = None) -> int:
    """Write or check the documents; 1 when anything is out of date or broken."""
    parser = argparse.ArgumentParser(description="Write the pages of the rules.")
    parser.add_argument("--check", action="store_true", help="write nothing, say what is out of date")
    only_check = parser.parse_args(arguments).check
    faults = [*_refresh(pages(), only_check), *_settings_faults(), *_example_faults(), *_link_faults()]
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


def pages() -> dict[Path, str]:
    """Every generated page, by where it belongs."""
    written = {RULES_FOLDER / f"{code}.md": page(entry(code)) for code in codes()}
    return {RULES_FOLDER / "README.md": index(), **written}


def index() -> str:
    """The list of all rules, group by group."""
    lines = [
        "# The rules",
        "",
        "What is looked for. A code is given once and never used for anything else. An **error** must not",
        "be printed like this, at a **warning** somebody must look, a **note** is worth knowing; a **hint**",
        "is a line on the finding it explains. Any of it can be changed in [budget.toml](../settings.md).",
        "",
    ]
    for group, heading in GROUPS.items():
        lines += [
            f"## {heading}",
            "",
            "| Code | Name | Severity | Dansk | English |",
            "|---|---|---|---|---|",
        ]
        for one in map(entry, codes()):
            if one.code.startswith(group):
                titles = " | ".join(one.texts[language].title for language in LANGUAGES)
                severity = "retired" if one.retired else _severity(one)
                lines.append(f"| [{one.code}]({one.code}.md) | {one.name} | {severity} | {titles} |")
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def page(one: Entry) -> str:
    """All that is to be said of a rule."""
    parts = [f"# {one.code} {one.name}", _facts(one), _documentation(one)]
    parts += [_texts(one, language) for language in LANGUAGES]
    parts.append(_names(one))
    return "\n\n".join(part for part in parts if part) + "\n"


def _facts(one: Entry) -> str:
    if one.retired:
        return "**Retired**: no longer looked for. The page stays so that old reports can be explained."
    lines = [f"**Severity:** {_severity(one)}  "]
    lines.append(f"**Fix:** {one.fix} ({word('safety', one.fix, 'en')})")
    return "\n".join(lines)


def _severity(one: Entry) -> str:
    """The usual severity, then what differs by case and by phase."""
    usual = one.severity()
    more = [
        f"{variant.replace('_', ' ')}: {one.severity(variant=variant)}"
        for variant in one.severities
        if variant and one.severity(variant=variant) != usual
    ]
    more += [f"phase {phase}: {one.severity(phase)}" for phase in PHASES if one.severity(phase) != usual]
    return f"{usual} ({', '.join(more)})" if more else usual


def _documentation(one: Entry) -> str:
    """The docstring of the rule, its grids as blocks."""
    text = next((rule.documentation for rule in RULES if rule.code == one.code), "")
    if one.code in HINTS:
        return (
            "A hint, never a finding of its own: it stands on the arithmetic finding whose difference it\n"
            "explains, and only where the change it names closes that difference exactly."
        )
    if one.code in COMPARED:
        return (
            "Told where two moments are compared, by [`budget-tools compare`](../compare.md) and by the\n"
            "night after a deadline: no check of one moment finds it."
        )
    if not text:
        return "Said by the run itself about its own work, not by a rule that looks at a table."
    return _GRID.sub(_block, inspect.cleandoc(text) + "\n").strip()


def _block(match: re.Match[str]) -> str:
    grid = inspect.cleandoc("\n" + match["grid"]).rstrip()
    return f"**{match['label']}**\n\n```text\n{grid}\n```\n\n"


def _texts(one: Entry, language: Language) -> str:
    texts, fix = one.texts[language], FIX_WORDS[language]
    lines = [
        f"## {LANGUAGE_NAMES[language]}: {texts.title}",
        "",
        f"> {texts.message}  ",
        f"> {fix}: {texts.fix}",
    ]
    for variant in dict.fromkeys([*texts.variants, *texts.fixes]):
        message = texts.variants.get(variant, texts.message)
        severity = word("severity", one.severity(variant=variant), language)
        lines += ["", f"`{variant}` ({severity}):", "", f"> {message}  "]
        lines.append(f"> {fix}: {texts.fixes.get(variant, texts.fix)}")
    return "\n".join(lines)


def _names(one: Entry) -> str:
    """What stands in braces, and how the rule is set."""
    if one.code in HINTS or one.retired:
        return ""
    lines = ["## In reports and settings", ""]
    if said := [f"`{name}`" for name in one.facts if name not in IN_EVERY_TEXT]:
        lines += [
            f"Facts that its sentences use, as the [JSON form](../json.md) names them: {', '.join(said)}.",
            "",
        ]
    lines += ["```toml", "[rules]", f'{one.code} = "off"   # or "error", "warning", "note"', "```"]
    return "\n".join(lines)


def _refresh(wanted: Mapping[Path, str], only_check: bool) -> Iterator[str]:
    """Write the pages that differ and remove those without a code; or only tell of them."""
    for path, text in wanted.items():
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        if only_check:
            yield f"{_shown(path)}: out of date; run: python docs/build.py"
        else:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
            print(f"wrote {_shown(path)}")
    for path in sorted(RULES_FOLDER.glob("*.md")):
        if path not in wanted:
            if only_check:
                yield f"{_shown(path)}: there is no such code; run: python docs/build.py"
            else:
                path.unlink()
                print(f"removed {_shown(path)}")


def _settings_faults() -> Iterator[str]:
    """Where the tables of settings, or examples of them, and the settings of the code differ."""
    for name, (model, _) in SETTINGS.items():
        yield from _table_faults(DOCS / name, model)
    for document in _documents():
        _, parse = SETTINGS.get(document.name, SETTINGS["settings.md"])
        for match in _TOML.finditer(document.read_text(encoding="utf-8")):
            try:
                parse(match["text"], _shown(document))
            except SettingsError as error:
                yield f"an example cannot be read: {error}"


def _table_faults(path: Path, model: type[BaseModel]) -> Iterator[str]:
    text = path.read_text(encoding="utf-8")
    told = {match["key"]: match["default"].strip().strip("`") for match in _KEY_ROW.finditer(text)}
    actual = dict(_defaults(model))
    for key in sorted(actual.keys() - told.keys()):
        yield f"{_shown(path)}: the setting {key} is missing"
    for key in sorted(told.keys() - actual.keys()):
        yield f"{_shown(path)}: there is no setting {key}"
    for key in sorted(told.keys() & actual.keys()):
        if told[key] != actual[key]:
            yield f"{_shown(path)}: the default of {key} is {actual[key]}, not {told[key]}"


def _defaults(model: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Every key with its default as TOML writes it; a dash where there is none."""
    for name, field in model.model_fields.items():
        key = f"{prefix}{field.alias or name}"
        inner = _model(field.annotation)
        if inner is not None:
            named = get_origin(field.annotation) is dict
            yield from _defaults(inner, f'{key}."…".' if named else f"{key}.")
        elif field.is_required():
            yield key, "required"
        else:
            yield key, _toml(field.get_default(call_default_factory=True))


def _model(annotation: Any) -> type[BaseModel] | None:
    """The model behind a setting that has keys of its own."""
    for part in (annotation, *get_args(annotation)):
        if get_origin(part) in (Union, UnionType):
            continue
        if isinstance(part, type) and issubclass(part, BaseModel):
            return part
    return None


def _toml(value: object) -> str:
    if value is None or value in ((), {}):
        return "–"
    if isinstance(value, str):
        return f"'{value}'" if "\\" in value else f'"{value}"'
    if isinstance(value, tuple):
        return f"[{', '.join(map(_toml, value))}]"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _documents() -> list[Path]:
    """Everything written for people, the generated pages too."""
    return [*sorted(ROOT.glob("*.md")), *sorted(DOCS.rglob("*.md")), *sorted(ROOT.glob("*/README.md"))]


def _example_faults() -> Iterator[str]:
    """Reports in the documents that are not what the check says; they may leave out what comes after."""
    for document in _documents():
        for match in _CHECKED.finditer(document.read_text(encoding="utf-8")):
            report = check(ROOT / match["path"], language="en" if match["lang"] == "en" else "da")
            written = io.StringIO()
            console.write(report, language_of(report), written)
            if not written.getvalue().replace(f"{ROOT}/", "").startswith(match["shown"]):
                yield f"{_shown(document)}: 'budget-tools check {match['path']}' says something else"


def _link_faults() -> Iterator[str]:
    """Links within the repository that lead nowhere."""
    for path in _documents():
        text = _FENCE.sub("", path.read_text(encoding="utf-8"))
        for match in _LINK.finditer(text):
            target = match["target"].partition("#")[0]
            if target and "://" not in target and not (path.parent / target).exists():
                yield f"{_shown(path)}: the link to {match['target']} leads nowhere"


def _shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


if __name__ == "__main__":
    sys.exit(main())
