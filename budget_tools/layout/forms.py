"""A table found once and read again: forms that were made from one template have their tables in common.

Where a table stands, what its columns and lines are, follows from which cells hold numbers (the shape of the
sheet), from the years, and from the texts in and right around the table. Only its amounts are its own. Texts
that are too long to be a heading or a label count as prose, whatever they say.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from operator import itemgetter
from typing import NamedTuple

from ..model.amount import Language
from ..model.book import Shape, Sheet
from ..model.table import Line
from .headings import Heading
from .tables import HEADING_ROWS, LONGEST_HEADING, LONGEST_LABEL, Draft, build, exact

_MOST_KNOWN = 8  # tables in the same place of sheets of one shape, with other words
_Texts = list[tuple[int, int, str]]


class _Region(NamedTuple):
    """The rows that tell what a table is: from above its heading to where the search for its end stopped."""

    first: int
    heading: int
    bottom: int
    last: int

    def said(self, texts: _Texts) -> list[tuple[int, int, str | None]]:
        """What the texts of a sheet say in these rows."""
        said = texts[bisect_left(texts, (self.first,)) : bisect_left(texts, (self.last + 1,))]
        return [(row, column, self._heard(row, text)) for row, column, text in said]

    def _heard(self, row: int, text: str) -> str | None:
        if row < self.heading:
            return None if _is_prose(text, LONGEST_HEADING) else text
        return None if row > self.bottom and _is_prose(text, LONGEST_LABEL) else text


def _is_prose(text: str, longest: int) -> bool:
    if len(text) <= longest:
        return False
    text = text.strip()
    return len(text) > longest and text[0].isalpha()


class TableShape(Shape):
    """What tables of one form have in common: all but the amounts, which stand in the same cells."""

    __slots__ = ("_draft", "_lines", "_pick", "_region", "_said")

    def __init__(self, draft: Draft, region: _Region, texts: _Texts) -> None:
        super().__init__()
        self._region = region
        self._said = region.said(texts)
        self._draft = (draft.heading_row, draft.columns, draft.label_column, draft.language, draft.strays)
        self._lines = [(line.row, line.label, line.kind) for line in draft.lines]
        self._pick = itemgetter(*[column.number - draft.sheet.left for column in draft.columns])

    def fits(self, texts: _Texts) -> bool:
        """Whether the texts of a sheet say the same in and around the table."""
        return self._region.said(texts) == self._said

    def read(self, sheet: Sheet) -> Draft:
        """The table of another sheet, with its own amounts."""
        heading_row, columns, label_column, language, strays = self._draft
        pick, rows, top = self._pick, sheet.rows, sheet.top
        lines: list[Line] = []
        for row, label, kind in self._lines:
            raw = pick(rows[row - top])
            amounts = tuple([None if type(value) is str else exact(value) for value in raw])
            lines.append(Line(row, label, kind, raw, amounts))
        whole = all(
            map(float.is_integer, [value for line in lines for value in line.raw if value.__class__ is float])
        )
        return Draft(
            sheet, heading_row, columns, tuple(lines), label_column, language, {}, strays, whole, self
        )


def table_below(
    sheet: Sheet,
    heading: Heading,
    neighbours: Sequence[Heading],
    stops: frozenset[int],
    language: Language,
    texts: _Texts,
) -> Draft | None:
    """The table below a heading, or None when nothing there is an amount.

    ``neighbours`` are all headings of the sheet, ``stops`` the rows where something else begins, ``texts``
    its texts in reading order.
    """
    shape = sheet.shape
    if shape is None:
        return build(sheet, heading, neighbours, stops, language)[0]
    key = ("tables", heading, tuple(neighbours) if len(neighbours) > 1 else (), stops, language)
    known: list[TableShape] = shape.once(key, list)
    for one in known:
        if one.fits(texts):
            return one.read(sheet)
    draft, last = build(sheet, heading, neighbours, stops, language)
    if draft is not None and last is not None and not draft.entries and len(draft.columns) > 1:
        above = [
            merge.top for merge in sheet.merges if merge.top <= heading.row <= merge.bottom + HEADING_ROWS
        ]
        first = min([heading.row - HEADING_ROWS, *above])
        region = _Region(first, heading.row, draft.lines[-1].row, max(last, draft.lines[-1].row + 1))
        draft.shape = TableShape(draft, region, texts)
        del known[_MOST_KNOWN - 1 :]
        known.insert(0, draft.shape)
    return draft
