"""``budget-tools nightly``: shared folders, every night. Help, log and plan; the work is done below."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from typer.core import TyperGroup

if TYPE_CHECKING:
    from ..model.night import Night
    from ..nightly.history import History
    from ..nightly.night import Ended
    from ..nightly.settings import NightSettings
    from ..nightly.worker import Outcome

Level = Literal["error", "warning", "note"]
Language = Literal["da", "en"]

_RUN = "run"


class _Nightly(TyperGroup):
    """``nightly CONFIG.toml`` runs; the other commands are named."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] not in ("-h", "--help"):
            word = args[0]
            if word.startswith("-") or os.path.splitext(word)[1] or os.path.exists(word) or os.sep in word:
                args = [_RUN, *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    name="nightly",
    cls=_Nightly,
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Check shared folders every night: nightly CONFIG.toml",
    context_settings={"help_option_names": ["-h", "--help"]},
)

Config = Annotated[Path, typer.Argument(metavar="CONFIG", help="The settings of the night, a TOML file.")]
Lang = Annotated[
    Language | None, typer.Option(help="Language of reports and messages.  [default: as set, else da]")
]
JsonLines = Annotated[bool, typer.Option("--json-lines", help="The log as JSON, one object a line.")]
Force = Annotated[bool, typer.Option("--force", help="Check every workbook, also those that did not change.")]


@app.command(_RUN)
def run(
    config: Config,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be checked, written and sent.")
    ] = False,
    force: Force = False,
    fail_on: Annotated[
        Level | None, typer.Option(help="Exit with 1 from this severity on.  [default: as set, else error]")
    ] = None,
    fail_on_new: Annotated[
        bool, typer.Option("--fail-on-new", help="Exit with 1 only when something is new since last night.")
    ] = False,
    lang: Lang = None,
    json_lines: JsonLines = False,
) -> None:
    """Check what changed in the folders, and tell what is new and what is fixed.

    Workbooks that did not change since last night are not checked again. Exits with 0 when there is nothing
    at or above --fail-on, 1 when there is, 2 when the command or its settings are wrong, and 3 when not
    everything could be checked: a folder that could not be opened, a workbook that could not be read, a
    report that could not be written, a run that was stopped, or another run on the same history. A run that
    was stopped goes on where it was when it is started again. The last line of the log says how it ended.

    Examples:

    \b
      budget-tools nightly init night.toml
      budget-tools nightly night.toml --dry-run
      budget-tools nightly night.toml --fail-on-new
    """
    from ..nightly.settings import read_night
    from ..nightly.writing import refuse_without

    settings = read_night(config)
    refuse_without(settings)
    if dry_run:
        _show_plan(settings, lang, force)
        return
    raise typer.Exit(
        run_once(
            settings,
            "nightly",
            lang,
            json_lines,
            force=force,
            fail_on=fail_on,
            fail_on_new=fail_on_new,
            tell=_written_and_sent,
        )
    )


@app.command()
def init(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where to write them, such as night.toml.")],
) -> None:
    """Write commented settings of which only the folders must be changed.

    Never replaces a file.

    Examples:

    \b
      budget-tools nightly init night.toml
    """
    from ..nightly.beginning import write_settings

    write_settings(file)
    typer.echo(
        f"Wrote {file}. Change its line 'folders = …', then try: budget-tools nightly {file} --dry-run"
    )


@app.command()
def schedule(
    config: Config,
    for_: Annotated[
        Literal["systemd", "cron", "windows"], typer.Option("--print", help="For which scheduler.")
    ],
    at: Annotated[str, typer.Option(metavar="HH:MM", help="When to run, local time.")] = "05:00",
) -> None:
    """Print what a scheduler needs to run the night every night.

    Nothing is installed: the text says where it goes.

    Examples:

    \b
      budget-tools nightly schedule --print systemd night.toml
      budget-tools nightly schedule --print windows night.toml > night.xml
    """
    from ..nightly.schedule import scheduled
    from ..nightly.settings import read_night

    read_night(config)
    text = scheduled(for_, config, at)
    sys.stdout.write(text)


@app.command()
def test(config: Config, lang: Lang = None) -> None:
    """Send a message by every way that the settings name, to see that sending works.

    Exits with 3 when one of them failed.

    Examples:

    \b
      budget-tools nightly test night.toml
    """
    from ..nightly.night import language_of
    from ..nightly.notifying import Failed, send_test
    from ..nightly.settings import read_night
    from ..nightly.writing import refuse_without

    settings = read_night(config)
    refuse_without(settings)
    outcomes = send_test(settings.notify, language_of(settings, lang), typer.echo)
    if not outcomes:
        typer.echo("There is nobody to tell: the settings have no [notify].")
    raise typer.Exit(3 if any(isinstance(one, Failed) for one in outcomes) else 0)


# ------------------------------------------------------------------------------------------ running

Tell = Callable[
    [Callable[[], "Night"], "History", "Ended", "NightSettings", Callable[[str], object]], int | None
]


