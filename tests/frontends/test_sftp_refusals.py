"""Nothing but putting, listing and looking: what else a client may ask for is refused."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import asyncssh
import paramiko
import pytest
from asyncssh.constants import FXF_CREAT, FXF_EXCL, FXF_READ, FXF_TRUNC, FXF_WRITE
from asyncssh.packet import String, UInt64

from tests.frontends.conftest import UPLOAD_KEY, Home
from tests.frontends.serving import Served, serving_sftp
from tests.frontends.sftp_clients import (
    OpenSsh,
    connected,
    curl,
    paramiko_transport,
    put,
    with_sftp,
)

Work = Callable[[asyncssh.SFTPClient], Awaitable[object]]
Ask = Callable[[asyncssh.SSHClientConnection], Awaitable[object]]

DENIED: dict[str, Work] = {
    "read": lambda client: client.open("a.csv", "rb"),
    "read what is not there": lambda client: client.open("b.csv", FXF_READ | FXF_CREAT),
    "remove": lambda client: client.remove("a.csv"),
    "rmdir": lambda client: client.rmdir("out"),
    "symlink": lambda client: client.symlink("a.csv", "b.csv"),
    "readlink": lambda client: client.readlink("a.csv"),
    "rename a final name": lambda client: client.rename("a.csv", "b.csv"),
    "posix-rename a final name": lambda client: client.posix_rename("a.csv", "b.csv"),
    "rename over a directory": lambda client: client.rename("c.csv.part", "out"),
    "rename to a temporary name": lambda client: client.rename("c.csv.part", "d.tmp"),
    "truncate": lambda client: client.truncate("a.csv", 1),
    "append": lambda client: client.open("a.csv", "ab"),
    "change in place": lambda client: client.open("a.csv", "r+b"),
    "open a directory": lambda client: client.open("out", "wb"),
}


async def _prepare(client: asyncssh.SFTPClient) -> None:
    await client.mkdir("out")
    for name in ("a.csv", "c.csv.part"):
        async with client.open(name, "wb") as file:
            await file.write(b"1\n")


@pytest.mark.parametrize("request_", DENIED.values(), ids=DENIED.keys())
def test_what_a_tenant_may_not_do_is_denied(home: Home, request_: Work) -> None:
    """Permission denied, and everything stays as it was."""

    async def work(client: asyncssh.SFTPClient) -> None:
        await _prepare(client)
        with pytest.raises(asyncssh.SFTPPermissionDenied):
            await request_(client)
        assert set(await client.listdir()) == {".", "..", "a.csv", "c.csv.part", "out"}

    with serving_sftp(home) as served:
        with_sftp(served, work)
    assert [(one.origin.name, data) for one, data in home.accepted()] == [("a.csv", b"1\n")]


ABSENT: dict[str, Work] = {
    "stat": lambda client: client.stat("x"),
    "lstat": lambda client: client.lstat("x"),
    "setstat": lambda client: client.chmod("x", 0o600),
    "list": lambda client: client.listdir("x"),
    "rename": lambda client: client.rename("x", "y"),
    "put below a directory that was not made": lambda client: client.open("x/y", "wb"),
    "change in place": lambda client: client.open("x", "r+b"),
}


@pytest.mark.parametrize("request_", ABSENT.values(), ids=ABSENT.keys())
def test_what_is_not_there_is_said_not_to_be_there(home: Home, request_: Work) -> None:
    """Clients look before they put, and read the code."""

    async def work(client: asyncssh.SFTPClient) -> None:
        with pytest.raises(asyncssh.SFTPNoSuchFile):
            await request_(client)

    with serving_sftp(home) as served:
        with_sftp(served, work)


def test_a_handle_for_reading_and_writing_writes_and_does_not_read(home: Home) -> None:
    """Some clients open for both when they only write: that much is let through."""

    async def work(client: asyncssh.SFTPClient) -> None:
        file = await client.open("a.csv", "w+b")
        await file.write(b"secret\n")
        assert (await file.stat()).size == 7
        with pytest.raises(asyncssh.SFTPPermissionDenied):
            await file.read(10, 0)
        await file.close()

    with serving_sftp(home) as served:
        with_sftp(served, work)
    assert [data for _, data in home.accepted()] == [b"secret\n"]


def test_bytes_that_were_sent_cannot_be_taken_back(home: Home) -> None:
    """A size below what was written is refused; above it, and the times, are taken in silence."""

    async def work(client: asyncssh.SFTPClient) -> None:
        async with client.open("a.csv", "wb") as file:
            await file.truncate(100)
            await file.write(b"1234", 0)
            await file.utime((1, 1))
            with pytest.raises(asyncssh.SFTPPermissionDenied):
                await file.truncate(2)

    with serving_sftp(home) as served:
        with_sftp(served, work)
    assert [data for _, data in home.accepted()] == [b"1234"]


def test_a_directory_that_is_there_is_a_failure_and_no_denial(home: Home) -> None:
    """Clients that make a tree then look whether it is a directory, and go on."""

    async def work(client: asyncssh.SFTPClient) -> None:
        await client.mkdir("out")
        with pytest.raises(asyncssh.SFTPFailure, match="taken"):
            await client.mkdir("out")

    with serving_sftp(home) as served:
        with_sftp(served, work)


def test_an_exclusive_open_fails_where_a_file_is(home: Home) -> None:
    """The client asked for it."""

    async def work(client: asyncssh.SFTPClient) -> None:
        await _prepare(client)
        with pytest.raises(asyncssh.SFTPFailure):
            await client.open("a.csv", FXF_WRITE | FXF_CREAT | FXF_TRUNC | FXF_EXCL)

    with serving_sftp(home) as served:
        with_sftp(served, work)


def test_a_file_that_is_opened_and_closed_untouched_is_no_delivery(home: Home) -> None:
    """A client that resumes and finds nothing left to send must not deliver an empty file."""

    async def work(client: asyncssh.SFTPClient) -> None:
        await _prepare(client)
        async with client.open("a.csv", FXF_WRITE | FXF_CREAT):
            pass

    with serving_sftp(home) as served:
        with_sftp(served, work)
    assert [data for _, data in home.accepted()] == [b"1\n"]
    assert home.arriving() == []


def test_a_resumed_file_is_refused_when_it_is_closed(home: Home) -> None:
    """A client that goes on in the middle of what is there would leave a hole."""

    async def work(client: asyncssh.SFTPClient) -> None:
        await _prepare(client)
        file = await client.open("a.csv", FXF_WRITE | FXF_CREAT, encoding=None)
        await file.write(b"2\n", 2)
        with pytest.raises(asyncssh.SFTPFailure, match="never sent"):
            await file.close()

    with serving_sftp(home) as served:
        with_sftp(served, work)
    assert [data for _, data in home.accepted()] == [b"1\n"]
    assert home.arriving() == []


def test_openssh_and_curl_are_told_that_nothing_can_be_continued(
    home: Home, tmp_path: Path
) -> None:
    """`reput` and curl's --append and --continue-at end with an error and change nothing."""
    source = tmp_path / "a.csv"
    source.write_bytes(b"1\n2\n")
    with serving_sftp(home) as served:
        put(served, "a.csv", b"1\n")
        url = f"sftp://127.0.0.1:{served.port}/a.csv"
        reput = OpenSsh(served, home, tmp_path).sftp(f"reput {source}")
        append = curl(served, home, "--append", "--upload-file", str(source), url)
        resume = curl(served, home, "--continue-at", "2", "--upload-file", str(source), url)
    assert reput.returncode != 0
    assert "denied" in reput.stderr
    assert append.returncode != 0
    assert resume.returncode != 0
    assert [data for _, data in home.accepted()] == [b"1\n"]


