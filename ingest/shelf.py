"""The shelf: the virtual folder that a tenant sees over SFTP and FTP.

Tenants can put, list and stat. What they put has moved on by the time they look, so the shelf
answers from memory: the names that were uploaded lately, their sizes and times. Nothing here leads
to a file, and nothing can be read back, changed or removed. One rename is let through: from a
temporary name, under which many clients upload, to the final one.
"""

from __future__ import annotations

import json
import posixpath
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import structlog

from ingest.client_paths import absolute, is_temporary
from ingest.reception import log_accepted
from storage.accounts import Tenant
from storage.delivery import Envelope, Origin, parked_from_json, printable
from storage.errors import NotAllowed, NotFound, StorageFailing
from storage.files import make_directory, names_in, write_durably
from storage.layout import DATA, PARKED, Layout
from storage.spool import Spool, Upload

log = structlog.get_logger()

_REMEMBERED = 1000  # names a tenant
# Long enough for a client to look at what it just put. Not longer: WinSCP, which sends the same
# name again every day, would want to delete the old file before it renames the new one.
_REMEMBERED_SECONDS = 600.0
_MOST_DIRECTORIES = 100
_DEEPEST = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A name on the shelf: size in bytes, time of the upload in seconds since 1970."""

    path: str
    size: int
    modified: float
    is_directory: bool = False
    parked: Path | None = None


class Shelves:
    """The shelves of all tenants, one each, made when first asked for."""

    def __init__(self, spool: Spool, *, default_limit: int) -> None:
        self._spool = spool
        self._default_limit = default_limit
        self._shelves: dict[str, Shelf] = {}
        self._lock = threading.Lock()

    def of(self, tenant: Tenant) -> Shelf:
        """The shelf of a tenant; all its connections share it."""
        with self._lock:
            if tenant.name not in self._shelves:
                self._shelves[tenant.name] = Shelf(self._spool, tenant.name)
            shelf = self._shelves[tenant.name]
            shelf.limit = tenant.max_file_size or self._default_limit
            return shelf

    def release_parked(self, *, older_than: float) -> int:
        """Hand on uploads that waited `older_than` seconds for a rename that never came.

        They were acknowledged, so they are kept: under their temporary name, for a worker to hold.
        Returns how many. Raises StorageFailing.
        """
        released = 0
        for parked, origin in _parked(self._spool.layout):
            with suppress(NotFound, FileNotFoundError):  # renamed at this very moment
                if time.time() - parked.stat().st_mtime >= older_than:
                    log_accepted(self._spool.unpark(parked, origin))
                    self._forget(origin, parked)
                    released += 1
        return released

    def _forget(self, origin: Origin, parked: Path) -> None:
        with self._lock:
            shelf = self._shelves.get(origin.tenant)
        if shelf is not None:
            shelf.forget(origin.name, parked=parked)


class Shelf:
    """What one tenant sees; `limit` is the most bytes of one file. Safe in several threads."""

    def __init__(self, spool: Spool, tenant: str) -> None:
        self.limit = 0
        self._spool = spool
        self._tenant = tenant
        self._lock = threading.Lock()
        self._memory = spool.layout.folders / f"{tenant}.json"
        self._directories = _load_directories(self._memory)
        self._entries: OrderedDict[str, Entry] = OrderedDict()
        for parked, origin in _parked(spool.layout, tenant):
            self._remember(parked_entry(parked, origin))

    def open(self, path: str, *, via: str, peer: str) -> Upload:
        """Begin an upload under a client's path; two at once under one name stay two.

        Raises:
            NotAllowed: the name cannot be used.
            NotFound: its directory was never made.
            StorageFailing: the disk refuses.
        """
        path = absolute(path)
        if path == "/" or path in self._directories:
            raise NotAllowed("This is a directory.")
        self.check_directory(posixpath.dirname(path))
        origin = Origin(tenant=self._tenant, name=path.lstrip("/"), via=via, peer=peer)
        return self._spool.receive(origin, limit=self.limit)

    def close(
        self, upload: Upload, *, confirm: Callable[[], None] = lambda: None
    ) -> Envelope | None:
        """Make a complete upload durable; None if it waits under a temporary name.

        When this returns the client may be told yes. It blocks for some fsyncs; `confirm` is as
        in `Upload.commit`.

        Raises:
            ReceptionError: as `Upload.commit`; the client must be told no.
        """
        path = absolute(upload.origin.name)
        entry = Entry(path=path, size=upload.size, modified=time.time())
        # A client that looks at the size instead of our answer must not find that of an earlier
        # upload under the same name, should this one fail.
        self.forget(path)
        if is_temporary(path):
            parked = upload.park(confirm=confirm)
            with self._lock:
                self._remember(replace(entry, parked=parked))
            log.info("upload.parked", tenant=self._tenant, name=printable(path), size=entry.size)
            return None
        envelope = upload.commit(confirm=confirm)
        with self._lock:
            self._remember(entry)
        log_accepted(envelope)
        return envelope

    def forget(self, path: str, *, parked: Path | None = None) -> None:
        """Take a name off the shelf; what was accepted under it is not touched.

        With `parked`, only if the name still stands for that upload.
        """
        path = absolute(path)
        with self._lock:
            entry = self._entries.get(path)
            if entry is not None and parked in (None, entry.parked):
                del self._entries[path]

    def rename(self, old: str, new: str) -> Envelope:
        """Give an upload its final name and accept it; blocks for some fsyncs.

        Raises:
            NotFound: there is no such upload, or no such directory.
            NotAllowed: anything but temporary name to final name.
            StorageFailing: the disk refuses; the upload keeps its temporary name.
        """
        old, new = absolute(old), absolute(new)
        self.check_directory(posixpath.dirname(new))
        with self._lock:
            entry = self._entries.get(old)
            if entry is None:
                raise NotFound("There is no such file.")
            if entry.parked is None or is_temporary(new) or new in self._directories:
                raise NotAllowed("Files cannot be renamed here once they are complete.")
            envelope = self._unpark(entry.parked, new)
            del self._entries[old]
            self._remember(replace(entry, path=new, parked=None))
        log_accepted(envelope)
        return envelope

    def stat(self, path: str) -> Entry:
        """What is under a path. Raises NotFound."""
        path = absolute(path)
        with self._lock:
            if path in self._directories:
                return Entry(path=path, size=0, modified=0.0, is_directory=True)
            self._prune()
            if path in self._entries:
                return self._entries[path]
        raise NotFound("There is no such file.")

    def list(self, path: str) -> list[Entry]:
        """What is directly in a directory. Raises NotFound."""
        path = absolute(path)
        self.check_directory(path)
        with self._lock:
            directories = [
                Entry(path=one, size=0, modified=0.0, is_directory=True)
                for one in self._directories
                if one != "/"
            ]
            self._prune()
            entries = [*directories, *self._entries.values()]
        return [entry for entry in entries if posixpath.dirname(entry.path) == path]

    def make_directory(self, path: str) -> None:
        """Make a directory, so that a client that wants to change into it can.

        Raises:
            NotFound: its parent was never made.
            NotAllowed: the name is taken, or there are too many or too deep.
            StorageFailing: the disk refuses.
        """
        path = absolute(path)
        self.check_directory(posixpath.dirname(path))
        with self._lock:
            if path in self._directories or path in self._entries:
                raise NotAllowed("This name is taken.")
            if len(self._directories) >= _MOST_DIRECTORIES or path.count("/") > _DEEPEST:
                raise NotAllowed("There are too many directories.")
            directories = {*self._directories, path}
            try:
                make_directory(self._memory.parent)
                write_durably(self._memory, json.dumps(sorted(directories)).encode())
            except OSError as error:
                raise StorageFailing(error) from error
            self._directories = directories

    def check_directory(self, path: str) -> None:
        """Raise NotFound unless a directory was made."""
        if absolute(path) not in self._directories:
            raise NotFound("There is no such directory.")

    def _unpark(self, parked: Path, path: str) -> Envelope:
        try:
            origin, _ = parked_from_json((parked / PARKED).read_bytes())
        except FileNotFoundError as error:  # it waited too long and was handed on
            raise NotFound("There is no such file.") from error
        return self._spool.unpark(parked, replace(origin, name=path.lstrip("/")))

    def _remember(self, entry: Entry) -> None:
        self._entries[entry.path] = entry
        self._entries.move_to_end(entry.path)
        while len(self._entries) > _REMEMBERED:
            self._entries.popitem(last=False)

    def _prune(self) -> None:
        """Take down what a client has had time to look at; what is parked stays until renamed."""
        oldest = time.time() - _REMEMBERED_SECONDS
        for path, entry in list(self._entries.items()):
            if entry.parked is None and entry.modified < oldest:
                del self._entries[path]


def parked_entry(parked: Path, origin: Origin) -> Entry:
    """The shelf's entry of an upload that an earlier server parked."""
    status = (parked / DATA).stat()
    return Entry(
        path=absolute(origin.name), size=status.st_size, modified=status.st_mtime, parked=parked
    )


def _parked(layout: Layout, tenant: str = "") -> Iterator[tuple[Path, Origin]]:
    tenants = [tenant] if tenant else names_in(layout.parked)
    for parked in [
        layout.parked / one / name for one in tenants for name in names_in(layout.parked / one)
    ]:
        try:
            origin, _ = parked_from_json((parked / PARKED).read_bytes())
        except (FileNotFoundError, NotADirectoryError):
            continue  # renamed at this very moment
        except ValueError:
            log.error("upload.damaged", tenant=parked.parent.name, parked=parked.name)  # noqa: TRY400 - what is wrong is said
            continue
        yield parked, origin


def _load_directories(memory: Path) -> set[str]:
    """The directories that a tenant made; none but the root if what is known of them is damaged.

    A client that misses one makes it again.
    """
    try:
        known = json.loads(memory.read_bytes())
        if not isinstance(known, list) or not all(isinstance(one, str) for one in known):
            raise ValueError("not a list of names")  # noqa: TRY301 - as json says it of other damage
    except FileNotFoundError:
        return {"/"}
    except ValueError as error:
        log.warning("shelf.damaged", tenant=memory.stem, path=str(memory), why=str(error))
        return {"/"}
    return {"/", *known}
