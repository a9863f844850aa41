"""A worker: woken by the bell, fair to every tenant, stopped by nothing that may pass."""

from __future__ import annotations

import errno
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from watchdog.observers.api import BaseObserver

from ingest import loading, pipeline
from ingest.bell import Bell
from ingest.home import Home
from ingest.replay import replay
from ingest.worker import Worker
from storage import ledger
from storage.delivery import order_of
from storage.errors import DamagedIntent, DatabaseAway
from storage.inbox import ring
from storage.ledger import State
from tests.conftest import MakeHome
from tests.shop import deliver, entry, open_shop, table, totals
from tests.waiting import eventually


@pytest.fixture
def home(make_home: MakeHome, tmp_path: Path) -> Home:
    made = make_home("sqlite", tmp_path / "home")
    open_shop(made)
    return made


@contextmanager
def working(home: Home) -> Iterator[Worker]:
    worker = Worker(home)
    thread = threading.Thread(target=worker.run)
    thread.start()
    try:
        yield worker
    finally:
        worker.stop()
        thread.join(20)
        assert not thread.is_alive()


def test_the_bell_wakes_a_worker_long_before_the_sweep(make_home: MakeHome, tmp_path: Path) -> None:
    """With a sweep once an hour, files are loaded as they come."""
    home = make_home("sqlite", tmp_path / "other")
    open_shop(home)
    patient = home.settings.model_copy(
        update={"workers": home.settings.workers.model_copy(update={"sweep_seconds": 3600.0})}
    )
    home = replace(home, settings=patient)
    with working(home):
        eventually(lambda: bool(list(home.layout.bell.parent.glob("bell"))))
        for number in range(3):
            envelope = deliver(home, table(("A", str(number), "1")))
            eventually(lambda e=envelope: entry(home, e).state is State.LOADED)  # type: ignore[misc]  # bound per turn


