"""The connections of one SFTP front end: how many there may be, and how they come to an end."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine
from typing import Protocol

_STRANGER_SECONDS = 10.0
"""A login that is not done after so long gives way to a newer one when there is no room."""
_SETTLED_SECONDS = 1.0
"""When draining, a client has so long after its last answer to rename what it has uploaded."""
_POLL_SECONDS = 0.02


class Connection(Protocol):
    """What is asked of a connection; `since` and `quiet` are in seconds."""

    since: float

    @property
    def is_known(self) -> bool:
        """Whether its client has logged in."""
        ...

    @property
    def is_uploading(self) -> bool:
        """Whether it has a file open."""
        ...

    @property
    def quiet(self) -> float:
        """How long it has asked for nothing."""
        ...

    def cut(self) -> None:
        """Close it now; harmless when it is closed."""
        ...


class Connections:
    """Who is connected, `most` at a time; at most half of them may be strangers.

    A burst of honest clients is turned away at the door, where they try again; but whoever holds
    a place without logging in cannot keep it.
    """

    def __init__(self, most: int) -> None:
        self.draining = False
        self._most = most
        self._connections: dict[Connection, None] = {}  # in order of arrival
        self._tasks: set[asyncio.Task[None]] = set()

    def admit(self, connection: Connection) -> bool:
        """Take a new connection in, if there is room."""
        if self.draining:
            return False
        if not self._has_room():
            self._make_room()
        if not self._has_room():
            return False
        self._connections[connection] = None
        return True

    def leave(self, connection: Connection) -> None:
        """Forget a connection that is closed."""
        self._connections.pop(connection, None)

    def spawn(self, work: Coroutine[None, None, None]) -> None:
        """Run a session's work, and remember it until it is done."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def drain(self, seconds: float) -> None:
        """Let uploads under way end; idle connections are closed at once, no new ones come."""
        self.draining = True
        deadline = time.monotonic() + seconds
        while self._connections and time.monotonic() < deadline:
            for one in list(self._connections):
                if not one.is_known or (not one.is_uploading and one.quiet >= _SETTLED_SECONDS):
                    one.cut()
            await asyncio.sleep(_POLL_SECONDS)

    async def cut(self) -> None:
        """Close every connection and wait until its sessions have thrown away what was open."""
        while self._connections or self._tasks:
            for one in list(self._connections):
                one.cut()
            await asyncio.sleep(_POLL_SECONDS)

    def _strangers(self) -> list[Connection]:
        return [one for one in self._connections if not one.is_known]

    def _has_room(self) -> bool:
        if len(self._connections) >= self._most:
            return False
        return len(self._strangers()) < max(1, self._most // 2)

    def _make_room(self) -> None:
        for oldest in self._strangers()[:1]:
            if time.monotonic() - oldest.since >= _STRANGER_SECONDS:
                oldest.cut()
                self.leave(oldest)
