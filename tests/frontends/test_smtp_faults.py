"""Email when something fails: no message is lost after its 250, and no part of one is kept."""

from __future__ import annotations

import errno
import os
import socket
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from ingest.frontends.smtp.dialogue import Connection
from storage.spool import Upload
from tests.frontends.conftest import Home
from tests.frontends.smtp_serving import (
    ADDRESS,
    MESSAGE,
    SENDER,
    Serving,
    mail_certificate,  # noqa: F401 - the fixture `certificate`
    mail_server,  # noqa: F401 - the fixture `server`
    refused,
    serving,
)
from tests.waiting import eventually


@pytest.mark.parametrize(("error", "lines"), [(ConnectionResetError, 0), (RuntimeError, 1)])
def test_a_dialogue_that_fails_ends_the_connection(
    server: Serving, monkeypatch: pytest.MonkeyPatch, error: type[Exception], lines: int
) -> None:
    """No reply can be sent: the connection ends at once, and is logged if it was not just lost."""

    async def fail(*_: object) -> None:
        raise error

    with capture_logs() as logs, server.wire() as wire, monkeypatch.context() as patch:
        patch.setattr(Connection, "push", fail)
        wire.send(b"NOOP\r\n")
        with suppress(ConnectionResetError):
            assert wire.reply() == ""
        eventually(lambda: not server.front_end._connections)
    assert len([line for line in logs if line["event"] == "smtp.connection_failed"]) == lines


@pytest.mark.parametrize("secure", [False, True])
def test_a_cut_message_is_never_accepted(server: Serving, home: Home, secure: bool) -> None:
    """The connection ends in the middle of DATA, after some of it was written: nothing is kept."""
    client = server.client(secure=secure)
    client.mail(SENDER)
    client.rcpt(ADDRESS)
    client.docmd("DATA")
    client.send(b"x" * 78 + b"\r\n" + b"y" * 300_000)
    eventually(lambda: len(home.arriving()) == 1)
    client.close()

    eventually(lambda: home.arriving() == [])
    assert home.accepted() == []


def test_a_half_closed_connection_in_data_is_cut(server: Serving, home: Home) -> None:
    """The end of the stream is not the end of the message."""
    with server.wire() as wire:
        wire.begin()
        wire.send(MESSAGE)
        wire.sock.shutdown(socket.SHUT_WR)
        assert wire.reply() == ""

    assert home.accepted() == []
    assert home.arriving() == []


def test_a_connection_lost_while_storing_leaves_no_part(
    server: Serving, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lost between the last byte and the 250, a message that is being committed is whole."""
    entered, resume = threading.Event(), threading.Event()
    commit = Upload.commit

    def slow(upload: Upload, **options: Any) -> Any:
        entered.set()
        resume.wait(10)
        return commit(upload, **options)

    monkeypatch.setattr(Upload, "commit", slow)
    with server.wire() as wire:
        wire.begin()
        wire.send(MESSAGE + b".\r\n")
        assert entered.wait(10)
    eventually(lambda: not server.front_end._connections)
    resume.set()

    eventually(lambda: home.arriving() == [] and len(home.accepted()) == 1)
    assert home.accepted()[0][1] == MESSAGE.replace(b"\r\n.", b"\r\n")


def test_250_comes_after_the_fsync(
    server: Serving, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No yes before the disk has it: while fsync hangs, so does the reply."""
    resume = threading.Event()
    fsync = os.fsync
    monkeypatch.setattr(os, "fsync", lambda fd: (resume.wait(10), fsync(fd))[1])
    with server.wire() as wire:
        wire.begin()
        wire.send(MESSAGE + b".\r\n")
        wire.sock.settimeout(0.3)
        with pytest.raises(TimeoutError):
            wire.sock.recv(1)
        resume.set()
        wire.sock.settimeout(10)
        assert wire.sock.recv(100).startswith(b"250 ")


@pytest.mark.parametrize("size", [1_000, 300_000])
def test_a_full_disk_is_a_temporary_failure(
    server: Serving, home: Home, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    """452 while the disk refuses, at the first write or at the last; 250 once there is room."""

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    message = b"QUIT\r\n" * (size // 6)
    with server.wire() as wire:
        with monkeypatch.context() as patch:
            patch.setattr(os, "pwrite", full)
            wire.begin()
            wire.send(message + b".\r\n")
            assert wire.reply().startswith("452 4.3.1 ")
        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", full)
            wire.begin()
            wire.send(message + b".\r\n")
            assert wire.reply().startswith("452 4.3.1 ")
        assert home.accepted() == []
        eventually(lambda: home.arriving() == [])
        wire.begin()
        wire.send(message + b".\r\n")
        assert wire.reply().startswith("250 ")

    assert [data for _, data in home.accepted()] == [message]


@pytest.mark.parametrize("where", ["write", "commit"])
def test_what_nobody_thought_of_is_temporary_and_told_to_nobody(
    server: Serving, home: Home, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    """An unexpected error is 451 with nothing in it, and the message's rest is not obeyed."""

    def broken(*_: object) -> None:
        raise RuntimeError("/secret/path")

    with monkeypatch.context() as patch, capture_logs() as logs, server.wire() as wire:
        patch.setattr(Upload, where, broken)
        wire.begin()
        wire.send(b"QUIT\r\n" * 50_000 + b".\r\n")
        reply = wire.reply()
        assert reply.startswith("451 4.3.0 ")
        assert "secret" not in reply
        assert wire.ask("NOOP").startswith("250")

    assert [line["log_level"] for line in logs if line["event"] == "smtp.failed"] == ["error"]
    assert home.accepted() == []
    eventually(lambda: home.arriving() == [])


def test_an_error_outside_data_is_451_too(
    server: Serving, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The gatekeeper fails: the client hears a temporary failure and no word of ours."""

    def broken(*_: object) -> None:
        raise RuntimeError("/secret/path")

    monkeypatch.setattr(type(home.gatekeeper), "with_mailbox", broken)
    with server.client() as client:
        reply = refused(client)
    assert reply.startswith(b"451 4.3.0 ")
    assert b"secret" not in reply


def test_stop_lets_a_message_end(home: Home, certificate: Path) -> None:
    """While it drains, idle clients are sent away and a message under way is accepted."""
    with serving(home, certificate) as server:
        with server.wire() as idle, server.wire() as busy:
            busy.begin()
            busy.send(b"half ")
            stopping = threading.Thread(target=server.stop)
            stopping.start()
            assert idle.reply().startswith("421 4.3.2 ")
            busy.send(b"and half\r\n.\r\n")
            assert busy.reply().startswith("250 ")
            assert busy.reply().startswith("421 4.3.2 ")
        stopping.join(10)
        late = socket.create_connection(("127.0.0.1", server.port), timeout=0.2)
        with late, pytest.raises(TimeoutError):  # the socket is the caller's; nobody answers
            late.recv(1)
    assert [data for _, data in home.accepted()] == [b"half and half\r\n"]


def test_stop_cuts_what_does_not_end(home: Home, certificate: Path) -> None:
    """After the drain time a message under way is aborted; no thread and no upload stays."""
    threads = {thread.name for thread in threading.enumerate()}
    with serving(home, certificate) as server, server.wire() as wire:
        wire.begin()
        wire.send(b"x" * 300_000)
        eventually(lambda: len(home.arriving()) == 1)
        started = time.monotonic()
        server.stop(drain_seconds=0.2)
        assert time.monotonic() - started < 3
        assert home.arriving() == []
        assert not any(t.name.startswith("smtp") for t in threading.enumerate())
    assert home.accepted() == []
    assert {thread.name for thread in threading.enumerate()} <= threads
