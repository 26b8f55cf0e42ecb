"""The page of a night: what it says, that it does nothing else, and how it looks in a browser."""

from __future__ import annotations

import base64
import hashlib
import html as markup
import re
from dataclasses import replace
from pathlib import Path

import pytest
from lxml import html as lxml_html

from budget_tools.model.address import Cell
from budget_tools.model.finding import Severity
from budget_tools.model.night import Excerpt, NightWorkbook, Standing
from budget_tools.reports.night import html
from tests.reports.night.browser import Browser, Page
from tests.reports.night.nights import OWNERS, STARTED, followed, hostile, night, sampled


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("night") / "Kontrol.html"
    html.write(sampled(), target)
    return target


def written(told: object, folder: Path) -> tuple[Path, str]:
    target = folder / "Kontrol.html"
    html.write(told, target)  # type: ignore[arg-type]
    return target, target.read_text(encoding="utf-8")


def texts(page: str, path: str) -> list[str]:
    found = lxml_html.fromstring(page).xpath(path)
    return [re.sub(r"\s+", " ", one.text_content()).strip() for one in found]


# --- what it says ---------------------------------------------------------------------------------


def test_new_and_fixed_stand_first_and_everything_by_owner_and_committee(tmp_path: Path) -> None:
    told = night(
        followed(id="a", standing=Standing.OPEN, owner="Bo", committee="Skoleudvalget"),
        followed(id="b", standing=Standing.FIXED, owner=None, committee=None, until=STARTED),
        followed(id="c", standing=Standing.NEW, owner="Anne"),
        followed(id="d", standing=Standing.REOPENED, owner="Bo", committee="Skoleudvalget"),
        followed(id="e", standing=Standing.ACCEPTED, owner="Bo"),
    )
    _, page = written(told, tmp_path)
    assert texts(page, "//h1") == ["1 ny fejl siden i går, 1 genåbnet, 1 rettet."]
    assert texts(page, "//h2") == [
        "Nyt siden sidst 2",
        "Rettet siden sidst 1",
        "Stadig åbne 1",
        "Accepteret 1",
    ]
    assert texts(page, "//section[@id='new']//h3") == ["Anne 1", "Bo 1"]
    assert texts(page, "//section[@id='new']//h4") == ["Økonomiudvalget 1", "Skoleudvalget 1"]
    assert texts(page, "//section[@id='fixed']//h3") == ["Uden ansvarlig 1"]
    assert texts(page, "//section[@id='fixed']//h4") == ["Uden udvalg 1"]
    assert lxml_html.fromstring(page).get("lang") == "da"


def test_a_finding_in_full(tmp_path: Path) -> None:
    _, page = written(night(followed()), tmp_path)
    (article,) = lxml_html.fromstring(page).xpath("//article")
    told = re.sub(r"\s+", " ", article.text_content())
    assert "Fejl Skema!C11 ARI002 · siden 1. november 2026" in told
    assert "C11 viser 5.400, men linjerne under 2024 giver 4.500 (forskel 900)." in told
    assert "Hvorfor: =SUM(C9:C10), efter formlerne i nabocellerne" in told
    assert "Tip: Er to cifre byttet om i C11?" in told
    assert "Ret: Skriv =SUM(C9:C10) i C11" in told
    assert texts(page, "//summary[span[@class='name']]") == ["Forslag 01.xlsx 1: 1 fejl"]
    assert texts(page, "//h5") == ["Skema 2.1.2. 01 Etablering af direktion · Ark Skema"]
    (link,) = lxml_html.fromstring(page).xpath("//p[@class='path']/a/@href")
    assert link == "file:///budget/2027/Forslag%2001.xlsx"


def test_the_little_table_has_the_letters_and_numbers_of_excel(tmp_path: Path) -> None:
    shown = Excerpt((("Løn", "1"), ("I alt", "2")), (8, 11), 27, Cell(11, 28), ())
    _, page = written(night(followed(excerpt=shown.json)), tmp_path)
    assert texts(page, "//table[@class='grid']//thead//th") == ["AA", "AB"]
    assert texts(page, "//table[@class='grid']//tbody//th") == ["8", "⋮", "11"]
    assert texts(page, "//mark") == ["2"]