def run_once(
    settings: NightSettings,
    command: str,
    lang: Language | None,
    json_lines: bool,
    *,
    force: bool = False,
    fail_on: Level | None = None,
    fail_on_new: bool = False,
    tell: Tell | None = None,
) -> int:
    """One run with its log; returns the exit code."""
    from ..errors import BudgetToolsError
    from ..nightly.night import INCOMPLETE, AlreadyRunning, run_night
    from .progress import progress_bar

    with until_stopped() as asked, progress_bar(lang, shown=not json_lines) as progress:
        log = NightLog(json_lines, progress)

        def told(night: Callable[[], Night], history: History, ended: Ended) -> int | None:
            return tell(night, history, ended, settings, log.say) if tell is not None else None

        wanted = tell is not None and _is_told(settings)
        try:
            ended = run_night(
                settings,
                log,
                language=lang,
                force=force,
                fail_on=fail_on,
                fail_on_new=fail_on_new,
                stopped=asked,
                tell=told if wanted else None,
                begun=lambda: _started(settings, log.say),
            )
        except AlreadyRunning as error:
            typer.echo(f"Error: {error}", err=True)
            return INCOMPLETE
        except BudgetToolsError:
            _broke_off(settings, log.say)
            raise
        if ended.status == "stopped":
            log.say("stopped: what was checked is kept, and the next run goes on from there")
            _broke_off(settings, log.say)
        log.end(ended, command)
    return ended.exit_code


def _is_told(settings: NightSettings) -> bool:
    """Whether anybody hears of the night besides the log."""
    return bool(settings.reports.formats) or _is_sent(settings)


def _is_sent(settings: NightSettings) -> bool:
    """Whether anything is sent: a night that sends nothing need not load what can."""
    notify = settings.notify
    return bool(notify.smtp or notify.webhooks or notify.ping)


def _started(settings: NightSettings, say: Callable[[str], object]) -> None:
    if settings.notify.ping:
        from ..nightly.notifying import start

        start(settings.notify, say)


def _broke_off(settings: NightSettings, say: Callable[[str], object]) -> None:
    if settings.notify.ping:
        from ..nightly.notifying import broken

        broken(settings.notify, say)


def _written_and_sent(
    assembled: Callable[[], Night],
    history: History,
    ended: Ended,
    settings: NightSettings,
    say: Callable[[str], object],
) -> int | None:
    """Write the reports, then send the messages that lead to them."""
    from ..nightly.night import INCOMPLETE
    from ..nightly.writing import write_reports

    assert ended.owners is not None
    night = assembled()
    written = write_reports(night, settings, ended.owners)
    for sentence in written.failed:
        say(sentence)
    code = INCOMPLETE if written.failed else ended.exit_code
    if _is_sent(settings):
        from ..nightly.notifying import finish

        finish(night, settings.notify, code, history.base, say, written.pages)
    return code


@contextmanager
def until_stopped() -> Iterator[Callable[[], bool]]:
    """Whether somebody asked this process to end: politely at first, so that it can put things down."""
    asked = False

    def ask(number: int, _: object) -> None:
        nonlocal asked
        asked = True
        signal.signal(number, signal.SIG_DFL)  # whoever asks twice is in a hurry

    before = {}
    for number in (signal.SIGTERM, signal.SIGINT):
        with suppress(ValueError):  # only the main thread may
            before[number] = signal.signal(number, ask)
    try:
        yield lambda: asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class NightLog:
    """One line a workbook on standard output, in words or as JSON; on a terminal a bar instead.

    A path cannot break a line: whatever is in it is written as JSON writes text.
    """

    def __init__(
        self,
        json_lines: bool,
        progress: Callable[[int, int], None] | None = None,
        *,
        only_work: bool = False,
    ) -> None:
        self._json = json_lines
        self._progress = progress
        self._only_work = only_work  # a look that finds nothing to do is no line
        self._done = 0
        self._all = 0

    def begin(self, run: int, workbooks: int, to_check: int) -> None:
        """How much there is to do."""
        self._all = to_check
        if self._only_work and not to_check:
            return
        self._put(
            "begin",
            f"run={run} workbooks={workbooks} to-check={to_check}",
            run=run,
            workbooks=workbooks,
            to_check=to_check,
        )

    def workbook(self, path: str, outcome: Outcome) -> None:
        """A workbook was checked."""
        from ..model.finding import Severity

        self._done += 1
        counts = {f"{one.word}s": outcome.count(one) for one in sorted(Severity, reverse=True)}
        if self._progress is not None:
            self._progress(self._done, self._all)
            return
        said = " ".join(f"{name}={count}" for name, count in counts.items())
        reason = f" reason={_quoted(outcome.reason)}" if outcome.reason else ""
        self._put(
            outcome.status, f"{said} path={_quoted(path)}{reason}", path=path, reason=outcome.reason, **counts
        )

    def say(self, sentence: str) -> None:
        """Something that whoever runs the night should know."""
        self._put("note", _quoted(sentence), text=sentence)

    def end(self, ended: Ended, command: str) -> None:
        """The last line."""
        if self._json:
            known = (
                "status exit_code run workbooks checked unchanged unreadable errors warnings notes new fixed"
            )
            values = {name: getattr(ended, name) for name in known.split()}
            self._put("end", "", **values, seconds=round(ended.seconds, 1))
        else:
            typer.echo(ended.line(command))
        sys.stdout.flush()

    def _put(self, event: str, words: str, **values: object) -> None:
        now = datetime.now().astimezone().isoformat(timespec="seconds")
        if self._json:
            # ASCII only: a log may pass through anything
            sys.stdout.write(json.dumps({"when": now, "event": event, **values}) + "\n")
        elif self._progress is None or event == "note":
            sys.stdout.write(f"{now} {event} {words}\n")


def _quoted(text: str) -> str:
    """Text on one line and between quotes, in which nothing is obeyed by a terminal."""
    from ..reports.wording import plain

    return json.dumps(plain(text), ensure_ascii=False)


def _show_plan(settings: NightSettings, lang: Language | None, force: bool) -> None:
    from ..nightly.planning import planned_in_words

    for line in planned_in_words(settings, lang, force=force):
        typer.echo(line)
