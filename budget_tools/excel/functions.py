"""The worksheet functions: few and coarse, because every call crosses from Excel to Python.

They take ranges and give ranges. Excel for Windows calls them through xlwings; on a Mac, where xlwings has no
worksheet functions, the button "Beløb i markeringen" and the check itself do the same.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import xlwings as xw

from ..books.live import range_as_book
from ..catalog import Language, codes, title, word
from ..model.amount import decimal_of, parse_amount
from ..settings import Settings

FUNCTIONS = ("BT_BELOEB", "BT_FORSKEL", "BT_KONTROL", "BT_REGEL")
"""The names that Excel knows."""

THOUSANDS = 1000

_Grid = list[list[Any]]


def amount_of(value: object, language: Language = "da", unit: int = THOUSANDS) -> Decimal | None:
    """What a cell says as an amount in a unit; None where it is no amount.

    A number is taken as it is, and so is a text that names no unit.

    >>> amount_of("5,7 mio. kr."), amount_of("1.200"), amount_of(150.5), amount_of("Løn")
    (Decimal('5700.0'), Decimal('1200'), Decimal('150.5'), None)
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, Decimal):
        return value
    if isinstance(value, int | float):
        return decimal_of(float(value))
    if not isinstance(value, str):
        return None
    amount = parse_amount(value, language)
    return amount.in_unit(unit, unit) if amount is not None else None


@xw.func(category="budget_tools")  # type: ignore[untyped-decorator,unused-ignore]
@xw.arg("tekst", ndim=2, doc='Tekst eller celler, fx "5,7 mio. kr."')  # type: ignore[untyped-decorator,unused-ignore]
@xw.arg("enhed", doc="Enheden i kr.; 1000, hvis den udelades")  # type: ignore[untyped-decorator,unused-ignore]
def BT_BELOEB(tekst, enhed=1000):  # type: ignore[no-untyped-def]
    """Beløbet i en tekst, i 1.000 kr.: BT_BELOEB("5,7 mio. kr.") er 5700."""
    unit = int(enhed or THOUSANDS)
    return [[_beloeb(value, unit) for value in row] for row in tekst]


def _beloeb(value: object, unit: int) -> float | str:
    if value is None or value == "":
        return ""
    amount = amount_of(value, "da", unit)
    return word("excel", "no-amount", "da", text=str(value)) if amount is None else float(amount)


@xw.func(category="budget_tools")  # type: ignore[untyped-decorator,unused-ignore]
@xw.arg("aar", ndim=2, doc="Årskolonnerne, en linje pr. række")  # type: ignore[untyped-decorator,unused-ignore]
@xw.arg("i_alt", ndim=2, doc="Kolonnen I alt ud for dem")  # type: ignore[untyped-decorator,unused-ignore]
def BT_FORSKEL(aar, i_alt):  # type: ignore[no-untyped-def]
    """Forskellen mellem I alt og summen af årene, linje for linje; 0, hvor det går op."""
    return [[_forskel(years, total[0])] for years, total in zip(aar, i_alt, strict=False)]


def _forskel(years: list[Any], total: object) -> float | str:
    amounts = [amount_of(value) for value in years]
    known = [amount for amount in amounts if amount is not None]
    shown = amount_of(total)
    if shown is None or not known:
        return ""
    return float(shown - sum(known, Decimal(0)))


@xw.func(category="budget_tools")  # type: ignore[untyped-decorator,unused-ignore]
@xw.arg("omraade", xw.Range, doc="Tabellen med overskrifter")  # type: ignore[untyped-decorator,unused-ignore]
def BT_KONTROL(omraade):  # type: ignore[no-untyped-def]
    """Bemærkningerne til et område som en liste: alvor, kode, celle og hvad der er galt."""
    from ..reports.wording import Wording
    from ..run import check_book

    report = check_book(range_as_book(omraade), Settings())
    wording = Wording("da")
    path = report.workbooks[0].path
    found: _Grid = [
        [
            word("severity", one.severity.word, "da"),
            one.code,
            str(one.cell or ""),
            wording.message(path, one),
        ]
        for one in report.findings
    ]
    return found or [[word("excel", "no-findings-in-range", "da"), "", "", ""]]


@xw.func(category="budget_tools")  # type: ignore[untyped-decorator,unused-ignore]
@xw.arg("kode", doc="Reglens kode, fx ARI002")  # type: ignore[untyped-decorator,unused-ignore]
def BT_REGEL(kode):  # type: ignore[no-untyped-def]
    """Hvad en kode betyder: BT_REGEL("ARI002")."""
    code = str(kode or "").strip().upper()
    return title(code, "da") if code in codes() else word("excel", "no-code", "da", code=code)
