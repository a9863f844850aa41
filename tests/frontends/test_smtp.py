"""Email: a message that was answered with 250 is on disk as it was sent, and no other is."""

from __future__ import annotations

import errno
import os
import smtplib
import socket
import ssl
import struct
import threading
import time
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from ingest.frontends.smtp_dialogue import Connection
from storage.delivery import order_of
from storage.spool import Upload
from tests.frontends.conftest import Home, eventually
from tests.frontends.smtp_serving import (
    ADDRESS,
    DOMAIN,
    SENDER,
    Serving,
    serving,
    write_certificate,
)

MESSAGE = b"Subject: sales\r\n\r\n.dot at the start\r\n\xe9 eight bits, tab\tand a bare \n\r\n"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_certificate(tmp_path_factory.mktemp("tls") / "both.pem")


@pytest.fixture
def server(home: Home, certificate: Path) -> Iterator[Serving]:
    with serving(home, certificate, max_message_size=1 << 20) as served:
        yield served


def stuffed(message: bytes) -> bytes:
    return (b"\r\n" + message).replace(b"\r\n.", b"\r\n..")[2:]


def refused(client: smtplib.SMTP, address: str = ADDRESS, sender: str = SENDER) -> bytes:
    """The reply to a message that is refused for its recipient."""
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refusal:
        client.sendmail(sender, [address], MESSAGE)
    code, text = refusal.value.recipients[address]
    return b"%d %s" % (code, text)


@pytest.mark.parametrize("secure", [False, True])
def test_a_message_is_kept_as_it_was_sent(server: Serving, home: Home, secure: bool) -> None:
    """250 names the delivery, and its bytes are those of the client, dots and line ends and all."""
    with server.wire() if not secure else server.client(secure=True) as client:
        if isinstance(client, smtplib.SMTP):
            client.mail(SENDER)
            client.rcpt(ADDRESS)
            code, text = client.docmd("DATA")
            assert code == 354
            client.send(stuffed(MESSAGE) + b".\r\n")
            code, text = client.getreply()
            reply = f"{code} {text.decode()}"
        else:
            client.begin()
            client.send(stuffed(MESSAGE) + b".\r\n")
            reply = client.reply()

    [(envelope, data)] = home.accepted()
    assert reply == f"250 2.0.0 accepted as {envelope.id}"
    assert order_of(envelope.id) == envelope.order
    assert data == MESSAGE
    assert envelope.origin.tenant == "acme"
    assert envelope.origin.name == "message.eml"
    assert (envelope.origin.via, envelope.origin.peer) == ("smtp", "127.0.0.1")
    assert envelope.origin.sender == SENDER
    assert home.arriving() == []


def test_an_ordinary_client_sends_an_attachment(server: Serving, home: Home) -> None:
    """What smtplib makes of a message arrives."""
    message = EmailMessage()
    message["Subject"] = "Kassenabschluss"
    message.set_content("Anbei.")
    message.add_attachment(b"a;b\r\n1;2\r\n" * 20_000, "text", "csv", filename="tag.csv")
    with server.client(secure=True) as client:
        assert client.send_message(message, SENDER, [ADDRESS]) == {}

    [(_, data)] = home.accepted()
    [attachment] = message_from_bytes(data, policy=policy.default).iter_attachments()
    assert attachment.get_content() == "a;b\r\n1;2\r\n" * 20_000


def test_several_messages_follow_in_one_connection(server: Serving, home: Home) -> None:
    """A connection goes on after a message, and the order of receipt is that of the replies."""
    with server.client() as client:
        for number in range(5):
            client.sendmail(SENDER, [ADDRESS], b"Subject: %d\r\n" % number)

    assert [data for _, data in home.accepted()] == [b"Subject: %d\r\n" % n for n in range(5)]


