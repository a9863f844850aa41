"""A real server as a process of its own, and real clients that send to it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncssh

from tests.waiting import eventually

_LISTEN = {f"DROPSAFE_{name}__LISTEN": "127.0.0.1:0" for name in ("SFTP", "FTP", "SMTP")}
START_SECONDS = 30.0


@dataclass(slots=True)
class Server:
    """One run of `dropsafe serve` on a home."""

    home: Path
    process: subprocess.Popen[bytes]
    addresses: dict[str, str] = field(default_factory=dict)

    def address(self, front_end: str) -> tuple[str, int]:
        """Host and port of a front end."""
        host, port = self.addresses[front_end].rsplit(":", 1)
        return host, int(port)

    def children(self) -> dict[int, str]:
        """The server's processes: process id and module."""
        listed = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return {int(pid): _module_of(int(pid)) for pid in listed.split()}

    def stop(self) -> int:
        """Ask it to end, and give its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)

    def kill(self) -> None:
        """Pull the plug of the server alone; its children have to notice."""
        self.process.kill()
        self.process.wait(10)

    @property
    def log(self) -> str:
        """All that this and earlier servers of the home logged."""
        return (self.home / "server.log").read_text()


@contextmanager
def run_server(home: Path, **environment: str) -> Iterator[Server]:
    """Start a server on free ports, wait until it is ready, and stop it at the end."""
    server = start_server(home, **environment)
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.stop()


def start_server(home: Path, **environment: str) -> Server:
    """Start a server on free ports and wait until it is ready."""
    ready = home / "ready.json"
    ready.unlink(missing_ok=True)
    with (home / "server.log").open("ab") as log:
        process = subprocess.Popen(
            [*command(home), "serve", "--ready-file", str(ready)],
            env={**os.environ, **_LISTEN, **environment},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    server = Server(home, process)
    eventually(lambda: ready.exists() or process.poll() is not None, seconds=START_SECONDS)
    assert process.poll() is None, server.log
    server.addresses = json.loads(ready.read_text())
    return server


def command(home: Path) -> list[str]:
    """How to call dropsafe on a home."""
    return [sys.executable, "-m", "ingest.cli", "--home", str(home)]


def dropsafe(home: Path, *arguments: str, status: int = 0, **options: Any) -> str:
    """Run a command and give what it printed; its exit status must be as expected."""
    done: subprocess.CompletedProcess[str] = subprocess.run(
        [*command(home), *arguments],
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
        **options,
    )
    assert done.returncode == status, f"{arguments}: {done.returncode}\n{done.stderr}"
    return done.stdout if status == 0 else done.stderr


def dropsafe_json(home: Path, *arguments: str) -> Any:
    """Run a command with --json and give its document."""
    return json.loads(dropsafe(home, *arguments, "--json"))


def set_mapping(home: Path, tenant: str, text: str) -> Any:
    """Set a tenant's mapping and give what the command says."""
    file = home / "mapping.toml"
    file.write_text(text)
    return dropsafe_json(home, "mapping", "set", tenant, str(file))


def all_settled(home: Path) -> bool:
    """Whether no delivery waits or is being loaded."""
    deliveries = dropsafe_json(home, "deliveries")
    return all(one["state"] not in ("received", "loading") for one in deliveries)


async def put_by_sftp(
    address: tuple[str, int], user: str, key: str, files: dict[str, bytes]
) -> list[str]:
    """Put files over one SFTP connection; gives the names whose CLOSE was answered with yes."""
    acknowledged: list[str] = []
    host, port = address
    try:
        async with (
            asyncssh.connect(
                host, port, username=user, password=key, known_hosts=None, client_keys=None
            ) as connection,
            connection.start_sftp_client() as sftp,
        ):
            for name, data in files.items():
                handle = await sftp.open(name, "wb")
                await handle.write(data)
                await handle.close()
                acknowledged.append(name)
    except (OSError, asyncssh.Error) as error:
        # The server was killed: what was not acknowledged may be sent again.
        print(f"SFTP ended with {error!r}")  # noqa: T201 - pytest shows it when a test fails
    return acknowledged


def sftp(address: tuple[str, int], user: str, key: str, files: dict[str, bytes]) -> list[str]:
    """`put_by_sftp` for tests that are not asynchronous."""
    return asyncio.run(put_by_sftp(address, user, key, files))


def _module_of(pid: int) -> str:
    try:
        arguments = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except FileNotFoundError:
        return "gone"
    return arguments[2].decode() if len(arguments) > 2 else "starting"
