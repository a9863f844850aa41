"""What blocks runs in threads; what follows from it runs in the FTP loop's own thread.

The one loop serves every client, so nothing in it may wait for a disk or a slow hash.
"""

from __future__ import annotations

import socket
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import TypeVar

import structlog
from pyftpdlib import ioloop  # type: ignore[import-untyped]  # pyftpdlib ships no types

from storage.spool import Upload

log = structlog.get_logger()

_DISK_THREADS = 8  # more did not make fsync faster
_LOGIN_THREADS = 2  # a flood of guesses keeps these busy, not the disk's
_WAKE_UPS = 4096

T = TypeVar("T")


class Jobs:
    """Threads for one loop, which is woken through a pair of sockets when one has finished.

    To the library's loop this is one more handler: `_fileno`, `readable`, `writable`,
    `handle_read_event`, `handle_close`, `handle_error` and `close` are what it asks of one.
    """

    def __init__(self, loop: ioloop.IOLoop) -> None:
        self.disk = ThreadPoolExecutor(_DISK_THREADS, "ftp-disk")
        self.logins = ThreadPoolExecutor(_LOGIN_THREADS, "ftp-login")
        self._calls: deque[Callable[[], None]] = deque()
        self._reader, self._writer = socket.socketpair()
        self._reader.settimeout(0)
        self._writer.settimeout(0)
        self._fileno = self._reader.fileno()
        self._loop = loop
        loop.register(self._fileno, self, loop.READ)

    def run(
        self,
        pool: ThreadPoolExecutor,
        work: Callable[[], T],
        then: Callable[[Future[T]], None],
    ) -> None:
        """Do some work in a thread of a pool; `then` is called in the loop with its outcome."""
        pool.submit(work).add_done_callback(lambda done: self.call(partial(then, done)))

    def call(self, function: Callable[[], None]) -> None:
        """Have a function called in the loop's thread; from any thread."""
        self._calls.append(function)
        with suppress(OSError):  # full: it is awake already; closed: `finish` makes the last calls
            self._writer.send(b"\0")

    def discard(self, upload: Upload) -> None:
        """Throw an upload away, outside the loop: removing a large file takes the disk a while."""
        try:
            self.disk.submit(upload.abort)
        except RuntimeError:  # the threads have ended, and the loop serves nobody any more
            upload.abort()

    def finish(self) -> None:
        """Let what is under way in the threads end, and make the calls that follow from it."""
        self.disk.shutdown(wait=True)
        self.logins.shutdown(wait=True)
        self._make_calls()

    def readable(self) -> bool:
        """Always: it only ever wakes the loop."""
        return True

    def writable(self) -> bool:
        """Never: threads write, not the loop."""
        return False

    def handle_read_event(self) -> None:
        """Called by the loop when a thread has something to be called."""
        with suppress(BlockingIOError):
            self._reader.recv(_WAKE_UPS)
        self._make_calls()

    def handle_close(self) -> None:
        """Called by the loop if the pair of sockets breaks, which nothing here can cause."""
        log.error("ftp.wakeup_broken")

    def handle_error(self) -> None:
        """Called by the loop for an exception in `handle_read_event`."""
        log.exception("ftp.failed")

    def close(self) -> None:
        """Called when the loop is closed."""
        self._loop.unregister(self._fileno)
        self._reader.close()
        self._writer.close()

    def _make_calls(self) -> None:
        while self._calls:
            function = self._calls.popleft()
            try:
                function()
            except Exception:  # one client's failure must not eat another's call
                log.exception("ftp.failed")
