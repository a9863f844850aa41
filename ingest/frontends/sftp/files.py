"""A tenant's files over SFTP: put, list, stat and mkdir, answered from the shelf.

Whatever touches the disk or takes the shelf's lock runs in a thread, writes excepted.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import ParamSpec, TypeVar

import asyncssh
import structlog
from asyncssh.constants import FXF_APPEND, FXF_CREAT, FXF_EXCL, FXF_TRUNC, FXF_WRITE

from ingest.client_paths import absolute, is_temporary
from ingest.frontends.sftp.denied import Denied
from ingest.frontends.sftp.listing import Listing, as_bytes, as_text, attributes, names
from ingest.reception import log_cut
from ingest.shelf import Entry, Shelf
from storage.delivery import printable
from storage.errors import DropsafeError, NotFound, UploadIncomplete
from storage.spool import Upload

log = structlog.get_logger()

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(slots=True, kw_only=True, eq=False)
class OpenFile:
    """A handle that a client holds.

    `announced` is the size in bytes that the client said at OPEN; `resting` says that the file was
    there and nothing was changed yet, so that closing it now changes nothing.
    """

    upload: Upload
    appending: bool
    announced: int
    resting: bool
    noted: bool = False


class ShelfFiles(Listing, Denied):
    """One SFTP session of a tenant.

    `client_closes` is set by the session while it answers a CLOSE request. asyncssh also calls
    `close` when the connection drops or the channel ends, and then the upload was cut. `confirm`
    is as in `Upload.commit`.
    """

    def __init__(
        self,
        channel: asyncssh.SSHServerChannel[bytes],
        *,
        shelf: Shelf,
        tenant: str,
        peer: str,
        threads: Executor,
        may_open: Callable[[], bool],
        confirm: Callable[[], None],
    ) -> None:
        super().__init__(channel)
        self.client_closes = False
        self.open_files: set[OpenFile] = set()
        self._shelf = shelf
        self.tenant = tenant
        self._peer = peer
        self._threads = threads
        self._may_open = may_open
        self._confirm = confirm

    def abort_all(self) -> None:
        """Throw away what was not closed."""
        for file in list(self.open_files):
            self._abort(file)

    async def open(self, path: bytes, pflags: int, attrs: asyncssh.SFTPAttrs) -> OpenFile:
        """Begin an upload."""
        if not pflags & FXF_WRITE:
            raise asyncssh.SFTPPermissionDenied("Files cannot be read back here.")
        if not self._may_open():
            raise asyncssh.SFTPFailure("The server takes no new files on this connection.")
        return await self._in_thread(self._open, as_text(path), pflags, attrs.size or 0)

    def write(self, file_obj: object, offset: int, data: bytes) -> int:
        """Add bytes, here and now: 32 KiB with their hash take 0.1 ms, as a change of thread does.

        The kernel takes them into memory; what waits for the disk is the fsync in `close`.
        """
        file = _file(file_obj)
        try:
            file.upload.write(data, None if file.appending else offset)
        except DropsafeError as error:
            self._note(file, error)
            raise
        file.resting = False
        return len(data)

    async def close(self, file_obj: object) -> None:
        """Accept the upload if the client asked for the close; else it was cut."""
        file = _file(file_obj)
        if not self.client_closes:
            if not file.noted:
                log_cut(file.upload.origin, received=file.upload.size, reason="cut")
            await self._in_thread(self._abort, file)
        elif file.resting:
            await self._in_thread(self._abort, file)
        else:
            await self._in_thread(self._accept, file)

    async def stat(self, path: bytes) -> asyncssh.SFTPAttrs:
        """Say what is known of a name, also after the file has moved on."""
        return attributes(await self._in_thread(self._shelf.stat, as_text(path)))

    async def lstat(self, path: bytes) -> asyncssh.SFTPAttrs:
        """As `stat`: there are no links."""
        return await self.stat(path)

    def fstat(self, file_obj: object) -> asyncssh.SFTPAttrs:
        """Say how much of an upload has arrived."""
        upload = _file(file_obj).upload
        return attributes(Entry(path=absolute(upload.origin.name), size=upload.size, modified=0.0))

    async def setstat(self, path: bytes, attrs: asyncssh.SFTPAttrs) -> None:
        """Take mode, owner and times of a name that is there, and do nothing with them."""
        if attrs.size is not None:
            raise asyncssh.SFTPPermissionDenied("Files cannot be changed here.")
        await self._in_thread(self._shelf.stat, as_text(path))

    async def lsetstat(self, path: bytes, attrs: asyncssh.SFTPAttrs) -> None:
        """As `setstat`: there are no links."""
        await self.setstat(path, attrs)

    def fsetstat(self, file_obj: object, attrs: asyncssh.SFTPAttrs) -> None:
        """Take mode, owner and times; a size only if no byte has to go for it.

        OpenSSH's scp opens without TRUNC and sets the size at the end to what it wrote.
        """
        file = _file(file_obj)
        if attrs.size is not None:
            if attrs.size < file.upload.size:
                raise asyncssh.SFTPPermissionDenied("Bytes that were sent cannot be taken back.")
            file.resting = False

    async def scandir(self, path: bytes) -> AsyncIterator[asyncssh.SFTPName]:
        """List a directory."""
        for name in names(await self._in_thread(self._shelf.list, as_text(path))):
            yield name

    async def mkdir(self, path: bytes, attrs: asyncssh.SFTPAttrs) -> None:
        """Make a directory.

        One that is there is a failure, as with OpenSSH's server: clients that make a tree then
        look whether it is a directory, and take a denial for the end.
        """
        del attrs
        name = as_text(path)
        if await self._in_thread(self._exists, name):
            raise asyncssh.SFTPFileAlreadyExists("This name is taken.")
        await self._in_thread(self._shelf.make_directory, name)

    def realpath(self, path: bytes) -> bytes:
        """Say a path from the root."""
        return as_bytes(absolute(as_text(path)))

    async def rename(self, oldpath: bytes, newpath: bytes) -> None:
        """Give an upload its final name; an earlier file of that name stays as it is."""
        await self._in_thread(self._shelf.rename, as_text(oldpath), as_text(newpath))

    async def posix_rename(self, oldpath: bytes, newpath: bytes) -> None:
        """As `rename`."""
        await self.rename(oldpath, newpath)

    def fsync(self, file_obj: object) -> None:
        """Say yes: every upload is made durable when it is closed, and is nothing before."""

    def exit(self) -> None:
        """End the session as a program would: without a status OpenSSH's scp says it failed."""
        self.channel.exit(0)

    def _open(self, name: str, pflags: int, announced: int) -> OpenFile:
        exists = self._exists(name)
        _check_flags(pflags, exists=exists)
        try:
            upload = self._shelf.open(name, via="sftp", peer=self._peer)
        except DropsafeError as error:
            log.warning("upload.refused", **self._who(name), reason=error.message, hint=error.hint)
            raise
        file = OpenFile(
            upload=upload,
            appending=bool(pflags & FXF_APPEND),
            announced=announced,
            resting=exists and not pflags & FXF_TRUNC,
        )
        self.open_files.add(file)
        return file

    def _accept(self, file: OpenFile) -> None:
        """Commit, or abort: no third way out. Runs in a thread, to its end whatever happens."""
        try:
            # WinSCP says the size at OPEN, and closes properly after its user cancelled. For a
            # final name it may rightly be more than what comes: text mode drops carriage returns.
            if file.upload.size < file.announced and is_temporary(file.upload.origin.name):
                raise UploadIncomplete("The file is shorter than it was said to be.")
            self._shelf.close(file.upload, confirm=self._confirm)
        except DropsafeError as error:
            self._note(file, error)
            raise
        finally:
            self._abort(file)

    def _abort(self, file: OpenFile) -> None:
        file.upload.abort()
        self.open_files.discard(file)

    def _exists(self, name: str) -> bool:
        try:
            self._shelf.stat(name)
        except NotFound:
            return False
        return True

    def _note(self, file: OpenFile, error: DropsafeError) -> None:
        """Log a refusal once, not again for each of the writes that were already on their way."""
        if not file.noted:
            file.noted = True
            log.warning(
                "upload.refused", **self._facts(file), reason=error.message, hint=error.hint
            )

    def _facts(self, file: OpenFile) -> dict[str, str]:
        return self._who(file.upload.origin.name)

    def _who(self, name: str) -> dict[str, str]:
        return {
            "tenant": self.tenant,
            "via": "sftp",
            "peer": self._peer,
            "name": printable(name),
        }

    async def _in_thread(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, lambda: work(*args, **kwargs))


def _check_flags(pflags: int, *, exists: bool) -> None:
    """Let through what begins a file anew, refuse what would change one that is there.

    OpenSSH's sftp and curl send CREAT and TRUNC; OpenSSH's scp sends CREAT alone and overwrites
    from the start, also where a file is. A client that resumes with CREAT alone starts in the
    middle: that file has a hole, and its close is refused. curl's resume sends neither.
    """
    if exists and pflags & FXF_EXCL:
        raise asyncssh.SFTPFileAlreadyExists("A file of this name is there already.")
    if exists and (pflags & FXF_APPEND or not pflags & (FXF_CREAT | FXF_TRUNC)):
        raise asyncssh.SFTPPermissionDenied(
            "A file that is there cannot be continued; send the whole file again."
        )
    if not exists and not pflags & (FXF_CREAT | FXF_TRUNC):
        raise asyncssh.SFTPNoSuchFile("There is no such file.")


def _file(file_obj: object) -> OpenFile:
    assert isinstance(file_obj, OpenFile)  # noqa: S101 - asyncssh hands back what `open` returned
    return file_obj
