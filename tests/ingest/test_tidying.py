"""What is settled is packed, and pruned as the tenant's retention says, by whoever works."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from ingest.home import Home
from ingest.journalling import decided
from ingest.overdue import is_anything_due, is_due
from ingest.tidying import Tidier
from ingest.undo import undo
from ingest.worker import Worker
from storage import tenants
from storage.archive import is_pruned
from storage.delivery import Origin, day_of
from storage.errors import DatabaseAway
from storage.files import half_of
from storage.journal import Journal
from storage.packing import BATCH
from tests.conftest import MakeHome
from tests.e2e.running import dropsafe
from tests.shop import deliver, open_shop, receive_on_one_day, send, table, totals


@pytest.fixture
def home(make_home: MakeHome, tmp_path: Path) -> Home:
    return make_home("sqlite", tmp_path / "home")


def days_ago(days: int) -> date:
    """A day of the past: asked for in the test, since a run may go on beyond midnight."""
    return datetime.now(UTC).date() - timedelta(days=days)


def arrive(home: Home, day: date, *rows: tuple[str, str, str], hour: int = 12) -> str:
    """Receive a file at an hour of a day."""
    time = datetime.combine(day, datetime.min.time(), UTC) + timedelta(hours=hour)
    order = int(time.timestamp()) * 1_000_000_000
    origin = Origin(tenant="acme", name="sales.csv", via="load")
    upload = home.spool.receive(origin, limit=1 << 20, order=order)
    upload.write(table(*rows))
    return upload.commit().id


def keep(home: Home, days: int) -> None:
    """Set a tenant's retention."""
    with home.database.writing() as connection:
        acme = tenants.find(connection, "acme")
        tenants.change(connection, replace(acme, keep_days=days))


def test_a_worker_packs_what_it_has_loaded(home: Home) -> None:
    """Never more than some dozens lie loose, and what is packed is read as before."""
    receive_on_one_day(home)
    open_shop(home)
    sent = [deliver(home, table(("A", str(n), "1"))).id for n in range(BATCH + 2)]
    Worker(home).run_once()
    assert len(home.archive.loose("acme")) < BATCH
    assert len(home.archive.packs("acme")) == 1
    assert home.archive.deliveries("acme") == sent
    assert home.archive.read("acme", sent[0]) == table(("A", "0", "1"))


def test_a_day_that_is_over_is_packed_though_nothing_came_since(home: Home) -> None:
    """The first worker of the new day does it."""
    open_shop(home)
    yesterday = arrive(home, days_ago(1), ("A", "1", "1"))
    loose = home.layout.kept("acme", yesterday)
    loose.parent.mkdir(parents=True)
    home.layout.waiting("acme", yesterday).rename(loose)
    Worker(home).run_once()
    assert not loose.exists()
    assert home.archive.deliveries("acme") == [yesterday]


def test_retention_takes_bytes_away_and_leaves_the_rows(home: Home) -> None:
    """Of what came more than so many days ago; without a retention nothing ever goes."""
    open_shop(home)
    old = arrive(home, days_ago(9), ("A", "1", "1"))
    new = arrive(home, days_ago(7), ("A", "2", "2"))
    Worker(home).run_once()
    assert not any(is_pruned(one) for one in home.archive.packs("acme"))
    keep(home, 8)
    Tidier(home).finish()
    assert [home.archive.is_pruned("acme", one) for one in (old, new)] == [True, False]
    assert totals(home) == {("A", "1"): "1.00", ("A", "2"): "2.00"}


def test_nothing_is_taken_away_while_nobody_can_say_for_how_long_it_is_kept(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database is away for a moment: the next look does the day's work."""
    open_shop(home)
    old = arrive(home, days_ago(9), ("A", "1", "1"))
    Worker(home).run_once()
    keep(home, 8)
    tidier = Tidier(home)

    def away(_home: Home) -> dict[str, int]:
        raise DatabaseAway("gone")

    with monkeypatch.context() as patch:
        patch.setattr("ingest.tidying.retention", away)
        tidier.finish()
    assert not home.archive.is_pruned("acme", old)
    tidier.finish()
    assert home.archive.is_pruned("acme", old)


def test_retention_is_kept_by_hand_too(home: Home) -> None:
    """By work --once, though nothing waits; and if nothing is too old, nothing is done."""
    open_shop(home)
    old = arrive(home, days_ago(9), ("A", "1", "1"))
    Worker(home).run_once()
    keep(home, 10)
    assert not is_anything_due(home)
    ages = [day_of(old) + timedelta(days=age) for age in (9, 10)]
    assert [is_due(home, "acme", today, 9) for today in ages] == [False, True]
    assert not is_due(home, "acme", ages[0], 10_000_000)  # days before there were any years
    keep(home, 8)
    assert is_anything_due(home)
    dropsafe(home.layout.home, "work", "--once")
    assert home.archive.is_pruned("acme", old)
    assert not is_anything_due(home)


def test_what_a_crash_left_of_an_undo_is_finished_though_nothing_waits(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rows were changed and the journal did not say so; no half of an intent stays either."""
    open_shop(home)
    delivery = send(home, table(("A", "1", "1"))).id

    def crash(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Journal, "recover", crash)
        with pytest.raises(KeyboardInterrupt):
            undo(home, "acme", [delivery])
    half_of(home.layout.intent("acme")).write_bytes(b"{")
    assert not decided(home, "acme").undone

    dropsafe(home.layout.home, "work", "--once")

    assert decided(home, "acme").undone == {delivery}
    assert [one.name for one in home.archive.strays("acme")] == []
    assert not home.layout.intent("acme").exists()


def test_a_tenant_that_is_being_worked_for_is_left_to_that_worker(home: Home) -> None:
    """Packing needs the claim."""
    open_shop(home)
    arrive(home, days_ago(1), ("A", "1", "1"))
    with home.inbox.claim("acme") as claimed:
        assert claimed
        Tidier(home).finish()
    assert home.archive.packs("acme") == []


def test_a_pack_that_cannot_be_read_stops_no_loading(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    """What would have joined it stays loose, and the log says so."""
    open_shop(home)
    day = days_ago(1)
    arrive(home, day, ("A", "1", "1"))
    Worker(home).run_once()
    pack = home.layout.pack("acme", day)
    pack.write_bytes(b"flipped")
    late = arrive(home, day, ("A", "2", "2"), hour=13)
    Worker(home).run_once()
    assert totals(home) == {("A", "1"): "1.00", ("A", "2"): "2.00"}
    assert home.archive.loose("acme") == [late]
    assert "archive.untidy" in capsys.readouterr().out
    assert pack.read_bytes() == b"flipped"
