"""The settings that ``nightly init`` writes: only the folders must be changed."""

from __future__ import annotations

import os
from pathlib import Path

from ..errors import UsageError

TEXT = """\
# The settings of a night: budget-tools nightly {name}
# Only the line of the folders must be changed. Every other one shows what can be set; remove its # to set it.
# What a form must look like stands in budget.toml beside the workbooks, which outranks this file.
# Several folders: ["one", "two"]. Names with \\ stand between single quotes: '\\\\server\\budget'.

folders = ["{folder}"]

# language = "da"                     # "da" or "en", for reports and messages
{state:<37} # the history of the nights; keep it on a disk of this machine
# fail_on = "error"                   # exit code 1 from this severity on: "error", "warning" or "note"
# select = ["ARI", "NUM001"]          # only these rules or groups
# ignore = ["NUM004"]                 # not these
# deadline = 2026-05-01               # tell which proposals changed after this day
# download = false                    # fetch workbooks that are only in the cloud (OneDrive, SharePoint)

# Who answers for what: by folder (a name, a pattern or a whole path) or by the beginning of the proposals'
# numbers. Where this is silent, the owners of [committees] in budget.toml count.
# [owners]
# "Skole*" = "skole@example.org"
# "2.1.2" = "okonomi@example.org"

# What the folders are called on the readers' PCs, so that links in the reports open there.
# [shares]
# "{folder}" = '\\\\server\\budget'

# [reports]
# folder = "rapporter"                # where: beside this file
# formats = ["html", "xlsx", "json"]  # also "junit" and "sarif"; [] for none
# owner_folder = true                 # also each owner's own, in the folder that is theirs
# keep_nights = 90

# [notify]
# webhooks = ["env:BUDGET_WEBHOOK"]   # addresses of Teams, Slack and others, as apprise writes them
# ping = "env:BUDGET_PING"            # told at start and end, so that silence is noticed
# timeout = 20                        # seconds for each try
# retries = 2

# The addresses of owners who are named without one.
# [notify.addresses]
# "Kulturchefen" = "kultur@example.org"

# [notify.smtp]
# host = "smtp.example.org"
# port = 587
# security = "starttls"               # "starttls", "tls" or "none"
# user = "budget"
# password = "env:BUDGET_SMTP_PASSWORD"   # or "file:/etc/budget/smtp-password": never the password itself
# from = "budget@example.org"
# to = ["okonomi@example.org"]        # the department's own digest

# [limits]
# workers = 0                         # 0: one a core
# seconds = 60                        # for one workbook, before it is given up
# memory_mb = 2048                    # for one worker
# retries = 3                         # of a workbook that is locked or being saved
# retry_seconds = 5
"""

FOLDER = "C:/Budget/2027" if os.name == "nt" else "/srv/budget/2027"


def settings_text(name: str) -> str:
    """The commented settings, in a file of that name."""
    state = f'# state = "{Path(name).stem}.sqlite"'
    return TEXT.format(name=name, state=state, folder=FOLDER)


def write_settings(path: Path) -> None:
    """Write them, never over a file that is there.

    Raises:
        UsageError: there is one, or it cannot be written.
    """
    try:
        with open(path, "x", encoding="utf-8", newline="\n") as file:
            file.write(settings_text(path.name))
    except FileExistsError as error:
        raise UsageError(f"{path}: is there already and was left alone; choose another name") from error
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror or error}") from error
