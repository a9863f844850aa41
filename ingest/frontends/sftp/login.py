"""One SSH connection: who logs in, how often they may try, and what they may open."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from typing import ParamSpec, TypeVar, cast

import asyncssh
import structlog

from ingest.auth import Admission, Gatekeeper, LoginRefused
from ingest.frontends.sftp.algorithms import without_sha1
from ingest.frontends.sftp.connections import Connections
from ingest.frontends.sftp.files import ShelfFiles
from ingest.frontends.sftp.session import Channel, Pulse, serve
from ingest.reception import log_ended
from ingest.shelf import Shelves

log = structlog.get_logger()

P = ParamSpec("P")
T = TypeVar("T")

MOST_TRIES = 6
"""Wrong passwords, and user names, on one connection (OpenSSH's MaxAuthTries)."""
MOST_KEYS = 20
"""Keys shown on one connection: an agent offers all it holds before the right one, so they cannot
be counted as strictly as passwords; and nobody guesses a key."""
MOST_SESSIONS = 10
_LOOK_SECONDS = 1.0
"""How often a connection is looked at: whether it is idle, or its login has ended."""
_TOO_MANY = "Too many tries."


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What all connections of a front end share.

    `passwords` bounds the slow hashes that run at once, so that those who come with keys find a
    thread of `logins` free.
    """

    gatekeeper: Gatekeeper
    shelves: Shelves
    connections: Connections
    idle_seconds: float
    logins: Executor
    disk: Executor
    passwords: asyncio.Semaphore


class Login(asyncssh.SSHServer):
    """The server's side of one connection."""

    def __init__(self, house: House) -> None:
        self.since = time.monotonic()
        self._house = house
        self._connection: asyncssh.SSHServerConnection | None = None
        self._peer = ""
        self._shown: Admission | None = None
        self._admission: Admission | None = None
        self._names = 0
        self._wrong = 0
        self._keys = 0
        self._shown_keys_as: set[str] = set()
        self._channels = 0
        self._sessions: set[ShelfFiles] = set()
        self._pulse = Pulse(time.monotonic)
        self._timer: asyncio.TimerHandle | None = None

    @property
    def is_known(self) -> bool:
        """Whether the client has logged in."""
        return self._admission is not None

    @property
    def is_uploading(self) -> bool:
        """Whether a file is open."""
        return any(files.open_files for files in self._sessions)

    @property
    def quiet(self) -> float:
        """Seconds since the last request."""
        return self._pulse.quiet

    def cut(self) -> None:
        """Close the connection now."""
        if self._connection is not None:
            self._connection.abort()

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        """Take the connection in, or turn it away."""
        self._connection = conn
        # A socket for both families says ::ffff:192.0.2.1 of an IPv4 peer.
        self._peer = conn.get_extra_info("peername")[0].removeprefix("::ffff:")
        if self._house.connections.admit(self):
            self._watch()
        else:
            log.warning("connection.refused", via="sftp", peer=self._peer, reason="no room")
            conn.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection; keys that led nowhere are one refused login, not one each."""
        del exc
        self._house.connections.leave(self)
        if self._timer is not None:
            self._timer.cancel()
        if self._admission is None:
            for user in sorted(self._shown_keys_as):
                self._house.gatekeeper.refused(user, via="sftp", peer=self._peer)

    def begin_auth(self, username: str) -> bool:
        """Ask for proof, of unknown users too: False would let them in without any."""
        del username
        self._names += 1
        self._begin_try(is_allowed=self._names <= MOST_TRIES)
        return True

    def password_auth_supported(self) -> bool:
        """Passwords, and by asyncssh's own doing the keyboard-interactive way to send one."""
        return True

    async def validate_password(self, username: str, password: str) -> bool:
        """Check an Upload Key or a password."""
        self._begin_try(is_allowed=self._wrong < MOST_TRIES)
        ask = self._house.gatekeeper.with_password
        try:
            async with self._house.passwords:
                self._shown = await self._in_thread(
                    ask, username, password, via="sftp", peer=self._peer
                )
        except LoginRefused:
            self._wrong += 1
            if self._wrong == MOST_TRIES:
                raise asyncssh.PermissionDenied(_TOO_MANY) from None
            return False
        return True

    def public_key_auth_supported(self) -> bool:
        """Public keys."""
        return True

    async def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        """Say whether a key would do. Clients ask before they prove that they hold it."""
        self._keys += 1
        self._shown_keys_as.add(username)
        self._begin_try(is_allowed=self._keys <= MOST_KEYS)
        shown = " ".join(key.export_public_key().decode().split()[:2])
        without_sha1(key)
        self._shown = await self._in_thread(self._house.gatekeeper.with_key, username, shown)
        return self._shown is not None

    def auth_completed(self) -> None:
        """Only now is it proven who this is: by what was shown last, as tries come in turn."""
        assert self._connection is not None  # noqa: S101 - set when the connection was made
        user = self._connection.get_extra_info("username")
        if self._shown is None or self._house.gatekeeper.still_in(self._shown) is None:
            self._house.gatekeeper.refused(user, via="sftp", peer=self._peer)
            self.cut()
        else:
            self._admission = self._shown
            log.info("login.accepted", tenant=user, via="sftp", peer=self._peer)

    def session_requested(self) -> Channel | bool:
        """Open a channel for SFTP; asyncssh refuses every other kind unless it is told."""
        if self._admission is None or self._channels >= MOST_SESSIONS:
            return False
        self._channels += 1
        return Channel(self._start, self._channel_ended)

    def _start(self, reader: asyncssh.SSHReader[bytes], writer: asyncssh.SSHWriter[bytes]) -> None:
        self._house.connections.spawn(self._serve(reader, writer))

    async def _serve(
        self, reader: asyncssh.SSHReader[bytes], writer: asyncssh.SSHWriter[bytes]
    ) -> None:
        assert self._admission is not None  # noqa: S101 - no channel is opened before
        tenant = self._admission.tenant
        loop = asyncio.get_running_loop()
        try:
            shelf = await loop.run_in_executor(self._house.disk, self._house.shelves.of, tenant)
        except Exception:  # what the shelf remembers cannot be read now
            log.exception("sftp.session_failed")
            writer.close()
            return
        files = ShelfFiles(
            cast("asyncssh.SSHServerChannel[bytes]", writer.channel),
            shelf=shelf,
            tenant=tenant.name,
            peer=self._peer,
            threads=self._house.disk,
            may_open=self._may_open,
            confirm=partial(self._house.gatekeeper.check, self._admission),
        )
        self._sessions.add(files)
        try:
            await serve(files, reader, writer, self._pulse)
        finally:
            self._sessions.discard(files)

    def _channel_ended(self) -> None:
        self._channels -= 1

    def _may_open(self) -> bool:
        """Whether a new upload may begin: not when draining, and not if the login has ended."""
        return not self._house.connections.draining and not self._has_ended()

    def _has_ended(self) -> bool:
        """Whether the client was logged in, and would be refused by now."""
        admission = self._admission
        return admission is not None and self._house.gatekeeper.still_in(admission) is None

    def _begin_try(self, *, is_allowed: bool) -> None:
        """Let the client try, or close the connection.

        paramiko asks for the service `ssh-userauth` again before each try, so with a key of its
        own in ~/.ssh it would never get to its password: asyncssh takes that for an attack
        (paramiko issue 2405). Once the connection is encrypted and this far, it is none.
        """
        if not is_allowed:
            raise asyncssh.PermissionDenied(_TOO_MANY)
        if self._connection is not None:
            self._connection._next_service = b"ssh-userauth"  # noqa: SLF001 - contract-tested

    def _watch(self) -> None:
        """Close the connection when its login has ended, or it asked for nothing for too long."""
        left = self._house.idle_seconds - self._pulse.quiet
        if self._admission is not None and self._has_ended():
            reason = self._house.gatekeeper.why_out(self._admission)
            log_ended(self._admission, via="sftp", peer=self._peer, reason=reason)
            self.cut()
        elif left <= 0:
            log.info("connection.idle", via="sftp", peer=self._peer)
            self.cut()
        else:
            pause = min(left, _LOOK_SECONDS)
            self._timer = asyncio.get_running_loop().call_later(pause, self._watch)

    async def _in_thread(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._house.logins, lambda: work(*args, **kwargs))
