"""Disks that fail, files that are too large, mistakes of ours, and impatient clients."""

from __future__ import annotations

import errno
import os
import socket
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from ingest.shelf import Shelf, Shelves
from storage import files
from tests.frontends.conftest import Home
from tests.frontends.ftp_server import HALF, begin, nothing_is_left, serving
from tests.waiting import eventually


@pytest.fixture
def plain_home(home: Home) -> Home:
    """The tenant may use plain FTP."""
    home.change_tenant(plain_ftp=True)
    return home


def test_a_file_that_is_too_large_is_refused_on_the_way(plain_home: Home) -> None:
    """552 while the client still sends, or at ALLO already; a file of the limit is taken."""
    shelves = plain_home.shelves
    plain_home.change_tenant(plain_ftp=True, max_file_size=len(HALF))
    with serving(plain_home) as server, server.raw() as client:
        begin(client).close()
        assert client.reply().startswith("226")
        with client.data() as data:
            assert client.ask("STOR large.csv").startswith("150")
            data.sendall(HALF + b"x")
            assert client.reply().startswith("552")
        assert client.ask(f"ALLO {len(HALF) + 1}").startswith("552")
        assert client.ask("NOOP").startswith("200")
        assert len(plain_home.accepted()) == 1
    assert shelves.of(plain_home.tenant) is not None


@pytest.mark.parametrize(
    ("number", "reply"), [(errno.EIO, "451"), (errno.ENOSPC, "452"), (errno.EDQUOT, "452")]
)
@pytest.mark.parametrize("function", ["fsync", "pwrite", "mkdir", "rename"])
def test_a_failing_disk_is_a_temporary_failure(
    plain_home: Home, monkeypatch: pytest.MonkeyPatch, number: int, reply: str, function: str
) -> None:
    """Whatever call fails, the client is asked to come again, and can, without a restart."""

    def fail(*arguments: object, **options: object) -> None:
        raise OSError(number, os.strerror(number))

    with capture_logs() as logs, serving(plain_home) as server, server.raw() as client:
        begin(client, "before.csv").close()
        assert client.reply().startswith("226")
        with monkeypatch.context() as broken:
            if function in {"mkdir", "rename"}:
                broken.setattr(Path, function, fail)
            else:
                broken.setattr(os, function, fail)
            with client.data() as data:
                answer = client.ask("STOR day.csv")
                if function != "mkdir":
                    assert answer.startswith("150")
                    data.sendall(HALF)
                    data.shutdown(socket.SHUT_WR)
                    answer = client.reply()
            assert answer.startswith(reply)
            assert "Errno" not in answer
        with client.data() as data:
            assert client.ask("STOR after.csv").startswith("150")
            data.sendall(HALF)
        assert client.reply().startswith("226")
        eventually(lambda: plain_home.arriving() == [])

    assert [one.origin.name for one, _ in plain_home.accepted()] == ["before.csv", "after.csv"]
    hints = [one["hint"] for one in logs if one["event"] == "upload.refused"]
    assert [hint.split(":")[0] for hint in hints] == [errno.errorcode[number]]


def test_a_failing_rename_is_a_temporary_failure(
    plain_home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The upload keeps its temporary name, and the rename can be tried again."""
    with serving(plain_home) as server, server.raw() as client:
        begin(client, "before.csv").close()
        assert client.reply().startswith("226")
        with client.data() as data:
            assert client.ask("STOR day.part").startswith("150")
            data.sendall(HALF)
        assert client.reply().startswith("226")

        def fail(descriptor: int) -> None:
            raise OSError(errno.EIO, "broken")

        with monkeypatch.context() as broken:
            broken.setattr(os, "fsync", fail)
            assert client.ask("RNFR day.part").startswith("350")
            assert client.ask("RNTO day.csv").startswith("451")
        assert client.ask("RNFR day.part").startswith("350")
        assert client.ask("RNTO day.csv").startswith("250")

    assert [one.origin.name for one, _ in plain_home.accepted()] == ["before.csv", "day.csv"]


@pytest.mark.parametrize("step", ["open", "write", "close", "stat"])
def test_a_mistake_of_ours_is_a_temporary_failure(
    plain_home: Home, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """Whatever is raised, the client hears 451 with nothing in it, and the session goes on."""

    def fail(*arguments: object, **options: object) -> None:
        raise RuntimeError("/secret/path")

    with serving(plain_home) as server, server.raw() as client:
        client.login()
        if step == "write":
            monkeypatch.setattr(files, "write_all", fail)
        else:
            monkeypatch.setattr(Shelf, step, fail)
        if step == "stat":
            answer = client.ask("SIZE x")
        else:
            with client.data() as data:
                answer = client.ask("STOR day.csv")
                if step != "open":
                    data.sendall(HALF)
                    data.shutdown(socket.SHUT_WR)
                    answer = client.reply()
        assert answer == "451 The server failed. Please try again later."
        assert client.ask("NOOP").startswith("200")
        eventually(lambda: nothing_is_left(plain_home))


def test_a_mistake_at_login_is_a_temporary_failure(
    plain_home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A gatekeeper that fails lets nobody in, and does not end the session."""

    def fail(self: Shelves, tenant: object) -> None:
        raise RuntimeError("/secret/path")

    with serving(plain_home) as server, server.raw() as client:
        monkeypatch.setattr(Shelves, "of", fail)
        assert client.login() == "451 The server failed. Please try again later."
        monkeypatch.undo()
        assert client.login().startswith("230")


def test_a_second_upload_waits_for_the_first(plain_home: Home) -> None:
    """Pipelined commands change nothing in a transfer; the library would swap the files."""
    with serving(plain_home) as server, server.raw() as client:
        with begin(client, "one.csv") as data:
            client.send("STOR stat\r\nSTOR two.csv\r\nRNFR x\r\nCWD /nowhere\r\n")
            data.sendall(HALF)
        replies = [client.reply()[:3] for _ in range(5)]
        assert replies == ["226", "425", "425", "550", "550"]

    assert [(one.origin.name, data) for one, data in plain_home.accepted()] == [
        ("one.csv", HALF + HALF)
    ]


def test_quit_waits_for_the_upload(plain_home: Home) -> None:
    """RFC 959: the connection stays until the file has its answer."""
    with serving(plain_home) as server, server.raw() as client:
        with begin(client) as data:
            client.send("QUIT\r\n")
            data.sendall(HALF)
        assert [client.reply()[:3] for _ in range(3)] == ["226", "221", ""]

    assert len(plain_home.accepted()) == 1


def test_bytes_that_come_before_the_command_are_kept(plain_home: Home) -> None:
    """A client that is quicker than its own STOR loses nothing."""
    with serving(plain_home) as server, server.raw() as client:
        client.login()
        with client.data() as data:
            data.sendall(HALF)
            data.shutdown(socket.SHUT_WR)
            assert client.ask("NOOP").startswith("200")
            assert client.ask("STOR day.csv").startswith("150")
            assert client.reply().startswith("226")

    assert [data for _, data in plain_home.accepted()] == [HALF]
