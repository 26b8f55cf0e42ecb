"""The frames and their schemas.

A call of pandera costs the same for ten rows as for thousands, so a whole batch of workbooks is one frame.
Differences are worked out from Decimal before they enter, and a row's place in the frame tells the line,
total or proposal it is about: one bad row is one failure. A failure is (code, row); the rule of that code
makes the finding.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaErrors
from pandera.typing.pandas import Series

from ..layout.long import without_label
from ..model.long import in_doubt
from ..model.table import Axis, Line, LineKind, Table, Total

Failures = dict[str, list[Any]]
"""For each code, what failed: lines, totals or proposals, in the order of the frame."""


class Lines(pa.DataFrameModel):
    """A row a line: the length of its label, and how far its total is from its years, in the table's unit."""

    label_length: Series[float] = pa.Field(
        ge=1, nullable=True, metadata={"greater_than_or_equal_to": "STR005"}
    )
    total_difference: Series[float] = pa.Field(eq=0, nullable=True, metadata={"equal_to": "ARI001"})


class Totals(pa.DataFrameModel):
    """A row a total below or above lines: how far it is from its lines, in the table's unit."""

    column_difference: Series[float] = pa.Field(eq=0, nullable=True, metadata={"equal_to": "ARI002"})
    corner_difference: Series[float] = pa.Field(eq=0, nullable=True, metadata={"equal_to": "ARI003"})


class Proposals(pa.DataFrameModel):
    """A row a proposal: whether its number fits the grammar, how many units it states, years out of place."""

    numbered: Series[float] = pa.Field(eq=1, metadata={"equal_to": "IDN001"})
    units: Series[float] = pa.Field(eq=1, nullable=True, metadata={"equal_to": "STR008"})
    years_wrong: Series[float] = pa.Field(eq=0, nullable=True, metadata={"equal_to": "STR002"})


class Register(pa.DataFrameModel):
    """A row a proposal of the whole run: its number, with what it must be unique within."""

    scope_and_number: Series[str] = pa.Field(
        unique=True, nullable=True, metadata={"field_uniqueness": "IDN002"}
    )


def failures_of(model: type[pa.DataFrameModel], frame: pd.DataFrame) -> list[tuple[str, Any]]:
    """(code, index) of every failing row, from one validate call."""
    if frame.empty:
        return []
    try:
        model.validate(frame, lazy=True)
    except SchemaErrors as errors:
        columns = model.to_schema().columns
        cases = errors.failure_cases
        found: list[tuple[str, Any]] = []
        for column, check, index in zip(cases["column"], cases["check"], cases["index"], strict=True):
            codes = (columns[column].metadata or {}) if column in columns else {}
            code = codes.get(str(check).partition("(")[0])
            if code is None:  # a fault of the frame itself, not of anybody's figures
                raise RuntimeError(f"{model.__name__}.{column}: {check}") from errors
            found.append((code, index))
        return found
    return []


def check_tables(tables: Sequence[Table]) -> dict[int, Failures]:
    """Check the lines and totals of a batch of tables.

    Returns the failures of each table that has any, by its position in the batch.
    """
    lengths: list[float | None] = []
    differences: list[float | None] = []
    line_subjects: list[tuple[int, Line | Total]] = []
    column_differences: list[float | None] = []
    corner_differences: list[float | None] = []
    total_subjects: list[tuple[int, Total]] = []
    for position, table in enumerate(tables):
        if table.label_column is not None and table.years:
            plain = without_label(table)
            lines = [line for line in plain if line.kind is LineKind.LINE and any(line.amounts)]
            lengths += [len(line.label) for line in lines]
            differences += [None] * len(lines)
            line_subjects += [(position, line) for line in lines]
        totals = list(in_doubt(table.totals))
        along = [total for total in totals if total.axis is Axis.ROW and not total.corner]
        lengths += [None] * len(along)
        differences += map(_difference, along)
        line_subjects += [(position, total) for total in along]
        for total in totals if len(along) < len(totals) else ():
            if total.axis is not Axis.ROW or total.corner:
                difference = _difference(total)
                column_differences.append(None if total.corner else difference)
                corner_differences.append(difference if total.corner else None)
                total_subjects.append((position, total))
    found: dict[int, Failures] = {}
    models: tuple[tuple[type[pa.DataFrameModel], dict[str, list[float | None]], Sequence[Any]], ...] = (
        (Lines, {"label_length": lengths, "total_difference": differences}, line_subjects),
        (
            Totals,
            {"column_difference": column_differences, "corner_difference": corner_differences},
            total_subjects,
        ),
    )
    for model, data, subjects in models:
        for code, row in failures_of(model, pd.DataFrame(data, dtype=float)):
            position, subject = subjects[row]
            found.setdefault(position, {}).setdefault(code, []).append(subject)
    return found


def _difference(total: Total) -> float:
    return float(total.difference) if total.wrong else 0.0


def check_proposals(
    keys: Sequence[str],
    *,
    numbered: Sequence[bool],
    units: Sequence[int | None],
    years_wrong: Sequence[int | None],
) -> dict[str, set[str]]:
    """Check a batch of proposals, given by unique keys.

    Args:
        keys: the name of each proposal's row.
        numbered: whether its number fits the grammar.
        units: how many different units it states; None where the settings say it instead.
        years_wrong: how many of its years do not fit the period; None without a period.

    Returns the keys that failed, for each code.
    """
    frame = pd.DataFrame(
        {"numbered": numbered, "units": units, "years_wrong": years_wrong}, index=list(keys), dtype=float
    )
    found: dict[str, set[str]] = {}
    for code, key in failures_of(Proposals, frame):
        found.setdefault(code, set()).add(key)
    return found


def check_register(scopes_and_numbers: Sequence[str | None]) -> list[int]:
    """The positions of the proposals of a run whose number is used more than once."""
    frame = pd.DataFrame({"scope_and_number": pd.Series(list(scopes_and_numbers), dtype="str")})
    return sorted(int(index) for _, index in failures_of(Register, frame))
