"""Ends the writer of workbooks in every way a process can be ended, and looks at what is left.

A child process fills totals in, in place, as ``budget-tools fill --in-place`` does. It is killed (SIGKILL)
at each named step of the replacement and at random moments, and its disk is full at each step and after
any number of bytes. Whatever happens, the workbook must be the old one or the new one, byte for byte; the
next run must settle what is left, and undo must give the old one back. For comparison the same is done to
openpyxl's ``save`` into the file itself.

``python -m tests.crash.harness --times 1000`` prints the figures; ``test_crash.py`` is a short version.
What this cannot show is a power cut: the order of writes on the disk rests on ``fsync``.
"""

from __future__ import annotations

import argparse
import errno
import hashlib
import io
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import openpyxl

from budget_tools import undo
from budget_tools.books import replace as replacing
from budget_tools.books.journal import STATE_FOLDER, read_journal, store_of
from budget_tools.books.replace import STEPS, locked, recover
from budget_tools.changing import writing
from budget_tools.changing.fill import fill
from budget_tools.errors import UsageError
from budget_tools.settings import Backup

SAMPLE = Path(__file__).parents[2] / "workbooks" / "faults" / "STR003-total-column-empty.xlsx"

At = Callable[[str], None]


class Case(NamedTuple):
    """A workbook to change, its content before, and its content after."""

    path: Path
    before: bytes
    after: bytes


class Damage(AssertionError):
    """A workbook that is neither the old one nor the new one, or that nobody gets back."""


def case_in(folder: Path, sample: Path = SAMPLE) -> Case:
    """A case in an empty folder; what the change must give is found by making it once."""
    path = folder / sample.name
    shutil.copyfile(sample, path)
    before = path.read_bytes()
    changed(path)
    after = path.read_bytes()
    assert after != before
    case = Case(path, before, after)
    renew(case)
    return case


def renew(case: Case) -> None:
    """The case as at the start."""
    for one in case.path.parent.iterdir():
        if one.is_dir():
            shutil.rmtree(one)
        else:
            one.unlink()
    case.path.write_bytes(case.before)


def changed(path: Path, at: At | None = None) -> str | None:
    """Fill a workbook in place; ``at`` hears of every step. Returns why not, if it did not happen."""
    own = replacing.replace_file
    if at is not None:
        writing.replace_file = lambda *arguments, **options: own(*arguments, at=at, **options)  # type: ignore[assignment]
    try:
        return fill(path, in_place=True).workbooks[0].reason
    finally:
        writing.replace_file = own


def ended(work: Callable[[], object], after: float | None = None) -> bool:
    """Do some work in a child process, kill it after so many seconds; whether it came to its end before."""
    child = os.fork()
    if child == 0:
        with suppress(BaseException):
            work()
            os._exit(0)
        os._exit(1)
    if after is not None:
        time.sleep(after)
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
    return os.waitpid(child, 0)[1] == 0


def kill_at(step: str) -> At:
    """Ends the process at a step, as a power switch would."""

    def at(now: str) -> None:
        if now == step:
            os.kill(os.getpid(), signal.SIGKILL)

    return at


def full_at(step: str, number: int = errno.ENOSPC) -> At:
    """Says at a step that the disk is full."""

    def at(now: str) -> None:
        if now == step:
            raise OSError(number, os.strerror(number))

    return at


def looked_at(case: Case) -> str:
    """Which content a case has after something happened to it: "before" or "after".

    Then the next run tidies up, undo gives the old content back if it is not there, and nothing but the
    workbook and its store is left.

    Raises:
        Damage: any of that is not so.
    """
    held = _content(case)
    store = store_of(case.path.parent, Backup())
    with locked(store):
        pass
    if recover(store):
        raise Damage("recovery did not settle everything")
    if _content(case) != held:
        raise Damage("recovery changed the workbook")
    left = sorted(one.name for one in case.path.parent.iterdir() if one.name != case.path.name)
    if left != [STATE_FOLDER]:
        raise Damage(f"left over: {left}")
    states = {entry.state for entry in read_journal(store)}
    if states - {"done", "abandoned"} or ("done" in states) != (held == "after"):
        raise Damage(f"the workbook is the one {held}, and the journal says {states}")
    if held == "after":
        undo(paths=case.path)
    else:
        with suppress(UsageError):
            undo(paths=case.path)
            raise Damage("undo found something to take back")
    if _content(case) != "before":
        raise Damage("undo did not give the old content back")
    if changed(case.path) is not None or _content(case) != "after":
        raise Damage("the change cannot be made any more")
    undo(paths=case.path)
    if _content(case) != "before":
        raise Damage("the second undo did not give the old content back")
    return held


def _content(case: Case) -> str:
    try:
        data = case.path.read_bytes()
    except OSError as error:
        raise Damage(f"the workbook is gone: {error}") from error
    if data == case.before:
        return "before"
    if data == case.after:
        return "after"
    raise Damage(f"{len(data)} bytes that are neither: {hashlib.sha256(data).hexdigest()}")


# ------------------------------------------------------------------------------------------- trials


def killed_at_steps(case: Case) -> Iterator[tuple[str, str]]:
    """Each named step, and what the workbook was after a kill there."""
    for step in STEPS:
        renew(case)
        done = ended(lambda step=step: changed(case.path, kill_at(step)))
        if done:
            raise Damage(f"the process was not killed at {step}")
        yield step, looked_at(case)


def full_at_steps(case: Case) -> Iterator[tuple[str, str, str | None]]:
    """Each named step, what the workbook was after a full disk there, and the reason that was given."""
    for step in STEPS:
        renew(case)
        reason = changed(case.path, full_at(step))
        held = _content(case)
        if (reason is None) != (held == "after"):
            raise Damage(f"{step}: told {reason}, and the workbook is the one {held}")
        yield step, looked_at(case), reason


