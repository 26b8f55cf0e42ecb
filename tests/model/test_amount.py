"""Amounts: what is read, what is left alone, and that what we write reads back."""

from __future__ import annotations

import math
import time
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from budget_tools.model.amount import (
    BLANKS,
    LONGEST,
    MINUSES,
    UNIT_WRITTEN,
    Amount,
    Bound,
    Language,
    Oddity,
    Period,
    decimal_of,
    find_amounts,
    format_amount,
    format_number,
    odd_characters,
    parse_amount,
    parse_number,
    readings,
)

MINUS, EN_DASH, EM_DASH = "\N{MINUS SIGN}", "\N{EN DASH}", "\N{EM DASH}"
NBSP, NARROW = "\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}"
THIN, FIGURE = "\N{THIN SPACE}", "\N{FIGURE SPACE}"

NUMBERS = f"""
    text            da          en
    1200            1200        1200
    0               0           0
    -0              0           0
    +150            150         150
    1.200           1200        1.2
    1,200           1.2         1200
    1.200,50        1200.5      no
    1,200.50        no          1200.5
    1.200.000       1200000     no
    1.200.50        no          no
    1,200,50        no          no
    1.2             1.2         1.2
    1.25            1.25        1.25
    1,25            1.25        1.25
    1.2345          no          1.2345
    1,2345          1.2345      no
    1200.500        no          1200.5
    0.123           no          0.123
    12.00           12          12
    1.20.300        no          no
    1200.300.400    no          no
    1 200           1200        1200
    21 000,5        21000.5     21000.5
    12 34 56 78     no          no
    1{NBSP}200      1200        1200
    1{NARROW}200    1200        1200
    1{THIN}200      1200        1200
    1{FIGURE}200    1200        1200
    1{NBSP}200 300  1200300     1200300
    1 200.300       no          1200.3
    1'200           no          no
    1_200           no          no
    -5.300          -5300       -5.3
    {MINUS}5.300    -5300       -5.3
    {EN_DASH}328    -328        -328
    {EM_DASH}328    -328        -328
    {MINUS} 6 000   -6000       -6000
    -{NBSP}6        -6          -6
    --6             no          no
    (328)           -328        -328
    ( 328 )         -328        -328
    (328            no          no
    328)            no          no
    (-328)          no          no
    -(328)          no          no
    (328)-          no          no
    1.000,50-       -1000.5     no
    600-            -600        -600
    -600-           no          no
    600,-           600         600
    600,{EN_DASH}   600         600
    -600,-          -600        -600
    5,50,-          no          no
    600 kr.         600         600
    600kr           600         600
    600,- kr.       600         600
    600 DKK         no          no
    0123            no          no
    .5              no          no
    5,              no          no
    21.3.22         no          no
    1.8.2022        no          no
    13-17           no          no
    2-3             no          no
    13:17           no          no
    §17             no          no
    80%             no          no
    80 %            no          no
    3106 // x       no          no
    1e5             no          no
    1/2             no          no
    2 direktører    no          no
    I alt           no          no
    -               no          no
    {EN_DASH}       no          no
    ..........      no          no
    n.a.            no          no
    nan             no          no
    ٣               no          no
    ²               no          no
"""


def rows(grid: str) -> list[list[str]]:
    """The cells of a grid, two ordinary blanks or more between them, without its heading."""
    lines = [line.strip(" ") for line in grid.strip().split("\n")]
    return [[cell.strip(" ") for cell in line.split("  ") if cell.strip(" ")] for line in lines[1:]]


@pytest.mark.parametrize(("text", "da", "en"), rows(NUMBERS))
def test_number(text: str, da: str, en: str) -> None:
    languages: tuple[Language, Language] = ("da", "en")
    for language, expected in zip(languages, (da, en), strict=True):
        value = None if expected == "no" else Decimal(expected)
        assert parse_number(text, language) == value
        assert parse_number(f"{NBSP} {text}\t", language) == value
        if "DKK" not in text:
            amount = parse_amount(text, language)
            assert (amount and amount.value) == value