def test_the_sweep_finds_what_the_bell_missed(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Events are hints: without any of them files are loaded all the same, only later."""
    monkeypatch.setattr(Bell, "ring", lambda *_: None)
    quick = home.settings.workers.model_copy(update={"sweep_seconds": 0.2})
    object.__setattr__(home.settings, "workers", quick)
    with working(home):
        envelope = deliver(home, table(("A", "1", "1")))
        eventually(lambda: entry(home, envelope).state is State.LOADED)


def test_a_bell_is_heard_once_for_many_rings(home: Home) -> None:
    """A burst for one tenant is one thing to look at."""
    with Bell(home.layout) as bell:
        for _ in range(50):
            ring(home.layout, "acme")
        assert bell.wait(5.0) == {"acme"}


def test_an_email_s_parts_are_worked_off_in_the_same_turn(home: Home) -> None:
    """work --once leaves nothing behind that it made itself."""
    from tests.ingest.test_opening import message, receive_mail  # noqa: PLC0415 - the one helper

    receive_mail(home, message(("a.csv", table(("A", "1", "1")))))
    assert Worker(home).run_once() == 2
    assert totals(home) == {("A", "1"): "1.00"}


@pytest.mark.parametrize("trouble", [DatabaseAway("gone"), OSError(errno.ENOSPC, "full")])
def test_trouble_that_may_pass_is_waited_for(
    home: Home, monkeypatch: pytest.MonkeyPatch, trouble: Exception
) -> None:
    """The worker tries again by itself, and does not count it against the file."""
    real, failures = loading.read, iter([trouble] * 3)

    def read(*arguments: Any) -> Any:
        for failure in failures:
            raise failure
        return real(*arguments)

    monkeypatch.setattr(loading, "read", read)
    envelope = deliver(home, table(("A", "1", "1")))
    with working(home):
        eventually(lambda: entry(home, envelope).state is State.LOADED, seconds=30)
    assert entry(home, envelope).attempts == 1


def test_a_file_that_fails_again_and_again_is_held_and_the_others_go_on(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three attempts, whatever the error, and the tenant's next file is not kept waiting."""
    real = loading.read

    def read(where: Home, one: Any, feed: Any) -> Any:
        if one.name == "bad.csv":
            raise RuntimeError("a bug of ours")
        return real(where, one, feed)

    monkeypatch.setattr(loading, "read", read)
    bad = deliver(home, table(("A", "1", "1")), name="bad.csv")
    good = deliver(home, table(("A", "2", "1")))
    Worker(home).run_once()

    held = entry(home, bad)
    assert (held.state, held.reason) == (State.QUARANTINED, "fails-repeatedly")
    assert entry(home, good).state is State.LOADED


def test_a_damaged_envelope_is_set_aside_and_the_others_go_on(home: Home) -> None:
    """What cannot even be begun does not stop the queue, and is listed with what is held."""
    bad = deliver(home, table(("A", "1", "1")))
    (home.layout.waiting("acme", bad.id) / "envelope.json").write_text("{")
    good = deliver(home, table(("A", "2", "1")))
    Worker(home).run_once()

    assert entry(home, good).state is State.LOADED
    assert home.layout.held("acme", bad.id).is_dir()
    held = entry(home, bad)
    assert (held.state, held.reason) == (State.QUARANTINED, "damaged")
    received = datetime.fromtimestamp(order_of(bad.id) / 1e9, UTC)  # as its name tells it
    assert (held.tenant, held.received_at[:19]) == ("acme", received.isoformat()[:19])
    assert f"quarantine/acme/{bad.id}/data" in held.remedy


def test_a_replay_does_not_load_what_lost_its_envelope(home: Home) -> None:
    """Nobody can say any more whether its bytes are those that were received."""
    bad = deliver(home, table(("A", "1", "1")))
    (home.layout.waiting("acme", bad.id) / "envelope.json").unlink()
    Worker(home).run_once()

    replay(home, "acme", [bad.id])

    assert entry(home, bad).state is State.QUARANTINED
    assert totals(home) == {}


def test_an_envelope_in_the_wrong_place_is_damage(home: Home) -> None:
    """It tells of another delivery, which must not be blamed."""
    other = deliver(home, table(("A", "1", "1")))
    bad = deliver(home, table(("A", "2", "1")))
    envelope = home.layout.waiting("acme", other.id) / "envelope.json"
    (home.layout.waiting("acme", bad.id) / "envelope.json").write_bytes(envelope.read_bytes())
    Worker(home).run_once()

    assert entry(home, other).state is State.LOADED
    assert (entry(home, bad).state, entry(home, bad).reason) == (State.QUARANTINED, "damaged")


def test_what_the_ledger_cannot_begin_is_held_as_failing(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mistake of ours before the first attempt is written down: its name is known."""

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("a bug of ours")

    monkeypatch.setattr(pipeline, "process", broken)
    bad = deliver(home, table(("A", "1", "1")), name="bad.csv")
    Worker(home).run_once()

    held = entry(home, bad)
    assert (held.state, held.reason, held.name) == (
        State.QUARANTINED, "fails-repeatedly", "bad.csv",
    )  # fmt: skip
    assert home.layout.held("acme", bad.id).is_dir()


def test_setting_aside_waits_for_the_database(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """A delivery is not put away unseen because the database was gone at that moment."""
    bad = deliver(home, table(("A", "1", "1")))
    (home.layout.waiting("acme", bad.id) / "envelope.json").write_text("{")

    def away(*_: object, **__: object) -> None:
        raise DatabaseAway("gone")

    with monkeypatch.context() as patch:
        patch.setattr(ledger, "begin", away)
        with pytest.raises(DatabaseAway):
            Worker(home).run_once()
        assert home.inbox.waiting("acme") == [bad.id]
    Worker(home).run_once()

    assert entry(home, bad).state is State.QUARANTINED


def test_two_workers_share_the_tenants(home: Home) -> None:
    """Each delivery is loaded once, in order, whoever takes it."""
    for number in range(4):
        open_shop(home, f"shop-{number}")
    deliveries = [
        deliver(home, table(("A", "1", str(turn))), tenant=f"shop-{number}")
        for turn in range(1, 6)
        for number in range(4)
    ]
    with working(home), working(home):
        for envelope in deliveries:
            eventually(lambda e=envelope: entry(home, e).state is State.LOADED)  # type: ignore[misc]  # bound per turn
    for number in range(4):
        assert totals(home, f"shop-{number}") == {("A", "1"): "5.00"}
    assert {entry(home, envelope).attempts for envelope in deliveries} == {1}


def test_stopping_finishes_what_was_begun(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that is told to stop in the middle of a file loads that file, and no other."""
    reading, go_on = threading.Event(), threading.Event()
    real = loading.read

    def read(*arguments: Any) -> Any:
        reading.set()
        go_on.wait(10)
        return real(*arguments)

    monkeypatch.setattr(loading, "read", read)
    first = deliver(home, table(("A", "1", "1")))
    second = deliver(home, table(("A", "2", "1")))
    with working(home) as worker:
        assert reading.wait(10)
        worker.stop()
        go_on.set()
    assert entry(home, first).state is State.LOADED
    assert entry(home, second).state is State.RECEIVED


def test_a_backlog_of_one_tenant_keeps_nobody_waiting(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tenants take turns, and a replay gets its turn between two."""
    monkeypatch.setattr("ingest.worker._TURN_SECONDS", 0.05)
    open_shop(home, "zulu")
    backlog = [deliver(home, table(("A", str(number), "1"))) for number in range(150)]
    small = deliver(home, table(("A", "1", "1")), tenant="zulu")
    with working(home):
        eventually(lambda: entry(home, small).state is State.LOADED)
        assert home.inbox.waiting("acme")
        replay(home, "acme", [backlog[0].id])
        assert home.inbox.waiting("acme"), "the replay had to wait for the whole backlog"


def test_one_tenant_s_trouble_is_its_own(home: Home) -> None:
    """A directory that cannot be read stops nobody else."""
    open_shop(home, "zulu")
    (home.layout.inbox / "acme").write_text("not a directory")
    envelope = deliver(home, table(("A", "1", "1")), tenant="zulu")
    with working(home):
        eventually(lambda: entry(home, envelope).state is State.LOADED)


def test_without_inotify_the_sweep_does_it_all(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bell is a hint; a kernel that has no watches left does not stop the loading."""

    def none_left(_observer: object) -> None:
        raise OSError(errno.EMFILE, "inotify instance limit reached")

    monkeypatch.setattr(BaseObserver, "start", none_left)
    envelope = deliver(home, table(("A", "1", "1")))
    with working(home):
        eventually(lambda: entry(home, envelope).state is State.LOADED)


def test_a_decision_that_cannot_be_read_blames_no_delivery(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    """What waits of that tenant stays where it is; all others are worked for."""
    open_shop(home, "other")
    sent = deliver(home, table(("A", "1", "1")))
    mine = sent.id
    deliver(home, table(("B", "2", "2")), tenant="other")
    intent = home.layout.intent("acme")
    intent.parent.mkdir(parents=True, exist_ok=True)
    intent.write_bytes(b"{")
    with pytest.raises(DamagedIntent) as caught:
        Worker(home).run_once()
    assert "intent.json out of the home" in caught.value.hint
    assert home.inbox.waiting("acme") == [mine]
    assert home.inbox.waiting("other") == []
    with pytest.raises(DamagedIntent):
        Worker(home).run_tenant("acme", until=mine)
    with working(home):
        eventually(lambda: "tenant.waits" in capsys.readouterr().out)
    assert home.inbox.waiting("acme") == [mine]

    intent.unlink()
    Worker(home).run_once()
    assert entry(home, sent).state is State.LOADED
