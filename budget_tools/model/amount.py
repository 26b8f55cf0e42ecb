"""Amounts as people write them, and the exact values they stand for.

The same text means two things to two readers: ``1.200`` is twelve hundred in a Danish sheet and
one and a fifth in an English one. So every reading here takes a language, every value is a
``Decimal``, and what is not plainly one amount is None: a wrong guess costs more than a missing one.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Context, Decimal, DivisionByZero, Inexact, InvalidOperation
from enum import Enum, StrEnum
from functools import cache
from typing import Literal, TypeVar

Language = Literal["da", "en"]
_Meaning = TypeVar("_Meaning")

LONGEST = 40
"""No amount is longer than this many characters, blanks around it not counted."""


class Bound(Enum):
    """How exactly an amount is meant."""

    EXACT = "exact"
    AT_LEAST = "at-least"
    AT_MOST = "at-most"
    ABOUT = "about"


class Period(Enum):
    """How often an amount falls due."""

    YEAR = "year"
    ONCE = "once"
    MONTH = "month"


class Oddity(StrEnum):
    """What is unusual about the characters of a number typed as text."""

    MINUS_SIGN = "minus-sign"
    SPACED_MINUS = "spaced-minus"
    TRAILING_MINUS = "trailing-minus"
    PARENTHESES = "parentheses"
    HARD_SPACE = "hard-space"
    THIN_SPACE = "thin-space"


# --- The characters of a number ---------------------------------------------------------------

DECIMAL_MARK: dict[Language, str] = {"da": ",", "en": "."}
GROUP_MARK: dict[Language, str] = {"da": ".", "en": ","}

ODD_MINUSES = "\N{MINUS SIGN}\N{EN DASH}\N{EM DASH}\N{HYPHEN}\N{NON-BREAKING HYPHEN}"
MINUSES = "-" + ODD_MINUSES
HARD_SPACES = "\N{NO-BREAK SPACE}\N{FIGURE SPACE}"
THIN_SPACES = "\N{NARROW NO-BREAK SPACE}\N{THIN SPACE}"
BLANKS = " " + HARD_SPACES + THIN_SPACES

# --- The words around a number ----------------------------------------------------------------
# Dots at the end of a word and the width of blanks are left to the writer: "mio. kr." is "mio kr" too.

CURRENCY = ("kr.", "kroner", "dkk")

SCALES: dict[Language, dict[int, tuple[str, ...]]] = {
    "da": {
        1_000: ("tusind", "tusinde", "thousand"),
        1_000_000: ("mio.", "mill.", "million", "millioner"),
        1_000_000_000: ("mia.", "milliard", "milliarder"),
    },
    "en": {
        1_000: ("thousand",),
        1_000_000: ("million", "millions"),
        1_000_000_000: ("billion",),  # not in Danish, where "billion" is a thousand times more
    },
}
BOUNDS: dict[Language, dict[Bound, tuple[str, ...]]] = {
    "da": {
        Bound.AT_LEAST: ("mindst", "min.", "minimum"),
        Bound.AT_MOST: ("max.", "maks.", "maksimum", "maksimalt", "højst", "op til"),
        Bound.ABOUT: ("ca.", "cirka", "omkring"),
    },
    "en": {
        Bound.AT_LEAST: ("at least", "min.", "minimum"),
        Bound.AT_MOST: ("max.", "maximum", "at most", "up to"),
        Bound.ABOUT: ("about", "approx.", "approximately", "around"),
    },
}
PERIODS: dict[Language, dict[Period, tuple[str, ...]]] = {
    "da": {
        Period.YEAR: ("p.a.", "pr. år", "per år", "årligt", "årlig", "om året"),
        Period.ONCE: ("engangs", "engangsbeløb", "engangsudgift", "one-off"),
        Period.MONTH: ("pr. md.", "pr. måned", "per måned", "månedligt", "om måneden"),
    },
    "en": {
        Period.YEAR: ("p.a.", "per year", "a year", "yearly", "annually", "per annum"),
        Period.ONCE: ("one-off", "once"),
        Period.MONTH: ("per month", "a month", "monthly"),
    },
}

# How each is written; what is written here must be readable by the words above.
UNIT_WRITTEN: dict[Language, dict[int | None, str]] = {
    "da": {
        None: "{}",
        1: "{} kr.",
        1_000: "{} t.kr.",
        1_000_000: "{} mio. kr.",
        1_000_000_000: "{} mia. kr.",
    },
    "en": {
        None: "{}",
        1: "DKK {}",
        1_000: "DKK {} thousand",
        1_000_000: "DKK {} million",
        1_000_000_000: "DKK {} billion",
    },
}
BOUND_WRITTEN: dict[Language, dict[Bound, str]] = {
    "da": {Bound.EXACT: "{}", Bound.AT_LEAST: "{}", Bound.AT_MOST: "max. {}", Bound.ABOUT: "ca. {}"},
    "en": {Bound.EXACT: "{}", Bound.AT_LEAST: "{}", Bound.AT_MOST: "max. {}", Bound.ABOUT: "about {}"},
}
PERIOD_WRITTEN: dict[Language, dict[Period | None, str]] = {
    "da": {None: "", Period.YEAR: " p.a.", Period.ONCE: " engangs", Period.MONTH: " pr. md."},
    "en": {None: "", Period.YEAR: " p.a.", Period.ONCE: " one-off", Period.MONTH: " per month"},
}

_EXACT = Context(prec=200, traps=[Inexact, InvalidOperation, DivisionByZero])
_DROP_SEPARATORS = str.maketrans("", "", ".," + BLANKS)
_DROP_DOTS = str.maketrans("", "", "." + BLANKS)
_STARTS = frozenset("0123456789+(" + MINUSES)
_ENDS = frozenset("0123456789).rR" + MINUSES)


@dataclass(frozen=True, slots=True)
class Amount:
    """A value with what its writer said about it: unit, bound and period.

    ``unit`` is the kroner that one stands for (1, 1000, 1_000_000 or 1_000_000_000), or None when
    the text does not say: then the table's own heading decides, and the caller knows that.
    """

    value: Decimal
    unit: int | None = None
    bound: Bound = Bound.EXACT
    period: Period | None = None

    def kroner(self, default_unit: int) -> Decimal:
        """The amount in kroner, exactly; ``default_unit`` holds where no unit was said.

        >>> Amount(Decimal("5.7"), 1_000_000).kroner(1)
        Decimal('5700000.0')
        >>> Amount(Decimal("150")).kroner(1000)
        Decimal('150000')
        """
        return _EXACT.multiply(self.value, Decimal(default_unit if self.unit is None else self.unit))

    def in_unit(self, unit: int, default: int) -> Decimal:
        """The amount in another unit, exactly; ``default`` holds where no unit was said.

        >>> Amount(Decimal("150000"), 1).in_unit(1000, default=1000)
        Decimal('150')
        """
        return _EXACT.divide(self.kroner(default), Decimal(unit))


# --- The grammar ------------------------------------------------------------------------------

_B = f"[{BLANKS}]{{0,3}}"
_M = f"[{re.escape(MINUSES)}]"
_SIGN = rf"[+{re.escape(MINUSES)}]"
_OPENING = rf"(?:{_SIGN}|\(){_B}"
_CLOSING = rf"{_B}\)|{_M}|,{_M}"


def _squeeze(word: str) -> str:
    """A word as the tables below know it: small letters, no dots, no blanks."""
    return word.lower().translate(_DROP_DOTS)


def _word(word: str) -> str:
    """The pattern of one word, with dots and blanks as free as people are with them."""
    body = re.escape(word.rstrip(".")).replace(r"\ ", f"[{BLANKS}]{{1,3}}").replace(r"\.", r"\.?")
    return body + (r"(?:\.|(?![^\W\d]))" if word.endswith(".") else r"(?![^\W\d])")


def _any(words: Iterable[str]) -> str:
    """The pattern of any of these words, the longest first."""
    return "(?:" + "|".join(map(_word, sorted(set(words), key=lambda word: (-len(word), word)))) + ")"


def _meanings(
    table: dict[Language, dict[_Meaning, tuple[str, ...]]], language: Language
) -> dict[str, _Meaning]:
    """What each word means to a reader of this language; English pages quote Danish words too."""
    read: tuple[Language, ...] = ("da",) if language == "da" else ("da", "en")
    return {word: meaning for name in read for meaning, words in table[name].items() for word in words}


def _number(language: Language) -> str:
    """The pattern of the digits: whole groups of three, or none; at most one decimal mark."""
    group = re.escape(GROUP_MARK[language])
    return (
        rf"(?P<whole>[1-9][0-9]{{0,2}}(?:(?:{group}[0-9]{{3}})+|(?:[{BLANKS}][0-9]{{3}})+)|[1-9][0-9]*|0)"
        r"(?:(?P<mark>[.,])(?P<rest>[0-9]+))?"
    )


def _amount(language: Language, sentence: bool) -> str:
    """The pattern of a whole amount; stricter inside a sentence, where a dash is seldom a minus."""
    currency = _any(CURRENCY)
    scales = _any(_meanings(SCALES, language))
    bounds = _any(_meanings(BOUNDS, language))
    periods = _any(_meanings(PERIODS, language))
    if sentence:
        start = r"(?<![\w§])(?<![0-9][.,:/])"
        sign, tail, thousand = _SIGN, f",{_M}(?![0-9])", r"t\.?"
    else:
        start = ""
        sign, tail, thousand = _OPENING, _CLOSING, rf"t\.?|1[.,{BLANKS}]?000"
    return (
        rf"{start}(?:(?P<bound>{bounds}){_B})?"
        rf"(?:(?P<outer>{sign})?(?:(?P<scale1>{scales}|t\.?(?={_B}{currency})){_B})?(?P<lead>{currency}){_B})?"
        rf"(?P<sign>{sign})?{_number(language)}(?P<tail>{tail})?(?P<more>\+)?"
        rf"(?:{_B}(?P<scale2>{scales}|(?:{thousand})(?={_B}{currency}))|(?(lead)(?P<tight>m|bn)(?![^\W\d]|\.)|(?!)))?"
        rf"(?:{_B}(?P<money>{currency}))?(?:{_B}(?P<period>{periods}))?"
    )


# Compiled when they are first needed: hardly any run needs those of both languages.


@cache
def _number_alone(language: Language) -> re.Pattern[str]:
    return re.compile(rf"(?P<sign>{_OPENING})?{_number(language)}(?P<tail>{_CLOSING})?(?:{_B}[Kk][Rr]\.?)?")


@cache
def _amount_alone(language: Language) -> re.Pattern[str]:
    return re.compile(_amount(language, False), re.IGNORECASE)


@cache
def _amount_in_sentence(language: Language) -> re.Pattern[str]:
    return re.compile(_amount(language, True), re.IGNORECASE)


_SCALE_OF = {
    language: {_squeeze(word): unit for word, unit in _meanings(SCALES, language).items()}
    | {"t": 1_000, "1000": 1_000, "1,000": 1_000, "m": 1_000_000, "bn": 1_000_000_000}
    for language in DECIMAL_MARK
}
_BOUND_OF = {
    language: {_squeeze(word): bound for word, bound in _meanings(BOUNDS, language).items()}
    for language in DECIMAL_MARK
}
_PERIOD_OF = {
    language: {_squeeze(word): period for word, period in _meanings(PERIODS, language).items()}
    for language in DECIMAL_MARK
}

# "kr. 21.3.22", "kr. 5 %", "kr. 500-700", "DKK 1.2 billion" read as Danish: more than the amount follows.
_GOES_ON = re.compile(rf"[^\W_]|[.,:/][0-9]|/|{_B}%|{_B}{_M}{_B}[0-9]|{_B}(?:b|tr)illion", re.IGNORECASE)
_RANGE_BEFORE = re.compile(rf"[0-9]{_B}{_M}{_B}\Z")
_YEAR_BEFORE = re.compile(rf"(?<![0-9])(?:19|20)[0-9]{{2}}[{BLANKS}]{{1,3}}{_M}{_B}\Z")
_HEADING_BEFORE = re.compile(rf"(?<!\w)(?:i|in)(?: hele| whole)?{_B}\(?\Z", re.IGNORECASE)
_YEAR = re.compile(r"(?:19|20)[0-9]{2}\Z")


def _value(match: re.Match[str], language: Language) -> Decimal | None:
    """The value of a matched number, or None where its marks or signs do not go together."""
    whole, mark, rest, sign, tail = match.group("whole", "mark", "rest", "sign", "tail")
    if mark is not None:
        if mark != DECIMAL_MARK[language] and (len(rest) > 2 or mark in whole):
            return None
        digits = f"{whole.translate(_DROP_SEPARATORS)}.{rest}"
    else:
        digits = whole if whole.isdigit() else whole.translate(_DROP_SEPARATORS)
    if sign is None and tail is None:
        return Decimal(digits)
    negative = sign is not None and sign[0] != "+"
    if sign is not None and (sign[0] == "(") != (tail is not None and tail[-1] == ")"):
        return None
    if tail is not None:
        if tail[-1] == ")":
            if sign is None:
                return None
        elif tail[0] == ",":
            if mark is not None:
                return None
        elif sign is not None:
            return None
        else:
            negative = True
    value = Decimal(digits)
    return value.copy_negate() if negative and value else value


def _read(match: re.Match[str], language: Language) -> Amount | None:
    """The amount of a match, or None where its parts do not go together."""
    value = _value(match, language)
    if value is None:
        return None
    bound_word, outer, scale1, lead, scale2, tight, money, more, period_word = match.group(
        "bound", "outer", "scale1", "lead", "scale2", "tight", "money", "more", "period"
    )
    if outer is not None:
        if match["sign"] is not None or outer[0] == "(" or (match["tail"] or ",")[0] != ",":
            return None
        value = value.copy_negate() if outer[0] != "+" and value else value
    scale = scale1 or scale2 or tight
    whole_kroner = (match["tail"] or "").startswith(",")
    if (lead and money) or (scale1 and (scale2 or tight)) or (scale and whole_kroner):
        return None
    unit = _SCALE_OF[language][_squeeze(scale)] if scale else 1 if lead or money or whole_kroner else None
    bound = _BOUND_OF[language][_squeeze(bound_word)] if bound_word else Bound.EXACT
    if more:
        if bound not in (Bound.EXACT, Bound.AT_LEAST):
            return None
        bound = Bound.AT_LEAST
    return Amount(value, unit, bound, _PERIOD_OF[language][_squeeze(period_word)] if period_word else None)


# --- Reading ----------------------------------------------------------------------------------


def parse_number(text: str, language: Language = "da") -> Decimal | None:
    """The value of a number typed as text, or None where the text is not exactly one number.

    It is asked about every text cell of a table, so labels are turned away before any pattern is
    tried. A trailing ``kr.`` or ``,-`` may follow; a number that starts with a needless zero is a
    code (``0123``), not an amount.

    >>> parse_number("1.200,50")
    Decimal('1200.50')
    >>> parse_number("1,200.50", "en")
    Decimal('1200.50')
    >>> parse_number("(328)"), parse_number("1.000,50-"), parse_number("600,-")
    (Decimal('-328'), Decimal('-1000.50'), Decimal('600'))
    >>> parse_number("1.2"), parse_number("1.2345"), parse_number("21.3.22"), parse_number("-")
    (Decimal('1.2'), None, None, None)
    """
    text = text.strip()
    if not text or text[0] not in _STARTS or text[-1] not in _ENDS or len(text) > LONGEST:
        return None
    if text.isdigit() and text.isascii() and (text[0] != "0" or text == "0"):
        return Decimal(text)
    match = _number_alone(language).fullmatch(text)
    return _value(match, language) if match else None


def parse_amount(text: str, language: Language = "da") -> Amount | None:
    """The amount a text says, or None where the whole text is not exactly one amount.

    >>> parse_amount("5,7 mio. kr.")
    Amount(value=Decimal('5.7'), unit=1000000, bound=<Bound.EXACT: 'exact'>, period=None)
    >>> parse_amount("800.000+ kr. p.a.")
    Amount(value=Decimal('800000'), unit=1, bound=<Bound.AT_LEAST: 'at-least'>, period=<Period.YEAR: 'year'>)
    >>> parse_amount("DKK 1.2 million", "en").kroner(1)
    Decimal('1200000.0')
    >>> parse_amount("13-17"), parse_amount("3106 // Medarbejderkommunikation"), parse_amount("80%")
    (None, None, None)
    """
    text = text.strip()
    if not text or len(text) > LONGEST:
        return None
    match = _amount_alone(language).fullmatch(text)
    return _read(match, language) if match else None


def find_amounts(text: str, language: Language = "da") -> Iterator[tuple[int, int, Amount]]:
    """The amounts of money inside a sentence: start, end and amount of each, in their order.

    Only numbers with ``kr.``, ``DKK``, ``kroner`` or ``,-`` count, so that years, dates, times,
    percentages and head counts are left alone; so are ranges (``2-3 mio. kr.``) and a heading's
    unit (``Beløb i 1.000 kr.``). A dash with a blank after it is a dash and never a minus.

    >>> sentence = "Investeringsresultat - 3700 t.kr. (63 unge, 11 %)"
    >>> [(sentence[start:end], amount.value) for start, end, amount in find_amounts(sentence)]
    [('3700 t.kr.', Decimal('3700'))]
    """
    for match in _amount_in_sentence(language).finditer(text):
        lead, money, tail = match.group("lead", "money", "tail")
        start, end = match.span()
        if not (lead or money or tail) or end - start > LONGEST:
            continue
        before = text[max(0, match.start("whole") - 15) : match.start("whole")]
        if _RANGE_BEFORE.search(before) and not _YEAR_BEFORE.search(before):
            continue
        if _is_heading(match, text[max(0, start - 15) : start], text[end : end + 1]):
            continue
        if not money and match["period"] is None and _GOES_ON.match(text, end):
            continue
        amount = _read(match, language)
        if amount is not None:
            yield start, end, amount


def _is_heading(match: re.Match[str], before: str, after: str) -> bool:
    """Whether the match only tells a table's unit (``i 1.000 kr.``, ``mio. kr. 2023``)."""
    bare = match["mark"] is None and match["scale2"] is None
    thousand = bare and match["whole"].translate(_DROP_SEPARATORS) == "1000"
    if match["lead"] and bare and _YEAR.match(match["whole"]):
        return True
    if (match["lead"] or thousand) and _HEADING_BEFORE.search(before):
        return True
    return thousand and before.endswith("(") and after in tuple("),;")


