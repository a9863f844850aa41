"""A tenant that is disabled, or whose credential is taken back, is out: also who is in already."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import asyncssh
import pytest
from structlog.testing import capture_logs

from ingest.frontends.ftp.session import Session
from ingest.shelf import Shelf
from storage.accounts import upload_key_hash
from storage.spool import Upload
from tests.frontends.conftest import Home
from tests.frontends.ftp_server import begin
from tests.frontends.ftp_server import serving as serving_ftp
from tests.frontends.serving import Served, serving_sftp
from tests.frontends.sftp_clients import connected, with_sftp
from tests.frontends.sftp_faults import Gate
from tests.frontends.smtp_serving import (
    ADDRESS,
    MESSAGE,
    Serving,
    mail_certificate,  # noqa: F401 - the fixture `certificate`
    mail_server,  # noqa: F401 - the fixture `server`
)
from tests.waiting import eventually

SHUT_OUT: dict[str, dict[str, Any]] = {
    "disabled": {"enabled": False},
    "key rotated": {"upload_key_hash": upload_key_hash("another")},
}
NO_MORE_MAIL: dict[str, dict[str, Any]] = {
    "disabled": {"enabled": False},
    "address rotated": {"mail_token": "0123456789abcdef"},
    "sender removed": {"senders": ("*@elsewhere.example",)},
}
each_way_out = pytest.mark.parametrize("changes", SHUT_OUT.values(), ids=SHUT_OUT.keys())


@pytest.fixture
def no_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sessions are not ended by the clock, so that the look before acceptance is alone."""
    monkeypatch.setattr("ingest.frontends.sftp.login._LOOK_SECONDS", 60.0)
    monkeypatch.setattr(Session, "watch", lambda *_: None)


@pytest.fixture
def logs() -> Iterator[list[Any]]:
    with capture_logs() as lines:
        yield lines


WHY = {"enabled": "tenant disabled", "upload_key_hash": "credential taken back"}
"""What is logged, by what was changed."""


def ended(logs: list[Any]) -> list[tuple[str, str, str]]:
    return [
        (one["tenant"], one["via"], one["reason"]) for one in logs if one["event"] == "login.ended"
    ]


@each_way_out
def test_an_open_sftp_session_ends(home: Home, logs: list[Any], changes: dict[str, Any]) -> None:
    """It asks for nothing, and is closed; the file that it had open is thrown away."""

    async def session(served: Served) -> None:
        async with connected(served) as connection, connection.start_sftp_client() as client:
            file = await client.open("a.csv", "wb")
            await file.write(b"1\n")
            home.change_tenant(**changes)
            await asyncio.wait_for(connection.wait_closed(), 5)

    with serving_sftp(home) as served:
        asyncio.run(session(served))
        eventually(lambda: home.arriving() == [])
    assert home.accepted() == []
    assert ended(logs) == [("acme", "sftp", WHY[next(iter(changes))])]


def test_an_sftp_session_outlives_changes_of_other_credentials(home: Home) -> None:
    """Logged in with a public key, it has nothing to do with a new Upload Key."""

    async def session(served: Served) -> None:
        with_key: dict[str, Any] = {"password": None, "client_keys": [home.client_key]}
        async with (
            connected(served, **with_key) as connection,
            connection.start_sftp_client() as client,
        ):
            home.change_tenant(**SHUT_OUT["key rotated"])
            await asyncio.sleep(1.5)
            async with client.open("a.csv", "wb") as file:
                await file.write(b"1\n")

    with serving_sftp(home) as served:
        asyncio.run(session(served))
    assert [data for _, data in home.accepted()] == [b"1\n"]


@each_way_out
@pytest.mark.usefixtures("no_looks")
@pytest.mark.parametrize("name", ["a.csv", "a.csv.part"])
def test_an_sftp_upload_under_way_is_refused(
    home: Home, changes: dict[str, Any], name: str
) -> None:
    """Opened before, closed after: the client is told no, and nothing is kept."""

    async def work(client: asyncssh.SFTPClient) -> None:
        file = await client.open(name, "wb")
        await file.write(b"1\n")
        home.change_tenant(**changes)
        with pytest.raises(asyncssh.SFTPPermissionDenied, match="not valid any more"):
            await file.close()

    with serving_sftp(home) as served:
        with_sftp(served, work)
        assert home.arriving() == []
    assert home.accepted() == []
    assert not list(home.layout.parked.glob("*/*"))


