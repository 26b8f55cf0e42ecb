"""budget_tools: checks budget proposals in Excel workbooks and fills in their totals."""

from __future__ import annotations

from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from .errors import BudgetToolsError, SettingsError, UsageError, WorkbookError
    from .model.amount import Amount, format_amount, format_number, parse_amount, parse_number
    from .model.finding import Finding, Severity
    from .run import FillReport, Report, check, fill

_PLACES = {
    "Amount": "model.amount",
    "BudgetToolsError": "errors",
    "FillReport": "run",
    "Finding": "model.finding",
    "Report": "run",
    "SettingsError": "errors",
    "Severity": "model.finding",
    "UsageError": "errors",
    "WorkbookError": "errors",
    "check": "run",
    "fill": "run",
    "format_amount": "model.amount",
    "format_number": "model.amount",
    "parse_amount": "model.amount",
    "parse_number": "model.amount",
}

__all__ = [
    "Amount",
    "BudgetToolsError",
    "FillReport",
    "Finding",
    "Report",
    "SettingsError",
    "Severity",
    "UsageError",
    "WorkbookError",
    "check",
    "fill",
    "format_amount",
    "format_number",
    "parse_amount",
    "parse_number",
]


def __getattr__(name: str) -> object:
    """Import a public name when it is first used: ``budget-tools --help`` needs no pandas."""
    if name in _PLACES:
        from importlib import import_module

        return getattr(import_module(f".{_PLACES[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