def test_commands_may_be_sent_in_one_go(server: Serving, home: Home) -> None:
    """A client that pipelines, also behind the end of a message, has all its commands answered."""
    one = f"MAIL FROM:<{SENDER}>\r\nRCPT TO:<{ADDRESS}>\r\nDATA\r\n".encode()
    with server.wire() as wire:
        assert "250-PIPELINING" in wire.ask("EHLO raw.example")
        wire.send(one)
        assert [wire.reply()[:3] for _ in range(3)] == ["250", "250", "354"]
        wire.send(b"first\r\n.\r\n" + one)
        assert [wire.reply()[:3] for _ in range(4)] == ["250", "250", "250", "354"]
        wire.send(b".\r\nQUIT\r\n")
        assert [wire.reply()[:3] for _ in range(2)] == ["250", "221"]

    assert [data for _, data in home.accepted()] == [b"first\r\n", b""]


@pytest.mark.parametrize(
    "address",
    [
        f"acme-3fk9x2m7q4h8tb6y@{DOMAIN}",
        f"acme@{DOMAIN}",
        f"nobody@{DOMAIN}",
        "acme-3fk9x2m7q4h8tb6z@elsewhere.example",
        f"{DOMAIN}",
    ],
)
def test_an_address_of_nobody_is_refused_in_the_dialogue(
    server: Serving, home: Home, address: str
) -> None:
    """Neither another token, another domain nor a plain name is let in; nothing is relayed."""
    with capture_logs() as logs, server.client() as client:
        reply = refused(client, address)

    assert reply.startswith(b"550 5.1.1 ")
    assert home.accepted() == []
    [line] = [line for line in logs if line["event"] == "recipient.refused"]
    assert (line["peer"], line["sender"], line["reason"]) == ("127.0.0.1", SENDER, "unknown")
    assert "3fk9x2m7q4h8tb6" not in line["recipient"]


@pytest.mark.parametrize("local_part", ["ACME-3FK9X2M7Q4H8TB6Z", "acme-3fk9x2m7q4h8tb6z+till-2"])
def test_case_and_plus_do_not_matter(server: Serving, home: Home, local_part: str) -> None:
    """People and address books change the case of an address, and add to it behind a plus."""
    with server.client() as client:
        client.sendmail(SENDER, [f"{local_part}@{DOMAIN.upper()}"], MESSAGE)

    assert len(home.accepted()) == 1


def test_a_disabled_tenant_has_no_address(server: Serving, home: Home) -> None:
    """Its address is answered as one of nobody."""
    home.change_tenant(enabled=False)
    with server.client() as client:
        assert refused(client).startswith(b"550 5.1.1 ")


def test_only_listed_senders_may_write(server: Serving, home: Home) -> None:
    """With a list of senders others are refused before they send, and logged."""
    home.change_tenant(senders=("*@shop.example",))
    with server.client() as client, capture_logs() as logs:
        assert refused(client, sender="eve@evil.example").startswith(b"550 5.7.1 ")
        client.sendmail("Till@SHOP.example", [ADDRESS], MESSAGE)

    assert [envelope.origin.sender for envelope, _ in home.accepted()] == ["Till@SHOP.example"]
    [line] = [line for line in logs if line["event"] == "recipient.refused"]
    assert (line["sender"], line["reason"]) == ("eve@evil.example", "sender")


def test_a_bounce_is_refused_unless_the_list_allows_it(server: Serving, home: Home) -> None:
    """The null sender brings no sales, but some devices use it for everything they send."""
    with server.client() as client:
        assert refused(client, sender="").startswith(b"550 5.7.1 ")
        home.change_tenant(senders=("<>",))
        client.sendmail("", [ADDRESS], MESSAGE)

    assert [envelope.origin.sender for envelope, _ in home.accepted()] == ["<>"]


