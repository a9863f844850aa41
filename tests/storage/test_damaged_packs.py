"""Damaged packs: they are named, nothing wrong is read from them, and no better copy is lost."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
import zstandard

from storage import files
from storage.archive import Archive
from storage.errors import DamagedArchive
from storage.inbox import Inbox
from storage.packing import BATCH
from tests.storage.settled import DAY, Shop


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path / "home")


def test_damaged_bytes_are_never_packed_as_if_they_were_whole(shop: Shop) -> None:
    """They stay where they are, to be found there; the others are packed."""
    broken, whole = shop.send(b"broken"), shop.send(b"whole")
    (shop.layout.kept("acme", broken) / "data").write_bytes(b"flipped")
    assert shop.pack() == 1
    assert shop.archive.loose("acme") == [broken]
    assert Archive(shop.layout).read("acme", whole) == b"whole"


@pytest.mark.parametrize("at", [1000, -30, -4], ids=["frame", "index", "foot"])
def test_a_damaged_pack_is_named(shop: Shop, at: int) -> None:
    """Whichever part of it is hit, nothing wrong is read from it."""
    first = shop.send(os.urandom(5000))
    shop.pack()
    damage(shop.pack_of_the_day, at)
    with pytest.raises(DamagedArchive, match=shop.pack_of_the_day.name):
        Archive(shop.layout).read("acme", first)


def test_nothing_is_put_into_a_pack_that_cannot_be_read(shop: Shop) -> None:
    """It stays as it is, and what was not packed yet stays beside it."""
    shop.send(b"first")
    shop.pack()
    damaged = damage(shop.pack_of_the_day, -4)
    late = shop.send(b"late")
    with pytest.raises(DamagedArchive):
        shop.pack()
    assert shop.pack_of_the_day.read_bytes() == damaged
    assert shop.archive.loose("acme") == [late]


def damage(path: Path, at: int) -> bytes:
    """Flip the bits of one byte, counted from the end if negative."""
    data = bytearray(path.read_bytes())
    data[at] ^= 0xFF
    path.write_bytes(data)
    return bytes(data)


def restore(shop: Shop, delivery: str, envelope: bytes) -> None:
    """Put a delivery beside the packs, as it comes from a backup."""
    kept = shop.layout.kept("acme", delivery)
    files.make_directory(kept)
    (kept / "data").write_bytes(shop.sent[delivery])
    (kept / "envelope.json").write_bytes(envelope)


def test_what_is_sent_again_is_no_link_to_damaged_bytes(shop: Shop) -> None:
    """The same bytes are stored once more, where those that are there cannot be read."""
    first = [shop.send(b"sales of %d" % number) for number in range(BATCH)]
    shop.pack(today=DAY)
    damage(shop.pack_of_the_day, 40)
    again = [shop.send(shop.sent[one]) for one in first]
    shop.pack(today=DAY)
    shop.pack()
    archive = Archive(shop.layout)
    assert [archive.read("acme", one) for one in again] == [shop.sent[one] for one in first]
    with pytest.raises(DamagedArchive):
        archive.read("acme", first[0])


@pytest.mark.parametrize("by", ["packing", "sorting out"])
def test_what_a_backup_brings_back_is_kept_and_mends_the_pack(shop: Shop, by: str) -> None:
    """What lies beside a pack goes before a damaged copy in it; some of them do not yet mend it."""
    first, second = shop.send(b"first"), shop.send(b"second")
    shop.pack()
    envelopes = {one: shop.archive.envelope("acme", one).to_json() for one in (first, second)}
    damage(shop.pack_of_the_day, 40)

    restore(shop, first, envelopes[first])
    if by == "sorting out":
        assert shop.archive.sort_out("acme") == 0
    with pytest.raises(DamagedArchive):
        shop.pack()
    assert Archive(shop.layout).read("acme", first) == b"first"

    restore(shop, second, envelopes[second])
    if by == "sorting out":
        assert shop.archive.sort_out("acme") == 0
        assert Archive(shop.layout).read("acme", second) == b"second"
    assert shop.pack() == 2
    assert shop.archive.loose("acme") == []
    shop.check()


def test_what_is_settled_again_is_kept_beside_a_damaged_pack(shop: Shop) -> None:
    """Given back to the inbox from beside it, it does not vanish when it is settled."""
    delivery = shop.send(b"once")
    shop.pack()
    envelope = shop.archive.envelope("acme", delivery).to_json()
    damage(shop.pack_of_the_day, 40)
    restore(shop, delivery, envelope)
    shop.archive.give_back("acme", delivery)
    shop.archive.keep("acme", delivery)
    assert Archive(shop.layout).read("acme", delivery) == b"once"


def test_a_second_copy_is_removed_where_the_pack_is_whole(shop: Shop) -> None:
    """By packing and by sorting out."""
    delivery = shop.send(b"once")
    shop.pack()
    envelope = shop.archive.envelope("acme", delivery).to_json()
    restore(shop, delivery, envelope)
    assert shop.archive.sort_out("acme") == 1
    restore(shop, delivery, envelope)
    assert shop.pack() == 0
    assert shop.archive.loose("acme") == []
    shop.check()


def test_no_damaged_frame_stays_in_a_pack_that_was_mended(shop: Shop) -> None:
    """Other programs read every frame; also on a day that is not over."""
    sent = [shop.send(b"sales of %d" % number) for number in range(BATCH)]
    shop.pack(today=DAY)
    envelopes = {one: shop.archive.envelope("acme", one).to_json() for one in sent}
    damage(shop.pack_of_the_day, 40)
    for one in sent:
        restore(shop, one, envelopes[one])
    assert shop.pack(today=DAY) == BATCH
    with zstandard.open(shop.pack_of_the_day, "rb") as unpacked:
        assert b"sales of 1" in unpacked.read()
    shop.check()


def test_of_two_copies_that_are_not_packed_the_whole_one_stays(shop: Shop) -> None:
    """Whichever of the two it is: when it is settled, and when second copies are removed."""
    delivery = shop.send(b"once")
    kept, waiting = shop.layout.kept("acme", delivery), shop.layout.waiting("acme", delivery)
    shutil.copytree(kept, waiting)
    (kept / "data").write_bytes(b"flipped")
    assert shop.archive.sort_out("acme") == 1
    assert (waiting / "data").read_bytes() == b"once"
    shutil.copytree(waiting, kept)
    (kept / "data").write_bytes(b"")
    shop.archive.keep("acme", delivery)
    assert not waiting.exists()
    shop.check()


@pytest.mark.parametrize("damaged", ["held", "waiting", "both"])
def test_what_is_released_does_not_give_way_to_a_damaged_copy(shop: Shop, damaged: str) -> None:
    """Nor is it put in place of a whole one."""
    delivery = shop.send(b"once")
    kept = shop.layout.kept("acme", delivery)
    places = {
        "held": shop.layout.held("acme", delivery),
        "waiting": shop.layout.waiting("acme", delivery),
    }
    for name, place in places.items():
        shutil.copytree(kept, place)
        if damaged in (name, "both"):
            (place / "data").write_bytes(f"flipped {name}".encode())
    assert Inbox(shop.layout).release("acme", delivery)
    left = (places["waiting"] / "data").read_bytes()
    assert left == (b"flipped waiting" if damaged == "both" else b"once")
    assert not places["held"].exists()
