"""The order of receipt strictly rises, whatever clocks, processes and machines do."""

from __future__ import annotations

import errno
import multiprocessing
import os
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.delivery import MAX_PARTS, Origin, day_of, delivery_id, order_of
from storage.newest import newest_order
from storage.sequence import Sequence
from storage.spool import Spool
from tests.storage.settled import NEXT_DAY, Shop


def test_numbers_rise_while_the_clock_steps_back(tmp_path: Path) -> None:
    """A clock that is set back an hour never gives a later file an earlier place."""
    times = iter([5_000_000_000_000, 5_000_000_000_001, 1_400_000_000_000, 1_400_000_000_001])
    sequence = Sequence(tmp_path / "sequence", clock=lambda: next(times))

    numbers = [sequence.allot() for _ in range(4)]

    assert numbers == sorted(set(numbers))
    assert numbers[0] == 5_000_000_000_000


def test_every_number_leaves_room_for_parts(tmp_path: Path) -> None:
    """The numbers behind one belong to what is inside that delivery."""
    sequence = Sequence(tmp_path / "sequence", clock=lambda: 7)

    first, second = sequence.allot(), sequence.allot()

    assert second - first >= MAX_PARTS


def test_numbers_rise_over_a_reboot_that_lost_the_last_ones(tmp_path: Path) -> None:
    """After a power cut only what was fsynced of the file is there; the clock may be wrong too."""
    path = tmp_path / "sequence"
    sequence = Sequence(path, clock=lambda: 1_000, boot="one")
    sequence.allot()
    durable = path.read_bytes()  # made durable with the first number
    lost = [sequence.allot() for _ in range(100)][-1]
    path.write_bytes(durable)

    after = Sequence(path, clock=lambda: 5, boot="two").allot()

    assert after > lost


def test_a_number_is_not_given_when_its_ceiling_cannot_be_made_durable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A failed fsync gives no number, and the next caller does not believe what it left."""
    path = tmp_path / "sequence"
    sequence = Sequence(path, clock=lambda: 1_000)
    path.touch()
    synced: list[int] = []

    def failing(descriptor: int) -> None:
        raise OSError(errno.EIO, "no")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", failing)
        with pytest.raises(OSError, match="no"):
            sequence.allot()
    monkeypatch.setattr(os, "fsync", synced.append)
    sequence.allot()

    assert synced


def test_threads_and_processes_share_one_order(tmp_path: Path) -> None:
    """No number is given twice, to however many gateways."""
    path = tmp_path / "sequence"
    context = multiprocessing.get_context("spawn")
    with context.Pool(2) as pool, ThreadPoolExecutor(4) as threads:
        theirs = pool.starmap_async(_allot_many, [(path, 200), (path, 200)])
        ours = list(threads.map(lambda _: Sequence(path).allot(), range(200)))
        numbers = [*ours, *(number for part in theirs.get(60) for number in part)]

    assert len(set(numbers)) == len(numbers)


def _allot_many(path: Path, count: int) -> list[int]:
    sequence = Sequence(path)
    numbers = [sequence.allot() for _ in range(count)]
    assert numbers == sorted(numbers)
    return numbers


@pytest.mark.parametrize(
    "text",
    [
        None,
        b"",
        b"garbage",
        b"\xff" * 40,
        b"1 2",
        b"x y z",
        b"5 1 boot",
        b"%d %d b" % (9**30, 9**30),
    ],
)
def test_what_says_nothing_is_begun_anew_above_what_there_is(
    tmp_path: Path, text: bytes | None
) -> None:
    """The file is gone or damaged; the clock is wrong, too."""
    path = tmp_path / "sequence"
    if text is not None:
        path.write_bytes(text)
    sequence = Sequence(path, clock=lambda: 7, floor=lambda: 5_000)
    assert sequence.upcoming() is None
    numbers = [sequence.allot() for _ in range(3)]
    assert numbers == sorted(set(numbers))
    assert numbers[0] >= 5_000 + MAX_PARTS
    assert sequence.upcoming() == Sequence(path, clock=lambda: 7).allot()


@pytest.mark.parametrize("place", ["inbox", "quarantine", "settled", "pack"])
def test_a_lost_sequence_goes_on_above_the_newest_delivery_wherever_it_is(
    tmp_path: Path, place: str
) -> None:
    """Days later by the ids than the clock says."""
    shop = Shop(tmp_path / "home")
    shop.send(b"older")
    newest = shop.send(b"newest", day=NEXT_DAY)
    if place == "pack":
        shop.pack(today=NEXT_DAY + timedelta(days=1))
    else:
        there = shop.layout.home / place / "acme" / newest
        there.parent.mkdir(parents=True, exist_ok=True)
        shop.layout.kept("acme", newest).rename(there)
    assert newest_order(shop.layout) == order_of(newest)
    shop.layout.sequence.unlink(missing_ok=True)
    spool = Spool(shop.layout)
    spool.sequence._clock = lambda: 7
    upload = spool.receive(Origin(tenant="acme", name="a.csv", via="load"), limit=9)
    assert upload.commit().id > newest


def test_a_pack_that_cannot_be_read_tells_no_newest(tmp_path: Path) -> None:
    """The others do, and a file is taken in."""
    shop = Shop(tmp_path / "home")
    older = shop.send(b"older")
    shop.send(b"newest", day=NEXT_DAY)
    shop.pack(today=NEXT_DAY + timedelta(days=1))
    shop.layout.pack("acme", NEXT_DAY).write_bytes(b"")
    assert newest_order(shop.layout) == order_of(older)


@given(st.integers(0, 2**63 - 1), st.integers(0, 2**63 - 1))
def test_ids_sort_as_their_numbers_do(one: int, other: int) -> None:
    """An id tells the order by itself, in any tool that sorts text by its bytes."""
    assert order_of(delivery_id(one)) == one
    assert (delivery_id(one) < delivery_id(other)) == (one < other)


@pytest.mark.parametrize("text", ["", "abc", "../../../etc/x", "i" * 13, "A" * 13, "0" * 14])
def test_nothing_else_is_taken_for_an_id(text: str) -> None:
    """What a person types or a client names is never a path."""
    with pytest.raises(ValueError, match="not a delivery id"):
        order_of(text)


def test_the_day_of_receipt_is_in_the_id() -> None:
    """The archive finds a delivery by its id alone."""
    assert day_of(delivery_id(1_795_228_800_000_000_000)).isoformat() == "2026-11-21"
