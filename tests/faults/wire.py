"""The wire between dropsafe and PostgreSQL, and what can happen to a COMMIT on it."""

from __future__ import annotations

import enum
import shutil
import socket
import struct
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_SOCKET = ".s.PGSQL.5432"
_COMMIT = b"COMMIT\0"
_PATIENCE = 10.0


class Fate(enum.Enum):
    """What becomes of one COMMIT."""

    NEVER_SENT = "the connection breaks before the database hears it"
    BEFORE_WRITE = "kill -9 of the backend before it writes the commit into its log"
    BEFORE_SYNC = "kill -9 of the backend when the commit is in its log, but not on the disk"
    NO_ANSWER = "it is done, and the connection breaks before the answer comes"


_CALLS = {Fate.BEFORE_WRITE: "pwrite64", Fate.BEFORE_SYNC: "fdatasync"}


class Wire:
    """A Unix socket that passes all on to the server's, and lets one COMMIT have its fate.

    `meet` says which one: the nth from then on. `struck` counts the connections that it cost: a
    COMMIT with nothing to write cannot be struck at its writing.
    """

    def __init__(self, server: Path) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix="dropsafe-faults-"))
        self._server = server / _SOCKET
        self._fate = Fate.NEVER_SENT
        self._left = 0
        self._lines: list[_Line] = []
        self._lock = threading.Lock()
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(self.directory / _SOCKET))
        self._listener.listen(50)
        threading.Thread(target=self._accept, daemon=True).start()

    def meet(self, fate: Fate, nth: int) -> None:
        """Let the nth COMMIT from now on have this fate; with 0 none."""
        with self._lock:
            self._fate, self._left = fate, nth

    @property
    def struck(self) -> int:
        """How many connections a fate has ended so far."""
        return sum(line.struck for line in self._lines)

    @property
    def met(self) -> bool:
        """Whether it came to that COMMIT."""
        with self._lock:
            return self._left <= 0

    def close(self) -> None:
        """Take no more connections."""
        self._listener.close()
        shutil.rmtree(self.directory)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.socket(socket.AF_UNIX)
                try:
                    server.connect(str(self._server))
                except OSError:
                    server.close()
                    client.close()
                    continue
                line = _Line(client, server, self._fate_of_commit)
                self._lines.append(line)
                threading.Thread(target=line.run, daemon=True).start()

    def _fate_of_commit(self) -> Fate | None:
        with self._lock:
            self._left -= 1
            return self._fate if self._left == 0 else None


class _Line:
    """One connection."""

    def __init__(
        self,
        client: socket.socket,
        server: socket.socket,
        fate_of_commit: Callable[[], Fate | None],
    ) -> None:
        self._client, self._server = client, server
        self._fate_of_commit = fate_of_commit
        self._backend = 0
        self._mute = threading.Event()  # nothing is told to the client any more
        self._heard = threading.Event()  # the server said something, or is gone:
        self._gone = False
        self.struck = False

    def run(self) -> None:
        """Pass on what both say until one of them ends, or is ended."""
        with self._client, self._server:
            other_way = threading.Thread(target=self._to_client, daemon=True)
            other_way.start()
            self._to_server()
            other_way.join()

    def _to_server(self) -> None:
        """Pass on what the client says, until its COMMIT is the one."""
        with suppress(OSError):
            while said := self._client.recv(1 << 16):
                fate = self._fate_of_commit() if _COMMIT in said else None
                self.struck = fate in (Fate.NEVER_SENT, Fate.NO_ANSWER)
                if fate is Fate.NEVER_SENT:
                    break
                if fate is Fate.NO_ANSWER:
                    self._mute.set()  # `_to_client` cuts it when the answer comes
                if fate in _CALLS:
                    with _killed_at(self._backend, _CALLS[fate]):
                        self._heard.clear()
                        self._server.sendall(said)
                        self._heard.wait(_PATIENCE)
                    self.struck = self._gone
                else:
                    self._server.sendall(said)
        self._cut()

    def _to_client(self) -> None:
        """Pass on what the server says."""
        with suppress(OSError):
            while said := self._server.recv(1 << 16):
                self._backend = self._backend or _backend_in(said)
                self._heard.set()
                if self._mute.is_set():
                    break
                self._client.sendall(said)
        self._gone = True
        self._heard.set()
        self._cut()

    def _cut(self) -> None:
        for one in (self._client, self._server):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)


@contextmanager
def _killed_at(pid: int, calls: str) -> Iterator[None]:
    """Have a process killed right before it makes one of these system calls in the block."""
    tracer = subprocess.Popen(
        [
            *("strace", "-q", "-o", "/dev/null", "-p", str(pid)),
            *("-e", f"trace={calls}", "-e", f"inject={calls}:signal=KILL:when=1"),
        ]
    )
    try:
        deadline = time.monotonic() + _PATIENCE
        while f"TracerPid:\t{tracer.pid}\n" not in Path(f"/proc/{pid}/status").read_text():
            assert time.monotonic() < deadline, "strace could not attach"
            time.sleep(0.005)
        yield
    finally:
        tracer.terminate()
        tracer.wait(_PATIENCE)


def _backend_in(said: bytes) -> int:
    """The process id in the first messages of a server (BackendKeyData, protocol version 3)."""
    at = 0
    while at + 5 <= len(said):
        kind, size = said[at : at + 1], struct.unpack_from("!i", said, at + 1)[0]
        if kind == b"K":
            return int(struct.unpack_from("!i", said, at + 5)[0])
        at += 1 + size
    return 0
