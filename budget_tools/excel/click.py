"""A click on a button: the workbook it is about, questions and answers, and an end in one plain sentence."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import Any

import xlwings as xw

from ..books.live import LiveBook, is_busy, patiently
from ..catalog import Language, word
from ..errors import BudgetToolsError, SettingsError, WorkbookError, WriteRefused
from ..installing.places import CONTROL_TOKEN, TARGET_CELL, Machine
from ..model.book import Book
from ..model.finding import Report
from ..reports.wording import Wording, plain
from ..settings import Settings, nearest, read_settings
from . import listing

ATTEMPTS = 200
"""How often xlwings itself may try again while Excel is busy; without a bound it would try for ever."""


class Told(Exception):
    """The end of a click that has nothing more to do: the sentence that says why."""


@dataclass(slots=True)
class Click:
    """The open workbook that a button is about, what is known of it, and how its user is spoken to.

    ``path`` is where it lies on this machine; None for a new one and for one in a cloud folder that cannot
    be found here.
    """

    app: xw.App
    book: xw.Book
    path: Path | None
    address: str
    settings: Settings
    list_line: int | None = None  # the line of our list that was clicked from

    @property
    def language(self) -> Language:
        """The language to speak."""
        return self.settings.language

    @property
    def name(self) -> str:
        """The workbook's name, as its window shows it."""
        return plain(self.book.name)

    @property
    def folder(self) -> Path:
        """The folder that the workbook lies in.

        Raises:
            Told: it is a new workbook, or its folder cannot be found on this machine.
        """
        if self.path is not None:
            return self.path.parent
        if "://" in self.address:
            raise Told(self.word("not-here", address=self.address))
        raise Told(self.word("unsaved"))

    @property
    def wording(self) -> Wording:
        """How findings are said."""
        return Wording(self.language, self.settings.form_word)

    def word(self, key: str, /, **facts: object) -> str:
        """A sentence of the buttons."""
        return word("excel", key, self.language, **facts)

    def read(self) -> Book:
        """The workbook as it is on the screen."""
        return LiveBook(self.book, str(self.path or self.book.name)).read()

    def report(self, *, sheet: str | None = None) -> Report:
        """The workbook checked as it is on the screen."""
        from ..run import check_book

        return check_book(self.read(), self.settings, sheet=sheet)

    def ask(self, question: str) -> bool:
        """Whether the user says yes."""
        return self.app.alert(question, title=self.word("title"), buttons="yes_no") == "yes"


def refusal(error: WorkbookError, name: str, language: Language) -> str:
    """Why something could not be read or written, and what to do."""
    key = "refused" if isinstance(error, WriteRefused) else "not-read"
    return word("excel", key, language, file=name, reason=error.reason, **error.facts)


Work = Callable[..., str | None]


def button(work: Work) -> Callable[..., None]:
    """A function that Excel calls: takes no workbook, shows a sentence, and never raises.

    Excel's screen and calculation are as they were afterwards, whatever happens, and so is the selection.
    """

    @wraps(work)
    def clicked(*arguments: Any) -> None:
        _bound_patience()
        try:
            caller = xw.Book.caller()
        except Exception as error:
            _log(error)
            sys.exit("budget_tools: Excel is not to be reached; close open dialogues and try again.")
        app = caller.app
        click: Click | None = None
        try:
            click = patiently(lambda: _click(caller))
            with suppress(Exception):
                app.status_bar = False
            with _quiet(app):
                sentence = work(click, *arguments)
        except Told as told:
            sentence = str(told)
        except WorkbookError as error:
            name = click.name if click else "Excel"
            sentence = refusal(error, name, click.language if click else "da")
        except SettingsError as error:
            sentence = word("excel", "settings-wrong", "da", message=str(error))
        except BudgetToolsError as error:
            sentence = str(error)
        except Exception as error:
            language = click.language if click else "da"
            if is_busy(error):
                sentence = f"{_capital(word('reason', 'excel-busy', language))}. "
                sentence += word("remedy", "excel-busy", language)
            else:
                sentence = word("excel", "failed", language, log=str(_log(error)))
        if sentence:
            title = word("excel", "title", click.language if click else "da")
            with suppress(Exception):
                app.alert(sentence, title=title)

    clicked.__annotations__ = {}
    return clicked


def _bound_patience() -> None:
    """Keep xlwings from waiting for ever on a cell that is being edited (Windows)."""
    windows = sys.modules.get("xlwings._xlwindows")
    if windows is not None:
        windows.N_COM_ATTEMPTS = ATTEMPTS  # type: ignore[attr-defined]