def test_a_message_is_of_one_tenant(server: Serving, home: Home) -> None:
    """A recipient of another tenant is put off with 452, so that each gets a message of its own."""
    other = replace(home.tenant, name="other", mail_token="0123456789abcdef")
    home.gatekeeper.replace([home.tenant, other])
    theirs = f"{other.mailbox}@{DOMAIN}"
    with server.client() as client:
        rejected = client.sendmail(SENDER, [ADDRESS, theirs, ADDRESS.upper()], MESSAGE)
        assert [(to, code) for to, (code, _) in rejected.items()] == [(theirs, 452)]
        client.sendmail(SENDER, [theirs], MESSAGE)

    assert [envelope.origin.tenant for envelope, _ in home.accepted()] == ["acme", "other"]


@pytest.mark.parametrize(
    "path",
    [f"a@evil.example <{ADDRESS}>", f"<{ADDRESS}", f"{ADDRESS}>", "<", "((((( (", f"<{ADDRESS}>x"],
)
def test_an_address_that_is_none_is_refused(server: Serving, home: Home, path: str) -> None:
    """What is not exactly one path is not guessed at, neither for sender nor recipient."""
    with server.wire() as wire:
        wire.ask("EHLO raw.example")
        assert wire.ask(f"MAIL FROM:{path}")[:2] in {"50", "55"}
        assert wire.ask(f"MAIL FROM:<{SENDER}>").startswith("250")
        assert wire.ask(f"RCPT TO:{path}")[:2] in {"50", "55"}
        assert wire.ask("DATA").startswith("503")


def test_who_tries_many_recipients_is_sent_away(server: Serving) -> None:
    """A connection ends after twenty refused recipients."""
    with server.wire() as wire:
        wire.ask("EHLO raw.example")
        wire.ask(f"MAIL FROM:<{SENDER}>")
        replies = [wire.ask(f"RCPT TO:<guess-{n}@{DOMAIN}>")[:3] for n in range(20)]
        assert replies == ["550"] * 20
        assert wire.reply().startswith("421 4.7.0 ")
        assert wire.reply() == ""


@pytest.mark.parametrize("end", [b"\n.\n", b"\r.\r", b"\n.\r\n", b"\r\n.\n"])
def test_no_second_message_is_smuggled_in(server: Serving, home: Home, end: bytes) -> None:
    """What follows an end that is none stays part of the first message (CVE-2024-27305)."""
    second = f"MAIL FROM:<ceo@bank.example>\r\nRCPT TO:<{ADDRESS}>\r\nDATA\r\nforged".encode()
    with server.wire() as wire:
        wire.begin()
        wire.send(b"true" + end + second + b"\r\n.\r\n")
        assert wire.reply().startswith("250 2.0.0 accepted")
        assert wire.ask("NOOP").startswith("250")

    [(envelope, data)] = home.accepted()
    assert b"forged" in data
    assert envelope.origin.sender == SENDER


def test_commands_before_the_handshake_are_discarded(server: Serving, home: Home) -> None:
    """What is pipelined in the clear behind STARTTLS does not run under TLS (CVE-2024-34083)."""
    injected = f"EHLO evil\r\nMAIL FROM:<{SENDER}>\r\nRCPT TO:<{ADDRESS}>\r\nDATA\r\nx\r\n.\r\n"
    with server.wire() as wire:
        wire.ask("EHLO raw.example")
        wire.send(b"STARTTLS\r\n" + injected.encode())
        assert wire.reply().startswith("220")
        context = ssl.create_default_context(cafile=str(server.certificate))
        with context.wrap_socket(wire.sock, server_hostname="127.0.0.1") as secured:
            secured.sendall(b"NOOP\r\n")
            assert secured.recv(100).startswith(b"250")
            secured.sendall(b"MAIL FROM:<a@b.example>\r\n")
            assert secured.recv(100).startswith(b"503")  # not even its EHLO counted

    assert home.accepted() == []


def test_tls_below_1_2_is_not_spoken(server: Serving) -> None:
    """A client that knows TLS 1.1 at the most gets no session."""
    context = ssl.create_default_context(cafile=str(server.certificate))
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    client = server.client()
    with pytest.raises(ssl.SSLError):
        client.starttls(context=context)
    client.close()


