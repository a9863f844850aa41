"""Packs: every delivery comes back byte for byte, in a part of its size."""

from __future__ import annotations

import os
import time
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage import files
from storage import packing as packing_module
from storage.archive import Archive
from storage.errors import DamagedArchive, NotFound
from storage.packing import BATCH, Packing
from storage.packs import FRAME, Kept, Pack, write_pack
from tests.storage.settled import DAY, NEXT_DAY, Shop


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path / "home")


def test_a_day_is_one_file(shop: Shop) -> None:
    """And nothing else of it is left: no directory, no envelope beside it."""
    for number in range(5):
        shop.send(b"%d" % number)
    assert shop.pack() == 5
    shop.check()
    kept = [one for one in shop.layout.home.rglob("*") if one.is_file() and one.name != "sequence"]
    assert [one for one in kept if "archive" in one.parts] == [shop.pack_of_the_day]
    assert list((shop.layout.settled / "acme").iterdir()) == []
    assert shop.pack() == 0


def test_a_day_that_goes_on_is_packed_in_batches(shop: Shop) -> None:
    """So that there are never more than some dozens of loose ones."""
    for _ in range(BATCH - 1):
        shop.send(b"x")
    assert not shop.packing.is_due("acme", DAY)
    assert shop.pack(today=DAY) == 0
    shop.send(b"y")
    assert shop.packing.is_due("acme", DAY)
    assert shop.pack(today=DAY) == BATCH
    shop.check()


def test_what_is_settled_late_joins_the_pack_of_its_day(shop: Shop) -> None:
    """A file that was held for weeks lies where it would lie without that."""
    shop.send(b"first")
    shop.pack()
    shop.send(b"another day", day=NEXT_DAY)
    shop.send(b"late")
    assert shop.packing.is_due("acme", NEXT_DAY)
    assert shop.pack(today=NEXT_DAY) == 1
    shop.check()
    assert len(shop.archive.packs("acme")) == 1
    assert shop.pack(today=NEXT_DAY + timedelta(days=1)) == 1
    assert len(shop.archive.packs("acme")) == 2
    shop.check()


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    files=st.lists(
        st.one_of(st.binary(max_size=600), st.sampled_from([b"", b"a", b"same"])), min_size=1
    ),
    batches=st.lists(st.integers(1, 5), max_size=8),
)
def test_whatever_is_packed_in_whatever_batches_comes_back(
    tmp_path_factory: pytest.TempPathFactory, files: list[bytes], batches: list[int]
) -> None:
    """Equal files, empty ones, and those that are added later."""
    shop = Shop(tmp_path_factory.mktemp("packs"))
    ends = {sum(batches[: index + 1]) for index in range(len(batches))}
    for number, data in enumerate(files, start=1):
        shop.send(data)
        if number in ends:
            shop.pack()
    shop.check()
    shop.pack()
    shop.check()


def test_identical_bytes_are_kept_once(shop: Shop) -> None:
    """Whether they come in one batch or in another; a thousand of them cost their envelopes."""
    noise = os.urandom(100_000)
    shop.send(noise)
    shop.pack()
    shop.send(noise)
    shop.send(b"other")
    shop.send(noise)
    shop.pack()
    shop.check()
    places = Pack.open(shop.pack_of_the_day).deliveries
    assert len({one.data for one in places.values()}) == 2
    assert shop.pack_of_the_day.stat().st_size < 1.05 * len(noise)


def test_a_growing_file_takes_a_small_part_of_its_raw_size(shop: Shop) -> None:
    """A till sends its day so far 96 times: below 3 % of what came, and read back in ms."""
    rows: list[bytes] = [b"Store,Receipt,When,Total,Tender\n"]
    for quarter in range(96):
        for number in range(6):
            cents = (quarter * 7919 + number * 104_729) % 20_000
            rows.append(
                b"0042,%d,2026-03-01 %02d:%02d:%02d,%d.%02d,%s\n"
                % (
                    700_000 + 6 * quarter + number,
                    quarter // 4,
                    quarter % 4 * 15 + number * 2,
                    cents % 60,
                    *divmod(cents, 100),
                    [b"CASH", b"VISA"][cents % 2],
                )
            )
        last = shop.send(b"".join(rows))
        if quarter % BATCH == BATCH - 1:
            shop.pack(today=DAY)
    shop.pack()
    shop.check()
    raw = sum(map(len, shop.sent.values()))
    assert shop.pack_of_the_day.stat().st_size < 0.03 * raw
    took = []
    for _ in range(3):  # of the processor: what else the machine is at is not meant
        started = time.process_time()
        Archive(shop.layout).read("acme", last)
        took.append(time.process_time() - started)
    assert min(took) < 0.1