@contextmanager
def _quiet(app: xw.App) -> Iterator[None]:
    """Excel does not draw meanwhile; that is given back, also after an error."""
    with _changed(app, "screen_updating", False):
        yield


@contextmanager
def _changed(app: xw.App, what: str, value: object) -> Iterator[None]:
    """A property of Excel is another meanwhile; giving it back is tried again while Excel is busy."""
    before: Any = None
    with suppress(Exception):
        before = getattr(app, what)
        setattr(app, what, value)
    try:
        yield
    finally:
        if before is not None:
            with suppress(Exception):
                patiently(lambda: setattr(app, what, before))


@contextmanager
def writing(book: xw.Book) -> Iterator[None]:
    """Excel calculates once at the end and not after each cell, and the selection is as before."""
    with in_place(book), _changed(book.app, "calculation", "manual"):
        yield


@contextmanager
def in_place(book: xw.Book) -> Iterator[None]:
    """The sheet and the selection that were there before are there again afterwards.

    Nothing is selected again that still is: that would scroll to it.
    """
    sheet: Any = None
    selection: Any = None
    chosen: tuple[str, str, str] | None = None
    with suppress(Exception):
        sheet = book.sheets.active
        selection = book.app.selection
        chosen = _chosen(book.app)
    try:
        yield
    finally:
        with suppress(Exception):
            if sheet is not None and book.sheets.active.name != sheet.name:
                sheet.activate()
            now = _chosen(book.app)
            if chosen is not None and now is not None and now[0] == chosen[0] and now != chosen:
                selection.select()


def _chosen(app: xw.App) -> tuple[str, str, str] | None:
    """The workbook, sheet and cells that are selected; None where those are no cells."""
    selection = app.selection
    return None if selection is None else (selection.sheet.book.name, selection.sheet.name, selection.address)


def _click(caller: xw.Book) -> Click:
    """What a click on this workbook is about; a click on our list is about the workbook it tells of."""
    app = caller.app
    source, line = listing.source_of(caller)
    book = caller
    if source is not None:
        found = next((one for one in app.books if one.name == source), None)
        if found is None:
            raise Told(word("excel", "source-closed", "da", file=source))
        book = found
    elif listing.value_of(caller, "A1") == CONTROL_TOKEN:
        book = _beside(caller)
    path, address = located(book)
    return Click(app, book, path, address, _settings(path), line)


def _beside(control: xw.Book) -> xw.Book:
    """The workbook that a click in the one with buttons means: the one it names, or the only other."""
    others = {
        book.name: book
        for book in control.app.books
        if book.name != control.name and listing.source_of(book)[0] is None and len(book.sheets)
    }
    named = str(listing.value_of(control, TARGET_CELL) or "").strip()
    if named:
        for name, book in others.items():
            if name.casefold() == named.casefold() or Path(name).stem.casefold() == named.casefold():
                return book
        raise Told(word("excel-sheet", "not-open", "da", name=named))
    if not others:
        raise Told(word("excel-sheet", "none", "da"))
    if len(others) > 1:
        raise Told(word("excel-sheet", "which", "da", cell=TARGET_CELL, names=", ".join(others)))
    return next(iter(others.values()))


def located(book: xw.Book) -> tuple[Path | None, str]:
    """Where a workbook lies on this machine, and its address as Excel tells it.

    OneDrive and SharePoint give a web address; xlwings finds the synchronised folder where there is one.
    """
    try:
        address = str(book.fullname)
    except xw.XlwingsError:  # xlwings knows no folder on this machine for a web address
        told = f"https://{book.name}"
        with suppress(Exception):
            told = str(book.api.FullName)
        return None, told
    if "://" in address or not os.path.isabs(address):
        return None, address
    return Path(address), address


def _settings(path: Path | None) -> Settings:
    if path is None:
        return Settings()
    nearest.cache_clear()
    file = nearest(path.parent)
    return read_settings(file) if file is not None else Settings()


def _log(error: BaseException) -> Path:
    """Keep what is known of a failure, for whoever installed the tool; never shown to the user."""
    log = Machine().log
    with suppress(OSError):
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("a", encoding="utf-8") as file:
            told = "".join(traceback.format_exception(error))
            file.write(f"{datetime.now().isoformat(timespec='seconds')}\n{told}\n")
    return log


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
