"""A workbook replaced: what is refused, what is kept, and what stands in the journal."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from budget_tools.books import replace as replacing
from budget_tools.books.inuse import synchronised_by
from budget_tools.books.journal import (
    Entry,
    Operation,
    Store,
    append,
    content_hash,
    kept,
    prune,
    read_journal,
    store_of,
    undone,
)
from budget_tools.books.replace import STEPS, locked, replace_file
from budget_tools.errors import SettingsError, Unreadable, WriteRefused
from budget_tools.settings import Backup

POSIX = pytest.mark.skipif(os.name != "posix", reason="modes, owners and links as on Unix")


def put(content: bytes) -> Callable[[Path, Path], None]:
    def write(old: Path, new: Path) -> None:
        new.write_bytes(content)

    return write


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"old")
    return path


@pytest.fixture
def store(book: Path) -> Store:
    return store_of(book.parent, Backup())


def replaced(store: Store, path: Path, content: bytes = b"new", **options: object) -> Entry:
    checked = content_hash(path.read_bytes())
    options = {"checked": checked, "operation": Operation.new("fill"), **options}
    with locked(store):
        return replace_file(store, path, put(content), **options)  # type: ignore[arg-type]


def refused(store: Store, path: Path, **options: object) -> WriteRefused:
    before = path.read_bytes()
    with pytest.raises(WriteRefused) as caught:
        replaced(store, path, **options)
    assert path.read_bytes() == before
    assert not [one for one in path.parent.iterdir() if one.name.startswith(".budget-tools-")]
    return caught.value


def test_a_file_is_replaced_and_its_old_content_kept(book: Path, store: Store) -> None:
    heard: list[str] = []
    entry = replaced(store, book, at=heard.append)
    assert book.read_bytes() == b"new"
    assert (entry.state, entry.before, entry.after) == ("done", content_hash(b"old"), content_hash(b"new"))
    assert read_journal(store) == [entry]
    backup = kept(store, content_hash(b"old"), ".xlsx")
    assert backup is not None and backup.read_bytes() == b"old" and backup.suffix == ".xlsx"
    assert sorted(one.name for one in book.parent.iterdir()) == [".budget-tools", "a.xlsx"]
    assert tuple(heard) == STEPS


def test_the_same_content_is_kept_once(book: Path, store: Store) -> None:
    replaced(store, book, b"new")
    replaced(store, book, b"old")
    replaced(store, book, b"new")
    assert len(list((store.state / "backups").iterdir())) == 2


@pytest.mark.parametrize(
    ("lock", "content", "owner"),
    [
        ("~$a.xlsx", b"\x05Bente", "Bente"),
        (".~lock.a.xlsx#", b",bente,pc,now,x;", "bente"),
        ("~$a.xlsx", b"", ""),
    ],
)
def test_open_elsewhere(lock: str, content: bytes, owner: str, book: Path, store: Store) -> None:
    (book.parent / lock).write_bytes(content)
    error = refused(store, book)
    assert (error.reason, error.facts) == ("in-use", {"owner": owner})


def test_opened_while_the_new_file_is_made(book: Path, store: Store) -> None:
    def at(step: str) -> None:
        if step == "verify":
            (book.parent / "~$a.xlsx").write_bytes(b"\x05Bente")

    assert refused(store, book, at=at).facts == {"owner": "Bente"}
    assert [entry.state for entry in read_journal(store)] == ["abandoned"]


@POSIX
def test_locked_by_another_program(book: Path, store: Store) -> None:
    code = (
        "import fcntl,sys; f=open(sys.argv[1],'r+b'); fcntl.lockf(f,fcntl.LOCK_EX);"
        "print('x',flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(book)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None and other.stdin is not None
        other.stdout.readline()
        assert refused(store, book).reason == "in-use"
        other.stdin.close()
    replaced(store, book)


def test_changed_since_it_was_checked(book: Path, store: Store) -> None:
    assert refused(store, book, checked=content_hash(b"older")).reason == "changed-since"


def test_changed_while_the_new_file_is_made(book: Path, store: Store) -> None:
    def at(step: str) -> None:
        if step == "check-again":
            book.write_bytes(b"by somebody")

    with pytest.raises(WriteRefused) as caught:
        replaced(store, book, at=at)
    assert caught.value.reason == "changed-since" and book.read_bytes() == b"by somebody"


def test_gone(book: Path, store: Store) -> None:
    book.unlink()
    with locked(store), pytest.raises(Unreadable, match="missing"):
        replace_file(store, book, put(b"x"), checked="", operation=Operation.new("fill"))


def test_read_only(book: Path, store: Store) -> None:
    book.chmod(0o444)
    try:
        assert refused(store, book).reason == "read-only-file"
    finally:
        book.chmod(0o644)


@POSIX
def test_a_file_with_two_names(book: Path, store: Store) -> None:
    os.link(book, book.with_name("b.xlsx"))
    assert refused(store, book).reason == "hard-linked"


@POSIX
def test_of_a_link_what_it_leads_to_is_replaced(book: Path, store: Store, tmp_path: Path) -> None:
    link = tmp_path / "link.xlsx"
    link.symlink_to(book)
    replaced(store, link)
    assert link.is_symlink() and book.read_bytes() == b"new"


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        (errno.ENOSPC, "disk-full"),
        (errno.EROFS, "read-only-folder"),
        (errno.EACCES, "read-only-folder"),
        (errno.EBUSY, "in-use"),
        (errno.EIO, "write-failed"),
    ],
)
@pytest.mark.parametrize("step", STEPS[2:11])
def test_what_the_system_says_is_told(step: str, number: int, reason: str, book: Path, store: Store) -> None:
    def at(now: str) -> None:
        if now == step:
            raise OSError(number, os.strerror(number))

    assert refused(store, book, at=at).reason == reason


def test_the_folder_cannot_be_written(book: Path, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def make(self: Store) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Store, "make", make)
    assert refused(store, book).reason == "read-only-folder"


def test_a_scanner_holds_the_file_for_a_moment(
    book: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, tried = os.replace, []

    def replace(source: Path, target: Path) -> None:
        if target == book:
            tried.append(source)
            if len(tried) < 4:
                raise PermissionError(errno.EACCES, "The process cannot access the file")
        own(source, target)

    monkeypatch.setattr(replacing, "BACK_OFF", (0.0,) * 6)
    monkeypatch.setattr(os, "replace", replace)
    assert replaced(store, book).state == "done" and len(tried) == 4


def test_a_share_where_somebody_holds_the_file(
    book: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = os.replace

    def replace(source: Path, target: Path) -> None:
        if target == book:
            raise PermissionError(errno.EACCES, "sharing violation")
        own(source, target)

    monkeypatch.setattr(replacing, "BACK_OFF", (0.0, 0.0))
    monkeypatch.setattr(os, "replace", replace)
    assert refused(store, book).reason == "in-use"


def test_interrupted_after_the_new_file_took_its_place(
    book: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = replacing._take_place

    def take(draft: Path, path: Path) -> None:
        own(draft, path)
        raise KeyboardInterrupt

    monkeypatch.setattr(replacing, "_take_place", take)
    assert replaced(store, book).state == "done" and book.read_bytes() == b"new"


def test_verification_that_fails_changes_nothing(book: Path, store: Store) -> None:
    def verify(old: Path, new: Path) -> None:
        raise WriteRefused("not-verified")

    assert refused(store, book, verify=verify).reason == "not-verified"


@POSIX
def test_mode_owner_and_extended_attributes_are_kept(book: Path, store: Store) -> None:
    book.chmod(0o640)
    if os.geteuid() == 0:
        os.chown(book, 1234, 2345)
    tagged = False
    if hasattr(os, "setxattr"):
        try:
            os.setxattr(book, "user.note", b"mine")
            tagged = True
        except OSError:
            pass
    old = book.stat()
    replaced(store, book)
    new = book.stat()
    assert stat.S_IMODE(new.st_mode) == 0o640
    assert (new.st_uid, new.st_gid) == (old.st_uid, old.st_gid)
    assert not tagged or os.getxattr(book, "user.note") == b"mine"
    backup = kept(store, content_hash(b"old"), ".xlsx")
    assert backup is not None and stat.S_IMODE(backup.stat().st_mode) == 0o640


@POSIX
def test_who_may_write_in_the_folder_may_undo(book: Path, store: Store) -> None:
    book.parent.chmod(0o2775)
    replaced(store, book)
    assert stat.S_IMODE(store.state.stat().st_mode) & 0o775 == 0o775
    assert stat.S_IMODE((store.state / "backups").stat().st_mode) & 0o775 == 0o775
    assert stat.S_IMODE(store.journal.stat().st_mode) == 0o664


def test_the_mark_of_the_web_is_kept(tmp_path: Path) -> None:
    # On Unix a stream of Windows is a file of that name: the same code, the same bytes.
    (tmp_path / "a.xlsx:Zone.Identifier").write_bytes(b"[ZoneTransfer]\r\nZoneId=3\r\n")
    replacing._keep_mark_of_the_web(tmp_path / "a.xlsx", tmp_path / "b.xlsx")
    assert (tmp_path / "b.xlsx:Zone.Identifier").read_bytes().endswith(b"ZoneId=3\r\n")


# --- one run at a time ------------------------------------------------------------------------------


def test_one_run_at_a_time(book: Path, store: Store) -> None:
    told: list[str] = []

    def other() -> None:
        try:
            with locked(store, seconds=0.05):
                told.append("in")
        except WriteRefused as error:
            told.append(error.reason)

    with locked(store):
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
    assert told == ["folder-busy"]
    other()
    assert told == ["folder-busy", "in"]


# --- journal ----------------------------------------------------------------------------------------


def entry(operation: str, state: str = "done", **facts: object) -> Entry:
    given = {"file": "a.xlsx", "what": "fill", "when": "2026-11-22T10:00:00+00:00", "who": "b", "before": "x"}
    return Entry(operation, state, **{**given, **facts})  # type: ignore[arg-type]


def test_a_line_that_broke_off_costs_only_itself(store: Store) -> None:
    store.make()
    append(store, entry("1"))
    with store.journal.open("ab") as file:
        file.write(b'{"operation": "2", "sta')
    append(store, entry("3"))
    assert [one.operation for one in read_journal(store)] == ["1", "3"]


@pytest.mark.parametrize("name", ["../b.xlsx", "/etc/passwd", "under/b.xlsx", "..\\b.xlsx", ""])
def test_a_journal_leads_nowhere_else(name: str, store: Store) -> None:
    store.make()
    append(store, entry("1", file=name))
    assert read_journal(store) == []


@pytest.mark.parametrize("name", ["x/../../u", "..", "x\\y", "", "a b"])
def test_an_operation_is_no_path(name: str, book: Path, store: Store) -> None:
    (book.parent / ".budget-tools-x").mkdir()
    inside = book.parent / "u" / "b.xlsx"
    inside.parent.mkdir()
    inside.write_bytes(b"x")
    store.make()
    append(store, entry(name, "begun"))
    with locked(store):
        assert read_journal(store) == []
    assert inside.exists() and book.exists()


def test_the_last_state_counts(store: Store) -> None:
    store.make()
    for state in ("begun", "ready", "done"):
        append(store, entry("1", state))
    append(store, entry("1", "begun", file="b.xlsx"))
    assert [(one.file, one.state) for one in read_journal(store)] == [("a.xlsx", "done"), ("b.xlsx", "begun")]


def test_an_undo_may_be_undone() -> None:
    one, two = entry("1"), entry("2")
    back = entry("3", what="undo", undoes=("1", "2"))
    again = entry("4", what="undo", undoes=("3",))
    assert undone([one, two, back]) == {("1", "a.xlsx"), ("2", "a.xlsx")}
    assert undone([one, two, back, again]) == {("3", "a.xlsx")}


def test_backups_are_kept_as_long_as_the_settings_say(book: Path) -> None:
    store = store_of(book.parent, Backup(keep_days=10))
    replaced(store, book)
    now = datetime.now(UTC)
    prune(store, read_journal(store), now + timedelta(days=9))
    assert kept(store, content_hash(b"old"), ".xlsx")
    prune(store, read_journal(store), now + timedelta(days=11))
    assert kept(store, content_hash(b"old"), ".xlsx") is None


def test_a_folder_of_its_own_for_backups(book: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "kopier"
    store = store_of(book.parent, Backup(folder=str(elsewhere)))
    replaced(store, book)
    assert store.state.parent == elsewhere and kept(store, content_hash(b"old"), ".xlsx")
    assert not (book.parent / ".budget-tools").exists()
    assert store_of(tmp_path / "andre" / book.parent.name, Backup(folder=str(elsewhere))).state != store.state


@POSIX
def test_a_folder_of_another_kind_of_machine(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"backup\.folder"):
        store_of(tmp_path, Backup(folder="D:\\kopier"))


# --- cloud folders ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("folder", "service"),
    [
        ("OneDrive - Aarhus Kommune", "OneDrive"),
        ("OneDrive", "OneDrive"),
        ("Dropbox (Kommunen)", "Dropbox"),
        ("Google Drive", "Google Drive"),
        ("Mit drev", "Google Drive"),
        ("kommune.sharepoint.com@SSL", "SharePoint"),
        ("Nextcloud", "Nextcloud"),
        ("Budget", None),
        ("Boxe og skabe", None),
    ],
)
def test_folders_of_cloud_services(folder: str, service: str | None, tmp_path: Path) -> None:
    path = tmp_path / folder / "Økonomi" / "a.xlsx"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"x")
    assert synchronised_by(path) == service


def test_a_cloud_folder_by_what_the_service_leaves_or_sets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "Budget" / "under" / "a.xlsx"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"x")
    assert synchronised_by(path) is None
    monkeypatch.setenv("OneDriveCommercial", str(tmp_path / "Budget"))
    assert synchronised_by(path) == "OneDrive"
    monkeypatch.delenv("OneDriveCommercial")
    (tmp_path / "Budget" / ".dropbox").write_bytes(b"")
    assert synchronised_by(path) == "Dropbox"
