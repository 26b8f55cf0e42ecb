"""The worksheet functions, through the conversion that xlwings does on Windows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import xlwings as xw
from xlwings import conversion

from tests.conftest import ROOT
from tests.excel.on_openpyxl import Engine
from tests.excel.windows import functions


class AsExcel:
    """The test engine under the name that xlwings looks up for worksheet functions."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    name = "excel"
    type = "desktop"

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)


@pytest.fixture
def excel(engine: Engine) -> Iterator[Engine]:
    xw.engines.add(xw.Engine(impl=AsExcel(engine)))
    yield engine
    xw.engines.engines = [one for one in xw.engines.engines if one.name != "excel"]
    xw.engines.engines_by_name.pop("excel")


def called(name: str, *arguments: Any) -> Any:
    """A function called as ``xlwings.udfs.call_udf`` calls it: arguments and result converted by xlwings."""
    function = getattr(functions(), name)
    told = function.__xlfunc__
    ready = []
    for argument, info in zip(arguments, told["args"], strict=False):
        if isinstance(argument, xw.Range):
            ready.append(conversion.read(argument, None, info["options"]))
        else:
            ready.append(conversion.read(None, argument, info["options"]))
    ready += [info["optional"] for info in told["args"][len(arguments) :]]
    return conversion.write(function(*ready), None, told["ret"]["options"])


def test_the_amount_of_a_text(excel: Engine) -> None:
    assert called("BT_BELOEB", "5,7 mio. kr.") == [[5700.0]]
    assert called("BT_BELOEB", "5,7 mio. kr.", 1.0) == [[5700000.0]]
    assert called("BT_BELOEB", 1200.0) == [[1200.0]]
    assert called("BT_BELOEB", "måske") == [["'måske' er ikke et beløb"]]


def test_amounts_of_a_column_come_as_a_column(excel: Engine) -> None:
    column = (("1.200",), ("800.000 kr.",), (None,), (-3.5,))
    assert called("BT_BELOEB", column) == [[1200.0], [800.0], [""], [-3.5]]


def test_the_difference_of_each_line(excel: Engine) -> None:
    years = ((100.0, 200.0), (0.1, 0.2), (None, None), ("1.000", 5.0))
    totals = ((300.0,), (0.3,), (7.0,), (1000.0,))
    assert called("BT_FORSKEL", years, totals) == [[0.0], [0.0], [""], [-5.0]]


def test_the_findings_of_a_range_as_a_list(excel: Engine) -> None:
    book = xw.Book(str(ROOT / "workbooks" / "faults" / "ARI001-row-total-wrong.xlsx"))
    found = called("BT_KONTROL", book.sheets[0].used_range)
    assert [row[:3] for row in found] == [["fejl", "ARI001", "F10"]]
    clean = xw.Book(
        str(ROOT / "workbooks/proposals/Skema 2.1.2. 07 Microsoft licenser - stigende udgifter.xlsx")
    )
    assert called("BT_KONTROL", clean.sheets[0].used_range)[0][0] == "Ingen bemærkninger"


def test_the_sentence_of_a_code(excel: Engine) -> None:
    (told,) = (called("BT_REGEL", "ari002"),)
    assert told != [["ari002"]] and "ARI002" not in str(told)
    assert "ingen regel" in str(called("BT_REGEL", "XYZ999"))
