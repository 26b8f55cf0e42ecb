"""What is told, to whom, in which words; and nothing else."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from budget_tools.model.finding import Severity
from budget_tools.model.night import Night, Standing
from budget_tools.nightly.notifying.digest import (
    MOST,
    MOST_OF_A_WORKBOOK,
    Digest,
    digests,
    shown_path,
    unlike,
)
from budget_tools.nightly.notifying.shapes import LONGEST_CHAT, as_chat, as_html, as_text

from .nights import BENTE, FOLDER, OLE, change, finding, night

NASTY = "<script>alert(1)</script>\r\nBcc: all@example.org\x1b[31m & \"x\" 'y' \u202e\udcf8"


class _Words(HTMLParser):
    """The words of a page, and whether its elements are closed as they were opened."""

    VOID = ("meta", "br")

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in ("title", "style"):
            self.words += data.split()


def read(page: str) -> _Words:
    words = _Words()
    words.feed(page)
    assert not words.open
    return words


def of(found: tuple[Digest, ...], owner: str | None) -> Digest:
    (one,) = (one for one in found if one.owner == owner)
    return one


def test_nothing_new_is_told_to_nobody() -> None:
    quiet = night(
        finding(3, Standing.OPEN), finding(4, Standing.ACCEPTED), finding(5, Standing.OPEN, owner=OLE)
    )
    assert digests(quiet) == ()
    assert digests(night()) == ()


def test_only_those_hear_who_have_news() -> None:
    found = digests(
        night(
            finding(3),
            finding(4, Standing.OPEN),
            finding(5, Standing.OPEN, owner=OLE, path=f"{FOLDER}/Skole/a.xlsx"),
            finding(6, Standing.FIXED, owner="Kultur", path=f"{FOLDER}/Kultur/b.xlsx"),
        )
    )
    assert [one.owner for one in found] == ["Kultur", BENTE, None]
    assert "F3 viser" in as_text(of(found, BENTE))
    assert "F4 viser" not in as_text(of(found, BENTE))
    assert "F6" not in as_text(of(found, BENTE))
    department = as_text(of(found, None))
    assert "F3 viser" in department and "F6 viser" in department and "F5 viser" not in department
    assert f"Ansvarlig: {BENTE}" in department and "Ansvarlig: Kultur" in department
    assert "Ansvarlig" not in as_text(of(found, BENTE))


def test_subject_says_it_all() -> None:
    known = night(finding(3), finding(4), finding(5, Standing.FIXED))
    assert of(digests(known), BENTE).subject == "2 nye fejl, 1 rettet – Økonomiudvalget"
    assert of(digests(replace(known, language="en")), BENTE).subject == (
        "2 new errors, 1 fixed – Økonomiudvalget"
    )


def test_subject_names_owner_or_folder_where_there_are_several_committees() -> None:
    known = night(
        finding(3, committee="Skoleudvalget", owner=OLE),
        finding(4, owner=OLE),
        finding(5),
        finding(6, committee=None),
    )
    assert of(digests(known), None).subject.endswith("– Budget 2027")
    assert of(digests(known), BENTE).subject.endswith("– Budget 2027")
    assert of(digests(replace(known, folders=("/a", "/b"))), None).subject.endswith("– alle mapper")
    assert of(digests(night(finding(3, committee=None, owner="Kultur"))), "Kultur").subject == (
        "1 ny fejl – Kultur"
    )


def test_the_worst_three_counts_and_the_fixed_ones() -> None:
    every = night(
        finding(1),
        finding(2, code="RUN002"),
        finding(3, Standing.REOPENED),
        finding(4, severity=Severity.WARNING),
        finding(5, severity=Severity.NOTE),
        finding(6, Standing.FIXED),
        changed=(change(),),
    )
    digest = of(digests(every), BENTE)
    assert digest.heading == "1 ny fejl, 1 fil kan ikke kontrolleres, 1 genåbnet, 1 rettet"
    assert digest.summary == "Kontrolleret 29.11.2026 kl. 02.14: 1 projektmappe, 5 åbne fund i alt."
    assert [one.label for _, one in digest.told] == [
        "Ny fejl",
        "Kan ikke kontrolleres",
        "Genåbnet fejl",
        "Ændret efter fristen",
        "Ny advarsel",
        "Ny bemærkning",
        "Rettet",
    ]
    assert "Løn, 2027: før 1.200, nu 1.500. Fristen var 01.11.2026." in as_text(digest)


def test_cells_sentences_and_what_to_do() -> None:
    text = as_text(
        of(digests(night(finding(14, hint="Uden 'Pension' går det op.")), {BENTE: ["R:\\a.html"]}), BENTE)
    )
    assert text.splitlines() == [
        "1 ny fejl",
        "Kontrolleret 29.11.2026 kl. 02.14: 1 projektmappe, 1 åbent fund i alt.",
        "",
        "Økonomi/løn.xlsx",
        "",
        "  Ny fejl · Skema 2.1.2. 01, Løn!F14",
        "    F14 viser 2.900, men årene i linjen 'Løn' giver 3.000 (forskel -100).",
        "    Uden 'Pension' går det op.",
        "    Ret: Skriv 3.000 i cellen, eller ret årene.",
        "",
        "Hele rapporten: R:\\a.html",
        "",
        "-- ",
        "Du får denne mail, fordi du står som ansvarlig for filerne. "
        "Den sendes kun, når noget er nyt eller rettet.",
    ]


def test_worst_workbook_first() -> None:
    paths = [f"{FOLDER}/{name}.xlsx" for name in ("a", "b", "c")]
    known = night(
        finding(1, severity=Severity.NOTE, path=paths[0]),
        finding(2, Standing.FIXED, path=paths[0]),
        finding(3, path=paths[1]),
        finding(4, path=paths[2], severity=Severity.WARNING),
        finding(5, path=paths[2]),
        finding(6, path=paths[2]),
    )
    digest = of(digests(known), BENTE)
    assert [group.workbook for group in digest.groups] == ["c.xlsx", "b.xlsx", "a.xlsx"]
    assert [one.tone for one in digest.groups[0].news] == ["error", "error", "warning"]


def test_many_are_counted_and_the_rest_is_in_the_report() -> None:
    crowd = [
        finding(row, path=f"{FOLDER}/{book:02}.xlsx", severity=Severity.ERROR if row < 9 else Severity.NOTE)
        for book in range(30)
        for row in range(1, 13)
    ]
    digest = of(digests(night(*crowd), {BENTE: ["https://example.org/a"]}), BENTE)
    assert digest.heading == "240 nye fejl, 120 nye bemærkninger"
    assert len(list(digest.told)) == MOST
    assert all(len(group.news) == MOST_OF_A_WORKBOOK for group in digest.groups)
    assert digest.groups[0].rest == "og 4 til i denne fil"
    books = MOST // MOST_OF_A_WORKBOOK
    assert digest.rest == f"og {12 * (30 - books)} til i {30 - books} projektmapper"
    text = as_text(digest)
    assert digest.rest in text and "Hele rapporten: https://example.org/a" in text
    assert text.count("Ny fejl") == MOST
    assert '<a href="https://example.org/a"' in as_html(digest)


def test_html_and_text_say_the_same() -> None:
    known = night(
        finding(1, hint="Et tip."),
        finding(2, Standing.FIXED, owner=OLE, path=f"{FOLDER}/b & c.xlsx"),
        *(finding(row, path=f"{FOLDER}/d.xlsx") for row in range(20, 40)),
        changed=(change(),),
        trouble=("Mappen /srv/x kunne ikke åbnes.",),
        complete=False,
    )
    for digest in digests(known, {None: ["/srv/rapport.html"]}):
        text = re.sub(r"^(-- |- )", "", as_text(digest), flags=re.M)
        words = [word for word in read(as_html(digest)).words if word != "·"]
        told = [word for word in text.split() if word != "·"]
        assert sorted(words) == sorted(word.replace("efter:", "efter") for word in told)


def test_nothing_from_a_workbook_is_obeyed() -> None:
    known = night(
        finding(
            1,
            path=f"{FOLDER}/{NASTY.replace('/', '')}.xlsx",
            sheet=NASTY,
            proposal=NASTY,
            committee=NASTY,
            owner=NASTY,
            message=NASTY,
            hint=NASTY,
            fix=NASTY,
        ),
        changed=(change(NASTY, what=NASTY, old=NASTY, owner=NASTY),),
        trouble=(NASTY,),
    )
    for digest in digests(known, {None: [NASTY], NASTY: [NASTY, NASTY]}):
        assert "\n" not in digest.subject and "\r" not in digest.subject
        page, text = as_html(digest), as_text(digest)
        assert "<script" not in page and "alert(1)" in page
        found = read(page)
        assert "script" not in found.tags and "a" not in found.tags
        assert not any(name.startswith("on") for name in found.attributes)
        for shape in (page, text, as_chat(digest), digest.subject):
            assert not set("\r\x1b\u202e\udcf8") & set(shape)
            shape.encode("utf-8")
        assert not any(line.startswith("Bcc") for line in text.splitlines())


def test_a_page_asks_for_nothing_from_outside() -> None:
    page = as_html(digests(night(finding(1)))[0])
    assert not re.search(r"<(img|link|script|style|iframe)|url\(|src=", page)
    assert html.unescape(page).count("http") == 0


def test_chat_is_short_and_calls_nobody() -> None:
    crowd = [finding(row, message=f"@everyone <!channel> {'x' * 300} {row}") for row in range(30)]
    digest = digests(night(*crowd))[-1]
    chat = as_chat(digest)
    assert len(chat) <= LONGEST_CHAT
    assert "@everyone" not in chat and "<" not in chat
    shown = chat.count("• ")
    assert shown >= 2 and f"og {30 - shown} til" in chat
    for limit in (1, 50, 160, 300):
        assert len(as_chat(digest, limit)) <= limit
    assert as_chat(digests(night(finding(14)))[-1]).splitlines() == [
        "Kontrolleret 29.11.2026 kl. 02.14: 1 projektmappe, 1 åbent fund i alt.",
        "• Ny fejl: Økonomi/løn.xlsx, Skema 2.1.2. 01, Løn!F14: F14 viser 2.900, men årene i linjen 'Løn' "
        "giver 3.000 (forskel -100).",
    ]


def test_workbooks_are_named_from_their_folder_on() -> None:
    assert shown_path("/srv/a/x/b.xlsx", ("/srv/a",)) == "x/b.xlsx"
    assert shown_path("/srv/a/x/b.xlsx", ("/srv/a", "/srv/c")) == "a/x/b.xlsx"
    assert shown_path("/elsewhere/b.xlsx", ("/srv/a",)) == "/elsewhere/b.xlsx"


@pytest.mark.parametrize(
    ("share", "shown"),
    [
        ("\\\\srv\\budget", "\\\\srv\\budget\\rapporter\\nat 7.html"),
        ("R:\\", "R:\\rapporter\\nat 7.html"),
        ("https://example.org/b", "https://example.org/b/rapporter/nat%207.html"),
    ],
)
def test_the_report_lies_where_the_reader_finds_it(share: str, shown: str) -> None:
    known = replace(night(finding(1)), shares=(("/srv", "\\\\wrong"), (FOLDER, share)))
    assert digests(known, {None: [f"{FOLDER}/rapporter/nat 7.html"]})[-1].reports == (shown,)


def test_changes_and_troubles_are_told_once() -> None:
    known = night(changed=(change(), change("9", what="Drift, 2027")), trouble=("Mappen er væk.",))
    left, names = unlike(known, frozenset())
    assert left == known and len(names) == 3
    left, again = unlike(known, names)
    assert left.changed == () and left.trouble == () and again == names
    assert digests(left) == ()
    moved = replace(known, changed=(change("1.600"),), trouble=())
    left, names = unlike(moved, names)
    assert [one.new for one in left.changed] == ["1.600"] and len(names) == 1
    assert unlike(known, names)[0] == known  # back again: news


def test_a_change_is_not_told_again_when_its_workbook_is_renamed() -> None:
    here, there = f"{FOLDER}/Økonomi/løn.xlsx", f"{FOLDER}/Økonomi/løn 2.xlsx"
    _, names = unlike(night(changed=(change(path=here),)), frozenset())
    left, renamed = unlike(night(changed=(change(path=there),)), names)
    assert left.changed == () and unlike(night(changed=(change(path=there),)), renamed)[0].changed == ()
    # the same in another proposal of that number is news, wherever it stands in the list
    both = (change(path=f"{FOLDER}/a.xlsx"), change(path=here))
    assert [one.path for one in unlike(night(changed=both), names)[0].changed] == [f"{FOLDER}/a.xlsx"]
    # and so is a second one where only one was renamed
    both = (change(path=there), change(path=f"{FOLDER}/z.xlsx"))
    assert [one.path for one in unlike(night(changed=both), names)[0].changed] == [f"{FOLDER}/z.xlsx"]


def test_trouble_alone_is_told_to_the_department() -> None:
    found = digests(night(trouble=("Mappen /srv/x kunne ikke åbnes.",), complete=False))
    assert [one.owner for one in found] == [None]
    assert found[0].subject == "Ikke alt kunne kontrolleres – Budget 2027"
    assert "- Mappen /srv/x kunne ikke åbnes." in as_text(found[0])
    assert "Mappen /srv/x kunne ikke åbnes." in as_html(found[0])


def test_findings_about_the_run_itself() -> None:
    known = night(finding(1, path=None, sheet=None, cell=None, proposal=None, owner=None))
    found = digests(known)
    assert [one.owner for one in found] == [None]
    assert "Kørslen selv" in as_text(found[0])


def test_thousands_of_findings_are_no_wait() -> None:
    import time

    crowd = [
        finding(row, owner=f"o{book % 200}@example.org", path=f"{FOLDER}/{book}.xlsx")
        for book in range(5000)
        for row in range(1, 5)
    ]
    known: Night = night(*crowd)
    began = time.process_time()
    assert len(digests(known)) == 201
    assert time.process_time() - began < 5  # 0.5 s when written