@pytest.mark.usefixtures("no_looks")
def test_the_last_look_comes_after_the_fsync(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Disabled while the disk takes its time: that is not too late."""
    gate = Gate(monkeypatch)

    async def work(client: asyncssh.SFTPClient) -> None:
        closing = await gate.closing(client)
        home.change_tenant(enabled=False)
        gate.opened.set()
        with pytest.raises(asyncssh.SFTPPermissionDenied):
            await closing

    with serving_sftp(home) as served:
        with_sftp(served, work)
    assert home.accepted() == []


@each_way_out
def test_an_open_ftp_session_ends(home: Home, logs: list[Any], changes: dict[str, Any]) -> None:
    """One that is idle and one that uploads: both hear 421, and the file is thrown away."""
    home.change_tenant(plain_ftp=True)
    with serving_ftp(home) as server, server.raw() as idle, server.raw() as client:
        idle.login()
        with begin(client):
            eventually(lambda: len(home.arriving()) == 1)
            home.change_tenant(plain_ftp=True, **changes)
            assert idle.reply().startswith("421")
            assert idle.reply() == ""
            assert client.reply().startswith("426")
            assert client.reply().startswith("421")
            assert client.reply() == ""
        eventually(lambda: home.arriving() == [])
    assert home.accepted() == []
    assert ended(logs) == [("acme", "ftp", WHY[next(iter(changes))])] * 2


@each_way_out
@pytest.mark.usefixtures("no_looks")
def test_the_next_ftp_command_ends_the_session(
    home: Home, logs: list[Any], changes: dict[str, Any]
) -> None:
    """Whatever it is, and whatever was sent right behind it."""
    home.change_tenant(plain_ftp=True)
    with serving_ftp(home) as server, server.raw() as client:
        client.login()
        home.change_tenant(plain_ftp=True, **changes)
        client.send("PWD\r\nPWD\r\n")
        assert client.reply().startswith("421")
        assert client.reply() == ""
    assert ended(logs) == [("acme", "ftp", WHY[next(iter(changes))])]


@each_way_out
@pytest.mark.usefixtures("no_looks")
def test_an_ftp_upload_under_way_is_refused(
    home: Home, monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any]
) -> None:
    """All its bytes are there, and are being stored: the client is told no, and nothing is kept."""
    closing, go_on = threading.Event(), threading.Event()
    real = Shelf.close

    def slow(shelf: Shelf, upload: Upload, **options: Any) -> object:
        closing.set()
        assert go_on.wait(10)
        return real(shelf, upload, **options)

    monkeypatch.setattr(Shelf, "close", slow)
    home.change_tenant(plain_ftp=True)
    with serving_ftp(home) as server, server.raw() as client:
        begin(client).close()
        assert closing.wait(5)
        home.change_tenant(plain_ftp=True, **changes)
        go_on.set()
        assert client.reply().startswith("550 This login is not valid any more")
        eventually(lambda: home.arriving() == [])
    assert home.accepted() == []


@pytest.mark.parametrize("changes", NO_MORE_MAIL.values(), ids=NO_MORE_MAIL.keys())
def test_a_message_under_way_is_refused(
    server: Serving, home: Home, changes: dict[str, Any]
) -> None:
    """Welcome at RCPT and not at the end of DATA: refused for good, and nothing is kept."""
    with server.wire() as wire:
        wire.begin(ADDRESS)
        wire.send(MESSAGE)
        home.change_tenant(**changes)
        wire.send(b".\r\n")
        assert wire.reply().startswith("550 5.7.1 ")
        assert wire.ask("NOOP").startswith("250")
    eventually(lambda: home.arriving() == [])
    assert home.accepted() == []
