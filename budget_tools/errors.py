"""Exceptions: the toolkit itself could not do its work. Bad data is a finding, never an exception.

BudgetToolsError
├── SettingsError        budget.toml is wrong: the key, its line and what is allowed
├── UsageError           the call is wrong: an unknown code, a folder that does not exist
└── WorkbookError        one workbook could not be handled; the others can
    ├── Unreadable       it is broken, empty or locked
    ├── Refused          it is not safe or not a workbook: size, encryption, kind
    └── WriteRefused     an edit cannot be made without harm
"""

from __future__ import annotations


class BudgetToolsError(Exception):
    """The parent of everything the toolkit raises on purpose."""


class SettingsError(BudgetToolsError):
    """A settings file is wrong."""


class UsageError(BudgetToolsError):
    """The toolkit was called with something that cannot be right."""


class WorkbookError(BudgetToolsError):
    """One workbook could not be handled.

    ``reason`` is a key of the catalogue's ``[reason]`` texts (such as ``"encrypted"``) and ``facts``
    fill it, so that the sentence is written in the reader's language and not here.
    """

    def __init__(self, reason: str, **facts: object) -> None:
        super().__init__(reason)
        self.reason = reason
        self.facts = facts


class Unreadable(WorkbookError):
    """The workbook is broken, empty, locked or gone."""


class Refused(WorkbookError):
    """The workbook is not safe to read, or is none."""


class WriteRefused(WorkbookError):
    """An edit cannot be made without harm to something else in the workbook."""
