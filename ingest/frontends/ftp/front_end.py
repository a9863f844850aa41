"""FTP: explicit TLS for all, plain where a tenant's setting allows it.

pyftpdlib speaks the protocol on a loop of its own, in a thread of its own; everything that blocks
is done in further threads (jobs.py).
"""

from __future__ import annotations

import asyncio
import logging
import socket
import threading
import time
from contextlib import suppress
from functools import partial
from typing import Any

import structlog
from pyftpdlib import ioloop  # type: ignore[import-untyped]  # pyftpdlib ships no types
from pyftpdlib.servers import FTPServer  # type: ignore[import-untyped]  # as above

from ingest.auth import Gatekeeper
from ingest.certificate import CertificateFiles
from ingest.frontends.ftp.commands import COMMANDS, protocol
from ingest.frontends.ftp.jobs import Jobs
from ingest.frontends.ftp.reception import Patience, Reception
from ingest.frontends.ftp.session import STOPPING, Session
from ingest.frontends.ftp.tls import contexts
from ingest.settings import Ftp
from ingest.shelf import Shelves

log = structlog.get_logger()

_BACKLOG = 128
_TICK = 1.0  # seconds between two looks at the clock
_TICK_WHEN_STOPPING = 0.02
_PAUSE_WITHOUT_DESCRIPTORS = 0.2
_NOT_CLIENTS = 2  # sockets in the loop: the one that listens, and the one that wakes it


def listen(
    sock: socket.socket,
    *,
    settings: Ftp,
    certificate: CertificateFiles,
    gatekeeper: Gatekeeper,
    shelves: Shelves,
    patience: Patience | None = None,
) -> FtpFrontEnd:
    """Serve FTP on a bound, listening socket, which stays the caller's.

    Raises:
        OpenSSL.SSL.Error: the certificate cannot be used.
    """
    tls = contexts(certificate)
    low, _, high = settings.passive_ports.partition("-")
    loop = ioloop.IOLoop()
    reception = Reception(
        gatekeeper=gatekeeper,
        shelves=shelves,
        jobs=Jobs(loop),
        patience=patience or Patience(idle=settings.idle_seconds),
        tls=tls,
        passive_ports=range(int(low), int(high) + 1),
        advertised_address=settings.advertised_address,
        protocol=protocol(),
        commands=COMMANDS,
    )
    _silence_library()
    return FtpFrontEnd(sock.dup(), loop, reception, max_connections=settings.max_connections)


class Server(FTPServer):  # type: ignore[misc]  # pyftpdlib ships no types
    """Accepts connections."""

    max_cons = 0  # counted here, without the loop's own sockets
    is_stopping = False

    def __init__(
        self, sock: socket.socket, loop: ioloop.IOLoop, reception: Reception, *, most: int
    ) -> None:
        self._most = most
        super().__init__(sock, partial(Session, reception=reception), loop, _BACKLOG)

    @property
    def has_room(self) -> bool:
        """Whether one more socket may be opened."""
        return len(self.ioloop.socket_map) - _NOT_CLIENTS < self._most

    def handle_accepted(self, sock: socket.socket, addr: Any) -> None:  # noqa: ANN401 - by family
        """Called by the library with a new connection."""
        if self.has_room:
            super().handle_accepted(sock, addr)
            return
        log.warning("connection.refused", via="ftp", peer=str(addr[0]), reason="no room")
        with sock, suppress(OSError):
            sock.settimeout(0)
            sock.send(b"421 There are too many connections. Please try again later.\r\n")

    def handle_error(self) -> None:
        """Called by the library inside an `except`, which then stops listening for good.

        Most often the process has no descriptor left: the connection waits in the kernel's queue
        until one is free, and the loop must not spin meanwhile.
        """
        log.exception("ftp.accept_failed")
        self.del_channel()
        self.call_later(_PAUSE_WITHOUT_DESCRIPTORS, self.add_channel)


class FtpFrontEnd:
    """The running front end."""

    def __init__(
        self,
        sock: socket.socket,
        loop: ioloop.IOLoop,
        reception: Reception,
        *,
        max_connections: int,
    ) -> None:
        self._loop = loop
        self._jobs = reception.jobs
        self._server = Server(sock, loop, reception, most=max_connections)
        self._tick = min(_TICK, reception.patience.idle / 4)
        self._is_stopped = False
        self._drained = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="ftp", daemon=True)
        self._thread.start()

    async def stop(self, *, drain_seconds: float) -> None:
        """Take no new connections, let uploads under way end for so long, then cut the rest."""
        if self._thread.is_alive():
            self._jobs.call(self._begin_stop)
            await asyncio.to_thread(self._drained.wait, drain_seconds)
            self._jobs.call(self._end_stop)
            await asyncio.to_thread(self._thread.join)

    def _begin_stop(self) -> None:
        self._server.is_stopping = True
        self._tick = _TICK_WHEN_STOPPING
        self._server.close()

    def _end_stop(self) -> None:
        self._is_stopped = True

    def _serve(self) -> None:
        soonest = None
        try:
            while not self._is_stopped:
                soonest = self._turn(self._tick if soonest is None else min(soonest, self._tick))
        finally:
            for session in self._sessions():
                session.close()
            self._jobs.finish()
            self._loop.close()

    def _turn(self, timeout: float) -> float | None:
        """Wait for the sockets once; return when the next scheduled call is due, in seconds."""
        soonest: float | None = None
        try:
            soonest = self._loop.loop(timeout, blocking=False)
            self._watch()
        except Exception:  # one client's mishap must not end the loop of all
            log.exception("ftp.failed")
        return soonest

    def _watch(self) -> None:
        now = time.monotonic()
        for session in self._sessions():
            session.watch(now)
            if self._server.is_stopping and not session.is_under_way:
                session.dismiss(STOPPING)
        if self._server.is_stopping and not self._sessions():
            self._drained.set()

    def _sessions(self) -> list[Session]:
        return [one for one in self._loop.socket_map.values() if isinstance(one, Session)]


class _LibraryLog(logging.Handler):
    """What pyftpdlib has to say of its own failures, without any of its line breaks."""

    def emit(self, record: logging.LogRecord) -> None:
        log.error("ftp.library", said=ascii(record.getMessage()))


def _silence_library() -> None:
    """Its log lines hold what clients sent; only errors of its own are of interest."""
    library = logging.getLogger("pyftpdlib")
    library.setLevel(logging.ERROR)
    library.propagate = False
    if not any(isinstance(one, _LibraryLog) for one in library.handlers):
        library.addHandler(_LibraryLog())
