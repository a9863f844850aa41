"""The inbox: accepted deliveries that wait, in the order in which they came.

The directory is the queue. A worker takes a tenant by a lock on the tenant's directory and works
its deliveries off in order; the kernel gives the lock back when the worker dies, whatever killed
it, so nothing is ever left claimed by the dead and nothing has to be swept up after them.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from storage import files
from storage.delivery import TENANT_NAME, Envelope, is_delivery_id
from storage.layout import DATA, ENVELOPE, Layout
from storage.packs import is_whole


class Inbox:
    """The waiting deliveries of one home."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout

    def tenants(self) -> list[str]:
        """Tenants that ever had a delivery, in the order of their names."""
        return [name for name in files.names_in(self._layout.inbox) if TENANT_NAME.fullmatch(name)]

    def waiting(self, tenant: str) -> list[str]:
        """Ids of a tenant's waiting deliveries, in order of receipt; nothing else counts."""
        return [
            name for name in files.names_in(self._layout.inbox / tenant) if is_delivery_id(name)
        ]

    @contextmanager
    def claim(self, tenant: str) -> Iterator[bool]:
        """Take a tenant's queue for this process, for the time of the block; False if it is taken.

        The descriptor is not inherited by children, so the lock dies with this process.
        """
        directory = self._layout.inbox / tenant
        files.make_directory(directory)
        descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
            else:
                yield True
        finally:
            os.close(descriptor)

    def envelope(self, tenant: str, delivery: str) -> Envelope:
        """Read the envelope of a waiting delivery.

        Raises:
            FileNotFoundError: it does not wait (any more).
            ValueError: the envelope is damaged.
        """
        directory = self._layout.waiting(tenant, delivery)
        return Envelope.from_json((directory / ENVELOPE).read_bytes())

    def data(self, tenant: str, delivery: str) -> Path:
        """Where the bytes of a waiting delivery are."""
        return self._layout.waiting(tenant, delivery) / DATA

    def quarantine(self, tenant: str, delivery: str) -> None:
        """Hold a waiting delivery until somebody mends what is wrong."""
        _move(self._layout.waiting(tenant, delivery), self._layout.held(tenant, delivery))

    def tenants_with_held(self) -> list[str]:
        """Tenants that ever had a delivery held, in the order of their names."""
        names = files.names_in(self._layout.quarantine)
        return [name for name in names if TENANT_NAME.fullmatch(name)]

    def held(self, tenant: str) -> list[str]:
        """Ids of a tenant's held deliveries, in order of receipt."""
        names = files.names_in(self._layout.quarantine / tenant)
        return [name for name in names if is_delivery_id(name)]

    def release(self, tenant: str, delivery: str) -> bool:
        """Let a held delivery wait again, in its own place; False if it is not held."""
        held = self._layout.held(tenant, delivery)
        if not held.is_dir():
            return False
        _move(held, self._layout.waiting(tenant, delivery))
        ring(self._layout, tenant)
        return True

    def note_release(self, tenant: str) -> None:
        """Write down that held deliveries are to be tried again, before it is decided.

        So whoever claims the tenant next finds it, should this process not come to it. The caller
        has claimed the tenant.
        """
        files.write_durably(self._layout.release_due(tenant), b"")

    def release_is_due(self, tenant: str) -> bool:
        """Whether held deliveries are to be tried again, and none was released for it yet."""
        return self._layout.release_due(tenant).exists()

    def release_is_done(self, tenant: str) -> None:
        """Strike out what `note_release` wrote down; the caller has claimed the tenant."""
        self._layout.release_due(tenant).unlink(missing_ok=True)

    def has_work(self, tenant: str) -> bool:
        """Whether there is anything for a worker to do."""
        return bool(self.waiting(tenant)) or self.release_is_due(tenant)


def ring(layout: Layout, tenant: str) -> None:
    """Say that something of a tenant came into the inbox: a hint that may be lost.

    Touching a file in one flat directory costs a watcher one watch for any number of tenants and
    deliveries. A recursive watch over the inbox would be left behind on every directory that
    moves on to the archive (watchdog 7.1.0 does not see those go).
    """
    with suppress(OSError):
        os.close(os.open(layout.bell / tenant, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600))


def _move(source: Path, target: Path) -> None:
    """Move a delivery; after a restore it may be in both places, and one whole copy is enough."""
    if target.is_dir() and (is_whole(target) or not is_whole(source)):
        files.remove_tree(source)
    else:
        files.remove_tree(target)
        files.move(source, target)
