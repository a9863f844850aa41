"""Undo and redo: what a delivery said leaves the rows, and comes back, in its own place."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from ingest import journalling, lookup
from ingest.home import Home
from ingest.replay import replay
from ingest.undo import redo, undo
from storage import rows
from storage.effect import Change, Difference
from storage.ledger import State
from storage.tables import folds
from tests.e2e.running import dropsafe, dropsafe_json
from tests.parsers.packing import zipped
from tests.shop import (
    deliver,
    dump,
    entry,
    load,
    open_shop,
    send,
    superseded,
    table,
    totals,
    work_off,
)


def _told(home: Home, delivery: str) -> tuple[State, str]:
    found = lookup.delivery(home, delivery)
    return found.state, found.message


def test_an_undone_delivery_leaves_what_others_said(loading_home: Home) -> None:
    """What it alone brought vanishes, what it replaced comes back, what came later stays."""
    home = loading_home
    open_shop(home)
    first = send(home, table(("A", "1", "1"), ("A", "2", "1")))
    bad = send(home, table(("A", "1", "9"), ("A", "2", "9"), ("A", "3", "9"), ("A", "4", "9")))
    last = send(home, table(("A", "2", "2"), ("A", "4", "9")))

    tried = undo(home, "acme", [bad.id], dry_run=True)
    assert len(dump(home)) == 4
    done = undo(home, "acme", [bad.id])

    assert tried == done
    assert done.effect.difference == Difference(new=0, changed=1, unchanged=2, gone=1)
    assert done.effect.back == {first.id: 1}
    assert [one.transaction_id for one in done.effect.sample] == ["1", "3"]
    assert done.effect.sample[0].before is not None
    assert done.effect.sample[0].before["total"] == "9.00"
    assert done.effect.sample[1].after is None
    assert {row[1]: (row[4], row[5]) for row in dump(home)} == {
        "1": ("1.00", first.id),
        "2": ("2.00", last.id),
        "4": ("9.00", last.id),
    }
    assert _told(home, bad.id) == (State.UNDONE, "Undone: what it says does not count.")


def test_a_redone_delivery_takes_its_own_place(loading_home: Home) -> None:
    """It comes back under what later files said, and the rows are to the last byte as they were."""
    home = loading_home
    open_shop(home)
    send(home, table(("A", "1", "1")))
    middle = send(home, table(("A", "1", "2"), ("A", "2", "2")))
    send(home, table(("A", "2", "3")))
    before, replaced = dump(home), superseded(home)

    undo(home, "acme", [middle.id])
    assert dump(home) != before
    done = redo(home, "acme", [middle.id])

    assert (dump(home), superseded(home)) == (before, replaced)
    assert done.effect.difference == Difference(new=0, changed=1, unchanged=1, gone=0)
    assert _told(home, middle.id) == (State.LOADED, "Every row was read.")
    assert lookup.delivery(home, middle.id).counts == middle.counts


def test_what_was_undone_is_loaded_when_it_is_sent_again(loading_home: Home) -> None:
    """The same bytes are no duplicate of a delivery that does not count."""
    home = loading_home
    open_shop(home)
    sent = table(("A", "1", "1"))
    first = send(home, sent)
    undo(home, "acme", [first.id])
    assert dump(home) == []
    again = send(home, sent)
    assert (again.state, again.new) == (State.LOADED, 1)
    assert [row[5] for row in dump(home)] == [again.id]


def test_the_duplicate_of_an_undone_delivery_counts_in_its_place(loading_home: Home) -> None:
    """The rows stay, and bear the second delivery; the third is the duplicate of that one."""
    home = loading_home
    open_shop(home)
    first, second, third = (send(home, table(("A", "1", "1"))) for _ in range(3))
    undo(home, "acme", [first.id])

    assert [row[5] for row in dump(home)] == [second.id]
    found = [lookup.delivery(home, one) for one in (second.id, third.id)]
    assert [(one.state, one.same_as) for one in found] == [
        (State.LOADED, None),
        (State.DUPLICATE, second.id),
    ]
    assert first.id in found[0].message


def test_a_redone_delivery_takes_its_place_back_from_its_duplicate(loading_home: Home) -> None:
    """Undone and redone in any order, all are in the end what they were in the beginning."""
    home = loading_home
    open_shop(home)
    ids = [send(home, table(("A", "1", "1"))).id for _ in range(3)]
    before = [lookup.delivery(home, one) for one in ids]
    for gone, back in (([0], [0]), ([0, 1], [1, 0]), ([1], [1]), ([0, 1, 2], [2, 0, 1])):
        for one in gone:
            undo(home, "acme", [ids[one]])
        for one in back:
            tried = redo(home, "acme", [ids[one]], dry_run=True)
            assert redo(home, "acme", [ids[one]]) == tried
        now = [lookup.delivery(home, one) for one in ids]
        for was, found in zip(before, now, strict=True):
            assert (found.state, found.same_as, found.counts) == (
                was.state,
                was.same_as,
                was.counts,
            )
            assert found.message.split("delivery")[0] == was.message.split("delivery")[0]
    assert [row[5] for row in dump(home)] == [ids[0]]


def test_what_came_in_between_is_no_duplicate_of_a_redone_delivery(loading_home: Home) -> None:
    """The same bytes behind another file that was loaded late are what makes the row."""
    home = loading_home
    open_shop(home)
    first = send(home, table(("A", "1", "1")))
    between = deliver(home, table(("A", "1", "9")))
    last = send(home, table(("A", "1", "1")))
    load(home, between)
    undo(home, "acme", [first.id])
    redo(home, "acme", [first.id])
    assert _told(home, last.id)[0] is State.LOADED
    assert [row[5] for row in dump(home)] == [last.id]


def test_what_cannot_be_undone_says_why(loading_home: Home) -> None:
    """A delivery that waits, one that is held, and one that was never undone."""
    home = loading_home
    open_shop(home)
    good = send(home, table(("A", "1", "1")))
    [outcome] = redo(home, "acme", [good.id]).deliveries
    assert (outcome.applied, outcome.message) == (False, "It was not undone.")
    waiting = deliver(home, table(("A", "2", "1")))
    [outcome] = undo(home, "acme", [waiting.id]).deliveries
    assert (outcome.applied, outcome.state) == (False, State.RECEIVED)
    held = send(home, b"Nothing,Of,It\n1,2,3\n")
    [outcome] = undo(home, "acme", [held.id]).deliveries
    assert (outcome.applied, outcome.message) == (
        False,
        "It is held: none of it was loaded.",
    )


def test_a_replay_leaves_an_undone_delivery_undone(loading_home: Home) -> None:
    """A tenant's whole history is read anew without what was taken out."""
    home = loading_home
    open_shop(home)
    bad, good = send(home, table(("A", "1", "9"))), send(home, table(("A", "2", "1")))
    undo(home, "acme", [bad.id])
    done = replay(home, "acme", [bad.id, good.id])
    assert [one.applied for one in done.deliveries] == [False, True]
    assert "dropsafe redo " + bad.id in done.deliveries[0].message
    assert totals(home) == {("A", "2"): "1.00"}


