"""Where the time of a check goes: by stage, by rule, and by function.

    python bench/stages.py [--copies 100]

Stages are timed without a profiler, each without the stages inside it, so that they add up. The lists by
function come from cProfile, which makes many small calls look dearer than they are.
"""

from __future__ import annotations

import argparse
import cProfile
import dataclasses
import importlib
import pstats
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import copies

ROOT = Path(__file__).resolve().parent.parent

STAGES: dict[str, tuple[str, ...]] = {
    "find files, settings": ("run.find", "run.SettingsOf.file"),
    "reading: file": ("books.file.snapshot",),
    "reading: zip directory, guard": ("books.file.open_package", "books.file.needs_a_child"),
    "reading: inflate parts": ("books.guard.Package.read",),
    "reading: relationships, sheet list": ("books.file.contents",),
    "reading: calamine": ("books.file._read",),
    "reading: sheetxml": ("books.file._sheet",),
    "formats, hidden": ("inspection.examining.covered",),
    "layout": ("inspection.examining.layout",),
    "formulas worked out": ("inspection.covering.results_of", "inspection.covering.plain_results"),
    "cover": ("inspection.covering.cover",),
    "cover: explain": ("inspection.batch.inspect_totals",),
    "rules": (
        "inspection.examining.ask",
        "inspection.batch.ask",
        "inspection.broken.ask",
        "inspection.across.ask",
    ),
    "schema (pandera)": (
        "inspection.batch.check_tables",
        "inspection.batch.check_proposals",
        "inspection.across.check_register",
    ),
    "report": ("inspection.batch.report_of", "run.Wanted.of"),
}
"""The functions of each stage, under ``budget_tools``, by the name their caller knows them by."""

REST = "all else"


class Clock:
    """Adds up how long each stage takes, without the stages inside it."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self.calls: dict[str, int] = defaultdict(int)
        self._open = [REST]
        self._since = time.perf_counter()

    def _turn(self) -> None:
        now = time.perf_counter()
        self.seconds[self._open[-1]] += now - self._since
        self._since = now

    def wrap(self, stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """A function whose time counts for a stage; a generator is run to its end."""

        def timed(*arguments: Any, **named: Any) -> Any:
            self._turn()
            self._open.append(stage)
            self.calls[stage] += 1
            try:
                result = function(*arguments, **named)
                return iter(list(result)) if hasattr(result, "__next__") else result
            finally:
                self._turn()
                self._open.pop()

        return timed

    def start(self) -> None:
        """Begin again from nothing."""
        self.seconds.clear()
        self.calls.clear()
        self._since = time.perf_counter()

    def stop(self) -> None:
        """Count what has passed since the last stage."""
        self._turn()


class Swapped:
    """Attributes exchanged for a while."""

    def __init__(self) -> None:
        self._old: list[tuple[Any, str, Any]] = []

    def swap(self, owner: Any, name: str, new: Any) -> None:
        """Exchange one attribute."""
        self._old.append((owner, name, getattr(owner, name)))
        setattr(owner, name, new)

    def back(self) -> None:
        """Put everything back."""
        for owner, name, old in reversed(self._old):
            setattr(owner, name, old)
        self._old.clear()


def _owner(place: str) -> tuple[Any, str]:
    """The module or class of budget_tools that an attribute stands in."""
    *path, name = place.split(".")
    owner: Any = importlib.import_module("budget_tools")
    for step in path:
        is_class = step.lstrip("_")[0].isupper()
        owner = getattr(owner, step) if is_class else importlib.import_module(f"{owner.__name__}.{step}")
    return owner, name


def _by_stage(folder: Path, count: int) -> None:
    import budget_tools

    clock, swapped = Clock(), Swapped()
    for stage, places in STAGES.items():
        for place in places:
            owner, name = _owner(place)
            swapped.swap(owner, name, clock.wrap(stage, getattr(owner, name)))
    clock.start()
    try:
        budget_tools.check(folder)
        clock.stop()
    finally:
        swapped.back()
    _print_times("stage", clock, count)


def _by_rule(folder: Path, count: int) -> None:
    import budget_tools
    from budget_tools.inspection import asking

    clock, swapped = Clock(), Swapped()

    def timed(rule: Any) -> Any:
        return dataclasses.replace(rule, logic=clock.wrap(rule.code, rule.logic))

    by_code = {code: timed(rule) for code, rule in asking._BY_CODE.items()}
    swapped.swap(asking, "_BY_CODE", by_code)
    by_subject = {
        subject: tuple(by_code[rule.code] for rule in rules) for subject, rules in asking._BY_SUBJECT.items()
    }
    swapped.swap(asking, "_BY_SUBJECT", by_subject)
    asking._without.cache_clear()
    clock.start()
    try:
        budget_tools.check(folder)
        clock.stop()
    finally:
        swapped.back()
    clock.seconds.pop(REST)
    _print_times("rule", clock, count)


def _print_times(title: str, clock: Clock, count: int) -> None:
    total = sum(clock.seconds.values())
    print(f"{title:<38}{'ms a workbook':>14}{'share':>8}{'calls':>9}")
    for name, seconds in sorted(clock.seconds.items(), key=lambda item: -item[1]):
        print(f"{name:<38}{seconds / count * 1000:>14.3f}{seconds / total:>8.1%}{clock.calls[name]:>9}")
    print(f"{'together':<38}{total / count * 1000:>14.3f}\n")


def _by_function(folder: Path, lines: int) -> None:
    import budget_tools

    profiler = cProfile.Profile()
    profiler.runcall(budget_tools.check, folder)
    figures = pstats.Stats(profiler)
    figures.sort_stats("cumulative").print_stats(lines)
    figures.sort_stats("tottime").print_stats(lines)


def main() -> None:
    """Make the copies and print the three."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--copies", type=int, default=100, help="workbooks to check (100)")
    parser.add_argument("--lines", type=int, default=25, help="lines of each list by function (25)")
    parser.add_argument("--other-texts", action="store_true", help="give every copy texts of its own as well")
    options = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    import budget_tools

    with tempfile.TemporaryDirectory(prefix="budget-bench-") as temporary:
        folder, warm = Path(temporary, "copies"), Path(temporary, "warm")
        folder.mkdir()
        warm.mkdir()
        copies.make(folder, options.copies, other_texts=options.other_texts)
        copies.make(warm, 3, seed=1)
        budget_tools.check(warm)  # imports and first calls are not counted
        _by_stage(folder, options.copies)
        _by_rule(folder, options.copies)
        _by_function(folder, options.lines)


if __name__ == "__main__":
    main()