def test_cells_that_belong_to_it_are_told_apart(tmp_path: Path) -> None:
    _, page = written(night(followed()), tmp_path)
    tree = lxml_html.fromstring(page)
    assert tree.xpath("//td[@class='mn']/mark/text()") == ["5.400"]
    assert [one.strip() for one in tree.xpath("//td[@class='rn']/text()")] == ["4.000", "500"]


def test_nothing_found_is_said_so(tmp_path: Path) -> None:
    clean = NightWorkbook("/budget/2027/1.xlsx", "checked", None, None, True)
    _, page = written(night(workbooks=(clean,)), tmp_path)
    assert texts(page, "//h1") == ["Ingen bemærkninger i 1 projektmappe."]
    assert texts(page, "//p[@class='clear']") == ["✓ Ingen bemærkninger."]
    assert not texts(page, "//article | //form | //aside")


@pytest.mark.parametrize(
    "changes",
    [
        {"complete": False, "trouble": ("Mappen X kunne ikke åbnes.",)},
        {"workbooks": (NightWorkbook("/budget/2027/1.xlsx", "unreadable", "Den er låst.", None, True),)},
        {"workbooks": ()},
    ],
)
def test_what_was_not_checked_is_never_called_clean(changes: dict[str, object], tmp_path: Path) -> None:
    clean = NightWorkbook("/budget/2027/2.xlsx", "checked", None, None, True)
    _, page = written(night(**{"workbooks": (clean,), **changes}), tmp_path)
    assert not texts(page, "//p[@class='clear']")
    if changes.get("complete") is False:
        assert texts(page, "//aside//li") == ["Mappen X kunne ikke åbnes."]
    elif changes["workbooks"]:
        assert texts(page, "//aside//li") == ["/budget/2027/1.xlsxDen er låst."]


def test_an_owners_page_is_about_that_owner(tmp_path: Path) -> None:
    _, page = written(sampled().part(OWNERS[0]), tmp_path)
    assert set(texts(page, "//h3")) and {one.rpartition(" ")[0] for one in texts(page, "//h3")} == {OWNERS[0]}
    assert not texts(page, "//table[@class='overview']")
    assert texts(page, "//header/p")[0] == f"Budgetkontrol · {OWNERS[0]} · 22. november 2026 kl. 02.41"


def test_in_english(tmp_path: Path) -> None:
    _, page = written(sampled("en"), tmp_path)
    assert lxml_html.fromstring(page).get("lang") == "en"
    assert "since yesterday" in texts(page, "//h1")[0]
    incomplete, new, fixed = texts(page, "//h2")[:3]
    assert incomplete == "The check is not complete"
    assert new.rpartition(" ")[0] == "New since last time" and int(new.split()[-1]) > 30
    assert fixed.rpartition(" ")[0] == "Fixed since last time" and int(fixed.split()[-1]) > 10


def test_the_same_night_makes_the_same_page(tmp_path: Path) -> None:
    assert written(sampled(), tmp_path)[1] == written(sampled(), tmp_path)[1]


def test_findings_with_the_same_id_are_told_apart(tmp_path: Path) -> None:
    _, page = written(night(followed(), followed(path="/budget/2027/2.xlsx")), tmp_path)
    ids = lxml_html.fromstring(page).xpath("//*/@id")
    assert len(ids) == len(set(ids))
    assert {"83945a72bdbf", "83945a72bdbf-2"} <= set(ids)


# --- that it does nothing else --------------------------------------------------------------------


def test_the_policy_names_the_script_and_the_style_and_nothing_more(sample: Path) -> None:
    page = sample.read_text(encoding="utf-8")
    policy = markup.unescape(re.findall(r'Content-Security-Policy" content="([^"]*)"', page)[0])
    hashes = {}
    for kind in ("style", "script"):
        ((content),) = re.findall(rf"<{kind}>(.*?)</{kind}>", page, re.DOTALL)
        hashes[kind] = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{hashes['style']}'; "
        f"script-src 'sha256-{hashes['script']}'; base-uri 'none'; form-action 'none'"
    )


