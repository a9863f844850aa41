"""Rebuild: the rows are what the archive says, with the database or without it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ingest import describing, journalling, lookup
from ingest.home import Home, open_home
from ingest.rebuild import rebuild
from ingest.replay import replay
from ingest.undo import undo
from ingest.verdicts import Held
from storage import mappings, rows
from storage.errors import NotAllowed
from storage.journal import Intent, Journal
from storage.ledger import State
from storage.tables import metadata
from tests.e2e.running import dropsafe, dropsafe_json
from tests.parsers.packing import zipped
from tests.shop import (
    MAPPING,
    deliver,
    dump,
    open_shop,
    send,
    superseded,
    table,
    totals,
    work_off,
)

NET = MAPPING.replace('"Total"', '"Net"')
TWO = b"Store,Receipt,When,Total,Net\nA,%d,2026-03-01 10:00:00,%d.00,5.00\n"


class Crash(BaseException):
    """The process is killed."""


def _forget(home: Home) -> None:
    """Lose everything that the database knew."""
    with home.database.writing() as connection:
        for each in metadata.tables.values():
            connection.execute(each.delete())


def test_everything_but_credentials_comes_back(loading_home: Home) -> None:
    """Rows to the last byte, mappings, verdicts, rejects, what was undone and what is held."""
    home = loading_home
    open_shop(home)
    first = send(home, table(("A", "1", "1"), ("A", "2", "bad")))
    again = send(home, table(("A", "1", "1"), ("A", "2", "bad")))
    gone = send(home, table(("A", "1", "9"), ("A", "9", "9")))
    files = {"a.csv": table(("A", "1", "3")), "b.csv": table(("B", "1", "1"))}
    deliver(home, zipped(files), name="all.zip")
    work_off(home)
    describing.set_mapping(home, tenant="acme", feed="default", text=NET)
    netted = send(home, TWO % (7, 1))
    undo(home, "acme", [gone.id])
    held = send(home, b"Nothing,Of,It\n1,2,3\n")
    before = dump(home), superseded(home)
    told = {one.id: one.state for one in lookup.deliveries(home, tenant="acme")}
    del told[held.id]

    _forget(home)
    made = rebuild(home, "acme")

    assert (dump(home), superseded(home)) == before
    assert (made.restored, made.released, made.no_credentials) == (7, 1, True)
    now = {one.id: one for one in lookup.deliveries(home, tenant="acme")}
    assert {one: now[one].state for one in told} == told
    assert (now[again.id].same_as, now[gone.id].state) == (first.id, State.UNDONE)
    assert (now[first.id].rejected, now[first.id].new) == (1, 1)
    assert (now[netted.id].mapping_version, totals(home)["A", "7"]) == (2, "5.00")
    [still] = work_off(home)
    assert (still.id, still.state) == (held.id, State.QUARANTINED)
    assert rebuild(home, "acme").restored == 0


def test_rows_that_somebody_changed_are_found_and_mended(loading_home: Home) -> None:
    """--verify says what differs and changes nothing; rebuild mends exactly that."""
    home = loading_home
    open_shop(home)
    send(home, table(("A", "1", "1"), ("A", "2", "2"), ("A", "3", "3")))
    right = dump(home)
    live = rows.row_table("transactions")
    with home.database.writing() as connection:
        connection.execute(live.update().where(live.c.transaction_id == "1").values(total="7.00"))
        connection.execute(live.delete().where(live.c.transaction_id == "2"))
    wrong = dump(home)

    found = rebuild(home, "acme", verify=True).effect
    assert dump(home) == wrong
    assert (found.difference.new, found.difference.changed, found.difference.gone) == (1, 1, 0)
    assert [one.transaction_id for one in found.sample] == ["1", "2"]
    rebuild(home, "acme")
    assert dump(home) == right
    assert rebuild(home, "acme", verify=True).effect.difference.changed == 0


def test_a_replayed_delivery_is_rebuilt_as_it_was_last_read(loading_home: Home) -> None:
    """The journal holds the version of the last reading, not of the first."""
    home = loading_home
    open_shop(home)
    one, other = send(home, TWO % (1, 1)), send(home, TWO % (2, 1))
    describing.set_mapping(home, tenant="acme", feed="default", text=NET)
    replay(home, "acme", [one.id])
    _forget(home)
    rebuild(home, "acme")
    assert totals(home) == {("A", "1"): "5.00", ("A", "2"): "1.00"}
    assert lookup.delivery(home, other.id).mapping_version == 1


def test_damaged_bytes_stop_a_rebuild_and_are_named(loading_home: Home) -> None:
    """Rows are made from what was received, or not at all."""
    home = loading_home
    open_shop(home)
    one = send(home, table(("A", "1", "1")))
    before = dump(home)
    (home.layout.kept("acme", one.id) / "data").write_bytes(table(("A", "1", "2")))
    with pytest.raises(Held) as verdict:
        rebuild(home, "acme")
    assert (verdict.value.reason, one.id in verdict.value.message) == ("damaged", True)
    assert dump(home) == before


def test_a_crash_after_the_commit_of_an_undo_is_written_down_later(
    loading_home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The journal hears of it from who works on the tenant next."""
    one = _loaded(loading_home)
    recover, calls = journalling.recover, iter([True, False])

    def recover_once(home: Home, tenant: str) -> None:
        """At the start of the undo, and not after its commit."""
        if not next(calls):
            raise Crash
        recover(home, tenant)

    monkeypatch.setattr(journalling, "recover", recover_once)
    with pytest.raises(Crash):
        undo(loading_home, "acme", [one])
    monkeypatch.undo()
    assert dump(loading_home) == []
    _assert_one_truth(loading_home)


