"""The email front end: every tenant has an address, and a message to it is a delivery.

The raw message is kept as it came; what is attached to it is found later, by a worker.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
from concurrent.futures import ThreadPoolExecutor

import structlog

from ingest.auth import Gatekeeper
from ingest.frontends.smtp.dialogue import Connection, House
from ingest.frontends.smtp.recipients import Postmaster
from ingest.settings import Smtp
from storage.spool import Spool

log = structlog.get_logger()

_THREADS = 8  # as many fsyncs at a time as bring anything


async def listen(
    sock: socket.socket,
    *,
    settings: Smtp,
    tls: ssl.SSLContext,
    gatekeeper: Gatekeeper,
    spool: Spool,
) -> SmtpFrontEnd:
    """Serve SMTP on a bound and listening socket, which stays the caller's.

    STARTTLS is offered with `tls`, from TLS 1.2 on, and not demanded: the mail servers of the
    world send in the clear where they must, and a demand would lose their mail.
    """
    tls.minimum_version = max(tls.minimum_version, ssl.TLSVersion.TLSv1_2)
    # aiosmtpd logs every command as it stands; the secret part of a mail address is in some.
    logging.getLogger("mail.log").setLevel(logging.ERROR)
    front_end = SmtpFrontEnd(settings=settings, tls=tls, gatekeeper=gatekeeper, spool=spool)
    await front_end.start(sock)
    return front_end


class SmtpFrontEnd:
    """A listening SMTP front end, made by `listen`."""

    def __init__(
        self, *, settings: Smtp, tls: ssl.SSLContext, gatekeeper: Gatekeeper, spool: Spool
    ) -> None:
        threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="smtp")
        self._connections: set[Connection] = set()
        self._server: asyncio.Server | None = None
        self._stopping = False
        self._house = House(
            settings=settings,
            tls=tls,
            spool=spool,
            threads=threads,
            postmaster=Postmaster(gatekeeper, domain=settings.domain, threads=threads),
            left=self._connections.discard,
        )

    async def start(self, sock: socket.socket) -> None:
        """Begin to accept connections on a duplicate of the socket."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._answer, sock=sock.dup())

    async def stop(self, *, drain_seconds: float) -> None:
        """Take no new connections, let messages under way end for so long, then cut the rest."""
        self._stopping = True
        if self._server is not None:
            self._server.close()
        for connection in tuple(self._connections):
            connection.finish()
        tasks = {connection.task for connection in self._connections if connection.task}
        if tasks:
            _, tasks = await asyncio.wait(tasks, timeout=drain_seconds)
        for connection in tuple(self._connections):
            connection.cut()
        if tasks:
            log.warning("smtp.cut", connections=len(tasks))
            await asyncio.wait(tasks)
        # Commits that run on without their connection, and the clearing away of cut messages.
        await asyncio.to_thread(self._house.threads.shutdown)

    def _answer(self) -> asyncio.Protocol:
        if self._stopping or len(self._connections) >= self._house.settings.max_connections:
            log.warning("connection.refused", via="smtp", peer="", reason="no room")
            return _Full()
        connection = Connection(self._house)
        self._connections.add(connection)
        return connection


class _Full(asyncio.Protocol):
    """What a connection above the limit meets."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - a TCP connection is one
        transport.write(b"421 4.7.0 Too many connections, please come again later\r\n")
        transport.close()
