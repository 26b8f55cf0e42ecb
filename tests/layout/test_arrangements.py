"""Forms as other centres arrange them, drawn as sheets: each grid says which cells are at fault."""

from __future__ import annotations

import textwrap

import pytest

from budget_tools.layout import words
from budget_tools.model.table import YearRole
from tests.grid import place, read_grid

AT_FAULT = ("ARI00", "FRM002", "FRM003", "IDN002", "NUM001", "NUM008", "STR008")

GRIDS = {
    "two forms beside one another have a unit each": """
           A                  B     C     D            E  F                  G     H     I
        1  Driftsforslag                                  Driftsforslag
        2  Skema 2.1.2. 01                                Skema 2.1.2. 02
        3  Økonomiudvalget                                Økonomiudvalget
        4  Telefoni                                       Licenser
        6  Beløb i 1.000 kr.                              Beløb i 1.000 kr.
        7  Budgetoverslag     2023  2024  I alt           Budgetoverslag     2023  2024  I alt
        8  Abonnementer       600   700   =SUM(B8:C8)     Køb                150   150   400
        9  Drift              100   100   =SUM(B9:C9)     Leje               20    20    40
        10  I alt             700   800   =SUM(D8:D9)     I alt              170   170   340
        #: ARI001 I8
    """,
    "two forms beside one another may have the same number": """
           A                  B           C     D      E  F                  G           H     I
        1  Skema nr.          2.1.2. 01                   Skema nr.          2.1.2. 01
        2  Udvalg             Økonomiudvalget             Udvalg             Økonomiudvalget
        3  Titel              Telefoni                    Titel              Licenser
        6  Beløb i 1.000 kr.                              Beløb i 1.000 kr.
        7  Budgetoverslag     2023        2024  I alt     Budgetoverslag     2023        2024  I alt
        8  Abonnementer       600         700   1300      Køb                150         150   300
        9  I alt              600         700   1300      I alt              150         150   300
        #: IDN002 B1
        #: IDN002 G1
    """,
    "a row that names two forms over one table is one form": """
           A                  B           C     D      E  F
        1  Skema 2.1.2. 01                                Skema 2.1.2. 02
        2  Økonomiudvalget
        3  Telefoni
        6  Beløb i 1.000 kr.
        7  Budgetoverslag     2023        2024  I alt
        8  Abonnementer       600         700   1400
        9  I alt              600         700   1300
        #: ARI001 D8
    """,
    "a date and a name below a form are no amounts": """
            A                  B           C     D     E
        1   Skema 2.1.2. 01
        2   Økonomiudvalget
        3   Telefoni
        5   Beløb i 1.000 kr.
        6   Budgetoverslag     2023        2024  2025  I alt
        7   Abonnementer       600         700   700   2000
        8   I alt              600         700   700   2000
        9   1) Beløbene er skøn
        12  Underskrift:       N.N.
        13  Tlf.               58573600
    """,
    "the net of a form with one kind of lines covers the total above it": """
            A                  B     C     D     E
        1   Skema 2.1.2. 01
        2   Økonomiudvalget
        3   Telefoni
        5   Beløb i 1.000 kr.
        6   Budgetoverslag     2023  2024  2025  I alt
        7   Abonnementer       600   700   700   2000
        8   Drift              60    70    70    200
        9   Udgifter i alt     660   770   770   2200
        10  Netto              660   780   770   2200
        #: ARI002 C10
    """,
    "a sum of a form's only line that leaves a year out": """
            A                  B            C            D            E
        1   Skema 2.1.2. 01
        2   Økonomiudvalget
        3   Telefoni
        5   Beløb i 1.000 kr.
        6   Budgetoverslag     2023         2024         2025         I alt
        7   Abonnementer       600          700          710          =SUM(B7:C7)
        8   I alt              =SUM(B7:B7)  =SUM(C7:C7)  =SUM(D7:D7)  =SUM(E7:E7)
        #: ARI001 E7
    """,
    "a sum of a form's only line that leaves a year out, beside one that does not": """
            A                  B            C            D            E
        1   Skema 2.1.2. 01
        2   Økonomiudvalget
        3   Telefoni
        5   Beløb i 1.000 kr.
        6   Budgetoverslag     2023         2024         2025         I alt 2023-2025
        7   Abonnementer       600          700          710          =SUM(B7:C7)
        8   I alt              =SUM(B7:B7)  =SUM(C7:C7)  =SUM(D7:D7)  =SUM(B8:D8)
        #: FRM002 E7
    """,
    "a typed total of a line, where the corner is calculated from it": """
            A                  B            C            D            E
        1   Skema 2.1.2. 01
        2   Økonomiudvalget
        3   Telefoni
        5   Beløb i 1.000 kr.
        6   Budgetoverslag     2023         2024         2025         I alt
        7   Abonnementer       600          700          700          2000
        8   Drift              60           70           70           2000
        9   I alt              =SUM(B7:B8)  =SUM(C7:C8)  =SUM(D7:D8)  =SUM(E7:E8)
        #: ARI001 E8
    """,
    "an amount of the size of a year, typed as text": """
            A                  B      C      D      E
        1   Skema 2.1.2. 01
        2   Økonomiudvalget
        3   Telefoni
        5   Beløb i 1.000 kr.
        6   Budgetoverslag     2023   2024   2025   I alt
        7   Abonnementer       2000   '2000  2000   6000
        8   Drift              1000   '1 000  1000   3000
        9   I alt              3000   3000   3000   9000
        #: NUM001 C7
        #: NUM001 C8
    """,
    "years of two digits, prices in the unit": """
            A                  B      C      D      E
        1   Skema 2.1.2. 01
        2   Økonomiudvalget
        3   Telefoni
        5   Hele kr., løbende priser
        6   Budgetoverslag     B23    BO24   BO25   I alt
        7   Abonnementer       2000   2000   2000   6000
        8   Drift              1000   1000   1000   3000
        9   I alt              3000   3000   3100   9000
        #: ARI002 D9
    """,
}


@pytest.mark.parametrize("drawing", GRIDS.values(), ids=GRIDS.keys())
def test_each_error_is_told_and_nothing_else(drawing: str) -> None:
    grid = read_grid(textwrap.dedent(drawing))
    found = {place(one) for one in grid.findings() if one.code.startswith(AT_FAULT)}
    assert found == set(grid.expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("BO24", (2024, YearRole.ESTIMATE)),
        ("B 23", (2023, YearRole.BUDGET)),
        ("R22", (2022, YearRole.ACCOUNT)),
        ("2 023", (2023, YearRole.BUDGET)),
        ("1 000", None),
        ("2 900", None),
        ("B5", None),
        ("BO99", None),
    ],
)
def test_years_of_two_digits_and_with_a_blank(text: str, expected: tuple[int, YearRole] | None) -> None:
    assert words.year_of_text(text) == expected


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("Hele kroner, løbende priser", 1),
        ("1.000 kr., 2023-prisniveau", 1000),
        ("t.kr. (i faste priser)", 1000),
        ("2.000 t.kr. i løbende priser til drift", None),
    ],
)
def test_the_prices_that_a_unit_is_in(text: str, unit: int | None) -> None:
    assert words.unit_of(text, near_table=True) == unit
