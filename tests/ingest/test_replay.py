"""Replay: deliveries read again, each in its own place, with nothing left half done."""

from __future__ import annotations

from typing import Any

import pytest

from ingest import describing, lookup
from ingest.home import Home
from ingest.replay import replay
from storage import ledger, mappings, rejects, tables
from storage.archive import Archive
from storage.errors import NotAllowed
from storage.ledger import Entry, State
from tests.ingest.test_opening import message, receive_mail
from tests.shop import MAPPING, deliver, entry, load, open_shop, send, table, totals

_SALES = table(("A", "1", "1"), ("A", "2", "bad"))


def test_a_replay_with_a_mended_mapping_moves_rows(loading_home: Home) -> None:
    """Rows under ids that nothing says any more go, and the new ones come, in one step."""
    open_shop(loading_home)
    envelope = deliver(loading_home, table(("A", "1", "1"), ("A", "2", "2")))
    load(loading_home, envelope)
    mended = MAPPING.replace('"Store"', '{ constant = "HIGH-STREET" }')
    describing.set_mapping(loading_home, tenant="acme", feed="default", text=mended)

    tried = replay(loading_home, "acme", [envelope.id], dry_run=True).effect.difference
    assert totals(loading_home) == {("A", "1"): "1.00", ("A", "2"): "2.00"}
    done = replay(loading_home, "acme", [envelope.id]).effect.difference

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
    monkeypatch.setattr("ingest.claiming._PATIENCE", 0.1)
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


def test_a_held_delivery_that_a_replay_loads_has_its_counts(loading_home: Home) -> None:
    """As if it had been loaded at once: what it brought, and what was there or overruled."""
    open_shop(loading_home)
    held = deliver(
        loading_home, table(("A", "1", "1"), ("A", "2", "2"), ("A", "3", "3")), name="odd.dat"
    )
    assert load(loading_home, held).reason == "no-feed"
    send(loading_home, table(("A", "1", "9")))
    wider = MAPPING.replace('"*.csv"', '"*.csv", "*.dat"')
    with loading_home.database.writing() as connection:
        mappings.add(connection, tenant="acme", feed="default", text=wider)

    replay(loading_home, "acme", [held.id])

    found = entry(loading_home, held)
    assert (found.state, found.new, found.changed, found.unchanged) == (State.LOADED, 2, 0, 1)


def test_a_duplicate_keeps_its_own_rejects(loading_home: Home) -> None:
    """A replay of the original alone does not change what was said of the duplicate."""
    open_shop(loading_home)
    data = b"Store,Receipt,When,Total,Net\nA,1,2026-03-01 10:00:00,bad,1.00\n"
    original, again = send(loading_home, data), send(loading_home, data)
    assert again.state is State.DUPLICATE
    net = MAPPING.replace('"Total"', '"Net"')
    describing.set_mapping(loading_home, tenant="acme", feed="default", text=net)
    replay(loading_home, "acme", [original.id])
    with loading_home.database.reading() as connection:
        assert rejects.of(connection, original.id) == []
        assert len(rejects.of(connection, again.id)) == again.rejected == 1


def test_a_replay_with_the_same_mapping_leaves_a_duplicate_one(loading_home: Home) -> None:
    """Nothing about its reading has changed: alone or with the others, it says what it said."""
    open_shop(loading_home)
    original, again, third = (send(loading_home, _SALES) for _ in range(3))
    for ids in ([again.id], [third.id, original.id, again.id]):
        tried = replay(loading_home, "acme", ids, dry_run=True).deliveries
        done = replay(loading_home, "acme", ids).deliveries
        assert tried == done
        for before in (again, third):
            now = _known(loading_home, before.id)
            assert (now.state, now.same_as) == (State.DUPLICATE, original.id)
            assert now.counts == before.counts
        states = {one.delivery: (one.applied, one.state) for one in done}
        assert states[again.id] == (True, State.DUPLICATE)


def test_a_duplicate_is_one_as_long_as_it_is_read_as_the_one_before_it(loading_home: Home) -> None:
    """Read anew alone it is no duplicate any more; together with its original it still is."""
    open_shop(loading_home)
    original, again, third = (send(loading_home, _SALES) for _ in range(3))
    moved = MAPPING.replace('"Store"', '{ constant = "HIGH-STREET" }')
    describing.set_mapping(loading_home, tenant="acme", feed="default", text=moved)

    replay(loading_home, "acme", [third.id])
    assert (_known(loading_home, third.id).state, _known(loading_home, third.id).same_as) == (
        State.LOADED,
        None,
    )
    assert set(totals(loading_home)) == {("A", "1"), ("HIGH-STREET", "1")}

    replay(loading_home, "acme", [original.id, again.id])
    now = _known(loading_home, again.id)
    assert (now.state, now.same_as, now.mapping_version) == (State.DUPLICATE, original.id, 2)
    assert set(totals(loading_home)) == {("HIGH-STREET", "1")}


