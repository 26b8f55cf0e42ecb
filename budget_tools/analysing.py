"""From paths to an overview: what consequence analyses set aside and need, every pool counted once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from .analysis import OverviewReport, analysed, overview_of
from .catalog import Language
from .model.finding import WorkbookReport
from .run import SettingsOf, examine_all, find

if TYPE_CHECKING:
    from .model.analysis import Case

Progress = Callable[[int, int], None]


def overview(
    paths: Iterable[str | Path] | str | Path,
    *,
    budget_year: int | None = None,
    config: str | Path | None = None,
    language: Language | None = None,
    progress: Progress | None = None,
) -> OverviewReport:
    """What is set aside and needed in the analyses of some workbooks, all taken together.

    A pool that several workbooks name is counted once.

    Args:
        paths: files, folders (all .xlsx and .xlsm below them) and patterns.
        budget_year: the year that is asked about; without it the one that the headings name.
        config: a settings file; without it the nearest budget.toml above each workbook holds.
        language: the language to speak, "da" or "en"; it outranks the settings.
        progress: called with (workbooks done, workbooks in all) now and then.

    Raises:
        UsageError: a path does not exist.
        SettingsError: a settings file is wrong.
    """
    if isinstance(paths, str | Path):
        paths = [paths]
    settings_of = SettingsOf(config, language)
    found = find(paths, settings_of)
    cases: list[Case] = []
    read: list[str] = []
    others: list[str] = []
    unread: list[WorkbookReport] = []
    for number, (path, examined) in enumerate(examine_all(found.workbooks, settings_of), 1):
        if isinstance(examined, WorkbookReport):
            unread.append(examined)
        elif examined.analysis is None:
            others.append(str(path))
        else:
            read.append(str(path))
            cases.extend(examined.analysis.cases)
        if progress is not None:
            progress(number, len(found.workbooks))
    first = settings_of.file(found.workbooks[0]) if found.workbooks else settings_of.folder(Path("."))
    return OverviewReport(
        overview_of(analysed(cases), budget_year), first.language, tuple(read), tuple(others), tuple(unread)
    )
