"""A night from its start to its end: what is told once, what waits, and that nothing breaks the night."""

from __future__ import annotations

import json
import logging
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from budget_tools.model.night import Standing
from budget_tools.nightly.notifying import (
    Failed,
    Outcome,
    broken,
    finish,
    mail,
    outbox,
    send_test,
    start,
)
from budget_tools.nightly.notifying.digest import Digest, digests
from budget_tools.nightly.notifying.shapes import as_chat, as_text
from budget_tools.nightly.settings import Notify, Smtp

from .nights import BENTE, OLE, change, finding, night
from .servers import Post, Web, free_port, silent_server

DEPARTMENT = "budget@example.org"


def notify(post: int | None = None, **more: Any) -> Notify:
    smtp = (
        Smtp.model_validate(
            {"host": "127.0.0.1", "port": post, "security": "none", "from": "n@example.org", "to": DEPARTMENT}
        )
        if post
        else None
    )
    return Notify(**{"smtp": smtp, "timeout": 2, "retries": 1, **more})


def ways(found: tuple[Outcome, ...]) -> list[tuple[str, str, str]]:
    return [(type(one).__name__, one.way, one.to) for one in found]


# --- the ping -----------------------------------------------------------------------------------


def test_the_ping_says_how_it_goes(web: Web, db: sqlite3.Connection) -> None:
    settings = notify(ping=web.address)
    said: list[str] = []
    assert ways(start(settings, said.append)) == [("Sent", "ping", "start")]
    assert said == ["ping start sent"]
    for code in (0, 1, 3):
        finish(night(), settings, code, db, print)
    broken(settings, print)
    heard = [path.removeprefix("/ping/s3cret-uuid") for path in web.paths]
    assert heard == ["/start", "", "", "/fail", "/fail"]


def test_no_ping_unless_asked(web: Web, db: sqlite3.Connection) -> None:
    assert start(notify(), print) == finish(night(), notify(), 0, db, print) == broken(notify(), print) == ()


def test_the_ping_is_tried_again_where_that_can_help(web: Web, db: sqlite3.Connection) -> None:
    web.answers = [503]
    assert ways(finish(night(), notify(ping=web.address), 0, db, print)) == [("Sent", "ping", "ok")]
    web.answers = [404, 200]
    (failed,) = finish(night(), notify(ping=web.address), 0, db, print)
    assert isinstance(failed, Failed) and failed.why == "answered 404"
    assert len(web.paths) == 3


def test_the_start_waits_for_no_second_try() -> None:
    with silent_server() as port:
        began = time.monotonic()
        (failed,) = start(notify(ping=f"http://127.0.0.1:{port}/s3cret", timeout=1, retries=5), print)
        assert time.monotonic() - began < 3
    assert isinstance(failed, Failed) and failed.why == "no answer in time"


