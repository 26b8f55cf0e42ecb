"""FRM: one cause is one finding, and what is no fault is left alone."""

from __future__ import annotations

import textwrap

import pytest

from budget_tools.catalog import entry
from budget_tools.inspection.batch import inspect
from budget_tools.inspection.examining import examine
from budget_tools.inspection.settling import settle
from budget_tools.model.address import Cell
from budget_tools.model.finding import Finding, Place, Severity
from budget_tools.reports.wording import Wording
from budget_tools.settings import Settings
from tests.grid import grids, place, read_grid

# Each is a block as in a docstring; all that is found must be named, whatever its code.
CASES = {
    "a short sum beside columns of differences and shares, which are formulas of another kind": """
        Flagged::

                A      B            C            D            E       F
            4          2022         2023         2024         Change  Share
            5   Løn    1000         1200         1300         =D5-C5  =C5/D5
            6   Drift  1100         1060         1070         =D6-C6  =C6/D6
            7   Leje   1200         1080         1090         =D7-C7  =C7/D7
            8   I alt  =SUM(B5:B6)  =SUM(C5:C7)  =SUM(D5:D7)  =D8-C8  =C8/D8
            #: FRM002 B8
    """,
    "the only other sum of the line gives a short sum away": """
        Flagged::

                A                  B            C
            4                      2023         2024
            5   Precepts           79277        98255
            6   Cost               478          499
            7   Provision          2396         2242
            8   Total expenditure  =SUM(B5:B6)  =SUM(C5:C7)
            9   Brought forward    1609         1692
            10  Carried forward    =B8+B9       =C8+C9
            #: FRM002 B8
    """,
    "a short sum explains the corner that adds it": """
        Flagged::

                A      B            C            D            E
            4          2023         2024         2025         I alt
            5   Løn    100          200          300          =SUM(B5:D5)
            6   Drift  50           60           70           =SUM(B6:D6)
            7   Leje   7            8            9            =SUM(B7:D7)
            8   I alt  =SUM(B5:B7)  =SUM(C5:C6)  =SUM(D5:D7)  =SUM(B8:D8)
            #: FRM002 C8
    """,
    "a short sum of a line explains the corner": """
        Flagged::

                A      B            C            D            E
            4          2023         2024         2025         I alt
            5   Løn    100          200          300          =SUM(B5:C5)
            6   Drift  50           60           70           =SUM(B6:D6)
            7   Leje   7            8            9            =SUM(B7:D7)
            8   I alt  =SUM(B5:B7)  =SUM(C5:C7)  =SUM(D5:D7)  =SUM(E5:E7)
            #: FRM002 E5
    """,
    "a line that all sums leave out is told once": """
        Flagged::

                A      B            C            D            E
            4          2023         2024         2025         I alt
            5   Løn    100          200          300          =SUM(B5:D5)
            6   Drift  50           60           70           =SUM(B6:D6)
            7   Leje   7            8            9            =SUM(B7:D7)
            8   Vand   4            5            6            =SUM(B8:D8)
            9   I alt  =SUM(B5:B7)  =SUM(C5:C7)  =SUM(D5:D7)  =SUM(E5:E7)
            #: FRM002 B9
    """,
    "the year in the heading is added": """
        Flagged::

                A      B            C            D
            4          2023         2024         I alt
            5   Løn    100          200          =SUM(B5:C5)
            6   Drift  50           60           =SUM(B6:C6)
            7   I alt  =SUM(B4:B6)  =SUM(C4:C6)  =SUM(B7:C7)
            #: FRM002 B7
    """,
    "ranges that overlap explain the corner": """
        Flagged::

                A      B                  C            D            E
            4          2023               2024         2025         I alt
            5   Løn    100                200          300          =SUM(B5:D5)
            6   Drift  50                 60           70           =SUM(B6:D6)
            7   Leje   7                  8            9            =SUM(B7:D7)
            8   I alt  =SUM(B5:B6,B6:B7)  =SUM(C5:C7)  =SUM(D5:D7)  =SUM(B8:D8)
            #: FRM003 B8
    """,
    "a subtotal that is added again has its own name": """
        Flagged::

                A          B            C            D
            4              2023         2024         I alt
            5   Løn        100          200          =SUM(B5:C5)
            6   Drift      50           60           =SUM(B6:C6)
            7   Mellemsum  =SUM(B5:B6)  =SUM(C5:C6)  =SUM(B7:C7)
            8   Leje       7            8            =SUM(B8:C8)
            9   I alt      =SUM(B5:B8)  =SUM(C5:C8)  =SUM(D5:D8)
            #: ARI007 B9
    """,
    "a total of one line that adds another line": """
        Flagged::

                A      B            C            D            E
            4          2023         2024         2025         I alt
            5   Løn    100          200          300          =SUM(B5:D5)
            6   Drift  50           60           70           =SUM(B5:D5)
            7   Leje   7            8            9            =SUM(B7:D7)
            8   Vand   4            5            6            =SUM(B8:D8)
            #: FRM004 E6
    """,
    "a block of formulas that are unlike the rest is told once": """
        Flagged::

                A      B      C            D            E            F            G            H
            4          2023   2024         2025         2026         2027         2028         2029
            5   Løn    100    =B5*1.02     =C5*1.02     =D5*1.02     =E5*1.02     =F5*1.02     =G5*1.02
            6   Drift  50     =B6+10       =C6+10       =D6+10       =E5+10       =F6+10       =G6+10
            #: FRM005 C5
            #: FRM005 C6
            #: FRM004 F6
    """,
    "two files in one table": """
        Flagged::

                A      B                       C                       D                         E
            4          2023                    2024                    2025                      I alt
            5   Løn    =[Løn.xlsx]Ark1!B2→100  =[Løn.xlsx]Ark1!C2→200  300                       600
            6   Drift  50                      60                      =[Drift.xlsx]Ark1!D2→70   180
            #: FRM007 B5
            #: FRM007 D6
    """,
    "sums by plus are the same sums": """
        Clean::

                A      B            C            D            E
            4          2023         2024         2025         I alt
            5   Løn    100          200          300          =B5+C5+D5
            6   Drift  50           60           70           =SUM(B6:D6)
            7   Leje   7            8            9            =SUM(B7:D7)
            8   I alt  =B5+B6+B7    =SUM(C5:C7)  =SUM(D5:D7)  =SUM(E5:E7)
    """,
    "the corner may add its line or its column": """
        Clean::

                A      B            C            D            E
            4          2023         2024         2025         I alt
            5   Løn    100          200          300          =SUM(B5:D5)
            6   Drift  50           60           70           =SUM(B6:D6)
            7   I alt  =SUM(B5:B6)  =SUM(C5:C6)  =SUM(D5:D6)  =SUM(B7:D7)
    """,
    "an 'of which' line that one sum rightly leaves out": """
        Clean::

                A              B            C            D
            4                  2023         2024         I alt
            5   Personale      100          200          =SUM(B5:C5)
            6   heraf overtid  50           60           =SUM(B6:C6)
            7   Drift          7            8            =SUM(B7:C7)
            8   I alt          =B5+B7       =C5+C7       =SUM(D5,D7)
    """,
    "sections of unequal length": """
        Clean::

                A           B             C             D
            4               2023          2024          I alt
            5   Løn         100           200           =SUM(B5:C5)
            6   Drift       50            60            =SUM(B6:C6)
            7   Udgifter    =SUM(B5:B6)   =SUM(C5:C6)   =SUM(B7:C7)
            8   Salg        -10           -20           =SUM(B8:C8)
            9   Tilskud     -5            -6            =SUM(B9:C9)
            10  Leje        -1            -2            =SUM(B10:C10)
            11  Indtægter   =SUM(B8:B10)  =SUM(C8:C10)  =SUM(B11:C11)
            12  Netto       =B7+B11       =C7+C11       =SUM(B12:C12)
    """,
    "a series begins with another formula": """
        Clean::

                A       B        C            D            E
            4           2023     2024         2025         2026
            5   Primo   100      =B7          =C7          =D7
            6   Afdrag  -10      -10          -10          -10
            7   Ultimo  =B5+B6   =C5+C6       =D5+D6       =E5+E6
    """,
}


