"""FTP as tills use it: ftplib over plain FTP and over TLS."""

from __future__ import annotations

import ftplib
import os
import re
import socket
import ssl
import threading
import time

import pytest

from ingest.frontends.ftp.reception import Patience
from ingest.settings import Ftp
from tests.frontends.conftest import Home
from tests.frontends.ftp_server import Raw, put, sent, serving
from tests.waiting import eventually

AWKWARD = b'a,b\r\n1,"x\ny"\r\n\r2\n\n\xff\xfe\x00\r'


def greeting(port: int) -> str:
    """The first line that a new connection hears."""
    with Raw(socket.create_connection(("127.0.0.1", port), 10)) as client:
        return client.greeting


def test_a_file_comes_in_over_tls(home: Home) -> None:
    """A tenant needs no more than its Upload Key; the envelope says ftps and the peer."""
    with serving(home) as server, server.tls() as client:
        assert put(client, "day.csv", AWKWARD).startswith("226")

    assert sent(home) == [("day.csv", "ftps", AWKWARD)]
    assert home.accepted()[0][0].origin.peer == "127.0.0.1"


def test_a_file_comes_in_over_plain_ftp_where_that_is_allowed(home: Home) -> None:
    """A tenant with `plain_ftp` needs no TLS; the envelope says ftp."""
    home.change_tenant(plain_ftp=True)
    with serving(home) as server, server.plain() as client:
        assert put(client, "day.csv").startswith("226")

    assert sent(home) == [("day.csv", "ftp", b"a,b\n1,2\n")]


def test_type_a_changes_no_byte(home: Home) -> None:
    """In type A too, line ends and a last lone CR are kept, and SIZE counts the bytes sent."""
    with serving(home) as server, server.tls() as client:
        client.voidcmd("TYPE A N")
        with client.transfercmd("STOR day.csv") as data:
            data.sendall(AWKWARD)
            assert isinstance(data, ssl.SSLSocket)
            data.unwrap()
        client.voidresp()
        assert client.sendcmd("SIZE day.csv") == f"213 {len(AWKWARD)}"

    assert sent(home)[0][2] == AWKWARD


def test_an_empty_file_is_a_file(home: Home) -> None:
    """No byte at all, ended in order, is accepted: the verdict is for the worker."""
    with serving(home) as server, server.tls() as client:
        put(client, "empty.csv", b"")

    assert sent(home) == [("empty.csv", "ftps", b"")]


def test_two_uploads_of_one_name_are_two_deliveries(home: Home) -> None:
    """Nothing is overwritten."""
    with serving(home) as server, server.tls() as client:
        put(client, "day.csv", b"one")
        put(client, "day.csv", b"two")

    assert [data for _, _, data in sent(home)] == [b"one", b"two"]


def test_active_mode_works_to_the_client_itself(home: Home) -> None:
    """PORT to the client's own address, again and again, in TLS and after a passive one."""
    with serving(home) as server, server.tls() as client:
        for number in range(3):
            client.set_pasv(False)
            put(client, f"active{number}.csv")
            client.set_pasv(True)
            put(client, f"passive{number}.csv")

    assert len(sent(home)) == 6


