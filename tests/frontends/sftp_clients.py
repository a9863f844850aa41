"""Real SFTP clients, ready to use on a served home."""

from __future__ import annotations

import asyncio
import io
import shutil
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, TypeVar

import asyncssh
import paramiko
import pytest

from tests.frontends.conftest import UPLOAD_KEY, Home
from tests.frontends.serving import Served

T = TypeVar("T")


@asynccontextmanager
async def connected(
    served: Served, user: str = "acme", **options: Any
) -> AsyncIterator[asyncssh.SSHClientConnection]:
    """An asyncssh connection; it logs in with the Upload Key unless told otherwise."""
    given: dict[str, Any] = {"password": UPLOAD_KEY, "client_keys": None, **options}
    async with asyncssh.connect(
        "127.0.0.1",
        served.port,
        username=user,
        known_hosts=([served.host_key.convert_to_public()], [], []),
        config=None,
        agent_path=None,
        **given,
    ) as connection:
        yield connection


def with_sftp(served: Served, work: Callable[[asyncssh.SFTPClient], Awaitable[T]]) -> T:
    """Do something with asyncssh's SFTP client."""

    async def session() -> T:
        async with connected(served) as connection, connection.start_sftp_client() as client:
            return await work(client)

    return asyncio.run(session())


@contextmanager
def paramiko_transport(served: Served) -> Iterator[paramiko.Transport]:
    """A paramiko connection before its login."""
    transport = paramiko.Transport(("127.0.0.1", served.port))
    try:
        transport.start_client(timeout=10)
        yield transport
    finally:
        transport.close()


@contextmanager
def paramiko_sftp(served: Served) -> Iterator[paramiko.SFTPClient]:
    """Paramiko's SFTP client, logged in with the Upload Key."""
    with paramiko_transport(served) as transport:
        transport.auth_password("acme", UPLOAD_KEY)
        client = paramiko.SFTPClient.from_transport(transport)
        assert client is not None
        yield client


def put(served: Served, name: str, data: bytes) -> None:
    """Upload a file with paramiko, which looks at its size afterwards."""
    with paramiko_sftp(served) as client:
        client.putfo(io.BytesIO(data), name)


def program(name: str) -> str:
    """The path of a client program; without it the test is skipped, and CI installs it."""
    path = shutil.which(name)
    if path is None:
        pytest.skip(f"the program {name} is not installed here")
    return path


class OpenSsh:
    """The OpenSSH programs with a key of the tenant's, without any configuration of the user's."""

    def __init__(self, served: Served, home: Home, directory: Path) -> None:
        self.identity = directory / "identity"
        self.identity.touch(mode=0o600)
        self.identity.write_bytes(home.client_key.export_private_key())
        known_hosts = directory / "known_hosts"
        public = served.host_key.export_public_key().decode()
        known_hosts.write_text(f"[127.0.0.1]:{served.port} {public}")
        self.options = [
            *("-F", "/dev/null"),
            *("-o", f"UserKnownHostsFile={known_hosts}"),
            *("-o", "IdentitiesOnly=yes"),
            *("-o", "BatchMode=yes"),
            *("-i", str(self.identity)),
        ]
        self._port = served.port

    def sftp(self, *commands: str) -> subprocess.CompletedProcess[str]:
        """Run a batch of commands of the sftp program."""
        return _run(
            [program("sftp"), *self.options, "-P", str(self._port), "-b", "-", "acme@127.0.0.1"],
            given="\n".join(commands) + "\n",
        )

    def scp(self, source: Path, target: str) -> subprocess.CompletedProcess[str]:
        """Copy a file with scp, over SFTP."""
        options = [*self.options, "-s", "-P", str(self._port)]
        return _run([program("scp"), *options, str(source), f"acme@127.0.0.1:{target}"])

    def ssh(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run ssh itself."""
        options = [*self.options, "-p", str(self._port)]
        return _run([program("ssh"), *options, "acme@127.0.0.1", *arguments])


def curl(served: Served, home: Home, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run curl over SFTP with the Upload Key; libssh2 wants to know the host key by its hash."""
    del home
    path = program("curl")
    if "sftp" not in _run([path, "--version"]).stdout:
        pytest.skip("this curl was built without SFTP")
    fingerprint = served.host_key.get_fingerprint("sha256").removeprefix("SHA256:")
    login = ["--user", f"acme:{UPLOAD_KEY}", "--hostpubsha256", fingerprint]
    return _run([path, "--silent", "--show-error", *login, *arguments])


def _run(command: list[str], given: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, input=given, capture_output=True, text=True, timeout=30, check=False
    )