@pytest.mark.parametrize("name", CASES)
def test_everything_that_is_found(name: str) -> None:
    [(_, text)] = grids(textwrap.dedent(CASES[name]) + "\n")
    grid = read_grid(text)
    assert sorted(map(place, grid.findings())) == sorted(grid.expected), text


def found(text: str) -> dict[str, Finding]:
    """The findings of a drawing by their codes."""
    return {finding.code: finding for finding in read_grid(textwrap.dedent(text)).findings()}


SHORT = """
    A      B            C            D            E
4          2023         2024         2025         I alt
5   Løn    100          200          300          =SUM(B5:D5)
6   Drift  50           60           70           =SUM(B6:D6)
7   Leje   7            {left_out}   9            =SUM(B7:D7)
8   I alt  =SUM(B5:B7)  =SUM(C5:C6)  =SUM(D5:D7)  =SUM(E5:E7)
"""


def test_a_short_sum_says_what_is_left_out_and_what_should_stand_there() -> None:
    short = found(SHORT.format(left_out="8         "))["FRM002"]
    assert short.facts["left_out"] == "C7"
    assert (short.facts["shown"], short.facts["expected"], short.facts["difference"]) == (260, 268, -8)
    assert short.fix is not None
    [edit] = short.fix.edits
    assert (str(edit.cell), edit.formula, edit.value) == ("C8", "=SUM(C5:C7)", 268)  # type: ignore[union-attr]