def test_nothing_in_the_page_could_be_fetched_or_run(sample: Path) -> None:
    tree = lxml_html.fromstring(sample.read_text(encoding="utf-8"))
    assert not tree.xpath("//link | //img | //iframe | //object | //embed | //base | //*[@src]")
    assert not [
        name for one in tree.iter() for name in one.attrib if name.startswith("on") or name == "style"
    ]
    for link in tree.xpath("//a/@href"):
        assert link.startswith(("file:", "#")) or ":" not in link


def test_hostile_text_is_shown_and_not_obeyed(tmp_path: Path, browser: Browser) -> None:
    target, page = written(hostile(), tmp_path)
    assert len(page) < 1_000_000  # long texts are cut
    shown = browser.page().open(target, "standing=fixed")
    assert shown.evaluate("document.title") == "Budgetkontrol 22. november 2026"
    assert shown.evaluate("document.scripts.length") == 1
    assert shown.evaluate("document.images.length") == 0
    assert shown.evaluate("document.querySelector('output').textContent") == "Viser 2 af 14"
    assert shown.requests == [target.as_uri()]
    assert shown.complaints == []
    assert "49 %s" not in page  # a template in a template is text


# --- in a browser ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def page(browser: Browser) -> Page:
    return browser.page()


VISIBLE = "[...document.querySelectorAll('article')].filter((one) => !one.hidden)"


def test_nothing_is_asked_for_from_outside(page: Page, sample: Path) -> None:
    page.open(sample)
    assert page.requests == [sample.as_uri()]
    assert page.complaints == []


def test_the_filter_is_taken_from_the_address(page: Page, sample: Path) -> None:
    page.open(sample, "severity=error&standing=new")
    wanted = [
        one
        for one in list(sampled().told.findings())
        if one.severity is Severity.ERROR and one.standing is Standing.NEW
    ]
    assert page.evaluate(f"{VISIBLE}.length") == len(wanted) > 0
    assert page.evaluate(f"{VISIBLE}.every((one) => one.dataset.severity === 'error')")
    assert page.evaluate("document.querySelector('output').textContent") == (
        f"Viser {len(wanted)} af {len(list(sampled().told.findings()))}"
    )
    assert page.evaluate("document.getElementById('open').hidden")
    assert page.evaluate("document.querySelector('#new [data-count]').textContent") == str(len(wanted))


@pytest.mark.parametrize("owner", ["Jens Ø. Bæk", "-"])
def test_an_owner_is_chosen_by_a_click(page: Page, sample: Path, owner: str) -> None:
    page.open(sample)
    name = {"-": "Uden ansvarlig"}.get(owner, owner)
    page.evaluate(
        f"[...document.querySelectorAll('.overview a')].find((one) => one.textContent === '{name}').click()"
    )
    page.evaluate("new Promise((resolve) => setTimeout(resolve, 300))")
    wanted = [one for one in list(sampled().told.findings()) if (one.owner or "-") == owner]
    assert page.evaluate(f"{VISIBLE}.length") == len(wanted) > 0
    assert page.evaluate("document.querySelector('[name=owner]').value") == owner
    changed = [one for one in sampled().changed if (one.owner or "-") == owner]
    assert page.evaluate("document.querySelectorAll('.changes tbody tr:not([hidden])').length") == len(
        changed
    )


