"""The public chart of accounts: functions in texts, and the frames that their spending belongs to."""

from __future__ import annotations

import pytest

from budget_tools.prose import accounts


@pytest.mark.parametrize(
    ("text", "frame"),
    [
        ("5.57.73 Kontant- og uddannelseshjælp", "transfers"),
        ("Sygedagpenge (5.57.71.1)", "transfers"),
        ("Refusion 5.57.73.2", "transfers"),
        ("6.45.51 Sekretariat og forvaltninger", "service"),
        ("3.22.01 Folkeskoler", "service"),
        ("3.22.01.3 Ombygning af skole", None),
        ("1.38.60 Affald", None),
        ("7.55.70 Renter", None),
        ("5.57.73 og 6.45.51", None),
        ("Mødet 21.3.22", None),
        ("Mødet 6.12.23", None),
        ("Skema 2.1.2. 01", None),
        ("Forhøjelse på 1.250.000 kr.", None),
        ("Løn", None),
    ],
)
def test_frames(text: str, frame: str | None) -> None:
    assert accounts.frame_of(text) == frame


def test_the_settings_outrank_the_public_transfers() -> None:
    assert accounts.frame_of("5.57.73", ["5.57.71"]) == "service"
    assert accounts.frame_of("5.57.71.1", ["5.57.71"]) == "transfers"


def test_every_transfer_is_a_main_function() -> None:
    assert accounts.transfers() <= accounts.main_functions()


@pytest.mark.parametrize(
    ("function", "known"),
    [("6.45.51", True), ("6.54.51", False), ("7.62.80", True), ("6.45.51.1", True), ("6.45.51.9", False)],
)
def test_main_functions(function: str, known: bool) -> None:
    assert accounts.is_public(function) == known
