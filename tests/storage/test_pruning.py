"""Pruning takes away the bytes that a tenant's retention no longer keeps, and nothing else."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
import zstandard

from storage.archive import Archive
from storage.delivery import day_of
from storage.errors import Pruned
from tests.storage.settled import DAY, NEXT_DAY, Shop


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path / "home")


def test_pruning_takes_the_bytes_and_leaves_the_envelopes(shop: Shop) -> None:
    """Of what was received before a day, and of nothing else."""
    old, new = shop.send(b"old"), shop.send(b"new", day=NEXT_DAY)
    shop.pack(today=NEXT_DAY + timedelta(days=1))
    assert shop.packing.prune("acme", NEXT_DAY) == 1
    assert shop.packing.prune("acme", NEXT_DAY) == 0
    archive = Archive(shop.layout)
    assert archive.deliveries("acme") == [old, new]
    assert archive.envelope("acme", old).size == 3
    assert [archive.is_pruned("acme", one) for one in (old, new)] == [True, False]
    with pytest.raises(Pruned, match=old):
        archive.read("acme", old)
    assert archive.read("acme", new) == b"new"
    assert not shop.pack_of_the_day.exists()
    with zstandard.open(shop.layout.pruned_pack("acme", DAY), "rb") as pruned:
        assert b"old" not in pruned.read()
    assert archive.strays("acme") == []


def test_what_is_settled_after_its_day_was_pruned_is_kept_until_the_next_time(shop: Shop) -> None:
    """It is not lost in between, and one file holds both."""
    old = shop.send(b"old")
    shop.pack()
    shop.packing.prune("acme", NEXT_DAY)
    late = shop.send(b"late")
    assert day_of(late) == DAY
    shop.pack()
    archive = Archive(shop.layout)
    assert archive.read("acme", late) == b"late"
    assert archive.is_pruned("acme", old)
    assert len(archive.packs("acme")) == 1
    shop.packing.prune("acme", NEXT_DAY)
    assert Archive(shop.layout).is_pruned("acme", late)
