"""Blank proposal forms, installed as ``budget_tools.templates``."""
