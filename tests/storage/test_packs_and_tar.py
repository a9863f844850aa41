"""Other programs read a pack: tar and sha256sum find what was sent."""

from __future__ import annotations

import subprocess
import tarfile
from pathlib import Path

import pytest
import zstandard

from storage import packs as packs_module
from storage.delivery import Envelope
from storage.packing import BATCH
from storage.packs import Pack
from tests.storage.settled import DAY, Shop


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path / "home")


def test_other_programs_read_a_pack(shop: Shop, tmp_path: Path) -> None:
    """tar and sha256sum find what the envelopes say, links included."""
    files = [b"Store,Total\nA,1\n", b"Store,Total\nA,1\nA,2\n", b"", b"Store,Total\nA,1\n"]
    for data in files[:2]:
        shop.send(data)
    shop.pack()
    for data in files[2:]:
        shop.send(data)
    shop.pack()
    out = tmp_path / "out"
    out.mkdir()
    with (
        zstandard.open(shop.pack_of_the_day, "rb") as unpacked,
        tarfile.open(fileobj=unpacked, mode="r|") as tar,
    ):
        tar.extractall(out, filter="data")
    assert sorted(one.name for one in out.iterdir()) == sorted(shop.sent)
    for directory in out.iterdir():
        envelope = Envelope.from_json((directory / "envelope.json").read_bytes())
        assert (directory / "data").read_bytes() == shop.sent[directory.name]
        told = subprocess.run(
            ["sha256sum", str(directory / "data")], check=True, capture_output=True, text=True
        )
        assert told.stdout.split()[0] == envelope.sha256


def test_tar_unpacks_what_came_in_two_batches(shop: Shop, tmp_path: Path) -> None:
    """Bytes that an earlier batch brought are a link to a file, not to its directory."""
    send_two_batches(shop)
    unpack_with_tar(shop, tmp_path / "out")
    assert list(Pack.open(shop.pack_of_the_day).links_astray()) == []


def test_a_pack_that_tar_cannot_unpack_is_written_anew_when_it_is_touched(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As an earlier dropsafe wrote it; also on demand. What is in it stays what it is."""
    with monkeypatch.context() as earlier:
        earlier.setattr(packs_module._Writer, "take_over", take_over_as_once)
        send_two_batches(shop)
    wrong = shop.pack_of_the_day.read_bytes()
    with pytest.raises(subprocess.CalledProcessError):
        unpack_with_tar(shop, tmp_path / "wrong")
    assert len(list(Pack.open(shop.pack_of_the_day).links_astray())) == BATCH // 2
    for _ in range(BATCH):
        shop.send(b"0")
    shop.pack(today=DAY)
    unpack_with_tar(shop, tmp_path / "touched")

    for delivery in list(shop.sent)[-BATCH:]:
        del shop.sent[delivery]
    shop.pack_of_the_day.write_bytes(wrong)
    assert (shop.packing.mend("acme"), shop.packing.mend("acme")) == (1, 0)
    unpack_with_tar(shop, tmp_path / "mended")


def send_two_batches(shop: Shop) -> None:
    """Half of the second batch has bytes of the first."""
    for number in range(2 * BATCH):
        again = number >= BATCH and number % 2
        shop.send(b"%d" % (number - BATCH if again else number))
        if number % BATCH == BATCH - 1:
            assert shop.pack(today=DAY) == BATCH


def unpack_with_tar(shop: Shop, out: Path) -> None:
    """By the program itself, and everything is there."""
    shop.check()
    out.mkdir()
    with shop.pack_of_the_day.open("rb") as packed:
        unpacked = (
            zstandard.ZstdDecompressor().stream_reader(packed, read_across_frames=True).read()
        )
    subprocess.run(["tar", "-C", out, "-xf", "-"], input=unpacked, check=True, capture_output=True)
    assert {one.name: (one / "data").read_bytes() for one in out.iterdir()} == shop.sent


def take_over_as_once(writer: packs_module._Writer, old: Pack) -> None:
    """The links that are made after this name the directory of who brought the bytes."""
    for number in range(len(old.frames) - 1):
        writer._append(old.compressed(number))
    writer._places.update(old.deliveries)
    for name, place in sorted(old.deliveries.items()):
        if place.data is not None:
            writer._first.setdefault(place.sha256, (name, place.data))


@pytest.mark.parametrize("at", [-30, -4], ids=["index", "foot"])
def test_a_pack_without_its_index_is_unpacked_by_hand(shop: Shop, tmp_path: Path, at: int) -> None:
    """What tar puts beside the packs is the archive's again, and is packed anew."""
    send_two_batches(shop)
    data = bytearray(shop.pack_of_the_day.read_bytes())
    data[at] ^= 0xFF
    shop.pack_of_the_day.unlink()
    settled = shop.layout.settled / "acme"
    unpacked = zstandard.ZstdDecompressor().stream_reader(bytes(data), read_across_frames=True)
    subprocess.run(["tar", "-C", settled, "-xf", "-"], input=unpacked.read(), check=True)
    shop.check()
    assert shop.pack() == 2 * BATCH
    shop.check()
