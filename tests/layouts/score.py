"""How well a check did on generated workbooks: what it found, what it missed, what it said without cause.

    python -m tests.layouts.score OUTDIR --seed 1 --count 150 --faulted 300

makes the workbooks, runs `budget-tools check` over them as one batch, and prints the score.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .faults import ANY, Accept
from .generate import CLEAN, Entry, generate, read_manifest

Finding = dict[str, Any]
Key = tuple[str, str | None, str | None]


@dataclass
class Score:
    """What came of a run."""

    planted: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    planted_by_layout: Counter[str] = field(default_factory=Counter)
    found_by_layout: Counter[str] = field(default_factory=Counter)
    misses: list[str] = field(default_factory=list)
    false_alarms: list[str] = field(default_factory=list)
    """On clean copies."""
    collateral: list[str] = field(default_factory=list)
    """On faulted copies, at cells that the fault does not touch."""
    consequences: list[str] = field(default_factory=list)
    """On faulted copies, at cells that the fault has put wrong: true, but one cause should be one finding."""
    other_severity: list[str] = field(default_factory=list)
    forms: int = 0
    forms_missed: list[str] = field(default_factory=list)
    """Proposals on clean copies that were not recognised with their number, sheet and years."""

    @property
    def recall(self) -> float:
        """The share of planted faults found at an acceptable cell."""
        return self.found.total() / max(1, self.planted.total())

    def to_text(self, *, most: int = 40) -> str:
        """The score for a terminal."""
        said = [
            f"recall {self.recall:.1%} ({self.found.total()} of {self.planted.total()})",
            f"error-level false alarms: {len(self.false_alarms)} on clean copies, "
            f"{len(self.collateral)} elsewhere on faulted copies "
            f"(and {len(self.consequences)} true ones that follow from the fault)",
            f"proposals recognised on clean copies: {self.forms - len(self.forms_missed)} of {self.forms}",
            "",
            *_shares("by fault", self.planted, self.found),
            "",
            *_shares(
                "by layout (where not all)", self.planted_by_layout, self.found_by_layout, all_of_them=False
            ),
        ]
        for title, lines in (
            ("misses", self.misses),
            ("false alarms on clean copies", self.false_alarms),
            ("false alarms elsewhere on faulted copies", self.collateral),
            ("consequences told as errors of their own", self.consequences),
            ("found with another severity", self.other_severity),
            ("proposals not recognised", self.forms_missed),
        ):
            if lines:
                said += ["", f"{title} ({len(lines)}):", *(f"  {line}" for line in lines[:most])]
                if len(lines) > most:
                    said.append(f"  … and {len(lines) - most} more")
        return "\n".join(said)


def _shares(title: str, planted: Counter[str], found: Counter[str], *, all_of_them: bool = True) -> list[str]:
    names = [name for name in sorted(planted) if all_of_them or found[name] < planted[name]]
    return [title, *(f"  {name:28} {found[name]:4} of {planted[name]:4}" for name in names)]


def score(manifest: Iterable[Entry], report: dict[str, Any]) -> Score:
    """Compare a report (the JSON of `budget-tools check`) with a manifest."""
    books = {Path(book["path"]).name: book for book in report["workbooks"]}
    result = Score()
    for entry in manifest:
        book = books.get(entry.file)
        findings: list[Finding] = [] if book is None else book["findings"]
        unchecked = (
            "not in the report" if book is None else "" if book["status"] == "checked" else book["status"]
        )
        if entry.fault == CLEAN:
            _clean(result, entry, book, findings, unchecked)
        else:
            before = Counter(
                _key(finding) for finding in books.get(entry.clean, {"findings": []})["findings"]
            )
            _faulted(result, entry, findings, before, unchecked)
    return result


def _clean(
    result: Score, entry: Entry, book: dict[str, Any] | None, findings: list[Finding], unchecked: str
) -> None:
    if unchecked:
        result.false_alarms.append(f"{entry.file}: {unchecked}")
    result.false_alarms += [_said(entry, finding) for finding in findings if finding["severity"] == "error"]
    recognised = {
        (proposal["sheet"], proposal["number"], tuple(proposal["years"]))
        for proposal in (book or {"proposals": []})["proposals"]
    }
    result.forms += len(entry.forms)
    result.forms_missed += [f"{entry.file}: {form}" for form in entry.forms if form not in recognised]


def _faulted(
    result: Score, entry: Entry, findings: list[Finding], before: Counter[Key], unchecked: str
) -> None:
    layout = "random" if entry.layout.startswith("random") else entry.layout
    result.planted[entry.fault] += 1
    result.planted_by_layout[layout] += 1
    new = [finding for finding in findings if _key(finding) not in before]
    hits = [finding for finding in new if any(_accepts(accept, finding) for accept in entry.accept)]
    if hits:
        result.found[entry.fault] += 1
        result.found_by_layout[layout] += 1
        if all(finding["severity"] != entry.severity for finding in hits):
            result.other_severity.append(f"{_said(entry, hits[0])} (expected {entry.severity})")
    else:
        codes = "/".join(dict.fromkeys(code for accept in entry.accept for code in accept.codes))
        instead = ", ".join(f"{finding['code']} {finding['sheet']}!{finding['cell']}" for finding in new)
        where = f"{entry.sheet}!{entry.cell}" if entry.cell else entry.sheet
        result.misses.append(f"{entry.file}: {codes} at {where}; new: {unchecked or instead or 'nothing'}")
    right = {(accept.sheet, accept.cell) for accept in entry.accept}
    for finding in new:
        place = (finding["sheet"], finding["cell"] or "")
        if finding["severity"] != "error" or finding in hits or place in right:
            continue
        following = place in entry.explained
        (result.consequences if following else result.collateral).append(_said(entry, finding))


def _key(finding: Finding) -> Key:
    return finding["code"], finding["sheet"], finding["cell"]


def _accepts(accept: Accept, finding: Finding) -> bool:
    if finding["code"] not in accept.codes:
        return False
    if accept.cell == ANY:
        return finding["sheet"] in (accept.sheet, None)
    return finding["sheet"] == accept.sheet and (finding["cell"] or "") == accept.cell


def _said(entry: Entry, finding: Finding) -> str:
    return f"{entry.file}: {finding['code']} {finding['sheet']}!{finding['cell']} {finding['message']}"


def check(folder: Path, report: Path) -> dict[str, Any]:
    """Run `budget-tools check` over a folder as a user would; its report."""
    folder, report = folder.resolve(), report.resolve()
    command = [sys.executable, "-m", "budget_tools", "check", str(folder)]
    command += ["--format", "json", "--output", str(report)]
    root = Path(__file__).parents[2]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False, timeout=900)
    if done.returncode not in (0, 1, 3) or not report.exists():
        raise RuntimeError(f"{' '.join(command)}\nended with {done.returncode}:\n{done.stdout}{done.stderr}")
    result: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
    return result


def main(arguments: list[str] | None = None) -> int:
    """Generate, check, score and print; 1 when the goal is missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.layouts.score", description=__doc__)
    parser.add_argument("outdir", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=150, help="clean workbooks (each layout gives one)")
    parser.add_argument("--faulted", type=int, help="faulted workbooks (default: two for each clean one)")
    parser.add_argument("--most", type=int, default=40, help="lines a list")
    parser.add_argument("--keep", action="store_true", help="check and score what already stands in OUTDIR")
    options = parser.parse_args(arguments)
    if options.keep:
        entries = read_manifest(options.outdir / "manifest.json")
    else:
        faulted = options.count * 2 if options.faulted is None else options.faulted
        entries = generate(options.outdir, seed=options.seed, clean=options.count, faulted=faulted)
    result = score(entries, check(options.outdir / "workbooks", options.outdir / "report.json"))
    print(result.to_text(most=options.most))
    return 0 if result.recall >= 0.95 and not result.false_alarms and not result.collateral else 1


if __name__ == "__main__":
    sys.exit(main())
