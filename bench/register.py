"""How long does a register of 200,000 lines take, against the least that reading takes?

    python bench/register.py         # some three minutes; --help for fewer lines or rounds

A register has a proposal a line: number, title, committee, four years and their total, and a line with the
totals of the years at the end. One has its totals typed, the other a SUM in every line; two lines of both are
wrong, and must be found. Calamine reads the values and nothing else. By turns in one process; the best of the
rounds counts. The peak of memory is that of a fresh interpreter which checks the register once.
"""

from __future__ import annotations

import argparse
import gc
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

MOST_TIMES_CALAMINE = 4.0
LINES = 200_000
TOP = 4  # the row of the first line
YEARS = "DEFG"
OFF = (777, 100_000)  # lines whose total is wrong, or whose formula leaves a year out


def make(path: Path, lines: int, *, formulas: bool) -> None:
    """Write a register, its texts shared as Excel shares them."""
    import xlsxwriter

    chance = random.Random(1)
    words = ("Rengøring", "Skoler", "Vedligehold", "Kurser", "Bøger", "Buskørsel", "Digital post")
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet("Register")
        thousands = workbook.add_format({"num_format": "#,##0"})
        sheet.write(0, 0, "Driftsforslag 2023-2026, beløb i 1.000 kr.")
        sheet.write_row(2, 0, ["Nr.", "Titel", "Udvalg", 2023, 2024, 2025, 2026, "I alt"])
        sums = [0] * len(YEARS)
        for line in range(lines):
            row = TOP + line
            amounts = [chance.randrange(500, 5000) for _ in YEARS]
            sums = [one + other for one, other in zip(sums, amounts, strict=True)]
            number = f"{line % 8 + 1}.{line % 7 + 1}.{line % 6 + 1}. {line % 90 + 10}"
            title = f"{chance.choice(words)} {line}"
            sheet.write_row(row - 1, 0, [number, title, chance.choice(("Økonomiudvalget", "Børneudvalget"))])
            sheet.write_row(row - 1, 3, amounts, thousands)
            off = line in OFF
            if formulas:
                first, result = ("E", sum(amounts[1:])) if off else ("D", sum(amounts))
                sheet.write_formula(row - 1, 7, f"=SUM({first}{row}:G{row})", thousands, result)
            else:
                sheet.write_number(row - 1, 7, sum(amounts) + 10 * off, thousands)
        last = TOP + lines
        sheet.write_row(last - 1, 0, ["", "I alt"])
        for place, (letter, amount) in enumerate(zip(YEARS, sums, strict=True)):
            if formulas:
                formula = f"=SUM({letter}{TOP}:{letter}{last - 1})"
                sheet.write_formula(last - 1, 3 + place, formula, thousands, amount)
            else:
                sheet.write_number(last - 1, 3 + place, amount, thousands)
        if formulas:
            sheet.write_formula(last - 1, 7, f"=SUM(D{last}:G{last})", thousands, sum(sums))
        else:
            sheet.write_number(last - 1, 7, sum(sums), thousands)


def read(path: Path) -> None:
    """All values of a workbook."""
    from python_calamine import CalamineWorkbook

    workbook = CalamineWorkbook.from_path(str(path))
    for name in workbook.sheet_names:
        workbook.get_sheet_by_name(name).to_python()


def check(path: Path) -> None:
    """The check of a register, which must find its faults and nothing else."""
    import budget_tools

    report = budget_tools.check(path)
    found = {
        place.cell.row
        for finding in report.findings
        for place in (finding, *finding.related)
        if place.cell is not None
    }
    if [one.status for one in report.workbooks] != ["checked"] or found != {TOP + line for line in OFF}:
        sys.exit(f"{path.name}: {[(one.code, str(one.cell)) for one in report.findings][:9]}")


def cpu(work: Callable[[Path], None], path: Path) -> float:
    """CPU seconds of some work."""
    gc.collect()
    start = time.process_time()
    work(path)
    return time.process_time() - start


def peak(path: Path) -> float:
    """The peak of memory of a fresh interpreter that checks a workbook, in megabytes."""
    code = (
        "import resource, sys, budget_tools; budget_tools.check(sys.argv[1]);"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True, cwd=ROOT
    )
    return int(done.stdout) * 1024 / 1e6


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="A register against calamine's reading time")
    parser.add_argument("--lines", type=int, default=LINES)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--strict", action="store_true", help="exit with 1 when a bar is missed")
    parser.add_argument("--make", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.lines <= max(OFF):
        parser.error(f"the faults stand in lines up to {max(OFF):,}")
    sys.path.insert(0, str(ROOT))
    if chosen.make:  # in a process of its own: making takes more memory than checking
        make(Path(chosen.make), chosen.lines, formulas="formulas" in chosen.make)
        return
    missed = False
    with tempfile.TemporaryDirectory() as folder:
        for name in ("typed", "formulas"):
            path = Path(folder, f"{name}.xlsx")
            made = [sys.executable, __file__, "--make", str(path), "--lines", str(chosen.lines)]
            subprocess.run(made, check=True)
            check(path)  # imports and first calls are not timed
            rounds = [(cpu(read, path), cpu(check, path)) for _ in range(chosen.rounds)]
            reading, checking = (min(times) for times in zip(*rounds, strict=True))
            ratio = checking / reading
            missed = missed or ratio > MOST_TIMES_CALAMINE
            print(
                f"{name:9} {path.stat().st_size / 1e6:5.1f} MB  calamine {reading:5.2f} s"
                f"  check {checking:5.2f} s  {ratio:4.1f} times  {peak(path):5.0f} MB at most"
            )
    print(f"bar: {MOST_TIMES_CALAMINE:g} times")
    sys.exit(missed and chosen.strict)


if __name__ == "__main__":
    main()