def test_a_short_sum_that_is_right_today_is_another_matter() -> None:
    short = found(SHORT.format(left_out="0         "))["FRM002"]
    assert short.variant == "short-right"


def test_a_block_of_short_sums_names_all_its_cells() -> None:
    [(_, text)] = grids(textwrap.dedent(CASES["a line that all sums leave out is told once"]) + "\n")
    [short] = read_grid(text).findings()
    assert (short.variant, short.facts["cells"], short.facts["names"]) == ("short-many", "B9:E9", ("Vand",))
    assert short.fix is not None and len(short.fix.edits) == 4


def test_the_formula_is_evidence_where_arithmetic_finds_the_total_wrong() -> None:
    cell = Cell(8, 4)
    wrong = Finding("ARI002", "Ark1", cell, {"evidence": "layout", "covers": "D5:D7"})
    [told] = settle([Finding("FRM004", "Ark1", cell), wrong])
    assert told.code == "ARI002"
    assert (
        Wording("da").evidence(told)
        == "D5:D7, efter tabellens opstilling, og formlen er anderledes end i nabocellerne"
    )


def test_cells_that_are_counted_twice_stand_for_the_total_that_they_put_wrong() -> None:
    cell = Cell(8, 4)
    twice = Finding("FRM003", "Ark1", cell)
    assert [one.code for one in settle([twice, Finding("ARI002", "Ark1", cell)])] == ["FRM003"]
    by_name = Finding("ARI007", "Ark1", Cell(8, 2), related=(Place("Ark1", cell),))
    assert [one.code for one in settle([twice, by_name])] == ["ARI007"]


def test_a_formula_that_is_wrong_in_a_form_is_an_error_and_explains_the_corner() -> None:
    findings = found(
        """
            A      B            C            D            E            F
        2   Skema 2.1.2. 01
        3   Beløb i 1.000 kr.
        4          2023         2024         2025         2026         I alt
        5   Løn    100          200          300          400          =SUM(B5:E5)
        6   Drift  50           60           70           80           =SUM(B6:E6)
        7   Leje   7            8            9            10           =SUM(B7:E7)
        8   I alt  =SUM(B5:B7)  =SUM(C5:C7)  =C8+100      =SUM(E5:E7)  =SUM(F5:F7)
        """
    )
    findings.pop("IDN005", None)  # told only when asked for
    assert {code: finding.variant for code, finding in findings.items()} == {"FRM004": "wrong"}
    assert findings["FRM004"].facts["expected"] == 379


