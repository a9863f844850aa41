"""Email: smtplib, with STARTTLS and without, and curl. The file is attached to a message."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from email.policy import SMTP

from tests.frontends.contract.answers import Answer, Cut, Login, Source, Verdict
from tests.frontends.contract.clients import Client, reset
from tests.frontends.contract.doors import Door
from tests.frontends.contract.programs import curl, verdict_of_reply
from tests.frontends.smtp_serving import DOMAIN, SENDER


class Smtplib(Client):
    """smtplib of the standard library."""

    kind = "smtp"

    def __init__(self, *, secure: bool = False) -> None:
        self.name = "smtplib-starttls" if secure else "smtplib"
        self._secure = secure

    def send(
        self, door: Door, login: Login, name: str, source: Source, *, rename_to: str = ""
    ) -> Answer:
        source.wrap(raw_message(name, source.data))
        try:
            with self._connected(door) as client:
                if not source.held:
                    client.sendmail(SENDER, [_address(login)], source.data)
                    source.answered.set()
                    return Answer(verdict=Verdict.YES)
                return _in_pieces(client, _address(login), source)
        except smtplib.SMTPRecipientsRefused as error:
            [(code, words)] = error.recipients.values()
            return Answer.of_code(code, words.decode())
        except smtplib.SMTPResponseException as error:
            return Answer.of_code(error.smtp_code, _text(error.smtp_error))
        except (Cut, OSError) as error:
            return Answer(verdict=Verdict.LOST, words=str(error))

    @contextmanager
    def _connected(self, door: Door) -> Iterator[smtplib.SMTP]:
        client = smtplib.SMTP("127.0.0.1", door.port, timeout=10)
        try:
            client.ehlo("till.shop.example")
            if self._secure:
                context = ssl.create_default_context(cafile=str(door.certificate))
                client.starttls(context=context)
                client.ehlo("till.shop.example")
            yield client
            with suppress(smtplib.SMTPException, OSError):
                client.quit()
        finally:
            client.close()


class CurlSmtp(Client):
    """curl with smtp://."""

    name = "curl-smtp"
    kind = "smtp"
    program = "curl"

    def send(
        self, door: Door, login: Login, name: str, source: Source, *, rename_to: str = ""
    ) -> Answer:
        addresses = ["--mail-from", SENDER, "--mail-rcpt", _address(login)]
        source.wrap(raw_message(name, source.data))
        there = f"smtp://127.0.0.1:{door.port}/till.shop.example"
        return verdict_of_reply(*curl(door, [*addresses, there], source=source))


def raw_message(name: str, data: bytes) -> bytes:
    """A message with a file attached, the same bytes each time."""
    message = EmailMessage(policy=SMTP)
    message["From"] = SENDER
    message["Subject"] = "Kassenabschluss"
    message.set_content("Anbei:\n.\n.umsatz\n..\n")  # dots that are doubled on the wire
    message.add_attachment(data, "text", "csv", filename=name)
    message.set_boundary("a-boundary-that-does-not-change")
    return message.as_bytes()


def _in_pieces(client: smtplib.SMTP, address: str, message: Source) -> Answer:
    """What `sendmail` does, piece by piece."""
    message.wrap(message.data.replace(b"\r\n.", b"\r\n.."))
    assert client.mail(SENDER)[0] == 250
    assert client.rcpt(address)[0] == 250
    assert client.docmd("DATA")[0] == 354
    sock = client.sock
    assert sock is not None
    message.on_cut = lambda: reset(sock)
    for piece in message:
        client.send(piece)
    client.send(b".\r\n")
    code, words = client.getreply()
    return Answer.of_code(code, words.decode())


def _address(login: Login) -> str:
    return f"{login.user}-{login.token}@{DOMAIN}"


def _text(words: bytes | str) -> str:
    return words if isinstance(words, str) else words.decode()