AMOUNTS = f"""
    text                          value      unit        bound     period
    5,7 mio. kr.                  5.7        1000000     exact     -
    5,7 mio.kr.                   5.7        1000000     exact     -
    5,7 MIO KR                    5.7        1000000     exact     -
    5,7 mill. kr.                 5.7        1000000     exact     -
    5,7 mio.                      5.7        1000000     exact     -
    2 millioner kroner            2          1000000     exact     -
    1,1 mia. kr.                  1.1        1000000000  exact     -
    2000 t.kr.                    2000       1000        exact     -
    2000 t.kr                     2000       1000        exact     -
    2000 tkr.                     2000       1000        exact     -
    2000 t. kr.                   2000       1000        exact     -
    2000 TDKK                     2000       1000        exact     -
    20 tusind kr.                 20         1000        exact     -
    5 1.000 kr.                   5          1000        exact     -
    2.000 1.000 kr.               2000       1000        exact     -
    1.000 kr.                     1000       1           exact     -
    21 000 kr.                    21000      1           exact     -
    600,-                         600        1           exact     -
    kr. 600,-                     600        1           exact     -
    kr. 500                       500        1           exact     -
    kr.500                        500        1           exact     -
    DKK 1.200                     1200       1           exact     -
    DKK1.200                      1200       1           exact     -
    1.200 DKK                     1200       1           exact     -
    DKK 1,2 million               1.2        1000000     exact     -
    mio. kr. 5,7                  5.7        1000000     exact     -
    -500 kr.                      -500       1           exact     -
    -kr. 500                      -500       1           exact     -
    kr. -500                      -500       1           exact     -
    {MINUS} 6{NBSP}000{NBSP}kr.   -6000      1           exact     -
    (328) t.kr.                   -328       1000        exact     -
    800.000+ kr.                  800000     1           at-least  -
    800.000+                      800000     none        at-least  -
    mindst 800.000 kr.            800000     1           at-least  -
    min. 800.000 kr.              800000     1           at-least  -
    mindst 800.000+ kr.           800000     1           at-least  -
    max. 1 mio. kr.               1          1000000     at-most   -
    Max 1 mio. kr.                1          1000000     at-most   -
    op til 1 mio. kr.             1          1000000     at-most   -
    ca. 5700 t.kr.                5700       1000        about     -
    ca.5700                       5700       none        about     -
    440.000 kr. p.a.              440000     1           exact     year
    440.000 kr. pa                440000     1           exact     year
    1,7 mio. kr. pr. år           1.7        1000000     exact     year
    1,7 mio. kr. årligt           1.7        1000000     exact     year
    1,7 MIO. KR. ÅRLIGT           1.7        1000000     exact     year
    1,7 mio. kr. om året          1.7        1000000     exact     year
    440.000 p.a.                  440000     none        exact     year
    50.000 kr. engangs            50000      1           exact     once
    50.000 kr. one-off            50000      1           exact     once
    500 kr. pr. md.               500        1           exact     month
    500 kr. pr. måned             500        1           exact     month
"""

ENGLISH = """
    text                          value      unit        bound     period
    DKK 1.2 million               1.2        1000000     exact     -
    DKK 1.2m                      1.2        1000000     exact     -
    DKK 1.2 billion               1.2        1000000000  exact     -
    5 thousand                    5          1000        exact     -
    DKK 5 thousand per year       5          1000        exact     year
    5,000 kr. annually            5000       1           exact     year
    DKK 5,000 one-off             5000       1           exact     once
    at least DKK 800,000          800000     1           at-least  -
    DKK 800,000+ per month        800000     1           at-least  month
    up to 1.2 mio. kr.            1.2        1000000     at-most   -
    approx. DKK 5.7 million       5.7        1000000     about     -
"""


def expected_amount(value: str, unit: str, bound: str, period: str) -> Amount:
    return Amount(
        Decimal(value),
        None if unit == "none" else int(unit),
        Bound(bound),
        None if period == "-" else Period(period),
    )


@pytest.mark.parametrize("row", rows(AMOUNTS), ids=lambda row: str(row[0]))
def test_danish_amount(row: list[str]) -> None:
    text, *said = row
    assert parse_amount(text) == expected_amount(*said)
    assert parse_amount(f" {text}{NBSP}") == expected_amount(*said)


