"""Small proposals to change: each is right but for what a test asks for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.packages import pack, parts_of, rows_of, worksheet, write


def form(number: str = "01", *, total: Any = 300, bottom: Any = 300, first: Any = 100) -> str:
    """A proposal: one line, its total in D5, a total line in row 6."""
    return rows_of(
        [
            [f"Skema 2.1.2. {number}"],
            ["Ny skole"],
            ["Beløb i 1.000 kr."],
            ["", 2023, 2024, "I alt"],
            ["Løn", first, 200, total],
            ["I alt", 100, 200, bottom],
        ]
    )


def book(path: Path, number: str = "01", *, after: str = "", **changes: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return write(path, {"Skema": worksheet(form(number, **changes), after=after)})


def without_total(path: Path, number: str = "01", *, after: str = "", **changes: Any) -> Path:
    """D5 and D6 are empty: there is something to fill in."""
    return book(path, number, total="", bottom="", after=after, **changes)


def protected(path: Path, *, unlocked: bool = False) -> Path:
    """The same on a protected sheet; the cells of column D are locked or not."""
    path.parent.mkdir(parents=True, exist_ok=True)
    xml = worksheet(form(total="", bottom=""), after='<sheetProtection sheet="1"/>')
    if unlocked:
        for row in (5, 6):
            xml = xml.replace(f'<row r="{row}">', f'<row r="{row}" s="1" customFormat="1">')
    parts = parts_of({"Skema": xml})
    parts["xl/styles.xml"] = str(parts["xl/styles.xml"]).replace(
        '<xf numFmtId="3"/>', '<xf numFmtId="3" applyProtection="1"><protection locked="0"/></xf>'
    )
    return pack(path, parts)
