"""The grids in the docstrings of the rules: what a rule flags, and what it leaves alone."""

from __future__ import annotations

import re

import pytest

from budget_tools.model.book import ErrorValue
from budget_tools.rules import RULES
from tests.grid import Grid, GridError, grids, place, read_grid

EVERY = [
    pytest.param(rule.code, kind, text, id=f"{rule.code}-{kind.lower()}-{number}")
    for rule in RULES
    for number, (kind, text) in enumerate(grids(rule.documentation), 1)
]


@pytest.mark.parametrize(("code", "kind", "text"), EVERY)
def test_grid(code: str, kind: str, text: str) -> None:
    grid = read_grid(text)
    assert {expected for expected, _ in grid.expected} == ({code} if kind == "Flagged" else set())
    found = sorted(map(place, grid.findings()))
    others = [one for one in found if one[0] != code]
    if others:
        print(f"{code} {kind.lower()} gives {others} too")  # shown with -rP
    assert [one for one in found if one[0] == code] == sorted(grid.expected), text


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_every_block_of_a_docstring_is_a_grid(rule: object) -> None:
    documentation = rule.documentation  # type: ignore[attr-defined]
    marks = re.findall(r"^ *(Flagged|Clean)::$", documentation, re.MULTILINE)
    assert marks == [kind for kind, _ in grids(documentation)]
    assert len(re.findall("#: ", documentation)) == len(
        re.findall("#: ", "".join(text for _, text in grids(documentation)))
    )


# --- the drawing itself ---------------------------------------------------------------------------


def test_what_a_grid_can_say() -> None:
    grid = read_grid(
        "        A      B      C      D\n"
        "    #: period 2023 2024\n"
        "    4          2023   2024   I alt\n"
        "    5   Løn    10,4   '1.200  =SUM(B5:C5)→140   #: NUM001 C5\n"
        "    6          #REF!  -5     =B6\n"
        "    10  I alt  =SUM(B5:B6)  =SUM(C5:C6)  =SUM(D5:D6)\n"
        "    #: format B5:C5 # ##0 kr.\n"
        "    #: hidden row 6\n"
        "    #: hidden column C\n"
        "    #: STR001 -\n"
    )
    assert {str(address): str(content) for address, content in grid.cells.items()} == {
        **{"B4": "2023", "C4": "2024", "D4": "I alt"},
        **{"A5": "Løn", "B5": "10.4", "C5": "1.200", "D5": str(("=SUM(B5:C5)", 140))},
        **{"B6": "#REF!", "C6": "-5", "D6": str(("=B6", None))},
        **{"A10": "I alt", "B10": str(("=SUM(B5:B6)", None)), "C10": str(("=SUM(C5:C6)", None))},
        "D10": str(("=SUM(D5:D6)", None)),
    }
    assert grid.expected == [("NUM001", "C5"), ("STR001", "-")]
    assert (grid.period, grid.hidden_rows, grid.hidden_columns) == ((2023, 2024), [6], [3])
    assert grid.formats == {"B5": "# ##0 kr.", "C5": "# ##0 kr."}
    sheet = grid.book().sheets[0]
    assert sheet.value(6, 2) == ErrorValue("#REF!")
    assert sheet.value(5, 4) == 140
    assert sheet.value(10, 3) == -5
    assert sheet.unvalued == {(6, 4), (10, 2), (10, 4)}  # what follows from an error is not known


@pytest.mark.parametrize(
    "text",
    ["5  Løn", "    A  B\n5   1  2  3", "    A\nx   1", "    A\n#: nonsense", "    A\n#: hidden tail 5"],
)
def test_a_grid_drawn_wrong(text: str) -> None:
    with pytest.raises(GridError):
        read_grid(text)


def test_an_empty_grid() -> None:
    assert [place(finding) for finding in Grid().findings()] == [("STR001", "-")]