@pytest.mark.parametrize("row", rows(ENGLISH), ids=lambda row: str(row[0]))
def test_english_amount(row: list[str]) -> None:
    text, *said = row
    assert parse_amount(text, "en") == expected_amount(*said)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "kr.",
        "mio. kr.",
        "max.",
        "kr. 500 kr.",
        "mio. kr. 5 mio.",
        "5 t",
        "5 m",
        "600,- mio. kr.",
        "-kr. -500",
        "max. 800.000+ kr.",
        "2-3 mio. kr.",
        "2-3 medlemmer",
        "500 kr. til udstyr",
        "4 årsværk",
        "1 mio. kr. pr. årsværk",
        "DKK 1,2 billion",
        "Beløb i 1.000 kr.",
        "§17 stk. 4",
        "kl. 13-17",
        "#REF!",
        "1\n200",
        "1\t200",
    ],
)
def test_no_amount(text: str) -> None:
    assert parse_amount(text) is None


@pytest.mark.parametrize(
    "long", ["1" * 41, "1" * 100_000, "+" + " " * 99_999 + "1", "1 " * 50_000, "." * 100_000]
)
def test_too_long_is_quick(long: str) -> None:
    started = time.perf_counter()
    assert parse_amount(long) is None
    assert parse_number(long) is None
    list(find_amounts(long))
    list(find_amounts(long + " kr."))
    assert time.perf_counter() - started < 1


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("1.200,50", None),
        ("-5.300", None),
        ("1 200", None),
        ("600,-", None),
        (f"600,{EN_DASH}", None),
        (f"{NBSP}1.200{THIN}", None),
        (f"1.200{NBSP}kr.", None),
        (f"{MINUS}5", "minus-sign"),
        (f"{EN_DASH}5", "minus-sign"),
        (f"{EM_DASH} 5", "minus-sign"),
        ("- 6 000", "spaced-minus"),
        (f"-{NBSP}6", "spaced-minus"),
        ("1.000,50-", "trailing-minus"),
        ("(328)", "parentheses"),
        (f"(1{NBSP}328)", "parentheses"),
        (f"1{NBSP}200", "hard-space"),
        (f"1{FIGURE}200-", "hard-space"),
        (f"1{THIN}200", "thin-space"),
        (f"-1{NARROW}200", "thin-space"),
        ("-", None),
        (f"Drift {EN_DASH} 2023", None),
        (f"{EN_DASH} 2 direktører", None),
        ("", None),
    ],
)
def test_odd_characters(text: str, key: str | None) -> None:
    assert odd_characters(text) == (None if key is None else Oddity(key))


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("1.200", ["1200", "1.2"]),
        ("1,200", ["1.2", "1200"]),
        ("1,200.50", ["1200.5"]),
        ("1.2", ["1.2"]),
        ("1200", ["1200"]),
        ("1.2345", ["1.2345"]),
        ("Løn", []),
    ],
)
def test_readings(text: str, values: list[str]) -> None:
    assert readings(text) == tuple(map(Decimal, values))


@pytest.mark.parametrize(
    ("value", "seen"),
    [
        (0.1 + 0.2, "0.3"),
        (1200.0, "1200"),
        (7, "7"),
        (-0.0, "0"),
        (1e21, "1000000000000000000000"),
        (1e23, "100000000000000000000000"),
        (2.0**53, "9007199254740992"),
        (999999999999999.9, "1000000000000000"),
        (1234.5, "1234.5"),
        (2999.9999999999995, "3000"),
    ],
)
def test_decimal_of(value: float, seen: str) -> None:
    assert str(decimal_of(value)) == seen


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_no_decimal_of(value: float) -> None:
    with pytest.raises(ValueError):
        decimal_of(value)


def test_units_are_exact() -> None:
    amount = Amount(Decimal("0.1234567890123456789012345678901"), 1_000_000_000)
    assert amount.kroner(1) == Decimal("123456789.0123456789012345678901")
    assert amount.in_unit(1_000_000_000, default=1) == amount.value
    assert Amount(Decimal(150)).in_unit(1, default=1000) == 150_000


def test_unit_without_a_name_is_refused() -> None:
    with pytest.raises(ValueError):
        format_amount(Amount(Decimal(1), 7))
    with pytest.raises(ValueError):
        format_number(Decimal("NaN"))


