"""The catalogue keeps its promises: every code in both languages, and no sentence with a hole in it."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from string import Formatter
from typing import Any

import pytest

from budget_tools import catalog
from budget_tools.catalog import LANGUAGES, PHASES, codes, entry, fix_text, plural, say, speech, title, word
from budget_tools.catalog.entries import GROUPS, read
from budget_tools.errors import UsageError

ALWAYS = {"cell", "sheet", "file", "form"}
SEVERITIES = {"error", "warning", "note", "off", "hint"}
FACTS: dict[str, object] = {
    "cell": "F14",
    "sheet": "01",
    "file": "skole.xlsx",
    "form": "Skema 2.1.2. 01",
    "line": "Løn",
    "text": "1.200",
    "shown": Decimal("2900"),
    "expected": Decimal("3000"),
    "difference": Decimal("-100"),
    "value": Decimal("1200000"),
    "suggested": Decimal("1200"),
    "year": 2024,
    "found": (2022, 2023, 2024, 2025),
    "period": (2023, 2024, 2025, 2026),
    "where": "B14:E14",
    "row": 1204,
    "units": (1, 1000),
    "number": "2.1.2. 01",
    "other": "kopi.xlsx",
    "differs": ("title", "amounts"),
    "type": "saving",
    "sign": "positive",
    "a": Decimal("1234"),
    "b": Decimal("1.234"),
    "oddity": "trailing-minus",
    "with_separator": "1.200",
    "without_separator": "1200",
    "kind": "error",
    "side": "rows",
    "cell2": "C7",
    "count": 6,
    "step": Decimal("100"),
    "parent": Decimal("900"),
    "code": "ARI001",
    "totals": "B9:F9",
    "cells": "C9:D9",
    "left_out": "C8",
    "added": "C4",
    "names": ("Leje",),
    "covers": "C5:C8",
    "formula": "=SUM(C5:C7)",
    "numbers": (Decimal("1.02"),),
    "target": ("Løn.xlsx",),
    "text_cell": "C5",
    "by_plus": "D5",
    "by_sum": "C9",
    "reason": "too-large",
    "size": 120,
    "limit": 100,
    "owner": "Bente",
    "files": "a.pdf, b.docx",
    "area": "Kultur",
    "wanted": "Administration",
    "title": "Investering i IT",
    "catalogue": "Driftsforslag",
    "account": "6.45.51",
    "duration": "Forslaget er varigt",
    "years": (2023, 2024),
    "said": Decimal("5700"),
    "place": "A10",
    "total_said": Decimal("3700"),
    "total_shown": Decimal("-3300"),
    "counted": Decimal("60"),
    "things": "unge",
    "addends": ("2000 t.kr.", "5700 t.kr."),
    "unit": "1000",
    "least": Decimal("3000"),
    "choices": ("Model A", "Model B"),
    "staff": ("4", "2"),
    "prices": (625, 500),
    "dear": Decimal("625"),
    "cheap": Decimal("500"),
    "service": "4 medarbejdere",
    "transfer": "60 på uddannelseshjælp",
    "committee": "Økonomiudvalget",
    "sum": Decimal("1500"),
    "frame": Decimal("1000"),
    "what": "Løn, 2024",
    "old": "500",
    "new": "550",
    "date": "2027-05-01",
    "mentions": 3,
    "places": ("Skole!B4", "Unge!B2"),
    "part": "3,5 mio. kr.",
    "budget_year": 2021,
    "left": "250.000 kr.",
    "amounts": ("0,2 mio. kr.", "1,0 mio. kr."),
    "needs": 4,
    "own": "1,7 mio. kr.",
    "most": "9.300.000 kr.",
    "every": "4,9 mio. kr.",
    "case": "Unge",
    "themes": 4,
    "allocated": 4,
    "needed": 5,
}


def every_text() -> list[tuple[str, str, str, str]]:
    """Code, language, where in the entry and the text itself."""
    found: list[tuple[str, str, str, str]] = []
    for code in codes():
        for language, texts in entry(code).texts.items():
            found += [
                (code, language, "title", texts.title),
                (code, language, "message", texts.message),
                (code, language, "fix", texts.fix),
            ]
            found += [(code, language, f"variants.{key}", text) for key, text in texts.variants.items()]
            found += [(code, language, f"fixes.{key}", text) for key, text in texts.fixes.items()]
    return found


def names(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def raw_entries() -> dict[str, dict[str, Any]]:
    return {code: table for group in GROUPS for code, table in read(group).items()}


WORDS = [(section, key) for section, keys in read("words").items() for key in keys]


@pytest.mark.parametrize(("code", "language", "place", "text"), every_text())
def test_text_is_whole(code: str, language: str, place: str, text: str) -> None:
    assert text.strip() == text != ""
    assert names(text) <= ALWAYS | set(entry(code).facts)
    assert "  " not in text
    if place == "title":
        assert not text.endswith(".") and not names(text) and len(text) <= 60
    elif text != "{remedy}":
        assert text[-1] in ".?"


@pytest.mark.parametrize("code", codes())
def test_entry_is_whole(code: str) -> None:
    rule = entry(code)
    assert re.fullmatch(r"[A-Z]{3}\d{3}", code)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", rule.name)
    assert rule.fix in {"safe", "review", "none"}
    for by_phase in rule.severities.values():
        assert set(by_phase) == set(PHASES)
        assert set(by_phase.values()) <= SEVERITIES
    danish, english = rule.texts["da"], rule.texts["en"]
    assert set(danish.variants) == set(english.variants)
    assert set(danish.fixes) == set(english.fixes) <= set(danish.variants)
    assert set(rule.severities) - {""} <= set(danish.variants)
    assert names(danish.message) == names(english.message)
    for variant in danish.variants:
        assert names(danish.variants[variant]) == names(english.variants[variant])


def test_entries_hold_nothing_unknown() -> None:
    for code, table in raw_entries().items():
        assert set(table) <= {
            *("name", "severity", "severity_variants", "fix", "facts", "retired"),
            *LANGUAGES,
        }, code
        for language in LANGUAGES:
            assert set(table[language]) <= {"title", "message", "fix", "variants", "fixes"}, code


def test_codes_and_names_are_given_once() -> None:
    every = codes()
    assert len(every) == len(set(every)) == sum(len(read(group)) for group in GROUPS)
    assert len({entry(code).name for code in every}) == len(every)
    assert [code for group in GROUPS for code in read(group) if not code.startswith(group.upper())] == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", codes())
def test_every_sentence_can_be_said(code: str, language: catalog.Language) -> None:
    for variant in ("", *entry(code).texts[language].variants):
        facts = {**FACTS, "variant": variant}
        for sentence in (
            say(code, language, facts, strict=True),
            fix_text(code, language, facts, strict=True),
        ):
            assert "{" not in sentence and "–" not in sentence
            assert sentence[-1] in ".?"
        say(code, language, {}), fix_text(code, language, {})
        assert set(catalog.uses(code, language, variant)) <= ALWAYS | set(entry(code).facts)
    assert title(code, language)


@pytest.mark.parametrize(("section", "key"), WORDS)
def test_word_in_both_languages(section: str, key: str) -> None:
    texts = read("words")[section][key]
    assert set(texts) == set(LANGUAGES)
    if section == "plural":
        assert all(set(forms) == {"one", "other"} for forms in texts.values())
        assert all(names(form) == {"n"} for forms in texts.values() for form in forms.values())
    else:
        assert all(texts.values())
        assert names(texts["da"]) == names(texts["en"])


def test_every_keyed_fact_has_its_section() -> None:
    assert set(speech._KEYED.values()) <= set(read("words"))
    assert set(read("words")["remedy"]) == {"other"} | set(read("words")["reason"])


def test_every_reason_that_is_raised_has_words() -> None:
    reasons = set(read("words")["reason"])
    for path in Path(catalog.__file__).parents[1].rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in {"Unreadable", "Refused", "WriteRefused"}
                and node.args
            ):
                first = node.args[0]
                choices = [first.body, first.orelse] if isinstance(first, ast.IfExp) else [first]
                given = {choice.value for choice in choices if isinstance(choice, ast.Constant)}
                assert given <= reasons, f"{path.name}:{node.lineno}"


def test_severity_by_phase_and_variant() -> None:
    assert [entry("IDN001").severity(phase) for phase in PHASES] == ["warning", "warning", "error"]
    assert [entry("ARI008").severity(phase) for phase in PHASES] == ["note", "note", "warning"]
    assert entry("STR001").severity() == "note"
    assert entry("STR001").severity("print", "nothing") == "error"
    assert entry("IDN002").severity("print", "equal") == "note"
    assert entry("NUM006").severity(variant="gap") == "warning"
    assert entry("NUM007").severity(variant="dash") == "note"
    assert entry("FRM006").severity(variant="missing") == "warning"
    assert entry("ARI001").severity(variant="crossing") == "error"
    assert {code for code in codes() if entry(code).severity() == "hint"} == {
        "ARI004",
        "ARI005",
        "ARI006",
        "FRM008",
    }


def test_numbers_are_written_as_the_reader_writes_them() -> None:
    assert say("ARI001", "da", FACTS) == (
        "F14 viser 2.900, men årene i linjen 'Løn' giver 3.000 (forskel -100)."
    )
    assert say("ARI001", "en", FACTS) == (
        "F14 shows 2,900, but the years in the line 'Løn' add up to 3,000 (difference -100)."
    )
    assert say("NUM002", "da", FACTS) == (
        "F14 indeholder '1.200', som kan læses både som 1.234 og som 1,234. Hvilket er rigtigt?"
    )


def test_years_and_rows_are_no_amounts() -> None:
    assert say("STR002", "da", FACTS) == (
        "Skema 2.1.2. 01 har årene 2022-2025, men budgetperioden er 2023-2026. Er det sidste års skabelon?"
    )
    assert "årene 2023, 2025 og 2024," in say("STR002", "da", {**FACTS, "found": (2023, 2025, 2024)})
    assert say("STR005", "da", FACTS).startswith("Række 1204 ")
    assert "under 2024 giver" in say("ARI002", "da", FACTS)
    assert "under Budget 2024 giver" in say("ARI002", "da", {**FACTS, "year": "Budget\n2024"})


def test_line_without_text() -> None:
    for blank in (None, "", " "):
        facts = {**FACTS, "line": blank}
        assert "årene i linjen uden tekst giver" in say("ARI001", "da", facts, strict=True)
    assert say("RUN003", "en", {"file": "a.xlsx"}).startswith("a.xlsx is open with another user and")


def test_keys_become_words() -> None:
    assert "og de to er ikke ens (titel og beløb)" in say("IDN002", "da", FACTS)
    assert "minus bagest" in say("NUM003", "da", FACTS)
    assert "an error value (#REF!)" in say("NUM008", "en", {**FACTS, "text": "#REF!"})
    assert "linjernes totaler giver 3.000" in say("ARI003", "da", FACTS)
    assert "angiver både kr. og 1.000 kr. som enhed." in say("STR008", "da", {**FACTS, "variant": "double"})
    absent = {**FACTS, "variant": "absent", "where": "row-total"}
    assert say("STR003", "da", absent) == "Tabellen i Skema 2.1.2. 01 er uden en kolonne med I alt."


def test_reason_and_remedy() -> None:
    assert say("RUN004", "da", FACTS) == (
        "skole.xlsx blev afvist: filen fylder 120 MB, og grænsen er 100 MB."
    )
    assert fix_text("RUN002", "da", {"reason": "encrypted"}).startswith("Åbn filen i Excel, fjern adgangsk")
    assert fix_text("RUN002", "da", {"reason": "something new"}) == word("remedy", "other", "da")


def test_count_of_one() -> None:
    assert say("RUN005", "da", {"count": 1, "files": "a.pdf"}) == (
        "Én fil i mappen er ikke kontrolleret: a.pdf."
    )
    files = [f"{name}.pdf" for name in "abcdefgh"]
    assert say("RUN005", "en", {"count": 8, "files": files}) == (
        "8 files in the folder were not checked: a.pdf, b.pdf, c.pdf, d.pdf, e.pdf and 3 more."
    )
    assert plural("workbooks", 1, "da") == "1 projektmappe"
    assert plural("workbooks", 5000, "da") == "5.000 projektmapper"
    assert plural("warnings", 0, "en") == "0 warnings"


def test_facts_cannot_reach_into_the_text() -> None:
    sentence = say("NUM007", "da", {"cell": "B5", "text": "{cell} {0.__class__}\nslut"})
    assert sentence == "B5 indeholder '{cell} {0.__class__} slut', som ikke er et beløb."
    assert len(say("NUM007", "da", {"cell": "B5", "text": "x" * 9000})) < 120
    assert "'6\N{NO-BREAK SPACE}000'" in say("NUM003", "da", {**FACTS, "text": "6\N{NO-BREAK SPACE}000"})


def test_missing_facts() -> None:
    assert say("FRM001", "da", {"cell": "F14"}).startswith("F14 viser totalen –, som")
    assert "NaN" in say("FRM001", "da", {"cell": "F14", "shown": Decimal("NaN")})
    with pytest.raises(KeyError, match="shown"):
        say("FRM001", "da", {"cell": "F14"}, strict=True)


def test_unknown_code() -> None:
    with pytest.raises(UsageError, match="XYZ999"):
        entry("XYZ999")


def test_loading_is_quick() -> None:
    clock = (
        "import tomllib, importlib.resources, string, decimal, time\n"
        "import budget_tools.catalog as c\n"
        "def once():\n"
        "    for cached in (c.entries._entries, c.speech._words_file, c.speech._words, c.speech._plurals):\n"
        "        cached.cache_clear()\n"
        "    start = time.perf_counter(); c.codes(); c.word('list', 'and', 'da')\n"
        "    return time.perf_counter() - start\n"
        "print(min(once() for _ in range(5)))"
    )
    done = subprocess.run([sys.executable, "-c", clock], capture_output=True, text=True, check=True)
    assert float(done.stdout) < 0.1  # 11 ms when written; the margin is for busy machines
