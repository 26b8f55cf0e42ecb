"""budget_tools: checks budget proposals in Excel workbooks and fills in their totals."""

from __future__ import annotations

from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from .accepting import accept, accepted, unaccept
    from .analysing import overview
    from .analysis import OverviewReport
    from .changing.fill import FillReport, fill
    from .changing.fix import FixReport, fix
    from .changing.history import History, UndoReport, history, undo
    from .changing.mark import MarkReport, mark, unmark
    from .comparing import Comparison
    from .errors import BudgetToolsError, SettingsError, UsageError, WorkbookError
    from .model.amount import Amount, format_amount, format_number, parse_amount, parse_number
    from .model.finding import Finding, Severity
    from .run import Report, check, compare

_PLACES = {
    "Amount": "model.amount",
    "BudgetToolsError": "errors",
    "Comparison": "comparing",
    "FillReport": "changing.fill",
    "Finding": "model.finding",
    "FixReport": "changing.fix",
    "History": "changing.history",
    "MarkReport": "changing.mark",
    "OverviewReport": "analysis",
    "Report": "run",
    "SettingsError": "errors",
    "Severity": "model.finding",
    "UndoReport": "changing.history",
    "UsageError": "errors",
    "WorkbookError": "errors",
    "accept": "accepting",
    "accepted": "accepting",
    "check": "run",
    "compare": "run",
    "fill": "changing.fill",
    "fix": "changing.fix",
    "format_amount": "model.amount",
    "format_number": "model.amount",
    "history": "changing.history",
    "mark": "changing.mark",
    "overview": "analysing",
    "parse_amount": "model.amount",
    "parse_number": "model.amount",
    "unaccept": "accepting",
    "undo": "changing.history",
    "unmark": "changing.mark",
}

__all__ = [
    "Amount",
    "BudgetToolsError",
    "Comparison",
    "FillReport",
    "Finding",
    "FixReport",
    "History",
    "MarkReport",
    "OverviewReport",
    "Report",
    "SettingsError",
    "Severity",
    "UndoReport",
    "UsageError",
    "WorkbookError",
    "accept",
    "accepted",
    "check",
    "compare",
    "fill",
    "fix",
    "format_amount",
    "format_number",
    "history",
    "mark",
    "overview",
    "parse_amount",
    "parse_number",
    "unaccept",
    "undo",
    "unmark",
]


def __getattr__(name: str) -> object:
    """Import a public name when it is first used: ``budget-tools --help`` needs no pandas."""
    if name in _PLACES:
        from importlib import import_module

        return getattr(import_module(f".{_PLACES[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
