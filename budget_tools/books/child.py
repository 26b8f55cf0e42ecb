"""Read one suspicious workbook in a process of its own, so that a crash or hang costs that workbook alone."""

from __future__ import annotations

import pickle
import subprocess
import sys
from dataclasses import replace

from ..errors import Refused, Unreadable, WorkbookError
from ..model.book import Book, Sheet
from ..settings import Limits


def read_in_child(data: bytes, path: str, limits: Limits) -> Book:
    """The workbook as a child process reads it, within the limits on time and memory.

    Number formats and hidden rows are not known of a workbook read in this way.

    Raises:
        Unreadable: the child found it broken, or died of it.
        Refused: it took more time or memory than the settings allow.
    """
    command = [sys.executable, "-m", "budget_tools.books.child", str(limits.memory_mb), str(limits.file_mb)]
    try:
        done = subprocess.run(command, input=data, capture_output=True, timeout=limits.seconds, check=False)
    except subprocess.TimeoutExpired as error:
        raise Refused("timeout", limit=limits.seconds) from error
    if done.returncode != 0:
        out_of_memory = b"memory" in done.stderr.lower() or b"alloc" in done.stderr.lower()
        raise Refused("memory", limit=limits.memory_mb) if out_of_memory else Unreadable("crashed")
    answer = pickle.loads(done.stdout)
    if isinstance(answer, WorkbookError):
        raise answer
    cells, skipped, manual = answer
    sheets = tuple(replace(Sheet(*fields), links=links) for fields, links in cells)
    return Book(path, sheets, skipped, manual)


def main() -> None:
    """The child: a workbook's bytes on standard input, its cells on standard output."""
    memory_mb, file_mb = int(sys.argv[1]), int(sys.argv[2])
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, ((memory_mb + 512) * 1_000_000,) * 2)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except ImportError:  # Windows has no such limits; the time limit still holds
        pass
    from .file import read_bytes

    answer: object
    try:
        book = read_bytes(
            sys.stdin.buffer.read(), "", Limits(memory_mb=memory_mb, file_mb=file_mb), in_child=True
        )
        answer = (
            [
                ((s.name, s.rows, s.top, s.left, s.formulas, s.unvalued, s.merges, s.visible), s.links)
                for s in book.sheets
            ],
            book.skipped,
            book.manual,
        )
    except WorkbookError as error:
        answer = type(error)(error.reason, **error.facts)
    sys.stdout.buffer.write(pickle.dumps(answer, protocol=pickle.HIGHEST_PROTOCOL))


if __name__ == "__main__":
    main()
