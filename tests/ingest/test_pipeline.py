"""The way of one delivery: every outcome, and every crash on the way."""

from __future__ import annotations

from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from ingest import describing, feeds, loading, pipeline, refolding
from ingest.home import Home
from ingest.replay import replay
from storage import ledger, rejects, rows
from storage.archive import Archive
from storage.delivery import Origin
from storage.errors import DatabaseAway, NotAllowed
from storage.ledger import State
from tests.shop import MAPPING, deliver, dump, entry, load, open_shop, send, table, totals

PNG = b"\x89PNG\r\n\x1a\n" + bytes(200)


def test_good_rows_load_and_bad_ones_are_told(loading_home: Home) -> None:
    """One bad row does not cost the others, and is stored with line, column, reason and text."""
    open_shop(loading_home)

    loaded = send(loading_home, table(("A", "1", "10.00"), ("A", "2", "ten"), ("A", "3", "-4")))

    assert (loaded.state, loaded.new, loaded.rejected) == (State.LOADED, 2, 1)
    assert totals(loading_home) == {("A", "1"): "10.00", ("A", "3"): "-4.00"}
    with loading_home.database.reading() as connection:
        (reject,) = rejects.of(connection, loaded.id)
    assert (reject.line, reject.column, reject.raw) == (3, "Total", "A,2,2026-03-01 10:00:00,ten")


def test_the_last_of_equal_keys_wins_and_the_others_are_counted(loading_home: Home) -> None:
    """A till that writes a receipt twice means the second one."""
    open_shop(loading_home)

    loaded = send(loading_home, table(("A", "1", "1"), ("A", "1", "2"), ("A", "1", "3")))

    assert (loaded.new, loaded.duplicates) == (1, 2)
    assert totals(loading_home) == {("A", "1"): "3.00"}


def test_a_re_send_changes_only_what_changed(loading_home: Home) -> None:
    """A till sends the whole day so far: what is the same is counted and not written again."""
    open_shop(loading_home)
    first = send(loading_home, table(("A", "1", "1"), ("A", "2", "2")))

    second = send(loading_home, table(("A", "1", "1"), ("A", "2", "5"), ("A", "3", "3")))

    assert (second.new, second.changed, second.unchanged) == (1, 1, 1)
    brought = {row[1]: row[5] for row in dump(loading_home)}
    assert brought == {"1": first.id, "2": second.id, "3": second.id}


def test_the_same_bytes_again_are_a_recorded_no_op(loading_home: Home) -> None:
    """A duplicate has the verdict of its original, and says whose it is."""
    open_shop(loading_home)
    data = table(("A", "1", "1"), ("A", "2", "x"))
    first = send(loading_home, data)

    second = send(loading_home, data)
    third = send(loading_home, data)

    assert (second.state, second.same_as) == (State.DUPLICATE, first.id)
    assert (third.state, third.same_as) == (State.DUPLICATE, first.id)
    assert (second.new, second.unchanged, second.rejected) == (0, 1, 1)
    assert first.id in second.message


def test_the_same_bytes_after_other_ones_are_no_duplicate(loading_home: Home) -> None:
    """Something in between may have changed the rows, and the file puts them back."""
    open_shop(loading_home)
    data = table(("A", "1", "1"))
    send(loading_home, data)
    send(loading_home, table(("A", "1", "2")))

    third = send(loading_home, data)

    assert (third.state, third.changed) == (State.LOADED, 1)
    assert totals(loading_home) == {("A", "1"): "1.00"}


def test_the_same_bytes_under_a_new_mapping_are_read(loading_home: Home) -> None:
    """What the mapping says now counts, not what was read before."""
    open_shop(loading_home)
    data = b"Store,Receipt,When,Total,Net\nA,1,2026-03-01 10:00:00,5.00,4.00\n"
    send(loading_home, data)
    net = MAPPING.replace('"Total"', '"Net"')
    describing.set_mapping(loading_home, tenant="acme", feed="default", text=net)

    second = send(loading_home, data)

    assert (second.state, second.mapping_version) == (State.LOADED, 2)
    assert totals(loading_home) == {("A", "1"): "4.00"}