SLAGELSE = """
    En strategisk ramme foreslås: en ramme på 150.000 kr. | 150.000 kr.
    I forbindelse med det tidligere §17 stk. 4 Campus-udvalg foreslås en ramme på 150.000 kr. | 150.000 kr.
    - Skills 2022 i Høng (28.-30. april), hvor Studiebyen deltager med en messestand. |
    Forskningens Døgn på Campuspladsen fredag den 22. april kl. 13-17. |
    50.000 kr. er bevilget fra Forskningens Døgn. SDU bidrager med 35.000 kr. | 50.000 kr.; 35.000 kr.
    Beløb i 1.000 kr. |
    Økonomiudvalget har den 21.3.22 pkt. 30, besluttet; forventes at tiltræde 1.8.2022. |
    Der indarbejdes mulighed for 2-3 medlemmer af direktionen |
    3106 // Medarbejderkommunikation |
    brugere på kommunens IT netværk stedet fra ca. 6.200 til i marts 2022 at være 10.000. |
    phishing udgør i dag 80% af trafikken på vores mailservere og firewall |
    I skema nr. 8.1.2 01 har vi beskrevet, hvordan vi kan imødekomme reduktion på 981 t.kr. | 981 t.kr.
    en 11 % reduktion kan medføre en reduktion på 5,7 mio. kr. netto. 11 % reduktion | 5,7 mio. kr.
    Det svarer til ca. 16 unge pr. ungeguide. 4 ungeguides vil ca. koste 2 mio. kr. | 2 mio. kr.
    Investering i 4 ungeguides - 2000 t.kr. | 2.000 t.kr.
    63 færre unge på ydelse - ca. 5700 t.kr. | ca. 5.700 t.kr.
    Investeringsresultat - 3700 t.kr. (fratrullet de 2000 t.kr i investering) | 3.700 t.kr.; 2.000 t.kr.
    ren reduktion på 981 t.kr. (som beskrevet) og en investering udgøre 2719 t.kr. | 981 t.kr.; 2.719 t.kr.
    60 færre unge på uddannelseshjælp	-5.300	-5.300	-5.300	-5.300	-21.200 |
"""

FREDERICIA = """
    10,7 mio. kr. til skoler, heraf 3,5 mio. kr. til ekstra pæd. pers. | 10,7 mio. kr.; 3,5 mio. kr.
    560.000 kr. (tillægsbevilling i 2020 – er brugt). | 560.000 kr.
    4,9 mio. kr. i 2021 (heraf 3,5 mio. kr. fra midlerne). | 4,9 mio. kr.; 3,5 mio. kr.
    I denne case: 1,7 mio. kr. pr. år for hele distriktet til ekstra pæd. personale | 1,7 mio. kr. p.a.
    190.000 kr. pr. år (er dækket i 2021) + evt. ekstra udelegetøj | 190.000 kr. p.a.
    Alle distrikter ved samme forudsætninger: 562.500 kr. | 562.500 kr.
    3,1 mio. kr. til flyverpersonale pr. år. | 3,1 mio. kr.
    (70% pædagoger, 30% pædagogmedhjælpere). |
    I beregningen er det kun i 0.-6., der regnes med mindre hold |
    13,8 mio. kr. p.a. til bl.a. flere ansatte i folkeskolen – ekstra lærere | 13,8 mio. kr. p.a.
    Max. 1 mio. kr. for hele kommunen ved sidemandsoplæring | max. 1 mio. kr.
    I denne case: 800.000+ kr. for opdeling i zoner | 800.000+ kr.
    Én fuldtidsansat pædagog: 440.000 kr. p.a. | 440.000 kr. p.a.
    2 pædagoger 880.000 kr. | 880.000 kr.
    500.000 kr. i 2020 OBS – Reduceret pr 15.12.2020 til 250.000 kr. | 500.000 kr.; 250.000 kr.
    0,2 mio. kr.  Alle plejehjem ved samme forudsætning: 1,0 mio. kr. | 0,2 mio. kr.; 1 mio. kr.
    Der er i Budget2021 afsat 100.000 kr. 2020 til arbejdsmiljø | 100.000 kr.
    Hver case fra 7000stemmer (se bilag) er nedenfor analyseret |
"""