def readings(text: str) -> tuple[Decimal, ...]:
    """All the values a number can be read as, the Danish reading first.

    Two of them mean that only the rest of the workbook can tell which is right.

    >>> readings("1.200")
    (Decimal('1200'), Decimal('1.200'))
    >>> readings("1,200.50")
    (Decimal('1200.50'),)
    """
    danish, english = parse_number(text, "da"), parse_number(text, "en")
    return tuple(dict.fromkeys(value for value in (danish, english) if value is not None))


def odd_characters(text: str) -> Oddity | None:
    """The first unusual character or form of a number typed as text; None when it is plain.

    Such a number looks right and yet Excel does not take it for one. Blanks around the number do
    not count, and neither does a text that is no number at all.

    >>> str(odd_characters("\N{MINUS SIGN}5.300")), str(odd_characters("- 6 000"))
    ('minus-sign', 'spaced-minus')
    >>> odd_characters("1 200"), odd_characters("Drift \N{EN DASH} 2023")
    (None, None)
    """
    text = text.strip()
    if not readings(text):
        return None
    last_digit = max(map(text.rfind, "0123456789"))
    if text[0] == "(":
        return Oddity.PARENTHESES
    if text[0] in ODD_MINUSES:
        return Oddity.MINUS_SIGN
    if text[0] == "-" and text[1] in BLANKS:
        return Oddity.SPACED_MINUS
    for character in text[:last_digit]:
        if character in HARD_SPACES:
            return Oddity.HARD_SPACE
        if character in THIN_SPACES:
            return Oddity.THIN_SPACE
    return Oddity.TRAILING_MINUS if text[last_digit + 1 :][:1] in tuple(MINUSES) else None


