"""The shelf: what a tenant sees of what it put, and the one rename that is let through."""

from __future__ import annotations

import errno
import os
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from ingest.client_paths import absolute, is_temporary
from ingest.shelf import Entry, Shelf, Shelves
from storage.accounts import Tenant
from storage.delivery import Origin
from storage.errors import NotAllowed, NotFound, StorageFailing
from storage.inbox import Inbox
from storage.layout import Layout
from storage.spool import Spool

TENANT = Tenant(name="acme")


@pytest.fixture
def shelves(tmp_path: Path) -> Shelves:
    return Shelves(Spool(Layout(tmp_path / "home")), default_limit=1000)


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    return Inbox(Layout(tmp_path / "home"))


def put(shelf: Shelf, path: str, data: bytes = b"bytes") -> None:
    upload = shelf.open(path, via="sftp", peer="127.0.0.1")
    upload.write(data)
    shelf.close(upload)


def names(shelf: Shelf, path: str = "/") -> list[str]:
    return sorted(entry.path for entry in shelf.list(path))


def test_what_was_put_is_seen_by_all_connections_of_the_tenant(shelves: Shelves) -> None:
    """And by nobody else."""
    put(shelves.of(TENANT), "a.csv")
    entry = shelves.of(TENANT).stat("/a.csv")
    assert (entry.size, entry.is_directory, entry.parked) == (5, False, None)
    assert names(shelves.of(Tenant(name="other"))) == []


def test_a_name_leaves_the_shelf_after_ten_minutes(
    shelves: Shelves, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A client that sends one name every day meets no file of yesterday to be deleted first."""
    shelf = shelves.of(TENANT)
    put(shelf, "a.csv")
    put(shelf, "b.csv.filepart")
    later = time.time() + 601
    monkeypatch.setattr(time, "time", lambda: later)

    assert names(shelf) == ["/b.csv.filepart"]
    with pytest.raises(NotFound):
        shelf.stat("a.csv")


def test_a_shelf_remembers_only_so_many_names(shelves: Shelves) -> None:
    """A client that never stops cannot fill the memory."""
    shelf = shelves.of(TENANT)
    for number in range(1001):
        shelf._remember(Entry(path=f"/{number}", size=1, modified=time.time()))
    assert len(shelf.list("/")) == 1000


def test_a_failed_upload_does_not_look_like_an_earlier_one(
    shelves: Shelves, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A client that only compares sizes must not find those of yesterday's file."""
    shelf = shelves.of(TENANT)
    put(shelf, "a.csv")

    def broken(_descriptor: int) -> None:
        raise OSError(errno.EIO, "no")

    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(StorageFailing):
        put(shelf, "a.csv")
    with pytest.raises(NotFound):
        shelf.stat("a.csv")


def test_a_temporary_name_is_renamed_once_and_then_accepted(shelves: Shelves, inbox: Inbox) -> None:
    """WinSCP's way: nothing is processed until the final name is given."""
    shelf = shelves.of(TENANT)
    put(shelf, "a.csv.filepart")
    assert inbox.tenants() == []

    envelope = shelf.rename("a.csv.filepart", "a.csv")

    assert inbox.envelope("acme", inbox.waiting("acme")[0]) == envelope
    assert envelope.origin.name == "a.csv"
    assert names(shelf) == ["/a.csv"]
    assert set(os.listdir(inbox.data("acme", envelope.id).parent)) == {"envelope.json", "data"}


@pytest.mark.parametrize(
    ("old", "new", "error"),
    [
        ("final.csv", "other.csv", NotAllowed),
        ("part.tmp", "still.tmp", NotAllowed),
        ("part.tmp", "dir", NotAllowed),
        ("nothing.tmp", "x.csv", NotFound),
        ("part.tmp", "nowhere/x.csv", NotFound),
    ],
)
def test_no_other_rename_is_let_through(
    shelves: Shelves, old: str, new: str, error: type[Exception]
) -> None:
    """Senders can put files, not rename them."""
    shelf = shelves.of(TENANT)
    put(shelf, "final.csv")
    put(shelf, "part.tmp")
    shelf.make_directory("dir")
    with pytest.raises(error):
        shelf.rename(old, new)


def test_parked_uploads_outlive_the_gateway(shelves: Shelves, tmp_path: Path) -> None:
    """After a restart the client finds its upload, and can rename it."""
    put(shelves.of(TENANT), "a.csv.part")
    again = Shelves(Spool(Layout(tmp_path / "home")), default_limit=1000)
    assert again.of(TENANT).stat("a.csv.part").size == 5
    assert again.of(TENANT).rename("a.csv.part", "a.csv").size == 5


def test_what_is_never_renamed_is_handed_on_in_the_end(shelves: Shelves, inbox: Inbox) -> None:
    """It was acknowledged, so it is not lost; it leaves the shelf, for no client can rename it."""
    shelf = shelves.of(TENANT)
    put(shelf, "a.csv.part")
    assert shelves.release_parked(older_than=60) == 0
    assert shelves.release_parked(older_than=0) == 1
    (delivery,) = inbox.waiting("acme")
    assert inbox.envelope("acme", delivery).origin.name == "a.csv.part"
    assert names(shelf) == []
    with pytest.raises(NotFound):
        shelf.rename("a.csv.part", "a.csv")


def test_directories_are_remembered_and_bounded(shelves: Shelves, tmp_path: Path) -> None:
    """A till that changes into /in every time finds it after a restart too."""
    shelf = shelves.of(TENANT)
    shelf.make_directory("in")
    again = Shelves(Spool(Layout(tmp_path / "home")), default_limit=1000).of(TENANT)
    put(again, "in/a.csv")
    assert names(again, "/in") == ["/in/a.csv"]
    with pytest.raises(NotAllowed):
        again.make_directory("in")
    with pytest.raises(NotFound):
        again.make_directory("no/where")
    with pytest.raises(NotFound):
        again.open("nowhere/a.csv", via="sftp", peer="")
    for number in range(98):
        again.make_directory(str(number))
    with pytest.raises(NotAllowed, match="too many"):
        again.make_directory("one-more")


@pytest.mark.parametrize("memory", ["", "{", "{}", '["in", 7]', "7"])
def test_damaged_directories_cost_nobody_the_shelf(
    shelves: Shelves, tmp_path: Path, memory: str
) -> None:
    """The tenant begins without any, and what it makes then is remembered again."""
    home = tmp_path / "home"
    (home / "folders").mkdir(parents=True)
    (home / "folders" / "acme.json").write_text(memory)
    shelf = shelves.of(TENANT)
    assert names(shelf) == []
    put(shelf, "a.csv")
    shelf.make_directory("in")
    again = Shelves(Spool(Layout(home)), default_limit=1000).of(TENANT)
    assert names(again) == ["/in"]


def test_a_directory_that_cannot_be_remembered_is_a_temporary_no(
    shelves: Shelves, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk's trouble is told in our own words."""

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr("ingest.shelf.write_durably", full)
    with pytest.raises(StorageFailing):
        shelves.of(TENANT).make_directory("in")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("a.csv", "/a.csv"),
        ("../../etc/passwd", "/etc/passwd"),
        ("//x//./y/../z", "/x/z"),
        ("..\\..\\a", "/a"),
        ("", "/"),
    ],
)
def test_no_path_leaves_the_root(path: str, expected: str) -> None:
    """Dots and backslashes lead nowhere."""
    assert absolute(path) == expected


