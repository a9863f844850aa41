"""The way of one delivery: every outcome."""

from __future__ import annotations

from typing import Any

import pytest

from ingest import describing, feeds, pipeline
from ingest.home import Home
from ingest.undo import undo
from storage import rejects
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


@pytest.mark.parametrize("meanwhile", ["another is loaded", "the first is undone"])
def test_what_was_committed_at_the_last_moment_makes_it_no_duplicate(
    loading_home: Home, monkeypatch: pytest.MonkeyPatch, meanwhile: str
) -> None:
    """As by a worker or a command that was killed while the database was at its commit."""
    home = loading_home
    open_shop(home)
    data = table(("A", "1", "1"))
    first = send(home, data)
    between, again = deliver(home, table(("A", "1", "2"))), deliver(home, data)
    mark = pipeline._mark_duplicate

    def interfere(*given: Any) -> bool:
        monkeypatch.setattr(pipeline, "_mark_duplicate", mark)
        if meanwhile == "another is loaded":
            load(home, between)
        else:
            undo(home, "acme", [first.id])
        return mark(*given)

    monkeypatch.setattr(pipeline, "_mark_duplicate", interfere)
    assert load(home, again).state is State.LOADED
    assert totals(home) == {("A", "1"): "1.00"}
    assert dump(home)[0][5] == again.id


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
