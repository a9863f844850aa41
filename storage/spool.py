"""The spool: where bytes arrive, and the only door into the inbox.

An upload is a directory of its own in the spool, invisible to everything else. `commit` makes the
bytes, the envelope and every directory entry durable, and moves the whole into the inbox by one
rename. When it returns, and not before, the client may be told yes.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from storage import files
from storage.delivery import Contents, Envelope, Origin, accepted, parked_from_json
from storage.errors import (
    NotFound,
    ReceptionError,
    StorageFailing,
    UploadIncomplete,
    UploadTooLarge,
)
from storage.inbox import Inbox, ring
from storage.layout import DATA, ENVELOPE, PARKED, Layout
from storage.newest import newest_order
from storage.sequence import Sequence

_READ_BACK = 1 << 20
_MOST_RANGES = 64  # gaps that a client may leave open for a while; real ones leave none


class Spool:
    """Receives uploads for one home."""

    def __init__(self, layout: Layout, *, sequence: Sequence | None = None) -> None:
        self.layout = layout
        self.sequence = sequence or Sequence(layout.sequence, floor=lambda: newest_order(layout))

    def receive(
        self,
        origin: Origin,
        *,
        limit: int,
        order: int | None = None,
        received_at: datetime | None = None,
    ) -> Upload:
        """Open an upload of at most `limit` bytes.

        `order` is given only where it has its place already, as a part of a delivery has; and
        `received_at` for such a part, which was received when the whole was.

        Raises:
            StorageFailing: the disk refuses.
        """
        directory = self.layout.spool / secrets.token_hex(16)
        try:
            files.make_directory(self.layout.spool)
            directory.mkdir(mode=0o700)
            descriptor = files.create(directory / DATA)
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            with suppress(OSError):
                directory.rmdir()
            raise StorageFailing(error) from error
        allot = self.sequence.allot if order is None else lambda: order
        upload = Upload(self.layout, origin, directory, descriptor, limit=limit, allot=allot)
        upload.received_at = received_at
        return upload

    def unpark(self, parked: Path, origin: Origin) -> Envelope:
        """Put an upload that was closed under a temporary name into the inbox, under its final one.

        Raises:
            StorageFailing: the disk refuses; the upload stays parked.
            NotFound: it is not parked any more.
        """
        try:
            with (parked / PARKED).open("rb") as sidecar:
                # The client's rename and the end of our patience may come at the same moment.
                fcntl.flock(sidecar, fcntl.LOCK_EX)
                if not parked.is_dir():
                    raise NotFound("There is no such upload.")
                _, contents = parked_from_json(sidecar.read())
                order = self.sequence.allot()
                envelope = _into_inbox(self.layout, parked, origin, contents, order)
        except FileNotFoundError as error:
            raise NotFound("There is no such upload.") from error
        except OSError as error:
            raise StorageFailing(error) from error
        # Only now: without it a crash would have left bytes that nobody knows. A worker may have
        # moved the delivery on already.
        with suppress(OSError):
            (self.layout.waiting(origin.tenant, envelope.id) / PARKED).unlink()
        return envelope

    def clear(self) -> int:
        """Remove what a crash left half arrived, and return how many uploads that were.

        None of them was acknowledged. An upload that is still arriving, here or in another
        process, holds a lock on its bytes and is left alone.
        """
        leftovers = list(self.layout.spool.iterdir()) if self.layout.spool.is_dir() else []
        return sum(_clear_if_dead(directory) for directory in leftovers)


class Upload:
    """One upload: any number of writes, then one `commit`, `park` or `abort`.

    Safe to hand from thread to thread; writes and the end are taken one at a time. After any
    error the upload is dead: it can only be aborted, so that no part of it is ever acknowledged.
    """

    def __init__(
        self,
        layout: Layout,
        origin: Origin,
        directory: Path,
        descriptor: int,
        *,
        limit: int,
        allot: Callable[[], int],
    ) -> None:
        self.origin = origin
        self.received_at: datetime | None = None
        self._layout = layout
        self._directory = directory
        self._descriptor = descriptor
        self._limit = limit
        self._allot = allot
        self._hash = hashlib.sha256()
        self._hashed = 0
        self._ranges: list[tuple[int, int]] = []
        self._failure: ReceptionError | None = None
        self._ended = False
        self._lock = threading.Lock()

    @property
    def size(self) -> int:
        """Bytes up to the end of the furthest one written."""
        return self._ranges[-1][1] if self._ranges else 0

    def write(self, data: bytes | memoryview, offset: int | None = None) -> None:
        """Add bytes at the end, or at an offset where the protocol allows it.

        Raises:
            UploadTooLarge: the end of these bytes is past the limit.
            UploadIncomplete: too many gaps are open at once.
            StorageFailing: the disk refuses.
        """
        with self._lock, self._step():
            if not data:
                return
            start = self.size if offset is None else offset
            end = start + len(data)
            if end > self._limit:
                raise UploadTooLarge(self._limit)
            files.write_all(self._descriptor, data, start)
            if start == self._hashed:
                self._hash.update(data)
                self._hashed = end
            elif start < self._hashed:
                self._hash, self._hashed = hashlib.sha256(), 0  # rewritten: read back at the end
            self._ranges = _merged(self._ranges, start, end)
            if len(self._ranges) > _MOST_RANGES:
                raise UploadIncomplete("The file arrives in too many scattered pieces.")

    def commit(self, *, confirm: Callable[[], None] = lambda: None) -> Envelope:
        """Make the upload durable and put it into the inbox; only then may the client hear yes.

        `confirm` is called between the fsync of the bytes, which takes a while, and acceptance,
        which cannot be taken back. It raises a ReceptionError if the upload must not be accepted
        any more: the client is gone, or may send no more.

        A directory may refuse its fsync after the rename into the inbox. The delivery is then taken
        back before any worker can have it. Two cases remain in which the client hears no and the
        file is loaded all the same: a worker has the tenant's queue at that very moment, or the
        power fails before the disk knows of the way back. The client sends again, and the second
        copy is a re-send like any other.

        Raises:
            UploadIncomplete: the client left a hole in the file.
            StorageFailing: the disk refuses. A failed fsync is never tried again: the kernel may
                have dropped the pages, and a second fsync would say yes to lost bytes.
            ReceptionError: an earlier write had failed, or `confirm` refused.
        """
        with self._lock, self._step():
            contents = self._seal(confirm)
            envelope = _into_inbox(
                self._layout,
                self._directory,
                self.origin,
                contents,
                self._allot(),
                received_at=self.received_at,
            )
            self._end()
            return envelope

    def park(self, *, confirm: Callable[[], None] = lambda: None) -> Path:
        """Make the upload durable and keep it aside, until the client renames it.

        Returns the directory in which it waits, for `Spool.unpark`. Raises as `commit` does, and
        takes back what was not made durable.
        """
        with self._lock, self._step():
            contents = self._seal(confirm)
            files.write_durably(self._directory / PARKED, contents.to_json(self.origin))
            parked = self._layout.parked / self.origin.tenant / self._directory.name
            try:
                files.move(self._directory, parked)
            except OSError:
                _take_back(parked, self._directory)
                raise
            self._end()
            return parked

    def abort(self) -> None:
        """Throw the upload away; after its end, or twice, it does nothing."""
        with self._lock:
            if not self._ended:
                self._end()
                with suppress(OSError):
                    files.remove_tree(self._directory)

    @contextmanager
    def _step(self) -> Iterator[None]:
        """Refuse a dead upload, turn disk errors into ours, and remember what failed."""
        if self._failure is not None:
            raise self._failure
        if self._ended:
            raise ReceptionError("The upload has ended already.")
        try:
            yield
        except OSError as error:
            self._failure = StorageFailing(error)
            raise self._failure from error
        except ReceptionError as error:
            self._failure = error
            raise

    def _seal(self, confirm: Callable[[], None]) -> Contents:
        if len(self._ranges) > 1 or (self._ranges and self._ranges[0][0] > 0):
            raise UploadIncomplete("Some bytes in the middle of the file were never sent.")
        while piece := os.pread(self._descriptor, _READ_BACK, self._hashed):
            self._hash.update(piece)
            self._hashed += len(piece)
        os.fsync(self._descriptor)
        confirm()
        return Contents(size=self.size, sha256=self._hash.hexdigest())

    def _end(self) -> None:
        self._ended = True
        os.close(self._descriptor)


def _clear_if_dead(directory: Path) -> bool:
    try:
        descriptor = os.open(directory / DATA, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        files.remove_tree(directory)
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        files.remove_tree(directory)
    except BlockingIOError:
        return False
    finally:
        os.close(descriptor)
    return True


def _into_inbox(
    layout: Layout,
    directory: Path,
    origin: Origin,
    contents: Contents,
    order: int,
    *,
    received_at: datetime | None = None,
) -> Envelope:
    """Give sealed bytes their envelope and move them into the inbox, durably.

    Raises OSError; the directory is then where it was, but for the cases of `Upload.commit`.
    """
    envelope = accepted(origin, contents, order=order, now=received_at or datetime.now(UTC))
    files.write_durably(directory / ENVELOPE, envelope.to_json())
    waiting = layout.waiting(origin.tenant, envelope.id)
    try:
        files.move(directory, waiting)
    except OSError:
        # Under the claim no worker looks at the queue, let alone works on what is in it.
        with suppress(OSError), Inbox(layout).claim(origin.tenant) as claimed:
            if claimed:
                _take_back(waiting, directory)
        raise
    ring(layout, origin.tenant)
    return envelope


def _take_back(moved: Path, directory: Path) -> None:
    """Undo a rename that could not be made durable; nothing, if there was none."""
    with suppress(OSError):
        moved.rename(directory)


def _merged(ranges: list[tuple[int, int]], start: int, end: int) -> list[tuple[int, int]]:
    """Add a range of bytes to those that are there; what touches becomes one."""
    if ranges and ranges[-1][1] == start:
        return [*ranges[:-1], (ranges[-1][0], end)]
    merged: list[tuple[int, int]] = []
    for low, high in sorted([*ranges, (start, end)]):
        if merged and low <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    return merged
