"""The child that checks workbooks: a crash, a hang or a workbook that swells costs the child, not the night.

Orders come on standard input and answers go out on standard output, pickled: both ends are ours. Before each
workbook the child says which one it is at, so that whoever waits knows whom to blame.
"""

from __future__ import annotations

import json
import os
import pickle
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NamedTuple

from ..catalog import Language
from ..errors import WorkbookError
from ..model.finding import Severity
from ..run import Inspected, SettingsOf, Wanted, inspect_all, without_collector
from ..settings import Limits

if TYPE_CHECKING:
    from ..model.book import Book
    from ..model.finding import WorkbookReport
    from ..reports.wording import Wording
    from .telling import Across, Fact

INSPECTING = -1
"""What a child is at when it has read its workbooks and compares what it found."""

SAME = "same"
HALF_SAVED = ("broken-zip", "empty-file", "missing", "missing-part", "locked")
"""Reasons that may be gone in a moment, when whoever saves the file has finished."""

NOTHING = (-1, 0)
"""Size and time of a file that could not be asked for them."""

_FRESH = 2_000_000_000  # nanoseconds in which a file may change again without another time stamp
_LATELY = 600_000_000_000  # whoever saves a workbook has finished after ten minutes


class Order(NamedTuple):
    """What holds for everything that a child checks."""

    language: Language
    select: tuple[str, ...]
    ignore: tuple[str, ...]
    snapshots: bool
    seconds: int
    memory_mb: int


class Item(NamedTuple):
    """A workbook to check; ``hash`` is that of its content when it was last checked, where that is known."""

    number: int
    path: str
    hash: bytes | None = None


class Outcome(NamedTuple):
    """What became of a workbook. ``status`` is checked, unreadable, refused or ``SAME``.

    ``severities`` are those of its findings, ``numbers`` those of its proposals, as JSON. What the findings
    say (``facts``) and the rest is packed: whoever puts it down need not read it. ``again``: it was being
    saved, and is worth another try.
    """

    number: int
    status: str
    hash: bytes | None
    size: int
    mtime_ns: int
    reason: str | None = None
    severities: tuple[int, ...] = ()
    facts: bytes = b""
    numbers: str = "[]"
    summaries: bytes = b""
    registered: bytes = b""
    figures: bytes = b""
    again: bool = False

    def count(self, severity: Severity) -> int:
        """How many findings there are of a severity."""
        return self.severities.count(severity)


