"""A front end that serves from a loop in a thread of its own, for clients that block."""

from __future__ import annotations

import asyncio
import os
import socket
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import asyncssh

from ingest.frontends import sftp
from ingest.settings import Sftp
from tests.frontends.conftest import Home
from tests.waiting import eventually

T = TypeVar("T")

HOST_KEY = asyncssh.generate_private_key("ssh-ed25519")


class Loop:
    """An event loop in a thread."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.errors: list[str] = []
        self.loop.set_exception_handler(lambda _, context: self.errors.append(str(context)))
        self._thread = threading.Thread(target=self.loop.run_forever, name="serving")
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine there and wait for it here."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(30)

    def close(self) -> None:
        """Stop; fail if anything is still running or went unnoticed."""
        leftover = self.run(_tasks())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(10)
        self.loop.close()
        assert not leftover, f"tasks left: {leftover}"
        assert not self.errors, self.errors


class Served:
    """A front end that is listening, and what a client needs to find it."""

    def __init__(self, loop: Loop, front_end: sftp.SftpFrontEnd, port: int) -> None:
        self.loop = loop
        self.front_end = front_end
        self.port = port
        self.host_key = HOST_KEY

    def stop(self, *, drain_seconds: float = 0.0) -> None:
        """Stop the front end, as the gateway does."""
        self.loop.run(self.front_end.stop(drain_seconds=drain_seconds))


@contextmanager
def serving_sftp(home: Home, **settings: Any) -> Iterator[Served]:
    """Serve a home over SFTP; at the end nothing may be left of it, threads included.

    Settings are taken as they are, so that a test can have shorter times than are allowed.
    """
    with socket.create_server(("127.0.0.1", 0)) as sock:
        threads = set(threading.enumerate())
        descriptors = os.listdir("/proc/self/fd")
        loop = Loop()
        chosen = Sftp.model_construct(**{**Sftp().model_dump(), **settings})
        front_end = loop.run(
            sftp.listen(
                sock,
                settings=chosen,
                host_key=HOST_KEY,
                gatekeeper=home.gatekeeper,
                shelves=home.shelves,
            )
        )
        served = Served(loop, front_end, sock.getsockname()[1])
        try:
            yield served
        finally:
            served.stop()
            loop.close()
        left = {one for one in set(threading.enumerate()) - threads if "sftp" in one.name}
        assert not left, f"threads left: {left}"
        eventually(lambda: len(os.listdir("/proc/self/fd")) <= len(descriptors))  # none left
        assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN), "it is the owner's socket"


async def _tasks() -> list[str]:
    await asyncio.sleep(0)
    return [str(one) for one in asyncio.all_tasks() if one is not asyncio.current_task()]
