"""The drop folder: files put into drop/<tenant>/ by hand or by another server.

It is looked at on a timer: network file systems send no events. A file is taken when two looks,
`quiet_seconds` apart, find it unchanged, and removed when it is accepted; `taking` remembers over a
crash which one that is. What lies in the wrong place is never read, and said once. A writer that
pauses for longer than the quiet time is not seen through: it should write under a temporary name (a
leading dot, `.part`, `.tmp`), which is never taken, and rename at the end.
"""

from __future__ import annotations

import asyncio
import os
import stat
import threading
from pathlib import Path

import structlog

from ingest.auth import Gatekeeper
from ingest.frontends.folder.entries import (
    NOTHING,
    REFUSED,
    State,
    contents_of,
    strays_beside,
)
from ingest.frontends.folder.taking import Taking, remember, remembered
from ingest.reception import log_accepted
from ingest.settings import Folder, path_of
from storage.accounts import Tenant
from storage.archive import Archive
from storage.delivery import Origin, delivery_id, printable
from storage.errors import ReceptionError, StorageFailing
from storage.layout import Layout
from storage.spool import Spool, Upload

log = structlog.get_logger()

_PIECE = 1 << 20
# Never follow a link, never wait for the other end of a pipe.
_CAREFULLY = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class _Unsettled(ReceptionError):
    """Somebody works on the file, or it was cut short by the end of the server."""


async def listen_folder(
    layout: Layout, *, settings: Folder, gatekeeper: Gatekeeper, spool: Spool, limit: int
) -> DropFolder:
    """Begin to look at the drop folder; `limit` is in bytes, for tenants without their own."""
    folder = DropFolder(layout, settings=settings, gatekeeper=gatekeeper, spool=spool, limit=limit)
    folder.start()
    return folder


