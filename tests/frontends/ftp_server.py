"""A running FTP front end for tests, and clients that can misbehave."""

from __future__ import annotations

import asyncio
import ftplib
import gc
import io
import os
import socket
import ssl
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Self

import pytest

from ingest.certificate import CertificateFiles, certificate
from ingest.frontends.ftp.front_end import FtpFrontEnd, listen
from ingest.frontends.ftp.reception import Patience
from ingest.settings import Ftp, Tls
from tests.frontends.conftest import UPLOAD_KEY, Home
from tests.waiting import eventually

QUICK = Patience(idle=10, login=10, connect=10, refusal=0.05)
HALF = b"a,b\n1," * 1000
SECONDS = 10  # no client waits longer


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A front end that listens on a port of loopback."""

    port: int
    sock: socket.socket
    front_end: FtpFrontEnd = field(repr=False)
    certificate: CertificateFiles

    def plain(self) -> ftplib.FTP:
        """A client that has logged in over plain FTP."""
        return self._logged_in(ftplib.FTP(timeout=SECONDS))  # noqa: S321 - FTP is what is tested

    def tls(self, *, context: ssl.SSLContext | None = None) -> ftplib.FTP_TLS:
        """A client that has logged in over TLS, with data connections in TLS."""
        context = context or self.trusting()
        client = ftplib.FTP_TLS(context=context, timeout=SECONDS)  # noqa: S321 - as above
        self._logged_in(client)
        client.prot_p()
        return client

    def raw(self) -> Raw:
        """A client of few words."""
        return Raw(socket.create_connection(("127.0.0.1", self.port), SECONDS))

    def _logged_in(self, client: ftplib.FTP) -> ftplib.FTP:
        try:
            client.connect("127.0.0.1", self.port)
            client.login("acme", UPLOAD_KEY)
        except BaseException:
            client.close()
            raise
        return client

    def trusting(self) -> ssl.SSLContext:
        """Trust in this server's own certificate, and in its names, and in no other."""
        return ssl.create_default_context(cafile=str(self.certificate.certificate))


class Raw:
    """A control connection that sends what it is told, when it is told."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self._lines = sock.makefile("rb")
        self.greeting = self.reply()

    def send(self, text: str | bytes) -> None:
        """Send bytes as they are."""
        self.sock.sendall(text.encode() if isinstance(text, str) else text)

    def ask(self, line: str) -> str:
        """Send a line and return the reply to it."""
        self.send(line + "\r\n")
        return self.reply()

    def reply(self) -> str:
        """One reply, of one line or several; empty at the end of the connection."""
        line = self._lines.readline().decode("utf-8", "surrogateescape")
        whole = line
        while line and line[3:4] != " ":
            line = self._lines.readline().decode("utf-8", "surrogateescape")
            whole += line
        return whole.rstrip("\r\n")

    def login(self, user: str = "acme", secret: str = UPLOAD_KEY) -> str:
        """Log in, and return the answer to the password."""
        assert self.ask(f"USER {user}").startswith("331")
        return self.ask(f"PASS {secret}")

    def start_tls(self, context: ssl.SSLContext) -> Raw:
        """Say AUTH TLS and go on inside."""
        assert self.ask("AUTH TLS").startswith("234")
        return self.into_tls(context)

    def into_tls(self, context: ssl.SSLContext) -> Raw:
        """Go on inside TLS after a 234."""
        self._lines.close()
        self.sock = context.wrap_socket(self.sock, server_hostname="127.0.0.1")
        self._lines = self.sock.makefile("rb")
        return self

    def data(self, source: str = "127.0.0.1") -> socket.socket:
        """A passive data connection."""
        return self.connect(self.passive_port(), source)

    def passive_port(self) -> int:
        """Ask for a passive port."""
        said = self.ask("EPSV")
        assert said.startswith("229"), said
        return int(said.split("|")[3])

    @staticmethod
    def connect(port: int, source: str = "127.0.0.1") -> socket.socket:
        """Connect to a passive port."""
        return socket.create_connection(("127.0.0.1", port), SECONDS, source_address=(source, 0))

    def close(self) -> None:
        """Leave without a word."""
        self._lines.close()
        self.sock.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


@contextmanager
def serving(
    home: Home,
    settings: Ftp | None = None,
    *,
    patience: Patience = QUICK,
    sock: socket.socket | None = None,
    host: str = "127.0.0.1",
    dual: bool = False,
) -> Iterator[Running]:
    """Run the front end; afterwards no thread, no socket and no half upload may be left.

    `sock` is a listening socket to serve on; `dual` makes one for IPv4 and IPv6.
    """
    files = certificate(home.layout, Tls())
    threads, descriptors = _threads(), _descriptors()
    with sock.dup() if sock else _listening(host, dual=dual) as listener:
        front_end = listen(
            listener,
            settings=settings or Ftp(passive_ports="50000-50999"),
            certificate=files,
            gatekeeper=home.gatekeeper,
            shelves=home.shelves,
            patience=patience,
        )
        try:
            port = listener.getsockname()[1]
            yield Running(port=port, sock=listener, front_end=front_end, certificate=files)
        finally:
            asyncio.run(front_end.stop(drain_seconds=0.2))
    assert _threads() <= threads
    eventually(lambda: _descriptors() <= descriptors or gc.collect() < 0)
    assert home.arriving() == []


def _listening(host: str, *, dual: bool) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, 0), family=family, dualstack_ipv6=dual)


def _threads() -> set[int | None]:
    return {one.ident for one in threading.enumerate() if one.name.startswith("ftp")}


@pytest.fixture(name="server")
def plain_server(home: Home) -> Iterator[Running]:
    """A running front end; the tenant may use plain FTP."""
    home.change_tenant(plain_ftp=True)
    with serving(home) as running:
        yield running


@pytest.fixture(name="client")
def plain_client(server: Running) -> Iterator[Raw]:
    """A client that has logged in over plain FTP."""
    with server.raw() as raw:
        assert raw.login().startswith("230")
        yield raw


def store(client: Raw, name: str) -> str:
    """Upload a few bytes under a name; the last reply."""
    with client.data() as data:
        answer = client.ask(f"STOR {name}")
        if not answer.startswith("150"):
            return answer
        data.sendall(b"x")
    return client.reply()


def put(client: ftplib.FTP, name: str, content: bytes = b"a,b\n1,2\n") -> str:
    """Upload some bytes, and return the server's last word."""
    return client.storbinary(f"STOR {name}", io.BytesIO(content))


def sent(home: Home) -> list[tuple[str, str, bytes]]:
    """Name, way and bytes of everything accepted."""
    return [(one.origin.name, one.origin.via, data) for one, data in home.accepted()]


def begin(client: Raw, name: str = "day.csv") -> socket.socket:
    """Log in and send the first half of a file; the data connection stays open."""
    client.login()
    data = client.data()
    assert client.ask(f"STOR {name}").startswith("150")
    data.sendall(HALF)
    return data


def nothing_is_left(home: Home) -> bool:
    """Whether nothing was accepted and nothing is arriving."""
    return home.accepted() == [] and home.arriving() == []


def reset(sock: socket.socket) -> None:
    """Close a connection with a reset instead of an orderly end."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


def _descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))
