"""What a client of the contract is, and how the rules put it to work."""

from __future__ import annotations

import os
import socket
import struct
import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

from parsers.mail.message import attachments
from storage.layout import DATA
from tests.frontends.conftest import Home
from tests.frontends.contract.answers import Answer, Login, Source
from tests.frontends.contract.doors import Door
from tests.waiting import eventually


class Client(ABC):
    """One program or library as people use it.

    `kind` is the door it comes to; `program` what must be installed for it; `hears_why` says
    whether it passes on the reason of a no that comes in the middle of a transfer.
    """

    name: str
    kind: str
    program = ""
    hears_why = True

    @abstractmethod
    def send(
        self, door: Door, login: Login, name: str, source: Source, *, rename_to: str = ""
    ) -> Answer:
        """Upload under a name, in a connection of its own, and then rename if that is asked for."""

    def put(self, door: Door, name: str, data: bytes, *, login: Login | None = None) -> Answer:
        """Upload some bytes in one go."""
        return self.send(door, login or Login(), name, Source(data))

    def __repr__(self) -> str:
        return self.name


class ShelfClient(Client):
    """A client that can look around and try its hand at what is there.

    `verbs` are those of `read`, `remove`, `rename`, `append`, `size`, `list` and `touch` that it
    knows; `rename` takes the new name.
    """

    verbs: frozenset[str]

    @abstractmethod
    def ask(self, door: Door, verb: str, name: str, new_name: str = "") -> Answer:
        """Do one of the verbs in a connection of its own; what it prints is in the words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnderWay:
    """An upload of which the server has some bytes and not all."""

    source: Source
    answer: Future[Answer]


@contextmanager
def under_way(
    client: Client, door: Door, name: str, data: bytes, *, seconds: float
) -> Iterator[UnderWay]:
    """Begin an upload and wait until the server has some of it.

    A client that cannot be held in the middle is slowed down, to take so many seconds.
    """
    source = Source(data, held=True, seconds=seconds)
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(client.send, door, Login(), name, source)
        try:
            eventually(lambda: _has_bytes(door.home) or answer.done(), seconds=15)
            assert not answer.done(), answer.result()
            yield UnderWay(source=source, answer=answer)
        finally:
            source.cut()


def arrived(home: Home) -> list[tuple[str, bytes]]:
    """Name and bytes of every file that was accepted, those in messages taken out of them."""
    files: list[tuple[str, bytes]] = []
    for envelope, data in home.accepted():
        if envelope.origin.via == "smtp":
            files += [(one.name, one.data) for one in attachments(data)]
        else:
            files.append((envelope.origin.name, data))
    return files


def reset(sock: socket.socket) -> None:
    """End a connection as a crashed machine does: with a reset, whoever else holds the object."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    os.close(sock.detach())


def all_at_once(calls: list[tuple[Client, Door, str, bytes]]) -> list[Answer]:
    """Put many files, each client in a thread of its own, all starting together."""
    barrier = threading.Barrier(len(calls))

    def one(call: tuple[Client, Door, str, bytes]) -> Answer:
        client, door, name, data = call
        barrier.wait(10)
        return client.put(door, name, data)

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(one, calls))


def _has_bytes(home: Home) -> bool:
    for directory in home.arriving():
        try:
            if (directory / DATA).stat().st_size:
                return True
        except FileNotFoundError:
            continue
    return False