OTHERS = """
    Resultatet er -3700 t.kr. i alt | -3.700 t.kr.
    Resultatet er −3700 t.kr. i alt | -3.700 t.kr.
    - 500 kr. til bolde | 500 kr.
    Corona-500.000 kr. | 500.000 kr.
    Det koster kr. 500 pr. elev, DKK 1.200 pr. lærer og 600,- pr. skole | 500 kr.; 1.200 kr.; 600 kr.
    Det koster 2-3 mio. kr. eller 500 - 700 kr. eller kr. 500-700 |
    Afsat i 2023 - 500 t.kr. | 500 t.kr.
    Afsat 2000-3000 kr. |
    Alle beløb i mio. kr. 2023 2024 |
    Budget mio. kr. 2023 |
    Budget (1.000 kr.) |
    Beløb i hele 1.000 kr., 2023-priser |
    i 2021 500.000 kr. | 500.000 kr.
    8 mio. borgere og 3 millioner bøger |
    det koster 500 kr/time og 5 kroner, men 500 krav | 500 kr.; 5 kr.
    en halv: 1/2 mio. kr., §17 kr., 21.3.22 kr., kr. 21.3.22 |
    kr. 5 % og DKK 1.2 billion |
    1 mio. kr. pr. årsværk | 1 mio. kr.
    mio. kr. 5,7 og t.kr. 300 | 5,7 mio. kr.; 300 t.kr.
"""


@pytest.mark.parametrize(
    "line", [line for grid in (SLAGELSE, FREDERICIA, OTHERS) for line in grid.strip().split("\n")]
)
def test_amounts_in_a_sentence(line: str) -> None:
    sentence, _, amounts = line.strip().rpartition("|")
    found = list(find_amounts(sentence))
    assert "; ".join(format_amount(amount) for _, _, amount in found) == amounts.strip()
    for start, end, amount in found:
        assert parse_amount(sentence[start:end]) == amount


def test_english_sentence() -> None:
    sentence = "About 63 people in 2023; DKK 1.2 million a year, of which DKK 1,200, and 5m users"
    found = [(sentence[start:end], amount) for start, end, amount in find_amounts(sentence, "en")]
    assert found == [
        ("DKK 1.2 million a year", Amount(Decimal("1.2"), 1_000_000, Bound.EXACT, Period.YEAR)),
        ("DKK 1,200", Amount(Decimal(1200), 1)),
    ]


LANGUAGES: st.SearchStrategy[Language] = st.sampled_from(["da", "en"])
VALUES = st.builds(
    lambda digits, places: Decimal(digits).scaleb(-places),
    st.integers(-(10**15) + 1, 10**15 - 1),
    st.integers(-8, 12),
)


@given(VALUES, LANGUAGES)
def test_number_round_trip(value: Decimal, language: Language) -> None:
    text = format_number(value, language)
    assert parse_number(text, language) == value
    assert odd_characters(text) is None
    assert value in readings(text)


@given(
    VALUES,
    st.sampled_from(list(UNIT_WRITTEN["da"])),
    st.sampled_from(Bound),
    st.sampled_from([None, *Period]),
    LANGUAGES,
)
def test_amount_round_trip(
    value: Decimal, unit: int | None, bound: Bound, period: Period | None, language: Language
) -> None:
    amount = Amount(value, unit, bound, period)
    text = format_amount(amount, language)
    assume(len(text) <= LONGEST)
    assert parse_amount(text, language) == amount
    found = [found for _, _, found in find_amounts(f"Afsat: {text}", language)]
    assert found == ([] if unit is None else [amount])


@given(st.text(alphabet="0123456789.,+()%/§krmiotpaå\n" + MINUSES + BLANKS, max_size=45), LANGUAGES)
def test_any_text_is_read_or_refused(text: str, language: Language) -> None:
    number, amount = parse_number(text, language), parse_amount(text, language)
    if number is not None:
        assert amount is not None and amount.value == number
    odd_characters(text)
    for start, end, found in find_amounts(text, language):
        assert 0 <= start < end <= len(text)
        assert parse_amount(text[start:end], language) == found


@given(st.floats(-1e300, 1e300))
def test_a_float_is_seen_with_fifteen_digits(value: float) -> None:
    seen = decimal_of(value)
    assert math.isclose(float(seen), value, rel_tol=1e-14, abs_tol=0)
    assert "E+" not in str(seen)
