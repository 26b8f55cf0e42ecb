"""The sample workbooks: what is found in each, and that the script still makes them as they are."""

from __future__ import annotations

import importlib.util
import re
import sys
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from budget_tools import Report, Severity, check
from budget_tools.catalog import say

ROOT = Path(__file__).parents[1]
SAMPLES = ROOT / "workbooks"
EXPECTED = (SAMPLES / "expected.txt").read_text(encoding="utf-8")
FILES = sorted(path.relative_to(SAMPLES).as_posix() for path in SAMPLES.rglob("*.xlsx"))
HINTS = re.findall(r"^# The finding in (\S+) carries the hint (\w+)\.$", EXPECTED, re.MULTILINE)

# Checked by hand in the published catalogue, which has no fault of arithmetic at all.
IN_THE_CATALOGUE = {
    "STR004": {"05"},
    "STR005": {"01", "03", "04"},
    "NUM004": {"01", "02", "05", "06", "08"},
    "NUM006": {"01"},
    "ARI009": {"04"},
    "IDN004": {"08"},
    "TXT001": {"03"},
    "TXT002": {"08"},
    "TXT003": {"08"},
    "TXT006": {"02"},
    "TXT007": {"05"},
    "TXT008": {"06"},
    "XWB003": {"08"},
}

# What is told of it only when everything is switched on.
WHEN_ASKED = {
    "IDN005": {"02", "03", "04", "05", "06", "07", "08"},
    "TXT005": {"08"},
    "TXT009": {"02", "04", "08"},
    "XWB004": {"06"},
    "XWB006": {"08"},
}
SAID = {
    "TXT001": ("d. xx februar",),
    "TXT002": ("5.700", "-5.300", "3.700", "-3.300"),
    "TXT003": ("63", "60"),
    "TXT005": ("8.1.2 01",),
    "TXT006": ("værktøjskasse til",),
    "TXT007": ("2-3 medlemmer", "4.500", "3.000"),
    "TXT008": ("4 år og 2 år", "625 og 500"),
    "XWB003": ("nr. 8.1.2 01",),
    "XWB004": ("625", "500", "2.1.2. 06", "2.1.2. 08"),
    "XWB006": ("-3.300", "uddannelseshjælp"),
}

Line = tuple[str, str, str]  # code, sheet, cell


def expected() -> dict[str, list[Line]]:
    """What ``expected.txt`` says of each file."""
    found: dict[str, list[Line]] = defaultdict(list)
    for line in EXPECTED.splitlines():
        if not line.startswith("#"):
            code, file, sheet, cell = line.split("\t")
            found[file].append((code, sheet, cell))
    return found


def covered(code: str) -> bool:
    """Whether ``expected.txt`` speaks of a code: its head names groups and codes."""
    named = re.search(r"^# Covers (.*), in the phase", EXPECTED, re.MULTILINE)
    assert named is not None
    return code.startswith(tuple(re.findall(r"[A-Z]{3}(?:\d{3})?", named[1])))


def found(report: Report) -> list[Line]:
    """What a report says, as ``expected.txt`` writes it."""
    return sorted(
        (finding.code, finding.sheet or "-", str(finding.cell or "-"))
        for finding in report.findings
        if covered(finding.code)
    )


@pytest.mark.parametrize("file", FILES)
def test_sample_gives_exactly_what_is_expected(file: str) -> None:
    report = check(SAMPLES / file)
    assert [workbook.status for workbook in report.workbooks] == ["checked"]
    assert found(report) == sorted(expected().get(file, []))
    assert not [finding for finding in report.findings if finding.code.startswith("RUN")]


def test_expected_names_only_samples() -> None:
    assert set(expected()) <= set(FILES)
    assert sum(map(len, expected().values())) > 70
    assert [code for lines in expected().values() for code, _, _ in lines if not covered(code)] == []


@pytest.mark.parametrize(("file", "hint"), HINTS)
def test_hint(file: str, hint: str) -> None:
    wrong = [finding for finding in check(SAMPLES / file).findings if finding.code == Path(file).name[:6]]
    assert [finding.hint.code if finding.hint else None for finding in wrong] == [hint]


def test_every_kind_of_hint_has_a_sample() -> None:
    assert {hint for _, hint in HINTS} == {"ARI004", "ARI005", "ARI006"}