class DropFolder:
    """The drop folder of one home, looked at in a thread of its own."""

    def __init__(
        self,
        layout: Layout,
        *,
        settings: Folder,
        gatekeeper: Gatekeeper,
        spool: Spool,
        limit: int,
    ) -> None:
        self._root = path_of(layout, settings.path, layout.drop)
        self._quiet_seconds = settings.quiet_seconds
        self._gatekeeper = gatekeeper
        self._spool = spool
        self._limit = limit
        self._memory = layout.taking
        self._archive = Archive(layout)
        self._has_resumed = False
        self._seen: dict[Path, State] = {}
        # Accepted and not removed yet, by delivery: such a file must not come again.
        self._accepted: dict[str, Taking] = {}
        self._logged: dict[Path, State] = {}
        self._stopping = threading.Event()
        self._cut = threading.Event()
        self._thread = threading.Thread(target=self._run, name="drop-folder")

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    async def stop(self, *, drain_seconds: float) -> None:
        """Take no further file; one that is being copied may end for so long, then it is left."""
        self._stopping.set()
        await asyncio.to_thread(self._thread.join, drain_seconds)
        self._cut.set()
        await asyncio.to_thread(self._thread.join)

    def look(self) -> None:
        """Look once, and take what has not changed since the last look, the oldest first.

        Raises:
            StorageFailing: the disk refuses; nothing else was tried, all is tried again later.
        """
        if not self._has_resumed:
            self._resume()
        self._remove_accepted()
        tenants = self._gatekeeper.tenants()
        strays = strays_beside(self._root, {tenant.name for tenant in tenants})
        found: dict[Path, State] = {}
        for tenant in tenants:
            directory = self._root / tenant.name
            try:
                contents = contents_of(directory)
            except OSError as error:
                self._log_once(
                    "drop.unusable", tenant.name, directory, NOTHING, reason=error.strerror
                )
                found[directory] = NOTHING
                continue
            strays.update(contents.strays)
            found.update(contents.files)
            for path, state in contents.files.items():
                ready = self._seen.get(path) == state and not self._is_accepted(path, state)
                if ready and not self._stopping.is_set():
                    self._take(tenant, path, state)
        found.update(dict.fromkeys(strays, NOTHING))
        self._note_strays(strays)
        self._seen = found
        unremoved = {taking.path for taking in self._accepted.values()}
        for path in self._logged.keys() - found.keys() - unremoved:
            del self._logged[path]

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self.look()
            except StorageFailing as error:
                log.warning("drop.delayed", reason=error.hint)
            except Exception:
                log.exception("drop.failed")
            self._stopping.wait(self._quiet_seconds)

    def _take(self, tenant: Tenant, path: Path, state: State) -> None:
        """Accept one file and remove it; if that fails the others still have their turn."""
        limit = tenant.max_file_size or self._limit
        try:
            if state.size > limit:
                self._refuse(tenant, path, state, limit)
                return
            origin = Origin(tenant=tenant.name, name=path.name, via="folder")
            taking, order = self._begin(tenant, path, state)
            upload = self._spool.receive(origin, limit=limit, order=order)
            try:
                self._copy(path, state, upload)
                envelope = upload.commit()
            finally:
                upload.abort()
            self._accepted[taking.delivery] = taking
            log_accepted(envelope)
            self._remove(taking)
        except _Unsettled:
            log.info("drop.unsettled", tenant=tenant.name, name=printable(path.name))
        except OSError as error:
            self._log_once("drop.unusable", tenant.name, path, state, reason=error.strerror)

    def _begin(self, tenant: Tenant, path: Path, state: State) -> tuple[Taking, int]:
        """Write down which file is taken next, and as which number in the order."""
        try:
            order = self._spool.sequence.allot()
            taking = Taking(tenant=tenant.name, delivery=delivery_id(order), path=path, state=state)
            remember(self._memory, [*self._accepted.values(), taking])
        except OSError as error:
            raise StorageFailing(error) from error
        return taking, order

    def _remove(self, taking: Taking) -> None:
        """Remove a file that was accepted, and forget it. Raises OSError."""
        taking.remove()
        del self._accepted[taking.delivery]
        remember(self._memory, self._accepted.values())

    def _resume(self) -> None:
        """Learn which files an earlier gateway accepted and had no time to remove."""
        for taking in remembered(self._memory):
            # One that was not accepted is taken like any other.
            if self._archive.exists(taking.tenant, taking.delivery):
                self._accepted[taking.delivery] = taking
        self._has_resumed = True

    def _remove_accepted(self) -> None:
        """Remove files that were accepted earlier."""
        for taking in list(self._accepted.values()):
            tenant, path = taking.tenant, taking.path
            try:
                # A killed gateway may not have come to this.
                self._archive.secure(tenant, taking.delivery)
                self._remove(taking)
            except OSError as error:
                self._log_once("drop.unusable", tenant, path, taking.state, reason=error.strerror)
            else:
                name = printable(path.name)
                log.info("drop.resumed", delivery=taking.delivery, tenant=tenant, name=name)

    def _is_accepted(self, path: Path, state: State) -> bool:
        return any((one.path, one.state) == (path, state) for one in self._accepted.values())

    def _note_strays(self, strays: dict[Path, str]) -> None:
        """Say once of each path that what is there stays where it is."""
        for path, reason in strays.items():
            if self._logged.get(path) != NOTHING:
                self._logged[path] = NOTHING
                shown = printable(str(path.relative_to(self._root)))
                log.warning("drop.misplaced", path=shown, reason=reason)

    def _log_once(self, event: str, tenant: str, path: Path, state: State, **more: object) -> None:
        """Log what is wrong with a file, once until the file changes, and not at every look."""
        if self._logged.get(path) != state:
            self._logged[path] = state
            log.error(event, tenant=tenant, name=printable(path.name), **more)

    def _copy(self, path: Path, state: State, upload: Upload) -> None:
        descriptor = os.open(path, _CAREFULLY)
        try:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode) or State.of(status) != state:
                raise _Unsettled("The file changed.")
            while piece := os.read(descriptor, _PIECE):
                if upload.size + len(piece) > state.size:  # it grows: do not run after its writer
                    raise _Unsettled("The file changed.")
                upload.write(piece)
                if self._cut.is_set():
                    raise _Unsettled("The server stops.")
            if State.of(os.fstat(descriptor)) != state:
                raise _Unsettled("The file changed.")
        finally:
            os.close(descriptor)

    def _refuse(self, tenant: Tenant, path: Path, state: State, limit: int) -> None:
        """Put a file that is too large aside under a name that says so.

        Nobody is at the other end to be told no. The name shows it to who looks, and is
        remembered over a restart, so that it is logged once and not at every look.
        """
        self._log_once("drop.refused", tenant.name, path, state, size=state.size, limit=limit)
        path.rename(path.with_name(path.name + REFUSED))
