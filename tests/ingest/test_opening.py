"""Emails and containers: what lies in them is a delivery of its own, in their place."""

from __future__ import annotations

import gzip
from email.message import EmailMessage
from typing import Any

import pytest

from ingest import describing, lookup, pipeline, replay
from ingest.home import Home
from ingest.worker import Worker
from storage import ledger
from storage.delivery import MAX_PARTS, Origin, order_of
from storage.ledger import Entry, State
from tests.parsers.packing import row, xlsx, zipped
from tests.shop import MAPPING, deliver, dump, entry, load, open_shop, send, table, totals


def message(*attachments: tuple[str, bytes]) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "shop@example.com", "x@y", "sales"
    mail.set_content("See attached.")
    for name, data in attachments:
        mail.add_attachment(data, maintype="text", subtype="csv", filename=name)
    return bytes(mail)


def receive_mail(home: Home, data: bytes, *, recipient: str = "acme-x7") -> Any:
    upload = home.spool.receive(
        Origin(
            tenant="acme",
            name="message.eml",
            via="smtp",
            sender="shop@example.com",
            recipient=recipient,
        ),
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
    assert (first.sender, first.recipient) == ("shop@example.com", "acme-x7")


def test_the_mailbox_that_an_email_came_to_is_the_location_of_what_lies_in_it(
    loading_home: Home,
) -> None:
    """Where no column says it; a workbook in a zip archive that is attached is no exception.

    Two shops may send the same bytes, and neither file is a duplicate then.
    """
    by_mailbox = MAPPING.replace('"Store"', '{ mailbox = "acme-{}" }')
    by_mailbox = by_mailbox.replace('["*.csv"]', '["*.csv", "*.xlsx"]')
    open_shop(loading_home, mapping=by_mailbox)
    cells = row(1, "Receipt", "When", "Total") + row(2, "2", "2026-03-01 10:00:00", "2.00")
    inner = xlsx({"March": cells})
    for mailbox, attached in (
        ("acme-north", ("a.csv", table(("", "1", "1")))),
        ("acme-south", ("a.csv", table(("", "1", "1")))),
        ("acme-south", ("b.zip", zipped({"b.xlsx": inner}))),
    ):
        receive_mail(loading_home, message(attached), recipient=mailbox)
    work_off(loading_home)
    assert totals(loading_home) == {
        ("north", "1"): "1.00",
        ("south", "1"): "1.00",
        ("south", "2"): "2.00",
    }


def test_the_same_bytes_from_the_same_mailbox_are_a_duplicate(loading_home: Home) -> None:
    """Whatever the file is called; and they stay one when they are replayed."""
    open_shop(loading_home, mapping=MAPPING.replace('"Store"', '{ mailbox = "acme-{}" }'))
    data = table(("", "1", "1"))
    for mailbox, name in (("acme-north", "a.csv"), ("acme-north", "b.csv"), ("acme-s", "b.csv")):
        receive_mail(loading_home, message((name, data)), recipient=mailbox)
    work_off(loading_home)
    files = [one for one in lookup.deliveries(loading_home, tenant="acme") if one.parent]
    assert [one.state for one in files] == [State.LOADED, State.DUPLICATE, State.LOADED]
    replayed = replay.replay(loading_home, "acme", [one.id for one in files])
    assert [one.state for one in replayed.deliveries] == [one.state for one in files]
    assert totals(loading_home) == {("north", "1"): "1.00", ("s", "1"): "1.00"}


def test_a_duplicate_is_none_any_more_once_the_mailbox_is_the_location(loading_home: Home) -> None:
    """As long as the mapping named one shop for all files, the second said nothing new."""
    open_shop(loading_home, mapping=MAPPING.replace('"Store"', '{ constant = "X" }'))
    for mailbox in ("acme-north", "acme-south"):
        receive_mail(loading_home, message(("a.csv", table(("", "1", "1")))), recipient=mailbox)
    work_off(loading_home)
    files = [one for one in lookup.deliveries(loading_home, tenant="acme") if one.parent]
    assert [one.state for one in files] == [State.LOADED, State.DUPLICATE]
    by_mailbox = MAPPING.replace('"Store"', '{ mailbox = "acme-{}" }')
    describing.set_mapping(loading_home, tenant="acme", feed="default", text=by_mailbox)
    replay.replay(loading_home, "acme", [one.id for one in files])
    states = {lookup.delivery(loading_home, one.id).state for one in files}
    assert states == {State.LOADED}
    assert totals(loading_home) == {("north", "1"): "1.00", ("south", "1"): "1.00"}


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
    assert len(loading_home.archive.deliveries("acme")) == 2


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


def work_off(home: Home) -> list[Entry]:
    """Work everything off that waits, and say what came of it in the order of receipt."""
    while waiting := home.inbox.waiting("acme"):
        pipeline.process(home, "acme", waiting[0])
    return lookup.deliveries(home, tenant="acme")


def names(entries: list[Entry]) -> list[str]:
    return [one.name for one in entries]


ARCHIVE = zipped(
    {
        "a.csv": table(("A", "1", "1")),
        "tills/b.csv": table(("A", "2", "2")),
        "__MACOSX/a.csv": b"x",
        "notes.txt": b"closed on Monday",
    }
)


def test_each_member_of_a_container_is_a_delivery_of_its_own(loading_home: Home) -> None:
    """Each has its own verdict; the container says what was in it and what was left out."""
    open_shop(loading_home)
    container = deliver(loading_home, ARCHIVE, name="march.zip")

    opened, *parts = work_off(loading_home)

    assert (opened.id, opened.state, opened.reason) == (container.id, State.LOADED, "opened")
    assert opened.message == (
        "3 inside: march.zip//a.csv, march.zip//tills/b.csv, march.zip//notes.txt. "
        "Left out: __MACOSX/a.csv (made by the system)."
    )
    assert [(one.parent, one.part, one.via) for one in parts] == [
        (container.id, 1, "load"),
        (container.id, 2, "load"),
        (container.id, 3, "load"),
    ]
    assert [one.state for one in parts] == [State.LOADED, State.LOADED, State.QUARANTINED]
    assert parts[2].reason == "no-feed"
    assert totals(loading_home) == {("A", "1"): "1.00", ("A", "2"): "2.00"}


def test_members_stand_in_the_order_where_their_container_stands(loading_home: Home) -> None:
    """What came after the container overwrites what was in it, whatever was loaded first."""
    open_shop(loading_home)
    container = deliver(loading_home, zipped({"a.csv": table(("A", "1", "1"))}), name="x.zip")
    later = deliver(loading_home, table(("A", "1", "7")))
    load(loading_home, later)

    load(loading_home, container)
    (member,) = loading_home.inbox.waiting("acme")
    assert container.id < member < later.id
    work_off(loading_home)

    assert totals(loading_home) == {("A", "1"): "7.00"}


def test_a_worker_takes_members_before_what_came_after_them(loading_home: Home) -> None:
    """In one turn, although it listed the queue before there were any."""
    open_shop(loading_home)
    deliver(loading_home, zipped({"a.csv": table(("A", "1", "1"))}), name="x.zip")
    deliver(loading_home, table(("A", "1", "7")))

    assert Worker(loading_home).run_once() == 3

    _, member, later = lookup.deliveries(loading_home, tenant="acme")
    assert (member.new, later.new, later.changed) == (1, 0, 1)
    assert totals(loading_home) == {("A", "1"): "7.00"}


def test_opening_a_container_again_after_a_crash_makes_the_same_members(
    loading_home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A crash between two members, and one after the last, deliver nothing twice."""
    open_shop(loading_home)
    container = deliver(loading_home, ARCHIVE, name="march.zip")
    receive = loading_home.spool.receive

    def crash(origin: Origin, **rest: Any) -> Any:
        if origin.part == 2:
            raise KeyboardInterrupt
        return receive(origin, **rest)

    with monkeypatch.context() as patch:
        patch.setattr(loading_home.spool, "receive", crash)
        with pytest.raises(KeyboardInterrupt):
            load(loading_home, container)
    first = [one for one in loading_home.inbox.waiting("acme") if one != container.id]
    assert len(first) == 1
    pipeline.process(loading_home, "acme", first[0])

    assert load(loading_home, container).reason == "opened"
    entries = work_off(loading_home)
    assert [one.part for one in entries] == [0, 1, 2, 3]
    assert entries[1].id == first[0]
    assert entries[1].attempts == 1


def test_a_container_attached_to_an_email_is_opened_with_it(loading_home: Home) -> None:
    """All that is in it are parts of the email, with numbers that no other part has."""
    open_shop(loading_home)
    mail = receive_mail(
        loading_home,
        message(
            ("a.csv", table(("A", "1", "1"))),
            ("more.zip", zipped({"b.csv": table(("A", "2", "2")), "c.csv": b""})),
            ("d.csv.gz", gzip.compress(table(("A", "3", "3")))),
            ("e.csv", table(("A", "4", "4"))),
        ),
    )

    opened, *parts = work_off(loading_home)

    assert opened.message == (
        "4 attached: a.csv, more.zip//b.csv, d.csv, e.csv. Left out: more.zip//c.csv (empty)."
    )
    assert names(parts) == ["a.csv", "more.zip//b.csv", "d.csv", "e.csv"]
    assert [(one.parent, one.part) for one in parts] == [(mail.id, part) for part in (1, 2, 3, 4)]
    assert all(order_of(one.id) < order_of(mail.id) + MAX_PARTS for one in parts)
    assert len(totals(loading_home)) == 4


def test_a_damaged_attachment_is_held_by_itself(loading_home: Home) -> None:
    """The table beside it loads; replaying it does not open it either."""
    open_shop(loading_home)
    cut = zipped({"b.csv": table(("A", "2", "2"))})[:-30]
    receive_mail(loading_home, message(("b.zip", cut), ("a.csv", table(("A", "1", "1")))))

    opened, held, loaded = work_off(loading_home)

    assert opened.reason == "opened"
    assert (held.name, held.state, held.reason) == (
        "b.zip",
        State.QUARANTINED,
        "damaged-container",
    )
    assert loaded.state is State.LOADED
    (again,) = replay.replay(loading_home, "acme", [held.id]).deliveries
    assert (again.applied, again.state) == (False, State.QUARANTINED)


def test_a_damaged_container_is_held_whole(loading_home: Home) -> None:
    """Nothing of it is delivered; a replay tries again."""
    open_shop(loading_home)
    held = send(loading_home, gzip.compress(table(("A", "1", "1")))[:-4], name="a.csv.gz")

    assert (held.state, held.reason) == (State.QUARANTINED, "damaged-container")
    assert held.remedy
    assert loading_home.inbox.waiting("acme") == []
    (again,) = replay.replay(loading_home, "acme", [held.id]).deliveries
    assert (again.applied, again.reason) == (False, "damaged-container")


def test_replaying_an_opened_container_leaves_its_members_alone(loading_home: Home) -> None:
    """They can be replayed themselves, and stay what they are when all are."""
    open_shop(loading_home)
    container = deliver(loading_home, ARCHIVE, name="march.zip")
    before = [(one.id, one.state) for one in work_off(loading_home)]
    rows = dump(loading_home)

    ids = [identifier for identifier, _ in before]
    outcome = replay.replay(loading_home, "acme", ids)

    assert [one.applied for one in outcome.deliveries] == [False, True, True, False]
    assert [(one.id, one.state) for one in lookup.deliveries(loading_home)] == before
    assert dump(loading_home) == rows
    assert entry(loading_home, container).reason == "opened"


def test_a_container_without_a_table_says_so(loading_home: Home) -> None:
    """A workbook of blank sheets, an empty archive."""
    open_shop(loading_home)
    opened = send(loading_home, xlsx({"Leer": "", "Auch": ""}), name="a.xlsx")
    assert (opened.state, opened.reason) == (State.LOADED, "empty-container")
    assert opened.message == "There is no table in it. Left out: Leer (empty), Auch (empty)."


def test_a_container_is_opened_before_there_is_a_mapping(loading_home: Home) -> None:
    """Its members then wait for one, each by itself, as any file does."""
    open_shop(loading_home, mapping=None)
    deliver(loading_home, gzip.compress(table(("A", "1", "1"))), name="a.csv.gz")
    opened, member = work_off(loading_home)
    assert (opened.reason, member.reason, member.name) == ("opened", "no-mapping", "a.csv")
    describing.set_mapping(loading_home, tenant="acme", feed="default", text=MAPPING)
    assert work_off(loading_home)[1].state is State.LOADED
