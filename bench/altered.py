"""How many planted faults a check finds in real budgets, and how often it cries wolf.

    BUDGET_TOOLS_CORPUS=… python bench/altered.py [--per-kind 2] [--seed 3] [--list]

Makes copies of the workbooks in the corpus' folder ``budgets`` with exactly one cell altered each, with and
without their formulas, checks them all and prints the scores: recall by kind of fault and of total, and false
alarms on the unaltered copies. The truth is what the workbooks' own formulas say.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SCRIPTS = Path(__file__).resolve().parent / "altered"


def main() -> int:
    """Make the copies, check them, print the scores."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--corpus", type=Path, default=os.environ.get("BUDGET_TOOLS_CORPUS"))
    parser.add_argument("--per-kind", type=int, default=2, help="faults of each kind in a workbook")
    parser.add_argument("--seed", type=int, default=3)
    parser.add_argument("--list", action="store_true", help="name every miss and every false alarm")
    options = parser.parse_args()
    if options.corpus is None:
        parser.error("no corpus: set BUDGET_TOOLS_CORPUS or give --corpus")
    workbooks = sorted(Path(options.corpus, "budgets").glob("*.xls[xm]"))
    if not workbooks:
        parser.error(f"no workbooks in {Path(options.corpus, 'budgets')}")
    with tempfile.TemporaryDirectory() as folder:
        copies = Path(folder, "copies")
        for workbook in workbooks:
            print(f"altering {workbook.name}", file=sys.stderr)
            more = ["--mode", "both", "--per-kind", str(options.per_kind), "--seed", str(options.seed)]
            command = [sys.executable, str(SCRIPTS / "mutate.py"), str(workbook), str(copies), *more]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        report = Path(folder, "report.json")
        check = [sys.executable, "-m", "budget_tools", "check", str(copies), "--format", "json"]
        subprocess.run([*check, "--output", str(report)], cwd=ROOT, check=False, stdout=subprocess.DEVNULL)
        score = [sys.executable, str(SCRIPTS / "score.py"), str(copies / "manifest.jsonl"), str(report)]
        return subprocess.run([*score, *(["--list"] if options.list else [])], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
