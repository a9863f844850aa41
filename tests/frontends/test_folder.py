"""The drop folder: a file that is at rest is accepted and then removed, and nothing else is."""

from __future__ import annotations

import asyncio
import errno
import os
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from ingest.frontends.folder import DropFolder, listen_folder
from ingest.frontends.folder.taking import Taking
from ingest.settings import Folder
from storage.errors import StorageFailing
from storage.spool import Upload
from tests.frontends.conftest import LIMIT, Home
from tests.frontends.drop_folder import (
    CSV,
    drop_directory,  # noqa: F401 - the fixture `drop`
    look_twice,
    quiet_folder,  # noqa: F401 - the fixture `folder`
)
from tests.waiting import eventually


def test_a_file_at_rest_is_taken_and_removed(home: Home) -> None:
    """Served for real: the file is accepted with its name and bytes, and its place is empty."""

    async def serve() -> None:
        front_end = await listen_folder(
            home.layout,
            settings=Folder(quiet_seconds=0.1),
            gatekeeper=home.gatekeeper,
            spool=home.spool,
            limit=LIMIT,
        )
        drop = home.layout.drop / "acme"
        await asyncio.to_thread(eventually, drop.is_dir)
        (drop / "sales.csv").write_bytes(CSV)
        await asyncio.to_thread(eventually, lambda: list(drop.iterdir()) == [])
        await front_end.stop(drain_seconds=5)

    asyncio.run(serve())

    [(envelope, data)] = home.accepted()
    assert data == CSV
    assert (envelope.origin.tenant, envelope.origin.name) == ("acme", "sales.csv")
    assert envelope.origin.via == "folder"
    assert home.arriving() == []
    assert not any(thread.name == "drop-folder" for thread in threading.enumerate())


def test_every_enabled_tenant_has_a_directory(home: Home, folder: DropFolder) -> None:
    """One for each, also for a tenant that was added later; a disabled one is left alone."""
    other = replace(home.tenant, name="other")
    home.gatekeeper.replace([replace(home.tenant, enabled=False), other])
    (home.layout.drop / "acme").mkdir(parents=True)
    (home.layout.drop / "acme" / "a.csv").write_bytes(CSV)
    (home.layout.drop / "nobody").mkdir()
    (home.layout.drop / "nobody" / "a.csv").write_bytes(CSV)

    look_twice(folder)

    assert (home.layout.drop / "other").is_dir()
    assert home.accepted() == []


def test_a_file_is_left_until_it_rests(home: Home, folder: DropFolder, drop: Path) -> None:
    """As long as its size or its time changes between two looks it is not taken."""
    file = drop / "sales.csv"
    for size in range(3):
        file.write_bytes(CSV * (size + 1))
        folder.look()
    os.utime(file, ns=(1, 1))
    folder.look()
    assert home.accepted() == []

    folder.look()

    assert [data for _, data in home.accepted()] == [CSV * 3]
    assert list(drop.iterdir()) == []


def test_files_are_taken_in_the_order_of_their_times(
    home: Home, folder: DropFolder, drop: Path
) -> None:
    """The newer one is received later, whatever the names, for it is the one that counts."""
    for number, name in enumerate(["z.csv", "m.csv", "a.csv"]):
        (drop / name).write_bytes(CSV)
        os.utime(drop / name, ns=(number, number))

    look_twice(folder)

    assert [envelope.origin.name for envelope, _ in home.accepted()] == ["z.csv", "m.csv", "a.csv"]


@pytest.mark.parametrize("name", [".hidden.csv", "a.csv.part", "a.csv.tmp", "a.csv.filepart"])
def test_hidden_and_temporary_names_are_left(
    home: Home, folder: DropFolder, drop: Path, name: str
) -> None:
    """A writer that renames at the end is waited for, however long it takes."""
    (drop / name).write_bytes(CSV)
    look_twice(folder)
    assert home.accepted() == []

    (drop / name).rename(drop / "a.csv")
    look_twice(folder)
    assert [envelope.origin.name for envelope, _ in home.accepted()] == ["a.csv"]