def test_a_crash_before_the_commit_of_an_undo_leaves_no_trace(
    loading_home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was intended was never said, and is dropped."""
    one = _loaded(loading_home)
    intend = Journal.intend

    def intend_and_crash(journal: Journal, tenant: str, intent: Intent) -> None:
        intend(journal, tenant, intent)
        raise Crash

    monkeypatch.setattr(Journal, "intend", intend_and_crash)
    with pytest.raises(Crash):
        undo(loading_home, "acme", [one])
    monkeypatch.undo()
    assert len(dump(loading_home)) == 1
    _assert_one_truth(loading_home)


def _loaded(home: Home) -> str:
    open_shop(home)
    return send(home, table(("A", "1", "1"))).id


def _assert_one_truth(home: Home) -> None:
    before = dump(home)
    difference = rebuild(home, "acme", verify=True).effect.difference
    assert (difference.new, difference.changed, difference.gone) == (0, 0, 0)
    _forget(home)
    rebuild(home, "acme")
    assert dump(home) == before


def test_rows_that_no_file_ever_brought_go(loading_home: Home) -> None:
    """Also where the archive has nothing of the tenant."""
    home = loading_home
    open_shop(home)
    strange = {
        "tenant": "acme",
        "location_id": "X",
        "transaction_id": "1",
        "occurred_at": "2026-03-01T15:00:00Z",
        "local_time": "2026-03-01T10:00:00",
        "total": "1.00",
        "delivery": "1htfj5nsh5b82",
        "line": 2,
    }
    with home.database.writing() as connection:
        connection.execute(rows.row_table("transactions").insert().values(strange))
    assert rebuild(home, "acme").effect.difference.gone == 1
    assert dump(home) == []


def test_an_older_dump_learns_what_files_have_settled_since(loading_home: Home) -> None:
    """Else a later file could be read another way than those before it."""
    home = loading_home
    open_shop(home)
    send(home, table(("A", "1", "1.50")))
    with home.database.writing() as connection:
        settled = mappings.of_feed(connection, "acme", "default").pins
        connection.execute(metadata.tables["mappings"].update().values(pins={}))
    rebuild(home, "acme")
    with home.database.reading() as connection:
        assert mappings.of_feed(connection, "acme", "default").pins == settled != {}


def test_a_delivery_of_which_no_journal_speaks_is_loaded_again(loading_home: Home) -> None:
    """It was received and acknowledged, so it is worked on, in its own place."""
    home = loading_home
    open_shop(home)
    send(home, table(("A", "1", "1")))
    second = send(home, table(("A", "1", "2")))
    journal = home.layout.journal("acme")
    kept = [line for line in journal.read_text().splitlines() if second.id not in line]
    journal.write_text("\n".join([*kept, ""]))
    _forget(home)
    assert rebuild(home, "acme").released == 1
    assert totals(home) == {("A", "1"): "1.00"}
    assert [one.id for one in work_off(home)] == [second.id]
    assert totals(home) == {("A", "1"): "2.00"}


def test_a_home_from_before_there_were_journals_gets_them(loading_home: Home) -> None:
    """init brings a home up to date: then it can be rebuilt as well."""
    home = loading_home
    open_shop(home)
    send(home, table(("A", "1", "1")))
    gone = send(home, table(("A", "2", "1")))
    undo(home, "acme", [gone.id])
    before = dump(home)
    home.layout.journal("acme").unlink()
    journalling.adopt(home)
    journalling.adopt(home)
    _forget(home)
    rebuild(home, "acme")
    assert dump(home) == before


def test_a_rebuild_waits_for_a_busy_queue(
    loading_home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While a worker has the tenant nothing is made again."""
    open_shop(loading_home)
    monkeypatch.setattr("ingest.claiming._PATIENCE", 0.1)
    with loading_home.inbox.claim("acme"), pytest.raises(NotAllowed):
        rebuild(loading_home, "acme")


def test_the_command_brings_a_deleted_database_back(
    fresh_shop: tuple[Path, str], tmp_path: Path
) -> None:
    """As an operator meets it: the file is gone, one command, and the rows are the same."""
    home = shutil.copytree(fresh_shop[0], tmp_path / "home")
    (tmp_path / "sales.csv").write_bytes(table(("A", "1", "1"), ("A", "2", "2")))
    dropsafe(home, "load", "acme", str(tmp_path / "sales.csv"), "--wait")
    before = dropsafe(home, "rows", "acme")
    assert "The rows are what the archive says." in dropsafe(home, "rebuild", "--verify")
    for file in home.glob("dropsafe.db*"):
        file.unlink()

    [made] = dropsafe_json(home, "rebuild")
    assert (made["restored"], made["no_credentials"], made["new"]) == (1, True, 2)
    assert dropsafe(home, "rows", "acme") == before

    opened = open_home(home)
    with opened.database.writing() as connection:
        connection.execute(rows.row_table("transactions").delete())
    opened.database.close()
    told = dropsafe(home, "rebuild", "nobody", status=1)
    assert told.startswith("dropsafe: There is no tenant nobody, neither in the database nor")
    told = dropsafe(home, "rebuild", "--verify", status=1)
    assert told.strip().endswith("dropsafe rebuild acme")
