"""A scene on a disk whose power can be cut, with its database on the same disk."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from storage import schema
from storage.database import Database
from storage.layout import Layout
from tests.e2e.running import Server, start_server
from tests.faults.disks import Disk, mounted
from tests.faults.postgres import Postgres, running_postgres
from tests.faults.scene import Scene, furnish

MEGABYTES = {"sqlite": 96, "postgresql": 320}


@contextmanager
def public_place(*, in_memory: bool = False) -> Iterator[Path]:
    """A directory that the user of a PostgreSQL server may pass through, which pytest's is not.

    In memory it is faster: a server that was killed begins with an fsync of every file it has.
    """
    memory = Path("/dev/shm")  # noqa: S108 - what mkdtemp makes there is ours alone
    directory = memory if in_memory and memory.is_dir() else None
    place = Path(tempfile.mkdtemp(prefix="dropsafe-faults-", dir=directory))
    place.chmod(0o755)
    try:
        yield place
    finally:
        shutil.rmtree(place)


@dataclass(slots=True, kw_only=True)
class Powered:
    """A scene and what stands between it and the dark."""

    scene: Scene
    disk: Disk
    postgres: Postgres | None = None

    def fail(self, *pids: int) -> None:
        """Cut the power while these processes and all that they started run."""
        doomed = [one for pid in pids for one in with_children(pid)]
        self.disk.cut()
        kill(doomed)
        if self.postgres is not None:
            self.postgres.kill()

    def come_back(self) -> None:
        """Have power again; nobody has started dropsafe yet."""
        self.disk.come_back()
        if self.postgres is not None:
            self.postgres.start()


@contextmanager
def powered(kind: str, keys: Path, **environment: str) -> Iterator[Powered]:
    """A scene on a disk of its own, all of which is durable; `environment` is the database's."""
    with ExitStack() as stack:
        place = stack.enter_context(public_place())
        disk = Disk(place / "image", place / "disk")
        disk.make(megabytes=MEGABYTES[kind])
        stack.enter_context(mounted(disk))
        postgres, url = None, ""
        if kind == "postgresql":
            postgres = stack.enter_context(running_postgres(disk.path / "data", **environment))
            url = postgres.create("dropsafe")
        home = disk.path / "home"
        home.mkdir()
        database = Database(Layout(home), url)
        schema.upgrade(database)
        database.close()
        scene = furnish(home, kind=kind, url=url, keys=keys)
        disk.sync()
        yield Powered(scene=scene, disk=disk, postgres=postgres)


@contextmanager
def doomed_server(home: Path, **environment: str) -> Iterator[Server]:
    """A server that may be killed in the block, and surely is gone afterwards."""
    server = start_server(home, **environment)
    try:
        yield server
    finally:
        if server.process.poll() is None:
            kill(with_children(server.process.pid))
            server.process.wait(10)


def cut_under(powered_scene: Powered, server: Server) -> None:
    """Cut the power under a server, and have it again."""
    powered_scene.fail(server.process.pid)
    server.process.wait(10)
    powered_scene.come_back()


def with_children(pid: int) -> list[int]:
    """A process and all that it started, itself first."""
    found = [pid]
    for one in found:
        with suppress(FileNotFoundError, ProcessLookupError):
            for task in os.listdir(f"/proc/{one}/task"):
                children = Path(f"/proc/{one}/task/{task}/children").read_text()
                found += [int(child) for child in children.split()]
    return found


def kill(pids: list[int]) -> None:
    """kill -9 of them all; who is gone is gone."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def child(server: Server, module: str) -> int:
    """The process id of the server's gateway or worker."""
    [pid] = [pid for pid, name in server.children().items() if name == f"ingest.{module}"]
    return pid
