"""The SFTP front end: SSH on asyncssh, with nothing but SFTP on the connection."""

from __future__ import annotations

import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor

import asyncssh

from ingest.auth import Gatekeeper
from ingest.frontends.sftp.algorithms import CIPHERS, KEY_EXCHANGES, MACS, SIGNATURES
from ingest.frontends.sftp.connections import Connections
from ingest.frontends.sftp.login import House, Login
from ingest.settings import Sftp
from ingest.shelf import Shelves

_LOGIN_SECONDS = 60.0
_KEEPALIVE_SECONDS = 60.0  # a peer that leaves four in a row unanswered is gone
_BACKLOG = 1024  # tills connect on the quarter of the hour, all at once
_DISK_THREADS = 8  # fsyncs at once; more gave no more of them a second
_LOGIN_THREADS = 4
_SLOW_HASHES = 2  # of 64 MiB and 50 ms each


class SftpFrontEnd:
    """SFTP on one listening socket, until `stop`."""

    def __init__(self, house: House, acceptor: asyncssh.SSHAcceptor) -> None:
        self._house = house
        self._acceptor = acceptor

    async def stop(self, *, drain_seconds: float) -> None:
        """Take no new connections, let uploads under way end for so long, then cut the rest."""
        self._acceptor.close()
        await self._house.connections.drain(drain_seconds)
        await self._house.connections.cut()
        await self._acceptor.wait_closed()
        self._house.disk.shutdown()
        self._house.logins.shutdown()


async def listen(
    sock: socket.socket,
    *,
    settings: Sftp,
    host_key: asyncssh.SSHKey,
    gatekeeper: Gatekeeper,
    shelves: Shelves,
) -> SftpFrontEnd:
    """Serve SFTP on a bound socket, which stays the caller's and open.

    Raises:
        OSError: the socket cannot be listened on.
    """
    house = House(
        gatekeeper=gatekeeper,
        shelves=shelves,
        connections=Connections(settings.max_connections),
        idle_seconds=settings.idle_seconds,
        logins=ThreadPoolExecutor(_LOGIN_THREADS, "sftp-login"),
        disk=ThreadPoolExecutor(_DISK_THREADS, "sftp-disk"),
        passwords=asyncio.Semaphore(_SLOW_HASHES),
    )
    acceptor = await asyncssh.listen(
        sock=sock.dup(),
        backlog=_BACKLOG,
        server_factory=lambda: Login(house),
        server_host_keys=[host_key],
        server_version="dropsafe",
        kex_algs=KEY_EXCHANGES,
        encryption_algs=CIPHERS,
        mac_algs=MACS,
        signature_algs=SIGNATURES,
        compression_algs=None,
        gss_host=None,
        host_based_auth=False,
        allow_pty=False,
        x11_forwarding=False,
        agent_forwarding=False,
        line_editor=False,
        allow_scp=False,
        encoding=None,
        login_timeout=_LOGIN_SECONDS,
        keepalive_interval=_KEEPALIVE_SECONDS,
    )
    return SftpFrontEnd(house, acceptor)