# --- text, filters, manual calculation --------------------------------------------------------------------

TEXT = """
    A      B            C            D
4          2023         2024         I alt
5   Løn    100          '1200        =B5+C5→1300
6   Drift  50           60           =B6+C6
7   I alt  =SUM(B5:B6)  =SUM(C5:C6)  =SUM(B7:C7)
"""


def test_text_that_a_plus_counts_and_sum_does_not() -> None:
    findings = found(TEXT)
    assert set(findings) == {"NUM001"}
    hint = findings["NUM001"].hint
    assert hint is not None
    assert (hint.code, dict(hint.facts)) == (
        "FRM008",
        {"text_cell": "C5", "by_plus": "D5", "by_sum": "C7"},
    )


def test_text_that_nothing_counts_needs_no_hint() -> None:
    assert found(TEXT.replace("=B5+C5→1300", "=SUM(B5:C5)→100"))["NUM001"].hint is None


FILTERED = """
    A      B                   C                   D
4          2023                2024                I alt
5   Løn    100                 200                 300
6   Drift  50                  60                  110
7   Leje   7                   8                   15
8   I alt  =SUBTOTAL(9,B5:B7)  =SUBTOTAL(9,C5:C7)  =SUBTOTAL(9,D5:D7)
#: {said}
"""


def test_a_total_of_filtered_lines_is_told_as_what_it_is() -> None:
    findings = found(FILTERED.format(said="filtered row 6"))
    assert set(findings) == {"STR006"}
    hidden = findings["STR006"]
    assert (hidden.variant, hidden.facts["where"], hidden.facts["totals"]) == ("not-added", "6", "B8:D8")


def test_subtotal_counts_what_was_hidden_by_hand() -> None:
    findings = found(FILTERED.format(said="hidden row 6"))
    assert findings["STR006"].variant == "rows"
    assert set(findings) == {"STR006"}


def test_subtotal_109_passes_over_what_was_hidden_by_hand() -> None:
    findings = found(FILTERED.replace("SUBTOTAL(9,", "SUBTOTAL(109,").format(said="hidden row 6"))
    assert {code: finding.variant for code, finding in findings.items()} == {"STR006": "not-added"}


CALCULATED = """
    A      B      C      D
4          2023   2024   I alt
5   Løn    100    200    =SUM(B5:C5)→{shown}
#: manual calculation
"""


@pytest.mark.parametrize(("shown", "variant"), [("300", "manual"), ("290", "by-hand")])
def test_manual_calculation(shown: str, variant: str) -> None:
    assert found(CALCULATED.format(shown=shown))["FRM006"].variant == variant


def test_a_result_that_was_stored_rounded_is_a_note() -> None:
    grid = read_grid(
        textwrap.dedent("""
            A      B      C      D
        4          2023   2024   2025
        5   Løn    100    =B5/3→33.33  200
        """)
    )
    [(report, _)] = inspect([examine(grid.book(), Settings())])
    [finding] = [one for one in report.findings if one.code == "FRM006"]
    assert finding.variant == "rounded"


def test_severities() -> None:
    assert entry("FRM002").severity(variant="short") == Severity.ERROR.word
    assert entry("FRM002").severity(variant="short-right") == Severity.WARNING.word
    assert entry("FRM004").severity() == Severity.WARNING.word
    assert entry("FRM004").severity(variant="wrong") == Severity.ERROR.word
    assert entry("FRM005").severity() == "off"
    assert entry("FRM006").severity(variant="rounded") == Severity.NOTE.word
