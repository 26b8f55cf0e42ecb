"""The Excel side as text, installed as ``budget_tools.macros``; ``budget-tools excel build`` reads it."""
