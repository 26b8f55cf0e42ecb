"""How fast is a check, against the least that reading takes and against the script anybody would write?

    python bench/speed.py

One process, one run. Each candidate runs once a round, and the best of its rounds counts: what else the
machine does makes things slower, never faster.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import io
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import copies

ROOT = Path(__file__).resolve().parent.parent

CORE = ("STR", "NUM", "ARI", "FRM", "IDN001", "IDN002", "IDN006", "RUN")
"""The rules of structure, numbers, sums and formulas: what the obvious script looks at, and more."""

MOST_TIMES_CALAMINE = 6.0
MOST_TIMES_WITH_TEXT = 9.0
LEAST_TIMES_FASTER = 25.0
MOST_MEGABYTES = 400.0


@dataclass(slots=True)
class Candidate:
    """What is timed: a name, the work, how many workbooks it takes, and (CPU, wall) seconds of each round."""

    name: str
    work: Callable[[], object]
    workbooks: int
    rounds: list[tuple[float, float]] = field(default_factory=list)

    def run(self) -> None:
        """Time one more round."""
        _forget()
        gc.collect()
        wall, cpu = time.perf_counter(), time.process_time()
        self.work()
        self.rounds.append((time.process_time() - cpu, time.perf_counter() - wall))

    @property
    def cpu(self) -> float:
        """The best CPU milliseconds a workbook."""
        return min(cpu for cpu, _ in self.rounds) / self.workbooks * 1000

    @property
    def wall(self) -> float:
        """The best wall-clock milliseconds a workbook."""
        return min(wall for _, wall in self.rounds) / self.workbooks * 1000


def _forget() -> None:
    """Empty what budget_tools has kept from earlier rounds: a person checks a folder once."""
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] == "budget_tools":
            for value in vars(module).values():
                clear = getattr(value, "cache_clear", None)
                if clear is not None:
                    clear()


def _read(paths: list[Path]) -> None:
    """All values of all sheets, by python-calamine, and nothing else."""
    from python_calamine import CalamineWorkbook

    for path in paths:
        workbook = CalamineWorkbook.from_path(str(path))
        for name in workbook.sheet_names:
            workbook.get_sheet_by_name(name).to_python()


def _check(folder: Path, expected: int, select: tuple[str, ...] = ()) -> None:
    """The check of a folder; the copies hold one error ("d. xx februar"), so another would be ours."""
    import budget_tools

    report = budget_tools.check(folder, select=select)
    checked = [one for one in report.workbooks if one.status == "checked"]
    errors = sum(
        finding.severity is budget_tools.Severity.ERROR and finding.code != "TXT001"
        for finding in report.findings
    )
    proposals = sum(len(one.proposals) for one in checked)
    findings = len(report.findings)
    if len(checked) != expected or proposals != 8 * expected or errors or not findings:
        raise SystemExit(
            "the check does not find what the copies hold: "
            f"{len(checked)} checked, {proposals} proposals, {findings} findings, {errors} errors"
        )


def _obvious(paths: list[Path]) -> None:
    import obvious

    with contextlib.redirect_stdout(io.StringIO()):
        for path in paths:
            for line in obvious.check(path):
                print(line)


def _peak() -> float:
    """The peak memory of this process so far, in megabytes of 1,000,000 bytes."""
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak * 1024 / 1e6


def _memory_child(folder: Path, count: int) -> None:
    """Check a folder and print: peak before the first workbook, peak at the end, CPU seconds."""
    import budget_tools.inspection.across
    import budget_tools.inspection.batch
    import budget_tools.run  # noqa: F401  what every check imports, before the first peak is read

    before = _peak()
    cpu = time.process_time()
    _check(folder, count)
    print(f"{before} {_peak()} {time.process_time() - cpu}")


def _memory(folder: Path, count: int) -> tuple[float, float, float]:
    """Run ``_memory_child`` in a fresh interpreter.

    Must be called while this process is still small: Linux counts the memory of the process that starts
    another into the peak of the other.
    """
    command = [sys.executable, __file__, "--memory-child", str(folder), "--memory", str(count)]
    answer = subprocess.run(command, check=True, capture_output=True, text=True)
    before, peak, cpu = map(float, answer.stdout.split())
    return before, peak, cpu


def _verdict(name: str, value: float, bar: float, *, least: bool = False, unit: str = "") -> bool:
    passed = value >= bar if least else value <= bar
    if unit:
        passed = value < bar
    sign = "at least" if least else "below" if unit else "at most"
    print(f"{name:<44}{value:>9.1f}{unit}   {sign} {bar:.0f}{unit}   {'PASS' if passed else 'FAIL'}")
    return passed


def main() -> int:
    """Make the copies, time the three, print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--copies", type=int, default=500, help="workbooks to time (500)")
    parser.add_argument(
        "--memory", type=int, default=5000, help="workbooks for the peak (5000; 0: leave it out)"
    )
    parser.add_argument("--obvious", type=int, default=40, help="workbooks for the obvious script (40)")
    parser.add_argument("--rounds", type=int, default=3, help="rounds, of which the best counts (3)")
    parser.add_argument("--other-texts", action="store_true", help="give every copy texts of its own as well")
    parser.add_argument("--strict", action="store_true", help="exit with 1 when a bar is missed")
    parser.add_argument("--memory-child", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    sys.path.insert(0, str(ROOT))  # this checkout is measured, not what happens to be installed
    if options.memory_child:
        _memory_child(options.memory_child, options.memory)
        return 0
    with tempfile.TemporaryDirectory(prefix="budget-bench-") as temporary:
        passed = _measure(Path(temporary), options)
    return 1 if options.strict and not passed else 0


def _measure(temporary: Path, options: argparse.Namespace) -> bool:
    memory = None
    if options.memory and sys.platform != "win32":  # Windows has no getrusage
        many = temporary / "many"
        many.mkdir()
        copies.make(many, options.memory, other_texts=options.other_texts)
        memory = _memory(many, options.memory)
    folder, warm = temporary / "copies", temporary / "warm"
    folder.mkdir()
    warm.mkdir()
    paths = copies.make(folder, options.copies, other_texts=options.other_texts)
    few = paths[: options.obvious]
    first = copies.make(warm, 3, seed=1)
    _read(first), _check(warm, 3), _obvious(first)  # imports and first calls are not timed
    calamine = Candidate("python-calamine, values only", lambda: _read(paths), len(paths))
    core = Candidate(
        "budget_tools.check, the core's rules", lambda: _check(folder, len(paths), CORE), len(paths)
    )
    whole = Candidate("budget_tools.check, all rules", lambda: _check(folder, len(paths)), len(paths))
    script = Candidate("the obvious script", lambda: _obvious(few), len(few))
    candidates = (calamine, core, whole, script)
    for _ in range(options.rounds):
        for candidate in candidates:
            candidate.run()

    print(f"{'ms a workbook, best of ' + str(options.rounds):<44}{'CPU':>9}{'wall':>9}   workbooks")
    for candidate in candidates:
        print(f"{candidate.name:<44}{candidate.cpu:>9.2f}{candidate.wall:>9.2f}   {candidate.workbooks}")
    print(f"\nobvious / all rules, CPU {script.cpu / whole.cpu:.1f}\n")
    passed = [
        _verdict("core / calamine, CPU", core.cpu / calamine.cpu, MOST_TIMES_CALAMINE),
        _verdict("core / calamine, wall", core.wall / calamine.wall, MOST_TIMES_CALAMINE),
        _verdict("all rules / calamine, CPU", whole.cpu / calamine.cpu, MOST_TIMES_WITH_TEXT),
        _verdict("obvious / core, CPU", script.cpu / core.cpu, LEAST_TIMES_FASTER, least=True),
        _verdict("obvious / core, wall", script.wall / core.wall, LEAST_TIMES_FASTER, least=True),
    ]
    if memory is None:
        print("peak of memory: not measured")
    else:
        before, peak, cpu = memory
        passed.append(_verdict(f"peak, {options.memory} workbooks", peak, MOST_MEGABYTES, unit=" MB"))
        each = cpu / options.memory * 1000
        print(f"  of which the imports {before:.1f} MB; {cpu:.1f} CPU s, {each:.2f} ms a workbook")
    return all(passed)


if __name__ == "__main__":
    sys.exit(main())
