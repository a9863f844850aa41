"""One SFTP session: a channel on which nothing but the sftp subsystem runs.

The hooks of asyncssh's SFTPServerHandler that are used here are private to it; each has a contract
test that fails when a new version changes them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, cast

import asyncssh
import structlog
from asyncssh.constants import FXP_CLOSE, FXP_OPEN, FXP_OPENDIR
from asyncssh.packet import PacketDecodeError, SSHPacket
from asyncssh.sftp import SFTPServerHandler
from asyncssh.stream import SSHServerStreamSession

from ingest.auth import LoginEnded
from ingest.frontends.sftp.files import ShelfFiles
from storage.errors import DropsafeError, NotAllowed, NotFound, StorageFailing

log = structlog.get_logger()

MOST_HANDLES = 100
MOST_WRITTEN = 256 << 10
"""Bytes of one WRITE; OpenSSH's client sends 255 KiB where a server says it may, others 32."""

_PROTOCOL_VERSION = 3  # what OpenSSH speaks, and all that every client does
_OFFERED = {b"posix-rename@openssh.com", b"fsync@openssh.com", b"lsetstat@openssh.com"}
_LIMITS = b"limits@openssh.com"
_DROPPED = {b"copy-data", b"ranges@asyncssh.com"}  # they read

Request = Callable[[Any, SSHPacket], Awaitable[object]]


class Pulse:
    """When a connection last asked for something; `clock` counts seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._last = clock()
        self._busy = 0

    @property
    def quiet(self) -> float:
        """Seconds since the last answer; none while a request is being answered."""
        return 0.0 if self._busy else self._clock() - self._last

    @contextmanager
    def beat(self) -> Iterator[None]:
        """Around a request."""
        self._busy += 1
        try:
            yield
        finally:
            self._busy -= 1
            self._last = self._clock()


class Channel(SSHServerStreamSession[bytes]):
    """A session channel: no shell, no command, no subsystem but sftp.

    `start` is called with its two ends when the client asks for sftp; `ended` once it is closed.
    """

    def __init__(
        self,
        start: Callable[[asyncssh.SSHReader[bytes], asyncssh.SSHWriter[bytes]], None],
        ended: Callable[[], None],
    ) -> None:
        super().__init__(None)
        self._start = start
        self._ended = ended

    def subsystem_requested(self, subsystem: str) -> bool:
        """Whether a subsystem is offered."""
        return subsystem == "sftp"

    def session_started(self) -> None:
        """Begin to serve."""
        assert self._chan is not None  # noqa: S101 - set by asyncssh before this call
        self._start(asyncssh.SSHReader(self, self._chan), asyncssh.SSHWriter(self, self._chan))

    def connection_lost(self, exc: Exception | None) -> None:
        """Take note of the end."""
        super().connection_lost(exc)
        self._ended()


async def serve(
    files: ShelfFiles,
    reader: asyncssh.SSHReader[bytes],
    writer: asyncssh.SSHWriter[bytes],
    pulse: Pulse,
) -> None:
    """Answer the requests of one session until it ends; nothing that was not closed remains."""
    try:
        await Requests(files, reader, writer, pulse).run()
    except EOFError:
        pass  # gone before its first packet
    except Exception:  # the connection's other sessions, and the other tenants, go on
        log.exception("sftp.session_failed")
    finally:
        files.abort_all()
        writer.close()


def _answered(handler: Request) -> Request:
    """Turn our errors into the protocol's, and let nothing else be told."""

    @wraps(handler)
    async def answer(self: Requests, packet: SSHPacket) -> object:
        try:
            return await handler(self, packet)
        except (asyncssh.SFTPError, PacketDecodeError):
            raise
        except DropsafeError as error:
            raise _told(error) from error
        except Exception as error:
            log.exception("sftp.request_failed", request=handler.__name__)
            raise asyncssh.SFTPFailure(
                "The server cannot do this now. Please try again later."
            ) from error

    return answer


def _told(error: DropsafeError) -> asyncssh.SFTPError:
    """The error's words with the protocol's code.

    Version 3 has none for a full disk; asyncssh sends its general failure instead.
    """
    if isinstance(error, StorageFailing) and error.is_full:
        return asyncssh.SFTPNoSpaceOnFilesystem(error.message)
    if isinstance(error, NotFound):
        return asyncssh.SFTPNoSuchFile(error.message)
    if isinstance(error, NotAllowed | LoginEnded):
        return asyncssh.SFTPPermissionDenied(error.message)
    return asyncssh.SFTPFailure(error.message)


class Requests(SFTPServerHandler):
    """asyncssh's server side of the protocol, with limits, and a CLOSE that can be told apart."""

    _extensions = [  # noqa: RUF012 - asyncssh's own is a plain list too
        one
        for one in SFTPServerHandler._extensions  # noqa: SLF001 - the offer is only to be had there
        if one[0] in _OFFERED | {_LIMITS}
    ]

    def __init__(
        self,
        files: ShelfFiles,
        reader: asyncssh.SSHReader[bytes],
        writer: asyncssh.SSHWriter[bytes],
        pulse: Pulse,
    ) -> None:
        super().__init__(files, reader, writer, _PROTOCOL_VERSION)
        self._files = files
        self._pulse = pulse

    async def recv_packet(self) -> SSHPacket:
        """Read one packet; asyncssh's own would take 4 MiB into memory."""
        assert self._reader is not None  # noqa: S101 - set until the clean-up
        size = int.from_bytes(await self._reader.readexactly(4), "big")
        if size > MOST_WRITTEN + 1024:
            raise asyncssh.SFTPBadMessage("This packet is too long.")
        return SSHPacket(await self._reader.readexactly(size))

    async def _process_packet(self, pkttype: int, pktid: int, packet: SSHPacket) -> None:
        with self._pulse.beat():
            await super()._process_packet(pkttype, pktid, packet)

    async def _process_open(self, packet: SSHPacket) -> bytes:
        self._count_handles()
        return await super()._process_open(packet)

    async def _process_opendir(self, packet: SSHPacket) -> bytes:
        self._count_handles()
        return await super()._process_opendir(packet)

    async def _process_close(self, packet: SSHPacket) -> None:
        self._files.client_closes = True
        try:
            await super()._process_close(packet)
        finally:
            self._files.client_closes = False

    async def _process_limits(self, packet: SSHPacket) -> asyncssh.SFTPLimits:
        packet.check_end()
        return asyncssh.SFTPLimits(MOST_WRITTEN + 1024, MOST_WRITTEN, MOST_WRITTEN, MOST_HANDLES)

    def _count_handles(self) -> None:
        if len(self._file_handles) + len(self._dir_handles) >= MOST_HANDLES:
            raise asyncssh.SFTPFailure("Too many files are open; close some first.")

    _packet_handlers = {  # noqa: RUF012 - asyncssh's own is a plain dict too
        kind: _answered(cast("Request", handler))
        for kind, handler in {
            **SFTPServerHandler._packet_handlers,  # noqa: SLF001 - the only way to limit them
            FXP_OPEN: _process_open,
            FXP_OPENDIR: _process_opendir,
            FXP_CLOSE: _process_close,
            _LIMITS: _process_limits,
        }.items()
        if kind not in _DROPPED
    }
