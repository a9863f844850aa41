"""Data connections: where they come from, and where they may go."""

from __future__ import annotations

import os
import re
import socket
from contextlib import ExitStack, suppress

import pytest

from ingest.frontends.ftp import ports as ftp_ports
from ingest.settings import Ftp
from tests.frontends.conftest import Home
from tests.frontends.ftp_server import (
    Raw,
    Running,
    plain_client,  # noqa: F401 - the fixture `client`
    plain_server,  # noqa: F401 - the fixture `server`
    serving,
    store,
)
from tests.waiting import eventually


def test_active_mode_calls_nobody_else(client: Raw) -> None:
    """No bounce: other addresses and ports below 1024 are 501, whatever the spelling."""
    for line in (
        "PORT 192,0,2,1,200,1",
        "PORT 127,0,0,2,200,1",
        "PORT 127,0,0,1,0,22",
        "PORT 127,0,0,1,3,255",
        "PORT 127,0,0,1",
        "PORT 127,0,0,1,256,1",
        "EPRT |1|192.0.2.1|51201|",
        "EPRT |1|127.0.0.1|22|",
        "EPRT |1|localhost|51201|",
        "EPRT |1|127.0.0.1|99999|",
    ):
        assert client.ask(line).startswith("501"), line


def test_active_mode_to_a_closed_port_is_answered(client: Raw) -> None:
    """425, and the session goes on."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert client.ask(f"EPRT |1|127.0.0.1|{port}|").startswith("425")
    assert client.ask("STOR x.csv").startswith("425")
    assert store(client, "x.csv").startswith("226")


def test_active_mode_opens_what_it_says(home: Home, client: Raw) -> None:
    """Two in a row, and EPRT as well as PORT."""
    for number in range(2):
        with socket.create_server(("127.0.0.1", 0)) as ours:
            port = ours.getsockname()[1]
            assert client.ask(f"EPRT |1|127.0.0.1|{port}|").startswith("200")
            assert client.ask(f"STOR {number}.csv").startswith("150")
            data, _ = ours.accept()
            with data:
                data.sendall(b"x")
            assert client.reply().startswith("226")

    assert len(home.accepted()) == 2


def test_a_used_active_connection_is_not_closed_twice(server: Running, client: Raw) -> None:
    """The library closes its number again at the next PORT: by then it may be another client's."""
    lower = os.dup(0)  # for the other client's own socket, which shares the numbers with the server
    with socket.create_server(("127.0.0.1", 0)) as ours:
        port = ours.getsockname()[1]
        assert client.ask(f"EPRT |1|127.0.0.1|{port}|").startswith("200")
        assert client.ask("STOR x.csv").startswith("150")
        ours.accept()[0].close()
        assert client.reply().startswith("226")
        os.close(lower)
        with server.raw() as other:  # the server's end gets the number of the data connection
            assert client.ask(f"EPRT |1|127.0.0.1|{port}|").startswith("200")
            assert other.ask("NOOP").startswith("200")


def test_a_data_connection_from_elsewhere_is_refused(home: Home, client: Raw) -> None:
    """425 if a file waits for it; it never gets to send a byte, and the next one may be right."""
    port = client.passive_port()
    assert client.ask("STOR x.csv").startswith("150")
    with client.connect(port, "127.0.0.2") as stranger:
        assert client.reply().startswith("425")
        with suppress(ConnectionResetError):
            assert stranger.recv(1) == b""

    port = client.passive_port()
    with client.connect(port, "127.0.0.2") as stranger:
        with suppress(ConnectionResetError):
            assert stranger.recv(1) == b""
        assert client.ask("STOR x.csv").startswith("425")

    assert store(client, "y.csv").startswith("226")
    assert [one.origin.name for one, _ in home.accepted()] == ["y.csv"]


def test_a_stranger_does_not_take_the_clients_place(home: Home, client: Raw) -> None:
    """The port stays open for the right one."""
    port = client.passive_port()
    with client.connect(port, "127.0.0.2") as stranger, suppress(ConnectionResetError):
        assert stranger.recv(1) == b""
    with client.connect(port) as data:
        eventually(lambda: b"Passive" not in client.ask("STAT").encode())
        assert client.ask("STOR x.csv").startswith("150")
        data.sendall(b"x")
    assert client.reply().startswith("226")


def test_exhausted_passive_ports_are_425(home: Home) -> None:
    """Never a port outside the range: no firewall lets it through."""
    home.change_tenant(plain_ftp=True)
    with ExitStack() as stack:
        first = stack.enter_context(_free_port())
        port = first.getsockname()[1]
        first.close()
        settings = Ftp(passive_ports=f"{port}-{port}")
        server = stack.enter_context(serving(home, settings))
        one, two = (stack.enter_context(server.raw()) for _ in range(2))
        one.login()
        two.login()
        assert one.passive_port() == port
        assert two.ask("EPSV").startswith("425")
        assert two.ask("PASV").startswith("425")
        one.close()
        eventually(lambda: two.ask("EPSV").startswith("229"))


def _free_port() -> socket.socket:
    return socket.create_server(("127.0.0.1", 0))


def test_prot_counts_for_connections_that_are_made_after_it(server: Running) -> None:
    """A data connection in the clear is not taken for one in TLS because PROT P came later."""
    with server.raw() as client:
        inside = client.start_tls(server.trusting())
        inside.login()
        inside.ask("PBSZ 0")
        with inside.data():
            assert inside.ask("PROT P").startswith("200")
            assert inside.ask("STOR x.csv").startswith("425")


def test_the_first_port_tried_is_not_foreseen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who waits for the next data connection of another client must guess its port."""
    seen = set()
    for _ in range(20):
        with ftp_ports._listening("127.0.0.1", socket.AF_INET, range(50000, 51000)) as sock:
            seen.add(sock.getsockname()[1])
    assert len(seen) > 10


def test_an_ipv6_client_is_served(home: Home) -> None:
    """EPSV and EPRT over IPv6; PASV says why it cannot."""
    home.change_tenant(plain_ftp=True)
    with serving(home, host="::1") as server:
        sock = socket.create_connection(("::1", server.port), 10)
        with Raw(sock) as client:
            client.login()
            assert client.ask("PASV").startswith("522")
            port = client.passive_port()
            with socket.create_connection(("::1", port), 10) as data:
                assert client.ask("STOR x.csv").startswith("150")
                data.sendall(b"x")
            assert client.reply().startswith("226")
    assert home.accepted()[0][0].origin.peer == "::1"


def test_a_mapped_address_is_told_as_ipv4(home: Home) -> None:
    """On a socket for both families an IPv4 client gets PASV, and its own address in the log."""
    home.change_tenant(plain_ftp=True)
    with serving(home, host="::", dual=True) as server:
        sock = socket.create_connection(("127.0.0.1", server.port), 10)
        with Raw(sock) as client:
            client.login()
            found = re.search(r"\((\d+,\d+,\d+,\d+),(\d+),(\d+)\)", client.ask("PASV"))
            assert found
            assert found.group(1) == "127,0,0,1"
            port = int(found.group(2)) * 256 + int(found.group(3))
            with socket.create_connection(("127.0.0.1", port), 10) as data:
                assert client.ask("STOR x.csv").startswith("150")
                data.sendall(b"x")
            assert client.reply().startswith("226")
            with socket.create_server(("127.0.0.1", 0)) as ours:
                port = ours.getsockname()[1]
                line = f"PORT 127,0,0,1,{port >> 8},{port & 255}"
                assert client.ask(line).startswith("200")
    assert home.accepted()[0][0].origin.peer == "127.0.0.1"