@pytest.mark.parametrize(
    ("data", "reason", "words"),
    [
        (b"", "empty-file", "empty"),
        (b"Store,Receipt,When,Total\n", "no-rows", "no rows"),
    ],
)
def test_a_file_without_rows_gets_a_verdict(
    loading_home: Home, data: bytes, reason: str, words: str
) -> None:
    """Nothing came is worth knowing: recorded, loaded with nothing, and said so."""
    open_shop(loading_home)

    loaded = send(loading_home, data)

    assert (loaded.state, loaded.reason, loaded.new) == (State.LOADED, reason, 0)
    assert words in loaded.message


@pytest.mark.parametrize(
    ("data", "reason", "words"),
    [
        (PNG, "not-a-table", "not a table of text"),
        (b"%PDF-1.7\n" + bytes(100), "not-a-table", "not a table of text"),
        (b"\x7fELF" + bytes(100), "not-a-table", "not a table of text"),
        (b"Store,Receipt,When,Totl\nA,1,2026-03-01 10:00:00,5\n", "missing-column", "Totl"),
    ],
)
def test_what_cannot_be_read_safely_is_held(
    loading_home: Home, data: bytes, reason: str, words: str
) -> None:
    """A held file has a reason, words and a remedy; nothing of it is loaded, nothing is lost."""
    open_shop(loading_home)

    held = send(loading_home, data)

    assert (held.state, held.reason) == (State.QUARANTINED, reason)
    assert words in held.message
    assert held.remedy
    assert loading_home.archive.read("acme", held.id) == data
    assert loading_home.inbox.waiting("acme") == []


def test_a_file_before_its_mapping_waits_and_then_loads_by_itself(loading_home: Home) -> None:
    """Setting the mapping releases what was held for want of it."""
    open_shop(loading_home, mapping=None)
    envelope = deliver(loading_home, table(("A", "1", "1")))
    held = load(loading_home, envelope)
    assert (held.state, held.reason) == (State.QUARANTINED, "no-mapping")
    assert "dropsafe mapping set acme" in held.remedy

    _, released = describing.set_mapping(loading_home, tenant="acme", feed="default", text=MAPPING)

    assert released == 1
    assert entry(loading_home, envelope).state is State.RECEIVED
    assert load(loading_home, envelope).state is State.LOADED


