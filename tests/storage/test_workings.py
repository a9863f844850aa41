"""Workings: kept until the work is done, and never believed where they are damaged."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from storage import files
from storage.workings import Workings


def test_what_was_put_is_there_for_the_next_one(tmp_path: Path) -> None:
    """Also for a process that comes after a kill; and no more once it is removed."""
    path = tmp_path / "workings" / "acme"
    first = Workings(path)
    first.put("one", b"1" * 1000)
    first.put("two", b"")
    assert (first.get("one"), first.get("two"), first.get("three")) == (b"1" * 1000, b"", None)
    again = Workings(path)
    assert (again.get("one"), again.get("two")) == (b"1" * 1000, b"")
    again.remove()
    again.remove()
    assert Workings(path).get("one") is None


@pytest.mark.parametrize("harm", ["cut", "bit"])
def test_what_is_damaged_is_worked_out_again(tmp_path: Path, harm: str) -> None:
    """And whatever stands behind it; it takes the place of the damage."""
    path = tmp_path / "acme"
    first = Workings(path)
    for key in ("one", "two", "three"):
        first.put(key, key.encode() * 10)
    first.close()
    data = bytearray(path.read_bytes())
    if harm == "cut":
        del data[-5:]
    else:
        data[-5] ^= 1
    path.write_bytes(data)
    again = Workings(path)
    assert (again.get("two"), again.get("three")) == (b"two" * 10, None)
    again.put("four", b"4")
    assert [Workings(path).get(key) for key in ("one", "four", "three")] == [
        b"one" * 10,
        b"4",
        None,
    ]


def test_a_full_disk_only_means_that_nothing_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The work goes on, and what was kept before is there."""
    workings = Workings(tmp_path / "acme")
    workings.put("one", b"1")

    def half(descriptor: int, data: bytes, offset: int) -> None:
        os.pwrite(descriptor, data[:20], offset)
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(files, "write_all", half)
        workings.put("two", b"2")
    workings.put("three", b"3")
    assert [workings.get(key) for key in ("one", "two", "three")] == [b"1", None, None]
    assert Workings(tmp_path / "acme").get("one") == b"1"