def decimal_of(value: float) -> Decimal:
    """The Decimal a person sees for the number in a cell.

    Excel shows 15 digits of a float, and the rest is noise of the binary form. Whole numbers that
    a float can hold exactly (up to 2**53) keep every digit.

    Raises:
        ValueError: the value is not a number, or infinite.

    >>> decimal_of(0.1 + 0.2), decimal_of(1200.0), decimal_of(-0.0), decimal_of(1e21)
    (Decimal('0.3'), Decimal('1200'), Decimal('0'), Decimal('1000000000000000000000'))
    """
    if isinstance(value, int):
        return Decimal(value)
    if not math.isfinite(value):
        raise ValueError(f"{value!r} is no amount")
    if value.is_integer() and abs(value) <= 2**53:
        return Decimal(int(value))
    return Decimal(format(Decimal(f"{value:.15g}"), "f"))


# --- Writing ----------------------------------------------------------------------------------


def format_number(value: Decimal, language: Language = "da") -> str:
    """A value as this reader writes it: thousands grouped, as many decimals as it needs.

    What comes out reads back as the same value, if it is no longer than ``LONGEST``.

    Raises:
        ValueError: the value is not a number, or infinite.

    >>> format_number(Decimal("-1234.50")), format_number(Decimal("1234.50"), "en")
    ('-1.234,5', '1,234.5')
    >>> format_number(Decimal("1.2E+3")), format_number(Decimal("1200.00")), format_number(Decimal("-0.0"))
    ('1.200', '1.200', '0')
    """
    if not value.is_finite():
        raise ValueError(f"{value} is no amount")
    whole, _, rest = format(value.copy_abs(), "f").partition(".")
    rest = rest.rstrip("0")
    grouped = f"{int(whole):,}".replace(",", GROUP_MARK[language])
    sign = "-" if value < 0 else ""
    return sign + grouped + (DECIMAL_MARK[language] + rest if rest else "")


