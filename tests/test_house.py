"""The house keeps its walls: who imports whom, and that rules, catalogue, grids and docs agree."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

import budget_tools
from budget_tools.catalog import LANGUAGES, codes, entry
from budget_tools.rules import COMPARED, HINTS, RULES
from budget_tools.settings import Backup, Committee, Limits, Listed, Number, Settings
from tests.grid import grids

PACKAGE = Path(budget_tools.__file__).parent
DOCS = PACKAGE.parent / "docs"
SETTINGS = DOCS / "settings.md"

# Every room imports only from floors below its own.
FLOORS = (
    ("errors",),
    ("settings", "model", "catalog"),
    ("formula", "prose"),
    ("layout",),
    ("cover", "schema", "filling", "comparing", "analysis"),
    ("rules",),
    ("inspection", "books", "reports", "documents"),
    ("run",),
    ("changing", "accepting", "analysing"),
    ("nightly", "installing"),
    ("excel", "cli"),
    ("__main__",),
)
FLOOR = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}

# On one floor, and only where a function needs it: settings know the codes, sentences know the amounts.
NEIGHBOURS = {("settings", "catalog"), ("catalog", "model.amount")}

# Who may import what from outside, and what is imported only for the type checker or on call.
HEAVY = {
    "pandas": {"schema", "reports/frame.py", "run.py"},
    "pandera": {"schema"},
    "openpyxl": {"books", "formula"},
    "apprise": {"nightly/notifying/webhook.py"},
    "jinja2": {"nightly/notifying/shapes.py", "reports/night/html.py"},
    "xlsxwriter": {
        "installing",
        "reports/compare_xlsx.py",
        "reports/night/workbook.py",
        "reports/overview_xlsx.py",
    },
    "xlwings": {"books/live.py", "excel"},
    "python_calamine": {"books"},
    "typer": {"cli"},
    "rich": {"cli", "reports/compare.py", "reports/console.py", "reports/overview.py"},
    "pydantic": {"nightly/settings.py", "settings.py"},
}


class Import(NamedTuple):
    """An import of a module: where it stands, and whether it runs when the module is loaded."""

    file: str  # within the package
    line: int
    module: str  # absolute
    at_load: bool


def imports(path: Path) -> Iterator[Import]:
    """Every import of a file, relative ones spelled out; ``from . import x`` as the module x."""
    file = path.relative_to(PACKAGE).as_posix()
    package = ["budget_tools", *path.relative_to(PACKAGE).parts[:-1]]
    tree = ast.parse(path.read_text(encoding="utf-8"))
    late = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        or (isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test))
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            start = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*start, *(node.module or "").split(".")]).strip(".")
            names = [_module(module, alias.name) for alias in node.names]
        else:
            continue
        for name in dict.fromkeys(names):
            yield Import(file, node.lineno, name, id(node) not in late)


def _module(module: str, name: str) -> str:
    """What ``from module import name`` loads: the module of that name, where there is one."""
    if module.partition(".")[0] != "budget_tools":
        return module
    place = PACKAGE.joinpath(*module.split(".")[1:])
    return f"{module}.{name}" if (place / name).is_dir() or (place / f"{name}.py").is_file() else module


EVERY = [one for path in sorted(PACKAGE.rglob("*.py")) for one in imports(path)]
INSIDE = [one for one in EVERY if one.module.startswith("budget_tools.") and one.file != "__init__.py"]


def room(dotted: str) -> str:
    return dotted.removesuffix(".py").replace("/", ".").partition(".")[0]


def test_every_room_has_its_floor() -> None:
    assert {room(one.file) for one in EVERY} - {"__init__"} <= set(FLOOR)


@pytest.mark.parametrize("upper", sorted({room(one.file) for one in INSIDE}))
def test_imports_go_down(upper: str) -> None:
    wrong = []
    for one in INSIDE:
        target = one.module.removeprefix("budget_tools.")
        if room(one.file) != upper or room(target) == upper or FLOOR[room(target)] < FLOOR[upper]:
            continue
        lazily = not one.at_load and any(
            (upper, known) in NEIGHBOURS for known in (room(target), ".".join(target.split(".")[:2]))
        )
        if not lazily:
            wrong.append(f"{one.file}:{one.line} imports {target}")
    assert not wrong


@pytest.mark.parametrize("package", HEAVY)
def test_who_imports_what_from_outside(package: str) -> None:
    users = {f"{one.file}:{one.line}": one for one in EVERY if one.module.partition(".")[0] == package}
    allowed = HEAVY[package]
    assert [
        place for place, one in users.items() if one.file not in allowed and room(one.file) not in allowed
    ] == []


def test_run_and_frame_load_pandas_only_when_it_is_needed() -> None:
    assert [
        f"{one.file}:{one.line}"
        for one in EVERY
        if one.module.partition(".")[0] == "pandas" and room(one.file) != "schema" and one.at_load
    ] == []


def test_the_model_is_standard_library_only() -> None:
    for one in EVERY:
        if one.file.startswith("model/") and not one.module.startswith("budget_tools"):
            assert one.module.partition(".")[0] in sys.stdlib_module_names, f"{one.file}:{one.line}"


@pytest.mark.parametrize("room_", ["model", "layout", "cover", "schema", "rules", "formula", "prose"])
def test_nothing_below_the_readers_opens_a_file(room_: str) -> None:
    outside = {"os", "io", "pathlib", "shutil", "subprocess", "tempfile", "socket", "urllib", "zipfile"}
    for one in EVERY:
        if room(one.file) == room_:
            assert one.module.partition(".")[0] not in outside, f"{one.file}:{one.line}"


def test_help_and_amounts_need_no_pandas() -> None:
    code = "import sys, budget_tools.cli.main; budget_tools.parse_amount; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"pandas", "pandera", "numpy", "openpyxl", "xlwings"} & set(done.stdout.split())


def test_public_names() -> None:
    assert budget_tools.__all__ == sorted(budget_tools.__all__)
    for name in budget_tools.__all__:
        assert getattr(budget_tools, name).__doc__, name
    with pytest.raises(AttributeError, match="nonsense"):
        budget_tools.nonsense  # noqa: B018


# --- rules, catalogue, docs -----------------------------------------------------------------------


def test_rules_and_catalogue_name_the_same_codes() -> None:
    with_logic = [rule.code for rule in RULES]
    assert len(with_logic) == len(set(with_logic))
    in_use = {code for code in codes() if not entry(code).retired}
    of_the_run = {code for code in codes() if code.startswith("RUN")}
    assert {code for code in codes() if "hint" in entry(code).severities[""].values()} == set(HINTS)
    assert in_use - of_the_run - set(HINTS) - set(COMPARED) == set(with_logic)


def test_no_code_was_taken_back() -> None:
    last = {"STR": 9, "NUM": 8, "ARI": 11, "FRM": 8, "IDN": 8, "TXT": 9, "XWB": 7, "KON": 8, "RUN": 5}
    given = {f"{group}{number:03}" for group, most in last.items() for number in range(1, most + 1)}
    assert given <= set(codes())


@pytest.mark.parametrize("code", codes())
def test_every_code_has_texts(code: str) -> None:
    for language in LANGUAGES:
        texts = entry(code).texts[language]
        assert texts.title and texts.message and texts.fix


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_every_rule_is_documented(rule: object) -> None:
    documentation: str = rule.documentation  # type: ignore[attr-defined]
    assert {kind for kind, _ in grids(documentation)} == {"Flagged", "Clean"}
    first = documentation.strip().partition("\n")[0]
    assert first.endswith((".", "?")) and len(first) <= 110


@pytest.mark.skipif(not any((DOCS / "rules").glob("*.md")), reason="docs/rules is not written yet")
@pytest.mark.parametrize("code", codes())
def test_every_code_has_a_page(code: str) -> None:
    page = (DOCS / "rules" / f"{code}.md").read_text(encoding="utf-8")
    assert code in page and entry(code).name in page
    assert all(entry(code).texts[language].title in page for language in LANGUAGES)


@pytest.mark.skipif(not any((DOCS / "rules").glob("*.md")), reason="docs/rules is not written yet")
def test_no_page_without_a_code() -> None:
    pages = {page.stem for page in (DOCS / "rules").glob("*.md") if re.fullmatch(r"[A-Z]{3}\d{3}", page.stem)}
    assert pages == set(codes())


def settings_keys() -> list[str]:
    """Every key that a budget.toml may hold."""
    tables = (Settings, Number, Committee, Listed, Limits, Backup)
    keys = [key for table in tables for key in table.model_fields]
    return list(dict.fromkeys(keys))


@pytest.mark.skipif(
    not SETTINGS.is_file() or not SETTINGS.stat().st_size, reason="docs/settings.md is not written yet"
)
@pytest.mark.parametrize("key", settings_keys())
def test_every_setting_is_documented(key: str) -> None:
    assert re.search(rf"`[^`\n]*\b{key}\b|^\s*\[?{key}\b", SETTINGS.read_text("utf-8"), re.M)
