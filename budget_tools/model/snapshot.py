"""A proposal as it was at a moment: what it says and shows, without the workbook it stood in.

A snapshot outlives its workbook: it can be kept as JSON and compared years later. So it holds amounts and
sentences as they stood, and where, but nothing of layout.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from .address import Cell, parse_cell
from .proposal import Text
from .status import Status


class Figure(NamedTuple):
    """What a cell of a proposal's table shows, in the unit of the form.

    ``column`` is the year ("2023"), "total", or the heading where two columns are of one year or of none.
    ``amount`` is None where a person wrote words instead; ``written`` is what they wrote. Blank cells are no
    figures. ``total``: the line adds others up. ``table`` numbers the tables of the form, from 0.
    """

    line: str
    column: str
    amount: Decimal | None
    cell: Cell
    total: bool = False
    table: int = 0
    written: str = ""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A proposal as it was read from a workbook.

    ``unit`` is what its amounts are in (1, 1000, 1000000; None where nobody says). ``sentences`` are those of
    its text, in their order, each with the cell that it begins in.
    """

    path: str
    sheet: str
    cell: Cell  # of the number, or where it should stand
    permanent_id: str | None = None
    number: str | None = None
    earlier_numbers: tuple[str, ...] = ()
    title: str | None = None
    title_cell: Cell | None = None
    committee: str | None = None
    area: str | None = None
    account: str | None = None
    status: Status | None = None
    unit: int | None = None
    price_level: int | None = None
    figures: tuple[Figure, ...] = ()
    sentences: tuple[Text, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The snapshot as values that ``json`` can write; amounts are decimal strings."""
        return {
            "path": self.path,
            "sheet": self.sheet,
            "cell": str(self.cell),
            "id": self.permanent_id,
            "number": self.number,
            "earlier_numbers": list(self.earlier_numbers),
            "title": self.title,
            "title_cell": str(self.title_cell) if self.title_cell is not None else None,
            "committee": self.committee,
            "area": self.area,
            "account": self.account,
            "status": self.status.value if self.status is not None else None,
            "unit": self.unit,
            "price_level": self.price_level,
            "figures": [_figure(one) for one in self.figures],
            "sentences": [{"text": one.text, "cell": str(one.cell)} for one in self.sentences],
        }

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Snapshot:
        """A snapshot from what ``to_json`` gave; keys that a later version adds are passed over.

        Raises:
            KeyError, ValueError, TypeError: these are not the values of a snapshot.
        """
        title_cell, status = said.get("title_cell"), said.get("status")
        return cls(
            said["path"],
            said["sheet"],
            parse_cell(said["cell"]),
            said.get("id"),
            said.get("number"),
            tuple(said.get("earlier_numbers", ())),
            said.get("title"),
            parse_cell(title_cell) if title_cell else None,
            said.get("committee"),
            said.get("area"),
            said.get("account"),
            Status(status) if status else None,
            said.get("unit"),
            said.get("price_level"),
            tuple([_read_figure(one) for one in said.get("figures", ())]),
            tuple([Text(one["text"], parse_cell(one["cell"])) for one in said.get("sentences", ())]),
        )


def _figure(one: Figure) -> dict[str, Any]:
    return {
        "line": one.line,
        "column": one.column,
        "amount": None if one.amount is None else f"{one.amount:f}",
        "cell": str(one.cell),
        "total": one.total,
        "table": one.table,
        "written": one.written,
    }


def _read_figure(said: Mapping[str, Any]) -> Figure:
    amount = said["amount"]
    return Figure(
        said["line"],
        said["column"],
        None if amount is None else Decimal(amount),
        parse_cell(said["cell"]),
        said.get("total", False),
        said.get("table", 0),
        said.get("written", ""),
    )
