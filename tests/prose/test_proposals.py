"""The made-up proposals: every planted fault is told, and next to nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import pytest

from budget_tools.books.memory import MemoryBook, Plain
from budget_tools.inspection.across import inspect_run
from budget_tools.inspection.batch import inspect
from budget_tools.inspection.examining import examine
from budget_tools.model.finding import Finding
from budget_tools.settings import Settings

TEXT = (Path(__file__).parent / "proposals.txt").read_text(encoding="utf-8")
LOOKED_AT = ("TXT", "XWB", "IDN003", "IDN004", "IDN007", "IDN008")
ONLY_WHEN_ASKED = ("TXT009",)


@dataclass
class Made:
    """A proposal as it stands on a sheet, and what must be found in it."""

    title: str
    expected: list[tuple[str, str]] = field(default_factory=list)
    cells: dict[str, Plain] = field(default_factory=dict)
    first_row: int = 0  # of the table's lines

    def findings(self) -> list[Finding]:
        """What a check finds of the kinds that are looked at."""
        [(report, registered)] = inspect([examine(MemoryBook({"Skema": self.cells}).read(), Settings())])
        found = [*report.findings, *inspect_run(registered)]
        assert len(report.proposals) == 1 and report.proposals[0].totals, self.title
        return [one for one in found if one.code.startswith(LOOKED_AT) and one.code not in ONLY_WHEN_ASKED]

    def told(self) -> list[tuple[str, str]]:
        """The same as the file writes it: a code, and a line of the table or the text."""
        found: set[tuple[str, str]] = set()
        for one in self.findings():
            row = one.cell.row - self.first_row + 1 if one.cell is not None else 0
            found.add((one.code, str(row) if row > 0 else "text"))
        return sorted(found)


def proposals() -> Iterator[Made]:
    """The proposals of the file."""
    for number, block in enumerate(TEXT.split("\n=== ")[1:], 1):
        title, *lines = block.rstrip().split("\n")
        made = Made(title)
        made.cells |= {"A1": "Driftsforslag", "A2": f"Skema {number}.1.1. 01", "A4": title}
        made.cells["A3"] = "Økonomiudvalget - Administration"
        row = 6
        for line in lines:
            if line.startswith("! "):
                code, _, where = line[2:].partition(" ")
                made.expected.append((code, where))
            elif " | " in line:
                label, *cells = line.split(" | ")
                if label.strip():
                    made.cells[f"A{row}"] = label.strip()
                made.first_row = made.first_row or row + 1
                for column, cell in zip("BCDEFG", cells, strict=False):
                    made.cells[f"{column}{row}"] = amount(cell)
                row += 1
            elif line:
                made.cells[f"A{row}"] = line
                row += 1
        made.expected.sort()
        yield made


def amount(cell: str) -> Plain:
    """A number as Excel would hold it; a heading as text."""
    plain = cell.strip().replace(".", "").replace(",", ".")
    return Decimal(plain) if plain.lstrip("-").replace(".", "").isdecimal() else cell.strip()


MADE = list(proposals())


@pytest.mark.parametrize("made", MADE, ids=lambda made: made.title)
def test_a_made_up_proposal(made: Made) -> None:
    assert made.told() == made.expected


def test_there_are_right_ones_and_faulty_ones() -> None:
    right = sum(not made.expected for made in MADE)
    assert len(MADE) >= 40
    assert 15 <= right <= len(MADE) - 15
