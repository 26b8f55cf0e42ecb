"""The word lists of ``words.toml`` as fast questions about one cell's text."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Any, NamedTuple

from ..model.amount import Language
from ..model.status import Status
from ..model.table import YearRole

_EDGES = " :.*•·\t"


def _load() -> dict[str, dict[str, list[str]]]:
    text = (files(__package__) / "words.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


_WORDS = _load()


def _every(section: str) -> frozenset[str]:
    return frozenset(word for words in _WORDS[section].values() for word in words)


TOTAL = _every("total")
SUBTOTAL = _every("subtotal")
NET = _every("net")
OF_WHICH = _every("of_which")
FORM = _every("form")
FORM_TITLE = _every("form_title")
COMMITTEE = _every("committee")
AREA = _every("area")
TITLE = _every("title")
ACCOUNT = _every("account")
ID = _every("id")
EARLIER = _every("earlier")
FORMERLY = _every("formerly")
STATUS = _every("status")
AMOUNTS = _every("amounts")
SAVINGS = _every("savings")
EXPANSIONS = _every("expansions")
INDEXATION = _every("indexation")
CODES = _every("codes")
FILLERS = _every("fillers")
ROUNDING = _every("rounding")
YEAR_HEADING = _every("year_heading")


def status_words(status: Status) -> frozenset[str]:
    """The words by which a form says that a proposal has come so far."""
    return _every(f"status_{status.name.lower()}")


@lru_cache(maxsize=65_536)
def fold(text: str) -> str:
    """A text as word lists know it: small letters, single blanks, no punctuation at the ends."""
    return " ".join(text.split()).strip(_EDGES).casefold()


def _alternatives(words: frozenset[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


_TOTAL = re.compile(
    rf"(?:{_alternatives(TOTAL)})(?:\W.*)?"
    r"|.*\b(?:i alt|ialt|total|totalt|totals|insgesamt|gesamt)(?:\s?[,;(/].*)?"
)
_SHARES = re.compile(rf"(?:{_alternatives(_every('shares'))})(?!\w)")
_SUBTOTAL = re.compile(rf"(?:.*\b)?(?:{_alternatives(SUBTOTAL)})\b.*")
_NET = re.compile(rf"(?:{_alternatives(NET)})(?!\w).*|.*\b(?:{_alternatives(NET)})(?:\s?[,;(/].*)?")
_CUMULATIVE = re.compile(rf"(?<!\w)(?:{_alternatives(_every('cumulative'))})(?!\w)")
_EXCEPT = re.compile(rf"(?<!\w)(?:{_alternatives(_every('except'))})(?!\w)\s*(?P<what>.+)")
_OPENING = re.compile(rf"(?<!\w)(?:{_alternatives(_every('opening'))})(?!\w)")
_CLOSING = re.compile(rf"(?<!\w)(?:{_alternatives(_every('closing'))})(?!\w)")
_OF_WHICH = re.compile(rf"[-–—•\s]*(?:{_alternatives(OF_WHICH)})\b.*")


@lru_cache(maxsize=65_536)
def is_total(text: str) -> bool:
    """Whether a label or heading names a total: 'I alt', 'Total 2023-2026', 'Udgifter i alt'."""
    if len(text) > 80:
        return False
    folded = fold(text)
    if _TOTAL.fullmatch(folded) is not None:
        return True
    said = _EXCEPT.search(folded)
    return said is not None and _TOTAL.fullmatch(folded[: said.start()].strip()) is not None


@lru_cache(maxsize=4096)
def names_codes(text: str) -> bool:
    """Whether a heading is that of account or line numbers, which nobody adds: 'Konto', 'Nr.'."""
    first = fold(text).split(" ", 1)[0].strip(".:")
    return fold(text) in ACCOUNT or first in CODES


@lru_cache(maxsize=4096)
def is_net(text: str) -> bool:
    """Whether a label names what is left of one amount without another: 'Netto', 'Årets resultat'."""
    return len(text) <= 80 and _NET.fullmatch(fold(text)) is not None


@lru_cache(maxsize=4096)
def is_cumulative(text: str) -> bool:
    """Whether a label says that its amounts run on from year to year: 'Kumuleret besparelse'."""
    return len(text) <= 80 and _CUMULATIVE.search(fold(text)) is not None


@lru_cache(maxsize=4096)
def left_out_of(text: str) -> str:
    """What a total leaves out, as its label says: 'overførsler' of 'I alt ekskl. overførsler'; or nothing."""
    match = _EXCEPT.search(fold(text)) if len(text) <= 80 else None
    return match["what"].strip(_EDGES + ")") if match else ""


@lru_cache(maxsize=4096)
def is_opening(text: str) -> bool:
    """Whether a label names a balance before anything moves: 'Saldo primo', 'Opening balance'."""
    return len(text) <= 80 and _OPENING.search(fold(text)) is not None


@lru_cache(maxsize=4096)
def is_closing(text: str) -> bool:
    """Whether a label names a balance after all that moved: 'Saldo ultimo', 'Closing balance'."""
    return len(text) <= 80 and _CLOSING.search(fold(text)) is not None


@lru_cache(maxsize=4096)
def names_shares(text: str) -> bool:
    """Whether a heading is that of shares or rates, which nobody adds: 'Ændring i %', 'Forbrugspct.'."""
    return _SHARES.search(fold(text)) is not None


@lru_cache(maxsize=65_536)
def is_subtotal(text: str) -> bool:
    """Whether a label names a subtotal: 'Mellemsum', 'Delsum løn'."""
    return len(text) <= 80 and _SUBTOTAL.fullmatch(fold(text)) is not None


@lru_cache(maxsize=65_536)
def is_of_which(text: str) -> bool:
    """Whether a label names a part of the line above: 'Heraf løn', 'of which staff'."""
    return len(text) <= 120 and _OF_WHICH.fullmatch(fold(text)) is not None


_HEADS_PARTS = re.compile(rf"[-–—•\s]*(?:{_alternatives(OF_WHICH)})\s*:?\s*\d*\)?")


@lru_cache(maxsize=65_536)
def heads_parts(text: str) -> bool:
    """Whether a label says nothing but that parts of the line above follow: 'Of which:', 'Heraf: 4'."""
    return len(text) <= 30 and _HEADS_PARTS.fullmatch(fold(text)) is not None


_YEAR_WORDS = frozenset(word for word in YEAR_HEADING)
_YEAR_TEXT = re.compile(
    r"(?P<before>[^\d]*?(?:bo ?\d ?)?)(?P<year>(?:19|20)\d\d)"
    r"(?P<after>(?:[-/ ]?pl|[*)¹²³ ]|\(\d\))*)(?P<words>[^\d]*)"
)
_FISCAL = re.compile(
    r"(?:fy|fiscal year|ry|by)\s?['’]?(?:(?P<long>(?:19|20)\d\d)|(?P<short>\d\d))(?P<words>\D*)"
)
_SHORT = re.compile(r"(?P<kind>bo|b|r)\s?['’]?(?P<short>[12]\d|3[0-5])")
_SEASON = re.compile(
    r"(?P<before>\D*?)(?P<year>(?:19|20)\d\d)\s?[/–-]\s?(?P<next>(?:(?:19|20)\d)?\d\d?)(?P<after>\D*)"
)
_SPACED = re.compile(r"(?P<before>\D*?)(?P<a>1(?=.9)|2(?=.0))[ \u00a0\u202f](?P<b>[09]\d\d)")
_SPAN = re.compile(r"(?:\D{0,20}\s)?(?P<first>(?:19|20)\d\d)\s?[-–]\s?(?P<last>(?:(?:19|20)\d)?\d\d?)")


def _other_spelling(folded: str) -> tuple[int, YearRole] | None:
    """Years that are not written as four digits alone: 'FY18', 'BO24', '2018/19', '2 017'."""
    match = _FISCAL.fullmatch(folded)
    if match:
        short = match["short"]
        year = int(match["long"]) if match["long"] else 2000 + int(short)
        return year, _role_of(match["words"])
    match = _SHORT.fullmatch(folded)
    if match:
        return 2000 + int(match["short"]), _role_of(match["kind"])
    match = _SEASON.fullmatch(folded)
    if match and (int(match["year"]) + 1) % 10 ** len(match["next"]) == int(match["next"]):
        words = f"{match['before']} {match['after']}".strip(" -–:,()")
        if not words or all(part in YEAR_HEADING for part in words.split()):
            return int(match["year"]), _role_of(words)
    match = _SPACED.fullmatch(folded)
    if match and (not match["before"].strip() or match["before"].strip() in YEAR_HEADING):
        return int(match["a"] + match["b"]), _role_of(match["before"])
    return None


def _role_of(words: str) -> YearRole:
    if words in _ROLES:
        return _ROLES[words]
    return next((_ROLES[part] for part in words.split() if part in _ROLES), YearRole.BUDGET)


@lru_cache(maxsize=4096)
def is_span(text: str) -> bool:
    """Whether a heading names a period of several years, whose total stands below it: '2021-2025'."""
    match = _SPAN.fullmatch(fold(text)) if len(text) <= 40 else None
    if not match:
        return False
    first = int(match["first"])
    last = int(str(first)[: 4 - len(match["last"])] + match["last"])
    return 1 < last - first <= 30


_ROLES = {
    word: role
    for section, role in (
        ("year_role_account", YearRole.ACCOUNT),
        ("year_role_estimate", YearRole.ESTIMATE),
        ("year_role_plan", YearRole.PLAN),
    )
    for word in _every(section)
}


@lru_cache(maxsize=16_384)
def year_of_text(text: str) -> tuple[int, YearRole] | None:
    """The year that a heading names, and which kind of figures: '2023', 'Budget 2023', 'B2024', 'R2022'."""
    if len(text) > _LONGEST_YEAR:
        return None
    folded = fold(text)
    match = _YEAR_TEXT.fullmatch(folded)
    if not match:
        return _other_spelling(folded)
    words = re.sub(r"\d", "", f"{match['before']} {match['words']}").replace(",", " ").strip(" -–:()")
    parts = words.split()
    if words not in _YEAR_WORDS and not all(part.strip("-–:()") in _YEAR_WORDS for part in parts):
        return None
    return int(match["year"]), _role_of(words)


@lru_cache(maxsize=4096)
def year_role(text: str) -> YearRole | None:
    """Which kind of figures a heading over years announces: 'Regnskab', 'Overslag'."""
    folded = fold(text)
    return _ROLES.get(folded) or next(
        (_ROLES[part] for part in folded.split() if part in _ROLES and len(part) > 2), None
    )


LONGEST_UNIT = 140
_CURRENCY = r"(?:kr|kroner|dkk|nok|sek|eur|euros?|usd|dollars?|€|\$|£)\.?"
_THOUSAND = r"(?:1[.,\s\u00a0]?000|'?000|thousands?|tusinde?r?|tusen|t\.?)"
_MILLION = r"(?:1[.,\s]000[.,\s]000|mio\.?|mill\.?|milj\.?|millioner|millions?)"
_UNITS: tuple[tuple[str, int], ...] = (
    (
        rf"{_THOUSAND}\s?(?:of\s)?{_CURRENCY}s?|{_CURRENCY}\s?(?:{_THOUSAND}s?)|tkr|tdkk|kkr|knok|ksek|thousands?",
        1000,
    ),
    (
        rf"{_MILLION}\s?(?:of\s)?{_CURRENCY}s?|{_CURRENCY}\s?(?:{_MILLION}|m)|mkr|mnok|msek|mdkk|millions?",
        1_000_000,
    ),
    (rf"(?:hele\s|whole\s)?{_CURRENCY}", 1),
)
_UNIT_BODY = "|".join(f"(?P<u{number}>{pattern})" for number, (pattern, _) in enumerate(_UNITS))
_AMOUNT_WORDS = _alternatives(AMOUNTS)
_END = r"\.?\)?"
_CAPTION = re.compile(
    rf"(?:.{{0,60}}?\b)?(?:{_AMOUNT_WORDS})\s*(?:er\s|are\s)?(?:opgjort\s|angivet\s|stated\s)?,?\s*"
    rf"(?:\(|i\s|in\s)\s*(?:i\s|in\s)?(?:{_UNIT_BODY}){_END}(?:\W.{{0,60}})?"
)
_PARENTHESES = re.compile(rf".{{0,80}}\((?:i\s|in\s)?(?:{_UNIT_BODY})\.?\)")
_PRICES = r"\(?(?:i\s|in\s)?(?:løbende|faste|årets|current|constant|fixed)\s(?:priser|pl|p/l|prices)"
_BARE = re.compile(
    rf"\(?(?:i\s|in\s)?(?:{_UNIT_BODY}){_END}"
    rf"(?:[,;]?\s*\(?(?:\d{{4}}[- ]?(?:pl|p/l|p-l|priser|prisniveau)|{_PRICES}|pl.{{0,20}}|netto)\)?)?\)?"
    r"(?:\s*\((?=[^)]*(?:[+=−–-]|minus|plus|fortegn|afrund|round|avrund))[^)]{0,60}\)?)?"
)
_TAIL = re.compile(rf".{{0,80}}?[a-zæøå]\)?\s*(?:,\s*(?:i\s|in\s)?|\s(?:i|in)\s)(?:{_UNIT_BODY}){_END}")
_UNIT_LABEL = re.compile(
    rf"(?:enhed|beløbsenhed|unit|enhet|einheit)\s*:\s*(?:i\s|in\s)?(?:{_UNIT_BODY}){_END}"
)
UNIT_LABELS = frozenset(("enhed", "beløbsenhed", "unit", "enhet", "einheit"))


def _unit_in(match: re.Match[str] | None) -> int | None:
    if match is None:
        return None
    for number, (_, unit) in enumerate(_UNITS):
        if match[f"u{number}"]:
            return unit
    return None


@lru_cache(maxsize=65_536)
def unit_of(text: str, *, near_table: bool) -> int | None:
    """The unit that a text states for amounts, in kroner: 1, 1000 or 1000000.

    A sentence such as 'Investering i 4 ungeguides - 2000 t.kr.' states none. A bare 't.kr.' or a heading
    that ends in '(1.000 kr.)' counts only close to the table (``near_table``).
    """
    if len(text) > LONGEST_UNIT:
        return None
    folded = fold(text)
    if not _may_say_unit(folded):
        return None
    unit = _unit_in(_CAPTION.fullmatch(folded)) or _unit_in(_UNIT_LABEL.fullmatch(folded))
    if unit is None:
        unit = _unit_in(
            _PARENTHESES.fullmatch(
                folded + (")" if text.rstrip(" .").endswith(")") and not folded.endswith(")") else "")
            )
        )
    if unit is None and near_table and any(map(str.isalpha, folded)):
        unit = _unit_in(_BARE.fullmatch(folded)) or _unit_in(_TAIL.fullmatch(folded))
    return unit


_UNIT_MARKS = ("kr", "dkk", "000", "thousand", "million", "nok", "sek", "mio", "eur", "usd", "$", "€")


_LIKE_A_YEAR = re.compile(r"(?:19|20)\d\d|[ry]\s?['’]?\d\d|\bbo?\s?['’]?\d\d\b|[12] [09]\d\d")


def _may_say_unit(folded: str) -> bool:
    for mark in _UNIT_MARKS:  # noqa: SIM110 - half of the time that any() takes
        if mark in folded:
            return True
    return False


_LONGEST_YEAR = 40


class Heard(NamedTuple):
    """What a text may mean to the layout of a sheet."""

    year: tuple[int, YearRole] | None  # it may head the column of a year
    near_unit: bool  # it states a unit when it stands close to a table
    unit: bool  # it states a unit wherever it stands
    form: bool  # a form may begin with it
    field: str | None  # it asks for a field of a form: 'Udvalg:'
    analysis: str | None = None  # it may be a heading of a consequence analysis: 'Afsat i budget 2021'


_FORM_STARTS = tuple(FORM | FORM_TITLE)
_FIELDS = {  # where a word asks for two, the last one named here
    word: name
    for name, known in (
        ("permanent_id", ID),
        ("earlier_numbers", EARLIER),
        ("status", STATUS),
        ("account", ACCOUNT),
        ("title", TITLE),
        ("area", AREA),
        ("committee", COMMITTEE),
    )
    for word in known
}
LONGEST_FIELD = 30
LONGEST_HEARD = 140  # a longer text is prose, unless it asks for a field


@lru_cache(maxsize=65_536)
def hear(text: str) -> Heard | None:
    """What a text may mean to the layout; None for most texts, which mean nothing to it."""
    label = text.partition(":")[0]
    field = _FIELDS.get(fold(label)) if len(label) <= LONGEST_FIELD else None
    if len(text) > LONGEST_HEARD:
        return Heard(None, False, False, False, field) if field is not None else None
    folded = fold(text)
    year = year_of_text(text) if len(folded) <= _LONGEST_YEAR and _LIKE_A_YEAR.search(folded) else None
    near_unit = _may_say_unit(folded) and unit_of(text, near_table=True) is not None
    unit = near_unit and unit_of(text, near_table=False) is not None
    form = folded.startswith(_FORM_STARTS)
    analysis = analysis_heading(text) if folded[:4] in _ANALYSIS_BEGINS else None
    if year is None and field is None and analysis is None and not (near_unit or form):
        return None
    return Heard(year, near_unit, unit, form, field, analysis)


def hear_if_short(text: str) -> Heard | None:
    """What a text may mean to the layout; a long one is listened to only where it may ask for a field."""
    return hear(text) if len(text) <= LONGEST_HEARD or ":" in text[: LONGEST_FIELD + 1] else None


_LETTERS = re.compile(r"[^\W\d_¹²³]+")
_DIGITS_OF_A_YEAR = re.compile(r"\d{4}|[ry]\s?['’]?\d\d|\bbo?\s?['’]?\d\d\b|\d \d{3}")
_PRICE_LEVEL = re.compile(r"^(?:pl)+")
_FISCAL_BEGINS = ("fy", "fiscal year", "ry", "by")
_UNIT_WORDS = tuple({*_UNIT_MARKS, "£", "dollar"} - {"000"})
_WORDS_BY_YEARS = frozenset(
    ["b", "bo", "r", *(letters for word in YEAR_HEADING for letters in _LETTERS.findall(word))]
)


def may_be_heard(text: str) -> bool:
    """Whether a text means something to the layout, or would with other digits in the place of its own.

    Nearly all texts of a register are alike but for their digits. No list of words has a digit in it; years
    and units are what digits make of words, so a text without such words is nothing, whatever its digits.
    """
    if hear_if_short(text) is not None:
        return True
    folded = fold(text)
    if folded[:4] in _ANALYSIS_BEGINS or any(mark in folded for mark in _UNIT_WORDS):
        return True
    if len(folded) > _LONGEST_YEAR or not _DIGITS_OF_A_YEAR.search(folded):
        return False
    said = [_PRICE_LEVEL.sub("", letters) for letters in _LETTERS.findall(folded)]
    return folded.startswith(_FISCAL_BEGINS) or _WORDS_BY_YEARS.issuperset(filter(None, said))


_ANALYSIS = {role: tuple(starts) for role, starts in _WORDS["analysis"].items()}
_ANALYSIS_BEGINS = frozenset(start[:4] for starts in _ANALYSIS.values() for start in starts)
LONGEST_ANALYSIS_HEADING = 60
_OTHER_DIGITS = re.compile(r"(?:19|20)\d\d|1[., ]000")


def analysis_heading(text: str) -> str | None:
    """What the heading of a consequence analysis stands over: 'allocated', 'needed' or 'across'.

    A sentence ('Afsat 2 mio. kr. til drift', 'Behov for personale til dette.') is contents and no heading.
    """
    folded = fold(text)
    if folded.startswith(_ANALYSIS["across"]):
        return "across"
    if len(folded) > LONGEST_ANALYSIS_HEADING or any(map(str.isdigit, _OTHER_DIGITS.sub("", folded))):
        return None
    if _SENTENCE.search(text.rstrip()) or _FOR_SOMETHING.search(folded):
        return None
    for role, starts in _ANALYSIS.items():
        for start in starts:
            if folded.startswith(start) and not (
                start[-1].isalpha() and folded[len(start) : len(start) + 1].isalpha()
            ):
                return role
    return None


_SENTENCE = re.compile(r"(?<!\bkr)(?<!\bmio)(?<!\bp\.a)(?<!\bpr)[.!]\Z|[.!?]\s+[A-ZÆØÅ]")
_FOR_SOMETHING = re.compile(
    r"^behov for (?!alle|hele|denne|case|samtlige|kommunen|midler|budget|bevilling|finansiering|20)"
)


_LANGUAGE_MARKS: dict[Language, frozenset[str]] = {
    "da": frozenset(
        fold(word)
        for section in ("total", "subtotal", "of_which", "form_title", "committee", "area", "title")
        for word in _WORDS[section]["da"]
    )
    - frozenset(fold(word) for section in ("total", "form_title") for word in _WORDS[section]["en"]),
    "en": frozenset(
        fold(word)
        for section in ("total", "subtotal", "of_which", "form_title", "committee", "area", "title")
        for word in _WORDS[section]["en"]
    )
    - frozenset(fold(word) for section in ("total", "form_title") for word in _WORDS[section]["da"]),
}
_ROUNDING = re.compile("|".join(map(re.escape, ROUNDING)), re.IGNORECASE)


_EDGE = 300


def says_rounded(texts: Sequence[Any]) -> bool:
    """Whether a text cell (row, column, text) warns that figures were rounded, in a caption or a footnote."""
    edges = texts if len(texts) <= 2 * _EDGE else (*texts[:_EDGE], *texts[-_EDGE:])
    return any(_ROUNDING.search(text) is not None for _, _, text in edges)


_DANISH = re.compile(
    r"[æøåÆØÅ]|\b(?:og|kr|beløb|udvalg|udgifter|indtægter|budgetoverslag|skema)\b", re.IGNORECASE
)
_ENGLISH = re.compile(
    r"\b(?:the|and|of|amounts?|expenditures?|expenses?|revenues?|income|committee|proposal"
    r"|budget estimate|department)\b",
    re.IGNORECASE,
)


@lru_cache(maxsize=65_536)
def language_votes(text: str) -> int:
    """How much a text speaks for Danish (above 0) or English (below 0)."""
    if len(text) > 400:
        text = text[:400]
    folded = fold(text)
    votes = (folded in _LANGUAGE_MARKS["da"]) - (folded in _LANGUAGE_MARKS["en"])
    return 2 * votes + (_DANISH.search(text) is not None) - (_ENGLISH.search(text) is not None)
