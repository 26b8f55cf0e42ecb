"""Workers at work: each checks some workbooks at a time, and what goes wrong with one is kept to that one.

A worker that dies or takes too long is replaced. The workbook it was at is tried once more by itself, in a
worker of its own; the others of its batch go on in another. So a night ends, whatever is in the folders.
"""

from __future__ import annotations

import os
import pickle
import queue
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import Any

from ..errors import Refused, Unreadable, WorkbookError
from .telling import Across
from .worker import INSPECTING, Item, Order, Outcome, refused

STARTING = 60  # seconds in which a worker must be ready, more than its share of a workbook
TICK = 0.2  # seconds between two looks at the clock
_MEMORY_SIGNAL = 9  # what the system kills with when memory runs out


@dataclass(slots=True)
class _Task:
    """What a worker is given: workbooks, or one question about all of them. ``alone``: tried before."""

    kind: str
    items: Sequence[Item] = ()
    question: str = ""
    alone: bool = False

    @property
    def order(self) -> tuple[str, Any]:
        """The task as the worker is told it."""
        return self.kind, self.question if self.kind == "across" else self.items


@dataclass(slots=True, eq=False)
class _Worker:
    """A child process, what it is at, and since when."""

    process: subprocess.Popen[bytes]
    task: _Task | None = None
    at: int | None = None  # None: it has not begun
    since: float = field(default_factory=time.monotonic)


Message = tuple[_Worker, str, Any]


class Pool:
    """Workers that are kept busy. ``stopped`` is asked now and then whether to give up."""

    def __init__(self, order: Order, workers: int, stopped: Callable[[], bool]) -> None:
        self._order = order
        self._count = workers
        self._stopped = stopped
        self._workers: list[_Worker] = []
        self._messages: queue.Queue[Message] = queue.Queue()

    def check(self, batches: Iterable[Sequence[Item]]) -> Iterator[list[Outcome]]:
        """What became of some workbooks, batch by batch as they are done; ends early when stopped."""
        waiting = deque[_Task]()
        source = iter(batches)
        while not self._stopped():
            self._keep_busy(waiting, source)
            if not any(worker.task for worker in self._workers) and not waiting:
                return
            message = self._next()
            if message is None:
                continue
            worker, kind, said = message
            task = worker.task
            if task is None:
                self._end(worker)  # it died while it had nothing to do
                continue
            if kind == "done":
                worker.task = None
                self._keep_busy(waiting, source)  # whoever takes the answer may take a while to put it down
                yield said
            else:
                yield from self._lost(worker, task, kind, waiting)

    def _keep_busy(self, waiting: deque[_Task], source: Iterator[Sequence[Item]]) -> None:
        """Have tasks waiting as long as there are any, and give them to whoever is idle."""
        while len(waiting) < self._count and (batch := next(source, None)):
            waiting.append(_Task("check", batch))
        self._give(waiting)

    def across(self, state: Path) -> Across | None:
        """What can only be said of all workbooks together, from the history.

        None where the worker died of it twice, or it was stopped.
        """
        for _ in range(2):
            waiting = deque([_Task("across", question=str(state))])
            while not self._stopped():
                self._give(waiting)
                message = self._next()
                if message is None:
                    continue
                worker, kind, said = message
                idle, worker.task = worker.task is None, None
                if idle:
                    self._end(worker)
                    continue
                if kind == "done":
                    found: Across = said
                    return found
                self._end(worker)
                break
        return None

    def close(self) -> None:
        """End every worker."""
        for worker in list(self._workers):
            self._end(worker)

    # ------------------------------------------------------------------------------------ inside

    def _start(self) -> _Worker:
        errors = None if os.environ.get("BUDGET_TOOLS_DEBUG") else subprocess.DEVNULL
        process = subprocess.Popen(
            [sys.executable, "-m", "budget_tools.nightly.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
        )
        worker = _Worker(process)
        self._workers.append(worker)
        self._tell(worker, self._order)
        Thread(target=self._listen, args=(worker,), daemon=True).start()
        return worker

    def _listen(self, worker: _Worker) -> None:
        """Bring what a worker says to where everybody's messages are waited for."""
        answers = worker.process.stdout
        assert answers is not None
        try:
            while True:
                kind, said = pickle.load(answers)
                self._messages.put((worker, kind, said))
        except Exception:  # whatever a dying worker leaves behind is the end of it
            self._messages.put((worker, "died", None))

    def _tell(self, worker: _Worker, order: object) -> None:
        orders = worker.process.stdin
        assert orders is not None
        with suppress(OSError):  # it is dead: whoever listens hears so
            orders.write(pickle.dumps(order))
            orders.flush()

    def _give(self, waiting: deque[_Task]) -> None:
        """Every idle worker gets a task; a workbook that is tried again gets a worker that is new."""
        while waiting:
            idle = next((worker for worker in self._workers if worker.task is None), None)
            if waiting[0].alone and idle is not None and idle.at is not None:
                self._end(idle)
                idle = None
            if idle is None:
                if len(self._workers) >= self._count:
                    return
                idle = self._start()
            task = waiting.popleft()
            idle.at = None if idle.at is None else INSPECTING
            idle.task, idle.since = task, time.monotonic()
            self._tell(idle, task.order)

    def _next(self) -> Message | None:
        """The next message that says something: an answer, a death, or that somebody took too long."""
        try:
            worker, kind, said = self._messages.get(timeout=TICK)
        except queue.Empty:
            return self._late()
        if worker not in self._workers:
            return None
        if kind == "at":
            worker.at, worker.since = said, time.monotonic()
            return self._late() if self._messages.empty() else None
        if kind == "done":
            worker.at = INSPECTING
        return worker, kind, said

    def _late(self) -> Message | None:
        now = time.monotonic()
        for worker in self._workers:
            if worker.task is not None and now - worker.since > self._allowed(worker):
                return worker, "late", None
        return None

    def _allowed(self, worker: _Worker) -> float:
        """How long a worker may take for what it is at."""
        seconds = self._order.seconds
        if worker.at is None:
            return seconds + STARTING
        if worker.task is not None and worker.task.kind == "across":
            return 10 * seconds + STARTING
        return seconds + len(worker.task.items) if worker.at == INSPECTING and worker.task else seconds

    def _lost(
        self, worker: _Worker, task: _Task, kind: str, waiting: deque[_Task]
    ) -> Iterator[list[Outcome]]:
        """A worker died or took too long: blame the workbook that it was at, and try the others again."""
        at = worker.at
        self._end(worker)
        worker.task = None
        if task.alone:
            yield [_failed(item, self._order, kind, worker.process.returncode) for item in task.items]
            return
        blamed = [item for item in task.items if at in (None, INSPECTING) or item.number == at]
        others = [item for item in task.items if item not in blamed]
        waiting.extend(_Task("check", [item], alone=True) for item in blamed)
        if others:
            waiting.append(_Task("check", others))

    def _end(self, worker: _Worker) -> None:
        self._workers.remove(worker)
        with suppress(OSError):
            worker.process.kill()
        worker.process.wait()
        for pipe in (worker.process.stdin, worker.process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()


def _failed(item: Item, order: Order, kind: str, code: int | None) -> Outcome:
    """What is said of a workbook that ended its worker twice."""
    error: WorkbookError
    if kind == "late":
        error = Refused("timeout", limit=order.seconds)
    elif code == -_MEMORY_SIGNAL:
        error = Refused("memory", limit=order.memory_mb)
    else:
        error = Unreadable("crashed")
    return refused(item.number, item.path, error, order)
