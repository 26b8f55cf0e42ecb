"""What is laid out: the eight real proposals of Slagelse 2023-2026, also in English, and invented ones.

A proposal here is plain figures and words. It knows nothing of cells: `build.py` decides where things stand.
The texts keep the real amounts, dates and numbers that are no budget amounts, for they are the traps.
"""

from __future__ import annotations

import dataclasses
import random
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Literal

Language = Literal["da", "en"]
Amount = Decimal | None


class Kind(StrEnum):
    """What a row of a table is: only a LINE is added up in the total."""

    LINE = "line"
    OF_WHICH = "of-which"
    GROUP = "group"
    SUBTOTAL = "subtotal"


@dataclass(frozen=True)
class Line:
    """One row of a table; a group heading and a subtotal have no amounts of their own."""

    label: str
    amounts: tuple[Amount, ...] = ()
    kind: Kind = Kind.LINE


@dataclass(frozen=True)
class Proposal:
    """A proposal's identity, words and figures; `sequence` is the last part of its number."""

    sequence: str
    title: str
    text: tuple[str, ...]
    years: tuple[int, ...]
    lines: tuple[Line, ...]
    unit: int = 1000
    decimals: int = 0
    language: Language = "da"
    committee: str = "Økonomiudvalget"
    area: str = "Administration"

    @property
    def additive(self) -> list[Line]:
        """The rows that a total adds up."""
        return [line for line in self.lines if line.kind is Kind.LINE]

    @property
    def grouped(self) -> bool:
        """Whether there are subtotals."""
        return any(line.kind is Kind.SUBTOTAL for line in self.lines)

    @property
    def has_of_which(self) -> bool:
        """Whether there are 'heraf' rows."""
        return any(line.kind is Kind.OF_WHICH for line in self.lines)

    def with_amount(self, row: int, year: int, amount: Amount) -> Proposal:
        """The same proposal with one amount changed, row and year counted from 0."""
        amounts = list(self.lines[row].amounts)
        amounts[year] = amount
        lines = list(self.lines)
        lines[row] = dataclasses.replace(lines[row], amounts=tuple(amounts))
        return dataclasses.replace(self, lines=tuple(lines))


def _line(label: str, *amounts: int | None) -> Line:
    return Line(label, tuple(None if amount is None else Decimal(amount) for amount in amounts))


YEARS = (2023, 2024, 2025, 2026)

