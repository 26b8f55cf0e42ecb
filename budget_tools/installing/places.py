"""Where things lie on a machine, told from its system and environment only: tests make machines up."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

ADDIN = "budget_tools.xlam"
STANDALONE = "budget_tools.xlsm"
SETTINGS = "budget_tools.conf"
"""xlwings' settings of our add-in: interpreter and the like. Its own VBA module reads them."""

CONTROL_TOKEN = "budget-tools:control"
"""In the first cell of the workbook with buttons: tells it from the workbooks that are checked."""

TARGET_CELL = "C5"
"""Where the workbook with buttons names the workbook that is meant, when several are open."""


@dataclass(frozen=True, slots=True)
class Machine:
    """A system ("win32", "darwin", "linux"), its environment variables and the user's home folder.

    ``root`` stands before absolute paths of the whole machine, such as ``C:\\Program Files``: a test puts a
    folder of its own there.
    """

    system: str = sys.platform
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    home: Path = field(default_factory=Path.home)
    root: Path | None = None

    @property
    def state(self) -> Path:
        """The folder for the log and for what the buttons last wrote. Nothing in it is sent anywhere."""
        if self.system == "win32":
            local = self.environment.get("LOCALAPPDATA")
            return (Path(local) if local else self.home / "AppData" / "Local") / "budget_tools"
        if self.system == "darwin":
            return self.home / "Library" / "Application Support" / "budget_tools"
        state = self.environment.get("XDG_STATE_HOME")
        return (Path(state) if state else self.home / ".local" / "state") / "budget_tools"

    @property
    def log(self) -> Path:
        """What went wrong, with tracebacks: for whoever installed the tool."""
        return self.state / "excel.log"

    @property
    def settings(self) -> Path:
        """The settings file that the add-in's VBA reads."""
        if self.system == "darwin":  # Excel's sandbox lets it read nothing else
            data = self.home / "Library" / "Containers" / "com.microsoft.Excel" / "Data"
            return data / SETTINGS
        return self.home / ".budget_tools" / SETTINGS

    @property
    def start_folder(self) -> Path:
        """Excel's own start folder of this user: what lies there is opened with Excel and is trusted."""
        if self.system == "darwin":
            group = self.home / "Library" / "Group Containers" / "UBF8T346G9.Office"
            return group / "User Content.localized" / "Startup.localized" / "Excel"
        roaming = self.environment.get("APPDATA")
        base = Path(roaming) if roaming else self.home / "AppData" / "Roaming"
        return base / "Microsoft" / "Excel" / "XLSTART"

    @property
    def program_folder(self) -> Path:
        """The folder for all users: AppLocker's default rules let programs run from there."""
        if self.system == "win32":
            base = Path(self.environment.get("ProgramFiles", r"C:\Program Files"))
            return base / "budget_tools"
        if self.system == "darwin":
            return self.below(Path("/Library/Application Support/budget_tools"))
        return self.below(Path("/opt/budget_tools"))

    @property
    def start_folder_of_all(self) -> Path | None:
        """Excel's start folder for all users of the machine; None where Excel is not found."""
        if self.system == "darwin":
            return self.below(Path("/Library/Application Support/Microsoft/Office365/User Content.localized"))
        if self.system != "win32":
            return None
        for variable in ("ProgramFiles", "ProgramFiles(x86)"):
            base = self.environment.get(variable)
            if base:
                for version in ("root/Office16", "Office16"):
                    folder = Path(base) / "Microsoft Office" / version
                    if folder.is_dir():
                        return folder / "XLSTART"
        return None

    def below(self, path: Path) -> Path:
        """An absolute path of the machine; below ``root`` where there is one."""
        return path if self.root is None else self.root / path.relative_to(path.anchor)
