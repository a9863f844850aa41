"""No client takes more than its share, and the front end comes to an end when it is told to."""

from __future__ import annotations

import asyncio
import socket
import time

import asyncssh
import pytest

from ingest.frontends.sftp import connections as sftp_connections
from ingest.frontends.sftp.login import MOST_SESSIONS
from ingest.frontends.sftp.session import MOST_HANDLES
from tests.frontends.conftest import Home
from tests.frontends.serving import Served, serving_sftp
from tests.frontends.sftp_clients import connected, put, with_sftp
from tests.frontends.sftp_faults import Gate
from tests.waiting import eventually


def is_closed(client: socket.socket, *, seconds: float = 5.0) -> bool:
    """Whether the server closes a connection within some time."""
    client.settimeout(seconds)
    try:
        while client.recv(4096):
            pass
    except TimeoutError:
        return False
    except ConnectionError:
        return True
    return True


def greeted(served: Served) -> socket.socket:
    """A connection that has been let in, and says nothing."""
    client = socket.create_connection(("127.0.0.1", served.port), 5)
    assert client.recv(8) == b"SSH-2.0-"
    return client


async def _opened(connection: asyncssh.SSHClientConnection) -> asyncssh.SFTPClient:
    """A session, as soon as the server has taken note that another one has ended."""
    deadline = time.monotonic() + 5
    while True:
        try:
            return await connection.start_sftp_client()
        except asyncssh.ChannelOpenError:
            assert time.monotonic() < deadline
            await asyncio.sleep(0.01)


def test_sessions_on_one_connection_are_capped(home: Home) -> None:
    """Ten, and a new one when another has ended."""

    async def session(served: Served) -> None:
        async with connected(served) as connection:
            clients = [await connection.start_sftp_client() for _ in range(MOST_SESSIONS)]
            with pytest.raises(asyncssh.ChannelOpenError):
                await connection.start_sftp_client()
            clients[0].exit()
            await clients[0].wait_closed()
            again = await _opened(connection)
            assert await again.realpath(".") == "/"

    with serving_sftp(home) as served:
        asyncio.run(session(served))


@pytest.mark.parametrize("kind", ["files", "directories"])
def test_handles_of_one_session_are_capped(home: Home, kind: str) -> None:
    """A hundred, of files and of directories, and a new one when another is closed."""

    async def work(client: asyncssh.SFTPClient) -> None:
        handler = client._handler
        if kind == "directories":
            handles = [await handler.opendir(b".") for _ in range(MOST_HANDLES - 1)]
        else:
            files = [await client.open(f"{one}.csv", "wb") for one in range(MOST_HANDLES - 1)]
            handles = [one._handle or b"" for one in files]
        handles.append(await handler.opendir(b"."))
        with pytest.raises(asyncssh.SFTPFailure, match="Too many"):
            await client.open("more.csv", "wb")
        with pytest.raises(asyncssh.SFTPFailure, match="Too many"):
            await handler.opendir(b".")
        await handler.close(handles.pop())
        async with client.open("more.csv", "wb"):
            pass

    with serving_sftp(home) as served:
        with_sftp(served, work)
    assert [envelope.origin.name for envelope, _ in home.accepted()] == ["more.csv"]
    assert home.arriving() == []


def test_connections_are_capped(home: Home) -> None:
    """The one too many is closed without a word; when another goes, there is room."""

    async def session(served: Served) -> None:
        async with connected(served), connected(served):
            with pytest.raises((asyncssh.Error, OSError)):
                async with connected(served):
                    pass

    with serving_sftp(home, max_connections=2) as served:
        asyncio.run(session(served))
        put(served, "a.csv", b"1\n")


def test_strangers_take_half_of_the_places_at_most(home: Home) -> None:
    """Connections that never log in do not keep the others out that have."""

    async def session(served: Served) -> None:
        async with connected(served), connected(served), connected(served):
            pass

    with serving_sftp(home, max_connections=4) as served:
        asyncio.run(session(served))
        with (
            greeted(served),
            greeted(served),
            socket.create_connection(("127.0.0.1", served.port), 5) as third,
        ):
            assert is_closed(third)
        eventually(lambda: not served.front_end._house.connections._connections)
        put(served, "a.csv", b"1\n")