DANISH: tuple[Proposal, ...] = (
    Proposal(
        "01",
        "3106 // Medarbejderkommunikation",
        (
            "Der har gennem nogle år kørt pilotprojekter med en app-baseret "
            "kommunikationsplatform, Actimo, som en "
            "løsning på behovet for effektive interne dialog- og kommunikationskanaler, særligt målrettet de "
            "medarbejdere, som ikke har daglig adgang til InSlag eller har en computer.",
            "Udbredelsen af Actimo har stået stille de seneste pga budgetusikkerhed. Men "
            "det vurderes, at der er "
            "grundlag nok nu til at tage næste skridt og udbrede anvendelsen i en trinvis model.",
        ),
        YEARS,
        (_line("", 600, 1200, 1200, None),),
    ),
    Proposal(
        "02",
        "Kernefortælling",
        (
            "Indsatsen for at sikre, at Kernefortællingen får liv skal fortsætte (det "
            "har stået stille siden februar "
            "2022 pga genåbning af budget). Jf den strategi, der blev fremlagt og "
            "godkendt i Økonomiudvalget i juni "
            "2021, er næste skridt at få etableret en række værktøjer til markedsføring.",
            "Budget nedenfor er udtryk for et estimat, da der ikke er indhentet tilbud "
            "(opgaven skal i udbud).",
        ),
        YEARS,
        (_line("Modernisering af visuel identitet og etablering af værktøjskasse til", 1750, 100, 100, 100),),
    ),
    Proposal(
        "03",
        "Studieby Slagelse",
        (
            "På baggrund af de aktiviteter, som allerede er under udvikling og "
            "videreført på baggrund af arbejdet "
            "med det tidligere §17 stk. 4 Campus-udvalg foreslås en ramme på 150.000 kr.",
            "- Skills 2022 i Høng (28.-30. april), hvor Studiebyen deltager med en messestand.",
            "- Studiebyens fredagscafe om Bæredygtig Mad på Campuspladsen fredag den 22. april kl. 13-17.",
            "50.000 kr. er bevilget fra Forskningens Døgn. SDU bidrager med 35.000 kr.",
        ),
        YEARS,
        (_line("", 150, 150, 150, 150),),
    ),
    Proposal(
        "04",
        "Strategisk Fundraising",
        (
            "Fundraising giver Slagelse Kommune mulighed for at udvikle og "
            "kvalitetsforbedre områder og tilbud på en "
            "måde, som vi ikke har mulighed for indenfor budgetrammen.",
            "Budgettet allokeres, betinget af at der opnås en anseelig støtte fra en eller flere fonde.",
        ),
        YEARS,
        (_line("", 5000, 5009, 5018, 5027),),
    ),
    Proposal(
        "05",
        "Etablering af direktion",
        (
            "Økonomiudvalget har den 21.3.22 pkt. 30, besluttet at der skal etableres en "
            "direktion. Direktionen "
            "etableres primo 2023 i samarbejde med kommunaldirektøren, som forventes at "
            "tiltræde 1.8.2022. Der "
            "indarbejdes mulighed for 2-3 medlemmer af direktionen",
        ),
        YEARS,
        (_line("2 direktører", 3000, 3000, 3000, 3000), _line("1 direktør", 1500, 1500, 1500, 1500)),
    ),
    Proposal(
        "06",
        "IT og DATA sikkerhed",
        (
            "Siden 2016 er antallet af brugere på kommunens IT netværk og systemer "
            "stedet fra ca. 6.200 til i marts "
            "2022 at være 10.000. Forsøg på angreb udefra via f.ek. phishing udgør i dag 80% af trafikken.",
            "Alene til varetagelse af nødvendige opgaver i forhold til drift af servere, "
            "netværk og datasikkerhed "
            "bør der tilføres 4 årsværk. Den daglige support af brugere og systemer bør tilføres 2 årsværk.",
        ),
        YEARS,
        (
            _line("IT og DATA sikkerhed 4 år", 2500, 2500, 2500, 2500),
            _line("IT driftunderstøttelse 2 år", 1000, 1000, 1000, 1000),
        ),
    ),
    Proposal(
        "07",
        "Microsoft licenser - stigende udgifter",
        (
            "Kommunens udgifter til Microsoftlicenser har igennem en årrække været "
            "stigende, som følge af stigende "
            "priser udover den almindelige prisregulering, og som følge af en stigning i "
            "antallet af brugere.",
        ),
        YEARS,
        (_line("MS licenser", 500, 500, 500, 500),),
    ),
    Proposal(
        "08",
        "Ungeenheden - Investeringsforslag",
        (
            "I skema nr. 8.1.2 01 har vi beskrevet, hvordan vi kan imødekomme reduktion på 981 t.kr.",
            "I M-Ploy analysen fra 2020 er det beskrevet at en 11 % reduktion af "
            "uddannelseshjælpsmodtagere kan "
            "medføre en reduktion på 5,7 mio. kr. netto. 4 ungeguides vil ca. koste 2 mio. kr.",
            "Investering i 4 ungeguides - 2000 t.kr.",
            "63 færre unge på ydelse - ca. 5700 t.kr.",
            "Investeringsresultat - 3700 t.kr. (fratrullet de 2000 t.kr i investering)",
        ),
        YEARS,
        (
            _line("Investering af 4 medarbejdere (ungeguides)", 2000, 2000, 2000, 2000),
            _line("60 færre unge på uddannelseshjælp", -5300, -5300, -5300, -5300),
        ),
    ),
)

