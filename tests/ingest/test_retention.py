"""What retention leaves possible, and what is said where it does not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ingest import describing, lookup
from ingest.home import Home
from ingest.lookup import delivery as looked_up
from ingest.rebuild import rebuild
from ingest.replay import replay
from ingest.undo import redo, undo
from ingest.verdicts import Held
from ingest.why import why
from storage.delivery import day_of
from storage.effect import NO_EFFECT
from storage.errors import Pruned
from storage.ledger import Entry, State
from storage.tables import metadata
from tests.parsers.packing import zipped
from tests.shop import (
    MAPPING,
    deliver,
    dump,
    load,
    open_shop,
    send,
    superseded,
    table,
    totals,
    work_off,
)

ELSEWHERE = MAPPING.replace('"Store"', '{ constant = "X" }')


def prune(home: Home, last: Entry) -> None:
    """Take away the bytes of all that is settled and came on the day of a delivery, or before."""
    tomorrow = day_of(last.id).toordinal() + 1
    after = day_of(last.id).fromordinal(tomorrow)
    home.packing.pack("acme", after)
    home.packing.prune("acme", after)


@pytest.fixture
def home(loading_home: Home) -> Home:
    open_shop(loading_home)
    return loading_home


@pytest.fixture
def old(home: Home) -> list[Entry]:
    """Two deliveries without bytes; the second corrected a row of the first."""
    sent = [
        send(home, table(("A", "1", "1"), ("A", "2", "2"))),
        send(home, table(("A", "1", "3"))),
    ]
    prune(home, sent[-1])
    return sent


def test_rows_stay_and_newer_files_go_on_being_loaded(home: Home, old: list[Entry]) -> None:
    """Replaying, undoing and redoing what is newer needs nothing of what is gone."""
    new = send(home, table(("A", "1", "5"), ("A", "3", "3")))
    assert totals(home) == {("A", "1"): "5.00", ("A", "2"): "2.00", ("A", "3"): "3.00"}
    undo(home, "acme", [new.id])
    assert totals(home) == {("A", "1"): "3.00", ("A", "2"): "2.00"}
    redo(home, "acme", [new.id])
    assert totals(home) == {("A", "1"): "5.00", ("A", "2"): "2.00", ("A", "3"): "3.00"}
    assert [one.applied for one in replay(home, "acme", [new.id]).deliveries] == [True]
    with pytest.raises(Pruned):
        home.archive.read("acme", old[0].id)


def test_an_undo_says_that_the_bytes_are_gone(home: Home, old: list[Entry]) -> None:
    """And changes nothing."""
    before = dump(home)
    with pytest.raises(Held, match=f"{old[0].id} are kept no longer") as verdict:
        undo(home, "acme", [old[0].id])
    assert verdict.value.reason == "pruned"
    assert dump(home) == before
    assert looked_up(home, old[0].id).state is State.LOADED


def test_a_replay_goes_on_with_what_can_be_read(home: Home, old: list[Entry]) -> None:
    """Each of the others stays as it was, and says why."""
    new = send(home, table(("A", "9", "9")))
    describing.set_mapping(home, tenant="acme", feed="default", text=ELSEWHERE)
    done = replay(home, "acme", [one.id for one in [*old, new]])
    assert [(one.applied, one.reason) for one in done.deliveries] == [
        (False, "pruned"),
        (False, "pruned"),
        (True, None),
    ]
    assert set(totals(home)) == {("A", "1"), ("A", "2"), ("X", "9")}


def test_a_file_that_comes_late_below_them_is_held(home: Home) -> None:
    """What newer ones said over it is not known any more; its bytes are not lost."""
    late = deliver(home, table(("A", "1", "1")))
    prune(home, send(home, table(("A", "1", "2"))))
    held = load(home, late)
    assert (held.state, held.reason) == (State.QUARANTINED, "pruned")
    assert totals(home) == {("A", "1"): "2.00"}
    assert home.archive.read("acme", late.id) == table(("A", "1", "1"))


def test_a_rebuild_takes_what_they_brought_as_it_is(home: Home, old: list[Entry]) -> None:
    """And makes what came after them again, superseded values included."""
    new = send(home, table(("A", "1", "5"), ("A", "3", "3")))
    gone = send(home, table(("A", "4", "4")))
    undo(home, "acme", [gone.id])
    before, had = dump(home), superseded(home)
    assert rebuild(home, "acme", verify=True).effect.difference == replace(
        NO_EFFECT.difference, unchanged=3
    )
    for name in ("transactions", "transactions_superseded"):
        stored = metadata.tables[name]
        with home.database.writing() as connection:
            connection.execute(stored.delete().where(stored.c.delivery == new.id))
    assert rebuild(home, "acme", verify=True).effect.difference.new == 2
    made = rebuild(home, "acme")
    assert (made.taken_as_is, made.without_rows, made.restored) == (2, 0, 0)
    assert (dump(home), superseded(home)) == (before, had)


def test_with_the_database_lost_their_rows_are_too_and_it_is_said(
    home: Home, old: list[Entry]
) -> None:
    """All that came after them is made again; they are known, with their envelopes."""
    new = send(home, table(("A", "1", "5"), ("A", "3", "3")))
    with home.database.writing() as connection:
        for each in metadata.tables.values():
            connection.execute(each.delete())
    made = rebuild(home, "acme")
    assert (made.taken_as_is, made.without_rows, made.restored) == (0, 2, 3)
    assert totals(home) == {("A", "1"): "5.00", ("A", "3"): "3.00"}
    assert looked_up(home, new.id).reason is None
    brought_back = looked_up(home, old[0].id)
    assert (brought_back.state, brought_back.reason) == (State.LOADED, "pruned")
    assert brought_back.size == old[0].size
    assert rebuild(home, "acme").restored == 0


def test_an_older_dump_and_what_it_does_not_know(home: Home) -> None:
    """What came before the last pruned one that is known, and is not, has no place to go to."""
    unknown = send(home, table(("A", "1", "1")))
    known = send(home, table(("A", "2", "2")))
    prune(home, known)
    late = send(home, table(("A", "3", "3")))
    stored = metadata.tables["deliveries"]
    with home.database.writing() as connection:
        connection.execute(stored.delete().where(stored.c.id == unknown.id))
    made = rebuild(home, "acme")
    assert (made.taken_as_is, made.without_rows) == (1, 1)
    assert totals(home)["A", "3"] == "3.00"
    assert looked_up(home, late.id).state is State.LOADED


def test_a_container_without_bytes_stops_no_rebuild(home: Home) -> None:
    """It was opened, and that is all there is to know."""
    envelope = deliver(home, zipped({"a.csv": table(("A", "1", "3"))}), name="all.zip")
    prune(home, work_off(home)[-1])
    with home.database.writing() as connection:
        for each in metadata.tables.values():
            connection.execute(each.delete())
    assert rebuild(home, "acme").restored == 2
    assert looked_up(home, envelope.id).reason == "opened"


def test_why_tells_what_is_known_without_the_bytes(home: Home, old: list[Entry]) -> None:
    """Each value that the row had and where it came from; the record itself is gone."""
    told = why(home, "acme", "A", "1")
    assert [(one.delivery, one.effect, one.is_row) for one in told.history] == [
        (old[0].id, "new", False),
        (old[1].id, "changed", True),
    ]
    assert told.raw is None
    assert "kept no longer" in told.history[1].message


def test_show_marks_what_was_pruned(home: Home, old: list[Entry]) -> None:
    """What is newer is not."""
    kept = send(home, table(("A", "9", "9")))
    assert [lookup.is_pruned(home, one) for one in (*old, kept)] == [True, True, False]