@pytest.mark.parametrize(
    "ping", ["file:///etc/passwd", "ftp://x/s3cret", "s3cret", "http:///s3cret", "http://[s3cret"]
)
def test_a_ping_is_a_web_address(ping: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PING", ping)
    (failed,) = start(notify(ping="env:PING"), print)
    assert isinstance(failed, Failed) and "s3cret" not in repr(failed)


# --- webhooks -----------------------------------------------------------------------------------


def test_the_department_is_told_in_a_chat(web: Web, db: sqlite3.Connection) -> None:
    known = night(finding(3), finding(4, Standing.FIXED, owner=OLE))
    assert ways(finish(known, notify(webhooks=(web.hook,)), 1, db, print, {None: ["/r.html"]})) == [
        ("Sent", "webhook", "1")
    ]
    (body,) = web.bodies
    assert body["title"] == "1 ny fejl, 1 rettet – Økonomiudvalget"
    assert "F3 viser 2.900" in body["message"] and "F4 viser" in body["message"]
    assert body["message"].endswith("Hele rapporten: /r.html")


def test_nothing_new_is_no_chat(web: Web, db: sqlite3.Connection) -> None:
    assert finish(night(finding(3, Standing.OPEN)), notify(webhooks=(web.hook,)), 1, db, print) == ()
    assert web.bodies == []


def test_a_chat_that_fails_stops_no_other(web: Web, db: sqlite3.Connection) -> None:
    hooks = (f"json://127.0.0.1:{free_port()}/s3cret-one", web.hook, "no-such-scheme://s3cret-two", web.hook)
    said: list[str] = []
    found = finish(night(finding(3)), notify(webhooks=hooks), 1, db, said.append)
    assert ways(found) == [
        ("Failed", "webhook", "1"),
        ("Sent", "webhook", "2"),
        ("Failed", "webhook", "3"),
    ]
    assert len(web.bodies) == 1
    assert "s3cret" not in repr(found) + "".join(said)
    assert said[1] == "webhook 2 sent" and said[0].startswith("webhook 1 failed: ")


def test_a_chat_is_tried_again(web: Web, db: sqlite3.Connection) -> None:
    web.answers = [500]
    assert ways(finish(night(finding(3)), notify(webhooks=(web.hook,)), 1, db, print)) == [
        ("Sent", "webhook", "1")
    ]
    assert len(web.bodies) == 2


def test_a_chat_that_hangs(db: sqlite3.Connection) -> None:
    with silent_server() as port:
        began = time.monotonic()
        settings = notify(webhooks=(f"json://127.0.0.1:{port}/s3cret",), timeout=1)
        assert ways(finish(night(finding(3)), settings, 1, db, print)) == [("Failed", "webhook", "1")]
        assert time.monotonic() - began < 6


def test_apprise_is_loaded_only_for_a_chat() -> None:
    import subprocess
    import sys

    code = (
        "import sys, sqlite3; from budget_tools.nightly import notifying as n;"
        "from budget_tools.nightly.settings import Notify; n.start(Notify(), print);"
        "print({'apprise', 'jinja2', 'requests'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


# --- once, and in the end -------------------------------------------------------------------------


def test_the_same_night_is_told_once(post: Post, web: Web, db: sqlite3.Connection) -> None:
    settings = notify(post.port, webhooks=(web.hook,))
    assert len(finish(night(finding(3)), settings, 1, db, print)) == 3
    assert finish(night(finding(3)), settings, 1, db, print) == ()
    assert len(post.mails) == 2 and len(web.bodies) == 1
    assert len(finish(night(finding(3), run=8), settings, 1, db, print)) == 3


def test_what_could_not_be_sent_arrives_the_next_night(post: Post, web: Web, db: sqlite3.Connection) -> None:
    dead = notify(free_port(), webhooks=(web.hook,))
    found = finish(night(finding(3)), dead, 1, db, print)
    assert sorted(ways(found)) == [
        ("Failed", "mail", BENTE),
        ("Failed", "mail", DEPARTMENT),
        ("Sent", "webhook", "1"),
    ]
    alive = notify(post.port, webhooks=(web.hook,))
    found = finish(night(run=8), alive, 0, db, print)  # nothing new this time
    assert sorted(ways(found)) == [("Sent", "mail", BENTE), ("Sent", "mail", DEPARTMENT)]
    assert all("F3 viser" in part.get_content() for mail in post.mails for part in mail.iter_parts())
    assert finish(night(run=9), alive, 0, db, print) == ()


def test_the_department_hears_of_mails_that_did_not_arrive(post: Post, db: sqlite3.Connection) -> None:
    post.refusals["ole@example.org"] = ["550 no such user"] * 9
    finish(night(finding(3, owner=OLE)), notify(post.port), 1, db, print)
    finish(night(finding(4), run=8), notify(post.port), 1, db, print)
    body = post.mails[-1] if post.mails[-1]["To"] == DEPARTMENT else post.mails[-2]
    text = next(body.iter_parts()).get_content()
    assert "Mailen til ole@example.org af 29.11.2026 kunne ikke afleveres: 550 no such user" in text


def test_what_waits_too_long_is_given_up(db: sqlite3.Connection, post: Post) -> None:
    finish(night(finding(3)), notify(free_port()), 1, db, print)
    found = finish(night(run=8 + outbox.KEPT_DAYS), notify(post.port), 0, db, print)
    assert {one.why for one in found if isinstance(one, Failed)} == {"given up after 7 days"}
    assert len(found) == 2 and post.mails == []
    assert outbox.waiting(db) == ()
    finish(night(run=8 + outbox.KEPT_DAYS + outbox.REMEMBERED_DAYS), notify(post.port), 0, db, print)
    assert db.execute("SELECT count(*) FROM message").fetchone() == (0,)


def test_a_webhook_that_was_replaced_is_not_sent_elsewhere(web: Web, db: sqlite3.Connection) -> None:
    gone = f"json://127.0.0.1:{free_port()}/s3cret"
    finish(night(finding(3)), notify(webhooks=(gone,)), 1, db, print)
    (failed,) = finish(night(run=8), notify(webhooks=(web.hook,)), 0, db, print)
    assert isinstance(failed, Failed) and "settings" in failed.why and web.bodies == []


def test_the_outbox_holds_no_secret(db: sqlite3.Connection) -> None:
    settings = notify(free_port(), webhooks=("json://127.0.0.1:1/s3cret-token",), retries=0)
    finish(night(finding(3)), settings, 1, db, print)
    kept = "".join(str(row) for row in db.execute("SELECT * FROM message"))
    assert "F3 viser" in kept and "s3cret" not in kept


def test_what_has_arrived_is_forgotten(db: sqlite3.Connection, post: Post) -> None:
    finish(night(finding(3)), notify(post.port), 1, db, print)
    rows = db.execute("SELECT key, record FROM message").fetchall()
    assert len(rows) == 2 and all(record is None for _, record in rows)


def test_changes_after_the_deadline_are_told_once(post: Post, db: sqlite3.Connection) -> None:
    settings = notify(post.port)
    for run, known in enumerate((change(), change(), change("1.700"), change("1.700")), 7):
        finish(night(changed=(known,), run=run), settings, 0, db, print)
    subjects = [mail["Subject"] for mail in post.mails if mail["To"] == BENTE]
    assert subjects == ["1 ændret efter fristen – Økonomiudvalget"] * 2


def test_killed_between_sending_and_sending(
    post: Post, db: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    deliver = mail.deliver

    def deliver_one(*arguments: Any) -> Iterator[Any]:
        for number, outcome in enumerate(deliver(*arguments)):
            if number == 1:
                raise Killed
            yield outcome

    known = night(finding(3), finding(4, owner=OLE))
    monkeypatch.setattr(mail, "deliver", deliver_one)
    with pytest.raises(Killed):
        finish(known, notify(post.port), 1, db, print)
    monkeypatch.setattr(mail, "deliver", deliver)
    first = post.to()[:1]
    again = finish(known, notify(post.port), 1, db, print)
    # The second was on its way already when it happened: whoever filters by Message-ID sees it once.
    assert {one.to for one in again} == {BENTE, DEPARTMENT, "ole@example.org"} - {post.envelopes[0][1][0]}
    assert first and len({mail["Message-ID"] for mail in post.mails}) == 3


def test_inside_a_transaction_of_the_history(post: Post, tmp_path: Path) -> None:
    for number, level in enumerate((None, "", "IMMEDIATE")):
        path = tmp_path / f"{number}.sqlite"
        db = sqlite3.connect(path, isolation_level=level)  # type: ignore[arg-type]
        finish(night(finding(3)), notify(free_port(), retries=0), 1, db, print)
        db.commit()
        db.close()
        db = sqlite3.connect(path)
        assert len(outbox.waiting(db)) == 2
        db.close()


# --- nothing breaks the night -----------------------------------------------------------------------


def test_a_history_that_cannot_be_written_stops_no_mail(post: Post, tmp_path: Path) -> None:
    db = sqlite3.connect(tmp_path / "history.sqlite")
    db.close()
    found = finish(night(finding(3)), notify(post.port), 1, db, print)
    assert ways(found)[0] == ("Failed", "outbox", "")
    assert sorted(ways(found)[1:]) == [("Sent", "mail", BENTE), ("Sent", "mail", DEPARTMENT)]
    assert post.to() == [BENTE, DEPARTMENT]


@pytest.mark.parametrize("where", ["digests", "unlike", "_recipients"])
def test_a_fault_of_ours_breaks_nothing(
    where: str, post: Post, web: Web, db: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fault(*_: object) -> None:
        raise RuntimeError("json://token/s3cret")

    monkeypatch.setattr(f"budget_tools.nightly.notifying.{where}", fault)
    found = finish(night(finding(3)), notify(post.port, ping=web.address), 0, db, print)
    assert ways(found) == [("Sent", "ping", "ok"), ("Failed", "digest", "")]
    assert "s3cret" not in repr(found)


def test_a_fault_in_one_digest_costs_that_digest(
    post: Post, db: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def picky(digest: Digest) -> str:
        if digest.owner == OLE:
            raise ValueError("odd")
        return as_text(digest)

    monkeypatch.setattr("budget_tools.nightly.notifying.as_text", picky)
    found = finish(night(finding(3), finding(4, owner=OLE)), notify(post.port), 1, db, print)
    assert ways(found)[0] == ("Failed", "digest", OLE)
    assert post.to() == [BENTE, DEPARTMENT]


def test_a_log_that_fails_breaks_nothing(post: Post, db: sqlite3.Connection) -> None:
    def full(_: str) -> None:
        raise OSError("disk full")

    assert len(finish(night(finding(3)), notify(post.port), 1, db, full)) == 2


def test_no_secret_in_any_log(
    web: Web, db: sqlite3.Connection, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    said: list[str] = []
    with caplog.at_level(logging.INFO):
        for settings in (
            notify(webhooks=(web.hook,), ping=web.address),
            notify(
                webhooks=(f"json://u:s3cret@127.0.0.1:{free_port()}/s3cret",),
                ping="http://127.0.0.1:1/s3cret",
            ),
            notify(webhooks=("slack://s3cret-token",), ping="http://s3cret.invalid/s3cret"),
        ):
            start(settings, said.append)
            found = finish(night(finding(3), run=len(said)), settings, 1, db, said.append)
            said.append(repr(found))
    text = "".join(said) + caplog.text + "".join(capsys.readouterr())
    assert "Sent" in text and "Failed" in text
    assert "s3cret" not in text


def test_a_test_message(post: Post, web: Web) -> None:
    settings = notify(post.port, webhooks=(web.hook,), ping=web.address)
    assert ways(send_test(settings, "da", print)) == [
        ("Sent", "ping", "ok"),
        ("Sent", "mail", DEPARTMENT),
        ("Sent", "webhook", "1"),
    ]
    assert post.mails[0]["Subject"] == "Prøve fra budget-tools" == web.bodies[0]["title"]
    alone = settings.model_copy(
        update={"smtp": settings.smtp and settings.smtp.model_copy(update={"to": ()})}
    )
    send_test(alone, "en", print)
    assert post.mails[1]["To"] == "n@example.org" and post.mails[1]["Subject"] == "Test from budget-tools"
    (failed, *_) = send_test(notify(free_port()), "da", print)
    assert isinstance(failed, Failed) and not failed.kept
    assert send_test(notify(), "da", print) == ()


def test_a_record_is_plain_json(db: sqlite3.Connection) -> None:
    finish(night(finding(3)), notify(free_port(), retries=0), 1, db, print)
    for (record,) in db.execute("SELECT record FROM message"):
        known = json.loads(record)
        assert set(known) == {"key", "way", "to", "subject", "text", "html", "id", "written"}
        assert all(isinstance(value, str) for value in known.values())


def test_every_chat_fits_its_service() -> None:
    import apprise

    teams = apprise.Apprise.instantiate("workflows://host.example.org:443/aaaaaaaa/bbbbbbbb/")
    digest = digests(night(*(finding(row, message="x" * 400) for row in range(40))))[-1]
    assert len(as_chat(digest)) + len(digest.subject) <= teams.body_maxlen
