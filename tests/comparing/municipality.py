"""Thirty made-up proposals of a municipality that does not work like the sample catalogue.

Its forms are called "Blok", numbered BU-07, in whole kroner, with a field a row; its overview is one sheet in
mio. kr., a committee at a time with a subtotal. All of it is invented.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

YEARS = (2027, 2028, 2029, 2030)
COMMITTEES = {
    "BU": "Børne- og Ungeudvalget",
    "KF": "Kultur- og Fritidsudvalget",
    "SO": "Social- og Omsorgsudvalget",
}
SETTINGS = r"""
form_word = "Blok"
[number]
pattern = '[A-Z]{2}-\d{2}'
"""

_TITLES = {
    "BU": (
        "Flere pædagoger i vuggestuerne",
        "Lukning af Nordskolens filial",
        "Fælles ledelse af dagtilbud",
        "Ny skolebus til Vesterby",
        "Læsevejledere i indskolingen",
        "Digitale læremidler",
        "Tilpasning af klubtilbud",
        "Sundhedsplejerske til udsatte familier",
        "Madordning i børnehaver",
        "Rengøring af skoler",
    ),
    "KF": (
        "Længere åbningstid på biblioteket",
        "Kunstgræsbane i Havneby",
        "Tilskud til spejderhytter",
        "Museets magasin",
        "Svømmehallens energiforbrug",
        "Frivillighedspulje",
        "Musikskolens ventelister",
        "Byfest hvert andet år",
        "Stadion: nyt lys",
        "Lokalhistorisk arkiv",
    ),
    "SO": (
        "Effektivisering",
        "Effektivisering",
        "Effektivisering",
        "Nattevagter på plejehjem",
        "Hjemmeplejens ruter",
        "Velfærdsteknologi",
        "Bostøtte til unge",
        "Aflastningspladser",
        "Genoptræning efter operation",
        "Forebyggende hjemmebesøg",
    ),
}
_WORDS = [
    "indsatsen",
    "ordningen",
    "borgerne",
    "medarbejderne",
    "bygningen",
    "driften",
    "aftalen",
    "gruppen",
    "planen",
    "behovet",
    "tilbuddet",
    "kvaliteten",
    "samarbejdet",
    "rammen",
    "budgettet",
    "perioden",
    "løsningen",
    "opgaven",
]
_VERBS = ["styrker", "kræver", "ændrer", "forudsætter", "aflaster", "dækker", "udvider", "samler"]
_LINES = ("Løn", "Øvrig drift", "Indtægter")


@dataclass(frozen=True)
class Block:
    """A proposal: what its form says, and its amounts in whole kroner by line."""

    number: str
    title: str
    committee: str
    sentences: tuple[str, ...]
    lines: Mapping[str, tuple[int, ...]]
    unit: int = 1
    id: str = ""
    earlier: str = ""
    status: str = ""
    shift: int = 0  # blank rows above the form
    extra: dict[str, object] = field(default_factory=dict)

    @property
    def totals(self) -> tuple[int, ...]:
        return tuple(sum(amounts) for amounts in zip(*self.lines.values(), strict=True))

    def but(self, **changes: object) -> Block:
        return replace(self, **changes)  # type: ignore[arg-type]

    def with_amount(self, line: str, year: int, amount: int) -> Block:
        amounts = list(self.lines[line])
        amounts[YEARS.index(year)] = amount
        return self.but(lines={**self.lines, line: tuple(amounts)})


def blocks(seed: int = 7) -> dict[str, Block]:
    """The thirty proposals, by number."""
    dice = random.Random(seed)
    found = {}
    for series, titles in _TITLES.items():
        for place, title in enumerate(titles, 1):
            sentences = tuple(
                f"{dice.choice(_WORDS).capitalize()} {dice.choice(_VERBS)} {dice.choice(_WORDS)} og "
                f"{dice.choice(_WORDS)} i {dice.choice(_WORDS)} nummer {dice.randrange(100, 999)}."
                for _ in range(dice.randrange(3, 7))
            )
            lines = {
                line: tuple(
                    dice.randrange(20, 900) * 1000 * (-1 if line == "Indtægter" else 1) for _ in YEARS
                )
                for line in _LINES[: dice.randrange(2, 4)]
            }
            number = f"{series}-{place:02}"
            found[number] = Block(number, title, COMMITTEES[series], sentences, lines)
    return found


def write(folder: Path, books: Mapping[str, Iterable[Block]]) -> Path:
    """Workbooks by name, each with a sheet a proposal."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "budget.toml").write_text(SETTINGS, "utf-8")
    for name, some in books.items():
        book = Workbook()
        book.remove(book.active)
        for place, block in enumerate(some, 1):
            _form(book.create_sheet(f"Ark {place}"), block)
        book.save(folder / name)
    return folder


def one_each(some: Iterable[Block]) -> dict[str, list[Block]]:
    """A workbook a proposal, named by no system."""
    return {
        f"forslag {place} {block.title[:12].strip(':')}.xlsx": [block] for place, block in enumerate(some)
    }


def _form(sheet: Worksheet, block: Block) -> None:
    row = block.shift + 1

    def put(*values: object) -> None:
        nonlocal row
        for column, value in enumerate(values, 1):
            if value != "":
                sheet.cell(row, column, value)
        row += 1

    put("Blok", block.number)
    put("Udvalg:", block.committee)
    put("Titel:", block.title)
    for label, value in (("Id:", block.id), ("Tidl. nr.:", block.earlier), ("Status:", block.status)):
        if value:
            put(label, value)
    row += 1
    for sentence in block.sentences:
        put(sentence)
    row += 1
    put({1: "Beløb i hele kr.", 1000: "Beløb i 1.000 kr.", 1_000_000: "Beløb i mio. kr."}[block.unit])
    put("", *YEARS, "I alt")
    for line, amounts in {**block.lines, "I alt": block.totals}.items():
        shown = [amount / block.unit for amount in amounts]
        put(line, *shown, sum(amounts) / block.unit)


def overview(
    path: Path,
    some: Iterable[Block],
    *,
    unit: int = 1_000_000,
    places: int = 2,
    numbers: bool = True,
    changed: Mapping[tuple[str, int], float] | None = None,
    status: Mapping[str, str] | None = None,
) -> Path:
    """An overview of proposals, a committee at a time; ``changed`` amounts are shown by number and year."""
    book = Workbook()
    sheet = book.active
    sheet.title = "Oversigt"
    sheet["A1"] = "Oversigt over blokke, budget 2027-2030"
    sheet["A2"] = {1: "Beløb i hele kr.", 1000: "Beløb i 1.000 kr.", 1_000_000: "Beløb i mio. kr."}[unit]
    heading = [*(["Nr."] if numbers else []), "Blok", *YEARS, "I alt"]
    heading += ["Status"] if status is not None else []
    sheet.append([])
    sheet.append(heading)
    listed = list(some)
    for name in dict.fromkeys(block.committee for block in listed):
        sheet.append([name])
        sums = [0.0] * 5
        for block in (one for one in listed if one.committee == name):
            shown = [round(amount / unit, places) for amount in (*block.totals, sum(block.totals))]
            for place, year in enumerate(YEARS):
                shown[place] = (changed or {}).get((block.number, year), shown[place])
            sums = [total + amount for total, amount in zip(sums, shown, strict=True)]
            row: list[object] = [*([block.number] if numbers else []), block.title, *shown]
            if status is not None:
                row.append(status.get(block.number, ""))
            sheet.append(row)
        sheet.append([*([""] if numbers else []), f"{name} i alt", *[round(one, places) for one in sums]])
    book.save(path)
    return path
