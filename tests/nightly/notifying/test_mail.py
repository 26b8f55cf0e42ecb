"""Mails as a server gets them: headers, encryption, passwords, refusals and dead servers."""

from __future__ import annotations

import re
import sqlite3
import time
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from budget_tools.model.night import Standing
from budget_tools.nightly.notifying import Failed, Outcome, Sent, finish, mail
from budget_tools.nightly.notifying.outbox import Message
from budget_tools.nightly.settings import Notify, Smtp

from .nights import BENTE, FOLDER, OLE, UNKNOWN, finding, night
from .servers import PASSWORD, USER, Post, free_port, mail_server, make_certificate, silent_server

DEPARTMENT = "budget@example.org"

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH")  # of the server, where it listens to us only


def smtp(port: int, **more: object) -> Smtp:
    known = {"host": "127.0.0.1", "port": port, "security": "none", "from": "natten@example.org"}
    return Smtp.model_validate({**known, "to": (DEPARTMENT,), **more})


def notify(port: int, retries: int = 1, timeout: int = 5, **more: object) -> Notify:
    return Notify(
        smtp=smtp(port, **more), retries=retries, timeout=timeout, addresses={"Kultur": "kb@example.org"}
    )


def sent(found: tuple[Outcome, ...]) -> list[str]:
    return sorted(one.to for one in found if isinstance(one, Sent))


def failures(found: tuple[Outcome, ...]) -> dict[str, str]:
    return {one.to: one.why for one in found if isinstance(one, Failed)}


THREE = night(
    finding(3),
    finding(4, owner=OLE, path=f"{FOLDER}/Skole/a.xlsx"),
    finding(5, owner="KULTUR ", path=f"{FOLDER}/Kultur/b.xlsx"),
    finding(6, owner=UNKNOWN, path=f"{FOLDER}/Fritid/c.xlsx"),
)


def test_everybody_gets_a_digest_of_their_own(post: Post, db: sqlite3.Connection) -> None:
    found = finish(THREE, notify(post.port), 1, db, print)
    assert failures(found) == {UNKNOWN: "there is no address for this owner in notify.addresses"}
    assert sent(found) == post.to() == [BENTE, DEPARTMENT, "kb@example.org", "ole@example.org"]
    by = {mail["To"]: mail for mail in post.mails}
    assert all(len(to) == 1 and sender == "natten@example.org" for sender, to in post.envelopes)
    for to, cell in ((BENTE, "F3"), ("ole@example.org", "F4"), ("kb@example.org", "F5")):
        body = by[to].get_body(("plain",))
        assert body is not None
        assert re.findall(r"F\d(?= viser)", body.get_content()) == [cell]
    parts = list(by[DEPARTMENT].iter_parts())
    assert [part.get_content_type() for part in parts] == ["text/plain", "text/html"]
    for part in parts:
        assert {f"F{row} viser" in part.get_content() for row in (3, 4, 5, 6)} == {True}
        assert "Fritidschefen har fået nyt om sine filer, men ingen mail" in part.get_content()


def test_headers(post: Post, db: sqlite3.Connection) -> None:
    finish(night(finding(3), finding(4)), notify(post.port), 1, db, print)
    mail = next(mail for mail in post.mails if mail["To"] == BENTE)
    assert mail["Subject"] == "2 nye fejl – Økonomiudvalget"
    assert "=?utf-8?" in mail.as_bytes().decode("ascii").lower()  # RFC 2047: nothing but ASCII on the wire
    assert mail["From"] == "budget-tools <natten@example.org>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["X-Auto-Response-Suppress"] == "All"
    assert mail["List-Id"] == "budget-tools <nightly.budget-tools.example.org>"
    assert re.fullmatch(r"<[0-9a-f]{24}@example\.org>", mail["Message-ID"])
    assert parsedate_to_datetime(mail["Date"]).timestamp() == night().ended.timestamp()
    assert len({mail["Message-ID"] for mail in post.mails}) == 2


def test_nothing_new_sends_nothing(post: Post, db: sqlite3.Connection) -> None:
    quiet = night(finding(3, Standing.OPEN), finding(4, Standing.ACCEPTED))
    assert finish(quiet, notify(post.port), 0, db, print) == ()
    assert post.mails == []


