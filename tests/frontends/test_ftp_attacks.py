"""What hostile FTP clients try, and what becomes of it."""

from __future__ import annotations

import socket
import threading
import time

import pytest
from structlog.testing import capture_logs

from ingest.frontends.ftp.reception import Patience
from tests.frontends.conftest import UPLOAD_KEY, Home
from tests.frontends.ftp_server import (
    Raw,
    Running,
    plain_client,  # noqa: F401 - the fixture `client`
    plain_server,  # noqa: F401 - the fixture `server`
    reset,
    serving,
    store,
)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("../../x.csv", "x.csv"),
        ("/../../x.csv", "x.csv"),
        ("..\\..\\x.csv", "x.csv"),
        ("\\x.csv", "x.csv"),
        ("//x.csv", "x.csv"),
        ("sub/../../x.csv", "x.csv"),
        ("~/x.csv", None),
        ("/etc/passwd", None),
        ("C:\\windows\\x.csv", None),
        ("x" * 300, None),
    ],
)
def test_no_path_leaves_the_shelf(home: Home, client: Raw, path: str, name: str | None) -> None:
    """A path is a name on the shelf and nowhere else; what cannot be one is refused."""
    answer = store(client, path)

    assert answer.startswith("226" if name else "550")
    assert [one.origin.name for one, _ in home.accepted()] == ([name] if name else [])
    assert client.ask("CWD ../..").startswith("250")
    assert client.ask("PWD").startswith('257 "/"')


def test_connections_that_come_and_go_leave_nothing(server: Running, client: Raw) -> None:
    """A storm of connections, closed in every state; `serving` counts what is left."""
    for number in range(60):
        sock = socket.create_connection(("127.0.0.1", server.port), 10)
        if number % 3 == 1:
            sock.sendall(f"USER acme\r\nPASS {UPLOAD_KEY}\r\nEPSV\r\nSTOR x.csv\r\n".encode())
        if number % 3 == 2:
            sock.sendall(b"AUTH TLS\r\n\x16\x03\x01")
        if number % 2:
            sock.close()
        else:
            reset(sock)
    assert client.ask("NOOP").startswith("200")


def test_guessing_is_slow_and_short(home: Home) -> None:
    """Three tries, each answered after a while, then the end; a new name does not start anew."""
    with serving(home, patience=Patience(idle=10, refusal=0.2)) as server, server.raw() as client:
        before = time.monotonic()
        for user in ("acme", "nobody"):
            assert client.login(user, "wrong") == "530 Login refused."
        client.send("USER acme\r\nPASS wrong\r\nUSER acme\r\nPASS wrong\r\n")
        assert [client.reply()[:3] for _ in range(3)] == ["331", "530", ""]
        assert time.monotonic() - before > 0.6


def test_commands_in_the_segment_of_auth_tls_are_dropped(home: Home, server: Running) -> None:
    """A man in the middle must not put words into the mouth of the client inside TLS."""
    with server.raw() as client:
        client.send(f"AUTH TLS\r\nUSER acme\r\nPASS {UPLOAD_KEY}\r\nMKD injected\r\n")
        assert client.reply().startswith("234")
        inside = client.into_tls(server.trusting())
        assert inside.ask("PWD").startswith("530")
        assert inside.ask("PASS x").startswith("503")
        assert inside.login().startswith("230")
        assert inside.ask("CWD injected").startswith("550")


def test_half_a_command_before_tls_is_dropped(home: Home, server: Running) -> None:
    """Nor the beginning of a line, which would swallow the client's first word inside."""
    with server.raw() as client:
        client.send(b"AUTH TLS\r\nMKD inj")
        assert client.reply().startswith("234")
        inside = client.into_tls(server.trusting())
        assert inside.ask("NOOP").startswith("200")


def test_a_login_in_the_clear_does_not_reach_into_tls(server: Running, client: Raw) -> None:
    """AUTH TLS starts anew: what was said before it could have been anybody's."""
    inside = client.start_tls(server.trusting())
    assert inside.ask("PWD").startswith("530")


def test_a_nul_is_501(client: Raw) -> None:
    """In a command or in a name, and the session goes on."""
    assert client.ask("STOR a\0b.csv").startswith("501")
    assert client.ask("\0").startswith("501")
    assert client.ask("NOOP").startswith("200")