def main() -> None:
    """The child: orders in, answers out, until there are no more."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints is no answer
    _keep_to_the_parent()
    orders = sys.stdin.buffer
    order: Order = pickle.load(orders)
    from ..inspection import across, batch  # the long imports belong to the start, not to the first workbook

    assert across and batch
    _limit_memory(order.memory_mb)
    while True:
        try:
            kind, task = pickle.load(orders)
        except EOFError:
            return
        _answer(answers, ("done", _ANSWERS[kind](task, order, answers)))


def _answer(answers: IO[bytes], message: tuple[str, Any]) -> None:
    answers.write(pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL))
    answers.flush()


def _checked(items: Sequence[Item], order: Order, answers: IO[bytes]) -> list[Outcome]:
    """What became of some workbooks, in the order of their numbers."""
    with without_collector():
        return sorted(_Batch(items, order, answers).outcomes())


class _Batch:
    """Workbooks that are checked together, each read at one moment and known by its content."""

    def __init__(self, items: Sequence[Item], order: Order, answers: IO[bytes]) -> None:
        self._items = items
        self._order = order
        self._answers = answers
        self._numbers: dict[str, int] = {}
        self._states: dict[str, tuple[int, int]] = {}
        self._trusted: dict[str, tuple[int, int]] = {}
        self._hashes: dict[str, bytes] = {}
        self._unsteady: set[str] = set()
        self._same: list[Outcome] = []
        self._settings_of = SettingsOf(None, order.language)

    def outcomes(self) -> Iterator[Outcome]:
        """What became of each workbook."""
        order = self._order
        wanted = Wanted(order.select, order.ignore)
        from .telling import digest

        for one in inspect_all(
            self._paths(), self._settings_of, wanted, self._read, snapshots=order.snapshots, digest=digest
        ):
            yield self._outcome(one, wanted)
        yield from self._same

    def _paths(self) -> Iterator[Path]:
        for item in self._items:
            self._at(item.number)
            path = Path(item.path)
            state = _state(path)
            trusted = _trusted(state)  # as of now, before it is read
            if item.hash is not None and self._content(path) == item.hash:
                self._same.append(Outcome(item.number, SAME, item.hash, *trusted))
                continue
            self._numbers[item.path] = item.number
            self._states[item.path] = state
            self._trusted[item.path] = trusted
            yield path
            if _state(path) != state:
                self._unsteady.add(item.path)
        self._at(INSPECTING)

    def _at(self, number: int) -> None:
        _limit_cpu(self._order.seconds)
        _answer(self._answers, ("at", number))

    def _content(self, path: Path) -> bytes | None:
        from ..books.guard import snapshot

        try:
            return _hash(snapshot(path, self._settings_of.file(path).limits))
        except WorkbookError:
            return None

    def _read(self, data: bytes, path: str, limits: Limits) -> Book:
        from ..books.file import read_bytes

        self._hashes[path] = _hash(data)
        return read_bytes(data, path, limits)

    def _outcome(self, one: Inspected, wanted: Wanted) -> Outcome:
        from ..reports.wording import Wording
        from .excerpt import Excerpts
        from .telling import IN_USE, in_words, packed, registration

        report, examined = one.report, one.examined
        path = report.path
        settings = self._settings_of.file(Path(path))
        wording = Wording(self._order.language, settings.form_word)
        excerpts = Excerpts.of(examined.pages, self._order.language) if examined is not None else None
        lasting = (finding for finding in report.findings if finding.code != IN_USE)
        told = in_words(wanted.of(lasting, settings), path, wording, report.proposals, excerpts)
        state = self._states[path]
        unsteady = path in self._unsteady
        half_saved = report.reason in HALF_SAVED and (
            report.reason == "locked" or time.time_ns() - state[1] < _LATELY
        )
        outcome = _outcome(self._numbers[path], report, wording, told)
        return outcome._replace(
            hash=None if unsteady or half_saved else self._hashes.get(path),
            size=self._trusted[path][0],
            mtime_ns=self._trusted[path][1],
            registered=packed(registration(one.registered, report.overviews)),
            figures=packed([snapshot.to_json() for snapshot in report.snapshots])
            if self._order.snapshots
            else b"",
            again=unsteady or half_saved,
        )


def refused(number: int, path: str, error: WorkbookError, order: Order) -> Outcome:
    """The outcome of a workbook that no worker could or should read."""
    from ..reports.wording import Wording
    from ..run import not_checked
    from .telling import in_words

    report = not_checked(Path(path), error)
    settings = SettingsOf(None, order.language).file(Path(path))
    wording = Wording(order.language, settings.form_word)
    told = in_words(Wanted(order.select, order.ignore).of(report.findings, settings), path, wording)
    size, mtime_ns = _state(Path(path))
    return _outcome(number, report, wording, told)._replace(size=size, mtime_ns=mtime_ns)


def _outcome(number: int, report: WorkbookReport, wording: Wording, told: Sequence[Fact]) -> Outcome:
    """What became of a workbook, as far as its report tells."""
    from ..reports.json import proposals_json
    from ..reports.wording import not_checked
    from .telling import packed, packed_text, registration

    checked = report.status == "checked"
    return Outcome(
        *(number, report.status, None, *NOTHING),
        None if checked else wording.message(report.path, not_checked(report)),
        tuple([fact.severity for fact in told]),
        packed(told),
        json.dumps([one.number for one in report.proposals]),
        packed_text(proposals_json(report.proposals)),
        packed(registration((), ())),
    )


def _hash(data: bytes) -> bytes:
    return blake2b(data, digest_size=16).digest()


def _state(path: Path) -> tuple[int, int]:
    try:
        state = os.stat(path)
    except OSError:
        return NOTHING
    return state.st_size, state.st_mtime_ns


def _trusted(state: tuple[int, int]) -> tuple[int, int]:
    """Size and time of a file, without the time where it could change again and keep it."""
    size, mtime_ns = state
    return (size, 0) if mtime_ns > time.time_ns() - _FRESH else state


def _across(state: str, order: Order, _: IO[bytes]) -> Across:
    """What can only be said of all workbooks together, and what registers say of the proposals of others."""
    from ..inspection.across import inspect_run
    from ..inspection.registers import BESIDE_OTHERS, as_registers_say
    from ..reports.wording import Wording
    from .history import register
    from .telling import Across, Said, in_words

    with without_collector():
        registered, listed = register(Path(state))
    if not registered:
        return Across([], [])
    settings_of = SettingsOf(None, order.language)
    wanted = Wanted(order.select, order.ignore)
    told = []
    for finding in inspect_run(registered, listed):
        folder = Path(finding.path or registered[0].path).parent
        settings = settings_of.folder(folder)
        wording = Wording(order.language, settings.form_word)
        for one in in_words(wanted.of([finding], settings), finding.path, wording):
            told.append((finding.path, one))
    said = [
        Said(one.path, one.number, one.identity, () if one.active else BESIDE_OTHERS)
        for one, own in zip(as_registers_say(registered, listed), registered, strict=True)
        if listed and one.number and (one is not own or not one.active)
    ]
    return Across(told, said)


_ANSWERS: Mapping[str, Callable[[Any, Order, IO[bytes]], object]] = {"check": _checked, "across": _across}


# ------------------------------------------------------------------------------------------- limits


def _keep_to_the_parent() -> None:
    """Leave the answer to Ctrl-C to the parent, and never outlive it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def _limit_memory(memory_mb: int) -> None:
    """Give this process so much memory more than it has; where the system knows no such limit, none."""
    try:
        import resource

        pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
    except (ImportError, OSError, ValueError):
        return
    most = pages * os.sysconf("SC_PAGE_SIZE") + memory_mb * 1_000_000
    # only the soft limit: a child of this child has its own, and may raise it as far
    resource.setrlimit(resource.RLIMIT_AS, (most, resource.getrlimit(resource.RLIMIT_AS)[1]))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _limit_cpu(seconds: int) -> None:
    """End this process when the next workbook takes more CPU than it may take time."""
    try:
        import resource
    except ImportError:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    most = int(used.ru_utime + used.ru_stime) + 2 * seconds + 10
    resource.setrlimit(resource.RLIMIT_CPU, (most, resource.getrlimit(resource.RLIMIT_CPU)[1]))


if __name__ == "__main__":
    from budget_tools.nightly import worker  # under its own name, which the answers are pickled with

    worker.main()
