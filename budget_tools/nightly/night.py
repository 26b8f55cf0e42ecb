"""One night from beginning to end: look, check what changed, compare with last night, write and tell."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from ..books.accepted import Accepted
from ..books.inuse import LockFiles, owner
from ..catalog import Language, word
from ..errors import BudgetToolsError, Refused
from ..model.acceptance import Acceptance
from ..model.finding import Finding, Severity
from ..model.night import Night
from ..reports.wording import Wording, plain
from ..run import Wanted, without_collector
from ..settings import nearest, read_settings
from .ending import End
from .history import History, Known, Waiting
from .history_tables import Row
from .owners import Owners
from .scanning import Lying, NightSettingsOf, Scan, Stamps, cores, scan
from .settings import NightSettings
from .telling import IN_USE, Across, Fact, in_words
from .worker import SAME, Item, Order, Outcome, refused

if TYPE_CHECKING:
    from .pool import Pool

CLEAN, FINDINGS, WRONG_USE, INCOMPLETE = 0, 1, 2, 3

MOST_IN_BATCH, FEWEST_IN_BATCH = 100, 5
MOST_BYTES = 16_000_000  # of a batch: large workbooks go by themselves
LARGE = 1_000_000
_SHARES = 3  # of what is left, for each worker
_CHANGING = "changing"


class AlreadyRunning(BudgetToolsError):
    """Another run is at work on the same history."""


class Log(Protocol):
    """Who hears how a night goes."""

    def begin(self, run: int, workbooks: int, to_check: int) -> None:
        """It is known how much there is to do."""

    def workbook(self, path: str, outcome: Outcome) -> None:
        """A workbook was checked."""

    def say(self, sentence: str) -> None:
        """Something that whoever runs the night should know."""


@dataclass(slots=True)
class Ended:
    """How a night ended. ``changed``: something is another than it was the night before."""

    exit_code: int
    status: str
    run: int
    workbooks: int = 0
    checked: int = 0
    unchanged: int = 0
    unreadable: int = 0
    errors: int = 0
    warnings: int = 0
    notes: int = 0
    new: int = 0
    fixed: int = 0
    seconds: float = 0.0
    owners: Owners | None = None
    changed: bool = True

    def line(self, command: str = "nightly") -> str:
        """The last line of the log: words that a monitor can take apart."""
        return (
            f"budget-tools {command}: status={self.status} exit={self.exit_code} run={self.run}"
            f" workbooks={self.workbooks} checked={self.checked} unchanged={self.unchanged}"
            f" unreadable={self.unreadable} errors={self.errors} warnings={self.warnings}"
            f" notes={self.notes} new={self.new} fixed={self.fixed} seconds={self.seconds:.1f}"
        )


@dataclass(slots=True)
class Plan:
    """What there is to do tonight."""

    scan: Scan
    stamps: Stamps
    items: list[Item]
    paths: list[Lying]  # by the numbers of the items
    unchanged: int
    waiting: int  # checked by a run that did not end
    placeholders: list[Lying]
    leaving: list[Known]
    obsolete: list[str]  # what is pending for paths that need it no more
    vanished: list[Path] = field(default_factory=list)  # folders in which there is nothing any more


def language_of(settings: NightSettings, asked: Language | None) -> Language:
    """The language of a night: asked for, else the first folder's, else its settings', else Danish."""
    if asked is not None:
        return asked
    nearest.cache_clear()
    for folder in settings.folders[:1]:
        file = nearest(Path(folder))
        if file is not None:
            try:
                found = read_settings(file)
            except BudgetToolsError:
                break
            if "language" in found.model_fields_set:
                return found.language
    return settings.language or "da"


def opened(settings: NightSettings) -> History:
    """The history of the settings' nights.

    Raises:
        UsageError: it cannot be opened.
    """
    state = Path(settings.state or "nightly.sqlite")
    try:
        state.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BudgetToolsError(f"{state.parent}: cannot be made: {error.strerror or error}") from error
    return History(state)


@contextmanager
def only_run(state: Path) -> Iterator[None]:
    """Keep other runs from the same history, with a lock of SQLite's: a killed run leaves none behind.

    Raises:
        AlreadyRunning: another run has it.
        BudgetToolsError: it cannot be used.
    """
    file = Path(f"{state}.lock")
    try:
        state.parent.mkdir(parents=True, exist_ok=True)
        lock = sqlite3.connect(file, timeout=0, isolation_level=None)
    except (OSError, sqlite3.Error) as error:
        raise BudgetToolsError(f"{file}: cannot be written: {error}") from error
    try:
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorcode", None) != sqlite3.SQLITE_BUSY:
                raise BudgetToolsError(f"{file}: cannot be written: {error}") from error
            raise AlreadyRunning(
                f"{state}: another run is at work on it; nothing was checked, wait until it has ended"
            ) from error
        yield
    finally:
        lock.close()


def plan(settings: NightSettings, history: History, language: Language, *, force: bool = False) -> Plan:
    """What there is, and what of it must be checked; nothing is opened, and nothing written."""
    nearest.cache_clear()
    settings_of = NightSettingsOf(language)
    found = scan(settings.folders, settings_of)
    stamps = Stamps(settings_of, language, settings.select, settings.ignore, bool(settings.deadline))
    known = {one.path: one for one in history.known()}
    waiting = {one.path: one for one in history.waiting()}
    made = Plan(found, stamps, [], [], 0, 0, [], [], [])
    for lying in found.workbooks:
        before, pending = known.get(lying.path), waiting.get(lying.path)
        if found.wrong and found.is_closed(lying.path):
            continue
        stamp = stamps.of(lying.path)
        if not force and before is not None and _as_it_was(before, lying, stamp):
            made.unchanged += 1
            if pending is not None:
                made.obsolete.append(lying.path)
        elif not force and pending is not None and _as_it_was(pending, lying, stamp):
            made.waiting += 1
        elif lying.placeholder and not settings.download:
            made.placeholders.append(lying)
        else:
            last = pending or before
            hash_ = last.hash if last is not None and last.stamp == stamp and not force else None
            made.items.append(Item(len(made.items), lying.path, hash_))
            made.paths.append(lying)
    present = {lying.path for lying in found.workbooks}
    made.obsolete += [path for path in waiting if path not in present and not found.is_closed(path)]
    made.vanished = _vanished(settings.folders, present, known)
    made.leaving = [
        one
        for path, one in known.items()
        if path not in present
        and not found.is_closed(path)
        and not any(Path(path).is_relative_to(folder) for folder in made.vanished)
    ]
    return made


def _as_it_was(before: Known | Waiting, lying: Lying, stamp: str) -> bool:
    return (
        before.mtime_ns == lying.mtime_ns and before.size == lying.size and before.stamp == stamp
    ) and lying.size >= 0


def _vanished(folders: Sequence[str], present: set[str], known: Mapping[str, Known]) -> list[Path]:
    """Folders with nothing in them where there was something: a drive that is not mounted looks like that."""
    if not known or (len(present) and all(path in present for path in known)):
        return []

    def holds(folder: Path, paths: Iterable[str]) -> bool:
        return any(Path(path).is_relative_to(folder) for path in paths)

    roots = [folder for folder in map(Path, folders) if folder.is_dir()]
    return [folder for folder in roots if holds(folder, known) and not holds(folder, present)]


def run_night(
    settings: NightSettings,
    log: Log,
    *,
    language: Language | None = None,
    force: bool = False,
    fail_on: str | None = None,
    fail_on_new: bool = False,
    stopped: Callable[[], bool] = lambda: False,
    tell: Callable[[Callable[[], Night], History, Ended], int | None] | None = None,
    keep_unchanged: bool = True,
    begun: Callable[[], object] = lambda: None,
) -> Ended:
    """Check what changed in the folders since last night, and remember what became of it.

    ``tell`` is called when the night is history, to write and send, with a function that puts it together;
    what it returns outranks the exit code. A run that was stopped keeps what it has checked, and the next one
    goes on from there. Without ``keep_unchanged`` a run in which nothing became another is no night.
    ``begun`` is called when it is certain that no other run is at work.

    Raises:
        AlreadyRunning: another run works on the same history.
        BudgetToolsError: the history cannot be used.
    """
    spoken = language_of(settings, language)
    with only_run(Path(settings.state or "nightly.sqlite")):
        begun()
        history = opened(settings)
        try:
            run = _Run(settings, history, spoken, log, stopped, force)
            ended = run.run()
            if ended.status != "stopped":
                run.judge(ended, Severity.of(fail_on or settings.fail_on), fail_on_new)
                if not keep_unchanged and not ended.changed:
                    history.unwrite(ended.run)
                ended.owners = run.owners
                if tell is not None:
                    outranking = tell(run.night, history, ended)
                    if outranking is not None and outranking != ended.exit_code:
                        ended.exit_code, ended.status = outranking, _STATUS[outranking]
            return ended
        finally:
            history.close()


_STATUS = {CLEAN: "clean", FINDINGS: "findings", WRONG_USE: "wrong-use", INCOMPLETE: "incomplete"}


class _Run:
    """A night at work."""

    def __init__(
        self,
        settings: NightSettings,
        history: History,
        language: Language,
        log: Log,
        stopped: Callable[[], bool],
        force: bool,
    ) -> None:
        self._settings = settings
        self._history = history
        self._language = language
        self._log = log
        self._stopped = stopped
        self._force = force
        self._begun = time.monotonic()
        self._started = datetime.now().astimezone()
        self._trouble: list[str] = []
        self._complete = True
        self._number = 0
        self._settings_of = NightSettingsOf(language)
        self.owners = Owners(settings.owners, settings.folders, self._settings_of)
        self._in_use: dict[str, str] = {}
        self._form_word = "Skema"
        self._workers = settings.limits.workers or cores()

    def run(self) -> Ended:
        """Look, check, compare: afterwards the night is history, or it was stopped."""
        settings, history = self._settings, self._history
        self._number = history.begin(self._started)
        with without_collector():
            made = plan(settings, history, self._language, force=self._force)
        self._note_folders(made)
        self._log.begin(self._number, len(made.scan.workbooks), len(made.items))
        history.drop(made.obsolete)
        ended = Ended(INCOMPLETE, "stopped", self._number, len(made.scan.workbooks))
        ended.unchanged = made.unchanged + made.waiting
        order = Order(
            self._language,
            settings.select,
            settings.ignore,
            bool(settings.deadline),
            settings.limits.seconds,
            settings.limits.memory_mb,
        )
        with self._pool(order) as pool:
            self._refuse_placeholders(made, order)
            self._check(made, pool, ended)
            if self._stopped():
                ended.seconds = time.monotonic() - self._begun
                return ended
            history.leave([one.number for one in made.leaving])
            across = self._across(pool)
        ended.changed = self._finish(made, across, ended)
        ended.status = _STATUS[INCOMPLETE]
        ended.seconds = time.monotonic() - self._begun
        return ended

    def judge(self, ended: Ended, severity: Severity, new_only: bool) -> None:
        """The exit code: that something was not checked outranks what was found."""
        tally = self._history.tallies()[-1]
        ended.errors, ended.warnings, ended.notes = tally.errors, tally.warnings, tally.notes
        ended.new, ended.fixed, ended.workbooks = tally.new, tally.fixed, tally.workbooks
        ended.unreadable = self._history.unchecked()
        found = self._history.open_at_least(severity, self._number if new_only else None)
        if not self._complete or ended.unreadable or not ended.workbooks:
            ended.exit_code = INCOMPLETE
        else:
            ended.exit_code = FINDINGS if found else CLEAN
        ended.status = _STATUS[ended.exit_code]

    def night(self) -> Night:
        """Everything there is to tell."""
        from .assembling import assemble

        with without_collector():
            return assemble(
                self._history,
                self._number,
                self._settings,
                self.owners,
                started=self._started,
                language=self._language,
                form_word=self._form_word,
                complete=self._complete,
                trouble=self._trouble,
                deadlines=self._passed(),
            )

    # ---------------------------------------------------------------------------- before the check

    def _note_folders(self, made: Plan) -> None:
        """Say which folders could not be looked into; nothing from there counts as fixed."""
        found = made.scan
        for key, folders in (("folder-missing", found.missing), ("folder-unreadable", found.unreadable)):
            for folder in folders:
                self._say(key, folder=plain(str(folder)))
        for folder, error in found.wrong.items():
            self._say("settings-wrong", folder=plain(str(folder)), error=plain(error))
        for folder in made.vanished:
            n = sum(Path(one.path).is_relative_to(folder) for one in self._history.known())
            self._say("folder-empty", folder=plain(str(folder)), n=n)
        if not found.workbooks and not self._trouble:
            self._say("no-workbooks", folders=plain(", ".join(self._settings.folders)))
        if found.workbooks:
            first = self._settings_of.file(Path(found.workbooks[0].path))
            self._form_word = first.form_word
        lock_files = LockFiles()
        for lying in found.workbooks:
            if lock_files.within(lying.folder):
                by = owner(Path(lying.path), lock_files)
                if by is not None:
                    self._in_use[lying.path] = by

    def _say(self, key: str, **facts: object) -> None:
        """Something that was not as it should be: in the reports, and in English in the log."""
        self._complete = False
        self._trouble.append(word("nightly", key, self._language, **facts))
        self._log.say(word("nightly", key, "en", **facts))

    def _refuse_placeholders(self, made: Plan, order: Order) -> None:
        """What is only in the cloud is not fetched; whoever wants that says so in the settings."""
        outcomes = []
        for lying in made.placeholders:
            outcome = refused(0, lying.path, Refused("cloud-only"), order)
            outcomes.append((lying.path, "", outcome))
            self._log.workbook(lying.path, outcome)
        if outcomes:
            self._history.put(self._number, outcomes)

    # ---------------------------------------------------------------------------------- the check

    @contextmanager
    def _pool(self, order: Order) -> Iterator[Callable[[], Pool]]:
        """Workers for whoever asks for them: where nothing changed, nobody does."""
        pools: list[Pool] = []

        def pool() -> Pool:
            if not pools:
                from .pool import Pool

                pools.append(Pool(order, self._workers, self._stopped))
            return pools[0]

        try:
            yield pool
        finally:
            for one in pools:
                one.close()

    def _check(self, made: Plan, pool: Callable[[], Pool], ended: Ended) -> None:
        """Check what must be; what was being saved is tried again when all else is done."""
        left = made.items
        if not left:
            return
        for attempt in range(self._settings.limits.retries + 1):
            if attempt and not self._pause(self._settings.limits.retry_seconds):
                return
            again: list[Item] = []
            batches = _batches(left, made.paths, self._workers)
            for outcomes in pool().check(batches):
                again += self._take(outcomes, made, ended, last=attempt == self._settings.limits.retries)
            if not again or self._stopped():
                return
            left = again

    def _take(self, outcomes: Sequence[Outcome], made: Plan, ended: Ended, *, last: bool) -> list[Item]:
        """Put down what became of a batch; the workbooks that are worth another try."""
        put: list[tuple[str, str, Outcome]] = []
        same: list[tuple[int, int, str]] = []
        again: list[Item] = []
        for outcome in outcomes:
            path = made.paths[outcome.number].path
            if outcome.status == SAME:
                same.append((outcome.size, outcome.mtime_ns, path))
                ended.unchanged += 1
                continue
            put.append((path, "" if outcome.again else made.stamps.of(path), outcome))
            if outcome.again and not last:
                again.append(Item(outcome.number, path))
                continue
            ended.checked += 1
            self._log.workbook(path, outcome)
            if outcome.again and outcome.status == "checked":
                self._say(_CHANGING, file=plain(Path(path).name))
        if put:
            self._history.put(self._number, put)
        if same:
            self._history.touched(same)
        return again

    def _pause(self, seconds: float) -> bool:
        """Wait, unless the night is stopped meanwhile."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if self._stopped():
                return False
            time.sleep(min(0.1, seconds))
        return not self._stopped()

    def _across(self, pool: Callable[[], Pool]) -> Across | None:
        """What is said of all workbooks together; None where it is what it was, or cannot be said."""
        if not self._history.across_is_stale:
            return None
        found = pool().across(self._history.path)
        if found is None:
            self._say("across-failed")
        return found

    # ----------------------------------------------------------------------------------- the end

    def _finish(self, made: Plan, across: Across | None, ended: Ended) -> bool:
        """Make it history; whether anything is another than it was."""
        settings, history = self._settings, self._history
        today = date.today()
        accepted = Accepted(today)
        folders = {one.folder for one in made.scan.workbooks}
        stamp = _accepted_stamp(accepted.files(folders), today)
        first = self._settings_of.file(Path(made.scan.workbooks[0].path)) if made.scan.workbooks else None
        wording = Wording(self._language, self._form_word)
        about: list[Fact] = []
        if first is not None and made.scan.about:
            wanted = Wanted(settings.select, settings.ignore)
            about = in_words(wanted.of(made.scan.about, first), None, wording)
        in_use = [
            (path, fact)
            for path, by in self._in_use.items()
            for fact in in_words([Finding(IN_USE, facts={"owner": by}, key=(IN_USE,))], path, wording)
        ]
        passed = self._passed()

        def accepted_by(path: str, checked: bool) -> Callable[[Row], Acceptance | None] | None:
            of = accepted.of(path, checked=checked)
            return of.finding if of is not None else None

        end = End(
            self._number,
            datetime.now().astimezone(),
            self._complete,
            [one.number for one in made.leaving],
            across,
            about,
            in_use,
            accepted_by,
            stamp != history.mark("accepted"),
            passed,
            {"accepted": stamp},
        )
        with without_collector():
            history.finish(end)
        tally = history.tallies()[-1]
        return bool(ended.checked or made.waiting or made.leaving or tally.new or tally.fixed)

    def _passed(self) -> list[date]:
        """The deadlines that have passed."""
        today = self._started.date()
        return [one for one in sorted(self._settings.deadline) if one < today]


def _accepted_stamp(files: Sequence[Path], today: date) -> str:
    """What acceptances depend on: their files, and the day, on which some may end."""
    if not files:
        return ""
    states = []
    for file in files:
        try:
            state = file.stat()
        except OSError:
            continue
        states.append(f"{file}{state.st_size}{state.st_mtime_ns}")
    return "|".join([*states, today.isoformat()])


def _batches(items: Sequence[Item], lying: Sequence[Lying], workers: int) -> Iterator[list[Item]]:
    """Workbooks in handfuls: many at first, since a handful costs something by itself, and few at the end.

    What is large comes first. So nobody waits long for the last worker.
    """
    ordered = sorted(items, key=lambda item: -(lying[item.number].size // LARGE))
    done = 0
    while done < len(ordered):
        most = (len(ordered) - done) // (workers * _SHARES)
        batch: list[Item] = []
        size = 0
        for item in islice(ordered, done, done + max(FEWEST_IN_BATCH, min(MOST_IN_BATCH, most))):
            bytes_ = lying[item.number].size
            if batch and size + bytes_ > MOST_BYTES:
                break
            batch.append(item)
            size += bytes_
        done += len(batch)
        yield batch
