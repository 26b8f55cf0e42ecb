"""What a run must know of workbooks that it does not read again: as plain values, and back.

Proposals and overviews of a workbook that has not changed since an earlier run count in sums and beside
others like those that are read today.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from .address import Cell, parse_cell
from .overview import Net, Overview, OverviewRow, Shown
from .proposal import Frame, Named, Registered
from .status import Status


def registered_json(one: Registered) -> dict[str, Any]:
    """A registered proposal without its path, as values that ``json`` can write."""
    return {
        "sheet": one.sheet,
        "cell": str(one.cell),
        "number": one.number,
        "scope": one.scope,
        "contents": list(one.contents),
        "names": [[name.key, name.written, str(name.cell)] for name in one.names],
        "staff_prices": [str(price) for price in one.staff_prices],
        "price_level": one.price_level,
        "price_level_wanted": one.price_level_wanted,
        "frame": _frame_json(one.frame),
        "identity": list(one.identity),
        "status": _word(one.status),
        "title": one.title,
        "nets": [
            [net.unit, [list(heading) for heading in net.headings], list(net.rows), net.written]
            for net in one.nets
        ],
        "unfamiliar": one.unfamiliar,
    }


def registered_of(path: str, said: Mapping[str, Any]) -> Registered:
    """The proposal that ``registered_json`` wrote down, of a workbook that lies at ``path`` now."""
    return Registered(
        path,
        said["sheet"],
        parse_cell(said["cell"]),
        said["number"],
        said["scope"],
        tuple(said["contents"]),
        tuple([Named(key, written, parse_cell(cell)) for key, written, cell in said["names"]]),
        tuple([Decimal(price) for price in said["staff_prices"]]),
        said["price_level"],
        said["price_level_wanted"],
        _frame_of(said["frame"]),
        tuple(said["identity"]),
        _status(said["status"]),
        said["title"],
        tuple(
            [
                Net(unit, tuple([(name, number) for name, number in headings]), tuple(rows), written)
                for unit, headings, rows, written in said["nets"]
            ]
        ),
        said["unfamiliar"],
    )


def overview_json(one: Overview) -> dict[str, Any]:
    """An overview without its path, as values that ``json`` can write."""
    return {
        "sheet": one.sheet,
        "cell": str(one.cell),
        "unit": one.unit,
        "step": str(one.step),
        "numbered": one.numbered,
        "rows": [
            {
                "number": row.number,
                "title": row.title,
                "cell": str(row.cell),
                "amounts": [_shown_json(shown) for shown in row.amounts],
                "id": row.permanent_id,
                "earlier_numbers": list(row.earlier_numbers),
                "status": _word(row.status),
            }
            for row in one.rows
        ],
    }


def overview_of(path: str, said: Mapping[str, Any]) -> Overview:
    """The overview that ``overview_json`` wrote down, of a workbook that lies at ``path`` now."""
    rows = [
        OverviewRow(
            row["number"],
            row["title"],
            parse_cell(row["cell"]),
            tuple([_shown_of(shown) for shown in row["amounts"]]),
            row["id"],
            tuple(row["earlier_numbers"]),
            _status(row["status"]),
        )
        for row in said["rows"]
    ]
    cell, step = parse_cell(said["cell"]), Decimal(said["step"])
    return Overview(path, said["sheet"], cell, said["unit"], step, tuple(rows), said["numbered"])


def _shown_json(one: Shown) -> list[str]:
    return [one.column, str(one.amount), str(one.cell)]


def _shown_of(said: Sequence[str]) -> Shown:
    column, amount, cell = said
    place: Cell = parse_cell(cell)
    return Shown(column, Decimal(amount), place)


def _frame_json(frame: Frame | None) -> list[Any] | None:
    if frame is None:
        return None
    amounts = [[year, str(amount)] for year, amount in frame.amounts]
    return [frame.committee, [list(pair) for pair in frame.years], amounts]


def _frame_of(said: Sequence[Any] | None) -> Frame | None:
    if said is None:
        return None
    committee, years, amounts = said
    return Frame(
        committee,
        tuple([(year, amount) for year, amount in years]),
        tuple([(year, Decimal(amount)) for year, amount in amounts]),
    )


def _word(status: Status | None) -> str | None:
    return status.value if status is not None else None


def _status(word: str | None) -> Status | None:
    return Status(word) if word is not None else None
