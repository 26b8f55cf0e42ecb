"""A share of a file server: workbooks are read while others edit them, and nobody is locked out by that.

A Samba server of our own on the loopback. One side is the share's folder, as a run on the file server sees
it; the other is a client on the share, which does what Excel does: it opens for writing and denies others to
write, and it saves under another name that then takes the place of the first.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from budget_tools import check
from budget_tools.books import guard
from budget_tools.errors import Unreadable
from budget_tools.settings import Limits

from .notifying.servers import free_port

SAMPLES = Path(__file__).parents[2] / "workbooks"
FAULTY = SAMPLES / "faults" / "ARI001-row-total-wrong.xlsx"
OTHER = SAMPLES / "faults" / "FRM001-typed-row-total.xlsx"

SETTINGS = """
[global]
workgroup = BUDGET
server role = standalone server
smb ports = {port}
interfaces = 127.0.0.1
bind interfaces only = yes
private dir = {place}
lock directory = {place}
state directory = {place}
cache directory = {place}
pid directory = {place}
ncalrpc dir = {place}/ncalrpc
log file = {place}/log
map to guest = Bad User
guest account = root
load printers = no
disable spoolss = yes
strict locking = yes
[budget]
path = {share}
read only = no
guest ok = yes
"""

NEEDED = {
    "smbd (package samba) is not installed": lambda: shutil.which("smbd") is not None,
    "smbprotocol is not installed": lambda: importlib.util.find_spec("smbclient") is not None,
    "only root can run a Samba server": lambda: hasattr(os, "geteuid") and os.geteuid() == 0,
}


@dataclass(frozen=True)
class Share:
    """The share from both sides: its folder here, and a client's functions with their way to it."""

    folder: Path
    port: int
    client: ModuleType

    def unc(self, name: str) -> str:
        return rf"\\127.0.0.1\budget\{name}"

    def open(self, name: str, mode: str, share_access: str) -> Any:
        return self.client.open_file(
            self.unc(name), mode=mode, share_access=share_access, port=self.port, buffering=0
        )

    def rename(self, name: str, other: str) -> None:
        self.client.rename(self.unc(name), self.unc(other), port=self.port)

    def remove(self, name: str) -> None:
        self.client.remove(self.unc(name), port=self.port)

    def save(self, name: str, content: bytes) -> None:
        """Save as Excel does: a new file beside it, the old one out of the way, the new one in its place."""
        with self.open("5D3A1000.tmp", "wb", "") as file:
            file.write(content)
        self.rename(name, "8F2C1000.tmp")
        self.rename("5D3A1000.tmp", name)
        self.remove("8F2C1000.tmp")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Share]:
    for reason, met in NEEDED.items():
        if not met():
            if os.environ.get("CI", "").lower() in ("1", "true", "yes"):
                pytest.fail(reason + ", and CI must have it")
            pytest.skip(reason)
    import smbclient

    place = tmp_path_factory.mktemp("samba")
    share = tmp_path_factory.mktemp("share")
    (place / "ncalrpc").mkdir()
    port = free_port()
    (place / "smb.conf").write_text(SETTINGS.format(port=port, place=place, share=share))
    daemon = subprocess.Popen(
        ["smbd", "--foreground", "--no-process-group", f"--configfile={place}/smb.conf", "--debug-stdout"],
        stdin=subprocess.DEVNULL,
        stdout=(place / "said").open("wb"),
        stderr=subprocess.STDOUT,
        start_new_session=True,  # when it ends, it ends its process group, which must not be ours
    )
    try:
        until = time.monotonic() + 20
        while not _answers(port):
            assert daemon.poll() is None and time.monotonic() < until, (place / "said").read_text()
            time.sleep(0.05)
        smbclient.ClientConfig(require_secure_negotiate=False)  # a guest has no key to verify it with
        smbclient.register_session(
            "127.0.0.1",
            username="somebody",
            password="x",
            port=port,
            auth_protocol="ntlm",
            require_signing=False,
        )
        yield Share(share, port, smbclient)
        smbclient.reset_connection_cache(fail_on_error=False)
    finally:
        daemon.terminate()
        daemon.wait(20)


