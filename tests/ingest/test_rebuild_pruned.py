"""A rebuild where retention has taken bytes away: beside an older dump, or with no database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from ingest import describing, lookup
from ingest.home import Home
from ingest.rebuild import rebuild
from ingest.replay import replay
from ingest.undo import redo, undo
from ingest.verify.verifying import verify
from storage.errors import NotAllowed
from storage.ledger import State
from tests.ingest.dumps import ALL_WELL, differing, dumped, forget, put_back
from tests.shop import MAPPING, dump, open_shop, send, table, totals
from tests.shop import superseded as replaced

NET = MAPPING.replace('"Total"', '"Net"')
TWO = b"Store,Receipt,When,Total,Net\nA,%d,2026-03-01 10:00:00,%d.00,5.00\n"


@pytest.fixture
def home(loading_home: Home) -> Home:
    open_shop(loading_home)
    return loading_home


def prune(home: Home, tenant: str = "acme") -> None:
    """Take away the bytes of all that came so far."""
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)
    home.packing.pack(tenant, tomorrow)
    home.packing.prune(tenant, tomorrow)


def test_what_was_undone_does_not_come_back_with_an_older_dump(home: Home) -> None:
    """Though its bytes are gone: the journal says that it does not count."""
    first = send(home, table(("A", "1", "5"), ("A", "2", "2"), ("A", "3", "bad")))
    middle = send(home, table(("A", "1", "7"), ("A", "9", "9"), ("A", "8", "bad")))
    send(home, table(("A", "1", "5"), ("A", "2", "3")))
    old = dumped(home)
    undo(home, "acme", [middle.id])
    before, had = dump(home), replaced(home)
    assert ("A", "9") not in totals(home)
    prune(home)
    put_back(home, old)

    assert differing(rebuild(home, "acme", verify=True)) != ALL_WELL
    made = rebuild(home, "acme")
    assert (made.taken_as_is, made.without_rows) == (2, 0)
    assert (dump(home), replaced(home)) == (before, had)
    assert differing(rebuild(home, "acme", verify=True)) == ALL_WELL
    assert verify(home).problems == ()
    now = lookup.delivery(home, middle.id)
    assert (now.state, now.rejected, now.new) == (State.UNDONE, 1, 1)
    assert lookup.delivery(home, first.id).reason is None


def test_what_was_redone_or_read_anew_keeps_its_counts(home: Home) -> None:
    """Its rows are as the older dump has them, or lost if it has none; both is said."""
    again, redone = send(home, TWO % (1, 1)), send(home, TWO % (2, 1))
    undo(home, "acme", [redone.id])
    old = dumped(home)
    redo(home, "acme", [redone.id])
    describing.set_mapping(home, tenant="acme", feed="default", text=NET)
    replay(home, "acme", [again.id])
    prune(home)
    put_back(home, old)

    made = rebuild(home, "acme")
    assert (made.taken_as_is, made.without_rows, made.fell_back) == (1, 1, 1)
    assert totals(home) == {("A", "1"): "1.00"}
    now = {one.id: one for one in lookup.deliveries(home, tenant="acme")}
    assert (now[again.id].mapping_version, now[again.id].new, now[again.id].reason) == (1, 1, None)
    assert (now[redone.id].state, now[redone.id].new) == (State.LOADED, 1)
    assert now[redone.id].reason == "pruned"
    made = rebuild(home, "acme")
    assert (made.restored, made.fell_back) == (0, 0)
    assert verify(home).problems == ()


@pytest.mark.parametrize(("which", "doubt"), [(1, 2), (3, 0)])
def test_what_newer_ones_may_have_repeated_is_in_doubt(home: Home, which: int, doubt: int) -> None:
    """A value that came again is not written again: once its first bearer is undone, nobody knows.

    It is said how many rows that concerns, and none where nothing came that could have repeated it.
    """
    sent = [
        send(home, table(*rows)).id
        for rows in (
            (("A", "1", "1"),),
            (("A", "1", "2"), ("A", "5", "5")),
            (("A", "1", "2"), ("B", "1", "1")),
            (("C", "1", "1"),),
        )
    ]
    old = dumped(home)
    undo(home, "acme", [sent[which]])
    prune(home)
    put_back(home, old)

    made = rebuild(home, "acme")
    assert (made.in_doubt, made.taken_as_is) == (doubt, 3)
    assert not {row[5] for row in dump(home)} & {sent[which]}
    assert rebuild(home, "acme").in_doubt == 0


def test_a_file_that_was_sent_again_takes_the_place_of_one_undone(home: Home) -> None:
    """It has the same bytes, so what it said is known, though nobody has them any more."""
    send(home, table(("A", "1", "1")))
    middle = send(home, table(("A", "1", "2"), ("A", "5", "5")))
    again = send(home, table(("A", "1", "2"), ("A", "5", "5")))
    assert again.state is State.DUPLICATE
    old = dumped(home)
    undo(home, "acme", [middle.id])
    before, had = dump(home), replaced(home)
    assert totals(home) == {("A", "1"): "2.00", ("A", "5"): "5.00"}
    prune(home)
    put_back(home, old)

    assert rebuild(home, "acme").in_doubt == 0
    assert (dump(home), replaced(home)) == (before, had)
    assert verify(home).problems == ()


def test_what_retention_took_away_is_not_given_up(home: Home) -> None:
    """It stops no rebuild, and an undo of it is not possible either: so that is not proposed."""
    pruned = send(home, table(("A", "1", "1")))
    prune(home)
    with pytest.raises(NotAllowed, match="kept no longer") as refusal:
        rebuild(home, "acme", without=[pruned.id])
    assert refusal.value.hint == "dropsafe rebuild acme"


def test_what_nobody_can_read_or_knows_any_more_is_written_down_as_that(home: Home) -> None:
    """With database and journal lost: the envelopes of what was pruned tell that it came."""
    pruned = send(home, table(("A", "1", "1"), ("A", "2", "2")))
    prune(home)
    forget(home)
    home.layout.journal("acme").unlink()

    made = rebuild(home, "acme")
    assert (made.without_rows, made.released) == (1, 0)
    assert list(home.layout.spool.iterdir()) == []
    now = lookup.delivery(home, pruned.id)
    assert (now.state, now.reason, now.new) == (State.LOADED, "pruned", 0)
    assert verify(home).problems == ()
    assert rebuild(home, "acme").without_rows == 0


@pytest.mark.parametrize(
    "step", ["storage.journal.Journal.append", "ingest.rebuild_beside.ledger.begin"]
)
def test_a_crash_before_all_is_known_again_is_mended_by_the_next(
    home: Home, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """The journal speaks of it before the ledger does: else a rebuild would be refused."""
    pruned = send(home, table(("A", "1", "1")))
    prune(home)
    forget(home)
    home.layout.journal("acme").unlink()

    def crash(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(step, crash)
        with pytest.raises(KeyboardInterrupt):
            rebuild(home, "acme")
    rebuild(home, "acme")
    assert lookup.delivery(home, pruned.id).state is State.LOADED
    assert verify(home).problems == ()
