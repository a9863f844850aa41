"""The way of one delivery when something breaks: crashes, damage, and files that come late."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ingest import loading, pipeline, refolding
from ingest.home import Home
from ingest.replay import replay
from storage import ledger, rejects, rows
from storage.archive import Archive
from storage.errors import DatabaseAway
from storage.ledger import State
from tests.shop import deliver, entry, load, open_shop, send, table, totals


def test_a_late_file_does_not_overwrite_a_newer_one(loading_home: Home) -> None:
    """An older file that was held comes in under what newer ones said."""
    open_shop(loading_home)
    late = deliver(loading_home, table(("A", "1", "1"), ("A", "2", "1")))
    send(loading_home, table(("A", "1", "9")))

    loaded = load(loading_home, late)

    assert (loaded.state, loaded.new) == (State.LOADED, 1)
    assert totals(loading_home) == {("A", "1"): "9.00", ("A", "2"): "1.00"}


def test_bytes_that_changed_on_disk_are_not_loaded(loading_home: Home) -> None:
    """A flipped bit is noticed by the checksum of the reception."""
    open_shop(loading_home)
    envelope = deliver(loading_home, table(("A", "1", "1.00")))
    data = loading_home.inbox.data("acme", envelope.id)
    data.write_bytes(data.read_bytes().replace(b"1.00", b"7.00"))

    assert load(loading_home, envelope).reason == "damaged"
    assert totals(loading_home) == {}


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
    real, overtaking = refolding.counted, [1, 2]

    def counted(*arguments: Any, **named: Any) -> Any:
        found = real(*arguments, **named)
        if overtaking:
            overtaking.pop()
            with loading_home.database.writing() as connection:
                rows.advance(connection, "acme", "transactions", delivery="")
        return found

    monkeypatch.setattr(refolding, "counted", counted)
    assert load(loading_home, late).state is State.LOADED
    assert overtaking == []
    assert totals(loading_home) == {("A", "1"): "5.00", ("A", "2"): "1.00"}