def test_what_is_larger_than_a_frame_has_one_of_its_own(shop: Shop) -> None:
    """So that a small one beside it is read without unpacking it."""
    small, large = shop.send(b"small"), shop.send(bytes(FRAME) + b"end")
    after = shop.send(b"after")
    shop.pack()
    shop.check()
    places = Pack.open(shop.pack_of_the_day).deliveries
    frames = [
        one.data.frame if one.data else None
        for one in map(places.__getitem__, (small, large, after))
    ]
    assert frames == [0, 1, 2]


@pytest.mark.parametrize("after", ["write", "replace", "remove"])
def test_a_crash_while_packing_leaves_everything_readable(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, after: str
) -> None:
    """Whichever step it comes before; the next time puts it right."""
    for number in range(3):
        shop.send(b"%d" % number)
    shop.pack()
    shop.send(b"late")

    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        if after == "write":
            patch.setattr(os, "fsync", die)
        elif after == "replace":
            patch.setattr(Path, "replace", die)
        else:
            patch.setattr(files, "remove_tree", die)
        with pytest.raises(KeyboardInterrupt):
            shop.pack()
    shop.archive = Archive(shop.layout)
    for delivery, data in shop.sent.items():
        assert shop.archive.read("acme", delivery) == data
    shop.packing = Packing(shop.layout, shop.archive)
    shop.pack()
    shop.check()


def test_whoever_reads_while_a_pack_is_replaced_reads_on(shop: Shop) -> None:
    """An open pack is what it was."""
    first = shop.send(os.urandom(2000))
    shop.pack()
    assert shop.archive.read("acme", first) == shop.sent[first]
    pack = Pack.open(shop.pack_of_the_day)
    shop.send(os.urandom(9000))
    shop.pack()
    assert pack.kept(first).data == shop.sent[first]
    shop.check()


def test_what_is_packed_can_wait_again(shop: Shop) -> None:
    """A rebuild gives back what nobody knows any more; settled again, it is dropped there."""
    delivery = shop.send(b"forgotten")
    shop.pack()
    shop.archive.give_back("acme", delivery)
    waiting = shop.layout.waiting("acme", delivery)
    assert (waiting / "data").read_bytes() == b"forgotten"
    assert list(shop.layout.spool.iterdir()) == []
    shop.archive.keep("acme", delivery)
    assert not waiting.exists()
    shop.check()


def test_an_unknown_delivery_is_not_found(shop: Shop) -> None:
    """Also where there is a pack of its day."""
    delivery = shop.send(b"one")
    shop.pack()
    unknown = delivery[:-1] + ("0" if delivery[-1] != "0" else "1")
    with pytest.raises(NotFound):
        shop.archive.read("acme", unknown)
    assert not shop.archive.exists("acme", unknown)
    shop.archive.secure("acme", delivery)


def test_a_pack_that_would_not_be_read_back_is_not_relied_on(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The only other copy is removed only after the pack was read."""
    delivery = shop.send(b"precious")

    def wrong(path: Path, *, old: Pack | None, new: list[Kept]) -> None:
        write_pack(path, old=old, new=[Kept(id=k.id, envelope=k.envelope, data=b"?") for k in new])

    monkeypatch.setattr(packing_module, "write_pack", wrong)
    with pytest.raises(DamagedArchive):
        shop.pack()
    assert shop.archive.loose("acme") == [delivery]
    assert Archive(shop.layout).read("acme", delivery) == b"precious"