@pytest.mark.parametrize("extension", ["statvfs", "hardlink", "copy-data", "ranges"])
def test_extensions_that_read_or_link_are_not_offered(home: Home, extension: str) -> None:
    """And whoever sends them all the same is refused."""

    async def work(client: asyncssh.SFTPClient) -> None:
        handler = client._handler
        file = await client.open("a.csv", "w+b")
        await file.write(b"1234")
        handle = String(file._handle or b"")
        numbers = UInt64(0) + UInt64(4)
        name = String(b"a.csv")
        body = {
            "statvfs": (b"statvfs@openssh.com", name),
            "hardlink": (b"hardlink@openssh.com", name + String(b"b.csv")),
            "copy-data": (b"copy-data", handle + numbers + handle + UInt64(4)),
            "ranges": (b"ranges@asyncssh.com", handle + numbers),
        }[extension]
        with pytest.raises((asyncssh.SFTPOpUnsupported, asyncssh.SFTPPermissionDenied)):
            await handler._make_request(*body)
        assert not handler.supports_copy_data
        await file.close()

    with serving_sftp(home) as served:
        with_sftp(served, work)
    assert [data for _, data in home.accepted()] == [b"1234"]


def _channel(**options: Any) -> Ask:
    return lambda connection: connection.create_session(asyncssh.SSHClientSession, **options)


CHANNELS: dict[str, Ask] = {
    "shell": _channel(),
    "exec": _channel(command="id"),
    "scp": _channel(command="scp -t /"),
    "another subsystem": _channel(subsystem="netconf"),
    "shell with a terminal": _channel(term_type="xterm", request_pty="force"),
    "forwarding to a host": lambda connection: connection.create_connection(
        asyncssh.SSHTCPSession, "127.0.0.1", 22
    ),
    "forwarding to a socket": lambda connection: connection.create_unix_connection(
        asyncssh.SSHUNIXSession, "/run/x"
    ),
    "forwarding from a host": lambda connection: connection.create_server(
        lambda *_: False, "127.0.0.1", 0
    ),
    "forwarding from a socket": lambda connection: connection.create_unix_server(
        lambda *_: False, "/nowhere/socket"
    ),
    "tun": lambda connection: connection.create_tun(asyncssh.SSHTunTapSession, 0),
    "tap": lambda connection: connection.create_tap(asyncssh.SSHTunTapSession, 0),
}


