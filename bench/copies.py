"""Copies of the sample catalogue with changed numbers: the same forms, filled in by somebody else.

Only bytes are exchanged: a copy has the parts, cells and styles of the sample. Each has amounts, cached sums
and proposal numbers of its own, so that nothing worked out for one copy answers for the next.
"""

from __future__ import annotations

import random
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SAMPLES = ROOT / "workbooks" / "catalogue"

_ROW = re.compile(r"<row\b.*?</row>", re.DOTALL)
_NUMBER = re.compile(
    r'<c r="(?P<cell>[A-Z]+\d+)"(?: s="\d+")?>(?:<f>(?P<formula>[^<]*)</f>)?<v>(?P<value>[^<]*)</v>'
)
_SUM = re.compile(r"SUM\(([A-Z])(\d+):([A-Z])(\d+)\)")
_FORM_NUMBER = re.compile(r"(?<=<t>Skema )\d+\.\d+\.(\d+)\. (\d\d)")
_PROSE = re.compile(r"<t>([^<]{60,})</t>")


@dataclass(frozen=True, slots=True)
class _Amount:
    """A cell with a number, where its digits stand in the part, and its formula where it has one."""

    cell: str
    start: int
    end: int
    value: int
    covers: tuple[str, ...] | None


def make(folder: Path, count: int, *, other_texts: bool = False, seed: int = 2023) -> list[Path]:
    """Write ``count`` copies into ``folder``; the same seed gives the same bytes.

    With ``other_texts`` every copy also has texts of its own: no two departments write the same.
    """
    (sample,) = SAMPLES.glob("*.xlsx")
    with zipfile.ZipFile(sample) as package:
        parts = {info: package.read(info).decode("utf-8") for info in package.infolist()}
    sheets = {info: _amounts(xml) for info, xml in parts.items() if "/worksheets/sheet" in info.filename}
    chance = random.Random(seed)
    written = []
    for number in range(count):
        path = folder / f"Driftsforslag {number:05}.xlsx"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as copy:
            for info, xml in parts.items():
                if info in sheets:
                    xml = _with_amounts(xml, sheets[info], chance)
                elif info.filename == "xl/sharedStrings.xml":
                    prefix = f"{number // 100 + 1}.{number % 100 + 1}"
                    xml = _FORM_NUMBER.sub(rf"{prefix}.\1. \2", xml)
                    if other_texts:
                        xml = _PROSE.sub(rf"<t>\1 Journal {number:05}.</t>", xml)
                dated = zipfile.ZipInfo(info.filename, info.date_time)
                copy.writestr(dated, xml, zipfile.ZIP_DEFLATED)
        written.append(path)
    return written


def _amounts(xml: str) -> list[_Amount]:
    """The numbers of a sheet in the rows that have sums: the years in the heading are none of them."""
    found: list[_Amount] = []
    for row in _ROW.finditer(xml):
        if "<f>" not in row[0]:
            continue
        for match in _NUMBER.finditer(xml, row.start(), row.end()):
            start, end = match.span("value")
            covers = _covers(match["formula"]) if match["formula"] else None
            found.append(_Amount(match["cell"], start, end, int(match["value"]), covers))
    return found


def _covers(formula: str) -> tuple[str, ...]:
    match = _SUM.fullmatch(formula)
    if match is None:
        raise ValueError(f"the sample has a formula that is no plain SUM: {formula}")
    left, top, right, bottom = match.groups()
    letters = (chr(letter) for letter in range(ord(left), ord(right) + 1))
    return tuple(f"{letter}{row}" for letter in letters for row in range(int(top), int(bottom) + 1))


def _with_amounts(xml: str, amounts: list[_Amount], chance: random.Random) -> str:
    """A sheet with random amounts of the same sign and size, and with the sums that follow."""
    values: dict[str, int] = {}
    pieces: list[str] = []
    at = 0
    for amount in amounts:  # a sum stands after what it covers
        if amount.covers is None:
            step = 10 if amount.value % 10 == 0 else 1
            size = chance.randint(abs(amount.value) // (2 * step), abs(amount.value) * 3 // (2 * step)) * step
            value = size if amount.value > 0 else -size
        else:
            value = sum(values.get(cell, 0) for cell in amount.covers)
        values[amount.cell] = value
        pieces += (xml[at : amount.start], str(value))
        at = amount.end
    return "".join((*pieces, xml[at:]))
