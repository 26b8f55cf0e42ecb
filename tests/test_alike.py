"""Forms that are made from one template share work; what is found in them is what is found without that."""

from __future__ import annotations

import json
import os
import random
import re
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budget_tools import check
from budget_tools.books import file, shapes
from tests.layouts.generate import generate

ROOT = Path(__file__).parents[1]
SAMPLES = sorted((ROOT / "workbooks").rglob("*.xlsx"))
CORPUS = os.environ.get("BUDGET_TOOLS_CORPUS")

_NUMBER = re.compile(r'(<c r="[A-Z]+\d+"(?: s="\d+")?>(?:<f>[^<]*</f>)?<v>)([^<]+)(?=</v>)')
_TEXT = re.compile(r"(?<=<t>)[^<]+(?=</t>)")
_AMOUNTS = ("0", "7", "-300", "2000", "2024", "1950", "12.5", "0.3", "5009", "540000", "1E3", "1e-3", "1e305")
_TEXTS = (
    "I alt",
    "Heraf løn",
    "Mellemsum",
    "1.200",
    "−300",
    "Total 2023-2026",
    "2023",
    "Budget 2024",
    "Beløb i kr.",
    "-",
    "Skema 9.9.9. 09",
    "Udvalg: Teknik",
    "Løn & drift".replace("&", "&amp;"),
    " med blanke ",
    "Fire ord om dette forslag, " * 8,
)


def _variants(path: Path, folder: Path, chance: random.Random, count: int) -> Iterator[Path]:
    """Copies of a workbook in which some numbers and some texts are others; no cell is filled or emptied."""
    with zipfile.ZipFile(path) as package:
        parts = {info: package.read(info) for info in package.infolist()}
    for number in range(count):
        target = folder / f"{path.stem} {number:02}.xlsx"
        share = chance.choice((0.0, 0.03, 0.1, 0.3))

        def number_of(match: re.Match[str], share: float = share) -> str:
            return match[1] + (chance.choice(_AMOUNTS) if chance.random() < share else match[2])

        def text_of(match: re.Match[str], share: float = share) -> str:
            return chance.choice(_TEXTS) if chance.random() < share / 3 else match[0]

        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as copy:
            for info, data in parts.items():
                if "/worksheets/sheet" in info.filename:
                    data = _NUMBER.sub(number_of, data.decode()).encode()
                elif info.filename == "xl/sharedStrings.xml":
                    data = _TEXT.sub(text_of, data.decode()).encode()
                copy.writestr(info.filename, data)
        yield target


def _found(paths: Sequence[Path]) -> dict[str, Any]:
    report = check(paths, select=["all"]).to_json()
    return {
        book["path"]: (
            book["status"],
            book["proposals"],
            sorted(json.dumps(one, sort_keys=True) for one in book["findings"]),
        )
        for book in report["workbooks"]
    }


