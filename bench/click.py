"""What a click in Excel costs: a fresh interpreter from its start to the last write, and a warm one.

    python bench/click.py            # half a minute; --strict exits with 1 when a bar is missed

The workbook is the catalogue of eight proposals, open in the test engine over openpyxl; what that engine does
(it loads the workbook, answers, writes the list) is not counted: Excel does it in a process of its own. The
yardstick is what no click can do without: ``import xlwings, pandas, pandera.pandas``. CPU time, best of some
rounds.
"""

from __future__ import annotations

import argparse
import compileall
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = ROOT / "workbooks" / "catalogue" / "Driftsforslag 2023-2026 Økonomiudvalget.xlsx"

COLD_BAR, WARM_BAR = 1.3, 0.3

# pandera loads hypothesis where tests are run; a machine in a department has none.
AS_INSTALLED = "import sys; sys.modules['hypothesis'] = None\n"

IMPORTS = AS_INSTALLED + "import time, xlwings, pandas, pandera.pandas; print(time.process_time())"

# What Excel does by itself is loaded first; what of it the click needs anyway is loaded and counted before.
CLICK = """
import time
import xlwings
ours = time.process_time()
from tests.excel import on_openpyxl
engine = on_openpyxl.activate()
book = xlwings.Book({path!r})
book.set_mock_caller()
excel = on_openpyxl.Clock()
start = time.process_time()
from budget_tools.excel import buttons; buttons.check()
cold = ours + time.process_time() - start - excel.seconds
warm = []
for _ in range(5):
    book.set_mock_caller()
    start, before = time.process_time(), excel.seconds
    buttons.check()
    warm.append(time.process_time() - start - excel.seconds + before)
assert engine.alerts[0].startswith("Driftsforslag"), engine.alerts
print(cold, min(warm), engine.calls.total() / 6)
"""


def measured(code: str) -> list[float]:
    """The figures that a fresh interpreter prints."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-B", "-c", code]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, cwd=ROOT)
    return [float(part) for part in done.stdout.split()]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--strict", action="store_true")
    arguments = parser.parse_args()
    compileall.compile_dir(str(ROOT / "budget_tools"), quiet=2)  # as the installer does
    alone, clicks = [], []
    for _ in range(arguments.rounds):  # by turns, so that a busy moment falls on both
        alone.append(measured(IMPORTS)[0])
        clicks.append(measured(AS_INSTALLED + CLICK.format(path=str(CATALOGUE))))
    imports = min(alone)
    cold, warm = min(click[0] for click in clicks), min(click[1] for click in clicks)
    print(f"imports alone          {imports:6.2f} s")
    print(f"a click, all in all    {cold:6.2f} s   {cold / imports:.2f} times the imports (bar {COLD_BAR})")
    print(f"a click, warm          {warm:6.2f} s   (bar {WARM_BAR})")
    print(f"calls to Excel         {clicks[0][2]:6.0f}     on eight sheets, the list included")
    if arguments.strict and (cold / imports > COLD_BAR or warm > WARM_BAR):
        sys.exit(1)


if __name__ == "__main__":
    main()
