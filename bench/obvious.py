"""The script that anybody would write: openpyxl twice, a pandas frame and one pandera call a table.

It knows the form: a table begins at 'Budgetoverslag' and ends at 'I alt', its years and its total column stand
in the heading. Written to be quick as such scripts go: the schema is made once, no cell is read twice, and
the checks work on whole columns.

    python bench/obvious.py workbooks/faults
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import openpyxl
import pandas as pd
import pandera.pandas as pa
from openpyxl.worksheet.worksheet import Worksheet
from pandera.errors import SchemaErrors

HEADING = "Budgetoverslag"
TOTAL = "I alt"

SCHEMA = pa.DataFrameSchema(
    {
        "label": pa.Column(str, nullable=True),
        "row_difference": pa.Column(float, pa.Check(lambda column: column.abs() < 0.5, name="row total")),
        "column_difference": pa.Column(float, pa.Check(lambda column: column.abs() < 0.5, name="column total")),
        "typed_total": pa.Column(bool, pa.Check(lambda column: ~column, name="total without a formula")),
    }
)


def tables(values: Worksheet, formulas: Worksheet) -> Iterator[pd.DataFrame]:
    """A frame for each table of a sheet: a row a cell that holds a total, by its address."""
    rows = list(values.iter_rows(values_only=True))
    written = list(formulas.iter_rows(values_only=True))
    for top, heading in enumerate(rows):
        if heading[0] != HEADING:
            continue
        width = heading.index(TOTAL) if TOTAL in heading else len(heading)
        bottom = next((row for row in range(top + 1, len(rows)) if rows[row][0] == TOTAL), None)
        if bottom is None:
            continue
        amounts = pd.DataFrame(
            [row[1 : width + 1] for row in rows[top + 1 : bottom + 1]], columns=heading[1 : width + 1]
        )
        amounts = amounts.apply(pd.to_numeric, errors="coerce").fillna(0.0)
        lines, totals = amounts.iloc[:-1], amounts.iloc[-1]
        across = (amounts[TOTAL] - amounts.drop(columns=TOTAL).sum(axis=1)).to_list()
        down = (totals - lines.sum()).to_list()
        letters = [openpyxl.utils.get_column_letter(column + 1) for column in range(1, width + 1)]
        found = []
        for offset, difference in enumerate(across):
            row = top + 1 + offset
            found.append((f"{letters[-1]}{row + 1}", rows[row][0], difference, 0.0, _is_typed(written[row][width])))
        for offset, difference in enumerate(down):
            found.append((f"{letters[offset]}{bottom + 1}", TOTAL, 0.0, difference, _is_typed(written[bottom][offset + 1])))
        yield pd.DataFrame(
            found, columns=["cell", "label", "row_difference", "column_difference", "typed_total"]
        ).set_index("cell")


def _is_typed(value: object) -> bool:
    return isinstance(value, int | float)


def check(path: Path) -> Iterator[str]:
    """A line of text for each total of a workbook that is wrong or typed over."""
    formulas = openpyxl.load_workbook(path)
    values = openpyxl.load_workbook(path, data_only=True)
    for sheet in values.worksheets:
        for frame in tables(sheet, formulas[sheet.title]):
            try:
                SCHEMA.validate(frame, lazy=True)
            except SchemaErrors as errors:
                for case in errors.failure_cases.itertuples():
                    yield f"{path.name}: {sheet.title}!{case.index}: {case.check}: {case.failure_case}"


def main(paths: Iterable[str]) -> None:
    """Print what is wrong in the workbooks of some folders."""
    for folder in paths:
        for path in sorted(Path(folder).glob("*.xlsx")):
            for line in check(path):
                print(line)


if __name__ == "__main__":
    main(sys.argv[1:])