@pytest.mark.parametrize("handshake", [b"", b"\x16\x03\x01nonsense that is no handshake" * 20])
def test_a_failed_handshake_leaves_nothing(server: Serving, handshake: bytes) -> None:
    """A client that breaks off the handshake, or talks nonsense in it, is simply gone."""
    with server.wire() as wire:
        wire.ask("EHLO raw.example")
        assert wire.ask("STARTTLS").startswith("220")
        wire.send(handshake)
    eventually(lambda: not server.front_end._connections)


@pytest.mark.parametrize("last", [b"NOOP\r\n" * 40, b"STARTTLS\r\n\x16\x03", b"DATA\r\nx", b"QU"])
def test_a_reset_leaves_nothing(server: Serving, home: Home, last: bytes) -> None:
    """A client whose machine dies, at whatever point, is gone, and the loop has no complaint."""
    for _ in range(5):
        with server.wire() as wire:
            wire.ask("EHLO raw.example")
            wire.ask(f"MAIL FROM:<{SENDER}>")
            wire.ask(f"RCPT TO:<{ADDRESS}>")
            wire.send(last)
            wire.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    eventually(lambda: not server.front_end._connections)
    assert home.accepted() == []


def test_a_reply_that_cannot_be_sent_ends_the_connection(
    server: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The transport fails in the middle of a reply: the connection ends, without a complaint."""

    async def fail(*_: object) -> None:
        raise ConnectionResetError

    with server.wire() as wire, monkeypatch.context() as patch:
        patch.setattr(Connection, "push", fail)
        assert wire.ask("NOOP") == ""
    eventually(lambda: not server.front_end._connections)


def test_tls_begins_once(server: Serving) -> None:
    """STARTTLS inside TLS is refused, and the session goes on."""
    with server.client(secure=True) as client:
        assert not client.has_extn("starttls")
        assert client.docmd("STARTTLS")[0] == 503
        assert client.noop()[0] == 250


def test_nobody_logs_in(server: Serving) -> None:
    """AUTH is neither offered nor known, in the clear and under TLS."""
    with server.client() as plain, server.client(secure=True) as secure:
        for client in (plain, secure):
            assert not client.has_extn("auth")
            assert client.docmd("AUTH PLAIN AGEAYg==")[0] == 500
            assert b"AUTH" not in client.docmd("HELP")[1]


def test_nothing_is_told_about_the_server_or_its_addresses(server: Serving) -> None:
    """VRFY answers alike for an address of somebody and of nobody; no name, no version."""
    with smtplib.SMTP() as client:
        _, greeting = client.connect("127.0.0.1", server.port)
        assert greeting == f"{DOMAIN} ESMTP".encode()
        assert client.verify(ADDRESS) == client.verify(f"nobody@{DOMAIN}")
        assert client.docmd("EXPN", ADDRESS)[0] == 502


def test_a_size_that_is_announced_is_refused_early(server: Serving, home: Home) -> None:
    """SIZE= above the limit is refused before the message is sent."""
    with server.wire() as wire:
        assert f"250-SIZE {1 << 20}" in wire.ask("EHLO raw.example")
        assert wire.ask(f"MAIL FROM:<{SENDER}> SIZE={2 << 20}").startswith("552")
        assert wire.ask(f"MAIL FROM:<{SENDER}> SIZE=1000 BODY=8BITMIME").startswith("250")


def test_a_message_that_is_too_large_is_refused(server: Serving, home: Home) -> None:
    """It is read to its end, answered with 552, and nothing of it is kept or run as a command."""
    with server.wire() as wire:
        wire.begin()
        wire.send(b"RSET\r\n" * 200_000 + b".\r\n")
        assert wire.reply().startswith("552 5.3.4 ")
        assert wire.ask("NOOP").startswith("250")

    assert home.accepted() == []
    eventually(lambda: home.arriving() == [])


@pytest.mark.parametrize("piece", [b"\r\n" * 32_768, b"x" * 65_536, b".\n" * 32_768])
def test_memory_is_bounded_whatever_the_lines(home: Home, certificate: Path, piece: bytes) -> None:
    """16 MB of empty lines, or of one line, cost the server a few buffers (aiosmtpd: 600 MB)."""
    with serving(home, certificate) as server, server.wire() as wire:
        wire.begin()
        tracemalloc.start()
        try:
            for _ in range(256):
                wire.send(piece)
            wire.send(b"\r\n.\r\n")
            assert wire.reply().startswith("250 ")
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert peak < 4 << 20
    assert home.accepted()[0][0].size == 256 * len(piece) + 2 - piece.startswith(b".")


def test_one_who_never_ends_is_cut_off(server: Serving, home: Home) -> None:
    """After twice the limit the connection is closed, though the message goes on."""
    with server.wire() as wire:
        wire.begin()
        with pytest.raises(OSError, match=r"reset|Broken pipe"):
            wire.send(b"NOOP\r\n" * 10_000_000)

    assert home.accepted() == []
    eventually(lambda: home.arriving() == [] and not server.front_end._connections)


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

    def slow(upload: Upload) -> Any:
        entered.set()
        resume.wait(10)
        return commit(upload)

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


@pytest.mark.parametrize("trickle", [False, True])
@pytest.mark.parametrize("in_data", [False, True])
def test_a_silent_or_trickling_client_is_cut(
    home: Home, certificate: Path, in_data: bool, trickle: bool
) -> None:
    """Without progress the connection ends after the idle time, and nothing is kept."""
    with serving(home, certificate, idle_seconds=0.5) as server, server.wire() as wire:
        if in_data:
            wire.begin()
        started = time.monotonic()
        wire.sock.settimeout(0.1)
        said = b""
        while True:
            try:
                if trickle:
                    wire.send(b"x")
                piece = wire.sock.recv(100)
            except TimeoutError:
                continue
            except OSError:
                break
            if not piece:
                break
            said += piece
        assert said.startswith(b"421 4.4.2 ")
        assert 0.3 < time.monotonic() - started < 3
        eventually(lambda: home.arriving() == [] and not server.front_end._connections)
    assert home.accepted() == []


def test_slow_but_steady_is_not_idle(home: Home, certificate: Path) -> None:
    """A message that takes longer than the idle time, but comes on, is accepted."""
    pause = threading.Event()
    with serving(home, certificate, idle_seconds=0.6) as server, server.wire() as wire:
        wire.begin()
        for _ in range(6):
            wire.send(b"x" * 20_000 + b"\r\n")
            pause.wait(0.2)
        wire.send(b".\r\n")
        assert wire.reply().startswith("250 ")


def test_connections_are_counted(home: Home, certificate: Path) -> None:
    """One above the limit is told to come later; when one has left there is room again."""
    with serving(home, certificate, max_connections=2) as server:
        with server.wire(), server.wire():
            third = socket.create_connection(("127.0.0.1", server.port), timeout=10)
            with third:
                assert third.recv(100).startswith(b"421 4.7.0 ")
                assert third.recv(100) == b""
        eventually(lambda: not server.front_end._connections)
        server.wire().close()


def test_commands_are_counted(server: Serving) -> None:
    """A connection that only says NOOP is ended."""
    with server.wire() as wire:
        replies = [wire.ask("NOOP")[:3] for _ in range(51)]
    assert replies == ["250"] * 50 + ["421"]


def test_the_size_of_commands_does_not_grow(home: Home, certificate: Path) -> None:
    """aiosmtpd shares one table of limits by all connections, and every EHLO adds to it."""
    with serving(home, certificate) as server, server.wire() as one, server.wire() as other:
        for _ in range(20):
            one.ask("EHLO raw.example")
        other.ask("EHLO raw.example")
        assert other.ask(f"MAIL FROM:<{SENDER}>" + " " * 600).startswith("500")


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
