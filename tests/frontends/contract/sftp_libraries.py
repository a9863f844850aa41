"""The SFTP libraries: asyncssh and paramiko, with an Upload Key or with a key."""

from __future__ import annotations

import asyncio
import errno
import io
import socket
import struct
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import asyncssh
import paramiko

from tests.frontends.contract.answers import Answer, Cut, Login, Source, Verdict
from tests.frontends.contract.clients import ShelfClient, reset
from tests.frontends.contract.doors import Door
from tests.frontends.serving import HOST_KEY

_ALL = frozenset({"read", "remove", "rename", "append", "size", "list", "touch"})
_FOR_GOOD = (asyncssh.SFTPPermissionDenied, asyncssh.SFTPNoSuchFile, asyncssh.PermissionDenied)


class Asyncssh(ShelfClient):
    """asyncssh."""

    kind = "sftp"
    verbs = _ALL

    def __init__(self, *, with_key: bool = False) -> None:
        self.name = "asyncssh-key" if with_key else "asyncssh"
        self._with_key = with_key

    def send(
        self, door: Door, login: Login, name: str, source: Source, *, rename_to: str = ""
    ) -> Answer:
        async def work() -> str:
            loop = asyncio.get_running_loop()
            async with self._connected(door, login) as connection:

                def cut() -> None:
                    loop.call_soon_threadsafe(_reset, connection)

                source.on_cut = cut
                async with connection.start_sftp_client() as client:
                    async with client.open(name, "wb") as file:
                        while piece := await asyncio.to_thread(source.read, 32 << 10):
                            await file.write(piece)
                    if rename_to:
                        await client.rename(name, rename_to)
            return ""

        return self._answer(work())

    def ask(self, door: Door, verb: str, name: str, new_name: str = "") -> Answer:
        async def work() -> str:
            async with (
                self._connected(door, Login()) as connection,
                connection.start_sftp_client() as client,
            ):
                return await self._ask(client, verb, name, new_name)

        return self._answer(work())

    async def _ask(self, client: asyncssh.SFTPClient, verb: str, name: str, new_name: str) -> str:
        match verb:
            case "read":
                async with client.open(name, "rb") as file:
                    return str(await file.read())
            case "remove":
                await client.remove(name)
            case "rename":
                await client.posix_rename(name, new_name)
            case "append":
                async with client.open(name, "r+b") as file:
                    await file.write(b"forged", 0)
            case "size":
                return str((await client.stat(name)).size)
            case "list":
                return str([(one.filename, one.attrs.size) for one in await client.readdir(".")])
            case "touch":
                await client.utime(name, (1, 1))
                await client.chmod(name, 0o644)
        return ""

    def _answer(self, work: Any) -> Answer:
        try:
            return Answer(verdict=Verdict.YES, words=asyncio.run(work))
        except _FOR_GOOD as error:
            return Answer(verdict=Verdict.NEVER, words=error.reason)
        except asyncssh.SFTPFailure as error:
            return Answer(verdict=Verdict.LATER, words=error.reason)
        except (Cut, OSError, asyncssh.Error) as error:
            return Answer(verdict=Verdict.LOST, words=str(error))

    @asynccontextmanager
    async def _connected(
        self, door: Door, login: Login
    ) -> AsyncIterator[asyncssh.SSHClientConnection]:
        if self._with_key:
            given: dict[str, Any] = {"client_keys": [login.key or door.home.client_key]}
        else:
            given = {"client_keys": None, "password": login.secret}
        async with asyncssh.connect(
            "127.0.0.1",
            door.port,
            username=login.user,
            known_hosts=([HOST_KEY.convert_to_public()], [], []),
            config=None,
            agent_path=None,
            **given,
        ) as connection:
            yield connection


class Paramiko(ShelfClient):
    """paramiko.

    It does not heed a failed CLOSE, and a failed WRITE not always: it looks at the size in the end,
    and says that there is no such file.
    """

    kind = "sftp"
    hears_why = False
    verbs = _ALL

    def __init__(self, *, with_key: bool = False) -> None:
        self.name = "paramiko-key" if with_key else "paramiko"
        self._with_key = with_key

    def send(
        self, door: Door, login: Login, name: str, source: Source, *, rename_to: str = ""
    ) -> Answer:
        try:
            with self._connected(door, login) as client:
                channel = client.get_channel()
                assert channel is not None
                sock = channel.get_transport().sock
                assert isinstance(sock, socket.socket)
                source.on_cut = lambda: reset(sock)
                client.putfo(source, name)  # type: ignore[arg-type]  # all it needs is `read`
                if rename_to:
                    client.rename(name, rename_to)
        except (Cut, EOFError, OSError, paramiko.SSHException) as error:
            return _understood(error)
        return Answer(verdict=Verdict.YES)

    def ask(self, door: Door, verb: str, name: str, new_name: str = "") -> Answer:
        try:
            with self._connected(door, Login()) as client:
                words = self._ask(client, verb, name, new_name)
        except (EOFError, OSError, paramiko.SSHException) as error:
            return _understood(error)
        return Answer(verdict=Verdict.YES, words=words)

    def _ask(self, client: paramiko.SFTPClient, verb: str, name: str, new_name: str) -> str:
        match verb:
            case "read":
                with client.open(name, "rb") as file:
                    return str(file.read())
            case "remove":
                client.remove(name)
            case "rename":
                client.rename(name, new_name)
            case "append":
                with client.open(name, "a") as file:
                    file.write(b"forged")
            case "size":
                return str(client.stat(name).st_size)
            case "list":
                return str([(one.filename, one.st_size) for one in client.listdir_attr(".")])
            case "touch":
                client.utime(name, (1, 1))
                client.chmod(name, 0o644)
        return ""

    @contextmanager
    def _connected(self, door: Door, login: Login) -> Iterator[paramiko.SFTPClient]:
        transport = paramiko.Transport(("127.0.0.1", door.port))
        try:
            transport.start_client(timeout=10)
            if self._with_key:
                key = (login.key or door.home.client_key).export_private_key().decode()
                identity = paramiko.Ed25519Key.from_private_key(io.StringIO(key))
                transport.auth_publickey(login.user, identity)
            else:
                transport.auth_password(login.user, login.secret)
            client = paramiko.SFTPClient.from_transport(transport)
            assert client is not None
            yield client
        finally:
            transport.close()
            transport.join(10)


def _reset(connection: asyncssh.SSHClientConnection) -> None:
    """Called in the loop before the exception that ends the upload, which would close the file."""
    sock = connection.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.abort()


def _understood(error: Exception) -> Answer:
    """paramiko has an errno for what is denied or missing, and none for SSH_FX_FAILURE."""
    if isinstance(error, paramiko.AuthenticationException):
        verdict = Verdict.NEVER
    elif not isinstance(error, OSError):
        verdict = Verdict.LOST
    elif error.errno is None:
        verdict = Verdict.LOST if "closed" in str(error) else Verdict.LATER
    else:
        denied = error.errno in {errno.EACCES, errno.ENOENT}
        verdict = Verdict.NEVER if denied else Verdict.LOST
    return Answer(verdict=verdict, words=str(error))
