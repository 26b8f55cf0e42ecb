"""The index over nights: a line a night, a bar a night, and nothing else."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from lxml import html as lxml_html

from budget_tools.model.night import Tally
from budget_tools.reports.night import index
from budget_tools.reports.night.chart import MOST_NIGHTS, chart
from tests.reports.night.browser import Browser
from tests.reports.night.nights import STARTED


def tallies(count: int) -> list[Tally]:
    return [
        Tally(
            run, STARTED + timedelta(days=run), 5_000, run % 7, run % 5, run % 3, run % 4, run % 2, run != 3
        )
        for run in range(count)
    ]


def written(count: int, folder: Path) -> tuple[Path, str]:
    target = folder / "index.html"
    entries = [index.Entry(one, f"nætter/{one.run}.html" if one.run > 1 else None) for one in tallies(count)]
    index.write(entries, target)
    return target, target.read_text(encoding="utf-8")


def test_the_latest_night_stands_first_and_leads_to_its_page(tmp_path: Path) -> None:
    tree = lxml_html.fromstring(written(5, tmp_path)[1])
    lines = tree.xpath("//tbody/tr")
    assert [line.xpath("string(th)") for line in lines] == [
        f"{day}.11.2026 02.30" for day in (26, 25, 24, 23, 22)
    ]
    assert tree.xpath("//tbody//a/@href") == [
        "n%C3%A6tter/4.html",
        "n%C3%A6tter/3.html",
        "n%C3%A6tter/2.html",
    ]
    assert [cell.text_content() for cell in lines[1].xpath("td")] == ["3", "1", "3", "3", "0", "5.000", "nej"]


def test_the_chart_is_told_in_words_too(tmp_path: Path) -> None:
    tree = lxml_html.fromstring(written(5, tmp_path)[1])
    (svg,) = tree.xpath("//*[local-name()='svg']")
    assert svg.get("role") == "img"
    for name in svg.get("aria-labelledby").split():
        assert tree.xpath(f"//*[@id='{name}']")[0].text_content().strip()
    assert "Sidst 26. november 2026: 4 fejl, 4 advarsler, 1 bemærkning." in svg.text_content()
    assert "25. november 2026: 3 fejl, 3 advarsler, 0 bemærkninger (kontrollen er ikke fuldstændig)" in (
        svg.text_content()
    )


def test_bars_are_as_high_as_their_numbers() -> None:
    drawn = chart([Tally(1, STARTED, 9, 40, 10, 0, 0, 0), Tally(2, STARTED, 9, 0, 0, 0, 0, 0)], "da")
    (error, warning), nothing = drawn.bars[0].piles, drawn.bars[1].piles
    assert nothing == ()
    assert error[0] == "error" and error[2] == pytest.approx(4 * warning[2], abs=0.5)
    assert error[1] == pytest.approx(drawn.floor - error[2], abs=0.2)
    assert warning[1] == pytest.approx(error[1] - warning[2], abs=0.2)
    assert [label for _, label in drawn.levels] == ["0", "10", "20", "30", "40", "50"]


@pytest.mark.parametrize("most", [0, 1, 3, 7, 99, 12_345, 1_000_000])
def test_the_levels_are_few_and_round_and_hold_everything(most: int) -> None:
    drawn = chart([Tally(1, STARTED, 9, most, 0, 0, 0, 0)], "da")
    numbers = [int(label.replace(".", "")) for _, label in drawn.levels]
    assert numbers[-1] >= most and 2 <= len(numbers) <= 7


def test_a_long_history_shows_the_last_nights() -> None:
    drawn = chart(tallies(400), "da")
    assert len(drawn.bars) == MOST_NIGHTS
    assert drawn.bars[-1].x + drawn.bars[-1].width <= drawn.right


def test_no_nights_yet(tmp_path: Path) -> None:
    _, page = written(0, tmp_path)
    assert "Der er ingen kontroller endnu." in page


@pytest.mark.parametrize("pixels", [1280, 390])
def test_in_a_browser(browser: Browser, tmp_path: Path, pixels: int) -> None:
    target, _ = written(60, tmp_path)
    page = browser.page()
    page.width(pixels)
    page.open(target)
    assert page.requests == [target.as_uri()]
    assert page.complaints == []
    assert page.evaluate("document.documentElement.scrollWidth") <= pixels
    assert page.evaluate("document.querySelectorAll('svg rect').length") > 100
    # no heading of the table is broken into letters, and all of them are seen
    pieces = page.evaluate("""[...document.querySelectorAll('.nights thead th')].map((one) => {
      const range = document.createRange();
      range.selectNodeContents(one);
      return range.getClientRects().length;
    })""")
    assert pieces == [1] * 8
    table = "document.querySelector('.nights').closest('.scroll')"
    assert page.evaluate(f"{table}.scrollWidth <= {table}.clientWidth")