def test_an_old_stranger_gives_way_to_a_new_client(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever holds all places without logging in does not keep honest clients out for long."""
    monkeypatch.setattr(sftp_connections, "_STRANGER_SECONDS", 0.0)
    with serving_sftp(home, max_connections=2) as served, greeted(served) as idle:
        put(served, "a.csv", b"1\n")
        assert is_closed(idle)


def test_a_login_must_be_done_in_time(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection that does not log in is closed."""
    monkeypatch.setattr("ingest.frontends.sftp.front_end._LOGIN_SECONDS", 0.2)
    with serving_sftp(home) as served, greeted(served) as idle:
        assert is_closed(idle)


def test_a_quiet_connection_is_closed_and_its_upload_with_it(home: Home) -> None:
    """After idle_seconds without a request."""

    async def session(served: Served) -> None:
        async with connected(served) as connection:
            client = await connection.start_sftp_client()
            file = await client.open("a.csv", "wb")
            for _ in range(4):  # requests keep it open, for longer than that in all
                await asyncio.sleep(0.4)
                await file.write(b"1\n")
            await asyncio.wait_for(connection.wait_closed(), 10)

    with serving_sftp(home, idle_seconds=1.5) as served:
        asyncio.run(session(served))
        eventually(lambda: home.arriving() == [])
    assert home.accepted() == []


def test_a_client_that_waits_for_a_slow_disk_is_not_idle(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its close is being answered, however long that takes."""
    gate = Gate(monkeypatch)

    async def work(client: asyncssh.SFTPClient) -> None:
        closing = await gate.closing(client)
        await asyncio.sleep(0.6)
        assert not closing.done()
        gate.opened.set()
        await closing

    with serving_sftp(home, idle_seconds=0.2) as served:
        with_sftp(served, work)
    assert len(home.accepted()) == 1


def test_stop_lets_an_upload_end_and_takes_nothing_new(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is open may be written and closed and renamed; no new file, no new connection."""

    async def session(served: Served) -> None:
        async with connected(served) as connection, connection.start_sftp_client() as client:
            file = await client.open("a.csv.part", "wb")
            await file.write(b"1\n")
            stopping = asyncio.create_task(asyncio.to_thread(served.stop, drain_seconds=20))
            await asyncio.to_thread(
                eventually, lambda: served.front_end._house.connections.draining
            )
            with pytest.raises(asyncssh.SFTPFailure, match="no new files"):
                await client.open("b.csv", "wb")
            with socket.create_connection(("127.0.0.1", served.port), 5) as late:
                assert not is_closed(late, seconds=0.2)  # it waits for the next server
            await asyncio.sleep(1.8)  # longer than an idle connection would have
            await file.write(b"2\n")
            await file.close()
            await asyncio.sleep(0.1)
            await client.rename("a.csv.part", "a.csv")
            await asyncio.wait_for(connection.wait_closed(), 10)
            await asyncio.wait_for(stopping, 10)

    monkeypatch.setattr(sftp_connections, "_SETTLED_SECONDS", 1.5)
    with serving_sftp(home) as served:
        asyncio.run(session(served))
    assert [data for _, data in home.accepted()] == [b"1\n2\n"]


def test_a_packet_that_is_too_long_ends_the_session_before_it_is_read(home: Home) -> None:
    """A mebibyte is announced and not waited for; the connection's other sessions go on."""

    async def session(served: Served) -> None:
        async with connected(served) as connection, connection.start_sftp_client() as other:
            client = await connection.start_sftp_client()
            client._handler._writer.write(b"\x00\x10\x00\x00")  # type: ignore[union-attr]  # it is open
            await asyncio.wait_for(client.wait_closed(), 5)
            assert await other.realpath(".") == "/"

    with serving_sftp(home) as served:
        asyncio.run(session(served))


def test_stop_cuts_what_does_not_end_in_time(home: Home) -> None:
    """The upload is thrown away, and idle connections do not keep the server up at all."""

    async def session(served: Served) -> None:
        async with connected(served) as connection, connected(served) as idle:
            client = await connection.start_sftp_client()
            file = await client.open("a.csv", "wb")
            await file.write(b"1\n")
            await asyncio.to_thread(served.stop, drain_seconds=0.2)
            await asyncio.wait_for(connection.wait_closed(), 5)
            await asyncio.wait_for(idle.wait_closed(), 5)

    with serving_sftp(home) as served:
        asyncio.run(session(served))
        assert home.arriving() == []
    assert home.accepted() == []


def test_stop_waits_for_a_commit_that_has_begun(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cut in the middle of the fsync, the file is whole or not there."""
    gate = Gate(monkeypatch)

    async def session(served: Served) -> None:
        async with connected(served) as connection:
            client = await connection.start_sftp_client()
            closing = await gate.closing(client)
            stopping = asyncio.create_task(asyncio.to_thread(served.stop, drain_seconds=0.1))
            with pytest.raises((asyncssh.Error, OSError)):
                await closing
            assert not stopping.done()
            gate.opened.set()
            await stopping

    with serving_sftp(home) as served:
        asyncio.run(session(served))
        assert home.arriving() == []
    assert [data for _, data in home.accepted()] == [b"1\n"]
