"""A real SMTP front end in a thread of its own, and raw and proper clients for it."""

from __future__ import annotations

import asyncio
import gc
import ipaddress
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from ingest.frontends.smtp.front_end import SmtpFrontEnd, listen
from ingest.settings import Smtp
from tests.frontends.conftest import Home

DOMAIN = "drop.example.net"
ADDRESS = f"acme-3fk9x2m7q4h8tb6z@{DOMAIN}"
SENDER = "till@shop.example"
MESSAGE = b"Subject: sales\r\n\r\n.dot at the start\r\n\xe9 eight bits, tab\tand a bare \n\r\n"


@dataclass(kw_only=True)
class Serving:
    """A front end that is up; `complaints` is what its event loop had to say of it."""

    port: int
    front_end: SmtpFrontEnd
    loop: asyncio.AbstractEventLoop
    certificate: Path
    complaints: list[dict[str, Any]] = field(default_factory=list)
    stopped: bool = False

    def client(self, *, secure: bool = False) -> smtplib.SMTP:
        """A client that has said EHLO, under TLS or not."""
        client = smtplib.SMTP("127.0.0.1", self.port, timeout=10)
        client.ehlo("till.shop.example")
        if secure:
            client.starttls(context=ssl.create_default_context(cafile=str(self.certificate)))
            client.ehlo("till.shop.example")
        return client

    def wire(self) -> Wire:
        """A bare connection that has read the greeting."""
        wire = Wire(socket.create_connection(("127.0.0.1", self.port), timeout=10))
        assert wire.reply().startswith("220 ")
        return wire

    def stop(self, *, drain_seconds: float = 5.0) -> None:
        """Stop the front end, once."""
        if not self.stopped:
            self.stopped = True
            stopping = self.front_end.stop(drain_seconds=drain_seconds)
            asyncio.run_coroutine_threadsafe(stopping, self.loop).result(30)


class Wire:
    """SMTP by hand."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self._lines = sock.makefile("rb")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def send(self, data: bytes) -> None:
        self.sock.sendall(data)

    def reply(self) -> str:
        """The next reply, all its lines; empty at the end of the connection."""
        lines = []
        while line := self._lines.readline().decode():
            lines.append(line)
            if line[3:4] != "-":
                break
        return "".join(lines).rstrip("\r\n")

    def ask(self, line: str) -> str:
        self.send(line.encode() + b"\r\n")
        return self.reply()

    def begin(self, address: str = ADDRESS) -> None:
        """Everything up to the 354 of DATA."""
        assert self.ask("EHLO raw.example").startswith("250")
        assert self.ask(f"MAIL FROM:<{SENDER}>").startswith("250")
        assert self.ask(f"RCPT TO:<{address}>").startswith("250")
        assert self.ask("DATA").startswith("354")

    def close(self) -> None:
        self._lines.close()
        self.sock.close()


@contextmanager
def serving(home: Home, certificate: Path, **settings: Any) -> Iterator[Serving]:
    """A front end on a free port; fails at the end if its loop complained of anything.

    Settings go in unchecked, so that a test need not wait for the ten seconds of the least
    timeout that is allowed.
    """
    chosen = Smtp.model_construct(**{**Smtp(domain=DOMAIN).model_dump(), **settings})
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    complaints: list[dict[str, Any]] = []
    loop = asyncio.new_event_loop()
    loop.set_exception_handler(lambda _, complaint: complaints.append(complaint))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    with socket.create_server(("127.0.0.1", 0)) as sock:
        starting = listen(
            sock, settings=chosen, tls=context, gatekeeper=home.gatekeeper, spool=home.spool
        )
        front_end = asyncio.run_coroutine_threadsafe(starting, loop).result(10)
        served = Serving(
            port=sock.getsockname()[1],
            front_end=front_end,
            loop=loop,
            certificate=certificate,
            complaints=complaints,
        )
        try:
            yield served
        finally:
            served.stop(drain_seconds=0.2)
            asyncio.run_coroutine_threadsafe(loop.shutdown_default_executor(), loop).result(10)
            loop.call_soon_threadsafe(loop.stop)
            thread.join(10)
            loop.close()
    del front_end, served
    gc.collect()  # a task that failed unseen is complained of when it is collected
    assert not complaints, complaints


@pytest.fixture(scope="session", name="certificate")
def mail_certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Certificate and key of every mail server of these tests."""
    return write_certificate(tmp_path_factory.mktemp("tls") / "both.pem")


@pytest.fixture(name="server")
def mail_server(home: Home, certificate: Path) -> Iterator[Serving]:
    """A running front end that takes messages of up to 1 MiB."""
    with serving(home, certificate, max_message_size=1 << 20) as served:
        yield served


def refused(client: smtplib.SMTP, address: str = ADDRESS, sender: str = SENDER) -> bytes:
    """The reply to a message that is refused for its recipient."""
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refusal:
        client.sendmail(sender, [address], MESSAGE)
    code, text = refusal.value.recipients[address]
    return b"%d %s" % (code, text)


def write_certificate(path: Path) -> Path:
    """A self-signed certificate for 127.0.0.1 and its key, in one PEM file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return path