@pytest.mark.parametrize("path", ["a\0b", "x" * 256, "ü" * 128])
def test_names_that_no_file_system_takes_are_refused(path: str) -> None:
    """Clients know this refusal."""
    with pytest.raises(NotAllowed):
        absolute(path)


@pytest.mark.parametrize(
    ("name", "temporary"),
    [
        ("a.csv.filepart", True),
        ("a.csv.PART", True),
        ("a.tmp", True),
        ("dir/.a.csv", True),
        (".in.a.csv.", True),
        ("a.csv", False),
        ("part.csv", False),
        (".dir/a.csv", False),
    ],
)
def test_temporary_names(name: str, *, temporary: bool) -> None:
    """Those that WinSCP, lftp, rsync and many tills use while they send."""
    assert is_temporary(name) is temporary


def test_a_rename_and_the_end_of_our_patience_at_once_give_one_delivery(
    shelves: Shelves, inbox: Inbox
) -> None:
    """Whoever is first wins; the envelope always lies in its own directory."""
    shelf = shelves.of(TENANT)
    for number in range(30):
        put(shelf, f"{number}.part")
        with ThreadPoolExecutor(2) as pool:
            renamed = pool.submit(_try_to_rename, shelf, f"{number}.part", f"{number}.csv")
            pool.submit(shelves.release_parked, older_than=0).result()
            renamed.result()
    waiting = inbox.waiting("acme")
    assert len(waiting) == 30
    assert [inbox.envelope("acme", one).id for one in waiting] == waiting


def _try_to_rename(shelf: Shelf, old: str, new: str) -> None:
    with suppress(NotFound):
        shelf.rename(old, new)


def test_an_old_upload_that_is_handed_on_does_not_take_a_new_one_along(shelves: Shelves) -> None:
    """A till that uses one temporary name all day can still rename its newest upload."""
    shelf = shelves.of(TENANT)
    put(shelf, "upload.tmp", b"old")
    old = shelf.stat("upload.tmp").parked
    assert old is not None
    put(shelf, "upload.tmp", b"newer")
    os.utime(old, (1, 1))

    assert shelves.release_parked(older_than=3600) == 1
    assert shelf.rename("upload.tmp", "sales.csv").size == 5


def test_what_was_handed_on_meanwhile_cannot_be_renamed(
    shelves: Shelves, tmp_path: Path, inbox: Inbox
) -> None:
    """The shelf does not know yet that its patience ended; the client is told, not cut off."""
    shelf = shelves.of(TENANT)
    put(shelf, "a.part")
    parked = shelf.stat("a.part").parked
    assert parked is not None
    origin = Origin(tenant="acme", name="a.part", via="sftp")
    handed_on = Spool(Layout(tmp_path / "home")).unpark(parked, origin)
    with pytest.raises(NotFound, match="no such file"):
        shelf.rename("a.part", "a.csv")
    assert inbox.waiting("acme") == [handed_on.id]


@pytest.mark.parametrize("sidecar", ["{", "{}", "[]", '{"origin": {}, "contents": {}}'])
def test_a_damaged_sidecar_does_not_hold_the_others_up(
    shelves: Shelves, inbox: Inbox, sidecar: str
) -> None:
    """Its bytes stay where they are, and it is logged."""
    shelf = shelves.of(TENANT)
    put(shelf, "a.part")
    put(shelf, "b.part")
    parked = shelf.stat("a.part").parked
    assert parked is not None
    (parked / "parked.json").write_text(sidecar)

    assert shelves.release_parked(older_than=0) == 1
    assert (parked / "data").exists()