def test_words_are_searched_for_from_the_keyboard(page: Page, sample: Path) -> None:
    page.open(sample)
    page.evaluate("document.querySelector('[name=q]').focus()")
    page.send("Input.insertText", text="tusindtal SKEMA")
    page.evaluate("new Promise((resolve) => setTimeout(resolve, 400))")
    wanted = [one for one in list(sampled().told.findings()) if "tusindtal" in one.message]
    assert page.evaluate(f"{VISIBLE}.length") == len(wanted) > 0
    assert page.evaluate(f"{VISIBLE}.every((one) => one.checkVisibility())")  # unfolded
    assert page.evaluate("location.hash") == "#q=tusindtal+SKEMA"
    for key in ("keyDown", "keyUp"):  # Enter sends no form anywhere
        page.send("Input.dispatchKeyEvent", type=key, key="Enter", code="Enter", windowsVirtualKeyCode=13)
    assert page.evaluate("location.hash") == "#q=tusindtal+SKEMA"
    page.evaluate("document.querySelector('[type=reset]').click()")
    page.evaluate("new Promise((resolve) => setTimeout(resolve, 100))")
    assert page.evaluate(f"{VISIBLE}.length") == len(list(sampled().told.findings()))
    assert page.evaluate("location.hash") == ""


def test_what_fits_nothing_says_so(page: Page, sample: Path) -> None:
    page.open(sample, "q=findes+ikke+noget+sted")
    assert page.evaluate("document.getElementById('nothing').checkVisibility()")
    assert page.evaluate(f"{VISIBLE}.length") == 0


CHOSEN = """(name) => {
  const field = document.querySelector(`select[name=${name}]`);
  return [field.checkVisibility(), field.selectedOptions[0].textContent];
}"""
NOTHING = "document.getElementById('nothing')"