def _answers(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


@pytest.fixture
def share(server: Share) -> Iterator[Share]:
    for leftover in server.folder.iterdir():
        leftover.unlink()
    shutil.copyfile(FAULTY, server.folder / "forslag.xlsx")
    yield server


@dataclass
class Reader:
    """A check that stands still with the workbook open, until it is told to go on."""

    path: Path
    opened: threading.Event
    released: threading.Event
    codes: list[str]
    thread: threading.Thread

    def finish(self) -> list[str]:
        self.released.set()
        self.thread.join(60)
        assert not self.thread.is_alive()
        return self.codes


@pytest.fixture
def reading(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Path], Reader]]:
    opened, released = threading.Event(), threading.Event()
    really = guard._open

    def open_and_wait(path: Path) -> int:
        descriptor = really(path)
        opened.set()
        assert released.wait(60)
        return descriptor

    monkeypatch.setattr(guard, "_open", open_and_wait)

    def start(path: Path) -> Reader:
        found: list[str] = []
        thread = threading.Thread(target=lambda: found.extend(codes(path)))
        thread.start()
        assert opened.wait(60)
        return Reader(path, opened, released, found, thread)

    yield start
    released.set()


def codes(path: Path) -> list[str]:
    return sorted(finding.code for finding in check(path).findings)


def test_checked_while_somebody_edits(share: Share) -> None:
    path = share.folder / "forslag.xlsx"
    with share.open("~$forslag.xlsx", "wb", "r") as owner, share.open("forslag.xlsx", "r+b", "r") as book:
        owner.write(b"\x05Bente" + b" " * 49)
        assert codes(path) == ["ARI001", "RUN003"]
        (in_use,) = (one for one in check(path).findings if one.code == "RUN003")
        assert in_use.facts["owner"] == "Bente"
        book.write(OTHER.read_bytes())  # she is still the one who may
        book.truncate(OTHER.stat().st_size)
    share.remove("~$forslag.xlsx")
    assert codes(path) == ["FRM001"]


def test_nobody_is_locked_out_while_we_read(share: Share, reading: Callable[[Path], Reader]) -> None:
    reader = reading(share.folder / "forslag.xlsx")
    with share.open("forslag.xlsx", "r+b", ""):
        pass  # for herself alone: neither reading nor writing is denied to her by us
    share.save("forslag.xlsx", OTHER.read_bytes())
    with share.open("forslag.xlsx", "rb", "r") as book:
        assert book.read() == OTHER.read_bytes()
    share.rename("forslag.xlsx", "omdøbt.xlsx")
    share.remove("omdøbt.xlsx")
    assert reader.finish() == ["ARI001"]  # the file as it was when we opened it, whole


def test_reading_takes_no_lock(share: Share, reading: Callable[[Path], Reader]) -> None:
    path = share.folder / "forslag.xlsx"
    inode = path.stat().st_ino
    reader = reading(path)
    assert f":{inode} " not in Path("/proc/locks").read_text()
    from smbprotocol.open import LockFlags, SMB2LockElement

    with share.open("forslag.xlsx", "r+b", "rw") as book:
        whole = SMB2LockElement()
        whole["offset"], whole["length"] = 0, 1 << 20
        whole["flags"] = LockFlags.SMB2_LOCKFLAG_EXCLUSIVE_LOCK | LockFlags.SMB2_LOCKFLAG_FAIL_IMMEDIATELY
        book.fd.lock([whole])  # raises where anybody has a lock
    assert reader.finish() == ["ARI001"]