def test_a_mapping_set_while_a_file_is_being_held_is_not_missed(
    loading_home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file is released, though the mapping came before there was anything to release."""
    open_shop(loading_home, mapping=None)
    envelope = deliver(loading_home, table(("A", "1", "1")))
    chosen = feeds.choose

    def meanwhile(*arguments: Any, **named: Any) -> Any:
        monkeypatch.setattr(feeds, "choose", chosen)
        try:
            return chosen(*arguments, **named)
        finally:
            describing.set_mapping(loading_home, tenant="acme", feed="default", text=MAPPING)

    monkeypatch.setattr(feeds, "choose", meanwhile)
    load(loading_home, envelope)

    assert loading_home.inbox.waiting("acme") == [envelope.id]
    assert load(loading_home, envelope).state is State.LOADED


def test_feeds_are_told_apart_by_name(loading_home: Home) -> None:
    """A named feed is asked before the default; two that fit, or none, hold the file."""
    open_shop(loading_home)
    other = MAPPING.replace('"Total"', '"Net"').replace('"*.csv"', '"net*.csv"')
    describing.set_mapping(loading_home, tenant="acme", feed="net", text=other)
    data = b"Store,Receipt,When,Total,Net\nA,1,2026-03-01 10:00:00,5.00,4.00\n"

    assert send(loading_home, data, name="sales.csv").feed == "default"
    assert send(loading_home, data, name="in/NET-1.csv").feed == "net"
    assert send(loading_home, data, name="sales.dat").reason == "no-feed"
    describing.set_mapping(loading_home, tenant="acme", feed="net2", text=other)
    assert send(loading_home, data, name="net-1.csv").reason == "several-feeds"


def test_an_upload_that_was_never_renamed_is_held(loading_home: Home) -> None:
    """A temporary name means that the client was not done; a pattern for it says otherwise."""
    open_shop(loading_home, mapping=MAPPING.replace('"*.csv"', '"*"'))
    envelope = deliver(loading_home, table(("A", "1", "1")), name="sales.csv.filepart")

    assert load(loading_home, envelope).reason == "never-renamed"

    named = MAPPING.replace('"*.csv"', '"*.filepart"')
    describing.set_mapping(loading_home, tenant="acme", feed="default", text=named)
    assert load(loading_home, envelope).state is State.LOADED


def test_a_late_file_does_not_overwrite_a_newer_one(loading_home: Home) -> None:
    """An older file that was held comes in under what newer ones said."""
    open_shop(loading_home)
    late = deliver(loading_home, table(("A", "1", "1"), ("A", "2", "1")))
    send(loading_home, table(("A", "1", "9")))

    loaded = load(loading_home, late)

    assert (loaded.state, loaded.new) == (State.LOADED, 1)
    assert totals(loading_home) == {("A", "1"): "9.00", ("A", "2"): "1.00"}


def test_a_replay_with_a_mended_mapping_moves_rows(loading_home: Home) -> None:
    """Rows under ids that nothing says any more go, and the new ones come, in one step."""
    open_shop(loading_home)
    envelope = deliver(loading_home, table(("A", "1", "1"), ("A", "2", "2")))
    load(loading_home, envelope)
    mended = MAPPING.replace('"Store"', '{ constant = "HIGH-STREET" }')
    describing.set_mapping(loading_home, tenant="acme", feed="default", text=mended)

    tried = replay(loading_home, "acme", [envelope.id], dry_run=True).difference
    assert totals(loading_home) == {("A", "1"): "1.00", ("A", "2"): "2.00"}
    done = replay(loading_home, "acme", [envelope.id]).difference

    assert tried == done
    assert (done.new, done.changed, done.unchanged, done.gone) == (2, 0, 0, 2)
    assert set(totals(loading_home)) == {("HIGH-STREET", "1"), ("HIGH-STREET", "2")}
    assert entry(loading_home, envelope).mapping_version == 2


def test_a_replay_that_cannot_read_leaves_everything_as_it_was(loading_home: Home) -> None:
    """A worse mapping loses nothing: the delivery stays as it was read before."""
    open_shop(loading_home)
    envelope = deliver(loading_home, table(("A", "1", "1")))
    load(loading_home, envelope)
    worse = MAPPING.replace('"Total"', '"Nothing"')
    describing.set_mapping(loading_home, tenant="acme", feed="default", text=worse)

    (outcome,) = replay(loading_home, "acme", [envelope.id]).deliveries

    assert (outcome.state, outcome.reason) == (State.LOADED, "missing-column")
    assert entry(loading_home, envelope).mapping_version == 1
    assert totals(loading_home) == {("A", "1"): "1.00"}


def test_a_replay_loads_what_was_held(loading_home: Home) -> None:
    """It leaves the quarantine for the archive, in its own place in the order."""
    open_shop(loading_home, mapping=None)
    envelope = deliver(loading_home, table(("A", "1", "1")))
    load(loading_home, envelope)
    assert replay(loading_home, "acme", [envelope.id]).deliveries[0].reason == "no-mapping"
    describing.set_mapping(loading_home, tenant="acme", feed="default", text=MAPPING)
    loading_home.inbox.quarantine("acme", envelope.id)

    replay(loading_home, "acme", [envelope.id])

    assert entry(loading_home, envelope).state is State.LOADED
    assert loading_home.layout.kept("acme", envelope.id).is_dir()
    assert totals(loading_home) == {("A", "1"): "1.00"}


def test_bytes_that_changed_on_disk_are_not_loaded(loading_home: Home) -> None:
    """A flipped bit is noticed by the checksum of the reception."""
    open_shop(loading_home)
    envelope = deliver(loading_home, table(("A", "1", "1.00")))
    data = loading_home.inbox.data("acme", envelope.id)
    data.write_bytes(data.read_bytes().replace(b"1.00", b"7.00"))

    assert load(loading_home, envelope).reason == "damaged"
    assert totals(loading_home) == {}


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


CRASHES: list[tuple[Any, str]] = [
    (loading, "read"),
    (ledger, "loaded"),
    (rejects, "replace"),
    (Archive, "keep"),
]


@pytest.mark.parametrize(("owner", "name"), CRASHES, ids=[name for _, name in CRASHES])
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_crash_anywhere_is_finished_by_the_next_worker(
    loading_home: Home, monkeypatch: pytest.MonkeyPatch, owner: Any, name: str, *, after: bool
) -> None:
    """Loaded once, archived once, whatever step the worker died at."""
    open_shop(loading_home)
    envelope = deliver(loading_home, table(("A", "1", "1"), ("A", "2", "x")))
    real: Callable[..., Any] = getattr(owner, name)

    def dying(*arguments: Any, **named: Any) -> None:
        if after:
            real(*arguments, **named)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(owner, name, dying)
        with pytest.raises(KeyboardInterrupt):
            load(loading_home, envelope)
    if (owner, after) != (Archive, True):
        load(loading_home, envelope)

    found = entry(loading_home, envelope)
    assert (found.state, found.new, found.rejected) == (State.LOADED, 1, 1)
    assert totals(loading_home) == {("A", "1"): "1.00"}
    assert loading_home.inbox.waiting("acme") == []
    assert loading_home.archive.read("acme", envelope.id)


def test_every_attempt_is_written_down_before_it_begins(
    loading_home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that kills its worker is held at the fourth start, and a replay forgives it."""
    open_shop(loading_home)
    envelope = deliver(loading_home, table(("A", "1", "1")))

    def killed(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(loading, "read", killed)
        for attempt in (1, 2, 3):
            with pytest.raises(KeyboardInterrupt):
                load(loading_home, envelope)
            found = entry(loading_home, envelope)
            assert (found.state, found.attempts) == (State.LOADING, attempt)
        held = load(loading_home, envelope)
    assert (held.state, held.reason) == (State.QUARANTINED, "fails-repeatedly")
    assert f"dropsafe replay {envelope.id}" in held.remedy

    replay(loading_home, "acme", [envelope.id])

    assert entry(loading_home, envelope).state is State.LOADED


def test_a_database_that_goes_away_costs_no_attempt(
    make_home: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The trouble is not the file's own: it waits, and is not counted against it."""
    home: Home = make_home("sqlite", tmp_path / "home")
    open_shop(home)
    envelope = deliver(home, table(("A", "1", "1")))

    def away(*_: Any, **__: Any) -> None:
        raise DatabaseAway("gone")

    with monkeypatch.context() as patch:
        patch.setattr(ledger, "loaded", away)
        for _ in range(5):
            with pytest.raises(DatabaseAway):
                pipeline.process(home, "acme", envelope.id, counted=False)

    loaded = pipeline.process(home, "acme", envelope.id)
    assert (loaded.state, loaded.attempts) == (State.LOADED, 2)


def test_a_replay_opens_a_held_message_again(loading_home: Home) -> None:
    """What was held as damaged, by a dropsafe that could not read it yet, gets another try."""
    open_shop(loading_home)
    mail = receive_mail(loading_home, message(("a.csv", table(("A", "1", "1")))))
    with loading_home.database.writing() as connection:
        ledger.begin(connection, mail)
        ledger.quarantined(connection, mail.id, reason="damaged-message", message="", remedy="")
    loading_home.inbox.quarantine("acme", mail.id)

    (tried,) = replay(loading_home, "acme", [mail.id], dry_run=True).deliveries
    assert tried.state is State.QUARANTINED
    (done,) = replay(loading_home, "acme", [mail.id]).deliveries

    assert (done.state, done.reason) == (State.LOADED, "opened")
    assert len(loading_home.inbox.waiting("acme")) == 1


def test_a_replay_leaves_what_waits_to_the_worker(loading_home: Home) -> None:
    """It says so, and neither loads nor loses it."""
    open_shop(loading_home)
    envelope = deliver(loading_home, table(("A", "1", "1")))
    (outcome,) = replay(loading_home, "acme", [envelope.id]).deliveries
    assert outcome.state is State.RECEIVED
    assert "a worker will read it" in outcome.message
    assert load(loading_home, envelope).state is State.LOADED


def test_a_replay_waits_for_a_busy_queue_and_then_gives_up(
    loading_home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that does not let go is named, in words that say what to do."""
    open_shop(loading_home)
    monkeypatch.setattr("ingest.replay._PATIENCE", 0.1)
    with (
        loading_home.inbox.claim("acme"),
        pytest.raises(NotAllowed, match="The queue of acme stays busy"),
    ):
        replay(loading_home, "acme", [])


def test_a_crash_of_a_replay_after_its_commit_is_finished_by_a_worker(
    loading_home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was held and is loaded now does not stay in the quarantine."""
    open_shop(loading_home, mapping=None)
    envelope = deliver(loading_home, table(("A", "1", "1")))
    load(loading_home, envelope)
    describing.set_mapping(loading_home, tenant="acme", feed="default", text=MAPPING)
    loading_home.inbox.quarantine("acme", envelope.id)

    def crash(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Archive, "keep", crash)
        with pytest.raises(KeyboardInterrupt):
            replay(loading_home, "acme", [envelope.id])

    assert loading_home.inbox.waiting("acme") == [envelope.id]
    assert load(loading_home, envelope).state is State.LOADED
    assert loading_home.layout.kept("acme", envelope.id).is_dir()


def test_a_late_file_waits_when_a_newer_one_cannot_be_read_again(loading_home: Home) -> None:
    """Rows that cannot be made right are not made at all; the verdict names the other delivery."""
    open_shop(loading_home)
    late = deliver(loading_home, table(("A", "1", "1")))
    newer = send(loading_home, table(("A", "1", "2")))
    data = loading_home.layout.kept("acme", newer.id) / "data"
    data.write_bytes(b"flipped")

    held = load(loading_home, late)

    assert (held.state, held.reason) == (State.QUARANTINED, "damaged")
    assert newer.id in held.message
    assert totals(loading_home) == {("A", "1"): "2.00"}


def test_loads_that_are_overtaken_are_done_again(
    loading_home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fold that was computed while another load came in is not applied; in the end all counts."""
    open_shop(loading_home)
    late = deliver(loading_home, table(("A", "1", "1"), ("A", "2", "1")))
    send(loading_home, table(("A", "1", "5")))
    real, overtaking = refolding.settled, [1, 2]

    def settled(*arguments: Any, **named: Any) -> Any:
        found = real(*arguments, **named)
        if overtaking:
            overtaking.pop()
            with loading_home.database.writing() as connection:
                rows.advance(connection, "acme", "transactions", delivery="")
        return found

    monkeypatch.setattr(refolding, "settled", settled)
    assert load(loading_home, late).state is State.LOADED
    assert overtaking == []
    assert totals(loading_home) == {("A", "1"): "5.00", ("A", "2"): "1.00"}
