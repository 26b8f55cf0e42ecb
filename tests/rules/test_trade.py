"""The rules of the trade: what is one finding, what explains another, and what is left alone."""

from __future__ import annotations

import textwrap

import pytest

from tests.grid import grids, place, read_grid

# Each is a block as in a docstring; all that is found must be named, whatever its code.
CASES = {
    "an empty total explains the total that should hold it": """
        Flagged::

                A      B      C      D
            4          2023   2024   I alt
            5   Løn    100    200    300
            6   Drift  50     60
            7   I alt  150    260    410
            #: STR003 D6
    """,
    "an empty total of a year explains the corner": """
        Flagged::

                A      B      C      D
            4          2023   2024   I alt
            5   Løn    100    200    300
            6   Drift  50     60     110
            7   I alt         260    410
            #: STR003 B7
    """,
    "a text among numbers explains the sums that pass over it": """
        Flagged::

                A      B      C      D
            4          2023   2024   I alt
            5   Løn    100    '1.200  =SUM(B5:C5)
            6   Drift  50     60     =SUM(B6:C6)
            7   I alt  =SUM(B5:B6)  =SUM(C5:C6)  =SUM(D5:D6)
            #: NUM001 C5
    """,
    "a total that is text": """
        Flagged::

                A      B      C      D
            4          2023   2024   I alt
            5   Løn    100    200    '300
            6   Drift  50     60     110
            7   I alt  150    260    410
            #: NUM001 D5
    """,
    "parentheses": """
        Flagged::

                A      B      C      D
            4          2023   2024   I alt
            5   Løn    100    '(50)  50
            6   Drift  50     60     110
            7   I alt  150    10     160
            #: NUM003 C5
    """,
    "only the first of errors that follow from one another": """
        Flagged::

                A      B               C      D
            4          2023            2024   I alt
            5   Løn    #REF!           200    =SUM(B5:C5)→#REF!
            6   Drift  10              60     =SUM(B6:C6)
            7   I alt  =SUM(B5:B6)→#REF!  =SUM(C5:C6)  =SUM(D5:D6)→#REF!
            #: NUM008 B5
    """,
    "an amount that changed under its totals": """
        Flagged::

                A      B      C      D      E      F
            4          2023   2024   2025   2026   I alt
            5   Løn    100    250    300    400    1000
            6   Drift  50     60     70     80     260
            7   Leje   7      8      9      10     34
            8   I alt  157    268    379    490    1294
            #: ARI001 C5
    """,
    "a wrong sum of a year that the corner adds": """
        Flagged::

                A      B            C            D            E
            4          2023         2024         2025         I alt
            5   Løn    100          200          300          =SUM(B5:D5)
            6   Drift  50           60           70           =SUM(B6:D6)
            7   Leje   7            8            9            =SUM(B7:D7)
            8   I alt  =SUM(B5:B7)  278          =SUM(D5:D7)  =SUM(B8:D8)
            #: ARI002 C8
    """,
    "a wrong sum of a line that the corner adds": """
        Flagged::

                A      B            C            D            E
            4          2023         2024         2025         I alt
            5   Løn    100          200          300          =SUM(B5:D5)
            6   Drift  50           60           70           190
            7   Leje   7            8            9            =SUM(B7:D7)
            8   I alt  =SUM(B5:B7)  =SUM(C5:C7)  =SUM(D5:D7)  =SUM(E5:E7)
            #: ARI001 E6
    """,
    "total in the middle": """
        Clean::

                A      B      C      D      E
            4          2023   I alt  2024   2025
            5   Løn    100    600    200    300
            6   Drift  50     180    60     70
            7   I alt  150    780    260    370
    """,
    "of which": """
        Clean::

                A            B      C      D
            4                2023   2024   I alt
            5   Personale    100    200    300
            6   - heraf løn  50     60     110
            7   Drift        50     60     110
            8   I alt        150    260    410
    """,
    "years for comparison": """
        Clean::

                A      B               C      D      E
            4          Regnskab 2022   2024   2025   I alt
            5   Løn    90              200    300    500
            6   Drift  40              60     70     130
            7   I alt  130             260    370    630
    """,
    "net of income": """
        Clean::

                A          B      C      D
            4              2023   2024   I alt
            5   Udgifter   100    200    300
            6   Indtægter  -50    -60    -110
            7   Netto      50     140    190
    """,
    "fillers": """
        Clean::

                A      B      C      D
            4          2023   2024   I alt
            5   Løn    -      200    200
            6   Drift  -      60     60
            7   I alt  -      260    260
    """,
    "years as text, last year first": """
        Clean::

                A      B      C      D      E
            4          '2026  '2025  '2024  I alt
            5   Løn    100    200    300    600
            6   I alt  100    200    300    600
    """,
    "times, dates and paragraphs are no amounts": """
        Clean::

                A      B      C      D
            1   Skema 2.1.2. 01
            2   Møde kl. 13-17 den 21.3.22, jf. §17 stk. 4, om 10.000 brugere - 3700 t.kr.
            3   Beløb i 1.000 kr.
            4          2023   2024   I alt
            5   Løn    100    200    300
            6   I alt  100    200    300
    """,
    "shares among amounts are no addends": """
        Clean::

                A      B      C      D      E
            4          2023   2024   2025   2026
            5   Løn    100    200    300    400
            6   Vækst  0.02   0.03   0.05   0.01
            #: format B6:E6 0.0%
            7   I alt  100    200    300    400
    """,
}

# A plain table whose year and corner are both off: it must be told.
OFF = """
    A      B      C      D      E      F
4          2023   2024   2025   2026   I alt
5   Løn    100    200    300    400    1000
6   Drift  50     60     70     80     260
7   Leje   7      8      9      10     34
8   I alt  157    278    379    490    1304
"""


@pytest.mark.parametrize("name", CASES)
def test_everything_that_is_found(name: str) -> None:
    [(_, text)] = grids(textwrap.dedent(CASES[name]) + "\n")
    grid = read_grid(text)
    found = [one for one in grid.findings() if one.code != "IDN005"]  # told only when asked for
    assert sorted(map(place, found)) == sorted(grid.expected), text


def test_a_labelled_total_that_is_off_is_never_passed_over() -> None:
    found = [place(finding) for finding in read_grid(OFF).findings()]
    assert ("ARI002", "C8") in found


def test_a_total_that_is_off_is_told_in_a_form_too() -> None:
    form = "    A\n2   Skema 2.1.2. 01\n3   Beløb i 1.000 kr.\n" + OFF.strip("\n")
    found = [place(finding) for finding in read_grid(form).findings()]
    assert ("ARI002", "C8") in found
