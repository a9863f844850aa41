"""Email: a message that was answered with 250 is on disk as it was sent, and no other is."""

from __future__ import annotations

import smtplib
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from structlog.testing import capture_logs

from storage.delivery import order_of
from tests.frontends.conftest import Home
from tests.frontends.smtp_serving import (
    ADDRESS,
    DOMAIN,
    MESSAGE,
    SENDER,
    Serving,
    mail_certificate,  # noqa: F401 - the fixture `certificate`
    mail_server,  # noqa: F401 - the fixture `server`
    refused,
)


def stuffed(message: bytes) -> bytes:
    return (b"\r\n" + message).replace(b"\r\n.", b"\r\n..")[2:]


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
