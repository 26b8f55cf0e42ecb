"""What schedulers need to run a night every night, with whole paths quoted as each of them wants it."""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path
from typing import Literal
from xml.sax.saxutils import escape

from ..errors import UsageError

Scheduler = Literal["systemd", "cron", "windows"]

_CLOCK = re.compile(r"(?P<hour>[01]?\d|2[0-3]):(?P<minute>[0-5]\d)")
_LONGEST = "6h"  # a run that is at it for longer hangs, and the next one is due


def scheduled(scheduler: Scheduler, config: Path, at: str, python: str = sys.executable) -> str:
    """The text for a scheduler; it says itself where it goes.

    Raises:
        UsageError: ``at`` is no time of day.
    """
    match = _CLOCK.fullmatch(at)
    if match is None:
        raise UsageError(f"--at {at}: is no time of day; write it as 05:00")
    hour, minute = int(match["hour"]), int(match["minute"])
    whole = config.absolute()
    write = {"systemd": _systemd, "cron": _cron, "windows": _windows}[scheduler]
    return write(python, whole, hour, minute)


def _systemd(python: str, config: Path, hour: int, minute: int) -> str:
    command = " ".join(_unit_word(part) for part in (python, "-m", "budget_tools", "nightly", str(config)))
    # Working from the folder of the settings, a checkout of the toolkit elsewhere is never picked up.
    return f"""\
# Two files, each below its name, for /etc/systemd/system (or ~/.config/systemd/user).
# Then: systemctl enable --now budget-nightly.timer (there: systemctl --user ...)
# What a night says: journalctl -u budget-nightly
# --- budget-nightly.service
[Unit]
Description=Check the budget workbooks
After=network-online.target remote-fs.target
Wants=network-online.target

[Service]
Type=oneshot
ExecStart={command}
WorkingDirectory={_unit_path(str(config.parent))}
# In /etc/systemd/system it runs as root unless somebody is named who may read the workbooks:
# User=budget
# 1: there are findings, which is no failure of the run
SuccessExitStatus=1
TimeoutStartSec={_LONGEST}
KillMode=mixed
Nice=10
# Secrets that the settings ask for as env:NAME, one NAME=value a line, for nobody else to read:
EnvironmentFile=-/etc/budget-tools/nightly.env

# --- budget-nightly.timer
[Unit]
Description=Check the budget workbooks every night

[Timer]
OnCalendar=*-*-* {hour:02}:{minute:02}:00
Persistent=true

[Install]
WantedBy=timers.target
"""


def _unit_word(text: str) -> str:
    """A word of ExecStart: % and $ mean something to systemd, quotes and backslashes as in C."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{escaped}"' if re.search(r"[^\w@%+=:,./$-]", escaped) else escaped


def _unit_path(text: str) -> str:
    """A path as a value of its own: no quotes, but % still means something."""
    return text.replace("%", "%%")


def _cron(python: str, config: Path, hour: int, minute: int) -> str:
    command = " ".join(shlex.quote(part) for part in (python, "-m", "budget_tools", "nightly", str(config)))
    log = shlex.quote(str(config.with_suffix(".log")))
    line = f"cd {shlex.quote(str(config.parent))} && {command} >> {log} 2>&1"
    escaped = line.replace("%", "\\%")  # to cron a % is the end of the line
    return f"""\
# A line for crontab -e; what is said goes to the log beside the settings.
# Secrets that the settings ask for as env:NAME stand above it, one NAME=value a line.
{minute} {hour} * * * {escaped}
"""


def _windows(python: str, config: Path, hour: int, minute: int) -> str:
    # A task keeps nothing of what is said. With /s the outermost quotes are taken off, and no others.
    command = f'"{python}" -m budget_tools nightly "{config}" >> "{config.with_suffix(".log")}" 2>&1'
    text = f"""\
<?xml version="1.0"?>
<!-- Save it in a file, then:
     schtasks /Create /TN "Budget nightly" /XML FILE /RU ACCOUNT /RP
     Use UNC paths (\\\\server\\share) in the settings: a task sees no drive letters of yours.
     What is said goes to the log beside the settings. Secrets that the settings ask for as env:NAME are
     variables of the system or of that account. -->
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Description>Check the budget workbooks every night</Description>
  </RegistrationInfo>
  <Triggers>
    <CalendarTrigger>
      <StartBoundary>2026-01-01T{hour:02}:{minute:02}:00</StartBoundary>
      <Enabled>true</Enabled>
      <ScheduleByDay>
        <DaysInterval>1</DaysInterval>
      </ScheduleByDay>
    </CalendarTrigger>
  </Triggers>
  <Principals>
    <Principal id="Author">
      <LogonType>Password</LogonType>
      <RunLevel>LeastPrivilege</RunLevel>
    </Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <StartWhenAvailable>true</StartWhenAvailable>
    <RunOnlyIfNetworkAvailable>true</RunOnlyIfNetworkAvailable>
    <ExecutionTimeLimit>PT6H</ExecutionTimeLimit>
    <Priority>7</Priority>
  </Settings>
  <Actions Context="Author">
    <Exec>
      <Command>cmd.exe</Command>
      <Arguments>{escape(f'/d /s /c "{command}"')}</Arguments>
      <WorkingDirectory>{escape(str(config.parent))}</WorkingDirectory>
    </Exec>
  </Actions>
</Task>
"""
    # Plain ASCII that names no encoding is read rightly whatever the shell's > makes of it.
    return text.encode("ascii", "xmlcharrefreplace").decode("ascii")