@pytest.mark.parametrize(
    "nasty",
    [
        "Økonomi\r\nBcc: evil@example.org",
        "x\nTo: a@b.dk\n\nbody",
        "a\x00b\x1b[1m",
        "\udcf8",
        "\u2028",
        "=?utf-8?q?=0D=0ABcc:_e@x.dk?=",
        "=\x00?utf-8?b?DQpCY2M6IGVAeC5kaw==?=",
        "=\x1b[0m?utf-8?q?=0ABcc:_e@x.dk?=",
    ],
)
def test_no_header_comes_from_a_workbook(post: Post, db: sqlite3.Connection, nasty: str) -> None:
    found = finish(
        night(finding(3, committee=nasty, sheet=nasty, message=nasty, path=f"{FOLDER}/{nasty}.xlsx")),
        notify(post.port),
        1,
        db,
        print,
    )
    assert sent(found) == post.to() == [BENTE, DEPARTMENT]
    for letter in post.mails:
        assert {name.lower() for name in letter.keys()} == {  # noqa: SIM118 - keys() keeps doubles
            *("subject", "from", "to", "date", "message-id", "list-id", "auto-submitted"),
            *("x-auto-response-suppress", "mime-version", "content-type"),
        }
        assert len(letter.keys()) == 10 and not {"\r", "\n"} & set(letter["Subject"])
        assert letter["To"] in (BENTE, DEPARTMENT)


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=200))
def test_any_subject_arrives_as_it_was(text: str) -> None:
    import email
    import email.policy

    from budget_tools.nightly.notifying.digest import clean

    message = Message("k", "mail", BENTE, text, "a\n", "<p>a</p>", "id", "2026-11-22T02:14:00+00:00")
    raw = mail.compose(message, smtp(25)).as_bytes()
    again = email.message_from_bytes(raw, policy=email.policy.default)
    assert max(map(len, raw.splitlines())) <= 998
    assert "".join(again["Subject"].split()) == "".join(clean(text).split())
    assert again["To"] == BENTE and len(again.keys()) == 10


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_encrypted_and_logged_in(
    security: str, db: sqlite3.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, trusted = make_certificate(tmp_path, "127.0.0.1")
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    monkeypatch.setenv("MAIL_PASSWORD", PASSWORD)
    with mail_server(security, server, login=True) as post:
        asked = notify(post.port, security=security, user=USER, password="env:MAIL_PASSWORD")
        assert sent(finish(night(finding(3)), asked, 1, db, print)) == post.to() == [BENTE, DEPARTMENT]
        assert post.logins == 1  # one connection for all


@pytest.mark.parametrize("security", ["starttls", "tls"])
@pytest.mark.parametrize("case", ["unknown", "other host"])
def test_a_certificate_that_proves_nothing_is_not_trusted(
    security: str, case: str, db: sqlite3.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, trusted = make_certificate(tmp_path, "127.0.0.1" if case == "unknown" else "mail.example.org")
    if case == "other host":
        monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    monkeypatch.setenv("MAIL_PASSWORD", PASSWORD)
    with mail_server(security, server, login=True) as post:
        asked = notify(post.port, security=security, user=USER, password="env:MAIL_PASSWORD")
        found = finish(night(finding(3)), asked, 1, db, print)
        assert set(failures(found)) == {BENTE, DEPARTMENT} and post.mails == [] and post.logins == 0
        assert "certificate verify failed" in failures(found)[BENTE]


def test_no_starttls_means_no_mail(post: Post, db: sqlite3.Connection) -> None:
    found = finish(night(finding(3)), notify(post.port, security="starttls"), 1, db, print)
    assert "STARTTLS" in failures(found)[BENTE] and post.mails == []


def test_a_password_never_goes_unencrypted(db: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAIL_PASSWORD", PASSWORD)
    asked = notify(25, host="mail.example.org", user=USER, password="env:MAIL_PASSWORD")
    found = finish(night(finding(3)), asked, 1, db, print)
    assert "unencrypted" in failures(found)[BENTE]


def test_a_wrong_password_is_told_and_not_tried_again(
    db: sqlite3.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "password").write_text("n0t-th3-password\n")
    said: list[str] = []
    with mail_server(login=True) as post:
        asked = notify(post.port, retries=3, user=USER, password=f"file:{tmp_path / 'password'}")
        found = finish(night(finding(3)), asked, 1, db, said.append)
        assert failures(found)[BENTE] == "127.0.0.1 does not take user and password (535)"
        assert post.logins <= 2  # each way of logging in once
    assert said and "n0t-th3-password" not in "".join(said) + repr(found) + repr(asked)


@pytest.mark.parametrize("setting", ["env:NO_SUCH_VARIABLE", "file:/no/such/file"])
def test_a_missing_secret_is_named(post: Post, db: sqlite3.Connection, setting: str) -> None:
    asked = notify(post.port, user=USER, password=setting)
    found = finish(night(finding(3)), asked, 1, db, print)
    assert setting.partition(":")[2] in failures(found)[BENTE]


def test_one_refused_recipient_stops_no_other(post: Post, db: sqlite3.Connection) -> None:
    post.refusals["ole@example.org"] = ["550 no such user"] * 9
    found = finish(THREE, notify(post.port, retries=3), 1, db, print)
    assert sent(found) == post.to() == [BENTE, DEPARTMENT, "kb@example.org"]
    assert failures(found).pop("ole@example.org") == "550 no such user"
    assert len(post.refusals["ole@example.org"]) == 8  # asked once: the answer will not change


def test_a_busy_server_is_asked_again(post: Post, db: sqlite3.Connection) -> None:
    post.refusals = {BENTE: ["451 try later"], "ole@example.org": ["451 try later"] * 9}
    found = finish(THREE, notify(post.port, retries=2), 1, db, print)
    assert sent(found) == post.to() == [BENTE, DEPARTMENT, "kb@example.org"]
    assert failures(found).pop("ole@example.org") == "451 try later"
    assert len(post.refusals["ole@example.org"]) == 5  # twice while others got theirs, then two tries more


def test_a_broken_connection_is_made_again(post: Post, db: sqlite3.Connection) -> None:
    post.breaks = 2
    found = finish(THREE, notify(post.port, retries=2), 1, db, print)
    assert sent(found) == post.to() == [BENTE, DEPARTMENT, "kb@example.org", "ole@example.org"]


def test_a_server_that_takes_few_mails_a_connection(post: Post, db: sqlite3.Connection) -> None:
    post.most = 2
    crowd = [finding(row, owner=f"o{row}@example.org") for row in range(9)]
    found = finish(night(*crowd), notify(post.port, retries=1), 1, db, print)
    assert len(sent(found)) == len(set(post.to())) == len(post.to()) == 10


def test_nobody_listens(db: sqlite3.Connection) -> None:
    said: list[str] = []
    found = finish(THREE, notify(free_port()), 1, db, said.append)
    assert set(failures(found)) == {UNKNOWN, BENTE, DEPARTMENT, "kb@example.org", "ole@example.org"}
    assert all(isinstance(one, Failed) and one.kept is (one.to != UNKNOWN) for one in found)
    assert "refused" in failures(found)[BENTE].lower()
    assert len(said) == 5 and "kept for the next night" in said[1]


def test_a_server_that_hangs_costs_its_timeout_only(db: sqlite3.Connection) -> None:
    with silent_server() as port:
        began = time.monotonic()
        found = finish(THREE, notify(port, retries=1, timeout=1), 1, db, print)
        took = time.monotonic() - began
    assert failures(found)[BENTE].endswith("no answer in time")
    assert 1.5 < took < 8  # two tries for all four together


def test_addresses_of_other_alphabets(post: Post, db: sqlite3.Connection) -> None:
    found = finish(night(finding(3, owner="ø@example.org")), notify(post.port), 1, db, print)
    assert sent(found) == [DEPARTMENT, "ø@example.org"]  # aiosmtpd knows SMTPUTF8
    asked = notify(post.port, **{"from": "natten@økonomi.example"})
    finish(night(finding(3, owner="b@økonomi.example"), run=8), asked, 1, db, print)
    assert post.envelopes[-1][1] == ["b@xn--konomi-9xa.example"]


@pytest.mark.parametrize(
    "owner", ["a@b@c d", "@example.org", "x@", "a@b.dk, c@d.dk", "a@b.dk\r\nBcc: c@d.dk"]
)
def test_no_address_at_all(post: Post, db: sqlite3.Connection, owner: str) -> None:
    finish(night(finding(3, owner=owner)), notify(post.port), 1, db, print)
    assert post.to()[-1:] == [DEPARTMENT]
    assert all(set(to) <= {DEPARTMENT, "a@b.dk"} for _, to in post.envelopes)
