"""Whether somebody else has a workbook open, may write it, or shares it through a cloud folder."""

from __future__ import annotations

import errno
import os
import re
import stat
import sys
from pathlib import Path

from ..errors import Unreadable, WriteRefused

SHARING_VIOLATIONS = (32, 33)  # ERROR_SHARING_VIOLATION, ERROR_LOCK_VIOLATION


def refuse_in_use(path: Path) -> None:
    """Refuse to write a workbook that somebody has open, or that must not be written.

    Excel and LibreOffice leave a file with their user's name beside an open workbook. Programs that do
    not, are known by their lock on the file, where the file system tells.

    Raises:
        Unreadable: it is gone.
        WriteRefused: ``in-use`` with the ``owner`` (empty where nobody can tell), ``read-only-file``, or
            ``hard-linked``: replacing it would leave its other names with the old content.
    """
    by = owner(path, LockFiles())
    if by is not None:
        raise WriteRefused("in-use", owner=by)
    try:
        state = os.stat(path)
    except FileNotFoundError as error:
        raise Unreadable("missing") from error
    if not state.st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH):
        raise WriteRefused("read-only-file")
    if state.st_nlink > 1:
        raise WriteRefused("hard-linked")
    try:
        descriptor = os.open(path, os.O_RDWR | getattr(os, "O_BINARY", 0))
    except OSError as error:
        if is_in_use(error) or (error.errno == errno.EACCES and os.access(path, os.W_OK)):
            raise WriteRefused("in-use", owner="") from error
        if isinstance(error, PermissionError):
            raise WriteRefused("read-only-file") from error
        raise
    try:
        if _is_locked(descriptor):
            raise WriteRefused("in-use", owner="")
    finally:
        os.close(descriptor)


def is_in_use(error: OSError) -> bool:
    """Whether an error says that another program holds the file."""
    return (
        error.errno in (errno.EBUSY, errno.ETXTBSY) or getattr(error, "winerror", None) in SHARING_VIOLATIONS
    )


def _is_locked(descriptor: int) -> bool:
    """Whether another process holds a lock on a file; no where the file system knows none."""
    if sys.platform == "win32":
        import msvcrt

        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return True
        os.lseek(descriptor, 0, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)
        return False
    import fcntl

    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno in (errno.EACCES, errno.EAGAIN)
    return False


# ----------------------------------------------------------------------------------- cloud folders

_SERVICES = (
    ("OneDrive", re.compile(r"onedrive(?: ?-.*)?|skydrive", re.I)),
    ("SharePoint", re.compile(r"sharepoint(?: ?-.*)?|.*\.sharepoint\.com(?:@ssl)?|davwwwroot", re.I)),
    ("Dropbox", re.compile(r"dropbox(?: \(.*\))?", re.I)),
    (
        "Google Drive",
        re.compile(
            r"google ?drive(?:[ -].*)?|googledrive-.*|my drive|mit drev|shared drives|(?:f.lles|delte) drev",
            re.I,
        ),
    ),
    ("iCloud", re.compile(r"icloud ?drive|com~apple~clouddocs", re.I)),
    ("Box", re.compile(r"box(?:-box| sync)?", re.I)),
    ("Nextcloud", re.compile(r"nextcloud|owncloud", re.I)),
)
_MARKS = {
    ".dropbox": "Dropbox",
    ".dropbox.cache": "Dropbox",
    ".tmp.drivedownload": "Google Drive",
    ".tmp.driveupload": "Google Drive",
    ".849C9593-D756-4E56-8D6E-42412F2A707B": "OneDrive",
}
_VARIABLES = ("OneDrive", "OneDriveCommercial", "OneDriveConsumer")

# A placeholder of a cloud provider on Windows: recalled when opened or read, pinned or not.
_CLOUD_ATTRIBUTES = 0x400000 | 0x40000 | 0x80000 | 0x100000
_CLOUD_TAG, _CLOUD_TAG_MASK = 0x9000001A, 0xFFFF0FFF


# Of a file that is only in the cloud: recalled when it is opened or read, or said to be offline.
_ELSEWHERE = 0x40000 | 0x400000 | 0x1000
_DATALESS = 0x40000000  # what macOS says of such a file


def is_placeholder(state: os.stat_result) -> bool:
    """Whether a file is only a name here and is fetched from the cloud by whoever reads it."""
    attributes: int = getattr(state, "st_file_attributes", 0)
    flags: int = getattr(state, "st_flags", 0)
    return bool(attributes & _ELSEWHERE or flags & _DATALESS)


def synchronised_by(path: Path) -> str | None:
    """The cloud service that keeps a workbook's folder in step, or None.

    Told by what Windows says of the file, by the variables that OneDrive sets, by the names of the folders
    above it, and by the files that the services leave there. Who edits such a workbook in the browser
    leaves no file beside it, so nobody here can know that it is open.
    """
    real = Path(os.path.realpath(path))
    try:
        state = os.lstat(real)
    except OSError:
        state = None
    attributes = getattr(state, "st_file_attributes", 0)
    tag = getattr(state, "st_reparse_tag", 0)
    if attributes & _CLOUD_ATTRIBUTES or tag & _CLOUD_TAG_MASK == _CLOUD_TAG:
        return "OneDrive"
    for variable in _VARIABLES:
        root = os.environ.get(variable)
        if root and real.is_relative_to(os.path.realpath(root)):
            return "OneDrive"
    for spelled in (path.absolute(), real):
        for part in re.split(r"[\\/]", str(spelled.parent)):
            for service, name in _SERVICES:
                if name.fullmatch(part):
                    return service
    for folder in real.parents:
        for mark, service in _MARKS.items():
            if (folder / mark).exists():
                return service
    return None


class LockFiles:
    """The files that Excel and LibreOffice leave beside open workbooks, a folder listed once."""

    def __init__(self) -> None:
        self._folders: dict[str, frozenset[str]] = {}

    def within(self, folder: str) -> frozenset[str]:
        """The names of the lock files in a folder."""
        names = self._folders.get(folder)
        if names is None:
            try:
                names = frozenset(name for name in os.listdir(folder) if name.startswith(("~$", ".~lock.")))
            except OSError:
                names = frozenset()
            self._folders[folder] = names
        return names


def owner(path: Path, lock_files: LockFiles) -> str | None:
    """Who has a workbook open, as the file beside it tells; None when nobody has.

    The name is empty where the file does not tell it.
    """
    names = lock_files.within(str(path.parent))
    if not names:
        return None
    excel, libre = "~$" + path.name, f".~lock.{path.name}#"
    try:
        if excel in names:
            head = path.with_name(excel).read_bytes()[:200]
            name = head[1 : 1 + head[0]] if head else b""
            return name.decode("cp1252", "replace").strip()
        if libre in names:
            fields = path.with_name(libre).read_text("utf-8", "replace").split(",")
            return next((field.strip() for field in fields[:2] if field.strip()), "")
    except OSError:
        return ""
    return None