_ENGLISH: dict[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = {
    "01": (
        "Staff communication",
        (
            "Pilot projects with an app-based platform have run for some years, aimed at "
            "staff without a computer.",
        ),
        ("",),
    ),
    "02": (
        "Core narrative",
        (
            "The work has stood still since February 2022. The budget below is an "
            "estimate; no tenders were obtained.",
        ),
        ("Renewed visual identity and toolbox",),
    ),
    "03": (
        "Study town Slagelse",
        (
            "A frame of DKK 150,000 is proposed under section 17(4).",
            "- Friday café on Campus square, 22 April 2022, 1-5 pm.",
            "DKK 50,000 was granted by the Research Festival. SDU contributes DKK 35,000.",
        ),
        ("",),
    ),
    "04": (
        "Strategic fundraising",
        ("The budget is conditional on considerable support from one or more foundations.",),
        ("",),
    ),
    "05": (
        "Establishing a board of directors",
        (
            "The Finance Committee decided on 21.3.22, item 30, to establish a board "
            "with 2-3 members from 1.8.2022.",
        ),
        ("2 directors", "1 director"),
    ),
    "06": (
        "IT and data security",
        (
            "Since 2016 the number of users has risen from about 6,200 to 10,000; "
            "phishing makes up 80% of the traffic.",
        ),
        ("IT and data security, 4 FTE", "IT operations support, 2 FTE"),
    ),
    "07": (
        "Microsoft licences - rising costs",
        ("The cost of licences has risen for years because of rising prices and a rising number of users.",),
        ("MS licences",),
    ),
    "08": (
        "Youth unit - investment proposal",
        (
            "The 2020 analysis says that 11% fewer recipients may save DKK 5.7 million net.",
            "4 youth guides will cost about DKK 2 million; 63 fewer recipients - about DKK 5,700 thousand.",
        ),
        ("Investment in 4 staff (youth guides)", "60 fewer young people on benefits"),
    ),
}


def _in_english(proposal: Proposal) -> Proposal:
    title, text, labels = _ENGLISH[proposal.sequence]
    lines = tuple(
        dataclasses.replace(line, label=label) for line, label in zip(proposal.lines, labels, strict=True)
    )
    return dataclasses.replace(
        proposal, title=title, text=text, lines=lines, language="en", committee="Finance Committee"
    )


ENGLISH: tuple[Proposal, ...] = tuple(_in_english(proposal) for proposal in DANISH)
REAL: dict[Language, tuple[Proposal, ...]] = {"da": DANISH, "en": ENGLISH}

_WORDS: dict[Language, dict[str, tuple[str, ...]]] = {
    "da": {
        "title": (
            "Flere hænder i hjemmeplejen",
            "Renovering af legepladser",
            "Grøn omstilling af bilparken",
            "Styrket tandpleje",
            "Digital borgerservice 2.0",
            "Lukning af filialbibliotek",
            "Ny indsats mod ensomhed",
            "Bedre belysning på cykelstier",
        ),
        "spend": (
            "Løn, 3 årsværk",
            "Løn til pædagogisk personale",
            "Drift af bygninger",
            "Kørsel",
            "Vikarer",
            "Konsulentbistand",
            "Uddannelse og kurser",
            "IT-udstyr og licenser",
            "Inventar",
            "Rengøring (2 gange ugentligt)",
            "Husleje, Nytorv 12",
            "Energi",
            "Tilskud til foreninger",
            "Pulje 2024",
            "Markedsføring",
            "Vedligeholdelse, 14 legepladser",
            "Overhead",
            "Forsikring",
        ),
        "income": (
            "Brugerbetaling",
            "Statstilskud",
            "Lejeindtægter",
            "Salg af ydelser til andre kommuner",
            "Refusion 50 %",
            "Bidrag fra fonde",
        ),
        "of_which": ("heraf løn", "heraf statsrefusion", "Heraf engangsudgifter", "- heraf administration"),
        "group": ("Udgifter", "Indtægter"),
        "subtotal": ("Udgifter i alt", "Indtægter i alt"),
        "committee": (
            "Økonomiudvalget",
            "Børne- og Ungeudvalget",
            "Teknik- og Miljøudvalget",
            "Seniorudvalget",
        ),
        "area": ("Administration", "Dagtilbud", "Vej og park", "Ældrepleje"),
        "text": (
            "Forslaget blev drøftet på mødet den 14.6.22 (pkt. 7) og omfatter ca. 1.250 "
            "borgere i 3 distrikter.",
            "Der er i forvejen afsat 250.000 kr. årligt til formålet, jf. servicelovens §83 stk. 2.",
            "Åbningstiden er mandag-torsdag kl. 9-15. Kontakt: telefon 58 57 36 00.",
            "Indsatsen løber fra 1. januar 2023 og evalueres i 2025. Andelen af brugere "
            "er steget med 12,5 %.",
        ),
    },
    "en": {
        "title": (
            "More hands in home care",
            "Renovation of playgrounds",
            "Greener vehicles",
            "Stronger dental care",
            "Closing a branch library",
            "Better light on bicycle paths",
        ),
        "spend": (
            "Salaries, 3 FTE",
            "Operation of buildings",
            "Transport",
            "Consultants",
            "Training and courses",
            "IT equipment and licences",
            "Furniture",
            "Cleaning (twice a week)",
            "Rent, 12 High Street",
            "Energy",
            "Grants to associations",
            "Maintenance, 14 playgrounds",
            "Insurance",
        ),
        "income": (
            "User fees",
            "State grant",
            "Rental income",
            "Sale of services",
            "Contributions from foundations",
        ),
        "of_which": ("of which salaries", "of which one-off costs", "of which administration"),
        "group": ("Expenditure", "Income"),
        "subtotal": ("Total expenditure", "Total income"),
        "committee": ("Finance Committee", "Children's Committee", "Technical Committee"),
        "area": ("Administration", "Day care", "Roads and parks"),
        "text": (
            "The proposal was discussed on 14 June 2022 (item 7) and concerns about "
            "1,250 people in 3 districts.",
            "DKK 250,000 a year is already set aside for the purpose, cf. section 83(2).",
            "Opening hours are 9 am-3 pm. Contact: phone 58 57 36 00.",
        ),
    },
}

Shape = Literal["plain", "income", "of-which", "grouped", "late", "wide", "kr", "mio"]
SHAPES: tuple[Shape, ...] = ("plain", "income", "of-which", "grouped", "late", "wide", "kr", "mio")


def _series(rng: random.Random, years: int, size: int, decimals: int, sign: int) -> tuple[Amount, ...]:
    """Amounts of about one size, never all alike and never round all through."""
    first = rng.uniform(0.8, 1.6) * size
    amounts = [first * (1 + rng.uniform(-0.12, 0.2)) for _ in range(years)]
    step = Decimal(1).scaleb(-decimals)
    if size >= 1000 and rng.random() < 0.5:
        step = step * 50
    return tuple(sign * (Decimal(repr(amount)) / step).quantize(Decimal(1)) * step for amount in amounts)


def invent(rng: random.Random, shape: Shape, language: Language, sequence: str) -> Proposal:
    """A proposal that a department might have written, of one of eight shapes."""
    words = _WORDS[language]
    years = rng.choice((1, 2, 3, 4, 4, 4, 5, 6, 8, 10))
    if shape in ("late", "wide"):
        years = rng.choice((5, 6, 8, 10))
    first = rng.choice((2023, 2024, 2025, 2026))
    unit, decimals, size = 1000, 0, rng.choice((90, 400, 2_000, 6_000, 25_000))
    if shape == "kr":
        unit, size = 1, rng.choice((125_000, 3_400_000, 1_250_000_000))
    if shape == "mio":
        unit, decimals, size = 1_000_000, rng.choice((1, 2)), rng.choice((3, 12, 150))
    count = rng.randint(1, 10) if shape in ("plain", "wide", "kr") else rng.randint(2, 7)
    spends = rng.sample(words["spend"], count)
    lines = [Line(label, _series(rng, years, size, decimals, 1)) for label in spends]
    incomes = [
        Line(label, _series(rng, years, max(size // 2, 2), decimals, -1))
        for label in rng.sample(words["income"], rng.randint(1, 3))
    ]
    if shape == "income" or (shape in ("mio", "kr") and rng.random() < 0.5):
        lines += incomes
    if shape == "grouped":
        if len(incomes) == 1:
            other = "Andet" if language == "da" else "Other"
            incomes.append(Line(other, _series(rng, years, size, decimals, -1)))
        groups, subtotals = words["group"], words["subtotal"]
        headings = rng.random() < 0.6
        lines = [
            *([Line(groups[0], kind=Kind.GROUP)] if headings else []),
            *lines,
            Line(subtotals[0], kind=Kind.SUBTOTAL),
            *([Line(groups[1], kind=Kind.GROUP)] if headings else []),
            *incomes,
            Line(subtotals[1], kind=Kind.SUBTOTAL),
        ]
    if shape == "of-which":
        parent = rng.randrange(len(lines))
        part = tuple(_share(amount, decimals) for amount in lines[parent].amounts)
        lines.insert(parent + 1, Line(rng.choice(words["of_which"]), part, Kind.OF_WHICH))
    if shape == "late":
        for row in rng.sample(range(len(lines)), max(1, len(lines) // 2)):
            amounts = list(lines[row].amounts)
            empty = rng.randint(1, years // 2)
            if rng.random() < 0.5:
                amounts[:empty] = [None] * empty
            else:
                amounts[-empty:] = [None] * empty
            lines[row] = dataclasses.replace(lines[row], amounts=tuple(amounts))
    return Proposal(
        sequence,
        rng.choice(words["title"]),
        tuple(rng.sample(words["text"], rng.randint(1, 3))),
        tuple(range(first, first + years)),
        tuple(lines),
        unit,
        decimals,
        language,
        rng.choice(words["committee"]),
        rng.choice(words["area"]),
    )


def _share(amount: Amount, decimals: int) -> Amount:
    return None if amount is None else (amount * Decimal("0.4")).quantize(Decimal(1).scaleb(-decimals))
