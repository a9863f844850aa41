"""The drop folder: files put into drop/<tenant>/ by hand or by another server.

It is looked at on a timer: network file systems send no events. A file is taken when two looks,
`quiet_seconds` apart, find it unchanged, and removed when it is accepted. A crash between the two
makes it come a second time, which is a re-send and changes nothing. A writer that pauses for
longer than the quiet time is not seen through: it should write under a temporary name (a leading
dot, `.part`, `.tmp`), which is never taken, and rename at the end.
"""

from __future__ import annotations

import asyncio
import os
import stat
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

import structlog

from ingest.auth import Gatekeeper
from ingest.client_paths import is_temporary
from ingest.reception import log_accepted
from ingest.settings import Folder, path_of
from storage.accounts import Tenant
from storage.delivery import Origin, printable
from storage.errors import ReceptionError, StorageFailing
from storage.files import make_directory
from storage.layout import Layout
from storage.spool import Spool, Upload

log = structlog.get_logger()

REFUSED = ".refused"
"""What is put behind the name of a file that is too large, for the person who looks after it."""

_PIECE = 1 << 20
# Never follow a link, never wait for the other end of a pipe.
_CAREFULLY = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


@dataclass(frozen=True, slots=True, kw_only=True)
class _State:
    """What of a file shows that somebody still works on it."""

    inode: int
    size: int
    modified_ns: int

    @classmethod
    def of(cls, status: os.stat_result) -> _State:
        return cls(inode=status.st_ino, size=status.st_size, modified_ns=status.st_mtime_ns)


_NOTHING = _State(inode=0, size=0, modified_ns=0)


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
        self._seen: dict[Path, _State] = {}
        # Accepted files; one that cannot be removed must not come again at every look.
        self._taken: dict[Path, _State] = {}
        self._logged: dict[Path, _State] = {}
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
        found: dict[Path, _State] = {}
        for tenant in self._gatekeeper.tenants():
            directory = self._root / tenant.name
            try:
                files = _files(directory)
            except OSError as error:
                self._log_once("drop.unusable", tenant, directory, _NOTHING, reason=error.strerror)
                found[directory] = _NOTHING
                continue
            found.update(files)
            for path, state in files.items():
                ready = self._seen.get(path) == state and self._taken.get(path) != state
                if ready and not self._stopping.is_set():
                    self._take(tenant, path, state)
        self._seen = found
        for memory in (self._taken, self._logged):
            for path in memory.keys() - found.keys():
                del memory[path]

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self.look()
            except StorageFailing as error:
                log.warning("drop.delayed", reason=error.hint)
            except Exception:
                log.exception("drop.failed")
            self._stopping.wait(self._quiet_seconds)

    def _take(self, tenant: Tenant, path: Path, state: _State) -> None:
        """Accept one file and remove it; if that fails the others still have their turn."""
        limit = tenant.max_file_size or self._limit
        try:
            if state.size > limit:
                self._refuse(tenant, path, state, limit)
                return
            origin = Origin(tenant=tenant.name, name=path.name, via="folder")
            upload = self._spool.receive(origin, limit=limit)
            try:
                self._copy(path, state, upload)
                envelope = upload.commit()
            finally:
                upload.abort()
            self._taken[path] = state
            log_accepted(envelope)
            _remove(path, state)
        except _Unsettled:
            log.info("drop.unsettled", tenant=tenant.name, name=printable(path.name))
        except OSError as error:
            self._log_once("drop.unusable", tenant, path, state, reason=error.strerror)

    def _log_once(
        self, event: str, tenant: Tenant, path: Path, state: _State, **more: object
    ) -> None:
        """Log what is wrong with a file, once until the file changes, and not at every look."""
        if self._logged.get(path) != state:
            self._logged[path] = state
            log.error(event, tenant=tenant.name, name=printable(path.name), **more)

    def _copy(self, path: Path, state: _State, upload: Upload) -> None:
        descriptor = os.open(path, _CAREFULLY)
        try:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode) or _State.of(status) != state:
                raise _Unsettled("The file changed.")
            while piece := os.read(descriptor, _PIECE):
                if upload.size + len(piece) > state.size:  # it grows: do not run after its writer
                    raise _Unsettled("The file changed.")
                upload.write(piece)
                if self._cut.is_set():
                    raise _Unsettled("The server stops.")
            if _State.of(os.fstat(descriptor)) != state:
                raise _Unsettled("The file changed.")
        finally:
            os.close(descriptor)

    def _refuse(self, tenant: Tenant, path: Path, state: _State, limit: int) -> None:
        """Put a file that is too large aside under a name that says so.

        Nobody is at the other end to be told no. The name shows it to who looks, and is
        remembered over a restart, so that it is logged once and not at every look.
        """
        self._log_once("drop.refused", tenant, path, state, size=state.size, limit=limit)
        path.rename(path.with_name(path.name + REFUSED))


def _files(directory: Path) -> dict[Path, _State]:
    """The files of a tenant's directory that may be taken, the oldest first; it is made if missing.

    Links, pipes and directories are never touched, nor what is hidden, temporary or refused.
    """
    make_directory(directory)
    files: dict[Path, _State] = {}
    with os.scandir(directory) as entries:
        for entry in entries:
            if is_temporary(entry.name) or entry.name.endswith(REFUSED):
                continue
            with suppress(FileNotFoundError):
                status = entry.stat(follow_symlinks=False)
                if stat.S_ISREG(status.st_mode):
                    files[directory / entry.name] = _State.of(status)
    return dict(sorted(files.items(), key=lambda file: (file[1].modified_ns, file[0])))


def _remove(path: Path, state: _State) -> None:
    """Remove a file that was accepted, and no other that took its name meanwhile.

    It is renamed first: whoever writes under the name from then on makes another file. A crash in
    between leaves a hidden copy of an accepted file, which is never taken again.
    """
    aside = path.with_name(f".{token_hex(8)}.taken")
    path.rename(aside)
    if _State.of(aside.lstat()) == state:
        aside.unlink()
    else:
        aside.rename(path)
