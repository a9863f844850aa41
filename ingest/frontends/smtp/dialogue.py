"""The SMTP dialogue of one connection, with one yes for each message that is on disk.

aiosmtpd reads and answers the commands. Where its own ways would not do they are replaced here:
DATA (it keeps a message in memory three times over), addresses (its parser may fail), AUTH
(nobody logs in here), errors (it shows them to the client), and what ends a connection.
"""

from __future__ import annotations

import asyncio
import re
import ssl
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

import structlog
from aiosmtpd.smtp import SMTP

from ingest.auth import LoginEnded
from ingest.frontends.smtp.data import DotDecoder, IncomingMessage
from ingest.frontends.smtp.recipients import (
    NULL_SENDER,
    MailEnvelope,
    MailSession,
    Postmaster,
    peer_of,
)
from ingest.settings import Smtp
from storage.accounts import Tenant
from storage.delivery import Origin, printable
from storage.errors import DropsafeError, ReceptionError, StorageFailing, UploadTooLarge
from storage.spool import Spool

log = structlog.get_logger()

_NAME = "message.eml"  # a subject is not a file name, and may be anything
_PATH = re.compile(
    r"""(?: < (?P<in_brackets> (?: "(?:[^"\\]|\\.)*" | [^<>"\s] )* ) >
          | (?P<bare> [^<>"\s]+ ) )
        (?: [ ]+ (?P<rest> .*) )?""",
    re.VERBOSE,
)
_ALL = 1 << 30  # more than the reader ever holds: asyncio stops reading at 256 KiB and a bit
_PROGRESS = 16 << 10  # bytes that must come within the idle time: a trickle is not progress
_LINGER = 5.0  # seconds for a goodbye to leave, to a client that may read no more
_MOST_REFUSALS = 20  # recipients in one connection
_STOPPING = "421 4.3.2 The server is stopping, please come again later"
# A mail server may hand over a whole queue in one connection; nobody needs many of the others.
_CALLS = {"MAIL": 10_000, "RCPT": 10_000, "DATA": 10_000, "RSET": 10_000, "*": 50}


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What all connections share; `left` is called when one has ended."""

    settings: Smtp
    tls: ssl.SSLContext
    spool: Spool
    threads: Executor
    postmaster: Postmaster
    left: Callable[[Connection], None]


class Connection(SMTP):
    """One connection: aiosmtpd's dialogue with the replacements that the module names."""

    def __init__(self, house: House) -> None:
        self._house = house
        # aiosmtpd's own is shared by all connections, and grows with every EHLO.
        self.command_size_limits = defaultdict(lambda: SMTP.command_size_limit)
        super().__init__(
            house.postmaster,
            data_size_limit=house.settings.max_message_size,
            enable_SMTPUTF8=True,
            hostname=house.settings.domain,
            ident="ESMTP",  # without name and version of what runs here
            tls_context=house.tls,
            timeout=house.settings.idle_seconds,
            command_call_limit=_CALLS,
            loop=asyncio.get_running_loop(),
        )
        del self._smtp_methods["AUTH"]
        self._receiving = False
        self._finishing = False
        self._bytes_since_timeout = 0

    @property
    def peer(self) -> str:
        """The address at the other end."""
        return peer_of(self.session)

    @property
    def task(self) -> asyncio.Task[None] | None:
        """What runs the dialogue; None before the connection is made."""
        return self._handler_coroutine

    def finish(self) -> None:
        """End the connection as soon as no message is on its way."""
        self._finishing = True
        if self.task is not None and not self._receiving:
            self._goodbye(_STOPPING)

    def cut(self) -> None:
        """End the connection now."""
        # Where there is TLS, the transport below it: asyncio's TLS transport forgets it when it is
        # closed a second time, and would then abort nothing.
        transport = self._original_transport or self.transport
        if isinstance(transport, asyncio.WriteTransport):
            transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called for a new connection, and again when its TLS is up."""
        is_new = self.task is None
        super().connection_made(transport)
        if is_new and self.task is not None:
            self.task.add_done_callback(self._end)
        if self._finishing:
            self._goodbye(_STOPPING)

    def connection_lost(self, error: Exception | None) -> None:
        """Called by the transport, and by aiosmtpd as well when a handshake fails."""
        super().connection_lost(error)
        # Nobody waits for it; asyncio looks at its error only if the garbage collector happens to
        # meet the protocol before this future, and complains of an error never seen if not.
        closed: asyncio.Future[None] = vars(self)["_closed"]  # which typeshed does not know
        if closed.done() and not closed.cancelled():
            closed.exception()
        self._house.left(self)

    async def smtp_STARTTLS(self, arg: str) -> None:  # noqa: N802 - aiosmtpd's name
        """Begin TLS, once. aiosmtpd drops what was pipelined behind the command."""
        if self._tls_protocol is not None:
            await self.push("503 5.5.1 TLS is active already")
        else:
            await super().smtp_STARTTLS(arg)

    async def smtp_VRFY(self, arg: str) -> None:  # noqa: ARG002, N802 - aiosmtpd's signature
        """Tell nothing, whether the address exists or not (RFC 5321 section 7.3)."""
        await self.push("252 2.1.5 Cannot verify, but will take messages for those who exist")

    async def smtp_RCPT(self, arg: str | None) -> None:  # noqa: N802 - aiosmtpd's name
        """Take a recipient; one who tries many that do not exist is sent away."""
        await super().smtp_RCPT(arg)
        if isinstance(self.session, MailSession) and self.session.refusals >= _MOST_REFUSALS:
            await self._hang_up("421 4.7.0 Too many unknown recipients")

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802 - aiosmtpd's name
        """Stream a message into the spool, and say yes when it is there."""
        if await self.check_helo_needed():
            return
        envelope = self.envelope
        if not isinstance(envelope, MailEnvelope) or envelope.tenant is None:
            await self.push("503 5.5.1 Error: need RCPT command")
            return
        if arg:
            await self.push("501 5.5.4 Syntax: DATA")
            return
        origin = Origin(
            tenant=envelope.tenant.name,
            name=_NAME,
            via="smtp",
            peer=self.peer,
            sender=printable(envelope.mail_from or NULL_SENDER),
            recipient=printable(envelope.rcpt_tos[0].rpartition("@")[0]),
        )
        self._receiving = True
        await self.push("354 End data with <CR><LF>.<CR><LF>")
        sender = envelope.mail_from or NULL_SENDER
        confirm = partial(self._house.postmaster.confirm, envelope.tenant, sender)
        reply = await self._receive(origin, envelope.tenant, confirm)
        self.envelope = self._create_envelope()
        await self.push(reply)
        self._receiving = False
        if self._finishing:
            await self._hang_up(_STOPPING)

    async def _receive(self, origin: Origin, tenant: Tenant, confirm: Callable[[], None]) -> str:
        """Take one message; the reply to it. A tenant's own limit counts the whole message."""
        limit = min(
            self._house.settings.max_message_size,
            tenant.max_file_size or self._house.settings.max_message_size,
        )
        message = IncomingMessage(partial(self._house.spool.receive, origin, limit=limit))
        try:
            error = await self._stream_into(message)
            if isinstance(error, DropsafeError):
                raise error
            if error is not None:
                return _no(error)
            self._reset_timeout()
            envelope = await self._in_thread(partial(message.commit, confirm=confirm))
        except DropsafeError as error:
            reason = error.hint or error.message
            log.warning("message.refused", tenant=origin.tenant, peer=origin.peer, reason=reason)
            return _no(error)
        finally:
            if not message.ended:  # refused or cut off
                self._house.threads.submit(message.abort)
        return f"250 2.0.0 accepted as {envelope.id}"

    async def _stream_into(self, message: IncomingMessage) -> Exception | None:
        """Read up to the end of the message, writing as it comes.

        After an error the rest is read all the same and thrown away, for nothing of it may be
        taken for a command; the error is returned. Who sends more than twice the limit is cut off.
        """
        decoder = DotDecoder()
        error: Exception | None = None
        patience = 2 * self._house.settings.max_message_size + _PROGRESS
        while not decoder.ended:
            piece = await self._reader.read(_ALL)
            content = decoder.feed(piece)
            if decoder.rest:  # nothing was read since, so it goes back to where it was
                self._reader.feed_data(decoder.rest)
            self._note_progress(len(piece))
            patience -= len(piece)
            if patience < 0:
                await self._hang_up("552 5.3.4 The message is far too large")
            if error is None and message.add(content):
                try:
                    await self._in_thread(message.flush)
                except ReceptionError as refused:
                    error = refused
                except Exception as failed:
                    log.exception("smtp.failed")
                    error = failed
        return error

    async def _in_thread(self, call: Callable[[], Any]) -> Any:  # noqa: ANN401 - what call returns
        """Run what blocks outside the loop. It runs to its end even if the connection is lost."""
        return await self.loop.run_in_executor(self._house.threads, call)

    def _note_progress(self, size: int) -> None:
        self._bytes_since_timeout += size
        if self._bytes_since_timeout >= _PROGRESS:
            self._bytes_since_timeout = 0
            self._reset_timeout()

    async def _hang_up(self, reply: str) -> None:
        """Say why and end the connection, and with it the coroutine that calls this."""
        self._goodbye(reply)
        with suppress(OSError):
            await self._writer.wait_closed()
        raise asyncio.CancelledError

    def _goodbye(self, reply: str) -> None:
        amid_handshake = self._tls_protocol is not None and not (self.session and self.session.ssl)
        if not (amid_handshake or self._writer.is_closing()):
            self._writer.write(reply.encode() + b"\r\n")
        if not self._writer.is_closing():
            self._writer.close()
        self.loop.call_later(_LINGER, self.cut)

    def _end(self, task: asyncio.Task[None]) -> None:
        """Let no connection outlive its dialogue; aiosmtpd would keep it open, and say nothing."""
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self.cut()
            if not isinstance(error, OSError):  # a lost connection
                log.error("smtp.connection_failed", peer=self.peer, exc_info=error)

    def _timeout_cb(self) -> None:
        self._goodbye("421 4.4.2 Nothing came for too long")

    def _create_session(self) -> MailSession:
        return MailSession(self.loop)

    def _create_envelope(self) -> MailEnvelope:
        return MailEnvelope()

    def _getaddr(self, arg: str) -> tuple[str | None, str | None]:
        """Read a path and what follows it: (None, None) if it is none, `<>` if it is the null one.

        aiosmtpd uses the email package here, which fails on some malformed addresses, reads
        comments, and takes longer than all the rest of the command.
        """
        found = _PATH.fullmatch(arg.strip())
        if found is None or not arg.isprintable():
            return None, None
        address = found["in_brackets"] if found["bare"] is None else found["bare"]
        return address or NULL_SENDER, found["rest"] or ""


def _no(error: Exception) -> str:
    """The reply to a message that was not accepted."""
    if isinstance(error, UploadTooLarge):
        return f"552 5.3.4 {error.message}"
    if isinstance(error, StorageFailing):
        return f"452 4.3.1 {error.message}"
    if isinstance(error, LoginEnded):
        return "550 5.7.1 This message may not be sent to this address any more"
    if isinstance(error, DropsafeError):
        return f"{'451 4.3.0' if error.temporary else '554 5.6.0'} {error.message}"
    return "451 4.3.0 The server had a problem, please send again later"
