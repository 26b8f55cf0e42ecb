"""How long a night takes: all workbooks, none, ten; with one worker and with two.

    python bench/night.py [--copies 5000] [--rounds 3]

Times are of whole commands, the start of Python included, and the best of some rounds. How well two workers
share the work is compared with two processes that only count, on the same machine in the same minute, because
a machine is not equally quick all the time; of that the median of the rounds counts.
"""

from __future__ import annotations

import argparse
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import copies

ROOT = Path(__file__).resolve().parent.parent

LEAST_FASTER = 20  # an unchanged night than the first, without reports
LEAST_FASTER_WITH_REPORTS = 8
LEAST_SCALING = 0.85  # of what a loop that only counts reaches
CHANGES = 10

_COUNTING = "n = 0\nfor i in range(60_000_000): n += i & 7"
_WORD = re.compile(r"(\w+)=(\S+)")


@dataclass(frozen=True, slots=True)
class Night:
    """How a command ended: its seconds, and the words of its last line."""

    seconds: float
    said: dict[str, str]


def main() -> int:
    """Print what was measured; 1 when a bar is missed."""
    parser = argparse.ArgumentParser(description="How long a night takes.")
    parser.add_argument("--copies", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "forslag"
        folder.mkdir()
        made = copies.make(folder, options.copies)
        for path in made:  # saved a while ago, as most are
            os.utime(path, (1_700_000_000, 1_700_000_000))
        passed = [
            *_unchanged(folder, options.rounds, reports=False),
            *_unchanged(folder, 1, reports=True),
            _changes(folder, made),
            _scaling(folder, options.rounds),
        ]
    return 0 if all(passed) else 1


def _unchanged(folder: Path, rounds: int, *, reports: bool) -> list[bool]:
    """The first night and the one after it, in which nothing changed."""
    config = _config(folder.parent / f"reports-{reports}", folder, 2, reports=reports)
    first = _night(config)
    second = min((_night(config) for _ in range(rounds)), key=lambda one: one.seconds)
    count = first.said["workbooks"]
    whole = (first.said["checked"], second.said["checked"], second.said["unchanged"]) == (count, "0", count)
    told = "with reports" if reports else "without reports"
    print(f"{count} workbooks, {told}: {first.seconds:.1f} s, unchanged {second.seconds:.2f} s")
    bar = LEAST_FASTER_WITH_REPORTS if reports else LEAST_FASTER
    return [whole, _verdict(f"unchanged, times faster, {told}", first.seconds / second.seconds, bar)]


def _changes(folder: Path, made: Sequence[Path]) -> bool:
    """Ten workbooks change: only they are checked."""
    config = folder.parent / "reports-False" / "night.toml"
    others = folder.parent / "others"
    others.mkdir()
    for path, other in zip(made[:CHANGES], copies.make(others, CHANGES, seed=7), strict=True):
        path.write_bytes(other.read_bytes())
        os.utime(path, (1_700_000_060, 1_700_000_060))
    night = _night(config)
    print(f"{CHANGES} changed: {night.seconds:.1f} s, checked {night.said['checked']}")
    return night.said["checked"] == str(CHANGES)


def _scaling(folder: Path, rounds: int) -> bool:
    """How much faster two are than one: workers, and processes that only count in the same minute."""
    found: list[float] = []
    for number in range(rounds):
        nights = [
            _night(
                _config(folder.parent / f"scaling-{number}-{workers}", folder, workers, reports=False)
            ).seconds
            for workers in (1, 2)
        ]
        one_loop, two_loops = _timed(lambda: _count(1)), _timed(lambda: _count(2))
        loop, night = 2 * one_loop / two_loops, nights[0] / nights[1]
        print(f"two instead of one: counting {loop:.2f} times, checking {night:.2f} times")
        found.append(night / loop)
    return _verdict("scaling, of that of counting, the median", statistics.median(found), LEAST_SCALING)


def _config(place: Path, folder: Path, workers: int, *, reports: bool) -> Path:
    place.mkdir()
    formats = '["html", "xlsx", "json"]' if reports else "[]"
    config = place / "night.toml"
    config.write_text(
        f"folders = ['{folder}']\n[reports]\nformats = {formats}\n[limits]\nworkers = {workers}\n",
        encoding="utf-8",
    )
    return config


def _night(config: Path) -> Night:
    command = [sys.executable, "-m", "budget_tools", "nightly", str(config)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    start = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    seconds = time.perf_counter() - start
    if not done.stdout:
        raise SystemExit(done.stderr)
    return Night(seconds, dict(_WORD.findall(done.stdout.splitlines()[-1])))


def _count(processes: int) -> None:
    started = [subprocess.Popen([sys.executable, "-c", _COUNTING]) for _ in range(processes)]
    for process in started:
        process.wait()


def _timed(work: Callable[[], None]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _verdict(what: str, value: float, least: float) -> bool:
    passed = value >= least
    print(f"  {what}: {value:.2f} (at least {least}) {'ok' if passed else 'MISSED'}")
    return passed


if __name__ == "__main__":
    sys.exit(main())
