"""Registers with thousands of lines and faults planted in them, as sheets."""

from __future__ import annotations

import random
import re
import zipfile
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from budget_tools.model.address import Cell, column_letters
from budget_tools.model.book import Book, Details, ErrorValue, Formula, Sheet

TOP = 4  # the first row below the heading


class Register:
    """A register on its way to a sheet: rows of values, formulas by cell, hidden rows."""

    def __init__(self, seed: int, lines: int, *, formulas: bool = False) -> None:
        self.random = chance = random.Random(seed)
        self.years = chance.choice((3, 4, 4, 5, 6))
        self.decimals = chance.choice((0, 0, 0, 1, 2, 3))
        self.first = chance.choice((2, 3))  # the column of the first year, from 0
        self.left_total = chance.random() < 0.15
        self.account = chance.random() < 0.3  # a column of another kind of numbers
        self.with_total = chance.random() < 0.9
        self.formulas_wanted = formulas
        self.formulas: dict[Cell, Formula] = {}
        self.hidden: set[int] = set()
        self.rows: list[list[Any]] = []
        self._begin()
        self.body = [self._line(number) for number in range(lines)]
        self.shared = formulas and chance.random() < 0.4

    @property
    def total(self) -> int:
        """The column of the totals, from 0."""
        return self.first if self.left_total else self.first + self.years

    @property
    def amounts(self) -> list[int]:
        """The columns of the years, from 0."""
        start = self.first + self.left_total
        return list(range(start, start + self.years))

    def _begin(self) -> None:
        width = self.first + self.years + 1 + self.account
        heading: list[Any] = [""] * width
        heading[0], heading[1] = "Nr.", "Titel"
        if self.first > 2:
            heading[2] = "Udvalg"
        for index, column in enumerate(self.amounts):
            heading[column] = float(2023 + index)
        if self.with_total:
            heading[self.total] = "I alt"
        if self.account:
            heading[-1] = "Konto"
        title: list[Any] = ["Driftsforslag, beløb i 1.000 kr."] + [""] * (width - 1)
        self.rows = [title, [""] * width, heading]

    def amount(self) -> float:
        """An amount as the register has them."""
        size = self.random.choice((50, 500, 5000, 5000, 60000))
        value = (
            self.random.randrange(-size // 5, size)
            + self.random.randrange(10**self.decimals) / 10**self.decimals
        )
        return float(round(value, self.decimals))

    def _line(self, number: int) -> list[Any]:
        row: list[Any] = [""] * len(self.rows[2])
        row[0] = f"{number % 8 + 1}.{number % 7 + 1}.1. {number % 90 + 10}"
        row[1] = f"Ændring {number}"
        if self.first > 2:
            row[2] = self.random.choice(("Økonomiudvalget", "Børneudvalget"))
        for column in self.amounts:
            row[column] = self.amount()
        if self.account:
            row[-1] = float(self.random.randrange(100_000, 999_999))
        return row

    def finished(self) -> Sheet:
        """The sheet, with totals where none was planted."""
        for row in self.body:
            if self.with_total and row[self.total] == "":
                numbers = [row[column] for column in self.amounts if isinstance(row[column], float)]
                if numbers:
                    row[self.total] = float(round(sum(numbers), max(self.decimals, 3)))
        rows = self.rows + self.body
        if self.formulas_wanted and self.with_total:
            first, last = column_letters(self.amounts[0] + 1), column_letters(self.amounts[-1] + 1)
            for number, row in enumerate(rows[3:], TOP):
                cell = Cell(number, self.total + 1)
                if cell not in self.formulas and isinstance(row[self.total], float):
                    self.formulas[cell] = Formula(f"SUM({first}{number}:{last}{number})", cell)
        formulas = {cell: formula for cell, formula in sorted(self.formulas.items()) if formula.text}
        hidden = frozenset(self.hidden)

        def details(_: Sequence[object]) -> Details:
            return Details(hidden_rows=hidden)

        return Sheet("Register", rows, formulas=formulas, details=details)


def _anywhere(register: Register) -> tuple[int, list[Any]]:
    index = register.random.randrange(len(register.body))
    return index, register.body[index]


def wrong_total(register: Register) -> None:
    _, row = _anywhere(register)
    numbers = [row[column] for column in register.amounts if isinstance(row[column], float)]
    row[register.total] = float(round(sum(numbers) + register.random.choice((1, 10, -9, 1000)), 3))


def swapped(register: Register) -> None:
    _, row = _anywhere(register)
    row[register.total] = -float(sum(v for v in row if isinstance(v, float)) or 7)


def put(*values: Any) -> Callable[[Register], None]:
    def plant(register: Register) -> None:
        _, row = _anywhere(register)
        row[register.random.choice(register.amounts)] = register.random.choice(values)

    return plant


def blank_line(register: Register) -> None:
    index, row = _anywhere(register)
    register.body[index] = [""] * len(row)
    if register.random.random() < 0.5:
        register.body[index][1] = "Afsnit"


def no_label(register: Register) -> None:
    _, row = _anywhere(register)
    row[1] = ""
    if register.random.random() < 0.5:
        row[0] = ""


def even_drift(register: Register) -> None:
    _, row = _anywhere(register)
    for step, column in enumerate(register.amounts):
        row[column] = float(5000 + 9 * step)


def zeros(register: Register) -> None:
    _, row = _anywhere(register)
    for column in register.amounts:
        row[column] = 0.0
    row[register.total] = register.random.choice((0.0, ""))


def balance(register: Register) -> None:
    _, row = _anywhere(register)
    row[register.total] = row[register.amounts[register.random.choice((0, -1))]]


def subtotal(register: Register) -> None:
    index, row = _anywhere(register)
    row[0], row[1] = "", register.random.choice(("Mellemsum", "Delsum skoler", "I alt udvalg"))
    lines = register.body[max(0, index - register.random.choice((3, 10, 40))) : index]
    for column in register.amounts:
        row[column] = float(round(sum(line[column] for line in lines if isinstance(line[column], float)), 3))


def of_which(register: Register) -> None:
    _, row = _anywhere(register)
    row[0], row[1] = "", "heraf løn"


def hidden_row(register: Register) -> None:
    index, _ = _anywhere(register)
    register.hidden.add(TOP + index)


def duplicate(register: Register) -> None:
    _, row = _anywhere(register)
    _, other = _anywhere(register)
    row[0] = other[0]


def no_total(register: Register) -> None:
    _, row = _anywhere(register)
    row[register.total] = register.random.choice((" ", "-", "mangler"))


def another_formula(*texts: str) -> Callable[[Register], None]:
    """A formula of its own in the place of the usual one; ``{a}`` to ``{z}`` are years, ``{r}`` the row."""

    def plant(register: Register) -> None:
        index, _ = _anywhere(register)
        row, letters = TOP + index, [column_letters(column + 1) for column in register.amounts]
        here = {"r": row, "up": row - 1, "t": column_letters(register.total + 1)}
        years = {"a": letters[0], "b": letters[1], "y": letters[-2], "z": letters[-1]}
        text = register.random.choice(texts).format(**here, **years)
        column = register.total
        if register.random.random() < 0.2:
            column = register.random.choice(register.amounts)
        register.formulas[Cell(row, column + 1)] = Formula(text, Cell(row, column + 1))
        if register.body[index][column] == "":
            register.body[index][column] = register.amount()

    return plant


def typed(register: Register) -> None:
    """A number that was typed over a formula, right or wrong."""
    index, row = _anywhere(register)
    cell = Cell(TOP + index, register.total + 1)
    register.formulas[cell] = Formula("", cell)
    if register.random.random() < 0.5:
        row[register.total] = register.amount()


def stale(register: Register) -> None:
    """A formula whose stored result is not its own."""
    wrong_total(register)


def calculated_year(register: Register) -> None:
    """A year that is calculated from the one before in every line."""
    letter = column_letters(register.amounts[0] + 1)
    text = register.random.choice(
        ("{a}{r}*1.02", "{a}{r}+100", "-{a}{r}", "{a}{r}", "{a}{r}*$A$1", "{a}{r}+{a}$2")
    )
    column = register.amounts[1]
    for index, row in enumerate(register.body):
        if isinstance(row[column], float):
            cell = Cell(TOP + index, column + 1)
            register.formulas[cell] = Formula(text.format(a=letter, r=TOP + index), cell)


FORMULA_FAULTS: tuple[Callable[[Register], None], ...] = (
    another_formula("SUM({a}{r}:{y}{r})", "SUM({b}{r}:{z}{r})"),
    another_formula("SUM({a}{r}:{z}{r})+25", "SUM({a}{r}:{z}{r})+{r}", "SUM({a}{r}:{z}{r})*1"),
    another_formula("SUM({a}{up}:{z}{up})", "{t}{up}+{a}{r}", "SUM({a}{up}:{a}{r})"),
    another_formula("{a}{r}+{b}{r}+{z}{r}", "SUM({a}{r}:{z}{r},{a}{r})", "ROUND(SUM({a}{r}:{z}{r}),0)"),
    another_formula("SUM({a}{r}:{z}{r})-[1]Ark1!B{r}", "Andet!A{r}", 'IF({a}{r}>0,"ja","nej")'),
    another_formula("SUBTOTAL(9,{a}{r}:{z}{r})", "SUM({a}{r}:{t}{r})", "$A$1+{a}{r}"),
    typed,
    typed,
    stale,
    stale,
    calculated_year,
)

FAULTS: tuple[Callable[[Register], None], ...] = (
    wrong_total,
    swapped,
    put("1.200", "-300", "−5300", "5,5", "1 200", "(40)", "'7"),
    put("-", "..", "n.a.", "*"),
    put("ca. 500", "se note", "mangler"),
    put(ErrorValue("#REF!"), ErrorValue("#DIV/0!")),
    put(datetime(2023, 5, 1)),
    put(True, False),
    put(-0.0, 0.0),
    put(1e15, 123456789012345.0, 1e17, 9.1e15, 2.5e14),
    put(0.1 + 0.2, 1 / 3, 1234.5678901, 5.009),
    put("", " "),
    put(1200000.0, 5000000.0),
    put(2024.0, 2025.0),
    blank_line,
    no_label,
    even_drift,
    zeros,
    balance,
    subtotal,
    of_which,
    hidden_row,
    duplicate,
    no_total,
)


def total_line(register: Register, *, above: bool) -> None:
    """A total of all lines, above or below them, right but for a fault now and then."""
    row: list[Any] = [""] * len(register.rows[2])
    row[1] = "I alt"
    lines = register.body
    for column in register.amounts:
        row[column] = float(round(sum(line[column] for line in lines if isinstance(line[column], float)), 3))
    first, last = (TOP + 1, TOP + len(lines)) if above else (TOP, TOP + len(lines) - 1)
    if above:
        register.formulas.clear()  # those of single lines would stand a row too high
    if register.formulas_wanted and register.random.random() < 0.6:
        for column in register.amounts:
            letters, cell = column_letters(column + 1), Cell(TOP if above else last + 1, column + 1)
            register.formulas[cell] = Formula(f"SUM({letters}{first}:{letters}{last})", cell)
    if register.random.random() < 0.5:
        row[register.random.choice(register.amounts)] += 100.0
    register.body[:] = [row, *lines] if above else [*lines, row]


def saved(sheet: Sheet, path: Path, *, shared: bool) -> None:
    """Write a sheet as a workbook; ``shared`` writes formulas below one another as Excel does."""
    with xlsxwriter.Workbook(path) as workbook:
        written = workbook.add_worksheet(sheet.name)
        day = workbook.add_format({"num_format": "dd-mm-yyyy"})
        for row, values in enumerate(sheet.rows):
            for column, value in enumerate(values):
                formula = sheet.formulas.get(Cell(row + 1, column + 1))
                if formula is not None:
                    result = str(value) if isinstance(value, ErrorValue) else value
                    written.write_formula(row, column, f"={formula.text}", value=result)
                elif isinstance(value, ErrorValue):
                    written.write_formula(row, column, "=NA()+0", value=str(value))
                elif isinstance(value, datetime):
                    written.write_datetime(row, column, value, day)
                elif isinstance(value, str):
                    written.write_string(row, column, value)
                elif isinstance(value, bool):
                    written.write_boolean(row, column, value)
                else:
                    written.write_number(row, column, value)
        for hidden in sheet.details([]).hidden_rows:
            written.set_row(hidden - 1, None, None, {"hidden": True})
    if shared:
        _share(path, sheet)


def _share(path: Path, sheet: Sheet) -> None:
    """Write the sums along lines as Excel does: the text once, for the others only whose it is."""
    with zipfile.ZipFile(path) as package:
        parts = {info.filename: package.read(info) for info in package.infolist()}
    part = "xl/worksheets/sheet1.xml"
    seen: set[str] = set()

    def put(match: re.Match[str]) -> str:
        head, letters, row, text = match[1], match[2], match[3], match[4]
        form = f"{letters}{text.replace(row, '#')}"
        if "SUM(" not in form or form.count("#") != 2 or "," in form or '"' in form or "+" in form:
            return match[0]
        if form in seen:
            return f'{head}<f t="shared" si="{_index(form)}"/>'
        seen.add(form)
        area = f"{letters}{row}:{letters}{len(sheet.rows)}"
        return f'{head}<f t="shared" ref="{area}" si="{_index(form)}">{text}</f>'

    known: dict[str, int] = {}

    def _index(form: str) -> int:
        return known.setdefault(form, len(known))

    xml = parts[part].decode()
    parts[part] = re.sub(r'(<c r="([A-Z]+)(\d+)"[^>]*>)<f>([^<]*)</f>', put, xml).encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)


def planted(seed: int, lines: int, *, formulas: bool = False) -> Book:
    """A register with faults of some kinds, each a few times."""
    register = Register(seed, lines, formulas=formulas)
    chance = register.random
    faults = chance.sample(FAULTS, chance.randrange(0 if formulas else 1, 9))
    if formulas:
        faults += chance.sample(FORMULA_FAULTS, chance.randrange(1, 6))
    for fault in faults:
        for _ in range(chance.choice((1, 1, 2, 5, 30))):
            fault(register)
    place = chance.random()
    if place < 0.5:
        total_line(register, above=place < 0.2)
    return Book(f"register {seed}", (register.finished(),))