@pytest.mark.parametrize("make", [lambda file: file.symlink_to("secret"), os.mkfifo])
def test_a_file_that_is_swapped_for_a_trap_is_not_opened(
    home: Home,
    folder: DropFolder,
    drop: Path,
    make: Callable[[Path], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Between the look and the opening the name is made a link, or a pipe: no bytes, no block."""
    file = drop / "sales.csv"
    file.write_bytes(CSV)
    (drop / "secret").mkdir()
    receive = home.spool.receive

    def swap_first(*args: Any, **options: Any) -> Upload:
        file.unlink()
        make(file)
        return receive(*args, **options)

    folder.look()
    monkeypatch.setattr(home.spool, "receive", swap_first)
    folder.look()

    assert home.accepted() == []
    assert home.arriving() == []


@pytest.mark.parametrize("mode", ["ab", "r+b"])
def test_a_file_that_changes_while_it_is_copied_waits(
    home: Home, folder: DropFolder, drop: Path, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    """It grows, or is written over: the copy is thrown away, and taken whole when it rests."""
    file = drop / "sales.csv"
    file.write_bytes(CSV)
    os.utime(file, ns=(1, 1))
    write = Upload.write

    def write_and_change(upload: Upload, data: bytes) -> None:
        write(upload, data)
        with file.open(mode) as writer:
            writer.write(b"2,3.50\n")

    folder.look()
    with monkeypatch.context() as patch:
        patch.setattr(Upload, "write", write_and_change)
        folder.look()
    assert home.accepted() == []
    assert home.arriving() == []

    changed = file.read_bytes()
    look_twice(folder)
    assert [data for _, data in home.accepted()] == [changed]


def test_a_file_that_took_the_name_meanwhile_is_not_lost(
    home: Home, folder: DropFolder, drop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A till renames its next file over the first just as that one was accepted: both arrive."""
    file = drop / "sales.csv"
    file.write_bytes(CSV)
    commit = Upload.commit

    def commit_and_replace(upload: Upload) -> Any:
        envelope = commit(upload)
        (drop / ".next").write_bytes(CSV * 2)
        (drop / ".next").rename(file)
        return envelope

    folder.look()
    with monkeypatch.context() as patch:
        patch.setattr(Upload, "commit", commit_and_replace)
        folder.look()
    look_twice(folder)

    assert [data for _, data in home.accepted()] == [CSV, CSV * 2]
    assert list(drop.iterdir()) == []


def test_a_file_that_cannot_be_removed_comes_once(
    home: Home, folder: DropFolder, drop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Accepted, it is not taken at every look; it is logged once, and taken when it changes."""

    def forbidden(*_: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    (drop / "sales.csv").write_bytes(CSV)
    with monkeypatch.context() as patch, capture_logs() as logs:
        patch.setattr(Taking, "remove", forbidden)
        for _ in range(5):
            folder.look()
    assert len(home.accepted()) == 1
    assert [line["reason"] for line in logs if line["event"] == "drop.unusable"] == [
        "Permission denied"
    ]

    (drop / "sales.csv").write_bytes(CSV * 2)
    look_twice(folder)
    assert [data for _, data in home.accepted()] == [CSV, CSV * 2]


def test_a_file_that_is_too_large_is_put_aside(home: Home, folder: DropFolder, drop: Path) -> None:
    """Its name says so, which a restart does not forget, and it is logged once."""
    home.change_tenant(max_file_size=10)
    (drop / "big.csv").write_bytes(CSV)
    (drop / "small.csv").write_bytes(b"1,2\n")
    with capture_logs() as logs:
        for _ in range(4):
            folder.look()

    assert [line["limit"] for line in logs if line["event"] == "drop.refused"] == [10]
    assert [file.name for file in drop.iterdir()] == ["big.csv.refused"]
    assert (drop / "big.csv.refused").read_bytes() == CSV
    assert [data for _, data in home.accepted()] == [b"1,2\n"]
    assert home.arriving() == []


def test_a_full_disk_leaves_the_file_where_it_is(
    home: Home, folder: DropFolder, drop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One line in the log for each look; taken when there is room again, without a restart."""
    for name in ("a.csv", "b.csv"):
        (drop / name).write_bytes(CSV)
    folder.look()

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(StorageFailing):
            folder.look()
    assert len(list(drop.iterdir())) == 2
    assert home.accepted() == []
    assert home.arriving() == []

    folder.look()
    assert len(home.accepted()) == 2
    assert list(drop.iterdir()) == []


def test_a_directory_that_is_none_does_not_stop_the_others(home: Home, folder: DropFolder) -> None:
    """Something else in the place of a tenant's directory is logged once; others are served."""
    other = replace(home.tenant, name="other")
    home.gatekeeper.replace([home.tenant, other])
    home.layout.drop.mkdir()
    (home.layout.drop / "acme").write_bytes(b"not a directory")
    with capture_logs() as logs:
        folder.look()
        (home.layout.drop / "other" / "a.csv").write_bytes(CSV)
        look_twice(folder)

    assert [envelope.origin.tenant for envelope, _ in home.accepted()] == ["other"]
    assert len([line for line in logs if line["event"] == "drop.unusable"]) == 1


def test_stop_leaves_a_file_that_takes_too_long(
    home: Home, drop: Path, folder: DropFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the drain time the copy is thrown away and the file is still there."""
    (drop / "sales.csv").write_bytes(b"x" * (3 << 20))
    entered, resume = threading.Event(), threading.Event()
    write = Upload.write

    def slow(upload: Upload, data: bytes) -> None:
        entered.set()
        resume.wait(10)
        write(upload, data)

    monkeypatch.setattr(Upload, "write", slow)

    async def stop() -> None:
        folder.start()
        assert await asyncio.to_thread(entered.wait, 10)
        asyncio.get_running_loop().call_later(0.3, resume.set)
        await folder.stop(drain_seconds=0.1)

    asyncio.run(stop())
    assert home.accepted() == []
    assert home.arriving() == []
    assert (drop / "sales.csv").stat().st_size == 3 << 20


def test_a_name_that_is_not_text_is_data(home: Home, folder: DropFolder, drop: Path) -> None:
    """A file name of any bytes is taken; what cannot be shown is replaced in the envelope."""
    (drop / os.fsdecode(b"k\xe4se\n.csv")).write_bytes(CSV)
    look_twice(folder)

    assert [envelope.origin.name for envelope, _ in home.accepted()] == ["k?se?.csv"]
    assert list(drop.iterdir()) == []