def test_a_small_file_in_tls_does_not_wait_40_ms(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A client's goodbye waits for the server's acknowledgement, which is therefore not delayed."""
    monkeypatch.setattr(os, "fsync", lambda _: None)  # a slow disk is not meant
    with serving(home) as server, server.tls() as client:
        took = []
        for _ in range(10):
            before = time.monotonic()
            put(client, "day.csv", b"x" * 20_000)
            took.append(time.monotonic() - before)

    assert min(took) < 0.035


def test_a_slow_disk_holds_nobody_up(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """226 waits for the fsync of its own file, and only that."""
    syncing, release = threading.Event(), threading.Event()
    real = home.shelves.of(home.tenant).close

    def slow(upload: object, **options: object) -> object:
        if upload.origin.name == "slow.csv":  # type: ignore[attr-defined]  # an Upload
            syncing.set()
            assert release.wait(10)
        return real(upload, **options)  # type: ignore[arg-type]  # as above

    monkeypatch.setattr(home.shelves.of(home.tenant), "close", slow)
    with serving(home) as server, server.tls() as waiting, server.tls() as client:
        with waiting.transfercmd("STOR slow.csv") as data:
            data.sendall(b"x")
            data.unwrap()  # type: ignore[attr-defined]  # an SSLSocket
        assert syncing.wait(5)
        put(client, "day.csv")
        assert waiting.sock is not None
        waiting.sock.settimeout(0.2)
        with pytest.raises(TimeoutError):
            waiting.sock.recv(1)
        waiting.sock.settimeout(10)
        release.set()
        eventually(lambda: len(sent(home)) == 2)

    assert [name for name, _, _ in sent(home)] == ["day.csv", "slow.csv"]


def test_226_comes_after_the_disk(home: Home) -> None:
    """When the client reads 226, the delivery is in the inbox already, every time."""
    with serving(home) as server, server.tls() as client:
        for number in range(20):
            put(client, f"{number}.csv")
            assert len(home.accepted()) == number + 1


def test_an_advertised_address_is_told(home: Home) -> None:
    """Behind a NAT clients hear the outer address, and a port of the range."""
    settings = Ftp(advertised_address="192.0.2.7", passive_ports="50500-50599")
    home.change_tenant(plain_ftp=True)
    with serving(home, settings) as server, server.raw() as client:
        client.login()
        found = re.search(r"\((\d+),(\d+),(\d+),(\d+),(\d+),(\d+)\)", client.ask("PASV"))
        assert found
        numbers = [int(one) for one in found.groups()]
        assert numbers[:4] == [192, 0, 2, 7]
        assert 50500 <= numbers[4] * 256 + numbers[5] <= 50599


def test_the_small_talk_of_clients_is_answered(home: Home) -> None:
    """FEAT, SYST, OPTS, NOOP, HELP, STAT, MODE and STRU, as clients send them at the start."""
    with serving(home) as server, server.tls() as client:
        features = client.sendcmd("FEAT")
        assert " MFMT\n" in features
        assert "REST" not in features
        for line in (
            "SYST",
            "OPTS UTF8 ON",
            "NOOP",
            "HELP",
            "STAT",
            "MODE S",
            "STRU F",
            "TYPE L 8",
        ):
            assert client.sendcmd(line).startswith("2")
        for line in ("TYPE E", "SITE CPFR x", "XYZZY", "MODE Z", "ALLO many", "REST -1"):
            with pytest.raises(ftplib.error_perm, match=r"^50"):
                client.sendcmd(line)
        with pytest.raises(ftplib.error_perm, match=r"^503"):
            client.sendcmd("AUTH TLS")


def test_silence_ends_the_connection(home: Home) -> None:
    """Who says nothing, or never logs in, is told why and let go."""
    with serving(home, patience=Patience(idle=0.3, login=10)) as server, server.raw() as client:
        assert client.reply().startswith("421")
        assert client.reply() == ""
    with serving(home, patience=Patience(idle=10, login=0.3)) as server, server.raw() as client:
        client.ask("NOOP")
        eventually(lambda: client.ask("NOOP").startswith("421"))
    with serving(home, patience=Patience(idle=0.3, login=0.3)) as server, server.raw() as client:
        assert client.ask("AUTH TLS").startswith("234")
        assert client.sock.recv(1) == b""  # in the midst of a handshake there is nothing to say


def test_a_data_connection_that_does_not_come_is_given_up(home: Home) -> None:
    """The upload is thrown away, and the session goes on."""
    home.change_tenant(plain_ftp=True)
    patience = Patience(idle=10, connect=0.3, refusal=0)
    with serving(home, patience=patience) as server, server.raw() as client:
        client.login()
        client.passive_port()
        assert client.ask("STOR day.csv").startswith("150")
        assert client.reply().startswith("425")
        assert client.ask("STOR day.csv").startswith("425")
        assert client.ask("NOOP").startswith("200")
        eventually(lambda: home.arriving() == [])


def test_the_number_of_sockets_is_limited(home: Home) -> None:
    """One more is told 421 (or 425 for a data connection), and there is room again afterwards."""
    home.change_tenant(plain_ftp=True)
    settings = Ftp(max_connections=3, passive_ports="50000-50999")
    with serving(home, settings) as server, server.raw() as one, server.raw() as two:
        with server.raw() as three:
            assert greeting(server.port).startswith("421")
            one.login()
            assert one.ask("PASV").startswith("425")
            assert one.ask("PORT 127,0,0,1,200,1").startswith("425")
            assert three.ask("NOOP").startswith("200")
        eventually(lambda: one.ask("PASV").startswith("227"))
        assert two.ask("NOOP").startswith("200")