@pytest.mark.parametrize("folder", ["catalogue", "proposals"])
def test_the_published_proposals(folder: str) -> None:
    """Each of the eight, in both shapes: its own slips, no error, and nothing of the arithmetic."""
    report = check(SAMPLES / folder)
    by_code: dict[str, set[str]] = defaultdict(set)
    for finding in report.findings:
        by_code[finding.code].add((finding.proposal or "?")[-2:])
    assert {code: by_code[code] for code in IN_THE_CATALOGUE} == IN_THE_CATALOGUE
    assert {finding.code for finding in report.findings if finding.severity is Severity.ERROR} == {"TXT001"}
    numbers = [proposal.number for workbook in report.workbooks for proposal in workbook.proposals]
    assert numbers == [f"2.1.2. {number:02}" for number in range(1, 9)]
    amounts = [proposal.totals["total"] for workbook in report.workbooks for proposal in workbook.proposals]
    assert sum(amounts) == 46504


def test_the_published_proposals_with_everything_switched_on() -> None:
    """Each finding that was checked by hand once, with its figures in its sentence, and nothing else."""
    report = check(SAMPLES / "catalogue", select=["all"])
    by_code: dict[str, list[str]] = defaultdict(list)
    for finding in report.findings:
        by_code[finding.code].append((finding.proposal or "?")[-2:])
    found = {code: sorted(numbers) for code, numbers in by_code.items()}
    assert found == {code: sorted(numbers) for code, numbers in {**IN_THE_CATALOGUE, **WHEN_ASKED}.items()}
    for finding in report.findings:
        sentence = say(finding.code, "da", {**finding.facts, "cell": finding.cell})
        for words in SAID.get(finding.code, ()):
            assert words in sentence


def test_the_catalogue_tells_no_more_than_a_person_will_read() -> None:
    """Counted as a reader does: the same thing in many forms is one line."""
    assert len({(one.code, one.facts.get("variant")) for one in check(SAMPLES / "catalogue").findings}) <= 13


def test_a_planted_error_adds_itself_and_nothing_else() -> None:
    """Against the clean copy of the same proposal, by code: the fault's own code comes, none but it."""
    clean = defaultdict(list)
    for code, sheet, _ in expected()["catalogue/Driftsforslag 2023-2026 Økonomiudvalget.xlsx"]:
        clean[sheet].append(code)
    for file in FILES:
        if file.startswith("faults/"):
            report = check(SAMPLES / file)
            number = (report.workbooks[0].proposals[0].number or "07")[-2:]
            codes = [code for code, _, _ in found(report)]
            for code in clean[number]:
                if code in codes:
                    codes.remove(code)
            assert set(codes) == {Path(file).name[:6]}, file


# --- the script that makes them -------------------------------------------------------------------


@pytest.fixture(scope="module")
def remade(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Everything that ``make_samples.py`` makes, made again."""
    pytest.importorskip("xlsxwriter")
    output = tmp_path_factory.mktemp("samples")
    script().main(["--output", str(output)])
    yield output


def script() -> ModuleType:
    """``workbooks/make_samples.py`` as a module."""
    spec = importlib.util.spec_from_file_location("make_samples", SAMPLES / "make_samples.py")
    assert spec is not None and spec.loader is not None
    sys.path.insert(0, str(SAMPLES))  # it imports its neighbour, as it does when it is run
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # its dataclasses look themselves up
    try:
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(SAMPLES))
    return module


def committed(file: str) -> Path:
    """Where a file of the script's output lies in the repository."""
    return (ROOT if file.startswith("templates/") else SAMPLES) / file


def test_the_script_makes_all_samples(remade: Path) -> None:
    made = {path.relative_to(remade).as_posix() for path in remade.rglob("*") if path.is_file()}
    assert {file for file in made if file.endswith(".xlsx")} == {*FILES, "templates/driftsforslag.xlsx"}
    for file in sorted(made):
        if not file.endswith(".xlsx"):
            assert (remade / file).read_bytes() == committed(file).read_bytes(), file


@pytest.mark.parametrize("file", [*FILES, "templates/driftsforslag.xlsx"])
def test_made_again_it_is_the_same(file: str, remade: Path) -> None:
    was, now = committed(file), remade / file
    if was.read_bytes() == now.read_bytes():
        return
    with zipfile.ZipFile(was) as old, zipfile.ZipFile(now) as new:
        assert new.namelist() == old.namelist()
        for part in old.infolist():
            assert new.getinfo(part.filename).date_time == part.date_time
            assert new.read(part) == old.read(part), f"{part.filename} (made with another XlsxWriter?)"
    pytest.skip("the parts are the same, but this Python's zlib packs them otherwise")