def test_all_parts_of_what_was_opened_are_undone(loading_home: Home) -> None:
    """A zip archive goes with the files in it, and comes back with them."""
    home = loading_home
    open_shop(home)
    packed = deliver(
        home,
        zipped({"a.csv": table(("A", "1", "1")), "b.csv": table(("B", "1", "1"))}),
        name="all.zip",
    )
    work_off(home)
    before, told = dump(home), entry(home, packed).message
    done = undo(home, "acme", [packed.id])
    assert [one.applied for one in done.deliveries] == [True] * 3
    assert (dump(home), entry(home, packed).state) == ([], State.UNDONE)
    redo(home, "acme", [packed.id])
    assert (dump(home), entry(home, packed).state) == (before, State.LOADED)
    assert entry(home, packed).message == told


def test_a_crash_in_undoing_an_archive_leaves_it_as_whole_as_its_parts(
    loading_home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What holds files is marked in the transaction of its files, and in the journal with them."""
    home = loading_home
    open_shop(home)
    packed = deliver(home, zipped({"a.csv": table(("A", "1", "1"))}), name="all.zip")
    work_off(home)
    recover, calls = journalling.recover, iter([True, False])

    def recover_once(home: Home, tenant: str) -> None:
        """At the start of the undo, and not after its commit."""
        if not next(calls):
            raise KeyboardInterrupt
        recover(home, tenant)

    with monkeypatch.context() as patch:
        patch.setattr(journalling, "recover", recover_once)
        with pytest.raises(KeyboardInterrupt):
            undo(home, "acme", [packed.id])
    assert (dump(home), entry(home, packed).state) == ([], State.UNDONE)
    undo(home, "acme", [packed.id])
    assert journalling.decided(home, "acme").undone == {
        one.id for one in lookup.deliveries(home, tenant="acme")
    }


def test_an_archive_of_which_a_part_counts_again_is_not_undone(loading_home: Home) -> None:
    """The other parts stay undone, and come back with a redo of the whole."""
    home = loading_home
    open_shop(home)
    files = {"a.csv": table(("A", "1", "1")), "b.csv": table(("B", "1", "1"))}
    packed = deliver(home, zipped(files), name="all.zip")
    work_off(home)
    part, other = (one.id for one in lookup.parts(home, entry(home, packed)))
    undo(home, "acme", [packed.id])
    [done] = redo(home, "acme", [part]).deliveries
    assert (done.delivery, done.applied) == (part, True)
    assert (entry(home, packed).state, _told(home, other)[0]) == (State.LOADED, State.UNDONE)
    assert journalling.decided(home, "acme").undone == {other}
    redo(home, "acme", [packed.id])
    assert len(dump(home)) == 2


def test_what_holds_nothing_that_was_loaded_is_undone_and_redone(loading_home: Home) -> None:
    """Also then the journal hears of it."""
    home = loading_home
    open_shop(home)
    packed = deliver(home, zipped({"a.csv": b"Nothing,Of,It\n1,2,3\n"}), name="all.zip")
    work_off(home)
    for turn, state in ((undo, State.UNDONE), (redo, State.LOADED)):
        turn(home, "acme", [packed.id])
        assert entry(home, packed).state is state
        assert (packed.id in journalling.decided(home, "acme").undone) == (state is State.UNDONE)


def test_the_commands_say_what_was_not_done(fresh_shop: tuple[Path, str], tmp_path: Path) -> None:
    """One line and status 1 for what cannot be done; none for what is so already."""
    home = shutil.copytree(fresh_shop[0], tmp_path / "home")
    (tmp_path / "good.csv").write_bytes(table(("A", "1", "1"), ("A", "2", "2")))
    (tmp_path / "bad.csv").write_bytes(b"Nothing,Of,It\n1,2,3\n")
    good, held = (
        dropsafe_json(home, "load", "acme", str(tmp_path / name), "--wait")["delivery"]
        for name in ("good.csv", "bad.csv")
    )

    for command, done in (("undo", "undone"), ("redo", "redone"), ("replay", "replayed")):
        told = dropsafe(home, command, held, status=1)
        assert told.strip().splitlines()[-1].startswith(f"dropsafe: Not {done}: {held}: ")
        told = dropsafe(home, command, good, held, "--dry-run", status=1)
        assert told.strip().splitlines()[-1].startswith(f"dropsafe: 1 of 2 were not {done}; {held}")
    said = dropsafe(home, "redo", good)
    assert "It was not undone." in said
    assert "There is nothing to do: no row changes." in said
    assert "vanished" not in said
    assert "vanished" in dropsafe(home, "undo", good)
    assert "It is undone already." in dropsafe(home, "undo", good)


def test_what_older_deliveries_replaced_is_read_from_the_archive_if_it_was_not_kept(
    loading_home: Home,
) -> None:
    """A database from before that was kept knows only the rows as they are."""
    home = loading_home
    open_shop(home)
    send(home, table(("A", "1", "1")))
    middle = send(home, table(("A", "1", "2")))
    last = send(home, table(("A", "1", "3")))
    with home.database.writing() as connection:
        connection.execute(rows.superseded_table("transactions").delete())
        connection.execute(folds.update().values(forgotten=last.id))
    undo(home, "acme", [last.id])
    assert totals(home) == {("A", "1"): "2.00"}
    undo(home, "acme", [middle.id])
    assert totals(home) == {("A", "1"): "1.00"}


def test_a_crash_between_verdict_and_move_leaves_an_undone_delivery_undone(
    loading_home: Home,
) -> None:
    """A delivery that was undone before it left the inbox only moves."""
    home = loading_home
    open_shop(home)
    envelope = deliver(home, table(("A", "1", "1")))
    loaded = load(home, envelope)
    home.layout.kept("acme", loaded.id).rename(home.layout.waiting("acme", loaded.id))
    undo(home, "acme", [loaded.id])
    [again] = work_off(home)
    assert (again.state, dump(home)) == (State.UNDONE, [])


def test_a_change_says_the_row_before_and_after(loading_home: Home) -> None:
    """Support sees what a mapping would change before it is done."""
    home = loading_home
    open_shop(home)
    send(home, table(("A", "1", "1")))
    later = send(home, table(("A", "1", "2")))
    [change] = undo(home, "acme", [later.id], dry_run=True).effect.sample
    assert isinstance(change, Change)
    assert json.dumps([change.before, change.after]).count("2026-03-01T10:00:00") == 2
    assert (change.before or {})["total"] == "2.00"
    assert (change.after or {})["total"] == "1.00"


def test_an_undo_says_what_counts_in_its_place(loading_home: Home) -> None:
    """A repeat has the same rows: nobody should think that they are gone."""
    home = loading_home
    open_shop(home)
    first, second = (send(home, table(("A", "1", "1"))) for _ in range(2))
    [one] = undo(home, "acme", [first.id], dry_run=True).deliveries
    assert f"{second.id} has the same bytes and counts in its place" in one.message
    assert undo(home, "acme", [first.id]).deliveries == (one,)
    both = undo(home, "acme", [first.id, second.id]).deliveries
    assert not any("in its place" in one.message for one in both)