def test_read_again_and_again_while_it_is_saved_again_and_again(share: Share) -> None:
    code = (
        "import sys; from budget_tools import check\n"
        "for _ in range(25):\n"
        "    print(*sorted(one.code for one in check(sys.argv[1]).findings), flush=True)\n"
    )
    reader = subprocess.Popen(
        [sys.executable, "-c", code, str(share.folder)], stdout=subprocess.PIPE, text=True, cwd=SAMPLES.parent
    )
    contents, saved = (OTHER.read_bytes(), FAULTY.read_bytes()), 0
    until = time.monotonic() + 120
    while reader.poll() is None and time.monotonic() < until:
        share.save("forslag.xlsx", contents[saved % 2])  # raises when it is refused
        saved += 1
        time.sleep(0.01)
    told = reader.communicate(timeout=60)[0].splitlines()
    assert reader.returncode == 0 and len(told) == 25 and saved > 25
    # Between two names there is no workbook for a moment, and what is read is always one of the two, whole.
    assert {code for line in told for code in line.split()} <= {"ARI001", "FRM001", "RUN002", "RUN005"}
    assert {"ARI001", "FRM001"} & set(told)
    assert (share.folder / "forslag.xlsx").read_bytes() == contents[(saved - 1) % 2]


def test_a_night_over_the_share(share: Share, tmp_path: Path) -> None:
    pytest.importorskip("budget_tools.cli.nightly", reason="there is no nightly command yet")
    shutil.copyfile(OTHER, share.folder / "anden.xlsx")
    config = tmp_path / "night.toml"
    config.write_text(f'folders = ["{share.folder}"]\n[reports]\nowner_folder = false\n')

    def night() -> str:
        done = subprocess.run(
            [sys.executable, "-m", "budget_tools", "nightly", str(config)],
            capture_output=True,
            text=True,
            cwd=SAMPLES.parent,
        )
        return done.stdout.strip().splitlines()[-1] + " "

    with share.open("~$forslag.xlsx", "wb", "r") as owner, share.open("forslag.xlsx", "r+b", "r") as book:
        owner.write(b"\x05Bente" + b" " * 49)
        assert " checked=2 " in (last := night()) and " unreadable=0 " in last
        share.save("anden.xlsx", FAULTY.read_bytes())
        book.write(OTHER.read_bytes())
        book.truncate(OTHER.stat().st_size)
    share.remove("~$forslag.xlsx")
    assert " checked=2 " in (last := night()) and " unreadable=0 " in last
    assert " checked=0 " in night()


def test_how_a_client_must_open_on_a_share(share: Share) -> None:
    """Why ``guard`` opens as it does on Windows: what Python asks for there locks out whoever saves."""
    from smbprotocol.exceptions import SMBOSError

    with (
        share.open("forslag.xlsx", "rb", "rw"),
        pytest.raises(SMBOSError, match="used by another process"),
    ):
        share.save("forslag.xlsx", OTHER.read_bytes())
    with share.open("forslag.xlsx", "rb", "rwd") as ours:
        share.save("forslag.xlsx", OTHER.read_bytes())
        assert ours.read() == FAULTY.read_bytes()


# --- a file server that keeps files for its clients ------------------------------------------------

# What Samba does with 'kernel oplocks = yes': the kernel tells it when somebody else wants the file.
HOLDER = """
import fcntl, os, signal, sys, time
descriptor = os.open(sys.argv[1], os.O_RDWR)
def wanted(*_):
    time.sleep(float(sys.argv[2]))  # the client writes back what it kept
    os.write(descriptor, b"saved")
    fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    print("let go", flush=True)
signal.signal(signal.SIGIO, wanted)
fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_WRLCK)
print("kept", flush=True)
while True:
    time.sleep(60)
"""


@contextlib.contextmanager
def held(path: Path, seconds: float) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path), str(seconds)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None and process.stderr is not None
    try:
        if process.stdout.readline() != "kept\n":
            pytest.skip(f"this file system keeps no leases: {process.stderr.read().splitlines()[-1]}")
        yield process
    finally:
        process.kill()
        process.wait()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="leases are Linux's")
def test_a_file_that_is_kept_for_a_client_is_read_once_it_is_let_go(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"draft")
    with held(path, 0.4) as holder:
        began = time.monotonic()
        assert guard.snapshot(path, Limits()) == b"saved"
        assert 0.3 < time.monotonic() - began < 4
        assert holder.stdout is not None and holder.stdout.readline() == "let go\n"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="leases are Linux's")
def test_a_file_that_is_not_let_go_is_locked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "_LEASE_SECONDS", 0.3)
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"draft")
    with held(path, 60), pytest.raises(Unreadable, match="locked"):
        guard.snapshot(path, Limits())