def format_amount(amount: Amount, language: Language = "da") -> str:
    """An amount with its words, as this reader writes it.

    What comes out reads back as the same amount, if it is no longer than ``LONGEST``.

    Raises:
        ValueError: the value is not finite, or the unit has no name.

    >>> format_amount(Amount(Decimal("5.7"), 1_000_000, Bound.ABOUT))
    'ca. 5,7 mio. kr.'
    >>> format_amount(Amount(Decimal(800_000), 1, Bound.AT_LEAST, Period.YEAR))
    '800.000+ kr. p.a.'
    >>> format_amount(Amount(Decimal("1.2"), 1_000_000, Bound.AT_MOST), "en")
    'max. DKK 1.2 million'
    """
    if amount.unit not in UNIT_WRITTEN[language]:
        raise ValueError(f"a unit of {amount.unit} kroner has no name")
    number = format_number(amount.value, language) + ("+" if amount.bound is Bound.AT_LEAST else "")
    money = UNIT_WRITTEN[language][amount.unit].format(number)
    return BOUND_WRITTEN[language][amount.bound].format(money) + PERIOD_WRITTEN[language][amount.period]


def swapped_digits(a: Decimal, b: Decimal) -> bool:
    """Whether two amounts differ by two neighbouring digits that changed places."""
    first, second = f"{a:f}", f"{b:f}"
    if len(first) != len(second):
        return False
    differing = [index for index, (x, y) in enumerate(zip(first, second, strict=True)) if x != y]
    return (
        len(differing) == 2
        and differing[1] == differing[0] + 1
        and first[differing[0]] == second[differing[1]]
        and first[differing[1]] == second[differing[0]]
    )
