"""How a data connection in TLS can end."""

from __future__ import annotations

import ftplib
import socket
import ssl
from contextlib import suppress

import pytest

from tests.frontends.conftest import Home
from tests.frontends.ftp_server import HALF, Running, nothing_is_left, reset, serving
from tests.waiting import eventually


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