def full_after_bytes(case: Case, limits: Iterator[int]) -> Iterator[tuple[int, str]]:
    """No file may grow beyond so many bytes: every write fails somewhere in the middle."""
    for limit in limits:
        renew(case)

        def work(limit: int = limit) -> None:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
            changed(case.path)

        ended(work)
        yield limit, looked_at(case)


def killed_at_random(case: Case, times: int, chance: random.Random) -> Counter[str]:
    """What the workbook was after kills at random moments of the change."""
    longest = _seconds(lambda: changed(case.path), case)
    found: Counter[str] = Counter()
    for _ in range(times):
        renew(case)
        ended(lambda: changed(case.path), chance.uniform(0, longest * 1.1))
        found[looked_at(case)] += 1
    return found


def undo_killed_at_random(case: Case, times: int, chance: random.Random) -> Counter[str]:
    """The same for taking the change back: afterwards undo still gives the old content back."""

    def back() -> None:
        undo(paths=case.path)

    renew(case)
    changed(case.path)
    start = time.perf_counter()
    ended(back)
    longest = time.perf_counter() - start
    found: Counter[str] = Counter()
    for _ in range(times):
        renew(case)
        changed(case.path)
        ended(back, chance.uniform(0, longest * 1.1))
        held = _content(case)
        found[held] += 1
        if held == "after":
            undo(paths=case.path)
        if _content(case) != "before":
            raise Damage("undo did not give the old content back")
        with suppress(UsageError):
            undo(paths=case.path)
            raise Damage("undo found something more to take back")
    return found


def openpyxl_killed_at_random(case: Case, times: int, chance: random.Random) -> Counter[str]:
    """The same for ``save`` of openpyxl into the file itself: how often is the workbook destroyed?"""
    renew(case)
    book = openpyxl.load_workbook(case.path)
    longest = _seconds(lambda: book.save(case.path), case)
    found: Counter[str] = Counter()
    for _ in range(times):
        renew(case)
        ended(lambda: book.save(case.path), chance.uniform(0, longest * 1.1))
        data = case.path.read_bytes()
        if data == case.before:
            found["before"] += 1
            continue
        try:
            openpyxl.load_workbook(io.BytesIO(data))
            found["after"] += 1
        except Exception:
            found["destroyed"] += 1
    return found


def _seconds(work: Callable[[], object], case: Case) -> float:
    """How long some work takes in a child process, the longest of three."""
    took = []
    for _ in range(3):
        renew(case)
        start = time.perf_counter()
        ended(work)
        took.append(time.perf_counter() - start)
    renew(case)
    return max(took)


# ---------------------------------------------------------------------------------------- full disk


@contextmanager
def small_disk(kilobytes: int) -> Iterator[Path | None]:
    """A disk of its own of that size; None where this process may not mount one."""
    with tempfile.TemporaryDirectory() as above:
        folder = Path(above) / "disk"
        folder.mkdir()
        command = ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(folder)]
        try:
            mounted = subprocess.run(command, capture_output=True, check=False).returncode == 0
        except OSError:
            mounted = False
        try:
            yield folder if mounted else None
        finally:
            if mounted:
                subprocess.run(["umount", "-l", str(folder)], check=True)


def on_full_disks(sizes: Iterator[int]) -> Iterator[tuple[int, str, str | None]]:
    """A real disk with so many kilobytes free, what the workbook was after the change, and what was told."""
    for free in sizes:
        with small_disk(1024) as disk:
            if disk is None:
                return
            case = case_in(disk)
            state = os.statvfs(disk)
            ballast = disk / ".ballast"
            with suppress(OSError), open(ballast, "wb") as file:
                file.write(b"\1" * max(0, state.f_bavail * state.f_bsize - free * 1024))
            reason = changed(case.path)
            held = _content(case)
            if (reason is None) != (held == "after"):
                raise Damage(f"{free} kB free: told {reason}, and the workbook is the one {held}")
            ballast.unlink()
            yield free, looked_at(case), reason


def main() -> None:
    """Everything, with figures."""
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("--times", type=int, default=1000, help="how many kills at random moments")
    given.add_argument("--seed", type=int, default=None, help="to repeat a run")
    options = given.parse_args()
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(1 << 32)
    chance = random.Random(seed)
    print(f"seed {seed}")
    with tempfile.TemporaryDirectory() as name:
        case = case_in(Path(name))
        for step, held in killed_at_steps(case):
            print(f"killed at {step:14} -> the workbook {held}")
        for step, held, reason in full_at_steps(case):
            print(f"disk full at {step:11} -> the workbook {held}, told: {reason or 'nothing'}")
        limits = sorted({0, 1, *range(256, len(case.after) + 1024, 256)})
        held = Counter(held for _, held in full_after_bytes(case, iter(limits)))
        print("no file beyond n bytes ->", dict(held))
        disks = Counter((held, reason) for _, held, reason in on_full_disks(iter(range(0, 64, 4))))
        print("full tmpfs ->", dict(disks) or "not tried: this process may not mount one")
        found = killed_at_random(case, options.times, chance)
        print(f"killed at {options.times} random moments: {dict(found)}, destroyed 0")
        found = undo_killed_at_random(case, options.times // 4, chance)
        print(f"undo killed at {options.times // 4} random moments: {dict(found)}, destroyed 0")
        plain = openpyxl_killed_at_random(case, options.times, chance)
        share = plain["destroyed"] / options.times
        print(f"openpyxl.save in place, killed at {options.times}: {dict(plain)}, destroyed {share:.1%}")


if __name__ == "__main__":
    sys.exit(main())
