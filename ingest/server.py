"""The server: takes the home, opens the sockets, starts the gateway and workers, watches them."""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from ingest.certificate import certificate
from ingest.home import Home, make_directories
from ingest.hostkey import hostkey_of
from ingest.settings import address_of
from ingest.verify.at_start import StartCheck
from storage.errors import DatabaseAway, DropsafeError, ServerRunning
from storage.files import write_durably
from storage.layout import Layout

log = structlog.get_logger()

_LOCK_PATIENCE = 1.0  # s; the children of a server that was just killed need a moment to follow it
_STOP_PATIENCE = 30.0  # s; then what has not ended is killed, which loses nothing
_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 30.0
_HEALTHY_SECONDS = 10.0  # a child that lived so long may be started again at once


def serve(home: Home, *, workers: int, on_ready: Callable[[dict[str, str]], None]) -> None:
    """Run the server until SIGTERM or SIGINT.

    `on_ready` gets the address of each front end when all are listening.

    Raises:
        ServerRunning: another server has this home.
        UnsafeDatabase: the database would lose what it committed.
        DropsafeError: an address cannot be listened on, or the schema does not fit.
    """
    make_directories(home.layout)
    with _taken(home.layout):
        try:
            home.database.check()
        except DatabaseAway as error:
            log.warning("server.without_database", why=error.message, hint=error.hint)
        _check_keys(home)
        home.layout.listening.unlink(missing_ok=True)
        sockets = _open_sockets(home)
        addresses = {name: _said(sock) for name, sock in sockets.items()}

        def ready() -> None:
            write_ready_file(home.layout.listening, addresses)
            on_ready(addresses)
            check.start()

        check = StartCheck(home)
        try:
            asyncio.run(_Server(home, sockets, workers).run(ready))
        finally:
            check.stop()


def write_ready_file(path: Path, addresses: dict[str, str]) -> None:
    """Say where the front ends listen, as one JSON document that appears at once and whole."""
    write_durably(path.absolute(), json.dumps(addresses).encode() + b"\n")


@contextmanager
def _taken(layout: Layout) -> Iterator[None]:
    """Hold the home's lock. Raises ServerRunning."""
    descriptor = os.open(layout.lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        _lock(descriptor)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int) -> None:
    deadline = time.monotonic() + _LOCK_PATIENCE
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() > deadline:
                owner = os.pread(descriptor, 20, 0).decode().strip() or "unknown"
                raise ServerRunning(
                    f"A server is already running on this home (process {owner}).",
                    hint="Stop it first, or give this one a home of its own with --home.",
                ) from error
            time.sleep(0.05)
        else:
            return


def _check_keys(home: Home) -> None:
    """Refuse a host key or certificate that no gateway could use. Raises SettingsError."""
    settings = home.settings
    if settings.ftp.listen or settings.smtp.listen:
        certificate(home.layout, settings.tls)
    if settings.sftp.listen:
        hostkey_of(home.layout, settings.sftp)


def _open_sockets(home: Home) -> dict[str, socket.socket]:
    """Listen on every address of the settings; the sockets outlive a gateway that dies."""
    settings = home.settings
    listens = {
        "sftp": settings.sftp.listen,
        "ftp": settings.ftp.listen,
        "smtp": settings.smtp.listen,
    }
    return {name: _listen(name, listen) for name, listen in listens.items() if listen}


def _listen(name: str, listen: str) -> socket.socket:
    host, port = address_of(listen)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        # By itself: create_server turns what is wrong with a name into an errno that there is not.
        [(_, _, _, _, address), *_] = socket.getaddrinfo(host, port, family, socket.SOCK_STREAM)
        return socket.create_server(address, family=family, backlog=512)
    except (socket.gaierror, UnicodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "no machine has such a name"
        raise DropsafeError(
            f"{name}.listen: cannot listen on {listen}: {why}.",
            hint="Set an address of this machine in dropsafe.toml; 0.0.0.0 stands for all of them.",
        ) from error
    except OSError as error:
        raise DropsafeError(
            f"{name}.listen: cannot listen on {listen}: {os.strerror(error.errno or 0)}.",
            hint="Stop what has this address, or set another in dropsafe.toml.",
        ) from error


def _said(sock: socket.socket) -> str:
    host, port = sock.getsockname()[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


@dataclass(slots=True)
class _Server:
    """The running server: its children, each started again when it dies."""

    home: Home
    sockets: dict[str, socket.socket]
    workers: int
    stopping: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self, on_ready: Callable[[], None]) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stopping.set)
        # Never written to: children notice that it closes when this process ends, however it does.
        lifeline, ours = os.pipe()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._watch("gateway", lifeline, on_ready))
            for _ in range(self.workers):
                group.create_task(self._watch("worker", lifeline, None))
        os.close(lifeline)
        os.close(ours)

    async def _watch(self, name: str, lifeline: int, on_ready: Callable[[], None] | None) -> None:
        """Keep one child running until the server stops."""
        pause = _FIRST_PAUSE
        while not self.stopping.is_set():
            started = time.monotonic()
            try:
                child, ready = await self._start(name, lifeline)
            except OSError as error:  # no descriptor, memory or process is left: it may pass
                log.error("child.not_started", child=name, why=str(error))  # noqa: TRY400 - said so
                pause = min(2 * pause, _LONGEST_PAUSE)
                await self._stopping_within(pause)
                continue
            if ready and on_ready is not None:
                on_ready()
                on_ready = None
            await self._ended(child)
            if self.stopping.is_set():
                return
            log.error("child.died", child=name, status=child.returncode)
            lived = time.monotonic() - started
            pause = _FIRST_PAUSE if lived > _HEALTHY_SECONDS else min(2 * pause, _LONGEST_PAUSE)
            await self._stopping_within(pause)

    async def _start(self, name: str, lifeline: int) -> tuple[asyncio.subprocess.Process, bool]:
        """Start a child; whether it is ready, or died before. Raises OSError."""
        if name == "worker":
            return await self._spawn("worker", [str(lifeline)], [lifeline]), True
        theirs = {front_end: sock.fileno() for front_end, sock in self.sockets.items()}
        ready, done = os.pipe()
        with os.fdopen(ready, "rb", buffering=0) as answer:
            with os.fdopen(done, "wb"):
                child = await self._spawn(
                    "gateway",
                    [json.dumps(theirs), str(done), str(lifeline)],
                    [*theirs.values(), done, lifeline],
                )
            said = await asyncio.to_thread(answer.read, 1)  # nothing, if it died before
        return child, bool(said)

    async def _spawn(
        self, module: str, arguments: list[str], descriptors: list[int]
    ) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            f"ingest.{module}",
            str(self.home.layout.home),
            *arguments,
            stdin=asyncio.subprocess.DEVNULL,
            pass_fds=descriptors,
        )

    async def _ended(self, child: asyncio.subprocess.Process) -> None:
        """Wait until a child ends; when the server stops, ask it to, and then make it."""
        ended = asyncio.create_task(child.wait())
        stopping = asyncio.create_task(self.stopping.wait())
        await asyncio.wait([ended, stopping], return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if not ended.done():
            with suppress(ProcessLookupError):  # it ended by itself just now
                child.terminate()
            try:
                await asyncio.wait_for(asyncio.shield(ended), _STOP_PATIENCE)
            except TimeoutError:
                log.error("child.killed", pid=child.pid)  # noqa: TRY400 - the time-out says nothing
                with suppress(ProcessLookupError):
                    child.kill()
        await ended

    async def _stopping_within(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self.stopping.wait(), seconds)
        except TimeoutError:
            return
