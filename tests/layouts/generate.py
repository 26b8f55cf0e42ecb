"""Make workbooks in many layouts, clean and with one planted fault, and a manifest of what must be found.

A seed makes the same files for ever. No two workbooks share a form number, so all can be checked in one run.
"""

from __future__ import annotations

import dataclasses
import json
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .build import Book, build
from .faults import FAULTS, Accept, Fault, Planted
from .layout import Base, hand_bases, random_base
from .sheet import a1, write

CLEAN = "clean"


@dataclass(frozen=True)
class Entry:
    """One workbook; for a clean one `accept` is empty and no error-level finding is allowed."""

    file: str
    layout: str
    fault: str
    severity: str | None
    clean: str
    """The clean copy's file: what is found there too is not the planted fault's."""
    sheet: str | None
    cell: str | None
    accept: tuple[Accept, ...]
    explained: tuple[tuple[str, str], ...]
    """Cells (sheet, cell) that the fault has put wrong too: an error there is no false alarm."""
    forms: tuple[tuple[str, str, tuple[int, ...]], ...]
    """The proposals that stand in it: sheet, number, years."""


def generate(target: Path, *, seed: int = 1, clean: int = 150, faulted: int = 300) -> list[Entry]:
    """Write `clean` clean and `faulted` faulted workbooks to target/workbooks, and target/manifest.json."""
    folder = target / "workbooks"
    folder.mkdir(parents=True, exist_ok=True)
    rng = random.Random(seed)
    prefixes = _prefixes()
    entries: list[Entry] = []
    planted_so_far: Counter[str] = Counter()
    bases = hand_bases()[:clean]
    bases += [random_base(rng, f"random-{index:03d}") for index in range(len(bases), clean)]
    for index, base in enumerate(bases):
        clean_name = f"{index:03d}-{base.layout.name}-clean.xlsx"
        book = build(base, next(prefixes))
        for sheet in book.sheets:
            wrong = sheet.disagreements()
            if wrong:
                raise AssertionError(
                    f"{base.layout.name}: clean, but wrong at {[a1(coord) for coord in wrong]}"
                )
        write(book.sheets, folder / clean_name, base.layout.writer)
        entries.append(_entry(base, book, clean_name, clean_name, CLEAN, None, None))
        wanted = faulted * (index + 1) // len(bases) - faulted * index // len(bases)
        used: set[str] = set()
        for _ in range(wanted):
            fault, book, planted = _plant(base, next(prefixes), rng, planted_so_far, used)
            used.add(fault.name)
            planted_so_far[fault.name] += 1
            name = f"{index:03d}-{base.layout.name}-{fault.name}.xlsx"
            write(book.sheets, folder / name, base.layout.writer)
            entries.append(_entry(base, book, name, clean_name, fault.name, fault.severity, planted))
    write_manifest(entries, target / "manifest.json")
    return entries


def _prefixes() -> Iterator[str]:
    """Number prefixes that nobody has used yet: 1.1.1., 1.1.2., …"""
    for first in range(1, 100):
        for second in range(1, 10):
            for third in range(1, 10):
                yield f"{first}.{second}.{third}."


def _plant(
    base: Base, prefix: str, rng: random.Random, so_far: Counter[str], used: set[str]
) -> tuple[Fault, Book, Planted]:
    """Plant the rarest fault so far that this layout can bear."""
    order = sorted(FAULTS.values(), key=lambda fault: so_far[fault.name] / fault.weight + rng.random() / 2)
    for fault in order:
        if fault.name in used:
            continue
        for _ in range(4):
            book = build(base, prefix)
            planted = fault.plant(book, rng.choice(book.tables), rng)
            if planted is None:
                continue
            clean = build(base, prefix)
            if planted.arithmetic and not any(sheet.disagreements() for sheet in book.sheets):
                raise AssertionError(f"{base.layout.name}: {fault.name} at {planted.cell} shows nowhere")
            return (
                fault,
                book,
                dataclasses.replace(planted, explained=planted.explained + _changed(clean, book)),
            )
    raise AssertionError(f"{base.layout.name} bears no further fault")


def _changed(clean: Book, book: Book) -> tuple[tuple[str, str], ...]:
    """The cells that show something else than in the clean copy."""
    changed = []
    for before, after in zip(clean.sheets, book.sheets, strict=True):
        old, new = before.shown(), after.shown()
        for coord in sorted(old.keys() | new.keys()):
            if old.get(coord) != new.get(coord):
                changed.append((after.name, a1(coord)))
    return tuple(changed)


def _entry(
    base: Base, book: Book, name: str, clean: str, fault: str, severity: str | None, planted: Planted | None
) -> Entry:
    forms = tuple(
        (table.sheet.name, table.number, table.proposal.years)
        for table in book.tables
        if table.number is not None
    )
    return Entry(
        name,
        base.layout.name,
        fault,
        severity,
        clean,
        planted.sheet if planted else None,
        planted.cell if planted else None,
        planted.accept if planted else (),
        tuple(dict.fromkeys(planted.explained)) if planted else (),
        forms,
    )


def write_manifest(entries: list[Entry], path: Path) -> None:
    """Write the manifest as JSON."""
    said = [dataclasses.asdict(entry) for entry in entries]
    path.write_text(json.dumps(said, ensure_ascii=False, indent=1), encoding="utf-8")


def read_manifest(path: Path) -> list[Entry]:
    """Read a manifest back."""
    raw: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    entries = []
    for item in raw:
        accept = tuple(Accept(tuple(a["codes"]), a["sheet"], a["cell"]) for a in item.pop("accept"))
        explained = tuple((sheet, cell) for sheet, cell in item.pop("explained"))
        forms = tuple((sheet, number, tuple(years)) for sheet, number, years in item.pop("forms"))
        entries.append(Entry(**item, accept=accept, explained=explained, forms=forms))
    return entries
