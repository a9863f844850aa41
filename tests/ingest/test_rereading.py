"""A long replay or undo that is killed leaves nothing half done, and has not worked in vain."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import parsers
from ingest import describing, rereading
from ingest.feeds import Feed
from ingest.home import Home
from ingest.loading import read
from ingest.replay import replay
from ingest.undo import undo
from parsers.reading import Reading
from storage.ledger import Entry
from tests.shop import MAPPING, dump, open_shop, send, totals

NET = MAPPING.replace('"Total"', '"Net"')
_FILES = 6


class Killed(BaseException):
    """The process is ended from outside."""


def _loaded(home: Home) -> list[str]:
    open_shop(home)
    rows = (f"A,{at},2026-03-01 10:00:00,1.00,{at}.50" for at in range(_FILES))
    header = "Store,Receipt,When,Total,Net"
    return [send(home, f"{header}\n{row}\nA,0,2026-03-01 10:00:00,{at},{at}\n".encode()).id
            for at, row in enumerate(rows)]  # fmt: skip


def _counting(asked: list[str], *, most: int) -> Callable[[Home, Entry, Feed], Reading]:
    """Reads as ever, until it is killed: before the one after so many."""

    def counted(home: Home, entry: Entry, feed: Feed) -> Reading:
        if len(asked) == most:
            raise Killed
        asked.append(entry.id)
        return read(home, entry, feed)

    return counted


def test_a_replay_that_was_killed_goes_on_where_it_was(
    loading_home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody sees a part of it, and the same command reads only what was not read yet."""
    home = loading_home
    ids = _loaded(home)
    before = dump(home)
    describing.set_mapping(home, tenant="acme", feed="default", text=NET)
    first: list[str] = []
    monkeypatch.setattr(rereading, "read", _counting(first, most=4))
    with pytest.raises(Killed):
        replay(home, "acme", ids)
    assert dump(home) == before

    second: list[str] = []
    monkeypatch.setattr(rereading, "read", _counting(second, most=100))
    replay(home, "acme", ids)
    # By the new mapping each is read once in all; by the old one for what it had said.
    assert second[:2] == ids[4:]
    assert sorted(second[2:]) == ids
    assert totals(home) == {("A", str(at)): f"{at}.50" for at in range(1, _FILES)} | {
        ("A", "0"): "5.00"
    }
    assert not home.layout.workings("acme").exists()


def test_what_was_read_by_another_mapping_is_read_again(
    loading_home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the kill and the second try somebody has mended the mapping."""
    home = loading_home
    ids = _loaded(home)
    describing.set_mapping(home, tenant="acme", feed="default", text=NET)
    monkeypatch.setattr(rereading, "read", _counting([], most=_FILES))
    with pytest.raises(Killed):
        replay(home, "acme", ids)
    moved = NET.replace('"Store"', '{ constant = "B" }')
    describing.set_mapping(home, tenant="acme", feed="default", text=moved)
    asked: list[str] = []
    monkeypatch.setattr(rereading, "read", _counting(asked, most=100))
    replay(home, "acme", ids)
    assert asked[:_FILES] == ids
    assert {location for location, _ in totals(home)} == {"B"}


def test_an_undo_that_was_killed_goes_on_where_it_was(
    loading_home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All that came later has to be read for it, and is read once."""
    home = loading_home
    ids = _loaded(home)
    before = dump(home)
    first: list[str] = []
    monkeypatch.setattr(rereading, "read", _counting(first, most=3))
    with pytest.raises(Killed):
        undo(home, "acme", [ids[0]])
    assert dump(home) == before
    second: list[str] = []
    monkeypatch.setattr(rereading, "read", _counting(second, most=100))
    undo(home, "acme", [ids[0]])
    assert (first, second) == (ids[:3], ids[3:])
    assert len(dump(home)) == _FILES


def test_what_another_installation_has_read_is_read_again(
    loading_home: Home, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Between the kill and the second try dropsafe was upgraded, without a new number."""
    home = loading_home
    ids = _loaded(home)
    describing.set_mapping(home, tenant="acme", feed="default", text=NET)
    monkeypatch.setattr(rereading, "read", _counting([], most=_FILES))
    with pytest.raises(Killed):
        replay(home, "acme", ids)
    shutil.copytree(Path(parsers.__file__).parent, tmp_path / "parsers")
    (tmp_path / "parsers" / "file.py").touch()
    monkeypatch.setattr(parsers, "__file__", str(tmp_path / "parsers" / "__init__.py"))
    monkeypatch.setattr(rereading, "_code", rereading._code.__wrapped__)
    asked: list[str] = []
    monkeypatch.setattr(rereading, "read", _counting(asked, most=100))
    replay(home, "acme", ids)
    assert asked[:_FILES] == ids