def test_nothing_from_a_client_is_logged_as_it_is(home: Home) -> None:
    """Line breaks and escapes in names forge no log line and steer no terminal; keys never show."""
    home.change_tenant(plain_ftp=True)
    with capture_logs() as logs, serving(home) as server, server.raw() as client:
        client.login("evil\n2026-11-05 login.accepted user=root\x1b[2J", "s3cret-guess")
        client.login()
        with client.data() as data:
            assert client.ask("STOR a\nb\x1b[2J.csv").startswith("150")
            data.sendall(b"x")
        assert client.reply().startswith("226")
        with client.data() as data:
            client.ask("STOR c\nd\x1b[2J.csv")
            data.sendall(b"x")
            reset(data)
        client.reply()
        client.send(b"XX\x1b\n \xff\xfe\r\n")
        client.reply()

    events = {one["event"] for one in logs}
    assert {"login.refused", "delivery.accepted", "upload.cut"} <= events
    values = [value for one in logs for value in one.values() if isinstance(value, str)]
    assert [value for value in values if not value.isprintable()] == []
    assert not [value for value in values if "s3cret" in value or UPLOAD_KEY in value]


def test_no_reply_is_forged(client: Raw) -> None:
    """A client's own words come back on one line, without control characters."""
    client.send(b"XY\n226 Transfer complete.\x1b[2J\r\n")
    assert client.reply() == '500 Command "XY?226" not understood.'
    with client.data() as data:
        assert client.ask("STOR a\n-rw forged.csv").startswith("150")
        data.sendall(b"x")
    client.reply()
    with client.data() as data:
        assert client.ask("LIST").startswith("150")
        listing = b"".join(iter(lambda: data.recv(1000), b""))
    assert client.reply().startswith("226")
    assert listing.count(b"\n") == 1


def test_other_peoples_tricks_do_not_exist(home: Home, client: Raw) -> None:
    """No copying, no symbolic links, no execution; directories come to an end."""
    for line in ("SITE CPFR /etc/passwd", "SITE CPTO x", "SITE SYMLINK a b", "SITE EXEC id"):
        assert client.ask(line).startswith("500"), line
    answers = [client.ask(f"MKD d{number}") for number in range(120)]
    assert answers[-1].startswith("550")
    assert client.ask("MKD " + "/".join("d" * 20)).startswith("550")


def test_a_flood_of_commands_ends_the_connection(home: Home) -> None:
    """What waits in line, and replies that are never read, do not fill the memory."""
    home.change_tenant(plain_ftp=True)
    with serving(home, patience=Patience(idle=10, refusal=5)) as server:
        with server.raw() as client:
            client.send("USER acme\r\nPASS wrong\r\n" + "NOOP\r\n" * 100)
            assert client.reply().startswith("331")
            assert client.reply() == ""
        with server.raw() as client:
            client.login()
            client.sock.settimeout(5)
            with pytest.raises(OSError, match=r"reset|pipe"):
                client.send("HELP\r\n" * 1_000_000)
        with server.raw() as client:
            assert client.ask("x" * 5000).startswith("500")


def test_a_client_that_waits_in_a_handshake_costs_nothing(home: Home, server: Running) -> None:
    """With a listing to send and no TLS hello from the client, the loop sleeps."""
    with server.raw() as client:
        inside = client.start_tls(server.trusting())
        inside.login()
        inside.ask("PBSZ 0")
        inside.ask("PROT P")
        with inside.data():
            assert inside.ask("LIST").startswith("150")
            used = time.process_time()
            inside.sock.settimeout(0.5)
            with pytest.raises(TimeoutError):
                inside.sock.recv(1)
            assert time.process_time() - used < 0.25


def test_running_out_of_descriptors_passes(
    home: Home, server: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The library stops listening for good at the first failed accept."""
    failing = threading.Event()
    failed = threading.Event()
    real = socket.socket.accept

    def accept(self: socket.socket) -> tuple[socket.socket, object]:
        if failing.is_set():
            failed.set()
            raise OSError(24, "Too many open files")
        return real(self)

    monkeypatch.setattr(socket.socket, "accept", accept)
    failing.set()
    with socket.create_connection(("127.0.0.1", server.port), 10) as waiting:
        assert failed.wait(5)
        failing.clear()
        assert waiting.recv(3) == b"220"
