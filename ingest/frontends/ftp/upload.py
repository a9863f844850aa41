"""One file that a client sends: from STOR to 226, or to the refusal."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from functools import partial

import structlog

from ingest.client_paths import is_temporary
from ingest.frontends.ftp.session import STOPPING, Session
from ingest.frontends.ftp.transfer import Ending
from ingest.reception import log_cut
from ingest.shelf import Shelf
from storage.delivery import Envelope, Origin, printable
from storage.errors import DropsafeError, NotAllowed, NotFound, UploadIncomplete
from storage.spool import Upload

log = structlog.get_logger()

# Bytes of a refused file that are read on and thrown away. To close a connection with bytes unread
# resets it, and many a client then never reads why it was refused.
_MOST_IGNORED = 32 << 20


def receive(session: Session, path: str, *, opening: str = "", new: bool = False) -> None:
    """Begin an upload; `new` refuses a name that is known already (APPE would add to it)."""
    reception = session.reception
    if session.server.is_stopping:
        session.dismiss(STOPPING)
        return
    if session.is_ready_for_data():
        shelf = session.shelf
        via = "ftps" if session.protects_data else "ftp"
        origin = Origin(tenant=session.admission.tenant.name, name=path, via=via, peer=session.peer)
        session.in_thread(
            reception.jobs.disk,
            partial(_open, shelf, origin, new=new),
            partial(_opened, session, shelf, origin, opening),
        )


class Incoming:
    """An upload on its way; what a data connection writes to and reports its end to."""

    def __init__(self, session: Session, shelf: Shelf, upload: Upload) -> None:
        self._session = session
        self._shelf = shelf
        self._upload = upload
        self._admission = session.admission
        self._announced = session.announced_size
        self._counts_exactly = session._current_type == "i"  # noqa: SLF001 - the library's own
        self._refusal: DropsafeError | None = None
        self._ignored = 0
        session.announced_size = None

    def write(self, data: bytes) -> None:
        """Add bytes; a refusal is told at once, while the client still sends."""
        if self._refusal is not None:
            self._ignored += len(data)
            if self._ignored > _MOST_IGNORED:
                raise self._refusal
            return
        try:
            self._upload.write(data)
        except DropsafeError as error:
            self._refusal = error
            self._refuse("failed", error)
            self._session.refuse(error)

    def ended(self, ending: Ending, error: BaseException | None) -> None:
        """Accept a whole file; refuse anything else. The answer comes when the disk has it."""
        session = self._session
        if self._refusal is not None:
            return  # it has been told
        if error is not None:
            self._refuse("failed", error)
            session.refuse(error)
        elif not self._is_whole(ending):
            self._cut(ending.value)
            session.respond("426 Connection closed; the transfer was cut, nothing was accepted.")
        elif self._announced is not None and not self._has_announced_size(self._announced):
            self._refuse("not the size of ALLO")
            session.respond("426 The file has not the size that was announced with ALLO.")
        else:
            accept = partial(_accept, self._shelf, self._upload, self._confirm)
            session.in_thread(session.reception.jobs.disk, accept, self._accepted)

    def discard(self) -> None:
        """Throw it away: no data connection came."""
        self._cut("no data connection")

    def _confirm(self) -> None:
        """Look once more before the file is accepted: who is gone or shut out by now gets no yes.

        A client that died is often seen to be gone only now.
        """
        if not self._session.is_connected:
            raise UploadIncomplete("The client was gone before the file was accepted.")
        self._session.reception.gatekeeper.check(self._admission)

    def _is_whole(self, ending: Ending) -> bool:
        tenant = self._session.tenant
        if ending is Ending.UNSIGNED:
            return tenant is not None and tenant.lax_tls
        return ending is Ending.COMPLETE

    def _has_announced_size(self, announced: int) -> bool:
        """In type A a client may send longer line ends than its file has, but never fewer bytes."""
        size = self._upload.size
        return size == announced if self._counts_exactly else size >= announced

    def _accepted(self, done: Future[Envelope | None]) -> None:
        session = self._session
        error = done.exception()
        if error is not None:
            log_refusal(self._upload.origin, "not stored", error)
            session.refuse(error)
        elif session.is_connected:
            session.note_accepted(owes_rename=is_temporary(self._upload.origin.name))
            session.respond("226 Transfer complete.")
        else:  # it is kept; the client will send it again, which is harmless
            log.info("upload.unheard", tenant=self._upload.origin.tenant, peer=session.peer)
            session.close()

    def _cut(self, reason: str) -> None:
        log_cut(self._upload.origin, received=self._upload.size, reason=reason)
        self._session.reception.jobs.discard(self._upload)

    def _refuse(self, reason: str, error: BaseException | None = None) -> None:
        log_refusal(self._upload.origin, reason, error)
        self._session.reception.jobs.discard(self._upload)


def log_refusal(origin: Origin, reason: str, error: BaseException | None = None) -> None:
    """Log an upload that was not accepted; `Control.refuse` logs what is a mistake of ours."""
    hint = ""
    if isinstance(error, DropsafeError):
        reason, hint = error.message, error.hint
    log.warning(
        "upload.refused",
        tenant=origin.tenant,
        name=printable(origin.name),
        via=origin.via,
        peer=origin.peer,
        reason=reason,
        hint=hint,
    )


def _open(shelf: Shelf, origin: Origin, *, new: bool) -> Upload:
    with suppress(NotFound):
        if new and shelf.stat(origin.name):
            raise NotAllowed("Nothing can be added to a file that was accepted.")
    return shelf.open(origin.name, via=origin.via, peer=origin.peer)


def _opened(
    session: Session, shelf: Shelf, origin: Origin, opening: str, done: Future[Upload]
) -> None:
    error = done.exception()
    if error is not None:
        log_refusal(origin, "not opened", error)
        session.refuse(error)
        session.drop_data()
    elif session.is_connected:
        session.transfer(Incoming(session, shelf, done.result()), opening)
    else:
        session.reception.jobs.discard(done.result())


def _accept(shelf: Shelf, upload: Upload, confirm: Callable[[], None]) -> Envelope | None:
    """Accept a file, in a thread."""
    try:
        return shelf.close(upload, confirm=confirm)
    except BaseException:
        upload.abort()
        raise
