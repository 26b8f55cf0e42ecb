"""Servers on this machine that take mail, chats and pings, and some that misbehave."""

from __future__ import annotations

import contextlib
import email
import email.policy
import json
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

USER, PASSWORD = "natten", "h3mm3lig-Nøgle"


@dataclass
class Post:
    """What a mail server got: ``refusals`` are its replies to a recipient, one used up each time."""

    mails: list[EmailMessage] = field(default_factory=list)
    envelopes: list[tuple[str, list[str]]] = field(default_factory=list)
    refusals: dict[str, list[str]] = field(default_factory=dict)
    most: int = 1000  # mails a connection
    breaks: int = 0  # so many times the connection is cut in the middle of a mail
    logins: int = 0
    port: int = 0

    def to(self) -> list[str]:
        """Every recipient, sorted."""
        return sorted(address for _, recipients in self.envelopes for address in recipients)

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if session.__dict__.get("mails", 0) >= self.most:
            return "421 too many mails"
        for answer in self.refusals.get(address, [])[:1]:
            self.refusals[address].pop(0)
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.breaks:
            self.breaks -= 1
            server.transport.abort()
            return ""
        session.mails = session.__dict__.get("mails", 0) + 1
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        self.mails.append(message)
        self.envelopes.append((envelope.mail_from, envelope.rcpt_tos))
        return "250 OK"


@contextlib.contextmanager
def mail_server(
    security: str = "none", certificate: Path | None = None, login: bool = False
) -> Iterator[Post]:
    """A mail server on a free port of the loopback."""
    post = Post()

    def authenticate(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        post.logins += 1
        good = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
        return AuthResult(success=good, handled=good)

    more: dict[str, Any] = {}
    if security != "none":
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate)
        more = {"ssl_context": context} if security == "tls" else {"tls_context": context}
    if security == "starttls":
        more["require_starttls"] = True
    if login:
        more |= {
            "authenticator": authenticate,
            "auth_required": True,
            "auth_require_tls": security == "starttls",
        }
    controller = Controller(post, hostname="127.0.0.1", port=free_port(), **more)
    controller.start()
    post.port = controller.port
    try:
        yield post
    finally:
        controller.stop()


@dataclass
class Web:
    """What a web server was asked: ``answers`` are codes it gives, one used up each time, then 200."""

    paths: list[str] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    port: int = 0

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/ping/s3cret-uuid"

    @property
    def hook(self) -> str:
        return f"json://127.0.0.1:{self.port}/hook/s3cret-token"


@contextlib.contextmanager
def web_server() -> Iterator[Web]:
    """A web server on a free port of the loopback."""
    web = Web()

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            web.paths.append(self.path)
            self.send_response(web.answers.pop(0) if web.answers else 200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def do_GET(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            web.bodies.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self._answer()

        def log_message(self, *arguments: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    web.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield web
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextlib.contextmanager
def silent_server() -> Iterator[int]:
    """A port where calls are taken and nothing is ever said."""
    with socket.create_server(("127.0.0.1", 0), backlog=50) as listener:
        yield listener.getsockname()[1]


def free_port() -> int:
    """A port where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def make_certificate(folder: Path, host: str) -> tuple[Path, Path]:
    """A certificate that speaks for itself, with its key, and alone, as one trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "budget-tools test")])
    try:
        other: x509.GeneralName = x509.IPAddress(ip_address(host))
    except ValueError:
        other = x509.DNSName(host)
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([other]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    alone = made.public_bytes(serialization.Encoding.PEM)
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "server.pem").write_bytes(secret + alone)
    (folder / "trusted.pem").write_bytes(alone)
    return folder / "server.pem", folder / "trusted.pem"
