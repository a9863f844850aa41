"""What was not closed properly is never accepted; what was, is accepted or refused as a whole."""

from __future__ import annotations

import asyncio
import errno
import subprocess
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import asyncssh
import pytest
from structlog.testing import capture_logs

from ingest.frontends.sftp.session import Requests
from ingest.shelf import Shelf, Shelves
from tests.frontends.conftest import LIMIT, Home, cuts
from tests.frontends.serving import Served, serving_sftp
from tests.frontends.sftp_clients import (
    OpenSsh,
    connected,
    paramiko_sftp,
    program,
    put,
    with_sftp,
)
from tests.frontends.sftp_faults import Gate, break_disk
from tests.waiting import eventually


async def _put(client: asyncssh.SFTPClient) -> None:
    async with client.open("a.csv", "wb") as file:
        await file.write(b"2\n")


async def _half(served: Served, end: Callable[[Any, Any], object]) -> None:
    async with connected(served) as connection:
        client = await connection.start_sftp_client()
        await _put(client)
        for name in ("a.csv", "b.csv.filepart"):
            file = await client.open(name, "wb")
            await file.write(b"1,2\n" * 100)
        end(connection, client)


ENDS: dict[str, Callable[[Any, Any], object]] = {
    "the connection drops": lambda connection, _: connection.abort(),
    "the client says goodbye": lambda connection, _: connection.close(),
    "the channel is closed": lambda _, client: client.exit(),
    "the channel ends": lambda _, client: client._handler._writer.write_eof(),
    "a packet is too long": lambda _, client: client._handler._writer.write(b"\x00\x10\x00\x00"),
    "a packet makes no sense": lambda _, client: client._handler._writer.write(b"\x00\x00\x00\x00"),
}


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS.keys())
def test_an_upload_that_is_not_closed_is_thrown_away(
    home: Home, end: Callable[[Any, Any], object]
) -> None:
    """However the session ends while a file is open: nothing is accepted, nothing remains."""
    with serving_sftp(home) as served, capture_logs() as logs:
        asyncio.run(_half(served, end))
        eventually(lambda: home.arriving() == [])
        assert cuts(logs) == [
            ("acme", "sftp", "127.0.0.1", "a.csv", "cut", 400),
            ("acme", "sftp", "127.0.0.1", "b.csv.filepart", "cut", 400),
        ]
        put(served, "next.csv", b"whole\n")
    assert [data for _, data in home.accepted()] == [b"2\n", b"whole\n"]
    assert not list(home.layout.parked.glob("*/*"))