def _same_either_way(paths: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    shapes._shape.cache_clear()
    shared = _found(paths)
    with monkeypatch.context() as patch:
        patch.setattr(file.shapes, "seen", lambda *_: None)
        alone = _found(paths)
    assert shared.keys() == alone.keys()
    for path in alone:
        assert shared[path] == alone[path], path


@pytest.mark.parametrize("seed", range(3))
def test_samples_with_other_numbers_and_texts(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(seed)
    paths = [copy for sample in chance.sample(SAMPLES, 12) for copy in _variants(sample, tmp_path, chance, 8)]
    chance.shuffle(paths)
    _same_either_way(paths, monkeypatch)


def test_other_layouts_with_other_numbers_and_texts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(7)
    generate(tmp_path, seed=7, clean=8, faulted=8)
    folder = tmp_path / "variants"
    folder.mkdir()
    paths = [
        copy
        for made in sorted((tmp_path / "workbooks").glob("*.xlsx"))
        for copy in _variants(made, folder, chance, 5)
    ]
    chance.shuffle(paths)
    _same_either_way(paths, monkeypatch)


@pytest.mark.skipif(CORPUS is None, reason="BUDGET_TOOLS_CORPUS names no folder of workbooks")
def test_real_budgets_with_other_numbers_and_texts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(11)
    books = [path for path in sorted(Path(str(CORPUS)).rglob("*.xlsx")) if path.stat().st_size < 60_000]
    books = [path for path in books if zipfile.is_zipfile(path) and "odd" not in path.parts]
    paths = []
    for path in chance.sample(books, min(12, len(books))):
        paths += _variants(path, tmp_path, chance, 4)
    _same_either_way(paths, monkeypatch)


def test_sheets_of_one_form_share_a_shape(tmp_path: Path) -> None:
    """Else the other tests would compare nothing."""
    chance = random.Random(3)
    (sample,) = (ROOT / "workbooks" / "catalogue").glob("*.xlsx")
    shapes._shape.cache_clear()
    books = [file.WorkbookFile(path).read() for path in _variants(sample, tmp_path, chance, 6)]
    assert all(sheet.shape is None for book in books[:2] for sheet in book.sheets)
    shared = [sheet.shape is not None for book in books[2:] for sheet in book.sheets]
    assert sum(shared) * 2 > len(shared)
    assert not all(shared)  # a number beyond all sizes is left to calamine


@pytest.mark.parametrize(
    ("code", "date"),
    [
        ("General", False),
        ("#,##0", False),
        ('#,##0 "kr. mdr."', False),
        ("_-* #,##0.00\\ _k_r_._-;[Red]-0", False),
        ("0.00E+00", False),
        ("d. mmmm yyyy", True),
        ("[h]", True),
        ("hh:mm", True),
        ("[$-406]d/m", True),
    ],
)
def test_formats_that_show_dates(code: str, date: bool) -> None:
    assert shapes._shows_date(code) is date


# --- shared texts ---------------------------------------------------------------------------------

_CHARACTERS = st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="\ufffe\uffff")
_WRITTEN = st.text(st.one_of(_CHARACTERS, st.sampled_from(" \t\n&<>\"'_x000D_")), min_size=1, max_size=20)


@given(st.lists(st.tuples(_WRITTEN, st.booleans()), min_size=1, max_size=6))
def test_shared_texts_are_what_calamine_reads(
    tmp_path_factory: pytest.TempPathFactory, texts: list[tuple[str, bool]]
) -> None:
    items = "".join(
        "<si><t{}>{}</t></si>".format(
            ' xml:space="preserve"' if preserved else "",
            text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"),
        )
        for text, preserved in texts
    )
    strings = f'<?xml version="1.0" encoding="UTF-8"?><sst xmlns="{_MAIN}">{items}</sst>'.encode()
    found = shapes.shared_texts(strings)
    if found is not None:
        assert found == _by_calamine(strings, len(texts))


_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def _by_calamine(strings: bytes, count: int) -> list[str]:
    import io

    from python_calamine import CalamineWorkbook

    (sample,) = (ROOT / "workbooks" / "catalogue").glob("*.xlsx")
    rows = "".join(f'<row r="{n + 1}"><c r="A{n + 1}" t="s"><v>{n}</v></c></row>' for n in range(count))
    sheet = f'<worksheet xmlns="{_MAIN}"><sheetData>{rows}</sheetData></worksheet>'.encode()
    made = io.BytesIO()
    with zipfile.ZipFile(sample) as package, zipfile.ZipFile(made, "w") as copy:
        for info in package.infolist():
            data = package.read(info)
            if "/worksheets/sheet" in info.filename:
                data = sheet
            copy.writestr(info.filename, strings if info.filename == "xl/sharedStrings.xml" else data)
    made.seek(0)
    rows_read = CalamineWorkbook.from_filelike(made).get_sheet_by_index(0).to_python(skip_empty_area=False)
    return [str(row[0]) for row in rows_read]


def test_texts_that_only_a_real_reader_can_tell() -> None:
    for item in (
        "<si><r><t>fed</t></r><r><t> skrift</t></r></si>",
        "<si><t></t></si>",
        "<si><t>a_x000D_b</t></si>",
        "<si><t>&#10;</t></si>",
        "<si><t>a\r\nb</t></si>",
        "<si><t>   </t></si>",
        "<si><t>a</t><rPh><t>b</t></rPh></si>",
    ):
        assert shapes.shared_texts(f"<sst>{item}</sst>".encode()) is None, item
