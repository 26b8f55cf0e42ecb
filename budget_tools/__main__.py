"""``python -m budget_tools``: the same as ``budget-tools``."""

from __future__ import annotations

from .cli.main import main

if __name__ == "__main__":
    main()
