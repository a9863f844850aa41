"""The control connection: lines in, replies out, each command in its turn.

While a thread works for a client, what it sends meanwhile waits in line: nothing overtakes a
login, an fsync or a 226.
"""

from __future__ import annotations

import select
import socket
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

import structlog
from pyftpdlib import ioloop  # type: ignore[import-untyped]  # pyftpdlib ships no types
from pyftpdlib.handlers import TLS_FTPHandler  # type: ignore[import-untyped]  # as above

from ingest.frontends.ftp.listing import shown
from ingest.frontends.ftp.ports import plain_address
from ingest.frontends.ftp.reception import Reception
from ingest.frontends.ftp.tls import Contexts, TlsConnection
from storage.delivery import printable
from storage.errors import DropsafeError, StorageFailing, UploadIncomplete, UploadTooLarge

log = structlog.get_logger()

_MOST_HELD = 64  # commands that may wait; real clients send one at a time
_MOST_UNREAD = 1000  # replies that a client may leave unread

T = TypeVar("T")


class Control(TlsConnection, TLS_FTPHandler):  # type: ignore[misc]  # pyftpdlib ships no types
    """A control connection that runs one command at a time."""

    banner = "dropsafe ready."
    timeout = 0  # the front end watches the time
    unicode_errors = "surrogateescape"  # names that are not UTF-8 keep their bytes
    _in_buffer: list[bytes]  # the library's: pieces of the present line

    def __init__(
        self,
        conn: socket.socket,
        server: Any,  # noqa: ANN401 - the library's own types
        ioloop: Any = None,  # noqa: ANN401 - as above
        *,
        reception: Reception,
    ) -> None:
        self.reception = reception
        self.proto_cmds = reception.protocol
        self.passive_ports = reception.passive_ports
        self.masquerade_address = reception.advertised_address
        self.heard = self.opened = time.monotonic()
        self.is_busy = False
        self._is_running = False
        self._held: deque[bytes] = deque()
        super().__init__(conn, server, ioloop)

    def __repr__(self) -> str:
        """Without names that a client chose."""
        return f"<Control {id(self):#x}>"

    def get_ssl_context(self) -> Contexts:
        """Asked by the library, which would keep one for the whole class."""
        return self.reception.tls

    @property
    def peer(self) -> str:
        """The client's address."""
        return plain_address(self.remote_ip)

    @property
    def is_connected(self) -> bool:
        """Whether the client still holds its end of the control connection; in any thread.

        The kernel is asked: reading ahead would not see an end behind bytes that wait, such as
        TLS's own goodbye.
        """
        poller = select.poll()
        poller.register(self._fileno, select.POLLRDHUP)
        # The number may be another connection's by now, but then this one was closed before.
        return not poller.poll(0) and not self._closed

    def must_wait(self, line: bytes) -> bool:
        """Whether a command cannot be run yet (or, after the end, ever)."""
        del line
        return bool(self.is_busy or self._closing or self._closed)

    def found_terminator(self) -> None:
        """Called by the library for each line; it waits until those before it are done."""
        self.heard = time.monotonic()
        self._held.append(b"".join(self._in_buffer))
        self._in_buffer = []
        self._in_buffer_len = 0
        if len(self._held) > _MOST_HELD or len(self.producer_fifo) > _MOST_UNREAD:
            log.warning("ftp.flooded", peer=self.peer)
            self.drop_input()
            self.close()
        self.go_on()

    def go_on(self) -> None:
        """Run the lines that need not wait any more."""
        if self._is_running:  # a command ended a transfer: its own reply comes first
            return
        self._is_running = True
        try:
            while self._held and not self.must_wait(self._held[0]):
                self._run(self._held.popleft())
        finally:
            self._is_running = False

    def process_command(self, cmd: str, *args: str, **kwargs: str) -> None:
        """Called by the library with a command that exists, and with its argument."""
        own = self.reception.commands.get(cmd)
        if own is None:
            super().process_command(cmd, *args, **kwargs)
            return
        try:
            own(self, args[0])
        except DropsafeError as error:
            self.refuse(error)

    def drop_input(self) -> None:
        """Forget what came behind the present command.

        A man in the middle who sends commands in the segment of `AUTH TLS` would have them run
        inside the session that he cannot enter (CVE-2011-0411 was this in mail).
        """
        self._held.clear()
        self.ac_in_buffer = b""
        self._in_buffer = []
        self._in_buffer_len = 0

    def in_thread(
        self,
        pool: ThreadPoolExecutor,
        work: Callable[[], T],
        then: Callable[[Future[T]], None],
    ) -> None:
        """Do what blocks in a thread; `then` is called with its outcome, even after `close`."""
        self.is_busy = True
        self.reception.jobs.run(pool, work, partial(self._back, then))

    def answer(self, work: Callable[[], str | list[str]]) -> None:
        """Answer with a line, or several, that take the shelf's lock or the disk to find."""
        self.in_thread(self.reception.jobs.disk, work, self._answered)

    def pause(self, seconds: float, then: Callable[[], None]) -> None:
        """Do something later, and let commands wait until then; not at all if the client goes."""
        self.is_busy = True
        self.call_later(seconds, self._back, lambda _: then(), None)

    def respond(self, resp: str, logfun: object = None) -> None:
        """Send one line; a client's own words in it cannot end it or steer a terminal."""
        del logfun
        self.push(shown(resp) + "\r\n")

    def push(self, data: str) -> None:
        """Send text; the library would fail on names that are not UTF-8."""
        ioloop.AsyncChat.push(self, data.encode("utf-8", self.unicode_errors))

    def refuse(self, error: BaseException) -> None:
        """Answer with what an error means in FTP; one that is a mistake of ours tells nothing."""
        if not isinstance(error, DropsafeError):
            log.error("ftp.failed", peer=self.peer, exc_info=error)
        self.respond(refusal(error))

    def dismiss(self, reply: str) -> None:
        """Say why, and close; who does not read, or shakes hands for ever, is not waited for."""
        if self._closing or self._ssl_accepting:
            self.close()
        else:
            self.respond(reply)
            self.close_when_done()

    def handle_error(self) -> None:
        """Called by the library inside an `except`."""
        log.exception("ftp.failed", peer=self.peer)
        self._error = True  # no goodbye in TLS: that may be what failed
        self.close()

    def handle_failed_ssl_handshake(self) -> None:
        """Called by the library."""
        log.info("ftp.handshake_failed", peer=self.peer)
        self.close()

    def log(self, msg: str, logfun: object = None) -> None:
        """The library's log lines hold what a client sent: dropped, as in the next ones."""

    def logline(self, msg: str, logfun: object = None) -> None:
        """See `log`."""

    def log_cmd(self, cmd: str, arg: str, respcode: int, respstr: str) -> None:
        """See `log`."""

    def _answered(self, done: Future[str | list[str]]) -> None:
        error = done.exception()
        if error is not None:
            self.refuse(error)
            return
        lines = done.result()
        for line in [lines] if isinstance(lines, str) else lines:
            self.respond(line)

    def _back(self, then: Callable[[T], None], outcome: T) -> None:
        self.is_busy = False
        self.heard = time.monotonic()
        then(outcome)
        self.go_on()

    def _run(self, line: bytes) -> None:
        if b"\0" in line:
            self.respond("501 A command cannot hold a NUL character.")
            return
        text = self.decode(line)
        command = text.split(" ")[0].upper()
        self.pre_process_command(text, command, text[len(command) + 1 :])


def refusal(error: BaseException) -> str:
    """What an error means in FTP (RFC 959, section 4.2)."""
    match error:
        case StorageFailing():
            return f"{'452' if error.is_full else '451'} {error.message}"
        case UploadTooLarge():
            return f"552 {error.message}"
        case UploadIncomplete():
            return f"426 {error.message}"
        case DropsafeError():
            return f"{'451' if error.temporary else '550'} {printable(error.message)}"
        case _:
            return "451 The server failed. Please try again later."
