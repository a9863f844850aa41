"""How an FTP upload can end, and which endings are acknowledged."""

from __future__ import annotations

import errno
import ftplib
import os
import signal
import socket
import ssl
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from ingest.frontends.ftp_reception import Patience
from ingest.shelf import Shelf, Shelves
from storage import files
from tests.frontends.conftest import UPLOAD_KEY, Home, eventually
from tests.frontends.ftp_server import Raw, Running, reset, serving

HALF = b"a,b\n1," * 1000


@pytest.fixture
def plain_home(home: Home) -> Home:
    """The tenant may use plain FTP."""
    home.change_tenant(plain_ftp=True)
    return home


def begin(client: Raw, name: str = "day.csv") -> socket.socket:
    """Log in and send the first half of a file; the data connection stays open."""
    client.login()
    data = client.data()
    assert client.ask(f"STOR {name}").startswith("150")
    data.sendall(HALF)
    return data


def nothing_is_left(home: Home) -> bool:
    """Whether nothing was accepted and nothing is arriving."""
    return home.accepted() == [] and home.arriving() == []


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
    """426, nothing is kept, and the session goes on."""
    with serving(plain_home) as server, server.raw() as client:
        data = begin(client)
        reset(data)
        assert client.reply().startswith("426")
        assert client.ask("NOOP").startswith("200")
        eventually(lambda: nothing_is_left(plain_home))


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


def send_without_goodbye(server: Running, content: bytes, *, close: bool = False) -> str:
    """Upload in TLS and end TCP without TLS's close_notify; return the server's verdict."""
    with server.tls() as client:
        client.voidcmd("TYPE I")
        data = client.transfercmd("STOR day.csv")
        data.sendall(content)
        if close:
            assert isinstance(data, ssl.SSLSocket)
            socket.socket(fileno=data.detach()).close()
        else:
            data.shutdown(socket.SHUT_WR)  # of TCP: an SSLSocket says no goodbye here
        try:
            return client.voidresp()
        except ftplib.Error as error:
            return str(error)
        finally:
            data.close()


def test_tls_without_close_notify_is_a_cut(home: Home) -> None:
    """Anybody on the way can end a TCP stream; only close_notify is the client's own word."""
    with serving(home) as server:
        assert send_without_goodbye(server, HALF).startswith("426")
        eventually(lambda: nothing_is_left(home))


@pytest.mark.parametrize("close", [True, False])
def test_tls_without_close_notify_is_taken_from_lax_tenants(home: Home, *, close: bool) -> None:
    """Also when the client closes at once: session tickets that it left unread would reset it."""
    home.change_tenant(lax_tls=True)
    with serving(home) as server:
        assert send_without_goodbye(server, HALF * 300, close=close).startswith("226")

    assert [data for _, data in home.accepted()] == [HALF * 300]


def test_a_reset_is_a_cut_for_lax_tenants_too(home: Home) -> None:
    """Lax is about the goodbye, not about bytes that never came."""
    home.change_tenant(lax_tls=True)
    with serving(home) as server, server.tls() as client:
        data = client.transfercmd("STOR day.csv")
        data.sendall(HALF)
        assert isinstance(data, ssl.SSLSocket)
        reset(socket.socket(fileno=data.detach()))
        with pytest.raises(ftplib.error_temp, match="426"):
            client.voidresp()
        eventually(lambda: nothing_is_left(home))


def test_tls_noise_is_a_cut(home: Home) -> None:
    """A record that does not decrypt ends the transfer."""
    with serving(home) as server, server.tls() as client:
        data = client.transfercmd("STOR day.csv")
        data.sendall(HALF)
        assert isinstance(data, ssl.SSLSocket)
        with socket.socket(fileno=data.detach()) as raw:
            raw.sendall(b"\x17\x03\x03\x00\x20" + b"x" * 32)
            with pytest.raises(ftplib.error_temp, match="426"):
                client.voidresp()
        eventually(lambda: nothing_is_left(home))


def test_a_failed_handshake_on_the_data_connection_is_a_cut(home: Home) -> None:
    """A data connection in the clear where TLS was agreed is answered, and nothing hangs."""
    with serving(home) as server, server.tls() as client:
        host, port = client.makepasv()
        for first in (b"a,b\n" * 100, b""):
            host, port = client.makepasv()
            with socket.create_connection((host, port), 10) as data:
                assert client.sendcmd("STOR day.csv").startswith("150")
                data.sendall(first)
                with suppress(OSError):  # the server was quicker
                    data.shutdown(socket.SHUT_WR)
                with pytest.raises(ftplib.error_temp, match="426"):
                    client.voidresp()
        eventually(lambda: nothing_is_left(home))


def test_abor_is_a_cut(plain_home: Home) -> None:
    """426 for the file, 226 for the ABOR, with telnet's signals before it or without."""
    with serving(plain_home) as server, server.raw() as client:
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

    with serving(plain_home) as server, server.raw() as client:
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
            client.send("STOR two.csv\r\nRNFR x\r\nCWD /nowhere\r\n")
            data.sendall(HALF)
        replies = [client.reply()[:3] for _ in range(4)]
        assert replies == ["226", "425", "550", "550"]

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
