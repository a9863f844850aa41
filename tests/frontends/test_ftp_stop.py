"""Stopping the FTP front end."""

from __future__ import annotations

import asyncio
import threading
import time
from concurrent.futures import Future

import pytest

from tests.frontends.conftest import Home
from tests.frontends.ftp_server import Running, begin, serving
from tests.waiting import eventually


def stop(server: Running, drain_seconds: float) -> Future[None]:
    """Stop in a thread, as the gateway's own loop would go on meanwhile."""
    done: Future[None] = Future()

    def run() -> None:
        asyncio.run(server.front_end.stop(drain_seconds=drain_seconds))
        done.set_result(None)

    threading.Thread(target=run).start()
    return done


def test_an_upload_under_way_may_end(home: Home) -> None:
    """It is acknowledged, then its client is told 421; the stop takes no longer than that."""
    home.change_tenant(plain_ftp=True)
    with serving(home) as server, server.raw() as client, server.raw() as idle:
        client.login()
        with client.data() as data:
            assert client.ask("STOR day.csv").startswith("150")
            data.sendall(b"half")
            eventually(lambda: len(home.arriving()) == 1)
            stopped = stop(server, 10)
            assert idle.reply().startswith("421")
            data.sendall(b" and half")
        assert client.reply().startswith("226")
        assert client.reply().startswith("421")
        stopped.result(5)

    assert [data for _, data in home.accepted()] == [b"half and half"]


def test_a_client_that_was_told_yes_may_leave_by_itself(home: Home) -> None:
    """No 421 right behind a 226, which some clients take for the end of that file."""
    home.change_tenant(plain_ftp=True)
    with serving(home) as server, server.raw() as client:
        data = begin(client)
        eventually(lambda: len(home.arriving()) == 1)
        stopped = stop(server, 10)
        data.close()
        assert client.reply().startswith("226")
        assert client.ask("QUIT").startswith("221")
        before = time.monotonic()
        stopped.result(5)
        assert time.monotonic() - before < 0.9


def test_no_further_file_is_taken(home: Home) -> None:
    """Who goes on after its 226 hears 421 instead of 150."""
    home.change_tenant(plain_ftp=True)
    with serving(home) as server, server.raw() as client:
        data = begin(client)
        eventually(lambda: len(home.arriving()) == 1)
        stopped = stop(server, 10)
        data.close()
        assert client.reply().startswith("226")
        with client.data():
            assert client.ask("STOR next.csv").startswith("421")
        stopped.result(5)

    assert [one.origin.name for one, _ in home.accepted()] == ["day.csv"]


def test_what_takes_too_long_is_cut(home: Home) -> None:
    """After the drain time the rest is cut and thrown away."""
    home.change_tenant(plain_ftp=True)
    with serving(home) as server, server.raw() as client:
        client.login()
        with client.data() as data:
            assert client.ask("STOR day.csv").startswith("150")
            data.sendall(b"half")
            eventually(lambda: len(home.arriving()) == 1)
            before = time.monotonic()
            stop(server, 0.3).result(5)
            assert 0.3 <= time.monotonic() - before < 2
            assert home.arriving() == []
            assert client.reply().startswith("426") or client.reply() == ""

    assert home.accepted() == []


def test_a_rename_that_is_owed_may_come(home: Home) -> None:
    """WinSCP's rename follows its upload: the stop waits for it."""
    home.change_tenant(plain_ftp=True)
    with serving(home) as server, server.raw() as client:
        client.login()
        with client.data() as data:
            assert client.ask("STOR day.csv.filepart").startswith("150")
            data.sendall(b"x")
        assert client.reply().startswith("226")
        stopped = stop(server, 10)
        assert client.ask("RNFR day.csv.filepart").startswith("350")
        assert client.ask("RNTO day.csv").startswith("250")
        assert client.reply().startswith("421")
        stopped.result(5)

    assert [one.origin.name for one, _ in home.accepted()] == ["day.csv"]


def test_an_fsync_under_way_is_waited_for(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even after the drain time: the file is kept or thrown away, never left half."""
    syncing, release = threading.Event(), threading.Event()
    shelf = home.shelves.of(home.tenant)
    real = shelf.close

    def slow(upload: object, **options: object) -> object:
        syncing.set()
        assert release.wait(10)
        return real(upload, **options)  # type: ignore[arg-type]  # an Upload

    monkeypatch.setattr(shelf, "close", slow)
    home.change_tenant(plain_ftp=True)
    with serving(home) as server, server.raw() as client:
        client.login()
        with client.data():
            assert client.ask("STOR day.csv").startswith("150")
        assert syncing.wait(5)
        stopped = stop(server, 0.1)
        eventually(lambda: client.reply() == "")
        release.set()
        stopped.result(5)
        assert home.arriving() == []


def test_an_upload_that_was_being_opened_is_thrown_away(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Opened for a client that has left, or for a server that has stopped."""
    opening, release = threading.Event(), threading.Event()
    shelf = home.shelves.of(home.tenant)
    real = shelf.open

    def slow(path: str, *, via: str, peer: str) -> object:
        opening.set()
        assert release.wait(10)
        return real(path, via=via, peer=peer)

    monkeypatch.setattr(shelf, "open", slow)
    home.change_tenant(plain_ftp=True)
    with serving(home) as server:
        with server.raw() as client:
            client.login()
            client.passive_port()
            client.send("STOR left.csv\r\n")
            assert opening.wait(5)
        release.set()
        eventually(lambda: home.arriving() == [])
        opening.clear()
        release.clear()
        with server.raw() as client:
            client.login()
            client.passive_port()
            client.send("STOR stopped.csv\r\n")
            assert opening.wait(5)
            stopped = stop(server, 0.1)
            eventually(lambda: client.reply() == "")
            release.set()
            stopped.result(5)
        assert home.arriving() == []


def test_the_callers_socket_outlives_it(home: Home) -> None:
    """After a stop a new front end can serve on the same socket; stopping twice is harmless."""
    with serving(home) as first:
        asyncio.run(first.front_end.stop(drain_seconds=1))
        asyncio.run(first.front_end.stop(drain_seconds=1))
        with serving(home, sock=first.sock) as second, second.tls() as client:
            assert client.pwd() == "/"
        first.sock.getsockname()


def test_two_front_ends_run_in_one_process(home: Home) -> None:
    """Each has a loop of its own; one's end is not the other's."""
    with serving(home) as first:
        with serving(home) as second, second.tls() as client:
            assert client.pwd() == "/"
        with first.tls() as client:
            assert client.pwd() == "/"


def test_an_idle_front_end_stops_at_once(home: Home) -> None:
    """The drain time is a limit, not a wait; who is connected is told why."""
    with serving(home) as server, server.raw() as client:
        before = time.monotonic()
        stop(server, 10).result(5)
        assert time.monotonic() - before < 1
        assert client.reply().startswith("421")
