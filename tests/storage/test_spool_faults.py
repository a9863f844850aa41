"""A disk that fails during acceptance: the sender hears no, and nothing of the upload is kept."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from storage import files
from storage.archive import Archive
from storage.errors import ReceptionError, StorageFailing
from storage.inbox import Inbox
from storage.layout import Layout
from storage.spool import Spool
from tests.storage.test_spool import ORIGIN, begin, in_spool


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(Layout(tmp_path / "home"))


@pytest.mark.parametrize("failing_call", range(1, 6))
@pytest.mark.parametrize("number", [errno.EIO, errno.ENOSPC])
def test_a_failing_fsync_is_a_temporary_no_and_is_not_tried_again(
    spool: Spool, monkeypatch: pytest.MonkeyPatch, failing_call: int, number: int
) -> None:
    """Whichever fsync fails, the sender is told to come again; nothing of it is kept.

    Also where the rename into the inbox was done already: it is taken back.
    """
    first = begin(spool).commit()
    upload = begin(spool)
    upload.write(b"bytes")
    calls = 0
    real = os.fsync

    def fsync(descriptor: int) -> None:
        nonlocal calls
        calls += 1
        if calls == failing_call:
            raise OSError(number, os.strerror(number))
        real(descriptor)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fsync)
        with pytest.raises(StorageFailing) as caught:
            upload.commit()
        with pytest.raises(ReceptionError):
            upload.commit()
    assert calls == failing_call
    assert caught.value.temporary
    assert caught.value.is_full == (number == errno.ENOSPC)
    assert str(spool.layout.home) not in caught.value.message
    upload.abort()
    assert Inbox(spool.layout).waiting("acme") == [first.id]
    assert in_spool(spool) == []

    after = begin(spool)
    after.write(b"bytes")
    after.commit()


class FailingMoves:
    """Lets the fsync of the first directory after each rename into the inbox or `parked/` fail."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.renames = 0
        self._fails = False
        rename, sync = Path.rename, files.sync_directory

        def renamed(source: Path, target: Path) -> Path:
            if target.parent.parent.name in {"inbox", "parked"}:
                self._fails, self.renames = True, self.renames + 1
            return rename(source, target)

        def synced(directory: Path) -> None:
            if self._fails:
                self._fails = False
                raise OSError(errno.EIO, os.strerror(errno.EIO))
            sync(directory)

        monkeypatch.setattr(Path, "rename", renamed)
        monkeypatch.setattr(files, "sync_directory", synced)


def test_what_a_worker_has_is_not_taken_back(spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    """The one doubt that remains: the sender hears no, and the file is loaded all the same."""
    begin(spool).commit()
    upload = begin(spool)
    upload.write(b"bytes")
    inbox = Inbox(spool.layout)
    with inbox.claim("acme") as claimed, monkeypatch.context() as patch:
        assert claimed
        FailingMoves(patch)
        with pytest.raises(StorageFailing):
            upload.commit()
    upload.abort()

    _, doubtful = inbox.waiting("acme")
    assert inbox.data("acme", doubtful).read_bytes() == b"bytes"


def test_parking_that_fails_is_taken_back(spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing stays in `parked/` of which the client was told no."""
    begin(spool).park()
    upload = begin(spool)
    with monkeypatch.context() as patch:
        failing = FailingMoves(patch)
        with pytest.raises(StorageFailing):
            upload.park()
    assert failing.renames == 1
    upload.abort()

    assert len(list((spool.layout.parked / "acme").iterdir())) == 1
    assert in_spool(spool) == []


def test_a_rename_that_fails_leaves_the_upload_parked(
    spool: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The client may send its rename again, and the file comes once."""
    begin(spool).commit()
    upload = begin(spool)
    upload.write(b"bytes")
    parked = upload.park()
    with monkeypatch.context() as patch:
        FailingMoves(patch)
        with pytest.raises(StorageFailing):
            spool.unpark(parked, ORIGIN)
    assert len(Inbox(spool.layout).waiting("acme")) == 1

    envelope = spool.unpark(parked, ORIGIN)

    assert Archive(spool.layout).read("acme", envelope.id) == b"bytes"
    assert len(Inbox(spool.layout).waiting("acme")) == 2