def test_a_client_that_is_killed_delivers_nothing(home: Home, tmp_path: Path) -> None:
    """OpenSSH's sftp with kill -9 in the middle of a file."""
    source = tmp_path / "big.csv"
    source.write_bytes(b"1,2\n" * (LIMIT // 4))
    with serving_sftp(home) as served:
        client = OpenSsh(served, home, tmp_path)
        command = [program("sftp"), *client.options, "-l", "8000", "-P", str(served.port)]
        with subprocess.Popen([*command, "acme@127.0.0.1"], stdin=subprocess.PIPE) as process:
            assert process.stdin is not None
            process.stdin.write(f"put {source}\n".encode())
            process.stdin.flush()
            eventually(lambda: any(one.stat().st_size for one in _data(home)))
            process.kill()
        eventually(lambda: home.arriving() == [])
    assert home.accepted() == []


def _data(home: Home) -> list[Path]:
    return list(home.layout.spool.glob("*/data"))


def test_yes_is_said_after_the_fsync_and_nobody_else_waits_for_it(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While one client's close waits for the disk, another logs in and looks around."""
    gate = Gate(monkeypatch)

    async def session(served: Served) -> None:
        async with connected(served) as connection, connection.start_sftp_client() as client:
            closing = await gate.closing(client)
            async with connected(served) as other, other.start_sftp_client() as looker:
                assert await looker.listdir() == [".", ".."]
            assert not closing.done()
            assert home.accepted() == []
            gate.opened.set()
            await closing
            assert len(home.accepted()) == 1

    with serving_sftp(home) as served:
        asyncio.run(session(served))


def test_a_connection_lost_during_the_commit_leaves_a_whole_file_or_none(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The client asked for the close and did not hear the answer: it may send the file again."""
    gate = Gate(monkeypatch)

    async def session(served: Served) -> None:
        async with connected(served) as connection:
            client = await connection.start_sftp_client()
            closing = await gate.closing(client)
            connection.abort()
            with pytest.raises((asyncssh.Error, OSError)):
                await closing

    with serving_sftp(home) as served:
        asyncio.run(session(served))
        gate.opened.set()
        eventually(lambda: home.arriving() == [])
    assert [data for _, data in home.accepted()] == [b"1\n"]


@pytest.mark.parametrize("place", ["fsync", "write", "create"])
@pytest.mark.parametrize("code", [errno.EIO, errno.ENOSPC])
def test_a_failing_disk_is_a_failure_that_passes(
    home: Home, monkeypatch: pytest.MonkeyPatch, place: str, code: int
) -> None:
    """The client is told no; once the disk is well again the next upload works, as it is."""
    with serving_sftp(home) as served:
        put(served, "first.csv", b"1\n")  # makes the directories
        mend = break_disk(monkeypatch, place, code)
        with capture_logs() as logs:
            with pytest.raises(asyncssh.SFTPFailure, match="send it again later"):
                with_sftp(served, _put)
            with pytest.raises(OSError, match=r"again later|no such file"):
                put(served, "b.csv", b"1\n")  # paramiko looks at the size, not at the close
        eventually(lambda: home.arriving() == [])
        refused = [one for one in logs if one["event"] == "upload.refused"]
        assert [errno.errorcode[code] in one["hint"] for one in refused] == [True, True]
        mend()
        with_sftp(served, _put)
    assert [data for _, data in home.accepted()] == [b"1\n", b"2\n"]


def test_a_rename_on_a_failing_disk_can_be_tried_again(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The upload waits under its temporary name until the disk is well."""
    with serving_sftp(home) as served, paramiko_sftp(served) as client:
        put(served, "first.csv", b"0\n")  # makes the directories
        put(served, "a.csv.part", b"1\n")
        mend = break_disk(monkeypatch, "fsync", errno.EIO)
        with pytest.raises(OSError, match="later"):
            client.rename("a.csv.part", "a.csv")
        assert sorted(client.listdir()) == ["a.csv.part", "first.csv"]
        mend()
        client.rename("a.csv.part", "a.csv")
    assert [data for _, data in home.accepted()] == [b"0\n", b"1\n"]


def test_openssh_ends_with_an_error_when_the_disk_is_full(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A script sees it in the exit status."""
    source = tmp_path / "a.csv"
    source.write_bytes(b"1\n" * 100_000)
    with serving_sftp(home) as served:
        client = OpenSsh(served, home, tmp_path)
        break_disk(monkeypatch, "write", errno.ENOSPC)
        assert client.sftp(f"put {source}").returncode != 0
    assert home.accepted() == []
    assert home.arriving() == []


@pytest.mark.parametrize(
    ("offset", "size"), [(0, LIMIT + 1), (LIMIT, 1), (2**40, 1)], ids=["long", "behind", "far"]
)
def test_a_file_above_the_limit_is_refused_while_it_is_sent(
    home: Home, offset: int, size: int
) -> None:
    """What counts is where the bytes end; the close is refused as well."""

    async def work(client: asyncssh.SFTPClient) -> None:
        file = await client.open("a.csv", "wb")
        with pytest.raises(asyncssh.SFTPFailure, match="larger than"):
            await file.write(bytes(size), offset)
        with pytest.raises(asyncssh.SFTPFailure, match="larger than"):
            await file.close()

    with serving_sftp(home) as served, capture_logs() as logs:
        with_sftp(served, work)
    assert home.accepted() == []
    assert home.arriving() == []
    assert len([one for one in logs if one["event"] == "upload.refused"]) == 1


@pytest.mark.parametrize("request_", ["close", "open", "list", "make_directory", "rename"])
def test_a_fault_of_ours_tells_the_client_nothing(
    home: Home, monkeypatch: pytest.MonkeyPatch, request_: str
) -> None:
    """An unexpected error is logged, said to pass, and leaves nothing behind."""

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("/srv/secret/path")

    async def work(client: asyncssh.SFTPClient) -> None:
        asks: dict[str, Callable[[], Awaitable[object]]] = {
            "close": lambda: _put(client),
            "open": lambda: _put(client),
            "list": lambda: client.listdir("."),
            "make_directory": lambda: client.mkdir("x"),
            "rename": lambda: client.rename("x", "y"),
        }
        with pytest.raises(asyncssh.SFTPFailure) as refusal:
            await asks[request_]()
        assert "secret" not in str(refusal.value)
        assert await client.realpath(".") == "/"

    monkeypatch.setattr(Shelf, request_, broken)
    with serving_sftp(home) as served, capture_logs() as logs:
        with_sftp(served, work)
    assert [one["event"] for one in logs if one["log_level"] == "error"] == ["sftp.request_failed"]
    assert home.arriving() == []


def test_a_shelf_that_cannot_be_read_ends_the_session_only(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The client is disconnected from SFTP; the next one is served."""
    real = Shelves.of

    def broken(*_: object) -> Shelf:
        raise OSError(errno.EIO, "no")

    monkeypatch.setattr(Shelves, "of", broken)
    with serving_sftp(home) as served, capture_logs() as logs:
        with pytest.raises(asyncssh.Error):
            with_sftp(served, lambda client: client.listdir())
        monkeypatch.setattr(Shelves, "of", real)
        assert with_sftp(served, lambda client: client.listdir()) == [".", ".."]
    assert "sftp.session_failed" in {one["event"] for one in logs}


def test_a_session_that_fails_leaves_nothing_behind(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even where asyncssh's own clean-up fails, every open upload is thrown away."""

    async def broken(*_: object) -> None:
        raise RuntimeError("no")

    monkeypatch.setattr(Requests, "_cleanup", broken)
    with serving_sftp(home) as served, capture_logs() as logs:
        asyncio.run(_half(served, ENDS["the channel ends"]))
        eventually(lambda: "sftp.session_failed" in {one["event"] for one in logs})
        eventually(lambda: home.arriving() == [])
    assert len(home.accepted()) == 1
