"""How an FTP upload can end, and which endings are acknowledged."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading

import pytest
from structlog.testing import capture_logs

from ingest.frontends.ftp.reception import Patience
from tests.frontends.conftest import UPLOAD_KEY, Home, cuts
from tests.frontends.ftp_server import HALF, begin, nothing_is_left, reset, serving
from tests.waiting import eventually


@pytest.fixture
def plain_home(home: Home) -> Home:
    """The tenant may use plain FTP."""
    home.change_tenant(plain_ftp=True)
    return home


def test_an_orderly_end_is_complete(plain_home: Home) -> None:
    """In FTP the end of the stream is the end of the file (RFC 959, section 3.4.1)."""
    with serving(plain_home) as server, server.raw() as client:
        begin(client).close()
        assert client.reply().startswith("226")

    assert [data for _, data in plain_home.accepted()] == [HALF]


def test_a_half_closed_data_connection_is_complete(plain_home: Home) -> None:
    """A client may end its side and keep the other open."""
    with serving(plain_home) as server, server.raw() as client, begin(client) as data:
        data.shutdown(socket.SHUT_WR)
        assert client.reply().startswith("226")
        assert data.recv(1) == b""

    assert len(plain_home.accepted()) == 1


def test_a_reset_is_a_cut(plain_home: Home) -> None:
    """426, nothing is kept, and the session goes on; it is logged as over SFTP."""
    with capture_logs() as logs, serving(plain_home) as server, server.raw() as client:
        data = begin(client)
        reset(data)
        assert client.reply().startswith("426")
        assert client.ask("NOOP").startswith("200")
        eventually(lambda: nothing_is_left(plain_home))
    [(*who, received)] = cuts(logs)
    assert who == ["acme", "ftp", "127.0.0.1", "day.csv", "cut"]
    assert received in (0, len(HALF))  # what the kernel had not handed over is lost with a reset


@pytest.mark.parametrize("orderly", [True, False])
def test_a_lost_control_connection_is_a_cut(plain_home: Home, *, orderly: bool) -> None:
    """Also when the data connection ends in order right behind it, as when a client dies."""
    with serving(plain_home) as server:
        client = server.raw()
        with begin(client):
            if orderly:
                client.close()
            else:
                client._lines.close()
                reset(client.sock)
        eventually(lambda: nothing_is_left(plain_home))


def test_a_lost_control_connection_is_seen_behind_waiting_commands(plain_home: Home) -> None:
    """The end of the control connection hides behind a pipelined QUIT; it is seen all the same."""
    with serving(plain_home) as server:
        client = server.raw()
        with begin(client) as data:
            client.send("QUIT\r\n")
            client.close()
            data.shutdown(socket.SHUT_WR)
            eventually(lambda: nothing_is_left(plain_home))


def test_the_last_look_is_after_the_fsync(
    plain_home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A killed client's two connections end in either order, so the control one is looked at last.

    Acceptance cannot be taken back; the kernel is asked even while the loop is busy elsewhere.
    """
    syncing, sync, stalled, resume = (threading.Event() for _ in range(4))
    real = os.fsync

    def slow(descriptor: int) -> None:
        syncing.set()
        assert sync.wait(10)
        real(descriptor)

    def stall() -> None:
        stalled.set()
        assert resume.wait(10)

    with serving(plain_home) as server:
        client = server.raw()
        data = begin(client)
        monkeypatch.setattr(os, "fsync", slow)
        data.close()
        assert syncing.wait(5)
        server.front_end._jobs.call(stall)
        assert stalled.wait(5)
        client.close()
        sync.set()
        eventually(lambda: plain_home.arriving() == [])
        resume.set()

    assert plain_home.accepted() == []


