"""The script that anybody would write: openpyxl twice, a pandas frame and one pandera call a table.

It knows the form: a table begins at 'Budgetoverslag' and ends at 'I alt', and its heading names the years
and the total column. It is written to be quick as such scripts go: no cell is read twice, the schema is made
once, and its checks work on whole columns.

    python bench/obvious.py workbooks/faults
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import openpyxl
import pandas as pd
import pandera.pandas as pa
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet
from pandera.errors import SchemaErrors

HEADING = "Budgetoverslag"
TOTAL = "I alt"


def row_differences(table: pd.DataFrame) -> pd.Series:
    """How far the total of each row is from its years."""
    amounts = table.drop(columns="label")
    return 2 * amounts[TOTAL] - amounts.sum(axis=1)


def column_difference(column: pd.Series) -> float:
    """How far the last cell of a column is from those above it."""
    return column.iloc[-1] - column.iloc[:-1].sum()


SCHEMA = pa.DataFrameSchema(
    {
        "label": pa.Column(str, nullable=True),
        r"20\d\d|I alt": pa.Column(
            float,
            pa.Check(lambda column: abs(column_difference(column)) < 0.5, name="column total"),
            regex=True,
        ),
    },
    checks=pa.Check(lambda table: row_differences(table).abs() < 0.5, name="row total"),
)


def tables(sheet: Worksheet) -> Iterator[pd.DataFrame]:
    """A frame for each table of a sheet: a row a line, by its row number; the last is the total row."""
    rows = list(sheet.iter_rows(values_only=True))
    for top, heading in enumerate(rows):
        if heading[0] != HEADING or TOTAL not in heading:
            continue
        width = heading.index(TOTAL) + 1
        bottom = next((row for row in range(top + 1, len(rows)) if rows[row][0] == TOTAL), None)
        if bottom is None:
            continue
        columns = {"label": [row[0] for row in rows[top + 1 : bottom + 1]]}
        for number in range(1, width):
            columns[str(heading[number])] = [_amount(row[number]) for row in rows[top + 1 : bottom + 1]]
        yield pd.DataFrame(columns, index=range(top + 2, bottom + 2))


def _amount(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def check(path: Path) -> Iterator[str]:
    """A line of text for each total of a workbook that is wrong or typed over."""
    formulas = openpyxl.load_workbook(path)
    values = openpyxl.load_workbook(path, data_only=True)
    for sheet in values.worksheets:
        written = formulas[sheet.title]
        for table in tables(sheet):
            place = f"{path.name}: {sheet.title}!"
            bottom, last = table.index[-1], len(table.columns)
            totals = [(row, last) for row in table.index] + [(bottom, column) for column in range(2, last)]
            for row, column in totals:
                if isinstance(written.cell(row, column).value, int | float):
                    yield f"{place}{get_column_letter(column)}{row} is typed, not summed"
            try:
                SCHEMA.validate(table, lazy=True)
            except SchemaErrors:
                for row, difference in row_differences(table).items():
                    if abs(difference) >= 0.5:
                        yield f"{place}{get_column_letter(last)}{row} differs by {difference:g} from its row"
                for column, name in enumerate(table.columns[1:], 2):
                    difference = column_difference(table[name])
                    if abs(difference) >= 0.5:
                        letter = get_column_letter(column)
                        yield f"{place}{letter}{bottom} differs by {difference:g} from its column"


def main(folders: Iterable[str]) -> None:
    """Print what is wrong in the workbooks of some folders."""
    for folder in folders:
        for path in sorted(Path(folder).glob("*.xlsx")):
            for line in check(path):
                print(line)


if __name__ == "__main__":
    main(sys.argv[1:])
