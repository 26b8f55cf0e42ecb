"""What a fix would change: a few edits, shown in every report and applied by any writer."""

from __future__ import annotations

from decimal import Decimal
from enum import Enum

from .address import Cell
from .record import record


class Safety(Enum):
    """Whether a fix may be applied by one click or must be read first."""

    SAFE = "safe"
    REVIEW = "review"


@record(frozen=True, slots=True)
class SetCell:
    """Put a value into one cell, and the formula behind it where it is calculated.

    ``formula`` is in English form with a leading ``=``; ``value`` is then its result, written
    beside it so that a reader that does not calculate sees the same.
    """

    sheet: str
    cell: Cell
    value: Decimal | str
    formula: str | None = None


@record(frozen=True, slots=True)
class SetResult:
    """Give a formula that stays as it is the result that it has now, because a cell it reads was changed."""

    sheet: str
    cell: Cell
    value: Decimal


@record(frozen=True, slots=True)
class SetNumberFormat:
    """Give one cell a number format code, as Excel stores it (``#,##0``)."""

    sheet: str
    cell: Cell
    format: str


@record(frozen=True, slots=True)
class SetFill:
    """Give one cell a fill colour.

    ``fill`` is a colour as ``RRGGBB``, or a fill as the file format spells it (``<patternFill …/>``,
    without namespaces), which is how any fill a person chose can come back. ``style`` is the number of
    the cell format that the cell had when it last had this fill: it is used if it still fits.
    """

    sheet: str
    cell: Cell
    fill: str
    style: int | None = None


@record(frozen=True, slots=True)
class SetNote:
    """Put a note on one cell; below the text of a note that is there already.

    ``text`` begins with ``author`` in its first line, as Excel's own notes do: that is how what was
    added can be told from the person's own text, whoever saved the workbook in between.
    """

    sheet: str
    cell: Cell
    text: str
    author: str


@record(frozen=True, slots=True)
class ClearNote:
    """Take away what ``SetNote`` added by that author; ``anchor`` is where the note's box was before."""

    sheet: str
    cell: Cell
    author: str
    anchor: str = ""


@record(frozen=True, slots=True)
class ClearCell:
    """Take one cell out of the sheet if it is empty and looks like its row and column anyway.

    ``spans`` are the columns that its row said to use before the cell was put there.
    """

    sheet: str
    cell: Cell
    spans: str = ""


@record(frozen=True, slots=True)
class Look:
    """How a cell of a new sheet looks; colours are ``RRGGBB``, "" for none."""

    bold: bool = False
    size: int = 0  # points more than the workbook's own font
    colour: str = ""
    fill: str = ""
    wrap: bool = False
    centred: bool = False
    right: bool = False
    underlined: bool = False
    line_below: str = ""
    format: str = "General"


@record(frozen=True, slots=True)
class NewCell:
    """A cell of a new sheet: text or a number, its look, and the place it leads to when clicked."""

    value: str | Decimal
    look: Look = Look()
    link: tuple[str, Cell] | None = None


@record(frozen=True, slots=True)
class AddSheet:
    """Add a sheet after all others.

    A name that is taken gets a number: ``Kontrol (2)``. ``widths`` are those of the columns in
    characters, 0 for a hidden one. ``heading`` is the row that stays in sight and is printed on every
    page; 0 for none. A ``concealed`` sheet is seen by nobody but a program.
    """

    name: str
    rows: tuple[tuple[NewCell | None, ...], ...]
    widths: tuple[float, ...] = ()
    heading: int = 0
    concealed: bool = False


@record(frozen=True, slots=True)
class RemoveSheet:
    """Take a sheet out of the workbook, with all that belongs to it alone."""

    name: str


@record(frozen=True, slots=True)
class TrimStyles:
    """Take cell formats that nothing uses out of the end of the workbook's lists.

    ``counts`` are how many are to stay, by the name of the list (``cellXfs``, ``fills``); -1 for a
    list that was not there.
    """

    counts: tuple[tuple[str, int], ...]


CellEdit = SetCell | SetNumberFormat
"""What a fix is made of."""

Edit = CellEdit | SetResult | SetFill | SetNote | ClearNote | ClearCell | AddSheet | RemoveSheet | TrimStyles


@record(frozen=True, slots=True)
class Fix:
    """The edits that would mend a finding."""

    safety: Safety
    edits: tuple[CellEdit, ...]