@pytest.fixture(scope="module")
def plain_night(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two warnings of one owner, one committee and one rule, both open: nothing to choose between."""
    target = tmp_path_factory.mktemp("plain") / "Kontrol.html"
    warning = followed(severity=Severity.WARNING)
    html.write(night(warning, warning._replace(id="b", path="/budget/2027/2.xlsx")), target)
    return target


@pytest.mark.parametrize(
    ("fragment", "name", "said"),
    [
        ("severity=error&owner=Lene+Holm", "severity", "Fejl"),
        ("standing=new", "standing", "Ny"),
        ("owner=Jens+%C3%98.+B%C3%A6k", "owner", "Jens Ø. Bæk"),
        ("owner=-", "owner", "Uden ansvarlig"),
        ("committee=Skoleudvalget&severity=warning", "committee", "Skoleudvalget"),
        ("code=ARI009", "code", "ARI009"),
    ],
)
@pytest.mark.parametrize("pixels", [1280, 390])
def test_a_saved_address_that_nothing_fits_does_not_show_everything(
    page: Page, plain_night: Path, fragment: str, name: str, said: str, pixels: int
) -> None:
    page.width(pixels)
    page.open(plain_night, fragment)
    assert page.evaluate(f"{VISIBLE}.length") == 0
    assert page.evaluate(f"{NOTHING}.checkVisibility()")
    assert page.evaluate("document.querySelector('output').textContent") == "Viser 0 af 2"
    assert page.evaluate(f"({CHOSEN})('{name}')") == [True, said]
    assert page.evaluate("document.documentElement.scrollWidth") <= pixels
    box = page.evaluate(f"(({{top, bottom}}) => [top, bottom])({NOTHING}.getBoundingClientRect())")
    assert 0 < box[0] < box[1] < 900  # seen without scrolling
    page.evaluate("document.activeElement.blur()")
    page.evaluate(f"{NOTHING}.querySelector('button').click()")
    page.evaluate("new Promise((resolve) => setTimeout(resolve, 100))")
    assert page.evaluate(f"{VISIBLE}.length") == 2
    assert not page.evaluate(f"{NOTHING}.checkVisibility()")
    assert page.evaluate("location.hash") == ""


def test_a_saved_address_that_everything_fits_is_seen_to_hold(page: Page, plain_night: Path) -> None:
    page.open(plain_night)
    fields = "[...document.querySelectorAll('#filter select')]"
    assert page.evaluate(f"{fields}.some((one) => one.checkVisibility())") is False
    page.open(plain_night, "severity=warning&owner=Lene+Holm")
    assert page.evaluate(f"{VISIBLE}.length") == 2
    assert page.evaluate(f"({CHOSEN})('severity')") == [True, "Advarsel"]
    assert page.evaluate(f"({CHOSEN})('owner')") == [True, "Lene Holm"]
    assert page.evaluate(f"({CHOSEN})('code')") == [False, "Alle"]


@pytest.mark.parametrize("pixels", [1280, 390])
def test_the_filter_of_a_saved_address_is_seen(page: Page, sample: Path, pixels: int) -> None:
    page.width(pixels)
    page.open(sample, "owner=Lene%20Holm")  # as the overview writes it, for a page without scripts
    page.evaluate("new Promise((resolve) => setTimeout(resolve, 300))")
    assert page.evaluate("document.querySelector('[name=owner]').value") == "Lene Holm"
    assert abs(page.evaluate("document.getElementById('filter').getBoundingClientRect().top")) < 100


def test_what_is_not_on_the_page_is_not_offered(page: Page, sample: Path) -> None:
    page.open(sample, "owner=Ingen")
    assert page.evaluate(f"{VISIBLE}.length") == 0
    offered = "[...document.querySelector('[name=owner]').options].filter((one) => !one.hidden)"
    assert page.evaluate(f"{offered}.map((one) => one.textContent)") == [
        "Alle", "Jens Ø. Bæk", "Lene Holm", "Uden ansvarlig", "Ingen",
    ]  # fmt: skip
    page.open(sample)
    assert "Ingen" not in page.evaluate(f"{offered}.map((one) => one.textContent)")


def test_a_page_with_only_changed_figures_is_filtered_too(page: Page, tmp_path: Path) -> None:
    told = night(workbooks=(NightWorkbook("/budget/2027/1.xlsx", "checked", None, None, True),))
    target, _ = written(replace(told, changed=sampled().changed), tmp_path)
    rows = "document.querySelectorAll('.changes tbody tr:not([hidden])').length"
    assert page.open(target).evaluate(rows) == 2
    assert page.open(target, "owner=Lene+Holm").evaluate(rows) == 1
    assert page.evaluate("document.querySelector('output').textContent") == ""
    assert page.open(target, "severity=error").evaluate(rows) == 0
    assert page.evaluate(f"{NOTHING}.checkVisibility()")


def test_an_address_with_an_id_shows_a_finding_that_the_filter_hid(page: Page, sample: Path) -> None:
    page.open(sample, "severity=note")
    hidden = page.evaluate("document.querySelector('#open article.error').id")
    page.evaluate(f"location.hash = '{hidden}'")
    page.evaluate("new Promise((resolve) => setTimeout(resolve, 100))")
    assert page.evaluate(f"document.getElementById('{hidden}').checkVisibility()")
    assert page.evaluate("location.hash") == f"#{hidden}"
    assert page.evaluate("document.querySelector('[name=severity]').value") == ""


@pytest.mark.parametrize("fragment", ["0123456789ab", "100%"])
def test_an_address_with_an_id_that_is_gone_says_so(page: Page, sample: Path, fragment: str) -> None:
    page.open(sample, fragment)
    assert page.evaluate("document.getElementById('missing').checkVisibility()")
    assert page.evaluate(f"{VISIBLE}.length") == len(list(sampled().told.findings()))
    assert page.complaints == []
    page.evaluate("location.hash = 'severity=error'")
    page.evaluate("new Promise((resolve) => setTimeout(resolve, 100))")
    assert not page.evaluate("document.getElementById('missing').checkVisibility()")


def test_an_address_with_an_id_unfolds_that_finding(page: Page, sample: Path) -> None:
    last = page.open(sample).evaluate("[...document.querySelectorAll('#open article')].at(-1).id")
    assert not page.evaluate(f"document.getElementById('{last}').checkVisibility()")
    page.open(sample, last)
    assert page.evaluate(f"document.getElementById('{last}').checkVisibility()")


def test_everything_folds_and_unfolds(page: Page, sample: Path) -> None:
    page.open(sample)
    page.evaluate("document.getElementById('unfold').click()")
    assert page.evaluate(f"{VISIBLE}.every((one) => one.checkVisibility())")
    page.evaluate("document.getElementById('fold').click()")
    assert not page.evaluate(f"{VISIBLE}.some((one) => one.checkVisibility())")


def test_without_scripts_everything_is_there(browser: Browser, sample: Path) -> None:
    page = browser.page()
    page.send("Emulation.setScriptExecutionDisabled", value=True)
    page.open(sample)
    page.send("Emulation.setScriptExecutionDisabled", value=False)
    assert page.evaluate("document.getElementById('filter').hidden")  # the script never ran
    assert page.evaluate("document.querySelectorAll('article[hidden]').length") == 0
    assert page.evaluate("document.querySelector('#new article').checkVisibility()")
    targets = "[...document.querySelectorAll('.overview a')].map((one) => one.getAttribute('href').slice(1))"
    assert page.evaluate(f"{targets}.length") == 3
    assert page.evaluate(f"{targets}.every((one) => document.getElementById(one))")
    folds = "[...document.querySelectorAll('#open summary')]"
    page.evaluate(f"{folds}[0].click()")
    assert page.evaluate("document.querySelector('#open article').checkVisibility()")


def test_what_is_folded_is_printed(page: Page, sample: Path) -> None:
    page.open(sample)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate(f"{VISIBLE}.every((one) => one.checkVisibility())")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert not page.evaluate("document.querySelector('#open article').checkVisibility()")


@pytest.mark.parametrize("pixels", [1280, 390, 320])
def test_nothing_sticks_out_at_the_side(page: Page, sample: Path, pixels: int) -> None:
    page.width(pixels)
    page.open(sample)
    page.evaluate("document.getElementById('unfold').click()")
    assert page.evaluate("document.documentElement.scrollWidth") <= pixels


# The ratio of a text's colour to what is behind it, as the accessibility guidelines work it out.
_CONTRAST = """
(() => {
  const parse = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => {
    const one = (x) => ((x /= 255) <= 0.03928 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4);
    return 0.2126 * one(r) + 0.7152 * one(g) + 0.0722 * one(b);
  };
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = parse(getComputedStyle(at).backgroundColor);
      if (colour.length < 4 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  const faint = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.textContent.trim() || ["SCRIPT", "STYLE"].includes(element.tagName)) continue;
    const style = getComputedStyle(element);
    const colour = element.closest("svg") ? style.fill : style.color;
    const [a, b] = [light(parse(colour)), light(behind(element))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) faint.add(`${element.tagName}.${element.className}: ${ratio.toFixed(2)}`);
  }
  return [...faint];
})()
"""


def test_every_text_can_be_read_against_its_ground(page: Page, sample: Path) -> None:
    page.width(1280)
    page.open(sample)
    assert page.evaluate(_CONTRAST) == []


def test_every_field_has_a_name_and_every_table_too(page: Page, sample: Path) -> None:
    page.open(sample)
    nodes = page.send("Accessibility.getFullAXTree")["nodes"]
    roles = ("combobox", "searchbox", "button", "table", "textbox", "link", "region", "image")
    named = [(one["role"]["value"], one.get("name", {}).get("value")) for one in nodes if not one["ignored"]]
    assert {role for role, _ in named} >= {"combobox", "searchbox", "button", "table", "link", "region"}
    assert [role for role, name in named if role in roles and not name] == []


def test_twenty_thousand_findings_stay_usable(page: Page, tmp_path: Path) -> None:
    told = sampled()
    findings = tuple(
        one._replace(
            id=f"{number:05}", path=f"/budget/2027/Forslag {number // 4:04}.xlsx", standing=Standing.OPEN
        )
        for number, one in enumerate(list(told.told.findings()) * 93)
    )[:20_000]
    target, _ = written(night(*findings), tmp_path)
    assert target.stat().st_size < 5_000_000
    page.open(target)
    took = page.evaluate(
        "(async () => { const start = performance.now(); location.hash = 'q=forslag';"
        " await new Promise((resolve) => addEventListener('hashchange', () => setTimeout(resolve)));"
        " document.body.offsetHeight; return performance.now() - start; })()"
    )
    assert page.evaluate("document.querySelector('output').textContent").endswith(" af 1.000")
    assert took < 5_000  # milliseconds; 50 where nobody else is at work
