"""The reception contract: yes is said only to what is whole, durable and in its place."""

from __future__ import annotations

import errno
import hashlib
import os
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage import files
from storage.archive import Archive
from storage.delivery import Origin
from storage.errors import (
    NotFound,
    ReceptionError,
    StorageFailing,
    UploadIncomplete,
    UploadTooLarge,
)
from storage.inbox import Inbox
from storage.layout import Layout
from storage.spool import Spool, Upload

ORIGIN = Origin(tenant="acme", name="sales.csv", via="sftp", peer="127.0.0.1")


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(Layout(tmp_path / "home"))


def begin(spool: Spool, *, limit: int = 1000) -> Upload:
    return spool.receive(ORIGIN, limit=limit)


def in_spool(spool: Spool) -> list[Path]:
    return list(spool.layout.spool.iterdir())


def test_a_committed_upload_is_whole_in_the_inbox(spool: Spool) -> None:
    """Bytes, checksum and origin are those of the upload, and nothing stays in the spool."""
    upload = begin(spool)
    upload.write(b"one,")
    upload.write(b"two\r\n")

    envelope = upload.commit()

    inbox = Inbox(spool.layout)
    assert inbox.waiting("acme") == [envelope.id]
    assert inbox.envelope("acme", envelope.id) == envelope
    assert inbox.data("acme", envelope.id).read_bytes() == b"one,two\r\n"
    assert envelope.sha256 == hashlib.sha256(b"one,two\r\n").hexdigest()
    assert (envelope.size, envelope.origin) == (9, ORIGIN)
    assert in_spool(spool) == []


def test_nothing_is_visible_before_the_commit(spool: Spool) -> None:
    """A worker can never see half a file."""
    upload = begin(spool)
    upload.write(b"half")

    assert Inbox(spool.layout).tenants() == []
    upload.abort()
    assert in_spool(spool) == []


