"""What every source of workbooks offers: one snapshot of the whole workbook."""

from __future__ import annotations

from typing import Protocol

from ..model.book import Book


class Reader(Protocol):
    """A workbook that can be read.

    ``read`` gives values, formulas and merges of every sheet; number formats and hidden rows are asked
    of the sheets it returns (``Sheet.details``), for the tables that were found.
    """

    def read(self) -> Book:
        """The workbook as it is now.

        Raises:
            WorkbookError: it cannot be read; the reason is a key of the catalogue.
        """
        ...
