"""Registers: one proposal a row, whatever its title begins with."""

from __future__ import annotations

from tests.grid import place, read_grid

REGISTER = """
        A           B      C      D      E
    3   Titel              2023   2024   I alt
    4   Forslag 12         100    200    300
    5   Forslag 13         100    200    310
    6   Skema 2.1.2. 14    100    200    300
"""


def test_a_line_that_is_called_a_proposal_opens_no_form() -> None:
    found = [place(finding) for finding in read_grid(REGISTER).findings()]
    assert found == [("ARI001", "E5")]