def test_a_duplicate_that_is_none_any_more_is_loaded(loading_home: Home) -> None:
    """Another file came between the two: the second brings back what that one had changed."""
    open_shop(loading_home)
    original = send(loading_home, _SALES)
    between = deliver(loading_home, table(("A", "1", "9")))
    again = send(loading_home, _SALES)
    assert again.same_as == original.id
    load(loading_home, between)

    (told,) = replay(loading_home, "acme", [again.id]).deliveries

    assert told.state is _known(loading_home, again.id).state is State.LOADED
    assert totals(loading_home) == {("A", "1"): "1.00"}


def test_a_replay_says_to_which_deliveries_it_was_applied(loading_home: Home) -> None:
    """Those that stayed as they were have the code of what is in the way."""
    open_shop(loading_home)
    loaded = send(loading_home, _SALES)
    held = send(loading_home, b"\x89PNG\r\n\x1a\n" + bytes(200), name="photo.csv")
    waiting = deliver(loading_home, table(("A", "2", "2")))
    ids = [loaded.id, held.id, waiting.id]
    for dry_run in (True, False):
        told = replay(loading_home, "acme", ids, dry_run=dry_run).deliveries
        assert [(one.applied, one.reason) for one in told] == [
            (True, None),
            (False, "not-a-table"),
            (False, None),
        ]


def test_a_replay_says_what_each_delivery_brings(loading_home: Home) -> None:
    """Of its rows those that are then new or changed by it, before it is done and after."""
    home = loading_home
    open_shop(home)
    first = send(home, _two_totals(("1", "1", "5"), ("2", "1", "1"), ("3", "1", "5")))
    second = send(home, _two_totals(("3", "2", "2"), ("4", "2", "7")))
    net = MAPPING.replace('"Total"', '"Net"').replace('"Store"', '{ constant = "A" }')
    describing.set_mapping(home, tenant="acme", feed="default", text=net)
    for dry_run in (True, False):
        told = replay(home, "acme", [first.id, second.id], dry_run=dry_run).deliveries
        assert [(one.new, one.changed, one.unchanged) for one in told] == [(0, 1, 2), (0, 1, 1)]
    text = net.replace('"A"', '"B"')
    describing.set_mapping(home, tenant="acme", feed="default", text=text)
    told = replay(home, "acme", [first.id, second.id], dry_run=True).deliveries
    assert [(one.new, one.changed, one.unchanged) for one in told] == [(2, 0, 1), (2, 0, 0)]


def _two_totals(*rows: tuple[str, str, str]) -> bytes:
    lines = (f"A,{receipt},2026-03-01 10:00:00,{total},{net}" for receipt, total, net in rows)
    return "\n".join(["Store,Receipt,When,Total,Net", *lines, ""]).encode()


def _known(home: Home, delivery: str) -> Entry:
    return lookup.delivery(home, delivery)


def test_a_replay_with_the_mapping_of_its_time(loading_home: Home) -> None:
    """Each file is read as it was set when it came, or as it was first set if it came before."""
    home = loading_home
    early = deliver(home, b"Store,Receipt,When,Total,Net\nA,1,2026-03-01 10:00:00,1.00,5\n")
    open_shop(home)
    first = load(home, early)
    describing.set_mapping(
        home, tenant="acme", feed="default", text=MAPPING.replace('"Total"', '"Net"')
    )
    with home.database.writing() as connection:  # as if it were set an hour later
        connection.execute(
            tables.mappings.update()
            .where(tables.mappings.c.version == 2)
            .values(created_at="2999-01-01T00:00:00Z")
        )
    replay(home, "acme", [first.id])
    assert totals(home) == {("A", "1"): "5.00"}
    tried = replay(home, "acme", [first.id], of_its_time=True, dry_run=True).effect
    assert (tried.sample[0].before or {})["total"] == "5.00"
    replay(home, "acme", [first.id], of_its_time=True)
    assert totals(home) == {("A", "1"): "1.00"}
    assert entry(home, early).mapping_version == 1


def test_a_replay_is_through_the_first_time(loading_home: Home) -> None:
    """What one file proves lets an older one be read at once, and a dry run says so, too."""
    home = loading_home
    day_first = MAPPING.replace("%Y-%m-%d %H:%M:%S", "%d/%m/%Y %H:%M")
    open_shop(home, mapping=day_first)
    doubtful = send(home, table(("A", "1", "1"), when="04/03/2026 10:00"))
    proof = send(home, table(("A", "2", "1"), when="25/03/2026 10:00"))
    found = MAPPING.replace('{ column = "When", format = "%Y-%m-%d %H:%M:%S" }', '"When"').replace(
        "New_York", "Chicago"
    )
    describing.set_mapping(home, tenant="acme", feed="default", text=found)
    both = [doubtful.id, proof.id]

    tried = replay(home, "acme", both, dry_run=True)
    done = replay(home, "acme", both)
    again = replay(home, "acme", both)

    assert [one.applied for one in done.deliveries] == [True, True]
    assert tried.effect.difference == done.effect.difference
    assert (done.effect.difference.changed, again.effect.difference.changed) == (2, 0)