_CLIENT = """
import ftplib, os, ssl, sys, time
port, certificate, key = int(sys.argv[1]), sys.argv[2], sys.argv[3]
context = ssl.create_default_context(cafile=certificate)
client = ftplib.FTP_TLS(context=context) if certificate else ftplib.FTP()
client.connect("127.0.0.1", port)
client.login("acme", key)
if certificate:
    client.prot_p()
client.voidcmd("TYPE I")
data = client.transfercmd("STOR day.csv")
data.sendall(b"half a file")
print("sent", flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize("secure", [True, False])
def test_a_client_that_dies_leaves_nothing(plain_home: Home, *, secure: bool) -> None:
    """The kernel closes both connections of a killed client in order: no file was complete."""
    with serving(plain_home) as server:
        certificate = str(server.certificate.certificate) if secure else ""
        arguments = [str(server.port), certificate, UPLOAD_KEY]
        with subprocess.Popen(
            [sys.executable, "-c", _CLIENT, *arguments], stdout=subprocess.PIPE
        ) as client:
            assert client.stdout is not None
            assert client.stdout.readline() == b"sent\n"
            eventually(lambda: len(plain_home.arriving()) == 1)
            client.send_signal(signal.SIGKILL)
        eventually(lambda: nothing_is_left(plain_home))


def test_abor_is_a_cut(plain_home: Home) -> None:
    """426 for the file, 226 for the ABOR, with telnet's signals before it or without."""
    with capture_logs() as logs, serving(plain_home) as server, server.raw() as client:
        client.login()
        for abort in (b"ABOR\r\n", b"\xff\xf4\xff\xf2ABOR\r\n"):
            data = client.data()
            assert client.ask("STOR day.csv").startswith("150")
            data.sendall(HALF)
            client.send(abort)
            assert client.reply().startswith("426")
            assert client.reply().startswith("226")
            data.close()
        client.passive_port()
        assert client.ask("STOR day.csv").startswith("150")  # its connection has not come
        client.send("ABOR\r\n")
        assert client.reply().startswith("426")
        assert client.reply().startswith("226")
        assert client.ask("ABOR").startswith("225")
        eventually(lambda: nothing_is_left(plain_home))
    reasons = [reason for *_, reason, _ in cuts(logs)]
    assert reasons == ["aborted", "aborted", "no data connection"]


def test_a_stalled_upload_is_cut(plain_home: Home) -> None:
    """No bytes for as long as the idle timeout: 426; the dribble of a slow line is no stall."""
    patience = Patience(idle=0.4, login=10, connect=10)
    with (
        serving(plain_home, patience=patience) as server,
        server.raw() as client,
        begin(client) as data,
    ):
        for _ in range(8):
            client.sock.settimeout(0.1)
            with pytest.raises(TimeoutError):
                client.sock.recv(1)
            data.sendall(b"x")
        client.sock.settimeout(10)
        assert client.reply().startswith("426")
        eventually(lambda: nothing_is_left(plain_home))


@pytest.mark.parametrize(
    ("announced", "kind", "verdict"),
    [
        (len(HALF), "I", "226"),
        (len(HALF) + 1, "I", "426"),
        (len(HALF) - 1, "I", "426"),
        (len(HALF) + 1, "A", "426"),
        (len(HALF) - 1, "A", "226"),
    ],
)
def test_an_announced_size_must_come(
    plain_home: Home, announced: int, kind: str, verdict: str
) -> None:
    """ALLO tells apart what FTP cannot; in type A line ends may make the file longer."""
    with serving(plain_home) as server, server.raw() as client:
        client.login()
        client.ask(f"TYPE {kind}")
        assert client.ask(f"ALLO {announced} R 80").startswith("200")
        data = client.data()
        assert client.ask("STOR day.csv").startswith("150")
        data.sendall(HALF)
        data.close()
        assert client.reply().startswith(verdict)
        with client.data() as data:  # the announcement was for one file
            assert client.ask("STOR next.csv").startswith("150")
        assert client.reply().startswith("226")

    assert len(plain_home.accepted()) == (2 if verdict == "226" else 1)
