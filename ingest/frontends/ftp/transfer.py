"""The data connection: how it ended decides whether a file is complete.

pyftpdlib says yes to whatever ended the stream: a reset, a client that died, TLS without a
goodbye. Here each ending is told apart, and the session decides what it is worth.
"""

from __future__ import annotations

import enum
import socket
import sys
import time
from contextlib import suppress
from typing import Any, Protocol

import structlog
from OpenSSL import SSL
from pyftpdlib import ioloop  # type: ignore[import-untyped]  # pyftpdlib ships no types
from pyftpdlib.exceptions import (  # type: ignore[import-untyped]  # as above
    _RetryError,
)
from pyftpdlib.handlers import TLS_DTPHandler  # type: ignore[import-untyped]  # as above

from ingest.frontends.ftp.tls import TlsConnection
from storage.errors import DropsafeError

log = structlog.get_logger()

# What pyOpenSSL says of a TCP stream that ended in order, but without TLS's own close_notify.
_BARE_END = (-1, "Unexpected EOF")
_FULL_RECORD = 16384  # bytes in a TLS record; a shorter one may be the last


class Ending(enum.Enum):
    """How a data connection ended."""

    COMPLETE = "complete"  # an orderly end of the stream; in TLS with close_notify
    UNSIGNED = "no close_notify"  # an orderly end of TCP that somebody on the way could have made
    CUT = "cut"  # reset, died, a broken TLS record
    STALLED = "stalled"
    ABORTED = "aborted"  # the client said ABOR
    FAILED = "failed"  # our disk, or the size limit


class Sink(Protocol):
    """Where an upload goes."""

    def write(self, data: bytes) -> None:
        """Take some bytes; an exception ends the transfer."""
        ...

    def ended(self, ending: Ending, error: BaseException | None) -> None:
        """Told once, when the data connection has closed."""
        ...

    def discard(self) -> None:
        """Told instead of `ended`, when the data connection never came."""
        ...


class Transfer(TlsConnection, TLS_DTPHandler):  # type: ignore[misc]  # pyftpdlib ships no types
    """A data connection, for one upload or one listing.

    The library's `recv`, `handle_close`, `handle_error` and `close` are replaced: each end of the
    connection comes to `close`, which tells the session once.
    """

    timeout = 0  # the session watches the time
    file_obj: Sink | None  # where the library writes what it reads

    def __init__(self, sock: socket.socket, cmd_channel: Any) -> None:  # noqa: ANN401 - a Session
        self.ending = Ending.CUT
        self.error: BaseException | None = None
        self.sink: Sink | None = None
        self.outgoing: bytes | None = None
        self.heard = time.monotonic()
        super().__init__(sock, cmd_channel)

    def __repr__(self) -> str:
        """Without names that a client chose."""
        return f"<Transfer {id(self):#x}>"

    @property
    def is_under_way(self) -> bool:
        """Whether there is an upload or a listing on it."""
        return self.sink is not None or self.outgoing is not None

    def take(self, sink: Sink) -> None:
        """Hand on what the client sends, as it is sent: type A changes no line end here."""
        self.heard = time.monotonic()
        self.sink = self.file_obj = sink
        self.enable_receiving("i", "STOR")

    def give(self, data: bytes) -> None:
        """Send a listing, and close."""
        self.heard = time.monotonic()
        self.outgoing = data
        self._initialized = True
        # Asked to write before the handshake, the loop would spin until the client says hello.
        if not self.is_secure or self._ssl_established:
            self._send_outgoing()
        else:
            self.modify_ioloop_events(self.ioloop.READ)

    def handle_ssl_established(self) -> None:
        """Called by the library after the handshake."""
        self.heard = time.monotonic()
        if self.outgoing is not None:
            self._send_outgoing()

    def readable(self) -> bool:
        """Called by the loop when there is something to read.

        Before the command has come there is nowhere to put it, so the loop looks away until then;
        the library would close the connection of a client that is quicker than its own command.
        """
        if self._ssl_accepting or self._ssl_want_read or self.receive or self._initialized:
            return bool(self._ssl_accepting or self._ssl_want_read or self.receive)
        self.modify_ioloop_events(0)
        return False

    def recv(self, buffer_size: int) -> bytes:
        """Called by the library; an end of the stream comes out as no bytes, after `close`."""
        try:
            data: bytes = self.socket.recv(buffer_size)
        except SSL.WantReadError as error:
            self._ssl_want_read = True
            raise _RetryError from error
        except SSL.WantWriteError as error:
            self._ssl_want_write = True
            raise _RetryError from error
        except BlockingIOError as error:
            raise _RetryError from error
        except SSL.ZeroReturnError:
            return self._ended(Ending.COMPLETE)
        except SSL.SysCallError as error:
            return self._ended(Ending.UNSIGNED if error.args == _BARE_END else Ending.CUT)
        except (SSL.Error, OSError):
            return self._ended(Ending.CUT)
        if not data:
            return self._ended(Ending.COMPLETE)
        self.heard = time.monotonic()
        if self.is_secure and len(data) < _FULL_RECORD:
            # The client's goodbye waits in its kernel until what went before is acknowledged
            # (Nagle), which ours would put off by 40 ms. Linux forgets this with every answer.
            self._tcp.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        return data

    def send(self, data: bytes) -> int:
        """Called by the library to send a piece of a listing; returns how many bytes went."""
        sent: int = super().send(data)
        if sent:
            self.heard = time.monotonic()
        return sent

    def handle_close(self) -> None:
        """Called by the library when the connection broke, or when a listing is all sent."""
        all_sent = self.outgoing is not None and not self.producer_fifo
        self.end(Ending.COMPLETE if all_sent else Ending.CUT)

    def handle_error(self) -> None:
        """Called by the library inside an `except`: most often the upload refused a write."""
        self.error = sys.exc_info()[1]
        if not isinstance(self.error, DropsafeError):
            log.exception("ftp.failed")
        self._error = True
        self.end(Ending.FAILED)

    def handle_failed_ssl_handshake(self) -> None:
        """Called by the library."""
        self.end(Ending.CUT)

    def end(self, ending: Ending) -> None:
        """Close the connection, for a reason."""
        if not self._closed:
            self.ending = ending
            self.close()

    def close(self) -> None:
        """Close the connection and tell the session, once."""
        if self._closed:
            return
        if self.is_secure and self._ssl_established and not self._error:
            with suppress(SSL.Error, OSError):
                self.socket.shutdown()  # our close_notify; nobody waits for the client's
        ioloop.AsyncChat.close(self)
        self.file_obj = None
        self.cmd_channel.data_ended(self)

    def _send_outgoing(self) -> None:
        data = self.outgoing or b""
        size = self.ac_out_buffer_size
        self.producer_fifo.extend(data[at : at + size] for at in range(0, len(data), size))
        self.producer_fifo.append(None)  # the library's own sign for 'then close'
        self._wanted_io_events = self.ioloop.WRITE
        self.modify_ioloop_events(self.ioloop.WRITE)

    def _ended(self, ending: Ending) -> bytes:
        self.end(ending)
        return b""