def test_commit_returns_only_after_bytes_and_directories_are_durable(
    spool: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each name and each byte is fsynced, in an order in which a power cut can come anywhere."""
    begin(spool).commit()  # makes the directories that every later upload finds
    steps: list[str] = []
    home = spool.layout.home
    real_fsync, real_rename = os.fsync, Path.rename

    def called(path: str | Path) -> str:
        return re.sub(r"[0-9a-f]{32}|[0-9a-z]{13}", "*", str(Path(path).relative_to(home)))

    def fsync(descriptor: int) -> None:
        steps.append("fsync " + called(Path(f"/proc/self/fd/{descriptor}").readlink()))
        real_fsync(descriptor)

    def rename(source: Path, target: Path) -> Path:
        steps.append(f"rename {called(source)} {called(target)}")
        return real_rename(source, target)

    upload = begin(spool)
    upload.write(b"bytes")
    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(Path, "rename", rename)
    upload.commit()

    assert [step for step in steps if "sequence" not in step] == [
        "fsync spool/*/data",
        "fsync spool/*/envelope.json.new",
        "fsync spool/*",
        "rename spool/* inbox/acme/*",
        "fsync inbox/acme",
        "fsync spool",
    ]


def test_a_failed_write_dooms_the_upload(spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    """A client that goes on after an error cannot get a file with a hole accepted."""
    upload = begin(spool)

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "full")

    with monkeypatch.context() as patch:
        patch.setattr(os, "pwrite", full)
        with pytest.raises(StorageFailing):
            upload.write(b"lost")
    with pytest.raises(StorageFailing):
        upload.write(b"kept")
    with pytest.raises(StorageFailing):
        upload.commit()
    upload.abort()
    assert in_spool(spool) == []


def test_no_upload_opens_on_a_full_disk(spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    """The refusal leaves nothing behind, and the next upload works once there is room."""

    def full(_path: Path) -> int:
        raise OSError(errno.ENOSPC, "full")

    with monkeypatch.context() as patch:
        patch.setattr(files, "create", full)
        with pytest.raises(StorageFailing):
            begin(spool)
    assert in_spool(spool) == []
    begin(spool).commit()


def test_more_than_the_limit_is_refused_while_it_arrives(spool: Spool) -> None:
    """The limit counts from the first byte, also where a client jumps to a far offset."""
    upload = begin(spool, limit=10)
    upload.write(b"0123456789")
    with pytest.raises(UploadTooLarge, match="larger than the 10 bytes"):
        upload.write(b"x")
    with pytest.raises(UploadTooLarge):
        upload.commit()
    far = begin(spool, limit=10)
    with pytest.raises(UploadTooLarge):
        far.write(b"x", 1 << 40)


def test_a_file_with_a_hole_is_never_accepted(spool: Spool) -> None:
    """Bytes that the client did not send must not be read as zeros."""
    upload = begin(spool)
    upload.write(b"end", 10)
    with pytest.raises(UploadIncomplete):
        upload.commit()


def test_scattered_writes_cannot_pile_up(spool: Spool) -> None:
    """A client that leaves thousands of gaps is refused, not served with memory."""
    upload = begin(spool, limit=1 << 20)
    for number in range(64):
        upload.write(b"x", 2 * number)
    with pytest.raises(UploadIncomplete):
        upload.write(b"x", 2 * 64)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 40), st.binary(min_size=1, max_size=20)), max_size=12),
    st.data(),
)
def test_writes_in_any_order_give_the_file_they_describe(
    tmp_path_factory: pytest.TempPathFactory, writes: list[tuple[int, bytes]], data: st.DataObject
) -> None:
    """Whatever a client overwrites or sends out of order, bytes and checksum are of the result."""
    spool = Spool(Layout(tmp_path_factory.mktemp("home")))
    model = bytearray()
    covered: set[int] = set()
    upload = begin(spool)
    for offset, piece in writes:
        upload.write(piece, offset)
        model.extend(b"\0" * (offset + len(piece) - len(model)))
        model[offset : offset + len(piece)] = piece
        covered.update(range(offset, offset + len(piece)))
    if covered != set(range(len(model))):
        with pytest.raises(UploadIncomplete):
            upload.commit()
        upload.abort()
        return

    envelope = upload.commit()

    assert envelope.sha256 == hashlib.sha256(model).hexdigest()
    assert Archive(spool.layout).read("acme", envelope.id) == bytes(model)


def test_an_upload_ends_once(spool: Spool) -> None:
    """Neither a second commit nor a late abort touches what was accepted."""
    upload = begin(spool)
    upload.write(b"bytes")
    envelope = upload.commit()

    with pytest.raises(ReceptionError):
        upload.commit()
    with pytest.raises(ReceptionError):
        upload.write(b"more")
    upload.abort()

    assert Archive(spool.layout).read("acme", envelope.id) == b"bytes"


def test_clearing_removes_the_dead_and_spares_the_living(spool: Spool) -> None:
    """At a start, what a crash left goes; what another process is receiving stays."""
    living = begin(spool)
    living.write(b"alive")
    dead = spool.layout.spool / "dead"
    dead.mkdir()
    (dead / "data").write_bytes(b"half")
    (spool.layout.spool / "deader").mkdir()

    assert spool.clear() == 2

    assert Archive(spool.layout).read("acme", living.commit().id) == b"alive"


def test_a_parked_upload_is_durable_and_waits_for_its_name(spool: Spool) -> None:
    """An upload under a temporary name is kept, unseen by workers, until it is renamed."""
    upload = spool.receive(replace(ORIGIN, name="sales.csv.filepart"), limit=1000)
    upload.write(b"bytes")
    parked = upload.park()
    assert Inbox(spool.layout).tenants() == []

    envelope = spool.unpark(parked, ORIGIN)

    assert envelope.origin.name == "sales.csv"
    assert envelope.sha256 == hashlib.sha256(b"bytes").hexdigest()
    assert Archive(spool.layout).read("acme", envelope.id) == b"bytes"
    with pytest.raises(NotFound):
        spool.unpark(parked, ORIGIN)


@pytest.mark.parametrize(
    "name", ["../../x", "/etc/passwd", "a\0b", "a\nforged=1", "\u202evsc", "x" * 3000, "\udcff"]
)
def test_a_client_s_name_is_data(spool: Spool, name: str) -> None:
    """No name leads out of the home, and none can forge a line of a log or turn a terminal."""
    upload = spool.receive(replace(ORIGIN, name=name), limit=10)

    envelope = upload.commit()

    assert envelope.origin.name.isprintable()
    assert len(envelope.origin.name) <= 1024
    assert Inbox(spool.layout).waiting("acme") == [envelope.id]


def test_what_is_stored_is_private(spool: Spool) -> None:
    """Nobody but the server's own user can read what a tenant sent."""
    envelope = begin(spool).commit()
    place = spool.layout.waiting("acme", envelope.id)

    assert oct(place.stat().st_mode & 0o777) == "0o700"
    assert {oct(file.stat().st_mode & 0o777) for file in place.iterdir()} == {"0o600"}
