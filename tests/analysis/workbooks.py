"""Analyses of many shapes and topics, each with what must be read from it; amounts in thousands of kroner.

A workbook is sheets of rows, as they would be typed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from budget_tools.analysis import Overview, analysed, overview_of
from budget_tools.books.memory import MemoryBook, Plain
from budget_tools.inspection.batch import inspect
from budget_tools.inspection.examining import Examined, examine
from budget_tools.model.address import a1
from budget_tools.model.finding import Finding
from budget_tools.settings import Settings

Sheets = Mapping[str, Sequence[Sequence[Plain]]]
Row = tuple[str, str, str, str | None, str | None]
"""A theme: its name, what is named and what is there, what the case needs and what all need."""


@dataclass(frozen=True)
class Sample:
    """A workbook, and what is in it; ``steps`` are all as written, then without pools, overlaps and so on."""

    sheets: Sheets
    year: int | None
    steps: str
    cases: Mapping[str, Sequence[Row]]
    findings: str = ""


def examined(sheets: Sheets) -> Examined:
    """A workbook of rows as the inspection sees it."""
    cells = {
        name: {
            a1(row, column): value
            for row, values in enumerate(rows, 1)
            for column, value in enumerate(values, 1)
            if value not in ("", None)
        }
        for name, rows in sheets.items()
    }
    return examine(MemoryBook(cells).read(), Settings())


def overview(sheets: Sheets, year: int | None = None) -> Overview:
    """The overview of a workbook of rows."""
    return overview_of(examined(sheets).analysis or analysed(()), year)


def findings(sheets: Sheets) -> list[Finding]:
    """What a check of a workbook of rows finds."""
    [(report, _)] = inspect([examined(sheets)])
    return list(report.findings)


def thousands(kroner: Decimal | None) -> str | None:
    """Kroner in thousands, without zeros that say nothing."""
    if kroner is None:
        return None
    text = f"{kroner / 1000:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


SAMPLES: dict[str, Sample] = {
    "numbers in t.kr., a column of cases": Sample(
        {
            "Ældre 2024": [
                ["Konsekvensanalyse – ældreområdet"],
                [],
                ["Case", "Tema", "Afsat i budget 2024 (1.000 kr.)", "Behov (1.000 kr.)", "Bemærkninger"],
                ["Hjemmepleje", "Aftenvagter", 1200, 1800, "Beregnet af økonomi"],
                ["", "Kørsel", 350, 350, ""],
                ["Plejecenter", "Nattevagter", 900, 2400, ""],
                ["", "Velfærdsteknologi", "", 600, "Afventer"],
                ["I alt", "", 2450, 5150, ""],
            ]
        },
        2024,
        "2450 2450 2450 2450 2450",
        {
            "Hjemmepleje": [
                ("Aftenvagter", "1200", "1200", "1800", None),
                ("Kørsel", "350", "350", "350", None),
            ],
            "Plejecenter": [
                ("Nattevagter", "900", "900", "2400", None),
                ("Velfærdsteknologi", "0", "0", "600", None),
            ],
        },
        "KON005 D3",
    ),
    "needs first, tables below each other": Sample(
        {
            "Samlet": [
                ["Case: Biblioteket"],
                ["Behov jf. case", "Afsat i budget 2022", "Tema"],
                ["250.000 kr. pr. år", "200.000 kr. til åbningstid", "Længere åbningstid"],
                ["1-2 mio. kr. i engangsudgift", "1 mio. kr. i 2023 til ombygning", "Ombygning"],
                [],
                ["Case: Musikskolen"],
                ["Behov jf. case", "Afsat i budget 2022", "Tema"],
                ["Op til 400.000 kr. årligt", "Se case Biblioteket", "Længere åbningstid"],
                ["Ingen", "-", "Instrumenter"],
            ]
        },
        2022,
        "1200 1200 1200 1200 200",
        {
            "Biblioteket": [
                ("Længere åbningstid", "200", "200", "250", None),
                ("Ombygning", "1000", "0", "2000", None),
            ],
            "Musikskolen": [
                ("Længere åbningstid", "0", "0", "400", None),
                ("Instrumenter", "0", "0", None, None),
            ],
        },
        "KON001 B3, KON003 B4, KON007 A4, KON007 A8, NUM007 B9",
    ),
    "tables side by side": Sample(
        {
            "Kultur": [
                ["Tema", "Budgetlagt", "Behov", "", "Tema", "Budgetlagt", "Behov"],
                [
                    "Svømmehal",
                    "3 mio. kr. til drift",
                    "3,5 mio. kr. årligt",
                    "",
                    "Skatepark",
                    "0,4 mio. kr. (er brugt)",
                    "0,6 mio. kr. engangs",
                ],
                [
                    "Omklædning",
                    "0,5 mio. kr.",
                    "0,7 mio. kr. engangs",
                    "",
                    "Bane",
                    "2 mio. kr. til bane, nedsat til 1,5 mio. kr.",
                    "2,5 mio. kr. engangs",
                ],
            ]
        },
        None,
        "5900 5900 5900 5400 5000",
        {
            "Kultur": [
                ("Svømmehal", "3000", "3000", "3500", None),
                ("Omklædning", "500", "500", "700", None),
                ("Skatepark", "400", "0", "600", None),
                ("Bane", "2000", "1500", "2500", None),
            ]
        },
        "KON003 F2, KON003 F3",
    ),
    "labels on the left": Sample(
        {
            "Trafik": [
                ["Case", "Sikre skoleveje"],
                [],
                ["Tema", "Cykelstier"],
                ["Baggrund", "Børn skal kunne cykle trygt til skole."],
                ["Afsat i budget 2023", "5 mio. kr. til cykelstier"],
                ["Behov", "8 mio. kr. i engangsudgift. Alle skoler: 40 mio. kr."],
                [],
                ["Tema", "Belysning"],
                ["Baggrund", "Mørke strækninger."],
                ["Afsat i budget 2023", "Intet"],
                ["Behov", "Skal undersøges nærmere."],
            ]
        },
        2023,
        "5000 5000 5000 5000 5000",
        {
            "Sikre skoleveje": [
                ("Cykelstier", "5000", "5000", "8000", "40000"),
                ("Belysning", "0", "0", None, None),
            ]
        },
        "KON004 B11",
    ),
    "a theme a column": Sample(
        {
            "IT": [
                ["Konsekvensanalyse, digitalisering"],
                ["Tema", "Pc'er til elever", "Netværk", "Support"],
                ["Afsat i budget 2022", "1,2 mio. kr.", "500.000 kr. fra 2021 og frem", "250 t.kr. p.a."],
                ["Behov jf. case", "2 mio. kr. engangs", "0,5 mio. kr. årligt", "400 t.kr. p.a."],
            ]
        },
        2022,
        "1950 1950 1950 1950 1950",
        {
            "IT": [
                ("Pc'er til elever", "1200", "1200", "2000", None),
                ("Netværk", "500", "500", "500", None),
                ("Support", "250", "250", "400", None),
            ]
        },
    ),
    "headings over two rows, years and scopes": Sample(
        {
            "Skoler": [
                ["Økonomiske effekter af cases, beløb i mio. kr."],
                ["Case", "Indsats", "Afsat i budget", "", "Behov", ""],
                ["", "", "2022", "2023", "Denne case", "Alle skoler"],
                ["Nordskolen", "Lektiehjælp", 0.5, 0.5, 0.8, 4.0],
                ["", "Sund mad", 0.2, 0.3, 0.4, 2.0],
                ["Sydskolen", "Idræt", 0.1, 0.0, 0.3, 1.5],
            ]
        },
        2022,
        "1600 1600 1600 1600 800",
        {
            "Nordskolen": [
                ("Lektiehjælp", "1000", "500", "800", "4000"),
                ("Sund mad", "500", "200", "400", "2000"),
            ],
            "Sydskolen": [("Idræt", "100", "100", "300", "1500")],
        },
        "KON005 E2",
    ),
    "paragraphs that name their themes": Sample(
        {
            "Natur": [
                ["Temaer i case Naturpark"],
                ["Stier"],
                ["Nye stier til gående."],
                ["Shelters"],
                ["Overnatning i det fri."],
                ["Afsat i Budget 2024"],
                ["Stier: 300.000 kr. til grus"],
                ["Shelters: 150.000 kr. fra puljen til friluftsliv"],
                ["Behov jf. case"],
                ["Stier: 500.000 kr. engangs"],
                ["Shelters: 200.000 kr. engangs"],
            ]
        },
        2024,
        "450 450 450 450 450",
        {"Naturpark": [("Stier", "300", "300", "500", None), ("Shelters", "150", "150", "200", None)]},
    ),
    "paragraphs that fit no themes": Sample(
        {
            "Natur": [
                ["Temaer i case Naturpark"],
                ["Stier"],
                ["Nye stier til gående."],
                ["Shelters"],
                ["Overnatning i det fri."],
                ["Skilte"],
                ["Afsat i Budget 2024"],
                ["300.000 kr. til grus"],
                ["150.000 kr. fra puljen til friluftsliv"],
                ["Behov jf. case"],
                ["500.000 kr. engangs"],
                ["200.000 kr. engangs"],
            ]
        },
        2024,
        "450 450 450 450 450",
        {
            "Naturpark": [
                ("Stier", "0", "0", None, None),
                ("Shelters", "0", "0", None, None),
                ("Skilte", "0", "0", None, None),
                ("", "300", "300", None, None),
                ("", "150", "150", None, None),
                ("", "0", "0", "500", None),
                ("", "0", "0", "200", None),
            ]
        },
        "KON008 A7",
    ),
    "a sheet a case, and a pool named on both": Sample(
        {
            "Borgerservice": [
                ["Borgerservice"],
                ["Afsat 2021", "Behov", "Emne"],
                ["0,3 mio. kr. til selvbetjening på borgernes vegne", "0,5 mio. kr. pr. år", "Selvbetjening"],
                ["Se ovenfor", "0,1 mio. kr. pr. år", "Vejledning"],
            ],
            "Ark2": [
                ["Kirker og kulturarv"],
                ["Afsat 2021", "Behov", "Emne"],
                ["0,3 mio. kr. til borgernes selvbetjening", "0,2 mio. kr. pr. år", "Selvbetjening"],
            ],
        },
        2021,
        "600 300 300 300 300",
        {
            "Borgerservice": [
                ("Selvbetjening", "300", "300", "500", None),
                ("Vejledning", "0", "0", "100", None),
            ],
            "Kirker og kulturarv": [("Selvbetjening", "300", "0", "200", None)],
        },
        "KON001 A3",
    ),
    "pools in a column of their own": Sample(
        {
            "Puljer": [
                ["Tema", "Pulje", "Afsat i budget 2023 (t.kr.)", "Behov jf. case (t.kr.)"],
                ["Klub om aftenen", "Ungepuljen", 750, 500],
                ["Gadeplan", "Ungepuljen", 750, 900],
                ["Fritidsjob", "Erhvervspuljen", 750, "400-600"],
            ]
        },
        2023,
        "2250 1500 1500 1500 1500",
        {
            "Puljer": [
                ("Klub om aftenen", "750", "750", "500", None),
                ("Gadeplan", "750", "0", "900", None),
                ("Fritidsjob", "750", "750", "600", None),
            ]
        },
        "KON001 C2, KON005 D1, KON007 D4",
    ),
    "an allocation for several themes": Sample(
        {
            "Vej": [
                ["Temaer i case Vejvedligehold", "Afsat i budget 2022", "Behov jf. case"],
                ["Fortove", "4 mio. kr. til vejvedligehold i alt", "2 mio. kr. årligt"],
                ["Asfalt", "", "3 mio. kr. årligt"],
                ["Broer", "", "Afventer eftersyn og analyse."],
            ]
        },
        2022,
        "4000 4000 4000 4000 4000",
        {
            "Vejvedligehold": [
                ("Fortove", "4000", "4000", "2000", None),
                ("Asfalt", "0", "0", "3000", None),
                ("Broer", "0", "0", None, None),
            ]
        },
        "KON004 C4",
    ),
    "several amounts in a cell": Sample(
        {
            "Klima": [
                ["Case 1: Klimatilpasning"],
                ["Tema", "Hvad er afsat?", "Behov jf. case"],
                [
                    "Kloakker",
                    "1,5 mio. kr. til pumper og 0,5 mio. kr. til brønde, i alt 2 mio. kr.",
                    "2 mio. kr. til pumper, 1 mio. kr. til brønde, i alt 3 mio. kr. engangs",
                ],
                [
                    "Diger",
                    "3 mio. kr. fra Kystdirektoratet i 2022-2024. Hertil kommer 1 mio. kr. til drift.",
                    "Mellem 5 og 7 mio. kr. engangs",
                ],
                ["Case 2: Biodiversitet"],
                ["Tema", "Hvad er afsat?", "Behov jf. case"],
                ["Vilde haver", "Der er ikke afsat midler.", "25.000 kr. pr. have"],
            ]
        },
        None,
        "6000 6000 6000 6000 6000",
        {
            "Klimatilpasning": [
                ("Kloakker", "2000", "2000", "3000", None),
                ("Diger", "4000", "4000", "7000", None),
            ],
            "Biodiversitet": [("Vilde haver", "0", "0", None, None)],
        },
        "KON007 C4",
    ),
    "two columns of needs, and other columns between": Sample(
        {
            "Dagtilbud": [
                ["Case: Udeliv"],
                [
                    "Tema",
                    "Beskrivelse",
                    "Afsat i budget 2021",
                    "Behov jf. case",
                    "Behov alle institutioner",
                    "Status",
                ],
                [
                    "Bålhytte",
                    "Plads til 30 børn",
                    "120.000 kr. (2020-midler, brugt)",
                    "150.000 kr. engangs",
                    "1,5 mio. kr. engangs",
                    "Drøftes",
                ],
                ["Regntøj", "Til alle børn", "-", "40.000 kr. årligt", "400.000 kr. årligt", ""],
                ["Vikarer", "", "600.000 kr. p.a.", "900.000 kr. årligt", "2 mio. kr. årligt", ""],
                ["Værktøj", "", "50.000 kr.", "20.000 kr. årligt", "200.000 kr. årligt", ""],
                ["Note: beløbene er foreløbige."],
            ]
        },
        2021,
        "770 770 770 770 650",
        {
            "Udeliv": [
                ("Bålhytte", "120", "0", "150", "1500"),
                ("Regntøj", "0", "0", "40", "400"),
                ("Vikarer", "600", "600", "900", "2000"),
                ("Værktøj", "50", "50", "20", "200"),
            ]
        },
        "KON003 C3, KON006 E5, NUM007 C4",
    ),
    "themes as lines of labels": Sample(
        {
            "Analyse": [
                ["Konsekvensanalyse af 3 cases"],
                ["Case 1 – Havnen"],
                ["Tema: Bolværk"],
                ["Afsat i budget 2022", "2 mio. kr. til bolværk"],
                ["Behov", "Ca. 3 mio. kr. engangs"],
                ["Tema: Kran"],
                ["Afsat i budget 2022", "Se ovenfor"],
                ["Behov", "0,5 mio. kr. engangs"],
                ["Case 2 – Torvet"],
                ["Tema: Belægning"],
                ["Afsat i budget 2022", "Se case Havnen"],
                ["Behov", "1 mio. kr. engangs"],
            ]
        },
        2022,
        "2000 2000 2000 2000 2000",
        {
            "Havnen": [
                ("Bolværk", "2000", "2000", "3000", None),
                ("Kran", "0", "0", "500", None),
            ],
            "Torvet": [("Belægning", "0", "0", "1000", None)],
        },
        "KON001 B4, KON007 B5",
    ),
    "descriptions in rows of their own": Sample(
        {
            "Socialområdet": [
                ["Temaer i case Væresteder"],
                ["", "Afsat i budget 2022", "Behov jf. case"],
                ["Åbningstid", "1 mio. kr. til længere åbningstid", "1,5 mio. kr. pr. år"],
                ["Ønske om åbent i weekenden, så ingen er alene."],
                ["Mad", "0,2 mio. kr. til mad", "0,3 mio. kr. pr. år"],
                ["Ønske om varm mad to gange om ugen."],
            ]
        },
        2022,
        "1200 1200 1200 1200 1200",
        {
            "Væresteder": [
                ("Åbningstid", "1000", "1000", "1500", None),
                ("Mad", "200", "200", "300", None),
            ]
        },
    ),
    "a total that adds the case and all": Sample(
        {
            "Plan": [
                ["Case-analyse"],
                ["Tema", "Afsat (mio. kr.)", "Behov (mio. kr.)"],
                ["Byrum", "1,5", "2 mio. kr. årligt. Alle byer: 6 mio. kr. årligt"],
                ["Lys", "0,5-0,7", "1 mio. kr. årligt. Alle byer: 3 mio. kr. årligt"],
                ["I alt", "2,0", 12],
            ]
        },
        None,
        "2000 2000 2000 2000 2000",
        {
            "Case-analyse": [
                ("Byrum", "1500", "1500", "2000", "6000"),
                ("Lys", "500", "500", "1000", "3000"),
            ]
        },
        "KON006 C5",
    ),
    "a part of another pool": Sample(
        {
            "Sundhed": [
                ["Temaer i case Forebyggelse", "Bevilget i 2023", "Merbehov"],
                ["Sundhedspulje", "6 mio. kr. til forebyggelse, heraf 1,2 mio. kr. til løbeklub", "Intet"],
                ["Løb", "1,5 mio. kr. (heraf 1,2 mio. kr. fra sundhedspuljen)", "0,5 mio. kr. årligt"],
                ["Svømning", "0,8 mio. kr. af puljen på 6 mio. kr.", "1 mio. kr. årligt"],
            ]
        },
        2023,
        "8300 8300 6300 6300 6300",
        {
            "Forebyggelse": [
                ("Sundhedspulje", "6000", "6000", None, None),
                ("Løb", "1500", "300", "500", None),
                ("Svømning", "800", "0", "1000", None),
            ]
        },
        "KON002 B3, KON002 B4",
    ),
    "a plain budget beside needs": Sample(
        {
            "Byen": [
                ["Case: Torvet"],
                ["Tema", "Budget 2023", "Behov"],
                ["Træer", "0,4 mio. kr. til træer", "0,6 mio. kr. pr. år"],
                ["Bænke", "0,1 mio. kr. i 2022", "0,2 mio. kr. engangs"],
            ]
        },
        2023,
        "500 500 500 500 400",
        {"Torvet": [("Træer", "400", "400", "600", None), ("Bænke", "100", "0", "200", None)]},
        "KON003 B4",
    ),
    "formulas in the totals": Sample(
        {
            "Sundhed": [
                ["Konsekvensanalyse: sundhedscenter (beløb i 1.000 kr.)"],
                ["Tema", "Afsat i budget 2025", "Behov pr. år"],
                ["Genoptræning", 1200, 1500],
                ["Rygestop", 300, 450],
                ["Kost", 150, 200],
                ["I alt", 1650, 2100],
            ]
        },
        2025,
        "1650 1650 1650 1650 1650",
        {
            "Sundhed": [
                ("Genoptræning", "1200", "1200", "1500", None),
                ("Rygestop", "300", "300", "450", None),
                ("Kost", "150", "150", "200", None),
            ]
        },
        "ARI002 C6",
    ),
}

NO_ANALYSES: dict[str, Sheets] = {
    "a table of years": {
        "Ark1": [["", "Budget 2024", "Behov 2024"], ["Løn", 1200, 1500], ["I alt", 1200, 1500]]
    },
    "a table of works": {
        "Anlæg": [["Anlæg", "Afsat 2024", "Behov 2025"], ["Skole", 1200, 1500], ["Hal", 300, 450]]
    },
    "notes": {
        "Noter": [["Afsat i budget"], ["Vi har talt om behovet."], ["Behov for møde"], ["Ring til Lene"]]
    },
    "a proposal with both words": {
        "Skema": [
            ["Skema 2.1.2. 01"],
            ["Økonomiudvalget - Administration"],
            ["Ny it"],
            ["Behov", "Afsat i budget 2023"],
            ["Der er behov for 500.000 kr. til it.", "Der er afsat 100.000 kr. til it."],
            ["Beløb i 1.000 kr."],
            ["", 2023, 2024, "I alt"],
            ["It", 500, 500, 1000],
            ["I alt", 500, 500, 1000],
        ]
    },
    "a section on what committees share": {
        "Tværgående": [
            ["Tværgående puljer"],
            ["Barsel"],
            ["Der er i budget 2023 afsat 2 mio. kr. til barsel."],
        ]
    },
}
