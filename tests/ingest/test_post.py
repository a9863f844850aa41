"""An email: each attachment is a delivery of its own, in the message's place."""

from __future__ import annotations

from email.message import EmailMessage
from typing import Any

import pytest

from ingest import pipeline
from ingest.home import Home
from storage import ledger
from storage.delivery import Origin
from storage.ledger import State
from tests.shop import load, open_shop, table, totals


def message(*attachments: tuple[str, bytes]) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "shop@example.com", "x@y", "sales"
    mail.set_content("See attached.")
    for name, data in attachments:
        mail.add_attachment(data, maintype="text", subtype="csv", filename=name)
    return bytes(mail)


def receive_mail(home: Home, data: bytes) -> Any:
    upload = home.spool.receive(
        Origin(tenant="acme", name="message.eml", via="smtp", sender="shop@example.com"),
        limit=1 << 20,
    )
    upload.write(data)
    return upload.commit()


def test_each_attachment_is_a_delivery_of_its_own(loading_home: Home) -> None:
    """They follow the message in the order, name it as their parent, and load as any file."""
    open_shop(loading_home)
    mail = receive_mail(
        loading_home,
        message(("a.csv", table(("A", "1", "1"))), ("b.csv", table(("A", "2", "2")))),
    )

    opened = load(loading_home, mail)

    assert (opened.state, opened.reason) == (State.LOADED, "opened")
    parts = loading_home.inbox.waiting("acme")
    assert len(parts) == 2
    assert all(part > mail.id for part in parts)
    for part in parts:
        pipeline.process(loading_home, "acme", part)
    assert totals(loading_home) == {("A", "1"): "1.00", ("A", "2"): "2.00"}
    with loading_home.database.reading() as connection:
        first = ledger.entry(connection, parts[0])
    assert (first.parent, first.part, first.name) == (mail.id, 1, "a.csv")
    assert first.sender == "shop@example.com"


def test_opening_a_message_again_after_a_crash_makes_the_same_parts(
    loading_home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A crash after the parts and before the verdict does not deliver anything twice."""
    open_shop(loading_home)
    mail = receive_mail(loading_home, message(("a.csv", table(("A", "1", "1")))))

    def crash(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(ledger, "loaded", crash)
        with pytest.raises(KeyboardInterrupt):
            load(loading_home, mail)
    (part,) = [one for one in loading_home.inbox.waiting("acme") if one != mail.id]
    pipeline.process(loading_home, "acme", part)

    assert load(loading_home, mail).state is State.LOADED
    assert loading_home.inbox.waiting("acme") == []
    assert len(list(loading_home.layout.archive.glob("acme/*/*/*/*"))) == 2


def test_a_message_without_a_file_says_so(loading_home: Home) -> None:
    """A shop that forgot the attachment can be told."""
    open_shop(loading_home)

    opened = load(loading_home, receive_mail(loading_home, message()))

    assert (opened.state, opened.reason) == (State.LOADED, "no-attachment")


def test_an_attachment_s_name_is_data(loading_home: Home) -> None:
    """A NUL in it, which PostgreSQL cannot store, holds nothing up."""
    open_shop(loading_home)
    raw = message(("a.csv", table(("A", "1", "1")))).replace(
        b'filename="a.csv"', b"filename*=utf-8''a%00b.csv"
    )
    assert load(loading_home, receive_mail(loading_home, raw)).state is State.LOADED