@pytest.mark.parametrize("ask", CHANNELS.values(), ids=CHANNELS.keys())
def test_nothing_but_sftp_is_opened_on_a_connection(home: Home, ask: Ask) -> None:
    """Shells, commands and tunnels are refused, and SFTP works on the same connection after."""

    async def session(served: Served) -> None:
        async with connected(served) as connection:
            with pytest.raises((asyncssh.ChannelOpenError, asyncssh.ChannelListenError)):
                await ask(connection)
            async with connection.start_sftp_client() as client:
                assert await client.realpath(".") == "/"

    with serving_sftp(home) as served:
        asyncio.run(session(served))


@pytest.mark.parametrize(
    "kind", ["pty-req", "auth-agent-req@openssh.com", "x11-req", "shell", "exec"]
)
def test_a_channel_gets_no_terminal_agent_or_display(home: Home, kind: str) -> None:
    """Each request on a session channel is answered with a failure."""
    with serving_sftp(home) as served, paramiko_transport(served) as transport:
        transport.auth_password("acme", UPLOAD_KEY)
        channel = transport.open_session()
        ask: dict[str, Callable[[], object]] = {
            "pty-req": channel.get_pty,
            "x11-req": lambda: channel.request_x11(auth_cookie="00", handler=lambda *_: None),
            "shell": channel.invoke_shell,
            "exec": lambda: channel.exec_command("id"),
            "auth-agent-req@openssh.com": lambda: _ask_for_agent(channel),
        }
        with pytest.raises(paramiko.SSHException):
            ask[kind]()


def _ask_for_agent(channel: Any) -> None:
    """As paramiko's own, which does not ask for an answer."""
    message = paramiko.Message()
    message.add_byte(bytes([98]))  # SSH_MSG_CHANNEL_REQUEST
    message.add_int(channel.remote_chanid)
    message.add_string("auth-agent-req@openssh.com")
    message.add_boolean(True)
    channel._event_pending()
    channel.transport._send_user_message(message)
    channel._wait_for_event()


def test_ssh_runs_no_command(home: Home, tmp_path: Path) -> None:
    """OpenSSH's client is refused too."""
    with serving_sftp(home) as served:
        done = OpenSsh(served, home, tmp_path).ssh("id")
    assert done.returncode != 0
    assert "uid=" not in done.stdout


OLD: list[dict[str, Any]] = [
    {"kex_algs": ["diffie-hellman-group14-sha1"]},
    {"kex_algs": ["diffie-hellman-group-exchange-sha256"]},
    {"mac_algs": ["hmac-sha1"], "encryption_algs": ["aes128-ctr"]},
    {"encryption_algs": ["aes128-cbc"]},
    {"encryption_algs": ["chacha20-poly1305@openssh.com"]},
    {"compression_algs": ["zlib@openssh.com"]},
    {"compression_algs": ["zlib"]},
]


@pytest.mark.parametrize("options", OLD, ids=lambda one: next(iter(one.values()))[0])
def test_old_algorithms_are_not_spoken(home: Home, options: dict[str, Any]) -> None:
    """No SHA-1, no CBC, nothing that is open to prefix truncation, no compression."""

    async def session(served: Served) -> None:
        async with connected(served, **options):
            pass

    with (
        serving_sftp(home) as served,
        pytest.raises((asyncssh.KeyExchangeFailed, asyncssh.ConnectionLost)),
    ):
        asyncio.run(session(served))


def test_the_offer_is_pinned_and_the_key_exchange_is_strict(home: Home) -> None:
    """What a server offers is said in the clear in its first packet (RFC 4253, section 7.1)."""
    with (
        serving_sftp(home) as served,
        socket.create_connection(("127.0.0.1", served.port), 5) as client,
        client.makefile("rb") as stream,
    ):
        client.sendall(b"SSH-2.0-test\r\n")
        assert stream.readline() == b"SSH-2.0-dropsafe\r\n"
        packet = stream.read(int.from_bytes(stream.read(4), "big"))
    message = paramiko.Message(packet[2 + 16 :])
    exchanges, host_keys, ciphers, _, macs, *_ = [message.get_list() for _ in range(8)]
    assert "kex-strict-s-v00@openssh.com" in exchanges
    assert host_keys == ["ssh-ed25519"]
    assert ciphers[0] == "aes128-gcm@openssh.com"
    offered = [*exchanges, *ciphers, *macs]
    assert not [one for one in offered if "sha1" in one or "md5" in one or "cbc" in one]
